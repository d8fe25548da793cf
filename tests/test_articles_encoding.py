"""`decode` and `decoded_chunks`: bytes of every sort."""

from __future__ import annotations

import contextlib
import io
import pickle
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.articles.encoding import UNDECODABLE, clean_surrogates, decode, decode_named, decoded_chunks
from stance.errors import ArticleError

ENGLISH = "The minister said “we won’t lift sanctions” on Monday – not before the talks.\r\n" * 3
FRENCH = "Le ministre a déclaré que les sanctions seraient levées. Où est-il allé ? À Genève.\n" * 3
RUSSIAN = "Санкции должны быть сняты, заявил министр иностранных дел в понедельник.\n" * 3


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), min_size=1))
def test_utf8_is_read_as_it_is(text: str) -> None:
    """UTF-8 comes back unaltered, with and without a mark."""
    assert decode(b"\xef\xbb\xbf" + text.encode()) == text
    # a few letters are the signature of a kind of file
    assert text.startswith(("%PDF-", "PAR1", "BZh", "GIF8", "{\\rtf", "SQLite")) or decode(text.encode()) == text


@pytest.mark.parametrize("text", [ENGLISH, FRENCH, RUSSIAN])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(text: str, encoding: str) -> None:
    """A byte order mark decides, and is not part of the text."""
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", [ENGLISH, FRENCH, RUSSIAN])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_wide_encodings_without_a_mark(text: str, encoding: str) -> None:
    """UTF-16 and UTF-32 are known by their NUL bytes."""
    assert decode(text.encode(encoding)) == text
    assert "".join(decoded_chunks(io.BytesIO(text.encode(encoding)))) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(ENGLISH, "cp1252"), (FRENCH, "cp1252"), (FRENCH, "latin-1"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8-r")],
)
def test_old_encodings(text: str, encoding: str) -> None:
    """The one-byte encodings of press archives are found."""
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("times", [1, 30])
@pytest.mark.parametrize(
    ("text", "encodings"),
    [
        ("The minister said “sanctions must stay” – the café in Zürich cost €5.\n", "cp1252 mac_roman"),
        ("The EU’s envoy said the sanctions would cost €5 billion.\n", "cp1252 mac_roman"),
        ("A fine of €20m was imposed.\n", "cp1252 mac_roman"),
        ("Prime Minister Støre met Löfven in Malmö and Ålesund.\n", "cp1252 mac_roman"),
        ("ZÜRICH – MINISTER JOSÉ PEÑA SAYS “NO”\n", "cp1252 mac_roman"),
        ("The café was closed.\n", "cp1252 mac_roman cp850"),
        ("The fine was £5 million.\n", "cp1252 mac_roman cp850"),
        ("Under § 5 of the act, the ban stays.\n", "cp1252 mac_roman cp850"),
    ],
)
def test_western_pages_in_a_few_words(text: str, encodings: str, times: int) -> None:
    """A handful of marks and accents is enough: they are read as what can stand there."""
    for encoding in encodings.split():
        raw = text.encode(encoding) * times
        assert decode(raw) == text * times
        assert "".join(decoded_chunks(io.BytesIO(raw))) == text * times


@pytest.mark.parametrize("times", [1, 30])
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp866"),
        (RUSSIAN, "mac_cyrillic"),
        ("The word “санкции” was used by Лавров on Monday, the ministry said.\n", "cp1251"),
        ("Ο υπουργός δήλωσε ότι οι κυρώσεις πρέπει να παραμείνουν σε ισχύ μέχρι τις συνομιλίες.\n", "cp1253"),
        ("Minister powiedział, że sankcje zostaną utrzymane, dopóki rozmowy się nie zakończą.\n", "cp1250"),
        ("قال الوزير إن العقوبات ستبقى سارية المفعول حتى انتهاء المحادثات بين الطرفين.\n", "cp1256"),
        ("外務大臣は月曜日に、制裁は交渉が終わるまで解除されないと述べた。\n", "shift_jis"),
        ("外交部长星期一表示，在谈判结束之前，制裁不会取消。双方将继续对话。\n", "gb18030"),
    ],
)
def test_other_scripts_are_not_taken_for_western(text: str, encoding: str, times: int) -> None:
    """Letters that would stand where no Western letter can are those of another page."""
    assert decode(text.encode(encoding) * times) == text * times


def test_one_bad_byte_does_not_change_the_encoding() -> None:
    """UTF-8 with a damaged byte is an error that says where, not other letters."""
    with pytest.raises(ArticleError, match=r"^a\.txt: not valid utf-8: byte 0xff at \d+$"):
        decode(ENGLISH.encode() + b"\xff", "a.txt")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("iso2022_jp", "ISO-2022-JP"),
        ("iso2022_jp", "csISO2022JP"),
        ("hz", "HZ-GB-2312"),
        ("utf-7", "unicode-1-1-utf-7"),
    ],
)
def test_a_named_encoding_whose_bytes_are_ascii(encoding: str, name: str) -> None:
    """It comes before UTF-8, which its bytes are, too; what cannot be read so is an error, not other letters."""
    text = "The word 制裁 means sanctions."
    raw = text.encode(encoding)
    assert raw.isascii()
    assert decode_named(raw, name) == text
    # the name is wrong
    assert decode_named(text.encode(), name) == text
    cut = raw.replace(b"sanctions", {"hz": b"~{~", "utf-7": b"+ "}.get(encoding, b"\x1b(Z"))
    with pytest.raises(ArticleError, match=r"^a\.html: not readable as .*; save it as UTF-8$"):
        decode_named(cut, name, "a.html")


