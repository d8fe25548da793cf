"""What a corpus says of how much blocks and paragraphs count for one target."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TypeGuard

from stance.errors import CorpusError
from stance.model.analyzer import BLOCK_KINDS

__all__ = ["checked_factors", "checked_unmentioned_weight"]


def checked_factors(entry: Mapping[str, object], target: str, path: Path) -> dict[str, dict[str, float]]:
    """The ``block_factors`` of a target in ``corpus.toml``.

    Parameters
    ----------
    entry : mapping of str to object
        What the file says of the target.
    target : str
        Its name.
    path : Path
        The file.

    Returns
    -------
    dict of str to dict of str to float
        The target's name to kinds of blocks and their factors; empty if the entry has none.

    Raises
    ------
    CorpusError
        If it is anything but positive numbers of kinds of blocks.

    Examples
    --------
    >>> checked_factors({"block_factors": {"words": 2}}, "talks", Path("corpus.toml"))
    {'talks': {'words': 2.0}}
    """
    given = entry.get("block_factors", {})
    if not isinstance(given, dict) or not all(
        kind in BLOCK_KINDS and _is_positive(factor) for kind, factor in given.items()
    ):
        message = f"target {target!r}: 'block_factors' must be positive numbers of {', '.join(BLOCK_KINDS)}"
        raise CorpusError(message, path)
    return {target: {kind: float(factor) for kind, factor in given.items()}} if given else {}


def checked_unmentioned_weight(entry: Mapping[str, object], target: str, path: Path) -> dict[str, float]:
    """The ``unmentioned_weight`` of a target in ``corpus.toml``.

    Parameters
    ----------
    entry : mapping of str to object
        What the file says of the target.
    target : str
        Its name.
    path : Path
        The file.

    Returns
    -------
    dict of str to float
        The target's name to the weight; empty if the entry has none.

    Raises
    ------
    CorpusError
        If it is no positive number, or the target has no lexicon that could find a mention.

    Examples
    --------
    >>> checked_unmentioned_weight({"lexicon": "l.toml", "unmentioned_weight": 0.5}, "talks", Path("corpus.toml"))
    {'talks': 0.5}
    """
    if "unmentioned_weight" not in entry:
        return {}
    weight = entry["unmentioned_weight"]
    if not _is_positive(weight):
        raise CorpusError(f"target {target!r}: 'unmentioned_weight' must be a positive number", path)
    if "lexicon" not in entry:
        raise CorpusError(f"target {target!r}: 'unmentioned_weight' needs a lexicon, which finds the mentions", path)
    return {target: float(weight)}


def _is_positive(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf
