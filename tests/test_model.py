"""Scoring and explaining: exact, the same to the bit however it is called, silent where it should be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stance
from stance.errors import CorpusError, ModelError
from stance.labels import Target
from stance.model.abstention import Reason, abstention_reasons, count_words
from stance.model.analyzer import Analyzer, Settings
from stance.model.items import PhraseTable, read_sentences
from stance.model.kernel import compiled_extension, open_kernel
from stance.model.lexicon import Lexicon, read_lexicon
from stance.model.scores import Scores, TargetScore
from stance.model.stance_model import StanceModel
from stance.model.tokens import Gap, fold, tokenize
from stance.model.weights import BlockWeights, Weights, softmax
from stance.patterns import expand_pattern
from stance.training.corpus import Corpus

LEXICON = Lexicon({"core": ["sanction{,s}", "asset freeze{,s}"], "weak": ["measures"]})
TALKS = Lexicon({"talks": ["talks", "peace deal"]})
CUES = Lexicon(
    {"not": ["not", "never"], "lift": ["lift{,ed}", "ease{,d}"], "call": ["call{,ed} for"], "=country": ["iran"]}
)
ANALYZER = Analyzer(Settings(), {"sanctions": LEXICON, "talks": TALKS}, CUES)


@pytest.fixture(scope="module")
def shipped() -> StanceModel:
    """The default model."""
    return stance.load_model()


@pytest.fixture(params=["compiled", "python"])
def either_kernel(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """One kernel, then the other."""
    if request.param == "compiled" and compiled_extension() is None:
        pytest.skip("the compiled kernel is not in use")
    monkeypatch.setenv("STANCE_KERNEL", request.param)


on_either_kernel = pytest.mark.usefixtures("either_kernel")


def _names(text: str, block: str = "around sanctions") -> list[str]:
    terms = ANALYZER.analyze(text).blocks[ANALYZER.block_names.index(block)]
    return [term.name for term in terms]


def test_tokens_and_gaps() -> None:
    """Words in lower case, possessives cut, initials do not end a sentence, abbreviations keep their span."""
    tokens = tokenize("The U.S. won't go, Iran\u2019s envoy said. \u201cNo\u201d")
    assert [t.word for t in tokens] == ["the", "u", "s", "won't", "go", "iran", "envoy", "said", "no"]
    assert not any(t.gap & Gap.SENTENCE for t in tokens[:-1])
    assert tokens[-1].gap == Gap.SENTENCE | Gap.QUOTE
    assert tokens[5].gap == Gap.CLAUSE


@on_either_kernel
@pytest.mark.parametrize("end", ["\n", "\r\n", " \n", "\n  ", "\r\r\n", "\n> ", "\r"])
def test_where_a_paragraph_is_wrapped_does_not_matter(shipped: StanceModel, end: str) -> None:
    """A line end in any form, with blanks on either side, is as a blank."""
    words = "The union will not, the envoy said, lift the oil sanctions. It wants a new round of talks first.".split()
    assert shipped.score_texts([end.join(words)]).tobytes() == shipped.score_texts([" ".join(words)]).tobytes()


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", " \n  \n", "\n***\n", ".\n\n"])
def test_a_blank_line_ends_a_sentence(end: str) -> None:
    """So does one without a word, as between the paragraphs of an article; after a single letter, too."""
    for text in (f"Annex B{end}Sanctions hold", f"The annex{end}Sanctions hold"):
        assert [bool(token.gap & Gap.SENTENCE) for token in tokenize(text)] == [False, False, True, False]


@on_either_kernel
@pytest.mark.parametrize("unseen", list("\u00ad\u200c\u200d\u2060\ufeff\u061c\u200e\u200f\u202a\u202c\u2067\u2069"))
def test_what_nobody_sees_within_a_word_does_not_matter(shipped: StanceModel, unseen: str) -> None:
    """No soft hyphen, joiner or mark of direction hides a mention, nor a ligature; U+200B separates words."""
    text = f"An o\ufb03cial said the sanc{unseen}tions{unseen} mustn{unseen}'t be {unseen}lif{unseen}ted. Talks go on."
    plain = "An official said the sanctions mustn't be lifted. Talks go on."
    assert shipped.score_texts([text]).tobytes() == shipped.score_texts([plain]).tobytes()
    spans = [
        [text[a:b] for a, b in c.spans]
        for c in shipped.explain(text, "sanctions").contributions
        if c.term == "the sanctions"
    ]
    assert spans == [[f"the sanc{unseen}tions"]]
    assert [token.word for token in tokenize("visas\u200b/\u200btalks and\u200bso")] == ["visas", "talks", "and", "so"]


@pytest.mark.parametrize(
    "text",
    [
        "\u0130stanbul \u0130ran",
        "\u00ad\ufb02ow\u00ad a\u00adnd\u2060 a\u200b \ufb03",
        "\u0391\u03a3 \u0391\u03a3\u0391",
        "a\ud800b c",
        "\u1e9e stra\u00dfe",
    ],
)
def test_spans_fit_where_lower_case_is_longer(text: str) -> None:
    """U+0130 and its like do not shift the offsets."""
    tokens = tokenize(text)
    assert tokens
    for token in tokens:
        assert fold(text[token.start : token.end]).startswith(token.word[:1])


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_every_term_lies_within_the_text(text: str) -> None:
    """Spans of all terms of all blocks are within the paragraph, whatever it is."""
    analyzer = Analyzer(Settings(char_ngrams=(2, 3)), {"sanctions": LEXICON}, CUES)
    for terms in analyzer.analyze(text).blocks:
        assert all(0 <= term.start <= term.end <= len(text) for term in terms)


def test_mentions_are_folded_to_one_symbol() -> None:
    """What stands around an embargo's synonym is the same evidence."""
    one, two = _names("They lifted the sanctions."), _names("They eased the asset freeze.")
    assert one == two
    assert "#lift ..*" in one


