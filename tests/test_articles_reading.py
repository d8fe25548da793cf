"""Reading articles: formats, columns, ids, folders, globs, gzip, standard input."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from time import process_time
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from helpers import run, within
from sample_files import zipped

from stance.articles import Article, Columns, Quarantined, read_articles, read_records
from stance.articles.own_files import own_files
from stance.articles.seen import SeenIds, hash_id
from stance.articles.sources import Source, find_sources
from stance.batch.blocks import read_blocks
from stance.batch.encoding import encode
from stance.commands import main
from stance.errors import ArticleError
from stance.results.figures import Figure, Series, save_figures

ROWS = [
    {"id": "a", "text": "Talks resume.\n\n“Sanctions” stay.", "title": "Talks", "date": "2025-03-14", "outlet": "Wire"},
    {"id": "b", "text": "", "title": None, "date": None, "outlet": None},
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows in the format of the suffix."""
    name = path.name.removesuffix(".gz")
    if name.endswith(".jsonl"):
        raw = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    elif name.endswith(".parquet"):
        buffer = io.BytesIO()
        pq.write_table(pa.Table.from_pylist(rows), buffer)
        raw = buffer.getvalue()
    else:
        table = io.StringIO()
        writer = csv.DictWriter(table, list(rows[0]), delimiter="\t" if name.endswith(".tsv") else ",")
        writer.writeheader()
        writer.writerows(rows)
        raw = table.getvalue().encode()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return path


def outcome(record: Article | Quarantined) -> tuple[int | None, str]:
    """Position, and id or reason."""
    return record.position, record.id if isinstance(record, Article) else record.reason


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("gz", ["", ".gz"])
def test_tables(tmp_path: Path, suffix: str, gz: str) -> None:
    """Every table format gives the same articles, gzipped or not; an empty text is an article."""
    path = write(tmp_path / f"wire{suffix}{gz}", ROWS)
    assert list(read_records([path])) == [
        Article(**row, source=str(path), position=i) for i, row in enumerate(ROWS, start=1)
    ]


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_named_columns(tmp_path: Path, suffix: str) -> None:
    """Columns are taken by the names that the user gives."""
    path = write(tmp_path / f"wire{suffix}", [{"doc": "x1", "body": "Talks.", "paper": "Wire", "text": "wrong"}])
    (article,) = read_articles(path, Columns(text="body", id="doc", outlet="paper"))
    assert (article.id, article.text, article.outlet, article.title) == ("x1", "Talks.", "Wire", None)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("columns", [Columns(), Columns(text="story"), Columns(text="body", date="day")])
def test_missing_columns(tmp_path: Path, suffix: str, columns: Columns) -> None:
    """A column that must be there and is not is one error, which names the file and the columns it has."""
    path = write(tmp_path / f"wire{suffix}", [{"doc": "x1", "body": "Talks."}])
    with pytest.raises(ArticleError, match=r"no column .* the file has doc, body$") as caught:
        list(read_articles([path], columns))
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_ids_are_made_from_stem_and_position(tmp_path: Path, suffix: str) -> None:
    """A record without an id is called after its file and its place there."""
    path = write(tmp_path / f"wire.v2{suffix}", [{"text": "One."}, {"text": "Two."}])
    assert [article.id for article in read_articles([path])] == ["wire.v2:1", "wire.v2:2"]


def test_keys_that_only_later_records_have(tmp_path: Path) -> None:
    """JSON lines that leave out empty keys are read, though the first lacks the text."""
    path = write(tmp_path / "a.jsonl", [{"id": "a"}, {"id": "b", "text": "Talks.", "title": "T"}])
    assert [outcome(record) for record in read_records([path])] == [(1, "no 'text'"), (2, "b")]


