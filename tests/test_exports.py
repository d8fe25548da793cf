"""Exports: each format is read back by the library its users have, with types, labels and every character."""

from __future__ import annotations

import contextlib
import importlib
import json
import math
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from time import monotonic, sleep
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from helpers import ROOT
from helpers import run as _run

from stance.commands.results import results
from stance.errors import StanceError
from stance.files import write_files
from stance.labels import LABELS, Target
from stance.locks import LOCKS, lock_output
from stance.model.artefact import save_model
from stance.model.stance_model import StanceModel
from stance.results import export as export_module
from stance.results import export_excel, export_stata, table_reading
from stance.results.dates import day_of
from stance.results.export import export, save_results
from stance.results.formats import EXPORTS, MOST_ROWS
from stance.results.rollup import roll_up
from stance.results.saved import read_results
from stance.results.scored import Results, as_results
from stance.results.typed import plain_table, typed_table

FORMATS = ("csv", "jsonl", "parquet", "xlsx", "dta", "sav", "sqlite")
HOSTILE = [
    "=1+1",
    "@SUM(A1)",
    'He said "lift it", then\nleft; "no"',
    "Ünïcödé 中文 \U0001f600 fin",
    "  leading and trailing  ",
    "http://example.org/x",
    "x" * 40_000,
    "é" * 3000,
    "null",
    "tab\there, bell\x07, nul\x00.",
]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, probe_texts: list[str]) -> Path:
    """Real scores of a dozen articles of two outlets, one of them abstained from."""
    folder = tmp_path_factory.mktemp("scored")
    texts = probe_texts[:60]
    rows: list[dict[str, Any]] = [
        {"id": f"0{i}", "text": "\n\n".join(texts[i : i + 5]), "outlet": "AB"[i % 2], "date": f"2026-05-{10 + i % 9}"}
        for i in range(0, 60, 5)
    ]
    rows.append({"id": "fa", "text": "وزیر خارجه گفت مذاکرات ادامه دارد.", "outlet": "A", "date": "2026-05-02"})
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert _run("score", folder / "in.jsonl", "-o", folder / "scores.parquet").exit_code == 0
    return folder / "scores.parquet"


def _hostile() -> pd.DataFrame:
    n = len(HOSTILE)
    frame = pd.DataFrame({"article_id": [f"a{i}" for i in range(n)], "paragraph": range(n), "text": HOSTILE})
    frame["outlet"] = [None, *["Wire"] * (n - 1)]
    frame["tax"] = [None, *(["favor", "against", "neutral", "unrelated"] * n)[: n - 1]]
    frame["tax_probability"] = [None, *[0.1 + 0.05 * i for i in range(1, n)]]
    frame["tax_abstained"] = ["empty", *[None] * (n - 1)]
    return frame


def _read_back(path: Path) -> pd.DataFrame:
    """With the reader that the format's users have; labels as words."""
    suffix = path.suffix.lstrip(".")
    if suffix == "csv":
        # the other engine of pandas 2 cuts a text at U+0000
        return pd.read_csv(path, dtype={"article_id": str}, keep_default_na=False, na_values=[""], engine="python")
    if suffix == "jsonl":
        return pd.DataFrame([json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line])
    if suffix == "parquet":
        return pd.read_parquet(path)
    if suffix == "xlsx":
        from openpyxl.utils.escape import unescape  # type: ignore[import-untyped]

        frame = pd.read_excel(path, dtype={"article_id": str, "text": str}, keep_default_na=False, na_values=[""])
        # Excel itself turns these back into control characters; openpyxl leaves that to its caller
        frame["text"] = [unescape(text) for text in frame["text"]]
        return frame
    if suffix == "dta":
        return pd.read_stata(path)
    if suffix == "sav":
        import pyreadstat

        frame: pd.DataFrame = pyreadstat.read_sav(str(path), apply_value_formats=True)[0]
        return frame
    with contextlib.closing(sqlite3.connect(path)) as base:
        return pd.read_sql("SELECT * FROM results ORDER BY rowid", base)


def _described(path: Path) -> dict[str, str]:
    """The types of the columns, by the dictionary beside the file."""
    described = json.loads(path.with_name(f"{path.name}.columns.json").read_text(encoding="utf-8"))
    return {field["name"]: field["type"] for field in described["resources"][0]["schema"]["fields"]}


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_is_read_back_whole(scored: Path, tmp_path: Path, format: str) -> None:
    """Every row, label, offset, probability and text of real scores arrives in each format."""
    path = tmp_path / f"out.{format}"
    result = _run("results", "export", scored, "-o", path)
    assert result.exit_code == 0, result.stderr
    expected, found = read_results(scored).frame, _read_back(path)
    names = {"end": "end_"} if format == "dta" else {}
    assert list(found.columns) == [names.get(name, name) for name in expected.columns]
    for name in expected.columns:
        column = found[names.get(name, name)]
        if name == "date" and format in ("dta", "sav", "xlsx"):
            assert [str(value)[:10] for value in column] == expected[name].tolist()
        elif expected[name].dtype.kind in "if":
            numbers = pd.to_numeric(column).astype(float)
            pd.testing.assert_series_equal(numbers, expected[name].astype(float), check_names=False, rtol=1e-12)
        else:
            assert [v if isinstance(v, str) and v else None for v in column.tolist()] == [
                v if isinstance(v, str) else None for v in expected[name].tolist()
            ], name
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("format", FORMATS)
def test_the_dictionary_names_every_column(scored: Path, tmp_path: Path, format: str) -> None:
    """Beside each export: every column in its order, described, with the model, its corpus and the counts."""
    path = tmp_path / f"out.{format}"
    _run("results", "export", scored, "-o", path)
    package = json.loads((tmp_path / f"out.{format}.columns.json").read_text(encoding="utf-8"))
    fields = package["resources"][0]["schema"]["fields"]
    assert [field["name"] for field in fields] == list(_read_back(path).columns)
    assert all(len(field["description"]) > 10 and "as found" not in field["description"] for field in fields)
    by_name = {field["name"]: field for field in fields}
    if format in ("dta", "sav"):
        expected: Any = [{"value": k, "label": label} for k, label in enumerate(LABELS, start=1)]
    else:
        expected = list(LABELS)
    assert by_name["sanctions"]["categories"] == expected
    assert len(package["stance"]["model"]["sha256"]) == 64
    assert package["stance"]["model"]["corpus"]["fingerprint"]
    counts = package["stance"]["counts"]["articles"]
    assert counts["read"] == counts["scored"] + counts["abstained"] + counts["quarantined"] == 13


