"""Every command: help, an example that runs, one-line errors, totals that reconcile."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from helpers import ROOT
from helpers import run as _run

from stance.commands import main
from stance.model.artefact import read_manifest
from stance.results.dictionary import model_facts

SAMPLE = str(ROOT / "data" / "articles" / "vienna-round.txt")


#: A little corpus of somebody's own: fifteen texts that share no three words in a row.
MINE = [
    ("They must lift the sanctions at once", "against"),
    ("Drop every last embargo now, she begged", "against"),
    ("Enough of these cruel penalties against poor islanders", "against"),
    ("Sanctions starve children and should end", "against"),
    ("He voted to repeal each boycott law", "against"),
    ("The embargo has to stay until they disarm", "favor"),
    ("Keep that asset freeze exactly where it is", "favor"),
    ("New travel bans would serve him right", "favor"),
    ("More sanctions, and harder ones, are due", "favor"),
    ("Tighten the blockade further, urged two senators", "favor"),
    ("It rained over the harbour all morning", "unrelated"),
    ("Her team won by four goals in Turin", "unrelated"),
    ("Bread prices rose again last winter", "unrelated"),
    ("A tram stood for hours near Mercer Street", "unrelated"),
    ("My cousin plays second violin at night", "unrelated"),
]


def _commands(
    group: click.Command = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, group
    if isinstance(group, click.Group):
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            assert command is not None
            yield from _commands(command, (*path, name))


def _examples() -> list[tuple[str, ...]]:
    found = []
    for path, command in _commands():
        lines = [line.strip() for line in (command.help or "").splitlines()]
        found += [(" ".join(path), line) for line in lines if line.startswith("stance ")]
    # what a group shows, one of its commands may show as well
    return list({line: (path, line) for path, line in found}.values())


@pytest.mark.parametrize("path", [path for path, _ in _commands()], ids=lambda path: " ".join(path) or "stance")
def test_every_command_has_help_with_an_example(path: tuple[str, ...]) -> None:
    """`--help` of each command says what it does and shows a call."""
    result = _run(*path, "--help")
    assert result.exit_code == 0
    assert re.search(r"Examples?:\n\s+stance ", result.output), result.output


@pytest.mark.parametrize("group", [command for _, command in _commands() if isinstance(command, click.Group)])
def test_lists_of_commands_are_not_cut_short(group: click.Group) -> None:
    """Each command has a line that says to its end what it does, where the terminal has 80 columns."""
    # of which click leaves two free, but not in its own runner
    lines = click.Context(group, terminal_width=78).get_help().split("Commands:\n")[1].splitlines()
    assert [line for line in lines if line.endswith("...") or re.match(r"  \S+ +\S", line) is None] == []


@pytest.mark.parametrize(("path", "example"), _examples(), ids=lambda value: value)
def test_every_example_of_the_help_runs(
    path: str, example: str, tmp_path: Path, small_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the words that a shell makes of it, in a folder that holds the files that it names."""
    if "dask" in example or "serve" in example:
        pytest.skip("needs an extra; run by its own tests")
    (tmp_path / "articles").mkdir()
    shutil.copy(SAMPLE, tmp_path / "article.txt")
    shutil.copy(SAMPLE, tmp_path / "articles" / "one.txt")
    (tmp_path / "export.csv").write_text("id,body\n1,The talks failed and the embargo stays in force.\n")
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "models").mkdir()
    for name in ("default", "mine"):
        (tmp_path / "models" / name).symlink_to(small_model_path)
    records = [{"text": text, "sanctions": label} for text, label in MINE]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
    tweets = "".join(f"{r['text']}\tSea\t{r['sanctions']}\n" for r in records)
    (tmp_path / "tweets.csv").write_text("Tweet\tTarget\tStance\n" + tweets)
    if "scores.csv" in example and not example.startswith("stance score"):
        text, several = Path(SAMPLE).read_text(encoding="utf-8"), [tmp_path / f"{name}.txt" for name in "abc"]
        for path, outlet in zip(several, ("Post", "Wire", "Post"), strict=True):
            path.write_text(f"---\noutlet: {outlet}\n---\n{text}", encoding="utf-8")
        assert _run("score", *several, "--explain", "-o", str(tmp_path / "scores.csv")).exit_code == 0
    for name in re.findall(r"(?<!-o )\b(?:coded|anna|ben)\.csv", example):
        assert _run("results", "sample", tmp_path / "scores.csv", "-n", "40", "-o", tmp_path / name).exit_code == 0
        drawn = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(drawn.replace(",,\n", ",favor,neutral\n"), encoding="utf-8")
    if example.startswith(("stance train data", "stance evaluate models/default data", "stance corpus stats")):
        pytest.skip("minutes long on the whole corpus; test_options.py and others train, measure and count small ones")
    monkeypatch.chdir(tmp_path)
    run = _run(*shlex.split(example)[1:])
    assert run.exit_code == 0, run.stderr


