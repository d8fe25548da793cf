"""Saved web pages, through trafilatura; and exports of press databases as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from stance.articles.article import Article
from stance.articles.encoding import decode_named
from stance.articles.exports import find_database, split_export
from stance.articles.libraries import need, silence, unsound, whole
from stance.articles.markup import BLOCKS, UNSEEN, one_line, plain_letters
from stance.articles.page_tree import prepared, without_note_marks
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["decode_html", "html_article", "html_lines", "read_html"]

_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.I)
#: What browsers, SingleFile and HTTrack note in a page that they save.
_SAVED_FROM = re.compile(
    r"<!-- saved from url=\(\d+\)(\S{1,2000}) -->"
    r"|<!--\s{1,9}Page saved with SingleFile\s{1,9}url: (\S{1,2000})"
    r"|<!-- Mirrored from (\S{1,2000}) by HTTrack "
)
#: What tells that a page may be an export of Factiva, LexisNexis or ProQuest.
_EXPORT = re.compile(
    r"articleParagraph|Document [A-Za-z0-9]{18,34}\s*<|\d DOCUMENTS?\s*<|Do[ck]ument \d{1,7} (?:von|de) \d{1,7}\s*<"
    r"|ProQuest document ID"
)
_SPACE = re.compile(r"\s+")
#: The parser's time grows with the square of a tag's attributes, and no page needs so many.
_MOST_ATTRIBUTES = 500
#: As browsers read it: a value in quotation marks may hold what ends a tag, and an attribute needs no value.
_ATTRIBUTE = r"""[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>]*+))?+[\s/]*+"""
_TAG = re.compile(
    rf"<(?:!--|(?P<name>[A-Za-z][^\s/>]*+)[\s/]*+(?:{_ATTRIBUTE}){{0,{_MOST_ATTRIBUTES}}}+(?P<more>[^\s/>])?)"
)
#: Elements in which no tag but their own end is one, and those of them that are looked into: parsers differ there.
_RAW = frozenset(("script", "style", "title", "textarea"))
_LOOKED_INTO = frozenset(("title", "textarea"))
#: With so many elements a page is not tried in the way that takes time growing with their square.
_MOST_ELEMENTS = 20_000
#: Tags of trafilatura's own tree that hold one paragraph each.
_PARAGRAPHS = frozenset(("p", "head", "item", "row", "quote", "code"))
_BETWEEN = {"lb": "\0", "cell": " "}
#: What stands for a line break, the beginning and the end of a link, until the paragraph is whole.
_MARKS = re.compile("[\0-\2]")
#: Instructions for what reads XML.
_INSTRUCTION = re.compile(r"<\?xml[^<>]*\?>", re.I)
_LINKED = re.compile("\1[^\2]*\2")
_WORD = re.compile(r"[^\W_]")
#: Two line breaks in a row part paragraphs in pages that have no other marks; one does where each line is a sentence.
_BREAKS = re.compile(r"(?:\0\s*){2,}")
_SENTENCE = re.compile(r"[.!?…][\"'’”»)\]]*\Z")


def read_html(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the one article of a page, or all of an export of a press database.

    Navigation, share bars, related links, cookie notices and the like are no part of the text; paragraphs are parted
    by blank lines.

    Raises
    ------
    ArticleError
        If it is no page, or there is no article in it.
    MissingDependencyError
        Without trafilatura.
    """
    page = decode_html(whole(stream, source), source)
    if _EXPORT.search(page):
        lines = html_lines(page, source)
        if (database := find_database(lines)) is not None:
            yield from split_export(database, lines, source, stem)
            return
    yield html_article(page, source, stem, 1)


