"""The HTML report: one file that needs no network, no script and nothing beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from stance import __version__
from stance.articles.libraries import need
from stance.errors import StanceError
from stance.labels import JOINT, Target, has_joint, is_related
from stance.results.counting import is_boilerplate
from stance.results.dictionary import CLASSIFY_AND_COUNT, WHO_SPEAKS
from stance.results.figures import inline_svg
from stance.results.group_figures import draw_figures, roll_up_drawn
from stance.results.levels import OF_PARAGRAPHS, nameless
from stance.results.marked import cut_pieces, read_words
from stance.results.population import LightResults, light
from stance.results.scored import Results, refuse_missing, refuse_twice, whole_numbers
from stance.results.table_reading import TEXT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ARTICLES", "render", "render_report", "stance_view"]

#: Articles whose text a report shows, unless asked otherwise.
ARTICLES = 50

_EXAMPLES = 3
_GROUPS_LISTED = 100
#: A target, a label, and the places of its typical and doubtful paragraphs.
_Example: TypeAlias = "tuple[Target, str, npt.NDArray[np.int64], npt.NDArray[np.int64]]"
_SIGNS = {"favor": "+", "against": "−", "neutral": "="}


def render_report(
    results: Results,
    title: str | None = None,
    articles: int = ARTICLES,
    *,
    actors: bool = False,
    rolled: Mapping[str, pd.DataFrame] | None = None,
    **more: Any,
) -> str:
    """The report as HTML.

    Parameters
    ----------
    results : Results
        Paragraphs, explained for deciding words.
    title : str, optional
        The heading; made from the results by default.
    articles : int
        So many articles are shown with their text, in the order of the results.
    actors : bool
        Whether groups by the actor who speaks are shown, too. Their stance is that of the paragraphs, whoever holds it,
        and would be taken for the actor's.
    rolled : mapping, optional
        What `roll_up_drawn` gives, if the caller needs it, too.
    **more
        Further values for the template.

    Returns
    -------
    str

    Raises
    ------
    StanceError
        If the results are not paragraphs, or lack their numbers and places, or the actors asked for, or their deciding
        words are damaged.
    MissingDependencyError
        Without the extra ``report``.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"article_id": "a", "paragraph": 0, "start": 0, "text": "Lift <b>it</b>.", "tax": "against"}
    >>> frame = pd.DataFrame([row | {"tax_probability": 0.9, "tax_p_against": 0.9, "tax_abstained": None}])
    >>> "Lift &lt;b&gt;it&lt;/b&gt;." in render_report(Results(frame, (Target("tax", ("against",)),), "paragraph"))
    True
    """
    shown = results.source or "the results"
    if results.level != "paragraph":
        raise StanceError(f"{shown}: a report needs paragraphs; score with --level paragraph")
    results = results if isinstance(results, LightResults) else light(results)
    if TEXT not in results.frame and results.texts is None:
        raise StanceError(f"{shown}: a report needs the column 'text'")
    needed = [f"{target.name}_{end}" for target in results.targets for end in ("probability", "abstained")]
    refuse_missing(results.frame, needed, shown)
    results = _with_numbers(cast("LightResults", whole_numbers(results, ["paragraph", "start"])), shown)
    frame = results.frame
    ids = frame["article_id"].drop_duplicates()
    single = len(ids) == 1 and articles > 0
    if single:
        # the roll-ups of a collection do it
        refuse_twice(results)
    whole = single or not len(frame)
    in_full = np.flatnonzero(frame["article_id"].isin(set(ids.head(articles))))
    examples = [] if whole else _pick_examples(results)
    records = _records_at(results, [in_full, *(rows for example in examples for rows in example[2:])])
    views = [_article(results, found) for found in _by_article(records[row] for row in in_full.tolist())]
    collection = None if whole else _collection(results, actors, rolled, examples, records)
    heading = title or (views[0]["heading"] if single else f"{len(ids):,} {'article' if len(ids) == 1 else 'articles'}")
    return render(
        "report.html.j2",
        title=heading,
        single=single,
        articles=views,
        not_shown=len(ids) - len(views),
        collection=collection,
        targets=[target.name for target in results.targets],
        explained=any(f"{target.name}_words" in frame for target in results.targets),
        counts=_counts(results),
        model=results.model,
        methods=_methods(results),
        version=__version__,
        caveat=CLASSIFY_AND_COUNT,
        who_speaks=WHO_SPEAKS,
        spoken=[name for name in OF_PARAGRAPHS if name in frame],
        **more,
    )


def _with_numbers(results: LightResults, shown: str) -> LightResults:
    """The results with probabilities that are numbers, whatever a spreadsheet made of them."""
    import pandas as pd

    ends = [(target.name, ("probability", *(f"p_{label}" for label in target.labels))) for target in results.targets]
    columns = [f"{name}_{end}" for name, those in ends for end in those]
    found = {}
    for name in (name for name in columns if name in results.frame):
        try:
            found[name] = pd.to_numeric(results.frame[name]).astype(float)
        except (ValueError, TypeError) as error:
            raise StanceError(f"{shown}: {name}: {error}; keep what scoring wrote") from error
    return replace(results, frame=results.frame.assign(**found))


def render(template: str, **values: Any) -> str:
    """Fill in a template; whatever is filled in is text, never markup.

    Raises
    ------
    MissingDependencyError
        Without Jinja2.
    """
    html: str = _environment().get_template(template).render(**values)
    return html


@lru_cache(maxsize=1)
def _environment() -> Any:
    jinja2 = need("jinja2", "Jinja2", "report")
    from markupsafe import Markup

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stance.results", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["figure"] = lambda figure: Markup(inline_svg(figure))
    return environment


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", frame.rename(columns=str).to_dict("records"))


def _records_at(results: LightResults, wanted: Sequence[npt.NDArray[np.int64]]) -> dict[int, dict[str, Any]]:
    """Rows as records, by their places: of millions only those that are shown, for which alone texts are read."""
    rows = np.unique(np.concatenate(wanted))
    frame = results.frame.iloc[rows].reset_index(drop=True)
    return dict(zip(rows.tolist(), _records(frame.assign(text=results.texts_at(rows))), strict=True))


def _by_article(records: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    # a frame of each of thousands of articles takes longer than all else
    for record in records:
        found.setdefault(record["article_id"], []).append(record)
    return list(found.values())


def _given(value: Any) -> bool:
    return value is not None and value == value and value != ""


def _said(record: Mapping[str, Any]) -> list[str]:
    return [str(record[name]) for name in ("outlet", "date") if _given(record.get(name))]


def _article(results: Results, records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = records[0]
    said = _said(first)
    heading = first["title"] if _given(first.get("title")) else first["article_id"]
    return {
        "id": first["article_id"],
        "heading": heading,
        "said": said,
        "paragraphs": [_paragraph(results.targets, record) for record in records],
    }


def _paragraph(targets: Sequence[Target], record: Mapping[str, Any]) -> dict[str, Any]:
    text, start = str(record["text"]) if _given(record["text"]) else "", int(record["start"])
    words, stances = [], []
    for target in targets:
        stance = stance_view(target, record)
        stances.append(stance)
        try:
            found = read_words(record.get(f"{target.name}_words"), start, len(text))
        except StanceError as error:
            raise StanceError(f"{record['article_id']}, paragraph {record['paragraph']}: {error}") from error
        words.append((target.name, stance["label"] or "", found))
    return {
        "number": int(record["paragraph"]),
        "pieces": cut_pieces(text, words, {target.name: i for i, target in enumerate(targets)}),
        "words": [(t, label, text[a:b], v) for t, label, found in words for a, b, v in found],
        "stances": stances,
        "spoken": {name: str(record[name]) for name in OF_PARAGRAPHS if name in record and _given(record[name])},
    }


def stance_view(target: Target, record: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates take of one stance of a record."""
    label = record[target.name] if _given(record[target.name]) else None
    kind = "abstained" if label is None else label.lower() if is_related(label) else "unrelated"
    probabilities = [(name, record.get(f"{target.name}_p_{name}")) for name in target.labels]
    return {
        "target": target.name,
        "label": label,
        "kind": kind if kind in (*_SIGNS, "unrelated", "abstained") else "other",
        "sign": _SIGNS.get(kind, ""),
        "probability": record.get(f"{target.name}_probability"),
        "probabilities": [(name, value if _given(value) else None) for name, value in probabilities],
        "reason": record[f"{target.name}_abstained"] if label is None else None,
    }


