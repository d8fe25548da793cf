"""The lines of PDF pages to paragraphs: columns, running heads, hyphens at line ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

__all__ = ["Line", "PageText", "join_pages"]

_PAGE_NUMBER = re.compile(r"\W*(?:page|p\.)?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\W*\Z", re.I)
#: What browsers print below a page and, where they do, above it.
_ADDRESS = re.compile(r"\w{2,8}://\S+\s+\d{1,4}/\d{1,4}\Z")
_PRINTED = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s\d{1,2}:\d\d\b")
_NO_LETTER = re.compile(r"[\W\d_]")
_DIGITS = re.compile(r"\d+")
_FINISHED = re.compile(r"[.!?:;][\"'’”)\]]*\Z")
#: Who speaks in a transcript: "Q:", "THE MINISTER:".
_TURN = re.compile(r"[A-Z](?:[A-Z.' -]{0,40}[A-Z.])?:\s")
#: An item of a list. A dash may stand within a sentence, too.
_ITEM = re.compile(r"(?:[\u2022\u25aa\u25cf\u25e6\uf0b7]|\(?\d{1,2}[.)]|\(?[a-z][.)])\s")
#: Share of a page's height, at top and at bottom, in which running heads and page numbers stand.
_MARGIN = 0.12
#: And so many lines at most, counted from the edge.
_OUTERMOST = 3
#: Letters; a shorter line beside the number of a page may stand there on each of them.
_SHORTEST = 20
#: Widths of a letter as a share of the font's size, on average: where a line ends is not told by the file.
_LETTER = 0.5
#: Behind the hyphen of a name these are words, not halves of one: "Iran-backed".
_OF_NAMES = frozenset(
    """
    backed based brokered controlled funded imposed led linked mediated occupied owned run sponsored style supplied
    """.split()
)


class Line(NamedTuple):
    """A line of a page, or of one column of it.

    Attributes
    ----------
    x, y : float
        Where it begins, in points; y upwards.
    size : float
        Of the font.
    text : str
        Without white space at the ends.
    """

    x: float
    y: float
    size: float
    text: str

    @property
    def end(self) -> float:
        """Where it ends, roughly."""
        return self.x + _LETTER * self.size * len(self.text)


class PageText(NamedTuple):
    """The lines of a page, as its program wrote them, and how high it is: from ``bottom`` to ``top``."""

    lines: list[Line]
    bottom: float
    top: float


def join_pages(pages: Sequence[PageText]) -> list[str]:
    """The paragraphs of a document.

    Page numbers, lines at the top or bottom of pages that return on others but for their digits, and the date and
    address that browsers print there are furniture of the page and left out. A column is read to its end before the
    next. A word that is hyphenated at a line end is joined; a paragraph goes on over columns and pages where its
    sentence does.

    Parameters
    ----------
    pages : sequence of PageText
        All of them, in order.

    Examples
    --------
    >>> lines = [Line(50, 700, 10, "The embassy said that the sanc-"), Line(50, 688, 10, "tions would stay."),
    ...          Line(50, 664, 10, "Talks resume on Friday.")]
    >>> join_pages([PageText(lines, 0, 800)])
    ['The embassy said that the sanctions would stay.', 'Talks resume on Friday.']
    """
    furniture = _furniture(pages)
    paragraphs: list[list[Line]] = []
    for page in pages:
        lines = _in_order(_without_furniture(page, furniture))
        if not lines:
            continue
        leading, right = _leading(lines), _right_margins(lines)
        body = sorted(line.size for line in lines)[len(lines) // 2]
        previous: Line | None = None
        for line in lines:
            if not paragraphs or (
                _begins_page(paragraphs[-1], line)
                if previous is None
                # the lines of a headline lie further apart, as their letters are larger
                else _begins(previous, line, leading * max(1.0, line.size / body), right, paragraphs[-1])
            ):
                paragraphs.append([line])
            else:
                paragraphs[-1].append(line)
            previous = line
    return ["".join(_pieces([line.text for line in lines])) for lines in paragraphs]


def _key(line: Line) -> str:
    return _DIGITS.sub("#", line.text.casefold())


def _in_margins(page: PageText) -> list[Line]:
    """The lines among which the furniture of a page is."""
    lines = sorted(page.lines, key=lambda line: line.y)
    height = max(page.top - page.bottom, 1)
    low = [line for line in lines[:_OUTERMOST] if (line.y - page.bottom) / height < _MARGIN]
    return low + [line for line in lines[-_OUTERMOST:] if (line.y - page.bottom) / height > 1 - _MARGIN]


def _furniture(pages: Sequence[PageText]) -> set[str]:
    margins = [_in_margins(page) for page in pages]
    seen = Counter(key for lines in margins for key in {_key(line) for line in lines})
    found = {key for key, n in seen.items() if n >= 2 and n * 5 >= len(pages)}
    for lines in margins:
        if any(_ADDRESS.match(line.text) for line in lines):
            found |= {_key(line) for line in lines if _ADDRESS.match(line.text) or _PRINTED.match(line.text)}
    return found


def _without_furniture(page: PageText, furniture: set[str]) -> list[Line]:
    margins = _in_margins(page)
    numbers = [line for line in margins if _PAGE_NUMBER.match(line.text)]
    found = {id(line) for line in numbers} | {id(line) for line in margins if _key(line) in furniture}
    rest = [line for line in page.lines if id(line) not in found]
    # a paragraph may end, or go on, with nothing but a year; but the number of a page may lie that close, too
    close = [line for line in numbers if any(_continues(line, other) for other in rest)]
    found -= {id(line) for line in close if len(close) < len(numbers) or _key(line) not in furniture}
    return [line for line in page.lines if id(line) not in found]


def _continues(line: Line, other: Line) -> bool:
    """Whether a line lies as close to a line of prose as those of a paragraph do."""
    beside = abs(line.x - other.x) < line.size and abs(line.size - other.size) < 1
    return beside and abs(line.y - other.y) < 1.5 * line.size and len(other.text) > _SHORTEST


def _in_order(lines: list[Line]) -> list[Line]:
    """Column by column, where the program wrote row by row; else as it wrote."""
    beside = [
        (a, b) for a, b in pairwise(lines) if abs(a.y - b.y) < 0.3 * a.size and b.x > a.x + a.size and len(a.text) > 9
    ]
    if not beside or len(beside) * 4 < len(lines):
        return lines
    starts = Counter(round(b.x / 6) for _, b in beside)
    gutter = starts.most_common(1)[0]
    if gutter[1] * 2 < len(beside):
        return lines
    # what stands over both columns parts the page into bands
    edge = gutter[0] * 6 - 6
    found: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    rows = {id(line) for pair in beside for line in pair}
    for line in sorted(lines, key=lambda line: -line.y):
        if line.x >= edge:
            right.append(line)
        elif id(line) in rows or line.end <= edge + 2 * line.size:
            left.append(line)
        else:
            found += [*left, *right, line]
            left, right = [], []
    return [*found, *left, *right]


def _leading(lines: list[Line]) -> float:
    pairs = [(a, b) for a, b in pairwise(lines) if 0 < a.y - b.y < 4 * a.size]
    # where a sentence runs on: most lines of a page may be paragraphs, such as items and cells
    running = sorted(a.y - b.y for a, b in pairs if b.text[:1].islower() and not _FINISHED.search(a.text))
    if len(running) > 1:
        return running[(len(running) - 1) // 2]
    # below the median: the space between paragraphs is among them
    gaps = sorted(a.y - b.y for a, b in pairs)
    return gaps[(len(gaps) - 1) // 3] if gaps else 1.2 * lines[0].size


def _right_margins(lines: list[Line]) -> dict[int, float]:
    """How far the longer lines of each column reach."""
    ends: dict[int, list[float]] = {}
    for line in lines:
        ends.setdefault(round(line.x / 100), []).append(line.end)
    return {column: sorted(found)[(len(found) - 1) * 3 // 4] for column, found in ends.items()}


def _begins(previous: Line, line: Line, leading: float, right: dict[int, float], paragraph: list[Line]) -> bool:
    """Whether a line begins a paragraph after another on the same page."""
    gap = previous.y - line.y
    if gap < -previous.size or abs(line.x - previous.x) > 12 * line.size:
        return _begins_page(paragraph, line)
    if gap > 1.25 * leading or abs(line.size - previous.size) > 0.12 * previous.size:
        return True
    reach = right.get(round(previous.x / 100), 0)
    word = _LETTER * line.size * (len(line.text.split(" ", 1)[0]) + 1)
    if _FINISHED.search(previous.text):
        # a turn of a conversation, an item, an indented line, or a line after one that had room for its first word
        return (
            _TURN.match(line.text) is not None
            or _ITEM.match(line.text) is not None
            or line.x > paragraph[-1].x + 0.7 * line.size
            or previous.end + word < reach - 4 * line.size
        )
    # the items of a list, further in, tell nothing of how far their lines may reach
    reach = max(reach, right.get(round(previous.x / 100) - 1, 0))
    return previous.end + 2 * word < 0.6 * reach and line.text[:1].isupper()


def _begins_page(paragraph: list[Line], line: Line) -> bool:
    """Whether a line begins a paragraph at the top of a page or column."""
    last = paragraph[-1]
    if abs(line.size - last.size) > 0.12 * last.size:
        return True
    return _FINISHED.search(last.text) is not None or not (line.text[:1].islower() or len(last.text) > 30)


def _pieces(texts: list[str]) -> Iterator[str]:
    for text, follower in pairwise([*texts, ""]):
        if not follower:
            yield text
        elif text.endswith("\u00ad"):
            yield text[:-1]
        elif text.endswith(("-", "\u2010")) and text[-2:-1].isalpha() and follower[0].islower():
            yield text if _is_compound(text.split(" ")[-1][:-1], follower) else text[:-1]
        elif text.endswith(("-", "\u2010", "\u2013", "\u2014", "/")) and text[-2:-1].isalnum():
            yield text
        else:
            yield text + " "


def _is_compound(first: str, follower: str) -> bool:
    """Whether a hyphen at a line end is the word's own: "vice-foreign-" + "minister", "EU-" + "led"."""
    second = _NO_LETTER.split(follower, maxsplit=1)[0]
    return (
        "-" in first or first[-1].isupper() or (first.lstrip("\"'(\u2018\u201c")[:1].isupper() and second in _OF_NAMES)
    )
