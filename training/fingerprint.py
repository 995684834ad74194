"""One fingerprint over everything that the embedded model reads.

Its adapter is taught on exactly these words, schemas and result formats, and records the fingerprint it was trained
on; `tests/training/test_fingerprint.py` fails when they drift apart.
"""

import hashlib
import json
from datetime import UTC, date, datetime

from agent.shop import contents, records
from agent.shop.phrases import INSTRUCTIONS, PHRASES
from agent.shop.tools import TOOLS
from headstart.llama.format.tool_calls import CHATML, compact_schema
from headstart.world.langchain import schemas


def fingerprint() -> str:
    """Twelve hex digits over instructions, tool schemas, the dialect and the format of every tool result."""
    shown = [
        INSTRUCTIONS,
        PHRASES.signed_in,
        PHRASES.typing,
        PHRASES.not_confirmed,
        CHATML.instructions,
        CHATML.call_text({"name": "name", "args": {"key": "value"}, "id": None, "type": "tool_call"}),
        *(json.dumps(compact_schema(schema)) for schema in schemas(tool for tool in TOOLS if tool.shown)),
        *_specimens(),
    ]
    return hashlib.sha256("\n\n".join(shown).encode()).hexdigest()[:12]


def _specimens() -> list[str]:
    """One content of each form, over every status."""
    day = date(2026, 1, 2)
    item = records.Item(line=1, product_id="P1", item="Mug", quantity=2, unit_price_cents=123456)
    orders = tuple(
        records.Order(
            order_id=f"A{number}",
            status=status,
            ordered_on=day,
            total_cents=246912,
            carrier="NorthPost",
            tracking_number="NP1",
            eta=day,
            delivered_on=day,
            items=(item, item.model_copy(update={"line": 2, "quantity": 1})),
        )
        for number, status in enumerate(records.Status)
    )
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    event = records.ShipmentEvent(at=moment, place="Leipzig", event="Arrived")
    product = records.Product(product_id="P1", name="Mug", description="A mug.", price_cents=100, in_stock=True)
    counts = dict.fromkeys(records.Status, 2)
    history = records.OrderHistory(orders=orders, count=14, count_by_status=counts, dearest=orders[0])
    account = records.Account(
        customer_id="ada", name="Ada", email="ada@example.com", address="1 Elm Street", created_at=moment
    )
    return [
        contents.order_history(history),
        contents.order_history(records.OrderHistory(orders=(), count=0, count_by_status={})),
        contents.order_matches(records.OrderMatches(text="mug", orders=orders[:1], count=2)),
        contents.order_matches(records.OrderMatches(text="mug", orders=(), count=0)),
        contents.order_details(records.OrderDetails(order_id="A1", order=orders[1])),
        contents.order_details(records.OrderDetails(order_id="A1")),
        contents.shipment(records.Shipment(order_id="A1", order=orders[1], events=(event,))),
        contents.shipment(records.Shipment(order_id="A1", order=orders[1])),
        contents.product_details(records.ProductDetails(product_id="P1", product=product)),
        contents.product_details(records.ProductDetails(product_id="P1")),
        contents.account(account),
    ]
