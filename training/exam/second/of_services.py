"""What is right where a customer wants anything else than facts of their orders."""

from collections.abc import Callable, Mapping

from training.exam.ask_orders import HISTORY
from training.exam.ask_services import ACCOUNT, may
from training.exam.expectation import Call, Expected
from training.exam.second import senses
from training.exam.second.conversations import Asked
from training.exam.second.kinds import ALSO_CHANGES, CHANGES
from training.exam.second.rows import Reading, Rows, Wanted, Way
from training.exam.truth import LISTED, Order

PERSON = Call("contact_human")


def _product(rows: Rows) -> Wanted:
    number = rows.asked.product_id
    kinds = [
        kind
        for kind, words in (("product price", senses.PRICE), ("product stock", senses.STOCK))
        if words.search(rows.text)
    ]
    every = ("product price", "product stock", "product text")
    loose = ("product text",) if senses.ABOUT.search(rows.text) else every
    readings = [tuple(Expected(kind, number) for kind in kinds)] if kinds else [(Expected(k, number),) for k in loose]
    look_up = Call("get_product", product_id=number)
    return Wanted(((look_up,),), tuple(readings) if number else (), ("asks",), (look_up,))


def _account(rows: Rows) -> Wanted:
    fields = senses.account_fields(rows.text)
    if senses.NOT_HELD.search(rows.text) and not fields:
        return Wanted(ways=("article", "declined"), allowed=(ACCOUNT,), exists=False)
    every: list[Reading] = [(Expected(field),) for field, _ in senses.FIELDS]
    readings = [tuple(map(Expected, fields))] if fields else [tuple(map(Expected, senses.ALL_FIELDS)), *every]
    ways: tuple[Way, ...] = () if fields else ("article",)
    needs = (ACCOUNT,) if fields else (ACCOUNT, *rows.articles())
    return Wanted((needs,), tuple(readings), ways, (ACCOUNT,))


def _absent(rows: Rows) -> Wanted:
    search = Call("search_orders", words=rows.asked.absent)
    whole = (HISTORY,) if len(rows.customer.orders) <= LISTED else ()
    return Wanted(((search, *whole),), ways=("denied",), allowed=(HISTORY, search), exists=False)


def _unknown(rows: Rows) -> Wanted:
    number = rows.asked.absent
    number = "".join(sign for sign in number if sign.isalnum()).upper()
    reads = (Call("get_order", order_id=number), Call("track_shipment", order_id=number))
    reads = (*reads, Call("search_orders", words=number))
    whole = (HISTORY,) if len(rows.customer.orders) <= LISTED else ()
    # Whoever wants it cancelled hears from the change itself that there is no such order.
    changes = [Call(name, order_id=number) for names in CHANGES.values() for name in names]
    return Wanted(((*reads, *whole, *changes),), ways=("denied",), allowed=(HISTORY, *reads), exists=False)


def _change(rows: Rows) -> Wanted:
    """The change, or the shop's refusal; which order and where to, if the question leaves that open."""
    name, asked = CHANGES[rows.asked.kind][0], rows.asked
    around = (*rows.around, HISTORY)
    if rows.order is None:
        possible = [_call(name, order, asked) for order in rows.customer.orders if may(name, order)]
        own = Call("change_default_address", address=asked.address)
        if asked.kind == "address" and senses.DEFAULT_ADDRESS.search(rows.text):
            needs = ((own, *rows.articles()),)
            return Wanted(needs, ways=("changed", "article"), allowed=(ACCOUNT, *rows.around_all()))
        also = (own, *rows.articles(), ACCOUNT) if asked.kind == "address" else rows.articles()
        needs = ((HISTORY, *possible, *also),)
        return Wanted(needs, ways=("asks", "refused", "changed", "article"), allowed=rows.around_all())
    changes = _changes(name, rows)
    honest = rows.articles() if senses.HOW.search(rows.text) else ()
    ways: tuple[Way, ...] = ("article",) if honest else ()
    if asked.kind == "address" and not asked.address:
        # A change without an address asks for it; that the shop does not allow it may be said first.
        return Wanted(
            ((*rows.asker.reads(rows.order), *rows.articles()),), (), (*ways, "asks", "refused"), around, rows.numbers
        )
    if senses.COSTS.search(rows.text):
        needs = ((*rows.articles(), *rows.asker.reads(rows.order, dated=False)),)
        return Wanted(needs, (), ("article", "refused"), around, rows.numbers)
    if not may(name, rows.order):
        needs = ((*changes, *rows.asker.reads(rows.order, dated=False), *honest),)
        return Wanted(needs, (), (*ways, "refused"), around, rows.numbers)
    done = (Expected("done", rows.order.order_id, name),)
    return Wanted(((*changes, *honest),), () if honest else (done,), (*ways, "changed"), around, rows.numbers)


