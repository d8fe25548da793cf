"""Margins and probabilities of paragraphs, and of files, that a model did not see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stance.errors import CorpusError
from stance.model.analyzer import Settings
from stance.model.weights import softmax
from stance.training.calibration import fit_calibration
from stance.training.corpus import Corpus
from stance.training.fit import Grid, fit_model, train
from stance.training.folds import count_corpus, read_problem
from stance.training.held_out import cross_validate, split_by_file
from stance.training.logistic import Choice


def test_held_out_margins_do_not_know_the_paragraph(small_corpus: Corpus, choices: dict[str, Choice]) -> None:
    """A fold's margins equal those of a model fitted on the other folds alone."""
    settings = Settings(word_ngrams=(1, 1))
    result = fit_model(small_corpus, settings, choices, folds=4, jobs=1)
    fold = result.held_out.fold[:, 0]
    rest = replace(small_corpus, examples=tuple(e for e, f in zip(small_corpus, fold, strict=True) if f != 0))
    other = fit_model(rest, settings, choices, folds=3, jobs=1).model
    texts = [e.text for e, f in zip(small_corpus, fold, strict=True) if f == 0]
    now = other.score_paragraphs(texts).margins[:, 0]
    assert np.abs(now - result.held_out.margins[fold == 0, 0]).max() < 1e-4


def test_files_named_for_calibration_are_scored_unseen(small_corpus: Corpus) -> None:
    """Their labels are those of a model fitted without the file."""
    half = len(small_corpus) // 2
    examples = [replace(e, path=f"{'early' if i < half else 'late'}.jsonl") for i, e in enumerate(small_corpus)]
    corpus = replace(small_corpus, examples=tuple(examples), calibration=("late",))
    settings, choices = Settings(min_df=1), {t.name: Choice(1.0) for t in corpus.targets}
    result = fit_model(corpus, settings, choices, folds=2, jobs=1)
    assert result.unseen is not None
    coded = np.array(["diplomacy" in e.labels for e in corpus])
    there = ~np.isnan(result.unseen[:, 1, 0])
    assert (there == (coded & (np.arange(len(corpus)) >= half))).all()

    late = {corpus.groups[i] for i in range(half, len(corpus))}
    without = tuple(e for i, e in enumerate(corpus.examples) if corpus.groups[i] not in late)
    other = fit_model(replace(corpus, examples=without, calibration=()), settings, choices, folds=2, jobs=1)
    texts = [e.text for i, e in enumerate(corpus.examples) if there[i]]
    assert (result.unseen[there, 1].argmax(axis=1) == other.model.score_texts(texts)[:, 1].argmax(axis=1)).all()
    assert other.unseen is None


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
        fit_model(corpus(("a",), "bc"), settings, choices, folds=2, jobs=1)
    with pytest.raises(CorpusError, match="'diplomacy': without 'a', which is named for calibration"):
        fit_model(corpus(("a",), "a"), settings, choices, folds=2, jobs=1)
    alone = corpus(("a",), "abc")
    one_label = [replace(e, labels={**e.labels, "diplomacy": "neutral"}) if e.path[0] == "a" else e for e in alone]
    grid = Grid((settings,), C=(1.0,), class_weight=("equal",))
    with pytest.raises(CorpusError, match=r"named for calibration \(a\) give it the label 'neutral' only"):
        train(replace(alone, examples=tuple(one_label)), grid, folds=2, jobs=1, progress=lambda line: pytest.fail(line))
    same = [replace(e, labels={**e.labels, "diplomacy": "neutral"}) if e.path[0] != "a" else e for e in alone]
    with pytest.raises(CorpusError, match=r"'diplomacy': without 'a', .* fewer than two labels are left to learn from"):
        fit_model(replace(alone, examples=tuple(same)), settings, choices, folds=2, jobs=1)
    assert fit_model(corpus(("elsewhere",), "abc"), settings, choices, folds=2, jobs=1).unseen is None
    found = fit_model(corpus(("a", "b"), "bc"), settings, choices, folds=2, jobs=1)
    assert found.unseen is not None
    there = ~np.isnan(found.unseen[:, 1, 0])
    assert {name for name, is_there in zip(names, there, strict=True) if is_there} == {"b"}


def test_a_file_is_calibrated_by_the_others_that_are_named(small_corpus: Corpus) -> None:
    """Not by itself, and not by what no model was held from; a label that a target lacks has no probability."""
    names = [("a", "b", "c")[i % 3] for i in range(len(small_corpus))]
    examples = [
        replace(e, path=f"{name}.jsonl", article=f"{name} {i // 3}")
        for i, (e, name) in enumerate(zip(small_corpus, names, strict=True))
    ]
    sanctions, diplomacy = small_corpus.targets
    more = replace(sanctions, labels=(*sanctions.labels, "mixed"))
    examples[1] = replace(examples[1], labels={**examples[1].labels, "sanctions": "mixed"})
    corpus = replace(small_corpus, targets=(more, diplomacy), examples=tuple(examples), calibration=("a", "b"))
    settings, choices = Settings(min_df=1), {t.name: Choice(1.0) for t in corpus.targets}
    unseen = fit_model(corpus, settings, choices, folds=2, jobs=1).unseen
    counts = count_corpus(corpus, settings)
    problems = split_by_file(corpus, [read_problem(corpus, t, 2, 0) for t in range(2)])
    held_out, problem = cross_validate(corpus, counts, settings, problems, choices, jobs=1), problems[1]
    of = np.array(names)[problem.rows]
    margins, mentioned = held_out.margins[problem.rows, 1][:, :4], problem.mentioned(counts)
    scale = fit_calibration(margins[of == "b"], problem.truth[of == "b"], mentioned[of == "b"]).scale
    expected = softmax(margins[of == "a"] * np.where(mentioned[of == "a"], scale[1], scale[0])[:, None])
    assert unseen is not None
    assert unseen[problem.rows[of == "a"], 1] == pytest.approx(np.pad(expected, ((0, 0), (0, 1))))
