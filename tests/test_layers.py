"""The layout holds: a module imports only from stages above its own."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

STAGES = "errors labels letters patterns locks files articles speakers model training batch results commands".split()


def _imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "stance":
            found |= {alias.name for alias in node.names if alias.name in STAGES}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("stance."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("stance.")}
    return found


@pytest.mark.parametrize(
    "line",
    [
        "import stance.results",
        "import stance.results.saved as saved",
        "from stance import __version__, results",
        "from stance.results import saved",
        "from stance.results.saved import Results",
    ],
)
def test_imports_are_found_however_they_are_written(tmp_path: Path, line: str) -> None:
    """Also within a function."""
    (tmp_path / "module.py").write_text(f"def read():\n    {line}\n", encoding="utf-8")
    assert _imports(tmp_path / "module.py") == {"results"}


def test_a_module_imports_only_from_its_own_stage_or_those_above(root: Path) -> None:
    """Nothing flows back: articles know nothing of models, models nothing of results."""
    wrong = []
    for file in sorted((root / "stance").rglob("*.py")):
        stage = file.relative_to(root / "stance").parts[0].removesuffix(".py")
        if stage.startswith("__"):
            continue
        for imported in _imports(file):
            if STAGES.index(imported) > STAGES.index(stage):
                wrong.append(f"{file.relative_to(root)} imports stance.{imported}")
    assert wrong == []


def test_no_modules_import_one_another(root: Path) -> None:
    """Not in a circle of several, nor for the sake of types."""
    graph = {}
    # but of the package itself, which looks up what it offers when it is asked for
    for file in (root / "stance").glob("*/**/*.py"):
        module = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        graph[module] = {node.module for node in tree if isinstance(node, ast.ImportFrom)}
    graphlib.TopologicalSorter(graph).prepare()


def test_scikit_learn_is_imported_in_training_only(root: Path) -> None:
    """No other stage names scikit-learn in an import."""
    wrong = []
    for file in sorted((root / "stance").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if any(name.split(".")[0] == "sklearn" for name in names) and "training" not in file.parts:
                wrong.append(str(file.relative_to(root)))
    assert wrong == []


def test_every_module_fits_in_one_head(root: Path) -> None:
    """No module is longer than 400 lines."""
    long = {
        str(f.relative_to(root)): n
        for f in (root / "stance").rglob("*.py")
        if (n := len(f.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}


def test_every_test_says_what_must_hold(root: Path) -> None:
    """Each test function has a docstring."""
    silent = []
    for file in sorted((root / "tests").glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node):
                silent.append(f"{file.name}:{node.name}")
    assert silent == []
