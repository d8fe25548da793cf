"""Fitting a model: the search by grouped cross-validation, the final fit, the calibration."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.metrics import f1_score

from stance.errors import CorpusError
from stance.labels import all_labels, is_related
from stance.model.analyzer import Settings
from stance.model.stance_model import StanceModel
from stance.model.weights import BlockWeights, Weights
from stance.training.calibration import LEAST, ScaleAndShift, fit_calibration, weigh_as_found
from stance.training.corpus import Corpus
from stance.training.features import BlockCounts
from stance.training.folds import Problem, analyzer_for, count_corpus, rare_labels, read_problem
from stance.training.held_out import (
    HeldOut,
    cross_validate,
    join_margins,
    margins_by_choice,
    split_by_file,
)
from stance.training.logistic import Choice, fit_path

__all__ = ["DEFAULT_GRID", "Grid", "TrainingResult", "fit_model", "train"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[str], None]

# macro-F1 this close is a tie: the smaller C and the settings named first win; they lean less on the habits of a corpus
_TIE = 0.005


@dataclass(frozen=True, slots=True)
class Grid:
    """What the search tries.

    Parameters
    ----------
    settings : tuple of Settings
        Block settings, the simpler ones first; those with anchored terms are left out where no target has a lexicon.
        None of them is tried if the corpus names its own.
    C : tuple of float
        Inverse strengths of the L2 penalty, tried for each target by itself, but for one whose C the corpus names.
    class_weight : tuple of {"equal", "balanced"}
        Whether rare labels count for more; for each target by itself, but for one whose weighting the corpus names.
    """

    settings: tuple[Settings, ...]
    C: tuple[float, ...] = (1.0, 3.0, 10.0, 30.0, 100.0)
    class_weight: tuple[str, ...] = ("equal", "balanced")


# docs/decisions/0002-features.md has the figures
DEFAULT_GRID = Grid(
    settings=(
        Settings(word_ngrams=(1, 1), word_idf_constant=-1.0),
        Settings(word_ngrams=(1, 2), min_df=5, word_idf_constant=-1.0),
        Settings(word_ngrams=(1, 2), anchored=False),
        Settings(word_ngrams=(1, 3), char_ngrams=(2, 5), min_df=1, anchored=False),
    )
)


@dataclass(frozen=True)
class TrainingResult:
    """A fitted model with what the search found.

    Attributes
    ----------
    model : StanceModel
        Fitted on the whole corpus.
    held_out : HeldOut
        Grouped cross-validation of the chosen settings. Where several C were tried, its fits began where those of the
        smaller C ended, so that margins differ from those of `fit_model` within the tolerance of a fit.
    probabilities : ndarray, shape (paragraphs, targets, labels)
        Held-out probabilities, calibrated without the paragraph's fold, or on the files that the corpus names for it.
    unseen : ndarray, shape (paragraphs, targets, labels), or None
        Probabilities of the paragraphs of the files named for calibration, from models that saw nothing of the
        paragraph's file, and a calibration on the others, or on itself where it is the only one; NaN elsewhere. None if
        the corpus names no file.
    trials : list of dict
        Every combination tried, with its macro-F1.
    """

    model: StanceModel
    held_out: HeldOut
    probabilities: Floats
    unseen: Floats | None = None
    trials: list[dict[str, Any]] = field(default_factory=list)


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

    The settings of the blocks are chosen for all targets together, the rest for each target by itself, by macro-F1 over
    grouped folds, before calibration; where two are all but equal, the smaller C and the settings named first.
    No article, and no article that shares a near-duplicate paragraph with it, is split between fitting and measuring.

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
    problems = [read_problem(corpus, t, folds, seed) for t in range(len(corpus.targets))]
    # before the search, which takes minutes: it tells of files that cannot calibrate
    split = split_by_file(corpus, problems)
    for line in rare_labels(corpus, folds):
        say(line)
    candidates = [s for s in grid.settings if s.anchored == bool(corpus.lexicons)]
    if corpus.settings is not None:
        candidates = [replace(corpus.settings, anchored=bool(corpus.lexicons))]
    if not candidates:
        raise CorpusError(
            "no setting of the grid suits the corpus: one with anchored terms is needed if there are lexicons, and one "
            "without if there are none"
        )
    trials: list[dict[str, Any]] = []
    best: _Candidate | None = None
    for number, settings in enumerate(candidates, start=1):
        counts = count_corpus(corpus, settings)
        if number == 1:
            for problem in problems:
                if problem.name in corpus.lexicons and not problem.mentioned(counts).any():
                    say(f"{problem.name}: its lexicon matches too few paragraphs to learn from; correct it")
        found, candidate = _search(corpus, problems, counts, settings, grid, jobs)
        trials += found
        say(f"settings {number} of {len(candidates)}: macro-F1 {candidate.mean:.3f}")
        # settings without a term cannot be fitted, however well it does to give all the same label
        rank = any(block.terms for block in counts), candidate.mean
        if best is None or rank > (any(block.terms for block in best.counts), best.mean + _TIE):
            best = candidate
    assert best is not None
    # the counts of the last settings may be many times those of the best
    del counts, candidate
    say("fitting the chosen settings")
    result = _fit(corpus, problems, split, best.counts, best.settings, best.choices, best.held_out, jobs)
    for name in result.model.facts.get("unshifted", ()):
        say(
            f"{name}: 'unmentioned_share' moves no label; it takes {LEAST} paragraphs with a mention to calibrate on "
            f"and {LEAST} without, some of these related and some not"
        )
    return replace(result, trials=trials)


@dataclass(frozen=True)
class _Candidate:
    """Settings with the best choices for them: all that a fit needs."""

    mean: float
    settings: Settings
    counts: Sequence[BlockCounts]
    choices: Mapping[str, Choice]
    held_out: HeldOut


def fit_model(
    corpus: Corpus,
    settings: Settings,
    choices: Mapping[str, Choice],
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
    choices : mapping of str to Choice
        How each target is fitted.
    folds, seed, jobs : int
        As in `train`.

    Returns
    -------
    TrainingResult
    """
    counts = count_corpus(corpus, settings)
    problems = [read_problem(corpus, t, folds, seed) for t in range(len(corpus.targets))]
    split = split_by_file(corpus, problems)
    held_out = cross_validate(corpus, counts, settings, problems, choices, jobs)
    return _fit(corpus, problems, split, counts, settings, choices, held_out, jobs)


