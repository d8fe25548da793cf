"""A model's numbers, and the arithmetic that turns a paragraph's terms into margins and probabilities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stance.model.analyzer import Term

__all__ = ["BlockWeights", "Contributions", "Weights", "softmax"]

Floats = npt.NDArray[np.float64]


def softmax(margins: Floats) -> Floats:
    """Probabilities from margins, over the last axis; ``-inf`` gives exactly 0.

    Examples
    --------
    >>> softmax(np.array([0.0, 0.0, -np.inf])).tolist()
    [0.5, 0.5, 0.0]
    """
    return _softmax(margins.copy())


def _softmax(margins: Floats) -> Floats:
    """The same in place. Label by label: numpy is slow along an axis as short as that of the labels."""
    first, *others = (margins[..., k : k + 1] for k in range(margins.shape[-1]))
    most = first.copy()
    for other in others:
        np.maximum(most, other, out=most)
    margins -= most
    np.exp(margins, out=margins)
    total = first.copy()
    for other in others:
        total += other
    margins /= total
    return margins


class Contributions(NamedTuple):
    """What each known term of one block adds to the margins.

    Attributes
    ----------
    ids : ndarray of int, shape (terms,)
        Ascending columns of the block.
    values : ndarray of float, shape (terms, targets, labels)
        Summed over all blocks, with the intercept, these are the margins.
    """

    ids: npt.NDArray[np.int64]
    values: Floats


@dataclass(frozen=True)
class BlockWeights:
    """One block's vocabulary and numbers.

    Parameters
    ----------
    name : str
        The block, as in `Analyzer.block_names`.
    terms : sequence of str, length V
        In the order of the columns, which is sorted.
    idf : ndarray, shape (V,)
        ``ln((1 + n) / (1 + df)) + 1``, as scikit-learn's `TfidfTransformer` has it by default.
    coef : ndarray of float32, shape (V, targets, labels)
        Weight of each term; zero for a target that does not read this block.
    weight : float
        Length to which a paragraph's vector is scaled in this block.
    """

    name: str
    terms: Sequence[str]
    idf: npt.NDArray[np.float32]
    coef: npt.NDArray[np.float32]
    weight: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", {term: i for i, term in enumerate(self.terms)})

    columns: dict[str, int] = None  # type: ignore[assignment]  # set in __post_init__

    def contributions(self, terms: Sequence[Term], sublinear_tf: bool) -> Contributions:
        """Weigh the terms of one paragraph.

        With ``n`` the count of a term, its value is ``(1 + ln n) * idf`` (``n * idf`` if not sublinear); the vector
        of all values is scaled to length `weight` and multiplied with `coef`.
        """
        columns = self.columns
        counts = Counter(columns[term.name] for term in terms if term.name in columns)
        ids = np.array(sorted(counts), dtype=np.int64)
        if not len(ids):
            return Contributions(ids, np.zeros((0, *self.coef.shape[1:])))
        tf = np.array([counts[i] for i in ids.tolist()], dtype=np.float64)
        if sublinear_tf:
            tf = 1.0 + np.log(tf)
        values = tf * self.idf[ids]
        values *= self.weight / np.sqrt(values @ values)
        return Contributions(ids, values[:, None, None] * self.coef[ids].astype(np.float64))


@dataclass(frozen=True)
class Weights:
    """All numbers of a model.

    Parameters
    ----------
    blocks : sequence of BlockWeights
        In the analyzer's order.
    intercept : ndarray, shape (targets, labels)
        ``-inf`` where a target lacks a label.
    scale : ndarray, shape (targets,)
        Calibration: the margins are multiplied by it ...
    bias : ndarray, shape (targets, labels)
        ... and this is added before the softmax (vector scaling; Guo et al. 2017).
    """

    blocks: Sequence[BlockWeights]
    intercept: Floats
    scale: Floats
    bias: Floats

    def margins(self, blocks: Sequence[Sequence[Term]], sublinear_tf: bool) -> Floats:
        """Margins of one paragraph, shape (targets, labels)."""
        total = self.intercept.copy()
        for weights, terms in zip(self.blocks, blocks, strict=True):
            total += weights.contributions(terms, sublinear_tf).values.sum(axis=0)
        return total

    def probabilities(self, margins: Floats) -> Floats:
        """Calibrated probabilities; shape (..., targets, labels)."""
        scaled = margins * self.scale[:, None]
        scaled += self.bias
        return _softmax(scaled)
