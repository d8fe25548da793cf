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
    r"\s*(?:\d{1,7} of \d{1,7} DOCUMENTS?|(?:LEVEL \d{1,2} - )?\d{1,7} OF \d{1,7} (?:STORIES|STORY)"
    r"|Dokument \d{1,7} von \d{1,7}|Document \d{1,7} de \d{1,7})\s*\Z"
)
_ABOVE = re.compile(
    r"(SECTION|RUBRIK|RUBRIQUE|LENGTH|LÄNGE|LONGUEUR|BYLINE|AUTOR|AUTEUR|DATELINE|HEADLINE|HIGHLIGHT|BODY):(?!\S)"
)
#: What a broadcast has above its text; a text may begin with such a word, too, and with what is said.
_OF_A_SHOW = re.compile(r"(?:SERIES|SHOW|ANCHORS?|GUESTS?|REPORTERS?):(?!\S)")
_SAID = tuple(".!?…\"”'’-")
_FIELD = re.compile(r"([A-ZÄÖÜÉ][A-ZÄÖÜÉ-]+):(?!\S)")
#: Fields of one line; others go on up to a blank one.
_ONE_LINE = ("LENGTH", "LÄNGE", "LONGUEUR", "DATELINE")
#: What begins no line of a text: all from there on is the database's, also where what pictures show has paragraphs.
_END = re.compile(
    r"(?:LOAD-DATE|CORRECTION-DATE|DATE-CHARGEMENT|GRAPHIC|GRAFIK|PUBLICATION-TYPE|TYPE-PUBLICATION|PUB-TYPE"
    r"|DOCUMENT-TYPE|JOURNAL-CODE|Download Request|Time Of Request):(?!\S)"
    r"|(?:LANGUAGE|SPRACHE|LANGUE):[^.]{0,40}\Z|\s*-{4} End of Request"
)
#: What is the database's where it stands last; ``UPDATE`` says when in German exports, and what in texts.
_BELOW = re.compile(
    r"(?:URL|NOTES|SUBJECT|ORGANIZATION|COMPANY|TICKER|INDUSTRY|PERSON|GEOGRAPHIC|COUNTRY|STATE|CITY|CATEGORY|TYPE"
    r"|UPDATE(?=:\s+\d)):(?!\S)"
)
_RIGHTS = re.compile(
    r"\s*(?:\(c\)\s*\d{4}|©|Copyright\b.*\d{4}|All Rights Reserved|Alle Rechte vorbehalten|Tous droits réservés)", re.I
)
#: Lines among which what begins so has its date or its first field.
_TOP = 40
#: Without fields above a text, its date stands among so many blocks.
_HEAD = 3


def is_lexis(lines: Sequence[str]) -> bool:
    """Whether lines, blank ones among them or not, are an export of LexisNexis.

    What begins once, and has nothing of the database's below, is a text that quotes a beginning.

    Examples
    --------
    >>> is_lexis(["1 of 1 DOCUMENTS", "The Wire", "LENGTH: 5 words", "Envoys met.", "LANGUAGE: ENGLISH"])
    True
    >>> is_lexis(["1 of 1 DOCUMENTS", "LENGTH: 5 words", "So an export begins."])
    False
    """
    begins = _begins(lines)
    # a text may quote the line that begins an article, too; below one of an export stands a field or a date
    heads = (line for i in begins for line in lines[i + 1 : i + _TOP])
    if not any(_ABOVE.match(line) or DATE.match(line.strip()) for line in heads):
        return False
    return len(begins) > 1 or any(_END.match(line) or _RIGHTS.match(line) for line in lines)


def count_lexis(lines: Sequence[str]) -> int:
    """How many articles begin."""
    return len(_begins(lines))


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
    begins = _begins(lines)
    above = lines[: begins[0]]
    if any(map(_ABOVE.match, above)) and any(map(_END.match, above)):
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


def _begins(lines: Sequence[str]) -> list[int]:
    return [i for i, line in enumerate(lines) if _BEGIN.match(line)]


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
    if not any(map(_ABOVE.match, lines)):
        head = blocks_of([line for line in lines if not _RIGHTS.match(line)])[:_HEAD]
        days = [block[0] for block in head if DATE.match(block[0].strip())]
        day = next((i for i, line in enumerate(lines, 1) if line.rstrip() in days[:1]), 0)
        return lines[:day], lines[day:]
    i = end = next(i for i, line in enumerate(lines) if _ABOVE.match(line))
    # a highlight above it may have paragraphs
    if (body := next((i for i, line in enumerate(lines[i:], i) if line.rstrip() == "BODY:"), None)) is not None:
        return lines[:body], lines[body + 1 :]
    is_known = True
    while i < len(lines):
        begin, field = i, _FIELD.match(lines[i])
        i += 1
        if field is None:
            if lines[begin].strip():
                break
            continue
        if field[1] == "BODY":
            return lines[:begin], [lines[begin][field.end() :], *lines[i:]]
        while field[1] not in _ONE_LINE and i < len(lines) and lines[i].strip() and not _FIELD.match(lines[i]):
            i += 1
        # one that is not known is none of the text if one that is stands below it
        is_of_a_show = _OF_A_SHOW.match(lines[begin]) and not lines[i - 1].rstrip().endswith(_SAID)
        is_known = bool(_ABOVE.match(lines[begin]) or (is_known and is_of_a_show))
        end = i if is_known else end
    return lines[:end], lines[end:]


def _above_fields(blocks: list[list[str]]) -> tuple[str, bool]:
    """The text without what the database says of it below, and whether it says anything."""
    end = next((i for i, block in enumerate(blocks) if any(map(_END.match, block))), None)
    text = blocks[:end]
    if end is not None:
        field = next(i for i, line in enumerate(blocks[end]) if _END.match(line) or _BELOW.match(line))
        text += [blocks[end][:field]] if field else []
    while text and (_BELOW.match(text[-1][0]) or _RIGHTS.match(text[-1][0])):
        text.pop()
    return "\n\n".join(map("\n".join, text)), end is not None or len(text) < len(blocks)


def _facts(head: Sequence[str]) -> tuple[str | None, str | None, str | None]:
    """Title, date and outlet."""
    fields = next((i for i, line in enumerate(head) if _ABOVE.match(line)), len(head))
    lines = [line for line in head[:fields] if not (_RIGHTS.match(line) or _OF_A_SHOW.match(line))]
    blocks = blocks_of(lines)
    day = next((i for i, block in enumerate(blocks) if any(DATE.match(line.strip()) for line in block)), 0)
    date = next((line.strip() for block in blocks[day : day + 1] for line in block if DATE.match(line.strip())), None)
    outlet = blocks[0][0] if blocks and blocks[0][0].strip() != date else None
    below = blocks[day + 1 :]
    if blocks and blocks[0][0][0].isspace():
        # lines of an edition are centred as the outlet is, and a headline is not
        below = [block for block in below if not block[0][0].isspace()][:1]
    named = next((i for i, line in enumerate(head) if line.startswith("HEADLINE:")), None)
    title = " ".join(below[-1]) if below else None
    if named is not None:
        block = takewhile(lambda line: line.strip() and not _ABOVE.match(line), head[named + 1 :])
        title = " ".join([head[named].partition(":")[2], *block])
    return one_line(title), iso_date(date), one_line(outlet)
