"""Output files: written whole, one writer at a time, errors of one line."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from stance.errors import StanceError
from stance.files import write_files
from stance.locks import LOCKS, hold, open_lock

__all__ = ["check_output", "lock", "named", "write_whole"]

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def named(path: str | Path, if_full: str = "") -> Iterator[None]:
    """Errors of the file system in one line that names the file, and says what to do where a disk is full.

    Raises
    ------
    StanceError
        For an `OSError` of the body.

    Examples
    --------
    >>> with named("run/manifest.json"):
    ...     raise PermissionError(13, "Permission denied")
    Traceback (most recent call last):
    ...
    stance.errors.StanceError: run/manifest.json: Permission denied
    """
    try:
        yield
    except OSError as error:
        raise StanceError(f"{path}: {error.strerror or error}{if_full if error.errno in _FULL else ''}") from error


def check_output(path: Path) -> None:
    """Check that a file can take its place here, before anything is made for it.

    Raises
    ------
    StanceError
        If there is no folder for it, or a folder or a device has its name: a device would be replaced by the file.
    """
    if not path.resolve().parent.is_dir():
        raise StanceError(f"{path}: there is no folder {path.parent} to write to")
    if path.exists() and not path.is_file():
        raise StanceError(f"{path}: is a folder or a device; name a file")


def write_whole(path: Path, content: bytes, if_full: str = "") -> None:
    """Write a file by `write_files`.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        What is to stand in it.
    if_full : str
        As `named` has it.

    Raises
    ------
    StanceError
        If it cannot be written, or another process is writing it; nothing is left behind.
    """
    with named(path, if_full):
        write_files({path: content})


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a file that no two processes can hold at once; it is let go when the process ends, however it ends.

    Raises
    ------
    StanceError
        If another process holds it, or it is a link or no file. A file system without locks is taken on trust.
    """
    if not LOCKS:
        yield
        return
    with named(path):
        file = open_lock(path)
    with file:
        hold(file, f"{path.parent}: another run is at work here")
        yield
