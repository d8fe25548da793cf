"""Notes and lists of works at the end of a report: titles of others' works are not what the article says."""

from __future__ import annotations

from collections.abc import Sequence

from stance.patterns import compiled

__all__ = ["reference_places"]

_HEADINGS = frozenset(
    """
    notes endnotes footnotes references bibliography sources citations literature
    end|notes foot|notes works|cited notes|and|references references|and|notes further|reading list|of|references
    """.split()
)
_LONGEST_HEADING = 40
_AROUND = "#*_:. \t0123456789"
#: A longer note has something to say.
_LONGEST = 500
_QUOTED = r"(?:[\"“«][^\"“”«»]{0,200}[\"”»]|‘[^‘’]{0,200}’)"
_ADDRESS = r"(?:https?://|www\.|doi:)\S+"
#: "[3]", "3.", "³", "^ 3", an author's name and initials, "Crisis Office (2020)".
_BEGINS = (
    r"\W{0,3}(?:(?:\d{1,3}|[\u00b9\u00b2\u00b3\u2070-\u2079]{1,3})[\].)]{0,2}\s"
    r"|[\w.'’ -]{2,60},\s(?:[A-Z]\.|[A-Z][a-z]+\b)|[A-Z][\w.'’& -]{1,80}\((?:19|20)\d\d)"
)
_YEAR = r"\b(?:19|20)\d\d[a-z]?\b"
#: A year as references have it, a title and a year, a page, a volume, an address, a law, or where it was cited before.
_CITES = (
    rf"\({_YEAR}\)[.,:]|,\s(?:\d{{1,2}}\s[A-Z][a-z]+\s)?{_YEAR}\.?\Z|{_QUOTED}.{{0,200}}{_YEAR}|\bpp?\.\s?\d|\bparas?\.\s?\d"
    rf"|\b(?:vol|no)\.\s?\d|{_ADDRESS}|\bOJ\s[LC]\b|\b[Ii]bid\b|\b[Oo]p\.\scit\b|\b(?:[Rr]etrieved|[Aa]ccessed)\b"
)
#: What sentences have and references do not, but for quoted titles, or titles in capitals.
_VERB = (
    r"\b(?:says?|said|told|argues?|argued|will|would|was|were|is|are|has|have|had|must|should|can|could|cannot|not|did|do"
    r"|does|we|they|it|he|she|I|this|these|those|there|because|although|while)\b"
    # how resolutions begin their paragraphs, which have numbers and name others with their years
    r"|(?:\s|\A)(?:Acknowledges|Affirms|Authorizes|Calls|Commends|Condemns|Decides|Demands|Deplores|Emphasizes|Encourages"
    r"|Endorses|Expresses|Invites|Reaffirms|Recalls|Recognizes|Regrets|Reiterates|Requests|Stresses|Takes|Underlines"
    r"|Underscores|Urges|Welcomes)\s[a-z]"
)
#: A heading ends the list: a few words without a full stop, comma or year.
_NEXT = r"[A-Z\d#*](?:(?!\b(?:19|20)\d\d\b)[^,;:/\"“”]){2,60}(?<![.!?…])\Z"


def reference_places(paragraphs: Sequence[str]) -> list[int]:
    """Which paragraphs are a heading such as "Notes" or "References", and what is cited below it.

    A paragraph below such a heading is a reference if it begins as one does, with a number or an author, cites
    something (a year, a page, an address), and has no verb outside quotation marks: a note that says something is the
    article's. Two or more of them there must be. The next heading behind the first of them ends the list.

    Parameters
    ----------
    paragraphs : sequence of str
        All paragraphs of an article, in order.

    Examples
    --------
    >>> works = ["Berg, A. (2021). Plums and levies. Oslo: Quay.", "2. See Arden, p. 12.", "3. It is low, p. 3."]
    >>> reference_places(["The levy fell.", "References", *works])
    [1, 2, 3]
    """
    found: list[int] = []
    heading: int | None = None
    below: list[int] = []
    for i, text in enumerate(paragraphs):
        if i and len(text) <= _LONGEST_HEADING and "|".join(text.lower().strip(_AROUND).split()) in _HEADINGS:
            found += _with_heading(heading, below)
            heading, below = i, []
        elif heading is not None and _is_reference(text):
            below.append(i)
        elif below and compiled(_NEXT).match(text) is not None:
            found += _with_heading(heading, below)
            heading, below = None, []
    return found + _with_heading(heading, below)


def _with_heading(heading: int | None, below: list[int]) -> list[int]:
    return [heading, *below] if heading is not None and len(below) > 1 else []


def _is_reference(text: str) -> bool:
    if len(text) > _LONGEST:
        return False
    text = " ".join(text.split())
    if compiled(_BEGINS).match(text) is None or compiled(_CITES).search(text) is None:
        return False
    return compiled(_VERB).search(compiled(f"{_QUOTED}|{_ADDRESS}").sub("", text)) is None
