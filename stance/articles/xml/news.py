"""News and feeds as XML: NITF, NewsML, the Reuters corpus; RSS, Atom and what WordPress exports."""

from __future__ import annotations

import re
from html import unescape
from itertools import chain
from xml.etree.ElementTree import Element

from stance.articles.markup import without_markup
from stance.articles.xml.names import CDATA
from stance.articles.xml.text import Dialect, Tags, needed, text_of, words
from stance.errors import ArticleError

__all__ = ["ATOM", "NEWSML", "NEWSML1", "NITF", "RCV1", "RSS"]

_NITF_TAGS: Tags = {
    "block": "div", "bq": "blockquote", "byline": "p", "dateline": "p", "hl2": "h2",
    **dict.fromkeys(
        "abstract alt-code body.end body.head copyrite datasource fn media note pronounce tagline".split()
    ),
}  # fmt: skip
#: Elements that only what is marked like a page has.
_PAGE = ("body", "div", "p", "pre")
#: Blocks of the New York Times' corpus that hold the same or less of a text, most first; others correct it later.
_ALIKE = ("full_text", "lead_paragraph", "online_lead_paragraph")
#: What a field of wp.post_type holds that is no text of its own.
_NO_POST = frozenset(
    "attachment nav_menu_item revision custom_css customize_changeset oembed_cache user_request wp_block wp_font_face"
    " wp_font_family wp_global_styles wp_navigation wp_template wp_template_part".split()
)
_POSTS = ("post", "page")
_UNPUBLISHED = ("draft", "auto-draft", "pending", "future", "trash")
#: What WordPress replaces, or shows beside the text; and what may be that, or the author's brackets.
_SHORTCODE = re.compile(
    r"\[(caption|embed|audio|video)\b[^\[]*+(?:\[(?!/?\1\b)[^\[]*+)*+\[/\1\]"
    r"|\[(?P<end>/?)(?P<name>[a-z][\w-]*+)(?P<more>[^\[\]]*+)\]"
)
_SHORTCODE_END = re.compile(r"\[/([a-z][\w-]*+)\]")
_ATTRIBUTE = re.compile(r"\s+[\w-]+=\S")
#: Those that may stand alone, or before an address or a number.
_EMBEDDED = re.compile(
    r"\[(?:gallery|caption|embed|audio|video|playlist|youtube|vimeo|dailymotion|tweet|instagram|facebook|soundcloud"
    r"|googlemaps|scribd|slideshare|wpvideo)(?:\s+(?:https?:|\d).*)?\s*/?\]",
    re.S,
)


def _nitf_body(item: Element) -> str:
    texts = []
    for content in item.iter("body.content"):
        blocks = {block: block.get("class") for block in content.iterfind("block")}
        read = next((kind for kind in _ALIKE if kind in blocks.values()), None)
        for block, kind in blocks.items():
            if kind != read and kind in (*_ALIKE, "correction_text"):
                # to take it out would take time that grows with their number
                block.clear()
            elif kind == read == _ALIKE[0]:
                _cut_repeated_lead(block)
        texts.append(text_of(content, _NITF_TAGS))
    return "\n\n".join(filter(None, texts))


def _cut_repeated_lead(block: Element) -> None:
    """Up to 1990 the lead stands there twice, first with that word before it."""
    lead, begin = (words(paragraph) or "" for paragraph in (*block.iterfind("p"), None, None)[:2])
    if lead.startswith("LEAD: ") and begin.startswith(lead.removeprefix("LEAD: ")):
        next(block.iterfind("p")).clear()


def _newsml_body(item: Element) -> str:
    status = item.find("itemMeta/pubStatus")
    if status is not None and status.get("qcode", "").endswith(("withheld", "canceled", "cancelled")):
        raise ArticleError(f"not published: {status.get('qcode', '')[:40]}")
    unread = ""
    for found in item.iterfind("contentSet/*"):
        kind, text = found.get("contenttype", ""), ""
        if found.tag == "inlineXML":
            text = _marked(found) or ""
        elif found.tag == "inlineData" and not found.get("encoding") and (kind or "text/").startswith("text/"):
            text = text_of(found, html=True) if "html" in kind else _plain(found)
        if text:
            return text
        if found.tag != "remoteContent":
            unread = f": {found.tag} {kind}".rstrip()
    raise ArticleError(f"no text in this item that is read{unread or ', but its content may be in another file'}")


def _newsml1_body(item: Element) -> str:
    components = [(one, role.get("FormalName", "") if (role := one.find("Role")) is not None else "")
                  for one in item.iter("NewsComponent")]  # fmt: skip
    # captions are components, too
    for component, _ in sorted(components, key=lambda one: one[1].lower() != "main"):
        for found in component.iterfind("ContentItem/DataContent"):
            text = _marked(found)
            if text is None and all(part.tag == CDATA for part in found):
                text = _plain(found)
            if text:
                return text
    raise ArticleError("no text in this item that is read, but its content may be in another file")


