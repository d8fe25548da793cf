"""``stance compare``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from stance.commands.evaluate import show_absent
from stance.commands.options import corpus_options, read_labelled, tell_few_articles
from stance.errors import number_of

if TYPE_CHECKING:
    from stance.training.compare import Comparison

__all__ = ["compare"]


@click.command(short_help="Compare two models on a labeled corpus.")
@click.argument("model", metavar="MODEL")
@click.argument("other", metavar="OTHER")
@click.argument("corpus", metavar="CORPUS")
@click.option("--format", "-f", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the test and the bootstrap."
)
@corpus_options
def compare(model: str, other: str, corpus: str, format: str, seed: int, columns: Any) -> None:
    """Compare two models on the labeled CORPUS, with a paired permutation test over articles.

    MODEL and OTHER are folders, or "default". Neither may have been trained on a paragraph of CORPUS. Paragraphs
    that either model does not score are left out for both. With fewer than about 20 articles the intervals are too
    narrow, and with fewer than three they run from -1 to 1.

    Each p is for one comparison alone: if you compare several models or metrics, correct for that, for instance by
    Holm's method.

    \b
    Example:
        stance compare models/default models/mine mine.jsonl
    """
    from stance.model.artefact import load_model
    from stance.training.compare import PERMUTATIONS, compare_models

    first, second = (load_model(name) for name in (model, other))
    theirs = {target.name for target in second.targets}
    shared = [target for target in first.targets if target.name in theirs]
    found = compare_models(first, second, read_labelled(corpus, columns, shared), seed=seed)
    tell_few_articles(comparison.articles for comparison in found)
    if format == "json":
        click.echo(json.dumps({comparison.target.name: comparison.to_dict() for comparison in found}, indent=1))
        return
    for comparison in found:
        _print(comparison, model, other)
    click.echo(f"p: two-sided, of {PERMUTATIONS} permutations; intervals 95 %, by a bootstrap over articles", err=True)


def _print(comparison: Comparison, model: str, other: str) -> None:
    click.secho(comparison.target.name, bold=True)
    left = f"; {comparison.unscored} more not scored by one model or both" if comparison.unscored else ""
    click.echo(f"  {number_of(comparison.n, 'paragraph')} in {number_of(comparison.articles, 'article')}{left}")
    show_absent(comparison.target, comparison.absent)
    names = [name if len(name) <= 20 else f"…{name[-19:]}" for name in (model, other)]
    click.echo(f"  {'':<10} {names[0]:>20} {names[1]:>20}   {'difference':<24} p")
    for name, difference in comparison.difference.items():
        values = f"{comparison.first[name]:>20.3f} {comparison.second[name]:>20.3f}"
        signed = f"{difference.value:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]"
        click.echo(f"  {name:<10} {values}   {signed:<24} {comparison.p[name]:.4f}")
    click.echo()
