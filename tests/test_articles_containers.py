"""What holds several texts: mail and pages saved as such, web archives, books. None is lost, and none altered."""

from __future__ import annotations

import email
import email.message
import email.policy
import io
import mailbox
import os
import re
import zipfile
from email.mime.application import MIMEApplication
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pytest
from sample_files import PARAGRAPHS, TITLE, epub, message, warc, web_page, zipped

from stance.articles import Article, Quarantined, read_articles, read_records
from stance.articles.sources import Source

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HEAD = b"From: The Harbor Ledger <news@example.org>\r\nDate: Fri, 14 Mar 2025 08:00:00 +0000\r\n"
POINTER = "View this letter in your browser: https://letter.example/14"


def write(path: Path, content: bytes) -> Path:
    """A file."""
    path.write_bytes(content)
    return path


def paragraphs(article: Article) -> list[str]:
    """The article's paragraphs, boilerplate left out."""
    return [" ".join(paragraph.text.split()) for paragraph in article.paragraphs if not paragraph.boilerplate]


def mail(*parts: MIMEText | MIMEMultipart | MIMEApplication | MIMEMessage, subtype: str = "mixed") -> MIMEMultipart:
    """A message of parts."""
    found = MIMEMultipart(subtype)
    found["From"], found["Subject"] = "The Harbor Ledger <news@example.org>", TITLE
    for part in parts:
        found.attach(part)
    return found


def raw_mail(body: bytes, kind: str = "text/plain") -> bytes:
    """A message whose body is not encoded."""
    return HEAD + b"Content-Type: " + kind.encode() + b"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body


def picture() -> MIMEApplication:
    """A document that stands between the parts of a letter."""
    found = MIMEApplication(b"%PDF-1.7", "pdf")
    found.add_header("Content-Disposition", "inline", filename="draft.pdf")
    return found


def html(*texts: str) -> MIMEText:
    """An HTML part."""
    return MIMEText("".join(f"<div>{text}</div>" for text in texts), "html")


def test_a_page_that_a_browser_saves_as_one_file(chromium: Browser, tmp_path: Path) -> None:
    """It gives what the page itself gives: its letters, title, date and outlet, not when and by what it was saved."""
    page = chromium.new_page()
    page.route("**/*", lambda route: route.fulfill(body=web_page(), content_type="text/html; charset=utf-8"))
    page.goto("https://ledger.example/world/1")
    saved = page.context.new_cdp_session(page).send("Page.captureSnapshot", {"format": "mhtml"})["data"]
    page.close()
    (article,) = read_articles([write(tmp_path / "page.mhtml", saved.encode())])
    (expected,) = read_articles([write(tmp_path / "page.html", web_page().encode())])
    assert (article.text, article.title, article.date, article.outlet) == (
        expected.text,
        TITLE,
        "2025-03-14",
        "The Harbor Ledger",
    )
    assert set(PARAGRAPHS) <= set(paragraphs(article))


@pytest.mark.parametrize(
    "head",
    [
        "From: <Saved by Blink>\nSnapshot-Content-Location: https://ledger.example/1",
        'From: "Saved by Internet Explorer 11"',
    ],
)
@pytest.mark.parametrize(
    ("kind", "encoding"), [("text/html", "utf-8"), ('text/html; charset="windows-1252"', "cp1252")]
)
def test_a_saved_page_without_facts(tmp_path: Path, head: str, kind: str, encoding: str) -> None:
    """Its outlet is the host, and nobody knows its date; the encoding is the part's or the page's."""
    page = f"<html><head><meta charset={encoding}><title>Talks</title></head><body>"
    page += "".join(f"<p>{text}</p>" for text in PARAGRAPHS) + "</body></html>"
    raw = f"{head}\nSubject: Talks\nDate: Fri, 14 Mar 2025 08:00:00 +0000\nMIME-Version: 1.0\n"
    raw += f"Content-Type: multipart/related; type=text/html; boundary=x\n\n--x\nContent-Type: {kind}\n"
    raw += f"Content-Transfer-Encoding: 8bit\nContent-Location: https://ledger.example/1\n\n{page}\n--x\n"
    raw += "Content-Type: text/html\nContent-Location: cid:frame\n\n<p>An advertisement.</p>\n--x--\n"
    (article,) = read_articles([write(tmp_path / "page.mht", raw.encode(encoding))])
    assert (article.title, article.date, article.outlet) == ("Talks", None, "ledger.example")
    assert paragraphs(article) == list(PARAGRAPHS)


