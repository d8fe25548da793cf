"""Archives: their members one by one, never unpacked to disk, with an end to how much they may hold."""

from __future__ import annotations

import contextlib
import tarfile
import zipfile
from collections.abc import Callable, Collection, Iterator
from typing import IO, NamedTuple

from stance.articles.compression import as_stream
from stance.articles.machine import raise_if_machine
from stance.errors import ArticleError

__all__ = ["DEPTH", "Budget", "Member", "is_tar", "is_wacz", "is_zip", "open_zip", "tar_members", "zip_members"]

#: Archives within archives are opened so deep and no deeper.
DEPTH = 3

_MEMBERS = 100_000
# in a zip archive each takes more than 76; in a gzipped tar archive a headline takes 28, a file without content 5
_BYTES_A_MEMBER = 16
_FLOOR = 256 * 2**20
# the best that deflate can do is 1,032; prose and tables stay below 20
_RATIO = 200


class Budget:
    """How much an archive, with all that is in it, may still give.

    Parameters
    ----------
    compressed : int, optional
        Its size. It may grow to 256 MiB and 200 times that, and hold 100,000 members and one for each 16 bytes.

    Examples
    --------
    >>> budget = Budget(10)
    >>> budget.spend(2**30)
    Traceback (most recent call last):
    stance.errors.ArticleError: grows to more than 268,437,456 bytes: a decompression bomb
    """

    def __init__(self, compressed: int = 0) -> None:
        self._compressed = compressed
        self._spent = 0
        self._taken = 0

    def grow(self, compressed: int) -> None:
        """So many more compressed bytes were read."""
        self._compressed += compressed

    def take(self) -> str:
        """Count a member; say why it is not to be read if there are too many."""
        self._taken += 1
        most = _MEMBERS + self._compressed // _BYTES_A_MEMBER
        if self._taken <= most:
            return ""
        return f"the archive holds more than {most:,} files; this one and those after it are not read"

    def spend(self, size: int) -> None:
        """Count bytes that came out.

        Raises
        ------
        ArticleError
            If they are too many.
        """
        self._spent += size
        most = _FLOOR + _RATIO * self._compressed
        if self._spent > most:
            raise ArticleError(f"grows to more than {most:,} bytes: a decompression bomb")

    def reader(self, raw: IO[bytes]) -> IO[bytes]:
        """What reads from a stream and spends."""
        return _counted(raw, self.spend)

    def counter(self, raw: IO[bytes]) -> IO[bytes]:
        """What reads compressed bytes, each of which may become many."""
        return _counted(raw, self.grow)


def _counted(raw: IO[bytes], count: Callable[[int], None]) -> IO[bytes]:
    def read(size: int) -> bytes:
        data = raw.read(size)
        count(len(data))
        return data

    return as_stream(read)


class Member(NamedTuple):
    """A file in an archive.

    Attributes
    ----------
    name : str
        As the archive has it; it is shown, and no file is ever made under it.
    stream : binary file or None
        Its bytes.
    problem : str
        Why it is not to be read, if so.
    """

    name: str
    stream: IO[bytes] | None
    problem: str = ""


def is_zip(head: bytes) -> bool:
    """Whether a file begins as a zip archive does: office documents do, too."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_tar(head: bytes) -> bool:
    """Whether a file begins as a tar archive does."""
    return head[257:262] == b"ustar"


def is_wacz(names: Collection[str]) -> bool:
    """Whether a zip archive with members of these names is a web archive, whose pages stand in ``archive/``.

    Other packages of data may have a list of the same name, and a folder, too, but none of pages and no index.

    Examples
    --------
    >>> is_wacz(["datapackage.json", "archive/data.warc.gz", "pages/pages.jsonl"])
    True
    >>> is_wacz(["datapackage.json", "archive/data.warc.gz", "data/talks.csv"])
    False
    """
    return (
        "datapackage.json" in names
        and any(name.startswith("archive/") and ".warc" in name.lower() for name in names)
        and any(name.startswith(("pages/", "indexes/")) for name in names)
    )


@contextlib.contextmanager
def open_zip(stream: IO[bytes], source: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip archive.

    Raises
    ------
    ArticleError
        If it is none, or a damaged one.
    """
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise_if_machine(error, source)
        raise ArticleError(f"not a valid zip archive: {error}", source) from error
    with archive:
        yield archive


def zip_members(
    archive: zipfile.ZipFile, budget: Budget, wanted: Callable[[str], bool] = lambda name: True
) -> Iterator[Member]:
    """The files of a zip archive, in the order of its directory; those that are not wanted by name are not opened."""
    for info in archive.infolist():
        # not by `is_dir`, which Python 3.11 asks of the last letter of a name that may have none
        if info.filename.endswith("/") or _is_hidden(info.filename):
            continue
        problem = _unfit_name(info.filename)
        if info.flag_bits & 1:
            problem = "encrypted"
        elif (info.external_attr >> 28) == 0xA:
            problem = "a link is not followed"
        if problem or (many := budget.take()):
            yield Member(info.filename, None, problem or many)
            if not problem:
                return
            continue
        if not wanted(info.filename):
            yield Member(info.filename, None)
            continue
        try:
            stream = archive.open(info)
        except NotImplementedError:
            yield Member(
                info.filename, None, "compressed by a method that is not read; pack it again by zip's default method"
            )
            continue
        except Exception as error:
            # a name or a place that no text or file can have fails in ways of its own
            raise_if_machine(error, info.filename)
            yield Member(info.filename, None, f"damaged in the archive: {error}")
            continue
        with stream:
            yield Member(info.filename, stream)


def tar_members(stream: IO[bytes], budget: Budget) -> Iterator[Member]:
    """The files of a tar archive, read once from front to back.

    Raises
    ------
    ArticleError
        Where the archive is damaged; the members before that have been given.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for info in archive:
                # one entry a member is all that need be known
                archive.members = []  # type: ignore[attr-defined]
                if info.isdir() or _is_hidden(info.name):
                    continue
                problem = _unfit_name(info.name)
                if not info.isfile():
                    problem = "a link is not followed" if info.issym() or info.islnk() else "not a regular file"
                if problem or (many := budget.take()):
                    yield Member(info.name, None, problem or many)
                    if not problem:
                        return
                    continue
                yield Member(info.name, archive.extractfile(info))
    except ArticleError:
        raise
    except (tarfile.TarError, ValueError) as error:
        # the second where a header has words for numbers
        raise ArticleError(f"damaged tar archive: {error}") from error


def _is_hidden(name: str) -> bool:
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _unfit_name(name: str) -> str:
    if not name:
        return "it has no name"
    parts = name.replace("\\", "/").split("/")
    leads_out = ".." in parts or parts[0] == "" or parts[0].endswith(":")
    return "its name points outside the archive" if leads_out else ""
