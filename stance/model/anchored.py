"""Anchored terms: what stands around each mention of a target, within its sentence.

Every mention is folded to ``*`` and every cue word to its class, so that what is learnt of "lift the embargo" serves
for "ease the asset freeze". In the names of terms, ``X`` and ``Y`` are symbols: ``#class`` for a cue, ``!class`` for
one that is negated (see `stance.model.items`), ``=class`` for a context word (a country, a date, an office), ``~`` for
a mention of another target, ``,`` for a clause boundary.

===============  =============================================================================
``X ..*``        X stands before a mention, at most `window` items away; ``* ..X`` after it
``GROUP X ..*``  the same at most `NEAR` items away, and which group of the lexicon is mentioned
``X Y *``        neighbours in the skeleton: the sentence with nothing left but symbols
``X + Y``        cues at most `PAIR` steps apart in the skeleton without context and clauses
``&X``           X stands in the sentence of a mention; ``&!*`` if the mention is negated
``is GROUP``     a mention of that group stands in the paragraph; ``is GROUP SCENE`` says where it is set
``SCENE``        ``abroad`` if a word of the table ``[abroad]`` stands in the paragraph, ``home`` if not
``n=2``          number of mentions (at most 4)
``at first``     a mention stands in the first sentence; ``at last`` in the last one
``sentences=2``  number of sentences (at most 4)
===============  =============================================================================

Clause terms are the stems of the words that stand in the clause of a mention, ``!`` before one that is negated, each
marked with its side, and once more where it is near:

===============  =============================================================================
``w ..*``        w stands before a mention, at most `CLAUSE` items away in its clause; ``* ..w`` after it
``w .*``         the same at most `NEAR` items away; ``* .w`` after it
===============  =============================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stance.model.items import Item
from stance.model.lexicon import CONTEXT
from stance.model.stems import stem
from stance.model.tokens import Gap

__all__ = ["SCENES", "anchored_terms", "clause_terms"]

#: The group of a mention matters for symbols this many items away.
NEAR = 3
#: Cues this many steps apart in the skeleton make a pair.
PAIR = 3
#: Words of its clause at most this many items from a mention are clause terms.
CLAUSE = 6
#: Where a paragraph is set.
SCENES = ("abroad", "home")

RawTerm = tuple[str, int, int]
Symbols = list[str]


def anchored_terms(sentences: Sequence[Sequence[Item]], target: str, window: int, scene: str = "") -> Iterator[RawTerm]:
    """The anchored terms of a paragraph for one target.

    Parameters
    ----------
    sentences : sequence of sequence of Item
        As `read_sentences` returns them.
    target : str
        Whose mentions are the anchors.
    window : int
        Items read on either side.
    scene : str
        Of `SCENES`; empty where the lexicons do not tell.

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
        symbols = _symbols(sentence, target)
        for i in anchors:
            groups.setdefault(sentence[i].group, sentence[i])
            yield from _around(sentence, symbols, i, window)
        yield from _skeleton(sentence, symbols)
        yield from _pairs(sentence, symbols)
        for item, symbol in zip(sentence, symbols, strict=True):
            if symbol == "*":
                symbol = "!*" if item.negated else ""
            if symbol:
                yield f"&{symbol}", item.start, item.end
    if not mentions:
        return
    first = sentences[anchored[0]][0]
    for group, item in groups.items():
        yield f"is {group}", item.start, item.end
        if scene:
            yield f"is {group} {scene}", item.start, item.end
    # these are about the paragraph as a whole; an empty span keeps them from being shown as words
    at = first.start
    yield f"n={min(mentions, 4)}", at, at
    yield "at first" if anchored[0] == 0 else "not at first", at, at
    yield "at last" if anchored[-1] == len(sentences) - 1 else "not at last", at, at
    yield f"sentences={min(len(sentences), 4)}", at, at
    if scene:
        yield scene, at, at