def _collection(
    results: Results,
    actors: bool,
    rolled: Mapping[str, pd.DataFrame] | None,
    examples: Sequence[_Example],
    records: Mapping[int, Mapping[str, Any]],
) -> dict[str, Any]:
    rolled = dict(roll_up_drawn(results, actors) if rolled is None else rolled)
    whole = _records(rolled.pop("all"))[0]
    tables = []
    for level, rows in rolled.items():
        listed = rows.sort_values("paragraphs", ascending=False, kind="stable") if level != "month" else rows
        listed_rows = _records(listed.head(_GROUPS_LISTED))
        left_out = max(len(rows) - _GROUPS_LISTED, 0)
        tables.append({"level": level, "nameless": nameless(level), "rows": listed_rows, "left_out": left_out})
    return {
        "figures": draw_figures(results.targets, rolled),
        "tables": tables,
        "whole": whole,
        "joint": _joint(results, whole) if has_joint(results.targets) else None,
        "examples": [
            {
                "target": target.name,
                "label": label,
                "typical": [_example(results, records[row]) for row in typical.tolist()],
                "doubtful": [_example(results, records[row]) for row in doubtful.tolist()],
            }
            for target, label, typical, doubtful in examples
        ],
        "about": {target.name: target.related for target in results.targets},
    }


