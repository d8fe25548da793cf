"""Lexicons: how a text names a target, and the cue words around a mention.

A lexicon file is TOML that a linguist edits. For a target it has ``[mentions]`` and, for words that name it only in a
paragraph that names it otherwise too, ``[weak]``; for cues ``[cues]`` and, for words that only set the scene,
``[context]``. A key is a group of phrases, each of one word or several, as patterns (see `stance.patterns`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from stance.errors import CorpusError, StanceError
from stance.model.tokens import tokenize
from stance.patterns import expand_pattern

__all__ = ["CONTEXT", "WEAK", "Lexicon", "read_lexicon"]

#: Groups of context words begin with this; they are no cues.
CONTEXT = "="
#: Groups of weak mentions begin with this.
WEAK = "?"

#: The table beside the main one, and what the names of its groups begin with.
_BESIDE = {"mentions": ("weak", WEAK), "cues": ("context", CONTEXT)}


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
        for group, patterns in self.groups.items():
            for pattern in patterns:
                for phrase in expand_pattern(pattern):
                    words = tuple(token.word for token in tokenize(phrase))
                    if words:
                        phrases.setdefault(words, group)
        return phrases


def read_lexicon(path: str | Path, section: str) -> Lexicon:
    """Read a lexicon file.

    Parameters
    ----------
    path : path-like
        TOML file.
    section : {"mentions", "cues"}
        Table to read. The groups of a table ``[weak]`` beside ``[mentions]`` get `WEAK` before their names, those of
        ``[context]`` beside ``[cues]`` `CONTEXT`.

    Returns
    -------
    Lexicon

    Raises
    ------
    CorpusError
        If the file cannot be read, has a table of another name or no phrase, a group is not a list of strings, or a
        pattern cannot be written out.
    """
    import tomllib

    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise CorpusError(f"cannot read the lexicon: {error.strerror or error}", path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CorpusError(f"not a valid lexicon: {error}", path) from error
    unknown = [table for table in content if table not in (section, _BESIDE[section][0])]
    if unknown:
        raise CorpusError(f"unknown table [{unknown[0]}]; it may have [{section}] and [{_BESIDE[section][0]}]", path)
    groups = content.get(section)
    if not isinstance(groups, dict):
        raise CorpusError(f"a lexicon needs a table [{section}]", path)
    beside, mark = _BESIDE[section]
    others = content.get(beside, {})
    if not isinstance(others, dict):
        raise CorpusError(f"{beside!r} must be a table of groups", path)
    groups = {**groups, **{f"{mark}{group}": patterns for group, patterns in others.items()}}
    for group, patterns in groups.items():
        if not isinstance(patterns, list) or not all(isinstance(p, str) for p in patterns):
            raise CorpusError(f"group {group!r} must be a list of phrases", path)
    lexicon = Lexicon(groups)
    try:
        phrases = lexicon.phrases
    except StanceError as error:
        raise CorpusError(str(error), path) from error
    if not phrases:
        raise CorpusError("a lexicon needs at least one phrase", path)
    return lexicon