def html_article(page: str, source: str, id: str, position: int, url: str | None = None) -> Article:
    """The article of a page.

    Parameters
    ----------
    page : str
        HTML.
    source, id, position
        Of the article.
    url : str, optional
        Where it was; its host is the outlet where the page names none.

    Raises
    ------
    ArticleError
        If there is no article in it.
    """
    trafilatura = need("trafilatura", "trafilatura", "html")
    # its remarks on faulty pages would stand between our lines on standard error
    silence("trafilatura")
    # bytes that no page needs, and that are used below
    page = _INSTRUCTION.sub("", _MARKS.sub(" ", page))
    if (saved := _SAVED_FROM.search(page[:4000])) is not None:
        url = url or saved[1] or saved[2] or f"http://{saved[3]}"
    _check_attributes(page, source)
    with unsound("an HTML page", source):
        tree = trafilatura.load_html(page)
        found = trafilatura.bare_extraction(
            None if tree is None else prepared(tree),
            url=url,
            favor_recall=True,
            include_comments=False,
            include_links=True,
            with_metadata=True,
            fast=tree is not None and next(islice(tree.iter(), _MOST_ELEMENTS, None), None) is not None,
            # what stands in the page's own fields; a date is not guessed from the text
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
        texts = [] if found is None else list(_paragraphs(found.body))
    if not texts:
        raise ArticleError("no article text in this page", source)
    return Article(
        id=id,
        text="\n\n".join(texts),
        title=one_line(found.title),
        date=one_line(found.date),
        outlet=one_line(found.sitename or found.hostname),
        source=source,
        position=position,
    )


def _check_attributes(page: str, source: str) -> None:
    """Raise `ArticleError` if a tag has more of them than a page needs, so far as that shows before it is parsed."""
    place = behind = 0
    while (tag := _TAG.search(page, place)) is not None:
        if tag["more"]:
            raise ArticleError(f"a tag of this page has more than {_MOST_ATTRIBUTES:,} attributes", source)
        place, name = tag.end(), (tag["name"] or "").lower()
        # what only looks like a comment or a script there must not hide what follows
        if tag.start() < behind or (tag["name"] and name not in _RAW):
            continue
        # an empty comment may be written <!-->
        end = re.compile(rf"</{name}\b" if name else "--!?>", re.I).search(page, place if name else place - 2)
        behind = len(page) if end is None else end.end()
        if name not in _LOOKED_INTO:
            place = behind


def decode_html(raw: bytes, source: str, named: str | None = None) -> str:
    """The text of a page: by the encoding that its sender names, else the one that the page names, as `decode_named`.

    Examples
    --------
    >>> decode_html('<meta charset="windows-1251"><p>мир'.encode("cp1251"), "a.html")[-3:]
    'мир'
    """
    found = None if named else _CHARSET.search(raw[:4096])
    return decode_named(raw, found[1].decode() if found else named, source)


def _paragraphs(body: Any) -> Iterator[str]:
    """The leaves among the blocks of trafilatura's tree, in order, but those that are nothing but links."""
    open_text: list[str] = []

    def walk(element: Any, linked: bool = False) -> Iterator[str]:
        # where a table lays out the page, a cell is no part of a line
        block = element.tag in _PARAGRAPHS or (element.tag == "cell" and any(c.tag in _PARAGRAPHS for c in element))
        linked = linked or (element.tag == "ref" and bool(element.get("target")))
        if block:
            yield from flush()
        open_text.append(_BETWEEN.get(element.tag, "") + take(element.text, linked))
        for child in element:
            yield from walk(child, linked)
            open_text.append(take(child.tail, linked))
        if block:
            yield from flush()

    def take(text: str | None, linked: bool) -> str:
        return f"\1{text}\2" if text and linked else text or ""

    def flush() -> Iterator[str]:
        for part in _BREAKS.split("".join(open_text)):
            lines = [line for line in part.split("\0") if line.strip()]
            links = sum(_is_link(line) for line in lines)
            if links >= 3 or (links == 2 and len(lines) == 3):
                # a menu, set line by line
                lines = [line for line in lines if not _is_link(line)]
            for text in lines if _are_paragraphs(lines) else [" ".join(lines)]:
                shown = plain_letters(_SPACE.sub(" ", _MARKS.sub("", text))).strip()
                if shown and not _is_link(text):
                    yield shown
        open_text.clear()

    yield from walk(body)
    yield from flush()


def _are_paragraphs(lines: list[str]) -> bool:
    """Whether lines are whole sentences, such as the turns of a conversation, and not one text that was wrapped."""
    shown = [_MARKS.sub("", line).strip() for line in lines]
    ended = sum(_SENTENCE.search(line) is not None for line in shown)
    return len(lines) >= 3 and 4 * ended >= 3 * len(lines) and not any(line[:1].islower() for line in shown)


def _is_link(text: str) -> bool:
    """Whether words stand in links only."""
    return "\1" in text and _WORD.search(_LINKED.sub("", text)) is None


def html_lines(page: str, source: str) -> list[str]:
    """What stands in each block of a page; of a table, in each row."""
    etree = need("lxml.etree", "lxml", "html")
    _check_attributes(page, source)
    with unsound("an HTML page", source):
        parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
        tree = etree.fromstring(page.encode(), parser)
    # by events, for a page may be nested deeper than Python's stack
    return [] if tree is None else list(_blocks(etree.iterwalk(without_note_marks(tree), events=("start", "end"))))


def _blocks(events: Iterable[tuple[str, Any]]) -> Iterator[str]:
    parts: list[str] = []

    def flush() -> Iterator[str]:
        text = "\t".join(_SPACE.sub(" ", part).strip() for part in plain_letters("".join(parts)).split("\0"))
        parts.clear()
        if text.strip():
            yield text.strip()

    hidden = 0
    for event, element in events:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in BLOCKS and tag not in ("td", "th"):
            yield from flush()
        if event == "start":
            hidden += tag in UNSEEN
            if tag in ("td", "th") and parts:
                parts.append("\0")
            elif tag == "br":
                parts.append(" ")
            if not hidden and tag:
                parts.append(element.text or "")
        else:
            hidden -= tag in UNSEEN
            if not hidden:
                parts.append(element.tail or "")
    yield from flush()
