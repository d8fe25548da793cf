"""Parquet: one row, one article."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from typing import IO

from stance.articles.article import Article
from stance.articles.records import Columns, Quarantined, record_to_article
from stance.errors import ArticleError

__all__ = ["read_parquet"]

_ROWS = 1024


def read_parquet(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the articles of a Parquet file, some rows at a time.

    Raises
    ------
    ArticleError
        If it is no Parquet file, is damaged, or a column is missing.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    with tempfile.TemporaryFile() as copy:
        if not stream.seekable() or not isinstance(stream, io.BufferedReader):
            while piece := stream.read(2**20):
                copy.write(piece)
            copy.seek(0)
            stream = copy
        try:
            file = pq.ParquetFile(stream)
            columns.check(file.schema_arrow.names, source)
            wanted = [columns.name(field) for field in ("text", "id", "title", "date", "outlet")]
            present = [name for name in dict.fromkeys(wanted) if name in file.schema_arrow.names]
            for group in range(file.num_row_groups):
                for batch in file.iter_batches(_ROWS, row_groups=[group], columns=present, use_threads=False):
                    for record in batch.to_pylist():
                        number += 1
                        yield record_to_article(record, columns, source, stem, number)
        except (pa.ArrowException, OSError) as error:
            message = str(error).splitlines()[0]
            raise ArticleError(f"not a sound Parquet file, after row {number}: {message}", source) from error
