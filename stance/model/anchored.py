"""Anchored terms: what stands around each mention of a target, within its sentence.

Every mention is folded to ``*`` and every cue to its class, so that what is learnt of "lift the embargo" serves for
"ease the asset freeze". A term's name says what it is (``X`` and ``Y`` are ``#class`` for a cue, ``~target`` for
a mention of another target; ``!`` before a class: a negation governs it):

==============  ==============================================================================
``X ..*``       X stands before a mention, at most `window` items away; ``* ..X`` after it
``X . *``       the same for a plain word (its first `STEM` letters) at most `NEAR` items away
``X Y *``       neighbours in the skeleton: the sentence with only mentions and cues left
``&X``          cue X stands in the sentence of a mention
``is GROUP``    a mention of that group of the lexicon stands in the paragraph
``n=2``         number of mentions (at most 4)
``at first``    a mention stands in the first sentence; ``at last`` in the last one
==============  ==============================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stance.model.items import Item
from stance.model.tokens import Gap

__all__ = ["anchored_terms"]

#: A plain word is cut to this many letters, which folds most inflections.
STEM = 6
#: Plain words are read this many items away from a mention.
NEAR = 4
#: A negation governs at most this many items after it, up to the end of the clause.
REACH = 4

RawTerm = tuple[str, int, int]


def anchored_terms(sentences: Sequence[Sequence[Item]], target: str, window: int) -> Iterator[RawTerm]:
    """The anchored terms of a paragraph for one target.

    Parameters
    ----------
    sentences : sequence of sequence of Item
        As `read_sentences` returns them.
    target : str
        Whose mentions are the anchors.
    window : int
        Items read on either side.

    Yields
    ------
    (str, int, int)
        Name and span of each term. A paragraph without a mention yields none.
    """
    mentions = 0
    groups: dict[str, Item] = {}
    anchored: list[int] = []
    for number, sentence in enumerate(sentences):
        anchors = [i for i, item in enumerate(sentence) if item.target == target]
        if not anchors:
            continue
        mentions += len(anchors)
        anchored.append(number)
        for i in anchors:
            groups.setdefault(sentence[i].group, sentence[i])
        symbols = _symbols(sentence, target)
        for i in anchors:
            yield from _around(sentence, symbols, i, window)
        yield from _skeleton(sentence, symbols)
        for item, symbol in zip(sentence, symbols, strict=True):
            if symbol and item.target != target:
                yield f"&{symbol}", item.start, item.end
    if not mentions:
        return
    first = sentences[anchored[0]][0]
    for group, item in groups.items():
        yield f"is {group}", item.start, item.end
    yield f"n={min(mentions, 4)}", first.start, first.end
    yield "at first" if anchored[0] == 0 else "not at first", first.start, first.end
    yield "at last" if anchored[-1] == len(sentences) - 1 else "not at last", first.start, first.end


def _symbols(sentence: Sequence[Item], target: str) -> list[str]:
    """The folded form of every item; empty for a plain word."""
    symbols: list[str] = []
    negation = -REACH - 1
    for i, item in enumerate(sentence):
        if item.gap & Gap.CLAUSE:
            negation = -REACH - 1
        if item.target:
            symbols.append("*" if item.target == target else f"~{item.target}")
        elif item.group == "not":
            negation = i
            symbols.append("#not")
        elif item.group:
            symbols.append(f"!{item.group}" if i - negation <= REACH else f"#{item.group}")
        else:
            symbols.append("")
    return symbols


def _around(sentence: Sequence[Item], symbols: Sequence[str], anchor: int, window: int) -> Iterator[RawTerm]:
    for i in range(max(0, anchor - window), min(len(sentence), anchor + window + 1)):
        if i == anchor:
            continue
        item, symbol = sentence[i], symbols[i]
        if symbol:
            yield f"{symbol} ..*" if i < anchor else f"* ..{symbol}", item.start, item.end
        elif abs(i - anchor) <= NEAR:
            stem = item.word[:STEM]
            yield f"{stem} . *" if i < anchor else f"* . {stem}", item.start, item.end


def _skeleton(sentence: Sequence[Item], symbols: Sequence[str]) -> Iterator[RawTerm]:
    bones: list[tuple[str, int, int]] = []
    for item, symbol in zip(sentence, symbols, strict=True):
        if symbol and not (bones and bones[-1][0] == symbol):
            bones.append((symbol, item.start, item.end))
    bones = [("^", sentence[0].start, sentence[0].start), *bones, ("$", sentence[-1].end, sentence[-1].end)]
    for n in (2, 3):
        for i in range(len(bones) - n + 1):
            run = bones[i : i + n]
            if any(bone[0] == "*" for bone in run):
                yield " ".join(bone[0] for bone in run), run[0][1], run[-1][2]
