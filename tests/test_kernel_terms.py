"""Counting terms for training: the compiled kernel finds what the pure-Python analyzer finds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_kernel import _PROSE, BUILT, HARD, MODELS, any_text, needs_kernel

from stance.model import kernel, kernel_terms
from stance.model.analyzer import Analyzer, Settings
from stance.model.kernel_terms import count_compiled
from stance.training.corpus import Corpus
from stance.training.features import count_terms


def _check(analyzer: Analyzer, texts: list[str]) -> None:
    """Same terms, same matrices, to the bit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STANCE_KERNEL", "compiled")
        ours = count_terms(analyzer, texts)
        patch.setenv("STANCE_KERNEL", "python")
        spec = count_terms(analyzer, texts)
    for a, b in zip(ours, spec, strict=True):
        assert (a.name, a.terms) == (b.name, b.terms)
        for name in ("indptr", "indices", "data"):
            np.testing.assert_array_equal(getattr(a.matrix, name), getattr(b.matrix, name), err_msg=a.name)


def _analyzer(name: str, min_df: int = 1) -> Analyzer:
    from dataclasses import replace

    settings_, lexicons, cues = MODELS[name]
    return Analyzer(replace(settings_, min_df=min_df), lexicons, cues)


@needs_kernel
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("min_df", [1, 2])
def test_hard_texts(name: str, min_df: int) -> None:
    """For every kind of model, with rare terms and without."""
    _check(_analyzer(name, min_df), [*HARD, *_PROSE, *HARD[5:12]])


@needs_kernel
@pytest.mark.parametrize("more", ["\0", "\x01", "\x02\0", "\x03\0\0"])
def test_characters_that_differ_in_a_control_character(more: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of up to sixteen bytes tell how long they are; else the kernel would leave the whole corpus to Python."""
    analyzer = Analyzer(Settings(char_ngrams=(3, 8), min_df=1), {}, None)
    texts = ["\u00e9\u00e9\u00e9\u00e9", f"\u00e9\u00e9\u00e9\u00e9{more}"]
    _check(analyzer, texts)
    monkeypatch.setenv("STANCE_KERNEL", "compiled")
    assert count_compiled(analyzer, texts, 1) is not None


@needs_kernel
@settings(max_examples=200, deadline=None)
@given(st.lists(any_text, max_size=4), st.sampled_from(sorted(MODELS)))
def test_any_text(texts: list[str], name: str) -> None:
    """Whatever Hypothesis comes up with."""
    _check(_analyzer(name), texts)


@needs_kernel
def test_the_shipped_lexicons(corpus: Corpus) -> None:
    """Real paragraphs, and more words and terms than the tables had room for at first."""
    analyzer = Analyzer(Settings(word_ngrams=(1, 3), char_ngrams=(3, 9)), corpus.lexicons, corpus.cues)
    _check(analyzer, [*corpus.texts[:250], *HARD])


def test_without_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the kernel is not in use, or cannot hold the terms, the analyzer counts."""
    analyzer = _analyzer("words")
    monkeypatch.setenv("STANCE_KERNEL", "python")
    assert count_compiled(analyzer, _PROSE) is None
    monkeypatch.setenv("STANCE_KERNEL", "auto")
    if BUILT:
        too_many = Analyzer(Settings(), {f"t{i}": MODELS["words"][1]["talks"] for i in range(25)}, None)
        assert count_compiled(too_many, _PROSE) is None
    monkeypatch.setattr(kernel, "_extension", lambda: None)
    assert [block.name for block in count_terms(analyzer, _PROSE)] == analyzer.block_names


@needs_kernel
def test_wrong_arguments_are_refused() -> None:
    """An array without room, and what is no text."""
    extension = kernel._extension()
    analyzer = _analyzer("words")
    tables = kernel_terms.empty_tables(analyzer)
    counter = extension.TermCounter(tables)
    with pytest.raises(ValueError, match="no room"):
        counter.count(("a",), np.zeros(0, dtype=np.int64))
    with pytest.raises(TypeError, match="must be str"):
        counter.count((None,), np.zeros(1, dtype=np.int64))
    with pytest.raises(IndexError):
        counter.characters(10**6)
