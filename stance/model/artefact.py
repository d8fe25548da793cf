"""A model on disk: ``model.safetensors`` and ``manifest.json``, nothing that runs when it is read.

The manifest holds the SHA-256 of the arrays and, computed without that one field, of itself. Both are
checked on load.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stance.errors import IncompatibleModelError, ModelError
from stance.labels import Target
from stance.model.analyzer import Analyzer, Settings
from stance.model.lexicon import Lexicon
from stance.model.stance_model import StanceModel
from stance.model.weights import BlockWeights, Weights

__all__ = ["ARRAYS", "FORMAT_VERSION", "MANIFEST", "default_model_path", "load_model", "read_manifest", "save_model"]

FORMAT = "stance-model"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
ARRAYS = "model.safetensors"

_LARGEST_MANIFEST = 64 * 2**20
_OWN = frozenset(
    """
    format format_version targets settings lexicons cues language least_probability blocks arrays manifest_sha256
    """.split()
)


def default_model_path() -> Path:
    """Folder of the model that ships with the package."""
    inside = Path(__file__).resolve().parent.parent / "_default_model"
    checkout = Path(__file__).resolve().parent.parent.parent / "models" / "default"
    return inside if inside.is_dir() else checkout


def save_model(model: StanceModel, folder: str | Path) -> None:
    """Write a model; the same model gives the same bytes.

    Each file appears whole: it is written beside its place and then renamed.

    Parameters
    ----------
    model : StanceModel
        What to write.
    folder : path-like
        Made if missing.
    """
    from safetensors.numpy import save

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    arrays = save(_to_arrays(model))
    manifest = {
        **{key: value for key, value in model.facts.items() if key != "text_hashes"},
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "targets": [{"name": target.name, "labels": list(target.labels)} for target in model.targets],
        "settings": model.analyzer.settings.to_dict(),
        "lexicons": {name: lexicon.groups for name, lexicon in model.analyzer.lexicons.items()},
        "cues": None if model.analyzer.cues is None else model.analyzer.cues.groups,
        "language": model.language,
        "least_probability": model.least_probability,
        "blocks": [{"name": b.name, "weight": b.weight, "terms": len(b.terms)} for b in model.weights.blocks],
        "arrays": {"file": ARRAYS, "bytes": len(arrays), "sha256": hashlib.sha256(arrays).hexdigest()},
    }
    manifest["manifest_sha256"] = _manifest_hash(manifest)
    text = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    _write_whole(folder / ARRAYS, arrays)
    _write_whole(folder / MANIFEST, text.encode())


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Read and check a manifest, without the arrays.

    Raises
    ------
    ModelError
        If it is missing, damaged or no manifest.
    IncompatibleModelError
        If a later version wrote it.
    """
    folder = Path(folder)
    path = folder / MANIFEST
    if not folder.exists():
        raise ModelError(f"{folder}: no such model; a model is a folder with {MANIFEST} and {ARRAYS}")
    raw = _read_bytes(path, _LARGEST_MANIFEST)
    try:
        manifest = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not a model manifest: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelError(f"{path}: not a model manifest")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        raise IncompatibleModelError(
            f"{path}: format version {version!r}; this release reads version {FORMAT_VERSION}: "
            "upgrade sanctions-stance or retrain the model"
        )
    if manifest.get("manifest_sha256") != _manifest_hash(manifest):
        raise ModelError(f"{path}: the manifest was changed after it was written (SHA-256 differs)")
    return manifest


