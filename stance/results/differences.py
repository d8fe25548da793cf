"""Two groups compared: the difference of their prevalence, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.errors import ArgumentError, StanceError, kind_of
from stance.results.table_files import refuse_same_names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compare_groups"]

_KEY = ["target", "label"]
_ADDED = ("other", "other_prevalence", "difference", "difference_low", "difference_high")
_SHOWN = 10


def compare_groups(rows: pd.DataFrame, level: str, one: str, other: str) -> pd.DataFrame:
    r"""The prevalence of every label in one group less that in another, and the same for net stance.

    The interval is made of those of the two groups (Newcombe 1998, method 10; Zou and Donner 2008), so that it is not
    even about the difference where theirs are not even about the estimates. With estimates :math:`p` and intervals from
    :math:`l` to :math:`u` it reaches down from the difference by

    .. math:: \sqrt{(p_1 - l_1)^2 + (u_2 - p_2)^2}

    and up by the same with the other ends. Made of standard errors it would be too narrow where a label is rare, and
    have no width of two groups that show none of it. The errors of the two are taken for independent, which those of
    groups of one sample are but for a little.

    Parameters
    ----------
    rows : pandas.DataFrame
        As `estimate_prevalence` makes them, by ``level``.
    level : str
        The column of the groups.
    one, other : str
        Names of two groups; of a column of numbers, those as words.

    Returns
    -------
    pandas.DataFrame
        A row for each target and label, and for net stance: ``level`` and ``other``, the names of the groups,
        ``target``, ``label``, ``prevalence``, ``other_prevalence``, ``difference``, ``difference_low`` and
        ``difference_high`` (95 %). Missing where an estimate or its interval is.

    Raises
    ------
    StanceError
        If there is no such group, the two are one, the rows are not by ``level`` or have a column of its name, or two
        columns have one name.
    ArgumentError
        If the rows are no data frame, or the level is no name.

    Examples
    --------
    >>> import pandas as pd
    >>> about = {"target": "tax", "label": "favor"}
    >>> post = {"outlet": "Post", **about, "prevalence": 0.5, "low": 0.4, "high": 0.6}
    >>> wire = {"outlet": "Wire", **about, "prevalence": 0.0, "low": 0.0, "high": 0.1}
    >>> found = compare_groups(pd.DataFrame([post, wire]), "outlet", "Post", "Wire")
    >>> found[["difference", "difference_low", "difference_high"]].round(3).to_dict("records")
    [{'difference': 0.5, 'difference_low': 0.359, 'difference_high': 0.6}]
    """
    import pandas as pd

    if not isinstance(rows, pd.DataFrame):
        raise ArgumentError(f"rows are a data frame, as `estimate_prevalence` makes them, not {kind_of(rows)}")
    refuse_same_names(map(str, rows.columns), "the rows")
    if not isinstance(level, str):
        raise ArgumentError(f"a level of estimates is one name, not {kind_of(level)}")
    if not {level, *_KEY, "prevalence", "low", "high"} <= {*rows} or level in _KEY:
        raise StanceError(f"these are no estimates by {level!r}; make them by `estimate_prevalence` with that level")
    if level in _ADDED:
        raise StanceError(f"{level!r} is a column of the differences; give yours another name to group by it")
    # a column of numbers is grouped by its numbers, and named in words
    one, other, names = str(one), str(other), rows[level].astype(str)
    if one == other:
        raise StanceError(f"{one!r} cannot be compared with itself; name two groups")
    for name in (one, other):
        if rows.loc[names == name, _KEY].duplicated().any():
            raise StanceError(f"two groups are called {name!r}, as a number and a word may be; rename one")
        if not (names == name).any():
            there = list(dict.fromkeys(names[rows[level].notna()]))
            more = f" and {len(there) - _SHOWN} more" if len(there) > _SHOWN else ""
            raise StanceError(f"no {level} {name!r}; there are {', '.join(map(repr, there[:_SHOWN]))}{more}")
    first, second = (rows[names == name].set_index(_KEY) for name in (one, other))
    second = second.reindex(first.index)
    difference = first["prevalence"] - second["prevalence"]
    down = np.hypot(first["prevalence"] - first["low"], second["high"] - second["prevalence"])
    up = np.hypot(first["high"] - first["prevalence"], second["prevalence"] - second["low"])
    found = pd.DataFrame(
        {
            level: one,
            "other": other,
            "prevalence": first["prevalence"],
            "other_prevalence": second["prevalence"],
            "difference": difference,
            "difference_low": difference - down,
            "difference_high": difference + up,
        }
    ).reset_index()
    return found[[level, "other", *_KEY, *found.columns[4:]]]
