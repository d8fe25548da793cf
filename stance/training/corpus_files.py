"""Reading a corpus from disk, and naming every defect in it.

One parser serves both: `check_corpus` returns the defects, `read_corpus` raises on the first one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stance.errors import CorpusError
from stance.labels import Target, order_labels
from stance.model.analyzer import Settings
from stance.model.lexicon import Lexicon, read_lexicon
from stance.training.corpus import Corpus, Example, contradictions, join_targets, misplaced
from stance.training.description import check_columns, check_description, check_target_name, read_target
from stance.training.evidence import read_evidence
from stance.training.fit_options import FitOptions, read_fit_options, read_settings
from stance.training.flat_files import Fault, cell, json_lines, read_rows, refuse_results

__all__ = ["CorpusColumns", "check_corpus", "read_corpus"]

_TEXT = ("text", "paragraph_text", "tweet", "sentence", "body", "content")
_TARGET = ("target", "topic")
_LABEL = ("stance", "label")
_GROUP = ("article", "article_id", "document", "group")
_RESERVED = frozenset(
    """
    text paragraph_text tweet sentence body content article article_id document group id paragraph register dispute
    disputed evidence second_evidence country coder codings title date outlet source url author lang language index
    split
    """.split()
)
_MOST_LABELS = 10
# of a record of a described corpus, beside its targets
_FIELDS = frozenset({"article", "paragraph", "text", "disputed", "evidence", "second_evidence"})


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
        all rows, that have the same text and name different targets are one paragraph.
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


@dataclass
class _Draft:
    """What has been read so far."""

    description: dict[str, Any] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    defects: list[CorpusError] = field(default_factory=list)
    lexicons: dict[str, Lexicon] = field(default_factory=dict)
    cues: Lexicon | None = None
    settings: Settings | None = None
    fit_options: dict[str, FitOptions] = field(default_factory=dict)

    def fault(self, path: str | Path, line: int | None, message: str) -> None:
        self.defects.append(CorpusError(message, path, line))

    def faults_of(self, path: Path) -> Fault:
        return lambda line, message: self.fault(path, line, message)


def read_corpus(path: str | Path, columns: CorpusColumns | None = None) -> Corpus:
    """Read a corpus.

    Parameters
    ----------
    path : path-like
        A folder with ``corpus.toml``, that file, or a flat CSV, TSV, JSONL or Parquet file.
    columns : CorpusColumns, optional
        The columns of a flat corpus.

    Returns
    -------
    Corpus

    Raises
    ------
    CorpusError
        On the first defect; the message says how many there are.
    """
    draft = _read(Path(path), columns or CorpusColumns())
    if draft.defects:
        first, *rest = draft.defects
        more = f" (and {len(rest)} more; see `stance corpus check`)" if rest else ""
        raise CorpusError(first.message + more, first.path, first.line)
    about = draft.description
    return Corpus(
        targets=tuple(draft.targets),
        examples=tuple(draft.examples),
        name=str(about.get("name", Path(path).stem)),
        version=str(about.get("version", "0")),
        language=about.get("language", "").strip().lower() or None,
        lexicons=draft.lexicons,
        cues=draft.cues,
        calibration=tuple(about.get("calibration", ())),
        settings=draft.settings,
        fit_options=draft.fit_options,
    )


def check_corpus(path: str | Path, columns: CorpusColumns | None = None) -> list[CorpusError]:
    """List every defect of a corpus, in the order of its files and lines; none is raised.

    A text with two labels is a defect in a flat file, too, but `read_corpus` takes such a file.

    Raises
    ------
    CorpusError
        Only if there is no corpus at that path.
    """
    return _read(Path(path), columns or CorpusColumns(), strict=True).defects


def _read(path: Path, columns: CorpusColumns, *, strict: bool = False) -> _Draft:
    if path.name == "corpus.toml":
        path = path.parent
    if path.is_dir():
        if not (path / "corpus.toml").is_file():
            raise CorpusError("no corpus here: a corpus folder holds corpus.toml", path)
        draft = _read_described(path)
    elif path.is_file():
        draft = _read_flat(path, columns)
    else:
        raise CorpusError("no such file or folder", path)
    _check_across(draft, strict)
    if not draft.examples and not draft.defects:
        draft.fault(path, None, "the corpus is empty")
    return draft


def _read_described(folder: Path) -> _Draft:
    draft = _Draft()
    toml = folder / "corpus.toml"
    try:
        about = tomllib.loads(toml.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise CorpusError(f"cannot read the description: {error}", toml) from error
    draft.description = about
    check_description(about, toml)
    draft.settings = read_settings(about, toml)
    targets = about.get("targets")
    if not isinstance(targets, dict) or not targets:
        raise CorpusError("needs a table [targets.NAME] for every target", toml)
    for name, entry in targets.items():
        if not isinstance(entry, dict):
            raise CorpusError(f"target {name!r} needs a table [targets.{name}]", toml)
        draft.targets.append(read_target(name, entry, about.get("labels"), toml))
        if "lexicon" in entry:
            draft.lexicons[name] = _lexicon(folder, entry["lexicon"], "mentions", toml)
        draft.fit_options[name] = read_fit_options(entry, name, toml)
    check_columns(draft.targets, toml)
    if "cues" in about:
        draft.cues = _lexicon(folder, about["cues"], "cues", toml)
    files = sorted((folder / "corpus").glob("*.jsonl"))
    if not files:
        raise CorpusError("no corpus/*.jsonl beside the description", toml)
    there = {file.stem for file in files}
    calibration = about.get("calibration", [])
    if not isinstance(calibration, list) or not all(isinstance(name, str) and name in there for name in calibration):
        draft.fault(toml, None, "'calibration' must be a list of files of corpus/, without their suffix")
    known = {target.name: target for target in draft.targets}
    for file in files:
        for line, record in json_lines(file, draft.faults_of(file)):
            example = _described_example(draft, file, line, record, known)
            if example is not None:
                draft.examples.append(example)
    return draft


def _lexicon(folder: Path, name: object, section: str, toml: Path) -> Lexicon:
    if not isinstance(name, str):
        raise CorpusError(f"a lexicon is named by its file, not by {name!r}", toml)
    return read_lexicon(folder / name, section)


def _described_example(
    draft: _Draft, file: Path, line: int, record: dict[str, Any], known: dict[str, Target]
) -> Example | None:
    def fault(message: str) -> None:
        draft.fault(file, line, message)

    before = len(draft.defects)
    article, text, paragraph = record.get("article"), record.get("text"), record.get("paragraph")
    if not isinstance(article, str) or not article:
        fault("'article' must be a name")
    if not isinstance(paragraph, int) or isinstance(paragraph, bool) or paragraph < 0:
        fault("'paragraph' must be a whole number from 0 on")
    if not isinstance(text, str) or not text.strip():
        fault("'text' must be a text that is not empty")
    # what is wrong with its labels leaves a paragraph its place: those after it do not jump
    placed = len(draft.defects) == before
    labels: dict[str, str] = {}
    for name, target in known.items():
        code = record.get(name)
        if code is None:
            continue
        label = _find_label(target, code, fault)
        if label is not None:
            labels[name] = label
    if all(record.get(name) is None for name in known):
        fault("no target is coded")
    for optional in ("register", "dispute", "coder"):
        if not isinstance(record.get(optional, ""), str):
            fault(f"{optional!r} must be a text")
    disputed = record.get("disputed", [])
    if not isinstance(disputed, list) or not all(isinstance(name, str) and name in known for name in disputed):
        fault("'disputed' must be a list of targets")
        disputed = []
    evidence, second = (
        read_evidence(record, str(text), labels, known, fault, name) for name in ("evidence", "second_evidence")
    )
    codings = _read_codings(record, known, fault)
    if not placed:
        return None
    other = {k: v for k, v in record.items() if k not in {*_FIELDS, *known}}
    if "codings" in other:
        other["codings"] = codings
    return Example(
        str(article),
        int(str(paragraph)),
        str(text),
        labels,
        frozenset(disputed),
        other,
        str(file),
        line,
        evidence,
        second,
    )


def _find_label(target: Target, code: object, fault: Callable[[str], None], whose: str = "") -> str | None:
    label = target.find(code) if isinstance(code, str) else None
    if label is None:
        fault(f"{whose}{code!r} is no label of {target.name!r}; expected one of {', '.join(sorted(target.labels))}")
    return label


def _read_codings(
    record: Mapping[str, Any], known: Mapping[str, Target], fault: Callable[[str], None]
) -> dict[str, dict[str, str]]:
    """Read what each coder gave, in the spelling of the labels; a target that a coder left open is left out."""
    given = record.get("codings")
    if given is None:
        return {}
    if not isinstance(given, dict) or not all(isinstance(coded, dict) for coded in given.values()):
        fault("'codings' must hold labels by target for each coder")
        return {}
    codings: dict[str, dict[str, str]] = {}
    for coder, coded in given.items():
        codings[coder] = {}
        for name, code in coded.items():
            if name not in known:
                fault(f"'codings' of {coder!r} has a label on {name!r}, which is no target")
            elif code is not None:
                label = _find_label(known[name], code, fault, f"'codings' of {coder!r}: ")
                if label is not None:
                    codings[coder][name] = label
    return codings


def _read_flat(file: Path, columns: CorpusColumns) -> _Draft:
    draft = _Draft()
    rows = list(read_rows(file, draft.faults_of(file)))
    if not rows:
        if not draft.defects:
            raise CorpusError("the file has no rows", file)
        return draft
    header = list(dict.fromkeys(key for _, row in rows for key in row))
    text = _column(file, header, columns.text, _TEXT, "text", "--text-column")
    assert text is not None
    group = _column(file, header, columns.group, _GROUP, None, "--group-column")
    label = target = None
    if not columns.targets:
        target = _column(file, header, columns.target, _TARGET, None, "--target-column")
        label = _column(file, header, columns.label, _LABEL, None, "--label-column")
    if target is not None and label is not None:
        named = dict.fromkeys(cell(row, target) for _, row in rows)
        names = [name for name in named if name]
    elif columns.targets:
        names = [_column(file, header, name, (), name, "--target") or name for name in columns.targets]
        label = target = None
    else:
        names = _guess_targets(header, rows, columns.known) if label is None else [label]
        target = None
    refuse_results(file, header, columns.targets if label is None else [label])
    if not names:
        raise CorpusError(
            "found no column of labels; name it with --target, or --target-column and --label-column; "
            f"the file has {', '.join(header)}",
            file,
        )
    for name in names:
        check_target_name(name, file)
    # label by its lower case: of the spellings that differ in case only, the first one
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    whose: list[str] = []
    for position, (line, row) in enumerate(rows):
        body = cell(row, text)
        if not body:
            draft.fault(file, line, f"column {text!r} is empty")
            continue
        if target is not None and label is not None:
            labels = {cell(row, target): cell(row, label)}
            if not cell(row, target):
                draft.fault(file, line, f"column {target!r} is empty")
                continue
        else:
            labels = {name: cell(row, name) for name in names}
        labels = {name: found[name].setdefault(value.lower(), value) for name, value in labels.items() if value}
        if not labels:
            draft.fault(file, line, "no target is coded")
            continue
        whose.append(cell(row, group) if group else "")
        article = whose[-1] or f"row {position + 1}"
        draft.examples.append(Example(article, position, body, labels, frozenset(), {}, str(file), line))
    if target is not None:
        draft.examples = join_targets(draft.examples, whose)
    for name, spellings in found.items():
        if len(spellings) < 2 and not _is_known(name, spellings, columns.known):
            draft.fault(file, None, f"target {name!r} has fewer than two labels: {sorted(spellings.values())}")
        draft.targets.append(Target(name, order_labels(spellings.values())))
    check_columns(draft.targets, file)
    return draft


def _column(
    file: Path, header: Sequence[str], named: str | None, usual: Sequence[str], required: str | None, option: str
) -> str | None:
    if named is not None:
        if named in header:
            return named
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
        values = {cell(row, name) for _, row in rows} - {""}
        least = 1 if _is_known(name, values, known) else 2
        if name.lower() not in _RESERVED and least <= len(values) <= _MOST_LABELS:
            names.append(name)
    return names


def _is_known(name: str, labels: Iterable[str], known: Iterable[Target]) -> bool:
    return any(target.name == name and all(map(target.find, labels)) for target in known)


def _check_across(draft: _Draft, strict: bool) -> None:
    described = bool(draft.description)
    if described:
        draft.defects += misplaced(draft.examples)
    # flat files are mostly other people's, published as they are: they train and measure, and are told of
    if described or strict:
        draft.defects += contradictions(draft.examples)
    draft.defects.sort(key=lambda defect: (defect.path or "", defect.line or 0))
