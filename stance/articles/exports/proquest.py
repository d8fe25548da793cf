"""Exports of ProQuest as text: rules part its articles, and named fields stand around each text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stance.articles.article import Article
from stance.articles.exports.blocks import BREAKS_OFF, blocks_of, joined
from stance.articles.exports.dates import iso_date
from stance.articles.markup import one_line
from stance.articles.records import Quarantined
from stance.errors import ArticleError

__all__ = ["count_proquest", "is_proquest", "split_proquest"]

_RULE = re.compile(r"\s*(?:_{20,}|\*{20,}|Document \d{1,7} of \d{1,7})\s*\Z")
_ID = re.compile(r"ProQuest document ID:\s*\d*\s*\Z")
_OUTLET = "Publication title:"
_TEXT = re.compile(r"Full [Tt]ext:(?!\S)")
_NONE = re.compile(r"No(?:t|ne) available\.?\Z")
#: What tells that lines between rules are the database's: what was asked for, and whose it is.
_COVER = re.compile(r".*\bProQuest\b|Table of contents|Bibliography|Terms and Conditions")
#: Fields that stand below every text.
_END = re.compile(
    r"(Publication (?:title|year|date|subject)|ProQuest document ID|Source type|Language of publication|Document type"
    r"|Document URL|Place of publication|Country of publication|Last updated|Database):(?!\S)"
)
#: Those that may stand between the text and these.
_BELOW = re.compile(
    r"(Subject|Narrow subject|Broad subject|Business indexing term|Location|People|Company / organization"
    r"|Ethnicity|Classification|Title|URL|Identifier / keyword|Product name|Document feature|Supplement|Links?"
    r"|Volume|Issue|Pages|First page|Number of pages|Section|Year|Publisher|ISSN|CODEN|Copyright):(?!\S)"
)


def is_proquest(lines: Sequence[str]) -> bool:
    """Whether lines, blank ones among them or not, are an export of ProQuest.

    Examples
    --------
    >>> lines = ["_" * 60, "Full text: Envoys met.", "Publication title: The Wire", "ProQuest document ID: 12"]
    >>> is_proquest(lines), is_proquest(lines[1:])
    (True, False)
    """
    # a list of references may have some of these
    found = count_proquest(lines)
    parted = found > 1 or (found and any(map(_RULE.match, lines)))
    return bool(parted) and any(line.startswith(_OUTLET) for line in lines) and any(map(_TEXT.match, lines))


def count_proquest(lines: Sequence[str]) -> int:
    """How many articles there are."""
    return sum(_ID.match(line) is not None for line in lines)


def split_proquest(lines: Sequence[str], source: str, stem: str) -> Iterator[Article | Quarantined]:
    """The articles of an export of ProQuest.

    Parameters
    ----------
    lines : sequence of str
        The lines of a text with the blank ones, which part paragraphs, for which `is_proquest` holds.
    source, stem : str
        As every reader has them.

    Yields
    ------
    Article
        Its text is the full text.
    Quarantined
        What the database has no full text of; and lines that are in no article and not the database's.

    Raises
    ------
    ArticleError
        After the last article, if it has no fields below, or nothing parts some of them.

    Examples
    --------
    >>> lines = ["_" * 60, "", "Talks resume", "", "Full text: Envoys met.", "", "Title: Talks resume", "",
    ...          "Publication title: The Wire; London", "Publication date: Mar 14, 2025", "ProQuest document ID: 12"]
    >>> [(a.title, a.outlet, a.date, a.text) for a in split_proquest(lines, "a.txt", "a")]
    [('Talks resume', 'The Wire', '2025-03-14', 'Envoys met.')]
    """
    number = 0
    breaks_off = False
    for part in _parts(lines):
        first = one_line(next(filter(str.strip, part), None))
        if not any(_ID.match(line) or _TEXT.match(line) for line in part):
            if first and not any(map(_COVER.match, part)):
                yield Quarantined(source, max(number, 1), f"{first!r:.90}: lines between articles are not read")
            continue
        number += 1
        begin = next((i for i, line in enumerate(part) if _TEXT.match(line)), None)
        body = [] if begin is None else [part[begin][len("Full text:") :], *part[begin + 1 :]]
        end = _end(body)
        text = joined(blocks_of(body[:end])).strip()
        breaks_off = begin is not None and end == len(body)
        if begin is None or _NONE.match(text):
            yield Quarantined(source, number, f"{first!r:.90}: the export has no full text of it")
            continue
        facts = _facts(body[end:])
        yield Article(
            f"{stem}:{number}",
            text,
            one_line(facts.get("Title")) or (first if begin else None),
            iso_date(facts.get("Publication date")),
            one_line(facts.get("Publication title", "").partition(";")[0]),
            source,
            number,
        )
    if breaks_off:
        raise ArticleError(BREAKS_OFF, source)
    if (count := count_proquest(lines)) > number:
        raise ArticleError(f"the export has {count:,} articles, but only {number:,} could be told apart", source)


def _parts(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines between rules, of which a text may have some of its own."""
    part: list[str] = []
    within = False
    for line in lines:
        within = not (line.startswith(_OUTLET) or _ID.match(line)) and (within or _TEXT.match(line) is not None)
        if not within and _RULE.match(line):
            yield part
            part = []
        else:
            part.append(line)
    yield part


def _end(body: Sequence[str]) -> int:
    """How many of the lines are the text's."""
    ends = [i for i, line in enumerate(body) if _END.match(line)]
    # a text may have lines that look like fields, but each article has its outlet below
    end = max((i for i in ends if body[i].startswith(_OUTLET)), default=ends[0] if ends else len(body))
    names: set[str] = set()
    while end:
        top = end - 1
        while top and body[top].strip() and body[top - 1].strip() and not _BELOW.match(body[top]):
            top -= 1
        # a field may go on for lines, but not one that stands below lines of a text
        wraps = top < end - 1 and top and body[top - 1].strip()
        field = _BELOW.match(body[top])
        # each stands there once
        if wraps or (body[top].strip() and (field is None or field[1] in names)):
            return end
        if field:
            names.add(field[1])
        end = top
    return end


def _facts(below: Sequence[str]) -> dict[str, str]:
    """The fields below a text, by their names; those of more than one line as one."""
    facts: dict[str, str] = {}
    name = ""
    for line in below:
        if field := _END.match(line) or _BELOW.match(line):
            name = field[1]
            facts[name] = line[field.end() :]
        elif name and line.strip():
            facts[name] += f" {line}"
        else:
            name = ""
    return facts
