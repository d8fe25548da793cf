"""Figures of a model on coded paragraphs, and their intervals."""

from __future__ import annotations

import json
import re
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import run
from scipy.stats import binom
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from stance.commands.evaluate import show_absent
from stance.errors import CorpusError
from stance.labels import Target
from stance.model.artefact import save_model
from stance.model.stance_model import StanceModel
from stance.training.agreement import alpha_with_interval, krippendorff_alpha
from stance.training.corpus import Corpus, Example
from stance.training.evaluate import (
    Calibration,
    draws_at_once,
    evaluate_model,
    evaluate_probabilities,
    measure_calibration,
    metrics_of,
    sum_by_article,
)


def test_metrics_equal_those_of_scikit_learn() -> None:
    """Every metric of random labels, one of which the second never gives, and one of which neither has."""
    rng = np.random.default_rng(0)
    labels = ["favor", "against", "neutral", "none"]
    truths, given = rng.integers(0, 3, (2, 200)), np.array([rng.integers(0, 3, 200), rng.integers(0, 2, 200)])
    pairs = list(zip(truths, given, strict=True))
    found = metrics_of(np.array([confusion_matrix(*pair, labels=range(4)) for pair in pairs]), labels)
    for k, pair in enumerate(pairs):
        expected = precision_recall_fscore_support(*pair, labels=range(4), zero_division=0)
        for name, values in zip(("precision", "recall", "f1"), expected, strict=False):
            assert [found[f"{name}.{label}"][k] for label in labels] == pytest.approx(values)
        assert found["macro_f1"][k] == pytest.approx(f1_score(*pair, average="macro"))
        assert found["f_avg"][k] == pytest.approx(expected[2][:2].mean())
        assert found["accuracy"][k] == pytest.approx(accuracy_score(*pair))
    assert not any(value.any() for value in metrics_of(np.zeros((4, 4)), labels).values())
    assert metrics_of(np.diag([5, 0, 0, 0]), labels)["macro_f1"] == 1
    assert "f_avg" in metrics_of(np.eye(2), ["AGAINST", "FAVOR"])
    for other in (["favor", "none"], ["none", "against"]):
        assert "f_avg" not in metrics_of(np.eye(2), other)


def test_bootstrap_intervals_cover_and_resample_articles() -> None:
    """The interval holds the estimate and is wider when paragraphs of an article stand or fall together."""
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 400)
    right = np.repeat(rng.random(40) < 0.7, 10)
    probabilities = np.eye(2)[np.where(right, truth, 1 - truth)] * 0.8 + 0.1
    target = Target("x", ("favor", "against"))
    together = evaluate_probabilities(target, probabilities, truth, np.repeat(np.arange(40), 10).tolist())
    alone = evaluate_probabilities(target, probabilities, truth, list(range(400)))
    wide, narrow = together.metrics["accuracy"], alone.metrics["accuracy"]
    assert wide.low < wide.value < wide.high
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)
    assert together.to_dict()["metrics"]["accuracy"] == pytest.approx([wide.value, wide.low, wide.high], abs=1e-6)
    # of single paragraphs what is right in a sample is binomial
    quantiles = binom(400, narrow.value).ppf([0.025, 0.975]) / 400
    assert [narrow.low, narrow.high] == pytest.approx(quantiles, abs=0.004)


def test_macro_f1_is_over_the_same_labels_in_every_sample() -> None:
    """A sample that misses the one hard paragraph of a rare label is no mean over the three others."""
    rng = np.random.default_rng(3)
    truth = np.append(rng.integers(0, 3, 119), 3)
    given = np.where(rng.random(120) < 0.9, truth, rng.integers(0, 3, 120))
    given[-1] = 0
    found = evaluate_probabilities(Target("x"), np.eye(4)[given], truth, list(range(120))).metrics["macro_f1"]
    assert found.value == pytest.approx(f1_score(truth, given, average="macro"))
    drawn = rng.integers(0, 120, (10_000, 120))
    true, told = (np.array([x[drawn] == k for k in range(4)]) for x in (truth, given))
    # by hand: of so many samples scikit-learn takes seconds
    f1 = 2 * (true & told).sum(axis=2) / np.maximum(true.sum(axis=2) + told.sum(axis=2), 1)
    assert [found.low, found.high] == pytest.approx(np.percentile(f1.mean(axis=0), [2.5, 97.5]), abs=0.01)
    assert found.high < 0.75


