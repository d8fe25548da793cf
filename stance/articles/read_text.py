"""Plain text and Markdown: one file, one article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from stance.articles.article import Article
from stance.articles.encoding import decode
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined

__all__ = ["read_text"]


def read_text(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the one article of a text file.

    Raises
    ------
    ArticleError
        If it is no text, or its encoding cannot be told.
    """
    raw = stream.read(LARGEST_RECORD + 1)
    if len(raw) > LARGEST_RECORD:
        yield Quarantined(source, 1, f"record too large: more than {LARGEST_RECORD:,} bytes")
        return
    yield Article(id=stem, text=decode(raw, source), source=source, position=1)
