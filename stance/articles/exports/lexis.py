"""Exports of LexisNexis as it was before Nexis Uni: fields in capitals stand around each text, and no line ends one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from stance.articles.article import Article
from stance.articles.exports.blocks import BREAKS_OFF, blocks_of, joined
from stance.articles.exports.dates import DATE, iso_date
from stance.articles.markup import one_line
from stance.articles.records import Quarantined
from stance.errors import ArticleError

__all__ = ["count_lexis", "is_lexis", "split_lexis"]

_NUMBER = r"\d[\d,]{0,8}"
_BEGIN = re.compile(
    rf"\s*(?:{_NUMBER} of {_NUMBER} DOCUMENTS?|(?:LEVEL \d{{1,2}} - )?{_NUMBER} OF {_NUMBER} (?:STORIES|STORY)"
    rf"|Dokument {_NUMBER} von {_NUMBER}|Document {_NUMBER} de {_NUMBER})\s*\Z"
)
_REQUEST = r"(?:Download|Print|Time [Oo]f) Request"
#: What tells that lines above the first article are the database's: what was asked for, or the number of a page.
_COVER = re.compile(rf"{_REQUEST}:|Job Number:|\s*Page \d+(?: of \d+)?\s*\Z")
_ABOVE = re.compile(
    r"(?:SECTION|RUBRIK|RUBRIQUE|LENGTH|LÄNGE|LONGUEUR|BYLINE|AUTOR|AUTEUR|DATELINE|HEADLINE|HIGHLIGHT|BODY):(?!\S)"
)
#: What a broadcast has above its text; a text may begin with such a word, too, and with what is said.
_OF_A_SHOW = re.compile(r"(?:SERIES|SHOW|ANCHORS?|GUESTS?|REPORTERS?):(?!\S)")
#: What ends a sentence, and no field and no date.
_SAID = tuple(".!?…\"”'’-")
_FIELD = re.compile(r"([A-ZÄÖÜÉ][A-ZÄÖÜÉ-]+):(?!\S)")
#: Fields of one line; others go on up to a blank one.
_ONE_LINE = ("LENGTH", "LÄNGE", "LONGUEUR", "DATELINE", "LANGUAGE", "SPRACHE", "LANGUE")
#: Fields that may have paragraphs; exports that have these begin the text by a field of its own, too.
_UP_TO_BODY = {"HEADLINE", "HIGHLIGHT"}
_LANGUAGE = re.compile(r"(?:LANGUAGE|SPRACHE|LANGUE):[^.]{0,40}\Z")
#: What begins no line of a text: all from there on is the database's, also where what pictures show has paragraphs.
_END = re.compile(
    r"(?:LOAD-DATE|CORRECTION-DATE|DATE-CHARGEMENT|GRAPHIC|GRAFIK|PUBLICATION-TYPE|TYPE-PUBLICATION|PUB-TYPE"
    rf"|DOCUMENT-TYPE|JOURNAL-CODE|{_REQUEST}):(?!\S)"
    rf"|{_LANGUAGE.pattern}|\s*-{{4}} End of Request"
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

    What begins once, and has nothing of the database's below or a text above, is a text that quotes a beginning.

    Examples
    --------
    >>> is_lexis(["1 of 1 DOCUMENTS", "The Wire", "LENGTH: 5 words", "Envoys met.", "LANGUAGE: ENGLISH"])
    True
    >>> is_lexis(["1 of 1 DOCUMENTS", "LENGTH: 5 words", "So an export begins."])
    False
    """
    begins = _begins(lines)
    if not any(_has_head(lines, i) for i in begins):
        return False
    ends = any(_END.match(line) or _RIGHTS.match(line) for line in lines)
    return len(begins) > 1 or (ends and _above(lines, begins) is None)


def count_lexis(lines: Sequence[str]) -> int:
    """How many articles begin."""
    return len(_begins(lines))


def split_lexis(lines: Sequence[str], source: str, stem: str) -> Iterator[Article | Quarantined]:
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
    Quarantined
        What stands above the first one and is none of the database's.

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
    if (above := _above(lines, begins)) is not None:
        yield Quarantined(source, 1, f"{above!r:.90}: lines above the first article of the export are not read")
    ends: list[bool] = []
    for number, (begin, end) in enumerate(zip(begins, [*begins[1:], len(lines)], strict=True), start=1):
        head, headline, body = _parted(lines[begin + 1 : end])
        text, ended = _above_fields(blocks_of(body))
        title, date, outlet = _facts(head, headline)
        yield Article(f"{stem}:{number}", text, title, date, outlet, source, number)
        ends.append(ended)
    if len(ends) > 1 and all(ends[:-1]) and not ends[-1]:
        raise ArticleError(BREAKS_OFF, source)


