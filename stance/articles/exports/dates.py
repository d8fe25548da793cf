"""Dates as press databases write them."""

from __future__ import annotations

import re

__all__ = ["DATE", "iso_date"]

#: Months as the databases write them, by the language that a reader has set; English ones come first, short ones last.
_MONTHS = {
    name: number
    for names in (
        "january february march april may june july august september october november december",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "januar februar märz april mai juni juli august september oktober november dezember",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "jan feb mar apr may jun jul aug sep oct nov dec",
        "jan feb mar apr may june july aug sept oct nov dec",
    )
    for number, name in enumerate(names.split(), start=1)
}
_MONTH = "|".join(_MONTHS)
DATE = re.compile(
    rf"(?:\w+,?\s+)?(?:(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}}),?|(?P<day2>\d{{1,2}})(?:\.|er)?\s+(?:de\s+)?(?P<month2>{_MONTH})\.?,?)"
    rf"\s+(?:de\s+)?(?P<year>(?:19|20)\d\d)\b|(?P<month3>{_MONTH})\.?\s+(?P<year3>(?:19|20)\d\d)\b"
    # in Chinese, Japanese and Korean
    r"|(?P<year4>(?:19|20)\d\d)\s*[年년]\s*(?P<month4>[01]?\d)\s*[月월]\s*(?P<day4>[0-3]?\d)\s*[日일]",
    re.I,
)


def iso_date(line: str | None) -> str | None:
    """The date of a line as the standard has it; the line itself where it has none.

    Examples
    --------
    >>> iso_date("March 14, 2025 Friday"), iso_date("14. März 2025"), iso_date("Spring 2025")
    ('2025-03-14', '2025-03-14', 'Spring 2025')
    """
    found = DATE.search(line) if line else None
    if found is None:
        return line
    year, month, day = (
        next((found[name] for name in DATE.groupindex if name.startswith(part) and found[name]), "")
        for part in ("year", "month", "day")
    )
    iso = f"{year}-{_MONTHS.get(month.lower()) or int(month):02}"
    return f"{iso}-{int(day):02}" if day else iso
