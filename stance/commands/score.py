"""``stance score``."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import IO, Any

import click

from stance.articles import Article, Columns, Quarantined, read_records
from stance.articles.encoding import clean_surrogates
from stance.articles.footers import RepeatedFooters
from stance.articles.sources import STDIN, Source, find_sources
from stance.batch.counts import Counts, NothingRead
from stance.batch.progress import Progress
from stance.commands.options import article_options, batch_options, format_option, model_option, output_option
from stance.commands.places import keep_inputs, page_stream, suffix_or_table
from stance.commands.refusals import Refusals
from stance.errors import StanceError
from stance.labels import is_related
from stance.model.artefact import load_model, read_manifest, targets_of
from stance.model.deciding import words_for
from stance.model.scores import ParagraphScore
from stance.model.stance_model import StanceModel
from stance.results.formats import EXPORTS, PLAIN
from stance.results.levels import OF_ARTICLES
from stance.results.page import article_page, visible
from stance.results.records import article_columns, article_record, paragraph_columns, paragraph_records
from stance.results.writers import RecordWriter

__all__ = ["score"]

_Scored = Iterator[tuple[Article, list[ParagraphScore]]]


@click.command(short_help="Score articles from files, folders and archives.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@output_option(metavar="FILE|DIR/")
@format_option
@click.option(
    "--level",
    type=click.Choice(("paragraph", "article", *OF_ARTICLES)),
    default="paragraph",
    show_default=True,
    help="What each row stands for; all but paragraph give classify-and-count figures.",
)
@click.option("--explain", is_flag=True, help="Add the words that decided, which `stance report` underlines; slower.")
@click.option(
    "--speakers",
    is_flag=True,
    help="Add who speaks in each paragraph, and for which country or body; the stance need not be the speaker's.",
)
@click.option("--keep-boilerplate", is_flag=True, help="Also score bylines, links, footers and other boilerplate.")
@click.option("--clusters", is_flag=True, help="Add a column of ids that near-duplicates (wire copy) share.")
@click.option(
    "--keep", metavar="NAME", multiple=True, help="Copy this column or key of the input to the results; repeatable."
)
@click.option(
    "--quarantine", metavar="FILE", help="List the records that could not be read in this file, as JSON lines."
)
@batch_options
@article_options
@model_option
def score(
    files: tuple[str, ...],
    output: str | None,
    format: str | None,
    level: str,
    keep_boilerplate: bool,
    clusters: bool,
    explain: bool,
    speakers: bool,
    keep: tuple[str, ...],
    quarantine: str | None,
    batch: dict[str, Any],
    columns: Columns,
    model_path: str | None,
) -> None:
    """Score articles from files, folders and archives; - reads standard input.

    Formats: text, Markdown, JSON, JSON lines, CSV, TSV, Parquet, HTML, PDF, DOCX, ODT, RTF, EPUB, mail (EML, MBOX),
    MHTML, WARC, and exports of Nexis Uni and Factiva. Each may also be compressed (gzip, bzip2, xz, zstd), or in a
    zip or tar archive.

    Bylines, datelines, "read more" links, share bars, signatures, footers and lists of references are kept as
    paragraphs but not scored; the reason given is "boilerplate".

    Files that stance itself wrote to a folder, such as results and their column dictionaries, are not read as
    articles, nor is what a browser saves beside a page (PAGE_files).

    If the output is a folder (one that exists, or a name that ends in a slash), the run is written in parts, with a
    manifest, and --resume continues it after an interruption.

    \b
    Examples:
        stance score article.txt
        stance score articles/ -o scores.csv
        stance score export.csv --text-column body --level article -f jsonl
        stance score articles/ --explain -o scores.parquet
        stance score articles/ --speakers -o scores.csv
        stance score articles/ --level outlet
        stance score export.csv --text-column body --keep country --keep genre -o scores.csv
        stance score articles/ -o run/ --resume
        stance score articles/ -o run/ --shard 1/40
    """
    folder = output is not None and (output.endswith(("/", os.sep)) or os.path.isdir(output))
    format = format or ("parquet" if folder else suffix_or_table(output))
    if folder and format not in PLAIN:
        raise click.UsageError(f"a folder is written as parquet, csv or jsonl, not as {format}")
    if folder and level in OF_ARTICLES:
        raise click.UsageError(f"--level {level} gives one table, not parts: name a file")
    if explain and level != "paragraph":
        raise click.UsageError("--explain needs --level paragraph")
    if speakers and level != "paragraph":
        raise click.UsageError(
            "--speakers needs --level paragraph; for figures by actor: stance results rollup FILE --level actor"
        )
    if keep and level in OF_ARTICLES:
        raise click.UsageError(f"--keep needs --level paragraph or article; a row of {level} covers several articles")
    if not folder and (batch["resume"] or batch["shard"] is not None):
        raise click.UsageError("--resume and --shard need a folder as output: -o DIR/")
    to_file = output not in (None, "-") and format != "table"
    if batch["dask"] is not None and not (folder or to_file):
        raise click.UsageError("--dask needs an output: -o DIR/ or -o FILE")
    if format in ("parquet", *EXPORTS) and not (folder or to_file):
        raise StanceError(f"{format} cannot go to standard output; name a file with -o")
    columns = replace(columns, keep=_kept(keep, model_path))
    # before the run writes anything there itself
    left_out: list[Source] = []
    sources = find_sources(files, left_out)
    keep_inputs([source.path for source in sources], output, quarantine)
    with Refusals(quarantine) as refusals:

        def came_later(sources: Iterable[Source]) -> None:
            left_out.extend(source._replace(problem="it appeared after the run began") for source in sources)

        def in_bulk(place: str, format: str, level: str, describe: Callable[[Counts], None] | None = None) -> Counts:
            from stance.batch.chunks import ARTICLES, Shard
            from stance.batch.run import Job, score_to_directory, score_to_file

            job = Job(
                files if folder else sources,
                model_path,
                columns,
                format=format,
                level=level,
                chunk=batch["chunk"] or ARTICLES,
                shard=batch["shard"] or Shard(),
                jobs=batch["jobs"],
                dask=batch["dask"],
                keep_boilerplate=keep_boilerplate,
                clusters=clusters,
                explain=explain,
                speakers=speakers,
            )
            shown = sys.stderr.isatty() if batch["progress"] is None else batch["progress"]
            if folder:
                try:
                    return score_to_directory(
                        job, place, resume=batch["resume"], progress=shown, refuse=refusals.add_all, later=came_later
                    )
                except KeyboardInterrupt as stop:
                    again = "the same command with --resume continues it"
                    if STDIN in files:
                        again = "standard input cannot be read again, so start again in another folder"
                    raise KeyboardInterrupt(f"{place}: the run is not finished; {again}") from stop
            return score_to_file(job, place, progress=shown, refuse=refusals.add_all, describe=describe)

        added = {"explained": explain, "clusters": clusters, "speakers": speakers, "keep": columns.keep}
        if level in OF_ARTICLES or (to_file and format not in PLAIN):
            from stance.commands.outputs import score_by_way_of_parquet

            counts = score_by_way_of_parquet(
                lambda place, level: in_bulk(place, "parquet", level), output, format, level, model_path
            )
        elif folder or to_file:
            from stance.commands.outputs import write_columns

            def describe(counts: Counts) -> None:
                write_columns(str(output), format, model_path, counts, level, **added)

            counts = in_bulk(str(output), format, level, describe)
            if folder:
                describe(counts)
        else:
            model = load_model(model_path)
            counts = Counts()
            # it would stand among pages and rows on the terminal that shows them
            with _shown_progress(sources, bool(batch["progress"])) as progress:
                articles = _only_articles(read_records(sources, columns), counts, refusals, progress)
                if clusters:
                    articles = _with_clusters(articles)
                scored = _scored(model, articles, keep_boilerplate, counts, progress, level)
                if format == "table":
                    _print_pages(model, scored, level, output, speakers, counts)
                else:
                    _print_records(model, scored, level, format, added)
    for reason in dict.fromkeys(source.problem for source in left_out):
        places = sorted({source.path for source in left_out if source.problem == reason})
        named = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        click.echo(visible(f"not read, because {reason}: {named}"), err=True)
    for line in counts.lines():
        click.echo(line, err=True)
    if refusals.shown and quarantine is None and not folder:
        click.echo(f"{refusals.account}; --quarantine FILE keeps the list", err=True)
    if counts.nothing_read and batch["shard"] is None:
        raise StanceError("no article could be read")


def _kept(names: tuple[str, ...], model_path: str | None) -> tuple[str, ...]:
    """The names of columns to keep, each once; one that results have a meaning for is refused."""
    from stance.results.dictionary import is_own_name

    targets = targets_of(read_manifest(model_path))
    for name in names:
        if is_own_name(name, targets):
            raise click.UsageError(f"--keep {name}: results have a column of that name; rename yours")
        if not name or name != clean_surrogates(name):
            raise click.UsageError(f"--keep {name!r}: not the name of a column")
    return tuple(dict.fromkeys(names))


@contextlib.contextmanager
def _shown_progress(sources: list[Source], wanted: bool) -> Iterator[Progress | None]:
    """What counts articles as they are written, if that is to be seen."""
    if not wanted:
        yield None
        return
    from stance.batch.blocks import count_records

    progress = Progress(count_records(sources))
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
    model: StanceModel,
    articles: Iterable[Article],
    keep_boilerplate: bool,
    counts: Counts,
    progress: Progress | None,
    level: str,
) -> _Scored:
    footers = RepeatedFooters()
    for article in articles:
        if not keep_boilerplate:
            article = replace(article, footer=footers.add(article.text))
        scores = model.score(article, keep_boilerplate)
        counts.add(scores)
        counts.add_kept(article.kept)
        yield article, scores
        if progress is not None:
            progress.add(1, len(scores) if level == "paragraph" else 1)


@contextlib.contextmanager
def _data_out() -> Iterator[IO[str]]:
    """Standard output for data: the bytes that a file would hold, whatever the terminal's encoding and line ends."""
    stream = io.TextIOWrapper(click.open_file("-", "wb"), encoding="utf-8", newline="")
    try:
        yield stream
    finally:
        stream.detach()


