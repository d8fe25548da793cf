"""Text to tokens: the first step of the analyzer, and the specification of the compiled one.

A token is a run of word characters (``\\w``), which may hold single apostrophes inside (``won't``).
It is read from the folded text; its span refers to the text as given. What stands between two
tokens is kept as one `Gap`, because sentence ends, commas and quotation marks carry meaning. A gap of
one character is not read: a dash, a bracket or a comma without a blank beside it parts no clauses.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

from stance.letters import DIRECTIONS, LIGATURES

__all__ = ["Gap", "Token", "fold", "positions", "tokenize"]

# what a word goes on through, as the Unicode rules for word boundaries have it (UAX #29, WB4): soft hyphen, joiners and
# non-joiners, marks of direction; not U+200B, which separates words
_UNSEEN = f"\u00ad\u200c\u200d\u2060\ufeff{DIRECTIONS}"
_FOLDED = str.maketrans({**dict.fromkeys(_UNSEEN), **LIGATURES})
_MOVES = re.compile(f"[\u0130{_UNSEEN}{''.join(LIGATURES)}]")

_TOKEN = re.compile(r"\w+(?:['\u2019]\w+)*")
_SENTENCE = re.compile(r"[!?]|\.(?=\s|$|[\"'\u2019\u201d)\]])")
_CLAUSE = re.compile(r"[,;:\u2014\u2013()]|--")
_QUOTE = re.compile(r"[\"\u201c\u201d\u00ab\u00bb]")


class Gap(enum.IntFlag):
    """What stands before a token."""

    NONE = 0
    CLAUSE = 1
    QUOTE = 2
    SENTENCE = 4


class Token(NamedTuple):
    """A token: the word in lower case, its span, and the gap before it."""

    word: str
    start: int
    end: int
    gap: Gap


def fold(text: str) -> str:
    """A text as its words are read: in lower case, without characters that nobody sees, ligatures as letters.

    Examples
    --------
    >>> fold("O\\ufb03cials lifted the sanc\\u00adtions")
    'officials lifted the sanctions'
    """
    return text.lower().translate(_FOLDED) if _moves(text) else text.lower()


def positions(text: str) -> list[int] | None:
    """Where each character of ``fold(text)`` comes from, and the length of the text; ``None`` if none is moved."""
    if not _moves(text):
        return None
    found = [i for i, character in enumerate(text) for _ in fold(character)]
    found.append(len(text))
    return found


def _moves(text: str) -> bool:
    return not text.isascii() and _MOVES.search(text) is not None


def tokenize(text: str) -> list[Token]:
    """Split a text into tokens.

    A full stop ends a sentence only before white space, a closing mark or the next word (but in "a.b" it is a
    gap of one character), and not after a word of one character, so that "U.S. sanctions" is one sentence;
    so is "Phase 2. Sanctions". A line end is white space, as the text may be wrapped; two of them before the
    next word end a sentence. A possessive ``'s`` is cut off.

    Parameters
    ----------
    text : str
        A paragraph.

    Returns
    -------
    list of Token
        In order; ``start`` and ``end`` are character offsets into ``text``.

    Examples
    --------
    >>> [token.word for token in tokenize("Iran's envoy won't go.")]
    ['iran', 'envoy', "won't", 'go']
    >>> tokenize("No. Go")[1].gap
    <Gap.SENTENCE: 4>
    >>> tokenize("It rose .5")[2].gap
    <Gap.SENTENCE: 4>
    >>> [token.gap.name for token in tokenize("Phase 2. Sanctions, talks\u2014sanctions")]
    ['NONE', 'NONE', 'NONE', 'CLAUSE', 'NONE']
    """
    folded, place = fold(text), positions(text)
    tokens: list[Token] = []
    previous_end = 0
    for match in _TOKEN.finditer(folded):
        start, end = match.span()
        gap = Gap.NONE
        if start > previous_end + 1:
            gap = _gap(folded[previous_end:start], after_initial=bool(tokens) and len(tokens[-1].word) == 1)
        previous_end = end
        word = match.group().replace("\u2019", "'")
        if word.endswith("'s") and len(word) > 2:
            word = word[:-2]
        if place is not None:
            start, end = place[start], place[end - 1] + 1
        tokens.append(Token(word, start, end, gap))
    return tokens


def _gap(between: str, after_initial: bool) -> Gap:
    gap = Gap.NONE
    sentence = _SENTENCE.search(between)
    # a single line end may be where the text was wrapped
    if between.count("\n") > 1 or (sentence and not (after_initial and sentence.group() == ".")):
        gap |= Gap.SENTENCE
    if _CLAUSE.search(between):
        gap |= Gap.CLAUSE
    if _QUOTE.search(between):
        gap |= Gap.QUOTE
    return gap
