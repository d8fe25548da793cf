"""Prevalences estimated from a coded sample: by hand, by simulation, and from the command line."""

from __future__ import annotations

import csv
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from coded_collections import TAX, code, collect
from helpers import run as _run
from scipy import stats

from stance.commands.places import tell_formulas
from stance.errors import CorpusError, StanceError
from stance.labels import LABELS, Target
from stance.results import population as population_of
from stance.results.correction import LEAST_CODED
from stance.results.drawn import count_lost
from stance.results.levels import LEVELS, OF_PARAGRAPHS
from stance.results.planning import expected_intervals
from stance.results.population import find_coded, population
from stance.results.prevalence import NET, estimate_prevalence
from stance.results.rollup import roll_up
from stance.results.sampling import draw_sample, read_codes, undecided
from stance.results.scored import Results, refuse_twice


def _coded_equally(results: Results, true: pd.Series[str], each: int) -> pd.DataFrame:
    """As many of each label that the model gave, as somebody may have drawn them."""
    frame = results.frame
    drawn = frame.groupby("tax").sample(each, random_state=0)[["article_id", "paragraph", "text"]]
    sizes = "+".join(map(str, frame["tax"].value_counts().sort_index()))
    return drawn.assign(drawn_from=f"tax {len(drawn)} of {sizes}", tax=true[drawn["paragraph"]].to_numpy())


def test_a_model_that_tells_nothing_leaves_the_sample_alone() -> None:
    """Equal probabilities: share, error and Wilson's interval by hand."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    frame = results.frame.assign(**{f"tax_p_{label}": 0.25 for label in LABELS})
    codes = code(results, true, 80)
    row = estimate_prevalence(Results(frame, (TAX,), "paragraph"), codes).set_index("label").loc["favor"]
    p = (codes["tax"] == "favor").mean()
    assert row["prevalence"] == pytest.approx(p)
    assert row["se"] == pytest.approx(math.sqrt((1 - 80 / 400) * p * (1 - p) / 79 * (1 + 1 / 78)))
    size, t = p * (1 - p) / row["se"] ** 2, 1.990847
    middle, half = p + t * t / (2 * size), t * math.sqrt(p * (1 - p) / size + (t / (2 * size)) ** 2)
    assert row["low"] == pytest.approx((middle - half) / (1 + t * t / size), abs=1e-6)
    assert row["high"] == pytest.approx((middle + half) / (1 + t * t / size), abs=1e-6)
    assert row["effective_size"] == pytest.approx(size)


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(("bold", "turned", "low", "high"), [(0, 0, 1, 2), (0.9, 0, 0.2, 0.8), (0, 1, -2, 0)])
def test_a_group_of_a_stratified_sample_by_hand(bold: float, turned: int, low: float, high: float, whole: bool) -> None:
    """Slope by least squares, kept between 0 and 1; share, error and Wilson's interval by pandas and scipy.

    Each stratum has a level of its own, the mean error of all its coded paragraphs, whatever their group.
    The variance of a stratum is what was seen, or, up to one error more, what it would be if each paragraph had each
    label as probably as the model says. A stratum of which all are coded adds nothing, and takes nothing from others.
    """
    results, true = collect(900, 0.6, (0.3, 0.1, 0.2, 0.4))
    frame = results.frame
    probabilities = [f"tax_p_{label}" for label in LABELS]
    given = frame[probabilities].to_numpy()
    given = (1 - bold) * given + bold * np.eye(4)[given.argmax(axis=1)]
    frame[probabilities] = np.roll(given, turned, axis=1)
    frame.loc[:99, probabilities] = np.nan
    # of three strata, where the sample has four
    frame.loc[frame["tax"] == "neutral", "outlet"] = "Wire"
    # and a last one that has nothing of the last
    frame.loc[(frame["tax"] == "favor") & (frame.index > 800), "outlet"] = "Zeit"
    codes = _coded_equally(results, true, frame["tax"].value_counts().min() if whole else 60)
    rows = estimate_prevalence(results, codes, "outlet").set_index(["outlet", "label"]).loc["Post"]

    # of what the model abstained from it knows the mean alone
    frame[probabilities] = frame[probabilities].fillna(frame[probabilities].mean())
    drawn = frame.iloc[codes["paragraph"]].reset_index(drop=True)
    size = drawn["tax"].map(frame["tax"].value_counts()).to_numpy(float)
    n = drawn["tax"].map(drawn["tax"].value_counts()).to_numpy(float)
    w, mine = size / n, (drawn["outlet"] == "Post").to_numpy()
    y = (codes["tax"].to_numpy()[:, None] == np.array(LABELS)).astype(float)
    g = drawn[probabilities].to_numpy()
    x, z = ((v - np.average(v, 0, w)) * np.sqrt(w)[:, None] for v in (g, y))
    slope = np.linalg.lstsq(x.reshape(-1, 1), z.ravel())[0][0]
    assert low < slope < high
    slope = min(max(slope, 0), 1)
    errors = pd.DataFrame(y - slope * g)
    levels = errors.groupby(drawn["tax"]).mean()
    errors = (errors - levels.loc[drawn["tax"]].to_numpy()).to_numpy()
    correction = np.average(errors[mine], 0, w[mine])
    known = slope * frame[probabilities].to_numpy() + levels.loc[frame["tax"]].to_numpy()
    p = known[frame["outlet"] == "Post"].mean(axis=0) + correction
    assert rows["prevalence"].tolist()[:4] == pytest.approx(p)

    moves = pd.DataFrame(np.where(mine[:, None], errors - correction, 0.0) / w[mine].sum())
    freedom = mine.sum() - 3 - 1
    # net stance is a combination of labels
    related = p[:3].sum()
    net = (p[0] - p[1]) / related
    of = np.column_stack([np.eye(4), (np.array([1, -1, 0, 0]) - net * np.array([1, 1, 1, 0])) / related])
    seen = (moves @ of).groupby(drawn["tax"]).var()
    h = pd.DataFrame({"n": n, "size": size}).groupby(drawn["tax"]).first()
    chances = frame[probabilities].to_numpy()
    off = of[:, :, None] - (known @ of).T[None] - (correction @ of)[None, :, None]
    off = np.where(frame["outlet"] == "Post", off, 0.0) / w[mine].sum()
    mean, square = (pd.DataFrame(np.einsum("il,lki->ik", chances, off**power)) for power in (1, 2))
    foretold = square.groupby(frame["tax"]).mean() - mean.groupby(frame["tax"]).mean() ** 2
    more = seen + np.outer(1 / (h["n"] - 1), (np.ptp(of, axis=0) / w[mine].sum()) ** 2)
    unit = np.maximum(seen, np.minimum(foretold, more))
    assert (unit > seen).any(axis=None)
    parts = unit.mul(h["size"] ** 2 / h["n"] * (1 - h["n"] / h["size"]), axis=0)
    se = np.sqrt(parts.sum().to_numpy() * (1 + 1 / freedom))
    assert rows["se"].tolist() == pytest.approx(se)
    assert rows["prevalence"].tolist()[4] == pytest.approx(net)

    alone = np.average(y[mine], 0, w[mine])
    effective, t = alone * (1 - alone) / se[:4] ** 2, stats.t.ppf(0.975, freedom)
    middle, half = p + t * t / (2 * effective), t * np.sqrt(p * (1 - p) / effective + (t / (2 * effective)) ** 2)
    assert rows["effective_size"].tolist()[:4] == pytest.approx(effective)
    assert rows["low"].tolist()[:4] == pytest.approx((middle - half) / (1 + t * t / effective))
    assert rows["high"].tolist()[:4] == pytest.approx((middle + half) / (1 + t * t / effective))


def test_what_a_group_has_of_a_stratum_is_known() -> None:
    """Of labels that are right the strata tell all, however few of them a group happens to have among the coded."""
    results, true = collect(900, 0.97, (0.3, 0.1, 0.2, 0.4))
    frame = results.frame.assign(tax=true, **{f"tax_p_{label}": 0.25 for label in LABELS})
    results = Results(frame, (TAX,), "paragraph")
    rows = estimate_prevalence(results, code(results, true, 200, "tax"), "outlet")
    for outlet, found in rows.groupby("outlet"):
        mine = true[frame["outlet"] == outlet]
        assert found["prevalence"].tolist()[:4] == pytest.approx([(mine == label).mean() for label in LABELS])


def test_a_group_that_lacks_codes_is_no_whole() -> None:
    """All of its coded ones may be of a stratum coded as a whole; of the others it has, nothing is known."""
    results, true = collect(1000, 0.7, (0.04, 0.3, 0.3, 0.36))
    frame = results.frame
    favor = np.flatnonzero(frame["tax"] == "favor")
    codes = _coded_equally(results, true, len(favor))
    uncoded = np.setdiff1d(np.arange(1000), [*favor, *codes["paragraph"]])[:20]
    frame["outlet"] = "Wire"
    frame.loc[[*favor, *uncoded], "outlet"] = "Post"
    rows = estimate_prevalence(results, codes, "outlet").set_index(["outlet", "label"]).loc["Post"]
    assert rows["paragraphs"].iloc[0] == rows["coded"].iloc[0] + 20
    # the width is that of a simple sample of as many
    assert (rows["effective_size"][:4] == rows["coded"].iloc[0]).all()
    assert (rows["high"] - rows["low"])[:4].min() > 0.1
    assert math.isnan(rows.loc[NET, "low"])


@pytest.mark.parametrize("within", [None, "tax"])
def test_a_collection_coded_as_a_whole_has_no_error(within: str | None) -> None:
    """Whatever the model says, the estimates are the true shares, for each group."""
    results, true = collect(300, 0.5, (0.4, 0.1, 0.2, 0.3))
    codes = code(results, true, 300, within)
    for outlet, rows in estimate_prevalence(results, codes, "outlet").groupby("outlet"):
        mine = true[results.frame["outlet"] == outlet]
        shares = [(mine == label).mean() for label in LABELS]
        assert rows["prevalence"].tolist()[:4] == pytest.approx(shares)
        assert rows["prevalence"].iloc[4] == pytest.approx((shares[0] - shares[1]) / (1 - shares[3]))
        assert rows["se"].tolist() == pytest.approx([0.0] * 5, abs=1e-12)
        assert rows["low"].tolist() == pytest.approx(rows["prevalence"].tolist())
        assert rows["high"].tolist() == pytest.approx(rows["prevalence"].tolist())


@pytest.mark.parametrize("within", [None, "tax"])
def test_a_group_coded_as_a_whole_has_no_error(within: str | None) -> None:
    """Whatever its paragraphs stand for elsewhere: its shares are those of its codes."""
    results, true = collect(600, 0.6, (0.25,) * 4)
    codes = code(results, true, 200, within)
    results.frame["outlet"] = "Wire"
    results.frame.loc[codes["paragraph"][:50], "outlet"] = "Post"
    rows = estimate_prevalence(results, codes, "outlet").set_index(["outlet", "label"])
    post, wire = rows.loc["Post"], rows.loc["Wire"]
    shares = [(codes["tax"][:50] == label).mean() for label in LABELS]
    assert post["prevalence"].tolist() == pytest.approx([*shares, (shares[0] - shares[1]) / (1 - shares[3])])
    assert (post["se"] == 0).all()
    for end in ("low", "high"):
        assert post[end].tolist() == pytest.approx(post["prevalence"].tolist())
    assert (wire["se"] > 0).all()
    assert (wire["low"] < wire["high"]).all()


@pytest.mark.parametrize("within", [None, "tax"])
def test_intervals_hold_the_truth_as_often_as_they_say(within: str | None) -> None:
    """Of 150 samples: no bias beyond what chance makes, where counting labels is far off; 95 % of intervals hold."""
    results, true = collect(2000, 0.6, (0.12, 0.05, 0.13, 0.7))
    shares = [(true == label).mean() for label in LABELS]
    truth = np.array([*shares, (shares[0] - shares[1]) / (1 - shares[3])])
    found = [estimate_prevalence(results, code(results, true, 150, within, seed)) for seed in range(150)]
    values = np.array([rows["prevalence"] for rows in found])
    # a model less sure than it is right widens those of a stratified sample
    wider = 0.3 if within else 0.0
    assert (np.abs(values.mean(axis=0) - truth) < 4 * values.std(axis=0) / math.sqrt(150)).all()
    assert abs(found[0]["counted"][3] - truth[3]) > 0.1
    held = np.mean([(rows["low"] <= truth) & (truth <= rows["high"]) for rows in found], axis=0)
    assert (held > 0.9).all()
    assert 0.93 < held.mean() < 0.98 + wider / 15
    errors = np.mean([rows["se"] for rows in found], axis=0) / values.std(axis=0)
    assert (np.abs(errors - 1 - wider / 2) < 0.12 + wider / 2).all()


def _rare(size: int = 3000) -> tuple[Results, pd.Series[str]]:
    """Where nearly all is unrelated, and true labels are drawn from the model's probabilities."""
    random = np.random.default_rng(5)
    about = np.where(random.random(size) < 0.04, 1.0, 0.04)[:, None]
    given = about * random.dirichlet((0.8, 0.5, 0.5, 0.3), size) + (1 - about) * np.array([0, 0, 0, 1.0])
    labels = np.array(LABELS)
    true = pd.Series(labels[(random.random(size)[:, None] > given.cumsum(axis=1)).sum(axis=1)])
    frame = pd.DataFrame({"article_id": "a", "paragraph": range(size), "text": "One.", "tax": labels[given.argmax(1)]})
    frame = frame.assign(tax_abstained=None, **{f"tax_p_{label}": given[:, k] for k, label in enumerate(LABELS)})
    return Results(frame, (TAX,), "paragraph"), true


