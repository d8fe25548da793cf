"""What was scored, as a table: paragraphs or articles with their labels, and what is known of how these came about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from stance.articles.encoding import clean_surrogates
from stance.articles.records import refuse_half_names
from stance.batch.counts import Counts
from stance.errors import ArgumentError, StanceError, kind_of, made_by, number_of
from stance.labels import Target, check_targets
from stance.results.table_files import find_targets, plain_columns, refuse_same_names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DIGITS", "PLACE", "Results", "as_results", "from_frame", "refuse_missing", "refuse_twice", "whole_numbers"]

#: What tells which paragraph a row is about.
PLACE = ["article_id", "paragraph"]

# what a row may be
_LEVELS = ("paragraph", "article")

#: The most that a number in a file has: one of more may not fit int64.
DIGITS = 18


# two data frames are not equal or unequal, but row by row
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Results:
    """A table of results, and what is known of how it came about.

    Attributes
    ----------
    frame : pandas.DataFrame
        A row for each paragraph, as `to_frame` has it, or for each article, with its counts and shares; and whatever
        columns were added since.
    targets : tuple of Target
        As the columns name them.
    level : {"paragraph", "article"}
        What a row is.
    model : mapping
        Of the model: name, hash, corpus, metrics. Empty where no column dictionary lies beside the file.
    counts : Counts or None
        What became of everything that was read, where it is known; ``None`` if the frame has only some of the rows.
    source : str
        Where it was read from.
    orders : mapping
        The categories, as words, of columns in which these have an order.
    """

    frame: pd.DataFrame
    targets: tuple[Target, ...]
    level: str
    model: Mapping[str, Any] = field(default_factory=dict)
    counts: Counts | None = None
    source: str = ""
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # a table of some rows would go by the account of all
        if self.counts is not None and len(self.frame) != self.counts.rows(self.level):
            object.__setattr__(self, "counts", None)

    def __repr__(self) -> str:
        targets = ", ".join(target.name for target in self.targets)
        return f"<Results of {number_of(len(self.frame), self.level)} on {targets}>"

    def _repr_html_(self) -> str | None:
        return self.frame._repr_html_()  # type: ignore[operator, no-any-return]


def from_frame(frame: pd.DataFrame, shown: str, names: Iterable[str] | None = None) -> Results:
    """Results from a frame, of a table that has these columns, if it has more of them than the frame."""
    names = list(map(str, frame.columns if names is None else names))
    level, targets = find_targets(names)
    refuse_missing(frame, _lost_columns(names, targets, level), shown)
    if not targets:
        raise StanceError(f"{shown}: not results of `stance score`: it has no columns of a target")
    refuse_missing(frame, PLACE[:1], shown)
    return _checked(Results(frame, targets, level), shown)


def _lost_columns(names: Collection[str], targets: Sequence[Target], level: str) -> list[str]:
    """Columns that are missing of what is no target without them, and would be left out of every figure.

    So dropna(axis=1, how="all") takes the reasons of a target that never abstained, and net stance of few paragraphs.
    Of a table with targets only the columns of its level are looked at: others may be somebody's own.

    Examples
    --------
    >>> _lost_columns(["tax", "tax_probability", "tax_p_favor"], [], "article")
    ['tax_abstained']
    >>> _lost_columns(["tax_favor", "tax_share_favor", "tax_net"], [], "article")
    ['tax_net_se']
    """
    found: list[str] = []
    of_articles = not targets or level == "article"
    of_paragraphs = not targets or level == "paragraph"
    for name in names:
        of, share, label = name.partition("_share_")
        if of_articles and share and f"{of}_{label}" in names and all(of != target.name for target in targets):
            found += [f"{of}_{end}" for end in ("net", "net_se")]
        ends = [f"{name}_{end}" for end in ("probability", "abstained")]
        if of_paragraphs and len({*ends} & {*names}) == 1 and any(other.startswith(f"{name}_p_") for other in names):
            found += ends
    return [name for name in found if name not in names]


def _checked(results: Results, shown: str) -> Results:
    """The results, refused if a row has no article or a label that nothing tells of: it would be counted as none."""
    nameless = results.frame["article_id"].isna().to_numpy()
    if nameless.any():
        raise StanceError(f"{shown}: row {int(nameless.argmax()) + 1} has no article_id; keep what scoring wrote")
    check = _check_labels if results.level == "paragraph" else _check_shares
    for target in results.targets:
        check(results.frame, target, shown)
    return results


def refuse_missing(frame: pd.DataFrame, names: Iterable[str], shown: str) -> None:
    """Refuse results that lack a column, and say where it is if it was made an index.

    Raises
    ------
    StanceError
        With the column.

    Examples
    --------
    >>> import pandas as pd
    >>> refuse_missing(pd.DataFrame(index=pd.Index(["a"], name="article_id")), ["article_id"], "the results")
    Traceback (most recent call last):
    stance.errors.StanceError: the results: no column 'article_id'; make it a column with .reset_index()
    """
    for name in names:
        if name not in frame.columns:
            how = "make it a column with .reset_index()" if name in frame.index.names else "keep what scoring wrote"
            raise StanceError(f"{shown}: no column {name!r}; {how}")


def _check_labels(frame: pd.DataFrame, target: Target, shown: str) -> None:
    """Refuse a label that no column tells of."""
    given = frame[target.name].dropna().unique().tolist()
    wrong = [label for label in given if label not in (*target.labels, "")]
    if not wrong:
        return
    if not target.labels:
        raise StanceError(
            f"{shown}: no columns {target.name}_p_LABEL, which tell the labels on {target.name}; keep what scoring "
            "wrote"
        )
    raise StanceError(
        f"{shown}: {target.name} is {str(wrong[0])!r}; expected one of {', '.join(target.labels)}, of which there are "
        f"columns {target.name}_p_LABEL: keep what scoring wrote"
    )


def _check_shares(frame: pd.DataFrame, target: Target, shown: str) -> None:
    """Refuse a label without a share where others have one: it may be a column of one's own, counted as paragraphs."""
    without = [label for label in target.related if f"{target.name}_share_{label}" not in frame]
    if without and len(without) < len(target.related):
        raise StanceError(
            f"{shown}: {target.name}_{without[0]} is taken for a label, but has no {target.name}_share_{without[0]}; "
            "keep what scoring wrote, and give a column of your own another name"
        )


