"""``stance speakers``."""

from __future__ import annotations

import click

__all__ = ["speakers"]


@click.group()
def speakers() -> None:
    """How well `stance score --speakers` finds who says it.

    \b
    Example:
        stance speakers evaluate
    """


@speakers.command()
@click.argument("file", metavar="FILE", default="data/speakers/test.jsonl")
@click.option("--failures", is_flag=True, help="Also print every wrong speaker or actor; not for the test set.")
def evaluate(file: str, failures: bool) -> None:
    """Print precision and recall of speakers and actors on hand-labelled paragraphs, with 95 % intervals.

    A speaker counts as right if it shares half its characters with a reading that the labeller accepts.

    \b
    Example:
        stance speakers evaluate data/speakers/test.jsonl
    """
    from stance.speakers.evaluate import evaluate_speech, read_labelled

    metrics = evaluate_speech(read_labelled(file))
    for name, share in metrics.shares.items():
        if share.of:
            low, high = share.interval
            click.echo(f"{name:<32} {share.value:.3f} [{low:.3f}, {high:.3f}]  {share.right} of {share.of}")
    if failures:
        for one, speech in metrics.failures:
            right = "; ".join(f"{r.speaker} ({r.actor})" for r in one.readings) or "nobody"
            click.echo(f"{one.article}:{one.paragraph}: {speech.speaker} ({speech.actor}), not {right}")
