"""Which kernel scores texts: the compiled one, or the pure-Python analyzer and weights that specify it.

``STANCE_KERNEL`` forces one: ``auto`` (default) takes the compiled one where it was built and fits the model,
``compiled`` fails where not, ``python`` never takes it. Both give the same counts and, to rounding, the same margins;
each gives the same bits for a paragraph whatever it is scored with, in whatever order, on however many threads.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from stance.errors import ArticleError, StanceError
from stance.model.abstention import WordCounts, count_words
from stance.model.analyzer import Analyzer
from stance.model.kernel_layout import KernelTables
from stance.model.tokens import positions
from stance.model.weights import Floats, Weights

__all__ = [
    "FoundTerms",
    "Kernel",
    "KernelError",
    "PythonKernel",
    "Scored",
    "compiled_extension",
    "kernel_in_use",
    "open_kernel",
    "outdated_kernel",
]

VARIABLE = "STANCE_KERNEL"
# texts: less than a second's work, after which Ctrl-C and other signals are heard
_AT_ONCE = 8192


class KernelError(StanceError, RuntimeError):
    """The kernel that ``STANCE_KERNEL`` asks for cannot be had."""


class Scored(NamedTuple):
    """What a kernel says of texts, abstention left aside.

    Attributes
    ----------
    margins : ndarray, shape (texts, targets, labels)
        Before calibration: neither shifted nor scaled.
    counts : ndarray of int, shape (texts, 6)
        A row of `WordCounts` for each.
    """

    margins: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]


class FoundTerms(NamedTuple):
    """The known terms that one text has in one block.

    Attributes
    ----------
    ids : ndarray of int
        Ascending columns of the block.
    counts : ndarray of float
        How often each occurs.
    spans : list of tuple of (int, int)
        Where, as character offsets, each place once and in ascending order.
    """

    ids: npt.NDArray[np.int64]
    counts: npt.NDArray[np.float64]
    spans: list[tuple[tuple[int, int], ...]]


class Kernel(Protocol):
    """Scores texts."""

    @property
    def name(self) -> str:
        """``"compiled"`` or ``"python"``."""

    @property
    def releases_gil(self) -> bool:
        """Whether threads score side by side."""

    def score(self, texts: Sequence[str]) -> Scored:
        """Score texts, each by itself."""

    def score_arrow(self, texts: Any) -> Scored:
        """The same for a ``pyarrow.Array`` or ``ChunkedArray`` of strings; null counts as empty.

        Raises
        ------
        ArticleError
            If one is not valid UTF-8, which Arrow does not check; ``position`` counts from 0 over all chunks.
        """

    def probabilities(self, margins: Floats, mentioned: npt.NDArray[np.bool_] | None = None) -> Floats:
        """What `Weights.probabilities` makes of margins, to rounding."""

    def find_terms(self, text: str) -> list[FoundTerms]:
        """The known terms of a text, block by block."""


class PythonKernel:
    """The specification: `Analyzer` and `Weights`, text by text.

    Parameters
    ----------
    analyzer : Analyzer
        Text to terms.
    weights : Weights
        Terms to margins.
    """

    name = "python"
    releases_gil = False

    def __init__(self, analyzer: Analyzer, weights: Weights) -> None:
        self._analyzer, self._weights = analyzer, weights

    def score(self, texts: Sequence[str]) -> Scored:
        """Score texts, each by itself."""
        scored = _room(self._weights, len(texts))
        vocabulary = self._weights.blocks[0].columns
        for i, text in enumerate(texts):
            analysis = self._analyzer.analyze(text)
            scored.counts[i] = count_words(analysis.tokens, vocabulary, analysis.mentioned)
            scored.margins[i] = self._weights.margins(analysis.blocks, self._analyzer.settings.sublinear_tf)
        return scored

    def score_arrow(self, texts: Any) -> Scored:
        """The same for a ``pyarrow.Array`` or ``ChunkedArray`` of strings; null counts as empty."""
        found = []
        for i, text in enumerate(texts):
            try:
                found.append(text.as_py() or "")
            except UnicodeDecodeError as error:
                raise ArticleError(f"texts[{i}] is not valid UTF-8", None, i) from error
        return self.score(found)

    def probabilities(self, margins: Floats, mentioned: npt.NDArray[np.bool_] | None = None) -> Floats:
        """What `Weights.probabilities` makes of margins."""
        return self._weights.probabilities(margins, mentioned if mentioned is not None else False)

    def find_terms(self, text: str) -> list[FoundTerms]:
        """The known terms of a text, block by block."""
        found = []
        for block, terms in zip(self._weights.blocks, self._analyzer.analyze(text).blocks, strict=True):
            spans: dict[int, list[tuple[int, int]]] = {}
            for term in terms:
                if term.name in block.columns:
                    spans.setdefault(block.columns[term.name], []).append((term.start, term.end))
            ids = sorted(spans)
            found.append(
                FoundTerms(
                    np.array(ids, dtype=np.int64),
                    np.array([len(spans[i]) for i in ids], dtype=np.float64),
                    [tuple(sorted(set(spans[i]))) for i in ids],
                )
            )
        return found


class _Compiled:
    name = "compiled"
    releases_gil = True

    def __init__(
        self, extension: Any, analyzer: Analyzer, weights: Weights, tables: KernelTables | None = None
    ) -> None:
        if tables is None:
            from stance.model.kernel_tables import compile_tables

            tables = compile_tables(analyzer, weights)
        self._extension, self._scale = extension, np.ascontiguousarray(weights.scale, dtype=np.float64)
        self._analyzer, self._weights, self._layouts = analyzer, weights, tables.blocks
        #: The extension object, for tests and benchmarks.
        self.compiled = extension.CompiledKernel(tables)

    def score(self, texts: Sequence[str]) -> Scored:
        scored = _room(self._weights, len(texts))
        texts = texts if isinstance(texts, (list, tuple)) else tuple(texts)
        for start in range(0, len(texts), _AT_ONCE):
            rows = slice(start, start + _AT_ONCE)
            self.compiled.score(texts[rows], scored.margins[rows], scored.counts[rows], start)
        return scored

    def score_arrow(self, texts: Any) -> Scored:
        import pyarrow as pa

        scored = _room(self._weights, len(texts))
        done = 0
        chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
        for chunk in (whole.slice(i, _AT_ONCE) for whole in chunks for i in range(0, len(whole), _AT_ONCE)):
            if chunk.type not in (pa.string(), pa.large_string()):
                chunk = chunk.cast(pa.large_string())
            if chunk.null_count:
                chunk = chunk.fill_null("")
            _, offsets, data = chunk.buffers()
            rows = slice(done, done + len(chunk))
            self.compiled.score_buffers(
                offsets,
                data if data is not None else b"",
                chunk.type == pa.large_string(),
                chunk.offset,
                len(chunk),
                scored.margins[rows],
                scored.counts[rows],
                done,
            )
            done += len(chunk)
        return scored

    def probabilities(self, margins: Floats, mentioned: npt.NDArray[np.bool_] | None = None) -> Floats:
        margins = np.ascontiguousarray(margins, dtype=np.float64)
        if mentioned is not None:
            mentioned = np.ascontiguousarray(mentioned, dtype=np.bool_)
        probabilities = np.empty_like(margins)
        self._extension.softmax(margins, self._scale, mentioned, probabilities)
        return probabilities

    def find_terms(self, text: str) -> list[FoundTerms]:
        if self._analyzer.settings.char_ngrams is not None:
            # their spans are not worth a second way to find them
            return PythonKernel(self._analyzer, self._weights).find_terms(text)
        places = np.frombuffer(self.compiled.places(text), dtype=np.uint32).reshape(-1, 4)
        block, row, start, end = places.T.astype(np.int64)
        end, ends_a_word = end >> 1, end & 1
        place = positions(text)
        if place is not None:
            before = np.array(place)
            # a word ends after its last character; what else ends there does so before the next word
            start, end = before[start], np.where(ends_a_word, before[end - 1] + 1, before[end])
        terms, limits = self._terms
        term = terms[limits[block] + row]
        order = np.lexsort((end, start, term))
        # words of the lexicons have a row, too, but may be no terms
        order = order[int(np.count_nonzero(term < 0)) :]
        term = term[order]
        firsts = np.flatnonzero(np.diff(term, prepend=-1))
        counts = np.diff(firsts, append=len(term))
        ids = term[firsts]
        spans = list(zip(start[order].tolist(), end[order].tolist(), strict=True))
        each = [tuple(dict.fromkeys(spans[i : i + n])) for i, n in zip(firsts.tolist(), counts.tolist(), strict=True)]
        cuts = np.searchsorted(ids, self._first_terms).tolist()
        return [
            FoundTerms(ids[i:j] - first, counts[i:j].astype(np.float64), each[i:j])
            for i, j, first in zip(cuts, [*cuts[1:], len(ids)], self._first_terms.tolist(), strict=True)
        ]

    @functools.cached_property
    def _first_terms(self) -> npt.NDArray[np.int64]:
        """The number of the first term of each block among those of all blocks."""
        return np.cumsum([0, *(len(layout.rows) for layout in self._layouts[:-1])])

    @functools.cached_property
    def _terms(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The term of each row, -1 if none, and the first row of each block among those of all blocks."""
        limits = np.cumsum([0, *(len(layout.idf) for layout in self._layouts)])
        terms = np.full(limits[-1], -1)
        for layout, limit, first in zip(self._layouts, limits.tolist(), self._first_terms.tolist(), strict=False):
            terms[limit + layout.rows.astype(np.int64)] = np.arange(first, first + len(layout.rows))
            terms[limit] = -1
        return terms, limits


