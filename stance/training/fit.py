"""Fitting a model: the search by grouped cross-validation, the final fit, the calibration."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from stance.errors import CorpusError
from stance.model.analyzer import Analyzer, Settings
from stance.model.stance_model import StanceModel
from stance.model.weights import BlockWeights, Weights, softmax
from stance.training.calibration import fit_vector_scaling
from stance.training.corpus import Corpus
from stance.training.features import BlockCounts, count_terms
from stance.training.logistic import fit_path

__all__ = ["DEFAULT_GRID", "Grid", "HeldOut", "TrainingResult", "cross_validate", "fit_model", "train"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[str], None]

# macro-F1 this close to the best is a tie, and the smaller C wins: it leans less on the habits of a corpus
_TIE = 0.005


@dataclass(frozen=True, slots=True)
class Grid:
    """What the search tries.

    Parameters
    ----------
    settings : tuple of Settings
        Block settings; those with anchored terms are left out where no target has a lexicon.
    C : tuple of float
        Inverse strengths of the L2 penalty, tried for each target by itself.
    class_weight : tuple of {None, "balanced"}
        Whether rare labels count for more; for each target by itself.
    """

    settings: tuple[Settings, ...]
    C: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 100.0)
    class_weight: tuple[str | None, ...] = (None, "balanced")


# docs/decisions/0002-features.md has the figures
DEFAULT_GRID = Grid(
    settings=(
        Settings(word_ngrams=(1, 1)),
        Settings(word_ngrams=(1, 2), min_df=5),
        Settings(word_ngrams=(1, 2), anchored=False),
        Settings(word_ngrams=(1, 3), char_ngrams=(2, 5), min_df=1, anchored=False),
    )
)


@dataclass(frozen=True)
class HeldOut:
    """Margins of every paragraph from models that did not see its group.

    Attributes
    ----------
    margins : ndarray, shape (paragraphs, targets, labels)
        NaN where the paragraph is not coded on that target.
    fold : ndarray of int, shape (paragraphs, targets)
        -1 where not coded.
    """

    margins: Floats
    fold: Ints


@dataclass(frozen=True)
class TrainingResult:
    """A fitted model with what the search found.

    Attributes
    ----------
    model : StanceModel
        Fitted on the whole corpus.
    held_out : HeldOut
        Grouped cross-validation of the chosen settings.
    probabilities : ndarray, shape (paragraphs, targets, labels)
        Held-out probabilities, each calibrated on the other folds.
    trials : list of dict
        Every combination tried, with its macro-F1.
    """

    model: StanceModel
    held_out: HeldOut
    probabilities: Floats
    trials: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Problem:
    """One target's rows, truths and folds."""

    name: str
    index: int
    labels: tuple[str, ...]
    rows: Ints
    truth: Ints
    weight: Floats
    folds: list[tuple[Ints, Ints]]


def train(
    corpus: Corpus,
    grid: Grid = DEFAULT_GRID,
    *,
    folds: int = 5,
    seed: int = 0,
    jobs: int = -1,
    progress: Progress | None = None,
) -> TrainingResult:
    """Train a model on a corpus.

    The settings of the blocks are chosen for all targets together, ``C`` and the class weights for each target by
    itself, by macro-F1 over grouped folds, the smaller C where two are all but equal. No article, and no article
    that shares a near-duplicate paragraph with it, is split between fitting and measuring.

    Parameters
    ----------
    corpus : Corpus
        Coded paragraphs.
    grid : Grid
        What to try.
    folds : int
        Number of folds.
    seed : int
        Decides the folds.
    jobs : int
        Processes at work, as joblib counts them.
    progress : callable, optional
        Called with a line of text as the search goes on.

    Returns
    -------
    TrainingResult

    Raises
    ------
    CorpusError
        If a target has too few paragraphs, articles or labels to be cross-validated.
    """
    say = progress or (lambda line: None)
    problems = [_problem(corpus, t, folds, seed) for t in range(len(corpus.targets))]
    candidates = [s for s in grid.settings if s.anchored == bool(corpus.lexicons)]
    if not candidates:
        raise CorpusError(
            "no setting of the grid suits the corpus: anchored terms need a lexicon, and it is one or none"
        )
    trials: list[dict[str, Any]] = []
    best: tuple[float, Settings, dict[str, dict[str, Any]]] | None = None
    for number, settings in enumerate(candidates, start=1):
        counts = count_terms(_analyzer(corpus, settings), corpus.texts)
        found = _search(corpus, problems, counts, settings, grid, jobs)
        trials += [{"settings": settings.to_dict(), **trial} for trial in found]
        chosen = {problem.name: _choose([t for t in found if t["target"] == problem.name]) for problem in problems}
        mean = float(np.mean([trial["macro_f1"] for trial in chosen.values()]))
        say(f"settings {number} of {len(candidates)}: macro-F1 {mean:.3f}")
        if best is None or mean > best[0]:
            best = (mean, settings, chosen)
    assert best is not None
    _, settings, chosen = best
    say("fitting the chosen settings")
    choices = {name: {"C": trial["C"], "class_weight": trial["class_weight"]} for name, trial in chosen.items()}
    result = fit_model(corpus, settings, choices, folds=folds, seed=seed, jobs=jobs)
    return replace(result, trials=trials)


