"""Reading corpora of every form, and naming their defects."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers import run

from stance.errors import CorpusError
from stance.labels import RESERVED, Target
from stance.model.analyzer import Analyzer, Settings
from stance.model.lexicon import read_lexicon
from stance.patterns import expand_pattern
from stance.results import dictionary
from stance.results.records import article_columns, paragraph_columns
from stance.results.rollup import roll_up
from stance.results.scored import Results
from stance.training.corpus_files import CorpusColumns, check_corpus, read_corpus

TOML = """
name = "tiny"
version = "1"
labels = ["favor", "against"]
[targets.bridge]
[targets.tunnel]
labels = ["yes", "no"]
"""
GOOD = {
    "article": "a",
    "paragraph": 0,
    "text": "Build it.",
    "bridge": "favor",
    "register": "x",
    "dispute": "y",
    "coder": "z",
}
LATER = {**GOOD, "paragraph": 1, "text": "Or not."}


def _described(folder: Path, records: list[object]) -> Path:
    (folder / "corpus").mkdir()
    (folder / "corpus.toml").write_text(TOML, encoding="utf-8")
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    (folder / "corpus" / "one.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_described_corpus_is_read(tmp_path: Path) -> None:
    """Targets and labels come from the description; a target that is not coded is absent."""
    corpus = read_corpus(_described(tmp_path, [GOOD, {**GOOD, "paragraph": 1, "text": "Or not.", "tunnel": "no"}]))
    assert [(t.name, t.labels) for t in corpus.targets] == [("bridge", ("favor", "against")), ("tunnel", ("yes", "no"))]
    assert [dict(e.labels) for e in corpus] == [{"bridge": "favor"}, {"bridge": "favor", "tunnel": "no"}]
    assert read_corpus(tmp_path / "corpus.toml").fingerprint == corpus.fingerprint


def test_a_corpus_that_says_no_name_has_that_of_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is named, from within as well."""
    (tmp_path / "own").mkdir()
    folder = _described(tmp_path / "own", [GOOD, {**LATER, "bridge": "against"}])
    (folder / "corpus.toml").write_text(TOML.replace('name = "tiny"', ""), encoding="utf-8")
    monkeypatch.chdir(folder)
    for path in folder, folder / "corpus.toml", ".", "corpus.toml":
        assert read_corpus(path).name == "own"


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("{broken", "not valid JSON"),
        ("[1]", "must be a JSON object"),
        ({**LATER, "bridge": "maybe"}, "'maybe' is not a label of 'bridge'"),
        ({**LATER, "bridge": ["favor"]}, "['favor'] is not a label of 'bridge'"),
        ({**GOOD, "text": "  "}, "'text' must be"),
        ({**GOOD, "article": 3}, "'article' must be"),
        ({**GOOD, "paragraph": -1}, "'paragraph' must be"),
        ({**GOOD, "paragraph": True}, "'paragraph' must be"),
        ({k: v for k, v in LATER.items() if k != "bridge"}, "no target is coded"),
        ({**LATER, "coder": 1}, "'coder' must be"),
        ({**LATER, "disputed": ["moon"]}, "'disputed' must be"),
        ({**LATER, "disputed": [["bridge"]]}, "'disputed' must be"),
        ({**LATER, "codings": 3}, "'codings' must hold labels by target for each coder"),
        ({**LATER, "codings": {"A": "favor"}}, "'codings' must hold labels by target for each coder"),
        ({**LATER, "codings": {"A": {"bridge": "favour"}}}, "'codings' of 'A': 'favour' is not a label of 'bridge'"),
        ({**LATER, "codings": {"A": {"bridge": 1}}}, "'codings' of 'A': 1 is not a label of 'bridge'"),
        (
            {**LATER, "codings": {"A": {"moon": "favor"}}},
            "'codings' of 'A' has a label on 'moon', which is not a target",
        ),
        (GOOD, "already has paragraph 0"),
        ({**GOOD, "paragraph": 5, "text": "Later."}, "jumps to paragraph 5"),
        ({**GOOD, "paragraph": 1, "bridge": "against"}, "the same text is 'against'"),
    ],
)
def test_every_defect_is_named_with_its_line(tmp_path: Path, record: object, message: str) -> None:
    """`check_corpus` says what and where; `read_corpus` refuses with the same words."""
    folder = _described(tmp_path, [GOOD, record])
    (defect,) = check_corpus(folder)
    assert defect.line == 2
    assert message in defect.message
    with pytest.raises(CorpusError, match=r"one\.jsonl:2: "):
        read_corpus(folder)


def test_a_record_needs_no_more_than_its_place_text_and_labels(tmp_path: Path) -> None:
    """Register, dispute and coder are ours; a label is what the coder means, in whatever case."""
    (example,) = read_corpus(_described(tmp_path, [{"article": "a", "paragraph": 0, "text": "Go.", "bridge": "Favor"}]))
    assert (dict(example.labels), dict(example.fields)) == ({"bridge": "favor"}, {})


def test_codings_are_looked_up_as_labels_are(tmp_path: Path) -> None:
    """Case makes no other label for alpha; what a coder left open is no code."""
    given = {"A": {"bridge": "Favor", "tunnel": None}, "B": {"bridge": "favor", "tunnel": "no"}, "C": {}}
    first, second = read_corpus(_described(tmp_path, [{**GOOD, "codings": given}, {**LATER, "codings": None}]))
    assert first.fields["codings"] == {"A": {"bridge": "favor"}, "B": {"bridge": "favor", "tunnel": "no"}, "C": {}}
    assert second.fields["codings"] == {}


@pytest.mark.parametrize(("language", "read"), [("EN", "en"), (" En ", "en"), ("de", "de"), (" ", None)])
def test_a_language_is_read_in_any_case(tmp_path: Path, language: str, read: str | None) -> None:
    """Only "en" lets a model abstain, and "EN" means it."""
    folder = _described(tmp_path, [GOOD])
    (folder / "corpus.toml").write_text(f'language = "{language}"\n{TOML}', encoding="utf-8")
    assert read_corpus(folder).language == read


def test_a_description_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """Some editors of Windows write one."""
    folder = _described(tmp_path, [GOOD])
    plain = read_corpus(folder)
    (folder / "corpus.toml").write_text(TOML, encoding="utf-8-sig")
    assert read_corpus(folder) == plain


