"""``stance explain``."""

from __future__ import annotations

import json

import click

from stance.articles import Columns, Paragraph, read_articles
from stance.articles.footers import RepeatedFooters
from stance.commands.options import article_options, model_option
from stance.commands.refusals import Refusals
from stance.errors import StanceError
from stance.model.abstention import Reason
from stance.model.artefact import load_model
from stance.model.explanation import Explanation
from stance.results.page import visible

__all__ = ["explain"]


@click.command(short_help="Show which terms decided, and what each contributed.")
@click.argument("file", metavar="FILE")
@click.option("--target", "-t", "targets", multiple=True, metavar="NAME", help="Only this target; repeatable.")
@click.option("--article", "article_id", metavar="ID", help="Only the article with this article_id in the results.")
@click.option(
    "--paragraph",
    "-p",
    type=click.IntRange(0),
    metavar="N",
    help="Only this paragraph, counted from 0 as in the results.",
)
@click.option("--label", metavar="LABEL", help="Explain this label instead of the most probable one.")
@click.option(
    "--terms", type=click.IntRange(min=0), default=10, show_default=True, help="How many terms to show; 0: all."
)
@click.option("--format", "-f", type=click.Choice(("table", "jsonl")), default="table", show_default=True)
@article_options
@model_option
def explain(
    file: str,
    targets: tuple[str, ...],
    article_id: str | None,
    paragraph: int | None,
    label: str | None,
    terms: int,
    format: str,
    columns: Columns,
    model_path: str | None,
) -> None:
    """Show which terms decided, what exactly each adds to the margin, and where it stands in the text.

    The intercept and all contributions add up to the margin. Offsets count the characters of the article's text.
    Where `stance score` gives no label, the reason is shown and the most probable label is explained.
    docs/outputs.md in the repository explains the names of terms.

    \b
    Examples:
        stance explain article.txt --paragraph 2 --target sanctions
        stance explain export.csv --text-column body --article 1 --paragraph 0
    """
    model = load_model(model_path)
    names = targets or tuple(target.name for target in model.targets)
    refusals, explained, longest = Refusals(), 0, 0
    first: str | None = None
    footers = RepeatedFooters()
    show = _show_record if format == "jsonl" else _show_page
    for article in read_articles([file], columns, lambda record: refusals.add_all([record])):
        first = first or article.id
        # of those that are not shown, too: a footer is known by the articles before
        article = footers.mark(article)
        if article_id not in (None, article.id):
            continue
        explained += 1
        paragraphs = article.paragraphs
        longest = max(longest, len(paragraphs))
        for part in paragraphs:
            if paragraph in (None, part.index):
                for name in names:
                    found = model.explain(part.text, name, label)
                    abstained = Reason.BOILERPLATE if part.boilerplate else found.abstained
                    show(article.id, part, found, abstained, terms or len(found.contributions))
    if refusals.number and article_id is None:
        read = explained + refusals.number
        click.echo(f"articles: {read} read = {explained} explained + {refusals.number} quarantined", err=True)
        if not explained:
            raise StanceError("no article could be read")
    if article_id is not None and not explained:
        ids = "" if first is None else f"; the first one that is read from it is {first!r}"
        raise StanceError(f"{file}: no article {article_id!r}{ids}")
    if paragraph is not None and paragraph >= longest:
        counted = ", counted from 0" if longest else ""
        raise StanceError(f"{file}: no paragraph {paragraph}; there are {longest}{counted}")


def _show_record(article_id: str, part: Paragraph, found: Explanation, abstained: Reason | None, most: int) -> None:
    record = {
        "article_id": article_id,
        "paragraph": part.index,
        "start": part.start,
        "end": part.end,
        "target": found.target,
        "label": found.label,
        "probability": found.probability,
        "abstained": abstained,
        "margin": found.margin,
        "intercept": found.intercept,
        "contributions": [
            {
                "block": term.block,
                "term": term.term,
                "value": term.value,
                "spans": [[part.start + start, part.start + end] for start, end in term.spans],
            }
            for term in found.contributions[:most]
        ],
    }
    click.echo((json.dumps(record, ensure_ascii=False) + "\n").encode(), nl=False)


def _show_page(article_id: str, part: Paragraph, found: Explanation, abstained: Reason | None, most: int) -> None:
    reason = "" if abstained is None else f"no label, {abstained}; "
    about = f"{visible(article_id)}, paragraph {part.index}, {found.target}: {reason}{found.label}"
    click.secho(about, bold=True, nl=False)
    click.echo(f" (probability {found.probability:.2f})")
    click.echo(f"  {found.margin:+8.4f}  margin")
    click.echo(f"  {found.intercept:+8.4f}  intercept")
    for term in found.contributions[:most]:
        where = ", ".join(f"{part.start + start}-{part.start + end}" for start, end in term.spans[:4])
        click.echo(f"  {term.value:+8.4f}  {term.term}  [{term.block}; {where}]")
    if rest := found.contributions[most:]:
        click.echo(f"  {sum(term.value for term in rest):+8.4f}  {len(rest)} further terms")
    click.echo()
