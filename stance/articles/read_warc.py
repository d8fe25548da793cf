"""WARC, through warcio: the pages of a web archive, one record after the other."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.encoding import decode_named
from stance.articles.libraries import need, silence, unsound, whole
from stance.articles.read_html import decode_html, html_article
from stance.articles.read_pdf import read_pdf
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined
from stance.errors import ArticleError, MissingDependencyError

__all__ = ["read_warc"]

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.I)
#: Records that were not fetched, such as a crawler's own log, are under addresses of other kinds.
_FETCHED = re.compile(r"https?:", re.I)
_ROBOTS = re.compile(r"https?://[^/]*/robots\.txt(?:[?#]|\Z)", re.I)
_KINDS = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text", "application/pdf": "pdf"}
_GZIP = b"\x1f\x8b"
#: In which forms pages are deflated; some servers leave out the frame.
_FORMS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
#: So many bytes are unpacked at once: each may become a thousand.
_BLOCK = 2**13
_DAMAGED = "it is compressed, and breaks off or is damaged"
_BEGIN = re.compile(rb"WARC/1\.[01]\r?\n")
#: In so many places an archive may be broken; each is a reader behind that of the one before.
_BREAKS = 100
#: Stands behind a record of which a part was not read.
_LONGER = object()
_RECORDS = frozenset("warcinfo response resource request metadata revisit conversion continuation".split())


def read_warc(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the HTML pages, plain texts and PDFs among the responses of an archive.

    Positions are those of the records. Requests, images, scripts, answers other than "200 OK", what the crawler says
    of itself and robots.txt are no articles; a page without article text, and a record that breaks off or is longer
    than it says, are quarantined. So is what is no record, and the next line that begins one is gone on with. The
    outlet is the page's own name of its site, else its host.

    Raises
    ------
    ArticleError
        Where the archive is damaged; what precedes that has been read.
    MissingDependencyError
        Without warcio.
    """
    position, told = 0, ""
    # whether a record is longer than it says is seen behind it
    found: list[Article | Quarantined] = []
    try:
        for record in _records(stream, source):
            if record is _LONGER:
                found = [Quarantined(source, position, f"{told}the record is longer than it says")]
                continue
            yield from found
            position += 1
            told = "" if isinstance(record, ArticleError) else _told(record)
            found = list(_read_record(record, columns, source, stem, position))
    except ArticleError:
        yield from found
        raise
    yield from found
    if position == 0:
        raise ArticleError("no record in this web archive", source)


def _read_record(
    record: Any, columns: Columns, source: str, stem: str, position: int
) -> Iterator[Article | Quarantined]:
    if isinstance(record, ArticleError):
        yield Quarantined(source, position, f"{record.message}; reading continues at the next record")
        return
    if record.rec_type not in _RECORDS:
        yield Quarantined(source, position, "not a WARC record")
        return
    kind, charset = _kind(record)
    if kind is None:
        if _breaks_off(record, source):
            yield Quarantined(source, position, "the record breaks off")
        return
    try:
        yield from _articles(record, kind, charset, columns, source, f"{stem}:{position}", position)
    except (ArticleError, MissingDependencyError) as error:
        reason = error.message if isinstance(error, ArticleError) else str(error)
        yield Quarantined(source, position, f"{_told(record) or 'no address: '}{reason}")


def _told(record: Any) -> str:
    """The address of a record, before what is told of it."""
    url = record.rec_headers.get_header("WARC-Target-URI")
    return f"{url[:200]}: " if url else ""


class _Next(ArticleError):
    """A record begins where an empty line was to be."""


class _Behind:
    """A line that was read, and what comes behind it."""

    def __init__(self, line: bytes, rest: Any) -> None:
        self._line, self._rest = line, rest

    def read(self, size: int) -> bytes:
        line, self._line = self._line, b""
        return line or bytes(self._rest.read(size))


class _Chunks:
    """A page as it was sent, in chunks, of which the last length that was read is kept."""

    def __init__(self, rest: Any) -> None:
        self._rest = rest
        self.length = b""

    def read(self, size: int) -> bytes:
        return bytes(self._rest.read(size))

    def readline(self, size: int) -> bytes:
        self.length = bytes(self._rest.readline(size))
        return self.length