def test_a_wrong_label_is_one_defect(tmp_path: Path) -> None:
    """The paragraphs after it have not jumped."""
    records = [{**GOOD, "bridge": "favour"}, LATER, {**LATER, "paragraph": 2, "text": "Or so."}]
    (defect,) = check_corpus(_described(tmp_path, list(records)))
    assert "'favour' is not a label" in defect.message


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('langage = "en"\n[targets.tax]', "unknown key 'langage'; known are name, version, language"),
        ('language = ["en"]\n[targets.tax]', "'language' must be a text"),
        ('[targets.tax]\nlexcion = "l.toml"', "target 'tax': unknown key 'lexcion'; known are labels, lexicon"),
        ("[targets]\ntax = 1", "target 'tax' needs a table"),
        ("[targets.tax]\nlabels = ['a', 'A']", "target 'tax' has the label 'a' more than once"),
        ("[targets.tax]\nlabels = ['a', '']", "target 'tax' needs at least two labels"),
        ("[targets.Outlet]", "a target cannot be called 'Outlet'"),
        ("[targets.'']", "a target has an empty name"),
    ],
)
def test_a_description_with_a_slip_is_refused(tmp_path: Path, toml: str, message: str) -> None:
    """A misspelt key would be passed over, and a target named like a column would take its place in results."""
    folder = _described(tmp_path, [GOOD])
    (folder / "corpus.toml").write_text(f"labels = ['favor', 'against']\n{toml}\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=re.escape(message)):
        read_corpus(folder)


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (("tax", "tax_net"), "tax_net"),
        (("tax_net_se", "tax"), "tax_net_se"),
        (("tax", "tax_p_favor"), "tax_p_favor"),
        (("tax", "tax_reason", "tax_probability"), "tax_probability"),
        (("tax", "tax_favor"), "tax_favor"),
        (("a_favor_net", "a_favor", "a"), "a_favor_net"),
        (("share", "tax"), "share_neither"),
    ],
)
def test_no_column_of_a_target_stands_twice(tmp_path: Path, names: tuple[str, ...], column: str) -> None:
    """A target that is called as a column of another is refused, in a folder and in a table."""
    labels = ["favor", "against", "neither"]
    folder = _described(tmp_path, [GOOD])
    tables = "\n".join(f"[targets.{name}]" for name in names)
    (folder / "corpus.toml").write_text(f"labels = {labels}\n{tables}\n", encoding="utf-8")
    flat = tmp_path / "flat.csv"
    rows = [f"{label},{','.join([label] * len(names))}" for label in labels]
    flat.write_text("\n".join([f"text,{','.join(names)}", *rows]), encoding="utf-8")
    for path, where, columns in ((folder, "corpus.toml", None), (flat, "flat.csv", CorpusColumns(targets=names))):
        with pytest.raises(CorpusError, match=rf"{where}: .*column '{column}' would appear twice"):
            read_corpus(path, columns)


