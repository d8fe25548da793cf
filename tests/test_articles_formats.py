"""Every kind of file that is read, by real files: all paragraphs are there, whatever the suffix."""

from __future__ import annotations

import email.message
import gzip
import importlib
import io
import json
import mailbox
import os
import re
import stat
import subprocess
import sys
import tarfile
import threading
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from click.testing import CliRunner
from sample_files import (
    EXTRA,
    KINDS,
    PARAGRAPHS,
    TITLE,
    docx,
    epub,
    factiva_lines,
    factiva_page,
    message,
    nexis_lines,
    odt,
    pdf,
    rtf,
    tarred,
    warc,
    web_page,
    zipped,
)  # fmt: skip

from stance.articles import Article, Quarantined, read_articles, read_records
from stance.articles.formats import FORMATS
from stance.articles.read_html import html_lines
from stance.articles.records import LARGEST_RECORD
from stance.commands import main
from stance.errors import ArticleError

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def flat(text: str) -> str:
    """White space once."""
    return " ".join(text.split())


def write(path: Path, content: bytes) -> Path:
    """A file."""
    path.write_bytes(content)
    return path


def own(article: Article) -> list[str]:
    """The article's paragraphs, boilerplate left out."""
    return [flat(paragraph.text) for paragraph in article.paragraphs if not paragraph.boilerplate]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file of every kind."""
    folder = tmp_path_factory.mktemp("kinds")
    for name, (make, _) in KINDS.items():
        write(folder / name, make())
    return folder


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_keeps_its_paragraphs(folder: Path, name: str) -> None:
    """Each paragraph is found whole, each article says its source, and its offsets are right."""
    articles = list(read_articles([folder / name]))
    assert len(articles) == KINDS[name][1]
    found = [paragraph for article in articles for paragraph in own(article)]
    assert set(PARAGRAPHS) <= set(found)
    for article in articles:
        assert article.source is not None
        assert article.source.startswith(str(folder / name))
        assert all(article.text[p.start : p.end] == p.text for p in article.paragraphs)


@pytest.mark.parametrize(
    "name", [name for name in KINDS if not name.startswith(("text", "markdown", "lines", "array", "table"))]
)
@pytest.mark.parametrize("suffix", [".txt", ".html", ".docx", ".bin", ""])
def test_content_tells_the_format(folder: Path, tmp_path: Path, name: str, suffix: str) -> None:
    """A file under a wrong suffix, or none, gives what it gives under its own."""
    if name == "letter.eml":
        suffix = ""  # its head is a text's, too, so that here a suffix counts
    path = write(tmp_path / f"x{suffix}", (folder / name).read_bytes())
    assert [a.text for a in read_articles([path])] == [a.text for a in read_articles([folder / name])]


def test_a_folder_with_one_of_each_is_scored(folder: Path, small_model_path: Path, tmp_path: Path) -> None:
    """`stance score` reads them all, quarantines none, and every paragraph's text is found in its source."""
    command = [sys.executable, "-m", "stance", "score", str(folder), "-m", str(small_model_path)]
    done = subprocess.run([*command, "-o", str(tmp_path / "a.jsonl")], capture_output=True, text=True, check=True)
    articles = sum(number for _, number in KINDS.values())
    assert f"articles: {articles} read = {articles} scored + 0 abstained + 0 quarantined" in done.stderr
    import pandas as pd

    rows = pd.read_json(tmp_path / "a.jsonl", lines=True)
    texts = {article.id: article.text for article in read_articles([folder])}
    assert all(texts[row.article_id][row.start : row.end] == row.text for row in rows.itertuples())
    marked = rows.sanctions_abstained == "boilerplate"
    assert {"By Dana Example", "Share this article"} <= set(rows.text[marked])
    assert set(map(flat, rows.text[~marked])) <= {*PARAGRAPHS, TITLE, f"# {TITLE}", "On"}


def test_facts_of_a_page(tmp_path: Path) -> None:
    """Title, date and outlet come from the page's own fields."""
    (article,) = read_articles([write(tmp_path / "a.html", web_page().encode())])
    assert (article.title, article.date, article.outlet) == (TITLE, "2025-03-14", "The Harbor Ledger")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<div>{}</div>".format("<p></p>".join(PARAGRAPHS)), id="empty paragraphs between"),
        pytest.param("<p>{}</p>".format("<br>".join(PARAGRAPHS)), id="one line break after whole sentences"),
        pytest.param("<pre>\n{}\n</pre>".format("\n\n".join(PARAGRAPHS)), id="set as it stands"),
        pytest.param(
            "<table><tr><td><a href=/w>World</a><br><a href=/b>Business</a><br><a href=/o>Opinion</a></td><td>"
            + "<br><br>".join(PARAGRAPHS)
            + "<br><br></td><td>Top stories<br><a href=/1>Oil prices climb again on supply fears</a><br>"
            "<a href=/2>Film festival opens</a></td></tr></table>",
            id="table for the layout",
        ),
        pytest.param("".join(f"<p>{p}</p>" for p in PARAGRAPHS).replace("sanctions", "sanc&shy;tions"), id="hyphens"),
        pytest.param(
            "<p><a href=/v>{}</a></p><p>{}</p><p><a href=/2>Film festival opens in the south</a></p>".format(
                PARAGRAPHS[0], "</p><p>".join(PARAGRAPHS[1:])
            ),
            id="a sentence that is a link",
        ),
    ],
)
def test_paragraphs_of_a_page(tmp_path: Path, body: str) -> None:
    """However a page parts its paragraphs, each is read as one, and nothing of the page beside them is scored."""
    (article,) = read_articles([write(tmp_path / "a.html", f"<html><body>{body}</body></html>".encode())])
    assert [flat(p.text) for p in article.paragraphs if not p.boilerplate] == list(PARAGRAPHS)


def test_lines_of_a_wrapped_page_are_one_paragraph(tmp_path: Path) -> None:
    """A line break in mid-sentence parts nothing."""
    import textwrap

    body = "".join(f"<p>{'<br>'.join(textwrap.wrap(p, 60))}</p>" for p in PARAGRAPHS)
    (article,) = read_articles([write(tmp_path / "a.html", f"<html><body>{body}</body></html>".encode())])
    assert [flat(p.text) for p in article.paragraphs] == list(PARAGRAPHS)


@pytest.mark.parametrize(
    ("before", "form"),
    [
        ("<p ", "a{}=1"),
        ("<p ", "a{}"),
        ("<p hint='1 > 0' ", "a{}=1"),
        ("<p hint='a < b'", "/a{}"),
        ("<!--><p ", "a{}"),
        ("<textarea><script><!--</textarea><p ", "a{}"),
        ("<script>if (a <b) { c(); }</script><p ", "a{}"),
        ("Document Ledger0000000000000000001 <p ", "a{}"),
    ],
)
def test_a_tag_with_countless_attributes(tmp_path: Path, before: str, form: str) -> None:
    """It is refused at once, whatever stands before it: to parse it would take hours."""
    attributes = " ".join(form.format(i) for i in range(200_000))
    page = write(tmp_path / "a.html", f"<html><body>{before}{attributes}>{PARAGRAPHS[0]}</p></body></html>".encode())
    with pytest.raises(ArticleError, match="more than 500 attributes"):
        list(read_articles([page]))


def test_what_looks_like_attributes(tmp_path: Path) -> None:
    """Words of a script, a comment or a value are none."""
    words = "in a row " * 500
    page = web_page().replace(
        "</head>", f"<script>if (a <b) {words}</script><!-- <p {words}--><meta name='x' content='<p {words}'></head>"
    )
    pages = [write(tmp_path / "a.html", web_page().encode()), write(tmp_path / "b.html", page.encode())]
    plain, article = read_articles(pages)
    assert article.text == plain.text


