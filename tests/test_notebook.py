"""What a notebook shows: pages in a frame of their own, in which texts of others do nothing."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import stance
from stance import StanceModel
from stance.results.report import render_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TEXT = "They called for the sanctions to be lifted <script>window.hacked = 1</script> on the bank & its <b>owner</b>."
NASTY = "</iframe><head>base-uri 'none'\"><script>window.hacked = 2</script>"


@pytest.fixture(scope="module")
def results(small_model: StanceModel) -> stance.Results:
    """Three articles with deciding words, and markup wherever others may have put it."""
    frame = pd.DataFrame({"id": [f"{i} {NASTY}" for i in range(3)], "text": f"{TEXT}\n\n{NASTY} The talks failed."})
    return stance.score_frame(frame.assign(title=NASTY, outlet=NASTY), model=small_model, explain=True)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    """Where a notebook of the temporary folder is, by HTTP as Jupyter has it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/notebook.html"
    server.shutdown()
    thread.join()
    server.server_close()


def _cells(text: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.S)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


@pytest.mark.parametrize("terms", [0, 3])
def test_an_explanation_is_the_sum_that_it_is(small_model: StanceModel, terms: int) -> None:
    """Intercept, terms and what is left of them add up to the margin; the marked words are the stretches."""
    found = small_model.explain(TEXT, "sanctions")
    html = stance.show(found, terms=terms).html
    _, margin, *parts = _cells(html)
    assert (margin[:2], parts[0][1]) == ([f"{found.margin:+.4f}", "margin"], "intercept")
    assert sum(float(part[0]) for part in parts) == pytest.approx(found.margin, abs=1e-3)
    shown = found.contributions[: terms or None]
    assert len(parts) == 1 + len(shown) + bool(terms)
    paragraph = html[html.index('<p class="text"') : html.index('<div class="side">')]
    marked = [
        (words, side)
        for side, words in re.findall(r'<span class="w [^"]*?(for|against-it)" [^>]*>(.*?)</span>', paragraph)
    ]
    expected = [(TEXT[a:b], "for" if value > 0 else "against-it") for a, b, value in sorted(found.stretches())]
    assert [(words.replace("&lt;", "<").replace("&gt;", ">"), side) for words, side in marked] == expected


def test_a_label_that_was_not_given_says_so(small_model: StanceModel) -> None:
    """The reason stands above the paragraph."""
    assert "Scoring gives no label: too few known words." in stance.show(small_model.explain("Ok.", "sanctions")).html
    assert "gives no label" not in stance.show(small_model.explain(TEXT, "sanctions")).html


def test_results_are_shown_as_the_report_has_them(results: stance.Results) -> None:
    """A data frame, too, and some of its rows; so many articles as asked for."""
    assert stance.show(results).html == render_report(results)
    one = results.frame[results.frame["article_id"].str.startswith("1")]
    assert stance.show(one).html.count('<p class="text"') == 2
    assert stance.show(results, articles=1).html.count("<article") == 1
    # as geopandas has them
    assert stance.show(type("GeoDataFrame", (pd.DataFrame,), {})(one)).html == stance.show(one).html


def test_a_page_is_written_in_short(results: stance.Results) -> None:
    """Where no notebook is, and where a page is part of something else."""
    assert re.fullmatch(r"<Page of [\d,]+ characters>", repr(stance.show(results)))


def test_results_are_written_in_short(results: stance.Results) -> None:
    """A notebook shows those that end a cell as it shows their frame, text as text. And they may be looked for."""
    assert repr(results) == "<Results of 6 paragraphs on sanctions, diplomacy>"
    assert results._repr_html_() == results.frame._repr_html_()
    assert "<script>" not in results._repr_html_()
    assert results in [replace(results), results]


