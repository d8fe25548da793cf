"""One real file of every kind that is read, each written by the tool of its field, all with the same paragraphs."""

from __future__ import annotations

import csv
import email.message
import email.policy
import gzip
import io
import json
import mailbox
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

__all__ = [
    "EXTRA",
    "KINDS",
    "PARAGRAPHS",
    "TITLE",
    "docx",
    "factiva_lines",
    "nexis_lines",
    "nitf",
    "odt",
    "pdf",
    "rss",
    "rtf",
    "warc",
    "web_page",
]

TITLE = "Envoys leave Vienna without a date"
PARAGRAPHS = (
    "Envoys of six powers left Vienna on Friday after four days of talks, with a draft that each side described in its "
    "own way and no date for the next round.",
    "The deputy foreign minister said that his government would sign nothing that leaves the oil embargo in force, and "
    "called for all banking sanctions to be lifted before inspectors return – “to the last one”, as he put it.",
    "A senior official of the other side rejected that order of steps. Easing the sanctions now would throw away the only "
    "leverage there is, the official told reporters, and more shipping firms would be named within weeks.",
    "The coordinator praised what she called serious and patient work and urged both sides to keep talking through the "
    "summer rather than let the file go back to the Security Council.",
)
#: What some kinds hold beside the paragraphs, and what must not be scored.
EXTRA = ("By Dana Example", "Share this article", "© 2025 The Harbor Ledger. All rights reserved.")


def web_page(paragraphs: Sequence[str] = PARAGRAPHS, title: str = TITLE) -> str:
    """A page with menu, notice and footer around the article."""
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title} | The Harbor Ledger</title>'
        f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="The Harbor Ledger">'
        '<meta property="article:published_time" content="2025-03-14T08:00:00Z"></head><body>'
        '<nav><ul><li><a href="/w">World</a></li><li><a href="/b">Business</a></li></ul></nav><div class="cookie-banner">'
        "<p>We use cookies. By clicking Accept all you agree to the storing of cookies on your device.</p></div><main><article>"
        f"<h1>{title}</h1><p>By Dana Example</p>{body}<p>Share this article</p></article></main>"
        "<footer><p>© 2025 The Harbor Ledger. All rights reserved.</p></footer></body></html>"
    )


