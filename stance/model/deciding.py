"""Deciding words: stretches of a paragraph instead of single terms."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from math import fsum
from typing import NamedTuple

from stance.labels import is_related
from stance.model.tokens import Token, tokenize

__all__ = ["Stretch", "deciding_stretches", "words_cell", "words_for"]

# neighbours join the strongest word if they add this share of it, up to so many words
_JOINED = 0.3
_LONGEST = 6
# what speaks against the label is worth showing from this share of what speaks most for it
_WORTH_SHOWING = 0.3


class Stretch(NamedTuple):
    """Some words of a paragraph, and what they add to the margin of its label.

    Attributes
    ----------
    start, end : int
        Character offsets into the paragraph.
    value : float
        Above zero they speak for the label, below against it.
    """

    start: int
    end: int
    value: float


def deciding_stretches(text: str, terms: Iterable[tuple[Sequence[tuple[int, int]], float]], most: int) -> list[Stretch]:
    """The stretches of a paragraph that speak most for a label, and those that speak most against it.

    What each term adds is spread evenly over the words that its spans touch. A stretch is a word with its neighbours
    of the same sign that add at least `_JOINED` of what it adds.

    Parameters
    ----------
    text : str
        The paragraph.
    terms : iterable of (sequence of (int, int), float)
        Where each of its terms stands, and what it adds to the margin of the label, as in a `Contribution`.
    most : int
        How many stretches of each sign at most. Against the label only such as weigh at least `_WORTH_SHOWING` of the
        strongest one for it.

    Returns
    -------
    list of Stretch
        Those for the label first, each group by the strength of its strongest word. They do not overlap.

    Examples
    --------
    >>> deciding_stretches("Lift the ban now.", [([(0, 4)], 0.6), ([(5, 12)], 0.4), ([(13, 16)], -0.3)], most=1)
    [Stretch(start=0, end=12, value=1.0)]
    """
    tokens = tokenize(text)
    weight = [0.0] * len(tokens)
    starts, ends = [token.start for token in tokens], [token.end for token in tokens]
    for spans, value in terms:
        for a, b in spans:
            # an n-gram of characters begins and ends within words; an empty span, before a word, touches none
            touched = range(bisect_right(ends, a), bisect_left(starts, b))
            for i in touched:
                weight[i] += value / len(spans) / len(touched)
    found = _grow(tokens, weight, most)
    least = _WORTH_SHOWING * found[0].value if found else 0.0
    against = [stretch for stretch in _grow(tokens, [-value for value in weight], most) if stretch.value >= least]
    return found + [Stretch(start, end, -value) for start, end, value in against]


def _grow(tokens: list[Token], weight: list[float], most: int) -> list[Stretch]:
    found: list[Stretch] = []
    free = [True] * len(weight)
    for seed in sorted(range(len(weight)), key=lambda i: -weight[i]):
        if len(found) == most or weight[seed] <= 0:
            break
        if not free[seed]:
            continue
        first = last = seed
        least = _JOINED * weight[seed]
        while first > 0 and free[first - 1] and weight[first - 1] >= least and last - first < _LONGEST:
            first -= 1
        while last + 1 < len(tokens) and free[last + 1] and weight[last + 1] >= least and last - first < _LONGEST:
            last += 1
        taken = slice(first, last + 1)
        free[taken] = [False] * (last + 1 - first)
        if any(len(token.word) > 3 for token in tokens[taken]):
            found.append(Stretch(tokens[first].start, tokens[last].end, fsum(weight[taken])))
    return found


def words_for(text: str, stretches: Iterable[Stretch]) -> list[str]:
    """The words of the stretches that speak for the label.

    Examples
    --------
    >>> words_for("Lift  the ban now.", [Stretch(0, 13, 0.8), Stretch(14, 17, -0.2)])
    ['Lift the ban']
    """
    return [" ".join(text[a:b].split()) for a, b, value in stretches if value > 0]


def words_cell(
    stretches: Callable[[str, str, str], Iterable[Stretch]], text: str, start: int, target: str, label: str | None
) -> str | None:
    """The deciding words of one stance as a cell of a table: JSON, ``[[start, end, value], ...]``.

    Parameters
    ----------
    stretches : callable
        `StanceModel.stretches` of what scored it.
    text : str
        The paragraph.
    start : int
        Where it begins in its article; offsets are those of the article.
    target : str
        Name of the target.
    label : str or None
        The label given.

    Returns
    -------
    str or None
        ``None`` without a label, and for a paragraph that is not about the target.
    """
    if label is None or not is_related(label):
        return None
    return json.dumps([[start + a, start + b, round(value, 4)] for a, b, value in stretches(text, target, label)])
