"""The report, in a real browser: content, layout, keyboard, accessibility, print, and hostile articles."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from helpers import ROOT, figures_of
from helpers import run as _run
from sample_files import KINDS, PARAGRAPHS

from stance import __version__
from stance.articles import read_articles
from stance.labels import JOINT, Target
from stance.results import rollup
from stance.results.figures import Figure, Series, _drawn, inline_svg, save_figures
from stance.results.report import render_report
from stance.results.rollup import roll_up
from stance.results.saved import read_results
from stance.results.scored import Results, as_results

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SAMPLE = ROOT / "data" / "articles" / "vienna-round.txt"
WIDTHS = (400, 1400)

HOSTILE = """<script>window.hacked = 1; alert(1)</script> The sanctions must be lifted, the minister said.

<img src="https://example.org/x.png" onerror="window.hacked = 2"> They refused to resume the talks on Friday.

</p></div></main></style></title><svg onload="window.hacked = 3"> The embargo stays in force, she told reporters.

{{ 7 * 7 }} {% raw %} &lt;b&gt; &amp; "quoted" 'single' <!-- the envoys met --> for talks in Geneva on Monday.

<a href="javascript:window.hacked = 4">Sanctions</a> <iframe src="https://example.org/"></iframe> work, he argued.

وزیر خارجه گفت مذاکرات ادامه دارد.
"""
NASTY = '"><script>window.hacked = 5</script> $\\frac{1}$ & <b>wire</b>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, probe_texts: list[str]) -> Path:
    """Scores and reports of one article, of a collection, and of a hostile collection."""
    place = tmp_path_factory.mktemp("report")
    texts = probe_texts[::3]
    rows = [
        {
            "id": f"n{i:03}",
            "text": "\n\n".join(texts[i : i + 4]),
            "title": f"Article {i}" if i % 3 else None,
            "outlet": f"Outlet {'ABC'[i % 3]}",
            "date": f"2026-{1 + i % 5:02}-11",
        }
        for i in range(0, 160, 4)
    ]
    (place / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    hostile = [{"id": f"h{i}{NASTY}", "text": HOSTILE, "title": NASTY, "outlet": NASTY, "date": NASTY} for i in (1, 2)]
    (place / "hostile.jsonl").write_text("".join(json.dumps(row) + "\n" for row in hostile), encoding="utf-8")
    (place / "hostile").mkdir()
    for i, row in enumerate(hostile):
        # in a field of JSON it would be read as the HTML that it is; in a Markdown file it is text
        front = "".join(f"{key}: {row[key]}\n" for key in ("id", "title", "outlet", "date"))
        (place / "hostile" / f"{i}.md").write_text(f"---\n{front}---\n{row['text']}", encoding="utf-8")
    for name, source in (("one", SAMPLE), ("many", place / "many.jsonl"), ("hostile", place / "hostile")):
        assert _run("score", source, "--explain", "-o", place / f"{name}.csv").exit_code == 0
        result = _run("report", place / f"{name}.csv", "-o", place / f"{name}.html")
        assert result.exit_code == 0, result.stderr
    assert _run("report", place / "many.csv", "-o", place / "few.html", "--articles", 2).exit_code == 0
    return place


class _Watched:
    """A page with all that it asked for and all that it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(dialog.message))


