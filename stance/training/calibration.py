"""Calibration: margins to probabilities that mean what they say."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from stance.model.weights import softmax

__all__ = ["fit_temperature", "fit_temperatures"]

# A weak pull towards "leave the margins as they are", for corpora with few paragraphs of a class.
_RIDGE = 1e-3
# Fewer paragraphs than this settle no temperature of their own.
_LEAST = 100


def fit_temperature(margins: npt.NDArray[np.float64], truth: npt.NDArray[np.int64]) -> float:
    """Fit ``softmax(scale * margin)`` to held-out margins by maximum likelihood.

    Temperature scaling (Guo, Pleiss, Sun and Weinberger 2017): one number, which a few hundred paragraphs settle and
    which changes no label.

    Parameters
    ----------
    margins : ndarray, shape (paragraphs, labels)
        Margins from models that did not see the paragraph.
    truth : ndarray of int, shape (paragraphs,)
        Column of the true label.

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
        return float(-np.log(np.maximum(p, 1e-300)).mean() + _RIDGE * log_scale**2)

    found = minimize_scalar(loss, bounds=(-5.0, 5.0), method="bounded", options={"xatol": 1e-10})
    return float(np.exp(found.x))


def fit_temperatures(
    margins: npt.NDArray[np.float64], truth: npt.NDArray[np.int64], mentioned: npt.NDArray[np.bool_]
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
    kinds = [~mentioned, mentioned]
    if min(int(kind.sum()) for kind in kinds) < _LEAST:
        return np.full(2, fit_temperature(margins, truth))
    return np.array([fit_temperature(margins[kind], truth[kind]) for kind in kinds])
