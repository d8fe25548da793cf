"""Models on disk: whole or refused, never run."""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import pickle
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import run
from safetensors.numpy import load

from stance.errors import IncompatibleModelError, ModelError, StanceError
from stance.model.arrays import Hashes, Names, join_names, map_arrays, to_bytes
from stance.model.artefact import (
    FORMAT_VERSION,
    _manifest_hash,
    check_tables,
    load_model,
    read_manifest,
    save_model,
)
from stance.model.golden import largest_drift
from stance.model.kernel import compiled_extension
from stance.model.kernel_tables import NEGATED_KEY, compile_tables
from stance.model.stance_model import StanceModel
from stance.results.model_card import model_card


@pytest.fixture
def copy(small_model_path: Path, tmp_path: Path) -> Path:
    """A model that a test may damage."""
    return Path(shutil.copytree(small_model_path, tmp_path / "copy"))


def _edit(folder: Path, **changes: object) -> None:
    manifest = {**json.loads((folder / "manifest.json").read_text(encoding="utf-8")), **changes}
    manifest["manifest_sha256"] = _manifest_hash(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_model_survives_the_disk(small_model: StanceModel, copy: Path, tmp_path: Path) -> None:
    """Loaded, it scores the same, and saved again it has the same bytes."""
    loaded = load_model(copy)
    texts = ["They called for the sanctions to be lifted.", "Talks resumed in Oman on Monday."]
    assert np.array_equal(loaded.score_texts(texts), small_model.score_texts(texts))
    assert loaded.sha256 == json.loads((copy / "manifest.json").read_text(encoding="utf-8"))["manifest_sha256"]
    save_model(loaded, tmp_path / "again")
    for name in ("model.safetensors", "manifest.json"):
        assert (tmp_path / "again" / name).read_bytes() == (copy / name).read_bytes()


def test_the_default_model_is_sound() -> None:
    """Hashes agree and the golden paragraphs score as when it was made."""
    count, drift = largest_drift(load_model())
    assert count == 12
    assert drift < 1e-6


def test_the_shipped_card_is_the_manifest_s(root: Path) -> None:
    """Nobody typed into the model card."""
    folder = root / "models" / "default"
    assert (folder / "MODEL_CARD.md").read_text(encoding="utf-8") == model_card(read_manifest(folder))


def test_the_card_tells_what_its_figures_lean_to(root: Path) -> None:
    """Whether settings were compared on the folds, and what share probabilities are calibrated to."""
    manifest = dict(read_manifest(root / "models" / "default"))
    trial = {"target": "sanctions"}
    hopeful, calibrated = "these figures are somewhat optimistic", "12 of a thousand paragraphs without a mention"
    assert hopeful in model_card({**manifest, "training": {**manifest["training"], "trials": [trial, trial]}})
    assert hopeful not in model_card({**manifest, "training": {**manifest["training"], "trials": [trial]}})
    assert calibrated in model_card(manifest)
    assert calibrated not in model_card({**manifest, "fit_options": {}})
    # it was asked for, but too few paragraphs told of it
    assert calibrated not in model_card({**manifest, "unshifted": ["sanctions"]})
    assert model_card(manifest).count(" shift ") == 2
    assert "shift" not in model_card({**manifest, "fit_options": {}})
    assert "calibrated on the other files. " in model_card(manifest)
    alone = model_card({**manifest, "unseen_files": {**manifest["unseen_files"], "files": ["press"]}})
    assert "\nThe file press of the corpus was scored by a model that was trained on neither it nor any " in alone
    assert "calibrated on this file itself, so that these figures are somewhat optimistic. " in alone
    assert "other files" not in alone


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch exploded",)


def test_a_pickle_is_never_run(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pickle under the name of the arrays is refused by its hash, and by its form where the hash was forged."""
    monkeypatch.chdir(copy)
    raw = pickle.dumps(_Bomb())
    (copy / "model.safetensors").write_bytes(raw)
    with pytest.raises(ModelError, match="SHA-256"):
        load_model(copy)
    _edit(copy, arrays={"file": "model.safetensors", "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()})
    with pytest.raises(ModelError, match="not a safetensors file"):
        load_model(copy)
    assert not (copy / "exploded").exists()


def test_a_flipped_byte_is_found(copy: Path) -> None:
    """In the arrays and in the manifest."""
    raw = bytearray((copy / "model.safetensors").read_bytes())
    raw[len(raw) // 2] ^= 1
    (copy / "model.safetensors").write_bytes(raw)
    with pytest.raises(ModelError, match="SHA-256"):
        load_model(copy)
    text = (copy / "manifest.json").read_text(encoding="utf-8").replace('"paragraphs"', '"paragraph5"', 1)
    (copy / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="changed after"):
        load_model(copy)


def test_a_manifest_from_the_future_is_refused(copy: Path) -> None:
    """A later format and an unknown setting say that this release is too old; an earlier one, what to do."""
    _edit(copy, format_version=99)
    with pytest.raises(IncompatibleModelError, match=r"format version 99.*upgrade"):
        load_model(copy)
    _edit(copy, format_version=1)
    with pytest.raises(
        IncompatibleModelError, match=f"format version 1; this release reads version {FORMAT_VERSION}: retrain"
    ):
        load_model(copy)
    _edit(copy, format_version=FORMAT_VERSION, settings={"word_ngrams": [1, 1], "telepathy": True})
    with pytest.raises(IncompatibleModelError, match=f"^{re.escape(str(copy))}: .*telepathy"):
        load_model(copy)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda f: (f / "model.safetensors").unlink(), "No such file"),
        (lambda f: (f / "manifest.json").unlink(), "No such file"),
        (lambda f: ((f / "model.safetensors").unlink(), (f / "model.safetensors").mkdir()), "not a file"),
        (lambda f: (f / "manifest.json").write_bytes(b"\x00\xff\x00"), "not a model manifest"),
        (lambda f: (f / "manifest.json").write_text("[" * 100_000), "not a model manifest"),
        (lambda f: (f / "manifest.json").write_text('{"format": "else"}'), "not a model manifest"),
        (lambda f: (f / "model.safetensors").write_bytes(b"x" * 50_000_000), "damaged"),
        (lambda f: _edit(f, targets=[{"name": "one", "labels": ["a", "b"]}]), "wrong shape"),
        (lambda f: _edit(f, arrays="none"), "does not describe"),
        (lambda f: os.truncate(f / "manifest.json", 2**26 + 1), "damaged, or not part of a model"),
    ],
)
def test_damaged_models_are_refused(copy: Path, damage: object, message: str) -> None:
    """Each with one line that names the folder or the file."""
    damage(copy)  # type: ignore[operator]
    with pytest.raises(ModelError, match=message) as caught:
        load_model(copy)
    assert str(caught.value).startswith(str(copy))


def _forge(folder: Path, **arrays: Any) -> None:
    """Put other arrays into a model whose hashes agree all the same."""
    path = folder / "model.safetensors"
    raw = to_bytes({**load(path.read_bytes()), **{name.replace("__", "."): array for name, array in arrays.items()}})
    path.write_bytes(raw)
    _edit(folder, arrays={"file": path.name, "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()})


def test_coefficients_are_mapped_and_begin_with_a_cache_line(copy: Path) -> None:
    """They are views of the file, and no row of a block lies on two lines."""
    for block in load_model(copy).weights.blocks:
        coef = block.layout.coef
        assert not coef.flags.owndata
        assert not coef.flags.writeable
        assert coef.__array_interface__["data"][0] % 64 == 0


def test_stored_tables_are_those_of_the_names(copy: Path, small_model: StanceModel) -> None:
    """What the artefact keeps for the kernel is what its terms make; `stance model verify` finds other tables."""
    loaded = load_model(copy)
    check_tables(loaded)
    made = compile_tables(small_model.analyzer, small_model.weights)
    assert loaded._tables is not None
    for name, array in made.arrays.items():
        np.testing.assert_array_equal(loaded._tables.arrays[name], array)
    rows = load((copy / "model.safetensors").read_bytes())["kernel.key_rows"].copy()
    rows[:2] = rows[1::-1]
    _forge(copy, kernel__key_rows=rows)
    with pytest.raises(ModelError, match="do not match the model's terms"):
        check_tables(load_model(copy))
    first, *others = loaded._tables.blocks
    for tables in (
        replace(loaded._tables, groups=loaded._tables.groups + 1),
        replace(loaded._tables, blocks=[first._replace(coef=first.coef * 2), *others]),
        replace(loaded._tables, blocks=[first._replace(first=first.first + 1), *others]),
    ):
        object.__setattr__(loaded, "_tables", tables)
        with pytest.raises(ModelError, match="do not match the model's terms"):
            check_tables(loaded)


def test_tables_of_another_layout_are_made_anew(copy: Path) -> None:
    """A release with other keys reads the model, and scores the same."""
    before = load_model(copy).score_texts(["They called for the sanctions to be lifted."])
    _edit(copy, kernel={"layout": 0, "groups": 0})
    loaded = load_model(copy)
    assert loaded._tables is None
    assert loaded.score_texts(["They called for the sanctions to be lifted."]).tobytes() == before.tobytes()


def test_a_model_that_the_kernel_cannot_hold_is_kept_without_tables(
    small_model: StanceModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is saved, read and verified all the same."""
    monkeypatch.setattr("stance.model.kernel_tables._MOST_WORDS", 9)
    monkeypatch.setenv("STANCE_KERNEL", "auto")
    save_model(small_model, tmp_path / "large")
    assert read_manifest(tmp_path / "large")["kernel"] is None
    loaded = load_model(tmp_path / "large")
    check_tables(loaded)
    texts = ["They called for the sanctions to be lifted."]
    assert loaded.score_texts(texts) == pytest.approx(small_model.score_texts(texts))


@pytest.mark.parametrize(
    "golden",
    [
        5,
        {"text": "Talks went on."},
        ["Talks went on."],
        [{"text": "Talks went on."}],
        [{"text": None, "probabilities": [[0.0] * 4] * 2}],
        [{"text": "Talks went on.", "probabilities": [[0.0] * 4, [0.0]]}],
        [{"text": "Talks went on.", "probabilities": [[10**400] * 4] * 2}],
    ],
)
def test_golden_paragraphs_of_the_wrong_form_are_refused(copy: Path, golden: Any) -> None:
    """When they are scored, by an error of one line."""
    _edit(copy, golden=golden)
    with pytest.raises(ModelError, match="a golden paragraph is not a text with probabilities"):
        largest_drift(load_model(copy))


def test_verifying_fails_where_scores_have_drifted(copy: Path) -> None:
    """By more than rounding, in a line that names the model."""
    golden = read_manifest(copy)["golden"]
    assert run("model", "verify", copy).stdout.startswith(f"hashes agree; {len(golden)} golden paragraphs score the")
    golden[0]["probabilities"][0][0] += 1e-4
    _edit(copy, golden=golden)
    result = run("model", "verify", copy)
    told = f"stance: {copy}: golden paragraphs score differently, by up to 0.0001\n"
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", told)
    _edit(copy, golden=[])
    assert run("model", "verify", copy).stderr == f"stance: {copy}: the model has no golden paragraphs to verify\n"


def test_a_manifest_is_refused_however_deep_it_is(tmp_path: Path) -> None:
    """Python reads some objects within objects that it cannot write again."""
    for depth in range(700, 1001):
        text = f'{{"format": "stance-model", "format_version": {FORMAT_VERSION}, "x": {"[" * depth}{"]" * depth}}}'
        (tmp_path / "manifest.json").write_text(text)
        with pytest.raises(ModelError, match=r"not a model manifest|changed after"):
            read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("settings", "word_ngrams"), [1, 10**30], "settings cannot be read"),
        (("settings", "word_ngrams"), [1, math.inf], "settings cannot be read"),
        (("settings", "window"), -1, "settings cannot be read"),
        (("settings", "sublinear_tf"), "x", "settings cannot be read"),
        (("settings", "window"), "8", "settings cannot be read: window is '8'"),
        (("settings", "min_df"), True, "settings cannot be read: min_df is True"),
        (("settings", "word_weight"), "0.7", "settings cannot be read: word_weight is '0.7'"),
        (("settings", "anchored"), 1, "settings cannot be read: anchored is 1"),
        (("settings", "word_ngrams"), ["1", 2], "settings cannot be read: word_ngrams is"),
        (("arrays", "bytes"), math.inf, "does not describe"),
        (("kernel", "groups"), math.inf, "do not fit"),
        (("blocks", 0, "weight"), math.nan, "not finite"),
        (("blocks", 0, "name"), "pairs", "the blocks do not fit the settings"),
        (("blocks", 1, "first"), 1, "block 'around sanctions' has arrays of the wrong shape"),
        (("arrays",), {"bytes": 1}, "does not describe a model correctly .'sha256'"),
        (("blocks", 0, "terms"), "x", "does not describe a model"),
        (("targets", 0, "name"), 5, "does not describe a model"),
        (("targets",), [], "does not describe a model correctly .it has no target, or one without labels"),
        (("targets", 0, "labels"), [], "does not describe a model correctly .it has no target, or one without labels"),
        (("corpus",), ["x"], "does not describe a model"),
        (("metrics",), [], "does not describe a model"),
        (("metrics",), {"sanctions": {"n": 1, "metrics": {"f_avg": [1]}}}, "does not describe a model"),
        (("metrics",), {"x": {"n": 1, "metrics": {"f": [0.5, "0", 1]}}}, "does not describe .*'0' is no Real"),
        (("metrics",), {"x": {"n": 1, "metrics": {"f": [0.5, 0, "1"]}}}, "does not describe .*'1' is no Real"),
        (("name",), 5, "does not describe a model correctly .5 is no str"),
        (("training", "folds"), "5", "does not describe a model correctly .'5' is no int"),
        (("unseen_files",), {"files": [], "metrics": {"sanctions": {}}}, "does not describe a model"),
        (("unseen_files",), {"files": [5], "metrics": {}}, "does not describe a model correctly .5 is no str"),
    ],
)
def test_a_hostile_manifest_is_refused(copy: Path, place: tuple[Any, ...], value: Any, message: str) -> None:
    """Numbers that would keep a reader busy for ever, or that no array has."""
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    inner = manifest
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    _edit(copy, **manifest)
    with pytest.raises(ModelError, match=message) as told:
        load_model(copy)
    assert "\n" not in str(told.value)


