"""The words that everybody uses: targets and labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["JOINT", "LABELS", "UNRELATED", "Target", "has_joint", "order_labels"]

#: The labels of the codebook, in the order in which they are shown.
LABELS = ("favor", "against", "neutral", "unrelated")

#: Labels, in lower case, that say that a paragraph is not about the target.
UNRELATED = frozenset({"unrelated", "none"})

#: What a paragraph puts forward of the two instruments taken together: it favors sanctions but not diplomacy, diplomacy
#: but not sanctions, both, or neither.
JOINT = ("coercion_only", "engagement_only", "dual_track", "neither")

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


def has_joint(targets: Iterable[Target]) -> bool:
    """Whether both instruments of `JOINT` are among the targets.

    Examples
    --------
    >>> has_joint([Target("sanctions"), Target("diplomacy")]), has_joint([Target("tariffs")])
    (True, False)
    """
    return {"sanctions", "diplomacy"} <= {target.name for target in targets if "favor" in target.labels}
