"""The words that everybody uses: targets and labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["LABELS", "Target", "order_labels"]

#: The labels of the codebook, in the order in which they are shown.
LABELS = ("favor", "against", "neutral", "unrelated")

_ORDER = {label: i for i, label in enumerate((*LABELS[:3], "none", *LABELS[3:]))}


@dataclass(frozen=True, slots=True)
class Target:
    """What a stance is about.

    Parameters
    ----------
    name : str
        For instance ``"sanctions"``.
    labels : tuple of str
        The labels a coder may give.
    """

    name: str
    labels: tuple[str, ...] = LABELS


def order_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Sort labels: those of the codebook first, whatever their case, then by name.

    Examples
    --------
    >>> order_labels(["NONE", "AGAINST", "FAVOR"])
    ('FAVOR', 'AGAINST', 'NONE')
    """
    return tuple(sorted(set(labels), key=lambda label: (_ORDER.get(label.lower(), len(_ORDER)), label)))
