"""Runs over many articles: chunks, shards, resuming after any stop, memory, quarantine."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial, partialmethod
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers import parts as _parts
from helpers import random_text as _text
from helpers import run as _run
from helpers import within

from stance.articles import Article, Columns, Quarantined, read_records, split_paragraphs
from stance.articles.own_files import own_files
from stance.articles.seen import duplicate_id
from stance.articles.sources import Source
from stance.batch.blocks import SCHEMA, Block, count_records, read_blocks
from stance.batch.chunks import Chunk, Shard, cut_chunks
from stance.batch.counts import Counts
from stance.batch.files import write_whole
from stance.batch.job import Job
from stance.batch.pools import ModelReference, count_jobs
from stance.batch.progress import Progress
from stance.batch.run import score_to_directory, score_to_file
from stance.batch.tables import Form, _spans, score_articles
from stance.commands.refusals import Refusals
from stance.errors import ModelError, StanceError
from stance.files import whole_files
from stance.model.stance_model import StanceModel
from stance.results.formats import EXPORTS, PLAIN
from stance.results.records import article_columns, article_record, paragraph_columns, paragraph_records

_score = partial(_run, "score")

PAGE = b"<!DOCTYPE html><html><body><article><p>The minister said that sanctions stay.</p></article></body></html>"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """Six hundred articles of all kinds: one paragraph, several, empty, foreign, with and without facts."""
    rng = random.Random(5)
    found: list[dict[str, Any]] = []
    for i in range(600):
        text = _text(rng)
        if i % 7 == 0:
            text = f"{text}\n\n{_text(rng)}\r\n\r\n“{_text(rng)}”"
        if i % 50 == 3:
            text = rng.choice(["", "  ", "Ο υπουργός είπε ότι οι συνομιλίες θα συνεχιστούν.", "* * *"])
        title, date = (None, "") if i % 3 else (f"Title {i}", "2024-05-01")
        found.append({"id": f"a{i}", "text": text, "title": title, "date": date, "outlet": "Wire"})
    return found


@pytest.fixture(scope="module")
def parquet(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`rows` as Parquet."""
    path = tmp_path_factory.mktemp("input") / "articles.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=250)
    return path


