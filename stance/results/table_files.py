"""What the names of the columns of results tell, and columns as scoring makes them, whatever program wrote them."""

from __future__ import annotations

import contextlib
import csv
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.articles.arrow_columns import times_as_text
from stance.articles.encoding import clean_surrogates
from stance.articles.own_files import PARTS
from stance.errors import StanceError
from stance.labels import Target, order_labels, scored_targets
from stance.results.dictionary import describe_columns

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "EXACT",
    "arrow_types",
    "column_types",
    "find_targets",
    "orders_of_table",
    "our_types",
    "plain_columns",
    "plain_frame",
    "refuse_half_characters",
    "refuse_same_names",
]

#: A float, as pandas, Excel and statistics packages have them, holds each integer up to this, and not all beyond.
EXACT = 2**53

# names of rows that pandas adds where they are not 0, 1, 2
_ROW_NAMES = re.compile(r"__index_level_\d+__")


def find_targets(columns: Iterable[str]) -> tuple[str, tuple[Target, ...]]:
    """The level of a table and its targets, from the names of its columns.

    Examples
    --------
    >>> names = ["tax", "tax_probability", "tax_p_against", "tax_p_favor", "tax_abstained"]
    >>> find_targets(names)
    ('paragraph', (Target(name='tax', labels=('favor', 'against')),))
    >>> names = ["assets_net", "tax_pro", "tax_abstained", "tax_share_pro", "tax_net", "tax_net_se", "tax_net_units"]
    >>> find_targets([*names, "tax_share_pro_se"])
    ('article', (Target(name='tax', labels=('pro',)),))
    """
    # those of a data frame may be numbers
    names = [str(name) for name in columns]
    if scored := scored_targets(names):
        labels = _ends(names, scored, "_p_")
        for name, others in _ends(names, scored, "_probability").items():
            # of another model, as merge(suffixes=("", "_b")) calls its columns
            copies = {label + end for label in labels[name] for end in others}
            labels[name] = [label for label in labels[name] if label not in copies]
        return "paragraph", tuple(Target(name, order_labels(labels[name])) for name in scored)
    counted = [name.removesuffix("_net") for name in names if name.endswith("_net") and f"{name}_se" in names]
    ends = _ends(names, counted, "_")
    # a share tells of a label, too, whose counts may have been left out; the error of one tells of none
    errors = {name: {f"{end}_se" for end in ends[name] if end.startswith("share_")} for name in counted}
    kept = {name: [end.removeprefix("share_") for end in ends[name] if end not in errors[name]] for name in counted}
    return "article", tuple(Target(name, order_labels(kept[name])) for name in counted)


def refuse_same_names(names: Iterable[str], shown: str, *, any_case: bool = False) -> None:
    """Refuse a table with two columns of one name, or of names that differ in their case only.

    Raises
    ------
    StanceError
        With the name.
    """
    seen: set[str] = set()
    for name in names:
        key = name.lower() if any_case else name
        if key in seen:
            but = ", apart from capitals, which the format does not distinguish" if any_case else ""
            raise StanceError(f"{shown}: two columns are called {name!r}{but}; give one of them another name")
        seen.add(key)


def refuse_half_characters(values: pd.Series[Any], name: str) -> None:
    """Refuse a column in which a word has half a character (a lone surrogate), which no file holds.

    Raises
    ------
    StanceError
        With the column and the row.

    Examples
    --------
    >>> import pandas as pd
    >>> refuse_half_characters(pd.Series(["oil", "gas\\ud800"], dtype=object), "sector")
    Traceback (most recent call last):
    stance.errors.StanceError: the column 'sector' has half a character (a lone surrogate) in row 2; ...
    """
    import pyarrow as pa

    # Arrow, which has the other types, takes none
    if values.dtype != object and not hasattr(values, "cat"):
        return
    with contextlib.suppress(UnicodeEncodeError, pa.ArrowException):
        # of millions it is far sooner
        pa.array(values, pa.string(), from_pandas=True)
        return
    for number, value in enumerate(values.tolist(), start=1):
        if isinstance(value, str) and clean_surrogates(value) != value:
            raise StanceError(
                f"the column {clean_surrogates(name)!r} has half a character (a lone surrogate) in row {number}; "
                "replace it, as value.encode('utf-8', 'replace').decode() does"
            )


def _ends(names: Iterable[str], targets: Iterable[str], before: str) -> dict[str, list[str]]:
    """What follows each target and ``before`` in the columns that tell of its labels; tax_cut_no is not of tax."""
    found = {}
    for target in sorted(targets, key=len, reverse=True):
        of_no_label = Target(target, ()).columns
        names = [name for name in names if name not in of_no_label]
        found[target] = [name.removeprefix(target + before) for name in names if name.startswith(target + before)]
        names = [name for name in names if not name.startswith(target + before)]
    return found


def arrow_types() -> dict[str, Any]:
    """Types of columns in Data Package terms, with those that Arrow has for them."""
    import pyarrow as pa

    return {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}


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
        parts = sorted(path.glob(PARTS))
        # one whose articles were all abstained from may have no row
        return next((types for part in parts if (types := column_types(part, format))), {})
    if format == "parquet":
        kinds = {kind: name for name, kind in arrow_types().items()}
        with path.open("rb") as file:
            return {field.name: kinds.get(field.type, "string") for field in pa.parquet.read_schema(file)}
    with path.open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream), []) if format == "csv" else list(json.loads(stream.readline() or "{}"))
    return dict.fromkeys(names, "string")


