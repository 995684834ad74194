"""How a question points at an order: by words of an item's name, or by its number, both loosely."""

import random
from dataclasses import dataclass

from agent.shop import contents
from agent.shop.records import Order
from training.conversations import names
from training.conversations.customer import Customer


@dataclass(frozen=True)
class Reference:
    """What the question says, and how the answer takes it up."""

    order: Order
    phrase: str
    """In the question."""
    words: str
    """The phrase without "my" or "order": what a search looks for."""
    by_number: bool
    subject: str
    """With what the answer begins, copied forward from the record: from the number, or from the named item on."""


def by_number(draw: random.Random, order: Order) -> Reference:
    """A number as people type it; the answer begins at the head of the record."""
    number = order.order_id
    if draw.random() < 0.35:
        number = number.lower()
    if draw.random() < 0.12:
        number = f"{number[0]} {number[1:]}" if draw.random() < 0.6 else f"{number[0]}-{number[1:]}"
    forms = [
        "order {}",
        "order {}",
        "{}",
        "{}",
        "#{}",
        "order #{}",
        "order number {}",
        "my order {}",
        "order no. {}",
        "the order {}",
    ]
    phrase = draw.choice(forms).format(number)
    return Reference(order, phrase, number, True, f"Order {order.order_id}: {contents.named(order)}")


def by_name(draw: random.Random, customer: Customer, order: Order) -> Reference | None:
    """Words that stand in the name of an item of this order only, and find it where it is not listed; None without."""
    item = draw.choice(order.items)
    plain = names.plain(item.item)
    parts = plain.split()
    candidates = [
        plain,
        parts[-1],
        " ".join(parts[-2:]),
        parts[-1],
        next((part for part in parts if _is_brand(part)), plain),
    ]
    draw.shuffle(candidates)
    listed = order.order_id in {one.order_id for one in customer.listed}
    for words in candidates:
        if len(customer.with_words(words)) != 1 or (not listed and customer.search(words).count != 1):
            continue
        if draw.random() < 0.65:
            words = words.lower()
        article = draw.choice(["my ", "my ", "the ", "the ", "", "that ", "the order with the "])
        return Reference(order, f"{article}{words}", words, False, f"Your {from_item(order, item.item)}")
    return None


def _is_brand(word: str) -> bool:
    return len(word) > 5 and any(letter.isupper() for letter in word[1:])


def from_item(order: Order, item: str) -> str:
    """The order's name from this item on, so that the answer goes forward from where the question's words stand."""
    named = contents.named(order)
    return named[named.index(item) :]


def back_to(order: Order, subject: str, draw: random.Random) -> Reference:
    """ "It": the subject of the last answer, once more."""
    phrase = draw.choice(["it", "it", "that", "that one", "that order", "this one", "this order"])
    return Reference(order, phrase, order.order_id, False, subject)
