"""The folder of a run: parts, manifest, quarantine; what a killed run leaves and the next one goes on from."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from stance.articles import Quarantined
from stance.articles.encoding import written_name
from stance.articles.formats import FORMATS, format_by_suffix
from stance.articles.own_files import DICTIONARY, MANIFESTS, PARTS, QUARANTINES, RUN_FORMAT
from stance.articles.reading import holds_sign
from stance.articles.sources import STDIN, Source
from stance.batch.chunks import Shard
from stance.batch.counts import Counts
from stance.batch.files import named, write_whole
from stance.errors import StanceError, expect

__all__ = ["RunDirectory", "describe_inputs", "describe_libraries", "files_of_run", "inputs_difference"]

_VERSION = 1
_IF_FULL = "; free some space, then continue with --resume"
_at = partial(named, if_full=_IF_FULL)
#: What the extra ``readers`` brings.
_LIBRARIES = ("lxml", "lxml_html_clean", "pypdf", "python-docx", "striprtf", "trafilatura", "warcio")
#: Settings that are told by what is in them.
_NESTED = ("columns", "libraries")
#: Settings that differ are told one by one up to so many.
_TOLD = 3


def files_of_run(folder: Path) -> frozenset[str] | None:
    """The names of the files that a run in a folder reads, be it another shard's; ``None`` where there is none."""
    for path in sorted(folder.glob(MANIFESTS)):
        # what is wrong with a manifest is told by whom it concerns
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
            return frozenset(entry["path"] for entry in json.loads(path.read_bytes())["inputs"])
    return None


