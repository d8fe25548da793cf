"""``stance serve``."""

from __future__ import annotations

import math
from typing import Any

import click

from stance.commands.options import model_option

__all__ = ["serve"]


class _Number(click.FloatRange):
    """A number within bounds; nan is within all of them for click."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value} is not a number", param, ctx)
        return number


@click.command(short_help="Serve a page on this computer to paste a text or drop a file.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="Port; 0 picks a free one."
)
@click.option(
    "--largest",
    type=_Number(0.001, 100),
    default=2.0,
    show_default=True,
    metavar="MB",
    help="Most that one request may send.",
)
@click.option(
    "--seconds",
    type=_Number(0.1, 3600),
    default=60.0,
    show_default=True,
    help="Longest time for one text, its wait included.",
)
@model_option
def serve(port: int, largest: float, seconds: float, model_path: str | None) -> None:
    """Serve a page on this computer: paste a text or drop a file, read the report, download the CSV.

    It listens on the loopback interface only and keeps nothing. It needs: pip install 'sanctions-stance[web]'.

    \b
    Example:
        stance serve --port 8321
    """
    import contextlib
    import socket

    from stance.articles.libraries import need
    from stance.commands.connections import impatient
    from stance.commands.web import Limits, create_app
    from stance.errors import StanceError
    from stance.model.artefact import load_model, read_manifest
    from stance.results.dictionary import model_facts

    uvicorn = need("uvicorn", "uvicorn", "web")
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            # a port that is bound only may be bound again; and whoever opens the address early waits
            listener.listen(128)
        except OSError as error:
            raise StanceError(f"port {port}: {error.strerror or error}; --port 0 picks a free one") from error
        port = listener.getsockname()[1]
        facts = model_facts(read_manifest(model_path))
        app = create_app(load_model(model_path), facts, port, Limits(body=int(largest * 1e6), seconds=seconds))
        config = uvicorn.Config(
            app,
            http=impatient(min(10.0, seconds), seconds + 60),
            log_level="warning",
            access_log=False,
            # else it tells whoever asks for a web socket's sake to install a library
            ws="none",
            server_header=False,
            limit_concurrency=128,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=3,
            h11_max_incomplete_event_size=16_384,
        )
        click.echo(f"http://127.0.0.1:{port}/ (Ctrl-C ends it)", err=True)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
