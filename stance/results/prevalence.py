"""Prevalence: what shares a collection has, estimated from the model's probabilities and a sample coded by hand.

Counting labels ("classify and count") carries the classifier's errors into every share. Here the sample corrects them:
the estimate is right on average whatever the model does, and the better the model the narrower the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stance.errors import ArgumentError, StanceError, kind_of
from stance.results.correction import LEAST_CODED, Correction, Floats, Ints, corrections, is_label, net_parts, sums_by
from stance.results.counting import group_values, number_groups, order_of_groups, whole_names
from stance.results.population import find_coded, population
from stance.results.sampling import has_code
from stance.results.scored import Results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NET", "effective_number", "estimate_prevalence", "few_errors", "share_values"]

#: From fewer related ones among them net stance gets no interval, as in roll-ups.
LEAST_RELATED = 3
#: With fewer errors of the model among the coded an interval may be too narrow: of a model that was sure of wrong
#: labels, those of shares of 2 and 3 % held the truth in 0 of 100 samples without an error, in 56 to 84 with one, in 89
#: to 96 with two (simulated).
LEAST_ERRORS = 3
#: In the place of a label: the row of the net stance.
NET = "net"

# what is less comes of adding up in another order
_ROUNDING = 1e-9
_VALUES = ("prevalence", "se", "low", "high", "effective_size")


def estimate_prevalence(results: Results | pd.DataFrame, codes: pd.DataFrame, level: str = "all") -> pd.DataFrame:
    r"""Estimate the prevalence of every label, and net stance, from a coded random sample.

    The survey regression estimator (Cochran 1977, chapter 7; Särndal, Swensson and Wretman 1992, chapters 6 and 10;
    known as prediction-powered inference since Angelopoulos et al. 2023, and with a slope as PPI++, arXiv:2311.01453).
    With :math:`g` the model's probabilities of all :math:`N` paragraphs of a group, and the labels :math:`y` of the
    :math:`n` coded ones as zeros and ones,

    .. math:: \hat p = \bar f_N + \sum_n w (y - f) / \sum_n w, \quad f = B g + a

    where :math:`w` is how many paragraphs a coded one stands for. The slope :math:`B` between 0 and 1, the same for all
    labels of a target so that they add up to one, makes the error least over the whole sample; :math:`a` is the mean of
    :math:`y - B g` among all coded paragraphs of a stratum, so that it does not matter how many of them a group happens
    to have. Right on average for any model, as the sample is random; of a bad one :math:`B` is near 0, which leaves the
    sample alone. Where a share is below 0, the nearest ones that are not, and still add up to one, take their place
    (the projection onto the simplex, Duchi et al. 2008), which are on the whole never further from the true ones.
    Net stance is the ratio of (favor - against) to the related, of these estimates.

    The standard error is that of stratified random sampling without replacement, by linearization (Särndal et al. 1992,
    section 5.5), for the paragraphs of this collection: of articles that might have been collected instead it says
    nothing. Of several strata each has the variance seen among its coded paragraphs, or, where that is more, the one
    that the model's probabilities expect, though no more than if one coded paragraph more were wrong: of a stratum
    that holds most paragraphs, few errors are drawn, and often none.
    Intervals are Wilson's (1927) with the effective sample size that Korn and Graubard (1998) put into those of Clopper
    and Pearson; of a label that no coded paragraph of the group has they begin at 0, of one that all have they end at
    1. For net stance they are plain ones. Both are by Student's t with as many degrees of freedom as there are coded
    paragraphs of the group, less one for each stratum and one for the slope; for net stance no more than one less than
    there are related ones among them, of which those that stand for many others count for more (Kish 1965). Where a
    label is rare, or the model so good that hardly any of its errors is among the coded, or surer than it is right,
    they hold the truth less often than they say. Once all are coded nothing is left to chance, and an interval has no
    width.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        Of paragraphs; boilerplate is left out. Paragraphs that the model abstained from are part of it.
    codes : pandas.DataFrame
        As `read_codes` has them, of a sample drawn by `draw_sample`. Paragraphs without a code of a target are taken
        to be missing at random, and a sample without its column ``drawn_from`` to be one of all paragraphs.
    level : str
        What is estimated by itself: ``all``, or what `roll_up` groups by. All coded paragraphs decide the slope.

    Returns
    -------
    pandas.DataFrame
        A row for each group, target and label, and one for net stance: the group, ``target``, ``label`` (``net`` for
        net stance), ``paragraphs``, ``coded``, ``counted`` (the classify-and-count figure, of those with a label),
        ``prevalence`` (for net stance from -1 to 1), ``se``, ``low`` and ``high`` (95 %), ``effective_size`` (how many
        paragraphs, drawn with replacement and coded, would give the same error without the model; of net stance there
        is none). Missing from fewer than 30 coded paragraphs; of net stance ``low`` and ``high`` also from fewer than
        three related ones, and where these agree so that its error is zero.

    Raises
    ------
    StanceError
        If a coded paragraph is not in the results, or twice among the codes; if its text is another one; if the sample
        was drawn from other paragraphs, or within other labels; if coders differ and nothing is decided; if a code is
        no label of its target; if too few are coded; if the results lack what ``level`` needs.
    ArgumentError
        If something of another kind is given.

    Examples
    --------
    >>> import pandas as pd
    >>> from stance.labels import Target
    >>> labels = ["favor", "against", "neutral", "unrelated"] * 25
    >>> frame = pd.DataFrame({"article_id": "a", "paragraph": range(100), "text": "...", "tax": labels})
    >>> frame = frame.assign(tax_abstained=None, **{f"tax_p_{label}": 0.25 for label in labels[:4]})
    >>> codes = frame[["article_id", "paragraph", "text", "tax"]].iloc[:40].assign(drawn_from="100")
    >>> rows = estimate_prevalence(Results(frame, (Target("tax"),), "paragraph"), codes)
    >>> row = rows.loc[0]
    >>> row["target"], row["label"], int(row["coded"]), round(float(row["prevalence"]), 2), round(float(row["high"]), 2)
    ('tax', 'favor', 40, 0.25, 0.37)
    """
    if not isinstance(level, str):
        raise ArgumentError(f"a level of estimates is one name, not {kind_of(level)}")
    if level in ("target", "label", "paragraphs", "coded", "counted", *_VALUES):
        raise StanceError(f"{level!r} is a column of the estimates; give yours another name to group by it")
    results = population(results)
    paragraphs = results.frame
    names, groups = _groups(paragraphs, level, results.orders.get(level, ()))
    sizes = np.bincount(groups, minlength=len(names))
    rows: list[dict[str, Any]] = []
    for correction in corrections(results, codes):
        target, estimate = correction.target, _Estimate(correction)
        foretold = _Foretold.of_groups(correction.probabilities, groups, correction.design.strata, len(names))
        counts = sums_by(groups, is_label(paragraphs[target.name], target), len(names))
        for group, name in enumerate(names):
            about = ({} if level == "all" else {level: name}) | {"target": target.name}
            found = estimate.rows(
                groups[correction.design.places] == group, int(sizes[group]), foretold[group], counts[group]
            )
            rows += [{**about, "label": row.pop("label"), "paragraphs": int(sizes[group]), **row} for row in found]
    import pandas as pd

    frame = pd.DataFrame(rows)
    return frame if level == "all" else frame.assign(**{level: whole_names(frame[level])})


def few_errors(results: Results, codes: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Labels of which fewer than `LEAST_ERRORS` errors of the model are among the coded, by target, and how many are.

    An error on a label is a paragraph that has it and was not given it, or the other way round. There is none where all
    paragraphs are coded, as nothing is left to chance. The texts of the codes `estimate_prevalence` has compared.
    """
    results = population(results)
    paragraphs, places = results.frame, find_coded(results, codes, compare_texts=False)
    few: dict[str, dict[str, int]] = {}
    for target in results.targets:
        given = has_code(codes[target.name])
        said = paragraphs[target.name].iloc[places[given]]
        errors = (is_label(said, target) != is_label(codes[target.name][given], target)).sum(axis=0).tolist()
        found = zip(target.labels, errors, strict=True)
        few[target.name] = {label: n for label, n in found if n < LEAST_ERRORS and given.sum() < len(paragraphs)}
    return few


