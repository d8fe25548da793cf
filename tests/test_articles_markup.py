"""HTML in cells and fields: read as the text it shows, only where it is beyond doubt HTML, and everywhere alike."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.articles import read_articles
from stance.articles.markup import is_markup, plain_text
from stance.batch.blocks import read_blocks

FAVOR = "Lifting the oil embargo now would reward aggression, the senator said."
AGAINST = "The president called the sanctions illegal & demanded their end."
HTML = f"<p>{FAVOR}</p>\n<p>{AGAINST.replace('&', '&amp;')}</p>"
PLAIN = f"{FAVOR}\n\n{AGAINST}"


def write(folder: Path, suffix: str, rows: list[dict[str, str | None]]) -> Path:
    """Rows in the format of the suffix."""
    path, frame = folder / f"cms{suffix}", pd.DataFrame(rows)
    if suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif suffix == ".json":
        path.write_text(json.dumps(rows, indent=1))
    elif suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False, sep="\t" if suffix == ".tsv" else ",")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".json", ".parquet"])
def test_every_way_of_reading(tmp_path: Path, suffix: str) -> None:
    """Tables, JSON and Parquet give the same text and title, row by row and in bulk, and offsets are of that text."""
    rows: list[dict[str, str | None]] = [
        {"id": "a", "text": HTML, "title": "<em>Iran</em> &#8211; talks"},
        {"id": "b", "text": "Oil < 60, writes A <a@wire.example>, <b>once</b>.", "title": "R&amp;D <em>now</em>"},
        {"id": "c", "text": "<p><img src=a.png></p>", "title": None},
        {"id": "d", "text": "Talks went on.", "title": "One<br>two"},
    ]
    path = write(tmp_path, suffix, rows)
    articles = list(read_articles([path]))
    assert [(article.text, article.title) for article in articles] == [
        (PLAIN, "Iran – talks"),
        (rows[1]["text"], "R&amp;D <em>now</em>"),
        ("", None),
        ("Talks went on.", "One two"),
    ]
    first = articles[0]
    assert [first.text[p.start : p.end] for p in first.paragraphs] == [FAVOR, AGAINST]
    (block,) = (block for block in read_blocks([path]) if len(block.articles))
    assert block.articles.select(["id", "text", "title"]).to_pylist() == [
        {"id": article.id, "text": article.text, "title": article.title} for article in articles
    ]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<div>One.</div><div>Two.</div>", "One.\n\nTwo."),
        ("One.<br>Two.<br />\n<br/>Three.", "One.\nTwo.\n\nThree."),
        ("<p>Talks\n\n  on <a href='/x'>oil</a>.\n", "Talks on oil."),
        ("<ul><li>One</li><li>Two</ul>After", "One\n\nTwo\n\nAfter"),
        ("<table><tr><th>Who</th><td>What</td></tr><tr><td>Iran</td></tr></table>", "Who\tWhat\n\nIran"),
        ("<pre>One\nTwo</pre>", "One\nTwo"),
        ("<script>if (a<b) '<p>'</script><style>p {}</style><p>One.</p><!-- <p>Two.</p> -->", "One."),
        ("<!-- wp:paragraph --><p>One.</p><!-- /wp:paragraph -->", "One."),
        ("Raw <b>one</b>\nline.\n\nRaw two.\n<ul>\n<li>Item</li>\n</ul>", "Raw one line.\n\nRaw two.\n\nItem"),
        ("<nav><a href=/>Home</a></nav><footer>Share this</footer><p>One.</p>", "Home\n\nShare this\n\nOne."),
        ('<p><a title="a > b" href="/">One</a> <img alt="x < y"> two.</p>', "One two."),
        (
            "<p>3 < 4, write <a@b.example> or <https://b.example/></p>",
            "3 < 4, write <a@b.example> or <https://b.example/>",
        ),
        ("<P CLASS=x>&ldquo;sanc&shy;tions&rdquo;&nbsp;&amp;lt; <O:P></O:P></P>", "“sanctions” &lt;"),
        ("<![CDATA[<p>One.</p>]]>", "One."),
        ("<!DOCTYPE html><html><head><title>No</title></head><body>One.</body></html>", "One."),
        ("<p>One.</p><!-- never closed <p>Two.</p>", "One.\n\n<!-- never closed\n\nTwo."),
        ("<p>One<script>x</script>\n\nand two.</p>", "One and two."),
        ("<p>One.</p><script>never closed", "One.\n\nnever closed"),
        ('<p>One.</p><p class="never closed>Two.</p>', "One.\n\nTwo."),
        ("<p>\0One\1 and\2 two.</p>", "One and two."),
        ("<p>&#00000000000065; &#" + "0" * 5000 + "66; &#" + "9" * 5000 + ";</p>", "A B \ufffd"),
    ],
)
def test_what_a_fragment_shows(markup: str, text: str) -> None:
    """Blocks and line breaks part, what a reader does not see is left out, all else is kept, whatever is faulty."""
    assert is_markup(markup)
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    "text",
    [
        "a < b and b > c",
        "He said <b>no</b> &amp; left.",
        "Write to Dana <dana@wire.example>.\n\nOr not.",
        "<Iran> and <p> are placeholders",
        "<Table 1> Results\n\nOil fell.",
        "<3 this\r\n\r\n<brief> news",
        "x <- c(1, 2)",
        "&lt;p&gt;Quoted&lt;/p&gt;",
    ],
)
def test_what_is_no_html_is_kept_to_the_byte(tmp_path: Path, text: str) -> None:
    """One tag, an address, a sign for "less": nothing of such a text is altered."""
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": text, "title": text}))
    (article,) = read_articles([path])
    assert (article.text, article.title) == (text, text.strip())


@given(st.text(st.sampled_from("<>/ab=\"'! -\n&;\0p"), max_size=60), st.sampled_from(["p", "br", "div", "script"]))
def test_no_markup_makes_it_fail(text: str, tag: str) -> None:
    """Whatever stands between tags, the words before and after are kept."""
    found = plain_text(f"Before <{tag}></{tag}>{text}</p> after")
    assert found.startswith("Before")
    assert found.endswith("after")


def test_the_head_of_a_page_is_not_shown() -> None:
    """A cell may hold a whole page: what browsers show of it is its body."""
    page = "<html><head><title>Site</title><style>p {}</style></head><body><p>Talks resume.</p></body></html>"
    assert plain_text(page) == "Talks resume."


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<!--",
        "<script>",
        "<script></style>",
        '<a ="',
        "<a =\" x='",
        "</p ",
        "<br ",
        "<br>",
        "\n ",
        "<?",
        "<td>",
    ],
)
def test_time_is_linear(piece: str) -> None:
    """A megabyte of what never closes takes seconds at most, not hours."""
    begin = time.perf_counter()
    plain_text("<p>One.</p>" + piece * (2**20 // len(piece)))
    assert time.perf_counter() - begin < 10


def test_it_needs_no_extra(tmp_path: Path) -> None:
    """Without lxml and trafilatura a cell is read the same."""
    path = write(tmp_path, ".csv", [{"text": HTML}])
    code = (
        "import sys; sys.modules |= {'lxml': None, 'trafilatura': None}\n"
        "from stance.articles import read_articles\n"
        "print([p.text for a in read_articles(sys.argv[1]) for p in a.paragraphs])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == repr([FAVOR, AGAINST])
