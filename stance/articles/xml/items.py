"""Articles of an XML file one after the other, each as a tree; the file itself is never held.

Expat of the standard library parses it: no file that one names is loaded, and what a tree may grow to has a limit.
Behind a fault reading goes on at the next article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from stance.articles.records import LARGEST_RECORD
from stance.articles.xml.names import ATTRIBUTES, CDATA, OF_XML, called_in
from stance.articles.xml.text import Dialect, words
from stance.errors import ArticleError

__all__ = ["Item", "items_of"]

#: Documents have hardly thirty levels; what reads a tree goes down by calling itself.
_DEEPEST = 200
#: Each takes a hundred times the memory of a letter.
_MOST_ELEMENTS = 500_000
#: Until the end of a tag or comment is there, all of it is looked at anew with each piece.
_LONGEST_TAG = 2**22
#: Entities and attributes that a file declares for itself, such as ``pound``, stand for a few letters.
_LONGEST_DECLARED = 100
_MOST_DECLARED = 1_000
_MOST_NAMESPACES = 200
_SIGNS = re.compile(rf"&(?:{'|'.join(OF_XML)});")
_LONGEST_NAME = 100
#: Faults that are told where they are, not where the tag or remark begins that has them.
_MISPLACED_DECLARATION = expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI]
_OF_ONE_PLACE = (expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN], _MISPLACED_DECLARATION)

#: An article as a tree, or why there is none; its kind; and what the file says of all.
Item = tuple[Element | str, Dialect, Mapping[str, str]]


class _Open(NamedTuple):
    """An element whose end has not come: its name as it is written and as it is called here, and the vocabularies."""

    written: str
    tag: str
    scope: Mapping[str, str]


class _EndOfDocument(Exception):
    """Another one may follow: collections are joined so."""


def items_of(pieces: Iterable[bytes], source: str, kinds: Mapping[str, Dialect]) -> Iterator[Item]:
    """Read the articles of an XML file, or of several that were joined.

    Parameters
    ----------
    pieces : iterable of bytes
        The text of the file as UTF-8, none empty. With each fault what stands behind it in its piece is copied.
    source : str
        Named in errors.
    kinds : mapping of str to Dialect
        By the name of the root. Where the root is another, its first element must be an article.

    Yields
    ------
    Item
        Elements are called by their names alone, or with a prefix that does not depend on the file (``dc.title``).

    Raises
    ------
    ArticleError
        If it is no XML, none of these kinds, or made to harm.
    """
    reading = _Reading(source, kinds)
    for data in chain(pieces, [b""]):
        try:
            reading.feed(data)
        except ArticleError:
            yield from reading.found
            raise
        yield from reading.found
        reading.found.clear()


class _Reading:
    """What was met of a file so far; `found` has what is new."""

    def __init__(self, source: str, kinds: Mapping[str, Dialect]) -> None:
        self.source, self.kinds = source, kinds
        self.found: list[Item] = []
        self.lines = 1
        self.documents = self.articles = 0
        self.kind = "XML"
        #: What begins an article, where the next one is looked for, and what of that may be the beginning.
        self.sought: re.Pattern[bytes] | None = None
        self.held = b""
        #: What was known of the last document that breaks off.
        self.broken: tuple[Dialect | None, dict[str, str], list[_Open]] | None = None
        self._begin()

    def _begin(self) -> None:
        """Begin a document."""
        self.dialect: Dialect | None = None
        self.outer: dict[str, str] = {}
        #: What the last article stands in.
        self.above: list[_Open] | None = None
        self._parse_within([])

    def _parse_within(self, above: list[_Open]) -> None:
        """Begin to parse, as if these elements had just been opened."""
        self.open = above[:]
        self.builder: TreeBuilder | None = None
        self.inside = self.size = self.elements = self.declared = 0
        self.field, self.problem = "", ""
        parser = self.parser = expat.ParserCreate("utf-8")
        if hasattr(parser, "SetReparseDeferralEnabled"):
            # newer ones would tell what ends in a piece only with a later one; long tags have a limit here
            parser.SetReparseDeferralEnabled(False)
        tags = "".join(f"<{element.written}>" for element in above).encode()
        parser.Parse(tags)
        self.fed, self.recent = len(tags), b""
        parser.buffer_text, parser.buffer_size, parser.specified_attributes = True, 2**16, True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._data
        parser.StartCdataSectionHandler, parser.EndCdataSectionHandler = self._start_section, self._end_section
        parser.EntityDeclHandler, parser.AttlistDeclHandler = self._entity, self._attribute

    def feed(self, data: bytes) -> None:
        """Read on; nothing ends the file."""
        final = not data and self.sought is None and bool(self.open or not self.documents)
        if not data and not final and not self.articles and self.sought is None:
            raise ArticleError(f"no article in this file of {self.kind}", self.source)
        data, self.held = self.held + data, b""
        while data or final:
            if self.sought is not None and self.above is not None:
                found = self.sought.search(data)
                # a name may be cut by the end of a piece
                start = max(0, len(data) - _LONGEST_NAME) if found is None else found.start()
                self.lines += data.count(b"\n", 0, start)
                data = data[start:]
                if found is None:
                    self.held = data
                    return
                self.sought = None
                if data.startswith(b"<?xml"):
                    # joined to one that breaks off, or pasted into an article
                    self.broken = self.dialect, self.outer, self.above
                    self._begin()
                else:
                    self._parse_within(self.above)
            if not self.fed:
                # above a declaration there must be nothing
                bare = data.lstrip()
                self.lines += data.count(b"\n", 0, len(data) - len(bare))
                data = bare
            # what a place refers to may have begun in the piece before
            shown, begin = self.recent + data, self.fed - len(self.recent)
            try:
                self.parser.Parse(data, final)
            except _EndOfDocument as end:
                place, line = end.args[0] - begin, end.args[1]
                data = shown[max(0, place) :]
                # of an empty element it is the end already
                if place < 0 or data.startswith(b"</"):
                    data = data.partition(b">")[2]
                self.lines += line - 1
                self._begin()
            except (expat.ExpatError, ArticleError) as error:
                code, line = getattr(error, "code", None), self.parser.CurrentLineNumber - 1
                if isinstance(error, expat.ExpatError):
                    reason = f"not valid XML: {expat.ErrorString(error.code)} in line {self.lines + line:,}"
                elif self.dialect is None and self.broken is not None:
                    reason = error.message
                else:
                    raise
                # remarks may stand between joined files
                between = code == _MISPLACED_DECLARATION and not self.open
                if not between:
                    self._fail(reason)
                place = max(0, self.parser.CurrentByteIndex - begin)
                # the next article may begin there, but a faulty tag would be met again
                data = shown[place if code in _OF_ONE_PLACE else place + 1 :]
                self.lines += line
                if between:
                    self._begin()
            else:
                self.fed += len(data)
                self.recent = shown[-_LONGEST_NAME:]
                if self.fed - self.parser.CurrentByteIndex > _LONGEST_TAG:
                    raise ArticleError(f"a tag or remark of more than {_LONGEST_TAG:,} bytes", self.source)
                return

    def _fail(self, reason: str) -> None:
        if self.dialect is None and self.broken is not None:
            self.dialect, self.outer, self.above = self.broken
        if self.dialect is None:
            raise ArticleError(reason, self.source)
        if self.above is None:
            # in what precedes the first article
            self.above = self.open[:]
        self.found.append((reason, self.dialect, self.outer))
        self.sought = re.compile(rf"{_beginning(self.dialect)}|<\?xml\s".encode())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        scope = self.open[-1].scope if self.open else {}
        declared = {key[6:]: value for key, value in attributes.items() if key.startswith("xmlns")}
        if len(scope) + len(declared) > _MOST_NAMESPACES:
            raise ArticleError(f"more than {_MOST_NAMESPACES} namespaces in one place", self.source)
        scope = {**scope, **declared} if declared else scope
        tag = called_in(scope, name)
        if len(self.open) >= _DEEPEST:
            raise ArticleError(f"elements are nested more than {_DEEPEST} deep", self.source)
        if self.inside and self.dialect is not None and tag in self.dialect.items and not self.field:
            # where its end is missing, all that follow would be parts of it
            self.found.append(("another article begins within it", self.dialect, self.outer))
            self.inside, self.problem = 0, ""
        if not self.inside:
            self._outside(name, tag)
        self.open.append(_Open(name, tag, scope))
        if self.builder is not None:
            # what searches a tree takes a colon for a prefix that it must be told of
            kept = {key.replace(":", "."): value for key, value in attributes.items() if key in ATTRIBUTES}
            self.builder.start(tag, kept)
            self._grow(sum(map(len, kept.values())), 1)

    def _outside(self, name: str, tag: str) -> None:
        """Begin what is read, if this is that."""
        if self.dialect is None:
            found = self.kinds.get(tag)
            if self.open and (found is None or tag not in found.items):
                raise _no_reader(self.open[0].written, self.source)
            if found is None:
                return
            self.dialect, self.kind = found, found.kind
        place = f"{self.open[-1].tag}/{tag}" if self.open else tag
        self.field = self.dialect.outer.get(place, "")
        if tag in self.dialect.items or self.field:
            self.builder, self.inside = TreeBuilder(), len(self.open) + 1
            self.size = self.elements = 0
            if not self.field:
                self.articles += 1
                self.above = self.open[:]

    def _grow(self, letters: int, elements: int) -> None:
        self.size += letters
        self.elements += elements
        if self.size > LARGEST_RECORD or self.elements > _MOST_ELEMENTS:
            self.problem = f"record too large: more than {LARGEST_RECORD:,} characters or {_MOST_ELEMENTS:,} elements"
            self.builder = None

    def _data(self, text: str) -> None:
        if self.builder is not None:
            self.builder.data(text)
            self._grow(len(text), 0)

    def _start_section(self) -> None:
        if self.builder is not None:
            self.builder.start(CDATA, {})

    def _end_section(self) -> None:
        if self.builder is not None:
            held = self.builder.end(CDATA).text or ""
            # scripts in pages have sections, too
            if "<![CDATA[" in held and self.dialect is not None and re.search(_beginning(self.dialect), held):
                # it ends where another does: what lies between is of other articles, perhaps of another file
                self.problem, self.builder = "a CDATA section in it has no end", None
                self.outer = {} if "<?xml" in held else self.outer

    def _end(self, name: str) -> None:
        ended = self.open.pop()
        if self.builder is not None:
            self.builder.end(ended.tag)
        if self.inside == len(self.open) + 1:
            tree = self.problem if self.builder is None else self.builder.close()
            self.builder, self.inside, self.problem = None, 0, ""
            assert self.dialect is not None
            if not self.field:
                self.found.append((tree, self.dialect, self.outer))
            elif isinstance(tree, Element):
                self.outer.setdefault(self.field, words(tree, self.dialect.html) or "")
        if not self.open:
            if self.dialect is None:
                raise _no_reader(name, self.source)
            self.documents += 1
            raise _EndOfDocument(self.parser.CurrentByteIndex, self.parser.CurrentLineNumber)

    def _entity(self, name: str, parameter: bool, value: str | None, *where: Any) -> None:
        notation, longest = where[-1], _LONGEST_DECLARED
        if notation or name in OF_XML or (parameter and value is None):
            return
        plain = value is not None and len(value) <= longest and not set("&<").intersection(_SIGNS.sub("", value))
        if not plain and not (parameter and value):
            raise ArticleError(
                f"its entity {name[:40]!r} stands for another file, or for more than {longest} plain letters",
                self.source,
            )

    def _attribute(self, element: str, name: str, kind: str, default: str | None, required: bool) -> None:
        self.declared += 1
        if len(default or "") > _LONGEST_DECLARED or self.declared > _MOST_DECLARED:
            raise ArticleError("it declares attributes that are too long, or too many", self.source)


def _beginning(dialect: Dialect) -> str:
    """An expression for what begins an article."""
    names = "|".join(re.escape(name.removeprefix("atom.")) for name in dialect.items)
    return rf"<(?:[\w-]+:)?(?:{names})[\s/>]"


def _no_reader(root: str, source: str) -> ArticleError:
    return ArticleError(
        f"no reader for XML with the root <{root[:60]}>; NITF, NewsML, RSS, Atom, TEI and debates are read, the rest"
        " save as CSV or JSON lines",
        source,
    )
