"""Scores to Arrow tables, column by column: the same rows as `stance.results.records`, no Python object a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from itertools import chain, pairwise
from threading import Event
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from stance.articles.boilerplate import mark_boilerplate
from stance.articles.notices import last_part
from stance.articles.paragraphs import LINE_ENDS, split_paragraphs
from stance.batch.blocks import KEPT
from stance.batch.counts import Counts
from stance.labels import JOINT, Target, has_joint, joint_kind, net_stance
from stance.model.abstention import Reason
from stance.model.deciding import words_cell
from stance.model.scores import Scores
from stance.model.stance_model import StanceModel
from stance.speakers import speech_columns, speech_records

__all__ = ["Form", "score_articles"]

_BLANKS = " \t\xa0"
_OPENING = "\"'“‘(["
_REASONS = (None, *Reason)


class Form(NamedTuple):
    """How a chunk is to be scored and returned.

    Attributes
    ----------
    level : {"paragraph", "article"}
        What a row is.
    format : {"parquet", "csv", "jsonl"} or None
        Encoded so; ``None`` returns the Arrow table.
    keep_boilerplate : bool
        Whether paragraphs that are marked as boilerplate are scored all the same.
    explain : bool
        Whether paragraphs carry their deciding words.
    speakers : bool
        Whether paragraphs carry who speaks.
    """

    level: str = "paragraph"
    format: str | None = None
    keep_boilerplate: bool = False
    explain: bool = False
    speakers: bool = False


class _Paragraphs(NamedTuple):
    texts: list[str]
    article: npt.NDArray[np.int64]
    """Row of the article that each belongs to."""
    place: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    whole: bool
    """Whether each article is one paragraph, and that its whole text."""
    boilerplate: npt.NDArray[np.bool_]


def score_articles(model: StanceModel, articles: Any, form: Form, stop: Event | None = None) -> tuple[Any, Counts]:
    """Score the articles of a chunk.

    Parameters
    ----------
    model : StanceModel
        What scores.
    articles : pyarrow.Table
        With the columns of `stance.batch.blocks.Block`.
    form : Form
        How; its ``format`` is for whoever encodes the table.
    stop : threading.Event, optional
        Ends what takes long, soon after it is set: ``explain`` and ``speakers`` take a minute for a chunk.

    Returns
    -------
    table : pyarrow.Table
        Columns and values as `paragraph_records` or `article_record` of `stance.results.records` have them.
    counts : Counts
        What became of the articles and paragraphs.

    Raises
    ------
    CancelledError
        If `stop` was set.
    """
    articles = articles.combine_chunks()
    footers = articles.column("footer").to_pylist() if "footer" in articles.column_names else None
    paragraphs = _split(articles.column("text").to_pylist(), footers)
    scores = model.score_paragraphs(paragraphs.texts)
    if not form.keep_boilerplate:
        scores = scores.without(paragraphs.boilerplate, Reason.BOILERPLATE)
    outcome = _Outcome(scores)
    counts = _count(len(articles), paragraphs, outcome)
    kept = (name for name in articles.column_names if name.startswith(KEPT))
    counts.kept = {name.removeprefix(KEPT): len(articles) - articles.column(name).null_count for name in kept}
    if form.level == "article":
        return _article_table(articles, paragraphs, outcome), counts
    table = _paragraph_table(articles, paragraphs, outcome, model if form.explain else None, stop)
    return (_with_speakers(table, paragraphs, stop) if form.speakers else table), counts


def _until(stop: Event | None, *columns: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of columns, one by one, until there is to be no other."""
    for row in zip(*columns, strict=True):
        if stop is not None and stop.is_set():
            raise CancelledError
        yield row


def _split(texts: list[str], footers: list[int | None] | None) -> _Paragraphs:
    found: list[str] = []
    article: list[int] = []
    index: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    marks: list[bool] = []
    whole = True
    for row, text in enumerate(texts):
        spans = _spans(text)
        whole = whole and spans == [(0, len(text))]
        own = [text[start:end] for start, end in spans]
        footer = last_part(text, None if footers is None else footers[row])
        found += own
        article += [row] * len(spans)
        index += range(len(spans))
        starts += [start for start, _ in spans]
        ends += [end for _, end in spans]
        marked = mark_boilerplate(own)
        if footer < len(text):
            marked = [mark or start >= footer for mark, (start, _) in zip(marked, spans, strict=True)]
        marks += marked
    where, place, start_of, end_of = (np.array(values, dtype=np.int64) for values in (article, index, starts, ends))
    return _Paragraphs(found, where, place, start_of, end_of, whole, np.array(marks, dtype=np.bool_))


