"""What a sample will tell, before it is coded: how wide the intervals of the estimates are to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.results.correction import Design, Floats, net_parts
from stance.results.population import find_coded, population
from stance.results.prevalence import NET, effective_number, share_values
from stance.results.sampling import probabilities_of, strata_drawn
from stance.results.scored import Results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["expected_intervals"]


def expected_intervals(results: Results | pd.DataFrame, sample: pd.DataFrame) -> pd.DataFrame:
    r"""How wide the intervals of `estimate_prevalence` will be once all of a sample is coded.

    If the probabilities :math:`p` of a label mean what they say, they are off by :math:`p (1 - p)` in the mean square,
    and the variance of its share in a stratified sample (Cochran 1977, section 5.3) is

    .. math:: \sum_h \left(\frac{N_h}{N}\right)^2 \left(1 - \frac{n_h}{N_h}\right) \frac{\overline{p (1 - p)}_h}{n_h}

    For net stance it is that of the like combination of labels. Of a model that is surer than it is right the
    intervals will be wider, and so will those of a label that the sample happens to have none of.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        Of paragraphs.
    sample : pandas.DataFrame
        As `draw_sample` draws it.

    Returns
    -------
    pandas.DataFrame
        A row for each target and label, and for net stance (``net``): ``target``, ``label``, ``expected`` (by the
        probabilities), ``half`` (half the width of its 95 % interval).

    Raises
    ------
    StanceError
        If the sample is not of these results, or too small for an estimate.

    Examples
    --------
    >>> import pandas as pd
    >>> from stance.labels import Target
    >>> from stance.results.sampling import draw_sample
    >>> frame = pd.DataFrame({"article_id": "a", "paragraph": range(1000), "text": "...", "tax": "favor"})
    >>> given = {"tax_p_favor": 0.9, "tax_p_against": 0.1, "tax_p_neutral": 0.0, "tax_p_unrelated": 0.0}
    >>> results = Results(frame.assign(tax_abstained=None, **given), (Target("tax"),), "paragraph")
    >>> expected_intervals(results, draw_sample(results, 100)).round(3).iloc[[0, -1]].to_numpy().tolist()
    [['tax', 'favor', 0.9, 0.057], ['tax', 'net', 0.8, 0.114]]
    """
    import pandas as pd
    from scipy.special import stdtrit

    results = population(results)
    paragraphs = results.frame
    places = find_coded(results, sample, compare_texts=False)
    design = Design(strata_drawn(results, sample), places, "the sample")
    sizes, weights = design.sizes, design.weights
    left = (sizes / sizes.sum()) ** 2 * (1 - design.coded / sizes) / design.coded
    freedom = max(len(places) - len(sizes) - 1, 1)

    def variance(p: Floats, of: Floats) -> float:
        unit = np.bincount(design.strata, p @ of**2 - (p @ of) ** 2) / sizes
        return float(left @ np.maximum(unit, 0.0)) * (1 + 1 / freedom)

    def times(coded: float) -> float:
        return float(stdtrit(max(coded, 1), 0.975)) if len(places) < len(paragraphs) else 0.0

    rows = []
    for target in results.targets:
        if not target.labels:
            # the results have no probabilities, which a sample does without
            continue
        p = probabilities_of(paragraphs, target)
        shares = p.mean(axis=0)
        for label, share, of in zip(target.labels, shares.tolist(), np.eye(len(shares)), strict=True):
            _, _, low, high, _ = share_values(share, share, variance(p, of), times(freedom), effective_number(weights))
            rows.append((target.name, label, share, (high - low) / 2))
        signs, related = net_parts(target)
        if target.sides is not None and (whole := float(shares @ related)) > 0:
            net = float(shares @ signs) / whole
            among = (np.bincount(design.strata, p @ related) / sizes)[design.stratum]
            few = float((weights @ among) ** 2 / (weights**2 @ among))
            half = times(min(freedom, few - 1)) * np.sqrt(variance(p, (signs - net * related) / whole))
            rows.append((target.name, NET, net, (min(net + half, 1.0) - max(net - half, -1.0)) / 2))
    return pd.DataFrame(rows, columns=["target", "label", "expected", "half"])