def test_a_terminal_does_not_obey_a_model(copy: Path) -> None:
    """Whatever it calls itself and its labels."""
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["targets"][0]["labels"] = ["fav\x9bor", *manifest["targets"][0]["labels"][1:]]
    manifest["corpus"]["version"] = "1\x07"
    manifest["blocks"][0]["name"] += "\x9b"
    _edit(copy, **{**manifest, "name": "mine\x07"})
    shown = run("model", "show", str(copy))
    assert shown.exit_code == 0
    assert "mine\u2407" in shown.output
    assert not set("\x07\x9b") & set(shown.output)


@pytest.mark.parametrize("patterns", [["{a,b}" * 60], ["{a,b}" * 12 + f" {i}" for i in range(20)]], ids=["one", "many"])
def test_a_lexicon_that_would_fill_the_memory_is_refused(
    copy: Path, monkeypatch: pytest.MonkeyPatch, patterns: list[str]
) -> None:
    """A pattern of a few characters may stand for more phrases than there are atoms, and some for many together."""
    monkeypatch.setattr("stance.model.lexicon._MOST_PHRASES", 50_000)
    lexicons = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))["lexicons"]
    lexicons["sanctions"]["more"] = patterns
    _edit(copy, lexicons=lexicons, kernel=None)
    with pytest.raises(StanceError, match="expands to more than"):
        load_model(copy).score_texts(["They called for the sanctions to be lifted."])


