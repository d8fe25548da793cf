"""The cells of an Excel workbook, as text: what coders save."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from stance.articles.libraries import unsound
from stance.articles.office import open_parts, read_part
from stance.errors import ArticleError, CorpusError

__all__ = ["read_sheet"]

_KIND = "an Excel workbook"
_WORDS = "xl/sharedStrings.xml"
#: How characters are written that XML does not hold, and the underscore where it would be read as such.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_COLUMN = re.compile("[A-Z]+")
_SWITCHES = {"0": "FALSE", "1": "TRUE"}


def read_sheet(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows of the first sheet with their numbers: of each the cells that hold something, by the column's letters.

    Numbers, and days as the numbers that they are, stand as they are saved; formulas as their last values.

    Raises
    ------
    CorpusError
        If it is no workbook, or is damaged or encrypted.
    MissingDependencyError
        Without lxml.
    """
    source = str(file)
    try:
        with file.open("rb") as stream, open_parts(stream, source) as archive, unsound(_KIND, source):
            sheet = next(read_part(archive, "xl/workbook.xml", _KIND, source).iter("{*}sheet"))
            link = next(value for name, value in sheet.attrib.items() if name.endswith("relationships}id"))
            links = read_part(archive, "xl/_rels/workbook.xml.rels", _KIND, source)
            target = next(found.get("Target") for found in links if found.get("Id") == link)
            place = target[1:] if target.startswith("/") else f"xl/{target}"
            words = []
            if _WORDS in archive.NameToInfo:
                words = [_text(item) for item in read_part(archive, _WORDS, _KIND, source).iter("{*}si")]
            rows = read_part(archive, place, _KIND, source).iter("{*}row")
            return [(int(row.get("r", n)), dict(_cells(row, words))) for n, row in enumerate(rows, start=1)]
    except ArticleError as error:
        raise CorpusError(f"{error.message}; save it anew, or as CSV in UTF-8", file) from error


def _cells(row: Any, words: list[str]) -> Iterator[tuple[str, str]]:
    for cell in row.iter("{*}c"):
        kind, value = cell.get("t"), cell.findtext("{*}v", "")
        if kind == "s":
            value = words[int(value)]
        elif kind == "inlineStr":
            value = _text(cell)
        elif kind == "b":
            value = _SWITCHES[value]
        if value.strip():
            yield _COLUMN.match(cell.get("r"))[0], value  # type: ignore[index]


def _text(item: Any) -> str:
    """The runs of a text, but for how it is pronounced."""
    runs = [run.text or "" for run in item.iter("{*}t") if run.getparent().tag.rpartition("}")[2] != "rPh"]
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(runs))
