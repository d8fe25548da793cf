"""Near-duplicate paragraphs, and the groups of articles that share them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

__all__ = ["group_articles", "near_duplicates"]

#: Paragraphs whose sets of three-word shingles overlap by this Jaccard index are near-duplicates.
THRESHOLD = 0.5
_SHINGLE = (3, 3)
_CHUNK = 2000


def near_duplicates(texts: Sequence[str], threshold: float = THRESHOLD) -> list[tuple[int, int, float]]:
    """Pairs of texts that say nearly the same words.

    The Jaccard index ``|A & B| / |A | B|`` of the sets of three-word shingles is computed exactly, by a sparse
    product, a chunk of rows at a time. Texts of fewer than three words count as duplicates when equal.

    Parameters
    ----------
    texts : sequence of str
        The texts.
    threshold : float
        Least Jaccard index of a pair.

    Returns
    -------
    list of (int, int, float)
        Positions ``i < j`` and the index.

    Examples
    --------
    >>> a = "The envoys met in Vienna on Friday to discuss the text"
    >>> [(i, j) for i, j, _ in near_duplicates([a, "Prices rose again in the capital", a + " again"])]
    [(0, 2)]
    """
    from sklearn.feature_extraction.text import CountVectorizer

    if len(texts) < 2:
        return []
    padded = [text if len(text.split()) >= 3 else f"{text} _ _" for text in texts]
    vectorizer = CountVectorizer(ngram_range=_SHINGLE, binary=True, token_pattern=r"\w+", dtype=np.int32)
    try:
        shingles = vectorizer.fit_transform(padded).tocsr()
    except ValueError:  # no text has three words
        return []
    keep = np.flatnonzero(np.asarray(shingles.sum(axis=0)).ravel() > 1)
    sizes = np.asarray(shingles.sum(axis=1)).ravel()
    shared = shingles[:, keep]
    pairs: list[tuple[int, int, float]] = []
    for begin in range(0, len(texts), _CHUNK):
        overlap = sparse.coo_matrix(shared[begin : begin + _CHUNK] @ shared.T)
        rows, columns = overlap.row + begin, overlap.col
        index = overlap.data / (sizes[rows] + sizes[columns] - overlap.data)
        for k in np.flatnonzero((rows < columns) & (index >= threshold)):
            pairs.append((int(rows[k]), int(columns[k]), float(index[k])))
    return pairs


def group_articles(articles: Sequence[str], texts: Sequence[str]) -> list[int]:
    """Number the groups of articles that must stay together.

    Parameters
    ----------
    articles : sequence of str, shape (paragraphs,)
        The article of each paragraph.
    texts : sequence of str, shape (paragraphs,)
        The paragraphs.

    Returns
    -------
    list of int, shape (paragraphs,)
        Equal for paragraphs of one article and of articles that share a near-duplicate paragraph.

    Examples
    --------
    >>> group_articles(["a", "a", "b"], ["One two three four", "Other words here", "One two three four"])
    [0, 0, 0]
    """
    numbers = {article: i for i, article in enumerate(dict.fromkeys(articles))}
    own = [numbers[article] for article in articles]
    pairs = near_duplicates(texts)
    rows = [own[i] for i, _, _ in pairs]
    columns = [own[j] for _, j, _ in pairs]
    links = sparse.coo_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(numbers), len(numbers)))
    _, component = connected_components(links, directed=False)
    return [int(component[number]) for number in own]
