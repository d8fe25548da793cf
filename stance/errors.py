"""The errors that every part of the package raises.

Every error a user can cause is a `StanceError`, so that one ``except`` catches them all and the
command line turns each into one line. Each also inherits the builtin that a caller would already
catch, as scikit-learn does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = [
    "ArgumentError",
    "ArticleError",
    "CorpusError",
    "IncompatibleModelError",
    "MissingDependencyError",
    "ModelError",
    "StanceError",
    "check_called",
    "expect",
    "kind_of",
    "made_by",
    "number_of",
]


class StanceError(Exception):
    """Root of all errors raised on purpose by this package."""


class ArgumentError(StanceError, TypeError):
    """A function was given an argument of the wrong kind."""


class _LocatedError(StanceError, ValueError):
    """An error that knows where it happened: ``path:position: message``."""

    def __init__(self, message: str, path: str | Path | None = None, position: int | None = None) -> None:
        self.message = message
        self.path = None if path is None else str(path)
        self.position = position
        where = "" if self.path is None else self.path + (f":{position}" if position is not None else "")
        super().__init__(f"{where}: {message}" if where else message)

    def __reduce__(self) -> tuple[type, tuple[str, str | None, int | None]]:
        return type(self), (self.message, self.path, self.position)


class CorpusError(_LocatedError):
    """A labeled corpus is defective; ``position`` is the line of the file."""

    @property
    def line(self) -> int | None:
        """The 1-based line, if known."""
        return self.position


class ArticleError(_LocatedError):
    """An article, or the file that should hold it, cannot be read."""


class ModelError(StanceError, ValueError):
    """A model artefact is missing, damaged or not what it says it is."""


class IncompatibleModelError(ModelError):
    """A sound model artefact that this version cannot use."""


class MissingDependencyError(StanceError, ImportError):
    """An optional package is needed; the message names the extra that brings it.

    Parameters
    ----------
    package : str
        Distribution that could not be imported.
    extra : str
        Extra of ``sanctions-stance`` that installs it.
    """

    def __init__(self, package: str, extra: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(f"{package} is not installed; run: pip install 'sanctions-stance[{extra}]'")

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.package, self.extra)


def kind_of(thing: Any) -> str:
    """The type of a thing, as messages say it; of data frames with the package, for several have them.

    Examples
    --------
    >>> import pandas as pd
    >>> kind_of(None), kind_of(pd.DataFrame())
    ('NoneType', 'pandas.DataFrame')
    """
    kind = type(thing)
    return f"{kind.__module__.partition('.')[0]}.{kind.__name__}" if "Frame" in kind.__name__ else kind.__name__


def made_by(thing: Any, *, of_pandas: bool = False) -> str:
    """The calls by which a thing that is to be computed, or is of another package, becomes a frame, as messages end.

    Examples
    --------
    >>> import pyarrow as pa
    >>> table = pa.table({"text": ["Talks resume."]})
    >>> made_by(table), made_by(table, of_pandas=True), made_by("a.csv")
    ('', '; give what its .to_pandas() gives', '')
    >>> made_by(table.to_reader())
    '; give what its .read_all() gives'
    """
    kind, calls = type(thing), []
    if hasattr(kind, "toPandas"):
        calls = ["toPandas"]
    elif hasattr(kind, "compute"):
        calls = ["compute"]
    elif hasattr(kind, "read_all") or hasattr(kind, "to_table"):
        # of Arrow: a stream, and files
        calls = ["read_all" if hasattr(kind, "read_all") else "to_table", *(["to_pandas"] if of_pandas else [])]
    elif hasattr(kind, "columns") and hasattr(kind, "collect"):
        calls = ["collect", *(["to_pandas"] if of_pandas else [])]
    elif of_pandas and hasattr(kind, "to_pandas"):
        calls = ["to_pandas"]
    return f"; give what its {''.join(f'.{call}()' for call in calls)} gives" if calls else ""


def expect(kind: type, *values: Any) -> None:
    """Raise `TypeError` if one of the values, which somebody else may have written, is of another kind.

    Examples
    --------
    >>> expect(str, "sanctions", 7)
    Traceback (most recent call last):
    TypeError: 7 is no str
    """
    for value in values:
        if not isinstance(value, kind):
            raise TypeError(f"{value!r:.40} is no {kind.__name__}")


def check_called(name: str, given: Any, takes: str) -> None:
    """Raise `ArgumentError` if what is to be called with something cannot be: a list, for instance.

    Examples
    --------
    >>> check_called("progress", [], "a number of rows")
    Traceback (most recent call last):
    stance.errors.ArgumentError: progress must be a function that takes a number of rows, not list
    """
    if given is not None and not callable(given):
        raise ArgumentError(f"{name} must be a function that takes {takes}, not {kind_of(given)}")


def number_of(n: int, noun: str) -> str:
    """A number with its noun, as messages say it.

    Examples
    --------
    >>> number_of(1, "defect"), number_of(0, "defect")
    ('1 defect', '0 defects')
    """
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
