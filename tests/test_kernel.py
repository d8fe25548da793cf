"""The compiled kernel: it agrees with the pure-Python analyzer and weights on every text, and is really there."""

from __future__ import annotations

import gc
import math
import os
import pickle
import platform
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import ArticleError, StanceError
from stance.model import anchored, kernel
from stance.model.abstention import abstention_reasons
from stance.model.analyzer import Analyzer, Settings
from stance.model.kernel import KernelError, PythonKernel, kernel_in_use, open_kernel
from stance.model.kernel_tables import compile_tables
from stance.model.lexicon import Lexicon
from stance.model.stance_model import StanceModel
from stance.model.tokens import fold, tokenize
from stance.model.weights import BlockWeights, Weights
from stance.training.corpus import Corpus

REQUIRED = os.environ.get("STANCE_REQUIRE_KERNEL") == "1" or os.environ.get("STANCE_KERNEL") == "compiled"
BUILT = kernel._extension() is not None
needs_kernel = pytest.mark.skipif(not BUILT and not REQUIRED, reason="the compiled kernel was not built here")

HARD = [
    "",
    " ",
    "a",
    "\0",
    "the\0end",
    "_",
    "__init__ 9 3.14 1,000 \u00bd \u2167 \u0663",
    "U.S. sanctions. U.S. Sanctions! Talks? EU's talks' end",
    "Iran\u2019s envoy won\u2019t lift the embargo\u2019\u2019s 's s's a's 'tis rock'n'roll ''x'' x'",
    "\u201cNo,\u201d he said \u2014 \u201cnever\u201d. \u00ab Non \u00bb (or: maybe) -- not -now- ...5 .NET .",
    "They will not lift sanctions, but they call for talks. No asset freeze; peace deal!",
    "Sanctions sanctions sanctions on Iran; not not never lifted, eased sanctions talks peace deal asset freezes",
    "asset. Freeze asset, freeze asset - freeze asset\nfreeze asset\u00a0freeze",
    "sanctions " * 700,
    "talks \U0001f600 \U0001d400\U0001d7d8 \u4f1a\u8c08 \u5236\u88c1",
    "talks \u0441\u0430\u043d\u043a\u0446\u0438\u0438 \u0421\u0410\u041d\u041a\u0426\u0418\u0418",
    "\u0130stanbul \u0130RAN talks \u0130 \u0130\u0130",
    "\u039f\u0394\u039f\u03a3 \u039f\u0394\u039f\u03a3. \u03a3 \u03a3\u03a3",
    "\u0391'\u03a3 \u0391\u03a3'\u0391 \u0391\u03a3\u0307\u0391 talks",
    "lone \ud800 surrogates\udfff talks\ud83d and \u03a3\udc00",
    "\u212a\u212b\u1e9e\u023a\u023e \u2c62 \u01c5 \ufb01 \u00df stra\u00dfe",
    "STRASSE na\u00efve NA\u00cfVE e\u0301 \u0345",
    "x" * 15 + " " + "x" * 16 + " " + "x" * 17 + " " + "x" * 400 + " " + "\u00e9" * 9,
    "averyveryverylongwordindeed averyveryverylongwordindeeD averyveryverylongwordindeer",
    "a" * 63 + " b " + "c" * 64 + "'d " + "e" * 61 + "\u2019s\u2019 f",
    "\u0085\u2028\x1c\x1d .\u2003x .\u200bx a.\x1fb a .\tb",
    'No. A. B. \u00c9. \u4f1a. ab. A!. B.! talks. C." talks \u00e9.) talks',
    "Annex B.\n\nsanctions\r\n lifted ,\n talks \n*\n freeze. \n . \n C.\n\nasset\r\rfreeze\u2028\n\u2029lift.\nD.\nE",
    "sanc\u00adtions\u00ad o\ufb03cial won\u2060't \u00ad. lift\u200bed \ufb05",
    "\ufeffA\u00ad\u03a3\u200d\u00ad\u0130\u2060. \u00ad\u00ad\u200c lift",
    "They call for sanctions, \u200elift sanctions;\u00ad \u00adtalks, \u200f\u200esanctions \u00ad",
    "lift\u2014sanctions\u2013talks lift--sanctions lift-sanctions lift - - sanctions",
]
_LETTERS = "aAsSzZ09_ '\u2019.,;!?-\n\""
_LETTERS += (
    "\u00ad\u2060\ufb03\u200b\u201c\u201d\u2014\u00e9\u00c9\u00df\u0130\u03a3\u03c3\u0416\u4f1a\U0001f600\ud800\u00a0\0"
)
_WORDS = (
    "sanctions Sanction talks asset freeze freezes peace deal not never lift lifted call for Iran the of U S imposing "
    "imposes Imposed penalties bannings tied passes dress\u00e9es agreed need refuse rule out against no".split()
)
texts_of_letters = st.text(st.sampled_from(_LETTERS), max_size=200)
texts_of_words = st.lists(
    st.tuples(
        st.sampled_from(_WORDS),
        st.sampled_from([" ", " ", " ", ", ", ". ", "; ", "'s ", ".", "\u2014", "!\n", "\r\n", ".\n\n"]),
    ),
    max_size=60,
).map(lambda parts: "".join(word + gap for word, gap in parts))
any_text = st.one_of(texts_of_words, texts_of_letters, st.text(max_size=120))

