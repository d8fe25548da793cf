"""Fitting: what is chosen, what is held out, and that the same input gives the same bytes."""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.stats import binom
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_recall_fscore_support

from stance.commands import main
from stance.errors import CorpusError
from stance.labels import Target
from stance.model.analyzer import Analyzer, Settings
from stance.model.artefact import load_model, save_model
from stance.model.lexicon import Lexicon
from stance.model.stance_model import StanceModel
from stance.model.weights import softmax
from stance.training.agreement import alpha_with_interval, krippendorff_alpha
from stance.training.calibration import fit_temperature, fit_temperatures, weigh_as_found
from stance.training.corpus import Corpus, Example, contradictions, text_hash
from stance.training.corpus_files import read_corpus
from stance.training.duplicates import group_articles, near_duplicates
from stance.training.evaluate import (
    Calibration,
    evaluate_model,
    evaluate_probabilities,
    measure_calibration,
    metrics_of,
)
from stance.training.export import to_pipeline
from stance.training.features import count_terms
from stance.training.fit import Grid, _choose, fit_model, train
from stance.training.fit_options import FitOptions
from stance.training.folds import analyzer_for, count_corpus, read_problem
from stance.training.held_out import cross_validate, margins_by_choice, split_by_file
from stance.training.logistic import Choice, choices_of, fit_path
from stance.training.probes import Probe
from stance.training.record import GOLDEN, evaluate_held_out, with_record

#: Words enough that no two random paragraphs share three in a row.
WORDS = [f"word{i}" for i in range(300)]
CHOICES = {"sanctions": Choice(10.0), "diplomacy": Choice(3.0, "balanced")}


def test_near_duplicates_are_found_and_grouped() -> None:
    """A paragraph that differs by a word joins the groups of both articles; an unlike one does not."""
    base = "The ministers of the four states met in Geneva on Friday to discuss the text of the agreement"
    texts = [base, base + " again", "Nothing of the kind was said by anybody in the hall that day", base.upper()]
    assert {(i, j) for i, j, _ in near_duplicates(texts)} == {(0, 1), (0, 3), (1, 3)}
    assert group_articles(["a", "b", "c", "a"], texts) == [0, 0, 1, 0]


@pytest.mark.parametrize(
    ("texts", "index"),
    [
        (["Talks ended.", "talks ended"], 1.0),
        (["Talks ended.", "Talks resumed."], None),
        (["Talks - ended.", "talks ended"], 1.0),
        (["Now.", "now"], 1.0),
        (["Go now.", "now"], None),
        (["Now, now.", "now"], None),
        (["- - -", "- - -"], None),
        (["", ""], None),
        (["One two three four five.", "one two three; FOUR!"], 2 / 3),
        (["on and on and on", "on and on"], 1 / 2),
    ],
)
def test_near_duplicates_are_told_by_sets_of_three_words(texts: list[str], index: float | None) -> None:
    """Case, signs and repetition do not count; short texts must be equal; what has no word is like nothing."""
    assert [found for *_, found in near_duplicates(texts)] == ([] if index is None else [index])


def test_folds_never_split_an_article_or_its_near_duplicates(small_corpus: Corpus) -> None:
    """Every group lies in one fold."""
    result = fit_model(small_corpus, Settings(word_ngrams=(1, 1)), CHOICES, folds=4, jobs=1)
    for t in range(2):
        fold_of: dict[int, set[int]] = {}
        for group, fold in zip(small_corpus.groups, result.held_out.fold[:, t], strict=True):
            fold_of.setdefault(group, set()).add(int(fold))
        assert all(len(folds) == 1 for folds in fold_of.values())


def test_folds_have_their_part_of_each_label_and_are_drawn_by_the_seed() -> None:
    """Else a rare label might lie in one of them, and the search would be decided by it."""
    rng = random.Random(0)
    texts = [" ".join(rng.choices(WORDS, k=30)) for _ in range(40)]
    coded = [Example(f"a{i}", 0, text, {"tax": ("favor", "against")[i % 4 == 0]}) for i, text in enumerate(texts)]
    corpus = Corpus([Target("tax", ("favor", "against"))], coded)
    drawn = []
    for seed in (0, 1, 0):
        problem = read_problem(corpus, 0, 5, seed)
        assert all(np.bincount(problem.truth[outside]).tolist() == [6, 2] for _, outside in problem.folds)
        drawn.append([outside.tolist() for _, outside in problem.folds])
    assert drawn[0] == drawn[2] != drawn[1]


def test_held_out_margins_do_not_know_the_paragraph(small_corpus: Corpus) -> None:
    """A fold's margins equal those of a model fitted on the other folds alone."""
    settings = Settings(word_ngrams=(1, 1))
    result = fit_model(small_corpus, settings, CHOICES, folds=4, jobs=1)
    fold = result.held_out.fold[:, 0]
    rest = replace(small_corpus, examples=tuple(e for e, f in zip(small_corpus, fold, strict=True) if f != 0))
    other = fit_model(rest, settings, CHOICES, folds=3, jobs=1).model
    texts = [e.text for e, f in zip(small_corpus, fold, strict=True) if f == 0]
    now = other.score_paragraphs(texts).margins[:, 0]
    assert np.abs(now - result.held_out.margins[fold == 0, 0]).max() < 1e-4


def test_features_are_those_of_scikit_learn(small_corpus: Corpus) -> None:
    """The word block counts what CountVectorizer counts with the same tokens."""
    from sklearn.feature_extraction.text import CountVectorizer

    texts = small_corpus.texts[:50]
    block = count_terms(Analyzer(Settings(word_ngrams=(1, 2), anchored=False)), texts)[0]
    plain = CountVectorizer(token_pattern=r"\w+(?:['\u2019]\w+)*", ngram_range=(1, 2), dtype=np.float64)
    plain.fit([text.replace("\u2019s", "").replace("'s", "") for text in texts])
    ours = set(block.terms)
    theirs = set(plain.get_feature_names_out())
    assert len(ours & theirs) > 0.97 * len(ours)


def test_words_of_more_than_one_paragraph_in_e_count_for_nothing(small_corpus: Corpus) -> None:
    """With a constant of -1; the others keep the order of scikit-learn's IDF, and anchored terms its values."""
    texts = small_corpus.texts
    settings = Settings(word_ngrams=(1, 1), word_idf_constant=-1.0)
    analyzer = Analyzer(settings, small_corpus.lexicons, small_corpus.cues)
    n = len(texts)
    for counts in count_terms(analyzer, texts):
        fitted = counts.fit(np.arange(n), settings, 1.0)
        df = np.asarray((counts.matrix[:, fitted.columns] > 0).sum(axis=0)).ravel()
        plain = np.log((1 + n) / (1 + df))
        if counts.name == "words":
            assert np.array_equal(fitted.idf == 0, (1 + df) >= (1 + n) / np.e)
            assert (fitted.idf == 0).any()
            assert np.allclose(fitted.idf, np.maximum(plain - 1, 0), atol=1e-6)
        else:
            assert np.allclose(fitted.idf, plain + 1, atol=1e-6)


def test_a_paragraph_of_common_words_alone_is_scored(small_corpus: Corpus) -> None:
    """Its words have no length to be scaled to; both kernels give what the intercept gives."""
    settings = Settings(word_ngrams=(1, 1), word_idf_constant=-1.0)
    model = fit_model(small_corpus, settings, CHOICES, folds=3, jobs=1).model
    common = [
        term for term, idf in zip(model.weights.blocks[0].terms, model.weights.blocks[0].idf, strict=True) if not idf
    ]
    text = " ".join(common[:4])
    analysis = model.analyzer.analyze(text)
    assert np.isfinite(model.weights.margins(analysis.blocks, settings.sublinear_tf)).all()
    assert np.isfinite(model.score_paragraphs([text]).margins).all()


