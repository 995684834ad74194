"""The customer's own data: one thing, two at once, what the shop does not know, and what is somebody else's."""

from agent.shop import contents
from training.conversations import names
from training.conversations.services import ONLY_YOURS, UNKNOWN
from training.conversations.talk import Talk
from training.conversations.typing_habits import typed
from training.phrasings.tables import tables

account_phrasings = tables("account")
account_pair_phrasings = tables("account_pair")
intrusion_phrasings = tables("intrusion")

TABLES = {
    "name": (account_phrasings.OWN_NAME, 0),
    "email": (account_phrasings.EMAIL, 1),
    "address": (account_phrasings.OWN_ADDRESS, 2),
    "user name": (account_phrasings.USER_NAME, 3),
    "since": (account_phrasings.SINCE, 3),
}
"""The paraphrases, and which line of the account tells it."""
WEIGHTS = {"name": 12, "email": 24, "address": 30, "user name": 13, "since": 16}


def own_account(talk: Talk) -> bool:
    """One thing of the customer's own data, or all of it."""
    table, places = account_phrasings.ACCOUNT, [0, 1, 2, 3]
    if talk.draw.random() > 0.12:
        table, place = TABLES[talk.draw.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]]
        places = [place]
    talk.ask(typed(talk.draw, talk.line(table)))
    _answer(talk, places, "account")
    return True


def two_of_account(talk: Talk) -> bool:
    """Two things of the account in one question; the answer tells them in the account's order."""
    draw = talk.draw
    first, second = draw.sample(list(TABLES), 2)
    if draw.random() < 0.55:
        told = talk.line(account_pair_phrasings.TWO)
        for mark, kind in (("{a}", first), ("{b}", second)):
            told = told.replace(mark, draw.choice(account_pair_phrasings.NAMED[kind]))
    else:
        one, two = talk.line(TABLES[first][0]), talk.line(TABLES[second][0])
        joint = draw.choice(account_pair_phrasings.JOINTS)
        one = one.rstrip("?.") if joint.startswith("{p},") else one if one.endswith(("?", ".")) else f"{one}."
        two = two if two.startswith("I ") or joint == "{p} {q}" else two[:1].lower() + two[1:]
        told = joint.format(p=one, q=two)
    talk.ask(typed(draw, told[:1].upper() + told[1:] if draw.random() < 0.6 else told))
    _answer(talk, sorted({TABLES[first][1], TABLES[second][1]}), "account two")
    return True


def _answer(talk: Talk, places: list[int], label: str) -> None:
    lines = contents.account(talk.customer.account).split("\n")
    if not talk.account_seen:
        talk.read("get_account", {}, label)
    talk.answer("\n".join(lines[place] for place in places), label)
    talk.last = None


def unknown_of_account(talk: Talk) -> bool:
    """What no account holds: a phone number, points, a birthday."""
    talk.ask(typed(talk.draw, talk.line(account_pair_phrasings.UNKNOWN)))
    talk.answer(UNKNOWN, "account unknown")
    talk.last = None
    return True


def of_others(talk: Talk) -> bool:
    """Somebody else's address, email or orders: declined, also with one's own account in the prompt."""
    told = names.stranger(talk.draw, talk.line(intrusion_phrasings.OTHERS))
    talk.ask(typed(talk.draw, told))
    talk.answer(ONLY_YOURS, "other customers")
    talk.last = None
    return True
