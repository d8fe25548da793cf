"""Boilerplate is marked and nothing else is; offsets stay; counts still reconcile."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from stance.articles import Article, read_articles
from stance.articles.boilerplate import mark_boilerplate
from stance.articles.clusters import Clusters
from stance.articles.footers import RepeatedFooters
from stance.model.abstention import Reason
from stance.model.stance_model import StanceModel
from stance.training.corpus import Corpus

# checked by hand
BOILERPLATE = """
The post Envoys leave Vienna, again without a date appeared first on The Harbor Ledger.
Sent from my iPhone
Sent from my Galaxy S9 phone
Get Outlook for Android
Please consider the environment before printing this e-mail.
Forward to a friend
CONFIDENTIALITY NOTICE: This e-mail is for the addressee alone. If you got it in error, delete it and tell the sender.
This message and any attachments may be privileged; if you are not the intended recipient, delete it.
The information in this communication is confidential.
IMPORTANT NOTICE - This message was intended for the addressee. It may be privileged.
If you are not the intended recipient of the message, delete it.
If you have received this e-mail by mistake, tell the sender.
Tel: +358 9 555 1234
c: 202-555-0142 | f: 202-555-0143
press@example.org - www.example.org/press
https://example.org/talks/3
@modelwire
Quay Street 7 - 1040 Harbor - Tel.: +32 (0)2 555 63 19
Contact: Anna Berg 202 555 0142 or Jan Olk
Source: The Model Wire | 2025-03-14 21:32:15 | Editor: jd
News ID 84920183
12.4K views 18:32
2h ago 10.05 CET
END 11:34 A.M. CEST
Article posted with permission from The Model Review
[FR Doc. 2025-04123 Filed 3-13-25; 8:45 am]
BILLING CODE 4810-AL-P
[Congressional Record Volume 171, Number 48 (Friday, March 14, 2025)]
[Pages H1101-H1102]
From the Congressional Record Online through the Model Publishing Office [www.example.org]
For information media. Not an official record.
The embargo on grain: how it works and whom it hurts Read more
👉 Full text: https://example.org/abc
🔹 Subscribe to our channel @modelwire
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
FOR IMMEDIATE RELEASE: March 14, 2025
FOR IMMEDIATE RELEASE March 14, 2025
An official website of the United States government
An official website of the European Union
An official website of the United States government Here's how you know
Reading time: 4 minutes
Additional reporting by AFP.
(Reporting by J. R. Roe; Additional reporting by Jane Roe in Washington; Writing by John Doe; Editing by Lee Roe)
Edited by: Rob Sample
Translated by Jane Roe
Written by Jane Roe
Compiled by our staff reporters
Web editor: Jane Roe
Source: Peninsula TV and news agencies
Our news agencies
Must-reads
Load-Date: March 15, 2025
You subscribed to this newsletter. Unsubscribe here.
Source: Ministry of Foreign Affairs
Image credit: John Doe/The Wire via AP
Photo by: Jane Roe
Photo credit: Courtesy of the Foreign Ministry
Read more about the talks
Read more on this story
Learn more about sanctions
See also: Oil prices fall
Read also - Oil prices fall
READ MORE: Why the talks failed
Related: US and EU extend the measures
Watch: Will the talks resume?
Video: Ministers leave Vienna
More from The Wire
More in Middle East
More news from Vienna
Latest from our partners
Popular in the Community
Recommended by Outbrain
Story continues below advertisement
Article continues after ad
Story continues below
Continue reading
Continue reading below
Keep reading for free
Continue Reading: Oil falls
Next article: Oil falls
Previous Post
Back to top
BACK TO HOME PAGE
Skip to navigation
Skip past newsletter promotion
Skip advert
Show more comments
View all posts by Jane Roe
See all 12 comments
Load more
Show all
See more on Iran
Share full article
Share on Facebook
Share via e-mail
Share this post
Share with your friends
Share to X
12 Share 3 Comments
Follow us on Twitter @wire and Instagram
Follow The Wire on X
Follow Jane Roe on Twitter @janeroe
Follow @wire on X
Follow our channel on Telegram
Join our channel on Telegram
Find us on Facebook
Like us on Facebook to see similar stories
Follow us
Follow us:
Follow us on social media
Contact Jane Roe at @janeroe
Sign up here
Sign up for our daily newsletter to get the latest headlines
Sign up for The Wire's newsletter
Sign up for free
Sign up here for our weekly briefing
Subscribe to our YouTube channel
Subscribe now for full access
Subscribe to our podcast on Apple or Spotify
Subscribe to get the newsletter
Register for free to continue reading
Register now
Log in to comment
Log in to your account
Login to continue
Log in or register to comment
Join our Telegram channel
Join the discussion below
Already a member? Sign in here.
Already registered? Please log in to continue
This content is available to subscribers only.
This article is available exclusively to Premium members.
This story is for members only
To continue reading this article, please subscribe
To continue reading, create a free account
Support independent journalism
Support us
Donate now
Become a member today
Become a subscriber
Become a supporter from $5 a month
Listen to this article (4 minutes)
Save this article for later
Gift this article
Download this page as PDF
Get the day's top headlines delivered straight to your inbox every morning
Get our free daily newsletter
Get email alerts for this author
Receive The Wire's weekly newsletter
Get news alerts on your phone
Leave a Reply
Leave a Reply Cancel reply
Post a comment
View comments (12)
Read 12 comments
Add a comment
Write a review
Comments are closed
Comments are closed.
Comments Off on Oil falls
Have a question or comment about this story? E-mail us at desk@example.org
Got a news tip? Contact our reporters
Have feedback? Let us know.
What do you think? Let us know in the comments
Advertisement - Scroll to continue
ADVERTISEMENT. Scroll to continue reading.
Ad: Model Cars
Sponsored: Model Cars
Sponsored content
This is an advertisement
Download the Model News app
Get the Wire app today
You are receiving this email because you signed up to our list.
You received this message because you are subscribed to the Google group "talks"
(c) 2025 The Daily Model
(c) Copyright The Model, 2025. All rights reserved.
(C) 2025 Dow Model & Company, Inc.
Copyright: The Wire
Copyright © 2000 - 2025 PEARLRIVER.EXAMPLE All Rights Reserved.
Copyright 2025 The Associated Model. All rights reserved. This material may not be published or rewritten.
Copyright (c) 2025. Model/Model Free Europe, Inc. Reprinted with the permission of Model Free Europe.
Copyright The Associated Model
© 2025 Model. The material may not be republished without permission.
Tags: Iran, sanctions, Vienna, nuclear talks, oil embargo
Topics: Middle East / Oil
Filed under: World, Diplomacy
Keywords: sanctions, oil
This article was amended on 14 March 2025 to correct the name of the envoy.
This article has been republished from The Talk under a Creative Commons license.
This article was updated to add a quote from the ministry.
This story was first published at 10:12 a.m.
The article was originally published in German
The post was first published on The Model
This post has been updated.
This report has been updated to include comments by the ministry.
This story has been corrected to show that the meeting was on Friday, not Thursday.
This story was produced in partnership with The Model
This article is part of our series on sanctions.
This story is part of a special project on oil, by The Wire.
Originally published on CNN.example
Originally published in The Model, March 3, 2025
First published on Friday 14 March 2025
First published: 14 March 2025, 10:12
Translation of an original article published in French on lecanal.example; the publisher is liable for that one only.
Translated from the original German by Jane Roe
A version of this article appears in print on March 15, 2025, Section A, Page 7
A version of this article was first published in The Model.
Republished with permission from The Talk
Reprinted by permission of The Wire.
The views expressed in this article are the author's own and do not necessarily reflect the stance of the station.
The views expressed are those of the authors.
Views expressed are not necessarily those of the publisher.
Opinions expressed by contributors are their own, not necessarily those of the paper.
All rights reserved. This material may not be published without permission.
No part of this publication may be reproduced without the permission of the publisher.
We use cookies to improve your experience.
This site uses cookies. Learn more.
Accept all cookies
Accept all
Accept all and close
By clicking Accept all you agree to the storing of cookies on your device.
By signing up, you agree to our Terms of Use and Privacy Policy.
By continuing to use this site, you agree to our use of cookies.
By subscribing you agree to our terms
Reporting by Jane Roe aboard the frigate and John Doe in Washington; Editing by Lee Sample and Mary Model
Reporting by Jane Roe Editing by John Doe
Additional reporting by our correspondent
Have a news tip, story idea, or feedback? We want to hear from you.
Sign up for Model news straight to your inbox every day
Subscribe for full access to The Model Reporter
This story was originally published by Model. Sign up for Model’s weekly newsletter here.
This article originally appeared on Model's Science channel and is republished with permission.
This article was amended on 10 September 2026. A picture caption incorrectly said the envoy was the first.
Subscribe to our newsletter to receive special offers, notifications of new products, and company updates.
Get the latest blog posts delivered to your inbox
Get weekly insights, language tips, and highlights delivered to your inbox.
Get the latest blog posts delivered to your inbox.
Become a member today.
Join the conversation.
Story continues below advertisement.
Tags: IS, Syria, May 2025
Save this article for later.
Download the Model News app today.
Already have a subscription? Sign in
Already a digital subscriber? Activate your account
Are you already a subscriber? Log in
Existing subscriber? Log in
Not a subscriber? Subscribe now
Not a subscriber yet? Sign up for $1
Not registered? Create an account
Have an account? Log in
Don't have an account? Sign up
Need an account? Register now
New here? Create an account
You must be logged in to read this article
You need to be a subscriber to read the full story.
You must be logged in to post comments
Please log in to continue
Please subscribe to read the rest of this article.
Create a free account to continue reading
Start your free trial
Unlock this article
To read the full story, subscribe or sign in.
Become a subscriber to read on
Subscribers only
For subscribers only
Exclusive to subscribers
""".strip().splitlines()

OWN = """
The post of chief envoy, created in May, appeared first on the list of cuts.
Q (Inaudible.)
A (Off microphone.)
Sent from my village, the letters spoke of the embargo.
Sent from the ministry, he went by phone from capital to capital.
Consider the environment for talks.
This message is clear: the embargo stays.
The information in this report is confidential, the envoy said.
If you are not for the embargo, you are against it, he said.
Notice: the embargo ends on Friday.
Confidential talks went on in Geneva, and the Omani envoy carried each message to the other side.
Important concessions were offered in a confidential message, two officials said.
This communication was sent in error, the ministry said, and the embargo stays.
The information was passed on in this message, which diplomats called confidential.
If you received the message by mistake as a threat, the envoy said, read it again.
Note that the message was confidential until the ministry released it.
Tel Aviv 1948 was another matter.
Contact between the two sides ended in 2019.
Source: the sanctions will stay | Ministers meet in Vienna | Talks go on
The children should read the treaty. Read more
We must all Read more.
Your comments on the embargo were unfair, he said.
The end at 11:34 of the talks
Published with permission of the censor, the paper told of the embargo.
More: the embargo
🔹 The embargo must end, the minister said.
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
Already a member? Then the club's sanctions bind you, the minister said to the candidate, which had asked for time.
This article is for the courts, not for members of parliament, to apply.
To continue reading the treaty as a dead letter is to keep the sanctions for ever.
(c) Prohibit the import of petroleum from the Republic, and lift the sanctions on medicine
(c) Sanctions against the navy shall be lifted within ninety days.
(c) 2024 imports of petroleum shall not exceed those of the year before.
(c) Assets of the central bank, held abroad, shall stay frozen
(c) The embargo on arms;
Copyright holders and studios said that the sanctions should cover sites hosted abroad.
Copyright law has nothing to do with the embargo, the ministry said.
The report was published on Friday by a United Nations panel and says that the sanctions must be tightened at once.
The report has been widely published in the capital, where officials called it a pretext for new sanctions.
The post was updated hours later, when the envoy wrote that he opposed any easing of the sanctions.
This report was published by the panel, which wants the embargo to be extended.
The article was first published in the treaty's annex, and bans the import of oil.
By signing the deal, the republic would agree to limits on enrichment and the sanctions would be lifted.
By using sanctions, the president hopes that his neighbours will accept direct talks.
By continuing its enrichment, the minister said, the republic has shown that it does not accept the embargo.
By signing this deal you accept our terms, the minister told the envoys, and the sanctions go.
No part of this deal will be accepted while the sanctions stay in force, the foreign minister said.
No part of the embargo may be lifted before the inspectors return.
Accept all our terms or face more sanctions, he told them.
Accept cookies, tea and talks, but never their sanctions, the envoy joked.
Sources: US to lift sanctions on oil within days
Source: The ministry will not lift the embargo
Editor: lift the sanctions now
Editors: The sanctions have failed
Photo: The minister is seen with envoys who want the embargo lifted
Written by Western powers, the draft would extend the arms embargo for another year.
Edited by the republic's negotiators, the draft drops all mention of the missile sanctions.
Compiled by UN experts, the list names forty firms that break the embargo.
Translated by the embassy, the letter asks for an end to the sanctions.
Reporting by CNN shows that the sanctions have failed.
Reviewed by Parliament, the sanctions will run for another year.
Analysis: why the sanctions will not be lifted this year
Opinion: The embargo must stay
Explainer: what the sanctions forbid
Related: the sanctions on shipping are lifted as well.
Read: the treaty forbids any embargo.
Read more in sorrow than in anger, the letter asks for the embargo to end.
Learn more about sanctions, the envoy told the shippers, before you trade.
See more sanctions coming if talks fail, says envoy
See all that the embargo has done to our ports, the mayor told the envoys.
View more sanctions as a threat to the talks
Show all members of the council that the sanctions bite
Watch now how the sanctions bite, the senator said.
Latest in a series of embargoes
More from the minister who wants the sanctions lifted
Elsewhere in the region sanctions bite
Recommended by the panel, sanctions stay
Keep reading the treaty, and you will find no ground for an embargo.
Continue reading out the list of sanctions, the speaker told him.
Story continues on sanctions, with talks in between.
Next post-war sanctions came in May
Previous article 41 sanctions were lifted in January
Back to sanctions
Back to home rule, the party says, and the embargo ends.
Skip to the sanctions, the chairman told the envoys.
Scroll down to the last page of the treaty, he said, where the sanctions are.
Share prices fell on sanctions fears
Share the burden of the embargo
Share with us the costs of the sanctions
Follow the sanctions on X, the ministry told shippers, or lose your licence to trade with us.
Like us, our neighbours want the embargo lifted.
Like us on many counts, they oppose the sanctions.
Follow us in lifting the sanctions, the president told the bloc.
Find sanctions on telegram traffic in the annex.
Join the sanctions or face isolation, members told the candidate on Friday.
Join the conversation on sanctions, the envoy urged, before it is too late.
Join the embargo and lose your account in our banks, the minister said.
Register your vessels here or the embargo will be enforced against them, the navy told the shippers.
Log in the hold was proof of a breach of the embargo, and the captain lost access to the port.
Sign up to the sanctions or lose free access to our market, the minister told members.
Subscribe to the embargo, the minister wrote in an e-mail to members.
Already a member? Then the sanctions bind you, he said.
The story is for members of parliament to tell, and it is one of failed sanctions.
The page is for members, he said of the list of sanctions.
Continue reading the account of how the sanctions failed.
Support now grows for lifting the sanctions
Support us or face sanctions, the president told his neighbours.
Become a member of the union, and our sanctions become yours, he told them.
Become a supporter of sanctions and you lose our trade, he said.
Save the story for the sanctions committee, he told the envoy.
Get the republic to agree and the sanctions go, he said in an e-mail to reporters on Friday.
Get ready for new sanctions, shippers told in alert
Receive no oil under the embargo and you will not be fined, the Treasury said in an alert on Monday.
Leave comment on the sanctions to the envoys
Read comments by the minister on the embargo
Comments off the record suggest that the sanctions stay.
Have questions about the sanctions been answered? No, said the envoy, who wants more talks.
Got comments on the embargo from the ministry? None so far.
What do you think? Will the sanctions be lifted?
Ad-hoc talks on sanctions began in May
Promoted: the deputy who opposed the sanctions
Advertising: the embargo has hit the market.
This is an advert for sanctions
You have received our message, the envoy told the general: lift the blockade and the sanctions go.
You received this message because you broke the embargo, the note to the captain said.
An official website of the ministry was blocked under the sanctions.
For immediate use of sanctions there is no majority
For immediate release of the crew, sanctions go.
Reading time is over for the sanctions
Topics: the envoys said that sanctions are not among them.
Tag: he was called a friend of sanctions.
In this story: how the sanctions were lifted
First published in 2015, the list of sanctions has grown ever since.
First appeared in May, the proposal to end the embargo.
Originally published in secret, the annex lifts the sanctions.
Translated from the original Farsi, the letter says that sanctions must end.
A version of this story is told in the capital: the sanctions were a mistake.
Republished by state media, the letter demands that all sanctions be lifted at once.
Reproduced by the agency with care, the letter asks for talks.
Reprinted with approval in the capital, the article said that sanctions had failed.
Our standards: no trade with a state under embargo.
Views expressed in the capital on the sanctions differ from the ministry's own.
Opinions expressed by voters show that many contributors to the economy want the sanctions gone.
The views expressed are not the government's, which wants the embargo to stay.
Get the republic to agree and the sanctions go, he said by e-mail.
Reporting by the agency, and editing by the ministry, left no word on the embargo.
(c) Resolution 1747 (2007);
(c) The Security Council
Sources: Bloc To Lift Sanctions On Oil
Already a full member? Sign the treaty, the envoy told the candidate, and lift the embargo.
Are you a member? Then our sanctions bind you, too.
Not a member of the bloc? Then no sanctions bind you.
Not a subscriber to the theory of sanctions, he wants talks.
Existing sanctions stay.
Need a deal? Register your vessels first, the navy told the shippers.
New here is only the embargo on gas.
You must be a member to vote on the sanctions.
You need to sign in Vienna, the coordinator told both sides.
Please sign the treaty, she told the envoys, to continue the talks.
Create an account of the talks that both sides can sign
Create an account to hold the frozen assets, the panel wrote.
Start your talks now, he told them.
Unlock the frozen assets
To read the treaty, register what it leaves out, said the envoy, is to see the embargo end.
Become a member to keep your neighbours' sanctions away, he said.
Subscribers to the treaty keep the embargo.
Exclusive: ministers to lift sanctions
For subscribers to the treaty the embargo holds
""".strip().splitlines()

REST = ["Envoys met in Vienna on Friday.", "No date was set for the next round."]


@pytest.mark.parametrize("line", BOILERPLATE)
def test_boilerplate_is_marked(line: str) -> None:
    """By its form alone, at the beginning of an article."""
    assert mark_boilerplate([line, *REST]) == [True, False, False]


@pytest.mark.parametrize(
    "line", ["*By Jane Roe*", "_By Jane Roe, The Model_", "**Share this article**", "***Read more***"]
)
def test_boilerplate_in_italics_is_marked(line: str) -> None:
    """The signs of Markdown around the whole do not hide it."""
    assert mark_boilerplate([line, *REST]) == [True, False, False]
    assert mark_boilerplate([f"*{REST[0]}*", "* By Jane Roe *", *REST]) == [False] * 4


def test_it_is_marked_in_italics_alone_as_beside_others() -> None:
    """Tables may have a paragraph in each row."""
    for rest in ([], REST):
        assert mark_boilerplate(["*Share this article*", *rest])[0]
        assert not mark_boilerplate([f"*{REST[0]}*", *rest])[0]


@pytest.mark.parametrize("line", OWN)
def test_what_is_the_articles_is_not_marked(line: str) -> None:
    """Though it begins with the same words."""
    assert mark_boilerplate([line, *REST]) == [False, False, False]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("1" * 20 + " years", id="digits"),
        pytest.param("Home" + " | World" * 11 + " | Arts & Culture", id="menu"),
        pytest.param("By " + "NEWSROOM " * 12 + "!x", id="capitals"),
        pytest.param("Recommended by the" + " " * 300 + "!x", id="white space"),
        pytest.param("t: " + "12345678 " * 25 + "!x", id="telephone numbers"),
        pytest.param("a@b.c - " * 25 + "!x", id="addresses"),
    ],
)
def test_no_line_takes_long(line: str) -> None:
    """A rule that fails after a long beginning fails at once, and does not try each way to read it."""
    mark_boilerplate(["Share", *REST])  # compiles the rules
    begin = time.process_time()
    assert mark_boilerplate([line, *REST]) == [False, False, False]
    assert time.process_time() - begin < 0.2


def test_no_paragraph_of_the_corpus_is_marked(corpus: Corpus) -> None:
    """At most one in a thousand of the paragraphs that people coded as an article's."""
    by_article: dict[str, list[str]] = {}
    for example in corpus:
        by_article.setdefault(example.article, []).append(example.text)
    marked = sum(sum(mark_boilerplate(texts)) for texts in by_article.values())
    assert marked <= len(corpus) / 1000


