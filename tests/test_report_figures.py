"""Figures of the report, read from its tables: no browser is needed for these."""

from __future__ import annotations

import json
from pathlib import Path

import lxml.html
import pandas as pd
import pytest
from helpers import figures_of, run

from stance.labels import LABELS, Target
from stance.results.dictionary import dictionary_path
from stance.results.figures import Figure, Series, save_figures
from stance.results.report import render_report
from stance.results.saved import read_results
from stance.results.scored import Results


@pytest.fixture
def scores(probe_texts: list[str], small_model_path: Path, tmp_path: Path) -> Path:
    """Scores of articles of some paragraphs each, of which one is foreign and one has a byline."""
    texts = ["\n\n".join(probe_texts[i : i + 3]) for i in range(0, 150, 3)]
    texts += ["Ο υπουργός είπε ότι οι συνομιλίες θα συνεχιστούν.", f"By Dana Example\n\n{probe_texts[0]}\n\nΤέλος."]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    result = run("score", tmp_path / "in.jsonl", "-m", small_model_path, "-o", tmp_path / "scores.csv")
    assert result.exit_code == 0, result.stderr
    return tmp_path / "scores.csv"


def test_the_joint_table_has_sanctions_down_and_diplomacy_across(scores: Path) -> None:
    """Each cell counts the paragraphs that have both labels."""
    page = lxml.html.fromstring(render_report(read_results(scores)))
    (table,) = page.xpath("//*[@aria-label='Joint table of all labels']/table")
    frame = pd.read_csv(scores)
    expected = pd.crosstab(frame["sanctions"], frame["diplomacy"]).reindex(index=LABELS, columns=LABELS, fill_value=0)
    assert (expected != expected.T).any(axis=None), "else it would say the same the other way round"
    heading, *rows = ([cell.text_content() for cell in row.xpath("th | td")] for row in table.xpath(".//tr"))
    assert heading == ["sanctions \\ diplomacy", *LABELS]
    assert rows == [[label, *map(str, expected.loc[label])] for label in LABELS]


def test_counts_are_the_same_without_the_record_of_the_run(scores: Path) -> None:
    """They are made from the table then, but for what was quarantined, which it cannot know."""

    def counts() -> list[str]:
        page = lxml.html.fromstring(render_report(read_results(scores)))
        (listed,) = page.xpath("//dl[@class='counts']")
        return [cell.text_content() for cell in listed.xpath("dd")][:2]

    with_record = counts()
    assert with_record[0] == "52 read = 51 scored + 1 abstained + 0 quarantined"
    assert with_record[1] == "154 read = 151 scored + 2 abstained (not English: 2) + 1 boilerplate"
    dictionary_path(scores).unlink()
    articles, paragraphs = counts()
    assert articles == with_record[0].replace("0 quarantined", "not known quarantined")
    assert paragraphs == with_record[1]


