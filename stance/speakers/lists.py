"""The word lists and the gazetteer, which are data: ``words.toml`` and ``actors.toml`` beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from stance.patterns import expand_pattern

__all__ = ["Actors", "Words", "actors", "words"]


class Words(NamedTuple):
    """Sets of words in small letters, as ``words.toml`` names them.

    Attributes
    ----------
    verbs : dict of str to str
        Form to the group of its verb: say, tell, act or mind.
    heads : dict of str to str
        Head of a speaker to office, person or body.
    turns : frozenset of str
        What opens a turn in a transcript.
    address : frozenset of str
        Forms of address that are abbreviated.
    forms : frozenset of str
        Forms of address, and titles before a name.
    according : dict of str to list
        What stands before a speaker without a verb, word by word, by its first word.
    grammar : dict of str to frozenset of str
        Words of grammar, by name.
    complements : dict of str to dict
        Form of a verb to what makes it speak when it follows, and the group it is then of.
    idioms : dict of str to frozenset
        Form of a verb to what makes it another thing when it follows.
    objects : dict of str to frozenset
        Form of a verb to what makes it speak within its object.
    deeds : dict of str to frozenset
        Form of a verb to what makes it another thing as the head of its object, or behind it.
    naming : dict of str to frozenset
        Verbs that say what something is, and the words by which they are known to.
    may_speak : frozenset of str
        All forms of verbs that speak, or do so with what follows.
    headings : dict of str to frozenset
        What the label of a turn is not made of, by name.
    context : dict of str to frozenset
        Words that tell whose an office is, by name.
    """

    verbs: dict[str, str]
    heads: dict[str, str]
    turns: frozenset[str]
    address: frozenset[str]
    forms: frozenset[str]
    according: dict[str, list[tuple[str, ...]]]
    grammar: dict[str, frozenset[str]]
    complements: dict[str, dict[str, str]]
    idioms: dict[str, frozenset[str]]
    objects: dict[str, frozenset[str]]
    deeds: dict[str, frozenset[str]]
    naming: dict[str, frozenset[str]]
    may_speak: frozenset[str]
    headings: dict[str, frozenset[str]]
    context: dict[str, frozenset[str]]


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
    offices : dict of str to str
        Office, in small letters, to the country that has it.
    namesakes : dict of str to frozenset
        Such an office to other countries that have one of that name.
    institutions : dict of str to str
        Parliament, palace or agency to its country.
    begins : frozenset of str
        First words of the names, without a possessive.
    venues : frozenset of str
        Capitals where others meet: a dateline there tells nothing.
    """

    names: dict[str, str]
    states: dict[str, str]
    countries: frozenset[str]
    offices: dict[str, str]
    namesakes: dict[str, frozenset[str]]
    institutions: dict[str, str]
    begins: frozenset[str]
    venues: frozenset[str]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def _forms(listed: str) -> Iterator[str]:
    return (form for pattern in listed.split() for form in expand_pattern(pattern))


def _by_word(groups: dict[str, str], split: Callable[[str], Iterable[str]]) -> dict[str, str]:
    """Each word to its group, the first one that lists it."""
    found: dict[str, str] = {}
    for group, listed in groups.items():
        for word in split(listed):
            found.setdefault(word, group)
    return found


@cache
def words() -> Words:
    """The word lists, read once.

    Examples
    --------
    >>> words().verbs["announced"], words().verbs["telling"], words().heads["spokeswoman"]
    ('say', 'tell', 'office')
    """
    content = _read("words.toml")
    verbs, heads = _by_word(content["verbs"], _forms), _by_word(content["speakers"], str.split)
    turns = frozenset(word.lower() for word in content["titles"]["turns"].split())
    address = frozenset(content["titles"]["address"].split())
    forms = frozenset(word.lower() for word in (*address, *content["titles"]["forms"].split()))
    according: dict[str, list[tuple[str, ...]]] = {}
    for phrase in content["sources"]["according"].split("|"):
        according.setdefault(phrase.split()[0], []).append(tuple(phrase.split()))
    grammar, headings, context = (
        {name: frozenset(listed.split()) for name, listed in content[section].items()}
        for section in ("grammar", "headings", "context")
    )
    complements: dict[str, dict[str, str]] = {}
    for after, listed in content["complements"].items():
        for form in _forms(listed):
            complements.setdefault(form, {})[after] = "act"
    people = {f"@{group}": [word for word, of in heads.items() if of == group] for group in content["speakers"]}
    idioms, objects, deeds = (
        {
            form: frozenset(word for item in listed.split() for word in people.get(item, [item]))
            for patterns, listed in content[section].items()
            for form in _forms(patterns)
        }
        for section in ("idioms", "objects", "deeds")
    )
    naming = {name: frozenset(_forms(listed)) for name, listed in content["naming"].items()}
    may_speak = frozenset({"put", "puts", *verbs, *complements, *objects, *naming["verbs"]})
    return Words(
        verbs,
        heads,
        turns,
        address,
        forms,
        according,
        grammar,
        complements,
        idioms,
        objects,
        deeds,
        naming,
        may_speak,
        headings,
        context,
    )


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
    offices = {office: actor for actor, listed in content["offices"].items() for office in listed}
    institutions = {name: actor for actor, listed in content["institutions"].items() for name in listed}
    namesakes = {office: frozenset(listed) for office, listed in content["namesakes"].items()}
    venues = frozenset(content["venues"]["capitals"])
    begins = frozenset(name.split()[0] for name in (*names, *institutions))
    return Actors(names, states, frozenset(content["countries"]), offices, namesakes, institutions, begins, venues)
