"""Kill -9 at random moments of a long run, resume each time, and compare with an undisturbed run, byte for byte.

    python benchmarks/resume_trial.py --paragraphs 200000 --kills 10

The rows of all parts are sorted and compared as text; so are the parts themselves.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from batch import write_input


def sorted_rows(folder: Path) -> str:
    """SHA-256 of all rows, sorted."""
    rows = [line for part in sorted(folder.glob("part-*.jsonl")) for line in part.read_bytes().splitlines()]
    return hashlib.sha256(b"\n".join(sorted(rows))).hexdigest()


def main() -> int:
    """Run the trial; 0 if nothing was lost and nothing stands there twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, default=200_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--chunk", type=int, default=2_000)
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--model", help="folder of a model; the default one if left out")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as scratch:
        source, whole, run = Path(scratch) / "in.parquet", Path(scratch) / "whole", Path(scratch) / "run"
        write_input(source, args.paragraphs)
        command = [sys.executable, "-m", "stance", "score", str(source), "-f", "jsonl", "--no-progress", "--resume"]
        command += ["--chunk", str(args.chunk), "--jobs", str(args.jobs)]
        command += ["-m", args.model] if args.model else []
        began = time.perf_counter()
        subprocess.run([*command, "-o", f"{whole}/"], check=True)
        seconds = time.perf_counter() - began
        chunks = len(list(whole.glob("part-*")))
        print(f"undisturbed: {seconds:.1f} s, {chunks} chunks")
        # a moment is a number of finished chunks, and then some, so that each lies within the work
        moments = sorted(rng.sample(range(chunks), min(args.kills, chunks)))
        killed = 0
        for goal in moments:
            process = subprocess.Popen([*command, "-o", f"{run}/"], stderr=subprocess.DEVNULL, start_new_session=True)
            while len(list(run.glob("part-*"))) < goal and process.poll() is None:
                time.sleep(0.001)
            time.sleep(rng.uniform(0, 1.5 * seconds / chunks))
            alive = process.poll() is None
            os.killpg(process.pid, signal.SIGKILL) if alive else None
            process.wait()
            killed += alive
            print(f"killed with {len(list(run.glob('part-*')))} of {chunks} chunks" if alive else "had ended")
        subprocess.run([*command, "-o", f"{run}/"], check=True)
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
        rows = sorted_rows(run) == sorted_rows(whole)
        parts = all((run / p.name).read_bytes() == p.read_bytes() for p in whole.glob("part-*"))
        read = manifest["totals"]["articles"]["read"]
        print(f"{killed} kills; rows equal after sorting: {rows}; parts equal: {parts}; {read} articles read")
        return 0 if rows and parts and read == args.paragraphs else 1


if __name__ == "__main__":
    sys.exit(main())
