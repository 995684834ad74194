"""The address that a text gives, in the customer's own words."""

import re

_AFTERWARDS = re.compile(
    r"[\s,.;:!-]+(?:please|pls|thanks?(?: you)?|now|instead|from now on|today|asap|ok(?:ay)?)[.!]*$", re.IGNORECASE
)
_BEFORE = re.compile(r"^(?:now|the following|this|this one|as follows|be)\b[\s:,-]*(?=\S)", re.IGNORECASE)
_GIVEN = (
    re.compile(
        r"^.*(?:\bto|\bis|\bat|\bin|\bwith|:|\bagainst|\bas|->|=)\s+(?P<address>[^\s?].*)$", re.IGNORECASE | re.DOTALL
    ),
    re.compile(r"^\W*(?P<address>\d.*?)[\s,.;-]+(?:is|that'?s|as) (?:now )?(?:my|our|the) ", re.IGNORECASE | re.DOTALL),
    re.compile(r"(?P<address>\b\d+[a-z]?,? (?:[A-Z][\w'’-]*,? ?){2,}\d*)"),
)
"""After the word that announces it, before one that says what it was, or a number with names behind it."""
LEAST_WORDS = 2


def address_in(text: str) -> str:
    """The address that a text gives; empty where it gives none. An address has a number and a word or more."""
    for given in _GIVEN:
        if (found := given.search(text)) and is_address(address := tidy(found["address"])):
            return address
    return ""


def is_address(text: str) -> bool:
    """Whether a text may be an address and nothing else."""
    words = re.findall(r"[^\W_]+", text)
    return "?" not in text and any(map(str.isdigit, text)) and len(words) > LEAST_WORDS


def tidy(address: str) -> str:
    """An address without what was said before and after it."""
    address = _BEFORE.sub("", address.strip())
    while (shorter := _AFTERWARDS.sub("", address)) != address:
        address = shorter
    return address.strip(" .,;:!")
