"""Of which sources the compiled kernel is. The build runs this file by itself: it imports nothing of the package."""

from __future__ import annotations

import hashlib
from pathlib import Path

__all__ = ["hash_sources"]

_SUFFIXES = (".h", ".pxd", ".pxi", ".pyx")


def hash_sources() -> int | None:
    """A hash of the kernel's sources beside this module; ``None`` if there are none.

    A number, as the name of a macro may stand for one on every compiler without quoting.
    """
    files = sorted(path for path in Path(__file__).parent.glob("_kernel*") if path.suffix in _SUFFIXES)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:8]) if files else None
