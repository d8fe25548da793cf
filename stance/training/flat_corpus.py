"""Reading a flat corpus: which columns of a file hold the texts, the targets and the labels, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from stance.articles.records import BLANKS
from stance.errors import CorpusError
from stance.labels import RESERVED, Target, order_labels
from stance.training.corpus import Example, join_targets
from stance.training.description import check_columns, check_target_name
from stance.training.draft import Draft
from stance.training.flat_files import cell, code_of, known_cell, read_rows, refuse_results

__all__ = ["CorpusColumns", "read_flat"]

_TEXT = ("text", "paragraph_text", "tweet", "sentence", "body", "content")
_TARGET = ("target", "topic")
_LABEL = ("stance", "label")
_DRAWN_FROM = ("drawn_from",)
_GROUP = ("article", "article_id", "document", "group")
_RESERVED = frozenset(
    """
    text paragraph_text tweet sentence body content article article_id document group id paragraph register dispute
    disputed evidence second_evidence country coder codings title date outlet source url author lang language index
    split
    """.split()
).union(RESERVED)
_MOST_LABELS = 10
#: What Excel shows where a formula fails, as it takes a code that is typed with a sign before it for one.
_FAILED = frozenset(["#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"])


@dataclass(frozen=True, slots=True)
class CorpusColumns:
    """Which columns of a flat corpus to read; ``None`` finds them by their usual names.

    Parameters
    ----------
    text : str or None
        Column of the texts.
    targets : tuple of str
        One column a target, each holding its labels.
    target, label : str or None
        Or: the column that names the target, and the one that holds the label. Rows of one article, or without articles
        all rows, that have the same text and name different targets are one paragraph. Where no column names a target,
        that of the label is one itself.
    group : str or None
        Column of the article; without one every row is an article of its own.
    known : tuple of Target
        Targets whose labels are known, as those of a model are: one of these labels alone makes a column theirs.
    """

    text: str | None = None
    targets: tuple[str, ...] = ()
    target: str | None = None
    label: str | None = None
    group: str | None = None
    known: tuple[Target, ...] = ()


def read_flat(file: Path, columns: CorpusColumns) -> Draft:
    """Read a flat corpus.

    Parameters
    ----------
    file : Path
        CSV, TSV, XLSX, JSON lines or Parquet.
    columns : CorpusColumns
        Its columns.

    Returns
    -------
    Draft
        With the defects of its rows.

    Raises
    ------
    CorpusError
        If it cannot be read, has no rows, or lacks the columns or has none of labels, or what is named contradicts
        itself.
    """
    if columns.targets and (columns.target is not None or columns.label is not None):
        raise CorpusError(
            "--target names a column of labels, --target-column and --label-column a file with one target per row; "
            "give one or the other",
            file,
        )
    draft = Draft()
    rows = [(line, _named_plainly(row, file)) for line, row in read_rows(file, draft.faults_of(file))]
    if not rows:
        if not draft.defects:
            raise CorpusError("the file has no rows", file)
        return draft
    found = _find_columns(file, columns, rows)
    if drawn_from := _column(file, list(rows[0][1]), None, _DRAWN_FROM, None, ""):
        draft.drawn_from = known_cell(rows[0][1], drawn_from)
    # label by its lower case: of the spellings that differ in case only, the first one
    spelled: dict[str, dict[str, str]] = {name: {} for name in found.targets}
    whose: list[str] = []
    for position, (line, row) in enumerate(rows):
        codes = {name: value for name, value in found.codes(row, columns.known) if value}
        if problem := found.problem(row, bool(codes)):
            draft.fault(file, line, problem)
            continue
        if not codes:
            draft.uncoded.append(CorpusError("no target is coded; the row is left out", file, line))
            continue
        labels = {name: spelled[name].setdefault(value.lower(), value) for name, value in codes.items()}
        whose.append(known_cell(row, found.group) if found.group else "")
        article = whose[-1] or f"row {position + 1}"
        text = cell(row, found.text)
        draft.examples.append(Example(article, position, text, labels, frozenset(), {}, str(file), line))
    if found.target is not None:
        draft.examples = join_targets(draft.examples, whose)
    for name, spellings in spelled.items():
        if len(spellings) < 2 and not _is_known(name, spellings, columns.known):
            draft.fault(file, None, f"target {name!r} has fewer than two labels: {sorted(spellings.values())}")
        draft.targets.append(Target(name, order_labels(spellings.values())))
    check_columns(draft.targets, file)
    return draft


def _named_plainly(row: dict[str, Any], file: Path) -> dict[str, Any]:
    """A row without blanks around its headings, which a spreadsheet does not show."""
    named: dict[str, Any] = {}
    for heading, value in row.items():
        name = heading.strip(BLANKS)
        if name and name in named:
            raise CorpusError(f"the column {name!r} appears twice, apart from blanks; rename one", file)
        named[name] = value
    return named


class _Found(NamedTuple):
    """The columns of a file."""

    text: str
    group: str | None
    targets: list[str]
    target: str | None = None
    """The column that names the target of a row, whose label then stands in `label`; else each target has its own."""
    label: str | None = None

    def problem(self, row: Any, coded: bool) -> str | None:
        """What keeps a row from being read; of one without a code nothing need be there."""
        own = self.targets if self.target is None else [self.target, self.label]
        for name in (self.text, self.group, *own):
            if name is not None and _several(row, name):
                kind = "a list" if isinstance(row[name], list) else "an object"
                return f"column {name!r} holds {kind}; a text or a number is needed"
            if coded and name is not None and (said := cell(row, name)) in _FAILED:
                return f"column {name!r} holds {said}, an error of Excel; enter it again, as text"
        empty = (name for name in (self.text, self.target) if name is not None and not known_cell(row, name))
        return next((f"column {name!r} is empty" for name in empty), None) if coded else None

    def codes(self, row: Any, known: Sequence[Target]) -> Iterator[tuple[str, str]]:
        """What a row says of each target, of one that it does not name, too; empty if nothing."""
        if self.target is not None and self.label is not None:
            said = _words(row, self.target).lower()
            name = next((name for name in self.targets if name.lower() == said), "")
            yield name, _code(row, self.label, name, known)
        else:
            yield from ((name, _code(row, name, name, known)) for name in self.targets)


def _several(row: Any, column: str) -> bool:
    """Whether a column holds what is neither a text nor a number, as programs to annotate with write it."""
    return isinstance(row.get(column), list | dict)


def _words(row: Any, column: str) -> str:
    """What stands in a column, without more blanks than are seen."""
    return " ".join(cell(row, column).split())


def _code(row: Any, column: str, target: str, known: Sequence[Target]) -> str:
    """The label of a row on a target; empty if there is none."""
    return code_of(_words(row, column), *_called(target, known))


def _find_columns(file: Path, columns: CorpusColumns, rows: Sequence[tuple[int, Any]]) -> _Found:
    header = list(dict.fromkeys(key for _, row in rows for key in row))
    text = _column(file, header, columns.text, _TEXT, "text", "--text-column")
    assert text is not None
    group = _column(file, header, columns.group, _GROUP, None, "--group-column")
    target = label = None
    if columns.targets:
        names = [_column(file, header, name, (), name, "--target") or name for name in columns.targets]
    else:
        target = _column(file, header, columns.target, _TARGET, None, "--target-column")
        needed = None if columns.target is None else "label"
        label = _column(file, header, columns.label, _LABEL, needed, "--label-column")
        if label is None:
            others = [name for name in header if name not in (text, group)]
            names, target = _guess_targets(others, rows, columns.known), None
        elif target is None:
            names = [label]
        else:
            # by lower case: of the spellings that differ in case only, the first one
            spelled: dict[str, str] = {}
            for _, row in rows:
                if name := " ".join(known_cell(row, target).split()):
                    spelled.setdefault(name.lower(), name)
            names = list(spelled.values())
    # what is guessed is not named: then no column may be a model's
    refuse_results(file, header, names if columns.targets else [label] if label is not None else [])
    if not names:
        raise CorpusError(
            "found no column of labels; name it with --target, or --target-column and --label-column; "
            f"the file has {', '.join(header)}",
            file,
        )
    for name in names:
        check_target_name(name, file)
    return _Found(text, group, names, target, label)


def _column(
    file: Path, header: Sequence[str], named: str | None, usual: Sequence[str], required: str | None, option: str
) -> str | None:
    if named is not None:
        if (plain := named.strip(BLANKS)) in header:
            return plain
        raise CorpusError(f"no column {named!r}; the file has {', '.join(header)}", file)
    lower = {name.lower(): name for name in reversed(header)}
    for name in usual:
        if name in lower:
            return lower[name]
    if required is None:
        return None
    raise CorpusError(f"no column {required!r}; name it with {option}; the file has {', '.join(header)}", file)


def _guess_targets(header: Sequence[str], rows: Sequence[tuple[int, Any]], known: Sequence[Target]) -> list[str]:
    names = []
    for name in header:
        values = {_code(row, name, name, known) for _, row in rows if not _several(row, name)} - {""}
        least = 1 if _is_known(name, values, known) else 2
        if name.strip() and name.lower() not in _RESERVED and least <= len(values) <= _MOST_LABELS:
            names.append(name)
    return names


def _is_known(name: str, labels: Iterable[str], known: Iterable[Target]) -> bool:
    return any(all(map(target.find, labels)) for target in _called(name, known))


def _called(name: str, known: Iterable[Target]) -> Iterator[Target]:
    """The known targets of a name, in whatever case."""
    return (target for target in known if target.name.lower() == name.lower())
