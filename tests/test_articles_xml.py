"""XML of newsrooms, feeds and parliaments: what an article is in each kind, what of it is text, and files made to harm."""

from __future__ import annotations

import gzip
import io
import sys
import tracemalloc
from pathlib import Path
from time import process_time

import pytest
from click.testing import CliRunner
from sample_files import PARAGRAPHS, TITLE, nitf, rss, zipped

from stance.articles import Article, Quarantined, read_articles, read_records
from stance.articles.formats import FORMATS
from stance.articles.read_xml import _KINDS, read_xml
from stance.articles.records import LARGEST_RECORD, Columns
from stance.commands import main
from stance.errors import ArticleError
from stance.speakers import find_speeches

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><title>Quay Dispatch</title>
<updated>2025-03-15T00:00:00Z</updated>
<entry><title type="html">Talks &amp;amp; oil</title><link href="https://quay.example/1"/><id>tag:quay.example,2025:1</id>
<media:title>A picture</media:title><published>2025-03-14T08:00:00Z</published><updated>2025-03-15T00:00:00Z</updated>
<summary>In short.</summary><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Envoys <b>met</b>.</p>
<figure><img src="a.jpg"/><figcaption>A quay</figcaption></figure><p>They left.</p></div></content></entry>
<entry><title>R&amp;D &lt;b&gt;</title><id>tag:quay.example,2025:2</id><updated>2025-03-16T00:00:00Z</updated>
<content type="html">&lt;p&gt;The embargo holds.&lt;br&gt;&lt;br&gt;Oil rose.&lt;/p&gt;</content></entry>
<entry><title>Third</title><id>3</id><updated>2025-03-17T00:00:00Z</updated><source><title>Other Desk</title></source>
<content type="text">Below 5 &lt; 6.

It &amp;amp; that.</content></entry>
<entry><title>Fourth</title><id>4</id><content type="text/xml"><nitf xmlns=""><body><body.head><hedline><hl1>Fourth</hl1>
</hedline></body.head><body.content><p>Gas fell.</p><p>Oil rose.</p></body.content></body></nitf></content></entry>
<entry><title>Fifth</title><id>5</id><content type="application/xml"><a xmlns="">1</a></content><summary>In short.</summary>
</entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:d="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://pier.example/"><title>Pier News</title></channel>
<item rdf:about="https://pier.example/1"><title>Talks</title><description>&lt;p&gt;Envoys met.&lt;/p&gt;</description>
<d:date>2025-03-14T08:00:00+01:00</d:date></item></rdf:RDF>"""

NEWSML = """<?xml version="1.0" encoding="UTF-8"?>
<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><header><sent>2025-03-14T09:00:00Z</sent></header><itemSet>
<newsItem guid="urn:newsml:pier.example:1" version="2"><rightsInfo><copyrightHolder literal="Holder"/></rightsInfo>
<itemMeta><itemClass qcode="ninat:text"/><provider literal="Pier Agency"/><versionCreated>2025-03-14T08:00:00Z</versionCreated>
<title>slug-talks</title></itemMeta><contentMeta><contentCreated>2025-03-13</contentCreated><headline>Talks resume</headline>
<slugline>TALKS/</slugline><subject><name>diplomacy</name></subject></contentMeta>
<contentSet><inlineXML contenttype="application/xhtml+xml"><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title>
</head><body><h1>Talks resume</h1><p>Envoys met.</p><p>They left.</p></body></html></inlineXML></contentSet></newsItem>
<newsItem guid="urn:2"><itemMeta><provider qcode="n:pier"><name>Pier</name></provider></itemMeta><contentMeta>
<contentCreated>2025-03-13</contentCreated></contentMeta><contentSet><inlineXML contenttype="application/nitf+xml">
<nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.head><hedline><hl1>In NITF</hl1></hedline></body.head>
<body.content><p>The embargo holds.</p></body.content></body></nitf></inlineXML></contentSet></newsItem>
<newsItem guid="urn:3"><itemMeta><itemClass qcode="ninat:picture"/></itemMeta><contentSet>
<remoteContent href="a.jpg" contenttype="image/jpeg"/></contentSet></newsItem>
<newsItem guid="urn:4"><contentSet><inlineData contenttype="text/plain">Oil rose.

Gas fell.</inlineData></contentSet></newsItem></itemSet></newsMessage>"""

NEWSML1 = """<?xml version="1.0"?><!DOCTYPE NewsML SYSTEM "NewsML_1.2.dtd">
<NewsML><NewsEnvelope><DateAndTime>20250314T090000Z</DateAndTime></NewsEnvelope><NewsItem><Identification><NewsIdentifier>
<ProviderId>pier.example</ProviderId><DateId>20250313</DateId><PublicIdentifier>urn:newsml:pier.example:9</PublicIdentifier>
</NewsIdentifier></Identification><NewsManagement><FirstCreated>20250313T080000Z</FirstCreated><ThisRevisionCreated>
20250314T080000Z</ThisRevisionCreated></NewsManagement><NewsComponent><NewsLines><HeadLine>Talks resume</HeadLine>
<CopyrightLine>(c) Pier</CopyrightLine></NewsLines><AdministrativeMetadata><Provider><Party FormalName="Pier"/></Provider>
</AdministrativeMetadata><NewsComponent><Role FormalName="Caption"/><ContentItem><DataContent><p>A picture.</p></DataContent>
</ContentItem></NewsComponent><NewsComponent><Role FormalName="Main"/><ContentItem Href="a.jpg"/><ContentItem>
<MediaType FormalName="Text"/><DataContent><p>Envoys met.</p><p>They left.</p></DataContent></ContentItem></NewsComponent>
</NewsComponent></NewsItem><NewsItem><NewsComponent><ContentItem><DataContent><nitf><body><body.content><p>Oil rose.</p>
</body.content></body></nitf></DataContent></ContentItem></NewsComponent></NewsItem><NewsItem><NewsComponent><ContentItem>
<DataContent>Gas fell.</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>"""

REUTERS = """<?xml version="1.0" encoding="iso-8859-1" ?>
<newsitem itemid="{0}" id="root" date="1996-08-20" xml:lang="en"><title>IRAN: Talks resume.</title><headline>Talks resume.
</headline><byline>Dana Example</byline><dateline>VIENNA 1996-08-20</dateline><text>
<p>Envoys met.</p>
<p>They left.</p></text><copyright>(c) Wire Limited 1996</copyright><metadata><codes class="bip:topics:1.0"><code
 code="GDIP"/></codes><dc element="dc.publisher" value="Wire Holdings"/><dc element="dc.source" value="Wire"/></metadata></newsitem>
