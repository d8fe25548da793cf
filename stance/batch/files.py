"""Output files: written whole, one writer at a time, errors of one line."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from stance.errors import StanceError
from stance.files import write_files

__all__ = ["check_output", "lock", "lock_output", "named", "write_whole"]

#: Windows has other locks; there, and on a file system without any, one is taken on trust.
_LOCKS = find_spec("fcntl") is not None
#: Some network file systems give a file another number at each look.
_TRIES = 9
_NO_LOCK = "{}: is a link or not a regular file, and this program did not make it; remove it"
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
        If it cannot be written; nothing is left behind.
    """
    with named(path, if_full):
        write_files({path: content})


@contextlib.contextmanager
def lock_output(path: Path) -> Iterator[None]:
    """Hold a file that is to be written under another name first, so that no other process writes it meanwhile.

    The lock lies beside the file and is removed. One that a killed process left behind is held by nobody.

    Raises
    ------
    OSError
        If nothing can be written beside the file.
    StanceError
        If another process writes it, or what has the name of the lock is a link or no file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, lock_output(Path(folder) / "scores.csv"):
    ...     os.listdir(folder)
    ['.scores.csv.lock']
    """
    if not _LOCKS:
        yield
        return
    beside = path.with_name(f".{path.name}.lock")
    busy = f"{path}: another run is writing this file; wait for it, or name another file for the output"
    for again in range(_TRIES, -1, -1):
        with _open_lock(beside) as file:
            # whoever held it before may have removed it in between: then this is the lock of nothing
            try:
                _hold(file, busy)
                if again and not _lies_at(file, beside):
                    continue
                yield
                return
            finally:
                # asked again, as a signal may have come while it was taken
                if _held(file) and (not again or _lies_at(file, beside)):
                    with contextlib.suppress(OSError):
                        beside.unlink()


def _open_lock(path: Path) -> IO[bytes]:
    """A lock, made if missing; never what a link leads to, nor a pipe, which would be waited for.

    Either may have come with the folder.

    Raises
    ------
    StanceError
        If a link, a pipe or a device has its name.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        file = os.fdopen(os.open(path, flags, 0o666), "ab")
    except OSError as error:
        # of a link one of two numbers, by the system; of a pipe that nobody reads the last
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENXIO):
            raise StanceError(_NO_LOCK.format(path)) from error
        raise
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise StanceError(_NO_LOCK.format(path))


def _lies_at(file: IO[bytes], path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(path))
    except OSError:
        return False


def _hold(file: IO[bytes], busy: str) -> None:
    if not _held(file):
        raise StanceError(busy)


def _held(file: IO[bytes]) -> bool:
    """Take the lock, if nobody else holds it."""
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # a file system without locks
        pass
    return True


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a file that no two processes can hold at once; it is let go when the process ends, however it ends.

    Raises
    ------
    StanceError
        If another process holds it, or it is a link or no file. A file system without locks is taken on trust.
    """
    if not _LOCKS:
        yield
        return
    with named(path):
        file = _open_lock(path)
    with file:
        _hold(file, f"{path.parent}: another run is at work here")
        yield
