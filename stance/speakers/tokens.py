"""Words and marks of a paragraph, its sentences and what stands in quotation marks."""

from __future__ import annotations

import re
from functools import cache

from stance.speakers.lists import actors, words

__all__ = ["Tokens"]

# tokens; a longer sentence is a list or a table, and is looked at from here on
_LONGEST = 200
_OPENING, _CLOSING = "“«„", "”»"


@cache
def _token() -> re.Pattern[str]:
    """A token; in "Sen. John Q. Arden" the full stops belong to the words, as no sentence ends there."""
    lists = words()
    address = "|".join(sorted(lists.address))
    grammar = lists.grammar["determiners"] | lists.grammar["pronouns"] | lists.grammar["prepositions"]
    openings = "|".join(sorted(word.capitalize() for word in grammar | lists.grammar["stops"]))
    names = "|".join(sorted({re.escape(name.split()[0]) for name in actors().names}))
    return re.compile(
        rf"(?:[A-Z]\.){{2,}}|(?=[A-Z])(?:(?P<initial>(?<=[a-z]\s)[A-Z])(?!\.\s(?:{names})\b)|{address})\."
        rf"(?=\s[A-Z][a-z])(?!\s(?:{openings})\b)|"
        r"\w+(?:[-'’&]\w+)*(?:(?<=s)['’](?=\s[a-z]))?|[^\w\s]"
    )


class Tokens:
    """A paragraph as tokens.

    Parameters
    ----------
    text : str
        The paragraph.

    Attributes
    ----------
    starts, ends : list of int
        Offsets of each token.
    words, lower : list of str
        The tokens, and in small letters without a possessive ``'s``.
    quoted : list of bool
        Whether each stands in quotation marks.
    longest_quotation : int
        Its words.

    Examples
    --------
    >>> tokens = Tokens('"No deal," Iran\\'s minister said.')
    >>> tokens.words[5:7], tokens.lower[5], tokens.quoted[1], tokens.longest_quotation
    (["Iran's", 'minister'], 'iran', True, 2)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        found: list[tuple[int, int]] = []
        for token in _token().finditer(text):
            start, end = token.span()
            # "plan B." ends a sentence, "John Q." and "envoy Q." do not
            if token["initial"] and not _may_be_named(text[slice(*found[-1])]):
                found.append((start, end - 1))
                start = end - 1
            found.append((start, end))
        self.starts = [start for start, _ in found]
        self.ends = [end for _, end in found]
        self.words = [text[start:end] for start, end in found]
        self.lower = [_bare(word).lower() for word in self.words]
        self.quoted = [False] * len(found)
        self.longest_quotation = 0
        self._mark_quotations()

    def __len__(self) -> int:
        return len(self.words)

    def _mark_quotations(self) -> None:
        opened: int | None = None
        for i, word in enumerate(self.words):
            closes = word in _CLOSING or (word == '"' and opened is not None)
            if closes and opened is not None:
                self.quoted[opened : i + 1] = [True] * (i + 1 - opened)
                length = sum(w[0].isalnum() for w in self.words[opened:i])
                self.longest_quotation = max(self.longest_quotation, length)
                opened = None
            elif word in _OPENING or word == '"':
                opened = i

    def is_word(self, i: int) -> bool:
        """Whether there is a word at this place, outside quotation marks."""
        return 0 <= i < len(self.words) and self.words[i][0].isalnum() and not self.quoted[i]

    def is_capital(self, i: int) -> bool:
        """Whether a word begins with a capital."""
        return self.words[i][0].isupper()

    def bare(self, i: int) -> str:
        """A word without its possessive ``'s``."""
        return _bare(self.words[i])

    def sentence_start(self, i: int) -> int:
        """First token of the sentence that a token belongs to."""
        least = max(i - _LONGEST, 0)
        while i > least and not (self.words[i - 1] in ".?!:;" or (self.words[i - 1] == '"' and self.quoted[i - 1])):
            i -= 1
        return i


def _may_be_named(word: str) -> bool:
    """Whether an initial behind a word is a person's: behind a first name, or an office or trade."""
    return word[0].isupper() or word in words().heads


def _bare(word: str) -> str:
    if word[-1] not in "s'’":
        return word
    if word.endswith(("'s", "’s")):
        return word[:-2]
    return word[:-1] if word.endswith(("s'", "s’")) else word
