"""Noun phrases that can be a speaker, found without a parser: to the left of a verb, or to its right."""

from __future__ import annotations

from typing import NamedTuple

from stance.speakers.lists import actors, words
from stance.speakers.names import head_kind, is_personal, name_after_head, name_words, names_in
from stance.speakers.tokens import Tokens

__all__ = [
    "Phrase",
    "is_homograph",
    "joined",
    "phrase_at",
    "phrase_before",
    "phrase_of",
    "phrase_opening",
    "together",
]

_LONGEST = 18
"""Tokens; a longer stretch is no name."""
_CLAUSES = 8
"""Relative clauses, one within the other, that are looked over; more of them are no sentence."""


class Phrase(NamedTuple):
    """Tokens from ``first`` to ``last``, both included.

    ``kind`` tells the ``head``: office, person, body, actor, name; or unnamed, where somebody speaks who is not found.
    ``name`` are the tokens of a person's name beside an office, and of the comma between them; ``both`` are
    those who speak together, in "the minister and her deputy".
    """

    first: int
    last: int
    kind: str
    head: int
    name: range = range(0)
    both: tuple[Phrase, ...] = ()

    @property
    def office(self) -> int:
        """The first token of the office, which may stand behind the name."""
        return self.name.stop if self.first in self.name else self.first


def phrase_of(tokens: Tokens, first: int, last: int) -> Phrase | None:
    """These tokens as a speaker, if they can be one."""
    head = _core_end(tokens, first, last)
    informed = first < head < last and tokens.lower[head] in words().grammar["informed"]
    if informed and tokens.lower[head - 1] in words().grammar["sources"]:
        return Phrase(first, last, "person", head - 1)
    name = name_after_head(tokens, first, head)
    head = name.start - 1 if name else head
    kind = _kind(tokens, first, last, head)
    if kind is not None:
        return Phrase(first, last, kind, head, name)
    if first < head < last - 1 and tokens.lower[head + 1] in ("of", "from") and is_personal(tokens, first, head):
        office = phrase_of(tokens, head + 2, last)  # "Anton Velikov of the foreign ministry"
        return None if office is None else joined(Phrase(first, head, "name", head), office)
    return None


def _core_end(tokens: Tokens, first: int, last: int) -> int:
    """The end of a phrase's core: its last word before a preposition."""
    prepositions = words().grammar["prepositions"]
    for i in range(first + 1, last + 1):
        if tokens.lower[i] in prepositions or not tokens.is_word(i):
            return i - 1
    return last


def _kind(tokens: Tokens, first: int, last: int, head: int) -> str | None:
    """What the phrase's head is, or ``None`` if it can't speak."""
    lists = words()
    if tokens.is_possessive(head):
        return None
    if any(tokens.lower[i] in ("the", "a", "an") for i in range(first + 1, head + 1)):
        return None
    begin = first + 1 if tokens.lower[first] in lists.grammar["determiners"] and first < head else first
    if " ".join(tokens.words[begin : head + 1]) in actors().names:
        return "actor"
    word = tokens.lower[head]
    if tokens.lower[first] == "no" or (word == "one" and head == last):
        return None
    kind = head_kind(word)
    if kind is not None:
        return kind
    if head == last > first and tokens.is_capital(first) and name_words(tokens, first, head) >= 2:
        return None if tokens.lower[first] in lists.grammar["determiners"] else "name"
    return None


def _trim(tokens: Tokens, first: int, last: int) -> int:
    """Cut off "on Monday", "in an interview"."""
    grammar = words().grammar
    for i in range(first + 1, last + 1):
        if tokens.lower[i] in grammar["circumstances"]:
            k = i - 1
            while k > first and tokens.lower[k] not in grammar["prepositions"]:
                k -= 1
            if k > first:
                return k - 1
            if tokens.is_capital(i) and i > first + 1:
                return i - 1
    return last


def phrase_before(tokens: Tokens, last: int, clauses: int = _CLAUSES) -> Phrase | None:
    """The speaker that ends at a token, or stands before so many relative clauses that end there."""
    if clauses < 0:
        return None
    first = _reach(tokens, last)
    if first > 0 and tokens.lower[first - 1] in ("this", "these", "those") and not tokens.quoted[first - 1]:
        if first > 1 and tokens.lower[first - 2] in words().grammar["prepositions"]:
            return None
        first -= 1
    while first < last and tokens.lower[first] in words().grammar["adverbs"]:
        first += 1
    found = _longest_within(tokens, first, last)
    if found is None:
        return _before_relative(tokens, first - 1, clauses - 1)
    clause = _relative(tokens, found.first)
    if clause is not None:
        return phrase_before(tokens, clause - 1, clauses - 1) if clause > 0 else None
    with_others = _with_others(tokens, found.first)
    return None if with_others is None else found._replace(first=with_others)


