"""What stands around the articles of an export, in the ways of its sources: title, date and outlet, but no text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

import pytest
from sample_files import PARAGRAPHS, TITLE, docx, factiva_lines, nexis_lines, pdf, rtf

from stance.articles import Article, Quarantined, read_articles, read_records

HEAD = ["14 March 2025", "The Harbor Ledger", "HARLED", "English", "Copyright 2025 The Harbor Ledger Company."]


def factiva(tmp_path: Path, above: Sequence[str], head: Sequence[str], text: Sequence[str] = PARAGRAPHS) -> Article:
    """The one article of an export in RTF, with such lines above and below the number of words."""
    lines = [*above, "812 words", *head, *text, "Document HARLED0020250314el3e00041"]
    (tmp_path / "a.rtf").write_bytes(rtf(lines))
    (article,) = read_articles([tmp_path / "a.rtf"])
    return article


@pytest.mark.parametrize(
    "byline",
    [
        "By Dana Example in Brussels, Lee Sample at the border, and three members of the foreign staff in Washington",
        "BY DANA EXAMPLE IN BRUSSELS, LEE SAMPLE AT THE BORDER, AND THREE MEMBERS OF THE FOREIGN STAFF IN WASHINGTON",
    ],
)
def test_many_authors_are_no_headline(tmp_path: Path, byline: str) -> None:
    """Though their line is the longest; a headline that begins as one is kept."""
    assert factiva(tmp_path, ["World News", TITLE, byline], HEAD).title == TITLE
    headline = "By lifting the embargo, the president hopes to win time"
    assert factiva(tmp_path, ["World", headline], HEAD).title == headline


@pytest.mark.parametrize(
    "head",
    [
        ["14 March 2025", "The Harbor Ledger", "HARLED", "English", "(Copyright (c) 2025, Harbor & Company, Inc.)"],
        ["14 March 2025", "02:00", "The Harbor Ledger", "HARLED", "London Ed1", "02", "Volume 12; Issue 3", *HEAD[3:]],
        ["14 March 2025", "02:00", "The Harbor Ledger", "HARLED", "Ed1", "02", "Volume 12", "English"],
    ],
)
def test_the_text_begins_below_the_head(tmp_path: Path, head: list[str]) -> None:
    """However its rights are put, and however many lines the source has."""
    article = factiva(tmp_path, ["World", TITLE, "By Dana Example"], head)
    assert (article.date, article.outlet) == ("2025-03-14", "The Harbor Ledger")
    assert [p.text for p in article.paragraphs] == list(PARAGRAPHS)


def test_rights_below_a_short_text_are_not_those_above_it(tmp_path: Path) -> None:
    """Where the source names none above, all that stands between is the text."""
    text = ["Talks resume.", "Oil falls.", "Copyright 2025 The Harbor Ledger"]
    article = factiva(tmp_path, ["World", TITLE], HEAD[:4], text)
    assert [p.text for p in article.paragraphs] == text


def nexis(
    tmp_path: Path, date: str, text: Sequence[str], below: Sequence[str] = (), announced: str = "Documents (1)"
) -> Article:
    """The one article of an export in DOCX, with such lines below its text."""
    lines = ["User Name: = A Reader", announced, f"1. {TITLE}", TITLE, "The Harbor Ledger", date]
    lines += ["Length: 812 words", "Body", *text, *below, "Load-Date: March 15, 2025", "End of Document"]
    (tmp_path / "a.docx").write_bytes(docx(lines))
    (article,) = read_articles([tmp_path / "a.docx"])
    return article


@pytest.mark.parametrize(
    "date",
    [
        "14 Mar 2025",
        "Fri 14 Mar. 2025",
        "Mar 14, 2025",
        "Friday, Mar. 14, 2025",
        "2025年3月14日 星期五",
        "2025年03月14日（金）",
        "2025년 3월 14일 금요일",
    ],
)
def test_dates_are_found_however_they_are_written(tmp_path: Path, date: str) -> None:
    """Short months, and East Asian ones, too; with the date, the lines above it are found."""
    article = nexis(tmp_path, date, PARAGRAPHS)
    assert (article.title, article.date, article.outlet) == (TITLE, "2025-03-14", "The Harbor Ledger")


@pytest.mark.parametrize("heading", ["Notes", "NOTES"])
@pytest.mark.parametrize(
    "below",
    [
        [],
        ["Classification", "Language: ENGLISH"],
        ["Notes", "See also the leading article."],
        ["Notes", "See also the leading article.", "Graphic", "A tanker.", "The harbour.", "Classification"],
    ],
)
def test_a_heading_of_the_articles_does_not_end_it(tmp_path: Path, heading: str, below: list[str]) -> None:
    """Though the database has one of that name below the text."""
    text = [PARAGRAPHS[0], heading, *PARAGRAPHS[1:]]
    assert [p.text for p in nexis(tmp_path, "March 14, 2025 Friday", text, below).paragraphs] == text


@pytest.mark.parametrize("number", [",", "9" * 5000])
@pytest.mark.parametrize("announces", ["Documents ({})", "Results Found {}"])
def test_an_export_may_announce_what_is_no_number(tmp_path: Path, announces: str, number: str) -> None:
    """Its articles are read, for nothing tells how many there should be."""
    line = announces.format(number)
    if line.startswith("Documents"):
        article = nexis(tmp_path, "March 14, 2025", PARAGRAPHS, announced=line)
    else:
        article = factiva(tmp_path, [line, TITLE], HEAD)
    assert [p.text for p in article.paragraphs] == list(PARAGRAPHS)


def test_a_date_that_the_text_begins_with_is_not_the_articles(tmp_path: Path) -> None:
    """Where no line says that the text begins, that of its length does."""
    lines = [TITLE, "The Harbor Ledger", "March 14, 2025 Friday", "Length: 812 words", PARAGRAPHS[0]]
    lines += [
        "April 2, 2019 was the day of the first talks.",
        "They failed.",
        "Load-Date: March 15, 2025",
        "End of Document",
    ]
    (tmp_path / "a.rtf").write_bytes(rtf(lines, title=""))
    (article,) = read_articles([tmp_path / "a.rtf"])
    assert (article.title, article.date, article.outlet) == (TITLE, "2025-03-14", "The Harbor Ledger")
    assert [p.text for p in article.paragraphs] == [PARAGRAPHS[0], *lines[5:7]]


@pytest.mark.parametrize("make", [nexis_lines, factiva_lines])
def test_an_export_that_breaks_off_says_so(tmp_path: Path, make: Callable[..., list[str]]) -> None:
    """Also where it announces no number: the last article has no end, and is not lost in silence."""
    lines = make(2)
    ends = [i for i, line in enumerate(lines) if line.startswith(("End of Document", "Document HARLED"))]
    covered = [line for line in lines[: ends[1]] if not line.startswith("Documents (")]
    path = tmp_path / "a.rtf"
    path.write_bytes(rtf(covered))
    article, refused = read_records([path])
    assert isinstance(article, Article)
    assert refused == Quarantined(str(path), 2, "the export breaks off in an article, which is not read")


@pytest.mark.parametrize("suffix", ["pdf", "txt"])
@pytest.mark.parametrize("make", [nexis_lines, factiva_lines])
def test_an_export_of_lines_is_told(tmp_path: Path, make: Callable[..., list[str]], suffix: str) -> None:
    """Its articles cannot be told apart: they are read as one, and not in silence; one alone is that one."""
    for number in (3, 1):
        path = tmp_path / f"{number}.{suffix}"
        lines = make(number)
        path.write_bytes(pdf(lines) if suffix == "pdf" else "\n\n".join(lines).encode())
        article, *told = read_records([path])
        assert isinstance(article, Article)
        reason = f"an export of {number} articles, read as one; export it as DOCX or RTF to have each by itself"
        assert told == ([Quarantined(str(path), 1, reason)] if number > 1 else [])


@pytest.mark.parametrize(("make", "below"), [(nexis_lines, "Length: 30 pages"), (factiva_lines, "812 words")])
def test_an_export_that_holds_what_it_announces_does_not_break_off(
    tmp_path: Path, make: Callable[..., list[str]], below: str
) -> None:
    """Whatever stands below the last article, such as the words that were searched for."""
    (tmp_path / "a.rtf").write_bytes(rtf([*make(2), below]))
    assert [type(record) for record in read_records([tmp_path / "a.rtf"])] == [Article] * 2


def test_a_document_that_says_where_it_ends_is_no_export(tmp_path: Path) -> None:
    """Though a heading or a line below its title has the name of a field."""
    lines = [TITLE, "Copyright 2020 The Harbor Ledger", PARAGRAPHS[0], "Section 3", "Language", PARAGRAPHS[1]]
    lines += ["March 14, 2003 was the day.", "End of Document", "Annex", PARAGRAPHS[2]]
    (tmp_path / "a.docx").write_bytes(docx(lines))
    (article,) = read_articles([tmp_path / "a.docx"])
    assert article.text == "\n\n".join(lines)


def test_an_export_of_nexis_need_not_have_a_length(tmp_path: Path) -> None:
    """Nor the day when it was loaded."""
    lines = [TITLE, "The Harbor Ledger", "March 14, 2025 Friday", "Body", *PARAGRAPHS, "Classification"]
    (tmp_path / "a.docx").write_bytes(docx([*lines, "Publication-Type: Newspaper", "End of Document"]))
    (article,) = read_articles([tmp_path / "a.docx"])
    assert [p.text for p in article.paragraphs] == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "fields", [["Length: 812 words", "Byline: A"], ["Byline: A", "Section: B", "Length: 812 words"], []]
)
def test_lines_of_a_text_do_not_begin_it(tmp_path: Path, fields: list[str]) -> None:
    """Though they look like a field or a date, where no line says that the text begins."""
    text = [PARAGRAPHS[0], "March 2, 2003 was the day.", PARAGRAPHS[1]]
    text += ["Length: what the talks lacked."] if fields else []
    lines = [TITLE, "The Harbor Ledger", "March 14, 2025 Friday", *fields, *text, "Load-Date: March 15, 2025"]
    (tmp_path / "a.docx").write_bytes(docx([*lines, "End of Document"]))
    (article,) = read_articles([tmp_path / "a.docx"])
    assert (article.title, article.date, article.outlet) == (TITLE, "2025-03-14", "The Harbor Ledger")
    assert [p.text for p in article.paragraphs] == text


def test_sentences_that_begin_as_a_footer_of_factiva_are_text(tmp_path: Path) -> None:
    """The footers themselves are not."""
    text = [PARAGRAPHS[0], "Factiva was sold on Friday.", "Page 3 of 5 of the treaty says so.", PARAGRAPHS[1]]
    footers = ["Page 1 of 2 © 2025 Factiva, Inc. All rights reserved.", "Page 2 of 2", "Factiva"]
    assert [p.text for p in factiva(tmp_path, [TITLE], HEAD, [*text, *footers]).paragraphs] == text


def test_a_headline_alone_may_begin_as_a_byline(tmp_path: Path) -> None:
    """Where no other line stands above the number of words, it is no list of authors."""
    headline = "By Air and Sea the Embargo Leaks"
    assert factiva(tmp_path, [headline], HEAD).title == headline


@pytest.mark.parametrize(
    ("between", "facts"),
    [
        ([], (TITLE, "March 14, 2025 Friday", None)),
        (["The Harbor Ledger"], (TITLE, "The Harbor Ledger", "2025-03-14")),
        (["The Harbor Ledger", *"abc"], (TITLE, "c", "2025-03-14")),
        (["The Harbor Ledger", *"abcd"], ("c", "d", "2025-03-14")),
    ],
    ids=["no outlet", "outlet", "date in the sixth line", "date in the seventh line"],
)
def test_what_stands_between_headline_and_date(
    tmp_path: Path, between: list[str], facts: tuple[str | None, ...]
) -> None:
    """Without a cover the headline is the first line of all, if the date is among the first six."""
    lines = [TITLE, *between, "March 14, 2025 Friday", "Length: 812 words", "Body", *PARAGRAPHS]
    (tmp_path / "a.docx").write_bytes(docx([*lines, "Load-Date: March 15, 2025", "End of Document"]))
    (article,) = read_articles([tmp_path / "a.docx"])
    assert (article.title, article.outlet, article.date) == facts
    assert [p.text for p in article.paragraphs] == list(PARAGRAPHS)


LEXIS = f"""

