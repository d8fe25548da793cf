"""Reading articles: every format, and what is done with bad records."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from stance.articles import Article, Columns, Quarantined, read_articles, read_records
from stance.errors import ArticleError

# the peak of this process alone; ru_maxrss would count the parent's memory at the time of the fork too
PEAK = "print([int(l.split()[1]) // 1024 for l in open('/proc/self/status') if l.startswith('VmHWM')][0])"
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")

ROWS = [
    {
        "id": "a",
        "text": "They lifted the embargo.\n\nPrices fell.",
        "title": "Lifted",
        "date": "2024-05-01",
        "outlet": "Post",
    },
    {"id": "b", "text": "The talks, “frank”, go on.", "title": "Talks", "date": "2024-05-02", "outlet": "Wire"},
]


def _write_csv(path: Path, rows: list[dict[str, str]], delimiter: str = ",") -> Path:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    return path


def _write(folder: Path, kind: str) -> Path:
    path = folder / f"rows.{kind}"
    if kind == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    elif kind == "parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(ROWS), path)
    else:
        _write_csv(path, ROWS, "\t" if kind == "tsv" else ",")
    return path


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "tsv", "parquet"])
def test_tables_of_every_kind_are_read_alike(tmp_path: Path, kind: str, packed: bool) -> None:
    """JSON lines, CSV, TSV and Parquet, plain and gzipped, give the same articles."""
    path = _write(tmp_path, kind)
    if packed:
        raw = path.read_bytes()
        path = tmp_path / f"rows.{kind}.gz"
        path.write_bytes(gzip.compress(raw))
    found = list(read_articles([path]))
    assert [(a.id, a.text, a.title, a.date, a.outlet) for a in found] == [tuple(row.values()) for row in ROWS]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_columns_can_be_mapped(tmp_path: Path, kind: str) -> None:
    """Any column can hold the text or the id."""
    found = list(read_articles([_write(tmp_path, kind)], Columns(text="title", id="date")))
    assert [(a.id, a.text) for a in found] == [("2024-05-01", "Lifted"), ("2024-05-02", "Talks")]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_a_missing_column_is_named_with_those_there(tmp_path: Path, kind: str) -> None:
    """The error says which column is missing, how to name one, and what the file has."""
    with pytest.raises(ArticleError, match=r"'body'.*--text-column.*outlet"):
        list(read_articles([_write(tmp_path, kind)], Columns(text="body")))


def test_text_markdown_folders_and_globs(tmp_path: Path) -> None:
    """A folder is read in order, hidden files left out; ids tell files in different folders apart."""
    for name in ("one/a.txt", "two/a.txt", "two/b.md", ".hidden/c.txt", "two/.d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"Text of {name}.", encoding="utf-8")
    assert [a.id for a in read_articles([tmp_path])] == ["one/a", "two/a", "two/b"]
    assert [a.id for a in read_articles([str(tmp_path / "two" / "*.md")])] == ["b"]
    paths = [tmp_path / "one" / "a.txt", tmp_path / "two" / "a.txt"]
    assert [a.id for a in read_articles(paths)] == [str(path) for path in paths]


def test_standard_input_is_read(tmp_path: Path) -> None:
    """`-` reads a text, or JSON lines if it looks so, from a real pipe."""
    code = "from stance.articles import read_articles\nfor a in read_articles(['-']): print(a.id, len(a.paragraphs))"
    run = subprocess.run([sys.executable, "-c", code], input=b"One.\n\nTwo.", capture_output=True, check=True)
    assert run.stdout.split() == [b"stdin", b"2"]
    line = json.dumps(ROWS[0]).encode() + b"\n"
    run = subprocess.run([sys.executable, "-c", code], input=line, capture_output=True, check=True)
    assert run.stdout.split() == [b"a", b"2"]


def test_bad_records_are_quarantined_with_position_and_reason(tmp_path: Path) -> None:
    """The run goes on, and read = articles + quarantined."""
    path = tmp_path / "rows.jsonl"
    lines = [
        json.dumps(ROWS[0]).encode(),
        b"{broken",
        b'["a list"]',
        b'{"id": "c"}',
        b'{"id": "d", "text": 7}',
        b'{"id": "e", "text": "caf\xe9"}',
        json.dumps(ROWS[0]).encode(),
        b'{"id": "f", "text": "\\ud800"}',
        b'{"id": "g", "text": ""}',
    ]
    path.write_bytes(b"\n".join(lines))
    found = list(read_records([path]))
    assert len(found) == len(lines)
    refused = {r.position: r.reason for r in found if isinstance(r, Quarantined)}
    assert sorted(refused) == [2, 3, 4, 5, 6, 7]
    assert "JSON" in refused[2]
    assert "not valid utf-8" in refused[6]
    assert "duplicate id 'a'" in refused[7]
    assert [r.text for r in found if isinstance(r, Article)][1:] == ["\ufffd", ""]


def test_ragged_and_unclosed_rows_are_quarantined(tmp_path: Path) -> None:
    """A row with too many cells and a quote that never closes lose only themselves, and not in silence."""
    path = tmp_path / "rows.csv"
    path.write_text('id,text\na,fine\nb,too,many\nc,fine\nd,"never closed\ne,swallowed\n', encoding="utf-8")
    found = list(read_records([path]))
    assert [r.id for r in found if isinstance(r, Article)] == ["a", "c"]
    assert [r.reason.split(":")[0] for r in found if isinstance(r, Quarantined)] == ["line 3", "line 6"]


def test_a_bad_record_raises_where_nobody_takes_it(tmp_path: Path) -> None:
    """Without a quarantine nothing is dropped in silence."""
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "fine"}\nbroken\n', encoding="utf-8")
    with pytest.raises(ArticleError, match="JSON"):
        list(read_articles([path]))


@needs_proc
@pytest.mark.parametrize("name", ["line.jsonl", "line.txt", "line.csv"])
def test_an_enormous_line_is_quarantined_in_bounded_memory(tmp_path: Path, name: str) -> None:
    """A line of 100 MB neither crashes the run nor fills the memory."""
    path = tmp_path / name
    with path.open("wb") as stream:
        if name == "line.csv":
            stream.write(b"id,text\n1,")
        elif name == "line.jsonl":
            stream.write(b'{"id": "1", "text": "fine"}\n')
        for _ in range(100):
            stream.write(b"word " * 209_716)
        stream.write(b"\n")
    code = (
        "import sys\nfrom stance.articles import read_records\n"
        "print([getattr(r, 'reason', 'read')[:16] for r in read_records([sys.argv[1]])][-1])\n" + PEAK
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    reason, peak = run.stdout.splitlines()
    assert "record too large"[:8] in reason or "line" in reason
    assert int(peak) < 400


@needs_proc
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, kind: str) -> None:
    """Ten times the rows take about the same memory."""
    code = (
        "import sys\nfrom stance.articles import read_records\n"
        "n = sum(1 for _ in read_records([sys.argv[1]]))\n"
        "print(n)\n" + PEAK
    )
    peaks = []
    for rows in (3_000, 30_000):
        path = tmp_path / f"{rows}.{kind}"
        body = "The embargo stays in force, the minister said again. " * 40
        if kind == "parquet":
            import pyarrow as pa
            import pyarrow.parquet as pq

            table = pa.table({"id": [str(i) for i in range(rows)], "text": [f"{i} {body}" for i in range(rows)]})
            pq.write_table(table, path, row_group_size=1000)
        else:
            with path.open("w", encoding="utf-8") as stream:
                if kind == "csv":
                    stream.write("id,text\n")
                for i in range(rows):
                    stream.write(f"{i},{body}\n" if kind == "csv" else json.dumps({"id": str(i), "text": body}) + "\n")
        run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
        count, peak = map(int, run.stdout.split())
        assert count == rows
        peaks.append(peak)
    assert peaks[1] < peaks[0] + 40


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.txt", None, "no such file"),
        ("empty.csv", b"", "empty"),
        ("not.parquet", b"PAR1 but nothing else", "Parquet"),
        ("cut.txt.gz", gzip.compress(b"text " * 1000)[:40], "gzip"),
        ("image.txt", b"\x89PNG\r\n\x1a\n\x00\x00", "an image"),
    ],
)
def test_a_named_source_that_cannot_be_read_is_an_error(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    """One line says which file and why."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArticleError, match=message):
        list(read_articles([path]))


def test_a_bad_file_in_a_folder_is_quarantined(tmp_path: Path) -> None:
    """The rest of the folder is read."""
    (tmp_path / "a.txt").write_text("Fine.", encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"\x7fELF\x00\x00")
    (tmp_path / "c.xyz").write_bytes(b"what")
    found = list(read_records([tmp_path]))
    assert [type(r).__name__ for r in found] == ["Article", "Quarantined", "Quarantined"]
    empty = tmp_path / "none"
    empty.mkdir()
    with pytest.raises(ArticleError, match="no files"):
        list(read_records([empty]))
