"""Boilerplate is marked and nothing else is; offsets stay; counts still reconcile."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from stance.articles import Article, read_articles
from stance.articles.boilerplate import mark_boilerplate
from stance.articles.clusters import Clusters
from stance.model.abstention import Reason
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus

# checked by hand
BOILERPLATE = """
By Jane Roe
By JANE ROE and JOHN DOE, Staff Writers
Published 14 March 2025, 10:22 GMT
March 14, 2025
Updated: Mar 14, 2025 10:22 AM EDT
Fri 14 Mar 2025 10.22 GMT
Last updated on March 14, 2025 at 10:22 am
Published 3 hours ago
TEHRAN, March 14 (MNA) –
WASHINGTON —
BEIRUT (Model News)
The Harbor Ledger, 14 March 2025
812 words
5 min read
Read more: Oil prices fall
Watch: Ministers arrive in Vienna
Related stories
More from World
Recommended for you
You may also like
Most read
Load more stories
Continue reading the main story
Click here to get the Model News app
Skip to main content
World > Middle East > Iran
Share
Print
Share this article
Facebook Twitter WhatsApp Email Copy link
Follow us on Twitter and Facebook
Join the conversation
Listen to this article
Leave a comment
Comments (12)
2 comments
Have a tip? Write to us at tips@example.org
Sign up for our daily newsletter
Subscribe to The Wire to get the latest in your inbox.
Get the latest news delivered to your inbox
Advertisement
Tags: Iran, sanctions, Vienna
In this story: Iran, EU
Photo: Model Agency
Editor: hua
Reporting by Jane Roe in Vienna; Editing by John Doe
(Reporting by Jane Roe; editing by John Doe)
Our Standards: The Wire Trust Principles.
This article was originally published in The Model on March 3.
The views expressed are the author's own.
© 2025 The Daily Model. All rights reserved.
Copyright 2025 Model News Ltd.
This content is protected. All Rights Reserved.
No part of this publication may be reproduced. All rights reserved.
We use cookies to improve your experience. By continuing to browse, you agree.
Enditem
10:05 CET
2h ago
FOR IMMEDIATE RELEASE
EMBARGOED UNTIL 14 March 2025, 10:00
Contact: Press Office, 202-555-0100, press@example.org
Media contact: Jane Roe Tel: +32 2 555 01 00
An official website of the government
You are receiving this email because you signed up. Unsubscribe
Unsubscribe from this list
Already a subscriber? Log in
Already have an account? Sign in here.
This article is for subscribers only. Subscribe now for full access.
To continue reading, register for free or sign in.
You have reached your limit of free articles.
You have 2 free articles remaining this month.
You’ve used all of your limit of free stories.
View this email in your browser
""".strip().splitlines()

OWN = """
The ministers met in Vienna.
Share prices fell on Friday after the sanctions were announced.
Read against that record, the offer is thin.
More sanctions will follow, the minister said.
Support for the embargo is falling in every country of the bloc.
By Friday the talks had stalled.
By lifting the embargo, the president hopes to win time.
Follow the money, said the senator.
Subscribe to no illusions about Tehran.
In this context the talks matter more than the sanctions.
Related sanctions were lifted in 2016.
This article of the treaty was never ratified by the Senate.
The views expressed in Paris differ from those in Berlin.
We use sanctions as a tool, she said.
May 3 passed without a deal.
On 14 March 2025 the Council renewed the measures.
VIENNA, July 9 - Negotiators were still in the palace at dawn.
Contact with Tehran was never broken off.
Editors in Tehran said they had been told nothing.
Sign the treaty, and the sanctions go.
Home to 80 million people, Iran is the largest market in the region.
Most of the sanctions remain.
Help is on the way.
END THE EMBARGO NOW
Talks resume
Sanctions relief must come first
Join us or face sanctions, the minister said to his neighbours.
Reporting by the agency shows that Iran has kept the limits.
Photos of the meeting showed both men smiling.
The story is part of a longer history of embargoes against the island.
Q: Will you lift the sanctions?
Embargoed until last year, the country's oil flows again.
Contacts: 2015-2018, a chronology of the talks by those who held them, was published in Vienna.
For immediate relief, the sanctions must go.
At 10:05 the ministers walked out.
An official of the ministry denied it.
You have received our answer to the sanctions, he told the envoys.
You have reached the limit of our patience, the minister told Tehran, and sanctions will follow.
Already the sanctions bite.
Already a member? Then the club's sanctions bind you, the minister said to the candidate country, which had asked for time.
This article is for the courts, not for members of parliament, to apply.
To continue reading the treaty as a dead letter is to keep the sanctions for ever.
""".strip().splitlines()

REST = ["Envoys met in Vienna on Friday.", "No date was set for the next round."]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_boilerplate_is_marked(line: str) -> None:
    """By its form alone, at the beginning of an article."""
    assert mark_boilerplate([line, *REST]) == [True, False, False]


@pytest.mark.parametrize("line", OWN)
def test_what_is_the_articles_is_not_marked(line: str) -> None:
    """Though it begins with the same words."""
    assert mark_boilerplate([line, *REST]) == [False, False, False]


def test_no_paragraph_of_the_corpus_is_marked(corpus: Corpus) -> None:
    """At most one in a thousand of the paragraphs that people coded as an article's."""
    by_article: dict[str, list[str]] = {}
    for example in corpus:
        by_article.setdefault(example.article, []).append(example.text)
    marked = sum(sum(mark_boilerplate(texts)) for texts in by_article.values())
    assert marked <= len(corpus) / 1000


