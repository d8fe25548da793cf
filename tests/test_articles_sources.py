"""Which files of folders and patterns are articles, and which of them only come along."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_files import tarred, web_page, zipped

from stance.articles import Article, archives, read_records, sources
from stance.articles.sources import Source, find_sources
from stance.commands import main
from stance.errors import ArticleError

PAGE = "Talks [stall] – The Ledger"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A folder with a page that a browser saved "complete", with frames, pictures and scripts."""
    parts = tmp_path / "saved" / f"{PAGE}_files"
    (parts / "frames").mkdir(parents=True)
    (parts.parent / f"{PAGE}.html").write_text(web_page(), encoding="utf-8")
    (parts.parent / "a.txt").write_text("The embargo must be lifted.", encoding="utf-8")
    for name in ("saved_resource.html", "frames/ad.html"):
        (parts / name).write_text(web_page(["Sanctions? Our lawyers help you to trade."]), encoding="utf-8")
    for name in ("logo.png", "style.css", "app.js.download"):
        (parts / name).write_bytes(b"\0")
    return parts.parent


@pytest.mark.parametrize("pattern", ["", "/*", "/**", "*", "/*/*.html"])
def test_the_parts_of_a_saved_page_are_no_articles(saved: Path, pattern: str) -> None:
    """However the page is met, its folder is left out, and that is said once."""
    left_out: list[Source] = []
    found = find_sources([f"{saved}{pattern}"], left_out)
    articles = [] if pattern == "/*/*.html" else [f"{PAGE}.html", "a.txt"]
    assert [Path(source.path).name for source in found] == articles
    assert [(source.path, source.problem) for source in left_out] == [
        (str(saved / f"{PAGE}_files"), "a browser saved it with a page")
    ]


def test_left_out_parts_are_told(small_model_path: Path, saved: Path) -> None:
    """They count as nothing: neither read nor quarantined."""
    run = CliRunner().invoke(main, ["score", str(saved), "-m", str(small_model_path), "-f", "csv"])
    assert run.exit_code == 0, run.stderr
    assert f"not read, because a browser saved it with a page: {saved / PAGE}_files\n" in run.stderr
    assert "articles: 2 read = 2 scored + 0 abstained + 0 quarantined" in run.stderr


