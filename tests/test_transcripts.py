"""Who speaks in the paragraphs of a transcript: turns go on behind their labels, and end where they should."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from stance.articles import Article
from stance.batch.blocks import read_blocks
from stance.batch.chunks import cut_chunks
from stance.batch.tables import Form, score_articles
from stance.model.stance_model import StanceModel
from stance.results.page import article_page
from stance.results.records import paragraph_records
from stance.speakers import find_speeches

BRIEFING = """
Ministry briefing on the grain levy
MS SALMELA: Good morning. I have two things.
The levy will stay for as long as the embargo does.
The envoy said on Monday that talks would go on.
(Laughter.)
QUESTION: Will you meet them?
Do you have a date?
MS SALMELA: We have no date, and the minister has not asked for one.
Further measures
There is nothing to add to that.
QUESTION: Thank you.
END 11:20 A.M. EET
The text of the levy is on the site of the ministry.
""".strip().split("\n")


def speakers(texts: list[str]) -> list[str | None]:
    """The speaker of each paragraph, where it is that of a turn."""
    return [speech.speaker if speech.voice == "quoted" else None for _, speech in find_speeches(texts)]


def test_a_turn_goes_on_in_the_paragraphs_behind_its_label() -> None:
    """Also over what it reports of others, but not over headings, brackets and the end."""
    salmela, question = "MS SALMELA", "QUESTION"
    said = [None, salmela, salmela, salmela, None, question, question, salmela, None, salmela, question, None, None]
    assert speakers(BRIEFING) == said
    assert [place for place, _ in find_speeches(BRIEFING)][2:4] == [1, 1]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["Anna Berg: We shall see.", "It was late.", "Envoys left."], id="one label"),
        pytest.param(["MS BERG: I shall see.", "It was late.", "MS BERG: We left."], id="one speaker"),
        pytest.param(
            ["Grain Futures Berg: Prices rose.", "It was late.", "Aino Salmela: Prices fell.", "Envoys left."],
            id="names that are no office and do not return",
        ),
        pytest.param(
            ["MINISTER SALMELA: a profile of an envoy.", "She was born in Oulu.", "MINISTER BERG: a profile."],
            id="nobody addressed",
        ),
    ],
)
def test_what_is_no_transcript_has_no_turns_that_go_on(texts: list[str]) -> None:
    """A label alone, essays with names before colons, and profiles: a wrong speaker is worse than none."""
    assert speakers(texts)[1] is None


def test_the_last_turn_ends_where_the_speech_does() -> None:
    """With the last words of the first or second person; those in quotation marks are another's."""
    texts = [
        "Q: Do you regret it?",
        "A: No.",
        "The embargo has done its work.",
        "And we would do it again.",
        "The interview took place in Oulu, where “we are at home”, as a neighbour had it.",
    ]
    assert speakers(texts) == ["Q", "A", "A", "A", None]


@pytest.mark.parametrize(
    "about",
    [
        "Aino Salmela was minister until last spring.",
        "Deputy Director of the Grain Office (for rugs) Anton Velikov:",
        "Oulu Radio: Is that so?",
    ],
)
def test_a_turn_ends_with_what_is_not_the_speakers(about: str) -> None:
    """What tells of the speaker, and the label of somebody the rules do not know, alone in its line or not."""
    texts = ["Q: Do you regret it?", "Aino Salmela: No.", about, "The embargo has done its work.", "Q: Thank you."]
    found = speakers([*texts, "Aino Salmela: Thank you."])
    assert found[1] == "Aino Salmela"
    assert found[2:4] == [None, None]


@pytest.mark.parametrize(
    ("label", "about", "ends"),
    [
        ("MS SALMELA", "Aino Salmela was minister until last spring.", True),
        ("MR SO", "The ports were so full that ships had to turn back.", False),
        ("MS SALMELA", "I, Salmela, shall stay.", False),
        ("MS SALMELA", "Under Secretary of State. The levy stays.", False),
        ("THE MINISTER", "The minister was late.", False),
        ("Aino Salmela, Grain Office", "Salmela was late.", True),
        ("Aino Salmela, Grain Office", "The office was late.", False),
    ],
)
def test_a_name_is_told_by_its_letters_whatever_their_case(label: str, about: str, ends: bool) -> None:
    """In capitals in the label, and not behind it; but of two letters it may be another word, as an office is."""
    texts = ["Q: Do you regret it?", f"{label}: No.", about, "The embargo has done its work.", "Q: Thank you."]
    assert speakers([*texts, f"{label}: Thank you."])[1:4] == [label, *[None if ends else label] * 2]