def test_a_notebook_that_is_not_trusted_says_so(chromium: Browser, results: stance.Results) -> None:
    """It takes out the frame, and shows what is within; where there is the frame, that is not shown."""
    html, told = stance.show(results)._repr_html_(), "This page of stance is not shown, as the notebook is not trusted."
    page = chromium.new_page()
    page.set_content(html)
    assert told not in page.locator("body").inner_text()
    page.set_content(re.sub(r"</?iframe[^>]*>", "", html))
    assert page.locator("body").inner_text().startswith(told)
    page.close()


@pytest.mark.parametrize("what", ["results", "explanation"])
def test_a_notebook_shows_a_page_that_does_nothing(
    chromium: Browser, results: stance.Results, small_model: StanceModel, tmp_path: Path, served: str, what: str
) -> None:
    """No script, no request, no style for the notebook around it; its links stay within it."""
    shown = stance.show(results if what == "results" else small_model.explain(f"{NASTY} {TEXT}", "sanctions"))
    notebook = "<!doctype html><title>N</title><link rel=icon href=data:,><h1 style='all:revert'>Notebook</h1>"
    (tmp_path / "notebook.html").write_text(notebook + shown._repr_html_(), encoding="utf-8")
    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(served)
    assert page.locator("iframe").count() == 1
    frame = page.frames[1]
    assert TEXT in frame.locator("p.text").first.inner_text()
    if what == "results":
        frame.locator("nav a", has_text="Methods").click()
        page.wait_for_timeout(200)
        assert frame.locator("#methods").bounding_box()["y"] < page.locator("iframe").bounding_box()["height"]  # type: ignore[index]
    assert [url for url in asked if not url.startswith("data:")] == [served]
    assert (
        page.evaluate("getComputedStyle(document.body).maxWidth + getComputedStyle(document.body).margin") == "none8px"
    )
    # scripts are off in the frame, for the driver as well: what they would have done is looked for from outside
    assert page.evaluate("window.hacked") is None
    assert frame.locator("script").count() == 0
    page.close()


def test_axe_finds_nothing_in_an_explanation(
    chromium: Browser, small_model: StanceModel, tmp_path: Path, axe: str
) -> None:
    """All of axe-core's rules, as for the report."""
    path = tmp_path / "page.html"
    path.write_text(stance.show(small_model.explain(TEXT, "sanctions")).html, encoding="utf-8")
    page = chromium.new_page(bypass_csp=True)
    page.goto(path.as_uri())
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [one["id"] for one in found["violations"]] == []
    page.close()


def test_probabilities_are_shown_as_numbers_whatever_they_were_made(results: stance.Results) -> None:
    """Written as words they are read; what is none is one line."""
    words = results.frame.astype({"sanctions_probability": str, "diplomacy_p_favor": str})
    assert stance.show(words).html == stance.show(results.frame).html
    for name in ("sanctions_probability", "diplomacy_p_favor"):
        with pytest.raises(stance.StanceError, match=rf"^the results: {name}: .*'0,9'.*; keep what scoring wrote$"):
            stance.show(results.frame.assign(**{name: "0,9"}))


def test_what_cannot_be_shown(results: stance.Results, small_model: StanceModel) -> None:
    """One line each."""
    with pytest.raises(stance.ArgumentError, match=r"^this shows Results, a pandas data frame .*, not list$"):
        stance.show(small_model.score(TEXT))  # type: ignore[arg-type]
    with pytest.raises(stance.StanceError, match=r"^terms is -1; it must be 0 or more$"):
        stance.show(small_model.explain(TEXT, "sanctions"), terms=-1)
    with pytest.raises(stance.StanceError, match=r"^articles is -1; it must be 0 or more$"):
        stance.show(results, articles=-1)
    with pytest.raises(stance.StanceError, match=r"^there is no paragraph to show$"):
        stance.show(results.frame.head(0))
    with pytest.raises(stance.StanceError, match=r"^the results: a report needs the column 'text'$"):
        stance.show(results.frame.drop(columns="text"))
