"""Columns of Arrow, as Parquet and data frames have them: what they hold, as articles and as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stance.articles.article import Article
from stance.articles.records import Columns, Quarantined, record_to_article
from stance.errors import ArticleError

__all__ = ["check_text", "column_values", "columns_to_articles", "times_as_text"]


def columns_to_articles(
    cells: Mapping[str, Sequence[Any]], columns: Columns, source: str, stem: str, before: int
) -> Iterator[Article | Quarantined]:
    """The rows of columns of values as articles; ``before`` rows went before them."""
    for number, row in enumerate(zip(*cells.values(), strict=True), before + 1):
        record = dict(zip(cells, row, strict=True))
        unfit = next((name for name, value in record.items() if isinstance(value, bytes)), None)
        if unfit is None:
            yield record_to_article(record, columns, source, stem, number)
        else:
            yield Quarantined(source, number, f"{unfit!r} is not valid utf-8")


def check_text(kind: Any, name: str, source: str) -> None:
    """Raise `ArticleError` if a column of texts is of an Arrow type that holds something else."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    checks = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_binary)
    if not any(check(kind) for check in (*checks, pa.types.is_large_binary, pa.types.is_null)):
        raise ArticleError(f"the column {name!r} is not text but {kind}", source)


def column_values(column: Any) -> list[Any]:
    """The values of an Arrow column as `record_to_article` takes them; bytes where text is not valid UTF-8."""
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_temporal(kind):
        # Python has no nanoseconds
        column = times_as_text(column.cast(kind))
    try:
        values = column.to_pylist()
    except UnicodeDecodeError:
        # one by one, so that only the row with invalid UTF-8 is lost
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        values = [_value(scalar) for scalar in plain]
    except (ValueError, OverflowError) as error:
        raise ArticleError(f"a column of {kind} holds what Python cannot: {error}") from error
    return [_text(value) if isinstance(value, bytes) else value for value in values]


def times_as_text(column: Any) -> Any:
    """An Arrow column of points in time or of durations as text, as pandas shows them: of midnight the day.

    Examples
    --------
    >>> import datetime as dt
    >>> import pyarrow as pa
    >>> days = [dt.datetime(2026, 5, 9), dt.datetime(2026, 5, 9, 10, 30), None]
    >>> times_as_text(pa.array(days)).to_pylist()
    ['2026-05-09', '2026-05-09 10:30:00', None]
    >>> times_as_text(pa.array([dt.timedelta(1, 5)])).to_pylist()
    ['1 days 00:00:05']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_duration(column.type):
        return pa.array([_span(scalar) if scalar.is_valid else None for scalar in column], pa.string())
    texts = pc.replace_substring_regex(column.cast(pa.string()), r"\.0+($|[Z+-])", r"\1")
    return pc.replace_substring_regex(texts, r"^(\S+) 00:00:00$", r"\1")


def _span(scalar: Any) -> str:
    """A duration as pandas shows it; the text that Arrow has for one is a bare number."""
    import pandas as pd

    try:
        return str(pd.Timedelta(scalar.as_py()))
    except (ValueError, OverflowError):
        # of more years than either Python or pandas counts
        return f"{scalar.value} {scalar.type.unit}"


def _value(scalar: Any) -> Any:
    """A value; text that is not valid UTF-8, also within a list, as bytes that are not either."""
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return b"\xff"


def _text(value: bytes) -> str | bytes:
    """Text that was marked as binary, as some writers do; left as bytes if it is none."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
