"""The formats that are read. A reader is one function in one file; here it is registered in one line.

A reader takes a binary stream, the columns, the name of the source and the stem for ids; it yields articles and
quarantined records, and raises `ArticleError` if the source as a whole is not readable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

from stance.articles.article import Article
from stance.articles.read_jsonl import read_jsonl
from stance.articles.read_parquet import read_parquet
from stance.articles.read_table import read_table
from stance.articles.read_text import read_text
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["FORMATS", "Format", "find_format", "format_by_suffix"]

Reader = Callable[[IO[bytes], Columns, str, str], Iterator[Article | Quarantined]]


class Format(NamedTuple):
    """A format: its suffixes, its reader, and how its first bytes look, if they tell."""

    suffixes: tuple[str, ...]
    read: Reader
    magic: re.Pattern[bytes] | None = None


_JSON_LINE = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{[ \t]*"[^\r\n]*(?:\}[ \t]*[\r\n]|\Z)')

FORMATS = {
    "text": Format((".txt", ".text", ".md", ".markdown"), read_text),
    "jsonl": Format((".jsonl", ".ndjson"), read_jsonl, _JSON_LINE),
    "table": Format((".csv", ".tsv", ".tab"), read_table),
    "parquet": Format((".parquet", ".pq"), read_parquet, re.compile(rb"PAR1")),
}

#: What would pass for text, but is none that a person reads.
_MARKUP = (
    (re.compile(rb"\s*<(?:!doctype html|html|head|body)\b", re.I), "HTML"),
    (re.compile(rb"\s*<\?xml\b", re.I), "XML"),
    (re.compile(rb'\s*(?:\{\s*["}]|\[\s*[\[{"])'), "JSON that is not one object a line"),
)


def format_by_suffix(name: str) -> Format | None:
    """The format that a file name asks for; ``.gz`` is looked through.

    Examples
    --------
    >>> format_by_suffix("export.CSV.gz") is FORMATS["table"]
    True
    """
    name = name.lower().removesuffix(".gz")
    return next((found for found in FORMATS.values() if name.endswith(found.suffixes)), None)


def find_format(name: str, head: bytes, columns: Columns, *, named: bool = True) -> Format:
    """The format of a source, by its suffix; where that tells nothing, by its first bytes.

    Parquet is known by its first bytes whatever the suffix. A table looks like text; without a suffix it is taken
    for one only where a text column is named.

    Parameters
    ----------
    name : str
        The file's name.
    head : bytes
        Its beginning, decompressed.
    columns : Columns
        What the user says of the columns.
    named : bool
        Whether the user named this file. In a folder a file with no known suffix is not guessed at.

    Raises
    ------
    ArticleError
        If no reader fits.

    Examples
    --------
    >>> find_format("-", b'{"text": "Talks resume."}', Columns()) is FORMATS["jsonl"]
    True
    """
    if head.startswith(b"PAR1"):
        return FORMATS["parquet"]
    if (found := format_by_suffix(name)) is not None:
        return found
    if not named:
        suffix = Path(name.lower().removesuffix(".gz")).suffix
        raise ArticleError(f"no reader for {suffix or 'a file without suffix'}", name)
    for candidate in FORMATS.values():
        if candidate.magic is not None and candidate.magic.match(head):
            return candidate
    if columns.text is not None:
        return FORMATS["table"]
    for markup, kind in _MARKUP:
        if markup.match(head):
            raise ArticleError(f"no reader for {kind}", name)
    return FORMATS["text"]