@pytest.mark.parametrize("format", FORMATS)
def test_hostile_text_arrives_as_text(tmp_path: Path, format: str) -> None:
    """Formulas, quotes, other scripts, control characters, very long texts: unaltered, or cut and said so."""
    path = tmp_path / f"out.{format}"
    frame = _hostile()
    notes = export(frame, path, (Target("tax"),))
    found = _read_back(path)
    most = {"xlsx": 32_767, "sav": 32_767}.get(format)
    assert bool(notes) == (most is not None)
    assert any("cut to 32767" in note for note in notes) == (most is not None)
    for number, (text, back) in enumerate(zip(HOSTILE, found["text"], strict=True)):
        expected = text if most is None else text[:most]
        if format in ("dta", "sav", "xlsx"):
            expected = expected.replace("\x00", "\ufffd")
        if format == "sav":
            # SPSS pads strings with blanks, so none can end in them
            expected, back = expected.rstrip(" "), back.rstrip(" ")
        assert back == expected, number
    labels = [v if isinstance(v, str) and v else None for v in found["tax"].tolist()]
    assert labels == [v if isinstance(v, str) else None for v in frame["tax"].tolist()]


def test_stata_has_value_labels_and_variable_labels(scored: Path, tmp_path: Path) -> None:
    """Stances are numbers from 1 with labels, dates are dates, variables say what they hold."""
    path = tmp_path / "out.dta"
    _run("results", "export", scored, "-o", path)
    with pd.read_stata(path, iterator=True, convert_categoricals=False) as reader:
        assert reader.value_labels()["sanctions"] == dict(enumerate(LABELS, start=1))
        assert reader.variable_labels()["sanctions"].startswith("Stance on sanctions")
        frame = reader.read()
    assert set(frame["sanctions"].dropna().unique()) <= {1, 2, 3, 4}
    labelled = pd.read_parquet(scored)["sanctions"].notna().tolist()
    assert frame["sanctions"].notna().tolist() == labelled
    assert not all(labelled)
    assert frame["date"].dtype.kind == "M"


def test_spss_has_value_labels_measures_and_dates(scored: Path, tmp_path: Path) -> None:
    """The same in SPSS, with the measure of each variable."""
    import pyreadstat

    path = tmp_path / "out.sav"
    _run("results", "export", scored, "-o", path)
    frame, meta = pyreadstat.read_sav(str(path))
    assert meta.variable_value_labels["diplomacy"] == {float(k): v for k, v in enumerate(LABELS, start=1)}
    assert meta.column_names_to_labels["start"].startswith("First character")
    assert (meta.variable_measure["sanctions"], meta.variable_measure["sanctions_probability"]) == ("nominal", "scale")
    assert str(frame["date"].iloc[0]) == "2026-05-10"
    assert meta.file_encoding == "UTF-8"


def test_excel_has_typed_cells_and_a_sheet_of_columns(scored: Path, tmp_path: Path) -> None:
    """Numbers are numbers, dates dates, no cell a formula; the second sheet describes the first."""
    import openpyxl

    path = tmp_path / "out.xlsx"
    _run("results", "export", scored, "-o", path)
    book = openpyxl.load_workbook(path)
    sheet, about = book["results"], book["columns"]
    head = [cell.value for cell in sheet[1]]
    first = dict(zip(head, sheet[2], strict=True))
    assert (first["sanctions_probability"].data_type, first["text"].data_type) == ("n", "s")
    assert first["date"].is_date
    assert not any(cell.data_type == "f" for row in sheet for cell in row)
    assert [row[0].value for row in about][1:] == head
    assert sheet.freeze_panes == "A2"


def test_sqlite_opens_in_datasette(scored: Path, tmp_path: Path) -> None:
    """Keys, indexes and types are there, and Datasette answers a query on a facet."""
    path = tmp_path / "out.sqlite"
    _run("results", "export", scored, "-o", path)
    with contextlib.closing(sqlite3.connect(path)) as base:
        types = {row[1]: row[2] for row in base.execute("PRAGMA table_info(results)")}
        keys = [row[1] for row in base.execute("PRAGMA table_info(results)") if row[5]]
        indexes = {row[1] for row in base.execute("PRAGMA index_list(results)")}
    assert (types["sanctions_probability"], types["start"], types["text"]) == ("REAL", "INTEGER", "TEXT")
    assert keys == ["article_id", "paragraph"]
    assert {"results_outlet", "results_sanctions"} <= indexes
    query = "/out/results.json?_facet=sanctions&_shape=objects"
    command = [sys.executable, "-W", "ignore", "-m", "datasette", str(path), "--get", query]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    counted = {v["value"]: v["count"] for v in answer["facet_results"]["sanctions"]["results"]}
    frame = read_results(scored).frame
    assert {k: v for k, v in counted.items() if k} == frame["sanctions"].value_counts().to_dict()


@pytest.mark.parametrize("format", FORMATS)
def test_score_writes_every_format_at_once(tmp_path: Path, format: str) -> None:
    """`stance score -o x.FORMAT` gives the rows, the dictionary and the counts, and leaves nothing else behind."""
    path = tmp_path / f"s.{format}"
    result = _run("score", ROOT / "data" / "articles" / "vienna-round.txt", "-o", path)
    assert result.exit_code == 0
    assert "articles: 1 read = 1 scored" in result.stderr
    assert len(_read_back(path)) == 16
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"s.{format}", f"s.{format}.columns.json"]


@pytest.mark.skipif(not LOCKS, reason="no locks on this system")
@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_a_dictionary_is_that_of_the_file_beside_it(
    tmp_path: Path, format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No second run can write the file between the first one's rows and its dictionary."""
    from stance.commands import outputs

    path, write, held = tmp_path / f"s.{format}", outputs._write_columns, []

    def look(*args: Any, **kwargs: Any) -> None:
        with pytest.raises(StanceError, match="another run is writing this file"), lock_output(path):
            pass
        held.append(path.exists())
        write(*args, **kwargs)

    monkeypatch.setattr(outputs, "_write_columns", look)
    assert _run("score", ROOT / "data" / "articles" / "vienna-round.txt", "-o", path).exit_code == 0
    assert held == [True]
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, f"{path.name}.columns.json"]


