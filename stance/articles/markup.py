"""HTML in a cell of a table or a field of JSON, as content management systems export it: the text that it shows.

A fragment is no page: nothing of it is taken for a menu. Tags are all that is looked at, in time linear in the length,
so that this needs no extra and gives the same whatever the versions of Python and lxml are.
"""

from __future__ import annotations

import re
from collections.abc import Set
from html import unescape

from stance.articles.encoding import clean_surrogates
from stance.letters import LIGATURES

__all__ = ["BLOCKS", "UNSEEN", "is_markup", "one_line", "plain_letters", "plain_text", "without_markup"]

# hyphens that show only where a line is broken, and ligatures
_SET = {"\xad": "", **LIGATURES}

#: Elements that begin and end a line of their own.
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details div dl dt figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td th tr ul".split()
)
#: Elements that a reader does not see.
UNSEEN = frozenset(("script", "style", "head", "noscript", "template"))

_PARAGRAPH, _LINE, _CELL = "\0", "\1", "\2"
_CELLS = ("td", "th")
_BREAKS = dict.fromkeys(BLOCKS, _PARAGRAPH) | {"br": _LINE} | dict.fromkeys(_CELLS, _CELL)
_MARKS = re.compile("[\0-\2]")
_LINES = re.compile("\1(?:\\s*\1)+")
_SPACE = re.compile(r"\s+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_END = re.compile(r"\r\n?|\n")

_SURE = re.compile(
    rf"</(?:{'|'.join(sorted(BLOCKS))})\s*>|<br(?:\s[^<>]*)?/?>"
    r"|\A\s*<(?:(?:p|div)(?:\s+[A-Za-z-]+\s*=[^<>]*)?>|html[\s>]|body[\s>]|!doctype\s+html)",
    re.IGNORECASE,
)
# what follows the name keeps addresses in angle brackets out; a value in quotation marks may hold what ends a tag
_TAG = re.compile(
    r"""<(?:(?P<close>/?)(?P<name>[A-Za-z][A-Za-z0-9-]*+(?::[A-Za-z][A-Za-z0-9]*+)?)(?=[\s/>])
        (?: =\s*+(?:"[^"]{0,4000}+"|'[^']{0,4000}+') | [^<>] )*+
      | [!?][^<>]*+ )>""",
    re.VERBOSE,
)
# Python makes no number of more than 4,300 digits; no character has one of more than seven
_FIGURES = re.compile(r"(?<=&#)[0-9]{8,}+")
_SECTION = re.compile(r"<!\[CDATA\[|\]\]>")


def is_markup(text: str) -> bool:
    """Whether a text is beyond doubt HTML: it closes a block, breaks a line by a tag, or begins as a page or paragraph.

    Examples
    --------
    >>> is_markup("<p>Talks resume.</p>"), is_markup("Talks resume.<br>No date is set.")
    (True, True)
    >>> is_markup("Oil < 60 dollars, says a <b>source</b> <desk@wire.example>")
    False
    """
    return "<" in text and _SURE.search(text) is not None


def plain_letters(text: str) -> str:
    """Words as they are written: without soft hyphens, and ligatures as the letters that they stand for.

    Examples
    --------
    >>> plain_letters("sanc\\xadtions on \\ufb01rms")
    'sanctions on firms'
    """
    for mark, letters in _SET.items():
        text = text.replace(mark, letters)
    return text


def one_line(value: str | None) -> str | None:
    r"""What a document says of itself, such as its title: white space once, words as they are written.

    Examples
    --------
    >>> one_line(" Talks\n  resume "), one_line(" ")
    ('Talks resume', None)
    """
    return clean_surrogates(plain_letters(" ".join(value.split()))) or None if value else None


def plain_text(markup: str, unseen: Set[str] = UNSEEN) -> str:
    r"""The text that a fragment of HTML shows: paragraphs parted by blank lines, entities decoded, white space once.

    A blank line outside of ``<p>`` parts paragraphs, too: so editors store what they show as paragraphs.

    Parameters
    ----------
    markup : str
        HTML. What is left open is read to its end; a ``<`` that begins no tag is kept.
    unseen : set of str
        Elements that are no part of the text.

    Returns
    -------
    str

    Examples
    --------
    >>> plain_text("<h2>Talks&nbsp;resume</h2>\n<p>No date is\nset.<br>Oil &lt; 60 <b>dollars</b>.</p>")
    'Talks resume\n\nNo date is set.\nOil < 60 dollars.'
    """
    markup = _without_comments(_SECTION.sub("", _MARKS.sub(" ", markup)))
    parts: list[str] = []
    place, block = 0, ""
    never_closed: set[str] = set()
    while (tag := _TAG.search(markup, place)) is not None:
        parts.append(_breaks(markup[place : tag.start()], block))
        place = tag.end()
        name, opens = (tag["name"] or "").lower(), not tag["close"]
        if opens or name not in _CELLS:
            parts.append(_BREAKS.get(name, ""))
        if name in BLOCKS:
            block = name if opens else ""
        if opens and name in unseen and name not in never_closed:
            end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(markup, place)
            if end is None:
                # more is lost by hiding all that follows than by showing it
                never_closed.add(name)
            else:
                place, block = end.end(), "" if name in BLOCKS else block
    parts.append(_breaks(markup[place:], block))
    text = plain_letters(unescape(_FIGURES.sub(_short, "".join(parts))))
    paragraphs = (_shown(paragraph) for paragraph in _LINES.sub(_PARAGRAPH, text).split(_PARAGRAPH))
    return "\n\n".join(filter(None, paragraphs))


def without_markup(text: str, title: str | None) -> tuple[str, str | None]:
    """Text and title of a record, read as HTML where they are; the title also where only the text shows it.

    Examples
    --------
    >>> without_markup("<p>No date is set.</p>", "<em>Talks</em> &#8211; again")
    ('No date is set.', 'Talks – again')
    >>> without_markup("No <date> is set.", "R&amp;D")
    ('No <date> is set.', 'R&amp;D')
    """
    found = is_markup(text)
    if title is not None and (found or is_markup(title)):
        title = " ".join(plain_text(title).split()) or None
    return plain_text(text) if found else text, title


def _without_comments(markup: str) -> str:
    """By hand: an expression would look for the end of each comment that has none."""
    parts: list[str] = []
    place = 0
    while (begin := markup.find("<!--", place)) >= 0 and (end := markup.find("-->", begin + 2)) >= 0:
        parts.append(markup[place:begin])
        place = end + 3
    return "".join(parts) + markup[place:]


def _short(figures: re.Match[str]) -> str:
    """A number that stands for the same character, or like it for none."""
    return figures[0].lstrip("0")[:8] or "0"


def _breaks(text: str, block: str) -> str:
    """The breaks that stand in the text itself."""
    if block == "pre":
        return _LINE_END.sub(_LINE, text)
    return text if block == "p" or "\n" not in text else _BLANK_LINE.sub(_PARAGRAPH, text)


def _shown(paragraph: str) -> str:
    lines = (_SPACE.sub(" ", line).strip(f" {_CELL}") for line in paragraph.split(_LINE))
    return "\n".join(line.replace(_CELL, "\t") for line in lines if line)