def test_one_or_two_articles_tell_nothing_of_others() -> None:
    """Samples of one article are all the same: the interval is all that is possible, not the estimate alone."""
    probabilities, truth = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), np.array([0, 1, 0])
    pairs = [("x", "x"), ("y", "y"), ("x", "y")]
    for articles, told in ((["a"] * 3, False), (["a", "a", "b"], False), (["a", "b", "c"], True)):
        found = evaluate_probabilities(Target("x", ("favor", "against")), probabilities, truth, articles)
        for name, interval in found.metrics.items():
            assert ((interval.low, interval.high) == (0, 1)) or told, name
        assert found.metrics["accuracy"].low == told
        alpha = alpha_with_interval(pairs, articles)
        assert alpha.value == pytest.approx(krippendorff_alpha(pairs))
        assert ((alpha.low, alpha.high) == (-1, 1)) != told


@pytest.mark.parametrize(("articles", "told"), [(2, "span every possible value"), (6, "too narrow"), (20, None)])
def test_of_few_articles_it_is_told_what_intervals_are_worth(
    small_model: StanceModel, tmp_path: Path, articles: int, told: str | None
) -> None:
    """By both commands that measure a model, also where JSON is printed."""
    save_model(small_model, tmp_path / "model")
    lines = [
        {"article": f"a{i}", "text": f"They lifted the sanctions on day {i}.", "sanctions": "against"}
        for i in range(articles)
    ]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    for command in (["evaluate", tmp_path / "model"], ["compare", tmp_path / "model", tmp_path / "model"]):
        for form in ("table", "json"):
            shown = run(*command, tmp_path / "mine.jsonl", "--format", form)
            assert shown.exit_code == 0, shown.stderr
            assert (f"from {articles} articles" in shown.stderr) == (told is not None)
            assert (told or "") in shown.stderr


