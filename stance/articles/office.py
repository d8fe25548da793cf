"""What the formats share that are XML in a zip archive: parts that are checked, and parsed without any outside."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from stance.articles.archives import open_zip
from stance.articles.libraries import need, seekable, unsound
from stance.articles.markup import one_line
from stance.errors import ArticleError

__all__ = ["LARGEST_DOCUMENT", "check_parts", "dublin_core", "open_parts", "read_part"]

#: A part that unfolds to more bytes is not read: a book has a tenth of it.
LARGEST_PART = 64 * 2**20
#: So many bytes of all parts that are read, and no more.
LARGEST_DOCUMENT = 4 * LARGEST_PART
#: The suffixes of parts that are read.
_READ = (".xml", ".rels", ".opf", ".xhtml", ".html", ".htm")
#: Pictures and fonts are not, and are packed by themselves: what unfolds to more than so many times its size is none.
_RATIO = 20
_DC = "{http://purl.org/dc/elements/1.1/}"


def check_parts(stream: IO[bytes], source: str, read: tuple[str, ...] = _READ) -> None:
    """Raise `ArticleError` if a document is encrypted, or a part of it is a decompression bomb.

    Parts with a suffix of ``read`` count however they are packed, others only if they unfold to many times the size.
    """
    total = 0
    with open_zip(stream, source) as archive:
        for info in archive.infolist():
            if info.flag_bits & 1:
                raise ArticleError("the document is encrypted", source)
            # a part may have any name, and a library may read those that nobody asked for
            if not info.filename.lower().endswith(read) and info.file_size <= _RATIO * info.compress_size:
                continue
            total += info.file_size
            if info.file_size > LARGEST_PART or total > LARGEST_DOCUMENT:
                raise ArticleError(
                    f"its part {info.filename[:80]} expands to {info.file_size:,} bytes: a decompression bomb", source
                )
    stream.seek(0)


@contextmanager
def open_parts(stream: IO[bytes], source: str) -> Iterator[zipfile.ZipFile]:
    """The archive of a document whose parts are none of them encrypted or a bomb."""
    with seekable(stream) as file:
        check_parts(file, source)
        with open_zip(file, source) as archive:
            yield archive


def read_part(archive: zipfile.ZipFile, name: str, kind: str, source: str) -> Any:
    """Parse a part as XML: no entities, no network, no more depth and size than libxml2 allows by itself.

    Raises
    ------
    ArticleError
        If it is not there, or is damaged.
    """
    etree = need("lxml.etree", "lxml", "office")
    with unsound(kind, source):
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        return etree.fromstring(archive.read(name), parser)


def dublin_core(part: Any, name: str) -> str | None:
    """What a part says of its document under a name of Dublin Core, such as ``title``: the first that has words.

    Examples
    --------
    >>> from lxml.etree import fromstring
    >>> part = fromstring('<meta xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:date/><dc:date>2025</dc:date></meta>')
    >>> dublin_core(part, "date")
    '2025'
    """
    return next(filter(None, (one_line(found.text) for found in part.iter(_DC + name))), None)
