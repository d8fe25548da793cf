"""Tables to where people work; each export has its column dictionary beside it.

An exporter is one function in one file, registered in one line of `stance.results.formats`. It takes the typed table
and the file to write, and returns what must be known of it, such as what had to be cut.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from stance.batch.counts import Counts
from stance.batch.encoding import encode
from stance.batch.files import check_output, named
from stance.errors import MissingDependencyError, StanceError, number_of
from stance.files import as_path, whole_files
from stance.labels import Target
from stance.locks import lock_output
from stance.results.dictionary import Column, write_dictionary
from stance.results.formats import EXPORTS, PLAIN, check_rows, export_format
from stance.results.scored import Results, as_results
from stance.results.table_files import arrow_types, refuse_same_names
from stance.results.typed import ROWS, Typed, plain_table, typed_table, with_order

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["export", "plain_bytes", "save_results"]

_TIME = re.compile(r"\d:\d\d")
#: Renamed columns that are told one by one; the dictionary has them all.
_NAMED = 5


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
    path, found = as_path(path, "file of results"), as_results(results, to_write=True)
    return export(found.frame, path, found.targets, model=found.model, counts=found.counts, orders=found.orders)


def plain_bytes(frame: pd.DataFrame, targets: Sequence[Target], format: str) -> tuple[bytes, list[str]]:
    """A table as CSV or JSON lines, as `export` would write it, and what must be known of it."""
    table, notes = plain_table(frame, targets, format)
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
    table, notes = plain_table(frame, targets, format, others)
    table = replace(table, columns=[with_order(column, table.frame, orders) for column in table.columns])
    if format in PLAIN:
        with part.open("wb") as stream:
            stream.writelines(_pieces(_arrow(table), format))
        return table.columns, notes, {}
    typed = typed_table(table)
    said, renamed = importlib.import_module(EXPORTS[format][1]).write(typed, part)
    return table.columns, [*notes, *said, *_changes(table.frame, typed, renamed)], renamed


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
    step = ROWS if format != "parquet" else max(len(table), 1)
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
