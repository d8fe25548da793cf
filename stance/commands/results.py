"""``stance results``: what is done with a table of results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stance.commands.agreement import agreement
from stance.commands.cells import group_names, percent, plain, signed
from stance.commands.options import format_option, output_option
from stance.commands.places import keep_inputs, write_rows, write_table
from stance.commands.prevalence import outcomes, prevalence, sample
from stance.commands.steps import progress_option, step
from stance.errors import number_of
from stance.results.formats import EXPORTS, PLAIN, check_rows
from stance.results.levels import COPIES, LEVELS, OF_PARAGRAPHS, WEIGHTS

if TYPE_CHECKING:
    import pandas as pd

    from stance.labels import Target
    from stance.results.scored import Results

__all__ = ["results", "rollup_page", "write_rollup"]


@click.group(short_help="Roll up, sample, measure coders, estimate prevalence, export.")
def results() -> None:
    """Roll results up, draw samples, measure coder agreement, estimate prevalence, and export to other programs.

    \b
    Example:
        stance results rollup scores.csv --level outlet
    """


@results.command(short_help="Print shares of stances and net stance by group.")
@click.argument("source", metavar="RESULTS")
@click.option(
    "--level",
    metavar=f"[{'|'.join(LEVELS)}|COLUMN]",
    default="all",
    show_default=True,
    help="What each row stands for; COLUMN is any other column of RESULTS. For voice, speaker and actor the figures "
    "are of the paragraphs in which each speaks, whoever holds the stance.",
)
@click.option(
    "--weight",
    type=click.Choice(WEIGHTS),
    default="paragraph",
    show_default=True,
    help="What counts equally in shares and net stance.",
)
@click.option(
    "--copies",
    type=click.Choice(COPIES),
    default="each",
    show_default=True,
    help="Wire copies: count each, or each cluster once (needs the column cluster).",
)
@output_option()
@format_option
@progress_option
def rollup(source: str, level: str, weight: str, copies: str, output: str | None, format: str | None) -> None:
    """Print shares of stances and net stance by group, with standard errors, and the joint table.

    RESULTS is a Parquet, CSV or JSON lines file that `stance score` wrote, or the folder of a run. The figures are
    classify-and-count figures. Shares and net stance are of the related paragraphs (favor, against or neutral), not
    of all; for shares of all paragraphs use `stance results prevalence`.

    \b
    Examples:
        stance results rollup scores.csv --level outlet
        stance results rollup scores.csv --level month --weight article -o months.csv
    """
    from stance.results.counting import columns_of
    from stance.results.rollup import roll_up
    from stance.results.saved import read_results

    keep_inputs([source], output)
    with step(f"reading {source}"):
        found = read_results(source, only=["cluster", *columns_of(level)], probabilities=False)
    with step(f"rolling {number_of(len(found.frame), 'row')} up"):
        rows = roll_up(found, level, weight, copies)
    about = f"Rolled up from {found.source}: level {level}, weight {weight}, copies {copies}."
    write_rollup(rows, found, level, output, format, about)


@results.command(name="export", short_help="Write results for Excel, Stata, SPSS, SQLite or R.")
@click.argument("source", metavar="RESULTS")
@output_option(required=True)
@click.option("--format", "-f", type=click.Choice((*PLAIN, *EXPORTS)), help="[default: by suffix]")
@progress_option
def export_results(source: str, output: str, format: str | None) -> None:
    """Write results for Excel, Stata, SPSS, SQLite, R: .xlsx .dta .sav .sqlite .csv .jsonl .parquet.

    A column dictionary is written beside the file, as FILE.columns.json.

    \b
    Examples:
        stance results export scores.csv -o scores.dta
        stance results export scores.csv -o scores.sqlite
    """
    from stance.results.dictionary import dictionary_path
    from stance.results.saved import count_rows, read_results

    keep_inputs([source], output)
    check_rows(count_rows(source) or 0, output, format)
    with step(f"reading {source}"):
        found = read_results(source)
    write_table(found.frame, found, output, format)
    if output != "-":
        described = dictionary_path(Path(output))
        click.echo(f"{number_of(len(found.frame), 'row')} to {output}; columns described in {described}", err=True)


results.add_command(sample)
results.add_command(agreement)
results.add_command(prevalence)
results.add_command(outcomes)


def write_rollup(
    rows: pd.DataFrame, found: Results, level: str, output: str | None, format: str | None, *about: str
) -> None:
    """Write a roll-up; tell how many articles have no such group, and what kind of figures these are."""
    from stance.results.counting import by_dates, group_values
    from stance.results.dictionary import CLASSIFY_AND_COUNT, WHO_SPEAKS
    from stance.results.page import visible

    who = [WHO_SPEAKS] if level in OF_PARAGRAPHS else []
    page = rollup_page(rows, found.targets, level)
    write_rows(rows, found, output, format, page, [*about, CLASSIFY_AND_COUNT, *who])
    if level not in ("all", "article", *OF_PARAGRAPHS) and (unnamed := rows[level].isna()).any():
        unknown = int(rows.loc[unnamed, "articles"].sum())
        click.echo(f"{level} unknown: {number_of(unknown, 'article')}", err=True)
    if by_dates(found.frame, level):
        dated = found.frame.loc[found.frame["date"].notna(), ["article_id", "date"]]
        doubtful = dated[group_values(dated, level).isna()].drop_duplicates("article_id")
        if len(doubtful):
            date = visible(str(doubtful["date"].iloc[0]))
            told = f"a date that does not settle the {level}, such as {date!r}"
            click.echo(f"{number_of(len(doubtful), 'article')} with {told}", err=True)
    for caveat in (*who, CLASSIFY_AND_COUNT):
        click.echo(caveat, err=True)


def rollup_page(rows: pd.DataFrame, targets: tuple[Target, ...], level: str) -> Iterator[str]:
    """A roll-up as a table for people: one block a target, then the joint table."""
    from stance.labels import JOINT, has_joint

    heading, names = group_names(rows, level)
    records = rows.to_dict("records")
    base = "the related paragraphs" + (" in which each speaks, whoever holds it" if level in OF_PARAGRAPHS else "")
    for target in targets:
        related = rows[[f"{target.name}_{label}" for label in target.related]].sum(axis=1)
        widths = {label: max(9, len(label) + 2) for label in target.related}
        head = "".join(f"{label:>{width}}" for label, width in widths.items())
        yield click.style(target.name, bold=True) + f": shares and net stance of {base}"
        counts = "".join(f" {word:>8}" for word in ("articles", "paragr.", "abstain.", "related"))
        yield f"{heading}{counts}{head} {'net':>7} {'s.e.':>6}"
        for i, (name, row) in enumerate(zip(names, records, strict=True)):
            cells = ((row[f"{target.name}_share_{label}"], width) for label, width in widths.items())
            shares = "".join(f"{percent(share):>{width}}" for share, width in cells)
            yield (
                f"{name} {row['articles']:>8} {row['paragraphs']:>8} "
                f"{row[f'{target.name}_abstained']:>8} {related.iloc[i]:>8}{shares} "
                f"{signed(row[f'{target.name}_net']):>7} {plain(row[f'{target.name}_net_se']):>6}"
            )
        yield ""
    if has_joint(targets):
        yield click.style("sanctions and diplomacy together", bold=True) + ": shares of the paragraphs counted"
        heads = [name.replace("_", " ") for name in JOINT]
        yield f"{heading} {'counted':>8}" + "".join(f"{head:>17}" for head in heads)
        for name, row in zip(names, records, strict=True):
            joint = "".join(f"{percent(row[f'share_{kind}']):>17}" for kind in JOINT)
            yield f"{name} {sum(row[kind] for kind in JOINT):>8}{joint}"
        yield ""
