"""Calibration: margins to probabilities that mean what they say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from stance.model.weights import softmax

__all__ = ["fit_temperature", "fit_temperatures", "weigh_as_found"]

# A weak pull towards "leave the margins as they are", for corpora with few paragraphs of a class.
_RIDGE = 1e-3
# Fewer paragraphs than this settle no temperature of their own.
_LEAST = 100


def fit_temperature(
    margins: npt.NDArray[np.float64], truth: npt.NDArray[np.int64], weight: npt.NDArray[np.float64] | None = None
) -> float:
    """Fit ``softmax(scale * margin)`` to held-out margins by maximum likelihood.

    Temperature scaling (Guo, Pleiss, Sun and Weinberger 2017): one number, which a few hundred paragraphs settle and
    which changes no label.

    Parameters
    ----------
    margins : ndarray, shape (paragraphs, labels)
        Margins from models that did not see the paragraph.
    truth : ndarray of int, shape (paragraphs,)
        Column of the true label.
    weight : ndarray, shape (paragraphs,), optional
        How much each counts; all count alike by default.

    Returns
    -------
    float
        The scale, the inverse of the temperature; positive.

    Examples
    --------
    >>> margins = np.array([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [2.0, 0.0], [0.0, 2.0], [0.0, 2.0]])
    >>> 0 < fit_temperature(margins, np.array([0, 0, 0, 1, 1, 0])) < 1
    True
    """
    rows = np.arange(len(truth))

    def loss(log_scale: float) -> float:
        p = softmax(np.exp(log_scale) * margins)[rows, truth]
        return float(np.average(-np.log(np.maximum(p, 1e-300)), weights=weight) + _RIDGE * log_scale**2)

    found = minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded", options={"xatol": 1e-10})
    return float(np.exp(found.x))


def fit_temperatures(
    margins: npt.NDArray[np.float64],
    truth: npt.NDArray[np.int64],
    mentioned: npt.NDArray[np.bool_],
    weight: npt.NDArray[np.float64] | None = None,
) -> npt.NDArray[np.float64]:
    """Fit one temperature to the paragraphs that do not mention the target and one to those that do.

    That a paragraph is unrelated is easy to see where nothing is mentioned; which side it takes is hard to see where
    something is. One temperature for both is too sure of the second and not sure enough of the first.

    Parameters
    ----------
    margins : ndarray, shape (paragraphs, labels)
        Margins from models that did not see the paragraph.
    truth : ndarray of int, shape (paragraphs,)
        Column of the true label.
    mentioned : ndarray of bool, shape (paragraphs,)
        Whether the paragraph mentions the target.
    weight : ndarray, shape (paragraphs,), optional
        How much each counts; all count alike by default.

    Returns
    -------
    ndarray, shape (2,)
        Scales without and with a mention; both are that of all paragraphs where a kind has fewer than a hundred.

    Examples
    --------
    >>> margins = np.tile([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]], (200, 1))
    >>> truth = np.tile([0, 0, 1], 200)
    >>> without, within = fit_temperatures(margins, truth, np.tile([True, False, True], 200))
    >>> bool(without > 1 > within)
    True
    """
    weight = np.ones(len(truth)) if weight is None else weight
    kinds = [~mentioned, mentioned]
    if min(int(kind.sum()) for kind in kinds) < _LEAST:
        return np.full(2, fit_temperature(margins, truth, weight))
    return np.array([fit_temperature(margins[kind], truth[kind], weight[kind]) for kind in kinds])


def weigh_as_found(
    related: npt.NDArray[np.bool_], mentioned: npt.NDArray[np.bool_], share: float
) -> npt.NDArray[np.float64]:
    """Weigh paragraphs so that, of those without a mention, the related ones have the share that they have elsewhere.

    A corpus whose writers avoid the usual words has more paragraphs that are about a target without naming it than the
    text that is to be scored, so that a model calibrated on it is too modest there (prior shift; Saerens, Latinne and
    Decaestecker 2002).

    Parameters
    ----------
    related : ndarray of bool, shape (paragraphs,)
        Whether the paragraph is about the target.
    mentioned : ndarray of bool, shape (paragraphs,)
        Whether the paragraph mentions the target.
    share : float
        Of related paragraphs among those without a mention, between 0 and 1.

    Returns
    -------
    ndarray, shape (paragraphs,)
        1 but for related paragraphs without a mention; 1 for all where a lexicon that finds nothing tells nothing, or
        one of the two kinds without a mention is missing.

    Examples
    --------
    >>> related, mentioned = np.array([True, True, False, True]), np.array([False, False, False, True])
    >>> weigh_as_found(related, mentioned, 0.5).tolist()
    [0.5, 0.5, 1.0, 1.0]
    """
    weight = np.ones(len(related))
    hidden = related & ~mentioned
    others = int((~related & ~mentioned).sum())
    if mentioned.any() and hidden.any() and others:
        weight[hidden] = share / (1 - share) * others / hidden.sum()
    return weight
