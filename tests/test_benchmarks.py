"""Benchmarks run: what they call is there, and peers that are said to compute the same do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers import ROOT

from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus
from stance.training.logistic import Choice, fit_path

BENCHMARKS = ROOT / "benchmarks"


def test_every_benchmark_finds_what_it_calls() -> None:
    """Its imports, in one process, as no other test runs it."""
    names = sorted(path.stem for path in BENCHMARKS.glob("*.py"))
    assert "accuracy" in names
    run = subprocess.run([sys.executable, "-c", f"import {', '.join(names)}"], cwd=BENCHMARKS, capture_output=True)
    assert run.returncode == 0, run.stderr.decode()


def test_a_peer_that_is_none_is_refused() -> None:
    """And not left out of the table in silence."""
    command = [sys.executable, BENCHMARKS / "accuracy.py", "--eval", "gone.jsonl", "--peers", "majority,fastest"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2
    assert "no peer 'fastest'; there are majority, keywords, " in run.stderr


def test_the_script_of_the_same_features_computes_the_same(
    small_model: StanceModel,
    small_model_path: Path,
    small_corpus: Corpus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pure-Python analyzer and scikit-learn give the probabilities of the model."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    from batch import SAME

    texts = small_corpus.texts[:10]
    pd.DataFrame({"text": texts}).to_parquet(tmp_path / "in.parquet")
    command = [
        sys.executable,
        "-c",
        SAME,
        tmp_path / "in.parquet",
        small_model_path,
        tmp_path / "out.parquet",
        BENCHMARKS,
    ]
    subprocess.run(command, check=True)
    found = pd.read_parquet(tmp_path / "out.parquet")
    for t, target in enumerate(small_model.targets):
        given = found[[f"{target.name}_p_{label}" for label in small_model.labels]].to_numpy()
        assert np.abs(given - small_model.score_texts(texts)[:, t]).max() < 1e-9


def test_the_objective_of_both_fits_is_the_one_that_ours_minimizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is added to an intercept or a coefficient makes it greater, where paragraphs weigh differently, too."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    from speed_parts import balanced, objective

    rng = np.random.default_rng(0)
    x, truth, weight = rng.random((300, 4)), rng.choice(3, 300, p=[0.6, 0.3, 0.1]), rng.choice([0.1, 1.0], 300)
    weight[truth == 0] *= 0.3
    for choice in (Choice(10.0, "balanced"), Choice(10.0, "equal")):
        ((coef, intercept),) = fit_path(x, truth, weight, [choice], 3)
        each, least = balanced(choice, truth, weight), np.inf
        for label in range(3):
            for by in (-0.05, 0.05):
                other, start = coef.copy(), intercept.copy()
                other[label, 0] += by
                start[label] += by
                least = min(least, objective(x @ coef.T + start, coef, truth, each, choice.C))
                least = min(least, objective(x @ other.T + intercept, other, truth, each, choice.C))
        assert objective(x @ coef.T + intercept, coef, truth, each, choice.C) < least
