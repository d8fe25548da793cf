"""Roll-ups: shares, net stance with its standard error, the joint table; every figure by hand or by brute force."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time
import tracemalloc
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from helpers import run as _run

from stance.articles import Article, Paragraph
from stance.batch.tables import _joint, _Outcome
from stance.commands.results import rollup_page
from stance.errors import StanceError
from stance.labels import JOINT, LABELS, Target
from stance.model.scores import ParagraphScore, Scores, TargetScore
from stance.results.counting import count_articles, group_values
from stance.results.dates import day_of, month_of
from stance.results.dictionary import CLASSIFY_AND_COUNT, check_facts, describe_columns
from stance.results.export import export, save_results
from stance.results.notebook import show
from stance.results.page import article_page, visible
from stance.results.prevalence import estimate_prevalence
from stance.results.records import article_columns, article_record, paragraph_columns, to_frame
from stance.results.rollup import half_intervals, roll_up, roll_ups
from stance.results.sampling import draw_sample
from stance.results.saved import read_results
from stance.results.scored import Results
from stance.results.table_files import find_targets

TARGETS = (Target("sanctions"), Target("diplomacy"))


def _results(rows: list[tuple[Any, ...]], **more: list[Any]) -> Results:
    """From (article, outlet, date, sanctions, diplomacy)."""
    names = ("article_id", "outlet", "date", "sanctions", "diplomacy")
    frame = pd.DataFrame(rows, columns=list(names)).assign(**{"sanctions_abstained": None, **more})
    return Results(frame, TARGETS, "paragraph")


SMALL = [
    ("a", "Wire", "2026-05-09", "favor", "unrelated"),
    ("a", "Wire", "2026-05-09", "favor", "favor"),
    ("a", "Wire", "2026-05-09", "against", "favor"),
    ("a", "Wire", "2026-05-09", "unrelated", "unrelated"),
    ("b", "Wire", "June 2, 2026", "neutral", "against"),
    ("b", "Wire", "June 2, 2026", None, None),
    ("c", None, "02/06/2026", "against", None),
]


def test_every_count_and_share_by_hand() -> None:
    """Seven paragraphs, worked out on paper."""
    row = roll_up(_results(SMALL)).iloc[0]
    assert (row["articles"], row["paragraphs"], row["abstained"]) == (3, 7, 1)
    assert [row[f"sanctions_{label}"] for label in LABELS] == [2, 2, 1, 1]
    assert (row["sanctions_abstained"], row["diplomacy_abstained"]) == (1, 2)
    assert row["sanctions_share_favor"] == pytest.approx(2 / 5)
    assert row["sanctions_net"] == 0
    assert [row[name] for name in JOINT] == [1, 1, 1, 1]
    assert row["share_dual_track"] == pytest.approx(1 / 4)
    # articles: f-a = 1, 0, -1 of 3, 1, 1 related; ratio 0
    # without each in turn: -1/2, 0, 1/4
    assert row["sanctions_net_se"] == pytest.approx(math.sqrt(2 / 3 * (1 / 4 + 0 + 1 / 16)))


def test_boilerplate_is_no_abstention() -> None:
    """Bylines and footers that were not scored are counted by themselves: read = scored + abstained + boilerplate."""
    results = _results([*SMALL, ("c", None, "02/06/2026", None, None)])
    results.frame.loc[7, "sanctions_abstained"] = "boilerplate"
    row, before = roll_up(results).iloc[0], roll_up(_results(SMALL)).iloc[0]
    assert (row["paragraphs"], row["abstained"], row["boilerplate"], row["sanctions_abstained"]) == (8, 1, 1, 1)
    for column in ("sanctions_net", "sanctions_net_se", *JOINT):
        assert row[column] == before[column]


def test_weighting_by_article_is_the_mean_of_articles() -> None:
    """Net stance is the mean over articles and its error that of a mean."""
    row = roll_up(_results(SMALL), weight="article").iloc[0]
    nets = np.array([1 / 3, 0.0, -1.0])
    assert row["sanctions_net"] == pytest.approx(nets.mean())
    assert row["sanctions_net_se"] == pytest.approx(nets.std(ddof=1) / math.sqrt(3))
    assert row["sanctions_favor"] == 2


def test_groups_reconcile_and_the_unknown_is_a_group() -> None:
    """Outlets and months add up to the whole; what has none stands in its own row, last."""
    results = _results(SMALL)
    whole = roll_up(results).iloc[0]
    for level, names in (("outlet", ["Wire", None]), ("month", ["2026-05", "2026-06", None])):
        rows = roll_up(results, level)
        assert [None if pd.isna(v) else v for v in rows[level]] == names
        for column in ("articles", "paragraphs", "abstained", "sanctions_favor", *JOINT):
            assert rows[column].sum() == whole[column]


@pytest.mark.parametrize(("level", "column"), [("outlet", "outlet"), ("month", "date"), ("actor", "actor")])
def test_a_level_whose_column_is_missing_is_refused(level: str, column: str) -> None:
    """By the name of the column, and how to get it."""
    frame = pd.DataFrame({"article_id": ["a"], "tax": "favor", "tax_abstained": None})
    todo = "score with --speakers" if level == "actor" else "a level must be all, "
    with pytest.raises(StanceError, match=f"no column '{column}' to group by; {todo}"):
        roll_up(Results(frame, (Target("tax"),), "paragraph"), level)


@pytest.mark.parametrize("wrong", [{"weight": "articles"}, {"copies": "one"}])
def test_words_that_are_none_are_refused(wrong: dict[str, str]) -> None:
    """A slip must not give the figures of another question."""
    frame = pd.DataFrame({"article_id": ["a"], "cluster": "a", "tax": "favor", "tax_abstained": None})
    with pytest.raises(StanceError, match="must be one of"):
        roll_up(Results(frame, (Target("tax"),), "paragraph"), **wrong)


def test_copies_count_once_or_each() -> None:
    """Of a cluster the first article stays in each group; with each counted it is still one sampling unit."""
    clusters = ["x", "x", "x", "x", "x", "x", None]
    results = _results(SMALL, cluster=clusters)
    once = roll_up(results, copies="once").iloc[0]
    assert (once["articles"], once["copies_left_out"], once["paragraphs"]) == (2, 1, 5)
    each = roll_up(results, copies="each").iloc[0]
    assert (each["articles"], each["copies_left_out"], each["paragraphs"]) == (3, 0, 7)
    # two clusters: f-a = 1 of 4 related, -1 of 1; ratio 0, without each in turn -1, 1/4
    assert each["sanctions_net_se"] == pytest.approx(math.sqrt(1 / 2 * (1 + 1 / 16)))
    assert (once["sanctions_net_units"], each["sanctions_net_units"]) == (2, 2)
    # one that is called as an article of its own is
    named = _results(SMALL, cluster=["c"] * 6 + [None])
    assert roll_up(named)["sanctions_net_units"].tolist() == [2]
    months = roll_up(results, "month", copies="once")
    assert months["copies_left_out"].sum() == 0
    with pytest.raises(StanceError, match="no column 'cluster'"):
        roll_up(_results(SMALL), copies="once")


def test_of_copies_the_first_that_was_read_stays_in_whatever_order_rows_are() -> None:
    """Its id is the name of the cluster; where a group lacks it, the first of the group stays."""
    rows = [("b", "Wire", None, "favor", None), ("a", "Post", None, "against", None), ("c", "Wire", None, None, None)]
    results = _results(rows, cluster=["a"] * 3)
    for order in (rows, rows[::-1]):
        found = roll_up(_results(order, cluster=["a"] * 3), copies="once").iloc[0]
        assert (found["sanctions_against"], found["sanctions_favor"], found["copies_left_out"]) == (1, 0, 2)
    outlets = roll_up(results, "outlet", copies="once")
    assert outlets[["outlet", "articles", "sanctions_favor"]].values.tolist() == [["Post", 1, 0], ["Wire", 1, 1]]


def test_units_are_those_with_a_related_paragraph() -> None:
    """Articles of a group that say something of the target; at the level article, its paragraphs that do."""
    row = roll_up(_results(SMALL)).iloc[0]
    assert (row["articles"], row["sanctions_net_units"], row["diplomacy_net_units"]) == (3, 3, 2)
    assert roll_up(_results(SMALL), weight="article")["diplomacy_net_units"].tolist() == [2]
    months = roll_up(_results(SMALL), "month")
    assert months["sanctions_net_units"].tolist() == [1, 1, 1]
    assert months["diplomacy_net_units"].tolist() == [1, 1, 0]
    assert months["sanctions_net_se"].isna().all()
    articles = roll_up(_results(SMALL), "article")
    assert articles["sanctions_net_units"].tolist() == [3, 1, 1]
    assert articles["diplomacy_net_units"].tolist() == [2, 1, 0]
    assert articles["sanctions_net_se"].notna().tolist() == [True, False, False]
    assert "at the level article, of the paragraphs" in CLASSIFY_AND_COUNT
    other = Results(pd.DataFrame({"article_id": ["a", "b"], "t": ["yes", "unrelated"], "t_abstained": None}),
                    (Target("t", ("yes", "no", "unrelated")),), "paragraph")  # fmt: skip
    assert roll_up(other)["t_net_units"].tolist() == [1]


def test_an_interval_needs_three_units_that_differ() -> None:
    """Student's t of the units less one; of one unit, of two, or where all agree, to the last digit, there is none."""
    halves = half_intervals([0.1] * 5 + [0.0, math.nan], [0, 1, 2, 3, 5, 9, 9])
    # the quantiles are those of the tables, for 2 and for 4 degrees of freedom
    np.testing.assert_allclose(halves, [math.nan] * 3 + [0.4303, 0.2776, math.nan, math.nan], atol=5e-5)
    for labels in (["favor"], ["favor", "favor", "neutral"], ["favor", *["neutral"] * 6]):
        rows = [(f"a{i}", "Wire", None, label, None) for i in range(7) for label in labels * (i + 1)]
        for weight in ("paragraph", "article"):
            row = roll_up(_results(rows), weight=weight).iloc[0]
            assert (row["sanctions_net_se"], row["sanctions_net_units"]) == (0, 7)


def _scores(pairs: list[tuple[str | None, str | None]], labels: tuple[str, ...]) -> Scores:
    """As the model gives them for paragraphs with these labels; None is too doubtful for one."""
    probabilities = np.full((len(pairs), 2, len(labels)), 1 / len(labels))
    for i, pair in enumerate(pairs):
        for t, label in enumerate(pair):
            if label is not None:
                probabilities[i, t] = np.array(labels) == label
    targets = tuple(Target(target.name, labels) for target in TARGETS)
    return Scores(targets, labels, np.log(probabilities + 1e-9), probabilities, [None] * len(pairs), 0.5)


