"""Terms as numbers: what is counted, and how it is weighed."""

from __future__ import annotations

import numpy as np

from stance.model.analyzer import Analyzer, Settings
from stance.training.corpus import Corpus
from stance.training.features import count_terms
from stance.training.fit import fit_model
from stance.training.logistic import Choice


def test_features_are_those_of_scikit_learn(small_corpus: Corpus) -> None:
    """The word block counts what CountVectorizer counts with the same tokens."""
    from sklearn.feature_extraction.text import CountVectorizer

    texts = small_corpus.texts[:50]
    block = count_terms(Analyzer(Settings(word_ngrams=(1, 2), anchored=False)), texts)[0]
    plain = CountVectorizer(token_pattern=r"\w+(?:['\u2019]\w+)*", ngram_range=(1, 2), dtype=np.float64)
    plain.fit([text.replace("\u2019s", "").replace("'s", "") for text in texts])
    ours = set(block.terms)
    theirs = set(plain.get_feature_names_out())
    assert len(ours & theirs) > 0.97 * len(ours)


def test_words_of_more_than_one_paragraph_in_e_count_for_nothing(small_corpus: Corpus) -> None:
    """With a constant of -1; the others keep the order of scikit-learn's IDF, and anchored terms its values."""
    texts = small_corpus.texts
    settings = Settings(word_ngrams=(1, 1), word_idf_constant=-1.0)
    analyzer = Analyzer(settings, small_corpus.lexicons, small_corpus.cues)
    n = len(texts)
    for counts in count_terms(analyzer, texts):
        fitted = counts.fit(np.arange(n), settings, 1.0)
        df = np.asarray((counts.matrix[:, fitted.columns] > 0).sum(axis=0)).ravel()
        plain = np.log((1 + n) / (1 + df))
        if counts.name == "words":
            assert np.array_equal(fitted.idf == 0, (1 + df) >= (1 + n) / np.e)
            assert (fitted.idf == 0).any()
            assert np.allclose(fitted.idf, np.maximum(plain - 1, 0), atol=1e-6)
        else:
            assert np.allclose(fitted.idf, plain + 1, atol=1e-6)


def test_a_paragraph_of_common_words_alone_is_scored(small_corpus: Corpus, choices: dict[str, Choice]) -> None:
    """Its words have no length to be scaled to; both kernels give what the intercept gives."""
    settings = Settings(word_ngrams=(1, 1), word_idf_constant=-1.0)
    model = fit_model(small_corpus, settings, choices, folds=3, jobs=1).model
    common = [
        term for term, idf in zip(model.weights.blocks[0].terms, model.weights.blocks[0].idf, strict=True) if not idf
    ]
    text = " ".join(common[:4])
    analysis = model.analyzer.analyze(text)
    assert np.isfinite(model.weights.margins(analysis.blocks, settings.sublinear_tf)).all()
    assert np.isfinite(model.score_paragraphs([text]).margins).all()
