"""Agreement of the coders of one sample, and what they leave to decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stance.errors import StanceError
from stance.labels import Target
from stance.results.dictionary import Column
from stance.results.drawn import DRAWN_FROM, drawn_from
from stance.results.population import Population, find_coded, population
from stance.results.scored import PLACE, Results
from stance.training.agreement import alpha_with_interval, coincidence_matrices
from stance.training.evaluate import Interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Agreement", "coder_columns", "combine_codes", "confusion_of", "measure_agreement"]


@dataclass(frozen=True)
class Agreement:
    """How far the coders of a target agree.

    Attributes
    ----------
    n, articles : int
        Paragraphs that two coders or more gave a label, and the articles they stand in.
    coded : dict of str to int
        Coder to how many paragraphs he gave a label.
    single : int
        Paragraphs that only one coder gave a label; they tell nothing of agreement.
    differ : int
        Paragraphs that were given more than one label.
    observed : float
        Share of the pairs of labels of one paragraph that are the same, 0 to 1; of two coders the percent agreement. A
        paragraph weighs by the number of its coders, as in alpha.
    alpha : Interval
        Krippendorff's, as `alpha_with_interval` has it.
    by_label : dict of str to float
        If a coder gives this label, how probably another does: the specific agreement (Cicchetti and Feinstein 1990),
        which of two coders is the F1 of one against the other. NaN of a label that nobody gave.
    given : dict of str to int
        How often the label was given, in these paragraphs.
    """

    n: int
    articles: int
    coded: dict[str, int]
    single: int
    differ: int
    observed: float
    alpha: Interval
    by_label: dict[str, float]
    given: dict[str, int]


def combine_codes(results: Results, codes: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the codes of several coders, with what they agree on filled in.

    Parameters
    ----------
    results : Results
        What the sample was drawn from.
    codes : mapping of str to pandas.DataFrame
        Coder to codes, as `read_codes` has them.

    Returns
    -------
    pandas.DataFrame
        A row for each paragraph in any of the codes, with the columns of `draw_sample` and a column ``TARGET_CODER``
        for what each coder said of each target, and ``COLUMN_CODER`` for whatever else a coder wrote down. The column
        of a target holds the label that all who coded it gave, and ``None`` where they differ. Paragraphs on which
        coders differ come first.

    Raises
    ------
    StanceError
        As `find_coded` raises it, with the coder; if the codes are of different samples; or if the column of a coder
        would stand in the place of another.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": "a", "paragraph": [0, 1], "text": "...", "tax": "favor"})
    >>> frame["tax_abstained"] = None
    >>> codes = frame[["article_id", "paragraph", "tax"]]
    >>> both = {"ann": codes, "ben": codes.assign(tax=["favor", "neutral"])}
    >>> combine_codes(Results(frame, (Target("tax"),), "paragraph"), both)[["paragraph", "tax", "tax_ann", "tax_ben"]]
       paragraph    tax tax_ann  tax_ben
    0          1   None   favor  neutral
    1          0  favor   favor    favor
    """
    import pandas as pd

    own = {coder: _own_columns(given, results.targets) for coder, given in codes.items()}
    _check_columns(results.targets, own)
    among = population(results)
    found, mark = _find_all(among, codes)
    together = list(dict.fromkeys(place for places in found.values() for place in places))
    joined = among.frame.iloc[together][PLACE].reset_index(drop=True)
    joined["text"] = among.texts_at(np.array(together, dtype=np.int64))
    joined[DRAWN_FROM] = mark

    def said_by(coder: str, column: str) -> list[str | None]:
        given = codes[coder]
        cells = _labels(given, [column]) if column in given else [[None]] * len(given)
        rows = [found[coder].get(place) for place in together]
        return [None if row is None else cells[row][0] for row in rows]

    said: dict[str, list[str | None]] = {}
    differ = np.zeros(len(together), dtype=bool)
    for target in results.targets:
        said |= {f"{target.name}_{coder}": said_by(coder, target.name) for coder in codes}
        kinds = [
            {label for label in row if label}
            for row in zip(*(said[f"{target.name}_{coder}"] for coder in codes), strict=True)
        ]
        joined[target.name] = pd.Series([next(iter(kind)) if len(kind) == 1 else None for kind in kinds], dtype=object)
        differ |= [len(kind) > 1 for kind in kinds]
    said |= {f"{column}_{coder}": said_by(coder, column) for coder, columns in own.items() for column in columns}
    joined = pd.concat([joined, pd.DataFrame(said, dtype=object)], axis=1)
    return joined.iloc[np.argsort(~differ, kind="stable")].reset_index(drop=True)


def _find_all(among: Population, codes: Mapping[str, pd.DataFrame]) -> tuple[dict[str, dict[int, int]], str]:
    """Coder to the rows of the codes, by their places in the results; and what the one sample was drawn from."""
    found: dict[str, dict[int, int]] = {}
    drawn: dict[str, str] = {}
    for coder, given in codes.items():
        try:
            places = find_coded(among, given)
        except StanceError as error:
            raise StanceError(f"{coder}: {error}") from error
        found[coder] = {place: row for row, place in enumerate(places.tolist())}
        if mark := drawn_from(given).removesuffix(".0"):
            drawn.setdefault(mark, coder)
    if len(drawn) > 1:
        (mine, ann), (theirs, ben) = list(drawn.items())[:2]
        raise StanceError(
            f"{ann} and {ben} coded different samples: column {DRAWN_FROM!r} is {mine!r} and {theirs!r}; "
            "give all coders the same file"
        )
    return found, next(iter(drawn), "")


