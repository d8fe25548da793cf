"""Bytes to text: the encoding is found, never asked for.

It is told by, in this order: the byte order mark; the pattern of NUL bytes (UTF-16 and UTF-32 without a mark);
UTF-8; where the characters of a Western code page would stand; charset-normalizer. Nothing is guessed inside a text:
a file that is UTF-8 but for some bytes is damaged UTF-8, and bytes that do not fit make an error or a bad record, never
other letters.
"""

from __future__ import annotations

import codecs
import contextlib
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import IO

from stance.articles.code_pages import western_page
from stance.articles.compression import find_compression
from stance.errors import ArticleError

__all__ = [
    "UNDECODABLE",
    "clean_surrogates",
    "decode",
    "decode_named",
    "decoded_chunks",
    "legible",
    "told_by_magic",
    "written_name",
]

#: From the first bytes to the encoding that they name, if they do.
Namer = Callable[[bytes], str | None]
#: Stands for bytes that do not fit the encoding in what `decoded_chunks` yields; no valid text holds it.
UNDECODABLE = "\udcff"

_CHUNK = 2**18
_SAMPLE = 2**16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    # before UTF-16, whose mark is the beginning of this one
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old office document; save it as DOCX, a sheet as CSV, a message as EML"),
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"PAR1", "a Parquet file"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it, or pack it as zip"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"\x80\x04\x95", "a pickle"),
    (b"\x80\x05\x95", "a pickle"),
)
#: Encodings whose bytes may all be ASCII, so that they would pass for UTF-8; by the names of Python and of mail.
_LIKE_ASCII = ("iso2022", "iso-2022-", "hz", "utf-7")
#: Those in which Latin letters have NUL bytes, which are valid UTF-8.
_WIDE = ("utf-16", "utf-32")
#: What is named so is Windows-1252 in fact, as browsers have it.
_WESTERN = ("iso8859-1", "ascii")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: In names: what no file can hold, and backslashes before that and before what would be read as that.
_UNWRITABLE = re.compile(r"[\ud800-\udfff]|(?<!\\)\\+(?=[\ud800-\udfff]|x[89a-f][0-9a-f]|ud[89a-f][0-9a-f]{2})")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f]")


def _mark_undecodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNDECODABLE, error.end


codecs.register_error("stance.mark", _mark_undecodable)