def as_results(given: Results | pd.DataFrame, *, to_write: bool = False) -> Results:
    """Results from a data frame with the columns that scoring gives it, or from results, in plain columns.

    Parameters
    ----------
    given : Results or pandas.DataFrame
        What a caller gave. Somebody may have replaced the frame of results by one of other columns.
    to_write : bool
        Whether these results may lack columns, as nothing is made of them.

    Raises
    ------
    StanceError
        If it lacks the columns of a target or of articles, has two of one name, or a label or level that is none.
    ArgumentError
        If it is neither, or results with a frame or targets that are none; if half a character is in a column's name.
    """
    import pandas as pd

    if not isinstance(given, Results | pd.DataFrame):
        how = made_by(given, of_pandas=True)
        raise ArgumentError(f"this takes Results or a pandas data frame of scores, not {kind_of(given)}{how}")
    frame = given.frame if isinstance(given, Results) else given
    if not isinstance(frame, pd.DataFrame):
        how = made_by(frame, of_pandas=True)
        raise ArgumentError(f"the frame of results is a pandas data frame, not {kind_of(frame)}{how}")
    if isinstance(given, Results):
        check_targets(given.targets)
        if given.level not in _LEVELS or not (given.targets or to_write):
            has = f"the level {given.level!r}" if given.targets else "no target"
            raise StanceError(f"Results have a target and a level, {' or '.join(_LEVELS)}; these have {has}")
        names = [target.name for target in given.targets]
        # boilerplate is told by the first of them
        needed = PLACE[:1] + (
            [*names, *(f"{name}_abstained" for name in names[:1])] if given.level == "paragraph" else []
        )
        refuse_missing(frame, [] if to_write else needed, given.source or "the results")
    refuse_same_names(frame.columns, "the data frame")
    refuse_half_names(map(str, frame.columns), "the data frame")
    plain = plain_columns(frame)
    if {*frame.index.names} & {*frame.columns}:
        # as of set_index(drop=False): pandas groups by no name that both have
        plain = plain.rename_axis([None] * plain.index.nlevels)
    orders = {
        # one of which there is no row may have half a character, which no file holds
        str(name): tuple(clean_surrogates(str(category)) for category in kind.categories)
        for name, kind in frame.dtypes.items()
        if isinstance(kind, pd.CategoricalDtype) and kind.ordered
    }
    if not isinstance(given, Results):
        found = from_frame(plain, "the data frame")
        return replace(found, orders=orders)
    found = replace(given, frame=plain, orders={**given.orders, **orders})
    return found if to_write else _checked(found, given.source or "the results")


def refuse_twice(results: Results) -> None:
    """Refuse results in which a paragraph or an article is there twice, as of two runs put into one table.

    Files that are scored apart may give their articles the same ids, and two articles would be taken for one.

    Raises
    ------
    StanceError
        With the paragraph or the article.
    """
    keys = PLACE if results.level == "paragraph" else PLACE[:1]
    if not set(keys) <= set(results.frame.columns):
        return
    twice = results.frame.duplicated(keys)
    if twice.any():
        article, *paragraph = results.frame.loc[twice, keys].iloc[0]
        what = f"paragraph {paragraph[0]} of article {article}" if paragraph else f"article {article}"
        raise StanceError(
            f"{results.source or 'the results'}: {what} is there twice; "
            "articles need ids of their own, which files that were scored apart may share: take the results of one run"
        )


def whole_numbers(results: Results, names: Sequence[str]) -> Results:
    """The results with integers in columns in which scoring writes whole numbers, whatever a spreadsheet made of them.

    Parameters
    ----------
    results : Results
        At either level.
    names : sequence of str
        The columns.

    Raises
    ------
    StanceError
        If one is missing, or a row has no whole number there, or one below zero or of too many digits.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": ["a", "b"], "paragraph": ["0", "1.0"]})
    >>> whole_numbers(Results(frame, (), "paragraph"), ["paragraph"]).frame["paragraph"].tolist()
    [0, 1]
    """
    import pandas as pd

    shown, found = results.source or "the results", {}
    for name in names:
        if name not in results.frame:
            raise StanceError(f"{shown}: no column {name!r}; keep what scoring wrote")
        numbers = pd.to_numeric(results.frame[name], errors="coerce")
        whole = ((numbers % 1 == 0) & numbers.between(0, 10**DIGITS, inclusive="left")).fillna(False).astype(bool)
        if not whole.all():
            article, number = results.frame.loc[~whole, ["article_id", name]].iloc[0]
            given = "missing" if pd.isna(number) else repr(str(number))
            raise StanceError(
                f"{shown}: {name} is {given} in article {article}; expected a whole number: keep what scoring wrote"
            )
        found[name] = numbers.astype("int64")
    return replace(results, frame=results.frame.assign(**found))
