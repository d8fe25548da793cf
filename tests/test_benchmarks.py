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
