"""Tables to where people work; each export has its column dictionary beside it.

An exporter is one function in one file, registered in one line of `stance.results.formats`. It takes the typed table
and the file to write, and returns what must be known of it, such as what had to be cut.
"""

from __future__ import annotations

import importlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stance.articles.encoding import clean_surrogates
from stance.batch.counts import Counts
from stance.batch.encoding import encode
from stance.batch.files import check_output, named
from stance.errors import MissingDependencyError, StanceError, number_of
from stance.files import as_path, whole_files
from stance.labels import Target
from stance.locks import lock_output
from stance.results.dates import day_of
from stance.results.dictionary import Column, describe_columns, write_dictionary
from stance.results.formats import EXPORTS, PLAIN, check_rows, export_format
from stance.results.saved import Results, as_results
from stance.results.table_files import EXACT, arrow_types, refuse_half_characters, refuse_same_names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Typed", "export", "plain_bytes", "save_results"]

_TIME = re.compile(r"\d:\d\d")
#: Rows that are written at once, where each becomes text.
_ROWS = 20_000
#: Renamed columns that are told one by one; the dictionary has them all.
_NAMED = 5
#: Formats that have no infinite numbers.
_FINITE = ("jsonl", "xlsx", "dta")
#: Bytes of the longest label of a value that SPSS takes.
_CATEGORY = 120
_KINDS = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A table with the type and the description of every column.

    Attributes
    ----------
    frame : pandas.DataFrame
        Strings, integers, floats, truths without gaps. For an exporter truths are 0 and 1, dates are dates where all of
        them name a day, and integers past 2**53 are text.
    columns : sequence of Column
        In the order of the frame.
    """

    frame: pd.DataFrame
    columns: Sequence[Column]

    def coded(self, column: Column) -> list[int | None]:
        """The values of a column of labels as numbers, from 1; ``None`` where there is none.

        Raises
        ------
        StanceError
            If one is none of the labels.
        """
        codes: dict[str | None, int | None] = {None: None}
        codes |= {label: code for code, label in enumerate(column.values, start=1)}
        try:
            return [codes[v if isinstance(v, str) and v else None] for v in self.frame[column.name]]
        except KeyError as error:
            labels = ", ".join(column.values)
            raise StanceError(f"{column.name} is {error.args[0]!r}; expected one of {labels}") from error

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The cells of each row, in the order of the columns; objects of Python are made of some rows at a time."""
        for start in range(0, len(self.frame), _ROWS):
            part = self.frame.iloc[start : start + _ROWS]
            yield from zip(*(part[column.name].tolist() for column in self.columns), strict=True)

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
    others: Sequence[Column] = (),
    orders: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
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
    others : sequence of Column
        What is known of columns that are none of scoring's.
    orders : mapping
        As those of `Results`.

    Returns
    -------
    list of str
        What must be known of this file, such as texts that had to be cut; it stands in the dictionary too.

    Raises
    ------
    StanceError
        If the format is unknown, holds no table of this size, two columns have one name, a label is none of its
        target, the file cannot be written, or another process is writing it.
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
        raise StanceError(f"{path}: unknown format of export; use one of {', '.join((*PLAIN, *EXPORTS))}")
    check_rows(len(frame), path, format)
    check_output(path)
    # to SQLite names are the same in any case
    refuse_same_names(map(str, frame.columns), str(path), any_case=format == "sqlite")
    with named(path), lock_output(path):
        try:
            with whole_files(path) as (part,):
                columns, said, renamed = _write(frame, targets, format, part, others, orders)
        except MissingDependencyError:
            raise
        except StanceError as error:
            raise StanceError(f"{path}: {error}") from error
        codes = format in ("dta", "sav")
        all_notes = [*notes, *said]
        # under the same lock, so that it is the dictionary of this file
        write_dictionary(path, columns, model=model, counts=counts, notes=all_notes, codes=codes, renamed=renamed)
    return said


