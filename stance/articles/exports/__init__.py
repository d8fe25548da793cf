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

__all__ = ["Database", "find_database", "split_export", "tell_unsplit"]


class Database(NamedTuple):
    """What tells the exports of a press database by their lines, counts their articles and splits them.

    Attributes
    ----------
    tells, count, split : callable
        Of lines; what splits them is also given the source and the stem for ids, as every reader is.
    by_fields : bool
        Whether texts stand between named fields and blank lines part paragraphs, so that text files hold exports, too;
        else a line ends each article, and every other one is a paragraph.
    """

    tells: Callable[[Sequence[str]], bool]
    count: Callable[[Sequence[str]], int]
    split: Callable[[Sequence[str], str, str], Iterator[Article | Quarantined]]
    by_fields: bool


_DATABASES = (
    Database(is_lexis, count_lexis, split_lexis, by_fields=True),
    Database(is_proquest, count_proquest, split_proquest, by_fields=True),
    Database(is_nexis, count_nexis, split_nexis, by_fields=False),
    Database(is_factiva, count_factiva, split_factiva, by_fields=False),
)


def find_database(lines: Sequence[str]) -> Database | None:
    """The database that lines are an export of: LexisNexis, ProQuest, Nexis Uni or Factiva.

    Examples
    --------
    >>> lines = ["Talks resume", "Body", "Envoys met.", "Load-Date: March 15, 2025", "End of Document"]
    >>> find_database(lines).count(lines)
    1
    >>> find_database(["Talks resume", "Envoys met in Vienna."]) is None
    True
    """
    return next((database for database in _DATABASES if database.tells(lines)), None)


def tell_unsplit(database: Database | None, lines: Sequence[str], source: str, position: int) -> Iterator[Quarantined]:
    """Tell of an export that it is read as one article, since its lines are no whole paragraphs.

    Examples
    --------
    >>> lines = ["Length: 5 words", "Envoys met.", "End of Document"]
    >>> [told.position for told in tell_unsplit(find_database(lines), lines * 2, "a.pdf", 1)]
    [1]
    >>> [*tell_unsplit(find_database(lines), lines, "a.pdf", 1)]
    []
    """
    if database is not None and (articles := database.count(lines)) > 1:
        reason = f"an export of {articles:,} articles, read as one; export it as DOCX or RTF to have each by itself"
        yield Quarantined(source, position, reason)


def split_export(database: Database, lines: Sequence[str], source: str, stem: str) -> Iterator[Article | Quarantined]:
    """The articles of a document that is an export.

    Parameters
    ----------
    database : Database
        Whose it is, as `find_database` has it.
    lines : sequence of str
        The paragraphs of the file.
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
    >>> [(a.title, a.outlet, a.date, a.text) for a in split_export(find_database(lines), lines, "a.docx", "a")]
    [('Talks resume', 'The Wire', '2025-03-14', 'Envoys met.')]
    """
    lines = [stripped for line in lines if (stripped := line.replace("\xa0", " ").strip())]
    if database.by_fields:
        lines = [part for line in lines for part in (line, "")]
    yield from database.split(lines, source, stem)
