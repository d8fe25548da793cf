"""Bytes to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.articles.encoding import clean_surrogates, decode
from stance.errors import ArticleError

TEXT = "“Lift the embargo”, said Mr Čapek – in Zürich…\r\nThey did not.\r"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_encodings_are_found(encoding: str) -> None:
    """Text in any Unicode encoding, with a mark or without, is read unaltered."""
    assert decode(TEXT.encode(encoding)) == TEXT


def test_windows_quotes_are_found() -> None:
    """Windows-1252 is known by its typographic quotes."""
    text = "“Keep the pressure on”, he said – and left. It’s over."
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04rest", "a ZIP archive"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (bytes(range(256)) * 40, "a binary file"),
        (b"\x80\x04\x95\x10\x00\x00\x00", "a pickle"),
    ],
)
def test_binary_files_are_refused(raw: bytes, kind: str) -> None:
    """A file that is no text is an error that says what it is."""
    with pytest.raises(ArticleError, match=kind):
        decode(raw, "x")


def test_lone_surrogates_are_replaced_one_for_one() -> None:
    """Offsets stay, and the text can be written again."""
    cleaned = clean_surrogates("a\ud83db\udc00")
    assert cleaned == "a\ufffdb\ufffd"
    cleaned.encode("utf-8")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """No bytes crash the decoder."""
    try:
        decode(raw).encode("utf-8")
    except ArticleError:
        pass
