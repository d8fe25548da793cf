"""Words and n-grams of words as the numbers that the compiled kernel knows them by; many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Keys", "Spelt", "Words", "word_key"]


def word_key(kind: int, block: int, a: int, b: int) -> int:
    """As WORD_KEY in ``_kernel_model.h``: 27 bits a word, row or node."""
    return kind << 60 | block << 54 | a << 27 | b


class Words:
    """Words to ids from 1 on; folded mentions are words too."""

    def __init__(self) -> None:
        self.ids = {"*": 1, "~": 2}

    def id(self, word: str) -> int:
        """The id of a word; a new one if it has none yet."""
        return self.ids.setdefault(word, len(self.ids) + 1)

    def spell(self, terms: Sequence[str]) -> Spelt:
        """The ids of the words of many n-grams at once: no step in Python for each."""
        # no text yields a term with an empty word or with the separator
        joined = " \0 ".join(terms)
        if joined.count("\0") != len(terms) - 1:
            joined = " \0 ".join(term.replace("\0", "  ") if "\0" in term else term for term in terms)
        flat = joined.split(" ")
        marks = {"": -1, "\0": 0}
        new = [word for word in dict.fromkeys(flat) if word not in self.ids and word not in marks]
        self.ids.update(zip(new, range(len(self.ids) + 1, len(self.ids) + len(new) + 1), strict=True))
        codes = np.fromiter(map({**self.ids, **marks}.__getitem__, flat), dtype=np.int64, count=len(flat))
        stops = np.flatnonzero(codes == 0)
        starts = np.concatenate([[0], stops + 1])
        lengths = np.concatenate([stops, [len(codes)]]) - starts
        lengths[np.add.reduceat(codes < 0, starts) > 0] = 0
        return Spelt(codes, starts[: len(terms)], lengths[: len(terms)])


class Spelt(NamedTuple):
    """Terms as ids of words: ``codes[starts[i] : starts[i] + lengths[i]]``; of length 0 if no text yields the term."""

    codes: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]

    def of_length(self, n: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        """Which terms have so many words, and these, a row each."""
        which = np.flatnonzero(self.lengths == n)
        return which, self.codes[self.starts[which][:, None] + np.arange(n)].astype(np.uint64)


class Keys:
    """Keys with their rows: one by one, or many at once."""

    def __init__(self) -> None:
        self.single: dict[int, int] = {}
        self.many: list[tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]] = []

    def add_pairs(self, kind: int, block: int, words: npt.NDArray[np.uint64], rows: npt.NDArray[np.int64]) -> None:
        """A row for each pair of words."""
        first, second = words.T
        self.many.append((np.uint64(word_key(kind, block, 0, 0)) | first << np.uint64(27) | second, rows))

    def arrays(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
        """All keys, and their rows."""
        n = len(self.single)
        keys = [np.fromiter(self.single.keys(), dtype=np.uint64, count=n), *(keys for keys, _ in self.many)]
        rows = [np.fromiter(self.single.values(), dtype=np.int64, count=n), *(rows for _, rows in self.many)]
        return np.concatenate(keys), np.concatenate(rows).astype(np.uint32)
