"""The shipped corpus: sound, unlike the real text it is measured on, and telling nothing by who writes."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import runs_of_words

from stance.labels import is_related
from stance.model.artefact import read_manifest
from stance.model.lexicon import WEAK
from stance.training.agreement import coded_units, krippendorff_alpha, marking_agreement
from stance.training.corpus import Corpus
from stance.training.corpus_files import check_corpus
from stance.training.duplicates import near_duplicates


def test_no_defects(root: Path) -> None:
    """`stance corpus check data` has nothing to say."""
    assert check_corpus(root / "data") == []


def test_the_size_that_documents_claim(corpus: Corpus, root: Path) -> None:
    """The card of the model that was trained on it, and the page of its figures."""
    articles = len({e.article for e in corpus})
    card = (root / "models" / "default" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"corpus {corpus.version}: {len(corpus)} paragraphs in {articles} articles\n" in card
    page = " ".join((root / "docs" / "accuracy.md").read_text(encoding="utf-8").split())
    assert f"trained on corpus {corpus.version} ({len(corpus):,} paragraphs)" in page


def test_the_figures_held_out_that_the_data_card_quotes(root: Path) -> None:
    """By file and by article, as the model card has them."""
    manifest = read_manifest(root / "models" / "default")

    def both(metrics: dict[str, Any]) -> str:
        return " and ".join(f"{metrics[target]['metrics']['macro_f1'][0]:.2f}" for target in ("sanctions", "diplomacy"))

    by_file, by_article = both(manifest["unseen_files"]["metrics"]), both(manifest["metrics"])
    page = " ".join((root / "data" / "README.md").read_text(encoding="utf-8").split())
    assert f"held out by file, macro-F1 is {by_file}, against {by_article} held out by article" in page


def test_no_near_duplicates(corpus: Corpus) -> None:
    """No two paragraphs share half of their three-word runs."""
    assert near_duplicates(corpus.texts) == []


def test_nothing_is_shared_with_real_text(corpus: Corpus, shared: Path, root: Path) -> None:
    """No eight words in a row stand in the evaluation set or the real articles, nor in the shipped sample."""
    real: set[str] = set()
    for line in (shared / "eval" / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        real.update(runs_of_words(json.loads(line)["text"]))
    for file in (shared / "articles").glob("*.txt"):
        real.update(runs_of_words(file.read_text(encoding="utf-8", errors="replace")))
    texts = [*corpus.texts, (root / "data" / "articles" / "vienna-round.txt").read_text(encoding="utf-8")]
    assert [run for text in texts for run in runs_of_words(text) if run in real] == []


def test_no_cue_swallows_a_mention(corpus: Corpus) -> None:
    """The longest phrase wins, so a cue "bad deal" would hide the deal; only `other_sense` is there for that."""
    assert corpus.cues is not None
    mentions = {
        phrase
        for lexicon in corpus.lexicons.values()
        for phrase, group in lexicon.phrases.items()
        if not group.startswith(WEAK)
    }
    swallowed = [
        (group, cue)
        for cue, group in corpus.cues.phrases.items()
        if group != "other_sense"
        for i in range(len(cue))
        for n in range(1, len(cue) - i + 1)
        if n < len(cue) and cue[i : i + n] in mentions
    ]
    assert swallowed == []


def test_both_codings_are_kept_and_agree(corpus: Corpus) -> None:
    """Nine paragraphs in ten have two codings; alpha is above 0.8 on either target."""
    for target in corpus.targets:
        units, _ = coded_units(corpus, target.name)
        assert len(units) >= 0.9 * len(corpus)
        assert krippendorff_alpha(units) > 0.8


def test_every_label_about_a_target_has_its_words_marked(corpus: Corpus, root: Path) -> None:
    """And no other; the data card says in how many paragraphs, and in how many a fit learns from them."""
    for example in corpus:
        assert example.evidence.keys() == {name for name, label in example.labels.items() if is_related(label)}
    marked = sum(1 for example in corpus if example.evidence)
    card = " ".join((root / "data" / "README.md").read_text(encoding="utf-8").split())
    assert f"In each of the {marked:,} paragraphs" in card
    related = {t.name: sum(1 for e in corpus if is_related(e.labels[t.name])) for t in corpus.targets}
    learnt = " and ".join(f"{n:,} of {related[name]:,}" for name, n in read_manifest()["marks"].items())
    assert f"here {learnt}." in card


def test_marked_words_are_those_of_a_second_coder_too(corpus: Corpus, root: Path) -> None:
    """Far more often than by chance; the figures of the data card are those of the corpus."""
    card = " ".join((root / "data" / "README.md").read_text(encoding="utf-8").split())
    assert f"In {sum(1 for example in corpus if example.second_evidence)} of these paragraphs" in card
    for target in corpus.targets:
        found = marking_agreement(corpus, target.name)
        assert found is not None
        assert found.f1.low > 0.7 > 2 * found.by_chance
        assert f"{found.f1.value:.3f} on {target.name} ({found.paragraphs} of them)" in card
        assert f"{100 * found.touching:.0f}" in card
        assert f"{found.by_chance:.2f} for coders" in card


def test_final_labels_follow_from_the_codings(corpus: Corpus) -> None:
    """Where both coders agree, that is the label; else an adjudicator or the dispute flag accounts for it."""
    for example in corpus:
        codings = example.fields["codings"]
        assert isinstance(codings, dict)
        for target, label in example.labels.items():
            given = {labels[target] for labels in codings.values()}
            if given != {label}:
                decided = example.fields["coder"] == "adjudicator" or target in example.disputed
                assert decided, (example.path, example.line, target)


def _folds(groups: list[int]) -> list[int]:
    """One of five folds for each, the largest groups first: those of scikit-learn's GroupKFold.

    Before 1.8 it leaves the order of equally large groups to the processor, and so the folds.
    """
    sizes, filled, fold = Counter(groups), [0] * 5, {}
    for group in sorted(sizes, key=lambda group: (sizes[group], group), reverse=True):
        fold[group] = filled.index(min(filled))
        filled[fold[group]] += sizes[group]
    return [fold[group] for group in groups]


@pytest.mark.parametrize("target", ["sanctions", "diplomacy"])
def test_country_and_register_tell_little(corpus: Corpus, target: str) -> None:
    """By article, at most five points of balanced accuracy above chance, and two of accuracy above one label alone."""
    from sklearn.dummy import DummyClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score, balanced_accuracy_score
    from sklearn.model_selection import PredefinedSplit, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder
    from threadpoolctl import threadpool_limits

    x = np.array([[str(e.fields["country"]), str(e.fields["register"])] for e in corpus])
    y = np.array([e.labels[target] for e in corpus])
    folds = PredefinedSplit(_folds(corpus.groups))
    encoder = OneHotEncoder(handle_unknown="ignore")
    # this solver is made for many rows of few columns; more threads of BLAS take longer beside other tests
    seeing = make_pipeline(encoder, LogisticRegression(solver="newton-cholesky", class_weight="balanced"))
    plain = make_pipeline(encoder, LogisticRegression(solver="newton-cholesky"))
    with threadpool_limits(1, user_api="blas"):
        guess = cross_val_predict(seeing, x, y, cv=folds)
        predicted = cross_val_predict(plain, x, y, cv=folds)
    assert balanced_accuracy_score(y, guess) < 0.25 + 0.05
    majority = cross_val_predict(DummyClassifier(), x, y, cv=folds)
    assert accuracy_score(y, predicted) < accuracy_score(y, majority) + 0.02


def test_no_real_leader_speaks(corpus: Corpus) -> None:
    """Speakers are roles: no surname of a well-known leader of the period stands in any paragraph."""
    names = """
        Trump Biden Obama Clinton Reagan Carter Nixon Putin Lavrov Medvedev Yeltsin Gorbachev Zelensky
        Zelenskyy Khamenei Rouhani Ahmadinejad Zarif Araghchi Pezeshkian Netanyahu Sharon Rabin Assad
        Erdogan Merkel Macron Scholz Starmer Thatcher Blair Xi Jinping Modi Jaishankar Maduro Chavez Castro
        Lula Mugabe Mandela Saddam Hussein Gaddafi Qaddafi Milosevic Kissinger Albright Rubio Blinken Kerry
        Pompeo Bolton Guterres Annan Lukashenko Orban
    """
    # bodies and places that bear such a name: a centre, an Irish county, a Scottish and an Israeli town
    bodies = re.compile("Carter Center|posts for Kerry in June|Annan's water|Modi'in")
    found = Counter(n for t in corpus.texts for n in re.findall(rf"\b({'|'.join(names.split())})\b", bodies.sub("", t)))
    assert found == {}