def test_no_label_stands_where_a_column_does(tmp_path: Path) -> None:
    """The share of a label "net" would be called as net stance is."""
    folder = _described(tmp_path, [GOOD])
    (folder / "corpus.toml").write_text("labels = ['favor', 'net']\n[targets.tax]\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="'tax_net' would appear twice, of another column of it and"):
        read_corpus(folder)


def test_targets_may_begin_alike(tmp_path: Path) -> None:
    """What no column of results is called is no clash."""
    folder = _described(tmp_path, [{"article": "a", "paragraph": 0, "text": "Go.", "tax": "favor"}])
    toml = "labels = ['favor', 'against']\n[targets.tax]\n[targets.tax_cut]\n[targets.tax_reason]\n"
    (folder / "corpus.toml").write_text(toml, encoding="utf-8")
    assert [target.name for target in read_corpus(folder).targets] == ["tax", "tax_cut", "tax_reason"]


def test_the_columns_of_a_target_are_known() -> None:
    """Whatever scoring, roll-ups and the dictionary derive from its name, no other target may be called."""
    target = Target("tax", ("favor", "against", "none"))
    known = set(target.columns)
    frame = pd.DataFrame({"article_id": ["a"], "text": "Go.", "tax": "favor", "tax_abstained": None})
    made = {*paragraph_columns([target], explained=True), *article_columns([target])}
    made |= set(roll_up(Results(frame, (target,), "paragraph")).columns)
    # of `stance results outcomes`
    made |= {"tax_code", "tax_weight", *(f"tax_y_{label}" for label in target.labels)}
    assert {name for name in made if name.startswith("tax")} == known
    described = [*dictionary._of_target(target, True), *dictionary._of_target(target, False)]
    assert {column.name for column in described} == known


def test_no_target_takes_the_place_of_a_column() -> None:
    """Every column that results have beside those of targets is a name that no target may have."""
    fixed = set(dictionary._FIXED) | set(dictionary._JOINT)
    assert fixed <= RESERVED


def test_flat_labels_that_differ_in_case_only_are_one(tmp_path: Path) -> None:
    """As in evaluation; the first spelling is kept."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax\nOne,Favor\nTwo,against\nThree,favor\n", encoding="utf-8")
    corpus = read_corpus(path)
    assert corpus.targets[0].labels == ("Favor", "against")
    assert [example.labels["tax"] for example in corpus] == ["Favor", "against", "Favor"]


@pytest.mark.parametrize("columns", [CorpusColumns(targets=("outlet",)), CorpusColumns(target="about", label="outlet")])
def test_flat_targets_take_no_column_of_results(tmp_path: Path, columns: CorpusColumns) -> None:
    """A column may be called so, and a topic too, but not a target."""
    path = tmp_path / "flat.csv"
    path.write_text("text,outlet,about\nOne,favor,Text\nTwo,against,Text\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="a target cannot be called"):
        read_corpus(path, columns)


@pytest.mark.parametrize("name", ["codes.ods", "codes.xls", "codes.sav", "codes.json"])
def test_another_file_is_told_what_to_do(tmp_path: Path, name: str) -> None:
    """Of spreadsheets only workbooks are read, of JSON only lines, and the way out is said."""
    (tmp_path / name).write_bytes(b"PK\x03\x04")
    with pytest.raises(CorpusError, match="save it as CSV in UTF-8"):
        read_corpus(tmp_path / name)


@pytest.mark.parametrize(
    ("line", "lexicon", "message"),
    [
        ("lexicon = 5", "", "named by its file, not by 5"),
        ('lexicon = "l.toml"', "weak = 1\n[mentions]\n", "'weak' must be a table"),
        ('lexicon = "gone.toml"', "", "cannot read the lexicon"),
        ('lexicon = "l.toml"', '[mentions]\na = ["b"]\n[week]\nc = ["d"]\n', "unknown table .week."),
        ('lexicon = "l.toml"', '[mentions]\na = ["migra{tion,nt"]\n', "a brace of 'migra{tion,nt' has no partner"),
        ('lexicon = "l.toml"', "[mentions]\na = []\n", "at least one phrase"),
        (
            'lexicon = "l.toml"',
            '[mentions]\na = ["nuclear power", "reactor*"]\n',
            r"group 'a' has 'reactor\*', but there are no wildcards and .*; spell the endings out, as in refugee{,s}",
        ),
        ('lexicon = "l.toml"', '[mentions]\na = ["pile (old)", "reactor(s)"]\n', r"has 'reactor\(s\)', but there are"),
        ('lexicon = "l.toml"', '[mentions]\na = ["pile|reactor"]\n', r"has 'pile\|reactor', but there are no"),
        ('lexicon = "l.toml"', '[mentions]\n"@nato" = ["nato"]\n', "group '@nato': no group name may begin with @"),
    ],
)
def test_lexicons_that_are_none_are_refused(tmp_path: Path, line: str, lexicon: str, message: str) -> None:
    """In one line, as every other defect of a description."""
    folder = _described(tmp_path, [GOOD])
    (folder / "corpus.toml").write_text(f'labels = ["favor", "against"]\n[targets.bridge]\n{line}\n', encoding="utf-8")
    (folder / "l.toml").write_text(lexicon, encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        read_corpus(folder)


def test_a_phrase_of_two_targets_is_named_where_it_is_in_vain(tmp_path: Path) -> None:
    """In the lexicon of the later one, weak or not; training takes the corpus, and the first one has the phrase."""
    folder = _described(tmp_path, [GOOD, LATER])
    lexicons = {
        "bridge": '[mentions]\nways = ["crossing{,s}", "toll"]\n[weak]\nmoney = ["fund"]\n',
        "tunnel": '[mentions]\ntube = ["tube", "Cross{ing,over}", "fund"]\n[weak]\nmoney = ["toll", "bond"]\n',
    }
    for name, lexicon in lexicons.items():
        (folder / f"{name}.toml").write_text(lexicon, encoding="utf-8")
    named = "".join(f'[targets.{name}]\nlexicon = "{name}.toml"\n' for name in lexicons)
    (folder / "corpus.toml").write_text(f'labels = ["favor", "against"]\n{named}', encoding="utf-8")
    told = "group {!r} of target 'tunnel' has {!r}, which target 'bridge' has, too, and gets, as it comes first; leave"
    expected = [told.format(*each) for each in (("tube", "crossing"), ("tube", "fund"), ("money", "toll"))]
    found = check_corpus(folder)
    assert [defect.message.removesuffix(" it to one of them") for defect in found] == expected
    assert {str(defect.path) for defect in found} == {str(folder / "tunnel.toml")}
    corpus = read_corpus(folder)
    analyzer = Analyzer(Settings(), corpus.lexicons)
    assert [analyzer.analyze(f"A {word}.").mentioned for word in ("crossing", "crossover", "fund")] == [0b01, 0b10, 0]


def test_defects_of_a_description_are_named_with_the_others(tmp_path: Path) -> None:
    """Those of lexicons, too; of paragraphs only where all targets are known, as each would be another one."""
    folder = _described(tmp_path, [GOOD, {**LATER, "bridge": "maybe"}])
    toml = """
langage = "en"
labels = ["favor", "against"]
cues = "gone.toml"
[settings]
window = 0
[targets.bridge]
lexicon = "l.toml"
C = -1
"""
    (folder / "l.toml").write_text("[mentions]\n", encoding="utf-8")
    (folder / "corpus.toml").write_text(toml, encoding="utf-8")
    of_description = [
        ("corpus.toml", "unknown key 'langage'"),
        ("corpus.toml", "[settings]: 'window' must be a whole number, 1 or more"),
        ("corpus.toml", "target 'bridge': 'C' must be a positive number"),
        ("gone.toml", "cannot read the lexicon"),
        ("l.toml", "a lexicon needs at least one phrase"),
    ]
    expected = [*of_description[:3], ("one.jsonl", "'maybe' is not a label of 'bridge'"), *of_description[3:]]
    found = [(Path(str(defect.path)).name, defect.message) for defect in check_corpus(folder)]
    assert [name for name, _ in found] == [name for name, _ in expected]
    assert all(message in told for (_, told), (_, message) in zip(found, expected, strict=True))
    with pytest.raises(CorpusError, match=r"corpus\.toml: unknown key 'langage'.* \(and 5 more; see"):
        read_corpus(folder)
    tunnel = '[targets.tunnel]\nlabels = []\nlexicon = "l.toml"\nunmentioned_share = 0.1\n'
    (folder / "corpus.toml").write_text(toml + tunnel, encoding="utf-8")
    assert [Path(str(defect.path)).name for defect in check_corpus(folder)] == ["corpus.toml"] * 4 + [
        "gone.toml",
        "l.toml",
        "l.toml",
    ]


def test_wide_flat_files_find_their_targets(tmp_path: Path) -> None:
    """A column with a few repeated values is a target; ids and texts are not."""
    path = tmp_path / "flat.csv"
    path.write_text('id,text,tax,outlet\n1,"One, two",favor,A\n2,Three,none,B\n3,Four,against,A\n', encoding="utf-8")
    corpus = read_corpus(path)
    assert [(t.name, t.labels) for t in corpus.targets] == [("tax", ("favor", "against", "none"))]
    assert corpus.texts == ["One, two", "Three", "Four"]


def test_defects_are_listed_by_the_number_of_their_line(tmp_path: Path) -> None:
    """The ninth before the tenth."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax\n" + "Go.,pro\n" * 7 + ",pro\n,con\nStay.,con\n", encoding="utf-8")
    assert [defect.line for defect in check_corpus(path)] == [9, 10]


def test_a_column_of_labels_is_told_by_its_name_and_its_values(tmp_path: Path) -> None:
    """It has ten at most, and no usual name of another in any case; of two headings of texts the first one counts."""
    path = tmp_path / "flat.csv"
    rows = [f"{i},One {i},Other {i},{'AB'[i % 2]},c{i % 10},d{i}\n" for i in range(11)]
    path.write_text("No,Text,TEXT,Country,tax,note\n" + "".join(rows), encoding="utf-8")
    corpus = read_corpus(path)
    assert [(target.name, len(target.labels)) for target in corpus.targets] == [("tax", 10)]
    assert corpus.texts[0] == "One 0"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ["", "\n", "hint"])
