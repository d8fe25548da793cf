"""Splitting into paragraphs: every layout, and offsets that always fit."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.articles import Article, split_paragraphs


def _split(text: str) -> list[str]:
    return [text[a:b] for a, b in split_paragraphs(text)]


WRAPPED = """The envoys of the three governments met again on Friday in the
old customs house by the river and agreed on nothing.

They will try once more in June, when the heat is worse and the
hotels are cheaper."""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_split_alike(end: str) -> None:
    """Unix, Windows and old Mac line ends give the same paragraphs."""
    text = f"One.{end}{end}Two a,{end}two b.{end}- Three.{end}"
    expected = [" ".join(p.split()) for p in _split(text.replace(end, "\n"))]
    assert [" ".join(p.split()) for p in _split(text)] == expected


def test_blank_lines_separate_and_wrapped_lines_join() -> None:
    """Text broken at a column is joined within blank lines."""
    assert [p.split()[0] for p in _split(WRAPPED)] == ["The", "They"]


def test_one_paragraph_a_line() -> None:
    """Without blank lines each line that ends a sentence is a paragraph, the headline too."""
    text = (
        "Talks end without a text\nThe envoys left. They were tired.\nNo date was set, an official said.\nPrices rose."
    )
    assert len(_split(text)) == 4


def test_indented_lines_begin_paragraphs() -> None:
    """In text broken at a column an indented line begins a paragraph."""
    text = (
        "   The first paragraph is long enough to be broken at a column and it\n"
        "goes on with a second line that is nearly as long as the one before it\n"
        "and a third.\n"
        "   The second paragraph begins indented and is broken at the same column,\n"
        "as one would expect of it."
    )
    assert [p.split()[1] for p in _split(text)] == ["first", "second"]


def test_bullets_are_paragraphs_with_their_continuation() -> None:
    """Each bullet of a joint statement is a paragraph; deeper lines go on with it."""
    text = "They agreed:\n- to meet again\n  before the summer;\n- to publish the text.\n* A third.\n(a) A fourth.\n1. A fifth."
    assert _split(text) == [
        "They agreed:",
        "- to meet again\n  before the summer;",
        "- to publish the text.",
        "* A third.",
        "(a) A fourth.",
        "1. A fifth.",
    ]


def test_markdown_headings_stand_alone() -> None:
    """A heading is a paragraph of its own, also right above text."""
    assert _split("# Title\nText of it.\n\n## Next\nMore text.") == ["# Title", "Text of it.", "## Next", "More text."]


def test_nothing_in_nothing_out() -> None:
    """Blank text has no paragraphs."""
    assert split_paragraphs("") == [] == split_paragraphs(" \n\t\r\n ")


@given(st.text(alphabet=st.sampled_from("ab.- *#>1)\t\n\r\x0b\x0c\x1c\x85\u2028\u2029 é\ud800"), max_size=200))
def test_offsets_always_fit_and_nothing_is_lost(text: str) -> None:
    """Spans are in order, not empty, disjoint, and hold every letter and digit."""
    article = Article("a", text)
    covered = set()
    last = 0
    for i, paragraph in enumerate(article.paragraphs):
        assert paragraph.index == i
        assert article.text[paragraph.start : paragraph.end] == paragraph.text
        assert last <= paragraph.start < paragraph.end
        last = paragraph.end
        covered.update(range(paragraph.start, paragraph.end))
    assert not any(character.isalnum() for i, character in enumerate(text) if i not in covered)


def test_time_is_linear() -> None:
    """A million lines and one enormous line are split in seconds."""
    begin = time.perf_counter()
    assert len(split_paragraphs("A line.\n" * 300_000)) == 300_000
    assert len(split_paragraphs("word " * 4_000_000)) == 1
    assert time.perf_counter() - begin < 60
