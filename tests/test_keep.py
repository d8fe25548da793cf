"""Further columns of the input that are kept in results: from each kind of file, in each form, and those refused."""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers import parts, run

import stance
from stance.articles import Columns
from stance.results.saved import read_results

TEXT = "The minister said on Friday that the embargo must be lifted before the talks go on."
LONG = f"{TEXT}\n\nThe envoys meet again in Oman."
#: What is said of each article, and what is kept of it.
SAID: dict[str, dict[str, Any]] = {
    "a": {"country": " Oman ", "year": 2024, "topics": "oil"},
    "b": {"country": "", "year": None, "topics": None},
    "c": {"country": 'Ünited, "State"', "year": 2025, "topics": "gas; oil"},
}
KEPT = {
    "a": {"country": "Oman", "year": "2024", "topics": "oil"},
    "b": {"country": None, "year": None, "topics": None},
    "c": {"country": 'Ünited, "State"', "year": "2025", "topics": "gas; oil"},
}
OPTIONS = [word for name in KEPT["a"] for word in ("--keep", name)]


def _write(path: Path) -> Path:
    """The three articles, the second of them of two paragraphs."""
    rows = [{"id": id, "text": LONG if id == "b" else TEXT, **said} for id, said in SAID.items()]
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _kept(output: Path) -> dict[str, dict[str, str | None]]:
    """What the results hold, by article, which says the same in each of its rows."""
    frame = read_results(output).frame
    assert list(frame.columns).index("country") == list(frame.columns).index("outlet") + 1
    said = {name: [value if isinstance(value, str) else None for value in frame[name]] for name in KEPT["a"]}
    found: dict[str, dict[str, str | None]] = {}
    for i, id in enumerate(frame["article_id"]):
        row = {name: values[i] for name, values in said.items()}
        assert found.setdefault(id, row) == row
    return found


@pytest.mark.parametrize("level", ["paragraph", "article"])
@pytest.mark.parametrize("output", ["out.csv", "out.jsonl", "out.parquet", "run"])
@pytest.mark.parametrize("source", ["in.csv", "in.jsonl", "in.parquet"])
def test_what_is_named_is_kept_in_every_row(
    small_model_path: Path, tmp_path: Path, source: str, output: str, level: str
) -> None:
    """As text, without blanks around it, behind the outlet; the account tells how many articles have it."""
    _write(tmp_path / source)
    place = f"{tmp_path / output}{'/' if output == 'run' else ''}"
    result = run("score", tmp_path / source, "-m", small_model_path, "--level", level, "-o", place, *OPTIONS)
    assert result.exit_code == 0, result.stderr
    assert _kept(tmp_path / output) == KEPT
    assert result.stderr.endswith("articles with a value in each kept column: country: 2; year: 2; topics: 2\n")
    described = json.loads(
        (tmp_path / output / "columns.json" if output == "run" else Path(f"{place}.columns.json")).read_bytes()
    )
    assert {"country", "year"} <= {field["name"] for field in described["resources"][0]["schema"]["fields"]}


@pytest.mark.parametrize("level", ["paragraph", "article"])
@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_standard_output_is_what_a_file_holds(small_model_path: Path, tmp_path: Path, format: str, level: str) -> None:
    """To the byte, with what is kept."""
    command = ("score", _write(tmp_path / "in.jsonl"), "-m", small_model_path, "--level", level, *OPTIONS, "-f", format)
    assert run(*command, "-o", tmp_path / "out").exit_code == 0
    assert run(*command).stdout_bytes == (tmp_path / "out").read_bytes()


@pytest.mark.parametrize("suffix", ["xlsx", "sqlite"])
def test_what_is_kept_is_exported(small_model_path: Path, tmp_path: Path, suffix: str) -> None:
    """As a column of words, as other columns are that were added."""
    source, output = _write(tmp_path / "in.csv"), tmp_path / f"out.{suffix}"
    result = run("score", source, "-m", small_model_path, "-o", output, *OPTIONS)
    assert result.exit_code == 0, result.stderr
    if suffix == "xlsx":
        frame = pd.read_excel(output, dtype=str)
    else:
        import sqlite3

        frame = pd.read_sql("select * from results", sqlite3.connect(output))
    assert set(frame["country"].dropna()) == {"Oman", SAID["c"]["country"]}


