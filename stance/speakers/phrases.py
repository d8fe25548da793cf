"""Noun phrases that can be a speaker, found without a parser: to the left of a verb, or to its right."""

from __future__ import annotations

import re
from typing import NamedTuple

from stance.speakers.lists import actors, words
from stance.speakers.names import head_kind, in_name, is_personal, name_after_head, name_words, names_in
from stance.speakers.tokens import Tokens

__all__ = ["Phrase", "phrase_before", "phrase_from", "phrase_opening", "subject_of"]

_LONGEST = 18
"""Tokens; a longer stretch is no name."""


class Phrase(NamedTuple):
    """Tokens from ``first`` to ``last``, both included.

    ``kind`` tells the ``head``: office, person, body, actor, name; or unnamed, where somebody speaks who is not found.
    ``name`` are the tokens of a person's name beside an office, and of the comma between them.
    """

    first: int
    last: int
    kind: str
    head: int
    name: range = range(0)

    @property
    def office(self) -> int:
        """The first token of the office, which may stand behind the name."""
        return self.name.stop if self.first in self.name else self.first


def _phrase(tokens: Tokens, first: int, last: int) -> Phrase | None:
    """These tokens as a speaker, if they can be one."""
    head = _core_end(tokens, first, last)
    name = name_after_head(tokens, first, head)
    head = name.start - 1 if name else head
    kind = _kind(tokens, first, last, head)
    if kind is not None:
        return Phrase(first, last, kind, head, name)
    if first < head < last - 1 and tokens.lower[head + 1] in ("of", "from") and is_personal(tokens, first, head):
        office = _phrase(tokens, head + 2, last)  # "Anton Velikov of the foreign ministry"
        return None if office is None else _joined(Phrase(first, head, "name", head), office)
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
    if tokens.words[head] != tokens.bare(head):
        return None
    if any(tokens.lower[i] in ("the", "a", "an") for i in range(first + 1, head + 1)):
        return None
    begin = first + 1 if tokens.lower[first] in lists.grammar["determiners"] and first < head else first
    if " ".join(tokens.words[begin : head + 1]) in actors().names:
        return "actor"
    word = tokens.lower[head]
    if word == "one" and head == last:
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
        if tokens.lower[i] in grammar["circumstances"] and not tokens.quoted[i]:
            k = i - 1
            while k > first and tokens.lower[k] not in grammar["prepositions"]:
                k -= 1
            if k > first:
                return k - 1
            if tokens.is_capital(i) and i > first + 1:
                return i - 1
    return last


def phrase_before(tokens: Tokens, last: int) -> Phrase | None:
    """The speaker that ends at a token."""
    grammar, lists = words().grammar, words()
    first = last
    while first >= 0 and last - first < _LONGEST and tokens.is_word(first):
        word = tokens.lower[first]
        approximate = word in ("about", "over") and first < last and tokens.words[first + 1][0].isdigit()
        speaks = lists.verbs.get(word) in ("say", "tell") and not tokens.is_capital(first)
        stops = (word in grammar["stops"] and not approximate) or word in grammar["pronouns"] or speaks
        if stops and not (word in ("and", "&") and _joins(tokens, first, last)) and not _names(tokens, first):
            break
        first -= 1
    first += 1
    if first > 0 and tokens.lower[first - 1] in ("this", "these", "those") and not tokens.quoted[first - 1]:
        if first > 1 and tokens.lower[first - 2] in grammar["prepositions"]:
            return None
        first -= 1
    if lists.verbs.get(tokens.lower[last]) == "act" and tokens.words[last].endswith("ed"):
        return None
    while first < last and tokens.lower[first] in grammar["adverbs"]:
        first += 1
    for start in range(first, last + 1):
        if (
            not _may_start(tokens, start, first)
            or tokens.lower[last] in grammar["prepositions"] | grammar["determiners"]
        ):
            continue
        end = _trim(tokens, start, last)
        found = _phrase(tokens, start, end)
        if found is not None:
            clause = _relative(tokens, start)
            if clause is not None:
                return phrase_before(tokens, clause - 1) if clause > 0 else None
            with_others = _with_others(tokens, start)
            return None if with_others is None else found._replace(first=with_others)
    return _before_relative(tokens, first - 1)