def coder_columns(targets: Iterable[Target], coders: Iterable[str]) -> list[Column]:
    """What the columns hold that say what each coder said of each target, for the dictionary.

    Examples
    --------
    >>> [(column.name, column.description) for column in coder_columns([Target("tax")], ["ann"])]
    [('tax_ann', 'Label on tax by ann')]
    """
    return [
        Column(f"{target.name}_{coder}", "string", f"Label on {target.name} by {coder}", target.labels)
        for target, coder in product(targets, coders)
    ]


def _own_columns(codes: pd.DataFrame, targets: Sequence[Target]) -> list[str]:
    """What a coder wrote down beside the codes, such as notes."""
    ours = (*PLACE, "text", DRAWN_FROM, *(target.name for target in targets))
    return [name for name in codes.columns if name not in ours and any(row[0] for row in _labels(codes, [name]))]


def _check_columns(targets: Sequence[Target], own: Mapping[str, Sequence[str]]) -> None:
    """Refuse a coder whose column has the name of another, as ``tax_cut`` of coder ``cut`` is that of a target.

    ``own`` holds what each coder wrote down beside the codes.
    """
    taken = {name: f"column {name}" for name in (*PLACE, "text", DRAWN_FROM)}
    taken |= {target.name: f"the target {target.name}" for target in targets}
    said = [(target.name, coder, f"the codes of {coder} on {target.name}") for target, coder in product(targets, own)]
    said += [(name, coder, f"column {name} of {coder}") for coder, names in own.items() for name in names]
    for name, coder, mine in said:
        column = f"{name}_{coder}"
        if column in taken:
            raise StanceError(f"{column} would be {mine}, but is {taken[column]}; rename the file of {coder}")
        taken[column] = mine


def measure_agreement(joined: pd.DataFrame, target: Target, coders: Sequence[str], *, seed: int = 0) -> Agreement:
    """Measure the agreement of two or more coders on one target.

    Parameters
    ----------
    joined : pandas.DataFrame
        As `combine_codes` gives it.
    target : Target
        One of its targets.
    coders : sequence of str
        Two or more of its coders.
    seed : int
        Of the bootstrap over articles.

    Returns
    -------
    Agreement
        NaN in place of figures where no paragraph has two labels.

    Examples
    --------
    >>> import pandas as pd
    >>> joined = pd.DataFrame({"article_id": list("abcd"), "tax_ann": ["favor", "favor", "neutral", "neutral"]})
    >>> joined["tax_ben"] = ["favor", "neutral", "neutral", "neutral"]
    >>> found = measure_agreement(joined, Target("tax"), ["ann", "ben"])
    >>> found.observed, round(found.alpha.value, 3), round(found.by_label["favor"], 3), found.given["favor"]
    (0.75, 0.533, 0.667, 3)
    """
    rows = _labels(joined, [f"{target.name}_{coder}" for coder in coders])
    given = [tuple(label for label in row if label) for row in rows]
    kept = [i for i, labels in enumerate(given) if len(labels) > 1]
    units = [given[i] for i in kept]
    articles = joined["article_id"].iloc[kept].astype(str).tolist()
    together = coincidence_matrices(units, target.labels).sum(axis=0)
    same, used = np.diag(together), together.sum(axis=1)
    with np.errstate(invalid="ignore"):
        by_label, observed = same / used, np.divide(same.sum(), used.sum())
    return Agreement(
        len(kept),
        len(set(articles)),
        {coder: sum(bool(row[c]) for row in rows) for c, coder in enumerate(coders)},
        sum(len(labels) == 1 for labels in given),
        sum(len(set(unit)) > 1 for unit in units),
        float(observed),
        alpha_with_interval(units, articles, seed=seed),
        dict(zip(target.labels, by_label.tolist(), strict=True)),
        {label: sum(unit.count(label) for unit in units) for label in target.labels},
    )


def confusion_of(joined: pd.DataFrame, target: Target, coder: str, other: str) -> npt.NDArray[np.int64]:
    """How often one coder gave one label and the other another.

    Parameters
    ----------
    joined, target
        As in `measure_agreement`.
    coder, other : str
        Two of its coders.

    Returns
    -------
    ndarray of int, shape (labels, labels)
        Rows are the labels of ``coder``, columns those of ``other``.

    Examples
    --------
    >>> import pandas as pd
    >>> joined = pd.DataFrame({"tax_ann": ["favor", "favor", None], "tax_ben": ["favor", "against", "favor"]})
    >>> confusion_of(joined, Target("tax", ("favor", "against")), "ann", "ben").tolist()
    [[1, 1], [0, 0]]
    """
    counts = np.zeros((len(target.labels), len(target.labels)), dtype=np.int64)
    for a, b in _labels(joined, [f"{target.name}_{coder}", f"{target.name}_{other}"]):
        if a and b:
            counts[target.labels.index(a), target.labels.index(b)] += 1
    return counts


def _labels(frame: pd.DataFrame, columns: Sequence[str]) -> list[list[str | None]]:
    """The labels in columns, row by row; pandas has more than one word for none."""
    return [[label if isinstance(label, str) and label else None for label in row] for row in frame[columns].to_numpy()]
