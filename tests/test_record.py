"""What a model says of its own making."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import MANY_WORDS

from stance.labels import Target
from stance.model.analyzer import Settings
from stance.model.artefact import read_manifest, save_model
from stance.model.weights import softmax
from stance.results.model_card import model_card
from stance.training.calibration import fit_temperature
from stance.training.corpus import Corpus, Example
from stance.training.fit import Grid, train
from stance.training.probes import Probe
from stance.training.record import GOLDEN, evaluate_held_out, with_record


def test_the_record_of_a_model_tells_how_it_was_made() -> None:
    """The corpus, the search, what was held out by which seed, and paragraphs from all of the corpus to score again."""
    rng = random.Random(0)
    targets = [Target("tax", ("favor", "against", "none")), Target("toll", ("no", "favor"))]
    coded = []
    for i in range(65):
        labels = {target.name: rng.choice(target.labels) for target in targets}
        text = " ".join([*(f"{name}{label}" for name, label in labels.items()), *rng.choices(MANY_WORDS, k=30)])
        coded.append(Example(f"a{i // 2}", i % 2, text, labels, path=("old", "new")[i >= 40]))
    # two articles share a paragraph, and one paragraph is coded on one target only
    coded[2] = replace(coded[2], text=coded[0].text)
    coded[3] = replace(coded[3], labels={"tax": "none"})
    corpus = Corpus(targets, coded, calibration=("new",))
    grid = Grid((Settings(word_ngrams=(1, 1), min_df=1, anchored=False),), C=(1.0,), class_weight=("balanced",))
    result = train(corpus, grid, folds=3, seed=4, jobs=1)
    # of three that are alike in all but the label that is right, one passes
    probes = [Probe(label, "plain", coded[0].text, {"tax": label}) for label in targets[0].labels]
    model = with_record(result, corpus, name="own", seed=4, folds=3, probes=probes)
    facts = model.facts
    assert facts["probes"] == {"passed": {"plain": [1, 3]}, "consistent": [0, 0], "mixed": {}}
    assert {key: facts["corpus"][key] for key in ("paragraphs", "articles", "groups")} == {
        "paragraphs": 65,
        "articles": 33,
        "groups": 32,
    }
    assert facts["training"] == {"seed": 4, "folds": 3, "trials": result.trials}
    assert len(result.trials) == 2
    assert (facts["choices"]["tax"], facts["text_hashes"]) == (
        {"C": 1.0, "class_weight": "balanced"},
        corpus.text_hashes,
    )
    golden = facts["golden"]
    assert [each["text"] for each in golden] == corpus.texts[::5][:GOLDEN]
    stored = np.array([each["probabilities"] for each in golden])
    assert stored == pytest.approx(model.score_texts([each["text"] for each in golden]), abs=1e-6)
    for unseen, metrics in ((False, facts["metrics"]), (True, facts["unseen_files"]["metrics"])):
        probabilities = result.unseen if unseen else result.probabilities
        assert probabilities is not None
        found = evaluate_held_out(probabilities, corpus, 4)
        assert metrics == {each.target.name: each.to_dict() for each in found}
        for t, (target, measured) in enumerate(zip(targets, found, strict=True)):
            rows = [i for i in corpus.coded(target.name) if not unseen or i >= 40]
            columns = [result.model.labels.index(label) for label in target.labels]
            given = np.array(target.labels)[probabilities[rows, t][:, columns].argmax(axis=1)]
            right = [label == coded[i].labels[target.name] for label, i in zip(given, rows, strict=True)]
            assert (measured.n, measured.articles) == (len(rows), len({corpus.groups[i] for i in rows}))
            assert not any(measured.unscored.values())
            assert measured.metrics["accuracy"].value == pytest.approx(np.mean(right))
            # calibrated on this one file, so that but for the penalty nothing is left to mend
            true = np.array([target.labels.index(coded[i].labels[target.name]) for i in rows])
            if unseen:
                assert fit_temperature(np.log(probabilities[rows, t][:, columns]), true) == pytest.approx(1, abs=0.2)
            else:
                scaled = result.held_out.margins[rows, t][:, columns] * model.weights.scale[t, 0]
                assert probabilities[rows, t][:, columns] == pytest.approx(softmax(scaled))
    # the bootstrap is the seed's
    other = evaluate_held_out(result.probabilities, corpus, 5)
    assert facts["metrics"] != {each.target.name: each.to_dict() for each in other}
    assert facts["unseen_files"]["files"] == ["new"]
    # of a corpus smaller than that, all
    few = with_record(result, replace(corpus, examples=coded[:5]), name="few", seed=0, folds=3).facts["golden"]
    assert [each["text"] for each in few] == corpus.texts[:5]


def test_a_target_that_one_of_the_files_for_calibration_codes_is_named(tmp_path: Path) -> None:
    """Its figures by file are of a calibration on that file itself; those of the others are not."""
    rng = random.Random(0)
    targets = [Target("tax", ("favor", "against")), Target("toll", ("favor", "against"))]
    coded = []
    for i in range(90):
        file = ("old", "new", "newer")[i % 3]
        labels = {
            target.name: rng.choice(target.labels) for target in targets if (target.name, file) != ("toll", "new")
        }
        text = " ".join([*(f"{name}{label}" for name, label in labels.items()), *rng.choices(MANY_WORDS, k=30)])
        coded.append(Example(f"a{i}", 0, text, labels, path=file))
    grid = Grid((Settings(word_ngrams=(1, 1), min_df=1, anchored=False),), C=(1.0,), class_weight=("balanced",))
    for files, itself in ((("new", "newer"), ["toll"]), (("old", "newer"), None), (("newer",), None)):
        corpus = Corpus(targets, coded, calibration=files)
        model = with_record(train(corpus, grid, folds=2, jobs=1), corpus, name="own", seed=0, folds=2)
        assert model.facts["unseen_files"].get("calibrated_on_itself") == itself
        save_model(model, tmp_path)
        card = model_card(read_manifest(tmp_path))
        assert ("But toll only one of these files codes, which is calibrated on itself" in card) == bool(itself)
