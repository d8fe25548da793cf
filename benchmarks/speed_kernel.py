"""How fast is the compiled kernel? Ratios of medians, peers interleaved round by round in one process, one thread.

::

    python benchmarks/speed_kernel.py --model models/default

Prints: the whole model beside the pure-Python analyzer and weights; a model of word 1- and 2-grams alone beside
scikit-learn's TfidfVectorizer and LogisticRegression on the same tokens; the kernel's own pass that only cuts tokens
(the roofline). Interleaving matters: a shared machine drifts by half, the ratios of neighbouring rounds do not.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stance.model.analyzer import Analyzer, Settings
from stance.model.artefact import load_model
from stance.model.kernel import PythonKernel, open_kernel
from stance.model.weights import BlockWeights, Weights

ROOT = Path(__file__).resolve().parent.parent
BULK = Path("/work/shared/bulk.parquet")


def read_texts(path: Path, most: int) -> list[str]:
    """Texts of a Parquet file, else those of the shipped corpus."""
    if path.is_file():
        import pyarrow.parquet as pq

        return [text for text in pq.read_table(path, columns=["text"])["text"].to_pylist()[:most] if text]
    lines = [
        line for file in sorted((ROOT / "data" / "corpus").glob("*.jsonl")) for line in file.open(encoding="utf-8")
    ]
    return [json.loads(line)["text"] for line in lines][:most]


def interleave(peers: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of each peer in each round."""
    taken: dict[str, list[float]] = {name: [] for name in peers}
    for run in peers.values():
        run()
    for _ in range(rounds):
        for name, run in peers.items():
            start = time.process_time()
            run()
            taken[name].append(time.process_time() - start)
    return taken


def plain(text: str) -> str:
    """A text whose words scikit-learn cuts as we do: straight apostrophes and no possessives."""
    return re.sub(r"(?<=\w)'[sS]\b(?!'\w)", "", text.replace("\u2019", "'"))


def fit_scikit(texts: Sequence[str]) -> tuple[Any, list[Any]]:
    """One shared vectorizer and one classifier for each of two targets, on toy labels."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(token_pattern=r"\w+(?:'\w+)*", ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    features = vectorizer.fit_transform(texts)
    generator = np.random.default_rng(0)
    classifiers = []
    for _ in range(2):
        labels = generator.integers(0, 4, size=len(texts))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            classifiers.append(LogisticRegression(C=1.0, max_iter=5).fit(features, labels))
    return vectorizer, classifiers


def to_weights(vectorizer: Any, classifiers: Sequence[Any]) -> Weights:
    """The same numbers as our one block of words."""
    terms = vectorizer.get_feature_names_out().tolist()
    coef = np.stack([c.coef_.T for c in classifiers], axis=1).astype(np.float32)
    block = BlockWeights("words", terms, vectorizer.idf_.astype(np.float32), coef, 1.0)
    intercept = np.stack([c.intercept_ for c in classifiers])
    return Weights([block], intercept, np.ones(2), np.zeros((2, 4)))


def report(taken: dict[str, list[float]], base: str, texts: Sequence[str]) -> dict[str, dict[str, float]]:
    """Print and return the rate of each peer, and the median over the rounds of its time over that of `base`."""
    size = sum(len(text.encode()) for text in texts)
    rows = {}
    for name, seconds in taken.items():
        middle = statistics.median(seconds)
        ratio = statistics.median(s / b for s, b in zip(seconds, taken[base], strict=True))
        rows[name] = {"paragraphs/s": len(texts) / middle, "MB/s": size / middle / 1e6, "times": ratio}
        print(f"  {name:<34} {len(texts) / middle:>12,.0f} /s {size / middle / 1e6:>9.1f} MB/s {ratio:>8.2f} x")
    return rows


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "default")
    parser.add_argument("--texts", type=Path, default=BULK)
    parser.add_argument("--paragraphs", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    everything = read_texts(arguments.texts, 3 * arguments.paragraphs + 5000)
    everything = [plain(text) for text in everything]
    training, texts = everything[:5000], everything[5000:] or everything
    results = {}

    import pyarrow as pa

    vectorizer, classifiers = fit_scikit(training)
    weights = to_weights(vectorizer, classifiers)
    analyzer = Analyzer(Settings(word_ngrams=(1, 2), anchored=False))
    kernel: Any = open_kernel(analyzer, weights)
    arrow = pa.array(texts)
    frozen = tuple(texts)

    def scikit() -> list[Any]:
        features = vectorizer.transform(texts)
        return [c.predict_proba(features) for c in classifiers]

    ours = kernel.score(texts).margins
    features = vectorizer.transform(texts)
    theirs = np.stack([c.decision_function(features) for c in classifiers], axis=1)
    print(f"word 1- and 2-grams, {len(vectorizer.vocabulary_):,} terms, {len(texts):,} paragraphs")
    print(f"  margins differ by {np.abs(ours - theirs).max():.1e} at most from scikit-learn's on the same words")
    taken = interleave(
        {
            "kernel, list of str": lambda: weights.probabilities(kernel.score(texts).margins),
            "kernel, Arrow": lambda: weights.probabilities(kernel.score_arrow(arrow).margins),
            "kernel, margins only": lambda: kernel.score(texts),
            "kernel, tokens and keys only": lambda: kernel.compiled.count_tokens(frozen),
            "scikit-learn": scikit,
        },
        arguments.rounds,
    )
    results["n-grams"] = report(taken, "kernel, list of str", texts)

    model = load_model(arguments.model)
    whole: Any = open_kernel(model.analyzer, model.weights)
    python = PythonKernel(model.analyzer, model.weights)
    few = texts[: min(len(texts), 1000)]
    print(f"the whole model, {sum(len(b.terms) for b in model.weights.blocks):,} terms, {len(few):,} paragraphs")
    taken = interleave(
        {
            "kernel": lambda: whole.score(few),
            "kernel, with labels and reasons": lambda: model.score_paragraphs(few),
            "pure Python": lambda: python.score(few),
        },
        arguments.rounds,
    )
    results["whole model"] = report(taken, "kernel", few)
    taken = interleave(
        {
            "kernel": lambda: whole.score(texts),
            "kernel, tokens and keys only": lambda: whole.compiled.count_tokens(frozen),
            "scikit-learn, n-grams alone": scikit,
        },
        arguments.rounds,
    )
    results["whole model beside n-grams"] = report(taken, "kernel", texts)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