SANCTIONS = Lexicon({"core": ["sanction{,s}", "asset freeze{,s}"], "?weak": ["measures", "the embargo"], "": ["weiss"]})
TALKS = Lexicon({"talks": ["talks", "peace deal"], "?core": ["deal", "averyveryverylongwordindeed"]})
CUES = Lexicon(
    {
        "not": ["not", "never", "no"],
        "lift": ["lift{,ed}", "ease{,d}"],
        "call": ["call{,ed} for", "call"],
        "refuse": ["refuse{,d,s}", "rule{,d} out"],
        "oppose": ["against", "reject{,ed}"],
        "=country": ["iran", "u s"],
        "=not": ["envoy"],
        "": ["peace now"],
        "@": ["iran", "states", "averyveryverylongwordindeed", "\u03bf\u03b4\u03bf\u03c2"],
    }
)
ODD = Lexicon(
    {
        "a b": ["sanctions"],
        "a b home": ["embargo on"],
        "#lift #lift": ["embargo"],
        "?is x": ["measures"],
        "*": ["freeze"],
    }
)
ODD_CUES = Lexicon(
    {"x": ["lift{,ed}"], "x ..*": ["talks"], "x #x": ["not"], "=": ["iran"], "+": ["call for"], "@x": ["on"]}
)


def _weights(analyzer: Analyzer, texts: Sequence[str], share: float = 0.8, labels: int = 4) -> Weights:
    """Random numbers for a random share of the terms of some texts; `around` and `sentences` inform one target."""
    generator = np.random.default_rng(7)
    targets = max(len(analyzer.anchored_targets), 1)
    analyses = [analyzer.analyze(text).blocks for text in texts]
    blocks = []
    for b, (name, weight) in enumerate(zip(analyzer.block_names, analyzer.block_weights, strict=True)):
        terms = sorted({term.name for blocks_ in analyses for term in blocks_[b]})
        terms = [term for term in terms if generator.random() < share]
        coef = generator.normal(size=(len(terms), targets, labels)).astype(np.float32)
        for t, target in enumerate(analyzer.anchored_targets):
            if b not in analyzer.blocks_of(target):
                coef[:, t] = 0
        idf = (1 + 5 * generator.random(len(terms))).astype(np.float32)
        idf[generator.random(len(terms)) < 0.1] = 0  # common words count for nothing
        blocks.append(BlockWeights(name, terms, idf, coef, weight * 0.7))
    intercept = generator.normal(size=(targets, labels))
    intercept[0, 0] = -math.inf
    return Weights(blocks, intercept, np.ones((targets, 2)), np.zeros((targets, labels)))


def _pair(settings_: Settings, lexicons: dict[str, Lexicon], cues: Lexicon | None, **options: Any) -> tuple[Any, Any]:
    analyzer = Analyzer(settings_, lexicons, cues)
    weights = _weights(analyzer, [*HARD, *_PROSE], **options)
    return kernel._Compiled(kernel._extension(), analyzer, weights), PythonKernel(analyzer, weights)


_PROSE = [
    "The minister said on Monday that sanctions will not be lifted, or eased, before talks with Iran.",
    "He did not rule out lifting the sanctions; she refused no deal, she rejected calls to lift them, never to talk.",
    "They called for talks. They call for a peace deal and, the U.S. said, an end to the embargo and the asset freeze.",
]
BOTH = {"sanctions": SANCTIONS, "talks": TALKS}
MODELS = {
    "words": (Settings(word_ngrams=(1, 1)), BOTH, CUES),
    "pairs": (Settings(word_ngrams=(1, 2)), BOTH, CUES),
    "long": (Settings(word_ngrams=(1, 4), sublinear_tf=False), BOTH, CUES),
    "only long": (Settings(word_ngrams=(2, 3), window=2), BOTH, CUES),
    "plain": (Settings(word_ngrams=(1, 2), anchored=False), {}, None),
    "one target, no cues": (Settings(window=0), {"talks": TALKS}, None),
    "characters": (Settings(char_ngrams=(3, 5)), BOTH, CUES),
    "few characters": (Settings(char_ngrams=(1, 2), anchored=False), {}, None),
    "many characters": (Settings(char_ngrams=(2, 12), anchored=False), {}, None),
    "odd names": (Settings(), {"x y": ODD, "talks": TALKS}, ODD_CUES),
}
_CACHE: dict[str, tuple[Any, Any]] = {}