def test_intervals_hold_where_hardly_an_error_is_drawn() -> None:
    """Of the stratum of nearly all paragraphs most samples show none; also where as many were drawn of each label.

    Of these the errors are larger.
    """
    results, true = _rare()
    shares = [(true == label).mean() for label in LABELS]
    truth = np.array([*shares, (shares[0] - shares[1]) / (1 - shares[3])])
    errors = []
    for equally in (False, True):
        held, squared = [], []
        for seed in range(100):
            shuffled = Results(results.frame.sample(frac=1, random_state=seed), (TAX,), "paragraph")
            codes = _coded_equally(shuffled, true, 25) if equally else code(results, true, 100, "tax", seed)
            rows = estimate_prevalence(results, codes)
            held.append((rows["low"] <= truth) & (truth <= rows["high"]))
            squared.append((rows["prevalence"] - truth) ** 2)
        assert (np.mean(held, axis=0) > 0.92).all()
        errors.append(np.sqrt(np.mean(squared, axis=0)))
    assert (errors[0] < 0.9 * errors[1]).all()


@pytest.mark.parametrize("size", [40, 49, 83])
@pytest.mark.parametrize("within", [None, "tax"])
def test_a_sample_of_one_label_does_not_rule_out_the_others(size: int, within: str | None) -> None:
    """Whatever the sums are rounded to: the width is that of Wilson's interval for none of so many."""
    results, true = collect(400, 0.5, (0.25,) * 4)
    rows = estimate_prevalence(results, code(results, true, size, within).assign(tax="unrelated")).set_index("label")
    assert rows["low"]["unrelated"] == pytest.approx(size / (size + 4), abs=0.01)
    assert rows["high"][["favor", "against", "neutral"]].tolist() == pytest.approx([4 / (size + 4)] * 3, abs=0.01)
    assert rows.loc[NET, ["prevalence", "low", "high"]].isna().all()


@pytest.mark.parametrize("within", [None, "tax"])
def test_a_label_that_no_coded_paragraph_has_may_be_that_of_none(within: str | None) -> None:
    """Its estimate is above 0 in half the samples, by chance; the interval holds the true 0, and so the true 1."""
    results, true = collect(1000, 0.7, (0.3, 0.0, 0.2, 0.5))
    true = true.where(results.frame["outlet"] == "Wire", "unrelated")
    above = []
    for seed in range(10):
        codes = code(results, true, 200, within, seed)
        all_ = estimate_prevalence(results, codes).set_index("label")
        post = estimate_prevalence(results, codes, "outlet").set_index(["outlet", "label"]).loc["Post"]
        assert [all_["low"]["against"], post["low"]["favor"], post["high"]["unrelated"]] == [0, 0, 1]
        assert all_["low"]["favor"] > 0
        # what is shown lies within
        assert (post["low"] <= post["prevalence"])[:4].all()
        assert (post["prevalence"] <= post["high"])[:4].all()
        above.append(all_["prevalence"]["against"] > 0)
    assert any(above)


def test_related_paragraphs_that_agree_give_net_stance_no_interval() -> None:
    """As in roll-ups: that all who take a side take the same tells nothing of the error."""
    results, true = collect(400, 0.5, (0.25,) * 4)
    frame = results.frame.assign(**{f"tax_p_{label}": 0.25 for label in LABELS})
    codes = code(results, true, 60)
    codes["tax"] = np.where(codes["tax"] == "favor", "favor", "unrelated")
    net = estimate_prevalence(Results(frame, (TAX,), "paragraph"), codes).set_index("label").loc[NET]
    assert net["prevalence"] == pytest.approx(1.0)
    assert math.isnan(net["low"])
    assert math.isnan(net["high"])


def test_net_stance_has_as_many_degrees_of_freedom_as_related_paragraphs() -> None:
    """Less one. Equal probabilities: the error of a ratio (Cochran 1977, section 2.11) by hand; of two no interval."""
    results, true = collect(400, 0.5, (0.25,) * 4)
    frame = results.frame.assign(**{f"tax_p_{label}": 0.25 for label in LABELS})
    found = {}
    for favor, against in ((1, 1), (2, 1), (8, 4), (30, 30)):
        coded = ["favor"] * favor + ["against"] * against + ["unrelated"] * (60 - favor - against)
        codes = code(results, true, 60).assign(tax=coded)
        found[favor] = estimate_prevalence(Results(frame, (TAX,), "paragraph"), codes).set_index("label").loc[NET]
    assert found[1][["low", "high"]].isna().all()
    assert found[2][["low", "high"]].tolist() == [-1, 1]
    se = math.sqrt((1 - 60 / 400) * 60 / 59 * (8 * (2 / 3) ** 2 + 4 * (4 / 3) ** 2)) / 12 * math.sqrt(1 + 1 / 58)
    assert found[8]["prevalence"] == pytest.approx(1 / 3)
    assert found[8]["se"] == pytest.approx(se)
    # the quantile of the tables, for 11 degrees of freedom
    # no more than the others have: 58, where all 60 are related
    assert found[30]["high"] / found[30]["se"] == pytest.approx(2.001717, abs=1e-6)
    assert found[8][["low", "high"]].tolist() == pytest.approx([1 / 3 - 2.200985 * se, 1 / 3 + 2.200985 * se], abs=1e-6)


def test_net_stance_of_a_group_counts_the_related_of_that_group() -> None:
    """Two of the Post are too few for an interval, whatever the Wire has."""
    results, true = collect(400, 0.5, (0.25,) * 4)
    codes = code(results, true, 120)
    post = np.flatnonzero(results.frame["outlet"][codes["paragraph"]] == "Post")
    codes.loc[post, "tax"] = ["favor", "against"] + ["unrelated"] * (len(post) - 2)
    net = estimate_prevalence(results, codes, "outlet").set_index(["label", "outlet"]).loc[NET]
    assert net["low"].isna().to_dict() == {"Post": True, "Wire": False}


def test_a_group_of_one_label_does_not_rule_out_the_others() -> None:
    """The slope is that of all groups, so its errors vary; they tell nothing of the size of its sample."""
    results, true = collect(400, 0.5, (0.25,) * 4)
    codes = code(results, true, 120)
    codes.loc[(results.frame["outlet"][codes["paragraph"]] == "Post").to_numpy(), "tax"] = "unrelated"
    rows = estimate_prevalence(results, codes, "outlet").set_index(["outlet", "label"]).loc["Post"][:4]
    assert (rows["se"] > 0.01).all()
    assert rows["effective_size"].tolist() == pytest.approx(rows["coded"].tolist())
    assert (rows["low"] < rows["high"]).all()


def test_groups_stand_in_order_of_their_names() -> None:
    """Each with its own paragraphs; those of no outlet come last."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    sizes = {"wire": 190, "abend": 70, None: 20, "post": 120}
    results.frame["outlet"] = [name for name, size in sizes.items() for _ in range(size)]
    rows = estimate_prevalence(results, code(results, true, 100), "outlet")[::5]
    assert rows["outlet"].tolist()[:3] == ["abend", "post", "wire"]
    assert rows["outlet"].isna().tolist()[3]
    assert rows["paragraphs"].tolist() == [70, 120, 190, 20]


def test_groups_stand_in_order_of_categories_that_are_numbers_with_gaps() -> None:
    """Which pandas holds as floats; as roll-ups have them."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    waves = pd.CategoricalDtype([3, 1, 2], ordered=True)
    frame = results.frame.assign(wave=pd.Series([1, 2, 3, None] * 100, dtype=waves))
    changed = Results(frame, results.targets, "paragraph")
    found = estimate_prevalence(changed, code(results, true, 100), "wave")["wave"][::5]
    assert found.tolist()[:3] == roll_up(changed, "wave")["wave"].tolist()[:3] == [3, 1, 2]
    assert found.isna().tolist()[3:] == [True]


def test_labels_may_be_in_any_case() -> None:
    """FAVOR is a side and NONE is not related; net stance is that of the same labels as the codebook has them."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    codes = code(results, true, 100)
    names = dict(zip(LABELS, ("FAVOR", "AGAINST", "NEUTRAL", "NONE"), strict=True))
    frame = results.frame.rename(columns={f"tax_p_{label}": f"tax_p_{name}" for label, name in names.items()})
    upper = Results(frame.assign(tax=frame["tax"].map(names)), (Target("tax", tuple(names.values())),), "paragraph")
    found = estimate_prevalence(upper, codes.assign(tax=codes["tax"].map(names)))
    expected = estimate_prevalence(results, codes)
    pd.testing.assert_frame_equal(found.drop(columns="label"), expected.drop(columns="label"))
    counts = results.frame["tax"].value_counts()
    related = counts.sum() - counts["unrelated"]
    yes = Target("tax", ("FAVOR", "NO", "NEUTRAL", "NONE"))
    frame = upper.frame.rename(columns={"tax_p_AGAINST": "tax_p_NO"}).replace({"tax": {"AGAINST": "NO"}})
    found = estimate_prevalence(Results(frame, (yes,), "paragraph"), codes.assign(tax="NO"))
    assert found["label"].tolist() == list(yes.labels), "no net stance without two sides"
    assert expected["counted"][4] == pytest.approx((counts["favor"] - counts["against"]) / related)


def test_without_any_probability_the_sample_stands_alone() -> None:
    """Where the model abstained from all."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    codes = code(results, true, 100)
    results.frame[[f"tax_p_{label}" for label in LABELS]] = np.nan
    results.frame["tax"] = None
    found = estimate_prevalence(results, codes)
    assert found["prevalence"].tolist()[:4] == pytest.approx([(codes["tax"] == label).mean() for label in LABELS])
    assert found["counted"].isna().all()


def test_a_paragraph_that_lacks_one_probability_has_none() -> None:
    """What is left of them tells no more than where the model abstained, and no estimate is missing for it."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    codes = code(results, true, 100)
    results.frame.loc[:9, "tax_p_favor"] = np.nan
    found = estimate_prevalence(results, codes)
    results.frame.loc[:9, [f"tax_p_{label}" for label in LABELS]] = np.nan
    pd.testing.assert_frame_equal(found, estimate_prevalence(results, codes))
    assert found["low"].notna().all()


def test_an_estimate_near_zero_has_no_absurd_interval() -> None:
    """An interval of a rare label is no wider than twice that of the sample alone."""
    results, true = collect(2000, 0.6, (0.02, 0.01, 0.03, 0.94))
    for seed in range(60):
        rows = estimate_prevalence(results, code(results, true, 100, None, seed)).set_index("label")
        assert rows["high"]["against"] - rows["low"]["against"] < 0.15


def test_a_sample_is_held_against_what_it_was_drawn_from() -> None:
    """Scored by another model the strata are others; by the simple random sample nothing is lost."""
    results, true = collect(300, 0.7, (0.25,) * 4)
    again, _ = collect(300, 0.6, (0.25,) * 4)
    again.frame["tax"] = np.roll(again.frame["tax"], 1)
    again.frame.loc[0, "tax"] = "favor" if again.frame["tax"][0] != "favor" else "neutral"
    assert estimate_prevalence(again, code(results, true, 100))["low"].notna().all()
    with pytest.raises(StanceError, match=r"of the labels on tax, but the results have"):
        estimate_prevalence(again, code(results, true, 100, "tax"))
    more = pd.concat([results.frame, results.frame.assign(article_id="b")], ignore_index=True)
    with pytest.raises(StanceError, match="drawn from 300 paragraphs, but the results have 600"):
        estimate_prevalence(Results(more, (TAX,), "paragraph"), code(results, true, 100))


def test_a_better_model_is_worth_more_coded_paragraphs() -> None:
    """And one at random costs none: the slope is near zero."""
    sizes = []
    for sure in (0.25, 0.6, 0.9):
        results, true = collect(3000, sure, (0.25,) * 4)
        sizes.append(estimate_prevalence(results, code(results, true, 200))["effective_size"][:4].mean())
    assert 190 < sizes[0] < 230
    assert sizes[1] > 1.5 * sizes[0]
    assert sizes[2] > 3 * sizes[1]


def test_shares_add_up_to_one_and_abstentions_are_part_of_it() -> None:
    """Paragraphs that the model gave no probabilities belong to the collection, boilerplate does not."""
    results, true = collect(400, 0.7, (0.3, 0.2, 0.2, 0.3))
    frame = results.frame
    frame.loc[:39, ["tax", *[f"tax_p_{label}" for label in LABELS]]] = None
    frame.loc[:39, "tax_abstained"] = "not English"
    frame.loc[40:59, "tax_abstained"] = "boilerplate"
    rows = estimate_prevalence(results, code(results, true, 100))
    assert rows["prevalence"][:4].sum() == pytest.approx(1.0)
    assert rows["paragraphs"].tolist() == [380] * 5
    assert not draw_sample(results, 400)["paragraph"].between(40, 59).any()


def test_an_estimate_below_zero_leaves_shares_that_add_up_to_one() -> None:
    """They are nearer to the true ones than what was estimated, and net stance is that of the shares shown."""
    results, true = collect(2000, 0.6, (0.3, 0.02, 0.2, 0.48))
    zeros = 0
    for seed in range(40):
        rows = estimate_prevalence(results, code(results, true, 100, None, seed))
        shares = rows["prevalence"][:4].to_numpy()
        zeros += int((shares == 0).any())
        assert shares.min() >= 0
        assert shares.sum() == pytest.approx(1.0)
        assert rows["prevalence"][4] == pytest.approx((shares[0] - shares[1]) / shares[:3].sum())
        assert (rows["low"] <= rows["prevalence"] + 1e-12).all()
        assert (rows["prevalence"] <= rows["high"] + 1e-12).all()
    assert zeros >= 3


def test_a_group_with_few_coded_paragraphs_has_no_estimate() -> None:
    """The counted share stands; the rest is missing."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    results.frame.loc[:9, "outlet"] = "Gazette"
    rows = estimate_prevalence(results, code(results, true, 200), "outlet").set_index(["outlet", "label"])
    assert rows.loc[("Gazette", "favor"), "coded"] < LEAST_CODED
    assert rows.loc["Gazette"][["prevalence", "se", "low", "high"]].isna().all().all()
    assert rows.loc[("Gazette", "favor"), "counted"] >= 0
    assert rows.loc["Wire"]["low"].notna().all()
    assert list(rows.loc["Wire"].index) == [*LABELS, NET]


def test_a_group_that_lacks_an_estimate_is_shown_and_counted(tmp_path: Path) -> None:
    """Once, if it lacks that of any target; names stand above their figures, and net stance has a sign."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    frame, long = results.frame, "Gazette of Freedonia"
    frame.loc[:9, "outlet"] = long
    also = {name.replace("tax", "toll"): frame[name] for name in frame if name.startswith("tax")}
    both = Results(frame.assign(**also), (TAX, Target("toll")), "paragraph")
    codes = code(both, true, 200)
    codes["toll"] = codes["tax"].where(frame["outlet"][codes["paragraph"]].to_numpy() == "Wire")
    both.frame.assign(tax_probability=0.9, toll_probability=0.9).to_csv(tmp_path / "s.csv", index=False)
    codes.to_csv(tmp_path / "c.csv", index=False)
    command = ("results", "prevalence", tmp_path / "s.csv", tmp_path / "c.csv", "--level", "outlet")
    shown = _run(*command)
    assert "2 groups without an estimate: fewer than 30 coded paragraphs\n" in shown.stderr
    lacking = [line for line in shown.stdout.splitlines() if line.startswith(long)]
    assert len(lacking) == 10
    assert all(line.endswith(f"{'-':>11}   -") for line in lacking)
    figure = r"[+-]0\.\d\d"
    assert re.search(rf"^Wire .* net +\d+ +\d+ +{figure} +{figure}   {figure} to {figure}$", shown.stdout, re.M)
    head, row = _run(*command, "--compare", long, "Wire").stdout.splitlines()[1:3]
    assert row[head.index(long) + len(long) - 1] == "-"
    assert row.endswith(f"{'-':>11}   -")
    compared = _run(*command, "--compare", "Post", "Wire", "-o", tmp_path / "d.csv")
    assert (compared.exit_code, compared.stdout) == (0, "")
    (note,) = json.loads((tmp_path / "d.csv.columns.json").read_text(encoding="utf-8"))["stance"]["notes"]
    assert note.endswith(": level outlet, Post less Wire.")
    assert re.search(rf"^net( +{figure}){{3}}   {figure} to", _run(*command, "--compare", "Post", "Wire").stdout, re.M)


def test_a_sample_tells_how_it_was_drawn(tmp_path: Path) -> None:
    """What was asked for, though there are fewer; and it takes the place of no results."""
    results, _ = collect(40, 0.7, (0.25,) * 4)
    scores, before = tmp_path / "s.csv", results.frame.assign(tax_probability=0.9).to_csv(index=False)
    scores.write_text(before, encoding="utf-8")
    command = ("results", "sample", scores, "-n", 50, "--within", "tax", "--seed", 3, "-o")
    assert _run(*command, tmp_path / "c.csv").exit_code == 0
    (note,) = json.loads((tmp_path / "c.csv.columns.json").read_text(encoding="utf-8"))["stance"]["notes"]
    assert note == f"Drawn from {scores}: size 50, within tax, seed 3."
    made = [("results", name, scores, tmp_path / "c.csv", "-o") for name in ("prevalence", "outcomes")]
    for refused in (_run(*one, scores) for one in (command, *made)):
        assert (refused.exit_code, "would be overwritten" in refused.stderr) == (1, True)
    assert scores.read_text(encoding="utf-8") == before


def test_a_sample_within_a_target_has_some_of_each_label() -> None:
    """The rest by size and by what the probabilities expect (Neyman); of a small one all; no paragraph twice."""
    results, _ = collect(2000, 0.7, (0.25,) * 4)
    results.frame["tax"] = ["favor"] * 3 + ["against"] * 17 + ["neutral"] * 400 + ["unrelated"] * 1500 + [None] * 80
    for tax, sure in {"neutral": 0.5, "unrelated": 0.9, "against": 0.5}.items():
        said = results.frame["tax"] == tax
        results.frame.loc[said, [f"tax_p_{label}" for label in LABELS]] = [(1 - sure) / 3] * 3 + [sure]
    sample = draw_sample(results, 200, "tax")
    counts = results.frame["tax"].fillna("none")[sample["paragraph"]].value_counts().to_dict()
    spread = {"neutral": 400 * np.sqrt(1 - 0.25 - 0.25 / 3), "unrelated": 1500 * np.sqrt(1 - 0.81 - 0.01 / 3)}
    assert (counts["favor"], counts["against"]) == (3, 5)
    assert counts["neutral"] / counts["unrelated"] == pytest.approx(spread["neutral"] / spread["unrelated"], rel=0.05)
    assert 2 <= counts["none"] < 15
    assert sample["paragraph"].is_unique
    assert list(sample.columns) == ["article_id", "paragraph", "text", "drawn_from", "tax"]
    assert (sample["tax"] == "").all()
    everything = draw_sample(results, 3000, "tax")
    assert len(everything) == 2000
    assert everything["drawn_from"][0].startswith("tax 2000 of ")
    assert len(draw_sample(Results(results.frame[:0], (TAX,), "paragraph"), 10)) == 0
    least = results.frame["tax"].fillna("none")[draw_sample(results, LEAST_CODED, "tax")["paragraph"]].value_counts()
    assert least.min() >= 2
    assert len(least) == 5
    with pytest.raises(StanceError, match="size is 0; draw at least one"):
        draw_sample(results, 0)
    with pytest.raises(StanceError, match="no columns tax_p_LABEL"):
        draw_sample(Results(results.frame.drop(columns="tax_p_favor"), (TAX,), "paragraph"), 10, "tax")


def test_a_model_that_is_sure_of_everything_leaves_the_sizes() -> None:
    """Of labels of which it expects no error as many are drawn as there are paragraphs of each."""
    results, _ = collect(400, 0.7, (0.25,) * 4)
    results.frame["tax"] = ["favor"] * 300 + ["unrelated"] * 100
    results.frame[[f"tax_p_{label}" for label in LABELS]] = [[1, 0, 0, 0]] * 300 + [[0, 0, 0, 1]] * 100
    counts = results.frame["tax"][draw_sample(results, 120, "tax")["paragraph"]].value_counts()
    assert counts.to_dict() == pytest.approx({"favor": 90, "unrelated": 30}, abs=4)


@pytest.mark.parametrize("within", [None, "tax"])
def test_a_larger_sample_begins_with_the_smaller(within: str | None) -> None:
    """So codes already given stay codes, and what was drawn stands in the same order."""
    results, _ = collect(400, 0.7, (0.1, 0.02, 0.08, 0.8))
    whole = draw_sample(results, 400, within)["paragraph"].tolist()
    assert sorted(whole) == list(range(400))
    for size in (1, 7, 60, 120, 399):
        assert draw_sample(results, size, within)["paragraph"].tolist() == whole[:size]


def test_a_sample_stands_in_random_order_by_its_seed() -> None:
    """One label after the other would tell who codes what the model said; without a label is a stratum as well."""
    results, _ = collect(400, 0.7, (0.25,) * 4)
    results.frame.loc[:39, "tax"] = None
    sample = draw_sample(results, 200, "tax")
    strata = results.frame["tax"].fillna("")[sample["paragraph"]]
    assert 10 < strata.value_counts()[""] < 30
    assert (strata.to_numpy()[1:] != strata.to_numpy()[:-1]).sum() > 100
    pd.testing.assert_frame_equal(draw_sample(results, 200, "tax"), sample)
    assert set(draw_sample(results, 200, "tax", seed=1)["paragraph"]) != set(sample["paragraph"])
    assert len({tuple(strata[:4]) for strata in (_first(results, seed) for seed in range(20))}) > 10


def _first(results: Results, seed: int) -> list[str]:
    """The strata of what is drawn first."""
    return results.frame["tax"].fillna("")[draw_sample(results, 8, "tax", seed)["paragraph"]].tolist()


def test_estimates_do_not_depend_on_the_order_of_rows() -> None:
    """Neither of the results, of which the strata are found again, nor of the codes."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    codes = code(results, true, 200, "tax")
    expected = estimate_prevalence(results, codes, "outlet")
    turned = Results(results.frame.sort_values("tax_p_favor"), (TAX,), "paragraph")
    found = estimate_prevalence(turned, codes.sort_values("paragraph"), "outlet")
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda codes: codes.assign(article_id="b"), "coded, but not in the results (and 59 more)"),
        (
            lambda codes: codes.assign(paragraph=[0, 999, *range(1, 59)]),
            "paragraph 999 of article a is coded, but not in the results; use",
        ),
        (lambda codes: codes.assign(paragraph=[*range(59), 7]), "paragraph 7 of article a is coded twice"),
        (
            lambda codes: codes.assign(paragraph=range(60), text=["One."] * 59 + ["Two."]),
            "paragraph 59 of article a has another text than the one coded",
        ),
        (lambda codes: codes[:20], "20 coded paragraphs; an estimate needs at least 30"),
        (lambda codes: codes.assign(tax=None), "no paragraph has a code"),
        (lambda codes: codes[:0], "no paragraph has a code"),
        # a sample that was not filled in, and slips of the pen
        (lambda codes: codes.assign(tax=""), "no paragraph has a code"),
        (lambda codes: codes.assign(tax=[" ", *codes["tax"][1:]]), "tax is ' ' among the codes; expected one of favor"),
        (lambda codes: codes.assign(tax=[*codes["tax"][1:], "favour"]), "tax is 'favour' among the codes"),
        (lambda codes: codes.assign(drawn_from="moon"), "no target 'moon'"),
        (lambda codes: codes.assign(drawn_from="150"), "drawn from 150 paragraphs, but the results have 200; use"),
        (lambda codes: codes.assign(article_id="1.2E+15", paragraph=0), "keep a spreadsheet from reading article_id"),
        # as results have them, and codes that were merged into these
        (lambda codes: codes.assign(tax_probability=0.9, tax_abstained=None), "was drawn, with your codes as tax"),
        (lambda codes: pd.concat([codes, codes[["tax"]]], axis=1), "the codes: two columns are called 'tax'; give one"),
        (lambda codes: pd.concat([codes, codes[["paragraph"]]], axis=1), "two columns are called 'paragraph'"),
        (lambda codes: pd.concat([codes.assign(tax_x=1)] * 2, axis=1)[[*codes, "tax_x"]], "two columns are called"),
    ],
)
def test_codes_that_do_not_fit_are_refused(change: object, message: str) -> None:
    """Each with what to do."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    with pytest.raises(StanceError) as raised:
        estimate_prevalence(results, change(code(results, true, 60)))  # type: ignore[operator]
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("level", "message"),
    [
        ("outlets", "no column 'outlets' to group by"),
        ("coded", "'coded' is a column of"),
        ("low", "'low' is a column of"),
    ],
)
def test_levels_that_are_none_are_refused(level: str, message: str) -> None:
    """A column that is not there, and one whose name an estimate has."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    with pytest.raises(StanceError, match=message):
        estimate_prevalence(results, code(results, true, 60), level)


@pytest.mark.parametrize("level", ["all", "year", "month", "article"])
def test_an_index_may_have_the_name_of_a_level(level: str) -> None:
    """As `set_index("month")` leaves it on a column of one's own: the same estimates."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    dated = replace(results, frame=results.frame.assign(date="2026-05-04"))
    named = replace(dated, frame=dated.frame.set_index(pd.Index(range(200), name=level)))
    codes = code(results, true, 100)
    pd.testing.assert_frame_equal(estimate_prevalence(named, codes, level), estimate_prevalence(dated, codes, level))


def test_groups_are_weeks_or_those_of_any_column() -> None:
    """As if they were outlets or months: the same rows under another heading."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    halves = [i % 2 for i in range(200)]
    dates = ["2026-05-04" if half else "2026-06-01" for half in halves]
    side = ["west" if half else "east" for half in halves]
    grouped = Results(results.frame.assign(date=dates, side=side, outlet=side), results.targets, "paragraph")
    codes = code(grouped, true, 100)
    found = {level: estimate_prevalence(grouped, codes, level) for level in ("outlet", "side", "month", "week")}
    assert found["side"]["side"].unique().tolist() == ["east", "west"]
    assert found["week"]["week"].unique().tolist() == ["2026-05-04", "2026-06-01"]
    plain = {level: rows.drop(columns=level) for level, rows in found.items()}
    pd.testing.assert_frame_equal(plain["side"], plain["outlet"])
    pd.testing.assert_frame_equal(plain["week"], plain["month"])


@pytest.mark.parametrize("level", [level for level in LEVELS if level != "all"])
def test_every_level_is_shown_and_described(level: str, tmp_path: Path) -> None:
    """Groups of articles and of paragraphs alike: a line each, and a column that the dictionary knows."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    half = np.arange(200) % 2
    frame = results.frame.assign(article_id=np.array(["a1", "b2"])[half], tax_probability=0.9)
    names = {name: (f"{name} 1", f"{name} 2") for name in ("outlet", "voice", "speaker", "actor")}
    names |= {"date": ("2026-05-04", "2027-06-07"), "month": ("2026-05", "2027-06"), "year": ("2026", "2027")}
    names["article"] = ("a1", "b2")
    names["week"] = names["date"]
    frame = frame.assign(**{name: np.array(names[name])[half] for name in ("date", "outlet", *OF_PARAGRAPHS)})
    scores, coded, output = (tmp_path / name for name in ("s.csv", "c.csv", "p.csv"))
    frame.to_csv(scores, index=False)
    codes = code(Results(frame, results.targets, "paragraph"), true, 120)
    codes.to_csv(coded, index=False)
    shown = _run("results", "prevalence", scores, coded, "--level", level)
    assert shown.exit_code == 0, shown.output
    lines = zip(shown.stdout.splitlines()[2::5], names[level], strict=True)
    assert all(line.startswith(f"{name} ") for line, name in lines)
    assert _run("results", "prevalence", scores, coded, "--level", level, "-o", output).exit_code == 0
    field = json.loads(Path(f"{output}.columns.json").read_bytes())["resources"][0]["schema"]["fields"][0]
    assert field["name"] == level
    assert not field["description"].startswith("Not a column")


def test_codes_without_what_they_were_drawn_from_are_of_a_simple_sample() -> None:
    """Codes of one's own have no such column, and none for a target that was not coded."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    codes = code(results, true, 60)
    expected = estimate_prevalence(results, codes)
    frame = results.frame.assign(toll="favor", **{f"toll_p_{label}": 0.25 for label in LABELS})
    both = Results(frame, (TAX, Target("toll")), "paragraph")
    pd.testing.assert_frame_equal(estimate_prevalence(both, codes.drop(columns="drawn_from")), expected)
    # what a data frame with an empty cell writes
    pd.testing.assert_frame_equal(estimate_prevalence(results, codes.assign(drawn_from="200.0")), expected)