def test_a_sender_may_be_saved(tmp_path: Path) -> None:
    """Who has an address is no browser."""
    letter = message("Talks resume.")
    letter.replace_header("From", "Saved by Talks <news@example.org>")
    (article,) = read_articles([write(tmp_path / "a.eml", letter.as_bytes())])
    assert (article.title, article.outlet) == (TITLE, "Saved by Talks")


@pytest.mark.parametrize(
    ("letter", "attached"),
    [
        (mail(MIMEText("\n\n".join(PARAGRAPHS[:2])), picture(), MIMEText("\n\n".join(PARAGRAPHS[2:]))), 1),
        (mail(html(*PARAGRAPHS[:2]), picture(), html(*PARAGRAPHS[2:])), 1),
        (mail(html(*PARAGRAPHS[:3]), MIMEText(PARAGRAPHS[3])), 0),
        (
            mail(
                mail(MIMEText("\n\n".join(PARAGRAPHS[:3])), html(*PARAGRAPHS[:3]), subtype="alternative"),
                MIMEText(PARAGRAPHS[3]),
            ),
            0,
        ),
        (
            mail(
                MIMEText(POINTER),
                mail(html(*PARAGRAPHS[:2]), picture(), html(*PARAGRAPHS[2:])),
                subtype="alternative",
            ),
            1,
        ),
        (
            mail(
                mail(MIMEText("\n\n".join(PARAGRAPHS)), html(*PARAGRAPHS), subtype="alternative"),
                html("An advertisement."),
                subtype="related",
            ),
            0,
        ),
    ],
    ids=["plain", "HTML", "HTML above plain", "alternatives above plain", "HTML in an alternative", "related"],
)
def test_all_parts_of_a_mail_are_its_text(tmp_path: Path, letter: MIMEMultipart, attached: int) -> None:
    """Parts that a mail program shows one below the other are one text; of alternatives, one."""
    records = list(read_records([write(tmp_path / "a.eml", letter.as_bytes())]))
    (article,) = (record for record in records if isinstance(record, Article))
    assert paragraphs(article) == list(PARAGRAPHS)
    assert len(records) == 1 + attached


def test_a_mail_of_a_link_alone_is_read(tmp_path: Path) -> None:
    """Its page has no text beside the link, and cannot be read; the plain text can."""
    link = "https://ledger.example/talks/2025"
    page = MIMEText(f'<html><body><a href="{link}">{link}</a></body></html>', "html")
    letter = mail(MIMEText(link), page, subtype="alternative")
    (article,) = read_articles([write(tmp_path / "a.eml", letter.as_bytes())])
    assert article.text.strip() == link


def test_a_part_of_a_mail_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """The rest of the text is read; a mail whose only part is bad is an error with the same reason."""
    bad = MIMENonMultipart("text", "plain", charset="utf-8")
    bad.set_payload(b"The caf\xe9 closed.")
    letter = mail(MIMEText(PARAGRAPHS[0]))
    letter.attach(bad)
    path = write(tmp_path / "a.eml", letter.as_bytes())
    article, told = read_records([path])
    assert isinstance(article, Article)
    assert paragraphs(article) == [PARAGRAPHS[0]]
    reason = "not valid utf-8, the encoding that it declares"
    assert told == Quarantined(str(path), 1, f"a part of the message: {reason}")
    box = mailbox.mbox(tmp_path / "a.mbox")
    box.add(mailbox.mboxMessage(mail(bad)))
    box.add(mailbox.mboxMessage(letter))
    box.close()
    assert [r.reason for r in read_records([tmp_path / "a.mbox"]) if isinstance(r, Quarantined)] == [
        reason,
        f"a part of the message: {reason}",
    ]