def _open(browser: Browser, path: Path, width: int = 1400, **options: Any) -> _Watched:
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    watched = _Watched(context.new_page())
    watched.page.goto(path.as_uri())
    return watched


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["one", "many", "hostile"])
def test_it_fits_says_nothing_and_asks_for_nothing(chromium: Browser, folder: Path, name: str, width: int) -> None:
    """No sideways scrolling, no console message, no request but for the file itself."""
    found = _open(chromium, folder / f"{name}.html", width)
    assert found.page.evaluate("document.documentElement.scrollWidth") <= width
    outside = """[...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll, svg')
        && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
    assert found.page.evaluate(outside) == []
    assert [url for url in found.requests if not url.startswith("data:")] == [(folder / f"{name}.html").as_uri()]
    assert found.complaints == []
    found.page.context.close()


@pytest.mark.parametrize(("name", "source"), [("one", "sample"), ("many", "many.jsonl"), ("hostile", "hostile.jsonl")])
def test_every_paragraph_stands_there_as_in_its_source(chromium: Browser, folder: Path, name: str, source: str) -> None:
    """Texts on the page are those of the article at their offsets, to the letter, with their number and stances."""
    frame = read_results(folder / f"{name}.csv").frame
    if source == "sample":
        originals = {"vienna-round": SAMPLE.read_text(encoding="utf-8")}
    else:
        lines = (folder / source).read_text(encoding="utf-8").splitlines()
        originals = {row["id"]: row["text"] for row in map(json.loads, lines)}
    page = _open(chromium, folder / f"{name}.html").page
    texts = page.locator("section[aria-labelledby=text] .paragraph .text")
    shown = texts.evaluate_all("all => all.map(e => e.textContent)")
    expected = [originals[r.article_id][r.start : r.end] for r in frame.itertuples()]
    assert shown == expected
    numbers = page.locator("section[aria-labelledby=text] .paragraph a.number").all_text_contents()
    assert numbers == [str(number) for number in frame["paragraph"]]
    chips = page.locator("section[aria-labelledby=text] .chip").all_text_contents()
    for number, record in enumerate(frame.to_dict("records")):
        for k, target in enumerate(("sanctions", "diplomacy")):
            chip = " ".join(chips[2 * number + k].split())
            label = record[target]
            if isinstance(label, str):
                assert re.fullmatch(rf"{target} [-+−=]? ?{label} {record[f'{target}_probability']:.2f}", chip), chip
            else:
                assert chip == f"{target} no label: {record[f'{target}_abstained']}"
    page.context.close()


def test_a_folder_of_every_kind_becomes_a_report(chromium: Browser, tmp_path: Path) -> None:
    """One file of each kind: all are read, and each paragraph on the page stands in what its own file was made from."""
    sources = tmp_path / "kinds"
    sources.mkdir()
    for name, (make, _) in KINDS.items():
        (sources / name).write_bytes(make())
    scores, output = tmp_path / "scores.parquet", tmp_path / "report.html"
    result = _run("score", sources, "--explain", "--speakers", "--clusters", "-o", scores)
    assert " 0 quarantined" in result.stderr
    assert _run("report", scores, "-o", output, "--articles", 100).exit_code == 0
    read = {article.id: article for article in read_articles([sources])}
    assert len(read) == sum(articles for _, articles in KINDS.values())
    page = _open(chromium, output)
    expected = read_results(scores).frame
    shown = page.page.locator("section[aria-labelledby=text] .paragraph .text").evaluate_all(
        "all => all.map(e => e.textContent)"
    )
    assert shown == [read[row.article_id].text[row.start : row.end] for row in expected.itertuples()]
    assert page.complaints == []
    # and by what the files were made from: each of its paragraphs is on the page for each file
    by_file: dict[str, set[str]] = {name: set() for name in KINDS}
    for row, text in zip(expected.itertuples(), shown, strict=True):
        name = Path(read[str(row.article_id)].source or "").relative_to(sources).parts[0]
        by_file[name].add(" ".join(text.split()))
    assert {name for name, texts in by_file.items() if not {" ".join(t.split()) for t in PARAGRAPHS} <= texts} == set()
    page.page.context.close()


def test_deciding_words_are_underlined_in_place(chromium: Browser, folder: Path) -> None:
    """Each stretch of the results is underlined where it stands; shade and thickness by strength, colour by sign."""
    frame = read_results(folder / "many.csv").frame
    page = _open(chromium, folder / "many.html").page
    marks = page.locator("section[aria-labelledby=text] .paragraph").evaluate_all(
        """paragraphs => paragraphs.map(p => [...p.querySelectorAll('.w')].map(e => {
            const style = getComputedStyle(e), range = document.createRange()
            range.setStart(p.querySelector('.text'), 0); range.setEndBefore(e)
            return {at: range.toString().length, text: e.textContent, title: e.title, line: style.textDecorationLine,
                    colour: style.textDecorationColor, style: style.textDecorationStyle,
                    thick: parseFloat(style.textDecorationThickness),
                    under: parseFloat(style.textUnderlineOffset)} }))"""
    )
    seen = set()
    for record, found in zip(frame.to_dict("records"), marks, strict=True):
        for k, target in enumerate(("sanctions", "diplomacy")):
            cell = record[f"{target}_words"]
            expected = json.loads(cell) if isinstance(cell, str) else []
            of_target = sorted((m for m in found if m["title"].startswith(target)), key=lambda m: m["at"])
            # a stretch may be cut where one of the other target begins or ends
            covered = {i for m in of_target for i in range(m["at"], m["at"] + len(m["text"]))}
            wanted = {i - record["start"] for a, b, _ in expected for i in range(a, b)}
            assert covered == wanted
            for mark in of_target:
                value = next(v for a, b, v in expected if a <= mark["at"] + record["start"] < b)
                assert mark["title"] == f"{target}: {value:+.2f} to {record[target]}"
                assert mark["line"] == "underline"
                assert mark["style"] == ("solid" if value > 0 else "dotted")
                assert mark["thick"] == (4 if abs(value) >= 1 else 3 if abs(value) >= 0.5 else 2)
                seen.add((k, mark["colour"], mark["thick"], value > 0, mark["under"]))
    looks = {(positive, thick): colour for _, colour, thick, positive, _ in seen}
    assert len(looks) >= 5
    assert len(set(looks.values())) == len(looks)
    assert len({under for _, _, _, _, under in seen}) == 2
    page.context.close()


def _contrast(first: str, second: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _as_seen(colour: str, matrix: list[list[float]]) -> list[float]:
    linear = [((int(colour[i : i + 2], 16) / 255 + 0.055) / 1.055) ** 2.4 for i in (1, 3, 5)]
    return [sum(a * b for a, b in zip(row, linear, strict=True)) for row in matrix]


def test_colours_are_seen_by_everybody() -> None:
    """Underlines stand out from the page by 3 to 1, and the two signs stay apart for each kind of colour blindness."""
    css = (ROOT / "stance" / "results" / "templates" / "report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"^\.((?:for|against-it)\.\w+) \{ text-decoration-color: (#\w{6})", css, re.M))
    assert len(colours) == 6
    assert all(_contrast(colour, "#ffffff") >= 3 for colour in colours.values())
    # Machado, Oliveira and Fernandes (2009), severity 1
    blindness = {
        "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
    }
    for matrix in blindness.values():
        for strength in ("strong", "middling", "weak"):
            one = _as_seen(colours[f"for.{strength}"], matrix)
            two = _as_seen(colours[f"against-it.{strength}"], matrix)
            assert sum(abs(a - b) for a, b in zip(one, two, strict=True)) > 0.1


@pytest.mark.parametrize("guarded", [True, False])
def test_script_in_an_article_does_not_run(chromium: Browser, folder: Path, guarded: bool) -> None:
    """Markup in text, title, outlet, id and date is shown, not obeyed, even without the page's own policy."""
    found = _open(chromium, folder / "hostile.html", bypass_csp=not guarded)
    page = found.page
    page.wait_for_timeout(300)
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.scripts.length") == 0
    assert page.locator("main img, main iframe, main b > b, a[href^=javascript]").count() == 0
    handlers = "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).filter(a => /^on/.test(a.name))"
    assert page.evaluate(f"{handlers}.length") == 0
    text = page.locator("main").inner_text()
    assert "<script>window.hacked = 1; alert(1)</script>" in text
    assert "{{ 7 * 7 }} {% raw %}" in text
    assert NASTY in page.locator("h3").all_inner_texts()
    assert found.complaints == []
    assert len([url for url in found.requests if not url.startswith("data:")]) == 1
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["one", "few", "hostile"])
def test_axe_finds_nothing(chromium: Browser, folder: Path, axe: str, name: str, width: int) -> None:
    """All of axe-core's rules, best practices too, with every fold opened."""
    page = _open(chromium, folder / f"{name}.html", width).page
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    found = [(v["id"], v["nodes"][0]["html"][:120], v["nodes"][0]["failureSummary"]) for v in result["violations"]]
    assert found == []
    assert len(result["passes"]) > 20
    page.context.close()


