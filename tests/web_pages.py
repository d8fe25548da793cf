"""Pages as news sites make them: thirty layouts, filled with articles of the shipped corpus.

Each layout is written after the way a kind of site is built (where the text stands, in which tags, what stands around
and between); names of outlets and authors, links and notices are made up. A page knows which of its lines are the
article's and which are not. ``python tests/web_pages.py`` prints how much of each layout is kept and what is scored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import NamedTuple

from stance.articles import Article
from stance.articles.read_html import html_article

__all__ = ["LAYOUTS", "Counted", "Page", "Story", "count", "make_pages", "read_stories"]

#: What sites put around an article; none of it may be scored.
RELATED = [
    "Oil steadies as traders weigh supply outlook",
    "Five charts on shipping in the Gulf",
    "City marathon draws record crowd despite rain",
    "Central bank holds rates for third month",
    "Opinion: The summit nobody wanted",
    "Film festival opens with debut from Tbilisi",
]
COOKIES = (
    "We use cookies and similar technologies to run this site, to measure traffic and to show advertising. By clicking "
    "Accept all you agree to the storing of cookies on your device."
)
NEWSLETTER = "Sign up for our morning newsletter and get the day's headlines in your inbox."
FOOTER = "© 2025 {outlet}. All rights reserved. Terms of use | Privacy policy | Contact"
INDENTED = "<p>\u3000\u3000{} </p>"
MENU = ["Home", "World", "Politics", "Business", "Opinion", "Culture", "Sport", "Weather", "Video", "Subscribe"]


@dataclass(frozen=True)
class Story:
    """An article to be set: what it is called, its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def standfirst(self) -> str:
        """What some sites print below the title."""
        return self.paragraphs[0][:90].strip()


@dataclass(frozen=True)
class Page:
    """A page and the truth about it."""

    layout: str
    html: str
    story: Story


