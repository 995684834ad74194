"""What the shop's tools are and do, without LangChain: the speculation runs them before that is even imported.

The signed-in customer is no argument of any tool. `run` binds a call to the customer of a session, so
no prompt, and nothing that a model writes, can reach another customer's rows.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypedDict

from pydantic import BaseModel, Field

from agent.shop import contents
from agent.shop.orders import OrderStore, Versioned
from agent.shop.records import Change, Row


class NoArguments(BaseModel):
    """Takes nothing."""


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


Effect: TypeAlias = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class ShopTool:
    """What a tool is, before it is bound to a customer."""

    name: str
    """Also that of the `OrderStore` method that does the work."""
    description: str
    arguments: type[BaseModel]
    content: Callable[[Any], str]
    effect: Effect = "read"
    speculation_safe: bool = False
    """Said separately: that a tool only reads does not prove that calling it unasked is harmless."""


TOOLS: tuple[ShopTool, ...] = (
    ShopTool(
        "get_order_history",
        "The customer's newest orders: status, dates, totals, and counts over all orders.",
        NoArguments,
        contents.order_history,
        speculation_safe=True,
    ),
    ShopTool(
        "search_orders",
        "Find orders of the customer by item name or other words.",
        Words,
        contents.order_matches,
        speculation_safe=True,
    ),
    ShopTool(
        "get_order",
        "One order by its number: status, items, prices.",
        OrderId,
        contents.order_details,
        speculation_safe=True,
    ),
    ShopTool(
        "track_shipment",
        "Where the parcel of an order is: carrier, tracking number, stops.",
        OrderId,
        contents.shipment,
        speculation_safe=True,
    ),
    ShopTool(
        "get_product",
        "A product by its number: price, stock, description.",
        ProductId,
        contents.product_details,
        speculation_safe=True,
    ),
    ShopTool(
        "get_account",
        "The customer's own name, email and address.",
        NoArguments,
        contents.account,
        speculation_safe=True,
    ),
    ShopTool(
        "cancel_order",
        "Cancel an order that has not shipped.",
        Cancellation,
        contents.change,
        "write",
    ),
    ShopTool(
        "request_return",
        "Return an item of a delivered order.",
        Return,
        contents.change,
        "write",
    ),
    ShopTool(
        "change_address",
        "Send an order that has not shipped to another address.",
        NewAddress,
        contents.change,
        "write",
    ),
)
"""In the order in which the model reads them."""

BY_NAME = {tool.name: tool for tool in TOOLS}
READS = frozenset(tool.name for tool in TOOLS if tool.effect == "read")


class Artifact(TypedDict):
    """A tool's typed result as the plain data that a checkpoint, a card and `--json` can hold."""

    record: str
    """The name of the row in `agent.shop.records`."""
    data: dict[str, Any]
    revision: int | None
    """The customer's revision it was read at; None for writes and in a database without revisions."""
    read_at: float
    """When, in seconds since the epoch: a conversation may be resumed days later."""


Answer: TypeAlias = tuple[str, Artifact]
"""Content and artifact, as LangChain's `content_and_artifact` wants them."""


def artifact(row: Row, revision: int | None) -> Artifact:
    """A row as an artifact."""
    return Artifact(record=type(row).__name__, data=row.model_dump(mode="json"), revision=revision, read_at=time.time())


def answer(name: str, row: Row, revision: int | None) -> Answer:
    """What the tool of this name makes of a row."""
    return BY_NAME[name].content(row), artifact(row, revision)


async def read(store: OrderStore, customer_id: str, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Run a reading tool for one customer.

    Raises pydantic's ValidationError when the arguments do not fit the tool, DatabaseError when the
    database cannot answer.
    """
    tool = BY_NAME[name]
    if tool.effect != "read":
        raise ValueError(f"{name} writes; only reads may run without the customer's word")
    fields = tool.arguments(**arguments).model_dump()
    found: Versioned[Any] = await getattr(store, name)(customer_id, **fields)
    return answer(name, found.value, found.revision)


async def write(
    store: OrderStore, customer_id: str, name: str, arguments: Mapping[str, Any], *, key: str, dry_run: bool = False
) -> Change:
    """Run a writing tool for one customer, once for each `key`; `dry_run` says what it would do and changes nothing."""
    tool = BY_NAME[name]
    if tool.effect != "write":
        raise ValueError(f"{name} only reads")
    fields = tool.arguments(**arguments).model_dump()
    change: Change = await getattr(store, name)(customer_id, **fields, key=key, dry_run=dry_run)
    return change
