"""What exports share whose texts stand between named fields, and whose paragraphs are parted by blank lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

__all__ = ["BREAKS_OFF", "blocks_of", "joined"]

BREAKS_OFF = "the export breaks off in its last article, which is read as far as it goes"


def blocks_of(lines: Sequence[str]) -> list[list[str]]:
    """The lines between blank ones.

    Examples
    --------
    >>> blocks_of(["Envoys met", "in Vienna.", "", "Oil fell."])
    [['Envoys met', 'in Vienna.'], ['Oil fell.']]
    """
    parted = groupby(lines, lambda line: not line.strip())
    return [[line.rstrip() for line in block] for blank, block in parted if not blank]


def joined(blocks: Iterable[Sequence[str]]) -> str:
    r"""The text of blocks, its paragraphs parted by one blank line.

    Examples
    --------
    >>> joined([["Envoys met", "in Vienna."], ["Oil fell."]])
    'Envoys met\nin Vienna.\n\nOil fell.'
    """
    return "\n\n".join(map("\n".join, blocks))
