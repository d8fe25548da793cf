"""Drawing paragraphs to code by hand, and reading the codes back."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stance.articles.records import by_meaning
from stance.errors import ArgumentError, CorpusError, StanceError, kind_of
from stance.files import as_path
from stance.labels import Target, check_targets, scored_targets
from stance.results.drawn import DRAWN_FROM, drawn_from, strata_told
from stance.results.population import Population, population
from stance.results.scored import DIGITS, PLACE, Results
from stance.training.flat_files import cell, code_of, known_cell, read_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "draw_sample",
    "has_code",
    "probabilities_of",
    "read_codes",
    "strata_drawn",
    "strata_names",
    "undecided",
]

_NO_PROBABILITIES = "the results have no columns {}_p_LABEL, which tell its labels; keep what scoring wrote"

#: So many of each label are drawn first, and of the paragraphs without one as many as a variance needs.
_LEAST, _LEAST_UNLABELLED = 5, 2

#: The strata that no label names; no target has such a label, whose column in a roll-up is that of abstentions.
_ALL, _UNLABELLED = "all", "abstained"

_ROUNDING = 1e-6


def probabilities_of(paragraphs: pd.DataFrame, target: Target) -> npt.NDArray[np.float64]:
    """The model's probabilities, a column each label; where it gave none, their mean, which adds nothing to estimates.

    Raises
    ------
    StanceError
        If the results have none of this target, or what is none.
    """
    columns = [f"{target.name}_p_{label}" for label in target.labels]
    if not columns or any(column not in paragraphs for column in columns):
        raise StanceError(_NO_PROBABILITIES.format(target.name))
    try:
        found = paragraphs[columns].to_numpy(float)
    except ValueError as error:
        raise StanceError(f"the probabilities on {target.name}: {error}; keep what scoring wrote") from error
    # rounding may lead beyond
    wrong = np.argwhere((found < -_ROUNDING) | (found > 1 + _ROUNDING))
    if len(wrong):
        row, k = wrong[0]
        article, paragraph = paragraphs[PLACE].iloc[row]
        raise StanceError(
            f"{columns[k]} is {found[row, k]:g} in paragraph {paragraph} of article {article}, not a probability; "
            "keep what scoring wrote, and let no program read numbers with another decimal mark"
        )
    scored = ~np.isnan(found).any(axis=1)
    mean = found[scored].mean(axis=0) if scored.any() else np.full(len(columns), 1 / len(columns))
    return np.where(scored[:, None], found, mean)


def _strata_of(results: Population, within: str | None) -> npt.NDArray[np.int64]:
    """The stratum of each paragraph: its label on a target, without one a stratum of its own.

    Raises
    ------
    StanceError
        If there is no such target.
    """
    if not within:
        return np.zeros(len(results.frame), dtype=np.int64)
    names = [target.name for target in results.targets]
    if within not in names:
        raise StanceError(f"no target {within!r} in the results; there are {', '.join(names)}")
    labels = _labels_drawn_within(results, within)
    return np.asarray(labels.groupby(labels, dropna=False, sort=True).ngroup(), dtype=np.int64)


def _labels_drawn_within(results: Population, within: str) -> pd.Series[Any]:
    """The labels on a target, missing where there is none: in a frame of one's own that may be an empty text."""
    labels = results.frame[within].astype(object)
    return labels.where(has_code(labels), None)


def has_code(codes: pd.Series[Any]) -> npt.NDArray[np.bool_]:
    """Where there is a code; a sample that `draw_sample` made has empty ones."""
    return np.asarray(codes.notna() & (codes != ""), dtype=bool)


def strata_drawn(results: Population, codes: pd.DataFrame) -> npt.NDArray[np.int64]:
    """The strata that a sample was drawn from, found again from what stands in its column `DRAWN_FROM`.

    Raises
    ------
    StanceError
        If they have other sizes now: what was added since could not be drawn, and a paragraph whose label changed had
        another chance than its new stratum has.
    """
    within, sizes = strata_told(drawn_from(codes))
    strata = _strata_of(results, within)
    now = _sizes(strata)
    if sizes and sizes != now:
        labels = f" of the labels on {within}" if within else ""
        raise StanceError(
            f"the sample was drawn from {sizes} paragraphs{labels}, but the results have {now}; "
            "use the results that it was drawn from"
        )
    return strata


def strata_names(results: Population, codes: pd.DataFrame) -> pd.Series[Any]:
    """What the stratum of each paragraph is called, of those that `strata_drawn` has checked."""
    import pandas as pd

    within, _ = strata_told(drawn_from(codes))
    if not within:
        return pd.Series(_ALL, results.frame.index, dtype=object)
    # programs of statistics leave out a row whose stratum is missing
    return _labels_drawn_within(results, within).fillna(_UNLABELLED)


def _sizes(strata: npt.NDArray[np.int64]) -> str:
    return "+".join(map(str, np.bincount(strata).tolist()))


