"""What scoring returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stance.articles import Paragraph
from stance.errors import number_of
from stance.labels import Target
from stance.model.abstention import Reason

__all__ = ["Decided", "ParagraphScore", "Scores", "TargetScore"]


@dataclass(frozen=True, slots=True)
class TargetScore:
    """The stance of one paragraph on one target.

    Two are equal if they say the same, be it in another process: a probability that does not exist is as good as
    another one.

    Attributes
    ----------
    label : str or None
        The most probable label; ``None`` where the model abstained.
    probability : float
        Its calibrated probability, or the greatest one where the model abstained as ambiguous; NaN if unscored.
    probabilities : mapping of str to float
        All labels of the target.
    abstained : Reason or None
        Why there is no label.
    """

    label: str | None
    probability: float
    probabilities: Mapping[str, float]
    abstained: Reason | None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TargetScore):
            return NotImplemented
        return self._said() == other._said()

    def _said(self) -> tuple[Any, ...]:
        # NaN is equal to nothing, itself included
        known = {name: None if p != p else p for name, p in self.probabilities.items()}
        return self.label, self.abstained, None if self.probability != self.probability else self.probability, known


@dataclass(frozen=True, slots=True)
class ParagraphScore:
    """A paragraph with its stance on every target.

    Attributes
    ----------
    paragraph : Paragraph
        The paragraph.
    stances : mapping of str to TargetScore
        By the name of the target, in the order of the model's.
    """

    paragraph: Paragraph
    stances: Mapping[str, TargetScore]

    @property
    def abstained(self) -> Reason | None:
        """The reason, if no target got a label."""
        reasons = [stance.abstained for stance in self.stances.values()]
        return reasons[0] if all(reasons) else None


class Decided(NamedTuple):
    """What many paragraphs are said to be on one target.

    Attributes
    ----------
    labels : ndarray of int, shape (paragraphs,)
        Place of the most probable label among those of the target; -1 where the model abstained.
    probability : ndarray, shape (paragraphs,)
        Of the most probable label; NaN for a paragraph that was not scored.
    probabilities : ndarray, shape (paragraphs, labels of the target)
        Of all of them.
    ambiguous : ndarray of bool, shape (paragraphs,)
        Which paragraphs were scored, and no label was probable enough.
    """

    labels: npt.NDArray[np.int64]
    probability: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64]
    ambiguous: npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, repr=False)
class Scores:
    """The scores of many paragraphs, as arrays.

    Attributes
    ----------
    targets : sequence of Target
        The second axis.
    labels : tuple of str
        The third axis: every label of any target.
    margins, probabilities : ndarray, shape (paragraphs, targets, labels)
        NaN for a paragraph that was not scored; 0 probability for a label that a target lacks. Margins are shifted
        where a target is not mentioned, and not yet scaled.
    reasons : sequence of Reason or None, length paragraphs
        Why a paragraph was not scored.
    least_probability : float
        Below it a stance is ambiguous.
    """

    targets: Sequence[Target]
    labels: tuple[str, ...]
    margins: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64]
    reasons: Sequence[Reason | None]
    least_probability: float
    _decided: dict[int, Decided] = field(default_factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return len(self.reasons)

    def __repr__(self) -> str:
        on = ", ".join(target.name for target in self.targets)
        return f"<Scores of {number_of(len(self), 'paragraph')} on {on}>"

    def without(self, which: npt.NDArray[np.bool_], reason: Reason) -> Scores:
        """The same, but that some paragraphs are not scored, for a reason that lies outside their text."""
        if not which.any():
            return self
        margins, probabilities = self.margins.copy(), self.probabilities.copy()
        margins[which], probabilities[which] = np.nan, np.nan
        reasons = [reason if out else own for out, own in zip(which.tolist(), self.reasons, strict=True)]
        return replace(self, margins=margins, probabilities=probabilities, reasons=reasons)

    def decided(self, t: int) -> Decided:
        """The label of every paragraph on the target at place ``t``, or that there is none."""
        if t not in self._decided:
            probabilities = self.probabilities[:, t, [self.labels.index(label) for label in self.targets[t].labels]]
            scored = np.array([reason is None for reason in self.reasons], dtype=np.bool_)
            labels = np.where(scored[:, None], probabilities, 0.0).argmax(axis=1)
            probability = np.take_along_axis(probabilities, labels[:, None], axis=1)[:, 0]
            probability = np.where(scored, probability, np.nan)
            ambiguous = scored & (probability < self.least_probability)
            labels = np.where(scored & ~ambiguous, labels, -1)
            self._decided[t] = Decided(labels, probability, probabilities, ambiguous)
        return self._decided[t]

    def stances(self, i: int) -> dict[str, TargetScore]:
        """The stance of paragraph ``i`` on every target."""
        return {target.name: self._stance(i, t, target) for t, target in enumerate(self.targets)}

    def _stance(self, i: int, t: int, target: Target) -> TargetScore:
        decided = self.decided(t)
        label = int(decided.labels[i])
        return TargetScore(
            label=target.labels[label] if label >= 0 else None,
            probability=float(decided.probability[i]),
            probabilities=dict(zip(target.labels, decided.probabilities[i].tolist(), strict=True)),
            abstained=Reason.AMBIGUOUS if decided.ambiguous[i] else self.reasons[i],
        )
