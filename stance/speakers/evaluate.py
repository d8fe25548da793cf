"""How well speakers and actors are found: precision and recall on labelled paragraphs."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from stance.errors import CorpusError
from stance.speakers.finder import UNKNOWN, Speech, find_speech

__all__ = ["Labelled", "Reading", "Share", "SpeechMetrics", "evaluate_speech", "read_labelled"]

VOICES = ("author", "quoted", "reported")
_RECORD = {"article": str, "paragraph": int, "text": str, "voice": str, "readings": list}
_READING = {"speaker": str, "start": int, "end": int, "verb": str, "actor": str}
_SPELT = {str: "a string", int: "a whole number", list: "a list"}


class Reading(NamedTuple):
    """A speaker that the labeller accepts: its offsets, verb and actor."""

    speaker: str
    start: int
    end: int
    verb: str
    actor: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A paragraph with its voice and all readings that are right; the first is the labeller's own.

    ``drawn`` is "all" for one drawn from all paragraphs, "found" for one from those where an actor was found: precision
    can be told from these, recall can not.
    """

    article: str
    paragraph: int
    text: str
    voice: str
    readings: tuple[Reading, ...]
    drawn: str = "all"


class Share(NamedTuple):
    """Right of so many."""

    right: int
    of: int

    @property
    def value(self) -> float:
        """The share, NaN of none."""
        return self.right / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval after Wilson (1927).

        Examples
        --------
        >>> low, high = Share(9, 10).interval
        >>> round(low, 2), round(high, 2)
        (0.6, 0.98)
        """
        if not self.of:
            return math.nan, math.nan
        n, p, z = self.of, self.value, 1.959964
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


@dataclass
class SpeechMetrics:
    """What came out.

    Attributes
    ----------
    shares : dict of str to Share
        By name of the metric.
    failures : list of (Labelled, Speech)
        Paragraphs with a wrong speaker or actor.
    """

    shares: dict[str, Share] = field(default_factory=dict)
    failures: list[tuple[Labelled, Speech]] = field(default_factory=list)


def read_labelled(path: str | Path) -> list[Labelled]:
    """Read labelled paragraphs.

    Parameters
    ----------
    path : path-like
        JSON lines with ``article``, ``paragraph``, ``text``, ``voice`` and ``readings``.

    Raises
    ------
    CorpusError
        If the file cannot be read, or a line is no such record.
    """
    found = []
    try:
        # not by `splitlines`: a text may hold other line ends, as JSON allows
        lines = Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"cannot read labeled speakers: {getattr(error, 'strerror', None) or error}", path) from error
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line)
            for fields, types in ((record, _RECORD), *((reading, _READING) for reading in record["readings"])):
                _check(fields, types)
            readings = tuple(Reading(**reading) for reading in record["readings"])
            drawn = record.get("drawn", "all")
            one = Labelled(record["article"], record["paragraph"], record["text"], record["voice"], readings, drawn)
            sound = (
                one.voice in VOICES
                and drawn in ("all", "found")
                and all(r.start >= 0 and one.text[r.start : r.end] == r.speaker for r in readings)
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CorpusError(f"not a record of labeled speakers: {error}", path, number) from error
        if not sound:
            raise CorpusError(
                "a voice or a way of drawing that is none, or a speaker that is not where its offsets say", path, number
            )
        found.append(one)
    return found


def _check(record: dict[str, Any], types: dict[str, type]) -> None:
    for name, kind in types.items():
        if type(record[name]) is not kind:  # a Boolean is no number
            raise TypeError(f"{name} is {json.dumps(record[name])}, not {_SPELT[kind]}")


def evaluate_speech(labelled: Iterable[Labelled]) -> SpeechMetrics:
    """Find the speech of each paragraph and compare.

    A speaker is right if it shares at least half of the characters of the longer of itself and an accepted reading, and
    exact if it is one; recall is over paragraphs that have a reading. An actor is right if a reading has it; recall is
    over paragraphs where a reading has one.

    Parameters
    ----------
    labelled : iterable of Labelled
        The paragraphs.

    Returns
    -------
    SpeechMetrics
    """
    metrics = SpeechMetrics()
    count = Counter[str]()
    every = True
    for one in labelled:
        speech = find_speech(one.text)
        actors = {reading.actor for reading in one.readings} - {UNKNOWN}
        matched = [r for r in one.readings if _same(speech, r)]
        named = speech.actor not in (None, UNKNOWN)
        every = every and one.drawn == "all"
        count["n"] += 1
        count["voice"] += speech.voice == one.voice
        count["found"] += speech.start is not None
        count["right"] += bool(matched)
        count["exact"] += any((r.start, r.end) == (speech.start, speech.end) for r in matched)
        count["verb"] += any((speech.verb or "").lower() == r.verb.lower() for r in matched)
        count["spoken"] += bool(one.readings)
        count["actors"] += named
        count["actor_right"] += named and speech.actor in actors
        count["actor_spoken"] += bool(actors)
        if (speech.start is not None and not matched) or (named and speech.actor not in actors):
            metrics.failures.append((one, speech))
    metrics.shares = {
        "voice accuracy": Share(count["voice"], count["n"]),
        "speaker precision": Share(count["right"], count["found"]),
        "speaker recall": Share(count["right"], count["spoken"]),
        "speaker precision, exact": Share(count["exact"], count["found"]),
        "source verb, of right speakers": Share(count["verb"], count["right"]),
        "actor precision": Share(count["actor_right"], count["actors"]),
        "actor recall": Share(count["actor_right"], count["actor_spoken"]),
    }
    if not every:
        for name in ("voice accuracy", "speaker recall", "actor recall"):
            del metrics.shares[name]
    return metrics


def _same(speech: Speech, reading: Reading) -> bool:
    if speech.start is None or speech.end is None:
        return False
    shared = min(speech.end, reading.end) - max(speech.start, reading.start)
    return shared > 0 and 2 * shared >= max(speech.end - speech.start, reading.end - reading.start)
