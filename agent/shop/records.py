"""What the shop's database holds, as typed rows: parsed once at the border and plain from there on.

These are also the artifacts of the tools: cards, grounding and `--json` read them with
`model_dump(mode="json")`, so every field must survive that. Money is integer cents, dates are the
shop's calendar days, times are timezone-aware UTC.
"""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class Status(StrEnum):
    """Where an order stands; the values are those stored in the database."""

    PROCESSING = "Processing"
    SHIPPED = "Shipped"
    OUT_FOR_DELIVERY = "Out for delivery"
    DELIVERED = "Delivered"
    DELAYED = "Delayed"
    CANCELLED = "Cancelled"
    RETURNED = "Returned"


class Row(BaseModel):
    """A frozen row; unknown fields are an error because they mean a schema drifted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Item(Row):
    """One line of an order."""

    line: int
    product_id: str
    item: str
    quantity: int
    unit_price_cents: int


class Order(Row):
    """One order with its lines."""

    order_id: str
    status: Status
    ordered_on: date
    total_cents: int
    carrier: str | None = None
    tracking_number: str | None = None
    eta: date | None = None
    delivered_on: date | None = None
    items: tuple[Item, ...]


class OlderItem(Row):
    """What an older order is known by."""

    item: str
    product_id: str


class OlderOrder(Row):
    """An order that is not listed: enough to know it by when it is named."""

    order_id: str
    status: Status
    items: tuple[OlderItem, ...]


class ReturnState(StrEnum):
    """How far a return has come; the values are those stored in the database."""

    REQUESTED = "Requested"
    RECEIVED = "Received"
    REFUNDED = "Refunded"


class ReturnedItem(Row):
    """An item that goes back, and where its refund stands."""

    order_id: str
    item: str
    state: ReturnState
    requested_on: date
    cents: int
    """What is paid back."""
    exchange_for: str | None = None
    """What the customer gets in its place; nothing is paid back then."""


class OrderHistory(Row):
    """The newest orders, with aggregates over all of them and not only over those listed."""

    orders: tuple[Order, ...]
    """At most `HISTORY_LIMIT`, newest first."""
    count: int
    """Of all orders of the customer, listed or not."""
    count_by_status: dict[Status, int]
    """Only the statuses that occur, in the order of `Status`."""
    dearest: Order | None = None
    """The order with the highest total; the newest of several equal ones."""
    cheapest: Order | None = None
    """The order with the lowest total, and here and below none that was cancelled or returned."""
    oldest: Order | None = None
    next_to_arrive: Order | None = None
    """Of those that are not there yet the one expected first."""
    spent_cents: int = 0
    bought: int = 0
    """How many orders that was."""
    spent_by_year: dict[int, int] = {}
    """In cents, by the year of the order."""
    returns: tuple[ReturnedItem, ...] = ()
    """At most `RETURNS_LIMIT`, newest first; like what stands above, no model reads them."""
    older: tuple[OlderOrder, ...] = ()
    """Those after the listed ones, at most `OLDER_LIMIT`, newest first; no model reads them."""


class OrderMatches(Row):
    """What a search found."""

    text: str
    orders: tuple[Order, ...]
    """At most `HISTORY_LIMIT`, best match first, newer before older."""
    count: int
    """Of all orders that match."""


class OrderDetails(Row):
    """One order looked up by its number; `order` is None when the customer has no such order."""

    order_id: str
    order: Order | None = None


class ShipmentEvent(Row):
    """One stop of a parcel."""

    at: datetime
    place: str
    event: str


class Shipment(Row):
    """An order's way to the customer; `order` is None when the customer has no such order."""

    order_id: str
    order: Order | None = None
    events: tuple[ShipmentEvent, ...] = ()
    """Newest first; empty before the parcel is handed over."""


class Product(Row):
    """One product as it is sold today."""

    product_id: str
    name: str
    description: str
    price_cents: int
    in_stock: bool


class ProductDetails(Row):
    """One product looked up by its number; `product` is None when the shop sells no such product."""

    product_id: str
    product: Product | None = None


class Account(Row):
    """The signed-in customer."""

    customer_id: str
    name: str
    email: str
    address: str
    created_at: datetime


class Change(Row):
    """What a write did or would not do."""

    action: str
    """The tool's name."""
    order_id: str
    done: bool
    """False when the shop's rules or the customer refused; nothing was changed then."""
    message: str
    """What to tell the customer, one sentence; of a preview, what will happen."""
    before: str | None = None
    after: str | None = None
    renewed: Order | None = None
    """The order as the change has left it, read in the same transaction; None for a preview or a refusal."""
    revision: int | None = None
    """The customer's revision with it."""


class Snapshot(Row):
    """What a change may alter, as it was before: an undo writes it back."""

    order: Order | None = None
    ship_to: str | None = None
    """Where the order was to go; None: to the customer's address."""
    returned: tuple[int, ...] = ()
    """Its lines that had a return already."""
    address: str | None = None
    """The customer's, where that was changed."""
    followed: tuple[str, ...] = ()
    """The orders that went to the customer's address and were left at it."""


class LastChange(Row):
    """A change that may be taken back."""

    number: int
    """Its place in the audit trail."""
    action: str
    order_id: str
    """Empty for a change of no one order."""
    was: str | None
    to: str | None
    before: Snapshot


class Handover(Row):
    """A conversation that is handed to people, or would be."""

    reason: str
    message: str
    """What to tell the customer."""
    ticket: int | None = None
    """Its number; None for a preview, and where there is no desk."""


class HelpArticle(Row):
    """One help article."""

    name: str
    title: str
    text: str
    """Paragraphs, a blank line between them; the first one answers."""
    fit: float = 1.0
    """How well it fits what was looked for, 0 to 1."""


class HelpFound(Row):
    """The help articles that fit a question."""

    text: str
    articles: tuple[HelpArticle, ...] = ()
    """The best first."""


HISTORY_LIMIT = 8
"""How many orders one tool result lists (the prompt has room for no more)."""

RETURNS_LIMIT = 20

OLDER_LIMIT = 1_000
"""How many orders behind those are known by their numbers and items."""
