"""Parts of `speed.py` beside the rounds of peers: cold start, training, growth; the shipped model by scikit-learn."""

from __future__ import annotations

import os
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from stance.model.analyzer import Analyzer, Settings
from stance.model.artefact import load_model
from stance.model.kernel import open_kernel
from stance.model.kernel_terms import count_compiled
from stance.model.weights import BlockWeights, Weights
from stance.training.logistic import Choice

ROOT = Path(__file__).resolve().parent.parent
ARTICLE = ROOT / "data" / "articles" / "vienna-round.txt"
# so many paragraphs of news have two million word 1- to 3-grams
_TEXTS_OF_2M = 40_000
Interleave = Callable[..., dict[str, list[float]]]


def _names(terms: Any) -> list[str]:
    return [term.name for term in terms]


class SamePipeline:
    """The shipped model by the pure-Python analyzer, scikit-learn's vectorizers and products of its matrices."""

    def __init__(self, model: Any) -> None:
        from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

        self.model = model
        self.blocks = []
        for block in model.weights.blocks:
            counter = CountVectorizer(analyzer=_names, vocabulary=list(block.terms), dtype=np.float64)
            tfidf = TfidfTransformer(sublinear_tf=model.analyzer.settings.sublinear_tf)
            tfidf.idf_ = block.idf.astype(np.float64)
            coef = block.coef.reshape(len(block.terms), -1).astype(np.float64)
            self.blocks.append((counter, tfidf, coef, block.weight))

    def margins(self, texts: Sequence[str]) -> Any:
        """As `Weights.margins` has them."""
        return self._margins([self.model.analyzer.analyze(text) for text in texts])

    def score(self, texts: Sequence[str]) -> Any:
        """Probabilities."""
        analyses = [self.model.analyzer.analyze(text) for text in texts]
        mentioned = self.model.mentioned(np.array([analysis.mentioned for analysis in analyses]))
        weights = self.model.weights
        return weights.probabilities(weights.shifted(self._margins(analyses), mentioned), mentioned)

    def _margins(self, analyses: Sequence[Any]) -> Any:
        total = np.tile(self.model.weights.intercept.ravel(), (len(analyses), 1))
        for b, (counter, tfidf, coef, weight) in enumerate(self.blocks):
            total += tfidf.transform(counter.transform([analysis.blocks[b] for analysis in analyses])) @ coef * weight
        return total.reshape(len(analyses), *self.model.weights.intercept.shape)


# --- cold start

_SCIKIT = """
import pickle, sys
with open(sys.argv[1], "rb") as file:
    vectorizer, classifiers = pickle.load(file)
paragraphs = [p for p in open(sys.argv[2], encoding="utf-8").read().split("\\n\\n") if p.strip()]
features = vectorizer.transform(paragraphs)
for classifier in classifiers:
    for p, row in zip(paragraphs, classifier.predict_proba(features)):
        print(p[:40], row)
"""


# a process is charged with the memory of the one that started it, so a small one does
_STARTER = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - start, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def _run(command: Sequence[str]) -> tuple[float, float]:
    """Seconds on the wall and peak memory (MB) of a process."""
    starter = [sys.executable, "-I", "-S", "-c", _STARTER]
    # with compiled modules, which pip leaves behind: everybody's but the first start
    own = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    said = subprocess.run([*starter, *command], capture_output=True, text=True, check=True, env=own).stdout.split()
    if said[2] != "0":
        raise SystemExit(f"{' '.join(command[:4])} failed")
    return float(said[0]), int(said[1]) / (1e6 if sys.platform == "darwin" else 1e3)


