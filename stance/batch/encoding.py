"""Tables to bytes: the parts of a run. The same table always gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

__all__ = ["encode"]


def encode(table: Any, format: str, header: bool = True) -> bytes:
    r"""Write a table as one file would hold it.

    Parameters
    ----------
    table : pyarrow.Table
        Any.
    format : {"parquet", "csv", "jsonl"}
        As `stance.results.writers` writes them.
    header : bool
        Whether CSV begins with the names of the columns.

    Returns
    -------
    bytes

    Examples
    --------
    >>> encode(pa.table({"article_id": ["wire-1", None]}), "jsonl")
    b'{"article_id": "wire-1"}\n{"article_id": null}\n'
    """
    if format == "parquet":
        sink = pa.BufferOutputStream()
        # the order of categories stands in their dictionary only
        ordered = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
        pq.write_table(table, sink, compression="zstd", use_dictionary=ordered or False)
        content: bytes = sink.getvalue().to_pybytes()
        return content
    stream = io.StringIO()
    rows = zip(*[column.to_pylist() for column in table.columns], strict=True)
    if format == "csv":
        writer = csv.writer(stream, lineterminator="\n")
        if header:
            writer.writerow(table.column_names)
        writer.writerows(rows)
    else:
        names = table.column_names
        for row in rows:
            stream.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")
    return stream.getvalue().encode("utf-8")