def pdf(paragraphs: Sequence[str] = PARAGRAPHS, *, columns: int = 1, password: str = "", title: str = TITLE) -> bytes:
    """By reportlab: set in columns, hyphenated by nobody, with a running head and page numbers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    def furniture(canvas: object, document: object) -> None:
        canvas.drawString(60, 805, "The Harbor Ledger, 14 March 2025")  # type: ignore[attr-defined]
        canvas.drawCentredString(297, 25, f"Page {document.page}")  # type: ignore[attr-defined]

    buffer = io.BytesIO()
    lock = StandardEncryption(password, canPrint=0) if password else None
    document = BaseDocTemplate(buffer, pagesize=A4, title=title, encrypt=lock)
    width = 480 / columns
    frames = [Frame(55 + i * (width + 10), 60, width, 720) for i in range(columns)]
    document.addPageTemplates(PageTemplate(frames=frames, onPage=furniture))
    style = ParagraphStyle("body", fontName="Times-Roman", fontSize=10, leading=12, spaceAfter=8)
    document.build([Paragraph(text, style) for text in paragraphs])
    return buffer.getvalue()


def docx(paragraphs: Sequence[str] = PARAGRAPHS, title: str = TITLE) -> bytes:
    """By python-docx: with a page header, and the last paragraph in a table."""
    import docx as library

    document = library.Document()
    document.core_properties.title = title
    document.sections[0].header.paragraphs[0].text = "The Harbor Ledger"
    for text in paragraphs[:-1]:
        document.add_paragraph(text)
    document.add_table(rows=1, cols=1).cell(0, 0).text = paragraphs[-1]
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def odt(paragraphs: Sequence[str] = PARAGRAPHS, title: str = TITLE) -> bytes:
    """By odfdo: a heading, then the paragraphs."""
    import odfdo

    document = odfdo.Document("text")
    document.meta.title = title
    document.body.clear()
    for text in paragraphs:
        document.body.append(odfdo.Paragraph(text))
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def rtf(paragraphs: Sequence[str] = PARAGRAPHS, title: str = TITLE) -> bytes:
    """As word processors write it: code page, escaped letters, fonts, a link."""

    def escape(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
        return "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in escaped)

    body = "".join(f"\\pard\\plain\\f0\\fs24 {escape(text)}\\par\n" for text in paragraphs)
    head = (
        "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\froman\\fcharset0 Times New Roman;}}"
        f"{{\\info{{\\title {escape(title)}}}}}"
        "{\\header\\pard The Harbor Ledger\\par}\n"
    )
    link = '{\\field{\\*\\fldinst{HYPERLINK "https://example.org/x"}}{\\fldrslt{Share this article}}}\\par\n'
    return (head + body + link + "}").encode("ascii")


def epub() -> bytes:
    """Container, package and two chapters, by the standard's layout."""
    buffer = io.BytesIO()
    page = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'
    with zipfile.ZipFile(buffer, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
        )
        book.writestr(
            "OEBPS/book.opf",
            '<?xml version="1.0"?><package version="3.0" xmlns="http://www.idpf.org/2007/opf"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Weekly</dc:title><dc:date>2025-03-14</dc:date></metadata>'
            '<manifest><item id="c1" href="c%201.xhtml" media-type="application/xhtml+xml"/><item id="c2" href="c2.xhtml" '
            'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c1"/><itemref idref="c2"/></spine></package>',
        )
        book.writestr(
            "OEBPS/c 1.xhtml", page.format(f"<h1>{TITLE}</h1>" + "".join(f"<p>{t}</p>" for t in PARAGRAPHS[:2]))
        )
        book.writestr("OEBPS/c2.xhtml", page.format("<h1>On</h1>" + "".join(f"<p>{t}</p>" for t in PARAGRAPHS[2:])))
    return buffer.getvalue()


def message(text: str, html: str | None = None, subject: str = TITLE) -> email.message.EmailMessage:
    """A newsletter by the standard library."""
    found = email.message.EmailMessage(policy=email.policy.SMTP)
    found["From"] = "The Harbor Ledger <news@example.org>"
    found["To"] = "reader@example.org"
    found["Subject"] = subject
    found["Date"] = "Fri, 14 Mar 2025 08:00:00 +0000"
    found.set_content(text)
    if html is not None:
        found.add_alternative(html, subtype="html")
    return found


def mbox(path: Path) -> None:
    """Two messages by the standard library: one plain, one whose plain part only points to the HTML part."""
    box = mailbox.mbox(path)
    box.add(mailbox.mboxMessage(message("\n\n".join(PARAGRAPHS[:2]))))
    box.add(mailbox.mboxMessage(message("View this in your browser", web_page(PARAGRAPHS[2:]), "Second")))
    box.close()


