"""The labelled corpus: what a model is trained and evaluated on.

Two forms are read. A **described corpus** is a folder with ``corpus.toml`` (targets, labels, lexicons)
and ``corpus/*.jsonl``. A **flat corpus** is one CSV, TSV, XLSX, JSONL or Parquet file with a column of texts and either
one column a target, or one column that names the target and one that holds the label.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from stance.errors import CorpusError
from stance.labels import Target
from stance.model.analyzer import Settings
from stance.model.lexicon import Lexicon
from stance.training.fit_options import FitOptions

__all__ = ["Corpus", "Example", "Mark", "contradictions", "join_targets", "misplaced", "text_hash"]

# stands for what was left out between two runs of marked words
_GAP = " ... "


@dataclass(frozen=True, slots=True)
class Example:
    """One coded paragraph.

    Attributes
    ----------
    article : str
        The article it stands in; folds and bootstraps never split an article.
    paragraph : int
        Its 0-based place there.
    text : str
        The paragraph.
    labels : mapping of str to str
        Target name to label; a target that was not coded is absent.
    disputed : frozenset of str
        Targets whose label stayed disputed.
    fields : mapping of str to object
        Everything else that the record says (register, dispute, coder, ...).
    path, line : str, int
        Where it was read.
    evidence : mapping of str to tuple of str
        Target name to the words of the text that decide its label, in one or more runs; a target may have none.
    second_evidence : mapping of str to tuple of str
        What another coder marked without having seen that; to measure agreement, never learnt from.
    """

    article: str
    paragraph: int
    text: str
    labels: Mapping[str, str]
    disputed: frozenset[str] = frozenset()
    fields: Mapping[str, object] = field(default_factory=dict)
    path: str = ""
    line: int = 0
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    second_evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Mark(NamedTuple):
    """The words of a paragraph that decide its label on a target.

    Attributes
    ----------
    position : int
        Of the paragraph in its corpus.
    target : str
        The target's name.
    words : str
        Runs of words, joined by dots.
    """

    position: int
    target: str
    words: str


@dataclass(frozen=True)
class Corpus:
    """Coded paragraphs with the description of their targets.

    Parameters
    ----------
    targets : sequence of Target
        In the order in which they are shown.
    examples : sequence of Example
        The paragraphs.
    name, version : str
        For the manifest and the card.
    language : str or None
        ``"en"`` lets a model abstain from other languages.
    lexicons : mapping of str to Lexicon
        Target name to the lexicon of its mentions; a target may have none.
    cues : Lexicon or None
        The cue words around mentions.
    calibration : sequence of str
        Files, named without suffix, that probabilities are calibrated on, each by models that saw nothing of it.
    settings : Settings or None
        Of the blocks; None leaves them to the search.
    fit_options : mapping of str to FitOptions
        Target name to what the corpus says of its fit; a target may have none.
    drawn_from : str
        Of a sample that `stance results sample` drew, what it was drawn from; else empty.
    uncoded : int
        Rows of a flat file that were left out, as no target is coded in them.
    """

    targets: Sequence[Target]
    examples: Sequence[Example]
    name: str = "corpus"
    version: str = "0"
    language: str | None = None
    lexicons: Mapping[str, Lexicon] = field(default_factory=dict)
    cues: Lexicon | None = None
    calibration: Sequence[str] = ()
    settings: Settings | None = None
    fit_options: Mapping[str, FitOptions] = field(default_factory=dict)
    drawn_from: str = ""
    uncoded: int = 0

    def __len__(self) -> int:
        return len(self.examples)

    def __iter__(self) -> Iterator[Example]:
        return iter(self.examples)

    @property
    def texts(self) -> list[str]:
        """The paragraphs' texts."""
        return [example.text for example in self.examples]

    @cached_property
    def groups(self) -> list[int]:
        """A group number a paragraph: articles, joined where they share a near-duplicate paragraph.

        What must not be split between training and evaluation has the same number.
        """
        from stance.training.duplicates import group_articles

        return group_articles([example.article for example in self.examples], self.texts)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over what a fit learns from, in order: targets, options, lexicons, articles, texts, labels, marks.

        It does not depend on the layout of files. Where the corpus names files for calibration, these are in it by
        their names, but not which paragraphs they hold: two corpora that differ in that alone have one fingerprint,
        the same coefficients, and another calibration.
        """
        digest = hashlib.sha256()
        head = {
            "targets": [[target.name, list(target.labels)] for target in self.targets],
            "language": self.language,
            "lexicons": {name: lexicon.groups for name, lexicon in self.lexicons.items()},
            "cues": None if self.cues is None else self.cues.groups,
            "calibration": list(self.calibration),
            "settings": None if self.settings is None else self.settings.to_dict(),
            "fit_options": {name: options.to_dict() for name, options in self.fit_options.items()},
        }
        digest.update(json.dumps(head, sort_keys=True).encode())
        for example in self.examples:
            record: list[object] = [example.article, example.text, sorted(example.labels.items())]
            record.append(sorted(example.disputed))
            if example.evidence:
                record.append(sorted(example.evidence.items()))
            digest.update(json.dumps(record).encode())
        return digest.hexdigest()

    @cached_property
    def text_hashes(self) -> frozenset[str]:
        """A short hash of every text, by which evaluation recognises a paragraph used in training."""
        return frozenset(text_hash(text) for text in self.texts)

    @cached_property
    def marks(self) -> list[Mark]:
        """The marked words of every paragraph, in its order.

        Examples
        --------
        >>> example = Example("a", 0, "Go, he said, go now.", {"tax": "pro"}, evidence={"tax": ("Go", "go now")})
        >>> Corpus([Target("tax", ("pro", "con"))], [example]).marks
        [Mark(position=0, target='tax', words='Go ... go now')]
        """
        return [
            Mark(i, target, _GAP.join(runs)) for i, each in enumerate(self) for target, runs in each.evidence.items()
        ]

    def unmarked(self) -> Corpus:
        """The same corpus without marked words."""
        return replace(self, examples=tuple(replace(example, evidence={}, second_evidence={}) for example in self))

    def coded(self, target: str) -> list[int]:
        """Positions of the paragraphs that have a label on a target."""
        return [i for i, example in enumerate(self.examples) if target in example.labels]


def text_hash(text: str) -> str:
    """First 16 hex digits of the SHA-256 of a text, white space folded."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "replace")).hexdigest()[:16]


