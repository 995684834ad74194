"""What is not a look-up in the orders: changes to them, the account, products, and talk."""

from datetime import timedelta

from agent.shop import contents, policy
from agent.shop.phrases import PHRASES
from agent.shop.records import Order, Status
from headstart.speculation.calls import Call
from training.conversations import names
from training.conversations.lookups import find, not_found, pick, unknown_number, way
from training.conversations.references import Reference, back_to
from training.conversations.talk import Talk
from training.conversations.typing_habits import reason_of, typed
from training.phrasings.tables import tables

address_phrasings = tables("address")
declined_phrasings = tables("declined")
delivery_phrasings = tables("delivery")
history_phrasings = tables("history")
intrusion_phrasings = tables("intrusion")
product_phrasings = tables("product")
return_code_phrasings = tables("return_code")
service_phrasings = tables("service")
talk_phrasings = tables("talk")

OTHER_WORDS = {
    "cancel_order": [
        "Order {o} is cancelled. You will get {m} back within 5 days.",
        "{i} ({o}) was cancelled.",
        "Done: {o} is cancelled and {m} will be refunded.",
        "Order {o} cannot be cancelled because it {p}.",
        "{o} cannot be cancelled any more: it {p}.",
    ],
    "request_return": [
        "Return R{n} for {i} from order {o} has been registered.",
        "You can now send {i} ({o}) back; the label was sent by email.",
        "Only delivered orders can be returned; {o} {p}.",
        "A return for {i} ({o}) is already registered.",
    ],
    "change_address": [
        "{o} ({i}) will be sent to {a}.",
        "The address of {o} was changed to {a}.",
        "Order {o} keeps its address: it {p}.",
    ],
}
"""What other shops' tools might say; the answer is what they say, whatever that is."""
TABLES = {
    "cancel_order": service_phrasings.CANCEL,
    "request_return": service_phrasings.RETURN,
    "change_address": address_phrasings.ADDRESS,
}
REASONS = {"cancel_order": service_phrasings.CANCEL_REASONS, "request_return": service_phrasings.RETURN_REASONS}
TROUBLE = "The orders cannot be read right now."
SORRY = "I'm sorry, the orders cannot be read right now. Please try again in a moment."


def change(talk: Talk, name: str | None = None) -> bool:
    """A cancellation, a return or a new address: the call, and what its result says."""
    draw = talk.draw
    name = name or draw.choice(list(TABLES))
    about, follows = None, False
    if talk.last and talk.last[0] not in talk.outdated and draw.random() < 0.35:
        order = talk.customer.find(talk.last[0])
        about, follows = (back_to(order, talk.last[1], draw), True) if order else (None, False)
    about = about or pick(talk)
    if about is None:
        return False
    if draw.random() < 0.5 and _refuses(name, about.order) and not follows:
        return False
    order, arguments = about.order, {"order_id": about.order.order_id}
    item = order.items[0].item
    if name == "request_return":
        if about.by_number and len(order.items) > 1:
            return False
        item = next((one.item for one in order.items if about.subject.startswith(f"Your {one.item}")), item)
        if follows and len(order.items) > 1:
            return False
        arguments["item"] = names.plain(item)
    keep: tuple[str, ...] = (about.phrase,)
    told = talk.line(TABLES[name]).replace("{x}", about.phrase)
    if name == "change_address":
        arguments["address"] = names.address(draw)
        told, keep = told.replace("{a}", arguments["address"]), (about.phrase, arguments["address"])
    elif draw.random() < 0.45:
        arguments["reason"] = reason_of(draw, REASONS[name], talk.held_out)
        told = _because(talk, told, arguments["reason"])
        keep = (about.phrase, arguments["reason"])
    talk.ask(typed(draw, told, keep))
    label = f"{name} by {'it' if follows else way(about)}"
    if (not about.by_number and not follows) or name == "request_return":
        find(talk, about, label)
    talk.call(name, arguments, label)
    message, changed = _outcome(talk, name, order, item, arguments)
    talk.result(message, name)
    talk.answer(message, label)
    talk.last = None
    if name == "cancel_order" and changed:
        _settle(talk, order, changed)
    return True


def _because(talk: Talk, told: str, reason: str) -> str:
    joint = talk.draw.choice(["{t}, {r}", "{t} because {r}", "{t}. Reason: {r}", "{t} - {r}", "{t}, because {r}"])
    return joint.format(t=told.rstrip("?."), r=reason)


