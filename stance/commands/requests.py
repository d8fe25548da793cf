"""What ``stance score`` was asked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from stance.batch.job import Job
from stance.labels import Target
from stance.results.formats import PLAIN
from stance.results.levels import OF_ARTICLES
from stance.results.records import article_columns, paragraph_columns

__all__ = ["Request"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Job):
    """A job, of any level and format of the command, and where its output goes.

    Parameters
    ----------
    output : str or None
        As the command has it.
    folder : bool
        Whether the output is a folder of parts.
    resume : bool
        Whether to go on with the run in it.
    progress : bool or None
        None leaves it to whether anybody is there to see it.
    """

    output: str | None
    folder: bool
    resume: bool
    progress: bool | None

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

    def columns_of_rows(self, targets: Sequence[Target]) -> dict[str, type]:
        """Names and types of the columns of what is scored, a paragraph or an article a row."""
        clusters, keep = self.clusters, self.columns.keep
        if self.level == "article":
            return article_columns(targets, clusters=clusters, keep=keep)
        return paragraph_columns(targets, self.explain, clusters=clusters, speakers=self.speakers, keep=keep)