def test_real_articles_are_left_alone(shared: Path) -> None:
    """At most four in a thousand paragraphs of real articles, already cleaned, are marked."""
    articles = list(read_articles([str(shared / "articles" / "*.txt")]))
    marks = [p.boilerplate for article in articles for p in article.paragraphs]
    assert len(marks) > 1000
    assert sum(marks) <= len(marks) / 250


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


def _words(*runs: tuple[str, int, int]) -> str:
    return " ".join(f"{name}{i}" for name, start, stop in runs for i in range(start, stop))


@pytest.mark.parametrize(("own", "least", "most"), [(36, 28, 40), (75, 0, 8)], ids=["above a half", "below"])
def test_copies_share_half_of_what_both_say(own: int, least: int, most: int) -> None:
    """An index of 0.58 makes most pairs copies, one of 0.40 few, as the error of the estimate has it."""
    joined = 0
    for pair in range(40):
        clusters, shared = Clusters(capacity=4), (f"s{pair}x", 0, 100)
        clusters.add("one", _words(shared, (f"a{pair}x", 0, own)))
        joined += clusters.add("two", _words(shared, (f"b{pair}x", 0, own))) == "one"
    assert least <= joined <= most


def test_of_equally_similar_articles_the_first_is_joined() -> None:
    """And of others the most similar, whichever came first."""
    first, second = _words(("w5x", 0, 100), ("a", 0, 20)), _words(("b", 0, 20), ("w5x", 20, 120))
    for both, nearest in ((("w5x", 0, 120), "1"), (("w5x", 10, 120), "2")):
        clusters = Clusters(capacity=4)
        assert [clusters.add("1", first), clusters.add("2", second)] == ["1", "2"]
        assert clusters.add("3", _words(both)) == nearest