def test_it_works_by_keyboard(chromium: Browser, folder: Path) -> None:
    """The first stop skips to the text, folds open by Enter, tables that scroll can be reached, focus is seen."""
    page = _open(chromium, folder / "one.html", 400).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#text"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        tag = page.evaluate("document.activeElement.tagName")
        reached.add(tag)
        if tag == "SUMMARY":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    page.keyboard.press("Enter")
    assert page.locator("details").first.evaluate("d => d.open") is True
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "scroll"
    page.context.close()


@pytest.mark.parametrize("name", ["one", "many", "hostile"])
def test_ids_are_unique_and_links_lead_somewhere(chromium: Browser, folder: Path, name: str) -> None:
    """Several figures and articles share a page without sharing an id; every link within it has its end."""
    page = _open(chromium, folder / f"{name}.html").page
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    links = page.evaluate("[...document.querySelectorAll('a')].map(e => e.getAttribute('href'))")
    assert [link for link in links if link[0] != "#" or link[1:] not in ids] == []
    uses = page.evaluate("[...document.querySelectorAll('svg use')].map(e => e.href.baseVal)")
    assert [use for use in uses if use[1:] not in ids] == []
    page.context.close()


def test_it_is_read_without_script(chromium: Browser, folder: Path) -> None:
    """With scripts switched off in the browser nothing is missing."""
    page = _open(chromium, folder / "many.html", java_script_enabled=False).page
    rows = len(read_results(folder / "many.csv").frame)
    assert page.locator("section[aria-labelledby=text] .paragraph").count() == rows
    page.locator("summary").first.click()
    page.context.close()


def test_it_prints(chromium: Browser, folder: Path, tmp_path: Path) -> None:
    """On paper: no navigation, folded tables laid out, all pages there."""
    page = _open(chromium, folder / "one.html").page
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.locator("details table").first.bounding_box()["height"] > 100  # type: ignore[index]
    content = page.pdf(format="A4", path=tmp_path / "one.pdf")
    assert content.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 8
    page.context.close()


def test_a_long_report_is_laid_out_where_it_is_seen(chromium: Browser, folder: Path, tmp_path: Path) -> None:
    """Far articles wait until they are looked at, found, or printed; links land where they lead."""
    found = read_results(folder / "many.csv")
    copies = [found.frame.assign(article_id=f"{i}-" + found.frame["article_id"]) for i in range(5)]
    path = tmp_path / "long.html"
    results = Results(pd.concat(copies, ignore_index=True), found.targets, "paragraph")
    path.write_text(render_report(results, articles=1000), encoding="utf-8")
    page = _open(chromium, path).page
    laid_out = "n => document.getElementById(n).checkVisibility({contentVisibilityAuto: true})"
    assert [page.evaluate(laid_out, name) for name in ("a100-1", "methods")] == [False, True]
    for place in ("methods", "cite", "text", "a100-1"):
        page.evaluate("place => { location.hash = place }", place)
        seen = "place => { const top = document.getElementById(place).getBoundingClientRect().top"
        page.wait_for_function(f"{seen}; return -2 < top && top < 850 }}", arg=place, timeout=5000)
    assert page.evaluate(laid_out, "a100-1") is True
    far = page.locator("#a50").text_content()
    assert far not in page.locator("section[aria-labelledby=examples]").inner_text()
    # found and copied like the rest
    page.evaluate("scrollTo({top: 0}), null")
    assert page.evaluate("name => window.find(name, true, false, true)", far) is True
    assert str(far) in page.evaluate("getSelection().selectAllChildren(document.body), getSelection().toString()")
    # a closed table repeats what its paragraphs say; to search those of all articles takes longer than all else
    within = "name => { getSelection().removeAllRanges(); return window.find(name, true) }"
    assert page.evaluate(within, "Calibrated probability of each label") is False
    page.locator("article summary").first.click()
    assert page.evaluate(within, "Calibrated probability of each label") is True
    # outlines are cut at the edge of an article
    page.locator("article summary").first.focus()
    room = "e => e.getBoundingClientRect().left - e.closest('article').getBoundingClientRect().left"
    assert page.locator("article summary").first.evaluate(room) >= 5
    page.emulate_media(media="print")
    # a busy machine lays it out a frame later
    page.wait_for_function(laid_out, arg="a50-1")
    page.context.close()


def test_a_collection_shows_its_figures(chromium: Browser, folder: Path) -> None:
    """Counts, joint table and groups on the page are those of the roll-up; charts have names and titles."""
    results = read_results(folder / "many.csv")
    whole = roll_up(results).iloc[0]
    page = _open(chromium, folder / "many.html").page
    rows = page.locator("section[aria-labelledby=joint] table").first.locator("tbody tr").all_inner_texts()
    for row, name in zip(rows, JOINT, strict=True):
        assert row.split("\t")[1:] == [f"{int(whole[name]):,}", f"{100 * whole[f'share_{name}']:.1f} %"]
    counts = page.locator("dl.counts").inner_text()
    assert "40 read = 40 scored + 0 abstained + 0 quarantined" in counts
    assert results.model["sha256"] in counts
    assert results.model["corpus"]["fingerprint"] in counts
    charts = page.locator("figure [role=img]")
    assert charts.count() == 2
    assert "Net stance on sanctions and diplomacy for 5 months" in str(charts.first.get_attribute("aria-label"))
    assert page.locator("figure svg text", has_text="2026-03").count() == 1
    for level, expected in (("month", roll_up(results, "month")), ("outlet", roll_up(results, "outlet"))):
        table = page.locator(f"[aria-label='Figures by {level}'] tbody tr").all_inner_texts()
        nets = {row.split("\t")[0]: row.split("\t")[7] for row in table}
        assert nets == {row[level]: f"{row['sanctions_net']:+.2f}" for row in expected.to_dict("records")}
    shares = {row["month"]: row for row in roll_up(results, "month").to_dict("records")}
    for row in page.locator("[aria-label='Figures by month'] tbody tr").all_inner_texts():
        month, *_, share = row.split("\t")[:5]
        favor = (100 * shares[month][f"sanctions_share_favor{end}"] for end in ("", "_se"))
        assert share == "{:.1f} % ({:.1f})".format(*favor)
    methods = page.locator("section[aria-labelledby=methods]").inner_text()
    assert f"macro-F1 is {results.model['metrics']['sanctions']['macro_f1'][0]:.2f}" in methods
    unseen = results.model["unseen_files"]
    assert f"whole files of that corpus ({', '.join(unseen['files'])}), each scored by a model" in methods
    value, low, high = unseen["metrics"]["sanctions"]["macro_f1"]
    assert f"macro-F1 is {value:.2f} ({low:.2f} to {high:.2f}) for sanctions and" in methods
    assert "classify-and-count" in methods
    page.context.close()


