"""What the readers of XML share: how a kind of file is described, and the text that an element of it shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import NamedTuple, TypeAlias
from xml.etree.ElementTree import Element

from stance.articles.markup import BLOCKS, UNSEEN, one_line, plain_text
from stance.articles.xml.names import CDATA
from stance.errors import ArticleError

__all__ = ["Body", "Dialect", "Tags", "first", "needed", "text_of", "whole_date", "words"]

#: What readers of an article do not see, or not as a part of it, as in a saved page.
_UNREAD = UNSEEN | frozenset("aside audio button figcaption form iframe nav object select svg video".split())
_SHOWN = BLOCKS | {"br"}
_HTML = ("html", "text/html")
#: Before words it is a name, so what stands behind it in its label would be doubled.
_BEHIND_NAME = " \t\r\n\u00a0:.,"
#: One is written as often as its bearer speaks.
_LONGEST_NAME = 200
_BASIC_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T\d{4}\S*)?")
#: What reads such dates takes the year -0001, as WordPress has it, for a time zone.
_MAIL_DATE = re.compile(r"(?:[A-Za-z]+, )?\d{1,2} [A-Za-z]+ \d{4} \d\d?:\d\d")

#: What an element is to HTML, by its name, or by its parent's and its own (``u/seg``); ``None`` if it is no text.
Tags: TypeAlias = Mapping[str, str | None]
#: The text of the article in an element; ``None`` if there is none to be. An `ArticleError` says why it is not read.
Body: TypeAlias = Callable[[Element], str | None]
#: Whose words begin with an element, if that opens a speech; it is given who was named right before.
Speaker: TypeAlias = Callable[[Element, str], str | None]


def needed(item: Element, path: str) -> Element:
    """What stands at a path.

    Raises
    ------
    ArticleError
        If nothing does.
    """
    found = item.find(path)
    if found is None:
        raise ArticleError(f"no <{path.lstrip('./')}> in it")
    return found


def whole_date(value: str) -> str:
    """A date as feeds and agencies write it, as the standard has it in full; another as it is.

    Examples
    --------
    >>> whole_date("20250314T080000Z"), whole_date("Fri, 14 Mar 2025 08:00:00 GMT"), whole_date("Spring 2025")
    ('2025-03-14', '2025-03-14T08:00:00+00:00', 'Spring 2025')
    """
    if (basic := _BASIC_DATE.fullmatch(value)) is not None:
        return "-".join(basic.groups())
    if _MAIL_DATE.match(value):
        # slow to import
        from email.utils import parsedate_to_datetime

        try:
            return parsedate_to_datetime(value[:100]).isoformat()
        except (ValueError, OverflowError, TypeError, IndexError):
            return value
    return value


class Dialect(NamedTuple):
    """A kind of XML that is read.

    Attributes
    ----------
    kind : str
        What it is called in errors.
    items : tuple of str
        The elements that hold an article each.
    fields : mapping of str to tuple of str
        Where title, date, outlet and id stand in these, best first (see `first`).
    body : callable
        The text.
    outer : mapping of str to str
        What the file says of all its articles: the field, by the element with its parent's name.
    html : bool
        Whether text is HTML, written so that it passes for text.
    date : callable
        From what stands where the date does, to the date.
    """

    kind: str
    items: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    body: Body
    outer: Mapping[str, str] = {}
    html: bool = False
    date: Callable[[str], str | None] = whole_date


def text_of(
    element: Element | None, tags: Tags | None = None, html: bool = False, speaker: Speaker | None = None
) -> str:
    """The text that an element shows, paragraphs parted by blank lines.

    Parameters
    ----------
    element : Element or None
        Nested no deeper than an item may be.
    tags : mapping of str to str or None, optional
        What is not called as in HTML.
    html : bool
        Whether text is HTML.
    speaker : callable, optional
        Who speaks: the name stands before the first words, as in a transcript.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> text_of(fromstring("<u><seg>Talks resume.</seg><note>Applause</note><seg>In Oman.</seg></u>"),
    ...         {"seg": "p", "note": None})
    'Talks resume.\\n\\nIn Oman.'
    """
    if element is None:
        return ""
    tags, parts, said, joined = tags or {}, list[str](), "", False

    def write(text: str | None, raw: bool) -> None:
        nonlocal said, joined
        if joined and text:
            # where words are marked one by one, each may have a line
            text = text.lstrip()
            joined = not text
        if said and text and not text.isspace():
            there = text.lstrip().startswith((f"{said}:", f"{said}."))
            parts.append("" if there else f"{escape(said, quote=False)}: ")
            said = ""
        parts.append((text or "") if raw else escape(text or "", quote=False))

    def walk(element: Element, tag: str, raw: bool) -> None:
        nonlocal said, joined
        raw = raw or element.tag == CDATA
        joins = element.get("join") in ("right", "both")
        blank = tag.isspace() and element.get("break") != "no"
        parts.append(f"<{tag}>" if tag in _SHOWN else " " * blank)
        write(element.text, raw)
        # what a contraction stands for are empty words within it
        joined = joined or joins
        for child in element:
            inner = tags.get(f"{element.tag}/{child.tag}", tags.get(child.tag, child.tag))
            opened = None if speaker is None else speaker(child, said)
            said = said if opened is None else opened[:_LONGEST_NAME].strip(_BEHIND_NAME)
            if inner is not None and inner not in _UNREAD:
                walk(child, inner, raw)
                said = said if opened is None else ""
            write(child.tail, raw)
        joined = joined or joins
        parts.append(f"</{tag}>" if tag in BLOCKS else "")

    walk(element, tags.get(element.tag, element.tag) or "", html)
    return plain_text("".join(parts), _UNREAD)


def words(element: Element | None, html: bool = False) -> str | None:
    """What stands in an element, in one line.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> words(fromstring("<title>Oil &lt;b>60&lt;/b> dollars</title>"), html=True)
    'Oil 60 dollars'
    """
    if element is None:
        return None
    return one_line(text_of(element, html=html or element.get("type") in _HTML))


def first(item: Element, paths: Iterable[str], html: bool = False) -> str | None:
    """What the first element or attribute says that says anything.

    Parameters
    ----------
    item : Element
        Where it is.
    paths : iterable of str
        Such as ``head/title``, or for an attribute ``head/docdata/@norm``.
    html : bool
        Whether text is HTML.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> first(fromstring("<item><guid/><link href='a/1'/></item>"), ["guid", "link/@href"])
    'a/1'
    """
    for path in paths:
        place, _, attribute = path.partition("/@")
        for found in item.iterfind(place):
            value = one_line(found.get(attribute)) if attribute else words(found, html)
            if value:
                return value
    return None
