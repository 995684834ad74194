"""Whether a text wants a change: of "my order" in so many words, or only to know what became of one.

`where's my refund?` holds every word of a wish for a return and wants none.
"""

import re

from agent.shop.english.asking import spelled

_REQUEST = r"^\W*(?:(?:hi|hello|hey|please|can|could|would|will|you|I|I'd|I’d|like|want|need|wish|to|just|now|so)\W+)*"
_MY_CHANGE = {
    name: re.compile(rf"{_REQUEST}{verb} (?:my|the|this) (?:(?:last|only|current|new) )?{goods}\b", re.IGNORECASE)
    for name, verb, goods in (
        ("cancel_order", "cancel", "(?:order|purchase)"),
        ("request_return", "(?:return|send back|give back)", "(?:order|purchase|parcel)"),
    )
}
_REFUND = r"(?:refund\w*|money back|reimbursement|return|cancellation)"
_OPENING = r"^\W*(?:(?:and|so|but|hi|hello|hey|please|tell|me|if|whether|sorry)\W+)*"
_AFTER_A_CHANGE = re.compile(
    r"\b(?:where(?:['’]s| is| are| has)?|when(?:['’]s| is| will| do| does| can I expect)?|how(?:['’]s| is) my|how long"
    r"|what(?:['’]s| is| has)? (?:happen\w*|about|going on|the status)|status|news|update|any sign|waiting)\b"
    rf"[^.!?]{{0,40}}\b{_REFUND}\b"
    r"|\b(?:haven['’]?t|not|never|did(?:n['’]t)? I) (?:\w+ ){0,2}(?:got(?:ten)?|get|received?|seen|see)\b"
    rf"[^.!?]{{0,30}}\b{_REFUND}\b"
    rf"|\b{_REFUND}\b[^.!?]{{0,40}}\b(?:arriv\w*|come|came|coming|through|processed|status|update|news|show\w* up"
    r"|been (?:paid|sent|made)|on (?:its|the) way)\b"
    rf"|{_OPENING}(?:is|was|were|has|have (?:you|they|we|I)|(?:why|when) (?:is|was|were|has))\b"
    r"(?! (?:it|there) (?:possible|a way|any way))[^.!?]{0,60}"
    r"\b(?:cancell?ed|returned|refunded|redirected|registered)\b"
    rf"|{_OPENING}(?:(?:why|when) )?did\b[^.!?]{{0,60}}\b(?:cancel|return|refund|redirect|register)\b",
    re.IGNORECASE,
)
_WANTS = re.compile(
    r"\b(?:(?:I|we)(?:['’]d)? (?:\w+ )?(?:want|like|wish|need|love)(?! to (?:know|hear|ask|see|check))"
    r"|(?:can|could|may|might|must|should|do) (?:I|we|you)|let me|(?:want|like) (?:it|this|that)|register|book)\b"
    r"|(?:^|[.!?;,] ?|\band |\bthen |\bplease )(?:return|cancel|send|refund|take)\b(?! (?:status|update|news|request))",
    re.IGNORECASE,
)


def change_of_mine(text: str) -> str:
    """The change of "my order" that a text asks for in so many words; an address has to be given with it."""
    return next((name for name, words in _MY_CHANGE.items() if words.search(spelled(text))), "")


def asks_how_a_change_stands(text: str) -> bool:
    """Whether a text asks what became of a change or a refund, and wants none: `where's my refund?`."""
    return _AFTER_A_CHANGE.search(spelled(text)) is not None and _WANTS.search(text) is None
