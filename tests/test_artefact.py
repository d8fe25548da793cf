"""Models on disk: whole or refused, never run."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from stance.errors import IncompatibleModelError, ModelError
from stance.model.artefact import _manifest_hash, load_model, read_manifest, save_model
from stance.model.golden import largest_drift
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
    import hashlib

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
    """A later format and an unknown setting say that this release is too old."""
    _edit(copy, format_version=99)
    with pytest.raises(IncompatibleModelError, match="format version 99"):
        load_model(copy)
    _edit(copy, format_version=2, settings={"word_ngrams": [1, 1], "telepathy": True})
    with pytest.raises(IncompatibleModelError, match="telepathy"):
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
    ],
)
def test_damaged_models_are_refused(copy: Path, damage: object, message: str) -> None:
    """Each with one line that names the file."""
    damage(copy)  # type: ignore[operator]
    with pytest.raises(ModelError, match=message) as caught:
        load_model(copy)
    assert str(copy) in str(caught.value) or "wrong shape" in str(caught.value)


def test_no_model_at_all(tmp_path: Path) -> None:
    """A missing folder says what a model is."""
    with pytest.raises(ModelError, match="no such model"):
        load_model(tmp_path / "gone")
