"""What stance wrote is no article in an archive either: a packed folder is read as the folder is."""

from __future__ import annotations

import gzip
import io
import lzma
import os
import shutil
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from helpers import run
from sample_files import KINDS, tarred, zipped

from stance.articles import Article, Quarantined, read_articles, read_records
from stance.articles.sources import Source, find_sources
from stance.errors import ArticleError
from stance.results.figures import Figure, Series, save_figures

COLUMNS = "article_id,paragraph,text,sanctions,sanctions_probability,sanctions_abstained"
RESULTS = f"{COLUMNS}\n1,0,The embargo stays.,favor,0.9,\n".encode()
DICTIONARY = b'{"stance": {"version": "1"}}'
OWN = "not read, because stance wrote it: "


@pytest.fixture(scope="module")
def project(small_model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two articles and all that stance writes, in it and below; and what is only called alike."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "a.txt").write_text("The embargo must be lifted, the minister said on Monday.", encoding="utf-8")
    (folder / "export.csv").write_text("id,text\n1,They refused to lift the sanctions.\n", encoding="utf-8")
    (folder / "bad.jsonl").write_text("oops\n", encoding="utf-8")
    (folder / "print.pdf").write_bytes(KINDS["print.pdf"][0]())
    (folder / "columns.parquet").write_bytes(KINDS["columns.parquet"][0]())
    articles, scores = folder / "a.txt", folder / "scores.csv"
    for output in scores, folder / "scores.jsonl", folder / "scores.parquet", f"{folder / 'run'}/":
        assert run("score", articles, "-m", small_model_path, "-o", output).exit_code == 0
    run("score", articles, folder / "bad.jsonl", "-m", small_model_path, "--quarantine", folder / "q.jsonl")
    for command in (
        ("results", "sample", scores, "-n", "1", "-o", folder / "coded" / "anna.csv"),
        ("results", "rollup", scores, "--level", "article", "-o", folder / "by-article.csv"),
        ("report", scores, "-o", folder / "report.html"),
    ):
        Path(command[-1]).parent.mkdir(exist_ok=True)
        assert (done := run(*command)).exit_code == 0, done.stderr
    shutil.copytree(small_model_path, folder / "model")
    save_figures([Figure("f", "", "", ["Post"], [Series("sanctions", [0.5], [0.1])], False)], folder / "figures")
    (folder / "other").mkdir()
    (folder / "other" / "part-00000.jsonl").write_text('{"text": "One."}\n', encoding="utf-8")
    (folder / "other" / "MODEL_CARD.md").write_text("# A card\n\nTalks resume.\n", encoding="utf-8")
    (folder / "other" / "b.csv").write_text("text\nThree.\n", encoding="utf-8")
    (folder / "other" / "b.csv.columns.json").write_text("{}", encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their names from there."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "zip in zip", "zip in tar"])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_packed_folder_is_read_as_the_folder(project: Path, tmp_path: Path, kind: str, backwards: bool) -> None:
    """The same files of it, in whatever order they are packed."""
    files = contents(project)
    names = sorted(files, reverse=backwards)
    content = (tarred if kind.startswith("tar") else zipped)({name: files[name] for name in names})
    content = gzip.compress(content) if kind == "tar.gz" else content
    if " in " in kind:
        content = (tarred if kind.endswith("tar") else zipped)({"inner": content})
    path = tmp_path / "pack"
    path.write_bytes(content)
    beside: list[Source] = []
    folder = find_sources([project], beside)
    assert {Path(source.path).name for source in beside} >= {"scores.csv", "MODEL_CARD.md", "by-article.csv", "f.pdf"}
    left_out: list[Source] = []
    records = list(read_records([path], left_out=left_out))
    where = f"{path}/inner" if " in " in kind else str(path)
    assert {record.source for record in records} == {
        f"{where}/{os.path.relpath(source.path, project)}" for source in folder
    }
    assert len([record for record in records if isinstance(record, Article)]) == 7
    assert {(source.path, source.problem) for source in left_out} == {
        (f"{where}/{os.path.relpath(source.path, project)}", source.problem) for source in beside
    }
    assert len(left_out) == len(beside)


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".xz", lzma.compress), (".zst", lambda raw: pa.compress(raw, "zstd"))]
)
def test_what_stance_wrote_may_be_compressed(
    project: Path, tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    """In a folder and in an archive; but what only the end of a file tells is not known then."""
    plain: list[Source] = []
    articles = {os.path.relpath(source.path, project) for source in find_sources([project], plain)}
    written = {os.path.relpath(source.path, project) for source in plain if source.problem == "stance wrote it"}
    written.remove("figures/f.pdf")
    assert written >= {"scores.csv", "scores.jsonl", "q.jsonl", "report.html", "coded/anna.csv", "figures/f.svg"}
    files = contents(project)
    del files["figures/f.pdf"]
    packed = {
        f"{name}{suffix}" if name in written else name: bytes(pack(content)) if name in written else content
        for name, content in files.items()
    }
    for name, content in packed.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    found = find_sources([tmp_path / "folder"])
    assert {os.path.relpath(source.path, tmp_path / "folder") for source in found} == articles
    (tmp_path / "pack.zip").write_bytes(zipped(packed))
    records = read_records([tmp_path / "pack.zip"])
    assert {os.path.relpath(str(record.source), tmp_path / "pack.zip") for record in records} == articles


@pytest.mark.parametrize("packed", ["news.csv.gz", "sub/news.csv.gz"])
def test_articles_may_be_compressed_beside_their_results(tmp_path: Path, packed: str) -> None:
    """As news.csv.gz is scored into news.csv: the dictionary is that of the results, unless they are not there."""
    results = packed.removesuffix(".gz")
    content = gzip.compress(b"text\nThe embargo stays.\n")
    files = {"a.txt": b"Talks resume.", f"{results}.columns.json": DICTIONARY, results: RESULTS, packed: content}
    alone = {name: files[name] for name in files if name != results}
    for there, read in [(files, ["a.txt", packed]), (alone, ["a.txt"])]:
        folder, archive = tmp_path / f"folder{len(there)}", tmp_path / f"pack{len(there)}.zip"
        for name, content in there.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        archive.write_bytes(zipped(there))
        assert [os.path.relpath(source.path, folder) for source in find_sources([folder])] == read
        records = read_records([archive])
        assert [os.path.relpath(str(record.source), archive) for record in records] == read


@pytest.mark.parametrize("output", ["-", "table", "scores.csv", "scores.parquet", "run/", "level"])
def test_left_out_members_are_told(small_model_path: Path, tmp_path: Path, output: str) -> None:
    """They count as nothing, neither read nor quarantined, however the run is written."""
    pack = tmp_path / "pack.zip"
    pack.write_bytes(zipped({"a.txt": b"The embargo must be lifted.", "s.csv": RESULTS}))
    where = {"-": ["-f", "csv"], "table": [], "level": ["--level", "outlet"]}.get(
        output, ["-o", f"{tmp_path}/{output}"]
    )
    done = run("score", pack, "-m", small_model_path, *where)
    assert done.exit_code == 0, done.stderr
    assert f"{OWN}{pack}/s.csv\n" in done.stderr
    assert "articles: 1 read = " in done.stderr


def test_shards_and_a_resumed_run_leave_out_the_same(small_model_path: Path, tmp_path: Path) -> None:
    """Each process tells what it met, and all together write what one would."""
    pack = tmp_path / "pack.tar"
    files = {f"{n}.txt": f"The embargo of {n} must be lifted.".encode() for n in range(5)}
    pack.write_bytes(tarred({"0.csv": RESULTS, **files, "x/MODEL.csv": RESULTS}))
    score = ["score", pack, "-m", small_model_path, "-f", "csv", "--chunk", "2"]
    told = f"{OWN}{pack}/0.csv, {pack}/x/MODEL.csv\n"
    for output, *options in (["one/"], ["two/", "--shard", "1/2"], ["two/", "--shard", "2/2"]):
        done = run(*score, "-o", f"{tmp_path}/{output}", *options)
        assert done.exit_code == 0
        assert told in done.stderr
    parts = {path.name: path.read_bytes() for path in (tmp_path / "one").glob("part-*")}
    assert len(parts) == 3
    assert parts == {path.name: path.read_bytes() for path in (tmp_path / "two").glob("part-*")}
    (tmp_path / "one" / "part-00001.csv").unlink()
    again = run(*score, "-o", f"{tmp_path}/one/", "--resume")
    assert told in again.stderr
    assert "articles: 5 read = 5 scored" in again.stderr
    assert parts == {path.name: path.read_bytes() for path in (tmp_path / "one").glob("part-*")}


def test_from_python_they_are_left_out_as_of_a_folder(tmp_path: Path) -> None:
    """Without a word, and without an error where nothing takes what is quarantined."""
    (tmp_path / "pack.zip").write_bytes(zipped({"a.txt": b"Talks resume.", "s.csv": RESULTS}))
    assert [article.text for article in read_articles(tmp_path / "pack.zip")] == ["Talks resume."]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_an_archive_of_nothing_else_says_so(tmp_path: Path, pack: type[zipped]) -> None:
    """Named, it is an error, as a folder is; found in a folder, it is only told."""
    (tmp_path / "pack").write_bytes(pack({"s.csv": RESULTS}))
    with pytest.raises(ArticleError, match="pack: the archive holds only files that stance wrote or a browser saved"):
        list(read_records(tmp_path / "pack"))
    (tmp_path / "a.txt").write_text("Talks resume.", encoding="utf-8")
    left_out: list[Source] = []
    assert [record.source for record in read_records([tmp_path], left_out=left_out)] == [str(tmp_path / "a.txt")]
    assert [source.path for source in left_out] == [f"{tmp_path}/pack/s.csv"]


@pytest.mark.parametrize("piped", [True, False])
def test_a_tar_archive_that_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piped: bool) -> None:
    """In a pipe or in an archive results are known by their columns, but not what only a later file tells."""
    described = {"b.csv": b"id,text\n1,Talks.\n", "b.csv.columns.json": DICTIONARY}
    files = {"a.txt": b"Talks resume.", "s.csv": RESULTS, **described}
    files |= {"c/" + name: described[name] for name in reversed(described)}
    path = tmp_path / "pack.zip"
    path.write_bytes(zipped({"inner.tar": tarred(files)}))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(tarred(files))))
    left_out: list[Source] = []
    records = list(read_records("-" if piped else path, left_out=left_out))
    where = "-" if piped else f"{path}/inner.tar"
    assert [record.source for record in records] == [f"{where}/a.txt", f"{where}/b.csv"]
    names = ["s.csv", "b.csv.columns.json", "c/b.csv.columns.json", "c/b.csv"]
    assert [source.path for source in left_out] == [f"{where}/{name}" for name in names]