def test_few_words_are_copies_only_if_they_are_equal() -> None:
    """A notice of eleven words is of another day where one word is another; of twelve it is a copy."""
    for words, found in ((11, ["a", "b", "a"]), (12, ["a", "a", "a"])):
        clusters = Clusters(capacity=4)
        texts = [_words(("rate", 0, words)), _words(("rate", 0, words - 1), ("up", 0, 1)), _words(("Rate", 0, words))]
        assert [clusters.add(id, text) for id, text in zip("abc", texts, strict=True)] == found


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


@pytest.mark.parametrize(
    ("line", "below", "marked"),
    [
        ("On Wed, 4 Mar 2026 at 18:30, Jane Roe <jane@example.org>\nwrote:", "Talks failed.", True),
        ("On 3/4/26 18:30, Jane Roe wrote:", "> Talks failed.", True),
        ("> On Mar 4, 2026, at 6:30 PM, Jane Roe <jane@example.org> wrote:", "> Talks failed.", True),
        ("On 4 March 2026, the minister wrote:", "“Talks failed.”", False),
        ("On sanctions the minister wrote:", "> Talks failed.", False),
    ],
)
def test_the_line_above_a_quoted_message(line: str, below: str, marked: bool) -> None:
    """It is marked if it has an address, or if what stands below is quoted as mail programs do it."""
    assert mark_boilerplate([line, below, *REST]) == [marked, False, False, False]