def _reach(tokens: Tokens, last: int) -> int:
    """The first token that a phrase which ends at a token can have; past the end if that one cannot be in a phrase."""
    grammar, first = words().grammar, last
    while first >= 0 and last - first < _LONGEST and tokens.is_word(first):
        word = tokens.lower[first]
        approximate = word in ("about", "over") and first < last and tokens.words[first + 1][0].isdigit()
        stops = (word in grammar["stops"] and not approximate) or word in grammar["pronouns"] or _speaks(tokens, first)
        if stops and not (word in ("and", "&") and _joins(tokens, first, last)) and not is_homograph(tokens, first):
            break
        first -= 1
    return first + 1


def _longest_within(tokens: Tokens, first: int, last: int) -> Phrase | None:
    """The longest speaker that ends where a stretch does."""
    grammar = words().grammar
    word = tokens.lower[last]
    acts = words().verbs.get(word) == "act" and tokens.words[last].endswith("ed")
    if acts or word in grammar["prepositions"] or word in grammar["determiners"]:
        return None
    for start in range(first, last + 1):
        if _may_start(tokens, start, first) and (found := phrase_of(tokens, start, _trim(tokens, start, last))):
            return found
    return None


def _speaks(tokens: Tokens, i: int) -> bool:
    """Whether a word is a verb that makes its subject a speaker, and not "the secretary of state"."""
    after_of = i > 0 and tokens.lower[i] == "state" and tokens.lower[i - 1] == "of"
    return words().verbs.get(tokens.lower[i]) in ("say", "tell") and not tokens.is_capital(i) and not after_of


def _relative(tokens: Tokens, start: int) -> int | None:
    """Where the clause begins whose object this is, in "lawyers for the board which represents the opposition"."""
    if tokens.lower_at(start - 1) in words().grammar["adverbs"]:
        return None
    for i in range(start - 2, max(start - 4, 0), -1):
        if not tokens.is_word(i + 1):
            return None
        if tokens.lower[i] in ("who", "which") and tokens.is_word(i) and tokens.words[i - 1] != ",":
            return i
    return None


def _with_others(tokens: Tokens, start: int) -> int | None:
    """The first token of "France, Germany and Poland", of which the last name is at hand; none after a preposition."""
    name = start + (tokens.lower[start] == "the")
    if start < 2 or tokens.lower[start - 1] != "and" or not tokens.is_capital(name):
        return start
    i = start - 2
    while i >= 0 and (
        tokens.words[i] == "," or (tokens.is_word(i) and (tokens.is_capital(i) or tokens.lower[i] == "the"))
    ):
        i -= 1
    first = i + 1
    while first < start and not tokens.is_word(first):
        first += 1
    if not any(names_in(tokens, first, start - 2)):
        return start
    return None if first > 0 and tokens.lower[first - 1] in words().grammar["prepositions"] else first


def phrase_opening(tokens: Tokens, start: int) -> Phrase | None:
    """The speaker that opens a sentence, where a verb follows it at once: "The ministers" of "The ministers met"."""
    lists = words()
    headed = False
    for last in range(start, min(start + 9, len(tokens) - 1)):
        word, after = tokens.lower[last], tokens.lower[last + 1]
        if not tokens.is_word(last) or (word in lists.grammar["prepositions"] and not headed):
            return None
        headed = headed or word in lists.heads or " ".join(tokens.words[start : last + 1]) in actors().names
        if not headed or word in lists.grammar["prepositions"]:
            continue
        follows = after.endswith("ed") or after in lists.grammar["auxiliaries"] or after in lists.grammar["deeds"]
        if tokens.is_word(last + 1) and follows and _may_start(tokens, start, start):
            return phrase_of(tokens, start, last)
    return None


def _before_relative(tokens: Tokens, i: int, clauses: int) -> Phrase | None:
    """The speaker before "who opposes that bill"."""
    for k in range(i, max(i - _LONGEST, 0), -1):
        if not tokens.is_word(k):
            return None
        if tokens.lower[k] == "who" or (tokens.lower[k] == "which" and tokens.words[k - 1] != ","):
            return phrase_before(tokens, k - 2 if tokens.words[k - 1] == "," and k > 1 else k - 1, clauses)
    return None


