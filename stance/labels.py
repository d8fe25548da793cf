"""The words that everybody uses: targets and labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["JOINT", "LABELS", "Target", "has_joint", "is_related", "joint_kind", "order_labels", "scored_targets"]

#: The labels of the codebook, in the order in which they are shown.
LABELS = ("favor", "against", "neutral", "unrelated")

#: What a paragraph puts forward of the two instruments taken together: it favors sanctions but not diplomacy, diplomacy
#: but not sanctions, both, or neither.
JOINT = ("coercion_only", "engagement_only", "dual_track", "neither")

# labels, in lower case, that say that a paragraph is not about the target
_UNRELATED = frozenset({"unrelated", "none"})
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

    @property
    def related(self) -> tuple[str, ...]:
        """The labels that say that a paragraph is about the target.

        Examples
        --------
        >>> Target("tax", ("FAVOR", "AGAINST", "NONE")).related
        ('FAVOR', 'AGAINST')
        """
        return tuple(label for label in self.labels if is_related(label))

    def find(self, code: str) -> str | None:
        """The label that a coder means, in whatever case; ``None`` if there is none.

        Examples
        --------
        >>> Target("tax").find("Favor"), Target("tax").find("maybe")
        ('favor', None)
        """
        if code in self.labels:
            return code
        return next((label for label in self.labels if label.lower() == code.lower()), None)


def is_related(label: str | None) -> bool:
    """Whether a label says that a paragraph is about the target; ``None``, where the model abstained, does not.

    Examples
    --------
    >>> is_related("neutral"), is_related("NONE"), is_related(None)
    (True, False, False)
    """
    return label is not None and label.lower() not in _UNRELATED


def order_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Sort labels: those of the codebook first, whatever their case, then by name.

    Examples
    --------
    >>> order_labels(["NONE", "AGAINST", "FAVOR"])
    ('FAVOR', 'AGAINST', 'NONE')
    """
    return tuple(sorted(set(labels), key=lambda label: (_ORDER.get(label.lower(), len(_ORDER)), label)))


def scored_targets(columns: Iterable[str]) -> list[str]:
    """The columns that hold labels which a model gave: what scoring says beside its labels stands beside them.

    Examples
    --------
    >>> scored_targets(["text", "tax", "tax_probability", "tax_p_favor", "tax_abstained"]), scored_targets(["tax"])
    (['tax'], [])
    """
    names = dict.fromkeys(columns)
    return [name for name in names if f"{name}_probability" in names and f"{name}_abstained" in names]


def has_joint(targets: Iterable[Target]) -> bool:
    """Whether both instruments of `JOINT` are among the targets.

    Examples
    --------
    >>> has_joint([Target("sanctions"), Target("diplomacy")]), has_joint([Target("tariffs")])
    (True, False)
    """
    return {"sanctions", "diplomacy"} <= {target.name for target in targets if "favor" in target.labels}


def joint_kind(sanctions: str | None, diplomacy: str | None) -> str | None:
    """Which of `JOINT` a paragraph with these labels is.

    Parameters
    ----------
    sanctions, diplomacy : str or None
        Labels, in any case and of any scheme of labels; ``None`` where the model abstained.

    Returns
    -------
    str or None
        ``None`` without both labels, and where it is related to neither target.

    Examples
    --------
    >>> joint_kind("favor", "none"), joint_kind("favor", None), joint_kind("unrelated", "none")
    ('coercion_only', None, None)
    """
    if not sanctions or not diplomacy:
        return None
    if not (is_related(sanctions) or is_related(diplomacy)):
        return None
    coercion_only, engagement_only, dual_track, neither = JOINT
    if sanctions.lower() == "favor":
        return dual_track if diplomacy.lower() == "favor" else coercion_only
    return engagement_only if diplomacy.lower() == "favor" else neither
