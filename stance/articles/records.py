"""What reading yields, and how tables name their columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from numbers import Number
from typing import Any

from stance.articles.article import Article
from stance.articles.encoding import clean_surrogates
from stance.articles.markup import without_markup
from stance.articles.paragraphs import LINE_ENDS
from stance.errors import ArgumentError, ArticleError, check_called, kind_of

__all__ = [
    "BLANKS",
    "DEFAULT_NAMES",
    "FIELDS",
    "LARGEST_RECORD",
    "MOST_LINES",
    "NOT_KNOWN",
    "TRIMMED",
    "Columns",
    "Quarantined",
    "as_columns",
    "as_kept",
    "by_meaning",
    "check_quarantine",
    "record_to_article",
    "refuse_half_names",
    "too_many_lines",
]

#: A record of more characters (or bytes, before they are decoded) than this is quarantined.
LARGEST_RECORD = 32 * 2**20
#: An article of more lines is quarantined: each may be a paragraph, and takes a thousand times the memory of a letter.
MOST_LINES = 1_000_000

#: What a column can hold.
FIELDS = ("text", "id", "title", "date", "outlet")
#: What columns are called that nobody named.
DEFAULT_NAMES = {field: (field, "article_id") if field == "id" else (field,) for field in FIELDS}
#: How R writes what is missing.
NOT_KNOWN = "NA"
#: Around a title, date or outlet these are none of it: an outlet is the same with and without.
BLANKS = " \t\r\n\u00a0"
TRIMMED = ("title", "date", "outlet")


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

    def to_json(self) -> str:
        """The record as a line of a list of quarantined ones."""
        return json.dumps(asdict(self), ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table, or key of a JSON record, holds what.

    A column left at ``None`` is looked for under its own name (``id`` also as ``article_id``), in any case, and may be
    missing, but for ``text``. A column that is named must be there, letter for letter.

    Attributes
    ----------
    text, id, title, date, outlet : str or None
        The column of each.
    keep : tuple of str
        Further columns or keys to carry along, letter for letter, as text, each once; a source need not have them.

    Examples
    --------
    >>> Columns(text="body").name("text"), Columns(text="body").name("title")
    ('body', 'title')
    """

    text: str | None = None
    id: str | None = None
    title: str | None = None
    date: str | None = None
    outlet: str | None = None
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.keep, str):
            # its letters would be taken for columns, none of which is there
            raise ArgumentError(f"keep takes several names, not one: keep=({self.keep!r},)")
        if not isinstance(self.keep, Iterable):
            raise ArgumentError(f"keep takes several names, not {kind_of(self.keep)}")
        kept = tuple(self.keep)
        named = (getattr(self, field) for field in FIELDS)
        for name in (*(name for name in named if name is not None), *kept):
            # those of a data frame may be numbers
            if not isinstance(name, str):
                raise ArgumentError(
                    f"the name of a column is a str, not {kind_of(name)}; {name} is called {str(name)!r}"
                )
        refuse_half_names(kept, "keep")
        object.__setattr__(self, "keep", tuple(dict.fromkeys(kept)))

    def name(self, field: str) -> str:
        """The column of a field."""
        return getattr(self, field) or field

    def within(self, header: Iterable[str]) -> Columns:
        """These columns as a table calls them: a default name also stands with capitals, or blanks around it.

        What has the very name goes first. Of several that differ in capitals and blanks only, none is taken.

        Parameters
        ----------
        header : iterable of str
            The table's columns, or the keys of a record.

        Examples
        --------
        >>> columns = Columns(title="head").within(["article_id", " Text", "Title", "DATE"])
        >>> columns.text, columns.id, columns.title, columns.date
        (' Text', 'article_id', 'head', 'DATE')
        """
        header = list(header)
        if all(getattr(self, field) or field in header for field in FIELDS):
            return self
        plain = by_meaning(header)
        found: dict[str, Any] = {}
        for field in FIELDS:
            # rows that have a paragraph, such as results, are none of an article each
            names = [name for name in DEFAULT_NAMES[field] if name == field or "paragraph" not in plain]
            exact = [name for name in names if name in header]
            alike = [plain[name][0] for name in names if len(plain.get(name, ())) == 1]
            if getattr(self, field) is None and (exact or alike):
                found[field] = (exact or alike)[0]
        return replace(self, **found)

    def asked(self) -> list[str]:
        """The columns to read, as far as they are there, each once."""
        return list(dict.fromkeys((*map(self.name, FIELDS), *self.keep)))

    def needed(self) -> set[str]:
        """The columns that must be there."""
        return {self.name(field) for field in FIELDS if field == "text" or getattr(self, field) is not None}

    def check(self, header: Iterable[str], source: str, option: str = "--{}-column", table: str = "the file") -> None:
        """Raise `ArticleError` if a column is missing from a table, or stands there twice.

        Parameters
        ----------
        header : iterable of str
            The table's columns.
        source, table : str
            Where they stand, and what that is called.
        option : str
            How a column is named, with a place for the field.
        """
        header = list(header)
        for field in FIELDS:
            column = self.name(field)
            if column not in header and column in self.needed():
                raise ArticleError(
                    f"no column {column!r} for the {field}; name it with {option.format(field)}; "
                    f"{table} has {_listed(header)}",
                    source,
                )
            if header.count(column) > 1:
                raise ArticleError(
                    f"the column {column!r} appears twice; rename the one that does not hold the {field}", source
                )
        for column in self.keep:
            if header.count(column) > 1:
                raise ArticleError(
                    f"the column {column!r} appears twice; rename the one that is not to be kept", source
                )


