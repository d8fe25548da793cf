"""What happens to a long run when it is killed, when the disk is full, when a worker of its cluster is killed.

    python benchmarks/resume_trial.py kill disk dask --paragraphs 200000

kill: SIGKILL at ten random moments, resumed each time. disk: the output lies on a small tmpfs (needs root), which is
made larger after the run has stopped with its one line. dask: a cluster of two processes, one of them killed in
mid-run. Each is compared with an undisturbed run byte for byte: the rows of all parts, sorted, and the parts.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from batch import write_input


class Trial:
    """One input, its undisturbed run, and the ways to disturb it."""

    def __init__(self, args: argparse.Namespace, scratch: Path) -> None:
        self.args, self.scratch, self.rng = args, scratch, random.Random(args.seed)
        source = scratch / "in.parquet"
        write_input(source, args.paragraphs)
        self.command = [
            sys.executable,
            "-m",
            "stance",
            "score",
            str(source),
            "-f",
            "jsonl",
            "--no-progress",
            "--resume",
        ]
        self.command += ["--chunk", str(args.chunk)] + (["-m", args.model] if args.model else [])
        self.whole = scratch / "whole"
        began = time.perf_counter()
        subprocess.run([*self.local, "-o", f"{self.whole}/"], check=True, stderr=subprocess.DEVNULL)
        self.seconds = time.perf_counter() - began
        self.chunks = len(list(self.whole.glob("part-*")))
        print(f"undisturbed: {self.seconds:.1f} s, {self.chunks} chunks")

    @property
    def local(self) -> list[str]:
        """The command, on the cores of this machine."""
        return [*self.command, "--jobs", str(self.args.jobs)]

    def kill(self) -> bool:
        """Kill -9 at random moments."""
        run, killed = self.scratch / "killed", 0
        # a moment is a number of finished chunks, and then some, so that each lies within the work
        for goal in sorted(self.rng.sample(range(self.chunks), min(self.args.kills, self.chunks))):
            process = subprocess.Popen(
                [*self.local, "-o", f"{run}/"], stderr=subprocess.DEVNULL, start_new_session=True
            )
            while len(list(run.glob("part-*"))) < goal and process.poll() is None:
                time.sleep(0.001)
            time.sleep(self.rng.uniform(0, 1.5 * self.seconds / self.chunks))
            alive = process.poll() is None
            os.killpg(process.pid, signal.SIGKILL) if alive else None
            process.wait()
            killed += alive
        subprocess.run([*self.local, "-o", f"{run}/"], check=True, stderr=subprocess.DEVNULL)
        return self.same(f"{killed} kills", run)

    def disk(self) -> bool:
        """A disk that is full twice, then large enough."""
        size = sum(part.stat().st_size for part in self.whole.glob("part-*"))
        with small_disk(self.scratch / "disk", size // 3) as disk:
            for room in (size // 3, 2 * size // 3, 3 * size):
                subprocess.run(["mount", "-o", f"remount,size={room}", str(disk)], check=True)
                run = subprocess.run([*self.local, "-o", f"{disk}/run/"], capture_output=True, text=True)
                said = run.stderr.strip().splitlines()[-1]
                print(f"  room for {room / size:.0%} of the output: exit {run.returncode}: {said.split('; ')[-1][:90]}")
            return run.returncode == 0 and self.same("full disk", disk / "run")

    def dask(self) -> bool:
        """A worker of two killed in mid-run."""
        from distributed import LocalCluster

        run = self.scratch / "cluster"
        with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
            victim = next(iter(cluster.workers.values())).pid

            def strike() -> None:
                while len(list(run.glob("part-*"))) < self.chunks // 3:
                    time.sleep(0.005)
                os.kill(victim, signal.SIGKILL)

            thread = threading.Thread(target=strike)
            thread.start()
            address = cluster.scheduler_address
            subprocess.run([*self.command, "--dask", address, "-o", f"{run}/"], check=True, stderr=subprocess.DEVNULL)
            thread.join()
        return self.same("a killed worker", run)

    def same(self, what: str, run: Path) -> bool:
        """Whether nothing was lost and nothing stands there twice."""
        totals = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["totals"]["articles"]
        rows = sorted_rows(run) == sorted_rows(self.whole)
        parts = all((run / part.name).read_bytes() == part.read_bytes() for part in self.whole.glob("part-*"))
        account = totals["read"] == totals["scored"] + totals["abstained"] + totals["quarantined"]
        account &= totals["read"] == self.args.paragraphs
        print(f"{what}: rows equal after sorting: {rows}; parts equal: {parts}; read = scored + ...: {account}")
        return rows and parts and account


def sorted_rows(folder: Path) -> str:
    """SHA-256 of all rows, sorted."""
    rows = [line for part in sorted(folder.glob("part-*.jsonl")) for line in part.read_bytes().splitlines()]
    return hashlib.sha256(b"\n".join(sorted(rows))).hexdigest()


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A file system in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def main() -> int:
    """Run the trials; 0 if all went well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trials", nargs="*", default=["kill"], metavar="TRIAL", help="of kill, disk, dask  [kill]")
    parser.add_argument("--paragraphs", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--chunk", type=int, default=2_000)
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--model", help="folder of a model; the default one if left out")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    if unknown := set(args.trials) - {"kill", "disk", "dask"}:
        parser.error(f"no such trial: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory() as scratch:
        trial = Trial(args, Path(scratch))
        found = [getattr(trial, name)() for name in args.trials]
        return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
