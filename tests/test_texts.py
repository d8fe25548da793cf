"""Texts of results stay in the file until those of a few paragraphs are asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from coded_collections import code, collect
from helpers import run

from stance.errors import StanceError
from stance.results import table_reading
from stance.results.population import light, population, read_population
from stance.results.report import render_report
from stance.results.sampling import draw_sample
from stance.results.saved import read_results, read_without_texts
from stance.results.texts import Texts

_TEXTS = ['They "lifted" it.', "One,\ntwo\r\nlines", " blanks around ", "007", "2024-05-09", "NA", "é\u2028\x0c", None]


def _write(path: Path, frame: pd.DataFrame) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False, row_group_size=7)
    elif path.suffix == ".csv":
        frame.to_csv(path, index=False, encoding="utf-8-sig")
    else:
        lines = frame.to_json(orient="records", lines=True, force_ascii=False)
        path.write_text(lines.replace("\n", "\n\n"), encoding="utf-8", newline="\n")
    return path


def _frame(size: int = 60) -> pd.DataFrame:
    frame = collect(size, 0.7, (0.25,) * 4)[0].frame.assign(tax_probability=0.5)
    frame["text"] = [f"{text} {i}" if text and i > 20 else text for i, text in enumerate(_TEXTS * size)][:size]
    frame.loc[frame.index % 5 == 2, "tax_abstained"] = "boilerplate"
    return frame


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("block", [2**26, 2000])
def test_texts_that_stayed_are_those_that_are_read_at_once(
    suffix: str, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sample is the same to the type, in whatever format, however many pieces it is read in."""
    path = _write(tmp_path / f"scores.{suffix}", _frame())
    at_once = draw_sample(read_results(path), 40, "tax")
    monkeypatch.setattr(table_reading, "_BLOCK", block)
    later = read_population(path, only=["text"])
    assert "text" not in later.frame
    pd.testing.assert_frame_equal(draw_sample(later, 40, "tax"), at_once)
    # in the order that is asked for, and one twice
    rows = np.array([33, 4, 4, 47])
    texts = population(read_results(path)).frame["text"]
    pd.testing.assert_series_equal(later.texts_at(rows), texts.iloc[rows].reset_index(drop=True))


@pytest.mark.parametrize("suffix", ["parquet", "jsonl"])
def test_texts_of_a_kind_of_their_own_are_read_at_once(suffix: str, tmp_path: Path) -> None:
    """Numbers, or categories, are another text one by one than as a whole."""
    frame = _frame()
    numbers: Any = np.where(frame.index < 50, frame.index, 0.5)
    frame["text"] = numbers if suffix == "jsonl" else pd.Categorical(numbers.astype(str))
    path = _write(tmp_path / f"scores.{suffix}", frame)
    later = read_population(path, only=["text"])
    assert later.texts is None
    pd.testing.assert_frame_equal(draw_sample(later, 40), draw_sample(read_results(path), 40))


def test_texts_of_the_parts_of_a_run_are_found(tmp_path: Path) -> None:
    """Rows are counted over all parts, in the order of the run."""
    rows = [f"a{i},The envoys met in room {i}.<p>Talks on the embargo resume on day {i}." for i in range(9)]
    articles = tmp_path / "articles.csv"
    articles.write_text("\n".join(["id,text", *rows]), encoding="utf-8")
    assert run("score", articles, "--chunk", 2, "-f", "parquet", "-o", f"{tmp_path}/run/").exit_code == 0
    assert len(list((tmp_path / "run").glob("part-*"))) > 1
    later = read_population(tmp_path / "run", only=["text"])
    assert "text" not in later.frame
    pd.testing.assert_frame_equal(draw_sample(later, 12), draw_sample(read_results(tmp_path / "run"), 12))


def test_commands_ask_for_the_texts_of_what_is_drawn_or_coded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All texts of millions of paragraphs take several GB."""
    results, true = collect(300, 0.7, (0.25,) * 4)
    scores = _write(tmp_path / "scores.csv", results.frame.assign(tax_probability=0.5))
    code(results, true, 60).to_csv(tmp_path / "coded.csv", index=False)
    asked: list[int] = []

    def at(texts: Texts, places: Any) -> pd.Series[Any]:
        asked.append(len(places))
        return read(texts, places)

    read = Texts.at
    monkeypatch.setattr(Texts, "at", at)
    for command, number in (
        (("sample", scores, "-n", 50, "-o", tmp_path / "drawn.csv"), [50]),
        (("prevalence", scores, tmp_path / "coded.csv", "--level", "outlet"), [60]),
        (("outcomes", scores, tmp_path / "coded.csv", "-o", tmp_path / "o.csv"), [60]),
        (("agreement", scores, tmp_path / "coded.csv", tmp_path / "ben.csv"), [60, 60, 60]),
    ):
        (tmp_path / "ben.csv").write_bytes((tmp_path / "coded.csv").read_bytes())
        assert run("results", *command).exit_code == 0
        assert asked == number, command
        asked.clear()


def test_estimates_by_text_still_have_it(tmp_path: Path) -> None:
    """It is a column like any other to group by."""
    results, true = collect(300, 0.7, (0.25,) * 4)
    scores = _write(tmp_path / "scores.csv", results.frame.assign(tax_probability=0.5))
    code(results, true, 60).to_csv(tmp_path / "coded.csv", index=False)
    found = run("results", "prevalence", scores, tmp_path / "coded.csv", "--level", "text")
    assert found.exit_code == 0
    assert "One." in found.stdout


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
def test_a_file_that_changed_meanwhile_is_refused(suffix: str, tmp_path: Path) -> None:
    """Else the texts would be those of other paragraphs."""
    path = _write(tmp_path / f"scores.{suffix}", _frame())
    later = read_population(path, only=["text"])
    for size in (40, 60):
        _write(path, _frame(size).assign(title="Talks resume"))
        with pytest.raises(StanceError, match=r"scores.*changed"):
            draw_sample(later, 5)
    path.unlink()
    with pytest.raises(StanceError, match="no such file"):
        draw_sample(later, 5)


@pytest.mark.parametrize("suffix", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("block", [2**26, 2000])
def test_a_report_of_texts_that_stayed_is_the_same(
    suffix: str, block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the byte, with copies among its examples, and texts of those that it shows alone."""
    frame = _frame(400).assign(start=0, article_id=[f"a{i // 3}" for i in range(400)], paragraph=[*range(400)])
    frame["tax_probability"] = [0.5 + i % 7 / 20 for i in range(400)]
    frame["text"] = [f"The envoys met in room {i % 90}." if i % 4 else None for i in range(400)]
    path = _write(tmp_path / f"scores.{suffix}", frame)
    at_once = render_report(read_results(path), articles=4)
    monkeypatch.setattr(table_reading, "_BLOCK", block)
    found = light(*read_without_texts(path))
    assert "text" not in found.frame
    asked: list[int] = []
    at = Texts.at
    monkeypatch.setattr(Texts, "at", lambda self, places: asked.append(len(places)) or at(self, places))
    assert render_report(found, articles=4) == at_once
    assert 12 < sum(asked) < 60