@pytest.mark.parametrize(
    ("target", "absent", "told"),
    [
        (Target("x"), ["favor"], "over 3 labels; there is no favor; F_avg has F1 0 for favor"),
        (
            Target("x", ("AGAINST", "FAVOR", "NONE")),
            ["AGAINST", "FAVOR"],
            "over 1 label; there is no AGAINST, no FAVOR; F_avg has F1 0 for FAVOR and AGAINST",
        ),
        (Target("x"), ["neutral"], None),
        (Target("x", ("favor", "none")), ["favor"], None),
        (Target("x"), [], None),
    ],
)
def test_where_a_side_is_absent_f_avg_is_said_to_count_it(
    target: Target, absent: list[str], told: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Macro-F1 leaves it out, and F_avg, as in SemEval, does not: of a good model the two are far apart."""
    show_absent(target, absent)
    shown = capsys.readouterr().out
    assert ("macro-F1 is the mean over" in shown) == bool(absent)
    assert ("F_avg" in shown) == (told is not None)
    assert (told or "") in shown


def test_of_a_rare_label_it_is_told_what_its_intervals_are_worth(small_model: StanceModel, tmp_path: Path) -> None:
    """However many articles there are; where these are few it is told of them alone."""
    save_model(small_model, tmp_path / "model")
    for articles, told in ((26, True), (10, False)):
        lines = [
            {"article": f"a{i}", "text": f"They lifted the sanctions on day {i}.", "sanctions": label}
            for i, label in enumerate(["neutral"] * 5 + ["against"] * (articles - 5))
        ]
        (tmp_path / "mine.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        said = run("evaluate", tmp_path / "model", tmp_path / "mine.jsonl").stderr
        assert ("sanctions: few paragraphs of neutral (5); the intervals of its figures" in said) == told
        assert ("few paragraphs of" in said) == told
        assert ("intervals from 10 articles" in said) == (not told)


def test_a_target_that_the_model_was_not_fitted_to_is_not_cross_validated(
    small_model: StanceModel, tmp_path: Path
) -> None:
    """There are no settings to fit it with; it is named."""
    save_model(small_model, tmp_path / "model")
    (tmp_path / "mine.csv").write_text("text,tax\n" + "Lift it.,favor\nKeep it.,against\n" * 5, encoding="utf-8")
    said = run("evaluate", tmp_path / "model", tmp_path / "mine.csv", "--cross-validate")
    assert said.exit_code == 1
    assert "stance: the model has no settings for tax, so it cannot be cross-validated" in said.stderr


def test_a_figure_that_is_not_defined_is_shown_as_none(small_model: StanceModel, tmp_path: Path) -> None:
    """Precision of a label that was never given, recall of one that no paragraph has: not 0 with an interval."""
    save_model(small_model, tmp_path / "model")
    texts = ["They lifted the sanctions", "They refused to lift the sanctions", "They must impose sanctions"]
    lines = [
        {"article": f"a{i}", "text": f"{texts[i % 3]} on day {i}.", "sanctions": ("against", "neutral")[i % 2]}
        for i in range(24)
    ]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    shown, figures = (
        run("evaluate", tmp_path / "model", tmp_path / "mine.jsonl", "--format", form).stdout
        for form in ("table", "json")
    )
    confusion = np.array(json.loads(figures)["sanctions"]["confusion"])
    seen = set()
    for k, label in enumerate(json.loads(figures)["sanctions"]["labels"]):
        cells = re.search(rf"^  {label} +(.*) (\d+)$", shown, re.M)[1]  # type: ignore[index]
        given, true = confusion[:, k].sum(), confusion[k].sum()
        defined = [given > 0, true > 0, given + true > 0]
        assert [cell != "-" for cell in re.findall(r"-|\d\.\d+ \[.*?\]", cells)] == defined
        seen.add(tuple(defined))
    assert len(seen) > 2, "labels of several kinds"


def test_two_models_are_measured_as_each_alone(small_model: StanceModel, tmp_path: Path) -> None:
    """The first in the first column; another seed draws other samples, and changes no figure."""
    save_model(small_model, tmp_path / "one")
    # it takes the least probable label
    weights = replace(small_model.weights, scale=-small_model.weights.scale)
    save_model(replace(small_model, weights=weights), tmp_path / "other")
    verbs = ["lifted", "must keep", "refused to lift", "must lift"] * 9
    lines = [
        {"article": f"a{i}", "text": f"They {verb} the sanctions on day {i}.", "sanctions": ("against", "favor")[i % 2]}
        for i, verb in enumerate(verbs)
    ]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    def measured(*command: object) -> Any:
        return json.loads(run(*command, tmp_path / "mine.jsonl", "-f", "json").stdout)["sanctions"]

    both = ("compare", tmp_path / "one", tmp_path / "other")
    found, again = measured(*both), measured(*both, "--seed", 1)
    for name, place in (("one", "first"), ("other", "second")):
        alone = [measured("evaluate", tmp_path / name, "--seed", seed)["metrics"] for seed in (0, 1)]
        # macro-F1 is over the labels that either gave
        for metric in ("accuracy", "f_avg"):
            assert found[place][metric] == pytest.approx(alone[0][metric][0], abs=1e-4)
        # where nothing is right, no sample differs
        assert (alone[0] != alone[1]) == (found[place]["accuracy"] > 0)
        assert [values[0] for values in alone[0].values()] == [values[0] for values in alone[1].values()]
    assert found["first"]["accuracy"] != found["second"]["accuracy"]
    assert (found["first"], found["second"]) == (again["first"], again["second"])
    assert found["difference"] != again["difference"]
    shown = run(*both, tmp_path / "mine.jsonl").stdout
    values = " ".join(f"{found[place]['accuracy']:>20.3f}" for place in ("first", "second"))
    assert f"  accuracy   {values}   " in shown
    one, other = (str(tmp_path / name)[-19:] for name in ("one", "other"))
    assert f" …{one} …{other}   difference" in shown


def test_targets_with_other_labels_are_not_pooled(small_model: StanceModel, tmp_path: Path) -> None:
    """Their confusions have other rows, be it only in another order."""
    first, second = small_model.targets
    save_model(small_model, tmp_path / "alike")
    save_model(replace(small_model, targets=(first, Target(second.name, second.labels[::-1]))), tmp_path / "turned")
    line = {"text": "They lifted the sanctions on Friday.", "sanctions": "against", "diplomacy": "unrelated"}
    (tmp_path / "mine.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    for name, pooled in (("alike", True), ("turned", False)):
        assert ("all targets pooled" in run("evaluate", tmp_path / name, tmp_path / "mine.jsonl").stdout) == pooled


def test_a_corpus_of_which_nothing_is_scored_is_told_so(small_model: StanceModel, tmp_path: Path) -> None:
    """`stance evaluate` says by label what was not scored, and nothing else."""
    save_model(small_model, tmp_path / "model")
    records = [{"article": label, "text": "Zzzz.", "sanctions": label} for label in ("favor", "against")]
    (tmp_path / "other.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    result = run("evaluate", tmp_path / "model", tmp_path / "other.jsonl")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.split("\n")[1:] == [
        "  0 paragraphs in 0 articles",
        "  2 more not scored: favor 1, against 1",
        "",
        "",
    ]


def test_what_was_not_scored_is_told_by_label() -> None:
    """A label whose paragraphs all went unscored leaves the mean, and is named; one only missed or made up is not."""
    probabilities = np.array([[0.9, 0.1, 0.0, 0.0], [0.2, 0.0, 0.8, 0.0], [np.nan] * 4, [np.nan] * 4])
    found = evaluate_probabilities(Target("x"), probabilities, np.array([0, 1, 3, 3]), ["a", "b", "c", "d"])
    assert found.metrics["macro_f1"].value == pytest.approx(1 / 3)
    assert found.unscored == {"favor": 0, "against": 0, "neutral": 0, "unrelated": 2}
    assert found.absent == ["unrelated"]
    assert (found.n, found.articles, found.to_dict()["unscored"]) == (2, 2, 2)
    # rows are true
    assert found.confusion.tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0] * 4, [0] * 4]


def test_calibration_error_of_known_cases() -> None:
    """Right eight times out of ten at 0.8 is 0; at 0.6 it is 0.2; by chance it is the mean deviation of a binomial."""
    truth = np.array([0] * 8 + [1] * 2)
    for p, expected in ((0.8, 0.0), (0.6, 0.2)):
        found = measure_calibration(np.tile([p, 1 - p], (10, 1)), truth)
        assert found.error == pytest.approx(expected)
        deviation = binom(10, p).expect(lambda hits, p=p: abs(hits - 10 * p)) / 10
        assert found.by_chance == pytest.approx(deviation, abs=0.02)
    assert measure_calibration(np.zeros((0, 2)), truth[:0]) == Calibration(0.0, 0.0)


def test_calibration_error_is_over_ten_bins() -> None:
    """By hand: errors cancel out within a bin and not between bins; 1 belongs to the last, that of 0.95."""
    top = np.repeat([0.51, 0.58, 0.65, 0.85, 0.95, 1.0], 2)
    right = np.array([1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0])
    found = measure_calibration(np.column_stack([top, 1 - top]), 1 - right)
    assert found.error == pytest.approx((abs(0.98 - 1.16) + 0.7 + 0.3 + abs(0.1 - 1)) / 12)


def test_calibration_error_is_told_beside_what_chance_does() -> None:
    """Of true probabilities the error is that of chance; of bold ones it is far above it."""
    rng = np.random.default_rng(1)
    top = rng.uniform(0.5, 0.9, 2000)
    truth = (rng.random(2000) > top).astype(np.int64)
    honest = measure_calibration(np.column_stack([top, 1 - top]), truth)
    bold = measure_calibration(np.column_stack([top + 0.1, 0.9 - top]), truth)
    assert honest.error < 2 * honest.by_chance
    assert bold.error > 5 * bold.by_chance
    target = Target("x", ("favor", "against"))
    found = evaluate_probabilities(target, np.column_stack([top, 1 - top]), truth, list(range(2000)))
    assert found.calibration == honest
    told = found.to_dict()
    assert told["calibration_error"] == pytest.approx(honest.error, abs=1e-6)
    assert told["calibration_error_by_chance"] == pytest.approx(honest.by_chance, abs=1e-6)
    assert honest.error != pytest.approx(honest.by_chance, abs=1e-4)
    other = evaluate_probabilities(target, np.column_stack([top, 1 - top]), truth, list(range(2000)), seed=1)
    assert other.calibration.error == honest.error
    assert other.calibration.by_chance != honest.by_chance


def test_a_training_corpus_is_refused_as_evaluation(small_model: StanceModel, small_corpus: Corpus) -> None:
    """Also where only one paragraph of it was used in training."""
    fresh = Example("n", 0, "The talks failed at once, an official said on Friday.", {"diplomacy": "neutral"})
    known = small_corpus.examples
    for examples, told in ((known, f"{len(known)} of {len(known)}"), ((known[0], fresh), "1 of 2")):
        with pytest.raises(CorpusError, match=f"(^|: ){told} paragraphs were used to train this model"):
            evaluate_model(small_model, replace(small_corpus, examples=examples))
    with pytest.raises(CorpusError, match=r"^mine\.csv:7: 1 of 2 paragraphs"):
        evaluate_model(small_model, replace(small_corpus, examples=(fresh, replace(known[0], path="mine.csv", line=7))))
    unseen = replace(small_corpus, examples=(fresh,))
    assert [e.n for e in evaluate_model(small_model, unseen)] == [0, 1]
    # of the second target alone
    assert [e.n for e in evaluate_model(small_model, replace(unseen, targets=small_corpus.targets[1:]))] == [1]


def test_labels_of_a_corpus_may_be_in_any_case(small_model: StanceModel) -> None:
    """And names of targets: FAVOR is favor, Sanctions sanctions; what is no label is named with its line."""
    model = replace(small_model, facts={})
    text = "The minister said on Friday that the sanctions on oil would stay in force, number"
    coded = [Example(str(i), 0, f"{text} {i}.", {"sanctions": "favor"}, path="own.csv", line=i + 2) for i in range(4)]
    lower = Corpus([Target("sanctions")], coded)
    upper = replace(lower, examples=[replace(e, labels={"sanctions": "FAVOR"}) for e in coded])
    assert evaluate_model(model, upper)[0].to_dict() == evaluate_model(model, lower)[0].to_dict()
    named = Corpus([Target("Sanctions")], [replace(e, labels={"Sanctions": "Favor"}) for e in coded])
    assert evaluate_model(model, named)[0].to_dict() == evaluate_model(model, lower)[0].to_dict()
    strange = replace(lower, examples=[*coded[:2], replace(coded[2], labels={"sanctions": "favour"})])
    known = "no label 'favour' on 'sanctions'; it knows favor, against, neutral, unrelated"
    with pytest.raises(CorpusError, match=f"own.csv:4: .*{known}"):
        evaluate_model(model, strange)
    other = Corpus([Target("tax")], [replace(coded[0], labels={"tax": "favor"})])
    with pytest.raises(CorpusError, match="the corpus codes tax; the model reads sanctions, diplomacy"):
        evaluate_model(model, other)


def test_of_many_articles_one_sample_is_drawn_at_a_time() -> None:
    """Also where their numbers alone take more room than is meant for several samples."""
    assert [draws_at_once(articles) for articles in (1_000_000, 2_000_000, 3_000_000)] == [2, 1, 1]


def test_articles_may_have_long_names() -> None:
    """The usual column of articles may hold whole documents; each sum is of one name, in the order of the names."""
    names = ["b", "a\0", "a", "b", "a"]
    assert sum_by_article(np.array([1.0, 2, 4, 8, 16]), names).tolist() == [20, 2, 9]
    documents = [f"{'x' * 20_000}{i // 2}" for i in range(1000)]
    tracemalloc.start()
    try:
        assert sum_by_article(np.ones(1000), documents).tolist() == [2] * 500
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()
