"""`split_paragraphs`: every layout that articles come in."""

from __future__ import annotations

import re
import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.articles import split_paragraphs

FIRST = (
    "The foreign ministers of the five countries said on Monday that the talks in Geneva had been useful and that "
    "they would go on, although no date was set and the sanctions of last year remain in force."
)
SECOND = (
    "A spokesman for the president told reporters that the embargo would be eased only when inspectors were let in, "
    "which he did not expect before the end of the year."
)
THIRD = "Oil prices fell after the news, as traders bet on the return of supplies that had been held back since May."


def parts(text: str) -> list[str]:
    """The paragraphs of a text."""
    return [text[start:end] for start, end in split_paragraphs(text)]


def flat(text: str) -> list[str]:
    """The paragraphs, white space made even."""
    return [" ".join(part.split()) for part in parts(text)]


def wrapped(*paragraphs: str, width: int = 72, joint: str = "\n\n", first: str = "", rest: str = "") -> str:
    """Paragraphs wrapped at a column."""
    lines = (
        textwrap.fill(
            p, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, break_long_words=False
        )
        for p in paragraphs
    )
    return joint.join(lines)


WORDS = st.sampled_from(
    ["talks", "Sanctions", "were", "U.S.", "the", "1.", "-", "•", "#", ">", "(a)", "lifted.", "embargo,"]
)
LINES = st.lists(st.lists(WORDS, max_size=12).map(" ".join), max_size=12)
INDENTS = st.sampled_from(["", "  ", "\t", "\u00a0"])


@given(st.text())
def test_spans_are_sound(text: str) -> None:
    """Spans rise, do not overlap, begin and end on something visible, and hold every letter and digit."""
    spans = split_paragraphs(text)
    last = 0
    for start, end in spans:
        assert last <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert re.search(r"[^\W_]", text[last:start]) is None
        last = end
    assert re.search(r"[^\W_]", text[last:]) is None


@given(LINES, INDENTS)
def test_line_ends_do_not_matter(lines: list[str], indent: str) -> None:
    """Unix, Windows and old Mac files of one text have the same paragraphs."""
    texts = [end.join(indent + line for line in lines) for end in ("\n", "\r\n", "\r", "\r\r\n")]
    unix, *others = [[part.splitlines() for part in parts(text.replace("\r\r\n", "\r\n"))] for text in texts]
    assert all(other == unix for other in others)


def test_doubled_windows_line_ends() -> None:
    """A file whose line ends were converted twice has no blank line after each line."""
    assert flat(wrapped(FIRST, SECOND).replace("\n", "\r\r\n")) == [FIRST, SECOND]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_headline_paragraphs_and_bullets_on_single_lines(end: str) -> None:
    """A text with one paragraph a line, as a web page is copied: headline, paragraphs and bullets stay apart."""
    lines = ["Three states back talks", FIRST, "The statement said:", "- sanctions must end", "- talks go on", SECOND]
    assert parts(end.join(lines) + end) == lines


@pytest.mark.parametrize("width", [60, 72, 80, 100])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_wrapped_with_blank_lines(width: int, end: str) -> None:
    """A text wrapped at a column has its lines joined, whatever the column."""
    text = wrapped("Talks go on in Geneva", FIRST, SECOND, THIRD, width=width).replace("\n", end)
    assert flat(text) == ["Talks go on in Geneva", FIRST, SECOND, THIRD]


def test_wrapped_with_indented_first_lines() -> None:
    """Where indentation alone marks paragraphs, it is what divides them."""
    assert flat(wrapped(FIRST, SECOND, THIRD, joint="\n", first="    ")) == [FIRST, SECOND, THIRD]


def test_wrapped_and_indented_throughout() -> None:
    """A block that is indented as a whole is one paragraph."""
    assert flat(wrapped(FIRST, SECOND, first="    ", rest="    ")) == [FIRST, SECOND]


def test_wrapped_without_any_mark() -> None:
    """Where neither blank lines nor indentation mark paragraphs, a short last line does."""
    assert flat(wrapped(FIRST, SECOND, THIRD, joint="\n")) == [FIRST, SECOND, THIRD]


def test_heading_in_wrapped_text() -> None:
    """A short line before running text is not joined to it, even with no blank line between."""
    assert flat("What comes next\n" + wrapped(FIRST, SECOND)) == ["What comes next", FIRST, SECOND]


def test_long_address_does_not_hide_the_column() -> None:
    """One line that could not be broken does not make a wrapped text look unwrapped."""
    address = "https://example.org/" + "a" * 200
    assert flat(wrapped(FIRST, SECOND, address, THIRD)) == [FIRST, SECOND, address, THIRD]


