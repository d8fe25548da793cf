"""The words that boilerplate begins with: a paragraph that begins with others need not be tried on its rules."""

from __future__ import annotations

__all__ = ["first_word", "may_begin"]

#: The words that the rules of `stance.articles.boilerplate` begin with, but for those that many paragraphs do ...
_FIRST = frozenset(
    """
    published updated posted last first modified issued date created min mins minute minutes reading additional
    reporting writing editing compiled translated edited written reviewed web editor editors source sources photo
    photos image images picture pictures credit credits staff special news read see watch listen learn view also
    related video videos recommended suggested trending popular latest top must elsewhere
    further around editor's editor’s don't don’t e-mail continue keep story article text next previous click back
    skip tap swipe scroll load show share tweet e email print facebook twitter x whatsapp linkedin reddit pinterest
    telegram messenger flipboard bluesky threads instagram youtube tiktok pocket copy link save bookmark gift
    comment comments page post via url k follow like find join contact sign subscribe register log login support
    donate become get receive leave add write hide have got already advertisement advertising sponsored promoted
    paid ad report remove open opens download c copyright tag tags topic topics keyword keywords category categories
    filed section sections terms privacy cookie about careers advertise sitemap accessibility imprint help home menu
    search newsletter newsletters originally republished reprinted reproduced views embargoed unsubscribe you're
    you’re you've you’ve contacts enquiries inquiries information opinions accept end ends enditem translation
    january february march april may june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri
    sat sun existing create start must-read must-reads load-date unlock subscribers exclusive exclusively
    """.split()
)
#: ... each with the words that must follow it.
_SECOND = {
    first: frozenset(second.split())
    for first, second in {
        "for": "immediate subscribers",
        "under": "embargo",
        "not": "for a an yet subscriber subscribed registered",
        "are": "you",
        "need": "a an",
        "new": "here",
        "please": "log login sign subscribe register",
        "a": "version minute day week subscriber member",
        "media": "contact contacts enquiries inquiries",
        "press": "contact contacts enquiries inquiries office",
        "public": "contact contacts enquiries inquiries information",
        "an": "official hour",
        "the": "article story content page piece post report item column views opinions",
        "this": "article story content piece post report item column site website is page",
        "all": "rights",
        "no": "part",
        "we": "use uses",
        "by": "clicking continuing using subscribing signing our staff special",
        "in": "pictures this",
        "on": "facebook twitter x whatsapp this",
        "with": "reporting",
        "from": "our news the",
        "our": "standards staff special news",
        "up": "next",
        "you": "may might are have receive received subscribed must need",
        "what": "to do did",
        "to": "top unsubscribe continue keep read",
        "or": "share",
        "and": "share",
    }.items()
}
#: After these, a paragraph is judged if it is short: "More from World", "Most read".
_SHORT = frozenset(("more", "most"))
_SIGNS = "\"'“”‘’()[]{}<>|:;,.!?-–—•·*"


def first_word(text: str) -> str:
    """The word that a paragraph begins with, in small letters and without the signs around it.

    Examples
    --------
    >>> first_word("(Read) More: oil falls"), first_word("- 30 -"), first_word("")
    ('read', '', '')
    """
    words = text[:40].split(None, 1)
    return words[0].strip(_SIGNS).lower() if words else ""


def may_begin(text: str, first: str) -> bool:
    """Say whether a paragraph begins with the words of any rule of boilerplate; so most are done with soon.

    Examples
    --------
    >>> may_begin("Read more: oil falls", "read"), may_begin("Envoys met on Friday.", "envoys")
    (True, False)
    """
    if first in _SECOND:
        return _second(text).strip(_SIGNS).lower() in _SECOND[first]
    if first in _SHORT:
        return len(text) < 90
    if not first and (second := _second(text)):
        # an item of a list, but for "- 30 -"
        return not second[0].isalpha()
    return first in _FIRST or len(text) < 9 or not first[:1].isalpha()


def _second(text: str) -> str:
    return next(iter(text[:40].split(None, 2)[1:]), "")
