"""What ``stance score`` shows as it scores: pages for people, rows for programs."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import IO

import click

from stance.articles import Article, Quarantined, read_records
from stance.articles.footers import RepeatedFooters
from stance.batch.counts import Counts, NothingRead
from stance.batch.progress import Progress
from stance.commands.places import page_stream
from stance.commands.refusals import Refusals
from stance.commands.requests import Request
from stance.labels import is_related
from stance.model.artefact import load_model
from stance.model.deciding import words_for
from stance.model.scores import ParagraphScore
from stance.model.stance_model import StanceModel
from stance.results.page import article_page, visible
from stance.results.records import article_record, paragraph_records
from stance.results.writers import RecordWriter

__all__ = ["print_scores"]

_Scored = Iterator[tuple[Article, list[ParagraphScore]]]


def print_scores(asked: Request, refusals: Refusals) -> Counts:
    """Score what was found, one article after the other, and show each as soon as it is scored.

    Parameters
    ----------
    asked : Request
        With standard output, or a file of pages, as output.
    refusals : Refusals
        Takes the quarantined records.

    Returns
    -------
    Counts
        The account.
    """
    model = load_model(asked.model_path)
    counts = Counts()
    # it would stand among pages and rows on the terminal that shows them
    with _shown_progress(asked) as progress:
        articles = _only_articles(read_records(asked.paths, asked.columns, asked.left_out), counts, refusals, progress)
        if asked.clusters:
            articles = _with_clusters(articles)
        scored = _scored(asked, model, articles, counts, progress)
        if asked.format == "table":
            _print_pages(asked, model, scored, counts)
        else:
            _print_records(asked, model, scored)
    return counts


@contextlib.contextmanager
def _shown_progress(asked: Request) -> Iterator[Progress | None]:
    """What counts articles as they are written, if that is to be seen."""
    if not asked.progress:
        yield None
        return
    from stance.batch.blocks import count_records

    progress = Progress(count_records(asked.paths))
    try:
        yield progress
    finally:
        progress.close()


def _only_articles(
    records: Iterable[Article | Quarantined], counts: Counts, refusals: Refusals, progress: Progress | None
) -> Iterator[Article]:
    for record in records:
        if isinstance(record, Article):
            yield record
        else:
            counts.add_quarantined()
            if progress is not None:
                progress.clear()
            refusals.add_all([record])
            if progress is not None:
                progress.add(1, 0)


def _with_clusters(articles: Iterable[Article]) -> Iterator[Article]:
    from stance.articles.clusters import Clusters

    clusters = Clusters()
    for article in articles:
        yield replace(article, cluster=clusters.add(article.id, article.text))


def _scored(
    asked: Request, model: StanceModel, articles: Iterable[Article], counts: Counts, progress: Progress | None
) -> _Scored:
    footers = RepeatedFooters()
    for article in articles:
        if not asked.keep_boilerplate:
            article = footers.mark(article)
        scores = model.score(article, asked.keep_boilerplate)
        counts.add(scores)
        counts.add_kept(article.kept)
        yield article, scores
        if progress is not None:
            progress.add(1, len(scores) if asked.level == "paragraph" else 1)


@contextlib.contextmanager
def _data_out() -> Iterator[IO[str]]:
    """Standard output for data: the bytes that a file would hold, whatever the terminal's encoding and line ends."""
    stream = io.TextIOWrapper(click.open_file("-", "wb"), encoding="utf-8", newline="")
    try:
        yield stream
    finally:
        stream.detach()


def _print_records(asked: Request, model: StanceModel, scored: _Scored) -> None:
    with _data_out() as stream:
        writer = RecordWriter(stream, asked.format, asked.columns_of_rows(model.targets))
        for article, scores in scored:
            if asked.level == "paragraph":
                by = model if asked.explain else None
                rows = paragraph_records(article, scores, by, clusters=asked.clusters, speakers=asked.speakers)
                writer.write(rows)
            else:
                writer.write([article_record(article, scores, model.targets, clusters=asked.clusters)])


def _print_pages(asked: Request, model: StanceModel, scored: _Scored, counts: Counts) -> None:
    width = shutil.get_terminal_size((88, 24)).columns
    with contextlib.suppress(NothingRead), page_stream(asked.output, errors="replace") as stream:
        for article, scores in scored:
            for line in _page(asked, model, article, scores, width):
                click.echo(line, file=stream)
        if counts.nothing_read:
            raise NothingRead


def _page(
    asked: Request, model: StanceModel, article: Article, scores: list[ParagraphScore], width: int
) -> Iterable[str]:
    if asked.level == "article":
        record = article_record(article, scores, model.targets, clusters=asked.clusters)
        return [*(f"{name:<24} {_cell(value)}" for name, value in record.items()), ""]
    return article_page(article, scores, _deciding_words(model, scores), width, speakers=asked.speakers)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else visible(str(value))


def _deciding_words(model: StanceModel, scores: list[ParagraphScore]) -> dict[tuple[int, str], list[str]]:
    words = {}
    for score in scores:
        for name, stance in score.stances.items():
            if stance.label is not None and is_related(stance.label):
                text = score.paragraph.text
                words[score.paragraph.index, name] = words_for(text, model.stretches(text, name, stance.label))
    return words
