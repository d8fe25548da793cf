"""``stance probe``."""

from __future__ import annotations

import click

__all__ = ["probe"]


@click.command(short_help="Try a model on probes: cases written to test it.")
@click.argument("model", metavar="MODEL")
@click.argument("probes", metavar="[PROBES]", default="data/probes")
@click.option("--failures", is_flag=True, help="Also print every failed case, with the labels that the model gave.")
def probe(model: str, probes: str, failures: bool) -> None:
    """Try MODEL on probes, which are cases written to test it, and print the pass rate by phenomenon.

    MODEL is a folder, or "default". PROBES is a file, or a folder of such files (default: data/probes, as in the
    repository). Probes that MODEL was trained on are refused.

    \b
    Example:
        stance probe default data/probes
    """
    from stance.model.artefact import load_model
    from stance.training.probes import read_probes, refuse_trained, run_probes

    loaded, cases = load_model(model), read_probes(probes)
    refuse_trained(cases, loaded.facts.get("text_hashes", ()))
    result = run_probes(loaded, cases)
    of_files = {f"of these in {file}": found for file, found in result.mixed.items()}
    for name, (passed, n) in {**result.passed, "all": result.total, **of_files}.items():
        click.echo(f"{name:<28} {passed:>4} of {n:<4} {100 * passed / n:>4.0f} %")
    if result.consistent[1]:
        click.echo(f"{'groups with equal labels':<28} {result.consistent[0]:>4} of {result.consistent[1]}")
    if failures:
        for case, given in result.failures:
            wrong = ", ".join(
                f"{t}: {given[t] or 'not scored'}, not {case.labels[t]}"
                for t in case.labels
                if given[t] != case.labels[t]
            )
            click.echo(f"{case.id}: {wrong}: {case.text}")
