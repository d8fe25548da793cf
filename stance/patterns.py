"""Patterns of word lists: ``lift{,s,ed,ing}`` stands for four words, and so does ``ease~``, a regular verb.

And regular expressions that are compiled when they are first needed.
"""

from __future__ import annotations

import itertools
import math
import re
from functools import cache

from stance.errors import StanceError

__all__ = ["compiled", "expand_pattern"]

#: A lexicon may come from anybody, in a manifest.
MOST_PHRASES = 100_000

_BRACES = re.compile(r"\{([^{}]*)\}")
# from where a word begins, or a long one would be tried from each of its letters
_VERB = re.compile(r"(?<!\w)(\w++)~")


@cache
def compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression, compiled when first needed: of a long one that takes longer than to score an article."""
    return re.compile(pattern, flags)


def _inflect(verb: str) -> list[str]:
    """The four forms of a regular verb; one that doubles its last letter must be written out."""
    if verb.endswith("e"):
        # agreeing, dyeing, but easing; and untying
        stem = verb if verb.endswith(("ee", "oe", "ye")) else f"{verb[:-2]}y" if verb.endswith("ie") else verb[:-1]
        return [verb, f"{verb}s", f"{verb}d", f"{stem}ing"]
    if verb.endswith("y") and verb[-2:-1] not in set("aeiou"):
        return [verb, f"{verb[:-1]}ies", f"{verb[:-1]}ied", f"{verb}ing"]
    plural = "es" if verb.endswith(("s", "x", "z", "ch", "sh", "o")) else "s"
    return [verb, f"{verb}{plural}", f"{verb}ed", f"{verb}ing"]


def expand_pattern(pattern: str) -> list[str]:
    """Write out a pattern.

    Parameters
    ----------
    pattern : str
        One word or several; of several braces each choice goes with each.

    Returns
    -------
    list of str
        In the order of the choices.

    Raises
    ------
    StanceError
        If a brace has no partner or stands in another, or if it stands for more than `MOST_PHRASES`.

    Examples
    --------
    >>> expand_pattern("eas{e,ed} off")
    ['ease off', 'eased off']
    >>> expand_pattern("ease~ off")
    ['ease off', 'eases off', 'eased off', 'easing off']
    """
    pattern = _VERB.sub(lambda verb: f"{{{','.join(_inflect(verb[1]))}}}", pattern)
    parts = _BRACES.split(pattern)
    if any(brace in part for part in parts[::2] for brace in "{}"):
        raise StanceError(f"a brace of {pattern[:80]!r} has no partner, or is inside another")
    choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
    if math.prod(map(len, choices)) > MOST_PHRASES:
        raise StanceError(f"the pattern {pattern[:80]!r} expands to more than {MOST_PHRASES:,} phrases")
    return ["".join(choice) for choice in itertools.product(*choices)]
