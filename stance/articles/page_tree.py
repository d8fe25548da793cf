"""The tree of a web page, before its paragraphs are looked for: notes out, and forms in that trafilatura reads."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice
from typing import Any

from stance.articles.markup import BLOCKS
from stance.articles.paragraphs import split_paragraphs

__all__ = ["prepared", "without_note_marks"]

#: Elements whose blocks trafilatura keeps apart only where they are paragraphs.
_ITEMS = frozenset(("blockquote", "dd", "li"))
_NOTE_LINK = re.compile(r"\b(?:doc-)?noteref\b|\b(?:doc-)?backlink\b|footnote|endnote")
_NOTE_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[a-z]|[ivxl]{1,6}|[*\u2020\u2021\u2191]{1,3}|\u21a9\ufe0e?|\^)[\])]?")


def without_note_marks(tree: Any) -> Any:
    """The page without the links to notes and back: their figures would stand at the ends of words."""
    row: list[Any] = []
    for mark in _note_marks(tree):
        if row and row[-1].getnext() is not mark:
            _cut(row)
            row = []
        row.append(mark)
    if row:
        _cut(row)
    return tree


def _note_marks(tree: Any) -> list[Any]:
    """The links to notes and back, each with the raised figure around it that has nothing else in it."""
    marks: list[Any] = []
    # to count children and to move text takes time that grows with both: each is done once
    children: dict[Any, int] = {}
    beside: set[Any] = set()
    for link in tree.iter("a"):
        above = link.getparent()
        if above is None or "#" not in link.get("href", ""):
            continue
        if above not in children:
            children[above] = len(above)
        lifted = above.tag == "sup" and children[above] == 1
        role = f"{link.get('role', '')} {link.get('epub:type', '')} {link.get('class', '')}"
        named = lifted or next(link.iter("sup"), None) is not None or _NOTE_LINK.search(role) is not None
        # not all of it: a link may hold a whole page
        if not named or not _NOTE_MARK.fullmatch("".join(islice(link.itertext(), 4)).strip()):
            continue
        bare = above not in beside and not (above.text or "").strip() and not (link.tail or "").strip()
        marks.append(above if lifted and bare and above.getparent() is not None else link)
        children[above] -= 1
        if not bare:
            beside.add(above)
    return marks


def _cut(row: list[Any]) -> None:
    """Take neighbours out, but for what stands behind each."""
    above, before = row[0].getparent(), row[0].getprevious()
    tails = "".join(element.tail or "" for element in row)
    if before is None:
        above.text = (above.text or "") + tails
    else:
        before.tail = (before.tail or "") + tails
    for element in row:
        element.tail = None
        above.remove(element)


def prepared(tree: Any) -> Any:
    """The page, with what trafilatura would run together or leave out put into forms that it reads."""
    without_note_marks(tree)
    # the posts of a live report are parts of one article: it reads one
    articles = [found for found in tree.iter("article") if next(found.iterancestors("article"), None) is None]
    sizes = [sum(len("".join(p.itertext())) for p in found.iter("p")) for found in articles]
    if len(articles) >= 3 and 2 * max(sizes) < sum(sizes):
        for found in articles:
            found.tag = "div"
    _wrap_bare(tree)
    for found in tree.iter("p"):
        text = "".join(found.itertext()).strip()
        if len(found) == 1 and found[0].tag == "a" and text.endswith(".") and text.count(" ") >= 3:
            # a sentence may be a link as a whole; headlines and menus have no full stop
            found[0].tag = "span"
    # lines that are set as they stand are paragraphs by the rules of plain text
    for found in list(tree.iter("pre")):
        text, tail = "".join(found.itertext()), found.tail
        found.clear()
        found.tag, found.tail = "div", tail
        for start, end in split_paragraphs(text):
            found.append(paragraph := found.makeelement("p"))
            paragraph.text = text[start:end]
    _frame(tree)
    return tree


def _frame(tree: Any) -> None:
    """Put the page into an article if its paragraphs stand in no block, as word processors write them.

    Of such a page trafilatura reads paragraphs only, and no heading.
    """
    body = tree.find("body")
    if body is None or next(tree.iter("article", "main"), None) is not None:
        return
    sizes = {found: len("".join(found.itertext())) for found in tree.iter("p")}
    own = [size for found, size in sizes.items() if found.getparent() is body]
    if len(own) > 1 and 2 * sum(own) >= sum(sizes.values()):
        article = body.makeelement("article")
        article.text, body.text = body.text, None
        article.extend(list(body))
        body.append(article)


def _wrap_bare(tree: Any) -> None:
    """Make paragraphs of text that stands beside blocks or blank lines, as browsers set it.

    Without that trafilatura loses what stands first, and runs together what stands later.
    """
    body = tree.find("body")
    body = tree if body is None else body
    parting = [found for found in body.iterdescendants("br", *BLOCKS) if found.tag != "br" or _is_blank_line(found)]
    holders: dict[Any, None] = {}
    for found in parting:
        for above in found.iterancestors():
            if above in holders or above.tag == "html":
                break
            holders[above] = None
    parts = {*parting, *holders}
    for found in holders:
        # a link around blocks leads to another article
        if found.tag != "a":
            _wrap_runs(found, parts, holders)


def _wrap_runs(found: Any, parts: Collection[Any], holders: Collection[Any]) -> None:
    """Make paragraphs of what stands between the parts of a block."""
    if found.tag == "p":
        found.tag = "div"
    children, runs = list(found), [found.makeelement("p")]
    runs[0].text, found.text = found.text, None
    found.insert(0, runs[0])
    for child in children:
        if child not in parts and not (child.tag == "br" and _is_heading(runs[-1], child)):
            runs[-1].append(child)
            continue
        if child.tag == "div" and child not in holders and found.tag in _ITEMS:
            child.tag = "p"
        runs.append(found.makeelement("p"))
        runs[-1].text, child.tail = child.tail, None
        child.addnext(runs[-1])
    for run in runs:
        if not len(run) and not (run.text or "").strip():
            found.remove(run)


def _is_blank_line(br: Any) -> bool:
    """Whether nothing stands between a line break and the one before it."""
    before = br.getprevious()
    return before is not None and before.tag == "br" and not (before.tail or "").strip()


def _is_heading(line: Any, br: Any) -> bool:
    """Whether a line is bold as a whole, and what follows its end is not."""
    # a block may be one line of many thousand pieces, and counting them here would take quadratic time
    first = next(iter(line), None)
    bold = None if first is None or first.getnext() is not None else next(line.iter("b", "strong"), None)
    if bold is None or "".join(bold.itertext()).strip() != "".join(line.itertext()).strip():
        return False
    below = br.getnext()
    return bool((br.tail or "").strip()) or below is None or next(below.iter("b", "strong"), None) is None