def test_the_search_reports_every_trial_and_keeps_the_best(small_corpus: Corpus) -> None:
    """Of the trials as good as the best but for half a point, the one with the smallest C."""
    grid = Grid((Settings(word_ngrams=(1, 1)),), C=(0.1, 10.0), class_weight=("equal",))
    lines: list[str] = []
    result = train(small_corpus, grid, folds=3, seed=3, jobs=1, progress=lines.append)
    assert len(result.trials) == 4
    assert lines
    for target in ("sanctions", "diplomacy"):
        own = [trial for trial in result.trials if trial["target"] == target]
        best = max(trial["macro_f1"] for trial in own)
        good = [trial for trial in own if trial["macro_f1"] >= best - 0.005]
        least = min(trial["C"] for trial in good)
        assert result.model.facts["choices"][target] == {"C": least, "class_weight": "equal"}
        # what was tried is what was then held out
        t, coded = result.model.target_index(target), small_corpus.coded(target)
        truth = [small_corpus.examples[i].labels[target] for i in coded]
        given = np.array(result.model.labels)[result.held_out.margins[coded, t].argmax(axis=1)]
        (chosen,) = [trial["macro_f1"] for trial in good if trial["C"] == least]
        assert chosen == pytest.approx(f1_score(truth, given, average="macro"), abs=1e-6)
        assert result.held_out.fold[:, t].max() == 2


@pytest.mark.parametrize(("pairs", "chosen"), [(False, (1, 1)), (True, (1, 2))])
def test_the_settings_named_first_win_unless_others_are_better(pairs: bool, chosen: tuple[int, int]) -> None:
    """Where a word tells the label, pairs add nothing; where the order of two words does, they tell all."""
    rng = random.Random(0)
    coded = []
    for i in range(60):
        label, rest = ("favor", "against")[i % 2], rng.choices(WORDS, k=5)
        told = ("up down", "down up")[i % 2] if pairs else label
        coded.append(Example(f"a{i}", 0, f"{told} {' '.join(rest)}", {"tax": label}))
    tried = [Settings(word_ngrams=(1, k), min_df=2, anchored=False) for k in (1, 2)]
    # one that needs a lexicon is not tried
    grid = Grid((Settings(), *tried), C=(100.0,), class_weight=("equal",))
    found = train(Corpus([Target("tax", ("favor", "against"))], coded), grid, jobs=1)
    assert found.model.analyzer.settings.word_ngrams == chosen
    assert len(found.trials) == 2


def test_what_is_searched_is_not_validated_again(monkeypatch: pytest.MonkeyPatch, small_corpus: Corpus) -> None:
    """Every setting is validated once, and what is kept is what a fit of the choice alone holds out."""
    searched: list[Settings] = []

    def counted(*arguments: Any, **options: Any) -> Any:
        searched.append(arguments[2])
        return margins_by_choice(*arguments, **options)

    tried = tuple(Settings(word_ngrams=(1, k), min_df=1) for k in (1, 2))
    with monkeypatch.context() as once:
        once.setattr("stance.training.fit.margins_by_choice", counted)
        once.setattr("stance.training.held_out.margins_by_choice", counted)
        result = train(small_corpus, Grid(tried, C=(0.01, 3.0), class_weight=("equal",)), folds=2, jobs=1)
    assert searched == list(tried)
    choices = choices_of(result.model.facts)
    # so that a fit that begins where another ended is compared with one that does not
    assert choices["sanctions"].C == 3.0
    alone = fit_model(small_corpus, result.model.analyzer.settings, choices, folds=2, jobs=1)
    assert result.held_out.margins == pytest.approx(alone.held_out.margins, abs=1e-3, nan_ok=True)
    assert (result.held_out.fold == alone.held_out.fold).all()
    assert result.probabilities == pytest.approx(alone.probabilities, abs=1e-3, nan_ok=True)


@pytest.mark.parametrize(("better", "chosen"), [(0.704, (1, 1)), (0.706, (1, 2))])
def test_settings_all_but_equal_are_those_named_first(
    monkeypatch: pytest.MonkeyPatch, small_corpus: Corpus, better: float, chosen: tuple[int, int]
) -> None:
    """Within half a point of macro-F1, by the best trial of each target."""
    # scores so close cannot be had from a small corpus: those of two C for two targets, then of the other settings
    scores = iter([0.7] * 4 + [better, better - 0.1] * 2)
    monkeypatch.setattr("stance.training.fit.f1_score", lambda *arguments, **options: next(scores))
    grid = Grid((Settings(word_ngrams=(1, 1)), Settings(word_ngrams=(1, 2))), C=(1.0, 3.0), class_weight=("equal",))
    assert train(small_corpus, grid, folds=2, jobs=1).model.analyzer.settings.word_ngrams == chosen
    assert next(scores, None) is None


