"""Outcomes for a regression: labels of all paragraphs, of which a coded sample has taken the model's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stance.errors import StanceError
from stance.results.correction import corrections
from stance.results.population import population
from stance.results.sampling import strata_names
from stance.results.scored import Results

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["outcome_column", "regression_outcomes"]


def outcome_column(target: str, label: str) -> str:
    """What the column of the outcomes of a label is called.

    Examples
    --------
    >>> outcome_column("sanctions", "favor")
    'sanctions_y_favor'
    """
    return f"{target}_y_{label}"


def regression_outcomes(results: Results | pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    r"""A column for each label to put into a linear regression in place of labels coded by hand.

    Labels that a model gave bias a regression: its errors depend on what a paragraph is like, and so may the variables
    of the regression. These are the pseudo-outcomes of design-based supervised learning (Egami, Hinck, Stewart and Wei
    2023). With :math:`f` what the correction of `estimate_prevalence` foretells of a paragraph,

    .. math:: \tilde y = f + w \frac{n}{n - 1} \frac{N - 1}{N} (y - f)

    for one that was coded as :math:`y`, one or zero, where :math:`w` is how many paragraphs it stands for, :math:`N`
    how many its stratum has, and :math:`n` how many of these are coded; and :math:`\tilde y = f` for all others. They
    fit what foretells on other folds of the sample; here the two fractions make up for that the level of a stratum was
    fitted on the very errors that are weighed, as they do in a variance. As paragraphs were drawn at random, the mean
    of :math:`\tilde y` over samples is right for any paragraphs that are alike in whatever variables, however wrong the
    model is, but for an error of the order of one by the number of coded ones, as the slope is a ratio. A coded
    paragraph is far above 1 or below 0; what makes the others right is just that.

    Regress them by least squares, with standard errors that hold where variances differ, best by clusters of articles:
    then these also cover what is left to the chance of the sample. They rest on the coded paragraphs, so a coefficient
    needs some dozens of them wherever its variable varies, and among them some errors of the model; of a stratum that
    shows none the standard error takes the model to be right. Not for a logistic regression, as the outcomes leave 0 to
    1.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        Of paragraphs; boilerplate is left out. Paragraphs that the model abstained from are part of it.
    codes : pandas.DataFrame
        As `read_codes` has them, of a sample drawn by `draw_sample`. Paragraphs without a code of a target are taken to
        be missing at random.

    Returns
    -------
    pandas.DataFrame
        A row for each paragraph, under the index of the results: the columns of the results but ``text``, and for each
        target and label ``TARGET_y_LABEL``. The outcomes of a target add up to one in each row. Their mean is what
        `estimate_prevalence` gives, as far as no share of it is below 0; that of a group differs by as much as its
        share of the coded paragraphs does from its share of all.

        Before these the design of the sample, as programs for survey samples ask for it: ``sample_stratum`` (the label
        of the model that was drawn within, or ``abstained``; ``all`` of a simple sample), ``sample_stratum_size`` (how
        many paragraphs it has), and for each target ``TARGET_code`` (the label by hand) and ``TARGET_weight`` (how many
        paragraphs a coded one stands for), both missing where there is no code.

    Raises
    ------
    StanceError
        As `estimate_prevalence` does of codes that do not fit; if a column would have the name of one that is there.

    Examples
    --------
    >>> import pandas as pd
    >>> from stance.labels import Target
    >>> labels = ["favor", "against", "neutral", "unrelated"] * 25
    >>> frame = pd.DataFrame({"article_id": "a", "paragraph": range(100), "text": "...", "tax": labels})
    >>> frame = frame.assign(tax_abstained=None, **{f"tax_p_{label}": 0.25 for label in labels[:4]})
    >>> codes = frame[["article_id", "paragraph", "text", "tax"]].iloc[:40].assign(drawn_from="100")
    >>> outcomes = regression_outcomes(Results(frame, (Target("tax"),), "paragraph"), codes)
    >>> [float(round(y, 3)) for y in outcomes["tax_y_favor"].iloc[[0, 1, 99]]]
    [2.154, -0.385, 0.25]
    """
    results = population(results)
    paragraphs = results.frame
    made: dict[str, Any] = {}
    for correction in corrections(results, codes):
        outcomes, design = correction.foretold(), correction.design
        n, of = design.coded, design.sizes
        # a level is the mean of the very errors that are weighed here, and so nearer to them than to the others
        free = n * (of - 1) / (np.maximum(n - 1, 1) * of)
        outcomes[design.places] += (design.weights * free[design.stratum])[:, None] * correction.residuals
        if not made:
            # the strata are those of the sample, whatever target was coded
            made = {"sample_stratum": strata_names(results, codes), "sample_stratum_size": of[design.strata]}
        target = correction.target
        code, weight = np.full(len(paragraphs), None, dtype=object), np.full(len(paragraphs), np.nan)
        code[design.places] = np.array(target.labels, dtype=object)[correction.truth.argmax(axis=1)]
        weight[design.places] = design.weights
        made |= {f"{target.name}_code": code, f"{target.name}_weight": weight}
        labels = zip(target.labels, outcomes.T, strict=True)
        made |= {outcome_column(target.name, label): values for label, values in labels}
    if there := [name for name in made if name in paragraphs]:
        raise StanceError(f"the results have a column {there[0]!r}, which outcomes are to have; take it out")
    return paragraphs.drop(columns="text", errors="ignore").assign(**made)
