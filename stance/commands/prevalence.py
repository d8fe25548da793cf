"""``stance results sample``, ``prevalence`` and ``outcomes``: from a sample coded by hand to what can be published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from stance.commands.cells import group_names, percent, signed
from stance.commands.options import format_option, output_option
from stance.commands.places import keep_codes, keep_inputs, output_name, tell_formulas, write_rows, write_table
from stance.commands.steps import progress_option, step
from stance.errors import StanceError, number_of
from stance.results.formats import EXPORTS, PLAIN, check_rows
from stance.results.levels import LEVELS

if TYPE_CHECKING:
    import pandas as pd

    from stance.results.scored import Results

__all__ = ["outcomes", "prevalence", "sample"]


@click.command(short_help="Draw paragraphs at random to code by hand.")
@click.argument("source", metavar="RESULTS")
@click.option("--size", "-n", type=click.IntRange(min=1), default=200, show_default=True, help="How many to draw.")
@click.option("--within", metavar="TARGET", help="Draw some of each label that the model gave on this target.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Another seed gives another sample."
)
@output_option(required=True)
@progress_option
def sample(source: str, size: int, within: str | None, seed: int, output: str) -> None:
    """Draw paragraphs at random to code by hand, for `stance results prevalence`.

    RESULTS must have one row per paragraph. In the sample the columns of the targets are empty: fill in the labels
    by the codebook (data/CODEBOOK.md in the repository), without looking at the model's, and keep the other
    columns.

    Where the labels that matter are rare, draw --within a target: that takes a few paragraphs of each label, and
    most where the model's probabilities expect the most errors.

    A larger --size with the same seed begins with the same paragraphs. The command says how wide the intervals of
    the estimates will be: half the width takes four times the --size.

    \b
    Examples:
        stance results sample scores.csv -n 200 -o to-code.csv
        stance results sample scores.csv -n 200 --within sanctions -o to-code.csv
    """
    from stance.results.correction import LEAST_CODED
    from stance.results.planning import expected_intervals
    from stance.results.population import read_population
    from stance.results.sampling import draw_sample

    keep_inputs([source], output)
    keep_codes(output)
    with step(f"reading {source}"):
        found = read_population(source, only=["text"])
    with step(f"drawing from {number_of(len(found.frame), 'paragraph')}"):
        drawn = draw_sample(found, size, within, seed)
    about = f"Drawn from {found.source}: size {size}, within {within or 'nothing'}, seed {seed}."
    write_table(drawn, found, output, notes=[about])
    click.echo(
        f"{len(drawn)} of {number_of(len(found.frame), 'paragraph')} to {output_name(output)}, boilerplate left out",
        err=True,
    )
    tell_formulas(drawn, output)
    if len(drawn) < LEAST_CODED:
        click.echo(f"an estimate needs at least {LEAST_CODED} coded paragraphs", err=True)
        return
    try:
        with step("estimating how wide the intervals will be"):
            expected = expected_intervals(found, drawn)
    except StanceError as error:
        # what is drawn is a sample all the same, and a larger one begins with it
        click.echo(str(error), err=True)
        return
    for line in _expected_page(expected):
        click.echo(line, err=True)


@click.command(short_help="Estimate shares and net stance, corrected by a coded sample.")
@click.argument("source", metavar="RESULTS")
@click.argument("coded", metavar="CODED")
@click.option(
    "--level",
    default="all",
    show_default=True,
    help=f"Groups to estimate one by one: {', '.join(LEVELS)}, or any other column of the results.",
)
@click.option(
    "--compare",
    nargs=2,
    metavar="ONE OTHER",
    help="Two groups of the --level: show the difference between them, with its interval, instead of their figures.",
)
@output_option()
@format_option
@progress_option
def prevalence(
    source: str,
    coded: str,
    level: str,
    compare: tuple[str, str] | None,
    output: str | None,
    format: str | None,
) -> None:
    """Estimate shares and net stance, corrected by a sample coded by hand, with 95 % intervals.

    RESULTS is what the sample was drawn from. CODED is the file that `stance results sample` wrote, with the labels
    filled in: CSV with any delimiter, TSV, XLSX, JSON lines or Parquet. Where coders differ on a paragraph, decide
    on its label first.

    Shares are of all paragraphs; those of a roll-up are of the related ones only. Unlike counted labels, these
    estimates are right on average however wrong the model is; where it is right, they need fewer coded paragraphs.

    \b
    Examples:
        stance results prevalence scores.csv coded.csv
        stance results prevalence scores.csv coded.csv --level outlet -o prevalence.csv
        stance results prevalence scores.csv coded.csv --level outlet --compare Post Wire
    """
    from stance.results.correction import LEAST_CODED
    from stance.results.counting import columns_of
    from stance.results.differences import compare_groups
    from stance.results.population import population, read_population
    from stance.results.prevalence import estimate_prevalence
    from stance.results.sampling import read_codes
    from stance.results.saved import read_results

    if compare and level == "all":
        raise click.UsageError("--compare needs a --level, whose groups it compares")
    keep_inputs([source, coded], output)
    with step(f"reading {source}"):
        read = read_results if level == "text" else read_population
        found = population(read(source, only=["text", *columns_of(level)]))
    codes = read_codes(coded, found.targets)
    with step(f"estimating for {number_of(len(found.frame), 'paragraph')}"):
        rows = estimate_prevalence(found, codes, level)
    about = f"Estimated from {found.source} and {_codes_told(codes, coded)}: level {level}."
    if compare:
        differences = compare_groups(rows, level, *compare)
        about = f"{about[:-1]}, {compare[0]} less {compare[1]}."
        write_rows(differences, found, output, format, _difference_page(differences, level), [about])
    else:
        write_rows(rows, found, output, format, _page(rows, level), [about])
    _tell_of_codes(found, codes, coded)
    if missing := _without_estimate(rows, level):
        click.echo(
            f"{number_of(missing, 'group')} without an estimate: fewer than {LEAST_CODED} coded paragraphs", err=True
        )
    click.echo(
        "The intervals are for these paragraphs; they say nothing about articles that might have been collected "
        "instead.",
        err=True,
    )


def _expected_page(rows: pd.DataFrame) -> Iterator[str]:
    """How wide the intervals are to be, a line a target; not what the model expects, which would sway who codes."""
    from stance.results.prevalence import NET

    if len(rows):
        yield "95 % intervals to expect once all are coded, if the model is as sure as it is right; otherwise wider:"
    for name, mine in rows.groupby("target", sort=False):
        halves = zip(mine["label"], mine["half"], strict=True)
        parts = [f"{label} ± {half:.2f}" if label == NET else f"{label} ± {100 * half:.1f} %" for label, half in halves]
        yield f"  {name}: {', '.join(parts)}"


def _codes_told(codes: pd.DataFrame, coded: str) -> str:
    """The codes and the sample that they are of, for who checks the figures and has not the file."""
    from stance.results.drawn import drawn_from

    return f"the codes in {coded}, of the sample {drawn_from(codes) or 'that is taken for a simple random one'}"


def _tell_of_codes(found: Results, codes: pd.DataFrame, coded: str) -> None:
    """Tell what is taken for granted of codes, and of what they have too few."""
    from stance.results.drawn import count_lost, drawn_from
    from stance.results.prevalence import few_errors

    if not drawn_from(codes):
        click.echo(
            f"{coded}: no column 'drawn_from', so it is taken for a simple random sample of all paragraphs; "
            "if it was drawn --within a target, that is wrong",
            err=True,
        )
    drawn = len(codes) + count_lost(codes)
    few = few_errors(found, codes)
    for target in found.targets:
        if blank := drawn - int(codes[target.name].notna().sum()):
            told = (
                "no code"
                if blank == drawn
                else f"{blank} of {drawn} paragraphs without a code, taken to be missing at random"
            )
            click.echo(f"{target.name}: {told}", err=True)
        if blank < drawn and few[target.name]:
            labels = ", ".join(f"{label} ({n})" for label, n in few[target.name].items())
            click.echo(
                f"{target.name}: the sample has hardly any errors of the model on {labels}; if the model is surer than "
                "it is right, the intervals of these are too narrow; draw more",
                err=True,
            )


@click.command(short_help="Write outcomes for a regression, corrected by a coded sample.")
@click.argument("source", metavar="RESULTS")
@click.argument("coded", metavar="CODED")
@output_option(required=True)
@click.option("--format", "-f", type=click.Choice((*PLAIN, *EXPORTS)), help="[default: by suffix, else CSV]")
@progress_option
def outcomes(source: str, coded: str, output: str, format: str | None) -> None:
    """Write outcomes for a regression: labels of all paragraphs, corrected by a sample coded by hand.

    RESULTS and CODED are the same as for `stance results prevalence`. Each row is a paragraph, without its text;
    TARGET_y_LABEL is the outcome, which may be far above 1 or below 0. A model's labels bias the coefficients of a
    regression; these columns do not, however wrong the model is (design-based supervised learning, Egami et al.
    2023). Beside them stand TARGET_code, TARGET_weight, sample_stratum and sample_stratum_size, for programs for
    survey samples.

    Regress the outcome by least squares, with robust standard errors clustered by article_id; do not use a logistic
    regression. The standard errors are too small where either side of a variable has fewer than about thirty coded
    paragraphs, or hardly any on which the model errs.

    \b
    Examples:
        stance results outcomes scores.csv coded.csv -o outcomes.csv
        stance results outcomes scores.csv coded.csv -o outcomes.dta
    """
    from stance.results.outcomes import outcome_column, regression_outcomes
    from stance.results.population import read_population
    from stance.results.sampling import read_codes

    keep_inputs([source, coded], output)
    with step(f"reading {source}"):
        found = read_population(source)
    check_rows(len(found.frame), output, format)
    codes = read_codes(coded, found.targets)
    with step(f"correcting {number_of(len(found.frame), 'paragraph')}"):
        rows = regression_outcomes(found, codes)
    about = f"Outcomes of {found.source} and {_codes_told(codes, coded)}."
    write_table(rows, found, output, format, notes=[about])
    _tell_of_codes(found, codes, coded)
    made = [t.name for t in found.targets if t.labels and outcome_column(t.name, t.labels[0]) in rows]
    click.echo(
        f"{number_of(len(rows), 'paragraph')} with outcomes on {' and '.join(made)} to {output_name(output)}", err=True
    )


def _without_estimate(rows: pd.DataFrame, level: str) -> int:
    """How many groups have no estimate of a target."""
    groups = rows["target"].map(lambda _: "") if level == "all" else rows[level].astype(str)
    nothing = rows["prevalence"].isna().groupby([rows["target"], groups]).all()
    return int(nothing.groupby(level=1).any().sum())


def _page(rows: pd.DataFrame, level: str) -> Iterator[str]:
    """The estimates as a table for people, one block a target."""
    from stance.results.prevalence import NET

    heading, names = group_names(rows, level)
    before = ""
    for name, row in zip(names, rows.to_dict("records"), strict=True):
        if row["target"] != before:
            yield from [""] if before else []
            yield f"{click.style(str(row['target']), bold=True)}, shares of all paragraphs"
            head = ("paragr.", "coded", "counted", "prevalence")
            yield f"{heading} {'label':<12}" + "".join(f"{word:>11}" for word in head) + "   95 % interval"
            before = row["target"]
        show = signed if row["label"] == NET else percent
        interval = f"{show(row['low'])} to {show(row['high'])}" if row["low"] == row["low"] else "-"
        yield (
            f"{name} {row['label']:<12}{row['paragraphs']:>11}{row['coded']:>11}"
            f"{show(row['counted']):>11}{show(row['prevalence']):>11}   {interval}"
        )


def _difference_page(rows: pd.DataFrame, level: str) -> Iterator[str]:
    """The differences as a table for people, one block a target."""
    from stance.results.page import visible
    from stance.results.prevalence import NET

    names = [visible(str(rows[column].iloc[0])) for column in (level, "other")]
    widths = [max(11, len(name) + 2) for name in names]
    before = ""
    for row in rows.to_dict("records"):
        if row["target"] != before:
            yield from [""] if before else []
            yield f"{click.style(str(row['target']), bold=True)}, shares of all paragraphs: {names[0]} less {names[1]}"
            heads = "".join(f"{name:>{width}}" for name, width in zip(names, widths, strict=True))
            yield f"{'label':<12}{heads} {'difference':>11}   95 % interval"
            before = row["target"]
        show, less = (signed, signed) if row["label"] == NET else (percent, _points)
        ends = row["difference_low"], row["difference_high"]
        interval = f"{less(ends[0])} to {less(ends[1])}" if ends[0] == ends[0] else "-"
        shares = f"{show(row['prevalence']):>{widths[0]}}{show(row['other_prevalence']):>{widths[1]}}"
        yield f"{row['label']:<12}{shares} {less(row['difference']):>11}   {interval}"


def _points(difference: float) -> str:
    """A difference of shares, in points of a hundred."""
    return "-" if difference != difference else f"{100 * difference:+.1f}"