def _marked(element: Element) -> str | None:
    """What it shows, if it is NITF or like a page."""
    if (nitf := element.find("nitf")) is not None:
        return _nitf_body(nitf)
    return text_of(element) if any(part.tag in _PAGE for part in element.iter()) else None


def _plain(element: Element) -> str:
    for section in element.iter(CDATA):
        # the reader writes ampersands there as elsewhere
        section.text = unescape(section.text or "")
    return without_markup("".join(element.itertext()).strip(), None)[0]


def _rss_body(item: Element) -> str | None:
    kind, status = words(item.find("wp.post_type")), words(item.find("wp.status"))
    if kind in _NO_POST:
        return None
    if kind is not None and kind not in _POSTS:
        raise ArticleError(f"no post and no page, but of the type {kind[:40]!r}")
    if status in _UNPUBLISHED:
        raise ArticleError(f"not published: {status}")
    paths = ("content.encoded", "description", "itunes.summary")
    for found in chain.from_iterable(map(item.iterfind, paths)):
        if kind is not None:
            _cut_shortcodes(found)
        if text := text_of(found, html=True):
            return text
    return ""


def _cut_shortcodes(found: Element) -> None:
    for part in found.iter():
        part.text, part.tail = map(_without_shortcodes, (part.text or "", part.tail or ""))


def _without_shortcodes(text: str) -> str:
    closed = frozenset(_SHORTCODE_END.findall(text))

    def kept(found: re.Match[str]) -> str:
        name, more = found["name"], found["more"]
        if not name or found["end"] or name in closed or _ATTRIBUTE.match(more) or _EMBEDDED.fullmatch(found[0]):
            return ""
        return found[0]

    return _SHORTCODE.sub(kept, text)


def _atom_body(item: Element) -> str:
    for found in chain.from_iterable(
        map(item.iterfind, ("atom.content", "atom.summary", "media.group/media.description"))
    ):
        kind, text = found.get("type", "text"), ""
        if "html" in kind:
            text = text_of(found, html="xhtml" not in kind)
        elif kind.endswith(("/xml", "+xml")):
            text = _marked(found) or ""
        elif kind == "text" or kind.startswith("text/"):
            text = _plain(found)
        if text:
            return text
    return ""


NITF = Dialect(
    "NITF",
    ("nitf",),
    {
        "title": ("body/body.head/hedline/hl1", "head/title"),
        "date": ("head/docdata/date.issue/@norm", "head/pubdata/@date.publication", "head/docdata/date.release/@norm"),
        "outlet": ("head/pubdata/@name", "head/docdata/doc.copyright/@holder", "head/docdata/doc-id/@regsrc"),
        "id": ("head/docdata/doc-id/@id-string",),
    },
    _nitf_body,
)
NEWSML = Dialect(
    "NewsML-G2",
    ("newsItem",),
    {
        "title": ("contentMeta/headline", "itemMeta/title", "contentSet/inlineXML/nitf/body/body.head/hedline/hl1"),
        "date": ("itemMeta/versionCreated", "contentMeta/contentCreated", "itemMeta/firstCreated"),
        "outlet": (
            "itemMeta/provider/name", "itemMeta/provider/@literal", "contentMeta/infoSource/name",
            "contentMeta/infoSource/@literal", "rightsInfo/copyrightHolder/name", "rightsInfo/copyrightHolder/@literal",
            "itemMeta/provider/@qcode",
        ),
        "id": ("./@guid",),
    },
    _newsml_body,
)  # fmt: skip
NEWSML1 = Dialect(
    "NewsML",
    ("NewsItem",),
    {
        "title": (".//NewsLines/HeadLine",),
        "date": ("NewsManagement/ThisRevisionCreated", "NewsManagement/FirstCreated", ".//NewsIdentifier/DateId"),
        "outlet": (".//AdministrativeMetadata/Provider/Party/@FormalName", ".//NewsIdentifier/ProviderId"),
        "id": (".//NewsIdentifier/PublicIdentifier",),
    },
    _newsml1_body,
)
RCV1 = Dialect(
    "Reuters' corpus",
    ("newsitem",),
    {
        "title": ("headline", "title"),
        "date": ("./@date",),
        "outlet": (
            "metadata/dc[@element='dc.source']/@value",
            "metadata/dc[@element='dc.publisher']/@value",
        ),
        "id": ("./@itemid",),
    },
    lambda item: text_of(needed(item, "text")),
)
RSS = Dialect(
    "RSS",
    ("item",),
    {
        "title": ("title", "dc.title"),
        "date": ("pubDate", "dc.date", "dcterms.issued"),
        "outlet": ("source",),
        "id": ("guid", "link", "./@rdf.about"),
    },
    _rss_body,
    {"channel/title": "outlet"},
    html=True,
)
ATOM = Dialect(
    "Atom",
    ("atom.entry",),
    {
        "title": ("atom.title",),
        "date": ("atom.published", "atom.issued", "atom.updated", "atom.modified"),
        "outlet": ("atom.source/atom.title",),
        "id": ("atom.id", "atom.link/@href"),
    },
    _atom_body,
    {"atom.feed/atom.title": "outlet"},
)
