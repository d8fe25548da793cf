"""DOCX, through python-docx; and exports of press databases as DOCX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.exports import find_database, split_export
from stance.articles.libraries import need, seekable, unsound
from stance.articles.markup import one_line, plain_letters
from stance.articles.office import check_parts
from stance.articles.records import Columns, Quarantined

__all__ = ["read_docx"]

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ID = f"{_WORD}styleId"
_VALUE = f"{_WORD}val"
_STYLES = "wordprocessingml.styles+xml"
_PROPERTIES = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
#: The contents of a document, which a program makes of its headings: by their frame, or by the styles of their lines.
_CONTENTS = f"{_WORD}sdtPr/{_WORD}docPartObj/{_WORD}docPartGallery"
_LINE_OF_CONTENTS = re.compile(r"toc (?:\d|heading)|table of figures", re.I)
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}
#: Text that was struck out, and the second form of a text box, for programs that cannot show the first.
_PASSED_OVER = (
    f"{_WORD}del",
    f"{_WORD}moveFrom",
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
)


def read_docx(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the one article of a document, or all of an export. Paragraphs are parted by blank lines.

    Text in tables, text boxes and tracked insertions is read; page headers and footers, notes, comments, tracked
    deletions, hidden text and the table of contents are not.

    Raises
    ------
    ArticleError
        If it is no document, is damaged or encrypted, or an export does not hold what it announces.
    MissingDependencyError
        Without python-docx.
    """
    docx = need("docx", "python-docx", "office")
    with seekable(stream) as file:
        check_parts(file, source)
        with unsound("a DOCX document", source):
            package = docx.package.Package.open(file)
            part = package.main_document_part
            # of one with macros, or of a template, the library makes no document
            tree = part.element if hasattr(part, "element") else docx.oxml.parse_xml(part.blob)
            related = (found.target_part for found in part.rels.values() if not found.is_external)
            styles: Any = next(
                (docx.oxml.parse_xml(found.blob) for found in related if _STYLES in found.content_type), []
            )
            hidden = {style.get(_ID) for style in styles if _says_hidden(style)} - {None}
            contents = {style.get(_ID) for style in styles if _is_of_contents(style)} - {None}
            lines = [
                _text(p, hidden)
                for p in tree.iter(f"{_WORD}p")
                if _is_seen(p, hidden) and _style(p) not in contents and not _points_to_a_heading(p)
            ]
            # where there are none the library makes up some, with a title
            told = any(found.reltype == _PROPERTIES for found in package.rels.values())
            title = one_line(package.core_properties.title) if told else None
    if (database := find_database(lines)) is not None:
        yield from split_export(database, lines, source, stem)
    else:
        text = "\n\n".join(line for line in lines if line.strip())
        yield Article(stem, text, title=title, source=source, position=1)


def _says_hidden(element: Any) -> bool | None:
    """Whether a style or a run hides its text; ``None`` where it says nothing of that."""
    found = element.find(f"{_WORD}rPr/{_WORD}vanish")
    return None if found is None else found.get(_VALUE) not in ("0", "false", "off")


def _is_of_contents(style: Any) -> bool:
    """Whether lines of the table of contents have this style; its name is English in whatever language."""
    name = style.find(f"{_WORD}name")
    return name is not None and _LINE_OF_CONTENTS.fullmatch(name.get(_VALUE) or "") is not None


def _style(paragraph: Any) -> str | None:
    # its properties stand first, or it has none: to look through all of it for each run would take quadratic time
    first = next(paragraph.iterchildren(), None)
    style = None if first is None or first.tag != f"{_WORD}pPr" else first.find(f"{_WORD}pStyle")
    return None if style is None else style.get(_VALUE)


def _is_seen(element: Any, hidden: set[str]) -> bool:
    return not any(
        above.tag in _PASSED_OVER or (above.tag == f"{_WORD}r" and _is_hidden(above, hidden))
        for above in element.iterancestors()
    )


def _is_hidden(run: Any, hidden: set[str]) -> bool:
    """By itself, or else by its own style or that of its paragraph."""
    if (said := _says_hidden(run)) is not None:
        return said
    paragraph = next(run.iterancestors(f"{_WORD}p"), run)
    style = run.find(f"{_WORD}rPr/{_WORD}rStyle")
    return _style(paragraph) in hidden or (style is not None and style.get(_VALUE) in hidden)


def _points_to_a_heading(paragraph: Any) -> bool:
    """Whether it is a line of the contents by the frame around these, in which an author may go on writing."""
    galleries = (frame.find(_CONTENTS) for frame in paragraph.iterancestors(f"{_WORD}sdt"))
    if not any(found is not None and found.get(_VALUE) == "Table of Contents" for found in galleries):
        return False
    links = paragraph.iter(f"{_WORD}hyperlink", f"{_WORD}instrText")
    return any(link.tag != f"{_WORD}hyperlink" or link.get(f"{_WORD}anchor") is not None for link in links)


def _text(paragraph: Any, hidden: set[str]) -> str:
    parts: list[str] = []
    for element in paragraph.iter():
        owner = next(element.iterancestors(f"{_WORD}p"), None)
        if element is paragraph or owner is not paragraph or not isinstance(element.tag, str):
            continue
        if element.tag == f"{_WORD}t":
            letters = element.text or ""
        else:
            letters = _CHARACTERS.get(element.tag.removeprefix(_WORD), "")
        if letters and _is_seen(element, hidden):
            parts.append(letters)
    return plain_letters("".join(parts))