def test_typical_and_doubtful_paragraphs_are_the_extremes(folder: Path) -> None:
    """Of each stance the three most and the three least probable, each where it belongs."""
    frame = read_results(folder / "many.csv").frame
    html = (folder / "many.html").read_text(encoding="utf-8")
    part = html[html.index('id="examples"') : html.index('id="text"')]
    favored = frame[frame["sanctions"] == "favor"].sort_values("sanctions_probability", ascending=False, kind="stable")
    block = part[part.index("sanctions: favor") : part.index("sanctions: against")]
    shown = re.findall(r'<p class="meta">.* · <bdi>(n\d+)</bdi></p>', block)
    assert shown == favored["article_id"].tolist()[:3] + favored["article_id"].tolist()[::-1][:3]


def test_copies_are_one_example(folder: Path) -> None:
    """A paragraph that many articles have in common is shown once among those of a stance."""
    import pandas as pd

    found = read_results(folder / "many.csv")
    copies = [found.frame.assign(article_id=f"{i}-" + found.frame["article_id"]) for i in range(3)]
    html = render_report(Results(pd.concat(copies, ignore_index=True), found.targets, "paragraph"))
    part = html[html.index('id="examples"') : html.index('id="text"')]
    block = part[part.index("sanctions: favor") : part.index("sanctions: against")]
    shown = re.findall(r'<p class="meta">.* · <bdi>0-(n\d+)</bdi></p>', block)
    favored = found.frame[found.frame["sanctions"] == "favor"].drop_duplicates("text")
    favored = favored.sort_values("sanctions_probability", ascending=False, kind="stable")
    assert shown == favored["article_id"].tolist()[:3] + favored["article_id"].tolist()[::-1][:3]


