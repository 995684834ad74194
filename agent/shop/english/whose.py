"""Whose data a question asks for: the customer's own, and which of it; somebody else's; what no customer may change.

As in `asking.py`, what the words leave in doubt is not told here.
"""

import re
from typing import Literal, TypeAlias, get_args

from agent.shop.english import kinds, numbers
from agent.shop.english.asking import ANYBODY, SOMEBODY, needs_parcel, spelled

Field: TypeAlias = Literal["name", "email", "address", "user name"]
"""What the account says, a line each; the last line has the day of registration too."""

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
_CARRYING = r"(?:vans?|trucks?|lorr(?:y|ies)|vehicles?|drivers?|couriers?|carriers?|networks?|depots?|services?|hands)"
_DATA = (
    r"(?:orders?|purchases?|history|address(?:es)?|data|details|accounts?|profiles?|parcels?|packages?|e-?mails?|names?"
    r"|status|items?|things|stuff|baskets?|invoices?|information|info|records?|those|that|ones?)"
)
_OTHERS_DATA = re.compile(
    rf"\b{ANYBODY}['’]s\b(?! (?:going|coming|bringing|delivering|carrying|collecting|taking|handling|got it\b))"
    rf"(?! (?:\w+ )?{_CARRYING}\b)"
    rf"|\b{_DATA} (?:of|belonging to) {SOMEBODY}\b|\b(?:about|regarding|concerning) {SOMEBODY}\b"
    rf"|\b{SOMEBODY} (?:\w+ ){{0,2}}(?:order|buy|bought|purchas|paid|pay|spen[dt]|live|own|registered)\w*"
    r"|^\W*(?:please )?(?:show|tell|give|list|read|check|look up|find|track|cancel|return|open)(?: me| us)?"
    rf" {SOMEBODY}\b"
    rf"|\b(?:ordered|bought|placed|purchased|made) (?:by|for) (?:\w+ or )?{SOMEBODY}\b(?! or me\b)"
    rf"|\b(?:as|like|what about|how about|and|or) (?:everyone|everybody) else\b",
    re.IGNORECASE,
)
"""Somebody else's data are asked for: `someone else's orders`, `what did someone else buy`."""
_HANDLES = re.compile(
    r"\b(?:with|by|via|through|using|in|to|from|or|is|was|has|did|does|will|can|could|may|should|than|for|if)"
    rf" {SOMEBODY}\b",
    re.IGNORECASE,
)
"""Somebody else brings, takes or signs for the customer's own parcel: no data of theirs are asked for."""
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


def account_fields(text: str) -> tuple[Field, ...]:
    """What of their own data the customer asks for; nothing where it may be an order, a change or somebody else's."""
    said = spelled(text)
    if _USUALLY.search(said) and _SENDS.search(said) and _SOMEWHERE.search(said):
        return ("address",)
    if kinds.is_likeliest(kinds.ACCOUNT, text) and not _CHANGES.search(said) and (found := _fields(said)):
        return found
    if _OTHER_PERSON.search(text) or _PEOPLE.search(text) or numbers.TYPED_PRODUCT.search(text):
        return ()
    if _OF_ORDERS.search(said) or _CHANGES.search(said):
        return ()
    found = _fields(said)
    if _ALL_OWN.search(said) and not found:
        return get_args(Field)
    return found if _MINE.search(text) or re.search(r"\b(?:account|record|file)\b", said, re.IGNORECASE) else ()


def _fields(said: str) -> tuple[Field, ...]:
    """The fields of an account that a text has words for."""
    found: tuple[Field, ...] = tuple(field for field, words in _OWN if words.search(said))
    if "email" in found:
        return tuple(field for field in found if field not in ("address", "name"))
    return found


def may_be_own(text: str) -> bool:
    """Whether a text may ask for the customer's own data: by a word of theirs, or by speaking of themselves."""
    said = spelled(text)
    return _MINE.search(text) is not None or _ALL_OWN.search(said) is not None or _OWN_WORDS.search(said) is not None


def about_others(text: str, own: str, known: str = "") -> bool:
    """Whether a text asks about other people by saying so, or by a user name that is not the customer's `own`.

    `known` are words that are none: the names of the customer's own items.
    """
    of_own = bool(own) and own.casefold() in text.casefold()
    if _PEOPLE.search(text) or _OTHERS_DATA.search(text) or (kinds.is_likeliest(kinds.OTHERS, text) and not of_own):
        return True
    if re.search(SOMEBODY, text, re.IGNORECASE) and not _HANDLES.search(text) and not needs_parcel(text):
        return True
    names = {name.casefold() for name in _USER_NAME.findall(text)} - {own.casefold()}
    strangers = [name for name in names if name not in known.casefold()]
    does = rf"\b(?:did|does|has|is|was) (?:{'|'.join(map(re.escape, strangers))})\b"
    return bool(strangers) and (_OF_A_USER.search(text) or re.search(does, text, re.IGNORECASE)) is not None


def tampers(text: str) -> bool:
    """Whether a text orders what no customer can: other totals, another status, an administrator's rights."""
    return _TAMPERS.search(text) is not None or kinds.is_likeliest(kinds.INTRUSION, text)
