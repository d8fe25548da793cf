"""Mail and newsletters: EML, MBOX, and pages saved as MHTML; one message, one article."""

from __future__ import annotations

import codecs
import mimetypes
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any, cast

from stance.articles.article import Article
from stance.articles.encoding import clean_surrogates, decode_named
from stance.articles.formats import FORMATS
from stance.articles.libraries import unsound
from stance.articles.read_html import decode_html, html_article
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined
from stance.errors import ArticleError, MissingDependencyError

if TYPE_CHECKING:
    from email.message import MIMEPart
    from email.policy import EmailPolicy, Policy

__all__ = ["read_mail"]

#: A plain text of fewer characters may be a pointer to the web page.
_LEAST = 200
#: Characters of a field of the head that are read. What the standard library does with addresses and parameters takes
#: time that grows with the square of their length, and what is read of them stands at their beginning.
_LONGEST_FIELD = 2000
_LONGEST_SUBJECT = 2**16
#: A message has no more parts: each takes a thousand bytes and more, and may be written with six.
_MOST_PARTS = 10_000
#: Begins a message in a mailbox; a line of prose may begin like it.
_SEPARATOR = cast("re.Pattern[bytes]", FORMATS["mail"].sign)
#: Begins one, whatever stands above: some programs part messages by no blank line.
_STAMPED = re.compile(
    rb"From \S+ .{0,200}\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) "
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d\b"
)
#: What Thunderbird knows of a message, near the beginning of its head; a bit stands for one that was deleted.
_STATUS = re.compile(rb"(?:[\w-]+:[^\n]*\n){0,5}?X-Mozilla-Status:\s*([0-9A-Fa-f]{4})\s")
_DELETED = 8
#: In the plain text of a letter that is elsewhere.
_ADDRESS = re.compile(r"https?://\S+")

#: Attachments that hold nothing to read: pictures, how a page looks, and what vouches for the sender.
_PICTURES = ("image/", "font/")
_OF_THE_LETTER = frozenset(
    {
        "application/pgp-encrypted",
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "text/css",
    }
)

_Pieces = list[Article | ArticleError]