def _relative(tokens: Tokens, start: int) -> int | None:
    """Where the clause begins whose object this is, in "lawyers for the board which represents the opposition"."""
    for i in range(start - 2, max(start - 4, 0), -1):
        if not tokens.is_word(i + 1) or tokens.lower[i + 1] in words().grammar["adverbs"]:
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
            return _phrase(tokens, start, last)
    return None


def _before_relative(tokens: Tokens, i: int) -> Phrase | None:
    """The speaker before "who opposes that bill"."""
    for k in range(i, max(i - _LONGEST, 0), -1):
        if not tokens.is_word(k):
            return None
        if tokens.lower[k] == "who" or (tokens.lower[k] == "which" and tokens.words[k - 1] != ","):
            return phrase_before(tokens, k - 2 if tokens.words[k - 1] == "," and k > 1 else k - 1)
    return None


def _joins(tokens: Tokens, i: int, last: int) -> bool:
    """Whether "and" stands within a phrase: between names, or in "of pistachios and rugs"."""
    if not (0 < i < last):
        return False
    if _between_names(tokens, i):
        return True
    near = tokens.lower[max(i - 4, 0) : i - 1]
    return i + 1 == last and any(word in ("of", "for", "on", "from") for word in near)


def _between_names(tokens: Tokens, i: int) -> bool:
    return i > 0 and tokens.is_word(i + 1) and tokens.is_capital(i - 1) and tokens.is_capital(i + 1)


def _names(tokens: Tokens, i: int) -> bool:
    """Whether a word is US or another name that looks like a common word."""
    return tokens.words[i] in ("US", "IT", "WHO") and tokens.words[i] in actors().names


def _may_start(tokens: Tokens, i: int, first: int) -> bool:
    grammar = words().grammar
    word = tokens.lower[i]
    if word in grammar["prepositions"] or not tokens.is_word(i) or word[0].isdigit():
        return False
    if i > first:
        before = tokens.lower[i - 1]
        if before in grammar["prepositions"] or before in grammar["determiners"]:
            return False
        if tokens.words[i - 1] != tokens.bare(i - 1):
            return False
        if tokens.is_capital(i - 1) and before not in grammar["circumstances"]:
            return False
        k = i - 1
        while k > first and tokens.lower[k] not in grammar["prepositions"] | grammar["determiners"]:
            k -= 1
        alone = tokens.words[i] in actors().names and tokens.lower[i + 1] not in words().heads
        if tokens.lower[k] in grammar["determiners"] and word not in grammar["determiners"] and not alone:
            return False
        return word in grammar["determiners"] or tokens.is_capital(i) or (word in words().heads and word.endswith("s"))
    if tokens.words[i].islower() and (word in words().verbs or word.endswith("ly")) and word not in words().heads:
        return False
    return word not in grammar["adverbs"]


def phrase_from(tokens: Tokens, first: int) -> Phrase | None:
    """The speaker that begins at a token, with the name or the office behind a comma."""
    found = _phrase_at(tokens, first)
    return None if found is None else _with_apposition(tokens, found)


def _phrase_at(tokens: Tokens, first: int) -> Phrase | None:
    lists, last = words(), first
    if not tokens.is_word(first) or not _may_start(tokens, first, first):
        return None
    while tokens.is_word(last) and last - first < _LONGEST:
        word = tokens.lower[last]
        ends = word in lists.grammar["stops"] or word in lists.grammar["pronouns"] or word in lists.grammar["adverbs"]
        speaks = lists.verbs.get(word) in ("say", "tell") and not tokens.is_capital(last)
        ends = ends or word.endswith("ly") or (last > first and speaks)
        if ends and not _names(tokens, last) and not (word == "and" and _between_names(tokens, last)):
            break
        last += 1
    last -= 1
    while last > first and tokens.lower[last] in lists.grammar["prepositions"]:
        last -= 1
    if last < first:
        return None
    return _phrase(tokens, first, _trim(tokens, first, last))