def return_by_code(talk: Talk) -> bool:
    """A return of a thing named by its product code: what it is, which order has it, and the call for that order."""
    draw = talk.draw
    orders = [order for order in talk.customer.orders if order.order_id not in talk.outdated]
    held = [(order, item) for order in orders for item in order.items]
    owned = {item.product_id for order in talk.customer.orders for item in order.items}
    others = [code for code in talk.customer.products if code not in owned]
    label, absent = "request_return by code", draw.random() < 0.15
    if not (others if absent else held) or (talk.stale and absent):
        return False
    order, item = (None, None) if absent else draw.choice(held)
    code = item.product_id if item else draw.choice(others)
    shown_code = code.lower() if draw.random() < 0.25 else code
    phrase = draw.choice(["{}", "{}", "{}", "#{}"]).format(shown_code)
    told, arguments = talk.line(return_code_phrasings.BY_CODE).replace("{p}", phrase), dict[str, str]()
    numbered = order is not None and draw.random() < 0.2
    if order and numbered:
        told = draw.choice(["{t} from order {o}", "{t} from {o}", "{t}, order {o}"]).format(
            t=told.rstrip("?."), o=order.order_id
        )
    if draw.random() < 0.4:
        arguments["reason"] = reason_of(draw, REASONS["request_return"], talk.held_out)
        told = _because(talk, told, arguments["reason"])
    talk.ask(typed(draw, told, (phrase, *([order.order_id] if order and numbered else []), *arguments.values())))
    asked = Call.of("get_product", {"product_id": code})
    if asked not in talk.standing and not (order and order.order_id in talk.detailed):
        talk.read("get_product", {"product_id": code}, label)
    if order is None or item is None:
        not_found(talk, names.plain(talk.customer.products[code].name), label)
        return True
    words = order.order_id if numbered else names.plain(item.item)
    find(talk, Reference(order, phrase, words, numbered, ""), label)
    arguments = {"order_id": order.order_id, "item": names.plain(item.item), **arguments}
    talk.call("request_return", arguments, label)
    message, _ = _outcome(talk, "request_return", order, item.item, arguments)
    talk.result(message, "request_return")
    talk.answer(message, label)
    talk.last = None
    return True


def _refuses(name: str, order: Order) -> bool:
    return order.status is not Status.DELIVERED if name == "request_return" else not policy.not_yet_shipped(order)


def _outcome(talk: Talk, name: str, order: Order, item: str, arguments: dict[str, str]) -> tuple[str, Order | None]:
    draw = talk.draw
    if draw.random() < 0.15:
        return PHRASES.not_confirmed, None
    if draw.random() < 0.2:
        message = draw.choice(OTHER_WORDS[name]).format(
            o=order.order_id,
            i=item or contents.item_names(order),
            m=contents.money(order.total_cents),
            n=draw.randrange(100, 99999),
            a=arguments.get("address", ""),
            p=contents.status_phrase(order),
        )
        return message, order
    on = None
    if name == "request_return":
        on = (order.delivered_on or order.ordered_on) + timedelta(days=draw.randrange(0, 50))
    return talk.customer.change(name, arguments, on)


def _settle(talk: Talk, before: Order, after: Order) -> None:
    """After a cancellation: renew the history in the prompt, or ask nothing more about that order."""
    talk.outdated.add(before.order_id)
    talk.stale = True
    if before.status is after.status:
        return
    listed = after.order_id in {order.order_id for order in talk.customer.listed}
    if talk.history_seen and listed and talk.draw.random() < 0.6:
        talk.ahead("get_order_history", {})


def change_absent(talk: Talk) -> bool:
    """A change of an order that is not the customer's: the call says so."""
    draw, number = talk.draw, unknown_number(talk)
    if number is None:
        return False
    phrase = draw.choice(["order {}", "{}", "#{}"]).format(number.lower() if draw.random() < 0.3 else number)
    name, arguments = draw.choice(list(TABLES)), {"order_id": number}
    told, keep = talk.line(TABLES[name]).replace("{x}", phrase), (phrase,)
    if name == "change_address":
        arguments["address"] = names.address(draw)
        told, keep = told.replace("{a}", arguments["address"]), (phrase, arguments["address"])
    talk.ask(typed(draw, told, keep))
    if name != "request_return":
        talk.call(name, arguments, "absent number")
        talk.result(talk.customer.change(name, arguments)[0], name)
    elif Call.of("get_order", arguments) not in talk.standing:  # which item it is, only the order tells
        talk.read("get_order", arguments, "absent number")
    talk.answer(contents.no_such_order(number), "absent number")
    talk.last = None
    return True


def which_one(talk: Talk) -> bool:
    """A change of nothing in particular: ask which order."""
    if talk.customer.count < 2:
        return False
    table, answer = talk.draw.choice(
        [
            (service_phrasings.WHICH_CANCEL, "Which order would you like to cancel?"),
            (service_phrasings.WHICH_RETURN, "Which item would you like to return?"),
            (address_phrasings.WHICH_ADDRESS, "Which order should go to another address, and to which one?"),
        ]
    )
    talk.ask(typed(talk.draw, talk.line(table)))
    talk.answer(answer, "asks back")
    talk.last = None
    return True


