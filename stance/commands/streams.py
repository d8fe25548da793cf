"""The standard streams and the signal to end, made ready for every command alike."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any, cast

__all__ = ["end_on_sigterm", "flush_output", "let_go", "standard_streams"]


class _Output(io.FileIO):
    """Standard output that names itself in its errors, as a file does that was opened by its name."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError as error:
            error.filename = "standard output"
            raise


class _Talk(io.FileIO):
    """Standard error; that nobody hears what is said there is no failure, and no reason to end a run."""

    def write(self, data: Any) -> int:
        with contextlib.suppress(OSError):
            return super().write(data)
        return len(data)


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """Make the standard streams fit for use, and put them back afterwards.

    One that was closed before the start fails when it is used, and not before: its number is taken, for else the next
    file that is opened would get it. A terminal may lack letters of an article; data is written as UTF-8 whatever it
    has.

    Examples
    --------
    >>> before = sys.stdout
    >>> with standard_streams():
    ...     print("Talks resume.")
    Talks resume.
    >>> sys.stdout is before
    True
    """
    before = sys.stdin, sys.stdout, sys.stderr
    # in this order, as the system gives the lowest number that is free
    sys.stdin = before[0] or _closed(os.O_WRONLY, "r")
    sys.stdout = _written_by(_Output, before[1] or _closed(os.O_RDONLY, "w"), "replace")
    sys.stderr = _written_by(_Talk, before[2] or _closed(os.O_WRONLY, "w"), "backslashreplace")
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before


def _closed(flags: int, mode: str) -> Any:
    return open(os.open(os.devnull, flags), mode, encoding="utf-8", closefd=False)


def _written_by(kind: type[io.FileIO], stream: Any, errors: str) -> Any:
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    # where Python runs unbuffered there is nothing between
    buffer: Any = stream.buffer
    raw = getattr(buffer, "raw", buffer)
    if type(raw) is not io.FileIO:
        stream.reconfigure(errors=errors)
        return stream
    stream.flush()
    output = kind(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        cast(IO[bytes], output if raw is buffer else io.BufferedWriter(output)),
        stream.encoding,
        errors=errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def flush_output() -> None:
    """Write what standard output still holds, so that a failure shows before Python ends."""
    if not sys.stdout.closed:
        sys.stdout.flush()


def let_go(stream: IO[str]) -> None:
    """Send what a stream still holds nowhere: Python flushes it when it ends, and would fail once more."""
    # one of a test has no number
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


@contextlib.contextmanager
def end_on_sigterm() -> Iterator[None]:
    """Within, SIGTERM is Ctrl-C: what is unfinished is cleaned up, and said; only the exit status is 143."""
    theirs = signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    if theirs or threading.current_thread() is not threading.main_thread():
        yield
        return
    told = False

    def interrupt(*_: object) -> None:
        nonlocal told
        told = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if told:
            sys.exit(128 + signal.SIGTERM)
