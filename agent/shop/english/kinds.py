"""What a question asks for, told by a classifier that was learned from the phrasings of training.

`training/kinds.py` makes it. A kind is what something is done about: a parcel, a price, a cancellation, a person;
`help: NAME` is the article of that name. Words that no table has fall to the kinds whose words they are like, and to
none where they are like nobody's.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from headstart.kinds import Kinds

FILE = Path(__file__).with_name("kinds.npz")
HELP = "help: "
PERSON = "person"
ANGRY = "angry"
SPENT, SPENT_THIS_YEAR = "spent", "spent this year"
CHEAPEST, OLDEST, NEXT_TO_ARRIVE = "cheapest", "oldest", "next to arrive"
CANCEL, RETURN, REMOVE, EXCHANGE = "cancel", "return", "remove", "exchange"
DEFAULT_ADDRESS, UNDO = "default address", "undo"
REDIRECT, PARCEL, ACCOUNT, OTHERS, INTRUSION = "redirect", "parcel", "account", "others", "intrusion"
COUNT, BY_STATUS, NEWEST, DEAREST = "count", "by status", "newest", "dearest"
SURE = 0.5
"""The likelihood from which on a kind is taken for what is asked."""


@cache
def kinds() -> Kinds:
    """The classifier; read from disk when it is first asked for."""
    return Kinds.load(FILE)


@lru_cache(maxsize=256)
def likelihoods(text: str) -> Mapping[str, float]:
    """How likely a text asks for each kind, the likeliest first; typing asks for the same text several times."""
    return kinds().likelihoods(text)


def likeliest(text: str) -> tuple[str, float]:
    """The likeliest kind and its likelihood; nothing and 0 for a text without words."""
    return next(iter(likelihoods(text).items()), ("", 0.0))


def is_likeliest(kind: str, text: str) -> bool:
    """Whether a text asks for a kind beyond doubt, and for none more likely."""
    return likeliest(text)[0] == kind and likeliest(text)[1] >= SURE


def articles(text: str) -> dict[str, float]:
    """The likelihoods of the help articles, by their names, the likeliest first."""
    found = {kind.removeprefix(HELP): chance for kind, chance in likelihoods(text).items() if kind.startswith(HELP)}
    found[PERSON] = likelihoods(text).get(PERSON, 0.0)
    return dict(sorted(found.items(), key=lambda one: -one[1]))
