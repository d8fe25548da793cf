"""A target of a model as a scikit-learn Pipeline."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import MANY_WORDS

from stance.labels import Target
from stance.model.analyzer import Settings
from stance.model.lexicon import Lexicon
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus, Example
from stance.training.export import to_pipeline
from stance.training.fit import fit_model
from stance.training.logistic import Choice


def test_the_exported_pipeline_scores_alike(small_model: StanceModel, small_corpus: Corpus, tmp_path: Path) -> None:
    """scikit-learn's Pipeline, written and read by joblib in another process, gives the same probabilities."""
    import joblib

    weights = small_model.weights
    shift = np.array([[0.0, 0.0, 0.0, 1.5], [0.0, 0.0, 0.0, 0.5]])
    small_model = replace(small_model, weights=replace(weights, scale=weights.scale * [1.3, 0.7], shift=shift))
    pipeline = to_pipeline(small_model, "sanctions")
    joblib.dump(pipeline, tmp_path / "p.joblib")
    texts = small_corpus.texts[:30]
    ours = small_model.score_texts(texts)[:, 0]
    theirs = joblib.load(tmp_path / "p.joblib").predict_proba(texts)
    assert list(pipeline.classes_) == list(small_model.labels)
    assert np.abs(ours - theirs).max() < 1e-6


def test_every_target_is_exported_by_its_own_labels_and_mentions() -> None:
    """Whether it has two labels or three, a lexicon or none, or a lexicon that finds nothing."""
    targets = [
        Target("trade", ("pro", "con")),
        Target("tax", ("favor", "against", "none")),
        Target("war", ("no", "yes")),
        Target("moon", ("pro", "con")),
    ]
    lexicons = {name: Lexicon({"core": [word]}) for name, word in {"tax": "tax", "war": "war", "moon": "lunar"}.items()}
    rng = random.Random(0)
    coded = []
    for i in range(36):
        labels = {target.name: rng.choice(target.labels) for target in targets}
        mentions = [name for name in ("tax", "war") if rng.random() < 0.5]
        words = [*(f"{name}{label}" for name, label in labels.items()), *mentions, *rng.choices(MANY_WORDS, k=5)]
        coded.append(Example(f"a{i}", 0, " ".join(words), labels))
    corpus = Corpus(targets, coded, lexicons=lexicons)
    choices = {target.name: Choice(10.0) for target in targets}
    model = fit_model(corpus, Settings(word_ngrams=(1, 1), min_df=1), choices, folds=2, jobs=1).model
    scale = np.array([[0.9, 1.6], [1.3, 0.5], [0.7, 1.9], [1.2, 0.4]])
    shift = np.array([[2.0 * (label in ("con", "none", "yes")) for label in model.labels]] * 4)
    shift[np.isneginf(model.weights.intercept)] = 0
    model = replace(model, weights=replace(model.weights, scale=scale, shift=shift))
    ours = model.score_texts(corpus.texts)
    for t, target in enumerate(targets):
        pipeline = to_pipeline(model, target.name)
        columns = [model.labels.index(label) for label in target.labels]
        assert list(pipeline.classes_) == list(target.labels)
        assert pipeline.predict_proba(corpus.texts) == pytest.approx(ours[:, t][:, columns], abs=1e-6)
