"""Deciding words: which words a stretch takes in, in which order stretches stand, and what is worth showing."""

from __future__ import annotations

import json
from typing import NamedTuple

import pytest

from stance.model.artefact import load_model
from stance.model.deciding import Stretch, deciding_stretches, words_cell
from stance.model.stance_model import StanceModel

TEXT = "Leaders want every harsh oil embargo lifted before talks resume in Geneva again"


class Term(NamedTuple):
    """What a term adds, and where it stands."""

    spans: tuple[tuple[int, int], ...]
    value: float


def _term(value: float, *phrases: str) -> Term:
    """What stands where each of the phrases does."""
    return Term(tuple((TEXT.index(phrase), TEXT.index(phrase) + len(phrase)) for phrase in phrases), value)


def _shown(terms: list[Term], most: int = 3) -> list[tuple[str, float]]:
    found = deciding_stretches(TEXT, terms, most)
    return [(TEXT[start:end], pytest.approx(value)) for start, end, value in found]


def test_the_strongest_stand_first() -> None:
    """By their strongest word, not by their sum or their place; no more than asked for."""
    terms = [
        _term(1.0, "Leaders"),
        _term(3.0, "embargo"),
        _term(2.0, "resume"),
        _term(1.8, "in"),
        _term(2.5, "every"),
    ]
    expected = [("embargo", 3.0), ("every", 2.5), ("resume in", 3.8), ("Leaders", 1.0)]
    assert [_shown(terms, most) for most in range(5)] == [expected[:most] for most in range(5)]


def test_neighbours_of_some_weight_join() -> None:
    """From three tenths of the strongest word on, on both sides, as far as each next one has so much."""
    terms = [_term(10.0, "embargo"), _term(3.0, "oil"), _term(2.9, "harsh"), _term(4.0, "every"), _term(3.0, "lifted")]
    assert _shown(terms) == [("oil embargo lifted", 16.0), ("every harsh", 6.9)]
    assert _shown([*terms, _term(0.1, "harsh")]) == [("every harsh oil embargo lifted", 23.0)]


def test_no_word_stands_in_two_stretches() -> None:
    """What is left beside a stretch begins one of its own."""
    terms = [_term(10.0, "embargo"), _term(2.0, "lifted"), _term(1.9, "before")]
    assert _shown(terms) == [("embargo", 10.0), ("lifted before", 3.9)]


def test_a_stretch_has_an_end() -> None:
    """Six neighbours join a word, and no more, though all weigh the same; none beyond the ends of the paragraph."""
    terms = [_term(1.0, word) for word in TEXT.split()]
    terms[-1] = _term(1.1, "again")
    assert _shown(terms) == [
        ("lifted before talks resume in Geneva again", 7.1),
        ("Leaders want every harsh oil embargo", 6.0),
    ]
    terms[0], terms[-1] = _term(1.1, "Leaders"), _term(1.0, "again")
    assert _shown(terms, most=1) == [("Leaders want every harsh oil embargo lifted", 7.1)]
    assert _shown([_term(2.0, "Leaders"), _term(1.0, "again")]) == [("Leaders", 2.0), ("again", 1.0)]
    terms = [_term(1.0, "Leaders"), _term(3.0, "want"), _term(2.0, "Geneva"), _term(1.0, "again")]
    assert _shown(terms) == [("Leaders want", 4.0), ("Geneva again", 3.0)]


def test_short_words_alone_decide_nothing() -> None:
    """A stretch without a word of four letters is not shown, and takes no place among those that are."""
    assert _shown([_term(5.0, "in"), _term(2.0, "oil"), _term(1.0, "want")], most=1) == [("want", 1.0)]
    assert _shown([_term(5.0, "in"), _term(2.0, "Geneva")], most=1) == [("in Geneva", 7.0)]


def test_a_weight_is_shared_by_the_words_that_it_stands_on() -> None:
    """By the places of a term first, then by the words of each; a part of a word speaks for the word."""
    assert _shown([_term(6.0, "embargo lifted before")]) == [("embargo lifted before", 6.0)]
    assert _shown([_term(6.0, "oil embargo", "talks")]) == [("talks", 3.0), ("oil embargo", 3.0)]
    assert _shown([_term(6.0, "oil embargo", "talks"), _term(0.5, "oil"), _term(1.0, "Geneva")]) == [
        ("talks", 3.0),
        ("oil embargo", 3.5),
        ("Geneva", 1.0),
    ]
    assert _shown([_term(4.0, "barg", "o lif")]) == [("embargo lifted", 4.0)]


def test_what_stands_nowhere_decides_no_word() -> None:
    """A term of the paragraph as a whole has an empty span, or none."""
    whole = [Term(((at, at),), 9.0) for at in (0, TEXT.index("harsh"))]
    assert _shown([*whole, Term((), 9.0), _term(1.0, "talks")]) == [("talks", 1.0)]
    assert deciding_stretches("", whole[:1], 3) == []


def test_what_speaks_against_is_shown_if_it_weighs_something() -> None:
    """After all that speaks for the label, from three tenths of the strongest of that on, with its sign, or all."""
    terms = [_term(10.0, "embargo"), _term(-3.0, "talks"), _term(-2.9, "every"), _term(-4.0, "Geneva")]
    assert _shown(terms) == [("embargo", 10.0), ("Geneva", -4.0), ("talks", -3.0)]
    assert _shown(terms, most=1) == [("embargo", 10.0), ("Geneva", -4.0)]
    assert _shown([*terms, _term(1.0, "Leaders")])[2:] == [("Geneva", -4.0), ("talks", -3.0)]
    assert _shown(terms[1:]) == [("Geneva", -4.0), ("talks", -3.0), ("every", -2.9)]
    assert _shown([_term(-0.01, "talks")]) == [("talks", -0.01)]


def test_words_of_the_other_sign_do_not_join() -> None:
    """Nor does one that adds nothing stand between."""
    terms = [_term(10.0, "embargo"), _term(-9.0, "lifted"), _term(8.0, "before"), _term(7.0, "resume")]
    assert _shown(terms) == [("embargo", 10.0), ("before", 8.0), ("resume", 7.0), ("lifted", -9.0)]
    assert deciding_stretches(TEXT, [_term(0.0, "embargo")], 3) == []
    assert deciding_stretches(TEXT, [_term(1.0, "embargo")], 3) == [Stretch(29, 36, 1.0)]


def test_a_cell_holds_what_explaining_finds(probe_texts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """To the bit, for every related label of every target, and no other; no name of a term is made for it."""
    model = load_model()
    asked = [(text, target, label) for text in probe_texts[:60] for target in model.targets for label in target.related]
    explained = [model.explain(text, target.name, label).stretches() for text, target, label in asked]
    assert [model.stretches(text, target.name, label) for text, target, label in asked] == explained
    assert any(explained)
    for label in ("unrelated", None):
        assert words_cell(model.stretches, asked[0][0], 7, asked[0][1].name, label) is None
    monkeypatch.delattr(StanceModel, "explain")
    cells = [words_cell(model.stretches, text, 7, target.name, label) for text, target, label in asked]
    assert cells == [json.dumps([[7 + a, 7 + b, round(value, 4)] for a, b, value in found]) for found in explained]
