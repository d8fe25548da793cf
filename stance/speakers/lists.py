"""The word lists and the gazetteer, which are data: ``words.toml`` and ``actors.toml`` beside this file."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

__all__ = ["Actors", "Words", "actors", "words"]

_BRACES = re.compile(r"([^\s{}]*)\{([^{}]*)\}")


class Words(NamedTuple):
    """Sets of words in small letters, as ``words.toml`` names them.

    Attributes
    ----------
    verbs : dict of str to str
        Form to the group of its verb: say, tell or act.
    heads : dict of str to str
        Head of a speaker to office, person or body.
    turns : frozenset of str
        What opens a turn in a transcript.
    according : tuple of str
        What stands before a speaker without a verb.
    grammar : dict of str to frozenset of str
        The rest, by name.
    """

    verbs: dict[str, str]
    heads: dict[str, str]
    turns: frozenset[str]
    according: tuple[str, ...]
    grammar: dict[str, frozenset[str]]


class Actors(NamedTuple):
    """The gazetteer.

    Attributes
    ----------
    names : dict of str to str
        Name, demonym, capital or seat of power to its country or body.
    states : dict of str to str
        State or province to its country; counts only after "from" or "of".
    countries : frozenset of str
        Actors that are countries; the others are bodies.
    """

    names: dict[str, str]
    states: dict[str, str]
    countries: frozenset[str]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _expand(word: str) -> list[str]:
    """Write out the forms of a pattern: ``note~`` and ``state{s,d}``."""
    if word.endswith("~"):
        verb = word[:-1]
        if verb.endswith("e"):
            return [verb, f"{verb}s", f"{verb}d", f"{verb[:-1]}ing"]
        return [verb, f"{verb}{'es' if verb.endswith(('s', 'x', 'z', 'ch', 'sh')) else 's'}", f"{verb}ed", f"{verb}ing"]
    if found := _BRACES.fullmatch(word):
        return [found[1], *(found[1] + ending for ending in found[2].split(","))]
    return [word]


@cache
def words() -> Words:
    """The word lists, read once.

    Examples
    --------
    >>> words().verbs["announced"], words().verbs["telling"], words().heads["spokeswoman"]
    ('say', 'tell', 'office')
    """
    content = _read("words.toml")
    verbs: dict[str, str] = {}
    for group, listed in content["verbs"].items():
        for pattern in listed.split():
            for form in _expand(pattern):
                verbs.setdefault(form, group)
    heads: dict[str, str] = {}
    for group, listed in content["speakers"].items():
        for word in listed.split():
            heads.setdefault(word, group)
    turns = frozenset(word.lower() for word in content["titles"]["turns"].split())
    according = tuple(phrase.strip() for phrase in content["sources"]["according"].split("|"))
    return Words(verbs, heads, turns, according, {name: frozenset(w.split()) for name, w in content["grammar"].items()})


@cache
def actors() -> Actors:
    """The gazetteer, read once.

    Examples
    --------
    >>> actors().names["Kremlin"], actors().names["Brussels"], actors().states["Ohio"]
    ('Russia', 'European Union', 'United States')
    """
    content = _read("actors.toml")
    names: dict[str, str] = {}
    for section in ("countries", "bodies"):
        for actor, others in content[section].items():
            for name in (actor, *others):
                names.setdefault(name, actor)
    states = {state: actor for actor, listed in content["states"].items() for state in listed}
    return Actors(names, states, frozenset(content["countries"]))
