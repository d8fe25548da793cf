"""What exports share in which a line of its own ends each article."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from stance.articles.article import Article
from stance.errors import ArticleError

__all__ = ["ANNOUNCED", "Part", "announced", "articles_of", "chunks", "ends"]

#: How many articles an export announces; longer numbers, which Python may not read, are none.
ANNOUNCED = r"(\d[\d,]{0,15})"


class Part(NamedTuple):
    """What an export has of one article."""

    text: str
    title: str | None
    date: str | None
    outlet: str | None


def ends(end: re.Pattern[str], lines: Sequence[str]) -> list[int]:
    """The places of lines that end an article."""
    return [i for i, line in enumerate(lines) if end.match(line.strip())]


def chunks(lines: Sequence[str], end: re.Pattern[str]) -> Iterator[list[str]]:
    """The lines above each one that ends an article, and those below the last.

    Examples
    --------
    >>> [*chunks(["Oil fell.", "END", "Envoys met.", "END", "Page 2"], re.compile("END"))]
    [['Oil fell.'], ['Envoys met.'], ['Page 2']]
    """
    start = 0
    for place in ends(end, lines):
        yield [*lines[start:place]]
        start = place + 1
    yield [*lines[start:]]


def announced(pattern: re.Pattern[str], lines: Iterable[str]) -> int | None:
    """How many articles the first line says that matches."""
    return next((int(m[1].replace(",", "")) for line in lines if (m := pattern.match(line))), None)


def articles_of(
    parts: Iterable[Part], expected: int | None, breaks_off: bool, source: str, stem: str
) -> Iterator[Article]:
    """The articles of an export that announces so many, if any number.

    Raises
    ------
    ArticleError
        After the last article, if there are more or fewer, or the export breaks off in one more.
    """
    number = 0
    for number, part in enumerate(parts, start=1):
        yield Article(f"{stem}:{number}", part.text, part.title, part.date, part.outlet, source, number)
    if expected is not None and expected != number:
        raise ArticleError(f"the export announces {expected:,} articles, but {number:,} were found in it", source)
    # of what announces as many as there are nothing is missing, whatever stands below
    if expected is None and breaks_off:
        raise ArticleError("the export breaks off in an article, which is not read", source)
