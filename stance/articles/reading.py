"""Reading articles from anywhere, one after the other; memory does not grow with the files."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import IO

from stance.articles.article import Article
from stance.articles.formats import format_by_suffix, sniff_format
from stance.articles.records import Columns, Quarantined
from stance.articles.sources import STDIN, Source, find_sources
from stance.errors import ArticleError

__all__ = ["read_articles", "read_records"]

_GZIP = b"\x1f\x8b"
_HEAD = 4096


def read_articles(
    paths: Iterable[str | Path],
    columns: Columns | None = None,
    quarantine: Callable[[Quarantined], None] | None = None,
) -> Iterator[Article]:
    """Read articles from files, folders and globs.

    Parameters
    ----------
    paths : iterable of path-like
        ``.txt``, ``.md``, ``.jsonl``, ``.csv``, ``.tsv``, ``.parquet``, each also gzipped; folders; globs; ``"-"`` for
        standard input.
    columns : Columns, optional
        Which column of a table holds what.
    quarantine : callable, optional
        Called with each record that could not be read. Without it such a record raises `ArticleError`.

    Yields
    ------
    Article

    Raises
    ------
    ArticleError
        If a named file is missing or unreadable as a whole.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.txt").write_text("One.\\n\\nTwo.")
    ...     [(article.id, len(article.paragraphs)) for article in read_articles([folder])]
    [('a', 2)]
    """
    for record in read_records(paths, columns):
        if isinstance(record, Article):
            yield record
        elif quarantine is not None:
            quarantine(record)
        else:
            raise ArticleError(record.reason, record.source, record.position or None)


def read_records(paths: Iterable[str | Path], columns: Columns | None = None) -> Iterator[Article | Quarantined]:
    """Like `read_articles`, but with the quarantined records in their places: nothing read is left out.

    An id that was read before is quarantined as ``duplicate id``; of the ids only 8-byte hashes are kept.
    """
    columns = columns or Columns()
    seen: set[bytes] = set()
    for source in find_sources(paths):
        position = 0
        try:
            for record in _read_source(source, columns):
                position += 1
                if isinstance(record, Article):
                    key = blake2b(record.id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
                    if key in seen:
                        record = Quarantined(source.path, position, f"duplicate id {record.id[:200]!r}")
                    seen.add(key)
                yield record
        except (ArticleError, OSError, EOFError, zlib.error) as error:
            problem = error if isinstance(error, ArticleError) else _as_article_error(error, source)
            if source.named and position == 0:
                raise problem from error
            # what was read before stands; the rest of this file is lost, and said so
            where = problem.position or (position + 1 if position else 0)
            yield Quarantined(source.path, where, problem.message)


def _as_article_error(error: Exception, source: Source) -> ArticleError:
    if isinstance(error, OSError) and error.strerror:
        return ArticleError(error.strerror, source.path)
    return ArticleError(f"damaged gzip file: {error}", source.path)


def _read_source(source: Source, columns: Columns) -> Iterator[Article | Quarantined]:
    raw: IO[bytes] = sys.stdin.buffer if source.path == STDIN else open(source.path, "rb")  # noqa: SIM115
    try:
        stream = raw if isinstance(raw, io.BufferedReader) else io.BufferedReader(raw)  # type: ignore[type-var]
        if stream.peek(2).startswith(_GZIP):
            stream = io.BufferedReader(gzip.GzipFile(fileobj=stream))
        found = format_by_suffix(source.path)
        if found is None:
            if not source.named:
                suffix = Path(source.path).suffix
                raise ArticleError(f"no reader for {suffix or 'a file without suffix'}", source.path)
            found = sniff_format(stream.peek(_HEAD)[:_HEAD], columns)
        yield from found.read(stream, columns, source.path, source.stem)
    finally:
        if source.path != STDIN:
            raw.close()
