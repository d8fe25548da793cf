"""What is read: an article, and its paragraphs with their offsets."""

from __future__ import annotations

from dataclasses import dataclass

from stance.articles.boilerplate import mark_boilerplate
from stance.articles.notices import last_part
from stance.articles.paragraphs import split_paragraphs
from stance.errors import ArgumentError, kind_of

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
    boilerplate : bool
        Whether it is none of the article's: a byline, a link, a footer, a signature.
    """

    article_id: str
    index: int
    start: int
    end: int
    text: str
    boilerplate: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """An article as it was read.

    Parameters
    ----------
    id : str
        Unique in a run.
    text : str
        The text, unaltered; of HTML, PDF and the like what was made of it, and offsets are of that. It may be empty.
    title, date, outlet : str or None
        What the source says of the article; never guessed from its text.
    source : str or None
        The file that it was read from, ``-`` for standard input.
    position : int or None
        The line or row of that file, from 1.
    cluster : str or None
        The id of the first article of a run that this one is a near copy of; ``None`` where that was not looked for.
    footer : int or None
        Where a footer begins that earlier articles of the run have, too: from there on all is boilerplate.
    kept : tuple of (str, str or None)
        The further columns or keys that were asked for, and what the source says there of the article.

    Raises
    ------
    ArgumentError
        If id or text is no text, or `kept` is no tuple of pairs.

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
    cluster: str | None = None
    footer: int | None = None
    kept: tuple[tuple[str, str | None], ...] = ()

    def __post_init__(self) -> None:
        for name in ("id", "text"):
            value = getattr(self, name)
            if not isinstance(value, str):
                raise ArgumentError(f"the {name} of an Article is a {kind_of(value)}, not a str")
        if not isinstance(self.kept, tuple) or not all(map(_is_pair, self.kept)):
            raise ArgumentError("kept of an Article is a tuple of names and values, such as tuple(columns.items())")

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        """The paragraphs, in order (see `split_paragraphs`); split anew at each access."""
        spans = split_paragraphs(self.text)
        footer = last_part(self.text, self.footer)
        marks = mark_boilerplate([self.text[start:end] for start, end in spans])
        return tuple(
            Paragraph(self.id, index, start, end, self.text[start:end], mark or start >= footer)
            for index, ((start, end), mark) in enumerate(zip(spans, marks, strict=True))
        )


def _is_pair(kept: object) -> bool:
    return isinstance(kept, tuple) and len(kept) == 2 and isinstance(kept[0], str)
