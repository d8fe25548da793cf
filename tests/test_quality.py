"""The quality floor holds, and the gate that guards it works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import quality_gate
from helpers import runs_of_words

from stance.errors import CorpusError
from stance.model.stance_model import StanceModel
from stance.training.agreement import coded_probes
from stance.training.corpus import Corpus
from stance.training.probes import Probe, check_probes, read_probes, run_probes

NOW = {"corpus": "c", "paragraphs": 1, "figures": {"macro_f1.x": 0.7, "probes": 0.5}}


def test_what_ships_is_no_worse_than_the_floor() -> None:
    """Grouped cross-validation on the shipped corpus and the probes reach the pinned figures."""
    floor = json.loads(quality_gate.FLOOR.read_text(encoding="utf-8"))
    assert quality_gate.regressions(floor, quality_gate.measure()) == []


def test_the_gate_sees_regressions_and_changed_data() -> None:
    """A lower figure, a missing one and another corpus are told; noise is not."""
    assert quality_gate.regressions(NOW, NOW) == []
    assert quality_gate.regressions(NOW, {**NOW, "figures": {"macro_f1.x": 0.697, "probes": 0.9}}) == []
    assert len(quality_gate.regressions(NOW, {**NOW, "corpus": "d", "figures": {"macro_f1.x": 0.6}})) == 3


def test_a_floor_is_lowered_only_on_purpose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--update` refuses without `--allow-regression`."""
    monkeypatch.setattr(quality_gate, "FLOOR", tmp_path / "floor.json")
    monkeypatch.setattr(quality_gate, "measure", lambda: NOW)
    assert quality_gate.main(["--update"]) is None
    monkeypatch.setattr(quality_gate, "measure", lambda: {**NOW, "figures": {"macro_f1.x": 0.5, "probes": 0.5}})
    assert "below the floor" in str(quality_gate.main([]))
    assert "not pinned" in str(quality_gate.main(["--update"]))
    assert quality_gate.main(["--update", "--allow-regression"]) is None
    assert quality_gate.main([]) is None


def test_the_shipped_probes_are_sound(root: Path) -> None:
    """At least 600 in 15 phenomena."""
    probes = read_probes(root / "data" / "probes")
    assert len(probes) >= 600
    assert len({probe.phenomenon for probe in probes}) >= 15


def test_no_probe_is_trained_on(root: Path, corpus: Corpus) -> None:
    """No probe shares eight words in a row with a paragraph of the corpus."""
    probes = {run: probe.id for probe in read_probes(root / "data" / "probes") for run in runs_of_words(probe.text)}
    assert len(probes) > 1000
    assert {probes[run] for text in corpus.texts for run in runs_of_words(text) if run in probes} == set()


def test_probes_pass_only_with_every_label(small_model: StanceModel) -> None:
    """One wrong target fails the case, and a text that is not scored; groups are compared among themselves."""
    text = "The ministers met in Vienna for talks on Friday, an official said."
    scores = small_model.score_texts([text])[0].argmax(axis=1)
    right = {t.name: small_model.labels[k] for t, k in zip(small_model.targets, scores, strict=True)}
    wrong = {**right, "sanctions": next(label for label in small_model.labels if label != right["sanctions"])}
    probes = [Probe("1", "a", text, right, "g"), Probe("2", "a", text, wrong, "g")]
    probes += [Probe(str(i), "b", said, right, "h") for i, said in enumerate((text, "Qwx zrt vlk."), start=3)]
    result = run_probes(small_model, probes)
    assert result.passed == {"a": (1, 2), "b": (1, 2)}
    assert result.total == (2, 4)
    assert result.consistent == (1, 2)
    assert [(probe.id, given) for probe, given in result.failures] == [("2", right), ("4", dict.fromkeys(right, ""))]
    assert result.mixed == {}
    # the order in which a line names its targets, and a target that not each codes, are none of the text
    others = [dict(reversed(right.items())), {"sanctions": right["sanctions"]}]
    same = [Probe(str(i), "a", text, labels, "g") for i, labels in enumerate((right, *others))]
    assert run_probes(small_model, same).consistent == (1, 1)
    apart = [Probe(str(i), "a", text, {name: label}, "g") for i, (name, label) in enumerate(right.items())]
    assert run_probes(small_model, apart).consistent == (1, 1)
    unscored = [Probe(str(i), "a", "Qwx zrt vlk.", right, "g") for i in range(2)]
    assert run_probes(small_model, unscored).consistent == (0, 1), "where no label is given none is the same"
    assert run_probes(small_model, unscored[:1]).consistent == (0, 0), "a case alone is no group"


def test_a_file_of_several_phenomena_is_counted_for_itself(small_model: StanceModel, tmp_path: Path) -> None:
    """So that probes of other writers are told apart; those of files of one phenomenon stand under it already."""
    text = "The ministers met in Vienna for talks on Friday, an official said."
    k = int(small_model.score_texts([text])[0, 0].argmax())
    right, wrong = small_model.labels[k], small_model.labels[k - 1]
    target = small_model.targets[0].name
    for file, phenomena in {"alone": ["a", "a"], "later": ["a", "b", "b"]}.items():
        cases = [
            {"id": f"{file}{i}", "phenomenon": name, "text": text, target: (wrong, right, right)[i]}
            for i, name in enumerate(phenomena)
        ]
        (tmp_path / f"{file}.jsonl").write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    result = run_probes(small_model, read_probes(tmp_path))
    assert result.passed == {"a": (1, 3), "b": (2, 2)}
    assert result.mixed == {"later": (2, 3)}
    assert result.consistent == (0, 0), "what has no group is no group"