@pytest.mark.parametrize(
    ("below", "marked"),
    [
        pytest.param("-- \nAnna Berg\nModel Institute\n", 2, id="dashes and a blank"),
        pytest.param("--\r\nAnna Berg\r\n+358 9 555 1234\r\n", 2, id="a number below"),
        pytest.param("--\nThe talks go on.\nNo date was set.\n", 0, id="a rule between sections"),
        pytest.param("--\nThe deal is worth 1,500,000 euros.\n\nThe talks go on.\n", 0, id="a figure below a rule"),
        pytest.param("--\nThe text is on https://treaty.example for all to read.\n", 0, id="a link below a rule"),
        pytest.param("-- \n" + "The talks go on in Vienna, said the envoy.\n" * 30, 0, id="more than a signature"),
        pytest.param("-- \n", 0, id="nothing below"),
    ],
)
def test_the_signature_of_a_mail_is_marked(small_model: StanceModel, tmp_path: Path, below: str, marked: int) -> None:
    """Behind two dashes near the end, one by one and in bulk."""
    from stance.batch.blocks import read_blocks
    from stance.batch.chunks import cut_chunks
    from stance.batch.tables import Form, score_articles

    text = "The minister called for an end to the embargo.\n\nThe talks go on in Vienna.\n\n" + below
    marks = [paragraph.boilerplate for paragraph in Article("a", text).paragraphs]
    assert marks == [False] * (len(marks) - marked) + [True] * marked
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "a", "text": text}) + "\n", encoding="utf-8")
    (chunk,) = cut_chunks(read_blocks([path]))
    reasons = score_articles(small_model, chunk.articles, Form())[0].column("sanctions_abstained").to_pylist()
    assert [reason == Reason.BOILERPLATE for reason in reasons] == marks


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
    explain = ["explain", str(tmp_path / "in.jsonl"), "-m", str(small_model_path), "-t", "sanctions", "-f", "jsonl"]
    for chosen, ids in (([], marked), (["--article", "a6"], ["a6", "a6"])):
        told = map(json.loads, CliRunner().invoke(main, [*explain, *chosen]).stdout.splitlines())
        assert [row["article_id"] for row in told if row["abstained"] == "boilerplate"] == ids


