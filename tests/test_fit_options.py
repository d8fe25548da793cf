"""What a corpus decides of its fit."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stance.errors import CorpusError
from stance.model.analyzer import Settings
from stance.training.corpus import Corpus
from stance.training.corpus_files import read_corpus
from stance.training.features import count_terms
from stance.training.fit import Grid, fit_model, train
from stance.training.fit_options import FitOptions
from stance.training.folds import analyzer_for, read_problem
from stance.training.logistic import Choice


def test_block_factors_of_one_target_leave_the_other_alone(small_corpus: Corpus) -> None:
    """They are what the settings' weights would be for that target, and go into its coefficients only."""
    choices = {t.name: Choice(1.0) for t in small_corpus.targets}
    settings = Settings(word_ngrams=(1, 1), min_df=1)
    corpus = replace(small_corpus, fit_options={"sanctions": FitOptions({"words": 0.25, "around": 2.0})})
    given = fit_model(corpus, settings, choices, folds=2, jobs=1)
    plain = fit_model(small_corpus, settings, choices, folds=2, jobs=1)
    weighed = replace(settings, word_weight=0.25, anchored_weight=1.4)
    everywhere = fit_model(small_corpus, weighed, choices, folds=2, jobs=1)
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
    given = fit_model(weighed, settings, once, folds=2, jobs=1)
    same = fit_model(replace(plain, examples=halved), settings, once | {"sanctions": Choice(2.0)}, folds=2, jobs=1)
    without = fit_model(plain, settings, once, folds=2, jobs=1)
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
    """And it needs a lexicon, too, and a label for the others."""
    head = 'labels = ["x", "y"]\n[targets.t]\n'
    (tmp_path / "t.toml").write_text('[mentions]\ntax = ["tax"]\n')
    (tmp_path / "corpus.toml").write_text(f'{head}lexicon = "t.toml"\nunmentioned_share = {value}\n')
    with pytest.raises(CorpusError, match="'unmentioned_share' must be a number between 0 and 1"):
        read_corpus(tmp_path)
    (tmp_path / "corpus.toml").write_text(f"{head}unmentioned_share = 0.5\n")
    with pytest.raises(CorpusError, match="'unmentioned_share' needs a lexicon"):
        read_corpus(tmp_path)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.jsonl").write_text('{"article": "a", "paragraph": 0, "text": "A tax.", "t": "x"}\n')
    (tmp_path / "corpus.toml").write_text(f'{head}lexicon = "t.toml"\nunmentioned_share = 0.25\n')
    with pytest.raises(CorpusError, match="'unmentioned_share' needs a label that is not about it, such as"):
        read_corpus(tmp_path)
    head = 'labels = ["x", "NONE"]\n[targets.t]\n'
    (tmp_path / "corpus.toml").write_text(f'{head}lexicon = "t.toml"\nunmentioned_share = 0.25\n')
    assert read_corpus(tmp_path).fit_options["t"].unmentioned_share == 0.25


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("settings = 3", "'settings' must be a table"),
        ("settings = {word_ngram = [1, 2]}", "unknown key 'word_ngram'; known are word_ngrams, "),
        ("settings = {anchored = false}", "unknown key 'anchored'; known are word_ngrams, "),
        ("settings = {word_ngrams = [2, 1]}", "'word_ngrams' must be two lengths from 1 to 16"),
        ("settings = {word_ngrams = [0, 1]}", "'word_ngrams' must be two lengths"),
        ("settings = {word_ngrams = [true, 2]}", "'word_ngrams' must be two lengths"),
        ("settings = {word_ngrams = [2, 2]}", "'word_ngrams' must begin with 1: a model that knows no single word "),
        ("settings = {word_ngrams = [1, 2, 3]}", "'word_ngrams' must be two lengths"),
        ("settings = {char_ngrams = [2, 17]}", "'char_ngrams' must be two lengths"),
        ("settings = {char_ngrams = 3}", "'char_ngrams' must be two lengths"),
        ("settings = {min_df = 0}", "'min_df' must be a whole number, 1 or more"),
        ("settings = {window = 2.5}", "'window' must be a whole number"),
        ("settings = {sublinear_tf = 1}", "'sublinear_tf' must be true or false"),
        ("settings = {word_weight = 0}", "'word_weight' must be a positive number"),
        ("settings = {word_idf_constant = nan}", "'word_idf_constant' must be a number"),
        ("settings = {window = 2147483648}", "corpus.toml: [settings]: window is out of range"),
        (f"settings = {{word_weight = {'9' * 400}}}", "'word_weight' must be a positive number"),
    ],
)
def test_settings_of_a_corpus_must_be_settings(tmp_path: Path, line: str, message: str) -> None:
    """Anything else is refused, and told what it may be."""
    (tmp_path / "corpus.toml").write_text(f'labels = ["x", "y"]\n{line}\n[targets.t]\n')
    with pytest.raises(CorpusError, match=re.escape(message)):
        read_corpus(tmp_path)


def test_settings_at_their_bounds_are_read(tmp_path: Path) -> None:
    """The longest and the shortest range of lengths; a whole number stands for one with a fraction."""
    settings = "word_ngrams = [1, 16]\nchar_ngrams = [16, 16]\nword_weight = 2\nword_idf_constant = 0\n"
    (tmp_path / "corpus").mkdir()
    records = [{"article": "a", "paragraph": i, "text": f"Talks {i}.", "t": "xy"[i]} for i in range(2)]
    (tmp_path / "corpus" / "one.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (tmp_path / "corpus.toml").write_text(f'labels = ["x", "y"]\n[settings]\n{settings}[targets.t]\n')
    read = read_corpus(tmp_path).settings
    # by their texts, in which 2 is not 2.0: they go into the fingerprint and the manifest
    assert repr(read) == repr(
        Settings(word_ngrams=(1, 16), char_ngrams=(16, 16), word_weight=2.0, word_idf_constant=0.0)
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
