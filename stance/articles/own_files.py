"""Files that stance itself wrote: what they are called, and that results in a folder are no articles of it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Collection
from dataclasses import fields

from stance.articles.records import Quarantined

__all__ = [
    "DICTIONARY",
    "FILES_OF_A_RUN",
    "MANIFESTS",
    "PARTS",
    "QUARANTINES",
    "RUN_FORMAT",
    "is_standard_stream",
    "own_files",
]

#: What the files of a run are called in its folder: ``*`` is the shard, if it has any; of parts the number and suffix.
MANIFESTS, QUARANTINES, PARTS = "manifest*.json", "quarantine*.jsonl", "part-*"
#: The dictionary of columns in the folder of a run; beside a file it has the name of that before its own.
DICTIONARY = "columns.json"
FILES_OF_A_RUN = (MANIFESTS, PARTS, DICTIONARY, QUARANTINES)
#: What a manifest says that it is.
RUN_FORMAT = "stance-run"


def _with(names: str, star: str) -> str:
    return re.escape(names).replace(r"\*", star)


_SHARD = r"(-\d+-of-\d+)?"
_MANIFEST = re.compile(_with(MANIFESTS, _SHARD))
_PART_OF_A_RUN = re.compile("|".join([_with(MANIFESTS, _SHARD), _with(QUARANTINES, _SHARD), _with(PARTS, r"\d+\.\w+")]))
_RUN = re.compile(rf'\s*\{{\s*"format":\s*"{RUN_FORMAT}"'.encode())
_REPORT = re.compile(rb'<meta name="generator" content="stance \d')
_BESIDE = f".{DICTIONARY}"
_LARGEST = 2**20
"""Bytes; no dictionary of columns is larger."""


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
        if (run and _PART_OF_A_RUN.fullmatch(name)) or is_standard_stream(os.path.join(folder, name)):
            own.add(name)
        elif (name == DICTIONARY or name.endswith(_BESIDE)) and _is_dictionary(folder, name):
            own |= {name, name.removesuffix(_BESIDE)} & there
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
