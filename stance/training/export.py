"""A model as a scikit-learn Pipeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline

from stance.model.analyzer import Analyzer
from stance.model.stance_model import StanceModel

__all__ = ["BlockTerms", "CalibratedRegression", "Mentions", "to_pipeline"]


@dataclass(frozen=True)
class BlockTerms:
    """The terms of one block, as the ``analyzer`` of a scikit-learn vectorizer."""

    analyzer: Analyzer
    block: int

    def __call__(self, text: str) -> list[str]:
        """Names of the terms of one text."""
        return [term.name for term in self.analyzer.analyze(text).blocks[self.block]]


@dataclass(frozen=True)
class Mentions:
    """One term if a text mentions a target, as the ``analyzer`` of a scikit-learn vectorizer."""

    analyzer: Analyzer
    bit: int

    def __call__(self, text: str) -> list[str]:
        """Whether the target is mentioned."""
        return ["mentioned"] if self.analyzer.analyze(text).mentioned >> self.bit & 1 else []


class CalibratedRegression(LogisticRegression):  # type: ignore[misc]
    """A fitted logistic regression with the model's calibration; the last column says whether the target is mentioned.

    Parameters
    ----------
    scale : tuple of float
        Of margins without and with a mention.
    """

    def __init__(self, scale: tuple[float, float] = (1.0, 1.0)) -> None:
        super().__init__()
        self.scale = scale

    def decision_function(self, X: Any) -> Any:
        """Calibrated margins: one column a label, or a single one for two labels."""
        mentioned = np.asarray(X[:, [-1]].todense()).ravel() > 0
        scale = np.where(mentioned, self.scale[1], self.scale[0])
        margins = scale[:, None] * (X @ self.coef_.T + self.intercept_)
        return margins if len(self.classes_) > 2 else margins[:, 1] - margins[:, 0]


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
        A `FeatureUnion` of one `TfidfVectorizer` a block and one column for mentions, and a `CalibratedRegression`. It
        scores every text: abstention stays with the model.
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
    names = model.analyzer.anchored_targets
    mentions = Mentions(model.analyzer, names.index(target)) if target in names else _nothing
    parts.append(("mentioned", CountVectorizer(analyzer=mentions, vocabulary=["mentioned"])))
    # what a target's margins get without a mention, its intercept gets here, and a mention takes it away
    shift = model.weights.shift[t, columns]
    coefficients.append(-shift[:, None])
    scale = model.weights.scale[t]
    estimator = CalibratedRegression((float(scale[0]), float(scale[1])))
    estimator.classes_ = np.array(model.targets[t].labels)
    estimator.coef_ = np.hstack(coefficients)
    estimator.intercept_ = model.weights.intercept[t, columns] + shift
    estimator.n_features_in_ = estimator.coef_.shape[1]
    return Pipeline([("terms", FeatureUnion(parts, transformer_weights=weights)), ("stance", estimator)])


def _nothing(text: str) -> list[str]:
    return []