def test_a_probe_may_hold_any_line_end(tmp_path: Path) -> None:
    """A line of JSON ends with a line feed and nothing else, however many lines its text has."""
    path = tmp_path / "p.jsonl"
    record = '{"id": "%d", "phenomenon": "x", "text": "One.\u2028Two.\x85Three.", "sanctions": "favor"}\n'
    path.write_text(record % 1 + record % 2, encoding="utf-8")
    assert [probe.text for probe in read_probes(path)] == ["One.\u2028Two.\x85Three."] * 2
    # as some editors begin a file, and as a corpus and its description may
    path.write_text("\ufeff" + record % 1, encoding="utf-8")
    assert [probe.id for probe in read_probes(path)] == ["1"]


def test_defective_probes_are_refused(tmp_path: Path, small_model: StanceModel) -> None:
    """With file and line, or the probe's name."""
    path = tmp_path / "p.jsonl"
    path.write_text('{"id": "1", "phenomenon": "x", "text": "Text."}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match=r"p\.jsonl:1: "):
        read_probes(path)
    path.write_text('{"id": ["1"], "phenomenon": "x", "text": "Text.", "sanctions": "favor"}\n', encoding="utf-8")
    with pytest.raises(CorpusError, match="holds something that is not text"):
        read_probes(path)
    path.write_text('{"id": "1", "phenomenon": "x", "text": "Text.", "sanctions": "favor"}\n' * 2, encoding="utf-8")
    with pytest.raises(CorpusError, match=r"p\.jsonl:2: probe '1' is repeated"):
        read_probes(path)
    (tmp_path / "bare").mkdir()
    for empty in (tmp_path / "absent", tmp_path / "bare"):
        with pytest.raises(CorpusError, match="no probes here; probes are"):
            read_probes(empty)
    path.write_bytes(b"\xff")
    with pytest.raises(CorpusError, match="cannot read the probes"):
        read_probes(path)
    for line in ("[1]", "[" * 100_000):
        path.write_text(f"{line}\n", encoding="utf-8")
        with pytest.raises(CorpusError, match=r"p\.jsonl:1: "):
            read_probes(path)
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(CorpusError, match="the files are empty"):
        read_probes(path)
    with pytest.raises(CorpusError, match="'maybe' is not a label of 'sanctions'; expected one of favor"):
        run_probes(small_model, [Probe("1", "x", "Text.", {"sanctions": "maybe"})])
    with pytest.raises(CorpusError, match="no target 'sanction'; there are sanctions"):
        run_probes(small_model, [Probe("1", "x", "Text.", {"sanction": "favor"})])


def test_a_label_on_which_the_coders_of_a_probe_could_not_settle_is_not_tried(
    tmp_path: Path, small_model: StanceModel
) -> None:
    """The other target still is; a probe with no settled label does not count."""
    path = tmp_path / "p.jsonl"
    wrong = {"sanctions": "neutral", "diplomacy": "unrelated"}
    text = "The minister refused to lift the sanctions."
    lines = [
        {"id": "1", "phenomenon": "a", "text": text, **wrong, "disputed": ["sanctions"]},
        {"id": "2", "phenomenon": "a", "text": text, **wrong, "disputed": ["sanctions", "diplomacy"]},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    probes = read_probes(path)
    assert [probe.labels for probe in probes] == [{"diplomacy": "unrelated"}, {}]
    assert run_probes(small_model, probes).total == (1, 1)


def test_what_each_coder_of_a_probe_gave_is_read(tmp_path: Path, small_model: StanceModel) -> None:
    """In the spelling of the targets, and those of one group as one unit that is drawn."""
    path = tmp_path / "p.jsonl"
    codings = {"first": {"sanctions": "Favor"}, "second": {"sanctions": "against"}}
    probe = {"id": "1", "phenomenon": "a", "text": "Lift them.", "sanctions": "against", "codings": codings}
    lines = [{**probe, "group": "g"}, {**probe, "id": "2"}, {**probe, "id": "3", "codings": {"first": {}}}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    probes = check_probes(read_probes(path), small_model.targets)
    assert coded_probes(probes, "sanctions") == ([("favor", "against")] * 2, ["g", "2"])
    for defect, told in (
        ({"codings": {"first": {"sanctions": "maybe"}}}, "'maybe' is not a label"),
        ({"codings": {"first": {"taxes": "favor"}}}, "no target 'taxes'"),
    ):
        path.write_text(json.dumps({**probe, **defect}) + "\n", encoding="utf-8")
        with pytest.raises(CorpusError, match=told):
            check_probes(read_probes(path), small_model.targets)
    for defect, told in (
        ({"codings": ["favor"]}, r"p\.jsonl:1: "),
        ({"codings": {"first": {"sanctions": 1}}}, "not text"),
        ({"disputed": ["taxes"]}, "'disputed' must be a list of targets that it codes"),
        ({"disputed": "sanctions"}, "'disputed' must be a list of targets that it codes"),
    ):
        path.write_text(json.dumps({**probe, **defect}) + "\n", encoding="utf-8")
        with pytest.raises(CorpusError, match=told):
            read_probes(path)


def test_labels_of_probes_are_in_any_case(small_model: StanceModel) -> None:
    """As those of a corpus are."""
    text = "They lifted the sanctions."
    label = small_model.labels[int(small_model.score_texts([text])[0, 0].argmax())]
    probe = Probe("1", "x", text, {small_model.targets[0].name: label.upper()})
    assert run_probes(small_model, [probe]).total == (1, 1)