def test_flat_files_are_parted_as_articles_are(tmp_path: Path, delimiter: str, above: str) -> None:
    """Every delimiter that `stance score` reads makes a corpus, and lines are counted from the top of the file."""
    path = tmp_path / "flat.csv"
    rows = [["text", "tax"], ["One: two", "favor"], ["Three", "none"], ["", "favor"]]
    above = f"sep={delimiter}\n" if above == "hint" else above
    path.write_text(above + "".join(delimiter.join(row) + "\n" for row in rows), encoding="utf-8")
    (defect,) = check_corpus(path)
    assert (defect.line, defect.message) == (4 + bool(above), "column 'text' is empty")
    path.write_text(above + "".join(delimiter.join(row) + "\n" for row in rows[:3]), encoding="utf-8")
    assert [(e.text, dict(e.labels)) for e in read_corpus(path)] == [
        ("One: two", {"tax": "favor"}),
        ("Three", {"tax": "none"}),
    ]


def test_lines_and_rows_are_counted_as_they_stand(tmp_path: Path) -> None:
    """Blank lines of JSON are passed over and counted; a row of Parquet is counted from 1; a short row from the top."""
    import pandas as pd

    rows = [("One", "favor"), ("Two", "none"), ("", "favor")]
    records = [{"text": text, "tax": label} for text, label in rows]
    for suffix in ("jsonl", "NDJSON"):
        path = tmp_path / f"flat.{suffix}"
        path.write_text("\n" + " \n".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
        assert [(e.line, e.message) for e in check_corpus(path)] == [(6, "column 'text' is empty")]
    pd.DataFrame(records).to_parquet(tmp_path / "flat.parquet")
    assert [defect.line for defect in check_corpus(tmp_path / "flat.parquet")] == [3]
    (tmp_path / "flat.csv").write_text("sep=,\ntext,tax\nOne,favor\nTwo,none\nThree\nFour,none,4\n", encoding="utf-8")
    found = [(defect.line, defect.message) for defect in check_corpus(tmp_path / "flat.csv")]
    assert found == [(5, "expected 2 columns"), (6, "expected 2 columns")]


def test_quotes_hold_a_cell_together_but_in_the_form_of_shared_tasks(tmp_path: Path) -> None:
    """In a file that is called TSV they do, tabs and all; and a cell may be longer than csv takes by itself."""
    long = "word " * 40_000
    rows = f'text\ttax\n"One\ttwo ""three"""\tfavor\n{long}\tnone\n'
    for name, first in (("flat.TSV", 'One\ttwo "three"'), ("flat.csv", '"One')):
        (tmp_path / name).write_text(rows if name == "flat.TSV" else rows.replace("\ttwo", ""), encoding="utf-8")
        texts = read_corpus(tmp_path / name).texts
        assert texts[0].startswith(first)
        assert texts[1] == long.strip()


@pytest.mark.parametrize(
    ("table", "line", "message"),
    [
        # the mark of the next row would end the cell: of three rows one would be left, with the label of the last
        ('text,tax\nLift them.,favor\n"Lift, they say,none\n"Keep, others say,favor\n', 3, "',' expected after '\"'"),
        ('text,tax\n\n"Lift them.,favor\nKeep them.,none\n', 2, "unexpected end of data"),
        ('sep=,\ntext,"tax\nLift them.,favor\nKeep them.,none\n', 2, "unexpected end of data"),
        ('text,tax\n"Both\nsides",none\n"Lift" them.,favor\n', 4, "',' expected after '\"'"),
    ],
)
def test_a_stray_quotation_mark_takes_no_rows(tmp_path: Path, table: str, line: int, message: str) -> None:
    """Where its row begins is told, and nothing else: what labels there are stands in the rows below."""
    path = tmp_path / "flat.csv"
    path.write_text(table, encoding="utf-8")
    told = f"flat.csv:{line}: not a valid table: {message}; double any quotation mark within a cell"
    for read in (read_corpus, check_corpus):
        with pytest.raises(CorpusError, match=re.escape(told) + "$"):
            read(path)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"sep": ";", "lineterminator": "\r\n", "encoding": "utf-8-sig"},  # as Excel writes it in half of Europe
        {"quoting": csv.QUOTE_ALL},
        {"quoting": csv.QUOTE_NONNUMERIC, "lineterminator": "\n", "na_rep": "NA"},  # as R writes it
    ],
)
@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_sound_quotation_marks_are_read(tmp_path: Path, arguments: dict[str, Any], suffix: str) -> None:
    """Whoever wrote them: within a cell, at either end of it, beside the delimiter and across lines."""
    texts = ['"Lift" them, he said', 'He said "lift"', "Line,\nline; line", 'a "b"; "c", d', '"', "plain"]
    sep = "\t" if suffix == "tsv" else arguments.get("sep", ",")
    frame = pd.DataFrame({"text": texts, "tax": ["favor", "none"] * 3})
    frame.to_csv(tmp_path / f"flat.{suffix}", index=False, **{**arguments, "sep": sep})
    assert read_corpus(tmp_path / f"flat.{suffix}").texts == texts