@pytest.mark.parametrize(
    "row",
    [
        "| Step {} | {} April | The central bank of the country, and its treasury |",
        "<tr>\n<td>Step {}</td>\n<td>{} April</td>\n</tr>",
        "  Step {}     {} April   Central bank",
    ],
)
def test_a_long_table_does_not_hide_the_column(row: str) -> None:
    """Text around it is still known as wrapped, and its rows are apart, in whatever way it is set."""
    rows = "\n".join(row.format(i, i) for i in range(1, 60)).split("\n")
    assert flat(wrapped(FIRST, SECOND) + "\n\n" + "\n".join(rows) + "\n\n" + wrapped(THIRD)) == [
        FIRST, SECOND, *(" ".join(cells.split()) for cells in rows), THIRD,
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["•", "-", "*", "–", "▪"])
def test_bullets_keep_their_continuation_lines(sign: str) -> None:
    """Each bullet is a paragraph and has the lines that belong to it."""
    items = [wrapped(f"{sign} {p}", rest="  ") for p in (FIRST, SECOND, THIRD)]
    assert flat("The ministers agreed:\n" + "\n".join(items)) == [
        "The ministers agreed:",
        *(f"{sign} {p}" for p in (FIRST, SECOND, THIRD)),
    ]


def test_bullets_continue_without_indentation() -> None:
    """In a wrapped text the lines of a bullet need not be indented."""
    text = "\n".join(wrapped(f"• {p}") for p in (FIRST, SECOND))
    assert flat(text) == [f"• {FIRST}", f"• {SECOND}"]


def test_nested_bullets() -> None:
    """A bullet below a bullet is a paragraph of its own."""
    assert flat("• on sanctions:\n    – banks\n    – oil and\n      gas\n• on talks") == [
        "• on sanctions:", "– banks", "– oil and gas", "• on talks",
    ]  # fmt: skip


@pytest.mark.parametrize("marks", [("1.", "2."), ("(1)", "(2)"), ("a)", "b)"), ("i.", "ii.")])
def test_numbered_lists(marks: tuple[str, str]) -> None:
    """Numbers and letters mark items as well."""
    items = [f"{mark} {p}" for mark, p in zip(marks, (FIRST, SECOND), strict=True)]
    assert flat("\n".join(wrapped(item, rest="   ") for item in items)) == items


def test_bullets_without_space() -> None:
    """A bullet sign that touches its text, as PDF copies have it, is a bullet."""
    assert parts("They agreed\n•to lift sanctions\n•to talk") == ["They agreed", "•to lift sanctions", "•to talk"]


def test_dash_at_the_beginning_of_a_wrapped_line() -> None:
    """A dash in mid-sentence that wrapping put first on its line marks no item."""
    text = (
        "The talks on the sanctions regime of the United Nations\n- which had begun in May - were\n"
        "broken off in the autumn of that year without result."
    )
    assert len(parts(text)) == 1


def test_number_at_the_beginning_of_a_wrapped_line() -> None:
    """A date in mid-sentence that wrapping put first on its line marks no item."""
    text = (
        "The committee of the parliament set the vote for July\n14. and the sanctions bill was to\n"
        "follow in the week after that."
    )
    assert len(parts(text)) == 1


def test_markdown() -> None:
    """Headings of both kinds, quotations and rules are known."""
    text = (
        "# Talks\nBody one.\n\nSanctions\n=========\nBody two.\n\n"
        "> A quoted\n> sentence.\n>\n> Another.\nReply.\n\n* * *\n\nEnd."
    )
    assert parts(text) == [
        "# Talks", "Body one.", "Sanctions", "Body two.", "> A quoted\n> sentence.", "> Another.", "Reply.", "End.",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", ["* * *", "---", "_____", "•", "…", "\u200b"])
def test_lines_without_words_divide(rule: str) -> None:
    """A line without a letter or digit divides, and is part of no paragraph."""
    assert parts(f"One.\n{rule}\nTwo.") == ["One.", "Two."]


def test_invisible_characters_around_a_paragraph() -> None:
    """No-break and zero-width spaces and a stray byte order mark are not part of a paragraph."""
    assert parts("\ufeff\u00a0One.\u200b\n\u00a0\n\u3000Two.") == ["One.", "Two."]
    assert parts("\u202aOne.\u202c\n\n\u2067Two.\u2069") == ["One.", "Two."]


@pytest.mark.parametrize("end", ["\u2028", "\x0b", "\x0c"])
def test_line_breaks_of_editors(end: str) -> None:
    """What word processors and web editors write for a line end is one."""
    assert parts(f"One.{end}Two.{end}{end}Three.") == ["One.", "Two.", "Three."]


def test_paragraph_separator_divides_always() -> None:
    """U+2029 ends a paragraph even in the middle of a sentence."""
    assert parts("The talks\u2029went on") == ["The talks", "went on"]


def test_scripts_without_case() -> None:
    """Text without capitals is judged by its punctuation: one paragraph a line stays so."""
    lines = ["وزیر خارجه گفت تحریم‌ها باید برداشته شود.", "گفت‌وگوها ادامه دارد؟", "پایان."]
    assert parts("\n".join(lines)) == lines


@pytest.mark.parametrize(
    "text",
    [
        "word " * 4_000_000,
        "\n" * 1_000_000,
        "\r" * 1_000_000,
        "One line.\n" * 200_000,
        "- item\n" * 200_000,
        " " * 5_000_000 + "x",
        "\t" * 5_000_000 + "x",
        "x" + ".)" * 5_000_000,
        "> " * 2_000_000 + "x",
        "#" * 5_000_000,
        "(" * 5_000_000 + "1) x",
    ],
    ids=lambda text: repr(text[:9]),
)
def test_time_is_linear(text: str) -> None:
    """No text of millions of characters takes more than seconds."""
    start = time.process_time()
    split_paragraphs(text)
    assert time.process_time() - start < 8
