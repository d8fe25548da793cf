"""Measuring a model on labels it has not seen, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

from stance.labels import Target
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus
from stance.training.measured import measure_model

__all__ = [
    "FEW_ARTICLES",
    "LEAST_ARTICLES",
    "Calibration",
    "Evaluation",
    "Interval",
    "count_by_article",
    "draws_at_once",
    "evaluate_model",
    "evaluate_probabilities",
    "interval_of",
    "labels_present",
    "measure_calibration",
    "metrics_of",
    "resample",
    "sum_by_article",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BINS = 10
REPLICATES = 2000
#: From fewer articles the bootstrap tells nothing: of one every sample is the same, of two half the samples are one.
LEAST_ARTICLES = 3
#: From fewer its intervals are too narrow: of 5 they held the truth in 77 to 85 of 100 simulated corpora, of 10 in 85
#: to 91, of 20 in 90 to 93. So are those of a label that fewer paragraphs have: those of recall held in 83 of 100 with
#: 5 paragraphs, in 88 with 10.
FEW_ARTICLES = 20
CHANCES = 200
# numbers, one for each article of a draw; 16 MB
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % percentile interval.

    From few articles it is too narrow, and it has no width where every sample of them gives the same, as of 1.000.
    """

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Expected calibration error of the top label.

    It has no interval: as a sum of absolute values it is too high in every sample, and higher still in samples of a
    sample, so that a percentile interval seldom holds the true value.

    Attributes
    ----------
    error : float
        Mean distance between probability and accuracy, 0 to 1, over `BINS` bins of equal width (Guo et al. 2017).
    by_chance : float
        What it would be on average, on as many paragraphs, if every probability were true and paragraphs independent;
        those of an article seldom are, and then it is more. Of true probabilities about half the errors exceed it.
    """

    error: float
    by_chance: float

    def __str__(self) -> str:
        return f"{self.error:.3f} ({self.by_chance:.3f} by chance alone)"


@dataclass(frozen=True)
class Evaluation:
    """How well one target is read.

    Attributes
    ----------
    target : Target
        The target.
    n, articles : int
        Paragraphs measured, and the articles they come from; in cross-validation, the groups of articles.
    confusion : ndarray of int, shape (labels, labels)
        Rows are the true labels, columns the predicted ones.
    metrics : dict of str to Interval
        ``accuracy``, ``macro_f1``, ``f_avg`` (if the target has favor and against), and ``precision.LABEL``,
        ``recall.LABEL``, ``f1.LABEL``.
    calibration : Calibration
        How far its probabilities are from the truth.
    unscored : dict of str to int
        By true label, the paragraphs that the model would not score; they are left out of the metrics.
    """

    target: Target
    n: int
    articles: int
    confusion: Ints
    metrics: dict[str, Interval]
    calibration: Calibration
    unscored: dict[str, int]

    @property
    def absent(self) -> list[str]:
        """Labels that no scored paragraph has or was given; macro-F1 is the mean over the others."""
        return list(compress(self.target.labels, ~labels_present(self.confusion)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for a manifest or JSON."""
        return {
            "n": self.n,
            "articles": self.articles,
            "unscored": sum(self.unscored.values()),
            "unscored_by_label": self.unscored,
            "labels": list(self.target.labels),
            "confusion": self.confusion.tolist(),
            "metrics": {k: [round(v.value, 6), round(v.low, 6), round(v.high, 6)] for k, v in self.metrics.items()},
            "calibration_error": round(self.calibration.error, 6),
            "calibration_error_by_chance": round(self.calibration.by_chance, 6),
        }