def refuse_half_names(names: Iterable[str], shown: str) -> None:
    """Refuse columns in whose name there is half a character, which no file holds.

    Raises
    ------
    ArgumentError
        With the name.

    Examples
    --------
    >>> refuse_half_names(["country", "sector\\ud800"], "keep")
    Traceback (most recent call last):
    stance.errors.ArgumentError: keep: the name of the column ... has half a character (a lone surrogate); rename it
    """
    for name in names:
        if (whole := clean_surrogates(name)) != name:
            raise ArgumentError(
                f"{shown}: the name of the column {whole!r} has half a character (a lone surrogate); rename it"
            )


def by_meaning(header: Iterable[str]) -> dict[str, list[str]]:
    """Headings by what they are without capitals and without blanks around: somebody may have typed them anew.

    Examples
    --------
    >>> by_meaning([" Text", "outlet", "Outlet"])
    {'text': [' Text'], 'outlet': ['outlet', 'Outlet']}
    """
    found: dict[str, list[str]] = {}
    for heading in header:
        found.setdefault(heading.strip(BLANKS).lower(), []).append(heading)
    return found


def _listed(names: list[str]) -> str:
    shown = [clean_surrogates(name[:40].translate({10: " ", 13: " "})) for name in names[:20]]
    return (", ".join(shown) + (", ..." if len(names) > 20 else "")) or "no columns"


def record_to_article(
    record: Mapping[str, Any], columns: Columns, source: str, stem: str, position: int
) -> Article | Quarantined:
    """Turn one row into an article, or say why not.

    Text must be there; it may be empty. Numbers and dates serve as id, title, date and outlet, blanks around the last
    three left out; without an id an article is called ``<stem>:<position>``. Text that is beyond doubt HTML becomes
    what it shows, and so does its title (`without_markup`).

    Examples
    --------
    >>> record_to_article({"text": "Talks resume."}, Columns(), "wire.csv", "wire", 7).id
    'wire:7'
    >>> record_to_article({"text": "<p>Talks resume.</p><p>No date is set.</p>"}, Columns(), "cms.csv", "cms", 1).text
    'Talks resume.\\n\\nNo date is set.'
    >>> record_to_article({"text": 5}, Columns(), "wire.csv", "wire", 8).reason
    "'text' is not text but int"
    """
    name = columns.name("text")
    text = record.get(name)
    if text is None:
        return Quarantined(source, position, f"no {name!r}")
    if not isinstance(text, str):
        return Quarantined(source, position, f"{name!r} is not text but {type(text).__name__}")
    if len(text) > LARGEST_RECORD:
        return Quarantined(source, position, f"record too large: {len(text):,} characters")
    values: dict[str, str | None] = {}
    for field in FIELDS[1:]:
        value = record.get(columns.name(field))
        if field in TRIMMED and isinstance(value, str):
            value = value.strip(BLANKS)
        if value is None or value != value or value == "":
            values[field] = None
        elif isinstance(value, str | Number):
            values[field] = clean_surrogates(str(_whole(value)))
        elif isinstance(value, date):
            values[field] = value.isoformat()
        else:
            return Quarantined(source, position, f"{columns.name(field)!r} is not text but {type(value).__name__}")
    text, title = without_markup(clean_surrogates(text), values["title"])
    return Article(
        id=values["id"] or f"{stem}:{position}",
        text=text,
        title=title,
        date=values["date"],
        outlet=values["outlet"],
        source=source,
        position=position,
        kept=tuple((name, as_kept(record.get(name))) for name in columns.keep),
    )


def as_columns(columns: Columns | None) -> Columns:
    """The columns that are given, or those that have the names of the fields.

    Raises
    ------
    ArgumentError
        If it is something else.
    """
    if columns is None:
        return Columns()
    if not isinstance(columns, Columns):
        raise ArgumentError(f"columns must be Columns, such as Columns(text='body'), not {kind_of(columns)}")
    return columns


def check_quarantine(given: Any) -> None:
    """Raise `ArgumentError` if records that cannot be read cannot be handed to it."""
    check_called("quarantine", given, "a record, such as rows.append of a list rows")


def too_many_lines(text: str) -> str:
    r"""Why a text has too many lines for an article, if so.

    Examples
    --------
    >>> too_many_lines("Talks resume.\n" * 1000), too_many_lines("no\r\n" * 1_000_001)
    ('', 'record too large: more than 1,000,000 lines')
    """
    if len(text) <= MOST_LINES or sum(map(text.count, LINE_ENDS)) - text.count("\r\n") <= MOST_LINES:
        return ""
    return f"record too large: more than {MOST_LINES:,} lines"


def _whole(value: Any) -> Any:
    """A whole number as such: where one is missing, pandas and R hold those of its column as floats."""
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def as_kept(value: Any) -> str | None:
    """What a column that is kept says, as text without blanks around it, of lists and objects as JSON.

    Examples
    --------
    >>> as_kept(" Oman "), as_kept(["oil", "gas"]), as_kept(2024.0), as_kept(float("nan")), as_kept("")
    ('Oman', '["oil", "gas"]', '2024', None, None)
    """
    if value is None or value != value:
        return None
    text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, list | dict) else str(_whole(value))
    return clean_surrogates(text).strip(BLANKS) or None