def _kernels(name: str) -> tuple[Any, Any]:
    if name not in _CACHE:
        _CACHE[name] = _pair(*MODELS[name])
    return _CACHE[name]


def _check(compiled: Any, python: PythonKernel, texts: Sequence[str]) -> None:
    ours, spec = compiled.score(texts), python.score(texts)
    np.testing.assert_array_equal(ours.counts, spec.counts)
    np.testing.assert_allclose(ours.margins, spec.margins, rtol=0, atol=1e-11)


def _check_places(compiled: Any, python: PythonKernel, text: str) -> None:
    for ours, spec in zip(compiled.find_terms(text), python.find_terms(text), strict=True):
        assert ours.ids.tolist() == spec.ids.tolist()
        assert ours.counts.tolist() == spec.counts.tolist()
        assert ours.spans == spec.spans


def _expected_tokens(text: str) -> list[tuple[str, int, int, int]]:
    """Tokens with their spans in the kernel's folded bytes, where what is no word character is one byte."""
    folded = fold(text)
    ends = [0]
    for character in folded:
        word = character.isalnum() or character == "_"
        ends.append(ends[-1] + (len(character.encode("utf-8", "surrogatepass")) if word else 1))
    return [(t.word, ends[t.start], ends[t.end], int(t.gap)) for t in tokenize(folded)]


@needs_kernel
def test_the_compiled_kernel_is_there() -> None:
    """Where it is required it was built, it loads, and it is the one in use."""
    assert BUILT
    if os.environ.get("STANCE_KERNEL", "auto") != "python":
        assert kernel_in_use() == "compiled"


@needs_kernel
@pytest.mark.parametrize("name", MODELS)
def test_margins_and_counts_agree(name: str) -> None:
    """On hard texts of every kind, for every kind of model."""
    _check(*_kernels(name), [*HARD, *_PROSE])


@needs_kernel
@pytest.mark.parametrize("labels", [1, 2, 4, 9, 600])
def test_probabilities_agree(labels: int) -> None:
    """With both numbers of the scale, missing labels and NaN; and to the bit one by one and in bulk."""
    generator = np.random.default_rng(labels)
    analyzer = Analyzer(*MODELS["words"])
    weights = replace(_weights(analyzer, _PROSE, labels=labels), scale=generator.random((2, 2)) + 0.5)
    compiled = kernel._Compiled(kernel._extension(), analyzer, weights)
    margins = generator.normal(scale=20, size=(300, 2, labels))
    margins[:, 1, 1:] = -np.inf
    margins[7] = np.nan
    mentioned = generator.random((300, 2)) < 0.5
    for flags in (mentioned, None):
        bulk = compiled.probabilities(margins, flags)
        np.testing.assert_allclose(bulk, weights.probabilities(margins, False if flags is None else flags), rtol=1e-13)
        each = [compiled.probabilities(m, flags if flags is None else flags[i]) for i, m in enumerate(margins)]
        assert bulk.tobytes() == np.array(each).tobytes()
    assert np.isnan(bulk[7]).all()
    assert np.isfinite(np.delete(bulk, 7, axis=0)).all()
    assert compiled.probabilities(margins[:0]).shape == (0, 2, labels)


@needs_kernel
def test_the_exponential_is_exact_to_two_ulps() -> None:
    """Over all that a probability can be, and 0 below."""
    x = -np.concatenate([np.linspace(0, 40, 100_001), np.geomspace(1e-300, 708, 100_001)])
    pairs = np.stack([np.zeros_like(x), x], axis=-1)[:, None]
    found = np.empty_like(pairs)
    kernel._extension().softmax(pairs, np.ones((1, 2)), None, found)
    np.testing.assert_allclose(found[:, 0, 1] / found[:, 0, 0], np.exp(x), rtol=5e-16, atol=0)
    pairs[:, 0, 1] = -np.linspace(710, 1e300, len(x))
    kernel._extension().softmax(pairs, np.ones((1, 2)), None, found)
    assert found[:, 0].tolist() == [[1.0, 0.0]] * len(x)