@pytest.mark.skipif(compiled_extension() is None, reason="the compiled kernel reads these")
def test_tables_that_would_lead_the_kernel_astray_are_refused(copy: Path) -> None:
    """A negated word that is a word, a phrase that goes on for ever, more groups than a mention can have."""
    arrays = load((copy / "model.safetensors").read_bytes())
    keys, rows = arrays["kernel.keys"], arrays["kernel.key_rows"]
    extension = compiled_extension()

    def refused(message: str, **forged: Any) -> None:
        tables = load_model(copy)._tables
        assert tables is not None
        extension.CompiledKernel(tables)
        tables.arrays.update(forged.pop("arrays", {}))
        with pytest.raises(ValueError, match=message):
            extension.CompiledKernel(replace(tables, **forged))

    negated = np.uint64(NEGATED_KEY) << np.uint64(60) | np.uint64(1)
    refused(
        "keys without a row",
        arrays={"keys": np.append(keys, negated), "key_rows": np.append(rows, np.uint32(1))},
    )
    phrase = int(np.flatnonzero(keys >> np.uint64(60) == 2)[0])
    circle = rows.copy()
    circle[phrase] = keys[phrase] >> np.uint64(27) & np.uint64(0x7FFFFFF)
    refused("keys without a row", arrays={"key_rows": circle})
    refused("too many groups", groups=2**62)
    refused("phrases of no kind", groups=1)