Download Request: Selected Items: 1-3
Time Of Request: Friday, March 20, 2015  16:51:31

Terms: (DATE(>=2014-12-01 and <=2015-05-11) and (embargo))


                               1 of 3 DOCUMENTS



                         The Harbor Ledger (London)

                          January 11, 2015 Sunday
                                 Edition 1;
                                  Scotland

{TITLE} as the
river rises

BYLINE: Dana Example in Vienna

LENGTH: 355 words


{PARAGRAPHS[0]}

   {PARAGRAPHS[1]}

URL: https://ledger.example/world

GRAPHIC: Two envoys and a door.

A map of the river, by the desk.

LOAD-DATE: January 12, 2015

LANGUAGE: ENGLISH


                     Copyright 2015 Harbor Ledger Limited
                            All Rights Reserved

                               2 of 3 DOCUMENTS

                     Copyright 2015 Port Sheet Company
                            All Rights Reserved
                              The Port Sheet

                          June 3, 2015 Wednesday
                               Final Edition

SECTION: A Section; A01
LENGTH: 855 words
HEADLINE: {TITLE},
  harbor waits
BYLINE: Lee Sample
BODY:
   {PARAGRAPHS[0]}

LOAD-DATE: June 4, 2015

                               3 of 3 DOCUMENTS

                               Evening Radio

                                April 2015

