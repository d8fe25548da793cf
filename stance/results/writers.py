"""Records to files: JSON lines, CSV, Parquet. Each writer takes records as they come, so memory does not grow."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

from stance.errors import StanceError

__all__ = ["FORMATS", "Writer", "csv_text", "open_writer"]

Record = Mapping[str, Any]
FORMATS = ("jsonl", "csv", "parquet")


class Writer(Protocol):
    """Takes records until closed."""

    def write(self, records: Iterable[Record]) -> None:
        """Append records."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_writer(path: str | None, format: str, columns: Mapping[str, type]) -> Writer:
    """Open a writer.

    Parameters
    ----------
    path : str or None
        ``None`` and ``"-"`` write to standard output. A file appears whole under its name only when closed without an
        error; until then it is hidden, as ``.NAME.part``.
    format : {"jsonl", "csv", "parquet"}
        How to write.
    columns : mapping of str to type
        Names and types of the columns.

    Returns
    -------
    Writer

    Raises
    ------
    StanceError
        If the file cannot be written, or Parquet is asked for on standard output.
    """
    target = None if path in (None, "-") else Path(str(path))
    if target is None and format == "parquet":
        raise StanceError("Parquet is not for standard output; name a file with -o")
    if target is not None and not target.resolve().parent.is_dir():
        raise StanceError(f"{target}: no folder {target.parent} to write to")
    if target is not None and target.is_dir():
        raise StanceError(f"{target}: is a folder; name a file")
    try:
        if format == "parquet":
            return _Parquet(target, columns)
        return (_Csv if format == "csv" else _JsonLines)(target, columns)
    except OSError as error:
        raise StanceError(f"{target}: {error.strerror or error}") from error


class _TextWriter:
    def __init__(self, path: Path | None, columns: Mapping[str, type]) -> None:
        self.path = path
        self.columns = list(columns)
        self.stream: IO[str] = sys.stdout
        if path is not None:
            self.part = path.with_name(f".{path.name}.part")
            self.stream = self.part.open("w", encoding="utf-8", newline="")

    def write(self, records: Iterable[Record]) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.path is None:
            self.stream.flush()
            return
        self.stream.close()
        if kind is None:
            self.part.replace(self.path)


class _JsonLines(_TextWriter):
    def write(self, records: Iterable[Record]) -> None:
        for record in records:
            self.stream.write(json.dumps(record, ensure_ascii=False) + "\n")


class _Csv(_TextWriter):
    def __init__(self, path: Path | None, columns: Mapping[str, type]) -> None:
        super().__init__(path, columns)
        self.writer = csv.DictWriter(self.stream, self.columns, lineterminator="\n")
        self.writer.writeheader()

    def write(self, records: Iterable[Record]) -> None:
        self.writer.writerows(records)


def csv_text(records: Iterable[Record], columns: Mapping[str, type]) -> str:
    r"""Records as CSV, as a file would hold them.

    Examples
    --------
    >>> csv_text([{"article_id": "wire-1", "start": None}], {"article_id": str, "start": int})
    'article_id,start\nwire-1,\n'
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()


class _Parquet:
    _BATCH = 20_000

    def __init__(self, path: Path | None, columns: Mapping[str, type]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        assert path is not None
        self.path, self.part = path, path.with_name(f".{path.name}.part")
        kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
        self.schema = pa.schema([(name, kinds[kind]) for name, kind in columns.items()])
        self.make_table = pa.Table.from_pylist
        self.writer = pq.ParquetWriter(self.part, self.schema, compression="zstd", use_dictionary=False)
        self.waiting: list[Record] = []

    def write(self, records: Iterable[Record]) -> None:
        self.waiting.extend(records)
        if len(self.waiting) >= self._BATCH:
            self._flush()

    def _flush(self) -> None:
        self.writer.write_table(self.make_table(self.waiting, schema=self.schema))
        self.waiting = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None and self.waiting:
            self._flush()
        self.writer.close()
        if kind is None:
            self.part.replace(self.path)
