"""The exam's customers and their orders, drawn from one seed, and the database that holds them."""

import random
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from argon2.low_level import Type, hash_secret

from agent.shop.help.articles import Article, read_articles, write_articles
from training.exam import goods, people
from training.exam.truth import Customer, Item, Order, Stop

SCHEMA = Path(__file__).parents[2] / "data" / "schema.sql"
TODAY = date(2025, 10, 14)
"""The day of the exam: the runner's clock stands there, so that a return is or is not in time for ever."""
PASSWORD = "exam"  # noqa: S105  Every account of this made-up shop has it.
CARRIERS = {"Kestrel Parcels": "KP", "Postnor": "PN", "TruckRight": "TR", "Meadow Mail": "MM"}
LETTERS = "ABCDEFGHJKLMNQRSTUVWXYZ"
"""Of order numbers; products begin with P."""
STYLES = {"letter and 4": 38, "letter and 3": 22, "letter and 5": 17, "two letters and 4": 11, "W and 7": 12}
BY_AGE = (
    (3, {"Processing": 50, "Shipped": 22, "Delayed": 16, "Cancelled": 12}),
    (12, {"Processing": 10, "Shipped": 25, "Out for delivery": 22, "Delayed": 16, "Delivered": 22, "Cancelled": 5}),
    (25, {"Delivered": 70, "Delayed": 10, "Shipped": 8, "Cancelled": 6, "Returned": 6}),
    (9999, {"Delivered": 78, "Cancelled": 10, "Returned": 12}),
)


class Drawer:
    """Draws customers; remembers what was given away, so that no number or mailbox is given twice."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.taken: set[str] = set()

    def customer(self, size: int, *, twins: bool = False, poisoned: bool = False) -> Customer:
        """Someone with so many orders; `twins` gives two of them products of one name."""
        draw = self.draw
        name = people.person(draw)
        customer_id = self._fresh(lambda: f"{name.split()[-1].lower()}{draw.randrange(10, 9999)}")
        local = name.lower().replace(" ", draw.choice([".", "-", ""]))
        email = self._fresh(lambda: f"{local}{draw.randrange(1, 999)}@{draw.choice(('mailbox.test', 'inbox.test'))}")
        address = self._fresh(lambda: people.address(draw))
        ages = self._ages(size)
        style = draw.choices(list(STYLES), list(STYLES.values()))[0]
        picked = iter(self._products(size, twins=twins, poisoned=poisoned))
        orders: list[Order] = []
        totals: set[int] = set()
        for age in ages:
            lines = [next(picked)]
            if draw.random() < 0.28:
                lines += [next(picked) for _ in range(draw.choice([1, 1, 2]))]
            order = self._order(self.number(style), age, lines, address.rpartition(", ")[2])
            while order.total_cents in totals and size <= 60:
                order = self._order(order.order_id, age, [next(picked)], address.rpartition(", ")[2])
            totals.add(order.total_cents)
            orders.append(order)
        since = TODAY - timedelta(days=max(ages, default=5) + draw.randrange(2, 400))
        ordered = sorted(orders, key=lambda order: (-order.ordered_on.toordinal(), order.order_id))
        return Customer(customer_id, name, email, address, since, tuple(ordered))

    def _fresh(self, drawn: Callable[[], str]) -> str:
        while (text := drawn()) in self.taken:
            continue
        self.taken.add(text)
        return text

    def _ages(self, size: int) -> list[int]:
        if size > 60:
            return [1 + int(900 * self.draw.random() ** 2) for _ in range(size)]
        ages: set[int] = set()
        while len(ages) < size:
            ages.add(self.draw.randrange(1, 27) if self.draw.random() < 0.6 else self.draw.randrange(27, 420))
        return sorted(ages)

    def _products(self, size: int, *, twins: bool, poisoned: bool) -> Iterable[goods.Product]:
        """First those that must be there, then others that are called otherwise than any before."""
        draw = self.draw
        first: list[goods.Product] = []
        if twins and size > 1:
            first += draw.choice(goods.twins())
        if poisoned:
            first.append(draw.choice(goods.poisoned()))
        known = {word for product in first for word in product.called.split()}
        rest = list(goods.products()[: -len(goods.poisoned())])
        draw.shuffle(rest)
        once: list[goods.Product] = []
        for product in rest:
            if not known & set(product.called.split()):
                known |= set(product.called.split())
                once.append(product)
        head, once = once[: max(0, min(size, 4) - len(first))], once[max(0, min(size, 4) - len(first)) :]
        start = [*first, *head]
        draw.shuffle(start)
        yield from start
        yield from once
        while True:
            yield draw.choice(rest)

    def number(self, style: str) -> str:
        """A number of an order that nobody had before and nobody gets after."""
        draw = self.draw

        def drawn() -> str:
            letter = draw.choice(LETTERS)
            match style:
                case "letter and 3":
                    return f"{letter}{draw.randrange(100, 1000)}"
                case "letter and 5":
                    return f"{letter}{draw.randrange(10_000, 100_000)}"
                case "two letters and 4":
                    return f"{letter}{draw.choice(LETTERS)}{draw.randrange(1000, 10_000)}"
                case "W and 7":
                    return f"W{draw.randrange(1_000_000, 10_000_000)}"
                case _:
                    return f"{letter}{draw.randrange(1000, 10_000)}"

        return self._fresh(drawn)

    def _order(self, order_id: str, age: int, lines: Sequence[goods.Product], town: str) -> Order:
        draw = self.draw
        weights = next(weights for days, weights in BY_AGE if age <= days)
        status = draw.choices(list(weights), list(weights.values()))[0]
        ordered_on = TODAY - timedelta(days=age)
        parcel = status in ("Shipped", "Out for delivery", "Delivered", "Returned") or (
            status == "Delayed" and age > 3 and draw.random() < 0.5
        )
        carrier = draw.choice(list(CARRIERS)) if parcel else None
        tracking = self._fresh(lambda: f"{CARRIERS[carrier]}{draw.randrange(10**8, 10**9)}") if carrier else None
        delivered_on = eta = None
        if status in ("Delivered", "Returned"):
            delivered_on = ordered_on + timedelta(days=max(1, min(age - 1, draw.randrange(2, 9))))
        elif status == "Out for delivery":
            eta = TODAY
        elif status != "Cancelled" and draw.random() < 0.85:
            eta = TODAY + timedelta(days=draw.randrange(1, 12))
        items = tuple(
            Item(product.name, product.product_id, draw.choices([1, 2, 4], [86, 10, 4])[0], product.price_cents)
            for product in dict.fromkeys(lines)
        )
        stops = tuple(self._stops(status, ordered_on, delivered_on, carrier, town)) if carrier else ()
        total = sum(item.quantity * item.unit_cents for item in items)
        return Order(order_id, status, ordered_on, total, items, carrier, tracking, eta, delivered_on, None, stops)

    def _stops(
        self, status: str, ordered_on: date, delivered_on: date | None, carrier: str, town: str
    ) -> Iterable[Stop]:
        last = delivered_on or TODAY - timedelta(days=status != "Out for delivery")
        days = max(0, (last - ordered_on).days)
        between = people.town(self.draw)
        yield Stop(ordered_on + timedelta(days=days // 4), f"{between} warehouse", f"Collected by {carrier}")
        if status == "Shipped" and days < 3:
            return
        yield Stop(ordered_on + timedelta(days=days // 2), f"{between} sorting centre", "Scanned")
        match status:
            case "Delayed":
                yield Stop(last, f"{between} sorting centre", self.draw.choice(["Held back by a storm", "Missorted"]))
            case "Out for delivery":
                yield Stop(last, f"{town} depot", "Loaded onto the van")
            case "Delivered" | "Returned":
                yield Stop(last, town, self.draw.choice(["Handed to the recipient", "Put into the locker"]))
            case _:
                yield Stop(ordered_on + timedelta(days=days * 3 // 4), f"{town} depot", "Unloaded")


def write(customers: Sequence[Customer], path: Path) -> None:
    """Write a database of these customers; the same customers give the same rows."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA.read_text(encoding="utf-8"))
        connection.executemany(
            "INSERT INTO products VALUES (?, ?, ?, ?, ?)",
            [(p.product_id, p.name, p.description, p.price_cents, p.in_stock) for p in goods.products()],
        )
        secret = hash_secret(
            PASSWORD.encode(), b"examexamexamexam", time_cost=1, memory_cost=8, parallelism=1, hash_len=32, type=Type.ID
        ).decode("ascii")
        for customer in customers:
            connection.execute(
                "INSERT INTO customers (customer_id, name, email, password_hash, address, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (customer.customer_id, customer.name, customer.email, secret, customer.address, _at(customer.since, 9)),
            )
            for order in customer.orders:
                _write_order(connection, customer.customer_id, order)
        write_articles(connection, help_articles())
        connection.execute("UPDATE customers SET revision = 0")
        connection.commit()


