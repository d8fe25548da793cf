"""What scoring returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from stance.articles import Paragraph
from stance.labels import Target
from stance.model.abstention import Reason

__all__ = ["ParagraphScore", "Scores", "TargetScore"]


@dataclass(frozen=True, slots=True)
class TargetScore:
    """The stance of one paragraph on one target.

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


@dataclass(frozen=True, slots=True)
class ParagraphScore:
    """A paragraph with its stance on every target."""

    paragraph: Paragraph
    stances: Mapping[str, TargetScore]

    @property
    def abstained(self) -> Reason | None:
        """The reason, if no target got a label."""
        reasons = [stance.abstained for stance in self.stances.values()]
        return reasons[0] if all(reasons) else None


@dataclass(frozen=True)
class Scores:
    """The scores of many paragraphs, as arrays.

    Attributes
    ----------
    targets : sequence of Target
        The second axis.
    labels : tuple of str
        The third axis: every label of any target.
    margins, probabilities : ndarray, shape (paragraphs, targets, labels)
        NaN for a paragraph that was not scored; 0 probability for a label that a target lacks.
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

    def __len__(self) -> int:
        return len(self.reasons)

    def without(self, which: npt.NDArray[np.bool_], reason: Reason) -> Scores:
        """The same, but that some paragraphs are not scored, for a reason that lies outside their text."""
        if not which.any():
            return self
        margins, probabilities = self.margins.copy(), self.probabilities.copy()
        margins[which], probabilities[which] = np.nan, np.nan
        reasons = [reason if out else own for out, own in zip(which.tolist(), self.reasons, strict=True)]
        return replace(self, margins=margins, probabilities=probabilities, reasons=reasons)

    def stances(self, i: int) -> dict[str, TargetScore]:
        """The stance of paragraph ``i`` on every target."""
        return {target.name: self._stance(i, t, target) for t, target in enumerate(self.targets)}

    def _stance(self, i: int, t: int, target: Target) -> TargetScore:
        row = self.probabilities[i, t]
        by_label = {label: float(row[self.labels.index(label)]) for label in target.labels}
        reason = self.reasons[i]
        if reason is not None:
            return TargetScore(None, float("nan"), by_label, reason)
        label, probability = max(by_label.items(), key=lambda pair: pair[1])
        if probability < self.least_probability:
            return TargetScore(None, probability, by_label, Reason.AMBIGUOUS)
        return TargetScore(label, probability, by_label, None)
