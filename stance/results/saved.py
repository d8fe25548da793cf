"""Results as they lie on disk: one file or the folder of a run, back into a data frame."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.batch.counts import Counts
from stance.errors import StanceError
from stance.labels import Target, order_labels, scored_targets
from stance.results.dictionary import dictionary_path

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Results", "as_results", "column_types", "find_targets", "read_results", "refuse_twice"]

#: Columns of words: never taken for numbers, whatever stands in them.
WORDS = ("article_id", "title", "date", "outlet", "text", "cluster", "voice", "speaker", "actor")

_READABLE = ("parquet", "csv", "jsonl")
# names of rows that pandas adds where they are not 0, 1, 2
_ROW_NAMES = re.compile(r"__index_level_\d+__")
# a row may be as long as the longest record that is read
_BLOCK = 2**26


@dataclass(frozen=True, slots=True)
class Results:
    """A table of results, and what is known of how it came about.

    Attributes
    ----------
    frame : pandas.DataFrame
        As `paragraph_records` or `article_record` have it, and whatever columns were added since.
    targets : tuple of Target
        As the columns name them.
    level : {"paragraph", "article"}
        What a row is.
    model : mapping
        Of the model: name, hash, corpus, metrics. Empty where no column dictionary lies beside the file.
    counts : Counts or None
        What became of everything that was read, where it is known.
    source : str
        Where it was read from.
    """

    frame: pd.DataFrame
    targets: tuple[Target, ...]
    level: str
    model: Mapping[str, Any] = field(default_factory=dict)
    counts: Counts | None = None
    source: str = ""


def read_results(path: str | Path) -> Results:
    """Read what ``stance score`` wrote.

    Parameters
    ----------
    path : path-like
        A Parquet, CSV or JSON lines file, or the folder of a run.

    Returns
    -------
    Results

    Raises
    ------
    StanceError
        If it is missing, unreadable, unfinished, or holds no results.

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
    import pyarrow as pa

    path = Path(path)
    counts = None
    try:
        if path.is_dir():
            files, counts = _parts(path)
            table = pa.concat_tables([_read(file, path) for file in files], promote_options="permissive")
        else:
            table = _read(path, path)
        frame = _plain(table)
    except OSError as error:
        reason = "no such file or folder" if isinstance(error, FileNotFoundError) else error.strerror or error
        raise StanceError(f"{path}: {reason}") from error
    except (pa.ArrowException, ValueError, KeyError, TypeError) as error:
        if isinstance(error, StanceError):
            raise
        raise StanceError(f"{path}: not readable as results: {' '.join(str(error).split())[:200]}") from error
    if not table.column_names:
        raise StanceError(f"{path}: no rows, and no {dictionary_path(path).name} beside it that tells its columns")
    found = _from_frame(frame, str(path))
    known = _dictionary(path)
    if counts is None and "counts" in known:
        counts = Counts.from_dict(known["counts"])
    return replace(found, model=known.get("model", {}), counts=counts, source=str(path))


def _from_frame(frame: pd.DataFrame, shown: str) -> Results:
    level, targets = find_targets(frame.columns)
    if not targets or "article_id" not in frame.columns:
        raise StanceError(f"{shown}: no results of `stance score`: it lacks the columns of a target")
    return Results(frame, targets, level)


def as_results(given: Results | pd.DataFrame) -> Results:
    """Results from a data frame with the columns that scoring gives it; results stay what they are.

    Raises
    ------
    StanceError
        If it lacks the columns of a target or of articles.
    TypeError
        If it is neither.
    """
    import pandas as pd

    if isinstance(given, Results):
        return given
    if not isinstance(given, pd.DataFrame):
        raise TypeError(f"this takes Results or a data frame of scores, not {type(given).__name__}")
    return _from_frame(given, "the data frame")


