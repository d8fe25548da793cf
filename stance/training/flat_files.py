"""The rows of a flat file, whatever its form: CSV with any delimiter, TSV, Excel, JSON lines or Parquet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from stance.articles.delimiters import find_heading
from stance.articles.encoding import decode
from stance.articles.records import LARGEST_RECORD, NOT_KNOWN
from stance.errors import CorpusError
from stance.labels import Target, scored_targets
from stance.training.workbook import NO_VALUE, read_sheet

__all__ = ["Fault", "cell", "code_of", "json_lines", "known_cell", "read_rows", "refuse_results"]

#: What is told of a row that cannot be read: its line and why.
Fault = Callable[[int, str], None]
#: What R writes for a cell without a value.
_UNKNOWN = (NOT_KNOWN, NO_VALUE)
_NOT_READ = (".json", ".xls", ".xlsb", ".ods", ".dta", ".sav", ".sqlite", ".db")
_POINTED = re.compile(r"(-?[0-9]{1,9})\.0")
Rows = Iterator[tuple[int, dict[str, Any]]]


def read_rows(file: Path, fault: Fault) -> Rows:
    """The rows of a file with their lines, by its suffix.

    Parameters
    ----------
    file : Path
        ``.jsonl``, ``.ndjson``, ``.parquet``, ``.xlsx`` and ``.xlsm`` (the first sheet); any other is a table of
        delimited text.
    fault : callable
        Told of every row that is left out.

    Yields
    ------
    (int, dict)
        The 1-based line, in Parquet the row, and its cells by column.

    Raises
    ------
    CorpusError
        If a Parquet file or workbook is none, a table has a column twice or a stray quotation mark, or the suffix is
        that of one JSON text, another spreadsheet or a statistics program.
    MissingDependencyError
        If a workbook cannot be read for want of openpyxl.
    """
    suffix = file.suffix.lower()
    if suffix in _NOT_READ:
        raise CorpusError("codes are read from CSV, TSV, XLSX, JSON lines or Parquet; save it as CSV in UTF-8", file)
    if suffix in (".jsonl", ".ndjson"):
        return json_lines(file, fault)
    if suffix in (".xlsx", ".xlsm"):
        return _sheet_rows(file)
    return _parquet_rows(file) if suffix == ".parquet" else _table_rows(file, fault)


def cell(row: dict[str, Any], column: str) -> str:
    """What stands in a column, without blanks around it; empty if nothing does.

    Examples
    --------
    >>> cell({"label": " favor "}, "label"), cell({"label": float("nan")}, "label"), cell({}, "label")
    ('favor', '', '')
    """
    value = row.get(column)
    if value is None or (isinstance(value, float) and value != value):
        return ""
    return str(value).strip()


def known_cell(row: dict[str, Any], column: str) -> str:
    """What stands in a column, as `cell` has it; empty if R did not know it.

    Examples
    --------
    >>> [known_cell({"article": said}, "article") for said in ("NA", "#N/A", "NATO")]
    ['', '', 'NATO']
    """
    said = cell(row, column)
    return "" if said in _UNKNOWN else said


def code_of(said: str, *known: Target) -> str:
    """The code that a cell holds; empty if it holds none.

    That is what it says if a target that may be meant is known to have such a label. Else ``NA`` and ``#N/A`` of R are
    none, and a whole number is what it was before a data frame gave it a point, as it does where some are missing.

    Examples
    --------
    >>> code_of("-1.0"), code_of("-0.0"), code_of("1.5"), code_of("favor"), code_of("NA")
    ('-1', '0', '1.5', 'favor', '')
    >>> code_of("1.0", Target("tax", ("1.0", "NA"))), code_of("NA", Target("tax", ("1.0", "NA")))
    ('1.0', 'NA')
    """
    if any(target.find(said) is not None for target in known):
        return said
    if found := _POINTED.fullmatch(said):
        return str(int(found[1]))
    return "" if said in _UNKNOWN else said


def json_lines(file: Path, fault: Fault) -> Rows:
    """The records of a file of JSON lines, as `read_rows` has them.

    Raises
    ------
    CorpusError
        If it is no file.
    """
    # of a device or a pipe there is no end; a corpus by others may hold a link to one
    if file.exists() and not file.is_file():
        raise CorpusError("cannot read the paragraphs: not a file", file)
    with file.open("rb") as stream:
        number = 0
        while raw := stream.readline(LARGEST_RECORD + 1):
            number += 1
            if len(raw) > LARGEST_RECORD:
                while raw and not raw.endswith(b"\n"):
                    raw = stream.readline(LARGEST_RECORD)
                fault(number, f"record too large: a line of more than {LARGEST_RECORD:,} bytes")
                continue
            if not raw.strip():
                continue
            try:
                record = json.loads(raw)
            except (ValueError, RecursionError) as error:
                fault(number, f"not valid JSON: {error}")
                continue
            if not isinstance(record, dict):
                fault(number, "a line must be a JSON object")
                continue
            yield number, record


def _parquet_rows(file: Path) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        _refuse_twice(file, pq.read_schema(file).names)
        table = pq.read_table(file)
    except (pa.ArrowException, OSError) as error:
        raise CorpusError(f"not a Parquet file: {str(error).splitlines()[0]}", file) from error
    yield from enumerate(table.to_pylist(), start=1)


def _sheet_rows(file: Path) -> Rows:
    (_, headings), *rows = read_sheet(file) or [(1, [])]
    named = [(column, name) for column, name in enumerate(headings) if name.strip()]
    _refuse_twice(file, [name for _, name in named])
    for number, cells in rows:
        yield number, {name: cells[column] for column, name in named}


def _table_rows(file: Path, fault: Fault) -> Rows:
    lines = io.StringIO(decode(file.read_bytes(), source=str(file)), newline="")
    delimiter, head, above = find_heading(lines)
    csv.field_size_limit(2**31 - 1)
    # quotes are ordinary characters in the tab-separated form that shared tasks publish
    quoting = csv.QUOTE_NONE if delimiter == "\t" and file.suffix.lower() != ".tsv" else csv.QUOTE_MINIMAL
    # strict: a stray mark would take the rows below into its cell
    reader = csv.DictReader(  # type: ignore[call-overload]
        chain([head], lines), delimiter=delimiter, quoting=quoting, strict=True
    )
    end = 0
    try:
        _refuse_twice(file, reader.fieldnames or ())
        end = reader.line_num
        for row in reader:
            end = reader.line_num
            if None in row or None in row.values():
                fault(above + end, f"expected {len(reader.fieldnames or ())} columns")
                continue
            yield above + end, row
    except csv.Error as error:
        # where the row begins; a mark that ends the cell may stand far below
        message = f"not a valid table: {error}; double any quotation mark within a cell"
        raise CorpusError(message, file, above + end + 1) from error


def _refuse_twice(file: Path, header: Sequence[str]) -> None:
    """Refuse a column that stands twice: a row would keep the last one alone. Unnamed ones are nobody's."""
    twice = [name for name, n in Counter(header).items() if n > 1 and name.strip()]
    if twice:
        raise CorpusError(f"the column {twice[0]!r} appears twice; rename one of them", file)


def refuse_results(file: Path, header: Sequence[str], named: Sequence[str]) -> None:
    """Refuse what a model said, by the columns of labels that are named, or else by all: it would agree with itself.

    Raises
    ------
    CorpusError
        With the columns.
    """
    scored = [name for name in scored_targets(header) if name in named or not named]
    if scored:
        raise CorpusError(
            f"{', '.join(scored)}: labels of a model, not codes, as {scored[0]}_probability and {scored[0]}_abstained "
            "show; name columns of codes with --target, or draw a sample with `stance results sample` and code it by "
            "hand",
            file,
        )
