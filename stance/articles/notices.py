"""What mail programs, agencies, registers and messengers put around a text: notices, contacts, signatures, counters."""

from __future__ import annotations

import re

from stance.patterns import compiled

__all__ = ["is_notice", "last_part", "signature_start"]

#: Notices of confidentiality are long.
_LONGEST = 2000
_LONGEST_LINE = 240
_CLOCK = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?)?\s*\(?(?:[a-z]{2,4})?\)?"
#: Neither gives back what it has taken, so that no line can be read in many ways.
_NUMBER = r"\+?\(?\d[\d\s().,/-]{6,}+"
_ADDRESS = r"(?:[\w.+-]++@[\w-]+\.[\w.-]++|(?:https?://|www\.)\S++|@\w{2,30}+)"
_DEVICE = (
    r"(?:iphone|ipad|phone|mobile|cell|smartphone|handheld|device|android|samsung|galaxy|blackberry|pixel|huawei|xiaomi"
    r"|nokia|tablet|outlook|yahoo|gmail|proton\s?mail|mail)"
)
_NAMED = r"(?-i:[A-Z])[\w .,'’&-]{1,80}"

#: Whole paragraphs; case counts nothing.
_LINES = rf"""(?:
    # mail programs
      sent\s+from\s+(?:(?:my|an?|the)\s+)?(?:[\w-]+\s+){{0,2}}{_DEVICE}\b[^.,;!?]{{0,30}}
    | get\s+outlook\s+for\s+\w+
    | (?:please\s+)?consider\s+the\s+environment\s+before\s+printing\b.{{0,60}}
    | (?:forward|send)\s+(?:(?:this|it)\s+)?(?:e-?mail\s+|newsletter\s+)?to\s+an?\s+(?:friend|colleague)
    # contacts
    | (?:tel(?:ephone)?|phone|mobile|mob|cell|fax|e-?mail|web(?:site)?|[ctmfwpe])\s*[.:]{{1,2}}\s*
      (?:{_NUMBER}|{_ADDRESS})(?:[\s,|/;–—-]*+(?:[a-z]\s*:\s*)?(?:{_NUMBER}|{_ADDRESS}))*+
    | {_ADDRESS}(?:[\s,|/;–—-]++{_ADDRESS})*+
    | (?:[^\s.!?][^!?]{{0,100}}[\s,;–—-])?tel\.?\s*:?\s*{_NUMBER}.{{0,60}}
    | contacts?\s*:?\s+[^.!?:]{{1,60}}[\s,(]\(?\d{{3}}\)?[\s.-]\d{{3}}[\s.-]\d{{4}}\b.{{0,60}}
    | (?:full\s+text|video|more)\s*:\s*https?://\S+
    # agencies, newsrooms and messengers
    | news\s+(?:id|code)\s*:?\s*\d+ | your\s+comments? | you\s+are\s+replying\s+to\b.{{0,60}} | \d{{3,5}}\*\*\d{{3,5}}
    | \d[\d.,]*\s?[km]?\s+views(?:[\s,·|]+{_CLOCK})?
    | (?:\d+|an?)\s*(?:m|mins?|minutes?|h|hrs?|hours?|days?)\s+ago[\s,·|]+{_CLOCK}
    | ends?\s+{_CLOCK}
    | (?:(?:article|story|column|piece)\s+)?(?:posted|published|reposted|reprinted)\s+with\s+permission
      (?:\s+(?:from|of|by)\s+{_NAMED})?
    # registers and records
    | \[?fr\s+doc\.?\s.{{0,60}}\bfiled\b.{{0,40}} | billing\s+code\s+[\w-]{{4,20}}
    | \[congressional\s+record\b[^\]]{{0,100}}\](?:\s*\[\w+\])? | \[pages?\s+[a-z]?\d+(?:\s*[-–]\s*[a-z]?\d+)?\]
    | from\s+the\s+congressional\s+record\s+online\b.{{0,100}}
    | for\s+(?:use\s+of\s+)?information\s+media\W+not\s+an\s+official\s+record
    )\W*\Z"""
#: The words that these begin with, each with one that must stand in it; contacts are known by what they hold.
_FIRST = (
    dict.fromkeys(
        """
        sent get please consider tel telephone phone mobile mob cell fax email e-mail web website contact contacts full
        video news your ends end fr billing page pages c t m f w p e
        """.split(),
        "",
    )
    | dict.fromkeys("posted published reposted reprinted article story column piece".split(), "permission")
    | dict.fromkeys("a an".split(), " ago")
    | dict.fromkeys("forward send".split(), " to a")
    | {"for": "nformation", "from": "ongressional", "congressional": "[", "more": "://", "you": "replying"}
)