def read_stories(root: Path, least: int = 5, most: int = 14) -> Iterator[Story]:
    """The articles of the corpus that have so many paragraphs, in its order."""
    for file in sorted((root / "data" / "corpus").glob("*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        for article in dict.fromkeys(row["article"] for row in rows):
            mine = [row for row in rows if row["article"] == article]
            if least <= len(mine) <= most:
                yield Story(mine[0]["title"], tuple(row["text"] for row in mine))


def make_pages(stories: Iterator[Story], each: int = 10) -> Iterator[Page]:
    """So many pages of every layout, no story twice."""
    for _ in range(each):
        for name, layout in LAYOUTS.items():
            story = next(stories)
            yield Page(name, layout(story), story)


class Counted(NamedTuple):
    """Of a page: paragraphs of the article kept, of so many; lines that are scored, of them such as are none of its."""

    kept: int
    paragraphs: int
    scored: int
    wrong: int


def count(page: Page, article: Article) -> Counted:
    """Compare what is read of a page with what was set in it."""
    own = [_flat(p.text) for p in article.paragraphs if not p.boilerplate]
    true = {_flat(text) for text in page.story.paragraphs}
    heads = {_flat(page.story.title), _flat(page.story.standfirst)}
    kept = sum(_flat(text) in own for text in page.story.paragraphs)
    return Counted(kept, len(page.story.paragraphs), len(own), sum(text not in true | heads for text in own))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _p(story: Story, tag: str = "<p>{}</p>", between: str = "\n") -> str:
    return between.join(tag.format(escape(text)) for text in story.paragraphs)


def _split(story: Story) -> tuple[Story, Story]:
    half = len(story.paragraphs) // 2
    return Story(story.title, story.paragraphs[:half]), Story(story.title, story.paragraphs[half:])


def _list(items: list[str], tag: str = "li") -> str:
    return "".join(f'<{tag}><a href="/x/{i}">{escape(item)}</a></{tag}>' for i, item in enumerate(items))


def _meta(story: Story, outlet: str, date: str = "2025-03-14") -> str:
    title = escape(story.title)
    return (
        f"<meta charset='utf-8'><title>{title} | {outlet}</title>"
        f'<meta property="og:title" content="{title}"><meta property="og:site_name" content="{outlet}">'
        f'<meta property="article:published_time" content="{date}T08:00:00Z">'
        "<script>window.dataLayer=[];function gtag(){dataLayer.push(arguments)}</script>"
        "<style>.nav{display:flex}.ad{min-height:250px}</style>"
    )


def _broadcaster(s: Story) -> str:
    """A public broadcaster: text blocks in their own divs, related links between them."""
    blocks = [
        f'<div data-component="text-block" class="ssrcss-b"><p class="ssrcss-p">{escape(t)}</p></div>'
        for t in s.paragraphs
    ]
    blocks.insert(3, f'<div data-component="links-block"><ul role="list">{_list(RELATED[:3])}</ul></div>')
    return f"""<!DOCTYPE html><html lang="en-GB"><head>{_meta(s, "Northern Broadcasting")}</head><body>
<a href="#main" class="skip">Skip to content</a>
<header><nav aria-label="Main"><ul>{_list(MENU)}</ul></nav></header>
<div id="cookie-prompt"><h2>Let us know you agree to cookies</h2><p>{COOKIES}</p><button>Yes, I agree</button></div>
<main id="main"><article><h1 id="main-heading">{escape(s.title)}</h1>
<div data-component="byline-block"><time datetime="2025-03-14T08:00:00Z">14 March 2025</time><span>Updated 2 hours ago</span></div>
{"".join(blocks)}
<section data-component="topic-list"><h2>Related topics</h2><ul>{_list(["Diplomacy", "Sanctions", "Oil"])}</ul></section></article>
<aside><h2>More on this story</h2><ul>{_list(RELATED)}</ul><h2>Top stories</h2><ul>{_list(RELATED[2:])}</ul></aside></main>
<footer><ul>{_list(["Terms of Use", "About", "Privacy Policy", "Cookies", "Accessibility Help"])}</ul>
<p>Copyright © 2025 Northern Broadcasting. The broadcaster is not responsible for the content of external sites.</p></footer></body></html>"""


def _metropolitan(s: Story) -> str:
    """A large American daily: hashed class names, the body in companion columns, ads in between."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html><head>{_meta(s, "The Harbor Ledger")}</head><body><div id="app"><header class="css-1bymuyk">
<nav><ul>{_list(MENU)}</ul></nav></header><main id="site-content"><article id="story" class="css-1vxca1d">
<header class="css-1"><h1 data-testid="headline">{escape(s.title)}</h1><p class="css-1n0orw4">By Dana Example</p><time>March 14, 2025</time></header>
<div class="css-share"><ul><li><button>Share full article</button></li><li><button>Save</button></li><li>12</li></ul></div>
<section name="articleBody" class="meteredContent css-1r7ky0e"><div class="css-s99gbd StoryBodyCompanionColumn"><div class="css-53u6y8">
{_p(a, '<p class="css-at9mc1 evys1bk0">{}</p>')}</div></div>
<div id="story-ad-1-wrapper" class="css-ad"><div class="ad"><p>Advertisement</p><a href="#after">SKIP ADVERTISEMENT</a></div></div>
<div class="css-s99gbd StoryBodyCompanionColumn"><div class="css-53u6y8">{_p(b, '<p class="css-at9mc1 evys1bk0">{}</p>')}</div></div>
</section><div class="bottom-of-article"><p>A version of this article appears in print on March 15, 2025, Section A, Page 7 of the New York edition.
<a href="#">Order Reprints</a></p></div></article><section id="recirc"><h2>Related Content</h2>
{"".join(f'<div class="story"><h3>{escape(r)}</h3><p>Dana Example</p></div>' for r in RELATED)}</section></main>
<footer><p>{FOOTER.format(outlet="The Harbor Ledger Company")}</p></footer></div></body></html>"""


def _blog(s: Story) -> str:
    """A stock WordPress theme: sharing buttons, related posts and comments behind the entry."""
    return f"""<!DOCTYPE html><html lang="en-US"><head>{_meta(s, "Sanctions Watch")}</head><body class="post-template-default single">
<div id="page" class="site"><header id="masthead"><p class="site-title"><a href="/">Sanctions Watch</a></p>
<nav id="site-navigation"><ul class="menu">{_list(MENU)}</ul></nav></header><div id="content"><main id="main">
<article class="post type-post hentry"><header class="entry-header"><h1 class="entry-title">{escape(s.title)}</h1>
<div class="entry-meta"><span class="posted-on">Posted on March 14, 2025</span> <span class="byline">by dana</span></div></header>
<div class="entry-content">{_p(s)}<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul>
<li><a class="share-twitter">Twitter</a></li><li><a class="share-facebook">Facebook</a></li><li><a>Email</a></li></ul></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>Related</em></h3>
{"".join(f'<div class="jp-relatedposts-post"><a>{escape(r)}</a><p>March 2, 2025 In "World"</p></div>' for r in RELATED[:3])}</div></div>
<footer class="entry-footer"><span class="cat-links">Posted in World</span><span class="tags-links">Tagged diplomacy, oil</span></footer></article>
<nav class="post-navigation"><a rel="prev">Previous Post: {escape(RELATED[1])}</a><a rel="next">Next Post: {escape(RELATED[2])}</a></nav>
<div id="comments" class="comments-area"><h2 class="comments-title">2 thoughts on this post</h2><ol class="comment-list">
<li class="comment"><p>Reader One says:</p><p>Great piece, this is exactly what I have been telling my neighbours all along.</p><a>Reply</a></li>
<li class="comment"><p>Reader Two says:</p><p>I disagree, but thanks for writing it up so clearly and with the numbers.</p><a>Reply</a></li></ol>
<div id="respond"><h3>Leave a Reply</h3><p>Your email address will not be published. Required fields are marked *</p></div></div></main>
<aside id="secondary" class="widget-area"><section class="widget"><h2>Recent Posts</h2><ul>{_list(RELATED)}</ul></section>
<section class="widget"><h2>Archives</h2><ul>{_list(["March 2025", "February 2025"])}</ul></section></aside></div>
<footer id="colophon"><div class="site-info">Proudly powered by WordPress</div></footer></div></body></html>"""


def _agency(s: Story) -> str:
    """A news agency whose paragraphs are divs, with trust lines and sign-off."""
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Meridian News")}</head><body><div id="fusion-app"><header>
<nav class="site-header">{_list(MENU, "span")}</nav></header><main><article data-testid="Article"><div class="article-header">
<h1 data-testid="Heading">{escape(s.title)}</h1><div class="author">By Dana Example and Lee Sample</div>
<time><span>March 14, 2025</span><span>8:04 AM UTC</span><span>Updated 3 hours ago</span></time></div>
<div class="article-body__content"><div class="article-body__toolbar"><button>Text</button><button>Small Text</button></div>
{_p(s, '<div class="article-body__paragraph text__text" data-testid="paragraph-0">{}</div>')}
<p class="sign-off">Reporting by Dana Example; Editing by Lee Sample</p>
<p class="trust">Our Standards: The Meridian Trust Principles.<span>, opens new tab</span></p>
<div class="tags"><ul><li>Suggested Topics:</li>{_list(["Energy", "Sanctions"])}</ul></div>
<button>Purchase Licensing Rights</button></div></article>
<section class="read-next"><h2>Read Next</h2><ul>{"".join(f"<li><div><a>{escape(r)}</a><time>March 13, 2025</time></div></li>" for r in RELATED)}</ul></section>
</main><footer><h2>Latest</h2><ul>{_list(MENU)}</ul><p>All quotes delayed a minimum of 15 minutes.</p>
<p>© 2025 Meridian. All rights reserved</p></footer></div></body></html>"""


def _cooperative(s: Story) -> str:
    """A news cooperative: rich text body, ads and a hub link inside."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Union Wire")}</head><body class="Page-body"><bsp-header><div class="Page-header">
