"""Documents say what is true: examples run, shown output is the program's, links lead somewhere."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from helpers import ROOT, run
from PIL import Image

from stance import __version__
from stance.commands import main
from stance.model.artefact import load_model, read_manifest
from stance.training.agreement import coded_units
from stance.training.corpus_files import read_corpus
from stance.training.fit_options import FitOptions
from stance.training.probes import check_probes, read_probes

EXAMPLES = re.findall(r"<!-- example -->\n```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
TARGETS = ("sanctions", "diplomacy")
DOCUMENTS = [p for p in ROOT.rglob("*.md") if not any(part.startswith(".") for part in p.relative_to(ROOT).parts)]


def test_the_citation_is_of_this_version() -> None:
    """And calls the software what the README and a report do."""
    cited = dict(re.findall(r'^([a-z-]+): "?([^"\n]+)"?$', (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M))
    assert (cited["version"], cited["cff-version"]) == (__version__, "1.2.0")
    report = (ROOT / "stance" / "results" / "templates" / "report.html.j2").read_text(encoding="utf-8")
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert all(cited["title"] in text for text in (readme, report))


def test_what_is_cited_is_among_the_references() -> None:
    """Once each; and BibTeX has this version, under the title of `CITATION.cff`."""
    paper = (ROOT / "docs" / "paper.md").read_text(encoding="utf-8")
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("outputs.md", "r.md", "python.md")]
    cited = set()
    for page in (*pages, paper.split("## References")[0]):
        found = r"([A-Z][\w-]+)(?:, [A-Z]\w+)*(?: and [A-Z]\w+| et al\.)? \(?((?:19|20)\d\d)(?=[;,)])"
        cited |= set(re.findall(found, " ".join(page.split())))
    assert {("Wolter", "2007"), ("Egami", "2023"), ("Wilson", "1927"), ("Zou", "2008")} <= cited
    listed = re.findall(r"^- ([A-Z][\w-]+), .*? \((\d{4})\)\.", paper, re.M)
    assert sorted(listed) == listed == sorted(cited)
    assert f"version = {{{__version__}}}" in paper
    title = re.search(r'^title: "(.*)"$', (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M)
    assert title is not None
    assert f"title   = {{{title[1]}}}" in paper


def test_there_are_two_examples() -> None:
    """So that the next test has something to run."""
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize("example", EXAMPLES, ids=["article", "frame"])
def test_the_examples_of_the_readme_run(example: str) -> None:
    """In a fresh process in the checkout, as a reader would."""
    run = subprocess.run([sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "sanctions" in run.stdout


@pytest.mark.parametrize("name", ["README.md", "docs/cli.md", "docs/outputs.md", "docs/python.md"])
def test_shown_output_is_what_the_program_prints(name: str) -> None:
    """`python docs/refresh.py` would change nothing, so no command, option or public name is missing."""
    documents = runpy.run_path(str(ROOT / "docs" / "refresh.py"))["DOCUMENTS"]
    assert (ROOT / name).read_text(encoding="utf-8") == documents[name]()


def test_a_document_without_a_place_for_what_is_shown_is_refused() -> None:
    """Else it would stay as it is, and would be said to be up to date."""
    filled = runpy.run_path(str(ROOT / "docs" / "refresh.py"))["_filled"]
    with pytest.raises(ValueError, match=r"^README\.md has 0 places between <!-- gone --> and <!-- end gone -->"):
        filled("README.md", "gone", [])


@pytest.mark.parametrize("picture", sorted((ROOT / "docs").glob("*.png")), ids=lambda path: path.name)
def test_pictures_show_the_shipped_model(picture: Path) -> None:
    """`python docs/screenshots.py` has run since the model was trained."""
    with Image.open(picture) as image:
        assert image.info.get("model") == read_manifest()["manifest_sha256"]


def _rows_after(document: str, words: str) -> dict[str, list[str]]:
    """The cells of the next table of a document, by what stands in the first column."""
    table = re.search(r"(?:^\|.*\n)+", (ROOT / document).read_text(encoding="utf-8").split(words)[1], re.M)
    assert table is not None
    rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines())
    return {name: cells for name, *cells in rows}


def test_the_readme_sums_up_the_page_of_accuracy() -> None:
    """F1 by label, which labels it reads best and worst, and calibration errors in points."""
    words = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    labels = _rows_after("docs/accuracy.md", "`stance` by label, F1:")
    assert _rows_after("README.md", "<!-- accuracy -->") == labels
    worst = {}
    for target in TARGETS:
        *order, best = sorted(labels[""][:3], key=dict(zip(labels[""], labels[target], strict=True)).__getitem__)
        assert best == "favor"
        worst[target] = order[0]
    assert f"worst *{worst['sanctions']}* on sanctions and *{worst['diplomacy']}* on diplomacy" in words
    errors = _rows_after("docs/accuracy.md", "Calibration and abstention")
    points = [round(100 * float(errors[target][0])) for target in TARGETS]
    assert f"off there by {points[0]} points (sanctions) and {points[1]} (diplomacy)" in words


def test_figures_of_the_model_that_documents_repeat_are_its_own() -> None:
    """How it does on what was held out, and which probes it passes."""
    manifest = read_manifest()
    names = ("data/README.md", "README.md")
    card, readme = (" ".join((ROOT / name).read_text(encoding="utf-8").split()) for name in names)
    files, articles = (
        " and ".join(f"{found[target]['metrics']['macro_f1'][0]:.2f}" for target in TARGETS)
        for found in (manifest["unseen_files"]["metrics"], manifest["metrics"])
    )
    assert f"held out by file, macro-F1 is {files}, against {articles} held out by article" in card
    passed = {name: cases[0] / cases[1] for name, cases in manifest["probes"]["passed"].items()}
    assert f"{100 * passed['plain-sentences']:.0f} of 100 plain sentences" in readme
    assert "it passes half of those with rare synonyms" in readme
    assert "It fails about half of the probes in which an author contradicts" in readme
    halves = ("synonyms", "author-against-quoted", "reported-and-rejected")
    assert [name for name in halves if not 0.45 < passed[name] < 0.55] == []


def test_the_terms_that_a_page_explains_are_those_of_the_model() -> None:
    """Each term in the table of docs/outputs.md is one that the shipped model has."""
    table = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8").split("<!-- terms -->\n")[1].split("\n\n")[0]
    shown = [term for row in table.splitlines()[2:] for term in re.findall(r"`([^`]+)`", row.split("|")[1])]
    known = {term for block in load_model().weights.blocks for term in block.terms}
    assert len(shown) > 10
    assert [term for term in shown if term not in known] == []


def test_the_shards_of_a_long_run_are_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands of docs/long-runs.md, in a folder with articles."""
    page = (ROOT / "docs" / "long-runs.md").read_text(encoding="utf-8")
    commands = re.search(r"<!-- shards -->\n```bash\n(.*?)```", page, re.S)
    assert commands is not None
    (tmp_path / "articles").mkdir()
    for name in ("one", "two"):
        shutil.copy(ROOT / "data" / "articles" / "vienna-round.txt", tmp_path / "articles" / f"{name}.txt")
    monkeypatch.chdir(tmp_path)
    for command in commands[1].splitlines():
        program, *arguments = shlex.split(command)
        done = run(*arguments)
        assert (program, done.exit_code) == ("stance", 0), done.stderr
    assert re.search(r"^all +2 +32 ", done.stdout, re.M)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link points at a file that is there, and at a heading that it has."""
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not _leads_somewhere(document, link)] == []


def _leads_somewhere(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    path = document.parent / name if name else document
    return path.exists() and (not anchor or anchor in _anchors(path.read_text(encoding="utf-8")))


def _anchors(text: str) -> set[str]:
    """What links to its headings end in, as GitHub makes it of their words."""
    headings = re.findall(r"^#+ +(.+?) *$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_links_that_lead_nowhere_are_found(tmp_path: Path) -> None:
    """To a file that there is not, and to a heading that its page has not."""
    page = tmp_path / "page.md"
    page.write_text("# A corpus of your own: `corpus.toml`\n```bash\n# no heading\n```\n", encoding="utf-8")
    sound = ["page.md", "page.md#a-corpus-of-your-own-corpustoml", "#a-corpus-of-your-own-corpustoml"]
    broken = ["gone.md", "gone.md#x", "page.md#corpus", "#no-heading"]
    assert [link for link in [*sound, *broken] if _leads_somewhere(page, link)] == sound


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
    assert coded_units(corpus, "NATO enlargement") == ([("favor", "favor", "against")], ["a1"])
    assert len(check_probes(read_probes(tmp_path / "probes"), corpus.targets)) == 2


def test_the_packages_of_the_wheel_are_the_folders() -> None:
    """No folder of the package is left out of the wheel."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = set(project["tool"]["setuptools"]["packages"]) - {"stance._default_model"}
    files = [path for path in (ROOT / "stance").rglob("*") if path.is_file() and path.parent.name != "__pycache__"]
    folders = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in files}
    assert named == folders


