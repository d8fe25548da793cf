"""`stance train`: any corpus, the same bytes, and what it refuses."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import run

from stance.errors import CorpusError
from stance.model.artefact import load_model
from stance.training.corpus import Corpus


def test_the_same_corpus_and_seed_give_the_same_bytes(tmp_path: Path, small_corpus: Corpus) -> None:
    """Two processes train the same flat corpus to identical files, one of them a new one with others at work for it."""
    path = tmp_path / "flat.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["article", "text", "sanctions"])
        for example in small_corpus.examples[:100]:
            writer.writerow([example.article, example.text, example.labels["sanctions"]])
    arguments = ["train", str(path), "--name", "m", "--folds", "2", "-o"]
    command = [sys.executable, "-m", "stance", *arguments, str(tmp_path / "two"), "-j", "2"]
    subprocess.run(command, check=True, capture_output=True)
    assert run(*arguments, tmp_path / "one", "-j", 1).exit_code == 0
    for file in ("model.safetensors", "manifest.json", "MODEL_CARD.md"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_other_targets_and_labels_need_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set with one target a row, its own labels and no lexicon trains, evaluates and scores by the commands."""
    draw = random.Random(5)
    words = {
        "FAVOR": "love great yes finally proud",
        "AGAINST": "hate awful no never shame",
        "NONE": "lunch rain bus sofa",
    }
    rows = ["ID\tTarget\tTweet\tStance"]
    for i in range(240):
        target, label = draw.choice(["Moon Base", "Car Tax"]), draw.choice(list(words))
        text = " ".join(draw.choices(words[label].split() + "the a on this that it".split(), k=12)) + f" {i}"
        rows.append(f"{i}\t{target}\t{text}\t{label}")
    learn, measure = tmp_path / "learn.txt", tmp_path / "measure.txt"
    learn.write_text("\n".join(rows[:160]) + "\n", encoding="utf-8")
    measure.write_text("\n".join([rows[0], *rows[160:]]) + "\n", encoding="utf-8")
    (tmp_path / "m").mkdir()
    monkeypatch.chdir(tmp_path / "m")
    assert run("train", learn, "-o", ".", "-j", 1, "--folds", 2).exit_code == 0
    model = load_model(tmp_path / "m")
    assert model.facts["name"] == "m"
    assert model.labels == ("FAVOR", "AGAINST", "NONE")
    assert model.analyzer.cues is None
    measured = run("evaluate", tmp_path / "m", measure)
    assert measured.exit_code == 0, measured.stderr
    pooled = float(measured.stdout.split("F_avg ")[-1].split(",")[0])
    assert pooled > 0.9
    assert model.score_texts(["I love this, finally, and I am so proud of it!"]).shape == (1, 2, 3)


@pytest.mark.parametrize("command", [["train", "gone", "-o", "own"], ["evaluate", "default", "gone"]])
@pytest.mark.parametrize(("option", "value"), [("-j", 0), ("--seed", -1), ("--seed", 2**32)])
def test_numbers_that_a_training_cannot_have_are_refused(command: list[str], option: str, value: int) -> None:
    """Before anything is read: joblib takes no 0, and scikit-learn no seed of more than 32 bits."""
    result = run(*command, option, value)
    assert result.exit_code == 2
    assert option in result.stderr