def cold_start(args: Any, report: Any, interleave: Interleave) -> None:
    """Whole processes: one article, and imports."""
    from speed_peers import ScikitLearn

    from stance.training.corpus_files import read_corpus

    with tempfile.TemporaryDirectory() as folder:
        peer = ScikitLearn(read_corpus(ROOT / "data").texts, ngram_range=(1, 2), min_df=2)
        saved = Path(folder) / "model.pickle"
        saved.write_bytes(pickle.dumps((peer.vectorizer, peer.classifiers)))
        commands = {
            "stance score": [sys.executable, "-m", "stance", "score", str(ARTICLE), "-m", str(args.model)],
            "scikit-learn script": [sys.executable, "-c", _SCIKIT, str(saved), str(ARTICLE)],
            "import stance": [sys.executable, "-c", "import stance"],
            "import numpy": [sys.executable, "-c", "import numpy"],
            "python alone": [sys.executable, "-c", "pass"],
        }
        for command in commands.values():
            _run(command)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(args.rounds):
            for name, command in commands.items():
                taken[name].append(_run(command))
    print("\ncold start: a whole process, wall clock")
    for name, runs in taken.items():
        seconds, memory = statistics.median(s for s, _ in runs), max(m for _, m in runs)
        ratio = statistics.median(s / b for (s, _), (b, _) in zip(runs, taken["stance score"], strict=True))
        text = f"{seconds:.3f} s {memory:>6.0f} MB {ratio:>6.2f} x"
        report.note("cold start", name, {"seconds": seconds, "peak MB": memory, "times": ratio}, text)
    imports = zip(taken["import stance"], taken["import numpy"], strict=True)
    ratio = statistics.median(a / b for (a, _), (b, _) in imports)
    report.note("cold start", "import stance / import numpy", ratio, f"{ratio:.2f}  (goal: at most 1.2)")


# --- training


class AnalyzerTfidf:
    """A transformer as one would write it: the pure-Python analyzer once a text, every block counted and weighed."""

    def __init__(self, analyzer: Analyzer | None = None, weights: Mapping[int, float] | None = None) -> None:
        self.analyzer, self.weights = analyzer, weights

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """For scikit-learn's clone."""
        return {"analyzer": self.analyzer, "weights": self.weights}

    def set_params(self, **parameters: Any) -> AnalyzerTfidf:
        """For scikit-learn's clone."""
        self.__dict__.update(parameters)
        return self

    def _analyses(self, texts: Sequence[str]) -> list[Any]:
        assert self.analyzer is not None
        return [self.analyzer.analyze(text).blocks for text in texts]

    def fit_transform(self, texts: Sequence[str], y: object = None, **_: object) -> Any:
        """Choose the vocabulary and weigh."""
        from scipy import sparse
        from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

        assert self.analyzer is not None
        s, analyses = self.analyzer.settings, self._analyses(texts)
        self.fitted_ = []
        parts = []
        for b, weight in (self.weights or {}).items():
            counter = CountVectorizer(analyzer=_names, min_df=s.min_df)
            counts = counter.fit_transform([blocks[b] for blocks in analyses])
            tfidf = TfidfTransformer(sublinear_tf=s.sublinear_tf).fit(counts)
            if self.analyzer.block_names[b] == "words":
                tfidf.idf_ = np.maximum(tfidf.idf_ - 1.0 + s.word_idf_constant, 0.0)
            parts.append(tfidf.transform(counts) * weight)
            self.fitted_.append((counter, tfidf))
        return sparse.hstack(parts).tocsr()

    def fit(self, texts: Sequence[str], y: object = None) -> AnalyzerTfidf:
        """Choose the vocabulary."""
        self.fit_transform(texts)
        return self

    def transform(self, texts: Sequence[str]) -> Any:
        """Weigh."""
        from scipy import sparse

        assert self.analyzer is not None
        analyses = self._analyses(texts)
        parts = [
            tfidf.transform(counter.transform([blocks[b] for blocks in analyses])) * weight
            for (b, weight), (counter, tfidf) in zip((self.weights or {}).items(), self.fitted_, strict=True)
        ]
        return sparse.hstack(parts).tocsr()


def _class_weight(choice: Choice) -> str | None:
    """As scikit-learn has it."""
    return None if choice.class_weight == "equal" else choice.class_weight


