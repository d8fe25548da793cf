"""Names in XML: those that are looked at, and what a vocabulary's are called whatever prefix a file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

__all__ = ["ATTRIBUTES", "CDATA", "OF_XML", "called_in"]

#: Entities that need no declaration.
OF_XML = ("amp", "apos", "gt", "lt", "quot")
#: Stands around what was a section of that name, which holds HTML in all that is read here.
CDATA = "cdata"
#: The attributes that are looked at; in corpora whose words are marked others take more room than the text.
ATTRIBUTES = frozenset(
    """
    break by class contenttype date date.publication eId element encoding FormalName guid holder href id id-string
    itemid join level literal name norm qcode rdf:about regsrc showAs speakername type value when who xml:id xml:lang
    """.split()
)
#: What names in a vocabulary begin with here, by how its address begins; all others have the prefix that the file uses.
_VOCABULARIES = (
    ("http://iptc.org/std/", ""),
    ("http://www.iptc.org/std/", ""),
    ("http://www.w3.org/1999/xhtml", ""),
    ("http://www.tei-c.org/ns/1.0", ""),
    ("http://docs.oasis-open.org/legaldocml/ns/akn/", ""),
    ("http://www.akomantoso.org/", ""),
    ("http://purl.org/rss/1.0/modules/content/", "content."),
    ("http://purl.org/rss/1.0/", ""),
    ("http://my.netscape.com/", ""),
    ("http://backend.userland.com/", ""),
    ("http://www.w3.org/1999/02/22-rdf-syntax-ns#", "rdf."),
    ("http://purl.org/dc/elements/1.1/", "dc."),
    ("http://purl.org/dc/terms/", "dcterms."),
    ("http://www.w3.org/2005/Atom", "atom."),
    ("http://purl.org/atom/ns#", "atom."),
)


def called_in(scope: Mapping[str, str], name: str) -> str:
    """An element's name, with a prefix that does not depend on the file, or none.

    Parameters
    ----------
    scope : mapping of str to str
        The addresses of vocabularies, by the prefixes that they have there.
    name : str
        As it is written.

    Examples
    --------
    >>> called_in({"d": "http://purl.org/dc/elements/1.1/"}, "d:date"), called_in({}, "dc:date"), called_in({}, "date")
    ('dc.date', 'dc.date', 'date')
    """
    prefix, _, local = name.rpartition(":")
    address = scope.get(prefix)
    short = _prefix_of(address) if address else None
    if short is None:
        short = f"{prefix or '?'}." if prefix or address else ""
    return short + local


@lru_cache(2**10)
def _prefix_of(address: str) -> str | None:
    return next((short for begin, short in _VOCABULARIES if address.startswith(begin)), None)
