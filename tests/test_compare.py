"""Comparing two models on the same paragraphs: by hand, by all permutations, and from the command line."""

from __future__ import annotations

import itertools
import json
import math
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import run as _run
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from stance.errors import CorpusError
from stance.labels import LABELS, Target
from stance.model.analyzer import Settings
from stance.model.stance_model import StanceModel
from stance.training.compare import PERMUTATIONS, compare_labels, compare_models
from stance.training.corpus import Corpus, Example
from stance.training.evaluate import evaluate_model
from stance.training.fit import fit_model
from stance.training.logistic import Choice

TAX = Target("tax")


def _f1(truth: np.ndarray, given: np.ndarray) -> float:
    return float(f1_score(truth, given, average="macro", labels=range(4), zero_division=0))


def test_p_is_the_share_of_all_permutations() -> None:
    """Of eight articles all 256 ways to swap can be gone through."""
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(8), 6)
    truth = np.tile(np.arange(4), 12)
    first = np.where(random.random(48) < 0.75, truth, random.integers(4, size=48))
    second = np.where(random.random(48) < 0.5, truth, random.integers(4, size=48))
    found = compare_labels(TAX, truth, first, second, groups.tolist())
    observed = _f1(truth, first) - _f1(truth, second)
    assert found.difference["macro_f1"].value == pytest.approx(observed)
    assert found.first["accuracy"] == pytest.approx((truth == first).mean())
    reached = []
    for swap in itertools.product((False, True), repeat=8):
        swapped = np.array(swap)[groups]
        gap = _f1(truth, np.where(swapped, second, first)) - _f1(truth, np.where(swapped, first, second))
        reached.append(abs(gap) >= abs(observed) - 1e-12)
    exact = float(np.mean(reached))
    assert found.p["macro_f1"] == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / PERMUTATIONS) + 1e-3)


@pytest.mark.parametrize("lengths", [(0, 0, 0), (2, 1, 2), (2, 2, 1)])
def test_labellings_that_cannot_be_compared_are_refused(lengths: tuple[int, int, int]) -> None:
    """None at all divided by zero, and a single label counted as that of every paragraph."""
    first, second, groups = (np.zeros(length, dtype=np.int64) for length in lengths)
    with pytest.raises(CorpusError, match="one article for each of at least one paragraph"):
        compare_labels(TAX, first, first, second, groups.tolist())