@pytest.mark.parametrize("unrelated", ["unrelated", "none", "NONE"])
def test_the_joint_table_is_the_same_on_every_way(unrelated: str) -> None:
    """Records, tables and roll-ups count each pair of labels alike, whatever the corpus calls the unrelated."""
    labels = ("favor", "against", "mixed", unrelated)
    expected: list[tuple[str | None, str | None, str | None]] = [
        ("favor", unrelated, "coercion_only"),
        ("favor", "mixed", "coercion_only"),
        (unrelated, "favor", "engagement_only"),
        ("favor", "favor", "dual_track"),
        (unrelated, "mixed", "neither"),
        ("against", unrelated, "neither"),
        (unrelated, unrelated, None),
        ("favor", None, None),
        (None, "favor", None),
        (None, None, None),
    ]
    for sanctions, diplomacy, kind in expected:
        scores = _scores([(sanctions, diplomacy)], labels)
        found = [ParagraphScore(Paragraph("a", 0, 0, 1, "x"), scores.stances(0))]
        record = article_record(Article("a", "x"), found, scores.targets)
        table = dict(zip(JOINT, (int(which.sum()) for which in _joint(_Outcome(scores))), strict=True))
        row = roll_up(Results(to_frame("x", found), tuple(scores.targets), "paragraph")).iloc[0]
        for counted in (record, table, row):
            assert [counted[name] for name in JOINT] == [int(name == kind) for name in JOINT], (sanctions, diplomacy)


def test_the_joint_table_takes_labels_in_any_case() -> None:
    """As net stance does: FAVOR is favor."""
    targets = tuple(Target(name, ("FAVOR", "AGAINST", "NONE")) for name in ("sanctions", "diplomacy"))
    frame = pd.DataFrame({"article_id": "a", "sanctions": ["FAVOR", "NONE"], "diplomacy": ["NONE", "NONE"]})
    frame[["sanctions_abstained", "diplomacy_abstained"]] = None
    row = roll_up(Results(frame, targets, "paragraph")).iloc[0]
    assert (row["sanctions_net"], row["coercion_only"], row["share_coercion_only"]) == (1.0, 1, 1.0)


def test_actors_divide_an_article() -> None:
    """By actor each paragraph goes to its own; an article counts wherever it has one."""
    rows = roll_up(_results(SMALL, actor=["Iran", "Iran", "France", None, "Iran", None, "France"]), "actor")
    assert rows["actor"].tolist()[:2] == ["France", "Iran"]
    assert rows["paragraphs"].tolist() == [2, 3, 2]
    assert rows["articles"].tolist() == [2, 2, 2]
    with pytest.raises(StanceError, match="no column 'voice'"):
        roll_up(_results(SMALL), "voice")


def _in_favor(rng: np.random.Generator, sizes: Any, lean: Any) -> pd.DataFrame:
    """Articles of so many paragraphs, of which a share is in favour."""
    favor = rng.binomial(sizes, lean)
    against = rng.binomial(sizes - favor, 0.4)
    frame = pd.DataFrame({"paragraphs": sizes, "abstained": 0, "t_favor": favor, "t_against": against})
    return frame.assign(t_neutral=sizes - favor - against, t_unrelated=0)


def test_the_standard_error_covers_as_it_should() -> None:
    """Over 400 samples of 40 articles the 95 % interval holds the true net stance 91 to 98.5 times in 100."""
    rng = np.random.default_rng(7)

    def draw(n: int) -> pd.DataFrame:
        sizes = rng.integers(1, 9, n)
        return _in_favor(rng, sizes, rng.beta(2, 3, n) * (0.5 + sizes / 16))

    many = draw(200_000)
    truth = (many["t_favor"] - many["t_against"]).sum() / many["paragraphs"].sum()
    # each sample as an outlet of its own
    frame = draw(16_000).assign(article_id=[str(i) for i in range(16_000)], outlet=np.repeat(np.arange(400), 40))
    rows = roll_up(Results(frame, (Target("t"),), "article"), "outlet")
    inside = np.abs(rows["t_net"] - truth) <= half_intervals(rows["t_net_se"], rows["t_net_units"])
    assert len(inside) == 400
    assert 0.91 <= inside.mean() <= 0.985


def test_intervals_of_few_articles_cover_as_they_should() -> None:
    """Of 3000 outlets of five articles 93 to 97 in 100 intervals hold the truth; by 1.96 it would be fewer than 90."""
    rng = np.random.default_rng(7)

    def draw(n: int) -> pd.DataFrame:
        return _in_favor(rng, rng.integers(4, 13, n), rng.beta(2, 3, n))

    many = draw(200_000)
    truth = (many["t_favor"] - many["t_against"]).sum() / many["paragraphs"].sum()
    frame = draw(15_000).assign(article_id=[str(i) for i in range(15_000)], outlet=np.repeat(np.arange(3000), 5))
    rows = roll_up(Results(frame, (Target("t"),), "article"), "outlet")
    assert set(rows["t_net_units"]) == {5}
    far, halves = np.abs(rows["t_net"] - truth), half_intervals(rows["t_net_se"], rows["t_net_units"])
    assert np.isfinite(halves).mean() > 0.99
    assert 0.93 <= (far <= halves).mean() <= 0.97
    assert (far <= 1.96 * rows["t_net_se"]).mean() < 0.9


def test_intervals_cover_where_one_article_is_much_longer() -> None:
    """Of 2000 outlets of four short articles and a long one 86 in 100 intervals hold the truth; 65 by linearization."""
    rng = np.random.default_rng(7)
    sizes = np.tile([60, 5, 5, 5, 5], 2000)
    counts = np.array(
        [rng.multinomial(n, p) for n, p in zip(sizes, rng.dirichlet([1.2, 0.9, 0.9], 10_000), strict=True)]
    )
    frame = pd.DataFrame({"article_id": np.arange(10_000).astype(str), "outlet": np.repeat(np.arange(2000), 5)})
    frame = frame.assign(paragraphs=sizes, abstained=0, t_favor=counts[:, 0], t_against=counts[:, 1])
    frame = frame.assign(t_neutral=counts[:, 2], t_unrelated=0)
    rows = roll_up(Results(frame, (Target("t"),), "article"), "outlet")
    far, halves = np.abs(rows["t_net"] - 0.1), half_intervals(rows["t_net_se"], rows["t_net_units"])
    assert (far <= halves).mean() >= 0.86


def test_the_error_is_that_of_a_jackknife() -> None:
    """Net stance computed again without each article; of articles of one length, it is that of a ratio of totals."""
    rng = np.random.default_rng(3)
    for sizes in ([1, 2, 9, 4], [5, 5, 5, 5]):
        labels = [rng.choice(LABELS[:3], n) for n in sizes]
        rows = [(f"a{i}", "Wire", None, label, "neutral") for i, of in enumerate(labels) for label in of]
        # of which nothing is counted, and which is no unit
        rows.append(("b", "Wire", None, "unrelated", None))
        whole = roll_up(_results(rows)).iloc[0]
        without = [roll_up(_results([r for r in rows if r[0] != f"a{i}"])).iloc[0]["sanctions_net"] for i in range(4)]
        expected = math.sqrt(3 / 4 * ((np.array(without) - whole["sanctions_net"]) ** 2).sum())
        assert whole["sanctions_net_se"] == pytest.approx(expected)
        for share in ("sanctions_share_favor", "share_coercion_only"):
            gaps = [roll_up(_results([r for r in rows if r[0] != f"a{i}"])).iloc[0][share] for i in range(4)]
            expected = math.sqrt(3 / 4 * ((np.array(gaps) - whole[share]) ** 2).sum())
            assert whole[f"{share}_se"] == pytest.approx(expected), share
    nets = [(of == "favor").mean() - (of == "against").mean() for of in labels]
    assert whole["sanctions_net_se"] == pytest.approx(np.std(nets, ddof=1) / 2)


def test_shares_of_a_single_article_have_the_error_of_its_paragraphs() -> None:
    """That of a proportion; with articles that weigh the same, that of a mean. Their units are those of net stance."""
    row = roll_up(_results(SMALL), "article").iloc[0]
    assert row["sanctions_share_favor_se"] == pytest.approx(math.sqrt(2 / 3 * 1 / 3 / 2))
    assert row["share_dual_track_se"] == pytest.approx(math.sqrt(1 / 3 * 2 / 3 / 2))
    assert roll_up(_results(SMALL), "article")["joint_units"].tolist() == [3, 1, 0]
    row = roll_up(_results(SMALL), weight="article").iloc[0]
    assert row["sanctions_share_favor_se"] == pytest.approx(np.std([2 / 3, 0, 0], ddof=1) / math.sqrt(3))
    assert (row["sanctions_net_units"], row["joint_units"]) == (3, 2)


def test_a_roll_up_by_article_is_read_as_results_of_articles(tmp_path: Path) -> None:
    """The errors of shares are no labels."""
    roll_up(_results(SMALL), "article").to_csv(tmp_path / "a.csv", index=False)
    found = read_results(tmp_path / "a.csv")
    assert (found.level, found.targets) == ("article", TARGETS)
    expected, got = roll_up(_results(SMALL), "outlet"), roll_up(found, "outlet")
    pd.testing.assert_frame_equal(got, expected, check_dtype=False)


def test_any_column_of_the_results_groups_them() -> None:
    """One that was merged in by article, of words, or numbers too; it may divide an article; what has none is last."""
    countries = pd.DataFrame({"id": ["a", "b"], "country": ["Freedonia", "Arcadia"], "year": [2026, "2025"]})
    merged = _results(SMALL).frame.merge(countries, left_on="article_id", right_on="id", how="left")
    rows = roll_up(Results(merged, TARGETS, "paragraph"), "country")
    assert rows["country"].tolist()[:2] == ["Arcadia", "Freedonia"]
    assert rows["country"].isna().tolist() == [False, False, True]
    assert rows["paragraphs"].tolist() == [2, 4, 1]
    assert roll_up(Results(merged, TARGETS, "paragraph"), "year")["paragraphs"].tolist() == [2, 4, 1]
    rows = roll_up(_results(SMALL, section=["lead"] + ["body"] * 6), "section")
    assert rows[["section", "articles", "paragraphs"]].values.tolist() == [["body", 3, 6], ["lead", 1, 1]]
    articles = roll_up(_results(SMALL), "article").assign(country=["Freedonia", "Arcadia", None])
    assert roll_up(Results(articles, TARGETS, "article"), "country")["paragraphs"].tolist() == [2, 4, 1]
    for name in ("cluster", "title"):
        named = [{"a": "x", "b": "x", "c": None}[row[0]] for row in SMALL]
        assert roll_up(_results(SMALL, **{name: named}), name)["paragraphs"].tolist() == [6, 1]


@pytest.mark.parametrize("value", [["oil"], {"of": "oil"}, np.array([1])])
def test_what_names_no_group_is_refused(value: Any) -> None:
    """A list, as JSON has it, is told from no other by what it is."""
    frame = pd.DataFrame({"article_id": ["a", "b"], "paragraph": 0, "text": "Ok.", "tax": "favor"})
    frame = frame.assign(tax_abstained=None, own=pd.Series(["oil", value], dtype=object))
    results = Results(frame, (Target("tax"),), "paragraph")
    for count in (roll_up, lambda results, level: estimate_prevalence(results, draw_sample(results, 2), level)):
        with pytest.raises(
            StanceError, match=r"^the column 'own' holds a (list|dict|ndarray), .*; convert it to text$"
        ):
            count(results, "own")


