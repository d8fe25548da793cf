"""Reading articles from anywhere, one after the other; memory does not grow with the files."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import IO, cast

from stance.articles.archive_folders import ArchiveFolders
from stance.articles.archives import DEPTH, Budget, Member, is_tar, is_wacz, is_zip, open_zip, tar_members, zip_members
from stance.articles.article import Article
from stance.articles.compression import DAMAGE, LONGEST_SIGN, as_stream, find_compression
from stance.articles.encoding import written_name
from stance.articles.formats import document_format, find_format, has_sign
from stance.articles.libraries import seekable
from stance.articles.machine import raise_if_machine
from stance.articles.own_files import LARGEST, OWN, Neighbors
from stance.articles.read_frame import FRAME, OPTION, STEM, Frame, is_frame, read_frame
from stance.articles.records import Columns, Quarantined, as_columns, check_quarantine, too_many_lines
from stance.articles.saved_pages import OF_A_PAGE, folder_of_a_page
from stance.articles.seen import ArticleIds, duplicate_id
from stance.articles.sources import STDIN, Source, find_sources
from stance.errors import ArticleError, MissingDependencyError, StanceError

__all__ = ["holds_sign", "read_articles", "read_records"]

_HEAD = 2**16

#: What a WACZ file has beside its web archives: lists of them, of which some hold the texts of the pages once more.
_LISTS = ("datapackage", "fuzzy.json", "pages/", "indexes/", "logs/")

#: What the bytes of a source can make the machinery below a reader raise.
_DAMAGE: tuple[type[Exception], ...] = (
    *DAMAGE,
    ArticleError,
    MissingDependencyError,
    zipfile.BadZipFile,
    tarfile.TarError,
)
_DAMAGE_OR_MEMORY: tuple[type[Exception], ...] = (*_DAMAGE, MemoryError)
_DAMAGE_OR_RUNTIME: tuple[type[Exception], ...] = (*_DAMAGE, RuntimeError)


def read_articles(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | Frame,
    columns: Columns | None = None,
    quarantine: Callable[[Quarantined], None] | None = None,
) -> Iterator[Article]:
    """Read articles from files, folders and globs, or from a data frame.

    Parameters
    ----------
    paths : path-like, iterable of path-like, or data frame
        Text, Markdown, JSON, JSON lines, CSV, TSV, Parquet, HTML, PDF, DOCX, ODT, RTF, EPUB, mail, WARC, XML of
        newsrooms, feeds and parliaments; each also compressed (gzip, bzip2, xz, zstd) or in a zip or tar archive;
        folders; globs; ``"-"`` for standard input. A data frame of pandas or polars, or an Arrow table, is read as a
        Parquet file with its columns would be.
    columns : Columns, optional
        Which column of a table holds what.
    quarantine : callable, optional
        Called with each record that could not be read. Without it such a record raises `ArticleError`.

    Yields
    ------
    Article

    Raises
    ------
    ArticleError
        If a named file is missing, or the only one and unreadable as a whole; if a record cannot be read and there is
        no `quarantine`. As all errors of this function it comes when the first article is asked for, or later.
    MissingDependencyError
        If the only file needs a package that is not installed.
    ArgumentError
        If it is given no paths, no `Columns`, or a `quarantine` that cannot be called.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.txt").write_text("One.\\n\\nTwo.")
    ...     [(article.id, len(article.paragraphs)) for article in read_articles([folder])]
    [('a', 2)]
    """
    check_quarantine(quarantine)
    for record in read_records(paths, columns):
        if isinstance(record, Article):
            yield record
        elif quarantine is not None:
            quarantine(record)
        else:
            raise ArticleError(record.reason, record.source, record.position or None)


def read_records(
    paths: str | os.PathLike[str] | Iterable[str | os.PathLike[str] | Source] | Frame,
    columns: Columns | None = None,
    left_out: list[Source] | None = None,
) -> Iterator[Article | Quarantined]:
    """Like `read_articles`, but with the quarantined records in their places: nothing read is left out.

    Each says where it stood, by ``source`` and ``position``; positions rise within a source. An id that
    another file has used becomes ``FILE:ID``; the same id again in one file is quarantined as ``duplicate id``. Of the
    ids only 8-byte hashes are kept (`ArticleIds`). A file that breaks off is quarantined from the record where it does.
    To `left_out` is added what is not read of archives because stance or a browser wrote it, as `find_sources` does.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.jsonl").write_text('{"text": "One."}\\n\\noops\\n')
    ...     [(type(record).__name__, record.position) for record in read_records(folder)]
    [('Article', 1), ('Quarantined', 3)]
    """
    columns = as_columns(columns)
    left_out = [] if left_out is None else left_out
    ids = ArticleIds()
    if is_frame(paths):
        for record in read_frame(paths, columns):
            yield _with_own_id(record, ids, FRAME, STEM, OPTION) if isinstance(record, Article) else record
        return
    sources = find_sources(cast("Iterable[str]", paths))
    for source in sources:
        shown = written_name(source.path)
        if source.problem:
            yield Quarantined(shown, 0, source.problem)
            continue
        position = 0
        try:
            for record in _read_source(source, shown, columns, left_out):
                position = record.position or position
                if columns.keep and isinstance(record, Article) and not record.kept:
                    record = replace(record, kept=tuple((name, None) for name in columns.keep))
                stem = written_name(source.stem)
                yield _with_own_id(record, ids, shown, stem) if isinstance(record, Article) else record
        except _DAMAGE_OR_MEMORY as error:
            raise_if_machine(error, shown)
            if source.named and len(sources) == 1 and position == 0:
                raise _as_stance_error(error, shown) from error
            # what was read before stands; the rest of this file is lost, and said so
            yield Quarantined(shown, position + 1 if position else 0, _reason(error, shown))


def _with_own_id(
    article: Article, ids: ArticleIds, shown: str, stem: str, option: str = "--{}-column"
) -> Article | Quarantined:
    file = article.source or shown
    if many := too_many_lines(article.text):
        return Quarantined(file, article.position or 0, many)
    # a member of an archive has the name of the archive before its own, in its stem as in its source
    id = ids.take(article.id, file, stem + file.removeprefix(shown))
    if id is None:
        return Quarantined(file, article.position or 0, duplicate_id(article.id, option.format("id")))
    return article if id == article.id else replace(article, id=id)


def _as_stance_error(error: Exception, shown: str) -> StanceError:
    if isinstance(error, ArticleError) and error.path is None:
        return ArticleError(error.message, shown)
    if isinstance(error, StanceError):
        return error
    if isinstance(error, OSError) and error.strerror:
        return ArticleError(error.strerror, shown)
    kind = "tar" if isinstance(error, tarfile.TarError) else "zip"
    return ArticleError(f"damaged {kind} file: {error}", shown)


def _reason(error: Exception, shown: str) -> str:
    error = _as_stance_error(error, shown)
    return error.message if isinstance(error, ArticleError) else str(error)


def _read_source(
    source: Source, shown: str, columns: Columns, left_out: list[Source]
) -> Iterator[Article | Quarantined]:
    if source.path == STDIN:
        # a copy of the descriptor's reader would close standard input when it is collected
        stdin = cast(io.BufferedIOBase, sys.stdin.buffer)
        yield from _read_stream(_resumed(stdin.read(_HEAD), stdin), source, shown, columns, left_out)
        return
    with open(source.path, "rb") as file:
        yield from _read_stream(file, source, shown, columns, left_out)


def _resumed(head: bytes, rest: io.BufferedIOBase) -> IO[bytes]:
    """A pipe of which the head has been read: what is piped in comes in pieces, and the first may not tell a format."""

    def read(size: int) -> bytes:
        nonlocal head
        part, head = head[:size], head[size:]
        return part or rest.read1(size)

    return as_stream(read)


def _read_stream(
    raw: IO[bytes],
    source: Source,
    shown: str,
    columns: Columns,
    left_out: list[Source],
    within: Budget | None = None,
    depth: int = 0,
) -> Iterator[Article | Quarantined]:
    stem = written_name(source.stem)
    with _unzipped(raw, within) as (stream, budget):
        head = stream.peek(_HEAD)[:_HEAD]
        if is_tar(head):
            _check_depth(depth)
            again = depth == 0 and source.path != STDIN and os.path.isfile(source.path)
            # an archive within another, or a pipe, is read from front to back: what stands ahead is not known
            folders = ArchiveFolders(partial(_ahead_in_tar, source.path) if again else tuple)
            tar: IO[bytes] = stream
            if budget is None:
                budget = Budget()
                tar = budget.counter(stream)
            members = tar_members(tar, budget)
            yield from _read_members(members, folders, source, shown, columns, left_out, budget, depth)
        elif is_zip(head):
            with seekable(stream) as file, open_zip(file, shown) as archive:
                found = document_format(shown, archive.NameToInfo)
                if found is not None:
                    file.seek(0)
                    yield from found.read(file, columns, shown, stem)
                    return
                _check_depth(depth)
                size = file.seek(0, io.SEEK_END)
                budget = within or Budget(size)
                folders = ArchiveFolders(partial(_ahead_in_zip, archive, size))
                members = zip_members(archive, budget)
                if is_wacz(archive.NameToInfo):
                    members = _archived(members, shown, left_out)
                yield from _read_members(members, folders, source, shown, columns, left_out, budget, depth)
        else:
            found = find_format(shown, head, columns, named=source.named)
            yield from found.read(stream, columns, shown, stem)


@contextlib.contextmanager
def _unzipped(raw: IO[bytes], within: Budget | None) -> Iterator[tuple[io.BufferedReader, Budget | None]]:
    """The stream, or what it holds if it is compressed; and what that may still give."""
    opened: list[io.BufferedReader] = []
    stream = raw if isinstance(raw, io.BufferedReader) else _buffered(raw, opened)
    budget = within
    try:
        if (compression := find_compression(stream.peek(LONGEST_SIGN))) is not None:
            budget = within or Budget()
            counted = stream if within else budget.counter(stream)
            stream = _buffered(budget.reader(compression.reader(counted)), opened)
        yield stream, budget
    finally:
        # the file below belongs to whoever opened it
        for reader in opened:
            reader.detach()


def holds_sign(path: str) -> bool:
    """Whether what a file holds, compressed or not, begins as `has_sign` says, so that its name does not matter."""
    # a pipe is read once
    if not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file, _unzipped(file, None) as (stream, _):
            return has_sign(stream.peek(_HEAD)[:_HEAD])
    except _DAMAGE as error:
        raise_if_machine(error, path)
        return False


def _ahead_in_zip(archive: zipfile.ZipFile, size: int) -> Iterator[tuple[str, bytes | None]]:
    budget = Budget(size)
    return _ahead(zip_members(archive, budget, _may_tell), budget)


def _ahead_in_tar(path: str) -> Iterator[tuple[str, bytes | None]]:
    """As far as the archive is sound: a page may stand behind what was saved with it."""
    try:
        with open(path, "rb") as file, _unzipped(file, None) as (stream, budget):
            budget = budget or Budget(os.path.getsize(path))
            yield from _ahead(tar_members(stream, budget), budget)
    except _DAMAGE as error:
        raise_if_machine(error, path)


def _may_tell(member: str) -> bool:
    return Neighbors.may_tell(os.path.basename(member))


def _ahead(members: Iterable[Member], budget: Budget) -> Iterator[tuple[str, bytes | None]]:
    for member in members:
        head = None
        if member.stream is not None and _may_tell(member.name):
            try:
                head = budget.reader(member.stream).read(LARGEST)
            except _DAMAGE_OR_RUNTIME as error:
                # what is wrong with it is said where it is read
                raise_if_machine(error, member.name)
        yield member.name, head


def _archived(members: Iterable[Member], shown: str, left_out: list[Source]) -> Iterator[Member]:
    """What a WACZ file holds without its lists."""
    for member in members:
        if member.problem or not member.name.startswith(_LISTS):
            yield member
        else:
            place = f"{shown}/{written_name(member.name)}"
            left_out.append(Source(place, place, False, "it lists what the web archive holds"))


def _check_depth(depth: int) -> None:
    if depth >= DEPTH:
        raise ArticleError(f"archives within archives are opened to a depth of {DEPTH}, no deeper")


def _read_members(
    members: Iterable[Member],
    folders: ArchiveFolders,
    source: Source,
    shown: str,
    columns: Columns,
    left_out: list[Source],
    budget: Budget,
    depth: int,
) -> Iterator[Article | Quarantined]:
    empty = unread = True
    of_pages: set[str] = set()
    try:
        for member in members:
            empty = False
            inner = f"{shown}/{written_name(member.name)}"
            if member.stream is None:
                unread = False
                yield Quarantined(inner, 0, member.problem)
                continue
            folders.meet(member.name)
            folder = folder_of_a_page(os.path.dirname(member.name), folders.has)
            if folder is not None:
                place = f"{shown}/{written_name(folder)}"
                if place not in of_pages:
                    left_out.append(Source(place, place, False, OF_A_PAGE))
                of_pages.add(place)
                continue
            # with its suffix, for no later member can be looked at to see whether the stems differ
            within_archive = Source(inner, f"{source.stem}/{member.name}", False)
            position = 0
            try:
                with folders.look(member.name, budget.reader(member.stream)) as (stream, own):
                    if own:
                        left_out.append(within_archive._replace(problem=OWN))
                        continue
                    unread = False
                    for record in _read_stream(stream, within_archive, inner, columns, left_out, budget, depth + 1):
                        position = record.position or position
                        yield record
            except _DAMAGE as error:
                unread = False
                raise_if_machine(error, inner)
                yield Quarantined(inner, position + 1 if position else 0, _reason(error, inner))
    except _DAMAGE_OR_RUNTIME as error:
        raise_if_machine(error, shown)
        if empty:
            raise ArticleError(_reason(error, shown), shown) from error
        yield Quarantined(shown, 0, _reason(error, shown))
    else:
        if empty:
            raise ArticleError("the archive holds no files", shown)
        if unread and source.named:
            raise ArticleError(
                "the archive holds only files that stance wrote or a browser saved with a page; "
                "unpack it and name them to read them anyway",
                shown,
            )


def _buffered(raw: IO[bytes], opened: list[io.BufferedReader]) -> io.BufferedReader:
    # a larger buffer than the default, so that the first bytes tell the format
    opened.insert(0, io.BufferedReader(cast(io.RawIOBase, raw), _HEAD))
    return opened[0]
