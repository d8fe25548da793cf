"""Exports of Factiva: a line with the document's number ends each article."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from stance.articles.article import Article
from stance.articles.exports.dates import DATE, iso_date
from stance.articles.exports.parts import ANNOUNCED, Part, announced, articles_of, chunks, ends

__all__ = ["count_factiva", "is_factiva", "split_factiva"]

_END = re.compile(r"(?:AN[\t| ]\s*)?(?:Document|Dokument|Documento|Документ) ([A-Za-z0-9]{18,34})[|\s]*\Z")
_TOLD = re.compile(rf"Results Found[\s|:]*{ANNOUNCED}(?!\d)")
_WORDS = re.compile(r"[\d,.\s]*\d (?:words|mots|Wörter|palabras|parole|palavras|woorden|слов\w?)\Z")
_RIGHTS = re.compile(r"\(?Copyright\b|©|\(c\)", re.I)
_BYLINE = re.compile(r"(?:By|BY) [^\W\d_a-z]")
_PAGE = re.compile(r"Page \d+ of \d+\s*(?:©.*)?|.*© \d{4} (?:Factiva|Dow Jones).*|Factiva\b.{0,40}(?<!\.)", re.I)
_CODES = frozenset(
    "SE HD CR BY WC PD ET SN SC ED PG VOL LA CY LP TD CT RF CO IN NS RE IPC IPD PUB AN NGC GC ART CLM CX DE".split()
)
_FIELD = re.compile(r"([A-Z]{2,3})(?:[\t|]\s*(.*?))?[\s|]*\Z", re.S)
_LANGUAGES = """
english french german spanish italian portuguese dutch russian arabic chinese japanese turkish anglais français englisch
deutsch inglés español inglese italiano inglês português engels nederlands
""".split()
#: Lines among which those before the text end: date, time, outlet, code, edition, page, volume, language, rights.
_HEAD = 10


def is_factiva(lines: Sequence[str]) -> bool:
    """Whether the lines of a document are an export of Factiva.

    Examples
    --------
    >>> is_factiva(["Talks resume", "120 words", "Envoys met.", "Document WIRE000020250314el3e0001x"])
    True
    """
    return count_factiva(lines) > 0 and any(
        _WORDS.match(line.strip()) or line.startswith(("WC", "Search Summary")) for line in lines
    )


def count_factiva(lines: Sequence[str]) -> int:
    """How many articles end in lines."""
    return len(ends(_END, lines))


def split_factiva(lines: Sequence[str], source: str, stem: str) -> Iterator[Article]:
    """The articles of an export, of whose lines each is a paragraph.

    Raises
    ------
    ArticleError
        As `articles_of` does.
    """
    joined = [f"{line}\t{after}" if line == "Results Found" else line for line, after in pairwise([*lines, ""])]
    *above, below = chunks(lines, _END)
    breaks_off = any(_WORDS.match(line) or _code(line)[0] in ("HD", "LP", "TD") for line in below)
    yield from articles_of(map(_part, above), announced(_TOLD, joined), breaks_off, source, stem)


def _part(whole: list[str]) -> Part:
    chunk = [line for line in whole if not _PAGE.fullmatch(line)]
    return _coded(chunk) if any(_code(line)[0] == "HD" for line in chunk) else _article(chunk)


def _article(chunk: list[str]) -> Part:
    words = next((i for i, line in enumerate(chunk) if _WORDS.match(line)), None)
    if words is None:
        return Part("\n\n".join(chunk), None, None, None)
    # section, headline and authors stand before the number of words: the headline is the longest but for the authors
    above = chunk[:words]
    if len(above) > 1 and _BYLINE.match(above[-1]):
        above.pop()
    title = max(above, key=len, default=None)
    head = chunk[words + 1 : words + 1 + _HEAD]
    day = next((i for i, line in enumerate(head) if DATE.match(line)), None)
    language = next((i for i, line in enumerate(head) if line.lower() in _LANGUAGES), None)
    # right below the language; a short article may end with another such line
    below = enumerate(head) if language is None else enumerate(head[language + 1 : language + 2], language + 1)
    rights = next((i for i, line in below if _RIGHTS.match(line)), None)
    last = next((i for i in (rights, language, day) if i is not None), -1)
    outlet = None
    if day is not None:
        after = [line for line in head[day + 1 : last + 1] if not re.fullmatch(r"\d{1,2}:\d\d(?: \w+)?", line)]
        outlet = after[0] if after else None
    return Part("\n\n".join(chunk[words + 2 + last :]), title, iso_date(None if day is None else head[day]), outlet)


def _code(line: str) -> tuple[str, str]:
    """The index code that a line begins with, or is, and what stands after it."""
    found = _FIELD.match(line)
    return (found[1], found[2] or "") if found is not None and found[1] in _CODES else ("", line)


def _coded(chunk: list[str]) -> Part:
    fields: dict[str, list[str]] = {}
    code = ""
    for line in chunk:
        begun, rest = _code(line)
        code = begun or code
        if rest:
            fields.setdefault(code, []).append(rest)
    first = {name: values[0] for name, values in fields.items()}
    text = "\n\n".join([*fields.get("LP", []), *fields.get("TD", [])])
    return Part(text, first.get("HD"), iso_date(first.get("PD")), first.get("SN"))
