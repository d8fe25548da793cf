"""Cells of tables for people: names of groups, and numbers, with ``-`` where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stance.results.levels import nameless

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["group_names", "percent", "plain", "signed"]

_WIDEST = 32


def group_names(rows: pd.DataFrame, level: str) -> tuple[str, list[str]]:
    """The heading and the cells of the column that names the groups, all of one width.

    Examples
    --------
    >>> import pandas as pd
    >>> group_names(pd.DataFrame({"outlet": ["Wire", None]}), "outlet")
    ('outlet   ', ['Wire     ', 'not known'])
    """
    from stance.results.page import visible

    # of articles a roll-up says more than their id, and calls that as results do
    column = level if level in rows else "article_id"
    named = ["all"] * len(rows) if level == "all" else rows[column].map(str, na_action="ignore").tolist()
    names = [visible(name if isinstance(name, str) else nameless(level)) for name in named]
    width = min(max(len(name) for name in (level, *names)), _WIDEST)
    return f"{level:<{width}}", [f"{name[:width]:<{width}}" for name in names]


def percent(share: float) -> str:
    """A share.

    Examples
    --------
    >>> percent(0.125), percent(float("nan"))
    ('12.5 %', '-')
    """
    return "-" if share != share else f"{100 * share:.1f} %"


def signed(value: float) -> str:
    """A net stance.

    Examples
    --------
    >>> signed(0.25), signed(float("nan"))
    ('+0.25', '-')
    """
    return "-" if value != value else f"{value:+.2f}"


def plain(value: float) -> str:
    """A standard error.

    Examples
    --------
    >>> plain(0.25), plain(float("nan"))
    ('0.25', '-')
    """
    return "-" if value != value else f"{value:.2f}"
