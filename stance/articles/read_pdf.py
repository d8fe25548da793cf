"""PDF, through pypdf: the text that is in the file; a scanned page has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.encoding import clean_surrogates
from stance.articles.exports import find_database, tell_unsplit
from stance.articles.libraries import need, overheard, seekable, unsound
from stance.articles.markup import one_line, plain_letters
from stance.articles.pdf_layout import Line, PageText, join_pages
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["read_pdf"]

#: Where a part of a line begins, how large its letters are, and what it says.
_Part = tuple[float, float, float, str]
#: What refers to a note.
_NOTE = re.compile(r"[\d,]{1,5}|[*\u2020\u2021]{1,3}")
_ENDS = ".,;:!?)]\u2026\"'\u2019\u201d\u00bb"
#: How pypdf remarks that it goes on without some of a page: a form drawn on it, or what is behind a fault in its bytes.
_LOST = ("Impossible to decode XFormObject", "Exceeded ", "Error -")
_SCANNED = "no text (a scanned image)"
#: A file of more pages is no article.
_MOST_PAGES = 2000
#: A page of more bytes of instructions is a drawing.
_LARGEST_PAGE = 8 * 2**20
#: And so are all pages together.
_LARGEST = 64 * 2**20


def read_pdf(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the one article of a PDF; paragraphs are parted by blank lines.

    Columns, hyphens at line ends, running heads and page numbers are dealt with by `join_pages`. Of a file without any
    text the article is empty. In a file with some, each page that holds an image and no text, or is damaged, is
    quarantined under its number, which is the position; what can be read of a damaged one is. An export of a press
    database is one article, too, which a quarantined record tells.

    Raises
    ------
    ArticleError
        If it is no PDF, is damaged, or can be opened by a password only.
    MissingDependencyError
        Without pypdf.
    """
    pypdf = need("pypdf", "pypdf", "pdf")
    with seekable(stream) as file, unsound("a PDF", source), overheard("pypdf", *_LOST) as lost:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise ArticleError("the PDF is encrypted; save it without a password", source)
        pages, unread = _pages(reader, lost, source)
        title = reader.metadata.title if reader.metadata else None
        text = clean_surrogates(plain_letters("\n\n".join(join_pages(pages))))
    first = next((number for number, page in enumerate(pages, start=1) if page.lines), 1)
    if not text:
        refused = next((reason for reason in unread.values() if not reason.endswith(_SCANNED)), None)
        if refused is not None:
            raise ArticleError(refused, source)
        # a scan, as a whole: an article without text
        unread.clear()
    yield from (Quarantined(source, number, reason) for number, reason in unread.items() if number < first)
    title = one_line(str(title)) if title else None
    yield Article(stem, text, title=title, source=source, position=first)
    lines = [line.text for page in pages for line in page.lines]
    yield from tell_unsplit(find_database(lines), lines, source, first)
    yield from (Quarantined(source, number, reason) for number, reason in unread.items() if number >= first)


def _pages(reader: Any, lost: set[str], source: str) -> tuple[list[PageText], dict[int, str]]:
    """The pages, and by its number why one of them was not read, or not all of it."""
    if len(reader.pages) > _MOST_PAGES:
        raise ArticleError(f"a PDF of {len(reader.pages):,} pages; at most {_MOST_PAGES:,} are read", source)
    pages: list[PageText] = []
    unread: dict[int, str] = {}
    size = drawn = 0
    for number, page in enumerate(reader.pages, start=1):
        lost.clear()
        contents = page.get_contents()
        instructions = 0 if contents is None else len(contents.get_data())
        drawn += min(instructions, _LARGEST_PAGE)
        if drawn > _LARGEST:
            raise ArticleError(f"a PDF of more than {_LARGEST:,} bytes of instructions", source)
        too_large = instructions > _LARGEST_PAGE
        found = _page(page, bool(instructions) and not too_large)
        pages.append(found)
        size += sum(len(line.text) for line in found.lines)
        if size > LARGEST_RECORD:
            raise ArticleError(f"record too large: more than {LARGEST_RECORD:,} characters", source)
        if too_large:
            unread[number] = f"page {number}: {instructions:,} bytes of instructions; a drawing?"
        elif lost:
            unread[number] = f"page {number}: damaged; not all of its text is read"
        elif not found.lines and _has_image(page):
            unread[number] = f"page {number}: {_SCANNED}"
    return pages, unread


def _page(page: Any, readable: bool) -> PageText:
    box = page.mediabox
    bottom, top = float(box.bottom), float(box.top)
    if not readable:
        return PageText([], bottom, top)
    lines: list[Line] = []
    open_line: list[_Part] = []

    def close() -> None:
        if any(part[3].strip() for part in open_line):
            lines.append(_line(open_line))
        open_line.clear()

    def visit(text: str, cm: list[float], tm: list[float], font: Any, size: float) -> None:
        # where the text begins on the page: the text matrix, then the page's own
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        height = abs(size * (tm[3] or tm[1] or 1) * (cm[3] or cm[1] or 1)) or 10.0
        for i, part in enumerate(text.split("\n")):
            if i:
                close()
            if part:
                # by the larger of the two: the mark of a note is raised by half its own height and more
                if open_line and abs(open_line[-1][1] - y) > 0.6 * max(height, open_line[-1][2]):
                    close()
                open_line.append((x, y, height, part))

    page.extract_text(visitor_text=visit)
    close()
    return PageText(lines, bottom, top)


def _line(parts: list[_Part]) -> Line:
    """A line of its parts, where most of its letters stand and as large as they are; without the marks of notes."""
    x = next(part[0] for part in parts if part[3].strip())
    _, y, size, _ = max(parts, key=lambda part: len(part[3].strip()))
    text = ""
    for _, _, height, part in parts:
        # past a full stop or the like: the figures in km2 and behind a currency are no marks
        past = text != "" and text[-1] in _ENDS
        if not (past and height < 0.87 * size and _NOTE.fullmatch(part.strip())):
            text += part
    return Line(x, y, size, " ".join(text.split()))


def _has_image(page: Any) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    return objects is not None and len(objects.get_object()) > 0
