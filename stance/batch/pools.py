"""Where chunks are scored: here, on threads, on processes. A cluster offers the same (`stance.batch.dask`)."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from stance import __version__
from stance.batch.counts import Counts
from stance.batch.encoding import encode
from stance.batch.tables import Form, score_articles
from stance.errors import ModelError, StanceError
from stance.model.artefact import load_model, read_manifest
from stance.model.kernel import kernel_in_use
from stance.model.stance_model import StanceModel

__all__ = ["ModelReference", "Part", "Pool", "count_jobs", "open_pool", "pack", "score_part"]


class ModelReference(NamedTuple):
    """A model as a worker is told of it: where it lies, the SHA-256 that it must have, the kernel and the version.

    The hash is that of the manifest, which holds the hash of the arrays; loading checks both. The kernels agree to
    rounding only, and versions may differ in whatever decides a score, so a run keeps to one of each. A worker that
    joins a cluster later is asked here, too.
    """

    folder: str
    sha256: str
    kernel: str
    version: str = __version__

    @classmethod
    def of(cls, folder: str | Path) -> ModelReference:
        """Refer to the model in a folder."""
        return cls(str(Path(folder).resolve()), str(read_manifest(folder)["manifest_sha256"]), kernel_in_use())

    def load(self) -> StanceModel:
        """The model, loaded once a process.

        Raises
        ------
        ModelError
            If another one lies there by now.
        StanceError
            If this process has another kernel or another version of the package.
        """
        return _load(self)


@lru_cache(maxsize=2)
def _load(reference: ModelReference) -> StanceModel:
    if reference.version != __version__:
        raise StanceError(
            f"this worker has stance {__version__}, the run began with {reference.version}; "
            f"install sanctions-stance {reference.version} there, too"
        )
    if read_manifest(reference.folder)["manifest_sha256"] != reference.sha256:
        raise ModelError(f"{reference.folder}: not the model that the run began with (SHA-256 differs)")
    if kernel_in_use() != reference.kernel:
        raise StanceError(
            f"this worker has the {kernel_in_use()} kernel, the run began with the {reference.kernel} one; "
            f"STANCE_KERNEL={reference.kernel} asks for it everywhere"
        )
    return load_model(reference.folder)


class Part(NamedTuple):
    """A chunk, scored.

    Attributes
    ----------
    content : bytes or pyarrow.Table
        As the `Form` asks.
    rows : int
        How many rows it has.
    counts : Counts
        What became of its articles.
    """

    content: Any
    rows: int
    counts: Counts


def score_part(reference: ModelReference, articles: bytes | Any, form: Form, stop: Event | None = None) -> Part:
    """Score one chunk; what every worker runs, wherever it is.

    Parameters
    ----------
    reference : ModelReference
        Loaded on first use.
    articles : pyarrow.Table or bytes
        The articles, or a table of them as `pack` made it.
    form : Form
        What to return.
    stop : threading.Event, optional
        As `score_articles` has it.
    """
    if isinstance(articles, bytes):
        articles = pa.ipc.open_stream(articles).read_all()
    table, counts = score_articles(reference.load(), articles, form, stop)
    return Part(table if form.format is None else encode(table, form.format), len(table), counts)


def pack(articles: Any) -> bytes:
    """A table as bytes, to be sent to another process; of a slice only what it shows."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, articles.schema) as writer:
        writer.write_table(articles)
    content: bytes = sink.getvalue().to_pybytes()
    return content


class Pool(Protocol):
    """Takes chunks and gives parts."""

    @property
    def ahead(self) -> int:
        """How many chunks to have in hand; more would only take memory."""

    def submit(self, articles: Any, form: Form) -> Callable[[], Part]:
        """Begin to score a chunk; the function returned waits for the part."""

    def close(self, failed: bool) -> None:
        """Let go of the workers; at once if the run failed."""


def count_jobs(jobs: int) -> int:
    """How many workers ``--jobs`` asks for: -1 is every core that this process may use, -2 all but one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return jobs if jobs > 0 else max(1, cores + 1 + jobs)


def open_pool(reference: ModelReference, jobs: int) -> Pool:
    """The fastest pool on this machine: threads over the compiled kernel, else processes; neither for one job."""
    model = reference.load()
    if jobs == 1:
        return _Here(reference)
    return _Threads(reference, jobs) if model.releases_gil else _Processes(reference, jobs)


class _Here:
    ahead = 0

    def __init__(self, reference: ModelReference) -> None:
        self.reference = reference

    def submit(self, articles: Any, form: Form) -> Callable[[], Part]:
        part = score_part(self.reference, articles, form)
        return lambda: part

    def close(self, failed: bool) -> None:
        pass


class _Threads:
    def __init__(self, reference: ModelReference, jobs: int) -> None:
        self.reference, self.ahead = reference, jobs + 1
        self.executor = ThreadPoolExecutor(jobs, thread_name_prefix="stance")
        self.stop = Event()

    def submit(self, articles: Any, form: Form) -> Callable[[], Part]:
        return self.executor.submit(score_part, self.reference, articles, form, self.stop).result

    def close(self, failed: bool) -> None:
        # a thread cannot be killed, and is waited for
        if failed:
            self.stop.set()
        self.executor.shutdown(wait=True, cancel_futures=True)


_KILLED = "a worker process was killed, perhaps for lack of memory; try fewer --jobs"


class _Processes:
    def __init__(self, reference: ModelReference, jobs: int) -> None:
        from joblib.externals.loky.process_executor import ProcessPoolExecutor

        self.reference, self.ahead = reference, jobs + 1
        self.executor = ProcessPoolExecutor(max_workers=jobs)

    def submit(self, articles: Any, form: Form) -> Callable[[], Part]:
        from joblib.externals.loky.process_executor import BrokenProcessPool

        def result() -> Part:
            try:
                part: Part = future.result()
            except BrokenProcessPool as error:
                raise StanceError(_KILLED) from error
            return part

        try:
            future = self.executor.submit(score_part, self.reference, pack(articles), form)
        except BrokenProcessPool as error:
            raise StanceError(_KILLED) from error
        return result

    def close(self, failed: bool) -> None:
        self.executor.shutdown(wait=True, kill_workers=failed)
