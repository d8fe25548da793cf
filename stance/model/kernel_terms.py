"""The terms of texts with the compiled kernel, for training: what `Analyzer` yields, counted, far faster."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stance.model.analyzer import Analyzer
from stance.model.kernel import compiled_extension
from stance.model.kernel_layout import KernelTables
from stance.model.kernel_tables import CLAUSE_PATTERNS, NEGATED_KEY, compile_tables
from stance.model.stems import stem
from stance.model.weights import BlockWeights, Weights

__all__ = ["CountedTerms", "count_compiled", "empty_tables"]

_WORD = (1 << 27) - 1


class CountedTerms(NamedTuple):
    """The terms of one block: text ``rows[i]`` has ``terms[columns[i]]`` ``counts[i]`` times.

    Attributes
    ----------
    terms : list of str
        Sorted.
    rows, columns, counts : ndarray of int
        A text and a term have one entry at most.
    """

    terms: list[str]
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


def count_compiled(analyzer: Analyzer, texts: Sequence[str], min_df: int = 1) -> list[CountedTerms] | None:
    """Count the terms of texts, block by block.

    Parameters
    ----------
    analyzer : Analyzer
        Text to terms.
    texts : sequence of str
        Paragraphs.
    min_df : int
        Terms that stand in fewer of the texts may be left out.

    Returns
    -------
    list of CountedTerms or None
        One a block of the analyzer; ``None`` where the compiled kernel is not in use or cannot hold the terms.
    """
    extension = compiled_extension()
    if extension is None:
        return None
    ends = np.zeros(len(texts) + 1, dtype=np.int64)
    try:
        tables = empty_tables(analyzer)
        counter = extension.TermCounter(tables)
        counter.count(tuple(texts), ends[1:])
    except (ValueError, OverflowError):
        return None
    raw_pairs, raw_keys, raw_blocks = counter.found()
    pairs = np.frombuffer(raw_pairs, dtype=np.uint32).reshape(-1, 2).astype(np.int64)
    keys, block_of_term = np.frombuffer(raw_keys, dtype=np.uint64), np.frombuffer(raw_blocks, dtype=np.uint8)
    rows = np.repeat(np.arange(len(texts)), np.diff(ends))
    df = np.bincount(pairs[:, 0], minlength=len(keys))
    names = _Names(tables, counter, keys)
    counted = []
    for b, name in enumerate(analyzer.block_names):
        # of anchored and clause terms two keys may have one name, so that only names can be rare
        least = 1 if name.startswith(("around ", "clauses ")) else max(min_df, 1)
        numbers = np.flatnonzero((df >= least) & (block_of_term == b))
        found = names.of(name, numbers)
        terms = sorted(set(found))
        place = {term: i for i, term in enumerate(terms)}
        column_of_term = np.full(len(keys), -1)
        column_of_term[numbers] = [place[term] for term in found]
        columns = column_of_term[pairs[:, 0]]
        used = columns >= 0
        block = CountedTerms(terms, rows[used], columns[used], pairs[used, 1])
        counted.append(_summed(block) if len(terms) < len(found) else block)
    return counted


def empty_tables(analyzer: Analyzer) -> KernelTables:
    """A model that knows no term, in the layout of the kernel."""
    blocks = [
        BlockWeights(name, [], np.zeros(0, np.float32), np.zeros((0, 1, 1), np.float32), 1.0)
        for name in analyzer.block_names
    ]
    return compile_tables(analyzer, Weights(blocks, np.zeros((1, 1)), np.ones((1, 2)), np.zeros((1, 1))))


def _summed(block: CountedTerms) -> CountedTerms:
    cells, cell = np.unique(block.rows * len(block.terms) + block.columns, return_inverse=True)
    counts = np.bincount(cell, weights=block.counts, minlength=len(cells)).astype(np.int64)
    rows, columns = np.divmod(cells, max(len(block.terms), 1))
    return CountedTerms(block.terms, rows, columns, counts)


class _Names:
    """Keys of terms to their names."""

    def __init__(self, tables: Any, counter: Any, keys: npt.NDArray[np.uint64]) -> None:
        self.phrases, self.counter, self.keys = tables.phrases, counter, keys
        joined, raw_ends = counter.words()
        ends = np.frombuffer(raw_ends, dtype=np.uint32).tolist()
        self.words = ["", *(joined[a:b].decode("utf-8", "surrogatepass") for a, b in pairwise(ends))]

    def of(self, block: str, numbers: npt.NDArray[np.int64]) -> list[str]:
        if block == "characters":
            return [self.counter.characters(n).decode("utf-8", "surrogatepass") for n in numbers.tolist()]
        keys = self.keys[numbers].tolist()
        if block == "words":
            return [self._ngram(key) for key in keys]
        if block.startswith("around "):
            return [self.phrases.name_of(key) for key in keys]
        return [CLAUSE_PATTERNS[key >> 27 & _WORD].format(stem(self.words[key & _WORD])) for key in keys]

    def _ngram(self, key: int) -> str:
        words = [self.words[key & _WORD]]
        if key >> 60 == NEGATED_KEY:
            return f"!{words[0]}"
        while before := key >> 27 & _WORD:
            key = int(self.keys[before])
            words.append(self.words[key & _WORD])
        return " ".join(reversed(words))
