"""What became of everything that was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from stance.model.abstention import Reason
from stance.model.scores import ParagraphScore

__all__ = ["Counts", "NothingRead"]


class NothingRead(Exception):
    """A file of before is not replaced by one of no article."""


def _articles() -> dict[str, int]:
    return dict.fromkeys(("read", "scored", "abstained", "no_text", "quarantined"), 0)


def _paragraphs() -> dict[str, int]:
    return dict.fromkeys(("read", "scored", "abstained", "boilerplate"), 0)


@dataclass(slots=True)
class Counts:
    """Numbers of articles and paragraphs: ``read = scored + abstained + quarantined``, or ``+ boilerplate``.

    Attributes
    ----------
    articles : dict
        ``read``, ``scored`` (a label for at least one paragraph), ``abstained`` and ``quarantined``; and ``no_text``,
        those of the abstained ones that have no paragraph, such as a scanned page.
    paragraphs : dict
        ``read``, ``scored`` (a label for at least one target), ``abstained`` and ``boilerplate`` (not the article's).
    reasons : dict
        How many of the paragraphs that the model abstained from for each reason.
    kept : dict
        For each further column that is kept how many articles have it.

    Examples
    --------
    >>> one = Counts({"read": 2, "scored": 1, "abstained": 1, "quarantined": 0}, reasons={"empty": 1})
    >>> print(Counts.total([one, one]))
    articles: 4 read = 2 scored + 2 abstained + 0 quarantined
    paragraphs: 0 read = 0 scored + 0 abstained (empty: 2) + 0 boilerplate
    """

    articles: dict[str, int] = field(default_factory=_articles)
    paragraphs: dict[str, int] = field(default_factory=_paragraphs)
    reasons: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    @classmethod
    def total(cls, counts: Iterable[Self]) -> Self:
        """The sum."""
        result = cls()
        for one in counts:
            for mine, other in (
                (result.articles, one.articles),
                (result.paragraphs, one.paragraphs),
                (result.reasons, one.reasons),
                (result.kept, one.kept),
            ):
                for name, n in other.items():
                    mine[name] = mine.get(name, 0) + n
        return result

    def rows(self, level: str) -> int:
        """How many rows results have at a level, of paragraphs or of articles."""
        if level == "paragraph":
            return self.paragraphs["read"]
        return self.articles["read"] - self.articles["quarantined"]

    def add(self, scores: Sequence[ParagraphScore]) -> None:
        """Count one more article, by the scores of its paragraphs."""
        unlabelled = [score.abstained for score in scores if score.abstained is not None]
        abstained = [reason for reason in unlabelled if reason is not Reason.BOILERPLATE]
        self.articles["read"] += 1
        self.articles["scored" if len(unlabelled) < len(scores) else "abstained"] += 1
        self.articles["no_text"] += not scores
        self.paragraphs["read"] += len(scores)
        self.paragraphs["scored"] += len(scores) - len(unlabelled)
        self.paragraphs["abstained"] += len(abstained)
        self.paragraphs["boilerplate"] += len(unlabelled) - len(abstained)
        for reason in abstained:
            self.reasons[str(reason)] = self.reasons.get(str(reason), 0) + 1

    def add_kept(self, values: Iterable[tuple[str, object]]) -> None:
        """Count what is kept of one more article."""
        for name, value in values:
            self.kept[name] = self.kept.get(name, 0) + (value is not None)

    def add_quarantined(self, n: int = 1) -> None:
        """Count records more that were read and quarantined."""
        self.articles["read"] += n
        self.articles["quarantined"] += n

    @property
    def nothing_read(self) -> bool:
        """Whether no article could be read."""
        return self.articles["read"] == self.articles["quarantined"]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild from a manifest."""
        parts = values["articles"], values["paragraphs"], values["reasons"], values.get("kept", {})
        return cls(*map(dict, parts))

    def to_dict(self) -> dict[str, dict[str, int]]:
        """Plain values, for a manifest."""
        found = {"articles": self.articles, "paragraphs": self.paragraphs, "reasons": self.reasons}
        return found | ({"kept": self.kept} if self.kept else {})

    def __str__(self) -> str:
        # what is printed at the end of a run
        a, p = self.articles, self.paragraphs
        most = sorted(self.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        reasons = "; ".join(f"{reason}: {n}" for reason, n in most)
        kept = "; ".join(
            f"{name}: {n}" if n else f"{name}: 0 (no such column or key, or it is empty)"
            for name, n in self.kept.items()
        )
        lines = [
            f"articles: {a['read']} read = {a['scored']} scored + {a['abstained']} abstained"
            + (f" (no text: {a['no_text']})" if a.get("no_text") else "")
            + f" + {a['quarantined']} quarantined",
            f"paragraphs: {p['read']} read = {p['scored']} scored + {p['abstained']} abstained"
            + (f" ({reasons})" if reasons else "")
            + f" + {p['boilerplate']} boilerplate",
            *([f"articles with a value in each kept column: {kept}"] if kept else []),
        ]
        return "\n".join(lines)
