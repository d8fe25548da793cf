"""Libraries that extras bring: the import; for readers the seekable copy, and the library's errors as one of ours."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from importlib import import_module
from threading import get_ident
from typing import IO, Any

from stance.articles.machine import raise_if_machine
from stance.articles.records import LARGEST_RECORD
from stance.errors import ArticleError, MissingDependencyError, StanceError

__all__ = ["need", "overheard", "seekable", "silence", "unsound", "whole"]

_SEEKABLE = (io.FileIO, tempfile.SpooledTemporaryFile)


def need(module: str, package: str, extra: str) -> Any:
    """Import a library that an extra brings.

    Raises
    ------
    MissingDependencyError
        If it is not installed; the message names the extra.
    StanceError
        If it is, but cannot be loaded: memory may lack, and no file be damaged.

    Examples
    --------
    >>> need("json", "json", "none").dumps([1])
    '[1]'
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise MissingDependencyError(package, extra) from error
    except ImportError as error:
        first = (str(error).splitlines() or [""])[0]
        raise StanceError(f"{package} is installed, but cannot be loaded: {first}") from error


def silence(library: str) -> None:
    """Keep a library from writing its remarks on standard error: what matters of them becomes a reason."""
    import logging

    logging.getLogger(library).setLevel(logging.CRITICAL)


@contextlib.contextmanager
def overheard(library: str, *beginnings: str) -> Iterator[set[str]]:
    """Which of these remarks a library makes in this thread, by how they begin; it writes none on standard error.

    Examples
    --------
    >>> import logging
    >>> with overheard("reader.of.plums", "Impossible") as heard:
    ...     logging.getLogger("reader.of.plums.stones").warning("Impossible to read a stone")
    >>> heard
    {'Impossible'}
    """
    import logging

    heard: set[str] = set()
    # the local page reads several files at once
    thread = get_ident()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if get_ident() == thread:
                heard.update(filter(record.getMessage().startswith, beginnings))

    logger, listener = logging.getLogger(library), Listener()
    # left so from now on, for another thread may listen, too
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.addHandler(listener)
    try:
        yield heard
    finally:
        logger.removeHandler(listener)


@contextlib.contextmanager
def seekable(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """The stream itself if it is a plain file or such a copy, else a temporary copy: to read formats from their end.

    Raises
    ------
    StanceError
        If the copy cannot be written.
    """
    if stream.seekable() and isinstance(getattr(stream, "raw", None), _SEEKABLE):
        yield stream
        return
    copy = tempfile.SpooledTemporaryFile(2**23)  # noqa: SIM115
    try:
        while piece := stream.read(2**20):
            with _temporary_folder():
                copy.write(piece)
        with _temporary_folder():
            copy.seek(0)
        yield copy
    finally:
        # what could not be written is tried again
        with _temporary_folder():
            copy.close()


@contextlib.contextmanager
def _temporary_folder() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f"the temporary folder {tempfile.tempdir or ''}".rstrip()
        raise StanceError(f"{where}: {error.strerror or error}; set TMPDIR to a folder with free space") from error


def whole(stream: IO[bytes], source: str) -> bytes:
    """All bytes of a stream.

    Raises
    ------
    ArticleError
        If they are more than a record may have.
    """
    raw = stream.read(LARGEST_RECORD + 1)
    if len(raw) > LARGEST_RECORD:
        raise ArticleError(f"record too large: more than {LARGEST_RECORD:,} bytes", source)
    return raw


@contextlib.contextmanager
def unsound(kind: str, source: str) -> Iterator[None]:
    """Turn whatever a library raises on a damaged file into an `ArticleError` of one line.

    A parser of a foreign format fails in ways that its documentation does not list, so every exception counts that
    is not the machine's.

    Raises
    ------
    ArticleError
        For what the library raised.
    StanceError
        If the machine failed (`raise_if_machine`).

    Examples
    --------
    >>> with unsound("a PDF", "a.pdf"):
    ...     raise KeyError("/Root")
    Traceback (most recent call last):
    stance.errors.ArticleError: a.pdf: not a valid PDF: KeyError: '/Root'
    """
    try:
        yield
    except StanceError:
        raise
    except Exception as error:
        raise_if_machine(error, source)
        first = (str(error).strip().splitlines() or [""])[0][:200]
        name = type(error).__name__
        kind = kind.removeprefix("a ").removeprefix("an ")
        raise ArticleError(f"not a valid {kind}: {name}{': ' + first if first else ''}", source) from error