def test_dates_before_excel_stand_as_text(tmp_path: Path) -> None:
    """A day before 1900 is ISO text, not a number below zero; the first that Excel has is a date; it is said."""
    import openpyxl

    path = tmp_path / "old.xlsx"
    days = ["1850-05-09", "1899-12-31", "1900-01-01", "2026-05-09"]
    notes = export(pd.DataFrame({"date": days}), path, ())
    sheet = openpyxl.load_workbook(path)["results"]
    assert [str(row[0].value)[:10] for row in sheet][1:] == days
    assert [row[0].is_date for row in sheet][1:] == [False, False, True, True]
    assert notes == ["2 dates before 1900 are written as text, since Excel has no such dates"]


def test_names_that_a_package_refuses_are_changed_and_said(tmp_path: Path) -> None:
    """Long, accented, reserved and clashing names stay unique; the dictionary names those of the file."""
    names = ["if", "end", "with", "Straße", "STRASSE", "1st", "x" * 40, "x" * 41]
    frame = pd.DataFrame({name: [i] for i, name in enumerate(names)})
    for format, reader in (("dta", pd.read_stata), ("sav", pd.read_spss)):
        path = tmp_path / f"n.{format}"
        export(frame, path, ())
        found = list(reader(path).columns)
        assert len({name.lower() for name in found}) == len(names)
        assert all(re.fullmatch(r"[A-Za-z]\w*", name) for name in found)
        package = json.loads((tmp_path / f"n.{format}.columns.json").read_text())
        assert [field["name"] for field in package["resources"][0]["schema"]["fields"]] == found


@pytest.mark.parametrize(("format", "longest"), [("dta", 32), ("sav", 64)])
def test_many_names_that_are_cut_alike_are_as_long_as_they_may_be(tmp_path: Path, format: str, longest: int) -> None:
    """Past nine of them, too; and it is told how many are not named."""
    path = tmp_path / f"n.{format}"
    (note,) = export(pd.DataFrame({"x" * 70 + str(i): [i] for i in range(12)}), path, ())
    found = list(_described(path))
    assert len(set(found)) == 12
    assert {len(name) for name in found} == {longest}
    assert _read_back(path).iloc[0].tolist() == list(range(12))
    assert note.count(" is ") == 5
    assert note.endswith(" and 7 more")


def test_what_stata_holds_no_number_or_date_for_is_text(tmp_path: Path) -> None:
    """A number below zero of too many digits, and dates none of which is there."""
    path = tmp_path / "x.dta"
    export(pd.DataFrame({"number": [-(2**53) - 1, 5], "date": [None, None]}), path, ())
    assert _read_back(path).values.tolist() == [[str(-(2**53) - 1), ""], ["5", ""]]


def test_articles_have_a_key_in_sqlite_and_names_any_letters(tmp_path: Path) -> None:
    """A quotation mark in the name of a column is no end of it."""
    frame = pd.DataFrame({"article_id": ["a", "b"], 'the "cut"': [1, 2]})
    for rows, keys in ((frame, ["article_id"]), (pd.concat([frame, frame]), [])):
        export(rows, tmp_path / "x.sqlite", ())
        with contextlib.closing(sqlite3.connect(tmp_path / "x.sqlite")) as base:
            about = base.execute("PRAGMA table_info(results)").fetchall()
        assert [row[1] for row in about] == ["article_id", 'the "cut"']
        assert [row[1] for row in about if row[5]] == keys
        assert _read_back(tmp_path / "x.sqlite")['the "cut"'].tolist() == rows['the "cut"'].tolist()


def _own_columns() -> dict[str, Any]:
    """Columns that somebody may add to results of ten paragraphs, with the text that stands for the first value."""
    zoned = pd.Timestamp("2024-01-01 10:11:12", tz="UTC")
    return {
        "tags": ([["a", "b"]] * 10, '["a", "b"]'),
        "nested": ([{"a": [1, 2], "b": "é"}] * 10, '{"a": [1, 2], "b": "é"}'),
        "day": ([date(2024, 1, 1)] * 10, "2024-01-01"),
        "days": (pd.to_datetime(["2024-01-01", None] * 5), "2024-01-01"),
        "moment": (pd.to_datetime(["2024-01-01 10:11:12"] * 10), "2024-01-01 10:11:12"),
        "zoned": ([zoned, None] * 5, "2024-01-01 10:11:12+00:00"),
        "clock": ([time(10, 11)] * 10, "10:11:00"),
        "price": ([Decimal("1.50")] * 10, "1.50"),
        "gaps": (pd.array([True, None] * 5, dtype="object"), "True"),
        "bytes": ([b"x"] * 10, "b'x'"),
        "kind": (pd.Categorical(["x", None] * 5), "x"),
        "code": (["007"] * 10, "007"),
        "number": ([2**60 + 1] * 10, str(2**60 + 1)),
        "identifier": (pd.array([2**60 + 1, None] * 5, dtype="Int64"), str(2**60 + 1)),
        "flag": ([True] * 10, None),
        "share": ([0.5, None] * 5, 0.5),
        # columns of ours that hold something else
        "articles": (["many"] * 10, "many"),
        "start": ([0.5] * 10, 0.5),
        "speaker": ([1.5] * 10, "1.5"),
        "end": (pd.array([7, None] * 5, dtype="Int64"), 7),
        "month": ([5] * 10, "5"),
        "source_verb": ([2.5] * 10, "2.5"),
        "drawn_from": ([7] * 10, "7"),
        "voice": ([["a", "b"]] * 10, '["a", "b"]'),
        "prevalence": (["low"] * 10, "low"),
        "share_neither": (["some"] * 10, "some"),
    }


