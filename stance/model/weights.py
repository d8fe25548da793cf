"""A model's numbers, and the arithmetic that turns a paragraph's terms into margins and probabilities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from stance.model.analyzer import Term
from stance.model.kernel_layout import Layout

__all__ = ["BlockWeights", "StoredBlock", "Weights", "softmax"]

Floats = npt.NDArray[np.float64]


def softmax(margins: Floats) -> Floats:
    """Probabilities from margins, over the last axis; ``-inf`` gives exactly 0.

    Examples
    --------
    >>> softmax(np.array([0.0, 0.0, -np.inf])).tolist()
    [0.5, 0.5, 0.0]
    """
    by_label = np.array(margins.reshape(-1, margins.shape[-1]).T, dtype=np.float64, order="C")
    _softmax(by_label)
    return np.ascontiguousarray(by_label.T).reshape(margins.shape)


def _softmax(by_label: Floats) -> None:
    """The same in place, over the last axis but one: numpy is slow along an axis as short as that of the labels."""
    by_label -= by_label.max(axis=-2, keepdims=True)
    np.exp(by_label, out=by_label)
    total = by_label[..., :1, :].copy()
    for label in range(1, by_label.shape[-2]):
        # one by one, as numpy would add those of one paragraph in another order than those of many
        total += by_label[..., label : label + 1, :]
    by_label /= total


@dataclass(frozen=True, eq=False)
class BlockWeights:
    """One block's vocabulary and numbers.

    Parameters
    ----------
    name : str
        The block, as in `Analyzer.block_names`.
    terms : sequence of str, length V
        In the order of the columns, which is sorted.
    idf : ndarray, shape (V,)
        ``ln((1 + n) / (1 + df)) + 1``, as scikit-learn's `TfidfTransformer` has it by default; for word n-grams see
        `Settings.word_idf_constant`.
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

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each term."""
        return {term: i for i, term in enumerate(self.terms)}

    def contributions(self, terms: Sequence[Term], sublinear_tf: bool) -> Floats:
        """Weigh the terms of one paragraph, each known one once, as `weigh` does."""
        columns = self.columns
        counts = Counter(columns[term.name] for term in terms if term.name in columns)
        ids = np.array(sorted(counts), dtype=np.int64)
        return self.weigh(ids, np.array([counts[i] for i in ids.tolist()], dtype=np.float64), sublinear_tf)

    def weigh(self, ids: npt.NDArray[np.int64], counts: Floats, sublinear_tf: bool) -> Floats:
        """What the terms in these columns, which one paragraph has so many times, add to the margins.

        With ``n`` the count of a term, its value is ``(1 + ln n) * idf`` (``n * idf`` if not sublinear); the vector
        of all values is scaled to length `weight` and multiplied with `coef`. The shape is (terms, targets, labels);
        summed over the terms of all blocks, with the intercept, these are the margins.
        """
        idf, coef = self._numbers(ids)
        values = (1.0 + np.log(counts) if sublinear_tf else counts) * idf
        length = np.sqrt(values @ values)
        if length:
            values *= self.weight / length
        return values[:, None, None] * coef.astype(np.float64)

    def _numbers(self, ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """IDF and coefficients of some columns."""
        return self.idf[ids], self.coef[ids]


class StoredBlock(BlockWeights):
    """A block whose numbers lie as the compiled kernel reads them, perhaps in a file; by column only when asked for.

    Parameters
    ----------
    name, terms, weight
        As of `BlockWeights`.
    layout : Layout
        The numbers by row.
    shape : (int, int)
        Targets and labels.
    """

    layout: Layout
    shape: tuple[int, int]

    def __init__(self, name: str, terms: Sequence[str], layout: Layout, weight: float, shape: tuple[int, int]) -> None:
        # the fields of a frozen dataclass; `idf` and `coef` are made when they are first needed
        self.__dict__.update(name=name, terms=terms, layout=layout, weight=weight, shape=shape)

    @cached_property
    def idf(self) -> npt.NDArray[np.float32]:
        """By column."""
        return self.layout.idf[self.layout.rows]

    @cached_property
    def coef(self) -> npt.NDArray[np.float32]:
        """By column."""
        return self._wide(self.layout.rows)

    def _numbers(self, ids: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        rows = self.layout.rows[ids]
        return self.layout.idf[rows], self._wide(rows)

    def _wide(self, rows: npt.NDArray[np.uint32]) -> npt.NDArray[np.float32]:
        """Coefficients of all targets; zero for those that do not read this block."""
        _, first, _, coef = self.layout
        wide = np.zeros((len(rows), self.shape[0] * self.shape[1]), dtype=np.float32)
        wide[:, first : first + coef.shape[1]] = coef[rows]
        return wide.reshape(len(rows), *self.shape)


@dataclass(frozen=True, eq=False)
class Weights:
    """All numbers of a model.

    Parameters
    ----------
    blocks : sequence of BlockWeights
        In the analyzer's order.
    intercept : ndarray, shape (targets, labels)
        ``-inf`` where a target lacks a label.
    scale : ndarray, shape (targets, 2)
        Calibration (temperature scaling; Guo et al. 2017): before the softmax, the margins are multiplied by the first
        number where a paragraph does not mention the target, by the second where it does.
    shift : ndarray, shape (targets, labels)
        What the margins of paragraphs get that do not mention the target (prior shift; Saerens, Latinne and
        Decaestecker 2002): of such paragraphs more may be about it in a corpus than elsewhere.
    """

    blocks: Sequence[BlockWeights]
    intercept: Floats
    scale: Floats
    shift: Floats

    def margins(self, blocks: Sequence[Sequence[Term]], sublinear_tf: bool) -> Floats:
        """Margins of one paragraph, before the shift; shape (targets, labels)."""
        total = self.intercept.copy()
        for weights, terms in zip(self.blocks, blocks, strict=True):
            total += weights.contributions(terms, sublinear_tf).sum(axis=0)
        return total

    def shifted(self, margins: Floats, mentioned: npt.NDArray[np.bool_]) -> Floats:
        """The margins with the shift where a target is not mentioned; shape (..., targets, labels).

        Parameters
        ----------
        margins : ndarray, shape (..., targets, labels)
            As a kernel gives them.
        mentioned : ndarray of bool, shape (..., targets)
            Whether the paragraph mentions the target.
        """
        return margins + self.shift * ~mentioned[..., None]

    def probabilities(self, margins: Floats, mentioned: npt.NDArray[np.bool_] | bool = False) -> Floats:
        """Calibrated probabilities; shape (..., targets, labels).

        Parameters
        ----------
        margins : ndarray, shape (..., targets, labels)
            As `shifted` gives them.
        mentioned : ndarray of bool, shape (..., targets)
            Whether the paragraph mentions the target; ``False`` for a model without lexicons.
        """
        targets, labels = self.intercept.shape
        scale = np.where(mentioned, self.scale[:, 1], self.scale[:, 0])
        scale = np.broadcast_to(scale, margins.shape[:-1]).reshape(-1, targets).T
        by_output = np.empty((targets, labels, scale.shape[1]))
        np.multiply(margins.reshape(-1, targets, labels).transpose(1, 2, 0), scale[:, None], out=by_output)
        _softmax(by_output)
        return np.ascontiguousarray(by_output.transpose(2, 0, 1)).reshape(margins.shape)