def test_what_documents_show_merges_columns_of_ones_own(root: Path, tmp_path: Path) -> None:
    """By the id of one's table, in pandas and in R; the roll-up has their groups, and texts stay what they were."""
    countries = {"007": "Freedonia", "8": "Arcadia", "9": ""}
    table = [{"id": name, "text": "The embargo stays, he “said”.", "country": c} for name, c in countries.items()]
    pd.DataFrame(table).to_csv(tmp_path / "articles.csv", index=False)
    for suffix in ("parquet", "csv"):
        _run("score", tmp_path / "articles.csv", "-o", tmp_path / f"scores.{suffix}")
    outputs, r = ((root / "docs" / name).read_text(encoding="utf-8") for name in ("outputs.md", "r.md"))
    (shown,) = re.findall(r"<!-- merge in pandas -->\n```python\n(.*?)```", outputs, re.S)
    (tmp_path / "merge.py").write_text(shown, encoding="utf-8")
    snippets = re.findall(r"<!-- (?:shares|merge) -->\n```r\n(.*?)```", r, re.S)
    (tmp_path / "merge.R").write_text("".join(snippets), encoding="utf-8")
    commands = {"parquet": [sys.executable, "merge.py"]}
    if shutil.which("Rscript"):
        commands["csv"] = ["Rscript", "--vanilla", "merge.R"]
    for suffix, command in commands.items():
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        result = _run("results", "rollup", tmp_path / f"merged.{suffix}", "--level", "country", "-f", "jsonl")
        rows = [json.loads(line) for line in result.stdout.splitlines()]
        assert [(row["country"], row["articles"]) for row in rows] == [("Arcadia", 1), ("Freedonia", 1), (None, 1)]
        assert "country unknown: 1 article\n" in result.stderr
        texts = [read_results(tmp_path / f"{name}.{suffix}").frame["text"].tolist() for name in ("scores", "merged")]
        assert texts[0] == texts[1]


def test_a_column_that_the_roll_up_makes_groups_nothing() -> None:
    """It would be overwritten; and a level that is no column is told which ones there are."""
    for name in ("articles", "paragraphs", "sanctions", "sanctions_abstained", "share_neither", "joint_units"):
        with pytest.raises(StanceError, match=f"'{name}' is a column that a roll-up makes; give yours another name"):
            roll_up(_results(SMALL, **{} if name.startswith("sanctions") else {name: ["x"] * 7}), name)
    with pytest.raises(
        StanceError, match=r"no column 'outlets' to group by; a level must be all, .*, or one of their columns"
    ):
        roll_up(_results(SMALL), "outlets")


def test_weeks_are_named_by_their_monday() -> None:
    """So that any program reads them as days, in order; a date that names no day has none."""
    dates = ["2026-05-09", "2026-05-10", "11 May 2026", "2027-01-02", "May 2026", "05/06/2026", None]
    rows = [(f"a{i}", "Wire", date, "favor", "favor") for i, date in enumerate(dates)]
    weeks = roll_up(_results(rows), "week")
    assert weeks["week"].tolist()[:3] == ["2026-05-04", "2026-05-11", "2026-12-28"]
    assert weeks["articles"].tolist() == [2, 1, 1, 3]


def test_years_are_read_from_dates_that_name_one() -> None:
    """Also where day and month are in doubt, or not told; a column of one's own goes before."""
    dates = ["2026-05-09", "May 2026", "05/06/2026", "2027", "03/04/2027 10:00", "2026-05 to 2027-01", None]
    rows = [(f"a{i}", "Wire", date, "favor", "favor") for i, date in enumerate(dates)]
    for results in (_results(rows), Results(roll_up(_results(rows), "article"), TARGETS, "article")):
        years = roll_up(results, "year")
        assert years["year"].tolist()[:2] == ["2026", "2027"]
        assert years["articles"].tolist() == [3, 2, 2]
        own = Results(results.frame.assign(year=[1998, 1998, 1999, 1999, 1999, 1999, 1999]), TARGETS, results.level)
        assert roll_up(own, "year")[["year", "articles"]].values.tolist() == [[1998, 2], [1999, 5]]


def test_years_group_by_the_commands(tmp_path: Path) -> None:
    """As they are scored, of results, and of an estimate; a year that is kept is one of the input's own."""
    text = "The embargo must be lifted, the minister said."
    articles = [{"id": i, "text": text, "date": f"0{i % 9 + 1}/03/{2024 + i % 2}", "year": "1066"} for i in range(70)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(a) + "\n" for a in articles), encoding="utf-8")
    told = _run("score", tmp_path / "in.jsonl", "--level", "year", "-f", "csv")
    assert [line.split(",")[:2] for line in told.stdout.splitlines()] == [
        ["year", "articles"],
        ["2024", "35"],
        ["2025", "35"],
    ]
    for keep, years in (((), ["2024", "2025"]), (("--keep", "year"), ["1066"])):
        scores, coded = tmp_path / f"{len(keep)}.csv", tmp_path / f"coded-{len(keep)}.csv"
        _run("score", tmp_path / "in.jsonl", *keep, "-o", scores)
        _run("results", "sample", scores, "-n", "64", "-o", coded)
        coded.write_text(coded.read_text(encoding="utf-8").replace(",\n", "against,unrelated\n"), encoding="utf-8")
        for command in (("rollup", scores), ("prevalence", scores, coded)):
            output = tmp_path / "years.jsonl"
            _run("results", *command, "--level", "year", "-o", output)
            rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
            assert list(dict.fromkeys(str(row["year"]) for row in rows)) == years
            (described,) = [
                field
                for field in json.loads(Path(f"{output}.columns.json").read_text())["resources"][0]["schema"]["fields"]
                if field["name"] == "year"
            ]
            assert described["description"] == "Year: the column of the results, else of the date"
    articles = dict.fromkeys(("article_id", "year", "paragraphs"), "string")
    assert describe_columns(articles, TARGETS)[1].description == "Not a column that stance makes; kept as found"


@pytest.mark.parametrize("written", ["{0}", "{0}.25", "Thu, 09 May 2024 {1:02}:{2:02}:{3:02} +0000"])
def test_many_different_dates_take_no_time(written: str) -> None:
    """Seconds since 1970, which are none, and a time of day beside each: every form was tried on every one of them."""
    dates = [written.format(1778284800 + i, i // 3600, i // 60 % 60, i % 60) for i in range(50_000)]
    frame = pd.DataFrame({"date": dates})
    begin = time.process_time()
    assert set(group_values(frame, "month")) == ({"2024-05"} if "May" in written else {None})
    assert time.process_time() - begin < 4


def test_the_dictionary_tells_what_shares_and_net_stance_are_over() -> None:
    """Both weightings give columns of the same names; articles that weigh the same are named."""
    for column in describe_columns(dict.fromkeys(("t_share_favor", "t_net"), "number"), [Target("t")]):
        assert "among paragraphs related to t, not all; with weight article, the mean of that" in column.description


def _articles() -> pd.DataFrame:
    """Results of two articles, at their level."""
    frame = pd.DataFrame({"article_id": ["x", "y"], "paragraphs": [5, 5], "abstained": 0, "boilerplate": 0})
    frame = frame.assign(t_favor=[5, 3], t_against=0, t_neutral=[0, 2], t_unrelated=0)
    return frame.assign(t_share_favor=[1, 0.6], t_share_against=0.0, t_share_neutral=[0, 0.4], t_net=1.0, t_net_se=0.1)


def test_an_article_in_two_rows_is_refused(tmp_path: Path) -> None:
    """As of two runs put into one table: it would be counted twice."""
    pd.concat([_articles(), _articles()]).to_csv(tmp_path / "a.csv", index=False)
    result = _run("results", "rollup", tmp_path / "a.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "a.csv: article x is there twice; articles need ids of their own" in result.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.drop(columns="paragraphs"), "no column 'paragraphs'; keep what scoring wrote"),
        (lambda frame: frame.drop(columns="abstained"), "no column 'abstained'"),
        (lambda frame: frame.drop(columns="t_favor"), "no column 't_favor'"),
        (lambda frame: frame.assign(t_against=[1, None]), "t_against is missing in article y; expected a whole number"),
        (
            lambda frame: frame.assign(t_neutral=["some", 1]),
            "t_neutral is 'some' in article x; expected a whole number",
        ),
        (lambda frame: frame.assign(article_id=["x", None]), "row 2 has no article_id"),
        (lambda frame: frame.assign(t_lifted=[0, 1]), "t_lifted is taken for a label, but has no t_share_lifted; keep"),
        (lambda frame: frame.drop(columns="t_share_against"), "t_against is taken for a label, but has no t_share"),
    ],
)
def test_articles_without_their_counts_are_refused(tmp_path: Path, change: Any, message: str) -> None:
    """With the column and the article, in one line; a count left out is no abstention."""
    path = tmp_path / "a.csv"
    change(_articles()).to_csv(path, index=False)
    result = _run("results", "rollup", path)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert f"a.csv: {message}" in result.stderr


def test_articles_need_the_joint_counts_of_both_targets(tmp_path: Path) -> None:
    """They cannot be had from the counts of each."""
    frame = pd.DataFrame({"article_id": ["x"]})
    for name, kind in article_columns(TARGETS).items():
        frame[name] = "x" if kind is str else 0
    frame.drop(columns="neither").to_csv(tmp_path / "a.csv", index=False)
    assert "no column 'neither'" in _run("results", "rollup", tmp_path / "a.csv").stderr


def _paragraphs() -> pd.DataFrame:
    """Results of two paragraphs as scoring writes them."""
    frame = pd.DataFrame({"article_id": ["007", "008"], "paragraph": 0, "start": 0, "text": ["One.", "Two."]})
    frame = frame.assign(tax=["favor", None], tax_probability=0.9, tax_p_favor=0.9, tax_p_against=0.1)
    return frame.assign(tax_abstained=[None, "ambiguous"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda frame: frame.filter(regex="^(?!tax_p_)"), "no columns tax_p_LABEL, which tell the labels on tax"),
        (lambda frame: frame.drop(columns="tax_p_favor"), "tax is 'favor'; expected one of against, of which there"),
        (lambda frame: frame.assign(tax=[None, "maybe"]), "tax is 'maybe'; expected one of favor, against"),
        (lambda frame: frame.assign(tax="Favor"), "tax is 'Favor'; expected one of favor, against"),
        (
            lambda frame: frame.assign(article_id=[None, "a"]),
            "row 1 has no article_id; keep what scoring wrote",
        ),
    ],
)
def test_labels_that_no_column_tells_of_are_refused(tmp_path: Path, change: Any, message: str) -> None:
    """They are no abstentions: in files of each kind, for each command, and in a data frame."""
    frame = change(_paragraphs())
    frame.to_csv(tmp_path / "s.csv", index=False)
    frame.to_parquet(tmp_path / "s.parquet")
    frame.to_json(tmp_path / "s.jsonl", orient="records", lines=True)
    for name in ("s.csv", "s.parquet", "s.jsonl"):
        for command, output in ((("results", "rollup"), "r.csv"), (("results", "export"), "e.dta")):
            result = _run(*command, tmp_path / name, "-o", tmp_path / output)
            assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
            assert f"{name}: {message}" in result.stderr
    with pytest.raises(StanceError, match=f"the data frame: {message[:20]}"):
        roll_up(frame)


