"""Codes and corpora in Excel workbooks: as this package writes them, as coders fill them in, and damaged ones."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from helpers import run

from stance.errors import CorpusError, StanceError
from stance.labels import Target
from stance.results.export import export
from stance.results.formats import fit_cell
from stance.results.population import find_coded, population
from stance.results.sampling import draw_sample, read_codes
from stance.results.scored import Results
from stance.training.flat_files import read_rows
from stance.training.workbook import read_sheet

TAX = Target("tax", ("favor", "against"))
TEXT = "The sanctions stay, the minister said."


def _rows(path: Path) -> list[tuple[int, dict[str, object]]]:
    def fail(line: int, message: str) -> None:
        raise AssertionError(message)

    return list(read_rows(path, fail))


def test_a_sample_is_drawn_coded_and_read_in_a_workbook(small_model_path: Path, tmp_path: Path) -> None:
    """As it was drawn and filled in: prevalence and agreement are to the letter those of the same codes in a CSV."""
    texts = [f'{{"id": "{i:03}", "text": "On day {i} they met,\\r\\nand the sanctions stay."}}\n' for i in range(60)]
    (tmp_path / "in.jsonl").write_text("".join(texts), encoding="utf-8")
    scores = tmp_path / "scores.csv"
    assert run("score", tmp_path / "in.jsonl", "-m", small_model_path, "-o", scores).exit_code == 0
    for name in ("ann.xlsx", "ann.csv"):
        assert run("results", "sample", scores, "-n", 40, "-o", tmp_path / name).exit_code == 0
    refused = run("results", "prevalence", scores, tmp_path / "ann.xlsx")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "fill in the columns" in refused.stderr
    codes = ["Favor" if i % 4 else "neutral" for i in range(40)]
    drawn = pd.read_csv(tmp_path / "ann.csv", dtype=str)
    drawn.assign(sanctions=codes).to_csv(tmp_path / "ann.csv", index=False)
    book = openpyxl.load_workbook(tmp_path / "ann.xlsx")
    (column,) = (cell.column for cell in book.worksheets[0][1] if cell.value == "sanctions")
    for row, code in enumerate(codes, start=2):
        book.worksheets[0].cell(row, column, code)
    book.save(tmp_path / "ann.xlsx")
    (tmp_path / "ben.csv").write_bytes((tmp_path / "ann.csv").read_bytes())
    for command in (("prevalence", scores), ("agreement", scores, tmp_path / "ben.csv")):
        found = [run("results", *command, tmp_path / name) for name in ("ann.xlsx", "ann.csv")]
        assert [result.exit_code for result in found] == [0, 0], found[0].output
        assert found[0].stdout == found[1].stdout != ""


@pytest.mark.parametrize("name", ["ann.xlsx", "ann.csv"])
@pytest.mark.parametrize(
    "text",
    [
        "The sanctions stay. " * 2_000,
        "The sanctions stay \N{DOVE OF PEACE}. " + "\N{DOVE OF PEACE}" * 20_000,
        "The sanctions\x01 stay\x0b\x0c, it\x1f\0 says\x92\x7f.",
        "The sanctions stay: forms _x0041_ and _x0001_ \ufffe say so.",
    ],
)
def test_texts_that_a_workbook_does_not_hold_are_found_again(name: str, text: str, tmp_path: Path) -> None:
    """Cut to what a cell takes, which is told, or with what XML does not hold, also where a spreadsheet left it out."""
    rows = [{"article_id": f"{i:03}", "paragraph": 0, "text": f"{i} {text}", "tax": "favor"} for i in range(40)]
    found = Results(
        pd.DataFrame(rows).assign(tax_p_favor=0.5, tax_p_against=0.5, tax_abstained=None), (TAX,), "paragraph"
    )
    drawn = draw_sample(found, 35).assign(tax="favor")
    if name == "ann.csv":
        drawn["text"] = [re.sub(r"[\0-\x1f\x7f-\x9f\ufffe]", "", fit_cell(one)) for one in drawn["text"]]
    notes = export(drawn, tmp_path / name, [TAX])
    assert bool(notes) == (len(text) > 20_000 and name == "ann.xlsx")
    codes = read_codes(tmp_path / name, [TAX])
    assert found.frame["article_id"].iloc[find_coded(population(found), codes)].tolist() == drawn["article_id"].tolist()
    others = codes.assign(text=[one[:-9] for one in codes["text"]])
    with pytest.raises(StanceError, match="has another text than the one coded"):
        find_coded(population(found), others)


def test_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    """Words within a cell or without, codes as numbers, values of formulas; empty rows and unnamed columns are none."""
    with xlsxwriter.Workbook(tmp_path / "in.xlsx") as book:
        sheet = book.add_worksheet("codes")
        sheet.write_row(1, 0, ["text", "tax", "", "sure"])
        sheet.write_row(3, 0, [" Talks\r\nresume\x02 _x0041_ ", -1, "a remark", True])
        sheet.write_rich_string(4, 0, book.add_format({"bold": True}), "Sanctions", " stay")
        sheet.write_formula(4, 1, "=1-0", None, 1)
        sheet.write_blank(5, 0, None, book.add_format({"bold": True}))
        book.add_worksheet("more").write_string(0, 0, "text")
    assert _rows(tmp_path / "in.xlsx") == [
        (4, {"text": " Talks\r\nresume\x02 _x0041_ ", "tax": "-1", "sure": "TRUE"}),
        (5, {"text": "Sanctions stay", "tax": "1", "sure": ""}),
    ]


def test_a_corpus_in_a_workbook_is_the_same(tmp_path: Path) -> None:
    """As that in a CSV, line by line."""
    frame = pd.DataFrame({"text": [f"{TEXT} {i}" for i in range(9)], "tax": ["pro", "con", "none"] * 3})
    frame.to_csv(tmp_path / "c.csv", index=False)
    frame.to_excel(tmp_path / "c.xlsx", index=False)
    assert _rows(tmp_path / "c.xlsx") == _rows(tmp_path / "c.csv")
    found = [run("corpus", "stats", tmp_path / name, "--target", "tax").stdout for name in ("c.csv", "c.xlsx")]
    assert "paragraphs 9" in found[0]
    assert found[0].replace("c.csv", "c.xlsx") == found[1]


def test_no_rows_and_twice_the_same_heading(tmp_path: Path) -> None:
    """Told as of any table."""
    book = openpyxl.Workbook()
    book.save(tmp_path / "empty.xlsx")
    assert read_sheet(tmp_path / "empty.xlsx") == []
    assert "the file has no rows" in run("corpus", "check", tmp_path / "empty.xlsx").output
    book.worksheets[0].append(["text", "tax", "tax"])
    book.worksheets[0].append([TEXT, "pro", "con"])
    book.save(tmp_path / "twice.xlsx")
    with pytest.raises(CorpusError, match="column 'tax' appears twice"):
        _rows(tmp_path / "twice.xlsx")


@pytest.mark.parametrize("left_out", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_damaged_workbook_is_one_line(tmp_path: Path, left_out: str) -> None:
    """With the file, what is wrong and what to do; so is one that is no archive."""
    openpyxl.Workbook().save(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(tmp_path / "c.xlsx", "w") as part:
        for name in whole.namelist():
            if name != left_out:
                part.writestr(name, whole.read(name))
    (tmp_path / "d.xlsx").write_bytes(b"PK\x03\x04")
    for name in ("c.xlsx", "d.xlsx"):
        result = run("evaluate", "default", tmp_path / name)
        assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
        assert result.stderr.startswith(f"stance: {tmp_path / name}: not a valid ")
        assert "save it anew, or as CSV in UTF-8" in result.stderr


@pytest.mark.parametrize("told", [b"", b'<dimension ref="A1"/>'])
def test_rows_are_read_as_long_as_they_are(tmp_path: Path, told: bytes) -> None:
    """Where a program writes rows as they come, it tells no size of the sheet, or a wrong one."""
    book = openpyxl.Workbook()
    for row in (["text", "tax", "toll"], [TEXT, "pro", "con"], [f"{TEXT} 2", "con"], [f"{TEXT} 3"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "whole.xlsx")
    with zipfile.ZipFile(tmp_path / "whole.xlsx") as whole, zipfile.ZipFile(tmp_path / "c.xlsx", "w") as other:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b"<dimension " in content
                content = re.sub(rb"<dimension [^>]*/>", told, content)
            other.writestr(name, content)
    assert _rows(tmp_path / "c.xlsx") == [
        (2, {"text": TEXT, "tax": "pro", "toll": "con"}),
        (3, {"text": f"{TEXT} 2", "tax": "con", "toll": ""}),
        (4, {"text": f"{TEXT} 3", "tax": "", "toll": ""}),
    ]


def _book(path: Path, **sheets: list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.removeprefix("hidden_"))
        sheet.sheet_state = "hidden" if name.startswith("hidden_") else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


CODES = [["text", "tax"], [TEXT, "pro"]]


def test_no_sheet_of_codes_is_left_out_in_silence(tmp_path: Path) -> None:
    """Where a second sheet has the columns of the first, half of the codes may be there; any other one may."""
    path = _book(tmp_path / "c.xlsx", first=CODES, second=[[], ["tax", "text", ""], ["con", "Lift them."]])
    with pytest.raises(
        CorpusError, match="sheet 'second' has the columns of sheet 'first', but only one is read; put all"
    ):
        read_sheet(path)
    path = _book(tmp_path / "c.xlsx", first=CODES, more=[["text", "remark"], [TEXT, "?"]], blank=[], hidden_old=CODES)
    assert read_sheet(path) == [(1, CODES[0]), (2, CODES[1])]


def test_a_sheet_that_is_no_table_does_not_hide_the_codes(tmp_path: Path) -> None:
    """What to do is said: a workbook often begins with what it is about. Of sheets that nobody sees none is read."""
    path = _book(tmp_path / "c.xlsx", about=[["Codes of the spring."], ["By Anna."]], codes=CODES)
    for command in (("corpus", "check"), ("evaluate", "default")):
        told = run(*command, path).stderr
        assert told == (
            f"stance: {path}: the first sheet, 'about', is not a table, and no other is read; move the one with the "
            "codes to the front\n"
        )
    assert read_sheet(_book(tmp_path / "c.xlsx", hidden_about=[["Old."]], codes=CODES))[1] == (2, CODES[1])


def _edited(path: Path, part: str, old: bytes, new: bytes, name: str = "") -> None:
    """Write a workbook that has other words in a part, which may have another name."""
    plain = path.with_name("plain.xlsx")
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet("codes")
        for row, cells in enumerate([["text", "tax"], [TEXT, "pro"], [f"{TEXT} No.", "con"]]):
            sheet.write_row(row, 0, cells)
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for found in before.namelist():
            content = before.read(found)
            content = content.replace(old, new, 1) if found == part else content
            place = part.rpartition("/")[2]
            content = content.replace(place.encode(), name.encode()) if name and found != part else content
            after.writestr(found.replace(place, name) if name else found, content)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (b"<row r='999999999999'><c r='A999999999999'><v>1</v></c></row>", "more than 1,048,576 rows"),
        (b"".join(b"<row r='%d'><c r='XFD%d'><v>1</v></c></row>" % (i, i) for i in range(9, 1400)), "20,971,520 cells"),
        (b"<row r='9'><c r='XFD9'><v>1</v></c></row>" + b"<row><c><v>1</v></c></row>" * 1400, "20,971,520 cells"),
    ],
    ids=["rows", "columns", "both"],
)
def test_cells_that_are_not_there_fill_no_memory(tmp_path: Path, more: bytes, message: str) -> None:
    """A file of 5 kB may name a row or a column as far away as it likes."""
    path = tmp_path / "far.xlsx"
    _edited(path, "xl/worksheets/sheet1.xml", b"</sheetData>", more + b"</sheetData>")
    with pytest.raises(CorpusError, match=message) as caught:
        read_sheet(path)
    assert "as CSV" in str(caught.value)


@pytest.mark.parametrize("name", ["", "sharedStrings.data"])
def test_words_of_a_workbook_do_not_unfold_without_end(tmp_path: Path, name: str) -> None:
    """Of all cells they stand in one part, whatever it is called."""
    path = tmp_path / "bomb.xlsx"
    more = b"<si><t>" + b"word " * (14 * 2**20) + b"</t></si></sst>"
    _edited(path, "xl/sharedStrings.xml", b"</sst>", b"</sst>", name)
    assert len(read_sheet(path)) == 3
    _edited(path, "xl/sharedStrings.xml", b"</sst>", more, name)
    with pytest.raises(CorpusError, match="a decompression bomb"):
        read_sheet(path)


def test_a_large_workbook_is_no_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words unfold to more than a part of a document may, but not to much more than it is packed in."""
    monkeypatch.setattr("stance.articles.office.LARGEST_PART", 10_000)
    rows = [[f"Port {i} took {i * i} tons of plums on day {i % 7}.", "pro"] for i in range(1000)]
    path = _book(tmp_path / "large.xlsx", codes=[["text", "tax"], *rows])
    assert [row for _, row in read_sheet(path)[1:]] == rows
