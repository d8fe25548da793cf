"""Cross-validation: what is held out from what, and the margins of models that did not see it."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.model_selection import StratifiedGroupKFold

from stance.errors import CorpusError
from stance.model.analyzer import Analyzer, Settings
from stance.training.corpus import Corpus, Mark
from stance.training.features import BlockCounts, count_terms
from stance.training.fit_options import FitOptions
from stance.training.logistic import Choice, fit_path

__all__ = [
    "HeldOut",
    "Lessons",
    "Problem",
    "analyzer_for",
    "count_corpus",
    "cross_validate",
    "fold_margins",
    "hold_out",
    "margins_by_choice",
    "rare_labels",
    "read_problem",
    "used_blocks",
    "without_files",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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


class Lessons(NamedTuple):
    """What a fit learns from.

    Attributes
    ----------
    rows : ndarray of int
        Rows of the counts.
    truth : ndarray of int
        Column of the true label of each.
    weight : ndarray of float
        How much each counts.
    is_mark : ndarray of bool
        Which are marked words.
    """

    rows: Ints
    truth: Ints
    weight: Floats
    is_mark: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """One target's paragraphs, truths and folds, and what the corpus says of its fit.

    Attributes
    ----------
    rows : ndarray of int
        Of the counts: the paragraphs.
    truth, weight : ndarray
        Of each paragraph.
    folds : list of (ndarray of int, ndarray of int)
        Positions among `rows`: inside, outside.
    mark_rows : ndarray of int
        Of the counts: the marked words.
    mark_of : ndarray of int
        Position among `rows` of the paragraph that the words stand in.
    """

    name: str
    index: int
    labels: tuple[str, ...]
    rows: Ints
    truth: Ints
    weight: Floats
    folds: list[tuple[Ints, Ints]]
    options: FitOptions
    mark_rows: Ints
    mark_of: Ints

    def mentioned(self, blocks: Iterable[BlockCounts]) -> npt.NDArray[np.bool_]:
        """Which of its paragraphs mention the target, by its anchored terms; none does if no block has them."""
        found = self._mention(blocks, self.rows)
        return np.zeros(len(self.rows), dtype=np.bool_) if found is None else found

    def _mention(self, blocks: Iterable[BlockCounts], rows: Ints) -> npt.NDArray[np.bool_] | None:
        for block in blocks:
            if block.name == f"around {self.name}":
                return np.asarray(np.diff(block.matrix.indptr)[rows] > 0)
        return None

    def lessons(self, blocks: Sequence[BlockCounts], inside: Ints | None = None) -> Lessons:
        """What a fit learns from: paragraphs, and after them their marked words.

        If the target has a lexicon, only marked words that mention it are learnt from.

        Parameters
        ----------
        blocks : sequence of BlockCounts
            From `count_corpus`.
        inside : ndarray of int, optional
            Positions of the paragraphs among `rows`; all of them by default.
        """
        inside = np.arange(len(self.rows)) if inside is None else inside
        mentioned = self.mentioned(blocks)
        # where nothing is mentioned there is nothing to weigh against
        weight = self.weight * np.where(mentioned, 1.0, self.options.unmentioned_weight if mentioned.any() else 1.0)
        used = np.isin(self.mark_of, inside)
        mention = self._mention(blocks, self.mark_rows)
        if mention is not None:
            # the rest would teach that any words are about the target
            used &= mention
        of = self.mark_of[used]
        return Lessons(
            np.concatenate([self.rows[inside], self.mark_rows[used]]),
            np.concatenate([self.truth[inside], self.truth[of]]),
            np.concatenate([weight[inside], self.weight[of] * self.options.evidence_weight]),
            np.repeat([False, True], [len(inside), len(of)]),
        )

    def block_weights(self, analyzer: Analyzer) -> dict[int, float]:
        """The blocks that inform the target, with their weights for it."""
        weights, names = analyzer.block_weights, analyzer.block_names
        return {b: weights[b] * self.options.factor(names[b]) for b in analyzer.blocks_of(self.name)}


def read_problem(corpus: Corpus, t: int, folds: int, seed: int) -> Problem:
    """What is to be learnt of the target at place ``t``, with its folds.

    Raises
    ------
    CorpusError
        If the target has too few paragraphs, articles or labels to be cross-validated.
    """
    target = corpus.targets[t]
    rows = np.array(corpus.coded(target.name), dtype=np.int64)
    truth = np.array([target.labels.index(corpus.examples[i].labels[target.name]) for i in rows], dtype=np.int64)
    groups = np.array(corpus.groups)[rows]
    _check_enough(corpus, target.name, truth, groups, folds)
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    weight = np.array([0.5 if target.name in corpus.examples[i].disputed else 1.0 for i in rows])
    with warnings.catch_warnings():
        # `rare_labels` says it in our words
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        split = [(a, b) for a, b in splitter.split(rows, truth, groups)]
    if any(len(np.unique(truth[inside])) < 2 for inside, _ in split):
        raise CorpusError(f"target {target.name!r}: a fold leaves a single label to learn from; code more paragraphs")
    options = corpus.fit_options.get(target.name, FitOptions())
    marks = _used_marks(corpus)
    mine = np.array([k for k, mark in enumerate(marks) if mark.target == target.name], dtype=np.int64)
    mark_of = np.searchsorted(rows, [marks[k].position for k in mine])
    return Problem(target.name, t, target.labels, rows, truth, weight, split, options, len(corpus) + mine, mark_of)


def _used_marks(corpus: Corpus) -> list[Mark]:
    """The marked words of targets that learn from them."""
    options = {target.name: corpus.fit_options.get(target.name, FitOptions()) for target in corpus.targets}
    return [
        mark
        for mark in corpus.marks
        if mark.target in corpus.examples[mark.position].labels and options[mark.target].evidence_weight
    ]


def _check_enough(corpus: Corpus, name: str, truth: Ints, groups: Ints, folds: int) -> None:
    """Check that the coded paragraphs of a target can be cut into folds, each with others to learn from."""
    labels, found = len(np.unique(truth)), len(np.unique(groups))
    most = int(np.bincount(truth).max()) if len(truth) else 0
    if labels >= 2 and found >= folds and most >= folds:
        return
    articles = len({corpus.examples[i].article for i in corpus.coded(name)})
    joined, advice = "", "; code more articles"
    if found < articles:
        joined = f" ({articles} articles, joined where they share near-duplicate paragraphs)"
        advice = "; code articles that share none"
    advice = "" if found >= folds else advice + (f", or ask for {found} folds" if found >= 2 else "")
    raise CorpusError(
        f"target {name!r} has {_count(len(truth), 'coded paragraph')} in {_count(found, 'group')}{joined} and "
        f"{_count(labels, 'label')}, the most frequent one {_count(most, 'time')}; {folds}-fold cross-validation needs "
        f"{folds} groups, two labels and one of them {folds} times{advice}"
    )


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def rare_labels(corpus: Corpus, folds: int) -> list[str]:
    """Say of every label that has fewer paragraphs than there are folds what that means: a line each.

    Parameters
    ----------
    corpus : Corpus
        Coded paragraphs.
    folds : int
        Number of folds.

    Examples
    --------
    >>> from stance.labels import Target
    >>> from stance.training.corpus import Example
    >>> coded = [Example(str(i), 0, f"Text {i}", {"tax": "favor" if i else "against"}) for i in range(9)]
    >>> rare_labels(Corpus([Target("tax", ("favor", "against"))], coded), 5)
    ["tax: 1 paragraph coded 'against', fewer than the 5 folds: some hold none, and its figures say little; code more"]
    """
    lines = []
    for target in corpus.targets:
        counts = Counter(example.labels.get(target.name) for example in corpus)
        lines += [
            f"{target.name}: {_count(counts[label], 'paragraph')} coded {label!r}, fewer than the {folds} folds: some "
            "hold none, and its figures say little; code more"
            for label in target.labels
            if 0 < counts[label] < folds
        ]
    return lines


def cross_validate(
    corpus: Corpus,
    counts: Sequence[BlockCounts],
    settings: Settings,
    problems: Sequence[Problem],
    choices: Mapping[str, Choice],
    jobs: int = -1,
) -> HeldOut:
    """Margins of every paragraph from models fitted without its group."""
    single = {name: [choice] for name, choice in choices.items()}
    margins = margins_by_choice(corpus, counts, settings, problems, single, jobs)
    return hold_out(corpus, problems, {name: found for name, (found,) in margins.items()})


def margins_by_choice(
    corpus: Corpus,
    counts: Sequence[BlockCounts],
    settings: Settings,
    problems: Sequence[Problem],
    choices: Mapping[str, Sequence[Choice]],
    jobs: int = -1,
) -> dict[str, list[Floats]]:
    """Held-out margins of each target for each of its choices, shape (its paragraphs, its labels).

    NaN where no fold holds the paragraph out.
    """
    tasks = [(problem, i) for problem in problems for i in range(len(problem.folds))]
    analyzer = analyzer_for(corpus, settings)
    results = Parallel(n_jobs=jobs)(
        delayed(fold_margins)(problem, i, used_blocks(analyzer, problem, counts), settings, choices[problem.name])
        for problem, i in tasks
    )
    margins = {p.name: [np.full((len(p.rows), len(p.labels)), np.nan) for _ in choices[p.name]] for p in problems}
    for (problem, i), found in zip(tasks, results, strict=True):
        for into, outside in zip(margins[problem.name], found, strict=True):
            into[problem.folds[i][1]] = outside
    return margins


def hold_out(corpus: Corpus, problems: Sequence[Problem], margins: Mapping[str, Floats]) -> HeldOut:
    """The held-out margins of all targets in one array, with the folds that they are from."""
    labels = tuple(dict.fromkeys(label for target in corpus.targets for label in target.labels))
    found = HeldOut(
        np.full((len(corpus), len(problems), len(labels)), np.nan), np.full((len(corpus), len(problems)), -1)
    )
    for problem in problems:
        columns = [labels.index(label) for label in problem.labels]
        found.margins[problem.rows[:, None], problem.index, columns] = margins[problem.name]
        for i, (_, outside) in enumerate(problem.folds):
            found.fold[problem.rows[outside], problem.index] = i
    return found


def without_files(
    corpus: Corpus,
    counts: Sequence[BlockCounts],
    settings: Settings,
    problems: Sequence[Problem],
    choices: Mapping[str, Choice],
    jobs: int,
) -> HeldOut | None:
    """Margins of the files named for calibration, each from a model that saw nothing of it or like it.

    None where the corpus holds nothing of these files, as a part of a corpus may.

    Raises
    ------
    CorpusError
        If none of the files codes a target, or one leaves a single label of it to learn from.
    """
    files = np.array([Path(example.path).stem for example in corpus])
    groups = np.array(corpus.groups)
    there = [name for name in corpus.calibration if (files == name).any()]
    if not there:
        return None
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
        split.append(replace(problem, folds=folds))
    return cross_validate(corpus, counts, settings, split, choices, jobs)


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


def analyzer_for(corpus: Corpus, settings: Settings) -> Analyzer:
    """The analyzer with the lexicons of the corpus."""
    return Analyzer(settings, corpus.lexicons, corpus.cues)


def count_corpus(corpus: Corpus, settings: Settings) -> list[BlockCounts]:
    """The terms of its paragraphs and, after them, of marked words that are learnt from, a row each.

    Terms in fewer paragraphs than the setting `min_df` are left out, however many marked words have them.
    """
    marks = [mark.words for mark in _used_marks(corpus)]
    counts = count_terms(analyzer_for(corpus, settings), [*corpus.texts, *marks])
    return [block.in_paragraphs(len(corpus), settings.min_df) for block in counts] if marks else counts


def used_blocks(analyzer: Analyzer, problem: Problem, counts: Sequence[BlockCounts]) -> list[tuple[BlockCounts, float]]:
    """The blocks that inform a target, with their weights for it."""
    return [(counts[b], weight) for b, weight in problem.block_weights(analyzer).items()]