def refuse_twice(results: Results) -> None:
    """Refuse results in which a paragraph is there twice, as of two runs put into one table.

    Files that are scored apart may give their articles the same ids, and two articles would be taken for one.

    Raises
    ------
    StanceError
        With the paragraph.
    """
    keys = ["article_id", "paragraph"]
    if results.level != "paragraph" or not set(keys) <= set(results.frame.columns):
        return
    twice = results.frame.duplicated(keys)
    if twice.any():
        article, paragraph = results.frame.loc[twice, keys].iloc[0]
        raise StanceError(
            f"{results.source or 'the results'}: paragraph {paragraph} of article {article} is there twice; "
            "articles need ids of their own, which files that were scored apart may share: take the results of one run"
        )


def _plain(table: Any) -> pd.DataFrame:
    """The table as a data frame of plain columns, whatever program wrote it.

    Parquet keeps what pandas or R had: categories, which take no name for what is missing; strings whose comparison
    with nothing is neither true nor false; columns made an index; numbers for ids, and points in time for dates.
    """
    import pyarrow as pa

    rows = [name for name in table.column_names if _ROW_NAMES.fullmatch(name)]
    table = table.drop_columns(rows)
    plain = []
    for column in table.schema:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        plain.append(column.with_type(pa.string() if column.name in WORDS else kind))
    frame: pd.DataFrame = table.cast(pa.schema(plain)).to_pandas(ignore_metadata=True)
    return frame


def column_types(path: str | Path, format: str) -> dict[str, str]:
    """The columns of a file, or of the parts in the folder of a run, with their types in Data Package terms.

    Only Parquet tells types; elsewhere each is ``string``. Without any row JSON lines tell nothing.

    Parameters
    ----------
    path : path-like
        What was written.
    format : {"parquet", "csv", "jsonl"}
        How.
    """
    import pyarrow as pa
    import pyarrow.parquet

    path = Path(path)
    if path.is_dir():
        parts = sorted(path.glob("part-*"))
        # one whose articles were all abstained from may have no row
        return next((types for part in parts if (types := column_types(part, format))), {})
    if format == "parquet":
        kinds = {pa.int64(): "integer", pa.float64(): "number", pa.bool_(): "boolean"}
        return {field.name: kinds.get(field.type, "string") for field in pa.parquet.read_schema(path)}
    with path.open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream), []) if format == "csv" else list(json.loads(stream.readline() or "{}"))
    return dict.fromkeys(names, "string")


def find_targets(columns: Iterable[str]) -> tuple[str, tuple[Target, ...]]:
    """The level of a table and its targets, from the names of its columns.

    Examples
    --------
    >>> names = ["tax", "tax_probability", "tax_p_against", "tax_p_favor", "tax_abstained"]
    >>> find_targets(names)
    ('paragraph', (Target(name='tax', labels=('favor', 'against')),))
    >>> names = ["assets_net", "tax_pro", "tax_abstained", "tax_share_pro", "tax_net", "tax_net_se", "tax_net_units"]
    >>> find_targets(names)
    ('article', (Target(name='tax', labels=('pro',)),))
    """
    names = list(columns)
    if scored := scored_targets(names):
        labels = _ends(names, scored, "_p_", ("probability", "abstained", "words"))
        return "paragraph", tuple(Target(name, order_labels(labels[name])) for name in scored)
    counted = [name.removesuffix("_net") for name in names if name.endswith("_net") and f"{name}_se" in names]
    ends = _ends(names, counted, "_", ("net", "net_se", "net_units", "abstained"))
    kept = {name: [end for end in ends[name] if not end.startswith("share_")] for name in counted}
    return "article", tuple(Target(name, order_labels(kept[name])) for name in counted)


def _ends(names: Iterable[str], targets: Iterable[str], before: str, others: Iterable[str]) -> dict[str, list[str]]:
    """What follows each target and ``before`` in names of columns, but for its ``others``; tax_cut_no is not of tax."""
    found = {}
    for target in sorted(targets, key=len, reverse=True):
        names = [name for name in names if name not in (target, *(f"{target}_{other}" for other in others))]
        found[target] = [name.removeprefix(target + before) for name in names if name.startswith(target + before)]
        names = [name for name in names if not name.startswith(target + before)]
    return found


