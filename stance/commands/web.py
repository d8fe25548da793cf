"""The local page of ``stance serve``: a text goes in, the report comes out, nothing is kept."""

from __future__ import annotations

import asyncio
import base64
import io
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click

from stance import __version__
from stance.articles import Article, Quarantined, read_records
from stance.articles.encoding import clean_surrogates, written_name
from stance.articles.footers import RepeatedFooters
from stance.articles.libraries import need
from stance.articles.records import LARGEST_RECORD
from stance.articles.sources import Source
from stance.batch.counts import Counts
from stance.errors import StanceError
from stance.model.scores import ParagraphScore
from stance.model.stance_model import StanceModel
from stance.results.records import paragraph_columns, paragraph_records

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Limits", "create_app"]

_HEADERS = {
    b"content-security-policy": b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    b"frame-ancestors 'none'; base-uri 'none'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    # not "no-referrer": a browser would then send the form with the origin "null"
    b"referrer-policy": b"same-origin",
    b"cache-control": b"no-store",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may take.

    Attributes
    ----------
    body : int
        Bytes sent.
    seconds : float
        To receive them, for their turn to come, and to score them.
    at_once : int
        Texts scored side by side.
    waiting : int
        Texts beyond those that may wait for their turn.
    """

    body: int = 2_000_000
    seconds: float = 60.0
    at_once: int = 2
    waiting: int = 16


class _Refused(Exception):
    """A request that is answered with an error page."""

    def __init__(
        self, status: int, problem: str, quarantined: Iterable[Quarantined] = (), text: str | None = None
    ) -> None:
        super().__init__(problem)
        self.status, self.problem, self.quarantined, self.text = status, problem, list(quarantined), text


def create_app(model: StanceModel, facts: Mapping[str, Any], port: int, limits: Limits) -> ASGIApp:
    """The page as an ASGI application.

    Parameters
    ----------
    model : StanceModel
        What scores.
    facts : mapping
        Of the model, as `model_facts` gives them.
    port : int
        Where it is served: requests that name another host are refused, so that no page from elsewhere can reach it
        under a name of its own.
    limits : Limits
        What a request may take.

    Raises
    ------
    MissingDependencyError
        Without the extra ``web``.
    """
    # Starlette itself asks for the second only when a form comes
    for module in ("anyio", "python_multipart", "starlette.applications"):
        need(module, "Starlette", "web")
    import anyio
    from starlette.applications import Starlette
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    turns = anyio.CapacityLimiter(limits.at_once)
    inside = held = 0
    most = limits.at_once + limits.waiting
    busy = "too many texts at once; try again in a few seconds"

    def hold(size: int) -> None:
        """Take room for what comes in: by its size, so that who sends nothing takes none."""
        nonlocal held
        if held + size > most * limits.body:
            raise _Refused(503, busy)
        held += size

    def form(
        status: int = 200, problem: str = "", quarantined: Iterable[Quarantined] = (), text: str | None = None
    ) -> Response:
        from stance.results.report import render

        html = render(
            "form.html.j2",
            targets=[target.name for target in model.targets],
            model=facts["name"],
            version=__version__,
            largest=f"{limits.body / 1e6:g} MB",
            seconds=f"{limits.seconds:g}",
            problem=problem,
            quarantined=quarantined,
            text=text or "",
        )
        return HTMLResponse(html, status, headers={"Retry-After": "5"} if status == 503 else None)

    async def answer(request: Request) -> Response:
        nonlocal inside, held
        if request.method != "POST":
            return form()
        body = bytearray()
        entered = 0
        text = None
        ended = threading.Event()
        try:
            deadline = partial(_check, time.monotonic() + limits.seconds, ended)
            name, content, text = await _receive(request, limits, body, hold)
            if inside >= most:
                raise _Refused(503, busy)
            entered = 1
            inside += entered
            html = await anyio.to_thread.run_sync(_score, model, facts, name, content, deadline, limiter=turns)
        except _Refused as refusal:
            return form(refusal.status, refusal.problem, refusal.quarantined, refusal.text or text)
        except StanceError as error:
            return form(422, str(error), text=text)
        except OSError as error:
            reason = error.strerror or str(error)
            where = error.filename or tempfile.tempdir or "temporary files"
            click.echo(f"stance: {where}: {reason}; free some space there, or start it with another TMPDIR", err=True)
            return form(500, f"this computer could not hold it in a temporary file ({reason}); try again", text=text)
        except asyncio.CancelledError:
            # only a server that ends cancels; raised again, it would be logged as a fault of the page
            return form(503, "the server was stopped", text=text)
        finally:
            # a thread cannot be cancelled, and the process waits for it
            ended.set()
            inside -= entered
            held -= len(body)
        return HTMLResponse(html)

    # of two routes only the first would be named to who uses another method
    app = Starlette(routes=[Route("/", answer, methods=["GET", "POST"])])
    return _Guard(app, port)


class _Guard:
    """Lets in only requests to this machine by its own name, and sends the headers that keep a page to itself."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self.app = app
        names = ("127.0.0.1", "localhost")
        self.hosts = {f"{name}:{port}" for name in names} | (set(names) if port == 80 else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS.items()]
            await send(message)

        from starlette.responses import PlainTextResponse

        origin = headers.get(b"origin")
        if headers.get(b"host", "").lower() not in self.hosts:
            await PlainTextResponse("this page answers to 127.0.0.1 only\n", 421)(scope, receive, send_guarded)
        elif scope["method"] == "POST" and origin not in (None, *(f"http://{host}" for host in self.hosts)):
            await PlainTextResponse("this form answers to its own page only\n", 403)(scope, receive, send_guarded)
        else:
            await self.app(scope, receive, send_guarded)


async def _receive(
    request: Request, limits: Limits, body: bytearray, hold: Callable[[int], None]
) -> tuple[str, bytes, str | None]:
    """The name and the content of what was pasted or chosen, and the text if it was pasted.

    What is sent comes into ``body``, as far as `hold` gives room for it.
    """
    import anyio
    from starlette.exceptions import HTTPException
    from starlette.requests import ClientDisconnect, Request

    elsewhere = f"stance score takes up to {LARGEST_RECORD // 2**20} MiB per article"
    too_large = _Refused(413, f"larger than {limits.body / 1e6:g} MB; {elsewhere}")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > limits.body:
        raise too_large
    try:
        with anyio.fail_after(limits.seconds):
            async for chunk in request.stream():
                if len(body) + len(chunk) > limits.body:
                    raise too_large
                hold(len(chunk))
                body += chunk
    except TimeoutError as error:
        raise _Refused(408, "it arrived too slowly") from error
    except ClientDisconnect as error:
        raise _Refused(400, "the connection broke off") from error

    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind not in _FORMS:
        raise _Refused(415, f"{kind or 'what was sent'} is not read; send multipart/form-data with a text or a file")

    async def whole() -> Message:
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    try:
        async with Request(request.scope, whole).form(max_files=1, max_fields=4, max_part_size=limits.body) as fields:
            text, file = fields.get("text"), fields.get("file")
            # a form sends line ends as \r\n
            # and may name an encoding that has lone surrogates
            pasted = clean_surrogates(text.replace("\r\n", "\n")) if isinstance(text, str) and text.strip() else None
            if file is not None and not isinstance(file, str) and file.filename:
                if pasted is not None:
                    raise _Refused(422, "got both a text and a file; the text is kept below, choose one", text=pasted)
                return file.filename, await file.read(), None
    except (HTTPException, UnicodeError) as error:
        raise _Refused(400, f"not a form: {getattr(error, 'detail', error)}") from error
    if pasted is None:
        raise _Refused(422, "nothing was pasted and no file was chosen")
    return "text.txt", pasted.encode(), pasted


def _check(deadline: float, ended: threading.Event) -> None:
    if ended.is_set() or time.monotonic() > deadline:
        raise _Refused(503, "it took too long; stance score has no time limit")


def _score(model: StanceModel, facts: Mapping[str, Any], name: str, content: bytes, check: Callable[[], None]) -> str:
    """The report on a file."""
    import pandas as pd

    from stance.results.report import render_report
    from stance.results.scored import Results
    from stance.results.writers import RecordWriter

    counts, rows, refused, footers = Counts(), [], [], RepeatedFooters()
    # 60 letters are 240 bytes at most, and file systems end at 255
    plain = re.sub(r"[^\w.-]+", "-", PurePath(name.replace("\\", "/")).name)[-60:].lstrip(".-") or "text.txt"
    check()
    with tempfile.TemporaryDirectory(prefix="stance-") as folder:
        path = Path(folder) / plain
        path.write_bytes(content)
        for record in _read(path, plain):
            check()
            if isinstance(record, Article):
                record = footers.mark(record)
                scores = list(_until(model.iter_scores(record), check))
                counts.add(scores)
                rows += paragraph_records(record, _until(scores, check), model, speakers=True)
            else:
                counts.add_quarantined()
                refused.append(record)
    if not rows:
        raise _Refused(422, "no paragraph could be read", refused)
    check()
    columns = paragraph_columns(model.targets, explained=True, speakers=True)
    table = io.StringIO()
    RecordWriter(table, "csv", columns).write(rows)
    link = "data:text/csv;charset=utf-8;base64," + base64.b64encode(table.getvalue().encode()).decode()
    results = Results(pd.DataFrame(rows, columns=list(columns)), model.targets, "paragraph", facts, counts, plain)
    return render_report(results, download=link, quarantined=refused)


def _read(path: Path, name: str) -> Iterator[Article | Quarantined]:
    """The records of a file; what is said of it names it as its owner does."""
    left_out: list[Source] = []
    shown = written_name(str(path))

    def named(text: str) -> str:
        return text.replace(shown, name)

    try:
        for record in read_records([str(path)], left_out=left_out):
            if isinstance(record, Quarantined):
                record = Quarantined(named(record.source), record.position, named(record.reason))
            yield record
    except StanceError as error:
        raise _Refused(422, named(str(error))) from error
    for source in left_out:
        yield Quarantined(named(source.path), 0, source.problem)


def _until(scores: Iterable[ParagraphScore], check: Callable[[], None]) -> Iterator[ParagraphScore]:
    for score in scores:
        check()
        yield score
