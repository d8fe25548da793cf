"""Exports of ProQuest as text: rules part its articles, and named fields stand around each text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stance.articles.article import Article
from stance.articles.export_dates import iso_date
from stance.articles.lexis import blocks_of
from stance.articles.markup import one_line
from stance.articles.records import Quarantined

__all__ = ["count_proquest", "is_proquest", "split_proquest"]

_RULE = re.compile(r"\s*(?:_{20,}|\*{20,}|Document \d{1,7} of \d{1,7})\s*\Z")
_ID = "ProQuest document ID:"
_TEXT = re.compile(r"Full [Tt]ext:(?!\S)")
#: Fields that every article has below its text; what stands from the first of them on is the database's.
_END = re.compile(
    r"(Publication (?:title|year|date|subject)|ProQuest document ID|Source type|Language of publication|Document type"
    r"|Document URL|Place of publication|Country of publication|Last updated|Database):(?!\S)"
)
#: Those that may stand above these.
_BELOW = re.compile(
    r"(Subject|Business indexing term|Location|People|Company / organization|Ethnicity|Classification|Title|URL"
    r"|Identifier / keyword|Supplement|Links?|Volume|Issue|Pages|First page|Number of pages|Section|Year|Publisher|ISSN"
    r"|CODEN|Copyright):(?!\S)"
)


def is_proquest(lines: Sequence[str]) -> bool:
    """Whether lines, blank ones among them or not, are an export of ProQuest.

    Examples
    --------
    >>> is_proquest(["Full text: Envoys met.", "ProQuest document ID: 12"]), is_proquest(["Full text: Envoys met."])
    (True, False)
    """
    return count_proquest(lines) > 0 and any(map(_TEXT.match, lines))


def count_proquest(lines: Sequence[str]) -> int:
    """How many articles there are."""
    return sum(line.startswith(_ID) for line in lines)


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
        What the database has no full text of.

    Examples
    --------
    >>> lines = ["_" * 60, "", "Talks resume", "", "Full text: Envoys met.", "", "Title: Talks resume", "",
    ...          "Publication title: The Wire; London", "Publication date: Mar 14, 2025", "ProQuest document ID: 12"]
    >>> [(a.title, a.outlet, a.date, a.text) for a in split_proquest(lines, "a.txt", "a")]
    [('Talks resume', 'The Wire', '2025-03-14', 'Envoys met.')]
    """
    number = 0
    rules = [i for i, line in enumerate(lines) if _RULE.match(line)]
    for begin, end in zip([-1, *rules], [*rules, len(lines)], strict=True):
        part = lines[begin + 1 : end]
        if not any(line.startswith(_ID) or _TEXT.match(line) for line in part):
            continue
        number += 1
        first = one_line(next(filter(str.strip, part)))
        text = next((i for i, line in enumerate(part) if _TEXT.match(line)), None)
        if text is None:
            yield Quarantined(source, number, f"{first!r:.90}: the export has no full text of it")
            continue
        body = [part[text][len("Full text:") :], *part[text + 1 :]]
        end = _end(body)
        facts = _facts(body[end:])
        yield Article(
            f"{stem}:{number}",
            "\n\n".join(map("\n".join, blocks_of(body[:end]))).strip(),
            one_line(facts.get("Title")) or (first if text else None),
            iso_date(facts.get("Publication date")),
            one_line(facts.get("Publication title", "").partition(";")[0]),
            source,
            number,
        )


def _end(body: Sequence[str]) -> int:
    """How many of the lines are the text's."""
    end = next((i for i, line in enumerate(body) if _END.match(line)), len(body))
    while end and (not body[end - 1].strip() or _BELOW.match(body[end - 1])):
        end -= 1
    return end


def _facts(below: Sequence[str]) -> dict[str, str]:
    """The fields below a text, by their names."""
    found = (_END.match(line) or _BELOW.match(line) for line in below)
    return {field[1]: field.string[field.end() :] for field in found if field}
