"""Builds, uses and drops kernels, with every kind of failure; run by .ci/sanitize under the leak sanitizer."""

from __future__ import annotations

import contextlib
import gc
import sys

import numpy as np
from test_kernel import _PROSE, HARD, MODELS, _pair

from stance.errors import ArticleError
from stance.model import kernel
from stance.model.analyzer import Analyzer
from stance.model.kernel_terms import count_compiled, empty_tables


def use(name: str) -> None:
    """Every entry of the kernel once, and its refusals."""
    compiled, _ = _pair(*MODELS[name])
    texts = [*HARD, *_PROSE]
    compiled.score(texts)
    c = compiled.compiled
    for text in texts:
        c.tokens(text)
        c.rows(text)
        c.places(text)
    c.count_tokens(tuple(texts))
    room, counts = np.empty((1, 2, 4)), np.empty((1, 6), dtype=np.int64)
    for call in (
        lambda: c.score(("a", None), np.empty((2, 2, 4)), np.empty((2, 6), dtype=np.int64)),
        lambda: c.score(("a", "b"), room, counts),
        lambda: c.score_buffers(np.array([0, 2], dtype=np.int32), b"\xc3\xff", False, 0, 1, room, counts),
        lambda: c.score_buffers(np.array([0, 9], dtype=np.int32), b"abc", False, 0, 1, room, counts),
    ):
        with contextlib.suppress(TypeError, ValueError, ArticleError):
            call()
    analyzer = Analyzer(*MODELS[name])
    count_compiled(analyzer, texts)
    counter = kernel._extension().TermCounter(empty_tables(analyzer))
    with contextlib.suppress(TypeError):
        counter.count(("a", None), np.zeros(2, dtype=np.int64))


if __name__ == "__main__":
    for _ in range(3):
        for model in MODELS:
            use(model)
    gc.collect()
    sys.stdout.write(f"rounds: {3 * len(MODELS)}\n")
