"""Questions about what an order is, was or cost; each kind has one form of answer, copied from the record.

Every function here asks one thing and answers it, or gives False where this customer's data do not allow it.
"""

from agent.shop import contents
from agent.shop.records import HISTORY_LIMIT, Order, Status
from headstart.speculation.calls import Call
from training.conversations import names, references
from training.conversations.references import Reference
from training.conversations.talk import Talk
from training.conversations.typing_habits import typed
from training.phrasings.tables import tables

absent_phrasings = tables("absent")
delivery_phrasings = tables("delivery")
history_phrasings = tables("history")
list_phrasings = tables("list")
order_phrasings = tables("order")
pair_phrasings = tables("pair")

FACTS = {
    "status": order_phrasings.STATUS,
    "price": order_phrasings.PRICE,
    "ordered": order_phrasings.ORDERED,
    "ordered_price": order_phrasings.ORDERED_AND_PRICE,
}


def fact(talk: Talk, order: Order, subject: str) -> str:
    """The one answer to a question about an order: its record as it stands, whatever was asked of it."""
    told = f"{subject} {contents.status_phrase(order)}. {contents.ordered(order)}"
    return f"{told} {contents.holding(order)}" if order.order_id in talk.detailed else told


def parcel(talk: Talk, order: Order, subject: str) -> str:
    """The answer from the parcel's record."""
    return (
        f"{subject} {contents.status_phrase(order)}. {contents.carriage(talk.customer.shipment(order.order_id), order)}"
    )


def status(talk: Talk, order: Order, subject: str) -> str:
    """How an order stands, from what was looked up for the question, else from its record."""
    tracked = Call.of("track_shipment", {"order_id": order.order_id}) in talk.placed
    return parcel(talk, order, subject) if tracked else fact(talk, order, subject)


def pick(talk: Talk) -> Reference | None:
    """An order to ask about, by name or by number."""
    orders = [order for order in talk.customer.orders if order.order_id not in talk.outdated]
    if not orders:
        return None
    numbers = {order.order_id for order in talk.customer.listed}
    listed = [order for order in orders if order.order_id in numbers]
    order = talk.draw.choice(orders if talk.draw.random() < 0.3 or not listed else listed)
    if talk.draw.random() < 0.5:
        return references.by_number(talk.draw, order)
    return references.by_name(talk.draw, talk.customer, order)


def find(talk: Talk, about: Reference, kind: str, *, only_status: bool = False) -> None:
    """The calls that bring the record of what is asked about into the prompt, if it is not there."""
    order_id = about.order.order_id
    if order_id in talk.shown or (only_status and Call.of("track_shipment", {"order_id": order_id}) in talk.placed):
        return
    if about.by_number:
        talk.read("get_order", {"order_id": about.order.order_id}, kind)
        return
    if about.words == order_id:  # "it": the order of the last answer
        return
    if not talk.history_seen:
        talk.read("get_order_history", {}, kind)
    if about.order.order_id not in talk.shown:
        talk.read("search_orders", {"text": about.words}, kind)


def way(about: Reference) -> str:
    """How the question points, for the table of figures."""
    return "number" if about.by_number else "name"


def look_up(talk: Talk, kind: str | None = None) -> bool:
    """Status, price or dates of one order."""
    kind = kind or talk.draw.choices(list(FACTS), [46, 22, 18, 14])[0]
    about = pick(talk)
    if about is None:
        return False
    keep = () if about.order.order_id in talk.shown and not about.by_number else (about.phrase,)
    talk.ask(typed(talk.draw, talk.line(FACTS[kind]).replace("{x}", about.phrase), keep))
    tell(talk, about, kind, f"{kind} by {way(about)}")
    return True


def tell(talk: Talk, about: Reference, kind: str, label: str) -> None:
    """What the question that was just asked is answered with, after the calls that this takes."""
    find(talk, about, label, only_status=kind == "status")
    told = status if kind == "status" else fact
    talk.answer(told(talk, about.order, about.subject), label)
    talk.last = (about.order.order_id, about.subject, kind)


def two_things(talk: Talk) -> bool:
    """Two orders, or one fact of each, in one question."""
    first, second = pick(talk), pick(talk)
    if first is None or second is None or first.order.order_id == second.order.order_id:
        return False
    one = talk.draw.choice(["status", "status", "price", "ordered"])
    two = one if talk.draw.random() < 0.6 else talk.draw.choice(["status", "price", "ordered"])
    table = pair_phrasings.TWO_SAME[one] if one == two else pair_phrasings.TWO_MIXED[one, two]
    told = talk.line(table).replace("{x}", first.phrase).replace("{y}", second.phrase)
    told = told[:1].upper() + told[1:] if talk.draw.random() < 0.7 else told
    talk.ask(typed(talk.draw, told, (first.phrase, second.phrase)))
    for about, kind in ((first, one), (second, two)):
        find(talk, about, "two things", only_status=kind == "status")
    answers = [
        (status if kind == "status" else fact)(talk, about.order, about.subject)
        for about, kind in ((first, one), (second, two))
    ]
    talk.answer(" ".join(answers), "two things")
    talk.last = None
    return True


