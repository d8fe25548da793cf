"""Mail and newsletters: EML, MBOX, and pages saved as MHTML; one message, one article."""

from __future__ import annotations

import mimetypes
from collections import deque
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any, cast

from stance.articles.article import Article
from stance.articles.encoding import clean_surrogates
from stance.articles.libraries import unsound
from stance.articles.read_html import html_article
from stance.articles.records import LARGEST_RECORD, Columns, Quarantined
from stance.errors import ArticleError, MissingDependencyError

if TYPE_CHECKING:
    from email.message import MIMEPart

__all__ = ["read_mail"]

#: A plain part of fewer characters is a pointer to the web page.
_LEAST = 200

#: Attachments that hold nothing to read: pictures, how a page looks, and what vouches for the sender.
_PICTURES = ("image/", "font/")
_OF_THE_LETTER = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "text/css",
    }
)


def read_mail(stream: IO[bytes], columns: Columns, source: str, stem: str) -> Iterator[Article | Quarantined]:
    """Read the messages of a file, one after the other; a bad one is quarantined with its number.

    The text is the plain body, or the HTML body where there is no other. Subject, date and sender are title, date and
    outlet. A forwarded message is an article of its own, with the position of the message that holds it; any other
    attachment is quarantined by its name, but for pictures and what belongs to the letter itself.

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
    size, many, blank = 0, False, True
    while line := stream.readline(2**16):
        if blank and line.startswith(b"From "):
            if size:
                yield (b"".join(lines) if size <= LARGEST_RECORD else None), True
            lines, size, many, blank = [], 0, True, False
            continue
        blank = not line.strip()
        size += len(line)
        if size > LARGEST_RECORD:
            lines.clear()
        elif many and line.startswith(b">From "):
            lines.append(line[1:])
        else:
            lines.append(line)
    if size:
        yield (b"".join(lines) if size <= LARGEST_RECORD else None), many


def _read(raw: bytes, source: str, id: str, position: int) -> list[Article | Quarantined]:
    """A message, what is attached to it, and the messages that it forwards."""
    import email
    import email.policy

    with unsound("a mail message", source):
        waiting = deque([(id, cast("MIMEPart", email.message_from_bytes(raw, policy=email.policy.default)))])
    found: list[Article | Quarantined] = []
    # not by recursion: they may be forwarded many times over
    while waiting:
        id, message = waiting.popleft()
        forwarded: list[MIMEPart] = []
        unread: list[str] = []
        try:
            with unsound("a mail message", source):
                forwarded, unread = _attached(message)
            found.append(_article(message, source, id, position))
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


def _attached(message: MIMEPart) -> tuple[list[MIMEPart], list[str]]:
    """The messages that a message forwards, and the names of its other attachments."""
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    forwarded: list[MIMEPart] = []
    unread: list[str] = []
    waiting = [message]
    while waiting:
        part = waiting.pop()
        parts: Any = part.get_payload()
        if part.get_content_type() == "message/rfc822" and part.is_multipart():
            forwarded += parts
        elif part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += reversed(parts)
        elif not any(part is body for body in bodies):
            name = _line(part.get_filename())
            if not name and part.get_content_disposition() == "attachment":
                name = part.get_content_type()
            kinds = (part.get_content_type(), mimetypes.guess_type(name or "")[0] or "")
            if name and not any(kind in _OF_THE_LETTER or kind.startswith(_PICTURES) for kind in kinds):
                unread.append(name[:200])
    return forwarded, unread


def _article(message: MIMEPart, source: str, id: str, position: int) -> Article:
    import email.utils

    with unsound("a mail message", source):
        if not any(name in message for name in ("From", "Date", "Subject", "MIME-Version")):
            raise ArticleError("not a mail message: it has no head", source)
        plain, html = (_content(message.get_body((kind,))) for kind in ("plain", "html"))
        subject, sender = (_line(message.get(name)) for name in ("Subject", "From"))
        day = message.get("Date")
        date = getattr(day, "datetime", None)
    if html is not None and (plain is None or len(plain.strip()) < _LEAST):
        article = html_article(html, source, id, position, message.get("Content-Location"))
        text = article.text
    elif plain is not None:
        article, text = None, clean_surrogates(plain)
    else:
        raise ArticleError("the message has no text", source)
    name = email.utils.parseaddr(sender or "")
    return Article(
        id=id,
        text=text,
        title=subject or (article.title if article else None),
        date=date.isoformat() if date else None,
        outlet=name[0] or name[1] or None,
        source=source,
        position=position,
    )


def _content(part: MIMEPart | None) -> str | None:
    if part is None:
        return None
    content = part.get_content()
    return content if isinstance(content, str) else None


def _line(value: object) -> str | None:
    return None if value is None else clean_surrogates(" ".join(str(value).split())) or None