@pytest.fixture(scope="module")
def jsonl(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`rows` as JSON lines."""
    path = tmp_path_factory.mktemp("input") / "articles.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _job(path: Path, model: Path, **changes: Any) -> Job:
    return replace(Job((str(path),), model, chunk=50, jobs=1), **changes)


def _manifest(folder: Path, name: str = "manifest.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def _records(paths: list[str], columns: Columns | None = None) -> tuple[list[dict[str, Any]], list[Any]]:
    articles: list[dict[str, Any]] = []
    refused: list[Any] = []
    for block in read_blocks(paths, columns):
        articles += block.articles.to_pylist()
        refused += block.quarantined
    return articles, refused


def _specified(paths: list[str], columns: Columns | None = None) -> tuple[list[dict[str, Any]], list[Any]]:
    found = list(read_records(paths, columns))
    names = ("id", "title", "date", "outlet", "text")
    articles = [{name: getattr(r, name) for name in names} for r in found if isinstance(r, Article)]
    return articles, [r for r in found if not isinstance(r, Article)]


def test_arrow_reading_agrees_with_the_reader(tmp_path: Path) -> None:
    """Straight from the columns or row by row: the same articles and the same quarantined records."""
    import datetime

    day = datetime.date(2024, 5, 1)
    table = pa.table(
        {
            "id": pa.array([7, 8, 7, None, 9]),
            "text": pa.array(["One.", None, "Three.", "Four.", "é" * 5], pa.large_string()),
            "title": pa.array(["A", "", None, "\u00a0B\u2003 ", "A"]).dictionary_encode(),
            "date": pa.array([day] * 5),
            "outlet": pa.nulls(5),
        }
    )
    pq.write_table(table, tmp_path / "odd.parquet")
    assert _records([str(tmp_path)]) == _specified([str(tmp_path)])
    refused = _records([str(tmp_path)])[1]
    assert [record.reason for record in refused] == ["no 'text'", duplicate_id("7")]


@pytest.mark.parametrize("kind", [pa.string(), pa.dictionary(pa.int32(), pa.string())], ids=["text", "categories"])
@pytest.mark.parametrize("kinds", [5, 2000])
def test_blocks_of_long_texts_are_bounded(tmp_path: Path, kinds: int, kind: pa.DataType) -> None:
    """Though the file says that its texts are small, for the same one stands there once; short texts keep together."""
    texts = [f"{i % kinds} " + "Talks resume. " * 1500 for i in range(2000)]
    long, short = (pa.array(column).cast(kind) for column in (texts, [text[:50] for text in texts] * 2))
    pq.write_table(pa.table({"text": long, "id": [str(i) for i in range(2000)]}), tmp_path / "long.parquet")
    pq.write_table(pa.table({"text": short}), tmp_path / "short.parquet")
    blocks = list(read_blocks([tmp_path / "long.parquet"]))
    assert [id for block in blocks for id in block.articles["id"].to_pylist()] == [str(i) for i in range(2000)]
    assert max(block.articles.nbytes for block in blocks) < 4_000_000
    assert [block.articles.num_rows for block in read_blocks([tmp_path / "short.parquet"])] == [2048, 1952]


def test_invalid_utf8_costs_one_row(tmp_path: Path) -> None:
    """A row with bytes that are no UTF-8 is quarantined; its neighbours are scored, and dated as in any other block."""
    bad = pa.array([b"One.", b"\xff\xfe", b"Three."], pa.binary()).view(pa.string())
    days = pa.array([0, 0, 0], pa.timestamp("s"))
    pq.write_table(pa.table({"text": bad, "date": days}), tmp_path / "bad.parquet")
    assert _records([str(tmp_path)]) == _specified([str(tmp_path)])
    assert len(_records([str(tmp_path)])[0]) == 2


def test_every_format_gives_the_same_articles(parquet: Path, jsonl: Path) -> None:
    """Parquet read by column and JSON lines read by row hold the same."""
    assert _records([str(parquet)]) == _records([str(jsonl)]) == _specified([str(parquet)])
    assert count_records([parquet, jsonl]) == 1200


def test_one_line_texts_split_as_specified(rows: list[dict[str, Any]]) -> None:
    """The shortcut for one-line texts finds what `split_paragraphs` finds."""
    blanks = ["", " ", "\xa0", "\u2009", "\ufeff", "\x1f", "\u200b"]
    bodies = ["", "Talks.", "“Talks”", "- item", "# Head", "> q", "_", "* * *", "é", "(a) b", "Ω.\u3000x", '"', "(("]
    texts = [a + body + b for body in bodies for a in blanks for b in blanks] + [row["text"] for row in rows]
    assert [_spans(text) for text in texts] == [split_paragraphs(text) for text in texts]


def _chunks(path: Path, **sizes: int) -> list[Chunk]:
    return list(cut_chunks(read_blocks([path]), **sizes))


def test_chunks_are_bounded_and_whole(parquet: Path, rows: list[dict[str, Any]]) -> None:
    """Chunks hold every article once, in order, within bounds, and are cut the same each time."""
    chunks = _chunks(parquet, articles=70, characters=9000)
    assert [c.number for c in chunks] == list(range(len(chunks)))
    assert [i for c in chunks for i in c.articles["id"].to_pylist()] == [row["id"] for row in rows]
    for chunk in chunks:
        sizes = [len(text) for text in chunk.articles["text"].to_pylist()]
        assert len(sizes) <= 70
        assert sum(sizes[:-1]) < 9000
    again = _chunks(parquet, articles=70, characters=9000)
    assert [len(c.articles) for c in chunks] == [len(c.articles) for c in again]


def test_quarantined_records_are_in_chunks_too() -> None:
    """Also behind the last article, or where there is none; many of them do not gather in memory."""
    refused = [Quarantined("a.jsonl", position, "not valid JSON") for position in range(1, 7)]
    full = pa.RecordBatch.from_pylist([dict.fromkeys(SCHEMA.names, "Talks.")] * 2, schema=SCHEMA)
    empty = full.slice(0, 0)
    for blocks, found in (
        ([], [(0, 0, 0)]),
        ([Block(full, ()), Block(empty, tuple(refused[:1]))], [(0, 2, 0), (1, 0, 1)]),
        ([Block(empty, tuple(refused[i : i + 2])) for i in (0, 2, 4)], [(0, 0, 2), (1, 0, 2), (2, 0, 2)]),
    ):
        chunks = list(cut_chunks(blocks, articles=2))
        assert [(chunk.number, len(chunk.articles), len(chunk.quarantined)) for chunk in chunks] == found


@pytest.mark.parametrize("level", ["paragraph", "article"])
def test_tables_equal_the_records(small_model: StanceModel, parquet: Path, level: str) -> None:
    """Columns built from arrays hold to the bit what the flat records hold, in the same order."""
    expected: list[dict[str, Any]] = []
    for article in read_records([str(parquet)]):
        assert isinstance(article, Article)
        scores = small_model.score(article)
        if level == "paragraph":
            expected += paragraph_records(article, scores)
        else:
            expected.append(article_record(article, scores, small_model.targets))
    (chunk,) = cut_chunks(read_blocks([parquet]))
    table, counts = score_articles(small_model, chunk.articles, Form(level))
    assert table.to_pylist() == expected
    fields = paragraph_columns if level == "paragraph" else article_columns
    assert table.column_names == list(fields(small_model.targets))
    assert counts.articles["read"] == counts.articles["scored"] + counts.articles["abstained"] == 600
    assert counts.articles["abstained"] > 0


def test_counts_of_tables_equal_those_of_the_records(small_model: StanceModel, parquet: Path) -> None:
    """Of articles, of paragraphs and of the reasons, also where labels of a paragraph are too close to choose."""
    model = replace(small_model, least_probability=0.6)
    expected = Counts()
    for article in read_records([str(parquet)]):
        assert isinstance(article, Article)
        expected.add(model.score(article))
    (chunk,) = cut_chunks(read_blocks([parquet]))
    assert score_articles(model, chunk.articles, Form())[1] == expected
    assert expected.reasons["ambiguous"] > 0


def test_deciding_words_travel_as_columns(small_model: StanceModel, parquet: Path) -> None:
    """Explained tables equal explained records; every stretch lies inside its paragraph, the strongest first."""
    articles = [record for record in read_records([str(parquet)]) if isinstance(record, Article)][:40]
    expected = [r for a in articles for r in paragraph_records(a, small_model.score(a), small_model)]
    (chunk,) = cut_chunks(read_blocks([parquet]))
    table, _ = score_articles(small_model, chunk.articles.slice(0, 40), Form(explain=True))
    assert table.to_pylist() == expected
    assert table.column_names == list(paragraph_columns(small_model.targets, explained=True))
    found = [(r, json.loads(r["sanctions_words"])) for r in expected if r["sanctions_words"]]
    assert found
    for record, words in found:
        assert record["sanctions"] != "unrelated"
        assert all(record["start"] <= a < b <= record["end"] for a, b, _ in words)
        helping = [value for *_, value in words if value > 0]
        assert helping
        assert sum(value < 0 for *_, value in words) + len(helping) == len(words)


@pytest.mark.parametrize("format", ["parquet", "csv", "jsonl"])
def test_the_parts_are_the_file(small_model_path: Path, jsonl: Path, tmp_path: Path, format: str) -> None:
    """The parts of a folder, put together, are the one file; and processes give the bytes of a single one."""
    job = _job(jsonl, small_model_path, format=format)
    counts = score_to_directory(job, tmp_path / "one")
    many = score_to_directory(replace(job, jobs=2), tmp_path / "two")
    assert score_to_file(job, tmp_path / f"whole.{format}") == counts == many
    assert _parts(tmp_path / "one") == _parts(tmp_path / "two")
    parts = _parts(tmp_path / "one")
    assert len(parts) == 12
    if format == "parquet":
        tables = [pq.read_table(tmp_path / "one" / name) for name in parts]
        assert pa.concat_tables(tables).equals(pq.read_table(tmp_path / "whole.parquet"))
    else:
        skip = 1 if format == "csv" else 0
        lines = [line for part in parts.values() for line in part.decode().splitlines(True)[skip:]]
        assert lines == (tmp_path / f"whole.{format}").read_text(encoding="utf-8").splitlines(True)[skip:]


def test_a_run_folder_in_pandas(
    small_model_path: Path, parquet: Path, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line that docs/outputs.md shows reads the rows of all parts."""
    document = (root / "docs" / "outputs.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"<!-- run in pandas -->\n```python\n(.*?)```", document, re.S)
    assert score_to_directory(_job(parquet, small_model_path), tmp_path / "run").paragraphs["read"] > 0
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(line, names)
    whole = pa.concat_tables([pq.read_table(path) for path in sorted((tmp_path / "run").glob("part-*"))])
    assert names["scores"].article_id.tolist() == whole.column("article_id").to_pylist()


def test_the_manifest_accounts_for_everything(small_model_path: Path, jsonl: Path, tmp_path: Path) -> None:
    """Bad records are listed with reason and position, and read = scored + abstained + quarantined."""
    source = tmp_path / "bad.jsonl"
    source.write_text("oops\n" + jsonl.read_text(encoding="utf-8") + '{"id": "a1", "text": "x"}\n{"id": "n"}\n')
    counts = score_to_directory(_job(source, small_model_path), tmp_path / "run")
    manifest = _manifest(tmp_path / "run")
    assert manifest["state"] == "finished"
    articles = manifest["totals"]["articles"]
    assert articles == counts.articles == Counts.total(map(Counts.from_dict, manifest["chunks"])).articles
    assert articles["read"] == 603 == articles["scored"] + articles["abstained"] + articles["quarantined"]
    listed = [json.loads(line) for line in (tmp_path / "run" / "quarantine.jsonl").read_text().splitlines()]
    assert [(entry["source"], entry["position"]) for entry in listed] == [(str(source), n) for n in (1, 602, 603)]
    assert listed[1]["reason"] == duplicate_id("a1")
    assert manifest["inputs"][0]["bytes"] == source.stat().st_size
    assert manifest["model"]["sha256"] == ModelReference.of(small_model_path).sha256


def test_shards_are_exactly_the_whole(small_model_path: Path, parquet: Path, tmp_path: Path) -> None:
    """The shards of a run write each part once, and together all of them, each with its own manifest."""
    job = _job(parquet, small_model_path)
    whole = score_to_directory(job, tmp_path / "whole")
    shards = [score_to_directory(replace(job, shard=Shard(n, 5)), tmp_path / "shards") for n in range(1, 6)]
    assert _parts(tmp_path / "whole") == _parts(tmp_path / "shards")
    assert Counts.total(shards) == whole
    entries = [len(_manifest(tmp_path / "shards", f"manifest-{n}-of-5.json")["chunks"]) for n in range(1, 6)]
    assert entries == [3, 3, 2, 2, 2]
    told = "shards: holds a run in 5 shards; give --shard k/5, or name another folder"
    for other in (Shard(1, 4), Shard()):
        with pytest.raises(StanceError, match=told):
            score_to_directory(replace(job, shard=other), tmp_path / "shards")
    with pytest.raises(StanceError, match="whole: holds a run without shards; leave out --shard, or name another"):
        score_to_directory(replace(job, shard=Shard(1, 4)), tmp_path / "whole")


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/2/3"])
def test_a_shard_is_written_k_of_n(text: str) -> None:
    """Anything but k/N with 1 <= k <= N is refused."""
    with pytest.raises(StanceError, match="k/N"):
        Shard.parse(text)


def _stop_after(job: Job, folder: Path, parts: int) -> None:
    """Begin a run and stop it by an error after so many parts."""
    from stance.batch.directory import RunDirectory

    class Stop(Exception):
        pass

    def write(self: RunDirectory, *args: Any) -> None:
        if len(list(folder.glob("part-*"))) == parts:
            raise Stop
        original(self, *args)

    original = RunDirectory.write
    RunDirectory.write = write  # type: ignore[method-assign]
    try:
        with pytest.raises(Stop):
            score_to_directory(job, folder)
    finally:
        RunDirectory.write = original  # type: ignore[method-assign]


def test_a_fresh_run_never_overwrites_one(small_model_path: Path, parquet: Path, tmp_path: Path) -> None:
    """A folder that holds a run, or parts of an unknown one, is refused without `resume`."""
    job = _job(parquet, small_model_path)
    _stop_after(job, tmp_path / "run", 3)
    with pytest.raises(StanceError, match=r"holds a run; continue it with --resume, or name another folder$"):
        score_to_directory(job, tmp_path / "run")
    score_to_directory(job, tmp_path / "run", resume=True)
    with pytest.raises(StanceError, match=r"holds a finished run; read its results, or name another folder$"):
        score_to_directory(job, tmp_path / "run")
    (tmp_path / "run" / "part-00001.parquet").unlink()
    with pytest.raises(StanceError, match=r"holds a run; continue it with --resume, or name another folder$"):
        score_to_directory(job, tmp_path / "run")
    (tmp_path / "run" / "manifest.json").unlink()
    with pytest.raises(StanceError, match="without the manifest"):
        score_to_directory(job, tmp_path / "run", resume=True)


@pytest.mark.parametrize("name", ["quarantine.jsonl", "columns.json"])
def test_a_run_writes_over_nothing_that_is_not_its_own(
    small_model_path: Path, parquet: Path, tmp_path: Path, name: str
) -> None:
    """A file in its folder that is called as one of its own is refused, and stays."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / name).write_text("notes of somebody's own", encoding="utf-8")
    run = _score(parquet, "-m", small_model_path, "-j", 1, "-o", f"{tmp_path}/run/")
    assert run.exit_code == 1
    assert run.stderr == f"stance: {tmp_path}/run/{name}: exists without the manifest of a run; name another folder\n"
    assert (tmp_path / "run" / name).read_text(encoding="utf-8") == "notes of somebody's own"


@pytest.mark.parametrize("shards", [1, 2])
def test_the_files_of_a_run_are_known_as_its_own(
    small_model_path: Path, jsonl: Path, tmp_path: Path, shards: int
) -> None:
    """Whatever its shards are called; what else lies in its folder is not, though it be called alike."""
    source = tmp_path / "in.jsonl"
    source.write_text("oops\n" + jsonl.read_text(encoding="utf-8"), encoding="utf-8")
    for k in range(shards):
        score_to_directory(_job(source, small_model_path, shard=Shard(k + 1, shards)), tmp_path / "run")
    written = {path.name for path in (tmp_path / "run").iterdir() if not path.name.startswith(".")}
    assert {Path(name).suffix for name in written} == {".json", ".jsonl", ".parquet"}
    others = {"part-one.txt", "quarantine-measures.jsonl", "manifesto.json"}
    for name in others:
        (tmp_path / "run" / name).write_text('{"text": "Talks resume."}\n', encoding="utf-8")
    assert own_files(str(tmp_path / "run"), written | others) == written


@pytest.mark.parametrize("lost", ["nothing", "the list", "a line"])
def test_a_finished_run_names_its_quarantined_records_again(
    small_model_path: Path, jsonl: Path, tmp_path: Path, lost: str
) -> None:
    """To the file and on the screen, as the run did; a list that is not whole any more is made again."""
    source, kept = tmp_path / "bad.jsonl", tmp_path / "refused.jsonl"
    source.write_text("oops\n" + jsonl.read_text(encoding="utf-8") + '{"id": "\u2028"}\n', encoding="utf-8")
    arguments = (source, "-m", small_model_path, "-j", 1, "-o", f"{tmp_path}/run/", "--quarantine", kept, "--resume")
    first = _score(*arguments)
    listed, own = kept.read_bytes(), tmp_path / "run" / "quarantine.jsonl"
    assert listed.count(b"\n") == 2
    assert own.read_bytes() == listed
    if lost == "the list":
        own.unlink()
    elif lost == "a line":
        own.write_bytes(listed.splitlines(True)[0])
    again = _score(*arguments)
    assert (again.exit_code, again.stderr) == (0, first.stderr)
    assert kept.read_bytes() == own.read_bytes() == listed


@pytest.mark.parametrize(
    "lost",
    [
        "shard",
        "state",
        "inputs",
        "model.sha256",
        "settings.columns",
        "settings.libraries",
        "chunks.0.bytes",
        "chunks.0.digest",
        "chunks.0.articles",
    ],
)
def test_a_manifest_that_lacks_something_is_one_line(
    small_model_path: Path, parquet: Path, tmp_path: Path, lost: str
) -> None:
    """It says which file and what is missing."""
    job = _job(parquet, small_model_path)
    score_to_directory(job, tmp_path / "run")
    manifest = _manifest(tmp_path / "run")
    holder: Any = manifest
    *way, name = lost.split(".")
    for key in way:
        holder = holder[int(key) if key.isdecimal() else key]
    del holder[name]
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StanceError, match=f"manifest.json: not the manifest of a run: it has no '{name}'"):
        score_to_directory(job, tmp_path / "run", resume=True)


def test_resume_refuses_another_model_input_or_setting(
    small_model: StanceModel, small_model_path: Path, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    """A run goes on only with the model, inputs and settings that it began with; the error says which differs."""
    from stance.model.artefact import save_model

    source = tmp_path / "in.parquet"
    pq.write_table(pa.Table.from_pylist(rows), source)
    job = _job(source, small_model_path)
    _stop_after(job, tmp_path / "run", 3)
    save_model(replace(small_model, least_probability=0.5), tmp_path / "other")
    for changes, message in (
        ({"model_path": tmp_path / "other"}, "the model is a different one"),
        ({"chunk": 60}, "chunk_articles was 50, now 60"),
        ({"format": "csv"}, "format was 'parquet', now 'csv'"),
        ({"level": "article"}, "level was"),
        ({"columns": Columns(text="body")}, "continue: text-column was None, now 'body'; name"),
        ({"chunk": 60, "format": "csv", "level": "article"}, "; chunk_articles was 50, now 60; name"),
        (
            {"chunk": 60, "format": "csv", "level": "article", "explain": True},
            "; explain was False, now True and 1 more;",
        ),
    ):
        with pytest.raises(StanceError, match=message):
            score_to_directory(replace(job, **changes), tmp_path / "run", resume=True)
    os.utime(source, (1, 1))
    with pytest.raises(StanceError, match=r"inputs are not the same .*in.parquet was rewritten\); name another folder"):
        score_to_directory(job, tmp_path / "run", resume=True)


@pytest.mark.parametrize("state", ["running", "finished"])
def test_resume_refuses_another_library_that_reads(small_model_path: Path, tmp_path: Path, state: str) -> None:
    """What an extra that was installed since would read takes part in no chunk, and moves all that come behind it."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.pdf").write_bytes(b"%PDF-1.7 and no more")
    (tmp_path / "in" / "b.txt").write_text("Talks resume on Friday.\n", encoding="utf-8")
    job = _job(tmp_path / "in", small_model_path)
    score_to_directory(job, tmp_path / "run")
    manifest = tmp_path / "run" / "manifest.json"
    written = json.loads(manifest.read_text(encoding="utf-8"))
    with (Path(__file__).parents[1] / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    bring = {re.split("[^\\w-]", one)[0] for name in ("html", "office", "pdf", "warc") for one in extras[name]}
    assert {*written["settings"]["libraries"]} == bring - {"sanctions-stance"}
    manifest.write_text(json.dumps(written | {"state": state}), encoding="utf-8")
    assert score_to_directory(job, tmp_path / "run", resume=True).articles["read"] == 2
    # the tests may run without it
    now = written["settings"]["libraries"]["pypdf"]
    written["settings"]["libraries"]["pypdf"] = "0.1"
    manifest.write_text(json.dumps(written | {"state": state}), encoding="utf-8")
    told = f"pypdf was '0.1', now '{now}'; "
    told = {
        "running": f"cannot continue: {told}name another folder",
        "finished": f"the run is finished, and was another one: {told}read its results, or name another folder",
    }[state]
    with pytest.raises(StanceError, match=f"^{re.escape(str(manifest))}: {told}$"):
        score_to_directory(job, tmp_path / "run", resume=True)


def test_libraries_do_not_matter_to_tables(small_model_path: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    """A run on what is read without them goes on whatever is installed meanwhile."""
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(b"text\nTalks resume on Friday.\n"))
    job = Job((str(tmp_path / "in.parquet"), str(tmp_path / "in.csv.gz")), small_model_path, jobs=1)
    score_to_directory(job, tmp_path / "run")
    assert json.loads((tmp_path / "run" / "manifest.json").read_bytes())["settings"]["libraries"] == {}


@pytest.mark.parametrize("libraries", [None, [], "lxml"])
def test_a_manifest_with_other_things_for_libraries_is_one_line(
    small_model_path: Path, parquet: Path, tmp_path: Path, libraries: object
) -> None:
    """It says which file, not how the program came to stop."""
    score_to_directory(_job(parquet, small_model_path), tmp_path / "run")
    manifest = _manifest(tmp_path / "run")
    manifest["settings"]["libraries"] = libraries
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(StanceError, match=r"manifest.json: not the manifest of a run: [^\n]+$"):
        score_to_directory(_job(parquet, small_model_path), tmp_path / "run", resume=True)


@pytest.mark.parametrize("value", [None, [[1]]])
@pytest.mark.parametrize(
    "place",
    [
        ("state",), ("shard",), ("shard", 1), ("inputs",), ("inputs", 0), ("inputs", 0, "path"), ("model",),
        ("model", "sha256"), ("chunks",), ("chunks", 0), ("chunks", 0, "index"), ("chunks", 0, "file"),
        ("chunks", 0, "rows"), ("chunks", 0, "articles"), ("chunks", 0, "articles", "read"),
    ],
)  # fmt: skip
def test_a_manifest_that_somebody_edited_is_one_line(
    small_model_path: Path, tmp_path: Path, place: tuple[Any, ...], value: object
) -> None:
    """Whatever stands where the run goes by it."""
    (tmp_path / "a.txt").write_text("Talks resume on Friday.\n", encoding="utf-8")
    job = _job(tmp_path / "a.txt", small_model_path)
    score_to_directory(job, tmp_path / "run")
    manifest = _manifest(tmp_path / "run")
    there: Any = manifest
    for key in place[:-1]:
        there = there[key]
    there[place[-1]] = value
    (tmp_path / "run" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    for resume in (True, False):
        with pytest.raises(StanceError, match=r"manifest.json: not the manifest of a run: [^\n]+$"):
            score_to_directory(job, tmp_path / "run", resume=resume)


@pytest.mark.parametrize("content", [PAGE, gzip.compress(PAGE)], ids=["page", "compressed page"])
@pytest.mark.parametrize("name", ["page.txt", "page.csv"])
def test_libraries_matter_to_a_page_under_another_name(
    small_model_path: Path, tmp_path: Path, content: bytes, name: str
) -> None:
    """What a file is read by is told by its content, and not by its name alone."""
    pytest.importorskip("trafilatura")
    (tmp_path / name).write_bytes(content)
    score_to_directory(_job(tmp_path / name, small_model_path), tmp_path / "run")
    assert "trafilatura" in _manifest(tmp_path / "run")["settings"]["libraries"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda folder: (folder / "b.jsonl").unlink(), "b.jsonl is gone"),
        (lambda folder: os.truncate(folder / "b.jsonl", 40), "b.jsonl had 35 bytes, and has 40"),
        (lambda folder: os.utime(folder / "b.jsonl", (1, 1)), "b.jsonl was rewritten"),
    ],
)
def test_an_input_that_changed_is_named(
    small_model_path: Path, tmp_path: Path, change: Callable[[Path], object], told: str
) -> None:
    """And in what: when the run ends, and when it is to be gone on with."""
    folder, run = tmp_path / "in", tmp_path / "run"
    folder.mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        (folder / name).write_text('{"text": "Talks resume on Friday"}\n', encoding="utf-8")
    (folder / "a.jsonl").write_text("oops\n", encoding="utf-8")
    job = _job(folder, small_model_path, chunk=1)
    changes = iter([change])

    def refuse(records: Iterable[Any]) -> None:
        if list(records):
            next(changes)(folder)

    message = re.escape(
        f"{run}: the inputs changed while they were read ({folder / told}); start again in another folder"
    )
    with pytest.raises(StanceError, match=message):
        score_to_directory(job, run, refuse=refuse)
    with pytest.raises(
        StanceError, match=re.escape(f"the inputs are not the same ({folder / told}); name another folder")
    ):
        score_to_directory(job, run, resume=True)


def test_what_comes_later_is_no_part_of_a_run(small_model_path: Path, tmp_path: Path) -> None:
    """A feed fills its folder while a run reads it, is stopped, goes on, and goes on again in another shard."""
    folder, run = tmp_path / "in", tmp_path / "run"
    (folder / "sub").mkdir(parents=True)
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Talks resume on Friday, said {name}.", encoding="utf-8")
    job = _job(folder, small_model_path, chunk=1, format="csv")
    whole = score_to_directory(job, tmp_path / "whole")
    _stop_after(job, run, 1)
    # of the same name as one of before, so that ids would have to be others
    (folder / "sub" / "a.txt").write_text("Talks end on Friday, said nobody.", encoding="utf-8")
    came: list[Source] = []

    def refuse(records: Iterable[Any]) -> None:
        (folder / "0.txt").write_text("Talks end on Sunday, said nobody.", encoding="utf-8")

    assert score_to_directory(replace(job, left_out=came), run, resume=True, refuse=refuse) == whole
    assert _parts(run) == _parts(tmp_path / "whole")
    assert sorted(source.path for source in came) == [str(folder / "0.txt"), str(folder / "sub" / "a.txt")]
    # who asks for more of what is finished may wait for them in vain
    with pytest.raises(
        StanceError, match=r"run is finished, .*0.txt is new\); read its results, or name another folder"
    ):
        score_to_directory(job, run, resume=True)
    named = replace(job, paths=(str(folder), str(tmp_path / "d.txt")))
    (tmp_path / "d.txt").write_text("Named by itself.", encoding="utf-8")
    _stop_after(job, tmp_path / "other", 1)
    with pytest.raises(StanceError, match=r"d.txt is new\); name another folder"):
        score_to_directory(named, tmp_path / "other", resume=True)


def test_shards_have_the_files_of_the_first(small_model_path: Path, tmp_path: Path) -> None:
    """However late another begins."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"Talks resume on Friday, said {name}.", encoding="utf-8")
    job = _job(folder, small_model_path, chunk=1)
    first = score_to_directory(replace(job, shard=Shard(1, 2)), tmp_path / "run")
    (folder / "0.txt").write_text("Talks end on Sunday, said nobody.", encoding="utf-8")
    second = score_to_directory(replace(job, shard=Shard(2, 2)), tmp_path / "run")
    assert Counts.total([first, second]).articles["read"] == 3


def test_shards_that_begin_at_once_have_the_same_files(
    small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that comes after one has looked and before the other does would move the cuts between them."""
    from stance.batch.directory import RunDirectory

    folder, run = tmp_path / "in", tmp_path / "run"
    folder.mkdir()
    for name in "abcd":
        (folder / f"{name}.txt").write_text(f"Talks resume on Friday, said {name}.", encoding="utf-8")
    job = _job(folder, small_model_path, chunk=1)
    one, two = (replace(job, shard=Shard(k, 2)) for k in (1, 2))
    begin, begun = RunDirectory.begin, []

    def begin_late(self: RunDirectory) -> None:
        begun.append(self.shard)
        if len(begun) == 1:
            (folder / "0.txt").write_text("Talks end on Sunday, said nobody.", encoding="utf-8")
            score_to_directory(two, run)
        begin(self)

    monkeypatch.setattr(RunDirectory, "begin", begin_late)
    told = re.escape(f"{run}: another shard began with other files; give this command again")
    with pytest.raises(StanceError, match=f"^{told}$"):
        score_to_directory(one, run)
    score_to_directory(one, run)
    read = [id for part in sorted(run.glob("part-*")) for id in pq.read_table(part)["article_id"].to_pylist()]
    assert read == ["0", "a", "b", "c", "d"]


def test_resume_spares_what_is_done(small_model_path: Path, parquet: Path, tmp_path: Path) -> None:
    """Finished parts are not written again, a damaged one is, and a finished run is left alone."""
    job = _job(parquet, small_model_path)
    score_to_directory(job, tmp_path / "whole")
    _stop_after(job, tmp_path / "run", 5)
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "run").glob("part-*")}
    (tmp_path / "run" / "part-00001.parquet").write_bytes(b"cut off")
    same_size = bytearray((tmp_path / "run" / "part-00003.parquet").read_bytes())
    same_size[len(same_size) // 2 :] = bytes(len(same_size) - len(same_size) // 2)
    (tmp_path / "run" / "part-00003.parquet").write_bytes(same_size)
    score_to_directory(job, tmp_path / "run", resume=True)
    after = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "run").glob("part-*")}
    redone = sorted(name for name in before if before[name] != after[name])
    assert redone == ["part-00001.parquet", "part-00003.parquet"]
    assert _parts(tmp_path / "run") == _parts(tmp_path / "whole")
    score_to_directory(job, tmp_path / "run", resume=True)
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "run").glob("part-*")} == after


