"""Debates of parliaments as XML, and other texts in TEI: who speaks stands before the words, as in a transcript."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from stance.articles.xml.text import Dialect, Tags, needed, text_of, words
from stance.errors import ArticleError

__all__ = ["AKOMA_NTOSO", "PUBLICWHIP", "TEI"]

#: As in "uk.org.publicwhip/debate/2025-03-14a.12.0".
_DAY_OF_ID = re.compile(r"/(\d{4}-\d\d-\d\d)[a-z]?\.\d")
#: Ids are made of names: "BergAnn".
_BETWEEN_NAMES = re.compile("(?<=[a-z\u00df-\u017f])(?=[A-Z\u00c0-\u00de])|[._]")
_TEI_TAGS: Tags = {
    **dict.fromkeys("ab byline closer dateline l opener p salute signed trailer".split(), "p"),
    **{"cell": "td", "head": "h2", "item": "li", "lb": " ", "lg": "div", "list": "ul", "row": "tr", "sp": "div"},
    **{"u": "div", "u/seg": "p"},
    # what editors note, what is heard or seen beside the speech, and what stands in two forms
    **dict.fromkeys(
        "del desc figure fw gap incident index kinesic listBibl note rdg speaker stage titlePage vocal".split()
    ),
    **dict.fromkeys(("choice/sic", "choice/orig", "choice/expan")),
}  # fmt: skip
_PUBLICWHIP_TAGS: Tags = {
    **dict.fromkeys(("major-heading", "minor-heading"), "h2"),
    **dict.fromkeys(("oral-heading", "ques", "reply", "speech"), "div"),
    **dict.fromkeys(("division", "gidredirect")),
}
_AKOMA_NTOSO_TAGS: Tags = {
    **dict.fromkeys(("heading", "subheading"), "h2"),
    **dict.fromkeys("answer debateSection question speech speechGroup".split(), "div"),
    **{"narrative": "p", "eol": "br"},
    **dict.fromkeys("authorialNote from meta remark rollCall scene summary".split()),
}
_AKOMA_NTOSO_SPEECHES = ("speech", "question", "answer")


def _tei_body(item: Element) -> str:
    people = {
        person.get("xml.id", ""): _person(person.find("persName"))
        for person in item.iterfind("teiHeader//person")
    }  # fmt: skip

    def speaker(element: Element, said: str) -> str | None:
        if element.tag == "speaker" or (element.tag == "note" and element.get("type") == "speaker"):
            return words(element)
        if element.tag != "u":
            return None
        who = element.get("who", "").split("#")[-1].split(":")[-1]
        return people.get(who) or said or _BETWEEN_NAMES.sub(" ", who)

    return text_of(needed(item, "text"), _TEI_TAGS, speaker=speaker)


def _person(name: Element | None) -> str:
    """A name as it is said, for headers may have the surname first."""
    if name is None:
        return ""
    parts = [*name.iterfind("forename"), *name.iterfind("nameLink"), *name.iterfind("surname")]
    return " ".join(filter(None, map(words, parts))) or words(name) or ""


def _publicwhip_body(item: Element) -> str:
    if item.find("speech") is None and item.find("reply") is None:
        raise ArticleError("no speech in it")
    return text_of(item, _PUBLICWHIP_TAGS, speaker=lambda element, said: element.get("speakername"))


def _akoma_ntoso_body(item: Element) -> str:
    people = {
        found.get("eId", found.get("id", "")): found.get("showAs", "")
        for name in ("TLCPerson", "TLCRole")
        for found in item.iter(name)
    }

    def speaker(element: Element, said: str) -> str | None:
        if element.tag == "from":
            return words(element)
        if element.tag not in _AKOMA_NTOSO_SPEECHES:
            return None
        by = element.get("by", "").lstrip("#")
        return people.get(by) or by

    return text_of(needed(item, ".//debateBody"), _AKOMA_NTOSO_TAGS, speaker=speaker)


TEI = Dialect(
    "TEI",
    ("TEI", "TEI.2"),
    {
        "title": (
            "teiHeader/fileDesc/titleStmt/title[@xml.lang='en']",
            "teiHeader/fileDesc/titleStmt/title",
        ),
        "date": (
            "teiHeader/profileDesc/settingDesc//date/@when", "teiHeader/profileDesc/creation/date/@when",
            "teiHeader/fileDesc/sourceDesc//date/@when", "teiHeader/fileDesc/sourceDesc//date",
            "teiHeader/fileDesc/publicationStmt/date/@when",
        ),
        "outlet": ("teiHeader/fileDesc/sourceDesc//title[@level='j']",),
        "id": ("./@xml.id",),
    },
    _tei_body,
)  # fmt: skip
PUBLICWHIP = Dialect(
    "TheyWorkForYou",
    ("publicwhip", "debates"),
    {"date": ("speech/@id", "reply/@id")},
    _publicwhip_body,
    date=lambda id: None if (day := _DAY_OF_ID.search(id)) is None else day[1],
)
AKOMA_NTOSO = Dialect(
    "Akoma Ntoso",
    ("akomaNtoso",),
    {
        "title": (".//docTitle", ".//meta/identification/FRBRWork/FRBRname/@value"),
        "date": (".//meta/identification/FRBRWork/FRBRdate/@date", ".//docDate/@date"),
        "id": (".//meta/identification/FRBRExpression/FRBRthis/@value",),
    },
    _akoma_ntoso_body,
)
