"""Locks: what is written by one process at a time."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from stance.errors import StanceError

__all__ = ["LOCKS", "hold", "lock_output", "open_lock"]

#: Windows has other locks; there, and on a file system without any, one is taken on trust.
LOCKS = find_spec("fcntl") is not None
#: Some network file systems give a file another number at each look.
_TRIES = 9
_NO_LOCK = "{}: is a link or not a regular file, and this program did not make it; remove it"


class _Busy(StanceError):
    """Another process holds a lock."""


@contextlib.contextmanager
def lock_output(path: Path, patience: float = 0.0) -> Iterator[None]:
    """Hold a file that is to be written under another name first, so that no other process writes it meanwhile.

    The lock lies beside the file and is removed. One that a killed process left behind is held by nobody.

    Parameters
    ----------
    path : Path
        The file.
    patience : float
        So many seconds another process is waited for.

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
    until = time.monotonic() + patience
    with contextlib.ExitStack() as held:
        while True:
            try:
                held.enter_context(_lock_beside(path))
                break
            except _Busy:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.02)
        yield


@contextlib.contextmanager
def _lock_beside(path: Path) -> Iterator[None]:
    if not LOCKS:
        yield
        return
    beside = path.with_name(f".{path.name}.lock")
    busy = f"{path}: another run is writing this file; wait for it, or name another file for the output"
    for again in range(_TRIES, -1, -1):
        with open_lock(beside) as file:
            # whoever held it before may have removed it in between: then this is the lock of nothing
            try:
                hold(file, busy)
                if again and not _lies_at(file, beside):
                    continue
                yield
                return
            finally:
                # asked again, as a signal may have come while it was taken
                if _held(file) and (not again or _lies_at(file, beside)):
                    with contextlib.suppress(OSError):
                        beside.unlink()


def open_lock(path: Path) -> IO[bytes]:
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


def hold(file: IO[bytes], busy: str) -> None:
    """Take a lock.

    Raises
    ------
    StanceError
        With what is told where another process holds it.
    """
    if not _held(file):
        raise _Busy(busy)


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