class _Warning:
    """Stands for what the library says on standard error of a record that no empty line follows."""

    def __init__(self) -> None:
        self.line = b""

    def format(self, place: int, line: bytes) -> str:
        """Keep the line, which the library passes over."""
        self.line = line
        if _BEGIN.fullmatch(line):
            raise _Next(f"no empty line before the record at byte {place}")
        return ""


def _records(stream: IO[bytes], source: str) -> Iterator[Any]:
    """The records, `_LONGER` behind each that is longer than it says, and an `ArticleError` for what is none."""
    iterator = need("warcio.archiveiterator", "warcio", "warc").ArchiveIterator
    # its remarks on addresses would stand between our lines on standard error
    silence("warcio")
    rest: Any = stream
    for again in range(_BREAKS, -1, -1):
        with unsound("a WARC archive", source):
            records = iterator(rest, check_digests=False)
        try:
            while True:
                records.INC_RECORD = warning = _Warning()
                with unsound("a WARC archive", source):
                    record = next(records, None)
                if warning.line:
                    yield _LONGER
                if record is None:
                    return
                yield record
        except _Next:
            if not again:
                raise
            line = warning.line
        except ArticleError as error:
            # the rest of a longer record is no other one
            if warning.line:
                yield _LONGER
            with unsound("a WARC archive", source):
                line = _next_begin(records.reader)
            if not line and warning.line:
                return
            if not line or not again:
                raise
            if not warning.line:
                yield error
        rest = _Behind(line, records.reader)


def _next_begin(reader: Any) -> bytes:
    while line := reader.readline(2**16):
        if _BEGIN.fullmatch(line):
            return bytes(line)
    return b""


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


def _compression(record: Any) -> str:
    """How a page is compressed, which its header then no longer says, if warcio is not to undo that."""
    readers = need("warcio.bufferedreaders", "warcio", "warc").BufferedReader.DECOMPRESSORS
    header = record.http_headers.get_header("Content-Encoding") if record.http_headers else None
    encoding = (header or "identity").strip().lower()
    try:
        # it reads one part of gzip, and writes on standard error; where brotli is installed, it lists a reader that may
        # not work with it
        if encoding == "identity" or (encoding not in _FORMS and readers[encoding]()):
            return ""
    except (KeyError, AttributeError):
        pass
    # some servers say it twice
    while record.http_headers.remove_header("Content-Encoding"):
        pass
    return encoding[:40]


def _unpacked(raw: bytes, encoding: str, source: str) -> bytes:
    """What a page was before its server compressed it; a crawler may have undone that and kept the header."""
    form = next((form for form in _FORMS[encoding] if _is_deflated(raw, form)), None)
    if form is None or not raw:
        return raw
    parts: list[bytes] = []
    size = place = 0
    unpacker = zlib.decompressobj(form)
    while block := raw[place : place + _BLOCK]:
        if unpacker.eof:
            # what else stands behind it is nothing of the page
            if not block.startswith(_GZIP):
                break
            unpacker = zlib.decompressobj(form)
        try:
            parts.append(unpacker.decompress(block))
        except zlib.error:
            raise ArticleError(_DAMAGED, source) from None
        place += len(block) - len(unpacker.unused_data)
        size += len(parts[-1])
        if size > LARGEST_RECORD:
            raise ArticleError(f"record too large: more than {LARGEST_RECORD:,} bytes", source)
    page = b"".join(parts)
    # servers flush pages that they never end, and browsers show them
    if not unpacker.eof and not page.rstrip().lower().endswith(b"</html>"):
        raise ArticleError(_DAMAGED, source)
    return page


def _is_deflated(raw: bytes, form: int) -> bool:
    try:
        # a frame begins with two bytes of its own
        zlib.decompressobj(form).decompress(raw[: 2 if form > 0 else _BLOCK])
    except zlib.error:
        return False
    return True


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
        encoding = _compression(record)
        content = record.content_stream()
        chunks = _Chunks(record.raw_stream)
        if hasattr(content, "all_chunks_read"):
            content.stream = chunks
        raw = whole(content, source)
        if _breaks_off(record, source):
            raise ArticleError("the record breaks off", source)
        # warcio gives what precedes the damage, and goes on; the last chunk has no length
        if getattr(content, "all_chunks_read", False) and int(chunks.length.split(b";")[0], 16) > 0:
            raise ArticleError("the page breaks off", source)
        host = urlsplit(url).hostname if url else None
    if encoding in _FORMS:
        raw = _unpacked(raw, encoding, source)
    elif encoding:
        _check_plain(raw, encoding, source)
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
