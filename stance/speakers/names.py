"""Names in a paragraph: those of the gazetteer, and those of persons, known by their capitals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stance.speakers.lists import actors, words
from stance.speakers.tokens import Tokens

__all__ = ["actor_beside", "head_kind", "in_name", "is_personal", "name_after_head", "name_words", "names_in"]

_LONGEST_NAME = 6
# of one person, without particles
_MOST_CAPITALS = 4
# Republican, Democrat or independent of a state, as the American press has it: "D-N.J.", "R-Ariz.", "D-CA"
_PARTY = re.compile(r"[DRI]-(?!Day)(?:(?:[A-Z]\.){2,}|[A-Z]{2}|[A-Z][a-z]{1,5}\.?)")
# "(Russian Federation)", "(Saint Vincent and the Grenadines)"
_LONGEST_ASIDE = 6


def names_in(tokens: Tokens, first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """Names of the gazetteer from one token to another, the longest first: first token, last token, actor."""
    gazetteer, begins = actors().names, actors().begins
    i = first
    while i <= last:
        if tokens.words[i] not in begins and tokens.bare(i) not in begins:
            i += 1
            continue
        for n in range(min(_LONGEST_NAME, last - i + 1), 0, -1):
            actor = gazetteer.get(tokens.bare_run(i, n))
            if actor is not None:
                yield i, i + n - 1, actor
                i += n - 1
                break
        i += 1


def actor_beside(tokens: Tokens, i: int) -> str | None:
    """Whom a speaker speaks for by the party or the country that stands behind the name, from its bracket or comma.

    Examples
    --------
    >>> actor_beside(Tokens("Sen. Bob Arden, D-N.J., left"), 3), actor_beside(Tokens("Aino Salmela (Finland)"), 2)
    ('United States', 'Finland')
    """
    if i + 2 >= len(tokens) or tokens.words[i] not in ("(", ","):
        return None
    if tokens.words[i + 2] in (")", ",") and _PARTY.fullmatch(tokens.words[i + 1]):
        return "United States"
    behind = tokens.words[i + 1 : i + 2 + _LONGEST_ASIDE]
    if tokens.words[i] == "," or ")" not in behind:
        return None
    actor = actors().names.get(" ".join(behind[: behind.index(")")]))
    return actor if actor in actors().countries else None


def head_kind(word: str) -> str | None:
    """What the head of a speaker is, by its word in small letters: office, person, body.

    Examples
    --------
    >>> head_kind("minister"), head_kind("co-chair"), head_kind("table")
    ('office', 'office', None)
    """
    heads = words().heads
    return heads.get(word) or heads.get(word.rsplit("-", 1)[-1])


def in_name(tokens: Tokens, i: int) -> bool:
    """Whether a token can stand in a person's name: it has a capital, or is a particle as in "al-Farahan"."""
    return tokens.is_capital(i) or tokens.lower[i].split("-")[0] in words().grammar["particles"]


def name_words(tokens: Tokens, first: int, last: int) -> int:
    """How many words a person's name would have, without particles; 0 if these, or so many, are none.

    Examples
    --------
    >>> name_words(Tokens("Lukas von Brandhof"), 0, 2), name_words(Tokens("Lukas left"), 0, 1)
    (2, 0)
    """
    if not all(in_name(tokens, i) for i in range(first, last + 1)):
        return 0
    found = sum(tokens.lower[i] not in words().grammar["particles"] for i in range(first, last + 1))
    return found if found <= _MOST_CAPITALS else 0


def is_personal(tokens: Tokens, first: int, last: int) -> bool:
    """Whether all from one token to another can be a person's name: "Lukas von Brandhof", "al-Farahan".

    Examples
    --------
    >>> is_personal(Tokens("Lukas von Brandhof"), 0, 2), is_personal(Tokens("New Delhi"), 0, 1)
    (True, False)
    """
    circumstances = words().grammar["circumstances"]
    for i in range(first, last + 1):
        if not tokens.is_word(i) or tokens.is_possessive(i) or tokens.lower[i] in circumstances:
            return False
    return name_words(tokens, first, last) > 0 and " ".join(tokens.words[first : last + 1]) not in actors().names


def name_after_head(tokens: Tokens, first: int, last: int) -> range:
    """The tokens of a person's name at the end of a phrase, behind the office or trade: "Russian envoy Anton Velikov".

    Examples
    --------
    >>> name_after_head(Tokens("Finland's foreign minister Aino Salmela"), 0, 4)
    range(3, 5)
    """
    if not in_name(tokens, last):
        return range(0)
    i = last
    # a surname may be a trade: "Foreign Minister Anna Baker"
    if i > first + 1 and tokens.is_capital(i) and head_kind(tokens.lower[i]) == "person":
        i -= 1
    while i > first and head_kind(tokens.lower[i]) is None and tokens.is_word(i) and in_name(tokens, i):
        i -= 1
    headed = head_kind(tokens.lower[i]) is not None and not tokens.is_possessive(i)
    surname_alone = i == last - 1 and head_kind(tokens.lower[last]) is not None
    found = headed and not surname_alone and i < last and is_personal(tokens, i + 1, last)
    return range(i + 1, last + 1) if found else range(0)
