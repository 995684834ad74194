"""The words by which a customer means an order or an item, however they are written.

Search and returns both read what a person, or a small model, typed: `#a-123`, `my coffee mugs`. Both must read it
alike, or an order that the search finds could not be acted upon.
"""

import re

_WORD = re.compile(r"[^\W_]+")
_LITTLE = frozenset(
    _WORD.findall(
        "a about all an and any are at bought buy by can did do does find for from had has have i in is it its item"
        " me my no of on one or order ordered please show some that the them these this those to was were what when"
        " where which who with you your"
    )
)
MOST_TERMS = 12
"""Of a longer text the rest is not looked for."""


def terms(text: str) -> tuple[str, ...]:
    """`My coffee mugs, please` → `("coffee", "mug")`: lower case, singular, each once, without the little words."""
    words = _WORD.findall(text.casefold())
    return tuple(dict.fromkeys(singular(word) for word in words if tells(word)))[:MOST_TERMS]


def tells(word: str) -> bool:
    """Whether a word, in lower case, may say what is meant."""
    # A letter alone is what an apostrophe left behind: the s of "Chef's Knife".
    return len(word) > (not word.isdigit()) and word not in _LITTLE and singular(word) not in _LITTLE


def singular(word: str) -> str:
    """`mugs` → `mug`."""
    # Not for "gps" or "glass". A stem that is too short does no harm: it is looked for as the beginning of a word.
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def order_number(text: str) -> str:
    """`#a-123` → `A123`."""
    return re.sub(r"[\s#-]", "", text).upper()
