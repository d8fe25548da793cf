"""The HTML report: one file that needs no network, no script and nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance import __version__
from stance.batch.files import check_output, write_whole
from stance.errors import MissingDependencyError, StanceError, number_of
from stance.labels import JOINT, Target, has_joint, is_related
from stance.results.dictionary import CLASSIFY_AND_COUNT
from stance.results.figures import Figure, Series, inline_svg
from stance.results.levels import OF_PARAGRAPHS, nameless
from stance.results.marked import cut_pieces, read_words
from stance.results.rollup import half_intervals, is_boilerplate, roll_ups
from stance.results.saved import Results, refuse_twice, whole_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ARTICLES", "collection_figures", "render", "render_report", "write_report"]

#: Articles whose text a report shows, unless asked otherwise.
ARTICLES = 50

_EXAMPLES = 3
_GROUPS_DRAWN = 15
# of fewer related paragraphs a group's net stance is in the table only: its point would stand at an end by chance
_PARAGRAPHS_DRAWN = 3
_GROUPS_LISTED = 100
_LONGEST_TIME = 600
_SIGNS = {"favor": "+", "against": "−", "neutral": "="}


def render_report(results: Results, title: str | None = None, articles: int = ARTICLES, **more: Any) -> str:
    """The report as HTML.

    Parameters
    ----------
    results : Results
        Paragraphs, explained for deciding words.
    title : str, optional
        The heading; made from the results by default.
    articles : int
        So many articles are shown with their text, in the order of the results.
    **more
        Further values for the template.

    Returns
    -------
    str

    Raises
    ------
    StanceError
        If the results are not paragraphs, or lack their numbers and places, or their deciding words are damaged.
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
    if results.level != "paragraph":
        raise StanceError(f"{results.source}: a report needs paragraphs; score with --level paragraph")
    if "text" not in results.frame:
        raise StanceError(f"{results.source}: a report needs the column 'text'")
    results = whole_numbers(results, ["paragraph", "start"])
    frame = results.frame
    ids = frame["article_id"].drop_duplicates()
    single = len(ids) == 1 and articles > 0
    if single:
        # the roll-ups of a collection do it
        refuse_twice(results)
    views = [_article(results, part) for _, part in _by_article(frame, set(ids.head(articles)))]
    collection = None if single or not len(frame) else _collection(results)
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
        spoken=[name for name in OF_PARAGRAPHS if name in frame],
        **more,
    )


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
    try:
        import jinja2
    except ImportError as error:
        raise MissingDependencyError("Jinja2", "report") from error
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("stance.results", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["figure"] = lambda figure: _markup(inline_svg(figure))
    return environment


def collection_figures(results: Results) -> list[Figure]:
    """Net stance over time, by outlet and by actor, as far as the results tell them.

    Parameters
    ----------
    results : Results
        Paragraphs or articles.
    """
    return _figures(results, roll_ups(results, _levels(results)))


def _levels(results: Results) -> list[str]:
    """Month, outlet and actor, as far as the results tell them."""
    levels = {"month": "date", "outlet": "outlet", "actor": "actor"}
    return [level for level, column in levels.items() if column in results.frame]


def _figures(results: Results, rolled: Mapping[str, pd.DataFrame]) -> list[Figure]:
    figures = []
    for level, rows in rolled.items():
        rows = _drawable(rows[rows[level].notna()], results.targets)
        nets = [target.name for target in results.targets if rows[f"{target.name}_net"].notna().any()]
        if not nets or (level == "month" and len(rows) < 2):
            continue
        number = len(rows)
        if level == "month":
            rows = rows.set_index("month").reindex(_months(rows["month"].tolist())).reset_index()
        else:
            if level == "actor":
                # who speaks for nobody that is known is no group
                rows = rows[rows[level] != "unknown"]
                number = len(rows)
            rows = rows.sort_values("paragraphs", ascending=False, kind="stable")
            rows = rows[rows[[f"{n}_net" for n in nets]].notna().any(axis=1)].head(_GROUPS_DRAWN)
            if rows.empty:
                continue
        halves = {n: half_intervals(rows[f"{n}_net_se"], rows[f"{n}_net_units"]).tolist() for n in nets}
        series = [Series(n, rows[f"{n}_net"].tolist(), halves[n]) for n in nets]
        summary = f"Net stance on {' and '.join(nets)} for {number_of(number, level)}"
        if level != "month" and number > len(rows):
            summary += f", of which the {len(rows)} largest with three related paragraphs or more are drawn"
        groups = [str(value) for value in rows[level]]
        if level != "month":
            groups = [f"{_cut(g)} ({n:,})" for g, n in zip(groups, rows["paragraphs"], strict=True)]
        title = "Over time" if level == "month" else f"By {level}"
        figures.append(Figure(f"by-{level}", title, summary, groups, series, level == "month"))
    return figures


def _drawable(rows: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """The groups without the net stances that rest on too few related paragraphs."""
    rows = rows.copy()
    for target in targets:
        related = rows[[f"{target.name}_{label}" for label in target.related]].sum(axis=1)
        rows[f"{target.name}_net"] = rows[f"{target.name}_net"].where(related >= _PARAGRAPHS_DRAWN)
    return rows


def _cut(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"


def _months(known: list[str]) -> list[str]:
    """All months from the first to the last: a month without articles is a gap, not a shorter way."""
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (min(known), max(known)))
    if last - first > _LONGEST_TIME:
        # one date that is wrong by a century would leave nothing to see
        return known
    return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, last + 1)]


