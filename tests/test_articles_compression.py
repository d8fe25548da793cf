"""Files that are compressed as a whole: whatever packed them, the articles are those of the plain file."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from helpers import random_text
from sample_files import tarred, zipped

from stance.articles import Article, Quarantined, read_articles, read_records
from stance.errors import ArticleError

Pack = Callable[[bytes], bytes]

PACKS: dict[str, tuple[str, Pack]] = {
    ".gz": ("gzip", gzip.compress),
    ".bz2": ("bzip2", bz2.compress),
    ".xz": ("xz", lzma.compress),
    ".zst": ("zstd", lambda raw: bytes(pa.compress(raw, "zstd", asbytes=True))),
}
each = pytest.mark.parametrize(("suffix", "kind", "pack"), [(s, *found) for s, found in PACKS.items()], ids=list(PACKS))

LINES = b'{"id": "x", "text": "Talks resume in Oman."}\n{"id": "y", "text": "The embargo stays."}\n'


def _ids(*paths: Path) -> list[str]:
    return [article.id for article in read_articles(list(paths))]


@each
def test_it_is_looked_through(tmp_path: Path, suffix: str, kind: str, pack: Pack) -> None:
    """By its name in a folder, by its bytes under any name, in an archive and around one; in two streams, too."""
    (tmp_path / f"wire.jsonl{suffix}").write_bytes(pack(LINES[:46]) + pack(LINES[46:]))
    assert _ids(tmp_path) == ["x", "y"]
    (tmp_path / "wire.jsonl").write_bytes(pack(LINES))
    assert _ids(tmp_path / "wire.jsonl") == ["x", "y"]
    (tmp_path / "a.zip").write_bytes(zipped({f"in/a.txt{suffix}": pack(b"Talks resume.")}))
    (tmp_path / f"b.tar{suffix}").write_bytes(pack(tarred({"b.txt": b"Talks resume."})))
    assert _ids(tmp_path / "a.zip", tmp_path / f"b.tar{suffix}") == [f"a/in/a.txt{suffix}", "b/b.txt"]


@pytest.mark.parametrize(
    ("name", "suffix"), [("a.tgz", ".gz"), ("a.tbz2", ".bz2"), ("a.txz", ".xz"), ("a.tzst", ".zst")]
)
def test_short_names_of_archives(tmp_path: Path, name: str, suffix: str) -> None:
    """They are found in a folder, and are no part of an id."""
    (tmp_path / name).write_bytes(PACKS[suffix][1](tarred({"b.txt": b"Talks resume."})))
    assert _ids(tmp_path) == ["a/b.txt"]


@each
def test_standard_input(suffix: str, kind: str, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs to unpack what is piped in."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(pack(LINES))))
    assert [article.id for article in read_articles("-")] == ["x", "y"]


@each
def test_what_breaks_off_is_kept_up_to_there(tmp_path: Path, suffix: str, kind: str, pack: Pack) -> None:
    """And the reason names what is damaged."""
    rng = random.Random(1)
    rows = [json.dumps({"id": str(i), "text": random_text(rng)}) + "\n" for i in range(12_000)]
    whole = pack("".join(rows).encode())
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    *read, last = read_records(path)
    assert len(read) > 500
    assert all(isinstance(record, Article) for record in read)
    assert isinstance(last, Quarantined)
    assert last.reason.startswith(f"damaged {kind} file: ")
    path.write_bytes(whole[:12])
    with pytest.raises(ArticleError, match=f"a.jsonl{suffix}: damaged {kind} file: "):
        list(read_articles(path))


@each
def test_an_archive_that_breaks_off_where_nothing_is_read(tmp_path: Path, suffix: str, kind: str, pack: Pack) -> None:
    """Within a member that is passed over, too, it is what packs the archive that is damaged."""
    whole = pack(tarred({"a.txt": b"Talks resume.", ".hidden": random.Random(1).randbytes(2**21)}))
    path = tmp_path / f"a.tar{suffix}"
    path.write_bytes(whole[: len(whole) // 2])
    article, damage = read_records(path)
    assert isinstance(article, Article)
    assert isinstance(damage, Quarantined)
    assert damage.reason.startswith(f"damaged {kind} file: ")


@each
def test_a_bomb_ends(tmp_path: Path, suffix: str, kind: str, pack: Pack, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small it is; with less granted than is, or it would take its time."""
    monkeypatch.setattr("stance.articles.archives._FLOOR", 2**20)
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(pack(b" " * 2**26 + LINES))
    with pytest.raises(ArticleError, match="a decompression bomb"):
        list(read_articles(path))


def test_a_text_may_begin_like_one(tmp_path: Path) -> None:
    """The letters of bzip2 are no sign by themselves."""
    (tmp_path / "a.txt").write_text("BZhukov said that talks resume.", encoding="utf-8")
    assert [article.text for article in read_articles(tmp_path)] == ["BZhukov said that talks resume."]


def test_a_python_without_the_module_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some are built without bz2 or lzma."""
    (tmp_path / "a.jsonl.bz2").write_bytes(bz2.compress(LINES))
    monkeypatch.setitem(sys.modules, "bz2", None)
    with pytest.raises(ArticleError, match="built without its module bz2; unpack the file first"):
        _ids(tmp_path / "a.jsonl.bz2")


def test_what_precedes_damage_is_read_of_a_small_file(tmp_path: Path) -> None:
    """A file of three pieces that breaks off in the last of them is not given up as a whole."""
    rng = random.Random(1)
    rows = [json.dumps({"id": str(i), "text": random_text(rng)}) + "\n" for i in range(900)]
    raw = "".join(rows).encode()[: 3 * 2**16]
    whole = gzip.compress(raw)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(whole[: len(whole) * 3 // 4])
    *read, last = read_records(path)
    assert len(read) >= raw[: 2**16].count(b"\n")
    assert isinstance(last, Quarantined)
    assert (last.position, last.reason[:20]) == (len(read) + 1, "damaged gzip file: C")