def test_a_third_of_the_turns_has_somebody_who_speaks_or_is_spoken_to() -> None:
    """Of three turns one will do, of four it will not; and no fewer than three paragraphs are needed."""
    talk = ["MINISTER SALMELA: I shall not sign.", "The levy stays.", "MINISTER BERG: It falls."]
    talk.append("MINISTER SALMELA: The fleet left.")
    assert speakers(talk)[1] == "MINISTER SALMELA"
    assert speakers([*talk, "MINISTER BERG: The fleet came back."])[1] is None
    assert speakers(["Q: Will you sign?", "MS SALMELA: No.", "We have not seen it."])[2] == "MS SALMELA"


def test_a_surname_of_two_speakers_has_no_actor() -> None:
    """It may be either of them."""
    talk = ["Q: Will it stay?", "SEN. BOB ARDEN (R-OH): I hope so.", "ARDEN: I do.", "Minister Aino Arden (Oman): No."]
    found = [speech.actor for _, speech in find_speeches([*talk, "ARDEN: We shall see."])]
    assert found[1:] == ["United States", "United States", "Oman", "unknown"]
    talk = ["Q: Will it stay?", "MINISTER (Oman): I hope so.", "MINISTER: I do.", "Q: You do?"]
    assert [speech.actor for _, speech in find_speeches(talk)][1:3] == ["Oman", "unknown"], "an office is no name"


def test_in_a_transcript_surnames_in_capitals_are_labels() -> None:
    """Those too that do not return, but no heading in capitals; and a name keeps the actor that a label gave it."""
    texts = [
        "LUKAS BERG, ANCHOR: Senator, will you vote for it?",
        "SEN. BOB ARDEN (R-OH): I will.",
        "BERG: Why?",
        "ARDEN: Because they broke the truce.",
        "BREAKING NEWS: Thank you.",
        "VELIKOV: It was late.",
    ]
    found = [speech for _, speech in find_speeches(texts)]
    assert [speech.speaker for speech in found][2:] == ["BERG", "ARDEN", None, "VELIKOV"]
    assert [speech.actor for speech in found][1:4:2] == ["United States", "United States"]


def test_names_that_return_are_labels() -> None:
    """First names and surnames in small letters, where two of them return; no countries, and no lists."""
    talk = ["Lena: Do they work?", "Tom: I think so.", "Look at the ports.", "Lena: Right.", "Tom: Thank you."]
    assert speakers(talk) == ["Lena", "Tom", "Tom", "Lena", "Tom"]
    assert speakers(["Lena: Do they work?", "Tom: I think so.", "Look at the ports."]) == [None] * 3
    countries = ["Norway: We expect a ban.", "Iran: You see.", "It was late.", "Norway: Our view.", "Iran: Your view."]
    assert speakers(countries) == [None] * 5
    assert speakers(["Tel: We see.", "Mob: You see.", "It was late.", "Tel: Our view.", "Mob: Yours."]) == [None] * 5


def test_names_in_capitals_are_labels_though_none_returns() -> None:
    """Names that are not are labels only by themselves: nobody's turn goes on."""
    talk = ["LUKAS BERG: Do you see?", "ANNA MOSS: I do.", "It is late.", "We stay."]
    assert speakers(talk) == ["LUKAS BERG", *["ANNA MOSS"] * 3]
    assert speakers([text.title() if ":" in text else text for text in talk])[2:] == [None] * 2


def test_a_label_may_stand_in_a_line_of_its_own_with_its_colon() -> None:
    """What is said stands behind it."""
    talk = ["Q: Will you go?", "MS SALMELA:", "We shall see.", "Q: Thank you."]
    assert speakers(talk) == ["Q", *["MS SALMELA"] * 2, "Q"]


