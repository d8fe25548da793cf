"""Which ids were read, as in `stance.articles.seen`: an 8-byte hash of each, looked up many at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stance.articles.seen import dataset_of

__all__ = ["BatchIds", "SeenHashes"]


class BatchIds:
    """Gives the ids that `stance.articles.seen.ArticleIds` gives, to many articles at a time.

    Examples
    --------
    >>> ids = BatchIds()
    >>> fresh, renamed = ids.take_all(["1", "2"], "spiegel.parquet", "spiegel")
    >>> fresh.tolist(), renamed
    ([True, True], {})
    >>> fresh, renamed = ids.take_all(["2", "3", "2"], "zeit.parquet", "zeit")
    >>> fresh.tolist(), renamed
    ([True, True, False], {0: 'zeit:2'})
    """

    def __init__(self) -> None:
        self._before, self._current = SeenHashes(), SeenHashes()
        self._dataset: str | None = None

    def take_all(self, ids: Sequence[str], file: str, stem: str) -> tuple[npt.NDArray[np.bool_], dict[int, str]]:
        """Note articles of one file.

        Parameters
        ----------
        ids : sequence of str
            As the file has them, in its order.
        file, stem : str
            As for `ArticleIds.take`.

        Returns
        -------
        fresh : ndarray of bool
            Which of them are no duplicates.
        renamed : dict of int to str
            What those are called whose ids another file has used, by their place.
        """
        dataset = dataset_of(file)
        if dataset != self._dataset:
            self._before.merge(self._current)
            self._current, self._dataset = SeenHashes(), dataset
        fresh = self._current.add_all(ids)
        used = np.flatnonzero(fresh & self._before.contain(ids)).tolist()
        names = [f"{stem}:{ids[i]}" for i in used]
        if (self._before.contain(names) | self._current.contain(names)).any():
            return fresh, self._rename(ids, fresh, stem)
        self._before.add_all(names)
        return fresh, dict(zip(used, names, strict=True))

    def _rename(self, ids: Sequence[str], fresh: npt.NDArray[np.bool_], stem: str) -> dict[int, str]:
        """One by one, where a name that would be made is an id, too: then their order decides."""
        renamed: dict[int, str] = {}
        rows = np.flatnonzero(fresh).tolist()
        place = {ids[i]: i for i in rows}

        def taken(id: str, row: int) -> bool:
            # the ids of all rows are noted by now, those further on too
            known = self._current.contain([id])[0] and place.get(id, row) <= row
            return bool(known or self._before.contain([id])[0])

        for row in rows:
            id = ids[row]
            if self._before.contain([id])[0]:
                while taken(id, row):
                    id = f"{stem}:{id}"
                self._before.add_all([id])
                renamed[row] = id
        return renamed


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
        unique, first = np.unique(_hash_all(ids), return_index=True)
        new = ~self._contain(unique)
        self._add(unique[new])
        result = np.zeros(len(ids), dtype=np.bool_)
        result[first[new]] = True
        return result

    def contain(self, ids: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which of some ids were noted."""
        return self._contain(_hash_all(ids))

    def merge(self, other: SeenHashes) -> None:
        """Take over the ids of another set."""
        for run in other._runs:
            self._add(run[~self._contain(run)])

    def _contain(self, hashes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(hashes), dtype=np.bool_)
        for run in self._runs:
            place = np.minimum(np.searchsorted(run, hashes), len(run) - 1)
            found |= run[place] == hashes
        return found

    def _add(self, run: npt.NDArray[np.int64]) -> None:
        while self._runs and len(self._runs[-1]) < 2 * len(run):
            run = np.sort(np.concatenate([self._runs.pop(), run]), kind="stable")
        if len(run):
            self._runs.append(run)


def _hash_all(ids: Sequence[str]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(hash, ids), dtype=np.int64, count=len(ids))
