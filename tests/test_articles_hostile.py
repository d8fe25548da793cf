"""Reading what is broken, huge or made to harm: one error, or a quarantined record, and the rest unharmed."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_files import tarred

from stance.articles import Article, Quarantined, read_articles, read_records
from stance.articles.lines import TooLong, _split
from stance.articles.records import LARGEST_RECORD
from stance.batch.blocks import read_blocks
from stance.errors import ArticleError

GOOD = b'{"id": "%d", "text": "Talks resume."}\n'


def outcomes(path: Path) -> list[tuple[int | None, str]]:
    """Position, and id or reason, of each record."""
    return [(r.position, r.id if isinstance(r, Article) else r.reason) for r in read_records([path])]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not valid JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"text": ' + b"9" * 10_000 + b"}", "not valid JSON"),
        (b'{"text": "raw\0nul"}', "not valid JSON"),
        (b'{"text": "\xff\xfe"}', "not valid utf-8"),
        (b'{"text": "The embargo sta', "the line breaks off after 25 characters"),
        (b'{"text": "Talks resume."', "the line breaks off after 24 characters"),
        (b'{"text": "Talks resume." oops}', "not valid JSON: Expecting ',' delimiter"),
        (b'"text"', "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"id": "x"}', "no 'text'"),
        (b'{"text": null}', "no 'text'"),
        (b'{"text": 5}', "'text' is not text but int"),
        (b'{"text": ["a"]}', "'text' is not text but list"),
        (b'{"text": "x", "title": {}}', "'title' is not text but dict"),
        (b'{"id": "1", "text": "x"}', "duplicate id '1'"),
        (b'{"text": "' + b"x" * (LARGEST_RECORD + 1) + b'"}', "record too large"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_bad_json_line(tmp_path: Path, line: bytes, reason: str) -> None:
    """A bad line is quarantined with its position and reason; the lines around it are read."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD % 1 + line + b"\n" + GOOD % 2)
    first, bad, last = outcomes(path)
    assert (first, last) == ((1, "1"), (3, "2"))
    assert bad[0] == 2
    assert reason in bad[1]
    assert "\n" not in bad[1]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"2,x,y", "line 3: 3 cells, but 2 columns"),
        (b"2", "line 3: 1 cells, but 2 columns"),
        (b'2,"He said "no" to it"', "line 3: ',' expected after '\"'"),
        (b"2,caf\xff\xc3", "line 3: bytes that do not fit the encoding of the file"),
        (b"1,again", "duplicate id '1'"),
        (b"2,".ljust(LARGEST_RECORD + 9, b"x"), "line 3: record too large"),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_bad_row(tmp_path: Path, row: bytes, reason: str) -> None:
    """A bad row is quarantined with its row, line and reason; the rows around it are read."""
    path = tmp_path / "a.csv"
    path.write_bytes("id,text\n1,Où — é\n".encode() + row + b"\n\n3,Talks.\n")
    first, bad, last = outcomes(path)
    assert (first, last) == ((1, "1"), (3, "3"))
    assert bad[0] == 2
    assert bad[1].startswith(reason)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\u2028"])
@pytest.mark.parametrize("kind", ["txt", "jsonl", "parquet", "parquet with a bad row"])
def test_an_article_of_countless_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, end: str) -> None:
    """Each may be a paragraph, which takes far more than its letters; with a line less it is read, as others are."""
    for module in ("stance.articles.records", "stance.batch.blocks"):
        monkeypatch.setattr(f"{module}.MOST_LINES", 50, raising=False)
    texts = [f"Talks.{end}".encode() * 51, f"Talks.{end}".encode() * 50, b"Talks resume." * 9]
    path = tmp_path / f"a.{kind.split()[0]}"
    if kind == "txt":
        path.mkdir()
        for i, text in enumerate(texts):
            (path / f"{i}.txt").write_bytes(text)
    elif kind == "jsonl":
        path.write_text("".join(json.dumps({"text": text.decode()}) + "\n" for text in texts))
    else:
        rows = pa.array(texts if kind == "parquet" else [*texts, b"Caf\xe9"], pa.binary())
        pq.write_table(pa.table({"text": rows.view(pa.string())}), path)
    many = "record too large: more than 50 lines"
    for records in ([*read_records([path])], [r for b in read_blocks([path]) for r in b.quarantined]):
        refused = [record for record in records if isinstance(record, Quarantined)]
        assert [record.reason for record in refused if "utf-8" not in record.reason] == [many]
        assert refused[0].position == 1
    assert [len(article.paragraphs) for article in read_articles([path], quarantine=lambda _: None)] == [50, 1]
    assert sum(block.articles.num_rows for block in read_blocks([path])) == 2


