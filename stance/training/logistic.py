"""The one place where coefficients are fitted: multinomial logistic regression by scikit-learn, along a path of C."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

__all__ = ["Choice", "choices_of", "fit_path"]

Floats = npt.NDArray[np.float64]

# newton-cg reaches the optimum to this tolerance, so that the fit does not depend on where it stopped or began
_TOLERANCE = 1e-6
# so large that the penalty on the coefficient of `apart` is next to nothing
_APART = 5.0


class Choice(NamedTuple):
    """How one target is fitted.

    Attributes
    ----------
    C : float
        Inverse strength of the L2 penalty.
    class_weight : {"equal", "balanced"}
        Whether rare labels count for more.
    """

    C: float
    class_weight: str = "equal"


def choices_of(facts: Mapping[str, Any]) -> dict[str, Choice]:
    """How each target of a stored model was fitted, from the facts that the model carries.

    Examples
    --------
    >>> choices_of({"choices": {"talks": {"C": 3.0, "class_weight": "equal"}}})
    {'talks': Choice(C=3.0, class_weight='equal')}
    """
    return {name: Choice(**stored) for name, stored in facts.get("choices", {}).items()}


def fit_path(
    x: Any,
    truth: npt.NDArray[np.int64],
    weight: Floats,
    choices: Sequence[Choice],
    labels: int,
    apart: npt.NDArray[np.bool_] | None = None,
) -> list[tuple[Floats, Floats]]:
    """Fit one target in several ways; those that differ in C alone begin where the one of the next smaller C ended.

    Parameters
    ----------
    x : sparse matrix, shape (paragraphs, terms)
        Features.
    truth : ndarray of int
        Column of the true label.
    weight : ndarray of float
        Of each paragraph.
    choices : sequence of Choice
        The ways.
    labels : int
        How many labels the target has, whether all occur in `truth` or not.
    apart : ndarray of bool, optional
        Rows whose labels are distributed in a way of their own, so that they teach what tells their labels from each
        other and not how common one is: they have further intercepts, which are not returned, and class weights.

    Returns
    -------
    list of (coefficients, intercepts)
        In the order of `choices`; shapes (labels, terms) and (labels,).

    Examples
    --------
    >>> x = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> ((coef, intercept),) = fit_path(x, np.array([0, 1]), np.ones(2), [Choice(1.0)], 2)
    >>> bool(coef[0, 0] > 0 > coef[1, 0])
    True
    """
    x, width = sparse.csr_matrix(x), x.shape[1]
    if not width:
        # settings that leave no term tell how common the labels are; scikit-learn takes no table without columns
        x = sparse.csr_matrix((len(truth), 1))
    apart = np.zeros(len(truth), dtype=np.bool_) if apart is None else apart
    if apart.any():
        x = sparse.hstack([x, sparse.csr_matrix(_APART * apart[:, None])]).tocsr()
    found: dict[Choice, tuple[Floats, Floats]] = {}
    for class_weight in dict.fromkeys(choice.class_weight for choice in choices):
        weighed = weight * _balance(truth, weight, apart) if class_weight == "balanced" else weight
        estimator = LogisticRegression(solver="newton-cg", tol=_TOLERANCE, max_iter=200, warm_start=True)
        for choice in sorted(choice for choice in choices if choice.class_weight == class_weight):
            estimator.set_params(C=choice.C)
            # one thread: its sums come in one order on every machine, and the products are too small for two
            with threadpool_limits(1, user_api="blas"):
                estimator.fit(x, truth, sample_weight=weighed)
            coef, intercept = _full_coef(estimator, labels)
            found[choice] = (coef[:, :width], intercept)
    return [found[choice] for choice in choices]


def _balance(truth: npt.NDArray[np.int64], weight: Floats, apart: npt.NDArray[np.bool_]) -> Floats:
    """What makes the labels weigh alike, as scikit-learn's "balanced" does; of rows apart by themselves."""
    factors = np.ones(len(truth))
    for part in (~apart, apart):
        if part.any():
            found, label = np.unique(truth[part], return_inverse=True)
            of_label = np.bincount(label, weight[part])
            factors[part] = (weight[part].sum() / len(found) / of_label)[label]
    return factors


def _full_coef(estimator: LogisticRegression, labels: int) -> tuple[Floats, Floats]:
    """Coefficients and intercepts for every label, also where scikit-learn stores one row for two classes."""
    coef, intercept = estimator.coef_, estimator.intercept_
    if len(estimator.classes_) == 2:
        coef, intercept = np.vstack([-coef / 2, coef / 2]), np.concatenate([-intercept / 2, intercept / 2])
    full, starts = np.zeros((labels, coef.shape[1])), np.full(labels, -30.0)
    full[estimator.classes_], starts[estimator.classes_] = coef, intercept
    return full, starts
