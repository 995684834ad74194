import asyncio
import random
from datetime import timedelta

import pytest

from agent.shop import contents, notices, policy
from agent.shop.records import HISTORY_LIMIT, Status
from training.conversations import world
from training.conversations.customer import Customer
from training.conversations.shop import at_once


def customers(size: int | None = None, count: int = 40) -> list[Customer]:
    return [world.customer(random.Random(seed), size=size) for seed in range(count)]


def test_what_the_shop_lists_is_what_the_customer_has() -> None:
    for customer in customers():
        history = customer.history()
        assert list(history.orders) == customer.listed
        assert history.count == len(customer.orders) == sum(customer.counts.values())
        assert [one.order_id for one in history.older] == [one.order_id for one in customer.orders[HISTORY_LIMIT:]]
        assert customer.run("get_order_history", {}) == contents.order_history(history)


def test_a_parcels_last_stop_is_the_last_that_happened() -> None:
    for customer in customers(size=5):
        for order in customer.orders:
            events = customer.shipment(order.order_id).events
            assert [event.at for event in events] == sorted((event.at for event in events), reverse=True)
            if order.status is Status.DELIVERED:
                assert events[0].event.startswith(("Delivered", "Left with"))


def test_what_is_cancelled_is_cancelled_in_every_result_from_then_on() -> None:
    cancelled = 0
    for customer in customers(size=3):
        for order in [order for order in customer.orders if policy.cancel_refusal(order) is None][:1]:
            before = customer.run("get_order", {"order_id": order.order_id})
            message, after = customer.change("cancel_order", {"order_id": order.order_id})
            assert message == notices.cancelled(order, done=True)
            assert after is not None
            assert after.status is Status.CANCELLED
            assert customer.find(order.order_id) == after
            assert customer.run("get_order", {"order_id": order.order_id}) != before
            assert Status.CANCELLED in customer.counts
            cancelled += 1
    assert cancelled > 5


def test_a_return_is_registered_once_and_only_in_its_days() -> None:
    tried = 0
    for customer in customers(size=3):
        for order in [order for order in customer.orders if order.status is Status.DELIVERED][:1]:
            assert order.delivered_on
            arguments = {"order_id": order.order_id, "item": order.items[0].item}
            late, after = customer.change("request_return", arguments, order.delivered_on + timedelta(days=31))
            assert (after, "more than 30 days ago" in late) == (None, True)
            in_time = order.delivered_on + timedelta(days=30)
            assert customer.change("request_return", arguments, in_time)[1] is not None
            assert customer.change("request_return", arguments, in_time)[1] is None, "it is registered already"
            tried += 1
    assert tried > 10


def test_an_order_that_is_nobodys_is_refused() -> None:
    customer = customers(size=2, count=1)[0]
    assert customer.change("cancel_order", {"order_id": "X0"}) == (contents.no_such_order("X0"), None)


def test_what_would_wait_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="found that it waits"):
        at_once(asyncio.sleep(0))
