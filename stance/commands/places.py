"""Where a command writes: in which format, never over what it reads, and whole."""

from __future__ import annotations

import contextlib
import glob
import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from stance.commands.steps import step
from stance.errors import StanceError, number_of
from stance.files import whole_files
from stance.locks import lock_output
from stance.results.formats import EXPORTS, PLAIN, export_format

if TYPE_CHECKING:
    import pandas as pd

    from stance.results.scored import Results

__all__ = [
    "keep_codes",
    "keep_inputs",
    "output_name",
    "page_stream",
    "suffix_or_table",
    "tell_formulas",
    "under_hidden_name",
    "write_rows",
    "write_table",
]

#: What a page to read may be called; any other suffix that no format has is a slip.
_PAGES = ("", ".txt", ".text")
#: What a cell of a CSV begins with that a spreadsheet reads as a formula; it passes over what is white.
_FORMULAS = tuple("=+-@\t\r")


def suffix_or_table(output: str | None) -> str:
    """The format of an output that nobody named: by its suffix, or the table that is for reading.

    Raises
    ------
    StanceError
        If no format has the suffix.
    """
    if output in (None, "-"):
        return "table"
    suffix = os.path.splitext(str(output))[1].lower()
    device = os.path.exists(str(output)) and not os.path.isfile(str(output))
    if (found := export_format(str(output))) is None and suffix not in _PAGES and not device:
        names = ", ".join([*PLAIN, *EXPORTS])
        raise StanceError(f"{output}: no format has the suffix {suffix}; use one of {names}, or name a format with -f")
    return found or "table"


def keep_inputs(inputs: Iterable[str], *outputs: str | None) -> None:
    """Check that nothing is written over what is read, or twice.

    Parameters
    ----------
    inputs : iterable of str
        What is read; of the folder of a run the files that the run wrote.
    outputs : str or None
        What is written, with the dictionary beside it; a folder stands for the files of a run in it. No two may meet;
        standard output and devices do no harm.

    Raises
    ------
    StanceError
        If one of the outputs is among the inputs, or two of them are one file.
    """
    written = [path for path in outputs if path is not None and path not in ("", "-") and not _is_device(path)]
    for one, other in itertools.permutations(written, 2):
        if any(Path(os.path.realpath(other)).match(pattern) for pattern in _written(one)):
            raise StanceError(f"{written[-1]}: two outputs would be written there; name another file for one of them")
    there = [file for path in written for file in (path, _dictionary(path)) if os.path.isfile(file)]
    if there:
        read = {_identity(path) for path in _files(inputs)}
        for path in there:
            if _identity(path) in read:
                raise StanceError(f"{path}: is an input and would be overwritten; name another file for the output")


def _is_device(path: str) -> bool:
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _dictionary(path: str) -> str:
    from stance.results.dictionary import dictionary_path

    return str(dictionary_path(Path(path)))


def _written(output: str) -> list[str]:
    """Patterns of what an output writes: files of a run need not be there yet."""
    from stance.articles.own_files import FILES_OF_A_RUN

    place = glob.escape(os.path.realpath(output))
    if output.endswith(("/", os.sep)) or os.path.isdir(output):
        return [place, *(os.path.join(place, name) for name in FILES_OF_A_RUN)]
    return [place, _dictionary(place)]


def _files(inputs: Iterable[str]) -> Iterator[str]:
    """Files with their dictionaries, and what a run wrote to a folder; a report, say, may be written into it again."""
    from stance.articles.own_files import FILES_OF_A_RUN

    for path in inputs:
        if os.path.isdir(path):
            yield from (str(file) for pattern in FILES_OF_A_RUN for file in Path(path).glob(pattern))
        else:
            yield from (path, _dictionary(path))


def output_name(output: str) -> str:
    """What an output is called where it is told of.

    Examples
    --------
    >>> output_name("-"), output_name("rows.csv")
    ('standard output', 'rows.csv')
    """
    return "standard output" if output == "-" else output


def keep_codes(output: str | None) -> None:
    """Check that a file to code in is not there: it may hold hours of coding.

    Raises
    ------
    StanceError
        If it is.
    """
    if output not in (None, "-") and os.path.isfile(str(output)):
        raise StanceError(f"{output}: exists, and labels filled in would be lost; name another file, or remove it")


def _identity(path: str) -> tuple[int, int] | str:
    """The same for all names of one file: on some file systems another case of its letters is another one."""
    try:
        status = os.stat(path)
    except OSError:
        return path
    return status.st_dev, status.st_ino


