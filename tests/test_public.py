"""The package as other software sees it: names, arguments, errors, and what goes into frames and other processes."""

from __future__ import annotations

import inspect
import pickle
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner
from coded_collections import TAX, code, collect
from pandas.testing import assert_frame_equal

import stance
from stance import Article, Columns, Reason, StanceModel
from stance.commands import main

CLEAR = "The ministry tightened the sanctions on the bank before the talks in Vienna."
#: One is scored, of one no paragraph is, and one has none.
ARTICLES = [
    Article("clear", f"{CLEAR}\n\nOk.", outlet="Wire", date="2026-05-09"),
    Article("silent", "Ok.\n\nYes."),
    Article("empty", ""),
]


def _frame(model: StanceModel, article: Article) -> pd.DataFrame:
    return stance.to_frame(article, model.score(article), model.targets)


def test_what_public_functions_return_is_public(small_model: StanceModel, tmp_path: Path) -> None:
    """So that typed code can name it without a private import."""
    score = small_model.score("Ok.")[0]
    found = small_model.explain(CLEAR, "sanctions")
    _frame(small_model, ARTICLES[0]).to_csv(tmp_path / "scores.csv")
    things = [
        small_model,
        small_model.targets[0],
        small_model.score_paragraphs([CLEAR]),
        score,
        score.paragraph,
        score.stances["sanctions"],
        score.abstained,
        found,
        found.contributions[0],
        found.stretches()[0],
        stance.show(found),
        results := stance.score_frame(pd.DataFrame({"text": [CLEAR]}), model=small_model),
        results.counts,
        stance.read_results(tmp_path / "scores.csv"),
    ]
    for thing in things:
        assert type(thing).__name__ in stance.__all__
        assert getattr(stance, type(thing).__name__) is type(thing)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.id)
def test_the_types_of_a_frame_do_not_hang_on_what_an_article_says(small_model: StanceModel, article: Article) -> None:
    """Text has that of text in pandas, numbers are numbers, also where none or no paragraph has a value."""
    types = _frame(small_model, article).dtypes
    text = pd.Series(["text"]).dtype
    for name, kind in types.items():
        whole = name in ("paragraph", "start", "end")
        assert kind == ("int64" if whole else "float64" if "_p" in str(name) else text), name
    assert {"title", "sanctions", "sanctions_p_favor", "diplomacy_probability", "diplomacy_abstained"} <= set(
        types.index
    )


def test_frames_of_many_articles_go_through_parquet_and_csv(small_model: StanceModel, tmp_path: Path) -> None:
    """As one table, which is the same when it is read again, and is rolled up."""
    table = pd.concat([_frame(small_model, article) for article in ARTICLES], ignore_index=True)
    table.to_parquet(tmp_path / "scores.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "scores.parquet"), table)
    table.to_csv(tmp_path / "scores.csv", index=False)
    for name in ("scores.parquet", "scores.csv"):
        results = stance.read_results(tmp_path / name)
        pd.testing.assert_frame_equal(results.frame, table)
        pd.testing.assert_frame_equal(stance.roll_up(results, "article"), stance.roll_up(table, "article"))


def test_a_dask_data_frame_is_scored_in_partitions(small_model: StanceModel, tmp_path: Path) -> None:
    """An empty frame is the meta, and each partition is as that says, whatever is in it."""
    dd = pytest.importorskip("dask.dataframe")

    def scored(part: pd.DataFrame) -> pd.DataFrame:
        articles = [Article(id, text) for id, text in zip(part["id"], part["text"], strict=True)]
        return pd.concat([_frame(small_model, article) for article in articles])

    texts = dd.from_pandas(pd.DataFrame({"id": [a.id for a in ARTICLES], "text": [a.text for a in ARTICLES]}), 3)
    found = texts.map_partitions(scored, meta=_frame(small_model, Article("", "")))
    found.to_parquet(tmp_path / "scores", write_index=False, compute_kwargs={"scheduler": "threads"})
    table = pd.read_parquet(tmp_path / "scores")
    assert table["article_id"].tolist() == ["clear", "clear", "silent", "silent"]
    assert table["sanctions_probability"].notna().tolist() == [True, False, False, False]


def test_half_a_character_of_a_text_is_no_error_of_its_frame(small_model: StanceModel) -> None:
    """It stands there as the sign for what cannot be read, as in what commands write, and offsets stay."""
    text = "\ud800 " + CLEAR
    frame = stance.to_frame(text, small_model.score(text))
    assert frame["text"].tolist() == ["\ufffd " + CLEAR]
    assert frame["end"].tolist() == [len(text)]


def test_scores_of_another_text_make_no_frame(small_model: StanceModel) -> None:
    """They would stand under the id of an article that they are not of."""
    scores = small_model.score(CLEAR)
    assert stance.to_frame(Article("a", CLEAR), scores)["article_id"].tolist() == ["a"]
    with pytest.raises(stance.StanceError, match=r"^article b: the scores are of another text, in paragraph 0$"):
        stance.to_frame(Article("b", "The talks failed."), scores)


@pytest.mark.parametrize("name", ["article_id", "text", "sanctions", "diplomacy_p_favor"])
def test_what_is_kept_takes_no_column_of_the_scores(small_model: StanceModel, name: str) -> None:
    """The command refuses the same names."""
    article = Article("a", CLEAR, kept=((name, "Oman"),))
    with pytest.raises(stance.StanceError, match=f"^article a: '{name}' cannot be kept"):
        _frame(small_model, article)


def test_a_column_of_texts_is_scored_as_a_list_is(small_model: StanceModel) -> None:
    """Of pandas or numpy, and what yields one text after the other."""
    texts = [CLEAR, "Ok.", "The talks failed."]
    expected = small_model.score_texts(texts)
    for given in (pd.Series(texts), pd.Series(texts, dtype="string"), np.array(texts), (text for text in texts)):
        assert np.array_equal(small_model.score_texts(given), expected, equal_nan=True)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (pd.DataFrame({"text": [CLEAR]}), "not pandas.DataFrame; give its column of texts"),
        ({"text": CLEAR}, "not dict"),
        ({CLEAR}, "not set"),
        (b"Talks.", "not bytes"),
        (None, "not NoneType"),
    ],
)
def test_what_only_holds_texts_is_no_list_of_them(small_model: StanceModel, given: Any, message: str) -> None:
    """Names of columns or keys would be scored, or rows that nobody could tell apart."""
    with pytest.raises(stance.ArgumentError, match=f"^this takes a list of texts, {message}$"):
        small_model.score_texts(given)


