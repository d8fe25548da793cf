"""Which figures a report has of its groups: net stance over time, by outlet, and by who speaks if asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING

from stance.errors import number_of
from stance.labels import Target
from stance.results.figures import Figure, Series
from stance.results.levels import OF_PARAGRAPHS
from stance.results.rollup import half_intervals, roll_ups
from stance.results.scored import Results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw_figures", "roll_up_drawn"]

_GROUPS_DRAWN = 15
# of fewer related paragraphs a group's net stance is in the table only: its point would stand at an end by chance
_PARAGRAPHS_DRAWN = 3
_LONGEST_TIME = 600
# of a name, and of its end where its beginning is that of another
_LETTERS, _TAIL = 24, 14
_ROUNDS = 5

_NOTE = (
    "(favor − against) / related paragraphs, as labeled by a model (classify and count): its mistakes are included, "
    "and the intervals do not cover them. Bars: 95 % intervals over articles, or clusters of copies; hollow marks have "
    "none, as these are too few or all agree."
)
_TITLES = {"month": "Over time", "outlet": "By outlet", "actor": "By actor who speaks"}


def roll_up_drawn(results: Results, actors: bool = False) -> dict[str, pd.DataFrame]:
    """The roll-ups that `draw_figures` draws, of month and outlet as far as the results tell them, and the whole.

    Parameters
    ----------
    results : Results
        Paragraphs or articles.
    actors : bool
        Whether by the actor who speaks, too.

    Raises
    ------
    StanceError
        If actors are asked for, and the results have none.
    """
    return roll_ups(results, [*_drawn_levels(results, actors), "all"])


def _drawn_levels(results: Results, actors: bool) -> list[str]:
    """Month and outlet, as far as the results tell them, and actor if asked for."""
    levels = {"month": "date", "outlet": "outlet"}
    return [level for level, column in levels.items() if column in results.frame] + ["actor"] * actors


def draw_figures(targets: Sequence[Target], rolled: Mapping[str, pd.DataFrame]) -> list[Figure]:
    """What is drawn of roll-ups, by level: net stance of all groups but the whole."""
    figures = (_figure(level, rows, targets) for level, rows in rolled.items() if level != "all")
    return [figure for figure in figures if figure is not None]


def _figure(level: str, rows: pd.DataFrame, targets: Sequence[Target]) -> Figure | None:
    unknown = 0 if level in OF_PARAGRAPHS else int(rows.loc[rows[level].isna(), "articles"].sum())
    rows = _drawable(rows[rows[level].notna()], targets)
    if level == "actor":
        # who speaks for nobody that is known is no group
        rows = rows[rows[level] != "unknown"]
    nets = [target.name for target in targets if rows[f"{target.name}_net"].notna().any()]
    if not nets or (level == "month" and len(rows) < 2):
        return None
    of = " of the paragraphs in which each speaks, whoever holds it," if level == "actor" else ""
    among, number = "", len(rows)
    if level == "month":
        rows = rows.set_index("month").reindex(_months(rows["month"].tolist())).reset_index()
        groups = [str(value) for value in rows[level]]
    else:
        rows = rows.sort_values("paragraphs", ascending=False, kind="stable")
        rows = rows[rows[[f"{n}_net" for n in nets]].notna().any(axis=1)].head(_GROUPS_DRAWN)
        # what only smaller groups have is not drawn, and so no part of the legend
        nets = [n for n in nets if rows[f"{n}_net"].notna().any()]
        names = [str(value) for value in rows[level]]
        short = _shortened(names)
        groups = [f"{short[name]} ({n:,})" for name, n in zip(names, rows["paragraphs"], strict=True)]
        if number > len(rows):
            largest, are = ("largest", "is") if len(rows) == 1 else (f"{len(rows)} largest", "are")
            among = f", of which the {largest} with three related paragraphs or more {are} drawn"
    halves = {n: half_intervals(rows[f"{n}_net_se"], rows[f"{n}_net_units"]).tolist() for n in nets}
    series = [Series(n, rows[f"{n}_net"].tolist(), halves[n]) for n in nets]
    summary = f"Net stance{of} on {' and '.join(nets)} for {number_of(number, level)}{among}"
    if unknown:
        summary += f", leaving out {number_of(unknown, 'article')} of unknown {level}"
    note = f"{summary}. {_NOTE}"
    return Figure(f"by-{level}", _TITLES[level], summary, groups, series, over_time=level == "month", note=note)


def _drawable(rows: pd.DataFrame, targets: Sequence[Target]) -> pd.DataFrame:
    """The groups without the net stances that rest on too few related paragraphs."""
    rows = rows.copy()
    for target in targets:
        related = rows[[f"{target.name}_{label}" for label in target.related]].sum(axis=1)
        rows[f"{target.name}_net"] = rows[f"{target.name}_net"].where(related >= _PARAGRAPHS_DRAWN)
    return rows


def _shortened(names: Sequence[str]) -> dict[str, str]:
    """Names as a chart has room for; of those that begin alike, the part is kept that tells them apart.

    Examples
    --------
    >>> list(_shortened(["Ledger", "Northern Harbour Courier, Friday", "Northern Harbour Courier, Monday"]).values())
    ['Ledger', 'Northern …ourier, Friday', 'Northern …ourier, Monday']
    """
    short = {name: _cut(name, _LETTERS) for name in names}
    # those that are still alike begin alike for longer
    for again in range(_ROUNDS):
        alike: dict[str, list[str]] = {}
        for name, label in short.items():
            alike.setdefault(label, []).append(name)
        for group in alike.values():
            if len(group) > 1:
                same = sum(1 for _ in takewhile(lambda letters: len(set(letters)) == 1, zip(*group, strict=False)))
                for name in group:
                    start = min(same - 1, len(name) - _TAIL) if again < 2 else same - 1
                    short[name] = f"{name[:9]}…{_cut(name[start:], _TAIL)}"
    return short


def _cut(name: str, letters: int) -> str:
    return name if len(name) <= letters else name[: letters - 1] + "…"


def _months(known: list[str]) -> list[str]:
    """All months from the first to the last: a month without articles is a gap, not a shorter way."""
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (min(known), max(known)))
    if last - first > _LONGEST_TIME:
        # one date that is wrong by a century would leave nothing to see
        return known
    return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(first, last + 1)]
