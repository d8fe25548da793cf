"""Options of the program: what each of them is handed on to does as it was asked."""

from __future__ import annotations

import csv
import io
import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from helpers import run

from stance.errors import ModelError
from stance.model.artefact import load_model, read_manifest, save_model
from stance.model.stance_model import StanceModel
from stance.results.levels import COPIES, WEIGHTS
from stance.results.rollup import roll_up
from stance.results.saved import read_results
from stance.training import flat_corpus

TEXT = "The minister said on Friday that the embargo must be lifted before the talks go on"


@pytest.fixture(scope="module")
def scores(probe_texts: list[str], small_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty articles of two outlets, one of which the other has copied."""
    folder = tmp_path_factory.mktemp("scores")
    texts = ["\n\n".join(probe_texts[i : i + 1 + i // 4 % 4]) for i in range(0, 116, 4)]
    records = [{"id": i, "text": text, "outlet": f"Paper {i % 2}"} for i, text in enumerate([*texts, texts[-1]])]
    (folder / "in.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    result = run("score", folder / "in.jsonl", "-m", small_model_path, "--clusters", "-o", folder / "scores.csv")
    assert result.exit_code == 0, result.stderr
    return folder / "scores.csv"


@pytest.fixture(scope="module")
def own_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty paragraphs, described, with settings that need no search and two probes, one of which no model passes."""
    folder = tmp_path_factory.mktemp("corpus")
    for name in ("corpus", "probes"):
        (folder / name).mkdir()
    settings = "word_ngrams = [1, 1]\nmin_df = 1\nword_idf_constant = 0.0\n"
    (folder / "corpus.toml").write_text(
        f'labels = ["pro", "con"]\n[settings]\n{settings}[targets.tax]\nC = 10.0\nclass_weight = "balanced"\n'
    )
    rng = np.random.default_rng(4)
    said = {"pro": ("praised", "needed", "fair"), "con": ("condemned", "needless", "unfair")}
    records = []
    for i in range(60):
        label = ("pro", "con")[i % 2]
        # some speak as the others do
        words = rng.choice(said[label if rng.random() < 0.8 else ("con", "pro")[i % 2]], 2)
        text = f"The union {words[0]} the {words[1]} tax, w{i} x{i} y{i} z{i} it said."
        records.append({"article": f"a{i}", "paragraph": 0, "text": text, "tax": label})
    (folder / "corpus" / "one.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    tried = [
        {"id": str(i), "phenomenon": "plain", "text": "The union praised the fair tax.", "tax": label}
        for i, label in enumerate(("pro", "con"))
    ]
    (folder / "probes" / "p.jsonl").write_text("".join(json.dumps(probe) + "\n" for probe in tried))
    return folder


@pytest.fixture(scope="module")
def trained(own_corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Models of the corpus, by the seed and the number of folds that they were asked for."""
    found = {}
    for name, options in {"plain": (), "seed": ("--seed", 3), "folds": ("--folds", 2)}.items():
        found[name] = tmp_path_factory.mktemp("own") / name
        result = run("train", own_corpus, "-o", found[name], "-j", 1, *options)
        assert result.exit_code == 0, result.stderr
    return found


@pytest.mark.parametrize("output", ["-", "out.jsonl"])
def test_each_column_is_read_as_what_it_is_named_for(
    small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    """Whichever stands where, and whatever it is called."""
    monkeypatch.chdir(tmp_path)
    cells = {"id": "n1", "title": "Talks resume", "date": "2025-03-14", "outlet": "The Harbor Ledger", "text": TEXT}
    with Path("in.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([[f"c{i}" for i in range(5)], cells.values()])
    options = [word for i, name in enumerate(cells) for word in (f"--{name}-column", f"c{i}")]
    result = run("score", "in.csv", "-m", small_model_path, "-f", "jsonl", "-o", output, *options)
    assert result.exit_code == 0, result.stderr
    row = json.loads(result.stdout if output == "-" else Path(output).read_text(encoding="utf-8"))
    assert {name: row["article_id" if name == "id" else name] for name in cells} == cells


@pytest.mark.skipif(find_spec("distributed") is None, reason="dask is not installed")
@pytest.mark.parametrize("output", ["run/", "out.csv"])
def test_a_run_on_a_cluster_asks_for_one(small_model_path: Path, tmp_path: Path, output: str) -> None:
    """It is not scored here, where the cluster does not answer."""
    (tmp_path / "a.txt").write_text(f"{TEXT}.", encoding="utf-8")
    result = run(
        "score", tmp_path / "a.txt", "-m", small_model_path, "--dask", "none://x", "-o", f"{tmp_path}/{output}"
    )
    assert result.exit_code == 1
    assert "stance: none://x: no Dask scheduler with a worker answers" in result.stderr


def test_another_seed_draws_other_folds(own_corpus: Path, trained: dict[str, Path]) -> None:
    """So does another number of them; what is calibrated on the folds differs then, and the manifest says why."""
    asked = {"plain": (0, 5), "seed": (3, 5), "folds": (0, 2)}
    recorded = {name: read_manifest(folder)["training"] for name, folder in trained.items()}
    assert {name: (training["seed"], training["folds"]) for name, training in recorded.items()} == asked
    assert len({(folder / "model.safetensors").read_bytes() for folder in trained.values()}) == 3
    for options in ((), ("--seed", 3), ("--folds", 2)):
        measured = run("evaluate", trained["plain"], own_corpus, "--cross-validate", "-j", 1, "-f", "json", *options)
        assert measured.exit_code == 0, measured.stderr
        same = trained[options[0][2:] if options else "plain"]
        assert json.loads(measured.stdout) == read_manifest(same)["metrics"]


def test_the_probes_of_a_corpus_are_tried_after_training(trained: dict[str, Path]) -> None:
    """What they showed stands in the manifest."""
    assert read_manifest(trained["plain"])["probes"]["passed"] == {"plain": [1, 2]}


def test_failed_probes_are_shown_with_the_labels_given(own_corpus: Path, trained: dict[str, Path]) -> None:
    """Those alone, and only if asked for."""
    command = ("probe", trained["plain"], own_corpus / "probes")
    told = "1: tax: pro, not con: The union praised the fair tax.\n"
    assert run(*command, "--failures").stdout == run(*command).stdout + told


@pytest.mark.parametrize("command", ["score", "explain"])
def test_the_shipped_model_has_a_name_everywhere(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `stance evaluate default` calls it."""
    (tmp_path / "a.txt").write_text("They refused to lift the sanctions on the bank.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    named = run(command, "a.txt", "-m", "default")
    assert named.exit_code == 0, named.stderr
    assert named.stdout == run(command, "a.txt").stdout


@pytest.mark.parametrize("name", ["default", "./default"])
def test_the_shipped_model_goes_before_a_folder_of_its_name(
    small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """In each command and in Python; the folder is told by its path."""
    shutil.copytree(small_model_path, tmp_path / "default")
    (tmp_path / "a.txt").write_text("They refused to lift the sanctions on the bank.", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    meant = load_model(None if name == "default" else small_model_path)
    assert load_model(name).sha256 == meant.sha256
    assert load_model(Path("default")).sha256 == load_model(small_model_path).sha256 != load_model().sha256
    assert f"SHA-256 {meant.sha256}\n" in run("model", "show", name).stdout
    assert run("score", "a.txt", "-m", name, "-o", "a.parquet").exit_code == 0
    assert read_results("a.parquet").model["sha256"] == meant.sha256
    told = run("explain", "a.txt", "-m", name).stdout
    assert told == run("explain", "a.txt", *(() if name == "default" else ("-m", small_model_path))).stdout


def test_a_folder_of_that_name_that_is_missing_is_told_by_its_path(tmp_path: Path, monkeypatch: Any) -> None:
    """Not by the word, which is always a model."""
    monkeypatch.chdir(tmp_path)
    assert run("score", "a.txt", "-m", "./default").stderr.startswith("stance: ./default: no such model; a model is")


def test_no_model_is_written_under_the_name_of_the_shipped_one(
    small_model: StanceModel, own_corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By that name it would not be found; training is refused before it begins."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ModelError, match=r"^default: so the model that ships .* such as \./default$"):
        save_model(small_model, "default")
    refused = run("train", own_corpus, "-o", "default")
    assert (refused.exit_code, refused.stdout, list(tmp_path.iterdir())) == (1, "", [])
    assert refused.stderr.startswith("stance: default: so the model that ships with stance is called")
    save_model(small_model, "./default")
    assert [path.name for path in tmp_path.iterdir()] == ["default"]


@pytest.mark.parametrize("command", [("score", "a.txt", "-m", ""), ("model", "show", ""), ("evaluate", "", "a.csv")])
def test_an_empty_name_is_no_model(command: tuple[str, ...], trained: dict[str, Path], monkeypatch: Any) -> None:
    """Nor the one in whose folder one stands."""
    monkeypatch.chdir(trained["plain"])
    (trained["plain"] / "a.csv").write_text("text,tax\nA tax,pro\n", encoding="utf-8")
    refused = run(*command)
    assert (refused.exit_code, refused.stderr) == (1, "stance: the model has no name: its path is empty\n")


def test_rows_of_a_group_are_one_article(tmp_path: Path) -> None:
    """In a flat file that names one; without, each row is an article."""
    rows = [f"s{i % 3},The union praised tax {i} w{i} x{i} y{i}.,{'pro' if i % 2 else 'con'}" for i in range(12)]
    (tmp_path / "flat.csv").write_text("speech,text,tax\n" + "\n".join(rows) + "\n", encoding="utf-8")
    command = ("corpus", "stats", tmp_path / "flat.csv", "--target", "tax")
    assert "articles   12\n" in run(*command).stdout
    assert "articles   3\n" in run(*command, "--group-column", "speech").stdout


@pytest.mark.parametrize("options", [(), ("--target", "sanctions"), ("-t", "diplomacy")])
def test_the_target_that_is_named_is_exported(
    small_model: StanceModel, small_model_path: Path, probe_texts: list[str], tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Else the first one."""
    result = run("model", "export", small_model_path, "--sklearn", tmp_path / "p.joblib", *options)
    assert result.exit_code == 0, result.stderr
    texts = probe_texts[:20]
    expected = small_model.score_texts(texts)[:, int("diplomacy" in options)]
    assert np.nanmax(np.abs(joblib.load(tmp_path / "p.joblib").predict_proba(texts) - expected)) < 1e-6


def test_a_sample_is_drawn_within_the_target_that_is_named(scores: Path, tmp_path: Path) -> None:
    """Which the sample says, and has some of each of its labels."""
    place = ["article_id", "paragraph"]
    for within in ("sanctions", "diplomacy"):
        result = run("results", "sample", scores, "-n", 8, "--within", within, "-o", tmp_path / f"{within}.csv")
        assert result.exit_code == 0, result.stderr
        drawn, scored = pd.read_csv(tmp_path / f"{within}.csv"), pd.read_csv(scores)
        assert drawn["drawn_from"].str.startswith(f"{within} 8 of ").all()
        assert set(drawn[place].merge(scored, on=place)[within].dropna()) == set(scored[within].dropna())


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("copies", COPIES)
def test_a_roll_up_is_weighted_as_it_is_asked_to(scores: Path, weight: str, copies: str) -> None:
    """The figures are those of the library, which differ from those of another choice."""
    result = run("results", "rollup", scores, "--weight", weight, "--copies", copies, "-f", "csv")
    (row,) = csv.DictReader(io.StringIO(result.stdout))

    def rolled(weight: str, copies: str) -> dict[str, Any]:
        found = roll_up(read_results(scores), "all", weight, copies).iloc[0]
        return {name: float(found[name]) for name in ("paragraphs", "sanctions_share_against", "sanctions_net")}

    mine = rolled(weight, copies)
    assert {name: float(row[name]) for name in mine} == pytest.approx(mine)
    assert len({str(rolled(w, c)) for w in WEIGHTS for c in COPIES}) == len(WEIGHTS) * len(COPIES)


def test_the_label_that_is_named_is_explained(small_model: StanceModel, small_model_path: Path) -> None:
    """With its own probability and contributions, whichever is the most probable one."""
    for label in small_model.labels:
        command = ("explain", "-", "-m", small_model_path, "-t", "sanctions", "--label", label, "--terms", 0)
        record = json.loads(run(*command, "-f", "jsonl", input=f"{TEXT}.\n").stdout)
        expected = small_model.explain(f"{TEXT}.", "sanctions", label)
        assert (record["label"], record["probability"]) == (label, expected.probability)
        assert [c["value"] for c in record["contributions"]] == [c.value for c in expected.contributions]


def test_cross_validation_on_another_corpus_says_so(own_corpus: Path, trained: dict[str, Path], tmp_path: Path) -> None:
    """A table of the same paragraphs has no lexicons, whose figures would pass for those of a model that has them."""
    lines = (own_corpus / "corpus" / "one.jsonl").read_text().splitlines()
    (tmp_path / "flat.jsonl").write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    command = ("evaluate", trained["plain"])
    assert run(*command, own_corpus, "--cross-validate", "-j", 1).stderr == ""
    other = run(*command, tmp_path / "flat.jsonl", "--cross-validate", "-j", 1)
    assert other.exit_code == 0
    assert other.stderr == (
        f"{tmp_path / 'flat.jsonl'}: not the corpus that {trained['plain']} was trained on; these are the figures of a "
        "different model, with that one's settings and the paragraphs, lexicons and options of this corpus\n"
    )


@pytest.mark.parametrize("folds", [4, 5])
def test_cross_validation_names_a_label_that_is_rarer_than_folds(
    own_corpus: Path, trained: dict[str, Path], tmp_path: Path, folds: int
) -> None:
    """As training does; one that every fold can hold is not named."""
    lines = (own_corpus / "corpus" / "one.jsonl").read_text().splitlines()
    kept = [line for line in lines if '"con"' in line] + [line for line in lines if '"pro"' in line][:4]
    (tmp_path / "flat.jsonl").write_text("\n".join(kept) + "\n", encoding="utf-8")
    command = ("evaluate", trained["plain"], tmp_path / "flat.jsonl", "--cross-validate", "-j", 1, "--folds", folds)
    told = "tax: 4 paragraphs coded 'pro', fewer than the 5 folds: "
    assert (told in run(*command).stderr) == (folds == 5)


def test_the_help_names_the_columns_that_are_found_by_themselves() -> None:
    """All of them, in the order in which they are looked for; and what else is taken for a target."""
    told = " ".join(run("train", "--help").stdout.split())
    for names in (flat_corpus._TEXT, flat_corpus._TARGET, flat_corpus._LABEL, flat_corpus._GROUP):
        *others, last = names
        assert f"[default: {', '.join(others)} or {last}" in told
    assert f"every column with 2 to {flat_corpus._MOST_LABELS} distinct values" in told


@pytest.mark.parametrize(
    "command",
    [
        ("score", "in.txt", "-o", "out.csv", "--quarantine"),
        ("model", "export", "--sklearn"),
        ("train", "in.csv", "--output"),
        ("report", "scores.csv", "-o", "out.html", "--figures"),
    ],
)
def test_a_file_to_write_needs_a_name(
    command: tuple[str, ...], scores: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere the dash is standard output, so no file is called so; what is empty was to be filled in by a script."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in.csv").write_text("text,tax\nOne,pro\nTwo,con\n", encoding="utf-8")
    shutil.copyfile(scores, tmp_path / "scores.csv")
    before = sorted(tmp_path.iterdir())
    dashed, nameless = run(*command, "-"), run(*command, "")
    assert (dashed.exit_code, nameless.exit_code) == (2, 1)
    assert "cannot be standard output; name a file or folder" in dashed.stderr
    assert f"{command[-1]} has no name" in nameless.stderr
    assert sorted(tmp_path.iterdir()) == before