"""

#: A speech, interrupted; the names of the header, of a note and of a reference.
TEI = """<?xml version="1.0" encoding="UTF-8"?>
<TEI xmlns="http://www.tei-c.org/ns/1.0" xml:id="House-2025-03-14" xml:lang="en"><teiHeader><fileDesc><titleStmt>
<title xml:lang="de">Sitzung</title><title xml:lang="en">Sitting of the House</title></titleStmt><publicationStmt>
<date when="2026-01-01"/></publicationStmt><sourceDesc><bibl><date when="2025-03-14">14 March</date></bibl></sourceDesc>
</fileDesc><profileDesc><particDesc><listPerson><person xml:id="ArdenJo"><persName><surname>Arden</surname>
<forename>Jo</forename></persName></person></listPerson></particDesc></profileDesc></teiHeader><text><body>
<div type="debateSection"><head>Sanctions</head><note type="time">At 10.</note><note type="speaker">The Chair:</note>
<u who="#x1"><seg>I call the member.
   Are you ready?</seg><vocal><desc>Applause</desc></vocal><seg>We begin.</seg></u>
<u who="#ArdenJo"><seg>I want the sanctions lifted.<note>sic</note></seg><seg>We have waited.</seg></u>
<u who="#BergAnn"><seg>Will you sign?</seg></u><u who="h.xml#ArdenJo"><seg>I thank you.</seg></u></div></body></text></TEI>"""

TEI_TEXT = """<TEI.2><teiHeader><fileDesc><titleStmt><title>A letter</title></titleStmt><sourceDesc><bibl><title level="j">
The Pier</title><date>14 March 1925</date></bibl></sourceDesc></fileDesc></teiHeader><text><front><titlePage>T</titlePage>
</front><body><head>Of talks</head><p>They <choice><sic>mett</sic><corr>met</corr></choice> in Vi<lb break="no"/>enna<lb/>once.
<note place="foot">A note.</note></p><fw>The Pier, page 2</fw><list><item>One.</item><item>Two.</item></list>
<p><w lemma="x">The</w>
 <name><w>price</w> <w join="right">rose</w>
 </name>
 <pc>.</pc></p></body></text></TEI.2>"""

WHIP = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE publicwhip [
<!ENTITY pound   "&#163;">
<!ENTITY house "the <!-- ' --> House"> <!-- it's declared -->
]>
<publicwhip><major-heading id="uk.org.publicwhip/debate/2025-03-14a.1.0">Iran</major-heading>
<speech id="uk.org.publicwhip/debate/2025-03-14a.1.1" nospeaker="true"><p>The House met.</p></speech>
<speech id="uk.org.publicwhip/debate/2025-03-14a.1.2" speakername="Jo Arden" url="x"><p pid="a">I ask for &pound;5.</p>
<p pid="b">We need talks &mdash; now.</p></speech><division id="d"><mplist vote="aye"><mpname>Jo Arden</mpname></mplist></division>
<speech id="e" speakername="Ann Berg"><p>We refuse.</p></speech></publicwhip>""".replace("<!-- ' -->", "'")

AKOMA = """<an:akomaNtoso xmlns:an="http://docs.oasis-open.org/legaldocml/ns/akn/3.0/CSD13"><an:debate><an:meta>
<an:identification><an:FRBRWork><an:FRBRdate date="2025-03-14"/></an:FRBRWork><an:FRBRExpression><an:FRBRthis value="/d/1"/>
</an:FRBRExpression></an:identification><an:references><an:TLCPerson eId="ann" showAs="Ann Berg"/></an:references></an:meta>
<an:preface><an:docTitle>On talks</an:docTitle></an:preface><an:debateBody><an:debateSection><an:heading>Talks</an:heading>
<an:speech by="#ann"><an:p>I want talks.</an:p></an:speech><an:speech by="#jo"><an:from>Mr Arden:</an:from><an:p>We refuse.
</an:p></an:speech><an:scene>(Noise)</an:scene><an:rollCall><an:p>Berg, Ann.</an:p></an:rollCall></an:debateSection></an:debateBody></an:debate></an:akomaNtoso>"""

#: Id, title, date, outlet and paragraphs of each article.
READ = {
    "agency.xml": (
        nitf(PARAGRAPHS[:1]),
        [("led-77", TITLE, "2025-03-14", "The Harbor Ledger", [PARAGRAPHS[0]])],
    ),
    "atom.xml": (
        ATOM,
        [
            ("tag:quay.example,2025:1", "Talks & oil", "2025-03-14T08:00:00Z", "Quay Dispatch", ["Envoys met.", "They left."]),
            ("tag:quay.example,2025:2", "R&D <b>", "2025-03-16T00:00:00Z", "Quay Dispatch", ["The embargo holds.", "Oil rose."]),
            ("3", "Third", "2025-03-17T00:00:00Z", "Other Desk", ["Below 5 < 6.", "It &amp; that."]),
            ("4", "Fourth", None, "Quay Dispatch", ["Gas fell.", "Oil rose."]),
            ("5", "Fifth", None, "Quay Dispatch", ["In short."]),
        ],
    ),
    "rdf.xml": (RDF, [("https://pier.example/1", "Talks", "2025-03-14T08:00:00+01:00", "Pier News", ["Envoys met."])]),
    "newsml.xml": (
        NEWSML,
        [
            (
                *("urn:newsml:pier.example:1", "Talks resume", "2025-03-14T08:00:00Z", "Pier Agency"),
                ["Talks resume", "Envoys met.", "They left."],
            ),
            ("urn:2", "In NITF", "2025-03-13", "Pier", ["The embargo holds."]),
            ("urn:4", None, None, None, ["Oil rose.", "Gas fell."]),
        ],
    ),
    "newsml1.xml": (
        NEWSML1,
        [
            ("urn:newsml:pier.example:9", "Talks resume", "2025-03-14", "Pier", ["Envoys met.", "They left."]),
            ("newsml1:2", None, None, None, ["Oil rose."]),
            ("newsml1:3", None, None, None, ["Gas fell."]),
        ],
    ),
    "reuters.xml": (REUTERS.format(7), [("7", "Talks resume.", "1996-08-20", "Wire", ["Envoys met.", "They left."])]),
    "tei.xml": (
        TEI,
        [
            (
                *("House-2025-03-14", "Sitting of the House", "2025-03-14", None),
                [
                    *("Sanctions", "The Chair: I call the member. Are you ready?", "We begin."),
                    *("Jo Arden: I want the sanctions lifted.", "We have waited.", "Berg Ann: Will you sign?"),
                    "Jo Arden: I thank you.",
                ],
            )
        ],
    ),
    "letter.tei": (
        TEI_TEXT,
        [("letter", "A letter", "14 March 1925", "The Pier", ["Of talks", "They met in Vienna once.", "One.", "Two.", "The price rose."])],
    ),
    "whip.xml": (
        WHIP,
        [
            (
                *("whip", None, "2025-03-14", None),
                ["Iran", "The House met.", "Jo Arden: I ask for £5.", "We need talks — now.", "Ann Berg: We refuse."],
            )
        ],
    ),
    "akoma.xml": (AKOMA, [("/d/1", "On talks", "2025-03-14", None, ["Talks", "Ann Berg: I want talks.", "Mr Arden: We refuse."])]),
}  # fmt: skip


def found(article: Article) -> tuple[object, ...]:
    """What is said of an article, and its paragraphs."""
    paragraphs = [" ".join(paragraph.text.split()) for paragraph in article.paragraphs]
    return article.id, article.title, article.date, article.outlet, paragraphs


