"""Forty and more files that are broken, mislabelled or made to harm, each with the word that its reason must hold."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

from sample_files import (
    PARAGRAPHS,
    docx,
    epub,
    message,
    nexis_lines,
    odt,
    pdf,
    rss,
    rtf,
    tarred,
    warc,
    web_page,
    zipped,
)

__all__ = ["MALFORMED"]

_BLOWN_UP = 2**29


@cache
def _blanks() -> bytes:
    """Half a gigabyte of blanks as deflate packs them, without ever holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return b"".join([*(packer.compress(b" " * 2**20) for _ in range(_BLOWN_UP // 2**20)), packer.flush()])


def _gzip_bomb() -> bytes:
    return b"\x1f\x8b\x08\0\0\0\0\0\2\xff" + _blanks() + bytes(8)


@cache
def _zip_bomb() -> bytes:
    """A zip archive whose only member, a.jsonl, unfolds to blanks."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.jsonl", "w") as member:
        for _ in range(_BLOWN_UP // 2**20):
            member.write(b" " * 2**20)
    return buffer.getvalue()


def _bad_sum() -> bytes:
    right = zlib.crc32(b"Talks.").to_bytes(4, "little")
    return zipped({"a.txt": b"Talks."}).replace(right, bytes(4))


def _bad_lzma() -> bytes:
    """A zip archive of the other method, whose properties are none."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", "Talks.")
    raw = bytearray(buffer.getvalue())
    raw[30 + len("a.txt") + 4] = 0xFF
    return bytes(raw)


def _bad_name() -> bytes:
    """A table with a column whose name is in no encoding."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": ["Talks."], "outlet": ["Post"]}), buffer, store_schema=False)
    return buffer.getvalue().replace(b"outlet", b"outl\xff\xff")


def _short(archive: bytes) -> bytes:
    """A zip archive without five bytes of its first member."""
    return archive[:36] + archive[41:]


def _replaced(document: bytes, part: str, content: bytes) -> bytes:
    """A document with another content in one of its parts."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return zipped({**files, part: content})


def _without(document: bytes, part: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist() if name != part})


def _flagged(archive: bytes) -> bytes:
    """A zip archive whose members say that they are encrypted."""
    raw = bytearray(archive)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(sign)
        while place >= 0:
            raw[place + offset] |= 1
            place = raw.find(sign, place + 4)
    return bytes(raw)


def _packed_by(method: int, archive: bytes) -> bytes:
    """A zip archive of one member, said to be packed by another method, as Windows does with large files."""
    raw = bytearray(archive)
    raw[8] = raw[raw.find(b"PK\x01\x02") + 10] = method
    return bytes(raw)


def _nested(depth: int) -> bytes:
    found = zipped({"a.txt": b"Talks."})
    for _ in range(depth):
        found = zipped({"inner.zip": found})
    return found


def _tar_of_links() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, kind, to in (("loop.txt", tarfile.SYMTYPE, "loop.txt"), ("dev.txt", tarfile.CHRTYPE, "")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, to
            archive.addfile(info)
    return buffer.getvalue()


def _tar_of_words() -> bytes:
    """A tar archive of a sparse file, whose map is none."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.txt")
        info.pax_headers = {"GNU.sparse.map": "here and there"}
        archive.addfile(info)
    return buffer.getvalue()


def _pdf_of(objects: list[bytes]) -> bytes:
    """A PDF by hand, so that its objects may point where they like."""
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))
    return body + head + table + tail


def _pdf_bomb() -> bytes:
    packed = zlib.compress(b"BT (x) Tj ET\n" * 10)[:2] + _blanks() + bytes(4)
    return _pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
            b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(packed), packed),
        ]
    )


def pdf_of_a_huge_picture(text: str) -> bytes:
    """A sound PDF whose picture has 60,000 by 2,000 pixels: 120 MB, were it unfolded."""
    squeeze = zlib.compressobj(9)
    packed = b"".join(squeeze.compress(bytes(2**24)) for _ in range(8)) + squeeze.flush()
    kind = b"/Subtype/Image/Width 60000/Height 2000/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode"
    return _pdf_with(text, kind, packed)


def pdf_with_a_form(text: str, drawn: bytes, how: bytes = b"") -> bytes:
    """A PDF of a text, and of a form drawn below it, whose instructions are packed somehow."""
    kind = b"/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F 6 0 R>>>>"
    return _pdf_with(text, kind + how, drawn)


def _pdf_with(text: str, kind: bytes, content: bytes) -> bytes:
    """A PDF of a page with a text, and of something that is drawn on it."""
    page = f"BT /F 12 Tf 72 700 Td ({text}) Tj ET /X Do".encode()
    return _pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
            b"/Resources<</XObject<</X 5 0 R>>/Font<</F 6 0 R>>>>>>",
            b"<</Length %d>>stream\n%b\nendstream" % (len(page), page),
            b"<</Type/XObject%b/Length %d>>stream\n%b\nendstream" % (kind, len(content), content),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        ]
    )


def _entities(root: str) -> bytes:
    levels = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{levels}]><{root}>&a11;</{root}>'.encode()


_ODT = (
    b"<o:document-content xmlns:o='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
    b"xmlns:t='urn:oasis:names:tc:opendocument:xmlns:text:1.0'>"
    b"<o:body><o:text>%b</o:text></o:body></o:document-content>"
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
_PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\1\0\0\0\1\0\0" + bytes(5000)
_LONG = [text * 3 for text in PARAGRAPHS] * 40

#: Name of the file to what makes it, and what its reason says.
MALFORMED: dict[str, tuple[Callable[[], bytes], str]] = {
    "truncated.pdf": (lambda: pdf(_LONG)[:3000], "not a valid PDF"),
    "encrypted.pdf": (lambda: pdf(password="secret"), "encrypted"),
    "empty.pdf": (lambda: b"", "PDF"),
    "junk.pdf": (lambda: b"%PDF-1.7\n" + bytes(range(256)) * 20, "not a valid PDF"),
    "picture.pdf": (lambda: b"\xff\xd8\xff\xe0" + bytes(5000), "PDF"),
    "prose.pdf": (lambda: PARAGRAPHS[0].encode(), "PDF"),
    "cyclic.pdf": (
        lambda: _pdf_of([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"]),
        "PDF",
    ),
    "no-pages.pdf": (lambda: _pdf_of([b"<</Type/Catalog>>"]), "PDF"),
    "bomb.pdf": (_pdf_bomb, "PDF"),
    "form.pdf": (lambda: pdf_with_a_form("Talks.", b"BT ET", b"/Filter/NoSuch"), "not all of its text is read"),
    "truncated.docx": (lambda: docx()[:9000], "zip"),
    "old.docx": (lambda: _OLE, "old office document; save it as DOCX, a sheet as CSV, a message as EML"),
    "bomb.docx": (lambda: _replaced(docx(), "word/document.xml", bytes(80 * 2**20)), "decompression bomb"),
    "entities.docx": (lambda: _replaced(docx(), "word/document.xml", _entities("document")), "DOCX"),
    "not-xml.docx": (lambda: _replaced(docx(), "word/document.xml", b"<w:document><w:p>&nosuch;<w:p>"), "DOCX"),
    "no-types.docx": (lambda: _without(docx(), "[Content_Types].xml"), "DOCX"),
    "encrypted.docx": (lambda: _flagged(docx()), "encrypted"),
    "workbook.docx": (lambda: zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}), "spreadsheet"),
    "truncated.odt": (lambda: odt()[:2000], "zip"),
    "not-xml.odt": (lambda: _replaced(odt(), "content.xml", b"<office:document>"), "ODT"),
    "entities.odt": (lambda: _replaced(odt(), "content.xml", _entities("document")), "not a valid ODT"),
    "blanks.odt": (
        lambda: _replaced(odt(), "content.xml", _ODT % b"<t:p>Talks<t:s t:c='many'/>resume.</t:p>"),
        "not a valid ODT",
    ),
    "sheet.odt": (
        lambda: _replaced(odt(), "content.xml", b"<a xmlns:o='urn:x'><o:spreadsheet/></a>"),
        "not a text document",
    ),
    "truncated.rtf": (lambda: rtf()[:900], "breaks off"),
    "prose.rtf": (lambda: PARAGRAPHS[0].encode(), "not an RTF"),
    "deep.rtf": (lambda: b"{\\rtf1" + b"{" * 300_000 + b"x" + b"}" * 1000, "RTF"),
    "truncated.epub": (lambda: epub()[:600], "zip"),
    "nowhere.epub": (lambda: _without(epub(), "OEBPS/book.opf"), "not where it says"),
    "empty.html": (lambda: b"", "no article text"),
    "bare.html": (lambda: b"<!DOCTYPE html><html><body><script>var a = 1</script></body></html>", "no article text"),
    "picture.html": (lambda: _PNG, "an image"),
    "deep.html": (lambda: b"<html><body>" + b"<div>" * 300_000, "no article text"),
    "huge.html": (lambda: b"<html><body>" + b"<p>Talks went on.</p>" * 2_000_000, "too large"),
    "undecodable.html": (lambda: web_page().encode() + b"\xff\xc3\x28 " * 3, "utf-8"),
    "huge-picture.txt": (lambda: _PNG, "an image"),
    "truncated.warc.gz": (lambda: warc(compressed=True)[:400], "gzip"),
    "junk.warc": (lambda: b"WARC/1.0\r\n" + bytes(range(256)) * 9, "WARC"),
    "broken-off.warc": (lambda: warc()[:1600], "breaks off"),
    "bomb.zip": (_zip_bomb, "decompression bomb"),
    "bomb-of-text.zip": (lambda: _zip_bomb().replace(b"a.jsonl", b"abc.txt"), "too large"),
    "cyclic.zip": (lambda: _nested(6), "to a depth of 3, no deeper"),
    "encrypted.zip": (lambda: _flagged(zipped({"a.txt": b"Talks."})), "encrypted"),
    "deflate64.zip": (lambda: _packed_by(9, zipped({"a.txt": b"Talks."})), "method that is not read; pack it again"),
    "traversal.zip": (lambda: zipped({"../../a.txt": b"Evil."}), "points outside"),
    "truncated.zip": (lambda: zipped({"a.txt": b"Talks." * 999})[:-30], "zip"),
    "no-such-letters.zip": (
        lambda: zipped({"\u00e9.txt": b"Talks."}).replace("\u00e9".encode(), b"\xff\xff", 1),
        "damaged in the archive",
    ),
    "five-bytes-short.zip": (
        lambda: zipped({"inner.zip": _short(zipped({"a.txt": b"Talks. " * 9}))}),
        "damaged in the",
    ),
    "lzma.zip": (_bad_lzma, "damaged zip file"),
    "columns.zip": (
        lambda: zipped({"a.parquet": b"PAR1" + bytes(30) + b"\xff" * 30 + b"\x1e\0\0\0PAR1"}),
        "not a valid Parquet",
    ),
    "columns.parquet": (_bad_name, "not a valid Parquet file"),
    "bad-sum.zip": (_bad_sum, "damaged zip file"),
    "empty.zip": (lambda: zipped({}), "no files"),
    "seven.zip": (lambda: b"7z\xbc\xaf\x27\x1c" + bytes(300), "7z archive; unpack it"),
    "links.tar": (_tar_of_links, "not followed"),
    "truncated.tar": (lambda: tarred({"a.rtf": rtf(_LONG)})[:5000], "damaged tar archive"),
    "words.tar": (_tar_of_words, "damaged tar archive"),
    "bomb.txt.gz": (_gzip_bomb, "too large"),
    "bomb.jsonl.gz": (_gzip_bomb, "decompression bomb"),
    "headless.eml": (lambda: PARAGRAPHS[0].encode(), "mail"),
    "empty.mbox": (lambda: b"", "no message"),
    "huge.mbox": (
        lambda: b"From a Fri Mar 14 08:00:00 2025\n" + message("x").as_bytes() + b"word " * 7_000_000,
        "too large",
    ),
    "short.rtf": (lambda: rtf(nexis_lines(2, 3)), "announces 3 articles, but 2 were found"),
    "truncated.json": (lambda: b'[\n{"text": "Talks."},\n{"text": "Ta', "not valid JSON"),
    "deep.json": (lambda: b"[" * 300_000, "nested too deeply"),
    "huge.json": (lambda: b'["' + b"x" * 2**25 + b'"]', "jq -c"),
    "entities.xml": (lambda: _entities("rss"), "its entity 'a1' stands for"),
    "truncated.rss": (lambda: rss()[:-200].encode(), "not valid XML: unclosed CDATA section in line 2"),
    "drawing.xml": (
        lambda: b"<?xml version='1.0'?><svg><text>Talks.</text></svg>",
        "no reader for XML with the root <svg>",
    ),
    "deep.xml": (lambda: b"<rss><channel>" + b"<item>" * 300_000, "nested more than 200 deep"),
    "empty.xml": (lambda: b"", "no element found"),
    "letter.doc": (lambda: _OLE, "no reader for .doc"),
}
