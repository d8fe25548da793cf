"""``stance train``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import click

from stance.commands.options import SEEDS, corpus_options, jobs_option, place, read_labelled
from stance.errors import ModelError, number_of

__all__ = ["train"]


@click.command(short_help="Train a model on a labeled corpus.")
@click.argument("corpus", metavar="CORPUS")
@click.option("--output", "-o", required=True, metavar="DIR", callback=place, help="Folder to write the model to.")
@click.option("--name", metavar="NAME", help="Name of the model.  [default: the folder's]")
@click.option("--seed", type=SEEDS, default=0, show_default=True, help="Seed of the folds and the bootstrap.")
@click.option(
    "--folds", type=click.IntRange(2, 50), default=5, show_default=True, help="Folds of the cross-validation."
)
@jobs_option
@corpus_options
def train(corpus: str, output: str, name: str | None, seed: int, folds: int, jobs: int, columns: Any) -> None:
    """Train a model on a labeled corpus: a folder with corpus.toml, or a CSV, TSV, XLSX, JSONL or Parquet file.

    Settings that corpus.toml does not name are chosen by cross-validation grouped by article. If corpus.toml names
    files for calibration, the model is calibrated on these, each scored by a model that saw nothing of it;
    otherwise on the same folds. The same corpus, seed and package versions give the same bytes on the same kind of
    processor.

    \b
    Examples:
        stance train data -o models/mine
        stance train tweets.csv --text-column Tweet --target-column Target --label-column Stance -o models/tweets
    """
    from stance.model.artefact import save_model
    from stance.model.folders import new_model_folder
    from stance.results.model_card import told_abstained, write_model_card
    from stance.training.fit import train as train_model
    from stance.training.probes import probes_of, refuse_trained
    from stance.training.record import with_record

    new_model_folder(output)
    if Path(output).exists() and not Path(output).is_dir():
        # said before the training, which takes minutes
        raise ModelError(f"{output}: is a file; a model is a folder")
    examples = read_labelled(corpus, columns)
    names = ", ".join(target.name for target in examples.targets)
    articles = number_of(len({example.article for example in examples}), "article")
    click.echo(f"{number_of(len(examples), 'paragraph')} in {articles}; {names}", err=True)
    for target in examples.targets:
        # a slip of a coder is a label, and a column of years a target: whoever sees it need not wait for the figures
        counts = Counter(example.labels.get(target.name) for example in examples)
        click.echo(f"{target.name}: {', '.join(f'{counts[label]} {label!r}' for label in target.labels)}", err=True)
    for target in examples.targets:
        if target.sides is None:
            # favour is another label, and nothing else tells of it before the figures lack a column
            click.echo(f"{target.name}: no net stance, which takes the labels 'favor' and 'against'", err=True)
    if examples.language not in (None, "en"):
        told = "the model will abstain from no language; only English, 'en', can be told from others"
        click.echo(f"language {examples.language!r}: {told}", err=True)
    # a probe that cannot be tried is told before the training, too
    tried = probes_of(examples, corpus)
    refuse_trained(tried, examples.text_hashes)
    with _folder_for(output):
        result = train_model(
            examples, folds=folds, seed=seed, jobs=jobs, progress=lambda line: click.echo(line, err=True)
        )
        model = with_record(
            result,
            examples,
            name=name or Path(output).resolve().name,
            seed=seed,
            folds=folds,
            probes=tried,
        )
        save_model(model, output)
    write_model_card(output)
    for target in model.targets:
        value, low, high = model.facts["metrics"][target.name]["metrics"]["macro_f1"]
        click.echo(f"{target.name}: held-out macro-F1 {value:.3f} [{low:.3f}, {high:.3f}]", err=True)
    if told := told_abstained(model.facts):
        click.echo(told, err=True)
    click.echo(f"wrote {output}", err=True)


@contextmanager
def _folder_for(output: str) -> Iterator[None]:
    """The folder of a model, made and tried before the training; one that is new goes if no model comes of it."""
    new = not Path(output).exists()
    try:
        Path(output).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=output):
            pass
    except OSError as error:
        raise ModelError(f"{output}: cannot write the model: {error.strerror or error}") from error
    try:
        yield
    finally:
        # what holds the model is not empty, and stays
        if new:
            with suppress(OSError):
                Path(output).rmdir()