@pytest.mark.skipif(not shutil.which("gcc") or platform.machine() != "x86_64", reason="gcc can compile for both")
@pytest.mark.parametrize(("unit", "built"), [("sse", True), ("387", False), ("both", False)])
def test_a_processor_with_longer_numbers_gets_no_kernel(root: Path, unit: str, built: bool) -> None:
    """As on 32-bit x86, where the exponential would be wrong by a third: compiling fails, and Python scores."""
    header = root / "stance" / "model" / "_kernel_softmax.h"
    run = subprocess.run(
        ["gcc", f"-mfpmath={unit}", "-fsyntax-only", "-w", "-x", "c", str(header)], capture_output=True, text=True
    )
    assert (run.returncode == 0) == built, run.stderr
    assert ("more digits than a double" in run.stderr) != built


@needs_kernel
@pytest.mark.parametrize("labels", [1, 2, 3, 4, 5])
def test_any_number_of_labels(labels: int) -> None:
    """Loops are specialised for the default model's width; other widths give right margins too."""
    _check(*_pair(*MODELS["pairs"], labels=labels), [*HARD, *_PROSE])


@needs_kernel
def test_an_empty_vocabulary() -> None:
    """A model that knows no term gives its intercept."""
    compiled, python = _pair(*MODELS["characters"], share=0.0)
    _check(compiled, python, HARD)


@needs_kernel
@settings(max_examples=300, deadline=None)
@given(st.lists(any_text, max_size=4), st.sampled_from(sorted(MODELS)))
def test_margins_and_counts_agree_on_any_text(texts: list[str], name: str) -> None:
    """Whatever Hypothesis comes up with."""
    _check(*_kernels(name), texts)


@needs_kernel
@settings(max_examples=300, deadline=None)
@given(any_text)
def test_tokens_agree_on_any_text(text: str) -> None:
    """Words, spans and gaps."""
    compiled, _ = _kernels("words")
    assert compiled.compiled.tokens(text) == _expected_tokens(text)


def _read_alone(page: int) -> list[str]:
    """The characters of a page without those that send the text that they stand in to the interpreter."""
    return [chr(c) for c in range(page, page + 256) if c != 0x3A3 and len(fold(chr(c))) == 1]


@needs_kernel
def test_tokens_agree_on_every_code_point() -> None:
    """Each code point of Unicode within a word, as a word, in gaps and after a full stop."""
    compiled, _ = _kernels("words")
    for page in range(0, 0x110000, 256):
        points = _read_alone(page)
        if page > 0x32000 and page & 0xFFFF > 0x100 and page < 0xE0000:
            points = points[::64]  # no character was ever assigned there
        elif page >= 0x20000:
            points = points[::8]  # ideographs, or nothing
        text = "".join(f"k{c}Z {c}'{c} x.{c}no .{c} " for c in points)
        assert compiled.compiled.tokens(text) == _expected_tokens(text), hex(page)


@needs_kernel
def test_character_ngrams_agree_on_every_letter_page() -> None:
    """White space and lower case of the block of characters, over the planes that hold letters."""
    compiled, python = _kernels("few characters")
    texts = []
    for page in [*range(0, 0x3400, 256), *range(0xA600, 0xB000, 256), *range(0xF900, 0x11000, 256)]:
        points = _read_alone(page)
        texts.append("".join(f"a{c}B {c}" for c in points))
    _check(compiled, python, texts)


@needs_kernel
@pytest.mark.parametrize("name", ["words", "characters"])
def test_terms_agree_one_by_one(name: str) -> None:
    """Each term of the blocks beside the words is counted as often as the analyzer yields it."""
    compiled, python = _kernels(name)
    analyzer, weights = python._analyzer, python._weights
    for text in [*HARD, *_PROSE]:
        rows = compiled.compiled.rows(text)
        for b, block in list(enumerate(weights.blocks))[1:]:
            names = Counter(term.name for term in analyzer.analyze(text).blocks[b] if term.name in block.columns)
            assert {block.terms[row - 1]: n for row, n in rows[b].items() if row} == names, (text, block.name)


@needs_kernel
@pytest.mark.parametrize("name", MODELS)
def test_places_agree(name: str) -> None:
    """Each known term stands where the analyzer finds it, block by block, on hard texts of every kind."""
    for text in [*HARD, *_PROSE]:
        _check_places(*_kernels(name), text)


@needs_kernel
@settings(max_examples=300, deadline=None)
@given(any_text, st.sampled_from(sorted(MODELS)))
def test_places_agree_on_any_text(text: str, name: str) -> None:
    """Whatever Hypothesis comes up with."""
    _check_places(*_kernels(name), text)


