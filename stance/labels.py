"""The words that everybody uses: targets and labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.errors import ArgumentError, kind_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = [
    "JOINT",
    "JOINT_SHARES",
    "LABELS",
    "RESERVED",
    "Target",
    "all_labels",
    "check_targets",
    "has_joint",
    "is_related",
    "joint_kind",
    "net_stance",
    "order_labels",
    "scored_targets",
]

#: The labels of the codebook, in the order in which they are shown.
LABELS = ("favor", "against", "neutral", "unrelated")

#: What a paragraph puts forward of the two instruments taken together: it favors sanctions but not diplomacy, diplomacy
#: but not sanctions, both, or neither.
JOINT = ("coercion_only", "engagement_only", "dual_track", "neither")
#: Columns of roll-ups: the share of each, and its standard error.
JOINT_SHARES = tuple(f"share_{name}{end}" for name in JOINT for end in ("", "_se"))

#: Columns of results, in lower case, that no target may be called: its labels would stand in their place.
RESERVED = frozenset(
    """
    article_id title date outlet month week paragraph start end text cluster voice speaker speaker_start speaker_end
    source_verb actor drawn_from sample_stratum sample_stratum_size articles copies_left_out paragraphs abstained
    boilerplate article joint_units
    """.split()
).union(JOINT)

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

    Raises
    ------
    ArgumentError
        If the name is no text, or the labels are no tuple of texts.
    """

    name: str
    labels: tuple[str, ...] = LABELS

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise ArgumentError(f"the name of a Target is a {kind_of(self.name)}, not a str")
        if not isinstance(self.labels, tuple) or not all(isinstance(label, str) for label in self.labels):
            raise ArgumentError(
                f"the labels of a Target are a tuple, such as ('favor', 'against'), not {self.labels!r:.60}"
            )

    @property
    def related(self) -> tuple[str, ...]:
        """The labels that say that a paragraph is about the target.

        Examples
        --------
        >>> Target("tax", ("FAVOR", "AGAINST", "NONE")).related
        ('FAVOR', 'AGAINST')
        """
        return tuple(label for label in self.labels if is_related(label))

    @property
    def sides(self) -> tuple[str, str] | None:
        """Its labels in favor and against, which a net stance is made of; ``None`` if it lacks one.

        Examples
        --------
        >>> Target("tax", ("AGAINST", "FAVOR", "NONE")).sides, Target("tax", ("yes", "no")).sides
        (('FAVOR', 'AGAINST'), None)
        """
        favor, against = self.find("favor"), self.find("against")
        return None if favor is None or against is None else (favor, against)

    @property
    def columns(self) -> tuple[str, ...]:
        """Whatever columns results of any level have of it.

        Examples
        --------
        >>> Target("tax", ("favor",)).columns[:4]
        ('tax', 'tax_probability', 'tax_p_favor', 'tax_abstained')
        """
        probabilities = [f"p_{label}" for label in self.labels]
        shares = [f"share_{label}{end}" for label in self.related for end in ("", "_se")]
        nets = ["net", "net_se", "net_units"]
        outcomes = ["code", "weight", *(f"y_{label}" for label in self.labels)]
        ends = ["probability", *probabilities, "abstained", "words", *outcomes, *self.labels, *shares, *nets]
        return (self.name, *(f"{self.name}_{end}" for end in ends))

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


def all_labels(targets: Iterable[Target]) -> tuple[str, ...]:
    """Every label of any target once, in the order of the last axis of a model's arrays.

    Examples
    --------
    >>> all_labels([Target("tax", ("pro", "con")), Target("toll", ("con", "none"))])
    ('pro', 'con', 'none')
    """
    return tuple(dict.fromkeys(label for target in targets for label in target.labels))


def check_targets(given: Any) -> None:
    """Check that a caller gave a sequence of targets.

    Raises
    ------
    ArgumentError
        If not.
    """
    if not isinstance(given, Sequence) or not all(isinstance(target, Target) for target in given):
        whose = "of a model, `StanceModel.targets`, or of results, `Results.targets`"
        raise ArgumentError(f"targets are those {whose}, not {kind_of(given)}")


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
    """Whether both instruments of `JOINT` are among the targets, with a label in favor, in any case.

    Examples
    --------
    >>> has_joint([Target("sanctions"), Target("diplomacy", ("FAVOR", "NONE"))]), has_joint([Target("tariffs")])
    (True, False)
    """
    return {"sanctions", "diplomacy"} <= {target.name for target in targets if target.find("favor") is not None}


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


def net_stance(
    favor: npt.ArrayLike, against: npt.ArrayLike, related: npt.ArrayLike
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    r"""Net stance of each of many sets of paragraphs, and its standard error over them.

    With :math:`y` as 1 for a paragraph in favor, -1 for one against and 0 for any other of the :math:`x` related ones,
    it is their mean :math:`R`, and its error that of a mean, :math:`\sqrt{\sum (y - R)^2 / (x (x - 1))}` (Cochran 1977,
    section 2.7).

    Parameters
    ----------
    favor, against, related : array-like of int, of one shape
        Numbers of paragraphs.

    Returns
    -------
    net : ndarray of float, of that shape
        From -1 to 1; NaN where no paragraph is related.
    error : ndarray of float, of that shape
        NaN where fewer than two are.

    Examples
    --------
    >>> net, error = net_stance([3, 1, 0], [1, 0, 0], [4, 1, 0])
    >>> net.tolist(), error.round(2).tolist()
    ([0.5, 1.0, nan], [0.5, nan, nan])
    """
    import numpy as np

    favor, against, related = np.asarray(favor), np.asarray(against), np.asarray(related)
    net, error = np.full(related.shape, np.nan), np.full(related.shape, np.nan)
    np.divide(favor - against, related, out=net, where=related > 0)
    squares = np.maximum(favor + against - related * (net * net), 0.0)
    np.divide(squares, related * (related - 1), out=error, where=related > 1)
    return net, np.sqrt(error)
