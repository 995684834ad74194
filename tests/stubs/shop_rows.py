"""Rows of the shop as a turn's data brings them."""

from datetime import UTC, date, datetime

from agent.events import ToolUse
from agent.shop import records
from agent.shop.records import Row
from headstart.world import Found
from headstart.world.opened import Artifact
from headstart.world.opened import artifact as artifact_of

DAY = date(2026, 11, 2)


def order(number: str, item: str = "Smart Coffee Mug", status: str = "Delivered") -> records.Order:
    line = records.Item(line=1, product_id="P1", item=item, quantity=1, unit_price_cents=3990)
    return records.Order(
        order_id=number,
        status=records.Status(status),
        ordered_on=date(2026, 10, 30),
        total_cents=3990,
        carrier="NorthPost",
        tracking_number="NP774",
        delivered_on=DAY if status == "Delivered" else None,
        eta=None if status == "Delivered" else DAY,
        items=(line,),
    )


MUG = order("B456")
PROCESSOR = order("A123", "QuantumLeap AI Processor", "Shipped")
HISTORY = records.OrderHistory(orders=(PROCESSOR, MUG), count=2, count_by_status={})
MANY = records.OrderHistory(
    orders=(*(order(f"K{n}", f"Lamp {n}") for n in range(3)), MUG), count=40, count_by_status={}
)
SHIPMENT = records.Shipment(
    order_id="A123",
    order=PROCESSOR,
    events=(
        records.ShipmentEvent(at=datetime(2026, 11, 1, 9, 5, tzinfo=UTC), place="Leipzig", event="Left the depot"),
        records.ShipmentEvent(at=datetime(2026, 10, 31, 8, 0, tzinfo=UTC), place="Rostock", event="Handed over"),
    ),
)
PRODUCT = records.ProductDetails(
    product_id="P1",
    product=records.Product(
        product_id="P1", name="Smart Coffee Mug", description="Keeps it warm.", price_cents=3990, in_stock=True
    ),
)


def use(row: records.Row, *, used: bool = True) -> ToolUse:
    return ToolUse("a_tool", {}, "hit", 0.0, type(row).__name__, row.model_dump(mode="json"), used)


def artifact(row: Row, revision: int | None) -> Artifact:
    """The row as the artifact of a tool's result."""
    return artifact_of(Found("", row.model_dump(mode="json"), type(row).__name__, revision))
