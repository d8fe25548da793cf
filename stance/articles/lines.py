"""Lines of a stream, decoded as they come, none longer than a record may be."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import IO, Self

from stance.articles.encoding import UNDECODABLE, decoded_chunks
from stance.articles.records import LARGEST_RECORD

__all__ = ["UNFIT", "BadLine", "LineReader", "TooLong", "Undecodable"]

#: The reason where bytes do not fit an encoding that was found.
UNFIT = "bytes that do not fit the encoding of the file"


class BadLine(Exception):
    """A line that cannot be read; the reader has moved past it and goes on."""


class TooLong(BadLine):
    """A line is longer than a record may be.

    Attributes
    ----------
    marks : int
        How many quotation marks it holds.
    """

    def __init__(self, size: int, marks: int) -> None:
        super().__init__(f"record too large: a line of {size:,} characters")
        self.marks = marks


class Undecodable(BadLine):
    """Bytes of a line do not fit the encoding.

    Attributes
    ----------
    line : str
        The line, with `UNDECODABLE` in their place.
    """

    def __init__(self, message: str, line: str) -> None:
        super().__init__(message)
        self.line = line


class LineReader:
    """Iterates over the lines of a binary stream, line ends kept.

    A line that is too long raises `TooLong`, one that holds bytes which do not fit the encoding of the file
    `Undecodable`; iteration may go on after it. Memory is bounded by `LARGEST_RECORD`.

    Parameters
    ----------
    stream : binary file
        Read once, from where it stands; left open.
    source : str
        Named in errors.
    guess : bool
        Whether an encoding other than the Unicode ones may be guessed.
    """

    def __init__(self, stream: IO[bytes], source: str, *, guess: bool = True) -> None:
        self._lines = _split(decoded_chunks(stream, source, guess=guess))
        self._unfit = UNFIT if guess else "not valid utf-8"
        self.number = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        if isinstance(line, TooLong):
            raise line
        if UNDECODABLE in line:
            raise Undecodable(self._unfit, line)
        return line


def _split(chunks: Iterable[str]) -> Iterator[str | TooLong]:
    """Lines, ended by any of the three line ends; for a line that is too long, an error that is not raised."""
    parts: list[str] = []
    size, marks, carried = 0, 0, ""
    for chunk in chunks:
        chunk = carried + chunk
        # whether a line feed follows is seen in the next piece
        carried = "\r" if chunk.endswith("\r") else ""
        for part in io.StringIO(chunk[: len(chunk) - len(carried)], newline=""):
            size += len(part)
            parts.append(part)
            if size > LARGEST_RECORD:
                marks += sum(held.count('"') for held in parts)
                parts.clear()
            if part.endswith(("\n", "\r")):
                yield "".join(parts) if size <= LARGEST_RECORD else TooLong(size, marks)
                parts.clear()
                size, marks = 0, 0
    if carried or size:
        size += len(carried)
        marks += sum(held.count('"') for held in parts)
        yield "".join(parts) + carried if size <= LARGEST_RECORD else TooLong(size, marks)