def test_results_of_two_runs_are_refused() -> None:
    """Which of the two a code is of cannot be told, and it is told before anybody codes."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    twice = Results(pd.concat([results.frame] * 2, ignore_index=True), (TAX,), "paragraph")
    with pytest.raises(StanceError, match="is there twice; articles need ids of their own"):
        estimate_prevalence(twice, code(results, true, 60).drop(columns="drawn_from"))
    with pytest.raises(StanceError, match="is there twice"):
        draw_sample(twice, 10)
    with pytest.raises(StanceError, match="is there twice"):
        roll_up(twice)
    # a file of codes has no blanks around an id
    blank = results.frame.assign(article_id=["a", " a"] * 100, paragraph=np.arange(200) // 2)
    with pytest.raises(StanceError, match="is there twice"):
        draw_sample(Results(blank, (TAX,), "paragraph"), 10)


@pytest.mark.parametrize(("ids", "coded"), [(" a", "a"), ("a", " a"), (7, 7), (7, "7")])
def test_an_id_is_the_same_in_a_file_and_in_memory(ids: object, coded: object) -> None:
    """A file of codes has no blanks around it, and words for numbers."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    codes = code(results, true, 60).assign(article_id=coded)
    results.frame["article_id"] = ids
    assert estimate_prevalence(results, codes)["coded"].tolist() == [60] * 5


def test_results_without_texts_are_refused() -> None:
    """There is nothing to code, and nothing to hold the codes against."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    codes = code(results, true, 60)
    bare = Results(results.frame.drop(columns="text"), (TAX,), "paragraph")
    for use in (lambda: draw_sample(bare, 60), lambda: estimate_prevalence(bare, codes)):
        with pytest.raises(StanceError, match="no column 'text'"):
            use()


@pytest.mark.parametrize("number", [None, "one", "1.5", math.inf, "1" * 20, -1])
def test_results_of_paragraphs_without_a_number_are_refused(number: object) -> None:
    """What was coded could not be found again; a number that a spreadsheet turned into a text is one."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    codes = code(results, true, 60)
    texts = results.frame.assign(paragraph=[f"{i}.0" for i in range(200)])
    assert draw_sample(Results(texts, (TAX,), "paragraph"), 200)["paragraph"].sum() == 199 * 100
    nullable = results.frame.assign(paragraph=pd.array([None, *range(1, 200)], dtype="Int64"))
    with pytest.raises(StanceError, match="paragraph is missing in article a; expected a whole number"):
        draw_sample(Results(nullable, (TAX,), "paragraph"), 60)
    broken = Results(texts.assign(paragraph=[number, *range(1, 200)]), (TAX,), "paragraph", source="r.csv")
    for use in (lambda: draw_sample(broken, 60), lambda: estimate_prevalence(broken, codes)):
        with pytest.raises(StanceError, match=r"^r.csv: paragraph is .* in article a; expected a whole number"):
            use()