def test_a_lexicon_file_has_a_table_beside_the_main_one(tmp_path: Path) -> None:
    """Its groups are told by a mark; a phrase that both claim is the main one's."""
    path = tmp_path / "words.toml"
    path.write_text('[mentions]\ncore = ["sanctions"]\n[weak]\nbans = ["ban{,s}", "sanctions"]\n')
    assert read_lexicon(path, "mentions").phrases == {("sanctions",): "core", ("ban",): "?bans", ("bans",): "?bans"}
    path.write_text(
        '[cues]\nlift = ["lift"]\n[context]\ndate = ["monday"]\n[abroad]\nstates = ["iran{,ian}", "lift"]\n'
    )
    cues = read_lexicon(path, "cues")
    assert cues.phrases == {("lift",): "lift", ("monday",): "=date"}
    assert cues.abroad == {"iran", "iranian", "lift"}
    path.write_text('[cues]\nlift = ["lift"]\n[abroad]\nstates = ["north korea"]\n')
    with pytest.raises(CorpusError, match=r"\[abroad\] takes single words, not 'north korea'"):
        read_lexicon(path, "cues")


def test_a_phrase_without_a_word_is_refused_and_a_byte_order_mark_is_not(tmp_path: Path) -> None:
    """Nothing would ever match the one; some editors write the other."""
    path = tmp_path / "words.toml"
    path.write_text('[mentions]\ncore = ["sanctions", "!!!"]\n')
    with pytest.raises(CorpusError, match="group 'core' has '!!!', which contains no word"):
        read_lexicon(path, "mentions")
    path.write_text('[mentions]\ncore = ["sanctions"]\n', encoding="utf-8-sig")
    assert read_lexicon(path, "mentions").phrases == {("sanctions",): "core"}


def test_the_scene_of_a_paragraph_goes_with_each_group_of_mentions() -> None:
    """A word that tells of other states may stand anywhere, with a possessive, too; a lexicon may have none."""
    abroad = Lexicon({**CUES.groups, "@states": ["iran", "lift"]})
    analyzer = Analyzer(Settings(), {"sanctions": LEXICON, "talks": TALKS}, abroad)

    def scenes(text: str, block: int = 1) -> list[str]:
        names = [term.name for term in analyzer.analyze(text).blocks[block]]
        return [name for name in names if name.endswith(("home", "abroad"))]

    assert scenes("It was cold. Sanctions and measures hold.") == ["is core home", "is weak home", "home"]
    assert scenes("It was cold in Iran's north. Sanctions hold.") == ["is core abroad", "abroad"]
    assert scenes("They lift sanctions.") == ["is core abroad", "abroad"]
    assert "#lift ..*" in [term.name for term in analyzer.analyze("They lift sanctions.").blocks[1]]
    assert scenes("Iran waits.") == []
    assert scenes("They hold talks on sanctions.", 3)[-1] == "home"
    assert "home" not in _names("Sanctions hold.")