def metrics_of(
    confusion: npt.NDArray[Any], labels: Sequence[str], present: npt.NDArray[np.bool_] | None = None
) -> dict[str, Floats]:
    """Metrics of one or many confusion matrices.

    Parameters
    ----------
    confusion : ndarray, shape (..., labels, labels)
        Rows true, columns predicted.
    labels : sequence of str
        Names of the labels.
    present : ndarray of bool, shape (labels,), optional
        Which of them macro-F1 is the mean over; by default, for each matrix, those that it has, true or predicted, as
        scikit-learn has it. What is set against each other, such as samples of a bootstrap, needs the same ones: the
        mean over fewer labels is another figure, and a higher one where a rare label is hard.

    Returns
    -------
    dict of str to ndarray of shape (...)
        Precision, recall and F1 are 0 where undefined. ``f_avg`` is the mean F1 of favor and against, the official
        metric of SemEval-2016 task 6 (Mohammad et al. 2016), also where one of the two is not ``present``.

    Examples
    --------
    >>> float(metrics_of(np.array([[3, 1], [1, 3]]), ["favor", "against"])["f_avg"])
    0.75
    """
    confusion = np.asarray(confusion, dtype=np.float64)
    hit = np.diagonal(confusion, axis1=-2, axis2=-1)
    true, predicted = confusion.sum(axis=-1), confusion.sum(axis=-2)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.nan_to_num(hit / predicted)
        recall = np.nan_to_num(hit / true)
        f1 = np.nan_to_num(2 * hit / (true + predicted))
        accuracy = np.nan_to_num(hit.sum(axis=-1) / true.sum(axis=-1))
    if present is None:
        present = labels_present(confusion)
    found = {
        "accuracy": accuracy,
        "macro_f1": f1.sum(axis=-1) / np.maximum(present.sum(axis=-1), 1),
    }
    lower = [label.lower() for label in labels]
    if "favor" in lower and "against" in lower:
        found["f_avg"] = (f1[..., lower.index("favor")] + f1[..., lower.index("against")]) / 2
    for k, label in enumerate(labels):
        found[f"precision.{label}"] = precision[..., k]
        found[f"recall.{label}"] = recall[..., k]
        found[f"f1.{label}"] = f1[..., k]
    return found


