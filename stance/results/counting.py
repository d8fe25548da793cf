"""Paragraphs counted: by article, and what names the groups that they belong to."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stance.errors import StanceError
from stance.labels import JOINT, has_joint, joint_kind
from stance.model.abstention import Reason
from stance.results.dates import month_of, week_of, year_of
from stance.results.levels import LEVELS, OF_DATES, OF_PARAGRAPHS
from stance.results.scored import Results, whole_numbers
from stance.results.table_files import EXACT, refuse_half_characters

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ABOUT",
    "by_dates",
    "columns_of",
    "count_articles",
    "group_column",
    "group_values",
    "is_boilerplate",
    "joint_kinds",
    "number_groups",
    "order_of_groups",
    "whole_names",
]

_Numbers = npt.NDArray[Any]

_READ = {"year": year_of, "month": month_of, "week": week_of}

#: What results say of an article.
ABOUT = ("article_id", "title", "date", "outlet")


def count_articles(results: Results, within: Sequence[str] = ()) -> pd.DataFrame:
    """One row of counts an article, or an article and value of further columns.

    Parameters
    ----------
    results : Results
        At either level.
    within : sequence of str
        Columns of paragraphs that divide an article, such as ``actor``.

    Raises
    ------
    StanceError
        If such a column is missing, or an article lacks a count.

    Examples
    --------
    >>> import pandas as pd
    >>> from stance.labels import Target
    >>> frame = pd.DataFrame({"article_id": ["a", "a", "b"], "tax": ["favor", None, "neutral"], "tax_abstained": None})
    >>> counts = count_articles(Results(frame, (Target("tax"),), "paragraph"))
    >>> counts[["article_id", "paragraphs", "abstained", "tax_favor"]].values.tolist()
    [['a', 2, 1, 1], ['b', 1, 0, 0]]
    """
    frame = results.frame
    for name in within:
        if name not in frame.columns or results.level != "paragraph":
            raise StanceError(f"the results have no column {name!r} of paragraphs")
    if results.level == "article":
        return _counts_of_articles(results)
    number = number_groups(frame, ["article_id", *within])
    first = np.unique(number, return_index=True)[1]
    counts = frame[[name for name in (*ABOUT, "cluster", *within) if name in frame]].iloc[first].reset_index(drop=True)

    def tally(which: Any) -> _Numbers:
        return np.bincount(number, weights=np.asarray(which, dtype=float), minlength=len(first)).astype(int)

    counts["paragraphs"] = tally(np.ones(len(frame)))
    boilerplate = np.asarray(is_boilerplate(results))
    counts["boilerplate"] = tally(boilerplate)
    labelled = {target.name: np.asarray(frame[target.name].isin(target.labels)) for target in results.targets}
    counts["abstained"] = tally(~np.any(list(labelled.values()), axis=0) & ~boilerplate)
    for target in results.targets:
        for label in target.labels:
            counts[f"{target.name}_{label}"] = tally(frame[target.name] == label)
        counts[f"{target.name}_abstained"] = tally(~labelled[target.name] & ~boilerplate)
    if has_joint(results.targets):
        kinds = joint_kinds(frame)
        for name in JOINT:
            counts[name] = tally(kinds == name)
    return counts


def _counts_of_articles(results: Results) -> pd.DataFrame:
    """The counts that results of articles hold, and those that follow from them."""
    labels_of = {t.name: [f"{t.name}_{label}" for label in t.labels] for t in results.targets}
    counted = ["paragraphs", "abstained", *(name for labels in labels_of.values() for name in labels)]
    counted += [name for name in ["boilerplate"] if name in results.frame]
    counted += JOINT if has_joint(results.targets) else ()
    counts = whole_numbers(results, counted).frame
    if "boilerplate" not in counts:
        counts["boilerplate"] = 0
    for name, labels in labels_of.items():
        counts[f"{name}_abstained"] = counts["paragraphs"] - counts["boilerplate"] - counts[labels].sum(axis=1)
    return counts


def is_boilerplate(results: Results) -> pd.Series[bool]:
    """Which paragraphs were not scored because they are not the article's: bylines, links, footers."""
    return results.frame[f"{results.targets[0].name}_abstained"] == Reason.BOILERPLATE


def joint_kinds(frame: pd.DataFrame) -> pd.Series[Any]:
    """Which of `JOINT` each paragraph is, as `joint_kind` has it; missing where it is none of them.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"sanctions": ["favor", "favor", None], "diplomacy": ["favor", "unrelated", "favor"]})
    >>> joint_kinds(frame).tolist()
    ['dual_track', 'coercion_only', None]
    """
    import pandas as pd

    down, rows = pd.factorize(frame["sanctions"])
    across, columns = pd.factorize(frame["diplomacy"])
    # what is missing has the number -1, and so the last row and column
    kinds = np.array([[joint_kind(s, d) for d in (*columns, None)] for s in (*rows, None)], dtype=object)
    return pd.Series(kinds[down, across], index=frame.index, dtype=object)


