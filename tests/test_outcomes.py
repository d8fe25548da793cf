"""Outcomes for regressions: by hand, by simulation, from the command line, and in R."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coded_collections import TAX, code, coefficient, collect
from helpers import ROOT, run

from stance.errors import StanceError
from stance.labels import LABELS
from stance.results.outcomes import regression_outcomes
from stance.results.prevalence import estimate_prevalence
from stance.results.scored import Results

COLUMNS = [f"tax_y_{label}" for label in LABELS]
GIVEN = [f"tax_p_{label}" for label in LABELS]


def _slanted() -> tuple[Results, pd.Series[str]]:
    """A model that misses half of what favors in the Post, and is sure of it."""
    results, true = collect(1500, 0.8, (0.3, 0.1, 0.2, 0.4))
    frame = results.frame.assign(article_id=[f"a{i // 5}" for i in range(1500)])
    missed = (frame["outlet"] == "Post") & (true == "favor") & (frame["paragraph"] % 2 == 0)
    frame.loc[missed, GIVEN] = [0.02, 0.02, 0.02, 0.94]
    frame.loc[missed, "tax"] = "unrelated"
    return Results(frame.assign(paragraph=frame["paragraph"] % 5), (TAX,), "paragraph"), true


def _coded(results: Results, true: pd.Series[str], size: int, within: str | None, seed: int = 0) -> pd.DataFrame:
    codes = code(results, true, size, within, seed)
    places = pd.MultiIndex.from_frame(results.frame[["article_id", "paragraph"]])
    drawn = pd.MultiIndex.from_frame(codes[["article_id", "paragraph"]])
    return codes.assign(tax=true[places.get_indexer(drawn)].to_numpy())


@pytest.mark.parametrize("within", [None, "tax"])
def test_of_a_collection_coded_as_a_whole_they_are_the_codes(within: str | None) -> None:
    """One where a paragraph has the label, zero where it has another."""
    results, true = collect(300, 0.6, (0.3, 0.1, 0.2, 0.4))
    found = regression_outcomes(results, code(results, true, 300, within))
    assert found[COLUMNS].to_numpy() == pytest.approx((true.to_numpy()[:, None] == np.array(LABELS)).astype(float))


@pytest.mark.parametrize("within", [None, "tax"])
def test_their_mean_is_the_prevalence(within: str | None) -> None:
    """Of all paragraphs, boilerplate left out; and those of a paragraph add up to one."""
    results, true = collect(900, 0.7, (0.3, 0.1, 0.2, 0.4))
    results.frame.loc[5, ["tax", *GIVEN]] = None
    results.frame.loc[5, "tax_abstained"] = "boilerplate"
    results.frame.loc[6, ["tax", *GIVEN]] = None
    results.frame.loc[6, "tax_abstained"] = "ambiguous"
    codes = code(results, true, 200, within)
    found = regression_outcomes(results, codes)
    assert len(found) == 899
    assert "text" not in found
    assert found[COLUMNS].sum(axis=1).to_numpy() == pytest.approx(np.ones(899))
    shares = estimate_prevalence(results, codes).set_index("label")["prevalence"]
    assert found[COLUMNS].mean().tolist() == pytest.approx(shares[list(LABELS)].tolist())


def test_an_outcome_by_hand() -> None:
    """Of a model that tells nothing: the share of the sample, and what a coded paragraph stands for."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    results.frame[GIVEN] = 0.25
    codes = code(results, true, 80)
    found = regression_outcomes(results, codes)["tax_y_favor"]
    share = (codes["tax"] == "favor").mean()
    first, label = codes["paragraph"].iloc[0], codes["tax"].iloc[0]
    # the share is one of the sample itself, so 79 of 80 errors are free
    whole = 400 / 80 * (80 / 79) * (399 / 400)
    assert found[first] == pytest.approx(share + whole * ((label == "favor") - share))
    assert found.drop(codes["paragraph"]).to_numpy() == pytest.approx(np.full(320, share))


def test_over_all_samples_the_mean_of_any_paragraphs_is_the_true_one() -> None:
    """Exactly, where the model tells nothing, and also of two coded paragraphs of a stratum that errs in one group."""
    said = np.array(["favor"] * 40 + ["unrelated"] * 6)
    true = np.array(["favor"] * 40 + ["against"] * 3 + ["unrelated"] * 3)
    frame = pd.DataFrame(
        {"article_id": "a", "paragraph": range(46), "text": "One.", "tax": said, "tax_abstained": None}
    )
    results = Results(frame.assign(**dict.fromkeys(GIVEN, 0.25)), (TAX,), "paragraph")
    group = np.isin(np.arange(46), range(38, 43))
    means = []
    for two in itertools.combinations(range(40, 46), 2):
        codes = frame.iloc[[*range(40), *two]][["article_id", "paragraph", "text"]].assign(drawn_from="tax 42 of 40+6")
        found = regression_outcomes(results, codes.assign(tax=true[codes["paragraph"]]))
        means.append(found.loc[group, "tax_y_against"].mean())
    assert np.mean(means) == pytest.approx((true[group] == "against").mean())


