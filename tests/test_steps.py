"""What a long command on results is doing is shown on a terminal, and nowhere else."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import click.testing
import pandas as pd
import pytest
from coded_collections import code, collect
from helpers import run

from stance.batch.progress import Step


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_step_shows_itself_and_for_how_long_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal one line that is wiped, no wider than it is; in a log lines now and then."""
    monkeypatch.setenv("COLUMNS", "40")
    log, terminal = io.StringIO(), _Terminal()
    monkeypatch.setattr(Step, "after", 0.01)
    for stream in (log, terminal):
        with Step("reading " + "scores" * 9, stream, every=0.01):
            time.sleep(0.2)
    assert set(log.getvalue().splitlines()) == {f"reading {'scores' * 9}, 0:00"}
    _, *lines, blank, end = terminal.getvalue().split("\r")
    assert set(lines) == {("reading " + "scores" * 9)[:39]}
    assert (blank, end) == (" " * 39, "")


def test_a_step_that_is_done_at_once_does_not_show() -> None:
    """Nor is a log filled with what ends within half a minute."""
    for stream in (io.StringIO(), _Terminal()):
        with Step("reading scores.csv", stream):
            time.sleep(0.05)
        assert stream.getvalue() == ""


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What steps are shown in."""
    made: list[str] = []

    def make(step: Step, what: str, *more: Any) -> None:
        made.append(what)
        begin(step, what, *more)

    begin = Step.__init__
    monkeypatch.setattr(Step, "__init__", make)
    return made


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("results rollup s.csv", ["reading s.csv", "rolling 300 rows up"]),
        ("results rollup s.csv -o r.csv", ["reading s.csv", "rolling 300 rows up", "writing 1 row to r.csv"]),
        (
            "results sample s.csv -n 50 -o d.csv",
            [
                "reading s.csv",
                "drawing from 300 paragraphs",
                "writing 50 rows to d.csv",
                "estimating how wide the intervals will be",
            ],
        ),
        ("results agreement s.csv c.csv b.csv", ["reading s.csv", "finding what was coded among 300 paragraphs"]),
        ("results prevalence s.csv c.csv", ["reading s.csv", "estimating for 300 paragraphs"]),
        (
            "results outcomes s.csv c.csv -o o.csv",
            ["reading s.csv", "correcting 300 paragraphs", "writing 300 rows to o.csv"],
        ),
        ("results export s.csv -o x.dta", ["reading s.csv", "writing 300 rows to x.dta"]),
        ("report s.csv -o r.html", ["reading s.csv", "making a page of 300 paragraphs"]),
    ],
)
def test_commands_on_results_show_their_steps(
    command: str, shown: list[str], steps: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default on a terminal only; the option has the last word."""
    monkeypatch.chdir(tmp_path)
    results, true = collect(300, 0.7, (0.25,) * 4)
    results.frame.assign(tax_probability=0.5, start=0).to_csv("s.csv", index=False)
    codes: pd.DataFrame = code(results, true, 60)
    for name in ("c.csv", "b.csv"):
        codes.to_csv(name, index=False)
    for terminal in (False, True):
        monkeypatch.setattr(click.testing._NamedTextIOWrapper, "isatty", lambda _, on=terminal: on, raising=False)
        for option, wanted in (("--progress", True), ("--no-progress", False), (None, terminal)):
            Path("d.csv").unlink(missing_ok=True)
            found = run(*command.split(), *([option] if option else []))
            assert found.exit_code == 0, found.stderr
            assert steps == (shown if wanted else [])
            steps.clear()