def kernel_in_use() -> str:
    """Name of the kernel that models are scored with: ``"compiled"`` or ``"python"``.

    Raises
    ------
    KernelError
        If ``STANCE_KERNEL`` asks for what does not exist.
    """
    wish = os.environ.get(VARIABLE) or "auto"
    if wish not in ("auto", "compiled", "python"):
        raise KernelError(f"{VARIABLE}={wish}: it must be auto, compiled or python")
    if wish == "python":
        return "python"
    if _extension() is not None:
        return "compiled"
    if wish == "compiled":
        raise KernelError(
            f"{VARIABLE}=compiled, but the compiled kernel is missing; "
            "reinstall sanctions-stance where a C compiler is available"
        )
    return "python"


def compiled_extension() -> Any:
    """The extension module if `kernel_in_use` is ``"compiled"``, else ``None``."""
    return _extension() if kernel_in_use() == "compiled" else None


def outdated_kernel() -> str | None:
    """What to do if the compiled kernel, if in use, is of other sources than lie beside it: it may score otherwise."""
    from stance.model.kernel_sources import hash_sources

    extension = compiled_extension()
    if extension is None or hash_sources() in (None, getattr(extension, "SOURCES", None)):
        return None
    return "of other sources than those beside it: build it anew by `python setup.py build_ext --inplace --force`"


