"""Cutting a stream of articles into chunks, and dealing the chunks out to shards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stance.articles import Quarantined
from stance.articles.clusters import Clusters
from stance.articles.footers import RepeatedFooters
from stance.batch.blocks import SCHEMA, Block
from stance.errors import StanceError

__all__ = ["ARTICLES", "CHARACTERS", "Chunk", "Shard", "add_clusters", "add_footers", "cut_chunks"]

#: A chunk has at most this many articles, unless asked otherwise ...
ARTICLES = 10_000
#: ... and ends with the article that brings it to this many characters.
CHARACTERS = 4_000_000


class Chunk(NamedTuple):
    """A run of articles that are scored and written together.

    Attributes
    ----------
    number : int
        From 0, over the whole input, whatever the shard.
    articles : pyarrow.Table
        With the columns of `stance.batch.blocks.Block`.
    quarantined : tuple of Quarantined
        The records among them that could not be read.
    """

    number: int
    articles: Any
    quarantined: tuple[Quarantined, ...]


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several equal shares of the chunks: of N shards, shard k has the chunks k-1, k-1+N, k-1+2N ...

    So each chunk belongs to exactly one shard, and the union of all shards is the whole. Every shard reads the whole
    input, for duplicate ids and the cuts depend on what went before, but scores and writes only its own chunks.

    Examples
    --------
    >>> [Shard.parse("2/3").owns(index) for index in range(6)]
    [False, True, False, False, True, False]
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``k/N``, counted from 1.

        Raises
        ------
        StanceError
            If it is nothing of the kind.
        """
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
            raise StanceError(f"a shard is written k/N, from 1/N to N/N, not {text!r}")
        return cls(int(number), int(of))

    def owns(self, index: int) -> bool:
        """Whether a chunk is this shard's."""
        return index % self.of == self.number - 1

    @property
    def suffix(self) -> str:
        """What tells the files of this shard from those of the others."""
        return "" if self.of == 1 else f"-{self.number:0{len(str(self.of))}}-of-{self.of}"


def cut_chunks(blocks: Iterable[Block], articles: int = ARTICLES, characters: int = CHARACTERS) -> Iterator[Chunk]:
    """Cut a stream of blocks; the same stream and sizes always give the same chunks.

    Parameters
    ----------
    blocks : iterable of Block
        As `stance.batch.blocks.read_blocks` yields them.
    articles : int
        A chunk has no more of them.
    characters : int
        A chunk ends with the article that brings it to so many.

    Yields
    ------
    Chunk
        At least one, if only with quarantined records.

    Examples
    --------
    >>> texts = pa.array(["Talks resume.", "No.", "Prices fell."])
    >>> block = Block(pa.RecordBatch.from_arrays([pa.array(["a", "b", "c"]), *[texts] * 4], schema=SCHEMA), ())
    >>> [chunk.articles["id"].to_pylist() for chunk in cut_chunks([block], articles=2)]
    [['a', 'b'], ['c']]
    >>> [chunk.articles["id"].to_pylist() for chunk in cut_chunks([block], characters=16)]
    [['a', 'b'], ['c']]
    """
    index, rows, length = 0, 0, 0
    schema = SCHEMA
    pieces: list[Any] = []
    quarantined: list[Quarantined] = []

    def take() -> Chunk:
        return Chunk(index, pa.Table.from_batches(pieces, schema=schema), tuple(quarantined))

    for block in blocks:
        schema = block.articles.schema
        quarantined.extend(block.quarantined)
        sizes = pc.utf8_length(block.articles.column("text")).to_numpy(zero_copy_only=False).astype(np.int64)
        start = 0
        while start < len(sizes):
            reached = length + np.cumsum(sizes[start : start + articles - rows])
            n = min(len(reached), int(np.searchsorted(reached, characters)) + 1)
            pieces.append(block.articles.slice(start, n))
            start, rows, length = start + n, rows + n, int(reached[n - 1])
            if rows >= articles or length >= characters:
                yield take()
                index, rows, length, pieces, quarantined = index + 1, 0, 0, [], []
        if len(quarantined) >= articles:
            # a file of nothing but bad records must not gather in memory
            yield take()
            index, rows, length, pieces, quarantined = index + 1, 0, 0, [], []
    if pieces or quarantined or index == 0:
        yield take()


def add_footers(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Say where the footer of each article begins, in a column ``footer``; null where there is none.

    As for `add_clusters`, all shards and a resumed run say the same.
    """
    footers = RepeatedFooters()
    for chunk in chunks:
        found = [footers.add(text) for text in chunk.articles["text"].to_pylist()]
        yield chunk._replace(articles=chunk.articles.append_column("footer", pa.array(found, pa.int64())))


def add_clusters(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """Give each article its cluster, in a column ``cluster``.

    Every shard sees all chunks in the same order, so all of them and a resumed run give the same clusters.
    """
    clusters = Clusters()
    for chunk in chunks:
        rows = zip(chunk.articles["id"].to_pylist(), chunk.articles["text"].to_pylist(), strict=True)
        column = pa.array([clusters.add(id, text) for id, text in rows], pa.string())
        yield chunk._replace(articles=chunk.articles.append_column("cluster", column))
