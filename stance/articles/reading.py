"""Reading articles from anywhere, one after the other; memory does not grow with the files."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from stance.articles.article import Article
from stance.articles.encoding import clean_surrogates
from stance.articles.formats import find_format
from stance.articles.records import Columns, Quarantined
from stance.articles.seen import SeenIds
from stance.articles.sources import STDIN, Source, find_sources
from stance.errors import ArticleError

__all__ = ["read_articles", "read_records"]

_GZIP = b"\x1f\x8b"
_HEAD = 2**16


def read_articles(
    paths: str | Path | Iterable[str | Path],
    columns: Columns | None = None,
    quarantine: Callable[[Quarantined], None] | None = None,
) -> Iterator[Article]:
    """Read articles from files, folders and globs.

    Parameters
    ----------
    paths : path-like or iterable of path-like
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


def read_records(
    paths: str | Path | Iterable[str | Path], columns: Columns | None = None
) -> Iterator[Article | Quarantined]:
    """Like `read_articles`, but with the quarantined records in their places: nothing read is left out.

    Each says where it stood, by ``source`` and ``position``; positions rise within a source. An id that was read
    before is quarantined as ``duplicate id``; of the ids only 8-byte hashes are kept (`SeenIds`). A file that breaks
    off is quarantined from the record where it does.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.jsonl").write_text('{"text": "One."}\\n\\noops\\n')
    ...     [(type(record).__name__, record.position) for record in read_records(folder)]
    [('Article', 1), ('Quarantined', 3)]
    """
    columns = columns or Columns()
    seen = SeenIds()
    for source in find_sources([paths] if isinstance(paths, str | Path) else paths):
        shown = clean_surrogates(source.path)
        if source.problem:
            yield Quarantined(shown, 0, source.problem)
            continue
        position = 0
        try:
            for record in _read_source(source, shown, columns):
                position = record.position or position
                if isinstance(record, Article) and not seen.add(record.id):
                    record = Quarantined(shown, position, f"duplicate id {record.id[:200]!r}")
                yield record
        except (ArticleError, OSError, EOFError, zlib.error) as error:
            problem = _as_article_error(error, shown)
            if source.named and position == 0:
                raise problem from error
            # what was read before stands; the rest of this file is lost, and said so
            yield Quarantined(shown, position + 1 if position else 0, problem.message)


def _as_article_error(error: Exception, shown: str) -> ArticleError:
    if isinstance(error, ArticleError):
        return error
    if isinstance(error, OSError) and error.strerror:
        return ArticleError(error.strerror, shown)
    return ArticleError(f"damaged gzip file: {error}", shown)


def _read_source(source: Source, shown: str, columns: Columns) -> Iterator[Article | Quarantined]:
    if source.path == STDIN:
        # a copy of the descriptor's reader would close standard input when it is collected
        yield from _read_stream(sys.stdin.buffer, source, shown, columns)
        return
    with open(source.path, "rb") as file:
        yield from _read_stream(file, source, shown, columns)


def _read_stream(raw: IO[bytes], source: Source, shown: str, columns: Columns) -> Iterator[Article | Quarantined]:
    opened: list[io.BufferedReader] = []
    stream = raw if isinstance(raw, io.BufferedReader) else _buffered(raw, opened)
    try:
        if stream.peek(2).startswith(_GZIP):
            stream = _buffered(cast(IO[bytes], gzip.GzipFile(fileobj=stream)), opened)
        head = stream.peek(_HEAD)[:_HEAD]
        found = find_format(shown, head, columns, named=source.named)
        yield from found.read(stream, columns, shown, clean_surrogates(source.stem))
    finally:
        # the file below belongs to whoever opened it
        for reader in opened:
            reader.detach()


def _buffered(raw: IO[bytes], opened: list[io.BufferedReader]) -> io.BufferedReader:
    # a larger buffer than the default, so that the first bytes tell the format
    opened.insert(0, io.BufferedReader(cast(io.RawIOBase, raw), _HEAD))
    return opened[0]