@pytest.mark.parametrize("name", ["UTF-16", "utf-16le", "UTF-32"])
def test_utf16_that_is_named(name: str) -> None:
    """A mark is no letter; a page that names it in letters of one byte is in another encoding."""
    for text in ("No talks.", "制裁 must go."):
        raw = ("\ufeff" if name == "utf-16le" else "") + text
        assert decode_named(raw.encode(name), name) == text
        assert decode_named(text.encode(), name) == text


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-16-le", "utf-32-be", "utf-32-le"])
@pytest.mark.parametrize("marked", [True, False])
def test_utf16_of_which_the_name_does_not_tell_the_order(encoding: str, marked: bool) -> None:
    """The mark tells it, or else where the NUL bytes stand; and these are believed whatever is named."""
    text = "The embargo stays – for now."
    raw = ("\ufeff" * marked + text).encode(encoding)
    for name in (encoding[:6], encoding, None, "utf-8", "iso-8859-1", "windows-1251", "utf-7"):
        assert decode_named(raw, name) == text


@pytest.mark.parametrize("text", ["No détente.", "No détente"])
def test_a_western_page_that_says_it_is_utf16(text: str) -> None:
    """It has no NUL bytes, so nobody believes it, however many bytes there are."""
    assert decode_named(text.encode("cp1252"), "utf-16") == text


@pytest.mark.parametrize("name", ["windows-1252", "hz", None])
def test_a_mark_of_utf8_is_believed_whatever_is_named(name: str | None) -> None:
    """What is damaged then is damaged, and no letters of a code page."""
    raw = "\ufeffNo détente.".encode()
    assert decode_named(raw, name) == "No détente."
    with pytest.raises(ArticleError, match=r"^a\.html: not valid utf-8"):
        decode_named(raw + b"\xe9", name, "a.html")


def test_half_a_character_that_is_named() -> None:
    """No file can hold what UTF-7 can."""
    assert decode_named(b"No +2AA- talks", "utf-7") == "No \ufffd talks"


@pytest.mark.parametrize("name", "iso-8859-1 ISO8859-1 latin-1 latin1 l1 iso-ir-100 cp819 us-ascii ascii".split())
def test_latin_1_by_each_name_is_windows_1252(name: str) -> None:
    """Quotation marks are no control characters."""
    assert decode_named(ENGLISH.encode("cp1252"), name) == ENGLISH


def test_cut_character() -> None:
    """A text cut in mid-character is an error, not guessed at."""
    with pytest.raises(ArticleError, match="not valid utf-8"):
        decode("Où?".encode()[:2])


@pytest.mark.parametrize(
    "raw",
    [
        b"%PDF-1.7\n", b"PK\x03\x04rest", b"\x89PNG\r\n\x1a\n", b"\x7fELF", b"PAR1", b"{\\rtf1 text}",
        pickle.dumps({"text": "x" * 50}), bytes(1000), bytes(range(256)) * 20, b"text\0text", b"\x01\x02\x03\x04" * 9,
        struct.pack("<200I", *range(200)), struct.pack("<200H", *range(200)),
    ],
    ids=lambda raw: repr(raw[:8]),
)  # fmt: skip
def test_binary_files(raw: bytes) -> None:
    """What is no text is an error of one line."""
    with pytest.raises(ArticleError) as caught:
        decode(raw, "a.txt")
    assert "\n" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes(raw: bytes) -> None:
    """Whatever the bytes, there is a text that can be written, or an `ArticleError`."""
    with contextlib.suppress(ArticleError):
        decode(raw).encode()


def test_empty() -> None:
    """No bytes are an empty text."""
    assert decode(b"") == ""
    assert "".join(decoded_chunks(io.BytesIO(b""))) == ""


def test_encoding_is_decided_where_it_shows() -> None:
    """A stream that is ASCII for megabytes and then Windows-1252 is read rightly."""
    text = "plain line of a table\n" * 100_000 + FRENCH
    assert "".join(decoded_chunks(io.BytesIO(text.encode("cp1252")))) == text


def test_chunks_cut_no_character() -> None:
    """Characters of several bytes at the seams of pieces are whole."""
    text = "€" * 300_001
    assert "".join(decoded_chunks(io.BytesIO(b"x" + text.encode()))) == "x" + text


@pytest.mark.parametrize("guess", [True, False])
def test_bad_bytes_in_a_stream_are_marked(guess: bool) -> None:
    """In a stream of UTF-8, bytes that do not fit are marked and the rest is read."""
    raw = b"caf\xc3\xa9 na\xc3\xafve\nb\xffd\n\xe2\x82\xac\n"
    assert "".join(decoded_chunks(io.BytesIO(raw), guess=guess)) == f"café naïve\nb{UNDECODABLE}d\n€\n"


def test_lone_surrogates_are_replaced_one_for_one() -> None:
    """A lone surrogate becomes U+FFFD, so that offsets stay and the text can be written."""
    assert clean_surrogates("a\ud83db\udc00") == "a\ufffdb\ufffd"
    whole = "a\U0001f600b"
    assert clean_surrogates(whole) is whole
