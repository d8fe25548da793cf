"""What articles are called: exports that each number their rows from 1, and what stays a duplicate."""

from __future__ import annotations

import csv
import json
import os
import random
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from stance.articles import Article, read_articles, read_records
from stance.articles.seen import SeenIds, duplicate_id, hash_id
from stance.batch import blocks
from stance.batch.chunks import Shard
from stance.batch.job import Job
from stance.batch.run import score_to_directory, score_to_file
from stance.batch.seen import SeenHashes
from stance.commands import main

SPIEGEL = [("1", "Sanctions must stay in force."), ("2", "Lift the sanctions now.")]
# the first text stands in both
ZEIT = [("1", "Sanctions must stay in force."), ("2", "The embargo should end now."), ("1", "Talks must resume.")]
IDS = ["1", "2", "zeit:1", "zeit:2"]


def _write(path: Path, rows: list[tuple[Any, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [{"id": id, "text": text} for id, text in rows]
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(records, pa.schema({"id": pa.string(), "text": pa.string()})), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([("id", "text"), *rows])


@pytest.fixture(params=["csv", "jsonl", "parquet"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with two exports, each numbered from 1."""
    _write(tmp_path / "two" / f"spiegel.{request.param}", SPIEGEL)
    _write(tmp_path / "two" / f"zeit.{request.param}", ZEIT)
    return tmp_path / "two"


def _ids(folder: Path) -> list[str]:
    return [id for part in sorted(folder.glob("part-*")) for id in pq.read_table(part)["article_id"].to_pylist()]


def test_no_outlet_is_lost(small_model_path: Path, two: Path, tmp_path: Path) -> None:
    """An id that another file has used is called after its file; twice within a file quarantined; on every way."""
    refused: list[Any] = []
    assert [article.id for article in read_articles([two], quarantine=refused.append)] == IDS
    zeit = next(two.glob("zeit.*"))
    assert [(r.source, r.position, r.reason) for r in refused] == [(str(zeit), 3, duplicate_id("1"))]
    assert refused[0].reason.endswith("name another column with --id-column")
    shown = CliRunner().invoke(main, ["score", str(two), "-m", str(small_model_path), "-f", "csv"])
    assert [row["article_id"] for row in csv.DictReader(shown.stdout.splitlines())] == IDS
    assert "5 read = 4 scored + 0 abstained + 1 quarantined" in shown.stderr
    job = Job((str(two),), small_model_path, jobs=1)
    counts = score_to_file(job, tmp_path / "all.parquet")
    assert pq.read_table(tmp_path / "all.parquet")["article_id"].to_pylist() == IDS
    assert counts.articles["quarantined"] == 1
    for jobs in (1, 2):
        for chunk in (1, 3):
            folder = tmp_path / f"run-{jobs}-{chunk}"
            score_to_directory(replace(job, chunk=chunk, jobs=jobs), folder)
            assert _ids(folder) == IDS


def test_shards_and_a_resumed_run_call_them_the_same(small_model_path: Path, two: Path, tmp_path: Path) -> None:
    """A shard that scores only the second file, and a run that goes on in it, know what the first has used."""
    job = Job((str(two),), small_model_path, jobs=1, chunk=1)
    for number in (3, 1, 2):
        score_to_directory(replace(job, shard=Shard(number, 3)), tmp_path / "shards")
    assert _ids(tmp_path / "shards") == IDS
    score_to_directory(job, tmp_path / "run")
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").glob("part-*")}
    (tmp_path / "run" / "part-00003.parquet").unlink()
    score_to_directory(job, tmp_path / "run", resume=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").glob("part-*")} == before


def test_members_of_an_archive_are_files(two: Path, tmp_path: Path) -> None:
    """In an archive, too, each export counts for itself, and a duplicate is named with its member."""
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for path in sorted(two.iterdir()):
            archive.write(path, path.name)
    suffix = next(two.iterdir()).suffix
    *read, refused = read_records([tmp_path / "two.zip"])
    assert [r.id for r in read if isinstance(r, Article)] == ["1", "2", f"two/zeit{suffix}:1", f"two/zeit{suffix}:2"]
    assert (refused.source, refused.position) == (f"{tmp_path}/two.zip/zeit{suffix}", 3)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
@pytest.mark.parametrize("names", [("part-00000-c0", "part-00001-c0"), ("part.0", "part.1"), ("y=1/a", "y=2/m=1/b")])
def test_parts_of_a_dataset_are_one_file(tmp_path: Path, names: tuple[str, str], suffix: str) -> None:
    """An id in two parts of one table is a duplicate; in two tables it is not."""
    for folder in ("a", "b"):
        for name in names:
            _write(tmp_path / "in" / folder / f"{name}.{suffix}", [("1", "Talks resume."), (folder + name, "No.")])
    ids = [article.id for article in read_articles([tmp_path / "in"], quarantine=lambda _: None)]
    assert ids == ["1", f"a{names[0]}", f"a{names[1]}", f"b/{names[0]}:1", f"b{names[0]}", f"b{names[1]}"]
    found = [id for block in blocks.read_blocks([tmp_path / "in"]) for id in block.articles["id"].to_pylist()]
    assert found == ids


@pytest.mark.parametrize("size", [2, 2048])
def test_by_column_and_by_row_names_are_the_same(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that look like made ones, rows without an id: nothing is lost, all differ, whatever is read at a time."""
    for bound in ("_ROWS", "_ROWS_AT_ONCE"):
        monkeypatch.setattr(blocks, bound, size)
    for seed in range(40):
        rng = random.Random(seed)
        folder = tmp_path / str(seed)
        pool = [None, "1", "2", "3", "a:1", "b:1", "b:2", "c:1", "c:b:1", "b:b:1", "c:c:1"]
        expected = 0
        for name in "abc":
            ids = [rng.choice(pool) for _ in range(8)]
            called = [id or f"{name}:{i}" for i, id in enumerate(ids, 1)]
            expected += len(set(called))
            _write(folder / f"{name}.parquet", [(id, "Talks.") for id in ids])
        records = list(read_records([folder]))
        names = [record.id for record in records if isinstance(record, Article)]
        assert len(names) == len(set(names)) == expected
        found = list(blocks.read_blocks([folder]))
        assert [id for block in found for id in block.articles["id"].to_pylist()] == names
        refused = [record for record in records if not isinstance(record, Article)]
        assert [record for block in found for record in block.quarantined] == refused


def test_sets_of_ids_can_be_merged() -> None:
    """Merged either way round, both sets know the ids of both, each counted once."""
    one, two = [f"id {i}" for i in range(3000)], [f"id {i}" for i in range(2900, 3400)]
    for first, second in ((one, two), (two, one)):
        seen, others = SeenIds(), SeenIds()
        assert all(seen.add(hash_id(id)) for id in first)
        assert all(others.add(hash_id(id)) for id in second)
        seen.merge(others)
        assert len(seen) == 3400
        assert all(hash_id(id) in seen for id in one + two)
        assert hash_id("id 3400") not in seen
        hashes, more = SeenHashes(), SeenHashes()
        hashes.add_all(first)
        more.add_all(second)
        hashes.merge(more)
        assert len(hashes) == 3400
        assert hashes.contain([*one, *two, "id 3400"]).tolist() == [True] * 3500 + [False]


def test_blanks_around_an_outlet_make_no_other(tmp_path: Path) -> None:
    """Nor around title and date, by row and by column; an id and a text stay as they are."""
    record = {
        "id": " 1",
        "title": "\tTalks ",
        "date": " 2026-05-09\n",
        "outlet": "\u00a0Wire ",
        "text": " They resume. ",
    }
    blank = {"id": "2", "title": " ", "date": None, "outlet": "", "text": "They end."}
    pq.write_table(pa.Table.from_pylist([record, blank]), tmp_path / "a.parquet")
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(r) + "\n" for r in (record, blank)), encoding="utf-8")
    by_row = [[a.id, a.title, a.date, a.outlet, a.text] for a in read_articles(tmp_path / "b.jsonl")]
    (block,) = blocks.read_blocks([tmp_path / "a.parquet"])
    assert [list(row.values()) for row in block.articles.to_pylist()] == by_row
    assert by_row == [[" 1", "Talks", "2026-05-09", "Wire", " They resume. "], ["2", None, None, None, "They end."]]


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux")
@pytest.mark.parametrize("suffix", ["txt", "parquet"])
def test_names_that_are_not_utf8_are_told_apart(tmp_path: Path, suffix: str) -> None:
    """Each file keeps an id of its own, by row and by column, and the name shows the byte."""
    _write(tmp_path / "a.parquet", [(None, "Talks resume.")])  # type: ignore[list-item]
    content = (tmp_path / "a.parquet").read_bytes() if suffix == "parquet" else b"Talks resume."
    (tmp_path / "a.parquet").unlink()
    for byte in (b"\xe9", b"\xff"):
        (tmp_path / os.fsdecode(b"x" + byte + b"." + suffix.encode())).write_bytes(content)
    number = ":1" if suffix == "parquet" else ""
    names = [rf"x\xe9{number}", rf"x\xff{number}"]
    assert [article.id for article in read_articles([tmp_path])] == names
    found = [id for block in blocks.read_blocks([tmp_path]) for id in block.articles["id"].to_pylist()]
    assert found == names
