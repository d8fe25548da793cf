"""Pages of twenty-six layouts, ten of each: the article's paragraphs are kept, what is around them is not scored."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from web_pages import LAYOUTS, Page, count, make_pages, read_stories

from stance.articles import Article
from stance.articles.read_html import html_article


def flat(text: str) -> str:
    """White space once."""
    return " ".join(text.split())


@pytest.fixture(scope="module")
def pages(root: Path) -> list[tuple[Page, Article]]:
    """Ten pages of each layout, and what is read of them."""
    return [(page, html_article(page.html, "a.html", "a", 1)) for page in make_pages(read_stories(root))]


def test_there_are_two_hundred_pages_and_more(pages: list[tuple[Page, Article]]) -> None:
    """Each with another story."""
    assert len(LAYOUTS) == 26
    assert len({page.story.paragraphs for page, _ in pages}) == len(pages) == 260


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
