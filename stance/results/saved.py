"""Results as they lie on disk: one file or the folder of a run, back into a data frame."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from stance.articles.own_files import MANIFESTS
from stance.batch.counts import Counts
from stance.errors import ArgumentError, StanceError, kind_of, number_of
from stance.files import as_path
from stance.results.dictionary import check_facts, dictionary_path
from stance.results.scored import PLACE, Results, from_frame
from stance.results.table_files import find_targets, orders_of_table, plain_frame, refuse_same_names
from stance.results.table_reading import TEXT, read_table, told_as_results
from stance.results.texts import Texts, file_state

__all__ = ["count_rows", "read_results", "read_without_texts"]

#: What it raises to look into JSON that has another form than expected.
_FORM = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
#: How a part of a run that was lost or damaged since comes back.
_AGAIN = "`stance score --resume` writes it again"


def read_results(
    path: str | os.PathLike[str], only: Collection[str] | None = None, *, probabilities: bool = True
) -> Results:
    """Read what ``stance score`` wrote.

    Parameters
    ----------
    path : path-like
        A Parquet, CSV or JSON lines file, or the folder of a run.
    only : collection of str, optional
        Columns of paragraphs to read, as far as they are there, beside those that tell the paragraph and its labels.
        Without it all are read, which of millions of paragraphs takes several times the memory.
    probabilities : bool
        Whether those of the labels are among what ``only`` need not name.

    Returns
    -------
    Results

    Raises
    ------
    StanceError
        If it is missing, unreadable, unfinished, or holds no results.
    ArgumentError
        If it is no path, or `only` is one name.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scores.csv"
    ...     _ = path.write_text("article_id,tax,tax_probability,tax_p_favor,tax_abstained\\n007,favor,0.9,0.9,\\n")
    ...     found = read_results(path)
    >>> found.level, found.targets[0].name, found.frame["article_id"].tolist()
    ('paragraph', 'tax', ['007'])
    """
    if only is not None and (isinstance(only, str) or not isinstance(only, Iterable)):
        # its letters would be taken for columns, none of which is there
        what = f"one: only=[{only!r}]" if isinstance(only, str) else kind_of(only)
        raise ArgumentError(f"only takes several names, not {what}")
    # each part asks anew, of which names yielded one by one would tell the first alone
    return _read(path, None if only is None else tuple(only), probabilities, texts_later=False)[0]


def read_without_texts(
    path: str | os.PathLike[str], only: Collection[str] | None = None, *, probabilities: bool = True
) -> tuple[Results, Texts | None]:
    """As `read_results`, but texts, which take most of the memory, stay in the file; with the place where they are.

    There is none if they are not told apart from what they may become as a column, and were read.
    """
    return _read(path, only, probabilities, texts_later=True)


def _read(
    path: str | os.PathLike[str], only: Collection[str] | None, probabilities: bool, texts_later: bool
) -> tuple[Results, Texts | None]:
    import pyarrow as pa

    path = as_path(path, "file of results")
    counts = None
    written: list[int] = []

    def choose(names: list[str]) -> list[str]:
        return _chosen(names, only, probabilities)

    with told_as_results(path):
        files = [path]
        if path.is_dir():
            files, written, counts = _parts(path)
    states = [file_state(file) for file in files]
    read = [_read_file(file, path, choose, texts_later) for file in files]
    for file, (_, table), rows in zip(files, read, written, strict=False):
        if len(table) != rows:
            raise StanceError(f"{file}: has {number_of(len(table), 'row')} of {rows}; {_AGAIN}")
    later = texts_later and _without_texts(read)
    if texts_later and not later:
        read = [_read_file(file, path, choose) for file in files]
    with told_as_results(path):
        names = list(dict.fromkeys(name for its, _ in read for name in its))
        table = pa.concat_tables([table for _, table in read], promote_options="permissive")
        frame = plain_frame(table, names)
    if not names:
        raise StanceError(f"{path}: no rows, and no {dictionary_path(path).name} beside it that describes its columns")
    refuse_same_names(frame.columns, str(path))
    found = from_frame(frame, str(path), names)
    model, counted = _dictionary(path)
    counts = counted if counts is None else counts
    found = replace(found, model=model, counts=counts, source=str(path), orders=orders_of_table(table))
    lengths = [len(table) for _, table in read]
    texts = Texts(tuple(zip(files, lengths, states, strict=True)), np.arange(len(frame))) if later else None
    return found, texts


def count_rows(path: str | os.PathLike[str]) -> int | None:
    """How many rows results have, if it is told without reading them: of Parquet, and of a run."""
    import pyarrow as pa
    import pyarrow.parquet

    path = Path(path)
    # what is wrong is told when they are read
    with contextlib.suppress(*_FORM, pa.ArrowException):
        if path.is_dir():
            runs = (json.loads(manifest.read_bytes()) for manifest in path.glob(MANIFESTS))
            return sum(int(chunk["rows"]) for run in runs for chunk in run["chunks"])
        if path.suffix.lower() == ".parquet":
            with path.open("rb") as file:
                return int(pa.parquet.read_metadata(file).num_rows)
    return None


def _read_file(
    file: Path, described: Path, choose: Callable[[list[str]], list[str]], texts_later: bool = False
) -> tuple[list[str], Any]:
    with told_as_results(file):
        return read_table(file, described, choose, texts_later=texts_later)


def _without_texts(read: Sequence[tuple[list[str], Any]]) -> bool:
    """Whether the texts of all rows were left in files, which have them."""
    left = not any(TEXT in table.column_names for _, table in read)
    return left and all(TEXT in names for names, table in read if len(table)) and any(len(table) for _, table in read)


def _chosen(names: list[str], only: Collection[str] | None, probabilities: bool) -> list[str]:
    level, targets = find_targets(names)
    if only is not None and level == "paragraph" and targets:
        kept = {*PLACE, *only}
        for target in targets:
            kept |= {target.name, f"{target.name}_abstained"}
            if probabilities:
                kept |= {f"{target.name}_{end}" for end in ("probability", *(f"p_{label}" for label in target.labels))}
        return [name for name in names if name in kept]
    return names


def _parts(folder: Path) -> tuple[list[Path], list[int], Counts]:
    """The parts of a run, how many rows were written to each, and the account of all."""
    manifests = sorted(folder.glob(MANIFESTS))
    if not manifests:
        raise StanceError(
            f"{folder}: no manifest.json of a run; name the folder that `stance score -o` wrote, or a file"
        )
    found, counts, shards = [], [], set()
    first: Any = None
    alike = True
    for manifest in manifests:
        run = json.loads(manifest.read_bytes())
        if run["state"] != "finished":
            raise StanceError(f"{folder}: the run is not finished; continue it with `stance score --resume`")
        for chunk in run["chunks"]:
            # it may come from others, and "../" leads to files that are none of the run's
            if Path(chunk["file"]).name != chunk["file"]:
                raise StanceError(f"{manifest}: {chunk['file']!r} is not a file of this folder")
            path = folder / chunk["file"]
            if not path.exists():
                raise StanceError(f"{path}: no such file or folder; {_AGAIN}")
            found.append((chunk["index"], path, chunk["rows"]))
        counts.append(Counts.from_dict(run["totals"]))
        shards.add(tuple(run["shard"]))
        # elsewhere a file may have another path and time
        inputs = [{**file, "path": "", "mtime_ns": 0} for file in run["inputs"]]
        identity = (inputs, run["settings"], run["model"]["sha256"], run["shard"][1])
        # of many shards and files all at once would not fit
        first = identity if first is None else first
        alike = alike and identity == first
    if not alike:
        raise StanceError(
            f"{folder}: its shards are not of one run: their number, inputs, settings or model differ; "
            "score them all into one new folder"
        )
    if len(shards) != (number := first[-1]):
        raise StanceError(f"{folder}: {len(shards)} of {number} shards are there; score the others, too")
    if not found:
        raise StanceError(f"{folder}: the run has no rows")
    _, files, rows = zip(*sorted(found), strict=True)
    return list(files), list(rows), Counts.total(counts)


def _dictionary(path: Path) -> tuple[dict[str, Any], Counts | None]:
    """What the dictionary says of the model and of what was read; nothing of either if somebody changed its form."""
    try:
        known = json.loads(dictionary_path(path).read_bytes())["stance"]
        said = {key: known[key] for key in ("model", "counts") if key in known}
    except _FORM:
        return {}, None
    model: dict[str, Any] = {}
    counts = None
    with contextlib.suppress(*_FORM):
        check_facts(said.get("model", {}))
        model = said.get("model", {})
    with contextlib.suppress(*_FORM):
        counts = Counts.total([Counts.from_dict(said["counts"])])
    return model, counts