def test_what_cannot_be_written_is_told_before_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a folder below a file cannot; the folder that can is there then."""
    flat = tmp_path / "flat.csv"
    flat.write_text("text,tax\n" + "Lift them.,favor\nKeep them.,against\n" * 5)

    def begin(*_: object, **__: object) -> None:
        assert (tmp_path / "models" / "own").is_dir()
        raise CorpusError("the training has begun")

    monkeypatch.setattr("stance.training.fit.train", begin)
    for output, message in (("flat.csv/own", "cannot write the model: Not a directory"), ("models/own", "has begun")):
        result = run("train", flat, "-o", tmp_path / output)
        assert (result.exit_code, message in result.stderr) == (1, True)
    assert list((tmp_path / "models").iterdir()) == [], "nothing came of it, and nothing is left"
    (tmp_path / "models" / "own").mkdir()
    assert run("train", flat, "-o", tmp_path / "models" / "own").exit_code == 1
    assert (tmp_path / "models" / "own").is_dir(), "what was there stays"


def test_what_is_read_is_told_before_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels with their numbers: a slip of a coder, or a column that is no target, is seen before the minutes pass."""
    flat = tmp_path / "flat.csv"
    flat.write_text("text,tax,year\n" + "Lift,favor,2024\nKeep,against,2025\nCut,favour,\n" * 5, encoding="utf-8")

    def begin(*_: object, **__: object) -> None:
        raise CorpusError("the training has begun")

    monkeypatch.setattr("stance.training.fit.train", begin)
    told = run("train", flat, "-o", tmp_path / "own").stderr.splitlines()
    assert told[0] == "15 paragraphs in 15 articles; tax, year"
    assert told[1:3] == ["tax: 5 'favor', 5 'against', 5 'favour'", "year: 5 '2024', 5 '2025'"]
    assert told[3] == "year: no net stance, which takes the labels 'favor' and 'against'"


@pytest.mark.parametrize(("language", "told"), [("de", True), ("en", False)])
def test_a_language_that_is_not_told_from_others_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, told: bool
) -> None:
    """Whoever names one expects that the model abstains from others."""
    about = f'name = "klein"\nversion = "1"\nlanguage = "{language}"\nlabels = ["favor", "against"]\n[targets.tax]\n'
    (tmp_path / "corpus.toml").write_text(about, encoding="utf-8")
    (tmp_path / "corpus").mkdir()
    record = {"article": "a", "paragraph": 0, "text": "Weg damit.", "register": "x", "dispute": "y", "coder": "z"}
    (tmp_path / "corpus" / "one.jsonl").write_text(json.dumps(record | {"tax": "against"}) + "\n", encoding="utf-8")

    def begin(*_: object, **__: object) -> None:
        raise CorpusError("the training has begun")

    monkeypatch.setattr("stance.training.fit.train", begin)
    result = run("train", tmp_path, "-o", tmp_path / "own")
    assert result.stderr.endswith("the training has begun\n")
    assert (f"language {language!r}: the model will abstain from no language; only English" in result.stderr) == told


def test_a_probe_that_cannot_be_tried_is_told_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one on a target that the corpus has not."""
    (tmp_path / "probes").mkdir()
    probe = {"id": "1", "phenomenon": "plain", "text": "Keep the levy.", "levy": "favor"}
    (tmp_path / "probes" / "a.jsonl").write_text(json.dumps(probe), encoding="utf-8")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus.toml").write_text('name = "own"\nlabels = ["favor", "against"]\n[targets.tax]\n')
    record = {"article": "a", "paragraph": 0, "text": "Lift them.", "tax": "against"}
    (tmp_path / "corpus" / "one.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")

    def begin(*_: object, **__: object) -> None:
        raise CorpusError("the training has begun")

    monkeypatch.setattr("stance.training.fit.train", begin)
    result = run("train", tmp_path, "-o", tmp_path / "own")
    assert result.stderr.endswith("stance: probe '1': no target 'levy'; there are tax\n")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="no folder here that nobody may write to")
def test_a_folder_that_cannot_be_written_to_is_told_before_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it is there."""
    (tmp_path / "flat.csv").write_text("text,tax\n" + "Lift them.,favor\nKeep them.,against\n" * 5)

    def begin(*_: object, **__: object) -> None:
        raise CorpusError("the training has begun")

    monkeypatch.setattr("stance.training.fit.train", begin)
    assert "stance: /proc: cannot write the model: " in run("train", tmp_path / "flat.csv", "-o", "/proc").stderr


