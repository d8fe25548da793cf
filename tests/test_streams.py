"""Standard streams that are closed or full, and the signal to end: one line or none, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from helpers import ROOT, parts, run

from stance.batch.job import Job
from stance.batch.run import score_to_directory

STANCE = f"{sys.executable} -m stance"
CLOSED = "standard output: Bad file descriptor"
FULL = "standard output: No space left on device"

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


def _shell(command: str, folder: Path, unbuffered: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered}
    return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short article and its scores."""
    folder = tmp_path_factory.mktemp("streams")
    (folder / "a.txt").write_text("The sanctions must be lifted, the minister said on Friday.", encoding="utf-8")
    assert _shell(f"{STANCE} score a.txt -o s.csv", folder).returncode == 0
    return folder


@needs_full
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("explain a.txt > /dev/full", FULL),
        ("score a.txt > /dev/full", FULL),
        ("score a.txt -f csv > /dev/full", FULL),
        ("results rollup s.csv -f csv > /dev/full", FULL),
        ("score --help > /dev/full", FULL),
        ("--help > /dev/full", FULL),
        ("score a.txt >&-", CLOSED),
        ("results rollup s.csv >&-", CLOSED),
        ("model show >&-", CLOSED),
        ("--version >&-", CLOSED),
        ("score - <&-", "-: Bad file descriptor"),
        # an error is told as ever
        ("score gone.txt > /dev/full", "gone.txt: no such file or folder"),
    ],
)
def test_a_stream_that_fails_is_one_line(command: str, message: str, unbuffered: str, folder: Path) -> None:
    """Exit 1, what failed and why, and no second error when Python flushes at its end."""
    run = _shell(f"{STANCE} {command}", folder, unbuffered)
    assert (run.returncode, run.stderr) == (1, f"stance: {message}\n")


def test_a_stream_that_is_not_used_may_be_closed(folder: Path) -> None:
    """A run that writes a file needs none of the three, and its file gets nothing that was meant for them."""
    run = _shell(f"{STANCE} score a.txt -o t.csv <&- >&- 2>&-", folder)
    assert run.returncode == 0
    assert (folder / "t.csv").read_bytes() == (folder / "s.csv").read_bytes()


@pytest.mark.parametrize("command", ["--help", "model show --json", "score a.txt -f csv", "score a.txt 2>&1"])
def test_a_reader_that_has_seen_enough_is_no_error(command: str, folder: Path) -> None:
    """A broken pipe ends quietly with exit 0."""
    run = _shell(f"set -o pipefail; {STANCE} {command} | true", folder)
    assert run.returncode == 0
    assert "Error" not in run.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "talk", ["2>&1 >/dev/null | true", pytest.param("2>/dev/full", marks=needs_full), "2>&- >/dev/null"]
)
def test_a_run_that_nobody_hears_goes_on(talk: str, unbuffered: str, tmp_path: Path, small_model_path: Path) -> None:
    """Its progress, its quarantined records and its totals are talk; it is finished all the same, with exit 0."""
    lines = [f'{{"id": {i}, "text": "The sanctions must be lifted."}}\nbroken\n' for i in range(50)]
    (tmp_path / "in.jsonl").write_text("".join(lines), encoding="utf-8")
    command = f"{STANCE} score in.jsonl -m {small_model_path} -o run/ -j 1 --chunk 20 --progress"
    # the pipe must be broken when the first line is written
    run = _shell(f"set -o pipefail; (sleep 0.2; {command}) {talk}", tmp_path, unbuffered)
    assert run.returncode == 0, run.stderr
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["state"], manifest["totals"]["articles"]["read"]) == ("finished", 100)
    failed = _shell(f"set -o pipefail; (sleep 0.2; {STANCE} score gone.txt) {talk}", tmp_path, unbuffered)
    assert failed.returncode == 1


STOPPED = "stopped before the end; no file is left half written"
UNFINISHED = "run/: the run is not finished; the same command with --resume continues it"
ENDS = [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 1)]

needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows ends a process at once")