def test_a_column_stands_once(tmp_path: Path) -> None:
    """Nothing says which of two would be meant; unnamed ones, which spreadsheets leave behind, are passed over."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax,tax\nLift them.,favor,x\nKeep them.,none,y\n", encoding="utf-8")
    for read in (read_corpus, check_corpus):
        with pytest.raises(CorpusError, match=r"flat\.csv: the column 'tax' appears twice; rename one of them"):
            read(path)
    path.write_text("text,tax,,\nLift them.,favor,,\nKeep them.,none,,\n", encoding="utf-8")
    assert read_corpus(path).targets == (Target("tax", ("favor", "none")),)


def test_parquet_that_is_none_is_told(tmp_path: Path) -> None:
    """In one line, whether it is empty, torn or another file."""
    for content in (b"", b"PAR1", b"text,tax\n"):
        (tmp_path / "flat.parquet").write_bytes(content)
        with pytest.raises(CorpusError, match=r"flat\.parquet: not a Parquet file: ") as raised:
            read_corpus(tmp_path / "flat.parquet")
        assert "\n" not in str(raised.value)


def test_long_flat_files_have_one_target_a_row(tmp_path: Path) -> None:
    """The tab-separated form of shared tasks is read: quotes are ordinary, labels keep their case."""
    path = tmp_path / "task.txt"
    rows = [
        '1\tAtheism\t"Why so many? #x\tAGAINST',
        "2\tAtheism\tYes\tFAVOR",
        "3\tMoon\tNo\tNONE",
        "4\tMoon\tGo\tFAVOR",
    ]
    path.write_bytes(("ID\tTarget\tTweet\tStance\n" + "\n".join(rows) + "\n").encode("cp1252"))
    corpus = read_corpus(path)
    assert [t.name for t in corpus.targets] == ["Atheism", "Moon"]
    assert corpus.targets[0].labels == ("FAVOR", "AGAINST")
    assert corpus.texts[0] == '"Why so many? #x'
    assert len(set(corpus.groups)) == 4


def test_rows_of_a_long_file_on_other_targets_are_one_paragraph(tmp_path: Path) -> None:
    """A text counts once however many targets it is coded on; another article, or another text, is another one."""
    path = tmp_path / "long.csv"
    rows = ["a,Go.,x,pro", "a,Stay.,x,con", "a,Go.,y,no", "b,Go.,y,yes", ",Go.,x,pro", ",Go.,y,no"]
    path.write_text("article,text,target,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert [(e.article, e.text, dict(e.labels), e.line) for e in read_corpus(path)] == [
        ("a", "Go.", {"x": "pro", "y": "no"}, 2),
        ("a", "Stay.", {"x": "con"}, 3),
        ("b", "Go.", {"y": "yes"}, 5),
        ("row 5", "Go.", {"x": "pro", "y": "no"}, 6),
    ]
    path.write_text("text,target,label\nGo.,x,pro\nStay.,x,con\nGo.,y,no\nStay.,y,yes\n", encoding="utf-8")
    assert [(e.article, dict(e.labels), e.line) for e in read_corpus(path)] == [
        ("row 1", {"x": "pro", "y": "no"}, 2),
        ("row 2", {"x": "con", "y": "yes"}, 3),
    ]


@pytest.mark.parametrize("order", ["xyxy", "xxyy"])
def test_a_second_code_on_a_target_is_a_row_of_its_own(tmp_path: Path, order: str) -> None:
    """Two coders in one long file, sorted by either, are two codings of each target, and contradict each other."""
    path = tmp_path / "long.csv"
    labels = {"x": iter(("pro", "con")), "y": iter(("no", "yes"))}
    rows = [f"Go.,{target},{next(labels[target])}" for target in order]
    path.write_text("text,target,label\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert [dict(e.labels) for e in read_corpus(path)] == [{"x": "pro", "y": "no"}, {"x": "con", "y": "yes"}]
    assert [defect.message for defect in check_corpus(path)] == [
        "the same text is 'con' on 'x' here and 'pro' at line 2",
        "the same text is 'yes' on 'y' here and 'no' at line 2",
    ]


@pytest.mark.parametrize(
    ("table", "columns", "coded"),
    [
        ("text,tax,toll\nGo.,pro,yes\nStay.,pro,no\n", CorpusColumns(), ["tax", "toll"]),
        # one value makes no target of another column, nor a placeholder one of the model's
        ("text,tax,toll,wave\nGo.,pro,yes,3\nStay.,pro,no,3\n", CorpusColumns(), ["tax", "toll"]),
        ("text,tax,toll,gone\nGo.,pro,yes,todo\nStay.,pro,no,todo\n", CorpusColumns(), ["tax", "toll"]),
        ("text,tax,toll\nGo.,pro,yes\nStay.,pro,no\n", CorpusColumns(targets=("tax",)), ["tax"]),
        ("text,tax,gone\nGo.,pro,\nStay.,pro,\n", CorpusColumns(targets=("tax", "gone")), ["tax", "gone"]),
        ("text,target,label\nGo.,tax,pro\nStay.,tax,pro\n", CorpusColumns(), ["tax"]),
    ],
)
def test_a_known_target_needs_no_two_labels(
    tmp_path: Path, table: str, columns: CorpusColumns, coded: list[str]
) -> None:
    """Of a target that a model knows a sample may hold one label; to learn it from a file, it must hold two."""
    path = tmp_path / "flat.csv"
    path.write_text(table, encoding="utf-8")
    assert [
        target.name
        for target in read_corpus(path, replace(columns, known=(Target("tax", ("pro", "con")), Target("gone")))).targets
    ] == coded
    if columns == CorpusColumns() and "toll" in table:
        assert [target.name for target in read_corpus(path).targets] == ["toll"]
    else:
        with pytest.raises(CorpusError, match="'tax' has fewer than two labels"):
            read_corpus(path, columns)


def test_columns_can_be_named(tmp_path: Path) -> None:
    """Any column can be text, target, label or group, and a wrong name is told with those there."""
    path = tmp_path / "flat.jsonl"
    records = [
        {"t": "One", "about": "x", "says": "pro", "doc": "d"},
        {"t": "Two", "about": "x", "says": "con", "doc": "d"},
    ]
    path.write_text("".join(json.dumps(r) + "\n" for r in records), encoding="utf-8")
    columns = CorpusColumns(text="t", target="about", label="says", group="doc")
    corpus = read_corpus(path, columns)
    assert corpus.targets[0].labels == ("con", "pro")
    assert len(set(corpus.groups)) == 1
    with pytest.raises(CorpusError, match=r"no column 'nope'; the file has t, about, says, doc"):
        read_corpus(path, CorpusColumns(text="nope"))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            CorpusColumns(target="about"),
            "no column 'label'; name it with --label-column; the file has text, about, says",
        ),
        (CorpusColumns(target="about", targets=("says",)), "--target names a column of labels, --target-column and"),
        (CorpusColumns(label="says", targets=("about",)), "give one or the other"),
    ],
)
def test_columns_that_are_named_are_used(tmp_path: Path, columns: CorpusColumns, message: str) -> None:
    """One that would be passed over is an error: what names the target would be taken for a target."""
    path = tmp_path / "flat.csv"
    path.write_text("text,about,says\nLift them.,tax,pro\nKeep them.,toll,con\nLift it.,tax,con\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=re.escape(message)):
        read_corpus(path, columns)
    # where no column names a target, that of the labels does
    assert [target.name for target in read_corpus(path, CorpusColumns(label="says")).targets] == ["says"]


def test_columns_are_those_of_a_flat_corpus(tmp_path: Path) -> None:
    """A folder has none; that targets are known is no column."""
    folder = _described(tmp_path, [GOOD])
    for column in ("text", "target", "label", "group"):
        with pytest.raises(CorpusError, match=r"columns are for a flat corpus; .* corpus\.toml"):
            read_corpus(folder, CorpusColumns(**{column: "text"}))
    result = run("corpus", "check", folder, "--target", "bridge")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert len(read_corpus(folder, CorpusColumns(known=(Target("bridge"),)))) == 1


def test_a_column_without_a_name_is_no_target(tmp_path: Path) -> None:
    """Data frames write their index so, and a small one looks like labels."""
    pd.DataFrame({"text": ["Lift.", "Keep."], "tax": ["pro", "con"]}).to_csv(tmp_path / "flat.csv")
    assert [target.name for target in read_corpus(tmp_path / "flat.csv").targets] == ["tax"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_what_a_model_said_is_no_corpus(tmp_path: Path, suffix: str) -> None:
    """Results are refused whichever of their targets is named; codes in a column of their own beside them are read."""
    import pandas as pd

    path = tmp_path / f"scores.{suffix}"
    facts = {"tax_probability": 0.9, "tax_p_favor": 0.9, "tax_abstained": None, "voice": ["author", "quoted"]}
    frame = pd.DataFrame({"text": ["One", "Two"], "tax": ["favor", "against"]}).assign(**facts, coded=["favor", "none"])
    if suffix == "csv":
        frame.to_csv(path, index=False)
    elif suffix == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_parquet(path)
    for columns in (
        CorpusColumns(),
        CorpusColumns(targets=("tax",)),
        CorpusColumns(targets=("tax ",)),
        CorpusColumns(targets=("coded", "tax")),
        CorpusColumns(label="tax"),
        CorpusColumns(target="voice", label="tax"),
    ):
        for read in (read_corpus, check_corpus):
            with pytest.raises(
                CorpusError, match=r"tax: labels of a model, .* name columns of codes with --target, or"
            ):
                read(path, columns)
    corpus = read_corpus(path, CorpusColumns(targets=("coded",)))
    assert [dict(example.labels) for example in corpus] == [{"coded": "favor"}, {"coded": "none"}]


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_a_flat_file_may_contradict_itself_but_not_in_silence(tmp_path: Path, suffix: str) -> None:
    """What others published is read as it is, and every command says so; `corpus check` names each place."""
    rows = [("Go.", "pro"), ("Stay.", "con"), ("Go.", "con"), ("Go.", "pro"), ("Stay.", "pro")]
    path = tmp_path / f"flat.{suffix}"
    if suffix == "csv":
        path.write_text("text,tax\n" + "".join(f"{text},{label}\n" for text, label in rows), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps({"text": text, "tax": label}) + "\n" for text, label in rows))
    line = 4 if suffix == "csv" else 3
    told = f"the same text is 'con' on 'tax' here and 'pro' at line {line - 2}"
    first, second = check_corpus(path)
    assert (first.line, first.message, second.line) == (line, told, line + 2)
    assert len(read_corpus(path)) == 5
    result = run("corpus", "stats", path)
    assert result.exit_code == 0
    assert f"{path}:{line}: {told} (and 1 more; see `stance corpus check`)\n" in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file has no rows"),
        (b"text\n", "the file has no rows"),
        (b"text\nOne\n", "found no column of labels; name it with --target"),
        (b"text,stance\nOne,favor\n", "target 'stance' has fewer than two labels"),
    ],
)
def test_files_that_are_no_corpus_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Empty files, files without labels and single-label files are one-line errors."""
    path = tmp_path / "flat.csv"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=f"flat.csv: {message}"):
        read_corpus(path)


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 100_000])
def test_a_line_that_python_makes_nothing_of_is_a_defect(tmp_path: Path, value: str) -> None:
    """A number of too many digits or brackets too deep, of which each has an error of its own."""
    path = tmp_path / "flat.jsonl"
    path.write_text(f'{{"text": "One.", "stance": {value}}}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match="not valid JSON"):
        read_corpus(path)


def test_missing_corpora_are_refused(tmp_path: Path) -> None:
    """No file, and a folder without a description."""
    with pytest.raises(CorpusError, match="no such file"):
        read_corpus(tmp_path / "gone")
    with pytest.raises(CorpusError, match=r"corpus\.toml"):
        read_corpus(tmp_path)


def test_a_corpus_without_a_paragraph_is_refused(tmp_path: Path) -> None:
    """However sound its description is, and its files are."""
    folder = _described(tmp_path, [])
    assert [str(defect) for defect in check_corpus(folder)] == [f"{folder}: the corpus is empty"]
    with pytest.raises(CorpusError, match="the corpus is empty"):
        read_corpus(folder)


def test_a_corpus_that_names_a_missing_file_for_calibration_is_refused(tmp_path: Path) -> None:
    """The defect is named with the description's path."""
    (tmp_path / "corpus").mkdir()
    record = {"article": "a", "paragraph": 0, "text": "Talks.", "t": "x", "register": "", "dispute": "", "coder": ""}
    (tmp_path / "corpus" / "one.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "corpus.toml").write_text('labels = ["x", "y"]\ncalibration = ["two"]\n[targets.t]\n')
    with pytest.raises(CorpusError, match="'calibration' must be a list of files"):
        read_corpus(tmp_path)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl"])
def test_blanks_around_headings_do_no_harm(tmp_path: Path, suffix: str) -> None:
    """A spreadsheet does not show them: they are no part of the name of a target, nor do they hide the texts."""
    path = tmp_path / f"flat{suffix}"
    rows = [("One", "favor", "none"), ("Two", "against", "favor")]
    headings = ["text ", " carbon tax", "toll\u00a0"]
    if suffix == ".xlsx":
        pd.DataFrame(rows, columns=headings).to_excel(path, index=False)
    elif suffix == ".csv":
        pd.DataFrame(rows, columns=headings).to_csv(path, index=False)
    else:
        path.write_text("".join(json.dumps(dict(zip(headings, row, strict=True))) + "\n" for row in rows))
    corpus = read_corpus(path)
    assert [target.name for target in corpus.targets] == ["carbon tax", "toll"]
    assert corpus.texts == ["One", "Two"]
    assert [target.name for target in read_corpus(path, CorpusColumns(targets=("toll ",))).targets] == ["toll"]


def test_a_column_that_parquet_has_twice_is_named(tmp_path: Path) -> None:
    """The file is sound, but which of the two holds the codes nobody knows."""
    path = tmp_path / "flat.parquet"
    columns = [pa.array(["One", "Two"]), pa.array(["favor", "against"]), pa.array(["against", "favor"])]
    pq.write_table(pa.Table.from_arrays(columns, names=["text", "tax", "tax"]), path)
    with pytest.raises(CorpusError, match=r"flat\.parquet: the column 'tax' appears twice; rename one of them"):
        read_corpus(path)


def test_headings_that_differ_in_blanks_only_are_one_twice(tmp_path: Path) -> None:
    """None of the two is left out in silence; columns without a name are nobody's."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax,tax ,, \nOne,favor,none,1,2\nTwo,against,none,3,4\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="the column 'tax' appears twice, apart from blanks"):
        read_corpus(path)
    path.write_text("text,tax,, \nOne,favor,1,2\nTwo,against,3,4\n", encoding="utf-8")
    assert [target.name for target in read_corpus(path).targets] == ["tax"]


def test_what_other_programs_write_for_no_code_is_none(tmp_path: Path) -> None:
    """R writes NA into a table and an error value into workbooks, which stays one in whatever Excel makes of them."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax,toll\nOne,favor,NA\nTwo,against,pro\nThree,NA,con\n", encoding="utf-8")
    corpus = read_corpus(path)
    assert [target.labels for target in corpus.targets] == [("favor", "against"), ("con", "pro")]
    assert [dict(example.labels) for example in corpus][2] == {"toll": "con"}
    book = openpyxl.Workbook()
    for row in (["text", "tax", "toll"], ["One", "favor", "#N/A"], ["Two", "against", "pro"], ["Three", "#N/A", "con"]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "flat.xlsx")
    assert read_corpus(tmp_path / "flat.xlsx").fingerprint == corpus.fingerprint
    path.write_text("text,tax,toll\nOne,favor,#N/A\nTwo,against,pro\nThree,#N/A,con\n#N/A,,\n", encoding="utf-8")
    assert read_corpus(path).fingerprint == corpus.fingerprint


def test_an_error_of_excel_is_no_label(tmp_path: Path) -> None:
    """Excel takes a code that begins with a sign for a formula, and shows #NAME?, which would be learnt as a label."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax\nOne,favor\nTwo,#NAME?\nThree,against\n", encoding="utf-8")
    assert [str(defect) for defect in check_corpus(path)] == [
        f"{path}:3: column 'tax' holds #NAME?, an error of Excel; enter it again, as text"
    ]
    # of a row without a code nothing need be there
    path.write_text("article,text,tax\na,One,favor\na,#NAME?,\n#REF!,Two,\na,Three,against\n", encoding="utf-8")
    assert [example.text for example in read_corpus(path)] == ["One", "Three"]


def test_a_text_or_an_article_that_r_did_not_know_is_none(tmp_path: Path) -> None:
    """Else the word NA would be learnt, and all rows without an article would be of one."""
    path = tmp_path / "flat.csv"
    path.write_text("article_id,text,tax\nNA,One,favor\nNA,Two,against\nx,Three,favor\n", encoding="utf-8")
    assert [example.article for example in read_corpus(path)] == ["row 1", "row 2", "x"]
    for row, column in (("x,NA,tax,con\n", "text"), ("x,Four,NA,con\n", "target")):
        path.write_text("article_id,text,target,label\nx,One,tax,pro\nx,Two,tax,con\n" + row, encoding="utf-8")
        assert [str(defect) for defect in check_corpus(path)] == [f"{path}:4: column {column!r} is empty"]


@pytest.mark.parametrize("layout", ["wide", "named", "long"])
def test_a_row_without_a_code_is_left_out_and_told(tmp_path: Path, layout: str) -> None:
    """It is no reason not to train or to measure, and least of all where it is coded on a target that is not named."""
    path = tmp_path / "flat.csv"
    wide = "text,tax,toll\nOne,favor,pro\nTwo,,{0}\nThree,against,con\nFour,,{0}\n".format
    long = "text,target,stance\nOne,tax,favor\nTwo,tax,\nThree,tax,against\nFour,tax,NA\n"
    path.write_text({"wide": wide(""), "named": wide("con"), "long": long}[layout], encoding="utf-8")
    columns = CorpusColumns(targets=("tax",)) if layout == "named" else CorpusColumns()
    corpus = read_corpus(path, columns)
    assert (corpus.texts, corpus.uncoded) == (["One", "Three"], 2)
    assert [str(defect) for defect in check_corpus(path, columns)] == [
        f"{path}:{line}: no target is coded; the row is left out" for line in (3, 5)
    ]
    options = ("--target", "tax") if layout == "named" else ()
    told = run("corpus", "stats", path, *options)
    assert (told.exit_code, told.stderr) == (0, f"{path}: left out 2 rows without a code\n")


@pytest.mark.parametrize("layout", ["wide", "long"])
def test_a_row_without_anything_is_left_out(tmp_path: Path, layout: str) -> None:
    """Spreadsheets save such rows below a table; one with a code but no text or target is a defect all the same."""
    path = tmp_path / "flat.csv"
    rows = {
        "wide": "text,tax,note\nOne,favor,\nTwo,against,\n,,\n,NA,seen\n",
        "long": "text,target,stance\nOne,tax,favor\nTwo,tax,against\n,,\nThree,,NA\n",
    }
    path.write_text(rows[layout], encoding="utf-8")
    columns = CorpusColumns(targets=("tax",)) if layout == "wide" else CorpusColumns()
    corpus = read_corpus(path, columns)
    assert (corpus.texts, corpus.uncoded, [target.name for target in corpus.targets]) == (["One", "Two"], 2, ["tax"])
    assert [str(defect) for defect in check_corpus(path, columns)] == [
        f"{path}:{line}: no target is coded; the row is left out" for line in (4, 5)
    ]
    coded, empty = {"wide": (",favor,\n", "text"), "long": ("Four,,favor\n", "target")}[layout]
    path.write_text(rows[layout] + coded, encoding="utf-8")
    with pytest.raises(CorpusError, match=f":6: column '{empty}' is empty"):
        read_corpus(path, columns)


def test_a_known_label_may_be_called_na(tmp_path: Path) -> None:
    """As that of a model that was trained on a described corpus with it."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax\nOne,favor\nTwo,NA\n", encoding="utf-8")
    corpus = read_corpus(path, CorpusColumns(known=(Target("tax", ("favor", "NA")),)))
    assert [example.labels["tax"] for example in corpus] == ["favor", "NA"]


