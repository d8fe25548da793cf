"""Texts that stay in the files of results until those of a few paragraphs are asked for: of millions they take GB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stance.errors import StanceError
from stance.results.table_files import plain_frame
from stance.results.table_reading import TEXT, read_texts, told_as_results

if TYPE_CHECKING:
    import pandas as pd


__all__ = ["Texts", "file_state"]


@dataclass(frozen=True)
class Texts:
    """Where the texts of a table of results lie.

    Attributes
    ----------
    files : tuple of (Path, int, tuple)
        The files that were read, how many rows each has, and its `file_state` before.
    rows : ndarray of int64
        Which row of all of them each row of the table is.
    """

    files: tuple[tuple[Path, int, tuple[int, int] | None], ...]
    rows: npt.NDArray[np.int64]

    def kept(self, mask: npt.NDArray[np.bool_]) -> Texts:
        """The texts of the rows that are kept of the table."""
        return replace(self, rows=self.rows[mask])

    def at(self, places: npt.NDArray[np.int64] | Sequence[int]) -> pd.Series[Any]:
        """The texts of some rows of the table, in the order of these.

        Raises
        ------
        StanceError
            If a file is not as it was when the table was read.
        """
        import pandas as pd
        import pyarrow as pa

        wanted, back = np.unique(self.rows[np.asarray(places, dtype=np.int64)], return_inverse=True)
        found = pa.chunked_array(list(self._taken(wanted)), pa.string())
        texts = plain_frame(pa.table({TEXT: found}), [TEXT])[TEXT].iloc[back].reset_index(drop=True)
        assert isinstance(texts, pd.Series)
        return texts

    def marks(self) -> npt.NDArray[np.int64]:
        """A number for each row of the table, the same for the same text, and in this process only.

        Raises
        ------
        StanceError
            As `at` raises it.
        """
        everything = np.arange(sum(number for _, number, _ in self.files))
        hashes = (np.fromiter(map(hash, texts.to_pylist()), np.int64) for texts in self._taken(everything))
        return np.concatenate([np.empty(0, np.int64), *hashes])[self.rows]

    def _taken(self, wanted: npt.NDArray[np.int64]) -> Iterator[Any]:
        import pyarrow as pa

        start = 0
        for path, number, state in self.files:
            mine = wanted[(wanted >= start) & (wanted < start + number)] - start
            start += number
            if not len(mine):
                continue
            row = 0
            with told_as_results(path):
                for texts in read_texts(path):
                    here = mine[(mine >= row) & (mine < row + len(texts))] - row
                    row += len(texts)
                    if len(here):
                        yield texts.take(pa.array(here)).cast(pa.string())
            if row != number or file_state(path) != state:
                raise StanceError(f"{path}: was changed while it was read; try again")


def file_state(path: Path) -> tuple[int, int] | None:
    """What is another where a file was changed; nothing of one that is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns
