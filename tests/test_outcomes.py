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
from stance.labels import LABELS, Target
from stance.results.correction import corrections
from stance.results.outcomes import regression_outcomes
from stance.results.population import population
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


@pytest.mark.parametrize("index", [range(900), range(900, 0, -1), [7] * 900])
def test_they_stand_beside_the_results_again(index: object) -> None:
    """Under the index of these, from which boilerplate is left out: pandas lines columns up by it."""
    results, true = collect(900, 0.7, (0.3, 0.1, 0.2, 0.4))
    results.frame.loc[5, ["tax", *GIVEN]] = None
    results.frame.loc[5, "tax_abstained"] = "boilerplate"
    codes = code(results, true, 200, "tax")
    expected = regression_outcomes(results, codes)
    frame = results.frame.set_index(pd.Index(index, name="tax"))
    found = regression_outcomes(Results(frame, (TAX,), "paragraph"), codes)
    assert found.index.tolist() == np.delete(frame.index, 5).tolist()
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected.reset_index(drop=True))
    own = results.frame.assign(outcome=expected["tax_y_favor"])
    assert own.merge(expected, on=["article_id", "paragraph"]).eval("outcome == tax_y_favor").all()
    assert own["outcome"].isna().tolist() == [i == 5 for i in range(900)]


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


def test_the_design_of_a_simple_sample() -> None:
    """One stratum of all paragraphs; estimates and their errors are those of a survey sample, as docs/r.md says."""
    results, true = collect(600, 0.7, (0.3, 0.1, 0.2, 0.4))
    codes = code(results, true, 120)
    codes.loc[:19, "tax"] = None
    found = regression_outcomes(results, codes)
    assert set(found["sample_stratum"]) == {"all"}
    assert set(found["sample_stratum_size"]) == {600}
    coded = found.dropna(subset="tax_weight")
    assert coded["tax_code"].tolist() == true[coded["paragraph"]].tolist()
    assert found["tax_code"].notna().tolist() == found["tax_weight"].notna().tolist()
    # of the 120 drawn, 20 were not coded
    assert coded["tax_weight"].tolist() == [6.0] * 100
    (correction,) = corrections(population(results), codes)
    assert 0 < correction.slope <= 1
    off = (coded["tax_code"] == "favor") - correction.slope * coded["tax_p_favor"]
    row = estimate_prevalence(results, codes).set_index("label").loc["favor"]
    assert row["prevalence"] == pytest.approx(correction.slope * found["tax_p_favor"].mean() + off.mean())
    assert row["se"] == pytest.approx(np.sqrt(off.var() / 100 * (1 - 100 / 600) * (1 + 1 / 98)))


def test_the_design_of_a_sample_within_a_target() -> None:
    """Strata are labels of the model, or that it gave none; weights add up to each, and give the mean by the strata."""
    results, true = collect(900, 0.7, (0.3, 0.1, 0.2, 0.4))
    results.frame.loc[:39, ["tax", *GIVEN]] = None
    results.frame.loc[:39, "tax_abstained"] = "ambiguous"
    results.frame[GIVEN] = 0.25
    codes = code(results, true, 200, "tax")
    found = regression_outcomes(results, codes)
    given = results.frame["tax"].fillna("abstained")
    assert found["sample_stratum"].tolist() == given.tolist()
    assert found["sample_stratum_size"].tolist() == given.map(given.value_counts()).tolist()
    coded = found.dropna(subset="tax_weight")
    whole = coded.groupby("sample_stratum")["tax_weight"].sum().to_dict()
    assert whole == pytest.approx(given.value_counts().to_dict())
    assert coded.groupby("sample_stratum")["tax_weight"].nunique().tolist() == [1] * 5
    mean = np.average(coded["tax_code"] == "favor", weights=coded["tax_weight"])
    assert estimate_prevalence(results, codes)["prevalence"][0] == pytest.approx(mean)


def test_each_target_has_weights_of_its_own() -> None:
    """Where one was coded less than the other; of one that was not coded at all there are none."""
    results, true = collect(400, 0.7, (0.3, 0.1, 0.2, 0.4))
    also = {name.replace("tax", other): results.frame[name] for name in results.frame for other in ("toll", "fee")}
    targets = (TAX, Target("toll"), Target("fee"))
    results = Results(results.frame.assign(**also), targets, "paragraph")
    codes = code(results, true, 100, "tax").assign(fee=None)
    codes["toll"] = codes["tax"].where(codes.index >= 40)
    found = regression_outcomes(results, codes)
    assert found["tax_weight"].sum() == pytest.approx(400)
    assert found["toll_weight"].sum() == pytest.approx(400)
    assert (found["tax_weight"].count(), found["toll_weight"].count()) == (100, 60)
    assert not [name for name in found if name.startswith(("fee_code", "fee_weight"))]