def clean_surrogates(text: str) -> str:
    """Replace each lone surrogate, which no file can hold, by U+FFFD: one character for one, so offsets stay.

    Examples
    --------
    >>> clean_surrogates("a\\ud800b") == "a\\ufffdb"
    True
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def written_name(name: str) -> str:
    """A file's name as it can be written: a byte that is not UTF-8 as ``\\xff``, so that two such names stay two.

    Backslashes are doubled where that could be mistaken.

    Examples
    --------
    >>> written_name(b"caf\\xe9.txt".decode("utf-8", "surrogateescape"))
    'caf\\\\xe9.txt'
    """
    return _UNWRITABLE.sub(_written, name)


def _written(found: re.Match[str]) -> str:
    if found[0][0] == "\\":
        return 2 * found[0]
    code = ord(found[0])
    # Python lets U+DC80 to U+DCFF stand for such bytes
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def decode(raw: bytes, source: str | None = None) -> str:
    """Bytes to text, without any change of line ends; a byte order mark is dropped.

    Parameters
    ----------
    raw : bytes
        A whole file.
    source : str, optional
        Named in errors.

    Returns
    -------
    str

    Raises
    ------
    ArticleError
        If the bytes are no text, are damaged UTF-8, or are in no encoding that can be told.

    Examples
    --------
    >>> decode(b"caf\\xc3\\xa9\\r\\n")
    'café\\r\\n'
    >>> decode(b"\\x93lift the embargo\\x94")
    '“lift the embargo”'
    >>> decode("Détente".encode("utf-16-le"))
    'Détente'
    """
    declared, skip = _declared(raw, source)
    if declared is None and b"\0" in raw:
        raise ArticleError("not text but a binary file (it holds NUL bytes)", source)
    for encoding in [declared] if declared else _candidates(raw):
        try:
            return raw[skip:].decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == declared or encoding == "utf-8":
                place = skip + error.start
                raise ArticleError(f"not valid {encoding}: byte 0x{raw[place]:02x} at {place:,}", source) from None
    raise ArticleError("its encoding cannot be determined; save it as UTF-8", source)


def decode_named(raw: bytes, named: str | None, source: str | None = None) -> str:
    """Bytes to text: Unicode if they are that, else by the encoding that whoever sent them names, else as `decode`.

    Some encodings write other letters by bytes that are ASCII, too: where such a one is named, it comes first.

    Parameters
    ----------
    raw : bytes
        A whole file.
    named : str or None
        The encoding, in the words of the web: ``iso-8859-1``, under each of its names, is what browsers take it for,
        Windows-1252. One that is not known, or that the bytes do not fit, counts for nothing.
    source : str, optional
        Named in errors.

    Raises
    ------
    ArticleError
        If the bytes are called UTF-8 and are not, or are ASCII and called or seem what reads it otherwise and cannot be
        read as that; else as `decode`.

    Examples
    --------
    >>> decode_named("Erdoğan".encode("cp1254"), "windows-1254")
    'Erdoğan'
    """
    # whatever stands behind half a character parsers of pages leave out
    return clean_surrogates(_by_name(raw, (named or "").lower(), source))


def _by_name(raw: bytes, name: str, source: str | None) -> str:
    with contextlib.suppress(LookupError, ValueError):
        name = codecs.lookup(name).name
    # pages in letters of one byte may say that they are UTF-16, and browsers do not believe it
    name = _unicode(raw)[0] or ("" if name.startswith(_WIDE) and b"\0" not in raw else name)
    if name.startswith((*_LIKE_ASCII, *_WIDE)):
        try:
            return raw.decode(name).removeprefix("\ufeff")
        except (LookupError, ValueError):
            if raw.isascii():
                raise ArticleError(
                    f"not readable as {name}, the encoding that it declares or shows; save it as UTF-8", source
                ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        if name == "utf-8":
            raise ArticleError("not valid utf-8, the encoding that it declares", source) from None
    with contextlib.suppress(LookupError, ValueError):
        return raw.decode("cp1252" if name in _WESTERN else name)
    return decode(raw, source)


def decoded_chunks(
    stream: IO[bytes], source: str | None = None, *, guess: bool = True, named: Namer | None = None
) -> Iterator[str]:
    """Read a long text piece by piece.

    The encoding is decided where the first byte stands that is not ASCII, so that a table which is ASCII for a
    million rows is still read rightly. Bytes that do not fit come as `UNDECODABLE`.

    Parameters
    ----------
    stream : binary file
        Read once, from where it stands.
    source : str, optional
        Named in errors.
    guess : bool
        Whether an encoding other than the Unicode ones may be guessed.
    named : callable, optional
        Finds the encoding that the text names for itself, which counts as in `decode_named`.

    Yields
    ------
    str
        Pieces of the text, in order.

    Raises
    ------
    ArticleError
        If the bytes are no text.
    """
    pieces = _pieces(stream)
    chunk = next(pieces, b"")
    encoding, skip = _declared(chunk, source)
    name = None if encoding or named is None else _usable(named(chunk))
    chunk = chunk[skip:]
    if (encoding := encoding or (name if name and name.startswith(_LIKE_ASCII) else None)) is None:
        # a few are damage in some record
        if chunk.count(0) > max(8, len(chunk) // 100):
            raise ArticleError("not text but a binary file (it holds NUL bytes)", source)
        while chunk.isascii():
            if not chunk:
                return
            yield chunk.decode("ascii")
            chunk = next(pieces, b"")
        if name is not None:
            encoding = "utf-8" if _is_utf8(chunk) else name
        else:
            encoding = next(_candidates(chunk), "utf-8") if guess else "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)("stance.mark")
    while chunk:
        yield decoder.decode(chunk)
        chunk = next(pieces, b"")
    yield decoder.decode(b"", final=True)


def legible(head: bytes) -> str:
    """The beginning of a text, as far as its format shows in it: what is not ASCII may be replaced by U+FFFD.

    Examples
    --------
    >>> legible("id;text".encode("utf-16")), legible(b"PK\\x03\\x04")
    ('id;text', '')
    """
    try:
        encoding, skip = _declared(head, None)
    except ArticleError:
        return ""
    return head[skip:].decode(encoding or "utf-8", "replace")


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Pieces large enough to tell an encoding from; what precedes the damage of an archive is still given."""
    while True:
        parts: list[bytes] = []
        size = 0
        damage: Exception | None = None
        try:
            while size < _CHUNK and (part := stream.read(2**13)):
                parts.append(part)
                size += len(part)
        except Exception as error:
            damage = error
        if parts:
            yield b"".join(parts)
        if damage is not None:
            raise damage
        if not parts:
            return