def test_what_a_killed_run_left_half_written_is_removed(small_model_path: Path, tmp_path: Path) -> None:
    """By the shard whose part it was to be; not what another shard may be writing."""
    (tmp_path / "a.jsonl").write_text('{"text": "Talks resume on Friday."}\n' * 4, encoding="utf-8")
    folder = tmp_path / "run"
    folder.mkdir()
    for index in range(6):
        (folder / f".part-{index:05d}.csv.part").write_bytes(b"half")
    job = _job(tmp_path / "a.jsonl", small_model_path, chunk=1, shard=Shard(2, 2))
    score_to_directory(job, folder)
    assert sorted(path.name for path in folder.glob(".*.part")) == [f".part-{i:05d}.csv.part" for i in (0, 2, 4)]


def test_a_finished_run_that_lost_a_part_makes_it_again(small_model_path: Path, parquet: Path, tmp_path: Path) -> None:
    """Whether it is gone or damaged; what the run counts is the whole again."""
    job = _job(parquet, small_model_path, chunk=200)
    whole = score_to_directory(job, tmp_path / "run")
    before = _parts(tmp_path / "run")
    lost, damaged = (tmp_path / "run" / f"part-0000{i}.parquet" for i in (0, 2))
    lost.unlink()
    damaged.write_bytes(bytes(damaged.stat().st_size))
    assert score_to_directory(job, tmp_path / "run", resume=True) == whole
    assert _parts(tmp_path / "run") == before


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_a_run_writes_through_no_link_that_leads_nowhere(small_model_path: Path, parquet: Path, tmp_path: Path) -> None:
    """A part that is a link would make a file wherever that leads."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "part-00000.parquet").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StanceError, match=r"part-00000.parquet: exists without the manifest of a run; name another"):
        score_to_directory(_job(parquet, small_model_path), tmp_path / "run")
    assert not (tmp_path / "elsewhere").exists()


def test_two_runs_never_share_a_folder(small_model_path: Path, parquet: Path, tmp_path: Path) -> None:
    """While one process holds the folder, another is refused."""
    from stance.batch.files import lock

    with lock(tmp_path / ".lock"), pytest.raises(StanceError, match="another run is at work"):
        score_to_directory(_job(parquet, small_model_path), tmp_path)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no locks and no SIGKILL on this system")
@pytest.mark.parametrize("options", [["-o", "out.csv"], ["-o", "out.txt"], ["--quarantine", "out.jsonl"]])
def test_two_runs_never_write_the_same_file(small_model_path: Path, tmp_path: Path, options: list[str]) -> None:
    """The second ends at once, in one line; the lock of a killed run holds up nobody and leaves nothing."""
    (tmp_path / "a.txt").write_text("The embargo must be lifted.", encoding="utf-8")
    output = tmp_path / options[1]
    output.write_text("of another day", encoding="utf-8")
    options = [options[0], str(output), "-m", str(small_model_path), "-j", "1"]
    command = [sys.executable, "-m", "stance", "score", "-", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True) as first:
        until = time.monotonic() + 30
        while not (tmp_path / f".{output.name}.part").exists() and time.monotonic() < until:
            time.sleep(0.01)
        second = _score(tmp_path / "a.txt", *options)
        os.killpg(first.pid, signal.SIGKILL)
    assert second.exit_code == 1
    assert second.stderr.splitlines() == [
        f"stance: {output}: another run is writing this file; wait for it, or name another file for the output"
    ]
    assert output.read_text(encoding="utf-8") == "of another day"
    assert (tmp_path / f".{output.name}.lock").exists()
    third = _score(tmp_path / "a.txt", *options)
    assert third.exit_code == 0, third.stderr
    assert output.read_text(encoding="utf-8") != "of another day"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(sys.platform == "win32", reason="one is taken on trust on Windows")
def test_a_lock_that_is_removed_is_held_by_one(tmp_path: Path) -> None:
    """Of many that ask for an output at once, no two have it, though each removes its lock."""
    from concurrent.futures import ThreadPoolExecutor

    from stance.locks import lock_output

    inside: list[int] = []
    met: list[int] = []

    def ask(number: int) -> bool:
        try:
            with lock_output(tmp_path / "out.csv"):
                inside.append(number)
                time.sleep(0.0001)
                met.append(len(inside))
                inside.remove(number)
                return True
        except StanceError:
            return False

    with ThreadPoolExecutor(8) as executor:
        had = list(executor.map(ask, range(3000)))
    assert sum(had) == len(met) > 1
    assert set(met) == {1}
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="one is taken on trust on Windows")
def test_a_lock_that_is_being_taken_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the signal to end comes before the body begins; a lock that another holds stays."""
    from stance import locks

    def interrupted(*_: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(locks, "hold", interrupted)
    with pytest.raises(KeyboardInterrupt), locks.lock_output(tmp_path / "out.csv"):
        pass
    assert not list(tmp_path.iterdir())
    with locks.lock_output(tmp_path / "out.csv"):
        monkeypatch.setattr(locks, "hold", interrupted)
        with pytest.raises(KeyboardInterrupt), locks.lock_output(tmp_path / "out.csv"):
            pass
        assert [path.name for path in tmp_path.iterdir()] == [".out.csv.lock"]


@pytest.mark.skipif(sys.platform == "win32", reason="one is taken on trust on Windows")
def test_a_lock_is_waited_for_as_long_as_asked(tmp_path: Path) -> None:
    """Who is patient has it when the other is done; who is not, or not long enough, is told that it is held."""
    from concurrent.futures import ThreadPoolExecutor

    from stance.locks import lock_output

    def ask(patience: float) -> float:
        with lock_output(tmp_path / "out.csv", patience):
            return time.monotonic()

    with ThreadPoolExecutor(1) as executor:
        with lock_output(tmp_path / "out.csv"):
            for patience in (0, 0.05):
                with pytest.raises(StanceError, match="another run is writing this file"):
                    ask(patience)
            late = executor.submit(ask, 30)
            time.sleep(0.05)
            done = time.monotonic()
        assert late.result() >= done


@pytest.mark.skipif(sys.platform == "win32", reason="one is taken on trust on Windows")
@pytest.mark.parametrize("lacks", ["locks", "lasting numbers"])
def test_a_file_system_without_what_locks_need_is_taken_on_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lacks: str
) -> None:
    """A network may give no locks, or a file another number at each look; neither can be had here."""
    from stance import locks

    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    if lacks == "locks":
        monkeypatch.setattr("fcntl.flock", flock)
    else:
        monkeypatch.setattr(os.path, "samestat", lambda *_: False)
    with locks.lock_output(tmp_path / "out.csv"):
        pass
    write_whole(tmp_path / "out.csv", b"text")
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.skipif(sys.platform != "linux", reason="a disk fails otherwise elsewhere")
def test_a_failed_run_leaves_the_page_of_an_earlier_one(small_model_path: Path, tmp_path: Path) -> None:
    """What a failed run has written is gone, and the file of before stands; the list of what was refused is kept."""
    good, bad, broken = tmp_path / "good.txt", tmp_path / "bad.jsonl", tmp_path / "broken.csv.gz"
    good.write_text("The embargo must be lifted.", encoding="utf-8")
    bad.write_text("oops\n", encoding="utf-8")
    # reading it fails as a broken disk does
    broken.symlink_to("/proc/self/mem")
    page, refused = tmp_path / "page.txt", tmp_path / "refused.jsonl"
    assert _score(good, "-m", small_model_path, "-o", page).exit_code == 0
    before = page.read_bytes()
    assert before
    good.write_text("Talks resume in Vienna on Friday.", encoding="utf-8")
    run = _score(good, bad, broken, "-m", small_model_path, "-o", page, "--quarantine", refused)
    assert run.exit_code == 1
    assert "broken.csv.gz: " in run.stderr
    assert page.read_bytes() == before
    assert [json.loads(line)["source"] for line in refused.read_text().splitlines()] == [str(bad)]
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize("level", ["paragraph", "outlet"])
@pytest.mark.parametrize("suffix", ["csv", "parquet", "xlsx", "txt"])
def test_a_run_that_reads_nothing_leaves_the_file_of_an_earlier_one(
    small_model_path: Path, tmp_path: Path, suffix: str, level: str
) -> None:
    """An input that came out empty costs nobody the results of before, nor their dictionary."""
    source, output = tmp_path / "in.jsonl", tmp_path / f"out.{suffix}"
    source.write_text('{"text": "The embargo must be lifted.", "outlet": "Wire"}\n', encoding="utf-8")
    arguments = (source, "-m", small_model_path, "-o", output, "--level", level)
    assert _score(*arguments).exit_code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path != source}
    for nothing, told in (("", "articles: 0 read"), ("oops\n", "articles: 1 read")):
        source.write_text(nothing, encoding="utf-8")
        run = _score(*arguments)
        assert run.exit_code == 1
        assert told in run.stderr
        assert run.stderr.endswith("\nstance: no article could be read\n")
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path != source} == before