def test_real_articles_are_left_alone(shared: Path) -> None:
    """At most two in a thousand paragraphs of real articles, already cleaned, are marked."""
    articles = list(read_articles([str(shared / "articles" / "*.txt")]))
    marks = [p.boilerplate for article in articles for p in article.paragraphs]
    assert len(marks) > 1000
    assert sum(marks) <= len(marks) / 500


def test_headlines_below_a_heading_that_leads_away() -> None:
    """They are marked up to the next sentence; a line that stands there three times is, too."""
    lines = [
        "Envoys met.",
        "Related stories",
        "Oil steadies",
        "Film festival opens",
        "The talks go on.",
        "Talks on hold",
    ]
    assert mark_boilerplate(lines) == [False, True, True, True, False, False]
    assert mark_boilerplate(["Talks. A.", "Hub", "Talks. B.", "Hub", "Talks. C.", "Hub"]) == [False, True] * 3


TEXT = "By Jane Roe\n\nThe minister called for an end to the embargo and said that talks go on.\n\nShare this article\n"


def test_boilerplate_is_kept_but_not_scored(small_model: StanceModel) -> None:
    """It is a paragraph with its offsets and a reason, and is scored if asked."""
    article = Article("a", TEXT)
    scores = small_model.score(article)
    assert [TEXT[s.paragraph.start : s.paragraph.end] for s in scores] == [s.paragraph.text for s in scores]
    assert [s.abstained for s in scores] == [Reason.BOILERPLATE, None, Reason.BOILERPLATE]
    assert scores[0].stances["sanctions"].probability != scores[0].stances["sanctions"].probability
    kept = small_model.score(article, keep_boilerplate=True)
    assert Reason.BOILERPLATE not in [s.abstained for s in kept]
    assert kept[1].stances == scores[1].stances


