"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from stance.articles import Columns
from stance.articles.records import DEFAULT_NAMES, FIELDS
from stance.commands.steps import PROGRESS
from stance.errors import StanceError, number_of
from stance.results.formats import EXPORTS, PLAIN

if TYPE_CHECKING:
    from stance.batch.chunks import Shard
    from stance.labels import Target
    from stance.training.corpus import Corpus
    from stance.training.corpus_files import CorpusColumns

__all__ = [
    "SEEDS",
    "article_options",
    "batch_options",
    "corpus_options",
    "format_option",
    "jobs_option",
    "model_option",
    "output_option",
    "place",
    "read_labelled",
    "tell_few_articles",
    "tell_stratified",
]

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


model_option: Decorator = click.option(
    "--model",
    "-m",
    "model_path",
    metavar="DIR",
    help="Folder of the model; without it, or with 'default', the model that ships with stance, whatever folder lies "
    "here (a folder of that name is ./default).",
)


def output_option(
    help: str = 'Where to write ("-": standard output); the suffix decides the format.',
    *,
    metavar: str = "FILE",
    required: bool = False,
) -> Decorator:
    """The option of what a command writes, a table unless its help says otherwise."""
    return click.option("--output", "-o", metavar=metavar, required=required, help=help)


def place(_context: click.Context, option: click.Parameter, path: str | None) -> str | None:
    """Refuse what names no file or folder to write: nothing, which would be the folder one stands in, and ``-``."""
    if path == "":
        raise StanceError(f"{option.opts[0]} has no name: its path is empty")
    if path == "-":
        raise click.BadParameter("cannot be standard output; name a file or folder (./- for one called -)")
    return path


format_option: Decorator = click.option(
    "--format", "-f", type=click.Choice(("table", *PLAIN, *EXPORTS)), help="[default: by suffix, else table]"
)


def _some_jobs(_context: click.Context, _option: click.Parameter, jobs: int) -> int:
    if jobs == 0:
        raise click.BadParameter("at least one is needed; -1 takes every core")
    return jobs


def _a_share(_context: click.Context, _option: click.Parameter, text: str | None) -> Shard | None:
    if text is None:
        return None
    from stance.batch.chunks import Shard

    try:
        return Shard.parse(text)
    except StanceError as error:
        raise click.BadParameter(str(error)) from error


def _jobs_option(help: str) -> Decorator:
    return click.option("--jobs", "-j", type=int, default=-1, show_default=True, callback=_some_jobs, help=help)


jobs_option = _jobs_option("Number of processes; -1 uses every core.")

#: Seeds of folds: scikit-learn takes no others.
SEEDS = click.IntRange(0, 2**32 - 1)


def article_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that map the columns of a table; they arrive as ``columns``."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        chosen = {name: kwargs.pop(f"{name}_column") for name in FIELDS}
        kwargs["columns"] = Columns(**{name: value for name, value in chosen.items() if value is not None})
        return command(*args, **kwargs)

    for name in reversed(FIELDS):
        names = " or ".join(DEFAULT_NAMES[name])
        help = f"Column that holds the {name}.  [default: {names}, ignoring case]"
        option = click.option(f"--{name}-column", metavar="NAME", default=None, help=help)
        wrapped = option(wrapped)
    return wrapped


def batch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for many articles."""
    options = [
        _jobs_option("Number of chunks scored at once; -1 is one per core."),
        click.option("--chunk", type=click.IntRange(1), metavar="N", help="Articles per chunk.  [default: 10000]"),
        click.option(
            "--shard",
            metavar="k/N",
            callback=_a_share,
            help="Score only the k-th of N shares of the chunks, for job arrays.",
        ),
        click.option("--resume", is_flag=True, help="Continue the run in the output folder, with the same inputs."),
        click.option("--progress/--no-progress", **PROGRESS),
        click.option(
            "--dask", metavar="ADDRESS", help='Score on a Dask cluster: its address (tcp://host:port), or "local".'
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def corpus_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that describe a flat corpus; they arrive as ``columns``."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from stance.training.corpus_files import CorpusColumns

        kwargs["columns"] = CorpusColumns(
            text=kwargs.pop("text_column"),
            targets=kwargs.pop("targets"),
            target=kwargs.pop("target_column"),
            label=kwargs.pop("label_column"),
            group=kwargs.pop("group_column"),
        )
        return command(*args, **kwargs)

    options = [
        click.option(
            "--text-column",
            metavar="NAME",
            help="Flat corpus: column that holds the text.  [default: text, paragraph_text, tweet, sentence, body or "
            "content]",
        ),
        click.option(
            "--target",
            "targets",
            metavar="NAME",
            multiple=True,
            help="Flat corpus: column that holds the labels of one target; repeatable.  [default: the label column, "
            "else every column with 2 to 10 distinct values and no other meaning]",
        ),
        click.option(
            "--target-column",
            metavar="NAME",
            help="Flat corpus: column that names the target of each row.  [default: target or topic]",
        ),
        click.option(
            "--label-column",
            metavar="NAME",
            help="Flat corpus: column that holds the label on that target.  [default: stance or label]",
        ),
        click.option(
            "--group-column",
            metavar="NAME",
            help="Flat corpus: column that names the article; without one, each row counts as an article.  [default: "
            "article, article_id, document or group]",
        ),
    ]
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def read_labelled(path: str, columns: CorpusColumns, known: Sequence[Target] = ()) -> Corpus:
    """Read a corpus, and tell of texts in it that have two labels, of rows without any, and of a stratified sample.

    ``known`` are the targets that are to be measured: a sample need not have every label of them, and of others that it
    codes it is told that they are not.
    """
    from stance.training.corpus import contradictions
    from stance.training.corpus_files import read_corpus
    from stance.training.measured import find_targets

    found = read_corpus(path, replace(columns, known=tuple(known)))
    tell_stratified(path, found.drawn_from)
    if found.uncoded:
        click.echo(f"{path}: left out {number_of(found.uncoded, 'row')} without a code", err=True)
    measured = find_targets(found, known)
    others = [target.name for target in found.targets if target.name not in measured.values()]
    if measured and others:
        click.echo(f"not measured: {', '.join(others)}; measured: {', '.join(measured)}", err=True)
    twice = list(contradictions(found))
    if twice:
        more = f" (and {len(twice) - 1} more; see `stance corpus check`)" if len(twice) > 1 else ""
        click.echo(f"{twice[0]}{more}", err=True)
    return found


def tell_stratified(source: str, drawn_from: str) -> None:
    """Tell of a sample that has labels in other shares than the collection that its figures are none of the latter."""
    if not drawn_from:
        return
    from stance.results.drawn import strata_target

    if (target := strata_target(drawn_from)) is not None:
        click.echo(
            f"{source}: a sample drawn --within {target}; the figures describe the sample, "
            "not the collection, whose shares of each label are different",
            err=True,
        )


def tell_few_articles(drawn: Iterable[int]) -> None:
    """Tell what intervals by a bootstrap are worth where the articles that it draws, a number each target, are few."""
    from stance.training.evaluate import FEW_ARTICLES, LEAST_ARTICLES

    least = min((count for count in drawn if count), default=FEW_ARTICLES)
    if least < FEW_ARTICLES:
        worth = "are too narrow" if least >= LEAST_ARTICLES else "say nothing: they span every possible value"
        click.echo(f"intervals from {number_of(least, 'article')} {worth}; code more articles", err=True)