@pytest.mark.parametrize("lost", [["net"], ["net_se"], ["net", "net_se"]])
def test_articles_whose_target_lost_its_net_stance_are_told(lost: list[str]) -> None:
    """As dropna(axis=1, how="all") takes it where each has one related paragraph; columns of one's own are none."""
    rows = roll_up(_results(SMALL), "article").assign(market_share_oil=0.5)
    assert roll_up(rows)["sanctions_favor"].tolist() == [2]
    with pytest.raises(StanceError, match=f"^the data frame: no column 'sanctions_{lost[0]}'; keep what scoring"):
        roll_up(rows.drop(columns=[f"sanctions_{end}" for end in lost]))


@pytest.mark.parametrize("lost", ["abstained", "probability"])
def test_a_target_that_lost_a_column_is_told(tmp_path: Path, lost: str) -> None:
    """As dropna(axis=1, how="all") takes reasons where there is none: the target would be left out beside others."""
    frame = _paragraphs()
    both = frame.join(frame.filter(regex="^tax").rename(columns=lambda name: name.replace("tax", "toll")))
    assert roll_up(both).filter(regex="^t.*_favor$").shape == (1, 4)
    # somebody's own are no target
    own = both.assign(topic="oil", topic_probability=0.9, risk=0.1, risk_abstained=1, oil_gdp=0.3, oil_share_gdp=0.2)
    assert roll_up(own).filter(regex="^(topic|risk)").empty
    for changed in (both, frame):
        path = tmp_path / "s.parquet"
        changed = changed.drop(columns=f"tax_{lost}")
        changed.to_parquet(path)
        with pytest.raises(StanceError, match=f"^the data frame: no column 'tax_{lost}'; keep what scoring wrote$"):
            roll_up(changed)
        with pytest.raises(StanceError, match=f"s.parquet: no column 'tax_{lost}'; keep what scoring wrote$"):
            read_results(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tax": [None, "maybe"]}, "tax is 'maybe'; expected one of favor, against"),
        ({"tax": pd.Categorical(["Favor", "favor"])}, "tax is 'Favor'; expected one of favor, against"),
        ({"article_id": ["a", None]}, "row 2 has no article_id; keep what scoring wrote"),
    ],
)
def test_results_whose_frame_was_changed_since_are_refused_too(change: dict[str, Any], message: str) -> None:
    """What their targets do not know would count as no label; they may be written all the same."""
    results = Results(_paragraphs(), (Target("tax", ("favor", "against")),), "paragraph", source="s.csv")
    assert roll_up(results)["tax_favor"].tolist() == [1]
    for name, values in change.items():
        results.frame[name] = values
    with pytest.raises(StanceError, match=f"^s.csv: {message}"):
        roll_up(results)


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    """As spreadsheets and Windows write it: an id stays a word."""
    for name in ("s.csv", "s.jsonl"):
        frame = _paragraphs()
        text = frame.to_csv(index=False) if name == "s.csv" else frame.to_json(orient="records", lines=True)
        (tmp_path / name).write_text(text, encoding="utf-8-sig")
        found = read_results(tmp_path / name).frame
        assert found.columns.tolist() == frame.columns.tolist()
        assert found["article_id"].tolist() == ["007", "008"]


def test_columns_of_ones_own_stay_what_they_are(tmp_path: Path) -> None:
    """In CSV they are words, in JSON what looks like a point in time; none of them takes the place of another."""
    own = {"code": ["007", "08"], "when": ["2024-01-01T10:00:00Z", "2024-01-01"], "clock": "10:00:00", "yes": "true"}
    frame = _paragraphs().assign(**own)
    frame.to_csv(tmp_path / "s.csv", index=False)
    frame.to_json(tmp_path / "s.jsonl", orient="records", lines=True)
    for name in ("s.csv", "s.jsonl"):
        pd.testing.assert_frame_equal(read_results(tmp_path / name).frame[list(own)], frame[list(own)])
    twice = frame.rename(columns={"code": "outlet", "clock": "outlet"})
    twice.to_csv(tmp_path / "s.csv", index=False)
    for command in (("results", "rollup"), ("results", "export", "-o", tmp_path / "e.csv")):
        result = _run(*command, tmp_path / "s.csv")
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert "s.csv: two columns are called 'outlet'; give one of them another name" in result.stderr
    with pytest.raises(StanceError, match="two columns are called 'outlet'"):
        roll_up(twice)


@pytest.mark.parametrize("level", ["all", "article", "outlet", "month", "actor"])
def test_several_levels_at_once_are_each_by_itself(level: str) -> None:
    """The results are checked once for all of them."""
    results = _results(SMALL, actor=["Iran", "Iran", "France", None, "Iran", None, "France"])
    together = roll_ups(results, ["outlet", level, "all"], "article")
    assert list(together) == list(dict.fromkeys(["outlet", level, "all"]))
    pd.testing.assert_frame_equal(together[level], roll_up(results, level, "article"))


def _pandas_categories(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"article_id": "category", "outlet": "category", "tax": "category"})


