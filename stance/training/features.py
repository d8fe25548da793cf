"""Terms to the sparse matrices that scikit-learn fits on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from stance.model.analyzer import Analyzer, Settings
from stance.model.kernel_terms import count_compiled

__all__ = ["BlockCounts", "FittedBlock", "count_terms"]


def _names(terms: Any) -> list[str]:
    return [term.name for term in terms]


def _frequent(counts: sparse.csr_matrix, least: int) -> npt.NDArray[np.int64]:
    """Columns of the terms that stand in so many rows or more."""
    return np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= least)


@dataclass(frozen=True)
class FittedBlock:
    """The vocabulary of one block, with its inverse document frequencies."""

    name: str
    columns: npt.NDArray[np.int64]
    transformer: TfidfTransformer
    weight: float

    def transform(self, counts: BlockCounts, rows: npt.NDArray[np.int64]) -> sparse.csr_matrix:
        """TF-IDF of some rows, each scaled to length `weight`."""
        if not len(self.columns):
            return sparse.csr_matrix((len(rows), 0))
        return self.transformer.transform(counts.matrix[rows][:, self.columns]) * self.weight

    @property
    def idf(self) -> npt.NDArray[np.float32]:
        """Inverse document frequencies, shape (terms,)."""
        return self.transformer.idf_.astype(np.float32) if len(self.columns) else np.zeros(0, dtype=np.float32)


@dataclass(frozen=True)
class BlockCounts:
    """How often each term of one block stands in each paragraph.

    Attributes
    ----------
    name : str
        The block.
    terms : list of str
        Sorted.
    matrix : sparse matrix, shape (paragraphs, terms)
        Counts.
    """

    name: str
    terms: list[str]
    matrix: sparse.csr_matrix

    def in_paragraphs(self, first: int, least: int) -> BlockCounts:
        """The same without terms that stand in fewer than `least` of the `first` rows."""
        kept = _frequent(self.matrix[:first], least)
        return BlockCounts(self.name, [self.terms[i] for i in kept], self.matrix[:, kept])

    def fit(self, rows: npt.NDArray[np.int64], settings: Settings, weight: float) -> FittedBlock:
        """Choose the vocabulary and its IDF on some rows only, so that no fold sees another's."""
        train = self.matrix[rows]
        columns = _frequent(train, settings.min_df)
        transformer = TfidfTransformer(sublinear_tf=settings.sublinear_tf)
        if len(columns):
            # a target that nothing mentions here has no terms, which scikit-learn refuses
            transformer.fit(train[:, columns])
            if self.name == "words":
                transformer.idf_ = np.maximum(transformer.idf_ - 1.0 + settings.word_idf_constant, 0.0)
        return FittedBlock(self.name, columns, transformer, weight)


def count_terms(analyzer: Analyzer, texts: Sequence[str]) -> list[BlockCounts]:
    """Analyze texts once, for any number of fits.

    Parameters
    ----------
    analyzer : Analyzer
        Text to terms.
    texts : sequence of str
        Paragraphs.

    Returns
    -------
    list of BlockCounts
        One a block of the analyzer, in its order. Terms in fewer paragraphs than the setting `min_df` are left out,
        as no vocabulary of some of the paragraphs could hold them.
    """
    least = analyzer.settings.min_df
    compiled = count_compiled(analyzer, texts, least)
    counted = []
    if compiled is not None:
        for name, found in zip(analyzer.block_names, compiled, strict=True):
            values = found.counts.astype(np.float64)
            matrix = sparse.csr_matrix((values, (found.rows, found.columns)), shape=(len(texts), len(found.terms)))
            matrix.sort_indices()
            counted.append(BlockCounts(name, found.terms, matrix).in_paragraphs(len(texts), least))
        return counted
    analyses = [analyzer.analyze(text).blocks for text in texts]
    for b, name in enumerate(analyzer.block_names):
        documents = [blocks[b] for blocks in analyses]
        if not any(documents):
            counted.append(BlockCounts(name, [], sparse.csr_matrix((len(texts), 0), dtype=np.float64)))
            continue
        vectorizer = CountVectorizer(analyzer=_names, dtype=np.float64)
        matrix = vectorizer.fit_transform(documents).tocsr()
        matrix.sort_indices()
        terms = vectorizer.get_feature_names_out().tolist()
        counted.append(BlockCounts(name, terms, matrix).in_paragraphs(len(texts), least))
    return counted
