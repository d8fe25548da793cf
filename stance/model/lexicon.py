"""Lexicons: how a text names a target, and the cue words around a mention.

A lexicon file is TOML that a linguist edits. For a target it has ``[mentions]`` and, for words that name it only in a
paragraph that names it otherwise too, ``[weak]``; for cues ``[cues]`` and, for words that only give the circumstances,
``[context]``. A key is a group of phrases, each of one word or several, as patterns (see `stance.patterns`). Beside the
cues there may be ``[abroad]``: single words, such as the names of states, that tell a paragraph about other states from
one about home.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from stance.errors import CorpusError, StanceError
from stance.model.tokens import tokenize
from stance.patterns import expand_pattern

__all__ = ["ABROAD", "CONTEXT", "WEAK", "Lexicon", "read_lexicon"]

#: Groups of context words begin with this; they are no cues.
CONTEXT = "="
#: Groups of weak mentions begin with this.
WEAK = "?"
#: Groups of words that tell of other states begin with this; they are no phrases, and may stand in another group, too.
ABROAD = "@"

#: Few patterns with braces stand for more than a memory holds, and a lexicon may come from anybody.
_MOST_PHRASES = 1_000_000

#: ``sanction*``, ``sanction(s)``, ``sanction[s]``, ``ban|embargo``: what is within these signs would be words beside.
_WILD = re.compile(r"[*|\[\]]|\w\(")

#: The tables beside the main one, and what the names of their groups begin with.
_BESIDE = {"mentions": {"weak": WEAK}, "cues": {"context": CONTEXT, "abroad": ABROAD}}


class Lexicon:
    """Phrases, each with the group it belongs to.

    Parameters
    ----------
    groups : mapping of str to iterable of str
        Group name to patterns. Where two groups claim a phrase, the first one has it.

    Attributes
    ----------
    groups : dict of str to list of str
        The patterns as written.

    Examples
    --------
    >>> Lexicon({"freeze": ["asset freeze{,s}"]}).phrases
    {('asset', 'freeze'): 'freeze', ('asset', 'freezes'): 'freeze'}
    """

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self.groups = {group: list(patterns) for group, patterns in groups.items()}

    @cached_property
    def phrases(self) -> dict[tuple[str, ...], str]:
        """Each phrase as a tuple of tokens, and its group."""
        phrases: dict[tuple[str, ...], str] = {}
        for group, words in self._written_out(abroad=False):
            if words:
                phrases.setdefault(words, group)
        return phrases

    @cached_property
    def abroad(self) -> frozenset[str]:
        """The words of the groups that tell of other states."""
        return frozenset(word for _, words in self._written_out(abroad=True) for word in words)

    def _written_out(self, abroad: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each group, of those that tell of other states or of all others, with each of its phrases as tokens.

        Raises
        ------
        StanceError
            If they are more than `_MOST_PHRASES`.
        """
        written = 0
        for group, patterns in self.groups.items():
            if group.startswith(ABROAD) != abroad:
                continue
            for pattern in patterns:
                phrases = expand_pattern(pattern)
                written += len(phrases)
                if written > _MOST_PHRASES:
                    raise StanceError(f"the lexicon expands to more than {_MOST_PHRASES:,} phrases; leave some out")
                for phrase in phrases:
                    yield group, tuple(token.word for token in tokenize(phrase))


def read_lexicon(path: str | Path, section: str) -> Lexicon:
    """Read a lexicon file.

    Parameters
    ----------
    path : path-like
        TOML file.
    section : {"mentions", "cues"}
        Table to read. The groups of a table ``[weak]`` beside ``[mentions]`` get `WEAK` before their names, those of
        ``[context]`` and ``[abroad]`` beside ``[cues]`` `CONTEXT` and `ABROAD`.

    Returns
    -------
    Lexicon

    Raises
    ------
    CorpusError
        If the file cannot be read, has a table of another name or no phrase, a group is not a list of strings, a
        pattern cannot be written out, holds no word or a wildcard, or a word of ``[abroad]`` is several.
    """
    groups = _marked_groups(_read_toml(path), section, path)
    for group, patterns in groups.items():
        _check_patterns(group, patterns, path)
    lexicon = Lexicon(groups)
    try:
        phrases = lexicon.phrases
        several = [words for _, words in lexicon._written_out(abroad=True) if len(words) > 1]
    except StanceError as error:
        raise CorpusError(str(error), path) from error
    if several:
        raise CorpusError(f"[abroad] takes single words, not {' '.join(several[0])!r}", path)
    if not phrases:
        raise CorpusError("a lexicon needs at least one phrase", path)
    return lexicon


def _read_toml(path: str | Path) -> dict[str, Any]:
    import tomllib

    place = Path(path)
    # of a device or a pipe there is no end; a description by others may name one
    if place.exists() and not (place.is_file() or place.is_dir()):
        raise CorpusError("cannot read the lexicon: not a file", path)
    try:
        return tomllib.loads(place.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CorpusError(f"cannot read the lexicon: {error.strerror or error}", path) from error
    except (ValueError, RecursionError) as error:
        raise CorpusError(f"not a valid lexicon: {error}", path) from error


def _marked_groups(content: Mapping[str, Any], section: str, path: str | Path) -> dict[str, Any]:
    """The groups of a section and of the tables beside it, which are told by the beginnings of their names."""
    beside = _BESIDE[section]
    unknown = [table for table in content if table != section and table not in beside]
    if unknown:
        tables = " and ".join(f"[{table}]" for table in (section, *beside))
        raise CorpusError(f"unknown table [{unknown[0]}]; known are {tables}", path)
    groups = content.get(section)
    if not isinstance(groups, dict):
        raise CorpusError(f"a lexicon needs a table [{section}]", path)
    marked = [group for group in groups if group.startswith((CONTEXT, WEAK, ABROAD))]
    if marked:
        raise CorpusError(f"group {marked[0]!r}: no group name may begin with {marked[0][0]}", path)
    for table, mark in beside.items():
        others = content.get(table, {})
        if not isinstance(others, dict):
            raise CorpusError(f"{table!r} must be a table of groups", path)
        groups = {**groups, **{f"{mark}{group}": patterns for group, patterns in others.items()}}
    return groups


def _check_patterns(group: str, patterns: object, path: str | Path) -> None:
    if not isinstance(patterns, list) or not all(isinstance(p, str) for p in patterns):
        raise CorpusError(f"group {group!r} must be a list of phrases", path)
    if empty := [p for p in patterns if not tokenize(p)]:
        raise CorpusError(f"group {group!r} has {empty[0]!r}, which contains no word", path)
    # a dictionary of another program has them, and without its endings a word would be found nowhere
    if wild := [p for p in patterns if _WILD.search(p)]:
        raise CorpusError(
            f"group {group!r} has {wild[0]!r}, but there are no wildcards and no choices but in braces; spell the "
            "endings out, as in refugee{,s}",
            path,
        )
