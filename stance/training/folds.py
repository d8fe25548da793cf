"""Folds: what is to be learnt of each target, and what is held out from what."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

from stance.errors import CorpusError, number_of
from stance.model.analyzer import Analyzer, Settings
from stance.training.corpus import Corpus, Mark
from stance.training.features import BlockCounts, count_terms
from stance.training.fit_options import FitOptions

__all__ = [
    "Lessons",
    "Problem",
    "analyzer_for",
    "count_corpus",
    "rare_labels",
    "read_problem",
    "used_blocks",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


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
    joined, advice = "", "code more articles"
    if found < articles:
        joined = f" ({articles} articles, joined where they share near-duplicate paragraphs)"
        advice = "code articles that share none" if found < folds else advice
    if labels < 2:
        advice = "code paragraphs that have another label"
    elif (fewer := min(found, most)) >= 2:
        advice += f", or ask for {fewer} folds"
    raise CorpusError(
        f"target {name!r} has {number_of(len(truth), 'coded paragraph')} in {number_of(found, 'group')}{joined} and "
        f"{number_of(labels, 'label')}, the most frequent one {number_of(most, 'time')}; {folds}-fold cross-validation "
        f"needs {folds} groups, two labels and one of them {folds} times; {advice}"
    )


def rare_labels(corpus: Corpus, folds: int) -> list[str]:
    """Say of every label that lies in fewer groups of articles than there are folds what that means: a line each.

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
        coded = corpus.coded(target.name)
        for label in target.labels:
            rows = [i for i in coded if corpus.examples[i].labels[target.name] == label]
            groups = len({corpus.groups[i] for i in rows})
            if not 0 < groups < folds:
                continue
            where, more = "", ""
            if len(rows) >= folds:
                where, more = f" in {number_of(groups, 'group')} of articles", " articles with it"
            lines.append(
                f"{target.name}: {number_of(len(rows), 'paragraph')} coded {label!r}{where}, fewer than the {folds} "
                f"folds: some hold none, and its figures say little; code more{more}"
            )
    return lines


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