def our_types(names: list[str], others: str = "", *, of_targets: bool = False) -> dict[str, Any]:
    """Arrow types of our columns whose values could be taken for something else, and of the ``others``.

    Those that are not ``of_targets`` may count among the others.
    """
    import pyarrow as pa

    kinds = {"string": pa.string(), "number": pa.float64()}
    targets = find_targets(names)[1]
    types = {column.name: column.type for column in describe_columns(dict.fromkeys(names, others), targets)}
    if of_targets:
        scored = tuple(f"{target.name}_" for target in targets)
        types |= {name: others for name in names if types[name] in kinds and not f"{name}_".startswith(scored)}
    return {name: kinds[type] for name, type in types.items() if type in kinds}


def plain_frame(table: Any, names: list[str]) -> pd.DataFrame:
    """The table as a data frame whose columns are what scoring makes of them, whatever program wrote it.

    Parquet keeps what pandas or R had: categories, which take no name for what is missing; strings whose comparison
    with nothing is neither true nor false; columns made an index; numbers for ids, and points in time for dates. What
    holds others becomes text, as JSON, and so do integers with gaps that pandas would round.

    Parameters
    ----------
    table : pyarrow.Table
        As `read_table` gives it.
    names : list of str
        All columns of the file, which tell what those of the table are.
    """
    import pyarrow as pa

    rows = [name for name in table.column_names if _ROW_NAMES.fullmatch(name)]
    table = table.drop_columns(rows)
    words = {name for name, kind in our_types(names).items() if kind == pa.string()}
    numbers = {name for name, kind in our_types(names, of_targets=True).items() if kind == pa.float64()}
    plain = []
    for i, column in enumerate(table.schema):
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_nested(kind):
            values = table.column(i).to_pylist()
            texts = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in values]
            table, kind = table.set_column(i, column.name, pa.array(texts, pa.string())), pa.string()
        elif pa.types.is_temporal(kind) and column.name in words:
            texts = times_as_text(table.column(i).cast(kind))
            table, kind = table.set_column(i, column.name, texts), pa.string()
        elif pa.types.is_integer(column.type) and _rounds(table.column(i)):
            kind = pa.string()
        elif column.name in numbers and (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            # R and pandas write what they took for words
            kind = pa.float64()
        plain.append(column.with_type(pa.string() if column.name in words else kind))
    frame: pd.DataFrame = table.cast(pa.schema(plain)).to_pandas(ignore_metadata=True)
    return frame


def orders_of_table(table: Any) -> dict[str, tuple[str, ...]]:
    """The categories, as words, of columns in which these have an order, as pandas and R write them to Parquet.

    Parameters
    ----------
    table : pyarrow.Table
        As `read_table` gives it.
    """
    import pyarrow as pa

    ordered = [one.name for one in table.schema if pa.types.is_dictionary(one.type) and one.type.ordered]
    written = {name: [one for part in table[name].chunks for one in part.dictionary.to_pylist()] for name in ordered}
    # parts of a run may have the same ones
    return {name: tuple(dict.fromkeys(map(str, categories))) for name, categories in written.items()}


def plain_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """The data frame with columns as `plain_frame` has them where it has categories or `pandas.NA`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"tax": ["favor", None], "n": [1, 2]}).convert_dtypes()
    >>> frame["tax"].eq("favor").tolist(), plain_columns(frame)["tax"].eq("favor").tolist()
    ([True, <NA>], [True, False])
    """
    import pandas as pd
    import pyarrow as pa

    odd = [
        name
        for name, kind in frame.dtypes.items()
        if isinstance(kind, pd.CategoricalDtype) or getattr(kind, "na_value", None) is pd.NA
    ]
    if not odd:
        return frame
    table = pa.table({str(name): _to_arrow(frame[name]) for name in odd})
    try:
        plain = plain_frame(table, [str(name) for name in frame.columns]).set_axis(frame.index)
    except pa.ArrowInvalid as error:
        raise StanceError(f"the data frame: {error}; keep what scoring wrote") from error
    frame = frame.copy(deep=False)
    for name in odd:
        frame[name] = plain[str(name)]
    return frame


def _to_arrow(column: pd.Series[Any]) -> Any:
    """The column for Arrow; as words if it has no such categories, which may be words and numbers, or intervals."""
    import pyarrow as pa

    try:
        with contextlib.suppress(pa.ArrowException):
            values = pa.Array.from_pandas(column)
            if not (pa.types.is_dictionary(values.type) and isinstance(values.type.value_type, pa.BaseExtensionType)):
                return values
    except UnicodeEncodeError:
        # a category of which there is no row
        refuse_half_characters(column, str(column.name))
    return pa.array(column.astype(object).map(str, na_action="ignore"), pa.string(), from_pandas=True)


def _rounds(integers: Any) -> bool:
    """Whether pandas, to which integers with gaps are floats, would change one of them."""
    import pyarrow.compute as pc

    ends = pc.min_max(integers).as_py()
    return bool(integers.null_count) and max(ends["max"] or 0, -(ends["min"] or 0)) > EXACT
