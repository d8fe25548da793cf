"""``stance results agreement``: whether two or more people who coded a sample agree, and what is left to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stance.commands.cells import percent
from stance.commands.options import output_option, tell_few_articles, tell_stratified
from stance.commands.places import keep_codes, keep_inputs, output_name, tell_formulas, write_table
from stance.commands.steps import progress_option, step
from stance.errors import StanceError, number_of

if TYPE_CHECKING:
    import pandas as pd

    from stance.labels import Target
    from stance.results.agreement import Agreement
    from stance.training.evaluate import Interval

__all__ = ["agreement", "alpha_shown"]


@click.command(short_help="Measure how far the coders of one sample agree.")
@click.argument("source", metavar="RESULTS")
@click.argument("coded", metavar="CODED CODED...", nargs=-1, required=True)
@output_option()
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the bootstrap.")
@progress_option
def agreement(source: str, coded: tuple[str, ...], output: str | None, seed: int) -> None:
    """Measure how far the coders of one sample agree: percent agreement, Krippendorff's alpha, confusions.

    RESULTS is what the sample was drawn from; each CODED is one coder's copy of the sample, named after the coder.
    The 95 % interval of alpha comes from a bootstrap over articles. The figures describe the sample: if it was
    drawn --within a target, they do not describe the collection.

    With -o the whole sample is written, with the labels of all coders and whatever else their files hold, such as
    notes. Where coders differ, the column of the target is empty, and these paragraphs come first: fill them in,
    and give the file to `stance results prevalence`. A label that only one coder gave is taken as it is.

    \b
    Examples:
        stance results agreement scores.csv anna.csv ben.csv
        stance results agreement scores.csv anna.csv ben.csv -o coded.csv
    """
    from stance.results.agreement import coder_columns, combine_codes, measure_agreement
    from stance.results.drawn import DRAWN_FROM
    from stance.results.population import read_population
    from stance.results.sampling import read_codes

    coders = [Path(path).stem for path in coded]
    if len(coders) < 2:
        raise click.UsageError("Name the files of at least two coders.")
    if twice := [coder for coder in coders if coders.count(coder) > 1]:
        raise StanceError(f"two files are named {twice[0]}; name each after its coder")
    keep_inputs([source, *coded], output)
    keep_codes(output)
    with step(f"reading {source}"):
        found = read_population(source, only=["text"], probabilities=False)
    codes = {coder: read_codes(path, found.targets) for coder, path in zip(coders, coded, strict=True)}
    with step(f"finding what was coded among {number_of(len(found.frame), 'paragraph')}"):
        joined = combine_codes(found, codes)
    tell_stratified(coded[0], str(joined[DRAWN_FROM].iloc[0]))
    measured = [(target, measure_agreement(joined, target, coders, seed=seed)) for target in found.targets]
    _refuse_unpaired(measured, coders)
    for target, one in measured:
        if any(one.coded.values()):
            for line in _page(joined, target, coders, one, seed):
                click.echo(line, err=output == "-")
    click.echo("alpha: nominal; its interval is 95 %, by a bootstrap over articles", err=True)
    tell_few_articles(one.articles for _, one in measured)
    left = sum(one.differ for _, one in measured)
    click.echo(f"{number_of(left, 'label')} to decide on, where coders differ", err=True)
    if single := sum(one.single for _, one in measured):
        click.echo(f"{number_of(single, 'label')} given by one coder only, taken as given", err=True)
    if output:
        about = f"Codes of {', '.join(coders)}, of a sample drawn from {found.source}; empty where they differ."
        columns = coder_columns(found.targets, coders)
        write_table(joined, found, output, notes=[about], others=columns)
        tell_formulas(joined, output)
        click.echo(
            f"{number_of(len(joined), 'paragraph')} to {output_name(output)}, those that coders differ on first",
            err=True,
        )


def _refuse_unpaired(measured: Sequence[tuple[Target, Agreement]], coders: Sequence[str]) -> None:
    if any(one.n for _, one in measured):
        return
    counts = ", ".join(f"{coder} {max(one.coded[coder] for _, one in measured)}" for coder in coders)
    names = ", ".join(target.name for target, _ in measured)
    raise StanceError(
        f"no paragraph has the codes of two coders (coded: {counts}); let them fill in the columns {names} of the "
        "same sample"
    )


def _page(joined: pd.DataFrame, target: Target, coders: list[str], all_: Agreement, seed: int) -> Iterator[str]:
    """The figures of one target, for people."""
    from stance.results.agreement import confusion_of, measure_agreement

    yield click.style(target.name, bold=True)
    counts = ", ".join(f"{coder} {n}" for coder, n in all_.coded.items())
    single = f"; {all_.single} more with one" if all_.single else ""
    articles = number_of(all_.articles, "article")
    yield f"  {number_of(all_.n, 'paragraph')} with two codes or more, in {articles} (coded: {counts}){single}"
    if not all_.n:
        yield ""
        return
    yield f"  agreement             {percent(all_.observed)}"
    yield f"  Krippendorff's alpha  {alpha_shown(all_.alpha)}"
    width = max(10, *(len(label) for label in target.labels))
    yield f"  {'':<{width}} {'agreement':>10} {'given':>10}"
    for label in target.labels:
        yield f"  {label:<{width}} {percent(all_.by_label[label]):>10} {all_.given[label]:>10}"
    for coder, other in combinations(coders, 2):
        if len(coders) > 2:
            pair = measure_agreement(joined, target, [coder, other], seed=seed)
            if not pair.n:
                yield f"  {coder}, {other}: no paragraph has the codes of both"
                continue
            told = f"{pair.n} paragraphs, agreement {percent(pair.observed)}, alpha {alpha_shown(pair.alpha)}"
            yield f"  {coder}, {other}: {told}"
        heads = " ".join(f"{label:>10}" for label in target.labels)
        yield f"  {'confusion':<{width}} {heads}   (rows: {coder}, columns: {other})"
        for label, row in zip(target.labels, confusion_of(joined, target, coder, other), strict=True):
            yield f"  {label:<{width}} " + " ".join(f"{n:>10}" for n in row)
    yield ""


def alpha_shown(alpha: Interval) -> str:
    """An alpha with its interval, or why there is none."""
    return str(alpha) if alpha.value == alpha.value else "not defined: only one label was used"
