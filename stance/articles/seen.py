"""Which ids were read, in 16 bytes each."""

from __future__ import annotations

from array import array
from hashlib import blake2b

__all__ = ["SeenIds"]


class SeenIds:
    """A set of ids that keeps an 8-byte hash of each, in a table at most half full.

    Among ten million ids the chance that any two share a hash is 3 in a million; the second would be quarantined as a
    duplicate, which is seen, not lost. A `set` would take six times the memory.

    Examples
    --------
    >>> seen = SeenIds()
    >>> seen.add("wire-1"), seen.add("wire-2"), seen.add("wire-1")
    (True, True, False)
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def add(self, id: str) -> bool:
        """Note an id; whether it is new."""
        digest = blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        # zero marks a free slot
        if not _place(self._slots, int.from_bytes(digest, "little") or 1):
            return False
        self._used += 1
        if 2 * self._used > len(self._slots):
            old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
            for value in old:
                if value:
                    _place(self._slots, value)
        return True


def _place(slots: array[int], value: int) -> bool:
    last = len(slots) - 1
    i = value & last
    while slots[i]:
        if slots[i] == value:
            return False
        i = (i + 1) & last
    slots[i] = value
    return True
