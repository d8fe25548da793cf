"""The one place where coefficients are fitted: multinomial logistic regression by scikit-learn, along a path of C.

Terms may be weighed by what they tell of the labels before they are penalised; the weights end up in the coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

__all__ = ["Choice", "choices_of", "evidence_weights", "fit_path"]

Floats = npt.NDArray[np.float64]

# newton-cg reaches the optimum to this tolerance, so that the fit does not depend on where it stopped or began
_TOLERANCE = 1e-6


class Choice(NamedTuple):
    """How one target is fitted.

    Attributes
    ----------
    C : float
        Inverse strength of the L2 penalty.
    class_weight : {None, "balanced"}
        Whether rare labels count for more.
    evidence : bool
        Whether terms are weighed by their evidence first.
    """

    C: float
    class_weight: str | None = None
    evidence: bool = True


def choices_of(facts: Mapping[str, Any]) -> dict[str, Choice]:
    """How each target of a stored model was fitted, from the facts that the model carries.

    Examples
    --------
    >>> choices_of({"choices": {"talks": {"C": 3.0, "class_weight": None, "evidence": False}}})
    {'talks': Choice(C=3.0, class_weight=None, evidence=False)}
    """
    return {name: Choice(**stored) for name, stored in facts.get("choices", {}).items()}


def fit_path(
    x: Any,
    truth: npt.NDArray[np.int64],
    weight: Floats,
    choices: Sequence[Choice],
    labels: int,
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
    x = sparse.csr_matrix(x)
    found: dict[Choice, tuple[Floats, Floats]] = {}
    for weighed in dict.fromkeys(choice.evidence for choice in choices):
        evidence = evidence_weights(x, truth, labels) if weighed else np.ones(x.shape[1])
        scaled = x @ sparse.diags(evidence)
        for class_weight in dict.fromkeys(choice.class_weight for choice in choices):
            estimator = LogisticRegression(
                class_weight=class_weight, solver="newton-cg", tol=_TOLERANCE, max_iter=200, warm_start=True
            )
            for choice in sorted(choice for choice in choices if choice[1:] == (class_weight, weighed)):
                estimator.set_params(C=choice.C)
                # one thread: its sums come in one order on every machine, and the products are too small for two
                with threadpool_limits(1, user_api="blas"):
                    estimator.fit(scaled, truth, sample_weight=weight)
                coef, intercept = _full_coef(estimator, labels)
                found[choice] = coef * evidence, intercept
    return [found[choice] for choice in choices]


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
