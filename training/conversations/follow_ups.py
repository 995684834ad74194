"""Questions that go on from the last answer: about its order, another one, or one that is told by its place.

They are short and typed in haste, so slips of the finger are twice as many as elsewhere.
"""

from agent.shop.records import Order
from training.conversations import references
from training.conversations.lookups import FACTS, delivery, fact, pick, tell
from training.conversations.references import Reference
from training.conversations.talk import Talk
from training.conversations.typing_habits import typed
from training.phrasings.tables import tables

follow_up_phrasings = tables("follow_up")
place_phrasings = tables("place")
BARE = tables("follow_up").BARE

SLIPS = 0.25
PARCEL_KINDS = ("carrier", "parcel")


def ellipsis(talk: Talk) -> bool:
    """ "And the mug?": what was asked last, of another order."""
    if talk.last is None or talk.last[2] not in (*FACTS, *PARCEL_KINDS):
        return False
    kind, about = talk.last[2], pick(talk)
    if about is None or about.order.order_id == talk.last[0]:
        return False
    label = f"follow-up by {'number' if about.by_number else 'name'}"
    if kind in PARCEL_KINDS:
        return delivery(talk, kind, about, follow_up_phrasings.ELLIPSIS, label)
    told = talk.line(follow_up_phrasings.ELLIPSIS).replace("{x}", about.phrase)
    talk.ask(typed(talk.draw, told, (about.phrase,), slips=SLIPS))
    tell(talk, about, kind, label)
    return True


def other_one(talk: Talk) -> bool:
    """ "And the other one?" of two."""
    if talk.last is None or talk.last[2] not in FACTS or talk.customer.count != 2 or not talk.history_seen:
        return False
    order = next(order for order in talk.customer.orders if order.order_id != talk.last[0])
    if order.order_id in talk.outdated:
        return False
    subject = _named_first(order)
    talk.ask(typed(talk.draw, talk.line(follow_up_phrasings.OTHER_ONE), slips=SLIPS))
    talk.answer(fact(talk, order, subject), "follow-up other one")
    talk.last = (order.order_id, subject, talk.last[2])
    return True


def follow_up(talk: Talk) -> bool:
    """ "When was that ordered?" about the order of the last answer."""
    if talk.last is None or talk.last[0] in talk.outdated:
        return False
    order = talk.customer.find(talk.last[0])
    if order is None:
        return False
    about = references.back_to(order, talk.last[1], talk.draw)
    kind = talk.draw.choices(["status", "price", "ordered", "carrier", "parcel", "contents"], [18, 20, 20, 20, 18, 20])[
        0
    ]
    bare = talk.draw.random() < 0.65
    if kind in PARCEL_KINDS:
        return delivery(talk, kind, about, BARE[kind] if bare else None, f"{kind} by it")
    if kind == "contents":
        return _contents(talk, about)
    if order.order_id not in talk.shown:
        return False
    told = talk.line(BARE[kind] if bare else FACTS[kind])
    if told.startswith("{x}") or (told.endswith(("{x}", "{x}?")) and len(told) < 9):
        return False
    talk.ask(typed(talk.draw, told.replace("{x}", about.phrase), slips=SLIPS))
    tell(talk, about, kind, "follow-up it")
    return True


def _contents(talk: Talk, about: Reference) -> bool:
    order_id = about.order.order_id
    talk.ask(typed(talk.draw, talk.line(BARE["contents"]), slips=SLIPS))
    if order_id not in talk.detailed:
        talk.read("get_order", {"order_id": order_id}, "contents by it")
    talk.answer(fact(talk, about.order, about.subject), "contents by it")
    talk.last = (order_id, about.subject, "status")
    return True


def by_place(talk: Talk) -> bool:
    """ "And my second order?": of those that were just told, else of the history."""
    draw = talk.draw
    told = [order for order in map(talk.customer.find, talk.told) if order]
    listed = told if len(told) > 1 else talk.customer.listed if talk.history_seen and talk.customer.count > 2 else []
    if not listed:
        return False
    at = draw.randrange(min(len(listed), len(place_phrasings.PLACES)))
    table = place_phrasings.PLACES[at]
    if listed is told and draw.random() < 0.2:
        at, table = -1, place_phrasings.BOTTOM
    return _pointed_at(talk, listed[at], table)


def the_one_before(talk: Talk) -> bool:
    """ "And the one before that?": the next older order of the history."""
    listed = talk.customer.listed
    places = [at for at, order in enumerate(listed[:-1]) if talk.last and order.order_id == talk.last[0]]
    return bool(places) and _pointed_at(talk, listed[places[0] + 1], place_phrasings.BEFORE)


def _pointed_at(talk: Talk, order: Order, table: str) -> bool:
    draw, last = talk.draw, talk.last
    if order.order_id in talk.outdated or order.order_id not in talk.shown or (last and last[0] == order.order_id):
        return False
    about = Reference(order, talk.line(table), order.order_id, False, _named_first(order))
    curt = draw.random() < 0.6
    kind = last[2] if curt and last else draw.choices([*FACTS, *PARCEL_KINDS], [30, 20, 20, 10, 15, 15])[0]
    words = draw.choice([place_phrasings.CURT, place_phrasings.CURT, follow_up_phrasings.ELLIPSIS])
    if kind in PARCEL_KINDS and (last or not curt):
        return delivery(talk, kind, about, words if curt else None, f"{kind} by place")
    kind = kind if kind in FACTS else "status"
    told = talk.line(words if curt else FACTS[kind]).replace("{x}", about.phrase)
    talk.ask(typed(draw, told[:1].upper() + told[1:] if draw.random() < 0.5 else told, slips=SLIPS))
    tell(talk, about, kind, "follow-up place")
    return True


def _named_first(order: Order) -> str:
    return f"Your {references.from_item(order, order.items[0].item)}"
