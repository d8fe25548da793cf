"""Who speaks on the left or right of a verb of saying: one with an apposition, or several with one verb."""

from __future__ import annotations

import re

from stance.speakers.lists import words
from stance.speakers.names import actor_beside, in_name, is_personal
from stance.speakers.phrases import Phrase, is_homograph, joined, phrase_at, phrase_before, phrase_of, together
from stance.speakers.tokens import Tokens

__all__ = ["speaker_from", "subject_of"]

# speakers with one verb; a longer row is a list
_MOST = 8
# what opens an aside, by what closes it
_ASIDES = {",": ",", ")": "(", "–": "–—", "—": "–—"}


def speaker_from(tokens: Tokens, first: int) -> Phrase | None:
    """The speaker that begins at a token, with the name or the office behind a comma, and with another behind "and"."""
    found = phrase_at(tokens, first)
    return None if found is None else _with_those_after(tokens, _with_apposition(tokens, found))


def _with_apposition(tokens: Tokens, phrase: Phrase) -> Phrase:
    """With what follows a comma: "the French president, Luc de Marsan", "Luc de Marsan, the French president"."""
    comma = phrase.last + 1
    if comma + 1 >= len(tokens) or tokens.words[comma] != "," or phrase.name:
        return phrase
    if phrase.kind == "name":
        office = phrase_at(tokens, comma + 1)
        return phrase if office is None else joined(phrase, office)
    end = comma
    while tokens.is_word(end + 1) and in_name(tokens, end + 1):
        end += 1
    if tokens.is_word(end + 1) or not is_personal(tokens, comma + 1, end):
        return phrase
    return joined(Phrase(comma + 1, end, "name", end), phrase)


def _speaker_before(tokens: Tokens, last: int) -> Phrase | None:
    """The speaker that ends at a token, or at "(Sweden)" or ", D-Ohio," there, with those before it and "and"."""
    found = phrase_before(tokens, _past_aside(tokens, last))
    return None if found is None else _with_those_before(tokens, found)


def _past_aside(tokens: Tokens, last: int) -> int:
    """The last token before "(Sweden)" or ", D-Ohio,", if such an aside ends here."""
    beside = next((i for i in range(last - 1, max(last - 8, 0), -1) if tokens.words[i] in ("(", ",")), last)
    return last if tokens.is_word(last) or actor_beside(tokens, beside) is None else beside - 1


def _with_those_before(tokens: Tokens, last: Phrase) -> Phrase:
    """With who stands before "and", if a clause begins there: not in "she met the minister and the envoy said"."""
    found, link = last, "and"
    while len(found.both) < _MOST and found.first > 1 and tokens.words[found.first - 1] == link:
        end = _past_aside(tokens, found.first - 2)
        before = phrase_before(tokens, end)
        if before is None or before.last != end or not _begins(tokens, before.first):
            break
        found, link = together(before, found), ","
    return found


def _begins(tokens: Tokens, i: int) -> bool:
    """Whether a clause can begin at a token, or at a number before it: behind a mark, "that", or "on Monday"."""
    grammar = words().grammar
    i -= i > 0 and tokens.words[i - 1].isdigit()
    return not tokens.is_word(i - 1) or any(
        tokens.lower[i - 1] in grammar[name] for name in ("conjunctions", "circumstances", "adverbs")
    )


def _with_those_after(tokens: Tokens, first: Phrase) -> Phrase:
    """With who stands behind "and", unless a clause of its own begins: "said the minister and the envoy left"."""
    found, grammar = first, words().grammar
    while len(found.both) < _MOST and found.last + 1 < len(tokens) and tokens.lower[found.last + 1] == "and":
        another = phrase_at(tokens, found.last + 2)
        if another is None:
            break
        another = _with_apposition(tokens, another)
        after = another.last + 1
        if tokens.is_word(after) and not any(
            tokens.lower[after] in grammar[name] for name in ("conjunctions", "circumstances", "prepositions")
        ):
            break
        found = together(found, another)
    return found


def subject_of(tokens: Tokens, verb: int) -> Phrase | str | None:
    """The subject of a verb: a phrase, a pronoun, or nothing that speaks."""
    i, start = _before_auxiliaries(tokens, verb), tokens.clause_start(verb)
    if i < 0:
        return None
    if tokens.words[i] in _ASIDES and i > start:
        if tokens.lower[verb].endswith("ing"):
            return speaker_from(tokens, start)
        return _over_parenthesis(tokens, start, i)
    if not tokens.is_word(i):
        return None
    word = tokens.lower[i]
    if word in words().grammar["pronouns"] and not is_homograph(tokens, i):
        if word != "who":
            return word
        before = i - 2 if i > 1 and tokens.words[i - 1] == "," else i - 1
        return _speaker_before(tokens, before) if before >= 0 else None
    found = _speaker_before(tokens, i)
    return _unnamed(tokens, i, verb, start) if found is None else found


