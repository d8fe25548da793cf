"""Files that stance itself wrote: what they are called, and that results beside articles are none."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
from collections.abc import Callable, Collection
from dataclasses import fields
from functools import partial
from typing import IO

from stance.articles.compression import find_compression, without_suffix
from stance.articles.formats import FORMATS
from stance.articles.records import Quarantined
from stance.errors import ArticleError
from stance.labels import scored_targets

__all__ = [
    "DICTIONARY",
    "FILES_OF_A_MODEL",
    "FILES_OF_A_RUN",
    "LARGEST",
    "MANIFESTS",
    "OWN",
    "PARTS",
    "QUARANTINES",
    "RUN_FORMAT",
    "Neighbors",
    "is_standard_stream",
    "is_told_by_content",
    "may_be_told_by_content",
    "own_files",
]

#: Why such a file is not read.
OWN = "stance wrote it"

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
    **dict.fromkeys(FORMATS["html"].suffixes, re.compile(rb'<meta name="generator" content="stance \d')),
    ".svg": re.compile(rb"<dc:title>stance \d"),
    ".pdf": re.compile(rb"/Creator \(stance \d"),
}
_LINES = FORMATS["jsonl"].suffixes
_TABLES = (*FORMATS["table"].suffixes, *_LINES, *FORMATS["parquet"].suffixes)
_BESIDE = f".{DICTIONARY}"
#: Bytes; no dictionary of columns is larger.
LARGEST = 2**20


def own_files(folder: str, names: Collection[str]) -> set[str]:
    """Which files of a folder are results, reports, models and lists that stance wrote there.

    A result is known by the dictionary of columns beside it or by its own columns, as is a sample, whoever fills it in;
    the parts of a run by its manifest, a model by its own, a report and its figures by the generator that they name, a
    list of quarantined records by its keys; never by a name alone. They may have been compressed since. A file that
    standard output or standard error goes to is one, too: to read it would be to read what is being written, without
    an end.

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
    neighbors = Neighbors()
    for name in there:
        neighbors.add(name, partial(_ask, folder, name))
    return {
        name
        for name in there
        if neighbors.tell(name, there.__contains__)
        or is_standard_stream(os.path.join(folder, name))
        or (may_be_told_by_content(name) and _ask(folder, name, is_told_by_content))
    }


class Neighbors:
    """What the files of one folder tell of each other, as far as they have been added.

    Examples
    --------
    >>> import io
    >>> neighbors = Neighbors()
    >>> dictionary = io.BytesIO(b'{"stance": {"version": "1"}}')
    >>> neighbors.add("a.xlsx.columns.json", lambda ask: ask("a.xlsx.columns.json", dictionary))
    >>> nothing_else = lambda name: False
    >>> neighbors.tell("a.xlsx", nothing_else), neighbors.tell("b.xlsx", nothing_else)
    (True, False)
    """

    def __init__(self) -> None:
        self._run = self._arrays = self._manifest = False
        self._described: set[str] = set()

    @staticmethod
    def may_tell(name: str) -> bool:
        """Whether a file of this name may tell what others are: to add one that may not is of no use."""
        name = without_suffix(name)
        return name.endswith((DICTIONARY, FILES_OF_A_MODEL[1])) or bool(_MANIFEST.fullmatch(name))

    def add(self, name: str, look: Callable[[Callable[[str, IO[bytes]], bool]], bool]) -> None:
        """Add a file; `look` answers a question about it, and is asked only if that matters."""
        name = without_suffix(name)
        if name == FILES_OF_A_MODEL[1]:
            self._arrays = True
        elif name == DICTIONARY or name.endswith(_BESIDE):
            if look(_is_dictionary):
                self._described |= {name, name.removesuffix(_BESIDE)}
        elif _MANIFEST.fullmatch(name):
            self._run = self._run or look(_is_of_a_run)
            self._manifest = self._manifest or (name == FILES_OF_A_MODEL[2] and look(_is_of_a_model))

    def tell(self, name: str, has: Callable[[str], bool]) -> bool:
        """Whether they tell that stance wrote the file of this name among them; `has` tells which others there are."""
        packed, name = name, without_suffix(name)
        if name in self._described:
            # articles in news.csv.gz may have been scored into news.csv
            return packed == name or name.endswith(DICTIONARY) or not has(name)
        if self._run and _PART_OF_A_RUN.fullmatch(name):
            return True
        return self._arrays and self._manifest and name in FILES_OF_A_MODEL


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


def may_be_told_by_content(name: str) -> bool:
    """Whether a file of this name is worth looking into."""
    name = without_suffix(name).lower()
    return name.endswith(_TABLES) or os.path.splitext(name)[1] in _MADE_BY


def is_told_by_content(name: str, file: IO[bytes]) -> bool:
    """Whether a file names stance as what made it, or holds results; by its beginning, PDF and Parquet by their end."""
    name = without_suffix(name).lower()
    suffix = os.path.splitext(name)[1]
    if (made_by := _MADE_BY.get(suffix)) is not None:
        return bool(made_by.search(_tail(file, 2**16) if suffix == ".pdf" else _head(file)))
    return _holds_results(name, file)


def _ask(folder: str, name: str, question: Callable[[str, IO[bytes]], bool]) -> bool:
    path = os.path.join(folder, name)
    # a named pipe would be waited on for ever
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return question(name, file)
    except OSError:
        return False


def _head(file: IO[bytes], most: int = 4096) -> bytes:
    """The beginning of a file, or of what it holds if it is compressed."""
    file.seek(0)
    head = file.read(most)
    if (compression := find_compression(head)) is None:
        return head
    file.seek(0)
    with contextlib.suppress(ArticleError):
        return compression.reader(file).read(most)
    return b""


def _tail(file: IO[bytes], most: int) -> bytes:
    file.seek(max(file.seek(0, os.SEEK_END) - most, 0))
    return file.read(most)


def _is_dictionary(name: str, file: IO[bytes]) -> bool:
    try:
        found = json.loads(_head(file, LARGEST))
        return isinstance(found["stance"]["version"], str)
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _is_of_a_run(name: str, file: IO[bytes]) -> bool:
    return bool(_RUN.match(_head(file)))


def _is_of_a_model(name: str, file: IO[bytes]) -> bool:
    head = _head(file, LARGEST)
    return b'"made_with": {' in head and b'"sanctions-stance": "' in head


def _holds_results(name: str, file: IO[bytes]) -> bool:
    """Whether a table has the columns of scored paragraphs, of a sample of them or of a list of quarantined records.

    What the shell wrote and what a coder copied has no dictionary beside it.
    """
    columns = _columns(name, file)
    if columns == [field.name for field in fields(Quarantined)]:
        return name.endswith(_LINES)
    return {"article_id", "paragraph"}.issubset(columns) and ("drawn_from" in columns or bool(scored_targets(columns)))


def _columns(name: str, file: IO[bytes]) -> list[str]:
    head = _head(file)
    if head.startswith(b"PAR1"):
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return list(pq.read_schema(file).names)
        except (pa.ArrowException, OSError, UnicodeError):
            return []
    if b"\n" not in head and b"article_id" in head:
        head = _head(file, LARGEST)
    line = head.split(b"\n", 1)[0].decode("utf-8-sig", "replace").strip()
    if not name.endswith(_LINES):
        return [cell.strip().strip('"') for cell in re.split("[,;\t]", line)]
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return []
    return list(found) if isinstance(found, dict) else []
