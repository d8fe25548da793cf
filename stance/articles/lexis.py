"""Exports of LexisNexis as it was before Nexis Uni: fields in capitals stand around each text, and no line ends one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile

from stance.articles.article import Article
from stance.articles.export_dates import DATE, iso_date
from stance.articles.markup import one_line
from stance.errors import ArticleError

__all__ = ["blocks_of", "count_lexis", "is_lexis", "split_lexis"]

_BEGIN = re.compile(
    r"[ \t]*(?:\d{1,7} of \d{1,7} DOCUMENTS?|Dokument \d{1,7} von \d{1,7}|Document \d{1,7} de \d{1,7})\s*\Z"
)
_ABOVE = re.compile(
    r"(SECTION|RUBRIK|RUBRIQUE|LENGTH|LÄNGE|LONGUEUR|BYLINE|AUTOR|AUTEUR|DATELINE|HEADLINE|HIGHLIGHT|SERIES|SHOW|ANCHORS?"
    r"|GUESTS?|REPORTERS?|BODY):(?!\S)"
)
#: Fields of one line; others go on up to a blank one.
_ONE_LINE = ("LENGTH", "LÄNGE", "LONGUEUR")
#: Lines among which the head of an article has its date and its first field; below them such lines are the text's.
_HEAD = 40
#: What a person of a broadcast says; lists of their names end no sentence.
_SPOKEN = re.compile(r"(?:SERIES|SHOW|ANCHORS?|GUESTS?|REPORTERS?):(?s:.*)[.?!]\W*\Z")
#: What begins no line of a text: all from there on is the database's, also where what pictures show has paragraphs.
_END = re.compile(
    r"(?:LOAD-DATE|CORRECTION-DATE|DATE-CHARGEMENT|LANGUAGE|SPRACHE|LANGUE|GRAPHIC|GRAFIK|PUBLICATION-TYPE|PUB-TYPE"
    r"|TYPE-PUBLICATION|DOCUMENT-TYPE|JOURNAL-CODE):(?!\S)"
)
#: What is the database's where it stands last.
_BELOW = re.compile(
    r"(?:URL|UPDATE|CORRECTION|NOTES?|SUBJECT|ORGANIZATION|COMPANY|TICKER|INDUSTRY|PERSON|GEOGRAPHIC|COUNTRY|STATE|CITY"
    r"|CATEGORY|TYPE):(?!\S)"
)
_RIGHTS = re.compile(r"\s*(?:\(c\)|©|Copyright\W+(?:c\W+)?\d{4}|All Rights Reserved)", re.I)


def is_lexis(lines: Sequence[str]) -> bool:
    """Whether lines, blank ones among them or not, are an export of LexisNexis.

    Examples
    --------
    >>> is_lexis(["1 of 2 DOCUMENTS", "The Wire", "LENGTH: 5 words", "Envoys met."]), is_lexis(["1 of 2 DOCUMENTS"])
    (True, False)
    """
    if not any(_ABOVE.match(line) or _END.match(line) for line in lines):
        return False
    head = 0
    for line in lines:
        # a text may quote the line that begins an article, and the names of the fields
        if head and (_ABOVE.match(line) or DATE.match(line.strip())):
            return True
        head = _HEAD if _BEGIN.match(line) else max(0, head - 1)
    return False


def count_lexis(lines: Sequence[str]) -> int:
    """How many articles begin."""
    return sum(_BEGIN.match(line) is not None for line in lines)


def split_lexis(lines: Sequence[str], source: str, stem: str) -> Iterator[Article]:
    """The articles of an export of LexisNexis.

    Parameters
    ----------
    lines : sequence of str
        The lines of a text with the blank ones, which part paragraphs, for which `is_lexis` holds.
    source, stem : str
        As every reader has them.

    Yields
    ------
    Article
        Its text is the body, with the lines that it has there.

    Raises
    ------
    ArticleError
        After the last article, if it has no end where the others have one.

    Examples
    --------
    >>> lines = ["    1 of 1 DOCUMENTS", "", "    The Wire", "", "    March 14, 2025 Friday", "", "Talks resume", "",
    ...          "LENGTH: 5 words", "", "Envoys met", "in Vienna.", "", "LOAD-DATE: March 15, 2025"]
    >>> [(a.title, a.outlet, a.date, a.text) for a in split_lexis(lines, "a.txt", "a")]
    [('Talks resume', 'The Wire', '2025-03-14', 'Envoys met\\nin Vienna.')]
    """
    begins = [i for i, line in enumerate(lines) if _BEGIN.match(line)]
    if any(map(_END.match, lines[: begins[0]])):
        # what was cut off with the cover was the number of the first one
        begins.insert(0, -1)
    ends: list[bool] = []
    for number, (begin, end) in enumerate(zip(begins, [*begins[1:], len(lines)], strict=True), start=1):
        head, body = _parted(lines[begin + 1 : end])
        text, ended = _above_fields(blocks_of(body))
        title, date, outlet = _facts(head)
        yield Article(f"{stem}:{number}", text, title, date, outlet, source, number)
        ends.append(ended)
    if len(ends) > 1 and all(ends[:-1]) and not ends[-1]:
        raise ArticleError("the export breaks off in its last article, which is read as far as it goes", source)


def blocks_of(lines: Sequence[str]) -> list[list[str]]:
    """The lines between blank ones.

    Examples
    --------
    >>> blocks_of(["Envoys met", "in Vienna.", "", "Oil fell."])
    [['Envoys met', 'in Vienna.'], ['Oil fell.']]
    """
    blocks: list[list[str]] = []
    for blank, block in groupby(lines, lambda line: not line.strip()):
        if not blank:
            blocks.append([line.rstrip() for line in block])
    return blocks


def _parted(lines: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The lines above a text, and those from its first one on."""
    first = next((i for i, line in enumerate(lines[:_HEAD]) if _ABOVE.match(line)), None)
    if first is None:
        day = next((i for i, line in enumerate(lines[:_HEAD]) if DATE.match(line.strip())), -1)
        return lines[: day + 1], lines[day + 1 :]
    # a highlight above it may have paragraphs
    if (body := next((i for i, line in enumerate(lines[first:], first) if line.rstrip() == "BODY:"), None)) is not None:
        return lines[:body], lines[body + 1 :]
    goes_on = False
    for i, line in enumerate(lines[first:], first):
        field, rest = (found[1], line[found.end() :]) if (found := _ABOVE.match(line)) else ("", "")
        if field == "BODY":
            return lines[:i], [rest, *lines[i + 1 :]]
        spoken = field and _SPOKEN.match("\n".join(takewhile(str.strip, lines[i : i + _HEAD])))
        if spoken or (not field and not goes_on and line.strip()):
            return lines[:i], lines[i:]
        goes_on = field not in _ONE_LINE if field else goes_on and bool(line.strip())
    return lines, []