@pytest.mark.parametrize(
    ("unit", "times"),
    [
        ("<a href='#n'><sup>1</sup></a> talks ", 75_000),
        ("<pre>a</pre>", 20_000),
        ("<article><p>Talks</p></article>", 20_000),
    ],
    ids=["notes", "preformatted", "articles"],
)
def test_a_page_of_countless_pieces(tmp_path: Path, unit: str, times: int) -> None:
    """It is read in time that grows with its size, and not with the square of that."""

    def seconds(times: int) -> float:
        page = write(tmp_path / "a.html", f"<html><body><div>{unit * times}</div></body></html>".encode())
        before = process_time()
        list(read_articles([page]))
        return process_time() - before

    # the first one also loads what reads pages
    tenth = min(seconds(times // 10) for _ in range(3))
    # by the square it would be a hundred times as long
    assert seconds(times) < 25 * tenth


def test_a_paragraph_of_countless_runs(tmp_path: Path) -> None:
    """It is read in time that grows with its size, and not with the square of that."""
    from malformed_files import _replaced

    runs = b"<w:r><w:t>Talks </w:t></w:r>" * 100_000
    word = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = b"<w:document xmlns:w='" + word + b"'><w:body><w:p>" + runs + b"</w:p></w:body></w:document>"
    before = process_time()
    (article,) = read_articles([write(tmp_path / "a.docx", _replaced(docx(), "word/document.xml", body))])
    assert process_time() - before < 15
    assert article.text.count("Talks") == 100_000


@pytest.mark.parametrize(
    "mark",
    [
        "<!-- saved from url=(0031)https://www.ledger.example/world --><html>",
        "<html><!--\n Page saved with SingleFile \n url: https://www.ledger.example/world \n saved --><meta>",
        "<html>\n<!-- Mirrored from www.ledger.example/world by HTTrack Website Copier/3.x [XR&CO'2014] -->",
    ],
    ids=["browser", "SingleFile", "HTTrack"],
)
def test_page_saved_by_a_browser(tmp_path: Path, mark: str) -> None:
    """The address in the mark that it leaves, or another program, is the outlet of a page that names none."""
    page = (
        web_page()
        .replace('<meta property="og:site_name" content="The Harbor Ledger">', "")
        .replace(" | The Harbor Ledger", "")
    )
    page = page.replace("<html>", mark)
    (article,) = read_articles([write(tmp_path / "a.html", page.encode())])
    assert article.outlet == "ledger.example"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "windows-1251", "iso-8859-1", "utf-16", "iso-2022-jp", "utf-7"]
)
def test_encoding_of_a_page(tmp_path: Path, encoding: str) -> None:
    """A page is read by the encoding that it names or shows."""
    words = {"windows-1251": "санкции", "iso-8859-1": "détente", "iso-2022-jp": "制裁"}
    word = words.get(encoding, "санкции – détente")
    text = f"{PARAGRAPHS[0].replace('–', '-')} {word}"
    head = f'<!DOCTYPE html><html><head><meta charset="{encoding}"></head>'
    page = f"{head}<body><article><p>{text}</p></article></body></html>".encode(encoding.replace("utf-7", "utf-8"))
    if encoding == "utf-7":
        page = page.replace(word.encode(), word.encode(encoding))
    archive = warc(pages=[("text/html", page, "200 OK")])
    for article in read_articles([write(tmp_path / "a.html", page), write(tmp_path / "a.warc", archive)]):
        assert word in article.text


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("windows-1250", "Orbán met Kaczyński"), ("windows-1254", "Erdoğan met İmamoğlu"), ("windows-1257", "Krišjānis")],
)
def test_an_encoding_that_is_named_is_not_guessed(tmp_path: Path, encoding: str, words: str) -> None:
    """By the server that sent a page or a text, or by the head of an RTF document: these read as Western text, too."""
    text = f"{PARAGRAPHS[0].replace('–', '-')} {words}".encode(encoding)
    page = b"<html><head><meta charset='iso-8859-1'></head><body><article><p>" + text + b"</p></article></body></html>"
    pages = [
        (f"{kind}; charset={encoding}", body, "200 OK") for kind, body in (("text/html", page), ("text/plain", text))
    ]
    rich = b"{\\rtf1\\ansi\\ansicpg" + encoding[-4:].encode() + b" " + text + b"\\par}"
    found = [*read_articles([write(tmp_path / "a.warc", warc(pages=pages)), write(tmp_path / "a.rtf", rich)])]
    assert [words in article.text for article in found] == [True, True, True]


@pytest.mark.parametrize(
    ("name", "half"),
    [
        # read before UTF-8, and after it
        ("utf-7", b"+2AA-"),
        ("unicode_escape", b"\xe9\\ud800"),
        ("raw_unicode_escape", b"\xe9\\udfff"),
    ],
)
def test_half_a_character_is_replaced_whatever_encoding_is_named(tmp_path: Path, name: str, half: bytes) -> None:
    """No file can hold what some encodings can; and the parser of pages would leave out what stands behind it."""
    text = b"The embargo must stay, said the minister " + half + b" of trade, until the talks have brought results."
    page = b"<html><head><title>Trade</title></head><body><article><p>" + text + b"</p></article></body></html>"
    head = b"From: ann@press.example\nMIME-Version: 1.0\nContent-Type: %b; charset=%b\n\n%b"
    kinds = {"text/plain": text, "text/html": page}
    files = [
        write(tmp_path / f"{kind[5:]}.eml", head % (kind.encode(), name.encode(), body)) for kind, body in kinds.items()
    ]
    pages = [(f"{kind}; charset={name}", body, "200 OK") for kind, body in kinds.items()]
    files.append(write(tmp_path / "a.warc", warc(pages=pages)))
    files.append(write(tmp_path / "a.html", page.replace(b"<head>", b'<head><meta charset="' + name.encode() + b'">')))
    found = [article.text for article in read_articles(files)]
    whole = f"The embargo must stay, said the minister {'é' * (half[0] > 127)}\ufffd of trade"
    assert [text[: len(whole)] for text in found] == [whole] * 5


