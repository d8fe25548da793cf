"""The local page: a real server process, a real browser, hostile clients, and many at once."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pandas as pd
import pytest
from helpers import ROOT, run
from sample_files import zipped

import stance

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SAMPLE = ROOT / "data" / "articles" / "vienna-round.txt"
TEXT = "The embargo must be lifted at once, she said.\n\nThey agreed to resume the talks in Geneva on Monday."


@contextlib.contextmanager
def _serving(*arguments: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "stance", "serve", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.match(r"http://127\.0\.0\.1:(\d+)/ ", line)
        assert found, line + process.stderr.read()
        port = int(found[1])
        for _ in range(100):
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            time.sleep(0.1)
        try:
            yield port, process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server with its default limits."""
    with _serving() as (port, _):
        yield port


# one for all: making a client takes longer than an answer; no connection is kept, so that each request opens its own
CLIENT = httpx.Client(verify=False, timeout=60, limits=httpx.Limits(max_keepalive_connections=0, max_connections=None))


def _post(port: int, text: str | None = None, **more: Any) -> httpx.Response:
    files = more.pop("files", {"text": (None, text or "")})
    return CLIENT.post(f"http://127.0.0.1:{port}/", files=files, **more)


def _csv(html: str) -> pd.DataFrame:
    import base64
    import io

    (data,) = re.findall(r'href="data:text/csv;charset=utf-8;base64,([^"]+)"', html)
    return pd.read_csv(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize("width", [400, 1400])
def test_a_pasted_text_becomes_the_report(chromium: Browser, port: int, tmp_path: Path, width: int) -> None:
    """Paste, press the button, read the stances, download the CSV; nothing but this server is asked, no message."""
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    requests, complaints = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"http://127.0.0.1:{port}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_label("Paste an article").fill(TEXT)
    page.get_by_role("button", name="Score", exact=True).press("Enter")
    page.wait_for_selector(".paragraph")
    assert page.locator(".paragraph .text").evaluate_all("all => all.map(e => e.textContent)") == TEXT.split("\n\n")
    assert page.locator(".paragraph .chip").count() == 4
    assert page.locator(".w").count() > 0
    assert page.locator(".paragraph .spoken").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download CSV").click()
    waited.value.save_as(tmp_path / "d.csv")
    frame = pd.read_csv(tmp_path / "d.csv")
    expected = stance.load_model().score(TEXT)
    assert frame["text"].tolist() == [score.paragraph.text for score in expected]
    assert frame["voice"].isin(["author", "quoted", "reported"]).all()
    assert frame["sanctions"].tolist() == [score.stances["sanctions"].label for score in expected]
    assert {url.split("/")[2] for url in requests if not url.startswith("data:")} == {f"127.0.0.1:{port}"}
    assert complaints == []
    assert context.cookies() == []
    context.close()


def test_a_dropped_file_becomes_the_report(chromium: Browser, port: int) -> None:
    """A file, with line ends and name as they are; the same paragraphs as `stance score` has."""
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    page.get_by_label("choose a file").set_input_files(SAMPLE)
    page.get_by_role("button", name="Score", exact=True).click()
    page.wait_for_selector(".paragraph")
    assert page.locator("h1").inner_text() == "vienna-round"
    assert page.locator("section[aria-labelledby=text] .paragraph").count() == 16
    page.get_by_role("link", name="Another text").click()
    assert page.get_by_role("button", name="Score", exact=True).is_visible()
    page.close()


def test_the_form_and_its_errors_pass_axe(chromium: Browser, port: int, axe: str) -> None:
    """The empty form, the form with a problem, and the result."""
    page = chromium.new_page()
    for text in (None, "", TEXT):
        page.goto(f"http://127.0.0.1:{port}/")
        if text is not None:
            page.get_by_label("Paste an article").fill(text)
            page.get_by_role("button", name="Score", exact=True).click()
            page.wait_for_selector(".paragraph" if text else "[role=alert]")
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [(v["id"], v["nodes"][0]["html"][:100]) for v in found] == []
    page.close()


def test_script_in_a_text_does_not_run(chromium: Browser, port: int) -> None:
    """Neither from the text nor from the name of the file."""
    page = chromium.new_page()
    complaints: list[str] = []
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.goto(f"http://127.0.0.1:{port}/")
    name = "<img src=x onerror=window.hacked=1>.txt"
    body = "<script>window.hacked = 2</script> The sanctions stay, he said.\n\n<svg onload='window.hacked = 3'>"
    file = {"name": name, "mimeType": "text/plain", "buffer": body.encode()}
    page.get_by_label("choose a file").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Score", exact=True).click()
    page.wait_for_selector(".paragraph")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.scripts.length") == 0
    assert complaints == []
    page.close()


def test_headers_keep_the_page_to_itself(port: int) -> None:
    """A strict policy, no cookie, nothing cached, on every answer."""
    for response in (
        httpx.get(f"http://127.0.0.1:{port}/"),
        _post(port, TEXT),
        httpx.get(f"http://localhost:{port}/x"),
    ):
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        for rule in ("frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"):
            assert rule in policy
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["referrer-policy"] == "same-origin"
        for kind in ("opener", "resource"):
            assert response.headers[f"cross-origin-{kind}-policy"] == "same-origin"
        assert "set-cookie" not in response.headers
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "server" not in response.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "localhost.evil:{port}"]
)
def test_another_host_is_refused(port: int, host: str) -> None:
    """A page from elsewhere that has its name point here gets nothing."""
    response = httpx.get(f"http://127.0.0.1:{port}/", headers={"host": host.format(port=port)})
    assert response.status_code in (400, 421)
    assert "<form" not in response.text


