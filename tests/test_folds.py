"""What is held out from what, and corpora that cannot be cut into folds."""

from __future__ import annotations

import random

import numpy as np
import pytest
from helpers import MANY_WORDS

from stance.errors import CorpusError
from stance.labels import Target
from stance.model.analyzer import Settings
from stance.training.corpus import Corpus, Example
from stance.training.fit import Grid, fit_model, train
from stance.training.folds import rare_labels, read_problem
from stance.training.logistic import Choice


def test_folds_never_split_an_article_or_its_near_duplicates(small_corpus: Corpus, choices: dict[str, Choice]) -> None:
    """Every group lies in one fold."""
    result = fit_model(small_corpus, Settings(word_ngrams=(1, 1)), choices, folds=4, jobs=1)
    for t in range(2):
        fold_of: dict[int, set[int]] = {}
        for group, fold in zip(small_corpus.groups, result.held_out.fold[:, t], strict=True):
            fold_of.setdefault(group, set()).add(int(fold))
        assert all(len(folds) == 1 for folds in fold_of.values())


def test_folds_have_their_part_of_each_label_and_are_drawn_by_the_seed() -> None:
    """Else a rare label might lie in one of them, and the search would be decided by it."""
    rng = random.Random(0)
    texts = [" ".join(rng.choices(MANY_WORDS, k=30)) for _ in range(40)]
    coded = [Example(f"a{i}", 0, text, {"tax": ("favor", "against")[i % 4 == 0]}) for i, text in enumerate(texts)]
    corpus = Corpus([Target("tax", ("favor", "against"))], coded)
    drawn = []
    for seed in (0, 1, 0):
        problem = read_problem(corpus, 0, 5, seed)
        assert all(np.bincount(problem.truth[outside]).tolist() == [6, 2] for _, outside in problem.folds)
        drawn.append([outside.tolist() for _, outside in problem.folds])
    assert drawn[0] == drawn[2] != drawn[1]


def test_a_corpus_too_small_to_cross_validate_is_refused() -> None:
    """The error says how much there is and how much is needed."""
    examples = [Example("a", i, f"Text number {i} here.", {"x": "yes" if i else "no"}) for i in range(4)]
    with pytest.raises(CorpusError, match="needs 5 groups"):
        train(Corpus((Target("x", ("yes", "no")),), examples), jobs=1)


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
    said = " ".join(MANY_WORDS)
    texts = [said if copies else " ".join(rng.choices(MANY_WORDS, k=30)) for _ in range(2 * articles)]
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
        (
            list("abcdef"),
            "xxyyzz",
            "the most frequent one 2 times; 3-fold cross-validation .*or ask for 2 folds$",
        ),
        (list("ab"), "xy", "the most frequent one 1 time; .* 3 times; code more articles$"),
        (list("abba"), "xxyy", "in 2 groups and .*; code more articles, or ask for 2 folds$"),
        (list("abcd"), "xxxx", "and 1 label, .*; code paragraphs that have another label$"),
    ],
)
def test_labels_that_lie_in_one_group_or_are_all_rare_are_refused(
    articles: list[str], labels: str, message: str
) -> None:
    """In our words: scikit-learn fits no single label, and splits no labels that are all rarer than folds."""
    rng = random.Random(0)
    coded = [
        Example(article, i, " ".join(rng.choices(MANY_WORDS, k=30)), {"tax": label})
        for i, (article, label) in enumerate(zip(articles, labels, strict=True))
    ]
    with pytest.raises(CorpusError, match=message):
        read_problem(Corpus([Target("tax", ("x", "y", "z"))], coded), 0, 3, 0)


def test_a_label_that_is_rarer_than_folds_is_said_once() -> None:
    """In our words, as a line of progress, and not as a warning of scikit-learn."""
    rng = random.Random(0)
    labels = ["favor", "against"] * 10 + ["neutral"] * 2
    coded = [Example(f"a{i}", 0, " ".join(rng.choices(MANY_WORDS, k=30)), {"tax": x}) for i, x in enumerate(labels)]
    said: list[str] = []
    grid = Grid(settings=(Settings(word_ngrams=(1, 1), min_df=1, anchored=False),), C=(1.0,))
    # nothing is said of a label that nobody gave
    corpus = Corpus([Target("tax", ("favor", "against", "neutral", "none"))], coded)
    # a warning would be an error here
    train(corpus, grid, jobs=1, progress=said.append)
    (line,) = [line for line in said if "coded" in line]
    assert line.startswith("tax: 2 paragraphs coded 'neutral', fewer than the 5 folds")


def test_a_label_that_lies_in_few_articles_is_said_as_well() -> None:
    """However many paragraphs have it: where all are held out together, no model has learned it."""
    rng = random.Random(0)
    coded = [
        Example(f"a{i // 4}", i % 4, " ".join(rng.choices(MANY_WORDS, k=30)), {"tax": "against" if i < 8 else "favor"})
        for i in range(40)
    ]
    assert rare_labels(Corpus([Target("tax", ("favor", "against", "none"))], coded), 3) == [
        "tax: 8 paragraphs coded 'against' in 2 groups of articles, fewer than the 3 folds: some hold none, and its "
        "figures say little; code more articles with it"
    ]
