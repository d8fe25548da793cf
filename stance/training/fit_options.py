"""What a corpus says of how a model is fitted to it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeGuard

from stance.errors import CorpusError, IncompatibleModelError
from stance.model.analyzer import BLOCK_KINDS, LONGEST, Settings
from stance.training.known_keys import refuse_others

__all__ = ["CLASS_WEIGHTS", "FitOptions", "read_fit_options", "read_settings"]

#: How labels may weigh: each as much as the others, or as often as it occurs.
CLASS_WEIGHTS = ("balanced", "equal")


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How one target is fitted, as far as the corpus and not the search decides it.

    Parameters
    ----------
    block_factors : mapping of str to float
        What the weights of blocks (``words``, ``characters``, ``around``, ``clauses``) are multiplied by; 1 where
        nothing is said.
    unmentioned_weight : float
        How much a paragraph counts in training that does not mention the target.
    C : float or None
        Inverse strength of the L2 penalty; None leaves it to the search.
    evidence_weight : float
        How much the marked words of a paragraph count in training beside it; at 0 they are not used. Of a target
        with a lexicon only those count that mention it.
    unmentioned_share : float or None
        Of the paragraphs without a mention in the text that is to be scored, the share that is about the target;
        labels and probabilities are calibrated to it. None leaves the share that the files for calibration have.
    class_weight : str or None
        ``"balanced"`` lets rare labels weigh as much as frequent ones, ``"equal"`` paragraphs alike; None leaves it to
        the search.
    """

    block_factors: Mapping[str, float] = field(default_factory=dict)
    unmentioned_weight: float = 1.0
    C: float | None = None
    evidence_weight: float = 1.0
    unmentioned_share: float | None = None
    class_weight: str | None = None

    def factor(self, block: str) -> float:
        """What the weight of a block is multiplied by.

        Examples
        --------
        >>> FitOptions({"around": 1.5}).factor("around sanctions")
        1.5
        """
        return self.block_factors.get(block.split()[0], 1.0)

    def to_dict(self) -> dict[str, Any]:
        """For a manifest."""
        return asdict(self)


def read_fit_options(entry: Mapping[str, Any], target: str, path: Path) -> FitOptions:
    """The options in a target's table of ``corpus.toml``.

    Parameters
    ----------
    entry : mapping of str to object
        The table.
    target : str
        Its name.
    path : Path
        The file.

    Returns
    -------
    FitOptions

    Raises
    ------
    CorpusError
        If one is no positive number (`evidence_weight` may be 0), `unmentioned_share` is not below 1, `class_weight` or
        a block is unknown, or the target has no lexicon that could find a mention.

    Examples
    --------
    >>> table = {"lexicon": "talks.toml", "block_factors": {"words": 2}, "unmentioned_weight": 0.5, "C": 3}
    >>> options = read_fit_options(table, "talks", Path("corpus.toml"))
    >>> options.factor("words"), options.unmentioned_weight, options.C, options.evidence_weight
    (2.0, 0.5, 3.0, 1.0)
    """
    factors = entry.get("block_factors", {})
    if not isinstance(factors, dict) or not all(kind in BLOCK_KINDS and _is_positive(f) for kind, f in factors.items()):
        message = f"target {target!r}: 'block_factors' must be positive numbers of {', '.join(BLOCK_KINDS)}"
        raise CorpusError(message, path)
    for key in ("unmentioned_weight", "C"):
        if not _is_positive(entry.get(key, 1)):
            raise CorpusError(f"target {target!r}: {key!r} must be a positive number", path)
    evidence_weight = entry.get("evidence_weight", 1)
    if not _is_number(evidence_weight) or evidence_weight < 0:
        raise CorpusError(f"target {target!r}: 'evidence_weight' must be a number, 0 or more", path)
    class_weight = entry.get("class_weight")
    if class_weight not in (None, *CLASS_WEIGHTS):
        raise CorpusError(f"target {target!r}: 'class_weight' must be {' or '.join(map(repr, CLASS_WEIGHTS))}", path)
    share = entry.get("unmentioned_share")
    if share is not None and not (_is_positive(share) and share < 1):
        raise CorpusError(f"target {target!r}: 'unmentioned_share' must be a number between 0 and 1", path)
    for key in ("unmentioned_weight", "unmentioned_share"):
        if key in entry and "lexicon" not in entry:
            raise CorpusError(f"target {target!r}: {key!r} needs a lexicon, which finds the mentions", path)
    return FitOptions(
        {kind: float(factor) for kind, factor in factors.items()},
        unmentioned_weight=float(entry.get("unmentioned_weight", 1)),
        C=float(entry["C"]) if "C" in entry else None,
        evidence_weight=float(evidence_weight),
        unmentioned_share=None if share is None else float(share),
        class_weight=class_weight,
    )


def read_settings(about: Mapping[str, Any], path: Path) -> Settings | None:
    """The table ``[settings]`` of ``corpus.toml``, which spares the search of settings; None where there is none.

    Parameters
    ----------
    about : mapping of str to object
        What the file says.
    path : Path
        The file.

    Raises
    ------
    CorpusError
        If it is no table, or a setting is unknown or not of its kind.

    Examples
    --------
    >>> read_settings({"settings": {"word_ngrams": [1, 3]}}, Path("corpus.toml")).word_ngrams
    (1, 3)
    """
    given = about.get("settings")
    if given is None:
        return None
    if not isinstance(given, dict):
        raise CorpusError("'settings' must be a table", path)
    # whether terms are anchored follows from the lexicons
    known = {each.name: each.default for each in fields(Settings) if each.name != "anchored"}
    refuse_others(given, known, "[settings]: ", path)
    for key, value in given.items():
        if key.endswith("_ngrams"):
            fits, wanted = _is_range(value), f"two lengths from 1 to {LONGEST}, such as [1, 2]"
        elif isinstance(known[key], bool):
            fits, wanted = isinstance(value, bool), "true or false"
        elif isinstance(known[key], int):
            fits, wanted = isinstance(value, int) and _is_positive(value), "a whole number, 1 or more"
        elif key.endswith("_weight"):
            fits, wanted = _is_positive(value), "a positive number"
        else:
            fits, wanted = _is_number(value), "a number"
        if not fits:
            raise CorpusError(f"[settings]: {key!r} must be {wanted}", path)
        if key == "word_ngrams" and value[0] > 1:
            message = f"[settings]: {key!r} must begin with 1: a model that knows no single word gives no text a label"
            raise CorpusError(message, path)
    try:
        return Settings.from_dict({k: float(v) if isinstance(known[k], float) else v for k, v in given.items()})
    except IncompatibleModelError as error:
        raise CorpusError(f"[settings]: {error.__cause__}", path) from error


def _is_range(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(each, int) and not isinstance(each, bool) for each in value)
        and 1 <= value[0] <= value[1] <= LONGEST
    )


def _is_positive(value: object) -> bool:
    return _is_number(value) and value > 0


def _is_number(value: object) -> TypeGuard[int | float]:
    # not by `math.isfinite`, which takes no whole number that is too large for a float
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
