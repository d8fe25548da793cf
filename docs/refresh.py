"""Write what documents show of the program: samples of its output, its public names, and docs/cli.md.

python docs/refresh.py
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import click
from click.testing import CliRunner

import stance
from stance.commands import main

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = "data/articles/vienna-round.txt"
SHOWN = 27


def _output(*arguments: str) -> list[str]:
    run = CliRunner(env={"COLUMNS": "88"}).invoke(main, arguments, prog_name="stance", catch_exceptions=False)
    return [line.rstrip() for line in run.stdout.splitlines()]


def _filled(name: str, mark: str, lines: list[str], *, printed: bool = True) -> str:
    """A document with these lines, which the program has printed or which are text, between its marks."""
    text = (ROOT / name).read_text(encoding="utf-8")
    begin, end = f"<!-- {mark} -->\n", f"<!-- end {mark} -->"
    shown = "\n".join(["```text", *lines, "```"] if printed else lines)
    filled, places = re.subn(f"{begin}.*?{end}", lambda _: f"{begin}{shown}\n{end}", text, flags=re.S)
    if places != 1:
        raise ValueError(f"{name} has {places} places between {begin.strip()} and {end}, and needs one")
    return filled


def readme() -> str:
    """The README with the sample that the program prints now."""
    return _filled("README.md", "sample", [*_output("score", str(ROOT / SAMPLE))[:SHOWN], "..."])


def outputs() -> str:
    """docs/outputs.md with an explanation that the program prints now."""
    lines = _output("explain", str(ROOT / SAMPLE), "-p", "2", "-t", "sanctions", "--terms", "6")
    return _filled("docs/outputs.md", "explanation", lines[:-1])


def _signature(thing: object) -> str:
    """What a thing is called with, without the types; nothing of errors and reasons, which are not made by a caller."""
    if not callable(thing):
        return f" = {thing!r}"
    if isinstance(thing, type) and issubclass(thing, Exception | Enum):
        return ""
    plain = [
        parameter.replace(
            annotation=parameter.empty,
            # a default that is made anew for each has no value to show
            default=... if repr(parameter.default) == "<factory>" else parameter.default,
        )
        for parameter in inspect.signature(thing).parameters.values()
    ]
    return str(inspect.Signature(plain)).replace("Ellipsis", "...")


def _summary(name: str, thing: object) -> str:
    """The first line of its docstring; of a constant, which has none, the comment above it."""
    if not callable(thing):
        source = (ROOT / "stance" / "labels.py").read_text(encoding="utf-8")
        return re.findall(rf"^#: (.+)\n{name} = ", source, re.M)[0]
    return str(inspect.getdoc(thing)).splitlines()[0].replace("``", "`")


def python() -> str:
    """docs/python.md with a line for each public name."""
    names = [(name, getattr(stance, name)) for name in sorted(stance.__all__, key=str.lower)]
    lines = [f"- `{name}{_signature(thing)}`: {_summary(name, thing)}" for name, thing in names]
    return _filled("docs/python.md", "reference", lines, printed=False)


def _helps(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    body = "\n".join(_output(*path, "--help"))
    yield f"## {' '.join(('stance', *path))}\n\n```text\n{body}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(click.Context(command)):
            found = command.get_command(click.Context(command), name)
            assert found is not None
            yield from _helps(found, (*path, name))


def cli() -> str:
    """The help of every command."""
    return "# Commands\n\nWritten by `python docs/refresh.py` from `--help`.\n\n" + "\n".join(_helps(main, ()))


DOCUMENTS = {"README.md": readme, "docs/cli.md": cli, "docs/outputs.md": outputs, "docs/python.md": python}

if __name__ == "__main__":
    for name, make in DOCUMENTS.items():
        (ROOT / name).write_text(make(), encoding="utf-8")
