"""From what a user names (files, folders, globs, ``-``) to the files to read, each with an id stem."""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, cast

from stance.articles.compression import without_suffix
from stance.articles.encoding import written_name
from stance.articles.formats import has_reader, has_sign
from stance.articles.machine import raise_if_machine
from stance.articles.own_files import OWN, is_standard_stream, own_files
from stance.articles.saved_pages import OF_A_PAGE, folder_of_a_page
from stance.errors import ArgumentError, ArticleError, kind_of, made_by

__all__ = ["STDIN", "Source", "find_sources"]

STDIN = "-"

#: So many bytes tell what is unmistakable.
_HEAD = 2**12
#: File systems allow no longer names, in bytes or characters.
_LONGEST_NAME = 255
_NO_FILES = "it holds no files; hidden ones and pipes are not read"


class Source(NamedTuple):
    """A file to read.

    Attributes
    ----------
    path : str
        Where, or ``"-"``.
    stem : str
        What ids are made from; no two sources of a run have the same.
    named : bool
        Whether the user named this very file: alone, a failure is an error; else it is quarantined.
    problem : str
        Why it is not to be read at all, if so.
    """

    path: str
    stem: str
    named: bool
    problem: str = ""


def find_sources(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str] | Source],
    left_out: list[Source] | None = None,
    known: Collection[str] | None = None,
) -> list[Source]:
    """Expand folders and globs: sorted; hidden files, what is no regular file and what stance wrote itself left out.

    So are the frames, pictures and scripts that a browser saved in a folder beside a page.

    The stem of a file is its name without suffix; in a folder it begins with the path from that folder. Files whose
    stems would clash have their whole paths as stems. A file that is met again is not read again.

    Parameters
    ----------
    paths : iterable of path-like
        Files, folders, globs, ``"-"``; one or several. What this function has found is as it was found, whatever is
        there by now.
    left_out : list of Source, optional
        What is left out because stance wrote it (results, reports, lists of them), and the folders of pages, are added
        to it with the reason as their problem.
    known : collection of str, optional
        Written names; of folders and globs no other file is taken.

    Raises
    ------
    ArticleError
        If a path does not exist or is where standard output or standard error goes, or a folder or glob holds nothing
        that can be read.
    ArgumentError
        If it is no path, nor several.
    """
    left_out = [] if left_out is None else left_out
    if isinstance(paths, list) and paths and all(isinstance(path, Source) for path in paths):
        return cast("list[Source]", paths)
    named = _names(paths)
    found = [source for path in named for source in _of_name(path, left_out)]
    if known is not None:
        found = [source for source in found if source.named or written_name(source.path) in known]
    found = list(_once(found))
    if left_out:
        # what one path leaves out another may name
        read = {os.path.realpath(path) for path in (*named, *(source.path for source in found)) if path != STDIN}
        left_out[:] = [source for source in left_out if os.path.realpath(source.path) not in read]
    uses = Counter(source.stem for source in found if not source.problem)
    return [source._replace(stem=source.path) if uses[source.stem] > 1 else source for source in found]


def _names(paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str] | Source]) -> list[str]:
    names = []
    # of a frame that is to be computed it would be the names of columns
    if hasattr(type(paths), "columns") or made_by(paths):
        how = made_by(paths) or "; a data frame is one of pandas or polars, or an Arrow table"
        raise ArgumentError(f"articles are read from paths or a data frame, not from {kind_of(paths)}{how}")
    for path in paths if isinstance(paths, Iterable) and not isinstance(paths, str | bytes | os.PathLike) else [paths]:
        name = os.fspath(path) if isinstance(path, os.PathLike) else path
        if not isinstance(name, str):
            raise ArgumentError(f"articles are read from paths, not from {kind_of(name)}; for a text use `Article`")
        names.append(name)
    return names


def _of_name(path: str, left_out: list[Source]) -> Iterable[Source]:
    if path == STDIN:
        return [Source(STDIN, "stdin", True)]
    if os.path.isdir(path):
        return _folder(path, left_out)
    if is_standard_stream(path):
        raise ArticleError("standard output or standard error is written to it; send that to another file", path)
    if os.path.exists(path):
        return [Source(path, _stem(os.path.basename(path)), True)]
    if glob.has_magic(path):
        return _glob(path, left_out)
    if "\n" in path or len(os.path.basename(path)) > _LONGEST_NAME:
        what = "no such file or folder; a text is for `StanceModel.score`, or for standard input"
        raise ArticleError(what, f"{' '.join(path.split())[:40]}...")
    raise ArticleError("no such file or folder", path)


