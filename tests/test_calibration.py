"""Margins to probabilities that mean what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stance.model.analyzer import Settings
from stance.training.calibration import fit_calibration, fit_shift, fit_temperature, weigh_as_found
from stance.training.corpus import Corpus
from stance.training.fit import fit_model
from stance.training.fit_options import FitOptions
from stance.training.folds import count_corpus, read_problem
from stance.training.held_out import cross_validate, split_by_file
from stance.training.logistic import Choice


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
    assert fit_calibration(distorted, truth, mentioned).scale == pytest.approx([2.0, 1 / 3], rel=0.15)
    few = fit_calibration(distorted, truth, np.arange(8000) < 99).scale
    assert few[0] == few[1] == fit_temperature(distorted, truth)
    without, within = fit_calibration(distorted, truth, np.arange(8000) < 100).scale
    assert within == fit_temperature(distorted[:100], truth[:100])
    assert without == fit_temperature(distorted[100:], truth[100:])
    twice = np.r_[np.arange(8000), np.arange(2000)]
    weighed = fit_calibration(distorted, truth, mentioned, np.bincount(twice).astype(float)).scale
    assert weighed == pytest.approx(fit_calibration(distorted[twice], truth[twice], mentioned[twice]).scale)
    assert weighed[1] != pytest.approx(fit_calibration(distorted, truth, mentioned).scale[1], rel=1e-4)


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
    plain = fit_calibration(margins, (~related).astype(int), mentioned).scale
    found = fit_calibration(margins, (~related).astype(int), mentioned, weight).scale
    # log-odds of the unrelated ones without a mention
    assert found[0] == pytest.approx(np.log(0.98 / 0.02), rel=0.05)
    assert plain[0] < 1 < found[0]
    assert found[1] == pytest.approx(plain[1])


def test_a_shift_mends_margins_that_are_all_off_by_one_number() -> None:
    """Those of one label are, and all are twice too large: both numbers are found, with weights as with copies."""
    rng = np.random.default_rng(3)
    margins = rng.normal(size=(6000, 3))
    p = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
    truth = np.array([rng.choice(3, p=row) for row in p])
    last = np.array([False, False, True])
    distorted = 2 * margins - 1.5 * last
    scale, shift = fit_shift(distorted, truth, last, np.ones(6000))
    assert (scale, shift) == pytest.approx((0.5, 1.5), rel=0.1)
    twice = np.r_[np.arange(6000), np.arange(2000)]
    weighed = fit_shift(distorted, truth, last, np.bincount(twice).astype(float))
    assert weighed == pytest.approx(fit_shift(distorted[twice], truth[twice], last, np.ones(8000)), abs=1e-4)


@pytest.mark.parametrize(("off", "share"), [(-10.0, 0.8), (10.0, 0.2)])
def test_margins_that_are_far_off_are_shifted_back(off: float, share: float) -> None:
    """Not scaled down to nothing, which lessens the loss, too, and leaves each label as probable as any other."""
    rng = np.random.default_rng(5)
    truth, last = rng.choice(3, p=[(1 - share) / 2, (1 - share) / 2, share], size=900), np.array([False, False, True])
    margins = 0.5 * rng.normal(size=(900, 3)) + np.eye(3)[truth]
    near, far = (fit_shift(margins + by * last, truth, last, np.ones(900)) for by in (0.0, off))
    assert far == pytest.approx((near[0], near[1] - off), rel=0.1)
    # where the likelihood falls as the penalty of the shift does
    scaled = np.exp(far[0] * (margins + (off + far[1]) * last))
    missing = (truth == 2).mean() - (scaled[:, 2] / scaled.sum(axis=1)).mean()
    assert far[0] * missing == pytest.approx(2e-3 * far[1], rel=1e-2)


@pytest.mark.parametrize("label", [0, 2])
def test_nothing_is_shifted_where_only_related_or_only_unrelated_paragraphs_lack_a_mention(label: int) -> None:
    """There is no telling how many there are where the model will be used, and a fit would make all of them alike."""
    rng = np.random.default_rng(6)
    margins, mentioned, last = rng.normal(size=(600, 3)), np.arange(600) % 2 == 0, np.array([False, False, True])
    truth = np.where(mentioned, rng.integers(3, size=600), label)
    weight = weigh_as_found(~last[truth], mentioned, 0.02)
    scale, shift = fit_calibration(margins, truth, mentioned, weight, last)
    assert not shift.any()
    assert scale[0] == fit_temperature(margins[~mentioned], truth[~mentioned])


def test_only_unrelated_labels_without_a_mention_are_shifted() -> None:
    """Nothing is where no label is unrelated, or all are, or a kind of paragraphs is too rare to tell."""
    rng = np.random.default_rng(4)
    margins, truth = rng.normal(size=(600, 3)), rng.integers(3, size=600)
    mentioned, weight = np.arange(600) % 2 == 0, np.ones(600)
    last = np.array([False, False, True])
    scale, shift = fit_calibration(margins, truth, mentioned, weight, last)
    assert shift[2] != 0
    assert not shift[:2].any()
    assert scale[1] == fit_temperature(margins[mentioned], truth[mentioned])
    assert (scale[0], shift[2]) == fit_shift(margins[~mentioned], truth[~mentioned], last, weight[~mentioned])
    for none in (np.zeros(3, bool), np.ones(3, bool)):
        assert not fit_calibration(margins, truth, mentioned, weight, none).shift.any()
    assert not fit_calibration(margins, truth, np.arange(600) < 99, weight, last).shift.any()


def test_the_corpus_names_the_share_to_calibrate_to(corpus: Corpus, choices: dict[str, Choice]) -> None:
    """It calibrates anew where the target is not mentioned, and nothing else; more is unrelated there than before."""
    plain = replace(corpus, examples=corpus.examples[:600], calibration=(), fit_options={})
    named = replace(plain, fit_options={"sanctions": FitOptions(unmentioned_share=0.001)})
    before, after = (fit_model(each, Settings(word_ngrams=(1, 1)), choices, folds=3, jobs=1) for each in (plain, named))
    assert np.array_equal(before.held_out.margins, after.held_out.margins, equal_nan=True)
    moved = after.model.weights.scale / before.model.weights.scale
    assert moved.ravel()[1:] == pytest.approx(1, rel=1e-6)
    assert not before.model.weights.shift.any()
    unrelated = after.model.labels.index("unrelated")
    assert after.model.weights.shift[0, unrelated] > 0.5
    assert np.count_nonzero(after.model.weights.shift) == 1
    texts = [text for text in plain.texts if not after.model.analyzer.analyze(text).mentioned & 1]
    shares = [(np.argmax(r.model.score_texts(texts)[:, 0], axis=1) == unrelated).mean() for r in (before, after)]
    assert shares[0] < shares[1]


@pytest.mark.parametrize("share", [None, 0.02])
def test_a_paragraph_is_calibrated_without_its_fold(
    corpus: Corpus, share: float | None, choices: dict[str, Choice]
) -> None:
    """Its temperatures and shift are those of the other folds; the model's, those of all."""
    # enough of either kind for a temperature of its own
    options = {target.name: FitOptions(unmentioned_share=share) for target in corpus.targets}
    some = replace(corpus, examples=corpus.examples[:600], calibration=(), fit_options=options)
    result = fit_model(some, Settings(word_ngrams=(1, 1)), choices, folds=3, jobs=1)
    bits = np.array([result.model.analyzer.analyze(text).mentioned for text in some.texts])
    for t, target in enumerate(some.targets):
        coded = some.coded(target.name)
        margins, fold = result.held_out.margins[coded, t], result.held_out.fold[coded, t]
        mentioned = result.model.mentioned(bits)[coded, t]
        truth = np.array([target.labels.index(some.examples[i].labels[target.name]) for i in coded])
        unrelated = np.array([label == "unrelated" for label in target.labels])
        related = ~unrelated[truth]
        scales, shifts = np.empty((len(coded), 2)), np.empty((len(coded), len(target.labels)))
        for i in range(3):
            others = fold != i
            known = margins[others], truth[others], mentioned[others]
            weighed = () if share is None else (weigh_as_found(related[others], mentioned[others], share), unrelated)
            scales[fold == i], shifts[fold == i] = fit_calibration(*known, *weighed)
        shifted = margins + np.where(mentioned[:, None], 0.0, shifts)
        scaled = np.exp(shifted * np.where(mentioned, scales[:, 1], scales[:, 0])[:, None])
        expected = scaled / scaled.sum(axis=1, keepdims=True)
        assert result.probabilities[coded, t] == pytest.approx(expected)
        weighed = () if share is None else (weigh_as_found(related, mentioned, share), unrelated)
        scale, shift = fit_calibration(margins, truth, mentioned, *weighed)
        assert result.model.weights.scale[t] == pytest.approx(scale)
        assert result.model.weights.shift[t] == pytest.approx(shift)
        assert abs(scales[0, 0] - scales[0, 1]) > 0.01
        assert shift.any() == (share is not None)