def contradictions(examples: Iterable[Example]) -> Iterator[CorpusError]:
    """Where a text has another label than the same text before it; not raised, but told.

    Examples
    --------
    >>> pair = [Example("a", 0, "Go.", {"tax": label}, path="t.csv", line=n) for n, label in ((2, "pro"), (3, "con"))]
    >>> [str(error) for error in contradictions(pair)]
    ["t.csv:3: the same text is 'con' on 'tax' here and 'pro' at line 2"]
    """
    texts: dict[tuple[str, str], Example] = {}
    for example in examples:
        for target, label in example.labels.items():
            twin = texts.setdefault((target, example.text), example)
            if twin.labels[target] != label:
                at = f"line {twin.line}" if twin.path == example.path else f"{twin.path}:{twin.line}"
                message = f"the same text is {label!r} on {target!r} here and {twin.labels[target]!r} at {at}"
                yield CorpusError(message, example.path, example.line)


def misplaced(examples: Iterable[Example]) -> Iterator[CorpusError]:
    """Where a paragraph has the place of another in its article, or leaves places out; not raised, but told.

    Examples
    --------
    >>> [str(error) for error in misplaced([Example("a", n, "Go.", {}, path="t.jsonl", line=n + 1) for n in (0, 2)])]
    ["t.jsonl:3: article 'a' jumps to paragraph 2; expected 1"]
    """
    places: dict[tuple[str, int], Example] = {}
    last: dict[str, int] = {}
    for example in examples:
        article, paragraph = example.article, example.paragraph
        first = places.setdefault((article, paragraph), example)
        if first is not example:
            at = f"{first.path}:{first.line}"
            message = f"article {article!r} already has paragraph {paragraph}, at {at}"
            yield CorpusError(message, example.path, example.line)
        expected = last.get(article, -1) + 1
        if paragraph > expected:
            message = f"article {article!r} jumps to paragraph {paragraph}; expected {expected}"
            yield CorpusError(message, example.path, example.line)
        last[article] = paragraph


def join_targets(examples: Iterable[Example], articles: Iterable[str]) -> list[Example]:
    """Join examples of one label each that are the same paragraph on other targets, so that its text counts once.

    Parameters
    ----------
    examples : iterable of Example
        With one label each.
    articles : iterable of str
        The article of each; examples that name none are the same paragraph if their texts are.

    Returns
    -------
    list of Example
        Each in the place of the first that it is joined from. A second label on a target is no other target's: it
        begins another example, so that `contradictions` finds it.

    Examples
    --------
    >>> rows = [Example("a", i, "Go.", dict([code])) for i, code in enumerate([("tax", "pro"), ("toll", "con")])]
    >>> [dict(example.labels) for example in join_targets(rows, ["a", "a"])]
    [{'tax': 'pro', 'toll': 'con'}]
    """
    joined: dict[tuple[str, str, int], Example] = {}
    codes: Counter[tuple[str, str, str]] = Counter()
    for example, article in zip(examples, articles, strict=True):
        (target,) = example.labels
        codes[article, example.text, target] += 1
        # the n-th label on any target belongs to the n-th example of the paragraph
        key = (article, example.text, codes[article, example.text, target])
        first = joined.get(key, example)
        joined[key] = replace(first, labels={**first.labels, **example.labels})
    return list(joined.values())