@pytest.mark.parametrize("place", [0, 1, 2])
def test_undecodable_bytes_in_a_row_of_several_lines(tmp_path: Path, place: int) -> None:
    """They cost the whole row: what is left of it is no row of its own, though it have as many cells."""
    lines = ["Où — é,", "Oil rose, and the embargo stays.", "The end, they said."]
    row = [line.encode() + b"\xff" * (at == place) for at, line in enumerate(lines)]
    path = tmp_path / "a.csv"
    path.write_bytes("id,text\n1,Où — é\n".encode() + b'2,"' + b"\n".join(row) + b'"\n3,Talks.\n')
    reason = "lines 3 to 5: bytes that do not fit the encoding of the file"
    assert outcomes(path) == [(1, "1"), (2, reason), (3, "3")]


_LONG = "x" * 2**19


@pytest.mark.parametrize(
    ("row", "lines"),
    [
        (f'2,"{_LONG}\n4,no row of its own\n,"', "lines 3 to 5"),
        (f'2,"Talks.\n{_LONG}\n4,no row of its own\n,"', "lines 3 to 6"),
        (f'2,"Talks.\n{_LONG}\n{_LONG}"\n', "lines 3 to 5"),
        (f'2,"Talks.\n{_LONG}"', "lines 3 to 4"),
        (f'2,"Talks, ""they"" said.\n4,{_LONG} ""and"" so on\n5,no row either"', "lines 3 to 5"),
        (f'2,"{_LONG}"', "line 3"),
        (f"2,{_LONG}", "line 3"),
        (f'2,a pipe of 5" {_LONG}', "line 3"),
        (f'2,"Talks.\n{_LONG} a pipe of 5" and so on', "lines 3 to 4"),
        (f'2,"Talks.\n7,lost with the mark above\n8,{_LONG}', "lines 3 to 5"),
    ],
    ids=range(10),
)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_a_line_longer_than_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, lines: str, delimiter: str
) -> None:
    """It costs the row that it is part of, whose other lines are no rows, and none of the rows below."""
    monkeypatch.setattr("stance.articles.lines.LARGEST_RECORD", 2**18)
    monkeypatch.setattr("stance.articles.read_table.LARGEST_RECORD", 2**18)
    path = tmp_path / "a.csv"
    path.write_text(f'id,text\n1,Talks.\n{row}\n3,"Talks."\n4,They end.\n'.replace(",", delimiter))
    found = outcomes(path)
    assert [found[0], *found[2:]] == [(1, "1"), (3, "3"), (4, "4")]
    assert found[1][0] == 2
    assert found[1][1].startswith(f"{lines}: record too large: a line of 524,")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (f"1,Talks.\r2,Oil.\r3,{_LONG}\n", ["1", "2", "line 4"]),
        (f'1,Talks.\r2,"Oil.\n{_LONG}\nGas."\n', ["1", "lines 3 to 5"]),
        (f"1,Talks.\r2,Oil.\r3,{_LONG}\r4,Gas.\n", ["1", "2", "line 4", "4"]),
        # what it may be the end of is not read without it
        (f"1,Talks.\r{_LONG}\n", ["lines 2 to 3"]),
        (f"1\r{_LONG}\n", ["lines 2 to 3"]),
    ],
    ids=range(5),
)
def test_a_line_longer_than_a_record_behind_a_carriage_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, expected: list[str]
) -> None:
    """It is told as what it is where rows end in two ways, and no row above it is lost for it, nor what is in it."""
    monkeypatch.setattr("stance.articles.lines.LARGEST_RECORD", 2**18)
    monkeypatch.setattr("stance.articles.read_table.LARGEST_RECORD", 2**18)
    path = tmp_path / "a.csv"
    path.write_text(f"id,text\n{rows}z,End.\n", newline="")
    found = [outcome.split(": record too large: a line of 524,")[0] for _, outcome in outcomes(path)]
    assert found == [*expected, "z"]


