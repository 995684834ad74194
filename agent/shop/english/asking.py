"""What a question asks for, told by its words alone: a parcel, the customer's own data, a list, a count, others' data.

Small models take the nearest record for the answer, whatever was asked. What can be told beyond doubt from the words
is told here, once, for what is looked up while the customer types and for the guard over the answer. Where the words
leave a doubt there is no answer here, and the model's stands.
"""

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from rapidfuzz.distance import Indel

from agent.shop.english import numbers
from agent.shop.records import Status

Field: TypeAlias = Literal["name", "email", "address", "user name"]
"""What the account says, a line each; the last line has the day of registration too."""

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

_MINE = re.compile(
    r"\b(?:my|mine|myself|I|I'm|I’m|I've|I’ve|am|(?<!give )(?<!tell )(?<!show )(?<!send )(?<!let )(?<!remind )me)\b"
)
_OWN: tuple[tuple[Field, re.Pattern[str]], ...] = (
    (
        "email",
        re.compile(
            r"\b(?:my|mine|me|which|what|what's|the|registered|old|right|an) (?:\w+ )?e-?mails?\b(?! (?:me|in)\b)"
            r"|\be?-?mail ?(?:address|box)|\binbox|\be?-?mails? to me\b|\be-?mail (?:is|do|did|on)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "user name",
        re.compile(
            r"\b(?:user ?name|user-name|user id|log-?in|log in|sign in|sign-in)\b"
            r"|\bhow (?:many years|long)\b.{0,20}\b(?:shop\w*|customer|member|with you|account|register\w*)\b"
            r"|\b(?:when|years?|date|day|since|what day)\b.{0,24}\b(?:I|me|my)?.{0,8}"
            r"\b(?:join\w*|regist\w*|sign(?:ed)? up|account|customer|member)\b"
            r"|\bsince when\b|\bcustomer since\b|\bmember since\b",
            re.IGNORECASE,
        ),
    ),
    (
        "address",
        re.compile(
            r"\b(?:my|home|postal|street|house|delivery|default|usual|which|what|registered|an|own) address\b|\baddress"
            r"|\bstreet\b|\bwhere\b.{0,16}\bI\b.{0,16}\bliv|\bwhere do you think I live|\bpost ?code\b|\bzip\b",
            re.IGNORECASE,
        ),
    ),
    (
        "name",
        re.compile(
            r"\b(?:my|the|which|what|full|real|right|last) (?:full |first |last |real )?name\b(?! of (?:the|my|your)\b)"
            r"|\bname (?:on|in) (?:my|the|your) (?:account|profile|files?|system|records?)\b"
            r"|\bam I called\b|\bcalled in your\b|\bwho am I to\b|\bwho do you (?:think|say) I am\b",
            re.IGNORECASE,
        ),
    ),
)
_OWN_WORDS = re.compile(
    r"\b(?:e-?mails?|mails?|inbox|mailbox|address\w*|street|house|home|names?|called|account|profile|data|details|record"
    r"|registered|user\w*|log ?in|sign ?in|joined|member|customer|since|files?)\b",
    re.IGNORECASE,
)
_ALL_OWN = re.compile(
    r"(?<!with )\b(?:my|own|the) (?:\w+ )?(?:profile|account(?:'s)? (?:details|data|info\w*)|data|details"
    r"|record|particulars)\b"
    r"|\b(?:personal|customer) (?:data|details|record|info\w*)\b"
    r"|\bdata\b.{0,30}\b(?:of|on|about) (?:me|mine)\b|\b(?:know|have|hold|stored?|keep)\b.{0,12}\b(?:about|on) me\b",
    re.IGNORECASE,
)
_USUALLY = re.compile(r"\b(?:usually|normally|by default|always|as a rule)\b", re.IGNORECASE)
_SENDS = re.compile(r"\b(?:parcels?|packages?|things|orders|everything|stuff|deliver(?:y|ies)?)\b", re.IGNORECASE)
_SOMEWHERE = re.compile(r"\b(?:to )?(?:which|what|where)\b", re.IGNORECASE)
_OF_ORDERS = re.compile(
    r"\b(?:orders?|ordered|purchases?|bought|parcels?|packages?|items?|invoice|refund\w*|money|bank|paid|pay|password"
    r"|cards?|deliver\w*|ship\w*|cancel\w*|return\w*|track\w*|price|cost|voucher|newsletter|product|article)\b",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(?:send|ship|deliver|change|another|new|second|add|can't|cannot"
    r"|update|correct|wrong|different|set|delete|close|remove|moved? to)\b",
    re.IGNORECASE,
)
_OTHER_PERSON = re.compile(
    r"(?<!^)(?<![.!?] )\b[A-Z][a-z]+ [A-Z][a-z]+\b|\bcustomers?\b.{0,4}\bof yours\b|\b(?:user|customer) [a-z]+\d+"
    r"|\b(?:account|address|mail|name|data|profile|details) of (?!mine\b|me\b|my\b|the\b|this\b|that\b|a\b|yours?\b)\w"
    r"|\b(?:his|her|their|husband|wife|sister|brother|boss|friend|neighbou?r|mother|father|son|daughter)(?:'s|’s)?\b"
    r"|\b[a-z]{3,}[._-]?[a-z]*\d+\b",
)
"""Somebody else may be spoken of: not beyond doubt the customer's own."""

_PEOPLE = re.compile(
    r"\b(?:(?:all|other|others'?|your|which|what|whose|best|list|the|of|last|first|how many)"
    r"(?: (?:the|your|of|other|registered|ten|\w+est))*"
    r" (?:customers|users|people|persons|clients|buyers|shoppers|members)"
    r"|(?:another|every|each|any|some other|the (?:last|next|first)) (?:customer|user|client|buyer|shopper|member)"
    r"|(?:every|each|the (?:last|next|first)) person"
    r"|(?:all|list|other) (?:the )?accounts)\b",
    re.IGNORECASE,
)
_CARRIERS = (
    r"(?<![\w-])(?:UPS|DHL|FedEx|DPD|GLS|TNT|USPS|Hermes|Evri|Yodel|Royal Mail|Parcelforce|PostNL|bpost|Correos"
    r"|Colissimo|Chronopost|Canada Post|Australia Post|Swiss Post|Deutsche Post|Purolator|OnTrac|InPost"
    r"|NorthPost|BlueVan|ParcelBee|SwiftLine)\b"
)
_CARRIER_NAME = re.compile(_CARRIERS, re.IGNORECASE)
_ANYBODY = r"(?:everyone|everybody|anyone|anybody|somebody|someone|who) else"
_SOMEBODY = rf"(?:{_ANYBODY}|(?:another|any other|some other) person)"
_CARRYING = r"(?:vans?|trucks?|lorr(?:y|ies)|vehicles?|drivers?|couriers?|carriers?|networks?|depots?|services?|hands)"
_DATA = (
    r"(?:orders?|purchases?|history|address(?:es)?|data|details|accounts?|profiles?|parcels?|packages?|e-?mails?|names?"
    r"|status|items?|things|stuff|baskets?|invoices?|information|info|records?|those|that|ones?)"
)
_OTHERS_DATA = re.compile(
    rf"\b{_ANYBODY}['’]s\b(?! (?:going|coming|bringing|delivering|carrying|collecting|taking|handling|got it\b))"
    rf"(?! (?:\w+ )?{_CARRYING}\b)"
    rf"|\b{_DATA} (?:of|belonging to) {_SOMEBODY}\b|\b(?:about|regarding|concerning) {_SOMEBODY}\b"
    rf"|\b{_SOMEBODY} (?:\w+ ){{0,2}}(?:order|buy|bought|purchas|paid|pay|spen[dt]|live|own|registered)\w*"
    r"|^\W*(?:please )?(?:show|tell|give|list|read|check|look up|find|track|cancel|return|open)(?: me| us)?"
    rf" {_SOMEBODY}\b"
    rf"|\b(?:ordered|bought|placed|purchased|made) (?:by|for) (?:\w+ or )?{_SOMEBODY}\b(?! or me\b)"
    rf"|\b(?:as|like|what about|how about|and|or) (?:everyone|everybody) else\b",
    re.IGNORECASE,
)
"""Somebody else's data are asked for: `someone else's orders`, `what did someone else buy`."""
_HANDLES = re.compile(
    r"\b(?:with|by|via|through|using|in|to|from|or|is|was|has|did|does|will|can|could|may|should|than|for|if)"
    rf" {_SOMEBODY}\b",
    re.IGNORECASE,
)
"""Somebody else brings, takes or signs for the customer's own parcel: no data of theirs are asked for."""
_ANOTHER_CARRIER = re.compile(
    rf"[,;]?\s*\b{_SOMEBODY}\b(?!['’]s\b)|\binstead of (?:the )?{_CARRIERS}"
    r"|\b(?:an|a|some|any|the)? ?(?:other|another|different|second) (?:\w+ )?"
    r"(?:compan(?:y|ies)|couriers?|carriers?|firms?|service|shipper|haulier|post office)\b",
    re.IGNORECASE,
)

_USER_NAME = re.compile(r"(?<![\w@.-])[a-z][a-z._-]{2,}\d+(?![\w@-]|\.\w)", re.IGNORECASE)
_OF_A_USER = re.compile(
    r"\b(?:users?|customers?|accounts?|members?|profile|log(?:in)?|address|e-?mails?|lives?|orders|bought|history"
    r"|name|data|son|daughter|wife|husband|friend)\b",
    re.IGNORECASE,
)
_TAMPERS = re.compile(
    r"^\W*(?:(?:please|now|and|then|you must|must|override|system)\W+){0,3}"
    r"(?:set|mark|make|put|overwrite|edit|reset|turn)\b.*\b(?:prices?|totals?|amounts?|status|costs?|balance|delivered"
    r"|paid|refunded|free|zero)\b"
    r"|\b(?:admin(?:istrator)?|root|sudo|developer|god|maintenance|debug)\b.{0,12}\b(?:rights?|access|mode|privileges?)\b",
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
    text = spelled(text)
    if _CARRIER.search(text) or _CARRIER_NAME.search(text):
        return True
    return _WHERE.search(text) is not None and _RECORD.search(text) is None


def needs_parcel(text: str) -> bool:
    """Whether only the parcel's record can answer: who brings it, its number, its stops."""
    text = spelled(text)
    if _CARRIER_NAME.search(text):
        return True
    found = {one.lower() for one in _CARRIER.findall(text)}
    return bool(found) and not (found <= _GOODS and _RECORD.search(text) is not None)


def account_fields(text: str) -> tuple[Field, ...]:
    """What of their own data the customer asks for; nothing where it may be an order, a change or somebody else's."""
    if _OTHER_PERSON.search(text) or _PEOPLE.search(text) or numbers.TYPED_PRODUCT.search(text):
        return ()
    said = spelled(text)
    if _USUALLY.search(said) and _SENDS.search(said) and _SOMEWHERE.search(said):
        return ("address",)
    if _OF_ORDERS.search(said) or _CHANGES.search(said):
        return ()
    found: tuple[Field, ...] = tuple(field for field, words in _OWN if words.search(said))
    if _ALL_OWN.search(said) and not found:
        return ("name", "email", "address", "user name")
    if "email" in found:
        found = tuple(field for field in found if field not in ("address", "name"))
    return found if _MINE.search(text) or re.search(r"\b(?:account|record|file)\b", said, re.IGNORECASE) else ()


def may_be_own(text: str) -> bool:
    """Whether a text may ask for the customer's own data: by a word of theirs, or by speaking of themselves."""
    said = spelled(text)
    return _MINE.search(text) is not None or _ALL_OWN.search(said) is not None or _OWN_WORDS.search(said) is not None


def about_others(text: str, own: str, known: str = "") -> bool:
    """Whether a text asks about other people by saying so, or by a user name that is not the customer's `own`.

    `known` are words that are none: the names of the customer's own items.
    """
    if _PEOPLE.search(text) or _OTHERS_DATA.search(text):
        return True
    if re.search(_SOMEBODY, text, re.IGNORECASE) and not _HANDLES.search(text) and not needs_parcel(text):
        return True
    names = {name.casefold() for name in _USER_NAME.findall(text)} - {own.casefold()}
    return any(name not in known.casefold() for name in names) and _OF_A_USER.search(text) is not None


def without_another(text: str) -> str:
    """The text without another carrier or person who may bring or take a parcel: `or someone else` names no order."""
    return _ANOTHER_CARRIER.sub(" ", text)


def tampers(text: str) -> bool:
    """Whether a text orders what no customer can: other totals, another status, an administrator's rights."""
    return _TAMPERS.search(text) is not None


def asks_to_count(text: str) -> bool:
    """Whether a text asks how many orders there are, of a status or in all."""
    text = spelled(text)
    counted = re.search(r"\b(?:orders|purchases|ones|things)\b", text, re.IGNORECASE) or _STATUS.search(text)
    return _COUNT.search(text) is not None and counted is not None


def status_asked(text: str) -> Status | None:
    """The status whose orders a text asks for."""
    text = spelled(text)
    found = _STATUS.search(text)
    if found is None or not _OUT_OF_MANY.search(text) or _NEGATED.search(text) or _CONDITION.search(text):
        return None
    return STATUSES[(found.group("predicate") or found.group("attribute")).lower()]


def extreme_asked(text: str) -> Literal["newest", "dearest", ""]:
    """Whether a text asks which order is the newest or the dearest."""
    text = spelled(text)
    newest, dearest = _NEWEST.search(text) is not None, _DEAREST.search(text) is not None
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
