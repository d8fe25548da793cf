"""Roll-ups: from paragraphs or articles to outlets, months, any groups and whole collections (classify and count)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stance.errors import ArgumentError, StanceError, kind_of
from stance.labels import JOINT, JOINT_SHARES, Target, has_joint, net_stance
from stance.results.counting import (
    ABOUT,
    by_dates,
    count_articles,
    group_column,
    group_values,
    number_groups,
    order_of_groups,
    whole_names,
)
from stance.results.levels import COPIES, OF_PARAGRAPHS, WEIGHTS
from stance.results.scored import Results, as_results, refuse_twice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["half_intervals", "roll_up", "roll_ups"]

_Numbers = npt.NDArray[Any]

#: From fewer units there is no interval: of two the error is zero whenever they happen to agree.
_UNITS = 3

_COUNTED = ("paragraphs", "abstained", "boilerplate")


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
    units, as in a group of one article, there is no error. A 95 % interval reaches to either side by the error times
    Student's t, with one degree of freedom fewer than there are units.

    A share is such a ratio, too, of the paragraphs of one label to the related ones, with an error of the same kind and
    the same units. Those of the joint table are of the paragraphs counted there, with ``joint_units``.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        At either level; a data frame as `to_frame` makes it.
    level : str
        What a row of the roll-up is: ``all``, ``article``, ``outlet``, ``year``, ``month``, ``week``, ``voice``,
        ``speaker`` or ``actor``, or a column of the results, such as one that was merged in. By the last three of these
        it is the stance of the paragraphs in which they speak, whoever holds it.
    weight : {"paragraph", "article"}
        What weighs the same. Decides shares and net stance, never counts.
    copies : {"each", "once"}
        Whether wire copies count one by one, or each cluster once a group, by the article that was read first.

    Returns
    -------
    pandas.DataFrame
        The group, in the order of ordered categories, else of numbers or words; ``articles``, ``copies_left_out``,
        ``paragraphs``, ``abstained``, ``boilerplate``; for each target
        ``TARGET_LABEL`` (counts), ``TARGET_abstained``, ``TARGET_share_LABEL`` of the related paragraphs and
        ``TARGET_share_LABEL_se``, ``TARGET_net``, ``TARGET_net_se``, ``TARGET_net_units``; of sanctions and diplomacy
        together ``coercion_only``, ``engagement_only``, ``dual_track`` and ``neither``,
        ``share_`` of each with ``_se``, and ``joint_units``. A share that does not exist is missing. These are
        classify-and-count figures.

    Raises
    ------
    StanceError
        If weight or copies is unknown, the results lack a column that is asked for, it holds what cannot name a group,
        or it has the name of one that the roll-up makes; if they have a paragraph or an article twice, or a count that
        is none.
    ArgumentError
        If the results are neither of these, or the level is no name.

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
    if not isinstance(level, str):
        raise ArgumentError(f"a level of a roll-up is one name, not {kind_of(level)}")
    return roll_ups(as_results(results), [level], weight, copies)[level]


def roll_ups(
    results: Results, levels: Iterable[str], weight: str = "paragraph", copies: str = "each"
) -> dict[str, pd.DataFrame]:
    """What `roll_up` gives at several levels, by level; the results are checked once."""
    for name, word, known in (("weight", weight, WEIGHTS), ("copies", copies, COPIES)):
        if word not in known:
            raise StanceError(f"unknown {name} of a roll-up: {word!r}; it must be one of {', '.join(known)}")
    if copies == "once" and "cluster" not in results.frame.columns:
        raise StanceError("the results have no column 'cluster', which tells wire copies; score with --clusters")
    refuse_twice(results)
    return {level: _roll_up(results, level, weight, copies) for level in levels}


def _roll_up(results: Results, level: str, weight: str, copies: str) -> pd.DataFrame:
    if level in _names_made(results.targets):
        raise StanceError(f"{level!r} is a column that a roll-up makes; give yours another name to group by it")
    group_column(results.frame, level)
    of_dates = by_dates(results.frame, level)
    of_articles = of_dates or level in ("all", "article", *ABOUT, "cluster")
    divided = level in OF_PARAGRAPHS or (results.level == "paragraph" and not of_articles)
    counts = count_articles(results, [level] if divided else [])
    keys = [] if level == "all" else ["article_id" if level == "article" else level]
    if of_dates:
        counts[level] = group_values(counts, level)
    groups = _Groups(counts, number_groups(counts, keys), weight, copies, level == "article")
    shown = [name for name in ABOUT if name in counts] if level == "article" else keys
    rows = counts[shown].iloc[groups.first].reset_index(drop=True)
    rows["articles"] = groups.total(np.ones(len(counts))).astype(int)
    rows["copies_left_out"] = np.bincount(groups.number[~groups.kept], minlength=groups.size)
    for name in _COUNTED:
        rows[name] = groups.total(counts[name]).astype(int)
    for target in results.targets:
        _add_target(rows, counts, target, groups)
    if has_joint(results.targets):
        for name in JOINT:
            rows[name] = groups.total(counts[name]).astype(int)
        counted, _ = _add_shares(rows, counts, {f"share_{name}": name for name in JOINT}, groups)
        rows["joint_units"] = groups.units(counted)
    if level not in ("all", "article"):
        rows[level] = whole_names(rows[level])
        order = order_of_groups(rows[level].tolist(), results.orders.get(level, ()))
        rows = rows.iloc[order].reset_index(drop=True)
    return rows


def _names_made(targets: Sequence[Target]) -> set[str]:
    """The columns of a roll-up, but for what names the groups."""
    of_targets = [name for target in targets for name in target.columns]
    return {"articles", "copies_left_out", *_COUNTED, *of_targets, *JOINT, *JOINT_SHARES, "joint_units"}


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


class _Groups:
    """Which rows of counts belong together, and how they weigh."""

    def __init__(self, counts: pd.DataFrame, number: _Numbers, weight: str, copies: str, single: bool) -> None:
        import pandas as pd

        self.number, self.weight, self.single = number, weight, single
        self.size = int(number.max(initial=-1)) + 1
        self.first = np.unique(number, return_index=True)[1]
        sampled = pd.DataFrame({"group": number, "cluster": _clusters(counts)})
        self.sampled = number_groups(sampled, ["group", "cluster"])
        self.group_of_sampled = number[~sampled.duplicated().to_numpy()]
        self.kept = np.ones(len(number), dtype=np.bool_)
        if copies == "once":
            # a cluster has the name of what was read first, wherever that stands by now
            later = (counts["article_id"].astype(str) != counts["cluster"].astype(str)).to_numpy()
            order = np.argsort(later, kind="stable")
            self.kept[order] = ~sampled.iloc[order].duplicated().to_numpy()

    def total(self, values: Any) -> _Numbers:
        """The sum in every group of what is kept."""
        return self._sums(self.number, values, self.size)

    def _sums(self, number: _Numbers, values: Any, size: int) -> _Numbers:
        return np.bincount(number, np.where(self.kept, np.asarray(values, dtype=float), 0.0), size)

    def weights(self, counted: Any) -> _Numbers:
        """What a paragraph of each row weighs, if so many of that row are counted."""
        counted = np.asarray(counted, dtype=float)
        return _divide(np.ones(len(counted)), counted, 0.0) if self.weight == "article" else np.ones(len(counted))

    def units(self, z: Any) -> _Numbers:
        """How many clusters have any ``z``; where a group is one article, its paragraphs that do."""
        if self.single:
            return self.total(z).astype(int)
        z = self._sums(self.sampled, z, len(self.group_of_sampled))
        return np.bincount(self.group_of_sampled[z > 0], minlength=self.size)

    def error(self, favor: Any, against: Any, related: Any, weights: Any) -> _Numbers:
        """Standard error of the ratio of ``favor - against`` to the related; NaN from fewer than two units."""
        if self.single:
            # one article: its paragraphs are the sample
            return net_stance(self.total(favor), self.total(against), self.total(related))[1]
        return self._ratio_error((favor - against) * weights, related * weights)

    def _ratio_error(self, y: Any, z: Any) -> _Numbers:
        """Jackknife standard error of the ratio of the totals of ``y`` and ``z``."""
        a, b = (self._sums(self.sampled, values, len(self.group_of_sampled)) for values in (y, z))
        group, a, b = (values[b > 0] for values in (self.group_of_sampled, a, b))

        def add(values: _Numbers) -> _Numbers:
            return np.bincount(group, weights=values, minlength=self.size)

        whole, clusters = add(b), add(np.ones(len(b)))
        gaps = a - _divide(add(a), whole)[group] * b
        # clusters of one and the same ratio differ by rounding, and an error of 1e-17 would pass for one
        gaps = np.where(np.abs(gaps) > 1e-12 * b, gaps, 0.0)
        # what leaving each out changes: a long article draws the ratio to itself, so that its own gap is too small
        changes = _divide(gaps, whole[group] - b)
        errors: _Numbers = np.sqrt(_divide(clusters - 1, clusters) * add(changes**2))
        return errors


def _add_target(rows: pd.DataFrame, counts: pd.DataFrame, target: Target, groups: _Groups) -> None:
    name = target.name
    for label in target.labels:
        rows[f"{name}_{label}"] = groups.total(counts[f"{name}_{label}"]).astype(int)
    rows[f"{name}_abstained"] = groups.total(counts[f"{name}_abstained"]).astype(int)
    shares = {f"{name}_share_{label}": f"{name}_{label}" for label in target.related}
    related, weights = _add_shares(rows, counts, shares, groups)
    rows[f"{name}_net"] = rows[f"{name}_net_se"] = np.nan
    if target.sides is not None:
        favor, against = (counts[f"{name}_{side}"].to_numpy() for side in target.sides)
        rows[f"{name}_net"] = _divide(groups.total((favor - against) * weights), groups.total(related * weights))
        rows[f"{name}_net_se"] = groups.error(favor, against, related, weights)
    rows[f"{name}_net_units"] = groups.units(related)


def _add_shares(
    rows: pd.DataFrame, counts: pd.DataFrame, shares: Mapping[str, str], groups: _Groups
) -> tuple[_Numbers, _Numbers]:
    """Add shares of what is counted in some columns, by the names of both; how much that is, and what each weighs."""
    counted = counts[list(shares.values())].sum(axis=1).to_numpy()
    weights = groups.weights(counted)
    whole = groups.total(counted * weights)
    for share, name in shares.items():
        part = counts[name].to_numpy()
        rows[share] = _divide(groups.total(part * weights), whole)
        rows[f"{share}_se"] = groups.error(part, np.zeros(len(part)), counted, weights)
    return counted, weights


def _clusters(counts: pd.DataFrame) -> _Numbers:
    """The sampling unit of every row: its cluster of copies, else its article."""
    import pandas as pd

    unit = "article " + counts["article_id"].astype(str)
    if "cluster" in counts:
        unit = unit.where(counts["cluster"].isna(), "cluster " + counts["cluster"].astype(str))
    return pd.factorize(unit)[0]


def _divide(a: Any, b: Any, otherwise: float = np.nan) -> _Numbers:
    """The quotient, and something else where there is nothing to divide by."""
    quotient = np.full(len(b), otherwise)
    np.divide(a, b, out=quotient, where=np.asarray(b) > 0)
    return quotient
