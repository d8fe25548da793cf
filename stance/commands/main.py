"""The group of all commands, and the one place where an error becomes an exit code."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import click

from stance import __version__
from stance.commands.streams import end_on_sigterm, flush_output, let_go, standard_streams
from stance.errors import StanceError

__all__ = ["main"]

#: Options by which a command takes less memory, and what to do with them.
_SPARING = {"jobs": "fewer --jobs", "chunk": "a smaller --chunk", "articles": "a smaller --articles"}

#: Each is called like its module, which is loaded only when it is called, so that each answers at once.
_COMMANDS = (
    *("score", "explain", "train", "evaluate", "compare", "probe", "speakers"),
    *("corpus", "results", "report", "serve", "model"),
)


def _fail(message: str) -> NoReturn:
    from stance.results.page import visible

    click.echo(f"stance: {visible(' '.join(message.split()))}", err=True)
    sys.exit(1)


def _no_memory(command: click.Command | None) -> str:
    its = {option.name for option in command.params} if command else set()
    advice = [*(advice for name, advice in _SPARING.items() if name in its), "part of the input"]
    return f"out of memory; free some, or do less at once: {', '.join(advice)}"


@contextlib.contextmanager
def _exit_codes(called: Callable[[], click.Command | None] = lambda: None) -> Iterator[None]:
    """Turn errors into one line and an exit code; what is ``called`` tells what may be done about them."""
    try:
        try:
            yield
        finally:
            flush_output()
    except StanceError as error:
        _fail(str(error))
    except KeyboardInterrupt as stop:
        if sys.stderr.isatty():
            # after the ^C that a terminal shows
            click.echo(err=True)
        _fail(str(stop) or "stopped before the end; no file is left half written")
    except BrokenPipeError:
        # the reader of a pipe (head, less) has seen enough
        let_go(sys.stdout)
        sys.exit(0)
    except MemoryError:
        _fail(_no_memory(called()))
    except RuntimeError as error:
        # Python has no error of its own for a thread that the system has no room for
        if "can't start new thread" not in str(error):
            raise
        _fail(_no_memory(called()))
    except OSError as error:
        let_go(sys.stdout)
        where = "" if error.filename is None else f"{error.filename}: "
        _fail(f"{where}{error.strerror or error}")


class _Commands(click.Group):
    """Loads a command on demand and turns errors into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        import importlib

        if cmd_name not in _COMMANDS:
            return None
        command = getattr(importlib.import_module(f"stance.commands.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def main(self, *args: Any, **kwargs: Any) -> Any:
        with standard_streams(), end_on_sigterm():
            return super().main(*args, **kwargs)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        # --help and --version print here
        with _exit_codes():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _exit_codes(lambda: self.get_command(ctx, ctx.invoked_subcommand or "")):
            return super().invoke(ctx)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from stance.model.kernel import kernel_in_use, outdated_kernel

    outdated = outdated_kernel()
    click.echo(f"stance {__version__} ({kernel_in_use()} kernel{f', {outdated}' if outdated else ''})")
    ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Tag each paragraph of an article with its stance on sanctions and on diplomacy.

    \b
    Example:
        stance score article.txt
    """
