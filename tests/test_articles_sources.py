"""Which files of folders and patterns are articles, and which of them only come along."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from sample_files import web_page

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
    assert f"not read, for a browser saved it with a page: {saved / PAGE}_files\n" in run.stderr
    assert "articles: 2 read = 2 scored + 0 abstained + 0 quarantined" in run.stderr


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
    with pytest.raises(ArticleError, match="only what stance wrote or a browser saved with a page; name that"):
        find_sources([saved])
