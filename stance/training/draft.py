"""A corpus that is being read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from stance.errors import CorpusError
from stance.labels import Target
from stance.model.analyzer import Settings
from stance.model.lexicon import Lexicon
from stance.training.corpus import Example
from stance.training.fit_options import FitOptions
from stance.training.flat_files import Fault

__all__ = ["Draft"]

P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Draft:
    """What has been read of a corpus so far, and what is wrong with it."""

    description: dict[str, Any] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    defects: list[CorpusError] = field(default_factory=list)
    lexicons: dict[str, Lexicon] = field(default_factory=dict)
    cues: Lexicon | None = None
    settings: Settings | None = None
    fit_options: dict[str, FitOptions] = field(default_factory=dict)
    drawn_from: str = ""
    uncoded: list[CorpusError] = field(default_factory=list)
    """Rows of a flat file that are left out; not a defect for who trains or measures."""

    def fault(self, path: str | Path, line: int | None, message: str) -> None:
        """Keep a defect."""
        self.defects.append(CorpusError(message, path, line))

    def faults_of(self, path: Path) -> Fault:
        """What keeps the defects of the rows of a file."""
        return lambda line, message: self.fault(path, line, message)

    def attempt(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What a function returns; None where it raises a defect, which is kept."""
        try:
            return read(*args, **kwargs)
        except CorpusError as error:
            self.defects.append(error)
            return None
