"""The search, and the fit of what it chose."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import MANY_WORDS
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from stance.errors import CorpusError
from stance.labels import Target
from stance.model.analyzer import Settings
from stance.model.artefact import load_model, save_model
from stance.model.lexicon import Lexicon
from stance.model.weights import softmax
from stance.training.corpus import Corpus, Example
from stance.training.fit import Grid, _choose, fit_model, train
from stance.training.fit_options import FitOptions
from stance.training.folds import read_problem
from stance.training.held_out import margins_by_choice
from stance.training.logistic import Choice, choices_of, fit_path


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
        label, rest = ("favor", "against")[i % 2], rng.choices(MANY_WORDS, k=5)
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


def test_of_trials_all_but_equal_the_smallest_c_is_chosen() -> None:
    """Within half a point of the best; among those of one C, the best, whatever their order."""
    scores = {(0.3, "equal"): 0.703, (1.0, "equal"): 0.7036, (1.0, "balanced"): 0.704, (10.0, "equal"): 0.7085}
    trials = [{"C": c, "class_weight": weight, "macro_f1": f1} for (c, weight), f1 in scores.items()]
    assert _choose(trials) == _choose(trials[::-1]) == trials[2]


def test_disputed_paragraphs_count_half() -> None:
    """As one paragraph that is there once does beside one that is there twice."""
    texts = [f"{word} {other}" for word in ("good", "bad") for other in MANY_WORDS[:6]]
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


def test_settings_that_leave_no_term(small_corpus: Corpus) -> None:
    """Among others they are not chosen; alone they are an error that names what to change."""
    many = Settings(word_ngrams=(1, 1), min_df=10_000)
    with pytest.raises(CorpusError, match="no term occurs in 10000 paragraphs or more, as 'min_df' asks for"):
        train(replace(small_corpus, lexicons={}, cues=None), _of(replace(many, anchored=False)), folds=2, jobs=1)
    found = train(small_corpus, _of(replace(many, anchored=True), Settings(min_df=1, anchored=True)), folds=2, jobs=1)
    assert found.model.analyzer.settings.min_df == 1
    assert len(found.trials) == 4
    # also where the terms of the others tell nothing, whichever are named first
    rng = random.Random(0)
    labels = ["favor"] * 40 + ["against"] * 20
    coded = [Example(str(i), 0, " ".join(rng.choices(MANY_WORDS, k=30)), {"tax": x}) for i, x in enumerate(labels)]
    corpus = Corpus([Target("tax", ("favor", "against"))], coded)
    both = [replace(many, anchored=False), Settings(word_ngrams=(1, 1), min_df=1, anchored=False)]
    for settings in (both, both[::-1]):
        chosen = train(corpus, Grid(tuple(settings), C=(1e-6,), class_weight=("equal",)), folds=2, jobs=1)
        assert chosen.model.analyzer.settings.min_df == 1


def _of(*settings: Settings) -> Grid:
    return Grid(settings, C=(1.0,), class_weight=("equal",))


@pytest.mark.parametrize("word", ["tax", "fxnlqzp", None])
def test_a_lexicon_that_names_nothing_is_said(tmp_path: Path, word: str | None) -> None:
    """Else a target would be trained without its anchored terms, and nobody would know; one that has none is fine."""
    rng = random.Random(0)
    labels = ["favor", "against"] * 10
    texts = [f"The tax {' '.join(rng.choices(MANY_WORDS, k=30))}" for _ in labels]
    coded = [Example(f"a{i}", 0, text, {"tax": x}) for i, (text, x) in enumerate(zip(texts, labels, strict=True))]
    said: list[str] = []
    lexicons = {"tax": Lexicon({"core": [word]})} if word else {}
    corpus = Corpus([Target("tax", ("favor", "against"))], coded, lexicons=lexicons)
    settings = [Settings(word_ngrams=(1, n), min_df=1, anchored=bool(word)) for n in (2, 1)]
    model = train(corpus, Grid(tuple(settings), C=(1.0,)), jobs=1, progress=said.append).model
    save_model(model, tmp_path)
    assert np.isfinite(load_model(tmp_path).score_texts(texts)).all()
    # once, however many settings are tried
    line = "tax: its lexicon matches too few paragraphs to learn from; correct it"
    assert said.count(line) == (word == "fxnlqzp")


def test_a_share_that_moves_no_label_is_said() -> None:
    """Of fewer than a hundred paragraphs of a kind no shift is found, and the model does not pass for a shifted one."""
    rng = random.Random(0)
    coded = []
    for i in range(240):
        label = ("favor", "against", "unrelated")[i % 3]
        words = [f"they{label}", "levy" if i % 5 else "charge", *rng.choices(MANY_WORDS, k=20)]
        coded.append(Example(str(i), 0, " ".join(words), {"tax": label}))
    grid = Grid((Settings(word_ngrams=(1, 1), min_df=1),), C=(1.0,), class_weight=("equal",))
    targets, lexicons = [Target("tax", ("favor", "against", "unrelated"))], {"tax": Lexicon({"tax": ["levy"]})}
    corpus = Corpus(targets, coded, lexicons=lexicons, fit_options={"tax": FitOptions(unmentioned_share=0.1)})
    said: list[str] = []
    assert train(corpus, grid, jobs=1, progress=said.append).model.facts["unshifted"] == ["tax"]
    told = "tax: 'unmentioned_share' moves no label; it takes 100 paragraphs with a mention to calibrate on and 100 "
    assert [line for line in said if "moves" in line] == [f"{told}without, some of these related and some not"]
    even = [
        replace(one, text=one.text.replace("charge" if i % 2 else "levy", "levy" if i % 2 else "charge"))
        for i, one in enumerate(coded)
    ]
    said.clear()
    result = train(replace(corpus, examples=even), grid, jobs=1, progress=said.append)
    assert "unshifted" not in result.model.facts
    assert not any("moves" in line for line in said)
