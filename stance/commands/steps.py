"""What a long command is doing, shown on a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import Any

import click

__all__ = ["PROGRESS", "progress_option", "step"]

#: The option of all commands that show how far they are.
PROGRESS: dict[str, Any] = {"default": None, "help": "Show progress.  [default: on a terminal]"}

_WANTED = "stance.progress"


def _remember(ctx: click.Context, _: click.Parameter, wanted: bool | None) -> None:
    ctx.meta[_WANTED] = sys.stderr.isatty() if wanted is None else wanted


def progress_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option whether each `step` is shown."""
    return click.option("--progress/--no-progress", expose_value=False, callback=_remember, **PROGRESS)(command)


def step(what: str) -> contextlib.AbstractContextManager[object]:
    """Within, a line on standard error says what is being done, in a command that has `progress_option`.

    Nothing else may be written there, or to a terminal, within it.
    """
    context = click.get_current_context(silent=True)
    if context is None or not context.meta.get(_WANTED, False):
        return contextlib.nullcontext()
    from stance.batch.progress import Step
    from stance.results.page import visible

    return Step(visible(what))
