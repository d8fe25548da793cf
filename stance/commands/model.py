"""``stance model``."""

from __future__ import annotations

import io
import json
from pathlib import Path

import click

from stance.batch.files import check_output, write_whole
from stance.commands.options import place
from stance.errors import ModelError, StanceError

__all__ = ["model"]

_PATH = click.argument("model", metavar="[MODEL]", default="default")


@click.group()
def model() -> None:
    """Show, verify and export a model.

    \b
    Example:
        stance model show
    """


@model.command(short_help="Show what a model reads and learned from, and how well it does.")
@_PATH
@click.option("--json", "as_json", is_flag=True, help="Print the whole manifest.")
def show(model: str, as_json: bool) -> None:
    """Show what a model reads, what it was trained on and how well it does.

    \b
    Example:
        stance model show models/default
    """
    from stance.model.artefact import read_manifest
    from stance.results.model_card import calibration_cell
    from stance.results.page import visible

    manifest = read_manifest(model)
    if as_json:
        click.echo(json.dumps(manifest, indent=1, ensure_ascii=False))
        return
    click.secho(visible(str(manifest.get("name", model))), bold=True)
    # the one that results and reports name, of arrays and manifest
    click.echo(f"model       SHA-256 {manifest['manifest_sha256']}")
    trained = manifest.get("corpus", {})
    if trained:
        click.echo(
            visible(
                f"corpus      {trained['name']} {trained['version']}: {trained['paragraphs']} paragraphs in "
                f"{trained['articles']} articles, fingerprint {trained['fingerprint'][:16]}"
            )
        )
    click.echo(visible(f"arrays      {manifest['arrays']['bytes']:,} bytes, SHA-256 {manifest['arrays']['sha256']}"))
    for block in manifest["blocks"]:
        click.echo(visible(f"block       {block['name']}: {block['terms']:,} terms"))
    for target in manifest["targets"]:
        click.echo(visible(f"target      {target['name']}: {', '.join(target['labels'])}"))
        measured = manifest.get("metrics", {}).get(target["name"], {})
        metrics = measured.get("metrics", {})
        for name in ("macro_f1", "f_avg"):
            if name in metrics:
                value, low, high = metrics[name]
                click.echo(f"            held-out {name} {value:.3f} [{low:.3f}, {high:.3f}]")
        if "calibration_error" in measured:
            click.echo(f"            held-out calibration_error {calibration_cell(measured)}")


@model.command()
@_PATH
def verify(model: str) -> None:
    """Check the hashes of a model and score its golden paragraphs again.

    \b
    Example:
        stance model verify models/default
    """
    from stance.model.artefact import check_tables, load_model
    from stance.model.folders import model_folder
    from stance.model.golden import largest_drift

    folder = model_folder(model)
    loaded = load_model(folder)
    try:
        check_tables(loaded)
        count, drift = largest_drift(loaded)
        if drift > 1e-6:
            raise ModelError(f"golden paragraphs score differently, by up to {drift:.2g}")
    except ModelError as error:
        raise ModelError(f"{folder}: {error}") from error
    click.echo(f"hashes agree; {count} golden paragraphs score the same (largest difference {drift:.1g})")


@model.command(short_help="Write one target of a model as a scikit-learn Pipeline.")
@_PATH
@click.option("--sklearn", "output", required=True, metavar="FILE", callback=place, help="File to write, with joblib.")
@click.option("--target", "-t", metavar="NAME", help="Target to export.  [default: the first]")
def export(model: str, output: str, target: str | None) -> None:
    """Write one target of a model as a scikit-learn Pipeline.

    The file is a pickle: load such files only from people you trust. stance itself never loads one.

    \b
    Example:
        stance model export --sklearn sanctions.joblib --target sanctions
    """
    import joblib

    from stance.model.artefact import load_model
    from stance.model.folders import model_folder
    from stance.training.export import to_pipeline

    path, folder = Path(output), model_folder(model)
    check_output(path)
    if path.resolve().is_relative_to(folder.resolve()):
        raise StanceError(f"{output}: is inside the folder of the model; name a file elsewhere")
    loaded = load_model(folder)
    pipeline = io.BytesIO()
    joblib.dump(to_pipeline(loaded, target or loaded.targets[0].name), pipeline)
    write_whole(path, pipeline.getvalue())
    click.echo(f"wrote {output}", err=True)