def load_model(folder: str | Path | None = None) -> StanceModel:
    """Load a model. No code of the artefact is run.

    Parameters
    ----------
    folder : path-like, optional
        Folder of the model; the default model if left out.

    Returns
    -------
    StanceModel

    Raises
    ------
    ModelError
        If files are missing or damaged.
    IncompatibleModelError
        If a later version wrote them.

    Examples
    --------
    >>> load_model().labels
    ('favor', 'against', 'neutral', 'unrelated')
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    folder = default_model_path() if folder is None else Path(folder)
    manifest = read_manifest(folder)
    path = folder / ARRAYS
    try:
        size, sha256 = int(manifest["arrays"]["bytes"]), manifest["arrays"]["sha256"]
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder / MANIFEST}: does not describe its arrays") from error
    raw = _read_bytes(path, size)
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise ModelError(f"{path}: damaged, or not the arrays of this manifest (SHA-256 differs)")
    try:
        return _from_arrays(load(raw), manifest)
    except SafetensorError as error:
        raise ModelError(f"{path}: not a safetensors file: {error}") from error
    except (KeyError, TypeError, IndexError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"{folder}: the arrays do not fit the manifest: {error}") from error


def _to_arrays(model: StanceModel) -> dict[str, npt.NDArray[Any]]:
    weights = model.weights
    arrays: dict[str, npt.NDArray[Any]] = {
        "intercept": weights.intercept,
        "calibration.scale": weights.scale,
        "calibration.bias": weights.bias,
        "training.text_hashes": np.array(
            sorted(int(h, 16) for h in model.facts.get("text_hashes", ())), dtype=np.uint64
        ),
    }
    for i, block in enumerate(weights.blocks):
        encoded = [term.encode("utf-8", "surrogatepass") for term in block.terms]
        arrays[f"block{i}.terms"] = np.frombuffer(b"".join(encoded), dtype=np.uint8)
        arrays[f"block{i}.term_ends"] = np.cumsum([len(term) for term in encoded], dtype=np.int64)
        arrays[f"block{i}.idf"] = block.idf.astype(np.float32)
        arrays[f"block{i}.coef"] = np.ascontiguousarray(block.coef, dtype=np.float32)
    return arrays


def _from_arrays(arrays: Mapping[str, npt.NDArray[Any]], manifest: Mapping[str, Any]) -> StanceModel:
    targets = tuple(Target(entry["name"], tuple(entry["labels"])) for entry in manifest["targets"])
    labels = len({label for target in targets for label in target.labels})
    lexicons = {name: Lexicon(groups) for name, groups in manifest["lexicons"].items()}
    cues = None if manifest["cues"] is None else Lexicon(manifest["cues"])
    analyzer = Analyzer(Settings.from_dict(manifest["settings"]), lexicons, cues)
    blocks = []
    for i, entry in enumerate(manifest["blocks"]):
        terms = _split_terms(arrays[f"block{i}.terms"], arrays[f"block{i}.term_ends"])
        coef, idf = arrays[f"block{i}.coef"], arrays[f"block{i}.idf"]
        if coef.shape != (len(terms), len(targets), labels) or idf.shape != (len(terms),):
            raise ModelError(f"block {entry['name']!r} has arrays of the wrong shape")
        if not (np.isfinite(coef).all() and np.isfinite(idf).all()):
            raise ModelError(f"block {entry['name']!r} holds numbers that are not finite")
        blocks.append(BlockWeights(entry["name"], terms, idf, coef, float(entry["weight"])))
    if [block.name for block in blocks] != analyzer.block_names:
        raise ModelError("the blocks do not fit the settings")
    weights = Weights(blocks, arrays["intercept"], arrays["calibration.scale"], arrays["calibration.bias"])
    for array, shape in ((weights.intercept, (len(targets), labels)), (weights.scale, (len(targets),))):
        if array.shape != shape:
            raise ModelError("intercept or calibration has the wrong shape")
    facts = {key: value for key, value in manifest.items() if key not in _OWN}
    facts["text_hashes"] = frozenset(f"{int(h):016x}" for h in arrays["training.text_hashes"])
    return StanceModel(targets, analyzer, weights, manifest["language"], float(manifest["least_probability"]), facts)


def _split_terms(joined: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> Sequence[str]:
    raw, limits = joined.tobytes(), ends.tolist()
    if (limits and limits[-1] != len(raw)) or any(a > b for a, b in zip([0, *limits], limits, strict=False)):
        raise ModelError("the list of terms is damaged")
    if raw.isascii():
        text = raw.decode("ascii")
        return [text[a:b] for a, b in zip([0, *limits], limits, strict=False)]
    return [raw[a:b].decode("utf-8", "surrogatepass") for a, b in zip([0, *limits], limits, strict=False)]


def _manifest_hash(manifest: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "manifest_sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _read_bytes(path: Path, most: int) -> bytes:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise ModelError(f"{path}: not a file")
        if size > most:
            raise ModelError(f"{path}: damaged, or not part of a model ({size:,} bytes, at most {most:,} expected)")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}") from error


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)