def test_speakers_are_shown_where_they_are_known(chromium: Browser, folder: Path, tmp_path: Path) -> None:
    """Columns voice, speaker and actor are optional; with them there are names, and a chart by actor if asked for."""
    found = read_results(folder / "many.csv")
    n = len(found.frame)
    frame = found.frame.assign(
        voice=["quoted", "author"] * (n // 2),
        speaker=["the deputy minister", None] * (n // 2),
        actor=[["Iran", "France", None][i % 3] for i in range(n)],
    )
    path = tmp_path / "spoken.html"
    without = render_report(Results(frame, found.targets, "paragraph"))
    assert "Actors" not in without
    assert "By actor" not in without
    path.write_text(render_report(Results(frame, found.targets, "paragraph"), actors=True), encoding="utf-8")
    page = _open(chromium, path).page
    spoken = page.locator("section[aria-labelledby=text] .spoken").first.text_content()
    assert " ".join(str(spoken).split()) == "quoted: the deputy minister (Iran)"
    assert page.locator("figure h3").all_inner_texts() == ["Over time", "By outlet", "By actor who speaks"]
    assert page.locator("section[aria-labelledby=text] th", has_text="speaker").count() > 0
    assert "not recorded here" in page.locator("section[aria-labelledby=counts]").inner_text()
    actors = page.locator("details", has_text="Actors who speak as a table").locator("tbody th")
    assert sorted(actors.all_inner_texts()) == ["France", "Iran", "author"]
    # whose stance it is stands below the chart and above the table
    for said in (page.locator("figcaption").last, page.locator("caption", has_text="Grouped by who speaks")):
        assert "Do not take these figures for the stance of a speaker or an actor." in said.inner_text()
    page.context.close()


FEW = [("A", "2026-01-02"), ("B", "2026-02-03")]


def test_charts_leave_out_what_a_reader_would_misread(folder: Path) -> None:
    """No point for a handful of paragraphs or for "unknown"; names carry their number; the table keeps all of them."""
    found = read_results(folder / "many.csv")
    n = len(found.frame)
    actors = ["Iran"] * 30 + ["France"] * 2 + ["unknown"] * (n - 32)
    results = Results(found.frame.assign(actor=actors), found.targets, "paragraph")
    (drawn,) = (figure for figure in figures_of(results, actors=True) if figure.name == "by-actor")
    assert drawn.groups == ["Iran (30)"]
    assert "for 2 actors, of which the largest with three related paragraphs or more is drawn" in drawn.summary
    assert drawn.summary.startswith("Net stance of the paragraphs in which each speaks, whoever holds it, on")
    assert ">unknown</th>" in render_report(results, actors=True)
    # of many paragraphs two may be related; a month is no other group
    rows = [(f"{outlet}{i}", outlet, date, "unrelated") for outlet, date in FEW for i in range(9)]
    rows += [("a", *FEW[0], "favor")] * 2 + [("b", *FEW[1], "favor")] * 3
    frame = pd.DataFrame(rows, columns=["article_id", "outlet", "date", "tax"]).assign(tax_abstained=None)
    months, outlets = figures_of(Results(frame, (Target("tax"),), "paragraph"))
    assert outlets.groups == ["B (12)"]
    assert "for 2 outlets, of which the largest with three related" in outlets.summary
    np.testing.assert_array_equal(months.series[0].values, [np.nan, 1])
    # what no month beyond doubt or no outlet has is told
    frame = frame.assign(
        date=lambda f: f["date"].mask(f["article_id"] == "A1", "05/06/2026"),
        outlet=lambda f: f["outlet"].mask(f["article_id"].isin(["A2", "A3"])),
    )
    months, outlets = figures_of(Results(frame, (Target("tax"),), "paragraph"))
    assert months.summary.endswith("for 2 months, leaving out 1 article of unknown month")
    assert outlets.summary.endswith("is drawn, leaving out 2 articles of unknown outlet")


def test_intervals_are_drawn_where_there_are_any() -> None:
    """By Student's t from three articles on; of two, or where all agree, a point is hollow, without whisker or caps."""
    leans = {"Five": ["favor", "against", "neutral", "favor", "favor"], "Three": ["favor", "against", "neutral"]}
    leans |= {"Two": ["favor", "neutral"], "Agreed": ["favor"] * 4}
    # articles of two paragraphs each
    rows = [(f"{outlet} {i}", outlet, label) for outlet, of in leans.items() for i, label in enumerate(of)] * 2
    frame = pd.DataFrame(rows, columns=["article_id", "outlet", "tax"]).assign(tax_abstained=None)
    (figure,) = figures_of(Results(frame, (Target("tax"),), "paragraph"))
    assert figure.groups == ["Five (10)", "Agreed (8)", "Three (6)", "Two (4)"]
    # the standard deviations of 1, -1, 0, 1, 1 and of 1, -1, 0, with the quantiles of the tables
    halves = [2.776 * np.std([1, -1, 0, 1, 1], ddof=1) / 5**0.5, np.nan, 4.303 / 3**0.5, np.nan]
    np.testing.assert_allclose(figure.series[0].halves, halves, rtol=1e-3)
    with _drawn(figure) as drawing:
        (bars,) = drawing.axes[0].containers
        _, caps, (lines,) = bars.lines
        ends = [segment[:, 0].tolist() if len(segment) else [] for segment in lines.get_segments()]
        marks = [cap.get_xdata() for cap in caps]
        sure = np.isnan(np.asarray(bars.lines[0].get_xdata(), dtype=float)).tolist()
        (hollow,) = (line for line in drawing.axes[0].lines if line.get_markerfacecolor() == "white")
        unsure = np.isnan(np.asarray(hollow.get_xdata(), dtype=float)).tolist()
    assert (sure, unsure) == ([False, True, False, True], [True, False, True, False])
    # cut at -1 and 1
    np.testing.assert_allclose(ends[0], [0.4 - halves[0], 1], rtol=1e-3)
    np.testing.assert_allclose(ends[2], [-1, 1])
    for k in (1, 3):
        assert ends[k] == []
        assert all(np.isnan(mark[k]) for mark in marks)


def test_no_line_leads_to_a_point_without_an_interval() -> None:
    """Over time it would pass for the surest of all."""
    nan, months = float("nan"), [f"2026-0{m}" for m in range(1, 6)]
    series = [Series("tax", [0.1, 0.2, 0.9, 0.3, nan], [0.1, 0.1, nan, 0.1, nan])]
    with _drawn(Figure("by-month", "t", "s", months, series, True)) as drawing:
        (bars,) = drawing.axes[0].containers
        (hollow,) = (line for line in drawing.axes[0].lines if line.get_markerfacecolor() == "white")
        np.testing.assert_array_equal(np.asarray(bars.lines[0].get_ydata(), dtype=float), [0.1, 0.2, nan, 0.3, nan])
        np.testing.assert_array_equal(np.asarray(hollow.get_ydata(), dtype=float), [nan, nan, 0.9, nan, nan])
        assert (bars.lines[0].get_linestyle(), hollow.get_linestyle()) == ("-", "None")


def test_the_page_says_how_intervals_are_made(folder: Path) -> None:
    """Under each chart and in the methods: Student's t, and where there is none."""
    html = (folder / "many.html").read_text(encoding="utf-8")
    said = [*re.findall(r"<figcaption>.*?</figcaption>", html), html[html.index('id="methods"') :]]
    assert len(said) == 3
    for words in said:
        assert "Student’s t" in words
        assert "fewer than three" in words
        assert "1.96" not in words
    assert all("A hollow mark" in caption for caption in said[:2])


def test_the_page_says_of_what_intervals_need_three() -> None:
    """Copies of one text are one unit: five articles of one cluster have no interval, and are not fewer than three."""
    rows = [(f"{outlet}{i}", outlet, "favor") for outlet in ("Post", "Wire") for i in range(5)]
    frame = pd.DataFrame(rows, columns=["article_id", "outlet", "tax"]).assign(
        tax_abstained=None, tax_probability=0.9, paragraph=0, start=0, text="Keep the tax."
    )
    said = "because fewer than three {} have a related paragraph".format
    frames = (frame, frame.assign(cluster="Post0"))
    html = [render_report(Results(one, (Target("tax"),), "paragraph")) for one in frames]
    assert [said("articles") in one for one in html] == [True, False]
    assert [said("clusters") in one for one in html] == [False, True]
    for one in frames:
        (figure,) = figures_of(Results(one, (Target("tax"),), "paragraph"))
        assert "over articles, or clusters of copies; hollow marks have none, as these are too few" in figure.note


def test_methods_of_one_paragraph_speak_of_one(tmp_path: Path) -> None:
    """They are quoted in papers as they stand."""
    (tmp_path / "a.txt").write_text("Ho.", encoding="utf-8")
    _run("score", tmp_path / "a.txt", "-o", tmp_path / "s.csv")
    told = _run("report", tmp_path / "s.csv", "-o", tmp_path / "r.html")
    assert told.stderr.startswith(f"1 paragraph to {tmp_path / 'r.html'} (")
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    # without a title the id is the heading, as --title says
    assert "<title>a · stance report</title>" in html
    methods = " ".join(re.sub("<.*?>", "", html.split('<h2 id="methods">')[1].split("</section>")[0]).split())
    assert "1 paragraph from 1 article was scored with stance" in methods
    assert "1 paragraph received no label; 0 records could not be read." in methods


def test_tables_fit_on_paper(chromium: Browser, folder: Path) -> None:
    """In print no column of a table lies beyond the edge of an A4 page with usual margins."""
    page = _open(chromium, folder / "many.html", 718).page
    page.emulate_media(media="print")
    edges = page.locator("table").evaluate_all("all => all.map(e => e.getBoundingClientRect().right)")
    assert len(edges) > 4
    assert max(edges) <= 718
    page.context.close()


def test_charts_can_be_read_on_a_telephone(chromium: Browser, folder: Path) -> None:
    """At 400 pixels the letters of a chart are 9 pixels high or more, and its frame is moved by keyboard."""
    page = _open(chromium, folder / "many.html", 400).page
    heights = page.locator("figure svg text").evaluate_all("all => all.map(e => e.getBoundingClientRect().height)")
    assert min(heights) >= 9
    assert page.locator("figure .scroll[tabindex='0']").count() == page.locator("figure").count()
    page.context.close()


def test_figures_are_saved_for_papers(folder: Path, tmp_path: Path) -> None:
    """SVG that is XML with text as text, and PDF; the same bytes each time, and so the page."""
    result = _run("report", folder / "many.csv", "-o", tmp_path / "a.html", "--figures", tmp_path / "a")
    assert "4 files to" in result.stderr
    (tmp_path / "b").mkdir()
    save_figures(figures_of(read_results(folder / "many.csv")), tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == ["by-month.pdf", "by-month.svg", "by-outlet.pdf", "by-outlet.svg"]
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)
    assert (tmp_path / "a.html").read_bytes() == (folder / "many.html").read_bytes()
    svg = ElementTree.parse(tmp_path / "a" / "by-outlet.svg")
    words = "".join(element.text or "" for element in svg.iter() if element.tag.endswith("text"))
    assert "Outlet A" in words
    # there is no caption beside a file
    assert "Net stance on sanctions and diplomacy for 3 outlets" in words
    assert "classify and count" in words
    assert "classify and count" not in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert (tmp_path / "a" / "by-month.pdf").read_bytes().startswith(b"%PDF")


def test_a_month_without_articles_is_a_gap(folder: Path) -> None:
    """Time is drawn to scale; and of many outlets the largest are drawn and the number is said."""
    found = read_results(folder / "many.csv")
    day = found.frame["date"].replace({"2026-02-11": "2026-08-11"})
    outlets = found.frame["article_id"]
    months, by_outlet = figures_of(Results(found.frame.assign(date=day, outlet=outlets), found.targets, "paragraph"))
    assert months.groups == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07", "2026-08"]
    gaps = [month for month, value in zip(months.groups, months.series[0].values, strict=True) if value != value]
    assert gaps == ["2026-02", "2026-06", "2026-07"]
    assert months.summary.endswith("for 5 months")
    assert len(by_outlet.groups) == 15
    assert (
        "for 40 outlets, of which the 15 largest with three related paragraphs or more are drawn" in by_outlet.summary
    )
    assert "<svg" in inline_svg(months)


@pytest.mark.parametrize("months", [8, 9, 23, 72, 300])
def test_months_stand_apart_below_a_chart(months: int) -> None:
    """However many there are, the names of some can be read."""
    groups = [f"{2000 + m // 12}-{m % 12 + 1:02}" for m in range(months)]
    figure = Figure("by-month", "t", "s", groups, [Series("tax", [0.1] * months, [0.1] * months)], True)
    with _drawn(figure) as drawing:
        drawing.draw_without_rendering()
        boxes = [label.get_window_extent() for label in drawing.axes[0].get_xticklabels()]
    assert len(boxes) >= 4
    assert all(left.x1 + 4 < right.x0 for left, right in pairwise(boxes))


def test_hostile_names_do_not_break_a_chart(folder: Path) -> None:
    """Mathematics and markup in an outlet's name are its letters."""
    html = (folder / "hostile.html").read_text(encoding="utf-8")
    chart = html[html.index("<svg viewBox") : html.index("</svg>")]
    assert "&lt;script" in chart
    assert "<script" not in html


def test_labels_of_a_chart_are_kept_but_for_control_characters(tmp_path: Path) -> None:
    """What looks like an id in a name stays; what XML does not hold is left out, so that the file can be opened."""
    label = 'q id="x" url(#y) href="#z"'
    nan = float("nan")
    groups = [label, "The\x00 Wi\x1bre\n\x07News\x9f\ufffe", "می\u200cشود"]
    figure = Figure("by-outlet", "t", "s", groups, [Series("t\x01ax", [0.1] * 3, [nan] * 3)], False)
    expected = {label, "The Wire News", "می\u200cشود", "tax"}
    (inline,) = re.findall(r"<svg.*", inline_svg(figure), re.S)
    assert expected <= set(ElementTree.fromstring(inline).itertext())
    ids = set(re.findall(r'<[^>]*\bid="([^"]*)"', inline))
    assert ids
    assert all(name.startswith("by-outlet-") for name in ids)
    assert set(re.findall(r'<[^>]*(?:url\(|href=")#([^")]*)', inline)) <= ids
    save_figures([figure], tmp_path)
    assert expected <= set(ElementTree.parse(tmp_path / "by-outlet.svg").getroot().itertext())


def test_names_do_not_turn_what_stands_beside_them() -> None:
    """Outlet, date, id, title and speaker are isolated wherever they stand in a line with others."""
    names = {
        "article_id": "شناسه",
        "title": "عنوان",
        "outlet": "خبر",
        "date": "۱۴۰۵",
        "speaker": "وزیر",
        "actor": "Iran",
    }
    row = {**names, "paragraph": 0, "start": 0, "text": "Lift it.", "tax": "against", "voice": "quoted"}
    row |= {"tax_probability": 0.9, "tax_p_against": 0.9, "tax_abstained": None}
    frames = [pd.DataFrame([row]), pd.DataFrame([row, row | {"article_id": "b"}])]
    one, two = (render_report(Results(frame, (Target("tax", ("against",)),), "paragraph")) for frame in frames)
    said = " · ".join(f"<bdi>{names[name]}</bdi>" for name in ("outlet", "date"))
    assert f'<p class="meta">{said} · Stance on tax' in one
    assert f'<p class="meta">{said} · <bdi>{names["article_id"]}</bdi></p>' in two
    assert f'<p class="meta"><bdi>{names["title"]}</bdi> · {said} · <bdi>{names["article_id"]}</bdi></p>' in two
    assert f"quoted: <bdi>{names['speaker']}</bdi> (<bdi>Iran</bdi>)" in one


def test_results_without_deciding_words_say_how_to_get_them(tmp_path: Path) -> None:
    """Not explained: the page says so, and stands."""
    _run("score", SAMPLE, "-o", tmp_path / "s.parquet")
    assert _run("report", tmp_path / "s.parquet", "-o", tmp_path / "s.html").exit_code == 0
    assert "stance score --explain" in (tmp_path / "s.html").read_text(encoding="utf-8")


def test_cells_repeat_nothing_that_is_said_once(folder: Path) -> None:
    """What every cell of the large tables has is said of the table: they are half of a long report."""
    html = render_report(read_results(folder / "many.csv"))
    tables = re.findall(r'<table class="words">.*?</table>', html, re.S)
    assert len(tables) == html.count("<article ")
    assert "\u00a00.9" in tables[0]
    assert not [table for table in tables if "<td " in table or "&nbsp;" in table]
    assert ".words td, .words th { text-align: left; }" in html


def test_articles_beyond_the_limit_are_counted(folder: Path, tmp_path: Path) -> None:
    """--articles shows so many; the rest is named, and one article is not called articles."""
    _run("report", folder / "many.csv", "-o", tmp_path / "s.html", "--articles", 2, "--title", "A <b>title</b>")
    html = (tmp_path / "s.html").read_text(encoding="utf-8")
    assert "38 more are counted above. <code>stance report --articles</code> shows more." in html
    found = read_results(folder / "many.csv")
    assert "The first article is shown; 39 more are counted above." in render_report(found, articles=1)
    assert "No article is shown; 40 are counted above." in render_report(found, articles=0)
    assert "The first 39 articles are shown; 1 more is counted above." in render_report(found, articles=39)
    assert "<title>A &lt;b&gt;title&lt;/b&gt;" in html


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("sanctions_words", "oops", "deciding words are not"),
        ("sanctions_words", "[[0, 999999, 1.0]]", "lie outside their paragraph"),
        ("sanctions_words", '[["a", 2]]', "deciding words are not"),
        ("sanctions_words", "[[1e999, 2, 0.5]]", "deciding words are not"),
        pytest.param("sanctions_words", "[" * 100_000, "deciding words are not", id="nested"),
    ],
)
def test_damaged_words_are_named(folder: Path, tmp_path: Path, column: str, value: str, message: str) -> None:
    """Article, paragraph and what is wrong, in one line; no page."""
    frame = pd.read_csv(folder / "one.csv")
    frame[column] = frame[column].astype(object)
    frame.loc[2, column] = value
    frame.to_csv(tmp_path / "d.csv", index=False)
    result = _run("report", tmp_path / "d.csv", "-o", tmp_path / "d.html")
    assert result.exit_code == 1
    assert "vienna-round, paragraph 2" in result.stderr
    assert message in result.stderr
    assert not (tmp_path / "d.html").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop(columns="start"), "no column 'start'; keep what scoring wrote"),
        (lambda frame: frame.drop(columns="text"), "a report needs the column 'text'"),
        (
            lambda frame: frame.assign(start="there"),
            "start is 'there' in article vienna-round; expected a whole number",
        ),
        (lambda frame: frame.assign(paragraph=[None, *range(1, 16)]), "paragraph is missing in article vienna-round"),
        (lambda frame: frame.assign(article_id=None), "row 1 has no article_id"),
        (lambda frame: pd.concat([frame, frame]), "paragraph 0 of article vienna-round is there twice"),
    ],
)
def test_paragraphs_without_their_places_make_no_report(
    folder: Path, tmp_path: Path, change: Any, message: str
) -> None:
    """One line with column and article."""
    change(pd.read_csv(folder / "one.csv")).to_csv(tmp_path / "d.csv", index=False)
    result = _run("report", tmp_path / "d.csv", "-o", tmp_path / "d.html")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert f"d.csv: {message}" in result.stderr


