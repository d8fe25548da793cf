"""What a sample will tell, before it is coded: how wide the intervals of the estimates are to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stance.results.correction import Floats, net_parts
from stance.results.prevalence import NET
from stance.results.sampling import DRAWN_FROM, find_coded, population, probabilities_of, strata_drawn
from stance.results.saved import Results, as_results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["expected_intervals"]


def expected_intervals(results: Results | pd.DataFrame, sample: pd.DataFrame) -> pd.DataFrame:
    r"""How wide the intervals of `estimate_prevalence` are to be once all of a sample is coded.

    If the probabilities :math:`p` of a label mean what they say, they are off by :math:`p (1 - p)` in the mean square,
    and the variance of its share in a stratified sample (Cochran 1977, section 5.3) is

    .. math:: \sum_h \left(\frac{N_h}{N}\right)^2 \left(1 - \frac{n_h}{N_h}\right) \frac{\overline{p (1 - p)}_h}{n_h}

    For net stance it is that of the like combination of labels. Of a model that is surer than it is right the
    intervals will be wider.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        Of paragraphs.
    sample : pandas.DataFrame
        As `draw_sample` draws it.

    Returns
    -------
    pandas.DataFrame
        A row for each target and label, and for net stance (`NET`): ``target``, ``label``, ``expected`` (by the
        probabilities), ``half`` (half the width of its 95 % interval).

    Examples
    --------
    >>> import pandas as pd
    >>> from stance.labels import Target
    >>> from stance.results.sampling import draw_sample
    >>> frame = pd.DataFrame({"article_id": "a", "paragraph": range(1000), "text": "...", "tax": "favor"})
    >>> given = {"tax_p_favor": 0.9, "tax_p_against": 0.1, "tax_p_neutral": 0.0, "tax_p_unrelated": 0.0}
    >>> results = Results(frame.assign(tax_abstained=None, **given), (Target("tax"),), "paragraph")
    >>> expected_intervals(results, draw_sample(results, 100)).round(3).iloc[[0, -1]].to_numpy().tolist()
    [['tax', 'favor', 0.9, 0.056], ['tax', 'net', 0.8, 0.112]]
    """
    import pandas as pd

    results = as_results(results)
    paragraphs = population(results).frame
    strata = strata_drawn(paragraphs, results.targets, str(sample[DRAWN_FROM].iloc[0]))
    sizes = np.bincount(strata)
    coded = np.bincount(strata[find_coded(paragraphs, sample)], minlength=len(sizes))
    left = (sizes / sizes.sum()) ** 2 * (1 - coded / sizes) / coded

    def half(p: Floats, of: Floats) -> float:
        unit = np.bincount(strata, p @ of**2 - (p @ of) ** 2) / sizes
        return 1.96 * float(np.sqrt(left @ np.maximum(unit, 0.0)))

    rows = []
    for target in results.targets:
        if not target.labels:
            # the results have no probabilities, which a sample does without
            continue
        p = probabilities_of(paragraphs, target)
        shares = p.mean(axis=0)
        labels = zip(target.labels, shares.tolist(), np.eye(len(shares)), strict=True)
        rows += [(target.name, label, share, half(p, of)) for label, share, of in labels]
        signs, related = net_parts(target)
        if target.sides is not None and (whole := float(shares @ related)) > 0:
            net = float(shares @ signs) / whole
            rows.append((target.name, NET, net, half(p, (signs - net * related) / whole)))
    return pd.DataFrame(rows, columns=["target", "label", "expected", "half"])
