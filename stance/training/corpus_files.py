"""Reading a corpus from disk, and naming every defect in it.

One parser serves both: `check_corpus` returns the defects, `read_corpus` raises on the first one.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from stance.errors import CorpusError
from stance.labels import Target
from stance.model.items import PhraseTable
from stance.model.lexicon import WEAK, Lexicon, read_lexicon
from stance.training.corpus import Corpus, Example, contradictions, misplaced
from stance.training.description import check_columns, check_description, read_target
from stance.training.draft import Draft
from stance.training.evidence import read_evidence
from stance.training.fit_options import read_fit_options, read_settings
from stance.training.flat_corpus import CorpusColumns, read_flat
from stance.training.flat_files import json_lines

__all__ = ["CorpusColumns", "check_corpus", "corpus_folder", "read_corpus"]

# of a record of a described corpus, beside its targets
_FIELDS = frozenset({"article", "paragraph", "text", "disputed", "evidence", "second_evidence"})


def read_corpus(path: str | Path, columns: CorpusColumns | None = None) -> Corpus:
    """Read a corpus.

    Parameters
    ----------
    path : path-like
        A folder with ``corpus.toml``, that file, or a flat CSV, TSV, XLSX, JSONL or Parquet file.
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
        # the folder that one is in has no name as it is given
        name=str(about.get("name", Path(os.path.abspath(corpus_folder(path))).stem)),
        version=str(about.get("version", "0")),
        language=about.get("language", "").strip().lower() or None,
        lexicons=draft.lexicons,
        cues=draft.cues,
        calibration=tuple(about.get("calibration", ())),
        settings=draft.settings,
        fit_options=draft.fit_options,
        drawn_from=draft.drawn_from,
        uncoded=len(draft.uncoded),
    )


def corpus_folder(path: str | Path) -> Path:
    """The folder of a described corpus, which may be named by its description; a flat file is what it is.

    Examples
    --------
    >>> corpus_folder("own/corpus.toml") == corpus_folder("own")
    True
    """
    path = Path(path)
    return path.parent if path.name == "corpus.toml" else path


def check_corpus(path: str | Path, columns: CorpusColumns | None = None) -> list[CorpusError]:
    """List every defect of a corpus, in the order of its files and lines.

    Paragraphs are looked at once all targets are sound. A text with two labels and a row without a code are defects in
    a flat file, too, and so is a phrase in the lexicons of two targets; but `read_corpus` takes such a corpus.

    Raises
    ------
    CorpusError
        If nothing can be read: there is no corpus at that path, the description is no TOML or names no target, or a
        flat file is none or lacks the columns.
    """
    return _read(Path(path), columns or CorpusColumns(), strict=True).defects


def _read(path: Path, columns: CorpusColumns, *, strict: bool = False) -> Draft:
    path = corpus_folder(path)
    if path.is_dir():
        if not (path / "corpus.toml").is_file():
            raise CorpusError("no corpus here: a corpus folder holds corpus.toml", path)
        if columns != CorpusColumns(known=columns.known):
            raise CorpusError("columns are for a flat corpus; what this one holds is described by corpus.toml", path)
        draft = _read_described(path)
    elif path.is_file():
        draft = read_flat(path, columns)
    else:
        raise CorpusError("no such file or folder", path)
    _check_across(draft, path, strict)
    if not draft.examples and not draft.defects:
        draft.fault(path, None, "the corpus is empty")
    return draft


