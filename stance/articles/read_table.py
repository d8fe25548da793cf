"""CSV and TSV: one row, one article."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import IO

from stance.articles.article import Article
from stance.articles.lines import BadLine, LineReader
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined, record_to_article
from stance.errors import ArticleError

__all__ = ["read_table"]

_DELIMITERS = ",\t;|"


def read_table(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the articles of a table with a header. The delimiter is the one that the header has most of.

    Raises
    ------
    ArticleError
        If there is no header, or a column is missing.
    """
    lines = LineReader(stream, source)
    try:
        yield from _records(lines, columns, source, stem)
    finally:
        lines.detach()


def _records(lines: LineReader, columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    try:
        head = next(lines, "")
    except BadLine as error:
        raise ArticleError(f"no header: {error}", source) from error
    if not head.strip():
        raise ArticleError("the file is empty; a table needs a header", source)
    delimiter = max(_DELIMITERS, key=head.count)
    header = next(csv.reader([head], delimiter=delimiter))
    columns.check(header, source)
    csv.field_size_limit(LARGEST_RECORD)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            row = next(rows, None)
        except (BadLine, csv.Error) as error:
            yield Quarantined(source, number, f"line {lines.number}: {error}")
            continue
        if row is None:
            return
        if not row:
            number -= 1
            continue
        if len(row) != len(header):
            yield Quarantined(source, number, f"line {lines.number}: {len(row)} cells under {len(header)} columns")
            continue
        yield record_to_article(dict(zip(header, row, strict=True)), columns, source, stem, number)