def _markup(text: str) -> Any:
    import markupsafe

    return markupsafe.Markup(text)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in record.items()} for record in frame.to_dict("records")]


def _by_article(frame: pd.DataFrame, shown: set[str]) -> Any:
    return frame[frame["article_id"].isin(shown)].groupby("article_id", sort=False)


def _given(value: Any) -> bool:
    return value is not None and value == value and value != ""


def _said(record: Mapping[str, Any]) -> list[str]:
    return [str(record[name]) for name in ("outlet", "date") if _given(record.get(name))]


def _article(results: Results, part: pd.DataFrame) -> dict[str, Any]:
    records = _records(part)
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
        stance = _stance(target, record)
        stances.append(stance)
        try:
            found = read_words(record.get(f"{target.name}_words"), start, len(text))
        except StanceError as error:
            raise StanceError(f"{record['article_id']}, paragraph {record['paragraph'] + 1}: {error}") from error
        words.append((target.name, stance["label"] or "", found))
    return {
        "number": int(record["paragraph"]) + 1,
        "pieces": cut_pieces(text, words, {target.name: i for i, target in enumerate(targets)}),
        "words": [(t, label, text[a:b], v) for t, label, found in words for a, b, v in found],
        "stances": stances,
        "spoken": {name: str(record[name]) for name in OF_PARAGRAPHS if name in record and _given(record[name])},
    }


def _stance(target: Target, record: Mapping[str, Any]) -> dict[str, Any]:
    label = record[target.name] if _given(record[target.name]) else None
    kind = "abstained" if label is None else label.lower() if is_related(label) else "unrelated"
    probabilities = [(name, record.get(f"{target.name}_p_{name}")) for name in target.labels]
    return {
        "target": target.name,
        "label": label,
        "kind": kind if kind in (*_SIGNS, "unrelated", "abstained") else "other",
        "sign": _SIGNS.get(kind, ""),
        "probability": record[f"{target.name}_probability"],
        "probabilities": [(name, value if _given(value) else None) for name, value in probabilities],
        "reason": record[f"{target.name}_abstained"] if label is None else None,
    }


def _collection(results: Results) -> dict[str, Any]:
    rolled = roll_ups(results, [*_levels(results), "all"])
    whole = _records(rolled.pop("all"))[0]
    tables = []
    for level, rows in rolled.items():
        listed = rows.sort_values("paragraphs", ascending=False, kind="stable") if level != "month" else rows
        records = _records(listed.head(_GROUPS_LISTED))
        left_out = max(len(rows) - _GROUPS_LISTED, 0)
        tables.append({"level": level, "nameless": nameless(level), "rows": records, "left_out": left_out})
    return {
        "figures": _figures(results, rolled),
        "tables": tables,
        "whole": whole,
        "joint": _joint(results, whole) if has_joint(results.targets) else None,
        "examples": _examples(results),
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


def _examples(results: Results) -> list[dict[str, Any]]:
    """The most typical and the least certain paragraphs of each stance."""
    found = []
    for target in results.targets:
        for label in target.related:
            rows = results.frame[results.frame[target.name] == label]
            # what copies have in common is one example
            rows = rows.sort_values(f"{target.name}_probability", ascending=False, kind="stable").drop_duplicates(
                "text"
            )
            typical, doubtful = rows.head(_EXAMPLES), rows.iloc[_EXAMPLES:].tail(_EXAMPLES).iloc[::-1]
            found.append(
                {
                    "target": target.name,
                    "label": label,
                    "typical": [_example(results, record) for record in _records(typical)],
                    "doubtful": [_example(results, record) for record in _records(doubtful)],
                }
            )
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
    labelled = frame[[target.name for target in results.targets]].notna().any(axis=1)
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
    metrics = results.model.get("metrics", {})
    return {
        "targets": [target.name for target in results.targets],
        "scores": [(name, found["macro_f1"]) for name, found in metrics.items() if "macro_f1" in found],
        "articles": int(results.frame["article_id"].nunique()),
        "paragraphs": len(results.frame),
        "clusters": "cluster" in results.frame,
    }


def write_report(path: Path, html: str) -> None:
    """Write a report whole or not at all.

    Raises
    ------
    StanceError
        If it cannot be written there.
    """
    check_output(path)
    write_whole(path, html.encode("utf-8", "replace"))