@dataclass(frozen=True)
class _Foretold:
    """What the model's probabilities tell of a group, stratum by stratum."""

    sizes: Floats
    sums: Floats
    products: Floats
    """Sums of the products of two probabilities; shape (strata, labels, labels)."""

    @classmethod
    def of_groups(cls, probabilities: Floats, groups: Ints, strata: Ints, number: int) -> list[_Foretold]:
        many = int(strata.max(initial=0)) + 1
        cells = groups * many + strata
        sizes = np.bincount(cells, minlength=number * many).astype(float).reshape(number, many)
        sums = sums_by(cells, probabilities, number * many).reshape(number, many, -1)
        products = [sums_by(cells, probabilities * column[:, None], number * many) for column in probabilities.T]
        return list(map(cls, sizes, sums, np.stack(products, axis=1).reshape(*sums.shape, -1)))

    def mean(self) -> Floats:
        """The mean probability of each label."""
        return np.asarray(self.sums.sum(axis=0) / self.sizes.sum())

    def variance(self, slope: float, of: Floats, center: Floats, sizes: Ints) -> Floats:
        """The variance expected in each stratum of what the paragraphs of the group are off by, and the others by 0.

        A paragraph of labels y and probabilities g is off by ``of @ (y - slope * g) - center``, with the center of its
        stratum; ``sizes`` are those of the strata. If the probabilities are right, y varies by diag(g) - gg' around g.
        """
        within = self.sums @ of**2 - self.products @ of @ of
        linear = self.sums @ of
        squares = (1 - slope) ** 2 * (self.products @ of @ of) - 2 * (1 - slope) * center * linear
        mean = ((1 - slope) * linear - center * self.sizes) / sizes
        return np.asarray((within + squares + center**2 * self.sizes) / sizes - mean**2)