def test_paragraphs_that_coders_differ_on_must_be_decided() -> None:
    """They are not missing at random. Columns of another target, whose name begins the same, are none of its coders."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    codes = code(results, true, 60).assign(tax_cut_ann="favor", tax_cut_ben="against")
    frame = results.frame.assign(tax_cut="favor", **{f"tax_cut_p_{label}": 0.25 for label in LABELS})
    both = Results(frame, (TAX, Target("tax_cut")), "paragraph")
    codes["tax_ann"] = codes["TAX_ben"] = codes["tax"]
    codes.loc[:2, "TAX_ben"] = np.where(codes["tax"][:3] == "favor", "against", "favor")
    assert (estimate_prevalence(both, codes)["coded"] == 60).all()
    # what nobody coded, or one alone, may be missing
    codes.loc[3:4, ["tax", "TAX_ben"]] = None
    assert (estimate_prevalence(both, codes)["coded"] == 58).all()
    codes.loc[1:2, "tax"] = None
    said = rf"^2 paragraphs on which .* decision on tax, first paragraph {codes['paragraph'][1]} of article a; fill in"
    with pytest.raises(StanceError, match=said):
        estimate_prevalence(both, codes)


@pytest.mark.parametrize("number", [0, 1])
def test_a_stratum_with_hardly_a_code_is_refused(number: int) -> None:
    """It would be left out of the estimate, or of its error, without a word."""
    results, true = collect(300, 0.7, (0.25,) * 4)
    codes = code(results, true, 120, "tax")
    favor = results.frame["tax"][codes["paragraph"]].to_numpy() == "favor"
    with pytest.raises(StanceError, match=r"1 of 4 labels .* fewer than two"):
        estimate_prevalence(results, codes[~favor | (favor.cumsum() <= number)])


def test_the_least_that_is_estimated() -> None:
    """As many coded paragraphs as a group must have; and of a label that the model gave once, that one."""
    results, true = collect(300, 0.7, (0.25,) * 4)
    assert estimate_prevalence(results, code(results, true, LEAST_CODED))["low"].notna().all()
    once = np.flatnonzero(results.frame["tax"] == "favor")[1:]
    results.frame.loc[once, "tax"] = "neutral"
    assert estimate_prevalence(results, code(results, true, 60, "tax"))["low"].notna().all()


def test_as_many_labels_as_coded_paragraphs_leave_no_degree_of_freedom() -> None:
    """There is no estimate then, and nothing is divided by zero, neither here nor where the width is foretold."""
    labels = tuple(f"l{i}" for i in range(LEAST_CODED - 1))
    frame = pd.DataFrame({"article_id": "a", "paragraph": range(len(labels) + 2), "text": "One."})
    given = {f"tax_p_{label}": 1 / len(labels) for label in labels}
    frame = frame.assign(tax=[*labels, "l0", "l0"], tax_abstained=None, **given)
    results = Results(frame, (Target("tax", labels),), "paragraph")
    codes = code(results, frame["tax"], LEAST_CODED, "tax")
    assert estimate_prevalence(results, codes)["prevalence"].isna().all()
    assert expected_intervals(results, codes)["half"].notna().all()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("article_id,paragraph,tax\na,0,maybe\n", "c.csv:2: tax is 'maybe'; expected one of favor"),
        ("article_id,paragraph,tax\na,x,favor\n", "c.csv:2: paragraph is 'x'"),
        ("article_id,paragraph,tax\na,²,favor\n", "c.csv:2: paragraph is '²'"),
        (f"article_id,paragraph,tax\na,{10**20},favor\n", f"c.csv:2: paragraph is '{10**20}'"),
        ("id,tax\na,favor\n", "c.csv:2: no article_id: keep the columns"),
        ("article_id,paragraph,drawn_from,tax\na,0,9,favor\na,1,tax 4+5,favor\n", "do not combine two samples"),
        ("article_id,paragraph,tax\n", "no rows"),
        ("article_id,paragraph,tax,tax_probability,tax_abstained\na,0,favor,0.9,\n", "with your codes as tax"),
    ],
)
def test_files_of_codes_are_checked(tmp_path: Path, lines: str, message: str) -> None:
    """With file and line."""
    (tmp_path / "c.csv").write_text(lines, encoding="utf-8")
    with pytest.raises(CorpusError) as raised:
        read_codes(tmp_path / "c.csv", (TAX,))
    assert message in str(raised.value)


def test_codes_are_found_as_spreadsheets_write_them(tmp_path: Path) -> None:
    """With fractions that are none, and white space of their own; another text is another text."""
    results, _ = collect(40, 0.7, (0.25,) * 4)
    results.frame["text"] = [f"Talks {i}.\nThey resume." for i in range(40)]
    head, row = "article_id,paragraph,text,tax\n", 'a,{}.0,"Talks  {}. They resume.",FAVOR\n'
    (tmp_path / "c.csv").write_text(head + row.format(30, 30) + row.format(7, 7), encoding="utf-8")
    codes = read_codes(tmp_path / "c.csv", (TAX,))
    assert codes["tax"].tolist() == ["favor", "favor"]
    assert find_coded(population(results), codes).tolist() == [30, 7]
    (tmp_path / "c.csv").write_text(head + row.format(30, 30) + row.format(7, 8), encoding="utf-8")
    with pytest.raises(StanceError, match="paragraph 7 of article a has another text"):
        find_coded(population(results), read_codes(tmp_path / "c.csv", (TAX,)))


def test_a_cell_without_a_value_as_r_writes_it_is_no_code(tmp_path: Path) -> None:
    """Unless it is a label of the target. Excel has an error value there."""
    (tmp_path / "c.csv").write_text("article_id,paragraph,tax\na,0,favor\na,1,NA\nb,0,#N/A\n", encoding="utf-8")
    assert read_codes(tmp_path / "c.csv", (TAX,))["tax"].fillna("").tolist() == ["favor", "", ""]
    own = read_codes(tmp_path / "c.csv", (Target("tax", ("favor", "na")),))
    assert own["tax"].fillna("").tolist() == ["favor", "na", ""]


@pytest.mark.parametrize("name", ["NA", "#N/A"])
def test_a_paragraph_or_an_article_called_as_a_missing_value_is_found(tmp_path: Path, name: str) -> None:
    """What is read are articles, and a spreadsheet may have given one such a text; but a row of no values is none."""
    results, _ = collect(40, 0.7, (0.25,) * 4)
    results.frame["text"] = name
    results.frame["article_id"] = name
    nothing = ",".join([name] * 5)
    lines = ["article_id,paragraph,drawn_from,text,tax", f"{name},7,{name},{name},favor", nothing]
    (tmp_path / "c.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    codes = read_codes(tmp_path / "c.csv", (TAX,))
    assert find_coded(population(results), codes).tolist() == [7]
    assert codes["drawn_from"].tolist() == [""]


def test_a_code_that_a_data_frame_made_a_float_is_a_whole_number(tmp_path: Path) -> None:
    """As it does with those of a column where some are missing, if the target has no such label."""
    (tmp_path / "c.csv").write_text("article_id,paragraph,tax\na,0,-1.0\na,1,\n", encoding="utf-8")
    assert read_codes(tmp_path / "c.csv", (Target("tax", ("-1", "1")),))["tax"].fillna("").tolist() == ["-1", ""]
    assert read_codes(tmp_path / "c.csv", (Target("tax", ("-1", "-1.0")),))["tax"].fillna("").tolist() == ["-1.0", ""]


def test_coders_whose_columns_were_made_floats_differ_all_the_same(tmp_path: Path) -> None:
    """Their columns have gaps, too; without this a paragraph in dispute would count as missing at random."""
    lines = ["article_id,paragraph,tax,tax_ann,tax_ben", "a,0,,-1.0,1.0", "a,1,,1.0,1.0", "a,2,-1.0,-1.0,"]
    (tmp_path / "c.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    target = Target("tax", ("-1", "1"))
    codes = read_codes(tmp_path / "c.csv", (target,))
    assert undecided(codes, target, (target,)).tolist() == [True, False, False]


def test_a_target_is_known_by_the_name_that_r_makes_of_it(tmp_path: Path) -> None:
    """``read.csv`` knows no blanks in names; what each coder said is known by it, or a difference would be lost."""
    head = "article_id,paragraph,EU.tax..2026,EU.tax..2026_ann,EU.tax..2026_ben,X5G,EU.tax..2026x\n"
    (tmp_path / "c.csv").write_text(f"{head}a,0,NA,favor,against,neutral,1\na,1,favor,favor,favor,NA,2\n")
    targets = (Target("EU tax: 2026"), Target("5G"), Target("EU"))
    codes = read_codes(tmp_path / "c.csv", targets)
    assert codes["EU tax: 2026"].fillna("").tolist() == ["", "favor"]
    assert codes["5G"].fillna("").tolist() == ["neutral", ""]
    assert undecided(codes, targets[0], targets).tolist() == [True, False]
    assert codes["EU.tax..2026x"].tolist() == ["1", "2"]
    # the very name goes before
    (tmp_path / "c.csv").write_text("article_id,paragraph,EU.tax..2026,EU tax: 2026\na,0,against,favor\n")
    assert read_codes(tmp_path / "c.csv", targets)["EU tax: 2026"].tolist() == ["favor"]


def test_notes_that_a_coder_did_not_write_are_none(tmp_path: Path) -> None:
    """R writes ``NA`` into every cell of a column of which the coder filled in a few."""
    (tmp_path / "c.csv").write_text("article_id,paragraph,tax,notes\na,0,favor,NA\na,1,NA,hard\n", encoding="utf-8")
    assert read_codes(tmp_path / "c.csv", (TAX,))["notes"].tolist() == ["", "hard"]


def test_codes_of_results_without_probabilities(tmp_path: Path) -> None:
    """No label of such results is known; the coder is not told that the code is wrong."""
    (tmp_path / "c.csv").write_text("article_id,paragraph,tax\na,0,favor\n", encoding="utf-8")
    with pytest.raises(StanceError, match="no columns tax_p_LABEL"):
        read_codes(tmp_path / "c.csv", (Target("tax", ()),))


@pytest.mark.parametrize(("within", "mark"), [(None, "60 of 200"), ("tax", r"tax 60 of \d+\+\d+\+\d+\+\d+")])
def test_rows_deleted_from_a_sample_are_counted(within: str | None, mark: str) -> None:
    """As many as were drawn stands in the sample; the estimate takes those that are left."""
    results, true = collect(200, 0.7, (0.25,) * 4)
    sample = draw_sample(results, 60, within)
    assert re.fullmatch(mark, sample["drawn_from"].iloc[0])
    codes = sample.assign(tax=[true[i] for i in find_coded(population(results), sample)])
    assert [count_lost(codes), count_lost(codes.iloc[:45]), count_lost(codes.drop(columns="drawn_from"))] == [0, 15, 0]
    # whoever coded more than were drawn has lost none
    assert count_lost(pd.concat([codes, codes])) == 0
    assert (estimate_prevalence(results, codes.iloc[:45])["coded"] == 45).all()


def test_headings_typed_anew_and_empty_rows_of_a_spreadsheet_are_read(tmp_path: Path) -> None:
    """As labels are, in any case and with blanks; a column of its very name goes before."""
    path = tmp_path / "c.csv"
    path.write_text("Article_ID , PARAGRAPH, Tax,toll\na,0,favor,x\n,,,\n\nb,1,against,y\n,,,\n", encoding="utf-8")
    codes = read_codes(path, (TAX,))
    assert codes[["article_id", "paragraph", "tax"]].values.tolist() == [["a", 0, "favor"], ["b", 1, "against"]]
    for header in ("TAX,tax,Tax", "tax,TAX,Tax"):
        path.write_text(f"article_id,paragraph,{header}\na,0,favor,favor,against\n", encoding="utf-8")
        assert read_codes(path, (TAX,))["tax"].tolist() == ["favor"]
    path.write_text("article_id,paragraph,TAX,Tax\na,0,favor,\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="two columns are called 'tax', apart from capitals"):
        read_codes(path, (TAX,))


def test_the_lines_of_pandas_in_the_documents(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Codes are brought over to a larger sample, in whatever order they are."""
    document = (root / "docs" / "outputs.md").read_text(encoding="utf-8")
    go_on = re.search(r"<!-- go on coding in pandas -->\n```python\n(.*?)```", document, re.S)[1]  # type: ignore[index]
    monkeypatch.chdir(tmp_path)
    results, true = collect(900, 0.7, (0.25,) * 4)
    frame = results.frame.rename(columns=lambda name: name.replace("tax", "sanctions"))
    both = Results(frame.assign(diplomacy="neutral"), (Target("sanctions"), Target("diplomacy")), "paragraph")
    smaller = draw_sample(both, 200, "sanctions")
    smaller["sanctions"] = true[smaller["paragraph"]].to_numpy()
    smaller.sort_values("paragraph").to_csv("coded.csv", index=False)
    draw_sample(both, 400, "sanctions").to_csv("to-code-400.csv", index=False)
    exec(go_on, {})
    codes = read_codes("coded-400.csv", (Target("sanctions"),))
    assert codes["sanctions"].notna().tolist() == [True] * 200 + [False] * 200
    assert codes["drawn_from"].str.startswith("sanctions 400 of ").all()


def test_labels_of_which_hardly_an_error_was_drawn_are_told(tmp_path: Path) -> None:
    """Of these an interval is too narrow if the model is surer than it is right; where all are coded there is none."""
    results, _ = collect(100, 0.9, (0.25,) * 4)
    results.frame["tax"] = ["favor"] * 40 + ["neutral"] * 40 + ["unrelated"] * 20
    results.frame.loc[99, ["tax", "tax_abstained"]] = [None, "empty"]
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "s.csv", index=False)
    codes = draw_sample(results, 99).sort_values("paragraph").reset_index(drop=True)
    drawn = results.frame["tax"][codes["paragraph"]].fillna("unrelated").to_numpy()
    # three called favor are neutral, and two called unrelated
    codes["tax"] = drawn
    codes.loc[np.flatnonzero(drawn == "favor")[:3], "tax"] = "neutral"
    codes.loc[np.flatnonzero(drawn == "unrelated")[:1], "tax"] = "neutral"
    # whatever the order of the rows
    codes.sample(frac=1, random_state=0).to_csv(tmp_path / "c.csv", index=False)
    told = "tax: the sample has hardly any errors of the model on "
    said = _run("results", "prevalence", tmp_path / "s.csv", tmp_path / "c.csv").stderr
    assert f"{told}against (0), unrelated (2);" in said
    everything = results.frame[["article_id", "paragraph"]].assign(tax="favor")
    everything.to_csv(tmp_path / "all.csv", index=False)
    assert told not in _run("results", "prevalence", tmp_path / "s.csv", tmp_path / "all.csv").stderr


