"""Stata 14 and later: labels as numbers with value labels, variables with labels, long texts as strL."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stance.errors import StanceError, number_of
from stance.results.typed import Typed

__all__ = ["write"]

_NAME, _LABEL = 32, 80
_FIXED_STRING = 200
_VARIABLES = 32_767
# larger numbers are Stata's codes of what is missing
_LARGEST = 8.988465674311579e307
# of Stata and of Mata, as pandas checks them
_RESERVED = frozenset(
    """
    aggregate array boolean break byte case catch class colvector complex const continue default delegate delete do
    double else eltypedef end enum explicit export external float for friend function global goto if inline int local
    long null pragma protected quad rowvector short typedef typename virtual _all _n _skip _b _pi in _pred strl _coef
    _rc using _cons _se with
    """.split()
)


def write(table: Typed, path: Path) -> tuple[list[str], Mapping[str, str]]:
    """Write a data set of version 118 (UTF-8)."""
    import numpy as np
    import pandas as pd

    if len(table.columns) > _VARIABLES:
        raise StanceError(f"{len(table.columns)} columns do not fit into {_VARIABLES} variables; write Parquet or CSV")
    notes: list[str] = []
    names = table.short_names(_NAME, _RESERVED)
    columns: dict[str, Any] = {}
    codes: dict[Any, dict[float, str]] = {}
    dates: Any = {}
    long: list[str] = []
    for column in table.columns:
        name, values = names[column.name], table.frame[column.name]
        if column.values:
            # a byte of Stata holds numbers up to 100
            columns[name] = pd.array(table.coded(column), dtype="Int8" if len(column.values) <= 100 else "Int32")
            codes[name] = {float(code): label for code, label in enumerate(column.values, start=1)}
        elif column.type == "date":
            columns[name] = pd.to_datetime(values)
            dates[name] = "td"
        elif column.type == "string":
            # most stand in many rows; what is missing has the number -1, and so the last
            numbers, different = pd.factorize(values)
            # a NUL ends a string in Stata
            texts = [*(str(text).replace("\0", "\ufffd") for text in different), ""]
            columns[name] = pd.Series(np.array(texts, dtype=object)[numbers], dtype=object)
            if any(len(text.encode()) > _FIXED_STRING for text in texts):
                long.append(name)
        else:
            if column.type == "number" and (over := values.abs() > _LARGEST).any():
                values = values.mask(over)
                notes.append(f"{number_of(int(over.sum()), 'number')} of {column.name} past 8.98e307 left out")
            columns[name] = values.to_numpy()
    labels = {names[column.name]: column.description[:_LABEL] for column in table.columns}
    frame = pd.DataFrame(columns)
    with path.open("wb") as stream:
        frame.to_stata(
            stream,
            write_index=False,
            version=118,
            variable_labels=labels,
            value_labels=codes,
            convert_dates=dates,
            convert_strl=long,
            data_label="stance",
        )
    return notes, names