def open_kernel(analyzer: Analyzer, weights: Weights, tables: KernelTables | None = None) -> Kernel:
    """Make a model ready for scoring.

    Parameters
    ----------
    analyzer : Analyzer
        Text to terms.
    weights : Weights
        Terms to margins.
    tables : KernelTables, optional
        Both as `compile_tables` makes them; made anew if left out.

    Returns
    -------
    Kernel
        The one that `kernel_in_use` names; the Python one, with a warning, for a model that the compiled one cannot
        hold.

    Raises
    ------
    KernelError
        If ``STANCE_KERNEL=compiled`` and that one is missing or cannot hold the model.
    """
    wish = os.environ.get(VARIABLE) or "auto"
    if kernel_in_use() == "python":
        if wish == "auto":
            _warn_once(
                "the compiled kernel is missing: scoring in pure Python gives the same results, but far more slowly"
            )
        return PythonKernel(analyzer, weights)
    try:
        return _Compiled(_extension(), analyzer, weights, tables)
    except (ValueError, OverflowError) as error:
        if wish == "compiled":
            raise KernelError(f"the compiled kernel cannot hold this model: {error}") from error
        _warn_once(f"the compiled kernel cannot hold this model ({error}): scoring in pure Python, which is far slower")
        return PythonKernel(analyzer, weights)


def _room(weights: Weights, texts: int) -> Scored:
    """To be filled; to clear it beforehand costs two threads a tenth of what they gain."""
    return Scored(
        np.empty((texts, *weights.intercept.shape), dtype=np.float64),
        np.empty((texts, len(WordCounts._fields)), dtype=np.int64),
    )


@functools.cache
def _warn_once(message: str) -> None:
    import logging

    logging.getLogger(__name__).warning("stance: %s", message)


@functools.cache
def _extension() -> Any:
    """The extension module, or ``None`` if it was not built."""
    try:
        return importlib.import_module("stance.model._kernel")
    except ImportError:
        return None