def test_a_header_longer_than_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no header, and the first row is none in its place."""
    monkeypatch.setattr("stance.articles.lines.LARGEST_RECORD", 2**18)
    path = tmp_path / "a.csv"
    path.write_text(f"id,text,{_LONG}\nid,text\n1,Talks.\n")
    with pytest.raises(ArticleError, match="no header: record too large: a line of 524,"):
        list(read_records([path]))


def test_the_marks_of_a_long_line_are_counted_to_its_end() -> None:
    """Also where a line end that may go on is what makes it too long."""
    (found,) = _split(['a"' + "b" * (LARGEST_RECORD - 2), "\r"])
    assert isinstance(found, TooLong)
    assert found.marks == 1


def test_half_a_record_of_header_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line is read twice, for the delimiter and for the cells, and counts once."""
    monkeypatch.setattr("stance.articles.read_table.LARGEST_RECORD", 2**18)
    path = tmp_path / "a.csv"
    path.write_text(f"id,text,{'x' * 2**17}\n1,Talks.,\n")
    assert outcomes(path) == [(1, "1")]


@pytest.mark.parametrize("rows", [20, 4_000])
def test_quotation_mark_that_is_never_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """It costs the line that it stands on, not the rest of the file, even where that is larger than a record."""
    monkeypatch.setattr("stance.articles.read_table.LARGEST_RECORD", 2**18)
    path, text = tmp_path / "a.csv", "Talks about talks went on and on. " * 3
    path.write_text('id,text\n1,Talks.\n2,"Talks\n' + "".join(f"{i},{text}\n" for i in range(3, rows)))
    records = list(read_records([path]))
    bad = [record for record in records if isinstance(record, Quarantined)]
    assert [(q.position, q.reason.split(":")[0]) for q in bad] == [(2, "line 3")]
    assert [r.id for r in records if isinstance(r, Article)] == ["1", *map(str, range(3, rows))]