@needs_kernel
def test_a_paragraph_of_a_megabyte() -> None:
    """Buffers grow, and what comes after a long text is scored as before."""
    compiled, python = _kernels("pairs")
    long = " ".join([*_PROSE, *HARD[4:12]] * 1400)
    assert len(long) > 2**20
    _check(compiled, python, [_PROSE[0], long, _PROSE[0]])
    _check(compiled, python, [_PROSE[0]])


@needs_kernel
def test_texts_of_every_length() -> None:
    """No length is special to loops that read 64 bytes at a time."""
    compiled, _ = _kernels("words")
    for n in range(200):
        for text in ("x" * n, "x " * n, "\u00e9'" * n, " " * n + "\u4f1a", "x" * n + "'s", "\u2019" * n + "x"):
            assert compiled.compiled.tokens(text) == _expected_tokens(text)


@needs_kernel
@pytest.mark.parametrize("name", ["words", "characters"])
def test_the_same_bits_however_it_is_called(name: str, small_corpus: Corpus) -> None:
    """One by one, in chunks, in bulk, from Arrow of both widths, and on two threads at once."""
    compiled, _ = _kernels(name)
    texts = [*small_corpus.texts[:700], *HARD]
    bulk = compiled.score(texts)
    single = np.concatenate([compiled.score([text]).margins for text in texts])
    chunks = np.concatenate([compiled.score(texts[i : i + 37]).margins for i in range(0, len(texts), 37)])
    assert bulk.margins.tobytes() == compiled.score(tuple(texts)).margins.tobytes()
    assert bulk.margins.tobytes() == single.tobytes() == chunks.tobytes()
    assert bulk.margins[::-1].tobytes() == compiled.score(texts[::-1]).margins.tobytes()
    found: list[bytes] = []

    def work() -> None:
        found.extend(compiled.score(texts).margins.tobytes() for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {bulk.margins.tobytes()}
    assert len(found) == 10


@needs_kernel
def test_arrow_strings_are_scored_like_python_ones() -> None:
    """Both widths of offsets, slices, nulls, chunks, views and empty arrays."""
    import pyarrow as pa

    compiled, python = _kernels("words")
    texts: list[Any] = [None, *[text for text in HARD if "\ud800" not in text], None, *_PROSE]
    expected = compiled.score([text or "" for text in texts])
    for kind in (pa.string(), pa.large_string(), pa.string_view()):
        array = pa.array(texts, kind)
        for given_ in (array, pa.chunked_array([array[:3], array[3:3], array[3:]])):
            scored = compiled.score_arrow(given_)
            assert scored.margins.tobytes() == expected.margins.tobytes()
            np.testing.assert_array_equal(scored.counts, expected.counts)
        assert compiled.score_arrow(array[2:9]).margins.tobytes() == expected.margins[2:9].tobytes()
    np.testing.assert_array_equal(python.score_arrow(pa.array(texts)).counts, expected.counts)
    assert compiled.score_arrow(pa.array([], pa.string())).margins.shape == (0, 2, 4)
    assert compiled.score_arrow(pa.array(["", None], pa.string())).counts.sum() == 0


@needs_kernel
@pytest.mark.parametrize(
    "raw",
    (
        b"\xff a\xc3 \xc0\x80 \xe0\x80\x80 \xf5\x80\x80\x80 x\x80 \xf0\x9f\x98 \xe2\x82a \xce\xa3\xff "
        b"\xed\xa0\xbd \xce\xa3\xed\xb8\x80"
    ).split(),
)
def test_bytes_that_are_no_utf8_are_refused(raw: bytes) -> None:
    """Arrow does not check its strings; the kernel does, and says which one is wrong."""
    compiled, _ = _kernels("words")
    margins, counts = np.empty((2, 2, 4)), np.empty((2, 6), dtype=np.int64)
    offsets = np.array([0, 2, 2 + len(raw)], dtype=np.int32)
    with pytest.raises(ArticleError, match=r"^texts\[1\] is not valid UTF-8$") as caught:
        compiled.compiled.score_buffers(offsets, b"ok" + raw, False, 0, 2, margins, counts)
    assert caught.value.position == 1
    # half a character, which a str may hold
    assert compiled.score(["lift \ud83d"]).counts[0, 0] == 1


@pytest.mark.parametrize("name", [pytest.param("compiled", marks=needs_kernel), "python"])
@pytest.mark.parametrize("kind", ["string", "large_string"])
def test_a_text_of_arrow_that_is_no_utf8_is_counted_over_all_chunks(name: str, kind: str) -> None:
    """Its place is that in the whole array, beyond the first chunk, too."""
    import pyarrow as pa

    analyzer = Analyzer(*MODELS["words"])
    weights = _weights(analyzer, _PROSE)
    scorer = PythonKernel(analyzer, weights) if name == "python" else _kernels("words")[0]
    raw = pa.array([b"Talks resumed.", b"sanctions \xff"], "large_binary" if kind == "large_string" else "binary")
    broken = pa.Array.from_buffers(getattr(pa, kind)(), 2, raw.buffers())
    good = pa.array(["Talks went on."] * 300, kind)
    for array, place in ((broken, 1), (pa.chunked_array([good, good[:3], broken, good]), 304)):
        with pytest.raises(ArticleError, match=rf"^texts\[{place}\] is not valid UTF-8$") as caught:
            scorer.score_arrow(array)
        assert caught.value.position == place


@needs_kernel
def test_a_text_that_is_too_long_is_counted_over_all_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its place is that in the whole list, of which the kernel gets one part after the other."""
    monkeypatch.setattr(kernel, "_AT_ONCE", 2)
    compiled, _ = _kernels("words")
    with pytest.raises(ArticleError, match=r"^texts\[3\] is longer than 1 GiB$") as caught:
        compiled.score(["Talks went on."] * 3 + ["x" * (2**30 + 1)])
    assert caught.value.position == 3


@needs_kernel
def test_wrong_arguments_are_refused() -> None:
    """Arrays without room, offsets beyond the data, and what is no text raise instead of reading astray."""
    c = _kernels("words")[0].compiled
    room, counts = np.empty((1, 2, 4)), np.empty((1, 6), dtype=np.int64)
    for arguments in ((("a", "b"), room, counts), (("a",), room[:0], counts), (("a",), room, counts[:0])):
        with pytest.raises(ValueError, match="no room"):
            c.score(*arguments)
    for offsets in ([0, 9], [-1, 1], [2, 1]):
        with pytest.raises(ValueError, match="do not fit"):
            c.score_buffers(np.array(offsets, dtype=np.int32), b"abc", False, 0, 1, room, counts)
    with pytest.raises(ValueError, match="end early"):
        c.score_buffers(np.array([0], dtype=np.int32), b"abc", False, 0, 1, room, counts)
    with pytest.raises(TypeError, match="must be str"):
        c.score((b"a",), room, counts)

    softmax, scale, flags = kernel._extension().softmax, np.ones((2, 2)), np.zeros((1, 2), dtype=np.bool_)
    softmax(room, scale, flags, np.empty_like(room))
    for arguments, what in (
        ((room, scale, flags, room[:, :1].copy()), "differ in shape"),
        ((room, scale[:1], flags, room), "the scale"),
        ((room, scale, flags[:, :1].copy(), room), "mentioned"),
        ((room[0, 0], scale, None, room[0, 0]), "targets and labels"),
        ((room[:, :, :0].copy(), scale, None, room[:, :, :0].copy()), "targets and labels"),
        ((room.astype(np.float32), scale, None, room), "differ in shape"),
    ):
        with pytest.raises(ValueError, match=what):
            softmax(*arguments)

    class Shrunk(list[str]):
        def __len__(self) -> int:
            return 1

    with pytest.raises(RuntimeError, match="taken out of the list"):
        c.score(Shrunk(), room, counts)  # as when another thread empties the list
    with pytest.raises((ValueError, BufferError)):
        c.score(("a",), bytes(64), counts)
    with pytest.raises(TypeError):
        pickle.dumps(c)


@needs_kernel
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of the process from /proc")
def test_nothing_leaks() -> None:
    """Building, scoring, failing and dropping kernels many times takes no more memory."""

    def pages() -> int:
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1])

    _, python = _kernels("characters")

    def round_() -> None:
        compiled = kernel._Compiled(kernel._extension(), python._analyzer, python._weights)
        for _ in range(20):
            compiled.score([*HARD, *_PROSE])
            compiled.compiled.tokens(HARD[15])
            compiled.compiled.rows(HARD[16])
            compiled.find_terms(_PROSE[0])
            compiled.compiled.places(HARD[15])
            compiled.probabilities(np.zeros((9, *compiled._weights.intercept.shape)))
            with pytest.raises(TypeError):
                compiled.score(["a", None])

    for _ in range(5):
        round_()
    before = pages()
    for _ in range(25):
        round_()
    assert (pages() - before) * 4096 < 6e6


@needs_kernel
def test_the_numbers_in_the_header_are_those_of_the_specification(root: Path) -> None:
    """NEAR, PAIR and CLAUSE are written twice; they are equal."""
    header = (root / "stance" / "model" / "_kernel_anchored.h").read_text()
    for name in ("NEAR", "PAIR", "CLAUSE"):
        assert f"#define {name} {getattr(anchored, name)}\n" in header


def test_names_are_read_alike_fast_and_slow(small_model: StanceModel) -> None:
    """Names of anchored terms have the same readings by the quick way that takes them to have no odd blanks."""
    fast, slow = (compile_tables(small_model.analyzer, small_model.weights).phrases for _ in range(2))
    assert not fast.blanks
    slow.blanks = True
    read = 0
    for b, block in enumerate(small_model.weights.blocks):
        for t, target in enumerate(small_model.analyzer.anchored_targets):
            if block.name == f"around {target}":
                for name in [*block.terms, "* ..*", "core * ..*", "* * *", "x", "", "& ", "is core", "n=2", "a b c d"]:
                    found = set(slow.keys_of(name, b, t))
                    assert set(fast.keys_of(name, b, t)) == found, name
                    read += len(found)
    assert read > 100


@needs_kernel
def test_a_trained_model_gives_the_same_scores(
    small_model: StanceModel, small_corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Labels, reasons and probabilities of a real model over real paragraphs."""
    texts = [*small_corpus.texts[:300], *HARD]
    monkeypatch.setenv("STANCE_KERNEL", "compiled")
    assert small_model.releases_gil
    ours = small_model.score_paragraphs(texts)
    monkeypatch.setenv("STANCE_KERNEL", "python")
    assert not small_model.releases_gil
    spec = small_model.score_paragraphs(texts)
    assert ours.reasons == spec.reasons
    np.testing.assert_allclose(ours.probabilities, spec.probabilities, rtol=0, atol=1e-11)
    for i in range(len(texts)):
        assert [score.label for score in ours.stances(i).values()] == [s.label for s in spec.stances(i).values()]


@needs_kernel
@pytest.mark.skipif(not hasattr(signal, "ITIMER_PROF"), reason="no timer of processor time")
@pytest.mark.parametrize("arrow", [False, True], ids=["list", "arrow"])
def test_scoring_can_be_interrupted(small_model: StanceModel, arrow: bool) -> None:
    """As a notebook does by the signal of Ctrl-C: long before all is scored, and the model scores on."""
    import pyarrow as pa

    texts: Any = ["The ministry refused to lift the sanctions on the bank before the talks in Vienna."] * 120_000
    expected = small_model.score_texts(texts[:1])
    given = pa.array(texts) if arrow else texts
    before = process_time()
    assert np.array_equal(small_model.score_texts(given), np.repeat(expected, len(texts), axis=0))
    whole = process_time() - before
    old = signal.signal(signal.SIGPROF, signal.default_int_handler)
    before = process_time()
    try:
        signal.setitimer(signal.ITIMER_PROF, whole / 20)
        with pytest.raises(KeyboardInterrupt):
            small_model.score_texts(given)
        assert process_time() - before < whole / 2
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)
    assert np.array_equal(small_model.score_texts(texts[:1]), expected)


