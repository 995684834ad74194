"""What a question asks of orders, told by its words alone: a parcel, a list, a count, one of them by its place.

Small models take the nearest record for the answer, whatever was asked. What can be told beyond doubt is told here,
once, for what is looked up while the customer types and for the guard over the answer: by the classifier of
`kinds.py`, and by patterns for what has a shape. Where a doubt is left there is no answer here, and the model's stands.
"""

import re
from functools import lru_cache
from typing import Literal

from rapidfuzz.distance import Indel

from agent.shop.english import kinds
from agent.shop.records import Status

STATUSES = {
    "processing": Status.PROCESSING,
    "being processed": Status.PROCESSING,
    "shipped": Status.SHIPPED,
    "out for delivery": Status.OUT_FOR_DELIVERY,
    "delivered": Status.DELIVERED,
    "delayed": Status.DELAYED,
    "cancelled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
    "returned": Status.RETURNED,
}
STATUS_WORDS = "|".join(STATUSES)

_CARRIER = re.compile(
    r"\b(track\w*|trac(?:e|es|ed|ing)|parcels?|packages?|shipments?|consignment|couriers?|carriers?"
    r"|carr(?:y|ies|ying)|postman|vans?|firm|transport|logistics|depots?|last seen|last stop|follow(?:ed|ing)?"
    r"|scan(?:s|ned)?|bring(?:s|ing)?|hauls?|deliver(?:s|ed|ing)? by(?! (?:now|then|today|tomorrow|when|the time)\b)"
    r"|pass(?:ed|ing)? through|journey"
    r"|(?:what|which) (?:town|city|country|place|stop)|ring(?:s|ing)? (?:my|the|our|at)|knocks?|at (?:my|the|our) door"
    r"|(?:who|(?:what|which) (?:company|service))(?:'s|’s| is| has| will)? (?:deliver|ship|hand|got|get)\w*)\b",
    re.IGNORECASE,
)
_GOODS = frozenset({"parcel", "parcels", "package", "packages", "shipment", "shipments", "consignment"})
"""What was ordered may be called so too: `how much was the parcel`."""
_WHERE = re.compile(
    r"\b(arriv\w*|on (?:its|the|their) way|where(?:'s|’s| is| are| was| were| has| have)|when will)", re.IGNORECASE
)
_RECORD = re.compile(
    r"\b(pa(?:id|y)|cost|prices?|total|charged?|amount|set me back|much|spen[dt]|expensive|items?"
    r"|order date|(?:I|I've) (?:order|buy|place|bought|purchase)\w*|ordered|bought|purchase\w*|date of order)\b",
    re.IGNORECASE,
)
"""An order's record answers these, its parcel's does not."""

_CARRIERS = (
    r"(?<![\w-])(?:UPS|DHL|FedEx|DPD|GLS|TNT|USPS|Hermes|Evri|Yodel|Royal Mail|Parcelforce|PostNL|bpost|Correos"
    r"|Colissimo|Chronopost|Canada Post|Australia Post|Swiss Post|Deutsche Post|Purolator|OnTrac|InPost"
    r"|NorthPost|BlueVan|ParcelBee|SwiftLine)\b"
)
_CARRIER_NAME = re.compile(_CARRIERS, re.IGNORECASE)
ANYBODY = r"(?:everyone|everybody|anyone|anybody|somebody|someone|who) else"
SOMEBODY = rf"(?:{ANYBODY}|(?:another|any other|some other) person)"
_ANOTHER_CARRIER = re.compile(
    rf"[,;]?\s*\b{SOMEBODY}\b(?!['’]s\b)|\binstead of (?:the )?{_CARRIERS}"
    r"|\b(?:an|a|some|any|the)? ?(?:other|another|different|second) (?:\w+ )?"
    r"(?:compan(?:y|ies)|couriers?|carriers?|firms?|service|shipper|haulier|post office)\b",
    re.IGNORECASE,
)