def test_a_page_that_is_not_in_the_utf8_that_its_server_names_is_quarantined(tmp_path: Path) -> None:
    """And a name that is none counts for nothing."""
    pages = [
        (f"text/plain; charset={name}", "The café closed.".encode("cp1252"), "200 OK")
        for name in ("utf-8", "idna", "x")
    ]
    bad, *good = read_records([write(tmp_path / "a.warc", warc(pages=pages))])
    assert isinstance(bad, Quarantined)
    assert bad.reason.endswith("not valid utf-8, the encoding that it declares")
    assert [record.text for record in good if isinstance(record, Article)] == ["The café closed."] * 2


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_page_that_breaks_off_is_told(
    tmp_path: Path, encoding: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its record is sound, so half of it would pass for all; one to its end is read, and so is a plain one."""
    page = web_page([f"{i}. {text}" for i in range(20) for text in PARAGRAPHS]).encode()
    packed = {"gzip": gzip.compress, "deflate": zlib.compress}[encoding](page)
    half = len(packed) // 2
    contents = (packed, page, packed[:half], packed[:half] + bytes(80) + packed[half + 80 :], b"")
    kinds = [("text/html; charset=utf-8", content, "200 OK") for content in contents]
    first, second, *bad, empty = read_records([write(tmp_path / "a.warc", warc(pages=kinds, encoding=encoding))])
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert first.text == second.text
    for record in bad:
        assert isinstance(record, Quarantined)
        assert record.reason.endswith(": it is compressed, and breaks off or is damaged")
    assert len(bad) == 2
    assert isinstance(empty, Quarantined)
    assert empty.reason.endswith(": no article text in this page")
    # the library would write a line of its own on what is damaged
    assert not capfd.readouterr().err


@pytest.mark.parametrize(("encoding", "window"), [("gzip", 31), ("X-GZIP", 31), ("deflate", 15), ("deflate", -15)])
def test_a_compressed_page_that_its_server_never_ended(tmp_path: Path, encoding: str, window: int) -> None:
    """It is read if it is there to its last tag, as browsers show it."""
    packer = zlib.compressobj(wbits=window)
    page = web_page().encode() + b" \n"
    raw = packer.compress(page) + packer.flush(zlib.Z_SYNC_FLUSH)
    archive = warc(pages=[("text/html; charset=utf-8", raw, "200 OK")], encoding=encoding)
    (article,) = read_articles([write(tmp_path / "a.warc", archive)])
    assert set(PARAGRAPHS) <= set(own(article))


@pytest.mark.parametrize("field", ["", "\r\nTransfer-Encoding: chunked", "\r\nContent-Encoding: gzip"])
def test_a_page_that_is_compressed_in_parts(tmp_path: Path, field: str) -> None:
    """All are read, as gzip allows them, however often the header says it; what stands behind a page is none of it."""
    page = web_page([f"{i}. {text}" for i in range(200) for text in PARAGRAPHS]).encode()
    # one with no content, and one longer than is unpacked at once
    begin = gzip.compress(page[:3000]) + gzip.compress(b"")
    parts = [
        begin + gzip.compress(page[3000:], 0),
        gzip.compress(page) + bytes(20),
        gzip.compress(page) + b"<!-- 0.3 s -->",
        begin + gzip.compress(page[3000:])[:-900],
        begin + gzip.compress(page[3000:])[:2] + bytes(900),
    ]
    kind = f"text/html; charset=utf-8{field}"
    if "chunked" in field:
        parts = [b"%x\r\n%b\r\n0\r\n\r\n" % (len(part), part) for part in parts]
    raw = warc(pages=[(kind, part, "200 OK") for part in parts], encoding="gzip")
    found = list(read_records([write(tmp_path / "a.warc", raw)]))
    for article in found[:3]:
        assert isinstance(article, Article)
        assert len(own(article)) == 1 + 200 * len(PARAGRAPHS)
        assert f"199. {PARAGRAPHS[-1]}" in own(article)
    for record in found[3:]:
        assert isinstance(record, Quarantined)
        assert record.reason.endswith(": it is compressed, and breaks off or is damaged")
    assert len(found) == 5


def test_a_compressed_page_is_not_unpacked_without_end(tmp_path: Path) -> None:
    """What all its parts unfold to is no more than a record may be."""
    part = gzip.compress(b"No deal. " * (LARGEST_RECORD // 18))
    pages = [("text/plain", part * times, "200 OK") for times in (2, 3)]
    whole, bomb = read_records([write(tmp_path / "a.warc", warc(pages=pages, encoding="gzip"))])
    assert isinstance(whole, Article)
    assert isinstance(bomb, Quarantined)
    assert bomb.reason.endswith(f": record too large: more than {LARGEST_RECORD:,} bytes")


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_what_a_crawler_unpacked_is_read_though_its_header_says_otherwise(tmp_path: Path, encoding: str) -> None:
    """Whatever its letters are: a tag, the mark of a PDF and UTF-8 begin nothing that is compressed."""
    page = f" \n{web_page([*PARAGRAPHS, 'Café owners objected.'])}".replace("–", "-").encode("cp1252", "replace")
    pages = [
        ("text/html; charset=windows-1252", page, "200 OK"),
        ("application/pdf", pdf(title=""), "200 OK"),
        ("text/plain", "The café closed.".encode(), "200 OK"),
    ]
    found = list(read_articles([write(tmp_path / "a.warc", warc(pages=pages, encoding=encoding))]))
    assert "Café owners objected." in own(found[0])
    assert flat(PARAGRAPHS[0]) in flat(found[1].text)
    text = Article("a:4", "The café closed.", outlet="ledger.example", source=str(tmp_path / "a.warc"), position=4)
    assert found[2] == text
    assert replace(found[1], id="a:4", text=text.text, position=4) == text


def test_a_page_in_chunks_that_breaks_off_is_told(tmp_path: Path) -> None:
    """In the middle of one; a server may leave out the end of them, and a crawler may have joined them."""
    page = web_page().encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (page[:700], page[700:]))
    contents = (chunks + b"0\r\n\r\n", chunks, page, chunks[: len(chunks) // 2])
    pages = [("text/html; charset=utf-8\r\nTransfer-Encoding: chunked", content, "200 OK") for content in contents]
    *read, cut = read_records([write(tmp_path / "a.warc", warc(pages=pages))])
    assert [own(article) for article in read if isinstance(article, Article)] == [own(read[0])] * 3
    assert set(PARAGRAPHS) <= set(own(read[0]))
    assert isinstance(cut, Quarantined)
    assert cut.reason.endswith(": the page breaks off")


def test_an_address_with_blanks_is_no_remark(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Crawlers keep such; and the library would say so on standard error, where only our lines stand."""
    raw = warc().replace(b"https://ledger.example/world/1", b"https://ledger.example/world 1")
    (article,) = read_articles([write(tmp_path / "a.warc", raw)])
    assert article.outlet == "The Harbor Ledger"
    assert not caplog.records


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_a_page_in_a_compression_that_is_not_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """One that the crawler unpacked and whose header it kept is read."""
    from warcio.bufferedreaders import BufferedReader

    # as warcio is with a brotli that it cannot work with
    monkeypatch.setitem(BufferedReader.DECOMPRESSORS, "br", lambda: setattr(object(), "unused_data", None))
    buffer = pa.BufferOutputStream()
    with pa.CompressedOutputStream(buffer, {"br": "brotli", "zstd": "zstd"}[encoding]) as stream:
        stream.write(web_page().encode())
    packed = buffer.getvalue().to_pybytes()
    pages = [(f"text/html; charset={name}", packed, "200 OK") for name in ("utf-8", "windows-1252")]
    pages += [("text/html; charset=utf-8", web_page().encode(), "200 OK")]
    *bad, good = read_records([write(tmp_path / "a.warc", warc(pages=pages, encoding=encoding))])
    for record in bad:
        assert isinstance(record, Quarantined)
        assert record.reason.endswith(f": compressed by {encoding}, which is not read")
    assert len(bad) == 2
    assert isinstance(good, Article)


def test_links_are_no_paragraphs_but_words_in_links_are(tmp_path: Path) -> None:
    """A line that is a link and nothing else leads elsewhere; a link within a sentence is part of it."""
    linked = PARAGRAPHS[1].replace("oil embargo", '<a href="/x">oil embargo</a>')
    page = web_page([PARAGRAPHS[0], linked, '<a href="/y">Oil steadies as traders weigh outlook</a>', *PARAGRAPHS[2:]])
    (article,) = read_articles([write(tmp_path / "a.html", page.encode())])
    assert [text for text in own(article) if text != TITLE] == list(PARAGRAPHS)


def test_facts_of_documents(tmp_path: Path) -> None:
    """Title, date and outlet of the other kinds, as far as they say them."""
    files = {
        "a.pdf": pdf(),
        "a.docx": docx(),
        "a.odt": odt(),
        "a.rtf": rtf(title="Talks – {again}\xad"),
        "a.eml": message("Talks resume.").as_bytes(),
        "a.epub": epub(),
    }
    facts = {}
    for name, content in files.items():
        found = next(iter(read_articles([write(tmp_path / name, content)])))
        facts[name] = (found.title, found.date, found.outlet)
    assert facts == {
        "a.pdf": (TITLE, None, None),
        "a.docx": (TITLE, None, None),
        "a.odt": (TITLE, None, None),
        "a.rtf": ("Talks – {again}", None, None),
        "a.eml": (TITLE, "2025-03-14T08:00:00+00:00", "The Harbor Ledger"),
        "a.epub": (TITLE, "2025-03-14", "Weekly"),
    }


def changed(document: bytes, changes: dict[str, tuple[str, str]]) -> bytes:
    """A document with something else in some of its parts, by what is replaced there; without a part for nothing."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        parts = {name: archive.read(name).decode("utf-8", "surrogateescape") for name in archive.namelist()}
    for name, (old, new) in changes.items():
        assert re.search(old, parts[name]), parts[name]
        parts[name] = re.sub(old, new, parts[name])
    return zipped({name: part.encode("utf-8", "surrogateescape") for name, part in parts.items() if part})


@pytest.mark.parametrize(("said", "title"), [("\n Talks\n  re\xadsume ", "Talks resume"), (" \n ", None)])
def test_titles_of_documents_are_one_line(tmp_path: Path, said: str, title: str | None) -> None:
    """White space around and in them is none of theirs; a blank one is none."""
    files = {
        "a.docx": changed(docx(), {"docProps/core.xml": (TITLE, said)}),
        "a.odt": changed(odt(), {"meta.xml": (TITLE, said)}),
        "a.epub": changed(epub(), {"OEBPS/book.opf": ("Weekly", said)}),
    }
    for name, content in files.items():
        found = next(iter(read_articles([write(tmp_path / name, content)])))
        assert (found.outlet if name == "a.epub" else found.title) == title


def test_a_document_that_says_nothing_of_itself(tmp_path: Path) -> None:
    """As some programs write them: it has no title, and not the one that the library would give it."""
    none = {"docProps/core.xml": (r"(?s)\A.*\Z", ""), "_rels/.rels": ("<Relationship [^>]*core-properties[^>]*/>", "")}
    (article,) = read_articles([write(tmp_path / "a.docx", changed(docx(), none))])
    assert (article.title, own(article)) == (None, list(PARAGRAPHS))


def test_remarks_in_the_markup_of_a_document_are_no_text(tmp_path: Path) -> None:
    """Programs may leave them there; nobody sees them."""
    remarks = {"content.xml": ("resume", "<!-- lift the embargo --><?lift all?>resume")}
    (article,) = read_articles([write(tmp_path / "a.odt", changed(odt(["Talks resume in Oman."]), remarks))])
    assert article.text == "Talks resume in Oman."


@pytest.mark.parametrize("kind", ["nexis.docx", "nexis.rtf", "factiva.rtf", "factiva.html"])
def test_exports_become_articles(folder: Path, kind: str) -> None:
    """Each article of an export has its title, date and outlet, and of the rest only its body."""
    first, second = read_articles([folder / kind])
    stem = kind.split(".")[0]
    assert (first.id, first.title, first.date, first.outlet) == (
        f"{stem}:1",
        f"{TITLE}, part 1",
        "2025-03-14",
        "The Harbor Ledger",
    )
    assert (second.id, second.title, second.date) == (f"{stem}:2", f"{TITLE}, part 2", "2025-03-15")
    assert own(first) == own(second) == list(PARAGRAPHS)


@pytest.mark.parametrize("announced", [1, 3, 1200])
@pytest.mark.parametrize("kind", ["nexis.docx", "nexis.rtf", "factiva.rtf", "factiva.html"])
def test_an_export_holds_what_it_announces(tmp_path: Path, kind: str, announced: int) -> None:
    """Where the numbers differ, that is an error that names both, and the articles found are still read."""
    content = {
        "nexis.docx": lambda: docx(nexis_lines(2, announced)),
        "nexis.rtf": lambda: rtf(nexis_lines(2, announced)),
        "factiva.rtf": lambda: rtf(factiva_lines(2, announced)),
        "factiva.html": lambda: factiva_page(2, announced).encode(),
    }[kind]()
    path = write(tmp_path / kind, content)
    first, second, refused = read_records([path])
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert refused == Quarantined(str(path), 3, f"the export announces {announced:,} articles, but 2 were found in it")
    with pytest.raises(ArticleError, match=f"announces {announced:,} articles, but 2 were found"):
        list(read_articles([path]))


def test_factiva_with_field_codes(tmp_path: Path) -> None:
    """The layout with index codes gives title, date, outlet, and lead and tail paragraphs."""
    rows = [
        ("HD", TITLE),
        ("BY", "Dana Example"),
        ("WC", "812 words"),
        ("PD", "14 March 2025"),
        ("SN", "The Harbor Ledger"),
    ]
    rows += [("LA", "English"), ("LP", PARAGRAPHS[0]), ("TD", PARAGRAPHS[1]), ("NS", "gdip : Diplomacy")]
    rows += [("AN", "Document HARLED0020250314el3e00041")]
    page = "".join(f"<tr><td><b>{code}</b></td><td>{value}</td></tr>" for code, value in rows)
    (article,) = read_articles(
        [write(tmp_path / "a.html", f"<html><body><table>{page}</table></body></html>".encode())]
    )
    assert (article.title, article.date, article.outlet) == (TITLE, "2025-03-14", "The Harbor Ledger")
    assert own(article) == list(PARAGRAPHS[:2])


def _factiva_cells(code: str, cell: str) -> str:
    return f"<tr><td align='right' class='index'>{code}&nbsp;</td><td>{cell}</td></tr>"


def test_factiva_codes_as_the_page_sets_them(tmp_path: Path) -> None:
    """Lead and text have a cell of paragraphs each, whose code is a paragraph too; the reader's language is French."""
    pages = []
    for i, day in enumerate(("29 décembre 2024", "2 août 2025")):
        rows = [("SE", "World"), ("HD", f"<b class='enHeadline'>{TITLE} {i}</b>\n"), ("WC", "1 295 mots"), ("PD", day)]
        rows += [("ET", "15:32"), ("SN", "The Harbor Ledger"), ("SC", "HARLED"), ("LA", "Anglais"), ("CY", "(c) HL.  ")]
        cells = "".join(_factiva_cells(f"<b>{code}</b>", value) for code, value in rows)
        for code, texts in (("LP", PARAGRAPHS[:2]), ("TD", PARAGRAPHS[2:])):
            paragraphs = "\n".join(f"<p class='articleParagraph enarticleParagraph'>{text}</p>" for text in texts)
            cells += _factiva_cells(f"<p><b>{code}</b>", f"</p>{paragraphs}\n")
        for code, value in (("NS", "gdip : Diplomacy"), ("IPC", "GEN | POL"), ("PUB", "HL Company")):
            cells += _factiva_cells(f"<br/><b>{code}</b>", f"<br/>{value}")
        cells += _factiva_cells("<br/><b>AN</b>", f"<br/>Document HARLED0020250314el3e0004{i}")
        pages.append(f"<div class='article enArticle'><table>{cells}</table><br/></div><br/><span></span>")
    head = (
        "<head><title>Factiva</title></head><body><table><tr><td><h1>Factiva</h1></td><td>Dow Jones</td></tr></table>"
    )
    foot = "<div>&copy; 2025 Factiva, Inc. Tous droits réservés.</div></body>"
    html = f"<html>{head}{''.join(pages)}{foot}</html>"
    first, second = read_articles([write(tmp_path / "a.html", html.encode())])
    assert (first.title, first.date, first.outlet) == (f"{TITLE} 0", "2024-12-29", "The Harbor Ledger")
    assert (second.title, second.date) == (f"{TITLE} 1", "2025-08-02")
    assert own(first) == own(second) == list(PARAGRAPHS)


@pytest.mark.parametrize(
    ("line", "date"),
    [
        ("March 14, 2025 Friday 10:02 PM EST", "2025-03-14"),
        ("Friday, March 14, 2025", "2025-03-14"),
        ("14 maart 2025 vrijdag", "2025-03-14"),
        ("14. März 2025 Freitag", "2025-03-14"),
        ("1er août 2025", "2025-08-01"),
        ("14 de marzo de 2025", "2025-03-14"),
        ("March 2025", "2025-03"),
    ],
)
def test_dates_of_nexis(tmp_path: Path, line: str, date: str) -> None:
    """Dates are read in the languages that the database shows them in, with weekday or without, or of a month only."""
    lines = [TITLE if text.startswith(TITLE) and i > 3 else text for i, text in enumerate(nexis_lines(1))]
    lines = [line if text.startswith("March 14, 2025 Friday") else text for text in lines]
    (article,) = read_articles([write(tmp_path / "a.docx", docx(lines))])
    assert (article.title, article.outlet, article.date) == (TITLE, "The Harbor Ledger", date)


def test_nexis_without_a_cover(tmp_path: Path) -> None:
    """One saved article has no cover; an outlet may have two lines, a quarterly no date; a link is no text."""
    tail = ["Length: 800 words", "Body", *PARAGRAPHS, "Load-Date: March 15, 2025", "End of Document"]
    one = [TITLE, "Blogs of the Harbor", "The Harbor Ledger", "March 14, 2025 Friday", "Link to PDF", *tail]
    two = ["Another one", "Quarterly of Harbors", "Spring 2025", "Copyright 2025 Harbors Ltd", *tail]
    first, second = read_articles([write(tmp_path / "a.docx", docx([*one, *two]))])
    assert (first.title, first.outlet, first.date) == (TITLE, "The Harbor Ledger", "2025-03-14")
    assert (second.title, second.outlet, second.date) == ("Another one", "Quarterly of Harbors", None)
    assert own(first) == own(second) == list(PARAGRAPHS)


def _canvas(draw: object) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    draw(canvas)  # type: ignore[operator]
    canvas.save()
    return buffer.getvalue()


def test_columns_that_are_drawn_row_by_row(tmp_path: Path) -> None:
    """The left column is read to its end before the right one, below the headline over both."""
    left = [
        "The envoys met in Vienna on Friday",
        "to discuss the sanctions, and they",
        "said that the embargo would stay.",
    ]
    right = [
        "Prices rose again in the capital, and",
        "the bank said that nothing had been",
        "done about it for three months now.",
    ]

    def draw(canvas: object) -> None:
        canvas.drawString(50, 780, "A headline that runs over both of the columns, from edge to edge of the page")  # type: ignore[attr-defined]
        for i, (a, b) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(50, 750 - 14 * i, a)  # type: ignore[attr-defined]
            canvas.drawString(310, 750 - 14 * i, b)  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert own(article)[1:] == [" ".join(left), " ".join(right)]


def test_hyphens_at_line_ends_of_a_pdf(tmp_path: Path) -> None:
    """A word parted at a line end is whole again; a compound keeps its hyphen."""
    lines = [
        "The ministers agreed on Friday that the sanc-",
        "tions on the oil of the vice-",
        "presidents, and a long-",
        "Standing dispute, would stay. The EU-",
        "led mission met the Quay-",
        "backed group and a Quay-",
        "side crowd.",
    ]

    def draw(canvas: object) -> None:
        for i, line in enumerate(lines):
            canvas.drawString(50, 700 - 14 * i, line)  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert "that the sanctions on the oil" in article.text
    assert "long-Standing" in article.text
    assert article.text.endswith("The EU-led mission met the Quay-backed group and a Quayside crowd.")


def test_turns_of_a_conversation_in_a_pdf(tmp_path: Path) -> None:
    """Each is a paragraph, though the line before it is as long as others."""
    turns = ["Q: Will the sanctions be lifted soon, as you said they would be?", "A: Not before all inspectors return."]
    turns += ["Q: And the talks in Vienna, will they go on until the summer then?", "A: Yes."]

    def draw(canvas: object) -> None:
        for i, line in enumerate(turns):
            canvas.drawString(50, 700 - 14 * i, line)  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert own(article) == turns


def test_marks_of_notes_in_a_pdf(tmp_path: Path) -> None:
    """A raised figure after a full stop is no text and parts no paragraph; that of a unit or a price is text."""

    def draw(canvas: object) -> None:
        text = canvas.beginText()  # type: ignore[attr-defined]
        for x, y, size, part in (
            (50, 700, 12, "Critics said that the plan rewards those who broke it."),
            (315, 704.6, 7, "2"),
            (319, 700, 12, " Ms Odell, of the"),
            (50, 686, 12, "opposition, asked for 40 km"),
            (185, 690.6, 7, "2"),
            (189, 686, 12, " of sea, or $"),
            (245, 690.6, 7, "5"),
        ):
            text.setFont("Times-Roman", size)
            text.setTextOrigin(x, y)
            text.textOut(part)
        canvas.drawText(text)  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert article.text == (
        "Critics said that the plan rewards those who broke it. Ms Odell, of the opposition, asked for 40 km2 of sea, "
        "or $5"
    )


def test_a_headline_of_two_lines_in_a_pdf(tmp_path: Path) -> None:
    """It is one paragraph, though its lines lie further apart than those of the text."""
    lines = [
        "The cabinet met for six hours to weigh whether the oil embargo",
        "should be lifted, and left without a vote.",
    ]

    def draw(canvas: object) -> None:
        canvas.setFont("Times-Bold", 24)  # type: ignore[attr-defined]
        canvas.drawString(50, 750, "Valdoria weighs an end to its")  # type: ignore[attr-defined]
        canvas.drawString(50, 722, "oil embargo")  # type: ignore[attr-defined]
        canvas.setFont("Times-Roman", 12)  # type: ignore[attr-defined]
        for i, line in enumerate(lines * 3):
            canvas.drawString(50, 690 - 14 * i, line)  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert article.text.split("\n\n")[0] == "Valdoria weighs an end to its oil embargo"


def test_paragraphs_of_a_pdf_that_lie_close(tmp_path: Path) -> None:
    """Space of a third of a line parts them, also where the last line is a full one."""
    one = [
        "The cabinet met for six hours on Tuesday to weigh the",
        "embargo, and ministers left without any vote at all.",
    ]
    two = [
        "Talks go on in Geneva on Friday, the foreign ministry",
        "said, and nobody knows who will attend them, or when.",
    ]

    def draw(canvas: object) -> None:
        for i, line in enumerate(one + two):
            canvas.drawString(50, 700 - 14 * i - (4.3 if i > 1 else 0), line)  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert own(article) == [" ".join(one), " ".join(two)]


def test_a_page_of_a_pdf_with_many_short_paragraphs(tmp_path: Path) -> None:
    """How far lines lie apart is told by sentences that run on, not by the space between items."""
    lines = [
        *("The cabinet met for six hours on Friday to weigh the", "embargo, and left without a vote.", "Step", "Date"),
        *("Insurance", "Assets", "Talks go on in Geneva on Monday, the other ministry", "said, and nobody knows when."),
    ]
    heights = [700, 686, 662, 638, 614, 590, 566, 552]

    def draw(canvas: object) -> None:
        for line, y in zip(lines, heights, strict=True):
            canvas.drawString(50, y, line)  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert own(article) == [" ".join(lines[:2]), *lines[2:6], " ".join(lines[6:])]


def test_numbered_items_in_a_pdf(tmp_path: Path) -> None:
    """Each is a paragraph, though the one before it is as long as others."""
    items = ["1. First, the envoys meet in Geneva.", "2. Second, the inspectors return."]

    def draw(canvas: object) -> None:
        for i, line in enumerate(items):
            canvas.drawString(50, 700 - 14 * i, line)  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert own(article) == items


@pytest.mark.parametrize(("name", "make"), [("a.odt", odt), ("a.rtf", rtf), ("a.docx", docx), ("a.html", web_page)])
def test_words_are_not_as_they_are_set(tmp_path: Path, name: str, make: Callable[[list[str]], str | bytes]) -> None:
    """Hyphens that only show at line ends part no word, and ligatures are letters."""
    made = make(["The sanc\xadtions on \ufb01rms sti\ufb02e tra\ufb03c, and \ufb00 sta\ufb04 la\ufb05 be\ufb06."])
    (article, *_) = read_articles([write(tmp_path / name, made.encode() if isinstance(made, str) else made)])
    assert "The sanctions on firms stifle traffic, and ff staffl last best." in article.text


def test_a_page_that_a_browser_prints(chromium: Browser, tmp_path: Path) -> None:
    """Its ligatures are letters, items of a list paragraphs, date and address above and below the page no text."""
    path = write(tmp_path / "a.html", web_page(["An o\ufb03cial said that \ufb01rms stay.", *PARAGRAPHS]).encode())
    page = chromium.new_page()
    page.goto(path.as_uri())
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "50px")
    page.pdf(path=tmp_path / "a.pdf", display_header_footer=True, margin=margin)
    page.close()
    (article,) = read_articles([tmp_path / "a.pdf"])
    found = [flat(paragraph.text) for paragraph in article.paragraphs]
    assert "An official said that firms stay." in found
    assert found[:2] == ["World", "Business"]
    assert found[-1] == EXTRA[-1]
    assert set(PARAGRAPHS) < set(found)