LENGTH: 20 words

HIGHLIGHT: A short one.

HOST: UPDATE: the embargo stays.
GUEST: It does.

LOAD-DATE: April 9, 2015
"""


@pytest.mark.parametrize("suffix", [".txt", ".TXT"])
def test_an_export_of_lexisnexis(tmp_path: Path, suffix: str) -> None:
    """It is split by the lines that number its articles; fields above and below a text are none of it."""
    (tmp_path / f"a{suffix}").write_text(LEXIS, encoding="utf-8")
    articles = list(read_articles([tmp_path / f"a{suffix}"]))
    assert [(a.id, a.title, a.date, a.outlet) for a in articles] == [
        ("a:1", f"{TITLE} as the river rises", "2015-01-11", "The Harbor Ledger (London)"),
        ("a:2", f"{TITLE}, harbor waits", "2015-06-03", "The Port Sheet"),
        ("a:3", None, "2015-04", "Evening Radio"),
    ]
    texts = [[p.text for p in a.paragraphs] for a in articles]
    assert texts == [list(PARAGRAPHS[:2]), [PARAGRAPHS[0]], ["HOST: UPDATE: the embargo stays.", "GUEST: It does."]]


def lexis(
    *,
    begin: str = "1 of 1 DOCUMENTS",
    rights: str = "",
    outlet: str = "The Harbor Ledger",
    title: str = TITLE,
    fields: str = "LENGTH: 355 words",
    body: str = PARAGRAPHS[0],
    below: str = "LOAD-DATE: January 12, 2015\n\nLANGUAGE: ENGLISH",
) -> str:
    """One article, centered as it was written."""
    head = "\n\n".join(f"{line:^80}" for line in (begin, rights, outlet, "January 11, 2015 Sunday") if line)
    return f"\n{head}\n\n{title}\n\n{fields}\n\n{body}\n\n{below}\n"


def lexis_articles(folder: Path, text: str) -> list[tuple[str | None, str | None, str | None, list[str]]]:
    """Title, date, outlet and paragraphs of each."""
    (folder / "a.txt").write_text(text, encoding="utf-8")
    return [(a.title, a.date, a.outlet, [p.text for p in a.paragraphs]) for a in read_articles([folder / "a.txt"])]


@pytest.mark.parametrize(
    "body",
    [
        ["ANCHOR: Good evening.", "REPORTER: The embargo stays.", "ANCHOR: Thank you."],
        ["GUEST: The embargo stays.", "HOST: It must not."],
        ["SERIES: the last part tells of the embargo.", PARAGRAPHS[0]],
        [PARAGRAPHS[0], "LANGUAGE: a bar to talks, she said.", PARAGRAPHS[1]],
        ["LANGUAGE: a bar to talks, of which no one had a thought", PARAGRAPHS[1]],
        [PARAGRAPHS[0], "c) the embargo stays."],
        ["CORRECTION: The embargo stays."],
        [PARAGRAPHS[0], "UPDATE: talks ended.", "NOTE: the embargo stays."],
        ["HOST: The embargo stays", "GUEST: It does -"],
        ["HOST: The embargo stays.", "AUTOR: It does.", PARAGRAPHS[0]],
        [PARAGRAPHS[0], "BODY:", PARAGRAPHS[1]],
        [PARAGRAPHS[0], "7 of 9 DOCUMENTS", PARAGRAPHS[1]],
        [PARAGRAPHS[0], "LANGUAGE: French", PARAGRAPHS[1]],
    ],
)
def test_words_in_capitals_of_a_text_are_no_fields(tmp_path: Path, body: list[str]) -> None:
    """What is said in a broadcast, first or last, is text."""
    fields = "SHOW: EVENING NEWS (6:30 PM ET)\n\nLENGTH: 40 words\n\nANCHORS: DANA EXAMPLE"
    found = lexis_articles(tmp_path, lexis(fields=fields, body="\n\n".join(body)))
    assert found == [(TITLE, "2015-01-11", "The Harbor Ledger", body)]


@pytest.mark.parametrize(
    "change",
    [
        {"fields": "ACC-NO: 12345\n\nLENGTH: 355 words\n\nDISTRIBUTION: Business Editors\n\nDATELINE: VIENNA"},
        {"fields": "LENGTH: 355 words\n\nLANGUAGE: ENGLISH\n\nBYLINE: Dana Example"},
        {"fields": "LENGTH: 355 words\nDATELINE: VIENNA", "body": f"\b{PARAGRAPHS[0]}"},
        {"fields": "SECTION: A\n\nTYPE: Letter\n\nLENGTH: 355 words"},
        {"fields": "LENGTH: 355 words\n\nLANGUAGE: ENGLISH"},
        {"fields": "LENGTH: 355 words\n\nHEADLINE: Talks\n\nA second line of it\n\nBYLINE: Dana Example\n\nBODY:"},
        {"begin": "LEVEL 1 - 1 OF 23 STORIES"},
        {"begin": "1 of 1,024 DOCUMENTS"},
        {"begin": "\xa0\xa01 of 1 DOCUMENTS"},
        {"begin": "Dokument 1 von 1", "rights": "Alle Rechte vorbehalten"},
        {"begin": "Document 1 de 1", "below": "DATE-CHARGEMENT: 12 janvier 2015\n\nLANGUE: FRENCH"},
        {"below": "---- End of Request ----\n\nDownload Request: Selected Items: 1-10"},
        {"below": "Copyright 2015 Harbor Ledger Limited\n\nDownload Request: Selected Items: 1-10\n\nTerms: (embargo)"},
        {"below": "Print Request: Current Document: 1\n\nTime of Request: January 12, 2015 10:00 AM EST"},
        {"begin": "Time of Request: January 12, 2015 10:00 AM EST\n\n1 of 1 DOCUMENTS"},
        {"below": "UPDATE: 12. Januar 2015\n\nSPRACHE: GERMAN"},
        {"below": "CORRECTION-DATE: January 13, 2015\n\nCORRECTION:\n\nA first word was wrong."},
        {"title": "Copyright reform stalls"},
        {"outlet": ""},
    ],
)
def test_lines_of_lexisnexis_are_none_of_a_text(tmp_path: Path, change: dict[str, str]) -> None:
    """Fields that are not known, of the oldest and of other languages' exports, and what was asked for among them."""
    text = lexis(**change).replace("\n\n\b", "\n")
    outlet = change.get("outlet", "The Harbor Ledger") or None
    title = "Talks" if "HEADLINE" in text else change.get("title", TITLE)
    assert lexis_articles(tmp_path, text) == [(title, "2015-01-11", outlet, [PARAGRAPHS[0]])]


