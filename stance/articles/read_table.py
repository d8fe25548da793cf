"""CSV and TSV: one row, one article."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import IO, Self

from stance.articles.article import Article
from stance.articles.delimiters import find_heading
from stance.articles.encoding import UNDECODABLE
from stance.articles.lines import UNFIT, BadLine, LineReader, TooLong, Undecodable
from stance.articles.records import FIELDS, LARGEST_RECORD, NOT_KNOWN, Columns, Quarantined, record_to_article
from stance.errors import ArticleError

__all__ = ["read_table"]

#: How R writes a quotation mark in quotation marks.
_ESCAPED = '\\"'
#: What would end a line within a cell, and stands for it while the cell is read; no text holds that.
_RETURN, _HELD = re.compile(r"\r(?!\n)"), "\udcfe"
#: Parts the cells of a table that has none to part; no text holds it.
_NONE = "\x1f"


def read_table(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the articles of a table with a header. The delimiter is the one that the header has most of.

    Rows are numbered from 1 below the header, blank lines left out. A row with bytes that do not fit the encoding is
    quarantined with all its lines. So is one with a line longer than a record may be, as far as its quotation marks
    tell where it ends, and one with faulty quotation marks; where a mark is never closed, that is its first line alone,
    and the lines below are rows again; above a line that is too long, it is all lines down to that one.

    Below a header in quotation marks, as R writes it, a row that reads only if backslashes escape its marks is read so,
    and rows may have one cell more, their names, which come first. In a tab-separated table a row that reads only if
    its quotation marks are taken as text is read so. A text, id, title, date or outlet ``NA`` is none, as R writes it;
    in other columns it may be a code, such as Namibia's.

    Raises
    ------
    ArticleError
        If there is no header, or a column is missing.
    """
    lines = _RowLines(LineReader(stream, source))
    rows, delimiter, header, quoted = _read_header(lines, source)
    columns = columns.within(header)
    columns.check(header, source)
    known = {columns.name(field) for field in FIELDS}
    number = 0
    first = True
    while True:
        lines.begin()
        problem = ""
        try:
            row = next(rows)
        except StopIteration:
            return
        except (BadLine, csv.Error) as error:
            row, problem = lines.recover(delimiter, len(header), quoted=quoted), str(error)
        if row and not problem and lines.goes_on:
            row = lines.read_on(row, delimiter, len(header))
        if any(UNDECODABLE in cell for cell in row):
            row, problem = [], UNFIT
        if lines.too_long:
            row, problem = [], lines.too_long
        if not row and not problem:
            continue
        number += 1
        if first and row:
            first = False
            if len(row) == len(header) + 1 and quoted and lines.begins_quoted:
                header.insert(0, "")
        if not row or len(row) != len(header):
            problem = problem or f"{len(row)} cells, but {len(header)} columns"
            yield Quarantined(source, number, f"{lines.place()}: {problem}")
        else:
            record = dict(zip(header, row, strict=True))
            if NOT_KNOWN in row:
                record |= dict.fromkeys((name for name in known if record.get(name) == NOT_KNOWN), "")
            yield record_to_article(record, columns, source, stem, number)


def _read_header(lines: _RowLines, source: str) -> tuple[Iterator[list[str]], str, list[str], bool]:
    """The rows below the header, the delimiter, the header, and whether it begins with a quotation mark."""
    # a row is bounded by its lines, not by its cells
    csv.field_size_limit(max(csv.field_size_limit(), 2 * LARGEST_RECORD))
    try:
        delimiter, head, _ = find_heading(lines)
        lines.give_back(head)
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
        header = next(rows, [])
        if len(header) == 1 and not head.startswith('"'):
            # one column needs no delimiter: what would be one is the text's
            delimiter = _NONE
            rows = csv.reader(lines, delimiter=delimiter, strict=True)
    except (BadLine, csv.Error) as error:
        raise ArticleError(f"no header: {lines.too_long or error}", source) from error
    if lines.too_long or UNDECODABLE in "".join(header):
        raise ArticleError(f"no header: {lines.too_long or UNFIT}", source)
    lines.end_header()
    if not header:
        raise ArticleError("the file is empty; a table needs a header", source)
    return rows, delimiter, header, head.startswith('"')