def test_a_weak_mention_counts_only_beside_another() -> None:
    """Anywhere in the paragraph; alone it is a plain word, for the other target too."""
    lexicon = Lexicon({"core": ["sanction{,s}"], "?weak": ["ban{,s}", "cut{,s} off"]})
    analyzer = Analyzer(Settings(), {"sanctions": lexicon, "talks": TALKS}, CUES)

    def names(text: str, block: int) -> list[str]:
        return [term.name for term in analyzer.analyze(text).blocks[block]]

    alone = "They lift the ban. The town is cut off."
    assert names(alone, 1) == names(alone, 2) == []
    assert analyzer.analyze(alone).mentioned == 0
    beside = "They lift the ban. The sanctions hold."
    assert "?weak #lift ..*" in names(beside, 1)
    assert "is ?weak" in names(beside, 1)
    talks = "The ban ended the talks."
    assert "ban ..*" in names(talks, 4)
    assert "&~" not in names(talks, 3)
    assert "&~" in names(f"{talks} So did sanctions.", 3)


def test_a_negation_marks_the_cue_that_it_governs() -> None:
    """It reaches to the end of the clause and no further."""
    assert "!lift ..*" in _names("They did not lift the sanctions.")
    assert "#lift ..*" in _names("They did not come, they lifted the sanctions.")


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("They refused to lift sanctions.", "to lift sanctions"),
        ("They did not rule out lifting sanctions.", "rule out"),
        ("They never refused.", "refused"),
        ("He refused, and they lift sanctions.", ""),
        ("He refused. They lift sanctions.", ""),
        ("Not one two three four five", "one two three four"),
        ("Refuse one two three four five six seven eight", "one two three four five six seven"),
        ("They rejected calls for sanctions not never", "calls for sanctions"),
    ],
)
def test_what_is_negated(text: str, negated: str) -> None:
    """What follows a negation or refusal in its clause, up to its reach; a negated one negates nothing."""
    cues = Lexicon({"not": ["not", "never", "no"], "refuse": ["refuse{,d}", "rule out"], "oppose": ["rejected"]})
    analyzer = Analyzer(Settings(), {"sanctions": LEXICON}, cues)
    assert analyzer._phrases is not None
    tokens = tokenize(text)
    items = [item for sentence in read_sentences(tokens, analyzer._phrases) for item in sentence]
    assert " ".join(text[item.start : item.end] for item in items if item.negated) == negated
    assert sum(item.length for item in items) == len(tokens)


def test_a_negated_word_is_another_word_in_every_block() -> None:
    """But only in a sentence with a mention, and not within longer n-grams."""
    text = "They did not lift sanctions. They did not lift it."
    words = _names(text, "words")
    assert [words.count(name) for name in ("!lift", "lift", "!sanctions", "sanctions", "!it", "not")] == [
        1,
        1,
        1,
        0,
        0,
        2,
    ]
    assert "lift sanctions" in words
    assert "!lift .*" in _names(text, "clauses of sanctions")
    assert "&!*" in _names(text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("They refused to lift the sanctions.", "favor"),
        ("They lifted the sanctions.", "against"),
        ("We will not lift the sanctions.", "favor"),
        ("He rejected calls to lift the sanctions.", "favor"),
        ("The government did not rule out lifting the embargo.", "against"),
        ("The sanctions will not be lifted.", "favor"),
    ],
)
def test_the_default_model_tells_lifting_from_refusing_to_lift(shipped: StanceModel, text: str, label: str) -> None:
    """What keywords cannot."""
    assert shipped.labels[shipped.score_texts([text])[0, 0].argmax()] == label


def test_the_skeleton_drops_all_but_symbols() -> None:
    """Plain words between the cues do not matter."""
    names = _names("Iran called for the unjust and old sanctions to be lifted.")
    assert "#call * #lift" in names
    assert "=country ..*" in names


def test_mentions_of_another_target_are_a_symbol_too() -> None:
    """Talks beside sanctions are seen as such from either side."""
    assert "* ..~" in _names("Sanctions before talks.")
    assert "~ ..*" in _names("Sanctions before talks.", "around talks")


def test_no_phrase_crosses_a_sentence() -> None:
    """A mention is found within one sentence only."""
    assert _names("The asset. Freeze it now.") == []


