"""The model: scores texts and articles, and explains what it did."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from stance.articles import Article
from stance.errors import ArgumentError, ModelError, kind_of
from stance.labels import Target, all_labels
from stance.model.abstention import Reason, WordCounts, abstention_reasons
from stance.model.analyzer import Analyzer
from stance.model.deciding import Stretch, deciding_stretches
from stance.model.explanation import Contribution, Explanation
from stance.model.given_texts import arrow_strings, list_of_texts
from stance.model.kernel import FoundTerms, Kernel, Scored, kernel_in_use, open_kernel
from stance.model.kernel_layout import KernelTables
from stance.model.scores import ParagraphScore, Scores
from stance.model.weights import BlockWeights, Floats, Weights

__all__ = ["LEAST_PROBABILITY", "StanceModel"]

#: Below this probability the most probable label is not given: the paragraph is ambiguous.
LEAST_PROBABILITY = 0.35

# paragraphs of an article: in Python a fraction of a second, and more than most articles have
_AT_ONCE = 256

# one thread builds a kernel, the others wait for it
_OPENING = threading.Lock()


def _renew_lock() -> None:
    global _OPENING
    _OPENING = threading.Lock()


if hasattr(os, "register_at_fork"):
    # a child has only the thread that forked: whoever held the lock is not there to let go of it
    os.register_at_fork(after_in_child=_renew_lock)


@dataclass(frozen=True, eq=False)
class StanceModel:
    """Tags paragraphs with their stance on every target.

    Made by `stance.load_model` or by training, not by hand.

    Parameters
    ----------
    targets : tuple of Target
        What it was trained on.
    analyzer : Analyzer
        Text to terms.
    weights : Weights
        Terms to margins.
    language : str or None
        ``"en"`` makes it abstain from other languages.
    least_probability : float
        Below it a stance is ambiguous.
    facts : mapping
        How it was trained, on what, and how well it does: the rest of its manifest.

    Attributes
    ----------
    sha256 : str or None
        The hash to cite it by, of a model that was loaded.

    Examples
    --------
    >>> import stance
    >>> model = stance.load_model()
    >>> [target.name for target in model.targets]
    ['sanctions', 'diplomacy']
    >>> model.score_texts(["The ministers will meet again in Vienna on Friday for talks."]).shape
    (1, 2, 4)
    """

    targets: tuple[Target, ...]
    # what is long is not shown: a notebook prints a model that ends a cell
    analyzer: Analyzer = field(repr=False)
    weights: Weights = field(repr=False)
    language: str | None = None
    least_probability: float = LEAST_PROBABILITY
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    # fields that `dataclasses.replace` does not hand on: what is changed is no longer what was loaded
    sha256: str | None = field(default=None, init=False, repr=False)
    _kernels: dict[str, Kernel] = field(default_factory=dict, init=False, repr=False)
    _tables: KernelTables | None = field(default=None, init=False, repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """Every label of any target, in the order of the last axis of all arrays."""
        return all_labels(self.targets)

    def target_index(self, name: str) -> int:
        """Position of a target.

        Raises
        ------
        ModelError
            If the model has no such target.
        """
        names = [target.name for target in self.targets]
        if name not in names:
            raise ModelError(f"the model has no target {name!r}; it has {', '.join(names)}")
        return names.index(name)

    def _label_index(self, t: int, label: str) -> int:
        target = self.targets[t]
        if label not in target.labels:
            raise ModelError(f"target {target.name!r} has no label {label!r}; it has {', '.join(target.labels)}")
        return self.labels.index(label)

    def score_paragraphs(self, texts: Iterable[str]) -> Scores:
        """Score texts, with margins and the reasons of abstention.

        Each text is scored by itself: the result is the same to the bit whatever it is scored with.

        Parameters
        ----------
        texts : iterable of str
            Paragraphs: a list, a generator, a column of a data frame, an array of Arrow strings, of which no Python
            strings are made. Where one is missing, give an empty text.

        Returns
        -------
        Scores

        Raises
        ------
        ArgumentError
            If it is one text, whose characters would be scored, a data frame, of which it would be the names of
            columns, or what has no order, or if one of them is no text.
        """
        if (strings := arrow_strings(texts)) is not None:
            return self._scores(self._open_kernel().score_arrow(strings))
        return self._scores(self._open_kernel().score(list_of_texts(texts)))

    def _scores(self, scored: Scored) -> Scores:
        """What a kernel scored, but for the paragraphs that the model abstains from."""
        reasons = abstention_reasons(scored.counts, self.language)
        margins, mentioned = self._shifted(scored)
        margins[[i for i, reason in enumerate(reasons) if reason is not None]] = np.nan
        probabilities = self._open_kernel().probabilities(margins, mentioned)
        return Scores(self.targets, self.labels, margins, probabilities, reasons, self.least_probability)

    def probabilities(self, scored: Scored) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of what a kernel scored, shape (paragraphs, targets, labels)."""
        return self._open_kernel().probabilities(*self._shifted(scored))

    def _shifted(self, scored: Scored) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
        """The margins of what a kernel scored, with the shift, and which targets are mentioned."""
        mentioned = self.mentioned(WordCounts(*scored.counts.T).mentioned)
        return self.weights.shifted(scored.margins, mentioned), mentioned

    def mentioned(self, bits: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which targets paragraphs mention, shape (paragraphs, targets), from their ``WordCounts.mentioned``."""
        found = np.zeros((len(bits), len(self.targets)), dtype=np.bool_)
        for bit, name in enumerate(self.analyzer.anchored_targets):
            found[:, self.target_index(name)] = bits >> bit & 1
        return found

    @property
    def releases_gil(self) -> bool:
        """Whether threads can score side by side with this model."""
        return self._open_kernel().releases_gil

    def _open_kernel(self) -> Kernel:
        """The kernel of this model, built when it is first needed."""
        name = kernel_in_use()
        kernel = self._kernels.get(name)
        if kernel is None:
            with _OPENING:
                kernel = self._kernels.get(name) or open_kernel(self.analyzer, self.weights, self._tables)
                self._kernels[name] = kernel
        return kernel

    def __getstate__(self) -> dict[str, Any]:
        # a kernel is memory of this process
        return {**self.__dict__, "_kernels": {}}

    def score_texts(self, texts: Iterable[str]) -> npt.NDArray[np.float64]:
        """Calibrated probabilities of texts.

        Parameters
        ----------
        texts : iterable of str
            Paragraphs, as `score_paragraphs` takes them.

        Returns
        -------
        ndarray of float, shape (paragraphs, targets, labels)
            In the order of `targets` and `labels`. NaN for a paragraph that the model does not score (empty, not
            English, too few known words), 0 for a label that a target lacks.

        Raises
        ------
        ArgumentError
            As `score_paragraphs` raises it.
        """
        return self.score_paragraphs(texts).probabilities

    def score(self, article: Article | str, keep_boilerplate: bool = False) -> list[ParagraphScore]:
        """Score every paragraph of an article.

        Parameters
        ----------
        article : Article or str
            An article, or its text.
        keep_boilerplate : bool
            Whether to score bylines, links and footers, too; else their reason is `Reason.BOILERPLATE`.

        Returns
        -------
        list of ParagraphScore
            In the order of the text; offsets refer to the text as given.

        Raises
        ------
        ArgumentError
            If it is neither; several texts are for `score_texts`.

        Examples
        --------
        >>> import stance
        >>> text = "It rained.\\n\\nThe ministers will meet again in Vienna on Friday for talks."
        >>> for score in stance.load_model().score(text):
        ...     print(score.paragraph.start, score.abstained, score.stances["sanctions"].label)
        0 too few known words None
        12 None unrelated
        """
        return list(self.iter_scores(article, keep_boilerplate))

    def iter_scores(self, article: Article | str, keep_boilerplate: bool = False) -> Iterator[ParagraphScore]:
        """Score the paragraphs of an article as they are asked for, so that a long one can be left in between.

        Parameters
        ----------
        article, keep_boilerplate
            As `score` takes them.

        Yields
        ------
        ParagraphScore
            The same as in the list of `score`.

        Raises
        ------
        ArgumentError
            As `score` raises it.
        """
        if isinstance(article, str):
            article = Article(id="article", text=article)
        if not isinstance(article, Article):
            several = isinstance(article, Iterable) and not isinstance(article, bytes)
            how = "; several texts are for `score_texts`, a data frame for `score_frame`" if several else ""
            raise ArgumentError(f"this takes an Article or its text, not {kind_of(article)}{how}")
        paragraphs = article.paragraphs
        for start in range(0, len(paragraphs), _AT_ONCE):
            part = paragraphs[start : start + _AT_ONCE]
            scores = self.score_paragraphs([paragraph.text for paragraph in part])
            if not keep_boilerplate:
                marks = np.array([paragraph.boilerplate for paragraph in part], dtype=np.bool_)
                scores = scores.without(marks, Reason.BOILERPLATE)
            for i, paragraph in enumerate(part):
                yield ParagraphScore(paragraph, scores.stances(i))

    def explain(self, text: str, target: str, label: str | None = None) -> Explanation:
        """Say which terms decided a label, each with its exact share of the margin.

        Parameters
        ----------
        text : str
            One paragraph.
        target : str
            Name of a target.
        label : str, optional
            The label to explain; the most probable one by default.

        Returns
        -------
        Explanation
            Contributions sorted by size, the greatest first; `stance.show` makes a page of them for a notebook.

        Raises
        ------
        ModelError
            If the model lacks that target or label.
        ArgumentError
            If it is no text.

        Examples
        --------
        >>> import math, stance
        >>> text = "The embargo must be lifted at once, she said."
        >>> found = stance.load_model().explain(text, "sanctions")
        >>> math.isclose(found.margin, found.intercept + sum(term.value for term in found.contributions))
        True
        """
        t = self.target_index(target)
        chosen = None if label is None else self._label_index(t, label)
        weighed = self._weigh(text)
        scored = self._open_kernel().score([text])
        _, mentioned = self._shifted(scored)
        intercept = self.weights.shifted(self.weights.intercept, mentioned[0])
        margins = intercept.copy()
        for _, _, values in weighed:
            margins += values.sum(axis=0)
        # these sums differ from the margins of the kernel by rounding: what scoring says must be told as it says it
        probabilities = self.probabilities(scored)[0]
        k = int(probabilities[t].argmax()) if chosen is None else chosen
        contributions = [
            Contribution(block.name, block.terms[column], spans, value)
            for block, found, values in weighed
            for column, spans, value in zip(found.ids.tolist(), found.spans, values[:, t, k].tolist(), strict=True)
            if value
        ]
        contributions.sort(key=lambda c: (-abs(c.value), c.block, c.term))
        return Explanation(
            text=text,
            target=target,
            label=self.labels[k],
            margin=float(margins[t, k]),
            intercept=float(intercept[t, k]),
            probability=float(probabilities[t, k]),
            contributions=tuple(contributions),
            abstained=self._scores(scored).stances(0)[target].abstained,
        )

    def stretches(self, text: str, target: str, label: str, most: int = 3) -> list[Stretch]:
        """The same as ``explain(text, target, label).stretches(most)``, sooner.

        Parameters
        ----------
        text, target, label
            As `explain` takes them.
        most : int
            As `Explanation.stretches` takes it.

        Raises
        ------
        ModelError, ArgumentError
            As `explain` raises them.
        """
        t = self.target_index(target)
        k = self._label_index(t, label)
        # in the order of `explain`, whatever the terms are called, so that the sums are the same to the bit
        weighed = sorted(self._weigh(text), key=lambda of_block: of_block[0].name)
        terms = [
            (spans, value)
            for _, found, values in weighed
            for spans, value in zip(found.spans, values[:, t, k].tolist(), strict=True)
            if value
        ]
        terms.sort(key=lambda term: -abs(term[1]))
        return deciding_stretches(text, terms, most)

    def _weigh(self, text: str) -> list[tuple[BlockWeights, FoundTerms, Floats]]:
        """The known terms of a text and what each adds to every margin, block by block."""
        if not isinstance(text, str):
            raise ArgumentError(f"this takes one text, not {kind_of(text)}")
        # one of numpy is more than a str
        text = str.__str__(text)
        sublinear = self.analyzer.settings.sublinear_tf
        return [
            (block, found, block.weigh(found.ids, found.counts, sublinear))
            for block, found in zip(self.weights.blocks, self._open_kernel().find_terms(text), strict=True)
        ]