@pytest.mark.skipif(os.name == "nt", reason="no permissions of this kind there")
@pytest.mark.parametrize("suffix", ["csv", "parquet", "sqlite", "dta"])
def test_what_is_replaced_hands_on_its_permissions_and_its_links(
    small_model_path: Path, tmp_path: Path, suffix: str
) -> None:
    """Who was kept from reading the articles still is, and a link leads to the new results."""
    source, kept, link = tmp_path / "in.jsonl", tmp_path / "kept" / f"out.{suffix}", tmp_path / f"link.{suffix}"
    source.write_text('{"text": "The embargo must be lifted."}\n', encoding="utf-8")
    kept.parent.mkdir()
    for mode in (0o600, 0o440, 0o664):
        kept.write_bytes(b"before")
        kept.chmod(mode)
        assert _score(source, "-m", small_model_path, "-o", kept).exit_code == 0
        assert kept.read_bytes() != b"before"
        assert kept.stat().st_mode & 0o777 == mode
        kept.chmod(0o600)
    fresh = kept.read_bytes()
    kept.write_bytes(b"before")
    link.symlink_to(Path("kept") / kept.name)
    assert _score(source, "-m", small_model_path, "-o", link).exit_code == 0
    assert link.is_symlink()
    assert suffix == "dta" or kept.read_bytes() == fresh
    assert kept.read_bytes() != b"before"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_is_private_is_so_while_it_is_written(tmp_path: Path) -> None:
    """And not only when it has its name."""
    path = tmp_path / "scores.csv"
    path.touch(mode=0o600)
    with whole_files(path) as (part,):
        part.write_text("a statement", encoding="utf-8")
        assert os.name == "nt" or part.stat().st_mode & 0o777 == 0o600


