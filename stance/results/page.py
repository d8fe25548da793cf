"""The page that a person reads in a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence

import click

from stance.articles import Article, Paragraph
from stance.labels import is_related
from stance.model.scores import ParagraphScore, TargetScore

__all__ = ["article_page", "visible"]

# blue against orange is told apart with any colour vision
_COLOURS = {"favor": "bright_blue", "against": "yellow", "neutral": "white"}
_MARKS = {"favor": "+", "against": "-", "neutral": "="}
_WIDEST = 100
# a terminal obeys these, whoever wrote them; U+2400 and on are their pictures
_PICTURES: dict[int, int | str] = {
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    # they turn the order of what follows, labels and figures too (Boucher and Anderson 2023, "Trojan Source")
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), 0xFFFD),
    **dict.fromkeys(map(ord, "\t\n\v\f\r\x85\u2028\u2029"), " "),
}


def visible(text: str) -> str:
    r"""Text of others as one line that a terminal shows and does not obey.

    Examples
    --------
    >>> visible("A\x1b[2J\nB")
    'A\u241b[2J B'
    """
    return text.translate(_PICTURES)


def article_page(
    article: Article,
    scores: Sequence[ParagraphScore],
    words: Mapping[tuple[int, str], Sequence[str]],
    width: int = 80,
    *,
    speakers: bool = False,
) -> Iterator[str]:
    """Set out one article: each paragraph, its stances with probability, the words that decided.

    Parameters
    ----------
    article : Article
        What was scored.
    scores : sequence of ParagraphScore
        Its paragraphs.
    words : mapping of (int, str) to sequence of str
        Paragraph number and target to the words that decided.
    width : int
        Columns of the terminal.
    speakers : bool
        Whether to show who speaks.

    Yields
    ------
    str
        Lines, with colours as escape codes.
    """
    width = max(40, min(width, _WIDEST))
    heading = visible(" - ".join(part for part in (article.title or article.id, article.outlet, article.date) if part))
    yield click.style(heading, bold=True)
    yield click.style("=" * min(len(heading), width), dim=True)
    column = max([12, *(len(name) for score in scores for name in score.stances)])
    said = _speech_lines([score.paragraph for score in scores], column) if speakers else [None] * len(scores)
    for score, speech in zip(scores, said, strict=True):
        yield ""
        number = f"{score.paragraph.index:>3}  "
        text = visible(" ".join(score.paragraph.text.split()))
        quiet = not any(is_related(stance.label) for stance in score.stances.values())
        body = textwrap.wrap(text, width, initial_indent=number, subsequent_indent=" " * 5) or [number]
        yield from (click.style(line, dim=quiet) for line in body)
        for name, stance in score.stances.items():
            yield "     " + _stance_line(
                f"{visible(name):<{column}}", stance, words.get((score.paragraph.index, name), ())
            )
        if speech is not None:
            yield "     " + click.style(speech, dim=True)
    yield ""


def _speech_lines(paragraphs: Sequence[Paragraph], column: int) -> list[str | None]:
    """What is shown of who speaks in each paragraph, nothing of the author."""
    from stance.speakers import find_speeches

    return [
        None
        if speech.speaker is None
        else f"{'speaker':<{column}}   {speech.voice:<10} {visible(' '.join(speech.speaker.split()))} ({speech.actor})"
        for _, speech in find_speeches([one.text for one in paragraphs], [one.boilerplate for one in paragraphs])
    ]


def _stance_line(name: str, stance: TargetScore, words: Sequence[str]) -> str:
    if stance.label is None:
        return click.style(f"{name} ? no label: {stance.abstained}", dim=True)
    key = stance.label.lower()
    line = f"{name} {_MARKS.get(key, ' ')} {visible(stance.label):<10} {stance.probability:.2f}"
    if not is_related(stance.label):
        return click.style(line, dim=True)
    styled = click.style(line, fg=_COLOURS.get(key), bold=key != "neutral")
    quoted = ", ".join(f'"{visible(word)}"' for word in words)
    return styled + (click.style(f"  {quoted}", dim=True) if quoted else "")
