"""Which ids were read, in 16 bytes each, and what an article is called whose id another file has used."""

from __future__ import annotations

import os
import re
from array import array
from hashlib import blake2b

__all__ = ["ArticleIds", "SeenIds", "dataset_of", "duplicate_id", "hash_id"]

#: What Spark, Arrow and Dask call the files of one table.
_PART = re.compile(r"part[-.]\d")


class ArticleIds:
    """Gives every article of a run an id of its own.

    Exports number their rows from 1, each for itself: an id that another file has used becomes ``FILE:ID``, as rows
    without an id are called. Twice within one file, or within the parts of one dataset, it is a duplicate. What is
    decided depends on the records that went before, in their order, and on nothing else.

    Examples
    --------
    >>> ids = ArticleIds()
    >>> ids.take("1", "spiegel.csv", "spiegel"), ids.take("1", "zeit.csv", "zeit"), ids.take("1", "zeit.csv", "zeit")
    ('1', 'zeit:1', None)
    """

    def __init__(self) -> None:
        # an id is in one of the two, so that the second costs no memory
        self._before, self._current = SeenIds(), SeenIds()
        self._file: str | None = None
        self._dataset: str | None = None

    def take(self, id: str, file: str, stem: str) -> str | None:
        """Note an article.

        Parameters
        ----------
        id : str
            As the file has it.
        file : str
            Where it was read; the articles of a file come one after the other.
        stem : str
            What the ids of that file begin with, where it has none.

        Returns
        -------
        str or None
            What it is called in this run; ``None`` if it is a duplicate.
        """
        if file != self._file:
            self._file, before = file, self._dataset
            self._dataset = dataset_of(file)
            if self._dataset != before:
                self._before.merge(self._current)
                self._current = SeenIds()
        value = hash_id(id)
        if not self._current.add(value):
            return None
        if value not in self._before:
            return id
        while value in self._before or value in self._current:
            id = f"{stem}:{id}"
            value = hash_id(id)
        # not with the current ones: a row that has this very id is no duplicate
        self._before.add(value)
        return id


def duplicate_id(id: str, option: str = "--id-column") -> str:
    """Why a record is quarantined whose id an earlier one has.

    Examples
    --------
    >>> duplicate_id("7")
    "duplicate id '7'; if several articles share it, name another column with --id-column"
    """
    return f"duplicate id {id[:200]!r}; if several articles share it, name another column with {option}"


def dataset_of(file: str) -> str:
    """The folder of the dataset that a file is a part of, by its name; else the file itself.

    An id in two parts of one table is a duplicate, as it is in two rows of a file.

    Examples
    --------
    >>> dataset_of("wire/part-00000.parquet"), dataset_of("wire/year=2024/month=5/a.parquet"), dataset_of("wire/a.csv")
    ('wire', 'wire', 'wire/a.csv')
    """
    folder, name = os.path.split(file)
    partitioned = "=" in os.path.basename(folder)
    while "=" in os.path.basename(folder):
        folder = os.path.dirname(folder)
    return folder if partitioned or _PART.match(name) else file


class SeenIds:
    """A set of ids, each as its `hash_id`, in a table at most half full.

    Among ten million ids the chance that any two share a hash is 3 in a million; the second would be quarantined as a
    duplicate, which is seen, not lost. A `set` would take six times the memory.

    Examples
    --------
    >>> seen = SeenIds()
    >>> seen.add(hash_id("wire-1")), seen.add(hash_id("wire-2")), seen.add(hash_id("wire-1"))
    (True, True, False)
    """

    def __init__(self) -> None:
        # few to begin with: a folder of texts makes a set for each of them
        self._slots = array("Q", bytes(8 * 64))
        self._used = 0

    def __len__(self) -> int:
        return self._used

    def __contains__(self, value: int) -> bool:
        return self._slots[_find(self._slots, value)] == value

    def merge(self, other: SeenIds) -> None:
        """Take over the ids of another set, which is not to be used any more."""
        if len(other) > len(self):
            self._slots, self._used, other._slots, other._used = other._slots, other._used, self._slots, self._used
        for value in other._slots:
            if value:
                self.add(value)

    def add(self, value: int) -> bool:
        """Note an id; whether it is new."""
        if not _place(self._slots, value):
            return False
        self._used += 1
        if 2 * self._used > len(self._slots):
            old, self._slots = self._slots, array("Q", bytes(16 * len(self._slots)))
            for value in old:
                if value:
                    _place(self._slots, value)
        return True


def hash_id(id: str) -> int:
    """Eight bytes that stand for an id."""
    digest = blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    # zero marks a free slot
    return int.from_bytes(digest, "little") or 1


def _find(slots: array[int], value: int) -> int:
    """The slot that holds a value, or else the free one where it belongs."""
    last = len(slots) - 1
    i = value & last
    while slots[i] and slots[i] != value:
        i = (i + 1) & last
    return i


def _place(slots: array[int], value: int) -> bool:
    i = _find(slots, value)
    if slots[i]:
        return False
    slots[i] = value
    return True