def test_a_link_that_came_with_the_folder_leads_to_no_other_file(small_model_path: Path, tmp_path: Path) -> None:
    """Under the name that an output has while it is written somebody may have laid a link to any file."""
    theirs, folder = tmp_path / "theirs.txt", tmp_path / "in"
    theirs.write_text("kept", encoding="utf-8")
    folder.mkdir()
    (folder / "a.txt").write_text("The embargo must be lifted.", encoding="utf-8")
    for name in (".scores.csv.part", ".list.jsonl.part"):
        (folder / name).symlink_to(theirs)
    output, listed = folder / "scores.csv", folder / "list.jsonl"
    assert _score(folder, "-m", small_model_path, "-o", output, "--quarantine", listed).exit_code == 0
    assert theirs.read_text(encoding="utf-8") == "kept"
    assert not output.is_symlink()
    assert not listed.is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="no locks on Windows")
@pytest.mark.parametrize("output", ["scores.csv", "scores.txt", "run/"])
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_a_lock_that_came_with_the_folder_is_refused(
    small_model_path: Path, tmp_path: Path, output: str, kind: str
) -> None:
    """A link makes no file elsewhere, a pipe is not waited for; the line says what to remove."""
    folder, elsewhere = tmp_path / "in", tmp_path / "elsewhere"
    (folder / "run").mkdir(parents=True)
    (folder / "a.txt").write_text("The embargo must be lifted.", encoding="utf-8")
    planted = folder / ("run/.lock" if output == "run/" else f".{output}.lock")
    if kind == "link":
        planted.symlink_to(elsewhere)
    else:
        os.mkfifo(planted)
    with within(60):
        run = _score(folder / "a.txt", "-m", small_model_path, "-o", f"{folder}/{output}")
    assert run.exit_code == 1
    refused = "is a link or not a regular file, and this program did not make it; remove it"
    assert run.stderr == f"stance: {planted}: {refused}\n"
    assert not elsewhere.exists()