def test_table_whose_accents_come_late(tmp_path: Path) -> None:
    """A Windows-1252 table that is ASCII for its first megabyte loses no row."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n" + b"".join(b"%d,plain row of a table\n" % i for i in range(50_000)) + b"x,Caf\xe9\n")
    *_, last = read_articles([path])
    assert last.text == "Café"


def test_stray_surrogates_can_be_written(tmp_path: Path) -> None:
    """Half a surrogate pair becomes U+FFFD in every field, and offsets stay right."""
    path = tmp_path / "a.jsonl"
    path.write_text(r'{"id": "\ud83d", "text": "a\ud83db\n\n\ude00c \ud83d\ude00", "title": "\udfff"}')
    (article,) = read_articles([path])
    assert (article.id, article.text, article.title) == ("\ufffd", "a\ufffdb\n\n\ufffdc \U0001f600", "\ufffd")
    assert [p.text for p in article.paragraphs] == ["a\ufffdb", "\ufffdc \U0001f600"]
    json.dumps([article.id, article.text], ensure_ascii=False).encode()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_file_name_that_is_no_text(tmp_path: Path) -> None:
    """A file whose name is not UTF-8 is read, and its id and source can be written."""
    name = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(name, "w") as file:
        file.write("Talks.")
    (article,) = read_articles([tmp_path])
    assert article.id == r"caf\xe9"
    f"{article.source}".encode()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
@pytest.mark.parametrize("archive", [False, True])
def test_a_file_name_may_look_like_bytes(tmp_path: Path, archive: bool) -> None:
    """Each article has an id of its own, and other backslashes in names are left as they are."""
    raw = [b"x\xe9", rb"x\xe9", b"x\\\xe9", rb"x\\xe9", rb"x\udc80", rb"a\b"]
    files = {os.fsdecode(name): name.replace(b"\xe9", b"byte") for name in raw}
    if archive:
        (tmp_path / "a.tar").write_bytes(tarred({f"{name}.txt": text for name, text in files.items()}))
    else:
        for name, text in files.items():
            (tmp_path / f"{name}.txt").write_bytes(text)
    found = {a.text: a.id.removeprefix("a/").removesuffix(".txt") for a in read_articles([tmp_path])}
    assert found == {
        "xbyte": r"x\xe9",
        r"x\xe9": r"x\\xe9",
        r"x\byte": r"x\\\xe9",
        r"x\\xe9": r"x\\\\xe9",
        r"x\udc80": r"x\\udc80",
        r"a\b": r"a\b",
    }


@pytest.mark.parametrize("suffix", [".txt", ".md", ".csv", ".jsonl", ".parquet", ".txt.gz", ""])
@pytest.mark.parametrize(
    "raw",
    [pickle.dumps({"text": "x" * 99}), bytes(5000), bytes(range(256)) * 40, b"%PDF-1.7\n\n", b"\x1f\x8b\x08junk"],
    ids=["pickle", "zeros", "bytes", "pdf", "gzip"],
)  # fmt: skip
def test_binary_file(tmp_path: Path, suffix: str, raw: bytes) -> None:
    """A named file that is binary, whatever its suffix, is an error of one line that names it."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(raw)
    with pytest.raises(ArticleError) as caught:
        list(read_articles([path]))
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.html", b"<!DOCTYPE html><p></p>"),
        ("a.json", b""),
        ("a.json", b'[\n{"text": "x"},'),
        ("a.json", b'{\n "body": "x"\n}'),
        ("a.json", b"[" * 100_000),
        ("a.json", b'[{"text": "\xff"}]'),
        ("a.json", b'[1, "two"]'),
        ("a.json", b"7"),
        ("a.xml", b"<?xml version='1.0'?><a/>"),
        ("a.csv", b""),
        ("a.csv", b"\n\n"),
        ("a.csv", b"text,text\nx,y\n"),
        ("a.csv", b"only prose here\nand here\n"),
        ("a.parquet", b""),
        ("a.parquet", b"PAR1PAR1"),
        ("a.jsonl", b'{"body": "x"}\n'),
    ],
)
def test_unreadable_source(tmp_path: Path, name: str, raw: bytes) -> None:
    """A named file that cannot be read as a whole is an error of one line."""
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(ArticleError) as caught:
        list(read_articles([tmp_path / name]))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_a_damaged_file_among_named_ones_is_quarantined(tmp_path: Path, kind: str) -> None:
    """A shell names each file of ``*.gz``: the rest is read all the same, as if the folder had been named."""
    paths = [tmp_path / f"{i}.{kind}" for i in range(3)]
    for i in (0, 2):
        if kind == "jsonl":
            paths[i].write_bytes(GOOD % i)
        else:
            pq.write_table(pa.table({"id": [str(i)], "text": ["Talks resume."]}), paths[i])
    sound = paths[0].read_bytes()
    # of Parquet the end is sound, so that the rows are asked for
    paths[1].write_bytes(bytes(range(200)) if kind == "jsonl" else b"PAR1" + b"\xff" * 30 + sound[34:])
    for named in (paths, [tmp_path], [f"{tmp_path}/*.{kind}"]):
        blocks = list(read_blocks(named))
        assert [id for block in blocks for id in block.articles.column("id").to_pylist()] == ["0", "2"]
        assert [(r.source, r.position) for block in blocks for r in block.quarantined] == [(str(paths[1]), 0)]
        first, bad, last = read_records(named)
        assert isinstance(bad, Quarantined)
        assert [r.id for r in (first, last) if isinstance(r, Article)] == ["0", "2"]
    with pytest.raises(ArticleError):
        list(read_records([paths[1]]))
    with pytest.raises(ArticleError):
        list(read_blocks([paths[1]]))


@pytest.mark.parametrize("name", ["gone.txt", "gone/", "nul\0.txt", "empty", ""])
def test_nothing_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A missing file and an empty folder are errors."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArticleError):
        list(read_articles([name]))


def test_folder_with_nothing_to_read(tmp_path: Path) -> None:
    """A folder that holds only other things is an error that says what it holds."""
    (tmp_path / "a.jpg").write_bytes(b"x")
    with pytest.raises(ArticleError, match=r"it holds only files with \.jpg"):
        list(read_articles([tmp_path]))


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes")
def test_folder_with_loop_and_pipe(tmp_path: Path) -> None:
    """A link back to the folder is not followed, and a named pipe is not waited for."""
    (tmp_path / "a.txt").write_text("Talks.")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe.txt")
    assert outcomes(tmp_path) == [(0, "a link to a folder is not followed"), (1, "a")]


