"""What is said of records that could not be read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import IO, Any

import click

from stance.articles import Quarantined
from stance.batch.files import named
from stance.commands.places import under_hidden_name
from stance.results.page import visible

__all__ = ["Refusals"]


class Refusals:
    """Names the first quarantined records on stderr, and writes all of them to a file if asked.

    Parameters
    ----------
    path : str or None
        The file.
    """

    _MOST = 20

    def __init__(self, path: str | None = None) -> None:
        self.path = path
        self.number = 0
        self.stream: IO[str] | None = None
        self._opened = contextlib.ExitStack()

    def __enter__(self) -> Refusals:
        if self.path is not None:
            with named(str(self.path)):
                self.stream = self._opened.enter_context(under_hidden_name(self.path))
        return self

    def __exit__(self, *failure: Any) -> None:
        # the list of a failed run says what could not be read; an empty one must not replace another
        with named(str(self.path)):
            self._opened.__exit__(*((None, None, None) if self.number else failure))

    @property
    def account(self) -> str:
        """Which of them stand on stderr."""
        first = f"first {self._MOST} " if self.number > self._MOST else ""
        return f"the {first}quarantined records are named above"

    def add_all(self, records: Iterable[Quarantined]) -> None:
        """Take note of records."""
        for record in records:
            if self.stream is not None:
                with named(str(self.path)):
                    self.stream.write(record.to_json())
            if self.number < self._MOST:
                click.echo(visible(f"quarantined {record.source}:{record.position}: {record.reason}"), err=True)
            elif self.number == self._MOST:
                click.echo(f"more were quarantined; only the first {self._MOST} are named here", err=True)
            self.number += 1