def test_an_initial_is_nobody_who_speaks() -> None:
    """The last turn does not go on with it."""
    assert speakers(["Q: Will you?", "MS SALMELA: No.", "The levy was I.R. Arden's work."])[2] is None
    for spoken in ("The levy is work that I did.", "Does the levy work?"):
        assert speakers(["Q: Will you?", "MS SALMELA: No.", spoken])[2] == "MS SALMELA"


def test_labels_may_be_set_in_bold() -> None:
    """As Markdown has it, with the colon inside or outside."""
    talk = ["**MS SALMELA:** Good morning to you.", "We shall see.", "**Aino Berg**: Why?", "**Aino Berg:** Thank you."]
    assert speakers(talk) == ["MS SALMELA", "MS SALMELA", "Aino Berg", "Aino Berg"]
    assert speakers(["**Q.** Will you sign?", "**A.** No.", "We have seen no text."]) == ["Q", "A", "A"]


def test_the_time_before_a_label_is_none_of_it() -> None:
    """As minutes of a call have it."""
    talk = ["10:02 Aino Salmela: Will you sign?", "10:04 Karl Moss: No.", "10.15 Aino Salmela: Thank you."]
    assert speakers(talk) == ["Aino Salmela", "Karl Moss", "Aino Salmela"]


@pytest.mark.parametrize(
    "text",
    [
        "A" * 20_000, "A " * 10_000, "Ab" * 10_000 + ":", "“" * 20_000, "(" * 20_000, "Mr. " + "A-" * 600,
        "Mr. " + "McA-" * 600,
    ],
)  # fmt: skip
def test_no_paragraph_takes_long(text: str) -> None:
    """Whatever stands in a transcript is looked at once."""
    begin = time.process_time()
    list(find_speeches(["Q: Will you?", "MS SALMELA: No.", text, "Q: Thank you."]))
    assert time.process_time() - begin < 2


def test_the_record_of_congress_has_full_stops_behind_its_labels() -> None:
    """Surnames in capitals, with their state, and the chair; neither a name in small letters nor an agency."""
    texts = [
        "The SPEAKER pro tempore. The gentleman from Ohio is recognized.",
        "Mr. ARDEN. Mr. Speaker, I rise in support of the embargo.",
        "It has done its work.",
        "Ms. McBERG of Ohio. I thank the gentleman.",
        "Mr. ARDEN. I yield back.",
    ]
    arden, chair = "Mr. ARDEN", "The SPEAKER pro tempore"
    assert speakers(texts) == [chair, arden, arden, "Ms. McBERG of Ohio", arden]
    assert speakers(["Mr. Arden. He left."]) == speakers(["The CIA. It was late."]) == [None]


def test_tables_records_and_the_screen_agree_on_turns(small_model: StanceModel, tmp_path: Path) -> None:
    """Articles are kept apart, and the offsets point to the label, which may be paragraphs away."""
    texts = {"a": "\n\n".join(BRIEFING), "b": "The levy will stay for as long as the embargo does."}
    path = tmp_path / "articles.jsonl"
    path.write_text(
        "".join(json.dumps({"id": id, "text": text}) + "\n" for id, text in texts.items()), encoding="utf-8"
    )
    articles = [Article(id, text) for id, text in texts.items()]
    expected = [
        record
        for article in articles
        for record in paragraph_records(article, small_model.score(article), speakers=True)
    ]
    (chunk,) = cut_chunks(read_blocks([path]))
    assert score_articles(small_model, chunk.articles, Form(speakers=True))[0].to_pylist() == expected
    second = expected[3]
    assert texts["a"][second["speaker_start"] : second["speaker_end"]] == second["speaker"] == "MS SALMELA"
    assert (second["voice"], expected[-1]["voice"]) == ("quoted", "author")
    scores = small_model.score(articles[0])
    shown = "\n".join(article_page(articles[0], scores, {}, 100, speakers=True))
    assert shown.count("MS SALMELA (unknown)") == 5


