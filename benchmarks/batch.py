"""Parquet to Parquet, end to end, beside a plain pandas + scikit-learn script that does the same.

    python benchmarks/batch.py --paragraphs 1000000 --json batch.json

Each is a process of its own, from start to finished output; time is the whole process, memory the highest sum over
the process and its children, looked at fifty times a second. The plain script has scikit-learn's TF-IDF of words and
pairs of words with one logistic regression a target, fitted beforehand on the shipped corpus and unpickled: what a user
would write. ``--same-features`` runs one with the pure-Python analyzer of the model, too, so that it computes the very
same probabilities.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bulk import ROOT, read_texts

PLAIN = """
import pickle, sys
import pandas as pd
frame = pd.read_parquet(sys.argv[1])
with open(sys.argv[2], "rb") as file:
    models = pickle.load(file)
for target, model in models.items():
    p = model.predict_proba(frame["text"])
    for k, label in enumerate(model.classes_):
        frame[f"{target}_p_{label}"] = p[:, k]
    frame[target] = model.classes_[p.argmax(axis=1)]
frame.to_parquet(sys.argv[3], compression="zstd")
"""

SAME = """
import sys
import pandas as pd
import stance
sys.path.insert(0, sys.argv[4])
from speed_parts import SamePipeline
frame = pd.read_parquet(sys.argv[1])
model = stance.load_model(sys.argv[2])
p = SamePipeline(model).score(frame["text"])
for t, target in enumerate(model.targets):
    for k, label in enumerate(model.labels):
        frame[f"{target.name}_p_{label}"] = p[:, t, k]
frame.to_parquet(sys.argv[3], compression="zstd")
"""


def write_input(path: Path, paragraphs: int) -> None:
    """Write so many one-paragraph articles: real text, repeated, each under an id of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = pa.array(read_texts(), pa.string())
    with pq.ParquetWriter(path, pa.schema({"id": pa.string(), "text": pa.string()}), compression="zstd") as writer:
        for start in range(0, paragraphs, len(texts)):
            part = texts.slice(0, paragraphs - start)
            ids = pa.array([f"p{start + i:09d}" for i in range(len(part))])
            writer.write_table(pa.table({"id": ids, "text": part}))


def fit_plain(path: Path) -> None:
    """Fit what a user would, on the shipped corpus."""
    import pickle

    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from stance.training.corpus_files import read_corpus

    corpus = read_corpus(ROOT / "data")
    models = {}
    for target in corpus.targets:
        examples = [e for e in corpus if e.labels.get(target.name) is not None]
        pipeline = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), min_df=2), LogisticRegression(C=10, max_iter=1000))
        models[target.name] = pipeline.fit([e.text for e in examples], [e.labels[target.name] for e in examples])
    path.write_bytes(pickle.dumps(models))


def measure(command: list[str]) -> dict[str, float]:
    """Seconds and peak memory (MB, the sum over the process and its children) of a command."""
    peak = 0.0
    began = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    stop = threading.Event()

    def watch() -> None:
        nonlocal peak
        import psutil

        while not stop.wait(0.02):
            try:
                parent = psutil.Process(process.pid)
                sizes = [p.memory_info().rss for p in (parent, *parent.children(recursive=True))]
                peak = max(peak, sum(sizes) / 1e6)
            except psutil.Error:
                pass

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, said = process.communicate()
    seconds = time.perf_counter() - began
    stop.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:6])} failed:\n{said}")
    return {"seconds": seconds, "peak_mb": peak}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paragraphs", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--jobs", type=int, default=-1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--model", help="folder of a model; the default one if left out")
    parser.add_argument("--no-peer", action="store_true", help="leave the plain script out")
    parser.add_argument("--same-features", action="store_true", help="also: the model's own features in the script")
    parser.add_argument("--json", help="write the figures here")
    args = parser.parse_args()
    model = args.model or str(ROOT / "models" / "default")
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if not args.no_peer:
            fit_plain(folder / "plain.pickle")
        print(f"{'what':<34} {'paragraphs':>11} {'s':>8} {'para/s':>9} {'peak MB':>8} {'x':>6}")
        for n in args.paragraphs:
            source = folder / f"{n}.parquet"
            write_input(source, n)
            score = [sys.executable, "-m", "stance", "score", str(source), "-m", model, "--jobs", str(args.jobs), "-o"]
            commands = {
                "stance score -o DIR/": [*score, str(folder / "run{}-{}") + os.sep],
                "stance score -o FILE": [*score, str(folder / "out{}-{}.parquet")],
            }
            if not args.no_peer:
                plain = [
                    sys.executable,
                    "-c",
                    PLAIN,
                    str(source),
                    str(folder / "plain.pickle"),
                    str(folder / "p.parquet"),
                ]
                commands["pandas + scikit-learn"] = plain
            if args.same_features:
                commands["the same features, scikit-learn"] = [
                    sys.executable, "-c", SAME, str(source), model, str(folder / "s.parquet"), str(ROOT / "benchmarks")
                ]  # fmt: skip
            taken: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
            for r in range(args.rounds):  # interleaved, for the machine drifts
                for name, command in commands.items():
                    taken[name].append(measure([word.replace("{}-{}", f"{n}-{r}") for word in command]))
            ours = statistics.median(run["seconds"] for run in taken["stance score -o DIR/"])
            for name, runs in taken.items():
                seconds = statistics.median(run["seconds"] for run in runs)
                memory = max(run["peak_mb"] for run in runs)
                print(f"{name:<34} {n:>11,} {seconds:>8.1f} {n / seconds:>9,.0f} {memory:>8.0f} {seconds / ours:>6.1f}")
                results.append({"what": name, "paragraphs": n, "seconds": seconds, "peak_mb": memory, "runs": runs})
    if args.json:
        Path(args.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