@contextlib.contextmanager
def under_hidden_name(path: str) -> Iterator[IO[str]]:
    """A text file that gets its name when all is written, for it may lie in the folder that is read.

    If the body fails, what was written is removed, and a file that had the name before stays as it was. A list that is
    to outlive a failure, as that of the quarantined records is, must be left without the exception.

    Raises
    ------
    OSError
        If it cannot be written.
    StanceError
        If another process is writing it, or it has no name.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "page.txt")
    ...     with under_hidden_name(path) as stream:
    ...         print(os.path.exists(path), stream.write("Talks resume."))
    ...     os.listdir(folder)
    False 13
    ['page.txt']
    """
    if not path:
        raise StanceError("the output has no name; name a file with -o")
    if os.path.exists(path) and not os.path.isfile(path):
        # a device keeps its name
        with open(path, "w", encoding="utf-8") as stream:
            yield stream
        return
    file = Path(path)
    with lock_output(file), whole_files(file) as (part,), part.open("w", encoding="utf-8", newline="\n") as stream:
        yield stream


@contextlib.contextmanager
def page_stream(output: str | None, encoding: str | None = None, errors: str = "strict") -> Iterator[IO[str]]:
    """Where a page to read goes: to a file by `under_hidden_name`, or to standard output.

    Parameters
    ----------
    output : str or None
        As the command has it.
    encoding : str, optional
        Of standard output; its own if left out.
    errors : str
        What standard output does about characters that it has not.

    Raises
    ------
    StanceError
        If the file cannot be written.
    OSError
        Of standard output, which names itself; of a pipe whose reader has seen enough.
    """
    plain = output in (None, "-")
    try:
        with click.open_file("-", "w", encoding, errors) if plain else under_hidden_name(str(output)) as stream:
            yield stream
    except OSError as error:
        if plain or isinstance(error, BrokenPipeError):
            raise
        raise StanceError(f"{output}: {error.strerror or error}") from error


def write_table(rows: pd.DataFrame, found: Results, output: str, format: str | None = None, **about: Any) -> None:
    """Write a table to a file, or to standard output as a file would hold it; and what must be known to standard error.

    Parameters
    ----------
    rows : pandas.DataFrame
        The table.
    found : Results
        What it was made of, whose targets its columns tell of; its model, and what became of all that was read, stand
        in the column dictionary.
    output : str
        The file, or ``"-"``.
    format : str, optional
        By the suffix if left out; CSV on standard output.
    **about
        More for the column dictionary, as `export` has it.

    Raises
    ------
    StanceError
        If it cannot be written, or not in this format.
    """
    from stance.results.export import export, plain_bytes

    if output != "-":
        more = {"model": found.model, "counts": found.counts, "orders": found.orders, **about}
        with step(f"writing {number_of(len(rows), 'row')} to {output}"):
            said = export(rows, output, found.targets, format=format, **more)
        for note in said:
            click.echo(f"{output}: {note}", err=True)
        return
    format = format or "csv"
    if format not in ("csv", "jsonl"):
        raise StanceError(f"{format} cannot go to standard output; name a file with -o")
    table, notes = plain_bytes(rows, found.targets, format)
    # of text click would strip what looks like colours, which may be data
    click.echo(table, nl=False)
    for note in notes:
        click.echo(note, err=True)


def tell_formulas(rows: pd.DataFrame, output: str) -> None:
    """Say on standard error that people had better be given a workbook, if a spreadsheet would read text as formulas.

    The text itself is not changed: codes are found again by it, and quotations must be right.

    Parameters
    ----------
    rows : pandas.DataFrame
        What was written, to be filled in.
    output : str
        The file.
    """
    if export_format(output) != "csv":
        return
    # of several kinds of strings pandas 2 has no name for all
    words = rows.select_dtypes(exclude="number")
    found = words.apply(lambda column: column.astype("str").str.startswith(_FORMULAS, na=False)).any(axis=1)
    if number := int(found.sum()):
        click.echo(
            f"{number_of(number, 'row')} with a text that begins with =, +, - or @, which a spreadsheet may take for a "
            f"formula; to code in a spreadsheet, write {Path(output).stem}.xlsx",
            err=True,
        )


def write_rows(
    rows: pd.DataFrame,
    found: Results,
    output: str | None,
    format: str | None,
    page: Iterable[str],
    notes: list[str],
) -> None:
    """Write a table to be read by people or, if a format is asked for, by programs.

    Parameters
    ----------
    rows, found
        As `write_table` has them.
    output, format : str or None
        As the command has them; without a format the suffix decides.
    page : iterable of str
        The lines that show the table to people, which are printed where no other format is asked for.
    notes : list of str
        For the column dictionary.

    Raises
    ------
    StanceError
        If it cannot be written, or not in this format.
    """
    format = format or suffix_or_table(output)
    if format == "table":
        with page_stream(output, encoding="utf-8") as stream:
            for line in page:
                click.echo(line, file=stream)
    else:
        write_table(rows, found, "-" if output is None else output, format, notes=notes)
