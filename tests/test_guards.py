"""What keeps a run from losing or mixing data in silence."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from helpers import parts, run

from stance.articles import Quarantined
from stance.batch import pools
from stance.batch.blocks import read_blocks
from stance.batch.chunks import cut_chunks
from stance.batch.job import Job
from stance.batch.pools import ModelReference, open_pool
from stance.batch.run import score_to_directory
from stance.batch.tables import Form
from stance.commands.refusals import Refusals
from stance.errors import StanceError

TEXT = "The minister said on Friday that the embargo must be lifted before the talks go on"


def _articles(path: Path, count: int, day: str = "today") -> Path:
    records = [{"id": f"a{i}", "text": f"{TEXT}, as she had said {day} in speech {i}."} for i in range(count)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_inputs_that_change_while_they_are_read_end_the_run(small_model_path: Path, tmp_path: Path) -> None:
    """What was scored may be of either; the run is not finished, and is not gone on with."""
    source, other = _articles(tmp_path / "in.jsonl", 30), _articles(tmp_path / "new.jsonl", 30, "tomorrow")
    job = Job((str(source),), small_model_path, chunk=10, jobs=1)

    def replace(records: Iterable[Any]) -> None:
        if other.exists():
            other.replace(source)

    with pytest.raises(
        StanceError, match=r"run: the inputs changed while they were read .*; start again in another folder"
    ):
        score_to_directory(job, tmp_path / "run", refuse=replace)
    assert json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))["state"] == "running"
    with pytest.raises(StanceError, match="the inputs are not the same"):
        score_to_directory(job, tmp_path / "run", resume=True)
    assert len(parts(tmp_path / "run")) == 3


def test_a_run_on_standard_input_is_not_gone_on_with(small_model_path: Path, tmp_path: Path) -> None:
    """It cannot be read again: another text would be mixed with the first one, or taken for it; nor is it advised."""
    arguments = ("score", "-", "-m", small_model_path, "-j", 1, "-o", f"{tmp_path}/run/")
    assert run(*arguments, input=f"{TEXT}.\n").exit_code == 0
    before = parts(tmp_path / "run")
    told = f"stance: {tmp_path}/run: holds a run on standard input, which cannot be read again to continue it; "
    for more in ((), ("--resume",)):
        again = run(*arguments, *more, input="Bread prices rose again last winter, the paper said.\n")
        assert (again.exit_code, again.stderr) == (1, f"{told}name another folder\n")
    assert parts(tmp_path / "run") == before


@pytest.mark.parametrize("output", [(), ("-f", "csv"), ("-o", "out.csv"), ("-o", "out.xlsx"), ("-o", "run/")])
def test_a_run_of_which_nothing_could_be_read_fails(
    small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: tuple[str, ...]
) -> None:
    """Whatever the output is; of a shard, of which others may have read something, it is no failure."""
    monkeypatch.chdir(tmp_path)
    Path("bad.jsonl").write_text("oops\n{\n", encoding="utf-8")
    result = run("score", "bad.jsonl", "-m", small_model_path, *output)
    assert result.exit_code == 1
    assert "articles: 2 read = 0 scored + 0 abstained + 2 quarantined\n" in result.stderr
    assert result.stderr.endswith("\nstance: no article could be read\n")
    if output == ("-o", "run/"):
        assert run("score", "bad.jsonl", "-m", small_model_path, "-o", "shards/", "--shard", "1/2").exit_code == 0


def test_the_list_of_the_quarantined_is_whole(small_model_path: Path, tmp_path: Path) -> None:
    """On the screen the first twenty are named; a file has all of them."""
    source, kept = _articles(tmp_path / "in.jsonl", 1), tmp_path / "bad.jsonl"
    with source.open("a", encoding="utf-8") as lines:
        lines.write("oops\n" * 25)
    for output in (("-f", "csv"), ("-o", tmp_path / "out.csv"), ("-o", f"{tmp_path}/run/")):
        result = run("score", source, "-m", small_model_path, *output, "--quarantine", kept)
        assert result.exit_code == 0, result.stderr
        assert result.stderr.count(f"quarantined {source}:") == 20
        assert "more were quarantined; only the first 20 are named here\n" in result.stderr
        assert "named above" not in result.stderr
        listed = [json.loads(line)["position"] for line in kept.read_text(encoding="utf-8").splitlines()]
        assert listed == list(range(2, 27))
    told = "quarantined records are named above; --quarantine FILE keeps the list\n"
    assert run("score", source, "-m", small_model_path, "-f", "csv").stderr.endswith(f"the first 20 {told}")
    source.write_text("".join(source.read_text(encoding="utf-8").splitlines(keepends=True)[:21]), encoding="utf-8")
    assert run("score", source, "-m", small_model_path, "-f", "csv").stderr.endswith(f"\nthe {told}"), "all of twenty"


def test_a_run_that_fails_leaves_the_list_of_what_it_met(tmp_path: Path) -> None:
    """Of a run that met nothing that list is empty, and an earlier one stays."""
    kept, met = tmp_path / "bad.jsonl", Quarantined("in.jsonl", 3, "not valid JSON")

    def fail(records: list[Quarantined]) -> None:
        with Refusals(str(kept)) as refusals:
            refusals.add_all(records)
            raise StanceError("the disk is full")

    for records, held in (([], "those of yesterday\n"), ([met], met.to_json())):
        kept.write_text("those of yesterday\n", encoding="utf-8")
        with pytest.raises(StanceError, match="disk"):
            fail(records)
        assert kept.read_text(encoding="utf-8") == held


def test_a_folder_that_is_there_needs_no_slash(small_model_path: Path, tmp_path: Path) -> None:
    """It holds a run then, as one that is to be made does where its name ends with a slash."""
    (tmp_path / "run").mkdir()
    source = _articles(tmp_path / "in.jsonl", 1)
    assert run("score", source, "-m", small_model_path, "-j", 1, "-o", tmp_path / "run").exit_code == 0
    assert (tmp_path / "run" / "manifest.json").exists()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_worker_that_is_killed_is_one_line(small_model_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the chunk that it had, and for those that would have followed."""
    monkeypatch.setenv("STANCE_KERNEL", "python")

    def die(*arguments: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    # sent to the workers instead of what scores
    monkeypatch.setattr(pools, "score_part", die)
    pool = open_pool(ModelReference.of(small_model_path), 2)
    articles, form = pa.table({"id": ["a"], "text": [f"{TEXT}."]}), Form("paragraph", "csv")
    try:
        result = pool.submit(articles, form)
        with pytest.raises(StanceError, match=r"^a worker process was killed, .*; try fewer --jobs$"):
            result()
        with pytest.raises(StanceError, match=r"^a worker process was killed, .*; try fewer --jobs$"):
            pool.submit(articles, form)
    finally:
        pool.close(True)


def test_records_that_cannot_be_read_do_not_gather_in_memory(tmp_path: Path) -> None:
    """A file of nothing else is cut into chunks, too, none of which is lost."""
    source = tmp_path / "bad.jsonl"
    source.write_text("oops\n" * 5000, encoding="utf-8")
    found = list(cut_chunks(read_blocks([source]), articles=100))
    assert [chunk.number for chunk in found] == list(range(len(found)))
    assert [q.position for chunk in found for q in chunk.quarantined] == list(range(1, 5001))
    # as many as are read at once
    assert max(len(chunk.quarantined) for chunk in found) <= 1024