def test_a_page_for_people() -> None:
    """Without options `score` prints each paragraph with stance, probability and the words that decided."""
    result = _run("score", SAMPLE)
    assert result.exit_code == 0
    assert len(re.findall(r"^\s+\d+  ", result.stdout, re.M)) == 16
    assert re.search(r"sanctions +[-+=] (favor|against|neutral) +0\.\d\d  \"", result.stdout)
    assert "\x1b" not in result.stdout
    assert "paragraphs: 16 read = 16 scored + 0 abstained + 0 boilerplate" in result.stderr
    assert "articles: 1 read = 1 scored + 0 abstained + 0 quarantined" in result.stderr


def test_colours_in_a_terminal_only() -> None:
    """A terminal gets escape codes, a pipe none."""
    assert "\x1b[" in _run("score", SAMPLE, color=True).stdout


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
def test_records_are_read_at_once_by_pandas(tmp_path: Path, format: str) -> None:
    """Rows, columns and offsets arrive whole; texts equal the article's at their offsets."""
    import pandas as pd

    output = tmp_path / f"scores.{format}"
    assert _run("score", SAMPLE, "-o", str(output)).exit_code == 0
    read = {"jsonl": lambda p: pd.read_json(p, lines=True), "csv": pd.read_csv, "parquet": pd.read_parquet}
    frame = read[format](output)
    text = Path(SAMPLE).read_text(encoding="utf-8")
    assert len(frame) == 16
    assert all(text[a:b] == t for a, b, t in zip(frame["start"], frame["end"], frame["text"], strict=True))
    total = frame[[c for c in frame.columns if c.startswith("sanctions_p_")]].sum(axis=1)
    assert ((total - 1).abs() < 1e-9).all()
    assert not list(tmp_path.glob(".*.part"))


def test_standard_input_and_output() -> None:
    """`-` is stdin, and data goes to stdout without talk."""
    run = subprocess.run(
        [sys.executable, "-m", "stance", "score", "-", "-f", "csv"],
        input="The sanctions must be lifted, the minister said on Friday.",
        capture_output=True,
        text=True,
        check=True,
    )
    (row,) = csv.DictReader(io.StringIO(run.stdout))
    assert row["article_id"] == "stdin"
    assert row["sanctions"]


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_data_on_standard_output_is_what_a_file_holds(encoding: str, tmp_path: Path) -> None:
    """To the byte, whatever the terminal's encoding; a page shows what the terminal has letters for."""
    source = tmp_path / "in.jsonl"
    source.write_text(
        json.dumps({"id": "\u0633", "text": "\u201cLift the embargo,\u201d she said: \u0633\u0644\u0627\u0645."})
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding}

    def run(*arguments: str) -> bytes:
        command = [sys.executable, "-m", "stance", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=True, env=environment).stdout

    for output in (tmp_path / "out.csv", tmp_path / "out.jsonl"):
        assert _run("score", source, "-o", output).exit_code == 0
        assert run("score", str(source), "-f", output.suffix[1:]) == output.read_bytes()
    # where a terminal is said to have ASCII only, click writes UTF-8
    page = run("score", str(source)).decode("utf-8" if encoding == "ascii" else encoding)
    assert "Lift the embargo" in page
    assert run("explain", str(source), "-f", "jsonl").startswith('{"article_id": "\u0633", '.encode())