def test_the_longest_phrase_is_the_mention() -> None:
    """Of "asset" and "asset freeze" the latter, whichever stands first; the former where it is alone."""
    table = PhraseTable({"sanctions": Lexicon({"one": ["asset"], "two": ["asset freeze"]})}, None)
    for text, found in (("asset freeze", (2, "sanctions", "two")), ("asset sale", (1, "sanctions", "one"))):
        assert table.match(tokenize(text), 0) == found


def test_clause_terms_read_only_the_clause_of_a_mention() -> None:
    """Stems by side and nearness; the words beyond a comma or a full stop are not there."""
    names = _names(
        "It rained. Yesterday, harsh sanctions were biting the traders of the small towns, they say.",
        "clauses of sanctions",
    )
    assert [name for name in names if name.endswith("*")] == ["harsh ..*", "harsh .*"]
    after = ["were", "bit", "the", "trader", "of", "the"]
    assert [name for name in names if name.startswith("* ..")] == [f"* ..{word}" for word in after]
    assert [name for name in names if name.startswith("* .") and ".." not in name] == [
        f"* .{word}" for word in after[:3]
    ]


def test_character_terms_are_those_of_scikit_learn() -> None:
    """char_wb n-grams in the same number."""
    from sklearn.feature_extraction.text import CountVectorizer

    text = "No #peace, not a word. \u0130 ok  x"
    analyzer = Analyzer(Settings(char_ngrams=(2, 5), anchored=False))
    ours = sorted(term.name for term in analyzer.analyze(text).blocks[1])
    vectorizer = CountVectorizer(analyzer="char_wb", ngram_range=(2, 5)).fit([text])
    counts = vectorizer.transform([text]).toarray()[0]
    names = vectorizer.get_feature_names_out()
    assert ours == sorted(n for n, c in zip(names, counts, strict=True) for _ in range(c))


@on_either_kernel
def test_a_mention_decides_the_scale_and_the_shift(small_model: StanceModel) -> None:
    """Margins are shifted and scaled by the first number without a mention of the target, by the second one with it."""
    plain = small_model.weights
    scale, shift = np.array([[0.5, 2.0], [3.0, 0.25]]), np.array([[0.0, 0.0, 0.0, 1.5], [0.25, 0.0, 0.0, -0.5]])
    model = replace(small_model, weights=replace(plain, scale=scale, shift=shift))
    texts = ["The minister said that the sanctions on oil would stay.", "The minister said that the talks would go on."]
    scores = model.score_paragraphs(texts)
    moved = (
        scores.margins - replace(small_model, weights=replace(plain, shift=0 * shift)).score_paragraphs(texts).margins
    )
    for i, scales in enumerate([(2.0, 3.0), (0.5, 0.25)]):
        for t, scale_here in enumerate(scales):
            assert moved[i, t] == pytest.approx(shift[t] * (i != t))
            expected = softmax(scores.margins[i, t] * scale_here)
            np.testing.assert_allclose(scores.probabilities[i, t], expected, rtol=1e-12)
            explained = model.explain(texts[i], model.targets[t].name)
            assert explained.probability == pytest.approx(expected.max(), abs=1e-9)


def test_braces_are_written_out() -> None:
    """Several groups multiply."""
    assert expand_pattern("{a,b} c{,s}") == ["a c", "a cs", "b c", "b cs"]


def test_a_regular_verb_has_four_forms() -> None:
    """Whatever it ends in."""
    for verb, ing in {
        "ease": "easing",
        "agree": "agreeing",
        "dye": "dyeing",
        "untie": "untying",
        "levy": "levying",
    }.items():
        assert expand_pattern(f"{verb}~")[3] == ing


def test_scores_are_the_same_to_the_bit_however_called(small_model: StanceModel, small_corpus: Corpus) -> None:
    """One by one, in chunks of 37, in bulk, backwards."""
    texts = small_corpus.texts[:120]
    bulk = small_model.score_texts(texts)
    single = np.concatenate([small_model.score_texts([text]) for text in texts])
    chunks = np.concatenate([small_model.score_texts(texts[i : i + 37]) for i in range(0, len(texts), 37)])
    assert np.array_equal(bulk, single, equal_nan=True)
    assert np.array_equal(bulk, chunks, equal_nan=True)
    assert np.array_equal(bulk, small_model.score_texts(texts[::-1])[::-1], equal_nan=True)


