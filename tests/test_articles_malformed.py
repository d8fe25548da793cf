"""Files that are broken, mislabelled or made to harm: each a quarantined record, and the rest unharmed."""

from __future__ import annotations

import gc
import json
import random
import re
import subprocess
import sys
import threading
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from helpers import parts
from malformed_files import MALFORMED, pdf_of_a_huge_picture, pdf_with_a_form
from sample_files import KINDS, PARAGRAPHS, pdf, tarred, zipped

from stance.articles import Article, Quarantined, read_articles, read_records
from stance.errors import ArticleError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All of them, and good files before, between and behind them."""
    folder = tmp_path_factory.mktemp("malformed")
    for name, (make, _) in MALFORMED.items():
        (folder / name).write_bytes(make())
    for name in ("a-good.txt", "m-good.txt", "z-good.txt"):
        (folder / name).write_text("The minister said that the talks on sanctions will go on in Vienna on Friday.")
    return folder


def outcome(path: Path) -> list[Article | Quarantined] | ArticleError:
    """The records of a named file, or the one error of one line that it is; anything else fails the test."""
    try:
        return list(read_records([path]))
    except ArticleError as error:
        found = error
    assert str(found).startswith(str(path))
    assert "\n" not in str(found)
    return found


def test_there_are_forty() -> None:
    """At least."""
    assert len(MALFORMED) >= 40


@pytest.mark.parametrize("name", MALFORMED)
def test_each_is_quarantined(folder: Path, tmp_path: Path, name: str) -> None:
    """Named, it is an error of one line or quarantined records; in a folder it is quarantined, with its reason."""
    (tmp_path / name).symlink_to(folder / name)
    (tmp_path / "z.txt").write_text("Talks.")
    *records, last = read_records(tmp_path)
    assert isinstance(last, Article)
    reasons = [record.reason for record in records if isinstance(record, Quarantined)]
    assert reasons
    assert all("\n" not in reason and len(reason) < 400 for reason in reasons)
    assert any(MALFORMED[name][1].lower() in reason.lower() for reason in reasons), reasons
    named = outcome(folder / name)
    assert isinstance(named, ArticleError) or any(isinstance(record, Quarantined) for record in named)


def test_a_huge_picture_is_never_unfolded(tmp_path: Path) -> None:
    """The text of a page is read; the 120 MB of the picture on it are not."""
    text = "The minister said that the embargo stays in force until spring."
    (tmp_path / "a.pdf").write_bytes(pdf_of_a_huge_picture(text))
    tracemalloc.start()
    try:
        (article,) = read_records([tmp_path / "a.pdf"])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(article, Article)
    assert article.text == text
    assert peak < 50 * 2**20


def test_what_is_lost_of_a_page_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A library that goes on without what it cannot unpack says so, but not on standard error."""
    above, below = "The embargo stays in force until spring.", "No talks were held on the sanctions."
    drawn = f"BT /F 12 Tf 72 600 Td ({below}) Tj ET".encode()
    packed = bytearray(zlib.compress(drawn))
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_with_a_form(above, bytes(packed), b"/Filter/FlateDecode"))
    (whole,) = read_articles(path)
    assert whole.text == f"{above}\n\n{below}"
    packed[20:24] = b"zzzz"
    for _ in range(2):
        path.write_bytes(pdf_with_a_form(above, bytes(packed), b"/Filter/FlateDecode"))
        article, refused = read_records(path)
        assert isinstance(article, Article)
        assert article.text == above
        assert refused == Quarantined(str(path), 1, "page 1: damaged; not all of its text is read")
    assert capfd.readouterr() == ("", "")


def test_what_is_lost_of_a_page_is_no_other_files(tmp_path: Path) -> None:
    """Which is read in another thread at the same time, as the local page reads them."""
    damaged, sound = tmp_path / "damaged.pdf", tmp_path / "sound.pdf"
    damaged.write_bytes(pdf_with_a_form("Talks.", b"BT ET", b"/Filter/NoSuch"))
    sound.write_bytes(pdf([*PARAGRAPHS] * 20))
    begun, ended = threading.Event(), threading.Event()

    def read_damaged() -> None:
        while not ended.is_set():
            list(read_records(damaged))
            begun.set()

    thread = threading.Thread(target=read_damaged)
    thread.start()
    try:
        begun.wait(60)
        assert [type(record) for record in read_records(sound)] == [Article]
    finally:
        ended.set()
        thread.join()


def test_what_a_mail_has_too_much_of_is_not_kept(tmp_path: Path) -> None:
    """Fields are kept to be parsed once; of those without end only what is read of them."""
    letters = (b"From a@b.example\nSubject: %d %s\n\nNo date was set.\n\n" % (i, b"x" * 10**6) for i in range(8))
    (tmp_path / "a.mbox").write_bytes(b"".join(letters))
    tracemalloc.start()
    try:
        read = sum(isinstance(record, Article) for record in read_records([tmp_path / "a.mbox"]))
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert read == 8
    assert kept < 4 * 2**20


