"""Tokens to items: mentions and cues are recognised, sentence by sentence.

An item is a mention of a target, a cue word, or a plain word. Phrases are matched from left to right, the
longest first, and never across the end of a sentence.

A weak mention, one that the lexicon holds to name a target only beside others, is a plain word in a paragraph that does
not name the target otherwise: "the ban" is sanctions beside "the sanctions", and a ban of weapons or visitors alone.

Cues of the classes `NEGATING` negate the items after them, up to the end of the clause. One that is negated itself
negates nothing, so that what "did not rule out" governs is not negated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from stance.model.lexicon import WEAK, Lexicon
from stance.model.tokens import Gap, Token

__all__ = ["NEGATING", "NOT", "Item", "PhraseTable", "read_sentences"]

#: The class of plain negations, which are never negated themselves.
NOT = "not"
#: Classes of cues that negate, and how many items after them they reach at most.
NEGATING = {NOT: 4, "refuse": 7, "oppose": 7, "criticise": 7}


class Item(NamedTuple):
    """A mention, a cue or a plain word.

    Attributes
    ----------
    target : str
        The target mentioned, else empty.
    group : str
        The lexicon group of a mention, the class of a cue, else empty.
    word : str
        The first token.
    start, end : int
        Span in the text.
    gap : Gap
        What stands before it.
    length : int
        Number of tokens.
    negated : bool
        Whether a cue of its clause negates it.
    """

    target: str
    group: str
    word: str
    start: int
    end: int
    gap: Gap
    length: int = 1
    negated: bool = False


class PhraseTable:
    """All phrases of all lexicons, ready for longest-first matching.

    Parameters
    ----------
    lexicons : mapping of str to Lexicon
        Target name to its mentions. Where two targets claim a phrase the first one has it.
    cues : Lexicon or None
        Cue words; a mention goes before a cue.
    """

    def __init__(self, lexicons: Mapping[str, Lexicon], cues: Lexicon | None) -> None:
        self.phrases: dict[tuple[str, ...], tuple[str, str]] = {}
        for target, lexicon in lexicons.items():
            for phrase, group in lexicon.phrases.items():
                self.phrases.setdefault(phrase, (target, group))
        for phrase, group in (cues.phrases if cues else {}).items():
            self.phrases.setdefault(phrase, ("", group))
        lengths: dict[str, set[int]] = {}
        for phrase in self.phrases:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
        self.lengths = {word: sorted(found, reverse=True) for word, found in lengths.items()}

    def match(self, tokens: list[Token], i: int) -> tuple[int, str, str]:
        """Length, target and group of the longest phrase that begins at token ``i``; length 0 if none."""
        for n in self.lengths.get(tokens[i].word, ()):
            run = tokens[i : i + n]
            if len(run) < n or any(token.gap & Gap.SENTENCE for token in run[1:]):
                continue
            found = self.phrases.get(tuple(token.word for token in run))
            if found is not None:
                return n, *found
        return 0, "", ""


def read_sentences(tokens: list[Token], table: PhraseTable) -> list[list[Item]]:
    """Group tokens into items, and items into sentences.

    Parameters
    ----------
    tokens : list of Token
        A paragraph.
    table : PhraseTable
        What to recognise.

    Returns
    -------
    list of list of Item
        No sentence is empty.
    """
    sentences: list[list[Item]] = []
    i = reach = 0
    while i < len(tokens):
        token = tokens[i]
        if not sentences or token.gap & Gap.SENTENCE:
            sentences.append([])
            reach = 0
        if token.gap & Gap.CLAUSE:
            reach = 0
        n, target, group = table.match(tokens, i)
        length = max(n, 1)
        reached, reach = reach > 0, max(reach - 1, 0)
        negated = reached and (bool(target) or group != NOT)
        end = tokens[i + length - 1].end
        sentences[-1].append(Item(target, group, token.word, token.start, end, token.gap, length, negated))
        if not target and group in NEGATING:
            reach = 0 if reached else NEGATING[group]
        i += length
    return _without_weak(sentences)


def _without_weak(sentences: list[list[Item]]) -> list[list[Item]]:
    """Mentions of a target that is named by weak ones alone become plain words."""
    mentions = [item for sentence in sentences for item in sentence if item.target]
    named = {"", *(item.target for item in mentions if not item.group.startswith(WEAK))}
    if all(item.target in named for item in mentions):
        return sentences
    return [
        [item if item.target in named else item._replace(target="", group="") for item in sentence]
        for sentence in sentences
    ]