def test_a_form_from_elsewhere_is_refused(port: int) -> None:
    """Another site cannot make the browser post here."""
    # a frame without an origin of its own sends "null"
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}"):
        assert _post(port, TEXT, headers={"origin": origin}).status_code == 403
    assert _post(port, TEXT, headers={"origin": f"http://127.0.0.1:{port}"}).status_code == 200


def test_it_listens_on_loopback_only(port: int) -> None:
    """No other address of this machine answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            own = probe.getsockname()[0]
        except OSError:
            pytest.skip("this machine has no other address")
    with pytest.raises(OSError, match="refused"), socket.create_connection((own, port), 2):
        pass


@pytest.mark.parametrize(
    ("files", "status", "message"),
    [
        ({"text": (None, "")}, 422, "nothing was pasted"),
        ({"text": (None, "   \n ")}, 422, "nothing was pasted"),
        ({"file": ("a.jsonl", b"oops\n")}, 422, "no paragraph could be read"),
        ({"file": ("../../etc/x.csv", b"a,b\n1,2\n")}, 422, "column"),
        ({"file": ("x.bin", bytes(range(256)) * 20)}, 422, ""),
        ({"file": ("x.txt.gz", b"\x1f\x8b\x08oops")}, 422, ""),
        ({"text": (None, "x" * 2_100_000)}, 413, "larger than 2 MB; stance score takes up to 32 MiB per article"),
    ],
)
def test_what_cannot_be_scored_is_said(port: int, files: dict[str, Any], status: int, message: str) -> None:
    """A page with the reason and the form, no traceback, no path of this machine."""
    response = _post(port, files=files)
    assert response.status_code == status
    assert message in response.text
    assert "<form" in response.text
    assert 'role="alert"' in response.text
    assert "Traceback" not in response.text
    assert "/tmp" not in response.text
    assert "retry-after" not in response.headers


def test_a_name_of_any_letters_is_taken(port: int) -> None:
    """A file system counts bytes, of which a letter has up to four."""
    response = _post(port, files={"file": ("\U00020000" * 90 + ".txt", TEXT.encode())})
    assert response.status_code == 200
    assert _csv(response.text)["text"].tolist() == TEXT.split("\n\n")


@pytest.mark.parametrize(
    ("name", "id"),
    [("..", "text"), (".-", "text"), (".talks.txt", "talks"), ("own/talks.txt", "talks"), ("own\\talks.txt", "talks")],
)
def test_a_name_is_that_of_a_file_alone(port: int, name: str, id: str) -> None:
    """Without its folders, and one that a file cannot have is another."""
    response = _post(port, files={"file": (name, TEXT.encode())})
    assert response.status_code == 200
    assert set(_csv(response.text)["article_id"]) == {id}


def test_a_text_beside_a_file_is_not_lost(chromium: Browser, port: int) -> None:
    """One page is about one of them: neither is left out in silence, and the text stays to be scored."""
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{port}/")
    text = "\n</textarea><b>The embargo</b> must be lifted, she said.\n\nTalks go on."
    page.get_by_label("Paste an article").fill(text)
    page.get_by_label("choose a file").set_input_files(SAMPLE)
    page.get_by_role("button", name="Score", exact=True).click()
    page.wait_for_selector("[role=alert]")
    assert "both" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Paste an article").input_value() == text
    page.get_by_role("button", name="Score", exact=True).click()
    page.wait_for_selector(".paragraph")
    assert "The embargo" in page.locator(".paragraph .text").first.inner_text()
    page.close()


def test_a_pasted_text_that_cannot_be_scored_stays(port: int) -> None:
    """It may be the only copy of what was typed."""
    response = _post(port, '{"id": "a"}\n{"id": "<b>"}\n')
    assert response.status_code == 422
    assert "{&#34;id&#34;: &#34;&lt;b&gt;&#34;}\n</textarea>" in response.text


def test_a_disk_that_fails_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The page gives the reason and keeps the text, the terminal names the place in one line; then it goes on."""
    folder = tmp_path / "passing"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    with _serving() as (port, process):
        assert _post(port, TEXT).status_code == 200
        folder.rmdir()
        failed = _post(port, TEXT)
        folder.mkdir()
        assert _post(port, TEXT).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        (said,) = process.stderr.read().splitlines()
    assert failed.status_code == 500
    assert "No such file or directory" in failed.text
    assert f"{TEXT}</textarea>" in failed.text
    assert str(folder) not in failed.text
    assert said.startswith(f"stance: {folder}")
    assert "TMPDIR" in said


