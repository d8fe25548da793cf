"""Light stemming: English endings of plurals and of regular verbs are cut, so that "lifting" serves for "lifted"."""

from __future__ import annotations

__all__ = ["stem"]

_ENDINGS = (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))


def stem(word: str) -> str:
    """Cut the ending of a word in lower case.

    The first ending that fits and leaves three letters is cut, then a final ``e``, then the second of two equal
    consonants. Words of less than five or more than 64 letters and words with other than ASCII characters stay as they
    are. The result need not be a word; it only has to be the same for the forms of one.

    Parameters
    ----------
    word : str
        A token.

    Examples
    --------
    >>> [stem(word) for word in ("imposed", "imposes", "imposing", "penalties", "banned", "press", "talks")]
    ['impos', 'impos', 'impos', 'penalty', 'ban', 'press', 'talk']
    """
    if not 5 <= len(word) <= 64 or not word.isascii():
        return word
    for ending, put in _ENDINGS:
        if word.endswith(ending) and len(word) >= len(ending) + 3 and not (ending == "s" and word[-2] == "s"):
            word = word[: -len(ending)] + put
            break
    if len(word) > 4 and word[-1] == "e":
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "els":
        word = word[:-1]
    return word
