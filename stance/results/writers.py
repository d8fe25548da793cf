"""Records as text, JSON lines or CSV; written as they come, so that memory does not grow."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from typing import IO, Any

__all__ = ["RecordWriter"]

Record = Mapping[str, Any]


class RecordWriter:
    """Writes records to a stream.

    Parameters
    ----------
    stream : text file
        Left open. Its line ends must be written as they are given.
    format : {"jsonl", "csv"}
        How to write.
    columns : iterable of str
        Names of the columns; CSV begins with them.
    """

    def __init__(self, stream: IO[str], format: str, columns: Iterable[str]) -> None:
        self._stream = stream
        self._rows = csv.DictWriter(stream, list(columns), lineterminator="\n") if format == "csv" else None
        if self._rows is not None:
            self._rows.writeheader()

    def write(self, records: Iterable[Record]) -> None:
        """Append records."""
        if self._rows is not None:
            self._rows.writerows(records)
        else:
            self._stream.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
