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
from stance.labels import scored_targets

__all__ = [
    "DICTIONARY",
    "FILES_OF_A_MODEL",
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
#: The card, the arrays and the manifest of a model.
FILES_OF_A_MODEL = ("MODEL_CARD.md", "model.safetensors", "manifest.json")


def _with(names: str, star: str) -> str:
    return re.escape(names).replace(r"\*", star)


_SHARD = r"(-\d+-of-\d+)?"
_MANIFEST = re.compile(_with(MANIFESTS, _SHARD))
_PART_OF_A_RUN = re.compile("|".join([_with(MANIFESTS, _SHARD), _with(QUARANTINES, _SHARD), _with(PARTS, r"\d+\.\w+")]))
_RUN = re.compile(rf'\s*\{{\s*"format":\s*"{RUN_FORMAT}"'.encode())
# a page names its generator near its beginning, an image its creator, and PDF does so near its end
_MADE_BY = {
    ".html": re.compile(rb'<meta name="generator" content="stance \d'),
    ".svg": re.compile(rb"<dc:title>stance \d"),
    ".pdf": re.compile(rb"/Creator \(stance \d"),
}
_TABLES = (".csv", ".tsv", ".jsonl", ".parquet")
_BESIDE = f".{DICTIONARY}"
_LARGEST = 2**20
"""Bytes; no dictionary of columns is larger."""


def own_files(folder: str, names: Collection[str]) -> set[str]:
    """Which files of a folder are results, reports, models and lists that stance wrote there.

    A result is known by the dictionary of columns beside it or by its own columns, as is a sample, whoever fills it in;
    the parts of a run by its manifest, a model by its own, a report and its figures by the generator that they name, a
    list of quarantined records by its keys; never by a name alone. A file that standard output or standard error goes
    to is one, too: to read it would be to read what is being written, without an end.

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
    if there.issuperset(FILES_OF_A_MODEL[1:]) and _is_manifest(folder, FILES_OF_A_MODEL[2]):
        own.update(there.intersection(FILES_OF_A_MODEL))
    for name in there:
        if (run and _PART_OF_A_RUN.fullmatch(name)) or is_standard_stream(os.path.join(folder, name)):
            own.add(name)
        elif (name == DICTIONARY or name.endswith(_BESIDE)) and _is_dictionary(folder, name):
            own |= {name, name.removesuffix(_BESIDE)} & there
    own.update(name for name in there - own if _names_stance(folder, name) or _holds_results(folder, name))
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
    """The first bytes of a file, or with a number below 0 the last ones."""
    path = os.path.join(folder, name)
    # a named pipe would be waited on for ever
    if not os.path.isfile(path):
        return b""
    try:
        with open(path, "rb") as file:
            if most < 0:
                file.seek(max(os.fstat(file.fileno()).st_size + most, 0))
            return file.read(abs(most))
    except OSError:
        return b""


def _is_dictionary(folder: str, name: str) -> bool:
    try:
        found = json.loads(_head(folder, name, _LARGEST))
        return isinstance(found["stance"]["version"], str)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _is_manifest(folder: str, name: str) -> bool:
    head = _head(folder, name, _LARGEST)
    return b'"made_with": {' in head and b'"sanctions-stance": "' in head


def _names_stance(folder: str, name: str) -> bool:
    suffix = os.path.splitext(name)[1]
    return suffix in _MADE_BY and bool(
        _MADE_BY[suffix].search(_head(folder, name, -(2**16) if suffix == ".pdf" else 4096))
    )


def _holds_results(folder: str, name: str) -> bool:
    """Whether a table has the columns of scored paragraphs, of a sample of them or of a list of quarantined records.

    What the shell wrote and what a coder copied has no dictionary beside it.
    """
    columns = _columns(folder, name) if name.endswith(_TABLES) else []
    if columns == [field.name for field in fields(Quarantined)]:
        return name.endswith(".jsonl")
    return {"article_id", "paragraph"}.issubset(columns) and ("drawn_from" in columns or bool(scored_targets(columns)))


def _columns(folder: str, name: str) -> list[str]:
    head = _head(folder, name)
    if head.startswith(b"PAR1"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            # Arrow takes no name that is not UTF-8
            with open(os.path.join(folder, name), "rb") as file:
                return list(pq.read_schema(file).names)
        except (pa.ArrowException, OSError):
            return []
    if b"\n" not in head and b"article_id" in head:
        head = _head(folder, name, _LARGEST)
    line = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip()
    if not name.endswith(".jsonl"):
        return [cell.strip().strip('"') for cell in re.split("[,;\t]", line)]
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return list(found) if isinstance(found, dict) else []
