"""JSON lines: one object a line, one article an object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO

from stance.articles.article import Article
from stance.articles.lines import BadLine, LineReader
from stance.articles.records import Columns, Quarantined, record_to_article
from stance.errors import ArticleError

__all__ = ["read_jsonl"]


def read_jsonl(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the articles of a JSON lines file; blank lines are passed over.

    Raises
    ------
    ArticleError
        If the first object lacks a column that is needed: then the whole file is not what it was taken for.
    """
    lines = LineReader(stream, source, narrow="utf-8")  # JSON is UTF-8 by definition
    try:
        yield from _records(lines, columns, source, stem)
    finally:
        lines.detach()


def _records(lines: LineReader, columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    first = True
    while True:
        try:
            line = next(lines, None)
        except BadLine as error:
            yield Quarantined(source, lines.number, str(error))
            continue
        if line is None:
            return
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Quarantined(source, lines.number, f"not valid JSON: {error}")
            continue
        if not isinstance(record, dict):
            yield Quarantined(source, lines.number, "not a JSON object")
            continue
        if first:
            if not any(columns.name(field) in record for field in ("text", "id")) or columns.text is not None:
                _check(columns, record, source)
            first = False
        yield record_to_article(record, columns, source, stem, lines.number)


def _check(columns: Columns, record: dict[str, object], source: str) -> None:
    text = columns.name("text")
    if text not in record:
        raise ArticleError(
            f"no key {text!r} for the text; name it with --text-column; the first record has {', '.join(record)}",
            source,
        )