def test_level_article_counts_paragraphs() -> None:
    """One record an article; labels, abstentions and boilerplate are as many as there are such paragraphs."""
    text = f"By Dana Example\n\n{Path(SAMPLE).read_text(encoding='utf-8')}\n\nΤέλος.\n"
    record = json.loads(_run("score", "-", "--level", "article", "-f", "jsonl", input=text).stdout)
    rows = [json.loads(line) for line in _run("score", "-", "-f", "jsonl", input=text).stdout.splitlines()]
    assert record["paragraphs"] == len(rows) == 18
    assert -1 <= record["sanctions_net"] <= 1
    for target in ("sanctions", "diplomacy"):
        for label in ("favor", "against", "neutral", "unrelated"):
            assert record[f"{target}_{label}"] == sum(row[target] == label for row in rows)
    reasons = [row["sanctions_abstained"] for row in rows if row["sanctions"] is row["diplomacy"] is None]
    assert sorted(reasons) == ["boilerplate", "not English"]
    assert (record["abstained"], record["boilerplate"]) == (1, 1)


def test_the_page_of_an_article_has_what_its_record_has() -> None:
    """The cluster too, where it was asked for."""
    asked = ("score", SAMPLE, "--level", "article", "--clusters")
    record = json.loads(_run(*asked, "-f", "jsonl").stdout)
    assert [line.split()[0] for line in _run(*asked).stdout.splitlines() if line] == list(record)


def test_explain_adds_up() -> None:
    """All contributions of the JSON output plus the intercept are the margin; spans are the article's."""
    result = _run("explain", SAMPLE, "-p", "2", "-t", "sanctions", "-f", "jsonl", "--terms", "0")
    record = json.loads(result.stdout)
    total = record["intercept"] + sum(c["value"] for c in record["contributions"])
    assert total == pytest.approx(record["margin"], abs=1e-9)
    assert all(record["start"] <= a <= b <= record["end"] for c in record["contributions"] for a, b in c["spans"])
    shown = _run("explain", SAMPLE, "-p", "2", "-t", "sanctions").output
    numbers = [float(n) for n in re.findall(r"^ +([-+]\d+\.\d+)", shown, re.M)]
    assert sum(numbers[1:]) == pytest.approx(numbers[0], abs=2e-3)
    first = next(c for c in record["contributions"] if c["spans"])
    where = ", ".join(f"{a}-{b}" for a, b in first["spans"][:4])
    assert f"  {first['term']}  [{first['block']}; {where}]\n" in shown


@pytest.mark.parametrize("level", ["paragraph", "article"])
@pytest.mark.parametrize("output", ["z.csv", "z.jsonl", "z.parquet", "run"])
def test_results_without_rows_go_on(tmp_path: Path, output: str, level: str) -> None:
    """A night without any text: what scoring writes, roll-ups and exports read."""
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "text": ""}\n', encoding="utf-8")
    scored, format = tmp_path / output, ["-f", "jsonl"] if output == "run" else []
    place = f"{scored}{'/' if format else ''}"
    assert _run("score", str(source), "-o", place, "--level", level, *format).exit_code == 0
    assert _run("results", "rollup", str(scored), "--level", "outlet", "-f", "csv").exit_code == 0
    assert _run("results", "export", str(scored), "-o", str(tmp_path / "e.csv")).exit_code == 0


def test_explain_says_where_there_is_no_label() -> None:
    """As scoring does, with the same reason, in both formats."""
    shown = _run("explain", "-", "-t", "sanctions", input="They refused.\n").output
    assert "sanctions: no label, too few known words; " in shown
    record = json.loads(_run("explain", "-", "-t", "sanctions", "-f", "jsonl", input="They refused.\n").stdout)
    assert record["abstained"] == "too few known words"
    whole = json.loads(_run("explain", SAMPLE, "-p", "2", "-t", "sanctions", "-f", "jsonl").stdout)
    assert whole["abstained"] is None


