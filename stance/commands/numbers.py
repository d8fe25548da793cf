"""Numbers in tables for people; ``-`` where there is none."""

from __future__ import annotations

__all__ = ["percent", "plain", "signed"]


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
