"""A customer made up for one conversation, and what the tools would say about them.

The results are the shop's own rows rendered by the shop's own `contents`, so that the model reads in training
what it will read at run time.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from agent.shop import contents, records
from agent.shop.records import Order, Status
from training.conversations import names

CARRIERS = {"NorthPost": "NP", "SwiftLine": "SL", "BlueVan": "BV", "ParcelBee": "PB", "Hermod": "HM", "QuickMail": "QM"}
WITH_PARCEL = {Status.SHIPPED, Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.RETURNED}
BEFORE_SHIPPING = {Status.PROCESSING, Status.DELAYED}
SIZES = {0: 3, 1: 7, 2: 14, 3: 12, 4: 12, 5: 11, 6: 10, 7: 8, 8: 12, 40: 16}
"""How many orders a customer has, in parts of a hundred; 40 stands for more than can be listed."""


def matches(order: Order, phrase: str) -> bool:
    """Whether every word of the phrase stands in the order's item names."""
    held = {word for item in order.items for word in item.item.lower().split()}
    return all(word in held for word in phrase.lower().split())


@dataclass
class Customer:
    """The account, every order that the conversation may touch (newest first) and how many there are in all."""

    account: records.Account
    orders: list[Order]
    count: int
    counts: dict[Status, int]
    dearest: Order | None
    products: dict[str, records.Product]
    events: dict[str, tuple[records.ShipmentEvent, ...]] = field(default_factory=dict)

    @property
    def listed(self) -> list[Order]:
        """Those that `get_order_history` lists."""
        return self.orders[: records.HISTORY_LIMIT]

    def find(self, order_id: str) -> Order | None:
        """The order of that number."""
        return next((order for order in self.orders if order.order_id == order_id), None)

    def search(self, text: str) -> list[Order]:
        """The orders that hold all of these words."""
        return [order for order in self.orders if matches(order, text)]

    def replace(self, changed: Order) -> None:
        """Put an order in the place of its older self."""
        before = self.find(changed.order_id)
        self.orders = [changed if order.order_id == changed.order_id else order for order in self.orders]
        if self.dearest and self.dearest.order_id == changed.order_id:
            self.dearest = changed
        if before and before.status != changed.status:
            counts = Counter(self.counts)
            counts[before.status] -= 1
            counts[changed.status] += 1
            self.counts = in_order(counts)

    def run(self, name: str, arguments: dict[str, str]) -> str:
        """The content of a reading tool."""
        match name:
            case "get_order_history":
                return contents.order_history(self.history())
            case "search_orders":
                found = self.search(arguments["text"])
                listed = tuple(found[: records.HISTORY_LIMIT])
                return contents.order_matches(
                    records.OrderMatches(text=arguments["text"], orders=listed, count=len(found))
                )
            case "get_order":
                order_id = arguments["order_id"]
                return contents.order_details(records.OrderDetails(order_id=order_id, order=self.find(order_id)))
            case "track_shipment":
                return contents.shipment(self.shipment(arguments["order_id"]))
            case "get_product":
                product_id = arguments["product_id"]
                product = self.products.get(product_id)
                return contents.product_details(records.ProductDetails(product_id=product_id, product=product))
            case _:
                return contents.account(self.account)

    def shipment(self, order_id: str) -> records.Shipment:
        """What `track_shipment` reads."""
        events = self.events.get(order_id, ())
        return records.Shipment(order_id=order_id, order=self.find(order_id), events=events)

    def history(self) -> records.OrderHistory:
        """What `get_order_history` reads."""
        older = [
            records.OlderOrder(
                order_id=order.order_id,
                status=order.status,
                items=tuple(records.OlderItem(item=item.item, product_id=item.product_id) for item in order.items),
            )
            for order in self.orders[records.HISTORY_LIMIT :]
        ]
        return records.OrderHistory(
            orders=tuple(self.listed),
            count=self.count,
            count_by_status=self.counts,
            dearest=self.dearest,
            older=tuple(older),
        )


def in_order(counts: Counter[Status]) -> dict[Status, int]:
    """Only the statuses that occur, in the order of `Status`."""
    return {status: counts[status] for status in Status if counts[status] > 0}


def customer(draw: random.Random, held_out: bool = False, size: int | None = None) -> Customer:
    """A customer with some orders, several of them alike in name or number."""
    size = draw.choices(list(SIZES), list(SIZES.values()))[0] if size is None else size
    known = draw.randrange(9, 15) if size > records.HISTORY_LIMIT else size
    count = draw.choice([known, draw.randrange(15, 60), draw.randrange(60, 1200)]) if size > 8 else size
    today = date(2024, 1, 1) + timedelta(days=draw.randrange(1000))
    style, order_ids, item_names = draw.choice([0, 0, 1, 1, 1, 2, 3]), [], []
    products: dict[str, records.Product] = {}
    orders: list[Order] = []
    events: dict[str, tuple[records.ShipmentEvent, ...]] = {}
    ages = sorted(draw.randrange(0, 25) if draw.random() < 0.5 else draw.randrange(0, 300) for _ in range(known))
    for age in ages:
        near = draw.choice(order_ids) if order_ids and draw.random() < 0.3 else None
        order_id = names.order_id(draw, draw.randrange(4) if draw.random() < 0.1 else style, near)
        while order_id in order_ids:
            order_id = names.order_id(draw, style)
        order_ids.append(order_id)
        items = _items(draw, held_out, item_names, products)
        order = _order(draw, order_id, today - timedelta(days=age), today, items)
        orders.append(order)
        events[order_id] = _events(draw, order)
    for _ in range(3):
        _product(draw, names.item(draw, held_out), products)
    counts = Counter(order.status for order in orders)
    if count > known:
        for _ in range(12):
            counts[draw.choice([Status.DELIVERED, Status.DELIVERED, *Status])] += (count - known) // 12
        counts[Status.DELIVERED] += count - sum(counts.values())
    name = names.person(draw)
    local = name.lower().replace(" ", draw.choice([".", "_", ""]))
    account = records.Account(
        customer_id=f"{name.split()[0].lower()}{draw.randrange(1, 999)}",
        name=name,
        email=f"{local}@{draw.choice(['example.com', 'example.org', 'mail.example', 'post.example.net'])}",
        address=names.address(draw),
        created_at=datetime.combine(today - timedelta(days=draw.randrange(300, 2000)), time(9), UTC),
    )
    dearest = max(orders, key=lambda order: order.total_cents, default=None)
    return Customer(account, orders, count, in_order(counts), dearest, products, events)


