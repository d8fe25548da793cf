"""Whose minister: the country of an office that does not name it, from the rest of the paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stance.speakers.lists import actors, words
from stance.speakers.names import names_in
from stance.speakers.phrases import Phrase
from stance.speakers.tokens import Tokens

__all__ = ["of_the_office", "of_the_paragraph"]

_DATELINE = re.compile(r"([A-Z][A-ZÀ-Þ.' ]{2,30})(?:,[^—–:()-]{1,25})?\s?(?:\([^()]{1,30}\)\s?)?(?:—|–|--?|:)\s")
_UNITED_STATES = "United States"


def of_the_office(
    tokens: Tokens, first: int, last: int, text: Tokens | None = None, head: int | None = None
) -> str | None:
    """The country that alone has such an office, if the paragraph names no other that might.

    Where the head is given, what stands behind it counts only together with it: "secretary of state", but not "a lawyer
    at the foreign office"; and no "secretary of state for" something is meant.

    Examples
    --------
    >>> of_the_office(Tokens("the treasury secretary"), 0, 2)
    'United States'
    """
    offices = actors().offices
    for n in range(min(4, last - first + 1), 0, -1):
        for i in range(first, last - n + 2):
            title = " ".join(tokens.lower[i : i + n])
            if head is not None and i + n - 1 > head and (i > head or tokens.lower[i + n : i + n + 1] == ["for"]):
                continue
            if title in offices:
                namesakes = actors().namesakes.get(title, frozenset())
                around = text or tokens
                named = {actor for _, _, actor in names_in(around, 0, len(around) - 1)}
                elsewhere = named | set(_dateline(around, "minister"))
                return None if namesakes & elsewhere else offices[title]
    return None


def of_the_paragraph(tokens: Tokens, phrase: Phrase) -> str | None:
    """The country whose office this must be: what the paragraph's dateline, its institutions and its stances agree on.

    Examples
    --------
    >>> tokens = Tokens("SEOUL, Feb 10 - The park will be closed, the trade minister said.")
    >>> of_the_paragraph(tokens, Phrase(11, 13, "office", head=13))
    'South Korea'
    """
    context = words().context
    head_word = tokens.lower[phrase.head]
    places = [i for i in range(phrase.office, phrase.last + 1) if i not in phrase.name]
    if head_word not in context["national"] or any(tokens.lower[i] in context["other"] for i in places):
        return None
    capitals = (tokens.lower[i] for i in places[1:] if tokens.is_capital(i))
    if any(word not in context["portfolio"] and word not in words().heads for word in capitals):
        return None
    found = set(_where(tokens, phrase.first))
    if not found and head_word not in context["anybody"]:
        found = {*_dateline(tokens, head_word), *_institutions(tokens), *_own_stance(tokens)}
    if len(found) != 1:
        return None
    (actor,) = found
    fits = head_word in context["american"] if actor == _UNITED_STATES else head_word not in context["american_only"]
    return actor if fits else None


def _where(tokens: Tokens, first: int) -> Iterator[str]:
    """The country of "In Moscow, the spokeswoman", "from Moscow, where a minister" and "Iran, whose minister"."""
    start = tokens.sentence_start(first)
    if tokens.lower[start] == "in" and first > start + 2 and tokens.words[first - 1] == ",":
        for begin, end, actor in names_in(tokens, start + 1, first - 2):
            if begin == start + 1 and end == first - 2 and tokens.words[start + 1] not in actors().venues:
                yield actor
    if first > 2 and tokens.lower[first - 1] in ("where", "whose") and tokens.words[first - 2] == ",":
        for begin, end, actor in names_in(tokens, max(first - 8, 0), first - 3):
            at_home = tokens.lower[first - 1] == "whose" or tokens.lower[begin - 1] in ("in", "from", "to", "at")
            if end == first - 3 and at_home:
                yield actor


def _dateline(tokens: Tokens, head: str) -> Iterator[str]:
    """Country of the capital at the paragraph's head, unless its own people are named as such: then a guest speaks."""
    found = _DATELINE.match(tokens.text)
    city = found[1].strip().title() if found else ""
    actor = actors().names.get(city)
    if found is None or actor is None or city in actors().venues or (head == "president" and actor != _UNITED_STATES):
        return
    named = (tokens.lower[end + 1] for _, end, one in names_in(tokens, 0, len(tokens) - 2) if one == actor)
    if not any(words().heads.get(word) == "office" or word in ("foreign", "prime") for word in named):
        yield actor


def _institutions(tokens: Tokens) -> Iterator[str]:
    """Countries of the parliaments, palaces and agencies in the paragraph."""
    institutions, begins = actors().institutions, actors().begins
    for i in range(len(tokens)):
        if tokens.words[i] not in begins and tokens.bare(i) not in begins:
            continue
        for n in range(min(4, len(tokens) - i), 0, -1):
            actor = institutions.get(tokens.bare_run(i, n))
            if actor is not None:
                other = (
                    i > 0 and n == 1 and tokens.is_capital(i - 1) and tokens.words[i - 1] not in ("The", "US", "U.S.")
                )
                if not other:  # as in "National Congress"
                    yield actor
                break


def _own_stance(tokens: Tokens) -> Iterator[str]:
    """Countries whose mind is told as only their own speaker tells it: "Greece is ready", "Poland would withdraw"."""
    context = words().context
    for first, end, actor in names_in(tokens, 0, len(tokens) - 1):
        if actor not in actors().countries or tokens.is_possessive(end):
            continue
        before = tokens.words[first - 1] if first else "."
        if before not in '.,"“:;?!' and tokens.lower[first - 1] not in ("that", "adding", "and", "but", "said"):
            continue
        rest = [
            word
            for word in tokens.lower[end + 1 : end + 5]
            if word not in ("not", "also", "still", "strongly", "never")
        ]
        if len(rest) < 2:
            continue
        verb, after = rest[:2]
        if (
            verb in context["minds"]
            or (verb in ("is", "was", "remains", "stands", "stood") and after in context["states_of_mind"])
            or (verb in ("has", "had") and after == "no" and rest[2:3] and rest[2] in context["nothings"])
            or (verb in ("will", "would", "does", "did") and after in context["intentions"])
        ):
            yield actor