#: How a notice of confidentiality begins: with a heading, not with "Important concessions", and in the present tense.
_THIS = (
    r"this\s+(?:e-?mail|message|mail|communication|transmission)\b"
    r"(?!\s+(?:was(?!\s+intended)|had|came|went|of|to|from)\b)"
)
_CONFIDENTIAL = (
    r"\A\W*(?:(?:(?:confidentiality|privacy|legal|important|e-?mail)\s+){0,2}(?:notice|note|disclaimer|warning|important"
    r"|confidential(?:ity)?)(?:\s*[:.!*|]|\s+[–—-]|\s*\n|\s+(?=this\s))"
    rf"|{_THIS}|the\s+(?:information|contents?)\s+(?:\w+\s+)?(?:in|of|with|by)\s+{_THIS}"
    r"|if\s+you\s+(?:are\s+not\s+(?:the|an?|one)\b|(?:have\s+)?received\s+this\b))"
)
_NOTICES = frozenset(
    """
    notice note disclaimer warning important confidential confidentiality privacy legal email e-mail this the if
    """.split()
)
#: ... what it speaks of, and of what.
_SECRET = (
    r"\bintended\s+(?:\w+\s+)?(?:recipient|addressee)|\b(?:in\s+error|by\s+mistake)\b"
    r"|\b(?:confidential|privileged)\b|\bsolely\s+for\b"
)
_LETTER = r"\b(?:e-?mails?|message|communication|transmission|sender|attachments?)\b"

_TAIL = 1200
_MOST_LINES = 12
_DASHES = re.compile(r"(?:\A|\n)(--[ \t]*)\r?\n")


def is_notice(text: str, word: str) -> bool:
    """Say whether a paragraph, which begins with a word, is a notice, a contact or a counter, and nothing else.

    Examples
    --------
    >>> is_notice("Sent from my iPhone", "sent"), is_notice("Sent from my village, the letters came late.", "sent")
    (True, False)
    """
    if len(text) <= _LONGEST_LINE:
        if _may_be(text, word) and compiled(_LINES, re.I | re.X).match(" ".join(text.split())) is not None:
            return True
        if "Read more" in text[-14:]:
            # a headline with its link behind; "They should Read more." is a sentence, and so is one before "Read more"
            return re.search(r"[^\s.!?…:]\s+Read more[\s»>]*\Z", text) is not None
    if word not in _NOTICES or len(text) > _LONGEST:
        return False
    return all(compiled(pattern, re.I).search(text) is not None for pattern in (_CONFIDENTIAL, _LETTER, _SECRET))


def _may_be(text: str, word: str) -> bool:
    """Whether a line may be any of `_LINES`, by its first word and by what must stand in it."""
    if word in _FIRST:
        return _FIRST[word] in text
    # one by one: this is asked of every short paragraph
    return not word[:1].isalpha() or "@" in text or "://" in text or "www." in text or "el." in text or "el:" in text


def signature_start(text: str) -> int | None:
    r"""Where the signature of a mail begins, behind a line of two dashes near the end; ``None`` without one.

    The dashes count if a blank follows them, as RFC 3676 has it, or if a telephone number or an address stands below
    and the last line is no end of a sentence: else they part sections.

    Examples
    --------
    >>> signature_start("We shall see.\n\n-- \nAnna\n"), signature_start("We shall see.\n--\nThe end.\n")
    (19, None)
    """
    for found in _DASHES.finditer(text, max(0, len(text) - _TAIL)):
        below = text[found.end() :].split("\n")
        lines = [line for line in below if line.strip()]
        if not lines or len(lines) > _MOST_LINES or max(map(len, lines)) > _LONGEST_LINE:
            continue
        if found[1] == "-- ":
            return found.end()
        if lines[-1].rstrip()[-1] not in ".!?…" and any(re.search(rf"{_NUMBER}|{_ADDRESS}", line) for line in lines):
            return found.end()
    return None


def last_part(text: str, footer: int | None) -> int:
    """Where the footer or the signature of an article begins, whichever is first; its length where it has neither.

    Examples
    --------
    >>> last_part("No.\\n-- \\nAnna\\n", None), last_part("No.\\nFooter", 4), last_part("No.", None)
    (8, 4, 3)
    """
    end = len(text) if footer is None else footer
    # looked for here: this is asked of each of millions of rows
    if text.find("--", max(0, len(text) - _TAIL)) < 0 or (signature := signature_start(text)) is None:
        return end
    return min(end, signature)