def warc(compressed: bool = False, pages: Sequence[tuple[str, bytes, str]] = (), encoding: str = "") -> bytes:
    """By warcio: an information record, a request, a page, an image, a page that is gone."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=compressed)
    # the writer leaves its scratch files to the collector, which complains
    writer._create_temp_file = io.BytesIO
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    for kind, content, status in pages or (
        ("text/html; charset=utf-8", web_page().encode(), "200 OK"),
        ("image/png", b"\x89PNG", "200 OK"),
        ("text/html", b"<p>gone</p>", "404 Not Found"),
    ):
        headers = [("Content-Type", kind), *([("Content-Encoding", encoding)] if encoding else [])]
        head = StatusAndHeaders(status, headers, protocol="HTTP/1.0")
        url = "https://ledger.example/world/1"
        writer.write_record(writer.create_warc_record(url, "response", io.BytesIO(content), http_headers=head))
    return buffer.getvalue()


def nexis_lines(articles: int = 2, announced: int | None = None) -> list[str]:
    """An export of Nexis Uni: cover, list, articles, each with its head, body and classification."""
    n = articles if announced is None else announced
    lines = ["User Name: A Reader", "Date and Time: Friday, March 14, 2025 10:02:00 AM EST", f"Documents ({n})"]
    for i in range(n):
        lines += [f"{i + 1}. {TITLE}, part {i + 1}", "Client/Matter: -None-", "Search Terms: sanctions AND talks"]
    for i in range(articles):
        lines += [f"{TITLE}, part {i + 1}", "The Harbor Ledger", f"March {14 + i}, 2025 Friday", "Late Edition - Final"]
        lines += ["Copyright 2025 The Harbor Ledger Company All Rights Reserved", "Section: Section A; Column 0; Pg. 7"]
        lines += ["Length: 812 words", "Byline: By DANA EXAMPLE", "Dateline: VIENNA", "Body", *PARAGRAPHS]
        lines += [
            "Classification",
            "Language: ENGLISH",
            "Subject: EMBARGOES & SANCTIONS (94%)",
            "Load-Date: March 15, 2025",
        ]
        lines += ["End of Document"]
    return lines


def factiva_lines(articles: int = 2, announced: int | None = None) -> list[str]:
    """An export of Factiva in its article format, with the summary of the search at the end."""
    lines = []
    for i in range(articles):
        lines += ["World", f"{TITLE}, part {i + 1}", "By Dana Example", "812 words", f"{14 + i} March 2025", "10:22"]
        lines += ["The Harbor Ledger", "HARLED", "7", "English", "Copyright 2025 The Harbor Ledger Company."]
        lines += [*PARAGRAPHS, f"Document HARLED0020250314el3e0004{i}"]
    return [
        *lines,
        "Search Summary",
        "Text",
        "sanctions and talks",
        "Results Found",
        f"{articles if announced is None else announced}",
    ]


def factiva_page(articles: int = 2, announced: int | None = None) -> str:
    """The same as Factiva's HTML."""
    found = []
    for i in range(articles):
        found.append(
            f'<div id="article-{i}" class="article enArticle"><div><b>World</b></div><div id="hd"><span class="enHeadline">{TITLE}, part {i + 1}</span></div>'
            f'<div class="author">By Dana Example</div><div>812 words</div><div>{14 + i} March 2025</div><div>10:22</div><div>The Harbor Ledger</div>'
            "<div>HARLED</div><div>7</div><div>English</div><div>Copyright 2025 The Harbor Ledger Company. </div>"
            + "".join(f'<p class="articleParagraph enarticleParagraph">{t}</p>' for t in PARAGRAPHS)
            + f"<p>Document HARLED0020250314el3e0004{i}</p></div>"
        )
    n = articles if announced is None else announced
    summary = (
        f"<table><tr><td>Text</td><td>sanctions and talks</td></tr><tr><td>Results Found</td><td>{n}</td></tr></table>"
    )
    return f"<html><head><title>Factiva</title></head><body>{''.join(found)}<div><b>Search Summary</b></div>{summary}</body></html>"


def nitf(paragraphs: Sequence[str] = PARAGRAPHS, head: str = "") -> str:
    """As agencies and archives of newspapers have it: head, body with its own head, copyright below."""
    body = "".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE nitf SYSTEM "nitf-3-3.dtd">\n<nitf><head><title>x</title>'
        f'<docdata><doc-id id-string="led-77"/><date.issue norm="20250314T080000Z"/></docdata>{head}'
        '<pubdata name="The Harbor Ledger"/></head><body><body.head><hedline>'
        f"<hl1>{TITLE}</hl1></hedline><byline>By Dana Example</byline><dateline><location>VIENNA</location></dateline>"
        f"</body.head><body.content>{body}</body.content><body.end><tagline>© 2025 The Harbor Ledger</tagline></body.end>"
        "</body></nitf>"
    )