def _read_described(folder: Path) -> Draft:
    draft = Draft()
    toml = folder / "corpus.toml"
    try:
        about = tomllib.loads(toml.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise CorpusError(f"cannot read the description: {error}", toml) from error
    draft.description = about
    draft.attempt(check_description, about, toml)
    draft.settings = draft.attempt(read_settings, about, toml)
    targets = about.get("targets")
    if not isinstance(targets, dict) or not targets:
        raise CorpusError("needs a table [targets.NAME] for every target", toml)
    for name, entry in targets.items():
        _read_target(draft, folder, name, entry)
    draft.attempt(check_columns, draft.targets, toml)
    if "cues" in about:
        draft.cues = draft.attempt(_lexicon, folder, about["cues"], "cues", toml)
    files = sorted((folder / "corpus").glob("*.jsonl"))
    if not files:
        draft.fault(toml, None, "no corpus/*.jsonl beside the description")
    if len(draft.targets) < len(targets):
        # what is coded on the others is not known
        return draft
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


def _read_target(draft: Draft, folder: Path, name: str, entry: object) -> None:
    toml = folder / "corpus.toml"
    if not isinstance(entry, dict):
        draft.fault(toml, None, f"target {name!r} needs a table [targets.{name}]")
        return
    if (target := draft.attempt(read_target, name, entry, draft.description.get("labels"), toml)) is not None:
        draft.targets.append(target)
    if "lexicon" in entry:
        lexicon = draft.attempt(_lexicon, folder, entry["lexicon"], "mentions", toml)
        if lexicon is not None:
            draft.lexicons[name] = lexicon
    options = draft.attempt(read_fit_options, entry, name, toml)
    if options is None:
        return
    draft.fit_options[name] = options
    if options.unmentioned_share is not None and target is not None and target.related == target.labels:
        message = f"target {name!r}: 'unmentioned_share' needs a label that is not about it, such as 'unrelated'"
        draft.fault(toml, None, message)


def _lexicon(folder: Path, name: object, section: str, toml: Path) -> Lexicon:
    if not isinstance(name, str):
        raise CorpusError(f"a lexicon is named by its file, not by {name!r}", toml)
    return read_lexicon(folder / name, section)


def _described_example(
    draft: Draft, file: Path, line: int, record: dict[str, Any], known: dict[str, Target]
) -> Example | None:
    def fault(message: str) -> None:
        draft.fault(file, line, message)

    # what is wrong with its labels leaves a paragraph its place: those after it do not jump
    placed = _is_placed(record, fault)
    # a paragraph may lack a code on a target, so that nothing else would tell of it
    lacking = {name.lower(): name for name in known if name not in record}
    misnamed = [key for key in record if key not in known and key.strip().lower() in lacking]
    for key in misnamed:
        fault(f"{key!r} is no target; it is called {lacking[key.strip().lower()]!r}")
    given = {name: _find_label(known[name], code, fault) for name in known if (code := record.get(name)) is not None}
    labels = {name: label for name, label in given.items() if label is not None}
    if not given and not misnamed:
        fault("no target is coded")
    for optional in ("register", "dispute", "coder"):
        if not isinstance(record.get(optional, ""), str):
            fault(f"{optional!r} must be a text")
    disputed = record.get("disputed", [])
    if not isinstance(disputed, list) or not all(isinstance(name, str) and name in known for name in disputed):
        fault("'disputed' must be a list of targets")
        disputed = []
    text = str(record.get("text"))
    evidence, second = (
        read_evidence(record, text, labels, known, fault, name) for name in ("evidence", "second_evidence")
    )
    codings = _read_codings(record, known, fault)
    if not placed:
        return None
    other = {k: v for k, v in record.items() if k not in {*_FIELDS, *known}}
    if "codings" in other:
        other["codings"] = codings
    return Example(
        record["article"],
        record["paragraph"],
        text,
        labels,
        frozenset(disputed),
        other,
        str(file),
        line,
        evidence,
        second,
    )


def _is_placed(record: Mapping[str, Any], fault: Callable[[str], None]) -> bool:
    """Whether a paragraph has a text, and a place in an article."""
    article, paragraph, text = record.get("article"), record.get("paragraph"), record.get("text")
    number = isinstance(paragraph, int) and not isinstance(paragraph, bool) and paragraph >= 0
    sound = {
        "'article' must be a name": isinstance(article, str) and article != "",
        "'paragraph' must be a whole number, 0 or more": number,
        "'text' must be text, and not empty": isinstance(text, str) and text.strip() != "",
    }
    for message, holds in sound.items():
        if not holds:
            fault(message)
    return all(sound.values())


def _find_label(target: Target, code: object, fault: Callable[[str], None], whose: str = "") -> str | None:
    label = target.find(code) if isinstance(code, str) else None
    if label is None:
        fault(f"{whose}{code!r} is not a label of {target.name!r}; expected one of {', '.join(sorted(target.labels))}")
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
                fault(f"'codings' of {coder!r} has a label on {name!r}, which is not a target")
            elif code is not None:
                label = _find_label(known[name], code, fault, f"'codings' of {coder!r}: ")
                if label is not None:
                    codings[coder][name] = label
    return codings


def _check_across(draft: Draft, path: Path, strict: bool) -> None:
    described = bool(draft.description)
    if described:
        draft.defects += misplaced(draft.examples)
    # flat files are mostly other people's, published as they are: they train and measure, and are told of
    if described or strict:
        draft.defects += contradictions(draft.examples)
    if strict:
        draft.defects += draft.uncoded
        draft.defects += _shared_phrases(draft, path)
    draft.defects.sort(key=lambda defect: (defect.path or "", defect.line or 0))


def _shared_phrases(draft: Draft, folder: Path) -> Iterator[CorpusError]:
    """The phrases that a lexicon lists in vain, as a mention is one of the first target alone that has the phrase."""
    taken = PhraseTable(draft.lexicons, None).phrases
    for target, lexicon in draft.lexicons.items():
        for phrase, group in lexicon.phrases.items():
            owner, _ = taken[phrase]
            if owner != target:
                yield CorpusError(
                    f"group {group.removeprefix(WEAK)!r} of target {target!r} has {' '.join(phrase)!r}, which target "
                    f"{owner!r} has, too, and gets, as it comes first; leave it to one of them",
                    folder / draft.description["targets"][target]["lexicon"],
                )
