"""What the words of a question ask for, where its kind leaves several things open.

The lines are not known here, so this is English in general. Where the words say nothing, every reading that a fair
person might have is right.
"""

import re
from datetime import timedelta
from functools import cache

from training.exam.shop import TODAY
from training.exam.truth import STATUSES, Order

OPEN = ("Processing", "Shipped", "Out for delivery", "Delayed")
FIELDS = (
    ("email", r"e-?mail(?: address| account)?|mailbox"),
    ("user name", r"user ?-?(?:name|id)|log ?-?in(?: name)?|logged in|sign ?-?in name|customer (?:number|id)"),
    ("since", r"\bsince\b|how (?:long|old)|when (?:did|was|have)\b|\bjoined\b|customer for|member for"),
    ("address", r"address|street|live|postcode|zip|deliver(?:ed|y)? to|where (?:do|does|will|would) you"),
    ("name", r"\bnames?\b|called|spel"),
)
ALL_FIELDS = ("name", "email", "address")
STATUS_WORDS: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...] = (
    (
        r"(?:\bnot|n't|n’t|yet to|never|waiting|await\w*|outstanding|still (?:open|owe|to come|coming)|pending|\bopen\b"
        r"|in progress|unfinished|undelivered|active|ongoing|missing)"
        r"(?:[^.?!]{0,25}\b(?:arriv\w*|deliver\w*|here|come|received?|reached|got\w*|shown up|turned up))?",
        (OPEN, OPEN[1:], OPEN[:3], ("Processing", "Delayed"), ("Processing",)),
    ),
    (r"out for delivery|\btoday\b|\bvan\b|with the (?:driver|courier)", (("Out for delivery",),)),
    (
        r"on (?:the|its|their) way|in transit|under ?way|en route|\bcoming\b|travell?ing|moving|shipped|dispatched"
        r"|sent out|posted|left (?:the|your) warehouse|with the carrier",
        (("Shipped", "Out for delivery"), ("Shipped",), OPEN[1:], OPEN),
    ),
    (r"process\w*|prepar\w*|pack\w*|in the warehouse|being made ready", (("Processing",), ("Processing", "Delayed"))),
    (r"\blate\b|delay\w*|held (?:up|back)|behind|overdue|stuck", (("Delayed",),)),
    (r"cancel\w*|called off", (("Cancelled",),)),
    (r"return\w*|(?:s[ae]nt|sen[dt]ing|send) \w{0,8} ?back|gave back|given back", (("Returned",),)),
    (r"deliver\w*|arriv\w*|received|complete\w*|\bdone\b|got here|finished", (("Delivered",),)),
)
ORDERED = re.compile(
    r"\b(?:did|have|had|'ve|’ve|was|were|i)\b[^.?!]*\b(?:order(?:ed)?|bought|buy|purchas\w+|plac\w+)\b"
    r"|(?:order|purchase) date|date of (?:the |my )?(?:order|purchase)|how long ago",
    re.I,
)
ARRIVAL = re.compile(
    r"arriv|deliver|\bcom(?:e|es|ing)\b|\bhere\b|\bdue\b|expect|\beta\b|reach|receiv|(?:turn|show)s? up|\bland"
    r"|\bget(?:s|ting)?\b|have it|\bwait",
    re.I,
)
SHIPPED = re.compile(r"shipp?|dispatch|\bsent\b|\bsend\b|\bleft\b|\bleave\b|\bposted\b", re.I)
TRACKING = re.compile(r"track\w*[\s-]*(?:number|no\b|code|id\b|ref|link|#)|\bcode\b|number to follow", re.I)
TRACK = re.compile(r"track|follow", re.I)
CARRIER = re.compile(
    r"carrier|courier|(?:which|what) (?:company|firm|service|delivery|shipp\w+)|\bwho(?:'s|’s| is| are| will| has|m)?\b"
    r"|shipping (?:company|firm|service|with)|delivery (?:company|firm|service)|postal",
    re.I,
)
PLACE = re.compile(
    r"\bwhere|last (?:seen|scan|stop)|how far|got to|location|update|depot|progress|whereabouts|current", re.I
)
PRICE = re.compile(r"cost|price|how much|\$|expensive|charge|sells? for|dollars|set me back|pay", re.I)
STOCK = re.compile(
    r"stock|availab|sold out|get hold|any left|have any|still (?:sell|have)|can i (?:get|buy|order)", re.I
)
ABOUT = re.compile(
    r"what(?:'s|’s| is| kind| sort| exactly| even)|tell me|descri|detail|info|about|look(?:s)? like", re.I
)
HOW = re.compile(
    r"\bhow\b|\bfees?\b|\bcosts?\b|\bcan i\b|\bcould i\b|\bmay i\b|\bis it\b|\bam i\b|possible|too late|still time"
    r"|\bany way\b|what (?:do|should|happens)|\bpolicy\b",
    re.I,
)
"""A question whether and how something goes: an article answers it as honestly as the change itself."""
COSTS = re.compile(r"how much|\bfees?\b|\bcosts?\b|charge|for free", re.I)
"""A question what a change costs: nobody wants it made by asking that."""
HOW_IT_IS = re.compile(r"\bstatus\b|\bwhere\b|\bhow(?:'s|’s| is)\b|shipped|arriv|deliver", re.I)
FOR_A_PERSON = re.compile(r"person|human|manager|supervisor|someone|somebody|agent|complain|in charge|speak|talk", re.I)
TO_REACH = re.compile(r"phone|\bcall\b|number|e-?mail|hours|\bopen\b|reach|contact", re.I)
NOT_HELD = re.compile(r"phone|telephone|mobile|birth|\bcard\b|payment|bank|language|gender", re.I)
"""What an account of this shop does not hold."""
WHETHER = re.compile(r"\b(?:any|anything|anyone|is there|are there|do i have|have i|has any)", re.I)
"""A question whether there are some: their number answers it as a list does."""
DEFAULT_ADDRESS = re.compile(
    r"default|account|profile|future|from now on|all (?:of )?my orders|saved|on file|always|every order", re.I
)
NEWEST = re.compile(r"\b(?:last|latest|newest|most recent)\b[^.?!]*\b(?:order|purchase|one)\b", re.I)
HOW_MANY = re.compile(r"how many|number of|count", re.I)
COMPARES_PRICES = re.compile(r"cost|price|expensive|cheaper|dearer|how much|total|paid|pay\b|spen[dt]", re.I)