@pytest.mark.parametrize("output", ["-", "scores.csv", "scores.parquet"])
def test_a_folder_is_looked_through_once(
    small_model_path: Path, saved: Path, tmp_path: Path, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What may be written over is what is read; and to look through a folder of many files takes time."""
    looked: list[str] = []
    look = sources._folder
    monkeypatch.setattr(sources, "_folder", lambda folder, *rest: (looked.append(folder), look(folder, *rest))[1])
    format = "csv" if output == "-" else output.rpartition(".")[2]
    output = output if output == "-" else str(tmp_path / output)
    run = CliRunner().invoke(main, ["score", str(saved), "-m", str(small_model_path), "-o", output, "-f", format])
    assert run.exit_code == 0, run.stderr
    assert looked == [str(saved)]


@pytest.mark.parametrize("page", ["a.html", "a.htm"])
@pytest.mark.parametrize("folder", ["a_files", "a.files", "a-Dateien", "a_fichiers"])
def test_the_folder_has_the_name_of_its_page(tmp_path: Path, page: str, folder: str) -> None:
    """In the language of the browser; one without such a page beside it is read, and so is one that is named."""
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "b.txt").write_text("The embargo must be lifted.", encoding="utf-8")
    assert [source.stem for source in find_sources([tmp_path])] == [f"{folder}/b"]
    (tmp_path / page).write_text(web_page(), encoding="utf-8")
    assert [source.stem for source in find_sources([tmp_path])] == ["a"]
    for named in (f"{tmp_path}/{folder}", f"{tmp_path}/{folder}/b.txt", f"{tmp_path}/{folder}/*"):
        assert [source.stem for source in find_sources([named])] == ["b"]


def test_what_is_named_is_not_left_out(saved: Path) -> None:
    """Whatever the folder that is searched beside it leaves out."""
    parts = saved / f"{PAGE}_files"
    result = saved / "s.csv"
    result.write_text("id,text\n1,The embargo must be lifted.\n", encoding="utf-8")
    dictionary = saved / "s.csv.columns.json"
    dictionary.write_text('{"stance": {"version": "1"}}', encoding="utf-8")
    for named in ([saved, result, parts], [result, parts, saved], [f"{saved}/*", result, parts]):
        left_out: list[Source] = []
        read = {source.path for source in find_sources(named, left_out) if not source.problem}
        assert {str(result), str(parts / "saved_resource.html")} <= read
        assert [source.path for source in left_out] == [str(dictionary)]


def test_a_folder_of_what_is_left_out_says_so(saved: Path) -> None:
    """A report of stance, which a browser saved with its parts."""
    (saved / "a.txt").unlink()
    (saved / f"{PAGE}.html").write_text('<meta name="generator" content="stance 1.0">', encoding="utf-8")
    with pytest.raises(ArticleError, match="only files that stance wrote or a browser saved with a page; name them"):
        find_sources([saved])


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar in tar", "zip in zip"])
@pytest.mark.parametrize("last", [False, True])
def test_the_parts_of_a_saved_page_in_an_archive(saved: Path, kind: str, last: bool) -> None:
    """They are no articles there either, wherever the page stands, and that is said once for a folder."""
    files = {path.relative_to(saved).as_posix(): path.read_bytes() for path in saved.rglob("*") if path.is_file()}
    files |= {"b_files/c.txt": b"No page has its name."}
    # from front to back, what stands ahead in an inner archive is not known
    names = sorted(files, reverse=last and kind != "tar in tar")
    pack = zipped if "zip" in kind else tarred
    content = pack({name: files[name] for name in names})
    content = {"tar.gz": gzip.compress}.get(kind, bytes)(pack({"a": content}) if " in " in kind else content)
    path = saved.parent / "pack"
    path.write_bytes(content)
    inner = f"{path}/a" if " in " in kind else f"{path}"
    left_out: list[Source] = []
    records = list(read_records([path], left_out=left_out))
    assert {record.source for record in records} == {
        f"{inner}/{name}" for name in ("a.txt", "b_files/c.txt", f"{PAGE}.html")
    }
    assert all(isinstance(record, Article) for record in records)
    assert [(source.path, source.problem) for source in left_out] == [
        (f"{inner}/{PAGE}_files", "a browser saved it with a page")
    ]


def test_a_tar_archive_that_is_piped_in_is_read_once(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What follows its page is left out."""
    files = {f"{PAGE}.html": web_page().encode(), f"{PAGE}_files/a.html": web_page().encode()}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(tarred(files))))
    left_out: list[Source] = []
    (page,) = read_records("-", left_out=left_out)
    assert isinstance(page, Article)
    assert [source.path for source in left_out] == [f"-/{PAGE}_files"]


def test_an_archive_that_packs_nothing_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large it is."""
    monkeypatch.setattr(archives, "_FLOOR", 1000)
    text = b"The embargo must be lifted.\n\n" * 1000
    (tmp_path / "a.tar").write_bytes(tarred({"a.txt": text, "b.txt": text}))
    assert [type(record) for record in read_records(tmp_path)] == [Article, Article]


MBOX = b"From ada@example.org Mon Feb  2 10:00:00 2026\nSubject: Talks\n\nThe embargo must be lifted.\n"


@pytest.mark.parametrize("packed", [bytes, gzip.compress, lambda raw: tarred({"a.mbox": raw})], ids=["-", "gz", "tar"])
@pytest.mark.parametrize("name", ["talks", "talks.dat"])
def test_a_folder_is_judged_by_content(tmp_path: Path, name: str, packed: Callable[[bytes], bytes]) -> None:
    """It is read where no name in it has a suffix that is known, as it is beside a file that has one."""
    (tmp_path / name).write_bytes(packed(MBOX))
    (article,) = read_records([tmp_path])
    assert isinstance(article, Article)
    assert article.text.strip() == "The embargo must be lifted."


def test_a_folder_of_what_has_no_reader_says_so(tmp_path: Path) -> None:
    """Text under a name that tells no format is not guessed at, and a file that nobody may read tells nothing."""
    (tmp_path / "notes.dat").write_text("The embargo must be lifted.", encoding="utf-8")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ArticleError, match=r"it holds only files with \.dat, no suffix$"):
        find_sources([tmp_path])


@pytest.mark.parametrize("text", ["Talks resume.\n\nThey met in Vienna.", "Talks resume. " * 20])
def test_a_text_in_the_place_of_a_path_is_told_in_one_line(text: str) -> None:
    """Of which only the beginning is shown."""
    with pytest.raises(ArticleError) as told:
        find_sources([text])
    why = "no such file or folder; a text is for `StanceModel.score`, or for standard input"
    assert str(told.value) == f"{' '.join(text.split())[:40]}...: {why}"
