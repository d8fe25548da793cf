"""Letters that are set as one character, and marks of direction: how a word is set is not how it is written."""

from __future__ import annotations

__all__ = ["DIRECTIONS", "LIGATURES"]

#: Marks that tell which way a text runs, and are not seen.
DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

#: The ligatures of Latin letters, and what they stand for.
LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