def test_disputed_paragraphs_count_half() -> None:
    """As one paragraph that is there once does beside one that is there twice."""
    texts = [f"{word} {other}" for word in ("good", "bad") for other in WORDS[:6]]
    coded = [Example(f"a{i}", 0, text, {"tax": ("favor", "against")[i // 6]}) for i, text in enumerate(texts)]
    corpus = Corpus(
        [Target("tax", ("favor", "against"))],
        [replace(example, disputed=frozenset({"tax"}) if i % 3 else frozenset()) for i, example in enumerate(coded)],
    )
    weight = read_problem(corpus, 0, 2, 0).weight
    assert weight.tolist() == [1.0, 0.5, 0.5] * 4
    x, truth = np.random.default_rng(0).normal(size=(12, 3)), np.arange(12) // 6
    (halved,) = fit_path(x, truth, weight, [Choice(2.0)], 2)
    times = [2, 1, 1] * 4
    (twice,) = fit_path(np.repeat(x, times, axis=0), np.repeat(truth, times), np.ones(16), [Choice(1.0)], 2)
    assert halved[0] == pytest.approx(twice[0], abs=1e-4)
    settings, choices = Settings(word_ngrams=(1, 1), min_df=1, anchored=False), {"tax": Choice(2.0)}
    held_out = fit_model(corpus, settings, choices, folds=2, jobs=1).held_out.margins
    even = fit_model(Corpus(corpus.targets, coded), settings, choices, folds=2, jobs=1).held_out.margins
    assert np.abs(held_out - even).max() > 0.01


def test_balanced_labels_count_alike() -> None:
    """Each paragraph is weighed by how rare its label is (King and Zeng 2001); without, all alike."""
    x, truth = np.random.default_rng(0).normal(size=(40, 3)), np.repeat([0, 1], [30, 10])
    # in the order in which they are asked for, which is not that of the fits
    strong, balanced, plain = fit_path(x, truth, np.ones(40), [Choice(0.1), Choice(2.0, "balanced"), Choice(2.0)], 2)
    (by_hand,) = fit_path(x, truth, np.repeat([40 / 60, 40 / 20], [30, 10]), [Choice(2.0)], 2)
    assert balanced[0] == pytest.approx(by_hand[0], abs=1e-4)
    assert np.abs(plain[0] - by_hand[0]).max() > 0.01
    (alone,) = fit_path(x, truth, np.ones(40), [Choice(0.1)], 2)
    assert strong[0] == pytest.approx(alone[0], abs=1e-4)
    assert np.abs(strong[0] - plain[0]).max() > 0.01


@pytest.mark.parametrize(("found", "labels"), [([0, 1], 2), ([0, 2], 3), ([0, 1, 3], 4)])
def test_margins_give_the_probabilities_of_scikit_learn(found: list[int], labels: int) -> None:
    """Of two labels or more, whether all of them occur or not; one that does not is next to impossible."""
    rng = np.random.default_rng(0)
    x, truth = rng.normal(size=(60, 3)), rng.choice([found[0], *found], 60)
    ((coef, intercept),) = fit_path(x, truth, np.ones(60), [Choice(2.0)], labels)
    probabilities = softmax(x @ coef.T + intercept)
    plain = LogisticRegression(C=2.0, tol=1e-8).fit(x, truth)
    assert probabilities[:, found] == pytest.approx(plain.predict_proba(x), abs=1e-4)
    assert np.delete(probabilities, found, axis=1).sum() < 1e-6


def test_the_same_corpus_and_seed_give_the_same_bytes(tmp_path: Path, small_corpus: Corpus) -> None:
    """Two processes train the same flat corpus to identical files."""
    path = tmp_path / "flat.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["article", "text", "sanctions"])
        for example in small_corpus:
            writer.writerow([example.article, example.text, example.labels["sanctions"]])
    for name in ("one", "two"):
        command = [
            sys.executable,
            "-m",
            "stance",
            "train",
            str(path),
            "-o",
            str(tmp_path / name),
            "--name",
            "m",
            "-j",
            "1",
        ]
        subprocess.run([*command, "--folds", "3"], check=True, capture_output=True)
    for file in ("model.safetensors", "manifest.json", "MODEL_CARD.md"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_corpus_too_small_to_cross_validate_is_refused() -> None:
    """The error says how much there is and how much is needed."""
    examples = [Example("a", i, f"Text number {i} here.", {"x": "yes" if i else "no"}) for i in range(4)]
    with pytest.raises(CorpusError, match="needs 5 groups"):
        train(Corpus((Target("x", ("yes", "no")),), examples), jobs=1)


def test_other_targets_and_labels_need_no_code(tmp_path: Path) -> None:
    """A set with one target a row, its own labels and no lexicon trains, evaluates and scores by the commands."""
    draw = random.Random(5)
    words = {
        "FAVOR": "love great yes finally proud",
        "AGAINST": "hate awful no never shame",
        "NONE": "lunch rain bus sofa",
    }
    rows = ["ID\tTarget\tTweet\tStance"]
    for i in range(240):
        target, label = draw.choice(["Moon Base", "Car Tax"]), draw.choice(list(words))
        text = " ".join(draw.choices(words[label].split() + "the a on this that it".split(), k=12)) + f" {i}"
        rows.append(f"{i}\t{target}\t{text}\t{label}")
    learn, measure = tmp_path / "learn.txt", tmp_path / "measure.txt"
    learn.write_text("\n".join(rows[:160]) + "\n", encoding="utf-8")
    measure.write_text("\n".join([rows[0], *rows[160:]]) + "\n", encoding="utf-8")
    run = [sys.executable, "-m", "stance"]
    subprocess.run([*run, "train", str(learn), "-o", str(tmp_path / "m"), "-j", "1"], check=True, capture_output=True)
    model = load_model(tmp_path / "m")
    assert model.labels == ("FAVOR", "AGAINST", "NONE")
    assert model.analyzer.cues is None
    out = subprocess.run(
        [*run, "evaluate", str(tmp_path / "m"), str(measure)], check=True, capture_output=True, text=True
    )
    pooled = float(out.stdout.split("F_avg ")[-1].split(",")[0])
    assert pooled > 0.9
    assert model.score_texts(["I love this, finally, and I am so proud of it!"]).shape == (1, 2, 3)


@pytest.mark.parametrize("command", [["train", "gone", "-o", "own"], ["evaluate", "default", "gone"]])
@pytest.mark.parametrize(("option", "value"), [("-j", 0), ("--seed", -1), ("--seed", 2**32)])
def test_numbers_that_a_training_cannot_have_are_refused(command: list[str], option: str, value: int) -> None:
    """Before anything is read: joblib takes no 0, and scikit-learn no seed of more than 32 bits."""
    result = CliRunner().invoke(main, [*command, option, str(value)], catch_exceptions=False)
    assert result.exit_code == 2
    assert option in result.stderr


def test_what_cannot_be_written_is_told_before_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a folder below a file cannot; the folder that can is there then."""
    flat = tmp_path / "flat.csv"
    flat.write_text("text,tax\n" + "Lift them.,favor\nKeep them.,against\n" * 5)

    def begin(*_: object, **__: object) -> None:
        assert (tmp_path / "models" / "own").is_dir()
        raise CorpusError("the training has begun")

    monkeypatch.setattr("stance.training.fit.train", begin)
    for output, message in (("flat.csv/own", "cannot write the model: Not a directory"), ("models/own", "has begun")):
        result = CliRunner().invoke(main, ["train", str(flat), "-o", str(tmp_path / output)], catch_exceptions=False)
        assert (result.exit_code, message in result.stderr) == (1, True)


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
    drawn = rng.integers(0, 120, (1000, 120))
    sampled = [f1_score(truth[d], given[d], labels=range(4), average="macro", zero_division=0) for d in drawn]
    assert [found.low, found.high] == pytest.approx(np.percentile(sampled, [2.5, 97.5]), abs=0.01)
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


def test_a_corpus_of_which_nothing_is_scored_is_told_so(small_model: StanceModel, tmp_path: Path) -> None:
    """`stance evaluate` says by label what was not scored, and nothing else."""
    save_model(small_model, tmp_path / "model")
    records = [{"article": label, "text": "Zzzz.", "sanctions": label} for label in ("favor", "against")]
    (tmp_path / "other.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    arguments = ["evaluate", str(tmp_path / "model"), str(tmp_path / "other.jsonl")]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
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


def test_temperature_mends_overconfidence() -> None:
    """Margins three times too large are scaled down to the true ones."""
    rng = np.random.default_rng(2)
    margins = rng.normal(size=(4000, 3))
    p = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in p])
    assert fit_temperature(3 * margins, truth) == pytest.approx(1 / 3, rel=0.1)


def test_each_kind_of_paragraph_has_a_temperature_of_its_own() -> None:
    """Margins too large where there is a mention, too small where there is none, are both mended."""
    rng = np.random.default_rng(2)
    margins = rng.normal(size=(8000, 3))
    p = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in p])
    mentioned = np.arange(8000) % 2 == 0
    distorted = margins * np.where(mentioned, 3.0, 0.5)[:, None]
    assert fit_temperatures(distorted, truth, mentioned) == pytest.approx([2.0, 1 / 3], rel=0.15)
    few = fit_temperatures(distorted, truth, np.arange(8000) < 99)
    assert few[0] == few[1] == fit_temperature(distorted, truth)
    without, within = fit_temperatures(distorted, truth, np.arange(8000) < 100)
    assert within == fit_temperature(distorted[:100], truth[:100])
    assert without == fit_temperature(distorted[100:], truth[100:])


def test_probabilities_are_calibrated_to_the_share_of_related_paragraphs_without_a_mention() -> None:
    """Weighed down to their share elsewhere, related paragraphs make the model surer where nothing is mentioned."""
    related, mentioned = np.arange(1000) % 3 == 0, np.arange(1000) % 2 == 1
    weight = weigh_as_found(related, mentioned, 0.02)
    hidden = related & ~mentioned
    assert weight[hidden].sum() / weight[~mentioned].sum() == pytest.approx(0.02)
    assert (weight[~hidden] == 1).all()
    assert (weigh_as_found(related, related, 0.02) == 1).all()
    assert (weigh_as_found(related, np.zeros(1000, bool), 0.02) == 1).all()
    assert (weigh_as_found(np.ones(9, bool), np.zeros(9, bool), 0.02) == 1).all()
    margins = np.tile([0.0, 1.0], (1000, 1))
    plain = fit_temperatures(margins, (~related).astype(int), mentioned)
    found = fit_temperatures(margins, (~related).astype(int), mentioned, weight)
    # log-odds of the unrelated ones without a mention
    assert found[0] == pytest.approx(np.log(0.98 / 0.02), rel=0.05)
    assert plain[0] < 1 < found[0]
    assert found[1] == pytest.approx(plain[1])


def test_the_corpus_names_the_share_to_calibrate_to(corpus: Corpus) -> None:
    """It moves the temperature without a mention, and nothing else."""
    plain = replace(corpus, examples=corpus.examples[:1200], calibration=(), fit_options={})
    named = replace(plain, fit_options={"sanctions": FitOptions(unmentioned_share=0.001)})
    before, after = (fit_model(each, Settings(word_ngrams=(1, 1)), CHOICES, folds=3, jobs=1) for each in (plain, named))
    assert np.array_equal(before.held_out.margins, after.held_out.margins, equal_nan=True)
    moved = after.model.weights.scale / before.model.weights.scale
    assert moved[0, 0] > 1.1
    assert moved.ravel()[1:] == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("share", [None, 0.02])
def test_a_paragraph_is_calibrated_without_its_fold(corpus: Corpus, share: float | None) -> None:
    """Its temperature, one with a mention and one without, is that of the other folds; the model's, that of all."""
    # enough of either kind for a temperature of its own
    options = {target.name: FitOptions(unmentioned_share=share) for target in corpus.targets}
    some = replace(corpus, examples=corpus.examples[:1200], calibration=(), fit_options=options)
    result = fit_model(some, Settings(word_ngrams=(1, 1)), CHOICES, folds=3, jobs=1)
    bits = np.array([result.model.analyzer.analyze(text).mentioned for text in some.texts])
    for t, target in enumerate(some.targets):
        coded = some.coded(target.name)
        margins, fold = result.held_out.margins[coded, t], result.held_out.fold[coded, t]
        mentioned = result.model.mentioned(bits)[coded, t]
        truth = np.array([target.labels.index(some.examples[i].labels[target.name]) for i in coded])
        related = truth != target.labels.index("unrelated")
        scales = np.empty((len(coded), 2))
        for i in range(3):
            others = fold != i
            weight = None if share is None else weigh_as_found(related[others], mentioned[others], share)
            scales[fold == i] = fit_temperatures(margins[others], truth[others], mentioned[others], weight)
        scaled = np.exp(margins * np.where(mentioned, scales[:, 1], scales[:, 0])[:, None])
        expected = scaled / scaled.sum(axis=1, keepdims=True)
        assert result.probabilities[coded, t] == pytest.approx(expected)
        weight = None if share is None else weigh_as_found(related, mentioned, share)
        assert result.model.weights.scale[t] == pytest.approx(fit_temperatures(margins, truth, mentioned, weight))
        assert abs(scales[0, 0] - scales[0, 1]) > 0.01


@pytest.mark.parametrize("calibration", [(), ("early", "late")])
def test_a_label_that_was_not_learnt_calibrates_nothing(small_corpus: Corpus, calibration: tuple[str, ...]) -> None:
    """The models of its fold, or of its file, cannot but be wrong on its one paragraph; others tell the temperature."""
    half = len(small_corpus) // 2
    examples = [replace(e, path=f"{'early' if i < half else 'late'}.jsonl") for i, e in enumerate(small_corpus)]
    rare = next(i for i, e in enumerate(examples) if "diplomacy" in e.labels)
    examples[rare] = replace(examples[rare], labels={**examples[rare].labels, "diplomacy": "mixed"})
    sanctions, diplomacy = small_corpus.targets
    target = replace(diplomacy, labels=(*diplomacy.labels, "mixed"))
    corpus = replace(small_corpus, targets=(sanctions, target), examples=tuple(examples), calibration=calibration)
    settings = Settings(word_ngrams=(1, 1))
    result = fit_model(corpus, settings, CHOICES, folds=3, jobs=1)
    counts, problems = count_corpus(corpus, settings), [read_problem(corpus, t, 3, 0) for t in range(2)]
    problems = split_by_file(corpus, problems) if calibration else problems
    held_out, problem = cross_validate(corpus, counts, settings, problems, CHOICES, jobs=1), problems[1]
    others = problem.truth != target.labels.index("mixed")
    assert held_out.learnt[problem.rows, 1].tolist() == others.tolist()
    margins, mentioned = held_out.margins[problem.rows, 1][others], problem.mentioned(counts)[others]
    expected = fit_temperatures(margins, problem.truth[others], mentioned)
    assert result.model.weights.scale[1] == pytest.approx(expected)


def test_of_trials_all_but_equal_the_smallest_c_is_chosen() -> None:
    """Within half a point of the best; among those of one C, the best, whatever their order."""
    scores = {(0.3, "equal"): 0.703, (1.0, "equal"): 0.7036, (1.0, "balanced"): 0.704, (10.0, "equal"): 0.7085}
    trials = [{"C": c, "class_weight": weight, "macro_f1": f1} for (c, weight), f1 in scores.items()]
    assert _choose(trials) == _choose(trials[::-1]) == trials[2]


@pytest.mark.parametrize("paragraphs", [2, 500])
def test_margins_that_are_always_right_get_a_temperature(paragraphs: int) -> None:
    """The likelihood has no maximum; that of the penalized one, by its derivative, is the same of few and of many."""
    scale = fit_temperature(np.tile([1.0, 0.0], (paragraphs, 1)), np.zeros(paragraphs, int))
    assert scale / (1 + np.exp(scale)) == pytest.approx(2e-3 * np.log(scale), rel=1e-4)


def test_files_named_for_calibration_are_scored_unseen(small_corpus: Corpus) -> None:
    """Their labels are those of a model fitted without the file."""
    half = len(small_corpus) // 2
    examples = [replace(e, path=f"{'early' if i < half else 'late'}.jsonl") for i, e in enumerate(small_corpus)]
    corpus = replace(small_corpus, examples=tuple(examples), calibration=("late",))
    settings, choices = Settings(min_df=1), {t.name: Choice(1.0) for t in corpus.targets}
    result = fit_model(corpus, settings, choices, folds=2)
    assert result.unseen is not None
    coded = np.array(["diplomacy" in e.labels for e in corpus])
    there = ~np.isnan(result.unseen[:, 1, 0])
    assert (there == (coded & (np.arange(len(corpus)) >= half))).all()

    late = {corpus.groups[i] for i in range(half, len(corpus))}
    without = tuple(e for i, e in enumerate(corpus.examples) if corpus.groups[i] not in late)
    other = fit_model(replace(corpus, examples=without, calibration=()), settings, choices, folds=2)
    texts = [e.text for i, e in enumerate(corpus.examples) if there[i]]
    assert (result.unseen[there, 1].argmax(axis=1) == other.model.score_texts(texts)[:, 1].argmax(axis=1)).all()
    with pytest.raises(CorpusError, match="held out no file"):
        evaluate_held_out(other, corpus, unseen=True)


def test_settings_that_leave_no_term(small_corpus: Corpus) -> None:
    """Among others they are not chosen; alone they are an error that names what to change."""
    many = Settings(word_ngrams=(1, 1), min_df=10_000)
    with pytest.raises(CorpusError, match="no term stands in 10000 paragraphs or more, as 'min_df' asks for"):
        train(replace(small_corpus, lexicons={}, cues=None), _of(replace(many, anchored=False)), folds=2, jobs=1)
    found = train(small_corpus, _of(replace(many, anchored=True), Settings(min_df=1, anchored=True)), folds=2, jobs=1)
    assert found.model.analyzer.settings.min_df == 1
    assert len(found.trials) == 4


def _of(*settings: Settings) -> Grid:
    return Grid(settings, C=(1.0,), class_weight=("equal",))


def test_files_that_cannot_calibrate_are_named(small_corpus: Corpus) -> None:
    """A target that they do not code, or that nothing else codes, is an error; a file that codes one target is not."""
    settings, choices = Settings(min_df=1), {t.name: Choice(1.0) for t in small_corpus.targets}
    names = [("a", "b", "c")[i % 3] for i in range(len(small_corpus))]
    # groups span no files
    examples = [
        replace(e, path=f"{name}.jsonl", article=f"{name} {i // 3}")
        for i, (e, name) in enumerate(zip(small_corpus, names, strict=True))
    ]

    def corpus(calibration: tuple[str, ...], coded: str) -> Corpus:
        kept = [
            e if e.path[0] in coded else replace(e, labels={k: v for k, v in e.labels.items() if k != "diplomacy"})
            for e in examples
        ]
        return replace(small_corpus, examples=tuple(kept), calibration=calibration)

    with pytest.raises(CorpusError, match="'diplomacy': none of the files named for calibration codes it"):
        fit_model(corpus(("a",), "bc"), settings, choices, folds=2)
    with pytest.raises(CorpusError, match="'diplomacy': without 'a', which is named for calibration"):
        fit_model(corpus(("a",), "a"), settings, choices, folds=2)
    alone = corpus(("a",), "abc")
    one_label = [replace(e, labels={**e.labels, "diplomacy": "neutral"}) if e.path[0] == "a" else e for e in alone]
    grid = Grid((settings,), C=(1.0,), class_weight=("equal",))
    with pytest.raises(CorpusError, match=r"named for calibration \(a\) give it the label 'neutral' alone"):
        train(replace(alone, examples=tuple(one_label)), grid, folds=2, progress=lambda line: pytest.fail(line))
    found = fit_model(corpus(("a", "b"), "bc"), settings, choices, folds=2)
    assert found.unseen is not None
    there = ~np.isnan(found.unseen[:, 1, 0])
    assert {name for name, is_there in zip(names, there, strict=True) if is_there} == {"b"}


def test_block_factors_of_one_target_leave_the_other_alone(small_corpus: Corpus) -> None:
    """They are what the settings' weights would be for that target, and go into its coefficients only."""
    choices = {t.name: Choice(1.0) for t in small_corpus.targets}
    settings = Settings(word_ngrams=(1, 1), min_df=1)
    corpus = replace(small_corpus, fit_options={"sanctions": FitOptions({"words": 0.25, "around": 2.0})})
    given = fit_model(corpus, settings, choices, folds=2)
    plain = fit_model(small_corpus, settings, choices, folds=2)
    weighed = replace(settings, word_weight=0.25, anchored_weight=1.4)
    everywhere = fit_model(small_corpus, weighed, choices, folds=2)
    for t, target in enumerate(corpus.targets):
        same, other = (everywhere, plain) if target.name == "sanctions" else (plain, everywhere)
        found, wanted, unwanted = (r.model.score_texts(small_corpus.texts)[:, t] for r in (given, same, other))
        assert found == pytest.approx(wanted, abs=1e-4, nan_ok=True)
        assert np.nanmax(np.abs(found - unwanted)) > 0.01
        assert given.held_out.margins[:, t] == pytest.approx(same.held_out.margins[:, t], abs=1e-3, nan_ok=True)
    assert corpus.fingerprint != small_corpus.fingerprint


@pytest.mark.parametrize("factors", ["{word = 1}", "{words = 0}", "3", "{words = true}"])
def test_block_factors_must_be_positive_numbers_of_blocks(tmp_path: Path, factors: str) -> None:
    """Anything else is refused with the names of the blocks."""
    (tmp_path / "corpus.toml").write_text(f'labels = ["x", "y"]\n[targets.t]\nblock_factors = {factors}\n')
    with pytest.raises(CorpusError, match="positive numbers of words, characters, around, clauses"):
        read_corpus(tmp_path)


def test_the_weight_of_paragraphs_without_a_mention_is_that_of_one_target(small_corpus: Corpus) -> None:
    """Twice for those without one is what half for those with one, as disputed ones count, is at twice the C."""
    settings = Settings(word_ngrams=(1, 1), min_df=1)
    undisputed = [replace(example, disputed=frozenset()) for example in small_corpus]
    plain = replace(small_corpus, examples=undisputed)
    counts = count_terms(analyzer_for(plain, settings), plain.texts)
    problem = read_problem(plain, 0, 2, 0)
    mentioned = set(problem.rows[problem.mentioned(counts)].tolist())
    assert 0 < len(mentioned) < len(problem.rows)
    # where nothing is mentioned there is nothing to weigh against
    other = replace(problem, options=FitOptions(unmentioned_weight=2.0))
    assert (other.lessons([]).weight[: len(problem.rows)] == problem.weight).all()
    halved = [
        replace(example, disputed=frozenset({"sanctions"})) if i in mentioned else example
        for i, example in enumerate(plain)
    ]
    once = {"sanctions": Choice(1.0), "diplomacy": Choice(1.0)}
    weighed = replace(plain, fit_options={"sanctions": FitOptions(unmentioned_weight=2.0)})
    given = fit_model(weighed, settings, once, folds=2)
    same = fit_model(replace(plain, examples=halved), settings, once | {"sanctions": Choice(2.0)}, folds=2)
    without = fit_model(plain, settings, once, folds=2)
    assert given.held_out.margins == pytest.approx(same.held_out.margins, abs=1e-3, nan_ok=True)
    found, wanted = given.model.score_texts(plain.texts), same.model.score_texts(plain.texts)
    assert found == pytest.approx(wanted, abs=1e-4, nan_ok=True)
    assert np.nanmax(np.abs(given.held_out.margins[:, 0] - without.held_out.margins[:, 0])) > 0.01
    assert weighed.fingerprint != plain.fingerprint


@pytest.mark.parametrize("key", ["unmentioned_weight", "C"])
@pytest.mark.parametrize("value", ["0", "-1", "true", "inf", "'x'"])
def test_options_of_a_fit_must_be_positive_numbers(tmp_path: Path, key: str, value: str) -> None:
    """Anything else is refused; so is a weight without a mention where nothing finds mentions."""
    head = 'labels = ["x", "y"]\n[targets.t]\n'
    (tmp_path / "corpus.toml").write_text(f'{head}lexicon = "t.toml"\n{key} = {value}\n')
    (tmp_path / "t.toml").write_text('[mentions]\ntax = ["tax"]\n')
    with pytest.raises(CorpusError, match=f"'{key}' must be a positive number"):
        read_corpus(tmp_path)
    (tmp_path / "corpus.toml").write_text(f"{head}unmentioned_weight = 0.5\n")
    with pytest.raises(CorpusError, match="needs a lexicon"):
        read_corpus(tmp_path)


@pytest.mark.parametrize("value", ["0", "1", "true", "nan", "'x'"])
def test_a_share_lies_between_nothing_and_all(tmp_path: Path, value: str) -> None:
    """And it needs a lexicon, too."""
    head = 'labels = ["x", "y"]\n[targets.t]\n'
    (tmp_path / "t.toml").write_text('[mentions]\ntax = ["tax"]\n')
    (tmp_path / "corpus.toml").write_text(f'{head}lexicon = "t.toml"\nunmentioned_share = {value}\n')
    with pytest.raises(CorpusError, match="'unmentioned_share' must be a number between 0 and 1"):
        read_corpus(tmp_path)
    (tmp_path / "corpus.toml").write_text(f"{head}unmentioned_share = 0.5\n")
    with pytest.raises(CorpusError, match="'unmentioned_share' needs a lexicon"):
        read_corpus(tmp_path)
    (tmp_path / "corpus.toml").write_text(f'{head}lexicon = "t.toml"\nunmentioned_share = 0.25\n')
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.jsonl").write_text('{"article": "a", "paragraph": 0, "text": "A tax.", "t": "x"}\n')
    assert read_corpus(tmp_path).fit_options["t"].unmentioned_share == 0.25


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("settings = 3", "'settings' must be a table"),
        ("settings = {word_ngram = [1, 2]}", "unknown key 'word_ngram'; it may have word_ngrams, "),
        ("settings = {anchored = false}", "unknown key 'anchored'; it may have word_ngrams, "),
        ("settings = {word_ngrams = [2, 1]}", "'word_ngrams' must be two lengths from 1 to 16"),
        ("settings = {word_ngrams = [0, 1]}", "'word_ngrams' must be two lengths"),
        ("settings = {word_ngrams = [true, 2]}", "'word_ngrams' must be two lengths"),
        ("settings = {word_ngrams = [1, 2, 3]}", "'word_ngrams' must be two lengths"),
        ("settings = {char_ngrams = [2, 17]}", "'char_ngrams' must be two lengths"),
        ("settings = {char_ngrams = 3}", "'char_ngrams' must be two lengths"),
        ("settings = {min_df = 0}", "'min_df' must be a whole number from 1 on"),
        ("settings = {window = 2.5}", "'window' must be a whole number"),
        ("settings = {sublinear_tf = 1}", "'sublinear_tf' must be true or false"),
        ("settings = {word_weight = 0}", "'word_weight' must be a positive number"),
        ("settings = {word_idf_constant = nan}", "'word_idf_constant' must be a number"),
    ],
)
def test_settings_of_a_corpus_must_be_settings(tmp_path: Path, line: str, message: str) -> None:
    """Anything else is refused, and told what it may be."""
    (tmp_path / "corpus.toml").write_text(f'labels = ["x", "y"]\n{line}\n[targets.t]\n')
    with pytest.raises(CorpusError, match=re.escape(message)):
        read_corpus(tmp_path)


def test_settings_at_their_bounds_are_read(tmp_path: Path) -> None:
    """The longest and the shortest range of lengths; a whole number stands for one with a fraction."""
    settings = "word_ngrams = [16, 16]\nchar_ngrams = [1, 16]\nword_weight = 2\nword_idf_constant = 0\n"
    (tmp_path / "corpus").mkdir()
    records = [{"article": "a", "paragraph": i, "text": f"Talks {i}.", "t": "xy"[i]} for i in range(2)]
    (tmp_path / "corpus" / "one.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "corpus.toml").write_text(f'labels = ["x", "y"]\n[settings]\n{settings}[targets.t]\n')
    read = read_corpus(tmp_path).settings
    # by their texts, in which 2 is not 2.0: they go into the fingerprint and the manifest
    assert repr(read) == repr(
        Settings(word_ngrams=(16, 16), char_ngrams=(1, 16), word_weight=2.0, word_idf_constant=0.0)
    )


def test_settings_that_the_corpus_names_are_not_searched_for(small_corpus: Corpus) -> None:
    """Those of the grid are not tried, and without a lexicon nothing is anchored."""
    grid = Grid((Settings(word_ngrams=(1, 1)),), C=(1.0,), class_weight=("equal",))
    own = Settings(word_ngrams=(1, 2), min_df=3, word_idf_constant=-1.0)
    result = train(replace(small_corpus, settings=own), grid, folds=2, jobs=1)
    assert result.model.analyzer.settings == own
    assert len(result.trials) == 2
    bare = replace(small_corpus, settings=own, lexicons={}, cues=None)
    assert train(bare, grid, folds=2, jobs=1).model.analyzer.settings == replace(own, anchored=False)
    assert bare.fingerprint != replace(bare, settings=None).fingerprint


def test_a_weighting_of_labels_that_the_corpus_names_is_not_searched_for(small_corpus: Corpus, tmp_path: Path) -> None:
    """The other target's is; a name that is none is refused."""
    given = {"sanctions": FitOptions(class_weight="balanced"), "diplomacy": FitOptions(class_weight="equal")}
    grid = Grid((Settings(word_ngrams=(1, 1), min_df=1),), C=(1.0,), class_weight=("equal", "balanced"))
    for named, expected in (
        ({"sanctions": given["sanctions"]}, ["balanced", "equal", "balanced"]),
        (given, ["balanced", "equal"]),
    ):
        result = train(replace(small_corpus, fit_options=named), grid, folds=2, jobs=1)
        assert [trial["class_weight"] for trial in result.trials] == expected
    (tmp_path / "corpus.toml").write_text('labels = ["x", "y"]\n[targets.t]\nclass_weight = "even"\n')
    with pytest.raises(CorpusError, match="'class_weight' must be 'balanced' or 'equal'"):
        read_corpus(tmp_path)


def test_a_c_that_the_corpus_names_is_not_searched_for(small_corpus: Corpus) -> None:
    """The other target's is."""
    corpus = replace(small_corpus, fit_options={"sanctions": FitOptions(C=2.0)})
    grid = Grid((Settings(word_ngrams=(1, 1), min_df=1),), C=(1.0, 3.0), class_weight=("equal",))
    result = train(corpus, grid, folds=2, jobs=1)
    tried = {
        name: [trial["C"] for trial in result.trials if trial["target"] == name] for name in ("sanctions", "diplomacy")
    }
    assert tried == {"sanctions": [2.0], "diplomacy": [1.0, 3.0]}
    assert result.model.facts["choices"]["sanctions"]["C"] == 2.0
    assert result.model.facts["fit_options"] == {"sanctions": FitOptions(C=2.0).to_dict()}
    assert result.model.language == corpus.language == "en"


def test_a_corpus_that_names_a_missing_file_for_calibration_is_refused(tmp_path: Path) -> None:
    """The defect is named with the description's path."""
    (tmp_path / "corpus").mkdir()
    record = {"article": "a", "paragraph": 0, "text": "Talks.", "t": "x", "register": "", "dispute": "", "coder": ""}
    (tmp_path / "corpus" / "one.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "corpus.toml").write_text('labels = ["x", "y"]\ncalibration = ["two"]\n[targets.t]\n')
    with pytest.raises(CorpusError, match="'calibration' must be a list of files"):
        read_corpus(tmp_path)


def test_alpha_of_the_textbook() -> None:
    """Krippendorff 2011, section A: two coders, binary data, ten units: alpha 0.095."""
    first, second = "0100000000", "1110010010"
    assert krippendorff_alpha(list(zip(first, second, strict=True))) == pytest.approx(0.095, abs=5e-4)


def test_alpha_is_not_defined_where_one_label_was_used() -> None:
    """It is 0 / 0 there, no full agreement; samples that miss the rare label do not count as such either."""
    alone = [("neutral", "neutral")] * 20
    assert np.isnan(krippendorff_alpha(alone))
    assert str(alpha_with_interval(alone, [str(i) for i in range(20)])) == "nan [nan, nan]"
    once = alpha_with_interval([*alone[1:], ("neutral", "favor")], [str(i) for i in range(20)])
    assert (once.value, once.high) == (pytest.approx(0), pytest.approx(0))
    assert -0.2 < once.low < 0
    # full agreement on two labels is 1 in every sample that has both
    agreed = alpha_with_interval([*alone[1:], ("favor", "favor")], [str(i) for i in range(20)])
    assert (agreed.value, agreed.low, agreed.high) == (1, 1, 1)


def test_the_statistics_of_a_corpus_name_an_alpha_that_is_not_defined(tmp_path: Path) -> None:
    """`stance corpus stats` says so where a number would stand."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus.toml").write_text('labels = ["x", "y"]\n[targets.t]\n[targets.u]\n')
    lines = []
    for i in range(4):
        coding = {"t": "x", "u": "xy"[i % 2]}
        record = {"article": f"a{i}", "paragraph": 0, "text": f"Talks {i}.", "codings": {"A": coding, "B": coding}}
        lines.append(json.dumps(record | coding | {"register": "", "dispute": "", "coder": ""}) + "\n")
    (tmp_path / "corpus" / "one.jsonl").write_text("".join(lines))
    result = CliRunner().invoke(main, ["corpus", "stats", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0, result.stderr
    found = [line.strip() for line in result.stdout.splitlines() if "alpha" in line]
    assert found == [
        "Krippendorff's alpha of the coders not defined: only one label was used on 4 paragraphs",
        "Krippendorff's alpha of the coders 1.000 [1.000, 1.000] on 4 paragraphs",
    ]


def test_the_statistics_of_a_corpus_are_of_all_its_coders(tmp_path: Path) -> None:
    """Of three, and of paragraphs that one of them left open; what one coder alone said tells nothing."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus.toml").write_text('labels = ["x", "y"]\n[targets.t]\n')
    units = ["xxy", "yyx", "xxx", "yy.", "x.y", ".yy", "x.."]
    lines = []
    for i, unit in enumerate(units):
        codings = {coder: {"t": None if label == "." else label} for coder, label in zip("ABC", unit, strict=True)}
        lines.append(
            json.dumps({"article": f"a{i}", "paragraph": 0, "text": f"Talks {i}.", "t": "x", "codings": codings})
        )
    (tmp_path / "corpus" / "one.jsonl").write_text("\n".join(lines))
    alpha = krippendorff_alpha([unit.replace(".", "") for unit in units])
    result = CliRunner().invoke(main, ["corpus", "stats", str(tmp_path)], catch_exceptions=False)
    assert re.search(rf"alpha of the coders {alpha:.3f} \[.*\] on 6 paragraphs\n", result.stdout)
    assert alpha != pytest.approx(krippendorff_alpha([unit.replace(".", "")[:2] for unit in units]), abs=0.01)


def test_a_training_corpus_is_refused_as_evaluation(small_model: StanceModel, small_corpus: Corpus) -> None:
    """Also where only one paragraph of it was used in training."""
    fresh = Example("n", 0, "The talks failed at once, an official said on Friday.", {"diplomacy": "neutral"})
    known = small_corpus.examples
    for examples, told in ((known, f"{len(known)} of {len(known)}"), ((known[0], fresh), "1 of 2")):
        with pytest.raises(CorpusError, match=f"^{told} paragraphs were used to train this model"):
            evaluate_model(small_model, replace(small_corpus, examples=examples))
    assert [e.n for e in evaluate_model(small_model, replace(small_corpus, examples=(fresh,)))] == [0, 1]


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
    known = "no label 'favour' of 'sanctions'; it knows favor, against, neutral, unrelated"
    with pytest.raises(CorpusError, match=f"own.csv:4: .*{known}"):
        evaluate_model(model, strange)
    other = Corpus([Target("tax")], [replace(coded[0], labels={"tax": "favor"})])
    with pytest.raises(CorpusError, match="the corpus codes tax; the model reads sanctions, diplomacy"):
        evaluate_model(model, other)


@pytest.mark.parametrize(
    ("articles", "copies", "message"),
    [
        (40, True, r"80 coded paragraphs in 1 group \(40 articles, joined where .*; code articles that share none$"),
        (3, False, r"6 coded paragraphs in 3 groups and 2 labels, .*; code more articles, or ask for 3 folds$"),
        (
            1,
            False,
            r"2 coded paragraphs in 1 group and 2 labels, the most frequent one 1 time; .*; code more articles$",
        ),
    ],
)
def test_too_few_groups_are_told_with_what_made_them_few(articles: int, copies: bool, message: str) -> None:
    """Articles that share near-duplicates were joined; what helps is other articles, or fewer folds."""
    rng = random.Random(0)
    said = " ".join(WORDS)
    texts = [said if copies else " ".join(rng.choices(WORDS, k=30)) for _ in range(2 * articles)]
    coded = [
        Example(f"a{i // 2}", i % 2, f"{text} {i}", {"tax": ("favor", "against")[i % 2]})
        for i, text in enumerate(texts)
    ]
    with pytest.raises(CorpusError, match=message):
        train(Corpus([Target("tax", ("favor", "against"))], coded))


@pytest.mark.parametrize(
    ("articles", "labels", "message"),
    [
        (["a", "a", "a", "b", "c", "d"], "xxxyyy", "a fold leaves a single label to learn from"),
        (list("abcdef"), "xxyyzz", "the most frequent one 2 times; 3-fold cross-validation needs"),
    ],
)
def test_labels_that_lie_in_one_group_or_are_all_rare_are_refused(
    articles: list[str], labels: str, message: str
) -> None:
    """In our words: scikit-learn fits no single label, and splits no labels that are all rarer than folds."""
    rng = random.Random(0)
    coded = [
        Example(article, i, " ".join(rng.choices(WORDS, k=30)), {"tax": label})
        for i, (article, label) in enumerate(zip(articles, labels, strict=True))
    ]
    with pytest.raises(CorpusError, match=message):
        read_problem(Corpus([Target("tax", ("x", "y", "z"))], coded), 0, 3, 0)


@pytest.mark.parametrize("word", ["tax", "fxnlqzp"])
def test_a_lexicon_that_names_nothing_is_said(tmp_path: Path, word: str) -> None:
    """Else a target would be trained without its anchored terms, and nobody would know."""
    rng = random.Random(0)
    labels = ["favor", "against"] * 10
    texts = [f"The tax {' '.join(rng.choices(WORDS, k=30))}" for _ in labels]
    coded = [Example(f"a{i}", 0, text, {"tax": x}) for i, (text, x) in enumerate(zip(texts, labels, strict=True))]
    said: list[str] = []
    corpus = Corpus([Target("tax", ("favor", "against"))], coded, lexicons={"tax": Lexicon({"core": [word]})})
    settings = (Settings(min_df=1), Settings(word_ngrams=(1, 1), min_df=1))
    model = train(corpus, Grid(settings, C=(1.0,)), jobs=1, progress=said.append).model
    save_model(model, tmp_path)
    assert np.isfinite(load_model(tmp_path).score_texts(texts)).all()
    # once, however many settings are tried
    line = "tax: its lexicon is found in too few paragraphs to learn from; correct it"
    assert said.count(line) == (word != "tax")


def test_a_label_that_is_rarer_than_folds_is_said_once() -> None:
    """In our words, as a line of progress, and not as a warning of scikit-learn."""
    rng = random.Random(0)
    labels = ["favor", "against"] * 10 + ["neutral"] * 2
    coded = [Example(f"a{i}", 0, " ".join(rng.choices(WORDS, k=30)), {"tax": x}) for i, x in enumerate(labels)]
    said: list[str] = []
    grid = Grid(settings=(Settings(word_ngrams=(1, 1), min_df=1, anchored=False),), C=(1.0,))
    # nothing is said of a label that nobody gave
    corpus = Corpus([Target("tax", ("favor", "against", "neutral", "none"))], coded)
    # a warning would be an error here
    train(corpus, grid, jobs=1, progress=said.append)
    (line,) = [line for line in said if "coded" in line]
    assert line.startswith("tax: 2 paragraphs coded 'neutral', fewer than the 5 folds")


def test_the_exported_pipeline_scores_alike(small_model: StanceModel, small_corpus: Corpus, tmp_path: Path) -> None:
    """scikit-learn's Pipeline, written and read by joblib in another process, gives the same probabilities."""
    import joblib

    weights = small_model.weights
    small_model = replace(small_model, weights=replace(weights, scale=weights.scale * [1.3, 0.7]))
    pipeline = to_pipeline(small_model, "sanctions")
    joblib.dump(pipeline, tmp_path / "p.joblib")
    texts = small_corpus.texts[:30]
    ours = small_model.score_texts(texts)[:, 0]
    theirs = joblib.load(tmp_path / "p.joblib").predict_proba(texts)
    assert list(pipeline.classes_) == list(small_model.labels)
    assert np.abs(ours - theirs).max() < 1e-6


def test_every_target_is_exported_by_its_own_labels_and_mentions() -> None:
    """Whether it has two labels or three, a lexicon or none, or a lexicon that finds nothing."""
    targets = [
        Target("trade", ("pro", "con")),
        Target("tax", ("favor", "against", "none")),
        Target("war", ("no", "yes")),
        Target("moon", ("pro", "con")),
    ]
    lexicons = {name: Lexicon({"core": [word]}) for name, word in {"tax": "tax", "war": "war", "moon": "lunar"}.items()}
    rng = random.Random(0)
    coded = []
    for i in range(36):
        labels = {target.name: rng.choice(target.labels) for target in targets}
        mentions = [name for name in ("tax", "war") if rng.random() < 0.5]
        text = " ".join([*(f"{name}{label}" for name, label in labels.items()), *mentions, *rng.choices(WORDS, k=5)])
        coded.append(Example(f"a{i}", 0, text, labels))
    corpus = Corpus(targets, coded, lexicons=lexicons)
    choices = {target.name: Choice(10.0) for target in targets}
    model = fit_model(corpus, Settings(word_ngrams=(1, 1), min_df=1), choices, folds=2, jobs=1).model
    scale = np.array([[0.9, 1.6], [1.3, 0.5], [0.7, 1.9], [1.2, 0.4]])
    model = replace(model, weights=replace(model.weights, scale=scale))
    ours = model.score_texts(corpus.texts)
    for t, target in enumerate(targets):
        pipeline = to_pipeline(model, target.name)
        columns = [model.labels.index(label) for label in target.labels]
        assert list(pipeline.classes_) == list(target.labels)
        assert pipeline.predict_proba(corpus.texts) == pytest.approx(ours[:, t][:, columns], abs=1e-6)


def test_the_record_of_a_model_tells_how_it_was_made() -> None:
    """The corpus, the search, what was held out by which seed, and paragraphs from all of the corpus to score again."""
    rng = random.Random(0)
    targets = [Target("tax", ("favor", "against", "none")), Target("toll", ("no", "favor"))]
    coded = []
    for i in range(65):
        labels = {target.name: rng.choice(target.labels) for target in targets}
        text = " ".join([*(f"{name}{label}" for name, label in labels.items()), *rng.choices(WORDS, k=30)])
        coded.append(Example(f"a{i // 2}", i % 2, text, labels, path=("old", "new")[i >= 40]))
    # two articles share a paragraph, and one paragraph is coded on one target only
    coded[2] = replace(coded[2], text=coded[0].text)
    coded[3] = replace(coded[3], labels={"tax": "none"})
    corpus = Corpus(targets, coded, calibration=("new",))
    grid = Grid((Settings(word_ngrams=(1, 1), min_df=1, anchored=False),), C=(1.0,), class_weight=("balanced",))
    result = train(corpus, grid, folds=3, seed=4, jobs=1)
    # of three that are alike in all but the label that is right, one passes
    probes = [Probe(label, "plain", coded[0].text, {"tax": label}) for label in targets[0].labels]
    model = with_record(result, corpus, name="own", seed=4, folds=3, probes=probes)
    facts = model.facts
    assert facts["probes"] == {"passed": {"plain": [1, 3]}, "consistent": [0, 0], "mixed": {}}
    assert {key: facts["corpus"][key] for key in ("paragraphs", "articles", "groups")} == {
        "paragraphs": 65,
        "articles": 33,
        "groups": 32,
    }
    assert facts["training"] == {"seed": 4, "folds": 3, "trials": result.trials}
    assert len(result.trials) == 2
    assert (facts["choices"]["tax"], facts["text_hashes"]) == (
        {"C": 1.0, "class_weight": "balanced"},
        corpus.text_hashes,
    )
    golden = facts["golden"]
    assert [each["text"] for each in golden] == corpus.texts[::5][:GOLDEN]
    stored = np.array([each["probabilities"] for each in golden])
    assert stored == pytest.approx(model.score_texts([each["text"] for each in golden]), abs=1e-6)
    for unseen, metrics in ((False, facts["metrics"]), (True, facts["unseen_files"]["metrics"])):
        found = evaluate_held_out(result, corpus, 4, unseen=unseen)
        assert metrics == {each.target.name: each.to_dict() for each in found}
        probabilities = result.unseen if unseen else result.probabilities
        assert probabilities is not None
        for t, (target, measured) in enumerate(zip(targets, found, strict=True)):
            rows = [i for i in corpus.coded(target.name) if not unseen or i >= 40]
            columns = [result.model.labels.index(label) for label in target.labels]
            given = np.array(target.labels)[probabilities[rows, t][:, columns].argmax(axis=1)]
            right = [label == coded[i].labels[target.name] for label, i in zip(given, rows, strict=True)]
            assert (measured.n, measured.articles) == (len(rows), len({corpus.groups[i] for i in rows}))
            assert not any(measured.unscored.values())
            assert measured.metrics["accuracy"].value == pytest.approx(np.mean(right))
            # calibrated on this one file, so that but for the penalty nothing is left to mend
            true = np.array([target.labels.index(coded[i].labels[target.name]) for i in rows])
            if unseen:
                assert fit_temperature(np.log(probabilities[rows, t][:, columns]), true) == pytest.approx(1, abs=0.2)
            else:
                scaled = result.held_out.margins[rows, t][:, columns] * model.weights.scale[t, 0]
                assert probabilities[rows, t][:, columns] == pytest.approx(softmax(scaled))
    # the bootstrap is the seed's
    assert facts["metrics"] != {each.target.name: each.to_dict() for each in evaluate_held_out(result, corpus, 5)}
    assert facts["unseen_files"]["files"] == ["new"]
    # of a corpus smaller than that, all
    few = with_record(result, replace(corpus, examples=coded[:5]), name="few", seed=0, folds=3).facts["golden"]
    assert [each["text"] for each in few] == corpus.texts[:5]


def test_the_fingerprint_is_of_what_a_fit_learns_from() -> None:
    """Not of where a paragraph was read, which tells only what is held out, nor of the order of its targets."""
    targets = [Target("tax", ("pro", "con")), Target("toll", ("pro", "con"))]
    first = Example("a", 0, "Lift it.", {"tax": "pro", "toll": "con"})
    corpus = Corpus(targets, [first, Example("b", 0, "Keep it.", {"tax": "con"})], calibration=("one",))
    lexicon = Lexicon({"core": ["tax"]})
    others = [replace(first, **change) for change in (
        {"article": "c"}, {"text": "Lift them."}, {"labels": {"tax": "con", "toll": "con"}}, {"labels": {"tax": "pro"}},
        {"disputed": frozenset({"tax"})},
    )]  # fmt: skip
    changed = [replace(corpus, examples=[other, corpus.examples[1]]) for other in others]
    changed += [
        replace(corpus, targets=targets[::-1]),
        replace(corpus, targets=[Target("tax", ("con", "pro")), targets[1]]),
        replace(corpus, language="en"),
        replace(corpus, lexicons={"tax": lexicon}),
        replace(corpus, cues=lexicon),
        replace(corpus, calibration=()),
    ]
    assert len({corpus.fingerprint, *(each.fingerprint for each in changed)}) == 1 + len(changed)
    same = replace(first, labels={"toll": "con", "tax": "pro"}, path="x.csv", line=7, fields={"coder": "A"})
    assert replace(corpus, examples=[same, corpus.examples[1]]).fingerprint == corpus.fingerprint


def test_a_text_is_known_again_by_its_words() -> None:
    """However its lines are broken, and if it holds half a character, as JSON can; another text is another."""
    assert text_hash(" Lift\n it.") == text_hash("Lift it.") != text_hash("Liftit.")
    assert len(text_hash("\ud800")) == 16


def test_a_text_contradicts_itself_on_one_target_only() -> None:
    """Also across files, of which the other is named."""
    labels = [{"tax": "pro"}, {"tax": "con", "toll": "con"}, {"tax": "pro", "toll": "pro"}]
    coded = [Example("a", i, "Go.", each, path=f"{i}.csv", line=5) for i, each in enumerate(labels)]
    assert [str(error) for error in contradictions(coded)] == [
        "1.csv:5: the same text is 'con' on 'tax' here and 'pro' at 0.csv:5",
        "2.csv:5: the same text is 'pro' on 'toll' here and 'con' at 1.csv:5",
    ]