def _spans(text: str) -> list[tuple[int, int]]:
    """What `split_paragraphs` finds, sooner for a text that is one line and begins with a word."""
    for line_end in LINE_ENDS:
        if line_end in text:
            return split_paragraphs(text)
    body = text.strip(_BLANKS)
    first = body[1:2] if body[:1] in _OPENING else body[:1]
    # a blank that is not stripped here is not printable
    if not (first.isalnum() and body[-1:].isprintable()):
        return split_paragraphs(text)
    start = len(text) - len(text.lstrip(_BLANKS))
    return [(start, start + len(body))]


class _Outcome:
    """Labels, probabilities and reasons of all paragraphs, as arrays."""

    def __init__(self, scores: Scores) -> None:
        self.scores = scores
        codes = {reason: code for code, reason in enumerate(_REASONS)}
        self.reasons = np.fromiter(map(codes.__getitem__, scores.reasons), dtype=np.int8, count=len(scores))
        self.targets = [self._target(t, target) for t, target in enumerate(scores.targets)]
        self.unlabelled: npt.NDArray[np.bool_] = np.all([target.labels < 0 for target in self.targets], axis=0)
        self.boilerplate: npt.NDArray[np.bool_] = self.reasons == _REASONS.index(Reason.BOILERPLATE)
        self.abstained: npt.NDArray[np.bool_] = self.unlabelled & ~self.boilerplate

    def _target(self, t: int, target: Target) -> _TargetOutcome:
        decided = self.scores.decided(t)
        reasons = np.where(decided.ambiguous, np.int8(_REASONS.index(Reason.AMBIGUOUS)), self.reasons)
        return _TargetOutcome(target, *decided[:3], reasons)


class _TargetOutcome(NamedTuple):
    target: Target
    labels: npt.NDArray[np.int64]
    """As those of `Decided`, and so are the probabilities."""
    probability: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float64]
    reasons: npt.NDArray[np.int8]
    """Places in `_REASONS`."""


def _count(articles: int, paragraphs: _Paragraphs, outcome: _Outcome) -> Counts:
    labelled = np.zeros(articles, dtype=np.bool_)
    labelled[paragraphs.article[~outcome.unlabelled]] = True
    reasons: Counter[str] = Counter()
    if outcome.targets:
        # as `ParagraphScore.abstained` has it: the reason of the first target
        codes, numbers = np.unique(outcome.targets[0].reasons[outcome.abstained], return_counts=True)
        reasons.update({str(_REASONS[code]): n for code, n in zip(codes.tolist(), numbers.tolist(), strict=True)})
    scored = int(labelled.sum())
    return Counts(
        articles={
            "read": articles,
            "scored": scored,
            "abstained": articles - scored,
            "no_text": articles - len(np.unique(paragraphs.article)),
            "quarantined": 0,
        },
        paragraphs={
            "read": len(paragraphs.texts),
            "scored": int((~outcome.unlabelled).sum()),
            "abstained": int(outcome.abstained.sum()),
            "boilerplate": int(outcome.boilerplate.sum()),
        },
        reasons=dict(reasons),
    )


def _paragraph_table(
    articles: Any, paragraphs: _Paragraphs, outcome: _Outcome, explained_by: StanceModel | None, stop: Event | None
) -> Any:
    said = _about(articles)
    if paragraphs.whole:
        about, texts = articles, articles.column("text")
    else:
        about = articles.select(list(said.values())).take(pa.array(paragraphs.article))
        texts = pa.array(paragraphs.texts, pa.string())
    columns: dict[str, Any] = {name: about.column(field) for name, field in said.items()}
    columns |= {"paragraph": pa.array(paragraphs.place), "start": pa.array(paragraphs.start)}
    columns |= {"end": pa.array(paragraphs.end), "text": texts}
    for found in outcome.targets:
        name = found.target.name
        columns[name] = _words(found.labels, found.target.labels, missing=-1)
        columns[f"{name}_probability"] = _numbers(found.probability)
        for k, label in enumerate(found.target.labels):
            columns[f"{name}_p_{label}"] = _numbers(found.probabilities[:, k])
        columns[f"{name}_abstained"] = _words(found.reasons, ("", *map(str, Reason)), missing=0)
        if explained_by is not None:
            rows = _until(stop, paragraphs.texts, paragraphs.start.tolist(), columns[name].to_pylist())
            cells = [words_cell(explained_by.stretches, text, start, name, label) for text, start, label in rows]
            columns[f"{name}_words"] = pa.array(cells, pa.string())
    return pa.table(columns)


