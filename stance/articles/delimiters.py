"""What parts the cells of a table, and whether a text is a table at all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

from stance.articles.records import FIELDS, Columns

__all__ = ["Heading", "find_heading", "is_table"]

_DELIMITERS = ",\t;|"
#: The header of R's write.table, which parts cells by blanks unless told otherwise.
_BY_BLANKS = re.compile(r'"[^"]*"(?: "[^"]*")+\s*\Z')
#: What stands in quotation marks parts no cells.
_QUOTED = re.compile(rf'(?<![^{_DELIMITERS}])"(?:[^"]|"")*+(?:"|\Z)')
_RECORDS = 10
_SENTENCE_ENDS = (".", "!", "?", ":", "…")


class Heading(NamedTuple):
    """Where a table begins.

    Attributes
    ----------
    delimiter : str
        What parts its cells.
    line : str
        The first line of its header, or all of it.
    above : int
        How many lines stand above.
    """

    delimiter: str
    line: str
    above: int


def find_heading(lines: Iterator[str]) -> Heading:
    """Read on to the header of a table. The delimiter is the one that the header has most of, or R's blank.

    Parameters
    ----------
    lines : iterator of str
        The lines of the table, with their ends; read up to and with the header's first.

    Returns
    -------
    Heading

    Examples
    --------
    >>> find_heading(iter(["id;text\\n", "1;Talks, too.\\n"]))
    Heading(delimiter=';', line='id;text\\n', above=0)
    >>> find_heading(iter(["sep=,\\n", "a;b,c;d\\n"]))
    Heading(delimiter=',', line='a;b,c;d\\n', above=1)
    """
    above, hint = 0, None
    line = next(lines, "")
    while line.isspace() or (hint is None and line.startswith("sep=") and len(line.rstrip("\r\n")) == 5):
        # a hint that spreadsheets write and read
        hint = hint if line.isspace() else line[4]
        above += 1
        line = next(lines, "")
    if hint is None and _BY_BLANKS.match(line):
        hint = " "
    return Heading(hint or max(_DELIMITERS, key=_QUOTED.sub("", line).count), line, above)


def is_table(text: str, columns: Columns) -> bool:
    """Whether a text is beyond doubt a table of articles.

    Its first line holds nothing but names, one of them that of the text column; and of the first records at least
    half have as many cells if another column is known, all of two or more if none is.

    Parameters
    ----------
    text : str
        Its beginning; the last record may be cut.
    columns : Columns
        What the columns are called.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_table("id,text\\n1,Talks resume.\\n", Columns())
    True
    >>> is_table("text, id and date of the decree\\nIt came late, they said.\\n", Columns())
    False
    """
    lines = io.StringIO(text, newline="")
    delimiter, line, _ = find_heading(lines)
    if columns.name("text").lower() not in line.lower():
        return False
    rows: Iterable[str] = chain([line], lines)
    if delimiter == " ":
        # as R writes a quotation mark within others
        rows = (row.replace('\\"', '""') for row in rows)
    try:
        header, *records = islice(filter(None, csv.reader(rows, delimiter=delimiter)), 1 + _RECORDS)
    except (csv.Error, ValueError):
        return False
    # a data frame's index has no name; a space or a full stop is a sentence's, not a name's
    named = all(header[1:]) and not any(name != name.strip() or name.endswith(_SENTENCE_ENDS) for name in header)
    columns = columns.within(header)
    if not named or columns.name("text") not in header:
        return False
    width = len(header)
    # R puts the names of rows before their cells, and all in quotation marks
    widths = (width, width + line.startswith('"'))
    fitting = sum(len(record) in widths for record in records)
    if records and not lines.read(1) and not text.endswith(("\n", "\r")):
        fitting += 1 < len(records[-1]) < width
    known = {columns.name(field) for field in FIELDS[1:]}
    return width > 1 and (2 * fitting >= len(records) > 0 if known & set(header) else fitting == len(records) > 1)
