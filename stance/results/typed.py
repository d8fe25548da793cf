"""Tables whose columns have a type, a description and, where they are labels, these in order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stance.articles.encoding import clean_surrogates
from stance.errors import StanceError, number_of
from stance.labels import Target
from stance.results.dates import day_of
from stance.results.dictionary import Column, describe_columns
from stance.results.table_files import EXACT, refuse_half_characters

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ROWS", "Typed", "plain_table", "typed_table", "with_order"]

#: Rows that are made objects of Python, or text, at once.
ROWS = 20_000
#: Formats that have no infinite numbers.
_FINITE = ("jsonl", "xlsx", "dta")
#: Bytes of the longest label of a value that SPSS takes.
_CATEGORY = 120
_KINDS = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}


@dataclass(frozen=True, slots=True)
class Typed:
    """A table with the type and the description of every column.

    Attributes
    ----------
    frame : pandas.DataFrame
        Strings, integers, floats, truths without gaps. For an exporter truths are 0 and 1, dates are dates where all of
        them name a day, and integers past 2**53 are text.
    columns : sequence of Column
        In the order of the frame.
    """

    frame: pd.DataFrame
    columns: Sequence[Column]

    def coded(self, column: Column) -> list[int | None]:
        """The values of a column of labels as numbers, from 1; ``None`` where there is none.

        Raises
        ------
        StanceError
            If one is none of the labels.
        """
        codes: dict[str | None, int | None] = {None: None}
        codes |= {label: code for code, label in enumerate(column.values, start=1)}
        try:
            return [codes[v if isinstance(v, str) and v else None] for v in self.frame[column.name]]
        except KeyError as error:
            labels = ", ".join(column.values)
            raise StanceError(f"{column.name} is {error.args[0]!r}; expected one of {labels}") from error

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """The cells of each row, in the order of the columns; objects of Python are made of some rows at a time."""
        for start in range(0, len(self.frame), ROWS):
            part = self.frame.iloc[start : start + ROWS]
            yield from zip(*(part[column.name].tolist() for column in self.columns), strict=True)

    def short_names(self, longest: int, reserved: frozenset[str]) -> dict[str, str]:
        """Names that a statistics package accepts: letters, digits and underscores, unique whatever their case.

        Parameters
        ----------
        longest : int
            Characters.
        reserved : frozenset of str
            Names in lower case that may not be used.
        """
        taken: set[str] = set(reserved)
        names: dict[str, str] = {}
        for column in self.columns:
            plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in column.name).strip("_")
            plain = plain if plain[:1].isalpha() else f"v_{plain}"
            short, number = plain[:longest].rstrip("_"), 1
            if short.lower() in reserved:
                short += "_"
            while short.lower() in taken:
                number += 1
                short = f"{plain[: longest - len(str(number)) - 1]}_{number}"
            taken.add(short.lower())
            names[column.name] = short
        return names


def plain_table(
    frame: pd.DataFrame, targets: Sequence[Target], format: str, others: Sequence[Column] = ()
) -> tuple[Typed, list[str]]:
    """The table in columns that the format holds, whatever somebody put into it, and what it does not hold."""
    import numpy as np
    import pandas as pd

    names = [str(name) for name in frame.columns]
    values = {name: _plain_values(frame.iloc[:, i]) for i, name in enumerate(names)}
    types = {name: _KINDS.get(column.dtype.kind, "string") for name, column in values.items()}
    # of integers with gaps the values are floats, as pandas has them
    types |= {
        name: "integer"
        for i, name in enumerate(names)
        if types[name] == "number" and frame.iloc[:, i].dtype.kind in "iu"
    }
    columns, notes = describe_columns(types, targets, others), []
    for i, (name, type, *_) in enumerate(columns):
        given = types[name]
        if type == "string" and given != "string":
            values[name] = _as_text(values[name])
        elif given == "string" or (type == "integer" and given == "number" and not _fits_integers(values[name])):
            # somebody's own column of that name
            columns[i] = columns[i]._replace(type=given)
        elif type != given:
            values[name] = values[name].astype("float64" if "number" in (type, given) else "int64")
        if format in _FINITE and values[name].dtype.kind == "f" and (infinite := np.isinf(values[name])).any():
            values[name] = values[name].mask(infinite)
            notes.append(f"{number_of(int(infinite.sum()), 'infinite number')} of {name} left out")
    # some rows of a frame, or in another order: a writer that lines columns up by the index would mix them
    return Typed(pd.DataFrame(values, index=frame.index).reset_index(drop=True), columns), notes


def with_order(column: Column, frame: pd.DataFrame, orders: Mapping[str, tuple[str, ...]]) -> Column:
    """The column with its categories in their order, unless it holds something else by now."""
    order = orders.get(column.name, ())
    words = column.type == "string" and not column.values and all(0 < len(word.encode()) <= _CATEGORY for word in order)
    if not (order and words and {*frame[column.name].dropna()} <= {*order}):
        return column
    return column._replace(values=order, ordered=True)


def typed_table(table: Typed) -> Typed:
    """Dates become dates where every one of them names a day, truths 0 and 1, and numbers of too many digits texts."""
    frame, columns = table.frame.copy(deep=False), list(table.columns)
    for i, column in enumerate(columns):
        values = frame[column.name]
        if column.type == "boolean":
            frame[column.name] = values.astype("int64")
            columns[i] = column._replace(type="integer")
        elif column.type == "integer" and (values.abs() > EXACT).any():
            frame[column.name] = _as_text(values)
            columns[i] = column._replace(type="string")
        if column.name == "date" and not column.values:
            present = values.notna()
            # articles have many paragraphs, and few days
            days = {value: day_of(value) for value in values[present].unique()}
            if present.any() and all(day is not None for day in days.values()):
                frame["date"] = [days.get(value) for value in values]
                columns[i] = column._replace(type="date", description="Date of the article")
    return Typed(frame, columns)


def _fits_integers(values: pd.Series[Any]) -> bool:
    """Whether floats are whole numbers of 64 bits wherever there is one."""
    present = values.dropna()
    return bool(((present % 1 == 0) & (present.abs() < 2**63)).all())


def _plain_values(values: pd.Series[Any]) -> pd.Series[Any]:
    """Strings, integers, floats or truths without gaps; what is none of these becomes text."""
    import pandas as pd

    if values.dtype == object:
        refuse_half_characters(values, str(values.name))
        values = values.infer_objects()
    kind, gaps = values.dtype.kind, bool(values.isna().any())
    if kind == "b" and not gaps:
        return values.astype("bool")
    # what has gaps becomes floats
    most = EXACT if gaps else 2**63 - 1
    if kind == "f" or (kind in "iu" and not (values.dropna().abs() > most).any()):
        return values.astype("float64" if kind == "f" or gaps else "int64")
    if pd.api.types.infer_dtype(values, skipna=True) in ("string", "empty"):
        return values if values.dtype == "str" else values.astype(object).where(values.notna(), None)
    return _as_text(values)


def _as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    texts = values.map(_text) if values.dtype == object else values.astype(str)
    return texts.astype(object).where(values.notna(), None)


def _text(value: Any) -> str:
    """A value as one would write it down; what holds others as JSON."""
    if isinstance(value, (list, tuple, dict)) or hasattr(value, "tolist"):
        text = json.dumps(value, ensure_ascii=False, default=lambda part: getattr(part, "tolist", lambda: str(part))())
        return clean_surrogates(text)
    return str(value)
