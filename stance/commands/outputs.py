"""What ``stance score`` does after scoring: the column dictionary, and tables that are made from the scored rows."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stance.batch.files import check_output, named
from stance.commands.places import write_rows, write_table
from stance.commands.results import print_rollup, tell_caveats
from stance.errors import StanceError
from stance.files import lock_output, passing_folder
from stance.model.artefact import read_manifest, targets_of
from stance.results.levels import OF_ARTICLES

if TYPE_CHECKING:
    from stance.batch.counts import Counts

__all__ = ["score_by_way_of_parquet", "write_columns"]


def write_columns(output: str, format: str, model: str | None, counts: Counts, level: str, **added: Any) -> None:
    """Write the dictionary of an output that was written as it was scored: of the columns that it has.

    JSON lines without a row tell no columns; then they are those that ``level`` and what was ``added`` would give.
    """
    from stance.results.dictionary import describe_columns, dictionary_path, model_facts, write_dictionary
    from stance.results.records import article_columns, paragraph_columns
    from stance.results.table_files import column_types

    manifest = read_manifest(model)
    targets = targets_of(manifest)
    types = column_types(output, format)
    if not types and level == "article":
        types = dict.fromkeys(article_columns(targets, clusters=added["clusters"], keep=added["keep"]), "string")
    elif not types:
        types = dict.fromkeys(paragraph_columns(targets, **added), "string")
    columns = describe_columns(types, targets)
    path, facts = Path(output), model_facts(manifest)
    if not path.is_dir():
        write_dictionary(path, columns, model=facts, counts=counts)
        return
    # all shards of a run would write the same, perhaps at once; what was read is counted by the manifest
    try:
        write_dictionary(path, columns, model=facts)
    except StanceError:
        if not dictionary_path(path).exists():
            raise


def score_by_way_of_parquet(
    score: Callable[[str, str], Counts], output: str | None, format: str | None, level: str, model: str | None
) -> Counts:
    """Score to a Parquet file that is deleted afterwards, and make of it what was asked for.

    Parameters
    ----------
    score : callable
        Scores to a file, by its path and level.
    output, format, level
        Of the command.
    model : str or None
        Folder of the model.
    """
    from stance.results.dictionary import CLASSIFY_AND_COUNT, model_facts
    from stance.results.rollup import roll_up
    from stance.results.saved import read_results

    if output not in (None, "-"):
        check_output(Path(str(output)))
    with _rows_of(output) as rows:
        counts = score(rows, "article" if level in OF_ARTICLES else level)
        if not os.path.exists(rows):
            # no article could be read
            return counts
        found = replace(read_results(rows), model=model_facts(read_manifest(model)), counts=counts)
        if level in OF_ARTICLES:
            rolled = roll_up(found, level)
            page = print_rollup(rolled, found.targets, level)
            write_rows(rolled, found, output, format, page, [CLASSIFY_AND_COUNT])
            tell_caveats(rolled, found, level)
            return counts
        write_table(found.frame, found, str(output), format)
        return counts


@contextlib.contextmanager
def _rows_of(output: str | None) -> Iterator[str]:
    """A file for the rows, which is removed; what a killed run left of it goes when the output is written again."""
    if output is None or output == "-":
        with tempfile.TemporaryDirectory(prefix="stance-") as place:
            yield os.path.join(place, "scores.parquet")
        return
    # beside the output there is room for it, which the system's own place may not have
    path = Path(os.path.abspath(output))
    beside = path.with_name(f".{path.name}.rows")
    rows = str(beside / "scores.parquet")
    try:
        with contextlib.ExitStack() as held:
            with named(output):
                held.enter_context(lock_output(beside))
                held.enter_context(passing_folder(beside))
            yield rows
    except StanceError as error:
        # whoever asked for the output knows of no other file
        raise StanceError(str(error).replace(rows, output).replace(str(beside), output)) from error
