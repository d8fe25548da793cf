"""Held-out margins: what models say of the paragraphs that they did not see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse

from stance.errors import CorpusError
from stance.labels import all_labels
from stance.model.analyzer import Settings
from stance.training.corpus import Corpus
from stance.training.features import BlockCounts
from stance.training.folds import Problem, analyzer_for, used_blocks
from stance.training.logistic import Choice, fit_path

__all__ = [
    "HeldOut",
    "cross_validate",
    "fold_margins",
    "join_margins",
    "margins_by_choice",
    "split_by_file",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class HeldOut:
    """Margins of every paragraph from models that did not see its group.

    Attributes
    ----------
    margins : ndarray, shape (paragraphs, targets, labels)
        NaN where the paragraph is not coded on that target, or held out by no fold.
    fold : ndarray of int, shape (paragraphs, targets)
        -1 there.
    learnt : ndarray of bool, shape (paragraphs, targets)
        Whether these models had seen the paragraph's label: of one that they had not they say nothing, however surely.
    """

    margins: Floats
    fold: Ints
    learnt: npt.NDArray[np.bool_]


def cross_validate(
    corpus: Corpus,
    counts: Sequence[BlockCounts],
    settings: Settings,
    problems: Sequence[Problem],
    choices: Mapping[str, Choice],
    jobs: int = -1,
) -> HeldOut:
    """Margins of every paragraph from models fitted without its group.

    Parameters
    ----------
    corpus : Corpus
        Coded paragraphs.
    counts : sequence of BlockCounts
        From `count_corpus`, with the same settings.
    settings : Settings
        Of the blocks.
    problems : sequence of Problem
        All targets, from `read_problem`.
    choices : mapping of str to Choice
        How each target is fitted.
    jobs : int
        Processes at work, as joblib counts them.

    Returns
    -------
    HeldOut
    """
    single = {name: [choice] for name, choice in choices.items()}
    margins = margins_by_choice(corpus, counts, settings, problems, single, jobs)
    return join_margins(corpus, problems, {name: found for name, (found,) in margins.items()})


def margins_by_choice(
    corpus: Corpus,
    counts: Sequence[BlockCounts],
    settings: Settings,
    problems: Sequence[Problem],
    choices: Mapping[str, Sequence[Choice]],
    jobs: int = -1,
) -> dict[str, list[Floats]]:
    """Margins of models fitted without a paragraph's group, for several choices of each target.

    Parameters
    ----------
    corpus, counts, settings, problems
        As in `cross_validate`.
    choices : mapping of str to sequence of Choice
        How each target may be fitted. Each fit starts where that of the choice before it ended.
    jobs : int
        Processes at work, as joblib counts them.

    Returns
    -------
    dict of str to list of ndarray, shape (paragraphs of the target, its labels)
        One for each choice. NaN where no fold holds the paragraph out.
    """
    tasks = [(problem, i) for problem in problems for i in range(len(problem.folds))]
    analyzer = analyzer_for(corpus, settings)
    results = Parallel(n_jobs=jobs)(
        delayed(fold_margins)(problem, i, used_blocks(analyzer, problem, counts), settings, choices[problem.name])
        for problem, i in tasks
    )
    margins = {p.name: [np.full((len(p.rows), len(p.labels)), np.nan) for _ in choices[p.name]] for p in problems}
    for (problem, i), found in zip(tasks, results, strict=True):
        for into, values in zip(margins[problem.name], found, strict=True):
            into[problem.folds[i][1]] = values
    return margins


def join_margins(corpus: Corpus, problems: Sequence[Problem], margins: Mapping[str, Floats]) -> HeldOut:
    """The held-out margins of all targets in one array, with the folds that they are from.

    Parameters
    ----------
    corpus : Corpus
        Coded paragraphs.
    problems : sequence of Problem
        All targets.
    margins : mapping of str to ndarray, shape (paragraphs of the target, its labels)
        From `margins_by_choice`, one choice a target.

    Returns
    -------
    HeldOut
    """
    labels = all_labels(corpus.targets)
    shape = (len(corpus), len(problems))
    found = HeldOut(np.full((*shape, len(labels)), np.nan), np.full(shape, -1), np.zeros(shape, dtype=np.bool_))
    for problem in problems:
        columns = [labels.index(label) for label in problem.labels]
        found.margins[problem.rows[:, None], problem.index, columns] = margins[problem.name]
        for i, (inside, outside) in enumerate(problem.folds):
            rows = problem.rows[outside]
            found.fold[rows, problem.index] = i
            found.learnt[rows, problem.index] = np.isin(problem.truth[outside], problem.truth[inside])
    return found


def split_by_file(corpus: Corpus, problems: Sequence[Problem]) -> list[Problem]:
    """The problems with a fold for each file named for calibration; none where the corpus holds nothing of these.

    Raises
    ------
    CorpusError
        If none of the files codes a target, they give it a single label, or one leaves a single label to learn from.
    """
    files = np.array([Path(example.path).stem for example in corpus])
    groups = np.array(corpus.groups)
    there = [name for name in corpus.calibration if (files == name).any()]
    if not there:
        return []
    split = []
    for problem in problems:
        folds = []
        for name in there:
            outside = np.flatnonzero(files[problem.rows] == name)
            inside = np.flatnonzero(~np.isin(groups[problem.rows], groups[files == name]))
            if not len(outside):
                continue
            if len(np.unique(problem.truth[inside])) < 2:
                raise CorpusError(
                    f"target {problem.name!r}: without {name!r}, which is named for calibration, fewer than two labels "
                    "are left to learn from; name another file"
                )
            folds.append((inside, outside))
        if not folds:
            raise CorpusError(
                f"target {problem.name!r}: none of the files named for calibration codes it ({', '.join(there)}); name "
                "one that does"
            )
        seen = np.unique(np.concatenate([problem.truth[outside] for _, outside in folds]))
        if len(seen) < 2:
            raise CorpusError(
                f"target {problem.name!r}: the files named for calibration ({', '.join(there)}) give it the label "
                f"{problem.labels[seen[0]]!r} only, which says nothing about how sure a model may be; name others"
            )
        split.append(replace(problem, folds=folds))
    return split


def fold_margins(
    problem: Problem,
    i: int,
    counts: Sequence[tuple[BlockCounts, float]],
    settings: Settings,
    choices: Sequence[Choice],
) -> list[Floats]:
    """Held-out margins of one fold, for every choice."""
    inside, outside = problem.folds[i]
    lessons = problem.lessons([block for block, _ in counts], inside)
    train_parts, test_parts = [], []
    for block, factor in counts:
        fitted = block.fit(problem.rows[inside], settings, factor)
        train_parts.append(fitted.transform(block, lessons.rows))
        test_parts.append(fitted.transform(block, problem.rows[outside]))
    x, test = sparse.hstack(train_parts).tocsr(), sparse.hstack(test_parts).tocsr()
    fits = fit_path(x, lessons.truth, lessons.weight, choices, len(problem.labels), lessons.is_mark)
    return [np.asarray(test @ weights.T) + starts for weights, starts in fits]