def test_an_article_of_lexisnexis_without_fields_above_is_whole(tmp_path: Path) -> None:
    """Neither a day that its text names nor a word in capitals begins it; its headline stays in it."""
    body = f"{PARAGRAPHS[0]}\n\nMarch 14, 2003 was the day.\n\nSHOW: none was seen.\n\n{PARAGRAPHS[1]}"
    text = [TITLE, PARAGRAPHS[0], "March 14, 2003 was the day.", "SHOW: none was seen.", PARAGRAPHS[1]]
    rights = "Copyright 2015 Harbor Ledger Limited\n\nAll Rights Reserved"
    whole = lexis(fields="", body=body, rights=rights)
    assert lexis_articles(tmp_path, whole) == [(None, "2015-01-11", "The Harbor Ledger", text)]
    undated = lexis(fields="", body=body, begin="1 of 2 DOCUMENTS").replace("January 11, 2015 Sunday", "")
    (_, date, _, without), _ = lexis_articles(tmp_path, undated + lexis(begin="2 of 2 DOCUMENTS"))
    assert (date, without) == (None, ["The Harbor Ledger", *text])


def test_a_text_that_quotes_how_an_export_begins_is_one_article(tmp_path: Path) -> None:
    """What stands above such lines is not cut off."""
    text = f"{PARAGRAPHS[0]}\n\n1 of 97 DOCUMENTS\n\nLENGTH: 355 words\n\n{PARAGRAPHS[1]}"
    assert lexis_articles(tmp_path, text)[0][3][0] == PARAGRAPHS[0]