def test_an_empty_text_is_no_label_to_draw_within() -> None:
    """Strata are the same however a frame says that the model gave no label."""
    results, true = collect(400, 0.7, (0.3, 0.1, 0.2, 0.4))
    results.frame.loc[:39, ["tax", *GIVEN]] = None
    codes = code(results, true, 100, "tax")
    results.frame.loc[:19, "tax"] = ""
    assert code(results, true, 100, "tax").equals(codes)
    found = regression_outcomes(results, codes)
    assert (found["sample_stratum"] == "abstained").sum() == 40


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
    assert package["stance"]["notes"] == [
        f"Outcomes of {tmp_path / 'scores.csv'} and the codes in {tmp_path / 'coded.csv'}, of the sample "
        f"{codes['drawn_from'][0]}."
    ]
    fields = {field["name"]: field["description"] for field in package["resources"][0]["schema"]["fields"]}
    assert all("linear regression" in fields[name] for name in COLUMNS)
    if shutil.which("Rscript") is None:
        if os.environ.get("STANCE_ALL_TESTS"):
            pytest.fail("R is not installed")
        pytest.skip("R is not installed (Debian: r-base-core)")
    said = _in_r("regression", tmp_path)
    # R has the Post in the intercept
    estimate, error = map(float, re.search(r"^outletWire +(\S+) +(\S+)", said, re.M).groups())  # type: ignore[union-attr]
    expected = coefficient(right["tax_y_favor"], right["outlet"] == "Wire", right["article_id"])
    assert (estimate, error) == pytest.approx(expected, rel=1e-3)


def _in_r(snippet: str, folder: Path, more: str = "") -> str:
    """What a snippet of docs/r.md prints, of the target tax."""
    document = (ROOT / "docs" / "r.md").read_text(encoding="utf-8")
    (code,) = re.findall(rf"<!-- {snippet} -->\n```r\n(.*?)```", document, re.S)
    (folder / "snippet.R").write_text(code.replace("sanctions_", "tax_") + more, encoding="utf-8")
    done = subprocess.run(["Rscript", "--vanilla", "snippet.R"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _needs_r(package: str) -> None:
    call = ["Rscript", "--vanilla", "-e", f"stopifnot(requireNamespace({package!r}, quietly = TRUE))"]
    if shutil.which("Rscript") is None or subprocess.run(call, capture_output=True).returncode:
        pytest.skip(f"R has no package {package} (Debian: r-cran-{package})")


def _survey_means(coded: pd.DataFrame, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means of columns over a stratified sample, with their standard errors (Cochran 1977, section 5.4)."""
    total, means, variances = float(coded["tax_weight"].sum()), np.zeros(4), np.zeros(4)
    for stratum in coded["sample_stratum"].unique():
        mine = (coded["sample_stratum"] == stratum).to_numpy()
        n, of = mine.sum(), coded["sample_stratum_size"].to_numpy()[mine][0]
        means += of / total * values[mine].mean(axis=0)
        variances += (of / total) ** 2 * (1 - n / of) * values[mine].var(axis=0, ddof=1) / n
    return means, np.sqrt(variances)


@pytest.mark.parametrize("within", [None, "tax"])
def test_the_design_in_survey(within: str | None, tmp_path: Path) -> None:
    """The means that svymean gives, also calibrated, are those by hand; so are its errors without the model."""
    _needs_r("survey")
    results, true = collect(900, 0.7, (0.3, 0.1, 0.2, 0.4))
    results.frame.loc[:39, ["tax", *GIVEN]] = None
    results.frame.loc[:39, "tax_abstained"] = "not English"
    codes = code(results, true, 240, within)
    codes.loc[:9, "tax"] = None
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "scores.csv", index=False)
    codes.to_csv(tmp_path / "coded.csv", index=False)
    done = run("results", "outcomes", tmp_path / "scores.csv", tmp_path / "coded.csv", "-o", tmp_path / "outcomes.csv")
    assert done.exit_code == 0, done.stderr
    said = re.findall(r"^code\w+ +(\S+) +(\S+)", _in_r("survey", tmp_path), re.M)
    plain, calibrated = np.array(said, dtype=float).reshape(2, 4, 2)
    found = regression_outcomes(results, codes)
    found[GIVEN] = found[GIVEN].fillna(found[GIVEN].mean())
    coded = found.dropna(subset="tax_weight")
    labels = (coded["tax_code"].to_numpy()[:, None] == np.array(LABELS)).astype(float)
    means, errors = _survey_means(coded, labels)
    assert plain[:, 0] == pytest.approx(means, abs=1e-5)
    assert plain[:, 1] == pytest.approx(errors, abs=1e-4)
    # the general regression estimator: a level for each stratum, a slope for each label and probability
    known = np.column_stack([pd.get_dummies(found["sample_stratum"]), found[GIVEN[:3]]]).astype(float)
    of_coded = known[coded.index] * np.sqrt(coded["tax_weight"].to_numpy())[:, None]
    slopes = np.linalg.lstsq(of_coded, labels * np.sqrt(coded["tax_weight"].to_numpy())[:, None], rcond=None)[0]
    assert calibrated[:, 0] == pytest.approx(known.mean(axis=0) @ slopes, abs=1e-5)
    assert (calibrated[:, 1] < plain[:, 1]).all()


def test_results_in_readr(tmp_path: Path) -> None:
    """What is rare in a long table is read, and a country called NA is none that is missing."""
    _needs_r("readr")
    results, _ = collect(20_000, 0.7, (0.3, 0.1, 0.2, 0.4))
    results.frame.loc[15_001, "tax_abstained"] = "ambiguous"
    frame = results.frame.assign(title="", date="", country="NA")
    frame.to_csv(tmp_path / "scores.csv", index=False)
    more = "\ncat(scores$tax_abstained[15002], sum(is.na(scores$country)), class(scores$title))\n"
    assert _in_r("readr", tmp_path, more).endswith("ambiguous 0 character")
