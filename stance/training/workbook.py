"""The cells of an Excel workbook, as text: what coders save."""

from __future__ import annotations

import datetime
import warnings
from pathlib import Path
from typing import Any

from stance.articles.libraries import need, unsound
from stance.errors import ArticleError, CorpusError

__all__ = ["read_sheet"]


def read_sheet(file: Path) -> list[tuple[int, list[str]]]:
    """The rows of the first sheet that hold something, all of one length, with their numbers.

    Formulas stand as their last values, ``#N/A`` as an empty cell, whole numbers without a point, days as ISO 8601.

    Raises
    ------
    CorpusError
        If it is no workbook, or is damaged or encrypted.
    MissingDependencyError
        Without openpyxl.
    """
    openpyxl = need("openpyxl", "openpyxl", "export")
    try:
        with file.open("rb") as stream, unsound("an Excel workbook", str(file)), warnings.catch_warnings():
            # of styles and of what a program adds that the library does not know
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            # the size that a file tells of its sheet may be wrong, and would cut rows off
            sheet.reset_dimensions()
            rows = [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    except ArticleError as error:
        raise CorpusError(f"{error.message}; save it anew, or as CSV in UTF-8", file) from error
    width = max(map(len, rows), default=0)
    filled = [[*row, *[""] * (width - len(row))] for row in rows]
    return [(number, row) for number, row in enumerate(filled, start=1) if any(cell.strip() for cell in row)]


def _text(value: Any) -> str:
    # the error value is what R writes for a cell without a value
    if value is None or value == "#N/A":
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    # the library leaves a carriage return as XML writes it
    return str(value).replace("_x000D_", "\r")
