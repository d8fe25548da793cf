"""Dates as sources write them; what is not certain is left unknown."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import lru_cache

__all__ = ["day_of", "month_of", "week_of", "year_of"]

_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})(?:-(?P<day>\d{2}))?\Z")
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})\Z")
# no country writes the day after the year
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})\Z")
# which of the two is the day tells only its figure
_YEAR_LAST = re.compile(r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<two>\d{1,2})(?P=mark)(?P<year>\d{4})\Z")
# milliseconds since 1970, as pandas writes dates into JSON: from 2001 to 2033
_MILLISECONDS = re.compile(r"1\d{12}\Z")
# at the end, or before the year as ctime has it; anything else beside a date leaves it in doubt
_TIME = re.compile(
    r"""(?:
        (?: (?<=\d)[Tt] | ,?[ ] (?:at[ ])? ) (?:[01]?\d|2[0-3]) : [0-5]\d (?: : (?:[0-5]\d|60) (?:[.,]\d+)? )?
            (?:[ ]?[AaPp]\.?[Mm]\.?)?
        | (?<=\d)T (?:[01]\d|2[0-3]) (?: [0-5]\d (?:[0-5]\d|60)? )?
    )
    (?: [ ]?[Zz] | [ ]?(?:GMT|UTC)?[+-](?:0\d|1[0-4])(?::?[0-5]\d)? )?
    (?: [ ]?[A-Z]{3,5} )?
    (?: [ ]\([A-Za-z ]+\) )?
    (?= \Z | [ ]\d{4}\Z )""",
    re.VERBOSE,
)
# English names of months, so that nothing depends on who reads 05/06
_WRITTEN = (
    *("%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y", "%b %d %Y", "%A, %B %d, %Y", "%B %d, %Y %A"),
    # headers of messages, and ctime
    *("%a, %d %b %Y", "%a %d %b %Y", "%A, %d %b %Y", "%A, %d %B %Y", "%a, %d-%b-%Y", "%d-%b-%Y", "%a %b %d %Y"),
    *("%A %d %B %Y", "%A %d %b %Y"),
)
# 7th April
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b", re.IGNORECASE)
# as newspapers abbreviate them: Feb. 3, 2026, and Sept. for September
_ABBREVIATED = re.compile(r"\b(Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:(?<=Sep)t)?\.?(?![^\W_])", re.IGNORECASE)
_WRITTEN_MONTH = ("%B %Y", "%b %Y")
_FLOAT = re.compile(r"\A(\d+)\.0\Z")
# a number of four figures may be anything else
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d\Z")


class _Known(IntEnum):
    """How much of a date is beyond doubt."""

    YEAR = 1
    MONTH = 2
    DAY = 3


def day_of(text: object) -> date | None:
    """The day that a date names beyond doubt, else ``None``.

    Examples
    --------
    >>> day_of("2026-05-09T10:00:00Z"), day_of("May 9, 2026"), day_of("05/06/2026"), day_of("2026-05")
    (datetime.date(2026, 5, 9), datetime.date(2026, 5, 9), None, None)
    """
    found = _parse(text)
    return found[0] if found is not None and found[1] == _Known.DAY else None


def month_of(text: object) -> str | None:
    """The month that a date names beyond doubt as ``YYYY-MM``, else ``None``.

    Examples
    --------
    >>> month_of("2026-05"), month_of("9 May 2026"), month_of("spring 2026"), month_of("2026-13-01")
    ('2026-05', '2026-05', None, None)
    """
    found = _parse(text)
    return f"{found[0].year:04d}-{found[0].month:02d}" if found is not None and found[1] >= _Known.MONTH else None


def year_of(text: object) -> str | None:
    """The year that a date names beyond doubt, else ``None``; also where day and month are in doubt.

    Examples
    --------
    >>> year_of("9 May 2026"), year_of("05/06/2026"), year_of("2026"), year_of("05/06/26")
    ('2026', '2026', '2026', None)
    """
    found = _parse(text)
    return None if found is None else f"{found[0].year:04d}"


def week_of(text: object) -> str | None:
    """The Monday of the ISO week that a date lies in as ``YYYY-MM-DD``, ``None`` where it names no day beyond doubt.

    Examples
    --------
    >>> week_of("2026-05-09"), week_of("4 May 2026"), week_of("May 2026")
    ('2026-05-04', '2026-05-04', None)
    """
    day = day_of(text)
    return None if day is None else str(day - timedelta(days=day.weekday()))


def _parse(text: object) -> tuple[date, _Known] | None:
    """A date, as far as it is known; what is not known of it is any."""
    if isinstance(text, datetime):
        # pandas' NaT is one, too
        return (text.date(), _Known.DAY) if text == text else None
    if isinstance(text, date):
        return text, _Known.DAY
    # a number, or a period of pandas
    text = str(text)
    # pandas takes 20260509 for a number, and where others are missing for a float, which it writes to files, too
    text = _FLOAT.sub(r"\1", " ".join(text.split()))
    if _MILLISECONDS.match(text):
        return date(1970, 1, 1) + timedelta(milliseconds=int(text)), _Known.DAY
    if _YEAR.match(text):
        day = _day(text, "1", "1")
        return None if day is None else (day, _Known.YEAR)
    if (time := _TIME.search(text)) is None:
        return _parse_date(text)
    found = _parse_date(text[: time.start()] + text[time.end() :])
    # a time is of a day, not of a month
    return None if found is None or found[1] == _Known.MONTH else found


def _parse_date(text: str) -> tuple[date, _Known] | None:
    if (figures := _ISO.match(text) or _COMPACT.match(text) or _YEAR_FIRST.match(text)) is not None:
        year, month, day = figures.group("year", "month", "day")
        found = _day(year, month, day or "1")
        return None if found is None else (found, _Known.DAY if day else _Known.MONTH)
    if (figures := _YEAR_LAST.match(text)) is not None:
        one, two, year = figures.group("one", "two", "year")
        days = {day for day in (_day(year, one, two), _day(year, two, one)) if day is not None}
        return (min(days), _Known.DAY if len(days) == 1 else _Known.YEAR) if days else None
    # of figures alone, such as seconds since 1970, each may be another, and to try all that is written takes long
    return _parse_written(text) if any(map(str.isalpha, text)) else None


@lru_cache(2**14)
def _parse_written(text: str) -> tuple[date, _Known] | None:
    text = _ORDINAL.sub(r"\1", _ABBREVIATED.sub(r"\1", text))
    for patterns, known in ((_WRITTEN, _Known.DAY), (_WRITTEN_MONTH, _Known.MONTH)):
        for pattern in patterns:
            try:
                return datetime.strptime(text, pattern).date(), known
            except ValueError:
                continue
    return None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