def read_mail(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the messages of a file, one after the other; a bad one is quarantined with its number.

    The text is what a mail program shows, attachments left out: the parts one below the other, and of alternatives the
    plain one, or the longer one where the plain one has fewer than 200 characters beside addresses. Lines that were
    broken to be sent (``format=flowed``) are whole. Subject, date and sender are title, date and outlet; a saved page
    has its own. A forwarded message is an article of its own, with the position of the message that holds it; any other
    attachment is quarantined by its name, but for pictures and what belongs to the letter itself, and so is a message
    that was deleted in Thunderbird and is still in its mailbox. Of a subject 65,536 characters are read, of any other
    field of the head 2,000.

    Raises
    ------
    ArticleError
        If it holds no message.
    """
    position = 0
    many = False
    for raw, many in _messages(stream):
        position += 1
        if raw is None:
            yield Quarantined(source, position, f"record too large: more than {LARGEST_RECORD:,} bytes")
            continue
        if many and (status := _STATUS.match(raw)) is not None and int(status[1], 16) & _DELETED:
            yield Quarantined(
                source, position, "deleted in the mail program, and still in its file: compact the folder"
            )
            continue
        try:
            yield from _read(raw, source, f"{stem}:{position}" if many else stem, position)
        except ArticleError as error:
            if not many:
                raise
            yield Quarantined(source, position, error.message)
    if position == 0:
        raise ArticleError("no message in this file", source)


def _messages(stream: IO[bytes]) -> Iterator[tuple[bytes | None, bool]]:
    """The bytes of each message, ``None`` for one too large; and whether the file may hold several."""
    lines: list[bytes] = []
    size = 0
    line = stream.readline(2**16).removeprefix(codecs.BOM_UTF8)
    # a blank line would be the end of a head
    while line and not line.strip():
        line = stream.readline(2**16)
    after = stream.readline(2**16)
    many = blank = line.startswith(b"From ")
    # where the first one bears no date, the others may bear none
    separator = _SEPARATOR if _SEPARATOR.match(line + after) else re.compile(b"From ")
    while line:
        if many and separator.match(line + after) and (blank or _STAMPED.match(line)):
            if size:
                yield (b"".join(lines) if size <= LARGEST_RECORD else None), True
            lines, size, blank = [], 0, False
        else:
            blank = not line.strip()
            size += len(line)
            if size > LARGEST_RECORD:
                lines.clear()
            else:
                lines.append(line[1:] if many and line.startswith(b">From ") else line)
        line, after = after, stream.readline(2**16)
    if size:
        yield (b"".join(lines) if size <= LARGEST_RECORD else None), many


def _read(raw: bytes, source: str, id: str, position: int) -> list[Article | Quarantined]:
    """A message, what is attached to it, and the messages that it forwards."""
    import email

    with unsound("a mail message", source):
        waiting = deque([(id, cast("MIMEPart", email.message_from_bytes(raw, policy=_policy(source))))])
    found: list[Article | Quarantined] = []
    # not by recursion: they may be forwarded many times over
    while waiting:
        id, message = waiting.popleft()
        forwarded: list[MIMEPart] = []
        unread: list[str] = []
        try:
            with unsound("a mail message", source):
                bodies = [body for kind in ("plain", "html") if (body := message.get_body((kind,))) is not None]
                forwarded, unread = _attached(message, bodies)
            found += _article(message, bodies, source, id, position)
        except ArticleError as error:
            if not (found or forwarded or unread):
                raise
            found.append(Quarantined(source, position, error.message))
        except MissingDependencyError as error:
            found.append(Quarantined(source, position, str(error)))
        found += [
            Quarantined(source, position, f"attachment {name!r} is not read; save it beside the mail to have it read")
            for name in unread
        ]
        waiting.extend((f"{id}:{number}", part) for number, part in enumerate(forwarded, start=1))
    return found


def _policy(source: str) -> EmailPolicy[Any]:
    """How one message is parsed: each field of a head once and not beyond its limit, and so many parts."""
    from email.message import EmailMessage
    from email.policy import default

    parts = 0

    def part(policy: Policy[Any]) -> EmailMessage:
        nonlocal parts
        parts += 1
        if parts > _MOST_PARTS:
            raise ArticleError(f"the message has more than {_MOST_PARTS:,} parts", source)
        return EmailMessage(policy)

    return default.clone(message_factory=part, header_factory=_field)


def _field(name: str, value: str) -> Any:
    """A field of a head, not beyond its limit."""
    return _parsed(name, value[: _LONGEST_SUBJECT if name.lower() == "subject" else _LONGEST_FIELD])


@lru_cache(256)
def _parsed(name: str, value: str) -> Any:
    """A field that is parsed once: the library asks for the type of a part a dozen times."""
    from email.policy import default

    try:
        return default.header_factory(name, value)
    except OverflowError:
        # a year of thirty digits; the letter may be sound
        return default.header_factory(name, "")


def _attached(message: MIMEPart, bodies: Sequence[MIMEPart]) -> tuple[list[MIMEPart], list[str]]:
    """The messages that a message forwards, and the names of its other attachments."""
    forwarded: list[MIMEPart] = []
    unread: list[str] = []
    waiting = [(message, "")]
    while waiting:
        part, around = waiting.pop()
        parts: Any = part.get_payload()
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            forwarded += parts
        elif part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += [(inner, part.get_content_type()) for inner in reversed(parts)]
        elif not any(part is body for body in bodies):
            name = _line(part.get_filename())
            # beside a page stands what it needs, and texts are shown
            shown = around == "multipart/related" or part.get_content_maintype() in ("text", "message", "multipart")
            if not name and (part.is_attachment() or not shown):
                name = part.get_content_type()
            kinds = (part.get_content_type(), mimetypes.guess_type(name or "")[0] or "")
            if name and not any(kind in _OF_THE_LETTER or kind.startswith(_PICTURES) for kind in kinds):
                unread.append(name[:200])
    return forwarded, unread


def _article(
    message: MIMEPart, bodies: Sequence[MIMEPart], source: str, id: str, position: int
) -> list[Article | Quarantined]:
    """The article of a message, and what could not be read of it."""
    import email.utils

    with unsound("a mail message", source):
        if not any(name in message for name in ("From", "Date", "Subject", "MIME-Version")):
            raise ArticleError("not a mail message: it has no header", source)
        charset = bodies[0].get_content_charset() if bodies else None
        subject, sender = _header(message, "Subject", charset), _header(message, "From", charset) or ""
        day = message.get("Date")
        date = getattr(day, "datetime", None)
        pieces = _shown(message, bodies, source, id, position)
    articles = [piece for piece in pieces if isinstance(piece, Article)]
    errors = [piece for piece in pieces if isinstance(piece, ArticleError)]
    if not articles:
        raise errors[0] if errors else ArticleError("the message has no text", source)
    name = email.utils.parseaddr(sender)
    article = Article(
        id=id,
        text="\n\n".join(piece.text for piece in articles),
        title=subject or articles[0].title,
        date=date.isoformat() if date else None,
        outlet=name[0] or name[1] or None,
        source=source,
        position=position,
    )
    if "Snapshot-Content-Location" in message or ("Saved by " in sender and "@" not in sender):
        # the head says by what and when the page was saved
        article = articles[0]
    return [article, *(Quarantined(source, position, f"a part of the message: {error.message}") for error in errors)]


def _shown(message: MIMEPart, bodies: Sequence[MIMEPart], source: str, id: str, position: int) -> _Pieces:
    """What a mail program shows of a message, from top to bottom."""

    def walk(part: MIMEPart) -> tuple[_Pieces, Callable[[], _Pieces]]:
        # the plain text, and what gives all: an HTML part takes time, and most have a plain one beside them
        kind = part.get_content_type()
        if part.get_content_maintype() != "multipart" or not part.is_multipart():
            if part.is_attachment() or (part.get_filename() and not any(part is body for body in bodies)):
                return [], list
            plain = [read(part, kind)] if kind == "text/plain" else []
            return plain, lambda: [read(part, kind)] if kind == "text/html" else plain
        parts: Any = part.get_payload()
        if kind == "multipart/related":
            # the others are what this one needs
            root = part.get_param("start")
            return walk(next((found for found in parts if root and found["Content-ID"] == root), parts[0]))
        found = [walk(each) for each in parts]
        if kind != "multipart/alternative":
            plain = [piece for pieces, _ in found for piece in pieces]
            return plain, lambda: [piece for _, all_of in found for piece in all_of()]
        plain = next((pieces for pieces, _ in found if _length(pieces)), [])
        if _length(plain) >= _LEAST:
            return plain, lambda: plain
        return plain, lambda: max((all_of() for _, all_of in reversed(found)), key=_lengths)

    def read(part: MIMEPart, kind: str) -> Article | ArticleError:
        raw: Any = part.get_payload(decode=True)
        charset = part.get_content_charset()
        try:
            if kind == "text/html":
                url = _line(part.get("Content-Location") or message.get("Content-Location"))
                return html_article(decode_html(raw, source, charset), source, id, position, url)
            text = decode_named(raw, charset, source)
            if str(part.get_param("format")).lower() == "flowed":
                text = _unflowed(text, glued=str(part.get_param("delsp")).lower() == "yes")
            return Article(id, text, source=source, position=position)
        except ArticleError as error:
            return error

    return walk(message)[1]()


def _unflowed(text: str, *, glued: bool) -> str:
    """A text as it was before a mail program broke its lines (RFC 3676): what ends in a blank goes on below."""
    parts: list[str] = []
    open_depth: int | None = None
    for line in text.replace("\r\n", "\n").split("\n"):
        body = line.lstrip(">")
        depth = len(line) - len(body)
        body = body.removeprefix(" ")
        alone = body == "-- " or not body.strip()
        if alone or depth != open_depth:
            parts.append(f"\n{'>' * depth}{' ' * (depth > 0)}")
        open_depth = depth if body.endswith(" ") and not alone else None
        parts.append(body[:-1] if glued and open_depth is not None else body)
    return "".join(parts)[1:]


def _length(pieces: _Pieces) -> int:
    return _lengths(pieces)[0]


def _lengths(pieces: _Pieces) -> tuple[int, int]:
    """Characters beside addresses, and with these: a link alone is still more than what cannot be read."""
    texts = [piece.text for piece in pieces if isinstance(piece, Article)]
    return sum(len(_ADDRESS.sub("", text).strip()) for text in texts), sum(len(text.strip()) for text in texts)


def _header(message: MIMEPart, name: str, charset: str | None) -> str | None:
    """A line of the head; one in bare letters of a code page, as some programs write them, by that of the body."""
    value = _line(message.get(name))
    if value is None or "\ufffd" not in value:
        return value
    raw = next(str(found) for key, found in message.raw_items() if key.lower() == name.lower())
    try:
        return value if "=?" in raw else _line(decode_named(raw.encode("utf-8", "surrogateescape"), charset))
    except (ArticleError, UnicodeError):
        return value


def _line(value: object) -> str | None:
    return None if value is None else clean_surrogates(" ".join(str(value).split())) or None