def _points_in_time(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(date=pd.to_datetime(frame["date"]))


@pytest.mark.parametrize(
    "changed",
    [
        _pandas_categories,
        _points_in_time,
        pd.DataFrame.convert_dtypes,
        lambda frame: frame.set_index("article_id"),
        lambda frame: frame.assign(article_id=[1, 1, 2, 3]),
        lambda frame: frame.set_index(frame.index + 7),
    ],
)
def test_parquet_that_other_programs_wrote(tmp_path: Path, changed: Any) -> None:
    """Categories, nullable types, dates, numbers for ids and an index are the same results to all commands."""
    about = {"article_id": ["1", "1", "2", "3"], "outlet": ["Wire", "Wire", "Post", None], "paragraph": [0, 1, 0, 0]}
    about |= {"date": ["2026-01-02", "2026-01-02", "2026-02-03", None], "start": 0, "text": "x"}
    frame = pd.DataFrame(about).assign(tax=["favor", None, "against", "favor"], tax_probability=0.9, tax_p_favor=0.9)
    frame = frame.assign(tax_p_against=0.1, tax_abstained=[None, "ambiguous", None, None])
    changed(frame).to_parquet(tmp_path / "s.parquet")
    found = read_results(tmp_path / "s.parquet")
    assert set(found.frame) == set(frame)
    assert found.frame["date"].fillna("").tolist() == frame["date"].fillna("").tolist()
    for level in ("outlet", "month"):
        expected = roll_up(Results(frame, found.targets, "paragraph"), level)
        pd.testing.assert_frame_equal(roll_up(found, level), expected, check_dtype=False)
        assert "not known" in _run("results", "rollup", tmp_path / "s.parquet", "--level", level).stdout
    for arguments in (("report", "r.html"), ("results", "export", "s.csv"), ("results", "export", "s.dta")):
        *command, name = arguments
        assert _run(*command, tmp_path / "s.parquet", "-o", tmp_path / name).exit_code == 0


def test_paragraphs_and_articles_roll_up_alike(root: Path, tmp_path: Path) -> None:
    """`--level article` carries all that an outlet or a month needs."""
    source = tmp_path / "articles.jsonl"
    lines = (root / "data" / "probes").glob("*.jsonl")
    texts = [json.loads(line)["text"] for path in sorted(lines) for line in path.read_text().splitlines()][:300]
    rows = [
        {"id": f"n{i}", "text": "\n\n".join(["By Dana Example", *texts[i : i + 5]]), "outlet": "AB"[i % 2]}
        | {"date": f"2026-0{1 + i % 3}-11"}
        for i in range(0, 300, 5)
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for level in ("paragraph", "article"):
        assert _run("score", source, "--level", level, "-o", tmp_path / f"{level}.parquet").exit_code == 0
    paragraphs, articles = (read_results(tmp_path / f"{level}.parquet") for level in ("paragraph", "article"))
    assert (paragraphs.level, articles.level) == ("paragraph", "article")
    for level in ("all", "article", "outlet", "month"):
        for weight in ("paragraph", "article"):
            first, second = roll_up(paragraphs, level, weight), roll_up(articles, level, weight)
            pd.testing.assert_frame_equal(first, second[first.columns.tolist()], check_dtype=False)
    counted = count_articles(paragraphs)
    assert counted["paragraphs"].sum() == len(paragraphs.frame)
    assert counted["boilerplate"].sum() == 60
    # rolled up by article, they are results of articles again
    assert _run("results", "rollup", articles.source, "--level", "article", "-o", tmp_path / "again.csv").exit_code == 0
    again = read_results(tmp_path / "again.csv")
    assert again.targets == articles.targets
    pd.testing.assert_frame_equal(roll_up(again), roll_up(articles), check_dtype=False)
    # the command, by way of articles, prints what the library says
    output = tmp_path / "months.csv"
    assert _run("score", source, "--level", "month", "-o", output).exit_code == 0
    read = pd.read_csv(output, dtype={"month": str})
    pd.testing.assert_frame_equal(read, roll_up(paragraphs, "month"), check_dtype=False)
    # net stance and error of an article are those of its own record
    merged = roll_up(paragraphs, "article").merge(articles.frame, on="article_id", suffixes=("", "_record"))
    for column in ("sanctions_net", "sanctions_net_se", "diplomacy_share_favor"):
        np.testing.assert_allclose(merged[column], merged[f"{column}_record"], rtol=1e-12)


def test_the_same_results_from_every_form(root: Path, tmp_path: Path) -> None:
    """CSV, JSON lines, Parquet and the folder of a run give the same frame, with ids and outlets as text."""
    source = tmp_path / "articles.jsonl"
    rows = [{"id": f"00{i}", "text": f"Talks {i}.\n\nThe embargo stays, he said.", "outlet": "007"} for i in range(9)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    frames = []
    for name in ("s.csv", "s.jsonl", "s.parquet", "run/"):
        assert _run("score", source, "--explain", "-o", f"{tmp_path}/{name}").exit_code == 0
        found = read_results(tmp_path / name)
        assert found.model["corpus"]["fingerprint"]
        assert found.counts is not None
        assert found.counts.articles["read"] == 9
        frames.append(found.frame)
    for frame in frames[1:]:
        pd.testing.assert_frame_equal(frames[0], frame)
    assert frames[0]["article_id"].tolist()[:3] == ["000", "000", "001"]
    assert set(frames[0]["outlet"]) == {"007"}


NASTY = "A\x1b]0;owned\x07\x1b[2J\x1b]52;c;eA==\x07\x9b31m\nB\x7f"


def _nasty(path: Path) -> Path:
    row = {"article_id": "a", "outlet": NASTY, "tax": "favor", "tax_probability": 0.9, "tax_p_favor": 0.9}
    frame = pd.DataFrame([row | {"tax_p_against": 0.1, "tax_abstained": None}])
    export(frame, path, (Target("tax", ("favor", "against")),))
    return path


def test_the_table_obeys_no_name(tmp_path: Path) -> None:
    """Control characters and line ends in an outlet's name are shown: no terminal obeys them, and no row is split."""
    source = _nasty(tmp_path / "s.parquet")
    for arguments in ((), ("-o", tmp_path / "r.txt", "-f", "table")):
        result = _run("results", "rollup", source, "--level", "outlet", *arguments)
        shown = (tmp_path / "r.txt").read_text(encoding="utf-8") if arguments else result.stdout
        plain = click.unstyle(shown)
        assert not [c for c in plain if unicodedata.category(c) == "Cc" and c != "\n"]
        assert [line[:9] for line in plain.splitlines() if line.startswith(("A", "B"))] == ["A\u241b]0;owne"]


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_data_on_standard_output_are_those_of_the_file(tmp_path: Path, format: str) -> None:
    """What looks like a colour within a name is data: standard output has the bytes that -o writes."""
    source, target = _nasty(tmp_path / "s.parquet"), tmp_path / f"r.{format}"
    _run("results", "rollup", source, "--level", "outlet", "-o", target)
    assert _run("results", "rollup", source, "--level", "outlet", "-f", format).stdout_bytes == target.read_bytes()
    assert format != "csv" or b"\x1b[2J" in target.read_bytes()


def test_an_article_page_obeys_no_text() -> None:
    """Control characters in title, outlet, date, paragraph, speaker and deciding words are shown, on their own line."""
    text = f'"The sanctions{NASTY} must go," said minister Jane\x1b[2JDoe.'
    score = ParagraphScore(
        Paragraph("a", 0, 0, len(text), text), {"tax": TargetScore("favor", 0.9, {"favor": 0.9}, None)}
    )
    article = Article("a", text, title=NASTY, outlet=NASTY, date=NASTY)
    lines = list(article_page(article, [score], {(0, "tax"): [NASTY]}, 100, speakers=True))
    plain = [click.unstyle(line) for line in lines]
    assert not [c for line in plain for c in line if unicodedata.category(c) == "Cc"]
    assert plain[0].count("\u241b]0;owned\u2407") == 3


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
def test_no_text_turns_the_order_of_a_line(code: int) -> None:
    """Bidirectional controls would let labels and figures read another way; marks of scripts that need them stay."""
    assert visible(f"A{chr(code)}B") == "A\ufffdB"
    assert visible("می\u200cشود \u200f(") == "می\u200cشود \u200f("


def test_an_article_page_shows_labels_of_other_schemes() -> None:
    """A stance in other words has its deciding words, and the labels of targets with long names stand in one column."""
    stances = {
        "Zuwanderung": TargetScore("dafür", 0.9, {}, None),
        "NATO enlargement": TargetScore("NONE", 0.9, {}, None),
    }
    score = ParagraphScore(Paragraph("a", 0, 0, 3, "Ja."), stances)
    words = {(0, "Zuwanderung"): ["Ja"]}
    plain = [click.unstyle(line) for line in article_page(Article("a", "Ja."), [score], words, 100)]
    (first,), (second,) = ([line for line in plain if name in line] for name in stances)
    assert first.endswith('dafür      0.90  "Ja"')
    assert first.index("dafür") == second.index("NONE")


def test_targets_that_begin_alike_keep_their_labels() -> None:
    """The columns of tax_cut or tax_p are no labels of tax, whichever stands first."""
    targets = tuple(Target(name, ("favor", "against", "p")) for name in ("tax_cut", "tax", "tax_p_cut", "tax_p"))
    assert find_targets(paragraph_columns(targets)) == ("paragraph", targets)
    assert find_targets(article_columns(targets[:3])) == ("article", targets[:3])


def test_labels_of_another_model_beside_the_first_are_no_further_ones() -> None:
    """As `merge(suffixes=("", "_b"))` calls its columns: their probabilities would add up to two."""
    ends = ("", "_probability", "_p_favor", "_p_against", "_p_no_b", "_abstained")
    names = [f"tax{end}{more}" for more in ("", "_b", "_c") for end in ends]
    expected = ("paragraph", (Target("tax", ("favor", "against", "no_b")),))
    assert find_targets(names) == expected
    assert find_targets([*names, "tax_p_favor_d"])[1][0].labels[-1] == "no_b"


def test_a_column_that_results_of_the_other_level_have_is_no_label() -> None:
    """Whoever added it to articles: no label may be called so, since its count would stand in the place of that."""
    targets = (Target("tax", ("favor", "against")),)
    assert find_targets([*article_columns(targets), "tax_words", "tax_probability"]) == ("article", targets)


def test_json_lines_without_rows_are_results(tmp_path: Path) -> None:
    """The dictionary beside them has the columns: 0 rows as from CSV; without it one line says what is missing."""
    source = _nasty(tmp_path / "s.parquet")
    known = read_results(source)
    path = tmp_path / "z.jsonl"
    export(known.frame.head(0), path, known.targets)
    assert path.read_bytes() == b""
    found = read_results(path)
    pd.testing.assert_frame_equal(found.frame, known.frame.head(0), check_dtype=False)
    assert (found.level, found.targets) == ("paragraph", known.targets)
    for arguments in (("results", "rollup", path), ("results", "export", path, "-o", tmp_path / "z.xlsx")):
        assert _run(*arguments).exit_code == 0
    assert (
        _run("report", path, "-o", tmp_path / "z.html").exit_code
        == _run("report", source, "-o", tmp_path / "s.html").exit_code
    )
    dictionary = tmp_path / "z.jsonl.columns.json"
    for damage in (lambda: dictionary.write_text("[" * 100_000), dictionary.unlink):
        damage()
        result = _run("results", "rollup", path)
        assert (result.exit_code, len(result.stderr.strip().splitlines())) == (1, 1)
        assert "no rows, and no z.jsonl.columns.json beside it" in result.stderr


def test_json_lines_may_leave_out_what_is_missing(tmp_path: Path) -> None:
    """As R writes them: no column is lost that the first row lacks, and words stay words."""
    first = {"article_id": "007", "paragraph": 0, "tax": "favor", "tax_probability": 0.9, "tax_p_favor": 1}
    other = {"outlet": "7", "date": "2026-01-02", "tax_p_against": 0.5, "tax_abstained": "ambiguous"}
    rows = [first, {**other, "article_id": "8", "paragraph": 0, "tax_probability": 0.5, "tax_p_favor": 0.5}]
    for number, order in enumerate((rows, rows[::-1])):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(" \n" + "".join(json.dumps(row) + "\n" for row in order), encoding="utf-8")
        found = read_results(path)
        assert (found.level, found.targets) == ("paragraph", (Target("tax", ("favor", "against")),))
        records = found.frame.set_index("article_id").astype(object).to_dict("index")
        assert {name: value for name, value in records["007"].items() if value == value and value is not None} == {
            name: value for name, value in first.items() if name != "article_id"
        }
        assert {name: records["8"][name] for name in other} == other


def test_a_part_without_rows_hides_no_other(tmp_path: Path) -> None:
    """A run in JSON lines whose first article has no text is read, and its dictionary has the columns."""
    rows = [{"id": "a", "text": ""}, {"id": "b", "text": "The embargo stays in force, he said."}]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    _run("score", tmp_path / "in.jsonl", "-o", f"{tmp_path}/run/", "-f", "jsonl", "--chunk", 1)
    assert [path.stat().st_size > 0 for path in sorted((tmp_path / "run").glob("part-*"))] == [False, True]
    assert read_results(tmp_path / "run").frame["article_id"].tolist() == ["b"]
    assert "sanctions_abstained" in (tmp_path / "run" / "columns.json").read_text(encoding="utf-8")


def test_long_rows_and_quoted_cells_are_read(tmp_path: Path) -> None:
    """A paragraph may have more than a million characters; an empty cell is empty if it is quoted, too."""
    row = {"article_id": "a", "text": "x " * 1_500_000, "tax": "", "tax_probability": 0.5, "tax_p_favor": 0.5}
    frame = pd.DataFrame([row | {"tax_abstained": "ambiguous"}, row | {"tax": "favor", "tax_abstained": ""}])
    frame.to_csv(tmp_path / "s.csv", index=False, quoting=csv.QUOTE_ALL)
    frame.replace("", None).to_json(tmp_path / "s.jsonl", orient="records", lines=True)
    for name in ("s.csv", "s.jsonl"):
        found = read_results(tmp_path / name).frame
        assert found["text"].str.len().tolist() == [3_000_000] * 2
        assert found["tax"].isna().tolist() == found["tax_abstained"].notna().tolist() == [True, False]


@pytest.mark.parametrize("written", [lambda _: True, lambda name: name.startswith("speaker")], ids=["all", "places"])
def test_what_r_writes_for_what_is_missing_is_missing(tmp_path: Path, written: Callable[[str], bool]) -> None:
    """``NA`` in columns of ours, numbers too, whether all have it or some; elsewhere it may be a code, and it stays."""
    paragraphs = ["The embargo stays in force, President Macron said.", "Die Gespräche wurden gestern vertagt.", "NA"]
    row = {"id": "NA", "text": "\n\n".join(paragraphs), "country": "NA"}
    (tmp_path / "in.jsonl").write_text(json.dumps(row), encoding="utf-8")
    path = tmp_path / "s.csv"
    _run("score", tmp_path / "in.jsonl", "--keep", "country", "--speakers", "-o", path)
    as_written = read_results(path)
    assert as_written.frame[["sanctions_probability", "speaker_start", "outlet"]].isna().any().all()
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    frame = frame.assign(**{name: frame[name].fillna("NA") for name in frame if written(name)})
    frame.to_csv(path, index=False)
    found = read_results(path)
    pd.testing.assert_frame_equal(found.frame, as_written.frame)
    assert found.frame["country"].tolist() == found.frame["article_id"].tolist() == ["NA"] * 3
    assert found.frame["text"].tolist() == paragraphs


def test_a_label_that_is_called_na_is_one(tmp_path: Path) -> None:
    """As a model of one's own may have it."""
    head = "article_id,tax,tax_probability,tax_p_NA,tax_p_favor,tax_abstained"
    (tmp_path / "s.csv").write_text(f"{head}\na,NA,0.9,0.9,0.1,NA\nb,,NA,NA,NA,ambiguous\n", encoding="utf-8")
    frame = read_results(tmp_path / "s.csv").frame
    assert frame["tax"].fillna("-").tolist() == ["NA", "-"]
    assert frame["tax_abstained"].fillna("-").tolist() == ["-", "ambiguous"]


def test_results_that_a_program_wrote_in_its_own_way_are_refused_with_what_to_do(tmp_path: Path) -> None:
    """R's write.csv2 and spreadsheets write semicolons, and some write other encodings."""
    rows = "article_id,tax,tax_probability,tax_p_favor,tax_abstained,outlet\n" + "a,favor,0.9,0.9,,Zürich\n" * 9000
    (tmp_path / "s.csv").write_text(rows.replace(",", ";"), encoding="utf-8")
    result = _run("results", "rollup", tmp_path / "s.csv")
    assert "s.csv: cells are separated by ';'; write it with commas, and a point in numbers" in result.stderr
    for encoding, text in (("latin-1", rows), ("latin-1", rows.replace("outlet", "Straße")), ("utf-16", rows)):
        (tmp_path / "s.csv").write_text(text, encoding=encoding)
        result = _run("results", "rollup", tmp_path / "s.csv")
        assert "s.csv: not in UTF-8; save it as UTF-8" in result.stderr
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_columns_that_are_not_wanted_are_left_out(tmp_path: Path, format: str) -> None:
    """Those that are there; the rest is as it was."""
    path = tmp_path / f"s.{format}"
    _run("score", "-", "-o", path, input="The embargo stays in force, he said.\n\nThe envoys met.")
    whole = read_results(path)
    part = read_results(path, only=[*(name for name in whole.frame if name != "text"), "no such column"])
    assert "text" in whole.frame
    pd.testing.assert_frame_equal(part.frame, whole.frame.drop(columns="text"))
    assert part.targets == whole.targets


@pytest.mark.parametrize("format", ["csv", "jsonl"])
def test_a_part_in_which_nobody_speaks_hides_no_other(tmp_path: Path, format: str) -> None:
    """Its columns of places hold nothing, of which no type can be told; in the other they hold numbers."""
    texts = ["The embargo stays in force.", "The embargo stays in force, President Macron said."]
    (tmp_path / "in.jsonl").write_text(
        "".join(json.dumps({"id": str(i), "text": text}) + "\n" for i, text in enumerate(texts)), encoding="utf-8"
    )
    _run("score", tmp_path / "in.jsonl", "-o", f"{tmp_path}/run/", "-f", format, "--chunk", 1, "--speakers")
    frame = read_results(tmp_path / "run").frame
    assert frame["article_id"].tolist() == ["0", "1"]
    assert frame["speaker_start"].notna().tolist() == [False, True]


def test_commands_say_that_they_classify_and_count(root: Path, tmp_path: Path) -> None:
    """On stderr, in the dictionary; and the help names it."""
    scores = tmp_path / "s.csv"
    _run("score", root / "data" / "articles" / "vienna-round.txt", "-o", scores)
    result = _run("results", "rollup", scores, "-o", tmp_path / "r.csv")
    assert "classify-and-count" in result.stderr
    notes = json.loads((tmp_path / "r.csv.columns.json").read_text())["stance"]["notes"]
    assert any("classify-and-count" in note for note in notes)
    help = " ".join(_run("results", "rollup", "--help").output.split())
    assert "classify-and-count" in help
    # and of what
    assert "of the related paragraphs (favor, against or neutral), not of all" in help
    assert "among related paragraphs (those of a prevalence are among all paragraphs)" in result.stderr
    assert "sanctions: shares and net stance of the related paragraphs\n" in _run("results", "rollup", scores).stdout
    shown = _run("results", "rollup", scores, "--level", "outlet")
    assert "outlet unknown: 1 article\n" in shown.stderr
    assert "coercion only" in shown.stdout
    assert "not known" in shown.stdout


def test_paragraphs_that_nobody_says_are_the_authors(root: Path, tmp_path: Path) -> None:
    """On the screen they are told from those of speakers whose country is unknown, and nothing calls them unknown."""
    scores = tmp_path / "s.csv"
    _run("score", root / "data" / "articles" / "vienna-round.txt", "--speakers", "-o", scores)
    shown = _run("results", "rollup", scores, "--level", "actor")
    assert {"author", "unknown"} <= {line.split()[0] for line in shown.stdout.splitlines() if line}
    assert "unknown:" not in shown.stderr


@pytest.mark.parametrize("level", ["voice", "speaker", "actor"])
def test_whose_stance_it_is_stands_wherever_figures_are_by_who_speaks(root: Path, tmp_path: Path, level: str) -> None:
    """A paragraph's stance is not its speaker's: on both streams, in the dictionary, and in the help."""
    scores = tmp_path / "s.csv"
    _run("score", root / "data" / "articles" / "vienna-round.txt", "--speakers", "-o", scores)
    shown = _run("results", "rollup", scores, "--level", level)
    assert "stance of the related paragraphs in which each speaks, whoever holds it\n" in shown.stdout
    assert "Do not take these figures for the stance of a speaker or an actor." in shown.stderr
    _run("results", "rollup", scores, "--level", level, "-o", tmp_path / "r.csv")
    package = json.loads((tmp_path / "r.csv.columns.json").read_text())
    assert any("Do not take these figures" in note for note in package["stance"]["notes"])
    (field,) = (f for f in package["resources"][0]["schema"]["fields"] if f["name"] == level)
    assert "the stance of the paragraphs in which they speak, whoever holds it" in field["description"]
    help = " ".join(_run("results", "rollup", "--help").output.split())
    assert (
        "For voice, speaker and actor the figures are of the paragraphs in which each speaks, whoever holds the stance."
        in help
    )
    assert "Do not take" not in _run("results", "rollup", scores).stderr


def test_a_table_made_of_results_tells_the_model_and_what_was_read(root: Path, tmp_path: Path) -> None:
    """As the results do: beside a roll-up, made of a file or at once, a sample and a prevalence."""
    sample, scores = tmp_path / "in.txt", tmp_path / "s.csv"
    text = (root / "data" / "articles" / "vienna-round.txt").read_text(encoding="utf-8")
    sample.write_text("\n\n".join([text] * 3), encoding="utf-8")
    _run("score", sample, "-o", scores)
    _run("results", "rollup", scores, "-o", tmp_path / "r.csv")
    _run("score", sample, "--level", "outlet", "-o", tmp_path / "o.csv")
    _run("results", "sample", scores, "-n", 36, "-o", tmp_path / "c.csv")
    codes = pd.read_csv(tmp_path / "c.csv").assign(sanctions="neutral", diplomacy="favor")
    codes.to_csv(tmp_path / "c.csv", index=False)
    assert _run("results", "prevalence", scores, tmp_path / "c.csv", "-o", tmp_path / "p.csv").exit_code == 0
    expected = read_results(scores)
    assert expected.counts is not None
    for name in ("r", "o", "c", "p"):
        known = json.loads((tmp_path / f"{name}.csv.columns.json").read_text())["stance"]
        assert (known["model"], known["counts"]) == (expected.model, expected.counts.to_dict()), name


def test_dates_in_doubt_are_counted_and_one_is_shown(tmp_path: Path) -> None:
    """Apart from articles that have none; by months and by weeks, whether of results or as they are scored."""
    dates = ["2026-05-09", "05/06/2026", "05/06/2026", "May 2026", None]
    articles = [{"id": f"n{i}", "text": "The embargo stays.\n\nTalks go on.", "date": d} for i, d in enumerate(dates)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(a) + "\n" for a in articles), encoding="utf-8")
    _run("score", tmp_path / "in.jsonl", "-o", tmp_path / "s.csv")
    for command in (("results", "rollup", tmp_path / "s.csv"), ("score", tmp_path / "in.jsonl")):
        told = _run(*command, "--level", "month").stderr
        assert "month unknown: 3 articles\n2 articles with a date that does not settle the month, such as" in told
        assert "'05/06/2026'\n" in told
        told = _run(*command, "--level", "week").stderr
        assert "week unknown: 4 articles\n3 articles with a date that does not settle the week" in told
    assert "a date that" not in _run("results", "rollup", tmp_path / "s.csv", "--level", "outlet").stderr


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.csv", None, "no such file"),
        ("x.csv", "a,b\n1,2\n", "not results of `stance score`"),
        ("x.jsonl", "oops\n", "not readable as results"),
        ("x.jsonl", "[1]\n", "not readable as results: a line that is not a JSON object"),
        pytest.param("x.jsonl", "[" * 100_000, "not readable as results: maximum recursion depth", id="nested"),
        ("x.parquet", "PAR1", "not readable as results"),
        ("x.doc", "", "results are read from"),
        ("empty.csv", "", "not readable as results: Empty"),
        ("folder", None, "no manifest.json"),
    ],
)
def test_what_holds_no_results_is_one_line(tmp_path: Path, name: str, content: str | None, message: str) -> None:
    """A wrong file is named with what is wrong."""
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    elif name == "folder":
        path.mkdir()
    result = _run("results", "rollup", path)
    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_an_unfinished_run_is_not_rolled_up(root: Path, tmp_path: Path) -> None:
    """A folder that lacks parts gives an error, not a part of the truth."""
    _run("score", root / "data" / "articles" / "vienna-round.txt", "-o", f"{tmp_path}/run/")
    manifest = tmp_path / "run" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"finished"', '"running"'))
    result = _run("results", "rollup", tmp_path / "run")
    assert result.exit_code == 1
    assert "not finished" in result.stderr


