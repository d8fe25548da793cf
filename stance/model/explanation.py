"""Why a model says what it says: what each term adds to a margin."""

from __future__ import annotations

from dataclasses import dataclass, field

from stance.model.abstention import Reason
from stance.model.deciding import Stretch, deciding_stretches, words_for

__all__ = ["Contribution", "Explanation"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one term adds to the margin of one label.

    Attributes
    ----------
    block, term : str
        The term, and the block of the analyzer that it belongs to.
    spans : tuple of (int, int)
        Where it stands in the paragraph, as character offsets in ascending order.
    value : float
        What it adds; may be negative.
    """

    block: str
    term: str
    spans: tuple[tuple[int, int], ...]
    value: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one label of one target has the margin that it has.

    ``intercept`` plus the sum of the contributions' values is ``margin``. Where scoring gives no label, ``abstained``
    says why, and what is explained is the label that would be the most probable one.

    Attributes
    ----------
    text : str
        The paragraph.
    target, label : str
        What is explained.
    margin : float
        Of the label, as in `Scores`: with the shift of a paragraph that does not mention the target, not yet scaled.
    intercept : float
        The part of the margin that every text has that mentions the target, or every one that does not.
    probability : float
        Calibrated, of the label.
    contributions : tuple of Contribution
        Of every known term that adds something, the greatest first.
    abstained : Reason or None
        Why scoring gives no label.
    """

    # what is long is not shown where an explanation ends a cell of a notebook
    text: str = field(repr=False)
    target: str
    label: str
    margin: float
    intercept: float
    probability: float
    contributions: tuple[Contribution, ...] = field(repr=False)
    abstained: Reason | None = None

    def stretches(self, most: int = 3) -> list[Stretch]:
        """The stretches of text that speak most for the label, then those that speak most against it.

        Parameters
        ----------
        most : int
            How many of each at most; against the label only those that weigh something beside the strongest for it.
        """
        return deciding_stretches(self.text, [(term.spans, term.value) for term in self.contributions], most)

    def deciding_words(self, most: int = 3) -> list[str]:
        """The words of the stretches that speak for the label, the strongest first.

        Parameters
        ----------
        most : int
            How many stretches at most.
        """
        return words_for(self.text, self.stretches(most))