def two_of_one(talk: Talk) -> bool:
    """Two facts of one order: its record has both."""
    about = pick(talk)
    if about is None:
        return False
    talk.ask(typed(talk.draw, talk.line(pair_phrasings.TWO_OF_ONE).replace("{x}", about.phrase), (about.phrase,)))
    tell(talk, about, "ordered_price", "two of one")
    return True


def ambiguous(talk: Talk) -> bool:
    """A word that stands in several listed orders: all of them."""
    if not talk.history_seen or talk.customer.count > HISTORY_LIMIT:
        return False
    found: dict[str, list[Order]] = {}
    for order in talk.customer.listed:
        for word in {word.lower() for item in order.items for word in names.plain(item.item).split()}:
            found.setdefault(word, talk.customer.with_words(word))
    several = {word: orders for word, orders in found.items() if 1 < len(orders) < 5}
    if not several or any(order.order_id in talk.outdated for orders in several.values() for order in orders):
        return False
    word = talk.draw.choice(sorted(several))
    talk.ask(
        typed(talk.draw, talk.line(order_phrasings.STATUS).replace("{x}", talk.draw.choice(["my ", "the "]) + word))
    )
    talk.answer(bullets(several[word]), "ambiguous name")
    talk.last = None
    return True


def bullets(orders: list[Order]) -> str:
    """The record of each order as a Markdown list."""
    return "\n".join(f"- {contents.order_status(order)} {contents.ordered(order)}" for order in orders)


def delivery(
    talk: Talk, kind: str | None = None, about: Reference | None = None, table: str | None = None, label: str = ""
) -> bool:
    """Carrier and tracking number, or the parcel's last stop: never in the history; `table` has other words for it."""
    kind = kind or talk.draw.choice(["carrier", "parcel"])
    about = about or pick(talk)
    if about is None or (kind == "parcel" and about.order.status in {Status.CANCELLED}):
        return False
    order = about.order
    table = table or (delivery_phrasings.CARRIER if kind == "carrier" else delivery_phrasings.PARCEL)
    told = talk.line(table).replace("{x}", about.phrase)
    talk.ask(typed(talk.draw, told, () if order.order_id in talk.shown and not about.by_number else (about.phrase,)))
    label = label or f"{kind} by {way(about)}"
    if order.order_id not in talk.tracked:
        if not about.by_number:
            find(talk, about, label)
        talk.read("track_shipment", {"order_id": order.order_id}, label)
    talk.answer(parcel(talk, order, about.subject), label)
    talk.last = (order.order_id, about.subject, kind)
    return True


def inside(talk: Talk) -> bool:
    """The items of an order and their prices."""
    about = pick(talk)
    if about is None or (not about.by_number and talk.draw.random() < 0.6):
        return False
    if about.by_number:
        told = talk.line(delivery_phrasings.CONTENTS).replace("{x}", about.phrase)
    else:
        told = talk.line(delivery_phrasings.CONTENTS_BY_NAME)
        told = told.replace("{x}", about.phrase.removeprefix("the order with "))
    talk.ask(typed(talk.draw, told, (about.phrase,)))
    label = f"contents by {way(about)}"
    if about.order.order_id not in talk.detailed:
        if not about.by_number:
            find(talk, about, label)
        talk.read("get_order", {"order_id": about.order.order_id}, label)
    talk.answer(fact(talk, about.order, about.subject), label)
    talk.last = (about.order.order_id, about.subject, "status")
    return True


def history(talk: Talk, kind: str | None = None) -> bool:
    """All orders at once, and what the sentences above the list say."""
    if talk.stale or (talk.history_seen and talk.outdated):
        return False
    customer = talk.customer
    kinds = {
        "all": 48,
        "count": 12,
        "newest": 12,
        "dearest": 10,
        "by status": 11,
        "in words": 14,
        "count by status": 10,
    }
    kinds["my order"] = 7
    kind = kind or talk.draw.choices(list(kinds), list(kinds.values()))[0]
    meant = talk.draw.choice(list(list_phrasings.IN_WORDS))
    tables = {
        "all": history_phrasings.ALL_STATUS,
        "count": history_phrasings.COUNT,
        "newest": history_phrasings.NEWEST,
        "dearest": history_phrasings.DEAREST,
        "by status": history_phrasings.BY_STATUS,
        "in words": list_phrasings.IN_WORDS[meant],
        "count by status": history_phrasings.COUNT_BY_STATUS,
        "my order": history_phrasings.UNNAMED_STATUS,
    }
    told, status = talk.line(tables[kind]), talk.draw.choice([*customer.counts, *Status])
    if "{s}" in told:
        told = told.replace("{s}", talk.draw.choice(history_phrasings.BEFORE_STATUS[status.value]))
    talk.ask(typed(talk.draw, told))
    label = f"history {kind}"
    if not talk.history_seen:
        talk.read("get_order_history", {}, label)
    shown = contents.order_history(customer.history()).split("\n")
    talk.last = None
    if not customer.orders:
        talk.answer("You have no orders yet.", label)
        return True
    summary, newest, dearest = shown[:3]
    match kind:
        case "count" | "count by status":
            talk.answer(summary, label)
        case "newest" | "dearest":
            order = customer.orders[0] if kind == "newest" else customer.history().dearest
            talk.answer(newest if kind == "newest" else dearest, label)
            if order and order.order_id in talk.shown:
                talk.last = (order.order_id, f"Your {contents.named(order)}", "newest")
        case "by status" | "in words":
            wanted = meant if kind == "in words" else (status.value,)
            chosen = [order for order in customer.listed if order.status.value in wanted]
            fits = chosen and customer.count <= HISTORY_LIMIT
            talk.answer(bullets(chosen) if fits else summary, label)
        case "my order" if customer.count == 1:
            order = customer.orders[0]
            talk.answer(fact(talk, order, f"Your {contents.named(order)}"), label)
            talk.last = (order.order_id, f"Your {contents.named(order)}", "status")
        case _:
            more = ["These are the newest 8:"] if customer.count > HISTORY_LIMIT else []
            talk.answer("\n".join([summary, *more, bullets(customer.listed)]), label)
    return True


