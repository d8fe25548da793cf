"""Standard streams that are closed or full, and the signal to end: one line or none, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import ROOT

from stance.batch.run import Job, score_to_directory

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
    lines = [f'{{"id": {i}, "text": "The sanctions must be lifted."}}\nbroken\n' for i in range(300)]
    (tmp_path / "in.jsonl").write_text("".join(lines), encoding="utf-8")
    command = f"{STANCE} score in.jsonl -m {small_model_path} -o run/ -j 1 --chunk 20 --progress"
    # the pipe must be broken when the first line is written
    run = _shell(f"set -o pipefail; (sleep 0.2; {command}) {talk}", tmp_path, unbuffered)
    assert run.returncode == 0, run.stderr
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["state"], manifest["totals"]["articles"]["read"]) == ("finished", 600)
    failed = _shell(f"set -o pipefail; (sleep 0.2; {STANCE} score gone.txt) {talk}", tmp_path, unbuffered)
    assert failed.returncode == 1


def _terminated(output: str, folder: Path, begun: str) -> subprocess.Popen[bytes]:
    """A run that waits for the rest of its input, told to end as soon as ``begun`` is there."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "stance", "score", "-", "-o", output, "-j", "1", "--chunk", "1"]
    run = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(600):
        if list(folder.glob(begun)):
            break
        time.sleep(0.1)
    run.send_signal(signal.SIGTERM)
    run.wait(60)
    run.communicate()
    return run


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process at once")
@pytest.mark.parametrize(("output", "begun"), [("h.csv", ".h.csv.lock"), ("h.txt", ".h.txt.part")])
def test_a_run_that_is_told_to_end_leaves_nothing(output: str, begun: str, tmp_path: Path) -> None:
    """SIGTERM cleans up as Ctrl-C does, and the exit code says which signal it was."""
    assert _terminated(output, tmp_path, begun).returncode == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows ends a process at once")
@pytest.mark.parametrize(
    ("sent", "code", "said"),
    [
        (signal.SIGTERM, 128 + signal.SIGTERM, ""),
        (signal.SIGINT, 1, "run/: the run is not finished; the same command with --resume goes on with it"),
    ],
)
def test_a_run_in_parts_that_is_told_to_end_can_be_gone_on_with(
    sent: signal.Signals, code: int, said: str, tmp_path: Path, small_model_path: Path
) -> None:
    """By another run on the same file, with the bytes of a run that nobody disturbed."""
    source = tmp_path / "many.jsonl"
    text = "The ministers said that the sanctions would stay in force until the talks resume. " * 20
    source.write_text("".join(f'{{"id": {i}, "text": "{text}"}}\n' for i in range(4000)), encoding="utf-8")
    command = f"{STANCE} score many.jsonl -m {small_model_path} -o run/ -f csv -j 1 --chunk 20"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen(command.split(), cwd=tmp_path, env=environment, stderr=subprocess.PIPE)
    for _ in range(6000):
        if len(list((tmp_path / "run").glob("part-*"))) > 3:
            break
        time.sleep(0.01)
    run.send_signal(sent)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == code
    assert said in errors.decode()
    done = list((tmp_path / "run").glob("part-*"))
    assert not list((tmp_path / "run").glob(".*.part"))
    resumed = _shell(f"{command} --resume", tmp_path)
    assert resumed.returncode == 0, resumed.stderr
    job = Job((str(source),), small_model_path, format="csv", chunk=20, jobs=1)
    score_to_directory(job, tmp_path / "other")
    parts = sorted(path.name for path in (tmp_path / "other").glob("part-*"))
    assert 0 < len(done) < len(parts)
    assert [(tmp_path / "run" / n).read_bytes() for n in parts] == [
        (tmp_path / "other" / n).read_bytes() for n in parts
    ]
