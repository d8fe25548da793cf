"""Near-duplicate paragraphs, and the groups of articles that share them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

__all__ = ["count_near_duplicates", "group_articles", "near_duplicates"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: Paragraphs whose sets of three-word shingles overlap by this Jaccard index are near-duplicates.
THRESHOLD = 0.5
# Thai, Lao, Burmese, Khmer, Japanese and Chinese put no blanks between words: there each letter is one
_NO_BLANKS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[^\W{_NO_BLANKS}]+|[{_NO_BLANKS}]")
_NO_WORD = 0
_CHUNK = 2000


def near_duplicates(texts: Sequence[str]) -> list[tuple[int, int, float]]:
    """Pairs of texts that say nearly the same words.

    The Jaccard index ``|A & B| / |A | B|`` of the sets of three-word shingles is computed exactly, by a sparse
    product, a chunk of rows at a time. Texts of one or two words count as duplicates when equal, texts of none never.

    Parameters
    ----------
    texts : sequence of str
        The texts.

    Returns
    -------
    list of (int, int, float)
        Positions ``i < j`` and the index, `THRESHOLD` or more.

    Examples
    --------
    >>> a = "The envoys met in Vienna on Friday to discuss the text"
    >>> [(i, j) for i, j, _ in near_duplicates([a, "Prices rose again in the capital", a + " again"])]
    [(0, 2)]
    """
    return [pair for found in _near(texts) for pair in zip(*(part.tolist() for part in found), strict=True)]


def count_near_duplicates(texts: Sequence[str]) -> int:
    """How many pairs `near_duplicates` has, of which copies of one text may make more than there is memory for.

    Examples
    --------
    >>> count_near_duplicates(["Pass this on."] * 4)
    6
    """
    return sum(len(index) for *_, index in _near(texts))


def _near(texts: Sequence[str]) -> Iterator[tuple[Ints, Ints, Floats]]:
    """The pairs of a chunk of texts after the other: positions, and the index."""
    rows, shingles = _shingles(texts)
    sizes, common = np.bincount(rows, minlength=len(texts)), np.bincount(shingles) > 1
    kept = common[shingles]
    ones = np.ones(np.count_nonzero(kept), dtype=np.int64)
    shared = sparse.csr_matrix((ones, (rows[kept], shingles[kept])), shape=(len(texts), len(common)))
    for begin in range(0, len(texts), _CHUNK):
        overlap = sparse.coo_matrix(shared[begin : begin + _CHUNK] @ shared.T)
        first, second = overlap.row + begin, overlap.col
        index = overlap.data / (sizes[first] + sizes[second] - overlap.data)
        near = np.flatnonzero((first < second) & (index >= THRESHOLD))
        yield first[near], second[near], index[near]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _shingles(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """The shingles of all texts, each once for a text: the text's position, and the shingle's number."""
    numbers = {"": _NO_WORD}
    words: list[int] = []
    rows: list[int] = []
    for row, text in enumerate(texts):
        found = [numbers.setdefault(word, len(numbers)) for word in _words(text)]
        if found:
            found += [_NO_WORD] * (3 - len(found))
        words += found
        rows += [row] * len(found)
    word, row_of = np.array(words, dtype=np.int64), np.array(rows, dtype=np.int64)
    # two numbers are packed into one of 64 bits, which holds the square of any count of words that fits into memory
    within = np.flatnonzero(row_of[:-2] == row_of[2:])
    _, pair = np.unique(word[:-1] * len(numbers) + word[1:], return_inverse=True)
    _, shingle = np.unique(pair[within] * len(numbers) + word[within + 2], return_inverse=True)
    n = len(shingle)
    once = np.unique(row_of[within] * n + shingle)
    return (once // n, once % n) if n else (once, once)


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
    # copies of a text hang on the first of them: a thousand would make half a million pairs
    firsts: dict[str, int] = {}
    said = [" ".join(_words(text)) for text in texts]
    pairs = [(firsts.setdefault(words, i), i) for i, words in enumerate(said) if words]
    distinct = list(firsts.values())
    pairs += [(distinct[i], distinct[j]) for i, j, _ in near_duplicates([texts[i] for i in distinct])]
    rows, columns = [own[i] for i, _ in pairs], [own[j] for _, j in pairs]
    links = sparse.coo_matrix((np.ones(len(pairs)), (rows, columns)), shape=(len(numbers), len(numbers)))
    _, component = connected_components(links, directed=False)
    return [int(component[number]) for number in own]
