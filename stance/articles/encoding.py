"""Bytes to text: the encoding is found, never asked for."""

from __future__ import annotations

import codecs
import re

from stance.errors import ArticleError

__all__ = ["clean_surrogates", "decode", "find_encoding"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x7fELF", "a program"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"{\\rtf", "an RTF document"),
    (b"\x80\x04\x95", "a pickle"),
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 2**18


def clean_surrogates(text: str) -> str:
    """Replace each lone surrogate, which no file can hold, by U+FFFD: one character for one, so offsets stay.

    Examples
    --------
    >>> clean_surrogates("a\\ud800b") == "a\\ufffdb"
    True
    """
    return _SURROGATE.sub("\ufffd", text)


def find_encoding(sample: bytes, source: str) -> str:
    """Find the encoding of a text from its beginning.

    A byte order mark decides; then UTF-8, if the bytes are valid; then UTF-16 without a mark, known by its NULs; then
    Windows-1252, if its typographic quotes and dashes are there; else what charset-normalizer finds.

    Parameters
    ----------
    sample : bytes
        The first bytes of a file.
    source : str
        Named in errors.

    Returns
    -------
    str
        A codec of Python.

    Raises
    ------
    ArticleError
        If the bytes are no text.
    """
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding
    for magic, kind in _MAGIC:
        if sample.startswith(magic):
            raise ArticleError(f"not a text but {kind}", source)
    if b"\x00" in sample:
        return _wide_encoding(sample, source)
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample)
        found = "utf-8"
    except UnicodeDecodeError:
        found = _narrow_encoding(sample)
    if len(_CONTROL.findall(sample)) * 20 > len(sample):
        raise ArticleError("not a text but a binary file", source)
    return found


def _wide_encoding(sample: bytes, source: str) -> str:
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) > 0.3 * len(sample) / 2 and min(even, odd) < 0.05 * len(sample) / 2:
        return "utf-16-le" if odd > even else "utf-16-be"
    if sample.count(0) * 100 < len(sample):
        return find_encoding(sample.replace(b"\x00", b""), source)  # stray NULs in a text
    raise ArticleError("not a text but a binary file", source)


def _narrow_encoding(sample: bytes) -> str:
    typographic = sum(sample.count(bytes([code])) for code in (0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x85))
    high = sum(byte >= 0x80 for byte in sample)
    if 2 * typographic >= high:
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:_SAMPLE]).best()
    if best is None or best.encoding in ("ascii", "utf_8"):
        return "latin-1"
    return str(best.encoding)


def decode(raw: bytes, source: str = "text") -> str:
    """Bytes to text, without any change of line ends; a byte order mark is dropped.

    Parameters
    ----------
    raw : bytes
        A whole file.
    source : str
        Named in errors.

    Returns
    -------
    str

    Raises
    ------
    ArticleError
        If the bytes are no text.

    Examples
    --------
    >>> decode(b"caf\\xc3\\xa9\\r\\n")
    'café\\r\\n'
    >>> decode(b"\\x93lift the embargo\\x94")
    '“lift the embargo”'
    """
    encoding = find_encoding(raw[:_SAMPLE], source)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        # valid at the beginning only
        try:
            text = raw.decode(find_encoding(raw, source))
        except UnicodeDecodeError as error:
            raise ArticleError(f"byte {error.start} is not valid {encoding}", source) from error
    return clean_surrogates(text)
