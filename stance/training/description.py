"""What ``corpus.toml`` may say of itself and of its targets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from stance.errors import CorpusError
from stance.labels import JOINT_SHARES, RESERVED, Target
from stance.training.fit_options import FitOptions
from stance.training.known_keys import refuse_others

__all__ = ["check_columns", "check_description", "check_target_name", "read_target"]

_KEYS = ("name", "version", "language", "license", "labels", "cues", "calibration", "settings", "targets")
_KEYS_OF_TARGET = ("labels", "lexicon", *(option.name for option in fields(FitOptions)))


def check_description(about: Mapping[str, object], path: Path) -> None:
    """Check what a description says beside its targets.

    Raises
    ------
    CorpusError
        If a key is unknown, or the language is no text.

    Examples
    --------
    >>> check_description({"name": "tiny", "langage": "en"}, Path("corpus.toml"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    stance.errors.CorpusError: corpus.toml: unknown key 'langage'; known are name, version, language, ...
    """
    refuse_others(about, _KEYS, "", path)
    if not isinstance(about.get("language", ""), str):
        raise CorpusError("'language' must be a text, such as \"en\"", path)


def read_target(name: str, entry: Mapping[str, object], labels: object, path: Path) -> Target:
    """A target as a description has it.

    Parameters
    ----------
    name : str
        Its name.
    entry : mapping
        The table of the target.
    labels : object
        The labels of targets that name none of their own.
    path : Path
        The file.

    Returns
    -------
    Target

    Raises
    ------
    CorpusError
        If its name cannot be one, a key is unknown, or there are no two labels that differ in more than case.

    Examples
    --------
    >>> read_target("tax", {}, ["favor", "against"], Path("corpus.toml"))
    Target(name='tax', labels=('favor', 'against'))
    """
    check_target_name(name, path)
    refuse_others(entry, _KEYS_OF_TARGET, f"target {name!r}: ", path)
    labels = entry.get("labels", labels)
    if not isinstance(labels, list) or len(labels) < 2 or not all(isinstance(x, str) and x.strip() for x in labels):
        raise CorpusError(f"target {name!r} needs at least two labels", path)
    twice = [label for label, n in Counter(label.lower() for label in labels).items() if n > 1]
    if twice:
        raise CorpusError(
            f"target {name!r} has the label {twice[0]!r} more than once; labels that differ only in case are the same",
            path,
        )
    return Target(name, tuple(labels))


def check_target_name(name: str, path: Path) -> None:
    """Check that the columns of a target will not stand in the place of others.

    Raises
    ------
    CorpusError
        If the name is empty, or that of a field of the corpus or a column of results.
    """
    if not name.strip():
        raise CorpusError("a target has an empty name", path)
    if name.lower() in RESERVED:
        raise CorpusError(
            f"a target cannot be called {name!r}, which is a column of results; give it another name", path
        )


def check_columns(targets: Sequence[Target], path: Path) -> None:
    """Check that no column of results would stand twice, as ``tax_net`` would beside ``tax``.

    Raises
    ------
    CorpusError
        With the column and what it would be of.

    Examples
    --------
    >>> check_columns([Target("tax"), Target("tax_net")], Path("corpus.toml"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    stance.errors.CorpusError: corpus.toml: the column 'tax_net' would appear twice, of target 'tax' and of ...
    """
    taken = dict.fromkeys([*RESERVED, *JOINT_SHARES], "every result")
    for target in targets:
        mine = f"target {target.name!r}"
        for column in target.columns:
            if column in taken:
                other = "of another column of it" if taken[column] == mine else f"of {taken[column]}"
                raise CorpusError(
                    f"the column {column!r} would appear twice, {other} and of {mine}; "
                    "give a target, or a label, another name",
                    path,
                )
            taken[column] = mine
