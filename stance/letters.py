"""Letters that are set as one character: how a word is set is not how it is written."""

from __future__ import annotations

__all__ = ["LIGATURES"]

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