@pytest.mark.parametrize("calibration", [(), ("early", "late")])
def test_a_label_that_was_not_learnt_calibrates_nothing(
    small_corpus: Corpus, calibration: tuple[str, ...], choices: dict[str, Choice]
) -> None:
    """The models of its fold, or of its file, cannot but be wrong on its one paragraph; others tell the temperature."""
    half = len(small_corpus) // 2
    examples = [replace(e, path=f"{'early' if i < half else 'late'}.jsonl") for i, e in enumerate(small_corpus)]
    rare = next(i for i, e in enumerate(examples) if "diplomacy" in e.labels)
    examples[rare] = replace(examples[rare], labels={**examples[rare].labels, "diplomacy": "mixed"})
    sanctions, diplomacy = small_corpus.targets
    target = replace(diplomacy, labels=(*diplomacy.labels, "mixed"))
    corpus = replace(small_corpus, targets=(sanctions, target), examples=tuple(examples), calibration=calibration)
    settings = Settings(word_ngrams=(1, 1))
    result = fit_model(corpus, settings, choices, folds=3, jobs=1)
    counts, problems = count_corpus(corpus, settings), [read_problem(corpus, t, 3, 0) for t in range(2)]
    problems = split_by_file(corpus, problems) if calibration else problems
    held_out, problem = cross_validate(corpus, counts, settings, problems, choices, jobs=1), problems[1]
    others = problem.truth != target.labels.index("mixed")
    assert held_out.learnt[problem.rows, 1].tolist() == others.tolist()
    margins, mentioned = held_out.margins[problem.rows, 1][others], problem.mentioned(counts)[others]
    expected = fit_calibration(margins, problem.truth[others], mentioned).scale
    assert result.model.weights.scale[1] == pytest.approx(expected)


def test_margins_that_are_far_apart_get_a_temperature() -> None:
    """Also where some are wrong by so much that their label, unscaled, has a probability of 0."""
    margins, truth = np.tile([250.0, 0.0], (1000, 1)), np.repeat([0, 1], [900, 100])
    assert fit_temperature(margins, truth) == pytest.approx(np.log(9) / 250, rel=0.1)


@pytest.mark.parametrize("paragraphs", [2, 500])
def test_margins_that_are_always_right_get_a_temperature(paragraphs: int) -> None:
    """The likelihood has no maximum; that of the penalized one, by its derivative, is the same of few and of many."""
    scale = fit_temperature(np.tile([1.0, 0.0], (paragraphs, 1)), np.zeros(paragraphs, int))
    assert scale / (1 + np.exp(scale)) == pytest.approx(2e-3 * np.log(scale), rel=1e-4)
