"""ODT: the paragraphs and headings of an OpenDocument text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.libraries import unsound
from stance.articles.markup import plain_letters
from stance.articles.office import dublin_core, open_parts, read_part
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["read_odt"]

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
#: Comments, foot- and endnotes, what was struck out, the lists that a program makes of the text, and what is said of
#: pictures to those who do not see them.
_PASSED_OVER = {
    f"{_OFFICE}annotation", f"{_TEXT}note", f"{_TEXT}tracked-changes", f"{_TEXT}table-of-content",
    f"{_TEXT}illustration-index", f"{_TEXT}table-index", f"{_TEXT}object-index", f"{_TEXT}alphabetical-index",
    f"{_SVG}title", f"{_SVG}desc",
}  # fmt: skip
#: Which family of styles an element has its style from.
_FAMILIES = {f"{_TEXT}p": "paragraph", f"{_TEXT}h": "paragraph", f"{_TEXT}span": "text"}
_SPACE = re.compile(r"[ \t\r\n]+")

#: Styles, by family and name.
_Styles = set[tuple[str | None, str | None]]


def read_odt(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the one article of a document. Paragraphs are parted by blank lines; hidden text is not read.

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
        meta, styles = (
            read_part(archive, name, kind, source) if name in archive.NameToInfo else None
            for name in ("meta.xml", "styles.xml")
        )
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise ArticleError("an OpenDocument file, but not a text document", source)
    with unsound(kind, source):
        hidden = _hidden(content) | (set() if styles is None else _hidden(styles.find(f"{_OFFICE}styles")))
        lines = [text for p in _paragraphs(body, hidden) if (text := plain_letters(_text(p, hidden)).strip())]
        title = None if meta is None else dublin_core(meta, "title")
    yield Article(stem, "\n\n".join(lines), title=title, source=source, position=1)


def _hidden(part: Any) -> _Styles:
    """The styles of text that is not shown."""
    return {
        (style.get(f"{_STYLE}family"), style.get(f"{_STYLE}name"))
        for style in ([] if part is None else part.iter(f"{_STYLE}style"))
        if any(found.get(f"{_TEXT}display") == "none" for found in style.iter(f"{_STYLE}text-properties"))
    }


def _is_passed_over(element: Any, hidden: _Styles) -> bool:
    return (
        element.tag in _PASSED_OVER
        or (_FAMILIES.get(element.tag), element.get(f"{_TEXT}style-name")) in hidden
        # a section, and a field that a condition hides
        or element.get(f"{_TEXT}display") == "none"
        or element.get(f"{_TEXT}is-hidden") == "true"
    )


def _paragraphs(body: Any, hidden: _Styles) -> Iterator[Any]:
    for element in body.iter(f"{_TEXT}p", f"{_TEXT}h"):
        if not any(_is_passed_over(each, hidden) for each in (element, *element.iterancestors())):
            yield element


def _text(paragraph: Any, hidden: _Styles) -> str:
    """White space as the format has it: runs of it count once, further blanks are elements."""
    parts = [_SPACE.sub(" ", paragraph.text or "")]
    for child in paragraph:
        if child.tag == f"{_TEXT}s":
            parts.append(" " * min(int(child.get(f"{_TEXT}c", "1")), 100))
        elif child.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif child.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif child.tag not in (f"{_TEXT}p", f"{_TEXT}h") and not _is_passed_over(child, hidden):
            # a paragraph in a frame is one by itself
            parts.append(_text(child, hidden))
        parts.append(_SPACE.sub(" ", child.tail or ""))
    return "".join(parts)
