"""Where the machine fails, nothing of a file is given up for damaged: the run ends, and is gone on with later."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sample_files import tarred

from stance.articles import Quarantined, read_records
from stance.articles.libraries import need, unsound
from stance.errors import ArticleError, MissingDependencyError, StanceError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the machine fails otherwise elsewhere")

LIMITED = """
import re, resource, sys
import pyarrow.parquet
from stance.articles import Columns, read_records
from stance.batch.blocks import read_blocks
import stance.articles.read_parquet
limit, read = getattr(resource, sys.argv[1]), {"records": read_records, "blocks": read_blocks}[sys.argv[3]]
most = int(sys.argv[2])
if sys.argv[1] == "RLIMIT_AS":
    most += 1024 * int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1])
resource.setrlimit(limit, (most, resource.getrlimit(limit)[1]))
try:
    print(sum(1 for _ in read([sys.argv[4]])))
except Exception as error:
    print(type(error).__name__, error)
"""


def limited(limit: str, most: int, read: str, path: Path) -> str:
    """What reading gives where the system allows no more, or no more memory than that beyond what is taken."""
    command = [sys.executable, "-c", LIMITED, limit, str(most), read, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def in_need_of_a_copy() -> bytes:
    """A tar archive of a zip archive, which is read from its end: too large to be copied within memory."""
    with zipfile.ZipFile(inner := io.BytesIO(), "w") as archive:
        archive.writestr("a.txt", "They refused to lift the sanctions.")
        archive.writestr(".padding", bytes(9 * 2**20))
    return tarred({"b.txt": b"The embargo stays in force.", "inner.zip": inner.getvalue()})


@pytest.mark.parametrize("where", ["folder", "file"])
def test_a_disk_that_fails_is_no_damaged_file(tmp_path: Path, where: str) -> None:
    """The first page of a process cannot be read: the system says so as of a broken disk."""
    (tmp_path / "a.txt").symlink_to("/proc/self/mem")
    with pytest.raises(StanceError, match=r"a\.txt: Input/output error; the file may be sound") as caught:
        list(read_records([tmp_path if where == "folder" else tmp_path / "a.txt"]))
    assert not isinstance(caught.value, ArticleError)


def test_a_disk_that_fails_within_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a library makes of it that the file is no archive."""
    (tmp_path / "in.tar").write_bytes(in_need_of_a_copy())

    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("zipfile._EndRecData", fail)
    with pytest.raises(StanceError, match=r"in\.tar/inner\.zip: Input/output error"):
        list(read_records([tmp_path]))


@pytest.mark.parametrize("read", ["records", "blocks"])
def test_too_little_memory_is_no_damaged_file(tmp_path: Path, read: str) -> None:
    """Some rows of a Parquet file take more than there is."""
    texts = ["Talks resume."] * 300 + ["x" * 2**26]
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet", row_group_size=300, use_dictionary=False)
    found = limited("RLIMIT_AS", 100 * 2**20, read, tmp_path / "a.parquet")
    assert found == f"StanceError {tmp_path}/a.parquet: not enough memory to read it; try again with more"


def test_too_many_open_files_are_no_damaged_file(tmp_path: Path) -> None:
    """The system allows no further file to be opened."""
    (tmp_path / "a.txt").write_text("Talks resume.", encoding="utf-8")
    assert limited("RLIMIT_NOFILE", 1000, "records", tmp_path / "a.txt") == "1"
    found = limited("RLIMIT_NOFILE", 3, "records", tmp_path / "a.txt")
    assert found == f"StanceError {tmp_path}/a.txt: Too many open files; the file may be sound, so try again"


def test_memory_that_a_library_lacks() -> None:
    """It is not taken for what a damaged file makes the library raise."""
    with pytest.raises(StanceError, match=r"a\.pdf: not enough memory") as caught, unsound("a PDF", "a.pdf"):
        raise MemoryError
    assert not isinstance(caught.value, ArticleError)


def test_a_library_that_cannot_be_loaded_is_not_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where memory lacks for it: what it would have read is not given up."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    (tmp_path / f"stance_no_library{suffix}").write_bytes(b"no shared object")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(StanceError, match="library is installed, but cannot be loaded: ") as caught:
        need("stance_no_library", "library", "pdf")
    assert not isinstance(caught.value, MissingDependencyError)
    assert "\n" not in str(caught.value)


def test_a_file_that_may_not_be_read_is_quarantined(tmp_path: Path) -> None:
    """What the system says of one file holds of that file, and the rest is read."""
    (tmp_path / "a.txt").symlink_to("gone.txt")
    (tmp_path / "b.txt").write_text("Talks resume.", encoding="utf-8")
    first, _ = read_records([tmp_path])
    assert isinstance(first, Quarantined)
    assert first.reason == os.strerror(2)


def test_a_run_without_room_for_a_temporary_copy_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_model_path: Path
) -> None:
    """It ends with one line that names the folder, is not finished, and reads what is left when there is room."""
    monkeypatch.chdir(tmp_path)
    Path("in.tar").write_bytes(in_need_of_a_copy())
    code = "import resource, sys\nfrom stance.commands import main\n"
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (2**22, resource.RLIM_INFINITY))\n"
    score = ["score", "in.tar", "-m", str(small_model_path), "-o", "run/", "-j", "1"]

    def run(before: str, *more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", f"{code}{before}main(sys.argv[1:])", *score, *more]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    full = run(limit)
    assert (full.returncode, full.stderr.count("\n")) == (1, 1), full.stderr
    assert "temporary folder" in full.stderr
    assert "set TMPDIR" in full.stderr
    again = run("", "--resume")
    assert again.returncode == 0, again.stderr
    assert "articles: 2 read = 2 scored + 0 abstained" in again.stderr
    assert "+ 0 quarantined" in again.stderr