def test_a_program_is_told_what_to_send(port: int) -> None:
    """What is not a form is not taken for an empty one, and a wrong method is told all that there are."""
    for kind in ({"content-type": "application/json"}, {"content-type": "text/plain; charset=utf-8"}, {}):
        response = CLIENT.post(f"http://127.0.0.1:{port}/", content=b'{"text": "They lift sanctions."}', headers=kind)
        assert response.status_code == 415
        assert "multipart/form-data" in response.text.split('role="alert"')[1].split("</div>")[0]
    response = CLIENT.put(f"http://127.0.0.1:{port}/", content=b"")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_body_without_end_is_cut_off(port: int) -> None:
    """Without a length, the limit holds while it streams; then the server goes on."""

    def endless() -> Iterator[bytes]:
        for _ in range(400):
            yield b"x" * 50_000

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.request("POST", "/", body=endless(), headers={"Content-Type": "multipart/form-data; boundary=x"})
        with contextlib.suppress(ConnectionResetError, http.client.HTTPException):
            assert connection.getresponse().status == 413
    finally:
        connection.close()
    assert _post(port, TEXT).status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"--x\r\nrubbish", b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"]
)
def test_a_broken_form_is_an_error_page(port: int, body: bytes) -> None:
    """Whatever is sent, the answer is below 500."""
    headers = {"content-type": "multipart/form-data; boundary=x"}
    response = httpx.post(f"http://127.0.0.1:{port}/", content=body, headers=headers)
    assert 400 <= response.status_code < 500
    response = httpx.post(f"http://127.0.0.1:{port}/", content=body, headers={"content-type": "multipart/form-data"})
    assert 400 <= response.status_code < 500


@pytest.mark.parametrize(
    ("charset", "text", "status", "shown"),
    [
        ("utf-7", "+2AA- They lifted the sanctions.", 200, "\ufffd"),
        ("utf-7", '{"id": "+2AA-"}\n', 422, "\ufffd"),
        ("undefined", "They lifted the sanctions.", 400, "not a form: "),
        ("iso-8859-1", "They lifted the sanctions in M\xfcnster.", 200, "in Münster."),
    ],
)
def test_a_form_may_name_any_encoding(port: int, charset: str, text: str, status: int, shown: str) -> None:
    """Be it one that has halves of letters, or none at all."""
    head = '--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
    headers = {"content-type": f"multipart/form-data; boundary=x; charset={charset}"}
    body = f"{head}{text}\r\n--x--\r\n".encode("latin-1")
    response = CLIENT.post(f"http://127.0.0.1:{port}/", content=body, headers=headers)
    assert (response.status_code, shown in response.text) == (status, True)