def test_what_stands_above_an_export_of_lexisnexis_is_told(tmp_path: Path) -> None:
    """If nothing shows that it is the cover."""
    (tmp_path / "a.txt").write_text(f"{PARAGRAPHS[0]}\n{LEXIS.partition('(embargo))')[2]}", encoding="utf-8")
    told, *articles = read_records([tmp_path / "a.txt"])
    assert isinstance(told, Quarantined)
    assert told.reason.startswith("'Envoys of six powers")
    assert told.reason.endswith(": lines above the first article of the export are not read")
    assert len(articles) == 3


@pytest.mark.parametrize("numbers", [[(1, 2), (2, 2), (1, 2), (2, 2)], [(37, 97), (2, 9), (2, 9)], [(3, 97), (17, 97)]])
def test_exports_of_lexisnexis_in_one_file(tmp_path: Path, numbers: list[tuple[int, int]]) -> None:
    """Their numbers need not count up."""
    text = "".join(lexis(begin=f"{n} of {of} DOCUMENTS") for n, of in numbers)
    assert lexis_articles(tmp_path, text) == [(TITLE, "2015-01-11", "The Harbor Ledger", [PARAGRAPHS[0]])] * len(
        numbers
    )


def test_an_export_of_lexisnexis_as_a_document(tmp_path: Path) -> None:
    """Where each line is a paragraph and nothing is centered."""
    lines = ["1 of 1 DOCUMENTS", "The Harbor Ledger", "March 14, 2025 Friday", "Late Edition", TITLE]
    lines.append("SHOW: EVENING NEWS")
    lines += ["BYLINE: Dana Example", "LENGTH: 812 words", *PARAGRAPHS, "LOAD-DATE: March 15, 2025"]
    (tmp_path / "a.rtf").write_bytes(rtf(lines, title=""))
    (article,) = read_articles([tmp_path / "a.rtf"])
    assert (article.title, article.date, article.outlet) == (TITLE, "2025-03-14", "The Harbor Ledger")
    assert [p.text for p in article.paragraphs] == list(PARAGRAPHS)


