"""SQLite: a table of results with keys and indexes, and a table that says what its columns hold."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stance.results.scored import PLACE
from stance.results.typed import Typed

__all__ = ["write"]

_KINDS = {"integer": "INTEGER", "number": "REAL"}
_INDEXED = ("article_id", "outlet", "date", "cluster", "actor")


def write(table: Typed, path: Path) -> tuple[list[str], Mapping[str, str]]:
    """Write a data base with the tables ``results`` and ``columns``."""
    names = [column.name for column in table.columns]
    key = [name for name in PLACE if name in names]
    unique = bool(key) and not table.frame.duplicated(key).any() and not table.frame[key].isna().any(axis=None)
    fields = [f"{_quote(c.name)} {_KINDS.get(c.type, 'TEXT')}" for c in table.columns]
    if unique:
        fields.append(f"PRIMARY KEY ({', '.join(map(_quote, key))})")
    try:
        with contextlib.closing(sqlite3.connect(path)) as base, base:
            # beside the file a journal would stay if the disk is full
            base.execute("PRAGMA journal_mode = MEMORY")
            base.execute(f"CREATE TABLE results ({', '.join(fields)})")
            marks = ", ".join("?" * len(names))
            base.executemany(f"INSERT INTO results VALUES ({marks})", _rows(table))
            labelled = [column.name for column in table.columns if column.values]
            for name in [name for name in dict.fromkeys((*_INDEXED, *labelled)) if name in names]:
                base.execute(f"CREATE INDEX {_quote(f'results_{name}')} ON results ({_quote(name)})")
            base.execute('CREATE TABLE columns (name TEXT PRIMARY KEY, type TEXT, description TEXT, "values" TEXT)')
            said = [(c.name, c.type, c.description, ", ".join(c.values)) for c in table.columns]
            base.executemany("INSERT INTO columns VALUES (?, ?, ?, ?)", said)
    except sqlite3.OperationalError as error:
        raise OSError(str(error)) from error
    return [], {}


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _rows(table: Typed) -> Iterator[tuple[Any, ...]]:
    for cells in table.rows():
        yield tuple(
            None if cell is None or cell != cell else cell.isoformat() if hasattr(cell, "isoformat") else cell
            for cell in cells
        )
