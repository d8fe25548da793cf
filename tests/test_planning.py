"""What a sample is said to tell before it is coded: as wide as the intervals turn out to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coded_collections import code, collect
from helpers import run

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