def test_a_file_of_an_archive_may_have_no_name(tmp_path: Path) -> None:
    """It is quarantined, and the others are read."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("#", "Talks end.")
        archive.writestr("b.txt", "Talks resume.")
    # a name ends where a zero stands
    path.write_bytes(path.read_bytes().replace(b"#", b"\0"))
    assert outcomes(path) == [(0, "it has no name"), (1, "a/b.txt")]


def test_truncated_gzip(tmp_path: Path) -> None:
    """What precedes the damage is read; the rest is one quarantined record, and later files are read."""
    whole = gzip.compress(b"".join(GOOD % i for i in range(20_000)))
    (tmp_path / "a.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "b.txt").write_text("Talks.")
    *read, broken, last = read_records([tmp_path / "a.jsonl.gz", tmp_path / "b.txt"])
    assert len(read) > 5_000
    assert isinstance(broken, Quarantined)
    assert broken.position == len(read) + 1
    assert broken.reason.startswith("damaged gzip file")
    assert isinstance(last, Article)


def test_damaged_parquet(tmp_path: Path) -> None:
    """A Parquet file with damage in a later row group is read up to there."""
    path = tmp_path / "a.parquet"
    texts = [os.urandom(400).hex() for _ in range(2_000)]
    pq.write_table(pa.table({"text": texts}), path, row_group_size=500, compression="zstd", use_dictionary=False)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 2_000] = bytes(2_000)
    path.write_bytes(raw)
    *read, broken = read_records([path])
    assert 100 < len(read) < 2_000
    assert isinstance(broken, Quarantined)
    assert "not a valid Parquet file" in broken.reason


@given(st.binary(max_size=400), st.sampled_from([".txt", ".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz", ""]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
def test_any_bytes(tmp_path: Path, raw: bytes, suffix: str) -> None:
    """Whatever a file holds, it gives articles and quarantined records or an `ArticleError`."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(raw)
    try:
        positions = [record.position for record in read_records([path])]
    except ArticleError:
        return
    assert positions == sorted(set(positions), key=lambda position: position or 0)


# the peak of this process alone: what getrusage gives is inherited from the one that started it
MEASURE = """
import re, sys
from stance.articles import read_records
count = sum(1 for _ in read_records([sys.argv[1]]))
print(count, int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""


def measured(path: Path) -> tuple[int, int]:
    """How many records a file gives, and the peak memory in MB of a process that reads it."""
    done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
    count, peak = done.stdout.split()
    return int(count), int(peak)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise elsewhere")
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".jsonl.gz", ".parquet"])
def test_memory_does_not_grow(tmp_path: Path, suffix: str) -> None:
    """A file twenty times as large takes hardly more memory."""
    peaks = []
    for records in (1_000, 20_000):
        path = tmp_path / f"{records}{suffix}"
        texts = [f"{i} " + "Talks on sanctions went on. " * 120 for i in range(records)]
        if suffix == ".parquet":
            pq.write_table(pa.table({"text": texts}), path, use_dictionary=False, compression="none")
        else:
            row = "{},{}\n" if suffix == ".csv" else '{{"id": "{}", "text": "{}"}}\n'
            raw = ("id,text\n" if suffix == ".csv" else "") + "".join(row.format(i, t) for i, t in enumerate(texts))
            path.write_bytes(gzip.compress(raw.encode(), 1) if suffix.endswith(".gz") else raw.encode())
        count, peak = measured(path)
        assert count == records
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 20


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted otherwise elsewhere")
@pytest.mark.parametrize("suffix", [".txt", ".csv", ".jsonl"])
def test_single_line_of_100_mb(tmp_path: Path, suffix: str) -> None:
    """It is one quarantined record, or an error, in bounded memory."""
    path = tmp_path / f"a{suffix}"
    head = {".txt": "", ".csv": "id,text\n1,", ".jsonl": '{"text": "'}[suffix]
    with path.open("w") as file:
        file.write(head)
        for _ in range(100):
            file.write("word " * 200_000)
    count, peak = measured(path)
    assert count == 1
    assert peak < 250
