"""Footers that return from article to article: known after they were met twice."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

from stance.articles.article import Article
from stance.articles.paragraphs import LINE_ENDS

__all__ = ["RepeatedFooters"]

#: A footer has so many lines at most, each of so many characters.
_LINES = 3
_LONGEST = 300
#: The line that far from the end is the article's own, and tells footers from copies of one article.
_OWN = 5
_TAIL = 8000
_LINE = re.compile(f"[^{LINE_ENDS}]+")
_WORD = re.compile(r"[^\W_]")
_CAPACITY = 2**17


class RepeatedFooters:
    """Says where the footer of each article begins, from the articles before it.

    One of the last three lines is part of a footer if it also stood among the last three lines of two earlier articles
    that were no copies of each other or of this one, and if so are all lines below it. So the first two articles of an
    outlet keep their footers; the result depends on the order of the articles, and on nothing else. Memory does not
    grow beyond some 30 MB: the lines met longest ago are forgotten.

    Examples
    --------
    >>> footers = RepeatedFooters()
    >>> stories = ["\\n".join(f"Story {i}, line {j}." for j in range(6)) for i in range(3)]
    >>> texts = [f"{story}\\nThe Ledger is read in 40 states." for story in stories]
    >>> [footers.add(text) for text in texts]
    [None, None, 102]
    >>> texts[2][102:]
    'The Ledger is read in 40 states.'
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, ...]] = {}

    def add(self, text: str) -> int | None:
        """Take note of an article.

        Parameters
        ----------
        text : str
            Its text.

        Returns
        -------
        int or None
            Where its footer begins; ``None`` if it has none.
        """
        # an article of one line has no footer, and millions of them should cost nothing here
        for line_end in LINE_ENDS:
            if line_end in text:
                break
        else:
            return None
        before = max(0, len(text) - _TAIL)
        lines = [line for line in _LINE.finditer(text, before) if _WORD.search(line.group())]
        if len(lines) < _OWN:
            return None
        own = _hash(lines[-_OWN].group())
        footer, unbroken = None, True
        for line in reversed(lines[-_LINES:]):
            words = line.group().strip()
            if len(words) > _LONGEST:
                break
            key = _hash(words)
            others = self._seen.pop(key, ())
            unbroken = unbroken and len([other for other in others if other != own]) >= 2
            if unbroken:
                footer = line.start() + len(line.group()) - len(line.group().lstrip())
            if own not in others and len(others) < 3:
                others = (*others, own)
            # put last, so that the first is the one met longest ago
            self._seen[key] = others
        while len(self._seen) > _CAPACITY:
            del self._seen[next(iter(self._seen))]
        return footer

    def mark(self, article: Article) -> Article:
        """The article, with the place where its footer begins; it is taken note of."""
        return replace(article, footer=self.add(article.text))


def _hash(line: str) -> int:
    raw = " ".join(line.split()).encode("utf-8", "surrogatepass")
    return zlib.crc32(raw) << 32 | zlib.adler32(raw)
