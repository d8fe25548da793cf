"""The formats that are read. A reader is one function in one file; here it is registered in one line.

A reader takes a binary stream, the columns, the name of the source and the stem for ids; it yields articles and
quarantined records, and raises `ArticleError` if the source as a whole is not readable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from stance.articles.article import Article
from stance.articles.read_jsonl import read_jsonl
from stance.articles.read_parquet import read_parquet
from stance.articles.read_table import read_table
from stance.articles.read_text import read_text
from stance.articles.records import Columns, Quarantined

__all__ = ["FORMATS", "Format", "format_by_suffix", "sniff_format"]

Reader = Callable[[IO[bytes], Columns, str, str], Iterator[Article | Quarantined]]


class Format(NamedTuple):
    """A format: its suffixes and its reader."""

    suffixes: tuple[str, ...]
    read: Reader


FORMATS = {
    "text": Format((".txt", ".text", ".md", ".markdown"), read_text),
    "jsonl": Format((".jsonl", ".ndjson"), read_jsonl),
    "table": Format((".csv", ".tsv", ".tab"), read_table),
    "parquet": Format((".parquet", ".pq"), read_parquet),
}


def format_by_suffix(name: str) -> Format | None:
    """The format that a file name asks for; ``.gz`` is looked through.

    Examples
    --------
    >>> format_by_suffix("export.CSV.gz") is FORMATS["table"]
    True
    """
    name = name.lower().removesuffix(".gz")
    return next((found for found in FORMATS.values() if name.endswith(found.suffixes)), None)


def sniff_format(head: bytes, columns: Columns) -> Format:
    """The format of a source without a telling name: Parquet and JSON lines are known by their first bytes.

    A table looks like text; it is taken for one only where a text column is named.
    """
    if head.startswith(b"PAR1"):
        return FORMATS["parquet"]
    if (head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b'{"') and b"\n" in head) or head.startswith(b'{"'):
        return FORMATS["jsonl"]
    return FORMATS["table"] if columns.text is not None else FORMATS["text"]
