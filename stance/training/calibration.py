"""Calibration: margins to probabilities that mean what they say."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize, minimize_scalar

from stance.model.weights import softmax

__all__ = ["LEAST", "ScaleAndShift", "fit_calibration", "fit_shift", "fit_temperature", "weigh_as_found"]

Floats = npt.NDArray[np.float64]

# A weak pull towards "leave the margins as they are", for corpora with few paragraphs of a class.
_RIDGE = 1e-3
#: Fewer paragraphs than this settle no temperature of their own, and no shift.
LEAST = 100


def _log_loss(margins: Floats, truth: npt.NDArray[np.int64], weight: Floats | None) -> float:
    p = softmax(margins)[np.arange(len(truth)), truth]
    return float(np.average(-np.log(np.maximum(p, 1e-300)), weights=weight))


def fit_temperature(margins: Floats, truth: npt.NDArray[np.int64], weight: Floats | None = None) -> float:
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

    def loss(log_scale: float) -> float:
        return _log_loss(np.exp(log_scale) * margins, truth, weight) + _RIDGE * log_scale**2

    found = minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded", options={"xatol": 1e-10})
    return float(np.exp(found.x))


def fit_shift(
    margins: Floats, truth: npt.NDArray[np.int64], unrelated: npt.NDArray[np.bool_], weight: Floats
) -> tuple[float, float]:
    """Fit ``softmax(scale * (margin + shift * unrelated))`` to held-out margins by maximum likelihood.

    Where the share of unrelated paragraphs is another than in what the model learned from, a temperature alone cannot
    mend it: all margins of those labels are off by one number (prior shift; Saerens, Latinne and Decaestecker 2002).

    Parameters
    ----------
    margins : ndarray, shape (paragraphs, labels)
        Margins from models that did not see the paragraph.
    truth : ndarray of int, shape (paragraphs,)
        Column of the true label.
    unrelated : ndarray of bool, shape (labels,)
        Which labels say that a paragraph is not about the target.
    weight : ndarray, shape (paragraphs,)
        How much each counts.

    Returns
    -------
    (float, float)
        The scale, which is positive, and the shift.

    Examples
    --------
    >>> margins = np.tile([[1.0, 0.0], [0.0, 1.0]], (50, 1))
    >>> truth = np.tile([0, 1], 50)
    >>> scale, shift = fit_shift(margins, truth, np.array([False, True]), np.tile([0.1, 1.0], 50))
    >>> bool(shift > 0)
    True
    """

    def loss(found: Floats) -> float:
        log_scale, shift = map(float, found)
        shifted = np.exp(log_scale) * (margins + shift * unrelated)
        return _log_loss(shifted, truth, weight) + _RIDGE * (log_scale**2 + shift**2)

    # from margins that are far off, the way to no margins at all also goes down: what shifts them best is tried, too
    best = minimize_scalar(lambda shift: loss(np.array([0.0, shift]))).x
    options = {"xatol": 1e-8, "fatol": 1e-12, "maxiter": 2000}
    tried = [minimize(loss, [0.0, start], method="Nelder-Mead", options=options) for start in (0.0, best)]
    # where both find the same, the first
    log_scale, shift = min(tried, key=lambda found: round(found.fun, 6)).x
    return float(np.exp(log_scale)), float(shift)


class ScaleAndShift(NamedTuple):
    """What `Weights` applies to the margins of one target.

    Attributes
    ----------
    scale : ndarray, shape (2,)
        Of paragraphs without and with a mention of the target.
    shift : ndarray, shape (labels,)
        Of the margins of paragraphs without a mention.
    """

    scale: Floats
    shift: Floats


def fit_calibration(
    margins: Floats,
    truth: npt.NDArray[np.int64],
    mentioned: npt.NDArray[np.bool_],
    weight: Floats | None = None,
    unrelated: npt.NDArray[np.bool_] | None = None,
) -> ScaleAndShift:
    """Fit one temperature, perhaps with a shift, to paragraphs that do not mention the target, and one to the others.

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
    unrelated : ndarray of bool, shape (labels,), optional
        Labels whose margins are to be shifted where nothing is mentioned; none by default.

    Returns
    -------
    ScaleAndShift
        Both scales are that of all paragraphs, and nothing is shifted, where a kind has fewer than a hundred. Nor is
        anything where all paragraphs without a mention are unrelated, or none is: how rare the others are is not told.

    Examples
    --------
    >>> margins = np.tile([[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]], (200, 1))
    >>> truth = np.tile([0, 0, 1], 200)
    >>> (without, within), shift = fit_calibration(margins, truth, np.tile([True, False, True], 200))
    >>> bool(without > 1 > within), shift.tolist()
    (True, [0.0, 0.0])
    """
    weight = np.ones(len(truth)) if weight is None else weight
    unrelated = np.zeros(margins.shape[1], dtype=np.bool_) if unrelated is None else unrelated
    shift = np.zeros(margins.shape[1])
    if min(int((~mentioned).sum()), int(mentioned.sum())) < LEAST:
        return ScaleAndShift(np.full(2, fit_temperature(margins, truth, weight)), shift)
    within = fit_temperature(margins[mentioned], truth[mentioned], weight[mentioned])
    here = margins[~mentioned], truth[~mentioned]
    apart = unrelated[truth[~mentioned]]
    if apart.any() and not apart.all():
        without, by = fit_shift(*here, unrelated, weight[~mentioned])
        shift[unrelated] = by
    else:
        without = fit_temperature(*here, weight[~mentioned])
    return ScaleAndShift(np.array([without, within]), shift)


def weigh_as_found(related: npt.NDArray[np.bool_], mentioned: npt.NDArray[np.bool_], share: float) -> Floats:
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