@pytest.mark.parametrize("format", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("level", ["paragraph", "article"])
@pytest.mark.parametrize("keep", [False, True])
def test_the_counts_reconcile(small_model_path: Path, tmp_path: Path, format: str, level: str, keep: bool) -> None:
    """Read = scored + abstained + boilerplate, one by one, to a file and to a folder, and the rows say the same."""
    import pandas as pd

    from stance.commands import main

    rows = [{"id": f"a{i}", "text": TEXT * (i % 3 + 1) + ("\n\nΟ υπουργός." if i % 2 else "")} for i in range(9)]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows) + "oops\n")
    command = ["score", str(source), "-m", str(small_model_path), "--level", level, *["--keep-boilerplate"] * keep]
    outputs = [["-o", str(tmp_path / f"out.{format}")], ["-o", f"{tmp_path}/run/", "-f", format]]
    runs = [CliRunner().invoke(main, [*command, *out]) for out in outputs]
    if format != "parquet":
        runs.append(CliRunner().invoke(main, [*command, "-f", format]))
    for run in runs:
        assert run.exit_code == 0, run.output
        line = next(line for line in run.stderr.splitlines() if line.startswith("paragraphs:"))
        assert line == next(line for line in runs[0].stderr.splitlines() if line.startswith("paragraphs:"))
    numbers = [int(word) for word in line.replace("(", "( ").split() if word.isdecimal()]
    read, scored, abstained, boilerplate = numbers[0], numbers[1], numbers[2], numbers[-1]
    assert read == scored + abstained + boilerplate
    assert boilerplate == (0 if keep else 36)
    read_as = {"jsonl": lambda p: pd.read_json(p, lines=True), "csv": pd.read_csv, "parquet": pd.read_parquet}[format]
    frame = read_as(tmp_path / f"out.{format}")
    if level == "paragraph":
        assert len(frame) == read
        assert (frame.sanctions_abstained == "boilerplate").sum() == boilerplate
    else:
        assert (frame.paragraphs.sum(), frame.abstained.sum(), frame.boilerplate.sum()) == (
            read,
            abstained,
            boilerplate,
        )