@pytest.mark.parametrize(
    "error",
    [MemoryError(), pa.ArrowMemoryError("malloc of size 4096 failed"), RuntimeError("can't start new thread")],
)
@pytest.mark.parametrize(
    ("place", "command", "advice"),
    [
        ("results.saved.read_table", "results rollup s.csv", "part of the input"),
        ("results.saved.read_table", "report s.csv -o s.html", "a smaller --articles, part of the input"),
        ("commands.score.find_sources", "score a.txt", "fewer --jobs, a smaller --chunk, part of the input"),
    ],
)
def test_want_of_memory_is_one_line(
    error: Exception, place: str, command: str, advice: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That says what to do, by options that the command has, and does not call a file unreadable that is sound."""
    monkeypatch.chdir(folder)

    def want(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(f"stance.{place}", want)
    result = run(*command.split())
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert result.stderr == f"stance: out of memory; free some, or do less at once: {advice}\n"


def _started(command: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command.split(), cwd=folder, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE)


def _ended(run: subprocess.Popen[bytes], sent: signal.Signals) -> tuple[int, str]:
    """Its exit status and what it said since, after it was told to end."""
    run.send_signal(sent)
    # it may still wait for its input
    run.wait(60)
    _, said = run.communicate()
    return run.returncode, said.decode()


@needs_signals
@pytest.mark.parametrize(("sent", "code"), ENDS)
@pytest.mark.parametrize(("output", "begun"), [("h.csv", ".h.csv.lock"), ("h.txt", ".h.txt.part")])
def test_a_run_that_is_told_to_end_leaves_nothing(
    output: str, begun: str, sent: signal.Signals, code: int, tmp_path: Path
) -> None:
    """SIGTERM cleans up and says so as Ctrl-C does; the exit status says which signal it was."""
    run = _started(f"{STANCE} score - -o {output} -j 1 --chunk 1", tmp_path)
    for _ in range(600):
        if list(tmp_path.glob(begun)):
            break
        time.sleep(0.1)
    assert _ended(run, sent) == (code, f"stance: {STOPPED}\n")
    assert list(tmp_path.iterdir()) == []


@needs_signals
@pytest.mark.parametrize(("sent", "code"), ENDS)
@pytest.mark.parametrize("command", ["results rollup r.csv", "results export r.csv -o e.csv", "report r.csv -o r.html"])
def test_results_that_are_told_to_end_say_so(command: str, sent: signal.Signals, code: int, tmp_path: Path) -> None:
    """Here they wait for a table that a pipe is to bring."""
    os.mkfifo(tmp_path / "r.csv")
    run = _started(f"{STANCE} {command}", tmp_path)
    # returns when it is opened for reading
    with (tmp_path / "r.csv").open("wb"):
        assert _ended(run, sent) == (code, f"stance: {STOPPED}\n")
    assert [path.name for path in tmp_path.iterdir()] == ["r.csv"]


@needs_signals
@pytest.mark.parametrize(("sent", "code"), ENDS)
def test_a_training_that_is_told_to_end_says_so(sent: signal.Signals, code: int, tmp_path: Path) -> None:
    """While it fits, on the processes that it has begun."""
    rows = [f"The union praised the tax w{i % 91} x{i % 97} y{i},{('favor', 'against')[i % 2]}\n" for i in range(5000)]
    (tmp_path / "c.csv").write_text("text,tax\n" + "".join(rows), encoding="utf-8")
    run = _started(f"{STANCE} train c.csv -o model -j 2", tmp_path)
    assert run.stderr is not None
    assert run.stderr.readline() == b"5000 paragraphs in 5000 articles; tax\n"
    assert run.stderr.readline() == b"tax: 2500 'favor', 2500 'against'\n"
    time.sleep(1)
    assert _ended(run, sent) == (code, f"stance: {STOPPED}\n")
    assert not (tmp_path / "model").exists()


@pytest.fixture(scope="module")
def undisturbed(small_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of many long articles, and the folder of a whole run over it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    text = "The ministers said that the sanctions would stay in force until the talks resume. " * 20
    records = "".join(f'{{"id": {i}, "text": "{text}"}}\n' for i in range(2000))
    (folder / "many.jsonl").write_text(records, encoding="utf-8")
    score_to_directory(
        Job((str(folder / "many.jsonl"),), small_model_path, format="csv", chunk=20, jobs=1), folder / "run"
    )
    return folder


@needs_signals
@pytest.mark.parametrize(("sent", "code"), ENDS)
def test_a_run_in_parts_that_is_told_to_end_can_be_gone_on_with(
    sent: signal.Signals, code: int, tmp_path: Path, small_model_path: Path, undisturbed: Path
) -> None:
    """By another run on the same file, with the bytes of a run that nobody disturbed."""
    command = f"score {undisturbed}/many.jsonl -m {small_model_path} -f csv -j 1 --chunk 20 -o"
    started = _started(f"{STANCE} {command} run/", tmp_path)
    for _ in range(6000):
        if len(list((tmp_path / "run").glob("part-*"))) > 3:
            break
        time.sleep(0.01)
    assert _ended(started, sent) == (code, f"stance: {UNFINISHED}\n")
    done = list((tmp_path / "run").glob("part-*"))
    assert not list((tmp_path / "run").glob(".*.part"))
    resumed = run(*command.split(), f"{tmp_path}/run/", "--resume")
    assert resumed.exit_code == 0, resumed.stderr
    assert 0 < len(done) < len(parts(undisturbed / "run"))
    assert parts(tmp_path / "run") == parts(undisturbed / "run")
