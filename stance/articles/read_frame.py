"""A data frame, of pandas, polars or whatever else hands its columns to Arrow: one row, one article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from stance.articles.arrow_columns import check_text, column_values, columns_to_articles
from stance.articles.article import Article
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["FRAME", "OPTION", "STEM", "Frame", "is_frame", "read_frame"]

#: What stands in the place of a file's name.
FRAME = "the data frame"
#: How a column is named, with a place for the field.
OPTION = "Columns({}=...)"
#: Of an article without an id: ``row:1``.
STEM = "row"

_ROWS = 1024


class Frame(Protocol):
    """What hands its columns to Arrow: a data frame of pandas or polars, a table of Arrow."""

    @property
    def columns(self) -> Any:
        """Their names, or the columns."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any: ...


def is_frame(thing: Any) -> bool:
    """Whether a thing has columns that Arrow can take; a single column of paths is none.

    Examples
    --------
    >>> import pandas as pd
    >>> is_frame(pd.DataFrame()), is_frame(pd.Series(["a.txt"])), is_frame("a.txt")
    (True, False, False)
    """
    return hasattr(type(thing), "columns") and hasattr(type(thing), "__arrow_c_stream__")


def read_frame(frame: Any, columns: Columns) -> Iterator[Article | Quarantined]:
    """Read the articles of a data frame, by the rules for a Parquet file with the same columns.

    Raises
    ------
    ArticleError
        If Arrow cannot take the frame, or a column is missing, stands there twice, or the one of texts holds something
        else.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"body": ["Talks resume.", None], "day": pd.to_datetime(["2026-05-09"] * 2)})
    >>> article, refused = read_frame(frame, Columns(text="body", date="day"))
    >>> article.id, article.date[:10], refused.reason
    ('row:1', '2026-05-09', "no 'body'")
    """
    import pandas as pd
    import pyarrow as pa

    try:
        table = frame if isinstance(frame, pd.DataFrame) else pa.table(frame)
    except pa.ArrowException as error:
        why = f"Arrow cannot convert it: {error}; give only the columns that are needed, with plain types"
        raise ArticleError(" ".join(why.split()), FRAME) from error
    names = list(map(str, table.columns if isinstance(table, pd.DataFrame) else table.column_names))
    if isinstance(table, pd.DataFrame):
        # what is named in an index is a column to Parquet, too
        names += [name for name, _ in _index_columns(table)]
    columns = columns.within(names)
    columns.check(names, FRAME, option=OPTION, table="it")
    taken = {name: _column(table, names.index(name)) for name in columns.asked() if name in names}
    text = taken[columns.name("text")]
    # to pandas a column of nothing is one of numbers
    if not isinstance(text, list) and text.null_count < len(text):
        check_text(text.type, columns.name("text"), FRAME)
    # some at a time, as a value of Python takes more than one of the frame
    for start in range(0, len(text), _ROWS):
        rows = slice(start, start + _ROWS)
        cells = {name: column[rows] for name, column in taken.items()}
        values = {name: part if isinstance(part, list) else column_values(part) for name, part in cells.items()}
        yield from columns_to_articles(values, columns, FRAME, STEM, start)


def _index_columns(frame: Any) -> list[tuple[str, int]]:
    """What is named in the index of a frame of pandas, and in no column: the names, and where they stand there."""
    taken = {*map(str, frame.columns)}
    return [(str(name), i) for i, name in enumerate(frame.index.names) if name is not None and str(name) not in taken]


def _column(table: Any, i: int) -> Any:
    """One column of Arrow; of pandas the list of its values where Arrow refuses them, as numbers among words."""
    import pandas as pd
    import pyarrow as pa

    if not isinstance(table, pd.DataFrame):
        return table.column(i)
    if i < table.shape[1]:
        column = table.iloc[:, i]
    else:
        column = table.index.get_level_values(_index_columns(table)[i - table.shape[1]][1]).to_series()
    try:
        found = pa.Array.from_pandas(column)
        if not isinstance(found.type, pa.BaseExtensionType):
            return found
        # to Arrow a period is a number, and an interval an object
        column = column.astype(object).map(str, na_action="ignore")
    except (pa.ArrowException, UnicodeError, OverflowError):
        pass
    values = column.astype(object).where(column.notna(), None).tolist()
    # an array of numpy is equal to nothing, and not unequal either
    return [value.tolist() if hasattr(value, "tolist") else value for value in values]
