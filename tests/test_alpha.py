"""Krippendorff's alpha of the coders of a corpus."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from helpers import run

from stance.training.agreement import alpha_with_interval, krippendorff_alpha


def test_alpha_of_the_textbook() -> None:
    """Krippendorff 2011, section A: two coders, binary data, ten units: alpha 0.095."""
    first, second = "0100000000", "1110010010"
    assert krippendorff_alpha(list(zip(first, second, strict=True))) == pytest.approx(0.095, abs=5e-4)


def test_alpha_is_not_defined_where_one_label_was_used() -> None:
    """It is 0 / 0 there, no full agreement; samples that miss the rare label do not count as such either."""
    alone = [("neutral", "neutral")] * 20
    assert np.isnan(krippendorff_alpha(alone))
    assert str(alpha_with_interval(alone, [str(i) for i in range(20)])) == "nan [nan, nan]"
    once = alpha_with_interval([*alone[1:], ("neutral", "favor")], [str(i) for i in range(20)])
    assert (once.value, once.high) == (pytest.approx(0), pytest.approx(0))
    assert -0.2 < once.low < 0
    # full agreement on two labels is 1 in every sample that has both
    agreed = alpha_with_interval([*alone[1:], ("favor", "favor")], [str(i) for i in range(20)])
    assert (agreed.value, agreed.low, agreed.high) == (1, 1, 1)


def test_the_statistics_of_a_corpus_name_an_alpha_that_is_not_defined(tmp_path: Path) -> None:
    """`stance corpus stats` says so where a number would stand."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus.toml").write_text('labels = ["x", "y"]\n[targets.t]\n[targets.u]\n')
    lines = []
    for i in range(4):
        coding = {"t": "x", "u": "xy"[i % 2]}
        record = {"article": f"a{i}", "paragraph": 0, "text": f"Talks {i}.", "codings": {"A": coding, "B": coding}}
        lines.append(json.dumps(record | coding | {"register": "", "dispute": "", "coder": ""}) + "\n")
    (tmp_path / "corpus" / "one.jsonl").write_text("".join(lines))
    result = run("corpus", "stats", tmp_path)
    assert result.exit_code == 0, result.stderr
    found = [line.strip() for line in result.stdout.splitlines() if "alpha" in line]
    assert found == [
        "Krippendorff's alpha of the coders not defined: only one label was used on 4 paragraphs",
        "Krippendorff's alpha of the coders 1.000 [1.000, 1.000] on 4 paragraphs",
    ]
    assert "intervals from 4 articles are too narrow" in result.stderr


def test_the_statistics_of_a_corpus_are_of_all_its_coders(tmp_path: Path) -> None:
    """Of three, and of paragraphs that one of them left open; of one coder alone, or of none, nothing is told."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus.toml").write_text('labels = ["x", "y"]\n[targets.t]\n')
    units = ["xxy", "yyx", "xxx", "yy.", "x.y", ".yy", "x.."]
    record = {"article": "b", "paragraph": 0, "text": "Talks.", "t": "x"}
    lines = [json.dumps(record)]
    for i, unit in enumerate(units):
        codings = {coder: {"t": None if label == "." else label} for coder, label in zip("ABC", unit, strict=True)}
        lines.append(json.dumps({**record, "article": f"a{i}", "text": f"Talks {i}.", "codings": codings}))
    (tmp_path / "corpus" / "one.jsonl").write_text("\n".join(lines))
    alpha = krippendorff_alpha([unit.replace(".", "") for unit in units])
    result = run("corpus", "stats", tmp_path)
    assert re.search(rf"alpha of the coders {alpha:.3f} \[.*\] on 6 paragraphs\n", result.stdout)
    assert alpha != pytest.approx(krippendorff_alpha([unit.replace(".", "")[:2] for unit in units]), abs=0.01)


def test_the_statistics_of_a_corpus_are_of_the_coders_of_its_probes_too(tmp_path: Path) -> None:
    """On a line of its own; a target that a coder left open is none of that coder's."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "probes").mkdir()
    (tmp_path / "corpus.toml").write_text('labels = ["x", "y"]\n[targets.t]\n')
    paragraphs = [{"article": f"a{i}", "paragraph": 0, "text": f"Talks {i}.", "t": "xy"[i % 2]} for i in range(4)]
    (tmp_path / "corpus" / "one.jsonl").write_text("\n".join(map(json.dumps, paragraphs)))
    units = ["xx", "yx", "xx", "yy", "y."]
    probes = []
    for i, unit in enumerate(units):
        codings = {coder: {"t": None if label == "." else label} for coder, label in zip("AB", unit, strict=True)}
        probes.append({"id": str(i), "phenomenon": "p", "text": f"Tax {i}.", "t": unit[0], "codings": codings})
    (tmp_path / "probes" / "p.jsonl").write_text("\n".join(map(json.dumps, probes)))
    result = run("corpus", "stats", tmp_path)
    assert result.exit_code == 0, result.stderr
    found = [line.strip() for line in result.stdout.splitlines() if "alpha" in line]
    assert [re.sub(r" \[.*?\]", "", line) for line in found] == [
        f"Krippendorff's alpha of the coders {krippendorff_alpha(units[:4]):.3f} on 4 probes"
    ]
