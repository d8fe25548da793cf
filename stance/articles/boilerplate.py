"""Which paragraphs are not the article's: datelines, bylines, links to other articles, share bars, footers.

They are marked, never removed. A rule marks only what it knows; in doubt a paragraph is the article's. Signatures of
mails are found in `stance.articles.notices`, footers that return in `stance.articles.footers`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from stance.articles.notices import is_notice
from stance.articles.openings import first_word, may_begin
from stance.articles.references import reference_places
from stance.patterns import compiled

__all__ = ["mark_boilerplate"]

#: A longer paragraph is the article's, whatever it begins with.
_LONGEST = 360
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?)"
_DATE = (
    rf"(?:{_DAY}\s+)?(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?|\d{{1,2}}(?:st|nd|rd|th)?\.?\s+{_MONTH},?"
    r"|\d{1,2}[./-]\d{1,2}[./-])"
    r"\s*(?:\d{4}|\d\d)?|\d{4}[-/.]\d\d[-/.]\d\d"
)
_TIME = r"(?:\s*(?:,|at|-|–|—|\||•|t)?\s*\d{1,2}[:.]\d\d(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?)?\s*(?:\(?[a-z]{2,4}\)?)?)?"
_SERVICES = (
    r"(?:share|tweet|e-?mail|print|facebook|twitter|x|whatsapp|linkedin|reddit|pinterest|telegram|messenger|flipboard"
    r"|bluesky|threads|instagram|youtube|tiktok|pocket|copy(?:\s+the)?\s+link|link\s+copied!?|save|bookmark|comments?"
    r"|more|on|this|full|article|story|page|post|options|buttons|via|to|with|or|and|by|link|url|\d+(?!\d)|k)"
)
#: Names and what stands between them. No two of its parts begin alike, so that it is tried in one way only.
_NAMES = (
    r"(?:(?:(?-i:[^\W_a-z][\w'’]*)|(?-i:and|or|in|by|for|from|with|via|at|of|on|the|our|de|der|van|von|bin|al|el|la|di"
    r"|da|le|news|agency|agencies|staff|reporters?|correspondents?|reporting|writing|editing|additional|translated"
    r"|edited|written|photos?|courtesy|handout|rights|reserved))(?:[\s.,;:()&/|@–—-]++|\Z)){1,40}+"
)
#: A few words, the last ones of a line.
_PHRASE = r"[^.,;:!?]{0,60}"
#: What readers need to be let in, and the call to get it that ends a line.
_ENTRY = r"(?:account|subscription|log-?in)"
_CALL = r"\W*(?:please\s+)?(?:log\s*-?\s*in|sign\s+(?:in|up)|click|activate|subscribe|register|create\s+an?)\b.{0,100}"
#: What sentences have and headlines, names and tags seldom.
_NO_VERB = (
    r"(?!.*\b(?-i:[Tt]o|[Ss]ays?|said|told|[Ww]ill|would|was|were|is|are|has|have|had|must|should|may|can|not)\b)"
)

#: Whole paragraphs, judged from their beginning; case counts nothing. What may follow such a beginning is limited: a
#: sentence about sanctions may begin with any two words.
_LINES = rf"""(?:
    # when it was published
      (?:(?:first\s+)?(?:published|updated|last\s+(?:updated|modified)|posted|modified|issued|date|created)
         (?:\s+(?:on|at))?\s*:?\s*)?(?:{_DATE}){_TIME}(?:\s*[|•·/,-]\s*(?:updated.{{0,40}}|\d+\s+min.{{0,12}}))?
    | (?:(?:published|updated|posted)\s+)?(?:\d+|an?)\s*(?:m|min|minutes?|h|hours?|days?|weeks?)\s+ago
    | (?:updated\s+at\s+)?\d{{1,2}}[:.]\d\d(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?)?\s*\(?(?-i:[A-Z]{{2,4}})?\)?
    # what stands above and below a release
    | for\s+immediate\s+(?:release|publication|use)(?:\s*[:|–—-].{{0,40}}|\s+(?:{_DATE}).{{0,20}})?
    | (?:embargoed|under\s+embargo|not\s+for\s+release)\s*:?\s+(?:until|till|before)\s+
      (?:(?:{_DATE}){_TIME}|\d{{1,2}}[:.]\d\d.{{0,40}})
    | (?:(?:media|press|public|further)\s+)?(?:contacts?|enquiries|inquiries|information)
      (?:\s+for\s+(?:media|press|editors))?\s*:\s*(?=.*(?:\w@\w|\d[\d ().-]{{10,}}\d)).{{0,300}}
    | (?:media|press)\s+(?:contacts?|enquiries|inquiries|office)\s*:?
    | an\s+official\s+(?:web\s*site|site)\s+of(?:\s+(?-i:[A-Z][\w'’]*|the|of|and|government)){{1,10}}
      (?:\W+here['’]s\s+how\s+you\s+know)?
    | (?:\d+\s+)?(?:min(?:ute)?s?\s+read|reading\s+time(?:\s*:?\s*\d.{{0,20}})?) | \d[\d,]*\s+words
    # who wrote and edited it
    | \(?(?:additional\s+|with\s+)?(?:reporting|writing|editing|compiled|translated|edited|written|reviewed)
      \s+by\s*:?\s+(?:{_NAMES}|(?-i:[A-Z]).{{0,200}}\bediting\s+by\s+{_NAMES})
    | (?:web\s+)?editors?\s*:\s*(?:{_NO_VERB}{_NAMES}|[\w-]{{1,20}})
    | (?:source|photo|image|picture|credit)s?(?:\s+(?:credits?|by))?\s*:\s*(?:{_NO_VERB}{_NAMES}|https?:\S+)
    | (?:by\s+)?(?:our\s+)?(?:staff|special)\s+(?:reporter|writer|correspondent)s?
      | (?:from\s+)?(?:our\s+)?news\s+agencies
    # other articles
    | (?:read|see|watch|listen|learn|view)\s+(?:more|also|next|now|the\s+full\s+(?:story|article|text|report
      |transcript))
      (?:\s*[:»>|-]\s.{{0,200}}|\s+(?:about|on|from|in|here|at|stories|articles|coverage)\b{_PHRASE}\Z)?
    | (?:read|watch|listen|also\s+read|see\s+also|related|in\s+pictures|photos|video)\s*:\s*.{{1,160}}(?<![.!])\Z
    | (?:also\s+read|related|recommended|suggested|trending|popular|latest|more|most\s+(?:read|popular|viewed|shared)
      |top\s+stories|must[\s-]reads?|up\s+next|elsewhere)
      (?:\s+(?:now|news|articles?|stories|reading|coverage|content|links?|topics?|posts?|videos?|headlines|for\s+you
      |on\s+this(?:\s+(?:story|topic))?|(?:(?:stories|news)\s+)?(?:from|in)\s+(?:our\s+\w+|{_NAMES})))?\s*:?
    | (?:you\s+(?:may|might)(?:\s+also)?\s+(?:like|be\s+interested\s+in)|what\s+to\s+read\s+next|further\s+reading
      |recommended\s+by(?:\s+{_NAMES})?|from\s+the\s+(?:archives?|web)|don['’]t\s+miss|editors?['’]?s?\s+picks?
      |around\s+the\s+web
      |more\s+(?:on|about)\s+this(?:\s+story)?
      |(?:continue|keep)\s+reading(?:\s*[:»>|]\s.{{0,160}}
      |\s+(?:(?:the|this|our|full|main)\s+)*(?:article|story|below|here|after|with|for)\b{_PHRASE})?
      |(?:story|article|text)\s+continues\s+(?:below|after|under|on)\b{_PHRASE}
      |(?:next|previous)\s+(?:article|story|post)(?:\s*[:»>|–—-]\s.{{0,120}})?)\s*:?
    | click\s+(?:here|below|on)\b.{{0,200}} | back\s+to\s+(?:top|news|home)(?:\s*page)?
    | skip\s+(?:to\s+(?:the\s+)?(?:main|primary|content|navigation|menu|search|footer|comments)
      |(?:past\s+)?(?:advert\w*|newsletter))\b{_PHRASE}
    | (?:tap|swipe|scroll)\s+(?:here|down|to)\b{_PHRASE}
    | (?:load|show|see|view)\s+(?:more|all)
      (?:\s+(?:\d+\s+)?(?:stories|articles|news|posts?|comments?|results|updates|photos|videos|images|topics|coverage))?
      (?:\s+(?:by|from|in|on|about)\s+{_NAMES})?
    # share bars, comments, subscriptions
    | share\s+with\s+(?:your\s+)?friends | (?:{_SERVICES}[\s,|/•·:.]*)+
    | (?:follow|like|find|join|contact)\s+(?:(?:us|me)\s+|(?=[^.,;!?]*\Z)(?:our\s+\w+\s+
      |(?:(?-i:[A-Z@][\w'’]*|the)\s+){{1,6}}))(?:on|at|via)\s+(?:facebook|twitter|x|instagram|telegram|whatsapp|linkedin
      |youtube|google\s+news|tiktok|bluesky|threads|social\s+media|@)\b.{{0,120}}
    | (?:follow|like)\s+us(?:\s+(?:here|now|today))?\s*:?
    | (?:sign\s+up|subscribe|register|log\s*in|sign\s+in|join)(?:\s+(?:now|here|today))?
    | (?:please\s+)?(?:sign\s+up|subscribe|register|log\s*in|sign\s+in)\b
      (?:\s+or\s+(?:register|subscribe|sign\s+(?:in|up)))?(?:(?!\bor\b|\bif\b)[^,;.!?]){{0,80}}?\s
      (?:(?:our|your|the|free|daily|weekly|morning|evening|e-?mail)\s+
      (?:[\w-]+\s+){{0,3}}?(?:newsletters?|inbox|e-?mails?|channel|podcasts?|alerts?|updates|account|briefings?|app)
      |newsletters?|(?:full|free|unlimited)\s+access|for\s+free|free\s+trial|to\s+(?:comment|continue|read))\b.{{0,160}}
    | join\s+(?:our|the)\s+(?:\w+\s+){{0,2}}(?:newsletter|channel|conversation|discussion|mailing\s+list)\b{_PHRASE}
    | already\s+(?:(?:an?\s+)?(?:subscri\w+|member|registered)|have\s+an?\s+{_ENTRY})\s*\?(?:{_CALL})?
    | (?:(?:are\s+you\s+)?(?:already\s+an?(?:\s+[\w-]+)?|(?:not|existing)(?:\s+yet)?(?:\s+an?)?|an?)
      \s+(?:subscriber|member)(?:\s+yet)?|not\s+(?:yet\s+)?(?:subscribed|registered)(?:\s+yet)?
      |(?:don['’]t\s+)?(?:have|need)\s+an?\s+{_ENTRY}|new\s+here)\s*\?{_CALL}
    | you\s+(?:must|need\s+to|have\s+to)\s+(?:be\s+)?(?:(?:log(?:ged)?|sign(?:ed)?)\s+in|register(?:ed)?|subscribed?
      |an?\s+(?:\w+\s+)?(?:subscriber|member))\s+to\s+(?:\w+\s+){{0,3}}(?:article|story|content|page|comments?|reading)
    | create\s+an?\s+(?:free\s+)?account(?:\s+(?:now|for\s+free|to\s+(?:read|continue|keep|comment|unlock))\b{_PHRASE})?
      | start\s+(?:your|a)\s+free\s+trial\b{_PHRASE} | unlock\s+(?:this|the(?:\s+full)?)\s+(?:article|story)\b{_PHRASE}
      | (?:for|exclusive(?:ly)?\s+(?:to|for))\s+subscribers(?:\s+only)? | subscribers\s+only
    | (?:this|the)\s+(?:article|story|content|page)\s+is\s+
      (?:(?:for|only|available|exclusive|exclusively|reserved|to)\s+){{1,3}}(?:\w+\s+){{0,2}}(?:subscribers|members)
      (?:\s+only)?(?:\s*[.!:–—-].{{0,160}})?
    | (?:(?:to\s+)?(?:continue|keep)\s+reading|to\s+read(?=[\w\s]{{0,40}}[,:–—-]))
      (?:\s+(?:this|the|our|your|full|rest|of|article|story|more|on|for\s+free))*\s*[,:–—-]?\s*
      (?:please\s+|you\s+(?:must|need\s+to)\s+)?(?:subscribe|register|create|become|(?:sign|log)\s*(?:in|up))\b
      .{{0,120}}
    | you(?:\s+have|['’]ve)\s+(?:(?:reached|used)\b.{{0,60}}\blimit\b.{{0,20}}\b(?:articles|stories)\b
      |\w+\s+free\s+(?:articles?|stories)\b).{{0,160}}
    | (?:support|donate)(?:\s+(?:us|to\s+us|now|here|today))?
      | (?:support|donate\s+to)\s+(?:our|independent|quality)\s+(?:\w+\s+)?(?:work|journalism|newsroom)\b{_PHRASE}
    | become\s+an?\s+(?:member|subscriber|supporter)
      (?:\s+(?:now|today|here|for|from|to\s+(?:read|continue|keep)|and\s+(?:get|enjoy|support))\b{_PHRASE})?
    | (?:listen\s+to|download|save|print|gift|bookmark)\s+(?:this|the)\s+(?:article|story|page|episode|podcast)
      (?:\s*\(.{{0,40}}|\s+(?:here|now|as|in|on|for\s+later)\b{_PHRASE})?
    | (?:get|receive)\s(?:[^.;!?]{{0,120}}\b(?:to|in|into)\s+your\s+(?:e-?mail\s+)?inbox|[^.,;!?]{{0,100}}\b
      (?:by\s+e-?mail|push\s+notifications|(?:our|daily|weekly|free|morning|evening|e-?mail|news)\s+(?:\w+\s+){{0,2}}
      (?:newsletters?|briefings?|alerts?)))\b{_PHRASE}
    | (?:leave|add|post|write|view|show|hide|read)\s+(?:a\s+|your\s+|all\s+)?(?:\d+\s+)?(?:comments?|reply|review)
      (?:\s*\(\d+\)|\s+(?:here|below|cancel\s+reply))?
    | (?:\d+\s+)?comments?(?:\s*\(\d+\))?
      (?:\s+(?:are\s+(?:now\s+)?closed|off|have\s+been\s+disabled)(?:\s+on\b{_PHRASE})?)?
    | (?:have|got)\s+(?:an?\s+|any\s+)?(?:news\s+)?(?:tip|story|comment|question|feedback)s?\b[^.;!?]{{0,60}}\?
      (?=.*(?:\w@\w|\b(?:write|e-?mail|contact|let|tell|send|click|hear|get)\b)).{{0,160}}
    | what\s+(?:do\s+you\s+think|did\s+you\s+think)\?(?:\s*(?:let|tell|share|leave|comment|join)\b.{{0,60}})?
    | promoted | (?:advertisement|advertising|sponsored(?:\s+content)?|paid\s+post|ad)
      (?:(?:\s+[-–—|]\s|\s*[.:|]\s)(?!.*\.\s*\Z){_NO_VERB}.{{0,60}}|\W+scroll\s.{{0,40}})?
    | (?:report\s+this\s+ad|remove\s+ads|this\s+is\s+an?\s+advert(?:isement|orial|ising\s+feature)?|learn\s+more
      |opens?\s+(?:in\s+)?(?:a\s+)?new\s+(?:tab|window))
    | (?:download|get)\s+(?:the|our)\s+[^.,;!?]{{0,40}}\bapp\b{_PHRASE}
    | you(?:\s+are|['’]re|\s+have)?\s+(?:receiving|received|receive|subscribed)\s+
      (?:this|to\s+this|our)\s+(?:e-?mails?|messages?|newsletters?|mail)\b
      (?=.*\b(?:unsubscribe|subscri\w+|newsletters?|signed\s+up|registered|opted|list)\b).{{0,260}}
    | (?:to\s+)?unsubscribe\b.{{0,160}}
    | (?:view|read)\s+(?:this|it)\s+(?:e-?mail\s+)?(?:in|on)\s+your\s+browser\b.{{0,40}}
    # what stands under an article
    | (?:©|copyright\s*(?:©|\(c\)|(?:19|20)\d\d\b)|\(c\)\s*copyright\b).{{0,300}}
      | (?:copyright\W*(?:by\s+)?|\(c\)\s*(?=(?:19|20)\d\d\b)){_NAMES}
    | (?:tags?|topics?|keywords?|categor(?:y|ies)|filed\s+under|posted\s+in|sections?
      |in\s+this\s+story)\s*:\s*{_NO_VERB}.{{0,240}}
    | (?:videos?|photos?|listen|watch|terms\s+(?:of|and)\s+\w+|privacy(?:\s+(?:policy|notice|settings?))?
      |cookie\s+\w+|contact(?:\s+us)?
      |about(?:\s+us)?|careers
      |advertise(?:\s+with\s+us)?|sitemap|accessibility|imprint|help|home|menu|search|newsletters?)
      (?:\s*+[|•·/]\s*+[\w\s]{{1,30}}+)*+
    | this\s+(?:article|story|piece|column)\s+(?:was|has\s+been)\s+(?:\w+\s+)?
      (?:published|appeared|posted|updated|amended|corrected|produced|republished|syndicated)\b.{{0,280}}
    | (?:this|the)\s+(?:article|story|piece|post|report|item|column)\s+(?:(?:was|has\s+been)\s+)?(?:first|originally)\s+
      (?:published|appeared|posted)\s+(?:on|in|by|at)\b[^,;]{{0,80}}
    | the\s+post\s+.{{1,240}}\sappeared\s+first\s+on\s+(?-i:[A-Z])[^,;]{{1,80}}
    | this\s+(?:post|report|item)\s+(?:was|has\s+been)\s+(?:updated|amended|corrected)
      (?:\s+(?:on\s+|at\s+)?(?:{_DATE}|\d{{1,2}}[:.]\d\d){_PHRASE}
      |\s+to\s+(?:correct|clarify|include|reflect|add)\b.{{0,160}})?
    | this\s+(?:article|story|piece|post|report|column)\s+is\s+part\s+of\s+(?:our|an?)\s+(?:[\w’'-]+\s+){{0,3}}
      (?:series|project|coverage)\b.{{0,200}}
    | (?:this\s+article\s+)?(?:originally|first)\s+(?:published|appeared)(?:\s*:|\s+(?:on|in|by|at)\b)
      (?:[^,;]|,(?=\s+(?:\d|{_MONTH}\b))){{0,100}}
    | translation\s+of\s+(?:an?|the)\s+original\s+(?:article|text|story|piece)\b.{{0,240}}
      | translated\s+from\s+(?:an?|the)\s+original(?:\s+\w+)?(?:\s+by\s+{_NAMES})?
    | a\s+version\s+of\s+this\s+(?:article|story)\s+(?:\w+\s+)?(?:appear|ran\b|was\b.{{0,20}}\bpublished).{{0,200}}
    | [a-z]{{2,3}}/[a-z]{{1,3}}
    | (?:republished|reprinted|reproduced)\s+(?:with|by)\s+(?:kind\s+|the\s+)*(?:permission|courtesy|arrangement)\b
      .{{0,160}}
    | our\s+standards\s*:.{{0,60}}\bprinciples\b.{{0,20}}
    | (?:the\s+)?(?:views|opinions)\s+expressed\s+.{{0,120}}?(?:\b(?:are|is|remain)\s[^.,;]{{0,30}}\b
      (?:authors?|contributors?|writers?)\b|\bnot\s+necessarily\b).{{0,200}}
    | all\s+rights\s+reserved.{{0,240}}
    | no\s+part\s+of\s+(?:this|the)\s+\w+\s+may\s+be\s+
      (?:reproduced|copied|published|distributed|transmitted|stored|used)\b.{{0,240}}
    | (?:we|this\s+(?:site|website))\s+uses?\s+(?:\w+\s+)?cookies\b.{{0,340}}
    | accept\s+(?:all|(?:all\s+|optional\s+|necessary\s+)?cookies|all\s+and\s+\w+)
    | by\s+(?:clicking|continuing|using|subscribing|signing\s+(?:up|in))\b
      (?=.*\b(?:terms|polic(?:y|ies)|cookies?|newsletters?|e-?mails?|privacy|site|website)\b)
      .{{0,320}}\byou\b.{{0,40}}\b(?:agree|consent|accept)\b.{{0,200}}
    | (?:end\s+of\s+document|load-date\s*:.{{0,60}}|end|ends|\(end\)|-*\s*30\s*-*|enditem|more\s+to\s+follow)
    )\W*\Z"""

_NAME = r"(?:[A-Z]|de|van|von|bin|al|el|la|di|da|le)[\w.'’-]*+"
#: A byline: capitals decide, so it is judged apart.
_BYLINE = (
    rf"(?:By|BY|Von|Text:|Author:|Written by)\s+{_NAME}(?:\s+{_NAME}){{0,5}}"
    r"(?:(?:\s*,\s*|\s+and\s+|\s+AND\s+|\s*&\s*|\s+in\s+|\s+for\s+|\s+of\s+|\s*[|•·/-]\s*)(?:the\s+)?"
    rf"{_NAME}(?:\s+{_NAME}){{0,5}}){{0,6}}\W*\Z"
)
_DATELINE = (
    # a place alone is a heading: a date, an agency or a dash must follow
    rf"(?=.*(?:\)|[-–—])\s*\Z|.*(?i:{_DATE}))"
    # "Q (Inaudible.)" is no place
    rf"[A-Z](?=[A-Z.'’-])[A-Z.'’ -]{{1,40}}(?:,\s+[A-Z][\w. ]{{1,30}})?(?:,?\s+(?i:{_DATE}))?\s*"
    r"(?:\([A-Z][\w &/.-]{1,40}\))?\s*[-–—:]*\s*\Z"
)
#: So are "Vienna, Wire -" and "The Daily, 14 March 2025", whatever their case.
_PLACE = rf"[^\W\d_][^.!?:;]{{1,50}}(?:\s[—–]|,\s+(?i:{_DATE}))\s*\Z"
_CRUMBS = r"(?:[\w &]{2,30}\s*[>»›]\s*){1,6}[^.!?]{0,120}\Z"
_HEADING = (
    r"(?:(?:also\s+read|see\s+also|related|recommended|suggested|trending|popular|latest|more|most|top|editors?|up\s+next"
    r"|read\s+(?:more|next|also)|you\s+m(?:ay|ight)|what\s+to\s+read|further\s+reading|don['’]t\s+miss|around\s+the\s+web"
    r"|from\s+the\s+web)\b)"
)
#: The head of a forwarded message: one such line may be the article's, three are not.
_HEAD = re.compile(r"[*>\s]*(from|sent|date|to|cc|bcc|reply-to|subject)\s*:", re.I)
_FORWARDED = re.compile(r"\W*(?:begin\s+)?(?:forwarded|original)\s+message\W*\Z", re.I)
_WROTE = re.compile(rf"[> ]*On (?:{_DATE})\W.{{0,200}}\bwrote:\Z", re.I | re.S)
#: A paragraph that Markdown sets in italics or bold as a whole.
_EMPHASIS = re.compile(r"([*_]{1,3})[^\s*_].*\1\Z", re.S)
#: What messengers put before a line, with the signs that join them.
_EMOJI = re.compile("\\A[\u2600-\u27bf\ufe0f\u200d\u20e3\U0001f000-\U0001faff\\s]+")
_RESERVED = r"\ball\s+rights\s+reserved\W*\Z"
_SENTENCE = re.compile(r"[.!?…][\"'’”)\]]*\s*\Z")


def mark_boilerplate(paragraphs: Sequence[str]) -> list[bool]:
    """Say of each paragraph of one article whether it is boilerplate.

    It is if it is, as a whole and by its form, one of these: a dateline or date of publication by itself; a byline or
    credit; a link or heading that leads to other articles, and the headlines below such a heading; a share bar, a call
    to subscribe, comment or follow; an advertisement mark; a copyright, privacy or correction note; a line of tags; the
    head of a forwarded message (sender, day, receivers, subject); a contact, a notice of confidentiality, a line of a
    register (see `is_notice`); a list of references with its heading (see `reference_places`).
    So is a short line that stands in the article three times or more.

    Parameters
    ----------
    paragraphs : sequence of str
        All paragraphs of the article, in order.

    Examples
    --------
    >>> mark_boilerplate(["By Jane Roe", "VIENNA, July 9 - Envoys met on Friday.", "Read more: Oil falls", "Share"])
    [True, False, True, True]
    """
    paragraphs = [text.strip("*_") if _EMPHASIS.match(text) else text for text in paragraphs]
    if len(paragraphs) == 1:
        # a table of paragraphs has millions of these
        return [_is_boilerplate(paragraphs[0])]
    marks = [_is_boilerplate(text) for text in paragraphs]
    if len(marks) < 3:
        # too few to know where one stands
        return marks
    _mark_names(paragraphs, marks)
    _mark_lists(paragraphs, marks)
    _mark_heads(paragraphs, marks)
    for i in reference_places(paragraphs):
        marks[i] = True
    # the turns of a conversation return, too
    short = Counter(text for text in paragraphs if len(text) <= 100 and ":" not in text and not _SENTENCE.search(text))
    for text, n in short.items():
        if n >= 3:
            marks = [mark or paragraph == text for mark, paragraph in zip(marks, paragraphs, strict=True)]
    return marks


def _is_boilerplate(text: str) -> bool:
    if text[:1] > "\u2600":
        text = _EMOJI.sub("", text, count=1)
    word = first_word(text)
    if is_notice(text, word):
        return True
    if len(text) > _LONGEST:
        return False
    if _is_line(text, word):
        return True
    # "Source: The Wire | 14 March 2025 | Editor: jd"
    pieces = text.split(" | ") if " | " in text else []
    return len(pieces) > 1 and all(_is_line(one, first_word(one)) for one in pieces)


def _is_line(text: str, word: str) -> bool:
    # white space once, or to try the rules on a long run of it takes seconds
    if may_begin(text, word) and compiled(_LINES, re.I | re.X | re.S).match(" ".join(text.split())) is not None:
        return True
    end = text[-24:]
    return ("eserved" in end or "ESERVED" in end) and compiled(_RESERVED, re.I).search(text) is not None


def _mark_names(paragraphs: Sequence[str], marks: list[bool]) -> None:
    """Bylines, datelines and paths, where they stand: at the beginning and at the end."""
    last = len(marks)
    for i in (*range(min(8, last)), *range(max(8, last - 3), last)):
        text = paragraphs[i]
        if len(text) > 160 or marks[i]:
            continue
        # what each of them ends with or holds is sooner seen than the whole
        if (
            (text[:1] in "BVTAW" and compiled(_BYLINE).match(text))
            or (
                (text[-1:] in "-–—:)" or text[-1:].isdigit())
                and (compiled(_DATELINE).match(text) or compiled(_PLACE).match(text))
            )
            or ((">" in text or "»" in text or "›" in text) and compiled(_CRUMBS).match(text))
        ):
            marks[i] = True


def _mark_lists(paragraphs: Sequence[str], marks: list[bool]) -> None:
    """The headlines below a heading such as "Related stories"."""
    within = False
    for i, text in enumerate(paragraphs):
        if marks[i]:
            within = within or (compiled(_HEADING, re.I).match(text) is not None and len(text) <= 60)
        elif within:
            within = len(text) <= 160 and _SENTENCE.search(text) is None
            marks[i] = within


def _mark_heads(paragraphs: Sequence[str], marks: list[bool]) -> None:
    """What mail programs put above the message that they forward or quote."""
    for i, text in enumerate(paragraphs):
        if text.endswith("wrote:") and _WROTE.match(text) and re.search("@|\n>", "\n".join(paragraphs[i : i + 2])):
            marks[i] = True
        if text[:9].lstrip("*> \t")[:4].lower() != "from":
            continue
        fields: list[str] = []
        for line in paragraphs[i : i + 8]:
            found = _HEAD.match(line)
            if found is None or len(line) > _LONGEST or (field := found[1].lower()) in fields:
                break
            fields.append(field)
        if len(fields) >= 3:
            marks[i : i + len(fields)] = [True] * len(fields)
            if i and _FORWARDED.match(paragraphs[i - 1]):
                marks[i - 1] = True