def test_a_target_whose_labels_are_not_known_hinders_no_other(tmp_path: Path) -> None:
    """One without probabilities in the results, that nobody coded."""
    results, true = collect(100, 0.9, (0.25,) * 4)
    other = dict.fromkeys(["toll", "toll_probability", "toll_abstained"])
    results.frame.assign(tax_probability=0.9, **other).to_csv(tmp_path / "s.csv", index=False)
    code(results, true, 50).to_csv(tmp_path / "c.csv", index=False)
    run = _run("results", "prevalence", tmp_path / "s.csv", tmp_path / "c.csv")
    assert run.exit_code == 0
    assert "toll: no code\n" in run.stderr


def test_a_sample_says_how_many_it_was_drawn_from(tmp_path: Path) -> None:
    """Boilerplate is none of them."""
    (tmp_path / "a.txt").write_text("By Jane Roe\n\nThe sanctions stay.\n\nTalks resume.\n", encoding="utf-8")
    scores = tmp_path / "s.csv"
    assert _run("score", tmp_path / "a.txt", "-o", scores).exit_code == 0
    said = _run("results", "sample", scores, "-n", 1, "-o", tmp_path / "c.csv").stderr
    assert said.startswith("1 of 2 paragraphs to ")


def test_a_sample_whose_text_a_spreadsheet_would_run_is_told_of(tmp_path: Path) -> None:
    """The text stays as it is, in a workbook, too, where it is no formula."""
    import openpyxl

    texts = ["=HYPERLINK(1)", "+ the embargo", "- talks", "@wire", "\t=1", "The embargo stays."]
    scores = tmp_path / "s.csv"
    rows = [f'a,{i},"{text}",favor,0.9,0.9,0.1,\n' for i, text in enumerate(texts)]
    names = "article_id,paragraph,text,tax,tax_probability,tax_p_favor,tax_p_against,tax_abstained\n"
    scores.write_text(names + "".join(rows), encoding="utf-8")
    told = "5 rows with a text that begins with =, +, - or @, which a spreadsheet may take for a formula"
    assert (
        f"{told}; to code in a spreadsheet, write c.xlsx\n"
        in _run("results", "sample", scores, "-o", tmp_path / "c.csv").stderr
    )
    assert "formula" not in _run("results", "sample", scores, "-o", tmp_path / "c.xlsx").stderr
    with (tmp_path / "c.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["text"] for row in csv.DictReader(stream)} == set(texts)
    (sheet, *_) = openpyxl.load_workbook(tmp_path / "c.xlsx").worksheets
    assert {(row[2].value, row[2].data_type) for row in sheet.iter_rows(min_row=2)} == {(text, "s") for text in texts}
    quiet = tmp_path / "q.csv"
    quiet.write_text(names + rows[-1], encoding="utf-8")
    assert "formula" not in _run("results", "sample", quiet, "-o", tmp_path / "d.csv").stderr


@pytest.mark.parametrize("kind", ["object", "str", "string", "category"])
def test_text_of_any_kind_may_be_taken_for_a_formula(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Pandas 2 and 3 hold it in different ones; a number below zero is none."""
    rows = pd.DataFrame({"paragraph": [-1, 2], "text": ["=1", "Talks resume."]}).astype({"text": kind})
    tell_formulas(rows, "c.csv")
    assert capsys.readouterr().err.startswith("1 row with a text")
    tell_formulas(rows.iloc[1:], "c.csv")
    tell_formulas(pd.DataFrame({"paragraph": [-1]}), "c.csv")
    assert not capsys.readouterr().err


def test_from_the_command_line(root: Path, tmp_path: Path) -> None:
    """Score, draw, code in a spreadsheet that writes semicolons and capitals, estimate; the sample shows no label."""
    texts = [line for line in (root / "data/articles/vienna-round.txt").read_text(encoding="utf-8").split("\n") if line]
    (tmp_path / "many.jsonl").write_text(
        "".join(f'{{"id": "{i}", "text": "They met on day {i}, and the sanctions stay."}}\n' for i in range(60)),
        encoding="utf-8",
    )
    (tmp_path / "one.txt").write_text("\n\n".join(texts), encoding="utf-8")
    scores, drawn, coded = (tmp_path / name for name in ("s.csv", "c.csv", "coded.csv"))
    assert _run("score", tmp_path / "many.jsonl", tmp_path / "one.txt", "-o", scores).exit_code == 0
    for again in (drawn, tmp_path / "again.csv"):
        assert _run("results", "sample", scores, "-n", 40, "-o", again).exit_code == 0
    assert drawn.read_bytes() == (tmp_path / "again.csv").read_bytes()
    assert "needs at least 30" in _run("results", "sample", scores, "-n", 29, "-o", tmp_path / "few.csv").stderr
    refused = _run("results", "sample", scores, "-n", 40, "-o", drawn)
    assert "labels filled in would be lost" in refused.stderr
    assert drawn.read_bytes() == (tmp_path / "again.csv").read_bytes()
    with drawn.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert list(rows[0]) == ["article_id", "paragraph", "text", "drawn_from", "sanctions", "diplomacy"]
    with coded.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(row | {"sanctions": "Favor" if i % 4 else "neutral"} for i, row in enumerate(rows))
    shown = _run("results", "prevalence", scores, coded)
    assert shown.exit_code == 0, shown.output
    assert "95 % interval" in shown.stdout
    assert "diplomacy" not in shown.stdout, "it has no codes"
    assert "without a code" not in shown.stderr
    assert "diplomacy: no code" in shown.stderr
    assert "diplomacy: the sample has hardly any errors" not in shown.stderr
    coded_bytes = coded.read_bytes()
    coded.write_bytes(coded_bytes.replace(b"neutral", b"", 1))
    assert "sanctions: 1 of 40 paragraphs without a code" in _run("results", "prevalence", scores, coded).stderr
    # a spreadsheet may lose a row, or the column of what was drawn
    coded.write_bytes(b"\n".join(coded_bytes.splitlines()[:-2]) + b"\n")
    assert "sanctions: 2 of 40 paragraphs without a code" in _run("results", "prevalence", scores, coded).stderr
    coded.write_bytes(coded_bytes.replace(b"drawn_from", b"whatever"))
    assert "taken for a simple random sample" in _run("results", "prevalence", scores, coded).stderr
    coded.write_bytes(coded_bytes)
    assert "simple random" not in shown.stderr
    assert _run("results", "prevalence", scores, coded, "-o", tmp_path / "p.csv").exit_code == 0
    rows_ = pd.read_csv(tmp_path / "p.csv")
    assert rows_["prevalence"][:4].sum() == pytest.approx(1.0)
    described = (tmp_path / "p.csv.columns.json").read_text(encoding="utf-8")
    assert "Not a column that stance makes" not in described
    (note,) = json.loads(described)["stance"]["notes"]
    assert note.endswith(f"the codes in {coded}, of the sample {rows[0]['drawn_from']}: level all.")
    coded.write_bytes(coded_bytes.replace(b"drawn_from", b"whatever"))
    assert _run("results", "prevalence", scores, coded, "-o", tmp_path / "q.csv").exit_code == 0
    assert "taken for a simple random one" in (tmp_path / "q.csv.columns.json").read_text(encoding="utf-8")
    coded.write_bytes(coded_bytes)
    refused = _run("results", "prevalence", scores, drawn)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "fill in the columns" in refused.stderr


def test_commands_check_the_paragraphs_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of millions that takes longer than all else."""
    results, true = collect(300, 0.7, (0.25,) * 4)
    results.frame["tax_probability"] = 0.5
    scores, coded = tmp_path / "s.csv", tmp_path / "c.csv"
    results.frame.to_csv(scores, index=False)
    code(results, true, 60).to_csv(coded, index=False)
    checked: list[int] = []

    def counted(found: Results) -> None:
        checked.append(len(found.frame))
        refuse_twice(found)

    monkeypatch.setattr(population_of, "refuse_twice", counted)
    for command in (
        ("sample", scores, "-o", tmp_path / "drawn.csv"),
        ("prevalence", scores, coded),
        ("outcomes", scores, coded, "-o", tmp_path / "o.csv"),
    ):
        assert _run("results", *command).exit_code == 0
        assert checked == [300]
        checked.clear()


@pytest.mark.parametrize("kind", ["object", "str", "string", "string[pyarrow]", "category"])
def test_labels_are_read_however_pandas_holds_them(kind: str) -> None:
    """Where the model abstained some kinds hold None, some NaN, some a value that is equal to nothing."""
    results, true = collect(400, 0.7, (0.25,) * 4)
    results.frame.loc[:20, "tax"] = None
    codes = code(results, true, 80)
    # to pandas 2 the text of None is a word
    labels = results.frame["tax"]
    frame = results.frame.assign(tax=labels.astype(kind).where(labels.notna()))
    expected = estimate_prevalence(results, codes)
    pd.testing.assert_frame_equal(estimate_prevalence(Results(frame, (TAX,), "paragraph"), codes), expected)
