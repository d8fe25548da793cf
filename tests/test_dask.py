"""The same run on a Dask cluster of real processes on this machine."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers import parts as _parts
from helpers import random_text as _text

from stance import __version__
from stance.batch.job import Job
from stance.batch.run import score_to_directory, score_to_file
from stance.errors import MissingDependencyError, StanceError

needs_dask = pytest.mark.skipif(
    find_spec("distributed") is None,
    reason="dask is not installed: pip install 'sanctions-stance[dask]'",
)
# the cluster is Dask's own affair; what it leaves to the garbage collector is not on trial here
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Three thousand paragraphs."""
    rng = random.Random(8)
    path = tmp_path / "in.parquet"
    pq.write_table(pa.table({"id": [f"a{i}" for i in range(3000)], "text": [_text(rng) for _ in range(3000)]}), path)
    return path


@pytest.fixture
def cluster() -> Iterator[Any]:
    """Two worker processes."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as found:
        yield found


def _after(parts: int, do: Callable[[], object]) -> Callable[[Iterable[object]], None]:
    """What a run hands the quarantined records of each chunk to: it does something once so many parts are written.

    The run waits for that, so that nothing depends on which of the two is quicker.
    """
    written = itertools.count()

    def refuse(_: Iterable[object]) -> None:
        if next(written) == parts:
            do()

    return refuse


@needs_dask
def test_a_cluster_gives_the_same_bytes_though_a_worker_is_killed(
    small_model_path: Path, source: Path, tmp_path: Path, cluster: Any
) -> None:
    """Output equals the local one, though one of two workers is killed in mid-run."""
    job = Job((str(source),), small_model_path, chunk=50, jobs=1)
    counts = score_to_directory(job, tmp_path / "here")
    killed: list[int] = []

    def kill() -> None:
        assert len(_parts(tmp_path / "there")) == 10
        killed.append(next(iter(cluster.workers.values())).pid)
        os.kill(killed[0], signal.SIGKILL)

    job = replace(job, dask=cluster.scheduler_address)
    there = score_to_directory(job, tmp_path / "there", refuse=_after(10, kill))
    assert killed
    assert there == counts
    assert _parts(tmp_path / "there") == _parts(tmp_path / "here")


@needs_dask
def test_a_cluster_of_its_own(small_model_path: Path, source: Path, tmp_path: Path) -> None:
    """`--dask local` starts a cluster on this machine and gives the same bytes."""
    job = Job((str(source),), small_model_path, chunk=500, jobs=1)
    score_to_directory(job, tmp_path / "here")
    score_to_directory(Job((str(source),), small_model_path, chunk=500, jobs=2, dask="local"), tmp_path / "there")
    assert _parts(tmp_path / "there") == _parts(tmp_path / "here")


@needs_dask
@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_ids_that_two_files_have_are_the_same_on_a_cluster(
    small_model_path: Path, tmp_path: Path, cluster: Any, suffix: str
) -> None:
    """Articles whose ids another file has used are called after their file, on a cluster as here."""
    rng = random.Random(9)
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("one", "two"):
        table = pa.table({"id": [str(i) for i in range(30)], "text": [_text(rng) for _ in range(30)]})
        if suffix == "parquet":
            pq.write_table(table, folder / f"{name}.parquet")
        else:
            lines = [json.dumps(row) + "\n" for row in table.to_pylist()]
            (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    job = Job((str(folder),), small_model_path, chunk=7, jobs=1)
    score_to_directory(job, tmp_path / "here")
    score_to_directory(
        Job((str(folder),), small_model_path, chunk=7, dask=cluster.scheduler_address), tmp_path / "there"
    )
    assert _parts(tmp_path / "there") == _parts(tmp_path / "here")
    found = [
        id
        for part in sorted((tmp_path / "there").glob("part-*"))
        for id in pq.read_table(part)["article_id"].to_pylist()
    ]
    assert sorted(set(found)) == sorted([str(i) for i in range(30)] + [f"two:{i}" for i in range(30)])


@needs_dask
def test_a_chunk_that_no_worker_survives_is_one_line(
    small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the cluster gives a chunk up, the run ends, and --resume goes on with it, but for one to a single file."""
    import dask
    from distributed import LocalCluster

    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"text": _text(random.Random(i))}) + "\n" for i in range(30)))
    job = Job((str(source),), small_model_path, chunk=10, jobs=1)
    score_to_directory(job, tmp_path / "here")

    def die(*arguments: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    # sent to the workers instead of what scores
    monkeypatch.setattr("stance.batch.dask.score_part", die)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster,
    ):
        job = replace(job, dask=cluster.scheduler_address)
        with pytest.raises(StanceError, match=r"^the Dask cluster lost a chunk: .*; continue with --resume$"):
            score_to_directory(job, tmp_path / "there")
        with pytest.raises(StanceError, match=r"lost a chunk: .*; start again; a run in parts, -o DIR/, can be"):
            score_to_file(job, tmp_path / "there.parquet")
    job = replace(job, dask=None)
    score_to_directory(job, tmp_path / "there", resume=True)
    assert _parts(tmp_path / "there") == _parts(tmp_path / "here")