def fit_model(
    corpus: Corpus,
    settings: Settings,
    choices: Mapping[str, Mapping[str, Any]],
    *,
    folds: int = 5,
    seed: int = 0,
    jobs: int = -1,
) -> TrainingResult:
    """Fit one setting: cross-validated margins, calibration on them, and the final fit on everything.

    Parameters
    ----------
    corpus : Corpus
        Coded paragraphs.
    settings : Settings
        Of the blocks.
    choices : mapping of str to mapping
        ``C`` and ``class_weight`` of each target.
    folds, seed, jobs : int
        As in `train`.

    Returns
    -------
    TrainingResult
    """
    analyzer = _analyzer(corpus, settings)
    counts = count_terms(analyzer, corpus.texts)
    problems = [_problem(corpus, t, folds, seed) for t in range(len(corpus.targets))]
    held_out = cross_validate(corpus, counts, settings, problems, choices, jobs)
    labels = tuple(dict.fromkeys(label for target in corpus.targets for label in target.labels))
    shape = (len(corpus.targets), len(labels))
    intercept = np.full(shape, -np.inf)
    scale, bias = np.ones(shape[0]), np.zeros(shape)
    probabilities = np.full(held_out.margins.shape, np.nan)
    everything = np.arange(len(corpus))
    fitted = [
        block.fit(everything, settings.min_df, settings.sublinear_tf, weight)
        for block, weight in zip(counts, analyzer.block_weights, strict=True)
    ]
    coef = [np.zeros((len(block.columns), *shape), dtype=np.float32) for block in fitted]
    for problem in problems:
        t, columns = problem.index, [labels.index(label) for label in problem.labels]
        used = analyzer.blocks_of(problem.name)
        x = sparse.hstack([fitted[b].transform(counts[b], problem.rows) for b in used]).tocsr()
        choice = (float(choices[problem.name]["C"]), choices[problem.name]["class_weight"])
        ((weights, starts),) = fit_path(x, problem.truth, problem.weight, [choice], len(columns))
        intercept[t, columns] = starts
        begin = 0
        for b in used:
            end = begin + len(fitted[b].columns)
            coef[b][:, t, columns] = weights[:, begin:end].T
            begin = end
        own = held_out.margins[problem.rows, t][:, columns]
        scale[t], bias[t, columns] = fit_vector_scaling(own, problem.truth)
        for i in range(folds):
            here = held_out.fold[problem.rows, t] == i
            s, b_ = fit_vector_scaling(own[~here], problem.truth[~here])
            probabilities[problem.rows[here], t] = 0.0
            probabilities[problem.rows[here][:, None], t, columns] = softmax(s * own[here] + b_)
    blocks = [
        BlockWeights(
            name=block.name,
            terms=[counts[b].terms[c] for c in block.columns],
            idf=block.transformer.idf_.astype(np.float32),
            coef=coef[b],
            weight=block.weight,
        )
        for b, block in enumerate(fitted)
    ]
    facts = {"choices": {name: dict(choice) for name, choice in choices.items()}, "text_hashes": corpus.text_hashes}
    model = StanceModel(
        targets=tuple(corpus.targets),
        analyzer=analyzer,
        weights=Weights(blocks, intercept, scale, bias),
        language=corpus.language,
        facts=facts,
    )
    return TrainingResult(model, held_out, probabilities)


def cross_validate(
    corpus: Corpus,
    counts: Sequence[BlockCounts],
    settings: Settings,
    problems: Sequence[_Problem],
    choices: Mapping[str, Mapping[str, Any]],
    jobs: int = -1,
) -> HeldOut:
    """Margins of every paragraph from models fitted without its group."""
    labels = tuple(dict.fromkeys(label for target in corpus.targets for label in target.labels))
    margins = np.full((len(corpus), len(problems), len(labels)), np.nan)
    fold = np.full((len(corpus), len(problems)), -1)
    tasks = [(problem, i) for problem in problems for i in range(len(problem.folds))]
    grids = [[(float(choices[problem.name]["C"]), choices[problem.name]["class_weight"])] for problem, _ in tasks]
    results = Parallel(n_jobs=jobs)(
        delayed(_fold_margins)(problem, i, _used(corpus, problem, counts, settings), settings, grid)
        for (problem, i), grid in zip(tasks, grids, strict=True)
    )
    for (problem, i), (found,) in zip(tasks, results, strict=True):
        test = problem.rows[problem.folds[i][1]]
        columns = [labels.index(label) for label in problem.labels]
        margins[test[:, None], problem.index, columns] = found
        fold[test, problem.index] = i
    return HeldOut(margins, fold)