def test_figures_that_are_broken_off_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of an earlier report stay as they were."""
    figure = Figure(
        "by-outlet", "By outlet", "Two.", ["Wire", "Ledger"], [Series("tax", [0.5, 0.1], [0.1, 0.2])], False
    )
    before = {path: path.read_bytes() for path in save_figures([figure], tmp_path)}
    assert sorted(path.name for path in before) == ["by-outlet.pdf", "by-outlet.svg"]

    def broken_off(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", broken_off)
    with pytest.raises(KeyboardInterrupt):
        save_figures([figure._replace(title="Other", groups=["Wire", "Herald"])], tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def _labelled(rows: list[tuple[str, str, str]], **more: object) -> pd.DataFrame:
    """Paragraphs of one article each: outlet and labels on tax and on trade."""
    frame = pd.DataFrame(rows, columns=["outlet", "tax", "trade"]).assign(tax_abstained=None, trade_abstained=None)
    return frame.assign(article_id=[f"a{i}" for i in range(len(frame))], **more)


def test_outlets_that_begin_alike_are_told_apart() -> None:
    """Each mark of a chart has a label of its own, however long its name and wherever in it the difference stands."""
    names = [
        *("Northern Harbour Courier: Monday edition online", "Northern Harbour Courier: Friday edition online"),
        *("Northern Harbour Courier: Friday edition online, late", "Northern Harbour Gazette and Ledger"),
        *(f"{'W' * 30} {i}" for i in range(4)),
        "Ledger",
    ]
    frame = _labelled([(name, "favor", "neutral") for name in names for _ in range(3)])
    (figure,) = figures_of(Results(frame, (Target("tax"), Target("trade")), "paragraph"))
    assert len(set(figure.groups)) == len(names)
    assert max(map(len, figure.groups)) <= 24 + len(" (3)")
    assert {"Ledger (3)", "Northern … Monday editi… (3)", "Northern …n online, late (3)"} <= set(figure.groups)


def test_a_legend_names_what_is_drawn() -> None:
    """A target on which only groups beyond the largest have a net stance has no line in legend and caption."""
    rows = [(f"Paper {i}", "favor", "unrelated") for i in range(15) for _ in range(5)]
    rows += [("Small", "unrelated", "favor")] * 3
    (figure,) = figures_of(Results(_labelled(rows), (Target("tax"), Target("trade")), "paragraph"))
    assert [series.name for series in figure.series] == ["tax"]
    assert figure.summary.startswith("Net stance on tax for 16 outlets")
    # who speaks for nobody that is known is no group, and has no line either
    rows = [("Wire", "favor", "unrelated")] * 3 + [("Wire", "unrelated", "favor")] * 3
    frame = _labelled(rows, actor=["Iran"] * 3 + ["unknown"] * 3)
    figures = figures_of(Results(frame, (Target("tax"), Target("trade")), "paragraph"), actors=True)
    assert [series.name for series in figures[-1].series] == ["tax"]


def _report(frame: pd.DataFrame, folder: Path, *options: object) -> str:
    frame.to_csv(folder / "s.csv", index=False)
    result = run("report", folder / "s.csv", "-o", folder / "r.html", *options)
    assert result.exit_code == 0, result.stderr
    return result.stderr


def _written(outlets: list[str], labels: tuple[str, ...], folder: Path) -> pd.DataFrame:
    """What `stance score` writes of one target, with dates and outlets."""
    rows = [
        {"article_id": f"a{i}", "paragraph": 0, "start": 0, "end": 3, "text": "Yes", "outlet": outlet}
        | {"date": f"2026-0{1 + i % 3}-01", "tax": labels[i % len(labels)], "tax_probability": 0.9}
        | {f"tax_p_{label}": 0.9 if label == labels[i % len(labels)] else 0.0 for label in labels}
        | {"tax_abstained": None}
        for i, outlet in enumerate(outlet for outlet in outlets for _ in range(6))
    ]
    return pd.DataFrame(rows)


def test_why_there_are_no_figures(tmp_path: Path) -> None:
    """Dates and outlets do not help if no label has a sign."""
    said = _report(_written(["Wire", "Post"], ("-1", "0", "1"), tmp_path), tmp_path, "--figures", tmp_path / "f")
    assert "no figures: " in said
    assert "the labels favor and against" in said


def test_letters_that_a_pdf_cannot_show_are_named(tmp_path: Path) -> None:
    """Of an outlet in Chinese the font has no letters; of one in Russian or Persian it has all."""
    labels = ("favor", "against", "neutral")
    outlets = ["北方日报", "Северная газета", "روزنامه می\u200cشود"]
    said = _report(_written(outlets, labels, tmp_path), tmp_path, "--figures", tmp_path / "f")
    assert said.endswith("by-outlet.pdf: its font lacks 北方日报; by-outlet.svg has all letters\n")
    assert "北方日报" in (tmp_path / "f" / "by-outlet.svg").read_text(encoding="utf-8")
    said = _report(_written(outlets[1:], labels, tmp_path), tmp_path, "--figures", tmp_path / "f")
    assert "lacks" not in said
    said = _report(_written(["北方日报南亚晚刊社"], labels, tmp_path), tmp_path, "--figures", tmp_path / "f")
    assert "lacks 北方日报南亚晚刊…; by-outlet.svg" in said


def test_a_report_that_browsers_are_slow_with_says_so(
    scores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the option that makes it smaller, beside the size."""
    said = run("report", scores, "-o", tmp_path / "r.html").stderr
    assert "--articles" not in said
    assert f"r.html ({(tmp_path / 'r.html').stat().st_size / 1e6:.1f} MB)" in said
    monkeypatch.setattr("stance.commands.report._SLOW", 50_000)
    assert "a smaller --articles makes it smaller" in run("report", scores, "-o", tmp_path / "r.html").stderr
    assert "--articles" not in run("report", scores, "-o", tmp_path / "r.html", "--articles", 1).stderr


def test_what_holds_for_all_targets_is_said_once_a_paragraph(scores: Path) -> None:
    """In the table of an article, number and speaker span the rows of the targets, each of which has its own cells."""
    found = read_results(scores)
    frame = found.frame.assign(voice="author")
    page = lxml.html.fromstring(render_report(Results(frame, found.targets, "paragraph")))
    for article in page.xpath("//article"):
        rows = article.xpath(".//tbody/tr")
        assert [row.xpath("td[not(@rowspan)]")[0].text_content() for row in rows[:2]] == ["sanctions", "diplomacy"]
        assert [[cell.get("rowspan") for cell in row.xpath("th | td")] for row in rows] == [
            ["2", None, None, None, None, "2"],
            [None] * 4,
        ] * (len(rows) // 2)