def test_positions_are_lines(tmp_path: Path) -> None:
    """Positions in JSON lines are lines of the file, blank ones counted."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a", "text": "1"}\n\n\nno\n{"id": "a", "text": "2"}\r\n{"id": "c", "text": "3"}')
    assert [record.position for record in read_records([path])] == [1, 4, 5, 6]


def test_values_that_are_no_strings(tmp_path: Path) -> None:
    """Numbers serve as ids and dates; a list does not."""
    path = write(tmp_path / "a.jsonl", [{"id": 7, "text": "x", "date": 2025}, {"id": [1], "text": "y"}])
    first, second = read_records([path])
    assert isinstance(first, Article)
    assert (first.id, first.date) == ("7", "2025")
    assert outcome(second) == (2, "'id' is not text but list")


def test_parquet_types(tmp_path: Path) -> None:
    """Dates, categories, binary text and nanoseconds are read; a text column of numbers is an error."""
    table = pa.table(
        {
            "text": pa.array([b"Talks \xe2\x80\x94 on", b"\xff"], pa.binary()),
            "id": pa.array([1.5, None]),
            "outlet": pa.array(["Wire", "Wire"]).dictionary_encode(),
            "date": pa.array([datetime.date(2025, 3, 14)] * 2),
            "title": pa.array([1, 1], pa.timestamp("ns")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    first, second = read_records([tmp_path / "a.parquet"])
    assert isinstance(first, Article)
    assert (first.text, first.id, first.outlet, first.date) == ("Talks — on", "1.5", "Wire", "2025-03-14")
    assert outcome(second) == (2, "'text' is not valid utf-8")
    pq.write_table(pa.table({"text": [1, 2]}), tmp_path / "b.parquet")
    with pytest.raises(ArticleError, match="the column 'text' is not text but int64"):
        list(read_articles([tmp_path / "b.parquet"]))


@pytest.mark.parametrize("framed", [False, True])
def test_what_parquet_holds_and_python_does_not(tmp_path: Path, framed: bool) -> None:
    """Text in a list that is not UTF-8 costs its row, a long duration nothing; a far year in a list is an error."""
    texts = pa.array([b"oil", b"\xff\xfe"])
    lists = pa.ListArray.from_arrays(
        pa.array([0, 1, 2], pa.int32()), pa.Array.from_buffers(pa.string(), 2, texts.buffers())
    )
    spans = pa.array([1, 10**15], pa.duration("s"))
    years = pa.array([[1], [10**17]], pa.list_(pa.timestamp("ms")))

    def read(**kept: pa.Array) -> list[Article | Quarantined]:
        table = pa.table({"text": ["Talks.", "No talks."], **kept})
        pq.write_table(table, tmp_path / "a.parquet")
        return list(read_records(table if framed else tmp_path / "a.parquet", Columns(keep=tuple(kept))))

    first, second = read(tags=lists)
    assert isinstance(first, Article)
    assert first.kept == (("tags", '["oil"]'),)
    assert outcome(second) == (2, "'tags' is not valid utf-8")
    found = [record.kept[0][1] for record in read(span=spans) if isinstance(record, Article)]
    assert found == ["0 days 00:00:01", "1000000000000000 s"]
    with pytest.raises(ArticleError, match="holds what Python cannot"):
        read(times=years)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_tables_of_spreadsheets(tmp_path: Path, delimiter: str, encoding: str, end: str) -> None:
    """The separators, encodings and line ends that spreadsheet programs write are found."""
    rows = ["id", "text"], ["1", '"Café, talks; on | and\non"'], ["2", "“Non”"]
    raw = end.join(delimiter.join(row) for row in rows) + end
    (tmp_path / "a.csv").write_bytes(raw.encode(encoding))
    assert [a.text for a in read_articles([tmp_path / "a.csv"])] == ["Café, talks; on | and\non", "“Non”"]


def test_separator_hint(tmp_path: Path) -> None:
    """The first line by which a spreadsheet program names the separator is no header."""
    (tmp_path / "a.csv").write_text("sep=;\nid;text\n1;Talks, too.\n")
    assert [a.text for a in read_articles([tmp_path / "a.csv"])] == ["Talks, too."]


def test_tab_separated_without_quoting(tmp_path: Path) -> None:
    """In a tab-separated table quotation marks may be plain characters."""
    (tmp_path / "a.tsv").write_text('id\ttext\n1\t"Talks" are on.\n2\t"Never closed\n3\t"Quoted\nline"\n')
    assert [outcome(r) for r in read_records([tmp_path / "a.tsv"])] == [(1, "1"), (2, "2"), (3, "3")]
    assert [a.text for a in read_articles([tmp_path / "a.tsv"])] == ['"Talks" are on.', '"Never closed', "Quoted\nline"]


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "-"])
def test_a_table_whose_cells_are_parted_by_blanks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """R's write.table does so unless told otherwise, and people call it .txt; a quoted word at a head is no table."""
    raw = b'"id" "text" "n"\n"1" "a" "He said \\"lift it\\", and left.\n\nTalks end." 1\n"2" "b" "No \\"deal\\"" NA\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    (tmp_path / "a.txt").write_bytes(raw)
    (tmp_path / "a.csv").write_bytes(raw)
    found = [(article.id, article.text) for article in read_articles([name if name == "-" else tmp_path / name])]
    assert found == [("a", 'He said "lift it", and left.\n\nTalks end.'), ("b", 'No "deal"')]
    (tmp_path / "b.txt").write_text('"Text" "and" "games"\nTalks go on, and on, and on.\n')
    (article,) = read_articles([tmp_path / "b.txt"])
    assert article.text.startswith('"Text"')


@pytest.mark.parametrize("name", ["a.tsv", "a.csv", "a.txt", "blanks.txt"])
@pytest.mark.parametrize("names", ["FALSE", "TRUE", "letters[1:5]"])
def test_tables_that_r_writes(tmp_path: Path, name: str, names: str) -> None:
    """With marks that backslashes escape, and with names of rows, for whose column there is no name."""
    if shutil.which("Rscript") is None:
        if os.environ.get("STANCE_ALL_TESTS"):
            pytest.fail("R is not installed")
        pytest.skip("R is not installed (Debian: r-base-core)")
    texts = [
        'The envoy: "lift it", twice.',
        "Talks.",
        'A pipe of 5"',
        'Two\nlines\tand "a"',
        '"Lift it," "now" or \\ never',
    ]
    write(tmp_path / "rows.jsonl", [{"id": f"wire-{i}", "text": text} for i, text in enumerate(texts)])
    values = ", ".join(json.dumps(text) for text in texts)
    code = f"x <- data.frame(id = paste0('wire-', 0:4), text = c({values}), n = 1:5, last = c(NA, 'a', '\"', '', 'b'))"
    sep = {"a.csv": ",", "blanks.txt": " "}.get(name, "\\t")
    code += f"\nwrite.table(x, {json.dumps(str(tmp_path / name))}, sep = '{sep}', row.names = {names})\n"
    (tmp_path / "a.R").write_text(code, encoding="utf-8")
    subprocess.run(["Rscript", "--vanilla", tmp_path / "a.R"], check=True)
    assert [(a.id, a.text, a.position) for a in read_articles([tmp_path / name])] == [
        (f"wire-{i}", text, i + 1) for i, text in enumerate(texts)
    ]


