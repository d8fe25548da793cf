"""Probes: short written cases, by phenomenon, that a model either gets right or does not. Never trained on."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from stance.errors import CorpusError, number_of
from stance.labels import Target
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus, text_hash
from stance.training.corpus_files import corpus_folder

__all__ = ["Probe", "ProbeResult", "check_probes", "probes_of", "read_probes", "refuse_trained", "run_probes"]


@dataclass(frozen=True, slots=True)
class Probe:
    """One case.

    Attributes
    ----------
    id, phenomenon, text : str
        What it is called, what it tries, and the text.
    labels : mapping of str to str
        Target to the only right label; without targets on which the coders could not settle.
    group : str
        Cases of one group must get the same labels; empty if alone.
    file : str
        The file it is from, without its suffix; empty if from none.
    codings : mapping of str to (mapping of str to str)
        Coder to target to label, if several have coded it.
    """

    id: str
    phenomenon: str
    text: str
    labels: Mapping[str, str]
    group: str = ""
    file: str = ""
    codings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class ProbeResult:
    """How a model did.

    Attributes
    ----------
    passed : dict of str to (int, int)
        Phenomenon to cases passed and cases tried. A case passes when every coded target gets its label.
    consistent : (int, int)
        Groups whose cases were all scored and got the same labels, right or wrong, and groups.
    failures : list of (Probe, dict)
        The cases failed, with the labels given.
    mixed : dict of str to (int, int)
        The same as `passed` of each file that holds several phenomena, as a set by other writers does.
    """

    passed: dict[str, tuple[int, int]]
    consistent: tuple[int, int]
    failures: list[tuple[Probe, dict[str, str]]]
    mixed: dict[str, tuple[int, int]]

    @property
    def total(self) -> tuple[int, int]:
        """Cases passed and cases tried, over all phenomena."""
        return sum(p for p, _ in self.passed.values()), sum(n for _, n in self.passed.values())


def read_probes(path: str | Path) -> list[Probe]:
    """Read the probes of a folder of ``*.jsonl``, or of one such file.

    Raises
    ------
    CorpusError
        If there are none, or a line is defective.
    """
    path = Path(path)
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files or not all(file.is_file() for file in files):
        raise CorpusError("no probes here; probes are *.jsonl with id, phenomenon, text and one label per target", path)
    probes: list[Probe] = []
    seen: set[str] = set()
    for file in files:
        try:
            lines = file.read_text(encoding="utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise CorpusError(f"cannot read the probes: {getattr(error, 'strerror', None) or error}", file) from error
        # not by `splitlines`: a text may hold other line ends, as JSON allows
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                probe = _read_probe(json.loads(line), file.stem)
            except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
                raise CorpusError(f"a probe needs id, phenomenon, text and a label: {error}", file, number) from error
            if probe.id in seen:
                raise CorpusError(f"probe {probe.id!r} is repeated", file, number)
            seen.add(probe.id)
            probes.append(probe)
    if not probes:
        raise CorpusError("no probes here: the files are empty", path)
    return probes


def probes_of(corpus: Corpus, path: str | Path) -> list[Probe]:
    """The probes in the folder of a corpus, checked against its targets; none if it has none.

    Raises
    ------
    CorpusError
        If a probe is defective, or codes a target or label that the corpus lacks.
    """
    folder = corpus_folder(path) / "probes"
    return check_probes(read_probes(folder), corpus.targets) if folder.is_dir() else []


def _read_probe(record: dict[str, Any], file: str) -> Probe:
    name, phenomenon, text = record.pop("id"), record.pop("phenomenon"), record.pop("text")
    group = record.pop("group", None) or ""
    codings, disputed = record.pop("codings", {}), record.pop("disputed", [])
    # as in the corpus, what a coder left open is no code
    codings = {
        coder: {target: code for target, code in coded.items() if code is not None} for coder, coded in codings.items()
    }
    codes = [code for coded in codings.values() for code in coded.values()]
    words = (name, phenomenon, text, group, *record.values(), *codes)
    if not record or not all(isinstance(word, str) for word in words):
        raise ValueError(f"probe {name!r} has no label, or holds something that is not text")
    if not isinstance(disputed, list) or not set(disputed) <= set(record):
        raise ValueError(f"probe {name!r}: 'disputed' must be a list of targets that it codes")
    labels = {target: label for target, label in record.items() if target not in disputed}
    return Probe(name, phenomenon, text, labels, group, file, codings)


def check_probes(probes: Iterable[Probe], targets: Iterable[Target]) -> list[Probe]:
    """The probes with their labels, and those of their coders, as the targets spell them.

    Raises
    ------
    CorpusError
        If one codes a target or label that there is not.

    Examples
    --------
    >>> check_probes([Probe("1", "plain", "Lift them.", {"tax": "Against"})], [Target("tax")])[0].labels
    {'tax': 'against'}
    """
    known = {target.name: target for target in targets}

    def spelled(probe: Probe, given: Mapping[str, str]) -> dict[str, str]:
        labels: dict[str, str] = {}
        for name, code in given.items():
            if name not in known:
                raise CorpusError(f"probe {probe.id!r}: no target {name!r}; there are {', '.join(known)}")
            label = known[name].find(code)
            if label is None:
                expected = ", ".join(known[name].labels)
                raise CorpusError(
                    f"probe {probe.id!r}: {code!r} is not a label of {name!r}; expected one of {expected}"
                )
            labels[name] = label
        return labels

    return [
        replace(
            probe,
            labels=spelled(probe, probe.labels),
            codings={coder: spelled(probe, coded) for coder, coded in probe.codings.items()},
        )
        for probe in probes
    ]


def refuse_trained(probes: Iterable[Probe], hashes: Container[str]) -> None:
    """Refuse probes that a model learns from: those it would pass show nothing.

    Parameters
    ----------
    probes : iterable of Probe
        The cases.
    hashes : container of str
        Of the texts that it learns from, as `text_hash` makes them.

    Raises
    ------
    CorpusError
        If there are any.

    Examples
    --------
    >>> refuse_trained([Probe("1", "plain", "Lift them.", {})], [text_hash("Lift  them.")])
    Traceback (most recent call last):
    stance.errors.CorpusError: 1 probe is in the corpus that the model learns from, as '1'; write others
    """
    known = [probe for probe in probes if text_hash(probe.text) in hashes]
    if known:
        told = f"{number_of(len(known), 'probe')} {'is' if len(known) == 1 else 'are'}"
        raise CorpusError(f"{told} in the corpus that the model learns from, as {known[0].id!r}; write others")


def run_probes(model: StanceModel, probes: Sequence[Probe]) -> ProbeResult:
    """Try a model on probes.

    Parameters
    ----------
    model : StanceModel
        Its most probable label counts, however improbable; a text that it does not score is failed.
    probes : sequence of Probe
        The cases.

    Returns
    -------
    ProbeResult

    Raises
    ------
    CorpusError
        If a probe codes a target or label that the model lacks.
    """
    # where the coders settled on no label there is nothing to pass
    probes = [probe for probe in check_probes(probes, model.targets) if probe.labels]
    scores = model.score_texts([probe.text for probe in probes])
    passed: dict[str, list[bool]] = defaultdict(list)
    of_file: dict[str, list[bool]] = defaultdict(list)
    phenomena: dict[str, set[str]] = defaultdict(set)
    groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    failures: list[tuple[Probe, dict[str, str]]] = []
    # a case that is alone is no group, whatever it is called
    together = Counter(probe.group for probe in probes if probe.group)
    for probe, row in zip(probes, scores, strict=True):
        given = {
            target: "" if np.isnan(row[t := model.target_index(target)]).any() else model.labels[int(row[t].argmax())]
            for target in probe.labels
        }
        right = given == dict(probe.labels)
        passed[probe.phenomenon].append(right)
        of_file[probe.file].append(right)
        phenomena[probe.file].add(probe.phenomenon)
        if together[probe.group] > 1:
            for target, label in given.items():
                groups[probe.group][target].add(label)
        if not right:
            failures.append((probe, given))
    same = sum(all(len(labels) == 1 and "" not in labels for labels in found.values()) for found in groups.values())
    mixed = {file: found for file, found in of_file.items() if file and len(phenomena[file]) > 1}
    return ProbeResult(_counted(passed), (same, len(groups)), failures, _counted(mixed))


def _counted(found: Mapping[str, list[bool]]) -> dict[str, tuple[int, int]]:
    return {name: (sum(right), len(right)) for name, right in sorted(found.items())}