def test_a_part_that_is_missing_is_named(root: Path, tmp_path: Path) -> None:
    """Or damaged: the folder is there."""
    _run("score", root / "data" / "articles" / "vienna-round.txt", "-o", f"{tmp_path}/run/")
    part = tmp_path / "run" / "part-00000.parquet"
    part.write_bytes(b"PAR1")
    assert f"{part}: not readable as results" in _run("results", "rollup", tmp_path / "run").stderr
    part.unlink()
    again = "`stance score --resume` writes it again"
    assert f"{part}: no such file or folder; {again}\n" in _run("results", "rollup", tmp_path / "run").stderr


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_part_that_was_cut_short_is_not_counted(root: Path, tmp_path: Path, form: str) -> None:
    """Rows that are gone at the end of a line leave a table that looks whole."""
    score = ("score", root / "data" / "articles" / "vienna-round.txt", "-o", f"{tmp_path}/run/", "-f", form)
    _run(*score)
    whole = _run("results", "rollup", tmp_path / "run").stdout
    part = tmp_path / "run" / f"part-00000.{form}"
    lines = part.read_text(encoding="utf-8").splitlines(True)
    part.write_text("".join(lines[:-2]), encoding="utf-8")
    for command in (("results", "rollup", tmp_path / "run"), ("report", tmp_path / "run", "-o", tmp_path / "r.html")):
        told = f"stance: {part}: has 14 rows of 16; `stance score --resume` writes it again\n"
        result = _run(*command)
        assert (result.exit_code, result.stderr) == (1, told)
    _run(*score, "--resume")
    assert _run("results", "rollup", tmp_path / "run").stdout == whole


def test_a_dictionary_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    """Results are read without it, also where it nests too deeply for Python."""
    source = _nasty(tmp_path / "s.parquet")
    for damaged in ("oops", "[" * 100_000):
        (tmp_path / "s.parquet.columns.json").write_text(damaged)
        assert _run("results", "rollup", source).exit_code == 0


def test_probabilities_written_as_words_are_numbers_or_refused(tmp_path: Path) -> None:
    """Parquet may hold anything under their names; a report would end in a traceback."""
    source = tmp_path / "s.parquet"
    row = {"article_id": "a", "paragraph": 0, "start": 0, "text": "No.", "tax": "favor", "tax_abstained": None}
    for words, code, said in (("0.5", 0, ""), ("half", 1, "not readable as results")):
        pd.DataFrame([row | {"tax_probability": words, "tax_p_favor": words}]).to_parquet(source)
        result = _run("report", source, "-o", tmp_path / "r.html")
        assert (result.exit_code, said in result.stderr) == (code, True), result.stderr
    # pandas' own sign of what is missing, among objects
    some = (
        pd.DataFrame([row | {"tax_probability": 0.5, "tax_p_favor": 0.5}] * 2).assign(paragraph=[0, 1]).astype(object)
    )
    some.loc[1, ["tax", "tax_probability", "tax_p_favor"]] = pd.NA
    some.loc[1, "tax_abstained"] = "ambiguous"
    assert "ambiguous" in show(some).html