def test_columns_of_any_type_are_kept(small_model_path: Path, tmp_path: Path) -> None:
    """Numbers, points in time and lists of Parquet; objects of JSON; and bytes that are no text cost their row only."""
    rows = [{"text": TEXT, "n": 0.5, "day": pd.Timestamp("2024-05-09"), "list": ["oil", "gas"], "raw": b"a"}]
    pq.write_table(pa.Table.from_pylist([*rows, {**rows[0], "raw": b"\xff"}]), tmp_path / "in.parquet")
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": TEXT, "list": {"of": ["öl"]}, "n": True}) + "\n")
    names = ("--keep", "n", "--keep", "day", "--keep", "list", "--keep", "raw")
    result = run("score", tmp_path, "-m", small_model_path, "-f", "jsonl", *names)
    assert result.exit_code == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [[row[name] for name in names[1::2]] for row in found] == [
        ["True", None, '{"of": ["öl"]}', None],
        ["0.5", "2024-05-09", '["oil", "gas"]', "a"],
    ]
    assert "in.parquet:2: 'raw' is not valid utf-8" in result.stderr
    # one that is named twice is one column
    header, *_ = run("score", tmp_path, "-m", small_model_path, "-f", "csv", *names, *names).stdout.splitlines()
    assert header.split(",").count("day") == 1


def test_front_matter_is_kept_and_other_files_have_none(small_model_path: Path, tmp_path: Path) -> None:
    """Keys count in capitals or not; a file that has nothing of the kind is missing there, not left out."""
    (tmp_path / "a.md").write_text(f"---\ntitle: Talks\nCountry: 'Oman'\ntags: [a, b]\n---\n{TEXT}\n", encoding="utf-8")
    (tmp_path / "b.html").write_text(f"<html><body><p>{TEXT}</p></body></html>", encoding="utf-8")
    (tmp_path / "c.txt").write_text(TEXT, encoding="utf-8")
    command = ("score", tmp_path, "-m", small_model_path, "--keep", "country", "--keep", "tags")
    result = run(*command, "-f", "jsonl")
    assert result.exit_code == 0, result.stderr
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["country"] for row in rows] == ["Oman", None, None]
    told = "in each kept column: country: 1; tags: 0 (no such column or key, or it is empty)\n"
    assert result.stderr.endswith(told)
    assert run(*command, "-o", tmp_path / "out.csv").stderr.endswith(told)


def test_a_run_goes_on_with_what_it_keeps(small_model_path: Path, tmp_path: Path) -> None:
    """And with nothing else: chunks that were written have other columns."""
    command = ("score", _write(tmp_path / "in.csv"), "-m", small_model_path, "--chunk", 1, "-o")
    assert run(*command, f"{tmp_path}/whole/", *OPTIONS).exit_code == 0
    assert run(*command, f"{tmp_path}/run/", *OPTIONS).exit_code == 0
    (tmp_path / "run" / "part-00001.parquet").unlink()
    again = run(*command, f"{tmp_path}/run/", "--resume", *OPTIONS)
    assert again.exit_code == 0, again.stderr
    assert parts(tmp_path / "run") == parts(tmp_path / "whole")
    assert again.stderr.endswith("in each kept column: country: 2; year: 2; topics: 2\n")
    other = run(*command, f"{tmp_path}/run/", "--resume", "--keep", "country")
    assert other.exit_code == 1
    told = "the run is finished, and was another one: keep was ['country', 'year', 'topics'], now ['country']; read"
    assert told in other.stderr


