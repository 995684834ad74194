"""Facts as cards under an answer, drawn from the data and reachable by key: Enter begins a question about one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import DataTable, Static

from tui.facts import Orders

if TYPE_CHECKING:
    from agent.shop.records import Order, Product, Shipment
    from tui.facts import Fact

MUTED = "dim"
BESIDE_CELLS = 15
"""What speaker, paddings, frame and scrollbar take beside a table."""
ITEM_CELLS = 22
EVENTS = 6
"""Steps of a parcel that are listed, the newest."""


@dataclass
class AskAbout(Message):
    """The customer chose a record: a question about it begins like this."""

    start: str


class FactCard(Static, can_focus=True):
    """One record in a frame."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask", "Ask about it", id="card.ask", tooltip="Begin a question about this one"),
        Binding("down,right", "app.focus_next", "Next", show=False, id="card.next", tooltip="The next card"),
        Binding("up,left", "app.focus_previous", "Previous", show=False, id="card.previous", tooltip="The card before"),
    ]

    def __init__(self, title: str, body: Content, start: str) -> None:
        super().__init__(body, markup=False)
        self.border_title = Content(title)
        self._start = start

    def action_ask(self) -> None:
        """Enter."""
        self.post_message(AskAbout(self._start))

    def on_click(self) -> None:
        """A click does the same."""
        self.action_ask()


class OrdersTable(DataTable[Content]):
    """Several orders, one a row."""

    def __init__(self, orders: tuple[Order, ...]) -> None:
        super().__init__(cursor_type="row", cell_padding=1)
        self._orders = orders

    def on_mount(self) -> None:
        """Filled when it is known how much room there is: under an answer of a kept conversation that comes later."""
        if self._room() > 0:
            self._fill()
        else:
            self.call_after_refresh(self._fill)

    def _room(self) -> int:
        return self.screen.query_one("#conversation").size.width - BESIDE_CELLS

    def _fill(self) -> None:
        """As many columns as there is room for, each as wide as it needs to be."""
        rows = [[o.order_id, items(o), str(o.status), when(o), money(o.total_cents)] for o in self._orders]
        names = ["order", "item", "status", "when", "total"]
        widths = [max(len(cell) for cell in column) for column in zip(names, *rows, strict=True)]
        widths[1] = min(widths[1], ITEM_CELLS)
        room = self._room()
        if sum(widths) + 2 * len(widths) > room:
            for line in (names, widths, *rows):
                del line[3]  # The status says most of it.
            widths[1] = max(8, min(widths[1], room - sum(widths) + widths[1] - 2 * len(widths)))
        for name, width in zip(names, widths, strict=True):
            self.add_column(f"{name:>{width}}" if name == "total" else name, width=width)
        for row in rows:
            number, item, *between, total = row
            item = item if len(item) <= widths[1] else f"{item[: widths[1] - 1]}…"
            cells = [Content.styled(number, "bold"), *map(Content, [item, *between, f"{total:>{widths[-1]}}"])]
            self.add_row(*cells, key=number)

    @on(DataTable.RowSelected)
    def _chosen(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.post_message(AskAbout(about_order(event.row_key.value or "")))


def card(fact: Fact) -> Widget:
    """The widget that shows a fact."""
    from agent.shop.records import Change, Order, Product

    match fact:
        case Orders():
            return OrdersTable(fact.orders)
        case Order():
            return FactCard(f"{fact.order_id} · {fact.status}", _order(fact), about_order(fact.order_id))
        case Product():
            return FactCard(fact.name, _product(fact), f"About the {fact.name}: ")
        case Change():
            title = f"{fact.order_id} · {'changed' if fact.done else 'not changed'}"
            return FactCard(title, Content(_change(fact.before, fact.after, fact.message)), about_order(fact.order_id))
        case _:
            status = fact.order.status if fact.order else ""
            return FactCard(f"{fact.order_id} · {status}", _shipment(fact), about_order(fact.order_id))


def about_order(order_id: str) -> str:
    """How a question about an order begins."""
    return f"About order {order_id}: "


def money(cents: int) -> str:
    """`$1,299.00`."""
    return f"${cents / 100:,.2f}"


def items(order: Order) -> str:
    """`Smart Coffee Mug`, `2 × Lid and 3 more`."""
    first = order.items[0]
    named = first.item if first.quantity == 1 else f"{first.quantity} × {first.item}"
    return named if len(order.items) == 1 else f"{named} and {len(order.items) - 1} more"


def when(order: Order) -> str:
    """The one date that matters most."""
    if order.delivered_on:
        return f"delivered {order.delivered_on}"
    return f"expected {order.eta}" if order.eta else f"ordered {order.ordered_on}"


def _order(order: Order) -> Content:
    lines = [
        Content.assemble(f"{item.quantity} × {item.item}", (f"  {money(item.unit_price_cents)}", MUTED))
        for item in order.items
    ]
    dates = [f"ordered {order.ordered_on}"]
    if order.delivered_on or order.eta:
        dates.append(when(order))
    lines.append(Content.assemble((" · ".join(dates), MUTED), (f" · {money(order.total_cents)} in all", "bold")))
    return Content("\n").join(lines)


def _shipment(shipment: Shipment) -> Content:
    order = shipment.order
    assert order is not None
    carrier = " ".join(part for part in (order.carrier, order.tracking_number) if part) or "not handed over yet"
    lines = [Content.assemble(items(order), (f" · {carrier}", MUTED), (f" · {when(order)}", MUTED))]
    for number, event in enumerate(shipment.events[:EVENTS]):
        style = "bold" if number == 0 else ""
        mark = "●" if number == 0 else "○"
        lines.append(
            Content.assemble(
                f"{mark} ", (f"{event.at:%Y-%m-%d %H:%M}  ", MUTED), (event.event, style), (f", {event.place}", MUTED)
            )
        )
    if left := len(shipment.events) - EVENTS:
        lines += [Content.styled(f"  {left} earlier", MUTED)] if left > 0 else []
    return Content("\n").join(lines)


def _product(product: Product) -> Content:
    stock = "✓ in stock" if product.in_stock else "✗ out of stock"
    first = Content.assemble((money(product.price_cents), "bold"), (f" · {stock} · {product.product_id}", MUTED))
    return Content("\n").join([first, Content(product.description)])


def _change(before: str | None, after: str | None, message: str) -> str:
    return f"{before or '–'} → {after or '–'}" if before is not None or after is not None else message