def clause_terms(sentences: Sequence[Sequence[Item]], target: str) -> Iterator[RawTerm]:
    """Stems of the words in the clauses that mention a target, by side and nearness; mentions folded.

    Parameters
    ----------
    sentences : sequence of sequence of Item
        As `read_sentences` returns them.
    target : str
        Whose mentions count.

    Yields
    ------
    (str, int, int)
        Name and span: for each mention the words before it, the nearest first, then those after it.
    """
    for sentence in sentences:
        anchors = [i for i, item in enumerate(sentence) if item.target == target]
        if not anchors:
            continue
        words = [_fold(item, target) or f"{'!' if item.negated else ''}{stem(item.word)}" for item in sentence]
        for anchor in anchors:
            for i in range(anchor - 1, max(anchor - CLAUSE, 0) - 1, -1):
                if sentence[i + 1].gap & Gap.CLAUSE:
                    break
                yield f"{words[i]} ..*", sentence[i].start, sentence[i].end
                if anchor - i <= NEAR:
                    yield f"{words[i]} .*", sentence[i].start, sentence[i].end
            for i in range(anchor + 1, min(anchor + CLAUSE + 1, len(sentence))):
                if sentence[i].gap & Gap.CLAUSE:
                    break
                yield f"* ..{words[i]}", sentence[i].start, sentence[i].end
                if i - anchor <= NEAR:
                    yield f"* .{words[i]}", sentence[i].start, sentence[i].end


def _fold(item: Item, target: str) -> str:
    if not item.target:
        return ""
    return "*" if item.target == target else "~"


def _symbols(sentence: Sequence[Item], target: str) -> Symbols:
    """The folded form of every item; empty for a plain word."""
    symbols: Symbols = []
    for item in sentence:
        if item.target or not item.group:
            symbols.append(_fold(item, target))
        elif item.group.startswith(CONTEXT):
            symbols.append(item.group)
        else:
            symbols.append(f"{'!' if item.negated else '#'}{item.group}")
    return symbols


def _around(sentence: Sequence[Item], symbols: Symbols, anchor: int, window: int) -> Iterator[RawTerm]:
    group = sentence[anchor].group
    for i in range(max(0, anchor - window), min(len(sentence), anchor + window + 1)):
        if i == anchor or not symbols[i]:
            continue
        item = sentence[i]
        name = f"{symbols[i]} ..*" if i < anchor else f"* ..{symbols[i]}"
        yield name, item.start, item.end
        if abs(i - anchor) <= NEAR:
            yield f"{group} {name}", item.start, item.end


def _skeleton(sentence: Sequence[Item], symbols: Symbols) -> Iterator[RawTerm]:
    bones: list[RawTerm] = [("^", sentence[0].start, sentence[0].start)]
    for item, symbol in zip(sentence, symbols, strict=True):
        if not symbol:
            continue
        if item.gap & Gap.CLAUSE and bones[-1][0] != ",":
            bones.append((",", item.start, item.start))
        if bones[-1][0] != symbol:
            bones.append((symbol, item.start, item.end))
    bones.append(("$", sentence[-1].end, sentence[-1].end))
    for n in (2, 3):
        for i in range(len(bones) - n + 1):
            run = bones[i : i + n]
            if any(bone[0] == "*" for bone in run):
                yield " ".join(bone[0] for bone in run), run[0][1], run[-1][2]


def _pairs(sentence: Sequence[Item], symbols: Symbols) -> Iterator[RawTerm]:
    cues: list[RawTerm] = []
    for item, symbol in zip(sentence, symbols, strict=True):
        if symbol and symbol != "*" and not symbol.startswith(CONTEXT) and not (cues and cues[-1][0] == symbol):
            cues.append((symbol, item.start, item.end))
    for i, (left, start, _) in enumerate(cues):
        for right, _, end in cues[i + 1 : i + 1 + PAIR]:
            yield f"{left} + {right}", start, end
