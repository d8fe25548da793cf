"""Counted shares beside shares estimated from a coded sample, on real labels.

    python benchmarks/prevalence.py --eval FILE [--model DIR] [--size 100] [--samples 1000] [--within]

FILE is a flat corpus with a column a target, such as JSON lines; it is taken for a whole collection whose true shares
are known. Samples of ``--size`` paragraphs are drawn from it, with their labels, and the shares of the whole are
estimated from each; with ``--within`` they are stratified by the label that the model gave on the target. Printed for
each label: the true share; the counted one (classify and count); how many of the 95 % intervals hold the true share;
half their mean width; and the same from the sample alone, without a model.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from stance.labels import Target
from stance.model.artefact import load_model
from stance.model.stance_model import StanceModel
from stance.results.prevalence import estimate_prevalence
from stance.results.sampling import DRAWN_FROM, PLACE, draw_sample
from stance.results.saved import Results
from stance.training.corpus import Corpus
from stance.training.corpus_files import CorpusColumns, read_corpus


def scored(model: StanceModel, corpus: Corpus) -> Results:
    """The paragraphs as one collection, scored."""
    scores = model.score_paragraphs(corpus.texts)
    frame = pd.DataFrame({"article_id": "all", "paragraph": range(len(corpus)), "text": "."})
    for t, target in enumerate(model.targets):
        decided = scores.decided(t)
        frame[target.name] = [target.labels[k] if k >= 0 else None for k in decided.labels]
        frame[f"{target.name}_abstained"] = None
        for k, label in enumerate(target.labels):
            frame[f"{target.name}_p_{label}"] = decided.probabilities[:, k]
    return Results(frame, model.targets, "paragraph")


def without_model(results: Results) -> Results:
    """The same collection, of which nothing is known."""
    known = [f"{target.name}_p_{label}" for target in results.targets for label in target.labels]
    return Results(results.frame.assign(**dict.fromkeys(known, 0.25)), results.targets, "paragraph")


def measure(results: Results, corpus: Corpus, target: Target, size: int, samples: int, within: bool) -> None:
    """Print the table of one target."""
    true = pd.Series([example.labels[target.name] for example in corpus])
    alone = without_model(results)
    whole = pd.DataFrame({"article_id": "all", "paragraph": range(len(true)), target.name: true})
    truth = estimate_prevalence(results, whole)
    held, half, half_alone = [], [], []
    for seed in range(samples):
        codes = draw_sample(results, size, target.name if within else None, seed)[[*PLACE, DRAWN_FROM]]
        codes[target.name] = true[codes["paragraph"]].to_numpy()
        rows, plain = estimate_prevalence(results, codes), estimate_prevalence(alone, codes)
        held.append((rows["low"] <= truth["prevalence"]) & (truth["prevalence"] <= rows["high"]))
        half.append((rows["high"] - rows["low"]) / 2)
        half_alone.append((plain["high"] - plain["low"]) / 2)
    how = f" within {target.name}" if within else ""
    print(f"\n{target.name}, {size} of {len(true)} paragraphs coded, {samples} samples{how}")
    print(f"{'label':<12}{'true':>8}{'counted':>9}{'held':>8}{'+-':>8}{'+- without the model':>22}")
    for k, label in enumerate(truth["label"]):
        values = truth["prevalence"][k], truth["counted"][k], np.mean(held, 0)[k], np.mean(half, 0)[k]
        print(f"{label:<12}{values[0]:>8.3f}{values[1]:>9.3f}{values[2]:>8.3f}{values[3]:>8.3f}", end="")
        print(f"{np.mean(half_alone, 0)[k]:>22.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", required=True, help="a flat corpus with a column a target")
    parser.add_argument("--model", default="models/default")
    parser.add_argument("--size", type=int, default=100, help="coded paragraphs")
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--within", action="store_true", help="stratified samples")
    arguments = parser.parse_args()
    model = load_model(arguments.model)
    coded = read_corpus(arguments.eval, CorpusColumns(known=model.targets))
    collection = scored(model, coded)
    for one in model.targets:
        measure(collection, coded, one, arguments.size, arguments.samples, arguments.within)
