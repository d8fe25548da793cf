"""SPSS: labels as numbers with value labels, variables with labels and measures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stance.articles.libraries import need
from stance.results.typed import Typed

__all__ = ["write"]

_NAME, _LABEL, _STRING = 64, 255, 32_767
_RESERVED = frozenset("all and by eq ge gt le lt ne not or to with".split())


def write(table: Typed, path: Path) -> tuple[list[str], Mapping[str, str]]:
    """Write a compressed ``.sav`` in UTF-8."""
    import pandas as pd

    pyreadstat = need("pyreadstat", "pyreadstat", "export")
    names = table.short_names(_NAME, _RESERVED)
    columns: dict[str, Any] = {}
    labels: dict[str, dict[float, str]] = {}
    measures: dict[str, str] = {}
    formats: dict[str, str] = {}
    cut = 0
    for column in table.columns:
        name, values = names[column.name], table.frame[column.name]
        if column.values or column.type not in ("string", "date"):
            # two decimals, as SPSS has it if it is not told, make most probabilities 0.00 or 1.00
            formats[name] = "F12.6" if column.type == "number" else "F12.0"
        measures[name] = "scale" if column.type in ("number", "integer", "date") else "nominal"
        if column.values:
            columns[name] = pd.Series(table.coded(column), dtype="float64")
            labels[name] = {float(code): label for code, label in enumerate(column.values, start=1)}
            measures[name] = "ordinal" if column.ordered else "nominal"
        elif column.type == "string":
            texts = []
            for value in values:
                whole = ("" if value is None or value != value else str(value)).replace("\0", "\ufffd")
                fitting = whole.encode()[:_STRING].decode("utf-8", "ignore")
                cut += fitting != whole
                texts.append(fitting)
            columns[name] = pd.Series(texts, dtype=object)
        elif column.type == "date":
            columns[name] = pd.Series(values.tolist(), dtype=object)
        else:
            columns[name] = values.to_numpy(dtype="float64")
    try:
        pyreadstat.write_sav(
            pd.DataFrame(columns),
            str(path),
            file_label="stance",
            column_labels={names[column.name]: column.description[:_LABEL] for column in table.columns},
            variable_value_labels=labels,
            variable_measure=measures,
            variable_format=formats,
            row_compress=True,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise OSError(str(error)) from error
    return ([f"{cut} texts were cut to {_STRING} bytes, the most that SPSS holds"] if cut else []), names