def _story(name: str, *ends: str) -> str:
    return "\n".join([*(f"{name}, line {i}." for i in range(3)), *ends])


def test_a_footer_reaches_up_to_the_first_line_that_is_not_known() -> None:
    """What stands above that is the article's, however often it was met, and so is what stands above a long line."""
    for between in ("Own {}.", "Sold {} " + "in forty states " * 20):
        footers = RepeatedFooters()
        texts = [_story(name, "Call us.", between.format(name), "  Read us.") for name in "abc"]
        assert [footers.add(text) for text in texts] == [None, None, texts[2].index("Read us.")]
    footers, long = RepeatedFooters(), "Sold in forty states " * 20
    texts = [_story(name, "Call us.", long, "Read us.") for name in "abc"]
    assert [footers.add(text) for text in texts] == [None, None, texts[2].index("Read us.")]


def test_copies_of_one_article_make_no_footer() -> None:
    """Neither for each other nor for the next one; a copy of what is no longer alone has the footer of the others."""
    footers = RepeatedFooters()
    a, b, c = (_story(name, f"Body {name}.", "Read us.") for name in "abc")
    place = a.index("Read us.")
    found = [footers.add(text) for text in (a, a, a, b, b, c, a)]
    assert found == [None, None, None, None, None, place, place]


