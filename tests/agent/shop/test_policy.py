from datetime import date, timedelta

import pytest

from agent.shop import policy
from agent.shop.records import Item, Order, Product, Status

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
    assert policy.return_refusal(order(Status.DELIVERED), [MUG], (), last) is None
    late = policy.return_refusal(order(Status.DELIVERED), [MUG], (), last + timedelta(days=1))
    assert late == (
        "Smart Coffee Mug (B456) was delivered on 2026-01-01, more than 30 days ago, so it can no longer be returned."
    )


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.DELIVERED}))
def test_only_what_was_delivered_is_returned(status: Status) -> None:
    assert "so it cannot be returned." in (policy.return_refusal(order(status), [MUG], (), DELIVERED) or "")


def test_item_is_returned_once() -> None:
    both = order(Status.DELIVERED, items=MUG_AND_MAT)
    refusal = policy.return_refusal(both, [MUG], {1}, DELIVERED)
    assert refusal == "A return for Smart Coffee Mug (B456) is already registered."
    assert policy.return_refusal(both, [MAT], {1}, DELIVERED) is None


def test_return_of_an_unclear_item_asks_for_one() -> None:
    refusal = policy.return_refusal(order(Status.DELIVERED, items=MUG_AND_MAT), [], (), DELIVERED)
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


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the mug", [MUG]),
        ("mug and mat", [MUG, MAT]),
        ("the mat, the mug and the mat again", []),
        ("everything", [MUG, MAT]),
        ("both of them", [MUG, MAT]),
        ("the whole order", [MUG, MAT]),
        ("mug and lamp", []),
        ("", []),
    ],
)
def test_several_items_are_named_each_clearly_or_all_at_once(text: str, meant: list[Item]) -> None:
    assert list(policy.items_meant(order(Status.DELIVERED, items=MUG_AND_MAT), text)) == meant


def test_everything_is_what_has_no_return_yet() -> None:
    both = order(Status.DELIVERED, items=MUG_AND_MAT)
    assert policy.items_meant(both, "all of it", {1}) == (MAT,)
    assert "already registered" in (
        policy.return_refusal(both, policy.items_meant(both, "all", {1, 2}), {1, 2}, DELIVERED) or ""
    )


def version(name: str, product_id: str = "P2", *, in_stock: bool = True) -> Product:
    return Product(product_id=product_id, name=name, description="", price_cents=3990, in_stock=in_stock)


BLACK, LARGE = version("Smart Coffee Mug, black", "P2"), version("Smart Coffee Mug, size L", "P3")
GONE = version("Smart Coffee Mug, 4 TB", "P4", in_stock=False)


@pytest.mark.parametrize(
    ("wanted", "versions", "meant"),
    [
        ("the black one please", [BLACK, LARGE, GONE], BLACK),
        ("swap it, it's too small, I need an L", [BLACK, LARGE], LARGE),
        ("the large one", [BLACK, LARGE], LARGE),
        ("it's ugly", [BLACK, version("Smart Coffee Mug, size S", "P5")], None),
        ("4tb", [BLACK, LARGE, GONE], None),
        ("another one", [BLACK, LARGE], None),
        ("another one", [BLACK, GONE], BLACK),
        ("black or size L", [BLACK, LARGE], None),
        ("black", [], None),
    ],
)
def test_a_version_is_meant_by_what_tells_it_from_the_others(
    wanted: str, versions: list[Product], meant: Product | None
) -> None:
    assert policy.version_meant(MUG, versions, wanted) == meant


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.PROCESSING, Status.DELAYED}))
def test_nothing_is_taken_out_of_what_has_shipped(status: Status) -> None:
    refusal = policy.removal_refusal(order(status, items=MUG_AND_MAT), [MUG])
    assert (refusal or "").endswith("so nothing can be taken out of it any more.")


def test_the_last_item_is_not_taken_out() -> None:
    assert policy.removal_refusal(order(Status.PROCESSING, items=MUG_AND_MAT), [MUG]) is None
    assert "cancel the order" in (policy.removal_refusal(order(Status.PROCESSING), [MUG]) or "")
    assert "Please name one item" in (policy.removal_refusal(order(Status.PROCESSING, items=MUG_AND_MAT), []) or "")


def test_an_exchange_is_open_before_it_ships_and_as_long_as_a_return_is() -> None:
    assert policy.exchange_refusal(order(Status.PROCESSING), [MUG], (), DELIVERED) is None
    assert policy.exchange_refusal(order(Status.DELIVERED), [MUG], (), DELIVERED) is None
    assert (policy.exchange_refusal(order(Status.SHIPPED), [MUG], (), DELIVERED) or "").endswith(
        "it cannot be exchanged."
    )
    assert "to exchange: it holds" in (
        policy.exchange_refusal(order(Status.DELIVERED, items=MUG_AND_MAT), [], (), DELIVERED) or ""
    )
    assert "to exchange: it holds" in (
        policy.exchange_refusal(order(Status.DELIVERED, items=MUG_AND_MAT), MUG_AND_MAT, (), DELIVERED) or ""
    )


def test_a_returned_order_is_told_as_returned_where_an_exchange_is_refused() -> None:
    refusal = policy.exchange_refusal(order(Status.RETURNED), [MUG], (), DELIVERED)
    assert refusal == "Smart Coffee Mug (B456) was returned, so it cannot be exchanged."
