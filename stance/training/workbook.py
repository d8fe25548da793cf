"""The cells of an Excel workbook, as text: what coders save."""

from __future__ import annotations

import datetime
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stance.articles.libraries import need, unsound
from stance.articles.office import check_parts
from stance.errors import ArticleError, CorpusError

__all__ = ["NO_VALUE", "read_sheet"]

#: The error value of Excel that R writes for a cell without a value.
NO_VALUE = "#N/A"
#: As many as Excel has; and as many cells as those of twenty columns.
_MOST_ROWS = 2**20
_MOST_CELLS = 20 * _MOST_ROWS
#: What XML does not hold, as workbooks write it, and what only looks like that (ECMA-376, part 1, 22.9.2.19); the
#: library undoes the second where it is in the list of words, and neither within a cell.
_ESCAPED = re.compile(r"_x005F_(?=x[0-9A-F]{4}_)|_x(00[01][0-9A-F]|FFF[EF])_", re.I)


def read_sheet(file: Path) -> list[tuple[int, list[str]]]:
    """The rows of the first sheet that hold something, all of one length, with their numbers.

    Formulas stand as their last values, ``#N/A`` as an empty cell, whole numbers without a point, days as ISO 8601.
    Hidden sheets do not count.

    Raises
    ------
    CorpusError
        If it is no workbook, is damaged, encrypted or a bomb, or if the codes may stand in another sheet.
    MissingDependencyError
        Without openpyxl.
    """
    openpyxl = need("openpyxl", "openpyxl", "export")
    try:
        with file.open("rb") as stream, unsound("an Excel workbook", str(file)), warnings.catch_warnings():
            # of styles and of what a program adds that the library does not know
            warnings.simplefilter("ignore")
            # the words of a real one may be large: of 60,000 paragraphs they are 70 MB
            check_parts(stream, str(file), read=())
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            first, *others = shown or book.worksheets
            rows = list(_rows(first))
            headings = {sheet.title: next((row for row in _rows(sheet) if any(row)), []) for sheet in others}
            width = max(map(len, rows), default=0)
            _check_size(first.title, len(rows), width * sum(map(bool, rows)))
    except ArticleError as error:
        raise CorpusError(f"{error.message}; save it anew, or as CSV in UTF-8", file) from error
    filled = [(number, [*row, *[""] * (width - len(row))]) for number, row in enumerate(rows, start=1) if any(row)]
    _refuse_others(file, first.title, filled[0][1] if filled else [], headings)
    return filled


def _rows(sheet: Any) -> Iterator[list[str]]:
    # the size that a file tells of its sheet may be wrong, and would cut rows off
    sheet.reset_dimensions()
    read = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        # of rows and cells that are not there the library makes empty ones, up to any that a file names
        read += len(row)
        _check_size(sheet.title, number, read)
        cells = [_text(value) for value in row]
        yield cells if any(cell.strip() for cell in cells) else []


def _check_size(title: str, rows: int, cells: int) -> None:
    if rows > _MOST_ROWS or cells > _MOST_CELLS:
        raise ArticleError(f"sheet {title[:80]!r} has more than {_MOST_ROWS:,} rows or {_MOST_CELLS:,} cells")


def _refuse_others(file: Path, first: str, heading: list[str], headings: Mapping[str, list[str]]) -> None:
    """Refuse a workbook that has the codes, or more of them, in a sheet that is not read."""
    mine = {name.strip() for name in heading} - {""}
    theirs = {title: {name.strip() for name in row} - {""} for title, row in headings.items()}
    # texts and codes are two columns at least
    if len(mine) < 2 and any(len(names) > 1 for names in theirs.values()):
        message = (
            f"the first sheet, {first!r}, is not a table, and no other is read; move the one with the codes to the "
            "front"
        )
        raise CorpusError(message, file)
    for title, names in theirs.items():
        if names == mine and names:
            raise CorpusError(
                f"sheet {title!r} has the columns of sheet {first!r}, but only one is read; put all rows into one "
                "sheet, or save the other as a file of its own",
                file,
            )


def _text(value: Any) -> str:
    if value is None or value == NO_VALUE:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "_", str(value))
