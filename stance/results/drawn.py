"""The mark of a sample: what its column says of how it was drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stance.errors import StanceError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DRAWN_FROM", "count_lost", "drawn_from", "strata_target", "strata_told"]

#: Column of what was drawn: how many of how many paragraphs, "200 of 1234"; of a stratified sample the target whose
#: labels were the strata before it, and how many paragraphs there were of each, "sanctions 200 of 120+80+1034".
DRAWN_FROM = "drawn_from"

# the size of the sample may be missing, where somebody has drawn it otherwise
_DRAWN_FROM = re.compile(r"(?:(?P<within>.+?) )??(?:(?P<size>\d+) of )?(?P<sizes>\d+(?:\+\d+)*)(?:\.0)?")


def drawn_from(codes: pd.DataFrame) -> str:
    """What stands in the column `DRAWN_FROM`; nothing where there is none or it is empty.

    Raises
    ------
    StanceError
        If rows tell of different samples.
    """
    if DRAWN_FROM not in codes:
        return ""
    marks = codes[DRAWN_FROM]
    found = {"" if missing else str(mark) for mark, missing in zip(marks, marks.isna(), strict=True)}
    if len(found) > 1:
        raise StanceError(f"column {DRAWN_FROM!r} differs between rows; do not combine two samples")
    return next(iter(found), "")


def strata_told(drawn: str) -> tuple[str | None, str | None]:
    """The target whose labels were the strata and the sizes of these, as far as a mark tells them.

    Examples
    --------
    >>> strata_told("sanctions 200 of 120+80+1034"), strata_told("1234"), strata_told("")
    (('sanctions', '120+80+1034'), (None, '1234'), ('', None))
    """
    found = _DRAWN_FROM.fullmatch(drawn)
    return (found["within"], found["sizes"]) if found else (drawn, None)


def strata_target(drawn: str) -> str | None:
    """The target whose labels were the strata, by column `DRAWN_FROM`; ``None`` of a sample that has one stratum.

    Examples
    --------
    >>> strata_target("sanctions 200 of 120+80+1034"), strata_target("200 of 1234")
    ('sanctions', None)
    """
    found = _DRAWN_FROM.fullmatch(drawn)
    return found["within"] if found and "+" in found["sizes"] else None


def count_lost(codes: pd.DataFrame) -> int:
    """How many paragraphs were drawn that have no row among the codes; 0 where it does not stand there.

    Examples
    --------
    >>> import pandas as pd
    >>> count_lost(pd.DataFrame({"article_id": "a", "paragraph": [0, 1], "drawn_from": "5 of 90"}))
    3
    """
    found = _DRAWN_FROM.fullmatch(drawn_from(codes))
    return max(int(found["size"]) - len(codes), 0) if found and found["size"] else 0
