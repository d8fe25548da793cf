"""Which errors are the machine's: a file that it fails at may be sound, so nothing of it is given up for damaged."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from stance.errors import StanceError

__all__ = ["raise_if_machine"]

#: What the system says of a file that is not there, may not be read or is of the wrong kind, and of a place in it that
#: only a damaged file asks for. All else is no word on the file: it would be read another time or elsewhere.
_OF_THE_FILE = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOENT", "EACCES", "EPERM", "ELOOP", "EISDIR", "ENOTDIR", "ENAMETOOLONG"),
        *("EBADF", "ENXIO", "ENODEV", "EOPNOTSUPP", "ESPIPE", "EINVAL", "EOVERFLOW", "EILSEQ"),
    )
    if hasattr(errno, name)
)


def raise_if_machine(error: BaseException, source: str) -> None:
    """Let an error pass that tells something about the file, also one without an errno, as libraries raise them.

    What a library made of another error counts as that: ``zipfile`` says that a file is no archive if reading it fails.

    Raises
    ------
    StanceError
        If memory, the disk, the network or the number of open files failed.

    Examples
    --------
    >>> raise_if_machine(PermissionError(13, "Permission denied"), "a.txt")
    >>> raise_if_machine(OSError(5, "Input/output error"), "a.txt")
    Traceback (most recent call last):
    stance.errors.StanceError: a.txt: Input/output error; the file may be sound, so try again
    """
    for cause in _chain(error):
        if isinstance(cause, MemoryError):
            raise StanceError(f"{source}: not enough memory to read it; try again with more") from error
        if isinstance(cause, OSError) and cause.errno is not None and cause.errno not in _OF_THE_FILE:
            failure = os.strerror(cause.errno)
            raise StanceError(f"{source}: {failure}; the file may be sound, so try again") from error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
