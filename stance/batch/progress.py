"""How far a run is, on stderr: one line that changes on a terminal, a line now and then in a log."""

from __future__ import annotations

import sys
import time
from typing import TextIO

__all__ = ["Progress"]


class Progress:
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
        self.total, self.stream = total, stream or sys.stderr
        self.in_place = self.stream.isatty()
        self.every = every if every is not None else 0.2 if self.in_place else 30.0
        self.articles = self.rows = self.spared = 0
        self.began = time.monotonic()
        self.shown = float("-inf")
        self.width = 0
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

    def clear(self) -> None:
        """Make room for a message; on a terminal the line comes back below it."""
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
            self.width = 0

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
        known = f" of {self.total:,}" if self.total is not None else ""
        share = f" ({100 * min(articles, self.total) // self.total} %)" if self.total else ""
        parts = [f"{articles:,}{known} articles{share}", f"{rows:,} rows written", f"{rate:,.0f} articles/s"]
        if self.total and rate and articles < self.total:
            left = round((self.total - articles) / rate)
            hours = f"{left // 3600}:{left // 60 % 60:02d}" if left >= 3600 else f"{left // 60}"
            parts.append(f"{hours}:{left % 60:02d} left")
        return ", ".join(parts)

    def _show(self) -> None:
        line = self.line(self.articles, self.rows, time.monotonic() - self.began)
        if self.in_place:
            self.stream.write("\r" + line.ljust(self.width))
            self.width = len(line)
        else:
            self.stream.write(line + "\n")
        self.pending = False
        self.stream.flush()