<ul class="Navigation">{_list(MENU)}</ul></div></bsp-header><div class="StoryPage"><main class="Page-main"><h1 class="Page-headline">{escape(s.title)}</h1>
<div class="Page-byline">By <a>DANA EXAMPLE</a></div><div class="Page-dateModified">Updated 9:14 AM GMT, March 14, 2025</div>
<div class="Page-actions"><bsp-share><a>Share</a><ul><li><a>Email</a></li><li><a>Facebook</a></li><li><a>X</a></li><li><a>Copy Link copied</a></li><li><a>Print</a></li></ul></bsp-share></div>
<div class="RichTextStoryBody RichTextBody">{_p(a)}<div class="Advertisement"><span>Advertisement</span></div>
<div class="HubEnhancement"><a>Follow the latest developments in our hub</a></div>{_p(b)}</div>
<div class="Page-below"><div class="TagsList"><h3>More in World</h3><ul>{_list(RELATED[:3])}</ul></div></div></main>
<aside class="Page-aside"><div class="PageList"><h2>Most read</h2><ol>{_list(RELATED)}</ol></div></aside></div>
<footer class="Page-footer"><p>Union Wire is an independent global news organization dedicated to factual reporting.</p>
<p>Copyright 2025 Union Wire. All Rights Reserved.</p></footer></body></html>"""


def _reader_funded(s: Story) -> str:
    """A daily that asks its readers for money: rich links, a newsletter box and an appeal around the text."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "The Observer Post")}</head><body><header id="bannerandheader"><nav>{_list(MENU, "span")}</nav></header>
<main data-layout="StandardLayout"><article><div data-gu-name="headline"><h1 class="dcr-u0152o">{escape(s.title)}</h1></div>
<aside data-gu-name="meta"><div><address aria-label="Contributor info"><a rel="author">Dana Example</a></address></div>
<details><summary>Fri 14 Mar 2025 09.22 GMT</summary>Last modified on Fri 14 Mar 2025 11.40 GMT</details><div><a>Share</a></div></aside>
<div id="maincontent"><div class="article-body-commercial-selector article-body-viewer-selector">{_p(a, '<p class="dcr-130mj7b">{}</p>')}
<aside class="element-rich-link"><a href="/x"><div>{escape(RELATED[0])}</div><div>Read more</div></a></aside>
<gu-island name="EmailSignUp"><aside><h4>First Edition</h4><p>{NEWSLETTER}</p><p><strong>Privacy Notice:</strong> Newsletters may contain information about charities and content funded by outside parties.</p></aside></gu-island>
{_p(b, '<p class="dcr-130mj7b">{}</p>')}</div>
<div data-gu-name="submeta"><ul>{_list(["World news", "Sanctions", "news"])}</ul><a>Reuse this content</a></div></div></article>
<section><h2>More on this story</h2><ul>{_list(RELATED)}</ul></section><section><h2>Most viewed</h2><ul>{_list(RELATED[1:])}</ul></section></main>
<footer><p>Original reporting and incisive analysis, direct to you every morning</p><ul>{_list(MENU)}</ul>
<div>© 2025 The Observer Post News Limited or its affiliated companies. All rights reserved.</div></footer></body></html>"""


def _old_portal(s: Story) -> str:
    """A portal of the early 2000s: tables, font tags, paragraphs parted by double line breaks."""
    body = "<br><br>\n".join(escape(text) for text in s.paragraphs)
    return f"""<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8"><TITLE>{escape(s.title)}</TITLE></HEAD><BODY BGCOLOR="#FFFFFF">
<TABLE WIDTH="780" BORDER="0"><TR><TD COLSPAN="3"><IMG SRC="logo.gif" ALT="Gulf Gazette"></TD></TR><TR><TD WIDTH="140" VALIGN="top">
<FONT SIZE="1">{"<BR>".join(f'<A HREF="/{m}">{m}</A>' for m in MENU)}</FONT></TD><TD WIDTH="460" VALIGN="top">
<FONT FACE="Arial" SIZE="4"><B>{escape(s.title)}</B></FONT><BR><FONT SIZE="1">Friday, March 14, 2025</FONT><BR><BR>
<FONT FACE="Times" SIZE="3">{body}</FONT><BR><BR><FONT SIZE="1"><A HREF="mail">E-mail this story</A> | <A HREF="print">Printer-friendly version</A></FONT>
</TD><TD WIDTH="180" VALIGN="top"><FONT SIZE="2"><B>Also in World</B><BR>{"<BR>".join(f'<A HREF="#">{escape(r)}</A>' for r in RELATED)}</FONT></TD></TR>
<TR><TD COLSPAN="3" ALIGN="center"><FONT SIZE="1">{FOOTER.format(outlet="Gulf Gazette")}</FONT></TD></TR></TABLE></BODY></HTML>"""


def _broadcaster_gulf(s: Story) -> str:
    """A broadcaster with a recommended list inside the text."""
    a, b = _split(s)
    return f"""<!doctype html><html lang="en"><head>{_meta(s, "Peninsula TV")}</head><body><div id="root"><div class="site-header"><nav><ul>{_list(MENU)}</ul></nav></div>
