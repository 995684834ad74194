"""A question beside the rows of the customer who asks it, and the form of what is right then.

A reading is a set of facts that answers the question. Where its words can honestly be taken in two ways, there are two.
"""

import random
from dataclasses import dataclass
from typing import Literal, TypeAlias

from training.exam.asking import Asker, Deck
from training.exam.expectation import Call, Expected
from training.exam.second import senses
from training.exam.second.conversations import Asked
from training.exam.second.kinds import ARTICLES, CHANGES
from training.exam.truth import Customer, Order

Way: TypeAlias = Literal[
    "article", "handed over", "denied", "declined", "refused", "asks", "talk", "sorry", "changed", "told"
]
"""How an answer that states no fact answers all the same: an article, a person who was asked, "there is none", a polite
no, the rules' no, a question which order, small talk, an apology, the change that was made, the order's own record."""
Reading: TypeAlias = tuple[Expected, ...]


@dataclass(frozen=True)
class Wanted:
    """All that a right answer needs."""

    needs: tuple[tuple[Call, ...], ...] = ()
    """Of each group one call, as in the first exam."""
    readings: tuple[Reading, ...] = ()
    """Of these one, with all its facts; without any, one of the ways."""
    ways: tuple[Way, ...] = ()
    allowed: tuple[Call, ...] = ()
    orders: tuple[str, ...] = ()
    exists: bool = True
    """Whether what is asked about is there, so that denying it is wrong."""


class Rows:
    """One question beside the rows of who asks it."""

    def __init__(self, asked: Asked, customer: Customer) -> None:
        self.asked, self.customer, self.text = asked, customer, asked.text
        draw = random.Random(0)
        self.asker = Asker(draw, Deck(draw), customer)
        self.order = customer.by_id.get(asked.order_id)
        self.second = customer.by_id.get(asked.second_id)
        if self.order is None and asked.kind in CHANGES and senses.NEWEST.search(asked.text):
            self.order = customer.orders[0]

    @property
    def orders(self) -> tuple[Order, ...]:
        """Those that the question names."""
        return tuple(order for order in (self.order, self.second) if order)

    @property
    def numbers(self) -> tuple[str, ...]:
        """Their numbers."""
        return tuple(order.order_id for order in self.orders)

    @property
    def around(self) -> tuple[Call, ...]:
        """Reads that do no harm beside it."""
        return self.asker.around(*self.orders)

    def articles(self) -> tuple[Call, ...]:
        """The searches that find an article of the question's subject."""
        names = ARTICLES.get(self.asked.kind, ())
        return (Call("search_help", articles=names),) if names else ()

    def around_all(self) -> tuple[Call, ...]:
        """Reads of any of the customer's orders."""
        return self.asker.around(*self.customer.orders)
