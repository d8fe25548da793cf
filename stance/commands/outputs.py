"""What ``stance score`` writes: a folder of parts, or a file, by processes side by side, and the dictionary beside."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stance.articles.sources import STDIN
from stance.batch.files import check_output, named
from stance.batch.run import score_to_directory, score_to_file
from stance.commands.places import write_table
from stance.commands.results import write_rollup
from stance.errors import StanceError
from stance.files import passing_folder
from stance.locks import lock_output
from stance.model.artefact import read_manifest, targets_of
from stance.results.dictionary import describe_columns, dictionary_path, model_facts, write_dictionary
from stance.results.rollup import roll_up
from stance.results.saved import read_results
from stance.results.table_files import column_types

if TYPE_CHECKING:
    from stance.batch.counts import Counts
    from stance.commands.refusals import Refusals
    from stance.commands.requests import Request

__all__ = ["write_scores"]


def write_scores(asked: Request, refusals: Refusals) -> Counts:
    """Score what was found, and write what was asked for.

    Parameters
    ----------
    asked : Request
        With a folder or a file as output, or a level that is made of all rows.
    refusals : Refusals
        Takes the quarantined records.

    Returns
    -------
    Counts
        The account.
    """
    if asked.by_way_of_rows:
        return _by_way_of_rows(asked, refusals)
    output = str(asked.output)

    def describe(counts: Counts) -> None:
        _write_columns(asked, output, counts)

    if not asked.folder:
        return score_to_file(asked, output, progress=asked.shows_progress, refuse=refusals.add_all, describe=describe)
    try:
        counts = score_to_directory(
            asked, output, resume=asked.resume, progress=asked.shows_progress, refuse=refusals.add_all
        )
    except KeyboardInterrupt as stop:
        again = "the same command with --resume continues it"
        if STDIN in asked.paths:
            again = "standard input cannot be read again, so start again in another folder"
        raise KeyboardInterrupt(f"{output}: the run is not finished; {again}") from stop
    describe(counts)
    return counts


def _write_columns(asked: Request, output: str, counts: Counts) -> None:
    """Write the dictionary of an output that was written as it was scored: of the columns that it has.

    JSON lines without a row tell no columns; then they are those that such rows would have.
    """
    manifest = read_manifest(asked.model_path)
    targets = targets_of(manifest)
    types = column_types(output, asked.format)
    columns = describe_columns(types or dict.fromkeys(asked.columns_of_rows(targets), "string"), targets)
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


def _by_way_of_rows(asked: Request, refusals: Refusals) -> Counts:
    """Score to a Parquet file that is deleted afterwards, and make of it what was asked for."""
    if asked.output not in (None, "-"):
        check_output(Path(str(asked.output)))
    with _rows_of(asked.output) as rows:
        job = replace(asked, format="parquet", level="article" if asked.rolled_up else asked.level)
        counts = score_to_file(job, rows, progress=asked.shows_progress, refuse=refusals.add_all)
        if not os.path.exists(rows):
            # no article could be read
            return counts
        found = replace(read_results(rows), model=model_facts(read_manifest(asked.model_path)), counts=counts)
        if asked.rolled_up:
            rolled = roll_up(found, asked.level)
            write_rollup(rolled, found, asked.level, asked.output, asked.format)
        else:
            write_table(found.frame, found, str(asked.output), asked.format)
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
