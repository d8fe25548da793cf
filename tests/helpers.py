"""What the tests of many files call."""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from stance.commands import main
from stance.results.figures import Figure
from stance.results.group_figures import draw_figures, roll_up_drawn
from stance.results.scored import Results

__all__ = ["MANY_WORDS", "ROOT", "WORDS", "figures_of", "parts", "random_text", "run", "runs_of_words", "within"]

#: The checkout.
ROOT = Path(__file__).resolve().parent.parent

#: What `random_text` draws from.
WORDS = """the sanctions embargo talks minister said that would lift impose against on of and to negotiations envoy Iran
    Vienna deal by with will not should must oil exports bank assets agreement Friday parliament""".split()

#: Words enough that no two random paragraphs share three in a row.
MANY_WORDS = [f"word{i}" for i in range(300)]


def run(*arguments: object, **options: Any) -> Result:
    """The program in this process; an error that it does not tell in one line is raised."""
    return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False, **options)


def figures_of(results: Results, actors: bool = False) -> list[Figure]:
    """The figures that the report has of results."""
    return draw_figures(results.targets, roll_up_drawn(results, actors))


def parts(folder: Path) -> dict[str, bytes]:
    """The parts of a run by their names."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("part-*"))}


def random_text(rng: random.Random, words: int = 40) -> str:
    """A paragraph that says nothing, in words that models know."""
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + "."


def runs_of_words(text: str, length: int = 8) -> Iterator[str]:
    """All that stands in a text in so many words in a row: what two texts share that are not each other's own."""
    words = re.findall(r"\w+", text.lower())
    for i in range(len(words) - length + 1):
        yield " ".join(words[i : i + length])


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Fail if what is called waits longer, as for a pipe that nobody writes to."""

    def late(*_: object) -> None:
        pytest.fail(f"it waited for {seconds} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
