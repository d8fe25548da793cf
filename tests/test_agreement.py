"""Agreement of coders: by hand, by published examples, and from the command line to a prevalence."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from helpers import run as _run
from sklearn.metrics import confusion_matrix, f1_score

from stance.errors import StanceError
from stance.labels import LABELS, Target
from stance.results.agreement import combine_codes, confusion_of, measure_agreement
from stance.results.sampling import draw_sample
from stance.results.scored import Results
from stance.training.agreement import krippendorff_alpha

TAX = Target("tax")
ANN = ["favor", "favor", "against", "neutral", "unrelated", "unrelated", "favor", "neutral"]
BEN = ["favor", "against", "against", "neutral", "unrelated", "neutral", "favor", "unrelated"]


def _results(size: int = 8) -> Results:
    frame = pd.DataFrame({"article_id": [f"a{i // 2}" for i in range(size)], "paragraph": [i % 2 for i in range(size)]})
    frame = frame.assign(text="One.", tax="favor", tax_abstained=None, **{f"tax_p_{label}": 0.25 for label in LABELS})
    return Results(frame, (TAX,), "paragraph")


def _codes(results: Results, labels: list[str | None]) -> pd.DataFrame:
    """What a coder made of the first paragraphs."""
    codes = results.frame[["article_id", "paragraph", "text"]].iloc[: len(labels)]
    return codes.assign(drawn_from=str(len(results.frame)), tax=labels)


def test_alpha_of_four_observers() -> None:
    """Krippendorff 2011, section C: twelve units, of which some observers miss some: alpha 0.743."""
    observers = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
    units = [tuple(label for label in unit if label != ".") for unit in zip(*observers, strict=True)]
    assert krippendorff_alpha(units) == pytest.approx(0.743, abs=5e-4)


def test_figures_of_two_coders() -> None:
    """Percent agreement by hand, alpha as of the pairs, by label F1, and the confusion of scikit-learn."""
    results = _results()
    joined = combine_codes(results, {"ann": _codes(results, list(ANN)), "ben": _codes(results, list(BEN))})
    found = measure_agreement(joined, TAX, ["ann", "ben"])
    assert (found.n, found.articles, found.single, found.differ) == (8, 4, 0, 3)
    assert found.observed == 5 / 8
    assert found.alpha.value == pytest.approx(krippendorff_alpha(list(zip(ANN, BEN, strict=True))))
    assert -1 < found.alpha.low < found.alpha.value < found.alpha.high <= 1
    assert list(found.by_label.values()) == pytest.approx(f1_score(ANN, BEN, labels=LABELS, average=None).tolist())
    assert found.given == {label: ANN.count(label) + BEN.count(label) for label in LABELS}
    assert confusion_of(joined, TAX, "ann", "ben").tolist() == confusion_matrix(ANN, BEN, labels=LABELS).tolist()


def test_what_is_agreed_on_is_filled_in_and_the_rest_comes_first() -> None:
    """Nothing is lost: also not what one coder only has, or nobody coded."""
    results = _results()
    ann = _codes(results, ["favor", "favor", None, None, "neutral"])
    ben = _codes(results, ["favor", "against", "neutral", None])
    joined = combine_codes(results, {"ann": ann, "ben": ben[::-1]})
    assert list(joined.columns) == [*ann.columns, "tax_ann", "tax_ben"]
    rows = joined[["article_id", "paragraph", "tax", "tax_ann", "tax_ben"]].astype(object)
    assert rows.where(rows.notna(), None).to_numpy().tolist() == [
        ["a0", 1, None, "favor", "against"],
        ["a0", 0, "favor", "favor", "favor"],
        ["a1", 0, "neutral", None, "neutral"],
        ["a1", 1, None, None, None],
        ["a2", 0, "neutral", "neutral", None],
    ]
    found = measure_agreement(joined, TAX, ["ann", "ben"])
    assert (found.n, found.coded, found.single, found.differ) == (2, {"ann": 3, "ben": 3}, 2, 1)


def test_what_coders_agree_on_stays_in_the_order_of_the_sample() -> None:
    """And what they differ on as well; a mark that a spreadsheet made a number is the same mark."""
    results = _results(40)
    ann, ben = ["favor"] * 40, ["favor", "against"] * 20
    coded = {"ann": _codes(results, list(ann)), "ben": _codes(results, list(ben)).assign(drawn_from="40.0")}
    joined = combine_codes(results, coded)
    places = (joined["article_id"].str[1:].astype(int) * 2 + joined["paragraph"]).tolist()
    assert places == [*range(1, 40, 2), *range(0, 40, 2)]
    assert set(joined["drawn_from"]) == {"40"}


def test_three_coders_of_whom_one_missed_some() -> None:
    """A paragraph weighs by the number of its coders: 3 of three coders, 1 of 3 pairs the same; 2 of two, the same."""
    results = _results()
    said = {"ann": ["favor", "neutral"], "ben": ["favor", "neutral"], "cleo": ["against", None]}
    joined = combine_codes(results, {coder: _codes(results, list(labels)) for coder, labels in said.items()})
    found = measure_agreement(joined, TAX, list(said))
    assert found.observed == pytest.approx((3 * (1 / 3) + 2 * 1) / 5)
    assert (found.alpha.low, found.alpha.high) == (-1, 1), "one article tells nothing of chance"
    assert joined["tax"].tolist()[1] == "neutral"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda codes: codes.assign(article_id="b"), "ben: paragraph 0 of article b is coded, but not in the results"),
        (lambda codes: pd.concat([codes, codes[:1]]), "ben: paragraph 0 of article a0 is coded twice"),
        (lambda codes: codes.assign(text="Two."), "ben: paragraph 0 of article a0 has another text"),
        (lambda codes: codes.assign(drawn_from="9"), "ann and ben coded different samples"),
    ],
)
def test_codes_that_do_not_fit_are_refused(change: object, message: str) -> None:
    """With the coder."""
    results = _results()
    codes = _codes(results, list(ANN))
    with pytest.raises(StanceError) as raised:
        combine_codes(results, {"ann": codes, "ben": change(codes)})  # type: ignore[operator]
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("targets", "coders", "message"),
    [
        (
            ["tax", "tax_cut"],
            ["cut", "ben"],
            "tax_cut would be the codes of cut on tax, but is the target tax_cut; rename ",
        ),
        (
            ["tax", "tax_new"],
            ["new_ann", "ann"],
            "tax_new_ann would be the codes of ann on tax_new, but is the codes of ",
        ),
        (
            ["drawn"],
            ["from", "ben"],
            "drawn_from would be the codes of from on drawn, but is column drawn_from; rename the ",
        ),
    ],
)
def test_no_coder_takes_the_place_of_a_column(targets: list[str], coders: list[str], message: str) -> None:
    """Two columns of one name would be read as one."""
    frame = pd.DataFrame({"article_id": ["a"], "paragraph": [0], "text": ["One."]})
    frame = frame.assign(**dict.fromkeys(targets, "favor"), **{f"{name}_abstained": None for name in targets})
    codes = frame[["article_id", "paragraph", *targets]]
    with pytest.raises(StanceError) as raised:
        combine_codes(
            Results(frame, tuple(Target(name) for name in targets), "paragraph"), dict.fromkeys(coders, codes)
        )
    assert str(raised.value).startswith(message)


@pytest.mark.parametrize("format", ["dta", "sav"])
def test_targets_that_begin_alike_keep_the_labels_of_their_coders(tmp_path: Path, format: str) -> None:
    """tax_cut_ann holds what ann said on tax_cut, whose labels are others than those on tax, whichever comes first."""
    labels = {"tax": ("favor", "against"), "tax_cut": ("agree", "reject")}
    frame = pd.DataFrame({"article_id": [f"a{i}" for i in range(4)], "paragraph": 0, "text": "One."})
    for order in (["tax", "tax_cut"], ["tax_cut", "tax"]):
        scores = frame
        for name in order:
            given = {f"{name}_p_{label}": 0.5 for label in labels[name]}
            scores = scores.assign(
                **{name: labels[name][0], f"{name}_probability": 0.5, **given, f"{name}_abstained": None}
            )
        scores.to_csv(tmp_path / "s.csv", index=False)
        coded = frame.assign(tax=["favor", "against"] * 2, tax_cut=["reject", "agree"] * 2)
        for coder in ("ann", "ben"):
            coded.to_csv(tmp_path / f"{coder}.csv", index=False)
        output = tmp_path / f"{order[0]}.{format}"
        shown = _run(
            "results", "agreement", tmp_path / "s.csv", tmp_path / "ann.csv", tmp_path / "ben.csv", "-o", output
        )
        assert shown.exit_code == 0, shown.output
        found = pd.read_stata(output) if format == "dta" else pd.read_spss(str(output))
        for name in labels:
            for column in (name, f"{name}_ann", f"{name}_ben"):
                assert found[column].tolist() == coded[name].tolist()
        described = json.loads(output.with_name(f"{output.name}.columns.json").read_text(encoding="utf-8"))
        told = {field["name"]: field["description"] for field in described["resources"][0]["schema"]["fields"]}
        assert told["tax_cut_ann"] == "Label on tax_cut by ann"


def _write(path: Path, rows: list[dict[str, str]], delimiter: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_from_two_coders_to_a_prevalence(tmp_path: Path) -> None:
    """Draw, code twice, measure, decide where they differ, estimate; and what cannot be measured is one line."""
    texts = ["Washington will impose new sanctions.", "Rain fell.", "The sanctions must be lifted.", "Talks resume."]
    lines = (json.dumps({"id": f"{i:03}", "text": f"{texts[i % 4]} It was day {i}."}) for i in range(60))
    (tmp_path / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    scores, drawn, coded = (tmp_path / name for name in ("s.csv", "drawn.csv", "coded.csv"))
    assert _run("score", tmp_path / "many.jsonl", "-o", scores).exit_code == 0
    assert _run("results", "sample", scores, "-n", 40, "-o", drawn).exit_code == 0
    with drawn.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    said = [{"Was": "favor", "The": "against"}.get(row["text"][:3], "unrelated") for row in rows]
    ann = [row | {"sanctions": label} for row, label in zip(rows, said, strict=True)]
    ben = [row | {"sanctions": "Neutral" if i % 10 == 0 else row["sanctions"]} for i, row in enumerate(ann)]
    files = _write(tmp_path / "ann.csv", ann), _write(tmp_path / "ben.csv", ben[:38], ";")

    shown = _run("results", "agreement", scores, *files, "-o", coded)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines()[:3] == [
        "sanctions",
        "  38 paragraphs with two codes or more, in 38 articles (coded: ann 40, ben 38); 2 more with one",
        "  agreement             89.5 %",
    ]
    assert "(rows: ann, columns: ben)" in shown.stdout
    assert "diplomacy" not in shown.stdout, "it has no codes"
    assert "4 labels to decide on" in shown.stderr
    before = coded.read_bytes()
    assert "labels filled in would be lost" in _run("results", "agreement", scores, *files, "-o", coded).stderr
    assert coded.read_bytes() == before
    described = json.loads((tmp_path / "coded.csv.columns.json").read_text(encoding="utf-8"))
    told = {field["name"]: field["description"] for field in described["resources"][0]["schema"]["fields"]}
    assert told["sanctions_ben"] == "Label on sanctions by ben"
    assert "by hand" in told["sanctions"]

    with coded.open(encoding="utf-8", newline="") as stream:
        joined = list(csv.DictReader(stream))
    assert len(joined) == 40
    assert [row["sanctions"] == "" for row in joined] == [True] * 4 + [False] * 36
    undecided = _run("results", "prevalence", scores, coded)
    assert (undecided.exit_code, undecided.stdout, undecided.stderr.count("\n")) == (1, "", 1)
    assert "4 paragraphs on which the coders differ without a decision on sanctions" in undecided.stderr
    _write(coded, [row | {"sanctions": row["sanctions"] or row["sanctions_ann"]} for row in joined])
    decided, alone = (_run("results", "prevalence", scores, file, "-f", "csv") for file in (coded, files[0]))
    pd.testing.assert_frame_equal(*(pd.read_csv(io.StringIO(run.stdout)) for run in (decided, alone)))
    assert "without a code" not in decided.stderr

    other = tmp_path / "other" / "ann.csv"
    other.parent.mkdir()
    wrong = [
        ((files[0], drawn), "no paragraph has the codes of two coders (coded: ann 40, drawn 0)"),
        ((files[0], _write(other, ann)), "two files are named ann"),
        ((files[0], tmp_path / "gone.csv"), "gone.csv: no such file"),
        ((files[0], _write(tmp_path / "c.csv", [ann[0] | {"sanctions": "favour"}])), "c.csv:2: sanctions is 'favour'"),
        ((*files, "-o", files[0]), "would be overwritten"),
    ]
    for arguments, message in wrong:
        refused = _run("results", "agreement", scores, *arguments)
        assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
        assert message in refused.stderr
    assert _run("results", "agreement", scores, files[0]).exit_code == 2


def test_three_coders_are_shown_pair_by_pair(tmp_path: Path) -> None:
    """And a target that one alone coded is said to be so."""
    results = _results(12)
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "s.csv", index=False)
    sample = draw_sample(results, 12)
    for coder, labels in {"ann": LABELS * 3, "ben": LABELS[::-1] * 3, "cleo": LABELS * 3}.items():
        sample.assign(tax=labels).to_csv(tmp_path / f"{coder}.csv", index=False)
    files = [tmp_path / f"{coder}.csv" for coder in ("ann", "ben", "cleo")]
    shown = _run("results", "agreement", tmp_path / "s.csv", *files)
    assert shown.exit_code == 0, shown.output
    assert "  ann, ben: 12 paragraphs, agreement 0.0 %, alpha -" in shown.stdout
    assert "  ann, cleo: 12 paragraphs, agreement 100.0 %, alpha 1.000 [1.000, 1.000]" in shown.stdout
    assert shown.stdout.count("confusion") == 3
    assert f"from {results.frame['article_id'].nunique()} articles" in shown.stderr
    assert "are too narrow" in shown.stderr


def test_what_is_told_is_of_all_targets(tmp_path: Path) -> None:
    """What is left to decide, and what one coder alone gave; in columns that stand below their headings."""
    labels = ("favor", "against", "disproportionate")
    frame = _results(24).frame.assign(text="=SUM(1)", tax_probability=0.9, toll="favor", toll_probability=0.9)
    frame = frame.assign(toll_abstained=None, **{f"toll_p_{label}": 0.3 for label in labels})
    frame.to_csv(tmp_path / "s.csv", index=False)
    sample = draw_sample(frame, 24).sort_values(["article_id", "paragraph"])
    ann = sample.assign(tax=["favor", "against"] * 12, toll="favor")
    ben = ann.assign(
        tax=["against"] * 3 + ann["tax"].tolist()[3:18] + [""] * 6,
        toll=["disproportionate"] * 3 + ["favor"] * 17 + [""] * 4,
    )
    files = [tmp_path / "ann.csv", tmp_path / "ben.csv"]
    for codes, file in zip((ann, ben), files, strict=True):
        codes.to_csv(file, index=False)
    command = ("results", "agreement", tmp_path / "s.csv", *files)
    shown, again, other = (_run(*command, "-o", tmp_path / f"c{i}.csv", "--seed", i // 2) for i in range(1, 4))
    assert shown.exit_code == 0, shown.output
    assert (
        "5 labels to decide on, where coders differ\n10 labels given by one coder only, taken as given\n"
        in shown.stderr
    )
    assert "intervals from 9 articles are too narrow" in shown.stderr
    assert "24 rows with a text that begins with =" in shown.stderr
    assert again.stdout == other.stdout != shown.stdout
    lines = shown.stdout[shown.stdout.index("toll") :].splitlines()
    (head,) = (line for line in lines if line.endswith("given"))
    assert len({line.index(" %") + 2 for line in lines[4:8] if " %" in line} | {head.index("agreement") + 9}) == 1
    package = json.loads((tmp_path / "c1.csv.columns.json").read_text(encoding="utf-8"))
    (note,) = package["stance"]["notes"]
    assert note.startswith("Codes of ann, ben, of a sample drawn from ")
    assert note.endswith("; empty where they differ.")
    assert "would be overwritten" in _run(*command, "-o", tmp_path / "s.csv").stderr


@pytest.mark.parametrize("within", [None, "tax"])
def test_figures_of_a_stratified_sample_are_said_to_be_its_own(tmp_path: Path, within: str | None) -> None:
    """Where the strata are labels of the model, rare ones weigh more than in the collection."""
    results = _results(12)
    results.frame["tax"] = ["favor"] * 4 + ["against"] * 8
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "s.csv", index=False)
    sample = draw_sample(results, 12, within)
    for coder in ("ann", "ben"):
        sample.assign(tax=LABELS * 3).to_csv(tmp_path / f"{coder}.csv", index=False)
    shown = _run("results", "agreement", tmp_path / "s.csv", tmp_path / "ann.csv", tmp_path / "ben.csv")
    assert shown.exit_code == 0, shown.output
    assert ("a sample drawn --within tax; the figures describe the sample" in shown.stderr) == (within is not None)


def test_a_pair_that_coded_nothing_in_common_is_said_to(tmp_path: Path) -> None:
    """It is not that only one label was used, and no confusion of nothing is shown."""
    results = _results(12)
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "s.csv", index=False)
    sample = draw_sample(results, 12)
    for coder, part in {"ann": slice(12), "ben": slice(6), "cleo": slice(6, 12)}.items():
        sample.assign(tax=LABELS * 3).iloc[part].to_csv(tmp_path / f"{coder}.csv", index=False)
    files = [tmp_path / f"{coder}.csv" for coder in ("ann", "ben", "cleo")]
    shown = _run("results", "agreement", tmp_path / "s.csv", *files)
    assert "  ben, cleo: no paragraph has the codes of both\n" in shown.stdout
    assert "not defined" not in shown.stdout
    assert shown.stdout.count("confusion") == 2


@pytest.mark.parametrize("format", ["csv", "dta", "sav"])
def test_what_coders_wrote_beside_their_codes_travels_along(tmp_path: Path, format: str) -> None:
    """Each column with its coder, whatever it is called; what is empty or has no name is left out."""
    results = _results(4)
    results.frame.assign(tax_probability=0.9).to_csv(tmp_path / "s.csv", index=False)
    sample = draw_sample(results, 4, seed=1)
    ann = sample.assign(tax="favor", Notes=["sure", "", "", "a levy?"], tax_comment="asks for it", empty="")
    ann.assign(**{"": "1"}).to_csv(tmp_path / "ann.csv", index=False)
    sample[::-1].assign(tax="neutral", tax_comment=["one", "two", "", "four"]).to_csv(tmp_path / "ben.csv", index=False)
    output = tmp_path / f"coded.{format}"
    command = ("results", "agreement", tmp_path / "s.csv", tmp_path / "ann.csv", tmp_path / "ben.csv", "-o")
    shown = _run(*command, output)
    assert shown.exit_code == 0, shown.output
    read: dict[str, Any] = {"csv": pd.read_csv, "dta": pd.read_stata, "sav": pd.read_spss}
    found = read[format](output).astype(object)
    found = found.where(found.notna(), "")
    assert list(found.columns[4:]) == ["tax", "tax_ann", "tax_ben", "Notes_ann", "tax_comment_ann", "tax_comment_ben"]
    assert found["Notes_ann"].tolist() == ["sure", "", "", "a levy?"]
    assert set(found["tax_comment_ann"]) == {"asks for it"}
    assert found["tax_comment_ben"].tolist() == ["four", "", "two", "one"]
    described = json.loads(output.with_name(f"{output.name}.columns.json").read_text(encoding="utf-8"))
    fields = {field["name"]: field for field in described["resources"][0]["schema"]["fields"]}
    assert fields["tax_comment_ann"]["description"] == "Not a column that stance makes; kept as found"
    assert ("categories" in fields["tax_ann"], "categories" in fields["tax_comment_ann"]) == (True, False)
    printed = _run(*command, "-")
    assert printed.exit_code == 0, printed.output
    assert "alpha" in printed.stderr, "what is told of it is no data"
    assert format != "csv" or printed.stdout_bytes == output.read_bytes()


def test_what_a_coder_wrote_takes_the_place_of_no_code() -> None:
    """Nor of a column of the sample."""
    results = _results()
    ann = _codes(results, list(ANN)).assign(tax_new="note")
    with pytest.raises(StanceError, match="tax_new_ann would be column tax_new of ann, but is the codes of new_ann on"):
        combine_codes(results, {"ann": ann, "new_ann": _codes(results, list(BEN))})
