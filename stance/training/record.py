"""What a model says of its own making: corpus, search, versions, held-out metrics, golden paragraphs."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from stance import __version__
from stance.labels import all_labels
from stance.model.stance_model import StanceModel
from stance.model.weights import Floats
from stance.training.corpus import Corpus
from stance.training.evaluate import Evaluation, evaluate_probabilities
from stance.training.fit import TrainingResult
from stance.training.probes import Probe, run_probes

__all__ = ["GOLDEN", "evaluate_held_out", "with_record"]

#: How many paragraphs are stored with their probabilities, for `stance model verify`.
GOLDEN = 12

_PACKAGES = ("numpy", "scipy", "scikit-learn", "safetensors")


def evaluate_held_out(probabilities: Floats, corpus: Corpus, seed: int = 0) -> list[Evaluation]:
    """Measure held-out probabilities, one evaluation a target.

    Parameters
    ----------
    probabilities : ndarray, shape (paragraphs, targets, labels)
        Those of a `TrainingResult` on this corpus, its ``probabilities`` or ``unseen``.
    corpus : Corpus
        The labels.
    seed : int
        Of the bootstrap over groups of articles.
    """
    found = []
    labels = all_labels(corpus.targets)
    for t, target in enumerate(corpus.targets):
        rows = [i for i in corpus.coded(target.name) if probabilities[i, t, 0] == probabilities[i, t, 0]]
        columns = [labels.index(label) for label in target.labels]
        truth = np.array([target.labels.index(corpus.examples[i].labels[target.name]) for i in rows], dtype=np.int64)
        groups = [corpus.groups[i] for i in rows]
        found.append(evaluate_probabilities(target, probabilities[rows, t][:, columns], truth, groups, seed=seed))
    return found


def with_record(
    result: TrainingResult, corpus: Corpus, *, name: str, seed: int, folds: int, probes: Sequence[Probe] = ()
) -> StanceModel:
    """The fitted model with the record of how it was made.

    Nothing in it depends on the time or names the machine, so that the same corpus, seed and versions give the same
    bytes, but for what another kind of processor makes of the last digits of weights.
    """
    model = result.model
    step = max(1, len(corpus) // GOLDEN)
    texts = [corpus.examples[i].text for i in range(0, len(corpus), step)][:GOLDEN]
    probabilities = model.score_texts(texts)
    golden: list[dict[str, Any]] = []
    for text, row in zip(texts, probabilities, strict=True):
        values = [[None if p != p else round(p, 6) for p in targets] for targets in row.tolist()]
        golden.append({"text": text, "probabilities": values})
    evaluations = evaluate_held_out(result.probabilities, corpus, seed)
    facts = {
        "name": name,
        "made_with": {
            "sanctions-stance": __version__,
            "python": ".".join(platform.python_version_tuple()[:2]),
            **{package: version(package) for package in _PACKAGES},
        },
        "corpus": {
            "name": corpus.name,
            "version": corpus.version,
            "fingerprint": corpus.fingerprint,
            "paragraphs": len(corpus),
            "articles": len({example.article for example in corpus}),
            "groups": len(set(corpus.groups)),
        },
        "training": {"seed": seed, "folds": folds, "trials": result.trials},
        "metrics": {evaluation.target.name: evaluation.to_dict() for evaluation in evaluations},
        "golden": golden,
    }
    # those figures are of all paragraphs: these would get no label
    reasons = Counter(str(reason) for reason in model.score_paragraphs(corpus.texts).reasons if reason is not None)
    if reasons:
        facts["abstained"] = dict(reasons.most_common())
    if result.unseen is not None:
        unseen = evaluate_held_out(result.unseen, corpus, seed)
        itself = _calibrated_on_itself(corpus)
        facts["unseen_files"] = {
            "files": list(corpus.calibration),
            "metrics": {evaluation.target.name: evaluation.to_dict() for evaluation in unseen},
            **({"calibrated_on_itself": itself} if itself else {}),
        }
    if probes:
        tried = run_probes(model, probes)
        facts["probes"] = {
            "passed": {k: list(v) for k, v in tried.passed.items()},
            "consistent": list(tried.consistent),
            "mixed": {k: list(v) for k, v in tried.mixed.items()},
        }
    return replace(model, facts={**model.facts, **facts})


def _calibrated_on_itself(corpus: Corpus) -> list[str]:
    """The targets that one file alone codes of several named for calibration: there are no others for its figures."""
    if len(corpus.calibration) < 2:
        return []
    coding = {
        target.name: {Path(corpus.examples[i].path).stem for i in corpus.coded(target.name)}
        for target in corpus.targets
    }
    return [name for name, files in coding.items() if len(files.intersection(corpus.calibration)) == 1]
