"""Blocks of lines, in exports whose texts stand between named fields: what blank lines part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

__all__ = ["blocks_of", "joined"]


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
