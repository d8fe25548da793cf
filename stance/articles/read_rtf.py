"""RTF, through striprtf; and exports of press databases as RTF."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO

from stance.articles.article import Article
from stance.articles.exports import find_database, split_export
from stance.articles.libraries import need, unsound, whole
from stance.articles.markup import one_line, plain_letters
from stance.articles.records import Columns, Quarantined
from stance.errors import ArticleError

__all__ = ["read_rtf"]

#: The digits of a picture: there may be millions, and the library takes them one by one.
_PICTURE = re.compile(r"[0-9a-fA-F\s]{500,}")
_CODE_PAGE = re.compile(rb"\\ansicpg(\d{3,5})")
#: A page that Python knows by another name. The library does not know it, and takes fonts without letters of their own
#: for those of Windows, and signs for letters of the page.
_MACINTOSH = {"cp10000": "mac_roman"}
_OF_FONTS = re.compile(r"\\ansicpg10000(?!\d) ?|\\fcharset(0|2)(?!\d)")
_FONTS = {"0": "\\fcharset77", "2": "\\fcharset42"}
_TITLE = re.compile(r"\{\\title\s((?:[^{}\\]|\\.)*)\}")
#: Bytes of a picture may be any, and there are as many as it says; an escaped backslash begins no word.
_BYTES = re.compile(rb"((?<!\\)(?:\\\\)*)\\bin(\d{1,9}) ?")
#: What hides text or marks it as struck out, and ends that; within the group that it stands in. A word ends with its
#: number, even before a letter.
_UNSEEN = re.compile(r"\\[\\{}]|[{}]|\\(v|deleted|plain)(\d+|(?![a-z]))")
_HIDDEN, _STRUCK_OUT = 1, 2
#: Words that stand for others, since the library would show an address behind a link, join the cells of a table into
#: one line, and pass over text boxes.
_RENAMED = {
    "fldinst": "\\fldtype",
    "cell": "\\par",
    "nestcell": "\\par",
    "shp": "",
    "shpgrp": "",
    "shpinst": "",
    "shptxt": "\\par",
}
# an escaped backslash begins no word
_WORD = re.compile(rf"\\\\|(?:\\\*)?\\({'|'.join(_RENAMED)})(?![a-z])")
_LINE_END = re.compile(r"[\r\n]")
_BRACE = re.compile(r"\\[{}\\]|[{}]")


def read_rtf(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the one article of an RTF file, or all of an export. Paragraphs are parted by blank lines.

    Text in tables, text boxes and tracked insertions is read; page headers and footers, notes, tracked deletions and
    hidden text are not.

    Raises
    ------
    ArticleError
        If it is no RTF, is damaged, or an export does not hold what it announces.
    MissingDependencyError
        Without striprtf.
    """
    striprtf = need("striprtf.striprtf", "striprtf", "office")
    raw = whole(stream, source)
    if not raw.lstrip().startswith(b"{\\rtf"):
        raise ArticleError("not an RTF document", source)
    with unsound("an RTF document", source):
        # RTF is ASCII by definition; other bytes are those of the code page that it names
        page = _code_page(raw)
        code = _PICTURE.sub(" ", _without_bytes(raw).decode(page, "replace"))
        otherwise = "cp1252"
        if page in _MACINTOSH.values():
            code, otherwise = _OF_FONTS.sub(lambda found: _FONTS.get(found[1], ""), code), page
        named = _TITLE.search(code)
        title = _paired(striprtf.rtf_to_text(f"{{\\rtf1 {named[1]}}}", page, errors="replace")) if named else ""
        code = _WORD.sub(lambda word: _RENAMED.get(word[1], word[0]), _without_unseen(code))
        text = plain_letters(_paired(striprtf.rtf_to_text(code, otherwise, errors="replace")))
        depth = sum(1 if brace == "{" else -1 for brace in _BRACE.findall(code) if len(brace) == 1)
    if depth > 0 or raw.rstrip(b"\0 \t\r\n")[-1:] != b"}":
        raise ArticleError("the RTF document breaks off", source)
    lines = [line.strip(" \t") for line in _LINE_END.split(text)]
    if (database := find_database(lines)) is not None:
        yield from split_export(database, lines, source, stem)
    else:
        yield Article(stem, "\n\n".join(filter(None, lines)), title=one_line(title), source=source, position=1)


def _paired(text: str) -> str:
    """With one character where RTF has two halves of it, as of emoji."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _without_bytes(raw: bytes) -> bytes:
    parts: list[bytes] = []
    start = 0
    while (found := _BYTES.search(raw, start)) is not None:
        parts += raw[start : found.start()], found[1]
        start = found.end() + int(found[2])
    return b"".join([*parts, raw[start:]])


def _without_unseen(code: str) -> str:
    """Put hidden text and what was struck out into groups of a kind that the library passes over."""
    # which of the two each open group is; the first stands around all
    unseen = [0]

    def put(found: re.Match[str]) -> str:
        token, word, number = found.group(0, 1, 2)
        before = unseen[-1]
        if token == "{":
            unseen.append(0)
        elif token == "}" and len(unseen) > 1:
            unseen.pop()
            return "}}" if before else token
        elif word == "plain" or number == "0":
            # what ends all properties of letters does not end a change
            unseen[-1] &= _HIDDEN if word == "deleted" else _STRUCK_OUT
            return f"}}{token}" if before and not unseen[-1] else token
        elif word:
            unseen[-1] |= _STRUCK_OUT if word == "deleted" else _HIDDEN
            return token if before else f"{{\\fldtype{token}"
        return token

    return _UNSEEN.sub(put, code)


def _code_page(raw: bytes) -> str:
    """The one that the head names, if it is known, else that of most documents."""
    named = _CODE_PAGE.search(raw[:1000])
    page = f"cp{named[1].decode()}" if named else "cp1252"
    try:
        return _MACINTOSH.get(page) or codecs.lookup(page).name
    except LookupError:
        return "cp1252"