def draw_sample(results: Results | pd.DataFrame, size: int, within: str | None = None, seed: int = 0) -> pd.DataFrame:
    """Draw paragraphs at random, without replacement, to code by hand.

    Parameters
    ----------
    results : Results or pandas.DataFrame
        Of paragraphs.
    size : int
        How many; all of them if there are no more.
    within : str, optional
        A target whose labels, as the model gave them, are the strata (Cochran 1977, chapter 5). A few of each are drawn
        first, so that rare ones come in. The others are shared out by Neyman's allocation (Cochran 1977, section 5.5):
        by how many paragraphs have the label and how much the model's own probabilities expect them to vary.
    seed : int
        The same seed draws the same paragraphs of the same results, and a larger size the same ones first.

    Returns
    -------
    pandas.DataFrame
        In random order: ``article_id``, ``paragraph``, ``text``, ``drawn_from`` (from how many, and within what), and
        an empty column for each target. No label of the model, which would sway who codes.

    Raises
    ------
    StanceError
        If ``size`` is below 1 or ``seed`` below 0; if the results are not of paragraphs, or have no such target.
    ArgumentError
        If ``size`` or ``seed`` is no whole number.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": "a", "paragraph": range(9), "text": "...", "tax": "favor"})
    >>> frame["tax_abstained"] = None
    >>> results = Results(frame, (Target("tax"),), "paragraph")
    >>> draw_sample(results, 2)["paragraph"].tolist(), draw_sample(results, 4)["paragraph"].tolist()
    ([4, 5], [4, 5, 2, 6])
    """
    if not isinstance(size, (int, np.integer)):
        raise ArgumentError(f"size is a whole number, not {kind_of(size)}")
    if not isinstance(seed, (int, np.integer)):
        raise ArgumentError(f"seed is a whole number, not {kind_of(seed)}")
    if size < 1:
        raise StanceError(f"size is {size}; draw at least one paragraph")
    if seed < 0:
        raise StanceError(f"seed is {seed}; it must be 0 or more")
    results = population(results)
    strata = _strata_of(results, within)
    rows = _order_drawn(results, within, strata, seed)[:size]
    sample = results.frame.iloc[rows][PLACE].reset_index(drop=True)
    sample["text"] = results.texts_at(rows)
    drawn = f"{len(sample)} of {_sizes(strata)}"
    sample[DRAWN_FROM] = f"{within} {drawn}" if within else drawn
    for target in results.targets:
        sample[target.name] = ""
    return sample


def _order_drawn(
    results: Population, within: str | None, strata: npt.NDArray[np.int64], seed: int
) -> npt.NDArray[np.int64]:
    """All paragraphs in the order in which they are drawn, which no size of a sample changes.

    Each stratum is in random order, and its places are as far apart as its share of the sample is small, shaken so that
    the order of the strata is random too.
    """
    paragraphs = results.frame
    random = np.random.default_rng(seed)
    shuffled = random.permutation(len(paragraphs))
    shaken = random.random(len(paragraphs))
    rates, least = np.ones(1, dtype=float), np.full(1, 2, dtype=np.int64)
    if within and len(paragraphs):
        target = next(target for target in results.targets if target.name == within)
        unsure = 1 - (probabilities_of(paragraphs, target) ** 2).sum(axis=1)
        sizes = np.bincount(strata)
        # a model that is sure of everything leaves the sizes
        rates = (sizes * np.sqrt(np.maximum(np.bincount(strata, unsure) / sizes, 1e-6))).astype(float)
        least = np.full(len(sizes), _LEAST, dtype=np.int64)
        least[strata[~has_code(paragraphs[within])]] = _LEAST_UNLABELLED
    mine = strata[shuffled]
    grouped = np.argsort(mine, kind="stable")
    rank = np.empty_like(grouped)
    rank[grouped] = np.arange(len(grouped)) - np.searchsorted(mine[grouped], mine[grouped])
    # two of each before all else: without them there is no estimate
    first = np.where(rank < 2, -2.0, -1.0) + shaken
    return shuffled[np.argsort(np.where(rank < least[mine], first, (rank + shaken) / rates[mine]))]