def _commands(document: Path) -> list[str]:
    """The commands of the program that a document shows, each with its options, as a shell would cut them."""
    text = document.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    lines += [line for block in re.findall(r"```(?:bash|sh)\n(.*?)```", text, re.S) for line in block.splitlines()]
    return [line for line in lines if line.startswith("stance ")]


def _left_over(line: str) -> list[str]:
    """What of a command the program has no place for; options that it lacks are an error of click's."""
    words = shlex.split(line.split("|")[0].split(">")[0], comments=True)[1:]
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            break
        command, words = found, words[1:]
    return list(command.make_parser(click.Context(command)).parse_args(words)[1])


@pytest.mark.parametrize(
    "document", [p for p in DOCUMENTS if p.name != "cli.md"], ids=lambda p: str(p.relative_to(ROOT))
)
def test_commands_that_are_shown_are_commands(document: Path) -> None:
    """Each has a line of its own, and the options that the program has; those of the help are run elsewhere."""
    for line in _commands(document):
        assert _left_over(line) == [], line


def test_commands_that_are_none_are_found(tmp_path: Path) -> None:
    """Two in a line, an option that there is not, and one that needs a value."""
    assert len(_commands(ROOT / "README.md")) > 10
    assert _left_over("stance corpus no-such-command") == ["no-such-command"]
    assert _left_over("stance report a.parquet -o r.html stance serve") == ["stance", "serve"]
    with pytest.raises(click.NoSuchOption):
        _left_over("stance score a.txt --colour red")
    with pytest.raises(click.BadOptionUsage):
        _left_over("stance score a.txt -o")
