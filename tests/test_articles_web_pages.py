"""Pages of thirty layouts, ten of each: the article's paragraphs are kept, what is around them is not scored."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import lxml.html
import pytest
from sample_files import PARAGRAPHS
from web_pages import LAYOUTS, Page, count, make_pages, read_stories

from stance.articles import Article
from stance.articles.page_tree import prepared
from stance.articles.read_html import html_article


def flat(text: str) -> str:
    """White space once."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def pages(root: Path) -> list[tuple[Page, Article]]:
    """Ten pages of each layout, and what is read of them."""
    return [(page, html_article(page.html, "a.html", "a", 1)) for page in make_pages(read_stories(root))]


def test_there_are_three_hundred_pages(pages: list[tuple[Page, Article]]) -> None:
    """Each with another story."""
    assert len(LAYOUTS) == 30
    assert len({page.story.paragraphs for page, _ in pages}) == len(pages) == 300


def test_paragraphs_are_kept(pages: list[tuple[Page, Article]]) -> None:
    """At least 98 % of all paragraphs are read whole and are not taken for boilerplate; 90 % in every layout."""
    kept: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for page, article in pages:
        counted = count(page, article)
        kept[page.layout] += counted.kept
        total[page.layout] += counted.paragraphs
    assert sum(kept.values()) >= 0.98 * sum(total.values())
    assert [layout for layout in total if kept[layout] < 0.9 * total[layout]] == []


def test_boilerplate_is_not_scored(pages: list[tuple[Page, Article]]) -> None:
    """At most 3 % of what is scored is neither a paragraph of the article nor its title or standfirst."""
    counted = [count(page, article) for page, article in pages]
    scored, wrong = sum(one.scored for one in counted), sum(one.wrong for one in counted)
    assert wrong <= 0.03 * scored


def test_facts_of_the_pages(pages: list[tuple[Page, Article]]) -> None:
    """Nineteen of twenty pages and more say title and date by their own fields, and both are right."""
    fielded = [(page, article) for page, article in pages if "og:title" in page.html]
    right = sum(
        flat(article.title or "") == flat(page.story.title) and article.date == "2025-03-14"
        for page, article in fielded
    )
    assert right >= 0.95 * len(fielded)


_REST = "".join(f"<p>{p}</p>" for p in PARAGRAPHS[1:])
_BLANK_LINES = "<br>\n<br>".join(PARAGRAPHS)
_LINKED = f'<a href="/w">World</a><br><br>{_BLANK_LINES}'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PARAGRAPHS[0] + _REST, id="first in the body"),
        pytest.param(
            f"<p>{PARAGRAPHS[0]}</p>{PARAGRAPHS[1]}<hr>{PARAGRAPHS[2]}<ul></ul>{PARAGRAPHS[3]}", id="all later"
        ),
        pytest.param(f"<div><h1>Note</h1>{PARAGRAPHS[0]}{_REST}</div>", id="below a heading"),
        pytest.param(f"<div><center><b>Note</b></center>{PARAGRAPHS[0]}{_REST}</div>", id="below a centred line"),
        pytest.param(f"<div><ul><li>Note</ul>{PARAGRAPHS[0]}{_REST}</div>", id="below a list"),
        pytest.param(f"<font size=2><h1>Note</h1>{PARAGRAPHS[0]}{_REST}</font>", id="within other type"),
        pytest.param(_BLANK_LINES, id="blank lines in the body"),
        pytest.param(f"<article>{_BLANK_LINES}</article>", id="blank lines in an article"),
        pytest.param(f"<font face=Arial>{_BLANK_LINES}</font>", id="blank lines within other type"),
        pytest.param(f"<center>{_BLANK_LINES}<hr></center>", id="centred blank lines"),
        pytest.param(f"<div><b>Note</b><br>{_BLANK_LINES}</div>", id="a heading in bold"),
        pytest.param(f"<p>{_LINKED}</p>", id="a link among blank lines"),
        pytest.param(f"<div><h1>Note</h1>{_LINKED}</div>", id="a link among blank lines below a heading"),
        pytest.param(
            f"<blockquote>{PARAGRAPHS[0]}<div>{'</div><div>'.join(PARAGRAPHS[1:])}</div></blockquote>",
            id="quoted blocks",
        ),
    ],
)
def test_a_paragraph_needs_no_tag(body: str) -> None:
    """Text between blocks or blank lines is read as paragraphs, wherever it stands; a heading is none of them."""
    article = html_article(f"<html><body>{body}</body></html>", "a.html", "a", 1)
    assert [text for p in article.paragraphs if (text := flat(p.text)) != "Note"] == list(PARAGRAPHS)


def test_a_link_around_blocks_is_no_paragraph() -> None:
    """A teaser, with its headline in a block and words below it, leads to another article."""
    teaser = '<a href="/1"><h3>Oil steadies</h3>Traders weigh the supply.</a>'
    article = html_article(f"<html><body><div>{PARAGRAPHS[0]}{_REST}{teaser}</div></body></html>", "a.html", "a", 1)
    assert [flat(p.text) for p in article.paragraphs] == list(PARAGRAPHS)


def test_many_line_breaks_take_linear_time() -> None:
    """A block of many thousand lines, as of an export that has no paragraphs, is looked at once for each line."""
    page = lxml.html.fromstring(f"<html><body><div>{'Talks resume.<br>' * 64_000}<br>The embargo holds.</div></body>")
    start = time.process_time()
    prepared(page)
    assert time.process_time() - start < 4


@pytest.mark.parametrize("paragraphs", [1, 4, 40])
def test_headings_lists_and_tables_of_a_word_processors_page(paragraphs: int) -> None:
    """Nothing frames what it wrote, and a page without an article or a block is read for its paragraphs alone."""
    text = "".join(
        f'<p style="margin-bottom: 0cm">Envoy {i} said that the levy on the grain of harbour {i} would stay.</p>\n'
        for i in range(paragraphs)
    )
    page = (
        '<html><head><title>Grain brief</title><meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/></head>'
        f'<body lang="en-GB" dir="ltr"><h1 class="western">Why it stays</h1>\n{text}<h1>Next</h1>\n{text}'
        '<ul>\n\t<li><p style="margin-bottom: 0cm">Talks may resume.</p></li>\n</ul>\n'
        "<table><tr><td><p>Oulu</p></td><td><p>Ended the levy in May</p></td></tr></table>\n"
        '<p><font color="#c9211e">The mayor</font> <i>rejected</i> the <b>le</b>vy at once, and left.</p></body></html>'
    )
    found = html_article(page, "a.html", "a", 1).text.split("\n\n")
    for whole in ("Why it stays", "Next", "Talks may resume.", "The mayor rejected the levy at once, and left."):
        assert whole in found
    assert "Ended the levy in May" in "\n".join(found)