class _Training:
    """The default corpus, and the settings and choices of the default model."""

    def __init__(self, args: Any) -> None:
        from stance.training import folds
        from stance.training.corpus_files import read_corpus
        from stance.training.features import count_terms
        from stance.training.logistic import choices_of

        self.corpus = read_corpus(ROOT / "data").unmarked()  # a pipeline of scikit-learn has no place for marked words
        model = load_model(args.model)
        self.settings, self.choices = model.analyzer.settings, choices_of(model.facts)
        self.analyzer = folds.analyzer_for(self.corpus, self.settings)
        self.problems = [folds.read_problem(self.corpus, t, 5, 0) for t in range(len(self.corpus.targets))]
        counts = count_terms(self.analyzer, self.corpus.texts)
        self.weights = {problem.name: problem.lessons(counts).weight for problem in self.problems}

    def pipeline(self, problem: Any, choice: Choice) -> Any:
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import Pipeline

        transformer = AnalyzerTfidf(self.analyzer, problem.block_weights(self.analyzer))
        classifier = LogisticRegression(C=choice.C, class_weight=_class_weight(choice))
        return Pipeline([("terms", transformer), ("classifier", classifier)])

    def texts(self, problem: Any) -> list[str]:
        return [self.corpus.examples[i].text for i in problem.rows]


def fit(args: Any, report: Any, interleave: Interleave) -> None:
    """The final fit of the default model but for marked words, texts to coefficients, both targets."""
    from scipy import sparse

    from stance.training.features import count_terms
    from stance.training.logistic import fit_path

    training = _Training(args)
    s, results = training.settings, {}

    def ours() -> None:
        counts = count_terms(training.analyzer, training.corpus.texts)
        everything = np.arange(len(training.corpus))
        weighed = zip(counts, training.analyzer.block_weights, strict=True)
        fitted = [block.fit(everything, s, weight) for block, weight in weighed]
        for p in training.problems:
            used = training.analyzer.blocks_of(p.name)
            parts = [fitted[b].transform(counts[b], p.rows) * p.options.factor(fitted[b].name) for b in used]
            x = sparse.hstack(parts).tocsr()
            ((coef, intercept),) = fit_path(x, p.truth, training.weights[p.name], [training.choices[p.name]], 4)
            results["ours", p.name] = (x, coef, intercept)

    def theirs() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the default solver stops after 100 steps, and says so
            for p in training.problems:
                pipeline = training.pipeline(p, training.choices[p.name])
                pipeline.fit(training.texts(p), p.truth, classifier__sample_weight=training.weights[p.name])
                results["theirs", p.name] = pipeline

    taken = interleave({"stance": ours, "Pipeline, pure-Python analyzer, lbfgs": theirs}, min(args.rounds, 3))
    report.table("fit", f"{len(training.corpus):,} paragraphs, both targets", taken, training.corpus.texts)
    for p in training.problems:
        x, weights, starts = results["ours", p.name]
        pipeline = results["theirs", p.name]
        choice, features = training.choices[p.name], pipeline[0].transform(training.texts(p))
        classifier = pipeline[-1]
        weight = balanced(choice, p.truth, training.weights[p.name])
        a = objective(x @ weights.T + starts, weights, p.truth, weight, choice.C)
        b = objective(
            features @ classifier.coef_.T + classifier.intercept_, classifier.coef_, p.truth, weight, choice.C
        )
        report.note("fit", f"objective, {p.name}", [a, b], f"{a:,.3f}, theirs {b:,.3f}")


def balanced(choice: Choice, truth: Any, weight: Any) -> Any:
    """What each paragraph weighs in both fits: rare labels count for more by these weights, not by numbers."""
    from sklearn.utils.class_weight import compute_class_weight

    labels, label = np.unique(truth, return_inverse=True)
    return weight * compute_class_weight(_class_weight(choice), classes=labels, y=truth, sample_weight=weight)[label]


def objective(margins: Any, coef: Any, truth: Any, weight: Any, c: float) -> float:
    """What both minimise: C times the weighted log loss, plus half the squared length of the coefficients."""
    from scipy.special import logsumexp

    loss = logsumexp(margins, axis=1) - margins[np.arange(len(margins)), truth]
    return float(c * (weight @ loss) + 0.5 * (coef**2).sum())


