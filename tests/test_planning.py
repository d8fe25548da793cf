"""What a sample is said to tell before it is coded: as wide as the intervals turn out to be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from coded_collections import code, collect
from helpers import run
from scipy import stats

from stance.errors import StanceError
from stance.labels import LABELS, Target
from stance.results.planning import expected_intervals
from stance.results.prevalence import NET, estimate_prevalence
from stance.results.sampling import draw_sample
from stance.results.scored import Results

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


@pytest.mark.parametrize(
    ("given", "within", "size"),
    [
        (None, "tax", 120),
        ((0.5, 0.2, 0.3, 0), None, 30),
        ((0.96, 0.02, 0.02, 0), None, 30),
        ((0, 0.98, 0, 0.02), None, 30),
    ],
)
def test_the_width_by_hand(given: tuple[float, ...] | None, within: str | None, size: int) -> None:
    """By Cochran's sum over strata, Wilson's interval and Student's t; where all are related, and at either end."""
    results, _ = collect(400, 0.8, (0.3, 0.1, 0.2, 0.4))
    frame = results.frame
    if given:
        frame[GIVEN] = given
    sample = draw_sample(results, size, within)
    told = expected_intervals(results, sample).set_index("label")

    strata = frame["tax"] if within else pd.Series("all", index=frame.index)
    h = pd.DataFrame({"size": strata.value_counts(), "n": strata[sample["paragraph"]].value_counts()})
    freedom = size - len(h) - 1
    share = frame[GIVEN].mean().to_numpy()

    def variance(worth: npt.NDArray[np.float64]) -> float:
        p = frame[GIVEN].to_numpy()
        unit = pd.Series((p * worth**2).sum(axis=1) - (p * worth).sum(axis=1) ** 2).groupby(strata).mean()
        parts = (h["size"] / 400) ** 2 * (1 - h["n"] / h["size"]) * unit / h["n"]
        return float(parts.sum()) * (1 + 1 / freedom)

    t = stats.t.ppf(0.975, freedom)
    for p, worth, label in zip(share, np.eye(4), LABELS, strict=True):
        if p == 0:
            continue
        n = p * (1 - p) / variance(worth)
        half = t * np.sqrt(p * (1 - p) / n + (t / (2 * n)) ** 2) / (1 + t * t / n)
        middle = (p + t * t / (2 * n)) / (1 + t * t / n)
        width = min(middle + half, 1) - max(middle - half, 0)
        assert told.loc[label].tolist()[1:] == pytest.approx([p, width / 2])
    net = (share[0] - share[1]) / share[:3].sum()
    error = np.sqrt(variance((np.array([1, -1, 0, 0]) - net * np.array([1, 1, 1, 0])) / share[:3].sum()))
    # of the coded, so many are to be related, and tell as much as so many of one weight
    weights = (h["size"] / h["n"])[strata[sample["paragraph"]]].to_numpy()
    related = (1 - frame["tax_p_unrelated"]).groupby(strata).mean()[strata[sample["paragraph"]]].to_numpy()
    alike = (weights * related).sum() ** 2 / (weights**2 * related).sum()
    reach = stats.t.ppf(0.975, min(freedom, alike - 1)) * error
    assert told.loc[NET].tolist()[1:] == pytest.approx([net, (min(net + reach, 1) - max(net - reach, -1)) / 2])


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


def test_what_is_hardly_there_is_told_a_width() -> None:
    """Of net stance the widest, where hardly a related paragraph is to be expected; where none is, there is none.

    Rounding may lead a probability beyond 1, and so its variance below 0.
    """
    results, _ = collect(400, 0.75, (0.25,) * 4)
    sample, told = draw_sample(results, 60), {}
    for given in ((5e-4, 5e-4, 0, 0.999), (0, 0, 0, 1), (1 + 5e-7, 0, 0, 0)):
        results.frame[GIVEN] = given
        told[given[0]] = expected_intervals(results, sample).set_index("label")["half"]
    rare, none, beyond = told.values()
    assert rare[NET] == 1.0
    assert list(none.index) == list(LABELS)
    assert beyond.notna().all()


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
    with pytest.raises(StanceError, match="3 coded paragraphs; an estimate needs at least 30"):
        expected_intervals(frame, draw_sample(frame, 3))


def test_a_collection_drawn_as_a_whole_leaves_nothing_to_chance() -> None:
    """Labels that take no side tell no net stance, and results that have no probabilities nothing."""
    results, _ = collect(100, 0.75, (0.25,) * 4)
    assert expected_intervals(results, draw_sample(results, 100))["half"].tolist() == [0.0] * 5
    calm = results.frame.rename(columns={f"tax_p_{label}": f"tax_p_{i}" for i, label in enumerate(LABELS)})
    calm["tax"] = calm["tax"].map({label: str(i) for i, label in enumerate(LABELS)})
    sideless = Results(calm, (Target("tax", ("0", "1", "2", "3")),), "paragraph")
    assert expected_intervals(sideless, draw_sample(sideless, 50))["label"].tolist() == ["0", "1", "2", "3"]
    bare = Results(results.frame.drop(columns=GIVEN).assign(tax=None), (Target("tax", ()),), "paragraph")
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
    assert few.stderr.endswith("an estimate needs at least 30 coded paragraphs\n")