def test_models_and_scores_are_compared_by_identity(small_model: StanceModel) -> None:
    """They may stand in a set or be keys; numpy would not say whether the arrays of two are equal."""
    for thing in (
        small_model,
        small_model.score_paragraphs(["Talks."]),
        small_model.weights,
        small_model.weights.blocks[0],
    ):
        other = copy(thing)
        assert thing == thing
        assert thing != other
        assert len({thing, other}) == 2


def test_scores_are_the_same_in_another_process(
    small_model: StanceModel, small_model_path: Path, small_corpus: Corpus
) -> None:
    """A fresh process that loads the artefact gives the same bits."""
    texts = small_corpus.texts[:40]
    code = (
        "import json, sys, stance; model = stance.load_model(sys.argv[1]); "
        "print(json.dumps(model.score_texts(json.load(sys.stdin)).tolist()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(small_model_path)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    assert np.array_equal(np.array(json.loads(run.stdout)), small_model.score_texts(texts), equal_nan=True)


@pytest.mark.parametrize("labels", [2, 4, 9, 17])
def test_probabilities_have_the_same_bits_one_by_one_and_in_bulk(labels: int) -> None:
    """Whatever the number of labels; margins of minus infinity give 0, and the margins are left as they were."""
    generator = np.random.default_rng(0)
    margins = generator.normal(scale=5, size=(300, 3, labels))
    margins[:, 1, 1] = -np.inf
    before = margins.copy()
    weights = Weights([], np.zeros((3, labels)), generator.random((3, 2)) + 0.5, np.zeros((3, labels)))
    mentioned = generator.random((300, 3)) < 0.5
    bulk = weights.probabilities(margins, mentioned)
    each = [weights.probabilities(*pair).tobytes() for pair in zip(margins, mentioned, strict=True)]
    assert bulk.tobytes() == b"".join(each)
    assert softmax(margins).tobytes() == b"".join(softmax(row).tobytes() for each in margins for row in each)
    assert not bulk[:, 1, 1].any()
    np.testing.assert_array_equal(margins, before)
    scale = np.where(mentioned, weights.scale[:, 1], weights.scale[:, 0])
    expected = np.exp(margins * scale[..., None])
    np.testing.assert_allclose(bulk, expected / expected.sum(axis=-1, keepdims=True), rtol=1e-12)
    assert weights.probabilities(margins[:0]).shape == (0, 3, labels)


def test_probabilities_sum_to_one(small_model: StanceModel, small_corpus: Corpus) -> None:
    """Over the labels of each target."""
    assert np.allclose(small_model.score_texts(small_corpus.texts[:50]).sum(axis=2), 1)


PERSIAN = "وزیر امور خارجه گفت تحریم‌ها باید برداشته شود و گفت‌وگوها ادامه یابد"
GERMAN = "Der Minister forderte gestern, die Sanktionen gegen Russland sofort aufzuheben und wieder zu verhandeln"
# each has words that English has, too
NEIGHBOURS = {
    "German": "Die Minister trafen sich am Freitag in Genf, und der Botschafter war in Berlin zu Besuch.",
    "Dutch": "De minister zei dat de sancties van kracht blijven. In de Kamer was er kritiek op het kabinet.",
    "Italian": "I negoziati riprendono lunedì a Vienna. La delegazione ha chiesto la revoca di tutte le sanzioni.",
    "Spanish": "El ministro dijo a la prensa que no he visto un acuerdo y que las sanciones siguen en vigor.",
    "Afrikaans": "Die minister het gesê dat die sanksies in plek bly. Hy was in Pretoria vir samesprekings.",
}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY),
        (" ... \n", Reason.EMPTY),
        (PERSIAN, Reason.NOT_ENGLISH),
        (GERMAN, Reason.NOT_ENGLISH),
        ("Qwxyz plogh frumious bandersnatch", Reason.FEW_KNOWN_WORDS),
    ],
)
def test_abstention_has_a_reason(shipped: StanceModel, text: str, reason: Reason) -> None:
    """Empty, foreign and unknown text gets no label and NaN, and says why."""
    scores = shipped.score_paragraphs([text])
    assert scores.reasons == [reason]
    assert np.isnan(scores.probabilities).all()
    assert all(s.label is None and s.abstained is reason for s in scores.stances(0).values())


def test_stances_are_equal_if_they_say_the_same() -> None:
    """Be their probabilities none: NaN is equal to nothing, not even to that of the same text scored again."""
    one, other = (TargetScore(None, float("nan"), {"favor": float("nan")}, Reason.EMPTY) for _ in range(2))
    assert one == other
    assert one != replace(other, probabilities={"favor": 0.5})


