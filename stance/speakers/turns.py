"""Turns of transcripts, by the labels that open them: "THE PRESIDENT:", "Minister Aino Salmela:", "Question:"."""

from __future__ import annotations

import re
from functools import cache

from stance.speakers.lists import actors, words
from stance.speakers.names import is_personal, names_in
from stance.speakers.phrases import phrase_of
from stance.speakers.tokens import Tokens

__all__ = ["core_of_label", "label_of_turn"]

#: As the record of the American Congress has it: "Mr. ARDEN. I rise", "The SPEAKER pro tempore. The question is".
#: No word gives back what it has taken: a name of a thousand hyphens would be cut into words in every way.
_RECORD = re.compile(
    r"((?:M(?:r|rs|s|iss)\.?\s(?:(?:Ma?c|De|Di|La|Le|Van)?[A-Z][A-Z'’-]++\b\s?+){1,3}+(?:of\s[A-Z][a-z]+(?:\s[A-Z][a-z]+)?)?"
    r"|The\s(?:(?:ACTING|VICE|PRESIDING|SPEAKER|PRESIDENT|OFFICER|CHAIR(?:MAN|WOMAN)?|CLERK)\b\s?)+"
    r"(?:pro\stempore)?(?:\s?\([^()]{1,40}\))?)(?<!\s))\.\s+(?=[A-Z“\"])"
)
# as transcripts of briefings have it: "Q Thank you. Is there a date?"
_QUESTION = re.compile(r"Q[ \t]+(?=[A-Z“\"(\[—–…])")
# how parliaments number questions, and what they call members whom nobody can name
_NUMBERED = r"(?:Q\s?\d{1,4}\.?\s(?:\[[^\[\]]{1,30}\]\s)?)?"
_MEMBERS = r"(?:(?:An|Several|Some)\s[Hh]on\.\s[Mm]|Hon\.\sM)embers?"
# of a body, within an office: "Head of the Grain Office (GO) Anna Berg"
_ACRONYM = r"\s\([A-Z]{2,12}\)"
_CAPITALS = "A-ZÀ-ÖØ-Þ" + "".join(filter(str.isupper, map(chr, range(0x100, 0x180))))
# letters, with the time before it
_LONGEST = 200
# words; in capitals a longer one is a headline
_LONGEST_IN_CAPITALS = 7
# letters; of names as short some end like a verb: "Ming Wei"
_SHORT = 5


@cache
def _label() -> re.Pattern[str]:
    """A label with its colon: words with capitals and what links them, and brackets behind."""
    lists = words()
    linking = "|".join(
        sorted(lists.grammar["particles"] | lists.grammar["prepositions"] | {"and", "the", "&", "–", "-"})
    )
    dotted = "".join(rf"|(?<=\b{form})" for form in sorted(lists.address))
    # letters and dots by turns, so that no text can be matched in two ways
    capitalised = rf"(?:(?:al|el|ad|ar|as|an|bin)-)?[{_CAPITALS}][\w'’-]*(?:(?:(?<=[{_CAPITALS}]){dotted})\.[\w'’-]*)*"
    return re.compile(
        rf"(?:^[*_]{{0,3}}|(?<=[.?!)”\"]\s))(?:\d{{1,2}}[:.]\d\d\s)?{_NUMBERED}"
        rf"({_MEMBERS}(?=[*_]{{0,3}}:)|{capitalised}(?:,?\s(?:{capitalised}|(?:{linking})(?=\s))(?:{_ACRONYM}(?=\s))?){{0,25}}(?:\s\([^()]{{1,80}}\)){{0,2}}(?=[*_]{{0,3}}:)|"
        r"[QA](?=\.))[*_]{0,3}[:.][*_]{0,3}\s"
    )


def label_of_turn(text: str) -> tuple[int, int] | None:
    """Where the label of a paragraph's longest turn begins and ends, if the paragraph begins with a turn.

    Examples
    --------
    >>> label_of_turn("Minister Aino Salmela: We shall not sign."), label_of_turn("Breaking News: They signed.")
    ((0, 21), None)
    """
    if _QUESTION.match(text):
        return 0, 1
    if text[:1] in ("M", "T") and (recorded := _RECORD.match(text)) is not None:
        return recorded.span(1)
    if ":" not in text[:_LONGEST] and text[:4].lstrip("*_")[:1] not in ("Q", "A"):
        return None
    first = _label().match(text)
    if first is None or not _is_label(first[1]) or _is_holder(text[first.end() :].strip()):
        return None
    turns = [label for label in _label().finditer(text) if _is_label(label[1])]
    ends = [*(label.start() for label in turns[1:]), len(text)]
    lengths = [end - label.end() for label, end in zip(turns, ends, strict=True)]
    return turns[lengths.index(max(lengths))].span(1)


