"""When a model says nothing, and why."""

from __future__ import annotations

import enum
from collections.abc import Container, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from stance.model.tokens import Token

__all__ = ["ENGLISH", "LEAST_KNOWN", "Reason", "WordCounts", "abstention_reasons", "count_words"]

#: With fewer words of the paragraph than this in the vocabulary, there is nothing to go by.
LEAST_KNOWN = 3

# of English prose 35 to 50 % are `ENGLISH`; of German, Dutch or Italian, which share "in", "was", "i", "a", 10 to 20 %
_LEAST_TOKENS, _ONE_OF = 6, 5
#: Words that every English text is full of.
ENGLISH = frozenset(
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
    #: Not the article's own; counted apart from what the model abstained from.
    BOILERPLATE = "boilerplate"


class WordCounts(NamedTuple):
    """What the decision to abstain and the calibration rest on; one integer each, or arrays of them.

    Attributes
    ----------
    tokens : int
        Words of the paragraph.
    known : int
        Words that the model knows.
    english : int
        Words of `ENGLISH`.
    letters, latin : int
        Characters of all words, and those before U+0250.
    mentioned : int
        Bits: which of `Analyzer.anchored_targets` the paragraph mentions, the first one the lowest.
    """

    tokens: Any
    known: Any
    english: Any
    letters: Any
    latin: Any
    mentioned: Any


def count_words(tokens: Sequence[Token], vocabulary: Container[str], mentioned: int = 0) -> WordCounts:
    """Count the words of a paragraph; the compiled kernel counts the same.

    Parameters
    ----------
    tokens : sequence of Token
        The paragraph.
    vocabulary : container of str
        Words that the model knows.
    mentioned : int
        As in `WordCounts`.
    """
    letters = "".join(token.word for token in tokens)
    return WordCounts(
        tokens=len(tokens),
        known=sum(token.word in vocabulary for token in tokens),
        english=sum(token.word in ENGLISH for token in tokens),
        letters=len(letters),
        latin=sum(character < "\u0250" for character in letters),
        mentioned=mentioned,
    )


def abstention_reasons(counts: npt.NDArray[np.int64], language: str | None) -> list[Reason | None]:
    """Why not to score each of many paragraphs, or ``None``.

    Parameters
    ----------
    counts : ndarray of int, shape (paragraphs, 6)
        A row of `WordCounts` for each.
    language : str or None
        ``"en"`` asks for English; else only known words count.

    Returns
    -------
    list of Reason or None
        `Reason.AMBIGUOUS` is never among them: it rests on the probabilities.

    Examples
    --------
    >>> abstention_reasons(np.array([[0, 0, 0, 0, 0, 0], [9, 9, 4, 40, 40, 1]]), "en")
    [<Reason.EMPTY: 'empty'>, None]
    """
    n = WordCounts(*counts.T)
    # a later rule goes before an earlier one
    rules = [(n.known < LEAST_KNOWN, Reason.FEW_KNOWN_WORDS), (n.tokens == 0, Reason.EMPTY)]
    if language == "en":
        few = (n.tokens >= _LEAST_TOKENS) & (n.english * _ONE_OF < n.tokens)
        few &= n.known * 2 < n.tokens  # a headline may have none of them, yet its words are known
        rules.insert(1, ((n.latin * 2 < n.letters) | few, Reason.NOT_ENGLISH))
    reasons: list[Reason | None] = [None] * len(counts)
    for rule, reason in rules:
        for i in np.flatnonzero(rule).tolist():
            reasons[i] = reason
    return reasons