def account_fields(text: str) -> tuple[str, ...]:
    """The fields of the account that are asked for; empty where the words do not say."""
    found: list[str] = []
    for field, words in FIELDS:
        rest = re.sub(words, " ", text, flags=re.I)
        if rest != text:
            found.append(field)
            text = rest
    return tuple(found)


@cache
def statuses(text: str) -> tuple[tuple[str, ...], ...]:
    """The sets of statuses that may be asked for, each an honest reading; empty where the words name none."""
    found: list[tuple[tuple[str, ...], ...]] = []
    for words, readings in STATUS_WORDS:
        rest = re.sub(words, " ", text, flags=re.I)
        if rest != text:
            found.append(readings)
            text = rest
    if len(found) < 2:
        return found[0] if found else ()
    joined = {status for readings in found for status in readings[0]}
    return (tuple(status for status in STATUSES if status in joined), *(one for two in found for one in two))


def period(text: str) -> str:
    """`2025`, `2025-10` or nothing: the beginning of the dates that a question is about."""
    month = TODAY.replace(day=1) - timedelta(days=1)
    for words, start in (
        (r"this year|so far in 20\d\d|year to date", f"{TODAY.year}"),
        (r"last year|previous year", f"{TODAY.year - 1}"),
        (r"this month", f"{TODAY:%Y-%m}"),
        (r"last month", f"{month:%Y-%m}"),
    ):
        if re.search(words, text, re.I):
            return start
    year = re.search(r"\b20[12]\d\b", text)
    return year[0] if year else ""


def within(order: Order, start: str) -> bool:
    """Whether the order was placed then."""
    return order.ordered_on.isoformat().startswith(start)
