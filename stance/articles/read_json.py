"""JSON: one array of objects, one article an object; or a single object, one article."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.read_jsonl import Numbered, articles_of, read_jsonl
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["read_json"]

_ROWS = 'write one object per line, as .jsonl: df.to_json("articles.jsonl", orient="records", lines=True)'
_ADVICE = "write one object per line, as .jsonl: jq -c '{}'"


def read_json(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the articles of a JSON file. It is held in memory, and so no larger than a record may be.

    Positions are the places in the array, from 1. JSON lines that were not told by their beginning are read, too.

    Raises
    ------
    ArticleError
        If it is too large, no JSON, or neither an array of objects nor an object; or if a column is missing.
    """
    raw = stream.read(LARGEST_RECORD + 1)
    if len(raw) > LARGEST_RECORD:
        raise ArticleError(f"JSON of more than {LARGEST_RECORD:,} bytes; {_ADVICE.format('.[]')}", source)
    try:
        found = json.loads(raw)
    except RecursionError:
        raise ArticleError("not valid JSON: nested too deeply", source) from None
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError) and error.msg == "Extra data":
            if "\n" in error.doc[: error.pos].strip():
                raise ArticleError(f"several JSON values; {_ADVICE.format('.')}", source) from error
            yield from read_jsonl(io.BytesIO(raw), columns, source, stem)
            return
        raise ArticleError(f"not valid JSON: {error}", source) from error
    if isinstance(found, dict):
        _check_object(found, columns, source)
        found = [found]
    elif isinstance(found, list) and found and all(isinstance(value, str) for value in found):
        advice = _ADVICE.format(f".[] | {{{json.dumps(columns.name('text'))}: .}}")
        raise ArticleError(f"an array of texts, not of objects; {advice}", source)
    elif not isinstance(found, list) or (found and not any(isinstance(value, dict) for value in found)):
        raise ArticleError(f"neither a JSON object nor an array of them; {_ADVICE.format('.[]')}", source)
    yield from articles_of(_numbered(found, source), columns, source, stem)


def _numbered(values: list[Any], source: str) -> Iterator[Numbered | Quarantined]:
    for number, value in enumerate(values, start=1):
        yield (number, value) if isinstance(value, dict) else Quarantined(source, number, "not a JSON object")


def _check_object(found: dict[str, Any], columns: Columns, source: str) -> None:
    """An answer of a web service is one object around the array; a data frame may be one of columns or of rows."""
    name = columns.within(found).name("text")
    if name in found:
        held = found[name]
        # a list alone may be the paragraphs of one article
        many = isinstance(held, dict) or (isinstance(held, list) and len(found) > 1)
        if many and all(type(value) is type(held) and len(value) == len(held) for value in found.values()):
            raise ArticleError(f"the columns of a data frame, not its rows; {_ROWS}", source)
        return
    if {"columns", "data"} <= found.keys():
        raise ArticleError(f"a data frame whose columns are named apart from its rows; {_ROWS}", source)
    if found and all(
        isinstance(value, dict) and columns.within(value).name("text") in value for value in found.values()
    ):
        raise ArticleError(f"an object of objects, not an array of them; {_ADVICE.format('.[]')}", source)
    for key, value in found.items():
        if isinstance(value, list) and value and isinstance(value[0], dict) and len(key) <= 40 and "'" not in key:
            path = f".{key}[]" if key.isidentifier() and key.isascii() else f".[{json.dumps(key)}][]"
            raise ArticleError(
                f"no {columns.name('text')!r} in this JSON object, but an array of objects; {_ADVICE.format(path)}",
                source,
            )
