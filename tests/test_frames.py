"""Data frames of articles: read and scored in memory as a Parquet file of the same columns is by the command."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers import run
from pandas.testing import assert_frame_equal
from pyarrow.dataset import dataset

import stance
from stance import Columns, StanceModel
from stance.model.artefact import read_manifest

CLEAR = "The ministry tightened the sanctions on the bank before the talks in Vienna."
DUPLICATE = "duplicate id 'a'; if several articles share it, name another column with Columns(id=...)"
FOOTER = "The Harbour Ledger is read in forty parishes."


def _articles() -> pd.DataFrame:
    """Copies, a footer that returns, HTML, an empty text, a speaker, a date and a number among the columns."""
    stories = [f"{CLEAR} Story {i}.\n\n" + "\n".join(f"Line {j} of {i}." for j in range(5)) for i in range(4)]
    texts = [f"{story}\n{FOOTER}" for story in stories]
    texts += [CLEAR, CLEAR, "<p>The envoys met.</p><p>“The embargo must go,” the minister said.</p>", ""]
    frame = pd.DataFrame({"body": texts, "id": range(20, 28), "year": [2024, None] * 4})
    frame["outlet"] = ["Post", " Wire ", None, "Post"] * 2
    frame["date"] = pd.to_datetime("2026-05-09") + pd.to_timedelta(range(8), unit="D")
    return frame.set_index(pd.Index(range(8, 0, -1), name="row"))


COLUMNS = Columns(text="body", keep=("year",))


@pytest.mark.parametrize(
    "kind",
    [
        lambda frame: frame,
        lambda frame: frame.astype({"outlet": "category"}),
        lambda frame: frame.convert_dtypes(dtype_backend="numpy_nullable"),
        lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
        pl.from_pandas,
        pa.Table.from_pandas,
        pa.RecordBatch.from_pandas,
    ],
    ids=["pandas", "categories", "nullable", "arrow in pandas", "polars", "arrow", "batch"],
)
def test_a_frame_is_scored_as_the_command_scores_its_file(
    kind: Callable[[pd.DataFrame], Any], small_model_path: Path, tmp_path: Path
) -> None:
    """With the same ids, footers, clusters, speakers, deciding words, account and facts of the model."""
    frame = _articles()
    frame.to_parquet(tmp_path / "in.parquet", index=False)
    options = ("--text-column", "body", "--keep", "year", "--explain", "--speakers", "--clusters")
    done = run("score", tmp_path / "in.parquet", "-m", small_model_path, *options, "-o", tmp_path / "out.parquet")
    assert done.exit_code == 0, done.stderr
    expected = stance.read_results(tmp_path / "out.parquet")
    model = stance.load_model(small_model_path)
    found = stance.score_frame(kind(frame), COLUMNS, model, explain=True, speakers=True, clusters=True)
    assert_frame_equal(found.frame, expected.frame)
    assert (found.targets, found.level, found.model) == (expected.targets, expected.level, expected.model)
    assert str(found.counts) == str(expected.counts)
    assert set(found.frame["year"].dropna()) == {"2024"}
    assert "boilerplate" in set(found.frame["sanctions_abstained"])
    assert found.frame["sanctions_words"].notna().any()
    everything = stance.score_frame(kind(frame), COLUMNS, model, keep_boilerplate=True)
    assert "boilerplate" not in set(everything.frame["sanctions_abstained"])


def test_files_make_a_frame(small_model: StanceModel, tmp_path: Path) -> None:
    """What `read_articles` yields is a data frame of articles to pandas."""
    (tmp_path / "a.txt").write_text(CLEAR, encoding="utf-8")
    frame = pd.DataFrame(stance.read_articles(tmp_path))
    assert stance.score_frame(frame, model=small_model).frame["article_id"].tolist() == ["a"]


def test_rows_that_are_no_articles(small_model: StanceModel) -> None:
    """They are an error that says where, or are taken note of and counted; nothing is left out in silence."""
    frame = pd.DataFrame({"id": ["a", "b", "a"], "text": [CLEAR, None, CLEAR]})
    with pytest.raises(
        stance.ArticleError,
        match=r"^the data frame:2: no 'text'; drop .* with quarantine=rows\.append for a list rows$",
    ):
        stance.score_frame(frame, model=small_model)
    with pytest.raises(stance.ArticleError, match=r"^the data frame:2: no 'text'$"):
        list(stance.read_articles(frame))
    refused: list[stance.Quarantined] = []
    found = stance.score_frame(frame, model=small_model, quarantine=refused.append)
    assert [(one.position, one.reason) for one in refused] == [(2, "no 'text'"), (3, DUPLICATE)]
    assert str(found.counts).startswith("articles: 3 read = 1 scored + 0 abstained + 2 quarantined\n")
    assert [article.id for article in stance.read_articles(frame, quarantine=refused.append)] == ["a"]


def test_a_column_that_is_named_twice_is_kept_once(small_model: StanceModel) -> None:
    """As the command keeps it."""
    columns = Columns(keep=["own", "own"])  # type: ignore[arg-type]
    found = stance.score_frame(pd.DataFrame({"text": [CLEAR], "own": ["x"]}), columns, small_model).frame
    assert found.columns.tolist().count("own") == 1


def test_values_of_several_kinds(small_model: StanceModel) -> None:
    """Numbers among the ids, also those of numpy and databases, half a character in a text, and no id at all."""
    columns = {"id": ["a", 7, None, np.int64(8), Decimal(9), 2**70], "text": [CLEAR, f"\ud800 {CLEAR}", *[CLEAR] * 4]}
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    found = stance.score_frame(frame, model=small_model).frame
    assert found["article_id"].tolist() == ["a", "7", "row:3", "8", "9", str(2**70)]
    assert found["text"].tolist() == [CLEAR, f"\ufffd {CLEAR}", *[CLEAR] * 4]
    # of a column in which there are words, too, Arrow makes no list
    lists = frame.iloc[:2].assign(own=pd.Series([np.array([1, 2]), "x"], dtype=object))
    assert stance.score_frame(lists, Columns(keep=("own",)), small_model).frame["own"].tolist() == ["[1, 2]", "x"]
    # without a word among them Arrow takes them for its own integers, and cannot hold one of these
    found = stance.score_frame(frame.iloc[[1, 5]], model=small_model).frame
    assert found["article_id"].tolist() == ["7", str(2**70)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (pd.Series([17, None]), ["17", "row:2"]),
        (pd.Series([1.5, 2e300]), ["1.5", "2e+300"]),
        (pd.Series(pd.PeriodIndex(["2026-05", "2026-06"], freq="M")), ["2026-05", "2026-06"]),
        (pd.Series(pd.PeriodIndex(["2026-05-09", None], freq="D")), ["2026-05-09", "row:2"]),
        (pd.Series(pd.IntervalIndex.from_breaks([0, 1, 2])), ["(0, 1]", "(1, 2]"]),
    ],
    ids=["gaps", "fractions", "months", "days", "intervals"],
)
def test_values_are_named_as_pandas_shows_them(small_model: StanceModel, given: Any, expected: list[str]) -> None:
    """Whole numbers with gaps, which pandas holds as floats, are whole; a period is no number of days since 1970."""
    frame = pd.DataFrame({"id": given, "date": given, "own": given, "text": [CLEAR, CLEAR]})
    found = stance.score_frame(frame, Columns(keep=("own",)), small_model).frame
    assert found["article_id"].tolist() == expected
    for name in ("date", "own"):
        assert found[name].fillna("row:2").tolist() == expected


def test_a_frame_without_rows_has_the_columns(small_model: StanceModel) -> None:
    """So that parts may be put together, whatever is in them."""
    frame = _articles()
    none, some = (stance.score_frame(part, COLUMNS, small_model).frame for part in (frame.head(0), frame))
    assert none.empty
    assert none.dtypes.to_dict() == some.dtypes.to_dict()
    # pandas takes a column of nothing for numbers
    assert stance.score_frame(pd.DataFrame({"text": []}), model=small_model).frame.empty


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("a.csv",),
            r"this takes a data frame of articles, not str; make one of texts with .*\(articles\)",
        ),
        (
            (pa.Table.from_pandas(_articles()).to_reader(),),
            r"this takes a data frame of articles, not RecordBatchReader; give what its \.read_all\(\) gives",
        ),
        (
            (dataset(pa.Table.from_pandas(_articles())),),
            r"this takes a data frame of articles, not InMemoryDataset; give what its \.to_table\(\) gives",
        ),
        ((pd.Series([CLEAR]),), "this takes a data frame of articles, not Series; .*"),
        (
            (_articles(),),
            r"the data frame: no column 'text' for the text; name it with Columns\(text=\.\.\.\); it has .*",
        ),
        ((_articles(), {"text": "body"}), "columns must be Columns, .*, not dict"),
        ((_articles(), COLUMNS, "default"), "the model must be a StanceModel, as `load_model` gives it, not str"),
        (
            (_articles(), Columns("body", keep=("Date",))),
            "'Date' cannot be kept: results have a column of that name.*",
        ),
        ((_articles(), Columns("year")), "the data frame: the column 'year' is not text but double"),
    ],
)
def test_frames_that_cannot_be_scored(arguments: tuple[Any, ...], message: str) -> None:
    """One line, that says what to do."""
    with pytest.raises(stance.StanceError, match=f"^{message}$"):
        stance.score_frame(*arguments)


def test_a_stream_of_rows_is_not_taken_for_paths() -> None:
    """Nor is anything of it read."""
    stream = pa.Table.from_pandas(_articles()).to_reader()
    told = r"^articles are read from paths or a data frame, not from RecordBatchReader; .* its \.read_all\(\) gives$"
    with pytest.raises(stance.ArgumentError, match=told):
        list(stance.read_articles(stream))  # type: ignore[arg-type]
    assert stream.read_all().num_rows == len(_articles())


class _ToBeComputed:
    """As dask has it: columns, and what is in them once it is computed."""

    columns = ("id", "text")

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def compute(self) -> pd.DataFrame:
        return pd.DataFrame({"id": ["a"], "text": [CLEAR]})


@pytest.mark.parametrize(
    ("frame", "way", "way_of_results"),
    [
        (pl.LazyFrame({"text": [CLEAR]}), r"\.collect\(\)", r"\.collect\(\)\.to_pandas\(\)"),
        (_ToBeComputed(), r"\.compute\(\)", r"\.compute\(\)"),
        (pl.DataFrame({"text": [CLEAR]}), None, r"\.to_pandas\(\)"),
        (pa.table({"text": [CLEAR]}), None, r"\.to_pandas\(\)"),
    ],
    ids=["lazy", "dask", "polars", "arrow"],
)
def test_frames_of_another_kind_say_how_to_make_one(
    small_model: StanceModel, frame: Any, way: str | None, way_of_results: str
) -> None:
    """Wherever one may be given: what is to be computed is none, and results are of pandas."""
    results = stance.score_frame(pd.DataFrame({"text": [CLEAR]}), model=small_model)
    readers: list[Callable[[Any], Any]] = [
        partial(stance.score_frame, model=small_model),
        lambda given: list(stance.read_articles(given)),
        small_model.score_texts,
    ]
    for read in readers if way else ():
        with pytest.raises(stance.ArgumentError, match=f"; give what its {way} gives$"):
            read(frame)
    takers: list[Callable[[Any], Any]] = [
        stance.roll_up,
        stance.show,
        partial(stance.draw_sample, size=1),
        partial(stance.estimate_prevalence, results),
    ]
    for take in takers:
        with pytest.raises(stance.ArgumentError, match=f"; give what its {way_of_results} gives$"):
            take(frame)


def test_what_is_named_in_an_index_is_a_column(small_model: StanceModel, tmp_path: Path) -> None:
    """As in the Parquet file that pandas writes of the frame; where a column has the name, that one counts."""
    frame = pd.DataFrame({"id": ["a", "b"], "text": CLEAR, "date": ["2026-05-09", "2026-05-10"], "own": [1, 2]})
    for names in (["id"], ["date"], ["id", "own"], [None, "date"]):
        given = frame.set_index([pd.Index([7, 8]) if name is None else name for name in names])
        given.to_parquet(tmp_path / "in.parquet")
        (tmp_path / "in.parquet").rename(tmp_path / "articles.parquet")
        found = stance.score_frame(given, Columns(keep=("own",)), small_model).frame
        assert found[["article_id", "date", "own"]].values.tolist() == [
            ["a", "2026-05-09", "1"],
            ["b", "2026-05-10", "2"],
        ]
        read = [*stance.read_articles(tmp_path / "articles.parquet", Columns(keep=("own",)))]
        assert [(article.id, article.date, article.kept) for article in read] == [
            ("a", "2026-05-09", (("own", "1"),)),
            ("b", "2026-05-10", (("own", "2"),)),
        ]
    twice = frame.set_index(pd.Index(["x", "y"], name="id"))
    assert stance.score_frame(twice, model=small_model).frame["article_id"].tolist() == ["a", "b"]
    levels = [pd.Index([1, 2], name="own"), pd.Index([3, 4], name="own")]
    with pytest.raises(stance.ArticleError, match=r": the column 'own' appears twice; rename the one"):
        stance.score_frame(frame.drop(columns="own").set_index(levels), Columns(keep=("own",)), small_model)
    with pytest.raises(stance.ArticleError, match=r"no column 'text' .* it has id, date, own, body$"):
        stance.score_frame(frame.set_index(pd.Index(["x", "y"], name="body")).drop(columns="text"), model=small_model)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (pd.to_timedelta(["1 day", None]), ["1 days 00:00:00", None]),
        (pd.to_datetime(["2026-05-09 00:00", "2026-05-09 10:30"]), ["2026-05-09", "2026-05-09 10:30:00"]),
        (pd.to_datetime(["2026-05-09 00:00:00.000000001", None]), ["2026-05-09 00:00:00.000000001", None]),
        (pd.to_datetime(["2026-05-09"] * 2).tz_localize("Etc/GMT-2"), ["2026-05-09 00:00:00+0200"] * 2),
        (pd.array([time(1, 2), None], dtype="time64[us][pyarrow]"), ["01:02:00", None]),
        (pd.Categorical(pd.to_datetime(["2026-05-09", None])), ["2026-05-09", None]),
    ],
    ids=["durations", "days", "nanoseconds", "zones", "times", "categories"],
)
def test_times_are_written_as_pandas_shows_them(
    small_model_path: Path, tmp_path: Path, given: Any, expected: list[str | None]
) -> None:
    """A duration is no number, and a day has no time; the same by the command, of the Parquet file."""
    frame = pd.DataFrame({"text": [CLEAR, CLEAR], "date": given, "own": given})
    found = stance.score_frame(frame, Columns(keep=("own",)), stance.load_model(small_model_path)).frame
    frame.to_parquet(tmp_path / "in.parquet")
    assert run("score", tmp_path, "-m", small_model_path, "--keep", "own", "-o", tmp_path / "out.csv").exit_code == 0
    for rows in (found, stance.read_results(tmp_path / "out.csv").frame):
        for name in ("date", "own"):
            assert [None if pd.isna(value) else value for value in rows[name]] == expected


def test_some_of_the_articles_have_no_account_of_all(small_model_path: Path, tmp_path: Path) -> None:
    """Those without text, which have a row, are among all, and the quarantined are not."""
    (tmp_path / "in.csv").write_text(f"id,text\na,{CLEAR}\nb,* * *\na,again\n", encoding="utf-8")
    output = tmp_path / "out.csv"
    arguments = ("score", tmp_path / "in.csv", "-m", small_model_path, "--level", "article", "-o", output)
    assert run(*arguments).exit_code == 0
    results = stance.read_results(output)
    assert results.counts is not None
    assert results.counts.articles["quarantined"] == 1
    assert replace(results, frame=results.frame.head(1)).counts is None


@pytest.mark.parametrize("clusters", [False, True])
def test_progress_tells_of_all_rows(small_model: StanceModel, clusters: bool) -> None:
    """Also of those that are quarantined, so that a bar of the length of the frame is full in the end."""
    frame = _articles().assign(body=lambda frame: frame["body"].mask(frame["id"] == 21, None))
    told: list[int] = []
    frame = pd.concat([frame] * 2000, ignore_index=True)
    stance.score_frame(
        frame, Columns("body"), small_model, clusters=clusters, quarantine=lambda _: None, progress=told.append
    )
    assert sum(told) == len(frame)
    assert len(told) > 1
    with pytest.raises(stance.ArgumentError, match=r"^progress must be a function that takes a number .*, not bool$"):
        stance.score_frame(frame, Columns("body"), small_model, progress=True)  # type: ignore[arg-type]


def test_some_of_the_rows_have_no_account_of_all(small_model_path: Path, tmp_path: Path) -> None:
    """It would be told of these, in the report and beside a file; the whole has it, and so has what is estimated."""
    results = stance.score_frame(_articles(), COLUMNS, stance.load_model(small_model_path))
    some = replace(results, frame=results.frame.head(3))
    assert some.counts is None
    assert replace(results, frame=results.frame.assign(own=1)).counts is results.counts
    stance.save_results(some, tmp_path / "some.parquet")
    found = stance.read_results(tmp_path / "some.parquet")
    assert (found.counts, found.model) == (None, results.model)
    assert stance.show(some).html == stance.show(replace(results, frame=some.frame, counts=None)).html
    assert "8 read" not in stance.show(some).html


def test_a_model_takes_texts_of_any_array(small_model: StanceModel) -> None:
    """Categories of Arrow, an array without any, and strings of numpy."""
    expected = small_model.score_texts([CLEAR, "Ok.", CLEAR])
    categories = pa.array([CLEAR, "Ok.", CLEAR]).dictionary_encode()
    for texts in (categories, pa.chunked_array([categories]), np.array([CLEAR, "Ok.", CLEAR])):
        assert np.array_equal(small_model.score_texts(texts), expected, equal_nan=True)
    assert small_model.score_texts(pa.array([])).shape == (0, 2, 4)
    assert small_model.explain(np.str_(CLEAR), "sanctions").margin == small_model.explain(CLEAR, "sanctions").margin
    for missing in (pa.array(["a", None]).dictionary_encode(), pa.array(["a", None])):
        with pytest.raises(stance.ArgumentError, match=r"^texts\[1\] is missing; where a text is missing, give ''$"):
            small_model.score_texts(missing)
    with pytest.raises(stance.ArgumentError, match=r"^this takes a list of texts, not one text; "):
        small_model.score_texts(np.array(CLEAR))


def test_a_frame_with_a_type_that_arrow_lacks(small_model: StanceModel) -> None:
    """It is an error of one line, also where the column is not used: polars hands over all or none."""
    frame = pl.DataFrame({"text": [CLEAR], "own": pl.Series([1], dtype=pl.Int128)})
    with pytest.raises(
        stance.ArticleError, match=r"^the data frame: Arrow cannot convert it: .*i128.*; give only the columns .*$"
    ):
        stance.score_frame(frame, model=small_model)
    assert len(stance.score_frame(frame[["text"]], model=small_model).frame) == 1


def test_a_model_knows_the_hash_to_cite_it_by(small_model_path: Path) -> None:
    """That of its manifest, also in another process; one that was changed is no longer what was loaded."""
    model = stance.load_model(small_model_path)
    assert model.sha256 == read_manifest(small_model_path)["manifest_sha256"]
    assert pickle.loads(pickle.dumps(model)).sha256 == model.sha256
    changed = replace(model, least_probability=0.9)
    assert changed.sha256 is None
    assert stance.score_frame(_articles(), COLUMNS, changed).model == {}


def test_saved_results_say_which_model_gave_them(small_model_path: Path, tmp_path: Path) -> None:
    """And what became of all that was read, in any format; those of a data frame do not."""
    results = stance.score_frame(_articles(), COLUMNS, stance.load_model(small_model_path))
    for name in ("scores.parquet", "scores.csv"):
        stance.save_results(results, tmp_path / name)
        found = stance.read_results(tmp_path / name)
        assert (found.model, str(found.counts)) == (results.model, str(results.counts))
        assert found.frame["text"].tolist() == results.frame["text"].tolist()
    stance.save_results(results.frame, tmp_path / "scores.csv")
    assert stance.read_results(tmp_path / "scores.csv").model == {}
    with pytest.raises(stance.StanceError, match=r"scores\.doc: unknown format of export; use one of "):
        stance.save_results(results, tmp_path / "scores.doc")
