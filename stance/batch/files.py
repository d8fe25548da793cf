"""Files that appear whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from stance.errors import StanceError

__all__ = ["as_stance_error", "lock", "write_whole"]

_FULL = (errno.ENOSPC, errno.EDQUOT)


def as_stance_error(path: str | Path, error: OSError) -> StanceError:
    """An error of the file system in one line."""
    advice = "; make room, then go on with --resume" if error.errno in _FULL else ""
    return StanceError(f"{path}: {error.strerror or error}{advice}")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name, force it to the disk, and rename it.

    Raises
    ------
    StanceError
        If it cannot be written; nothing is left behind.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise as_stance_error(path, error) from error


def _sync_folder(folder: Path) -> None:
    # where a folder cannot be opened or synced, the rename is as safe as the system makes it
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a file that no two processes can hold at once; it is let go when the process ends, however it ends.

    Raises
    ------
    StanceError
        If another process holds it. A file system without locks is taken on trust.
    """
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    try:
        file = open(path, "ab")  # noqa: SIM115
    except OSError as error:
        raise as_stance_error(path, error) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StanceError(f"{path.parent}: another run is at work here") from error
        except OSError:
            pass
        yield
