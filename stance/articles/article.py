"""What is read: an article, and its paragraphs with their offsets."""

from __future__ import annotations

from dataclasses import dataclass

from stance.articles.paragraphs import split_paragraphs

__all__ = ["Article", "Paragraph"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of an article.

    Parameters
    ----------
    article_id : str
        The `Article.id` that it belongs to.
    index : int
        Its place among the paragraphs of the article, from 0.
    start, end : int
        Character offsets into the text of the article: ``article.text[start:end] == text``, always.
    text : str
        The paragraph.
    """

    article_id: str
    index: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """An article as it was read.

    Parameters
    ----------
    id : str
        Unique in a run.
    text : str
        The text, unaltered. It may be empty.
    title, date, outlet : str or None
        What the source says of the article; never guessed from its text.
    source : str or None
        The file that it was read from, ``-`` for standard input.
    position : int or None
        The line or row of that file, from 1.

    Examples
    --------
    >>> article = Article(id="wire-1", text="Talks resume\\n\\nEnvoys met in Vienna.")
    >>> [paragraph.text for paragraph in article.paragraphs]
    ['Talks resume', 'Envoys met in Vienna.']
    >>> last = article.paragraphs[-1]
    >>> article.text[last.start:last.end] == last.text
    True
    """

    id: str
    text: str
    title: str | None = None
    date: str | None = None
    outlet: str | None = None
    source: str | None = None
    position: int | None = None

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The paragraphs, in order (see `split_paragraphs`); split anew at each access."""
        return tuple(
            Paragraph(self.id, index, start, end, self.text[start:end])
            for index, (start, end) in enumerate(split_paragraphs(self.text))
        )
