"""Fuzzes the kernel against its specification with atheris: `python tests/fuzz_kernel.py -max_total_time=600`.

The pure-Python analyzer is instrumented, so that the search is led to texts that it treats differently.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["stance.model.tokens", "stance.model.items", "stance.model.anchored"]):
    from stance.model import anchored, items, tokens  # noqa: F401

from test_kernel import MODELS, _check, _check_places, _expected_tokens, _kernels
from test_kernel_terms import _analyzer
from test_kernel_terms import _check as _check_counts

NAMES = sorted(MODELS)


def one(data: bytes) -> None:
    """One text, one model: tokens, counts, margins and, now and then, the terms of training."""
    provider = atheris.FuzzedDataProvider(data)
    name = NAMES[provider.ConsumeIntInRange(0, len(NAMES) - 1)]
    count = provider.ConsumeIntInRange(0, 7) == 0
    raw = provider.ConsumeBytes(provider.remaining_bytes())
    text = raw.decode("utf-8", "surrogateescape")  # bytes that are no UTF-8 become lone surrogates
    compiled, python = _kernels(name)
    assert compiled.compiled.tokens(text) == _expected_tokens(text)
    _check(compiled, python, [text, text[::-1], text])
    _check_places(compiled, python, text)
    if count:
        _check_counts(_analyzer(name), [text, text[: len(text) // 2]])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
