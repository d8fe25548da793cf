"""A model as a scikit-learn Pipeline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from stance.model.analyzer import Analyzer
from stance.model.stance_model import StanceModel

__all__ = ["BlockTerms", "to_pipeline"]


@dataclass(frozen=True)
class BlockTerms:
    """The terms of one block, as the ``analyzer`` of a scikit-learn vectorizer."""

    analyzer: Analyzer
    block: int

    def __call__(self, text: str) -> list[str]:
        """Names of the terms of one text."""
        return [term.name for term in self.analyzer.analyze(text).blocks[self.block]]


def to_pipeline(model: StanceModel, target: str) -> Pipeline:
    """Build a fitted Pipeline that gives the model's calibrated probabilities for one target.

    Parameters
    ----------
    model : StanceModel
        What to export.
    target : str
        Name of the target.

    Returns
    -------
    sklearn.pipeline.Pipeline
        A `FeatureUnion` of one `TfidfVectorizer` a block, and a `LogisticRegression` whose coefficients hold the
        calibration. It scores every text: abstention stays with the model.
    """
    t = model.target_index(target)
    settings = model.analyzer.settings
    columns = [model.labels.index(label) for label in model.targets[t].labels]
    parts, weights, coefficients = [], {}, []
    for b, block in enumerate(model.weights.blocks):
        if not block.terms:
            continue
        vectorizer = TfidfVectorizer(
            analyzer=BlockTerms(model.analyzer, b),
            vocabulary=list(block.terms),
            sublinear_tf=settings.sublinear_tf,
            lowercase=False,
        )
        vectorizer.idf_ = block.idf.astype(np.float64)
        parts.append((block.name, vectorizer))
        weights[block.name] = block.weight
        coefficients.append(block.coef[:, t, columns].T.astype(np.float64))
    scale = model.weights.scale[t]
    estimator = LogisticRegression()
    estimator.classes_ = np.array(model.targets[t].labels)
    estimator.coef_ = np.hstack(coefficients) * scale
    estimator.intercept_ = model.weights.intercept[t, columns] * scale + model.weights.bias[t, columns]
    if len(columns) == 2:
        estimator.coef_ = (estimator.coef_[1] - estimator.coef_[0])[None]
        estimator.intercept_ = (estimator.intercept_[1] - estimator.intercept_[0])[None]
    estimator.n_features_in_ = estimator.coef_.shape[1]
    return Pipeline([("terms", FeatureUnion(parts, transformer_weights=weights)), ("stance", estimator)])
