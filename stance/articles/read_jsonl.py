"""JSON lines: one object a line, one article an object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.lines import BadLine, LineReader
from stance.articles.records import (
    BLANKS,
    DEFAULT_NAMES,
    FIELDS,
    LARGEST_RECORD,
    Columns,
    Quarantined,
    record_to_article,
)

__all__ = ["Numbered", "articles_of", "read_jsonl"]

#: So many objects must lack a column before the file, not the object, is held to be wrong.
_HEAD = 100
#: Keys that say what holds what: see `Columns.within`.
_TELLING = {"paragraph", *(name for names in DEFAULT_NAMES.values() for name in names)}

#: An object, and its place.
Numbered = tuple[int, dict[str, Any]]


def read_jsonl(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the articles of a JSON lines file; blank lines are passed over. The encoding is UTF-8 or another of Unicode.

    Raises
    ------
    ArticleError
        If none of the first objects has a column that is needed: then the file is not what it was taken for.
    """
    yield from articles_of(_objects(stream, source), columns, source, stem)


def articles_of(
    records: Iterator[Numbered | Quarantined], columns: Columns, source: str, stem: str
) -> Iterator[Article | Quarantined]:
    """The articles of JSON objects, in their order.

    Raises
    ------
    ArticleError
        If none of the first objects has a column that is needed.

    Examples
    --------
    >>> [article.id for article in articles_of(iter([(7, {"text": "Talks resume."})]), Columns(), "a.json", "a")]
    ['a:7']
    """
    head: list[Numbered | Quarantined] = []
    keys: dict[str, None] = {}
    size, objects = 0, 0
    for record in records:
        head.append(record)
        if not isinstance(record, Quarantined):
            objects += 1
            keys.update(dict.fromkeys(record[1]))
            size += sum(len(value) for value in record[1].values() if isinstance(value, str))
        if (
            columns.within(keys).needed() <= keys.keys()
            or objects >= _HEAD
            or len(head) >= 10 * _HEAD
            or size > LARGEST_RECORD
        ):
            break
    found = columns.within(keys)
    if objects:
        found.check(keys, source)
    for part in (head, records):
        for record in part:
            if isinstance(record, Quarantined):
                yield record
                continue
            # JSON often leaves out what is null, so the first objects may lack what others have
            if not record[1].keys() <= keys.keys():
                found = _with_late_keys(found, columns, keys, record[1])
            yield record_to_article(record[1], found, source, stem, record[0])


def _with_late_keys(found: Columns, asked: Columns, keys: dict[str, None], record: dict[str, Any]) -> Columns:
    """Columns whose keys were not met before this record; those that are known stay, so a file is read in one way."""
    # all other keys are as many as a file likes
    new = [key for key in record if key not in keys and key.strip(BLANKS).lower() in _TELLING]
    if not new:
        return found
    missing = [field for field in FIELDS if found.name(field) not in keys]
    keys.update(dict.fromkeys(new))
    late = asked.within(keys)
    return replace(found, **{field: getattr(late, field) for field in missing})


def _objects(stream: IO[bytes], source: str) -> Iterator[Numbered | Quarantined]:
    lines = LineReader(stream, source, guess=False)
    while True:
        try:
            line = next(lines, None)
        except BadLine as error:
            yield Quarantined(source, lines.number, str(error))
            continue
        if line is None:
            return
        if line.isspace():
            continue
        try:
            # a line end within an unclosed string would pass for the fault
            record = json.loads(line.rstrip("\r\n"))
        except RecursionError:
            yield Quarantined(source, lines.number, "not valid JSON: nested too deeply")
        except ValueError as error:
            yield Quarantined(source, lines.number, f"not valid JSON: {_fault(error, line)}")
        else:
            if isinstance(record, dict):
                yield lines.number, record
            else:
                yield Quarantined(source, lines.number, "not a JSON object")


def _fault(error: ValueError, line: str) -> str:
    if not isinstance(error, json.JSONDecodeError):
        return str(error)
    cut = error.pos >= len(line.rstrip()) or error.msg.startswith("Unterminated string")
    return f"the line breaks off after {len(line.rstrip())} characters" if cut else str(error)
