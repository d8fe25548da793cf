"""The formats that results are written in, and the names of files that ask for them; light, for the command line."""

from __future__ import annotations

from pathlib import Path

from stance.errors import StanceError

__all__ = ["CELL", "EXPORTS", "MOST_ROWS", "PLAIN", "check_rows", "export_format", "fit_cell"]

#: Formats that hold a table as it is; `stance.batch.encoding` writes them.
PLAIN = ("csv", "jsonl", "parquet")

#: Format to the suffixes that ask for it, and the module that writes it.
EXPORTS = {
    "xlsx": ((".xlsx",), "stance.results.export_excel"),
    "dta": ((".dta",), "stance.results.export_stata"),
    "sav": ((".sav",), "stance.results.export_spss"),
    "sqlite": ((".sqlite", ".sqlite3", ".db"), "stance.results.export_sqlite"),
}

#: Rows that a format holds at most, if there is such a number.
MOST_ROWS = {"xlsx": 1_048_575}

#: Characters that a cell of Excel holds; one beyond U+FFFF counts twice, as in UTF-16.
CELL = 32_767


def fit_cell(text: str) -> str:
    """As much of a text as a cell of Excel holds.

    Examples
    --------
    >>> len(fit_cell("x" * 40_000)), len(fit_cell("\U0001f54a" * 40_000))
    (32767, 16383)
    """
    if 2 * len(text) <= CELL:
        return text
    return text.encode("utf-16-le", "surrogatepass")[: 2 * CELL].decode("utf-16-le", "ignore")


def check_rows(rows: int, path: str | Path, format: str | None = None) -> None:
    """Check that a file holds so many rows, before hours are spent on them.

    Raises
    ------
    StanceError
        If it does not.
    """
    most = MOST_ROWS.get(format or export_format(path) or "")
    if most is not None and rows > most:
        raise StanceError(f"{path}: {rows} rows do not fit into a sheet of {most}; write Parquet, CSV or SQLite")


def export_format(path: str | Path) -> str | None:
    """The format that a file name asks for, or ``None``.

    Examples
    --------
    >>> export_format("scores.db"), export_format("scores.csv"), export_format("scores.doc")
    ('sqlite', 'csv', None)
    """
    suffix = Path(path).suffix.lower()
    plain = {f".{name}": name for name in PLAIN} | {".ndjson": "jsonl"}
    return plain.get(suffix) or next((name for name, (suffixes, _) in EXPORTS.items() if suffix in suffixes), None)