@pytest.mark.skipif(compiled_extension() is None, reason="the compiled kernel reads these")
@pytest.mark.parametrize("seed", range(40))
def test_forged_tables_are_refused_or_harmless(copy: Path, seed: int) -> None:
    """Indices from a file that somebody else made do not lead the kernel astray: it refuses them, or it scores."""
    generator = np.random.default_rng(seed)
    arrays = load((copy / "model.safetensors").read_bytes())
    name = sorted(key for key in arrays if key.startswith("kernel."))[seed % 10]
    array = arrays[name].copy()
    if seed < 10:
        array = array[: len(array) - 1]
    elif seed < 20:
        array.flat[generator.integers(array.size)] = np.iinfo(array.dtype).max
    else:
        hit = generator.integers(array.size, size=1 + array.size // 50)
        array.flat[hit] = generator.integers(np.iinfo(array.dtype).max, size=len(hit), dtype=array.dtype)
    _forge(copy, **{name: array})
    texts = [
        "Sanctions on Iran must not be lifted before talks, the envoy said. They eased the embargo.",
        "Ça va.",
    ] * 50
    try:
        model = load_model(copy)
        extension = compiled_extension()
        kernel = extension.CompiledKernel(model._tables)
    except (ValueError, ModelError):
        return
    margins, counts = np.empty((len(texts), 2, 4)), np.empty((len(texts), 6), dtype=np.int64)
    kernel.score(tuple(texts), margins, counts)
    kernel.places(texts[0])


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("block0.coef", np.zeros((7, 8), dtype=np.float32), "wrong shape"),
        ("block1.rows", np.zeros(3, dtype=np.uint32), "wrong shape"),
        ("block0.idf", np.zeros(3, dtype=np.float64), "wrong type"),
        ("block0.term_ends", np.arange(9, dtype=np.uint32)[::-1].copy(), "list of terms is damaged"),
        ("intercept", np.full((2, 4), np.inf), "not finite"),
        ("intercept", np.zeros((2, 3)), "wrong shape"),
        ("calibration.shift", np.zeros((2, 1)), "wrong shape"),
        ("calibration.shift", np.full((2, 4), np.nan), "not finite"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(copy: Path, name: str, array: Any, message: str) -> None:
    """Of another shape or type, with hashes that agree."""
    _forge(copy, **{name: array})
    with pytest.raises(ModelError, match=message):
        load_model(copy)


def test_rows_and_numbers_out_of_range_are_refused(copy: Path) -> None:
    """A term whose row is not there, and a coefficient that is no number."""
    arrays = load((copy / "model.safetensors").read_bytes())
    rows, coef = arrays["block2.rows"].copy(), arrays["block0.coef"].copy()
    coef[1, 1] = np.nan
    for beyond in (len(arrays["block2.coef"]), 2**31):
        rows[0] = beyond
        _forge(copy, block2__rows=rows)
        with pytest.raises(ModelError, match="terms without numbers"):
            load_model(copy)
    _forge(copy, block2__rows=arrays["block2.rows"], block0__coef=coef)
    with pytest.raises(ModelError, match="not finite"):
        load_model(copy)
    coef = arrays["block0.coef"].copy()
    coef[0] = 1
    _forge(copy, block0__coef=coef)
    with pytest.raises(ModelError, match="weighs unknown terms"):
        load_model(copy)
    idf = arrays["block0.idf"].copy()
    idf[0] = 1
    _forge(copy, block0__coef=arrays["block0.coef"], block0__idf=idf)
    with pytest.raises(ModelError, match="weighs unknown terms"):
        load_model(copy)
    _forge(copy, block0__coef=arrays["block0.coef"][:, 1:].copy())
    with pytest.raises(ModelError, match="block 'words' has arrays of the wrong shape"):
        load_model(copy)


def test_tables_that_are_incomplete_are_refused(copy: Path) -> None:
    """When the model is loaded, not at its first paragraph."""
    arrays = load((copy / "model.safetensors").read_bytes())
    del arrays["kernel.word_flags"]
    raw = to_bytes(arrays)
    (copy / "model.safetensors").write_bytes(raw)
    _edit(copy, arrays={"file": "model.safetensors", "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()})
    with pytest.raises(ModelError, match=r"do not fit the manifest: 'kernel.word_flags'"):
        load_model(copy)


def test_names_and_hashes_are_read_as_they_were_written() -> None:
    """A name by its place from either end, half a character as it is; a hash whole, and none that lies behind all."""
    names = Names(*(array[i:] for i, array in enumerate(join_names(["an", "end \ud800", ""]))))
    assert [*names] == [names[0], names[1], names[2]] == ["an", "end \ud800", ""]
    assert (names[-1], names[-3], names[1:]) == ("", "an", ["end \ud800", ""])
    with pytest.raises(IndexError):
        names[3]
    with pytest.raises(ModelError, match="list of terms is damaged"):
        Names(np.frombuffer(b"anend", dtype=np.uint8), np.array([3, 2, 5], dtype=np.uint32))
    hashes = Hashes(np.array([1, 0xAB], dtype=np.uint64))
    assert [*hashes] == ["0000000000000001", "00000000000000ab"]
    assert "00000000000000ab" in hashes
    assert all(other not in hashes for other in ("ab", "1", "00000000000000ac", "f" * 16, "g" * 16, 1))


@pytest.mark.parametrize(
    "place",
    [
        {"shape": [1], "data_offsets": [-4, 0]},
        {"shape": [1], "data_offsets": [0, 3]},
        {"shape": [1], "data_offsets": [0, 8]},
        {"shape": [3], "data_offsets": [0, 12]},
        {"shape": [-1, -1], "data_offsets": [0, 4]},
    ],
)
def test_an_array_lies_where_the_header_says(tmp_path: Path, place: dict[str, list[int]]) -> None:
    """In the file, and of as many bytes as its numbers have."""
    header = json.dumps({"a": {"dtype": "F32", **place}}).encode()
    raw = len(header).to_bytes(8, "little") + header + b"\0" * 8
    (tmp_path / "model.safetensors").write_bytes(raw)
    with pytest.raises(ModelError, match="'a' lies outside the file"):
        map_arrays(tmp_path / "model.safetensors", len(raw), hashlib.sha256(raw).hexdigest())


@pytest.mark.parametrize(
    "header", [b"", b"{", b"[]", b'{"a":1}', b'{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}']
)
def test_files_that_are_cut_off_or_strange_are_refused(copy: Path, header: bytes) -> None:
    """A header that is missing, no object, or that points outside the file."""
    for raw in (len(header).to_bytes(8, "little") + header, b"\xff" * 8 + header, header):
        (copy / "model.safetensors").write_bytes(raw)
        _edit(copy, arrays={"file": "model.safetensors", "bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()})
        with pytest.raises(ModelError, match=r"not a safetensors file|do not fit the manifest"):
            load_model(copy)


def test_half_a_character_among_golden_texts_is_kept(copy: Path, small_model: StanceModel, tmp_path: Path) -> None:
    """JSON can hold one; the manifest stays JSON in UTF-8, and the model in the folder is replaced by a whole one."""
    golden = [{**small_model.facts["golden"][0], "text": "Lift the \ud83d sanctions, \U0001f600."}]
    model = replace(small_model, facts={**small_model.facts, "golden": golden})
    golden[0]["probabilities"] = model.score_texts([golden[0]["text"]])[0].tolist()
    save_model(model, copy)
    assert json.loads((copy / "manifest.json").read_text(encoding="utf-8"))["golden"] == golden
    loaded = load_model(copy)
    assert largest_drift(loaded) == (1, 0.0)
    save_model(loaded, tmp_path / "again")
    assert (tmp_path / "again" / "manifest.json").read_bytes() == (copy / "manifest.json").read_bytes()


def test_a_model_that_cannot_be_written_is_one_line(small_model: StanceModel, tmp_path: Path) -> None:
    """Where a file has the name of the folder, or a folder that of the arrays; nothing is left of what was begun."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot write the model"):
        save_model(small_model, tmp_path / "file")
    (tmp_path / "model" / "model.safetensors").mkdir(parents=True)
    with pytest.raises(ModelError, match="cannot write the model"):
        save_model(small_model, tmp_path / "model")
    assert [path.name for path in (tmp_path / "model").iterdir()] == ["model.safetensors"]


def test_a_model_that_is_not_written_whole_leaves_the_old_one(
    small_model: StanceModel, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the manifest cannot be written, or Ctrl-C comes between the two files."""
    before = {path.name: path.read_bytes() for path in copy.iterdir()}
    other = replace(small_model, least_probability=0.5, facts={**small_model.facts, "text_hashes": ()})
    (copy / ".manifest.json.part").mkdir()
    with pytest.raises(ModelError, match="cannot write the model"):
        save_model(other, copy)
    (copy / ".manifest.json.part").rmdir()
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before

    synced: list[int] = []
    sync = os.fsync

    def broken_off(number: int) -> None:
        if synced:
            raise KeyboardInterrupt
        synced.append(number)
        sync(number)

    monkeypatch.setattr(os, "fsync", broken_off)
    with pytest.raises(KeyboardInterrupt):
        save_model(other, copy)
    assert {path.name: path.read_bytes() for path in copy.iterdir()} == before


def test_no_model_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing folder says what a model is, and one that is called as the default model is told from it."""
    monkeypatch.chdir(tmp_path)
    for name in ("gone", str(tmp_path / "gone"), Path("default")):
        shown = name if isinstance(name, str) else "./default"
        with pytest.raises(ModelError, match=f"^{re.escape(shown)}: no such model; a model is a folder with"):
            load_model(name)


@pytest.mark.skipif(sys.platform == "win32", reason="there no name is too long to ask for")
def test_a_model_that_cannot_be_looked_for_is_one_line(tmp_path: Path) -> None:
    """Where its name is longer than the file system takes, or it lies in a folder that nobody may enter."""
    with pytest.raises(ModelError, match=f"{'x' * 300}: File name too long$"):
        load_model(tmp_path / ("x" * 300))
    shut = tmp_path / "shut"
    (shut / "model").mkdir(parents=True)
    shut.chmod(0)
    try:
        with pytest.raises(ModelError, match=r"Permission denied|No such file"):  # root may enter it
            load_model(shut / "model")
    finally:
        shut.chmod(0o700)


def test_the_help_says_that_a_pipeline_is_a_pickle() -> None:
    """Whoever loads one from somebody else runs what is in it."""
    said = " ".join(run("model", "export", "--help").output.split())
    assert "The file is a pickle: load such files only from people you trust." in said


def test_a_pipeline_is_written_whole_and_never_into_the_model(
    small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model keeps its files, and what was there before stays where the new one cannot be written."""
    before = {path.name: path.read_bytes() for path in small_model_path.iterdir()}
    (tmp_path / "linked").symlink_to(small_model_path)
    for folder in (small_model_path, tmp_path / "linked"):
        output = folder / "model.safetensors"
        refused = run("model", "export", small_model_path, "--sklearn", output)
        assert (refused.exit_code, refused.stderr) == (
            1,
            f"stance: {output}: is inside the folder of the model; name a file elsewhere\n",
        )
    assert {path.name: path.read_bytes() for path in small_model_path.iterdir()} == before
    output = tmp_path / "pipeline.joblib"
    command = ["model", "export", small_model_path, "--sklearn", output]
    assert run(*command).exit_code == 0
    whole = output.read_bytes()

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    failed = run(*command, "--target", "diplomacy")
    assert (failed.exit_code, failed.stderr) == (1, f"stance: {output}: No space left on device\n")
    assert {path.name for path in tmp_path.iterdir()} == {"linked", "pipeline.joblib"}
    assert output.read_bytes() == whole