@pytest.mark.parametrize("name", ["s.csv", "s.jsonl", "r.html", "r.pdf", "t.parquet", "t.csv.columns.json"])
def test_a_damaged_member_is_quarantined(tmp_path: Path, name: str) -> None:
    """To look at it first loses no other one."""
    raw = bytearray(zipped({name: os.urandom(5000), "t.csv": b"id,text\n1,Talks.\n", "a.txt": b"Talks resume."}))
    raw[len(name) + 2000] ^= 255
    (tmp_path / "pack.zip").write_bytes(raw)
    bad, *rest = read_records(tmp_path / "pack.zip")
    assert isinstance(bad, Quarantined)
    assert bad.source == f"{tmp_path}/pack.zip/{name}"
    assert [type(record) for record in rest] == [Article, Article]


@pytest.mark.parametrize("name", ["manifest.json", "a.csv.columns.json", "a.csv", "a.html", "a.pdf", "a.parquet"])
def test_to_look_at_a_member_takes_no_memory(tmp_path: Path, name: str) -> None:
    """One that unfolds without end is refused as it is read, or copied."""
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as member:
        for _ in range(400):
            member.write(b"\0" * 2**20)
    (tmp_path / "a.txt").write_text("Talks resume.", encoding="utf-8")
    # what is imported takes memory, too
    list(read_records([tmp_path / "a.txt"]))
    tracemalloc.start()
    try:
        bad, _ = read_records([path, tmp_path / "a.txt"])
        assert tracemalloc.get_traced_memory()[1] < 150 * 2**20
    finally:
        tracemalloc.stop()
    assert isinstance(bad, Quarantined)
    assert bad.source == f"{path}/{name}"