def _copies(corpus: Corpus) -> tuple[list[tuple[str, str]], int]:
    by_article: dict[str, list[str]] = {}
    for example in corpus:
        by_article.setdefault(example.article, []).append(example.text)
    found = [(id, "\n\n".join(texts)) for id, texts in by_article.items()]
    long = [(id, texts) for id, texts in by_article.items() if len(texts) >= 5][:200]
    # as outlets print wire copy: another byline, the end cut off
    cut = [(f"copy of {id}", "\n\n".join(["By our correspondent", *texts[: -(len(texts) // 5)]])) for id, texts in long]
    return found + cut, len(cut)


def test_wire_copy_shares_a_cluster(corpus: Corpus) -> None:
    """Each shortened copy joins its original; articles that are no copies stay by themselves."""
    articles, copies = _copies(corpus)
    clusters = Clusters()
    found = {id: clusters.add(id, text) for id, text in articles}
    assert all(found[id] == id for id in found if not id.startswith("copy of "))
    joined = sum(found[id] == id.removeprefix("copy of ") for id in found if id.startswith("copy of "))
    assert joined >= 0.98 * copies


def test_clusters_are_the_same_each_time_and_forget(corpus: Corpus) -> None:
    """They depend on the order only; a copy beyond the memory begins anew; a text without words has none."""
    articles = _copies(corpus)[0][:300]
    first, second = Clusters(), Clusters()
    assert [first.add(*one) for one in articles] == [second.add(*one) for one in articles]
    small = Clusters(capacity=50)
    for id, text in articles:
        small.add(id, text)
    assert small.add("late", articles[0][1]) == "late"
    assert small.add("again", articles[-1][1]) == articles[-1][0]
    assert small.add("empty", " * ") is None
    assert [small.add(id, "Talks resume.") for id in "xyz"] == ["x", "x", "x"]


def test_clusters_in_a_run(small_model_path: Path, corpus: Corpus, tmp_path: Path) -> None:
    """The column is the same in one file, in the parts of shards and on standard output, and there only if asked."""
    import pandas as pd

    from stance.commands import main

    articles = [*_copies(corpus)[0][:40], *[(f"copy {id}", text + "\n\nShare") for id, text in _copies(corpus)[0][:40]]]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"id": id, "text": text}) + "\n" for id, text in articles))
    command = ["score", str(source), "-m", str(small_model_path), "--clusters"]
    one = CliRunner().invoke(main, [*command, "-o", str(tmp_path / "a.jsonl")])
    assert one.exit_code == 0, one.output
    frame = pd.read_json(tmp_path / "a.jsonl", lines=True)
    assert frame[["article_id", "cluster"]].drop_duplicates().set_index("article_id").cluster.to_dict() == {
        id: id.removeprefix("copy ") for id, _ in articles
    }
    assert CliRunner().invoke(main, [*command, "-f", "jsonl"]).stdout == (tmp_path / "a.jsonl").read_text(
        encoding="utf-8"
    )
    for shard in ("1/2", "2/2"):
        run = CliRunner().invoke(
            main, [*command, "-o", f"{tmp_path}/run/", "-f", "jsonl", "--chunk", "7", "--shard", shard]
        )
        assert run.exit_code == 0, run.output
    parts = "".join(path.read_text(encoding="utf-8") for path in sorted((tmp_path / "run").glob("part-*")))
    assert parts == (tmp_path / "a.jsonl").read_text(encoding="utf-8")
    CliRunner().invoke(main, [*command[:-1], "-o", str(tmp_path / "b.csv")])
    assert "cluster" not in pd.read_csv(tmp_path / "b.csv").columns


HEAD = [
    "From: Jane Roe <jane@example.org>",
    "Sent: Monday, March 3, 2025",
    "To: desk@example.org",
    "Subject: FW: Talks",
]


@pytest.mark.parametrize("before", [[], ["---------- Forwarded message ---------"], ["Begin forwarded message:"]])
def test_the_head_of_a_forwarded_message_is_marked(before: list[str]) -> None:
    """In whatever order its fields come, and where a message is forwarded within another."""
    for head in (HEAD, [HEAD[0], HEAD[3], "Date: 3 March 2025", HEAD[2]], [f"> {line}" for line in HEAD]):
        paragraphs = [*before, *head, *REST]
        assert mark_boilerplate(paragraphs) == [True] * (len(paragraphs) - 2) + [False] * 2
        assert mark_boilerplate([REST[0], *paragraphs])[1:] == mark_boilerplate(paragraphs)


@pytest.mark.parametrize(
    "lines",
    [
        ["From: the minister", "To: his people", "Lift the sanctions."],
        ["From: Vienna", "From: Paris", "From: Rome"],
        ["Subject: sanctions", "To: whom it may concern", "Cc: nobody"],
        ["From: Vienna to Paris", REST[0], "To: be continued", "Subject: sanctions"],
    ],
)
def test_fewer_lines_are_no_head(lines: list[str]) -> None:
    """Two that look like one, others between them, or none that tells the sender."""
    assert mark_boilerplate([*lines, *REST]) == [False] * (len(lines) + 2)


def _with_footers(corpus: Corpus) -> list[dict[str, str]]:
    """Articles of two outlets, each with its two lines at the end; and copies of one that have none."""
    by_article: dict[str, list[str]] = {}
    for example in corpus:
        by_article.setdefault(example.article, []).append(example.text)
    stories = [texts for texts in by_article.values() if len(texts) >= 6][:12]
    ends = [["The Ledger is read in forty states", "Call us on weekdays"], ["A weekly letter from Tbilisi, since 1998"]]
    rows = [{"id": f"a{i}", "text": "\n\n".join([*texts, *ends[i % 2]])} for i, texts in enumerate(stories[:10])]
    return rows + [{"id": f"copy{i}", "text": "\n\n".join([f"Paper {i}", *stories[11]])} for i in range(6)]


def test_footers_that_return_are_marked(small_model_path: Path, corpus: Corpus, tmp_path: Path) -> None:
    """From the third article of an outlet on; the last paragraph of wire copy is left alone; all ways say the same."""
    import pandas as pd

    from stance.commands import main

    rows = _with_footers(corpus)
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pd.DataFrame(rows).to_parquet(tmp_path / "in.parquet")
    outputs = []
    for name in ("in.jsonl", "in.parquet"):
        command = ["score", str(tmp_path / name), "-m", str(small_model_path)]
        outputs.append(CliRunner().invoke(main, [*command, "-f", "jsonl"]).stdout)
        run = CliRunner().invoke(
            main, [*command, "-o", f"{tmp_path}/{name}/".replace(".", "-"), "-f", "jsonl", "--chunk", "3"]
        )
        assert run.exit_code == 0, run.output
        folder = tmp_path / name.replace(".", "-")
        outputs.append("".join(p.read_text(encoding="utf-8") for p in sorted(folder.glob("part-*"))))
    assert len(set(outputs)) == 1
    found = [json.loads(line) for line in outputs[0].splitlines()]
    marked = [row["article_id"] for row in found if row["sanctions_abstained"] == "boilerplate"]
    assert marked == ["a4", "a4", "a5", "a6", "a6", "a7", "a8", "a8", "a9"]