def _joint(results: Results, whole: Mapping[str, Any]) -> dict[str, Any]:
    frame = results.frame
    labels = {target.name: target.labels for target in results.targets}
    cells = [
        [int(((frame["sanctions"] == s) & (frame["diplomacy"] == d)).sum()) for d in labels["diplomacy"]]
        for s in labels["sanctions"]
    ]
    return {
        "kinds": [(name.replace("_", " "), whole[name], whole[f"share_{name}"]) for name in JOINT],
        "counted": sum(whole[name] for name in JOINT),
        "rows": list(zip(labels["sanctions"], cells, strict=True)),
        "columns": labels["diplomacy"],
    }


def _pick_examples(results: LightResults) -> list[_Example]:
    """The places of the most typical and the least certain paragraphs of each stance."""
    import pandas as pd

    found, marks = [], results.marks()
    for target in results.targets:
        for label in target.related:
            rows = np.flatnonzero(results.frame[target.name] == label)
            known = {"p": results.frame[f"{target.name}_probability"].iloc[rows].to_numpy(), "text": marks[rows]}
            told = pd.DataFrame(known, index=rows).sort_values("p", ascending=False, kind="stable")
            # what copies have in common is one example
            places = told.drop_duplicates("text").index.to_numpy()
            found.append((target, label, places[:_EXAMPLES], places[_EXAMPLES:][::-1][:_EXAMPLES]))
    return found


def _example(results: Results, record: Mapping[str, Any]) -> dict[str, Any]:
    title = [str(record["title"])] if _given(record.get("title")) else []
    about = [*title, *_said(record), str(record["article_id"])]
    return {"about": about, **_paragraph(results.targets, record)}


def _counts(results: Results) -> dict[str, Any]:
    """What was read and what became of it; without a record of the run, what the table itself shows."""
    frame = results.frame
    if results.counts is not None:
        return {**results.counts.to_dict(), "known": True}
    labelled = np.any([frame[target.name].isin(target.labels) for target in results.targets], axis=0)
    boilerplate = is_boilerplate(results)
    abstained = ~labelled & ~boilerplate
    articles = frame["article_id"].nunique()
    scored = frame.loc[labelled, "article_id"].nunique()
    return {
        "articles": {"read": articles, "scored": scored, "abstained": articles - scored, "quarantined": None},
        "paragraphs": {
            "read": len(frame),
            "scored": int(labelled.sum()),
            "abstained": int(abstained.sum()),
            "boilerplate": int(boilerplate.sum()),
        },
        "reasons": frame.loc[abstained, f"{results.targets[0].name}_abstained"].value_counts().to_dict(),
        "known": False,
    }


def _methods(results: Results) -> dict[str, Any]:
    def scores(held_out: Mapping[str, Any]) -> list[tuple[str, Any]]:
        metrics = held_out.get("metrics", {})
        return [(name, found["macro_f1"]) for name, found in metrics.items() if "macro_f1" in found]

    # absent if the model names no files for calibration
    unseen = results.model.get("unseen_files", {})
    return {
        "scores": scores(results.model),
        "unseen": scores(unseen),
        "unseen_files": unseen.get("files", []),
        "articles": int(results.frame["article_id"].nunique()),
        "paragraphs": len(results.frame),
        "boilerplate": int(is_boilerplate(results).sum()),
        "clusters": "cluster" in results.frame,
        "units": "clusters" if "cluster" in results.frame else "articles",
    }