def test_scores_without_a_paragraph_are_others(shipped: StanceModel) -> None:
    """Those that they are made of stay as they are."""
    scores = shipped.score_paragraphs(["They lifted the sanctions on the banks."] * 2)
    before = scores.probabilities.copy(), scores.margins.copy()
    left = scores.without(np.array([True, False]), Reason.BOILERPLATE)
    assert left.reasons == [Reason.BOILERPLATE, None]
    assert np.isnan(left.probabilities[0]).all()
    assert np.isnan(left.margins[0]).all()
    assert np.array_equal(left.probabilities[1], before[0][1])
    assert np.array_equal(scores.probabilities, before[0])
    assert np.array_equal(scores.margins, before[1])


@pytest.mark.parametrize("language", NEIGHBOURS)
def test_languages_that_share_words_with_english_are_foreign(shipped: StanceModel, language: str) -> None:
    """They have "in", "was" or "a", too, and would be counted as unrelated to what they are about."""
    assert shipped.score_paragraphs([NEIGHBOURS[language]]).reasons == [Reason.NOT_ENGLISH]


def test_a_long_article_can_be_left_in_between(small_model: StanceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its paragraphs are scored as they are asked for, the same as all at once, boilerplate included."""
    text = "By Dana Example\n\n" + "\n\n".join(f"The talks on sanction {i} will go on, he said." for i in range(999))
    byline, *others = small_model.score(text)
    assert all(stance_.abstained is Reason.BOILERPLATE for stance_ in byline.stances.values())
    alone = small_model.score_paragraphs([score.paragraph.text for score in others])
    assert [score.paragraph.index for score in others] == list(range(1, 1000))
    assert [score.stances for score in others] == [alone.stances(i) for i in range(999)]
    asked: list[str] = []
    score = StanceModel.score_paragraphs

    def noted(self: StanceModel, texts: list[str]) -> Scores:
        asked.extend(texts)
        return score(self, texts)

    monkeypatch.setattr(StanceModel, "score_paragraphs", noted)
    assert next(small_model.iter_scores(text)).paragraph == byline.paragraph
    assert len(asked) < 1000


def _reason(words: int, known: int, english: int, text: str = "plogh") -> Reason | None:
    """Of a text of so many words, of which the last are common English ones and the first the model knows."""
    tokens = tokenize(" ".join([*[text] * (words - english), *["the"] * english]))
    counts = count_words(tokens, set())._replace(known=known)
    return abstention_reasons(np.array([counts]), "en")[0]


def test_a_text_is_foreign_on_one_side_of_its_bounds() -> None:
    """Fewer than one in five English words, of six or more, half of them unknown; or most letters not Latin."""
    assert (_reason(10, 4, 2), _reason(11, 4, 2)) == (None, Reason.NOT_ENGLISH)
    assert (_reason(5, 2, 0), _reason(6, 2, 0)) == (Reason.FEW_KNOWN_WORDS, Reason.NOT_ENGLISH)
    assert (_reason(8, 4, 0), _reason(9, 4, 0)) == (None, Reason.NOT_ENGLISH)
    assert (_reason(5, 3, 0, "abcδεζ"), _reason(5, 3, 0, "abδεζ")) == (None, Reason.NOT_ENGLISH)
    assert (_reason(4, 3, 1), _reason(4, 2, 1)) == (None, Reason.FEW_KNOWN_WORDS)
    # to a model of any language no text is foreign
    assert abstention_reasons(np.array([[13, 3, 1, 60, 0, 0]]), None) == [None]


def test_an_ambiguous_stance_gets_no_label(small_model: StanceModel) -> None:
    """Below the least probability the label is withheld, the probabilities stay."""
    p = np.array([[[0.3, 0.3, 0.2, 0.2], [0.9, 0.1, 0.0, 0.0]]])
    scores = Scores(small_model.targets, small_model.labels, p, p, [None], 0.35)
    first, second = scores.stances(0).values()
    assert (first.label, first.abstained) == (None, Reason.AMBIGUOUS)
    assert (second.label, second.abstained) == ("favor", None)
    assert replace(scores, least_probability=0.3).stances(0)[small_model.targets[0].name].label == "favor"


def test_real_english_is_not_taken_for_foreign(shipped: StanceModel, corpus: Corpus) -> None:
    """Not one paragraph of the shipped corpus."""
    reasons = abstention_reasons(open_kernel(shipped.analyzer, shipped.weights).score(corpus.texts).counts, "en")
    assert [text for text, reason in zip(corpus.texts, reasons, strict=True) if reason is not None] == []


def test_explaining_says_what_scoring_says(small_model: StanceModel, small_corpus: Corpus) -> None:
    """The probability to the bit, the label and the reason where there is none."""
    model = replace(small_model, least_probability=0.5)
    for text in [*small_corpus.texts[:25], "", "Qwx zrt."]:
        stances = model.score_paragraphs([text]).stances(0)
        for name, stance_ in stances.items():
            found = model.explain(text, name)
            assert found.abstained is stance_.abstained
            assert stance_.label in (found.label, None)
            assert found.probability == stance_.probability or np.isnan(stance_.probability)


def test_contributions_add_up_to_the_margin(small_model: StanceModel, small_corpus: Corpus) -> None:
    """Intercept plus contributions equal the margin, for every target and label; spans show the term's text."""
    # as of a corpus that names the share of related paragraphs without a mention
    model = replace(small_model, weights=replace(small_model.weights, shift=np.array([[0.0, 0.0, 0.0, 1.5]] * 2)))
    for text in small_corpus.texts[:25]:
        margins = model.score_paragraphs([text]).margins[0]
        for t, target in enumerate(model.targets):
            for k, label in enumerate(target.labels):
                found = model.explain(text, target.name, label)
                total = found.intercept + sum(c.value for c in found.contributions)
                assert total == pytest.approx(found.margin, abs=1e-9)
                assert found.margin == pytest.approx(margins[t, k], abs=1e-9)
                words = [c for c in found.contributions if c.block == "words"]
                assert all(
                    text[a:b].lower().replace("\u2019", "'").startswith(c.term.lstrip("!"))
                    for c in words
                    for a, b in c.spans
                )


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("ction", ["sanctions"]),
        (" sanc", ["sanctions"]),
        ("ons ", ["nations", "sanctions"]),
        ("lift", ["unlifted"]),
        ("an-eu", ["pan-european"]),
    ],
)
def test_deciding_words_are_those_that_characters_stand_in(term: str, words: list[str]) -> None:
    """An n-gram of characters speaks for the words that it is a part of, with all that it adds."""
    text = "The nations want the sanctions (unlifted) of the pan-european union"
    analyzer = Analyzer(Settings(char_ngrams=(3, 5), anchored=False))
    numbers = np.ones(1, dtype=np.float32), np.array([[[2.0, 0.0]]], dtype=np.float32)
    blocks = [BlockWeights("words", ["tax"], *numbers, 1.0), BlockWeights("characters", [term], *numbers, 1.0)]
    model = StanceModel(
        (Target("tax", ("favor", "against")),),
        analyzer,
        Weights(blocks, np.zeros((1, 2)), np.ones((1, 2)), np.zeros((1, 2))),
    )
    found = model.explain(text, "tax", "favor")
    assert found.deciding_words() == words
    assert sum(value for _, _, value in found.stretches()) == pytest.approx(2.0)


