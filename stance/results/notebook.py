"""What a notebook shows: results as the page of the report, an explanation as a page of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, SupportsIndex

from stance import __version__
from stance.errors import ArgumentError, StanceError, kind_of, made_by
from stance.labels import Target
from stance.model.explanation import Explanation
from stance.results.marked import cut_pieces
from stance.results.report import ARTICLES, render, render_report, stance_view
from stance.results.scored import Results, as_results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Page", "show"]

#: Terms that are listed of an explanation, unless asked otherwise.
TERMS = 20

# a term may stand in a hundred places
_PLACES = 4

# what is within a frame is shown only where the frame itself was taken out
_WITHOUT_FRAME = (
    "This page of stance is not shown, as the notebook is not trusted. Run the cell again, or trust the notebook "
    "(in JupyterLab: View, Activate Command Palette, Trust Notebook)."
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page that a notebook shows when it is the last value of a cell.

    It stands in a frame of its own, so that its style and that of the notebook leave each other alone, and in which no
    script runs.

    Attributes
    ----------
    html : str
        The page, complete in itself; written to a file it is what ``stance report`` writes.
    height : int
        Of its frame, in pixels; the corner of the frame changes it.

    Examples
    --------
    >>> Page("<p>Talks</p>", 100)
    <Page of 12 characters>
    """

    html: str = field(repr=False)
    height: int = 600

    def __repr__(self) -> str:
        return f"<Page of {len(self.html):,} characters>"

    def _repr_html_(self) -> str:
        # without a base a link to a place of the page would load the notebook into the frame; no text can hold either
        page = self.html.replace("<head>", '<head><base href="about:srcdoc">', 1)
        page = page.replace("base-uri 'none'", "base-uri about:", 1)
        style = f"width:100%;height:{self.height}px;border:1px solid #d5d3cc;background:#fff;resize:vertical"
        frame = f'<iframe title="stance" sandbox="" style="{style}" srcdoc="{escape(page)}">'
        return f"{frame}{_WITHOUT_FRAME}</iframe>"


def show(what: Results | pd.DataFrame | Explanation, *, articles: int = ARTICLES, terms: int = TERMS) -> Page:
    """A page to look at in a notebook: the report on results, or why one paragraph got its label.

    Parameters
    ----------
    what : Results, pandas.DataFrame or Explanation
        Results of paragraphs, whole or some of their rows, whose deciding words are underlined if they were scored with
        ``explain``; or what `StanceModel.explain` returns.
    articles : int
        So many articles of results are shown with their text.
    terms : int
        So many terms of an explanation are listed, the greatest first; 0 lists all.

    Returns
    -------
    Page
        All that it shows of a text is text, never markup.

    Raises
    ------
    StanceError
        If the results are not of paragraphs or lack their text, there is none, or a number is below 0.
    ArgumentError
        If it is something else, or a number is none.
    MissingDependencyError
        Without the extra ``report``.

    Examples
    --------
    >>> import stance
    >>> found = stance.load_model().explain("They refused to lift the <b>sanctions</b> on the bank.", "sanctions")
    >>> page = show(found)
    >>> "<b>sanctions" in page.html, "Why favor on sanctions" in page.html
    (False, True)
    """
    for name, number in (("articles", articles), ("terms", terms)):
        if not isinstance(number, SupportsIndex):
            raise ArgumentError(f"{name} is a whole number, not {kind_of(number)}")
        if number < 0:
            raise StanceError(f"{name} is {number}; it must be 0 or more")
    if isinstance(what, Explanation):
        return Page(_explained(what, terms), 480)
    import pandas as pd

    if not isinstance(what, Results | pd.DataFrame):
        takes, how = "Results, a pandas data frame of scores or an Explanation", made_by(what, of_pandas=True)
        raise ArgumentError(f"this shows {takes}, not {kind_of(what)}{how}")
    results = as_results(what)
    if not len(results.frame):
        raise StanceError("there is no paragraph to show")
    return Page(render_report(results, articles=articles), 720)


def _explained(found: Explanation, terms: int) -> str:
    text, shown = found.text, found.contributions[: terms or None]
    rest = found.contributions[len(shown) :]
    listed: list[tuple[float, str, str, list[str]]] = [
        (c.value, c.term, c.block, [" ".join(text[a:b].split()) for a, b in c.spans[:_PLACES] if b > a]) for c in shown
    ]
    return render(
        "explanation.html.j2",
        target=found.target,
        stance=stance_view(Target(found.target, (found.label,)), {found.target: found.label}),
        abstained=found.abstained,
        pieces=cut_pieces(text, [(found.target, found.label, found.stretches())], {found.target: 0}),
        margin=found.margin,
        intercept=found.intercept,
        probability=found.probability,
        terms=listed,
        further=len(rest),
        rest=sum(c.value for c in rest),
        version=__version__,
    )
