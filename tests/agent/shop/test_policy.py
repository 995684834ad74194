from datetime import date, timedelta

import pytest

from agent.shop import policy
from agent.shop.records import Item, Order, Status

DELIVERED = date(2026, 1, 1)
MUG = Item(line=1, product_id="P102", item="Smart Coffee Mug", quantity=1, unit_price_cents=3990)
MAT = Item(line=2, product_id="P136", item="Yoga Mat", quantity=1, unit_price_cents=3200)
MUG_AND_MAT = (MUG, MAT)


def order(status: Status, *, tracking: str | None = None, items: tuple[Item, ...] = (MUG,)) -> Order:
    return Order(
        order_id="B456",
        status=status,
        ordered_on=date(2025, 12, 27),
        total_cents=3990,
        tracking_number=tracking,
        delivered_on=DELIVERED if status is Status.DELIVERED else None,
        items=items,
    )


@pytest.mark.parametrize(
    ("which", "refusal"),
    [
        (order(Status.PROCESSING), None),
        (order(Status.DELAYED), None),
        (order(Status.DELAYED, tracking="NP1"), "is delayed on its way, so it can no longer be cancelled."),
        (order(Status.SHIPPED, tracking="NP1"), "has shipped, so it can no longer be cancelled."),
        (order(Status.OUT_FOR_DELIVERY), "is out for delivery, so it can no longer be cancelled."),
        (order(Status.DELIVERED), "was delivered, so it can no longer be cancelled."),
        (order(Status.RETURNED), "was returned, so it can no longer be cancelled."),
        (order(Status.CANCELLED), "is already cancelled."),
    ],
)
def test_only_what_has_not_shipped_is_cancelled(which: Order, refusal: str | None) -> None:
    assert policy.cancel_refusal(which) == (refusal and f"Smart Coffee Mug (B456) {refusal}")


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PROCESSING, Status.DELAYED}))
def test_only_what_has_not_shipped_goes_elsewhere(status: Status) -> None:
    refusal = policy.address_refusal(order(status), "12 Elm Street")
    assert refusal is not None
    assert refusal.endswith("so its address can no longer be changed.")


@pytest.mark.parametrize("address", ["", "x" * (policy.ADDRESS_LENGTH + 1)])
def test_address_must_fit_a_label(address: str) -> None:
    assert policy.address_refusal(order(Status.PROCESSING), "12 Elm Street") is None
    assert "at most 200 characters" in (policy.address_refusal(order(Status.PROCESSING), address) or "")


def test_return_is_open_to_the_last_day_and_no_longer() -> None:
    last = DELIVERED + timedelta(days=policy.RETURN_DAYS)
    assert policy.return_refusal(order(Status.DELIVERED), MUG, (), last) is None
    late = policy.return_refusal(order(Status.DELIVERED), MUG, (), last + timedelta(days=1))
    assert late == (
        "Smart Coffee Mug (B456) was delivered on 2026-01-01, more than 30 days ago, so it can no longer be returned."
    )


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DELIVERED}))
def test_only_what_was_delivered_is_returned(status: Status) -> None:
    assert "so it cannot be returned." in (policy.return_refusal(order(status), MUG, (), DELIVERED) or "")


def test_item_is_returned_once() -> None:
    both = order(Status.DELIVERED, items=MUG_AND_MAT)
    refusal = policy.return_refusal(both, MUG, {1}, DELIVERED)
    assert refusal == "A return for Smart Coffee Mug (B456) is already registered."
    assert policy.return_refusal(both, MAT, {1}, DELIVERED) is None


def test_return_of_an_unclear_item_asks_for_one() -> None:
    refusal = policy.return_refusal(order(Status.DELIVERED, items=MUG_AND_MAT), None, (), DELIVERED)
    assert refusal == "Please name one item of B456 to return: it holds Smart Coffee Mug and Yoga Mat."


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the mug", MUG),
        ("Smart Coffee Mug", MUG),
        ("coffee MUGS", MUG),
        ("Smart Coffee Mug (B456), the blue one", MUG),
        ("p136", MAT),
        ("mat", MAT),
        ("mug and mat", None),
        ("smart coffee mug and yoga mat", None),
        ("desk lamp", None),
        ("", None),
    ],
)
def test_item_is_named_loosely_but_clearly(text: str, meant: Item | None) -> None:
    assert policy.item_meant(order(Status.DELIVERED, items=MUG_AND_MAT), text) == meant
