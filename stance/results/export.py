"""Tables to where people work; each export has its column dictionary beside it.

An exporter is one function in one file, registered in one line of `stance.results.formats`. It takes the typed table
and the file to write, and returns what must be known of it, such as what had to be cut.
"""

from __future__ import annotations

import contextlib
import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.batch.counts import Counts
from stance.batch.encoding import encode
from stance.batch.files import check_output, lock_output
from stance.errors import StanceError, number_of
from stance.labels import Target
from stance.results.dates import day_of
from stance.results.dictionary import Column, describe_columns, write_dictionary
from stance.results.formats import EXPORTS, PLAIN, export_format

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Typed", "export", "plain_bytes"]

_TIME = re.compile(r"\d:\d\d")
#: Renamed columns that are told one by one; the dictionary has them all.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Typed:
    """A table with the type and the description of every column.

    Attributes
    ----------
    frame : pandas.DataFrame
        Strings, integers, floats, and dates where all dates of a column name a day.
    columns : sequence of Column
        In the order of the frame.
    """

    frame: pd.DataFrame
    columns: Sequence[Column]

    def coded(self, column: Column) -> list[int | None]:
        """The values of a column of labels as numbers, from 1; ``None`` where there is none."""
        codes = {label: code for code, label in enumerate(column.values, start=1)}
        return [codes.get(value) for value in self.frame[column.name]]

    def short_names(self, longest: int, reserved: frozenset[str]) -> dict[str, str]:
        """Names that a statistics package accepts: letters, digits and underscores, unique whatever their case.

        Parameters
        ----------
        longest : int
            Characters.
        reserved : frozenset of str
            Names in lower case that may not be used.
        """
        taken: set[str] = set(reserved)
        names: dict[str, str] = {}
        for column in self.columns:
            plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in column.name).strip("_")
            plain = plain if plain[:1].isalpha() else f"v_{plain}"
            short, number = plain[:longest].rstrip("_"), 1
            if short.lower() in reserved:
                short += "_"
            while short.lower() in taken:
                number += 1
                short = f"{plain[: longest - len(str(number)) - 1]}_{number}"
            taken.add(short.lower())
            names[column.name] = short
        return names


def export(
    frame: pd.DataFrame,
    path: str | Path,
    targets: Sequence[Target],
    *,
    format: str | None = None,
    model: Mapping[str, Any] | None = None,
    counts: Counts | None = None,
    notes: Sequence[str] = (),
) -> list[str]:
    """Write a table of results, and its column dictionary beside it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Paragraphs, articles, or a roll-up.
    path : path-like
        The file; it appears under its name when it is whole.
    targets : sequence of Target
        Of the results.
    format : str, optional
        One of `PLAIN` and `EXPORTS` of `stance.results.formats`; by the suffix if left out.
    model : mapping, optional
        As `model_facts` gives it, for the dictionary.
    counts : Counts, optional
        What became of everything that was read, for the dictionary.
    notes : sequence of str
        For the dictionary.

    Returns
    -------
    list of str
        What must be known of this file, such as texts that had to be cut; it stands in the dictionary too.

    Raises
    ------
    StanceError
        If the format is unknown, holds no table of this size, the file cannot be written, or another process is
        writing it.
    MissingDependencyError
        If the format needs an extra.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = export(pd.DataFrame({"tax": ["favor", "against"]}), Path(folder) / "t.dta", [Target("tax")])
    ...     print(sorted(path.name for path in Path(folder).iterdir()))
    ['t.dta', 't.dta.columns.json']
    """
    path = Path(path)
    format = format or export_format(path)
    if format is None or format not in (*PLAIN, *EXPORTS):
        raise StanceError(f"{path}: no such format of export; there are {', '.join((*PLAIN, *EXPORTS))}")
    check_output(path)
    columns = describe_columns(frame.columns, targets, _types(frame))
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    said: list[str] = []
    renamed: Mapping[str, str] = {}
    try:
        with lock_output(path):
            try:
                if format in PLAIN:
                    part.write_bytes(encode(_arrow(frame, columns), format))
                else:
                    writer = importlib.import_module(EXPORTS[format][1])
                    typed = _typed(frame, columns)
                    said, renamed = writer.write(typed, part)
                    said = [*said, *_changes(frame, typed, renamed)]
                part.replace(path)
            finally:
                with contextlib.suppress(OSError):
                    part.unlink()
            codes = format in ("dta", "sav")
            all_notes = [*notes, *said]
            # under the same lock, so that it is the dictionary of this file
            write_dictionary(path, columns, model=model, counts=counts, notes=all_notes, codes=codes, renamed=renamed)
    except OSError as error:
        raise StanceError(f"{path}: {error.strerror or error}") from error
    return said


def plain_bytes(frame: pd.DataFrame, targets: Sequence[Target], format: str) -> bytes:
    """A table as CSV or JSON lines, as `export` would write it."""
    return encode(_arrow(frame, describe_columns(frame.columns, targets, _types(frame))), format)


def _types(frame: pd.DataFrame) -> dict[str, str]:
    kinds = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "date"}
    return {str(name): kinds.get(frame[name].dtype.kind, "string") for name in frame.columns}


def _arrow(frame: pd.DataFrame, columns: Sequence[Column]) -> Any:
    import pyarrow as pa

    kinds = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    arrays = [pa.array(frame[c.name], type=kinds.get(c.type), from_pandas=True) for c in columns]
    return pa.table(arrays, names=[c.name for c in columns])


def _changes(frame: pd.DataFrame, typed: Typed, renamed: Mapping[str, str]) -> list[str]:
    """What a format that has types changed, beside what its writer tells."""
    notes = []
    if any(column.name == "date" and column.type == "date" for column in typed.columns):
        timed = sum(bool(_TIME.search(str(value))) for value in frame["date"])
        notes += [f"times of day are left out of {number_of(timed, 'date')}"] if timed else []
    others = [f"{name} is {new}" for name, new in renamed.items() if name != new]
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        notes.append(f"names that the format does not take: {', '.join(others[:_NAMED])}{more}")
    return notes


def _typed(frame: pd.DataFrame, columns: Sequence[Column]) -> Typed:
    """Dates become dates where every one of them names a day; truths become 0 and 1."""
    frame, columns = frame.copy(), list(columns)
    for i, column in enumerate(columns):
        if column.type == "boolean":
            frame[column.name] = frame[column.name].astype("int64")
            columns[i] = column._replace(type="integer")
        if column.name == "date":
            present = frame["date"].notna()
            days = [day_of(value) for value in frame["date"]]
            if present.any() and all(day is not None for day, there in zip(days, present, strict=True) if there):
                frame["date"] = days
                columns[i] = column._replace(type="date", description="Date of the article")
    return Typed(frame, columns)