@needs_dask
def test_a_cluster_without_a_worker_left_is_one_line(
    small_model_path: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all workers are gone and none comes, the run ends, and --resume goes on with it."""
    from distributed import LocalCluster

    job = Job((str(source),), small_model_path, chunk=50, jobs=1)
    score_to_directory(job, tmp_path / "here")
    with LocalCluster(n_workers=0, processes=True, dashboard_address="127.0.0.1:0") as cluster:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--no-dashboard"]
        command += ["--nworkers", "1", "--no-nanny"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as worker:

            def kill() -> None:
                # by now the first worker has been waited for
                monkeypatch.setattr("stance.batch.dask._PATIENCE", 2)
                worker.kill()

            with pytest.raises(
                StanceError, match=r"^no worker left on the Dask cluster for 2 s; continue with --resume$"
            ):
                score_to_directory(
                    replace(job, dask=cluster.scheduler_address), tmp_path / "there", refuse=_after(5, kill)
                )
    assert 5 <= len(_parts(tmp_path / "there")) < len(_parts(tmp_path / "here"))
    score_to_directory(job, tmp_path / "there", resume=True)
    assert _parts(tmp_path / "there") == _parts(tmp_path / "here")


@needs_dask
def test_an_address_without_a_scheduler_is_one_line(small_model_path: Path, source: Path, tmp_path: Path) -> None:
    """A wrong address is a `StanceError`, not a traceback, and leaves Dask as it was."""
    import dask

    with pytest.raises(StanceError, match="no Dask scheduler"):
        score_to_directory(Job((str(source),), small_model_path, dask="nonsense://x"), tmp_path / "run")
    assert dask.config.get("distributed.comm.timeouts.connect") != "20s", "what was set for the run is left behind"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler and a worker that were not started from here."""
    address = tmp_path_factory.mktemp("cluster") / "scheduler.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    command += ["--host", "127.0.0.1", "--scheduler-file", str(address)]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(address), "--no-dashboard"]
    with contextlib.ExitStack() as opened:
        for program in (command, worker):
            process = opened.enter_context(subprocess.Popen(program, stderr=subprocess.DEVNULL))
            opened.callback(process.terminate)
        until = time.monotonic() + 60
        while not address.exists() and time.monotonic() < until:
            time.sleep(0.05)
        yield json.loads(address.read_text(encoding="utf-8"))["address"]


@needs_dask
@pytest.mark.parametrize(
    ("change", "where", "has"),
    [
        ("sys.modules['stance'] = None", "a worker", "has no stance"),
        ("sys.modules['stance'] = None", "the scheduler", "has no stance"),
        ("sys.modules['stance'] = types.ModuleType('stance')", "the scheduler", "has no stance"),
        ("sys.modules['stance'] = types.SimpleNamespace(__version__='0.0.1')", "a worker", "has stance 0.0.1"),
    ],
)
def test_a_cluster_without_the_package_is_one_line(
    small_model_path: Path, source: Path, tmp_path: Path, started: str, change: str, where: str, has: str
) -> None:
    """Or with another version of it: a worker would be waited for without an end, or score otherwise."""
    from distributed import Client

    with Client(started) as client:
        client.wait_for_workers(1, timeout=60)
        run = client.run if where == "a worker" else client.run_on_scheduler
        run(exec, f"import sys, types; {change}")
        place = where if where == "the scheduler" else "tcp://"
        try:
            with pytest.raises(StanceError, match=rf"{place}.* {has}"):
                score_to_directory(Job((str(source),), small_model_path, dask=started), tmp_path / "run")
        finally:
            # for the next one it can be imported again
            run(exec, "import sys; del sys.modules['stance']")


@needs_dask
def test_a_worker_that_joins_later_has_the_version_of_the_run(
    small_model_path: Path, source: Path, tmp_path: Path, cluster: Any
) -> None:
    """Or is one line; it was not there to be asked when the run began."""
    from distributed import Client

    (tmp_path / "other.py").write_text("import stance\n\nstance.__version__ = '0.0.1'\n", encoding="utf-8")
    command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--no-dashboard"]
    command += ["--preload", str(tmp_path / "other.py")]
    opened = contextlib.ExitStack()

    def join() -> None:
        process = opened.enter_context(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        opened.callback(process.terminate)
        with Client(cluster.scheduler_address) as client:
            before = list(client.nthreads())
            client.wait_for_workers(3, timeout=60)
            # what is left is left to the other one
            client.retire_workers(before)

    job = Job((str(source),), small_model_path, chunk=50, dask=cluster.scheduler_address)
    told = rf"this worker has stance 0.0.1, .*; install sanctions-stance {__version__}"
    with opened, pytest.raises(StanceError, match=told):
        score_to_directory(job, tmp_path / "run", refuse=_after(1, join))


@needs_dask
def test_a_scheduler_that_is_lost_is_one_line(
    small_model_path: Path, cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it was asked for when it broke off; the line says how to go on."""
    from stance.batch.dask import DaskPool
    from stance.batch.pools import ModelReference
    from stance.batch.tables import Form

    def broken_off(*_: Any, **__: Any) -> None:
        raise ConnectionResetError("the scheduler is gone")

    pool = DaskPool(cluster.scheduler_address, ModelReference.of(small_model_path), 1)
    for name in ("nthreads", "submit"):
        monkeypatch.setattr(pool.client, name, broken_off)
    with pytest.raises(StanceError, match="the scheduler is gone; continue with --resume"):
        _ = pool.ahead
    with pytest.raises(StanceError, match="the scheduler is gone; continue with --resume"):
        pool.submit(pa.table({"text": ["Talks resume."]}), Form())
    pool.close(True)


def test_without_dask_the_extra_is_named(
    small_model_path: Path, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Dask is missing, the error says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingDependencyError, match=r"sanctions-stance\[dask\]"):
        score_to_directory(Job((str(source),), small_model_path, dask="local"), tmp_path / "run")
