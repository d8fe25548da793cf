"""What a corpus says of how much each block counts for one target."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stance.errors import CorpusError
from stance.model.analyzer import BLOCK_KINDS

__all__ = ["checked_factors"]


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
        kind in BLOCK_KINDS and isinstance(factor, int | float) and not isinstance(factor, bool) and factor > 0
        for kind, factor in given.items()
    ):
        message = f"target {target!r}: 'block_factors' must be positive numbers of {', '.join(BLOCK_KINDS)}"
        raise CorpusError(message, path)
    return {target: {kind: float(factor) for kind, factor in given.items()}} if given else {}
