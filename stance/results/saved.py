"""Results as they lie on disk: one file or the folder of a run, back into a data frame."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stance.articles.own_files import MANIFESTS
from stance.batch.counts import Counts
from stance.errors import ArgumentError, StanceError, kind_of, made_by, number_of
from stance.files import as_path
from stance.labels import Target
from stance.results.dictionary import check_facts, dictionary_path
from stance.results.table_files import (
    find_targets,
    orders_of_table,
    plain_columns,
    plain_frame,
    refuse_same_names,
)
from stance.results.table_reading import TEXT, read_table, told_as_results
from stance.results.texts import Texts, file_state

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DIGITS",
    "PLACE",
    "Results",
    "as_results",
    "count_rows",
    "read_results",
    "read_without_texts",
    "refuse_twice",
    "whole_numbers",
]

#: What tells which paragraph a row is about.
PLACE = ["article_id", "paragraph"]

#: The most that a number in a file has: one of more may not fit int64.
DIGITS = 18

#: What it raises to look into JSON that has another form than expected.
_FORM = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


# two data frames are not equal or unequal, but row by row
@dataclass(frozen=True, slots=True, eq=False, repr=False)
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
        What became of everything that was read, where it is known; ``None`` if the frame has only some of the rows.
    source : str
        Where it was read from.
    orders : mapping
        The categories, as words, of columns in which these have an order.
    """

    frame: pd.DataFrame
    targets: tuple[Target, ...]
    level: str
    model: Mapping[str, Any] = field(default_factory=dict)
    counts: Counts | None = None
    source: str = ""
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # a table of some rows would go by the account of all
        if self.counts is not None and len(self.frame) != self.counts.rows(self.level):
            object.__setattr__(self, "counts", None)

    def __repr__(self) -> str:
        targets = ", ".join(target.name for target in self.targets)
        return f"<Results of {number_of(len(self.frame), self.level)} on {targets}>"

    def _repr_html_(self) -> str | None:
        return self.frame._repr_html_()  # type: ignore[operator, no-any-return]


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
        If it is no path.

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
    return _read(path, only, probabilities, texts_later=False)[0]


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

    def choose(names: list[str]) -> list[str]:
        return _chosen(names, only, probabilities)

    with told_as_results(path):
        files = [path]
        if path.is_dir():
            files, counts = _parts(path)
    states = [file_state(file) for file in files]
    read = [_read_file(file, path, choose, texts_later) for file in files]
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
    found = _from_frame(frame, str(path), names)
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
            manifests = [json.loads(manifest.read_bytes()) for manifest in path.glob(MANIFESTS)]
            return sum(int(chunk["rows"]) for manifest in manifests for chunk in manifest["chunks"])
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


def _from_frame(frame: pd.DataFrame, shown: str, names: Iterable[str] | None = None) -> Results:
    """Results from a frame, of a table that has these columns, if it has more of them than the frame."""
    level, targets = find_targets(frame.columns if names is None else names)
    if not targets or "article_id" not in frame.columns:
        raise StanceError(f"{shown}: not results of `stance score`: it has no columns of a target")
    nameless = frame["article_id"].isna().to_numpy()
    if nameless.any():
        raise StanceError(f"{shown}: row {int(nameless.argmax()) + 1} has no article_id; keep what scoring wrote")
    check = _check_labels if level == "paragraph" else _check_shares
    for target in targets:
        check(frame, target, shown)
    return Results(frame, targets, level)


def _check_labels(frame: pd.DataFrame, target: Target, shown: str) -> None:
    """Refuse a label that no column tells of: it would be counted as none."""
    given = frame[target.name].dropna().unique().tolist()
    wrong = [label for label in given if label not in (*target.labels, "")]
    if not wrong:
        return
    if not target.labels:
        raise StanceError(
            f"{shown}: no columns {target.name}_p_LABEL, which tell the labels on {target.name}; keep what scoring "
            "wrote"
        )
    raise StanceError(
        f"{shown}: {target.name} is {str(wrong[0])!r}; expected one of {', '.join(target.labels)}, of which there are "
        f"columns {target.name}_p_LABEL: keep what scoring wrote"
    )


def _check_shares(frame: pd.DataFrame, target: Target, shown: str) -> None:
    """Refuse a label without a share where others have one: it may be a column of one's own, counted as paragraphs."""
    without = [label for label in target.related if f"{target.name}_share_{label}" not in frame]
    if without and len(without) < len(target.related):
        raise StanceError(
            f"{shown}: {target.name}_{without[0]} is taken for a label, but has no {target.name}_share_{without[0]}; "
            "keep what scoring wrote, and give a column of your own another name"
        )