def test_p_is_uniform_where_neither_is_better(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the null hypothesis p is below 0.1 in one of ten trials, as it says."""
    # so many tell a tenth, and no interval is looked at
    monkeypatch.setattr("stance.training.compare.PERMUTATIONS", 1000)
    monkeypatch.setattr("stance.training.compare.resample", lambda sums, seed: sums.sum(axis=0, keepdims=True))
    random = np.random.default_rng(0)
    below = 0
    for seed in range(100):
        truth = random.integers(4, size=60)
        both = [np.where(random.random(60) < 0.6, truth, random.integers(4, size=60)) for _ in range(2)]
        below += compare_labels(TAX, truth, both[0], both[1], range(60), seed=seed).p["macro_f1"] < 0.1
    assert 2 <= below <= 20


def test_articles_are_swapped_whole() -> None:
    """Forty paragraphs of two articles are two observations: no difference can be told from chance."""
    truth = np.array([0, 1] * 20)
    second = 1 - truth
    apart = compare_labels(TAX, truth, truth, second, range(40))
    together = compare_labels(TAX, truth, truth, second, [i // 20 for i in range(40)])
    # what was observed is one of the draws
    assert apart.p["accuracy"] == 1 / (PERMUTATIONS + 1)
    assert together.p["accuracy"] == pytest.approx(0.5, abs=0.03)
    assert (together.difference["accuracy"].low, together.difference["accuracy"].high) == (-1.0, 1.0)
    three = compare_labels(TAX, truth, truth, second, [i % 3 for i in range(40)])
    assert three.difference["accuracy"].low == 1.0
    assert apart.difference["accuracy"].value == together.difference["accuracy"].value == 1.0


def test_p_of_single_paragraphs_is_that_of_a_sign_test() -> None:
    """Draws that reach what was observed count as well; each seed has its own."""
    truth = np.zeros(10, int)
    first, second = np.array([0] * 5 + [1] * 2 + [0] * 3), np.array([1] * 5 + [0] * 5)
    found = compare_labels(TAX, truth, first, second, range(10))
    assert found.p["accuracy"] == pytest.approx(binomtest(5, 7).pvalue, abs=0.03)
    assert compare_labels(TAX, truth, first, second, range(10)) == found
    other = compare_labels(TAX, truth, first, second, range(10), seed=1)
    assert other.p["accuracy"] != found.p["accuracy"]
    assert other.difference["f_avg"] != found.difference["f_avg"]


def test_the_interval_is_that_of_paired_differences() -> None:
    """Of 400 articles of one paragraph: 1.96 standard errors of the mean difference to either side."""
    random = np.random.default_rng(1)
    truth = random.integers(4, size=400)
    first = np.where(random.random(400) < 0.75, truth, random.integers(4, size=400))
    second = np.where(random.random(400) < 0.85, first, random.integers(4, size=400))
    gaps = (first == truth).astype(float) - (second == truth)
    half = 1.96 * gaps.std() / 20
    found = compare_labels(TAX, truth, first, second, range(400)).difference["accuracy"]
    assert found.value == pytest.approx(gaps.mean())
    assert [found.low, found.high] == pytest.approx([gaps.mean() - half, gaps.mean() + half], abs=0.1 * half)


def test_macro_f1_of_both_is_over_the_same_labels() -> None:
    """A label that nobody has and one of the two gives once counts for both: a mean over three is not one over four."""
    truth = np.repeat([0, 1, 2], 40)
    first, second = truth.copy(), truth.copy()
    first[:6], second[0] = 1, 3
    for pair in ((first, second), (second, first)):
        found = compare_labels(TAX, truth, *pair, range(120))
        assert [found.first["macro_f1"], found.second["macro_f1"]] == pytest.approx([_f1(truth, x) for x in pair])
        assert found.absent == []
        # a draw that misses the paragraph is over four, too
        assert found.difference["macro_f1"].high - found.difference["macro_f1"].low < 0.1
    assert compare_labels(TAX, truth, first, truth, range(120)).absent == ["unrelated"]


def test_a_model_is_no_better_than_itself(small_model: StanceModel) -> None:
    """And paragraphs that are not scored are left out and counted."""
    texts = ["They refused to lift the sanctions.", "The talks will resume in May.", "Rain fell.", "Qwx zrt vlk."]
    examples = [
        Example(str(i), 0, f"{text} Item {i}." if "Qwx" not in text else text, {t.name: LABELS[i % 4]})
        for i, text in enumerate(texts * 3)
        for t in small_model.targets[:1]
    ]
    found = compare_models(small_model, small_model, Corpus(list(small_model.targets[:1]), examples))
    assert [c.target.name for c in found] == [small_model.targets[0].name]
    assert set(found[0].p.values()) == {1.0}
    assert found[0].n + found[0].unscored == 12
    assert found[0].unscored > 0
    assert all((d.value, d.low, d.high) == (0.0, 0.0, 0.0) for d in found[0].difference.values())


def test_labels_in_another_order_are_the_same(small_model: StanceModel) -> None:
    """A model whose target has its labels the other way round says the same."""
    first, target = small_model.targets
    # the arrays have the order of the first target, which stays
    turned = replace(small_model, targets=(first, Target(target.name, target.labels[::-1])))
    # of no two labels as many, so that whichever is given is right in another share
    coded = np.repeat(target.labels, [4, 3, 2, 1]).tolist()
    texts = [f"They refused to resume the talks on day {i}." for i in range(10)]
    examples = [Example(str(i), 0, text, {target.name: coded[i]}) for i, text in enumerate(texts)]
    corpus = Corpus([target], examples)
    for models in ((small_model, turned), (turned, small_model)):
        (found,) = compare_models(*models, corpus)
        assert found.n == 10
        assert found.first == found.second
        assert found.first["accuracy"] == evaluate_model(small_model, corpus)[0].metrics["accuracy"].value


def test_what_both_score_is_compared(small_model: StanceModel) -> None:
    """Each paragraph with its own article, truth and labels, whichever of the two comes first and scores less."""
    target = small_model.targets[0]
    weights = replace(small_model.weights, scale=-small_model.weights.scale)
    # it takes the least probable label, and takes any language
    contrary = replace(small_model, language=None, weights=weights)
    english, foreign = (
        "They refused to lift the sanctions.",
        "Kuwa na sanctions talks wa minister ya iran kwa hiyo basi.",
    )
    texts = [f"{foreign if i % 3 == 1 else english} {i}" for i in range(20)]
    coded = [target.labels[i % 3 % 2] for i in range(20)]
    examples = [Example(str(i // 2), i % 2, text, {target.name: coded[i]}) for i, text in enumerate(texts)]
    corpus = Corpus([target], examples)
    kept = [i for i in range(20) if i % 3 != 1]
    truth = np.array([target.labels.index(coded[i]) for i in kept])
    for models in ((small_model, contrary), (contrary, small_model)):
        (found,) = compare_models(*models, corpus, seed=1)
        given = [model.score_texts([texts[i] for i in kept])[:, 0].argmax(axis=1) for model in models]
        expected = compare_labels(target, truth, *given, [str(i // 2) for i in kept], seed=1)
        assert found == replace(expected, unscored=7)
        gap = found.first["accuracy"] - found.second["accuracy"]
        assert found.difference["accuracy"].value == pytest.approx(gap)
        assert gap != 0


def test_labels_that_differ_are_refused(small_model: StanceModel) -> None:
    """Two schemes of labels cannot be compared."""
    first, *rest = small_model.targets
    other = replace(small_model, targets=(Target(first.name, first.labels[:3]), *rest))
    examples = [Example("a", 0, "They refused to lift the sanctions.", {first.name: first.labels[0]})]
    for models in ((small_model, other), (other, small_model)):
        with pytest.raises(CorpusError, match="different labels"):
            compare_models(*models, Corpus([first], examples))


def test_from_the_command_line(tmp_path: Path, small_model_path: Path) -> None:
    """A table for people, and JSON with the same figures."""
    lines = [
        {"text": f"On day {i} they {verb} the sanctions.", "sanctions": label, "article": f"a{i}"}
        for i, (verb, label) in enumerate([("lifted", "against"), ("refused to lift", "favor")] * 10)
    ]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    arguments = ("compare", small_model_path, "default", tmp_path / "mine.jsonl")
    shown = _run(*arguments)
    assert shown.exit_code == 0, shown.output
    assert "20 paragraphs in 20 articles" in shown.stdout
    figures = json.loads(_run(*arguments, "-f", "json").stdout)["sanctions"]
    absent = figures["absent"]
    told = f"macro-F1 is the mean over {4 - len(absent)} labels; there is no {', no '.join(absent)}"
    assert (told in shown.stdout) == bool(absent)
    for name in ("macro_f1", "f_avg", "accuracy"):
        assert f"{figures['first'][name]:.3f}" in shown.stdout
        assert 0 < figures["p"][name] <= 1
        value, low, high = figures["difference"][name]
        assert value == pytest.approx(figures["first"][name] - figures["second"][name], abs=2e-4)
        assert low < value < high


def test_a_corpus_that_no_model_scores_is_refused(small_model: StanceModel) -> None:
    """There is nothing to compare."""
    target = small_model.targets[0]
    corpus = Corpus([target], [Example("a", 0, "Qwx zrt.", {target.name: "favor"})])
    with pytest.raises(CorpusError, match="is scored by both"):
        compare_models(small_model, small_model, corpus)


def test_a_seed_is_no_negative_number(small_model_path: Path) -> None:
    """It is refused before anything is read."""
    refused = _run("compare", small_model_path, "default", "mine.jsonl", "--seed", -1)
    assert refused.exit_code == 2
    assert "--seed" in refused.stderr


def test_many_articles_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures are those of all draws at once, which of the rows of a large flat file would take gigabytes."""
    random = np.random.default_rng(0)
    truth, first, second = random.integers(4, size=(3, 1000))
    for at_once in (10**9, 20_000):
        monkeypatch.setattr("stance.training.evaluate._AT_ONCE", at_once)
        tracemalloc.start()
        try:
            found = compare_labels(TAX, truth, first, second, range(1000))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        if at_once == 10**9:
            whole, most = found, peak
    assert found == whole
    assert peak < 5e6 < 3e7 < most


def test_a_target_that_only_one_model_reads_is_none_of_the_comparison() -> None:
    """Whatever labels a corpus has of it; and without a target of both there is none."""
    labels = ("favor", "against")
    said = [f"The union {('praised', 'condemned')[i % 2]} levy w{i} x{i} y{i} z{i}." for i in range(20)]
    coded = [Example(str(i), 0, text, dict.fromkeys(("tax", "toll"), labels[i % 2])) for i, text in enumerate(said)]
    settings = Settings(word_ngrams=(1, 1), min_df=1, anchored=False)
    fitted = fit_model(
        Corpus([Target("tax", labels), Target("toll", labels)], coded),
        settings,
        {"tax": Choice(1.0), "toll": Choice(1.0)},
        folds=2,
        jobs=1,
    ).model
    other = replace(fitted, targets=(fitted.targets[0], Target("fee", labels)))
    fresh = [replace(one, text=f"{one.text} So it goes.", labels={**one.labels, "toll": "yes"}) for one in coded]
    corpus = Corpus([Target("tax", labels), Target("toll", ("yes", "no"))], fresh)
    for models in ((fitted, other), (other, fitted)):
        assert [found.target.name for found in compare_models(*models, corpus)] == ["tax"]
    none = replace(fitted, targets=(Target("a", labels), Target("b", labels)))
    with pytest.raises(CorpusError, match=r"the models share no target: tax, toll; a, b$"):
        compare_models(fitted, none, corpus)
