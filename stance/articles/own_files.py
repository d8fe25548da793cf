"""Files that stance itself wrote: results of an earlier run in a folder are no articles of it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Collection
from dataclasses import fields

from stance.articles.records import Quarantined

__all__ = ["is_standard_stream", "own_files"]

_DICTIONARY = ".columns.json"
_LARGEST = 2**20
"""Bytes; no dictionary of columns is larger."""
_MANIFEST = re.compile(r"manifest(-\d+-of-\d+)?\.json")
_RUN = re.compile(rb'\s*\{\s*"format":\s*"stance-run"')
_REPORT = re.compile(rb'<meta name="generator" content="stance \d')
_PART_OF_A_RUN = re.compile(r"(?:part-\d+\.\w+|quarantine(-\d+-of-\d+)?\.jsonl)")


def own_files(folder: str, names: Collection[str]) -> set[str]:
    """Which files of a folder are results, reports and lists that stance wrote there.

    A result is known by the dictionary of columns beside it, the parts of a run by its manifest, a report by the
    generator that it names, a list of quarantined records by its keys; never by a name alone. A file that standard
    output or standard error goes to is one, too: to read it would be to read what is being written, without an end.

    Parameters
    ----------
    folder : str
        Where.
    names : collection of str
        The files in it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, text in {"scores.csv": "text", "scores.csv.columns.json": '{"stance": {"version": "1"}}'}.items():
    ...         with open(os.path.join(folder, name), "w") as file:
    ...             _ = file.write(text)
    ...     sorted(own_files(folder, ["scores.csv", "scores.csv.columns.json", "a.txt"]))
    ['scores.csv', 'scores.csv.columns.json']
    """
    there = set(names)
    own: set[str] = set()
    run = any(_MANIFEST.fullmatch(name) and _RUN.match(_head(folder, name)) for name in there)
    for name in there:
        part_of_run = run and (_MANIFEST.fullmatch(name) or _PART_OF_A_RUN.fullmatch(name))
        if part_of_run or is_standard_stream(os.path.join(folder, name)):
            own.add(name)
        elif (name == "columns.json" or name.endswith(_DICTIONARY)) and _is_dictionary(folder, name):
            own |= {name, name.removesuffix(_DICTIONARY)} & there
        elif (name.endswith(".jsonl") and _lists_quarantined(_head(folder, name))) or (
            name.endswith(".html") and _REPORT.search(_head(folder, name))
        ):
            own.add(name)
    return own


def is_standard_stream(path: str) -> bool:
    """Whether standard output or standard error goes to this file.

    Examples
    --------
    >>> is_standard_stream("no-such-file.csv")
    False
    """
    for number in (1, 2):
        with contextlib.suppress(OSError, ValueError):
            to = os.fstat(number)
            if stat.S_ISREG(to.st_mode) and os.path.samestat(to, os.stat(path)):
                return True
    return False


def _head(folder: str, name: str, most: int = 4096) -> bytes:
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read(most)
    except OSError:
        return b""


def _is_dictionary(folder: str, name: str) -> bool:
    try:
        found = json.loads(_head(folder, name, _LARGEST))
        return isinstance(found["stance"]["version"], str)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _lists_quarantined(head: bytes) -> bool:
    line = head.split(b"\n", 1)[0]
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and list(found) == [field.name for field in fields(Quarantined)]
