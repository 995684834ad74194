"""How the exam's customers point at their orders, and how they type."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from training.exam import goods
from training.exam.expectation import Call
from training.exam.truth import Customer, Order


class Deck:
    """The lines of every table, each used once before one is used twice."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self._left: dict[str, list[str]] = {}

    def line(self, table: str) -> str:
        """The next line of the table."""
        if not self._left.get(table):
            self._left[table] = lines(table)
            self.draw.shuffle(self._left[table])
        return self._left[table].pop()


def lines(table: str) -> list[str]:
    """The lines of one of the tables of questions."""
    return [line for line in table.strip().split("\n") if line]


@cache
def called() -> dict[str, str]:
    """Item name → the words customers use for it."""
    return {product.name: product.called for product in goods.products()}


def plain(word: str) -> str:
    """A word as it is compared: lower case, without punctuation and the plural's s."""
    word = "".join(c for c in word.casefold() if c.isalnum())
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def fits(words: str, name: str) -> bool:
    """Whether every one of the words stands in the item's name."""
    held = [plain(part) for part in name.replace("-", " ").split()]
    return all(plain(word) in held for word in words.replace("-", " ").split())


@dataclass(frozen=True)
class Reference:
    """What the question says for an order."""

    order: Order
    phrase: str
    words: str
    item: str
    by_number: bool


@dataclass
class Asker:
    """Asks in the place of one customer."""

    draw: random.Random
    deck: Deck
    customer: Customer

    def named(self, order: Order) -> Reference | None:
        """By a name that fits no other order; None when there is none."""
        items = list(order.items)
        self.draw.shuffle(items)
        for item in items:
            words = called()[item.name]
            others = (other.name for one in self.customer.orders if one is not order for other in one.items)
            if any(fits(words, name) for name in others):
                continue
            said = item.name.lower() if self.draw.random() < 0.15 else words
            form = self.draw.choice(("my {}", "my {}", "the {}", "the {}", "the {} I bought", "that {} of mine"))
            return Reference(order, form.format(said), said, item.name, False)
        return None

    def numbered(self, order: Order) -> Reference:
        """By its number, as people type it."""
        number = self.typed_number(order.order_id)
        forms = ("order {}", "{}", "no. {}", "order nr {}", "#{}", "my order with the number {}", "the {} order")
        return Reference(order, self.draw.choice(forms).format(number), number, "", True)

    def typed_number(self, order_id: str) -> str:
        """Lower case, spaced or hyphened now and then."""
        kind = self.draw.random()
        cut = next(at for at, sign in enumerate(order_id) if sign.isdigit())
        if kind < 0.12:
            order_id = f"{order_id[:cut]} {order_id[cut:]}"
        elif kind < 0.2:
            order_id = f"{order_id[:cut]}-{order_id[cut:]}"
        return order_id.lower() if self.draw.random() < 0.3 else order_id

    def order(self, allowed: Callable[[Order], bool] = lambda _: True) -> Order | None:
        """One of the customer's orders, mostly of those that are listed."""
        every = [order for order in self.customer.orders if allowed(order)]
        listed = [order for order in every if order in self.customer.listed]
        pool = listed if listed and (self.draw.random() < 0.6 or len(every) > 60) else every
        return self.draw.choice(pool) if pool else None

    def reference(
        self, by_number: bool | None = None, allowed: Callable[[Order], bool] = lambda _: True
    ) -> Reference | None:
        """An order and a way to point at it, or None."""
        order = self.order(allowed)
        if order is None:
            return None
        if by_number is None:
            by_number = self.draw.random() < 0.5
        return self.numbered(order) if by_number else self.named(order)

    def listed(self, order: Order) -> bool:
        """Whether a list of the newest shows it."""
        return order in self.customer.listed

    def reads(self, order: Order, *, dated: bool = True) -> tuple[Call, ...]:
        """The calls that bring the order's record; without its own date and total also the parcel's."""
        names = " ".join(item.name for item in order.items)
        found = [Call("get_order", order_id=order.order_id)]
        found += [Call("search_orders", order_id=order.order_id, words=f"{names} {order.order_id} {order.status}")]
        found += [Call("get_order_history")] if self.listed(order) else []
        found += [] if dated else [Call("track_shipment", order_id=order.order_id)]
        return tuple(found)

    def around(self, *orders: Order) -> tuple[Call, ...]:
        """Reads that do no harm beside a question about these orders."""
        every = [call for order in orders for call in self.reads(order, dated=False)]
        return tuple(dict.fromkeys([Call("get_order_history"), *every]))

    def typed(self, text: str, *keep: str) -> str:
        """In lower case, without the last sign, or with a slip, now and then; what is kept stays as it is."""
        if self.draw.random() < 0.18:
            text = _outside(text, keep, str.lower)
        if self.draw.random() < 0.2:
            text = text.rstrip("?.! ") if not text.endswith(tuple(keep)) else text
        if self.draw.random() < 0.1:
            text = _outside(text, keep, self._slip)
        return text[:1].upper() + text[1:] if self.draw.random() < 0.6 and not text.startswith(tuple(keep)) else text

    def _slip(self, text: str) -> str:
        long = [word for word in text.split() if len(word) > 4 and word.isalpha()]
        if not long:
            return text
        word = self.draw.choice(long)
        at = self.draw.randrange(1, len(word) - 2)
        return text.replace(word, word[:at] + word[at + 1] + word[at] + word[at + 2 :], 1)


def _outside(text: str, keep: Sequence[str], change: Callable[[str], str]) -> str:
    for kept in keep:
        if kept and kept in text:
            before, after = text.split(kept, 1)
            rest = [other for other in keep if other != kept]
            return _outside(before, rest, change) + kept + _outside(after, rest, change)
    return change(text)


def slots(line: str, **given: str) -> str:
    """The line with its slots filled."""
    for name, text in given.items():
        line = line.replace(f"{{{name}}}", text)
    return line
