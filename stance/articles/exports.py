"""Exports of press databases: one file, many articles; what it announces is compared with what was found in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from stance.articles.article import Article
from stance.articles.export_dates import DATE, iso_date
from stance.articles.lexis import count_lexis, is_lexis, split_lexis
from stance.articles.proquest import count_proquest, is_proquest, split_proquest
from stance.articles.records import Quarantined
from stance.errors import ArticleError

__all__ = ["is_export", "tell_unsplit", "split_export", "splitter_by_fields"]

#: How many articles an export announces; longer numbers, which Python may not read, are none.
_ANNOUNCED = r"(\d[\d,]{0,15})"

_NEXIS_END = re.compile(r"End of Document\Z")
_NEXIS_BODY = ("Body", "BODY", "Body:")
_NEXIS_ANNOUNCED = re.compile(rf"Documents?\s*\({_ANNOUNCED}\)\s*\Z")
#: What a document that ends with the same line has none of; other fields' names, such as Section, are headings, too.
_NEXIS_FIELD = re.compile(r"(?:Length|Byline|Load-Date|Publication-Type):", re.I)
_NEXIS_ABOVE = re.compile(r"(?:Length|Byline|Section|Dateline|Highlight):")
_NEXIS_COVER = re.compile(
    r"User Name:|Date and Time:|Job Number:|Documents?\s*\(\d|\d+\.\s|Client/Matter:|Search T\w+:"
)
_NEXIS_TAIL = re.compile(r"(?:Classification|Graphic|(?:Load|Correction)-Date:.*)\Z", re.I)
_NEXIS_LINK = re.compile(r"(?:Link to PDF|Link zum PDF-Dokument|Lien vers le document PDF|PDF-?link)\Z", re.I)

_FACTIVA_END = re.compile(r"(?:AN[\t| ]\s*)?(?:Document|Dokument|Documento|Документ) ([A-Za-z0-9]{18,34})[|\s]*\Z")
_FACTIVA_ANNOUNCED = re.compile(rf"Results Found[\s|:]*{_ANNOUNCED}(?!\d)")
_FACTIVA_WORDS = re.compile(r"[\d,.\s]*\d (?:words|mots|Wörter|palabras|parole|palavras|woorden|слов\w?)\Z")
_FACTIVA_RIGHTS = re.compile(r"\(?Copyright\b|©|\(c\)", re.I)
_FACTIVA_BYLINE = re.compile(r"(?:By|BY) [^\W\d_a-z]")
_FACTIVA_PAGE = re.compile(
    r"Page \d+ of \d+\s*(?:©.*)?|.*© \d{4} (?:Factiva|Dow Jones).*|Factiva\b.{0,40}(?<!\.)", re.I
)
_FACTIVA_CODES = frozenset(
    "SE HD CR BY WC PD ET SN SC ED PG VOL LA CY LP TD CT RF CO IN NS RE IPC IPD PUB AN NGC GC ART CLM CX DE".split()
)
_FACTIVA_FIELD = re.compile(r"([A-Z]{2,3})(?:[\t|]\s*(.*?))?[\s|]*\Z", re.S)
_LANGUAGES = """
english french german spanish italian portuguese dutch russian arabic chinese japanese turkish anglais français englisch
deutsch inglés español inglese italiano inglês português engels nederlands
""".split()
#: Lines among which the date of a Nexis article stands, where no cover goes before it.
_NEXIS_HEAD = 6
#: Lines among which those before the text end: date, time, outlet, code, edition, page, volume, language, rights.
_FACTIVA_HEAD = 10


Splitter = Callable[[Sequence[str], str, str], Iterator[Article | Quarantined]]
#: Databases whose texts stand between named fields: what tells their exports, counts their articles and splits them.
_BY_FIELDS: tuple[tuple[Callable[[Sequence[str]], bool], Callable[[Sequence[str]], int], Splitter], ...] = (
    (is_lexis, count_lexis, split_lexis),
    (is_proquest, count_proquest, split_proquest),
)


class _Found(NamedTuple):
    text: str
    title: str | None
    date: str | None
    outlet: str | None


def is_export(lines: Sequence[str]) -> bool:
    """Whether the lines of a document are an export of LexisNexis, Nexis Uni, Factiva or ProQuest.

    Examples
    --------
    >>> is_export(["Talks resume", "Body", "Envoys met.", "Load-Date: March 15, 2025", "End of Document"])
    True
    >>> is_export(["Talks resume", "Envoys met in Vienna."])
    False
    """
    return _is_nexis(lines) or _is_factiva(lines) or splitter_by_fields(lines) is not None


def splitter_by_fields(lines: Sequence[str]) -> Splitter | None:
    """What splits lines, of which blank ones part paragraphs, if they are an export of LexisNexis or ProQuest.

    Examples
    --------
    >>> splitter_by_fields(["Envoys met."]) is None
    True
    """
    return next((split for tells, _, split in _BY_FIELDS if tells(lines)), None)


def tell_unsplit(lines: Sequence[str], source: str, position: int) -> Iterator[Quarantined]:
    """Tell of an export that it is read as one article, since its lines are no whole paragraphs.

    Examples
    --------
    >>> [told.position for told in tell_unsplit(["Length: 5 words", "Envoys met.", "End of Document"] * 2, "a.pdf", 1)]
    [1]
    >>> [*tell_unsplit(["Length: 5 words", "Envoys met.", "End of Document"], "a.pdf", 1)]
    []
    """
    if (articles := _count(lines)) > 1:
        reason = f"an export of {articles:,} articles, read as one; export it as DOCX or RTF to have each by itself"
        yield Quarantined(source, position, reason)


def _count(lines: Sequence[str]) -> int:
    if (count := next((count for tells, count, _ in _BY_FIELDS if tells(lines)), None)) is not None:
        return count(lines)
    if _is_nexis(lines):
        return len(_ends(_NEXIS_END, lines))
    return len(_ends(_FACTIVA_END, lines)) if _is_factiva(lines) else 0


def split_export(lines: Sequence[str], source: str, stem: str) -> Iterator[Article | Quarantined]:
    """The articles of an export.

    Parameters
    ----------
    lines : sequence of str
        The paragraphs of the file, for which `is_export` holds.
    source, stem : str
        As every reader has them.

    Yields
    ------
    Article
        Its text is the body: head and index lines of the database become title, date and outlet, or are left out.

    Raises
    ------
    ArticleError
        After the last article, if the file announces another number of them, or breaks off in one more.

    Examples
    --------
    >>> lines = ["Documents (1)", "1. Talks resume", "Talks resume", "The Wire", "March 14, 2025 Friday", "Body",
    ...          "Envoys met.", "Load-Date: March 15, 2025", "End of Document"]
    >>> [(a.title, a.outlet, a.date, a.text) for a in split_export(lines, "a.docx", "a")]
    [('Talks resume', 'The Wire', '2025-03-14', 'Envoys met.')]
    """
    lines = [stripped for line in lines if (stripped := line.replace("\xa0", " ").strip())]
    if (split := splitter_by_fields(lines)) is not None:
        yield from split([part for line in lines for part in (line, "")], source, stem)
        return
    nexis = _is_nexis(lines)
    found, announced = (_nexis if nexis else _factiva)(lines)
    number = 0
    for number, one in enumerate(found, start=1):
        yield Article(f"{stem}:{number}", one.text, one.title, one.date, one.outlet, source, number)
    if announced is not None and announced != number:
        raise ArticleError(f"the export announces {announced:,} articles, but {number:,} were found in it", source)
    # of what announces as many as there are nothing is missing, whatever stands below
    if announced is None and _has_no_end(lines, nexis):
        raise ArticleError("the export breaks off in an article, which is not read", source)


def _is_nexis(lines: Sequence[str]) -> bool:
    return bool(_ends(_NEXIS_END, lines)) and any(map(_NEXIS_FIELD.match, lines))


def _is_factiva(lines: Sequence[str]) -> bool:
    return bool(_ends(_FACTIVA_END, lines)) and any(
        _FACTIVA_WORDS.match(line.strip()) or line.startswith(("WC", "Search Summary")) for line in lines
    )


def _ends(end: re.Pattern[str], lines: Sequence[str]) -> list[str]:
    """The lines that end an article."""
    return list(filter(end.match, map(str.strip, lines)))


def _has_no_end(lines: Sequence[str], nexis: bool) -> bool:
    """Whether an article begins below the last line that ends one."""
    end = _NEXIS_END if nexis else _FACTIVA_END
    below = lines[max(i for i, line in enumerate(lines) if end.match(line)) + 1 :]
    if nexis:
        return any(line in _NEXIS_BODY or line.startswith("Length:") for line in below)
    return any(_FACTIVA_WORDS.match(line) or _code(line)[0] in ("HD", "LP", "TD") for line in below)


def _announced(pattern: re.Pattern[str], lines: Sequence[str]) -> int | None:
    return next((int(m[1].replace(",", "")) for line in lines if (m := pattern.match(line))), None)


def _chunks(lines: Sequence[str], end: re.Pattern[str]) -> Iterator[list[str]]:
    """The lines above each one that ends an article."""
    chunk: list[str] = []
    for line in lines:
        if end.match(line):
            yield chunk
            chunk = []
        else:
            chunk.append(line)


def _nexis(lines: Sequence[str]) -> tuple[list[_Found], int | None]:
    found = [_nexis_article(chunk, number == 0) for number, chunk in enumerate(_chunks(lines, _NEXIS_END))]
    return found, _announced(_NEXIS_ANNOUNCED, lines)


def _nexis_article(chunk: list[str], first: bool) -> _Found:
    chunk = [line for line in chunk if not _NEXIS_LINK.match(line)]
    body = next((i for i, line in enumerate(chunk) if line in _NEXIS_BODY), None)
    if body is None:
        body = next((i for i, line in enumerate(chunk) if line.startswith(("Length:", "Byline:"))), None)
        # the last of those that stand together; a text may have such lines, too
        while body is not None and body + 1 < len(chunk) and _NEXIS_ABOVE.match(chunk[body + 1]):
            body += 1
    head = chunk if body is None else chunk[:body]
    # the cover page and its list of documents go before the first article
    covered = first and any(_NEXIS_COVER.match(line) for line in head)
    places = [i for i in range(2, len(head)) if DATE.match(head[i])]
    place = places[0 if body is None else -1] if places else None
    title, outlet, date = (None, None, None) if place is None else head[place - 2 : place + 1]
    if not covered and len(head) > 1 and (place is None or place < _NEXIS_HEAD):
        # nothing stands before the headline; an outlet may have two lines, and a magazine no date
        title, outlet = head[0], outlet or head[1]
    text = chunk[(place or 0 if body is None else body) + 1 :]
    return _Found("\n\n".join(_above_nexis_tail(text)), title, iso_date(date), outlet)


def _above_nexis_tail(text: list[str]) -> list[str]:
    end = next((i for i, line in enumerate(text) if _NEXIS_TAIL.match(line)), len(text))
    # the export's own stand right above that; below a heading of the article's there is more
    end = next((i for i in range(max(0, end - 2), end) if text[i].lower() == "notes"), end)
    return text[:end]


def _factiva(lines: Sequence[str]) -> tuple[list[_Found], int | None]:
    joined = [f"{line}\t{after}" if line == "Results Found" else line for line, after in pairwise([*lines, ""])]
    found: list[_Found] = []
    for whole in _chunks(lines, _FACTIVA_END):
        chunk = [line for line in whole if not _FACTIVA_PAGE.fullmatch(line)]
        coded = any(_code(line)[0] == "HD" for line in chunk)
        found.append(_factiva_coded(chunk) if coded else _factiva_article(chunk))
    return found, _announced(_FACTIVA_ANNOUNCED, joined)


def _factiva_article(chunk: list[str]) -> _Found:
    words = next((i for i, line in enumerate(chunk) if _FACTIVA_WORDS.match(line)), None)
    if words is None:
        return _Found("\n\n".join(chunk), None, None, None)
    # section, headline and authors stand before the number of words: the headline is the longest but for the authors
    above = chunk[:words]
    if len(above) > 1 and _FACTIVA_BYLINE.match(above[-1]):
        above.pop()
    title = max(above, key=len, default=None)
    head = chunk[words + 1 : words + 1 + _FACTIVA_HEAD]
    day = next((i for i, line in enumerate(head) if DATE.match(line)), None)
    language = next((i for i, line in enumerate(head) if line.lower() in _LANGUAGES), None)
    # right below the language; a short article may end with another such line
    below = enumerate(head) if language is None else enumerate(head[language + 1 : language + 2], language + 1)
    rights = next((i for i, line in below if _FACTIVA_RIGHTS.match(line)), None)
    last = next((i for i in (rights, language, day) if i is not None), -1)
    outlet = None
    if day is not None:
        after = [line for line in head[day + 1 : last + 1] if not re.fullmatch(r"\d{1,2}:\d\d(?: \w+)?", line)]
        outlet = after[0] if after else None
    return _Found("\n\n".join(chunk[words + 2 + last :]), title, iso_date(None if day is None else head[day]), outlet)


def _code(line: str) -> tuple[str, str]:
    """The index code that a line begins with, or is, and what stands after it."""
    found = _FACTIVA_FIELD.match(line)
    return (found[1], found[2] or "") if found is not None and found[1] in _FACTIVA_CODES else ("", line)


def _factiva_coded(chunk: list[str]) -> _Found:
    fields: dict[str, list[str]] = {}
    code = ""
    for line in chunk:
        begun, rest = _code(line)
        code = begun or code
        if rest:
            fields.setdefault(code, []).append(rest)
    first = {name: values[0] for name, values in fields.items()}
    text = "\n\n".join([*fields.get("LP", []), *fields.get("TD", [])])
    return _Found(text, first.get("HD"), iso_date(first.get("PD")), first.get("SN"))
