"""What became of everything that was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

__all__ = ["Counts"]


def _articles() -> dict[str, int]:
    return dict.fromkeys(("read", "scored", "abstained", "no_text", "quarantined"), 0)


def _paragraphs() -> dict[str, int]:
    return dict.fromkeys(("read", "scored", "abstained", "boilerplate"), 0)


@dataclass(frozen=True, slots=True)
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

    Examples
    --------
    >>> one = Counts({"read": 2, "scored": 1, "abstained": 1, "quarantined": 0}, reasons={"empty": 1})
    >>> print(Counts.total([one, one]).lines()[0])
    articles: 4 read = 2 scored + 2 abstained + 0 quarantined
    """

    articles: dict[str, int] = field(default_factory=_articles)
    paragraphs: dict[str, int] = field(default_factory=_paragraphs)
    reasons: dict[str, int] = field(default_factory=dict)

    @classmethod
    def total(cls, counts: Iterable[Self]) -> Self:
        """The sum."""
        result = cls()
        for one in counts:
            for mine, other in (
                (result.articles, one.articles),
                (result.paragraphs, one.paragraphs),
                (result.reasons, one.reasons),
            ):
                for name, n in other.items():
                    mine[name] = mine.get(name, 0) + n
        return result

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild from a manifest."""
        return cls(dict(values["articles"]), dict(values["paragraphs"]), dict(values["reasons"]))

    def to_dict(self) -> dict[str, dict[str, int]]:
        """Plain values, for a manifest."""
        return {"articles": self.articles, "paragraphs": self.paragraphs, "reasons": self.reasons}

    def with_quarantined(self, n: int) -> Counts:
        """The same with so many more records that were read and quarantined."""
        more = {"read": n, "scored": 0, "abstained": 0, "quarantined": n}
        return Counts.total([self, Counts(more)])

    def lines(self) -> list[str]:
        """What is printed at the end of a run."""
        a, p = self.articles, self.paragraphs
        most = sorted(self.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
        reasons = "; ".join(f"{reason}: {n}" for reason, n in most)
        return [
            f"articles: {a['read']} read = {a['scored']} scored + {a['abstained']} abstained"
            + (f" (no text: {a['no_text']})" if a.get("no_text") else "")
            + f" + {a['quarantined']} quarantined",
            f"paragraphs: {p['read']} read = {p['scored']} scored + {p['abstained']} abstained"
            + (f" ({reasons})" if reasons else "")
            + f" + {p['boilerplate']} boilerplate",
        ]
