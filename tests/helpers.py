"""What the tests of many files call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from stance.commands import main

__all__ = ["parts", "run"]


def run(*arguments: object, **options: Any) -> Result:
    """The program in this process; an error that it does not tell in one line is raised."""
    return CliRunner().invoke(main, [str(a) for a in arguments], catch_exceptions=False, **options)


def parts(folder: Path) -> dict[str, bytes]:
    """The parts of a run by their names."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("part-*"))}
