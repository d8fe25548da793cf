"""Plain text and Markdown: one file, one article; and exports of LexisNexis and ProQuest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from stance.articles.article import Article
from stance.articles.encoding import decode
from stance.articles.exports import find_database, tell_unsplit
from stance.articles.front_matter import split_front_matter
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined, as_kept

__all__ = ["read_text"]


def read_text(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the one article of a text file, or all of an export; of front matter what names it and what is kept.

    Exports of Nexis Uni and Factiva, which these databases give as documents only, are one article, too, which a
    quarantined record tells.

    Raises
    ------
    ArticleError
        If it is no text, or its encoding cannot be told.
    """
    raw = stream.read(LARGEST_RECORD + 1)
    if len(raw) > LARGEST_RECORD:
        yield Quarantined(
            source, 1, f"record too large: more than {LARGEST_RECORD:,} bytes; split it into its articles, one per file"
        )
        return
    fields, text = split_front_matter(decode(raw, source))
    lines = text.splitlines()
    database = find_database(lines)
    if database is not None and database.by_fields:
        yield from database.split(lines, source, stem)
        return
    yield Article(
        id=fields.get("id", stem),
        text=text,
        title=fields.get("title"),
        date=fields.get("date"),
        outlet=fields.get("outlet"),
        source=source,
        position=1,
        kept=tuple((name, as_kept(fields.get(name.lower()))) for name in columns.keep),
    )
    yield from tell_unsplit(database, lines, source, 1)