def test_methods_tell_boilerplate_from_what_was_scored(tmp_path: Path) -> None:
    """They are quoted in papers: what was left out was not scored. Without any there is nothing to tell."""
    text = "The embargo must be lifted, the minister said.\n\nShare this article\n\nThe envoys met in Oman on Friday."
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    said = []
    for options in ((), ("--keep-boilerplate",)):
        _run("score", tmp_path / "a.txt", "-o", tmp_path / "s.csv", *options)
        _run("report", tmp_path / "s.csv", "-o", tmp_path / "r.html")
        html = (tmp_path / "r.html").read_text(encoding="utf-8")
        methods = re.sub("<.*?>", "", html.split('<h2 id="methods">')[1].split("</p>")[0])
        said.append(" ".join(methods.split()))
    left_out, kept = said
    assert "3 paragraphs from 1 article were read; 1 of them is boilerplate, such as bylines and links," in left_out
    assert "The others were scored with stance" in left_out
    assert "0 paragraphs besides boilerplate received no label;" in left_out
    assert "3 paragraphs from 1 article were scored with stance" in kept
    assert "boilerplate" not in kept


def test_an_empty_text_is_no_label(folder: Path) -> None:
    """In a frame of one's own it may stand for none: such a paragraph is not counted as scored."""
    frame = read_results(folder / "one.csv").frame
    frame.loc[0, ["sanctions", "diplomacy"]] = ""
    html = render_report(as_results(frame))
    assert "16 read = 15 scored + 1 abstained + 0 boilerplate" in html