def _before_auxiliaries(tokens: Tokens, verb: int) -> int:
    """The token before a verb with its auxiliaries and adverbs; -1 if there is none, or a modal or passive is found."""
    grammar, heads = words().grammar, words().heads
    i, retold = _retold(tokens, verb)
    while tokens.is_word(i):
        word = tokens.lower[i]
        passive = word in grammar["passives"]
        if word in grammar["modals"] or (passive and not retold and not tokens.lower[verb].endswith("ing")):
            return -1
        manner = word.endswith("ly") and word not in heads and tokens.words[i].islower()
        if not (passive or manner or word in grammar["adverbs"] or word in grammar["auxiliaries"]):
            break
        i -= 1
    return i


def _retold(tokens: Tokens, verb: int) -> tuple[int, bool]:
    """The token before a verb and what leads to it: "went on to say", "was quoted as saying"; whether it is retold."""
    lead = tokens.lower[max(verb - 3, 0) : verb]
    if lead[-2:] == ["on", "to"] and lead[0] in ("went", "goes", "going"):
        return verb - 4, False
    if lead[-1:] == ["as"] and lead[-2:-1] and lead[-2] in words().grammar["retold"]:
        return verb - 3, True
    if lead[-2:] == ["to", "have"] and lead[0] in words().grammar["retold"]:
        return verb - 4, True
    return verb - 1, False


def _unnamed(tokens: Tokens, i: int, verb: int, start: int) -> Phrase | None:
    """Somebody before a verb of whom the rules know no more than that it is a name."""
    grammar, verb_word, bare = words().grammar, tokens.lower[verb], re.split("['’]", tokens.lower[i])[0]
    listed = bare == "what" or any(
        bare in grammar[name] for name in ("pronouns", "determiners", "circumstances", "conjunctions")
    )
    named = in_name(tokens, i) and not tokens.is_possessive(i) and not listed
    # "Trade estimates" may open a sentence
    noun = verb_word.endswith("s") and verb_word in grammar["nouns"]
    told = not noun or i > start or (i > 0 and tokens.quoted[i - 1])
    return Phrase(i, i, "unnamed", i) if named and told and not verb_word.endswith("ing") else None


def _over_parenthesis(tokens: Tokens, start: int, closing: int) -> Phrase | None:
    """The subject before ", who was there," or ", a retired envoy,"."""
    opening = _ASIDES[tokens.words[closing]]
    for i in range(closing - 2, start, -1):
        if tokens.words[i] not in ",–—(":
            continue
        if actor_beside(tokens, i) is not None:
            return _speaker_before(tokens, i - 1) or _unnamed(tokens, i - 1, closing + 1, start)
        relative = tokens.lower[i + 1].startswith(("who", "which"))  # another aside may stand within its clause
        if not relative and tokens.words[i] not in opening:
            continue
        aside = tokens.words[closing] in "–—" or _opens_aside(tokens, i + 1)
        named = is_personal(tokens, i + 1, closing - 1)
        office = None if named else phrase_of(tokens, i + 1, closing - 1)
        found = _speaker_before(tokens, i - 1) if aside or named or office else None
        if found is None and tokens.lower[i + 1] in ("who", "whose") and closing + 1 < len(tokens):
            return _unnamed(tokens, i - 1, closing + 1, start)
        # "they blamed Iran, wrongly, argued the envoy"
        if found is None or (_is_manner(tokens, i + 1) and not _begins(tokens, found.first)):
            continue
        whole = None
        if named:
            whole = joined(Phrase(i + 1, closing - 1, "name", closing - 1), found)
        elif found.kind == "name" and office is not None:
            whole = joined(found, office)
        if whole is not None and tokens.words[i] == "(":
            if whole.first <= found.first and whole.last == closing - 1:
                return whole._replace(last=closing)
            # beside a name it is a party or a place, and beside a body its other name: "the Grain Board (GB)"
            return found if found.name or found.kind == "name" else found._replace(last=closing)
        if whole is not None:
            return whole
        if aside or (office is not None and found.name):
            return _with_those_before(tokens, _with_one_before(tokens, start, found))
    return None


def _opens_aside(tokens: Tokens, i: int) -> bool:
    """Whether what begins at a token can tell of the speaker before it."""
    word, grammar = tokens.lower[i], words().grammar
    return (
        word.startswith(("who", "which"))
        or word in ("himself", "herself", "seen")
        or any(word in grammar[name] for name in ("determiners", "prepositions", "former"))
        or word.endswith(("ing", "ed"))
        or _is_manner(tokens, i)
    )


def _is_manner(tokens: Tokens, i: int) -> bool:
    """Whether a word is an adverb, as in ", however," or ", formerly of Oulu,"."""
    return tokens.lower[i] in words().grammar["adverbs"] or tokens.lower[i].endswith("ly")


def _with_one_before(tokens: Tokens, start: int, found: Phrase) -> Phrase:
    """With the name or the office before a comma: "the minister, Aino Salmela, who was there, said"."""
    after_comma = found.first > start + 1 and tokens.words[found.first - 1] == ","
    beside = phrase_before(tokens, found.first - 2) if after_comma else None
    if beside is None or "name" not in (found.kind, beside.kind):
        return found
    return joined(found, beside) if found.kind == "name" else joined(beside, found)