def test_no_paragraphs_have_no_reasons() -> None:
    """A part of a run may have none."""
    assert abstention_reasons(np.zeros((0, 6), dtype=np.int64), "en") == []


def test_a_missing_kernel(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """`auto` scores in Python and says so once; `compiled` fails loudly."""
    analyzer = Analyzer(*MODELS["words"])
    weights = _weights(analyzer, _PROSE)
    monkeypatch.setattr(kernel, "_extension", lambda: None)
    kernel._warn_once.cache_clear()
    monkeypatch.setenv("STANCE_KERNEL", "auto")
    assert kernel_in_use() == "python"
    for _ in range(2):
        assert open_kernel(analyzer, weights).score(_PROSE).margins.shape == (len(_PROSE), 2, 4)
    assert [record.message for record in caplog.records] == [
        "stance: the compiled kernel is missing: scoring in pure Python gives the same results, but far more slowly"
    ]
    monkeypatch.setenv("STANCE_KERNEL", "compiled")
    with pytest.raises(KernelError, match="the compiled kernel is missing"):
        open_kernel(analyzer, weights)
    assert issubclass(KernelError, StanceError)


def test_an_unknown_kernel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in STANCE_KERNEL does not pass for `auto`."""
    monkeypatch.setenv("STANCE_KERNEL", "complied")
    with pytest.raises(KernelError, match="must be auto, compiled or python"):
        kernel_in_use()


@needs_kernel
def test_a_model_too_large_for_the_kernel(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """It is scored in Python with a warning, or refused where the compiled kernel is demanded."""
    analyzer = Analyzer(Settings(), {f"t{i}": Lexicon({"g": [f"word{i}"]}) for i in range(25)}, None)
    weights = _weights(analyzer, ["word1 word2 and word24"])
    kernel._warn_once.cache_clear()
    monkeypatch.setenv("STANCE_KERNEL", "auto")
    assert open_kernel(analyzer, weights).name == "python"
    assert "cannot hold this model" in caplog.text
    monkeypatch.setenv("STANCE_KERNEL", "compiled")
    with pytest.raises(KernelError, match="cannot hold"):
        open_kernel(analyzer, weights)


@pytest.mark.parametrize("name", [pytest.param("compiled", marks=needs_kernel), "python"])
def test_a_pickled_model_builds_its_own_kernel(
    small_model: StanceModel, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A kernel is memory of one process; a model that went to another scores the same to the bit."""
    monkeypatch.setenv("STANCE_KERNEL", name)
    before = small_model.score_paragraphs(_PROSE).margins
    copy = pickle.loads(pickle.dumps(small_model))
    assert copy._kernels == {}
    assert copy.score_paragraphs(_PROSE).margins.tobytes() == before.tobytes()


@pytest.mark.parametrize("name", ["auto", "python"])
def test_the_version_names_the_kernel(name: str) -> None:
    """`stance --version` says which kernel scores."""
    run = subprocess.run(
        [sys.executable, "-m", "stance", "--version"],
        capture_output=True,
        text=True,
        env={**os.environ, "STANCE_KERNEL": name},
    )
    assert run.returncode == 0
    assert run.stdout.strip().endswith("(compiled kernel)" if BUILT and name == "auto" else "(python kernel)")


@needs_kernel
@pytest.mark.parametrize(
    ("name", "outdated"), [("_kernel_text.h", True), ("_kernel.pyx", True), ("kernel.py", False), ("_kernel.c", False)]
)
def test_a_kernel_of_other_sources_is_told(root: Path, tmp_path: Path, name: str, outdated: bool) -> None:
    """`stance --version` says so after a change that was not compiled, and no test runs; Python is not compiled."""
    for folder in ("stance", "tests/conftest.py"):
        copy = shutil.copytree if (root / folder).is_dir() else shutil.copy
        (tmp_path / folder).parent.mkdir(exist_ok=True)
        copy(root / folder, tmp_path / folder)
    source = tmp_path / "stance" / "model" / name
    source.write_bytes((source.read_bytes() if source.exists() else b"") + b"\n")
    (tmp_path / "tests" / "test_none.py").write_text("def test_none(): pass\n", encoding="utf-8")

    def run(*command: str) -> str:
        env = {**os.environ, "PYTHONPATH": str(tmp_path), "STANCE_KERNEL": "compiled"}
        run = subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True, env=env)
        return run.stdout + run.stderr

    told = "kernel, of other sources than those beside it: build it anew by" if outdated else "(compiled kernel)"
    assert told in run("stance", "--version")
    told = "ERROR: the compiled kernel is of other sources" if outdated else "1 passed"
    assert told in run("pytest", "-q", "-p", "no:cacheprovider", "tests/test_none.py")