def _product(draw: random.Random, name: str, products: dict[str, records.Product]) -> records.Product:
    product_id = f"P{draw.randrange(100, 999) if draw.random() < 0.6 else draw.randrange(1000, 99999)}"
    while product_id in products:
        product_id = f"P{draw.randrange(100, 99999)}"
    low, high = draw.choice([(300, 3000), (1000, 10000), (5000, 60000), (20000, 250000)])
    cents = draw.randrange(low, high)
    price = cents if draw.random() < 0.4 else cents // 100 * 100 + draw.choice([0, 50, 90, 95, 99])
    noun = names.plain(name).split()[-1].lower()
    description = draw.choice(
        [
            f"A {noun} for every day, made to last.",
            f"Light and sturdy, with a guarantee of {draw.randrange(2, 11)} years.",
            f"Comes in {draw.choice(['three', 'four', 'five'])} colours and fits any home.",
            f"The {noun} that our customers like best.",
            f"Made in {names.city(draw)} from recycled material.",
            "Easy to clean, easy to store.",
        ]
    )
    product = records.Product(
        product_id=product_id, name=name, description=description, price_cents=price, in_stock=draw.random() < 0.75
    )
    products[product_id] = product
    return product


def _items(
    draw: random.Random, held_out: bool, item_names: list[str], products: dict[str, records.Product]
) -> tuple[records.Item, ...]:
    lines = draw.choices([1, 2, 3], [74, 20, 6])[0]
    items: list[records.Item] = []
    for line in range(1, lines + 1):
        near = draw.choice(item_names) if item_names and draw.random() < 0.3 else None
        name = names.item(draw, held_out, near)
        while name in item_names:
            name = names.item(draw, held_out)
        item_names.append(name)
        name = names.tricky(draw, name) if draw.random() < 0.05 else name
        product = _product(draw, name, products)
        items.append(
            records.Item(
                line=line,
                product_id=product.product_id,
                item=name,
                quantity=draw.choices([1, 2, 3, 4], [86, 9, 3, 2])[0],
                unit_price_cents=product.price_cents,
            )
        )
    return tuple(items)


def _order(draw: random.Random, order_id: str, ordered_on: date, today: date, items: tuple[records.Item, ...]) -> Order:
    age = (today - ordered_on).days
    late = [Status.DELIVERED] * 5 + [Status.CANCELLED, Status.RETURNED, Status.DELAYED, Status.SHIPPED]
    status = draw.choice(late if age > 12 else list(Status))
    parcel = status in WITH_PARCEL or (status is Status.DELAYED and draw.random() < 0.5)
    carrier = draw.choice(list(CARRIERS)) if parcel else None
    eta = delivered = None
    if status in {Status.DELIVERED, Status.RETURNED}:
        delivered = ordered_on + timedelta(days=draw.randrange(1, 10))
    elif status is not Status.CANCELLED and draw.random() < 0.9:
        eta = today + timedelta(days=0 if status is Status.OUT_FOR_DELIVERY else draw.randrange(1, 15))
    return Order(
        order_id=order_id,
        status=status,
        ordered_on=ordered_on,
        total_cents=sum(item.quantity * item.unit_price_cents for item in items),
        carrier=carrier,
        tracking_number=f"{CARRIERS[carrier]}{draw.randrange(10**6, 10**9)}" if carrier else None,
        eta=eta,
        delivered_on=delivered,
        items=items,
    )


def _events(draw: random.Random, order: Order) -> tuple[records.ShipmentEvent, ...]:
    if not order.carrier:
        return ()
    there = names.city(draw)
    stops = [("Warehouse", f"Handed over to {order.carrier}"), ("Regional hub", "Sorted")]
    stops += [(f"{there} depot", draw.choice(["Arrived at the depot", "Arrived", "In transit", "Left the depot"]))]
    if order.status is Status.DELAYED:
        stops.append((f"{there} depot", draw.choice(["Delayed by the carrier", "Delayed by weather"])))
    if order.status in {Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.RETURNED}:
        stops.append((f"{there} depot", "Out for delivery"))
    if order.status in {Status.DELIVERED, Status.RETURNED}:
        stops.append((there, draw.choice(["Delivered", "Left with a neighbour", "Delivered to the door"])))
    elif order.status is Status.SHIPPED:
        stops = stops[: draw.randrange(1, len(stops) + 1)]
    last = order.delivered_on or order.ordered_on + timedelta(days=draw.randrange(1, 5))
    span = (last - order.ordered_on).days
    moments = [order.ordered_on + timedelta(days=span * n // max(1, len(stops) - 1)) for n in range(len(stops))]
    listed = [
        records.ShipmentEvent(at=datetime.combine(at, time(draw.randrange(6, 21)), UTC), place=place, event=event)
        for at, (place, event) in zip(moments, stops, strict=True)
    ]
    return tuple(reversed(listed[-draw.randrange(1, 6) :]))
