"""A regression on labels of the model beside one on outcomes corrected by a coded sample, on real labels.

    python benchmarks/regression.py --eval FILE --column genre --value oped [--model DIR] [--size 100] [--samples 1000]
        [--within]

FILE is a flat corpus with a column a target, such as JSON lines, taken for a whole collection. What is regressed is
whether a paragraph has a label, on whether ``--column`` has ``--value``: the coefficient is the difference of the two
shares. Printed for each label: the coefficient by the true labels; by those of the model; the mean of those by the
outcomes of `stance results outcomes`, over samples of ``--size`` coded paragraphs; their standard deviation; the mean
of the standard error that a regression program gives (HC1, MacKinnon and White 1985), and how many of the 95 %
intervals made of it hold the true coefficient.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from prevalence import coded, collection_of, scored

from stance.model.artefact import load_model
from stance.results.outcomes import outcome_column, regression_outcomes
from stance.results.scored import Results
from stance.training.corpus_files import CorpusColumns, read_corpus
from stance.training.flat_files import read_rows


def regress(outcome: npt.NDArray[np.float64], inside: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """The coefficient of a variable that is 0 or 1, and its standard error where variances differ."""
    x = np.column_stack([np.ones(len(inside)), inside])
    inverse = np.linalg.inv(x.T @ x)
    found = inverse @ x.T @ outcome
    off = x * (outcome - x @ found)[:, None]
    variance = inverse @ (off.T @ off) @ inverse * len(x) / (len(x) - 2)
    return float(found[1]), float(np.sqrt(variance[1, 1]))


def measure(results: Results, true: pd.Series, inside: npt.NDArray[np.bool_], size: int, samples: int, within: bool):
    """Print the table of one target."""
    (target,) = results.targets
    print(f"\n{target.name}, {size} of {len(true)} paragraphs coded, {samples} samples{' within it' * within}")
    print(f"{'label':<12}{'true':>8}{'by labels':>11}{'by outcomes':>13}{'s.d.':>8}{'s.e.':>8}{'held':>8}")
    found: dict[str, list[tuple[float, float]]] = {label: [] for label in target.labels}
    for seed in range(samples):
        outcomes = regression_outcomes(results, coded(results, true, size, within, seed))
        for label in target.labels:
            found[label].append(regress(outcomes[outcome_column(target.name, label)].to_numpy(), inside))
    for label in target.labels:
        right, counted = (
            regress((said == label).to_numpy(float), inside)[0] for said in (true, results.frame[target.name])
        )
        values = np.array(found[label])
        held = np.abs(values[:, 0] - right) <= 1.96 * values[:, 1]
        print(f"{label:<12}{right:>8.3f}{counted:>11.3f}{values[:, 0].mean():>13.3f}", end="")
        print(f"{values[:, 0].std():>8.3f}{values[:, 1].mean():>8.3f}{held.mean():>8.3f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", required=True, help="a flat corpus with a column a target")
    parser.add_argument("--column", required=True, help="of FILE, on which is regressed")
    parser.add_argument("--value", required=True, help="of that column: its paragraphs against the others")
    parser.add_argument("--model", default="models/default")
    parser.add_argument("--size", type=int, default=100, help="coded paragraphs")
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--within", action="store_true", help="stratified samples")
    arguments = parser.parse_args()

    def refuse(line: int, message: str) -> None:
        """End, as a row cannot be read."""
        raise SystemExit(f"{arguments.eval}:{line}: {message}")

    model = load_model(arguments.model)
    corpus = read_corpus(arguments.eval, CorpusColumns(known=model.targets))
    rows = [row for _, row in read_rows(Path(arguments.eval), refuse)]
    inside = np.array([row.get(arguments.column) == arguments.value for row in rows])
    if len(inside) != len(corpus) or inside.all() or not inside.any():
        raise SystemExit(f"{arguments.column} {arguments.value!r}: of all paragraphs or of none")
    scores = scored(model, corpus)
    for one in model.targets:
        labels = pd.Series([example.labels[one.name] for example in corpus])
        results, true = collection_of(scores, one, labels, 1)
        measure(results, true, inside, arguments.size, arguments.samples, arguments.within)
