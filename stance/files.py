"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from stance.errors import ArgumentError, StanceError, kind_of
from stance.locks import lock_output

__all__ = ["as_path", "passing_folder", "whole_files", "write_files"]

#: So many seconds a file that is written at once is waited for.
_PATIENCE = 10.0


def as_path(given: str | os.PathLike[str], of: str, error: type[StanceError] = StanceError) -> Path:
    """A path that a caller gave; an empty one is refused, which would pass for the folder one stands in.

    Parameters
    ----------
    given : path-like
        What was given.
    of : str
        What lies there, for the message.
    error : type of StanceError
        What to raise where it is empty.

    Raises
    ------
    ArgumentError
        If it is no path.

    Examples
    --------
    >>> as_path("models/mine", "model").name
    'mine'
    """
    name = os.fspath(given) if isinstance(given, str | os.PathLike) else given
    if not isinstance(name, str):
        raise ArgumentError(f"the {of} must be a path, not {kind_of(name)}")
    if not name:
        raise error(f"the {of} has no name: its path is empty")
    return Path(name)


@contextlib.contextmanager
def whole_files(*paths: Path) -> Iterator[list[Path]]:
    """Files to write that get their names when all is written.

    Until then each lies under another name beside its place. If the body fails, or Ctrl-C or SIGTERM ends it, these are
    removed; else they are forced to the disk and renamed, in their order. A file that is replaced hands on its
    permissions, and a link stays one: what it leads to is replaced. What has the other name is removed first. Nothing
    keeps another process from writing the same file meanwhile but `lock_output`, which who writes them holds.

    Parameters
    ----------
    paths : Path
        What they are to be called.

    Yields
    ------
    list of Path
        What to write instead.

    Raises
    ------
    OSError
        If one is not written or cannot be renamed. Those that were there before are as they were, unless it is a
        rename that failed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_files(Path(folder) / "a.txt") as (part,):
    ...         print(part.write_text("one"), os.listdir(folder))
    ...     os.listdir(folder)
    3 ['.a.txt.part']
    ['a.txt']
    """
    places = [Path(os.path.realpath(path)) for path in paths]
    parts = [place.with_name(f".{place.name}.part") for place in places]
    modes = [stat.S_IMODE(place.stat().st_mode) if place.is_file() else None for place in places]
    try:
        for part, mode in zip(parts, modes, strict=True):
            # what a killed process left; or a link that came with the folder, through which another file is written
            part.unlink(missing_ok=True)
            # what is private is so from its first byte
            if mode is not None:
                part.touch()
                _permit(part, mode | stat.S_IRUSR | stat.S_IWUSR)
        yield parts
        for part in parts:
            # Windows syncs only what may be written
            with part.open("r+b") as file:
                os.fsync(file.fileno())
        for part, place, mode in zip(parts, places, modes, strict=True):
            if mode is not None:
                _permit(part, mode)
            os.replace(part, place)
        for folder in {place.parent for place in places}:
            _sync_folder(folder)
    except BaseException:
        for part in parts:
            with contextlib.suppress(OSError):
                part.unlink()
        raise


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files as `whole_files` does, one process after the other.

    Parameters
    ----------
    files : mapping of Path to bytes
        What is to stand where. They are renamed in this order.

    Raises
    ------
    OSError
        If one cannot be written.
    StanceError
        If another process is writing the first of them, and is not soon done.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_files({Path(folder) / "a.txt": b"one", Path(folder) / "b.txt": b"two"})
    ...     sorted(os.listdir(folder))
    ['a.txt', 'b.txt']
    """
    if not files:
        return
    # shards of a run that end at one time write one dictionary
    with lock_output(next(iter(files)), _PATIENCE), whole_files(*files) as parts:
        for part, content in zip(parts, files.values(), strict=True):
            part.write_bytes(content)


@contextlib.contextmanager
def passing_folder(folder: Path) -> Iterator[Path]:
    """A folder that is removed; what a killed process left under this name goes, too.

    Parameters
    ----------
    folder : Path
        What it is to be called; no other process may use the name at the same time.

    Yields
    ------
    Path
        The folder.

    Raises
    ------
    OSError
        If it cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with passing_folder(Path(place) / ".rows") as folder:
    ...         print(os.listdir(place))
    ...     os.listdir(place)
    ['.rows']
    []
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _permit(part: Path, mode: int) -> None:
    # not every file system has permissions
    with contextlib.suppress(OSError):
        part.chmod(mode)


def _sync_folder(folder: Path) -> None:
    # where a folder cannot be opened or synced, the rename is as safe as the system makes it
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
