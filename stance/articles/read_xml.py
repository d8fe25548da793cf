"""XML of newsrooms, feeds and parliaments: the root and its namespace tell which.

Two faults of feeds are mended, for they would cost all that follows: an ``&`` that begins no entity, or one of HTML,
and characters that XML does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape, unescape
from html.entities import html5
from typing import IO

from stance.articles.article import Article
from stance.articles.encoding import UNDECODABLE, decoded_chunks
from stance.articles.lines import UNFIT
from stance.articles.records import Columns, Quarantined
from stance.articles.seen import SeenIds, hash_id
from stance.articles.xml.debates import AKOMA_NTOSO, PUBLICWHIP, TEI
from stance.articles.xml.items import Item, items_of
from stance.articles.xml.names import OF_XML
from stance.articles.xml.news import ATOM, NEWSML, NEWSML1, NITF, RCV1, RSS
from stance.articles.xml.text import first
from stance.errors import ArticleError

__all__ = ["read_xml"]

#: Stands for bytes that do not fit the encoding: a character for private use that XML has.
_DAMAGED = "\U0010fffd"
_ENCODING = re.compile(rb"\s*<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9_.:-]{2,40})")
_NO_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:(?:#(?:\d{1,7}|[xX][0-9A-Fa-f]{1,6})|([A-Za-z_][\w.-]{0,60}));)?")
_DECLARED = re.compile(r"<!ENTITY\s+([\w.-]+)")
#: More than the longest entity.
_HELD = 80
_PIECE = 2**14

#: By the root, in which the prefix tells the vocabulary.
_KINDS = {
    "nitf": NITF,
    "newsMessage": NEWSML,
    "newsItem": NEWSML,
    "NewsML": NEWSML1,
    "newsitem": RCV1,
    "rss": RSS,
    "rdf.RDF": RSS,
    "atom.feed": ATOM,
    "atom.entry": ATOM,
    "TEI": TEI,
    "TEI.2": TEI,
    "teiCorpus": TEI,
    "publicwhip": PUBLICWHIP,
    "debates": PUBLICWHIP,
    "akomaNtoso": AKOMA_NTOSO,
}


def read_xml(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the articles of NITF, NewsML, RSS, Atom, TEI and their like, one at a time.

    An article that cannot be read is quarantined with its place in the file, and reading goes on at the next. An id
    that the file has already used, as feeds do, counts as none.

    Raises
    ------
    ArticleError
        If it is no XML, another kind of it, or made to harm.
    """
    ids = SeenIds()
    for position, item in enumerate(
        items_of(_mended(decoded_chunks(stream, source, named=_encoding)), source, _KINDS), start=1
    ):
        record = _record(item, source, stem, position)
        if isinstance(record, Article) and not ids.add(hash_id(record.id)):
            record = replace(record, id=f"{stem}:{position}")
            ids.add(hash_id(record.id))
        if record is not None:
            yield record


def _encoding(head: bytes) -> str | None:
    found = _ENCODING.match(head)
    return None if found is None else found[1].decode()


def _mended(pieces: Iterable[str]) -> Iterator[bytes]:
    declared: set[str | None] = set()
    held = ""

    def mend(found: re.Match[str]) -> str:
        whole, name = found[0], found[1]
        if name in OF_XML or name in declared:
            return whole
        if name is None and whole != "&":
            shown = unescape(whole)
            # in an attribute a tab or line end would become a blank
            return whole if shown in ("\t", "\n", "\r") else _NO_XML.sub(" ", escape(shown))
        return escape(html5.get(f"{name};", "")) or f"&amp;{whole[1:]}"

    for piece in pieces:
        declared.update(_DECLARED.findall(piece))
        piece = held + _NO_XML.sub(" ", piece.replace(UNDECODABLE, _DAMAGED))
        cut = piece.rfind("&", max(0, len(piece) - _HELD))
        cut = len(piece) if cut < 0 or ";" in piece[cut:] else cut
        held = piece[cut:]
        data = _ENTITY.sub(mend, piece[:cut]).encode()
        yield from (data[start : start + _PIECE] for start in range(0, len(data), _PIECE))
    if held:
        yield _ENTITY.sub(mend, held).encode()


def _record(item: Item, source: str, stem: str, position: int) -> Article | Quarantined | None:
    tree, dialect, outer = item
    if isinstance(tree, str):
        return Quarantined(source, position, tree)
    try:
        text = dialect.body(tree)
    except ArticleError as error:
        return Quarantined(source, position, error.message)
    if text is None:
        return None
    known = {**outer}
    for field, paths in dialect.fields.items():
        if (value := first(tree, paths, dialect.html)) is not None:
            known[field] = value
    if _DAMAGED in text or any(_DAMAGED in value for value in known.values()):
        return Quarantined(source, position, UNFIT)
    # where the root is the article, the file is
    alone = position == 1 and tree.tag in _KINDS
    return Article(
        known.get("id") or (stem if alone else f"{stem}:{position}"),
        text,
        title=known.get("title"),
        date=dialect.date(known["date"]) if "date" in known else None,
        outlet=known.get("outlet") or None,
        source=source,
        position=position,
    )
