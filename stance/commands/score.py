"""``stance score``."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import click

from stance.articles import Columns
from stance.articles.encoding import clean_surrogates
from stance.articles.sources import Source, find_sources
from stance.commands.options import (
    article_options,
    batch_options,
    format_option,
    model_option,
    output_option,
    place,
)
from stance.commands.places import keep_inputs, suffix_or_table
from stance.commands.printing import print_scores
from stance.commands.refusals import Refusals
from stance.commands.requests import Request
from stance.errors import StanceError
from stance.model.artefact import read_manifest, targets_of
from stance.results.formats import EXPORTS, PLAIN
from stance.results.levels import OF_ARTICLES
from stance.results.page import visible

__all__ = ["score"]


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
    "--quarantine",
    metavar="FILE",
    callback=place,
    help="List the records that could not be read in this file, as JSON lines.",
)
@batch_options
@article_options
@model_option
def score(
    files: tuple[str, ...],
    output: str | None,
    format: str | None,
    keep: tuple[str, ...],
    quarantine: str | None,
    columns: Columns,
    model_path: str | None,
    **options: Any,
) -> None:
    """Score articles from files, folders and archives; - reads standard input.

    Formats: text, Markdown, JSON, JSON lines, CSV, TSV, Parquet, HTML, PDF, DOCX, ODT, RTF, EPUB, mail (EML, MBOX),
    MHTML, WARC, WACZ, XML (NITF, NewsML, RSS, Atom, exports of WordPress, TEI, debates of parliaments), and exports
    of LexisNexis, Nexis Uni, Factiva and ProQuest. Each may also be compressed (gzip, bzip2, xz, zstd), or in a zip or
    tar archive.

    Bylines, datelines, "read more" links, share bars, signatures, footers and lists of references are kept as
    paragraphs but not scored; the reason given is "boilerplate".

    In a folder or archive, files that stance itself wrote, such as results and their column dictionaries, are not read
    as articles, nor is what a browser saves beside a page (PAGE_files).

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
    _check_kept(keep, model_path)
    asked = Request(
        paths=files,
        output=output,
        folder=folder,
        format=format or ("parquet" if folder else suffix_or_table(output)),
        columns=replace(columns, keep=keep),
        model_path=model_path,
        **options,
    )
    _check_combination(asked)
    # before the run writes anything there itself
    sources = find_sources(files, asked.left_out)
    keep_inputs([source.path for source in sources], output, quarantine)
    if not folder:
        # a folder keeps to the sources of the run in it, and looks again which there are
        asked = replace(asked, paths=sources)
    with Refusals(quarantine) as refusals:
        if asked.is_printed:
            counts = print_scores(asked, refusals)
        else:
            from stance.commands.outputs import write_scores

            counts = write_scores(asked, refusals)
    _tell_unread(asked.left_out)
    click.echo(str(counts), err=True)
    if refusals.number and quarantine is None and not folder:
        click.echo(f"{refusals.account}; --quarantine FILE keeps the list", err=True)
    if counts.nothing_read and asked.shard is None:
        raise StanceError("no article could be read")


def _check_combination(asked: Request) -> None:
    """Refuse options that are at odds with each other."""
    if asked.folder and asked.format not in PLAIN:
        raise click.UsageError(f"a folder is written as parquet, csv or jsonl, not as {asked.format}")
    if asked.folder and asked.rolled_up:
        raise click.UsageError(f"--level {asked.level} gives one table, not parts: name a file")
    if asked.explain and asked.level != "paragraph":
        raise click.UsageError("--explain needs --level paragraph")
    if asked.speakers and asked.level != "paragraph":
        raise click.UsageError(
            "--speakers needs --level paragraph; for figures by actor: stance results rollup FILE --level actor"
        )
    if asked.columns.keep and asked.rolled_up:
        raise click.UsageError(
            f"--keep needs --level paragraph or article; a row of {asked.level} covers several articles"
        )
    if not asked.folder and (asked.resume or asked.shard is not None):
        raise click.UsageError("--resume and --shard need a folder as output: -o DIR/")
    if asked.dask is not None and not (asked.folder or asked.to_file):
        raise click.UsageError("--dask needs an output: -o DIR/ or -o FILE")
    if asked.format in ("parquet", *EXPORTS) and not (asked.folder or asked.to_file):
        raise StanceError(f"{asked.format} cannot go to standard output; name a file with -o")


def _tell_unread(left_out: list[Source]) -> None:
    """Name files that were not read, by the reason."""
    for reason in dict.fromkeys(source.problem for source in left_out):
        places = sorted({source.path for source in left_out if source.problem == reason})
        named = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
        click.echo(visible(f"not read, because {reason}: {named}"), err=True)


def _check_kept(names: tuple[str, ...], model_path: str | None) -> None:
    """Refuse to keep a column that results have a meaning for, or what is no name of one."""
    from stance.results.dictionary import is_own_name

    targets = targets_of(read_manifest(model_path))
    for name in names:
        if is_own_name(name, targets):
            raise click.UsageError(f"--keep {name}: results have a column of that name; rename yours")
        if not name or name != clean_surrogates(name):
            raise click.UsageError(f"--keep {name!r}: not the name of a column")
