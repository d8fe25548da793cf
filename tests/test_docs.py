"""Documents say what is true: examples run, shown output is the program's, links lead somewhere."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from stance.training.corpus_files import read_corpus
from stance.training.fit_options import FitOptions

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = re.findall(r"<!-- example -->\n```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
DOCUMENTS = [p for p in ROOT.rglob("*.md") if not any(part.startswith(".") for part in p.relative_to(ROOT).parts)]


def test_there_are_two_examples() -> None:
    """So that the next test has something to run."""
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize("example", EXAMPLES, ids=["article", "frame"])
def test_the_examples_of_the_readme_run(example: str) -> None:
    """In a fresh process in the checkout, as a reader would."""
    run = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "sanctions" in run.stdout


@pytest.mark.parametrize("name", ["README.md", "docs/cli.md"])
def test_shown_output_is_what_the_program_prints(name: str) -> None:
    """`python docs/refresh.py` would change nothing, so no command and no option is missing from the reference."""
    documents = runpy.run_path(str(ROOT / "docs" / "refresh.py"))["DOCUMENTS"]
    assert (ROOT / name).read_text(encoding="utf-8") == documents[name]()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link points at a file that is there."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_the_corpus_of_the_data_card_is_one(tmp_path: Path) -> None:
    """The files shown under "A corpus of your own" are read without a defect, lexicons included."""
    shown = re.findall(r"<!-- (\S+) -->\n```\w+\n(.*?)```", (ROOT / "data/README.md").read_text(encoding="utf-8"), re.S)
    for name, content in shown:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    corpus = read_corpus(tmp_path)
    assert [target.name for target in corpus.targets] == ["migration", "NATO enlargement"]
    assert corpus.fit_options["migration"] == FitOptions({"words": 0.6}, 0.5, 10.0, 0.5, 0.02, "balanced")
    assert corpus.cues is not None
    assert ("rejected",) in corpus.cues.phrases
    assert [dict(e.labels) for e in corpus] == [{"migration": "favor"}, {"NATO enlargement": "favor"}]


def test_the_packages_of_the_wheel_are_the_folders() -> None:
    """No folder of the package is left out of the wheel."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = set(project["tool"]["setuptools"]["packages"]) - {"stance._default_model"}
    folders = {p.parent.relative_to(ROOT).as_posix().replace("/", ".") for p in (ROOT / "stance").rglob("__init__.py")}
    assert named == folders
