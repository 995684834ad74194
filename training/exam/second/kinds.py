"""The kinds of question, what customers of shops write about how often, and which help articles answer what."""

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[int, tuple[str, ...]]] = {
    "delivery and status": (
        35,
        (
            "status_by_name",
            "status_by_number",
            "dates",
            "delivery",
            "two_orders",
            "count",
            "newest",
            "all_orders",
            "by_status",
            "first_to_arrive",
            "absent",
            "unknown",
            "not_received",
            "policy_delivery",
        ),
    ),
    "returns, refunds, exchanges": (25, ("return", "refund_where", "broken", "wrong_item", "policy_return")),
    "changes and cancelling": (15, ("cancel", "address")),
    "payment and invoices": (10, ("price", "dearest", "cheapest", "spent_total", "policy_payment")),
    "products and policy": (10, ("contents", "product", "policy_other")),
    "people, complaints, rest": (
        5,
        ("account", "others", "off_topic", "small_talk", "policy_account", "human", "angry"),
    ),
}
"""What contacts are about, with how many of a hundred are, and the kinds of question that belong there."""
GROUP_OF = {kind: group for group, (_, kinds) in GROUPS.items() for kind in kinds}
KINDS = tuple(GROUP_OF)

ARTICLES: Mapping[str, tuple[str, ...]] = {
    "policy_return": (
        "returns",
        "refunds",
        "refund-status",
        "exchanges",
        "damaged",
        "wrong-item",
        "warranty",
        "cancelling",
        "cancellation-fee",
    ),
    "policy_delivery": (
        "delivery-costs",
        "delivery-options",
        "delivery-times",
        "delivery-address",
        "countries",
        "tracking",
        "late-parcel",
        "missing-parcel",
    ),
    "policy_payment": (
        "payment-methods",
        "payment-problems",
        "invoices",
        "gift-cards",
        "vouchers",
        "prices",
        "refunds",
        "refund-status",
    ),
    "policy_account": (
        "create-account",
        "delete-account",
        "edit-account",
        "switch-account",
        "password",
        "registration-problems",
        "newsletter",
        "privacy",
        "delivery-address",
        "payment-methods",
    ),
    "policy_other": (
        "changing-an-order",
        "complaints",
        "contact",
        "countries",
        "delivery-options",
        "gift-cards",
        "gift-wrapping",
        "invoices",
        "newsletter",
        "person",
        "place-order",
        "prices",
        "privacy",
        "reviews",
        "stock",
        "vouchers",
        "warranty",
    ),
    "broken": ("damaged", "warranty", "returns", "exchanges", "refunds"),
    "wrong_item": ("wrong-item", "returns", "exchanges"),
    "not_received": ("missing-parcel", "late-parcel", "tracking"),
    "refund_where": ("refund-status", "refunds"),
    "return": ("returns", "exchanges", "refunds"),
    "cancel": ("cancelling", "cancellation-fee", "changing-an-order"),
    "address": ("delivery-address", "edit-account"),
    "account": ("edit-account", "password", "privacy", "delivery-address", "switch-account"),
    "delivery": ("tracking", "late-parcel", "delivery-times", "delivery-options"),
    "dates": ("delivery-times", "late-parcel", "tracking"),
    "status_by_name": ("tracking", "late-parcel", "missing-parcel"),
    "status_by_number": ("tracking", "late-parcel", "missing-parcel"),
    "first_to_arrive": ("tracking", "delivery-times"),
    "product": ("stock", "prices", "place-order"),
    "price": ("prices", "invoices"),
    "human": ("person", "contact"),
    "angry": (
        "complaints",
        "person",
        "contact",
        "late-parcel",
        "missing-parcel",
        "damaged",
        "wrong-item",
        "returns",
        "refunds",
        "refund-status",
        "delete-account",
    ),
}
"""By kind, the names of the articles of that subject: any of them brings the customer further."""

CHANGES: Mapping[str, tuple[str, ...]] = {
    "cancel": ("cancel_order",),
    "return": ("request_return",),
    "address": ("change_address",),
}
"""What is to be proposed; the first one's rules say whether the shop allows it."""
ALSO_CHANGES: Mapping[str, tuple[str, ...]] = {
    "return": ("exchange_item",),
    "broken": ("request_return", "exchange_item"),
    "wrong_item": ("request_return", "exchange_item"),
    "cancel": ("remove_item",),
}
"""What may be proposed too, of the right item."""