def _groups(paragraphs: pd.DataFrame, level: str, categories: Sequence[str]) -> tuple[list[Any], Ints]:
    """What the groups are called, in order, and the group of every paragraph."""
    values = group_values(paragraphs, level)
    # without its index, which may have the name of the level
    number = number_groups(values.reset_index(drop=True).to_frame(level), [level])
    first = np.unique(number, return_index=True)[1]
    names = values.iloc[first].tolist()
    order = order_of_groups(whole_names(values.iloc[first]).tolist(), categories)
    return [names[i] for i in order], np.argsort(order)[number]


class _Estimate:
    """The regression estimator of one target."""

    def __init__(self, correction: Correction) -> None:
        self.correction, self.design, self.target = correction, correction.design, correction.target
        self.signs, self.related = net_parts(self.target)

    def rows(
        self, inside: npt.NDArray[np.bool_], size: int, foretold: _Foretold, counts: Floats
    ) -> list[dict[str, Any]]:
        """One row a label of a group, and one for net stance.

        ``inside`` says which coded paragraphs are of the group, ``size`` how many it has, coded or not, ``foretold``
        what their probabilities tell, and ``counts`` holds the labels that they were given.
        """
        coded = int(inside.sum())
        shares = counts / counts.sum() if counts.sum() else np.full(len(counts), np.nan)
        counted = [*shares.tolist(), _ratio(float(shares @ self.signs), float(shares @ self.related))]
        values = np.full((len(counted), len(_VALUES)), np.nan)
        freedom = coded - len(np.unique(self.design.stratum[inside])) - 1
        if coded >= LEAST_CODED and freedom >= 1:
            values = self._values(inside, size, foretold, freedom)
        named = self.target.labels if self.target.sides is None else [*self.target.labels, NET]
        return [
            {
                "label": label,
                "coded": coded,
                "counted": counted[k],
                **dict(zip(_VALUES, values[k].tolist(), strict=True)),
            }
            for k, label in enumerate(named)
        ]

    def _values(self, inside: npt.NDArray[np.bool_], size: int, foretold: _Foretold, freedom: int) -> Floats:
        """`_VALUES` of each label, and of net stance."""
        from scipy.special import stdtrit

        # where all are coded nothing is left to chance, and each stands for itself alone
        chance = int(inside.sum()) < size
        t = float(stdtrit(freedom, 0.975)) if chance else 0.0
        weights = np.where(inside, self.design.weights if chance else 1.0, 0.0)
        whole = float(weights.sum())
        share = weights / whole
        truth, slope, levels = self.correction.truth, self.correction.slope, self.correction.levels
        alone, off = share @ truth, share @ self.correction.residuals
        known = slope * foretold.mean() + foretold.sizes @ levels / foretold.sizes.sum()
        estimate = _nearest_shares(known + off)
        # what each coded paragraph moves the estimates by
        moves = inside[:, None] / whole * (self.correction.residuals - off)
        # of a group that is coded in whole strata only, nothing is known of what it has in others
        told = bool((self.design.coded < self.design.sizes)[self.design.stratum[inside]].any())

        def variance(of: Floats) -> float:
            if not chance:
                return 0.0
            expected = foretold.variance(slope, of, (levels + off) @ of, self.design.sizes) / whole**2
            # the slope has taken one degree of freedom
            most = float(np.ptp(of)) / whole if told else 0.0
            return self.design.variance(moves @ of, expected, most) * (1 + 1 / freedom)

        rows = [
            share_values(float(p), float(q), variance(of), t, effective_number(weights))
            for p, q, of in zip(estimate, alone, np.eye(len(estimate)), strict=True)
        ]
        net, error, half, related = np.nan, np.nan, np.nan, float(estimate @ self.related)
        if related > _ROUNDING:
            net = float(estimate @ self.signs) / related
            error = np.sqrt(variance((self.signs - net * self.related) / related))
            # few related ones tell little of the error, and such as happen to agree nothing
            sides = truth @ self.related
            if not chance:
                half = 0.0
            elif int(sides[inside].sum()) >= LEAST_RELATED and error > _ROUNDING:
                half = float(stdtrit(max(min(freedom, effective_number(weights * sides) - 1), 1), 0.975)) * error
        return np.array([*rows, (net, error, max(net - half, -1.0), min(net + half, 1.0), np.nan)])


