"""Figures of the report, read from its tables: no browser is needed for these."""

from __future__ import annotations

import json
from pathlib import Path

import lxml.html
import pandas as pd
import pytest
from helpers import run

from stance.labels import LABELS
from stance.results.dictionary import dictionary_path
from stance.results.figures import Figure, Series, save_figures
from stance.results.report import render_report
from stance.results.saved import read_results


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