<main id="main-content-area"><header class="article-header"><div class="topics"><a>News</a>|<a>Politics</a></div><h1>{escape(s.title)}</h1>
<p class="article__subhead"><em>{escape(s.standfirst)}</em></p></header>
<div class="article-info-block"><div class="article-author-name">By Peninsula TV Staff</div><div class="date-simple"><span class="screen-reader-text">Published On 14 Mar 2025</span></div>
<div class="social-share"><button>Click here to share on social media</button><span>Save</span></div></div>
<div class="wysiwyg wysiwyg--all-content" aria-live="polite">{_p(a)}
<div class="more-on"><h2 class="more-on__heading">Recommended Stories</h2><span class="screen-reader-text">list of 3 items</span><ul>{"".join(f"<li><span>list {i} of 3</span><h3>{escape(r)}</h3></li>" for i, r in enumerate(RELATED[:3], 1))}</ul><span class="screen-reader-text">end of list</span></div>
<div class="container--ads"><span class="screen-reader-text">Advertisement</span></div>{_p(b)}</div>
<div class="article-source">Source: Peninsula TV and news agencies</div></main>
<aside><h2>Most popular</h2><ol>{_list(RELATED)}</ol></aside>
<footer><ul>{_list(["About Us", "Code of Ethics", "Terms and Conditions", "EU/EEA Regulatory Notice"])}</ul><p>© 2025 Peninsula TV Network</p></footer></div></body></html>"""


def _state_agency_tehran(s: Story) -> str:
    """A state agency: item-text div, news id, tags, short link."""
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Alborz News Agency")}</head><body><div id="masthead"><ul class="nav">{_list(MENU)}</ul></div>
<main><article id="item" class="item"><div class="item-header"><div class="item-nav"><ol class="breadcrumb"><li>Politics</li></ol>
<div class="item-date"><span>Mar 14, 2025, 11:30 AM</span></div><div>News ID: 229812</div></div><div class="item-title"><h1>{escape(s.title)}</h1></div></div>
<p class="summary introtext">{escape(s.paragraphs[0])}</p>
<div class="item-body"><div class="item-text" itemprop="articleBody">{_p(s)}<p>MNS/PR</p></div></div>
<div class="item-footer"><div class="item-code">News ID 229812</div><section class="box tags"><header><h2>Tags</h2></header><ul>{_list(["Sanctions", "Negotiations"])}</ul></section>
<section class="box share"><ul><li>Facebook</li><li>X</li><li>Telegram</li></ul></section></div>
<section class="related-items"><h2>Related News</h2><ul>{_list(RELATED)}</ul></section>
<section class="comments"><h2>Your Comment</h2><p>You are replying to: .</p></section></article></main>
<footer><p>All content by Alborz News Agency is licensed under a Creative Commons Attribution 4.0 International License.</p></footer></body></html>"""


def _state_agency_moscow(s: Story) -> str:
    """A state agency: text-include blocks, a stamp of date and hour."""
    return f"""<!DOCTYPE html><html><head>{_meta(s, "Neva News")}</head><body><header class="header"><div class="menu">{_list(MENU, "span")}</div></header>
<div class="news" id="news-1"><div class="news-header"><div class="news-header__date"><dateformat>14 MAR, 11:02</dateformat></div>
<h1 class="news-header__title">{escape(s.title)}</h1><div class="news-header__lead">{escape(s.standfirst)}</div></div>
<div class="text-content"><div class="text-block">{_p(s)}</div></div>
<div class="news-tags"><span>Tags</span>{_list(["Foreign policy", "Sanctions"], "span")}</div></div>
<div class="news-list"><span class="news-list__title">Read also</span>{"".join(f'<div class="item"><span class="date">Today, 10:40</span><span class="title">{escape(r)}</span></div>' for r in RELATED)}</div>
<footer><p>Neva News Agency (the registration certificate No. 03247 was issued on April 2, 1999).</p><p>Certain parts of this website may contain content not suitable for people younger than 16.</p></footer></body></html>"""


def _state_agency_beijing(s: Story) -> str:
    """A state agency: indented paragraphs, the editor's name at the end."""
    return f"""<!DOCTYPE html><html><head>{_meta(s, "Pearl River Daily")}</head><body><div class="header"><div class="nav">{_list(MENU, "span")}</div></div>
<div class="main"><div class="conTop"><h1 class="Btitle">{escape(s.title)}</h1><div class="info"><i class="source">Source: Pearl River Daily</i><i class="time">2025-03-14 20:15:45</i></div></div>
<div class="content" id="detailContent">{_p(s, INDENTED)}<span style="display:none">■</span><p class="editor">Editor: pr</p></div>
<div class="relatedlist"><h3>KEY WORDS: SANCTIONS</h3><h3>EXPLORE</h3><ul>{_list(RELATED)}</ul></div></div>
<div class="foot"><p>Copyright © 2000 - 2025 PEARLRIVER.EXAMPLE All Rights Reserved.</p></div></body></html>"""


