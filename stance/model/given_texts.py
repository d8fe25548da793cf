"""The texts that a caller gives to be scored, of whatever package they are."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from stance.errors import ArgumentError, kind_of, made_by

__all__ = ["arrow_strings", "list_of_texts"]


def arrow_strings(texts: Any) -> Any:
    """The Arrow strings that texts are, of which no Python strings need be made; ``None`` if they are none of Arrow.

    Raises
    ------
    ArgumentError
        If it is an Arrow array of something else, or one is missing.

    Examples
    --------
    >>> import pyarrow as pa
    >>> arrow_strings(pa.array(["Talks resume."] * 2).dictionary_encode()).to_pylist(), arrow_strings([])
    (['Talks resume.', 'Talks resume.'], None)
    """
    # who has none has not imported it
    arrow = sys.modules.get("pyarrow")
    if arrow is None or not isinstance(texts, arrow.Array | arrow.ChunkedArray):
        return None
    if arrow.types.is_dictionary(texts.type):
        texts = texts.cast(texts.type.value_type)
    if arrow.types.is_null(texts.type):
        # so Arrow takes what holds nothing
        texts = texts.cast(arrow.string())
    if texts.type not in (arrow.string(), arrow.large_string(), arrow.string_view()):
        raise ArgumentError(f"this takes texts, not an Arrow array of {texts.type}")
    if texts.null_count:
        place = texts.is_null().index(True).as_py()
        raise ArgumentError(f"texts[{place}] is missing; where a text is missing, give ''")
    return texts


def list_of_texts(texts: Any) -> list[str]:
    """The texts one by one.

    Raises
    ------
    ArgumentError
        If it is one text, a frame, or what has no order, or if one of them is no text.

    Examples
    --------
    >>> list_of_texts(text for text in ("Talks resume.", "No."))
    ['Talks resume.', 'No.']
    """
    if isinstance(texts, str) or getattr(texts, "ndim", 1) == 0:
        raise ArgumentError("this takes a list of texts, not one text; an article is for `score`")
    how = made_by(texts)
    if hasattr(type(texts), "columns"):
        how = how or "; give its column of texts"
    if how or isinstance(texts, bytes | Mapping | set | frozenset) or not isinstance(texts, Iterable):
        raise ArgumentError(f"this takes a list of texts, not {kind_of(texts)}{how}")
    found: list[Any] = list(texts)
    # by kind first: a look at each text would be felt
    if not all(issubclass(kind, str) for kind in {*map(type, found)}):
        i = next(i for i, text in enumerate(found) if not issubclass(type(text), str))
        raise ArgumentError(f"texts[{i}] is a {kind_of(found[i])}, not a str; where a text is missing, give ''")
    return found
