"""The one place where coefficients are fitted: multinomial logistic regression by scikit-learn, along a path of C.

Terms are weighed by what they tell of the labels before they are penalised; the weights end up in the coefficients.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

__all__ = ["evidence_weights", "fit_path"]

Floats = npt.NDArray[np.float64]

# newton-cg reaches the optimum to this tolerance, so that the fit does not depend on where it stopped or began
_TOLERANCE = 1e-6


def fit_path(
    x: Any,
    truth: npt.NDArray[np.int64],
    weight: Floats,
    pairs: Sequence[tuple[float, str | None]],
    labels: int,
) -> list[tuple[Floats, Floats]]:
    """Fit one target for every pair of C and class weight; for each class weight, a C begins where the last one ended.

    Parameters
    ----------
    x : sparse matrix, shape (paragraphs, terms)
        Features.
    truth : ndarray of int
        Column of the true label.
    weight : ndarray of float
        Of each paragraph.
    pairs : sequence of (float, str or None)
        Inverse strength of the L2 penalty, and ``"balanced"`` or ``None``.
    labels : int
        How many labels the target has, whether all occur in `truth` or not.

    Returns
    -------
    list of (coefficients, intercepts)
        In the order of `pairs`; shapes (labels, terms) and (labels,).

    Examples
    --------
    >>> x = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> ((coef, intercept),) = fit_path(x, np.array([0, 1]), np.ones(2), [(1.0, None)], 2)
    >>> bool(coef[0, 0] > 0 > coef[1, 0])
    True
    """
    evidence = evidence_weights(x, truth, labels)
    x = sparse.csr_matrix(x) @ sparse.diags(evidence)
    found: dict[tuple[float, str | None], tuple[Floats, Floats]] = {}
    for class_weight in dict.fromkeys(given for _, given in pairs):
        estimator = LogisticRegression(
            class_weight=class_weight, solver="newton-cg", tol=_TOLERANCE, max_iter=200, warm_start=True
        )
        for c in sorted(c for c, given in pairs if given == class_weight):
            estimator.set_params(C=c)
            # one thread: its sums come in one order on every machine, and the products are too small for two
            with threadpool_limits(1, user_api="blas"):
                estimator.fit(x, truth, sample_weight=weight)
            coef, intercept = _full_coef(estimator, labels)
            found[c, class_weight] = coef * evidence, intercept
    return [found[pair] for pair in pairs]


def evidence_weights(x: Any, truth: npt.NDArray[np.int64], labels: int) -> Floats:
    """How much each term tells of the labels: the square root of its naive-Bayes log-count ratios' root mean square.

    For each label, ``ln (p / q)`` where p and q are the shares of the paragraphs with and without the label that have
    the term, with one paragraph added to either; divided by the mean of all terms. After Wang and Manning (2012),
    "Baselines and Bigrams", who scale by the ratio of two classes; one weight a term serves all labels here, so that
    one multinomial fit does. The square root, halfway to no weights, carried over best to writers not seen.

    Parameters
    ----------
    x : sparse matrix, shape (paragraphs, terms)
        Features; only whether they are zero counts.
    truth : ndarray of int
        Column of the true label.
    labels : int
        How many labels the target has.

    Returns
    -------
    ndarray, shape (terms,)
        Of mean 1.

    Examples
    --------
    >>> x = np.array([[1, 1], [1, 1], [0, 1], [0, 1]])
    >>> evidence_weights(x, np.array([0, 0, 1, 1]), 2)
    array([2., 0.])
    """
    present = sparse.csr_matrix(x, dtype=np.float64)
    present.data = np.ones_like(present.data)
    member = np.eye(labels)[truth]
    size = member.sum(axis=0)
    having = np.asarray((present.T @ member).T)
    lacking = having.sum(axis=0) - having
    p = (having + 1) / (size + 2)[:, None]
    q = (lacking + 1) / (len(truth) - size + 2)[:, None]
    told = (np.log(p / q) ** 2).mean(axis=0) ** 0.25
    mean = told.mean() if len(told) else 0.0
    return np.asarray(told / mean if mean else np.ones_like(told))


def _full_coef(estimator: LogisticRegression, labels: int) -> tuple[Floats, Floats]:
    """Coefficients and intercepts for every label, also where scikit-learn stores one row for two classes."""
    coef, intercept = estimator.coef_, estimator.intercept_
    if len(estimator.classes_) == 2:
        coef, intercept = np.vstack([-coef / 2, coef / 2]), np.concatenate([-intercept / 2, intercept / 2])
    full, starts = np.zeros((labels, coef.shape[1])), np.full(labels, -30.0)
    full[estimator.classes_], starts[estimator.classes_] = coef, intercept
    return full, starts