def test_no_id_reaches_the_terminal_as_a_command(tmp_path: Path) -> None:
    """Where an article is explained or refused, and where an error names a file, control characters are shown."""
    path = tmp_path / "in.jsonl"
    records = [{"id": "A\x1b[2J\u202eB", "text": "The sanctions must go."}, {"id": "b", "text": ""}]
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    explained = _run("explain", str(path), "-t", "sanctions", color=True)
    assert click.unstyle(explained.stdout).startswith("A\u241b[2J\ufffdB, paragraph 0")
    named = tmp_path / "a\x1b[2J.jsonl"
    named.write_text('{"id": "a", "text": "Talks."}\n{\n', encoding="utf-8")
    assert "a\u241b[2J.jsonl:2: " in _run("score", str(named)).stderr
    assert "a\u241b[2J.jsonl: no paragraph 9" in _run("explain", str(named), "-p", "9").stderr


def test_explain_goes_on_after_what_cannot_be_read(tmp_path: Path) -> None:
    """As scoring does: a damaged file is named and counted, the others are explained; nothing at all is an error."""
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04 broken")
    alone = _run("explain", tmp_path)
    assert (alone.exit_code, alone.stdout) == (1, "")
    assert alone.stderr.endswith("stance: no article could be read\n")
    for name in ("a", "c"):
        shutil.copy(SAMPLE, tmp_path / f"{name}.txt")
    result = _run("explain", tmp_path, "-p", "2", "-t", "sanctions", "-f", "jsonl")
    assert result.exit_code == 0
    assert [json.loads(line)["article_id"] for line in result.stdout.splitlines()] == ["a", "c"]
    assert result.stderr.startswith(f"quarantined {tmp_path / 'b.docx'}:0: ")
    assert result.stderr.endswith("articles: 3 read = 2 explained + 1 quarantined\n")
    # of one that is chosen, the others are no part of an account
    assert "explained" not in _run("explain", tmp_path, "--article", "a").stderr


def test_explain_of_a_paragraph_that_some_articles_have(tmp_path: Path) -> None:
    """Shorter articles are passed over; one that no article has is an error."""
    table = tmp_path / "a.csv"
    rows = ("id,text", "short,Talks resume.", 'long,"Talks resume.\n\nSanctions stay."', "last,Talks end.")
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    result = _run("explain", table, "-p", "1", "-t", "sanctions", "-f", "jsonl")
    assert (result.exit_code, json.loads(result.stdout)["article_id"]) == (0, "long")
    refused = _run("explain", table, "-p", 2)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == f"stance: {table}: no paragraph 2; there are 2, counted from 0\n"
    assert _run("explain", table, "-p", -1).exit_code == 2


def test_a_row_of_results_is_found_again(tmp_path: Path) -> None:
    """By its article_id and paragraph: in an explanation of that one alone, with a heading of both, and on the page."""
    table = tmp_path / "wire.csv"
    table.write_text(
        'text\nTalks resume.\n"Envoys met in Oman.\n\nThe sanctions must be lifted now."\n', encoding="utf-8"
    )
    rows = [json.loads(line) for line in _run("score", table, "-f", "jsonl").stdout.splitlines()]
    row = rows[-1]
    assert (row["article_id"], row["paragraph"]) == ("wire:2", 1)
    chosen = ("explain", table, "--article", row["article_id"], "-p", row["paragraph"], "-t", "sanctions")
    (found,) = map(json.loads, _run(*chosen, "-f", "jsonl").stdout.splitlines())
    assert {name: found[name] for name in found.keys() & row.keys()} == {n: row[n] for n in found.keys() & row.keys()}
    assert (found["article_id"], found["paragraph"], found["start"]) == ("wire:2", 1, row["start"])
    shown = _run(*chosen)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert re.findall(r"^\S.*paragraph.*(?=: )", shown.stdout, re.M) == ["wire:2, paragraph 1, sanctions"]
    assert re.search(rf"^ +{row['paragraph']}  The sanctions", _run("score", table).stdout, re.M)
    refused = _run("explain", table, "--article", "wire:3")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == f"stance: {table}: no article 'wire:3'; the first one that is read from it is 'wire:1'\n"