def describe_inputs(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """Every file to be read, with size and time of change."""
    found: list[dict[str, Any]] = []
    for source in sources:
        entry: dict[str, Any] = {"path": written_name(source.path)}
        if source.path != STDIN:
            try:
                status = os.stat(source.path)
                entry |= {"bytes": status.st_size, "mtime_ns": status.st_mtime_ns}
            except OSError as error:
                entry["problem"] = error.strerror
        found.append(entry)
    return found


def describe_libraries(sources: Iterable[Source]) -> dict[str, str]:
    """The libraries that bring text out of files, with their versions; none where no file may need one.

    By another one, or without, other articles are read, and the chunks of a run begin and end elsewhere.
    """
    from importlib.metadata import PackageNotFoundError, version

    if all(_is_plain(source.path) for source in sources):
        return {}
    found = {}
    for package in _LIBRARIES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _is_plain(path: str) -> bool:
    found = format_by_suffix(path)
    if found is FORMATS["parquet"]:
        return True
    return found in [FORMATS[name] for name in ("text", "jsonl", "json", "table")] and not holds_sign(path)


def inputs_difference(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> str:
    """The first file that differs, and in what.

    Examples
    --------
    >>> inputs_difference([{"path": "a.csv", "bytes": 7}], [{"path": "a.csv", "bytes": 9}])
    'a.csv had 7 bytes, and has 9'
    >>> inputs_difference([], [{"path": "a.csv", "bytes": 9}])
    'a.csv is new'
    >>> inputs_difference([{"path": "a.csv", "problem": "Permission denied"}], [{"path": "a.csv", "bytes": 9}])
    'a.csv is now to be read'
    """
    then, there = ({entry["path"]: entry for entry in entries} for entries in (before, now))
    for path in [*then, *there]:
        was, found = then.get(path), there.get(path)
        if was == found:
            continue
        if was is None or found is None:
            return f"{path} is {'new' if was is None else 'gone'}"
        if "problem" in found or "problem" in was:
            return f"{path} is {'not' if 'problem' in found else 'now'} to be read"
        if was.get("bytes") != found.get("bytes"):
            return f"{path} had {was.get('bytes')} bytes, and has {found.get('bytes')}"
        return f"{path} was rewritten"
    return "their order, or how often one is named"


def _check_form(manifest: Mapping[str, Any]) -> None:
    """Raise `KeyError`, `TypeError` or `ValueError` if a manifest, which anybody may edit, lacks what a run needs."""
    expect(int, *manifest["shard"])
    Shard(*manifest["shard"])
    expect(str, manifest["state"], manifest["model"]["sha256"])
    expect(dict, manifest["settings"], *(manifest["settings"][name] for name in _NESTED))
    expect(list, manifest["inputs"], manifest["chunks"])
    expect(str, *(entry["path"] for entry in manifest["inputs"]))
    for entry in manifest["chunks"]:
        expect(int, entry["index"], entry["bytes"], entry["rows"])
        expect(str, entry["file"], entry["digest"])
        Counts.total([Counts.from_dict(entry)])


def _digest(content: bytes) -> str:
    """What tells a part from one of the same size: a disk or a copy may damage it."""
    return blake2b(content, digest_size=16).hexdigest()


class RunDirectory:
    """Keeps account of which parts are written.

    A part is named after its chunk and appears whole; after it, now and then, the manifest is written anew. So a part
    that the manifest does not list may be there, and is then made again under the same name: nothing is lost and
    nothing stands there twice.

    Parameters
    ----------
    folder : Path
        Where.
    identity : mapping
        ``model``, ``inputs`` and ``settings``: what must be the same for a run to go on.
    shard : Shard
        Which share this process writes; all shards of a run may share a folder.
    resume : bool
        Whether to go on with what is there.

    Raises
    ------
    StanceError
        If a run is there and is not to be, or cannot be, gone on with.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], shard: Shard, resume: bool) -> None:
        self.folder, self.identity, self.shard = folder, dict(identity), shard
        self.manifest, self.quarantine = (folder / n.replace("*", shard.suffix) for n in (MANIFESTS, QUARANTINES))
        self.entries: dict[int, dict[str, Any]] = {}
        self.state = "running"
        #: The quarantined records of a run that is finished.
        self.quarantined: list[Quarantined] = []
        self._next = 0.0
        self._refused: IO[str] | None = None
        self._check_neighbours()
        if not self.manifest.exists():
            return
        if any(entry["path"] == STDIN for entry in self.identity["inputs"]):
            raise StanceError(
                f"{folder}: holds a run on standard input, which cannot be read again to continue it; "
                "name another folder"
            )
        before = self._read(self.manifest)
        if not resume:
            whole = before["state"] == "finished" and all(map(self._is_there, before["chunks"]))
            how = "a finished run; read its results" if whole else "a run; continue it with --resume"
            raise StanceError(f"{folder}: already holds {how}, or name another folder")
        for entry in before["chunks"]:
            if self._is_there(entry) and _digest((folder / entry["file"]).read_bytes()) == entry["digest"]:
                self.entries[entry["index"]] = entry
        if before["state"] == "finished" and len(self.entries) == len(before["chunks"]):
            self.quarantined = self._read_quarantine()
            # a list that is not whole is made again
            if len(self.quarantined) == self.counts.articles["quarantined"]:
                self.state = "finished"

    def _is_there(self, entry: Mapping[str, Any]) -> bool:
        path: Path = self.folder / entry["file"]
        return path.is_file() and path.stat().st_size == entry["bytes"]

    def _check_neighbours(self) -> None:
        """No manifest in the folder may be of another run."""
        manifests = sorted(self.folder.glob(MANIFESTS))
        for path in manifests:
            before = self._read(path)
            if (number := Shard(*before["shard"]).of) != self.shard.of:
                how = "without shards; leave out --shard"
                if number > 1:
                    how = f"in {number} shards; give --shard k/{number}"
                raise StanceError(f"{self.folder}: holds a run {how}, or name another folder")
            for what in ("model", "inputs", "settings"):
                then, now = before[what], self.identity[what]
                # a model may lie elsewhere by now, if only it is the same
                if (then["sha256"] != now["sha256"]) if what == "model" else (then != now):
                    done = path == self.manifest and before["state"] == "finished"
                    raise self._refusal(path, done, self._difference(what, then, now))
        mine = [*self.folder.glob(PARTS), self.quarantine, self.folder / DICTIONARY]
        if not manifests and (there := next((path for path in mine if os.path.lexists(path)), None)):
            raise StanceError(f"{there}: exists without the manifest of a run; name another folder")

    def check_inputs(self, now: Sequence[Mapping[str, Any]]) -> None:
        """Raise `StanceError` if the inputs that are there now are not those of this run, which is finished."""
        if now != (before := self.identity["inputs"]):
            raise self._refusal(self.manifest, True, self._difference("inputs", before, now))

    @staticmethod
    def _refusal(path: Path, done: bool, difference: str) -> StanceError:
        why = "the run is finished, and was another one" if done else "cannot continue"
        how = "read its results, or name another folder" if done else "name another folder"
        return StanceError(f"{path}: {why}: {difference}; {how}")

    @staticmethod
    def _difference(what: str, before: Any, now: Any) -> str:
        if what == "inputs":
            return f"the inputs are not the same ({inputs_difference(before, now)})"
        if what == "model":
            return f"the model is a different one ({before['sha256'][:12]} then, {now['sha256'][:12]} now)"
        before, now = (
            {
                **{name: value for name, value in said.items() if name not in _NESTED},
                # as the options are called
                **{name if name == "keep" else f"{name}-column": value for name, value in said["columns"].items()},
                **said["libraries"],
            }
            for said in (before, now)
        )
        names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        told = [f"{name} was {before.get(name)!r}, now {now.get(name)!r}" for name in names]
        return "; ".join(told[:_TOLD]) + (f" and {len(told) - _TOLD} more" if len(told) > _TOLD else "")

    def _read(self, path: Path) -> dict[str, Any]:
        try:
            with _at(path):
                manifest = json.loads(path.read_bytes())
            if manifest["format"] != RUN_FORMAT or manifest["format_version"] != _VERSION:
                raise StanceError(f"{path}: not the manifest of a run that this version can continue")
            assert isinstance(manifest, dict)
            _check_form(manifest)
        except KeyError as error:
            raise StanceError(f"{path}: not the manifest of a run: it has no {error}") from error
        except (ValueError, TypeError, AssertionError, RecursionError) as error:
            raise StanceError(f"{path}: not the manifest of a run: {error}") from error
        return manifest

    def _read_quarantine(self) -> list[Quarantined]:
        try:
            with open(self.quarantine, encoding="utf-8", newline="\n") as lines:
                return [Quarantined(**json.loads(line)) for line in lines]
        except (OSError, ValueError, TypeError, RecursionError):
            return []

    @property
    def counts(self) -> Counts:
        """The sum over all parts that are written."""
        return Counts.total(Counts.from_dict(entry) for entry in self.entries.values())

    def begin(self) -> None:
        """Write the first manifest and start the list of quarantined records anew: it is read anew, too."""
        for left in self.folder.glob(".*.part"):
            index = left.name.removeprefix("." + PARTS.removesuffix("*")).split(".")[0]
            if index.isdecimal() and self.shard.owns(int(index)):
                left.unlink(missing_ok=True)
        first = not self.manifest.exists()
        self.save()
        if first and self.shard.of > 1:
            self._check_neighbours_again()
        with _at(self.quarantine):
            self._refused = open(self.quarantine, "w", encoding="utf-8", newline="\n")  # noqa: SIM115

    def _check_neighbours_again(self) -> None:
        """Another shard may have looked for its files at the same time, and found one more or less."""
        try:
            self._check_neighbours()
        except StanceError as error:
            self.manifest.unlink(missing_ok=True)
            told = f"{self.folder}: another shard began with other files; give this command again"
            raise StanceError(told) from error

    def refuse(self, records: Iterable[Quarantined]) -> None:
        """Append to the list of quarantined records."""
        assert self._refused is not None
        with _at(self.quarantine):
            for record in records:
                self._refused.write(record.to_json())
            self._refused.flush()

    def write(self, index: int, suffix: str, content: bytes, rows: int, counts: Counts) -> None:
        """Write a part, and the manifest if it is time."""
        name = PARTS.replace("*", f"{index:05d}.{suffix}")
        write_whole(self.folder / name, content, _IF_FULL)
        entry = {"index": index, "file": name, "bytes": len(content), "digest": _digest(content), "rows": rows}
        entry |= counts.to_dict()
        self.entries[index] = entry
        if time.monotonic() >= self._next:
            self.save()

    def save(self) -> None:
        """Write the manifest; a large one less often, so that its writing never takes more than a twentieth."""
        began = time.monotonic()
        entries = [self.entries[index] for index in sorted(self.entries)]
        manifest = {
            "format": RUN_FORMAT,
            "format_version": _VERSION,
            "state": self.state,
            "shard": [self.shard.number, self.shard.of],
            **self.identity,
            "totals": {"rows": sum(entry["rows"] for entry in entries), **self.counts.to_dict()},
            "chunks": entries,
        }
        content = json.dumps(manifest, indent=1, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        write_whole(self.manifest, content, _IF_FULL)
        now = time.monotonic()
        self._next = now + max(0.5, 20 * (now - began))

    def close(self) -> None:
        """Let go of the list of quarantined records."""
        if self._refused is not None:
            with _at(self.quarantine):
                self._refused.close()
