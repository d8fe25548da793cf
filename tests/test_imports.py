"""Importing costs little: heavy packages are loaded only where they are used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = ("sklearn", "pandas", "pyarrow", "dask", "scipy", "joblib", "lxml", "trafilatura", "pypdf", "docx", "warcio")


def _loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint('LOADED', *[m for m in {HEAVY!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(run.stdout.splitlines()[-1].split()) - {"LOADED"}


def test_import_stance_loads_nothing_heavy() -> None:
    """`import stance` pulls in no scikit-learn, pandas or pyarrow."""
    assert _loaded("import stance") == set()


def test_scoring_an_article_loads_nothing_heavy() -> None:
    """The library scores a text with numpy alone."""
    assert _loaded("import stance; stance.load_model().score('The talks resume on Friday, he said.')") == set()


def test_stance_score_loads_nothing_heavy(root: Path) -> None:
    """`stance score` of one article needs no scikit-learn."""
    sample = root / "data" / "articles" / "vienna-round.txt"
    code = f"from stance.commands import main; main(['score', {str(sample)!r}], standalone_mode=False)"
    assert _loaded(code) == set()


def test_every_public_name_is_there() -> None:
    """All names in `__all__` can be imported, and an unknown one is an AttributeError."""
    import pytest

    import stance

    for name in stance.__all__:
        assert getattr(stance, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        stance.nothing  # noqa: B018
