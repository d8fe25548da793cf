"""The recipes of docs/python.md, run one after the other as the cells of a notebook."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from coded_collections import coefficient
from helpers import random_text

#: Stands for the person who codes: as the model does, but for every third paragraph.
CODER = """
import random
import pandas as pd
coded, draw = pd.read_csv("to-code.csv", dtype=str), random.Random(1)
labels = scores.astype({"paragraph": str}).set_index(["article_id", "paragraph"])
for i, row in coded.iterrows():
    for target in ("sanctions", "diplomacy"):
        given = labels.loc[(row["article_id"], row["paragraph"]), target]
        coded.loc[i, target] = draw.choice(stance.LABELS) if i % 3 == 0 or given != given else given
coded.to_csv("coded.csv", index=False)
"""

#: What the notebook knows when it ends.
END = """
outcomes.to_parquet("outcomes.parquet")
with open("end.json", "w") as file:
    json.dump({"estimate": estimate.tolist(), "se": np.sqrt(np.diag(variance)).tolist(), "metrics": json.loads(told),
               "model": results.model["sha256"], "again": stance.read_results("scores.parquet").model["sha256"],
               "other": sorted(other.frame["sanctions"].dropna().unique()), "shown": page._repr_html_()[:7],
               "frame": len(frame), "names": results.frame["country"].unique().tolist()}, file)
"""


@pytest.fixture(scope="module")
def notebook(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder in which all recipes were run, and what they printed."""
    folder = tmp_path_factory.mktemp("notebook")
    draw = random.Random(3)
    texts = ["\n\n".join(random_text(draw, 30) for _ in range(6)) for _ in range(60)]
    articles = pd.DataFrame({"id": range(60), "body": texts, "outlet": ["Post", "Wire"] * 30})
    articles["date"] = pd.to_datetime("2026-01-05") + pd.to_timedelta(articles["id"] * 2, unit="D")
    articles.assign(country=["Arcadia", "Freedonia", "Arcadia"] * 20).to_parquet(folder / "articles.parquet")
    page = (root / "docs" / "python.md").read_text(encoding="utf-8")
    assert page.count("<!-- coded by hand -->\n```python\n") == 1
    page = page.replace("<!-- coded by hand -->\n```python\n", f"```python\n{CODER}")
    script = "\n".join([*re.findall(r"```python\n(.*?)```", page, re.S), END])
    command = [sys.executable, "-W", "error", "-c", script]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr
    return folder, run.stdout


@pytest.fixture(scope="module")
def end(notebook: tuple[Path, str]) -> dict[str, Any]:
    """What the notebook knew when it ended."""
    found: dict[str, Any] = json.loads((notebook[0] / "end.json").read_text(encoding="utf-8"))
    return found


def test_the_recipes_lead_all_the_way(notebook: tuple[Path, str], end: dict[str, Any]) -> None:
    """From a frame of articles to figures of a model that was trained on the codes."""
    folder, printed = notebook
    assert printed.startswith("articles: 60 read = 60 scored + 0 abstained + 0 quarantined\nparagraphs: 360 read = ")
    assert "articles with a value in each kept column: country: 60" in printed
    assert end["names"] == ["Arcadia", "Freedonia"]
    assert end["model"] == end["again"]
    assert end["shown"] == "<iframe"
    assert "<!DOCTYPE html>" in (folder / "report.html").read_text(encoding="utf-8")
    for words in ("Explanation(target='sanctions', label='against'", "Arcadia", "difference_low", "(60, 2, 4)"):
        assert words in printed
    assert end["frame"] == 6
    assert end["metrics"]["sanctions"]["n"] == 200
    assert set(end["other"]) <= {"favor", "against", "neutral", "unrelated"}


def test_the_regression_is_the_usual_one(notebook: tuple[Path, str], end: dict[str, Any]) -> None:
    """The coefficient of the second outlet, and its standard error by clusters of articles."""
    outcomes = pd.read_parquet(notebook[0] / "outcomes.parquet")
    expected = coefficient(outcomes["sanctions_y_favor"], outcomes["outlet"] == "Wire", outcomes["article_id"])
    assert (end["estimate"][1], end["se"][1]) == pytest.approx(expected)