def test_pages_of_a_pdf(folder: Path, tmp_path: Path, root: Path) -> None:
    """Running heads and page numbers are no text, and a paragraph goes on over the page break."""
    texts = [text * 2 for text in PARAGRAPHS] * 7
    numbered = [f"Item {i} of the list says: {text}" for i, text in enumerate(texts)]
    for columns in (1, 2):
        (article,) = read_articles([write(tmp_path / f"{columns}.pdf", pdf(numbered, columns=columns))])
        assert own(article) == [flat(text) for text in numbered]


def test_a_line_of_a_pdf_that_is_a_year(tmp_path: Path) -> None:
    """It is the paragraph's, at the end of a page or at the beginning of the next; the number of a page lies apart."""
    above = ["The ministers agreed on Friday that the sanctions on oil would stay until the end of", "2024."]
    below = ["1995", "was the year in which the embargo was imposed, and no government has lifted it since."]

    def draw(canvas: object) -> None:
        for lines, number, top in ((above, "7", 74), (below, "8", 800)):
            for i, line in enumerate(lines):
                canvas.drawString(50, top - 14 * i, line)  # type: ignore[attr-defined]
            canvas.drawString(50, 30, number)  # type: ignore[attr-defined]
            canvas.showPage()  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(draw))])
    assert own(article) == [" ".join(above), " ".join(below)]


