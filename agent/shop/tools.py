"""What the shop's tools are and do.

The signed-in customer is no argument of any tool, so no prompt, and nothing that a model writes, can reach another
customer's rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, Field

from agent.shop import contents
from agent.shop.orders import OrderStore, Versioned
from agent.shop.records import Change, Handover, OrderDetails, Row
from headstart.speculation.calls import Call
from headstart.world import Found, NoArguments, Tool, Write


class OrderId(BaseModel):
    """Takes an order's number."""

    order_id: str = Field(description="order number")


class Words(BaseModel):
    """Takes words to look for."""

    text: str = Field(description="item name or other words")


class ProductId(BaseModel):
    """Takes a product's number."""

    product_id: str = Field(description="product number")


class Cancellation(BaseModel):
    """Takes an order and why it is cancelled."""

    order_id: str = Field(description="order number")
    reason: str = ""


class Return(BaseModel):
    """Takes an order, an item of it and why it goes back."""

    order_id: str = Field(description="order number")
    item: str
    reason: str = ""


class NewAddress(BaseModel):
    """Takes an order and where it shall go."""

    order_id: str = Field(description="order number")
    address: str


class Exchange(BaseModel):
    """Takes an order, an item of it and the version that is wanted in its place."""

    order_id: str = Field(description="order number")
    item: str
    wanted: str = Field(description="size, colour or other version, in the customer's words")


class Removal(BaseModel):
    """Takes an order and an item of it that is not wanted any more."""

    order_id: str = Field(description="order number")
    item: str
    count: int = Field(0, ge=0, description="how many of it; 0 for all")


class OwnAddress(BaseModel):
    """Takes where the customer lives now."""

    address: str


class Reason(BaseModel):
    """Takes why a person is wanted."""

    reason: str = Field(description="what the customer wants, in their words")


TOOLS: tuple[Tool, ...] = (
    Tool(
        "get_order_history",
        "The customer's newest orders: status, dates, totals, and counts over all orders.",
        NoArguments,
        speculation_safe=True,
    ),
    Tool(
        "search_orders",
        "Find orders of the customer by item name or other words.",
        Words,
        speculation_safe=True,
    ),
    Tool(
        "get_order",
        "One order by its number: status, items, prices.",
        OrderId,
        speculation_safe=True,
    ),
    Tool(
        "track_shipment",
        "Where the parcel of an order is: carrier, tracking number, stops.",
        OrderId,
        speculation_safe=True,
    ),
    Tool(
        "get_product",
        "A product by its number: price, stock, description.",
        ProductId,
        speculation_safe=True,
    ),
    Tool(
        "get_account",
        "The customer's own name, email and address.",
        NoArguments,
        speculation_safe=True,
    ),
    Tool(
        "cancel_order",
        "Cancel an order that has not shipped.",
        Cancellation,
        "write",
    ),
    Tool(
        "request_return",
        "Return an item of a delivered order.",
        Return,
        "write",
    ),
    Tool(
        "change_address",
        "Send an order that has not shipped to another address.",
        NewAddress,
        "write",
    ),
    Tool(
        "exchange_item",
        "Exchange an item for another size, colour or version of it.",
        Exchange,
        "write",
        shown=False,
    ),
    Tool(
        "remove_item",
        "Take an item out of an order that has not shipped.",
        Removal,
        "write",
        shown=False,
    ),
    Tool(
        "change_default_address",
        "Change the customer's own address.",
        OwnAddress,
        "write",
        shown=False,
    ),
    Tool(
        "undo_change",
        "Take back the customer's last change.",
        NoArguments,
        "write",
        shown=False,
    ),
    Tool(
        "search_help",
        "Find the shop's help article about returns, delivery, payment, the account and the like.",
        Words,
        speculation_safe=True,
        shown=False,
    ),
    Tool(
        "contact_human",
        "Hand this conversation to a person.",
        Reason,
        "write",
        shown=False,
    ),
)
"""In the order in which the model reads them."""

BY_NAME = {tool.name: tool for tool in TOOLS}

CONTENTS: Mapping[str, Callable[[Any], str]] = {
    "get_order_history": contents.order_history,
    "search_orders": contents.order_matches,
    "get_order": contents.order_details,
    "track_shipment": contents.shipment,
    "get_product": contents.product_details,
    "get_account": contents.account,
    "search_help": contents.help_found,
}
"""What the model reads of each tool's row."""


def found(name: str, row: Row, revision: int | None) -> Found:
    """What a reading tool of this name makes of a row."""
    return Found(CONTENTS[name](row), row.model_dump(mode="json"), type(row).__name__, revision)


async def read(store: OrderStore, customer_id: str, name: str, arguments: Mapping[str, Any]) -> Found:
    """Run a reading tool for one customer: the `OrderStore` method of its name. Raises DatabaseError."""
    versioned: Versioned[Any] = await getattr(store, name)(customer_id, **arguments)
    return found(name, versioned.value, versioned.revision)


async def write(store: OrderStore, customer_id: str, name: str, arguments: Mapping[str, Any], write: Write) -> Found:
    """Run a writing tool for one customer, once for each key; a dry run says what it would do and changes nothing."""
    if name == "contact_human":
        return handed_over(await store.contact_human(customer_id, **arguments, write=write))
    change: Change = await getattr(store, name)(customer_id, **arguments, key=write.key, dry_run=write.dry_run)
    return changed(change)


def handed_over(handover: Handover) -> Found:
    """What came of asking for a person."""
    return Found(
        handover.message,
        handover.model_dump(mode="json"),
        Handover.__name__,
        refused=handover.message == contents.NO_DESK,
    )


def changed(change: Change) -> Found:
    """What a change makes known: itself, and the order as it has left it."""
    renewed: tuple[tuple[Call, Found], ...] = ()
    if change.renewed is not None:
        details = OrderDetails(order_id=change.order_id, order=change.renewed)
        call = Call.of("get_order", {"order_id": change.order_id})
        renewed = ((call, found("get_order", details, change.revision)),)
    return Found(
        contents.change(change),
        change.model_dump(mode="json"),
        Change.__name__,
        renewed=renewed,
        refused=not change.done,
        before=change.before,
        after=change.after,
    )
