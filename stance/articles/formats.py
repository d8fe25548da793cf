"""The formats that are read. A reader is one function in one file; here it is registered in one line.

A reader takes a binary stream, the columns, the name of the source and the stem for ids; it yields articles and
quarantined records, and raises `ArticleError` if the source as a whole is not readable.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from stance.articles.archives import is_tar, is_zip
from stance.articles.article import Article
from stance.articles.compression import find_compression, without_suffix
from stance.articles.delimiters import is_table
from stance.articles.encoding import legible, told_by_magic
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["FORMATS", "Format", "document_format", "find_format", "format_by_suffix", "has_reader", "has_sign"]

Reader = Callable[[IO[bytes], Columns, str, str], Iterator[Article | Quarantined]]


def _later(name: str) -> Reader:
    """The reader of ``read_NAME.py``, which is imported when something is read with it."""

    def read(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
        reader: Reader = getattr(importlib.import_module(read.__module__), read.__name__)
        return reader(stream, columns, source, stem)

    read.__name__, read.__module__ = f"read_{name}", f"stance.articles.read_{name}"
    return read


class Format(NamedTuple):
    """A format, and how it is told.

    Attributes
    ----------
    suffixes : tuple of str
        What its files are called.
    read : callable
        Its reader.
    sign : re.Pattern, optional
        First bytes that no other format has: they decide whatever the file is called.
    part : re.Pattern, optional
        For a format that is a zip archive: what the member is called that only it has.
    hint : re.Pattern, optional
        First bytes that decide only where the name says nothing.
    binary : bool
        Whether a file of that name without the sign cannot be one.
    """

    suffixes: tuple[str, ...]
    read: Reader
    sign: re.Pattern[bytes] | None = None
    part: re.Pattern[str] | None = None
    hint: re.Pattern[bytes] | None = None
    binary: bool = False


# the second: below a broken line, which cannot be the beginning of an object of several lines
_JSON_LINE = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*(?:\{[ \t]*"[^\r\n]*(?:\}[ \t]*[\r\n]|\Z)'
    rb'|(?=\{)[^\r\n]*[^\s\[,:][ \t]*[\r\n]\s*\{[ \t]*"[^"\r\n]*"[ \t]*:[^\r\n]*(?:\}[ \t]*[\r\n]|\Z))'
)
_JSON_LINES = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{[ \t]*"[^\r\n]*\}[ \t]*[\r\n]\s*\{')
_JSON_OBJECTS = re.compile(rb'(?:\xef\xbb\xbf)?\s*\[\s*\{\s*"[^"\r\n]*"\s*:')
_JSON = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[\[{"\]])')
_MARK = rb"(?:\xef\xbb\xbf)?"
#: What may stand above what tells: a declaration, instructions and remarks.
_ABOVE = rb"\s+|<\?[^>]*>|<!--(?s:.*?)-->"
_DOCTYPE = rb"<!DOCTYPE[^\[>]*(?:\[(?>[^\]\"'<]+|\"[^\"]*\"|'[^']*'|<!--(?s:.*?)-->|<)*+\]\s*)?>"
_HTML = re.compile(_MARK + rb"(?>%b)*+<(?:!doctype\s+html|html|head|body)\b" % _ABOVE, re.I)
#: What is read of XML, by the root.
_XML = re.compile(
    _MARK + rb"(?>%b|%b)*+<(?:[\w-]+:)?(?:nitf|newsMessage|newsItem|NewsML|newsitem|rss|RDF|feed|TEI|TEI\.2|teiCorpus"
    rb"|publicwhip|akomaNtoso)[\s/>]" % (_ABOVE, _DOCTYPE)
)
_MBOX = re.compile(rb"From \S+[^\r\n]*\d{4}[^\r\n]*\r?\n>?[A-Za-z][A-Za-z-]*: ")
_MAIL = re.compile(
    rb"(?:[A-Za-z][A-Za-z-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*"
    rb"(?:From|Received|MIME-Version|Message-ID):[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*[A-Za-z][A-Za-z-]*:",
    re.I,
)

FORMATS = {
    "text": Format((".txt", ".text", ".md", ".markdown"), _later("text")),
    "jsonl": Format((".jsonl", ".ndjson"), _later("jsonl"), hint=_JSON_LINE),
    "json": Format((".json",), _later("json"), hint=_JSON),
    "table": Format((".csv", ".tsv", ".tab"), _later("table")),
    "parquet": Format((".parquet", ".pq"), _later("parquet"), re.compile(rb"PAR1")),
    "html": Format((".html", ".htm", ".xhtml"), _later("html"), _HTML),
    "xml": Format((".xml", ".rss", ".atom", ".rdf", ".nitf", ".tei"), _later("xml"), _XML),
    "pdf": Format((".pdf",), _later("pdf"), re.compile(rb"[\s\0]{0,1000}(?:\xef\xbb\xbf)?%PDF-"), binary=True),
    "docx": Format((".docx", ".docm"), _later("docx"), part=re.compile(r"word/document\d*\.xml"), binary=True),
    "odt": Format((".odt", ".ott"), _later("odt"), part=re.compile(r"content\.xml"), binary=True),
    "epub": Format((".epub",), _later("epub"), part=re.compile(r"META-INF/container\.xml"), binary=True),
    "rtf": Format((".rtf",), _later("rtf"), re.compile(rb"\s{0,100}\{\\rtf")),
    "mail": Format((".eml", ".mbox", ".mht", ".mhtml"), _later("mail"), _MBOX, hint=_MAIL),
    "warc": Format((".warc", ".wet"), _later("warc"), re.compile(rb"WARC/\d\.\d\r?\n")),
}

#: Suffixes of what holds files of these formats; it is opened by `stance.articles.reading`.
_ARCHIVES = (".zip", ".wacz", ".tar", ".tgz", ".tbz", ".tbz2", ".txz", ".tzst")

#: What would pass for text, but is none that a person reads: its reader says so.
_ANY_XML = re.compile(rb"\s*<\?xml\b", re.I)

#: In UTF-16 or UTF-32 one of the first letters has a NUL byte.
_WIDE = 16

_OFFICE = {"xl/workbook.xml": "a spreadsheet; save it as CSV", "ppt/presentation.xml": "a presentation"}


def format_by_suffix(name: str) -> Format | None:
    """The format that a file name asks for; ``.gz`` and its like are looked through.

    Examples
    --------
    >>> format_by_suffix("export.CSV.gz") is FORMATS["table"]
    True
    """
    name = without_suffix(name.lower())
    return next((found for found in FORMATS.values() if name.endswith(found.suffixes)), None)


def has_reader(name: str) -> bool:
    """Whether a file of this name would be read: by a reader, or as an archive."""
    return format_by_suffix(name) is not None or without_suffix(name.lower()).endswith(_ARCHIVES)


def has_sign(head: bytes) -> bool:
    """Whether what begins so is of an unmistakable kind, whatever it is called: of a format, compressed or an archive.

    Examples
    --------
    >>> has_sign(b"%PDF-1.7"), has_sign(b"PK\\x03\\x04"), has_sign(b"Talks resume.")
    (True, True, False)
    """
    if _by_sign(head) is not None:
        return True
    return find_compression(head) is not None or is_zip(head) or is_tar(head)


def _by_sign(head: bytes) -> Format | None:
    # their readers take UTF-16, too
    shown = legible(head).encode() if b"\0" in head[:_WIDE] else head
    signs = ((found, found.sign) for found in FORMATS.values() if found.sign is not None)
    return next((found for found, sign in signs if sign.match(shown if sign in (_HTML, _XML) else head)), None)


def find_format(name: str, head: bytes, columns: Columns, *, named: bool = True) -> Format:
    """The format of a source that is no archive: by its content where that is of an unmistakable kind, else by suffix.

    A table, JSON and plain text look alike; there the suffix decides, but for JSON lines named .json, and for a text
    whose first line is a JSON object, or a broken one above another, that begins as an array of them, or that is beyond
    doubt a table (`is_table`).
    Without a suffix, what is less sure is taken for a table only where a text column is named.

    Parameters
    ----------
    name : str
        The file's name.
    head : bytes
        Its beginning, decompressed.
    columns : Columns
        What the user says of the columns.
    named : bool
        Whether the user named this file. In a folder a text with no known suffix is not guessed at.

    Returns
    -------
    Format

    Raises
    ------
    ArticleError
        If no reader fits.

    Examples
    --------
    >>> find_format("-", b'{"text": "Talks resume."}', Columns()) is FORMATS["jsonl"]
    True
    >>> find_format("export.txt", b"id,text\\n1,Talks resume.\\n", Columns()) is FORMATS["table"]
    True
    >>> find_format("export.txt", b"%PDF-1.7", Columns()) is FORMATS["pdf"]
    True
    """
    if (told := _by_sign(head)) is not None:
        return told
    suffix, found = Path(without_suffix(name.lower())).suffix, format_by_suffix(name)
    if suffix in _ARCHIVES or (found is not None and found.binary and b"%PDF-" not in head[:2048]):
        raise ArticleError(f"named {suffix}, but it holds {_told(head)}", name)
    if found is FORMATS["json"] and _JSON_LINES.match(head):
        return FORMATS["jsonl"]
    if found is not None:
        return _within_text(head, columns) if found is FORMATS["text"] else found
    if not named:
        raise ArticleError(f"no reader for {suffix or 'a file without suffix'}", name)
    for candidate in FORMATS.values():
        if candidate.hint is not None and candidate.hint.match(head):
            return candidate
    if columns.text is not None:
        return FORMATS["table"]
    if _ANY_XML.match(head):
        return FORMATS["xml"]
    return _within_text(head, columns)


def _within_text(head: bytes, columns: Columns) -> Format:
    """What is unmistakable although it looks like text."""
    if _JSON_LINE.match(head):
        return FORMATS["jsonl"]
    if _JSON_OBJECTS.match(head):
        return FORMATS["json"]
    return FORMATS["table"] if is_table(legible(head), columns) else FORMATS["text"]


def _told(head: bytes) -> str:
    if not head:
        return "nothing"
    return told_by_magic(head) or ("what looks like text" if head.isascii() else "nothing of that kind")


def document_format(name: str, parts: Collection[str]) -> Format | None:
    """The format of a zip archive, by the names of its members; ``None`` if it is no document.

    Raises
    ------
    ArticleError
        If it is a document that no reader fits.
    """
    for part, kind in _OFFICE.items():
        if part in parts:
            raise ArticleError(f"no reader for {kind}", name)
    for candidate in FORMATS.values():
        if candidate.part is not None and any(map(candidate.part.fullmatch, parts)):
            return candidate
    return None