def test_explaining_what_is_not_there_is_refused(small_model: StanceModel) -> None:
    """An unknown target or label is named with those there are."""
    with pytest.raises(ModelError, match="no target 'tariffs'; it has sanctions, diplomacy"):
        small_model.explain("Text.", "tariffs")
    with pytest.raises(ModelError, match="no label 'maybe'"):
        small_model.explain("Text.", "sanctions", "maybe")


def test_one_text_instead_of_a_list_is_refused(small_model: StanceModel) -> None:
    """A string is not a list of its characters."""
    for score in (small_model.score_texts, small_model.score_paragraphs):
        with pytest.raises(TypeError, match="list of texts"):
            score("One text.")


@on_either_kernel
@pytest.mark.parametrize("thing", [None, float("nan"), b"Talks.", ["Talks."]])
def test_what_is_no_text_is_refused(small_model: StanceModel, thing: Any) -> None:
    """By an error that says which one it is, with either kernel; a subclass of str is a text."""

    class Text(str):
        pass

    small_model.score_texts([Text("Talks went on."), "Talks."])
    with pytest.raises(TypeError, match=rf"^texts\[2\] is a {type(thing).__name__}, not a str; where .*, give ''$"):
        small_model.score_texts([Text("Talks went on."), "Talks.", thing, None])
    with pytest.raises(TypeError, match=f"^this takes one text, not {type(thing).__name__}$"):
        small_model.explain(thing, "sanctions")


