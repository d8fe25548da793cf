"""What is to be scored, and how; light, for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from stance.articles import Columns
from stance.articles.sources import Source

if TYPE_CHECKING:
    from stance.batch.chunks import Shard

__all__ = ["Job"]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be scored, and how.

    Parameters
    ----------
    paths : sequence of str, or list of Source
        Files, folders, globs, ``"-"``; for one file as output also what `find_sources` made of them.
    model_path : path-like, optional
        Folder of a model; the default one if left out.
    columns : Columns
        Which column of a table holds what.
    format : {"parquet", "csv", "jsonl"}
        Of the output.
    level : {"paragraph", "article"}
        What a row is.
    chunk : int, optional
        Articles to a chunk; `ARTICLES` of `stance.batch.chunks` if left out, and a chunk also ends at its `CHARACTERS`.
    shard : Shard, optional
        Which share of the chunks; all if left out.
    jobs : int
        Workers; -1 takes every core.
    dask : str, optional
        Address of a Dask scheduler, or ``"local"``.
    keep_boilerplate : bool
        Whether to score bylines, links and footers, too.
    clusters : bool
        Whether to add the cluster of near-duplicate articles that each belongs to.
    explain : bool
        Whether each paragraph carries its deciding words; much slower.
    speakers : bool
        Whether each paragraph carries who speaks.
    left_out : list of Source
        Takes what is in archives and no article, as they are read, and what came into a folder after a run began.
    """

    paths: Sequence[str] | list[Source]
    model_path: str | Path | None = None
    columns: Columns = field(default_factory=Columns)
    format: str = "parquet"
    level: str = "paragraph"
    chunk: int | None = None
    shard: Shard | None = None
    jobs: int = -1
    dask: str | None = None
    keep_boilerplate: bool = False
    clusters: bool = False
    explain: bool = False
    speakers: bool = False
    left_out: list[Source] = field(default_factory=list)
