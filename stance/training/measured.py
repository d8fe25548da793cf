"""What a model says of the paragraphs of a corpus that it was not trained on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stance.errors import CorpusError
from stance.labels import Target
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus, Example, text_hash

__all__ = ["Measured", "find_targets", "measure_model"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Measured(NamedTuple):
    """What a model says of the paragraphs that a corpus codes on one target.

    Attributes
    ----------
    target : Target
        As the model has it.
    probabilities : ndarray, shape (paragraphs, labels)
        NaN for a paragraph that was not scored.
    truth : ndarray of int, shape (paragraphs,)
        Place of the coded label among those of the model.
    groups : list of str
        The article of each paragraph.
    """

    target: Target
    probabilities: Floats
    truth: Ints
    groups: list[str]


def measure_model(model: StanceModel, corpus: Corpus, only: Collection[str] | None = None) -> list[Measured]:
    """Score the coded paragraphs of a corpus that the model was not trained on.

    Parameters
    ----------
    model : StanceModel
        What to measure. Stances below its least probability count too: the most probable label is taken.
    corpus : Corpus
        Coded paragraphs. Targets that the model lacks are left out; names of targets, and labels, may be in any case.
    only : collection of str, optional
        Targets of the model; all by default.

    Returns
    -------
    list of Measured
        One a target of the model that the corpus codes.

    Raises
    ------
    CorpusError
        If the model was trained on a paragraph of the corpus, shares no target with it, or lacks one of its labels.
    """
    seen = model.facts.get("text_hashes", frozenset())
    known = [example for example in corpus if text_hash(example.text) in seen]
    if known:
        message = (
            f"{len(known)} of {len(corpus)} paragraphs were used to train this model; measure it on others, or "
            "cross-validate it on these with `stance evaluate --cross-validate`"
        )
        raise CorpusError(message, known[0].path or None, known[0].line or None)
    names = find_targets(corpus, [target for target in model.targets if only is None or target.name in only])
    if not names:
        raise CorpusError(
            f"the corpus codes {', '.join(sorted(target.name for target in corpus.targets))}; the model reads "
            f"{', '.join(target.name for target in model.targets)}"
        )
    probabilities = model.score_texts(corpus.texts)
    found = []
    for target in model.targets:
        if (name := names.get(target.name)) is None:
            continue
        rows = corpus.coded(name)
        columns = [model.labels.index(label) for label in target.labels]
        own = probabilities[rows, model.target_index(target.name)][:, columns]
        truth = np.array([_place(corpus.examples[i], name, target) for i in rows], dtype=np.int64)
        found.append(Measured(target, own, truth, [corpus.examples[i].article for i in rows]))
    return found


def find_targets(corpus: Corpus, targets: Sequence[Target]) -> dict[str, str]:
    """What a corpus calls the targets of a model: by their very names, or by names that differ in case only.

    Parameters
    ----------
    corpus : Corpus
        With its targets.
    targets : sequence of Target
        Those of the model.

    Returns
    -------
    dict of str to str
        The model's name to that of the corpus; what the corpus does not code is left out.

    Examples
    --------
    >>> find_targets(Corpus([Target("Tax"), Target("toll"), Target("Toll")], []), [Target("TAX"), Target("toll")])
    {'TAX': 'Tax', 'toll': 'toll'}
    >>> find_targets(Corpus([Target("toll")], []), [Target("toll"), Target("Toll")])
    {'toll': 'toll'}
    """
    ours = {target.name for target in targets}
    coded = {target.name: target.name for target in corpus.targets}
    # the very name goes first, and serves no other
    alike = {name.lower(): name for name in coded if name not in ours}
    found = {name: coded.get(name) or alike.get(name.lower()) for name in (target.name for target in targets)}
    return {name: theirs for name, theirs in found.items() if theirs is not None}


def _place(example: Example, name: str, target: Target) -> int:
    """Where the label of a paragraph stands among those of the model."""
    code = example.labels[name]
    if (label := target.find(code)) is None:
        known = ", ".join(target.labels)
        message = f"the model knows no label {code!r} on {target.name!r}; it knows {known}"
        raise CorpusError(message, example.path or None, example.line or None)
    return target.labels.index(label)