def read_codes(path: str | os.PathLike[str], targets: Sequence[Target]) -> pd.DataFrame:
    """Read what was coded by hand.

    Parameters
    ----------
    path : path-like
        CSV with any delimiter, TSV, XLSX, JSON lines or Parquet with the columns of `draw_sample`, in any case. Empty
        rows do no harm.
    targets : sequence of Target
        Of the results. A target that has no column was not coded.

    Returns
    -------
    pandas.DataFrame
        ``article_id``, ``paragraph``, ``drawn_from``, ``text`` if it is there, and the targets: a label, or ``None``
        where none was given. Then whatever else stands there, such as notes, as text.

    Raises
    ------
    CorpusError
        If a row cannot be read or names no paragraph, a label is none of its target, or it is what a model said.
    StanceError
        If the labels of a target are not known.
    ArgumentError
        If it is no path, or the targets are none.
    """
    import pandas as pd

    file = as_path(path, "file of codes", CorpusError)
    check_targets(targets)
    if not file.is_file():
        raise CorpusError("no such file", file)

    def fail(line: int, message: str) -> None:
        raise CorpusError(message, file, line)

    rows: list[dict[str, Any]] = []
    wanted = (*PLACE, DRAWN_FROM, "text", *(target.name for target in targets))
    for line, given_row in read_rows(file, fail):
        row = _as_named(given_row, wanted, file)
        if not any(known_cell(row, name) for name in row):
            continue
        if not rows and (given := scored_targets(row)):
            named = ", ".join(given)
            kept = f"keep only the columns of the sample that was drawn, with your codes as {named}"
            raise CorpusError(f"{named}: labels of a model, not codes, as {given[0]}_probability shows; {kept}", file)
        rows.append(_read_code(row, targets, file, line))
    if not rows:
        raise CorpusError("the file has no rows", file)
    if len({row[DRAWN_FROM] for row in rows}) > 1:
        raise CorpusError(f"column {DRAWN_FROM!r} differs between rows; do not combine two samples in one file", file)
    return pd.DataFrame(rows)


def _read_code(row: dict[str, Any], targets: Sequence[Target], file: Path, line: int) -> dict[str, Any]:
    if missing := [name for name in PLACE if not cell(row, name)]:
        message = f"no {missing[0]}: keep the columns {' and '.join(PLACE)} of `stance results sample`"
        raise CorpusError(message, file, line)
    number = cell(row, "paragraph").removesuffix(".0")
    if not number.isdecimal() or len(number) > DIGITS:
        raise CorpusError(f"paragraph is {number!r}; expected its number", file, line)
    record = {"article_id": cell(row, "article_id"), "paragraph": int(number), DRAWN_FROM: known_cell(row, DRAWN_FROM)}
    record |= {"text": cell(row, "text")} if "text" in row else {}
    for target in targets:
        code = code_of(cell(row, target.name), target)
        record[target.name] = target.find(code)
        if code and record[target.name] is None:
            if not target.labels:
                raise StanceError(_NO_PROBABILITIES.format(target.name))
            expected = ", ".join(target.labels)
            raise CorpusError(f"{target.name} is {cell(row, target.name)!r}; expected one of {expected}", file, line)
    return record | {name: known_cell(row, name) for name in row if name.strip() and name not in record}


def _coded_by(column: str, targets: Sequence[Target]) -> Target | None:
    """The target that a column ``TARGET_CODER`` is of: of ``tax`` and ``tax_cut`` the longer name that fits."""
    found = [target for target in targets if column.lower().startswith(f"{target.name.lower()}_")]
    return max(found, key=lambda target: len(target.name), default=None)


def undecided(codes: pd.DataFrame, target: Target, targets: Sequence[Target]) -> npt.NDArray[np.bool_]:
    """Where coders gave a target different labels, by their columns ``TARGET_CODER``, and no code was decided on."""
    columns = [name for name in codes if name != target.name and _coded_by(str(name), targets) == target]
    said = [
        [target.find(code_of(said, target)) if isinstance(said, str) else None for said in codes[name]]
        for name in columns
    ]
    differ = [len({label for label in row if label}) > 1 for row in zip(*said, strict=True)]
    return np.array(differ or [False] * len(codes), dtype=bool) & ~has_code(codes[target.name])


def _name_in_r(name: str) -> str:
    """What ``read.csv`` of R makes of the name of a column.

    Examples
    --------
    >>> _name_in_r("NATO enlargement"), _name_in_r("5G")
    ('NATO.enlargement', 'X5G')
    """
    made = re.sub(r"[^\w.]", ".", name)
    return made if made[0].isalpha() or made[0] == "." else f"X{made}"


def _as_named(row: dict[str, Any], wanted: Sequence[str], file: Path) -> dict[str, Any]:
    """A row under the names that are wanted; the very name goes first."""
    for name in wanted:
        if name not in row and (made := _name_in_r(name)) != name:
            # with what each coder said, as agreement writes it
            mine = {one for one in row if one not in wanted and (one == made or one.startswith(f"{made}_"))}
            row = {name + one.removeprefix(made) if one in mine else one: said for one, said in row.items()}
    others = by_meaning(heading for heading in row if heading not in wanted)
    called: dict[str, str] = {}
    for name in wanted:
        alike = [] if name in row else others.get(name.lower(), [])
        if len(alike) > 1:
            # none may be left out, as of articles: it may hold codes
            raise CorpusError(f"two columns are called {name!r}, apart from capitals and blanks; keep one", file)
        called |= dict.fromkeys(alike, name)
    return {called.get(heading, heading): value for heading, value in row.items()}