def _parts(folder: Path) -> tuple[list[Path], Counts]:
    manifests = sorted(folder.glob("manifest*.json"))
    if not manifests:
        raise StanceError(
            f"{folder}: no manifest.json of a run; name the folder that `stance score -o` wrote, or a file"
        )
    found, counts, shards = [], [], set()
    for manifest in manifests:
        run = json.loads(manifest.read_bytes())
        if run["state"] != "finished":
            raise StanceError(f"{folder}: the run is not finished; go on with it by `stance score --resume`")
        found += [(chunk["index"], folder / chunk["file"]) for chunk in run["chunks"]]
        counts.append(Counts.from_dict(run["totals"]))
        shards.add(tuple(run["shard"]))
    number = {of for _, of in shards}
    if len(shards) != max(number):
        raise StanceError(f"{folder}: {len(shards)} of {max(number)} shards are there")
    if not found:
        raise StanceError(f"{folder}: the run has no rows")
    return [file for _, file in sorted(found)], Counts.total(counts)


def _dictionary(path: Path) -> dict[str, Any]:
    try:
        known = json.loads(dictionary_path(path).read_bytes())["stance"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return known if isinstance(known, dict) else {}


def _without_rows(described: Path) -> Any:
    """A table of no rows, with the columns of the dictionary: JSON lines name none where there is no line."""
    import pyarrow as pa

    kinds = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    try:
        fields = json.loads(dictionary_path(described).read_bytes())["resources"][0]["schema"]["fields"]
        types = {str(field["name"]): kinds.get(field["type"], pa.string()) for field in fields}
    except (OSError, ValueError, LookupError, TypeError):
        # of a run the other parts may tell
        types = {}
    return pa.schema(list((types | _types(list(types))).items())).empty_table()


def _read(path: Path, described: Path) -> Any:
    """Read a file; ``described`` is what the dictionary lies beside: the file, or the folder of its run."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    suffix = path.suffix.lower().lstrip(".").replace("ndjson", "jsonl")
    if suffix not in _READABLE:
        # what is not there is told first
        path.stat()
        raise StanceError(f"{path}: results are read from .parquet, .csv, .jsonl or the folder of a run")
    if suffix == "parquet":
        return pa.parquet.read_table(path)
    if suffix == "csv":
        with path.open(encoding="utf-8", newline="") as stream:
            header = next(csv.reader(stream), [])
        return pa.csv.read_csv(
            path,
            read_options=pa.csv.ReadOptions(block_size=_BLOCK),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types=_types(header), null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True
            ),
        )
    with path.open(encoding="utf-8") as lines:
        first = next((line for line in lines if not line.isspace()), None)
    if first is None:
        return _without_rows(described)
    names = list(json.loads(first))
    table = _json_table(path, names)
    if others := [name for name in table.column_names if name not in names]:
        # R leaves out what a row lacks; with their types, as dates would be taken for points in time
        names += others
        table = _json_table(path, names)
    return table.select(names)


def _json_table(path: Path, names: list[str]) -> Any:
    import pyarrow as pa
    import pyarrow.json

    options = pa.json.ParseOptions(explicit_schema=pa.schema(list(_types(names).items())), newlines_in_values=False)
    return pa.json.read_json(path, pa.json.ReadOptions(block_size=_BLOCK), options)


def _types(names: list[str]) -> dict[str, Any]:
    """Arrow types of the columns whose values could be taken for something else."""
    import pyarrow as pa

    level, targets = find_targets(names)
    types = {name: pa.string() for name in WORDS if name in names}
    for target in targets:
        if level == "paragraph":
            types |= {target.name: pa.string(), f"{target.name}_abstained": pa.string()}
            types |= {f"{target.name}_probability": pa.float64()}
            types |= {f"{target.name}_p_{label}": pa.float64() for label in target.labels}
            if f"{target.name}_words" in names:
                types[f"{target.name}_words"] = pa.string()
        else:
            types |= {f"{target.name}_net": pa.float64(), f"{target.name}_net_se": pa.float64()}
    return types
