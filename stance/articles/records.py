"""What reading yields, and how tables name their columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stance.articles.article import Article
from stance.articles.encoding import clean_surrogates
from stance.errors import ArticleError

__all__ = ["LARGEST_RECORD", "Columns", "Quarantined", "record_to_article"]

#: A record of more characters (or bytes, before they are decoded) than this is quarantined.
LARGEST_RECORD = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that could not be read.

    Attributes
    ----------
    source : str
        The file.
    position : int
        1-based line or row, 0 for the whole file.
    reason : str
        Why.
    """

    source: str
    position: int
    reason: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table, or key of a JSON record, holds what.

    A column left at ``None`` is looked for under its own name and may be missing, but for ``text``. A column that is
    named must be there.
    """

    text: str | None = None
    id: str | None = None
    title: str | None = None
    date: str | None = None
    outlet: str | None = None

    def name(self, field: str) -> str:
        """The column of a field."""
        return getattr(self, field) or field

    def check(self, header: list[str], source: str) -> None:
        """Raise `ArticleError` if a column is missing from a table."""
        for field in ("text", "id", "title", "date", "outlet"):
            column = self.name(field)
            if column not in header and (field == "text" or getattr(self, field) is not None):
                raise ArticleError(
                    f"no column {column!r} for the {field}; name it with --{field}-column; "
                    f"the file has {', '.join(map(str, header)) or 'no columns'}",
                    source,
                )


def record_to_article(
    record: Mapping[str, Any], columns: Columns, source: str, stem: str, position: int
) -> Article | Quarantined:
    """Turn one row into an article, or say why not."""
    text = record.get(columns.name("text"))
    if text is None:
        return Quarantined(source, position, f"no {columns.name('text')!r}")
    if not isinstance(text, str):
        return Quarantined(source, position, f"{columns.name('text')!r} is not a text but {type(text).__name__}")
    if len(text) > LARGEST_RECORD:
        return Quarantined(source, position, f"record too large: {len(text):,} characters")
    values: dict[str, str | None] = {}
    for field in ("id", "title", "date", "outlet"):
        value = record.get(columns.name(field))
        known = isinstance(value, str | int | float) and value == value and value != ""
        values[field] = clean_surrogates(str(value)) if known else None
        if value is not None and not known and not isinstance(value, str | int | float):
            values[field] = clean_surrogates(str(value))
    return Article(
        id=values["id"] or f"{stem}:{position}",
        text=clean_surrogates(text),
        title=values["title"],
        date=values["date"],
        outlet=values["outlet"],
        source=source,
    )