def _treasury(s: Story) -> str:
    """A ministry's press release in Drupal."""
    return f"""<!DOCTYPE html><html lang="en" dir="ltr"><head>{_meta(s, "Department of Finance")}</head><body class="path-node">
<section class="usa-banner"><header><p>An official website of the Republic</p><p>Here's how you know</p></header></section>
<header><nav class="usa-nav"><ul>{_list(["Policy Issues", "Data", "Services", "News", "Search"])}</ul></nav></header>
<main><div class="layout-content"><h2 class="uswds-page-title">{escape(s.title)}</h2><article class="news-full">
<div class="field field--name-field-news-publication-date"><time datetime="2025-03-14T12:00:00Z">March 14, 2025</time></div>
<div class="clearfix text-formatted field field--name-field-news-body field__item">{_p(s)}<p align="center">###</p></div></article>
<div class="block-latest"><h3>Latest News</h3>{"".join(f"<div><time>March 13, 2025</time><a>{escape(r)}</a></div>" for r in RELATED[:4])}</div></div></main>
<footer><ul>{_list(["Bureaus", "Other Resources", "Privacy Policy", "No FEAR Act"])}</ul></footer></body></html>"""


def _think_tank(s: Story) -> str:
    """A think tank: key points first, notes and an author's box last."""
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Institute for Statecraft")}</head><body><header role="banner"><nav><ul>{_list(["Experts", "Research", "Programs", "Events", "About"])}</ul></nav></header>
<main><article class="commentary"><header><div class="type">Commentary</div><h1>{escape(s.title)}</h1><div class="authors">By <a>Dana Example</a></div><div class="date">March 14, 2025</div>
<ul class="share-tools"><li>Print</li><li>Email</li><li>Share</li></ul></header><div class="article__content">{_p(s)}</div>
<div class="author-bio"><p><em>Dana Example is a senior fellow at the Institute for Statecraft.</em></p></div>
<div class="disclaimer"><p>The views expressed here are those of the author and do not necessarily reflect those of the institute.</p></div></article>
<section class="related"><h2>Related Content</h2>{"".join(f'<div class="card"><h3>{escape(r)}</h3><p>Podcast</p></div>' for r in RELATED)}</section></main>
<footer><p>1200 Example Avenue NW</p><p>{FOOTER.format(outlet="Institute for Statecraft")}</p></footer></body></html>"""


def _newsletter_platform(s: Story) -> str:
    """A newsletter platform: subscription widgets in mid-text."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "The Ledger of States")}</head><body><div id="entry"><div class="main-menu"><a>The Ledger of States</a><button>Subscribe</button><button>Sign in</button></div>
<div id="main"><div class="single-post"><article class="typography newsletter-post post"><div class="post-header"><h1 class="post-title">{escape(s.title)}</h1>
<div class="byline-wrapper"><a>Dana Example</a><div>Mar 14, 2025</div></div><div class="post-ufi"><a>23</a><a>4</a><button>Share</button></div></div>
<div class="available-content"><div class="body markup" dir="auto">{_p(a)}
<div class="subscription-widget-wrap"><div class="preamble"><p>The Ledger of States is a reader-supported publication. To receive new posts and support my work, consider becoming a free or paid subscriber.</p></div><form><input type="email"><button>Subscribe</button></form></div>
{_p(b)}<p class="button-wrapper"><a class="button primary"><span>Leave a comment</span></a></p></div></div>
<div class="post-footer"><a>23</a><button>Share</button></div></article></div>
<div class="comments-section"><h4>Discussion about this post</h4><p>No comments yet</p></div>
<div class="portable-archive"><div>Top</div><div>Latest</div>{"".join(f'<div class="post-preview"><a>{escape(r)}</a><div>Feb 2 • Dana Example</div></div>' for r in RELATED[:4])}</div></div>
<div class="footer"><div>© 2025 Dana Example</div><a>Privacy</a> ∙ <a>Terms</a> ∙ <a>Collection notice</a></div></div></body></html>"""


def _magazine(s: Story) -> str:
    """A magazine in Drupal: pull quotes, tags, a paywall's hint."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Foreign Quarterly")}</head><body><header class="region-header"><nav>{_list(MENU, "span")}</nav></header>
<div class="cookie-consent"><p>{COOKIES}</p></div>
<main class="region-content"><div class="node node--type-article node--view-mode-full"><h1>{escape(s.title)}</h1><div class="submitted">By Dana Example, March 14, 2025</div>
<div class="node__content"><div class="field field--name-body field--type-text-with-summary field__item">{_p(a)}
<aside class="pullquote"><p>Stay informed. In-depth analysis delivered weekly.</p><a>Sign Up</a></aside>{_p(b)}</div>
<div class="field--name-field-tags"><div class="field__label">Topics:</div><div class="field__items">{_list(["Diplomacy", "Economics"], "div")}</div></div></div></div>
<div class="view-most-read"><h2>Most Read</h2>{"".join(f"<div><h3>{escape(r)}</h3><span>Dana Example</span></div>" for r in RELATED)}</div></main>
<footer><p>Published by the Council of Example</p><p>{FOOTER.format(outlet="Foreign Quarterly")}</p></footer></body></html>"""


def _blogspot(s: Story) -> str:
    """A blog whose posts are one div with line breaks."""
    body = "<br />\n<br />\n".join(escape(text) for text in s.paragraphs)
    return f"""<!DOCTYPE html><html><head>{_meta(s, "A Desk in Baku")}</head><body class="loading"><div class="header"><h1 class="title"><a>A Desk in Baku</a></h1></div>