def test_limits_of_time_and_of_a_bomb() -> None:
    """Too slow to arrive, too long to score, too large when unpacked: each is answered, and the server lives."""
    with _serving("--seconds", "1", "--largest", "1") as (port, process):
        with socket.create_connection(("127.0.0.1", port)) as slow:
            head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            slow.sendall((head + "Content-Length: 1000\r\n\r\nab").encode())
            slow.settimeout(10)
            began = time.monotonic()
            assert b" 408 " in slow.recv(100)
            assert time.monotonic() - began < 5
        long = "\n\n".join(f"They must lift sanction {i} before the talks, he said again." for i in range(14_000))
        response = _post(port, long)
        assert (response.status_code, "took too long; stance score has no time limit" in response.text) == (503, True)
        bomb = gzip.compress(b"The talks go on.\n\n" * 8_000_000)
        began = time.monotonic()
        assert _post(port, files={"file": ("bomb.txt.gz", bomb)}).status_code in (422, 503)
        assert time.monotonic() - began < 20
        assert _post(port, TEXT).status_code == 200
        assert process.poll() is None


def _slow(port: int, head: str) -> socket.socket:
    slow = socket.create_connection(("127.0.0.1", port))
    slow.sendall(f"{head} / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n".encode())
    return slow


def test_who_sends_nothing_takes_no_place(port: int) -> None:
    """Neither as many connections as there may be without a whole head, nor more texts begun than may wait."""
    with _serving("--seconds", "2") as (impatient, _), contextlib.ExitStack() as kept:
        slow = [kept.enter_context(_slow(impatient, "GET")) for _ in range(140)]
        began = time.monotonic()
        page = f"http://127.0.0.1:{impatient}/"
        while (status := CLIENT.get(page).status_code) == 503 and time.monotonic() < began + 20:
            for client in slow:
                # a byte now and then shows no good will
                with contextlib.suppress(OSError):
                    client.sendall(b"a")
            time.sleep(0.2)
        assert status == 200
        assert 1 < time.monotonic() - began < 10
    with contextlib.ExitStack() as kept:
        for _ in range(40):
            begun = kept.enter_context(_slow(port, "POST"))
            begun.sendall(b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n--x")
        time.sleep(0.5)
        assert _post(port, TEXT).status_code == 200


def test_what_comes_in_takes_room_until_it_is_answered() -> None:
    """As much as the texts that may be at work and wait: then others are asked to come back, and not for good."""
    with _serving("--largest", "0.001") as (port, _):
        text = f"{TEXT} {'They agreed. ' * 50}"[:800]
        for _ in range(25):
            assert _post(port, text).status_code == 200
        with contextlib.ExitStack() as kept:
            for _ in range(18):
                begun = kept.enter_context(_slow(port, "POST"))
                kind = "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n"
                begun.sendall(kind.encode() + b"x" * 990)
            time.sleep(0.5)
            assert _post(port, text).status_code == 503
        time.sleep(0.5)
        assert _post(port, text).status_code == 200


def test_line_ends_of_a_form_are_none_of_the_text(port: int) -> None:
    """A form sends two characters for each; offsets count those of the text as it was pasted."""
    text = "The embargo must be lifted\nat once, she said.\n\nThey agreed to resume the talks."
    found = _csv(_post(port, text.replace("\n", "\r\n")).text)
    assert [text[a:b] for a, b in zip(found["start"], found["end"], strict=True)] == found["text"].tolist()
    assert found["text"].tolist() == text.split("\n\n")


def test_who_does_not_take_the_answer_is_not_waited_for() -> None:
    """The connection ends though nothing of what was sent is read; one that reads gets all of it."""
    import asyncio

    import uvicorn

    from stance.commands.connections import impatient

    async def page(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 50_000_000})

    async def both() -> tuple[int, float]:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
            config = uvicorn.Config(page, http=impatient(1, 2), log_level="error", lifespan="off", ws="none")
            server = uvicorn.Server(config)
            task = asyncio.create_task(server.serve(sockets=[listener]))
            while not server.started:
                await asyncio.sleep(0.01)
            with _slow(port, "GET") as slow:
                slow.sendall(b"\r\n")
                async with httpx.AsyncClient() as client:
                    size = len((await client.get(f"http://127.0.0.1:{port}/")).content)
                began = time.monotonic()
                while server.server_state.connections and time.monotonic() < began + 20:
                    await asyncio.sleep(0.05)
                took = time.monotonic() - began
            server.should_exit = True
            await task
            return size, took

    # the browser of other tests keeps a loop at work in this thread
    with ThreadPoolExecutor(1) as thread:
        size, took = thread.submit(asyncio.run, both()).result()
    assert size == 50_000_000
    assert took < 10