def test_boilerplate_is_nobodys_turn_and_ends_none(small_model: StanceModel, tmp_path: Path) -> None:
    """A link between two paragraphs of a turn looks like a label, and a call to subscribe addresses the reader."""
    talk = [
        "Question: Will you sign the text?",
        "THE MINISTER: No. We have seen no text that we could sign.",
        "Read More: Envoys leave the table",
        "The banks stay under the embargo for another year, and the fleet does, too.",
        "Question: Do you expect more talks?",
        "THE MINISTER: We do.",
        "The interview took place at the ministry on Friday.",
        "Sign up for our newsletter.",
    ]
    minister = "THE MINISTER"
    said = ["Question", minister, None, minister, "Question", minister, None, None]
    path = tmp_path / "talk.txt"
    path.write_text("\n\n".join(talk), encoding="utf-8")
    article = Article("talk", "\n\n".join(talk))
    scores = small_model.score(article)
    assert [record["speaker"] for record in paragraph_records(article, scores, speakers=True)] == said
    (chunk,) = cut_chunks(read_blocks([path]))
    assert score_articles(small_model, chunk.articles, Form(speakers=True))[0].column("speaker").to_pylist() == said
    assert "\n".join(article_page(article, scores, {}, speakers=True)).count(f"{minister} (") == 3


def test_what_is_marked_within_a_turn_is_no_part_of_it() -> None:
    """A whole sentence, too, which is neither a heading nor in brackets."""
    texts = ["Q: Will you sign?", "MS SALMELA: No.", "Sign up for letters.", "We have seen no text.", "Q: Thank you."]
    found = find_speeches(texts, [text.startswith("Sign") for text in texts])
    assert [speech.speaker for _, speech in found] == ["Q", "MS SALMELA", None, "MS SALMELA", "Q"]


def test_the_end_of_a_transcript_is_its_end_though_it_is_boilerplate() -> None:
    """What stands behind it is not spoken, whomever it addresses."""
    texts = [
        "Q: Will you sign?",
        "MS SALMELA: No.",
        "We never shall.",
        "END 11:20",
        "You find our archive on the site.",
    ]
    article = Article("talk", "\n\n".join(texts))
    marks = [one.boilerplate for one in article.paragraphs]
    assert marks == [False, False, False, True, False]
    assert [found.speaker for _, found in find_speeches(texts, marks)] == ["Q", *["MS SALMELA"] * 2, None, None]


COMMONS = """
Grain: Export Levy
The Secretary of State was asked—
Sir Alan Penrose (North Ayling) (Con)
1. What steps she is taking to end the levy. [HC 900]
The Minister of State, Trade Office (Ms Ruth Calder)
We have written to the port. I hope that the levy ends soon.
The state of the harbour is a matter for the mayor.
Sir Alan Penrose
Will she tell us when?
Mr Speaker
Order. I want to hear the answer.
Hon. Members
Hear, hear.
The Prime Minister
In May, I hope.
""".strip().split("\n")


def test_names_in_a_line_above_are_labels() -> None:
    """As the record of Westminster has them, with offices and constituencies; headings belong to nobody's turn."""
    penrose, state = "Sir Alan Penrose (North Ayling) (Con)", "The Minister of State, Trade Office (Ms Ruth Calder)"
    said = [None, None, penrose, penrose, state, state, state, *["Sir Alan Penrose"] * 2]
    assert speakers(COMMONS) == [*said, *["Mr Speaker"] * 2, *["Hon. Members"] * 2, *["The Prime Minister"] * 2]
    # names below each other are a list, also above a debate
    assert speakers(["Members present", "Dr Ola Berg", "Dr Eva Moss", *COMMONS])[1] is None


