"""What a coded sample tells of a model: how its probabilities are corrected, for estimates and for regressions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stance.errors import StanceError, number_of
from stance.labels import Target, is_related, scored_targets
from stance.results.population import Population, find_coded
from stance.results.sampling import has_code, probabilities_of, strata_drawn, undecided
from stance.results.scored import PLACE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEAST_CODED", "Correction", "Design", "Floats", "Ints", "corrections", "is_label", "net_parts", "sums_by"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: From fewer coded paragraphs nothing is estimated: all would rest on the errors of a few.
LEAST_CODED = 30


def is_label(said: pd.Series[Any], target: Target) -> Floats:
    """Ones where a label is said, a column each."""
    same = np.zeros((len(said), len(target.labels)))
    for k, label in enumerate(target.labels):
        # what is missing may be equal to nothing and not unequal either
        same[:, k] = (said == label).fillna(False)
    return same


def net_parts(target: Target) -> tuple[Floats, Floats]:
    """What each label adds to the upper and to the lower part of net stance, (favor - against) / related.

    Examples
    --------
    >>> [part.tolist() for part in net_parts(Target("tax"))]
    [[1.0, -1.0, 0.0, 0.0], [1.0, 1.0, 1.0, 0.0]]
    """
    signs = [{"favor": 1.0, "against": -1.0}.get(label.lower(), 0.0) for label in target.labels]
    return np.array(signs), np.array([float(is_related(label)) for label in target.labels])


def sums_by(groups: Ints, values: Floats, number: int) -> Floats:
    """The sums of each column in each group."""
    return np.array([np.bincount(groups, column, number) for column in values.T]).T


class Design:
    """A stratified random sample, of which some may have gone uncoded.

    Attributes
    ----------
    strata : ndarray of int64, shape (paragraphs,)
        The stratum of each paragraph.
    places, stratum : ndarray of int64, shape (coded,)
        Which paragraphs are coded, and the stratum of each.
    sizes, coded : ndarray of int64, shape (strata,)
        How many paragraphs each stratum has, and how many of them are coded.
    weights : ndarray of float64, shape (coded,)
        How many paragraphs a coded one stands for.
    """

    def __init__(self, strata: Ints, places: Ints, shown: str) -> None:
        if len(places) < LEAST_CODED:
            raise StanceError(
                f"{shown}: {number_of(len(places), 'coded paragraph')}; an estimate needs at least {LEAST_CODED}"
            )
        self.strata, self.places, self.stratum = strata, places, strata[places]
        self.sizes = np.bincount(strata)
        self.coded = np.bincount(self.stratum, minlength=len(self.sizes))
        if thin := int(((self.coded < 2) & (self.coded < self.sizes)).sum()):
            raise StanceError(
                f"{shown}: {thin} of {len(self.sizes)} labels that the sample was drawn within have fewer than two "
                "coded paragraphs; code more of them, or draw a sample without --within"
            )
        self.weights: Floats = (self.sizes / self.coded)[self.stratum]

    def variance(self, values: Floats, expected: Floats, most: float) -> float:
        """Of the weighted sum of one value a coded paragraph, of which this variance is expected in each stratum.

        Few coded paragraphs of a stratum mostly show less than its variance, and none where no error was drawn. So of
        several strata each has what is expected of it, but no more than if one paragraph more had been off by ``most``.
        """
        n = self.coded.astype(float)
        means = np.bincount(self.stratum, values, len(n)) / n
        left = np.maximum(n - 1, 1)
        unit = np.bincount(self.stratum, (values - means[self.stratum]) ** 2, len(n)) / left
        if len(n) > 1:
            unit = np.maximum(unit, np.minimum(expected, unit + most**2 / left))
        return float((self.sizes**2 * (1 - n / self.sizes) * unit / n).sum())


class Correction:
    """How the probabilities of one target are corrected: by a slope, and a level of each stratum.

    With :math:`g` the probabilities and :math:`y` the labels that were coded, as zeros and ones, what is foretold of a
    paragraph is :math:`f = B g + a`. The slope :math:`B`, between 0 and 1 and the same for all labels of the target so
    that what is foretold adds up to one, makes the error least over the whole sample; :math:`a` is the mean of
    :math:`y - B g` among the coded paragraphs of a stratum.

    Attributes
    ----------
    target : Target
    design : Design
    probabilities : ndarray of float64, shape (paragraphs, labels)
    truth : ndarray of float64, shape (coded, labels)
    slope : float
    levels : ndarray of float64, shape (strata, labels)
    residuals : ndarray of float64, shape (coded, labels)
        :math:`y - f`.
    """

    def __init__(self, target: Target, design: Design, probabilities: Floats, truth: Floats) -> None:
        self.target, self.design, self.probabilities, self.truth = target, design, probabilities, truth
        w = design.weights[:, None] / design.weights.sum()
        given = probabilities[design.places]
        apart = given - (w * given).sum(axis=0)
        spread = float((w * apart**2).sum())
        slope = float((w * apart * (truth - (w * truth).sum(axis=0))).sum()) / spread if spread > 1e-12 else 0.0
        self.slope = min(max(slope, 0.0), 1.0)
        residuals = truth - self.slope * given
        self.levels = sums_by(design.stratum, residuals, len(design.sizes)) / design.coded[:, None]
        self.residuals = residuals - self.levels[design.stratum]

    def foretold(self) -> Floats:
        """:math:`f` of all paragraphs, shape (paragraphs, labels)."""
        return self.slope * self.probabilities + self.levels[self.design.strata]


def corrections(results: Population, codes: pd.DataFrame) -> Iterator[Correction]:
    """The correction of each target that was coded.

    Parameters
    ----------
    results : Population
        As `population` makes it.
    codes : pandas.DataFrame
        As `read_codes` has them, of a sample drawn by `draw_sample`.

    Raises
    ------
    StanceError
        If the codes do not fit the paragraphs or are those of a model, coders differ and nothing is decided, a code is
        no label of its target, or too few are coded.
    """
    paragraphs, targets = results.frame, results.targets
    places = find_coded(results, codes)
    if scored := scored_targets(map(str, codes.columns)):
        named = ", ".join(scored)
        raise StanceError(
            f"{named}: labels of a model among the codes, with their probabilities beside them; keep only "
            f"the columns of the sample that was drawn, with your codes as {named}"
        )
    strata = strata_drawn(results, codes)
    coded = [target for target in targets if target.name in codes and has_code(codes[target.name]).any()]
    if not coded:
        names = ", ".join(target.name for target in targets)
        raise StanceError(f"no paragraph has a code; fill in the columns {names}")
    for target in coded:
        if len(first := np.flatnonzero(undecided(codes, target, targets))):
            article, paragraph = codes[PLACE].iloc[first[0]]
            raise StanceError(
                f"{number_of(len(first), 'paragraph')} on which the coders differ without a decision on {target.name}, "
                f"first paragraph {paragraph} of article {article}; fill in the column {target.name}"
            )
        given = has_code(codes[target.name])
        truth = is_label(codes[target.name][given], target)
        known = truth.any(axis=1)
        if not known.all():
            code = codes[target.name][given].tolist()[int(known.argmin())]
            raise StanceError(f"{target.name} is {code!r} among the codes; expected one of {', '.join(target.labels)}")
        design = Design(strata, places[given], target.name)
        yield Correction(target, design, probabilities_of(paragraphs, target), truth)
