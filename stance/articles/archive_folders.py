"""The folders of an archive: which of their files are no articles, by the names and contents of those beside them."""

from __future__ import annotations

import contextlib
import io
import os
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import IO, cast

from stance.articles.formats import FORMATS, format_by_suffix
from stance.articles.libraries import seekable
from stance.articles.own_files import FILES_OF_A_MODEL, LARGEST, Neighbors, is_told_by_content, may_be_told_by_content

__all__ = ["ArchiveFolders"]

#: What is looked into from its end; its readers start there, too.
_FROM_THE_END = (".pdf", *FORMATS["parquet"].suffixes)
#: Formats whose files are articles themselves: stance writes them without a dictionary beside them.
_PROSE = tuple(found for name, found in FORMATS.items() if name not in ("jsonl", "json", "table", "parquet"))


class ArchiveFolders:
    """What the members of an archive tell of each other: those that were met, and, where that matters, all of them.

    Parameters
    ----------
    ahead : callable
        What gives the names of all members, each with its beginning where `Neighbors.may_tell` asks for that. It is
        called once at most.
    """

    def __init__(self, ahead: Callable[[], Iterable[tuple[str, bytes | None]]]) -> None:
        self._ahead = ahead
        self._names: set[str] = set()
        self._folders: defaultdict[str, Neighbors] = defaultdict(Neighbors)

    def meet(self, member: str) -> None:
        """A member is there."""
        self._names.add(member)

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        if name not in self._names:
            self._look_ahead()
        return name in self._names

    @contextlib.contextmanager
    def look(self, member: str, stream: IO[bytes]) -> Iterator[tuple[IO[bytes], bool]]:
        """A stream of a member from its beginning, and whether stance wrote it."""
        name = os.path.basename(member)
        told, tells = may_be_told_by_content(name), Neighbors.may_tell(name)
        if not (told or tells):
            yield stream, self._is_told_by_neighbors(member)
        elif name.lower().endswith(_FROM_THE_END):
            with seekable(stream) as copy:
                own = is_told_by_content(name, copy) or self._is_told_by_neighbors(member)
                copy.seek(0)
                yield copy, own
        else:
            reader = io.BufferedReader(cast(io.RawIOBase, stream), LARGEST)
            try:
                head = io.BytesIO(reader.peek(LARGEST)[:LARGEST])
                if tells:
                    self._add(member, head)
                yield reader, (told and is_told_by_content(name, head)) or self._is_told_by_neighbors(member)
            finally:
                reader.detach()

    def _is_told_by_neighbors(self, member: str) -> bool:
        folder, name = os.path.split(member)
        # to read a tar archive to its end takes time, and prose seldom needs that
        if name in FILES_OF_A_MODEL or format_by_suffix(name) not in _PROSE:
            self._look_ahead()
        if folder not in self._folders:
            return False
        return self._folders[folder].tell(name, lambda other: self.has(posixpath.join(folder, other)))

    def _look_ahead(self) -> None:
        members, self._ahead = self._ahead, lambda: ()
        for member, head in members():
            self.meet(member)
            if head is not None:
                self._add(member, io.BytesIO(head))

    def _add(self, member: str, file: IO[bytes]) -> None:
        folder, name = os.path.split(member)
        self._folders[folder].add(name, lambda question: question(name, file))
