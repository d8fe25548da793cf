"""From what a user names (files, folders, globs, ``-``) to the files to read, each with an id stem."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from stance.articles.formats import format_by_suffix
from stance.errors import ArticleError

__all__ = ["STDIN", "Source", "find_sources"]

STDIN = "-"


class Source(NamedTuple):
    """A file to read.

    Attributes
    ----------
    path : str
        Where, or ``"-"``.
    stem : str
        What ids are made from.
    named : bool
        Whether the user named this very file: then a failure is an error, else it is quarantined.
    """

    path: str
    stem: str
    named: bool


def find_sources(paths: Iterable[str | Path]) -> list[Source]:
    """Expand folders (sorted, hidden files left out) and globs.

    Raises
    ------
    ArticleError
        If a path does not exist, or a folder or glob holds nothing.
    """
    found: list[Source] = []
    for path in map(str, paths):
        if path == STDIN:
            found.append(Source(STDIN, "stdin", True))
        elif Path(path).is_dir():
            found.extend(_folder(Path(path)))
        elif Path(path).exists():
            found.append(Source(path, _stem(Path(path).name), True))
        elif glob.has_magic(path):
            matches = sorted(match for match in glob.glob(path, recursive=True) if Path(match).is_file())
            if not matches:
                raise ArticleError("no file matches", path)
            found.extend(Source(match, _stem(Path(match).name), False) for match in matches)
        else:
            raise ArticleError("no such file or folder", path)
    clashing = {stem for stem, n in Counter(source.stem for source in found).items() if n > 1}
    return [source._replace(stem=source.path) if source.stem in clashing else source for source in found]


def _folder(folder: Path) -> list[Source]:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    relative = [(file, file.relative_to(folder)) for file in files]
    shown = [(file, name) for file, name in relative if not any(part.startswith(".") for part in name.parts)]
    if not shown:
        raise ArticleError("the folder holds no files", folder)
    return [Source(str(file), _stem(name.as_posix()), False) for file, name in shown]


def _stem(name: str) -> str:
    short = name.removesuffix(".gz")
    if format_by_suffix(short) is not None or short != name:
        short = str(Path(short).with_suffix(""))
    return short
