"""A corpus in memory: near-duplicates, its fingerprint, texts that are known again or contradict themselves."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest

from stance.labels import Target
from stance.model.lexicon import Lexicon
from stance.training import duplicates
from stance.training.corpus import Corpus, Example, contradictions, text_hash
from stance.training.duplicates import count_near_duplicates, group_articles, near_duplicates


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
        # without blanks between words each letter is one, or a stop more or less would make another text
        (["\u8c08\u5224\u5df2\u7ecf\u7ed3\u675f\u4e86", "\u8c08\u5224\uff0c\u5df2\u7ecf\u7ed3\u675f\u4e86\u3002"], 1.0),
        (["\u0e04\u0e23\u0e31\u0e1a", "\u0e04\u0e23\u0e31\u0e1a\u0e1c\u0e21"], 0.5),
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


def test_near_duplicates_are_those_of_a_plain_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of random texts of few words, all pairs of them, also where they lie in different chunks."""
    random = Random(0)
    texts = [" ".join(random.choices("abcd", k=random.randint(1, 9))) for _ in range(150)]
    words = [[*text.split(), "", ""][: max(3, len(text.split()))] for text in texts]
    sets = [set(zip(each, each[1:], each[2:], strict=False)) for each in words]
    index = {(i, j): len(sets[i] & sets[j]) / len(sets[i] | sets[j]) for i, j in combinations(range(150), 2)}
    monkeypatch.setattr(duplicates, "_CHUNK", 40)
    found = {(i, j): index for i, j, index in near_duplicates(texts)}
    assert found == {pair: value for pair, value in index.items() if value >= 0.5}
    assert len(found) > 50


def test_copies_of_a_text_are_grouped_without_a_look_at_each_pair() -> None:
    """Posts that were passed on a thousand times make half a million pairs; what has no word joins nothing."""
    random = Random(0)
    texts = [" ".join(random.choices("abcd", k=random.randint(0, 7))) for _ in range(300)]
    articles = [f"a{random.randrange(200)}" for _ in texts]
    joined = {article: {article} for article in articles}
    for i, j, _ in near_duplicates(texts):
        both = joined[articles[i]] | joined[articles[j]]
        joined.update(dict.fromkeys(both, both))
    groups = group_articles(articles, texts)
    for i, j in combinations(range(300), 2):
        assert (groups[i] == groups[j]) == (articles[j] in joined[articles[i]])
    tracemalloc.start()
    try:
        assert set(group_articles([f"a{i}" for i in range(1000)], ["Pass this on, all of you."] * 1000)) == {0}
        assert tracemalloc.get_traced_memory()[1] < 5e6
        tracemalloc.reset_peak()
        assert count_near_duplicates(["Pass this on, all of you."] * 1000) == 1000 * 999 / 2
        assert tracemalloc.get_traced_memory()[1] < 8e7, "of which the pairs alone would take more"
    finally:
        tracemalloc.stop()


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
