"""Names of the gazetteer in a paragraph."""

from __future__ import annotations

from collections.abc import Iterator

from stance.speakers.lists import actors
from stance.speakers.tokens import Tokens

__all__ = ["names_in"]

_LONGEST_NAME = 6


def names_in(tokens: Tokens, first: int, last: int) -> Iterator[tuple[int, int, str]]:
    """Names of the gazetteer from one token to another, the longest first: first token, last token, actor."""
    gazetteer, begins = actors().names, actors().begins
    i = first
    while i <= last:
        if tokens.words[i] not in begins and tokens.bare(i) not in begins:
            i += 1
            continue
        for n in range(min(_LONGEST_NAME, last - i + 1), 0, -1):
            actor = gazetteer.get(" ".join([*tokens.words[i : i + n - 1], tokens.bare(i + n - 1)]))
            if actor is not None:
                yield i, i + n - 1, actor
                i += n - 1
                break
        i += 1
