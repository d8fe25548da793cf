"""Roll-ups: from paragraphs or articles to outlets, months and whole collections (classify and count)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stance.errors import StanceError
from stance.labels import JOINT, Target, has_joint, joint_kind, net_stance
from stance.model.abstention import Reason
from stance.results.dates import month_of
from stance.results.levels import COPIES, LEVELS, OF_PARAGRAPHS, WEIGHTS
from stance.results.saved import Results, as_results, refuse_twice, whole_numbers

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "count_articles",
    "half_intervals",
    "is_boilerplate",
    "joint_kinds",
    "months_of",
    "number_groups",
    "roll_up",
    "roll_ups",
]

_Numbers = npt.NDArray[Any]

#: From fewer units there is no interval: of two the error is zero whenever they happen to agree.
_UNITS = 3

_ABOUT = ("article_id", "title", "date", "outlet")


def roll_up(
    results: Results | pd.DataFrame, level: str = "all", weight: str = "paragraph", copies: str = "each"
) -> pd.DataFrame:
    r"""Shares, net stance and the joint table of every group.

    Of group :math:`g` with articles :math:`i`, of which :math:`x_i` paragraphs are related, :math:`f_i` in favor and
    :math:`a_i` against, the net stance is the ratio :math:`R = \sum w_i (f_i - a_i) / \sum w_i x_i`, with
    :math:`w_i = 1`, or :math:`1 / x_i` where articles weigh the same. Its standard error is that of the jackknife,
    which leaves out one of :math:`m` sampled clusters at a time (Wolter 2007, chapter 4),
    :math:`\sqrt{(m - 1) / m \sum (R_{-c} - R)^2}` with :math:`R_{-c} - R = -(y_c - R z_c) / (\sum z - z_c)`, where a
    cluster is an article, or all its copies where the results have a column ``cluster``; only those with a related
    paragraph are of the sample, and ``TARGET_net_units`` is their number :math:`m`. For clusters of one size it is the
    error of a ratio of totals (Cochran 1977, section 2.11 and chapter 9A),
    :math:`\sqrt{m / (m - 1) \sum (y_c - R z_c)^2} / \sum z_c`, which is too small where one article is much longer
    than the others. At the level ``article`` the related paragraphs of each are the sample, and the units. Without two
    units, as in a group of one article, there is no error; `half_intervals` makes intervals of both.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        At either level; a data frame as `to_frame` makes it.
    level : str
        One of `LEVELS`: what a row of the roll-up is.
    weight : {"paragraph", "article"}
        What weighs the same. Decides shares and net stance, never counts.
    copies : {"each", "once"}
        Whether wire copies count one by one, or each cluster once a group, by the article that was read first.

    Returns
    -------
    pandas.DataFrame
        The group; ``articles``, ``copies_left_out``, ``paragraphs``, ``abstained``, ``boilerplate``; for each target
        ``TARGET_LABEL`` (counts), ``TARGET_abstained``, ``TARGET_share_LABEL``, ``TARGET_net``, ``TARGET_net_se``,
        ``TARGET_net_units``; the `JOINT` columns and ``share_`` of each. A share that does not exist is missing. These
        are classify-and-count figures.

    Raises
    ------
    StanceError
        If level, weight or copies is unknown, the results lack a column that is asked for, have a paragraph or an
        article twice, or a count that is none.

    Examples
    --------
    >>> import pandas as pd
    >>> labels = ["favor", "favor", "against", "unrelated"]
    >>> frame = pd.DataFrame({"article_id": ["a", "a", "b", "b"], "outlet": "Wire", "tax": labels})
    >>> frame["tax_abstained"] = None
    >>> rows = roll_up(Results(frame, (Target("tax"),), "paragraph"), "outlet")
    >>> rows[["outlet", "articles", "tax_favor", "tax_net", "tax_net_units"]].to_dict("records")
    [{'outlet': 'Wire', 'articles': 2, 'tax_favor': 2, 'tax_net': 0.3333333333333333, 'tax_net_units': 2}]
    """
    return roll_ups(as_results(results), [level], weight, copies)[level]


def roll_ups(
    results: Results, levels: Iterable[str], weight: str = "paragraph", copies: str = "each"
) -> dict[str, pd.DataFrame]:
    """What `roll_up` gives at several levels, by level; the results are checked once."""
    levels = list(levels)
    given = [*(("level", level, LEVELS) for level in levels), ("weight", weight, WEIGHTS), ("copies", copies, COPIES)]
    for name, word, known in given:
        if word not in known:
            raise StanceError(f"no such {name} of a roll-up: {word!r}; it must be one of {', '.join(known)}")
    if copies == "once" and "cluster" not in results.frame.columns:
        raise StanceError("the results have no column 'cluster': wire copies are not known")
    refuse_twice(results)
    return {level: _roll_up(results, level, weight, copies) for level in levels}


def _roll_up(results: Results, level: str, weight: str, copies: str) -> pd.DataFrame:
    counts = count_articles(results, [level] if level in OF_PARAGRAPHS else [])
    if level == "month":
        counts["month"] = months_of(counts)
    keys = {"all": [], "article": ["article_id"]}.get(level, [level])
    missing = [name for name in keys if name not in counts]
    if missing:
        raise StanceError(f"the results have no column {missing[0]!r}")
    groups = _Groups(number_groups(counts, keys), _clusters(counts), weight, copies)
    shown = [name for name in _ABOUT if name in counts] if level == "article" else keys
    rows = counts[shown].iloc[groups.first].reset_index(drop=True)
    rows["articles"] = groups.total(np.ones(len(counts))).astype(int)
    rows["copies_left_out"] = np.bincount(groups.number[~groups.kept], minlength=groups.size)
    for name in ("paragraphs", "abstained", "boilerplate"):
        rows[name] = groups.total(counts[name]).astype(int)
    for target in results.targets:
        _add_target(rows, counts, target, groups, level)
    if has_joint(results.targets):
        weights = groups.weights(counts[list(JOINT)].sum(axis=1))
        whole = groups.total(counts[list(JOINT)].sum(axis=1) * weights)
        for name in JOINT:
            rows[name] = groups.total(counts[name]).astype(int)
        for name in JOINT:
            rows[f"share_{name}"] = _divide(groups.total(counts[name] * weights), whole)
    if level not in ("all", "article"):
        rows = rows.sort_values(level, na_position="last", kind="stable", ignore_index=True)
    return rows


def half_intervals(errors: Any, units: Any) -> _Numbers:
    """Halves of the 95 % intervals of net stance: what lies to either side of it.

    Student's t times the standard error, with one degree of freedom fewer than there are units, since the error is
    estimated from them (Cochran 1977, section 2.8). The quantile of the normal distribution, 1.96, would be too low
    for the few articles that a month or an outlet often has.

    Parameters
    ----------
    errors : array-like of float
        ``TARGET_net_se`` of `roll_up`.
    units : array-like of int
        ``TARGET_net_units``.

    Returns
    -------
    ndarray of float
        NaN from fewer than three units, and where the error is zero or missing: units that happen to agree do not tell
        how others vary.

    Examples
    --------
    >>> half_intervals([0.1, 0.1, 0.1, 0.0], [2, 3, 61, 9]).round(2).tolist()
    [nan, 0.43, 0.2, nan]
    """
    from scipy.special import stdtrit

    errors, units = np.asarray(errors, dtype=float), np.asarray(units, dtype=float)
    halves = np.full(len(errors), np.nan)
    some = (units >= _UNITS) & (errors > 0)
    halves[some] = stdtrit(units[some] - 1, 0.975) * errors[some]
    return halves


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
        labels_of = {t.name: [f"{t.name}_{label}" for label in t.labels] for t in results.targets}
        counted = ["paragraphs", "abstained", *(name for labels in labels_of.values() for name in labels)]
        counted += [name for name in ["boilerplate"] if name in frame]
        counted += JOINT if has_joint(results.targets) else ()
        counts = whole_numbers(results, counted).frame
        if "boilerplate" not in counts:
            counts["boilerplate"] = 0
        for target in results.targets:
            abstained = counts["paragraphs"] - counts["boilerplate"] - counts[labels_of[target.name]].sum(axis=1)
            counts[f"{target.name}_abstained"] = abstained
        return counts
    number = number_groups(frame, ["article_id", *within])
    first = np.unique(number, return_index=True)[1]
    counts = frame[[name for name in (*_ABOUT, "cluster", *within) if name in frame]].iloc[first].reset_index(drop=True)

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


class _Groups:
    """Which rows of counts belong together, and how they weigh."""

    def __init__(self, number: _Numbers, clusters: _Numbers, weight: str, copies: str) -> None:
        import pandas as pd

        self.number, self.clusters, self.weight = number, clusters, weight
        self.size = int(number.max(initial=-1)) + 1
        self.first = np.unique(number, return_index=True)[1]
        again = pd.DataFrame({"group": number, "cluster": clusters}).duplicated().to_numpy()
        self.kept = ~again if copies == "once" else np.ones(len(number), dtype=np.bool_)

    def total(self, values: Any) -> _Numbers:
        """The sum in every group of what is kept."""
        values = np.where(self.kept, np.asarray(values, dtype=float), 0.0)
        return np.bincount(self.number, weights=values, minlength=self.size)

    def weights(self, counted: Any) -> _Numbers:
        """What a paragraph of each row weighs, if so many of that row are counted."""
        counted = np.asarray(counted, dtype=float)
        return _divide(np.ones(len(counted)), counted, 0.0) if self.weight == "article" else np.ones(len(counted))

    def units(self, z: Any) -> _Numbers:
        """How many clusters have any ``z``."""
        import pandas as pd

        table = pd.DataFrame({"group": self.number, "cluster": self.clusters})[self.kept & (np.asarray(z) > 0)]
        return np.bincount(table.drop_duplicates()["group"], minlength=self.size)

    def ratio_error(self, y: Any, z: Any) -> _Numbers:
        """Jackknife standard error of the ratio of the totals of ``y`` and ``z``; NaN from fewer than two clusters."""
        import pandas as pd

        table = pd.DataFrame({"group": self.number, "cluster": self.clusters, "y": y, "z": z})[self.kept]
        sums = table.groupby(["group", "cluster"], sort=False)[["y", "z"]].sum().reset_index()
        sums = sums[sums["z"] > 0]
        group, a, b = (sums[name].to_numpy() for name in ("group", "y", "z"))

        def add(values: _Numbers) -> _Numbers:
            return np.bincount(group, weights=values, minlength=self.size)

        whole, clusters = add(b), add(np.ones(len(sums)))
        gaps = a - _divide(add(a), whole)[group] * b
        # clusters of one and the same ratio differ by rounding, and an error of 1e-17 would pass for one
        gaps = np.where(np.abs(gaps) > 1e-12 * b, gaps, 0.0)
        # what leaving each out changes: a long article draws the ratio to itself, so that its own gap is too small
        changes = _divide(gaps, whole[group] - b)
        errors: _Numbers = np.sqrt(_divide(clusters - 1, clusters) * add(changes**2))
        return errors


def _add_target(rows: pd.DataFrame, counts: pd.DataFrame, target: Target, groups: _Groups, level: str) -> None:
    name = target.name
    for label in target.labels:
        rows[f"{name}_{label}"] = groups.total(counts[f"{name}_{label}"]).astype(int)
    rows[f"{name}_abstained"] = groups.total(counts[f"{name}_abstained"]).astype(int)
    related = counts[[f"{name}_{label}" for label in target.related]].sum(axis=1).to_numpy()
    weights = groups.weights(related)
    whole = groups.total(related * weights)
    for label in target.related:
        rows[f"{name}_share_{label}"] = _divide(groups.total(counts[f"{name}_{label}"] * weights), whole)
    units = groups.total(related).astype(int) if level == "article" else groups.units(related)
    if target.sides is None:
        rows[f"{name}_net"] = rows[f"{name}_net_se"] = np.nan
        rows[f"{name}_net_units"] = units
        return
    favor, against = (counts[f"{name}_{side}"].to_numpy() for side in target.sides)
    difference = favor - against
    rows[f"{name}_net"] = _divide(groups.total(difference * weights), whole)
    if level == "article":
        # one article: its paragraphs are the sample
        _, rows[f"{name}_net_se"] = net_stance(groups.total(favor), groups.total(against), units)
    else:
        rows[f"{name}_net_se"] = groups.ratio_error(difference * weights, related * weights)
    rows[f"{name}_net_units"] = units


def number_groups(frame: pd.DataFrame, keys: Sequence[str]) -> _Numbers:
    """The group of every row, from 0 in order of appearance; what is missing is a group too."""
    if not keys:
        return np.zeros(len(frame), dtype=np.int64)
    return frame.groupby(list(keys), sort=False, dropna=False).ngroup().to_numpy()


def _clusters(counts: pd.DataFrame) -> _Numbers:
    """The sampling unit of every row: its cluster of copies, else its article."""
    import pandas as pd

    unit = "article " + counts["article_id"].astype(str)
    if "cluster" in counts:
        unit = unit.where(counts["cluster"].isna(), "cluster " + counts["cluster"].astype(str))
    return pd.factorize(unit)[0]


def months_of(frame: pd.DataFrame) -> list[str | None]:
    """The month of every row's date, ``None`` where it names none beyond doubt.

    Raises
    ------
    StanceError
        If there is no column of dates.
    """
    if "date" not in frame:
        raise StanceError("the results have no column 'date'")
    import pandas as pd

    # a collection has few dates; what is missing has the number -1, and so the last
    numbers, dates = pd.factorize(frame["date"])
    months: list[str | None] = np.array([*map(month_of, dates), None], dtype=object)[numbers].tolist()
    return months


def _divide(a: Any, b: Any, otherwise: float = np.nan) -> _Numbers:
    """The quotient, and something else where there is nothing to divide by."""
    quotient = np.full(len(b), otherwise)
    np.divide(a, b, out=quotient, where=np.asarray(b) > 0)
    return quotient
