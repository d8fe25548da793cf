"""Agreement of coders: Krippendorff's alpha."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stance.training.corpus import Corpus
from stance.training.evaluate import LEAST_ARTICLES, Interval

__all__ = ["alpha_with_interval", "krippendorff_alpha", "paired_codings"]

Pair = tuple[str, str]


def paired_codings(corpus: Corpus, target: str) -> tuple[list[Pair], list[str]]:
    """The two codings of every paragraph that has both, with its article.

    A described corpus keeps them in the field ``codings``: coder to labels by target.
    """
    pairs: list[Pair] = []
    articles: list[str] = []
    for example in corpus:
        codings = example.fields.get("codings")
        if not isinstance(codings, dict):
            continue
        given = [labels[target] for labels in codings.values() if isinstance(labels, dict) and target in labels]
        if len(given) >= 2:
            pairs.append((given[0], given[1]))
            articles.append(example.article)
    return pairs, articles


def _coincidences(pairs: Sequence[Pair]) -> npt.NDArray[np.int64]:
    """One row a pair: the coincidence matrix that it adds, flattened."""
    labels = sorted({label for pair in pairs for label in pair})
    k = len(labels)
    found = np.zeros((len(pairs), k, k), dtype=np.int64)
    for i, (a, b) in enumerate(pairs):
        found[i, labels.index(a), labels.index(b)] += 1
        found[i, labels.index(b), labels.index(a)] += 1
    return found


def _alpha(coincidences: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    marginal = coincidences.sum(axis=-1)
    n = marginal.sum(axis=-1)
    observed = n - np.trace(coincidences, axis1=-2, axis2=-1)
    expected = n**2 - (marginal**2).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha = 1 - (n - 1) * observed / expected
    return np.where(expected > 0, alpha, np.nan)


def krippendorff_alpha(pairs: Sequence[Pair]) -> float:
    """Krippendorff's alpha for two coders and nominal labels.

    ``alpha = 1 - (n - 1) * sum_{c != k} o_ck / sum_{c != k} n_c n_k`` over the coincidence matrix ``o`` (Krippendorff
    2011, "Computing Krippendorff's Alpha-Reliability", section C).

    Parameters
    ----------
    pairs : sequence of (str, str)
        The labels of both coders, a pair a unit.

    Returns
    -------
    float
        1 for full agreement, 0 for what chance gives. NaN where only one label was used: there is no disagreement to be
        expected, and the quotient is 0 / 0.

    Examples
    --------
    >>> round(krippendorff_alpha([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]), 3)
    0.533
    """
    return float(_alpha(_coincidences(pairs).sum(axis=0).astype(np.float64)))


def alpha_with_interval(
    pairs: Sequence[Pair], articles: Sequence[str], *, seed: int = 0, replicates: int = 2000
) -> Interval:
    """Alpha with a 95 % interval by a bootstrap over articles.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Labels of both coders.
    articles : sequence of str
        The article of each pair; whole articles are drawn.
    seed, replicates : int
        Of the bootstrap.

    Returns
    -------
    Interval
        Percentiles (Efron and Tibshirani 1993, section 13.3) of those replicates that have an alpha: one that misses a
        rare label, and so has one label only, tells nothing of agreement. From fewer than `LEAST_ARTICLES` articles all
        that alpha may be, -1 to 1. All NaN where alpha is not defined.

    Examples
    --------
    >>> pairs = [("neutral", "neutral")] * 19 + [("neutral", "favor")]
    >>> print(alpha_with_interval(pairs, [str(i) for i in range(20)]))
    0.000 [-0.054, 0.000]
    """
    value = krippendorff_alpha(pairs)
    if math.isnan(value):
        return Interval(value, value, value)
    coincidences = _coincidences(pairs)
    _, number = np.unique(np.array(articles), return_inverse=True)
    count = int(number.max()) + 1
    if count < LEAST_ARTICLES:
        return Interval(value, -1.0, 1.0)
    by_article = np.zeros((count, *coincidences.shape[1:]))
    np.add.at(by_article, number, coincidences)
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=replicates)
    sampled = _alpha(np.tensordot(draws.astype(np.float64), by_article, axes=1))
    defined = sampled[~np.isnan(sampled)]
    low, high = np.percentile(defined, [2.5, 97.5]) if len(defined) else (math.nan, math.nan)
    return Interval(value, float(low), float(high))