@pytest.mark.parametrize(
    "labels", [("Sir Alan Penrose (North Ayling)", "Lady Calder (Oulu)"), ("Mr Speaker", "Mr Chairman")]
)
def test_lines_are_labels_by_what_they_hold(labels: tuple[str, str]) -> None:
    """Constituencies, or forms of address of who presides, though none returns; one alone is not enough."""
    first, second = labels
    assert speakers([first, "Do you see?", second, "I do.", "Late."]) == [first, first, second, second, None]
    assert set(speakers([first, "Do you see?", "The Minister", "I do.", "Late."])) == {None}


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(
            ["The Prime Minister", "What can we expect of her?", "The President", "You may ask.", "Nobody knows."],
            id="offices that are headings of an essay",
        ),
        pytest.param(
            ["Present", "Mr Arden", "Ms Calder", "Dr Berg", "We met at noon.", "We shall meet again."],
            id="a list of names",
        ),
        pytest.param(
            ["Mr Arden", "He was born in Oulu.", "Ms Calder", "She was born in Turku.", "Both left early."],
            id="nobody addressed",
        ),
        pytest.param(
            ["You should drop the levy.", "Dr Ola Berg, Oulu", "I thank you for the map.", "Mr Arden", "We like rugs."],
            id="signatures below letters",
        ),
        pytest.param(
            ["Sir Alan Penrose", "You may know him from Oulu.", "Lady Calder", "She leads our envoys.", "Both left."],
            id="profiles with a word to the reader",
        ),
    ],
)
def test_lines_that_are_no_labels(texts: list[str]) -> None:
    """Headings of an essay, lists, profiles and letters have names in lines of their own, too."""
    assert set(speakers(texts)) == {None}


def test_questions_of_a_committee_are_numbered() -> None:
    """The number is none of the label, nor is what the House calls the question."""
    texts = [
        "Q12 Chair: Do you think that the levy works?",
        "Ruth Calder: I do.",
        "It has cost us little.",
        "Q13 [HC 900] Alan Penrose: What would you change?",
        "Ruth Calder: Nothing.",
        "Several hon. Members: Oh!",
        "Some hon. members: Hear, hear!",
    ]
    members = ["Several hon. Members", "Some hon. members"]
    assert speakers(texts) == ["Chair", *["Ruth Calder"] * 2, "Alan Penrose", "Ruth Calder", *members]


def test_hearings_have_full_stops_behind_their_labels() -> None:
    """An office with the article, or a form of address or office with a name; one of them must return."""
    texts = [
        "The Chairman. We are here to look at the levy.",
        "Senator Arden. Thank you, Mr. Chairman.",
        "It has done its work.",
        "Ms. Calder. [Off microphone.] We have no date.",
        "Mr. Chairman. It was late.",
        "Senator from New Ayling. On which side are we?",
        "The Chairman. Thank you.",
    ]
    arden, calder = "Senator Arden", "Ms. Calder"
    said = ["The Chairman", arden, arden, calder, calder, "Senator from New Ayling", "The Chairman"]
    assert speakers(texts) == said
    assert set(speakers([*texts[1:4], "Mr. Berg. He had left us."])) == {None}


@pytest.mark.parametrize("label", ["Under Secretary of the Treasury", "Witness, Quay University", "Nominee"])
def test_what_may_be_a_label_with_a_full_stop_ends_a_turn(label: str) -> None:
    """It is not certain that it is one, but it may well be somebody else who speaks."""
    said = f"{label}. We wrote."
    texts = ["The Chairman. We are here.", "Ms. Arden. I thank you.", said, "It fell.", "The Chairman. No?"]
    assert speakers(texts) == ["The Chairman", "Ms. Arden", None, None, "The Chairman"]


def test_the_european_parliament_has_a_dash_behind_its_labels() -> None:
    """Behind a group in brackets, an office or whom the speaker speaks for; a dateline with a dash is none."""
    texts = [
        "President. – The next item is the levy, on which we vote.",
        "Aino Salmela (PPE). – Madam President, I welcome it.",
        "It has done its work.",
        "Ola Berg, on behalf of the G&P Group. – We want talks.",
        "Ruth Calder (Verts/ALE), rapporteur. – I shall be brief.",
    ]
    salmela, berg = "Aino Salmela (PPE)", "Ola Berg, on behalf of the G&P Group"
    assert speakers(texts) == ["President", salmela, salmela, berg, "Ruth Calder (Verts/ALE), rapporteur"]
    assert set(speakers(["Oulu. – We met at noon.", "It was late. – You know.", "Plums and rugs. – I left."])) == {None}
    told = ["Ola Berg, who left in May, called us. – I took notes.", "Ruth Calder, when we met, rose. – You know her."]
    assert set(speakers([*told, "It was late."])) == {None}