def _above_fields(blocks: list[list[str]]) -> tuple[str, bool]:
    """The text without what the database says of it below, and whether it says anything."""
    end = next((i for i, block in enumerate(blocks) if any(map(_END.match, block))), None)
    text = blocks if end is None else blocks[:end]
    if end is not None:
        field = next(i for i, line in enumerate(blocks[end]) if _END.match(line) or _BELOW.match(line))
        text = [*text, blocks[end][:field]] if field else text
    while text and (_BELOW.match(text[-1][0]) or (end is None and _RIGHTS.match(text[-1][0]))):
        text.pop()
    return "\n\n".join(map("\n".join, text)), len(text) < len(blocks)


def _facts(head: Sequence[str]) -> tuple[str | None, str | None, str | None]:
    """Title, date and outlet."""
    fields = next((i for i, line in enumerate(head) if _ABOVE.match(line)), len(head))
    blocks = [block for block in blocks_of(head[:fields]) if not all(map(_RIGHTS.match, block))]
    outlet = next((line for block in blocks for line in block if not _RIGHTS.match(line)), None)
    day = next((i for i, block in enumerate(blocks) if any(DATE.match(line.strip()) for line in block)), 0)
    date = next((line.strip() for block in blocks[day : day + 1] for line in block if DATE.match(line.strip())), None)
    below = blocks[day + 1 :]
    if outlet is not None and outlet[0].isspace():
        # lines of an edition are centred as the outlet is, and a headline is not
        below = [block for block in below if not block[0][0].isspace()][:1]
    named = next((i for i, line in enumerate(head) if line.startswith("HEADLINE:")), None)
    title = " ".join(below[-1]) if below else None
    if named is not None:
        block = takewhile(lambda line: line.strip() and not _ABOVE.match(line), head[named + 1 :])
        title = " ".join([head[named].partition(":")[2], *block])
    return one_line(title), iso_date(date), one_line(outlet)