def save_results(results: Results | pd.DataFrame, path: str | os.PathLike[str]) -> list[str]:
    """Write results to a file, and beside it the column dictionary that says which model gave them.

    So `read_results` and the commands know the model again, which they do not of what pandas wrote.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        What to write; a data frame does not say which model it is of.
    path : path-like
        Its suffix tells the format: ``.parquet``, ``.csv``, ``.jsonl``, ``.xlsx``, ``.dta``, ``.sav`` or ``.sqlite``.
        A file that is there is written over.

    Returns
    -------
    list of str
        What must be known of the file, such as texts that had to be cut; it stands in the dictionary too.

    Raises
    ------
    StanceError
        If the format is unknown or cannot hold them, or the file cannot be written.
    ArgumentError
        If these are no results, or it is no path.
    MissingDependencyError
        If the format needs an extra.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> from stance.results.saved import read_results
    >>> from stance.results.scoring import score_frame
    >>> results = score_frame(pd.DataFrame({"text": ["They refused to lift the sanctions."]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = save_results(results, Path(folder) / "scores.parquet")
    ...     read_results(Path(folder) / "scores.parquet").model == results.model
    True
    """
    path, found = as_path(path, "file of results"), as_results(results)
    return export(found.frame, path, found.targets, model=found.model, counts=found.counts, orders=found.orders)


def plain_bytes(frame: pd.DataFrame, targets: Sequence[Target], format: str) -> tuple[bytes, list[str]]:
    """A table as CSV or JSON lines, as `export` would write it, and what must be known of it."""
    table, notes = _plain(frame, targets, format)
    return b"".join(_pieces(_arrow(table), format)), notes


def _write(
    frame: pd.DataFrame,
    targets: Sequence[Target],
    format: str,
    part: Path,
    others: Sequence[Column],
    orders: Mapping[str, tuple[str, ...]],
) -> tuple[Sequence[Column], list[str], Mapping[str, str]]:
    """Write the file; its columns, what must be known of it, and columns that have other names in it."""
    table, notes = _plain(frame, targets, format, others)
    table = replace(table, columns=[_with_order(column, table.frame, orders) for column in table.columns])
    if format in PLAIN:
        with part.open("wb") as stream:
            stream.writelines(_pieces(_arrow(table), format))
        return table.columns, notes, {}
    typed = _typed(table)
    said, renamed = importlib.import_module(EXPORTS[format][1]).write(typed, part)
    return table.columns, [*notes, *said, *_changes(table.frame, typed, renamed)], renamed


def _plain(
    frame: pd.DataFrame, targets: Sequence[Target], format: str, others: Sequence[Column] = ()
) -> tuple[Typed, list[str]]:
    """The table in columns that the format holds, whatever somebody put into it, and what it does not hold."""
    import numpy as np
    import pandas as pd

    names = [str(name) for name in frame.columns]
    values = {name: _plain_values(frame.iloc[:, i]) for i, name in enumerate(names)}
    types = {name: _KINDS.get(column.dtype.kind, "string") for name, column in values.items()}
    # of integers with gaps the values are floats, as pandas has them
    types |= {
        name: "integer"
        for i, name in enumerate(names)
        if types[name] == "number" and frame.iloc[:, i].dtype.kind in "iu"
    }
    columns, notes = describe_columns(types, targets, others), []
    for i, (name, type, *_) in enumerate(columns):
        given = types[name]
        if type == "string" and given != "string":
            values[name] = _as_text(values[name])
        elif given == "string" or (type == "integer" and given == "number" and not _fits_integers(values[name])):
            # somebody's own column of that name
            columns[i] = columns[i]._replace(type=given)
        elif type != given:
            values[name] = values[name].astype("float64" if "number" in (type, given) else "int64")
        if format in _FINITE and values[name].dtype.kind == "f" and (infinite := np.isinf(values[name])).any():
            values[name] = values[name].mask(infinite)
            notes.append(f"{number_of(int(infinite.sum()), 'infinite number')} of {name} left out")
    return Typed(pd.DataFrame(values, index=frame.index), columns), notes


def _with_order(column: Column, frame: pd.DataFrame, orders: Mapping[str, tuple[str, ...]]) -> Column:
    """The column with its categories in their order, unless it holds something else by now."""
    order = orders.get(column.name, ())
    words = column.type == "string" and not column.values and all(0 < len(word.encode()) <= _CATEGORY for word in order)
    if not (order and words and {*frame[column.name].dropna()} <= {*order}):
        return column
    return column._replace(values=order, ordered=True)