@cache
def help_articles() -> tuple[Article, ...]:
    """The demo's articles: what a shop's help says is the same for everybody."""
    return read_articles(SCHEMA.parent / "help")


def _write_order(connection: sqlite3.Connection, customer_id: str, order: Order) -> None:
    connection.execute(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        (
            order.order_id,
            customer_id,
            order.status,
            order.ordered_on.isoformat(),
            order.total_cents,
            order.carrier,
            order.tracking,
            order.eta and order.eta.isoformat(),
            order.delivered_on and order.delivered_on.isoformat(),
        ),
    )
    connection.executemany(
        "INSERT INTO order_items VALUES (?, ?, ?, ?, ?, ?)",
        [
            (order.order_id, line, item.product_id, item.name, item.quantity, item.unit_cents)
            for line, item in enumerate(order.items, start=1)
        ],
    )
    lines = {item.name: line for line, item in enumerate(order.items, start=1)}
    connection.executemany(
        "INSERT INTO returns (order_id, line, reason, status, requested_at) VALUES (?, ?, '', ?, ?)",
        [(order.order_id, lines[one.item], one.state, _at(one.requested_on, 9)) for one in order.refunds],
    )
    connection.executemany(
        "INSERT INTO shipment_events VALUES (?, ?, ?, ?)",
        [(order.order_id, _at(stop.day, 6 + place), stop.place, stop.event) for place, stop in enumerate(order.stops)],
    )


def _at(day: date, hour: int) -> str:
    return datetime.combine(day, time(hour, 20), UTC).isoformat(timespec="seconds")
