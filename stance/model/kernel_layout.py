"""What the compiled kernel reads of a model: flat arrays, which `kernel_tables` makes and an artefact keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["KERNEL_ARRAYS", "LAYOUT", "KernelTables", "Layout", "plain_layout"]

#: Number of the grammar of keys and arrays below. Tables with another one are made anew from the names of terms.
LAYOUT = 3

#: The arrays of `KernelTables`, with their types.
KERNEL_ARRAYS = {
    "keys": np.uint64,
    "key_rows": np.uint32,
    "word_bytes": np.uint8,
    "word_ends": np.uint32,
    "word_flags": np.uint32,
    "stem_of_word": np.uint32,
    "phrase_of_word": np.uint32,
    "node_value": np.uint16,
    "node_goes_on": np.uint8,
    "values": np.uint16,
    "character_bytes": np.uint8,
    "character_ends": np.uint32,
}
_LINE = 64
# so that in a file the coefficients of the next block begin with a cache line, too
_WHOLE_LINES = 16


class Layout(NamedTuple):
    """The numbers of one block, by row.

    Attributes
    ----------
    rows : ndarray of uint32, shape (V,)
        The row of each term. Row 0 stands for all unknown terms, and for terms that no text can yield.
    first : int
        The first of the outputs (targets times labels) that the block informs.
    idf : ndarray of float32, shape (R,)
        Zero where a row has no term.
    coef : ndarray of float32, shape (R, outputs)
        The same.
    """

    rows: npt.NDArray[np.uint32]
    first: int
    idf: npt.NDArray[np.float32]
    coef: npt.NDArray[np.float32]


def plain_layout(
    idf: npt.NDArray[np.float32], coef: npt.NDArray[np.float32], columns: npt.NDArray[np.int64] | None = None
) -> Layout:
    """Numbers by column laid out by row.

    Parameters
    ----------
    idf : ndarray, shape (V,)
        By column.
    coef : ndarray, shape (V, targets, labels)
        By column.
    columns : ndarray of int, optional
        The column of each row, -1 if none; by default the rows are one more than the columns.
    """
    columns = np.arange(-1, len(idf)) if columns is None else columns
    labels = coef.shape[2]
    used = np.flatnonzero(coef.any(axis=(0, 2))) if len(coef) else np.array([], dtype=np.int64)
    first, last = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 1)
    known = np.flatnonzero(columns >= 0)
    size = -(-len(columns) // _WHOLE_LINES) * _WHOLE_LINES
    rows = np.zeros(len(idf), dtype=np.uint32)
    rows[columns[known]] = known
    idf_of_row = np.zeros(size, dtype=np.float32)
    coef_of_row = _aligned(size, (last - first) * labels)
    idf_of_row[known] = idf[columns[known]]
    coef_of_row[known] = coef[columns[known], first:last].reshape(-1, coef_of_row.shape[1])
    return Layout(rows, first * labels, idf_of_row, coef_of_row)


def _aligned(rows: int, columns: int) -> npt.NDArray[np.float32]:
    """Zeros that begin with a cache line, so that a row of eight lies on one."""
    room = np.zeros(rows * columns + _LINE // 4, dtype=np.float32)
    skip = -room.__array_interface__["data"][0] % _LINE // 4
    return room[skip : skip + rows * columns].reshape(rows, columns)


@dataclass(repr=False, eq=False)
class KernelTables:
    """What `CompiledKernel` is made of. The indices are copied and checked; the coefficients stay where they are.

    Attributes
    ----------
    blocks : list of Layout
        Of each block of the analyzer.
    weights : list of float
        Of each block.
    arrays : dict of str to ndarray
        By the names of `KERNEL_ARRAYS`: the number of each term or phrase with its row in its block or its node;
        words and character n-grams, one after the other; the trie of phrases, and what each phrase is.
    phrases : object
        Names of symbols and groups, for `name_of`; absent if the tables come from an artefact.
    """

    blocks: list[Layout]
    weights: list[float]
    arrays: dict[str, Any]
    intercept: npt.NDArray[np.float64]
    sublinear: bool
    window: int
    word_ngrams: tuple[int, int]
    char_ngrams: tuple[int, int] | None
    targets: int
    groups: int
    phrases: Any = None

    @property
    def tf(self) -> list[float]:
        """What counts below 256 become."""
        counts = np.arange(1, 256, dtype=np.float64)
        return [0.0, *(1.0 + np.log(counts) if self.sublinear else counts).tolist()]