def test_the_number_of_a_page_may_stand_right_below_its_text(tmp_path: Path) -> None:
    """Or right above: what stands there on each page is no year that a paragraph ends with."""
    words = [text.split() for text in PARAGRAPHS]

    def draw(canvas: object, top: int) -> None:
        for page, text in enumerate(words, start=7):
            lines = [" ".join(text[i : i + 8]) for i in range(0, len(text), 8)]
            for i, line in enumerate([str(page), *lines] if top else [*lines, str(page)]):
                canvas.drawString(50, (top or 60 + 14 * len(lines)) - 14 * i, line)  # type: ignore[attr-defined]
            canvas.showPage()  # type: ignore[attr-defined]

    for top in (0, 800):
        (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(partial(draw, top=top)))])
        assert own(article) == list(PARAGRAPHS)


def test_scanned_pages(tmp_path: Path) -> None:
    """A PDF without text is an empty article; a page without text among others is quarantined by its number."""
    from reportlab.lib.utils import ImageReader

    picture = ImageReader(io.BytesIO(_png()))

    def scan(canvas: object) -> None:
        canvas.drawImage(picture, 0, 0, 500, 700)  # type: ignore[attr-defined]

    def mixed(canvas: object) -> None:
        for text in (None, PARAGRAPHS[0][:70], None):
            scan(canvas) if text is None else canvas.drawString(50, 700, text)  # type: ignore[attr-defined]
            canvas.showPage()  # type: ignore[attr-defined]

    (article,) = read_articles([write(tmp_path / "a.pdf", _canvas(scan))])
    assert article.text == ""
    for out in ([], ["-f", "jsonl"], ["-o", str(tmp_path / "a.csv")]):
        run = CliRunner().invoke(main, ["score", str(tmp_path / "a.pdf"), *out])
        assert "articles: 1 read = 0 scored + 1 abstained (no text: 1) + 0 quarantined" in run.stderr
    first, article, last = read_records([write(tmp_path / "b.pdf", _canvas(mixed))])
    assert isinstance(article, Article)
    assert article.text == PARAGRAPHS[0][:70]
    assert (first.position, article.position, last.position) == (1, 2, 3)
    assert isinstance(last, Quarantined)
    assert last.reason == "page 3: no text (a scanned image)"


