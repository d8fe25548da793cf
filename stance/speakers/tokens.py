"""Words and marks of a paragraph, its sentences and what stands in quotation marks."""

from __future__ import annotations

import re
from functools import cache

from stance.speakers.lists import words

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
    return re.compile(
        rf"(?:[A-Z]\.){{2,}}|(?<![\w-])[DRI]-(?:(?:[A-Z]\.){{2,}}|[A-Z][a-z]{{1,5}}\.(?=[,)]))|(?=[A-Z])(?:(?P<initial>(?<![\w.'’-])[A-Z])|{address})\."
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
            if token["initial"] and not _may_be_initial(token["initial"], [text[slice(*at)] for at in found[-2:]]):
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
            if opened is not None and (word in _CLOSING or word == '"'):
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

    def is_possessive(self, i: int) -> bool:
        """Whether a word has a possessive ``'s``."""
        return self.words[i] != self.bare(i)

    def lower_at(self, i: int) -> str:
        """A word in small letters; before the first and behind the last token a full stop, as a sentence ends there."""
        return self.lower[i] if 0 <= i < len(self.lower) else "."

    def bare_run(self, i: int, n: int) -> str:
        """So many words from a place on, the last without its possessive: as the gazetteer has a name."""
        return " ".join([*self.words[i : i + n - 1], self.bare(i + n - 1)])

    def sentence_start(self, i: int) -> int:
        """First token of the sentence that a token belongs to."""
        least = max(i - _LONGEST, 0)
        while i > least and not (self.words[i - 1] in ".?!:;" or self._ends_quoted(i - 1)):
            i -= 1
        return i

    def clause_start(self, i: int) -> int:
        """First token of its sentence behind a quotation that opens it, as in "'It is late,' the envoy said"."""
        start = self.sentence_start(i)
        while start < i and self.quoted[start]:
            start += 1
        return start

    def _ends_quoted(self, i: int) -> bool:
        """Whether a mark closes a quotation with the end of its sentence, and not a term in the midst of one."""
        return self.words[i] in '"”»' and self.quoted[i] and self.words[i - 1] in ".?!"


def _may_be_initial(letter: str, before: list[str]) -> bool:
    """Whether a letter behind these two tokens is a person's: behind a mark, a first name, or an office or trade."""
    lists, word = words(), before[-1] if before else "."
    if not word[0].isalnum():
        return True
    if word.lower() in lists.grammar["lettered"]:
        return False
    if word[0].isupper():
        # "SALT I." is no name
        return not (word.isupper() and len(word) > 2)
    links = word == "and" or word in lists.grammar["prepositions"] or lists.verbs.get(word) in ("say", "tell")
    # "said J. Jordan" and "to J. Jordan", but neither "from A to B." nor "so say I."
    return word in lists.heads or (links and letter != "I" and not re.fullmatch("[A-Z]", before[0]))


def _bare(word: str) -> str:
    if word[-1] not in "s'’":
        return word
    if word.endswith(("'s", "’s")):
        return word[:-2]
    return word[:-1] if word.endswith(("s'", "s’")) else word
