"""Agreement of coders: Krippendorff's alpha of their labels, and how far they mark the same words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import numpy.typing as npt

from stance.training.corpus import Corpus
from stance.training.evaluate import Interval, interval_of, resample, sum_by_article
from stance.training.evidence import marked_words
from stance.training.probes import Probe

__all__ = [
    "MarkingAgreement",
    "alpha_with_interval",
    "coded_probes",
    "coded_units",
    "coincidence_matrices",
    "krippendorff_alpha",
    "marking_agreement",
]

Floats = npt.NDArray[np.float64]


def coded_units(corpus: Corpus, target: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """What the coders of every paragraph said that two or more have coded, and the article of each.

    A described corpus keeps it in the field ``codings``: coder to labels by target.
    """
    return _units(((example.fields.get("codings"), example.article) for example in corpus), target)


def coded_probes(probes: Iterable[Probe], target: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """The same of probes; those of one group stand for an article."""
    return _units(((probe.codings, probe.group or probe.id) for probe in probes), target)


def _units(coded: Iterable[tuple[object, str]], target: str) -> tuple[list[tuple[str, ...]], list[str]]:
    units: list[tuple[str, ...]] = []
    articles: list[str] = []
    for codings, article in coded:
        if not isinstance(codings, Mapping):
            continue
        given = tuple(labels[target] for labels in codings.values() if isinstance(labels, dict) and target in labels)
        if len(given) >= 2:
            units.append(given)
            articles.append(article)
    return units, articles


def coincidence_matrices(units: Sequence[Sequence[str]], labels: Sequence[str]) -> Floats:
    """The coincidence matrix that each unit adds (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability").

    Parameters
    ----------
    units : sequence of sequence of str
        What the coders of each unit said: two labels, or as many as there were coders. One alone adds nothing.
    labels : sequence of str
        The rows and columns, in order.

    Returns
    -------
    ndarray, shape (units, labels, labels)
        Each pair of labels of different coders, in either order, divided by the number of coders less one.

    Examples
    --------
    >>> coincidence_matrices([("a", "b"), ("b", "b", "b"), ("a",)], ["a", "b"]).sum(axis=0).tolist()
    [[0.0, 1.0], [1.0, 3.0]]
    """
    place = {label: k for k, label in enumerate(labels)}
    found = np.zeros((len(units), len(labels), len(labels)))
    for i, unit in enumerate(units):
        for a, b in permutations(unit, 2):
            found[i, place[a], place[b]] += 1 / (len(unit) - 1)
    return found


def _labels(units: Sequence[Sequence[str]]) -> list[str]:
    return sorted({label for unit in units for label in unit})


def _alpha(coincidences: Floats) -> Floats:
    marginal = coincidences.sum(axis=-1)
    n = marginal.sum(axis=-1)
    observed = n - np.trace(coincidences, axis1=-2, axis2=-1)
    expected = n**2 - (marginal**2).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        alpha = 1 - (n - 1) * observed / expected
    return np.where(expected > 0, alpha, np.nan)


def krippendorff_alpha(units: Sequence[Sequence[str]]) -> float:
    """Krippendorff's alpha for two or more coders and nominal labels.

    ``alpha = 1 - (n - 1) * sum_{c != k} o_ck / sum_{c != k} n_c n_k`` over the coincidence matrix ``o`` (Krippendorff
    2011, "Computing Krippendorff's Alpha-Reliability", sections C and D).

    Parameters
    ----------
    units : sequence of sequence of str
        As in `coincidence_matrices`.

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
    return float(_alpha(coincidence_matrices(units, _labels(units)).sum(axis=0)))


def alpha_with_interval(units: Sequence[Sequence[str]], articles: Sequence[str], *, seed: int = 0) -> Interval:
    """Alpha with a 95 % interval by a bootstrap over articles.

    Parameters
    ----------
    units : sequence of sequence of str
        As in `coincidence_matrices`, two labels at least of each unit.
    articles : sequence of str
        The article of each unit; whole articles are drawn.
    seed : int
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
    value = krippendorff_alpha(units)
    if math.isnan(value):
        return Interval(value, value, value)
    coincidences = coincidence_matrices(units, _labels(units))
    by_article = sum_by_article(coincidences, articles)
    sampled = _alpha(resample(by_article, seed))
    return interval_of(value, sampled[~np.isnan(sampled)], len(by_article), -1.0)


@dataclass(frozen=True)
class MarkingAgreement:
    """How far two coders mark the same words of a paragraph.

    Attributes
    ----------
    paragraphs : int
        Those that both marked.
    f1 : Interval
        Of single words, over all paragraphs, with a 95 % interval by a bootstrap over articles.
    by_chance : float
        The F1 of two coders who mark as many words each, but any words.
    touching : float
        The share of paragraphs of which both marked a word in common.
    """

    paragraphs: int
    f1: Interval
    by_chance: float
    touching: float


def marking_agreement(corpus: Corpus, target: str) -> MarkingAgreement | None:
    """Compare the marked words of two coders on a target.

    ``F1 = 2 sum |A & B| / sum (|A| + |B|)`` over the paragraphs, with the sets A and B of words that each marked: the
    token-level F1 of DeYoung et al. 2020 ("ERASER", section 4), with the second coder in the place of the model and all
    paragraphs together. It is of paragraphs that both marked: that a coder finds nothing to mark cannot be recorded.
    Two who mark any words share ``|A| |B| / n`` of the n words of a paragraph, on average.

    Parameters
    ----------
    corpus : Corpus
        With `evidence` and `second_evidence`.
    target : str
        The target's name.

    Returns
    -------
    MarkingAgreement or None
        None where no paragraph has the marks of two coders. From fewer than `LEAST_ARTICLES` articles the interval is
        all that F1 may be, 0 to 1.

    Examples
    --------
    >>> from stance.labels import Target
    >>> from stance.training.corpus import Example
    >>> marks = {"evidence": {"tax": ("want the tax",)}, "second_evidence": {"tax": ("the tax now",)}}
    >>> example = Example("a", 0, "They want the tax now.", {"tax": "pro"}, **marks)
    >>> found = marking_agreement(Corpus([Target("tax", ("pro", "con"))], [example]), "tax")
    >>> print(found.f1, round(found.by_chance, 3), found.touching)
    0.667 [0.000, 1.000] 0.6 1.0
    """
    counts, articles = [], []
    for example in corpus:
        if target in example.evidence and target in example.second_evidence:
            first = marked_words(example.text, example.evidence[target])
            second = marked_words(example.text, example.second_evidence[target])
            if not first | second:
                continue  # marks of signs alone
            words = len(marked_words(example.text, [example.text]))
            counts.append((2 * len(first & second), len(first) + len(second), 2 * len(first) * len(second) / words))
            articles.append(example.article)
    if not counts:
        return None
    table = np.array(counts)
    shared, marked, by_chance = table.sum(axis=0)
    by_article = sum_by_article(table[:, :2], articles)
    sampled = resample(by_article, seed=0)
    f1 = interval_of(shared / marked, sampled[:, 0] / sampled[:, 1], len(by_article))
    return MarkingAgreement(len(counts), f1, float(by_chance / marked), float((table[:, 0] > 0).mean()))
