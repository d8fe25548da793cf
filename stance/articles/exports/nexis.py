"""Exports of Nexis Uni: a line "End of Document" ends each article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stance.articles.article import Article
from stance.articles.exports.dates import DATE, iso_date
from stance.articles.exports.parts import ANNOUNCED, Part, announced, articles_of, chunks, ends

__all__ = ["count_nexis", "is_nexis", "split_nexis"]

_END = re.compile(r"End of Document\Z")
_BODY = ("Body", "BODY", "Body:")
_TOLD = re.compile(rf"Documents?\s*\({ANNOUNCED}\)\s*\Z")
#: What a document that ends with the same line has none of; other fields' names, such as Section, are headings, too.
_FIELD = re.compile(r"(?:Length|Byline|Load-Date|Publication-Type):", re.I)
_ABOVE = re.compile(r"(?:Length|Byline|Section|Dateline|Highlight):")
_COVER = re.compile(r"User Name:|Date and Time:|Job Number:|Documents?\s*\(\d|\d+\.\s|Client/Matter:|Search T\w+:")
_TAIL = re.compile(r"(?:Classification|Graphic|(?:Load|Correction)-Date:.*)\Z", re.I)
_LINK = re.compile(r"(?:Link to PDF|Link zum PDF-Dokument|Lien vers le document PDF|PDF-?link)\Z", re.I)
#: Lines among which the date of a Nexis article stands, where no cover goes before it.
_HEAD = 6


def is_nexis(lines: Sequence[str]) -> bool:
    """Whether the lines of a document are an export of Nexis Uni.

    Examples
    --------
    >>> is_nexis(["Talks resume", "Body", "Envoys met.", "Load-Date: March 15, 2025", "End of Document"])
    True
    """
    return count_nexis(lines) > 0 and any(map(_FIELD.match, lines))


def count_nexis(lines: Sequence[str]) -> int:
    """How many articles end in lines."""
    return len(ends(_END, lines))


def split_nexis(lines: Sequence[str], source: str, stem: str) -> Iterator[Article]:
    """The articles of an export, of whose lines each is a paragraph.

    Raises
    ------
    ArticleError
        As `articles_of` does.
    """
    *above, below = chunks(lines, _END)
    found = (_article(chunk, number == 0) for number, chunk in enumerate(above))
    breaks_off = any(line in _BODY or line.startswith("Length:") for line in below)
    yield from articles_of(found, announced(_TOLD, lines), breaks_off, source, stem)


def _article(chunk: list[str], first: bool) -> Part:
    chunk = [line for line in chunk if not _LINK.match(line)]
    body = next((i for i, line in enumerate(chunk) if line in _BODY), None)
    if body is None:
        body = next((i for i, line in enumerate(chunk) if line.startswith(("Length:", "Byline:"))), None)
        # the last of those that stand together; a text may have such lines, too
        while body is not None and body + 1 < len(chunk) and _ABOVE.match(chunk[body + 1]):
            body += 1
    head = chunk if body is None else chunk[:body]
    # the cover page and its list of documents go before the first article
    covered = first and any(_COVER.match(line) for line in head)
    places = [i for i in range(2, len(head)) if DATE.match(head[i])]
    place = places[0 if body is None else -1] if places else None
    title, outlet, date = (None, None, None) if place is None else head[place - 2 : place + 1]
    if not covered and len(head) > 1 and (place is None or place < _HEAD):
        # nothing stands before the headline; an outlet may have two lines, and a magazine no date
        title, outlet = head[0], outlet or head[1]
    text = chunk[(place or 0 if body is None else body) + 1 :]
    return Part("\n\n".join(_above_tail(text)), title, iso_date(date), outlet)


def _above_tail(text: list[str]) -> list[str]:
    end = next((i for i, line in enumerate(text) if _TAIL.match(line)), len(text))
    # the export's own stand right above that; below a heading of the article's there is more
    end = next((i for i in range(max(0, end - 2), end) if text[i].lower() == "notes"), end)
    return text[:end]
