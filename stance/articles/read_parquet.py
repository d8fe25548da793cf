"""Parquet: one row, one article."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from stance.articles.arrow_columns import check_text, column_values, columns_to_articles
from stance.articles.article import Article
from stance.articles.libraries import seekable
from stance.articles.machine import raise_if_machine
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["read_parquet"]

#: Few, for a row may hold a book.
_ROWS = 128


def read_parquet(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the articles of a Parquet file, some rows at a time; only the columns that are used.

    A stream that is no plain file is copied to a temporary one first, since Parquet is read from its end.

    Raises
    ------
    ArticleError
        If it is no Parquet file, is damaged, or a column is missing or of a type that cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    with seekable(stream) as whole:
        try:
            # buffered: a row group is otherwise held whole
            file = pq.ParquetFile(whole, buffer_size=2**20, pre_buffer=False)
            schema = file.schema_arrow
            columns = columns.within(schema.names)
            columns.check(schema.names, source)
            used = [name for name in columns.asked() if name in schema.names]
            check_text(schema.field(columns.name("text")).type, columns.name("text"), source)
            for batch in file.iter_batches(_ROWS, columns=used, use_threads=False):
                cells = {name: column_values(batch.column(name)) for name in used}
                yield from columns_to_articles(cells, columns, source, stem, number)
                number += batch.num_rows
        except (pa.ArrowException, OSError, UnicodeError) as error:
            raise_if_machine(error, source)
            message = (str(error).splitlines() or ["damaged"])[0]
            raise ArticleError(f"not a valid Parquet file, after row {number}: {message}", source) from error
