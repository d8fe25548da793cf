"""What several tests share: the repository, a small model trained on a slice of the shipped corpus."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING

import pytest

from stance.model.kernel import outdated_kernel
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from stance.training.logistic import Choice

# needs atheris, and runs for as long as it is told to
collect_ignore = ["fuzz_kernel.py"]

ROOT = Path(__file__).resolve().parent.parent

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell's background job ignores Ctrl-C, and so would the programs that tests send it to
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure() -> None:
    """Tests would say nothing of the sources of another kernel."""
    if outdated := outdated_kernel():
        raise pytest.UsageError(f"the compiled kernel is {outdated}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def probe_texts() -> list[str]:
    """Paragraphs of every kind: those of the shipped probes, in their order."""
    paths = sorted((ROOT / "data" / "probes").glob("*.jsonl"))
    return [json.loads(line)["text"] for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real text that lies beside the checkout for developers and CI; skips where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "eval" / "dev.jsonl").is_file():
        pytest.skip("the folder of real text is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The shipped corpus."""
    from stance.training.corpus_files import read_corpus

    return read_corpus(ROOT / "data")


@pytest.fixture(scope="session")
def small_corpus(corpus: Corpus) -> Corpus:
    """Forty articles of the shipped corpus, of whose fit nothing is said."""
    articles = list(dict.fromkeys(example.article for example in corpus))[:40]
    examples = tuple(e for e in corpus if e.article in set(articles))
    return replace(corpus, examples=examples, calibration=(), settings=None, fit_options={})


@pytest.fixture(scope="session")
def choices() -> dict[str, Choice]:
    """A way to fit each target of the shipped corpus, another one for each."""
    from stance.training.logistic import Choice

    return {"sanctions": Choice(10.0), "diplomacy": Choice(3.0, "balanced")}


@pytest.fixture(scope="session")
def small_model(small_corpus: Corpus) -> StanceModel:
    """A model fitted on `small_corpus`, with its record."""
    from stance.model.analyzer import Settings
    from stance.training.fit import fit_model
    from stance.training.logistic import Choice
    from stance.training.record import with_record

    choices = {t.name: Choice(10.0, "balanced") for t in small_corpus.targets}
    settings = Settings(word_ngrams=(1, 1), word_weight=0.5)
    result = fit_model(small_corpus, settings, choices, folds=3, jobs=1)
    return with_record(result, small_corpus, name="small", seed=0, folds=3)


@pytest.fixture(scope="session")
def small_model_path(small_model: StanceModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`small_model` on disk, with its card."""
    from stance.model.artefact import save_model
    from stance.results.model_card import write_model_card

    folder = tmp_path_factory.mktemp("models") / "small"
    save_model(small_model, folder)
    write_model_card(folder)
    return folder


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test depends on the width or the colours of the terminal that runs it."""
    monkeypatch.setenv("COLUMNS", "88")
    monkeypatch.setitem(os.environ, "NO_COLOR", "1")


def _missing(what: str) -> None:
    """Skip; where everything must be there (CI), fail."""
    if os.environ.get("STANCE_ALL_TESTS"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real headless Chromium, such as Debian's package."""
    from playwright.sync_api import sync_playwright

    path = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := which(name))), None)
    if path is None:
        _missing("no Chromium is installed (Debian: chromium)")
    with sync_playwright() as driver:
        # the sandbox needs rights that a container lacks; the pages are ours
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, from npm, in the version that tests/browser pins by hash."""
    if which("npm") is None:
        _missing("npm is not installed: it brings axe-core")
    folder = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "tests" / "browser" / name, folder)
    run = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True)
    if run.returncode != 0:
        _missing(f"axe-core cannot be had from npm: {run.stderr[-200:]}")
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
