"""What results are grouped by and how they are counted; light, for the command line."""

from __future__ import annotations

__all__ = ["COPIES", "LEVELS", "OF_ARTICLES", "OF_DATES", "OF_PARAGRAPHS", "WEIGHTS", "nameless"]

#: What a row of a roll-up may be, beside a column of the results.
LEVELS = ("all", "article", "outlet", "year", "month", "week", "voice", "speaker", "actor")
#: Those of them that group articles, those of these by their dates, and those that group paragraphs.
OF_ARTICLES = ("outlet", "year", "month", "week")
OF_DATES = ("year", "month", "week")
OF_PARAGRAPHS = ("voice", "speaker", "actor")
#: What weighs the same.
WEIGHTS = ("paragraph", "article")
#: Whether wire copies count one by one, or each cluster once.
COPIES = ("each", "once")


def nameless(level: str) -> str:
    """What a group without a value is called: paragraphs that no speaker says are the author's.

    Examples
    --------
    >>> nameless("outlet"), nameless("actor")
    ('not known', 'author')
    """
    return "author" if level in OF_PARAGRAPHS else "not known"