def number_groups(frame: pd.DataFrame, keys: Sequence[str]) -> _Numbers:
    """The group of every row, from 0 in order of appearance; what is missing is a group too."""
    if not keys:
        return np.zeros(len(frame), dtype=np.int64)
    return frame.groupby(list(keys), sort=False, dropna=False).ngroup().to_numpy()


def whole_names(values: pd.Series[Any]) -> pd.Series[Any]:
    """Names of groups, as integers where they are whole numbers with gaps, which pandas has as floats.

    Examples
    --------
    >>> import pandas as pd
    >>> whole_names(pd.Series([2025, None])).tolist(), whole_names(pd.Series([0.5, None])).tolist()
    ([2025, <NA>], [0.5, nan])
    """
    if values.dtype.kind != "f" or not values.isna().any():
        return values
    there = values.dropna().to_numpy(float)
    whole = len(there) > 0 and bool(np.all((there % 1 == 0) & (np.abs(there) <= EXACT)))
    return values.astype("Int64") if whole else values


def order_of_groups(names: Sequence[Any], categories: Sequence[str] = ()) -> list[int]:
    """Where groups stand in the order of their names: that of categories, else of numbers, else of words.

    What is missing comes last, after what is none of the categories.

    Examples
    --------
    >>> order_of_groups(["b", None, "a"]), order_of_groups([10, 9]), order_of_groups(["before", "after"], ["before"])
    ([2, 0, 1], [1, 0], [0, 1])
    """
    import pandas as pd

    rank = {name: i for i, name in enumerate(categories)}
    missing = [bool(pd.isna(name)) for name in names]
    numbers = all(isinstance(name, int | float | np.number) or gone for name, gone in zip(names, missing, strict=True))

    def key(i: int) -> tuple[Any, ...]:
        if missing[i]:
            return True, 0, 0
        return False, rank.get(str(names[i]), len(rank)), names[i] if numbers else str(names[i])

    return sorted(range(len(names)), key=key)


def by_dates(frame: pd.DataFrame, level: str) -> bool:
    """Whether dates name the groups; a column of one's own, called ``year``, goes before.

    Examples
    --------
    >>> import pandas as pd
    >>> by_dates(pd.DataFrame({"date": ["2026"]}), "year"), by_dates(pd.DataFrame({"year": [2026]}), "year")
    (True, False)
    """
    return level in OF_DATES and not (level == "year" and level in frame)


def group_column(frame: pd.DataFrame, level: str) -> str | None:
    """The column that a level takes, ``None`` if it takes none.

    Parameters
    ----------
    frame : pandas.DataFrame
        Paragraphs or articles.
    level : str
        One of `LEVELS`, or a column.

    Raises
    ------
    StanceError
        If that column is missing, or holds lists or the like.

    Examples
    --------
    >>> import pandas as pd
    >>> group_column(pd.DataFrame({"date": ["2026-05-09"]}), "week")
    'date'
    """
    if level == "all":
        return None
    column = "article_id" if level == "article" else "date" if by_dates(frame, level) else level
    if column not in frame:
        known = f"a level must be {', '.join(LEVELS)}, or one of their columns (`stance score --keep` adds yours)"
        todo = "score with --speakers" if level in OF_PARAGRAPHS else known
        raise StanceError(f"the results have no column {column!r} to group by; {todo}")
    kinds = {*map(type, frame[column])} if frame[column].dtype == object else set()
    if odd := [kind.__name__ for kind in kinds if not issubclass(kind, Hashable)]:
        raise StanceError(f"the column {column!r} holds a {odd[0]}, which cannot name a group; convert it to text")
    refuse_half_characters(frame[column], column)
    return column


def columns_of(level: str) -> list[str]:
    """Columns that grouping by a level takes, beside those of paragraphs and labels, as far as they are there.

    Examples
    --------
    >>> columns_of("week"), columns_of("outlet")
    (['date', 'week'], ['outlet'])
    """
    return list(ABOUT) if level == "article" else ["date", level] if level in OF_DATES else [level]


def group_values(frame: pd.DataFrame, level: str) -> pd.Series[Any]:
    """What names the group of every row: ``None`` where its date names no year, month or week beyond doubt.

    Parameters
    ----------
    frame, level
        As `group_column` takes them.

    Raises
    ------
    StanceError
        As `group_column` does.

    Examples
    --------
    >>> import pandas as pd
    >>> group_values(pd.DataFrame({"date": ["2026-05-09", "05/06/2026"]}), "week").tolist()
    ['2026-05-04', None]
    """
    import pandas as pd

    column = group_column(frame, level)
    if column is None:
        return pd.Series(None, index=frame.index, dtype=object)
    if not by_dates(frame, level):
        return frame[column]
    # a collection has few dates; what is missing has the number -1, and so the last
    numbers, dates = pd.factorize(frame["date"])
    return pd.Series(
        np.array([*map(_READ[level], dates), None], dtype=object)[numbers], index=frame.index, dtype=object
    )