def test_there_may_be_nothing_to_show(folder: Path, tmp_path: Path) -> None:
    """No text of a single article, and no rows without a record of the run."""
    assert _run("report", folder / "one.csv", "-o", tmp_path / "n.html", "--articles", 0).exit_code == 0
    html = (tmp_path / "n.html").read_text(encoding="utf-8")
    assert '<h1 dir="auto">1 article</h1>' in html
    assert "<article " not in html
    for name in ("e.csv", "e.parquet"):
        frame = read_results(folder / "one.csv").frame.head(0)
        frame.to_csv(tmp_path / name, index=False) if name == "e.csv" else frame.to_parquet(tmp_path / name)
        assert _run("report", tmp_path / name, "-o", tmp_path / "e.html").exit_code == 0
        counts = re.findall(r"<dd>(.*?)</dd>", (tmp_path / "e.html").read_text(encoding="utf-8"))
        assert counts[1] == "0 read = 0 scored + 0 abstained + 0 boilerplate"


def test_a_model_without_the_record_of_its_training_scores(tmp_path: Path) -> None:
    """Results, their dictionary and their report say of it what is known."""
    from stance.model.artefact import load_model, save_model

    save_model(replace(load_model(), facts={}), tmp_path / "plain")
    path = tmp_path / "scores.csv"
    article = "The embargo must be lifted, the minister said. Sanctions have failed."
    (tmp_path / "a.txt").write_text(article, encoding="utf-8")
    run = _run("score", tmp_path / "a.txt", "-m", tmp_path / "plain", "--explain", "-o", path)
    assert run.exit_code == 0, run.stderr
    facts = read_results(path).model
    assert (facts["name"], facts["corpus"], facts["folds"], facts["metrics"]) == ("unnamed", None, None, {})
    assert _run("report", path, "-o", tmp_path / "r.html").exit_code == 0
    html = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "not known: the model was saved without the record of its training" in html
    assert "It was trained on" not in html
    assert f'Model “unnamed”, SHA-256 <span class="mono">{facts["sha256"]}</span>.</p>' in html


