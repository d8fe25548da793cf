"""Near-duplicate articles, such as wire copy that several outlets print: found as the articles pass by."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Clusters"]

#: Articles whose sets of three-word shingles share this part of their union are copies of each other ...
THRESHOLD = 0.5
#: ... as estimated from so many minima; they are compared if three in a row are equal in any of 21 bands.
_BANDS, _ROWS = 21, 3
_MINIMA = _BANDS * _ROWS
#: With fewer words, only equal texts are copies.
_LEAST_WORDS = 12
_WORD = re.compile(r"\w+")
_PRIME = np.uint64(0x9E3779B97F4A7C15)


class Clusters:
    """Gives each article the id of the first one that it is a near copy of; its own if there is none.

    By MinHash [1]_: the share of equal minima of two articles estimates the Jaccard index of their three-word shingles,
    with a standard error of at most 0.063. Two articles with an index of 0.6 or more are compared with a probability of
    at least 0.99. An article joins the cluster of the most similar one that it is compared with.

    The last ``capacity`` articles are remembered, in memory that does not grow with their number: some 140 MB for
    200,000, and their clusters' names. A copy that comes later begins a new cluster. The result depends on the order of
    the articles, and on nothing else.

    Parameters
    ----------
    capacity : int
        How many articles to remember.

    References
    ----------
    .. [1] Broder, A. (1997). On the resemblance and containment of documents. Compression and Complexity of Sequences.

    Examples
    --------
    >>> text = "Envoys from six powers met in Vienna on Friday to discuss how the sanctions on Iran could be lifted"
    >>> clusters = Clusters()
    >>> clusters.add("wire", text), clusters.add("daily", text + " again"), clusters.add("other", "Prices rose.")
    ('wire', 'wire', 'other')
    """

    def __init__(self, capacity: int = 200_000) -> None:
        self._capacity = capacity
        self._count = 0
        # a slot of each table holds the number of the last article that fell there, counted from 1
        self._tables = np.zeros((_BANDS, 2 ** (2 * capacity).bit_length()), np.int64)
        self._minima = np.zeros((capacity, _MINIMA), np.uint32)
        self._clusters: list[str] = []
        self._words: dict[str, int] = {}
        rng = np.random.default_rng(0)
        self._factors = rng.integers(1, 2**63, _MINIMA, dtype=np.uint64) | np.uint64(1)
        self._offsets = rng.integers(0, 2**63, _MINIMA, dtype=np.uint64)

    def add(self, id: str, text: str) -> str | None:
        """Take note of an article.

        Parameters
        ----------
        id : str
            Its id.
        text : str
            Its text.

        Returns
        -------
        str or None
            Its cluster; ``None`` for a text without words.
        """
        words = [self._hash(word) for word in _WORD.findall(text.lower())]
        if not words:
            return None
        minima = self._signature(np.array(words, np.uint64))
        slots = self._slots(minima)
        similar, cluster = THRESHOLD, id
        for number in np.unique(self._tables[np.arange(_BANDS), slots]).tolist():
            if number > max(0, self._count - self._capacity):
                equal = float((self._minima[(number - 1) % self._capacity] == minima).mean())
                # of equally similar ones the first; of an odd number of minima no half is equal
                if equal > similar:
                    similar, cluster = equal, self._clusters[(number - 1) % self._capacity]
        self._remember(cluster, minima, slots)
        return cluster

    def _hash(self, word: str) -> int:
        found = self._words.get(word)
        if found is None:
            if len(self._words) > 200_000:
                self._words.clear()
            found = self._words[word] = zlib.crc32(word.encode("utf-8", "surrogatepass"))
        return found

    def _signature(self, words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint32]:
        with np.errstate(over="ignore"):
            if len(words) < _LEAST_WORDS:
                # one shingle: equal or not
                words = np.array([0, len(words), zlib.crc32(words.tobytes())], np.uint64)
            shingles = (words[:-2] * _PRIME + words[1:-1]) * _PRIME + words[2:]
            shingles ^= shingles >> np.uint64(29)
            least = np.full(_MINIMA, 2**64 - 1, np.uint64)
            # some at a time, for an article may be a book
            for start in range(0, len(shingles), 4096):
                part = shingles[start : start + 4096, None] * self._factors + self._offsets
                np.minimum(least, part.min(axis=0), out=least)
        return (least >> np.uint64(32)).astype(np.uint32)

    def _slots(self, minima: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        rows = minima.reshape(_BANDS, _ROWS).astype(np.uint64)
        with np.errstate(over="ignore"):
            keys = (rows[:, 0] * _PRIME + rows[:, 1]) * _PRIME + rows[:, 2]
            keys ^= keys >> np.uint64(31)
        return (keys % np.uint64(self._tables.shape[1])).astype(np.int64)

    def _remember(self, cluster: str, minima: npt.NDArray[np.uint32], slots: npt.NDArray[np.int64]) -> None:
        slot = self._count % self._capacity
        self._count += 1
        if slot == len(self._clusters):
            self._clusters.append(cluster)
        else:
            self._clusters[slot] = cluster
        self._minima[slot] = minima
        self._tables[np.arange(_BANDS), slots] = self._count