def _fit(
    corpus: Corpus,
    problems: Sequence[Problem],
    split: Sequence[Problem],
    counts: Sequence[BlockCounts],
    settings: Settings,
    choices: Mapping[str, Choice],
    held_out: HeldOut,
    jobs: int,
) -> TrainingResult:
    """Calibration on what was held out, and the fit on everything."""
    analyzer = analyzer_for(corpus, settings)
    # margins of the files named for calibration, each from a model that saw nothing of it or like it
    by_file = cross_validate(corpus, counts, settings, split, choices, jobs) if split else None
    labels = all_labels(corpus.targets)
    shape = (len(corpus.targets), len(labels))
    intercept = np.full(shape, -np.inf)
    scale, shift = np.ones((shape[0], 2)), np.zeros(shape)
    probabilities = np.full(held_out.margins.shape, np.nan)
    unseen = np.full(held_out.margins.shape, np.nan) if by_file else None
    everything = np.arange(len(corpus))
    fitted = [
        block.fit(everything, settings, weight) for block, weight in zip(counts, analyzer.block_weights, strict=True)
    ]
    if not any(len(block.columns) for block in fitted):
        raise CorpusError(
            f"no term occurs in {settings.min_df} paragraphs or more, as 'min_df' asks for; lower it, or code more text"
        )
    coef = [np.zeros((len(block.columns), *shape), dtype=np.float32) for block in fitted]
    marks: dict[str, int] = {}
    for problem in problems:
        t, columns = problem.index, [labels.index(label) for label in problem.labels]
        factors = {b: problem.options.factor(fitted[b].name) for b in analyzer.blocks_of(problem.name)}
        lessons = problem.lessons(counts)
        parts = [fitted[b].transform(counts[b], lessons.rows) * factor for b, factor in factors.items()]
        x = sparse.hstack(parts).tocsr()
        marks[problem.name] = int(lessons.is_mark.sum())
        ((weights, starts),) = fit_path(
            x, lessons.truth, lessons.weight, [choices[problem.name]], len(columns), lessons.is_mark
        )
        intercept[t, columns] = starts
        begin = 0
        for b, factor in factors.items():
            end = begin + len(fitted[b].columns)
            # a block has one weight in the model; what a target adds to it goes into its coefficients
            coef[b][:, t, columns] = factor * weights[:, begin:end].T
            begin = end
        mentioned = problem.mentioned(counts)
        if by_file is not None and unseen is not None:
            found = _calibrate(problem, by_file, mentioned, columns, unseen)
            own = held_out.margins[problem.rows, t][:, columns]
            _put(probabilities, problem.rows, t, columns, _probabilities(own, mentioned, found))
        else:
            found = _calibrate(problem, held_out, mentioned, columns, probabilities)
        scale[t], shift[t, columns] = found
    blocks = [
        BlockWeights(
            name=block.name,
            terms=[counts[b].terms[c] for c in block.columns],
            idf=block.idf,
            coef=coef[b],
            weight=block.weight,
        )
        for b, block in enumerate(fitted)
    ]
    facts = {
        "choices": {name: choice._asdict() for name, choice in choices.items()},
        "fit_options": {name: options.to_dict() for name, options in corpus.fit_options.items()},
        "marks": marks,
        "text_hashes": corpus.text_hashes,
    }
    asked = [problem for problem in problems if problem.options.unmentioned_share is not None]
    if unshifted := [problem.name for problem in asked if not shift[problem.index].any()]:
        facts["unshifted"] = unshifted
    model = StanceModel(
        targets=tuple(corpus.targets),
        analyzer=analyzer,
        weights=Weights(blocks, intercept, scale, shift),
        language=corpus.language,
        facts=facts,
    )
    return TrainingResult(model, held_out, probabilities, unseen)