def effective_number(weights: Floats) -> float:
    """How many paragraphs of the same weight tell as much (Kish 1965, section 11.7).

    Examples
    --------
    >>> effective_number(np.array([2.0, 2.0])), effective_number(np.array([0.0, 1.0, 7.0]))
    (2.0, 1.28)
    """
    return float(weights.sum() ** 2 / (weights**2).sum())


def share_values(p: float, alone: float, variance: float, t: float, effective: float) -> tuple[float, ...]:
    """A share with its error, its interval and its effective sample size.

    The size is of the share in the sample ``alone``: an estimate that happens to be almost 0 would make it almost none.
    """
    # where none or all have the label the variance tells nothing of the size of the sample
    told = variance > _ROUNDING**2 and _ROUNDING < alone < 1 - _ROUNDING
    size = alone * (1 - alone) / variance if told else effective
    middle = (p + t * t / (2 * size)) / (1 + t * t / size)
    half = t * np.sqrt(p * (1 - p) / size + (t / (2 * size)) ** 2) / (1 + t * t / size)
    # what puts the estimate above 0 where no coded paragraph has the label is the chance of the probabilities drawn
    low = max(middle - half, 0.0) if alone > _ROUNDING else 0.0
    high = min(middle + half, 1.0) if alone < 1 - _ROUNDING else 1.0
    return p, float(np.sqrt(variance)), low, high, size


def _nearest_shares(values: Floats) -> Floats:
    """The shares nearest to values that add up to one, by Duchi et al. 2008, figure 1.

    Examples
    --------
    >>> _nearest_shares(np.array([0.625, 0.5, -0.125])).tolist()
    [0.5625, 0.4375, 0.0]
    """
    if values.min() < 0:
        falling = np.sort(values)[::-1]
        excess = (np.cumsum(falling) - 1) / np.arange(1, len(values) + 1)
        values = values - excess[np.flatnonzero(falling > excess)[-1]]
    # rounding may lead beyond 1 as well
    return np.clip(values, 0.0, 1.0)


def _ratio(a: float, b: float) -> float:
    return float(a / b) if b > 0 else float("nan")