def test_a_document_without_a_name_is_told(tmp_path: Path) -> None:
    """As one with a name is; what a page needs has none either, and is nothing to read."""
    kind = "vnd.openxmlformats-officedocument.wordprocessingml.document"
    page = mail(html(*PARAGRAPHS[1:]), MIMEApplication(b"x", "x-mso"), subtype="related")
    status = email.message_from_bytes(b"Content-Type: message/delivery-status\n\nAction: delayed\n")
    letter = mail(MIMEText(PARAGRAPHS[0]), MIMEApplication(b"%PDF-1.7", "pdf"), page)
    for part in (MIMEApplication(b"PK", kind), MIMENonMultipart("image", "png"), status):
        letter.attach(part)
    path = write(tmp_path / "a.eml", letter.as_bytes())
    article, *told = read_records([path])
    assert isinstance(article, Article)
    assert paragraphs(article) == list(PARAGRAPHS)
    assert told == [
        Quarantined(str(path), 1, f"attachment {name!r} is not read; save it beside the mail to have it read")
        for name in ("application/pdf", f"application/{kind}")
    ]


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [
        ("utf-8", None),
        ("utf-8", "us-ascii"),
        ("utf-8", "iso-8859-1"),
        ("cp1252", "iso-8859-1"),
        ("cp1252", None),
        ("cp1252", "x-unknown"),
    ],
)
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_letters_of_a_mail_stay(tmp_path: Path, encoding: str, charset: str | None, kind: str) -> None:
    """Whatever encoding its head names, or none."""
    body = "\n\n".join(f"<p>{text}</p>" if kind == "text/html" else text for text in PARAGRAPHS)
    raw = raw_mail(body.encode(encoding), kind + (f"; charset={charset}" if charset else ""))
    (article,) = read_articles([write(tmp_path / "a.eml", raw)])
    assert paragraphs(article) == list(PARAGRAPHS)


@pytest.mark.parametrize("charset", ["iso-2022-jp", "hz-gb-2312", "utf-7", "utf-16-le"])
@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_encodings_that_look_like_ascii(tmp_path: Path, charset: str, kind: str) -> None:
    """Their bytes are valid UTF-8, and other letters."""
    word = "制裁" if charset != "utf-16-le" else "sanctions"
    texts = [f"{PARAGRAPHS[0]} {word}", *PARAGRAPHS[2:]]
    body = "\n\n".join(f"<p>{text}</p>" if kind == "text/html" else text for text in texts)
    part = MIMENonMultipart(*kind.split("/"), charset=charset)
    part.set_payload(body.encode(charset))
    email.encoders.encode_base64(part)
    part["Subject"] = TITLE
    (article,) = read_articles([write(tmp_path / "a.eml", part.as_bytes())])
    assert paragraphs(article) == texts