def _with_apposition(tokens: Tokens, phrase: Phrase) -> Phrase:
    """With what follows a comma: "the French president, Luc de Marsan", "Luc de Marsan, the French president"."""
    comma = phrase.last + 1
    if comma + 1 >= len(tokens) or tokens.words[comma] != "," or phrase.name:
        return phrase
    if phrase.kind == "name":
        office = _phrase_at(tokens, comma + 1)
        return phrase if office is None else _joined(phrase, office)
    end = comma
    while tokens.is_word(end + 1) and in_name(tokens, end + 1):
        end += 1
    if tokens.is_word(end + 1) or not is_personal(tokens, comma + 1, end):
        return phrase
    return _joined(Phrase(comma + 1, end, "name", end), phrase)


def _joined(name: Phrase, office: Phrase) -> Phrase:
    """One phrase of a name and the office beside it, with a comma between; the name alone beside none."""
    if office.kind not in ("office", "person", "body") or office.name:
        return name
    beside = range(name.first, office.first) if name.first < office.first else range(office.last + 1, name.last + 1)
    return Phrase(min(name.first, office.first), max(name.last, office.last), office.kind, office.head, beside)


def subject_of(tokens: Tokens, verb: int) -> Phrase | str | None:
    """The subject of a verb: a phrase, a pronoun, or nothing that speaks."""
    grammar = words().grammar
    i = verb - 1
    while tokens.is_word(i):
        word = tokens.lower[i]
        if word in grammar["modals"] or (word in grammar["passives"] and not tokens.lower[verb].endswith("ing")):
            return None
        if not (
            word in grammar["adverbs"]
            or word in grammar["auxiliaries"]
            or word in grammar["passives"]
            or (word.endswith("ly") and word not in words().heads and tokens.words[i].islower())
        ):
            break
        i -= 1
    if i < 0:
        return None
    start = tokens.sentence_start(verb)
    if tokens.words[i] in ",–—)" and i > start:
        if tokens.lower[verb].endswith("ing"):
            return phrase_from(tokens, start)
        return _over_parenthesis(tokens, start, i)
    if not tokens.is_word(i):
        return None
    word = tokens.lower[i]
    if word in grammar["pronouns"] and not _names(tokens, i):
        if word != "who":
            return word
        before = i - 2 if i > 1 and tokens.words[i - 1] == "," else i - 1
        return phrase_before(tokens, before) if before >= 0 else None
    found = phrase_before(tokens, i)
    return _unnamed(tokens, i, verb, start) if found is None else found


def _unnamed(tokens: Tokens, i: int, verb: int, start: int) -> Phrase | None:
    """Somebody before a verb of whom the rules know no more than that it is a name."""
    grammar, word, verb_word = words().grammar, tokens.lower[i], tokens.lower[verb]
    listed = grammar["pronouns"] | grammar["determiners"] | grammar["circumstances"]
    named = in_name(tokens, i) and tokens.words[i] == tokens.bare(i) and re.split("['’]", word)[0] not in listed
    # "Trade estimates" may open a sentence, and "Velikov warns"
    told = verb_word in ("says", "tells") or not verb_word.endswith("s") or i > start
    return Phrase(i, i, "unnamed", i) if named and told and not verb_word.endswith("ing") else None


def _over_parenthesis(tokens: Tokens, start: int, closing: int) -> Phrase | None:
    """The subject before ", who was there," or ", a retired envoy,"."""
    grammar = words().grammar
    for i in range(closing - 2, start, -1):
        if tokens.words[i] not in ",–—(":
            continue
        after = tokens.lower[i + 1]
        aside = (
            after.startswith(("who", "which"))
            or after in ("now", "himself", "herself")
            or after in grammar["determiners"]
            or after in grammar["prepositions"]
            or after in grammar["former"]
            or after.endswith(("ing", "ed"))
        )
        named = is_personal(tokens, i + 1, closing - 1)
        office = None if named else _phrase(tokens, i + 1, closing - 1)
        found = phrase_before(tokens, i - 1) if aside or named or office else None
        if found is None or found.first < start:
            continue
        if named:
            return _joined(Phrase(i + 1, closing - 1, "name", closing - 1), found)
        if found.kind == "name" and office is not None:
            return _joined(found, office)
        if aside:
            after_comma = found.first > start + 1 and tokens.words[found.first - 1] == ","
            beside = phrase_before(tokens, found.first - 2) if after_comma else None
            # "the minister, Aino Salmela, who was there, said"
            if beside is not None and beside.first >= start and "name" in (found.kind, beside.kind):
                return _joined(found, beside) if found.kind == "name" else _joined(beside, found)
            return found
    return None