def _print_records(model: StanceModel, scored: _Scored, level: str, format: str, added: dict[str, Any]) -> None:
    explain, clusters, speakers = added["explained"], added["clusters"], added["speakers"]
    if level == "paragraph":
        fields = paragraph_columns(model.targets, **added)
    else:
        fields = article_columns(model.targets, clusters=clusters, keep=added["keep"])
    with _data_out() as stream:
        writer = RecordWriter(stream, format, fields)
        for article, scores in scored:
            if level == "paragraph":
                by = model if explain else None
                writer.write(paragraph_records(article, scores, by, clusters=clusters, speakers=speakers))
            else:
                writer.write([article_record(article, scores, model.targets, clusters=clusters)])


def _print_pages(
    model: StanceModel, scored: _Scored, level: str, output: str | None, speakers: bool, counts: Counts
) -> None:
    width = shutil.get_terminal_size((88, 24)).columns
    with contextlib.suppress(NothingRead), page_stream(output, errors="replace") as stream:
        for article, scores in scored:
            for line in _page(model, article, scores, level, width, speakers):
                click.echo(line, file=stream)
        if counts.nothing_read:
            raise NothingRead


def _page(
    model: StanceModel, article: Article, scores: list[ParagraphScore], level: str, width: int, speakers: bool
) -> Iterable[str]:
    if level == "article":
        record = article_record(article, scores, model.targets)
        return [*(f"{name:<24} {_cell(value)}" for name, value in record.items()), ""]
    return article_page(article, scores, _deciding_words(model, scores), width, speakers=speakers)


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
