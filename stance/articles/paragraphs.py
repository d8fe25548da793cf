"""Text to paragraphs: where each one starts and ends, in text of any layout."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from stance.errors import ArgumentError, kind_of
from stance.letters import DIRECTIONS

__all__ = ["LINE_ENDS", "split_paragraphs"]

# U+2028 and U+000B are the line breaks of web editors and word processors
#: What ends a line of an article.
LINE_ENDS = "\n\r\x0b\x0c\u2028\u2029"
_CONTENT = re.compile(f"[^{LINE_ENDS}]+")
# the third form is what a Windows file becomes that was converted twice
_SINGLE_ENDS = frozenset(("\n", "\r\n", "\r\r\n", "\r", "\x0b", "\x0c", "\u2028"))
_NO_WIDTH = f"\u200b\u200c\u200d\u2060\ufeff{DIRECTIONS}"
_IGNORED = f" \t\x1c\x1d\x1e\x1f\x85\xa0\u1680\u180e\u202f\u205f\u3000{_NO_WIDTH}" + "".join(
    map(chr, range(0x2000, 0x200B))
)
_WITHOUT = dict.fromkeys(map(ord, _NO_WIDTH))
_WORD = re.compile(r"[^\W_]")
_QUOTE = re.compile(r"(?:>[ \t]?)+")
_HEADING = re.compile(r"#{1,6}[ \t]")
# a mark before each line of a quotation is followed by no other
_ROW = re.compile(r"\|.*\|\Z|</?(?:table|thead|tbody|tfoot|tr|td|th|col|colgroup)\b[^<>]*>", re.I | re.S)
_GAP = re.compile(r"(?<=\S)(?: {3,}|\t)(?=\S)")
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u00b7"
_SIGNS = "\u2022\u2023\u2043\u2219\u25aa\u25ab\u25cf\u25cb\u25e6\u25a0\u25a1\u25ba\u25b6\u27a2\u2713\u2714\u2756\uf0b7"
_BULLET = re.compile(
    # the hyphen of the dashes stands first, where it makes no range
    rf"[{_SIGNS}][ \t\xa0]*|[{_DASHES}*+][ \t\xa0]+"
    r"|(?P<number>\(?\d{1,3}[.)]|\(?[ivxIVX]{1,5}[.)]|\(?[a-z][.)])[ \t\xa0]+"
)
_FINISHED = re.compile(r"[.!?:;\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964][\"'\u2019\u201d\u00bb)\]*_]*\Z")
_FIRST_WORD = re.compile(r"\S{1,30}")
_TAB = 4


#: Where a line begins, its words without the white space around them, what stands before these, and whether a blank
#: line does. There are as many as lines, and names would be felt.
_Bare: TypeAlias = tuple[int, str, str, bool]


class _Line(NamedTuple):
    """What the neighbours of a line need to know of it."""

    start: int
    end: int
    blank_before: bool
    quote: str
    indent: int
    marker: str
    """Kind of list marker; ``#`` for a heading, ``|`` for a row of a table; empty for running text."""
    content: int
    """Column at which the text after a marker stands."""
    first: str
    """The first character of the words, past marker and opening quotation marks."""
    width: int
    """Columns from the margin to the end."""
    word: int
    """Length of the first word, up to 30."""
    finished: bool
    spaced: bool
    """Whether it is parted as a row of a table is by blanks; a justified line of prose may be, too."""


class _Layout(NamedTuple):
    column: int
    """Where the text is wrapped, 0 if every line is a paragraph."""
    margin: int
    """Indentation of the lines in mid-paragraph."""


def split_paragraphs(text: str) -> list[tuple[int, int]]:
    r"""Find the paragraphs of a text.

    The text is not altered; the spans refer to it as it is, whatever its line ends (``\n``, ``\r\n``,
    ``\r``, form feed, vertical tab, U+2028 and U+2029), and leave out the white space around a paragraph.

    1. A blank line ends a paragraph. So does a line without a letter or digit, such as ``* * *`` or
       the underline of a heading, which is part of no paragraph.
    2. A single line end also ends a paragraph, unless the text is *wrapped* at a column. It is, if at
       a quarter or more of its single line ends the sentence runs on (the next line begins in lower
       case) and the next word would not have fitted on the line. In a wrapped text a line is joined
       to the one before if that one is full, or if it begins in lower case. A short line, such as
       a heading or the last of a paragraph, is not joined to what follows it.
    3. An item of a list (bullet, dash, ``1.``, ``(a)``, ``iv)``) is a paragraph, marker included. Lines
       indented deeper than its marker continue it, in any text. In a wrapped text a dash or a number
       which begins a line in mid-sentence is no marker.
    4. A Markdown heading (``## Talks``) is a paragraph. So is a row of a table that is set in
       Markdown or HTML, and a run of lines at one depth of quotation (``>``), by the same rules.
    5. In a wrapped text a line that is indented deeper than the one before, or than the lines in
       mid-paragraph are, begins a paragraph, unless the sentence runs on.

    Time and memory are linear in the length of the text.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of (int, int)
        Start and end of each paragraph as character offsets, in order, without overlap. Every letter
        and digit of the text is in exactly one paragraph.

    Raises
    ------
    ArgumentError
        If it is no text.

    Examples
    --------
    >>> text = "Talks resume\nThe parties agreed:\n- to lift sanctions;\n- to meet again.\n"
    >>> [text[start:end] for start, end in split_paragraphs(text)]
    ['Talks resume', 'The parties agreed:', '- to lift sanctions;', '- to meet again.']
    >>> text = "The ministers said that the talks\nhad been useful and would go on.\r\n\r\nNo date was set."
    >>> [text[start:end] for start, end in split_paragraphs(text)]
    ['The ministers said that the talks\nhad been useful and would go on.', 'No date was set.']
    """
    if not isinstance(text, str):
        raise ArgumentError(f"this splits a text, not {kind_of(text)}")
    bare = list(_lines(text))
    # a line between blank ones is a paragraph, whatever it looks like; most texts have no others
    blanks = [blank for *_, blank in bare]
    if all(blanks):
        return [(start, start + len(body)) for start, body, *_ in bare]
    ends = (*blanks[1:], True)
    lines = [None if blank and end else _describe(*one) for one, blank, end in zip(bare, blanks, ends, strict=True)]
    layout = _layout([line for line in lines if line is not None])
    spans: list[tuple[int, int]] = []
    item: _Line | None = None
    previous: _Line | None = None
    for (start, body, *_), line in zip(bare, lines, strict=True):
        if line is not None and previous is not None and _continues(previous, line, item, layout):
            spans[-1] = (spans[-1][0], line.end)
        else:
            spans.append((start, start + len(body)))
            item = line if line is not None and line.marker else None
        previous = line
    return spans