@pytest.mark.parametrize("parquet", [False, True])
@pytest.mark.parametrize("format", FORMATS)
def test_columns_that_somebody_added_are_kept(tmp_path: Path, format: str, parquet: bool) -> None:
    """Whatever they hold: what is neither word, number nor truth stands as text, of a frame as of a Parquet file."""
    columns = _own_columns()
    frame = _hostile().assign(text="One.", **{name: values for name, (values, _) in columns.items()})
    frame = frame.assign(tax_p_favor=0.5, tax_p_against=0.5, tax_p_neutral=0.0, tax_p_unrelated=0.0)
    path = tmp_path / f"out.{format}"
    if parquet:
        frame.to_parquet(tmp_path / "s.parquet")
        result = _run("results", "export", tmp_path / "s.parquet", "-o", path)
        assert result.exit_code == 0, result.output
    else:
        export(frame, path, (Target("tax"),))
    found = _read_back(path).rename(columns={"end_": "end"})
    for name, (_, expected) in columns.items():
        value = found[name].iloc[0]
        if name == "flag":
            assert str(value) in ("True", "1", "1.0"), name
        elif name == "number" or (isinstance(expected, str) and format not in ("xlsx", "csv")):
            assert str(value) == expected, name
        else:
            # who reads Excel or CSV takes what looks like a number for one
            assert str(value) == str(expected) or math.isclose(float(value), float(expected), rel_tol=1e-15), name
    types = _described(path)
    assert (types["tags"], types["flag"], types["articles"], types["start"]) == (
        "string",
        "boolean",
        "string",
        "number",
    )


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_own_columns_of_text_files_may_have_names_of_ours(tmp_path: Path, format: str) -> None:
    """What these hold is told by no type; ids and dates stay words all the same, and scores numbers."""
    columns = {name: values for name, (values, _) in _own_columns().items() if isinstance(values[0], (str, int, float))}
    frame = pd.DataFrame(
        {"article_id": ["007"] * 10, "date": "2026-05-09", "tax": "favor", "tax_p_favor": 1, **columns}
    )
    frame = frame.assign(tax_probability=1, tax_abstained=None)
    path = tmp_path / f"s.{format}"
    path.write_text(frame.to_csv(index=False) if format == "csv" else frame.to_json(orient="records", lines=True))
    found = read_results(path).frame
    assert {"month", "source_verb", "drawn_from", "prevalence", "share_neither"} <= set(columns)
    ours = found.iloc[0][["article_id", "date", "tax_p_favor", "month", "source_verb", "drawn_from"]]
    assert ours.tolist() == ["007", "2026-05-09", 1.0, "5", "2.5", "7"]
    assert found["tax_p_favor"].dtype == "float64"
    assert found.iloc[0][["prevalence", "share_neither"]].tolist() == ["low", "some"]


@pytest.mark.parametrize(("late", "times"), [({}, 1), ({"title": "Talks"}, 1), ({"date": "2026-05-09"}, 2)])
def test_what_the_first_row_of_json_lines_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: dict[str, str], times: int
) -> None:
    """R leaves out what is missing; the lines are read once more only where a column was taken for something else."""
    read, reads, late = table_reading._json_table, [], {"tax_abstained": "ambiguous"} | late
    monkeypatch.setattr(table_reading, "_json_table", lambda *given: (reads.append(given), read(*given))[1])
    row = {"article_id": "007", "tax": "favor", "tax_probability": 0.9, "tax_p_favor": 0.9, "tax_p_against": 0.1}
    path = tmp_path / "s.jsonl"
    path.write_text(f"{json.dumps(row)}\n{json.dumps(row | late)}\n")
    found = read_results(path).frame
    assert found[[*late]].iloc[1].to_dict() == late
    assert len(reads) == times


@pytest.mark.parametrize("format", FORMATS)
def test_infinite_numbers_are_kept_or_said_to_be_left_out(tmp_path: Path, format: str) -> None:
    """JSON, Excel and Stata have none."""
    path = tmp_path / f"out.{format}"
    notes = export(_hostile().head(3).assign(odds=[math.inf, 0.5, -math.inf]), path, ())
    found = pd.to_numeric(_read_back(path)["odds"])
    if format in ("jsonl", "xlsx", "dta"):
        assert notes == ["2 infinite numbers of odds left out"]
        assert found.isna().tolist() == [True, False, True]
    else:
        assert notes == []
        assert found.tolist() == [math.inf, 0.5, -math.inf]


@pytest.mark.parametrize("format", FORMATS)
def test_two_columns_of_one_name_are_refused(tmp_path: Path, format: str) -> None:
    """To SQLite names are the same in any case."""
    path = tmp_path / f"out.{format}"
    with pytest.raises(StanceError, match=rf"out.{format}: two columns are called 'a'"):
        export(pd.DataFrame([[1, 2]], columns=["a", "a"]), path, ())
    if format == "sqlite":
        with pytest.raises(StanceError, match="two columns are called 'Outlet', apart from capitals"):
            export(pd.DataFrame({"outlet": ["a"], "Outlet": "b"}), path, ())
    else:
        export(pd.DataFrame({"outlet": ["a"], "Outlet": "b"}), path, ())


@pytest.mark.parametrize("format", ["dta", "sav"])
def test_a_label_that_has_no_number_is_refused(tmp_path: Path, format: str) -> None:
    """It would be missing from the file; an empty one is."""
    frame = pd.DataFrame({"tax": ["favor", "", None, "maybe"]})
    with pytest.raises(StanceError, match=rf"out.{format}: tax is 'maybe'; expected one of favor, against"):
        export(frame, tmp_path / f"out.{format}", (Target("tax"),))
    assert list(tmp_path.iterdir()) == []
    export(frame.head(3), tmp_path / f"out.{format}", (Target("tax"),))
    found = _read_back(tmp_path / f"out.{format}")["tax"]
    assert (found.iloc[0], found.isna().tolist()) == ("favor", [False, True, True])


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk_is_one_line(tmp_path: Path, format: str) -> None:
    """That names the output, and nothing is left of it, here or where the system keeps what is temporary."""
    letters = np.random.default_rng(0).integers(97, 123, (2000, 200), dtype=np.uint8)
    rows = [bytes(row).decode() for row in letters]
    _hostile().head(1).assign(tax_p_favor=0.5).loc[[0] * 2000].assign(
        article_id=range(2000), text=rows, outlet=rows
    ).to_parquet(tmp_path / "s.parquet")
    for name in ("out", "tmp"):
        (tmp_path / name).mkdir()
    command = f"ulimit -f 100; {sys.executable} -m stance results export s.parquet -o out/x.{format}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")}
    run = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, env=environment)
    assert (run.returncode, run.stderr.count("\n")) == (1, 1), run.stderr
    assert run.stderr.startswith(f"stance: out/x.{format}: ")
    assert ".part" not in run.stderr
    assert [*(tmp_path / "out").iterdir(), *(tmp_path / "tmp").iterdir()] == []


@pytest.mark.skipif(os.name == "nt", reason="no limit of this kind there")
def test_a_full_disk_while_scoring_names_the_output(scored: Path, tmp_path: Path) -> None:
    """And not the rows that lie beside it until then, of which nothing is left."""
    command = f"ulimit -f 4; {sys.executable} -m stance score {scored.parent}/in.jsonl -j 1 -o x.sqlite"
    run = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (run.returncode, run.stderr) == (1, "stance: x.sqlite: File too large\n")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no locks and no SIGKILL on this system")
