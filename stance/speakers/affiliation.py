"""The country or body that a speaker speaks for, by the gazetteer."""

from __future__ import annotations

from stance.speakers.context import of_the_office, of_the_paragraph
from stance.speakers.lists import actors, words
from stance.speakers.names import actor_beside, names_in
from stance.speakers.phrases import Phrase
from stance.speakers.tokens import Tokens

__all__ = ["actor_of", "actor_of_title"]

# they speak for a state of the Union, or of a federation, before they speak for a country of that name
_OF_A_STATE = frozenset(
    "senator senators congressman congresswoman representative republican democrat governor".split()
)
_OF_THE_UNITED_STATES = frozenset("congressman congresswoman congressmen".split())
# whose country is not the one they speak for
_PARTIAL = frozenset(
    """party opposition union chamber bank company association coalition mayor councillor community federation club town
    city municipality front movement institute university group media guerrilla guerrillas rebels society
    shadow republicans monarchists""".split()
)
_COUNTRYS = frozenset("country's kingdom's republic's island's".split())
_STATEMENTS = frozenset("statement declaration side communiqué".split())
_OFFICIALS = frozenset("official officials government treasury ministry presidency parliament".split())


def _of_one(tokens: Tokens, speakers: tuple[Phrase, ...]) -> str | None:
    """The actor of several speakers, if all speak for it; "her deputy" and "foreign minister" do for the first's."""
    actor = actor_of(tokens, speakers[0])
    for one in speakers[1:]:
        begin, within = tokens.lower[one.first], set(tokens.lower[one.first : one.last + 1])
        whose = begin in words().grammar["possessives"] or begin not in words().grammar["determiners"]
        own = actor_of(tokens, one)
        if own != actor and (own is not None or not whose or one.kind == "name" or within & words().context["other"]):
            return None
    return actor


def _names_within(tokens: Tokens, first: int, last: int, states: bool = False) -> list[str]:
    """Actors named from one token to another, each longest name once."""
    found = [actor for _, _, actor in names_in(tokens, first, last)]
    if states:
        of_states = actors().states
        ranges = [(i, n) for i in range(first, last + 1) for n in (2, 1) if i + n - 1 <= last]
        names = (of_states.get(tokens.bare_run(i, n)) for i, n in ranges)
        found = [actor for actor in names if actor is not None][:1] or found
    return found


def actor_of(tokens: Tokens, phrase: Phrase) -> str | None:
    """The actor of a speaker, ``None`` where the words do not tell, or where two speak for different ones."""
    grammar = words().grammar
    if phrase.both:
        return _of_one(tokens, phrase.both)
    within = tokens.lower[phrase.first : phrase.last + 1]
    if any(word in grammar["former"] or word.startswith("ex-") for word in within):
        return None
    beside = actor_beside(tokens, phrase.last + 1) if phrase.kind in ("name", "office") else None
    if beside is not None:
        return None if phrase.first and tokens.lower[phrase.first - 1] in grammar["former"] else beside
    found: list[str] = []
    if phrase.kind == "actor":
        found = _names_within(tokens, phrase.first, phrase.head)
    elif _is_official(tokens, phrase):
        found = _of_official(tokens, phrase)
    return found[0] if len(set(found)) == 1 else None


def _is_official(tokens: Tokens, phrase: Phrase) -> bool:
    """Whether it is an office, or a government's statement; not of a party, a company or the like."""
    stated = tokens.lower[phrase.head] in _STATEMENTS
    return (phrase.kind == "office" or stated) and _PARTIAL.isdisjoint(_outside_names(tokens, phrase))


