"""What a made-up customer has: an account, orders, products and parcels, drawn row by row."""

import random
from datetime import UTC, date, datetime, time, timedelta

from agent.shop import records
from agent.shop.records import Order, Status
from training.conversations import names
from training.conversations.customer import Customer

CARRIERS = {"NorthPost": "NP", "SwiftLine": "SL", "BlueVan": "BV", "ParcelBee": "PB", "Hermod": "HM", "QuickMail": "QM"}
WITH_PARCEL = {Status.SHIPPED, Status.OUT_FOR_DELIVERY, Status.DELIVERED, Status.RETURNED}
BEFORE_SHIPPING = {Status.PROCESSING, Status.DELAYED}
SIZES = {0: 3, 1: 7, 2: 14, 3: 12, 4: 12, 5: 11, 6: 10, 7: 8, 8: 12, 40: 16}
"""How many orders a customer has, in parts of a hundred; 40 stands for more than can be listed."""


def customer(draw: random.Random, held_out: bool = False, size: int | None = None) -> Customer:
    """A customer with some orders, several of them alike in name or number."""
    size = draw.choices(list(SIZES), list(SIZES.values()))[0] if size is None else size
    count = draw.choice([draw.randrange(9, 15), draw.randrange(15, 60), draw.randrange(60, 200)]) if size > 8 else size
    recent = min(count, draw.randrange(9, 15))
    today = date(2024, 1, 1) + timedelta(days=draw.randrange(1000))
    style, order_ids, item_names = draw.choice([0, 0, 1, 1, 1, 2, 3]), [], []
    products: dict[str, records.Product] = {}
    orders: list[Order] = []
    events: dict[str, tuple[records.ShipmentEvent, ...]] = {}
    ages = sorted(draw.randrange(0, 25) if draw.random() < 0.5 else draw.randrange(0, 300) for _ in range(recent))
    ages += [draw.randrange(300, 2000) for _ in range(count - recent)]
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
    name = names.person(draw)
    local = name.lower().replace(" ", draw.choice([".", "_", ""]))
    account = records.Account(
        customer_id=f"{name.split()[0].lower()}{draw.randrange(1, 999)}",
        name=name,
        email=f"{local}@{draw.choice(['example.com', 'example.org', 'mail.example', 'post.example.net'])}",
        address=names.address(draw),
        created_at=datetime.combine(today - timedelta(days=draw.randrange(2000, 3000)), time(9), UTC),
    )
    return Customer(account, orders, products, events, today)


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
    at = sorted(datetime.combine(day, time(draw.randrange(6, 21), minute), UTC) for minute, day in enumerate(moments))
    listed = [
        records.ShipmentEvent(at=moment, place=place, event=event)
        for moment, (place, event) in zip(at, stops, strict=True)
    ]
    return tuple(reversed(listed[-draw.randrange(1, 6) :]))