_COUNT = re.compile(r"\b(?:how many|how often|number of|count(?: of)?|what number)\b", re.IGNORECASE)
_STATUS = re.compile(
    rf"\b(?:is|are|was|were|has been|have been|have|has|been|that's|what's)(?: (?:now|already|still|currently|just))*"
    rf"(?: (?:anything|something|everything|any|some)(?: of (?:it|them|mine))?)? (?P<predicate>{STATUS_WORDS})\b"
    rf"|\b(?P<attribute>{STATUS_WORDS})(?: by now| right now| already)? (?:ones?|orders?|parcels?|things|purchases?)\b",
    re.IGNORECASE,
)
_OUT_OF_MANY = re.compile(
    r"\b(?:which(?! (?:day|date|carrier|firm|company))|what(?!(?:'s|’s)? (?:day|date|time|happen\w*))|those|ones|orders"
    r"|anything|something|everything|nothing|any|things|purchases|list|stuff)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:not|never|no longer|yet to be)\b|n['’]t\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|when|once|until|till|after|before|can|could I|how do|why|want|wish)\b", re.IGNORECASE)
_SUPPOSED = re.compile(r"\b(?:if|when|once|until|till|what happens)\b", re.IGNORECASE)
_NEWEST = re.compile(
    r"\b(?:newest|latest|most recent(?:ly)?|freshest|lately|most lately"
    r"|last (?:order|purchase)|(?:order|buy|bought|get|got|purchase)\w* last)\b",
    re.IGNORECASE,
)
_DEAREST = re.compile(
    r"\b(?:most expensive|dearest|costliest|most costly|priciest|most pricey|cost(?:s|ing)? (?:me |you )?(?:the )?most"
    r"|most money|(?:highest|biggest|greatest|largest) (?:amount|price|total|sum|bill))\b",
    re.IGNORECASE,
)
_OWN_ORDER = re.compile(
    r"\b(?:my|the)(?: (?:only|one|single|sole))? (?:order|purchase|parcel|package)\b(?! (?:number|history|date|list))"
    r"|\bthe (?:thing|item|one order) I (?:bought|ordered)\b|\bsomething\b.{0,12}\bfrom you\b",
    re.IGNORECASE,
)

_ELSEWHERE = re.compile(
    r"\b(?:address\w*|streets?|house|flat|office|elsewhere|re-?rout\w*|redirect\w*|divert\w*|forward(?:ed)?"
    r"|mov(?:e|ed|ing)|(?:somewhere|someplace) else"
    r"|(?:another|different|other|new|wrong|right) (?:\w+ )?(?:place|town|city|door|person)"
    r"|not be (?:at )?home|(?:send|sent|ship|bring|brought|deliver(?:ed)?|go|goes|going|come) to)\b",
    re.IGNORECASE,
)
"""Words of somebody who wants an order to go to another place."""

_DESCRIBES = re.compile(
    r"\b(?:describ\w*|description|details?|about|like|say|tell me|what is|what's|what’s|information|info|features?)\b",
    re.IGNORECASE,
)
_PRICE_OR_STOCK = re.compile(
    r"\b(?:pay|cost\w*|price\w*|much|stock|available|availability|left|carry|charge|worth|go for|set me back)\b",
    re.IGNORECASE,
)