def _once(sources: Iterable[Source]) -> Iterator[Source]:
    seen: set[str] = set()
    for source in sources:
        place = source.path if source.path == STDIN else os.path.realpath(source.path)
        yield source._replace(problem="the same file again") if place in seen and not source.problem else source
        seen.add(place)


def _glob(pattern: str, left_out: list[Source]) -> Iterator[Source]:
    matches = sorted(glob.glob(pattern, recursive=True))
    if not matches:
        raise ArticleError("no file matches", pattern)
    folders: dict[str, set[str]] = {}
    for match in matches:
        folders.setdefault(os.path.dirname(match), set()).add(os.path.basename(match))
    written = {os.path.join(where, name) for where in folders for name in own_files(where, _files(where))}
    named = len(os.path.dirname(re.split(r"[*?[]", pattern, maxsplit=1)[0]))
    for match in matches:
        place = folder_of_a_page(match if os.path.isdir(match) else os.path.dirname(match), os.path.isfile)
        if place is not None and len(place) > named:
            # ** meets each file in it
            if not left_out or left_out[-1].path != place:
                left_out.append(Source(place, place, False, OF_A_PAGE))
        elif match in written:
            left_out.append(Source(match, match, False, OWN))
        elif not os.path.isdir(match):
            # as in a folder a named pipe would be waited on for ever
            if os.path.isfile(match) or os.path.islink(match):
                yield Source(match, _stem(os.path.basename(match)), False)
        elif "**" not in pattern:
            # ** meets each file of a folder by itself
            before = len(left_out)
            try:
                yield from _folder(match, left_out)
            except ArticleError as error:
                if len(left_out) == before:
                    yield Source(match, match, False, error.message)


def _files(folder: str) -> list[str]:
    try:
        with os.scandir(folder or ".") as entries:
            return [entry.name for entry in entries if entry.is_file()]
    except OSError:
        return []


def _folder(folder: str, left_out: list[Source]) -> list[Source]:
    before = len(left_out)
    unread: list[OSError] = []
    found = list(_walk(folder, left_out, unread))
    for error in unread:
        raise_if_machine(error, str(error.filename))
    found += [Source(str(error.filename), str(error.filename), False, error.strerror or "") for error in unread]
    files = [source.path for source in found if not source.problem]
    # names first: to look into a folder of millions takes time
    if not (any(map(has_reader, files)) or any(map(_has_sign, files))):
        suffixes = sorted({Path(path).suffix or "no suffix" for path in files})
        there = f"it holds only files with {', '.join(suffixes[:10])}" if suffixes else _NO_FILES
        if not suffixes and len(left_out) > before:
            there = (
                "it holds only files that stance wrote or a browser saved with a page; name them to read them anyway"
            )
        raise ArticleError(f"nothing to read in this folder: {unread[0].strerror if unread else there}", folder)
    return found


def _walk(folder: str, left_out: list[Source], unread: list[OSError]) -> Iterator[Source]:
    """The files of a folder and of those in it; what is left out, and what cannot be read, is added to the lists."""
    for where, folders, names in os.walk(folder, onerror=unread.append):
        paths = {name: os.path.join(where, name) for name in sorted(folders) if not name.startswith(".")}
        of_pages = {name for name, path in paths.items() if folder_of_a_page(path, os.path.isfile) == path}
        left_out += [Source(paths[name], name, False, OF_A_PAGE) for name in paths if name in of_pages]
        folders[:] = [name for name in paths if name not in of_pages]
        for path in (paths[name] for name in folders if os.path.islink(paths[name])):
            yield Source(path, path, False, "a link to a folder is not followed")
        written = own_files(where, names)
        left_out += [Source(os.path.join(where, name), name, False, OWN) for name in sorted(written)]
        for name in sorted(set(names) - written):
            path = os.path.join(where, name)
            # a named pipe would be waited on for ever
            if not name.startswith(".") and (os.path.isfile(path) or os.path.islink(path)):
                within = os.path.relpath(path, folder).replace(os.sep, "/")
                yield Source(path, _stem(within), False)


def _has_sign(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return has_sign(file.read(_HEAD))
    except OSError as error:
        raise_if_machine(error, path)
        return False


def _stem(name: str) -> str:
    short = without_suffix(name)
    return os.path.splitext(short)[0] if has_reader(short) else short