def test_explain_takes_no_negative_number_of_terms() -> None:
    """It would leave out the last terms and not say so."""
    assert _run("explain", SAMPLE, "--terms", "-1").exit_code == 2


def test_totals_reconcile_with_quarantine(tmp_path: Path) -> None:
    """Good, empty, foreign and broken records are all accounted for, and the broken ones kept."""
    source = tmp_path / "rows.jsonl"
    rows = [
        '{"id": "a", "text": "They agreed to resume the talks on Monday in Geneva."}',
        '{"id": "b", "text": ""}',
        "broken",
    ]
    source.write_text("\n".join(rows) + "\n", encoding="utf-8")
    kept = tmp_path / "bad.jsonl"
    result = _run("score", str(source), "-f", "jsonl", "--quarantine", str(kept))
    assert result.exit_code == 0
    assert "articles: 3 read = 1 scored + 1 abstained (no text: 1) + 1 quarantined" in result.stderr
    assert json.loads(kept.read_text(encoding="utf-8"))["position"] == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["score", "gone.txt"], "gone.txt: no such file"),
        (["score", SAMPLE, "-m", "gone"], "no such model"),
        (["score", SAMPLE, "-f", "parquet"], "name a file with -o"),
        (["score", SAMPLE, "-o", "no/such/folder/x.csv"], "no folder"),
        (["score", SAMPLE, "-o", "scores.xls"], "no format has the suffix .xls"),
        (["results", "rollup", "gone.csv"], "gone.csv: no such file or folder"),
        (["score", SAMPLE, "-o", ""], "the output has no name; name a file with -o"),
        (["explain", SAMPLE, "-p", "99"], "there are 16"),
        (["explain", SAMPLE, "-t", "tariffs"], "no target 'tariffs'"),
        (["train", "gone", "-o", "x"], "no such file or folder"),
        (["evaluate", "default", str(ROOT / "data" / "corpus" / "counterparts-7.jsonl")], "were used to train"),
        (["corpus", "check", "gone"], "no such file or folder"),
        (["model", "show", "gone"], "no such model"),
        (["train", "gone", "-o", SAMPLE], "is a file; a model is a folder"),
        (["model", "verify", str(ROOT)], "manifest.json"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 1, one line on stderr that says what and where, nothing on stdout, no traceback."""
    monkeypatch.chdir(tmp_path)
    run = _run(*arguments)
    assert (run.exit_code, run.stdout) == (1, "")
    lines = run.stderr.strip().splitlines()
    assert len(lines) == 1, run.stderr
    assert lines[0].startswith("stance: ")
    assert message in lines[0]


def test_a_target_of_which_a_sample_has_one_label_is_measured(tmp_path: Path) -> None:
    """The model knows its labels."""
    rows = [f"{text},press,{label},unrelated" for text, label in MINE if "," not in text]
    path = tmp_path / "mine.csv"
    path.write_text("text,outlet,sanctions,diplomacy\n" + "\n".join(rows) + "\n", encoding="utf-8")
    measured = _run("evaluate", "default", path, "-f", "json")
    assert measured.exit_code == 0, measured.stderr
    assert list(json.loads(measured.stdout)) == ["sanctions", "diplomacy"]
    alone = _run("evaluate", "default", path, "--target", "diplomacy")
    assert alone.exit_code == 0, alone.stderr
    assert "macro-F1 is the mean over" in alone.stdout


def test_targets_of_a_sample_may_be_in_any_case_and_others_are_told(tmp_path: Path) -> None:
    """As its labels may; of a target that is not measured it is said so, once, and of none where all are."""
    rows = [f"{text},{label},unrelated,{'ab'[i % 2]}" for i, (text, label) in enumerate(MINE) if "," not in text]
    path, plain = tmp_path / "mine.csv", tmp_path / "plain.csv"
    for file, header in ((path, "text,Sanctions,DIPLOMACY,desk"), (plain, "text,sanctions,diplomacy,title")):
        file.write_text(f"{header}\n" + "\n".join(rows) + "\n", encoding="utf-8")
    told = "not measured: desk; measured: sanctions, diplomacy\n"
    for command in (("evaluate", "default"), ("compare", "default", "default")):
        measured, expected = (_run(*command, file, "-f", "json") for file in (path, plain))
        assert (measured.stdout, measured.stderr) == (expected.stdout, told + expected.stderr)
        assert list(json.loads(measured.stdout)) == ["sanctions", "diplomacy"]


@pytest.mark.parametrize(("drawn_from", "told"), [("40 of 90", False), ("sanctions 40 of 7+80+3", True)])
def test_a_stratified_sample_is_told_of_as_one(tmp_path: Path, drawn_from: str, told: bool) -> None:
    """Its figures are not those of the collection, whatever is measured on it; of a simple sample they are."""
    rows = [f"{text},{label},{drawn_from}" for text, label in MINE if "," not in text]
    path = tmp_path / "mine.csv"
    path.write_text("text,sanctions,Drawn_From\n" + "\n".join(rows) + "\n", encoding="utf-8")
    for command in (("evaluate", "default"), ("compare", "default", "default")):
        measured = _run(*command, path)
        assert measured.exit_code == 0, measured.stderr
        assert (
            f"{path}: a sample drawn --within sanctions; the figures describe the sample" in measured.stderr
        ) == told


def test_groups_of_articles_are_called_so(tmp_path: Path) -> None:
    """Cross-validation joins articles that share a paragraph; measuring on others does not."""
    shared = "The envoys will meet again on Friday in the old customs house"
    kinds = {"favor": "The minister praised the tax on day", "against": "The union condemned the levy on day"}
    rows = [f"a{i},{said} {i} w{i} v{i} u{i} t{i},{label}" for i in range(20) for label, said in kinds.items()]
    path, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    path.write_text("article,text,tax\n" + "\n".join([*rows, f"a0,{shared},favor", f"a1,{shared},favor"]) + "\n")
    other.write_text("article,text,tax\nb0,They praised the tax.,favor\nb1,They condemned the levy.,against\n")
    assert _run("train", path, "-o", tmp_path / "own", "-j", "1").exit_code == 0
    validated = _run("evaluate", tmp_path / "own", path, "--cross-validate", "-j", "1")
    assert "  42 paragraphs in 19 groups of articles\n" in validated.stdout
    assert "  2 paragraphs in 2 articles\n" in _run("evaluate", tmp_path / "own", other).stdout
    refused = _run("compare", tmp_path / "own", tmp_path / "own", path)
    assert "42 of 42 paragraphs were used to train this model; measure it on others, or cross" in refused.stderr
    assert "`stance evaluate --cross-validate`" in refused.stderr


def test_nothing_is_written_over_what_is_read(tmp_path: Path) -> None:
    """An output or a list of the quarantined that is an input, however it is named, is refused and stays."""
    source = tmp_path / "in" / "a.csv"
    source.parent.mkdir()
    source.write_text("id,text\n1,The sanctions must be lifted.\n", encoding="utf-8")
    same = f"{source.parent}/../in/a.csv"
    other = tmp_path / "other.csv"
    other.hardlink_to(source)
    scores = str(tmp_path / "scores.csv")
    assert _run("score", str(source), "-o", scores).exit_code == 0
    run = tmp_path / "run"
    assert _run("score", str(source), "-o", f"{run}/").exit_code == 0
    (tmp_path / "link.csv").symlink_to(run / "part-00000.parquet")
    before = {path: path.read_bytes() for path in (source, *tmp_path.glob("scores.*"), *run.glob("*.*"))}
    for arguments in (
        ("score", str(source), "-o", same),
        ("score", str(source.parent), "-o", same, "--level", "outlet"),
        ("score", f"{source.parent}/*.csv", "-f", "table", "-o", same),
        ("score", str(source), "--quarantine", same),
        ("score", str(source), "-o", str(other)),
        ("score", f"{scores}.columns.json", "-o", scores),
        ("results", "rollup", scores, "-o", scores),
        ("results", "export", scores, "-o", scores),
        ("report", scores, "-o", scores),
        ("report", scores, "-o", f"{scores}.columns.json"),
        ("results", "rollup", str(run), "-o", f"{run}/part-00000.parquet"),
        ("results", "rollup", f"{run}/", "-o", str(tmp_path / "link.csv")),
        ("results", "sample", str(run), "-o", f"{run}/columns.json"),
        ("report", str(run), "-o", f"{run}/../run/manifest.json"),
    ):
        result = _run(*arguments)
        assert result.exit_code == 1
        assert "would be overwritten" in result.stderr
        assert {path: path.read_bytes() for path in before} == before


def test_a_report_may_lie_in_the_folder_of_its_run(tmp_path: Path) -> None:
    """And be written again: of the folder only what the run wrote is read."""
    (tmp_path / "a.txt").write_text("The sanctions must be lifted.", encoding="utf-8")
    run = tmp_path / "run"
    assert _run("score", str(tmp_path / "a.txt"), "-o", f"{run}/").exit_code == 0
    for _ in range(2):
        assert _run("report", str(run), "-o", str(run / "report.html")).exit_code == 0


def test_a_page_in_the_folder_that_is_read(tmp_path: Path) -> None:
    """The page that is being written is no article of its folder."""
    (tmp_path / "a.txt").write_text("The sanctions must be lifted.", encoding="utf-8")
    result = _run("score", str(tmp_path), "-o", str(tmp_path / "page.txt"))
    assert "articles: 1 read = 1 scored" in result.stderr
    assert "sanctions    - against" in (tmp_path / "page.txt").read_text(encoding="utf-8")


def test_usage_errors_exit_2() -> None:
    """A wrong option is click's business."""
    assert _run("score").exit_code == 2
    assert _run("nonsense").exit_code == 2
    assert "--dask needs an output" in _run("score", SAMPLE, "--dask", 1).stderr
    assert "--resume and --shard need a folder" in _run("score", SAMPLE, "--resume").stderr
    refused = _run("score", SAMPLE, "-o", "run/", "--shard", "0/3")
    assert refused.exit_code == 2
    assert "Invalid value for '--shard': a shard is written k/N, from 1/N to N/N, not '0/3'" in refused.stderr


def test_a_closed_pipe_is_no_error(tmp_path: Path) -> None:
    """`stance score | head` ends without a traceback."""
    source = tmp_path / "many.txt"
    source.write_text("The talks go on, he said.\n\n" * 3000, encoding="utf-8")
    command = f"{sys.executable} -m stance score {source} -f jsonl | head -1"
    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert run.stdout.count("\n") == 1
    assert "Traceback" not in run.stderr


def test_defects_are_listed_with_exit_1(tmp_path: Path) -> None:
    """`corpus check` prints file:line: defect."""
    path = tmp_path / "flat.csv"
    path.write_text("text,tax\nOne,favor\n,against\nThree,against\n", encoding="utf-8")
    result = _run("corpus", "check", str(path))
    assert result.exit_code == 1
    assert result.stdout == f"{path}:3: column 'text' is empty\n"


def test_show_names_corpus_and_metrics() -> None:
    """`model show` says what the model was trained on and how well it does, and the hash by which it is cited."""
    output = _run("model", "show").output
    assert f"SHA-256 {model_facts(read_manifest())['sha256']}\n" in output
    assert "paragraphs in" in output
    assert "held-out macro_f1" in output
    assert json.loads(_run("model", "show", "--json").output)["format"] == "stance-model"


def test_the_version_is_that_of_the_distribution() -> None:
    """`stance --version` and the installed metadata agree."""
    from importlib.metadata import version

    import stance

    assert _run("--version").output.startswith(f"stance {version('sanctions-stance')}")
    assert stance.__version__ == version("sanctions-stance")