def labels_present(confusion: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which labels a paragraph has or was given; shape (..., labels) of confusion matrices (..., labels, labels)."""
    return np.asarray((confusion.sum(axis=-1) + confusion.sum(axis=-2)) > 0)


def measure_calibration(probabilities: Floats, truth: Ints, seed: int = 0) -> Calibration:
    """Measure how far the probability of the top label is from the share of paragraphs in which it is right.

    Parameters
    ----------
    probabilities : ndarray, shape (paragraphs, labels)
        Calibrated probabilities.
    truth : ndarray of int, shape (paragraphs,)
        Column of the true label.
    seed : int
        Of the draws that tell what chance alone would do.

    Returns
    -------
    Calibration
        Zeros where there are no paragraphs.

    Examples
    --------
    >>> round(measure_calibration(np.array([[0.9, 0.1]] * 10), np.array([0] * 8 + [1] * 2)).error, 3)
    0.1
    """
    if not len(truth):
        return Calibration(0.0, 0.0)
    top = probabilities.max(axis=1)
    bins = np.minimum((top * BINS).astype(np.int64), BINS - 1)

    def error(right: npt.NDArray[np.bool_]) -> float:
        return float(np.abs(np.bincount(bins, right - top, minlength=BINS)).sum() / len(top))

    rng = np.random.default_rng(seed)
    by_chance = np.mean([error(rng.random(len(top)) < top) for _ in range(CHANCES)])
    return Calibration(error(probabilities.argmax(axis=1) == truth), float(by_chance))


def evaluate_probabilities(
    target: Target, probabilities: Floats, truth: Ints, groups: Sequence[object], *, seed: int = 0
) -> Evaluation:
    """Measure one target, with 95 % intervals by a bootstrap over articles.

    Parameters
    ----------
    target : Target
        Gives the labels.
    probabilities : ndarray, shape (paragraphs, labels)
        Rows of NaN are paragraphs that the model would not score; they are left out and counted.
    truth : ndarray of int, shape (paragraphs,)
        Column of the true label.
    groups : sequence, length paragraphs
        The article of each paragraph: whole articles are drawn with replacement.
    seed : int
        Of the bootstrap.

    Returns
    -------
    Evaluation
        From fewer than `LEAST_ARTICLES` articles an interval is all that a metric may be, 0 to 1. Macro-F1 is over the
        labels that any scored paragraph has or was given, in every sample: where it misses one, its F1 is 0.
    """
    scored = ~np.isnan(probabilities).any(axis=1)
    left = np.bincount(truth[~scored], minlength=len(target.labels)).tolist()
    unscored = dict(zip(target.labels, left, strict=True))
    probabilities, truth = probabilities[scored], truth[scored]
    articles = [groups[i] for i in np.flatnonzero(scored).tolist()]
    by_article = count_by_article(truth, probabilities.argmax(axis=1), articles, len(target.labels))
    count, confusion = len(by_article), by_article.sum(axis=0)
    values = metrics_of(confusion, target.labels)
    metrics: dict[str, Interval] = {}
    if count:
        sampled = metrics_of(resample(by_article, seed), target.labels, labels_present(confusion))
        metrics = {name: interval_of(value, sampled[name], count) for name, value in values.items()}
    calibration = measure_calibration(probabilities, truth, seed)
    return Evaluation(target, len(truth), count, confusion.astype(np.int64), metrics, calibration, unscored)


def count_by_article(truth: Ints, given: Ints, groups: Sequence[object], labels: int) -> Floats:
    """The confusion of each article; shape (articles, labels, labels), rows true, columns given."""
    cells = np.zeros((len(truth), labels, labels))
    cells[np.arange(len(truth)), truth, given] = 1
    return sum_by_article(cells, groups)


def sum_by_article(values: Floats, groups: Sequence[object]) -> Floats:
    """The sum over the paragraphs of each article; shape (articles, ...) of values of shape (paragraphs, ...)."""
    names = [str(group) for group in groups]
    # not by numpy, for which each takes as much room as the longest one: a name may be a whole document
    places = {name: i for i, name in enumerate(sorted(set(names)))}
    sums = np.zeros((len(places), *values.shape[1:]))
    np.add.at(sums, np.array([places[name] for name in names], dtype=np.int64), values)
    return sums


def resample(by_article: Floats, seed: int) -> Floats:
    """The sum over each sample of a bootstrap of articles; shape (`REPLICATES`, ...) of values (articles, ...)."""
    count, rng = len(by_article), np.random.default_rng(seed)
    each, some = by_article.reshape(count, -1), draws_at_once(count)
    sums = [
        rng.multinomial(count, np.full(count, 1 / count), size=min(some, REPLICATES - first)) @ each
        for first in range(0, REPLICATES, some)
    ]
    return np.concatenate(sums).reshape(REPLICATES, *by_article.shape[1:])


def draws_at_once(articles: int) -> int:
    """How many draws of so many articles are held in memory together: of a flat file each row may be one."""
    return max(1, _AT_ONCE // articles)


def interval_of(value: float | Floats, sampled: Floats, articles: int, least: float = 0.0) -> Interval:
    """The percentiles of an estimate in the samples of `resample`; of few articles all that it may be, to 1."""
    low, high = np.percentile(sampled, [2.5, 97.5]) if articles >= LEAST_ARTICLES else (least, 1.0)
    return Interval(float(value), float(low), float(high))


def evaluate_model(model: StanceModel, corpus: Corpus, *, seed: int = 0) -> list[Evaluation]:
    """Measure a model on a corpus that it was not trained on.

    Parameters
    ----------
    model, corpus
        As in `measure_model`.
    seed : int
        Of the bootstrap.

    Returns
    -------
    list of Evaluation
        One a target of the model that the corpus codes.

    Raises
    ------
    CorpusError
        As `measure_model` raises it.
    """
    return [
        evaluate_probabilities(one.target, one.probabilities, one.truth, one.groups, seed=seed)
        for one in measure_model(model, corpus)
    ]
