"""How far a command is, on stderr: one line that changes on a terminal, a line now and then in a log."""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
import time
from typing import Self, TextIO

__all__ = ["Progress", "Step"]


class _Line:
    """A line on a stream, in place where that is a terminal."""

    def __init__(self, stream: TextIO | None, every: float | None) -> None:
        self.stream = stream or sys.stderr
        self.in_place = self.stream.isatty()
        self.every = every if every is not None else 0.2 if self.in_place else 30.0
        self.began = time.monotonic()
        self.width = 0

    def clear(self) -> None:
        """Make room for a message; on a terminal the line comes back below it."""
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
            self.width = 0

    def _write(self, line: str) -> None:
        if self.in_place:
            self.stream.write("\r" + line.ljust(self.width))
            self.width = len(line)
        else:
            self.stream.write(line + "\n")
        self.stream.flush()


class Step(_Line):
    """Within, shows what is being done, and for how long: of work whose end is not known.

    On a terminal nothing is left of it; a step that is done at once does not show.

    Parameters
    ----------
    what : str
        As of a file that is read.
    stream, every
        As `Progress` has them.

    Examples
    --------
    >>> with Step("reading scores.csv", sys.stdout, every=30):
    ...     rows = [1, 2]
    >>> print(Step("reading scores.csv", sys.stdout).line(seconds=64.0))
    reading scores.csv, 1:04
    """

    #: Seconds before it shows.
    after = 1.0

    def __init__(self, what: str, stream: TextIO | None = None, every: float | None = None) -> None:
        super().__init__(stream, every)
        self.what = what
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        # what there is no thread for can be done without
        with contextlib.suppress(RuntimeError):
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.clear()

    def line(self, seconds: float) -> str:
        """What is shown."""
        return f"{self.what}, {int(seconds) // 60}:{int(seconds) % 60:02d}"

    def _watch(self) -> None:
        wait = max(self.after, 0 if self.in_place else self.every)
        while not self._done.wait(wait):
            line = self.line(time.monotonic() - self.began)
            # of a longer one the beginning would stay
            self._write(line[: shutil.get_terminal_size().columns - 1] if self.in_place else line)
            wait = self.every


class Progress(_Line):
    """Shows articles done, rows written, rate and, where the total is known, the time left.

    Parameters
    ----------
    total : int or None
        Articles to be done, if known.
    stream : text file, optional
        Standard error by default.
    every : float, optional
        Seconds between two looks; a fifth of one on a terminal and half a minute elsewhere if left out.

    Examples
    --------
    >>> progress = Progress(200, sys.stdout, every=0)
    >>> print(progress.line(100, 250, seconds=2.0))
    100 of 200 articles (50 %), 250 rows written, 50 articles/s, 0:02 left
    """

    def __init__(self, total: int | None, stream: TextIO | None = None, every: float | None = None) -> None:
        super().__init__(stream, every)
        self.total = total
        self.articles = self.rows = self.spared = 0
        self.shown = float("-inf")
        self.pending = True

    def add(self, articles: int, rows: int, spared: bool = False) -> None:
        """Count a chunk that is written; ``spared`` if an earlier run had written it."""
        self.articles += articles
        self.rows += rows
        self.spared += articles if spared else 0
        self.pending = True
        now = time.monotonic()
        if now - self.shown >= self.every:
            self.shown = now
            self._show()

    def close(self) -> None:
        """Show the last figures and end the line."""
        if self.pending or self.in_place:
            self._show()
        if self.in_place:
            self.stream.write("\n")
            self.stream.flush()

    def line(self, articles: int, rows: int, seconds: float) -> str:
        """What is shown."""
        rate = (articles - self.spared) / seconds if seconds > 0 else 0.0
        # of a shard it is an estimate
        total = self.total if self.total is not None and articles <= self.total else None
        known = f" of {total:,}" if total is not None else ""
        share = f" ({100 * articles // total} %)" if total else ""
        parts = [f"{articles:,}{known} articles{share}", f"{rows:,} rows written", f"{rate:,.0f} articles/s"]
        if total and rate and articles < total:
            left = round((total - articles) / rate)
            hours = f"{left // 3600}:{left // 60 % 60:02d}" if left >= 3600 else f"{left // 60}"
            parts.append(f"{hours}:{left % 60:02d} left")
        return ", ".join(parts)

    def _show(self) -> None:
        self._write(self.line(self.articles, self.rows, time.monotonic() - self.began))
        self.pending = False
