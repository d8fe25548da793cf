"""Marked words: how they are read, and what a fit learns from them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.optimize import minimize
from scipy.special import log_softmax

from stance.commands import main
from stance.errors import CorpusError
from stance.labels import Target
from stance.model.analyzer import Settings
from stance.model.lexicon import Lexicon
from stance.training.agreement import marking_agreement
from stance.training.corpus import Corpus, Example
from stance.training.corpus_files import check_corpus, read_corpus
from stance.training.evidence import marked_words
from stance.training.fit import fit_model
from stance.training.fit_options import FitOptions
from stance.training.folds import count_corpus, read_problem
from stance.training.logistic import Choice, fit_path

SETTINGS = Settings(word_ngrams=(1, 1), min_df=1)


def _write(folder: Path, **fields: object) -> Path:
    """A described corpus of one paragraph."""
    (folder / "corpus").mkdir(exist_ok=True)
    (folder / "corpus.toml").write_text('labels = ["favor", "against"]\n[targets.tax]\n[targets.toll]\n')
    record = {"article": "a", "paragraph": 0, "text": "They want the tax, and want it now.", "tax": "favor", **fields}
    (folder / "corpus" / "a.jsonl").write_text(json.dumps(record) + "\n")
    return folder


def test_marked_words_are_read_as_they_stand_in_the_text(tmp_path: Path) -> None:
    """In their runs, and of the target they belong to; a corpus without them has another fingerprint."""
    corpus = read_corpus(_write(tmp_path, evidence={"tax": ["want the tax", "now."]}))
    assert corpus.examples[0].evidence == {"tax": ("want the tax", "now.")}
    assert [(m.position, m.target, m.words) for m in corpus.marks] == [(0, "tax", "want the tax ... now.")]
    assert "evidence" not in corpus.examples[0].fields
    assert corpus.unmarked().marks == []
    assert corpus.unmarked().texts == corpus.texts
    assert corpus.unmarked().fingerprint != corpus.fingerprint


def test_a_marked_word_may_stand_in_another_word_before(tmp_path: Path) -> None:
    """The first place where it stands whole counts, and may be the last place of the text."""
    text = "The taxman and his surtax want a tax"
    corpus = read_corpus(_write(tmp_path, text=text, evidence={"tax": ["his", "tax"]}))
    assert corpus.examples[0].evidence == {"tax": ("his", "tax")}
    assert marked_words(text, ("his", "tax")) == {3, 7}
    assert marked_words("Every pre_tax tax_rate is no tax", ["tax"]) == {5}


_LOST = "'evidence' of 'tax' does not stand in the text as whole words, behind the runs before it"


@pytest.mark.parametrize(
    ("evidence", "message"),
    [
        (["want the tax"], "'evidence' must hold lists of words by target"),
        ({"tex": ["want the tax"]}, "'evidence' marks words for 'tex', which is not a target"),
        ({"toll": ["want the tax"]}, "'evidence' marks words for 'toll', on which the paragraph has no label"),
        ({"tax": "want the tax"}, "'evidence' of 'tax' must be a list of words of the text"),
        ({"tax": []}, "'evidence' of 'tax' must be a list of words of the text"),
        ({"tax": ["want the tax", " "]}, "'evidence' of 'tax' must be a list of words of the text"),
        ({"tax": ["want the", "want a tax"]}, f"{_LOST}: 'want a tax'"),
        ({"tax": ["it now", "the tax"]}, f"{_LOST}: 'the tax'"),
        ({"tax": ["want the", "the tax"]}, f"{_LOST}: 'the tax'"),
        ({"tax": ["ant the t"]}, f"{_LOST}: 'ant the t'"),
    ],
)
def test_what_is_wrong_with_marked_words_is_named_with_its_line(tmp_path: Path, evidence: object, message: str) -> None:
    """One defect, at the paragraph."""
    (defect,) = check_corpus(_write(tmp_path, evidence=evidence))
    assert (defect.line, defect.message) == (1, message)


@pytest.mark.parametrize("evidence", [None, {}, {"tax": None}, {"toll": None}])
def test_nothing_need_be_marked(tmp_path: Path, evidence: object) -> None:
    """A null is no mark, as a null is no label."""
    assert read_corpus(_write(tmp_path, evidence=evidence)).marks == []


def test_a_paragraph_that_is_not_about_the_target_has_nothing_to_mark(tmp_path: Path) -> None:
    """A mark on "unrelated" would teach that a mention is none."""
    folder = _write(tmp_path, tax="unrelated", evidence={"tax": ["want the tax"]})
    (folder / "corpus.toml").write_text('labels = ["favor", "unrelated"]\n[targets.tax]\n')
    (defect,) = check_corpus(folder)
    assert defect.message.endswith("on which the paragraph has the label 'unrelated'")


def test_a_label_that_is_none_is_one_defect_with_its_marks(tmp_path: Path) -> None:
    """What is marked for it is not named, too."""
    (defect,) = check_corpus(_write(tmp_path, tax="favour", evidence={"tax": ["want the tax"]}))
    assert defect.message.startswith("'favour' is not a label")


def test_marks_are_no_target_of_a_flat_file(tmp_path: Path) -> None:
    """A file of the shipped corpus read by itself has its targets and no other."""
    lines = []
    for i, label in enumerate(("favor", "against", "favor", "against")):
        marks = {"tax": [f"want {i}"]}
        lines.append(json.dumps({"article": str(i), "text": f"They want {i}.", "tax": label, "evidence": marks}))
    path = tmp_path / "flat.jsonl"
    path.write_text("\n".join(lines))
    assert [target.name for target in read_corpus(path).targets] == ["tax"]


@pytest.mark.parametrize("value", ["-1", "true", "inf", "'x'"])
def test_the_weight_of_marks_must_be_a_number_from_0_on(tmp_path: Path, value: str) -> None:
    """0 is one."""
    folder = _write(tmp_path)
    (folder / "corpus.toml").write_text(f'labels = ["favor", "against"]\n[targets.tax]\nevidence_weight = {value}\n')
    with pytest.raises(CorpusError, match="'evidence_weight' must be a number, 0 or more"):
        read_corpus(folder)
    (folder / "corpus.toml").write_text('labels = ["favor", "against"]\n[targets.tax]\nevidence_weight = 0\n')
    assert read_corpus(folder).fit_options["tax"].evidence_weight == 0.0


def test_the_statistics_count_marked_words(tmp_path: Path) -> None:
    """By target, with their part of the words; nothing is said where none are marked."""
    shown = CliRunner().invoke(main, ["corpus", "stats", str(_write(tmp_path, evidence={"tax": ["want the tax"]}))])
    assert "words marked in 1 paragraph, 38 % of their words" in shown.output
    assert "two coders" not in shown.output
    twice = {"evidence": {"tax": ["want the tax"]}, "second_evidence": {"tax": ["the tax"]}}
    shown = CliRunner().invoke(main, ["corpus", "stats", str(_write(tmp_path, **twice))])
    assert "two coders marked 0.800 [0.000, 1.000] on 1 paragraph, by chance 0.30; a word" in shown.output
    shown = CliRunner().invoke(main, ["corpus", "stats", str(_write(tmp_path))])
    assert shown.exit_code == 0
    assert "marked" not in shown.output


def test_the_marks_of_a_second_coder_are_checked_and_learnt_by_nobody(tmp_path: Path) -> None:
    """They stand apart, with the same rules, and change no fingerprint."""
    marks = {"evidence": {"tax": ["want the tax"]}, "second_evidence": {"tax": ["want it", "now"]}}
    corpus = read_corpus(_write(tmp_path, **marks))
    assert corpus.examples[0].second_evidence == {"tax": ("want it", "now")}
    assert [mark.words for mark in corpus.marks] == ["want the tax"]
    assert "second_evidence" not in corpus.examples[0].fields
    assert corpus.fingerprint == read_corpus(_write(tmp_path, evidence=marks["evidence"])).fingerprint
    (defect,) = check_corpus(_write(tmp_path, second_evidence={"tax": ["want a tax"]}))
    assert defect.message == f"{_LOST.replace('evidence', 'second_evidence', 1)}: 'want a tax'"


def _marked_twice(pairs: list[tuple[str, str]]) -> Corpus:
    """A paragraph of ten words an article, with the runs that two coders marked."""
    text = "zero one two three four five six seven eight nine ..."
    examples = [
        Example(str(i), 0, text, {"tax": "favor"}, evidence={"tax": (a,)}, second_evidence={"tax": (b,)})
        for i, (a, b) in enumerate(pairs)
    ]
    return Corpus([Target("tax", ("favor", "against"))], examples)


def test_how_far_two_coders_mark_the_same_words() -> None:
    """By hand: of 2 and 4 words one is shared, of 3 and 3 none; any 2 of ten and any 4 share 0.8 on average.

    Where both mark signs alone there are no words to compare.
    """
    pairs = [("one two", "two three four five"), ("one two three", "five six seven"), ("...", "...")]
    found = marking_agreement(_marked_twice(pairs), "tax")
    assert found is not None
    assert (found.paragraphs, found.touching) == (2, 0.5)
    assert found.f1.value == pytest.approx(2 / 12)
    assert found.by_chance == pytest.approx(2 * (0.8 + 0.9) / 12)
    assert (found.f1.low, found.f1.high) == (0, 1)


def test_the_interval_of_their_agreement_is_one_of_articles() -> None:
    """Half of forty articles agree and half do not: 0.5, and the interval of a share of forty."""
    found = marking_agreement(_marked_twice([("one", "one"), ("one", "two")] * 20), "tax")
    assert found is not None
    assert found.f1.value == 0.5
    assert 0.3 < found.f1.low < 0.4 < 0.6 < found.f1.high < 0.7
    assert marking_agreement(_marked_twice([]), "tax") is None


@pytest.fixture(scope="module")
def marked() -> Corpus:
    """Ten articles of two paragraphs on a tax with a lexicon; the first of each has its words marked."""
    target = Target("tax", ("favor", "against", "unrelated"))
    examples = []
    for i in range(10):
        side, verb = (("favor", "welcome"), ("against", "refuse"))[i % 2]
        words = f"we {verb} the tax"
        evidence = {"tax": (words,) if i else ("we ... nothing",)}
        text = f"On day {i} the mayor of town {i} told us ... nothing: {words} on item {i}."
        examples.append(Example(f"a{i}", 0, text, {"tax": side}, evidence=evidence))
        examples.append(Example(f"a{i}", 1, f"Rain fell on hill {i} for {i} days.", {"tax": "unrelated"}))
    return Corpus([target], examples, lexicons={"tax": Lexicon({"tax": ("tax",)})})


def test_a_fit_learns_from_marked_words_of_its_own_paragraphs_that_mention_the_target(marked: Corpus) -> None:
    """Those of other folds are not seen, those without a mention teach nothing, and all weigh what the corpus says."""
    corpus = replace(marked, fit_options={"tax": FitOptions(evidence_weight=0.25)})
    problem, counts = read_problem(corpus, 0, 2, 0), count_corpus(corpus, SETTINGS)
    everything = problem.lessons(counts)
    assert everything.is_mark.tolist() == [False] * 20 + [True] * 9
    # article 0 marks words that do not name the tax
    assert everything.rows[20:].tolist() == list(range(21, 30))
    assert everything.truth[20:].tolist() == [i % 2 for i in range(1, 10)]
    assert everything.weight[20:].tolist() == [0.25] * 9
    for inside, _ in problem.folds:
        seen = {corpus.examples[i].article for i in problem.rows[inside]}
        lessons = problem.lessons(counts, inside)
        assert {f"a{row - 20}" for row in lessons.rows[lessons.is_mark]} == seen - {"a0"}
        assert (lessons.rows[~lessons.is_mark] == problem.rows[inside]).all()


def test_marked_words_of_a_disputed_paragraph_count_half(marked: Corpus) -> None:
    """As it does itself."""
    disputed = tuple(replace(e, disputed=frozenset({"tax"} if e.article == "a3" else ())) for e in marked)
    corpus = replace(marked, examples=disputed)
    lessons = read_problem(corpus, 0, 2, 0).lessons(count_corpus(corpus, SETTINGS))
    assert lessons.weight[lessons.rows == 23].tolist() == [0.5]
    assert lessons.weight[lessons.rows == 24].tolist() == [1.0]


def test_without_a_lexicon_all_marks_are_learnt_from(marked: Corpus) -> None:
    """Nothing tells which of them mention the target; a lexicon that finds nothing tells that none does."""
    for lexicons, used in (({}, 10), ({"tax": Lexicon({"tax": ("levy",)})}, 0)):
        corpus = replace(marked, lexicons=lexicons)
        settings = replace(SETTINGS, anchored=bool(lexicons))
        lessons = read_problem(corpus, 0, 2, 0).lessons(count_corpus(corpus, settings))
        assert lessons.is_mark.sum() == used


def test_a_mark_belongs_to_its_paragraph_and_target(marked: Corpus) -> None:
    """With two targets, paragraphs that are not coded on one, and a target that learns from none."""
    toll = Target("toll", ("favor", "against"))
    examples = []
    for i, example in enumerate(marked):
        labels = {"toll": "favor" if i % 4 else "against"} if i % 5 else {}
        runs = {"toll": (example.text[:8],)} if i % 3 == 0 else {}  # some of them on no label of the toll
        both = {**example.evidence, **runs}
        examples.append(replace(example, labels={**example.labels, **labels}, evidence=both))
    corpus = replace(marked, targets=[*marked.targets, toll], examples=examples)
    counts = count_corpus(corpus, SETTINGS)
    for t, target in enumerate(corpus.targets):
        problem = read_problem(corpus, t, 2, 0)
        words = next(block for block in counts if block.name == "words")
        expected = [i for i, e in enumerate(corpus) if target.name in e.labels and target.name in e.evidence]
        assert problem.rows[problem.mark_of].tolist() == expected
        for row, of in zip(problem.mark_rows, problem.mark_of, strict=True):
            has, holds = (set(words.matrix[r].indices.tolist()) for r in (row, problem.rows[of]))
            assert has
            assert has <= holds
    none = replace(corpus, fit_options={"tax": FitOptions(evidence_weight=0.0)})
    assert len(read_problem(none, 0, 2, 0).mark_rows) == 0
    assert count_corpus(none, SETTINGS)[0].matrix.shape[0] == 20 + len(read_problem(none, 1, 2, 0).mark_rows)


def test_marks_of_weight_0_change_nothing(marked: Corpus) -> None:
    """Neither the vocabulary, nor what counts as mentioned, nor a figure."""
    settings, choices = Settings(word_ngrams=(1, 2), min_df=2), {"tax": Choice(1.0, "balanced")}
    silent = replace(marked, fit_options={"tax": FitOptions(evidence_weight=0.0)})
    ours, wanted = (fit_model(corpus, settings, choices, folds=2, jobs=1) for corpus in (silent, marked.unmarked()))
    for block, same in zip(ours.model.weights.blocks, wanted.model.weights.blocks, strict=True):
        assert block.terms == same.terms
        assert (block.coef == same.coef).all()
    assert (ours.model.weights.scale == wanted.model.weights.scale).all()
    assert (ours.held_out.margins == wanted.held_out.margins).all()
    assert ours.model.facts["marks"] == {"tax": 0}


def test_rows_apart_have_intercepts_of_their_own() -> None:
    """The coefficients are those of the objective written out, where these intercepts cost nothing."""
    rng = np.random.default_rng(0)
    x, truth = rng.normal(size=(60, 3)), rng.choice(3, 60, p=[0.7, 0.2, 0.1])
    apart = np.arange(60) >= 40
    truth[apart] = rng.choice(2, 20, p=[0.3, 0.7])
    first = rng.uniform(0.5, 1.5, 60)
    weight = first.copy()

    def objective(flat: np.ndarray) -> float:
        coef, starts, others = flat[:9].reshape(3, 3), flat[9:12], flat[12:]
        margins = x @ coef.T + starts + np.outer(apart, others)
        loss = -log_softmax(margins, axis=1)[np.arange(60), truth]
        return float(2.0 * weight @ loss + 0.5 * (coef**2).sum() + 1e-6 * (flat**2).sum())

    wanted = minimize(objective, np.zeros(15)).x[:9].reshape(3, 3)
    ((coef, intercept),) = fit_path(x, truth, weight, [Choice(2.0)], 3, apart)
    assert coef.shape == (3, 3)
    assert intercept.shape == (3,)
    assert coef == pytest.approx(wanted, abs=0.02)
    ((alike, _),) = fit_path(x, truth, weight, [Choice(2.0)], 3)
    assert np.abs(alike - wanted).max() > 0.1
    # balanced: the labels of each part weigh alike among themselves
    for part in (apart, ~apart):
        sums = np.bincount(truth[part], weight[part])
        weight[part] *= (weight[part].sum() / len(sums) / sums)[truth[part]]
    balanced = minimize(objective, np.zeros(15)).x[:9].reshape(3, 3)
    assert np.abs(balanced - wanted).max() > 0.05
    ((coef, _),) = fit_path(x, truth, first, [Choice(2.0, "balanced")], 3, apart)
    assert coef == pytest.approx(balanced, abs=0.02)


def test_marked_words_move_the_weights_and_not_the_vocabulary(marked: Corpus) -> None:
    """What decides the label weighs more with them; document frequencies are of paragraphs alone."""
    choices = {"tax": Choice(1.0)}
    settings = Settings(word_ngrams=(1, 2), min_df=2)
    with_marks, without = (
        fit_model(corpus, settings, choices, folds=2, jobs=1).model for corpus in (marked, marked.unmarked())
    )
    for block, other in zip(with_marks.weights.blocks, without.weights.blocks, strict=True):
        assert block.terms == other.terms
        assert (block.idf == other.idf).all()
    assert with_marks.facts["marks"] == {"tax": 9}
    words, same = with_marks.weights.blocks[0], without.weights.blocks[0]
    column = list(words.terms).index("welcome")
    favor, against = with_marks.labels.index("favor"), with_marks.labels.index("against")

    def apart(coef: np.ndarray) -> float:
        return float(coef[column, 0, favor] - coef[column, 0, against])

    assert apart(words.coef) > 1.2 * apart(same.coef) > 0
