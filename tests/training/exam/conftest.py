import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent.shop.help.articles import Article
from training.exam import shop
from training.exam.conversations import Exam, exam
from training.exam.expectation import Call, ExamQuestion
from training.exam.score import Made
from training.exam.truth import STATUSES, Customer, Order, Shop, read_shop

Ideal = Callable[[ExamQuestion, Customer], str]


@pytest.fixture(scope="session")
def whole() -> Exam:
    return exam()


@pytest.fixture(scope="session")
def database(whole: Exam, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exam") / "orders.sqlite"
    shop.write(whole.customers, path)
    return path


@pytest.fixture(scope="session")
def connection(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database)) as opened:
        yield opened


@pytest.fixture(scope="session")
def rows(connection: sqlite3.Connection) -> Shop:
    return read_shop(connection)


@pytest.fixture(scope="session")
def ideal(rows: Shop) -> Ideal:
    """The right answer in the words that the embedded model is taught."""
    return lambda question, customer: _ideal(question, customer, rows)


@pytest.fixture(scope="session")
def made() -> Callable[[Call], Made]:
    """The call as a model makes it that makes it rightly."""
    return _made


@pytest.fixture(scope="session")
def changed() -> Callable[[ExamQuestion, Customer], Customer]:
    """The customer's rows after the change that the question asks for."""
    return _changed


def _made(call: Call) -> Made:
    text = call.words if call.name == "search_orders" else ""
    number = "" if text else call.order_id
    given = {"order_id": number, "text": text, "product_id": call.product_id, "item": call.item}
    given |= {"address": call.address, "reason": call.reason}
    content = f"{call.order_id}: "
    if call.articles:
        content = "\n".join(f"{_article(call).title}: {part}" for part in _article(call).text.split("\n\n"))
    return Made(call.name, {name: value for name, value in given.items() if value}, content)


def _article(call: Call) -> Article:
    return next(one for one in shop.help_articles() if one.name == call.articles[0])


def _changed(question: ExamQuestion, customer: Customer) -> Customer:
    fact = question.asked[0] if question.asked else None
    if fact is None or fact.kind != "done":
        return customer
    address = question.needs[0][0].address
    changes = {"cancel_order": {"status": "Cancelled", "eta": None}, "change_address": {"ship_to": address}}
    orders = tuple(
        replace(order, **changes.get(fact.item, {})) if order.order_id == fact.about else order
        for order in customer.orders
    )
    return replace(customer, orders=orders)


def money(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def joined(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def named(order: Order) -> str:
    items = [item.name if item.quantity == 1 else f"{item.quantity} x {item.name}" for item in order.items]
    return f"{joined(items)} ({order.order_id})"


def phrase(order: Order) -> str:
    expected = f", expected by {order.eta}" if order.eta else ""
    return {
        "Processing": f"is processing{expected}",
        "Shipped": f"has shipped{expected}",
        "Out for delivery": f"is out for delivery{expected}",
        "Delivered": f"was delivered on {order.delivered_on}",
        "Delayed": f"is delayed{expected}",
        "Cancelled": "was cancelled",
        "Returned": "was returned",
    }[order.status]


def line(order: Order) -> str:
    return f"{named(order)} {phrase(order)}. Ordered on {order.ordered_on} for {money(order.total_cents)}."


def summary(customer: Customer) -> str:
    counts = joined([f"{n} {status.lower()}" for status in STATUSES if (n := customer.counts[status])])
    return f"You have {len(customer.orders)} order{'s' * (len(customer.orders) != 1)}: {counts}."


def _without_record(question: ExamQuestion, orders: list[Order]) -> str:
    match question.manner:
        case "denied" if question.kind == "unknown product":
            return f"There is no product {question.absent} in the shop."
        case "denied" if question.kind != "item":
            return f"There is no order {question.absent} in your account."
        case "denied":
            return f"I can't find a {question.absent} among your orders."
        case "declined":
            return "I'm sorry, I can only help you with your orders and your account in this shop."
        case "quoted":
            return _article(question.needs[0][0]).text.partition("\n\n")[0]
        case "talk":
            return "You're welcome! Is there anything else I can help you with?"
        case "asks":
            return "Which order would you like to cancel?"
        case _:
            return f"{named(orders[0])} {phrase(orders[0]).split(',')[0]}, so it can no longer be cancelled."


def _ideal(question: ExamQuestion, customer: Customer, rows: Shop) -> str:
    orders = [customer.by_id[number] for number in question.orders if number in customer.by_id]
    if question.manner:
        return _without_record(question, orders)
    fact = question.asked[0]
    if question.category == "account":
        return (
            f"Your name is {customer.name}.\nYour email is {customer.email}.\nYour address is {customer.address}.\n"
            f"Your user name is {customer.customer_id}, customer since {customer.since}."
        )
    if fact.kind.startswith("product"):
        product = rows.products[fact.about]
        stock = "is in stock" if product.in_stock else "is out of stock"
        offer = f"{product.name} ({product.product_id}) costs {money(product.price_cents)} and {stock}."
        return product.description if fact.kind == "product text" else offer
    if not customer.orders:
        return "You have no orders yet."
    if fact.kind in ("count", "none"):
        return summary(customer)
    first = orders[0]
    match fact.kind:
        case "done":
            return {
                "cancel_order": f"{named(first)} is now cancelled.",
                "request_return": f"A return for {question.needs[0][0].item} ({first.order_id}) is registered.",
                "change_address": f"{first.order_id} now goes to {question.needs[0][0].address}.",
            }[fact.item]
        case "newest":
            return f"Your newest order is {named(first)}, ordered on {first.ordered_on}."
        case "dearest":
            return f"Your most expensive order is {named(first)}, {money(first.total_cents)}."
        case "item" | "item price":
            items = [
                f"{item.quantity} x {item.name} ({item.product_id}) at {money(item.unit_cents)}"
                f"{' each' * (item.quantity > 1)}"
                for item in first.items
            ]
            return f"{first.order_id} holds {joined(items)}."
        case "carrier" | "tracking" | "last stop":
            return f"Your {named(first)} {phrase(first)}. {_carriage(first)}"
        case _ if question.category == "several orders":
            listed = "\n".join(f"- {line(order)}" for order in orders)
            more = "These are the newest 8:\n" * (len(customer.orders) > 8)
            return listed if question.kind == "by status" else f"{summary(customer)}\n{more}{listed}"
        case _:
            forms = ("Your {}", "Order {}: {}")
            return " ".join(
                forms[0].format(line(order)) if place % 2 == 0 else forms[1].format(order.order_id, line(order))
                for place, order in enumerate(orders)
            )


def _carriage(order: Order) -> str:
    if not order.stops:
        return "It has not been handed to a carrier."
    last = order.stops[-1]
    where = f"Last stop on {last.day}: {last.event}, {last.place}."
    return f"The carrier is {order.carrier}, tracking number {order.tracking}. {where}"