@pytest.mark.parametrize(
    "said",
    [
        {"counts": {"articles": 3}},
        {"counts": {"articles": {"read": "x"}, "paragraphs": {}, "reasons": {}}},
        {"counts": {"articles": {}, "paragraphs": {}, "reasons": []}},
        {"counts": 1},
        {"model": "mine"},
        {"model": {"name": "mine"}},
        {"model": {"name": "mine", "sha256": 7, "corpus": None, "least_probability": 0.3, "folds": 5}},
        {
            "model": {
                "name": "mine", "sha256": "7", "least_probability": 0.3, "folds": 5,
                "metrics": {"tax": {"macro_f1": [1]}},
                "corpus": {"name": "c", "version": "1", "fingerprint": "f", "paragraphs": 1, "articles": 1},
            }
        },
        [],
        "counts",
    ],
)  # fmt: skip
def test_a_dictionary_of_another_form_tells_nothing_of_it(root: Path, tmp_path: Path, said: object) -> None:
    """Whoever wrote it: roll-ups and reports are made without what it does not say as scoring does."""
    source = tmp_path / "s.csv"
    _run("score", root / "data" / "articles" / "vienna-round.txt", "-o", source)
    (tmp_path / "s.csv.columns.json").write_text(json.dumps({"stance": said}))
    for command in (("results", "rollup", source), ("report", source, "-o", tmp_path / "r.html")):
        result = _run(*command)
        assert (result.exit_code, result.exception) == (0, None), result.stderr


@pytest.mark.parametrize("unseen", [{"files": [5]}, {"files": ["press"], "metrics": {"tax": {"macro_f1": [1]}}}])
def test_what_a_dictionary_says_of_files_unseen_is_checked_too(unseen: dict[str, Any]) -> None:
    """As what it says of the corpus; a model that was saved without its training has no folds."""
    model: dict[str, Any] = {"name": "mine", "sha256": "7", "least_probability": 0.3, "folds": None, "corpus": None}
    check_facts(model)
    with pytest.raises((TypeError, ValueError)):
        check_facts(model | {"unseen_files": unseen})


def test_the_parts_of_a_run_lie_in_its_folder(root: Path, tmp_path: Path) -> None:
    """A manifest by others leads to no other file."""
    article = root / "data" / "articles" / "vienna-round.txt"
    _run("score", article, "-o", f"{tmp_path}/run/")
    _run("score", article, "-o", tmp_path / "private.parquet")
    manifest = tmp_path / "run" / "manifest.json"
    whole = manifest.read_text()
    for other in ("../private.parquet", str(tmp_path / "private.parquet")):
        manifest.write_text(whole.replace("part-00000.parquet", other))
        result = _run("results", "rollup", tmp_path / "run")
        assert (result.exit_code, result.stderr) == (1, f"stance: {manifest}: {other!r} is not a file of this folder\n")


def test_an_output_without_a_name_is_one_line(tmp_path: Path) -> None:
    """As of a variable of the shell that is empty."""
    result = _run("results", "rollup", _nasty(tmp_path / "s.parquet"), "-o", "")
    assert (result.exit_code, result.stderr) == (1, "stance: the output has no name; name a file with -o\n")


def test_shards_are_read_as_one_run(tmp_path: Path) -> None:
    """Two shards in one folder give the rows of an undivided run; one alone is an error."""
    source = tmp_path / "articles.jsonl"
    rows = [{"id": f"n{i}", "text": f"Talks {i} were held.\n\nThe embargo stays, he said."} for i in range(11)]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    _run("score", source, "--chunk", 2, "--explain", "-o", f"{tmp_path}/whole/")
    _run("score", source, "--chunk", 2, "--explain", "-o", f"{tmp_path}/run/", "--shard", "1/2")
    alone = _run("results", "rollup", tmp_path / "run")
    assert (alone.exit_code, "1 of 2 shards" in alone.stderr) == (1, True)
    _run("score", source, "--chunk", 2, "--explain", "-o", f"{tmp_path}/run/", "--shard", "2/2")
    whole, shards = read_results(tmp_path / "whole"), read_results(tmp_path / "run")
    pd.testing.assert_frame_equal(whole.frame, shards.frame)
    # of each part, also by names that are yielded one by one
    assert read_results(tmp_path / "run", only=iter(["text"])).frame["text"].tolist() == whole.frame["text"].tolist()  # type: ignore[arg-type]
    assert whole.counts == shards.counts
    assert whole.model == shards.model
    result = _run("report", tmp_path / "run", "-o", tmp_path / "r.html")
    assert (result.exit_code, (tmp_path / "r.html").exists()) == (0, True)