MEASURED = r"""
import re, sys
from pathlib import Path
from stance.commands import main
try:
    main(sys.argv[1:], standalone_mode=False)
finally:
    status = Path("/proc/self/status")
    print(int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) // 1024 if status.exists() else 0)
"""


def test_a_run_over_all_of_them(folder: Path, small_model_path: Path, tmp_path: Path) -> None:
    """The good files are scored, all counts reconcile, in two minutes at most and (on Linux) less than 700 MB.

    No article comes of a bad file but what stood whole before the damage, and no outside file is ever read.
    """
    command = [sys.executable, "-c", MEASURED, "score", str(folder), "-m", str(small_model_path)]
    command += ["-o", f"{tmp_path}/run/", "-j", "1", "-f", "jsonl"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.search(r"articles: (\d+) read = (\d+) scored \+ (\d+) abstained .*\+ (\d+) quarantined", done.stderr)
    assert found is not None
    read, scored, abstained, quarantined = map(int, found.groups())
    assert read == scored + abstained + quarantined
    listed = [json.loads(line) for line in (tmp_path / "run" / "quarantine.jsonl").read_text().splitlines()]
    assert len(listed) == quarantined
    named = {Path(record["source"]).relative_to(folder).parts[0] for record in listed}
    assert named == set(MALFORMED)
    lines = [line for part in parts(tmp_path / "run").values() for line in part.splitlines()]
    ids = {json.loads(line)["article_id"] for line in lines}
    assert len(ids) == scored + abstained
    assert ids >= {"a-good", "m-good", "z-good"}
    assert {id.partition(":")[0] for id in ids} <= {"a-good", "m-good", "z-good", "short", "broken-off", "form"}
    assert int(done.stdout.split()[-1]) < 700


@pytest.mark.parametrize("suffix", ["zip", "tar"])
def test_an_archive_of_too_many_files_is_read_up_to_its_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    """Those of all archives in it are counted together; what is not read is told once."""
    monkeypatch.setattr("stance.articles.archives._MEMBERS", 5)
    monkeypatch.setattr("stance.articles.archives._BYTES_A_MEMBER", 2**20)
    pack = {"zip": zipped, "tar": tarred}[suffix]
    texts = [(f"{i}.txt", f"Talks went on for day {i}.".encode()) for i in range(8)]
    three = pack(dict(texts[:3]))
    for files, refused in (
        (dict(texts[:5]), 0),
        (dict(texts), 1),
        ({f"{i}.{suffix}": three for i in range(2)}, 1),
        ({f"0.{suffix}": three, **dict(texts[:3])}, 1),
    ):
        path = tmp_path / f"pack.{suffix}"
        path.write_bytes(pack(files))
        records = list(read_records([path]))
        told = [record.reason for record in records if isinstance(record, Quarantined)]
        assert told == ["the archive holds more than 5 files; this one and those after it are not read"] * refused
        assert len(records) - refused <= 5


@pytest.mark.parametrize("pack", [zipped, tarred, partial(tarred, mode="w:gz")], ids=["zip", "tar", "tgz"])
@pytest.mark.parametrize("within", [False, True])
def test_an_archive_of_many_texts_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[dict[str, bytes]], bytes], within: bool
) -> None:
    """How many it may hold rises with its size: each text takes some bytes, even the shortest."""
    monkeypatch.setattr("stance.articles.archives._MEMBERS", 5)
    rng = random.Random(0)
    words = "talks on oil and gas were held by the ministers in spring as sanctions bite trade".split()
    raw = pack({f"{i:04}.txt": " ".join(rng.choices(words, k=9)).encode() for i in range(500)})
    (tmp_path / "many").write_bytes(zipped({"many": raw}) if within else raw)
    assert [type(record).__name__ for record in read_records([tmp_path / "many"])] == ["Article"] * 500


@pytest.mark.parametrize(
    "name", [name for name in KINDS if name.endswith((".pdf", ".docx", ".odt", ".rtf", ".zip", ".tar", ".gz"))]
)
def test_any_cut_of_a_file(tmp_path: Path, name: str) -> None:
    """However much of a file is missing at its end, it gives articles, quarantined records or one error."""
    raw = KINDS[name][0]()
    for i in range(1, 12):
        path = tmp_path / f"{i}-{name}"
        path.write_bytes(raw[: len(raw) * i // 12])
        outcome(path)


@pytest.mark.parametrize(
    "name", ["print.pdf", "letter.docx", "open.odt", "rich.rtf", "crawl.warc", "box.mbox", "page.html", "pack.zip"]
)
def test_any_bytes_amiss(tmp_path: Path, name: str) -> None:
    """So it is whatever bytes are changed."""
    raw = KINDS[name][0]()
    rng = random.Random(name)
    for i in range(15):
        damaged = bytearray(raw)
        for _ in range(rng.choice([1, 5, 40])):
            damaged[rng.randrange(len(raw))] = rng.randrange(256)
        path = tmp_path / f"{i}-{name}"
        path.write_bytes(damaged)
        outcome(path)