def _lines(text: str) -> Iterator[_Bare]:
    """The lines that hold words."""
    position, blank = 0, True
    for match in _CONTENT.finditer(text):
        begin, stop = match.span()
        blank = blank or text[position:begin] not in _SINGLE_ENDS
        position = stop
        line = match.group()
        body = line.strip(_IGNORED)
        if _WORD.search(body) is None:
            blank = True
            continue
        space = len(line) - len(line.lstrip(_IGNORED)) if len(body) < len(line) else 0
        yield begin + space, body, line[:space], blank
        blank = False


def _describe(start: int, body: str, space: str, blank: bool) -> _Line:
    indent = _columns(space)
    quote = found.group() if (found := _QUOTE.match(body)) else ""
    inner = len(quote)
    marker, content = "", indent
    if _HEADING.match(body, inner):
        marker = "#"
    elif _ROW.match(body, inner):
        marker = "|"
    elif (found := _BULLET.match(body, inner)) is not None:
        # which list an item belongs to: that of the same sign, or that of the numbers
        marker = "1" if found.lastgroup == "number" else body[inner]
        content = indent + found.end() - inner
    words = _WORD.search(body, inner + content - indent)
    first = words.group() if words else ""
    word = _FIRST_WORD.match(body, inner)
    return _Line(
        start=start,
        end=start + len(body),
        blank_before=blank,
        quote=quote.replace(" ", "").replace("\t", ""),
        indent=indent,
        marker=marker,
        content=content,
        first=first,
        width=indent + len(body),
        word=len(word.group()) if word else 0,
        finished=_FINISHED.search(body, max(0, len(body) - 8)) is not None,
        spaced=("   " in body or "\t" in body) and len(_GAP.findall(body)) > 1,
    )


def _columns(space: str) -> int:
    """Width of leading white space, a tab going to the next stop; zero-width characters count nothing."""
    return len(space.translate(_WITHOUT).expandtabs(_TAB))


def _layout(lines: list[_Line]) -> _Layout:
    pairs = [
        (line, follower)
        for line, follower in pairwise(lines)
        if not (follower.blank_before or follower.marker or line.marker in ("#", "|") or line.quote != follower.quote)
        # how wide the text is set a table does not tell
        and not (line.spaced or follower.spaced)
    ]
    if not pairs:
        return _Layout(0, 0)
    widths = sorted(line.width for line, _ in pairs)
    # not the widest: an address that could not be broken says nothing about the column
    column = widths[(len(widths) - 1) * 9 // 10]
    running = [follower.indent for line, follower in pairs if _runs_on(line, follower, column)]
    if len(running) * 4 < len(pairs):
        return _Layout(0, 0)
    return _Layout(column, Counter(running).most_common(1)[0][0])


def _runs_on(line: _Line, follower: _Line, column: int) -> bool:
    """Whether a sentence goes on past a full line; scripts without case are judged by punctuation."""
    if not _is_full(line, follower, column):
        return False
    first = follower.first
    return first.islower() or (first.isalpha() and not first.isupper() and not line.finished)


def _is_full(line: _Line, follower: _Line, column: int) -> bool:
    return line.width + 1 + follower.word >= column


def _continues(previous: _Line, line: _Line, item: _Line | None, layout: _Layout) -> bool:
    """Whether a line belongs to the paragraph of the line before it."""
    if line.blank_before or previous.marker == "#" or line.marker == "#" or previous.quote != line.quote:
        return False
    full = bool(layout.column) and _is_full(previous, line, layout.column)
    if line.marker:
        ambiguous = line.marker == "1" or line.marker in _DASHES
        same_list = item is not None and item.marker == line.marker
        return full and ambiguous and not (same_list or previous.finished)
    if item is not None and line.indent > item.indent:
        return True
    if not layout.column:
        return False
    if line.first.islower():
        return True
    if line.indent > (item.content if item is not None else previous.indent):
        return False
    if line.indent > layout.margin:
        return full and not previous.finished
    # text taken from a typeset page is not wrapped to the letter
    return full or (not previous.finished and previous.width + 1 + line.word >= 0.8 * layout.column)