@pytest.mark.parametrize(
    ("field", "unit"),
    [
        ("Content-Type: text/plain; ", ";"),
        ("Content-Type: text/plain; ", "a*0=b; "),
        ("Content-Disposition: inline; ", ';"'),
        ("To: ", "a@b.example, "),
        ("From: Ledger <a@b.example>, ", "<a@b.example>,"),
        ("Subject: Talks ", "=?utf-8?q?a?= "),
    ],
)
def test_a_field_of_the_head_without_end(tmp_path: Path, field: str, unit: str) -> None:
    """It is read at once as far as it may go: addresses and parameters as long would take hours."""
    head = b"Subject: Talks\nFrom: Ledger <a@b.example>\n"
    raw = (field + unit * (2**21 // len(unit))).encode() + b"\n" + head + b"\n" + PARAGRAPHS[0].encode()
    before = process_time()
    (article,) = read_articles([write(tmp_path / "a.eml", raw)])
    assert process_time() - before < 10
    assert (article.text, (article.title or "")[:5], article.outlet) == (PARAGRAPHS[0], "Talks", "Ledger")


def test_a_mail_of_countless_parts(tmp_path: Path) -> None:
    """It is refused before its parts take up the memory; the next message is read."""
    box = b"From a@b Fri Mar 14 08:00:00 2025\n" + HEAD.replace(b"\r", b"")
    bomb = box + b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n\n" * 50_000 + b"\n"
    refused, article = read_records([write(tmp_path / "a.mbox", bomb + box + b"\n" + PARAGRAPHS[0].encode())])
    assert isinstance(refused, Quarantined)
    assert refused.reason == "the message has more than 10,000 parts"
    assert isinstance(article, Article)


@pytest.mark.parametrize("name", ["a.eml", "a.mbox"])
def test_a_paragraph_may_begin_with_from(tmp_path: Path, name: str) -> None:
    """A message ends where the next one begins, in a mailbox only."""
    texts = [
        PARAGRAPHS[0],
        "From the outset, envoys opposed the embargo of 2012\nand asked: when does it end?",
        "None.",
    ]
    raw = raw_mail("\r\n\r\n".join(texts).encode())
    if name == "a.mbox":
        envelope = b"From news@example.org Fri Mar 14 08:00:00 2025\r\n"
        raw = envelope + raw + b"\r\n\r\n" + envelope + raw
    found = list(read_records([write(tmp_path / name, raw)]))
    assert [paragraphs(record) for record in found if isinstance(record, Article)] == [
        [" ".join(text.split()) for text in texts]
    ] * len(found)
    assert [record.id for record in found if isinstance(record, Article)] == (
        ["a"] if name == "a.eml" else ["a:1", "a:2"]
    )


@pytest.mark.parametrize("before", [b"\n", b"\r\n \r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_what_stands_blank_before_a_mail_is_no_part_of_it(tmp_path: Path, before: bytes) -> None:
    """Blank lines or a byte order mark, as an editor or a program that joins files leaves them."""
    letter = mailbox.mboxMessage(raw_mail(PARAGRAPHS[0].encode()))
    box = mailbox.mbox(tmp_path / "box")
    box.add(letter)
    box.add(letter)
    box.close()
    joined = write(tmp_path / "a.mbox", before + (tmp_path / "box").read_bytes())
    alone = write(tmp_path / "a.eml", before + raw_mail(PARAGRAPHS[0].encode()))
    assert [paragraphs(found) for found in read_articles([joined])] == [[PARAGRAPHS[0]]] * 2
    assert [paragraphs(found) for found in read_articles([alone])] == [[PARAGRAPHS[0]]]


@pytest.mark.parametrize("date", ["Mon, 1 Jan 99999999999999999999999 10:00:00 +0000", "32 Moon 2025", "99:99:99"])
def test_a_mail_with_a_date_that_is_none(tmp_path: Path, date: str) -> None:
    """It is the letter that counts."""
    letter = f"From: anna@ledger.example\nDate: {date}\nSubject: Talks\n\nEnvoys met in Oman on Friday.\n"
    (tmp_path / "a.eml").write_text(letter, encoding="utf-8")
    (article,) = read_articles(tmp_path / "a.eml")
    assert (article.title, article.date, article.text.strip()) == ("Talks", None, "Envoys met in Oman on Friday.")


def test_a_mailbox_without_dates_between_its_messages(tmp_path: Path) -> None:
    """It is parted where lines begin as its first one does."""
    raw = b"".join(b"From nobody\n" + raw_mail(text.encode()) + b"\n\n" for text in PARAGRAPHS)
    assert [paragraphs(found) for found in read_articles([write(tmp_path / "a.mbox", raw)])] == [
        [text] for text in PARAGRAPHS
    ]


def test_a_mailbox_without_blank_lines_between_its_messages(tmp_path: Path) -> None:
    """It is parted where a line bears the date of a message; what only begins like it is text."""
    texts = ["None.", "From 2012 on, they asked:\nWhen: does it end?", "All."]
    raw = b"".join(b"From ???@??? Fri Mar  7 08:00:00 2025\n" + raw_mail(text.encode()) + b"\n" for text in texts)
    assert [article.text for article in read_articles([write(tmp_path / "a.mbox", raw)])] == [f"{t}\n" for t in texts]


def test_deleted_messages_of_a_mailbox_are_told(tmp_path: Path) -> None:
    """Thunderbird keeps them in its file; what is marked as read, answered and starred is an article."""
    raw = b"".join(
        b"From - Fri Mar 14 08:00:00 2025\nX-Account-Key: account1\nX-Mozilla-Status: "
        + status
        + b"\nX-Mozilla-Status2: 00000000\n"
        + raw_mail(PARAGRAPHS[0].encode())
        + b"\n\n"
        for status in (b"0009", b"0007", b"100d", b"1000")
    )
    path = write(tmp_path / "a.mbox", raw)
    found = list(read_records([path]))
    assert [record.id for record in found if isinstance(record, Article)] == ["a:2", "a:4"]
    reason = "deleted in the mail program, and still in its file: compact the folder"
    assert [record for record in found if isinstance(record, Quarantined)] == [
        Quarantined(str(path), position, reason) for position in (1, 3)
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("delsp", "blank"), [("", " "), ("; delsp=yes", "  ")])
def test_lines_that_were_broken_to_be_sent_are_whole(tmp_path: Path, end: str, delsp: str, blank: str) -> None:
    """As the standard has it (RFC 3676); others stay as they are, and so does the line above a signature."""
    sent = f"""Dear all,
at nine.
The envoys met{blank}
Anna on{blank}
Friday.
{blank}
> They would not{blank}
> sign it.{blank}
>> Why?
 From here on
>{blank}
none.{blank}
--{" "}
Anna"""
    shown = """Dear all,
at nine.
The envoys met Anna on Friday.

> They would not sign it.
>> Why?
From here on
>
none.
--
Anna"""
    kind = f"text/plain; charset=utf-8; format=flowed{delsp}"
    (article,) = read_articles([write(tmp_path / "a.eml", raw_mail(sent.replace("\n", end).encode(), kind))])
    assert [line.rstrip() for line in article.text.split("\n")] == [line.rstrip() for line in shown.split("\n")]
    assert [p.text for p in article.paragraphs if p.boilerplate] == ["Anna"]
    (plain,) = read_articles([write(tmp_path / "b.eml", raw_mail(sent.encode()))])
    assert plain.text == sent


@pytest.mark.parametrize(
    ("plain", "page", "text"),
    [
        ("The minister wants the sanctions lifted.", "<div>The minister wants the sanctions lifted.</div>", None),
        ("The minister wants the sanctions lifted.", "<img src=x>", None),
        (POINTER, "".join(f"<p>{text}</p>" for text in PARAGRAPHS), "\n\n".join(PARAGRAPHS)),
        (f"{POINTER}?{'a1' * 150}", "".join(f"<p>{text}</p>" for text in PARAGRAPHS), "\n\n".join(PARAGRAPHS)),
        ("\n\n".join(PARAGRAPHS), "<p>And other words.</p>" * 9, None),
    ],
    ids=["short", "picture", "pointer", "long pointer", "long"],
)
def test_the_plain_text_of_a_mail_or_its_html(tmp_path: Path, plain: str, page: str, text: str | None) -> None:
    """The plain one counts, but where it only points to the other."""
    path = write(tmp_path / "a.eml", message(plain, page).as_bytes())
    (article,) = read_records([path])
    assert isinstance(article, Article)
    assert article.text.replace("\r", "").strip() == (text or plain)


def test_a_crawler_is_no_author(tmp_path: Path) -> None:
    """What wget adds of itself is no article, nor what a site tells crawlers; what was fetched otherwise is."""
    from warcio.warcwriter import WARCWriter

    robots = "https://ledger.example/robots.txt"
    raw = io.BytesIO()
    writer = WARCWriter(raw, gzip=False)
    # the writer leaves its scratch files to the collector, which complains
    writer._create_temp_file = io.BytesIO
    for kind, url in [
        ("resource", "metadata://gnu.org/software/wget/warc/wget_arguments.txt"),
        ("resource", "metadata://gnu.org/software/wget/warc/wget.log"),
        ("resource", "urn:text:https://ledger.example/world/1"),
        ("resource", robots),
        ("conversion", f"{robots}?x"),
        ("resource", "https://ledger.example/world/2/robots.txt"),
        ("conversion", "HTTP://ledger.example/world/3"),
    ]:
        payload = io.BytesIO(PARAGRAPHS[0].encode())
        writer.write_record(writer.create_warc_record(url, kind, payload, warc_content_type="text/plain"))
    crawl = warc() + warc(pages=[("text/plain", b"User-agent: *\nDisallow: /", "200 OK")]).replace(
        b"https://ledger.example/world/1", robots.encode()
    )
    records = list(read_records([write(tmp_path / "a.warc", crawl + raw.getvalue())]))
    assert [(r.position, r.outlet) for r in records if isinstance(r, Article)] == [
        (2, "The Harbor Ledger"),
        (12, "ledger.example"),
        (13, "ledger.example"),
    ]
    assert len(records) == 3


def test_the_kind_of_a_page_may_stand_in_capitals(tmp_path: Path) -> None:
    """As may its encoding: a header of the web is the same in any case."""
    page = ("Text/Plain ; Charset=Windows-1251", "Переговоры продолжатся.".encode("cp1251"), "200 OK")
    (found,) = read_records([write(tmp_path / "a.warc", warc(pages=[page]))])
    assert isinstance(found, Article)
    assert found.text == "Переговоры продолжатся."


def lying(number: int, length: bytes, kind: str = "text/plain") -> bytes:
    """A web archive of six pages, one of which has another length than it says; the warcinfo is number 0."""
    pages = [(kind, f"Talks resumed in hall {i}.".encode(), "200 OK") for i in range(6)]
    archive = warc(pages=pages)
    begin, end = [found.span(1) for found in re.finditer(rb"Content-Length: (\d+)\r\n\r\n", archive)][number]
    return archive[:begin] + length + archive[end:]


@pytest.mark.parametrize(
    ("number", "length", "lost"),
    [(2, b"-5", [2]), (2, b"none", [2]), (2, b"9" * 30, [2]), (2, b"0", []), (0, b"21", [1])],
)
def test_a_length_that_lies_costs_no_other_record(tmp_path: Path, number: int, length: bytes, lost: list[int]) -> None:
    """What is in its place is told, and the next line that begins a record does begin one."""
    found = list(read_records([write(tmp_path / "a.warc", lying(number, length))]))
    assert [record.position for record in found] == sorted({record.position or 0 for record in found})
    assert any(isinstance(record, Quarantined) for record in found)
    halls = [int(record.text.split()[4][0]) + 1 for record in found if isinstance(record, Article)]
    assert halls == [i for i in range(1, 7) if i not in {number, *lost}]


@pytest.mark.parametrize("kind", ["text/plain", "image/png"])
@pytest.mark.parametrize("rest", [b"", b" and more\r\n", b" and\r\nmore\r\n\r\nthan that\r\n"])
@pytest.mark.parametrize("number", [2, 6])
def test_a_record_that_is_longer_than_it_says(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, rest: bytes, number: int
) -> None:
    """It is quarantined, with its address, not read as if it were whole; the others are read."""
    pages = [("text/plain", f"Talks resumed in hall {i}.".encode(), "200 OK") for i in range(6)]
    pages[number - 1] = (kind, b"Talks resumed in hall, and more", "200 OK")
    archive = warc(pages=pages)
    begin, end = [found.span(1) for found in re.finditer(rb"Content-Length: (\d+)\r\n\r\n", archive)][number]
    said = int(archive[begin:end]) - len(b", and more")
    cut = (archive[:begin] + str(said).encode() + archive[end:]).replace(b", and more", b", and more" + rest)
    found = list(read_records([write(tmp_path / "a.warc", cut)]))
    (refused,) = [record for record in found if isinstance(record, Quarantined)]
    assert refused.position == number + 1
    assert refused.reason == "https://ledger.example/world/1: the record is longer than it says"
    assert len(found) == 6
    assert capfd.readouterr().err == ""


def test_many_records_that_are_longer_than_they_say(tmp_path: Path) -> None:
    """However many there are, each is told, and those between them are read."""
    page = warc(pages=[("text/plain", b"Talks resumed.", "200 OK")]).split(b"WARC/1.0\r\n")[2]
    shorter = re.sub(rb"(?<=Content-Length: )\d+(?=\r\n\r\n)", lambda found: b"%d" % (int(found[0]) - 2), page)
    archive = b"".join(b"WARC/1.0\r\n" + record for record in [shorter, page] * 150)
    found = list(read_records([write(tmp_path / "a.warc", archive)]))
    assert [isinstance(one, Quarantined) for one in found] == [True, False] * 150


def test_records_that_no_empty_line_parts(tmp_path: Path) -> None:
    """The one before is whole, and the one behind is read, too."""
    archive = warc(pages=[("text/plain", b"Talks resumed.", "200 OK")] * 2)
    found = list(read_records([write(tmp_path / "a.warc", archive.replace(b"\r\n\r\nWARC/1.0", b"WARC/1.0"))]))
    assert [one.text for one in found if isinstance(one, Article)] == ["Talks resumed."] * 2


@pytest.mark.parametrize("kind", ["text/plain", "image/png"])
def test_a_record_that_takes_the_rest_for_its_own(tmp_path: Path, kind: str) -> None:
    """It is told, also of one that is not read."""
    (found,) = [
        record
        for record in read_records([write(tmp_path / "a.warc", lying(1, b"100000", kind))])
        if isinstance(record, Quarantined)
    ]
    assert found.position == 2
    assert found.reason.endswith("the record breaks off")


def test_an_archive_that_is_broken_everywhere(tmp_path: Path) -> None:
    """It ends after some hundred places, in an error like any other, however many there are."""
    record = lying(1, b"-5").split(b"WARC/1.0\r\n")[2]
    found = list(read_records([write(tmp_path / "a.warc", warc() + b"".join([b"WARC/1.0\r\n" + record] * 5_000))]))
    refused = [record for record in found if isinstance(record, Quarantined)]
    assert 50 < len(refused) < 300
    assert all("\n" not in record.reason for record in refused)


@pytest.mark.parametrize("folder", [False, True])
def test_pages_of_a_wacz_file_are_read_once(tmp_path: Path, folder: bool) -> None:
    """Its lists, of which one may have the texts as well, are named as not read; without its own list it is any zip."""
    parts = {
        "archive/data.warc.gz": warc(compressed=True),
        "indexes/index.cdx": b"example,ledger)/world/1 20250314080000 {}\n",
        "pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n{"title": "Talks", "text": "Talks resume in Oman."}\n',
    }
    write(tmp_path / "crawl.wacz", zipped(parts | {"datapackage.json": b'{"profile": "data-package"}'}))
    left_out: list[Source] = []
    given = [str(tmp_path if folder else tmp_path / "crawl.wacz")]
    (article,) = read_records(given, left_out=left_out)
    assert isinstance(article, Article)
    assert article.title == TITLE
    named = ["indexes/index.cdx", "pages/pages.jsonl", "datapackage.json"]
    assert [source.path for source in left_out] == [f"{tmp_path}/crawl.wacz/{name}" for name in named]
    write(tmp_path / "other.zip", zipped(parts))
    assert len([*read_records([tmp_path / "other.zip"])]) == 4


def test_a_web_archive_in_another_package_of_data_hides_none_of_it(tmp_path: Path) -> None:
    """Such packages have a list of the same name."""
    parts = {
        "datapackage.json": b'{"profile": "tabular-data-package"}',
        "data/talks.csv": b"id,text\n1,Talks resume in Oman.\n",
        "archive/data.warc.gz": warc(compressed=True),
    }
    left_out: list[Source] = []
    found = [*read_records([write(tmp_path / "a.zip", zipped(parts))], left_out=left_out)]
    assert [record.id for record in found if isinstance(record, Article)] == ["1", "a/archive/data.warc.gz:2"]
    assert left_out == []


def test_what_a_wacz_file_has_beside_its_lists_is_read(tmp_path: Path) -> None:
    """In whatever letters its web archive is named; of a list that points outside it is said so."""
    parts = {
        "datapackage.json": b"{}",
        "indexes/index.cdx": b"",
        "pages/../../pages.jsonl": b"",
        "archive/DATA.WARC.GZ": warc(compressed=True),
        "notes/talks.txt": PARAGRAPHS[0].encode(),
    }
    left_out: list[Source] = []
    refused, *found = read_records([write(tmp_path / "a.wacz", zipped(parts))], left_out=left_out)
    assert isinstance(refused, Quarantined)
    assert refused.reason == "its name points outside the archive"
    read = [record.id for record in found if isinstance(record, Article)]
    assert read == ["a/archive/DATA.WARC.GZ:2", "a/notes/talks.txt"]
    assert [os.path.basename(source.path) for source in left_out] == ["datapackage.json", "index.cdx"]


def edited(book: bytes, change: dict[str, tuple[bytes, bytes]]) -> bytes:
    """A book with other words in some of its parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(*change.get(name, (b"", b""))))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: edited(epub(), {"OEBPS/c 1.xhtml": ("–".encode(), b"\x96")}), "not valid utf-8"),
        (lambda: epub().replace(TITLE.encode(), TITLE.upper().encode()), "not a valid chapter: BadZipFile: Bad CRC"),
    ],
    ids=["letters", "sum"],
)
def test_a_chapter_that_cannot_be_read(tmp_path: Path, make: object, reason: str) -> None:
    """It is quarantined by its name, and those behind it are read."""
    assert callable(make)
    bad, good = read_records([write(tmp_path / "a.epub", make())])
    assert isinstance(bad, Quarantined)
    assert bad.position == 1
    assert bad.reason.startswith(f"chapter 'OEBPS/c 1.xhtml': {reason}")
    assert isinstance(good, Article)
    assert (good.id, paragraphs(good)[1:]) == ("a:2", list(PARAGRAPHS[2:]))


@pytest.mark.parametrize("properties", ["nav", "scripted nav"])
def test_contents_of_a_book_are_no_chapter(tmp_path: Path, properties: str) -> None:
    """Also where they have more properties."""
    tag = b'<item id="c2"'
    book = edited(epub(), {"OEBPS/book.opf": (tag, tag + f' properties="{properties}"'.encode())})
    assert [article.id for article in read_articles([write(tmp_path / "a.epub", book)])] == ["a:1"]


@pytest.mark.parametrize(("links", "text", "chapters"), [(6, "", 1), (0, "", 2), (6, PARAGRAPHS[2], 2)])
def test_contents_of_an_old_book_are_no_chapter(tmp_path: Path, links: int, text: str, chapters: int) -> None:
    """Its guide names them; a chapter that it names is one, whatever links are in it."""
    guide = (
        b'<guide><reference type="text" href="c%201.xhtml"/><reference type="toc" href="c2.xhtml"/></guide></package>'
    )
    lines = [f'<p><a href="c%201.xhtml#p{i}">Part {i}</a></p>' for i in range(links)] + [f"<p>{text or 'The end'}</p>"]
    body = zipfile.ZipFile(io.BytesIO(epub())).read("OEBPS/c2.xhtml").split(b"<body>")[1]
    change = {
        "OEBPS/book.opf": (b"</package>", guide),
        "OEBPS/c2.xhtml": (body, "".join(lines).encode() + b"</body></html>"),
    }
    book = edited(epub(), change)
    found = [article.id for article in read_articles([write(tmp_path / "a.epub", book)])]
    assert found == ["a:1", "a:2"][:chapters]


def test_a_chapter_is_read_once(tmp_path: Path) -> None:
    """A small book may name a large chapter thousands of times, under several names of its own."""
    item, place = b'<item id="c2"', b'<itemref idref="c2"/>'
    package = zipfile.ZipFile(io.BytesIO(epub())).read("OEBPS/book.opf")
    again = package[package.index(item) : package.index(b">", package.index(item)) + 1].replace(b'"c2"', b'"c3"')
    book = edited(epub(), {"OEBPS/book.opf": (place, place * 3 + b'<itemref idref="c3"/>')})
    book = edited(book, {"OEBPS/book.opf": (item, again + item)})
    assert [article.id for article in read_articles([write(tmp_path / "a.epub", book)])] == ["a:1", "a:2"]


@pytest.mark.parametrize("limit", ["RECORD", "DOCUMENT"])
def test_a_chapter_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """By itself, or with those before it; of those whose names have another suffix nothing else would know."""
    pad = b"<p>" + b" " * 5_000
    book = edited(epub(), {"OEBPS/c2.xhtml": (b"<p>", pad), "OEBPS/book.opf": (b"c2.xhtml", b"c2.data")})
    book = book.replace(b"c2.xhtml", b"c2.data\0")
    sizes = {info.filename: info.file_size for info in zipfile.ZipFile(io.BytesIO(book)).infolist()}
    large = sizes["OEBPS/c2.data"]
    most = large - 1 if limit == "RECORD" else large + sizes["OEBPS/c 1.xhtml"] - 1
    path = write(tmp_path / "a.epub", book)
    monkeypatch.setattr(f"stance.articles.read_epub.LARGEST_{limit}", most + 1)
    assert [article.id for article in read_articles([path])] == ["a:1", "a:2"]
    monkeypatch.setattr(f"stance.articles.read_epub.LARGEST_{limit}", most)
    good, bad = read_records([path])
    assert isinstance(good, Article)
    assert bad == Quarantined(str(path), 2, "chapter 'OEBPS/c2.data' is not in the book, or too large")
