"""The same chunks on a Dask cluster.

The client reads, cuts and writes; workers score. Scheduler and workers need this version of the package, and workers
the model under the same path; they need to see neither the input nor the output.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pkgutil import resolve_name
from typing import Any

from stance import __version__
from stance.articles.libraries import need
from stance.batch.pools import ModelReference, Part, pack, score_part
from stance.batch.tables import Form
from stance.errors import StanceError

__all__ = ["DaskPool"]

#: Seconds to wait for a first worker, and for another one where all are gone.
_PATIENCE = 60


class DaskPool:
    """Scores chunks on a cluster.

    A chunk that was on a worker when it died is scored again elsewhere: the scheduler keeps what it was made from.

    Parameters
    ----------
    address : str
        ``tcp://host:port`` of a scheduler, or ``"local"`` for a cluster of processes on this machine.
    reference : ModelReference
        Each worker loads it once and refuses any other.
    jobs : int
        Workers of a local cluster.
    in_parts : bool
        Whether the run can be continued.

    Raises
    ------
    MissingDependencyError
        Without ``dask[distributed]``.
    StanceError
        If the scheduler does not answer or has no worker, or one of them has not this version of the package.
    """

    def __init__(self, address: str, reference: ModelReference, jobs: int, *, in_parts: bool = True) -> None:
        dask, distributed = (need(name, "dask", "dask") for name in ("dask", "distributed"))
        self.reference = reference
        self.again = "continue with --resume" if in_parts else "start again; a run in parts, -o DIR/, can be continued"
        with ExitStack() as opened:
            # a chunk goes with its task, so that a lost one can be made again; that makes the graph large on purpose
            opened.enter_context(
                dask.config.set(
                    {
                        "distributed.admin.large-graph-warning-threshold": "1GB",
                        "distributed.comm.timeouts.connect": "20s",
                    }
                )
            )
            try:
                where: Any = address
                if address == "local":
                    where = opened.enter_context(
                        distributed.LocalCluster(
                            n_workers=jobs, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
                        )
                    )
                self.client: Any = opened.enter_context(distributed.Client(where))
                self.client.wait_for_workers(1, timeout=_PATIENCE)
                self._check_versions()
            except (OSError, ValueError, TimeoutError) as error:
                raise StanceError(f"{address}: no Dask scheduler with a worker answers: {error}") from error
            self.opened = opened.pop_all()
        self.late = distributed.TimeoutError
        self.broken = (distributed.KilledWorker, distributed.client.FutureCancelledError, OSError)

    def _check_versions(self) -> None:
        """A worker without the package would be waited for without an end, one of another version score otherwise."""
        asked = resolve_name, "stance:__version__"
        found: dict[str, Any] = self.client.run(*asked, on_error="return")
        try:
            found["the scheduler"] = self.client.run_on_scheduler(*asked)
        except (ImportError, AttributeError) as error:
            found["the scheduler"] = error
        for where, version in found.items():
            if version != __version__:
                has = f"stance {version}" if isinstance(version, str) else f"no stance ({version})"
                raise StanceError(f"{where} has {has}; install sanctions-stance {__version__} there, too")

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except self.broken as error:
            raise StanceError(f"the Dask cluster lost a chunk: {error}; {self.again}") from error

    @property
    def ahead(self) -> int:
        """Two chunks a thread, by the number of workers at this moment."""
        with self._answering():
            threads: int = sum(self.client.nthreads().values())
        return 2 * max(1, threads)

    def submit(self, articles: Any, form: Form) -> Callable[[], Part]:
        """Send a chunk to the cluster; the function returned waits for the part."""
        with self._answering():
            future = self.client.submit(score_part, self.reference, pack(articles), form, pure=False)

        def result() -> Part:
            with self._answering():
                try:
                    part = self._wait(future)
                finally:
                    future.release()
            return part

        return result

    def _wait(self, future: Any) -> Part:
        """The part, as long as there is somebody to make it: Dask itself would wait for a worker without an end."""
        last = time.monotonic()
        while True:
            try:
                part: Part = future.result(_PATIENCE / 10)
                return part
            except self.late:
                # the scoring may have failed so, too
                if future.status == "error":
                    raise
            if self.client.nthreads():
                last = time.monotonic()
            elif time.monotonic() - last >= _PATIENCE:
                raise StanceError(f"no worker left on the Dask cluster for {_PATIENCE} s; {self.again}")

    def close(self, failed: bool) -> None:
        """Leave the cluster; a local one is shut down."""
        self.opened.close()