@pytest.mark.parametrize("begin", ["{} of 2 DOCUMENTS", "Dokument {} von 2", "Document {} de 2"])
def test_an_export_of_lexisnexis_as_a_page(tmp_path: Path, begin: str) -> None:
    """Where a field's name and a line of a date have elements of their own."""
    page = "<!DOCTYPE html><html><head><title>Download</title></head><body>"
    for number in (1, 2):
        page += f'<div class="c0"><p class="c1"><span class="c2">{begin.format(number)}</span></p></div>'
        page += "<div><p><span>The Harbor Ledger</span></p></div><div><p><span>January 11, 2015</span><span> Sunday<br>"
        page += f"Late Edition</span></p></div><div><p><span>{TITLE}</span></p></div>"
        page += "<div><p><span>LENGTH: </span><span>355 words</span></p></div><div>"
        page += "".join(f"<p><span>{text}</span></p>" for text in PARAGRAPHS[:2])
        page += "</div><div><p><span>LOAD-DATE: </span><span>January 12, 2015</span></p></div>"
        page += "<div><p><span>Copyright 2015 Harbor Ledger Limited<br>All Rights Reserved</span></p></div>"
    (tmp_path / "a.html").write_text(f"{page}</body></html>", encoding="utf-8")
    for article in (found := list(read_articles([tmp_path / "a.html"]))):
        assert (article.title, article.date, article.outlet) == (TITLE, "2015-01-11", "The Harbor Ledger")
        assert [p.text for p in article.paragraphs] == list(PARAGRAPHS[:2])
    assert [article.id for article in found] == ["a:1", "a:2"]


def test_a_broadcast_of_lexisnexis_as_a_document(tmp_path: Path) -> None:
    """What it is called stands above its date."""
    lines = ["1 of 1 DOCUMENTS", "Harbor News", "SHOW: EVENING NEWS 22:00", "March 14, 2025 Friday", "Transcript # 12"]
    lines += ["SECTION: NEWS", f"HEADLINE: {TITLE}", "GUESTS: Dana Example", "BODY:", *PARAGRAPHS, "LANGUAGE: ENGLISH"]
    (tmp_path / "a.rtf").write_bytes(rtf(lines, title=""))
    (article,) = read_articles([tmp_path / "a.rtf"])
    assert (article.title, article.date, article.outlet) == (TITLE, "2025-03-14", "Harbor News")
    assert [p.text for p in article.paragraphs] == list(PARAGRAPHS)


def _lexis(above: str, text: str, below: str = "LOAD-DATE: March 15, 2025\n") -> str:
    head = "    1 of 1 DOCUMENTS\n\n    The Harbor Ledger\n\n    March 14, 2025 Friday\n\n"
    return f"{head}{TITLE}\n\n{above}{text}\n\n{below}"


@pytest.mark.parametrize(
    ("above", "text", "below"),
    [
        (
            "SHOW: News\n\nLENGTH: 9 words\n\nANCHORS: LEE SAMPLE\n\n",
            "ANCHOR: Envoys\nmet.\n\nGUEST: They did.",
            "LANGUE: FRENCH\n",
        ),
        ("LENGTH: 9 words\n\n", "a) Envoys met.\n\nc) They left.", "LANGUAGE: ENGLISH\n"),
        ("LENGTH: 9 words\n\n", "Envoys met.\n\nCopyright was what they spoke of.", "LANGUAGE: ENGLISH\n"),
        ("LENGTH: 9 words\n\n", "Envoys met.", "Copyright (c) 2025 Harbor Ledger\nAll Rights Reserved\n"),
        ("LENGTH: 9 words\n\nHIGHLIGHT:\nIn short.\n\nAt length.\n\nBODY:\n", "Envoys met.", "LANGUAGE: ENGLISH\n"),
        ("LONGUEUR: 9 mots\n\n", "Envoys met.", "DATE-CHARGEMENT: 15 mars 2025\n\nTYPE-PUBLICATION: Journal\n"),
    ],
)
def test_the_text_of_a_lexisnexis_article(tmp_path: Path, above: str, text: str, below: str) -> None:
    """Nothing of it is taken for a field, and no field for some of it."""
    (tmp_path / "a.txt").write_text(_lexis(above, text, below), encoding="utf-8")
    (article,) = read_articles([tmp_path / "a.txt"])
    assert (article.title, article.date, article.text) == (TITLE, "2025-03-14", text)


@pytest.mark.parametrize(
    "quoted",
    [
        "1 of 97 DOCUMENTS\n\nand so it goes on up to the last of them.\n\nLANGUAGE: ENGLISH",
        "Example, D. Talks resume.\nProQuest document ID: 1644753245\nFull text: https://ledger.example",
        "Full text: https://ledger.example\nPublication title: The Port Sheet\nProQuest document ID: 12",
        lexis().strip(),
        "1 of 3 DOCUMENTS\n\nMarch 14, 2003 was the day.\n\n2 of 3 DOCUMENTS\n\nApril 2, 2004 was another.",
    ],
)
def test_a_text_that_quotes_a_database_is_one_article(tmp_path: Path, quoted: str) -> None:
    """Without a head, an outlet or a rule of an export; also if it quotes a whole article, or numbers documents."""
    text = f"{PARAGRAPHS[0]}\n\n{quoted}\n\n{PARAGRAPHS[1]}"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (article,) = read_articles([tmp_path / "a.txt"])
    assert article.text == text


def test_a_field_far_below_the_head_of_a_lexisnexis_article_is_text(tmp_path: Path) -> None:
    """Also where the head has none."""
    text = "\n\n".join([*(f"Envoys met on day {day}." for day in range(30)), "SERIES: a talk a day.", "Oil fell."])
    (tmp_path / "a.txt").write_text(_lexis("", text), encoding="utf-8")
    (article,) = read_articles([tmp_path / "a.txt"])
    assert article.text == f"{TITLE}\n\n{text}"