<div class="main"><div class="date-outer"><h2 class="date-header"><span>Friday, March 14, 2025</span></h2><div class="post hentry"><h3 class="post-title entry-title">{escape(s.title)}</h3>
<div class="post-body entry-content" itemprop="description articleBody">{body}<div style="clear: both;"></div></div>
<div class="post-footer"><div>Posted by <span>Dana</span> at <a><abbr>9:30 AM</abbr></a></div><div class="post-share-buttons"><a>Email This</a><a>BlogThis!</a><a>Share to X</a></div><div>Labels: <a>oil</a>, <a>talks</a></div></div></div>
<div class="comments" id="comments"><h4>No comments:</h4><h4>Post a Comment</h4></div><div class="blog-pager"><a>Newer Post</a><a>Home</a></div></div></div>
<div class="sidebar"><div class="widget BlogArchive"><h2>Blog Archive</h2><ul>{_list(["2025 (12)", "2024 (80)"])}</ul></div><div class="widget"><h2>About Me</h2><p>View my complete profile</p></div></div>
<div class="footer">Simple theme. Powered by Blogger.</div></body></html>"""


def _cable(s: Story) -> str:
    """A cable channel: linked headlines in capitals between paragraphs, calls to get the app."""
    parts = [f"<p>{escape(text)}</p>" for text in s.paragraphs]
    parts.insert(2, f'<p><a href="/x"><strong>{escape(RELATED[0].upper())}</strong></a></p>')
    parts.insert(5, '<p><a href="/app"><strong>CLICK HERE TO GET THE CONTINENTAL NEWS APP</strong></a></p>')
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Continental News")}</head><body><header class="site-header"><nav class="primary-nav"><ul>{_list(MENU)}</ul></nav></header>
<main class="main-content"><article class="article-wrap"><header class="article-header"><h1 class="headline">{escape(s.title)}</h1>
<div class="author-byline"><span>By <a>Dana Example</a> Continental News</span></div><div class="article-date">Published <time>March 14, 2025 8:00am EDT</time></div>
<div class="article-social"><ul><li>Facebook</li><li>Twitter</li><li>Flipboard</li><li>Comments</li><li>Print</li><li>Email</li></ul></div></header>
<div class="article-content"><div class="article-body"><div class="featured-video"><h4>Video</h4><p class="caption">Officials speak at the podium</p></div>{"".join(parts)}
<div class="article-footer"><p><i>Lee Sample contributed to this report.</i></p></div></div></div></article>
<aside class="sidebar"><section class="newsletter"><h3>Newsletter</h3><p>The hottest stories ripped from the headlines, delivered to your inbox.</p></section><ul>{_list(RELATED)}</ul></aside></main>
<footer><p>This material may not be published, broadcast, rewritten, or redistributed. ©2025 Continental News Network, LLC. All rights reserved.</p></footer></body></html>"""


def _cable_rival(s: Story) -> str:
    """Another channel: placeholders in every paragraph, a source line."""
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Metro News Network")}</head><body><header class="header"><nav>{_list(MENU, "span")}</nav></header>
<section class="layout__main"><article class="article" itemscope><div class="headline"><h1 class="headline__text">{escape(s.title)}</h1><div class="headline__byline">By <span class="byline__name">Dana Example</span>, Metro News</div>
<div class="headline__meta"><div>4 min read</div><div class="timestamp">Published 8:00 AM EDT, Fri March 14, 2025</div></div></div>
<main class="article__main"><div class="article__content" itemprop="articleBody"><cite class="source__cite"><span class="source__location">Vienna</span><span class="source__text">Metro News</span> — </cite>
{_p(s, '<p class="paragraph inline-placeholder vossi-paragraph" data-editable="text">{}</p>')}</div></main></article>
<div class="layout-related"><h3>Ad Feedback</h3><ul>{_list(RELATED)}</ul></div></section>
<footer><p>© 2025 Metro News Network. A Warner Example Company. All Rights Reserved.</p></footer></body></html>"""


def _mobile(s: Story) -> str:
    """A page for telephones: custom elements for ads and shares."""
    a, b = _split(s)
    return f"""<!doctype html><html amp lang="en"><head>{_meta(s, "Delta Herald")}</head><body><amp-sidebar id="sidebar"><ul>{_list(MENU)}</ul></amp-sidebar>
<amp-consent id="consent"><div><p>{COOKIES}</p><button>Accept</button></div></amp-consent>
<main><article class="amp-wp-article"><header class="amp-wp-article-header"><h1>{escape(s.title)}</h1><div class="amp-wp-meta">Dana Example</div><div class="amp-wp-meta"><time>March 14, 2025</time></div></header>
<amp-social-share type="facebook"></amp-social-share><div class="amp-wp-article-content">{_p(a)}<amp-ad type="adsense"><div placeholder>Advertisement</div></amp-ad>
<p><strong>Also read: </strong><a href="/x">{escape(RELATED[1])}</a></p>{_p(b)}</div>
<footer class="amp-wp-article-footer"><div>Categories: World</div><div>Tags: talks</div></footer></article></main>
<footer class="amp-wp-footer"><h2>Delta Herald</h2><p>{FOOTER.format(outlet="Delta Herald")}</p><a>Back to top</a></footer></body></html>"""


def _paywalled(s: Story) -> str:
    """A business daily: consent wall, inline promotion, a long list of legal links."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Exchange Times")}</head><body><div id="onetrust-consent-sdk"><div class="ot-sdk-row"><h2>Manage cookies on our site</h2><p>{COOKIES}</p>