def _fits_integers(values: pd.Series[Any]) -> bool:
    """Whether floats are whole numbers of 64 bits wherever there is one."""
    present = values.dropna()
    return bool(((present % 1 == 0) & (present.abs() < 2**63)).all())


def _plain_values(values: pd.Series[Any]) -> pd.Series[Any]:
    """Strings, integers, floats or truths without gaps; what is none of these becomes text."""
    import pandas as pd

    if values.dtype == object:
        refuse_half_characters(values, str(values.name))
        values = values.infer_objects()
    kind, gaps = values.dtype.kind, bool(values.isna().any())
    if kind == "b" and not gaps:
        return values.astype("bool")
    # what has gaps becomes floats
    most = EXACT if gaps else 2**63 - 1
    if kind == "f" or (kind in "iu" and not (values.dropna().abs() > most).any()):
        return values.astype("float64" if kind == "f" or gaps else "int64")
    if pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty"):
        return values if values.dtype == "str" else values.astype(object).where(values.notna(), None)
    return _as_text(values)


def _as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    texts = values.map(_text) if values.dtype == object else values.astype(str)
    return texts.astype(object).where(values.notna(), None)


def _text(value: Any) -> str:
    """A value as one would write it down; what holds others as JSON."""
    if isinstance(value, (list, tuple, dict)) or hasattr(value, "tolist"):
        text = json.dumps(value, ensure_ascii=False, default=lambda part: getattr(part, "tolist", lambda: str(part))())
        return clean_surrogates(text)
    return str(value)


def _arrow(table: Typed) -> Any:
    import pyarrow as pa

    kinds = arrow_types()
    arrays = [
        _ordered(table.coded(c), c.values)
        if c.ordered
        else pa.array(table.frame[c.name], type=kinds[c.type], from_pandas=True)
        for c in table.columns
    ]
    return pa.table(arrays, names=[c.name for c in table.columns])


def _ordered(codes: Sequence[int | None], categories: Sequence[str]) -> Any:
    import pyarrow as pa

    places = pa.array([None if code is None else code - 1 for code in codes], pa.int32())
    return pa.DictionaryArray.from_arrays(places, pa.array(categories, pa.string()), ordered=True)


def _pieces(table: Any, format: str) -> Iterator[bytes]:
    """What the file holds, piece by piece: as objects of Python, millions of rows take tens of GB."""
    step = _ROWS if format != "parquet" else max(len(table), 1)
    for start in range(0, max(len(table), 1), step):
        yield encode(table.slice(start, step), format, header=not start)


def _changes(frame: pd.DataFrame, typed: Typed, renamed: Mapping[str, str]) -> list[str]:
    """What a format that has types changed, beside what its writer tells."""
    notes = []
    if any(column.name == "date" and column.type == "date" for column in typed.columns):
        timed = sum(bool(_TIME.search(str(value))) for value in frame["date"])
        notes += [f"times of day are left out of {number_of(timed, 'date')}"] if timed else []
    others = [f"{name} is {new}" for name, new in renamed.items() if name != new]
    if others:
        more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
        notes.append(f"names changed to suit the format: {', '.join(others[:_NAMED])}{more}")
    return notes


def _typed(table: Typed) -> Typed:
    """Dates become dates where every one of them names a day, truths 0 and 1, and numbers of too many digits texts."""
    frame, columns = table.frame.copy(deep=False), list(table.columns)
    for i, column in enumerate(columns):
        values = frame[column.name]
        if column.type == "boolean":
            frame[column.name] = values.astype("int64")
            columns[i] = column._replace(type="integer")
        elif column.type == "integer" and (values.abs() > EXACT).any():
            frame[column.name] = _as_text(values)
            columns[i] = column._replace(type="string")
        if column.name == "date":
            present = values.notna()
            # articles have many paragraphs, and few days
            days = {value: day_of(value) for value in values[present].unique()}
            if present.any() and all(day is not None for day in days.values()):
                frame["date"] = [days.get(value) for value in values]
                columns[i] = column._replace(type="date", description="Date of the article")
    return Typed(frame, columns)