def _choose(trials: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The most regularised trial that is as good as the best but for `_TIE`."""
    best = max(trial["macro_f1"] for trial in trials)
    return min((t for t in trials if t["macro_f1"] >= best - _TIE), key=lambda t: (t["C"], -t["macro_f1"]))


def _search(
    corpus: Corpus,
    problems: Sequence[_Problem],
    counts: Sequence[BlockCounts],
    settings: Settings,
    grid: Grid,
    jobs: int,
) -> list[dict[str, Any]]:
    pairs = list(itertools.product(grid.C, grid.class_weight))
    tasks = [(problem, i) for problem in problems for i in range(len(problem.folds))]
    results = Parallel(n_jobs=jobs)(
        delayed(_fold_margins)(problem, i, _used(corpus, problem, counts, settings), settings, pairs)
        for problem, i in tasks
    )
    trials = []
    for problem in problems:
        mine = [(i, found) for (p, i), found in zip(tasks, results, strict=True) if p is problem]
        truth = np.concatenate([problem.truth[problem.folds[i][1]] for i, _ in mine])
        for k, (c, class_weight) in enumerate(pairs):
            predicted = np.concatenate([found[k].argmax(axis=1) for _, found in mine])
            score = f1_score(truth, predicted, average="macro", zero_division=0.0)
            trials.append(
                {"target": problem.name, "C": c, "class_weight": class_weight, "macro_f1": round(float(score), 6)}
            )
    return trials


def _fold_margins(
    problem: _Problem,
    i: int,
    counts: Sequence[tuple[BlockCounts, float]],
    settings: Settings,
    pairs: Sequence[tuple[float, str | None]],
) -> list[Floats]:
    """Held-out margins of one fold, for every pair of C and class weight."""
    inside, outside = problem.folds[i]
    train_parts, test_parts = [], []
    for block, weight in counts:
        fitted = block.fit(problem.rows[inside], settings.min_df, settings.sublinear_tf, weight)
        train_parts.append(fitted.transform(block, problem.rows[inside]))
        test_parts.append(fitted.transform(block, problem.rows[outside]))
    x, test = sparse.hstack(train_parts).tocsr(), sparse.hstack(test_parts).tocsr()
    fits = fit_path(x, problem.truth[inside], problem.weight[inside], pairs, len(problem.labels))
    return [np.asarray(test @ weights.T) + starts for weights, starts in fits]


def _problem(corpus: Corpus, t: int, folds: int, seed: int) -> _Problem:
    target = corpus.targets[t]
    rows = np.array(corpus.coded(target.name), dtype=np.int64)
    truth = np.array([target.labels.index(corpus.examples[i].labels[target.name]) for i in rows], dtype=np.int64)
    groups = np.array(corpus.groups)[rows]
    most = int(np.bincount(truth).max()) if len(truth) else 0
    if len(np.unique(truth)) < 2 or len(np.unique(groups)) < folds or most < folds:
        raise CorpusError(
            f"target {target.name!r} has {len(rows)} coded paragraphs in {len(np.unique(groups))} groups and "
            f"{len(np.unique(truth))} labels, the most frequent one {most} times; {folds}-fold cross-validation needs "
            f"{folds} groups, two labels and one of them {folds} times"
        )
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    weight = np.array([0.5 if target.name in corpus.examples[i].disputed else 1.0 for i in rows])
    split = [(a, b) for a, b in splitter.split(rows, truth, groups)]
    if any(len(np.unique(truth[inside])) < 2 for inside, _ in split):
        raise CorpusError(f"target {target.name!r}: a fold leaves a single label to learn from; code more paragraphs")
    return _Problem(target.name, t, target.labels, rows, truth, weight, split)


def _analyzer(corpus: Corpus, settings: Settings) -> Analyzer:
    return Analyzer(settings, corpus.lexicons, corpus.cues)


def _used(
    corpus: Corpus, problem: _Problem, counts: Sequence[BlockCounts], settings: Settings
) -> list[tuple[BlockCounts, float]]:
    """The blocks that inform a target, with their weights."""
    analyzer = _analyzer(corpus, settings)
    return [(counts[b], analyzer.block_weights[b]) for b in analyzer.blocks_of(problem.name)]