def as_results(given: Results | pd.DataFrame) -> Results:
    """Results from a data frame with the columns that scoring gives it, or from results, in plain columns.

    Raises
    ------
    StanceError
        If it lacks the columns of a target or of articles, or has two of one name.
    ArgumentError
        If it is neither.
    """
    import pandas as pd

    if not isinstance(given, Results | pd.DataFrame):
        how = made_by(given, of_pandas=True)
        raise ArgumentError(f"this takes Results or a pandas data frame of scores, not {kind_of(given)}{how}")
    frame = given.frame if isinstance(given, Results) else given
    refuse_same_names(frame.columns, "the data frame")
    plain = plain_columns(frame)
    orders = {
        str(name): tuple(map(str, kind.categories))
        for name, kind in frame.dtypes.items()
        if isinstance(kind, pd.CategoricalDtype) and kind.ordered
    }
    found = given if isinstance(given, Results) else _from_frame(plain, "the data frame")
    return replace(found, frame=plain, orders={**found.orders, **orders})


def refuse_twice(results: Results) -> None:
    """Refuse results in which a paragraph or an article is there twice, as of two runs put into one table.

    Files that are scored apart may give their articles the same ids, and two articles would be taken for one.

    Raises
    ------
    StanceError
        With the paragraph or the article.
    """
    keys = PLACE if results.level == "paragraph" else PLACE[:1]
    if not set(keys) <= set(results.frame.columns):
        return
    twice = results.frame.duplicated(keys)
    if twice.any():
        article, *paragraph = results.frame.loc[twice, keys].iloc[0]
        what = f"paragraph {paragraph[0]} of article {article}" if paragraph else f"article {article}"
        raise StanceError(
            f"{results.source or 'the results'}: {what} is there twice; "
            "articles need ids of their own, which files that were scored apart may share: take the results of one run"
        )


def whole_numbers(results: Results, names: Sequence[str]) -> Results:
    """The results with integers in columns in which scoring writes whole numbers, whatever a spreadsheet made of them.

    Parameters
    ----------
    results : Results
        At either level.
    names : sequence of str
        The columns.

    Raises
    ------
    StanceError
        If one is missing, or a row has no whole number there, or one below zero or of too many digits.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"article_id": ["a", "b"], "paragraph": ["0", "1.0"]})
    >>> whole_numbers(Results(frame, (), "paragraph"), ["paragraph"]).frame["paragraph"].tolist()
    [0, 1]
    """
    import pandas as pd

    shown, found = results.source or "the results", {}
    for name in names:
        if name not in results.frame:
            raise StanceError(f"{shown}: no column {name!r}; keep what scoring wrote")
        numbers = pd.to_numeric(results.frame[name], errors="coerce")
        whole = ((numbers % 1 == 0) & numbers.between(0, 10**DIGITS, inclusive="left")).fillna(False).astype(bool)
        if not whole.all():
            article, number = results.frame.loc[~whole, ["article_id", name]].iloc[0]
            given = "missing" if pd.isna(number) else repr(str(number))
            raise StanceError(
                f"{shown}: {name} is {given} in article {article}; expected a whole number: keep what scoring wrote"
            )
        found[name] = numbers.astype("int64")
    return replace(results, frame=results.frame.assign(**found))


def _parts(folder: Path) -> tuple[list[Path], Counts]:
    manifests = sorted(folder.glob(MANIFESTS))
    if not manifests:
        raise StanceError(
            f"{folder}: no manifest.json of a run; name the folder that `stance score -o` wrote, or a file"
        )
    found, counts, shards = [], [], set()
    for manifest in manifests:
        run = json.loads(manifest.read_bytes())
        if run["state"] != "finished":
            raise StanceError(f"{folder}: the run is not finished; continue it with `stance score --resume`")
        for chunk in run["chunks"]:
            # it may come from others, and "../" leads to files that are none of the run's
            if Path(chunk["file"]).name != chunk["file"]:
                raise StanceError(f"{manifest}: {chunk['file']!r} is not a file of this folder")
            found.append((chunk["index"], folder / chunk["file"]))
        counts.append(Counts.from_dict(run["totals"]))
        shards.add(tuple(run["shard"]))
    number = {of for _, of in shards}
    if len(shards) != max(number):
        raise StanceError(f"{folder}: {len(shards)} of {max(number)} shards are there; score the others, too")
    if not found:
        raise StanceError(f"{folder}: the run has no rows")
    return [file for _, file in sorted(found)], Counts.total(counts)


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
