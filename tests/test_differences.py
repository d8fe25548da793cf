"""Two groups compared by their prevalences: by hand, by simulation, and from the command line."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coded_collections import code, collect
from helpers import run

from stance.errors import StanceError
from stance.labels import LABELS
from stance.results.differences import compare_groups
from stance.results.prevalence import NET, estimate_prevalence

NAN = math.nan
ENDS = ["difference_low", "difference_high"]


def _rows(level: str = "outlet") -> pd.DataFrame:
    """Of three groups, of which one has too few codes."""
    values = {"Post": (0.5, 0.38, 0.6), "Wire": (0.0, 0.0, 0.12), "Blog": (NAN, NAN, NAN)}
    return pd.DataFrame(
        [
            {level: name, "target": "tax", "label": label, "prevalence": p, "low": low, "high": high}
            for name, (p, low, high) in values.items()
            for label in (*LABELS, NET)
        ]
    )


def test_the_interval_by_hand() -> None:
    """The distances to the ends are joined by the root of their squares, and turn with the groups."""
    down, up = math.hypot(0.12, 0.12), 0.1
    found = compare_groups(_rows(), "outlet", "Post", "Wire")
    assert list(found.columns) == [
        *("outlet", "other", "target", "label", "prevalence", "other_prevalence"),
        *("difference", "difference_low", "difference_high"),
    ]
    assert found["label"].tolist() == [*LABELS, NET]
    assert found[["outlet", "other"]].drop_duplicates().to_numpy().tolist() == [["Post", "Wire"]]
    row = found.iloc[0]
    assert row[["difference", "difference_low", "difference_high"]].tolist() == pytest.approx(
        [0.5, 0.5 - down, 0.5 + up]
    )
    turned = compare_groups(_rows(), "outlet", "Wire", "Post").iloc[0]
    assert turned[ENDS].tolist() == pytest.approx([-0.5 - up, -0.5 + down])


def test_what_has_no_estimate_has_no_difference() -> None:
    """And so what has no interval has none."""
    found = compare_groups(_rows(), "outlet", "Post", "Blog")
    assert found["difference"].isna().all()
    assert found["difference_low"].isna().all()


@pytest.mark.parametrize(
    ("level", "one", "other", "message"),
    [
        ("outlet", "Post", "Wirre", "no outlet 'Wirre'; there are 'Post', 'Wire', 'Blog'"),
        ("outlet", "Post", "Post", "'Post' cannot be compared with itself; name two groups"),
        ("other", "Post", "Wire", "'other' is a column of the differences; give yours another name"),
    ],
)
def test_groups_that_cannot_be_compared(level: str, one: str, other: str, message: str) -> None:
    """With the groups that there are."""
    with pytest.raises(StanceError, match=message):
        compare_groups(_rows(level), level, one, other)


@pytest.mark.parametrize(("number", "end"), [(10, "'g8', 'g9'$"), (12, "'g8', 'g9' and 2 more$")])
def test_of_many_groups_ten_are_named(number: int, end: str) -> None:
    """What has no name is none of them."""
    post = _rows().iloc[:5]
    names = [None, *(f"g{i}" for i in range(number))]
    rows = pd.concat([post.assign(outlet=name) for name in names], ignore_index=True)
    with pytest.raises(StanceError, match=rf"^no outlet 'x'; there are 'g0', 'g1', .*{end}"):
        compare_groups(rows, "outlet", "x", "g1")


def test_rows_of_two_columns_of_one_name_are_refused() -> None:
    """In one line: neither is the group, or the share."""
    rows = pd.DataFrame({"outlet": ["Post", "Wire"], "target": "tax", "label": "favor", "prevalence": 0.5})
    rows = rows.assign(low=0.4, high=0.6)
    for name in ("outlet", "low"):
        with pytest.raises(StanceError, match=f"^the rows: two columns are called '{name}'"):
            compare_groups(pd.concat([rows, rows[[name]]], axis=1), "outlet", "Post", "Wire")


def test_two_groups_of_one_name_are_no_group() -> None:
    """A column may hold a number and the word for it, which are two groups."""
    names = {"Post": 2024, "Wire": "2024", "Blog": "2025"}
    rows = _rows().assign(outlet=lambda rows: rows["outlet"].map(names).astype(object))
    for one, other in (("2024", "2025"), ("2025", "2024")):
        with pytest.raises(StanceError, match=r"^two groups are called '2024', as a number and a word may be; rename"):
            compare_groups(rows, "outlet", one, other)


def test_labels_stand_in_the_order_of_the_first_group() -> None:
    """Each with its own figures, in whatever order somebody has sorted the rows."""
    rows = _rows()
    rows["prevalence"] += [0.01 * i for i in range(len(rows))]
    turned = pd.concat([rows[:5], rows[5:][::-1]])
    expected = compare_groups(rows, "outlet", "Post", "Wire")
    pd.testing.assert_frame_equal(compare_groups(turned, "outlet", "Post", "Wire"), expected)


def test_groups_that_are_numbers_are_named_in_words() -> None:
    """A column of years is one."""
    rows = _rows().assign(outlet=lambda rows: rows["outlet"].map({"Post": 2024, "Wire": 2025, "Blog": 2026}))
    assert compare_groups(rows, "outlet", "2024", "2025")["difference"].iloc[0] == 0.5


@pytest.mark.parametrize(
    ("within", "size", "shares", "widest"), [(None, 130, (0.02, 0.3, 0.1, 0.58), 0.2), ("tax", 300, (0.25,) * 4, 0.15)]
)
def test_the_interval_holds_the_difference(
    within: str | None, size: int, shares: tuple[float, ...], widest: float
) -> None:
    """Where a label is rare, and where strata are shared.

    With probabilities that say too little, the error of a label that a group shows none of is 0, and what one of two
    groups has too many of a stratum the other has too few.
    """
    results, true = collect(1500, 0.9, shares)
    given = [f"tax_p_{label}" for label in LABELS]
    results.frame[given] = 0.25 + 0.05 * (results.frame[given] - 0.25)
    post = results.frame["outlet"] == "Post"
    truth = (true[post] == "favor").mean() - (true[~post] == "favor").mean()
    found = pd.DataFrame(
        compare_groups(
            estimate_prevalence(results, code(results, true, size, within, seed), "outlet"),
            *("outlet", "Post", "Wire"),
        ).iloc[0]
        for seed in range(60)
    )
    assert ((found["difference_low"] <= truth) & (truth <= found["difference_high"])).mean() > 0.94
    assert (found["difference_high"] - found["difference_low"]).mean() < widest


@pytest.mark.parametrize("within", [None, "tax"])
def test_from_the_command_line(tmp_path: Path, within: str | None) -> None:
    """The page and the file show what the function finds; of a sample within a target without being told so."""
    results, true = collect(900, 0.8, (0.25,) * 4)
    codes = code(results, true, 300, within)
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "s.csv", index=False)
    codes.to_csv(tmp_path / "c.csv", index=False)
    arguments = ("results", "prevalence", tmp_path / "s.csv", tmp_path / "c.csv", "--level", "outlet")
    compared = (*arguments, "--compare", "Post", "Wire")
    shown = run(*compared, "-f", "jsonl")
    assert shown.exit_code == 0, shown.stderr
    rows = estimate_prevalence(results, codes, "outlet")
    right = compare_groups(rows, "outlet", "Post", "Wire")
    found = pd.DataFrame(map(json.loads, shown.stdout.splitlines()))
    pd.testing.assert_frame_equal(found, right, check_dtype=False)
    lines = run(*compared).stdout.splitlines()
    assert lines[0] == "tax, shares of all paragraphs: Post less Wire"
    points = [100 * right[name].iloc[0] for name in ("difference", *ENDS)]
    assert lines[2].startswith("favor ")
    assert lines[2].endswith("{:+11.1f}   {:+.1f} to {:+.1f}".format(*points))
    assert run(*compared, "-o", tmp_path / "d.csv").exit_code == 0
    fields = json.loads((tmp_path / "d.csv.columns.json").read_text(encoding="utf-8"))["resources"][0]["schema"][
        "fields"
    ]
    assert all(field["description"] for field in fields)
    wrong = run(*arguments, "--compare", "Post", "Nobody")
    assert (wrong.exit_code, wrong.stderr) == (1, "stance: no outlet 'Nobody'; there are 'Post', 'Wire'\n")
    assert run(*arguments[:4], "--compare", "Post", "Wire").exit_code == 2
    assert np.isfinite(right["difference_low"]).all()
