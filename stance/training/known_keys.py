"""Refusing a table with a key that nothing reads: one that is misspelt would be passed over."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from stance.errors import CorpusError

__all__ = ["refuse_others"]


def refuse_others(table: Mapping[str, object], known: Collection[str], where: str, path: Path) -> None:
    """Refuse a table with a key that is not known.

    Raises
    ------
    CorpusError
        With ``where`` before its message, and the keys that are known.
    """
    for key in table:
        if key not in known:
            raise CorpusError(f"{where}unknown key {key!r}; known are {', '.join(known)}", path)