def _png() -> bytes:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = zlib.compress(b"".join(b"\0" + bytes(30) for _ in range(10)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 10, 10, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )


def test_tracked_changes_of_a_document(tmp_path: Path) -> None:
    """Inserted text is read, struck-out text is not; text boxes and line breaks are read once."""
    import docx as library
    from docx.oxml import parse_xml

    document = library.Document()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document.element.body.insert(
        0,
        parse_xml(
            f"<w:p {space}><w:r><w:t>They will </w:t></w:r><w:del><w:r><w:delText>lift</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>keep the</w:t><w:br/><w:t>embargo</w:t></w:r></w:ins></w:p>"
        ),
    )
    document.save(str(tmp_path / "a.docx"))
    (article,) = read_articles([tmp_path / "a.docx"])
    assert article.text == "They will keep the\nembargo"


def test_changes_boxes_and_tables_of_rich_text(tmp_path: Path) -> None:
    """They are read as those of DOCX: without what was struck out, boxes once, and each cell as a paragraph."""
    raw = rb"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Times New Roman;}}{\info{\author A reader}}
\pard {\rtlch\fcs1 \af0 \ltrch\fcs0 They will }{\rtlch\fcs1 \af0
\deleted\revauthdel1 lift{\b  all} of }{\revised\revauth1 keep }{\deleted0 the embargo, \\cell and \\deleted.\par}
\trowd\cellx1000\cellx2000\pard\intbl {The envoys stay.\cell No | date is set.\cell}\pard\intbl {\row}
\pard {\shp{\*\shpinst\shpleft0{\sp{\sn shapeType}{\sv 202}}{\shptxt \pard The box says {\deleted much}{more}.\par}}
{\shprslt{\*\do\dobxpage\dptxbx{\dptxbxtext\pard The box says more.\par}}}}Below the box.\par
}"""
    (article,) = read_articles([write(tmp_path / "a.rtf", raw)])
    assert own(article) == [
        "They will keep the embargo, \\cell and \\deleted.",
        "The envoys stay.",
        "No | date is set.",
        "The box says more.",
        "Below the box.",
    ]
    assert article.title is None


def test_rich_text_of_a_mac(tmp_path: Path) -> None:
    """Its letters are those of the Mac where a font has none of its own; a sign for a list is none of them."""
    raw = rb"""{\rtf1\ansi\ansicpg10000\uc1\deff0{\fonttbl{\f0\fnil\fcharset0 Times New Roman;}
{\f2\fcharset204 Courier;}{\f3\fcharset2 Symbol;}}{\info{\title Caf\'8e}}
\pard\plain\f0 At a caf\'8E \u1080\'d2 the EU\'d5s envoy said \\'8e.\par{\f3 \'b7}{\f2 \'cf\'f0}\par}"""
    (article,) = read_articles([write(tmp_path / "a.rtf", raw)])
    assert (article.title, article.text) == ("Café", "At a café и the EU’s envoy said \\'8e.\n\n·Пр")


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_lines_and_emoji_of_rich_text(tmp_path: Path, end: bytes) -> None:
    """A backslash at the end of a line ends a paragraph, and a character may be written as two halves."""
    lines = [
        rb"{\rtf1\ansi\ansicpg1252{\info{\title On \u-10179?\u-8704?}}\pard Talks \u-10179 ?\u-8704 ? resume.",
        b"",
        rb"No date \u-10179 ?is set.",
        b"}",
    ]
    (article,) = read_articles([write(tmp_path / "a.rtf", (b"\\" + end).join(lines))])
    assert (article.title, article.text) == ("On 😀", "Talks 😀 resume.\n\nNo date \ufffdis set.")


def test_changes_and_hidden_text_anywhere_in_rich_text(tmp_path: Path) -> None:
    """They begin and end at any place of a group; the bytes of a picture say nothing."""
    raw = rb"""{\rtf1\ansi\ansicpg1252{\stylesheet{\s1\v Hidden;}}
{\*\shppict{\pict\jpegblip\bin14 {\v }{\deleted }}\pard They will \deleted lift\deleted0  keep the embargo.\par
\pard\v A note {\b of }the editor.\par\pard\plain The envoys {\v0\i did }{\rtlch\v1 not }stay{\v \par}.\par
\pard {\v Hidden \v0Shown, }{\v\deleted both\v0  one\deleted0none}, \\v and \\deleted.\par
}"""
    (article,) = read_articles([write(tmp_path / "a.rtf", raw)])
    assert own(article) == [
        "They will keep the embargo.",
        "The envoys did stay.",
        "Shown, none, \\v and \\deleted.",
    ]
    (article,) = read_articles([write(tmp_path / "b.rtf", rb"{\rtf1 The path is C:\\bin64 \{a\}\par}")])
    assert article.text == "The path is C:\\bin64 {a}"


@pytest.mark.parametrize("framed", [True, False])
def test_the_table_of_contents_of_a_document(tmp_path: Path, framed: bool) -> None:
    """It says nothing that does not stand below: it is known by its frame, or by the English names of its styles."""
    import docx as library
    from docx.oxml import parse_xml

    document = library.Document()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    if framed:
        frame = '<w:docPartObj><w:docPartGallery w:val="{}"/></w:docPartObj>'
        for kind, text in (("Table of Contents", "The embargo\t2"), ("Cover Pages", "A report")):
            document.element.body.insert(
                0,
                parse_xml(
                    f"<w:sdt {space}><w:sdtPr>{frame.format(kind)}</w:sdtPr><w:sdtContent><w:p>"
                    f'<w:hyperlink w:anchor="_Toc1"><w:r><w:t>{text}</w:t></w:r></w:hyperlink></w:p>'
                    f"<w:p><w:r><w:t>Typed below.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
                ),
            )
    else:
        document.add_paragraph("A report")
        style = document.styles.add_style("toc 1", 1)
        style.element.set(style.element.nsmap["w"].join("{}") + "styleId", "Verzeichnis1")
        document.add_paragraph("The embargo\t2", style="toc 1")
    document.add_heading("The embargo")
    document.add_paragraph("They will keep it.")
    document.save(str(tmp_path / "a.docx"))
    (article,) = read_articles([tmp_path / "a.docx"])
    typed = ["Typed below."] if framed else []
    assert own(article) == ["A report", *typed, *typed, "The embargo", "They will keep it."]


def test_hidden_text_of_a_document(tmp_path: Path) -> None:
    """Not shown by itself, by its style or by that of its paragraph; what says that it is shown is."""
    import docx as library
    from docx.enum.style import WD_STYLE_TYPE

    document = library.Document()
    for kind in (WD_STYLE_TYPE.CHARACTER, WD_STYLE_TYPE.PARAGRAPH):
        document.styles.add_style(f"Hidden {kind}", kind).font.hidden = True
    paragraph = document.add_paragraph("They will ")
    paragraph.add_run("not ").font.hidden = True
    paragraph.add_run("never ", f"Hidden {WD_STYLE_TYPE.CHARACTER}")
    paragraph.add_run("keep the embargo.").font.hidden = False
    paragraph = document.add_paragraph("Top of form", f"Hidden {WD_STYLE_TYPE.PARAGRAPH}")
    paragraph.add_run("No date is set.").font.hidden = False
    document.save(str(tmp_path / "a.docx"))
    (article,) = read_articles([tmp_path / "a.docx"])
    assert article.text == "They will keep the embargo.\n\nNo date is set."


def test_hidden_text_of_an_open_document(tmp_path: Path) -> None:
    """A run, a paragraph, a section, a field under a condition, what was struck out, and lists made of the text."""
    import odfdo

    document = odfdo.Document("text")
    for family, automatic in (("text", True), ("paragraph", False)):
        style = odfdo.Style(family, name="Hidden")
        style.append(odfdo.Element.from_tag('<style:text-properties text:display="none"/>'))
        document.insert_style(style, automatic=automatic)
    document.body.clear()
    for tag in (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Gone.</text:p></text:deletion>"
        "</text:changed-region></text:tracked-changes>",
        '<text:p>They will <text:span text:style-name="Hidden">not </text:span>keep<text:hidden-text '
        'text:is-hidden="true" text:string-value="x"> or lift</text:hidden-text> the embargo.</text:p>',
        '<text:p text:style-name="Hidden">A note.</text:p>',
        '<text:section text:name="a" text:display="none"><text:p>For editors.</text:p></text:section>',
        "<text:table-of-content><text:index-body><text:p>Dates 1</text:p></text:index-body></text:table-of-content>",
        "<text:alphabetical-index><text:index-body><text:p>oil 1</text:p></text:index-body></text:alphabetical-index>",
        '<text:section text:name="b"><text:p text:style-name="Standard">No date is set.</text:p></text:section>',
    ):
        document.body.append(odfdo.Element.from_tag(tag))
    document.save(tmp_path / "a.odt")
    (article,) = read_articles([tmp_path / "a.odt"])
    assert article.text == "They will keep the embargo.\n\nNo date is set."


@pytest.mark.parametrize("name", ["a.docx", "a.zip", "a", "a.docm"])
def test_a_document_of_word_for_the_web(tmp_path: Path, name: str) -> None:
    """Its main part has a number; with macros it is of another type."""
    import docx as library
    from docx.opc.packuri import PackURI

    document = library.Document(io.BytesIO(docx()))
    document.part.partname = PackURI("/word/document2.xml")
    if name == "a.docm":
        document.part._content_type = "application/vnd.ms-word.document.macroEnabled.main+xml"
    document.save(str(tmp_path / name))
    (article,) = read_articles([tmp_path / name])
    assert (article.title, own(article)) == (TITLE, list(PARAGRAPHS))


def test_what_is_said_of_a_picture_is_no_text(tmp_path: Path) -> None:
    """It parts no sentence of a document; white space around the picture counts once."""
    import odfdo

    picture = odfdo.Frame.image_frame("Pictures/a.png", name="a", anchor_type="as-char")
    picture.append(odfdo.Element.from_tag("<svg:title>Photo</svg:title>"))
    picture.append(odfdo.Element.from_tag("<svg:desc>Ministers who want the sanctions to go</svg:desc>"))
    paragraph = odfdo.Paragraph("The minister spoke. ")
    paragraph.append(picture)
    picture.tail = "He left\n    the talks."
    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(paragraph)
    document.save(tmp_path / "a.odt")
    (article,) = read_articles([tmp_path / "a.odt"])
    assert article.text == "The minister spoke. He left the talks."


def test_archives_within_archives(tmp_path: Path) -> None:
    """Ids and sources say where in the archive an article stood; hidden files are left out."""
    inner = zipped({"deep/page.html": web_page().encode(), "__MACOSX/._x": b"x"})
    path = write(
        tmp_path / "a.zip", zipped({"one.txt": b"Talks.", "inner.zip": inner, ".DS_Store": b"x", "photo.jpg": b"x"})
    )
    records = list(read_records([path]))
    articles = [record for record in records if isinstance(record, Article)]
    assert [article.id for article in articles] == ["a/one.txt", "a/inner.zip/deep/page.html"]
    assert articles[1].source == f"{path}/inner.zip/deep/page.html"
    assert [(r.source, r.reason) for r in records if isinstance(r, Quarantined)] == [
        (f"{path}/photo.jpg", "no reader for .jpg")
    ]


@pytest.mark.parametrize(
    "name", ["../../etc/evil.txt", "/etc/evil.txt", "a/../../evil.txt", "C:\\evil.txt", "..\\evil.txt"]
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_that_lead_out_of_an_archive(tmp_path: Path, name: str, kind: str) -> None:
    """Such a file is quarantined, nothing is written anywhere, and its neighbours are read."""
    files = {"good.txt": b"Talks.", name: b"Evil."}
    path = write(tmp_path / f"a.{kind}", zipped(files) if kind == "zip" else tarred(files))
    good, evil = read_records([path])
    assert isinstance(good, Article)
    assert isinstance(evil, Quarantined)
    assert evil.reason == "its name points outside the archive"
    assert list(tmp_path.rglob("*evil*")) == []


def test_links_in_a_zip_archive_are_not_followed(tmp_path: Path) -> None:
    """What stands in such a member is a path, no text; neither is what needs a password."""
    link, locked = zipfile.ZipInfo("link.txt"), zipfile.ZipInfo("locked.txt")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr(locked, "Talks.")
        archive.filelist[1].flag_bits |= 1
        archive.writestr("good.txt", "Talks.")
    found = list(read_records([write(tmp_path / "a.zip", raw.getvalue())]))
    told = [record.reason for record in found if isinstance(record, Quarantined)]
    assert told == ["a link is not followed", "encrypted"]
    assert [record.text for record in found if isinstance(record, Article)] == ["Talks."]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (tarfile.SYMTYPE, "a link is not followed"),
        (tarfile.LNKTYPE, "a link is not followed"),
        (tarfile.FIFOTYPE, "not a regular file"),
    ],
)
def test_what_is_no_file_in_a_tar_archive_is_told(tmp_path: Path, kind: bytes, reason: str) -> None:
    """And its neighbours are read."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as archive:
        other, good = tarfile.TarInfo("other.txt"), tarfile.TarInfo("good.txt")
        other.type, other.linkname, good.size = kind, "/etc/passwd", 6
        archive.addfile(other)
        archive.addfile(good, io.BytesIO(b"Talks."))
    refused, article = read_records([write(tmp_path / "a.tar", raw.getvalue())])
    assert isinstance(refused, Quarantined)
    assert refused.reason == reason
    assert isinstance(article, Article)


@pytest.mark.parametrize("name", [".trash/a.txt", "in\\.trash\\a.txt", "./in/.a.txt", "__MACOSX/in/a.txt"])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_hidden_files_of_an_archive_are_not_read(
    tmp_path: Path, name: str, pack: Callable[[dict[str, bytes]], bytes]
) -> None:
    """Nor those in hidden folders, whichever slash they are packed with, nor what a Mac adds."""
    path = write(tmp_path / "a.pack", pack({name: b"Hidden.", "./good.txt": b"Talks."}))
    assert [article.text for article in read_articles([path])] == ["Talks."]


def test_web_archive_in_order(tmp_path: Path) -> None:
    """Positions are those of the records; a page without text and one of its PDFs are dealt with by themselves."""
    pages = [
        ("text/html", web_page().encode(), "200 OK"),
        ("text/html", b"<html><body></body></html>", "200 OK"),
        ("application/pdf", pdf(), "200 OK"),
        ("text/plain", PARAGRAPHS[0].encode(), "200 OK"),
    ]
    path = write(tmp_path / "a.warc.gz", warc(compressed=True, pages=pages))
    page, empty, print_, plain = read_records([path])
    assert isinstance(page, Article)
    assert (page.id, page.position, page.outlet) == ("a:2", 2, "The Harbor Ledger")
    assert empty == Quarantined(str(path), 3, "https://ledger.example/world/1: no article text in this page")
    assert isinstance(print_, Article)
    assert own(print_) == list(PARAGRAPHS)
    assert isinstance(plain, Article)
    assert (plain.text, plain.outlet, plain.position) == (PARAGRAPHS[0], "ledger.example", 5)


@pytest.mark.parametrize(
    ("module", "name", "extra"),
    [
        ("trafilatura", "page.html", "html"),
        ("pypdf", "print.pdf", "pdf"),
        ("docx", "letter.docx", "office"),
        ("striprtf", "rich.rtf", "office"),
        ("lxml", "open.odt", "office"),
        ("warcio", "crawl.warc", "warc"),
    ],
)
def test_a_missing_library_is_named(folder: Path, tmp_path: Path, module: str, name: str, extra: str) -> None:
    """Without the library a named file is one line that names the extra; in a folder, a quarantined record."""
    write(tmp_path / name, (folder / name).read_bytes())
    write(tmp_path / "z.txt", b"Talks resume in Vienna on Friday, he said.")
    code = (
        f"import sys; sys.modules[{module!r}] = None\nfrom stance.articles import read_records\n"
        "print([getattr(r, 'reason', r.source) for r in read_records(sys.argv[1:])])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert f"pip install 'sanctions-stance[{extra}]'" in done.stdout
    assert "z.txt" in done.stdout
    with pytest.MonkeyPatch.context() as patch:
        for loaded in [loaded for loaded in sys.modules if loaded == module or loaded.startswith(f"{module}.")]:
            patch.delitem(sys.modules, loaded)
        patch.setitem(sys.modules, module, None)
        run = CliRunner().invoke(main, ["score", str(tmp_path / name)])
    assert (run.exit_code, run.stderr.count("\n")) == (1, 1)
    assert f"sanctions-stance[{extra}]" in run.stderr


def test_every_reader_is_registered_in_one_line() -> None:
    """So that the way to add one stays as CONTRIBUTING says."""
    for name, found in FORMATS.items():
        assert found.read.__module__ == f"stance.articles.{found.read.__name__}", name
        assert callable(getattr(importlib.import_module(found.read.__module__), found.read.__name__)), name


def test_gzip_within_a_zip(tmp_path: Path) -> None:
    """A compressed export in an archive is looked through."""
    path = write(tmp_path / "a.zip", zipped({"a.jsonl.gz": gzip.compress(b'{"id": "x", "text": "Talks."}\n')}))
    assert [article.id for article in read_articles([path])] == ["x"]


def test_the_reader_that_contributing_shows(tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it stands there, registered in the line that stands there, it reads subtitles under any suffix."""
    from stance.articles import formats

    shown = re.findall(
        r"<!-- (?:reader|registered) -->\n```python\n(.*?)```", (root / "CONTRIBUTING.md").read_text(), re.S
    )
    assert len(shown) == 2
    names = "from collections.abc import Iterator\nfrom typing import IO\nfrom stance.articles.encoding import decode\n"
    names += "from stance.articles.formats import *\nfrom stance.articles.libraries import whole\nimport re\n"
    names += "from stance.articles import Article, Columns, Quarantined\nfrom stance.errors import ArticleError\n"
    monkeypatch.setattr(formats, "FORMATS", dict(FORMATS))
    exec(names + "".join(shown), {"__name__": "shown"})
    content = b"1\r\n00:00:01,000 --> 00:00:04,000\r\nThe talks\r\nwill go on.\r\n\r\n2\n"
    content += b"00:00:05,000 --> 00:00:07,000\nHe left.\n"
    for name in ("a.srt", "b.txt"):
        (article,) = read_articles([write(tmp_path / name, content)])
        assert article.text == "The talks will go on. He left."
    with pytest.raises(ArticleError, match="nothing is said"):
        list(read_articles([write(tmp_path / "c.srt", b"1\n00:00:01,000 --> 00:00:04,000\n")]))


TABLES = {
    "comma": "id,text\n1,Sanctions must stay in force.\n2,Lift the sanctions now.\n",
    "semicolon": "text;date\nTalks, too.;2025\n",
    "tab": "id\ttext\n1\tTalks resume.\n",
    "bar": "outlet|text\nWire|Talks resume.\n",
    "hint": "sep=;\n\nid;text\n1;Talks.\n",
    "index of a data frame": ",text\n0,Talks resume.\n1,They end.\n",
    "other columns": "sentence_no,text\n0,Talks resume.\n1,They end.\n",
    "lines in a cell": 'id,text\n1,"Talks\n\nresume, he said."\n',
    "one bad row of two": "id,text\n1,Talks, he said.\n2,Talks.\n",
    "a first record beyond the head": 'id,text,date\n1,"' + "Talks go on. " * 9_000 + '",2025\n',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_is_told_by_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, encoding: str
) -> None:
    """Named .txt, without a suffix or piped in, a table gives the records that it gives as .csv."""
    raw = table.encode(encoding)

    def outcomes(path: Path | str) -> list[tuple[int | None, str]]:
        found = read_records([path])
        return [(r.position, r.text if isinstance(r, Article) else r.reason) for r in found]

    expected = outcomes(write(tmp_path / "a.csv", raw))
    assert outcomes(write(tmp_path / "a.txt", raw)) == outcomes(write(tmp_path / "a", raw)) == expected
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert outcomes("-") == expected


@pytest.mark.parametrize(
    "prose",
    [
        "Text, id and date of the decree\nThe decree came late, the minister said.\nIt was short, too.\n",
        "text, id and date of the decree\nThe decree came late, the minister said.\nIt was short, too.\n",
        "text,\nThe decree came late,\nit was short,\n",
        "id, text\n1, 2\n3, 4\n",
        "id,text\n\nThese are the columns that an export must have.\n",
        "id,text\n",
        "text\nTalks resume.\nThey end.\n",
        "text;talk:\nHe came; he saw.\nHe left; he wrote.\n",
        "Shall I compare thee to a summer's day,\nThou art more lovely, and more temperate,\nRough winds, and text,\n",
        "text,voice,data\nmail,phone\n",
        "bread,milk,eggs\nwine,cheese,ham\noil,salt,figs\n",
        "| id | text |\n|---|---|\n| 1 | Talks. |\n",
        "title | text\n--- | ---\nOne | Two\n",
        "Subject: text\n\nThe id, the text, the date.\n",
        "Who said it:\ttext\nTalks\tresume\nThey\tend\n",
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md", "a"])
def test_prose_is_no_table(tmp_path: Path, name: str, prose: str) -> None:
    """Commas in every line, the names of columns in the first: a text is kept to the letter all the same."""
    (article,) = read_articles([write(tmp_path / name, prose.encode())])
    assert article.text == prose


def test_json_lines_are_told_by_their_content(tmp_path: Path) -> None:
    """Named .txt, too; a text in braces is no JSON."""
    (article,) = read_articles(write(tmp_path / "a.txt", b'{"id": "7", "text": "Talks resume."}\n'))
    assert (article.id, article.text) == ("7", "Talks resume.")
    (article,) = read_articles(write(tmp_path / "b.txt", b'{Editor\'s note: "Talks" is meant.}\n'))
    assert article.id == "b"


@pytest.mark.parametrize(
    "first",
    ['{text: "One."}', "{'text': 'One.'}", '{"text": "One.', '{"text": "One."', "{", '{"id": 1, "text": "One', "{\n"],
)
@pytest.mark.parametrize("name", ["a", "a.txt", "-"])
def test_json_lines_of_which_the_first_is_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, first: str
) -> None:
    """It is quarantined, and the others are read: they are no prose."""
    raw = first.encode() + b'\n{"id": "7", "text": "Talks resume."}\n{"text": "They end."}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    bad, *good = read_records("-" if name == "-" else [write(tmp_path / name, raw)])
    assert isinstance(bad, Quarantined)
    assert (bad.position, bad.reason[:14]) == (1, "not valid JSON")
    assert [r.text for r in good if isinstance(r, Article)] == ["Talks resume.", "They end."]


@pytest.mark.parametrize(
    "prose",
    [
        '{Editor\'s note: "Talks" is meant.}\n{"Text" is not.}\n{"Nor this": they said, and left.\n',
        '{Applause.}\n{"Order!"}\nThe talks resume.\n',
        '{\\em Talks} resume.\n\nSay {"text": "Talks."} and go.\n',
        "{The minister}: no.\n{The deputy}: yes.\n",
    ],
)
def test_prose_in_braces_is_no_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prose: str) -> None:
    """A text that begins with a brace is kept to the letter."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(prose.encode())))
    for path in ("-", write(tmp_path / "a.txt", prose.encode())):
        (article,) = read_articles(path)
        assert article.text == prose


def test_a_json_object_of_several_lines_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of it that are objects are no JSON lines."""
    raw = b'{"ok": true, "articles": [\n{"text": "Talks."}\n]}'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    with pytest.raises(ArticleError, match=re.escape("jq -c '.articles[]'")):
        list(read_articles("-"))


OBJECTS = [{"id": "7", "text": "Talks resume."}, "no object", {"text": "They end."}, {"id": "9"}]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["a.json", "a.json.gz", "a", "a.txt", "-"])
def test_an_array_of_objects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, indent: int | None) -> None:
    """Each object is an article; positions count the elements; under any of these names, or piped in."""
    raw = json.dumps(OBJECTS, indent=indent).encode()
    if name == "-":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        path, stem = "-", "stdin"
    else:
        path, stem = str(write(tmp_path / name, gzip.compress(raw) if name.endswith(".gz") else raw)), "a"
    found = [(r.position, r.id if isinstance(r, Article) else r.reason) for r in read_records([path])]
    assert found == [(1, "7"), (2, "not a JSON object"), (3, f"{stem}:3"), (4, "no 'text'")]


@pytest.mark.parametrize(
    "raw", [b'\xef\xbb\xbf{\n "text": "Talks."\n}', b'{"text": "Talks."}', b'[{"text": "Talks."}]']
)
def test_a_single_object(tmp_path: Path, raw: bytes) -> None:
    """It is one article, with a byte order mark or without."""
    (article,) = read_articles([write(tmp_path / "a.json", raw)])
    assert (article.id, article.text, article.position) == ("a:1", "Talks.", 1)


@pytest.mark.parametrize("first", ["Talks.", "Talks go on. " * 9_000])
def test_json_lines_named_json(tmp_path: Path, first: str) -> None:
    """They are read as what they are, also where the first line is longer than the head that is looked at."""
    lines = json.dumps({"id": "a", "text": first}) + '\n\nno\n{"id": "b", "text": "They end."}\n'
    found = [(r.position, isinstance(r, Article)) for r in read_records([write(tmp_path / "a.json", lines.encode())])]
    assert found == [(1, True), (3, False), (4, True)]


@pytest.mark.parametrize(
    ("raw", "advice"),
    [
        (b"[1, 2]", "jq -c '.[]'"),
        (b'["Talks.", "More."]', "jq -c '.[] | {\"text\": .}'"),
        (b'"text"', "jq -c '.[]'"),
        (b'{"ok": true, "articles": [{"text": "Talks."}]}', "jq -c '.articles[]'"),
        (b'{\n"ok": 1, "the articles": [{"text": "Talks."}]}', "jq -c '.[\"the articles\"][]'"),
        (b'{\n"text": "Talks."\n}\n{\n"text": "More."\n}', "jq -c '.'"),
        (b"[" + b" " * LARGEST_RECORD + b"]", "jq -c '.[]'"),
        (b'{"id":{"0":"a","1":"b"},"text":{"0":"Talks.","1":"More."}}', 'orient="records"'),
        (b'{"id":["a","b"],"text":["Talks.","More."]}', 'orient="records"'),
        (b'{"columns":["text"],"index":[0],"data":[["Talks."]]}', 'orient="records"'),
        (b'{"0":{"text":"Talks."},"1":{"text":"More."}}', "jq -c '.[]'"),
    ],
    ids=[
        *("numbers", "texts", "string", "in an object", "in a key with a space", "several values", "too large"),
        *("columns by pandas", "columns by R", "split by pandas", "index by pandas"),
    ],
)
def test_other_json_is_an_error_that_says_what_to_do(tmp_path: Path, raw: bytes, advice: str) -> None:
    """It names the suffix of JSON lines, and the command that makes them of this very file."""
    with pytest.raises(ArticleError, match=re.escape(advice)) as caught:
        list(read_articles([write(tmp_path / "a.json", raw)]))
    assert ".jsonl" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_that_is_piped_in_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first piece of a pipe is not the whole head: a header that comes alone is no text."""
    out, into = os.pipe()
    os.write(into, b"id,text\n")

    def go_on() -> None:
        os.write(into, b"7,Lift the sanctions now.\n")
        os.close(into)

    later = threading.Timer(0.3, go_on)
    later.start()
    with os.fdopen(out) as pipe:
        monkeypatch.setattr(sys, "stdin", pipe)
        (article,) = read_articles("-")
        assert not pipe.closed
    later.join()
    assert (article.id, article.text) == ("7", "Lift the sanctions now.")


@pytest.mark.parametrize(
    "mark",
    [
        '<a href="#fn1" class="footnote-ref" id="fnref1" role="doc-noteref"><sup>1</sup></a>',
        '<sup><a href="#fn1">1</a></sup>',
        '<sup class="reference" id="cite_ref-1"><a href="#cite_note-1"><span>[</span>1<span>]</span></a></sup>',
        '<a class="sdfootnoteanc" name="sdfootnote1anc" href="#sdfootnote1sym"><sup>1</sup></a>',
        '<a epub:type="noteref" href="notes.xhtml#n1">*</a>',
        '<a href="#fnref1" class="footnote-back" role="doc-backlink">\u21a9\ufe0e</a>',
    ],
)
def test_links_to_notes_in_a_page(tmp_path: Path, mark: str) -> None:
    """They are no text, in a page and in a book; a power and a link to a section are."""
    told = '{} Then all left by boat, 4 km<sup>2</sup> of sea away, says <a href="#s2">part 2</a>.'
    page = f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}{told.format(mark)}</p><p>{PARAGRAPHS[2]}</p>"
    shown = [PARAGRAPHS[0], f"{PARAGRAPHS[1]} Then all left by boat, 4 km2 of sea away, says part 2.", PARAGRAPHS[2]]
    (article,) = read_articles([write(tmp_path / "a.html", f"<html><body>{page}</body></html>".encode())])
    assert own(article) == shown
    assert html_lines(page, "a") == shown


@pytest.mark.parametrize(
    ("page", "read"),
    [
        ('<section epub:type="titlepage"><h1>Weekly</h1><p>Jane Roe</p></section>', False),
        ('<section epub:type="chapter"><h1>Weekly</h1><p>Jane Roe</p></section>', True),
        (f'<section epub:type="frontmatter titlepage"><p>{PARAGRAPHS[1] * 3}</p></section>', True),
    ],
)
def test_the_title_page_of_a_book_is_no_article(tmp_path: Path, page: str, read: bool) -> None:
    """It names book and author only, as pandoc writes it; a whole text that is called so is read."""
    book = io.BytesIO(epub())
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(tmp_path / "a.epub", "w") as new:
        for name in old.namelist():
            new.writestr(name, f"<html><body>{page}</body></html>" if name.endswith("c2.xhtml") else old.read(name))
    assert [article.id for article in read_articles([tmp_path / "a.epub"])] == ["a:1", *["a:2"] * read]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_mail_whose_head_is_in_bare_letters(tmp_path: Path, encoding: str) -> None:
    """They are read by the encoding of its body; a letter that fits none is shown as missing, and no error."""
    head = "From: J\u00f6rg <a@x.example>\r\nSubject: \u00c9tat \u2013 fin\r\n"
    text = f"{head}Content-Type: text/plain; charset={encoding}\r\n\r\nNon."
    (article,) = read_articles([write(tmp_path / "a.eml", text.encode(encoding))])
    assert (article.title, article.outlet) == ("\u00c9tat \u2013 fin", "J\u00f6rg")
    (article,) = read_articles([write(tmp_path / "b.eml", b"From: a\r\nSubject: \xff =?utf-8?q?x?=\r\n\r\nNo.")])
    assert article.title == "\ufffd x"


def test_what_is_attached_to_a_mail_is_not_lost(tmp_path: Path) -> None:
    """Forwarded messages are articles, other attachments are named; pictures, styles and signatures are nothing."""
    innermost = message("The embargo stays.", subject="Third")
    forwarded = message("Talks resume.", subject="Second")
    forwarded.add_attachment(innermost)
    forwarded.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Bericht März.pdf")
    mail = message("See below.")
    mail.add_attachment(forwarded)
    mail.add_attachment("Sanctions must go.", filename="note.txt")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf")
    mail.add_attachment(b"GIF8", maintype="image", subtype="gif", filename="logo.gif")
    mail.add_attachment(b"GIF8", maintype="application", subtype="octet-stream", filename="logo.png")
    mail.add_attachment(b"sign", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    path = write(tmp_path / "letter.eml", mail.as_bytes())
    records = list(read_records([path]))
    assert [(r.id, r.title, r.text.strip()) for r in records if isinstance(r, Article)] == [
        ("letter", TITLE, "See below."),
        ("letter:1", "Second", "Talks resume."),
        ("letter:1:1", "Third", "The embargo stays."),
    ]
    reason = "attachment {!r} is not read; save it beside the mail to have it read"
    assert [(r.source, r.reason) for r in records if isinstance(r, Quarantined)] == [
        (str(path), reason.format("note.txt")),
        (str(path), reason.format("application/pdf")),
        (str(path), reason.format("Bericht März.pdf")),
    ]
    assert {record.position for record in records} == {1}


def test_a_mail_that_only_forwards(tmp_path: Path) -> None:
    """Its own lack of text costs nothing of what it forwards, and in a mailbox the next message has its number."""
    bare = email.message.EmailMessage()
    bare["Subject"] = "Fwd"
    bare.make_mixed()
    bare.attach(email.message_from_bytes(b"Content-Type: message/rfc822\n\n" + message("Talks resume.").as_bytes()))
    box = mailbox.mbox(tmp_path / "box.mbox")
    box.add(mailbox.mboxMessage(bare))
    box.add(mailbox.mboxMessage(message("The embargo stays.")))
    box.close()
    found = [(r.id if isinstance(r, Article) else r.reason, r.position) for r in read_records([tmp_path / "box.mbox"])]
    assert found == [("the message has no text", 1), ("box:1:1", 1), ("box:2", 2)]
    records = list(read_records([write(tmp_path / "one.eml", bare.as_bytes())]))
    assert isinstance(records[0], Quarantined)
    assert [r.id for r in records if isinstance(r, Article)] == ["one:1"]
