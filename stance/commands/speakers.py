"""``stance speakers``."""

from __future__ import annotations

from pathlib import Path

import click

from stance.errors import CorpusError

__all__ = ["speakers"]


@click.group(short_help="Measure how well `stance score --speakers` finds who says it.")
def speakers() -> None:
    """How well `stance score --speakers` finds who says it.

    \b
    Example:
        stance speakers evaluate
    """


@speakers.command(short_help="Measure speakers and actors on labelled paragraphs.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option("--failures", is_flag=True, help="Also print every wrong speaker or actor; not for fresh paragraphs.")
def evaluate(paths: tuple[str, ...], failures: bool) -> None:
    """Print precision and recall of speakers and actors on labelled paragraphs, with 95 % intervals.

    PATH is a file, or a folder whose files are taken one by one (default: data/speakers, as the repository has it). A
    speaker counts as right if it shares half its characters with a reading that the labeller accepts.

    \b
    Example:
        stance speakers evaluate data/speakers/fresh.jsonl
    """
    from stance.speakers.evaluate import evaluate_speech, read_labelled

    for path in map(Path, paths or ("data/speakers",)):
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files or not path.exists():
            raise CorpusError(
                "no labelled speakers here; name a file or folder of them (*.jsonl), such as data/speakers of the "
                "repository",
                path,
            )
        for file in files:
            labelled = read_labelled(file)
            metrics = evaluate_speech(labelled)
            click.echo(f"{file.stem}: {len(labelled)} paragraphs")
            for name, share in metrics.shares.items():
                if share.of:
                    low, high = share.interval
                    click.echo(f"  {name:<32} {share.value:.3f} [{low:.3f}, {high:.3f}]  {share.right} of {share.of}")
            if failures:
                for one, speech in metrics.failures:
                    right = "; ".join(f"{r.speaker} ({r.actor})" for r in one.readings) or "nobody"
                    click.echo(f"  {one.article}:{one.paragraph}: {speech.speaker} ({speech.actor}), not {right}")
