"""One file of results as a table of Arrow, whatever program wrote it; its texts may be left in it."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from stance.articles.delimiters import find_heading
from stance.articles.records import NOT_KNOWN
from stance.errors import StanceError
from stance.results.dictionary import describe_columns, dictionary_path
from stance.results.table_files import arrow_types, find_targets, our_types, refuse_same_names

__all__ = ["TEXT", "read_table", "read_texts", "told_as_results"]

#: The column that takes most of a table, and may be left in the file.
TEXT = "text"

_READABLE = ("parquet", "csv", "jsonl")
# a row may be as long as the longest record that is read
_BLOCK = 2**26


def read_table(
    path: Path, described: Path, choose: Callable[[list[str]], list[str]], *, texts_later: bool = False
) -> tuple[list[str], Any]:
    """Read columns of a file as an Arrow table; with the names of all that it has.

    Parameters
    ----------
    path : Path
        A Parquet, CSV or JSON lines file.
    described : Path
        What the dictionary lies beside: the file, or the folder of its run.
    choose : callable
        Which of the columns are read; of JSON lines all are, and the others left out then.
    texts_later : bool
        Whether `TEXT` is left out, if `read_texts` can read it just as it would be read here.

    Raises
    ------
    StanceError
        If it is of another kind, or two columns have one name.
    OSError, ValueError, TypeError, pyarrow.ArrowException
        If it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet

    def chosen(names: list[str], left: bool = texts_later) -> list[str]:
        return [name for name in choose(names) if not (left and name == TEXT)]

    suffix = _suffix(path)
    if suffix not in _READABLE:
        # what is not there is told first
        path.stat()
        raise StanceError(f"{path}: results are read from .parquet, .csv, .jsonl or the folder of a run")
    if suffix == "parquet":
        # Arrow takes no name that is not UTF-8
        with path.open("rb") as file:
            schema = pa.parquet.read_schema(file)
            refuse_same_names(schema.names, str(path))
            left = texts_later and TEXT in schema.names and _is_text(schema.field(TEXT).type)
            return schema.names, pa.parquet.read_table(file, columns=chosen(schema.names, left))
    if suffix == "csv":
        # a spreadsheet writes a byte order mark before the first name
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first = stream.readline()
            names = next(csv.reader(chain([first], stream)), [])
        if (mark := find_heading(iter([first])).delimiter) != ",":
            raise StanceError(f"{path}: cells are separated by {mark!r}; write it with commas, and a point in numbers")
        refuse_same_names(names, str(path))
        return names, _read_csv(path, names, chosen(names))
    row = _first_row(path)
    if row is None:
        table = _without_rows(described)
        return table.column_names, table.select(chosen(table.column_names))
    if TEXT in row and TEXT not in chosen(list(row)):
        # what is mixed may become another type than block by block
        with contextlib.suppress(pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            table = _read_json(_json_without_text, path, row)
            return table.column_names, table.select(chosen(table.column_names))
    table = _read_json(partial(_read_typed, _json_table), path, row)
    return table.column_names, table.select(choose(table.column_names))


def read_texts(path: Path) -> Iterator[Any]:
    """The column `TEXT` of a file from which `read_table` left it out, piece by piece, as arrays of Arrow.

    Raises
    ------
    OSError, ValueError, TypeError, pyarrow.ArrowException
        If it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    types = {TEXT: pa.string()}
    if _suffix(path) == "jsonl":
        for block in _line_blocks(path):
            yield _parse_json(pa.BufferReader(block), types, unexpected="ignore").column(TEXT)
        return
    with path.open("rb") as file:
        if _suffix(path) == "parquet":
            for batch in pa.parquet.ParquetFile(file).iter_batches(columns=[TEXT]):
                yield batch.column(0)
        else:
            options, lines, convert = _csv_options([TEXT], types)
            for batch in pa.csv.open_csv(file, options, lines, convert):
                yield batch.column(0)


@contextlib.contextmanager
def told_as_results(path: Path) -> Iterator[None]:
    """Within, what goes wrong with a file is told as an error of results, with its name."""
    import pyarrow as pa

    try:
        yield
    except OSError as error:
        reason = "no such file or folder" if isinstance(error, FileNotFoundError) else error.strerror or error
        raise StanceError(f"{path}: {reason}") from error
    except (pa.ArrowException, ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, (StanceError, MemoryError)):
            raise
        if isinstance(error, UnicodeDecodeError) or "invalid UTF8" in str(error):
            raise StanceError(f"{path}: not in UTF-8; save it as UTF-8") from error
        raise StanceError(f"{path}: not readable as results: {' '.join(str(error).split())[:200]}") from error


def _suffix(path: Path) -> str:
    return path.suffix.lower().lstrip(".").replace("ndjson", "jsonl")


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _first_row(path: Path) -> dict[str, Any] | None:
    """The first object of JSON lines; ``None`` if there is none."""
    with path.open(encoding="utf-8-sig") as lines:
        first = next((line for line in lines if not line.isspace()), None)
    if first is None:
        return None
    if not isinstance(row := json.loads(first), dict):
        raise ValueError("a line that is not a JSON object")
    return row


def _read_json(read: Callable[..., Any], path: Path, row: dict[str, Any]) -> Any:
    """All lines, by a function that takes the names of columns and the types of others that are not to be guessed."""
    import pyarrow as pa

    table = read(path, list(row))
    # R leaves out what a row lacks
    names = [*row, *(name for name in table.column_names if name not in row)]
    types = dict(zip(table.column_names, table.schema.types, strict=True))
    # what reads as a date was taken for a point in time
    plain = {name: pa.string() for name, kind in types.items() if pa.types.is_timestamp(kind)}
    if plain or any(types[name] != kind for name, kind in our_types(names).items() if name not in row):
        table = read(path, names, plain)
    return table.select(names)


def _read_typed(
    read: Callable[[Path, dict[str, Any]], Any],
    path: Path,
    names: list[str],
    plain: dict[str, Any] | None = None,
    others: str = "",
) -> Any:
    """Read with the types of our columns, or of those of the targets alone.

    Somebody's own column may have the name of one of ours, and hold something else.
    """
    import pyarrow as pa

    try:
        return read(path, our_types(names, others) | (plain or {}))
    except pa.ArrowInvalid:
        return read(path, our_types(names, others, of_targets=True) | (plain or {}))


def _read_csv(path: Path, names: list[str], chosen: list[str]) -> Any:
    """The chosen columns; those of ours hold nothing where R wrote that a value is missing.

    A column of somebody's own may have a code of this name, such as Namibia's, and so may an id.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    read = partial(_csv_table, chosen)
    try:
        table = _read_typed(read, path, names, others="string")
    except pa.ArrowInvalid as error:
        if f"'{NOT_KNOWN}'" not in str(error):
            raise
        # Arrow takes no word for nothing in numbers alone
        table = read(path, dict.fromkeys(names, pa.string()))
    targets = find_targets(names)[1]
    kept = {"article_id", TEXT, *(target.name for target in targets if target.find(NOT_KNOWN) == NOT_KNOWN)}
    kinds = arrow_types()
    for column in describe_columns(dict.fromkeys(names, ""), targets):
        place = table.schema.get_field_index(column.name)
        if place < 0 or column.name in kept or column.type not in kinds or table.field(place).type != pa.string():
            continue
        missing = pc.fill_null(pc.equal(table.column(place), NOT_KNOWN), False)
        if column.type == "string" and not pc.any(missing).as_py():
            continue
        values = pc.if_else(missing, None, table.column(place))
        # what is no number is told by who needs one; it may be somebody's own column of the name of one of ours
        with contextlib.suppress(pa.ArrowInvalid):
            values = values.cast(kinds[column.type])
        table = table.set_column(place, column.name, values)
    return table


def _csv_table(chosen: list[str], path: Path, types: dict[str, Any]) -> Any:
    import pyarrow.csv

    with path.open("rb") as file:
        return pyarrow.csv.read_csv(file, *_csv_options(chosen, types))


def _csv_options(chosen: list[str], types: dict[str, Any]) -> tuple[Any, Any, Any]:
    import pyarrow as pa
    import pyarrow.csv

    convert = pa.csv.ConvertOptions(
        include_columns=chosen,
        column_types=types,
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    return pa.csv.ReadOptions(block_size=_BLOCK), pa.csv.ParseOptions(newlines_in_values=True), convert


def _json_table(path: Path, types: dict[str, Any]) -> Any:
    with path.open("rb") as file:
        return _parse_json(file, types)


def _json_without_text(path: Path, names: list[str], plain: dict[str, Any] | None = None) -> Any:
    """Read block by block, where the place of each text is left empty."""
    import pyarrow as pa

    tables = []
    for block in _line_blocks(path):
        table = _parse_json(pa.BufferReader(block), our_types(names) | (plain or {}))
        if (place := table.schema.get_field_index(TEXT)) >= 0:
            table = table.set_column(place, TEXT, pa.nulls(len(table), pa.string()))
        tables.append(table)
    return pa.concat_tables(tables, promote_options="permissive")


def _parse_json(source: Any, types: dict[str, Any], unexpected: str = "infer") -> Any:
    import pyarrow as pa
    import pyarrow.json

    options = pa.json.ParseOptions(
        explicit_schema=pa.schema(list(types.items())),
        newlines_in_values=False,
        unexpected_field_behavior=unexpected,
    )
    return pa.json.read_json(source, pa.json.ReadOptions(block_size=_BLOCK), options)


def _line_blocks(path: Path) -> Iterator[bytes]:
    """A file in blocks of whole lines."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            block += file.readline()
            if not block.isspace():
                yield block


def _without_rows(described: Path) -> Any:
    """A table of no rows, with the columns of the dictionary: JSON lines name none where there is no line."""
    import pyarrow as pa

    kinds = arrow_types()
    try:
        fields = json.loads(dictionary_path(described).read_bytes())["resources"][0]["schema"]["fields"]
        types = {str(field["name"]): kinds.get(field["type"], pa.string()) for field in fields}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        # of a run the other parts may tell
        types = {}
    return pa.schema(list((types | our_types(list(types))).items())).empty_table()