_BACK = re.compile(
    r"\b(?:it(?! (?:that|when|who)\b)|its|it's|it’s|they|them|their|this one|that one"
    r"|(?:is|was|has|had|did|does|and|of|on|for|with|about|carrying|bringing) (?:that|this)"
    r"(?! (?:is|was|are|were|has|have|I|you|we|my|the)\b)"
    r"(?=$|[^\w\s]|\s(?:one|been|be|bought|ordered|placed|cost|coming)\b))"
    r"|\b(?:I|you|we) (?:order\w*|buy|bought|pa(?:y|id)(?: for)?|place\w*|got?|get)"
    r" (?:it|(?:that|this)(?! (?:is|was|are|were|has|have)\b))\b"
    r"|\bdid (?:that|this) (?:cost|come|arrive|go|ship)\b",
    re.IGNORECASE,
)
"""A question with one of these and no order in it goes on about the last one."""
_OTHER = re.compile(
    r"\b(?:the|my|that) (?:other|remaining|left(?:over)?|second|2nd|next)"
    r"(?: (?:one|order|purchase|parcel|package)\b|(?=\s*(?:$|[?.!,]|\b(?:please|too|then|now)\b)))"
    r"|\bthe one (?:that's |that’s |that is )?left(?: over)?\b|\bthe order you didn['’]t mention\b",
    re.IGNORECASE,
)
_NTH = re.compile(
    r"\b(?:the|my) (?P<nth>first|1st|second|2nd|third|3rd|fourth|4th|fifth|5th|sixth|seventh|eighth|last)"
    r"(?: (?:one|order|purchase|parcel|package)\b|(?=\s*(?:$|[?.!,]|\b(?:please|too|then|now|on the list)\b)))",
    re.IGNORECASE,
)
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
_BEFORE = re.compile(
    r"\bthe (?:one|order|purchase|parcel) (?:before|previous to|prior to)(?: (?:that|it|this))?\b"
    r"|\bthe (?:previous|preceding|older) (?:one|order|purchase)\b",
    re.IGNORECASE,
)

_VOCABULARY = re.findall(
    r"\w+",
    "tracking track parcel parcels package shipment courier carrier carriers carries carrying follow deliver delivery"
    " delivered dispatched shipped arrive cancel cancelled cancellation return returned refund address street account"
    " profile registered register joined processing delayed orders purchase bought email newest latest recent price"
    " total number second other reroute redirect somewhere elsewhere another different",
)
_WORD = re.compile(r"[^\W\d_]{5,}")

LEFT = (Status.SHIPPED, Status.OUT_FOR_DELIVERY, Status.DELAYED)
_OF_STATUS: tuple[tuple[tuple[Status, ...], re.Pattern[str]], ...] = tuple(
    (statuses, re.compile(rf"\b(?:{words})", re.IGNORECASE))
    for statuses, words in (
        ((Status.PROCESSING,), r"process|prepar|pack(?:ed|ing)|warehouse"),
        ((Status.SHIPPED,), r"shipped|dispatched"),
        (LEFT, r"(?:on|under) ?(?:its|their|the)? ?way|in transit|en route|travell?ing"),
        ((Status.OUT_FOR_DELIVERY,), r"out for delivery|on the van"),
        ((Status.DELIVERED,), r"delivered|arrived|received|reached me|got here|come already"),
        ((Status.DELAYED,), r"delay|late\b|overdue|held up|running behind|stuck"),
        ((Status.CANCELLED,), r"cancel|called off|scrapped"),
        ((Status.RETURNED,), r"return|sent back|ga?iven? back|went back"),
    )
)
"""By which words a question for orders says where they stand."""
_TO_COME = re.compile(
    r"(?:n['’]t|\bnot|\bnever|\byet to|\bnothing) (?:\w+ ){0,2}"
    r"(?:arrived?|come|came|been delivered|delivered|reached|here)\b"
    r"|\bstill (?:to come|coming|outstanding|missing|waiting)|\boutstanding\b|\bwaiting for\b",
    re.IGNORECASE,
)
"""What is not there yet, wherever it is."""


def spelled(text: str) -> str:
    """The text in lower case where a slip of the finger is put right: `the trcaking` → `the tracking`.

    Only in the words by which this module tells what is asked: letters that changed places, one too many or too few.
    """
    return _WORD.sub(lambda found: _spelled(found.group().lower()) or found.group(), text)


@lru_cache(maxsize=16_384)
def _spelled(word: str) -> str:
    """The word that is meant, empty where it stands as it is."""
    if word in _VOCABULARY:
        return ""
    swapped = [one for one in _VOCABULARY if sorted(one) == sorted(word) and Indel.distance(one, word) == 2]
    if swapped:
        return swapped[0]
    # Not for a word that only has another ending: `carriers`, `returns`.
    near = [one for one in _VOCABULARY if len(one) >= 6 and one[0] == word[0] and one[-1] == word[-1]]
    return next((one for one in near if Indel.distance(one, word) == 1), "")


