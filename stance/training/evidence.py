"""Marked words: the words of a paragraph that decide its label on a target, as a record has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from stance.labels import is_related

__all__ = ["marked_words", "read_evidence"]

_WORD = re.compile(r"\w+")


def read_evidence(
    record: Mapping[str, Any],
    text: str,
    labels: Mapping[str, str],
    known: Collection[str],
    fault: Callable[[str], None],
    field: str = "evidence",
) -> dict[str, tuple[str, ...]]:
    """The marked words of a paragraph by target, each run as it stands in the text.

    Parameters
    ----------
    record : mapping
        The paragraph's, with the field of its marks.
    text : str
        The paragraph.
    labels : mapping of str to str
        Its sound labels by target.
    known : collection of str
        The targets of the corpus.
    fault : callable
        Told what is wrong; the words at fault are left out.
    field : str
        The field: ``evidence``, or ``second_evidence`` for those of a second coder.

    Returns
    -------
    dict of str to tuple of str

    Examples
    --------
    >>> text = "They want the tax now."
    >>> read_evidence({"evidence": {"tax": ["want the tax"]}}, text, {"tax": "favor"}, ["tax"], print)
    {'tax': ('want the tax',)}
    >>> read_evidence({"evidence": {"tax": ["want a tax"]}}, text, {"tax": "favor"}, ["tax"], print)
    'evidence' of 'tax' does not stand in the text as whole words, behind the runs before it: 'want a tax'
    {}
    """
    given = record.get(field) or {}
    if not isinstance(given, dict):
        fault(f"{field!r} must hold lists of words by target")
        return {}
    evidence: dict[str, tuple[str, ...]] = {}
    for name, runs in given.items():
        if name not in known:
            fault(f"{field!r} marks words for {name!r}, which is not a target")
        elif runs is None or (name not in labels and record.get(name) is not None):
            continue  # nothing is marked, or the label is at fault already
        elif not is_related(labels.get(name)):
            has = f"the label {labels[name]!r}" if name in labels else "no label"
            fault(f"{field!r} marks words for {name!r}, on which the paragraph has {has}")
        elif not isinstance(runs, list) or not runs or not all(isinstance(run, str) and run.strip() for run in runs):
            fault(f"{field!r} of {name!r} must be a list of words of the text")
        elif lost := _find(text, runs)[1]:
            where = "as whole words, behind the runs before it"
            fault(f"{field!r} of {name!r} does not stand in the text {where}: {lost!r}")
        else:
            evidence[name] = tuple(runs)
    return evidence


def marked_words(text: str, runs: Iterable[str]) -> set[int]:
    """The places of the words of a text that runs cover.

    Parameters
    ----------
    text : str
        The paragraph.
    runs : iterable of str
        As `read_evidence` gives them.

    Returns
    -------
    set of int
        Counted from 0. A word is a run of letters, digits and underscores: "don't" is two.

    Examples
    --------
    >>> sorted(marked_words("They want the tax, and want it now.", ["want the tax", "now."]))
    [1, 2, 3, 7]
    """
    spans, _ = _find(text, runs)
    return {
        place
        for place, word in enumerate(_WORD.finditer(text))
        if any(begin <= word.start() < end for begin, end in spans)
    }


def _find(text: str, runs: Iterable[str]) -> tuple[list[tuple[int, int]], str | None]:
    """Where runs stand in a text, each behind those before it, up to the first that does not or that cuts a word."""
    spans: list[tuple[int, int]] = []
    end = 0
    for run in runs:
        begin = text.find(run, end)
        while begin >= 0 and (_in_word(text, begin - 1) or _in_word(text, begin + len(run))):
            begin = text.find(run, begin + 1)
        if begin < 0:
            return spans, run
        end = begin + len(run)
        spans.append((begin, end))
    return spans, None


def _in_word(text: str, i: int) -> bool:
    return 0 <= i < len(text) and (text[i].isalnum() or text[i] == "_")
