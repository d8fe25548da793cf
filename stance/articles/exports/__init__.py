"""Exports of press databases: one file, many articles. What an export announces is compared with what is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from stance.articles.article import Article
from stance.articles.exports.factiva import count_factiva, is_factiva, split_factiva
from stance.articles.exports.lexis import count_lexis, is_lexis, split_lexis
from stance.articles.exports.nexis import count_nexis, is_nexis, split_nexis
from stance.articles.exports.proquest import count_proquest, is_proquest, split_proquest
from stance.articles.records import Quarantined

__all__ = ["is_export", "split_export", "splitter_by_fields", "tell_unsplit"]

Splitter = Callable[[Sequence[str], str, str], Iterator[Article | Quarantined]]


class _Database(NamedTuple):
    """What tells its exports by their lines, counts their articles and splits them."""

    tells: Callable[[Sequence[str]], bool]
    count: Callable[[Sequence[str]], int]
    split: Splitter


#: Texts stand between named fields, and blank lines part paragraphs.
_BY_FIELDS = (_Database(is_lexis, count_lexis, split_lexis), _Database(is_proquest, count_proquest, split_proquest))
#: A line ends each article, and every other one is a paragraph.
_BY_ENDS = (_Database(is_nexis, count_nexis, split_nexis), _Database(is_factiva, count_factiva, split_factiva))


def _database(lines: Sequence[str], among: Sequence[_Database] = (*_BY_FIELDS, *_BY_ENDS)) -> _Database | None:
    return next((database for database in among if database.tells(lines)), None)


def is_export(lines: Sequence[str]) -> bool:
    """Whether the lines of a document are an export of LexisNexis, Nexis Uni, Factiva or ProQuest.

    Examples
    --------
    >>> is_export(["Talks resume", "Body", "Envoys met.", "Load-Date: March 15, 2025", "End of Document"])
    True
    >>> is_export(["Talks resume", "Envoys met in Vienna."])
    False
    """
    return _database(lines) is not None


def splitter_by_fields(lines: Sequence[str]) -> Splitter | None:
    """What splits lines, of which blank ones part paragraphs, if they are an export of LexisNexis or ProQuest.

    Examples
    --------
    >>> splitter_by_fields(["Envoys met."]) is None
    True
    """
    database = _database(lines, _BY_FIELDS)
    return None if database is None else database.split


def tell_unsplit(lines: Sequence[str], source: str, position: int) -> Iterator[Quarantined]:
    """Tell of an export that it is read as one article, since its lines are no whole paragraphs.

    Examples
    --------
    >>> [told.position for told in tell_unsplit(["Length: 5 words", "Envoys met.", "End of Document"] * 2, "a.pdf", 1)]
    [1]
    >>> [*tell_unsplit(["Length: 5 words", "Envoys met.", "End of Document"], "a.pdf", 1)]
    []
    """
    database = _database(lines)
    if database is not None and (articles := database.count(lines)) > 1:
        reason = f"an export of {articles:,} articles, read as one; export it as DOCX or RTF to have each by itself"
        yield Quarantined(source, position, reason)


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
    database = _database(lines)
    assert database is not None
    lines = [stripped for line in lines if (stripped := line.replace("\xa0", " ").strip())]
    if database in _BY_FIELDS:
        lines = [part for line in lines for part in (line, "")]
    yield from database.split(lines, source, stem)
