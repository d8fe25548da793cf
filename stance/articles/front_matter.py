"""Front matter: what a Markdown or text file says of itself, in a block of ``key: value`` lines at its head."""

from __future__ import annotations

import re

from stance.articles.encoding import clean_surrogates
from stance.articles.records import BLANKS

__all__ = ["split_front_matter"]

#: Which keys hold a field, the first of them that says something.
_KEYS = {"id": ("id",), "title": ("title",), "date": ("date",), "outlet": ("outlet", "publication", "source")}
#: One of these at least must be there: any two rules with "word: more" between them are no block yet.
_KNOWN = {key for keys in _KEYS.values() for key in keys} | {"author", "categories", "layout", "permalink", "tags"}
_LARGEST = 2**16
_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\n|\r|\Z)")
_PAIR = re.compile(r"""(["']?)([^\W\d][\w.-]*\??)\1[ \t]*:(?:[ \t]+(.*))?""")
#: How a line begins that goes on with the value above it, or is a remark.
_FURTHER = (" ", "\t", "- ", "#")
_QUOTED = re.compile(r"""(["'])(.*)\1(?:[ \t]+#.*)?""")
#: What stands for other letters within double quotation marks, and which of that for white space.
_ESCAPED = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U(000[0-9A-Fa-f]{5}|0010[0-9A-Fa-f]{4})|(.))")
_BLANK = dict.fromkeys("abtnvfreN_LP", " ")
#: Values that go on below, hold several, or refer to others.
_NOT_SIMPLE = ("[", "{", "|", ">", "&", "*", "!")


def split_front_matter(text: str) -> tuple[dict[str, str], str]:
    r"""Part a text from the block at its head.

    Parameters
    ----------
    text : str
        A whole file.

    Returns
    -------
    fields : dict of str to str
        What the block gives, by its keys in small letters, without blanks and quotation marks; and of id,
        title, date and outlet those that it gives under whatever key.
    text : str
        What stands below, to the letter; all of it if it does not begin with what is plainly such a block.

    Examples
    --------
    >>> split_front_matter('---\ntitle: "Iran rejects talks"\nsource: Post\n---\nTalks ended.\n')
    ({'title': 'Iran rejects talks', 'source': 'Post', 'outlet': 'Post'}, 'Talks ended.\n')
    >>> split_front_matter("---\nTalks: the end\n---\nThey ended.")
    ({}, '---\nTalks: the end\n---\nThey ended.')
    """
    values: dict[str, str] = {}
    key = ""
    lines = _LINE.finditer(text, 0, _LARGEST)
    if not text.startswith("---") or next(lines)[1].rstrip(" \t") != "---":
        return {}, text
    for line in lines:
        shown = line[1].rstrip(" \t")
        if shown in ("---", "..."):
            return (_fields(values), text[line.end() :]) if _KNOWN & values.keys() else ({}, text)
        if (pair := _PAIR.fullmatch(shown)) is not None and pair[2].lower() not in values:
            key = pair[2].lower()
            values[key] = (pair[3] or "").strip(BLANKS)
        elif pair is not None or not values or not (shown == "" or shown.startswith(_FURTHER)):
            break
        elif values[key] and shown.startswith((" ", "\t")) and shown.lstrip(" \t")[0] != "#":
            # a long value is folded; in double quotation marks a backslash stands where no blank does
            before, gap = (values[key][:-1], "") if values[key].endswith("\\") else (values[key], " ")
            values[key] = before + gap + shown.lstrip(" \t")
    return {}, text


def _fields(values: dict[str, str]) -> dict[str, str]:
    values = {key: _plain(value) for key, value in values.items()}
    found = {field: next(filter(None, map(values.get, keys)), None) for field, keys in _KEYS.items()}
    return {field: value for field, value in (values | found).items() if value}


def _plain(value: str) -> str:
    if (quoted := _QUOTED.fullmatch(value)) is not None:
        mark, within = quoted.groups()
        within = within.replace("''", "'") if mark == "'" else _ESCAPED.sub(_letter, within)
        return clean_surrogates(within).strip(BLANKS)
    return "" if value.startswith(_NOT_SIMPLE) or value.lower() in ("null", "~") else value


def _letter(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    return chr(int(code, 16)) if code else _BLANK.get(found[4], found[4])
