"""What a sample is said to tell before it is coded: as wide as the intervals turn out to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coded_collections import code, collect
from helpers import run

from stance.errors import StanceError
from stance.labels import LABELS, Target
from stance.results.planning import expected_intervals
from stance.results.prevalence import NET, estimate_prevalence
from stance.results.sampling import draw_sample
from stance.results.saved import Results

GIVEN = [f"tax_p_{label}" for label in LABELS]


def _calibrated() -> tuple[Results, pd.Series[str]]:
    """Labels that are there as often as the probabilities say."""
    results, _ = collect(2000, 0.75, (0.3, 0.1, 0.2, 0.4))
    random = np.random.default_rng(1)
    true = [random.choice(LABELS, p=p) for p in results.frame[GIVEN].to_numpy()]
    return results, pd.Series(true)


@pytest.mark.parametrize("within", [None, "tax"])
def test_intervals_are_as_wide_as_was_to_be_expected(within: str | None) -> None:
    """Of shares and of net stance, on average over samples."""
    results, true = _calibrated()
    expected = expected_intervals(results, draw_sample(results, 200, within))
    assert expected["label"].tolist() == [*LABELS, NET]
    found = []
    for seed in range(30):
        rows = estimate_prevalence(results, code(results, true, 200, within, seed))
        found.append((rows["high"] - rows["low"]) / 2)
    assert expected["half"].tolist() == pytest.approx(pd.DataFrame(found).mean().tolist(), rel=0.12)
    shares = [(true == label).mean() for label in LABELS]
    assert expected["expected"].tolist()[:4] == pytest.approx(shares, abs=0.03)


def test_a_rare_label_is_told_the_width_that_intervals_have_of_few() -> None:
    """Of some two coded paragraphs in a sample they reach further than the error alone."""
    results, _ = collect(4000, 0.75, (0.25,) * 4)
    random = np.random.default_rng(1)
    given = random.dirichlet([0.04, 0.01, 0.03, 1.92], 4000)
    results.frame[GIVEN] = given
    true = pd.Series([random.choice(LABELS, p=p) for p in given])
    told = expected_intervals(results, draw_sample(results, 200)).set_index("label")["half"]
    rows = [estimate_prevalence(results, code(results, true, 200, None, seed)).set_index("label") for seed in range(30)]
    found = pd.DataFrame([(one["high"] - one["low"]) / 2 for one in rows]).mean()
    assert told["against"] == pytest.approx(found["against"], rel=0.15)
    assert told[NET] == pytest.approx(found[NET], rel=0.15)


def test_what_no_estimate_comes_of_tells_no_width(tmp_path: Path) -> None:
    """Of strata without two coded paragraphs; the sample is written, as a larger one begins with it."""
    labels = [f"l{i}" for i in range(20)]
    frame = pd.DataFrame({"article_id": "a", "paragraph": range(400), "text": "One.", "tax": labels * 20})
    frame = frame.assign(tax_probability=0.9, tax_abstained=None, **{f"tax_p_{label}": 0.05 for label in labels})
    frame.to_csv(tmp_path / "s.csv", index=False)
    done = run("results", "sample", tmp_path / "s.csv", "-n", 30, "--within", "tax", "-o", tmp_path / "c.csv")
    assert done.exit_code == 0
    assert len(pd.read_csv(tmp_path / "c.csv")) == 30
    message = "10 of 20 labels that the sample was drawn within have fewer than two coded paragraphs"
    assert done.stderr.splitlines()[-1].startswith(f"the sample: {message}")
    with pytest.raises(StanceError, match=message):
        expected_intervals(frame, draw_sample(frame, 30, "tax"))
    with pytest.raises(StanceError, match="3 coded paragraphs; an estimate needs 30 at least"):
        expected_intervals(frame, draw_sample(frame, 3))


def test_a_collection_drawn_as_a_whole_leaves_nothing_to_chance() -> None:
    """And results that have no probabilities, nothing to say."""
    results, _ = collect(100, 0.75, (0.25,) * 4)
    assert expected_intervals(results, draw_sample(results, 100))["half"].tolist() == [0.0] * 5
    bare = Results(results.frame.drop(columns=GIVEN), (Target("tax", ()),), "paragraph")
    assert expected_intervals(bare, draw_sample(bare, 50)).empty


def test_from_the_command_line(tmp_path: Path) -> None:
    """Four times the size is half the width; of too few paragraphs nothing is said."""
    results, _ = collect(3000, 0.75, (0.25,) * 4)
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "s.csv", index=False)
    halves = []
    for size in (40, 160):
        done = run("results", "sample", tmp_path / "s.csv", "-n", size, "-o", tmp_path / f"{size}.csv")
        half = expected_intervals(results, draw_sample(results, size)).set_index("label")["half"]
        line = done.stderr.splitlines()[-1]
        halves.append(half["favor"])
        assert line.startswith(f"  tax: favor ± {100 * half['favor']:.1f} %, against ± ")
        assert line.endswith(f", net ± {half[NET]:.2f}")
    assert halves[0] / halves[1] == pytest.approx(2, rel=0.05)
    few = run("results", "sample", tmp_path / "s.csv", "-n", 20, "-o", tmp_path / "few.csv")
    assert few.stderr.endswith("an estimate needs 30 coded paragraphs at least\n")