def test_without_a_compiler_it_installs_and_scores(root: Path, tmp_path: Path) -> None:
    """`pip install` with a compiler that fails goes through; what it installed lacks the kernel alone, as it says."""
    pytest.importorskip("Cython")
    pytest.importorskip("setuptools")
    source, target = tmp_path / "source", tmp_path / "installed"
    built = shutil.ignore_patterns("*.so", "*.pyd", "_kernel.c", "__pycache__")
    for name in ("stance", "models"):
        shutil.copytree(root / name, source / name, ignore=built)
    (source / "data").mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", "data/LICENSE"):
        shutil.copy(root / name, source / name)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-build-isolation", "--no-deps", "--no-index"]
    plain = {key: value for key, value in os.environ.items() if not key.startswith("STANCE_")}
    run = subprocess.run(
        [*pip, "--target", str(target), str(source)], capture_output=True, text=True, env={**plain, "CC": "false"}
    )
    assert run.returncode == 0, run.stderr
    assert not list(target.rglob("_kernel*.so")) + list(target.rglob("_kernel*.pyd"))
    article = root / "data" / "articles" / "vienna-round.txt"
    commands = [
        ["score", str(article), "-f", "jsonl"],
        # these read files that the package brings
        ["score", str(article), "--explain", "--speakers", "-o", "scores.csv"],
        ["report", "scores.csv", "-o", "scores.html"],
    ]
    printed = []
    for command in commands:
        run = subprocess.run(
            [sys.executable, "-m", "stance", *command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**plain, "PYTHONPATH": str(target)},
        )
        assert run.returncode == 0, run.stderr
        printed.append(run)
    assert printed[0].stderr.count("the compiled kernel is missing: scoring in pure Python") == 1
    assert len(printed[0].stdout.splitlines()) > 5
    assert (tmp_path / "scores.html").is_file()
