"""``stance score``."""

from __future__ import annotations

import json
import shutil
import sys
from collections import Counter
from collections.abc import Iterable
from typing import IO

import click

from stance.articles import Article, Columns, Quarantined, read_records
from stance.commands.options import article_columns, model_option
from stance.errors import StanceError
from stance.model.artefact import load_model
from stance.model.scores import ParagraphScore
from stance.model.stance_model import StanceModel
from stance.results.page import article_page
from stance.results.records import UNRELATED, article_record, paragraph_columns, paragraph_records
from stance.results.records import article_columns as article_fields
from stance.results.writers import FORMATS, format_of, open_writer

__all__ = ["score"]


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--output", "-o", metavar="FILE", help="Write here; the suffix decides the format.")
@click.option("--format", "-f", type=click.Choice(("table", *FORMATS)), help="[default: by suffix, else table]")
@click.option("--level", type=click.Choice(("paragraph", "article")), default="paragraph", show_default=True)
@click.option("--quarantine", metavar="FILE", help="Write records that could not be read here, as JSON lines.")
@article_columns
@model_option
def score(
    files: tuple[str, ...],
    output: str | None,
    format: str | None,
    level: str,
    quarantine: str | None,
    columns: Columns,
    model_path: str | None,
) -> None:
    """Score articles: text, Markdown, JSON lines, CSV, TSV or Parquet, plain or gzipped; folders; - for stdin.

    \b
    Examples:
        stance score article.txt
        stance score articles/ -o scores.csv
        stance score export.csv --text-column body --level article -f jsonl
    """
    format = format or format_of(output) or "table"
    model = load_model(model_path)
    tally = _Tally()
    with _open_quarantine(quarantine) as refused:
        articles = _only_articles(read_records(files, columns), tally, refused)
        if format == "table":
            _print_pages(model, articles, level, output, tally)
        else:
            fields = paragraph_columns(model.targets) if level == "paragraph" else article_fields(model.targets)
            with open_writer(output, format, fields) as writer:
                for article in articles:
                    scores = model.score(article)
                    tally.add(scores)
                    if level == "paragraph":
                        writer.write(paragraph_records(article, scores))
                    else:
                        writer.write([article_record(article, scores, model.targets)])
    tally.report(quarantine)
    if tally.articles["read"] == tally.articles["quarantined"]:
        raise StanceError("no article could be read")


class _Tally:
    """Counts what was read and what became of it."""

    def __init__(self) -> None:
        self.articles: Counter[str] = Counter()
        self.paragraphs: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()

    def add(self, scores: list[ParagraphScore]) -> None:
        abstained = [score.abstained for score in scores if score.abstained is not None]
        self.articles["scored" if len(abstained) < len(scores) else "abstained"] += 1
        self.paragraphs["read"] += len(scores)
        self.paragraphs["abstained"] += len(abstained)
        self.reasons.update(str(reason) for reason in abstained)

    def report(self, quarantine: str | None) -> None:
        a, p = self.articles, self.paragraphs
        click.echo(
            f"articles: {a['read']} read = {a['scored']} scored + {a['abstained']} abstained"
            f" + {a['quarantined']} quarantined",
            err=True,
        )
        reasons = "; ".join(f"{reason}: {n}" for reason, n in self.reasons.most_common())
        click.echo(
            f"paragraphs: {p['read']} read = {p['read'] - p['abstained']} scored + {p['abstained']} abstained"
            + (f" ({reasons})" if reasons else ""),
            err=True,
        )
        if a["quarantined"] and quarantine is None:
            click.echo("the quarantined records are named above; --quarantine FILE keeps the list", err=True)


def _open_quarantine(path: str | None) -> IO[str]:
    if path is None:
        return open("/dev/null" if sys.platform != "win32" else "NUL", "w", encoding="utf-8")
    try:
        return open(path, "w", encoding="utf-8")
    except OSError as error:
        raise StanceError(f"{path}: {error.strerror or error}") from error


def _only_articles(records: Iterable[Article | Quarantined], tally: _Tally, refused: IO[str]) -> Iterable[Article]:
    for record in records:
        tally.articles["read"] += 1
        if isinstance(record, Article):
            yield record
            continue
        tally.articles["quarantined"] += 1
        line = {"source": record.source, "position": record.position, "reason": record.reason}
        refused.write(json.dumps(line, ensure_ascii=False) + "\n")
        if tally.articles["quarantined"] <= 20:
            click.echo(f"quarantined {record.source}:{record.position}: {record.reason}", err=True)
        elif tally.articles["quarantined"] == 21:
            click.echo("quarantined more; only the first 20 are named here", err=True)


def _print_pages(
    model: StanceModel, articles: Iterable[Article], level: str, output: str | None, tally: _Tally
) -> None:
    width = shutil.get_terminal_size((88, 24)).columns
    try:
        with click.open_file(output or "-", "w", encoding="utf-8") as stream:
            for article in articles:
                scores = model.score(article)
                tally.add(scores)
                for line in _page(model, article, scores, level, width):
                    click.echo(line, file=stream)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        raise StanceError(f"{output}: {error.strerror or error}") from error


def _page(model: StanceModel, article: Article, scores: list[ParagraphScore], level: str, width: int) -> Iterable[str]:
    if level == "article":
        record = article_record(article, scores, model.targets)
        return [*(f"{name:<24} {_cell(value)}" for name, value in record.items()), ""]
    return article_page(article, scores, _deciding_words(model, scores), width)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def _deciding_words(model: StanceModel, scores: list[ParagraphScore]) -> dict[tuple[int, str], list[str]]:
    words = {}
    for score in scores:
        for name, stance in score.stances.items():
            if stance.label is not None and stance.label.lower() not in UNRELATED:
                explanation = model.explain(score.paragraph.text, name, stance.label)
                words[score.paragraph.index, name] = explanation.deciding_words(score.paragraph.text)
    return words
