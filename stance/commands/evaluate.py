"""``stance evaluate``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from stance.commands.options import (
    SEEDS,
    corpus_options,
    jobs_option,
    read_labelled,
    tell_few_articles,
)
from stance.errors import ModelError, number_of

if TYPE_CHECKING:
    from stance.labels import Target
    from stance.training.evaluate import Evaluation

__all__ = ["evaluate", "show_absent"]


@click.command(short_help="Measure a model on a labeled corpus, with 95 % intervals.")
@click.argument("model", metavar="MODEL")
@click.argument("corpus", metavar="CORPUS")
@click.option(
    "--cross-validate",
    is_flag=True,
    help="For the training corpus: refit with the model's settings on grouped folds of CORPUS, and measure each fold.",
)
@click.option("--format", "-f", type=click.Choice(("table", "json")), default="table", show_default=True)
@click.option("--seed", type=SEEDS, default=0, show_default=True, help="Seed of the bootstrap and the folds.")
@click.option("--folds", type=click.IntRange(2, 50), default=5, show_default=True, help="Folds of --cross-validate.")
@jobs_option
@corpus_options
def evaluate(
    model: str, corpus: str, cross_validate: bool, format: str, seed: int, folds: int, jobs: int, columns: Any
) -> None:
    """Measure MODEL on the labeled CORPUS, with 95 % intervals from a bootstrap over articles.

    MODEL is a folder, or "default". A corpus that the model was trained on is refused, unless --cross-validate asks
    for grouped cross-validation. A paragraph that differs only by a hashtag or in capitals from one in the training
    corpus is not recognized, and makes the figures too good.

    Without --cross-validate, articles that share near-duplicate paragraphs, such as wire copy, count one by one, and
    make the intervals too narrow; `stance corpus stats` counts such paragraphs.

    The most probable label counts, even where `stance score` finds it too doubtful to give.

    With fewer than about 20 articles the intervals are too narrow, and so are those of a label that fewer than
    about 20 paragraphs have; with fewer than three articles they run from 0 to 1. For a sample drawn by `stance
    results sample --within`, the figures describe the sample, not the collection.

    \b
    Examples:
        stance evaluate default mine.jsonl
        stance evaluate models/default data --cross-validate
    """
    from stance.model.artefact import load_model
    from stance.training.evaluate import evaluate_model
    from stance.training.fit import fit_model
    from stance.training.logistic import choices_of
    from stance.training.record import evaluate_held_out

    loaded = load_model(model)
    examples = read_labelled(corpus, columns, () if cross_validate else loaded.targets)
    if cross_validate:
        from stance.training.folds import rare_labels

        choices = choices_of(loaded.facts)
        missing = [target.name for target in examples.targets if target.name not in choices]
        if missing:
            raise ModelError(
                f"the model has no settings for {', '.join(missing)}, so it cannot be cross-validated on that"
            )
        if examples.fingerprint != loaded.facts.get("corpus", {}).get("fingerprint"):
            click.echo(
                f"{corpus}: not the corpus that {model} was trained on; these are the figures of a different model, "
                "with that one's settings and the paragraphs, lexicons and options of this corpus",
                err=True,
            )
        for line in rare_labels(examples, folds):
            click.echo(line, err=True)
        result = fit_model(examples, loaded.analyzer.settings, choices, folds=folds, seed=seed, jobs=jobs)
        found = evaluate_held_out(result.probabilities, examples, seed)
    else:
        found = evaluate_model(loaded, examples, seed=seed)
    tell_few_articles(evaluation.articles for evaluation in found)
    _tell_rare(found)
    if format == "json":
        click.echo(json.dumps({e.target.name: e.to_dict() for e in found}, indent=1))
        return
    for evaluation in found:
        n = evaluation.articles
        _print(evaluation, f"{n} groups of articles" if cross_validate else number_of(n, "article"))
    if len(found) > 1:
        _print_pooled(found)


def _tell_rare(found: list[Evaluation]) -> None:
    """Tell of labels that few paragraphs have, where the articles are not few altogether."""
    from stance.training.evaluate import FEW_ARTICLES

    for evaluation in found:
        counts = zip(evaluation.target.labels, evaluation.confusion.sum(axis=1).tolist(), strict=True)
        rare = [f"{label} ({n})" for label, n in counts if 0 < n < FEW_ARTICLES]
        if rare and evaluation.articles >= FEW_ARTICLES:
            whose = "its" if len(rare) == 1 else "their"
            click.echo(
                f"{evaluation.target.name}: few paragraphs of {', '.join(rare)}; the intervals of {whose} figures are "
                "too narrow; code more of them",
                err=True,
            )


def _print(evaluation: Evaluation, drawn: str) -> None:
    """The figures of one target, for people; ``drawn`` is what the bootstrap draws."""
    labels = evaluation.target.labels
    click.secho(evaluation.target.name, bold=True)
    click.echo(f"  {number_of(evaluation.n, 'paragraph')} in {drawn}")
    if left := {label: n for label, n in evaluation.unscored.items() if n}:
        click.echo(f"  {sum(left.values())} more not scored: {', '.join(f'{label} {n}' for label, n in left.items())}")
    if not evaluation.n:
        click.echo()
        return
    show_absent(evaluation.target, evaluation.absent)
    for name in ("macro_f1", "f_avg", "accuracy"):
        if name in evaluation.metrics:
            click.echo(f"  {name:<18} {evaluation.metrics[name]}")
    click.echo(f"  {'calibration_error':<18} {evaluation.calibration}")
    width = max(10, *(len(label) for label in labels))
    click.echo(f"  {'':<{width}} {'precision':<22} {'recall':<22} {'F1':<22} true")
    for k, label in enumerate(labels):
        given, true = evaluation.confusion[:, k].sum(), evaluation.confusion[k].sum()
        # what nothing was divided by is 0 in JSON; an interval from 0 to 0 would pass for a finding
        defined = {"precision": given, "recall": true, "f1": given + true}
        cells = [f"{evaluation.metrics[f'{m}.{label}'] if n else '-'!s:<22}" for m, n in defined.items()]
        click.echo(f"  {label:<{width}} {' '.join(cells)} {true}")
    click.echo(f"  {'confusion':<{width}} " + " ".join(f"{label:>10}" for label in labels) + "   (columns: predicted)")
    for label, row in zip(labels, evaluation.confusion, strict=True):
        click.echo(f"  {label:<{width}} " + " ".join(f"{n:>10}" for n in row))
    click.echo()


def show_absent(target: Target, absent: list[str]) -> None:
    """Name the labels that macro-F1 is not the mean over, if there are any, and those that F_avg has nothing of."""
    if not absent:
        return
    n = number_of(len(target.labels) - len(absent), "label")
    sides = [label for label in target.sides or () if label in absent]
    halved = f"; F_avg has F1 0 for {' and '.join(sides)}" if sides else ""
    click.echo(f"  macro-F1 is the mean over {n}; there is no {', no '.join(absent)}{halved}")


def _print_pooled(found: list[Evaluation]) -> None:
    import numpy as np

    from stance.training.evaluate import metrics_of

    if len({evaluation.target.labels for evaluation in found}) == 1:
        pooled = metrics_of(np.sum([e.confusion for e in found], axis=0), found[0].target.labels)
        if "f_avg" in pooled:
            f_avg, macro_f1 = float(pooled["f_avg"]), float(pooled["macro_f1"])
            click.echo(f"all targets pooled: F_avg {f_avg:.4f}, macro-F1 {macro_f1:.4f}")