def _probabilities(margins: Floats, mentioned: npt.NDArray[np.bool_], by: ScaleAndShift) -> Floats:
    """Those of one target, as a model of it alone would give them."""
    model = Weights((), intercept=np.zeros((1, len(by.shift))), scale=by.scale[None], shift=by.shift[None])
    one, here = margins[:, None], mentioned[:, None]
    return model.probabilities(model.shifted(one, here), here)[:, 0]


def _calibrate(
    problem: Problem,
    held_out: HeldOut,
    mentioned: npt.NDArray[np.bool_],
    columns: Sequence[int],
    probabilities: Floats,
) -> ScaleAndShift:
    """The calibration on all that was held out; fills `probabilities` by those that leave out the paragraph's own fold.

    Where there is only one fold, its own has to do. Paragraphs whose label the models had not seen do not count, if
    there are others: a few that cannot but be wrong would make all probabilities too modest.
    """
    t = problem.index
    fold = held_out.fold[problem.rows, t]
    margins, learnt = held_out.margins[problem.rows, t][:, columns], held_out.learnt[problem.rows, t]
    unrelated = np.array([not is_related(label) for label in problem.labels])
    share = problem.options.unmentioned_share

    def calibration(rows: npt.NDArray[np.bool_]) -> ScaleAndShift:
        rows = rows & learnt if (rows & learnt).any() else rows
        seen = margins[rows], problem.truth[rows], mentioned[rows]
        if share is None:
            return fit_calibration(*seen)
        # only then is it known how many there are where the model will be used
        weight = weigh_as_found(~unrelated[problem.truth[rows]], mentioned[rows], share)
        return fit_calibration(*seen, weight, unrelated)

    for i in np.unique(fold[fold >= 0]):
        here, others = fold == i, (fold >= 0) & (fold != i)
        found = calibration(others if others.any() else here)
        _put(probabilities, problem.rows[here], t, columns, _probabilities(margins[here], mentioned[here], found))
    return calibration(fold >= 0)


def _put(into: Floats, rows: Ints, t: int, columns: Sequence[int], probabilities: Floats) -> None:
    """Store the probabilities of one target's labels; labels of other targets only get 0."""
    into[rows, t] = 0.0
    into[rows[:, None], t, columns] = probabilities


def _choose(trials: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Of the trials as good as the best but for `_TIE`: the most regularised one."""
    best = max(trial["macro_f1"] for trial in trials)
    return min((t for t in trials if t["macro_f1"] >= best - _TIE), key=lambda t: (t["C"], -t["macro_f1"]))


def _choices(problem: Problem, grid: Grid) -> list[Choice]:
    """The ways to fit a target; only one C, or one weighting of labels, if the corpus names it."""
    options = problem.options
    c = grid.C if options.C is None else (options.C,)
    weights = grid.class_weight if options.class_weight is None else (options.class_weight,)
    return [Choice(*each) for each in itertools.product(c, weights)]


def _search(
    corpus: Corpus,
    problems: Sequence[Problem],
    counts: Sequence[BlockCounts],
    settings: Settings,
    grid: Grid,
    jobs: int,
) -> tuple[list[dict[str, Any]], _Candidate]:
    """Every choice with its macro-F1, and what is best with these settings."""
    choices = {problem.name: _choices(problem, grid) for problem in problems}
    margins = margins_by_choice(corpus, counts, settings, problems, choices, jobs)
    trials: list[dict[str, Any]] = []
    chosen: dict[str, Choice] = {}
    kept: dict[str, Floats] = {}
    best = []
    for problem in problems:
        mine = []
        for choice, found in zip(choices[problem.name], margins[problem.name], strict=True):
            score = f1_score(problem.truth, found.argmax(axis=1), average="macro", zero_division=0.0)
            mine.append({"target": problem.name, **choice._asdict(), "macro_f1": round(float(score), 6)})
        trials += [{"settings": settings.to_dict(), **trial} for trial in mine]
        best.append(max(trial["macro_f1"] for trial in mine))
        taken = mine.index(_choose(mine))
        chosen[problem.name] = choices[problem.name][taken]
        kept[problem.name] = margins[problem.name][taken]
    return trials, _Candidate(float(np.mean(best)), settings, counts, chosen, join_margins(corpus, problems, kept))