def test_a_model_needs_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty name, as a variable of a script that is not set gives it, is no name of the folder one stands in."""
    (tmp_path / "flat.csv").write_text("text,tax\n" + "Lift them.,favor\nKeep them.,against\n" * 5)
    monkeypatch.chdir(tmp_path)
    result = run("train", "flat.csv", "-o", "")
    assert (result.exit_code, result.stderr) == (1, "stance: --output has no name: its path is empty\n")
    assert [path.name for path in tmp_path.iterdir()] == ["flat.csv"]


def test_paragraphs_that_the_model_gets_no_label_for_are_told(tmp_path: Path) -> None:
    """Held-out figures count them: of a language without blanks that is nearly each."""
    draw, labels = random.Random(1), {"favor": "want this levy now", "against": "hate this levy now"}
    rows = [
        f"{' '.join(draw.choices(['river', 'bridge', 'market', 'harvest'], k=6))} we {words},{label}"
        for label, words in labels.items()
        for _ in range(20)
    ]
    flat = tmp_path / "flat.csv"
    flat.write_text("\n".join(["text,levy", *rows, "Xyzzy.,favor", "Plugh frob.,favor"]) + "\n", encoding="utf-8")
    said = run("train", flat, "-o", tmp_path / "one", "-j", 1, "--folds", 2)
    assert said.exit_code == 0, said.stderr
    why = "(too few known words: 2), but the held-out figures count them"
    told = f"the model gives 2 of these 42 paragraphs no label {why}"
    assert told in said.stderr.splitlines()
    assert f"T{told[1:]}." in (tmp_path / "one" / "MODEL_CARD.md").read_text(encoding="utf-8").splitlines()
    flat.write_text("\n".join(["text,levy", *rows]) + "\n", encoding="utf-8")
    assert "no label" not in run("train", flat, "-o", tmp_path / "two", "-j", 1, "--folds", 2).stderr


def test_a_corpus_that_is_named_by_its_description_has_its_probes(tmp_path: Path, small_corpus: Corpus) -> None:
    """Whether the folder is named or `corpus.toml` in it, the model is the same."""
    corpus = tmp_path / "own"
    (corpus / "corpus").mkdir(parents=True)
    (corpus / "probes").mkdir()
    target = '[targets.sanctions]\nC = 1\nclass_weight = "equal"\n'
    description = 'name = "own"\nlabels = ["favor", "against", "neutral", "unrelated"]\n[settings]\n' + target
    (corpus / "corpus.toml").write_text(description, encoding="utf-8")
    lines = [
        json.dumps({"article": str(i), "paragraph": 0, "text": e.text, "sanctions": e.labels["sanctions"]})
        for i, e in enumerate(small_corpus.examples[:80])
    ]
    (corpus / "corpus" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    probe = {"id": "1", "phenomenon": "plain", "text": "Their envoy wants the sanctions kept.", "sanctions": "favor"}
    (corpus / "probes" / "a.jsonl").write_text(json.dumps(probe), encoding="utf-8")
    for given, model in ((corpus, "folder"), (corpus / "corpus.toml", "file")):
        said = run("train", given, "-o", tmp_path / model, "--name", "m", "-j", 1, "--folds", 2)
        assert said.exit_code == 0, said.stderr
    manifests = [(tmp_path / model / "manifest.json").read_bytes() for model in ("folder", "file")]
    assert manifests[0] == manifests[1]
    assert b'"probes"' in manifests[0]
    # a case that is learned from would be passed by any model
    (corpus / "probes" / "a.jsonl").write_text(json.dumps({**probe, "text": small_corpus.texts[0]}), encoding="utf-8")
    told = "1 probe is in the corpus that the model learns from, as '1'; write others"
    assert run("probe", tmp_path / "file", corpus / "probes").stderr.strip().endswith(told)
    refused = run("train", corpus, "-o", tmp_path / "other", "-j", 1, "--folds", 2)
    assert (refused.exit_code, told in refused.stderr, (tmp_path / "other").exists()) == (1, True, False)