def test_an_export_of_lexisnexis_whose_top_was_cut_off(tmp_path: Path) -> None:
    """Its first article is there although nothing numbers it."""
    (tmp_path / "a.txt").write_text(LEXIS.partition("1 of 3 DOCUMENTS\n")[2], encoding="utf-8")
    articles = list(read_articles([tmp_path / "a.txt"]))
    assert [a.outlet for a in articles] == ["The Harbor Ledger (London)", "The Port Sheet", "Evening Radio"]


def test_an_export_of_lexisnexis_that_breaks_off_says_so(tmp_path: Path) -> None:
    """The last article is read as far as it goes."""
    (tmp_path / "a.txt").write_text(LEXIS[: LEXIS.index("GUEST: It does.")], encoding="utf-8")
    *articles, refused = read_records([tmp_path / "a.txt"])
    assert [a.id for a in articles if isinstance(a, Article)] == ["a:1", "a:2", "a:3"]
    assert isinstance(refused, Quarantined)
    assert "breaks off in its last article" in refused.reason


def test_a_text_that_numbers_documents_is_one_article(tmp_path: Path) -> None:
    """Without the fields of the database."""
    text = f"{PARAGRAPHS[0]}\n\n1 of 3 DOCUMENTS\n\n{PARAGRAPHS[1]}"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (article,) = read_articles([tmp_path / "a.txt"])
    assert article.text == text


PROQUEST = f"""{"_" * 60}

Report Information from ProQuest
14 January 2016 10:38
{"_" * 60}

Table of contents

1. {TITLE}.......................... 1

{"_" * 60}

{TITLE}; two capitals

Author: Example, Dana

Publication info: The Harbor Ledger, Late Edition ; Harbor City [Harbor City]14 Jan 2015: A.1.

Abstract: None available.

Links: Get full text

Full text:  {PARAGRAPHS[0]}

Location: {PARAGRAPHS[1]}

{PARAGRAPHS[2]}

Subject: International relations; Sanctions

Company / organization: Name: Harbor Ledger

Title: {TITLE}

Publication title: The Harbor Ledger, Late Edition; Harbor City

Pages: A.1

Publication year: 2015

Publication date: Jan 14, 2015

ProQuest document ID: 1644753245

Database: A Newsstream
{"_" * 60}

A headline alone

Abstract: In short.

Publication title: The Port Sheet

ProQuest document ID: 1644753246

{"_" * 60}

Oil falls

Full Text: {PARAGRAPHS[0]}
Publication title: The Port Sheet
ProQuest document ID: 1644753247

{"_" * 60}

Copyright 2016 ProQuest LLC. All rights reserved.
"""


def test_an_export_of_proquest(tmp_path: Path) -> None:
    """It is split at its rules; only the full text is an article's, and what has none is told."""
    (tmp_path / "a.txt").write_text(PROQUEST, encoding="utf-8")
    first, alone, last = read_records([tmp_path / "a.txt"])
    assert isinstance(first, Article)
    assert (first.id, first.title, first.date, first.outlet) == (
        "a:1",
        TITLE,
        "2015-01-14",
        "The Harbor Ledger, Late Edition",
    )
    assert [p.text for p in first.paragraphs] == [PARAGRAPHS[0], f"Location: {PARAGRAPHS[1]}", PARAGRAPHS[2]]
    assert isinstance(alone, Quarantined)
    assert (alone.position, alone.reason) == (2, "'A headline alone': the export has no full text of it")
    assert isinstance(last, Article)
    assert (last.id, last.title, last.date, last.outlet) == ("a:3", "Oil falls", None, "The Port Sheet")
    assert [p.text for p in last.paragraphs] == [PARAGRAPHS[0]]


def test_what_proquest_has_no_text_of_is_told(tmp_path: Path) -> None:
    """Also where the field is there and says so."""
    text = PROQUEST.replace(f"Full Text: {PARAGRAPHS[0]}", "Full Text: Not available.")
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    last = list(read_records([tmp_path / "a.txt"]))[-1]
    assert isinstance(last, Quarantined)
    assert (last.position, last.reason) == (3, "'Oil falls': the export has no full text of it")


def test_an_export_of_proquest_as_a_document(tmp_path: Path) -> None:
    """Where each line is a paragraph."""
    (tmp_path / "a.rtf").write_bytes(rtf([line for line in PROQUEST.splitlines() if line], title=""))
    articles = [record for record in read_records([tmp_path / "a.rtf"]) if isinstance(record, Article)]
    assert [a.title for a in articles] == [TITLE, "Oil falls"]
    assert [p.text for p in articles[0].paragraphs] == [PARAGRAPHS[0], f"Location: {PARAGRAPHS[1]}", PARAGRAPHS[2]]


