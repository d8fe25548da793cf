"""Articles as Arrow tables, some at a time: Parquet straight from its columns, every other format by its reader."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stance.articles import Article, Columns, Quarantined, read_records
from stance.articles.arrow_columns import column_values, columns_to_articles, times_as_text
from stance.articles.encoding import written_name
from stance.articles.formats import FORMATS
from stance.articles.machine import raise_if_machine
from stance.articles.markup import without_markup
from stance.articles.records import BLANKS, LARGEST_RECORD, MOST_LINES, TRIMMED, too_many_lines
from stance.articles.seen import duplicate_id
from stance.articles.sources import STDIN, Source, find_sources
from stance.batch.seen import BatchIds
from stance.errors import ArticleError

__all__ = ["FIELDS", "KEPT", "SCHEMA", "Block", "count_records", "read_blocks", "record_blocks"]

FIELDS = ("id", "title", "date", "outlet", "text")

#: Columns of the articles of a block.
SCHEMA = pa.schema([(field, pa.string()) for field in FIELDS])
#: Before the name of each further column that is kept, which may be any.
KEPT = "kept "

_ROWS = 2048
#: How long the texts of a Parquet file are is known when they are read: its own sizes are those after compression, or
#: of texts that stand there once. Fewer at a time than this would take longer.
_ROWS_AT_ONCE = 128
_RECORDS = 1024
_CHARACTERS = 2_000_000
#: Looked for in the bytes of a column at once, which costs a tenth of looking row by row.
_LESS = re.compile(b"<")


class Block(NamedTuple):
    """Some articles as read, with the records among them that could not be.

    Attributes
    ----------
    articles : pyarrow.RecordBatch
        With the columns of `SCHEMA`, and those that are kept.
    quarantined : tuple of Quarantined
        In the order of the source.
    """

    articles: Any
    quarantined: tuple[Quarantined, ...]


def read_blocks(
    paths: Iterable[str | Path | Source], columns: Columns | None = None, left_out: list[Source] | None = None
) -> Iterator[Block]:
    """Read what `read_records` reads, as Arrow columns.

    If every source is Parquet with columns of plain types, no Python object is made of a row.

    Parameters
    ----------
    paths : iterable of path-like
        Files, folders, globs, ``"-"``, as `find_sources` takes them.
    columns : Columns, optional
        Which column holds what.
    left_out : list of Source, optional
        Takes what `read_records` leaves out.

    Yields
    ------
    Block
    """
    columns = columns or Columns()
    sources = find_sources(list(paths))
    if all(source.problem or _is_plain(source, columns) for source in sources):
        yield from _parquet_blocks(sources, columns)
    else:
        yield from record_blocks(read_records(sources, columns, left_out), columns)


def count_records(paths: Iterable[str | Path | Source]) -> int | None:
    """How many records the sources hold, where that is cheap to know; else ``None``.

    Parquet says it, a text file is one, JSON lines are counted; a table would have to be read.
    """
    total = 0
    for source in find_sources(paths):
        name = source.path.lower()
        if source.problem:
            total += 1
        elif _is_pipe(source):
            return None
        elif name.endswith(FORMATS["text"].suffixes):
            total += 1
        elif name.endswith(FORMATS["jsonl"].suffixes):
            try:
                with open(source.path, "rb") as file:
                    while piece := file.read(2**20):
                        total += piece.count(b"\n")
            except OSError:
                # what is wrong with it, its reader will say, in one record
                total += 1
        elif (file := _open(source)) is not None:
            total += file.metadata.num_rows
        else:
            return None
    return total


def record_blocks(records: Iterable[Article | Quarantined], of: Columns) -> Iterator[Block]:
    """The blocks of records that were read by these columns."""
    articles: list[Article] = []
    quarantined: list[Quarantined] = []
    characters = 0
    for record in records:
        if isinstance(record, Article):
            articles.append(record)
            characters += len(record.text)
        else:
            quarantined.append(record)
        if len(articles) + len(quarantined) >= _RECORDS or characters >= _CHARACTERS:
            yield _to_block(articles, quarantined, of)
            articles, quarantined, characters = [], [], 0
    yield _to_block(articles, quarantined, of)


def _schema(columns: Columns) -> Any:
    return pa.schema([*SCHEMA, *(pa.field(KEPT + name, pa.string()) for name in columns.keep)])


def _to_block(articles: list[Article], quarantined: list[Quarantined], of: Columns) -> Block:
    columns = [pa.array([getattr(article, field) for article in articles], pa.string()) for field in FIELDS]
    columns += [pa.array([dict(article.kept).get(name) for article in articles], pa.string()) for name in of.keep]
    return Block(pa.RecordBatch.from_arrays(columns, schema=_schema(of)), tuple(quarantined))


def _open(source: Source) -> Any:
    """The Parquet file of a source, or ``None``: whatever is wrong with it, its reader will say."""
    if source.path == STDIN or _is_pipe(source):
        return None
    try:
        with open(source.path, "rb") as file:
            if file.read(4) != b"PAR1":
                return None
        # buffered: a row group is otherwise held whole
        return pq.ParquetFile(source.path, buffer_size=2**20, pre_buffer=False)
    except (pa.ArrowException, OSError, UnicodeEncodeError):
        # the last: Arrow takes no name that is not UTF-8
        return None


def _is_pipe(source: Source) -> bool:
    """Whether what is looked at is gone for the reader; a link that leads nowhere is none."""
    return os.path.exists(source.path) and not os.path.isfile(source.path)


def _is_plain(source: Source, columns: Columns) -> bool:
    file = _open(source)
    if file is None:
        return False
    schema = file.schema_arrow
    columns = columns.within(schema.names)
    try:
        columns.check(schema.names, source.path)
    except ArticleError:
        return False
    kinds = {field: schema.field(name).type for field, name in _present(columns, schema.names).items()}
    return _is_string(kinds.pop("text")) and all(
        _is_string(kind) or pa.types.is_integer(kind) or pa.types.is_temporal(kind) or pa.types.is_null(kind)
        for kind in kinds.values()
    )


def _present(columns: Columns, names: list[str]) -> dict[str, str]:
    """Which columns of a table hold those of a block."""
    called = {field: columns.name(field) for field in FIELDS} | {KEPT + name: name for name in columns.keep}
    return {field: name for field, name in called.items() if name in names}


def _is_string(kind: Any) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _parquet_blocks(sources: Sequence[Source], columns: Columns) -> Iterator[Block]:
    seen = BatchIds()
    for source in sources:
        shown = written_name(source.path)
        if source.problem:
            yield _to_block([], [Quarantined(shown, 0, source.problem)], columns)
            continue
        number = 0
        try:
            file = pq.ParquetFile(source.path, buffer_size=2**20, pre_buffer=False)
            names = file.schema_arrow.names
            called = columns.within(names)
            present = _present(called, names)
            used = list(dict.fromkeys(present.values()))
            for batch in _batches(file, used):
                yield _read_batch(batch, present, _Place(shown, written_name(source.stem), number), called, seen)
                number += batch.num_rows
        except (pa.ArrowException, OSError, MemoryError) as error:
            raise_if_machine(error, shown)
            message = (str(error).splitlines() or ["damaged"])[0]
            reason = f"not a valid Parquet file, after row {number}: {message}"
            if source.named and len(sources) == 1 and number == 0:
                raise ArticleError(reason, shown) from error
            yield _to_block([], [Quarantined(shown, number + 1 if number else 0, reason)], columns)


def _batches(file: Any, columns: list[str]) -> Iterator[Any]:
    """The rows, as many at a time as make a block."""
    pieces: list[Any] = []
    rows = size = 0
    for piece in file.iter_batches(_ROWS_AT_ONCE, columns=columns, use_threads=False):
        # a dictionary is as long for few rows as for all; written out, texts are as long as they will be
        plain = [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in piece.columns]
        piece = pa.RecordBatch.from_arrays(plain, names=piece.schema.names)
        pieces.append(piece)
        rows, size = rows + piece.num_rows, size + piece.nbytes
        if rows >= _ROWS or size >= _CHARACTERS:
            yield from pa.Table.from_batches(pieces).combine_chunks().to_batches()
            pieces, rows, size = [], 0, 0
    if pieces:
        yield from pa.Table.from_batches(pieces).combine_chunks().to_batches()


class _Place(NamedTuple):
    source: str
    stem: str
    before: int
    """Rows of the source that went before."""


def _read_batch(batch: Any, present: dict[str, str], place: _Place, columns: Columns, seen: BatchIds) -> Block:
    rows = np.arange(place.before + 1, place.before + 1 + batch.num_rows)
    quarantined: list[Quarantined] = []
    try:
        fields = {field: _as_string(batch.column(name), field) for field, name in present.items()}
        text = fields["text"]
        fine = pc.fill_null(pc.less_equal(pc.utf8_length(text), LARGEST_RECORD), False)
        good: npt.NDArray[np.bool_] = fine.to_numpy(zero_copy_only=False)
        lengths: Any = None if good.all() else pc.utf8_length(text)
        for i in np.flatnonzero(~good).tolist():
            n = lengths[i].as_py()
            reason = f"no {present['text']!r}" if n is None else f"record too large: {n:,} characters"
            quarantined.append(Quarantined(place.source, int(rows[i]), reason))
        fields = _without_markup(fields, good)
        empty = pa.nulls(batch.num_rows, pa.string())
        schema = _schema(columns)
        articles = pa.RecordBatch.from_arrays([fields.get(field, empty) for field in schema.names], schema=schema)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        articles, good = _read_rows(batch, place, columns, quarantined)
    sizes = pc.fill_null(pc.utf8_length(articles.column("text")), 0).to_numpy(zero_copy_only=False)
    for i in np.flatnonzero(good & (sizes > MOST_LINES)).tolist():
        if many := too_many_lines(articles.column("text")[i].as_py()):
            good[i] = False
            quarantined.append(Quarantined(place.source, int(rows[i]), many))
    ids = _ids(articles.column(0), rows, place.stem)
    kept = good.copy()
    fine_rows = np.flatnonzero(good).tolist()
    kept[good], renamed = seen.take_all([ids[i] for i in fine_rows], place.source, place.stem)
    for i in np.flatnonzero(good & ~kept).tolist():
        quarantined.append(Quarantined(place.source, int(rows[i]), duplicate_id(ids[i])))
    for i, id in renamed.items():
        ids[fine_rows[i]] = id
    if renamed or articles.column(0).null_count:
        articles = articles.set_column(0, SCHEMA.field(0), pa.array(ids, pa.string()))
    if not kept.all():
        articles = articles.filter(pa.array(kept))
    return Block(articles, tuple(sorted(quarantined, key=lambda record: record.position)))


def _as_string(column: Any, field: str) -> Any:
    if pa.types.is_temporal(column.type):
        column = times_as_text(column)
    elif not pa.types.is_string(column.type):
        column = column.cast(pa.string())
    column.validate(full=True)
    if field in TRIMMED or field.startswith(KEPT):
        column = pc.utf8_trim(column, characters=BLANKS)
    if field != "text":
        # an empty cell says nothing
        column = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    return column


def _without_markup(fields: dict[str, Any], good: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """As `record_to_article` has it; only of rows with a ``<`` a Python object is made."""
    columns = {field: fields[field] for field in ("text", "title") if field in fields}
    if not any(_LESS.search(column.buffers()[2] or b"") for column in columns.values()):
        return fields
    tagged = np.any([pc.fill_null(pc.match_substring(c, "<"), False) for c in columns.values()], axis=0)
    rows = np.flatnonzero(good & tagged).tolist()
    if not rows:
        return fields
    title = columns.get("title")
    found = [without_markup(fields["text"][i].as_py(), None if title is None else title[i].as_py()) for i in rows]
    chosen = np.zeros(len(good), dtype=np.bool_)
    chosen[rows] = True
    for (field, column), values in zip(columns.items(), zip(*found, strict=True), strict=False):
        columns[field] = pc.replace_with_mask(column, pa.array(chosen), pa.array(values, pa.string()))
    return fields | columns


def _ids(column: Any, rows: npt.NDArray[np.int64], stem: str) -> list[str]:
    ids: list[str | None] = column.to_numpy(zero_copy_only=False).tolist()
    return [f"{stem}:{row}" if id is None else id for id, row in zip(ids, rows.tolist(), strict=True)]


def _read_rows(
    batch: Any, place: _Place, columns: Columns, quarantined: list[Quarantined]
) -> tuple[Any, npt.NDArray[np.bool_]]:
    """One by one, so that only the rows with invalid UTF-8 are lost."""
    cells = {name: column_values(batch.column(name)) for name in batch.schema.names}
    records = list(columns_to_articles(cells, columns, place.source, place.stem, place.before))
    quarantined += (record for record in records if isinstance(record, Quarantined))
    good = np.array([isinstance(record, Article) for record in records], dtype=np.bool_)
    articles = [record if isinstance(record, Article) else Article(id="", text="") for record in records]
    return _to_block(articles, [], columns).articles, good