def test_blanks_within_a_label_make_no_other_label(tmp_path: Path) -> None:
    """Twice as many, or one that does not break the line, look like one."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax\nOne,in favor\nTwo,in  favor\nThree,in\u00a0favor\nFour,not\n", encoding="utf-8")
    assert read_corpus(path).targets[0].labels == ("in favor", "not")


def test_targets_of_a_long_file_are_told_apart_as_labels_are(tmp_path: Path) -> None:
    """By more than capitals and blanks, for somebody typed them row by row; the first spelling is kept."""
    path = tmp_path / "flat.csv"
    path.write_text(
        "text,target,stance\nOne,Carbon tax,favor\nTwo,carbon  tax,against\nThree,carbon tax,favor\nOne,toll,favor\n"
        "Two,TOLL,against\n",
        encoding="utf-8",
    )
    corpus = read_corpus(path)
    assert [target.name for target in corpus.targets] == ["Carbon tax", "toll"]
    assert [dict(example.labels) for example in corpus] == [
        {"Carbon tax": "favor", "toll": "favor"},
        {"Carbon tax": "against", "toll": "against"},
        {"Carbon tax": "favor"},
    ]


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
def test_a_cell_that_holds_several_values_is_a_defect(tmp_path: Path, suffix: str) -> None:
    """Programs to annotate with write lists and objects; as words they would be a label of their own, and learnt."""
    path = tmp_path / f"flat{suffix}"
    frame = pd.DataFrame({"text": ["One", "Two", "Three"], "tax": [["pro"], ["con"], ["pro"]]})
    _ = frame.to_parquet(path) if suffix == ".parquet" else frame.to_json(path, orient="records", lines=True)
    assert [str(defect) for defect in check_corpus(path, CorpusColumns(targets=("tax",)))][-3:] == [
        f"{path}:{line}: column 'tax' holds a list; a text or a number is needed" for line in (1, 2, 3)
    ]
    with pytest.raises(CorpusError, match="found no column of labels"):
        read_corpus(path)
    path = tmp_path / "mixed.jsonl"
    lines = [{"text": "One", "tax": "pro"}, {"text": {"en": "Two"}, "tax": "con"}, {"text": "Three", "tax": {"a": 1}}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert [str(defect) for defect in check_corpus(path, CorpusColumns(targets=("tax",)))][-2:] == [
        f"{path}:2: column 'text' holds an object; a text or a number is needed",
        f"{path}:3: column 'tax' holds an object; a text or a number is needed",
    ]
    lines = [{"text": text, "tax": tax, "article": ["a"]} for text, tax in (("One", "pro"), ("Two", "con"))]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert f"{path}:2: column 'article' holds a list; a text or a number is needed" in map(str, check_corpus(path))


@pytest.mark.parametrize("value", ["[" * 100_000, "9" * 10_000])
def test_a_description_or_lexicon_made_to_end_in_a_traceback_is_refused(tmp_path: Path, value: str) -> None:
    """However deep it nests, and whatever number stands in it."""
    path = tmp_path / "corpus.toml"
    path.write_text(f"[mentions]\ntax = {value}\n")
    with pytest.raises(CorpusError, match="not a valid lexicon"):
        read_lexicon(path, "mentions")
    with pytest.raises(CorpusError, match="cannot read the description"):
        read_corpus(tmp_path)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device on this system")
def test_a_device_is_no_lexicon() -> None:
    """It has no end; an empty one is refused as well, so that nobody waits for the proof."""
    for device in ("/dev/null", "/dev/zero"):
        with pytest.raises(CorpusError, match="not a file"):
            read_lexicon(device, "mentions")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_holds_no_paragraphs(tmp_path: Path) -> None:
    """A corpus by others may have one among its files, or a link to a device; neither is waited for."""
    folder = _described(tmp_path, [GOOD])
    (folder / "corpus" / "null.jsonl").symlink_to("/dev/null")
    with pytest.raises(CorpusError, match=r"null\.jsonl: cannot read the paragraphs: not a file"):
        read_corpus(folder)
    (folder / "corpus" / "null.jsonl").unlink()
    os.mkfifo(folder / "corpus" / "pipe.jsonl")
    code = f"from stance.training.corpus_files import read_corpus; read_corpus({str(folder)!r})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "pipe.jsonl: cannot read the paragraphs: not a file" in run.stderr


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_line_longer_than_a_record_is_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """It costs no other line, and takes no memory."""
    monkeypatch.setattr("stance.training.flat_files.LARGEST_RECORD", 1_000)
    folder = _described(tmp_path, [GOOD])
    (file,) = (folder / "corpus").iterdir()
    line = file.read_bytes().strip() + b"\n"
    long = json.dumps({**GOOD, "text": "x" * 5_000}) + end
    file.write_bytes(line + long.encode() + (b"oops\n" if end else b""))
    found = [(defect.line, str(defect.message)[:16]) for defect in check_corpus(folder)]
    assert found == [(2, "record too large"), *[(3, "not valid JSON: ")] * bool(end)]


def test_a_long_word_of_a_lexicon_is_read_once() -> None:
    """Whether it is a verb is not asked from each of its letters."""
    begin = time.process_time()
    assert expand_pattern("t" * 100_000) == ["t" * 100_000]
    assert time.process_time() - begin < 1


def test_a_column_that_is_known_to_be_something_else_is_no_target(tmp_path: Path) -> None:
    """That of the texts or the articles, which was named, and what results have columns of, however few its values."""
    path = tmp_path / "flat.csv"
    path.write_text(
        "Posting;Paper;Speaker;Month;tax\n" + "".join(f"Text {i};P{i % 3};S{i % 2};{i};{i % 2}\n" for i in range(6)),
        encoding="utf-8",
    )
    corpus = read_corpus(path, CorpusColumns(text="Posting", group="Paper"))
    assert [target.name for target in corpus.targets] == ["tax"]
    assert len({example.article for example in corpus}) == 3


def test_codes_that_a_data_frame_made_floats_are_whole_numbers(tmp_path: Path) -> None:
    """As it does where some are missing; a file says the same in every form, and is measured by what was trained."""
    codes = pd.DataFrame({"text": ["One", "Two", "Three", "Four"], "tax": [1, 0, -1, None], "toll": [1, 2, 1, 2]})
    codes.to_csv(tmp_path / "a.csv", index=False)
    codes.to_parquet(tmp_path / "a.parquet")
    codes.to_excel(tmp_path / "a.xlsx", index=False)
    codes.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    for suffix in ("csv", "parquet", "xlsx", "jsonl"):
        corpus = read_corpus(tmp_path / f"a.{suffix}")
        assert [target.labels for target in corpus.targets] == [("-1", "0", "1"), ("1", "2")], suffix
    # but not if there are such labels
    known = read_corpus(tmp_path / "a.csv", CorpusColumns(known=(Target("tax", ("1.0", "0.0", "-1.0")),)))
    assert [example.labels.get("tax") for example in known] == ["1.0", "0.0", "-1.0", None]


def test_a_target_in_other_capitals_is_told(tmp_path: Path) -> None:
    """A paragraph need not code each target, so that the code would be lost in silence; another field may be so."""
    folder = _described(tmp_path, [GOOD, {**LATER, "Tunnel ": "no"}, {**LATER, "paragraph": 2, "Bridge": "x"}])
    assert [str(defect.message) for defect in check_corpus(folder)] == ["'Tunnel ' is no target; it is called 'tunnel'"]