def test_a_text_has_the_seconds_that_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its beginning to the report, its wait included: no more, no less."""
    import anyio

    from stance.commands import web

    deadlines: list[float] = []
    monkeypatch.setattr(web, "_check", lambda deadline, ended: deadlines.append(deadline))
    app = web.create_app(stance.load_model(), {"name": "default"}, 80, web.Limits(seconds=1000))

    async def ask() -> str:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost") as client:
            page = await client.get("/")
            await client.post("/", files={"text": (None, " . ")})
            return page.text

    began = time.monotonic()
    # the browser of other tests keeps a loop at work in this thread
    with ThreadPoolExecutor(1) as thread:
        assert "1000 seconds" in thread.submit(anyio.run, ask).result()
    assert deadlines
    assert began + 1000 <= deadlines[0] <= time.monotonic() + 1000


def test_the_time_is_looked_at_while_a_text_is_scored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when all of it is: without the compiled kernel that takes seconds."""
    from stance.commands import web
    from stance.model.stance_model import StanceModel

    scored: list[str] = []
    score = StanceModel.score_paragraphs

    def noted(self: StanceModel, texts: list[str]) -> Any:
        scored.extend(texts)
        return score(self, texts)

    def check() -> None:
        if scored:
            raise web._Refused(503, "it took too long")

    monkeypatch.setattr(StanceModel, "score_paragraphs", noted)
    long = "\n\n".join(f"They must lift sanction {i} before the talks, he said again." for i in range(2000))
    with pytest.raises(web._Refused, match="it took too long"):
        web._score(stance.load_model(), {"name": "default"}, "long.txt", long.encode(), check)
    assert len(scored) < 1000


def test_it_ends_soon_while_it_scores() -> None:
    """A long text holds nothing up: its sender is told, and no traceback is printed."""
    long = "They must lift the sanctions before talks.\n\n" * 25_000
    with _serving() as one, _serving() as other, ThreadPoolExecutor(2) as clients:
        waited = [clients.submit(_post, port, long) for port, _ in (one, other)]
        time.sleep(2)
        assert not any(answer.done() for answer in waited)
        # at the same time, since each gives what is under way three seconds
        for (_, process), sent in ((one, signal.SIGINT), (other, signal.SIGTERM)):
            process.send_signal(sent)
        for (_, process), code, answer in zip((one, other), (0, 143), waited, strict=True):
            assert process.wait(15) == code
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()
            response = answer.result()
            assert (response.status_code, "was stopped" in response.text) == (503, True)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGSTOP")
def test_a_port_is_taken_once_the_address_is_told() -> None:
    """Of two servers the second ends with one line, though the first does not answer yet."""
    command = [sys.executable, "-m", "stance", "serve", "--port"]
    with subprocess.Popen([*command, "0"], stderr=subprocess.PIPE, text=True) as first:
        assert first.stderr is not None
        port = first.stderr.readline().split(":")[2].split("/")[0]
        first.send_signal(signal.SIGSTOP)
        try:
            second = subprocess.run([*command, port], capture_output=True, text=True, timeout=60)
        finally:
            first.send_signal(signal.SIGCONT)
            first.terminate()
    assert second.returncode == 1
    assert second.stderr == f"stance: port {port}: Address already in use; --port 0 picks a free one\n"