@pytest.mark.parametrize("header", ["id\ttext", '"id"\t"text"'])
def test_backslashes_in_a_tab_separated_table_without_quoting(tmp_path: Path, header: str) -> None:
    """They are plain characters, too, where escaped marks give no row; the lines below are rows of their own."""
    texts = ['"Talks \\"on\\"', '"Lift \\"it\\"" they said', "Plain.", '"No \\" end', "The last."]
    rows = "".join(f"{i}\t{text}\n" for i, text in enumerate(texts))
    (tmp_path / "a.tsv").write_text(f"{header}\n{rows}")
    assert [outcome(r) for r in read_records([tmp_path / "a.tsv"])] == [(i + 1, str(i)) for i in range(len(texts))]
    assert [a.text for a in read_articles([tmp_path / "a.tsv"])] == texts


def test_one_cell_too_many_is_no_name_of_a_row(tmp_path: Path) -> None:
    """Unless all is quoted, as R does it."""
    for header, row in (("id,text", "1,Talks, too."), ('"id","text"', "1,Talks, too."), ("id,text", '"1",Talks, too.')):
        (tmp_path / "a.csv").write_text(f'{header}\n{row}\n"2","Talks."\n')
        assert [outcome(r) for r in read_records([tmp_path / "a.csv"])] == [
            (1, "line 2: 3 cells, but 2 columns"),
            (2, "2"),
        ]