def test_a_report_may_go_to_standard_output(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes of the file; none is called "-"."""
    _run("report", folder / "many.csv", "-o", tmp_path / "m.html")
    monkeypatch.chdir(tmp_path)
    assert _run("report", folder / "many.csv", "-o", "-").stdout_bytes == (tmp_path / "m.html").read_bytes()
    assert os.listdir() == ["m.html"]


def test_a_title_may_be_no_utf_8(folder: Path, tmp_path: Path) -> None:
    """As an argument in the bytes of another encoding is."""
    run = _run("report", folder / "one.csv", "-o", tmp_path / "r.html", "--title", "Fr\udcfchjahr")
    assert (run.exit_code, run.stderr.count("\n")) == (0, 1)
    assert "<title>Fr?hjahr" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_the_version_is_the_one_that_scored(folder: Path, tmp_path: Path) -> None:
    """Not the one that makes the page or an export; without a record of it none is named."""
    described = folder / "one.csv.columns.json"
    (tmp_path / "s.csv").write_bytes((folder / "one.csv").read_bytes())
    beside = tmp_path / "s.csv.columns.json"
    beside.write_text(described.read_text(encoding="utf-8").replace('"scored_with": "', '"scored_with": "0.0.'))
    _run("results", "export", tmp_path / "s.csv", "-o", tmp_path / "e.parquet")
    for name in ("s.csv", "e.parquet"):
        html = render_report(read_results(tmp_path / name))
        methods = html[html.index('id="methods"') : html.index("<footer>")]
        assert (
            re.findall(r"(?:with stance|, version) (\S+?) (?:and the|\[software)", methods)
            == [f"0.0.{__version__}"] * 2
        )
    beside.unlink()
    html = render_report(read_results(tmp_path / "s.csv"))
    assert __version__ not in html[html.index('id="methods"') : html.index("<footer>")]


def test_a_collection_is_checked_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a paragraph is there twice takes as long as a roll-up."""
    calls: list[Results] = []
    monkeypatch.setattr(rollup, "refuse_twice", calls.append)
    render_report(read_results(folder / "many.csv"))
    assert len(calls) == 1


def test_articles_alone_make_no_report(tmp_path: Path) -> None:
    """Results at the level of articles, and a folder that is not there, are one-line errors."""
    _run("score", SAMPLE, "--level", "article", "-o", tmp_path / "a.csv")
    result = _run("report", tmp_path / "a.csv", "-o", tmp_path / "a.html")
    assert (result.exit_code, "needs paragraphs" in result.stderr) == (1, True)
    _run("score", SAMPLE, "-o", tmp_path / "p.csv")
    result = _run("report", tmp_path / "p.csv", "-o", tmp_path / "no" / "a.html")
    assert (result.exit_code, "no folder" in result.stderr) == (1, True)
    # told before the results are read, which may take minutes
    result = _run("report", tmp_path / "none.csv", "-o", tmp_path / "no" / "a.html")
    assert (result.exit_code, "no folder" in result.stderr) == (1, True)


@pytest.mark.parametrize(("package", "source"), [("jinja2", "one.csv"), ("matplotlib", "many.csv")])
def test_a_missing_extra_is_named(folder: Path, tmp_path: Path, package: str, source: str) -> None:
    """Without the package: one line that says what to install."""
    code = f"import sys; sys.modules[{package!r}] = None; from stance.commands import main; main()"
    command = [sys.executable, "-c", code, "report", str(folder / source), "-o", str(tmp_path / "x.html")]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1
    assert "pip install 'sanctions-stance[report]'" in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_device_is_not_replaced(folder: Path, tmp_path: Path) -> None:
    """Where something stands that is no file, such as a pipe or /dev/null, it stays; one line says so."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for arguments in (
        ("report", folder / "one.csv", "-o", pipe),
        ("results", "export", folder / "one.csv", "-o", pipe, "-f", "csv"),
        ("score", SAMPLE, "-o", pipe, "-f", "csv"),
        ("score", SAMPLE, "-o", pipe, "-f", "xlsx"),
    ):
        result = _run(*arguments)
        assert (result.exit_code, "device" in result.stderr, pipe.is_fifo()) == (1, True, True)
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_an_article_needs_no_matplotlib(folder: Path, tmp_path: Path) -> None:
    """Only a collection has charts."""
    code = "import sys; sys.modules['matplotlib'] = None; from stance.commands import main; main()"
    command = [sys.executable, "-c", code, "report", str(folder / "one.csv"), "-o", str(tmp_path / "one.html")]
    assert subprocess.run(command, capture_output=True).returncode == 0


def test_many_articles_take_no_frame_each(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames of a few rows, one an article, took most of the time of a long report."""
    results = read_results(folder / "many.csv")
    made: list[int] = []
    to_dict = pd.DataFrame.to_dict

    def counted(frame: pd.DataFrame, *arguments: Any, **options: Any) -> Any:
        made.append(len(frame))
        return to_dict(frame, *arguments, **options)

    monkeypatch.setattr(pd.DataFrame, "to_dict", counted)
    render_report(results, articles=1)
    one = len(made)
    render_report(results, articles=len(results.frame))
    assert len(made) == 2 * one


def test_paragraphs_of_an_article_stand_together(folder: Path) -> None:
    """Also where a table has the articles mixed; the first one that it has comes first."""
    found = read_results(folder / "many.csv")
    mixed = found.frame.sort_values("paragraph", kind="stable", ignore_index=True)
    assert mixed["article_id"].ne(mixed["article_id"].shift()).sum() > mixed["article_id"].nunique()
    pages = [render_report(Results(frame, found.targets, "paragraph"), articles=99) for frame in (found.frame, mixed)]
    shown = [re.findall(r"<article.*?</article>", page, re.DOTALL) for page in pages]
    assert shown[0] == shown[1] != []