<p>Some of these are necessary for the site to work. You can change your choices at any time in the preference centre.</p><button>Accept Cookies</button></div></div>
<header class="o-header"><nav>{_list(MENU, "span")}</nav></header><div class="n-layout"><main id="site-content"><div class="article-content"><div class="topper"><a class="topper__primary-theme" href="/sanctions">Sanctions</a><h1 class="o-topper__headline">{escape(s.title)}</h1></div>
<div class="article-info"><div class="article-info__time-byline"><p class="article-info__byline"><a class="author" href="/dana">Dana Example</a> in Vienna</p>
<div><time>MARCH 14 2025</time></div></div><div class="article__share"><a href="#comments">47</a><a href="#print">Print this page</a></div></div>
<article id="article-body" class="n-content-body">{_p(a)}<div class="n-content-recommended"><h3>Recommended</h3><div><a>World</a><a>{escape(RELATED[2])}</a></div></div>
{_p(b)}<p><em>Additional reporting by Lee Sample in Brussels</em></p></article>
<div class="article__copyright-notice"><a>Copyright</a> Exchange Times Limited 2025. All rights reserved.</div><div class="concept-list"><p>Follow the topics in this article</p><ul>{_list(["Oil", "Iran"])}</ul></div></div></main></div>
<footer class="o-footer"><div><h3>Support</h3><ul>{_list(["View Site Tips", "Help Centre", "Legal & Privacy", "Manage Cookies"])}</ul></div><small>Markets data delayed by at least 15 minutes.</small></footer></body></html>"""


def _daily_abroad(s: Story) -> str:
    """A daily that translates itself: a read-also box, a note on the translation."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Le Canal")}</head>
<body><header><div class="Header__nav">{_list(MENU, "span")}</div></header>
<main><section class="zone--article"><header class="article__header"><h1 class="article__title">{escape(s.title)}</h1><p class="article__desc">{escape(s.standfirst)}</p><section class="meta__authors"><span class="meta__author">By <a href="/a">Dana Example</a></span></section>
<span class="meta__date">Published on March 14, 2025, at 8:00 am (Paris)</span><span>4 min read</span><ul class="meta__tools"><li><a href="#">Share</a></li><li><a href="#">Lire en français</a></li></ul></header>
<article class="article__content">{_p(a, '<p class="article__paragraph">{}</p>')}<section class="catcher catcher--readalso"><div><span class="catcher__label">Read more</span> <span class="catcher__desc"><span class="icon">Subscribers only</span> <a href="/x">{escape(RELATED[3])}</a></span></div></section>{_p(b, '<p class="article__paragraph">{}</p>')}<p class="article__paragraph"><em>Translation of an original article published in French on lecanal.example; the publisher may only be liable for the French version.</em></p><section class="author"><p>Dana Example <span>(Vienna (Austria) correspondent)</span></p></section>
</article>
<section class="services"><button>Reuse this content</button></section>
</section>
</main>
<footer><ul>{_list(["Newsletters", "Log in", "Legal terms"])}</ul></footer>
</body></html>"""


def _southern(s: Story) -> str:
    """A daily with its date above and below, and a link in a paragraph of its own."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html><head>{_meta(s, "The Southern")}</head>
<body><div class="header">{_list(MENU, "div")}</div><div class="container article-section"><h1 class="title">{escape(s.title)}</h1><h2 class="sub-title">{escape(s.standfirst)}</h2><div class="update-publish-time"><p class="publish-time">Updated - <span>March 14, 2025 09:15 am IST</span></p><p class="publish-time">Published - March 14, 2025 08:00 am IST - Vienna</p></div><div class="comments-shares share-page"><a href="#" class="comments">COMMENTS</a><a class="share" href="#">SHARE</a><a class="readlater" href="#">READ LATER</a></div><div class="articlebodycontent" itemprop="articleBody">{_p(a)}<p class="related-topics-list">Also Read | <a href="/r">{escape(RELATED[1])}</a></p><div class="article-ad"></div>{_p(b)}</div><p class="publish-time-new">Published - March 14, 2025 08:00 am IST</p><div class="related-topics"><h6>Related Topics</h6><p><a href="/1">diplomacy</a> / <a href="/2">oil</a></p></div><div class="top-picks"><h3>Top News Today</h3><ul>{_list(RELATED)}</ul></div></div><footer><p>Copyright© 2025, THE SOUTHERN PUBLISHING PVT LTD. or its affiliated companies. All rights reserved.</p><a>BACK TO TOP</a></footer>
</body></html>"""


def _aggregator(s: Story) -> str:
    """A portal that reprints others, with teasers below."""
    return f"""<!DOCTYPE html><html><head>{_meta(s, "Aggregate News")}</head>
<body><div id="header-wrapper"><ul>{_list(MENU)}</ul></div><div class="caas-container"><article><header class="caas-title-wrapper"><h1>{escape(s.title)}</h1></header>
<div class="caas-attr"><div class="caas-attr-meta"><div class="caas-attr-item-author">Dana Example</div><div class="caas-attr-time-style"><time>Fri, March 14, 2025 at 8:00 AM UTC</time> · <span>3 min read</span></div></div><div class="caas-share-buttons"><button>Link Copied</button></div></div><div class="caas-body">{_p(s)}</div><div class="caas-xray"><a href="/c">View comments (12)</a></div></article>
<div class="stream"><h2>Recommended articles</h2>{"".join(f'<div><div>Union Wire</div><h3><a href="/{i}">{escape(r)}</a></h3><p>The item says a few words on what is behind the link.</p><div>2h ago</div></div>' for i, r in enumerate(RELATED))}</div></div></body></html>"""


def _assembly(s: Story) -> str:
    """An assembly's press office, in Drupal."""
    return f"""<!DOCTYPE html><html lang="en"><head>{_meta(s, "Assembly Press")}</head>
<body class="html not-front"><div id="page"><header><nav><ul class="menu">{_list(["Secretary-General", "General Assembly", "Press Conferences"])}</ul></nav>
</header>
<section id="block-system-main"><article class="node node-press-release"><div class="field field-name-field-symbol"><div class="field-item">SC/15999</div></div><div class="field-name-field-dated"><span class="date-display-single">14 March 2025</span></div><h1 class="page-header">{escape(s.title)}</h1><div class="field field-name-body field-type-text-with-summary"><div class="field-items"><div class="field-item even" property="content:encoded">{_p(s)}</div></div></div><div class="field-name-field-topics">For information media. Not an official record.</div></article>
</section>
</div><footer><ul>{_list(["Copyright", "FAQ", "Fraud Alert", "Privacy Notice"])}</ul></footer>
</body></html>"""