def asks_for_parcel(text: str) -> bool:
    """Whether a text asks where something is, or who brings it, and not what it is."""
    if kinds.is_likeliest(kinds.PARCEL, text):
        return True
    text = spelled(text)
    if _CARRIER.search(text) or _CARRIER_NAME.search(text):
        return True
    return _WHERE.search(text) is not None and _RECORD.search(text) is None


def needs_parcel(text: str) -> bool:
    """Whether only the parcel's record can answer: who brings it, its number, its stops."""
    if kinds.is_likeliest(kinds.PARCEL, text):
        return True
    text = spelled(text)
    if _CARRIER_NAME.search(text):
        return True
    found = {one.lower() for one in _CARRIER.findall(text)}
    return bool(found) and not (found <= _GOODS and _RECORD.search(text) is not None)


def without_another(text: str) -> str:
    """The text without another carrier or person who may bring or take a parcel: `or someone else` names no order."""
    return _ANOTHER_CARRIER.sub(" ", text)


def asks_to_count(text: str) -> bool:
    """Whether a text asks how many orders there are, of a status or in all."""
    if kinds.is_likeliest(kinds.COUNT, text):
        return True
    text = spelled(text)
    counted = re.search(r"\b(?:orders|purchases|ones|things)\b", text, re.IGNORECASE) or _STATUS.search(text)
    return _COUNT.search(text) is not None and counted is not None


def statuses_asked(text: str) -> tuple[Status, ...]:
    """The statuses whose orders a text asks for: mostly one; several where it asks what is on its way or to come."""
    text = spelled(text)
    if kinds.is_likeliest(kinds.BY_STATUS, text) and not _SUPPOSED.search(text):
        if _TO_COME.search(text):
            return Status.PROCESSING, *LEFT
        told = [statuses for statuses, words in _OF_STATUS if words.search(text)]
        return told[0] if len(told) == 1 and not _NEGATED.search(text) else ()
    found = _STATUS.search(text)
    if found is None or not _OUT_OF_MANY.search(text) or _NEGATED.search(text) or _CONDITION.search(text):
        return ()
    return (STATUSES[(found.group("predicate") or found.group("attribute")).lower()],)


def extreme_asked(text: str) -> Literal["newest", "dearest", ""]:
    """Whether a text asks which order is the newest or the dearest."""
    text = spelled(text)
    newest = _NEWEST.search(text) is not None or kinds.is_likeliest(kinds.NEWEST, text)
    dearest = _DEAREST.search(text) is not None or kinds.is_likeliest(kinds.DEAREST, text)
    if newest == dearest:
        return ""
    return "newest" if newest else "dearest"


def speaks_of_one(text: str) -> bool:
    """Whether a text speaks of the customer's order as if there were only one."""
    return _OWN_ORDER.search(text) is not None


def wants_elsewhere(text: str) -> bool:
    """Whether a text may ask for an order to go to another place."""
    return _ELSEWHERE.search(spelled(text)) is not None


def asks_what_it_is(text: str) -> bool:
    """Whether a text asks what a product is, and not for its price or stock."""
    return _DESCRIBES.search(text) is not None and _PRICE_OR_STOCK.search(text) is None


def goes_back(text: str) -> bool:
    """Whether a text goes on about what the last answer told of."""
    return _BACK.search(text) is not None


def place_asked(text: str) -> int | Literal["other", "before"] | None:
    """Which order a text means by its place: 0 for the first one, -1 for the last; the other one; the one before."""
    text = spelled(text)
    if _BEFORE.search(text):
        return "before"
    nth = _NTH.search(text)
    if nth is not None and nth.group("nth").lower() not in ("second", "2nd"):
        said = nth.group("nth").lower()
        return -1 if said == "last" else int(said[0]) - 1 if said[0].isdigit() else _PLACES.index(said)
    if _OTHER.search(text):
        return 1 if nth is not None else "other"
    return None