def where_to(talk: Talk) -> bool:
    """A new address that is not given: ask for it."""
    about = pick(talk)
    if about is None:
        return False
    talk.ask(typed(talk.draw, talk.line(address_phrasings.ADDRESS_MISSING).replace("{x}", about.phrase)))
    talk.answer("What is the new address?", "asks back")
    address = names.address(talk.draw)
    if talk.draw.random() < 0.6 and (about.by_number or about.order.order_id in talk.shown):
        talk.ask(address)
        arguments = {"order_id": about.order.order_id, "address": address}
        talk.call("change_address", arguments, "asks back")
        message, _ = _outcome(talk, "change_address", about.order, "", arguments)
        talk.result(message, "change_address")
        talk.answer(message, "asks back")
    talk.last = None
    return True


def product(talk: Talk) -> bool:
    """A product by its number: what it costs and whether it can be had, or what it is."""
    draw = talk.draw
    product_id = draw.choice(list(talk.customer.products))
    if draw.random() < 0.12:
        product_id = f"P{draw.randrange(100, 9999)}"
    told = product_id.lower() if draw.random() < 0.25 else product_id
    describe = draw.random() < 0.4
    wanted = draw.choice([product_phrasings.PRODUCT_STOCK, product_phrasings.PRODUCT_PRICE])
    table = product_phrasings.PRODUCT_DESCRIPTION if describe else wanted
    talk.ask(typed(draw, talk.line(table).replace("{p}", told), (told,)))
    if Call.of("get_product", {"product_id": product_id}) not in talk.standing:
        talk.read("get_product", {"product_id": product_id}, "product")
    content = talk.customer.run("get_product", {"product_id": product_id})
    if product_id not in talk.customer.products:
        talk.answer(content, "product")
    else:
        talk.answer(content.removeprefix(f"{product_id}: "), "product")
    talk.last = None
    return True


def trouble(talk: Talk) -> bool:
    """A tool that cannot answer right now."""
    draw = talk.draw
    about = pick(talk)
    if draw.random() < 0.4 and not talk.history_seen:
        talk.ask(typed(draw, talk.line(history_phrasings.ALL_STATUS)), ahead=False)
        talk.call("get_order_history", {}, "tool error")
        talk.result(TROUBLE, "get_order_history")
    elif about and (about.by_number or about.order.order_id in talk.shown):
        if about.order.order_id in talk.tracked | talk.detailed:
            return False
        told = typed(draw, talk.line(delivery_phrasings.CARRIER).replace("{x}", about.phrase), (about.phrase,))
        talk.ask(told, ahead=False)
        talk.call("track_shipment", {"order_id": about.order.order_id}, "tool error")
        talk.result(TROUBLE, "track_shipment")
    else:
        return False
    talk.answer(SORRY, "tool error")
    talk.last = None
    return True


HELLO = "Hello! How can I help you with your orders?"
WELCOME = "You're welcome! Is there anything else I can help you with?"
GOODBYE = "Goodbye, and have a nice day!"
ABOUT_ME = (
    "I'm Headstart, the support assistant of this shop. "
    "I can look up and track your orders, cancel or return them and change their address."
)
ONLY_ORDERS = "I'm sorry, I can only help you with your orders and your account in this shop."
ONLY_YOURS = "I'm sorry, I can only see your own orders and your own account."
CANNOT = "I'm sorry, I can't do that, but I'm happy to help you with your orders."
UNKNOWN = "I'm sorry, I don't have that information. I can help you with your orders and your account."
SORRY_TO_HEAR = "I'm sorry to hear that. Which order is it about?"

TALK: list[tuple[str, str, str, int]] = [
    ("greeting", talk_phrasings.GREETING, HELLO, 12),
    ("thanks", talk_phrasings.THANKS, WELCOME, 16),
    ("goodbye", talk_phrasings.BYE, GOODBYE, 8),
    ("who", talk_phrasings.WHO, ABOUT_ME, 8),
    ("off-topic", declined_phrasings.OFF_TOPIC, ONLY_ORDERS, 20),
    ("other customers", intrusion_phrasings.OTHERS, ONLY_YOURS, 14),
    ("injection", intrusion_phrasings.INJECTION, CANNOT, 12),
    ("policy", declined_phrasings.POLICY, UNKNOWN, 14),
    ("complaint", talk_phrasings.COMPLAINT, SORRY_TO_HEAR, 6),
]


def small_talk(talk: Talk) -> bool:
    """Greetings and thanks, and what is politely declined."""
    draw = talk.draw
    kind, table, answer, _ = draw.choices(TALK, [weight for *_, weight in TALK])[0]
    talk.ask(typed(draw, names.stranger(draw, talk.line(table))))
    talk.answer(answer, kind)
    talk.last = None
    return True
