"""Which Western code page a text is in: told by whether its characters are plausible where they stand.

Statistics of letters need more of them than an English text has: two quotation marks and a euro sign say nothing to
them. But read by a wrong page a mark becomes a letter before a figure, a letter a mark within a word, and that shows
in the shortest text.
"""

from __future__ import annotations

import re

__all__ = ["western_page"]

#: The commonest first: it is taken where several read plausibly.
_PAGES = ("cp1252", "mac_roman", "cp850")
#: Of the characters that are not ASCII, the share that may stand where they should not: misprints, ornaments.
_MISPLACED_SHARE = 0.05

_UPPER, _LOWER = "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŒŠŽŸ", "ßàáâãäåæçèéêëìíîïðñòóôõöøùúûüýþœšžﬁﬂ"
_LETTERS = _UPPER + _LOWER
_ANY = f"A-Za-z{_LETTERS}"
#: Words of one letter, and the letters that number sections.
_WORDS = "ÀÁÅÉØàáâåæèéêòóøý"
_SYMBOLS = "¡¿§¶°²³¹ªº¼½¾µ†‡‰×÷¦·•©®™±…–—«»‹›‘’“”„‚´£€¥¢\xa0\xad"

_MISPLACED = re.compile(
    "|".join(
        (
            # a word of another script
            f"[{_LETTERS}]{{3,}}",
            # case that changes within a word
            f"(?<=[a-z{_LOWER}])[{_UPPER}]",
            f"(?<=[A-Z{_UPPER}])[{_UPPER}](?=[a-z{_LOWER}])",
            f"[{_LOWER}](?=[A-Z{_UPPER}])",
            # a letter before a figure, or alone
            rf"[{_LETTERS}](?=\d)",
            f"(?<![{_ANY}])[{''.join(sorted(set(_LETTERS) - set(_WORDS)))}](?![{_ANY}])",
            # what is within a word but a letter, a hyphen, an apostrophe
            f"(?<=[{_ANY}])[¡¿§¶°²³¹ªº¼½¾µ†‡‰×÷¦•©®™±«»‹›‘“”„‚£€¥¢](?=[{_ANY}])",
            # what begins something, at its end; what ends something, at its beginning
            rf"(?<=[{_ANY}\d])[¡¿„‚§¶]",
            f"[¡¿](?!['\"“‘«¡¿(]?[{_ANY}])",
            f"(?<![\\s\\d])[‰°½¼¾](?<![ m(]°)|(?<=[a-ln-z{_LOWER}])[²³¹]",
            f"[®™‰](?=[{_ANY}])",
            # money without a figure
            r"[£€¥¢](?!.?\d)(?<!\d.)(?<!\d..)|´(?=\d)",
            # of no use in press text
            rf"[^\x00-\x7f{_LETTERS}{_SYMBOLS}]",
        )
    ),
    re.S,
)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")


def western_page(raw: bytes) -> str | None:
    r"""The code page of a text in Latin letters, most of which are ASCII; ``None`` if it is none of the Western ones.

    Parameters
    ----------
    raw : bytes
        A text, or a piece of one.

    Returns
    -------
    str or None
        The first page that has a character for every byte and puts hardly one where it could not stand.

    Examples
    --------
    >>> western_page(b"It cost \x805, the EU\x92s envoy said \x96 at a caf\xe9.")
    'cp1252'
    >>> western_page(b"It cost \xdb5, the EU\xd5s envoy said \xd0 at a caf\x8e.")
    'mac_roman'
    >>> western_page("Санкции".encode("cp1251")) is None
    True
    """
    for page in _PAGES:
        try:
            text = raw.decode(page)
        except UnicodeDecodeError:
            continue
        misplaced = sum(len(found.group()) for found in _MISPLACED.finditer(text))
        if misplaced <= _MISPLACED_SHARE * len(_NOT_ASCII.findall(text)):
            return page
    return None
