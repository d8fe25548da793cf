"""What follows a verb, where that decides whether it speaks: "called the levy unjustified", "called an election"."""

from __future__ import annotations

from itertools import takewhile

from stance.speakers.lists import words
from stance.speakers.tokens import Tokens

__all__ = ["group_of"]

# tokens; what stands farther from its verb is not its object
_LONGEST = 14
# of a sentence
_ENDS = ".?!"


def group_of(tokens: Tokens, i: int) -> str | None:
    """The group of a verb with what follows it: as in `Words.verbs`, or view; ``None`` if it speaks of nothing.

    Examples
    --------
    >>> group_of(Tokens("Oslo called the levy unjustified"), 1), group_of(Tokens("Oslo called the envoy home"), 1)
    ('view', None)
    """
    lists, word = words(), tokens.lower[i]
    group = lists.verbs.get(word)
    if group is not None:
        return None if _is_deed(tokens, i) else group
    if word in ("put", "puts"):
        return "say" if tokens.lower[i + 1 : i + 2] == ["it"] and not _moves(tokens, i + 2) else None
    if word in lists.complements:
        group = _with_complement(tokens, i)
    if group is None and (
        (word in lists.naming["verbs"] and _is_named(tokens, i)) or (word in lists.objects and _is_told(tokens, i))
    ):
        group = "view"
    return group


def _moves(tokens: Tokens, i: int) -> bool:
    """Whether something is put somewhere, as in "had put it under sanctions"."""
    after = tokens.lower_at(i)
    return after in ("down", "up", "out", "off", "back", "aside", "into", "through") or (
        after in words().grammar["prepositions"] and not tokens.is_capital(min(i + 1, len(tokens) - 1))
    )


def _with_complement(tokens: Tokens, i: int) -> str | None:
    """The group of a verb that speaks with some words after it only: "called for", "agreed that", "held that"."""
    after = tokens.lower_at(i + 1)
    if tokens.lower[i] in ("called", "calls") and any(w in ("what", "which") for w in tokens.lower[max(i - 12, 0) : i]):
        return "act"
    if after in ("on", "upon"):
        behind = takewhile(lambda word: word not in _ENDS, tokens.lower[i + 2 : i + 2 * _LONGEST])
        if {"to", "for"}.isdisjoint(behind):
            return None  # "called on the president at noon"
    return words().complements.get(tokens.lower[i], {}).get(after)


def _object(tokens: Tokens, i: int) -> range:
    """The tokens of the object that begins here, with "of" and what follows it."""
    grammar, end = words().grammar, i
    while end < min(i + _LONGEST, len(tokens)) and tokens.is_word(end):
        word = tokens.lower[end]
        if word in grammar["stops"] or (word in grammar["prepositions"] and word != "of"):
            break
        end += 1
    return range(i, end)


def _is_deed(tokens: Tokens, i: int) -> bool:
    """Whether a verb of saying is another thing here: "declared war", "adds thirty names", "dismissed the judge"."""
    lists, word = words(), tokens.lower[i]
    after = tokens.lower_at(i + 1)
    if word in ("respond", "comment", "reply") and "not" in tokens.lower[max(i - 2, 0) : i]:
        return True
    if tokens.lower[i + 1 : i + 3] == ["a", "state"] or after.split("-")[0] in lists.idioms.get(word, ()):
        return True
    deeds = lists.deeds.get(word)
    if deeds is None:
        return False
    found = _object(tokens, i + 1)
    behind = tokens.lower_at(found.stop)
    if behind == "as":  # "dismissed the minister as weak"
        return False
    # "condemned the captain to nine years", but neither "condemned to" nor "welcomed the invitation to parliament"
    sentenced = behind == "to" and len(found) > 0 and word.startswith("condemn")
    penalty = tokens.lower[found.stop + 1 : found.stop + 3] if sentenced else []
    return not deeds.isdisjoint((behind, _head(tokens, found), *penalty))


def _head(tokens: Tokens, found: range) -> str:
    """The head of an object: of "a worry of the minister", of "two of the ministers" and "the head of Oslo's worry"."""
    of = next((k for k in found[1:] if tokens.lower[k] == "of"), found.stop)
    whose = any(tokens.is_possessive(k) for k in range(of, found.stop))
    grammar = words().grammar
    counted = tokens.lower[of - 1] in grammar["determiners"] | grammar["quantities"]
    head = (found.stop if whose or counted else of) - 1
    return tokens.lower[head] if head in found and not tokens.is_possessive(head) else ""


def _is_told(tokens: Tokens, i: int) -> bool:
    """Whether the object is something said or held true: "denied the report", "denied that", and not "the loan"."""
    listed, found = words().objects[tokens.lower[i]], _object(tokens, i + 1)
    alone = len(found) == 1 and tokens.lower[i + 1] in words().grammar["pronouns"]
    with_next = range(i + 1, min(found.stop + 1, len(tokens)))
    return alone or any(tokens.quoted[k] or tokens.lower[k] in listed for k in with_next)


def _is_named(tokens: Tokens, i: int) -> bool:
    """Whether the object has a second phrase that says what it is: "called it a mistake", "called the ban illegal"."""
    naming, grammar = words().naming, words().grammar
    if not tokens.is_word(i + 1) or tokens.lower[i + 1] in naming["others"] | grammar["prepositions"]:
        return False
    for k in range(i + 2, min(i + 2 + _LONGEST, len(tokens))):
        word, after = tokens.lower[k], tokens.lower_at(k + 1)
        second = tokens.lower[k - 1] not in grammar["prepositions"] | grammar["determiners"]
        if tokens.quoted[k]:
            return second
        if not tokens.is_word(k) or word in grammar["stops"] or word == "that":
            return False
        ends = not tokens.is_word(k + 1) or any(
            after in grammar[name] for name in ("prepositions", "stops", "adverbs", "circumstances")
        )
        judges = word in naming["judgements"] or word.endswith(tuple(naming["endings"]))
        if second and ((word in ("a", "an", "the") and after not in naming["times"]) or (judges and ends)):
            return True
    return False