def _changes(name: str, rows: Rows) -> tuple[Call, ...]:
    assert rows.order
    names = dict.fromkeys((name, *ALSO_CHANGES.get(rows.asked.kind, ())))
    return tuple(_call(one, rows.order, rows.asked) for one in names if one)


def _call(name: str, order: Order, asked: Asked) -> Call:
    item = asked.item or " ".join(item.name for item in order.items)
    named = item if name in ("request_return", "exchange_item", "remove_item") else ""
    address = asked.address if name == "change_address" else ""
    return Call(name, order_id=order.order_id, item=named, address=address)


def _others(rows: Rows) -> Wanted:
    return Wanted(ways=("declined", "denied"), exists=False)


def _off_topic(rows: Rows) -> Wanted:
    return Wanted(ways=("declined",), exists=False)


def _small_talk(rows: Rows) -> Wanted:
    return Wanted(ways=("talk",), exists=False)


def _refund_where(rows: Rows) -> Wanted:
    orders = [rows.order] if rows.order else [order for order in rows.customer.orders if order.refunds]
    refunds = [
        (one.requested_on, one.state, Expected("refund", order.order_id, one.item))
        for order in orders
        for one in order.refunds
        if rows.asked.item in ("", one.item)
    ]
    on_its_way = tuple(fact for _, state, fact in refunds if state != "Refunded")
    # "Where is my refund?" is about those still to come, or about the last one.
    newest = max((day for day, *_ in refunds), default=None)
    readings = [on_its_way, *((fact,) for day, _, fact in refunds if day == newest)]
    needs = (HISTORY, *rows.articles(), *(rows.asker.reads(rows.order, dated=False) if rows.order else ()))
    ways: tuple[Way, ...] = () if refunds else ("article", "handed over")
    return Wanted((needs,), tuple(filter(None, readings)), ways, rows.around, rows.numbers)


def _trouble(rows: Rows) -> Wanted:
    """Something is wrong with what came or did not come: the article, a person, or a change of that very item."""
    order, calls = rows.order, [*rows.articles(), PERSON]
    ways: list[Way] = ["article", "handed over", "changed"]
    if order:
        calls += _changes("", rows)
        if rows.asked.kind == "not_received" and order.status != "Delivered":
            # It has not come because it is still on its way: its record says so.
            calls += rows.asker.reads(order, dated=False)
            ways.append("told")
    else:
        calls += [HISTORY] if rows.asked.kind == "not_received" else []
        ways += ["asks", "told"] if rows.asked.kind == "not_received" else ["asks"]
    return Wanted((tuple(calls),), (), tuple(ways), (*rows.around, HISTORY), rows.numbers)


def _policy(rows: Rows) -> Wanted:
    needs = ((*rows.articles(), PERSON),)
    return Wanted(needs, (), ("article", "handed over"), (*rows.around, HISTORY), rows.numbers)


def _human(rows: Rows) -> Wanted:
    article = rows.articles() if senses.TO_REACH.search(rows.text) else ()
    ways: tuple[Way, ...] = ("article", "handed over") if article else ("handed over",)
    return Wanted(((PERSON, *article),), (), ways, (*rows.around, HISTORY), rows.numbers)


def _angry(rows: Rows) -> Wanted:
    """Nothing is to be done but to be kind; a person only for who asks for one, a look at the orders does no harm."""
    asks_for_one = senses.FOR_A_PERSON.search(rows.text)
    needs = ((PERSON, HISTORY, *rows.articles()),) if asks_for_one else ()
    told: tuple[Way, ...] = ("told",) if rows.order else ()
    return Wanted(needs, (), ("sorry", "article", "handed over", *told), (*rows.around, HISTORY), rows.numbers)


TABLE: Mapping[str, Callable[[Rows], Wanted]] = {
    "product": _product,
    "account": _account,
    "absent": _absent,
    "unknown": _unknown,
    "cancel": _change,
    "return": _change,
    "address": _change,
    "others": _others,
    "off_topic": _off_topic,
    "small_talk": _small_talk,
    "refund_where": _refund_where,
    "broken": _trouble,
    "not_received": _trouble,
    "wrong_item": _trouble,
    "policy_return": _policy,
    "policy_delivery": _policy,
    "policy_payment": _policy,
    "policy_account": _policy,
    "policy_other": _policy,
    "human": _human,
    "angry": _angry,
}
"""By the other kinds of question."""
