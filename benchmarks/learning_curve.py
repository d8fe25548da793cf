"""Macro-F1 over the size of the corpus, as a table and a figure.

    python benchmarks/learning_curve.py [--eval FILE] [--corpus data] [--figure docs/learning-curve.svg]

Articles are drawn in one random order; every size takes the first of them, with the settings of the default model.
Measured is a fifth of the articles, drawn first and never trained on, and with --eval a file of other text.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from stance.model.artefact import load_model
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus
from stance.training.corpus_files import read_corpus
from stance.training.fit import fit_model
from stance.training.logistic import choices_of

SHARES = (0.03, 0.06, 0.12, 0.25, 0.5, 1.0)


def _macro_f1(model: StanceModel, texts: list[str], truth: list[dict[str, str]]) -> list[float]:
    scores = np.nan_to_num(model.score_texts(texts))
    found = []
    for t, target in enumerate(model.targets):
        predicted = [target.labels[k] for k in scores[:, t].argmax(axis=1)]
        found.append(float(f1_score([labels[target.name] for labels in truth], predicted, average="macro")))
    return found


def _some(corpus: Corpus, articles: set[str]) -> Corpus:
    return replace(corpus, examples=tuple(e for e in corpus if e.article in articles))


def main() -> None:
    """Fit every size, print a line for each and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", help="JSON lines with text and one label a target")
    parser.add_argument("--corpus", default="data")
    parser.add_argument("--figure", help="write an SVG here")
    given = parser.parse_args()
    corpus, facts = read_corpus(given.corpus), load_model()
    corpus = replace(corpus, calibration=corpus.calibration[:1])  # a temperature changes no label; one file is faster
    names = [target.name for target in corpus.targets]
    articles = sorted({e.article for e in corpus})
    order = [articles[i] for i in np.random.default_rng(0).permutation(len(articles))]
    held, rest = _some(corpus, set(order[: len(order) // 5])), order[len(order) // 5 :]
    lines = Path(given.eval).read_text(encoding="utf-8").splitlines() if given.eval else []
    records = [json.loads(line) for line in lines]
    curves: dict[str, list[float]] = {}
    sizes = []
    for share in SHARES:
        some = _some(corpus, set(rest[: int(share * len(rest))]))
        model = fit_model(some, facts.analyzer.settings, choices_of(facts.facts)).model
        sizes.append(len(some))
        values = dict(zip(names, _macro_f1(model, held.texts, [dict(e.labels) for e in held]), strict=True))
        found = {f"{name}, held-out articles": value for name, value in values.items()}
        if records:
            other = _macro_f1(model, [r["text"] for r in records], records)
            found |= {f"{name}, other text": value for name, value in zip(names, other, strict=True)}
        for name, value in found.items():
            curves.setdefault(name, []).append(value)
        print(f"{len(some):>7}  " + "  ".join(f"{name} {value:.3f}" for name, value in found.items()), flush=True)
    if given.figure:
        import matplotlib

        matplotlib.use("svg")
        matplotlib.rcParams["svg.hashsalt"] = "stance"
        from matplotlib import pyplot

        figure, axes = pyplot.subplots(figsize=(7, 4))
        for name, values in curves.items():
            axes.plot(sizes, values, marker="o", linestyle="--" if "other" in name else "-", label=name)
        axes.set(xscale="log", xlabel="paragraphs trained on", ylabel="macro-F1, four labels")
        axes.legend(frameon=False)
        figure.savefig(given.figure, metadata={"Date": None}, bbox_inches="tight")


if __name__ == "__main__":
    main()
