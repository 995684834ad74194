"""What an order's number looks like: as the shop writes it, while it is being written, and as people type it.

Whoever looks for one in a text builds on these; nobody else writes a letter and digits down.
"""

import re

WRITTEN = r"[A-Z]{1,4}\d{2,}"
"""`B456`, in an answer or a result."""
BEGUN = r"[A-Z]{0,4}\d*"
"""As much of one as may be there while an answer streams; also nothing."""
SURELY_BEGUN = r"[A-Z]{1,4}\d*"
"""The same, from its first letter on."""

NUMBER = re.compile(rf"(?<![\w$-]){WRITTEN}(?![\w])")
"""A number in what the shop or the model has written."""
LOOSE = re.compile(r"(?<![^\W_])[a-z]{1,4}[\s#-]{0,2}\d{2,}(?![^\W_])|#\s?\w{2,}", re.IGNORECASE)
"""Whatever may be meant for one in a question; it counts where a customer has such an order."""
TYPED = re.compile(r"(?<![a-z])(?:[a-z]{1,4}-?\d{2,}|(?<!\d )[a-z] \d{3,})", re.IGNORECASE)
"""One as people write it: `b456`, `B 456`, `B-456`."""
DIGITS = re.compile(r"\b(?:order|number|no|nr)\b[.:\s#]{0,3}(\d{3,})(?![\w-])", re.IGNORECASE)
"""One without its letter, announced: `order 456`."""
PRODUCT = re.compile(r"P\d{3,}")
"""A product's number, as the shop writes it."""
TYPED_PRODUCT = re.compile(r"(?<![^\W_])p[\s-]?\d{3,}(?![^\W_])", re.IGNORECASE)
"""The same as people write it."""
_FULL = re.compile(
    r"(?<![^\W_])(?P<whole>(?!P[#-]?\d)[a-z]{1,3}[#-]?\d{3,})(?![^\W_])"
    r"|\b(?:order|number|no|nr)\b[.:\s#]{0,3}(?P<parted>(?!P\s)[a-z]{1,2} \d{3,})(?![^\W_])",
    re.IGNORECASE,
)


def full_numbers(text: str) -> list[str]:
    """The numbers in a text that are an order's by their form alone, as the shop writes them; a P is a product's.

    Letters and three digits or more in one piece, `#b-4567`, or announced as a number, `order B 4567`.
    """
    found = _FULL.finditer(text)
    return list(dict.fromkeys(plain(one.group("whole") or one.group("parted")).upper() for one in found))


def plain(number: str) -> str:
    """`#B-456` → `b456`."""
    return "".join(c for c in number.lower() if c.isalnum())