def grid(args: Any, report: Any, interleave: Interleave) -> None:
    """Five folds, five C, one class weight, one target; once each, as the peer takes minutes."""
    from sklearn.model_selection import GridSearchCV

    from stance.training import folds, held_out
    from stance.training.features import count_terms

    training = _Training(args)
    problem, c = training.problems[0], (1.0, 3.0, 10.0, 30.0, 100.0)
    scores: dict[str, list[float]] = {}

    def accuracy(margins: Any, truth: Any) -> float:
        return float((margins.argmax(axis=1) == truth).mean())

    def ours() -> None:
        counts = count_terms(training.analyzer, training.corpus.texts)
        used = folds.used_blocks(training.analyzer, problem, counts)
        choices = [Choice(each, "balanced") for each in c]
        found = [held_out.fold_margins(problem, i, used, training.settings, choices) for i in range(5)]
        truths = [problem.truth[outside] for _, outside in problem.folds]
        scores["ours"] = [
            float(np.mean([accuracy(f[k], t) for f, t in zip(found, truths, strict=True)])) for k in range(5)
        ]

    def theirs() -> None:
        pipeline = training.pipeline(problem, Choice(1.0, "balanced"))
        search = GridSearchCV(pipeline, {"classifier__C": list(c)}, cv=problem.folds, refit=False, scoring="accuracy")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            search.fit(training.texts(problem), problem.truth, classifier__sample_weight=training.weights[problem.name])
        scores["theirs"] = search.cv_results_["mean_test_score"].tolist()

    taken: dict[str, list[float]] = {}
    for name, run in {"stance": ours, "GridSearchCV": theirs}.items():
        start = time.process_time()
        run()
        taken[name] = [time.process_time() - start]
    title = f"{len(problem.rows):,} paragraphs, {problem.name}, 5 folds, C of {', '.join(f'{each:g}' for each in c)}"
    report.table("grid", title, taken, training.texts(problem))
    for name, found in scores.items():
        report.note("grid", f"accuracy by C, {name}", found, " ".join(f"{each:.4f}" for each in found))


# --- growth


def growth(bench: Any, interleave: Interleave) -> None:
    """How the kernel's speed changes with length, vocabulary and number of texts."""
    texts, kernel = bench.texts, bench.kernel
    print("\ngrowth")
    for length in (1, 4, 16, 64, 256):
        joined = [" ".join(texts[i : i + length]) for i in range(0, len(texts), length)]
        _rate(bench.report, interleave, f"{length} paragraphs as one text", kernel, joined)
    for n in (1_000, 10_000, 100_000, 1_000_000):
        many = (texts * (n // len(texts) + 1))[:n]
        _rate(bench.report, interleave, f"{n:,} texts", kernel, many, rounds=11 if n < 10**6 else 3)
    analyzer = Analyzer(Settings(word_ngrams=(1, 3), anchored=False))
    terms, counts = _trigrams(analyzer, bench.many_texts(_TEXTS_OF_2M))
    order = np.argsort(-counts, kind="stable")
    generator = np.random.default_rng(0)
    for n in (50_000, 500_000, 2_000_000):
        n = min(n, len(order))
        coef = generator.normal(size=(n, 2, 4)).astype(np.float32)
        idf = np.linspace(1, 8, n).astype(np.float32)
        block = BlockWeights("words", [terms[i] for i in np.sort(order[:n]).tolist()], idf, coef, 1.0)
        big = open_kernel(analyzer, Weights([block], np.zeros((2, 4)), np.ones((2, 2)), np.zeros((2, 4))))
        _rate(bench.report, interleave, f"{n:,} word 1- to 3-grams", big, texts)
        del block, big
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    bench.report.note("growth", "peak memory", peak, f"{peak:,.0f} MB, the peers' model and all texts included")


def _trigrams(analyzer: Analyzer, texts: Sequence[str]) -> tuple[Sequence[str], Any]:
    """All word 1- to 3-grams of texts, and in how many texts each is."""
    counted = count_compiled(analyzer, texts)
    assert counted is not None, "the compiled kernel is not there"
    (block,) = counted
    return block.terms, np.bincount(block.columns, minlength=len(block.terms))


def _rate(report: Any, interleave: Interleave, name: str, kernel: Any, texts: Sequence[str], rounds: int = 11) -> None:
    seconds = statistics.median(interleave({name: lambda: kernel.score(texts)}, rounds)[name])
    size = sum(len(text.encode()) for text in texts) / 1e6
    figures = {"paragraphs/s": len(texts) / seconds, "MB/s": size / seconds}
    report.note("growth", name, figures, f"{len(texts) / seconds:>11,.0f} /s {size / seconds:>8.1f} MB/s")