def test_the_progress_line_stops_no_run(small_model_path: Path, tmp_path: Path) -> None:
    """A file that cannot be opened is one to count; its reader quarantines it."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("The embargo must be lifted.", encoding="utf-8")
    (folder / "x.jsonl").symlink_to(tmp_path / "nowhere")
    assert count_records([folder]) == 2
    for output in ("out.csv", "run/"):
        run = _score(folder, "-m", small_model_path, "-o", f"{tmp_path}/{output}", "--progress")
        assert run.exit_code == 0, run.stderr
        assert "2 of 2 articles (100 %)" in run.stderr
        assert "2 read = 1 scored + 0 abstained + 1 quarantined" in run.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
@pytest.mark.parametrize("name", ["pipe.jsonl", "pipe"])
def test_a_pipe_is_read_once(small_model_path: Path, tmp_path: Path, name: str) -> None:
    """Neither the progress line nor the look for Parquet takes anything from it."""
    import threading

    os.mkfifo(tmp_path / name)
    text = '{"text": "The embargo must be lifted."}\n'
    threading.Thread(target=(tmp_path / name).write_text, args=(text,), daemon=True).start()
    with within(60):
        run = _score(tmp_path / name, "-m", small_model_path, "--progress", "-o", tmp_path / "out.csv")
    assert "articles: 1 read = 1 scored" in run.stderr


def test_a_footer_is_one_whatever_ends_its_line(small_model_path: Path, tmp_path: Path) -> None:
    """To standard output and to a file the same paragraphs are boilerplate, for every end of a line."""
    for number, line_end in enumerate(("\n", "\r", "\x0b", "\x0c", "\u2028", "\u2029")):
        source = tmp_path / f"{number}.jsonl"
        stories = [[f"Story {i} says in line {j} that the embargo stays." for j in range(6)] for i in range(4)]
        texts = [line_end.join([*story, "The Ledger of Port Amber is read in forty states."]) for story in stories]
        source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
        shown = _score(source, "-m", small_model_path, "-f", "csv")
        filed = _score(source, "-m", small_model_path, "-o", tmp_path / "out.csv")
        assert shown.exit_code == filed.exit_code == 0
        assert "+ 2 boilerplate" in shown.stderr
        assert filed.stderr == shown.stderr


@pytest.fixture
def slow_input(tmp_path: Path) -> Path:
    """Some two thousand paragraphs."""
    rng = random.Random(6)
    path = tmp_path / "slow.parquet"
    pq.write_table(pa.table({"id": [f"a{i}" for i in range(2000)], "text": [_text(rng) for _ in range(2000)]}), path)
    return path


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.parametrize("jobs", [1, 2])
def test_kill_9_costs_nothing(small_model_path: Path, slow_input: Path, tmp_path: Path, jobs: int) -> None:
    """A run that is killed at random moments and resumed each time gives the bytes of an undisturbed one."""
    rng = random.Random(jobs)
    job = _job(slow_input, small_model_path, chunk=40)
    counts = score_to_directory(job, tmp_path / "whole")
    folder = tmp_path / "run"
    arguments = ["score", str(slow_input), "-m", str(small_model_path), "-o", f"{folder}/"]
    arguments += ["--chunk", "40", "--jobs", str(jobs), "--resume"]
    command = [sys.executable, "-m", "stance", *arguments]
    killed = 0
    for goal in (1, 12, 30):
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        until = time.monotonic() + 30
        while len(list(folder.glob("part-*"))) < goal and process.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.05))
        killed += process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert killed >= 2
    assert _manifest(folder)["state"] == "running"
    done = _run(*arguments)
    assert (done.exit_code, "2000 read = " in done.stderr) == (0, True)
    assert _parts(folder) == _parts(tmp_path / "whole")
    assert _manifest(folder)["totals"]["articles"] == counts.articles
    assert not list(folder.glob(".*.part"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 100 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(disk)], capture_output=True)
    if made.returncode:
        pytest.skip("only root can make a small disk here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="needs tmpfs")
def test_a_full_disk_is_one_line_and_can_be_resumed(
    small_model_path: Path, parquet: Path, tmp_path: Path, small_disk: Path
) -> None:
    """A disk that is full stops the run with one line; with room it goes on to the same bytes."""
    job = _job(parquet, small_model_path)
    score_to_directory(job, tmp_path / "whole")
    with pytest.raises(StanceError, match=r"No space left on device; free some space, then continue with --resume"):
        score_to_directory(job, small_disk / "run")
    with pytest.raises(StanceError, match=r"No space left on device"):
        score_to_directory(job, small_disk / "run", resume=True)
    assert not list((small_disk / "run").glob(".*.part"))
    subprocess.run(["mount", "-o", "remount,size=10m", str(small_disk)], check=True)
    score_to_directory(job, small_disk / "run", resume=True)
    assert _parts(small_disk / "run") == _parts(tmp_path / "whole")


_MEMORY = """
import sys, numpy as np
from stance.batch.job import Job
from stance.batch.run import score_to_directory
from stance.model.scores import Scores
from stance.model.stance_model import StanceModel

