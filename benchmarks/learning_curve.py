"""Macro-F1 over the size of the corpus, as a table and a figure.

    python benchmarks/learning_curve.py [--eval FILE] [--corpus data] [--figure docs/learning-curve.svg]

Articles are drawn in one random order; every size takes the first of them, with the settings of the default model.
Measured is a fifth of the articles, drawn first and never trained on, and with --eval a file of other text.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np

from stance.model.artefact import load_model
from stance.training.corpus import Corpus
from stance.training.corpus_files import CorpusColumns, read_corpus
from stance.training.evaluate import evaluate_model
from stance.training.fit import fit_model
from stance.training.logistic import choices_of

SHARES = (0.03, 0.06, 0.12, 0.25, 0.5, 1.0)


def _some(corpus: Corpus, articles: set[str]) -> Corpus:
    return replace(corpus, examples=tuple(e for e in corpus if e.article in articles))


def main() -> None:
    """Fit every size, print a line for each and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", help="a flat corpus with a column a target")
    parser.add_argument("--corpus", default="data")
    parser.add_argument("--figure", help="write an SVG here")
    given = parser.parse_args()
    corpus, default = read_corpus(given.corpus), load_model()
    # one file is faster; the shift, and so labels without a mention, differ a little from those by all files
    corpus = replace(corpus, calibration=corpus.calibration[:1])
    articles = sorted({e.article for e in corpus})
    order = [articles[i] for i in np.random.default_rng(0).permutation(len(articles))]
    held, rest = _some(corpus, set(order[: len(order) // 5])), order[len(order) // 5 :]
    measured = {"held-out articles": held}
    if given.eval:
        measured["other text"] = read_corpus(given.eval, CorpusColumns(known=tuple(corpus.targets)))
    curves: dict[str, list[float]] = {}
    sizes = []
    for share in SHARES:
        some = _some(corpus, set(rest[: int(share * len(rest))]))
        model = fit_model(some, default.analyzer.settings, choices_of(default.facts)).model
        sizes.append(len(some))
        found = {
            f"{evaluation.target.name}, {what}": evaluation.metrics["macro_f1"].value
            for what, texts in measured.items()
            for evaluation in evaluate_model(model, texts)
        }
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
