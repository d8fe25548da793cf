"""What ``stance score`` was asked for."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.articles import Columns
from stance.results.formats import PLAIN
from stance.results.levels import OF_ARTICLES

if TYPE_CHECKING:
    from stance.batch.chunks import Shard

__all__ = ["Request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The arguments and options of one call; each has the meaning of the option of its name.

    Parameters
    ----------
    folder : bool
        Whether the output is a folder of parts.
    format : str
        Of the output, whether it was named or follows from the name of the output.
    progress : bool or None
        None leaves it to whether anybody is there to see it.
    """

    files: tuple[str, ...]
    output: str | None
    folder: bool
    format: str
    level: str
    columns: Columns
    model_path: str | None
    keep_boilerplate: bool
    clusters: bool
    explain: bool
    speakers: bool
    jobs: int
    chunk: int | None
    shard: Shard | None
    resume: bool
    progress: bool | None
    dask: str | None

    @property
    def rolled_up(self) -> bool:
        """Whether a row of the output is of several articles."""
        return self.level in OF_ARTICLES

    @property
    def to_file(self) -> bool:
        """Whether the output is a file of rows."""
        return not self.folder and self.output not in (None, "-") and self.format != "table"

    @property
    def by_way_of_rows(self) -> bool:
        """Whether the output is made of all scored rows at once, when these are complete."""
        return self.rolled_up or (self.to_file and self.format not in PLAIN)

    @property
    def is_printed(self) -> bool:
        """Whether pages or rows are shown as articles are scored."""
        return not (self.folder or self.to_file or self.rolled_up)

    @property
    def shows_progress(self) -> bool:
        """Whether a run in bulk shows how far it is."""
        return sys.stderr.isatty() if self.progress is None else self.progress

    @property
    def added(self) -> dict[str, Any]:
        """The columns that were asked for beyond those that every row has."""
        return {
            "explained": self.explain,
            "clusters": self.clusters,
            "speakers": self.speakers,
            "keep": self.columns.keep,
        }
