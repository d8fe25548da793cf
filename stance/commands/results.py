"""``stance results``: what is done with a table of results."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stance.commands.agreement import agreement
from stance.commands.cells import group_names, percent, plain, signed
from stance.commands.options import output_option
from stance.commands.places import keep_inputs, write_rows, write_table
from stance.commands.prevalence import prevalence, sample
from stance.errors import number_of
from stance.results.formats import EXPORTS, PLAIN
from stance.results.levels import COPIES, LEVELS, OF_ARTICLES, WEIGHTS

if TYPE_CHECKING:
    import pandas as pd

    from stance.labels import Target

__all__ = ["print_rollup", "results", "tell_caveats"]

_FORMATS = (*PLAIN, *EXPORTS)


@click.group(short_help="Roll up, sample, measure coders, estimate prevalences, export.")
def results() -> None:
    """Roll results up, measure coders, estimate prevalences, and write results for other programs.

    \b
    Example:
        stance results rollup scores.csv --level outlet
    """


@results.command(short_help="Shares of stances and net stance, by group.")
@click.argument("source", metavar="RESULTS")
@click.option("--level", type=click.Choice(LEVELS), default="all", show_default=True, help="What a row is.")
@click.option(
    "--weight",
    type=click.Choice(WEIGHTS),
    default="paragraph",
    show_default=True,
    help="What weighs the same in shares and net stance.",
)
@click.option(
    "--copies",
    type=click.Choice(COPIES),
    default="each",
    show_default=True,
    help="Wire copies: each counts, or a cluster counts once (needs the column cluster).",
)
@output_option()
@click.option("--format", "-f", type=click.Choice(("table", *_FORMATS)), help="[default: by suffix, else table]")
def rollup(source: str, level: str, weight: str, copies: str, output: str | None, format: str | None) -> None:
    """Shares of stances, net stance with its standard error, and the joint table, by group.

    RESULTS is a Parquet, CSV or JSON lines file that `stance score` wrote, or the folder of a run. The figures are
    classify-and-count figures.

    \b
    Examples:
        stance results rollup scores.csv --level outlet
        stance results rollup scores.csv --level month --weight article -o months.csv
    """
    from stance.results.dictionary import CLASSIFY_AND_COUNT
    from stance.results.rollup import roll_up
    from stance.results.saved import read_results

    keep_inputs([source], output)
    found = read_results(source)
    rows = roll_up(found, level, weight, copies)
    about = f"Rolled up from {found.source}: level {level}, weight {weight}, copies {copies}."
    page = print_rollup(rows, found.targets, level)
    write_rows(rows, found.targets, output, format, page, [about, CLASSIFY_AND_COUNT])
    tell_caveats(rows, level)


@results.command(name="export", short_help="Write results for Excel, Stata, SPSS, SQLite or R.")
@click.argument("source", metavar="RESULTS")
@output_option(required=True)
@click.option("--format", "-f", type=click.Choice(_FORMATS), help="[default: by suffix]")
def export_results(source: str, output: str, format: str | None) -> None:
    """Write results for Excel, Stata, SPSS, SQLite, R: .xlsx .dta .sav .sqlite .csv .jsonl .parquet.

    A column dictionary is written beside the file, as FILE.columns.json.

    \b
    Examples:
        stance results export scores.csv -o scores.dta
        stance results export scores.csv -o scores.sqlite
    """
    from stance.results.dictionary import dictionary_path
    from stance.results.saved import read_results

    keep_inputs([source], output)
    found = read_results(source)
    write_table(found.frame, found.targets, output, format, model=found.model, counts=found.counts)
    if output != "-":
        described = dictionary_path(Path(output))
        click.echo(f"{len(found.frame)} rows to {output}; columns described in {described}", err=True)


results.add_command(sample)
results.add_command(agreement)
results.add_command(prevalence)


def tell_caveats(rows: pd.DataFrame, level: str) -> None:
    """Tell of a roll-up how many articles have no such group, and what kind of figures these are."""
    from stance.results.dictionary import CLASSIFY_AND_COUNT

    unknown = int(rows.loc[rows[level].isna(), "articles"].sum()) if level in OF_ARTICLES else 0
    if unknown:
        click.echo(f"{level} unknown: {number_of(unknown, 'article')}", err=True)
    click.echo(CLASSIFY_AND_COUNT, err=True)


def print_rollup(rows: pd.DataFrame, targets: tuple[Target, ...], level: str) -> Iterator[str]:
    """A roll-up as a table for people: one block a target, then the joint table."""
    from stance.labels import JOINT, has_joint

    heading, names = group_names(rows, level)
    records = rows.to_dict("records")
    for target in targets:
        related = rows[[f"{target.name}_{label}" for label in target.related]].sum(axis=1)
        head = "".join(f"{label:>9}" for label in target.related)
        yield click.style(target.name, bold=True)
        counts = "".join(f" {word:>8}" for word in ("articles", "paragr.", "abstain.", "related"))
        yield f"{heading}{counts}{head} {'net':>7} {'s.e.':>6}"
        for i, (name, row) in enumerate(zip(names, records, strict=True)):
            shares = "".join(f"{percent(row[f'{target.name}_share_{label}']):>9}" for label in target.related)
            yield (
                f"{name} {row['articles']:>8} {row['paragraphs']:>8} "
                f"{row[f'{target.name}_abstained']:>8} {related.iloc[i]:>8}{shares} "
                f"{signed(row[f'{target.name}_net']):>7} {plain(row[f'{target.name}_net_se']):>6}"
            )
        yield ""
    if has_joint(targets):
        yield click.style("sanctions and diplomacy together", bold=True)
        heads = [name.replace("_", " ") for name in JOINT]
        yield f"{heading} {'counted':>8}" + "".join(f"{head:>17}" for head in heads)
        for name, row in zip(names, records, strict=True):
            cells = "".join(f"{percent(row[f'share_{kind}']):>17}" for kind in JOINT)
            yield f"{name} {sum(row[kind] for kind in JOINT):>8}{cells}"
        yield ""
