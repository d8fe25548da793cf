"""The formats that results are written in, and the names of files that ask for them; light, for the command line."""

from __future__ import annotations

from pathlib import Path

__all__ = ["EXPORTS", "PLAIN", "export_format"]

#: Formats that hold a table as it is; `stance.batch.encoding` writes them.
PLAIN = ("csv", "jsonl", "parquet")

#: Format to the suffixes that ask for it, and the module that writes it.
EXPORTS = {
    "xlsx": ((".xlsx",), "stance.results.export_excel"),
    "dta": ((".dta",), "stance.results.export_stata"),
    "sav": ((".sav",), "stance.results.export_spss"),
    "sqlite": ((".sqlite", ".sqlite3", ".db"), "stance.results.export_sqlite"),
}


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