def core_of_label(label: str) -> str:
    """A label without what stands in brackets behind it, and without acronyms of bodies.

    Examples
    --------
    >>> core_of_label("Head of the Grain Office (GO) Anna Berg (spoke in French)")
    'Head of the Grain Office Anna Berg'
    """
    return re.sub(rf"{_ACRONYM}(?=\s\w)", "", label).split(" (")[0]


def _is_holder(text: str) -> bool:
    """Whether all that stands behind a label is a name without a full stop, as in a list of who holds what office."""
    return 0 < len(text) <= _LONGEST and " " in text and label_of_turn(f"{text}: ") == (0, len(text))


def _is_label(label: str) -> bool:
    lists = words()
    if re.fullmatch(_MEMBERS, label):
        return True
    core = core_of_label(label)
    if core.split()[-1].lower() in lists.headings["details"]:
        return False
    if core.isupper():
        bare = [word.strip("().,").lower() for word in label.split()]
        if len(bare) <= _LONGEST_IN_CAPITALS and any(_opens(word, bare) for word in bare):
            return True
        core = " ".join(word.capitalize() for word in core.split())
    if core.lower() in lists.turns:
        return True
    first, *others = core.split()
    if lists.heads.get(first.lower()) == "office" and len(others) == 1 and others[0].isupper():
        core = f"{first} {others[0].capitalize()}"  # "Senator ARDEN"
    tokens = Tokens(re.sub(r"(?<=\b[A-Z]\.)\s(?=[A-Z]\.)", "", core))
    last = tokens.words.index(",") - 1 if "," in tokens.words else len(tokens) - 1
    return last > 0 and _is_speaker(tokens, last)


def _opens(word: str, label: list[str]) -> bool:
    """Whether a word tells that capitals are a label: neither one of "THE SNAPBACK QUESTION" does, nor "AGENCY"."""
    lists = words()
    if word in ("question", "answer"):
        return word == label[0]
    if word in lists.turns or word in lists.forms:
        return True
    alone = word in lists.headings["bodies"] and len(label) == 1
    return lists.heads.get(word) in ("office", "person") and not alone


def _is_speaker(tokens: Tokens, last: int) -> bool:
    """Whether the tokens to ``last`` are an office, with a name or without, or a name, and no heading."""
    lists, opening = words(), tokens.lower[0].rstrip(".")
    if opening in lists.forms:
        return True
    if opening in lists.turns and len(opening) > 1 and _is_name(tokens, 1, last):
        return True
    found = phrase_of(tokens, 0, last)
    if found is None or found.kind not in ("office", "person"):
        return _is_name(tokens, 0, last)
    head = tokens.lower[found.head]
    if head.endswith("s") or head in lists.headings["bodies"] or opening in lists.headings["salutations"]:
        return False
    if found.head == last or not any(_is_heading(tokens, i) for i in (*found.name, last)):
        return True
    # "The Minister of State", whatever it is that she is minister of
    return opening == "the" and not found.name and tokens.lower[found.head + 1] in ("of", "for")


def _is_name(tokens: Tokens, first: int, last: int) -> bool:
    """Whether all are a person's name in which no word is one of headings, of grammar or of a country."""
    headings, opening = words().headings, tokens.words[first]
    if not is_personal(tokens, first, last) or opening in actors().states:
        return False
    if any(names_in(tokens, first + (opening in headings["given"]), last)):
        return False
    begins = len(opening) > _SHORT and opening.endswith(tuple(headings["openings"]))
    return not begins and not any(_is_heading(tokens, i) for i in range(first, last + 1))


def _is_heading(tokens: Tokens, i: int) -> bool:
    """Whether a word is one of headings and not of names."""
    lists, word = words(), tokens.lower[i]
    if word in lists.grammar["particles"]:
        return False
    if len(word) > 1 and tokens.words[i].isupper() and "." not in word:
        return True  # "AI", "NPR"
    grammar = (
        lists.grammar[name] for name in ("determiners", "pronouns", "prepositions", "adverbs", "stops", "modals")
    )
    parts = {word, *word.split("-")}
    return (
        not parts.isdisjoint(lists.headings["words"])
        or word in lists.may_speak
        or any(word in group for group in grammar)
        or word.endswith(tuple(lists.headings["endings"]))
        or lists.heads.get(word) == "body"
    )
