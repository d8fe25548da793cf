"""``stance speakers``."""

from __future__ import annotations

from pathlib import Path

import click

from stance.errors import CorpusError

__all__ = ["speakers"]


@click.group(short_help="Measure how well `stance score --speakers` finds who speaks.")
def speakers() -> None:
    """Measure how well `stance score --speakers` finds who speaks.

    \b
    Example:
        stance speakers evaluate
    """


@speakers.command(short_help="Measure speakers and actors on labeled paragraphs.")
@click.argument("paths", metavar="[PATH]...", nargs=-1)
@click.option(
    "--failures",
    is_flag=True,
    help="Also print every wrong speaker or actor; not for the fresh files, which must stay unseen.",
)
def evaluate(paths: tuple[str, ...], failures: bool) -> None:
    """Print precision and recall of speakers and actors on labeled paragraphs, with 95 % intervals.

    PATH is a file, or a folder whose files are measured one by one (default: data/speakers, as in the repository).
    A speaker counts as right if it and a reading that the labeler accepts share at least half the characters of the
    longer of the two.

    \b
    Example:
        stance speakers evaluate data/speakers/fresh.jsonl
    """
    from stance.speakers.evaluate import evaluate_speech, read_labelled

    for path in map(Path, paths or ("data/speakers",)):
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files or not path.exists():
            raise CorpusError(
                "no labeled speakers here; name a file or folder of them (*.jsonl), such as data/speakers of the "
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
