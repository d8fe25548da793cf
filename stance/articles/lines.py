"""Lines of a stream, decoded as they come, none longer than a record may be."""

from __future__ import annotations

import io
import re
from typing import IO, Self

from stance.articles.encoding import find_encoding
from stance.articles.records import LARGEST_RECORD

__all__ = ["BadLine", "LineReader"]

_UNDECODED = re.compile("[\udc80-\udcff]")
_SAMPLE = 2**16


class BadLine(Exception):
    """A line that cannot be read; the reader has moved past it and goes on."""


class LineReader:
    """Iterates over the lines of a binary stream, line ends kept.

    A line that is too long or not valid in the encoding of the file raises `BadLine`; iteration may go on after it.

    Parameters
    ----------
    stream : binary file
        Read once, from where it stands.
    source : str
        Named in errors.
    narrow : str, optional
        The encoding where there is no sign of UTF-16 or UTF-32; found from the beginning of the stream by default.
    """

    def __init__(self, stream: IO[bytes], source: str, narrow: str | None = None) -> None:
        buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream, _SAMPLE)  # type: ignore[type-var]
        sample = buffered.peek(_SAMPLE)[:_SAMPLE]
        found = find_encoding(sample, source)
        self.encoding = found if narrow is None or found.startswith("utf-") else narrow
        # undecodable bytes become lone surrogates, so that only their own line is lost
        wide = self.encoding.startswith(("utf-16", "utf-32"))
        errors = "replace" if wide else "surrogateescape"
        self.text = io.TextIOWrapper(buffered, encoding=self.encoding, errors=errors, newline="")
        self.number = 0

    def detach(self) -> None:
        """Let go of the stream without closing it."""
        self.text.detach()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self.text.readline(LARGEST_RECORD)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= LARGEST_RECORD and not line.endswith(("\n", "\r")):
            size = len(line)
            while not line.endswith(("\n", "\r")) and (line := self.text.readline(2**20)):
                size += len(line)
            raise BadLine(f"record too large: a line of {size:,} characters")
        if _UNDECODED.search(line):
            raise BadLine(f"not valid {self.encoding}")
        return line