def _joins(tokens: Tokens, i: int, last: int) -> bool:
    """Whether "and" stands within a phrase: between names or portfolios, or in "of pistachios and rugs"."""
    if not (0 < i < last):
        return False
    if _between_alike(tokens, i):
        return True
    near = tokens.lower[max(i - 4, 0) : i - 1]
    return i + 1 == last and any(word in ("of", "for", "on", "from") for word in near)


def _between_alike(tokens: Tokens, i: int) -> bool:
    """Whether "and" stands between names, or in "finance and trade officials"."""
    if not (i > 0 and tokens.is_word(i + 1)):
        return False
    after = i + 1 + (tokens.lower[i + 1] in words().grammar["determiners"])
    alike = words().context["portfolio"].issuperset((tokens.lower[i - 1], tokens.lower_at(after)))
    # "of trade and the economy", but not "of trade and the defence minister"
    alike = alike and (after == i + 1 or head_kind(tokens.lower_at(after + 1)) is None)
    return alike or (tokens.is_capital(i - 1) and tokens.is_capital(i + 1))


def is_homograph(tokens: Tokens, i: int) -> bool:
    """Whether a word is US or another name that looks like a common word."""
    return tokens.words[i] in ("US", "IT", "WHO") and tokens.words[i] in actors().names


def _may_start(tokens: Tokens, i: int, first: int) -> bool:
    """Whether a phrase can begin at a token of a stretch, or with that stretch."""
    lists, word = words(), tokens.lower[i]
    if word in lists.grammar["prepositions"] or not tokens.is_word(i) or word[0].isdigit():
        return False
    if i > first:
        return _may_start_anew(tokens, i, first)
    verbal = tokens.words[i].islower() and (word in lists.verbs or word.endswith("ly")) and word not in lists.heads
    return not verbal and word not in lists.grammar["adverbs"]


def _may_start_anew(tokens: Tokens, i: int, first: int) -> bool:
    """Whether what stands before a token within a stretch can be left out."""
    lists, word, before = words(), tokens.lower[i], tokens.lower[i - 1]
    prepositions, determiners = lists.grammar["prepositions"], lists.grammar["determiners"]
    if before in prepositions or before in determiners or tokens.is_possessive(i - 1):
        return False
    if tokens.is_capital(i - 1) and before not in lists.grammar["circumstances"]:
        return False
    if word in determiners:
        return True
    k = i - 1
    while k > first and tokens.lower[k] not in prepositions and tokens.lower[k] not in determiners:
        k -= 1
    alone = tokens.words[i] in actors().names and tokens.lower[i + 1] not in lists.heads
    if tokens.lower[k] in determiners and not alone:
        return False
    return tokens.is_capital(i) or (word in lists.heads and word.endswith("s"))


def phrase_at(tokens: Tokens, first: int) -> Phrase | None:
    """The speaker that begins at a token."""
    lists, last = words(), first
    if not tokens.is_word(first) or not _may_start(tokens, first, first):
        return None
    while tokens.is_word(last) and last - first < _LONGEST:
        word = tokens.lower[last]
        ends = word in lists.grammar["stops"] or word in lists.grammar["pronouns"] or word in lists.grammar["adverbs"]
        speaks = _speaks(tokens, last)
        # "privately", but neither "Holly" nor "Italy"
        ends = ends or (word.endswith("ly") and tokens.words[last].islower()) or (last > first and speaks)
        if ends and not is_homograph(tokens, last) and not (word == "and" and _between_alike(tokens, last)):
            break
        last += 1
    last -= 1
    while last > first and any(tokens.lower[last] in lists.grammar[name] for name in ("prepositions", "determiners")):
        last -= 1
    if last < first:
        return None
    found = phrase_of(tokens, first, _trim(tokens, first, last))
    if found is None and "and" in tokens.lower[first + 1 : last]:  # "France and Germany"
        link = tokens.lower.index("and", first + 1)
        one, others = phrase_of(tokens, first, link - 1), phrase_at(tokens, link + 1)
        return None if one is None or others is None else together(one, others)
    return found


def together(first: Phrase, second: Phrase) -> Phrase:
    """One phrase of two speakers, or more."""
    kind = second.kind if first.kind == "name" else first.kind
    return Phrase(
        first.first, second.last, kind, second.head, both=(*(first.both or (first,)), *(second.both or (second,)))
    )


def joined(name: Phrase, office: Phrase) -> Phrase:
    """One phrase of a name and the office beside it, with a comma between; the name alone beside none."""
    if office.kind not in ("office", "person", "body") or office.name:
        return name
    beside = range(name.first, office.first) if name.first < office.first else range(office.last + 1, name.last + 1)
    return office._replace(first=min(name.first, office.first), last=max(name.last, office.last), name=beside)