def _begins(lines: Sequence[str]) -> list[int]:
    """The lines that number an article; -1 for one whose number was cut off with the cover."""
    numbers = {
        i: tuple(int(number.replace(",", "")) for number in re.findall(_NUMBER, line)[-2:])
        for i, line in enumerate(lines)
        if _BEGIN.match(line)
    }
    told = set(numbers.values())
    # a text may quote such a line
    begins = [
        i for i, (n, of) in numbers.items() if not told.isdisjoint({(n - 1, of), (n + 1, of)}) or _has_head(lines, i)
    ]
    above = lines[: begins[0]] if begins else []
    cut = any(map(_ABOVE.match, above)) and any(map(_END.match, above))
    return [-1, *begins] if cut else begins


def _has_head(lines: Sequence[str], begin: int) -> bool:
    """Whether a field or a date stands below the line that begins an article."""
    below = takewhile(lambda line: not _BEGIN.match(line), lines[begin + 1 : begin + _TOP])
    return any(_ABOVE.match(line) or _is_date(line) for line in below)


def _above(lines: Sequence[str], begins: Sequence[int]) -> str | None:
    """The first line above all articles, if they are none of the database's."""
    above = [line.strip() for line in lines[: max(0, begins[0])] if line.strip()]
    return None if any(map(_COVER.match, above)) else next(iter(above), None)


def _is_date(line: str) -> bool:
    return DATE.match(line.strip()) is not None and not line.rstrip().endswith(_SAID)


def _parted(lines: Sequence[str]) -> tuple[Sequence[str], str | None, Sequence[str]]:
    """The lines above the fields, the headline if it is one of these, and the lines from the first of the text on."""
    first = next((i for i, line in enumerate(lines[:_TOP]) if _ABOVE.match(line)), None)
    if first is None:
        head = blocks_of([line for line in lines if not _RIGHTS.match(line)])[:_HEAD]
        days = [block[0] for block in head if _is_date(block[0])]
        day = next((i for i, line in enumerate(lines, 1) if line.rstrip() in days[:1]), 0)
        return lines[:day], None, lines[day:]
    fields: dict[str, str] = {}
    i = end = first
    is_known = True
    while i < len(lines):
        begin, field = i, _FIELD.match(lines[i])
        i += 1
        if field is not None:
            if field[1] == "BODY":
                return lines[:first], fields.get("HEADLINE"), [lines[begin][field.end() :], *lines[i:]]
            while field[1] not in _ONE_LINE and i < len(lines) and lines[i].strip() and not _FIELD.match(lines[i]):
                i += 1
            fields.setdefault(field[1], " ".join([lines[begin][field.end() :], *lines[begin + 1 : i]]))
            is_said = lines[i - 1].rstrip().endswith(_SAID)
            # one that is not known is none of the text if one that is stands below it
            is_of_these = _LANGUAGE.match(lines[begin]) or (_OF_A_SHOW.match(lines[begin]) and not is_said)
            is_known = bool(_ABOVE.match(lines[begin]) or (is_known and is_of_these))
            end = i if is_known else end
            if is_known or not is_said:
                continue
        elif not lines[begin].strip():
            continue
        # a text, unless these go on
        body = next((j for j in range(i, len(lines)) if lines[j].startswith("BODY:")), None)
        if body is None or not fields.keys() & _UP_TO_BODY:
            break
        i = body
    return lines[:first], fields.get("HEADLINE"), lines[end:]


def _above_fields(blocks: list[list[str]]) -> tuple[str, bool]:
    """The text without what the database says of it below, and whether it says anything."""
    ends = ((i, line) for i, block in enumerate(blocks) for line in block if _END.match(line))
    # below one of the database's stands no text; a review may name the language of a film
    below = (*blocks[1:], [""])
    end = next((i for i, line in ends if not (_LANGUAGE.match(line) and _is_text(below[i]))), None)
    text = blocks[:end]
    if end is not None:
        field = next(i for i, line in enumerate(blocks[end]) if _END.match(line) or _BELOW.match(line))
        text += [blocks[end][:field]] if field else []
    while text and (_BELOW.match(text[-1][0]) or _RIGHTS.match(text[-1][0])):
        text.pop()
    return joined(text), end is not None or len(text) < len(blocks)


def _is_text(block: Sequence[str]) -> bool:
    return block[-1].endswith(_SAID) and not any(known.match(block[0]) for known in (_FIELD, _END, _RIGHTS))


def _facts(head: Sequence[str], headline: str | None) -> tuple[str | None, str | None, str | None]:
    """Title, date and outlet."""
    blocks = blocks_of([line for line in head if not (_RIGHTS.match(line) or _OF_A_SHOW.match(line))])
    dated = ((i, line.strip()) for i, block in enumerate(blocks) for line in block if _is_date(line))
    day, date = next(dated, (0, None))
    outlet = blocks[0][0] if blocks and blocks[0][0].strip() != date else None
    below = blocks[day + 1 :]
    if blocks and blocks[0][0][0].isspace():
        # lines of an edition are centred as the outlet is, and a headline is not
        below = [block for block in below if not block[0][0].isspace()][:1]
    title = " ".join(below[-1]) if below else None
    return one_line(title if headline is None else headline), iso_date(date), one_line(outlet)
