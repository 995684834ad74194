"""What is true of a customer: rows read straight from SQLite, past every line of the agent.

The scorer holds answers against these rows alone. Nothing here or in the scorer imports the agent.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

STATUSES = ("Processing", "Shipped", "Out for delivery", "Delivered", "Delayed", "Cancelled", "Returned")
LISTED = 8
"""How many orders the shop lists at once."""


@dataclass(frozen=True)
class Item:
    """One line of an order."""

    name: str
    product_id: str
    quantity: int
    unit_cents: int


@dataclass(frozen=True)
class Stop:
    """One stop of a parcel."""

    day: date
    place: str
    event: str


@dataclass(frozen=True)
class Refund:
    """The return of one item, and where its refund stands."""

    item: str
    state: str
    """`Requested`, `Received` or `Refunded`."""
    requested_on: date


@dataclass(frozen=True)
class Order:
    """One order with everything that can be said of it."""

    order_id: str
    status: str
    ordered_on: date
    total_cents: int
    items: tuple[Item, ...]
    carrier: str | None = None
    tracking: str | None = None
    eta: date | None = None
    delivered_on: date | None = None
    ship_to: str | None = None
    stops: tuple[Stop, ...] = ()
    """Oldest first."""
    returned: frozenset[str] = frozenset()
    """The items for which a return is registered."""
    refunds: tuple[Refund, ...] = field(default=(), repr=False)
    """These returns in whole; not in the `repr`, by which the first exam is told from another one."""

    @property
    def unshipped(self) -> bool:
        """Whether it can be cancelled and redirected."""
        return self.status == "Processing" or (self.status == "Delayed" and self.tracking is None)


@dataclass(frozen=True)
class Product:
    """A product as it is sold today."""

    product_id: str
    name: str
    price_cents: int
    in_stock: bool
    description: str


@dataclass(frozen=True)
class Customer:
    """One customer's rows."""

    customer_id: str
    name: str
    email: str
    address: str
    since: date
    orders: tuple[Order, ...]
    """Newest first."""

    @cached_property
    def by_id(self) -> Mapping[str, Order]:
        """By the order's number."""
        return {order.order_id: order for order in self.orders}

    @cached_property
    def counts(self) -> Counter[str]:
        """How many orders have each status."""
        return Counter(order.status for order in self.orders)

    @property
    def dearest(self) -> Order:
        """The order with the highest total."""
        return max(self.orders, key=lambda order: (order.total_cents, order.ordered_on))

    @property
    def listed(self) -> tuple[Order, ...]:
        """Those that a list shows."""
        return self.orders[:LISTED]


@dataclass(frozen=True)
class Shop:
    """What all customers share, and whose each number is."""

    products: Mapping[str, Product]
    owners: Mapping[str, str]
    """Order, tracking number, e-mail or postal address → customer."""
    carriers: frozenset[str]
    places: frozenset[str]


def read_shop(connection: sqlite3.Connection) -> Shop:
    """Products, carriers, places and who owns what."""
    owners: dict[str, str] = {}
    carriers: set[str] = set()
    for order_id, customer_id, carrier, tracking in connection.execute(
        "SELECT order_id, customer_id, carrier, tracking_number FROM orders"
    ):
        owners[order_id] = customer_id
        if carrier:
            carriers.add(carrier)
            owners[tracking] = customer_id
    for customer_id, email, address in connection.execute("SELECT customer_id, email, address FROM customers"):
        owners[email] = owners[address] = customer_id
    rows = connection.execute("SELECT product_id, name, price_cents, in_stock, description FROM products")
    products = {row[0]: Product(row[0], row[1], row[2], bool(row[3]), row[4]) for row in rows}
    places = frozenset(row[0] for row in connection.execute("SELECT DISTINCT place FROM shipment_events"))
    return Shop(products, owners, frozenset(carriers), places)


def read_customer(connection: sqlite3.Connection, customer_id: str) -> Customer:
    """The customer's rows as they are now."""
    ((name, email, address, since),) = connection.execute(
        "SELECT name, email, address, created_at FROM customers WHERE customer_id = ?", (customer_id,)
    )
    rows = connection.execute(
        "SELECT order_id, status, ordered_on, total_cents, carrier, tracking_number, eta, delivered_on, ship_to"
        " FROM orders WHERE customer_id = ? ORDER BY ordered_on DESC, order_id",
        (customer_id,),
    ).fetchall()
    orders = tuple(_order(connection, *row) for row in rows)
    return Customer(customer_id, name, email, address, date.fromisoformat(since[:10]), orders)


def _order(
    connection: sqlite3.Connection,
    order_id: str,
    status: str,
    ordered_on: str,
    total_cents: int,
    carrier: str | None,
    tracking: str | None,
    eta: str | None,
    delivered_on: str | None,
    ship_to: str | None,
) -> Order:
    lines = connection.execute(
        "SELECT line, item, product_id, quantity, unit_price_cents FROM order_items WHERE order_id = ? ORDER BY line",
        (order_id,),
    ).fetchall()
    stops = connection.execute(
        "SELECT at, place, event FROM shipment_events WHERE order_id = ? ORDER BY at", (order_id,)
    ).fetchall()
    refunds = connection.execute(
        "SELECT line, status, requested_at FROM returns WHERE order_id = ? ORDER BY line", (order_id,)
    ).fetchall()
    called = {line[0]: line[1] for line in lines}
    return Order(
        order_id=order_id,
        status=status,
        ordered_on=date.fromisoformat(ordered_on),
        total_cents=total_cents,
        items=tuple(Item(*line[1:]) for line in lines),
        carrier=carrier,
        tracking=tracking,
        eta=date.fromisoformat(eta) if eta else None,
        delivered_on=date.fromisoformat(delivered_on) if delivered_on else None,
        ship_to=ship_to,
        stops=tuple(Stop(date.fromisoformat(at[:10]), place, event) for at, place, event in stops),
        returned=frozenset(called[line] for line, *_ in refunds),
        refunds=tuple(Refund(called[line], state, date.fromisoformat(at[:10])) for line, state, at in refunds),
    )