def some_orders(talk: Talk) -> bool:
    """The orders that are still under way, have arrived, are late."""
    return history(talk, talk.draw.choice(["by status", "in words", "in words"]))


def a(words: str) -> str:
    """The words with their article: `a lawn mower`, `an atlas`, `headphones`."""
    plural = words.endswith("s") and not words.endswith("ss")
    return words if plural else f"an {words}" if words[0].lower() in "aeiou" else f"a {words}"


def ever(talk: Talk) -> bool:
    """ "Did I ever order a tent?" of an item that was ordered: its record."""
    about = pick(talk)
    if about is None or about.by_number:
        return False
    told = talk.line(absent_phrasings.EVER).replace("{x}", a(about.words))
    talk.ask(typed(talk.draw, told, (about.words,)))
    tell(talk, about, "ordered", "ever by name")
    return True


def absent_among_many(talk: Talk) -> bool:
    """An item that is not among more orders than are listed: only a search tells."""
    return talk.customer.count > HISTORY_LIMIT and absent_item(talk)


def absent_item(talk: Talk) -> bool:
    """An item that the customer never ordered."""
    draw = talk.draw
    words = names.item(draw, talk.held_out)
    words = words if draw.random() < 0.5 else " ".join(words.split()[-draw.randrange(1, 3) :])
    words = words if draw.random() < 0.25 else words.lower()
    if talk.customer.with_words(words.split()[-1]):
        return False
    phrase = draw.choice(["my ", "my ", "the ", "the ", "that "]) + words
    kind = draw.choices(list(FACTS), [60, 20, 15, 5])[0]
    told = talk.line(FACTS[kind]).replace("{x}", phrase)
    if draw.random() < 0.35:
        told = talk.line(absent_phrasings.EVER).replace("{x}", a(words))
    talk.ask(typed(draw, told, (words,)))
    not_found(talk, words, "absent item")
    return True


def not_found(talk: Talk, words: str, label: str) -> None:
    """The calls that show that no order holds this, and the answer."""
    if not talk.history_seen:
        talk.read("get_order_history", {}, label)
    if talk.customer.count > HISTORY_LIMIT:
        talk.read("search_orders", {"text": words}, label)
    talk.answer(f"I can't find {a(words)} among your orders.", label)
    talk.last = None


def unknown_number(talk: Talk) -> str | None:
    """A number that is none of the customer's, mostly nearly one: another character, two of them swapped, one missing
    or one more."""
    draw = talk.draw
    known = [order.order_id for order in talk.customer.orders]
    if not known or draw.random() < 0.25:
        number = names.order_id(draw, draw.randrange(4))
    else:
        near = draw.choice(known)
        number = names.order_id(draw, 0, near)
        at, kind = draw.randrange(1, len(near) - 1), draw.random()
        if kind < 0.15:
            number = near[:at] + near[at + 1] + near[at] + near[at + 2 :]
        elif kind < 0.25 and len(near) > 4:
            number = near[:at] + near[at + 1 :]
        elif kind < 0.35 and len(near) < 8:
            number = near[:at] + draw.choice("0123456789") + near[at:]
    return None if number in known else number


def absent_number(talk: Talk) -> bool:
    """An order number that is not the customer's, often nearly one of theirs."""
    draw, number = talk.draw, unknown_number(talk)
    if number is None:
        return False
    typed_number = number.lower() if draw.random() < 0.35 else number
    phrase = draw.choice(["order {}", "{}", "#{}", "order #{}", "order number {}"]).format(typed_number)
    kind = draw.choices([*FACTS, "carrier"], [50, 15, 15, 5, 15])[0]
    table = delivery_phrasings.CARRIER if kind == "carrier" else FACTS[kind]
    talk.ask(typed(draw, talk.line(table).replace("{x}", phrase), (phrase,)))
    name = "track_shipment" if kind == "carrier" else "get_order"
    if not any(call.mapping().get("order_id") == number for call in talk.standing):
        talk.read(name, {"order_id": number}, "absent number")
    talk.answer(contents.no_such_order(number), "absent number")
    talk.last = None
    return True