@pytest.mark.parametrize("differ", ["inputs", "settings", "number"])
def test_shards_of_several_runs_are_not_one(tmp_path: Path, differ: str) -> None:
    """Put into one folder by hand they would lack articles and have others twice; of one run they are read."""
    for place in "here", "there":
        (tmp_path / place).mkdir()
        rows = [{"id": f"n{i}", "text": f"Talks {i} were held."} for i in range(6)]
        (tmp_path / place / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    score = ("score", tmp_path / "here" / "in.jsonl", "--chunk", 2, "-o", f"{tmp_path}/run/", "--shard")
    _run(*score, "1/2")

    def add(source: Path, *options: object, shard: str = "2/2") -> str:
        other = tmp_path / shard.replace("/", "-") / source.parent.name / "-".join(map(str, options))
        _run("score", source, *(options or ("--chunk", 2)), "-o", f"{other}/", "--shard", shard)
        shutil.copytree(other, tmp_path / "run", dirs_exist_ok=True)
        return _run("results", "rollup", tmp_path / "run").stderr

    there = tmp_path / "there" / "in.jsonl"
    os.utime(there, (1, 1))
    told = "its shards are not of one run: "
    assert told not in add(there)
    if differ == "inputs":
        there.write_text('{"text": "One more."}\n' + there.read_text(encoding="utf-8"), encoding="utf-8")
        found = add(there, "--chunk", 2)
    elif differ == "settings":
        found = add(there, "--chunk", 3)
    else:
        found = add(there, shard="3/3")
    assert told in found


def test_the_inputs_of_shards_are_not_held_all_at_once(root: Path, tmp_path: Path) -> None:
    """Each shard lists every file of the run."""
    run = tmp_path / "run"
    _run("score", root / "data" / "articles" / "vienna-round.txt", "-o", f"{run}/", "--shard", "1/20")
    (path,) = run.glob("manifest*.json")
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["inputs"] = [{"path": f"{i}.txt", "bytes": i, "mtime_ns": i} for i in range(3000)]
    for k in range(1, 21):
        shard = {**manifest, "shard": [k, 20], "chunks": manifest["chunks"] if k == 1 else []}
        (run / path.name.replace("01", f"{k:02}", 1)).write_text(json.dumps(shard), encoding="utf-8")
    read_results(run, only=["outlet"])
    tracemalloc.start()
    try:
        read_results(run, only=["outlet"])
        assert tracemalloc.get_traced_memory()[1] < 8e6
    finally:
        tracemalloc.stop()


def test_score_rolls_up_to_standard_output(root: Path, tmp_path: Path) -> None:
    """--level outlet and month print CSV, JSON lines or a table; what makes no sense is a usage error."""
    sample = root / "data" / "articles" / "vienna-round.txt"
    row = json.loads(_run("score", sample, "--level", "outlet", "-f", "jsonl").stdout)
    assert (row["outlet"], row["articles"], row["paragraphs"]) == (None, 1, 16)
    assert _run("score", sample, "--level", "month", "-f", "csv").stdout.startswith("month,articles,")
    assert "net" in _run("score", sample, "--level", "month").stdout
    for arguments in (("--level", "outlet", "-o", f"{tmp_path}/run/"), ("--level", "article", "--explain")):
        assert _run("score", sample, *arguments).exit_code == 2
    for arguments in (("--level", "outlet", "-f", "dta"), ("--level", "month", "-o", f"{tmp_path}/no/x.csv")):
        result = _run("score", sample, *arguments)
        assert (result.exit_code, len(result.stderr.strip().splitlines())) == (1, 1)


@pytest.mark.parametrize(
    ("text", "day", "month"),
    [
        ("2026-05-09", "2026-05-09", "2026-05"),
        ("2026-05-09T23:30:00+03:00", "2026-05-09", "2026-05"),
        ("20260509", "2026-05-09", "2026-05"),
        ("Fri, 09 May 2026 10:00:00 +0000", "2026-05-09", "2026-05"),
        ("May 9, 2026 Saturday", "2026-05-09", "2026-05"),
        ("May 2026", None, "2026-05"),
        ("Sept. 9, 2026", "2026-09-09", "2026-09"),
        ("Feb. 3, 2026, 10:00 a.m.", "2026-02-03", "2026-02"),
        ("Wednesday, 9 sept 2026", "2026-09-09", "2026-09"),
        ("Sept. 2026", None, "2026-09"),
        ("Mart. 3, 2026", None, None),
        ("09/05/2026", None, None),
        ("2026/05/09", "2026-05-09", "2026-05"),
        ("2026.05.09", "2026-05-09", "2026-05"),
        ("2026-5-9", "2026-05-09", "2026-05"),
        ("2026/5/9 10:00", "2026-05-09", "2026-05"),
        ("2026/13/01", None, None),
        ("2026-05/09", None, None),
        ("2026/27", None, None),
        ("9.5.2026", None, None),
        ("15.02.2026", "2026-02-15", "2026-02"),
        ("28/02/2026", "2026-02-28", "2026-02"),
        ("02/28/2026", "2026-02-28", "2026-02"),
        ("28-2-2026 10:00", "2026-02-28", "2026-02"),
        ("05/05/2026", "2026-05-05", "2026-05"),
        ("12/12/2026", "2026-12-12", "2026-12"),
        ("12/11/2026", None, None),
        ("13/13/2026", None, None),
        ("30/02/2026", None, None),
        ("15.02/2026", None, None),
        ("15.02.26", None, None),
        ("15.02.2026 - 20.02.2026", None, None),
        ("9th May 2026", "2026-05-09", "2026-05"),
        ("May 9th, 2026", "2026-05-09", "2026-05"),
        ("1st Sept. 2026", "2026-09-01", "2026-09"),
        ("Saturday 9 May 2026", "2026-05-09", "2026-05"),
        ("Saturday 9th May 2026", "2026-05-09", "2026-05"),
        ("May 9, 2026 at 10:00 AM", "2026-05-09", "2026-05"),
        ("9 May 2026, at 10:00", "2026-05-09", "2026-05"),
        ("May 2026 at 10:00", None, None),
        ("5th 2026", None, None),
        ("2026-02-30", None, None),
        ("2026-05-09 10:00", "2026-05-09", "2026-05"),
        ("2026-05-09T10:00:00.5Z", "2026-05-09", "2026-05"),
        ("20260509T100000Z", "2026-05-09", "2026-05"),
        ("2026-05-09 10:00:00 +0000 UTC", "2026-05-09", "2026-05"),
        ("May 9, 2026 10:00 am", "2026-05-09", "2026-05"),
        ("9 May 2026 10:00 +0200 (CEST)", "2026-05-09", "2026-05"),
        ("Sat May  9 10:00:00 2026", "2026-05-09", "2026-05"),
        ("Sat May 09 2026 10:00:00 GMT+0200 (Central European Summer Time)", "2026-05-09", "2026-05"),
        ("Sat, 09-May-2026 10:00:00 GMT", "2026-05-09", "2026-05"),
        ("2026-05 to 2027-01", None, None),
        ("2026-05 10:00", None, None),
        ("2026-05-09 - 2027-01-01", None, None),
        ("2026-05-09 or later", None, None),
        ("2026-05-09T99:99", None, None),
        ("2026-05-09T24:00", None, None),
        ("9 May 2026 10:00 - 2 Jan 2027", None, None),
        ("1 May 5 10:00", None, None),
        ("Sat, 09 May 26 10:00:00 GMT", None, None),
        # milliseconds since 1970; a number of other length may be anything
        ("1778284800000", "2026-05-09", "2026-05"),
        ("1778284799999", "2026-05-08", "2026-05"),
        ("177828480000", None, None),
        # numbers, as pandas takes them from CSV; where others are missing it has floats
        (20260509, "2026-05-09", "2026-05"),
        (20260509.0, "2026-05-09", "2026-05"),
        (1778284800000, "2026-05-09", "2026-05"),
        ("20260509.0", "2026-05-09", "2026-05"),
        ("1778284800000.0", "2026-05-09", "2026-05"),
        (20260509.5, None, None),
        (np.int64(20260509), "2026-05-09", "2026-05"),
        (pd.Period("2026-05-09", "D"), "2026-05-09", "2026-05"),
        (pd.Period("2026-05", "M"), None, "2026-05"),
        (pd.Period("2026Q2", "Q"), None, None),
        ("12.5.0", None, None),
        (20261309, None, None),
        (2026, None, None),
        (float("inf"), None, None),
        (float("nan"), None, None),
        ("yesterday", None, None),
        (pd.NaT, None, None),
        (None, None, None),
    ],
)
def test_dates_are_read_only_beyond_doubt(text: object, day: str | None, month: str | None) -> None:
    """Of day and month in figures either could be the day, unless one is past 12 or both are the same."""
    assert (None if day_of(text) is None else str(day_of(text))) == day
    assert month_of(text) == month


def _by_loops(rows: list[dict[str, Any]], weight: str, copies: str) -> dict[str, float]:
    """Shares, net stance and joint shares of one group, counted paragraph by paragraph."""
    chosen: dict[str, str] = {}
    for row in rows:
        chosen.setdefault(row["cluster"] or f"alone {row['article_id']}", row["article_id"])
    if copies == "once":
        rows = [row for row in rows if row["article_id"] in chosen.values()]
    found: dict[str, float] = {"paragraphs": len(rows)}

    def share(base: list[dict[str, Any]], hit: list[dict[str, Any]]) -> float:
        if not base:
            return math.nan
        if weight == "paragraph":
            return len(hit) / len(base)
        articles = {row["article_id"] for row in base}
        parts = [
            sum(row["article_id"] == a for row in hit) / sum(row["article_id"] == a for row in base) for a in articles
        ]
        return sum(parts) / len(parts)

    for target in ("sanctions", "diplomacy"):
        related = [row for row in rows if row[target] in LABELS[:3]]
        shares = [share(related, [row for row in related if row[target] == label]) for label in LABELS[:3]]
        found |= {f"{target}_share_{label}": value for label, value in zip(LABELS, shares, strict=False)}
        found[f"{target}_net"] = shares[0] - shares[1]
    both = [r for r in rows if r["sanctions"] and r["diplomacy"]]
    both = [r for r in both if {r["sanctions"], r["diplomacy"]} != {"unrelated"}]
    for name, favored in zip(JOINT, ((True, False), (False, True), (True, True), (False, False)), strict=True):
        hit = [r for r in both if (r["sanctions"] == "favor", r["diplomacy"] == "favor") == favored]
        found[f"share_{name}"] = share(both, hit)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_roll_ups_equal_a_count_by_loops(seed: int) -> None:
    """On random results every share of every level, weighting and treatment of copies is that of a plain count."""
    rng = np.random.default_rng(seed)
    labels = np.array([*LABELS, None], dtype=object)
    rows = []
    for article in range(int(rng.integers(1, 25))):
        about = {"article_id": f"a{article}", "outlet": ["A", "B", None][rng.integers(3)], "date": "2026-01-01"}
        about["cluster"] = ["x", "y", None, None][rng.integers(4)]
        for _ in range(rng.integers(1, 7)):
            rows.append(about | {"sanctions": labels[rng.integers(5)], "diplomacy": labels[rng.integers(5)]})
    frame = pd.DataFrame(rows).assign(sanctions_abstained=None)
    for weight in ("paragraph", "article"):
        for copies in ("each", "once"):
            for level in ("all", "outlet"):
                for got in roll_up(Results(frame, TARGETS, "paragraph"), level, weight, copies).to_dict("records"):
                    group = None if level == "all" or pd.isna(got["outlet"]) else got["outlet"]
                    expected = _by_loops([r for r in rows if level == "all" or r["outlet"] == group], weight, copies)
                    for name, value in expected.items():
                        assert got[name] == pytest.approx(value, nan_ok=True), (weight, copies, level, name)


def test_a_data_frame_of_scores_is_rolled_up_as_its_results_are(tmp_path: Path) -> None:
    """The frame of `to_frame` goes into `roll_up`; what is no table of scores is refused by name."""
    labels = ["favor", "favor", "against", "unrelated"]
    frame = pd.DataFrame({"article_id": ["a", "a", "b", "b"], "paragraph": [0, 1, 0, 1], "tax": labels})
    frame = frame.assign(tax_probability=0.9, tax_abstained=None, **{f"tax_p_{label}": 0.25 for label in LABELS})
    target = Target("tax", LABELS)
    pd.testing.assert_frame_equal(roll_up(frame), roll_up(Results(frame, (target,), "paragraph")))
    # an empty label is none, as an empty cell is
    assert roll_up(frame.assign(tax=["favor", "", "against", "unrelated"]))["tax_abstained"].tolist() == [1]
    # as pandas reads a CSV in which some have no date
    days = frame.assign(date=[20260509.0, 20260509.0, None, None])
    assert roll_up(days, "month")[["month", "articles"]].values.tolist() == [["2026-05", 1], [None, 1]]
    for write in (partial(save_results, days), partial(days.to_csv, index=False)):
        write(tmp_path / "days.csv")
        months = roll_up(read_results(tmp_path / "days.csv"), "month")
        assert months[["month", "articles"]].values.tolist() == [["2026-05", 1], [None, 1]]
    with pytest.raises(TypeError, match="Results or a pandas data frame of scores, not int"):
        roll_up(3)  # type: ignore[arg-type]
    with pytest.raises(StanceError, match="has no columns of a target"):
        roll_up(pd.DataFrame({"article_id": ["a"]}))
    with pytest.raises(StanceError, match=r"^the data frame: no column 'article_id'; make it a .* \.reset_index\(\)$"):
        roll_up(frame.set_index(["article_id", "paragraph"]))
    with pytest.raises(StanceError, match=r"^the data frame: no column 'article_id'; keep what scoring wrote$"):
        roll_up(frame.drop(columns="article_id"))


def test_columns_of_long_labels_stand_apart() -> None:
    """Labels are a corpus' own; each keeps its shares below it."""
    target = Target("tax", ("supportive", "disapproving"))
    frame = pd.DataFrame({"article_id": "a", "tax": ["supportive"] + ["disapproving"] * 3, "tax_abstained": None})
    _, head, row, _ = rollup_page(roll_up(Results(frame, (target,), "paragraph")), (target,), "all")
    assert head.split()[5:7] == ["supportive", "disapproving"]
    for label, share in (("supportive", "25.0 %"), ("disapproving", "75.0 %")):
        assert row[: head.index(label) + len(label)].endswith(share)


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_only_the_columns_that_are_asked_for_are_read(tmp_path: Path, format: str) -> None:
    """Beside those of paragraphs and labels; what the labels are is known all the same."""
    path = tmp_path / f"s.{format}"
    _run("score", "-", "-o", path, input="The embargo stays in force, he said.\n\nThe envoys met.")
    whole = read_results(path)
    ends = ("", "_probability", *(f"_p_{label}" for label in LABELS), "_abstained")
    for probabilities, kept in ((True, ends), (False, ("", "_abstained"))):
        part = read_results(path, only=["text", "no such column"], probabilities=probabilities)
        names = ["article_id", "paragraph", "text", *(f"{t.name}{end}" for t in whole.targets for end in kept)]
        assert set(part.frame) == set(names)
        pd.testing.assert_frame_equal(part.frame, whole.frame[list(part.frame)])
        assert part.targets == whole.targets


def _unreadable(path: Path, columns: set[str]) -> None:
    """Put zeros in the place of what some columns of a Parquet file hold."""
    content = bytearray(path.read_bytes())
    group = pq.read_metadata(path).row_group(0)
    for i in range(group.num_columns):
        column = group.column(i)
        if column.path_in_schema in columns:
            start = column.data_page_offset
            content[start : start + column.total_compressed_size] = bytes(column.total_compressed_size)
            columns = columns - {column.path_in_schema}
    assert not columns
    path.write_bytes(content)


def test_commands_read_no_column_that_they_do_not_need(tmp_path: Path) -> None:
    """The deciding words take as much memory as the text: they may be damaged, and all comes out as before."""
    texts = [{"id": str(i), "text": f"The embargo of {i} stays.", "date": "2026-05-09", "note": "n"} for i in range(40)]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(text) + "\n" for text in texts), encoding="utf-8")
    scores, coded = tmp_path / "s.parquet", [tmp_path / "ann.csv", tmp_path / "ben.csv"]
    _run("score", source, "-o", scores, "--explain", "--keep", "note")
    drawn = tmp_path / "drawn.csv"
    commands: list[tuple[Any, ...]] = [
        *(("rollup", scores, "--level", level, "-o", "-", "-f", "csv") for level in ("all", "article", "week")),
        ("sample", scores, "-n", 35, "--within", "sanctions", "-o", "-"),
        ("prevalence", scores, coded[0], "--level", "month", "-o", "-", "-f", "csv"),
        ("agreement", scores, *coded, "-o", "-"),
    ]
    _run("results", "sample", scores, "-n", 35, "-o", drawn)
    codes = pd.read_csv(drawn).assign(sanctions="favor", diplomacy="unrelated")
    for path in coded:
        codes.to_csv(path, index=False)
    before = [_run("results", *command) for command in commands]
    assert [found.exit_code for found in before] == [0] * len(commands)
    _unreadable(scores, {"sanctions_words", "diplomacy_words", "note"})
    with pytest.raises(StanceError, match="page header"):
        read_results(scores)
    after = [_run("results", *command) for command in commands]
    assert [(found.stdout, found.stderr) for found in after] == [(found.stdout, found.stderr) for found in before]
    # nor does a roll-up read the text, and the probabilities
    _unreadable(scores, {"text", *(f"sanctions_p_{label}" for label in LABELS)})
    assert [_run("results", *command).stdout for command in commands[:3]] == [found.stdout for found in before[:3]]