def test_a_damaged_first_row_does_not_hide_the_names_of_rows(tmp_path: Path) -> None:
    """They are looked for in the first row that can be read."""
    rows = [b'"1","a","caf\xe9"', '"2","b","Détente – again"'.encode(), b'"3","c","On"']
    (tmp_path / "a.csv").write_bytes(b"\n".join([b'"id","text"', *rows]) + b"\n")
    assert [outcome(record) for record in read_records(tmp_path / "a.csv")] == [
        (1, "line 2: bytes that do not fit the encoding of the file"),
        (2, "b"),
        (3, "c"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("names", [["id", "text", "date"], ["date", "id", "text"]])
def test_a_carriage_return_within_a_cell(tmp_path: Path, names: list[str], end: str) -> None:
    """It ends no row where a line feed does, in quotation marks or, as pandas writes it, without."""
    texts = ["Two\rthree\r\rfour", "Five", 'Six, they\rsaid "no"', "\rSeven", "Eight"]
    frame = pd.DataFrame({"id": ["a", "b", "c", "d", "e"], "text": texts, "date": ["2025"] * 5})[names]
    for name, mark in (("a.csv", ","), ("a.tsv", "\t")):
        frame.to_csv(tmp_path / name, sep=mark, index=False, lineterminator=end)
        found = list(read_records(tmp_path / name))
        assert [(r.id, r.text, r.date) for r in found if isinstance(r, Article)] == [
            (id, text, "2025") for id, text in zip("abcde", texts, strict=True)
        ]


def test_a_damaged_byte_behind_a_carriage_return(tmp_path: Path) -> None:
    """It is none of the article's letters: the row is quarantined, all of it."""
    (tmp_path / "a.csv").write_bytes("id,text\na,Détente – on\nb,One\rTwo ".encode() + b"\xff\nc,Three\n")
    assert [outcome(record) for record in read_records(tmp_path / "a.csv")] == [
        (1, "a"),
        (2, "lines 3 to 4: bytes that do not fit the encoding of the file"),
        (3, "c"),
    ]


def test_a_short_row_with_carriage_returns(tmp_path: Path) -> None:
    """It is quarantined as one, in linear time, and does not change how the rows below are read."""
    words = "word\r" * 20_000
    (tmp_path / "a.csv").write_text(f"id,text\na,One\nshort\r{words}\nb,Two\rthree\n", newline="")
    before = process_time()
    assert [outcome(record) for record in read_records(tmp_path / "a.csv")] == [
        (1, "a"),
        (2, "lines 3 to 20003: 1 cells, but 2 columns"),
        (3, "b"),
    ]
    assert process_time() - before < 5


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_short_row_with_a_carriage_return_above_a_cell_in_quotation_marks(tmp_path: Path, end: str) -> None:
    """The cell is read from where it begins, not from its second line on, and rows below as they were."""
    rows = ["text,date", 'short\rwords\r"Talks{end}resume.",2025', "The embargo\rstays.,2024", ""]
    (tmp_path / "a.csv").write_text(end.join(rows).format(end=end), newline="")
    short, *articles = read_records(tmp_path / "a.csv")
    assert outcome(short) == (1, "lines 2 to 3: 1 cells, but 2 columns")
    assert [article.text for article in articles if isinstance(article, Article)] == [
        f"Talks{end}resume.",
        "The embargo\rstays.",
    ]


def test_rows_that_end_in_two_ways(tmp_path: Path) -> None:
    """A file may be put together from others: rows are read as far as each has its cells, in linear time."""
    rows = "".join(f"{i},Talks {i}\r" for i in range(20_000))
    (tmp_path / "a.csv").write_text(f"id,text\na,One\n{rows}z,End\n", newline="")
    before = process_time()
    found = [outcome(record) for record in read_records(tmp_path / "a.csv")]
    assert process_time() - before < 10
    assert found[:2] == [(1, "a"), (2, "0")]
    assert (len(found), found[-1]) == (20_002, (20_002, "z"))


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_a_table_of_one_column(tmp_path: Path, name: str) -> None:
    """Nothing parts its cells, so that a comma is its text's; in quotation marks it may have several lines."""
    (tmp_path / name).write_text('text\nTalks, they said; resume.\n"No, ""never"".\nSo they said."\n')
    assert [article.text for article in read_articles(tmp_path / name)] == [
        "Talks, they said; resume.",
        'No, "never".\nSo they said.',
    ]


def test_delimiters_within_the_quotation_marks_of_a_header(tmp_path: Path) -> None:
    """They part no cells, whatever their number."""
    header = '"id";text;"date, ""day, month""";"inches 5"" , wide"'
    (tmp_path / "a.csv").write_text(f'{header}\n1;"Talks; on";2025;x\n')
    assert [(article.id, article.text) for article in read_articles(tmp_path / "a.csv")] == [("1", "Talks; on")]


def test_a_row_with_a_cell_too_many_moves_no_other(tmp_path: Path) -> None:
    """Only the first row below a header in quotation marks tells whether rows have names."""
    (tmp_path / "a.csv").write_text('"id","text"\n"1","Talks."\n"2","Talks","too."\n"3","Oil."\n')
    assert [outcome(r) for r in read_records([tmp_path / "a.csv"])] == [
        (1, "1"),
        (2, "line 3: 3 cells, but 2 columns"),
        (3, "3"),
    ]


def test_a_mark_that_only_escapes_leave_open_costs_its_row_alone(tmp_path: Path) -> None:
    """What was looked at to the end of the file for its sake is read again; the row's own lines are no rows."""
    (tmp_path / "a.csv").write_text('"id","text"\n1,"Talks\nresume \\"on\n2,Oil.\n3,Grain.\n')
    first, *others = map(outcome, read_records([tmp_path / "a.csv"]))
    assert first[0] == 1
    assert str(first[1]).startswith("lines 2 to 3: ")
    assert others == [(2, "2"), (3, "3")]


def test_a_header_that_does_not_fit_its_encoding_is_none(tmp_path: Path) -> None:
    """Its names would be others than whoever wrote it gave them."""
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfid,text,country\xff\n1,Talks.,Oman\n")
    with pytest.raises(ArticleError, match="no header: bytes that do not fit the encoding"):
        list(read_records([tmp_path / "a.csv"]))


def test_what_is_missing_in_r_is_missing(tmp_path: Path) -> None:
    """Two rows without an id are no duplicates; what is kept may be a code, and a text may begin so."""
    rows = ['"x","Talks.",NA,NA,"NA"', 'NA,"NA talks.",NA,"Post",NA', 'NA,NA,"Title",NA,NA']
    (tmp_path / "a.csv").write_text("\n".join(['"id","text","title","outlet","country"', *rows]) + "\n")
    articles = list(read_articles([tmp_path / "a.csv"], Columns(keep=("country",))))
    assert [(a.id, a.text, a.title, a.outlet) for a in articles] == [
        ("x", "Talks.", None, None),
        ("a:2", "NA talks.", None, "Post"),
        ("a:3", "", "Title", None),
    ]
    assert {a.kept for a in articles} == {(("country", "NA"),)}


def test_text_is_kept_to_the_letter(tmp_path: Path) -> None:
    """Line ends, tabs and spaces of a text file are as in the file; only a byte order mark is not text."""
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfOne\r\n\tTwo \r Three\n")
    (article,) = read_articles([tmp_path / "a.md"])
    assert article == Article("a", "One\r\n\tTwo \r Three\n", source=str(tmp_path / "a.md"), position=1)


FRONT = """---
title: "Iran rejects talks"
date:  2026-03-04
tags:
  - oil
- Iran
author: Dana Example
source: 'Post'
id: post-7
---
"""


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter(tmp_path: Path, name: str, end: str, mark: str) -> None:
    """What a file says of itself at its head is no text; the rest is kept to the letter."""
    path = tmp_path / name
    path.write_bytes((mark + (FRONT + "\nTalks ended.\n---\ntitle: no\n---\n").replace("\n", end)).encode())
    (article,) = read_articles([path])
    assert (article.id, article.title, article.date) == ("post-7", "Iran rejects talks", "2026-03-04")
    assert article.outlet == "Post"
    assert article.text == "\nTalks ended.\n---\ntitle: no\n---\n".replace("\n", end)


@pytest.mark.parametrize(
    ("block", "found"),
    [
        ("---\ntitle: Talks\n...\n", ("Talks", None, None)),
        (
            "---  \nTitle: It''s: on \n\n# a remark\npublication: Post\nsource: Wire\n--- \n",
            ("It''s: on", None, "Post"),
        ),
        ("---\ntitle: 'It''s on'\noutlet: \nsource: Wire\n---\n", ("It's on", None, "Wire")),
        ('---\ntitle: "The \\"deal\\""\ndate: null\noutlet: [a, b]\n---\n', ('The "deal"', None, None)),
        ("---\ntitle: >\n  Talks\n  on\ndate: 2026-03\n---", (None, "2026-03", None)),
        # as PyYAML folds what is longer than 80 letters, and writes other than ASCII
        (
            "---\ntitle: Talks: the parties\n  meet\n\n  - again\n  # a remark\n---\n",
            ("Talks: the parties meet - again", None, None),
        ),
        ("---\ntitle: 'It''s on:\n  they meet'\ndate: 2026-03\n---\n", ("It's on: they meet", "2026-03", None)),
        (
            '---\ntitle: "D\\xE9tente\\u2019s\\tend \\U0001F600, they\\\n  \\ sa\\\n  id \\ud800" # a remark\n---\n',
            ("Détente’s end 😀, they said \ufffd", None, None),
        ),
        ("---\nübersetzer: X\n\"title\": Talks\n'date': 2026-03\ncompleted?: yes\n---\n", ("Talks", "2026-03", None)),
        ("---\ntitle:\n  of: talks\ndate: 2026-03\n---\n", (None, "2026-03", None)),
    ],
)
def test_values_of_front_matter(tmp_path: Path, block: str, found: tuple[str | None, ...]) -> None:
    """Blanks and quotation marks are none of a value, a folded one is whole; a list or a text as a block gives none."""
    (tmp_path / "a.md").write_text(f"{block}Talks ended." if block.endswith("\n") else block)
    (article,) = read_articles([tmp_path / "a.md"])
    assert (article.title, article.date, article.outlet) == found
    assert article.text == ("Talks ended." if block.endswith("\n") else "")


@pytest.mark.parametrize(
    "text",
    [
        "\n---\ntitle: Talks\n---\nThey ended.",
        "---\ntitle: Talks\nThey ended.\n---\n",
        "---\ntitle: Talks\n\nThey ended.\n",
        "---\nIran: talks end\n---\nThey ended.",
        "---\n---\nThey ended.",
        "---\n- title: Talks\n---\nThey ended.",
        "---\ntitle: Talks\ntitle: More talks\n---\nThey ended.",
        "----\ntitle: Talks\n----\nThey ended.",
        "title: Talks\n---\nThey ended.",
        "---\ntitle: Talks\n" + "more: text\n" * 9_000,
        "---",
    ],
)
def test_what_is_not_plainly_front_matter_is_text(tmp_path: Path, text: str) -> None:
    """A rule, or a line with a colon, is kept to the letter."""
    (tmp_path / "a.md").write_text(text)
    (article,) = read_articles([tmp_path / "a.md"])
    assert article == Article("a", text, source=str(tmp_path / "a.md"), position=1)


def test_folders(tmp_path: Path) -> None:
    """A folder is read in order, hidden files left out; ids carry the path; what has no reader is quarantined."""
    for name in ("b.txt", "2024/x.txt", "2025/x.txt", ".hidden.txt", ".git/x.txt", "photo.jpg", "2025/notes"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Talks.")
    assert [outcome(record) for record in read_records(tmp_path)] == [
        (1, "b"),
        (0, "no reader for .jpg"),
        (1, "2024/x"),
        (0, "no reader for a file without suffix"),
        (1, "2025/x"),
    ]


@pytest.mark.parametrize("gz", ["", ".gz"])
def test_bad_files_in_a_folder_are_quarantined(tmp_path: Path, gz: str) -> None:
    """In a folder a binary, a table without text and a dead link stop nothing."""
    (tmp_path / "a.txt").write_bytes(bytes(100))
    write(tmp_path / f"b.csv{gz}", [{"name": "x"}])
    (tmp_path / "c.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "d.txt").write_text("Talks.")
    reasons = [outcome(record) for record in read_records([tmp_path])]
    assert [position for position, _ in reasons] == [0, 0, 0, 1]
    assert "binary" in reasons[0][1]
    assert "no column 'text'" in reasons[1][1]
    assert "No such file" in reasons[2][1]


def test_globs(tmp_path: Path) -> None:
    """A glob gives its files in order, and what is in its folders; a file whose name holds a star is a file."""
    for name in ("b.txt", "a.txt", "sub/c.txt", "sub/d[1].txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Talks.")
    assert [a.id for a in read_articles([f"{tmp_path}/*"])] == ["a", "b", "c", "d[1]"]
    assert [a.id for a in read_articles([f"{tmp_path}/**/*.txt"])] == ["a", "b", "c", "d[1]"]
    assert [a.id for a in read_articles([f"{tmp_path}/sub/d[1].txt"])] == ["d[1]"]
    with pytest.raises(ArticleError, match="no file matches"):
        list(read_articles([f"{tmp_path}/*.csv"]))


def test_same_stem_in_two_folders(tmp_path: Path) -> None:
    """Files of one name do not clash, as texts or as tables without ids."""
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text("Talks.")
        write(tmp_path / folder / "b.jsonl", [{"text": "Talks."}])
    paths = [tmp_path / "x/a.txt", tmp_path / "y/a.txt", tmp_path / "x/b.jsonl", tmp_path / "y/b.jsonl"]
    ids = [article.id for article in read_articles(paths)]
    assert ids == [str(paths[0]), str(paths[1]), f"{paths[2]}:1", f"{paths[3]}:1"]
    assert [a.id for a in read_articles([tmp_path])] == ["x/a", "x/b:1", "y/a", "y/b:1"]


def test_a_file_met_twice_is_read_once(tmp_path: Path) -> None:
    """A file that is named and also found in a folder is not counted twice, and that is said."""
    (tmp_path / "a.txt").write_text("Talks.")
    assert [outcome(r) for r in read_records([tmp_path / "a.txt", tmp_path])] == [(1, "a"), (0, "the same file again")]


@pytest.mark.parametrize(
    ("raw", "columns", "ids"),
    [
        (b"Talks resume.\n\nSanctions stay.", Columns(), ["stdin"]),
        (b'{"id": "a", "text": "Talks."}\n{"id": "b", "text": ""}\n', Columns(), ["a", "b"]),
        (b'{"id": "a", "text": "' + b"long " * 50_000 + b'"}\n', Columns(), ["a"]),
        (b"id,body\n1,Talks.\n", Columns(text="body"), ["1"]),
        (gzip.compress(b"Talks.", mtime=0), Columns(), ["stdin"]),
    ],
)
def test_standard_input(monkeypatch: pytest.MonkeyPatch, raw: bytes, columns: Columns, ids: list[str]) -> None:
    """What is piped in is text, JSON lines or, with a text column named, a table; the pipe is left open."""
    pipe = io.TextIOWrapper(io.BufferedReader(io.BytesIO(raw)))
    monkeypatch.setattr(sys, "stdin", pipe)
    assert [(a.id, a.source) for a in read_articles(["-"], columns)] == [(id, "-") for id in ids]
    assert not pipe.closed
    assert not pipe.buffer.closed


def test_parquet_through_a_pipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Parquet is known by its first bytes, even where it cannot be read from its end."""
    raw = write(tmp_path / "a.parquet", ROWS).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    assert [a.id for a in read_articles("-")] == ["a", "b"]


def test_formats_without_suffix(tmp_path: Path) -> None:
    """A named file with no known suffix is known by its contents."""
    for name, source in (("one", "a.jsonl"), ("two", "a.parquet")):
        write(tmp_path / source, ROWS).rename(tmp_path / name)
        assert [a.id for a in read_articles([tmp_path / name])] == ["a", "b"]
    (tmp_path / "Iran vs. U.S").write_text("Talks.")
    assert [a.id for a in read_articles([tmp_path / "Iran vs. U.S"])] == ["Iran vs. U.S"]


def test_quarantine_callback(tmp_path: Path) -> None:
    """Bad records go to the callback; without one the first stops the run, with its place."""
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\nno\n{"text": "Two."}\n')
    refused: list[Quarantined] = []
    assert len(list(read_articles([tmp_path / "a.jsonl"], quarantine=refused.append))) == 2
    assert [(q.source, q.position) for q in refused] == [(str(tmp_path / "a.jsonl"), 2)]
    with pytest.raises(ArticleError, match=r"a\.jsonl:2: not valid JSON"):
        list(read_articles([tmp_path / "a.jsonl"]))


def test_seen_ids() -> None:
    """Every id is new once, through all growth of the table."""
    seen = SeenIds()
    assert all(seen.add(hash_id(f"id {i}")) for i in range(20_000))
    assert not any(seen.add(hash_id(f"id {i}")) for i in range(20_000))
    assert len(seen) == 20_000


@pytest.mark.parametrize("output", ["scores.csv", "scores.parquet", "scores.jsonl", "scores.sqlite", "run/"])
def test_a_folder_scored_again_is_the_folder_it_was(small_model_path: Path, tmp_path: Path, output: str) -> None:
    """Results, their dictionary, the parts of a run, lists of quarantined records and reports are no articles."""
    (tmp_path / "a.txt").write_text("The embargo must be lifted, the minister said on Monday.", encoding="utf-8")
    (tmp_path / "b.pdf").write_text("no PDF", encoding="utf-8")
    command = ["score", str(tmp_path), "-m", str(small_model_path), "-o", f"{tmp_path}/{output}"]
    first = CliRunner().invoke(main, [*command, "--quarantine", str(tmp_path / "q.jsonl")], catch_exceptions=False)
    results = tmp_path / output.rstrip("/")
    if not output.endswith(".sqlite"):
        report = CliRunner().invoke(main, ["report", str(results), "-o", str(tmp_path / "r.html")])
        assert report.exit_code == 0, report.stderr
    again = CliRunner().invoke(main, ["score", str(tmp_path), "-m", str(small_model_path), "-f", "csv"])
    assert "articles: 2 read = 1 scored + 0 abstained + 1 quarantined" in first.stderr
    assert "articles: 2 read = 1 scored + 0 abstained + 1 quarantined" in again.stderr
    assert "not read, because stance wrote it: " in again.stderr
    assert [source.path for source in find_sources([str(tmp_path / "*")])] == [
        str(tmp_path / name) for name in ("a.txt", "b.pdf")
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_results_without_a_dictionary_are_no_articles(small_model_path: Path, tmp_path: Path, form: str) -> None:
    """What the shell wrote has none, nor has a copy that a coder filled in: both are known by their columns."""
    (tmp_path / "a.txt").write_text("The embargo must be lifted, the minister said. " * 99, encoding="utf-8")
    output, copy = tmp_path / f"scores.{form}", tmp_path / "anna.csv"
    score = ["score", str(tmp_path / "a.txt"), "-m", str(small_model_path), "-o", str(output)]
    sample = ["results", "sample", str(output), "-n", "1", "-o", str(copy)]
    for command in score, sample:
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.stderr
    for dictionary in tmp_path.glob("*.columns.json"):
        dictionary.unlink()
    semicolons = copy.read_text(encoding="utf-8").replace(",", ";")
    (tmp_path / "ben.csv").write_text("\ufeff" + semicolons, encoding="utf-8")
    others = {"paragraphs.csv": "article_id,paragraph,text\n1,0,Talks.\n", "c.csv": "text,drawn_from\nTalks.,a hat\n"}
    for name, text in others.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert own_files(str(tmp_path), os.listdir(tmp_path)) == {output.name, "anna.csv", "ben.csv"}
    assert len(list(read_articles([tmp_path]))) == 3


@pytest.mark.parametrize("name", ["U.CSV", "u.ndjson", "u.NDJSON", "u.tab", "u.PQ", "r.htm", "R.HTML", "U.CSV.GZ"])
def test_what_stance_wrote_is_known_by_any_suffix_of_its_format(tmp_path: Path, name: str) -> None:
    """In capitals too, as another system writes them; in a folder, and in an archive of it."""
    table = pa.table(
        {
            "article_id": ["1"],
            "paragraph": [0],
            "text": ["The embargo stays."],
            "tax": ["favor"],
            "tax_probability": [0.9],
            "tax_abstained": pa.array([None], pa.string()),
        }
    )
    kind = name.lower().removesuffix(".gz").rpartition(".")[2]
    if kind in ("htm", "html"):
        content = b'<!DOCTYPE html><html><head><meta name="generator" content="stance 0.1.0"></head></html>'
    elif kind == "pq":
        pq.write_table(table, tmp_path / "plain")
        content = (tmp_path / "plain").read_bytes()
        (tmp_path / "plain").unlink()
    else:
        content = encode(table, "jsonl" if kind == "ndjson" else "csv")
        content = content.replace(b",", b"\t") if kind == "tab" else content
    if name.endswith(".GZ"):
        content = gzip.compress(content)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("Talks resume.", encoding="utf-8")
    (folder / name).write_bytes(content)
    (tmp_path / "pack.zip").write_bytes(zipped({"a.txt": b"Talks resume.", name: content}))
    for place in folder, tmp_path / "pack.zip":
        left_out: list[Source] = []
        records = list(read_records(find_sources([place], left_out), left_out=left_out))
        assert [record.source for record in records] == [f"{place}/a.txt"]
        assert {source.path for source in left_out} == {f"{place}/{name}"}


def test_models_and_figures_are_no_articles(small_model_path: Path, tmp_path: Path) -> None:
    """A model card, and a figure as PDF or SVG, name stance as what made them; others of these names do not."""
    shutil.copytree(small_model_path, tmp_path / "model")
    figure = Figure("by-outlet", "", "", ["Post", "Wire"], [Series("sanctions", [0.5, -0.5], [0.1, 0.1])], False)
    save_figures([figure], tmp_path / "figures")
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(tmp_path / "model" / "MODEL_CARD.md", other / "card.md")
    (other / "MODEL_CARD.md").write_text("# A card\n\nTalks resume.\n", encoding="utf-8")
    (other / "by-outlet.svg").write_text("<svg><title>by stance</title></svg>", encoding="utf-8")
    sources = {os.path.relpath(source.path, tmp_path) for source in find_sources([str(tmp_path)])}
    assert sources == {"other/MODEL_CARD.md", "other/by-outlet.svg", "other/card.md"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_no_pipe_in_a_folder_is_waited_on(tmp_path: Path) -> None:
    """Not to see whether stance wrote it either, whatever its name; nor where a pattern finds it."""
    (tmp_path / "a.txt").write_text("Talks resume.", encoding="utf-8")
    for name in "b.jsonl", "c.html", "d.csv", "e.pdf", "f.parquet", "f.parquet.columns.json", "manifest.json":
        os.mkfifo(tmp_path / name)
    for named in str(tmp_path), f"{tmp_path}/*", f"{tmp_path}/**":
        with within(20):
            done = run("score", "-f", "csv", named)
        assert "articles: 1 read" in done.stderr


def test_what_stance_wrote_is_read_where_it_is_named(small_model_path: Path, tmp_path: Path) -> None:
    """A file that the user names is read whatever it is, and a name alone makes no file stance's own."""
    (tmp_path / "a.txt").write_text("The embargo must be lifted.", encoding="utf-8")
    output = tmp_path / "scores.jsonl"
    CliRunner().invoke(main, ["score", str(tmp_path / "a.txt"), "-m", str(small_model_path), "-o", str(output)])
    assert len(list(read_articles([output]))) == 1
    other = tmp_path / "other"
    other.mkdir()
    (other / "part-00000.jsonl").write_text('{"text": "One."}\n', encoding="utf-8")
    (other / "quarantine.jsonl").write_text('{"text": "Two."}\n', encoding="utf-8")
    (other / "b.csv").write_text("text\nThree.\n", encoding="utf-8")
    (other / "b.csv.columns.json").write_text("{}", encoding="utf-8")
    assert len([record for record in read_records([other]) if isinstance(record, Article)]) == 3


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_standard_output_in_the_folder_is_not_read(tmp_path: Path, form: str) -> None:
    """A file that the shell made for the output holds no article; read, it would grow as long as it is read."""
    (tmp_path / "a.txt").write_text("They refused to lift the sanctions.\n", encoding="utf-8")
    command = [sys.executable, "-m", "stance", "score", "-f", form]
    for named, code in (".", 0), ("*.txt", 0), ("out.txt", 1):
        with (tmp_path / "out.txt").open("w", encoding="utf-8") as out:
            done = subprocess.run(
                [*command, named], cwd=tmp_path, stdout=out, stderr=subprocess.PIPE, text=True, timeout=60
            )
        assert done.returncode == code, done.stderr
        expected = (
            "articles: 1 read = 1 scored" if code == 0 else "out.txt: standard output or standard error is written to"
        )
        assert expected in done.stderr


def test_standard_error_in_the_folder_is_not_read(tmp_path: Path) -> None:
    """A log that the shell made holds no article; it grows, and a run in parts would say that its input changed."""
    (tmp_path / "a.txt").write_text("They refused to lift the sanctions.\n", encoding="utf-8")
    (tmp_path / "b.jsonl").write_text("oops\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "stance",
        "score",
        ".",
        "--progress",
        "-o",
        f"{tmp_path.parent}/{tmp_path.name}-run/",
    ]
    with (tmp_path / "log.txt").open("w", encoding="utf-8") as log:
        done = subprocess.run(command, cwd=tmp_path, stderr=log, timeout=60)
    told = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert done.returncode == 0, told
    assert "articles: 2 read = 1 scored + 0 abstained + 1 quarantined" in told
    assert "not read, because stance wrote it: ./log.txt" in told


def test_only_what_was_met_is_said_to_be_left_out(small_model_path: Path, tmp_path: Path) -> None:
    """Of a pattern what it matches, with ** too, and no command to a terminal in a name."""

    def score(*arguments: str) -> str:
        run = CliRunner().invoke(main, ["score", *arguments, "-m", str(small_model_path), "-f", "csv"])
        assert run.exit_code == 0, run.stderr
        return run.stderr

    deep = tmp_path / "in" / "deep"
    deep.mkdir(parents=True)
    for folder in (deep.parent, deep):
        (folder / "a.txt").write_text("The embargo must be lifted.", encoding="utf-8")
        (folder / "q\x1b[2J.jsonl").write_text(Quarantined("a.csv", 3, "oops").to_json(), encoding="utf-8")
    listed = "not read, because stance wrote it: "
    assert listed not in score(f"{deep.parent}/a*")
    shown = f"{deep.parent}/q\u241b[2J.jsonl"
    assert f"{listed}{shown}\n" in score(f"{deep.parent}/*.*")
    both = f"{listed}{deep}/q\u241b[2J.jsonl, {shown}\n"
    assert both in score(f"{deep.parent}/*")
    assert both in score(f"{deep.parent}/**")
    assert both in score(str(deep.parent), str(deep))
    for i in range(4):
        (deep / f"r{i}.jsonl").write_bytes((deep / "q\x1b[2J.jsonl").read_bytes())
    first = f"{listed}{deep}/q\u241b[2J.jsonl, {deep}/r0.jsonl, {deep}/r1.jsonl"
    assert f"{first} and 3 more\n" in score(str(deep.parent))


_HEADED = {" ID": "7", "Text": "Talks resume.", "TITLE ": "Talks", "Date": "2026-05-09", "Outlet": "Wire"}


def _tables(folder: Path, record: dict[str, str]) -> list[Path]:
    """One record as CSV, JSON lines, JSON and Parquet."""
    rows = [",".join(record), ",".join(record.values())]
    (folder / "a.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "a.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    (folder / "a.json").write_text(json.dumps(record), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist([record]), folder / "a.parquet")
    return [folder / f"a.{suffix}" for suffix in ("csv", "jsonl", "json", "parquet")]


def test_default_columns_in_capitals_and_with_blanks(tmp_path: Path) -> None:
    """Are found in every kind of table, by row and by column."""
    for path in _tables(tmp_path, _HEADED):
        (article,) = read_articles(path)
        facts = [article.id, article.text, article.title, article.date, article.outlet]
        assert facts == list(_HEADED.values())
        (block,) = read_blocks([path])
        assert [block.articles[field][0].as_py() for field in ("id", "text", "title", "date", "outlet")] == facts


@pytest.mark.parametrize(
    ("names", "columns", "id"),
    [
        (("article_id", "text"), Columns(), "1"),
        (("Article_ID", "text"), Columns(), "1"),
        (("article_id", "id", "text"), Columns(), "2"),
        (("ID", "id", "text"), Columns(), "2"),
        (("ID", "Id", "text"), Columns(), "a:1"),
        # a row of results is a paragraph
        (("article_id", "paragraph", "text"), Columns(), "a:1"),
        (("article_id", "paragraph", "text"), Columns(id="article_id"), "1"),
    ],
)
def test_which_column_is_the_id(tmp_path: Path, names: tuple[str, ...], columns: Columns, id: str) -> None:
    """The very name goes first; of several that are alike none is taken."""
    record = dict(zip(names, "123", strict=False))
    for path in _tables(tmp_path, record):
        assert [article.id for article in read_articles(path, columns)] == [id]
        assert [id for block in read_blocks([path], columns) for id in block.articles["id"].to_pylist()] == [id]


def test_a_column_that_is_named_is_meant_to_the_letter(tmp_path: Path) -> None:
    """Another case is another column."""
    for path in _tables(tmp_path, {"Title": "Talks", "text": "They resume."}):
        with pytest.raises(ArticleError, match="no column 'title' for the title"):
            list(read_articles(path, Columns(title="title")))


def test_a_folder_of_hidden_files_says_so(tmp_path: Path) -> None:
    """Rather than that it is empty."""
    (tmp_path / ".a.txt").write_text("Talks resume.")
    with pytest.raises(ArticleError, match="hidden ones and pipes are not read"):
        list(read_articles(tmp_path))


def test_a_table_told_by_its_content_may_have_capitals(tmp_path: Path) -> None:
    """As one told by its name."""
    for name in ("a.txt", "b.dat", "c"):
        (tmp_path / name).write_text("ID,Text\n1,The sanctions stay.\n2,Talks resume.\n", encoding="utf-8")
        found = list(read_articles([tmp_path / name]))
        assert [(article.id, article.text) for article in found] == [
            ("1", "The sanctions stay."),
            ("2", "Talks resume."),
        ]


def test_which_key_is_the_id_is_decided_for_the_whole_file(tmp_path: Path) -> None:
    """A record that lacks it has none, and not another one's; as Parquet has it."""
    lines = ['{"id": "1", "article_id": "77", "text": "A."}', *['{"article_id": "77", "text": "B."}'] * 2]
    (tmp_path / "x.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert [article.id for article in read_articles([tmp_path / "x.jsonl"])] == ["1", "x:2", "x:3"]


@pytest.mark.parametrize("suffix", ["jsonl", "json"])
def test_a_key_in_capitals_may_be_missing_from_the_first_records(tmp_path: Path, suffix: str) -> None:
    """JSON leaves out what is null: the first records have no title, yet those of all others are read."""
    records: list[dict[str, str]] = [
        {"text": "A."},
        {"text": "B.", "country": "Oman", "Title": "Talks", " OUTLET": "Wire"},
        {"text": "C.", "Article_ID": "7", "title": "Not this one", "Title": "Nor is it lost", "DATE": "2026-05-09"},
    ]
    shown = "\n".join(map(json.dumps, records)) if suffix == "jsonl" else json.dumps(records)
    (tmp_path / f"a.{suffix}").write_text(shown, encoding="utf-8")
    found = [(article.id, article.title, article.date, article.outlet) for article in read_articles(tmp_path)]
    assert found == [
        ("a:1", None, None, None),
        ("a:2", "Talks", None, "Wire"),
        ("7", "Nor is it lost", "2026-05-09", None),
    ]