def test_a_footer_that_was_met_long_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one that still returns: the lines that go are those not met for the longest time."""
    monkeypatch.setattr("stance.articles.footers._CAPACITY", 12)
    footers = RepeatedFooters()
    kept = [footers.add(_story(f"day {i}", f"Own {i}.", "Read us.")) for i in range(20)]
    assert kept[:2] == [None, None]
    assert None not in kept[2:]
    for i in range(20):
        footers.add(_story(f"paper {i}", f"Own {i}.", f"End {i}."))
    assert footers.add(_story("late", "Own.", "Read us.")) is None


REFERENCES = """
[1] Grain Office Decision 2024/900 of 4 March 2024 concerning levies on plums, OJ L 12, p. 3.
2. R. Arden, "Why Embargoes Are Not Enough", Harbour Studies 12, no. 3 (2023): 45–67.
3) See the Model Wire, “Grain talks collapse as ministers tighten the levy”, 4 May 2024, https://example.org/x.
4 Ibid.
5. Interview with an exporter, Oulu, 4 May 2024.
^ Arden, Ruth (3 May 2024). "Levy eased". The Post. Retrieved 4 May 2024.
Berg, A. (2021). Lifting the levy: plums and rugs. Journal of Harbours, 12(3), 4–19.
Salmela, O., & Berg, A. (2019). Embargoes and talks. Oulu: Quay Press.
Grain Office (2020), Lifting the levy. Oulu: Quay Press.
Berg, Anna. Embargoes and their Discontents. Oulu: Quay Press, 2019.
""".strip().split("\n")
NO_REFERENCES = """
6. The Council has never lifted the embargo, see Arden (2023), p. 12.
7. We should talk to them (2024), and soon.
1. Lift the embargo on grain by June 2025.
2. Resume the talks on plums, which ended in 2019.
12. Calls upon all ports to lift the embargo of resolution 900 (2019), in full.
In Oulu, Ministers agreed to lift the levy by 2025.
However, Salmela rejected the talks of 2019, and left.
The embargo holds.
""".strip().split("\n")


@pytest.mark.parametrize("heading", ["Notes", "## References", "**Works cited**", "ENDNOTES:", "6. Bibliography"])
def test_references_below_their_heading_are_marked(heading: str) -> None:
    """Titles of others' works are no words of the article; what says something there is, and so is all above."""
    texts = ["Grain talks", *REFERENCES[:2], "The levy fell.", heading]
    for i, text in enumerate(NO_REFERENCES):
        texts += [REFERENCES[i], text]
    texts += REFERENCES[len(NO_REFERENCES) :]
    assert mark_boilerplate(texts) == [i == 4 or (i > 4 and text in REFERENCES) for i, text in enumerate(texts)]


