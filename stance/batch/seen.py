"""Which ids were read: an 8-byte hash of each, looked up many at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["SeenHashes"]


class SeenHashes:
    """A set of ids as sorted arrays of hashes, each at least twice as long as the next.

    The same promise as `stance.articles.seen.SeenIds`, some twenty times faster where ids come by the thousand. The
    hash is Python's own, so it differs between processes; which ids are equal does not.

    Examples
    --------
    >>> seen = SeenHashes()
    >>> seen.add_all(["wire-1", "wire-2", "wire-1"]).tolist(), seen.add_all(["wire-2", "wire-3"]).tolist()
    ([True, True, False], [False, True])
    """

    def __init__(self) -> None:
        self._runs: list[npt.NDArray[np.int64]] = []

    def __len__(self) -> int:
        return sum(map(len, self._runs))

    def add_all(self, ids: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Note ids.

        Parameters
        ----------
        ids : sequence of str
            In the order in which they were read.

        Returns
        -------
        ndarray of bool
            Which of them are new; of equal ones the first.
        """
        hashes = np.fromiter(map(hash, ids), dtype=np.int64, count=len(ids))
        unique, first = np.unique(hashes, return_index=True)
        for run in self._runs:
            place = np.minimum(np.searchsorted(run, unique), len(run) - 1)
            new = run[place] != unique
            unique, first = unique[new], first[new]
        self._add(unique)
        result = np.zeros(len(ids), dtype=np.bool_)
        result[first] = True
        return result

    def _add(self, run: npt.NDArray[np.int64]) -> None:
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        if len(run):
            self._runs.append(run)