def _of_official(tokens: Tokens, phrase: Phrase) -> list[str]:
    """Whose an office or a statement is: as its own words name them, else by the words around it."""
    head, first = phrase.head, phrase.office
    if tokens.lower[first] == "its" or _of_the_country(tokens, first):
        return _before(tokens, first)
    beside = {w for k in range(first + 1, head) if tokens.lower[k] == "and" for w in tokens.lower[k - 1 : k + 2]}
    if beside & words().context["other"]:  # "Iranian and Western diplomats" do not speak for one
        return []
    found = _names_within(tokens, first, head) or _after_head(tokens, head, phrase.last)
    if found:
        return found
    open_office = of_the_office(tokens, first, phrase.last, head=head) or of_the_paragraph(tokens, phrase)
    if open_office:
        return [open_office]
    return ["United States"] if tokens.lower[head] in _OF_THE_UNITED_STATES else []


def _outside_names(tokens: Tokens, phrase: Phrase) -> list[str]:
    """The words of a phrase outside the names of the gazetteer, as "union" is not in "the European Union's envoy"."""
    named = {i for first, last, _ in names_in(tokens, phrase.first, phrase.last) for i in range(first, last + 1)}
    return [tokens.lower[i] for i in range(phrase.first, phrase.last + 1) if i not in named and i not in phrase.name]


def _after_head(tokens: Tokens, head: int, last: int) -> list[str]:
    """Names in "of Finland", "from Kentucky", "at the Pentagon"; "in Washington" for officials and governments only."""
    word = tokens.lower[head]
    links = {"of", "from", "at"} | ({"in"} if word in _OFFICIALS else set())
    found: list[str] = []
    linked = False
    for i in range(head + 1, last + 1):
        if tokens.lower[i] in words().grammar["prepositions"]:
            linked = tokens.lower[i] in links
        elif linked:
            end = i
            while end < last and tokens.lower[end + 1] not in words().grammar["prepositions"]:
                end += 1
            found += _names_within(tokens, i, end, states=word in _OF_A_STATE)
            linked = False
    return found


def _of_the_country(tokens: Tokens, first: int) -> bool:
    """Whether a phrase begins with "the country's"."""
    after = "".join(tokens.words[first + 1 : first + 2])
    return tokens.lower[first] == "the" and after.replace("’", "'") in _COUNTRYS


def _before(tokens: Tokens, place: int) -> list[str]:
    """What "its" can mean: the country that opens the sentence, or the one before, and does something there."""
    start = tokens.sentence_start(place)
    for opening in (start, tokens.sentence_start(start - 2) if start > 1 else start):
        for first, last, actor in names_in(tokens, opening, min(opening + 6, place - 1)):
            after = tokens.lower[last + 1]
            acts = after.endswith(("s", "ed")) or after in words().grammar["auxiliaries"] | words().grammar["deeds"]
            begins = first == opening or tokens.lower[first - 1] in ("the", ",")
            if begins and not tokens.is_possessive(last) and (acts or after == "," or after == "which"):
                return [actor]
    return []


def actor_of_title(title: str, text: str = "") -> str | None:
    """The actor named in the label of a turn, which may be in capitals; what else the text names may speak against it.

    Examples
    --------
    >>> actor_of_title("PRESIDENT OF FINLAND"), actor_of_title("THE PRESIDENT"), actor_of_title("Mr. Velikov (Serbia)")
    ('Finland', None, 'Serbia')
    """
    title, _, bracket = title.partition(" (")  # of which a country counts, and not "(spoke in French)"
    tokens = Tokens(" ".join(w.capitalize() if w.isupper() and len(w) > 3 else w for w in title.split()))
    if any(word in words().grammar["former"] for word in tokens.lower):
        return None
    headed = any(words().heads.get(word) == "office" for word in tokens.lower)
    if headed or tokens.lower[0].rstrip(".") in words().forms:
        delegated = actors().names.get(bracket.split(")")[0]) or actor_beside(Tokens(f"({bracket}"), 0)
        if delegated is not None:
            return delegated
    if not headed or _PARTIAL & set(tokens.lower):
        return None
    found = _names_within(tokens, 0, len(tokens) - 1)
    if not found and "foreign office" not in title.lower():  # Berlin's and London's have one name
        return of_the_office(tokens, 0, len(tokens) - 1, Tokens(text))
    return found[0] if len(set(found)) == 1 else None