def _divs_only(s: Story) -> str:
    """A site made of nothing but divs."""
    a, b = _split(s)
    return f"""<!DOCTYPE html><html><head>{_meta(s, "Levant Now")}</head>
<body><div class="top">{_list(MENU, "div")}</div><div class="wrap"><div class="left"><div class="h">{escape(s.title)}</div><div class="d">2025/03/14 - 08:00</div><div class="txt">{_p(a, "<div>{}</div>")}<div class="b">Follow our channel on Telegram</div>{_p(b, "<div>{}</div>")}</div><div class="tags">{_list(["talks", "oil"], "span")}</div></div><div class="right"><div class="hd">Latest</div>{_list(RELATED, "div")}</div></div><div class="ft">Levant Now 2025</div></body></html>"""


def _live_report(s: Story) -> str:
    """A live report: each post an article element."""
    posts = "".join(
        f'<article class="block" id="b{i}"><header><time>{8 + i}:1{i % 10} GMT</time></header><div class="block-elements"><p>{escape(t)}</p></div><footer><a href="#">Share</a></footer></article>'
        for i, t in enumerate(s.paragraphs)
    )
    return f"""<!DOCTYPE html><html><head>{_meta(s, "The Observer Post")}</head>
<body><header><nav>{_list(MENU, "span")}</nav>
</header>
<main><h1>{escape(s.title)}</h1><div id="liveblog-body">{posts}</div><button>Load more updates</button></main>
<footer><p>© 2025 The Observer Post. All rights reserved.</p></footer>
</body></html>"""


def _old_ministry(s: Story) -> str:
    """A ministry's page of the late 1990s: the text begins right below the heading, paragraphs are left open."""
    return f"""<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=utf-8"><TITLE>{escape(s.title)}</TITLE></HEAD><BODY BGCOLOR=white>
<CENTER><IMG SRC="seal.gif" ALT="Seal"></CENTER><HR>
<H1>{escape(s.title)}</H1>
{_p(s, "{}", chr(10) + "<P>")}
<HR><A HREF="index.html">Home</A> | <A HREF="press.html">Press releases</A></BODY></HTML>"""


def _old_transcripts(s: Story) -> str:
    """A page of transcripts: all of it straight in the body, parted by double line breaks."""
    return f"""<html><head><meta charset="utf-8"><title>{escape(s.title)}</title></head><body>
<b>{escape(s.title)}</b><br><br>
{_p(s, "{}", "<br><br>" + chr(10))}
<br><br><a href="index.htm">Home</a></body></html>"""


def _mail_program(s: Story) -> str:
    """A letter as Apple's mail program writes it: the first line stands in the body, each other one in a div."""
    first, *others = (escape(text) for text in s.paragraphs)
    lines = "".join(f"<div><br></div><div>{text}</div>" for text in others)
    return f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>
<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">{first}{lines}</body></html>"""


def _by_hand(s: Story) -> str:
    """A page set by hand: the first paragraph stands in no tag, between the heading and the others."""
    first, *others = s.paragraphs
    return f"""<!DOCTYPE html><html><head>{_meta(s, "Delegation Papers")}</head><body><div class="menu">{_list(MENU, "span")}</div>
<div class="page"><h1>{escape(s.title)}</h1>{escape(first)}
{_p(Story(s.title, tuple(others)))}</div>
<div class="foot">{FOOTER.format(outlet="Delegation Papers")}</div></body></html>"""


LAYOUTS: dict[str, Callable[[Story], str]] = {
    layout.__name__.lstrip("_"): layout
    for layout in (
        _broadcaster, _metropolitan, _blog, _agency, _cooperative, _reader_funded, _old_portal, _broadcaster_gulf,
        _state_agency_tehran, _state_agency_moscow, _state_agency_beijing, _treasury, _think_tank,
        _newsletter_platform, _magazine, _blogspot, _cable, _cable_rival, _mobile, _paywalled,
        _daily_abroad, _southern, _aggregator, _assembly, _divs_only, _live_report, _old_ministry, _old_transcripts,
        _mail_program, _by_hand,
    )
}  # fmt: skip

if __name__ == "__main__":
    sums: dict[str, list[Counted]] = {}
    for made in make_pages(read_stories(Path(__file__).resolve().parent.parent)):
        sums.setdefault(made.layout, []).append(count(made, html_article(made.html, "a.html", "a", 1)))
    sums["all"] = [one for counted in sums.values() for one in counted]
    print("layout                  pages   kept            boilerplate scored")
    for name, counted in sums.items():
        kept, paragraphs, scored, wrong = (sum(column) for column in zip(*counted, strict=True))
        share, amiss = f"{kept / paragraphs:.1%} of {paragraphs}", f"{wrong / scored:.1%} of {scored}"
        print(f"{name:<22}{len(counted):>7}   {share:<15} {amiss}")
