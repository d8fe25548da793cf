"""The quality floor: what ships may not get worse unseen.

    python tests/quality_gate.py                                 # measure and compare
    python tests/quality_gate.py --update [--allow-regression]   # pin what is measured now

Measured are grouped cross-validation in three folds on the shipped corpus, with the settings and the shift of the
default model, and its pass rate on the probes. The floor also pins the corpus, so that data cannot change unseen.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from stance.model.artefact import load_model
from stance.training.corpus_files import read_corpus
from stance.training.folds import count_corpus, read_problem
from stance.training.held_out import cross_validate
from stance.training.logistic import choices_of
from stance.training.probes import read_probes, run_probes

ROOT = Path(__file__).resolve().parent.parent
FLOOR = ROOT / "tests" / "quality_floor.json"

#: Libraries of another version may move a figure by this much.
EPSILON = 0.005


def measure() -> dict[str, Any]:
    """Corpus fingerprint, held-out macro-F1 of each target, pass rate on the probes."""
    corpus, model = read_corpus(ROOT / "data"), load_model(ROOT / "models" / "default")
    settings = model.analyzer.settings
    counts = count_corpus(corpus, settings)
    problems = [read_problem(corpus, t, folds=3, seed=0) for t in range(len(corpus.targets))]
    held_out = cross_validate(corpus, counts, settings, problems, choices_of(model.facts), jobs=-1)
    mentioned = np.zeros((len(corpus), len(problems)), dtype=np.bool_)
    for problem in problems:
        mentioned[problem.rows, problem.index] = problem.mentioned(counts)
    margins = model.weights.shifted(held_out.margins, mentioned)
    found = {}
    for problem in problems:
        columns = [model.labels.index(label) for label in problem.labels]
        given = margins[problem.rows, problem.index][:, columns].argmax(axis=1)
        found[f"macro_f1.{problem.name}"] = float(f1_score(problem.truth, given, average="macro"))
    passed, n = run_probes(model, read_probes(ROOT / "data" / "probes")).total
    return {
        "corpus": corpus.fingerprint,
        "paragraphs": len(corpus),
        "figures": {**{k: round(v, 4) for k, v in found.items()}, "probes": round(passed / n, 4)},
    }


def regressions(floor: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What is worse than the floor, in words; a changed corpus counts."""
    found = []
    if now["corpus"] != floor["corpus"]:
        found.append("the corpus is not the one that the floor was measured on")
    for name, least in floor["figures"].items():
        value = now["figures"].get(name)
        if value is None or value < least - EPSILON:
            found.append(f"{name} is {value}, below the floor of {least}")
    return found


def main(arguments: list[str] | None = None) -> str | None:
    """Compare, or pin anew. A returned text is an error."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--allow-regression", action="store_true", help="with --update: a figure may go down")
    given = parser.parse_args(arguments)
    now = measure()
    floor = json.loads(FLOOR.read_text(encoding="utf-8")) if FLOOR.exists() else None
    worse = [] if floor is None else regressions(floor, now)
    if given.update:
        lower = [line for line in worse if "below the floor" in line]
        if lower and not given.allow_regression:
            return "not pinned, as figures went down (--allow-regression pins them all the same): " + "; ".join(lower)
        FLOOR.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")
        return None
    return "; ".join(worse) or None


if __name__ == "__main__":
    sys.exit(main())