def told_by_magic(head: bytes) -> str | None:
    """What a file that is no text is, by its first bytes.

    Examples
    --------
    >>> told_by_magic(b"7z\\xbc\\xaf"), told_by_magic(b"BZh11AY&SY"), told_by_magic(b"Talks resume.")
    ('a 7z archive; unpack it, or pack it as zip', 'a file compressed by bzip2', None)
    """
    if (compression := find_compression(head)) is not None:
        return f"a file compressed by {compression.name}"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def _declared(raw: bytes, source: str | None) -> tuple[str | None, int]:
    """The encoding that the first bytes show by themselves, and the length of the mark."""
    encoding, skip = _unicode(raw)
    if not skip and (kind := told_by_magic(raw)) is not None:
        raise ArticleError(f"not text but {kind}", source)
    head = raw[:_SAMPLE]
    if encoding is None and len(_CONTROL.findall(head)) * 20 > len(head):
        raise ArticleError("not text but a binary file", source)
    return encoding, skip


def _unicode(raw: bytes) -> tuple[str | None, int]:
    """A Unicode encoding by its mark, or where the NUL bytes stand, and the length of the mark."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding, len(mark)
    return _wide_encoding(raw[:_SAMPLE]), 0


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where the NUL bytes stand."""
    head = head[: len(head) // 4 * 4] or head[:2]
    nul = [head[i::4].count(0) for i in range(4)]
    total = sum(nul)
    if not head or total * 20 < len(head):
        return None
    quarter = len(head) / 4
    if min(nul[2], nul[3]) > 0.9 * quarter and nul[0] < 0.1 * quarter:
        candidate = "utf-32-le"
    elif min(nul[0], nul[1]) > 0.9 * quarter and nul[3] < 0.1 * quarter:
        candidate = "utf-32-be"
    elif nul[1] + nul[3] > 0.95 * total:
        candidate = "utf-16-le"
    elif nul[0] + nul[2] > 0.95 * total:
        candidate = "utf-16-be"
    else:
        return None
    text = codecs.getincrementaldecoder(candidate)("replace").decode(head)
    # a file of small numbers has the same pattern of NUL bytes, but is no text
    strange = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\n\v\f\r" for c in text)
    return candidate if (strange + text.count("\ufffd")) * 50 <= len(text) else None


def _usable(name: str | None) -> str | None:
    """The encoding that a text without NUL bytes names, as Python calls it; ``None`` if it cannot be that."""
    try:
        found = codecs.lookup(name or "").name
        # some of what Python can look up is no encoding of texts, or not of pieces of them
        codecs.getincrementaldecoder(found)("stance.mark").decode(b"a".decode(found).encode())
    except (LookupError, ValueError):
        return None
    return None if found.startswith(_WIDE) else "cp1252" if found in _WESTERN else found


def _is_utf8(raw: bytes) -> bool:
    """Whether a piece is UTF-8, if perhaps a damaged one."""
    # not final: a character cut at the end of a piece says nothing against UTF-8
    text = codecs.getincrementaldecoder("utf-8")("stance.mark").decode(raw)
    bad = text.count(UNDECODABLE)
    return not bad or len(text) - len(text.encode("ascii", "ignore")) - bad > bad


def _candidates(raw: bytes) -> Iterator[str]:
    """Encodings to try on bytes that declare none, best first."""
    if _is_utf8(raw):
        yield "utf-8"
        return
    first = _NOT_ASCII.search(raw)
    start = max(0, first.start() - _SAMPLE // 4) if first else 0
    sample = raw[start : start + _SAMPLE]
    if len(sample) == _SAMPLE:
        # at a line end, so that no character is cut
        sample = sample[: sample.rfind(b"\n", _SAMPLE // 2)]
    if (page := western_page(sample)) is not None:
        yield page
    # slow to import, and seldom needed
    from charset_normalizer import from_bytes

    for match in from_bytes(sample):
        if match.encoding not in ("ascii", "utf_8", "utf_7", page):
            yield match.encoding