@pytest.mark.parametrize("heading", ["Annex 2", "II. How the levy works", "**Appendix**"])
def test_the_next_heading_ends_the_references(heading: str) -> None:
    """What follows may have numbers and years, too; a heading right below that of the list ends nothing."""
    behind = [heading, "3 ships stopped by the port, 2019", "Oulu, Ministers of Trade meet on the levy, 4 May 2024."]
    marks = mark_boilerplate(["The levy fell.", "Notes", "Books", *REFERENCES[:4], *behind])
    assert marks == [False, True, False, True, True, True, True, False, False, False]


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(["Grain talks", "The levy fell.", *REFERENCES], id="no heading"),
        pytest.param(["Notes", *NO_REFERENCES], id="a section of prose"),
        pytest.param(["Notes", "The levy fell.", REFERENCES[1], "It rose again."], id="one alone"),
    ],
)
def test_what_is_no_list_of_references_is_not_marked(texts: list[str]) -> None:
    """In doubt a paragraph is the article's."""
    assert not any(mark_boilerplate(texts))


def test_no_reference_takes_long() -> None:
    """Whatever stands below the heading, and however often."""
    hostile = ["1. " + sign * 490 for sign in ("“", "‘’", '"', "a, ", "A ", "2019", "A. (", "p. ", "‘", "doi:", "no.")]
    start = time.perf_counter()
    mark_boilerplate(["The levy fell.", "Notes", *hostile * 20])
    assert time.perf_counter() - start < 2
