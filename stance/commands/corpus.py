"""``stance corpus``."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import click

from stance.commands.options import corpus_options, read_labelled, tell_few_articles
from stance.errors import number_of

__all__ = ["corpus"]


@click.group()
def corpus() -> None:
    """Check and describe a labeled corpus.

    \b
    Example:
        stance corpus check data
    """


@corpus.command(short_help="List every defect of a corpus.")
@click.argument("corpus", metavar="CORPUS")
@corpus_options
def check(corpus: str, columns: Any) -> None:
    """List every defect of CORPUS with its file and line; the exit status is 1 if there are any.

    \b
    Example:
        stance corpus check data
    """
    from stance.training.corpus_files import check_corpus

    defects = check_corpus(corpus, columns)
    for defect in defects:
        click.echo(str(defect))
    click.echo(number_of(len(defects), "defect"), err=True)
    if defects:
        sys.exit(1)


@corpus.command(short_help="Count paragraphs and labels, measure coder agreement.")
@click.argument("corpus", metavar="CORPUS")
@corpus_options
def stats(corpus: str, columns: Any) -> None:
    """Count paragraphs, labels by target and register, near-duplicates and marked words; measure coder agreement.

    If several have coded the probes of a corpus, their agreement on these is measured, too.

    \b
    Example:
        stance corpus stats data
    """
    from stance.training.agreement import coded_probes, coded_units
    from stance.training.duplicates import count_near_duplicates
    from stance.training.probes import probes_of

    examples = read_labelled(corpus, columns)
    probes = probes_of(examples, corpus)
    articles = len({example.article for example in examples})
    words = sorted(len(example.text.split()) for example in examples)
    n = len(words)
    click.echo(f"paragraphs {n}\narticles   {articles}\ngroups     {len(set(examples.groups))}")
    click.echo(f"words      median {words[n // 2]}, quartiles {words[n // 4]} and {words[3 * n // 4]}")
    click.echo(f"near-duplicate pairs {count_near_duplicates(examples.texts)}")
    click.echo(f"fingerprint {examples.fingerprint}")
    drawn = []
    for target in examples.targets:
        coded = [example for example in examples if target.name in example.labels]
        total = Counter(example.labels[target.name] for example in coded)
        click.secho(f"\n{target.name}", bold=True)
        _row("all", total, target.labels)
        registers = sorted({str(e.fields.get("register")) for e in coded if e.fields.get("register")})
        for register in registers:
            own = Counter(e.labels[target.name] for e in coded if e.fields.get("register") == register)
            _row(register, own, target.labels)
        units, whose = coded_units(examples, target.name)
        drawn.append(len(set(whose)))
        lines = (
            _marked(examples, target.name),
            _marked_twice(examples, target.name),
            _agreement(units, whose, "paragraph"),
            _agreement(*coded_probes(probes, target.name), "probe"),
        )
        for line in filter(None, lines):
            click.echo(line)
    tell_few_articles(drawn)


def _row(name: str, counts: Counter[str], labels: tuple[str, ...]) -> None:
    n = sum(counts.values())
    cells = "  ".join(f"{label} {counts[label]:>5} {100 * counts[label] / max(n, 1):>3.0f} %" for label in labels)
    click.echo(f"  {name:<14} {n:>6}  {cells}")


def _marked(examples: Any, target: str) -> str | None:
    marks = [mark for mark in examples.marks if mark.target == target]
    if not marks:
        return None
    runs = sum(len(run.split()) for mark in marks for run in examples.examples[mark.position].evidence[target])
    words = sum(len(examples.examples[mark.position].text.split()) for mark in marks)
    return f"  words marked in {number_of(len(marks), 'paragraph')}, {100 * runs / words:.0f} % of their words"


def _marked_twice(examples: Any, target: str) -> str | None:
    from stance.training.agreement import marking_agreement

    found = marking_agreement(examples, target)
    if found is None:
        return None
    return (
        f"  F1 of the words that two coders marked {found.f1} on {number_of(found.paragraphs, 'paragraph')}, by chance "
        f"{found.by_chance:.2f}; a word in common in {100 * found.touching:.0f} % of these"
    )


def _agreement(units: Any, articles: Any, unit: str) -> str | None:
    from stance.commands.agreement import alpha_shown
    from stance.training.agreement import alpha_with_interval

    if not units:
        return None
    alpha = alpha_shown(alpha_with_interval(units, articles))
    return f"  Krippendorff's alpha of the coders {alpha} on {number_of(len(units), unit)}"
