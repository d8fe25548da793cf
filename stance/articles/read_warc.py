"""WARC, through warcio: the pages of a web archive, one record after the other."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.encoding import decode_named
from stance.articles.libraries import need, unsound, whole
from stance.articles.read_html import decode_html, html_article
from stance.articles.read_pdf import read_pdf
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError, MissingDependencyError

__all__ = ["read_warc"]

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.I)
#: Records that were not fetched, such as a crawler's own log, are under addresses of other kinds.
_FETCHED = re.compile(r"https?:", re.I)
_ROBOTS = re.compile(r"https?://[^/]*/robots\.txt(?:[?#]|\Z)", re.I)
_KINDS = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text", "application/pdf": "pdf"}
_BEGIN = re.compile(rb"WARC/1\.[01]\r?\n")
#: In so many places an archive may be broken; each is a reader behind that of the one before.
_BREAKS = 100
#: What the library says on standard error, which otherwise would show the rest of the record, however long.
_TOO_SHORT = "stance: a record of a WARC archive is longer than it says, at byte {0}; the rest of it is not read\n"
_RECORDS = frozenset("warcinfo response resource request metadata revisit conversion continuation".split())


def read_warc(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the HTML pages, plain texts and PDFs among the responses of an archive.

    Positions are those of the records. Requests, images, scripts, answers other than "200 OK", what the crawler says
    of itself and robots.txt are no articles; a page without article text, and a record that breaks off, are
    quarantined. So is what is no record, and the next line that begins one is gone on with. The outlet is the page's
    own name of its site, else its host.

    Raises
    ------
    ArticleError
        Where the archive is damaged; what precedes that has been read.
    MissingDependencyError
        Without warcio.
    """
    position = 0
    for record in _records(stream, source):
        position += 1
        if isinstance(record, ArticleError):
            yield Quarantined(source, position, f"{record.message}; reading continues at the next record")
            continue
        if record.rec_type not in _RECORDS:
            yield Quarantined(source, position, "not a WARC record")
            continue
        kind, charset = _kind(record)
        if kind is None:
            if _breaks_off(record, source):
                yield Quarantined(source, position, "the record breaks off")
            continue
        try:
            yield from _articles(record, kind, charset, columns, source, f"{stem}:{position}", position)
        except (ArticleError, MissingDependencyError) as error:
            reason = error.message if isinstance(error, ArticleError) else str(error)
            url = record.rec_headers.get_header("WARC-Target-URI") or "no address"
            yield Quarantined(source, position, f"{url[:200]}: {reason}")
    if position == 0:
        raise ArticleError("no record in this web archive", source)


def _records(stream: IO[bytes], source: str) -> Iterator[Any]:
    """The records, and an `ArticleError` for each place where one is none, or its length leads into another."""
    iterator = need("warcio.archiveiterator", "warcio", "warc").ArchiveIterator
    rest: Any = stream
    for again in range(_BREAKS, -1, -1):
        with unsound("a WARC archive", source):
            records = iterator(rest, check_digests=False)
        records.INC_RECORD = _TOO_SHORT
        try:
            while True:
                with unsound("a WARC archive", source):
                    record = next(records, None)
                if record is None:
                    return
                yield record
        except ArticleError as error:
            with unsound("a WARC archive", source):
                line = _next_begin(records.reader)
            if line is None or not again:
                raise
            yield error
        rest = _Behind(line, records.reader)


def _next_begin(reader: Any) -> bytes | None:
    while line := reader.readline(2**16):
        if _BEGIN.fullmatch(line):
            return bytes(line)
    return None


class _Behind:
    """A line that was read, and what comes behind it."""

    def __init__(self, line: bytes, rest: Any) -> None:
        self._line, self._rest = line, rest

    def read(self, size: int) -> bytes:
        line, self._line = self._line, b""
        return line or bytes(self._rest.read(size))


def _breaks_off(record: Any, source: str) -> bool:
    """Whether some of a record is missing: what is left of it is read, to see whether all of it is there."""
    with unsound("a WARC record", source):
        while record.raw_stream.read(2**16):
            pass
        return bool(getattr(record.raw_stream, "limit", 0) > 0)


def _kind(record: Any) -> tuple[str | None, str | None]:
    """What a record holds, if it is read, and the encoding that the server named."""
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if _ROBOTS.match(url):
        return None, None
    if record.rec_type == "response":
        if record.http_headers is None or record.http_headers.get_statuscode() != "200":
            return None, None
        kind = record.http_headers.get_header("Content-Type") or "text/html"
    elif record.rec_type in ("resource", "conversion") and _FETCHED.match(url):
        kind = record.rec_headers.get_header("Content-Type") or ""
    else:
        return None, None
    charset = _CHARSET.search(kind)
    return _KINDS.get(kind.split(";")[0].strip().lower()), charset[1] if charset else None


def _unknown_compression(record: Any) -> str:
    """How a page is compressed, if warcio cannot undo that."""
    readers = need("warcio.bufferedreaders", "warcio", "warc").BufferedReader.DECOMPRESSORS
    header = record.http_headers.get_header("Content-Encoding") if record.http_headers else None
    encoding = (header or "identity").strip().lower()
    try:
        # where brotli is installed, warcio lists a reader that may not work with it
        return "" if encoding == "identity" or readers[encoding]() else encoding
    except (KeyError, AttributeError):
        return encoding[:40]


def _check_plain(raw: bytes, encoding: str, source: str) -> None:
    """Raise `ArticleError` if a page is compressed as its header says; a crawler may have undone it and kept that."""
    if raw.lstrip().startswith((b"<", b"%PDF-")):
        return
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise ArticleError(f"compressed by {encoding}, which is not read", source) from None


def _articles(
    record: Any, kind: str, charset: str | None, columns: Columns, source: str, id: str, position: int
) -> Iterator[Article | Quarantined]:
    from urllib.parse import urlsplit

    url = record.rec_headers.get_header("WARC-Target-URI")
    with unsound("a WARC record", source):
        if unknown := _unknown_compression(record):
            record.http_headers.remove_header("Content-Encoding")
        raw = whole(record.content_stream(), source)
        if _breaks_off(record, source):
            raise ArticleError("the record breaks off", source)
        host = urlsplit(url).hostname if url else None
    if unknown:
        _check_plain(raw, unknown, source)
    if kind == "html":
        yield html_article(decode_html(raw, source, charset), source, id, position, url)
    elif kind == "text":
        yield Article(id, decode_named(raw, charset, source), outlet=host, source=source, position=position)
    else:
        for found in read_pdf(io.BytesIO(raw), columns, source, id):
            if isinstance(found, Article):
                yield Article(id, found.text, found.title, None, host, source, position)
            else:
                yield Quarantined(source, position, found.reason)
