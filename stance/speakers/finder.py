"""Voice, speaker, source verb and actor of a paragraph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from stance.speakers.affiliation import actor_of, actor_of_title
from stance.speakers.lists import words
from stance.speakers.names import actor_beside, in_name
from stance.speakers.objects import group_of
from stance.speakers.phrases import Phrase, phrase_opening
from stance.speakers.subjects import speaker_from, subject_of
from stance.speakers.tokens import Tokens
from stance.speakers.turns import label_of_turn

__all__ = ["UNKNOWN", "Speech", "find_speech", "speech_columns"]

UNKNOWN = "unknown"

# words in quotation marks: fewer are a term or irony
_QUOTATION = 3
_PLURALS = frozenset("media people police spokespeople businessmen congressmen fishermen".split())
_CALLS = frozenset("call calls called calling describe describes described".split())
# infinitives that look like past forms
_BASES = frozenset("demand respond applaud contend recommend remind defend".split())
# what is asked, or may never be said: words before a subject
_CONDITIONS = frozenset("if unless until whether once do does did".split())
# behind a verb in "the plan that the minister announced on Monday"
_CLOSES = frozenset(", . on in last yesterday".split())
_VOTES = frozenset("vote votes majority acclamation consensus".split())
_OBJECTS = frozenset("him her them".split())
_THIRD_PERSON = frozenset("he she they it".split())


class Speech(NamedTuple):
    """Who speaks in a paragraph.

    Attributes
    ----------
    voice : {"author", "quoted", "reported"}
        Whose words it has: the author's alone; a speaker's, in quotation marks or as a turn of a transcript; a
        speaker's in the author's words.
    speaker : str or None
        In the paragraph's words; "unknown" where somebody speaks who is not found, ``None`` for the author.
    start, end : int or None
        Offsets of the speaker into the paragraph.
    verb : str or None
        The verb, or "according to", that tells of it.
    actor : str or None
        The country or body spoken for; "unknown" where it is not found, ``None`` for the author.
    """

    voice: str
    speaker: str | None = None
    start: int | None = None
    end: int | None = None
    verb: str | None = None
    actor: str | None = None


class _Found(NamedTuple):
    rank: int
    phrase: Phrase
    verb: str


def find_speech(text: str) -> Speech:
    """Find out who speaks in a paragraph, by rules and word lists.

    Parameters
    ----------
    text : str
        The paragraph.

    Returns
    -------
    Speech
        Of several speakers the one whose verb says most plainly that it speaks, and of these the first.

    Examples
    --------
    >>> find_speech("The sanctions must stay, said Iran's foreign minister on Monday.")
    Speech(voice='reported', speaker="Iran's foreign minister", start=30, end=53, verb='said', actor='Iran')
    >>> find_speech('"We will talk to anybody," the Kremlin said.').actor
    'Russia'
    >>> find_speech("The talks went on for eleven days.").voice
    'author'
    """
    label = label_of_turn(text)
    if label is not None:
        speaker = text[slice(*label)]
        return Speech("quoted", speaker, *label, None, actor_of_title(speaker, text) or UNKNOWN)
    tokens = Tokens(text)
    found = sorted([*_by_verbs(tokens), *_according(tokens)], key=lambda one: one.rank)
    quoted = tokens.longest_quotation >= _QUOTATION
    spoken = [one for one in found if one.phrase.kind != "unnamed"]
    if spoken:
        _, phrase, verb = spoken[0]
        start, end = tokens.starts[phrase.first], tokens.ends[phrase.last]
        actor = actor_of(tokens, phrase)
        return Speech("quoted" if quoted else "reported", text[start:end], start, end, verb, actor or UNKNOWN)
    if found or (quoted and tokens.quoted and tokens.quoted[0]):
        by = found[0].verb if found else None
        return Speech("quoted" if quoted else "reported", UNKNOWN, verb=by, actor=UNKNOWN)
    return Speech("author")


def _by_verbs(tokens: Tokens) -> Iterator[_Found]:
    may_speak, verbs = words().may_speak, set[int]()
    for i, word in enumerate(tokens.lower):
        if word not in may_speak or tokens.quoted[i] or (tokens.is_capital(i) and i > 0):
            continue
        group = group_of(tokens, i)
        if group is None:
            continue
        subject = subject_of(tokens, i)
        if isinstance(subject, str):
            # "it said" is a report's or a law's
            it_says = subject == "it" and word in ("says", "said")
            if subject in _THIRD_PERSON and group in ("say", "tell", "view") and not it_says:
                verbs.add(i)
                yield _Found(9, Phrase(i, i, "unnamed", i), word)
            continue
        if group == "say":
            subject = _inverted(tokens, i, subject)
        if subject is None:
            subject = _shared(tokens, i)
        if subject is None or not _does_speak(tokens, i, subject, group):
            continue
        rank = 9 if subject.kind == "unnamed" else {"say": 0, "tell": 0, "view": 2, "act": 2, "mind": 3}[group]
        if not _is_content(tokens, subject, verbs):
            yield _Found(rank, subject, tokens.words[i])
        verbs.add(i)


def _according(tokens: Tokens) -> Iterator[_Found]:
    """Whoever stands behind "according to" and its like."""
    phrases = words().according
    for i, word in enumerate(tokens.lower):
        for phrase in phrases.get(word, ()):
            after = i + len(phrase)
            if tuple(tokens.lower[i:after]) == phrase and after < len(tokens):
                speaker = speaker_from(tokens, after)
                if speaker is not None:
                    yield _Found(1, speaker, " ".join(phrase))
                elif _is_somebody(tokens, after):
                    yield _Found(9, Phrase(after, after, "unnamed", after), " ".join(phrase))


def _does_speak(tokens: Tokens, verb: int, subject: Phrase, group: str) -> bool:
    """Whether the subject of a verb speaks by it, as far as the words around both tell."""
    known = subject.kind not in ("name", "unnamed") or actor_beside(tokens, subject.last + 1) is not None
    if group in ("act", "mind") and not known:
        return False
    if group == "mind" and subject.kind == "actor":
        return False
    before = tokens.lower_at(subject.first - 1)
    as_soon_as = before == "as" and tokens.lower[subject.first - 2] == "soon"
    if before in _CONDITIONS or as_soon_as or tokens.lower[subject.first] == "my":
        return False
    if before == "that" and not _CLOSES.isdisjoint(tokens.lower[verb + 1 : verb + 2]):
        return False
    return _is_finite(tokens, verb, subject) and not _is_other(tokens, verb, subject, group)


def _is_content(tokens: Tokens, subject: Phrase, verbs: set[int]) -> bool:
    """Whether it is only told that somebody spoke, in "Velikov said on Monday that Iran had replied"."""
    i = subject.first - 1
    while i > 0 and (tokens.lower[i] in ("that", "on") or tokens.lower[i] in words().grammar["circumstances"]):
        i -= 1
    return i in verbs


def _is_somebody(tokens: Tokens, i: int) -> bool:
    """Whether "him", or a name alone, stands behind "according to"."""
    ends = i + 1 == len(tokens) or not (tokens.is_word(i + 1) or tokens.words[i + 1] in "('’")
    named = in_name(tokens, i) and not tokens.is_possessive(i) and not tokens.words[i].isupper()
    listed = tokens.lower[i] in words().grammar["circumstances"] | words().grammar["determiners"]
    return tokens.is_word(i) and ends and (tokens.lower[i] in _OBJECTS or (named and not listed))


def _shared(tokens: Tokens, verb: int) -> Phrase | None:
    """The subject of an earlier verb, as in "the ministers met for an hour and announced"."""
    i = verb - 1
    while tokens.is_word(i) and tokens.lower[i] in words().grammar["adverbs"]:
        i -= 1
    if not tokens.is_word(i) or tokens.lower[i] not in ("and", "but"):
        return None
    start = tokens.clause_start(verb)
    between = range(start, i)
    if any(tokens.lower[k] in words().grammar["pronouns"] or tokens.quoted[k] for k in between):
        return None
    subject = phrase_opening(tokens, start)
    if subject is None and tokens.lower[start] in words().grammar["prepositions"]:
        commas = (k for k in range(start + 1, min(start + 12, i)) if tokens.words[k] == ",")
        subject = next((found for k in commas if (found := phrase_opening(tokens, k + 1)) is not None), None)
    return subject if subject is not None and subject.kind in ("office", "actor", "body") else None


def _inverted(tokens: Tokens, verb: int, before: Phrase | None) -> Phrase | None:
    """The subject that follows its verb, as in ", said a trader"; else the one before it."""
    mark = tokens.words[verb - 1] if verb else "."
    opens = mark in ',"”»’—–' or verb == tokens.sentence_start(verb)
    # "Adding Mexico to the list" has none; behind an aside, all but "said" may have an object: "confirmed the report"
    if not opens or tokens.lower[verb].endswith("ing") or (before and tokens.lower[verb] not in ("said", "says")):
        return before
    found = speaker_from(tokens, verb + 1)
    behind = found.last + 1 if found else verb
    if before:
        # "said Luc de Marsan, an envoy in Helsinki, Finland."
        behind += 2 * (tokens.words[behind : behind + 1] == [","] and tokens.lower_at(behind + 2) in ".?!;")
        return found if found and tokens.lower_at(behind) in ".?!;" else before
    # "Velikov, of the grain board, said Iran would sign"
    grammar, after = words().grammar, tokens.words[behind] if behind < len(tokens) else "."
    clause = any(after in grammar[name] for name in ("auxiliaries", "modals", "passives"))
    return Phrase(verb, verb, "unnamed", verb) if found and clause else found


def _is_finite(tokens: Tokens, i: int, subject: Phrase) -> bool:
    """Whether an infinitive form goes with a subject in the plural; "state" is a verb before "that" only."""
    word = tokens.lower[i]
    if word in ("state", "states"):
        return tokens.lower[i + 1 : i + 2] == ["that"]
    if word not in _BASES and (word.endswith(("s", "d", "ing")) or word in words().grammar["pasts"]):
        return True
    if tokens.lower[max(i - 2, 0) : i] == ["on", "to"]:  # "went on to say"
        return True
    head = tokens.lower[subject.head]
    return (
        head.endswith("s")
        or head in _PLURALS
        or " and " in tokens.text[tokens.starts[subject.first] : tokens.starts[i]]
    )


def _is_other(tokens: Tokens, i: int, subject: Phrase, group: str) -> bool:
    """Whether what looks like an act of speech is a noun, or stands in "whom the president promised"."""
    after = tokens.lower_at(i + 1)
    before = tokens.lower_at(subject.first - 1)
    grammar = words().grammar
    if group in ("say", "tell") or (before in ("what", "which") and tokens.lower[i] in _CALLS):
        return False
    if before in ("that", "which", "whom", "what") or tokens.lower[i - 1] == "who":
        return True
    # "recommended by a large majority" is no passive
    voted = _VOTES & set(tokens.lower[i + 2 : i + 7])
    return group != "view" and (
        after in grammar["passives"]
        or after in ("have", "has", "had")
        or (after == "of" and after not in words().complements.get(tokens.lower[i], ()))
        or (after == "by" and not voted)
        or (after not in grammar["nouns"] and words().verbs.get(after) in ("say", "tell"))
        or after in ".,;"
    )


def speech_columns() -> dict[str, type]:
    """Names and types of the columns of `speech_records`."""
    return {
        "voice": str,
        "speaker": str,
        "speaker_start": int,
        "speaker_end": int,
        "source_verb": str,
        "actor": str,
    }