def _memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024  # type: ignore[index]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_under_load_every_answer_is_right_or_a_refusal() -> None:
    """64 texts from 32 clients: some are asked to come back, all get their own report; memory stays in bounds."""
    with _serving() as (port, process):
        _post(port, TEXT)
        before = _memory(process.pid)
        more = TEXT.split("\n\n") * 6

        def ask(number: int) -> int:
            mine = f"Envoy number {number} said that the embargo must be lifted."
            for refused in range(1000):
                response = _post(port, "\n\n".join([mine, *more]))
                if response.status_code == 200:
                    assert _csv(response.text)["text"].tolist() == [mine, *more]
                    return refused
                assert response.status_code == 503
                assert response.headers["retry-after"] == "5"
                time.sleep(0.2)
            raise AssertionError("never answered")

        with ThreadPoolExecutor(32) as clients:
            refusals = list(clients.map(ask, range(64)))
        assert sum(refusals) > 0
        assert _memory(process.pid) < before + 200
        assert _post(port, TEXT).status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_errors_of_the_command_are_one_line(port: int) -> None:
    """A port that is taken, a model that is not there, an extra that is missing."""
    for arguments, message, prelude in (
        (["--port", str(port)], "--port 0 picks a free one", ""),
        (["-m", "gone"], "no such model", ""),
        ([], "sanctions-stance[web]", "sys.modules['uvicorn'] = None; "),
        (["--port", "0"], "sanctions-stance[web]", "sys.modules['starlette.applications'] = None; "),
    ):
        code = f"import sys; {prelude}from stance.commands import main; main()"
        command = [sys.executable, "-c", code, "serve", *arguments]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert refused.returncode == 1
        assert message in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("option", ["--largest", "--seconds"])
def test_a_limit_is_a_number(option: str) -> None:
    """What is none, but is read as one, is a usage error."""
    refused = run("serve", option, "nan")
    assert refused.exit_code == 2
    assert f"Invalid value for '{option}': nan is not a number" in refused.stderr


def test_what_stance_wrote_is_no_article_of_an_archive(port: int) -> None:
    """The page of an archive with results says that they were not read."""
    table = b"article_id,paragraph,text,tax,tax_probability,tax_abstained\n1,0,Talks.,favor,0.9,\n"
    response = _post(port, files={"file": ("pack.zip", zipped({"a.txt": TEXT.encode(), "s.csv": table}))})
    assert response.status_code == 200
    assert "Not read: <bdi>pack.zip/s.csv</bdi>, position 0: stance wrote it" in response.text


def test_what_was_refused_of_an_archive_is_named(port: int) -> None:
    """By its own name below that of the archive, not by the latter alone."""
    files = {"a.txt": TEXT.encode(), "in/bad.jsonl": b"oops\n"}
    response = _post(port, files={"file": ("pack.zip", zipped(files))})
    assert response.status_code == 200
    assert "Not read: <bdi>pack.zip/in/bad.jsonl</bdi>, position 1: not valid JSON" in response.text


def test_a_footer_that_returns_is_none_of_the_article(port: int) -> None:
    """As for `stance score`, from the third article on."""
    stories = ["\n".join(f"Talks on the embargo went on in Geneva for day {i}{k}." for k in range(6)) for i in range(4)]
    rows = [json.dumps({"text": f"{story}\nThe Ledger is read in forty states."}) + "\n" for story in stories]
    response = _post(port, files={"file": ("many.jsonl", "".join(rows).encode())})
    assert response.status_code == 200
    found = _csv(response.text)
    marked = found[found["sanctions_abstained"] == "boilerplate"]
    assert marked["article_id"].tolist() == ["many:3", "many:4"]
    assert set(marked["text"]) == {"The Ledger is read in forty states."}


def test_the_table_of_a_text_tells_who_speaks(port: int) -> None:
    """With the verb and the country, as `stance score --speakers` does."""
    rows = _csv(_post(port, "Iran's oil minister said that the embargo must be lifted at once.").text)
    assert rows[["speaker", "source_verb", "actor"]].to_numpy().tolist() == [["Iran's oil minister", "said", "Iran"]]


def test_many_articles_in_one_file(port: int) -> None:
    """A file of several articles gives the report of a collection, with what was quarantined counted."""
    rows = [
        json.dumps({"id": f"a{i}", "text": f"{TEXT}\n\n" * 3, "outlet": "AB"[i % 2], "date": f"2026-0{1 + i}-01"})
        for i in range(4)
    ]
    response = _post(port, files={"file": ("many.jsonl", ("\n".join([*rows, "broken"]) + "\n").encode())})
    assert response.status_code == 200
    assert "5 read = 4 scored + 0 abstained + 1 quarantined" in response.text
    assert "Not read: <bdi>many.jsonl</bdi>, position 5: not valid JSON" in response.text
    assert response.text.count("<svg") == 2