def _misuses(model: StanceModel) -> dict[str, tuple[Callable[[], Any], str]]:
    wrong: Any = 5
    return {
        "load": (lambda: stance.load_model(wrong), "the model must be a path, not int"),
        "load bytes": (lambda: stance.load_model(b"default"), "the model must be a path, not bytes"),  # type: ignore[arg-type]
        "save": (lambda: stance.save_model(model, wrong), "the model must be a path, not int"),
        "save what": (lambda: stance.save_model(wrong, "a"), "this writes a StanceModel, not int"),
        "score": (lambda: model.score(wrong), "this takes an Article or its text, not int"),
        "score texts": (
            lambda: model.score([CLEAR]),  # type: ignore[arg-type]
            "this takes an Article or its text, not list; several texts are for `score_texts`, .* for `score_frame`",
        ),
        "texts": (lambda: model.score_texts(wrong), "this takes a list of texts, not int"),
        "missing": (
            lambda: model.score_texts(pd.Series([CLEAR, None])),
            r"texts\[1\] is a (float|NoneType), not a str; .*",
        ),
        "explain": (lambda: model.explain(wrong, "sanctions"), "this takes one text, not int"),
        "stretches": (lambda: model.stretches(wrong, "sanctions", "favor"), "this takes one text, not int"),
        "id": (lambda: Article(wrong, "Ok."), "the id of an Article is a int, not a str"),
        "text": (lambda: Article("a", float("nan")), "the text of an Article is a float, not a str"),  # type: ignore[arg-type]
        **{
            f"kept {kind}": (
                lambda given=given: Article("a", "Ok.", kept=given),  # type: ignore[misc]
                r"kept of an Article is a tuple of names and values, such as tuple\(columns\.items\(\)\)",
            )
            for kind, given in {
                "mapping": {"land": "Oman"},
                "word": "land",
                "words": ("ab",),
                "number": ((5, "a"),),
            }.items()
        },
        "target": (lambda: stance.Target(wrong), "the name of a Target is a int, not a str"),
        "label": (
            lambda: stance.Target("tax", "favor"),  # type: ignore[arg-type]
            r"the labels of a Target are a tuple, such as \('favor', 'against'\), not 'favor'",
        ),
        "labels": (
            lambda: stance.Target("tax", ["favor"]),  # type: ignore[arg-type]
            r"the labels of a Target are a tuple, .*, not \['favor'\]",
        ),
        "half a name": (
            lambda: Columns(keep=("a\ud800",)),
            r"keep: the name of the column 'a\ufffd' has half a character \(a lone surrogate\); rename it",
        ),
        "split": (lambda: stance.split_paragraphs(wrong), "this splits a text, not int"),
        "keep": (lambda: Columns(keep="country"), r"keep takes several names, not one: keep=\('country',\)"),  # type: ignore[arg-type]
        "keep what": (lambda: Columns(keep=(wrong,)), "the name of a column is a str, not int; 5 is called '5'"),
        "keep one": (lambda: Columns(keep=wrong), r"keep takes several names, not int"),
        "column": (lambda: Columns(text=wrong), "the name of a column is a str, not int; 5 is called '5'"),
        "quarantine": (
            lambda: [*stance.read_articles("a.csv", quarantine=[])],  # type: ignore[arg-type]
            r"quarantine must be a function that takes a record, .* rows\.append of a list rows, not list",
        ),
        "quarantine rows": (
            lambda: stance.score_frame(pd.DataFrame({"text": [CLEAR]}), model=model, quarantine=wrong),
            "quarantine must be a function that takes a record, .* not int",
        ),
        "show terms": (
            lambda: stance.show(model.explain(CLEAR, "sanctions"), terms=wrong / 2),
            "terms is a whole number, not float",
        ),
        "show articles": (
            lambda: stance.show(_frame(model, ARTICLES[0]), articles="all"),  # type: ignore[arg-type]
            "articles is a whole number, not str",
        ),
        "read": (lambda: [*stance.read_articles(wrong)], "articles are read from paths, not from int; .*"),
        "read bytes": (lambda: [*stance.read_articles(b"a.txt")], "articles are read from paths, not from bytes; .*"),  # type: ignore[arg-type]
        "read Article": (lambda: [*stance.read_articles([ARTICLES[0]])], ".*, not from Article; .*"),  # type: ignore[list-item]
        "columns": (
            lambda: [*stance.read_articles("a.csv", {"text": "body"})],
            "columns must be Columns, .*, not dict",
        ),  # type: ignore[arg-type]
        "results": (lambda: stance.read_results(wrong), "the file of results must be a path, not int"),
        "only one": (
            lambda: stance.read_results("a.csv", only="outlet"),
            r"only takes several names, not one: only=\['outlet'\]",
        ),
        "only what": (lambda: stance.read_results("a.csv", only=wrong), "only takes several names, not int"),
        "frame of results": (
            lambda: stance.roll_up(stance.Results(pl.DataFrame(), (), "paragraph")),  # type: ignore[arg-type]
            r"the frame of results is a pandas data frame, not polars\.DataFrame; give what its \.to_pandas\(\) gives",
        ),
        "targets of results": (
            lambda: stance.roll_up(stance.Results(pd.DataFrame(), ("tax",), "paragraph")),  # type: ignore[arg-type]
            "targets are those of .*, not tuple",
        ),
        "save results": (
            lambda: stance.save_results(wrong, "a.csv"),
            "this takes Results or a pandas data frame of scores, not int",
        ),
        "save results where": (
            lambda: stance.save_results(_frame(model, ARTICLES[0]), wrong),
            "the file of results must be a path, not int",
        ),
        "codes": (lambda: stance.read_codes(wrong, []), "the file of codes must be a path, not int"),
        "codes targets": (lambda: stance.read_codes(__file__, ["tax"]), "targets are those of .*, not list"),  # type: ignore[list-item]
        "codes results": (
            lambda: stance.read_codes(__file__, stance.Results(pd.DataFrame(), (), "paragraph")),  # type: ignore[arg-type]
            "targets are those of .*, not Results",
        ),
        "compare": (
            lambda: stance.compare_groups(pd.DataFrame(), ["outlet"], "Post", "Wire"),  # type: ignore[arg-type]
            "a level of estimates is one name, not list",
        ),
        "roll up": (lambda: stance.roll_up(wrong), "this takes Results or a pandas data frame of scores, not int"),
        "level": (
            lambda: stance.roll_up(_frame(model, ARTICLES[0]), ["all"]),  # type: ignore[arg-type]
            "a level of a roll-up is one name, not list",
        ),
        "frame": (lambda: stance.to_frame(wrong, []), "this takes an Article or its text, not int"),
        "frame scores": (
            lambda: stance.to_frame(CLEAR, model.score_paragraphs([CLEAR])),  # type: ignore[arg-type]
            "this takes what `StanceModel.score` returns, not Scores",
        ),
        "frame targets": (lambda: stance.to_frame(CLEAR, [], ["tax"]), "targets are those of a model, .*, not list"),  # type: ignore[list-item]
    }