class _RowLines:
    """The lines of a table; those of the row at hand are kept, so that they can be read again.

    Attributes
    ----------
    number : int
        The line at hand, from 1.
    """

    def __init__(self, lines: LineReader) -> None:
        self._lines = lines
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self._first = 1
        self._ended = False
        # by their numbers: a line may be read again
        self._too_long: dict[int, str] = {}
        self._by_feeds = False
        self.number = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if self._waiting:
            line = self._waiting.popleft()
            self.number += 1
        else:
            try:
                line = next(self._lines)
            except StopIteration:
                self._ended = True
                raise
            except Undecodable as bad:
                # the row is read to its end: what is left of it would be rows that nobody wrote
                line = bad.line
            except TooLong as bad:
                # so is this one: its marks tell whether a cell begins, ends or goes on in it
                line = '"\n' if bad.marks % 2 else "\n"
                self._too_long[self.number + 1] = str(bad)
            self.number += 1
        self._taken.append(line)
        self._size += len(line)
        if self._size > LARGEST_RECORD:
            raise BadLine("record too large, or a quotation mark that is never closed")
        return line

    def begin(self) -> None:
        """A new row begins with the next line."""
        self._taken.clear()
        self._size = 0
        self._first = self.number + 1
        self._ended = False

    def give_back(self, *lines: str) -> None:
        """Read these lines again."""
        if lines:
            del self._taken[-len(lines) :]
        self._size -= sum(map(len, lines))
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)

    def end_header(self) -> None:
        """The lines that were taken are the header: how it ends tells how rows do."""
        self._by_feeds = bool(self._taken) and self._taken[-1].endswith("\n")

    @property
    def too_long(self) -> str:
        """What is wrong with a line of the row at hand that is longer than a record may be; empty if none is."""
        return next((why for line, why in self._too_long.items() if self._first <= line <= self.number), "")

    @property
    def goes_on(self) -> bool:
        """Whether the row at hand ends where others do not."""
        return self._by_feeds and self._taken[-1].endswith("\r")

    def read_on(self, row: list[str], delimiter: str, width: int) -> list[str]:
        """Read a row to its end, past carriage returns in its cells; the row as it is if that gives several."""
        taken = len(self._taken)
        with suppress(BadLine, csv.Error, StopIteration):
            while self._taken[-1].endswith("\r"):
                next(self)
            whole = _RETURN.sub(_HELD, "".join(self._taken))
            found = next(csv.reader(chain([whole], self), delimiter=delimiter, strict=True))
            # with too few, none of its lines is a row either, but the last may begin with a cell that goes on below
            if len(found) < width and self._taken[-1].startswith('"'):
                self.give_back(self._taken[-1])
            if len(found) <= width:
                return [cell.replace(_HELD, "\r") for cell in found]
        self.give_back(*self._taken[taken:])
        # rows end so, too, in what was put together from several files: to look ahead of each would take quadratic time
        self._by_feeds = False
        return row

    @property
    def begins_quoted(self) -> bool:
        """Whether the row at hand begins with a quotation mark."""
        return self._taken[0].startswith('"')

    def place(self) -> str:
        """Where the row at hand stands."""
        return f"line {self._first}" if self.number <= self._first else f"lines {self._first} to {self.number}"

    def recover(self, delimiter: str, width: int, *, quoted: bool) -> list[str]:
        """Read on after a faulty row; its cells, if they read in another way, below a header that is quoted or not."""
        if quoted and not self.too_long and (row := self._read_escaped(delimiter, width)):
            return row
        if self.too_long:
            # marks that stand for inches open no cell, and the rows below are none of its lines
            last = max(line for line in self._too_long if line <= self.number)
            self.give_back(*self._taken[last + 1 - self._first :])
            return []
        if delimiter == "\t":
            row = next(csv.reader(self._taken[:1], delimiter=delimiter, quoting=csv.QUOTE_NONE))
            if len(row) == width:
                self.give_back(*self._taken[1:])
                return row
        if self._ended or self._size > LARGEST_RECORD:
            self.give_back(*self._taken[1:])
        return []

    def _read_escaped(self, delimiter: str, width: int) -> list[str]:
        """Read a faulty row again, with escaped marks; if that gives no row, what was taken is as it was before."""
        if not any(_ESCAPED in line for line in self._taken):
            return []
        number, ended = len(self._taken), self._ended
        self.give_back(*self._taken)
        with suppress(BadLine, csv.Error):
            doubled = (line.replace(_ESCAPED, '""') for line in self)
            row = next(csv.reader(doubled, delimiter=delimiter, strict=True))
            # the name of the row may come first
            if len(row) in (width, width + 1):
                return row
        if not self.too_long:
            self.give_back(*self._taken)
            for _ in range(number):
                with suppress(BadLine):
                    next(self)
            self._ended = ended
        return []