@pytest.mark.parametrize("output", ["x.dta", "x.csv"])
def test_what_a_killed_run_leaves_goes_with_the_next(tmp_path: Path, output: str) -> None:
    """Of the same output; until the first one ends, the second is refused."""
    (tmp_path / "a.txt").write_text("The embargo must be lifted.", encoding="utf-8")
    options = ["-o", str(tmp_path / output), "--level", "outlet"]
    command = [sys.executable, "-m", "stance", "score", "-", "-j", "1", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as first:
        until = monotonic() + 60
        while not list(tmp_path.glob(".*/.*.part")) and monotonic() < until:
            sleep(0.01)
        second = _run("score", tmp_path / "a.txt", *options)
        first.kill()
    told = "another run is writing this file; wait for it, or name another file for the output"
    assert (second.exit_code, second.stderr) == (1, f"stance: {tmp_path / output}: {told}\n")
    assert list(tmp_path.glob(".*"))
    assert _run("score", tmp_path / "a.txt", *options).exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} == {"a.txt", output, f"{output}.columns.json"}


def test_what_a_killed_export_leaves_goes_with_the_next(tmp_path: Path) -> None:
    """The rows that wait for the end of the workbook lie beside it meanwhile."""
    program = "import os, pandas, sys; from stance.results import export, export_excel\n"
    program += "export_excel._fill = lambda *_: os._exit(9)\n"
    program += "export.export(pandas.DataFrame({'tax': ['favor']}), sys.argv[1], ())"
    command = [sys.executable, "-c", program, str(tmp_path / "x.xlsx")]
    assert subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}).returncode == 9
    assert list(tmp_path.glob(".*"))
    export(pd.DataFrame({"tax": ["favor"]}), tmp_path / "x.xlsx", (Target("tax"),))
    assert {path.name for path in tmp_path.iterdir()} == {"x.xlsx", "x.xlsx.columns.json"}


