"""Counted shares beside shares estimated from a coded sample, on real labels.

    python benchmarks/prevalence.py --eval FILE [--model DIR] [--size 100] [--samples 1000] [--within]
        [--unrelated-times 1]

FILE is a flat corpus with a column a target, such as JSON lines; it is taken for a whole collection whose true shares
are known. Samples of ``--size`` paragraphs are drawn from it, with their labels, and the shares of the whole are
estimated from each; with ``--within`` they are stratified by the label that the model gave on the target. With
``--unrelated-times`` each paragraph that the model calls unrelated to the target is there so many times: a collection
that is seldom about it, as most are. Printed for each label: the true share; the counted one (classify and count); the
root of the mean squared error of the estimates; how many of the 95 % intervals hold the true share; half their mean
width; what `stance results sample` tells of it beforehand; and that of a simple random sample of as many alone, without
a model.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from stance.labels import Target, is_related
from stance.model.artefact import load_model
from stance.model.stance_model import StanceModel
from stance.results.drawn import DRAWN_FROM
from stance.results.planning import expected_intervals
from stance.results.prevalence import estimate_prevalence
from stance.results.sampling import draw_sample
from stance.results.scored import PLACE, Results
from stance.training.corpus import Corpus
from stance.training.corpus_files import CorpusColumns, read_corpus


def scored(model: StanceModel, corpus: Corpus) -> pd.DataFrame:
    """The paragraphs as one collection, scored."""
    scores = model.score_paragraphs(corpus.texts)
    frame = pd.DataFrame({"article_id": "all", "paragraph": range(len(corpus)), "text": "."})
    for t, target in enumerate(model.targets):
        decided = scores.decided(t)
        frame[target.name] = [target.labels[k] if k >= 0 else None for k in decided.labels]
        frame[f"{target.name}_abstained"] = None
        for k, label in enumerate(target.labels):
            frame[f"{target.name}_p_{label}"] = decided.probabilities[:, k]
    return frame


def collection_of(frame: pd.DataFrame, target: Target, true: pd.Series, times: int) -> tuple[Results, pd.Series]:
    """The results of one target with the true labels, and what the model calls unrelated so many times."""
    unrelated = [isinstance(label, str) and not is_related(label) for label in frame[target.name]]
    rows = np.repeat(np.arange(len(frame)), np.where(unrelated, times, 1))
    repeated = frame.iloc[rows].assign(paragraph=range(len(rows))).reset_index(drop=True)
    return Results(repeated, (target,), "paragraph"), true.iloc[rows].reset_index(drop=True)


def without_model(results: Results) -> Results:
    """The same collection, of which nothing is known."""
    known = [f"{target.name}_p_{label}" for target in results.targets for label in target.labels]
    return Results(results.frame.assign(**dict.fromkeys(known, 0.25)), results.targets, "paragraph")


def coded(results: Results, true: pd.Series, size: int, within: bool, seed: int) -> pd.DataFrame:
    """A sample of the results of one target, with its true labels."""
    (target,) = results.targets
    codes = draw_sample(results, size, target.name if within else None, seed)[[*PLACE, DRAWN_FROM]]
    return codes.assign(**{target.name: true[codes["paragraph"]].to_numpy()})


def measure(results: Results, true: pd.Series, size: int, samples: int, within: bool) -> None:
    """Print the table of one target."""
    (target,) = results.targets
    alone = without_model(results)
    whole = pd.DataFrame({"article_id": "all", "paragraph": range(len(true)), target.name: true})
    truth = estimate_prevalence(results, whole)
    found: dict[str, list[pd.Series]] = {"squared": [], "held": [], "half": [], "alone": []}

    for seed in range(samples):
        rows = estimate_prevalence(results, coded(results, true, size, within, seed))
        plain = estimate_prevalence(alone, coded(results, true, size, False, seed))
        known = rows["low"].notna()
        found["squared"].append((rows["prevalence"] - truth["prevalence"]) ** 2)
        holds = (rows["low"] <= truth["prevalence"]) & (truth["prevalence"] <= rows["high"])
        found["held"].append(holds.where(known).astype(float))
        found["half"].append((rows["high"] - rows["low"]) / 2)
        found["alone"].append((plain["high"] - plain["low"]) / 2)
    told = expected_intervals(results, draw_sample(results, size, target.name if within else None))["half"]
    mean = {name: pd.DataFrame(values).mean() for name, values in found.items()}
    how = f" within {target.name}" if within else ""
    print(f"\n{target.name}, {size} of {len(true)} paragraphs coded, {samples} samples{how}")
    print(f"{'label':<12}{'true':>8}{'counted':>9}{'error':>8}{'held':>8}{'+-':>8}{'told':>8}{'+- alone':>10}")
    for k, label in enumerate(truth["label"]):
        values = mean["squared"][k] ** 0.5, mean["held"][k], mean["half"][k], told[k]
        print(f"{label:<12}{truth['prevalence'][k]:>8.3f}{truth['counted'][k]:>9.3f}", end="")
        print("".join(f"{value:>8.3f}" for value in values) + f"{mean['alone'][k]:>10.3f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", required=True, help="a flat corpus with a column a target")
    parser.add_argument("--model", default="models/default")
    parser.add_argument("--size", type=int, default=100, help="coded paragraphs")
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--within", action="store_true", help="stratified samples")
    parser.add_argument("--unrelated-times", type=int, default=1, help="of what the model calls unrelated")
    arguments = parser.parse_args()
    model = load_model(arguments.model)
    corpus = read_corpus(arguments.eval, CorpusColumns(known=model.targets))
    scores = scored(model, corpus)
    for one in model.targets:
        labels = pd.Series([example.labels[one.name] for example in corpus])
        results, true = collection_of(scores, one, labels, arguments.unrelated_times)
        measure(results, true, arguments.size, arguments.samples, arguments.within)
