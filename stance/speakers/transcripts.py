"""Who speaks in each paragraph of an article: in a transcript a turn goes on in the paragraphs behind its label."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from stance.speakers.affiliation import actor_of_title
from stance.speakers.finder import UNKNOWN, Speech, find_speech
from stance.speakers.lists import actors, words
from stance.speakers.turns import core_of_label, label_of_turn

__all__ = ["find_speeches", "speech_records"]

#: As many of the labels' paragraphs, of this many, hold a word of who speaks or is spoken to, or a question.
_PERSONAL, _OF = 1, 3
#: Turns at least whose label returns, or is an office, a form of address or in capitals.
_SURE = 2
#: Labels with one last word of which the actor is kept, so that no article takes long.
_MOST_NAMESAKES = 20
_PERSON = re.compile(
    r"\b(?:I|[Ww]e|[Yy]ou|[Mm]y|[Oo]ur|[Yy]ours?|[Mm]e|[Uu]s|[Mm]yself|[Oo]urselves|[Tt]hanks?)\b(?!\.[A-Z])"
)
_QUOTED = re.compile(r"[\"“«][^\"“”«»]*[\"”»]")
#: A name or two before a colon: a label where it returns, and in a transcript also where it stands in capitals once.
_LOOSE = re.compile(r"[*_]{0,3}([A-Z][\w.'’-]*(?:\s[A-Z][\w.'’-]*){0,3})(?:\s\([^()]{1,40}\))?[*_]{0,3}:[*_]{0,3}\s")
#: What looks like a label alone in its line; with `_LOOSE` it ends the turn before it.
_ALONE = re.compile(r"[A-Z][\w.'’-]*\s[A-Z][^.!?:]{1,200}:\Z")
#: "(Applause.)", "[The meeting rose at 6 p.m.]": not spoken, but the turn may go on behind it.
_BRACKETED = re.compile(r"[(\[][^()\[\]]*[)\]]\W*\Z")
_END = re.compile(r"\W*(?:END|ENDS|End of (?:transcript|briefing|interview|call))\b[\s\d:.apmA-Z]*\Z")
# the number of a question may stand behind it
_FINISHED = re.compile(r"[.?!:;,…—–-][\"'’”)\]]*(?:\s\[[^\[\]]*\])?\s*\Z")
_HEADING = 80
#: A longer line is no name with an office and a constituency.
_LONGEST_LINE = 160
#: Words with capitals, the last of which a full stop follows: "The Chairman. ", "Ms. Arden. ", "Senator from Ayling. "
_STOPPED = re.compile(r"((?:The\s)?[A-Z][\w'’-]++\.?(?:\s(?:from\s)?[A-Z][\w'’-]++){0,2})\.\s+(?=[A-Z“\"\[(—–…])")
#: What looks like a label where labels have full stops: "Under Secretary of State. ", "Witness, Quay University. "
_LIKE_STOPPED = re.compile(r"[A-Z][\w'’-]++(?:,?\s(?:(?:of|from|for|the|an?)\s){0,2}[A-Z][\w'’-]++){1,6}\.\s+[A-Z“\"]")
#: What stands behind a label in the record of the European Parliament.
_DASH = re.compile(r"\.\s[–—-]\s")


def find_speeches(texts: Sequence[str], marks: Sequence[bool] = ()) -> Iterator[tuple[int, Speech]]:
    """Find out who speaks in each paragraph of an article.

    Each paragraph is judged by itself (`find_speech`), but for those of a transcript: an article that has turns of two
    or more speakers, two turns with a label that returns or is more than a name, and a third of the turns in the first
    or second person. There a paragraph without a label belongs to the turn before it, up to the next label. It does not
    if it is a heading, stands in brackets, or speaks of the speaker by name and not in the first or second person,
    which also ends the turn. The last turn ends with the last paragraph that has a word of the first or second person
    outside quotation marks. Boilerplate without a label belongs to no turn and ends none. In a transcript names in
    capitals are labels, too ("ARDEN:"), and a name has the actor that an earlier label gave it.

    Parameters
    ----------
    texts : sequence of str
        All paragraphs of an article, in order.
    marks : sequence of bool, optional
        Which of them are marked as boilerplate.

    Yields
    ------
    (int, Speech)
        For each paragraph the place of the paragraph in which the speaker stands, to which the offsets refer, and who.

    Examples
    --------
    >>> talk = ["Q: Will you sign?", "THE MINISTER: No.", "We have seen no text.", "Q: Thank you."]
    >>> [(place, speech.speaker) for place, speech in find_speeches(talk)]
    [(0, 'Q'), (1, 'THE MINISTER'), (1, 'THE MINISTER'), (3, 'Q')]
    """
    labels = _labels(texts)
    if labels is None:
        yield from ((i, find_speech(text)) for i, text in enumerate(texts))
        return
    marks = marks or [False] * len(texts)
    known: dict[str, dict[str, str]] = {}
    last = max(labels)
    end = max([last, *(i for i in range(last, len(texts)) if not marks[i] and _is_personal(texts[i]))])
    turn: tuple[int, Speech] | None = None
    for i, text in enumerate(texts):
        if i in labels:
            turn = (i, _labelled(text, labels[i], known))
            yield turn
            continue
        closed = _END.match(text) is not None or i > end
        if closed or (turn is not None and not marks[i] and _ends(text, turn[1], texts[turn[0]])):
            turn = None
        yield (i, find_speech(text)) if turn is None or marks[i] or _is_aside(text) else turn


def speech_records(texts: Sequence[str], starts: Sequence[int], marks: Sequence[bool] = ()) -> Iterator[dict[str, Any]]:
    """Who speaks in each paragraph of an article, as columns of results.

    Parameters
    ----------
    texts : sequence of str
        All paragraphs of the article, in order.
    starts : sequence of int
        Their offsets in the article, to which those of the speakers refer.
    marks : sequence of bool, optional
        Which of them are marked as boilerplate.

    Examples
    --------
    >>> [record["speaker_start"] for record in speech_records(["Envoys met.", "Tehran said no."], [0, 100])]
    [None, 100]
    """
    for place, one in find_speeches(texts, marks):
        yield {
            "voice": one.voice,
            "speaker": one.speaker,
            "speaker_start": None if one.start is None else starts[place] + one.start,
            "speaker_end": None if one.end is None else starts[place] + one.end,
            "source_verb": one.verb,
            "actor": one.actor,
        }


def _labels(texts: Sequence[str]) -> dict[int, tuple[int, int]] | None:
    """Where the label of each turn stands, by paragraph; ``None`` if the article is no transcript."""
    if len(texts) < 3:
        return None
    forms = (_labels_with_colon, _labels_above, _labels_with_stop)
    return next((labels for form in forms if (labels := form(texts)) is not None), None)


def _labels_with_colon(texts: Sequence[str]) -> dict[int, tuple[int, int]] | None:
    # a label may stand in a line of its own
    labels = {i: label for i, text in enumerate(texts) if (label := label_of_turn(f"{text} ")) is not None}
    loose = {i: label for i, text in enumerate(texts) if (label := _loose_label(text)) is not None}
    returning = _speakers(texts, loose)
    labels = {i: label for i, label in loose.items() if returning[texts[i][slice(*label)]] > 1} | labels
    speakers = _speakers(texts, labels)
    sure = sum(n for speaker, n in speakers.items() if n > 1 or _is_titled(speaker))
    if not _is_talk(speakers, sure, [texts[i] for i in labels]):
        return None
    return {i: label for i, label in loose.items() if texts[i][slice(*label)].isupper()} | labels


def _labels_above(texts: Sequence[str]) -> dict[int, tuple[int, int]] | None:
    lines = _lines_above(texts)
    above = [texts[i].strip("*_ ") for i in lines]
    speakers = Counter(map(core_of_label, above))
    # an office alone may be the heading of a section, a name alone the signature of the letter before it
    sure = sum(label.endswith(")") or speakers[core_of_label(label)] > 1 or _presides(label) for label in above)
    return lines if _is_talk(speakers, sure, [texts[i + 1] for i in lines]) else None


def _labels_with_stop(texts: Sequence[str]) -> dict[int, tuple[int, int]] | None:
    stopped = {i: label for i, text in enumerate(texts) if (label := _stopped_label(text)) is not None}
    speakers = _speakers(texts, stopped)
    dashes = sum(_DASH.match(texts[i], label[1]) is not None for i, label in stopped.items())
    # "Mr. Arden. He left." is a sentence and a half
    sure = dashes or sum(n for n in speakers.values() if n > 1)
    return stopped if _is_talk(speakers, sure, [texts[i] for i in stopped]) else None


def _speakers(texts: Sequence[str], labels: dict[int, tuple[int, int]]) -> Counter[str]:
    return Counter(texts[i][slice(*label)] for i, label in labels.items())


def _is_talk(speakers: Counter[str], sure: int, turns: list[str]) -> bool:
    """Whether turns are those of a talk, by how often each speaker has one, how many are sure, and what is said."""
    return len(speakers) > 1 and sure >= _SURE and sum(map(_is_personal, turns)) * _OF >= len(turns) * _PERSONAL


def _presides(speaker: str) -> bool:
    """Whether a label is a form of address with an office alone: "Mr Speaker"."""
    first, *others = speaker.lower().split()
    return first.rstrip(".") in words().forms and bool(others) and words().turns.issuperset(others)


def _lines_above(texts: Sequence[str]) -> dict[int, tuple[int, int]]:
    """Where labels without a colon stand in lines of their own above the turns, as in the record of Westminster."""
    lines = {i: label for i, text in enumerate(texts[:-1]) if (label := _line_above(text)) is not None}
    # names below each other are a list
    return {i: label for i, label in lines.items() if i + 1 not in lines}


def _line_above(text: str) -> tuple[int, int] | None:
    """Where the label stands in a line that is nothing else."""
    if len(text) > _LONGEST_LINE or ":" in text or _FINISHED.search(text) is not None:
        return None
    bare = text.rstrip("*_ ")
    label = label_of_turn(f"{bare}: ")
    return label if label is not None and label[1] == len(bare) else None


def _stopped_label(text: str) -> tuple[int, int] | None:
    """Where a label stands before a full stop, as in hearings of the American Congress and the European Parliament."""
    dash = _DASH.search(text, 0, _LONGEST_LINE)
    if dash is not None:
        name, *role = text[: dash.start()].split(",")
        # "Anna Berg, who left in May, called us." is a sentence
        told = not words().grammar["pronouns"].isdisjoint(" ".join(role).lower().split())
        return (0, dash.start()) if not told and label_of_turn(f"{name}: ") == (0, len(name)) else None
    found = _STOPPED.match(text)
    if found is None:
        return None
    lists, (first, *others) = words(), found[1].lower().split()
    offices = [word in lists.turns or lists.heads.get(word) == "office" for word in others]
    # "Mr. Chairman. I thank you" is said to him
    named = first.rstrip(".") in lists.forms and not all(offices)
    titled = named or first in lists.turns or lists.heads.get(first) == "office"
    return found.span(1) if others and (all(offices) if first == "the" else titled) else None


def _is_like_stopped(text: str) -> bool:
    """Whether a paragraph may have a label with a full stop: a wrong speaker is worse than none."""
    alone = text[:40].split(". ")[0].lower()
    return _LIKE_STOPPED.match(text) is not None or alone in words().turns


def _is_titled(speaker: str) -> bool:
    """Whether a label is more than a name, which what opens a paragraph of an essay may look like."""
    lists = words()
    parts = [word.strip("().,").lower() for word in speaker.split()]
    titled = any(part in lists.turns or part in lists.forms or lists.heads.get(part) == "office" for part in parts)
    return titled or speaker.isupper()


def _loose_label(text: str) -> tuple[int, int] | None:
    """Where a name stands before a colon that may be a label, and no heading or country."""
    found = _LOOSE.match(text)
    headings = words().headings
    if found is None or found[1] in actors().names:
        return None
    heading = headings["words"] | headings["details"]
    return found.span(1) if heading.isdisjoint(word.strip(".").lower() for word in found[1].split()) else None


def _labelled(text: str, label: tuple[int, int], known: dict[str, dict[str, str]]) -> Speech:
    """The speech of a paragraph with a label; an earlier label may have told whom the same name speaks for."""
    speaker = text[slice(*label)]
    actor = actor_of_title(speaker, text)
    name = core_of_label(speaker).lower()
    namesakes = known.setdefault(name.split()[-1], {})
    if actor is not None:
        if len(namesakes) < _MOST_NAMESAKES:
            namesakes[name] = actor
    elif name not in words().turns:
        named = {actor for earlier, actor in namesakes.items() if earlier == name or earlier.endswith(f" {name}")}
        actor = named.pop() if len(named) == 1 else None
    return Speech("quoted", speaker, *label, None, actor or UNKNOWN)


def _is_personal(text: str) -> bool:
    return _PERSON.search(_QUOTED.sub("", text)) is not None or text.rstrip().endswith("?")


def _is_aside(text: str) -> bool:
    """Whether a paragraph is a heading, or stands in brackets."""
    return _BRACKETED.match(text) is not None or (len(text) <= _HEADING and _FINISHED.search(text) is None)


def _ends(text: str, speech: Speech, opening: str) -> bool:
    """Whether a paragraph ends a turn, by how that opens: it has a label of its own, or is about the speaker."""
    if _LOOSE.match(text) or _ALONE.match(text):
        return True
    if speech.end is not None and opening.startswith(".", speech.end) and _is_like_stopped(text):
        return True
    speaker = speech.speaker or ""
    # "The Minister of State" is no name: she may speak of the state
    name = [] if speaker.startswith("The ") else core_of_label(speaker).split(",")[0].split()[-1:]
    named = [word for word in name if len(word) > 2 and word.lower() not in words().turns]
    return not _is_personal(text) and any(re.search(rf"\b{re.escape(word)}\b", text, re.I) for word in named)