def records(path: Path, content: str | bytes) -> list[Article | Quarantined]:
    """What is read of a file of this content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_records([path]))


def texts(path: Path, content: str | bytes) -> list[str]:
    """The text of each article, or the reason."""
    return [one.text if isinstance(one, Article) else f"{one.position}: {one.reason}" for one in records(path, content)]


@pytest.mark.parametrize("name", READ)
def test_each_kind(tmp_path: Path, name: str) -> None:
    """Id, title, date and outlet are those of the article; its paragraphs are what a reader of it would read."""
    content, expected = READ[name]
    assert [found(one) for one in records(tmp_path / name, content) if isinstance(one, Article)] == expected


@pytest.mark.parametrize("name", READ)
def test_content_tells_the_kind(tmp_path: Path, name: str) -> None:
    """Whatever the suffix, with a declaration or without, behind remarks and in UTF-16, plain, packed and piped in."""
    content, expected = READ[name]
    bare = content[content.index("?>") + 2 :].lstrip() if content.startswith("<?xml") else content
    wide = bare.encode("utf-16")
    for raw in (
        *(content.encode(), bare.encode(), b"\xef\xbb\xbf" + bare.encode(), b"\n\n" + content.encode()),
        *(
            b"<?xml version='1.0'?>\n<?style x?><!-- <rss> a > b --><!-- -->\n" + bare.encode(),
            gzip.compress(content.encode()),
        ),
        *(wide, bare.encode("utf-16-be"), ('<?xml version="1.0" encoding="UTF-16"?>' + bare).encode("utf-16")),
    ):
        for suffix in (".html", ".txt", ""):
            path = tmp_path / f"{name.split('.')[0]}{suffix}"
            assert [found(one) for one in records(path, raw) if isinstance(one, Article)] == expected, raw[:60]
    path = tmp_path / "a.zip"
    path.write_bytes(zipped({name: content.encode()}))
    assert [found(one)[1:] for one in read_records([path]) if isinstance(one, Article)] == [one[1:] for one in expected]
    done = CliRunner().invoke(main, ["score", "-", "-f", "jsonl", "--level", "article"], input=content.encode())
    assert f"articles: {len(expected) + (name == 'newsml.xml')} read" in done.stderr


def test_roots_are_signs() -> None:
    """A root that no other XML has tells the format, with a prefix or without."""
    sign = FORMATS["xml"].sign
    assert sign is not None
    for root in _KINDS.keys() - {"atom.entry", "debates"}:
        name = root if root == "TEI.2" else root.rpartition(".")[2]
        assert all(sign.match(f"<{prefix}{name}>".encode()) for prefix in ("", "a:")), root
    assert not any(sign.match(f"<{name}>".encode()) for name in ("html", "rssx", "svg", "entry"))


def test_in_a_folder(tmp_path: Path) -> None:
    """Files of all the kinds are read there, and the ids of articles that have none are those of the files."""
    for name, (content, _) in READ.items():
        (tmp_path / name).write_text(content)
    ids = [article.id for article in read_articles([tmp_path], quarantine=[].append)]
    assert sorted(ids) == sorted(one[0] for _, expected in READ.values() for one in expected)


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-r", "gb2312", "shift_jis", "iso-2022-jp", "utf-8"])
def test_the_declared_encoding_counts(tmp_path: Path, encoding: str) -> None:
    """Where bytes would be other letters in the one that would be guessed."""
    text = "мир" if encoding != "gb2312" else "和平"
    content = rss([f"<p>Talks on {text}.</p>"]).replace('"1.0"?>', f'"1.0" encoding="{encoding}"?>', 1)
    assert texts(tmp_path / "a.xml", content.encode(encoding)) == [f"Talks on {text}."]


@pytest.mark.parametrize("encoding", ["no-such", "utf-16", "idna", "punycode", "base64", "rot13", "undefined"])
def test_an_encoding_that_cannot_be(tmp_path: Path, encoding: str) -> None:
    """It counts for nothing."""
    content = rss(["<p>Talks at a café.</p>"]).replace('"1.0"?>', f'"1.0" encoding="{encoding}"?>', 1)
    assert texts(tmp_path / "a.xml", content) == ["Talks at a café."]


def test_bytes_that_do_not_fit(tmp_path: Path) -> None:
    """They cost the article that they stand in, and no other."""
    content = rss(["<p>One, café.</p>", "<p>Two.</p>", "<p>Three, café.</p>"]).replace(
        '"1.0"?>', '"1.0" encoding="UTF-8"?>', 1
    )
    raw = content.encode().replace(b"Two", b"Tw\xe9")
    assert texts(tmp_path / "a.xml", raw) == [
        "One, café.", "2: bytes that do not fit the encoding of the file", "Three, café."
    ]  # fmt: skip


def test_entities_of_html(tmp_path: Path) -> None:
    """Feeds have them without a word of where they come from: no text is lost, nor what follows."""
    item = "<item><title>Oil &ndash; R&D &nosuch; a&amp;b</title><link>https://a.example/?b=1&c=2</link><description>{}</description></item>"
    content = rss(
        [], item.format("&lt;p&gt;Talks&nbsp;on &#150; &#8; &#xD800; oil &LT; 60 &copy; &amp;amp; &bare&lt;/p&gt;")
    )
    (article,) = records(tmp_path / "a.xml", content)
    assert isinstance(article, Article)
    assert article.title == "Oil – R&D &nosuch; a&b"
    assert article.text == "Talks on – \ufffd oil < 60 © & &bare"
    assert article.id == "https://a.example/?b=1&c=2"


def test_entities_across_pieces(tmp_path: Path) -> None:
    """A long file is read in pieces: an entity that is cut by the end of one is whole."""
    text = "Talks&nbsp;on&eacute;&#233;. " * 60_000
    (article,) = records(tmp_path / "a.xml", nitf(["x"]).replace("<p>x</p>", f"<p>{text}</p>"))
    assert isinstance(article, Article)
    assert article.text == ("Talks onéé. " * 60_000).strip()


def test_characters_that_xml_does_not_have(tmp_path: Path) -> None:
    """As databases give them out: they cost no more than themselves."""
    assert texts(tmp_path / "a.xml", rss(["<p>Talks\x0b re\x00sume\x1f.</p>", "<p>Two.</p>"])) == [
        "Talks re sume .",
        "Two.",
    ]


@pytest.mark.parametrize(
    ("description", "text"),
    [
        ("<![CDATA[<p>One.</p><p>Two.</p>]]>", "One.\n\nTwo."),
        ("<![CDATA[One.<br/><br />Two &amp; three.]]>", "One.\n\nTwo & three."),
        ("&lt;div&gt;One.&lt;/div&gt;Two.", "One.\n\nTwo."),
        ("Only text, 5 &lt; 6 & more.", "Only text, 5 < 6 & more."),
        ("<![CDATA[<p>One.</p><figure><img><figcaption>A picture.</figcaption></figure><iframe>x</iframe><script>y</script>]]>", "One."),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("", ""),
    ],
)  # fmt: skip
def test_bodies_of_feeds(tmp_path: Path, description: str, text: str) -> None:
    """HTML in a section, or written so that it passes for text, is what it shows; one without text is an article."""
    item = f"<item><title>T</title><guid>g</guid><description>{description}</description></item>"
    assert texts(tmp_path / "a.xml", rss([], item)) == [text]


def test_the_full_text_of_a_feed_goes_first(tmp_path: Path) -> None:
    """The description is read only where there is no other; other vocabularies' titles are not the article's."""
    item = (
        '<item xmlns:media="http://search.yahoo.com/mrss/"><media:title>Picture</media:title><title>T</title><guid>g</guid>'
        '<source url="x">Other Desk</source><description>Short.</description><content:encoded> </content:encoded></item>'
    )
    one, two = records(tmp_path / "a.xml", rss(["<p>Long.</p>"], item))
    assert isinstance(one, Article)
    assert isinstance(two, Article)
    assert (one.text, one.outlet, two.text, two.outlet, two.title) == (
        "Long.", "The Harbor Ledger", "Short.", "Other Desk", "T"
    )  # fmt: skip


def post(number: int, kind: str, status: str, body: str) -> str:
    """One of an export of WordPress."""
    return (
        f"<item><title>{number}</title><link>https://w.example/{number}</link><pubDate>Fri, 14 Mar 2025 08:00:00 +0000</pubDate>"
        f'<guid isPermaLink="false">https://w.example/?p={number}</guid><description></description>'
        f"<content:encoded><![CDATA[{body}]]></content:encoded><excerpt:encoded><![CDATA[Short.]]></excerpt:encoded>"
        f"<wp:post_type><![CDATA[{kind}]]></wp:post_type><wp:status><![CDATA[{status}]]></wp:status><wp:comment>"
        "<wp:comment_content>I disagree.</wp:comment_content></wp:comment><category>Oil</category></item>"
    )


def test_exports_of_wordpress(tmp_path: Path) -> None:
    """Posts and pages are read; what was never published is named, and so are types that a site made; others are none."""
    space = 'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:wp="http://wordpress.org/export/1.2/" '
    classic = (
        '[caption id="a1" align="left"]<img src="a.jpg" /> A picture of [sic] envoys[/caption]Envoys met.\n\nThey <em>left</em> [sic]'
        ' at noon.\n\n[gallery ids="1,2"]\n\n[embed]https://v.example/1[/embed]\n\n[my_box color="red"]The embargo holds.[/my_box] [where n = 100]'
    )
    blocks = "<!-- wp:paragraph -->\n<p>Oil rose.</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:paragraph -->\n<p>Gas fell.</p>\n<!-- /wp:paragraph -->"
    items = (
        *((1, "post", "publish", classic), (2, "attachment", "inherit", "A file."), (3, "page", "publish", blocks)),
        *((4, "post", "draft", "Not yet."), (5, "nav_menu_item", "publish", ""), (6, "recipe", "publish", "Salt.")),
        (7, "post", "private", "Within."),
    )
    content = rss([], "".join(post(*item) for item in items)).replace("<rss ", f"<rss {space}")
    assert texts(tmp_path / "a.xml", content) == [
        "Envoys met.\n\nThey left [sic] at noon.\n\nThe embargo holds. [where n = 100]",
        "Oil rose.\n\nGas fell.",
        "4: not published: draft",
        "6: no post and no page, but of the type 'recipe'",
        "Within.",
    ]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('Envoys met.\n\n"[More than] [more than 200] [video footage] [audio of it]" [sic].', None),
        ("[vc_row][vc_column_text]Envoys met.[/vc_column_text][/vc_row]", "Envoys met."),
        ("[dropcap]E[/dropcap]nvoys [url=https://a.example]met[/url] [b]now[/b]. [note=1]", "Envoys met now. [note=1]"),
        ("[youtube https://v.example/?v=2&w=640]\n\n[vimeo 123]\n\n[video]\n[gallery]\nEnvoys met.", "Envoys met."),
    ],
)
def test_brackets_in_posts(tmp_path: Path, body: str, text: str | None) -> None:
    """What is replaced is none of the text; what the author put there is."""
    space = 'xmlns:wp="http://wordpress.org/export/1.2/" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" '
    content = rss([], post(1, "post", "publish", body)).replace("<rss ", f"<rss {space}")
    assert texts(tmp_path / "a.xml", content) == [text or body]


def test_the_corpus_of_the_new_york_times(tmp_path: Path) -> None:
    """Its blocks hold the beginning of a text twice, and later corrections: the text is read once."""
    lead, more = PARAGRAPHS[:2]
    blocks = {"lead_paragraph": [lead], "full_text": [lead, more], "correction_text": ["A name was misspelled."]}
    inner = "".join(f'<block class="{kind}"><p>{"</p><p>".join(ps)}</p></block>' for kind, ps in blocks.items())
    assert texts(tmp_path / "a.xml", nitf(["x"]).replace("<p>x</p>", inner)) == [f"{lead}\n\n{more}"]
    inner = "".join(
        f'<block class="{kind}"><p>{lead}</p></block>' for kind in ("online_lead_paragraph", "lead_paragraph")
    )
    assert texts(tmp_path / "a.xml", nitf(["x"]).replace("<p>x</p>", inner)) == [lead]
    for paragraphs, text in (
        ((f"LEAD: {lead}", lead, more), f"{lead}\n\n{more}"),
        ((f"LEAD: {lead}", f"{lead} {more}"), f"{lead} {more}"),
        ((f"LEAD: {lead}", more), f"LEAD: {lead}\n\n{more}"),
        ((f"LEAD: {lead}",), f"LEAD: {lead}"),
    ):
        inner = f'<block class="full_text"><p>{"</p><p>".join(paragraphs)}</p></block>'
        assert texts(tmp_path / "a.xml", nitf(["x"]).replace("<p>x</p>", inner)) == [text]


def test_what_of_nitf_is_no_text(tmp_path: Path) -> None:
    """Media with their captions, notes and summaries; a heading, a list and a table are text."""
    body = (
        "<p>Envoys met <person>Jo <alt-code idsrc='x' value='y'>code</alt-code>Arden</person>.</p><media><media-caption>A picture."
        "</media-caption></media><hl2>Next</hl2><ul><li>Oil</li><li>Gas</li></ul><note><p>Eds: new.</p></note><abstract><p>Short."
        "</p></abstract><table><tr><td>Oil</td><td>60</td></tr></table><block><![CDATA[<p>One.</p><p>R&D.</p>]]></block>"
    )
    assert texts(tmp_path / "a.xml", nitf(["x"]).replace("<p>x</p>", body)) == [
        "Envoys met Jo Arden.\n\nNext\n\nOil\n\nGas\n\nOil\t60\n\nOne.\n\nR&D."
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<![CDATA[R&D, 5 < 6 & a <desk>. AT&amp;T rose.]]>", "R&D, 5 < 6 & a <desk>. AT&T rose."),
        ("R&amp;D, 5 &lt; 6.", "R&D, 5 < 6."),
        ("<![CDATA[<p>R&amp;D.</p><p>Oil rose.</p>]]>", "R&D.\n\nOil rose."),
    ],
)
def test_plain_content(tmp_path: Path, content: str, text: str) -> None:
    """In a section it is the same; what is beyond doubt HTML is read as that, as in a cell of a table."""
    for within in (
        "<newsItem xmlns='http://iptc.org/std/nar/2006-10-01/'><contentSet><inlineData contenttype='text/plain'>{}</inlineData></contentSet></newsItem>",
        "<NewsML><NewsItem><NewsComponent><ContentItem><DataContent>{}</DataContent></ContentItem></NewsComponent></NewsItem></NewsML>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content>{}</content></entry></feed>",
    ):
        assert texts(tmp_path / "a.xml", within.format(content)) == [text]


def test_pages_without_paragraphs(tmp_path: Path) -> None:
    """Agencies break lines in them, too."""
    item = "<newsItem xmlns='http://iptc.org/std/nar/2006-10-01/'><contentSet><inlineXML contenttype='{}'>{}</inlineXML></contentSet></newsItem>"
    page = "<div xmlns='http://www.w3.org/1999/xhtml'>Oil rose.<br/><br/>Gas fell.</div>"
    assert texts(tmp_path / "a.xml", item.format("application/xhtml+xml", page)) == ["Oil rose.\n\nGas fell."]
    assert texts(tmp_path / "a.xml", item.format("a/b", "<record><price>60</price></record>")) == [
        "1: no text in this item that is read: inlineXML a/b"
    ]


def test_what_is_said_of_a_broadcast(tmp_path: Path) -> None:
    """Feeds of podcasts and films may have no other text."""
    podcast = "<item xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'><itunes:title>x</itunes:title><description/><itunes:summary>We talk.</itunes:summary></item>"
    assert texts(tmp_path / "a.xml", rss([], podcast)) == ["We talk."]
    film = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:media='http://search.yahoo.com/mrss/'><entry><media:group><media:title>x</media:title><media:description>Envoys met.\n\nThey left.</media:description></media:group></entry></feed>"
    assert texts(tmp_path / "a.xml", film) == ["Envoys met.\n\nThey left."]


def test_an_id_that_comes_again_counts_as_none(tmp_path: Path) -> None:
    """Feeds have them, and nobody could name another column."""
    item = "<item><guid>{}</guid><description>{}.</description></item>"
    content = rss([], "".join(item.format(*one) for one in (("g", 1), ("g", 2), ("a:2", 3), ("a:4", 4))))
    ids = [one.id for one in records(tmp_path / "a.xml", content) if isinstance(one, Article)]
    assert ids == ["g", "a:2", "a:3", "a:4"]


def test_an_item_whose_content_is_elsewhere_is_named(tmp_path: Path) -> None:
    """Pictures, and what is in letters that stand for bytes."""
    reasons = [one.reason for one in records(tmp_path / "a.xml", NEWSML) if isinstance(one, Quarantined)]
    assert reasons == ["no text in this item that is read, but its content may be in another file"]
    assert texts(tmp_path / "a.xml", "<NewsML><NewsItem><NewsComponent/></NewsItem></NewsML>") == [f"1: {reasons[0]}"]
    packed = '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="a"><contentSet><inlineData contenttype="text/plain" encoding="x">QQ==</inlineData></contentSet></newsItem>'
    assert texts(tmp_path / "a.xml", packed) == ["1: no text in this item that is read: inlineData text/plain"]


def test_what_an_agency_withholds_is_named(tmp_path: Path) -> None:
    """It was never published, or is no longer to be."""
    content = NEWSML.replace("<itemClass qcode", '<pubStatus qcode="stat:canceled"/><itemClass qcode', 1)
    assert texts(tmp_path / "a.xml", content)[0] == "1: not published: stat:canceled"


def test_records_like_that_of_theyworkforyou(tmp_path: Path) -> None:
    """Other sites have another root, and answers in writing; what has no speech is none."""
    said = '<{0}><{1} id="a.b/debate/2025-03-14.1.1" speakername="Jo Arden"><p>No.</p></{1}></{0}>'
    for root, speech in (("debates", "speech"), ("publicwhip", "reply")):
        (article,) = records(tmp_path / "a.xml", said.format(root, speech))
        assert isinstance(article, Article)
        assert (article.text, article.date) == ("Jo Arden: No.", "2025-03-14")
    assert texts(tmp_path / "a.xml", "<debates><debate>Talks.</debate></debates>") == ["1: no speech in it"]


def test_speakers(tmp_path: Path) -> None:
    """Who speaks is found as in a transcript, up to the next speech."""
    (article,) = records(tmp_path / "a.xml", TEI)
    assert isinstance(article, Article)
    speakers = [speech.speaker for _, speech in find_speeches([one.text for one in article.paragraphs])]
    assert speakers == [None, "The Chair", "The Chair", "Jo Arden", "Jo Arden", "Berg Ann", "Jo Arden"]


@pytest.mark.parametrize(
    ("written", "date"),
    [
        ("Fri, 14 Mar 2025 08:00:00 +0100", "2025-03-14T08:00:00+01:00"),
        ("14 Mar 2025 08:00:00 GMT", "2025-03-14T08:00:00+00:00"),
        ("2025-03-14T08:00:00Z", "2025-03-14T08:00:00Z"),
        ("20250314T080000+0100", "2025-03-14"),
        ("14 March 2025", "14 March 2025"),
        ("Thu, 30 Nov -0001 00:00:00 +0000", "Thu, 30 Nov -0001 00:00:00 +0000"),
        ("no: day", "no: day"),
    ],
)
def test_dates(tmp_path: Path, written: str, date: str) -> None:
    """Those of feeds and agencies are written as the standard has them; what is no date is kept."""
    item = f"<item><description>x</description><pubDate> {written} </pubDate></item>"
    (article,) = records(tmp_path / "a.xml", rss([], item))
    assert isinstance(article, Article)
    assert article.date == date


def test_words_that_are_marked_one_by_one(tmp_path: Path) -> None:
    """What joins them counts wherever it stands: at a contraction, at the last word of a name, or at the name."""
    words = """<w join="right">"</w> <w>We</w>
      <w join="right">can't<w norm="can"/>
        <w norm="not"/>
      </w>
      <pc>,</pc> <name>
        <w>New</w> <w join="right">York</w>
      </name>
      <pc>,</pc> <name join="right"><w>Old</w> <w>York</w></name> <pc>.</pc>"""
    content = f"<TEI><text><body><u><seg><s>{words}</s> <s><w join='right'>No</w> </s><s><pc>.</pc></s></seg></u></body></text></TEI>"
    assert texts(tmp_path / "a.xml", content) == ["\"We can't, New York, Old York. No."]


def test_a_name_that_is_there_is_not_doubled(tmp_path: Path) -> None:
    """Some records have it in the speech, too; one without a name has none from before."""
    said = '<publicwhip><speech speakername="Jo Arden"><p>Jo Arden: No.</p></speech><speech speakername="Jo Arden"><p>Jo Arden is I.</p></speech><speech speakername="Ann Berg"></speech><speech><p>Order.</p></speech></publicwhip>'
    assert texts(tmp_path / "a.xml", said) == ["Jo Arden: No.\n\nJo Arden: Jo Arden is I.\n\nOrder."]


def test_a_broken_article_costs_itself(tmp_path: Path) -> None:
    """It is named with its place, its fault and the line; those around it are read, with what the file says of all."""
    broken = "<item><guid>b</guid>\n<description>One <b> two</description></item>\n"
    good = "<item><guid>c</guid><description>Two.</description></item>\n"
    twice = "<item a='1' a='2'><guid>d</guid></item>" * 2
    three = f"{twice}<item><guid>e</guid><description>Three.</description></item>"
    one, two, three_, four, again, five = records(tmp_path / "a.xml", rss(["One."], broken + good + three))
    assert (two, four, again) == (
        Quarantined(str(tmp_path / "a.xml"), 2, "not valid XML: mismatched tag in line 3"),
        Quarantined(str(tmp_path / "a.xml"), 4, "not valid XML: duplicate attribute in line 5"),
        Quarantined(str(tmp_path / "a.xml"), 5, "not valid XML: duplicate attribute in line 5"),
    )
    assert [(one.text, one.outlet) for one in (one, three_, five) if isinstance(one, Article)] == [
        ("One.", "The Harbor Ledger"), ("Two.", "The Harbor Ledger"), ("Three.", "The Harbor Ledger")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cut", "told"),
    [("</item>", "unclosed token"), ("</channel>", "no element found"), ("]]>", "unclosed CDATA section")],
)
def test_a_file_that_breaks_off(tmp_path: Path, cut: str, told: str) -> None:
    """What stands before is read, and the break is told."""
    content = rss(["One.", "Two."])
    at = content.rindex(cut) + (3 if cut == "</item>" else 0)
    one, *_, last = texts(tmp_path / "a.xml", content[:at])
    assert one == "One."
    assert told in last


def test_joined_files(tmp_path: Path) -> None:
    """Collections come as one file of many documents, or of some within another element."""
    joined = "".join(REUTERS.format(i) for i in range(1, 400)) + "<!-- the end -->\n"
    assert [one.id for one in records(tmp_path / "a.xml", joined) if isinstance(one, Article)] == [
        str(i) for i in range(1, 400)
    ]
    bare = joined.replace('<?xml version="1.0" encoding="iso-8859-1" ?>', "")
    within = records(tmp_path / "b.xml", f"<corpus>{bare}</corpus>")
    assert [one.id for one in within if isinstance(one, Article)] == [str(i) for i in range(1, 400)]
    broken = joined.replace("<text>", "<text><b>", 3).replace("<text><b>", "<text>", 2)
    faults = [one for one in records(tmp_path / "c.xml", broken) if isinstance(one, Quarantined)]
    assert [(one.position, one.reason) for one in faults] == [(3, "not valid XML: mismatched tag in line 17")]
    bare = "".join(f"<newsitem itemid='{i}'><text><p>x</p></text></newsitem>" for i in range(3))
    assert len(records(tmp_path / "d.xml", bare)) == 3
    text, last = texts(tmp_path / "d.xml", REUTERS.format(1) + "<br/>")
    assert (text, last.startswith("2: no reader for XML with the root <br>")) == ("Envoys met.\n\nThey left.", True)


def test_an_article_without_an_end(tmp_path: Path) -> None:
    """It costs itself, and none of those that follow, which would be parts of it."""
    items = "".join(f"<item><guid>{i}</guid><description>{i}.</description></item>" for i in range(1, 6))
    content = rss([], items.replace("2.</description></item>", "2.</description>"))
    assert texts(tmp_path / "a.xml", content) == [
        *("1.", "2: another article begins within it", "3.", "4.", "5."),
        "6: not valid XML: mismatched tag in line 2",
    ]
    nested = '<TEI xml:id="{}"><teiHeader/>{}</TEI>'
    texts_within = "".join(nested.format(i, f"<text><body><p>{i}.</p></body></text>") for i in "ab")
    assert texts(tmp_path / "b.xml", nested.format("all", texts_within)) == [
        "1: another article begins within it", "a.", "b."
    ]  # fmt: skip


def test_a_fault_above_all_articles(tmp_path: Path) -> None:
    """It costs none of them."""
    content = rss(["One.", "Two."]).replace("<image>", "<description>Oil<br>and gas</description><image>")
    found = records(tmp_path / "a.xml", content)
    assert [(one.text, one.outlet) for one in found if isinstance(one, Article)] == [
        ("One.", "The Harbor Ledger"), ("Two.", "The Harbor Ledger")
    ]  # fmt: skip
    assert texts(tmp_path / "a.xml", content.split("<item>")[0]) == ["1: not valid XML: mismatched tag in line 2"]


def test_a_file_joined_to_one_that_breaks_off(tmp_path: Path) -> None:
    """Its articles are its own: they have its outlet."""
    broken, whole = rss(["One.", "Two."]), rss(["Three."]).replace("The Harbor Ledger", "Quay Dispatch")
    for end in (broken.rindex("<![CDATA["), broken.rindex("<item>"), broken.rindex("<item>") + 3):
        found = records(tmp_path / "a.xml", broken[:end] + whole)
        outlets = {one.text: one.outlet for one in found if isinstance(one, Article)}
        assert outlets == {"One.": "The Harbor Ledger", "Three.": "Quay Dispatch"}, end
        assert len(found) == 3


def test_a_section_without_an_end(tmp_path: Path) -> None:
    """It holds what follows up to the end of another: that is no text of the article."""
    content = rss(["One.", "Two.", "Three.", "Four."])
    broken = content.replace("Two.]]>", "Two.")
    assert texts(tmp_path / "a.xml", broken) == ["One.", "2: a CDATA section in it has no end", "Four."]
    first, second, last = records(tmp_path / "a.xml", rss(["One."]).split("One.")[0] + content)[:3]
    assert isinstance(first, Quarantined)
    assert isinstance(second, Article)
    assert isinstance(last, Article)
    assert (second.text, second.outlet, last.outlet) == ("Two.", None, None)


def test_a_section_within_a_script(tmp_path: Path) -> None:
    """Pages have sections of their own: the end of that is none of this one, as feeds and exports write it."""
    script = "<p>One.</p><script>//<![CDATA[\nx();\n//{}</script><p>Two.</p>"
    for end in ("]]&gt;", "]]]]><![CDATA[>"):
        content = rss([script.format(end), "Three."])
        assert texts(tmp_path / "a.xml", content) == ["One.\n\nTwo.", "Three."], end


def test_a_declaration_within_an_article(tmp_path: Path) -> None:
    """A file that was pasted into another is none that follows: it costs the article that it is in."""
    content = rss(["One.", "Two.", "Three."])
    for within in ("<guid>", "<b></b><?xml version='1.0'?>", "<nitf></nitf>", "x", "&lt;"):
        broken = content.replace("<![CDATA[Two.", f"<?xml version='1.0'?>{within}<![CDATA[Two.")
        found = texts(tmp_path / "a.xml", broken)
        assert (found[0], found[1], found[-1]) == (
            "One.", "2: not valid XML: XML or text declaration not at start of entity in line 2", "Three."
        ), within  # fmt: skip


def test_remarks_between_joined_files(tmp_path: Path) -> None:
    """What keeps pages writes one below a feed: the next file begins behind it, and with it the count of lines."""
    remark = "\n<!-- kept at 10:00 -->\n"
    content = remark.lstrip() + rss(["One."]) + remark + rss(["Two."]) + remark + "<?style x?>" + rss(["Three."])
    assert texts(tmp_path / "a.xml", content) == ["One.", "Two.", "Three."]
    broken = content.replace("Three.]]>", "Three.]]></b>")
    line = broken[: broken.index("Three.")].count("\n") + 1
    assert texts(tmp_path / "a.xml", broken)[2:] == [f"3: not valid XML: mismatched tag in line {line}"]


def test_empty_documents(tmp_path: Path) -> None:
    """A root that is closed at once ends there."""
    one = "<newsitem itemid='1'><text><p>One.</p></text></newsitem>"
    assert texts(tmp_path / "a.xml", "<nitf/>") == [""]
    for empty in ("<newsitem a='b>'/>", "<newsitem/>\n", "<newsitem></newsitem>"):
        assert texts(tmp_path / "a.xml", one + empty + one.replace("1", "3"))[::2] == ["One.", "One."], empty


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 40, 2**14])
def test_pieces_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """A fault, an end or the beginning of the next may be cut by the end of a piece."""
    monkeypatch.setattr("stance.articles.read_xml._PIECE", size)
    item, end = "<item><description>{}</description></item>", "</channel></rss>"
    faults = [item.format(fault) for fault in ("<![a", "<", "</b >", "<b c='<", "&#1;<b a='1' a='2'>")]
    content = rss([], "".join(fault + item.format("Next.") for fault in faults)).replace(
        end, rss(["Last."]) + "<rss/>" + rss(["x"])
    )
    found = texts(tmp_path / "a.xml", content)
    assert [one for one in found if "not valid XML" not in one] == [*["Next."] * 5, "Last.", "x"]
    assert len(found) == 13


def test_long_remarks(tmp_path: Path) -> None:
    """Newer versions of expat may tell late what stands behind them in the same piece: no document is lost."""
    one = "<newsitem><text><p>Oil rose.</p></text>{}</newsitem>"
    for size in range(10_000, 120_000, 10_000):
        content = one.format(f"<!--{'x' * size}-->") + one.format("") * 300
        assert texts(tmp_path / "a.xml", content) == ["Oil rose."] * 301, size


def test_a_fault_right_before_an_article(tmp_path: Path) -> None:
    """It costs none but its own, wherever the pieces end in which a file is read."""
    bad, good = "<item><description><b></description></item>", "<item><description>Two.</description></item>"
    for size in range(60):
        content = rss([], f"<item><description>{'x' * (2**18 - 330 + size)}</description></item>{bad}{good}")
        assert texts(tmp_path / "a.xml", content)[1:] == ["2: not valid XML: mismatched tag in line 2", "Two."], size


@pytest.mark.parametrize(
    ("content", "root"),
    [
        ("<?xml version='1.0'?><catalog><book>Talks.</book></catalog>", "catalog"),
        ("<?xml version='1.0'?><feed><entry>Talks.</entry></feed>", "feed"),
        ("<?xml version='1.0'?><a:rss xmlns:a='urn:other'><a:item/></a:rss>", "a:rss"),
        ("<?xml version='1.0'?><empty/>", "empty"),
    ],
)
def test_other_xml(tmp_path: Path, content: str, root: str) -> None:
    """It is an error that names the root and what is read, also with an unknown suffix; in a folder it is quarantined."""
    for name in ("a.xml", "a.dat", "a"):
        (tmp_path / name).write_text(content)
        with pytest.raises(ArticleError, match=f"no reader for XML with the root <{root}>; NITF, .* save as CSV"):
            list(read_articles([tmp_path / name]))
    (tmp_path / "b.txt").write_text("Talks.")
    reasons = [one.reason for one in read_records([tmp_path]) if isinstance(one, Quarantined)]
    assert [reason for reason in reasons if f"the root <{root}>" in reason]


def test_files_without_articles(tmp_path: Path) -> None:
    """It is said of which kind they are."""
    for content, kind in (
        (rss([]), "RSS"),
        ('<teiCorpus xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/></teiCorpus>', "TEI"),
    ):
        with pytest.raises(ArticleError, match=f"no article in this file of {kind}"):
            records(tmp_path / "a.xml", content)
    for content, part in (("<akomaNtoso><act/></akomaNtoso>", "debateBody"), ("<newsitem><p>x</p></newsitem>", "text")):
        assert texts(tmp_path / "a.xml", content) == [f"1: no <{part}> in it"]


def test_pages_are_pages(tmp_path: Path) -> None:
    """XHTML is read as HTML, whatever it is called."""
    page = f"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><body><p>{PARAGRAPHS[0]}</p></body></html>"
    assert texts(tmp_path / "a.xml", page) == [PARAGRAPHS[0]]
    above = "<!-- a --><!-- b --><?xml-stylesheet href='x'?>"
    assert texts(tmp_path / "a.xml", page.replace("<html", f"{above}<!DOCTYPE html><html")) == [PARAGRAPHS[0]]


def test_only_readers_of_utf_16_are_given_it(tmp_path: Path) -> None:
    """A text that begins like a mailbox, an RTF document or a web archive is a text."""
    for text in (
        "From jo@pier.example Fri Mar 14 2025\nFrom: Jo\nTo: Ann\n\nTalks.",
        "{\\rtf is a sign.",
        "WARC/1.0\nTalks.",
    ):
        assert texts(tmp_path / "a.txt", text.encode("utf-16")) == [text]


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY x SYSTEM "{secret}">',
        '<!ENTITY x PUBLIC "-//x" "http://127.0.0.1:9/x">',
        '<!ENTITY y "ha"><!ENTITY x "&y;&y;&y;&y;">',
        f'<!ENTITY x "{"long " * 30_000}">',
        '<!ENTITY x "<b>bold</b>">',
    ],
)
def test_entities_are_not_expanded(tmp_path: Path, declared: str) -> None:
    """Neither from other files nor by the million; a few letters are."""
    (tmp_path / "secret.txt").write_text("Secret.")
    declared = declared.format(secret=(tmp_path / "secret.txt").as_uri())
    content = rss(["One."], "<item><description>&x;</description></item>").replace(
        "<rss", f"<!DOCTYPE rss [{declared}]><rss", 1
    )
    with pytest.raises(
        ArticleError, match="its entity 'x' stands for another file, or for more than 100 plain letters"
    ):
        records(tmp_path / "a.xml", content)


def test_entities_of_a_few_letters(tmp_path: Path) -> None:
    """They are what the file says; pictures and sections of the document type are none of them."""
    declared = (
        "<!ENTITY firm 'Quay &#38; Sons &lt;x>'><!ENTITY % prose 'INCLUDE'><!NOTATION gif SYSTEM ''>"
        "<!ENTITY fig SYSTEM 'a.gif' NDATA gif>"
    )
    content = nitf(["x"]).replace('SYSTEM "nitf-3-3.dtd"', f"[{declared}]").replace("<p>x", "<p>Talks at &firm; resume")
    assert texts(tmp_path / "a.xml", content) == ["Talks at Quay & Sons <x> resume"]


def test_what_a_file_declares_goes_before_html(tmp_path: Path) -> None:
    """Where both have an entity of that name."""
    content = (
        nitf(["x"])
        .replace('SYSTEM "nitf-3-3.dtd"', "[<!ENTITY in 'India'>]")
        .replace("<p>x", "<p>Talks in &in; &mdash; now")
    )
    assert texts(tmp_path / "a.xml", content) == ["Talks in India — now"]


def test_what_a_document_type_names_is_not_loaded(tmp_path: Path) -> None:
    """Nor what its parameter entities do: the file is read without."""
    (tmp_path / "x.dtd").write_text('<!ENTITY x "Secret.">')
    address = (tmp_path / "x.dtd").as_uri()
    for kind in (f'SYSTEM "{address}"', f'[<!ENTITY % x SYSTEM "{address}"> %x;]'):
        content = nitf(["Talks &x; on."]).replace('SYSTEM "nitf-3-3.dtd"', kind).replace("&amp;x;", "&x;")
        assert texts(tmp_path / "a.xml", content) == ["Talks &x; on."]


def _item(inside: str, prolog: str = "") -> bytes:
    return f"{prolog}<rss><channel><item>{inside}</item></channel></rss>".encode()


def _declaring(*declared: str) -> str:
    return f"<!DOCTYPE rss [{' '.join(declared)}]>"


_ATTRIBUTES = [f"<!ATTLIST a b{i} CDATA 'x'>" for i in range(2000)]
_PARAMETERS = [f"<!ENTITY % a{i} '{f'%a{i - 1};' * 9}'>" for i in range(1, 20)]
_SPACES = "".join(f"<a xmlns:b{i}='x'>" for i in range(190))
#: Name to what the file holds, and what its reason says; none where it is read.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "attributes by default": (_item("<a/>" * 10**5, _declaring(*_ATTRIBUTES)), "attributes that are too long, or too"),
    "a long attribute by default": (
        _item("<a/>" * 10**5, _declaring(f"<!ATTLIST a b CDATA '{'x' * 10**6}'>")),
        "attributes that are too long, or too many",
    ),
    "parameter entities": (_item("", _declaring("<!ENTITY % a0 'x'>", *_PARAMETERS)), ""),
    "deep": (_item("<a>" * 10**6), "nested more than 200 deep"),
    "namespaces": (_item(_SPACES + "<a " + " ".join(f"xmlns:c{i}='x'" for i in range(10**5)) + "/>"), "namespaces"),
    "elements": (_item("<a/>" * 6 * 10**5), "or 500,000 elements"),
    "a long text": (_item("word " * (LARGEST_RECORD // 5 + 1)), "record too large"),
    "a tag without end": (_item("<a b='" + "x" * 2**24), "a tag or remark of more than"),
    "a remark without end": (_item("<!--" + "x" * 2**24), "a tag or remark of more than"),
    "faults": (_item("<b></item><item>" * 10**5), "mismatched tag"),
    "brackets": (
        _item(
            f"<wp:post_type>post</wp:post_type><content:encoded>{'[caption [embed [a b=' * 4 * 10**5}</content:encoded>"
        ),
        "",
    ),
    "blocks": (
        b"<nitf><body><body.content>%b<block class='full_text'/></body.content></body></nitf>"
        % (b"<block class='lead_paragraph'/>" * 49 * 10**4),
        "",
    ),
    "a long name": (
        b"<TEI><teiHeader><person xml:id='a'><persName>%b</persName></person></teiHeader><text>%b</text></TEI>"
        % (b"x" * 10**6, b"<u who='#a'><p>x</p></u>" * 10**4),
        "",
    ),
    "tags": (_item(f"<description>{'&lt;figcaption&gt;&lt;p' * 3 * 10**5}</description>"), ""),
}


_LARGE = ("deep", "a long name", "a long text", "a tag without end", "a remark without end")


@pytest.mark.parametrize("name", HOSTILE)
def test_files_made_to_harm(tmp_path: Path, name: str) -> None:
    """Each is refused or read in little time and memory."""
    raw, reason = HOSTILE[name]
    (tmp_path / "a.xml").write_bytes(raw)
    (tmp_path / "b.txt").write_text("Talks.")
    # what is traced takes ten times as long
    if name in _LARGE:
        tracemalloc.start()
    try:
        before = process_time()
        *found, last = read_records([tmp_path])
        assert process_time() - before < 10
        assert tracemalloc.get_traced_memory()[1] < 200 * 2**20
    finally:
        tracemalloc.stop()
    assert isinstance(last, Article)
    assert any(reason in (one.reason if isinstance(one, Quarantined) else "") for one in found)


def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    """A feed of 9 MB, packed, takes no more than some pieces of it."""
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    head, tail = rss(["@"]).split("<item>")[0], "</channel></rss>"
    with gzip.open(tmp_path / "a.xml.gz", "wt", compresslevel=1) as file:
        file.write(head)
        for i in range(8_000):
            file.write(f"<item><guid>{i}</guid><content:encoded><![CDATA[{body}]]></content:encoded></item>\n")
        file.write(tail)
    tracemalloc.start()
    try:
        assert sum(len(one.text) > 500 for one in read_articles([tmp_path / "a.xml.gz"])) == 8_000
        assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    finally:
        tracemalloc.stop()


def test_signs_are_looked_for_in_little_time(tmp_path: Path) -> None:
    """However remarks, quotation marks and types of documents are nested above what is no root."""
    for head in ("<!-- -->" * 8000, "<!-- a " * 8000, "<!DOCTYPE x [" + "'\"<!--" * 9000, "<?a " * 16000, " " * 65000):
        before = process_time()
        assert texts(tmp_path / "a.txt", head + "\nTalks resume in Oman.")[0].endswith("Talks resume in Oman.")
        assert process_time() - before < 2


def test_no_extra_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is read with the standard library."""
    for module in ("lxml", "lxml.etree", "trafilatura"):
        monkeypatch.setitem(sys.modules, module, None)
    for name, (content, expected) in READ.items():
        assert len([one for one in records(tmp_path / name, content) if isinstance(one, Article)]) == len(expected)


def test_standard_input_in_small_pieces(tmp_path: Path) -> None:
    """What tells the kind, and a tag, may be cut anywhere."""

    class Dripping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 1, 3))

    one, two = read_xml(Dripping(rss(["One&nbsp;é.", "Two."]).encode()), Columns(), "-", "-")
    assert isinstance(one, Article)
    assert isinstance(two, Article)
    assert (one.text, two.text) == ("One é.", "Two.")
