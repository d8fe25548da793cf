"""Comparing two models on the same paragraphs, with a paired test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

from stance.errors import CorpusError
from stance.labels import Target
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus
from stance.training.evaluate import (
    Interval,
    count_by_article,
    draws_at_once,
    interval_of,
    labels_present,
    metrics_of,
    resample,
)
from stance.training.measured import measure_model

__all__ = ["PERMUTATIONS", "Comparison", "compare_labels", "compare_models"]

Ints = npt.NDArray[np.int64]

PERMUTATIONS = 5000
#: What is compared of the metrics of `metrics_of`.
COMPARED = ("macro_f1", "f_avg", "accuracy")


@dataclass(frozen=True)
class Comparison:
    """Two ways of labelling the same paragraphs, on one target.

    Attributes
    ----------
    target : Target
        The target.
    n, articles : int
        Paragraphs compared, and the articles they come from.
    first, second : dict of str to float
        Metrics of each: ``macro_f1``, ``f_avg`` if the target has favor and against, ``accuracy``.
    difference : dict of str to Interval
        First less second, with its 95 % interval.
    p : dict of str to float
        How often a difference at least as great comes about if it is chance which of the two gave which labels.
    absent : list of str
        Labels that no paragraph has or was given by either; macro-F1 is the mean over the others, for both.
    unscored : int
        Paragraphs that one of the two did not score, and that were left out.
    """

    target: Target
    n: int
    articles: int
    first: dict[str, float]
    second: dict[str, float]
    difference: dict[str, Interval]
    p: dict[str, float]
    absent: list[str]
    unscored: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "n": self.n,
            "articles": self.articles,
            "unscored": self.unscored,
            "absent": self.absent,
            "first": {name: round(value, 4) for name, value in self.first.items()},
            "second": {name: round(value, 4) for name, value in self.second.items()},
            "difference": {
                k: [round(v.value, 4), round(v.low, 4), round(v.high, 4)] for k, v in self.difference.items()
            },
            "p": {name: round(value, 4) for name, value in self.p.items()},
        }


def compare_labels(
    target: Target, truth: Ints, first: Ints, second: Ints, groups: Sequence[object], *, seed: int = 0
) -> Comparison:
    """Compare two labellings of the same paragraphs.

    The test is a paired one by permutation: in each of `PERMUTATIONS` draws the two swap their labels in every article
    or leave them, by the toss of a coin (approximate randomization, Noreen 1989; Yeh 2000). It is two-sided, and counts
    what was observed as one of the draws (Phipson and Smyth 2010), so that p is never 0. Intervals are percentiles of a
    bootstrap over articles that draws for both at once (Efron and Tibshirani 1993, section 13.3).

    Macro-F1 is the mean over the same labels for both and in every draw: those that a paragraph has, or was given by
    either. So the macro-F1 of one is lower than `evaluate_model` has it where the other gave a label that nobody has.

    Parameters
    ----------
    target : Target
        Gives the labels.
    truth, first, second : ndarray of int, shape (paragraphs,)
        Places of the true and of the given labels among those of the target.
    groups : sequence, length paragraphs
        The article of each paragraph: swapped and drawn as a whole.
    seed : int
        Of the draws.

    Returns
    -------
    Comparison
        From fewer than `LEAST_ARTICLES` articles an interval is all that a difference may be, -1 to 1.

    Raises
    ------
    CorpusError
        If there is no paragraph, or not each has its labels and its article.

    Examples
    --------
    >>> truth = np.array([0, 1] * 20)
    >>> found = compare_labels(Target("tax", ("favor", "against")), truth, truth, np.zeros(40, int), range(40))
    >>> found.first["accuracy"], found.second["accuracy"], found.p["accuracy"] < 0.001
    (1.0, 0.5, True)
    """
    lengths = [len(truth), len(first), len(second), len(groups)]
    if lengths != [len(truth) or 1] * 4:
        raise CorpusError(
            "a comparison needs two labels, the true one and one article for each of at least one paragraph; "
            f"there are {lengths[1]} and {lengths[2]}, {lengths[0]} and {lengths[3]}"
        )
    k = len(target.labels)
    confusions = np.array([count_by_article(truth, given, groups, k) for given in (first, second)])
    count = confusions.shape[1]
    counts = confusions.reshape(2, count, k * k)
    present = labels_present(confusions.sum(axis=(0, 1)))

    def metrics(summed: npt.NDArray[Any]) -> dict[str, Any]:
        found = metrics_of(summed.reshape(*summed.shape[:-1], k, k), target.labels, present)
        return {name: found[name] for name in COMPARED if name in found}

    values = [{name: float(value) for name, value in metrics(mine.sum(axis=0)).items()} for mine in counts]
    observed = {name: value - values[1][name] for name, value in values[0].items()}
    whole, moved = counts.sum(axis=1), counts[1] - counts[0]
    random, reached = np.random.default_rng(seed), dict.fromkeys(observed, 0)
    some = draws_at_once(count)
    for done in range(0, PERMUTATIONS, some):
        change = (random.random((min(some, PERMUTATIONS - done), count)) < 0.5).astype(float) @ moved
        ours, theirs = metrics(whole[0] + change), metrics(whole[1] - change)
        for name, value in observed.items():
            reached[name] += int((np.abs(ours[name] - theirs[name]) >= abs(value) - 1e-12).sum())
    # by one seed, so that both have the articles of a draw
    drawn = [metrics(resample(mine, seed)) for mine in counts]
    difference = {
        name: interval_of(value, drawn[0][name] - drawn[1][name], count, -1.0) for name, value in observed.items()
    }
    p = {name: (times + 1) / (PERMUTATIONS + 1) for name, times in reached.items()}
    absent = list(compress(target.labels, ~present))
    return Comparison(target, len(truth), count, values[0], values[1], difference, p, absent)


def compare_models(first: StanceModel, second: StanceModel, corpus: Corpus, *, seed: int = 0) -> list[Comparison]:
    """Compare two models on a corpus that neither was trained on.

    Parameters
    ----------
    first, second : StanceModel
        The models. The most probable label counts, also below a model's least probability.
    corpus : Corpus
        Coded paragraphs.
    seed : int
        As in `compare_labels`.

    Returns
    -------
    list of Comparison
        One a target that both read and the corpus codes.

    Raises
    ------
    CorpusError
        As `measure_model` raises it, for either model; or if they share no target, differ in its labels, or score no
        paragraph both.
    """
    shared = {target.name for target in first.targets} & {target.name for target in second.targets}
    if not shared:
        reads = "; ".join(", ".join(target.name for target in model.targets) for model in (first, second))
        raise CorpusError(f"the models share no target: {reads}")
    ours, others = (measure_model(model, corpus, shared) for model in (first, second))
    named = {one.target.name: one for one in others}
    found = []
    for mine in ours:
        name, theirs = mine.target.name, named[mine.target.name]
        labels = mine.target.labels
        order = [theirs.target.labels.index(label) if label in theirs.target.labels else -1 for label in labels]
        if -1 in order or len(order) != len(theirs.target.labels):
            raise CorpusError(
                f"the models have different labels on {name!r}: {', '.join(labels)}; {', '.join(theirs.target.labels)}"
            )
        scored = ~np.isnan(mine.probabilities).any(axis=1) & ~np.isnan(theirs.probabilities).any(axis=1)
        if not scored.any():
            raise CorpusError(f"no paragraph coded on {name!r} is scored by both models")
        given = [m[scored].argmax(axis=1) for m in (mine.probabilities, theirs.probabilities[:, order])]
        groups = [mine.groups[i] for i in np.flatnonzero(scored)]
        comparison = compare_labels(mine.target, mine.truth[scored], given[0], given[1], groups, seed=seed)
        found.append(replace(comparison, unscored=int((~scored).sum())))
    return found