def score_paragraphs(self, texts):  # memory is on trial here, not the model
    p = np.full((len(texts), len(self.targets), len(self.labels)), 0.25)
    return Scores(self.targets, self.labels, p, p, [None] * len(texts), 0.2)

StanceModel.score_paragraphs, StanceModel.releases_gil = score_paragraphs, True
score_to_directory(Job((sys.argv[1],), sys.argv[2], jobs=2), sys.argv[3])
print([int(l.split()[1]) // 1024 for l in open("/proc/self/status") if l.startswith("VmHWM")][0])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_memory_does_not_grow_with_the_input(small_model_path: Path, tmp_path: Path) -> None:
    """Six times the paragraphs take no more memory than one time, but for chance, and less than 400 MB."""
    peaks = []
    text = _text(random.Random(7))
    for n in (100_000, 600_000):
        source = tmp_path / f"{n}.parquet"
        with pq.ParquetWriter(source, pa.schema({"id": pa.string(), "text": pa.string()})) as writer:
            for start in range(0, n, 50_000):
                ids = [f"a{i}" for i in range(start, start + 50_000)]
                writer.write_table(pa.table({"id": ids, "text": [text] * 50_000}))
        command = [sys.executable, "-c", _MEMORY, str(source), str(small_model_path), str(tmp_path / str(n))]
        peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert peaks[1] < 400
    assert peaks[1] < peaks[0] + 80


def test_a_worker_refuses_another_model(small_model_path: Path) -> None:
    """A model that is not the one of the run's hash is not loaded, nor under another kernel."""
    with pytest.raises(ModelError, match="SHA-256 differs"):
        ModelReference.of(small_model_path)._replace(sha256="0" * 64).load()
    with pytest.raises(StanceError, match="the run began with the other one"):
        ModelReference.of(small_model_path)._replace(kernel="other").load()


@pytest.mark.parametrize("slow", ["explain", "speakers"])
def test_a_run_that_is_stopped_waits_for_no_chunk(
    small_model_path: Path, parquet: Path, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    """Deciding words and speakers of a chunk take a minute; a thread ends after the paragraph that it is at."""
    from concurrent.futures import CancelledError
    from threading import Event

    from stance.batch import tables
    from stance.batch.pools import _Threads

    begun, waited = Event(), []
    called = {"explain": "words_cell", "speakers": "speech_records"}[slow]
    original = getattr(tables, called)

    def paragraph(*arguments: Any) -> Any:
        begun.set()
        waited.append(pool.stop.wait(60))
        return original(*arguments)

    monkeypatch.setattr(tables, called, paragraph)
    pool = _Threads(ModelReference.of(small_model_path), 1)
    (chunk,) = cut_chunks(read_blocks([parquet]))
    result = pool.submit(chunk.articles, Form(**{slow: True}))
    assert begun.wait(60)
    pool.close(failed=True)
    assert waited == [True]
    with pytest.raises(CancelledError):
        result()


def test_jobs_are_counted_as_asked() -> None:
    """-1 is every core, -2 all but one."""
    assert count_jobs(3) == 3
    assert count_jobs(-1) >= count_jobs(-2) >= 1


def test_progress_is_true(capsys: pytest.CaptureFixture[str]) -> None:
    """The line counts what is written; work of an earlier run does not count towards the rate."""
    progress = Progress(1000)
    progress.add(500, 700, spared=True)
    assert progress.line(600, 800, seconds=10.0) == (
        "600 of 1,000 articles (60 %), 800 rows written, 10 articles/s, 0:40 left"
    )
    assert Progress(None).line(7200, 7200, 1.0) == "7,200 articles, 7,200 rows written, 7,200 articles/s"
    assert Progress(10**6).line(100, 100, 1.0).endswith("2:46:39 left")
    # a shard may have more than its share
    assert Progress(7500).line(10_000, 10_000, 1.0) == "10,000 articles, 10,000 rows written, 10,000 articles/s"
    assert Progress(0).line(5, 5, 1.0) == "5 articles, 5 rows written, 5 articles/s"
    progress.close()
    assert "500 of 1,000 articles" in capsys.readouterr().err


def test_an_output_is_one(small_model_path: Path, parquet: Path, tmp_path: Path) -> None:
    """However it is called, the list of quarantined records does not share it, nor the dictionary beside it."""
    (tmp_path / "in").mkdir()
    one, other = tmp_path / "out[1].csv", tmp_path / "in" / ".." / "out[1].csv"
    for list_at in (other, f"{other}.columns.json"):
        run = _score(parquet, "-m", small_model_path, "-o", one, "--quarantine", list_at)
        assert run.exit_code == 1
        two = "two outputs would be written there; name another file for one of them"
        assert run.stderr == f"stance: {list_at}: {two}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


@pytest.mark.parametrize("name", ["part-00000.parquet", "part-00099.csv", "manifest.json", "columns.json", "link"])
def test_the_list_of_the_quarantined_replaces_no_file_of_the_run(
    small_model_path: Path, parquet: Path, tmp_path: Path, name: str
) -> None:
    """Neither one that is there nor one that is still to be written; a list of its own may lie in the folder."""
    run = tmp_path / "run"
    arguments = [parquet, "-m", small_model_path, "-j", "1", "-o", f"{run}/", "--resume", "--quarantine"]
    assert "two outputs" in _score(*arguments, run / name if name != "link" else run / "quarantine.jsonl").stderr
    assert not run.exists()
    assert _score(*arguments, tmp_path / "refused.jsonl").exit_code == 0
    (tmp_path / "link").symlink_to(run / "manifest.json")
    before = {path: path.read_bytes() for path in run.glob("*.*")}
    refused = _score(*arguments, (tmp_path if name == "link" else run) / name)
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert {path: path.read_bytes() for path in run.glob("*.*")} == before
    assert _score(*arguments, run / "refused.jsonl").exit_code == 0


@pytest.mark.skipif(not os.path.exists("/dev/null"), reason="no such device on this system")
def test_two_outputs_may_be_one_device(small_model_path: Path, parquet: Path) -> None:
    """What goes there replaces nothing."""
    run = _score(parquet, "-m", small_model_path, "-o", "/dev/null", "--quarantine", "/dev/null")
    assert run.exit_code == 0, run.stderr


def test_the_command_makes_a_run(small_model_path: Path, parquet: Path, tmp_path: Path) -> None:
    """`stance score -o DIR/` takes the options of a run and prints its account; misuse is exit 2."""
    common = [parquet, "-m", small_model_path, "-j", "1"]
    run = _score(*common, "-o", f"{tmp_path}/run/", "--chunk", "100", "--progress", "-f", "jsonl")
    assert run.exit_code == 0, run.output
    assert "600 of 600 articles (100 %)" in run.stderr
    assert "articles: 600 read = " in run.stderr
    assert len(_parts(tmp_path / "run")) == 6
    again = _score(*common, "-o", f"{tmp_path}/run", "--chunk", "100", "-f", "jsonl")
    assert again.exit_code == 1
    assert again.stderr.count("\n") == 1
    for wrong in (
        ["-j", "0"],
        ["--resume"],
        ["--shard", "1/2"],
        ["-o", f"{tmp_path}/run", "-f", "table"],
        ["--dask", "local"],
    ):
        assert _score(*common, *wrong).exit_code == 2


def test_no_advice_where_nothing_can_be_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is one line with the file; what to do about a run is said of a run."""

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    path = tmp_path / "whole.txt"
    with pytest.raises(StanceError, match=f"{path}: No space left on device$"):
        write_whole(path, b"after")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("records", [1, 1000])
def test_a_list_of_quarantined_records_that_cannot_be_written_is_named(
    small_model_path: Path, tmp_path: Path, records: int
) -> None:
    """One line, when its last record is written as well as before."""
    source = tmp_path / "bad.jsonl"
    source.write_text('{"text": "Talks resume."}\n' + "oops\n" * records, encoding="utf-8")
    run = _score(source, "-m", small_model_path, "-f", "jsonl", "--quarantine", "/dev/full")
    assert run.exit_code == 1
    assert run.stderr.splitlines()[-1] == "stance: /dev/full: No space left on device"


@pytest.mark.parametrize(
    "command",
    [
        *(f"score a.jsonl -o out.{suffix}" for suffix in ("csv", "jsonl", "parquet", "txt", "xlsx")),
        *(f"results export s.csv -o out.{suffix}" for suffix in (*PLAIN, *EXPORTS)),
        "results rollup s.csv -o out.txt",
        "report s.csv -o out.html",
        "model export --sklearn out.joblib",
    ],
)
def test_a_file_that_is_broken_off_leaves_nothing(
    command: str, small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between writing and renaming: what was there stays, and no part of the new one beside it."""
    monkeypatch.chdir(tmp_path)
    Path("a.jsonl").write_text('{"text": "The embargo must be lifted."}\n', encoding="utf-8")
    assert _score("a.jsonl", "-m", small_model_path, "-o", "s.csv").exit_code == 0
    *_, output = command.split()
    Path(output).write_bytes(b"before")
    there = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def broken_off(number: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", broken_off)
    run = _run(*command.split())
    assert (run.exit_code, run.stderr) == (1, "stance: stopped before the end; no file is left half written\n")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == there


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_in_a_log_is_whole_lines_now_and_then() -> None:
    """The first one at once, the last one once; a terminal has one line, which makes room for a message."""
    log, terminal = io.StringIO(), _Terminal()
    for stream in (log, terminal):
        progress = Progress(4, stream)
        for _ in range(3):
            progress.add(1, 1)
        progress.clear()
        stream.write("a message\n")
        progress.add(1, 1)
        progress.close()
    first, message, last = log.getvalue().splitlines()
    assert re.match(r"1 of 4 articles \(25 %\), 1 rows written, ", first)
    assert (message, last[:24]) == ("a message", "4 of 4 articles (100 %),")
    before, line, blanks, message, after = re.split("[\r\n]+", terminal.getvalue())[:5]
    assert (before, blanks, message) == ("", " " * len(line), "a message")
    assert after.startswith("4 of 4 articles (100 %),")


def test_a_message_stands_on_a_line_of_its_own(
    small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal the line of progress is wiped before a quarantined record is named, whatever the output is."""
    source = tmp_path / "in"
    source.mkdir()
    for name, line in (("a", '{"text": "Talks resume in Geneva."}'), ("b", "oops"), ("c", '{"text": "They end."}')):
        (source / f"{name}.jsonl").write_text(f"{line}\n", encoding="utf-8")
    monkeypatch.setattr("stance.batch.blocks._RECORDS", 1)
    shown, seen = _Terminal(), list[str]()
    monkeypatch.setattr(Progress, "__init__", partialmethod(Progress.__init__, stream=shown, every=0))
    monkeypatch.setattr(Refusals, "add_all", lambda _, records: seen.extend(shown.getvalue()[-9:] for _ in records))
    for output in (("-o", tmp_path / "out.csv"), ("-o", f"{tmp_path}/run/"), ("-f", "jsonl"), ("-f", "table")):
        run = _score(source, "-m", small_model_path, "-j", "1", "--chunk", "1", "--progress", *output)
        assert run.exit_code == 0, run.stderr
        assert "\r3 of 3 articles (100 %)" in shown.getvalue()
        assert seen.pop() == " " * 8 + "\r"
        shown.seek(0)
        shown.truncate()
    assert not seen
