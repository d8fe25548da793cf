"""Excel: one sheet of results, one that says what the columns hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stance.articles.libraries import need
from stance.errors import StanceError
from stance.files import passing_folder
from stance.results.formats import CELL, fit_cell
from stance.results.typed import Typed

__all__ = ["write"]

_COLUMNS = 16_384
# Excel counts days from there; what is earlier would be a number below zero, which it shows as ####
_FIRST_YEAR = 1900
_WIDTHS = {"text": 80, "title": 40, "date": 11}


def write(table: Typed, path: Path) -> tuple[list[str], Mapping[str, str]]:
    """Write a workbook; nothing in it is a formula or a link, whatever the text looks like."""
    xlsxwriter = need("xlsxwriter", "XlsxWriter", "export")
    # what does not fit would be left out in silence
    if len(table.columns) > _COLUMNS:
        raise StanceError(f"{len(table.columns)} columns do not fit into a sheet of {_COLUMNS}; write Parquet or CSV")
    # row by row, so that memory does not grow; the rows wait beside the file, where there is room for it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with passing_folder(path.with_name(f"{path.name}.rows")) as place:
        book = xlsxwriter.Workbook(path, {**options, "tmpdir": str(place)})
        notes = _fill(book, table)
        try:
            book.close()
        except xlsxwriter.exceptions.XlsxWriterException as error:
            raise error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error)) from error
    return notes, {}


def _fill(book: Any, table: Typed) -> list[str]:
    """Write both sheets; what had to be cut."""
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("results")
    sheet.freeze_panes(1, 0)
    for i, column in enumerate(table.columns):
        sheet.set_column(i, i, _WIDTHS.get(column.name, max(10, min(len(column.name) + 2, 26))))
        sheet.write_string(0, i, column.name, bold)
    if len(table.frame):
        sheet.autofilter(0, 0, len(table.frame), max(len(table.columns) - 1, 0))
    cut = early = 0
    for row, cells in enumerate(table.rows(), start=1):
        for i, (column, cell) in enumerate(zip(table.columns, cells, strict=True)):
            if cell is None or cell != cell:
                continue
            if column.type == "string":
                text = str(cell).replace("\0", "\ufffd")  # XML has no NUL
                fitting = fit_cell(text)
                cut += fitting != text
                sheet.write_string(row, i, fitting)
            elif column.type == "date" and cell.year < _FIRST_YEAR:
                early += 1
                sheet.write_string(row, i, cell.isoformat()[:10])
            elif column.type == "date":
                sheet.write_datetime(row, i, cell, day)
            else:
                sheet.write_number(row, i, cell)
    about = book.add_worksheet("columns")
    about.set_column(0, 0, 28)
    about.set_column(1, 1, 10)
    about.set_column(2, 3, 80)
    for i, heading in enumerate(("column", "type", "what it holds", "values")):
        about.write_string(0, i, heading, bold)
    for row, column in enumerate(table.columns, start=1):
        for i, word in enumerate((column.name, column.type, column.description, ", ".join(column.values))):
            about.write_string(row, i, word)
    notes = [f"{cut} cells were cut to {CELL} characters, the most that Excel holds"] if cut else []
    if early:
        notes.append(f"{early} dates before {_FIRST_YEAR} are written as text, since Excel has no such dates")
    return notes
