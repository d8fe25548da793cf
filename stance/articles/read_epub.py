"""EPUB: one article a chapter, in reading order."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.libraries import unsound
from stance.articles.office import LARGEST_DOCUMENT, dublin_core, open_parts, read_part
from stance.articles.read_html import decode_html, html_lines
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["read_epub"]

_OPF = "{http://www.idpf.org/2007/opf}"
_ROOT = "{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
#: What a book says of its title page and cover; an author may stand there, too, but no chapter.
_TITLE_PAGE = re.compile(rb"""epub:type\s*=\s*["'][^"'<>]*\b(?:titlepage|cover)\b""")
_LONGEST_TITLE = 600
#: A page of contents has hardly more lines than links, and none that is as long as a paragraph.
_LINES_BESIDE = 3
_LONGEST_LINE = 200
_PAGES = ("application/xhtml+xml", "text/html")


def read_epub(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the chapters of a book; one without text, a cover, a title page and the contents are passed over.

    Every block of a chapter is a paragraph; its first line is the title. A chapter that cannot be read is quarantined;
    one that comes again is not read again.

    Raises
    ------
    ArticleError
        If it is no EPUB, or is damaged or encrypted.
    MissingDependencyError
        Without lxml.
    """
    kind = "an EPUB book"
    with open_parts(stream, source) as archive:
        container = read_part(archive, "META-INF/container.xml", kind, source)
        path = next((found.get("full-path", "") for found in container.iter(_ROOT)), "")
        if path not in archive.NameToInfo:
            raise ArticleError("not a valid EPUB book: its contents are not where it says", source)
        package = read_part(archive, path, kind, source)
        book, date = dublin_core(package, "title"), dublin_core(package, "date")
        folder = posixpath.dirname(path)
        chapters = _chapters(package, folder)
        guided = package.iter(f"{_OPF}reference")
        contents = {_name(folder, found.get("href", "")) for found in guided if found.get("type") == "toc"}
        total = 0
        for position, name in enumerate(chapters, start=1):
            info = archive.NameToInfo.get(name)
            total += 0 if info is None else info.file_size
            if info is None or info.file_size > LARGEST_RECORD or total > LARGEST_DOCUMENT:
                yield Quarantined(source, position, f"chapter {name[:80]!r} is not in the book, or too large")
                continue
            try:
                with unsound("a chapter", source):
                    page = archive.read(name)
                    lines = html_lines(decode_html(page, source), source)
            except ArticleError as error:
                yield Quarantined(source, position, f"chapter {name[:80]!r}: {error.message}")
                continue
            # a book of one file may name it as its contents, too
            if name in contents and _is_of_links(page, lines):
                continue
            if lines and not (_TITLE_PAGE.search(page) and sum(map(len, lines)) <= _LONGEST_TITLE):
                id = f"{stem}:{position}"
                yield Article(id, "\n\n".join(lines), lines[0][:300], date, book, source, position)
    if not chapters:
        raise ArticleError("no chapter in this book", source)


def _is_of_links(page: bytes, lines: list[str]) -> bool:
    links = page.count(b"<a ")
    return 0 < links >= len(lines) - _LINES_BESIDE and max(map(len, lines), default=0) <= _LONGEST_LINE


def _chapters(package: Any, folder: str) -> list[str]:
    """The names of the chapters, in reading order, by what a book's package lists."""
    items = {item.get("id"): item for item in package.iter(f"{_OPF}item")}
    listed = (items.get(reference.get("idref")) for reference in package.iter(f"{_OPF}itemref"))
    names = (
        _name(folder, item.get("href", ""))
        for item in listed
        if item is not None and item.get("media-type") in _PAGES and "nav" not in (item.get("properties") or "").split()
    )
    # the format has each chapter once in the order; a small book could repeat a large one without end
    return list(dict.fromkeys(names))


def _name(folder: str, href: str) -> str:
    """What a part is called in the archive that the package in a folder names so."""
    from urllib.parse import unquote

    return posixpath.normpath(posixpath.join(folder, unquote(href)))