def _with_speakers(table: Any, paragraphs: _Paragraphs, stop: Event | None) -> Any:
    texts, starts, marks = paragraphs.texts, paragraphs.start.tolist(), paragraphs.boilerplate.tolist()
    bounds = [*np.flatnonzero(np.diff(paragraphs.article, prepend=-1)).tolist(), len(texts)]
    found = (speech_records(texts[i:k], starts[i:k], marks[i:k]) for i, k in pairwise(bounds))
    rows = [row for (row,) in _until(stop, chain.from_iterable(found))]
    for name, kind in speech_columns().items():
        table = table.append_column(
            name, pa.array([row[name] for row in rows], pa.int64() if kind is int else pa.string())
        )
    return table


def _about(articles: Any) -> dict[str, str]:
    """What the columns that say something of the articles are called in results."""
    names: list[str] = articles.column_names
    own: dict[str, str] = {name: name for name in ("title", "date", "outlet", "cluster") if name in names}
    return {"article_id": "id", **own, **{name.removeprefix(KEPT): name for name in names if name.startswith(KEPT)}}


def _article_table(articles: Any, paragraphs: _Paragraphs, outcome: _Outcome) -> Any:
    def per_article(which: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        return np.bincount(paragraphs.article[which], minlength=len(articles)).astype(np.int64)

    columns: dict[str, Any] = {name: articles.column(field) for name, field in _about(articles).items()}
    columns["paragraphs"] = pa.array(per_article(np.ones(len(paragraphs.texts), dtype=np.bool_)))
    columns["abstained"] = pa.array(per_article(outcome.abstained))
    columns["boilerplate"] = pa.array(per_article(outcome.boilerplate))
    for found in outcome.targets:
        target = found.target
        counts = {label: per_article(found.labels == k) for k, label in enumerate(target.labels)}
        columns |= {f"{target.name}_{label}": pa.array(n) for label, n in counts.items()}
        related = sum((counts[label] for label in target.related), np.zeros(len(articles), dtype=np.int64))
        for label in target.related:
            columns[f"{target.name}_share_{label}"] = _numbers(_divide(counts[label], related))
        net = error = np.full(len(articles), np.nan)
        if target.sides is not None:
            favor, against = target.sides
            net, error = net_stance(counts[favor], counts[against], related)
        columns |= {f"{target.name}_net": _numbers(net), f"{target.name}_net_se": _numbers(error)}
    if has_joint([found.target for found in outcome.targets]):
        columns |= {name: pa.array(per_article(which)) for name, which in zip(JOINT, _joint(outcome), strict=True)}
    return pa.table(columns)


def _divide(a: npt.NDArray[Any], b: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The quotient, NaN where there is nothing to divide by."""
    quotient = np.full(len(b), np.nan)
    np.divide(a, b, out=quotient, where=b > 0)
    return quotient


def _joint(outcome: _Outcome) -> list[npt.NDArray[np.bool_]]:
    """Which paragraphs belong to each of `JOINT`; `joint_kind` is asked once for each pair of labels."""
    found = {target.target.name: target for target in outcome.targets}
    sanctions, diplomacy = found["sanctions"], found["diplomacy"]
    rows, columns = sanctions.target.labels, diplomacy.target.labels
    # where the model abstained the number is -1, and so the last row or column
    kinds = np.array([[joint_kind(s, d) for d in (*columns, None)] for s in (*rows, None)], dtype=object)
    return [(kinds == name)[sanctions.labels, diplomacy.labels] for name in JOINT]


def _words(codes: npt.NDArray[Any], words: tuple[str, ...], missing: int) -> Any:
    places = pa.array(codes.astype(np.int64), mask=codes == missing)
    return pa.array(words, pa.string()).take(places)


def _numbers(values: npt.NDArray[np.float64]) -> Any:
    """A float column; NaN is no number and becomes null."""
    return pa.array(np.ascontiguousarray(values), pa.float64(), from_pandas=True)
