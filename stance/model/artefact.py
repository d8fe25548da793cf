"""A model on disk: ``model.safetensors`` and ``manifest.json``, nothing that runs when it is read.

The manifest holds the SHA-256 of the arrays and, computed without that one field, of itself. Both are
checked on load. The arrays lie as the compiled kernel reads them: the file is mapped, not copied, and nothing is
computed from the names of terms before one is asked for.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from stance.errors import ArgumentError, IncompatibleModelError, ModelError, expect, kind_of
from stance.files import write_files
from stance.labels import Target, all_labels
from stance.model.analyzer import Analyzer, Settings
from stance.model.arrays import Hashes, Names, join_names, map_arrays, read_part, to_bytes
from stance.model.folders import DEFAULT, model_folder, new_model_folder
from stance.model.kernel_layout import KERNEL_ARRAYS, LAYOUT, KernelTables, Layout, plain_layout
from stance.model.lexicon import Lexicon
from stance.model.stance_model import StanceModel
from stance.model.weights import StoredBlock, Weights

__all__ = [
    "ARRAYS",
    "FORMAT_VERSION",
    "MANIFEST",
    "check_tables",
    "load_model",
    "read_manifest",
    "save_model",
    "targets_of",
]

FORMAT = "stance-model"
FORMAT_VERSION = 7
MANIFEST = "manifest.json"
ARRAYS = "model.safetensors"

_LARGEST_MANIFEST = 64 * 2**20
_OWN = frozenset(
    """
    format format_version targets settings lexicons cues language least_probability blocks kernel arrays manifest_sha256
    """.split()
)


def save_model(model: StanceModel, folder: str | os.PathLike[str]) -> None:
    """Write a model; the same model gives the same bytes.

    Both files are written beside their places and then renamed: if one cannot be written, the model that was there
    stays.

    Parameters
    ----------
    model : StanceModel
        What to write.
    folder : path-like
        Made if missing. A folder called ``default`` is ``"./default"``: that word is the default model (`load_model`).

    Raises
    ------
    ModelError
        If it cannot be written there, or `folder` is ``"default"``.
    ArgumentError
        If it is no model, or no path.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(load_model(), folder)
    ...     sorted(os.listdir(folder))
    ['manifest.json', 'model.safetensors']
    """
    folder = new_model_folder(folder)
    if not isinstance(model, StanceModel):
        raise ArgumentError(f"this writes a StanceModel, not {kind_of(model)}")
    tables = _tables(model)
    layouts = [plain_layout(b.idf, b.coef) for b in model.weights.blocks] if tables is None else tables.blocks
    arrays = to_bytes(_to_arrays(model, layouts, tables))
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
        "blocks": [
            {"name": block.name, "weight": block.weight, "terms": len(block.terms), "first": layout.first}
            for block, layout in zip(model.weights.blocks, layouts, strict=True)
        ],
        "kernel": None if tables is None else {"layout": LAYOUT, "groups": tables.groups},
        "arrays": {"file": ARRAYS, "bytes": len(arrays), "sha256": hashlib.sha256(arrays).hexdigest()},
    }
    manifest["manifest_sha256"] = _manifest_hash(manifest)
    # half a character, which a text of JSON may hold, becomes the escape that JSON has for it
    text = (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_files({folder / ARRAYS: arrays, folder / MANIFEST: text})
    except OSError as error:
        raise ModelError(f"{folder}: cannot write the model: {error.strerror or error}") from error


def read_manifest(folder: str | os.PathLike[str] | None = None) -> dict[str, Any]:
    """Read and check a manifest, without the arrays, of a model named as `load_model` takes it.

    Raises
    ------
    ModelError
        If it is missing, damaged or no manifest.
    IncompatibleModelError
        If another version wrote it.
    """
    folder = model_folder(folder)
    path = folder / MANIFEST
    try:
        missing = next((place for place in (folder, path) if not place.exists()), None)
    except OSError as error:
        raise ModelError(f"{folder}: {error.strerror or error}") from error
    if missing is not None:
        what = "no such model" if missing is folder else "No such file"
        # the bare word is the model that ships with the package
        shown = f"./{missing}" if str(missing) == DEFAULT else missing
        raise ModelError(f"{shown}: {what}; a model is a folder with {MANIFEST} and {ARRAYS}")
    raw = bytes(read_part(path, _LARGEST_MANIFEST))
    try:
        manifest = json.loads(raw)
        sha256 = _manifest_hash(manifest) if isinstance(manifest, dict) else None
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: not a model manifest: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ModelError(f"{path}: not a model manifest")
    version = manifest.get("format_version")
    if version != FORMAT_VERSION:
        older = isinstance(version, int) and version < FORMAT_VERSION
        raise IncompatibleModelError(
            f"{path}: format version {version!r}; this release reads version {FORMAT_VERSION}: "
            f"{'' if older else 'upgrade sanctions-stance or '}retrain the model"
        )
    if manifest.get("manifest_sha256") != sha256:
        raise ModelError(f"{path}: the manifest was changed after it was written (SHA-256 differs)")
    try:
        _check_facts(manifest)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{path}: does not describe a model correctly ({error}); retrain it") from error
    return manifest


def _check_facts(manifest: Mapping[str, Any]) -> None:
    """Check what is read before the arrays are, or shown, so that those who do so need not, whoever wrote it."""
    for target in manifest["targets"]:
        expect(str, target["name"], *target["labels"])
    if not manifest["targets"] or not all(target["labels"] for target in manifest["targets"]):
        raise ValueError("it has no target, or one without labels")
    expect(str, manifest["arrays"]["sha256"])
    expect(int, manifest["arrays"]["bytes"], *(block["terms"] for block in manifest["blocks"]))
    if corpus := manifest.get("corpus"):
        expect(str, corpus["name"], corpus["version"], corpus["fingerprint"])
        expect(int, corpus["paragraphs"], corpus["articles"])
    expect(dict, training := manifest.get("training", {}))
    expect(int, training.get("folds", 0))
    unseen = manifest.get("unseen_files") or {"files": [], "metrics": {}}
    expect(str, manifest.get("name", ""), *unseen["files"])
    for metrics in (manifest.get("metrics", {}), unseen["metrics"]):
        for found in metrics.values():
            expect(int, found["n"])
            expect(Real, found.get("calibration_error", 0), found.get("calibration_error_by_chance", 0))
            for value, low, high in found["metrics"].values():
                expect(Real, value, low, high)


def load_model(folder: str | os.PathLike[str] | None = None) -> StanceModel:
    """Load a model. No code of the artefact is run.

    A model may be used by many threads at once, and pickled to other processes.

    Parameters
    ----------
    folder : path-like, optional
        Folder of the model. Left out, or ``"default"``, it is the default model, as in the commands, whatever is in
        the working directory; a folder of that name is ``"./default"``, or a ``pathlib.Path``.

    Returns
    -------
    StanceModel

    Raises
    ------
    ModelError
        If files are missing or damaged.
    IncompatibleModelError
        If another version wrote them.
    ArgumentError
        If it is no path.

    Examples
    --------
    >>> load_model().labels
    ('favor', 'against', 'neutral', 'unrelated')
    """
    folder = model_folder(folder)
    manifest = read_manifest(folder)
    file = manifest["arrays"]
    arrays = map_arrays(folder / ARRAYS, file["bytes"], file["sha256"])
    try:
        return _from_arrays(arrays, manifest)
    except (KeyError, TypeError, IndexError, ValueError, AttributeError, OverflowError) as error:
        if isinstance(error, ModelError):
            raise type(error)(f"{folder}: {error}") from error
        raise ModelError(f"{folder}: the arrays do not fit the manifest: {error}") from error


def check_tables(model: StanceModel) -> None:
    """Check that the kernel's tables of a loaded model are those that its names, lexicons and settings make.

    Raises
    ------
    ModelError
        If they differ: the kernel would then find other terms than the analyzer.
    """
    stored, made = model._tables, _tables(model)
    if stored is None or made is None:
        return
    same = stored.arrays.keys() == made.arrays.keys() and stored.groups == made.groups
    same = same and all(np.array_equal(stored.arrays[name], array) for name, array in made.arrays.items())
    for a, b in zip(stored.blocks, made.blocks, strict=True):
        same = same and np.array_equal(a.rows, b.rows) and np.array_equal(a.idf, b.idf)
        same = same and a.first == b.first and np.array_equal(a.coef, b.coef)
    if not same:
        raise ModelError("the kernel's tables do not match the model's terms; retrain it")


def _tables(model: StanceModel) -> KernelTables | None:
    """The model as the compiled kernel reads it, if that can hold it."""
    from stance.model.kernel_tables import compile_tables

    try:
        return compile_tables(model.analyzer, model.weights)
    except (ValueError, OverflowError):
        return None


def _to_arrays(model: StanceModel, layouts: list[Layout], tables: KernelTables | None) -> dict[str, npt.NDArray[Any]]:
    weights = model.weights
    arrays: dict[str, npt.NDArray[Any]] = {
        "intercept": weights.intercept,
        "calibration.scale": weights.scale,
        "calibration.shift": weights.shift,
        "training.text_hashes": np.array(
            sorted(int(h, 16) for h in model.facts.get("text_hashes", ())), dtype=np.uint64
        ),
    }
    for i, (block, layout) in enumerate(zip(weights.blocks, layouts, strict=True)):
        arrays[f"block{i}.terms"], ends = join_names(block.terms)
        arrays[f"block{i}.term_ends"] = ends[1:]
        arrays[f"block{i}.rows"] = layout.rows
        arrays[f"block{i}.idf"] = layout.idf
        arrays[f"block{i}.coef"] = layout.coef
    for name, array in tables.arrays.items() if tables is not None else ():
        arrays[f"kernel.{name}"] = array
    return arrays


def targets_of(manifest: Mapping[str, Any]) -> tuple[Target, ...]:
    """The targets that a manifest names, with their labels.

    Examples
    --------
    >>> targets_of({"targets": [{"name": "tax", "labels": ["favor", "against"]}]})
    (Target(name='tax', labels=('favor', 'against')),)
    """
    return tuple(Target(entry["name"], tuple(entry["labels"])) for entry in manifest["targets"])


def _from_arrays(arrays: Mapping[str, npt.NDArray[Any]], manifest: Mapping[str, Any]) -> StanceModel:
    targets = targets_of(manifest)
    shape = (len(targets), len(all_labels(targets)))
    lexicons = {name: _lexicon(groups) for name, groups in manifest["lexicons"].items()}
    cues = None if manifest["cues"] is None else _lexicon(manifest["cues"])
    analyzer = Analyzer(Settings.from_dict(manifest["settings"]), lexicons, cues)
    blocks = []
    for i, entry in enumerate(manifest["blocks"]):
        part = {name: _typed(arrays[f"block{i}.{name}"], kind) for name, kind in _BLOCK.items()}
        terms = Names(part["terms"], part["term_ends"])
        layout = Layout(part["rows"], int(entry["first"]), part["idf"], part["coef"])
        _check(entry["name"], layout, len(terms), shape)
        blocks.append(StoredBlock(entry["name"], terms, layout, float(entry["weight"]), shape))
    if [block.name for block in blocks] != analyzer.block_names:
        raise ModelError("the blocks do not fit the settings")
    intercept, scale, shift = (_typed(arrays[name], np.float64) for name in _NUMBERS)
    if (intercept.shape, scale.shape, shift.shape) != (shape, (shape[0], 2), shape):
        raise ModelError("intercept or calibration has the wrong shape")
    # a label that a target lacks has an intercept of minus infinity
    if not ((intercept < np.inf).all() and np.isfinite(scale).all() and np.isfinite(shift).all()):
        raise ModelError("intercept or calibration holds numbers that are not finite")
    if not all(math.isfinite(block.weight) for block in blocks):
        raise ModelError("a block has a weight that is not finite")
    facts = {key: value for key, value in manifest.items() if key not in _OWN}
    facts["text_hashes"] = Hashes(_typed(arrays["training.text_hashes"], np.uint64))
    weights, least = Weights(blocks, intercept, scale, shift), float(manifest["least_probability"])
    model = StanceModel(targets, analyzer, weights, manifest["language"], least, facts)
    object.__setattr__(model, "sha256", manifest["manifest_sha256"])
    kernel = manifest["kernel"]
    # tables are those of these weights
    if kernel is not None and kernel["layout"] == LAYOUT:
        object.__setattr__(model, "_tables", _stored_tables(analyzer, blocks, intercept, arrays, int(kernel["groups"])))
    return model


_NUMBERS = ("intercept", "calibration.scale", "calibration.shift")
_BLOCK = {"terms": np.uint8, "term_ends": np.uint32, "rows": np.uint32, "idf": np.float32, "coef": np.float32}


def _check(name: str, layout: Layout, terms: int, shape: tuple[int, int]) -> None:
    rows, first, idf, coef = layout
    if (
        coef.ndim != 2
        or not len(coef)
        or rows.shape != (terms,)
        or idf.shape != coef.shape[:1]
        or not 0 <= first <= first + coef.shape[1] <= shape[0] * shape[1]
        # of whole targets: else the weights of one label would be another's
        or first % shape[1]
        or coef.shape[1] % shape[1]
    ):
        raise ModelError(f"block {name!r} has arrays of the wrong shape")
    if len(rows) and int(rows.max()) >= len(coef):
        raise ModelError(f"block {name!r} has terms without numbers")
    if not (np.isfinite(coef).all() and np.isfinite(idf).all()):
        raise ModelError(f"block {name!r} holds numbers that are not finite")
    if idf[0] or coef[0].any():
        raise ModelError(f"block {name!r} weighs unknown terms")


def _stored_tables(
    analyzer: Analyzer,
    blocks: list[StoredBlock],
    intercept: npt.NDArray[np.float64],
    arrays: Mapping[str, npt.NDArray[Any]],
    groups: int,
) -> KernelTables:
    settings = analyzer.settings
    kinds = {n: kind for n, kind in KERNEL_ARRAYS.items() if settings.char_ngrams or not n.startswith("character_")}
    return KernelTables(
        blocks=[block.layout for block in blocks],
        weights=[block.weight for block in blocks],
        arrays={name: _typed(arrays[f"kernel.{name}"], kind) for name, kind in kinds.items()},
        intercept=intercept,
        sublinear=settings.sublinear_tf,
        window=settings.window,
        word_ngrams=settings.word_ngrams,
        char_ngrams=settings.char_ngrams,
        targets=len(analyzer.anchored_targets),
        groups=groups,
    )


def _typed(array: npt.NDArray[Any], kind: Any) -> npt.NDArray[Any]:
    if array.dtype != kind:
        raise ModelError("an array has the wrong type")
    return array


def _lexicon(groups: Mapping[str, Any]) -> Lexicon:
    for patterns in groups.values():
        if not isinstance(patterns, list) or not all(isinstance(pattern, str) for pattern in patterns):
            raise ModelError("a lexicon of the manifest is no table of phrases")
    return Lexicon(groups)


def _manifest_hash(manifest: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "manifest_sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()
