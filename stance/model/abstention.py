"""When a model says nothing, and why."""

from __future__ import annotations

import enum
from collections.abc import Container, Sequence

from stance.model.tokens import Token

__all__ = ["LEAST_KNOWN", "Reason", "abstention_reason"]

#: With fewer words of the paragraph than this in the vocabulary, there is nothing to go by.
LEAST_KNOWN = 3

# English prose has 35 to 50 % of these; lists of names and figures have 10 % and more.
_LEAST_SHARE = 0.08
_LEAST_TOKENS = 6
_ENGLISH = frozenset(
    """
    the of and to that is was for with by from at this it are be has have had its their which would will not were
    been an he his they who we our you she or but on in as said i a if there can what do all more than about when
    """.split()
)


class Reason(enum.StrEnum):
    """Why a paragraph, or one target of it, got no label."""

    EMPTY = "empty"
    NOT_ENGLISH = "not English"
    FEW_KNOWN_WORDS = "too few known words"
    AMBIGUOUS = "ambiguous"


def abstention_reason(tokens: Sequence[Token], vocabulary: Container[str], language: str | None) -> Reason | None:
    """Why not to score a paragraph, or ``None``.

    Parameters
    ----------
    tokens : sequence of Token
        The paragraph.
    vocabulary : container of str
        Words that the model knows.
    language : str or None
        ``"en"`` asks for English; else only known words count.

    Returns
    -------
    Reason or None
        `Reason.AMBIGUOUS` is never returned here: it rests on the probabilities.

    Examples
    --------
    >>> abstention_reason([], {"talks"}, "en")
    <Reason.EMPTY: 'empty'>
    """
    if not tokens:
        return Reason.EMPTY
    if language == "en" and _not_english(tokens):
        return Reason.NOT_ENGLISH
    if sum(token.word in vocabulary for token in tokens) < LEAST_KNOWN:
        return Reason.FEW_KNOWN_WORDS
    return None


def _not_english(tokens: Sequence[Token]) -> bool:
    letters = "".join(token.word for token in tokens)
    latin = sum(character < "\u0250" for character in letters)
    if latin * 2 < len(letters):
        return True
    if len(tokens) < _LEAST_TOKENS:
        return False
    return sum(token.word in _ENGLISH for token in tokens) < _LEAST_SHARE * len(tokens)
