"""Write what documents show of the program: the README's sample and docs/cli.md. ``--check`` only compares.

python docs/refresh.py
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from stance.commands import main

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = "data/articles/vienna-round.txt"
SHOWN = 30


def _sample() -> str:
    run = CliRunner(env={"COLUMNS": "88"}).invoke(main, ["score", str(ROOT / SAMPLE)], catch_exceptions=False)
    lines = [line.rstrip() for line in run.stdout.splitlines()]
    return "```text\n" + "\n".join(lines[:SHOWN]) + "\n...\n```\n"


def readme() -> str:
    """The README with the sample that the program prints now."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    begin, end = "<!-- sample -->\n", "<!-- end sample -->"
    return re.sub(f"{begin}.*?{end}", lambda _: f"{begin}{_sample()}{end}", text, flags=re.S)


def _helps(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    run = CliRunner(env={"COLUMNS": "88"}).invoke(main, [*path, "--help"], prog_name="stance", catch_exceptions=False)
    body = "\n".join(line.rstrip() for line in run.stdout.splitlines())
    yield f"## {' '.join(('stance', *path))}\n\n```text\n{body}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            assert found is not None
            yield from _helps(found, (*path, name))


def cli() -> str:
    """The help of every command."""
    return "# Commands\n\nWritten by `python docs/refresh.py` from `--help`.\n\n" + "\n".join(_helps(main, ()))


DOCUMENTS = {"README.md": readme, "docs/cli.md": cli}

if __name__ == "__main__":
    stale = []
    for name, make in DOCUMENTS.items():
        path, text = ROOT / name, make()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.exit(f"out of date, run python docs/refresh.py: {', '.join(stale)}")