@pytest.mark.parametrize("misuse", sorted(_misuses(None)))  # type: ignore[arg-type]
def test_an_argument_of_a_wrong_kind_is_one_line(small_model: StanceModel, misuse: str) -> None:
    """That says what is taken and what was given, and that ``except StanceError`` or ``except TypeError`` catches."""
    call, message = _misuses(small_model)[misuse]
    with pytest.raises(stance.ArgumentError, match=f"^{message}$") as caught:
        call()
    assert isinstance(caught.value, stance.StanceError)
    assert isinstance(caught.value, TypeError)


def test_an_empty_path_is_not_the_folder_one_stands_in(
    small_model: StanceModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a variable that is not set: no model is read from there, nor written to it."""
    stance.save_model(small_model, tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(stance.ModelError, match="the model has no name"):
        stance.load_model("")
    with pytest.raises(stance.ModelError, match="the model has no name"):
        stance.save_model(small_model, "")
    with pytest.raises(stance.StanceError, match="the file of results has no name"):
        stance.read_results("")
    with pytest.raises(stance.CorpusError, match="the file of codes has no name"):
        stance.read_codes("", [])


def test_a_folder_without_a_model_is_told_what_a_model_is(tmp_path: Path) -> None:
    """The folder is there, so that it is missing would be wrong."""
    with pytest.raises(
        stance.ModelError, match=r"manifest\.json: No such file; a model is a folder with manifest\.json"
    ):
        stance.load_model(tmp_path)


def test_whatever_has_a_path_is_one(small_model: StanceModel, tmp_path: Path) -> None:
    """By `os.PathLike`, as in the library of Python."""

    class Place:
        def __init__(self, path: Path) -> None:
            self.path = path

        def __fspath__(self) -> str:
            return str(self.path)

    stance.save_model(small_model, Place(tmp_path / "model"))
    assert stance.load_model(Place(tmp_path / "model")).labels == small_model.labels
    (tmp_path / "a.txt").write_text(CLEAR, encoding="utf-8")
    for paths in (Place(tmp_path / "a.txt"), [Place(tmp_path / "a.txt")]):
        assert [article.text for article in stance.read_articles(paths)] == [CLEAR]


def test_a_label_that_a_target_lacks_has_no_stretches(small_model: StanceModel) -> None:
    """As it has no explanation."""
    for ask in (small_model.explain, small_model.stretches):
        with pytest.raises(stance.ModelError, match=r"^target 'sanctions' has no label 'maybe'; it has favor"):
            ask(CLEAR, "sanctions", "maybe")


def test_scores_are_equal_if_they_say_the_same(small_model: StanceModel) -> None:
    """Also of what was not scored, in this process or from another one; and not if they differ."""
    scores = small_model.score(ARTICLES[0])
    assert [score.abstained for score in scores] == [None, Reason.FEW_KNOWN_WORDS]
    assert pickle.loads(pickle.dumps(scores)) == scores
    assert pickle.loads(pickle.dumps(small_model)).score(ARTICLES[0]) == scores
    scored, silent = (score.stances["sanctions"] for score in scores)
    assert scored != silent
    assert scored != scores[0].stances["diplomacy"]
    assert silent != "silent"


def test_a_model_and_its_scores_are_shown_in_short(small_model: StanceModel) -> None:
    """As a notebook shows what ends a cell: no arrays, no line for each paragraph."""
    assert "sanctions" in repr(small_model)
    assert len(repr(small_model)) < 400
    found = small_model.explain(CLEAR * 9, "sanctions")
    assert len(repr(found)) < 300
    assert repr(small_model.score_paragraphs([CLEAR] * 500)) == "<Scores of 500 paragraphs on sanctions, diplomacy>"


def test_statistics_in_a_notebook(root: Path, tmp_path: Path) -> None:
    """What the documents show runs; a data frame of scores does as well, and its sample, coded in place."""
    results, true = collect(300, 0.8, (0.25,) * 4)
    frame = results.frame.rename(columns=lambda name: name.replace("tax", "sanctions")).assign(
        sanctions_probability=0.9
    )
    frame.to_parquet(tmp_path / "scores.parquet")
    sample = stance.draw_sample(frame, 200, within="sanctions")
    coded = sample.copy()
    coded.loc[20:, "sanctions"] = true[sample["paragraph"][20:]].to_numpy()
    coded.to_csv(tmp_path / "coded.csv", index=False)
    document = (root / "docs" / "outputs.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"<!-- prevalence in python -->\n```python\n(.*?)```", document, re.S)
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "difference_low" in run.stdout
    found = stance.read_results(tmp_path / "scores.parquet")
    codes = stance.read_codes(tmp_path / "coded.csv", found.targets)
    assert_frame_equal(stance.estimate_prevalence(frame, coded), stance.estimate_prevalence(found, codes))
    mine, read = stance.regression_outcomes(frame, coded), stance.regression_outcomes(found, codes)
    assert_frame_equal(mine.filter(like="_y_"), read.filter(like="_y_"))


def test_codes_that_are_none() -> None:
    """With what they should be."""
    results, _ = collect(300, 0.8, (0.25,) * 4)
    with pytest.raises(stance.ArgumentError, match="codes must be a data frame, as `read_codes` returns it, not str"):
        stance.estimate_prevalence(results, "coded.csv")  # type: ignore[arg-type]
    with pytest.raises(stance.StanceError, match="the codes have no column 'paragraph'; keep the columns"):
        stance.estimate_prevalence(results, stance.draw_sample(results, 50).drop(columns="paragraph"))
    with pytest.raises(stance.StanceError, match="no paragraph has a code; fill in the columns tax"):
        stance.regression_outcomes(results, stance.draw_sample(results, 50))


def _in_types(frame: pd.DataFrame, kind: str) -> pd.DataFrame:
    if kind == "category":
        return frame.astype({"tax": pd.CategoricalDtype(["unrelated", "neutral", "favor", "against"])})
    return frame.convert_dtypes(dtype_backend="pyarrow" if kind == "arrow" else "numpy_nullable")


@pytest.mark.parametrize("kind", ["nullable", "arrow", "category"])
def test_the_types_of_a_data_frame_decide_nothing(kind: str) -> None:
    """A comparison with `pandas.NA` is neither true nor false, so that all but the boilerplate would be left out."""
    results, true = collect(300, 0.8, (0.3, 0.1, 0.2, 0.4))
    results.frame.loc[3, "tax_abstained"] = "ambiguous"
    results.frame.loc[3, [name for name in results.frame if str(name) == "tax" or "_p_" in str(name)]] = None
    frame = results.frame.assign(tax_probability=0.9)
    other = _in_types(frame, kind)
    sample = stance.draw_sample(frame, 100, "tax")
    assert_frame_equal(stance.draw_sample(other, 100, "tax"), sample)
    codes = sample.assign(tax=true[sample["paragraph"]].to_numpy())
    mine = stance.Results(other, results.targets, "paragraph")
    expected = stance.estimate_prevalence(results, codes)
    for given in (other, mine):
        assert_frame_equal(stance.estimate_prevalence(given, _in_types(codes, kind)), expected)
        assert_frame_equal(stance.expected_intervals(given, sample), stance.expected_intervals(frame, sample))
    assert stance.roll_up(other)["tax_favor"].tolist() == stance.roll_up(frame)["tax_favor"].tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"paragraph": None}, "the codes: paragraph is missing in article a; expected a whole number"),
        ({"paragraph": 3.5}, "the codes: paragraph is '3.5' in article a; expected a whole number"),
        ({"text": None}, "has another text than the one coded"),
        ({"drawn_from": ["100 of 300", *["90 of 300"] * 99]}, "column 'drawn_from' differs between rows"),
        ({"drawn_from": ["100 of 300", *[None] * 99]}, "column 'drawn_from' differs between rows"),
        (
            {"tax": ["favor"] * 40 + [""] * 60, "tax_ann": "favor", "tax_ben": "against"},
            "60 paragraphs on which the coders differ",
        ),
    ],
)
def test_codes_in_memory_that_do_not_fit(change: dict[str, Any], message: str) -> None:
    """They are refused as those of a file are, and never taken for others."""
    results, true = collect(300, 0.8, (0.25,) * 4)
    sample = stance.draw_sample(results, 100)
    codes = sample.assign(tax=true[sample["paragraph"]].to_numpy())
    with pytest.raises(stance.StanceError, match=message):
        stance.estimate_prevalence(results, codes.assign(**change))


def test_codes_in_memory_as_other_programs_leave_them() -> None:
    """Numbers as text with a decimal point, and a mark of the sample that got lost."""
    results, true = collect(300, 0.8, (0.25,) * 4)
    sample = stance.draw_sample(results, 100)
    codes = sample.assign(tax=true[sample["paragraph"]].to_numpy())
    expected = stance.estimate_prevalence(results, codes)
    numbers = codes["paragraph"].astype(float).astype(str)
    for changed in (codes.assign(paragraph=numbers), codes.assign(drawn_from=None), codes.drop(columns="drawn_from")):
        assert_frame_equal(stance.estimate_prevalence(results, changed), expected)
        assert stance.expected_intervals(results, changed)["half"].gt(0).all()


def test_arguments_of_estimates_that_are_none() -> None:
    """Each in one line."""
    results, true = collect(300, 0.8, (0.25,) * 4)
    sample = stance.draw_sample(results, 100)
    codes = sample.assign(tax=true[sample["paragraph"]].to_numpy())
    rows = stance.estimate_prevalence(results, codes)
    with pytest.raises(stance.ArgumentError, match="a level of estimates is one name, not list"):
        stance.estimate_prevalence(results, codes, ["outlet"])  # type: ignore[arg-type]
    with pytest.raises(stance.ArgumentError, match="size is a whole number, not float"):
        stance.draw_sample(results, 10.5)  # type: ignore[arg-type]
    with pytest.raises(
        stance.ArgumentError, match="rows are a data frame, as `estimate_prevalence` makes them, not str"
    ):
        stance.compare_groups("rows.csv", "outlet", "Post", "Wire")  # type: ignore[arg-type]
    for level in ("outlet", "label"):
        with pytest.raises(stance.StanceError, match=f"these are no estimates by '{level}'"):
            stance.compare_groups(rows, level, "Post", "Wire")
    with pytest.raises(stance.StanceError, match="these are no estimates by 'article'; make them by `estimate_prev"):
        stance.compare_groups(stance.roll_up(results, "article").assign(article=["a"]), "article", "a", "b")
    years = stance.estimate_prevalence(results.frame.assign(tax_probability=1, year=2024), codes, "year")
    with pytest.raises(stance.StanceError, match="no year '2025'; there are '2024'"):
        stance.compare_groups(years, "year", 2024, 2025)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            np.inf,
            "tax_p_favor is inf in paragraph 4 of article a, not a probability; keep what scoring wrote",
        ),
        (
            998.0,
            "tax_p_favor is 998 in paragraph 4 of article a, not a probability; keep what scoring wrote",
        ),
        (
            -0.5,
            "tax_p_favor is -0.5 in paragraph 4 of article a, not a probability; keep what scoring wrote",
        ),
        (
            "0,9",
            "the probabilities on tax: could not convert string to float: '0,9'; keep what scoring wrote",
        ),
    ],
)
def test_what_is_no_probability_moves_no_estimate(value: Any, message: str) -> None:
    """As of a spreadsheet that reads numbers by another decimal mark: one such value would move all of it."""
    results, true = collect(300, 0.8, (0.25,) * 4)
    sample = stance.draw_sample(results, 100)
    codes = sample.assign(tax=true[sample["paragraph"]].to_numpy())
    results.frame["tax_p_favor"] = results.frame["tax_p_favor"].astype(object)
    results.frame.loc[4, "tax_p_favor"] = value
    for call in (stance.estimate_prevalence, stance.regression_outcomes, stance.expected_intervals):
        with pytest.raises(stance.StanceError, match=message):
            call(results, codes)


@pytest.mark.parametrize(
    "own",
    [
        pd.cut(range(300), 3),
        pd.Categorical(["old", 7] * 150),
        pd.cut(range(300), 3, labels=["old", "new", "newest"]),
    ],
    ids=["intervals", "words and numbers", "words"],
)
@pytest.mark.parametrize("name", ["age", 7])
def test_a_column_of_ones_own_may_hold_any_categories(own: Any, name: Any) -> None:
    """As those that `pandas.cut` makes; they are grouped by as words, and nothing else depends on them."""
    results, _ = collect(300, 0.8, (0.25,) * 4)
    frame = results.frame.assign(tax_probability=0.9)
    expected = stance.roll_up(frame)
    frame[name] = own
    assert_frame_equal(stance.roll_up(frame), expected)
    if isinstance(name, str):
        rows = stance.roll_up(frame, name)
        assert sorted(rows[name]) == sorted(map(str, own.categories))
        assert rows["paragraphs"].sum() == 300


@pytest.mark.parametrize("kind", ["str", "category"])
def test_two_columns_of_one_name_are_refused(kind: str) -> None:
    """In results, too, which may have been put together from others; whatever they hold."""
    results, _ = collect(300, 0.8, (0.25,) * 4)
    twice = pd.concat([results.frame, results.frame[["outlet"]].astype(kind)], axis=1)
    for given in (twice, stance.Results(twice, results.targets, "paragraph")):
        with pytest.raises(stance.StanceError, match="the data frame: two columns are called 'outlet'"):
            stance.roll_up(given, "outlet")


def test_seeds_that_are_none() -> None:
    """Each in one line, as on the command line."""
    results, _ = collect(300, 0.8, (0.25,) * 4)
    with pytest.raises(stance.ArgumentError, match="seed is a whole number, not str"):
        stance.draw_sample(results, 10, seed="a")  # type: ignore[arg-type]
    with pytest.raises(stance.StanceError, match="seed is -1; it must be 0 or more"):
        stance.draw_sample(results, 10, seed=-1)


def _waves() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores of 300 paragraphs in waves, one of them not known, and codes of 120."""
    results, true = collect(300, 0.8, (0.25,) * 4)
    frame = results.frame.assign(wave=[2, 10, None] * 100, tax_probability=0.9)
    sample = stance.draw_sample(frame, 120)
    return frame, sample.assign(tax=true[sample["paragraph"]].to_numpy())


def test_whole_numbers_with_gaps_name_groups_as_whole_numbers(tmp_path: Path) -> None:
    """Pandas has them as floats: a wave 2 is not 2.0, in no format, and 10 comes after it."""
    frame, codes = _waves()
    rolled, estimated = stance.roll_up(frame, "wave"), stance.estimate_prevalence(frame, codes, "wave")
    assert rolled["wave"].tolist()[:2] == [2, 10]
    assert str(rolled["wave"].dtype) == "Int64"
    assert list(dict.fromkeys(estimated["wave"].dropna())) == [2, 10]
    assert stance.compare_groups(estimated, "wave", "2", "10")["wave"].tolist()[0] == "2"
    frame.astype({"wave": "Int64"}).to_parquet(tmp_path / "scores.parquet")
    command = ["results", "rollup", str(tmp_path / "scores.parquet"), "--level", "wave", "-f"]
    for format, first in (("csv", "2,"), ("jsonl", '{"wave": 2,')):
        assert any(line.startswith(first) for line in CliRunner().invoke(main, [*command, format]).stdout.splitlines())


@pytest.mark.parametrize("saved", [False, True])
def test_groups_come_in_the_order_of_their_categories(tmp_path: Path, saved: bool) -> None:
    """As those of a factor, or of `pandas.cut`; what has no order comes by its name."""
    frame, codes = _waves()
    periods = ["late", "early", "between"] * 100
    frame["period"] = pd.Categorical(periods, categories=["early", "between", "late"], ordered=True)
    frame["kind"] = pd.Categorical(periods, categories=["early", "between", "late"])
    if saved:
        frame.to_parquet(tmp_path / "scores.parquet")
    results = stance.read_results(tmp_path / "scores.parquet") if saved else frame
    expected = ["early", "between", "late"]
    assert stance.roll_up(results, "period")["period"].tolist() == expected
    assert list(dict.fromkeys(stance.estimate_prevalence(results, codes, "period")["period"])) == expected
    assert stance.roll_up(results, "kind")["kind"].tolist() == sorted(expected)
    # of results, the order that their frame has by now
    given = results if saved else stance.Results(frame, (TAX,), "paragraph", orders={"period": tuple(expected)})
    turned = given.frame.assign(period=pd.Categorical(periods, categories=expected[::-1], ordered=True))
    assert stance.roll_up(replace(given, frame=turned), "period")["period"].tolist() == expected[::-1]


def test_what_a_notebook_completes_is_public() -> None:
    """After `stance.` come the names of `__all__`, and those with two underscores that any module has."""
    assert {name for name in dir(stance) if not name.startswith("__")} == set(stance.__all__)
    assert "__version__" in dir(stance)


def test_a_type_checker_knows_the_public_names_and_no_others(tmp_path: Path) -> None:
    """Though each is looked up when it is first used: a slip in a name is told before the program runs."""
    pytest.importorskip("mypy")
    uses = [f"stance.{name}" for name in [*stance.__all__, "load_modle"]]
    (tmp_path / "use.py").write_text("\n".join(["import stance", *uses]), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--follow-imports=skip", "--no-incremental", "--config-file="]
    told = subprocess.run([*command, stance.__file__, "use.py"], cwd=tmp_path, capture_output=True, text=True).stdout
    assert re.findall(r'error: Module has no attribute "(\w+)"', told) == ["load_modle"]
    assert told.count("error:") == 1


def _documented() -> Iterator[tuple[str, Any, type | None]]:
    """Public functions, classes and members of these, with the class."""
    for name in stance.__all__:
        value = getattr(stance, name)
        if inspect.isfunction(value):
            yield name, value, None
        if inspect.isclass(value):
            yield name, value, value
            for member, of in vars(value).items():
                if not member.startswith("_") and isinstance(of, FunctionType | property):
                    yield f"{name}.{member}", of, value


def _has(owner: Any, name: str) -> bool:
    return hasattr(owner, name) or name in getattr(owner, "__annotations__", {})


@pytest.mark.parametrize(("thing", "owner"), [pytest.param(*parts, id=name) for name, *parts in _documented()])
def test_help_names_only_what_its_reader_can_look_up(thing: Any, owner: type | None) -> None:
    """What stands in single backquotes is public, a member of the same class, or a parameter."""
    parameters = inspect.signature(thing).parameters if inspect.isfunction(thing) else {}
    for named in re.findall(r"(?<![`:])`([^`\s]+)`(?!`)", inspect.getdoc(thing) or ""):
        first, *rest = named.removeprefix("stance.").split(".")
        public = first in stance.__all__ and all(_has(getattr(stance, first), name) for name in rest)
        assert public or named in parameters or _has(owner, named), named


_USES: dict[str, Callable[[stance.Results, pd.DataFrame], object]] = {
    "roll up": lambda results, _: stance.roll_up(results),
    "sample": lambda results, _: stance.draw_sample(results, 5),
    "expect": stance.expected_intervals,
    "estimate": stance.estimate_prevalence,
    "regress": stance.regression_outcomes,
    "show": lambda results, _: stance.show(results),
}


@pytest.mark.parametrize("use", _USES)
@pytest.mark.parametrize("lacking", ["article_id", "tax", "tax_abstained"])
def test_results_whose_frame_lost_a_column_are_refused(use: str, lacking: str) -> None:
    """In one line, as a data frame of that kind is; but they may be written."""
    results, true = collect(100, 0.8, (0.25,) * 4)
    coded = code(results, true, 40)
    lost = replace(results, frame=results.frame.drop(columns=lacking))
    with pytest.raises(stance.StanceError, match=f"^the results: no column '{lacking}'; keep what scoring wrote$"):
        _USES[use](lost, coded)
    index = replace(results, frame=results.frame.set_index(lacking))
    with pytest.raises(stance.StanceError, match=rf"^the results: no column '{lacking}'; .* \.reset_index\(\)$"):
        _USES[use](index, coded)


@pytest.mark.parametrize("use", _USES)
def test_results_of_no_level_or_target_are_refused(use: str) -> None:
    """As one may make them by hand."""
    results, true = collect(100, 0.8, (0.25,) * 4)
    coded = code(results, true, 40)
    with pytest.raises(stance.StanceError, match=r"^Results have a target and a level, .*; these have no target$"):
        _USES[use](replace(results, targets=()), coded)
    with pytest.raises(stance.StanceError, match=r" or article; these have the level 'paragraphs'$"):
        _USES[use](replace(results, level="paragraphs"), coded)


@pytest.mark.parametrize("names", ["article_id", ["article_id", "paragraph"]])
def test_an_index_may_have_the_name_of_a_column(names: str | list[str]) -> None:
    """As `set_index(drop=False)` leaves it: what comes out is the same."""
    results, true = collect(100, 0.8, (0.25,) * 4)
    named = replace(results, frame=results.frame.set_index(names, drop=False))
    coded = code(results, true, 80)
    pd.testing.assert_frame_equal(stance.roll_up(named, "outlet"), stance.roll_up(results, "outlet"))
    mine, others = (stance.regression_outcomes(some, coded) for some in (named, results))
    pd.testing.assert_frame_equal(mine.reset_index(drop=True), others)
    estimates = [stance.estimate_prevalence(some, coded, "outlet") for some in (named, results)]
    pd.testing.assert_frame_equal(*estimates)


@pytest.mark.parametrize("lacking", ["sanctions_probability", "diplomacy_abstained"])
def test_what_a_page_shows_of_a_label_is_asked_for(small_model: StanceModel, lacking: str) -> None:
    """Its probability, and why there is none."""
    results = stance.score_frame(pd.DataFrame({"text": [CLEAR, "..."]}), model=small_model)
    lost = replace(results, frame=results.frame.drop(columns=lacking))
    with pytest.raises(stance.StanceError, match=f"^the data frame: no column '{lacking}'; keep"):
        stance.show(lost)


def test_a_few_columns_of_results_may_be_saved(small_model: StanceModel, tmp_path: Path) -> None:
    """With the model that gave them."""
    results = stance.score_frame(pd.DataFrame({"text": [CLEAR]}), model=small_model)
    few = replace(results, frame=results.frame[["article_id", "sanctions"]])
    stance.save_results(few, tmp_path / "few.csv")
    assert pd.read_csv(tmp_path / "few.csv").columns.tolist() == ["article_id", "sanctions"]
