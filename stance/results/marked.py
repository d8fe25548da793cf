"""A paragraph cut into pieces, each with the deciding words that lie on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from stance.errors import StanceError

__all__ = ["Mark", "Piece", "cut_pieces", "read_words"]

#: From which size on, in units of the margin, words are strong or middling.
STRONG, MIDDLING = 1.0, 0.5


class Mark(NamedTuple):
    """What some words add to the margin of a label.

    Attributes
    ----------
    line : int
        Place of the target among the targets, from 0: the underline that shows it.
    target, label : str
        Whose.
    value : float
        What they add; below zero they speak against the label.
    """

    line: int
    target: str
    label: str
    value: float

    @property
    def strength(self) -> str:
        """``strong``, ``middling`` or ``weak``."""
        size = abs(self.value)
        return "strong" if size >= STRONG else "middling" if size >= MIDDLING else "weak"


class Piece(NamedTuple):
    """Some text, and the marks that lie on all of it."""

    text: str
    marks: tuple[Mark, ...]


def read_words(cell: object, start: int, length: int) -> list[tuple[int, int, float]]:
    """The deciding words of a cell, with offsets into the paragraph.

    Raises
    ------
    StanceError
        If the cell is not what `words_cell` of `stance.model.deciding` writes, or lies outside the paragraph.

    Examples
    --------
    >>> read_words("[[12, 18, 0.83]]", 10, 20)
    [(2, 8, 0.83)]
    """
    if not isinstance(cell, str):
        return []
    try:
        found = [(int(a) - start, int(b) - start, float(value)) for a, b, value in json.loads(cell)]
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise StanceError(f"deciding words are not [[start, end, value], ...]: {cell[:60]}") from error
    if not all(0 <= a < b <= length for a, b, _ in found):
        raise StanceError(f"deciding words lie outside their paragraph: {cell[:60]}")
    return found


def cut_pieces(
    text: str, words: Sequence[tuple[str, str, Sequence[tuple[int, int, float]]]], lines: Mapping[str, int]
) -> list[Piece]:
    """Cut a paragraph wherever a mark begins or ends; the pieces put together are the paragraph.

    Parameters
    ----------
    text : str
        The paragraph.
    words : sequence of (target, label, stretches)
        As `read_words` gives the stretches.
    lines : mapping of str to int
        Target to its line.

    Examples
    --------
    >>> pieces = cut_pieces("must be lifted", [("sanctions", "against", [(5, 14, 1.5)])], {"sanctions": 0})
    >>> [(piece.text, [mark.strength for mark in piece.marks]) for piece in pieces]
    [('must ', []), ('be lifted', ['strong'])]
    """
    spans = [(a, b, Mark(lines[target], target, label, v)) for target, label, found in words for a, b, v in found]
    cuts = sorted({0, len(text), *(a for a, _, _ in spans), *(b for _, b, _ in spans)})
    pieces = []
    for a, b in pairwise(cuts):
        marks = sorted((mark for start, end, mark in spans if start <= a and b <= end), reverse=True)
        pieces.append(Piece(text[a:b], tuple(marks)))
    return pieces