def test_an_export_may_go_to_standard_output(scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As CSV or JSON lines, the bytes of the file; none is called "-"."""
    monkeypatch.chdir(tmp_path)
    for format in ("csv", "jsonl"):
        _run("results", "export", scored, "-o", f"e.{format}")
        shown = _run("results", "export", scored, "-o", "-", "-f", format)
        assert shown.stdout_bytes == Path(f"e.{format}").read_bytes()
    assert _run("results", "export", scored, "-o", "-").stdout_bytes == Path("e.csv").read_bytes()
    result = _run("results", "export", scored, "-o", "-", "-f", "dta")
    assert (result.exit_code, "dta cannot go to standard output" in result.stderr) == (1, True)
    assert not Path("-").exists()


@pytest.mark.parametrize("command", ["results sample -n 2", "results rollup -f csv", "report"])
def test_a_dash_is_standard_output(command: str, scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To every command that writes results; it gets the bytes of the file."""
    monkeypatch.chdir(tmp_path)
    arguments = [*command.split(), scored, "-o"]
    suffix = "html" if command == "report" else "csv"
    assert _run(*arguments, f"out.{suffix}").exit_code == 0
    shown = _run(*arguments, "-")
    assert (shown.exit_code, shown.stdout_bytes) == (0, Path(f"out.{suffix}").read_bytes())
    assert not Path("-").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode there")
@pytest.mark.parametrize("format", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("folder", ["", "/"])
def test_a_name_may_be_of_any_bytes(scored: Path, tmp_path: Path, format: str, folder: str) -> None:
    """As files that came off an old disk have them; what was scored under such a name is read as any other."""
    output = tmp_path / os.fsdecode(b"sanc\xffions." + format.encode())
    assert _run("score", scored.parent / "in.jsonl", "-f", format, "-o", f"{output}{folder}").exit_code == 0
    assert len(read_results(output).frame) == len(read_results(scored).frame) > 0


@pytest.mark.parametrize("name", ["score", "report", *(f"results {name}" for name in results.commands)])
def test_the_help_says_what_a_dash_is(name: str) -> None:
    """Of each output that may be one."""
    assert '("-": standard output)' in " ".join(_run(*name.split(), "--help").stdout.split())


def test_what_standard_output_lacks_is_said(tmp_path: Path) -> None:
    """As of a file: JSON has no infinite numbers."""
    path = tmp_path / "s.parquet"
    _hostile().assign(tax_p_favor=0.5, tax_p_against=0.5, tax=None, odds=math.inf).to_parquet(path)
    shown = _run("results", "export", path, "-o", "-", "-f", "jsonl")
    assert (shown.exit_code, shown.stderr) == (0, "10 infinite numbers of odds left out\n")
    assert {json.loads(line)["odds"] for line in shown.stdout.splitlines()} == {None}
    assert _run("results", "export", path, "-o", "-", "-f", "csv").stderr == ""


def test_a_table_too_long_for_excel_is_refused(tmp_path: Path) -> None:
    """More rows than a sheet has: an error that names what to write instead, and no file."""
    frame = pd.DataFrame({"paragraph": range(1_048_576)})
    with pytest.raises(StanceError, match="do not fit"):
        export(frame, tmp_path / "x.xlsx", ())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "before"),
    [
        ("export s.parquet", "stance.results.saved.read_table"),
        ("export run", "stance.results.saved.read_table"),
        ("export s.csv", "stance.results.export.plain_table"),
        ("outcomes s.csv c.csv", "stance.results.outcomes.regression_outcomes"),
    ],
)
def test_a_table_too_long_for_excel_is_refused_before_the_work(
    command: str, before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a run and of Parquet the number of rows is known before they are read."""
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"article_id": "a", "paragraph": range(40), "text": "One.", "tax": "favor"})
    frame = frame.assign(tax_probability=0.9, tax_p_favor=0.9, tax_p_against=0.1, tax_abstained=None)
    frame.to_parquet("s.parquet")
    frame.to_csv("s.csv", index=False)
    frame[["article_id", "paragraph", "tax"]].to_csv("c.csv", index=False)
    Path("in.txt").write_text("Talks on the embargo resume.\n\nThe envoys met.", encoding="utf-8")
    assert _run("score", "in.txt", "-o", "run/").exit_code == 0
    there = sorted(tmp_path.iterdir())
    monkeypatch.setitem(MOST_ROWS, "xlsx", 1)

    def spent(*_: object, **__: object) -> None:
        raise AssertionError("the work is done")

    monkeypatch.setattr(before, spent)
    refused = _run("results", *command.split(), "-o", "x.xlsx")
    assert refused.exit_code == 1
    assert re.fullmatch(r"stance: x.xlsx: \d+ rows do not fit into a sheet of 1; write .*\n", refused.stderr)
    assert sorted(tmp_path.iterdir()) == there


@pytest.mark.parametrize(
    ("format", "holder", "name", "most"),
    [("xlsx", export_excel, "_COLUMNS", 16_384), ("dta", export_stata, "_VARIABLES", 32_767)],
)
def test_a_table_too_wide_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, holder: ModuleType, name: str, most: int
) -> None:
    """No column is left out in silence: as many as the format holds are written, one more is refused."""
    assert getattr(holder, name) == most
    monkeypatch.setattr(holder, name, 20)
    frame = pd.DataFrame(np.zeros((1, 21)), columns=[f"c{i}" for i in range(21)])
    with pytest.raises(StanceError, match="21 columns do not fit"):
        export(frame, tmp_path / f"x.{format}", ())
    assert list(tmp_path.iterdir()) == []
    export(frame.iloc[:, :20], tmp_path / f"x.{format}", ())


def test_a_number_that_stata_lacks_is_said_to_be_left_out(tmp_path: Path) -> None:
    """Past 8.98e307 its numbers tell why one is missing."""
    frame = pd.DataFrame({"odds": [1.5, 1e308, -1e308]})
    assert export(frame, tmp_path / "x.dta", ()) == ["2 numbers of odds past 8.98e307 left out"]
    assert pd.read_stata(tmp_path / "x.dta")["odds"].fillna(0).tolist() == [1.5, 0, 0]


def test_an_empty_table_is_a_table(tmp_path: Path) -> None:
    """No row still gives every column in every format."""
    for format in FORMATS:
        path = tmp_path / f"e.{format}"
        export(_hostile().head(0), path, (Target("tax"),))
        columns = list(_read_back(path).columns) if format != "jsonl" else []
        assert columns in ([], list(_hostile().columns))
        assert _described(path)["paragraph"] == "integer"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("value", [2.0**63, -1e19, math.inf])
def test_a_number_that_is_no_integer_stays_a_number(tmp_path: Path, format: str, value: float) -> None:
    """In a column of integers, too, where a spreadsheet or somebody's program put one."""
    path = tmp_path / f"out.{format}"
    export(_hostile().assign(paragraph=[value, *range(1, len(HOSTILE))]), path, (Target("tax"),))
    first, *others = _read_back(path)["paragraph"].tolist()
    left_out = math.isinf(value) and format in ("jsonl", "xlsx", "dta")
    assert pd.isna(first) if left_out else float(first) == value
    assert others == list(range(1, len(HOSTILE)))
    assert _described(path)["paragraph"] == "number"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-o", "no/such/x.dta"), "no folder"),
        (("-o", "x.docx"), "unknown format"),
        (("-o", "."), "unknown format"),
    ],
)
def test_export_errors_are_one_line(scored: Path, arguments: tuple[str, ...], message: str) -> None:
    """A wrong place or format."""
    result = _run("results", "export", scored, *arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.skipif(os.name == "nt", reason="no permissions of this kind there")
@pytest.mark.parametrize("format", EXPORTS)
def test_what_is_private_is_so_while_it_is_written(tmp_path: Path, format: str) -> None:
    """A writer takes the file that lies there for it, with the permissions of the one that it is to replace."""
    part = tmp_path / "part"
    part.touch(0o600)
    table, _ = plain_table(_hostile().drop(columns="text"), (Target("tax"),), format)
    importlib.import_module(EXPORTS[format][1]).write(typed_table(table), part)
    assert (part.stat().st_mode & 0o777, part.stat().st_size > 0) == (0o600, True)


@pytest.mark.skipif(not LOCKS, reason="no locks on this system")
@pytest.mark.parametrize("format", FORMATS)
def test_two_exports_do_not_write_one_file(tmp_path: Path, format: str) -> None:
    """The second ends with an error; else both would write the same hidden file, and one dictionary the other's."""
    path = tmp_path / f"out.{format}"
    with lock_output(path), pytest.raises(StanceError, match="another run is writing this file"):
        export(pd.DataFrame({"tax": ["favor"]}), path, [Target("tax")])
    assert list(tmp_path.iterdir()) == []


def test_spss_shows_counts_whole_and_probabilities_to_six_places(scored: Path, tmp_path: Path) -> None:
    """With two decimals, as it would, a probability of 0.004 is 0.00, and the place of a paragraph 3.00."""
    assert _run("results", "export", scored, "-o", tmp_path / "s.sav").exit_code == 0
    import pyreadstat

    shown = pyreadstat.read_sav(str(tmp_path / "s.sav"))[1].original_variable_types
    assert {shown[name] for name in ("paragraph", "start", "sanctions")} == {"F12.0"}
    assert {shown[name] for name in ("sanctions_probability", "sanctions_p_favor")} == {"F12.6"}
    assert shown["article_id"].startswith("A")


@pytest.mark.skipif(not LOCKS, reason="no locks on this system")
def test_two_processes_do_not_write_one_report_or_model(
    scored: Path, small_model: StanceModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second ends with one line: of a model the arrays would be of the one, and the manifest of the other."""
    monkeypatch.setattr("stance.files._PATIENCE", 0.1)
    page, model = tmp_path / "page.html", tmp_path / "model"
    save_model(small_model, model)
    before = [file.read_bytes() for file in sorted(model.iterdir())]
    with lock_output(page), lock_output(model / "model.safetensors"):
        told = _run("results", "export", scored, "-o", tmp_path / "free.csv")
        assert told.exit_code == 0
        told = _run("report", scored, "-o", page)
        assert (told.exit_code, told.stderr.count("another run is writing this file")) == (1, 1)
        with pytest.raises(StanceError, match=r"model.safetensors: another run is writing this file"):
            save_model(small_model, model)
    assert [file.read_bytes() for file in sorted(model.iterdir())] == before
    assert not page.exists()


@pytest.mark.skipif(not LOCKS, reason="no locks on this system")
def test_files_that_are_written_at_once_are_of_one_writer(tmp_path: Path) -> None:
    """Each writes them whole, one after the other, as shards of a run that end at one time."""
    from concurrent.futures import ThreadPoolExecutor

    def write(letter: bytes) -> None:
        write_files({tmp_path / "a": letter * 200_000, tmp_path / "b": letter})

    with ThreadPoolExecutor(8) as executor:
        list(executor.map(write, [b"%c" % c for c in range(65, 91)]))
    first, second = (tmp_path / name for name in "ab")
    assert first.read_bytes() == second.read_bytes() * 200_000
    assert sorted(tmp_path.iterdir()) == [first, second]


@pytest.mark.parametrize("locale", [None, "C"])
def test_the_r_snippet_runs_and_agrees(scored: Path, tmp_path: Path, locale: str | None) -> None:
    """The code in docs/r.md, in real R and in any locale, prints the shares and the net stance of the roll-up."""
    if shutil.which("Rscript") is None:
        if os.environ.get("STANCE_ALL_TESTS"):
            pytest.fail("R is not installed")
        pytest.skip("R is not installed (Debian: r-base-core)")
    _run("results", "export", scored, "-o", tmp_path / "scores.csv")
    (code,) = re.findall(r"<!-- shares -->\n```r\n(.*?)```", (ROOT / "docs" / "r.md").read_text(encoding="utf-8"), re.S)
    (tmp_path / "snippet.R").write_text(code, encoding="utf-8")
    environment = os.environ | ({} if locale is None else {"LC_ALL": locale})
    run = subprocess.run(
        ["Rscript", "--vanilla", "snippet.R"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    found = read_results(scored)
    row = roll_up(found, weight="article").iloc[0]
    net, error = re.search(r"net stance on sanctions: (\S+) \(s\.e\. (\S+),", run.stdout).groups()  # type: ignore[union-attr]
    assert float(net) == pytest.approx(row["sanctions_net"], abs=6e-4)
    assert float(error) == pytest.approx(row["sanctions_net_se"], abs=6e-4)
    outlet = roll_up(found, "outlet").set_index("outlet")
    shares = re.search(r"^ +A +([\d.]+) +([\d.]+) +([\d.]+)", run.stdout, re.M).groups()  # type: ignore[union-attr]
    expected = [outlet.loc["A", f"sanctions_share_{label}"] for label in LABELS[:3]]
    assert [float(share) for share in shares] == pytest.approx(expected, abs=6e-4)


def test_a_roll_up_is_exported_with_its_dictionary(scored: Path, tmp_path: Path) -> None:
    """Columns of a roll-up are described as what they are: counts, shares, errors."""
    _run("results", "rollup", scored, "--level", "outlet", "-o", tmp_path / "r.sav")
    package = json.loads((tmp_path / "r.sav.columns.json").read_text())
    fields = {f["name"]: f for f in package["resources"][0]["schema"]["fields"]}
    assert fields["sanctions_abstained"]["type"] == "integer"
    assert "Standard error" in fields["sanctions_net_se"]["description"]
    assert fields["sanctions_net_units"]["type"] == "integer"
    assert "degrees of freedom" in fields["sanctions_net_units"]["description"]
    assert "both" in fields["share_dual_track"]["description"]
    assert not [name for name, f in fields.items() if "as found" in f["description"]]


def test_results_are_a_frame_with_a_model(scored: Path) -> None:
    """What a program gets: frame, targets, level, model, counts."""
    found = read_results(scored)
    assert isinstance(found, Results)
    assert [target.name for target in found.targets] == ["sanctions", "diplomacy"]
    assert found.level == "paragraph"


def test_a_date_is_read_once_whatever_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each article has many paragraphs; rows without a date stay without one."""
    read: list[str] = []
    monkeypatch.setattr("stance.results.typed.day_of", lambda text: read.append(text) or day_of(text))
    frame = pd.DataFrame({"date": ["4 May 2026", None, "13/05/2026"] * 500})
    export(frame, tmp_path / "t.sqlite", ())
    assert read == ["4 May 2026", "13/05/2026"]
    with contextlib.closing(sqlite3.connect(tmp_path / "t.sqlite")) as opened:
        rows = opened.execute("SELECT date FROM results LIMIT 4").fetchall()
    assert rows == [("2026-05-04",), (None,), ("2026-05-13",), ("2026-05-04",)]


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("rows", [0, 2, 5])
def test_a_table_that_is_written_in_pieces_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, format: str, rows: int
) -> None:
    """Whatever a piece holds; and no piece holds more than it may."""
    frame = pd.DataFrame({"article_id": [f"a{i}" for i in range(rows)], "text": 'One, "two".\nThree.'})
    whole, pieces = tmp_path / f"whole.{format}", tmp_path / f"pieces.{format}"
    export(frame, whole, [])
    encoded: list[int] = []
    encode = export_module.encode

    def counted(table: Any, *arguments: Any, **options: Any) -> bytes:
        encoded.append(len(table))
        return encode(table, *arguments, **options)

    monkeypatch.setattr(export_module, "ROWS", 2)
    monkeypatch.setattr(export_module, "encode", counted)
    export(frame, pieces, [])
    assert pieces.read_bytes() == whole.read_bytes()
    assert encoded == ([rows] if format == "parquet" else {0: [0], 2: [2], 5: [2, 2, 1]}[rows])


@pytest.mark.parametrize(("package", "suffix"), [("xlsxwriter", "xlsx"), ("pyreadstat", "sav")])
@pytest.mark.parametrize(
    ("module", "told"),
    [
        ("raise ModuleNotFoundError", "pip install 'sanctions-stance[export]'"),
        ("raise ImportError('no libz')", "no libz"),
    ],
)
def test_a_missing_library_is_told_from_one_that_does_not_load(
    scored: Path, tmp_path: Path, package: str, suffix: str, module: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has installed it is not told to install it; no file is left of the attempt."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / f"{package}.py").write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "lib")
    monkeypatch.delitem(sys.modules, package, raising=False)
    result = _run("results", "export", scored, "-o", tmp_path / f"s.{suffix}")
    assert (result.exit_code, told in result.stderr, result.stderr.count("\n")) == (1, True, 1)
    assert ("pip install" in result.stderr) == ("pip install" in told)
    assert [path.name for path in tmp_path.iterdir()] == ["lib"]


#: Which make results of `_hostile`: its labels are told by these columns.
PROBABILITIES = {f"tax_p_{label}": 0.25 for label in LABELS}


def _sized(number: int = 3) -> pd.DataFrame:
    """Results with a column of ordered categories, one of which no row has, and a row without."""
    sizes = ["small", "middling", "great", *(f"size {i}" for i in range(3, number))]
    frame = _hostile()
    values = [None, *(sizes[-1 - i % 2] for i in range(len(frame) - 1))]
    return frame.assign(size=pd.Categorical(values, sizes, ordered=True), **PROBABILITIES).drop(columns="text")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("rows", [[3, 2, 1, 0], [3, 1], [2, 2, 0]])
def test_each_row_keeps_its_date_in_whatever_order(tmp_path: Path, format: str, rows: list[int]) -> None:
    """Rows that somebody sorted, chose or repeated have an index that tells no place."""
    path = tmp_path / f"some.{format}"
    frame = _hostile().assign(date=[f"2026-05-{day:02}" for day in range(1, len(HOSTILE) + 1)], **PROBABILITIES)
    save_results(Results(frame.iloc[rows], (Target("tax"),), "paragraph"), path)
    found = _read_back(path)
    assert found["article_id"].tolist() == [f"a{row}" for row in rows]
    assert [str(date)[:10] for date in found["date"]] == [f"2026-05-{row + 1:02}" for row in rows]


@pytest.mark.parametrize("number", [3, 130])
@pytest.mark.parametrize("by", ["save_results", "command"])
def test_categories_keep_their_order(tmp_path: Path, by: str, number: int) -> None:
    """Those of a column of one's own: in Parquet as categories, in Stata and SPSS as labels of the values 1, 2 ..."""
    import pyreadstat

    frame = _sized(number)
    order = list(frame["size"].cat.categories)
    paths = [tmp_path / f"out.{format}" for format in ("parquet", "dta", "sav", "csv")]
    save_results(frame, paths[0])
    for path in paths[1:]:
        if by == "command":
            assert _run("results", "export", paths[0], "-o", path).exit_code == 0
        else:
            save_results(frame, path)
    read = pd.read_parquet(paths[0])["size"]
    assert (read.cat.ordered, list(read.cat.categories)) == (True, order)
    assert list(read.astype(object).fillna("")) == list(frame["size"].astype(object).fillna(""))
    assert read_results(paths[0]).orders == {"size": tuple(order)}
    with pd.io.stata.StataReader(paths[1]) as stata:
        assert list(stata.value_labels()["size"].values()) == order
        assert list(stata.read()["size"].astype(object).fillna("")) == list(read.astype(object).fillna(""))
    _, about = pyreadstat.read_sav(str(paths[2]))
    assert list(about.variable_value_labels["size"].values()) == order
    assert about.variable_measure["size"] == "ordinal"
    fields = json.loads(Path(f"{paths[3]}.columns.json").read_bytes())["resources"][0]["schema"]["fields"]
    field = next(field for field in fields if field["name"] == "size")
    assert (field["categories"], field["categoriesOrdered"]) == (order, True)
    assert pd.read_csv(paths[3])["size"].tolist()[1:] == list(read)[1:]


def test_columns_of_ours_may_be_of_ordered_categories(tmp_path: Path) -> None:
    """Dates stay what they are where a value is a number with a label, and an outlet has one index."""
    import pyreadstat

    dates, outlets = ["2026-05-09", "2026-06-13"], ["Wire", "Post"]
    frame = _hostile().iloc[:2].assign(**PROBABILITIES)
    frame["date"] = pd.Categorical(dates, dates, ordered=True)
    frame["outlet"] = pd.Categorical(outlets, outlets, ordered=True)
    for format in ("dta", "sav", "sqlite", "xlsx"):
        save_results(frame, tmp_path / f"out.{format}")
        found = _read_back(tmp_path / f"out.{format}")
        assert (found["date"].tolist(), found["outlet"].tolist()) == (dates, outlets)
    assert pyreadstat.read_sav(str(tmp_path / "out.sav"))[1].variable_value_labels["date"] == dict(enumerate(dates, 1))


def test_a_column_that_is_no_longer_of_its_categories_is_text(tmp_path: Path) -> None:
    """Somebody may have written others into it; a label that SPSS would cut, by its bytes, makes no labels either."""
    import pyreadstat

    results = as_results(_sized())
    for changed, added in (("huge", ()), ("x" * 121, ("x" * 121,)), ("é" * 61, ("é" * 61,))):
        frame = results.frame.assign(size=results.frame["size"].fillna(changed))
        given = replace(results, frame=frame, orders={"size": (*results.orders["size"], *added)})
        for suffix in ("parquet", "dta", "sav"):
            save_results(given, tmp_path / f"out.{suffix}")
        assert pd.read_parquet(tmp_path / "out.parquet")["size"].tolist() == frame["size"].tolist()
        assert pd.read_stata(tmp_path / "out.dta")["size"].tolist() == frame["size"].tolist()
        assert pyreadstat.read_sav(str(tmp_path / "out.sav"))[0]["size"].tolist() == frame["size"].tolist()


@pytest.mark.parametrize("suffix", FORMATS)
def test_half_a_character_is_told_with_its_place(tmp_path: Path, suffix: str) -> None:
    """In a column of one's own, which pandas may have read so from JSON: no file holds it, and no group is named so."""
    own = pd.Series(["oil"] * len(HOSTILE), dtype=object)
    own[2] = "gas \ud83d"
    frame = _hostile().assign(own=own, **PROBABILITIES)
    told = r"the column 'own' has half a character \(a lone surrogate\) in row 3; replace it, .*$"
    with pytest.raises(StanceError, match=rf"^{re.escape(str(tmp_path / 'out'))}\.{suffix}: {told}"):
        save_results(frame, tmp_path / f"out.{suffix}")
    assert not (tmp_path / f"out.{suffix}").exists()
    with pytest.raises(StanceError, match=f"^{told}"):
        roll_up(frame, "own")
    assert len(roll_up(frame, "outlet")) == 2
    # a list becomes JSON, in which it is replaced, as in what is kept
    frame["own"] = [["gas \ud83d"]] * len(frame)
    save_results(frame, tmp_path / f"out.{suffix}")


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("suffix", FORMATS)
def test_half_a_character_of_which_there_is_no_row(tmp_path: Path, suffix: str, ordered: bool) -> None:
    """A category that is left of rows since deleted costs nothing."""
    words = pd.Index(["gas \ud83d", "oil"], dtype=object)
    own = pd.Categorical(["oil"] * len(HOSTILE), categories=words, ordered=ordered)
    frame = _hostile().assign(own=own, **PROBABILITIES)
    save_results(frame, tmp_path / f"out.{suffix}")
    assert roll_up(frame, "own")["own"].tolist() == ["oil"]


def test_half_a_character_in_the_name_of_a_column_is_told(tmp_path: Path) -> None:
    """In one line, before anything is written."""
    frame = _hostile().assign(own="oil", **PROBABILITIES)
    frame.columns = pd.Index([f"{name}\ud83d" if name == "own" else name for name in frame.columns], dtype=object)
    told = r"^the data frame: the name of the column 'own\ufffd' has half a character \(a lone surrogate\); rename it$"
    for use in (lambda: save_results(frame, tmp_path / "out.csv"), lambda: roll_up(frame, "outlet")):
        with pytest.raises(StanceError, match=told):
            use()
    assert not list(tmp_path.iterdir())