@on_either_kernel
def test_arrow_strings_are_texts(small_model: StanceModel) -> None:
    """In one array or several; what is missing there, or is no text, is refused as in a list."""
    texts = ["Talks went on.", "", "The embargo must be lifted at once, the minister told reporters.", "Gespräche"]
    expected = small_model.score_paragraphs(texts)
    arrays = [pa.array(texts, kind) for kind in (pa.string(), pa.large_string(), pa.string_view())]
    places = pa.array(range(len(texts)), pa.int8())
    for array in (*arrays, *(pa.DictionaryArray.from_arrays(places, words) for words in arrays[:2])):
        for one in (array, pa.chunked_array([array[:1], array[1:]])):
            scores = small_model.score_paragraphs(one)
            assert scores.probabilities.tobytes() == expected.probabilities.tobytes()
            assert scores.reasons == expected.reasons
    with pytest.raises(TypeError, match=r"^texts\[2\] is missing; where a text is missing, give ''$"):
        small_model.score_texts(pa.chunked_array([["Talks.", "More."], [None]]))
    for wrong in (pa.array([1, 2]), pa.array([1, 2]).dictionary_encode()):
        with pytest.raises(TypeError, match=r"^this takes texts, not an Arrow array of "):
            small_model.score_texts(wrong)


@pytest.mark.parametrize("thing", [None, 5, [], ["One text."], b"One text."])
def test_what_is_no_article_is_refused(small_model: StanceModel, thing: object) -> None:
    """By an error that says what is taken and what was given."""
    with pytest.raises(TypeError, match=f"an Article or its text, not {type(thing).__name__}"):
        small_model.score(thing)  # type: ignore[arg-type]


def test_a_frame_without_paragraphs_has_the_columns_of_any_other(small_model: StanceModel) -> None:
    """In the same order, and numbers stay numbers where the two are joined."""
    import pandas as pd

    full = stance.to_frame("The sanctions must go.", small_model.score("The sanctions must go."), small_model.targets)
    empty = stance.to_frame("", small_model.score(""), small_model.targets)
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)
    joined = pd.concat([empty, full])
    for name in ("paragraph", "end", "sanctions_p_favor"):
        assert joined[name].dtype == full[name].dtype


def test_the_shipped_article_is_scored_paragraph_by_paragraph(shipped: StanceModel, root: Path) -> None:
    """Every paragraph gets a stance, and offsets are exact."""
    text = (root / "data" / "articles" / "vienna-round.txt").read_text(encoding="utf-8")
    scores = shipped.score(text)
    assert len(scores) == 16
    assert all(text[s.paragraph.start : s.paragraph.end] == s.paragraph.text for s in scores)
    frame = stance.to_frame(text, scores)
    assert frame.shape[0] == 16
    assert set(frame["sanctions"].dropna()) <= {"favor", "against", "neutral", "unrelated"}


def test_the_report_on_beijing_is_scored(shipped: StanceModel, shared: Path) -> None:
    """A real report: every paragraph scored, offsets exact."""
    text = (shared / "articles" / "beijing-talks.txt").read_text(encoding="utf-8")
    scores = shipped.score(text)
    assert len(scores) == 18
    assert all(text[s.paragraph.start : s.paragraph.end] == s.paragraph.text for s in scores)
    assert all(s.abstained is None for s in scores)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_fork_while_a_kernel_is_built_scores() -> None:
    """A child has no thread that would end what another one began, and must not wait for it."""
    code = (
        "import os, signal, threading\n"
        "import stance\n"
        "from stance.model import stance_model\n"
        "model = stance.load_model()\n"
        "build, building, go = stance_model.open_kernel, threading.Event(), threading.Event()\n"
        "def slow(*arguments):\n"
        "    building.set(), go.wait()\n"
        "    return build(*arguments)\n"
        "stance_model.open_kernel = slow\n"
        "first = threading.Thread(target=model.score, args=['Talks resume.'])\n"
        "first.start(), building.wait()\n"
        "if not (child := os.fork()):\n"
        "    signal.alarm(20)  # ends a child that waits\n"
        "    stance_model.open_kernel = build\n"
        "    os._exit(0 if len(model.score('Talks resume.')) == 1 else 1)\n"
        "go.set(), first.join()\n"
        "print(os.waitpid(child, 0)[1])\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "0\n", result.stderr