def test_roll_ups_group_by_what_is_kept(small_model_path: Path, tmp_path: Path) -> None:
    """As by any column, of results of paragraphs or of articles."""
    source, output = _write(tmp_path / "in.csv"), tmp_path / "out.csv"
    for level in ("paragraph", "article"):
        assert run("score", source, "-m", small_model_path, "--level", level, "-o", output, *OPTIONS).exit_code == 0
        rolled = run("results", "rollup", output, "--level", "country", "-f", "jsonl")
        assert rolled.exit_code == 0, rolled.stderr
        found = {row["country"]: row["paragraphs"] for row in map(json.loads, rolled.stdout.splitlines())}
        assert found == {"Oman": 1, SAID["c"]["country"]: 1, None: 2}


@pytest.mark.skipif(find_spec("distributed") is None, reason="dask is not installed")
def test_a_cluster_keeps_it_too(small_model_path: Path, tmp_path: Path) -> None:
    """The same bytes."""
    command = ("score", _write(tmp_path / "in.csv"), "-m", small_model_path, *OPTIONS, "-o")
    assert run(*command, tmp_path / "here.csv").exit_code == 0
    assert run(*command, tmp_path / "there.csv", "--dask", "local", "-j", 1).exit_code == 0
    assert (tmp_path / "here.csv").read_bytes() == (tmp_path / "there.csv").read_bytes()


def test_a_chunk_without_articles_has_the_columns(small_model_path: Path, tmp_path: Path) -> None:
    """Else the rows of the next would not fit below it."""
    (tmp_path / "in.jsonl").write_text("oops\n" * 2 + json.dumps({"text": TEXT, "country": "Oman"}) + "\n")
    output = tmp_path / "out.parquet"
    result = run(
        "score", tmp_path / "in.jsonl", "-m", small_model_path, "--chunk", 1, "--keep", "country", "-o", output
    )
    assert result.exit_code == 0, result.stderr
    assert pd.read_parquet(output)["country"].tolist() == ["Oman"]


@pytest.mark.parametrize(
    "name",
    ["text", "Paragraph", "month", "week", "joint_units", "sanctions", "diplomacy_kind", "speaker", "", "a\ud800"],
)
def test_a_name_that_results_have_is_refused(small_model_path: Path, tmp_path: Path, name: str) -> None:
    """In capitals or not, and whatever begins as the columns of a target do: roll-ups would count it as a label."""
    result = run("score", _write(tmp_path / "in.csv"), "-m", small_model_path, "--keep", name, "-f", "csv")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: --keep " in result.stderr


def test_groups_of_articles_keep_nothing(small_model_path: Path, tmp_path: Path) -> None:
    """A row is of many."""
    source = _write(tmp_path / "in.csv")
    assert run("score", source, "-m", small_model_path, "--keep", "country", "--level", "outlet").exit_code == 2


def test_a_kept_column_stands_there_once(small_model_path: Path, tmp_path: Path) -> None:
    """The row would keep the last one alone."""
    (tmp_path / "in.csv").write_text(f"country,country,text\nOman,Iran,{TEXT}\n", encoding="utf-8")
    result = run("score", tmp_path / "in.csv", "-m", small_model_path, "--keep", "country", "-f", "csv")
    assert result.exit_code == 1
    assert "the column 'country' appears twice" in result.stderr


def test_a_column_that_is_named_twice_is_kept_once() -> None:
    """As a list of names that a script has put together may name it."""
    assert Columns(keep=("country", "genre", "country")).keep == ("country", "genre")


def test_a_data_frame_has_what_was_kept(small_model: stance.StanceModel, tmp_path: Path) -> None:
    """From Python, the articles carry it."""
    articles = list(stance.read_articles(_write(tmp_path / "in.parquet"), Columns(keep=("country", "gone"))))
    assert dict(articles[0].kept) == {"country": "Oman", "gone": None}
    frame = stance.to_frame(articles[0], small_model.score(articles[0]))
    assert frame["country"].tolist() == ["Oman"]