@pytest.mark.parametrize(
    "text",
    [
        "1 of 2 DOCUMENTS\n\nLENGTH: 5 words\n\nEnvoys met.\n\n" + "URL: x\n\n" * 300_000,
        "1 of 2 DOCUMENTS\n\nLENGTH: 5 words\n\n" * 50_000,
        f"{'_' * 20}\nFull text: Envoys met.\n\n"
        + "Subject: x\n\n" * 300_000
        + "Publication title: P\nProQuest document ID: 1\n",
        f"{'_' * 20}\nFull text: Envoys met.\nPublication title: P\nProQuest document ID: 1\n" * 50_000,
    ],
    ids=["below", "articles", "fields", "rules"],
)
def test_fields_without_end_take_linear_time(tmp_path: Path, text: str) -> None:
    """However many an export has, it takes no more than seconds."""
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    start = process_time()
    assert all(isinstance(record, Article) for record in read_records([tmp_path / "a.txt"]))
    assert process_time() - start < 8


def test_the_text_of_a_proquest_article(tmp_path: Path) -> None:
    """Rules and lines like fields may stand in it; fields below it may go on for lines."""
    text = f"{PARAGRAPHS[0]}\n\n{'*' * 30}\n\nDatabase: the port kept one.\n\nLocation: what they lacked."
    fields = (
        "Subject: Sanctions;\nPorts\n\nBroad subject: Trade\n\nLocation: Vienna\n\nTitle: Talks resume\nin Vienna\n\n"
        "Publication title: The Port Sheet; Harbor City\n\nPublication date: Jan 14, 2015\n\nProQuest document ID: 1\n"
    )
    rule = "_" * 60
    (tmp_path / "a.txt").write_text(f"{rule}\n\nTalks\n\nFull text: {text}\n\n{fields}\n{rule}\n", encoding="utf-8")
    (article,) = read_articles([tmp_path / "a.txt"])
    assert article.text == text
    assert (article.title, article.date, article.outlet) == ("Talks resume in Vienna", "2015-01-14", "The Port Sheet")


def test_a_proquest_article_without_its_number_is_parted_from_the_next(tmp_path: Path) -> None:
    """By what else stands below its text."""
    (tmp_path / "a.txt").write_text(PROQUEST.replace("ProQuest document ID: 1644753245\n\n", ""), encoding="utf-8")
    first, *_ = read_records([tmp_path / "a.txt"])
    assert isinstance(first, Article)
    assert [p.text for p in first.paragraphs] == [PARAGRAPHS[0], f"Location: {PARAGRAPHS[1]}", PARAGRAPHS[2]]


def test_what_proquest_does_not_part_is_told(tmp_path: Path) -> None:
    """So are lines that are in no article and none of the database's."""
    rule = "_" * 60
    text = f"{PARAGRAPHS[0]}\n{PROQUEST}{rule}\n{PARAGRAPHS[1]}\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    told = [record.reason for record in read_records([tmp_path / "a.txt"]) if isinstance(record, Quarantined)]
    assert [reason.rpartition(": ")[2] for reason in told] == [
        "lines between articles are not read",
        "the export has no full text of it",
        "lines between articles are not read",
    ]
    joined = text.replace(f"{rule}\n\nOil", "Oil").replace(f"{rule}\n\nA headline", "A headline")
    (tmp_path / "a.txt").write_text(joined, encoding="utf-8")
    *_, last = read_records([tmp_path / "a.txt"])
    assert isinstance(last, Quarantined)
    assert last.reason == "the export has 3 articles, but only 1 could be told apart"


def test_an_export_of_proquest_as_a_page_is_told(tmp_path: Path) -> None:
    """Nothing in it parts the articles; the page of one alone is that one."""
    fields = "<p>Publication title: The Port Sheet</p><p>ProQuest document ID: 7</p>"
    article = "".join(f"<p>{text}</p>" for text in PARAGRAPHS[1:])
    article = f"<h2>{TITLE}</h2><p>Full text: {PARAGRAPHS[0]}</p>{article}{fields}"
    for number in (1, 2):
        page = f"<html><head><title>x</title></head><body><article>{article * number}</article></body></html>"
        (tmp_path / "a.html").write_text(page, encoding="utf-8")
        one, *told = read_records([tmp_path / "a.html"])
        assert isinstance(one, Article)
        assert all(text in one.text for text in PARAGRAPHS)
        reasons = [record.reason for record in told if isinstance(record, Quarantined)]
        assert reasons == ["the export has 2 articles, but only 1 could be told apart"][: number - 1]


def test_an_export_of_proquest_that_breaks_off_says_so(tmp_path: Path) -> None:
    """The last article is read as far as it goes."""
    text = PROQUEST[: PROQUEST.rindex(PARAGRAPHS[0]) + 20]
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    *_, last, refused = read_records([tmp_path / "a.txt"])
    assert isinstance(last, Article)
    assert (last.id, last.text) == ("a:3", PARAGRAPHS[0][:20].strip())
    assert isinstance(refused, Quarantined)
    assert "breaks off in its last article" in refused.reason
