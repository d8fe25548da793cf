"""``stance report``."""

from __future__ import annotations

from pathlib import Path

import click

from stance.batch.files import check_output, write_whole
from stance.commands.options import output_option, place
from stance.commands.places import keep_inputs, output_name
from stance.commands.steps import progress_option, step
from stance.errors import number_of

__all__ = ["report"]

# bytes; a browser takes some ten times as much memory, and searches them in tens of seconds
_SLOW = 30_000_000
_NOTHING_DRAWN = (
    "they need dates in two months or more, or outlets, and three paragraphs with a stance on a target that has the "
    "labels favor and against"
)


@click.command(short_help="Write results as one HTML file to read, print and send.")
@click.argument("source", metavar="RESULTS")
@output_option('Where to write the page ("-": standard output).', required=True)
@click.option(
    "--title", metavar="TEXT", help="Heading.  [default: the article's title or id, or the number of articles]"
)
@click.option(
    "--articles",
    type=click.IntRange(0),
    metavar="N",
    default=50,
    show_default=True,
    help="How many articles to show with their text.",
)
@click.option(
    "--figures", metavar="DIR", callback=place, help="Also write the figures to this folder, as SVG and PDF files."
)
@click.option(
    "--actors",
    is_flag=True,
    help="Also show figures by actor (needs `stance score --speakers`): of the paragraphs in which each speaks, "
    "whoever holds the stance.",
)
@progress_option
def report(source: str, output: str, title: str | None, articles: int, figures: str | None, actors: bool) -> None:
    """Write RESULTS as one HTML file to read, print and send; it loads nothing and runs no script.

    RESULTS is a Parquet, CSV or JSON lines file that `stance score` wrote, or the folder of a run. If it was scored
    with --explain, the deciding words are underlined in place.

    \b
    Examples:
        stance report scores.csv -o report.html
        stance report scores.csv -o report.html --title "Spring 2026" --figures figures
    """
    from stance.results.group_figures import draw_figures, roll_up_drawn
    from stance.results.population import light
    from stance.results.report import render_report
    from stance.results.saved import read_without_texts

    keep_inputs([source], output)
    if output != "-":
        check_output(Path(output))
    with step(f"reading {source}"):
        found = light(*read_without_texts(source))
    with step(f"making a page of {number_of(len(found.frame), 'paragraph')}"):
        rolled = None if figures is None else roll_up_drawn(found, actors)
        page = render_report(found, title, articles, actors=actors, rolled=rolled).encode("utf-8", "replace")
    if output == "-":
        click.echo(page, nl=False)
    else:
        write_whole(Path(output), page)
    size = len(page)
    slow = "; browsers are slow with a page this large; a smaller --articles makes it smaller" if size > _SLOW else ""
    click.echo(
        f"{number_of(len(found.frame), 'paragraph')} to {output_name(output)} ({size / 1e6:.1f} MB{slow})", err=True
    )
    if figures is not None and rolled is not None:
        from stance.results.figures import letters_without_font, save_figures

        with step(f"writing figures to {figures}"):
            drawn = draw_figures(found.targets, rolled)
            written = save_figures(drawn, figures)
        click.echo(
            f"{number_of(len(written), 'file')} to {figures}" if written else f"no figures: {_NOTHING_DRAWN}", err=True
        )
        for figure in drawn:
            if lacking := letters_without_font(figure):
                shown = lacking[:8] + "…" * (len(lacking) > 8)
                click.echo(f"{figure.name}.pdf: its font lacks {shown}; {figure.name}.svg has all letters", err=True)