@pytest.mark.parametrize("within", [None, "tax"])
def test_a_regression_finds_the_true_coefficient(within: str | None) -> None:
    """Where the model errs by outlet: its labels tell another one, and intervals made of them hold it never."""
    results, true = _slanted()
    post, articles = results.frame["outlet"] == "Post", results.frame["article_id"]
    right, _ = coefficient(true == "favor", post, articles)
    counted, error = coefficient(results.frame["tax"] == "favor", post, articles)
    assert abs(counted - right) > 3 * error
    found = []
    for seed in range(60):
        outcomes = regression_outcomes(results, _coded(results, true, 250, within, seed))
        found.append(coefficient(outcomes["tax_y_favor"], post, articles))
    values, errors = np.array(found).T
    assert abs(values.mean() - right) < 3 * values.std() / np.sqrt(60)
    assert (np.abs(values - right) < 1.96 * errors).mean() >= 0.93
    assert errors.mean() < 2 * values.std()


def test_outcomes_that_cannot_be_made() -> None:
    """Of a column that is there, and of no codes."""
    results, true = collect(300, 0.6, (0.3, 0.1, 0.2, 0.4))
    codes = code(results, true, 60)
    with pytest.raises(StanceError, match="no paragraph has a code; fill in the columns tax"):
        regression_outcomes(results, codes.assign(tax=None))
    results.frame["tax_y_against"] = 1.0
    with pytest.raises(StanceError, match="the results have a column 'tax_y_against', which outcomes are to have"):
        regression_outcomes(results, codes)


def test_from_the_command_line_into_r(tmp_path: Path) -> None:
    """The file has the outcomes, described; what is taken for granted is told; docs/r.md regresses them as we do."""
    results, true = _slanted()
    codes = _coded(results, true, 250, "tax")
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "scores.csv", index=False)
    codes.iloc[1:].to_csv(tmp_path / "coded.csv", index=False)
    done = run("results", "outcomes", tmp_path / "scores.csv", tmp_path / "coded.csv", "-o", tmp_path / "outcomes.csv")
    assert done.exit_code == 0, done.stderr
    assert "tax: 1 of 250 paragraphs without a code, taken to be missing at random\n" in done.stderr
    assert done.stderr.endswith(f"1500 paragraphs with outcomes on tax to {tmp_path / 'outcomes.csv'}\n")
    shown = run("results", "outcomes", tmp_path / "scores.csv", tmp_path / "coded.csv", "-o", "-")
    assert shown.stdout == (tmp_path / "outcomes.csv").read_text(encoding="utf-8")
    assert shown.stderr.endswith("1500 paragraphs with outcomes on tax to standard output\n")
    right = regression_outcomes(results, codes.iloc[1:])
    found = pd.read_csv(tmp_path / "outcomes.csv")
    assert found[COLUMNS].to_numpy() == pytest.approx(right[COLUMNS].to_numpy())
    package = json.loads((tmp_path / "outcomes.csv.columns.json").read_text(encoding="utf-8"))
    fields = {field["name"]: field["description"] for field in package["resources"][0]["schema"]["fields"]}
    assert all("linear regression" in fields[name] for name in COLUMNS)
    if shutil.which("Rscript") is None:
        if os.environ.get("STANCE_ALL_TESTS"):
            pytest.fail("R is not installed")
        pytest.skip("R is not installed (Debian: r-base-core)")
    document = (ROOT / "docs" / "r.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"<!-- regression -->\n```r\n(.*?)```", document, re.S)
    (tmp_path / "snippet.R").write_text(snippet.replace("sanctions_y", "tax_y"), encoding="utf-8")
    done_in_r = subprocess.run(["Rscript", "--vanilla", "snippet.R"], cwd=tmp_path, capture_output=True, text=True)
    assert done_in_r.returncode == 0, done_in_r.stderr
    # R has the Post in the intercept
    estimate, error = map(float, re.search(r"^outletWire +(\S+) +(\S+)", done_in_r.stdout, re.M).groups())  # type: ignore[union-attr]
    expected = coefficient(right["tax_y_favor"], right["outlet"] == "Wire", right["article_id"])
    assert (estimate, error) == pytest.approx(expected, rel=1e-3)