def rss(bodies: Sequence[str] = ("".join(f"<p>{text}</p>" for text in PARAGRAPHS),), items: str = "") -> str:
    """A feed with whole texts, each in a section, and a short one beside it; then further items."""
    found = "".join(
        f"<item><title>{TITLE}</title><guid>https://ledger.example/{i}</guid><description>In short.</description>"
        f"<pubDate>Fri, 14 Mar 2025 08:00:00 +0000</pubDate><content:encoded><![CDATA[{body}]]></content:encoded></item>"
        for i, body in enumerate(bodies, start=1)
    )
    return (
        '<?xml version="1.0"?>\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        "<title>The Harbor Ledger</title><image><title>Logo</title></image>"
        f"{found}{items}</channel></rss>\n"
    )


def _table() -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerows([["id", "text"], ["row", "\n\n".join(PARAGRAPHS)]])
    return stream.getvalue().encode()


def _parquet() -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table({"id": ["column"], "text": ["\n\n".join(PARAGRAPHS)]}), buffer)
    return buffer.getvalue()


def _mbox_bytes() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        mbox(Path(folder) / "a.mbox")
        return (Path(folder) / "a.mbox").read_bytes()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w") -> bytes:
    """A tar archive."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


#: Name of a file to what makes it; the number of its articles.
KINDS: dict[str, tuple[Callable[[], bytes], int]] = {
    "text.txt": (lambda: "\n\n".join(PARAGRAPHS).encode(), 1),
    "markdown.md": (lambda: "\n\n".join([f"# {TITLE}", *PARAGRAPHS]).encode(), 1),
    "lines.jsonl": (lambda: json.dumps({"id": "line", "text": "\n\n".join(PARAGRAPHS)}).encode() + b"\n", 1),
    "array.json": (lambda: json.dumps([{"id": "item", "text": "\n\n".join(PARAGRAPHS)}], indent=1).encode(), 1),
    "table.csv": (_table, 1),
    "columns.parquet": (_parquet, 1),
    "page.html": (lambda: web_page().encode(), 1),
    "print.pdf": (pdf, 1),
    "two-columns.pdf": (lambda: pdf(columns=2), 1),
    "letter.docx": (docx, 1),
    "open.odt": (odt, 1),
    "rich.rtf": (rtf, 1),
    "book.epub": (epub, 2),
    "letter.eml": (lambda: message("\n\n".join(PARAGRAPHS)).as_bytes(), 1),
    "box.mbox": (_mbox_bytes, 2),
    "agency.nitf": (lambda: nitf().encode(), 1),
    "feed.xml": (
        lambda: rss(["".join(f"<p>{t}</p>" for t in part) for part in (PARAGRAPHS[:2], PARAGRAPHS[2:])]).encode(),
        2,
    ),
    "crawl.warc": (warc, 1),
    "crawl.warc.gz": (lambda: warc(compressed=True), 1),
    "nexis.docx": (lambda: docx(nexis_lines(), title=""), 2),
    "nexis.rtf": (lambda: rtf(nexis_lines()), 2),
    "factiva.html": (lambda: factiva_page().encode(), 2),
    "factiva.rtf": (lambda: rtf(factiva_lines()), 2),
    "pack.zip": (lambda: zipped({"a/page.html": web_page().encode(), "b.txt": "\n\n".join(PARAGRAPHS).encode()}), 2),
    "pack.tar": (lambda: tarred({"a/print.pdf": pdf(), "c.rtf": rtf()}), 2),
    "pack.tar.gz": (lambda: gzip.compress(tarred({"inner.zip": zipped({"open.odt": odt()})})), 1),
}
