"""ODT: the paragraphs and headings of an OpenDocument text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.markup import plain_letters
from stance.articles.office import open_parts, read_part
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["read_odt"]

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
#: Comments, foot- and endnotes, what was struck out, the lists that a program makes of the text, and what is said of
#: pictures to those who do not see them.
_PASSED_OVER = {
    f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TEXT}tracked-changes", f"{_TEXT}table-of-content",
    f"{_SVG}title", f"{_SVG}desc",
}  # fmt: skip
_SPACE = re.compile(r"[ \t\r\n]+")


def read_odt(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the one article of a document. Paragraphs are parted by blank lines.

    Raises
    ------
    ArticleError
        If it is no OpenDocument text, or is damaged or encrypted.
    MissingDependencyError
        Without lxml.
    """
    kind = "an ODT document"
    with open_parts(stream, source) as archive:
        content = read_part(archive, "content.xml", kind, source)
        meta = read_part(archive, "meta.xml", kind, source) if "meta.xml" in archive.NameToInfo else None
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise ArticleError("an OpenDocument file, but no text document", source)
    lines = [text for paragraph in _paragraphs(body) if (text := plain_letters(_text(paragraph)).strip())]
    title = None if meta is None else next((e.text for e in meta.iter(_TITLE) if e.text), None)
    yield Article(stem, "\n\n".join(lines), title=title, source=source, position=1)


def _paragraphs(body: Any) -> Iterator[Any]:
    for element in body.iter(f"{_TEXT}p", f"{_TEXT}h"):
        if not any(ancestor.tag in _PASSED_OVER for ancestor in element.iterancestors()):
            yield element


def _text(paragraph: Any) -> str:
    """White space as the format has it: runs of it count once, further blanks are elements."""
    parts = [_SPACE.sub(" ", paragraph.text or "")]
    for child in paragraph:
        if child.tag == f"{_TEXT}s":
            parts.append(" " * min(int(child.get(f"{_TEXT}c", "1")), 100))
        elif child.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif child.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif child.tag not in _PASSED_OVER and child.tag not in (f"{_TEXT}p", f"{_TEXT}h"):
            # a paragraph in a frame is one by itself
            parts.append(_text(child))
        parts.append(_SPACE.sub(" ", child.tail or ""))
    return "".join(parts)
