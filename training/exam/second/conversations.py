"""Puts the second exam together: every line once, in conversations of three to five over one customer's rows."""

import hashlib
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from training.exam import goods, people, shop
from training.exam.ask_services import clear, may
from training.exam.asking import Asker, Deck, Reference, fits, slots
from training.exam.conversations import SIZES
from training.exam.expectation import Conversation
from training.exam.second import senses
from training.exam.second.kinds import CHANGES, KINDS
from training.exam.truth import LISTED, Customer, Order, Refund

QUESTIONS = Path(__file__).parents[1] / "second_questions.toml"
SEED = 20_261_130
LENGTHS = (3, 4, 5)
TRIES = 3_000
"""So many customers are drawn until one's rows fit a conversation."""
RECENT = timedelta(days=26)
"""What was delivered since then can surely be returned."""
SLOT = re.compile(r"\{(\w+)\}")
SLOTS = frozenset({"item", "item2", "number", "product", "address", "absent", "unknown", "stranger"})


@dataclass(frozen=True)
class Asked:
    """A line as one customer asks it, and what it was filled with; the rows say what is right when it is scored."""

    kind: str
    text: str
    order_id: str = ""
    item: str = ""
    """The item's whole name, where the line names one."""
    second_id: str = ""
    product_id: str = ""
    address: str = ""
    absent: str = ""
    """What it asks about and nobody has: an item or a number."""


@dataclass(frozen=True)
class Line:
    """One line of the file, and which of its kind it is."""

    kind: str
    text: str
    place: int

    @property
    def slots(self) -> frozenset[str]:
        """What it is to be filled with."""
        return frozenset(SLOT.findall(self.text))

    @property
    def granted(self) -> bool:
        """Of a change: whether it asks for one that the shop allows. Two of three do."""
        return self.place % 3 != 2


@dataclass(frozen=True)
class SecondExam:
    """All of it."""

    customers: tuple[Customer, ...]
    conversations: tuple[Conversation[Asked], ...]

    @property
    def questions(self) -> list[Asked]:
        """Every question."""
        return [question for conversation in self.conversations for question in conversation.questions]

    def digest(self) -> str:
        """Eight hex digits over rows and questions: another exam has another."""
        orders = [order for customer in self.customers for order in customer.orders]
        refunds = [(order.refunds, sorted(order.returned)) for order in orders]
        # A set is written in another order by every process.
        bare = [
            replace(one, orders=tuple(replace(order, returned=frozenset()) for order in one.orders))
            for one in self.customers
        ]
        whole = repr((bare, refunds, [one.questions for one in self.conversations]))
        return hashlib.sha256(whole.encode()).hexdigest()[:8]


@cache
def exam(path: Path = QUESTIONS) -> SecondExam:
    """The exam of a file of questions; always the same.

    Raises: ValueError for a kind or a placeholder that is not known.
    """
    return _Composer(read(path)).compose()


def read(path: Path) -> dict[str, list[str]]:
    """The lines by their kind."""
    lines = tomllib.loads(path.read_text(encoding="utf-8"))["questions"]
    unknown = sorted({*lines} - {*KINDS})
    strange = sorted({slot for texts in lines.values() for text in texts for slot in SLOT.findall(text)} - SLOTS)
    if unknown or strange:
        raise ValueError(f"Expected the kinds and placeholders of the second exam, found {unknown} and {strange}.")
    return lines


class _Composer:
    def __init__(self, lines: dict[str, list[str]]) -> None:
        self.draw = random.Random(SEED)
        self.drawer = shop.Drawer(self.draw)
        self.lines = lines
        # Strangers sign in nowhere: whatever is told of them was never theirs who heard it.
        self.strangers = [self.drawer.customer(5) for _ in range(40)]

    def compose(self) -> SecondExam:
        customers = list(self.strangers)
        conversations: list[Conversation[Asked]] = []
        for lines in self._dealt():
            customer, asked = self._conversation(lines)
            customers.append(customer)
            size = len(customer.orders)
            conversations.append(Conversation(len(conversations), customer.customer_id, size, asked))
        return SecondExam(tuple(customers), tuple(conversations))

    def _dealt(self) -> Iterator[list[Line]]:
        """The lines of each conversation: in every round one of each kind, so that no conversation has two."""
        decks = {kind: self.draw.sample(texts, len(texts)) for kind, texts in self.lines.items()}
        for place in range(max(map(len, decks.values()))):
            mixed = [Line(kind, texts[place], place) for kind, texts in decks.items() if place < len(texts)]
            self.draw.shuffle(mixed)
            while mixed:
                length = self._length(len(mixed))
                # Small talk comes first: after an offer, "ok, thanks" would be a yes to it.
                yield sorted(mixed[:length], key=lambda line: line.kind != "small_talk")
                mixed = mixed[length:]

    def _length(self, left: int) -> int:
        fitting = [length for length in LENGTHS if left == length or left - length >= min(LENGTHS)]
        return self.draw.choice(fitting) if fitting else left

    def _conversation(self, lines: Sequence[Line]) -> tuple[Customer, tuple[Asked, ...]]:
        for _ in range(TRIES):
            size = self.draw.choices(list(SIZES), list(SIZES.values()))[0]
            customer = self._with_refunds(self.drawer.customer(size, twins=self.draw.random() < 0.2))
            if not all(_has_rows(line, customer) for line in lines):
                continue
            filler = _Filler(Asker(self.draw, Deck(self.draw), customer), self)
            if asked := filler.filled(lines):
                return customer, asked
        raise ValueError(f"Expected a customer whose rows fit {[line.kind for line in lines]}, found none.")

    def _with_refunds(self, customer: Customer) -> Customer:
        """Every returned order has its refunds, and now and then something delivered is on its way back."""
        back = [order for order in customer.orders if order.status == "Delivered" and _age(order) <= RECENT]
        asked = self.draw.choice(back) if back and self.draw.random() < 0.5 else None
        orders = [
            self._refunded(order) if order is asked or order.status == "Returned" else order
            for order in customer.orders
        ]
        return replace(customer, orders=tuple(orders))

    def _refunded(self, order: Order) -> Order:
        whole = order.status == "Returned"
        since = (order.delivered_on or order.ordered_on) + timedelta(days=self.draw.randrange(1, 4))
        refunds = tuple(
            Refund(
                item.name,
                self.draw.choice(("Received", "Refunded") if whole else ("Requested", "Requested", "Received")),
                min(since, shop.TODAY - timedelta(days=1)),
            )
            for item in (order.items if whole else order.items[:1])
        )
        return replace(order, refunds=refunds, returned=frozenset(one.item for one in refunds))


@dataclass
class _Filler:
    asker: Asker
    composer: _Composer

    def filled(self, lines: Sequence[Line]) -> tuple[Asked, ...]:
        """The questions of one conversation; none where this customer's rows do not allow all of them."""
        asked: dict[Line, Asked] = {}
        used: set[str] = set()
        # Changes choose first: nothing else is asked about an order that one of them has changed.
        for line in sorted(lines, key=lambda one: one.kind not in CHANGES):
            one = self._one(line, used)
            if one is None:
                return ()
            asked[line] = one
            used |= {one.order_id} if line.kind in CHANGES else set()
        return tuple(asked[line] for line in lines)

    def _one(self, line: Line, used: set[str]) -> Asked | None:
        given: dict[str, str] = {}
        about = other = None
        if line.slots & {"item", "number", "item2"}:
            about = self._order(line, used, by_number="item" not in line.slots)
            if about is None:
                return None
            given = {"item": about.words, "number": self.asker.typed_number(about.order.order_id)}
        if about and "item2" in line.slots:
            other = self.asker.reference(False, lambda one: one is not about.order and one.order_id not in used)
            if other is None:
                return None
            given["item2"] = other.words
        given |= self._anything(line)
        if any(slot not in given for slot in line.slots):
            return None
        return Asked(
            line.kind,
            slots(line.text, **given),
            order_id=about.order.order_id if about else "",
            item=about.item if about else "",
            second_id=other.order.order_id if other else "",
            product_id=given["product"] if "product" in line.slots else "",
            address=given["address"] if "address" in line.slots else "",
            absent=next((given[slot] for slot in ("absent", "unknown") if slot in line.slots), ""),
        )

    def _order(self, line: Line, used: set[str], *, by_number: bool) -> Reference | None:
        about = self.asker.reference(
            by_number, lambda order: order.order_id not in used and fits_kind(line, order, by_number=by_number)
        )
        if about and line.kind == "refund_where" and about.item and about.item not in about.order.returned:
            return None
        return about

    def _anything(self, line: Line) -> dict[str, str]:
        """What has nothing to do with the customer's orders."""
        draw, customer = self.asker.draw, self.asker.customer
        bought = [item for order in customer.listed for item in order.items]
        words = {word for order in customer.orders for item in order.items for word in item.name.split()}
        absent = [p for p in goods.products() if not any(fits(w, " ".join(words)) for w in p.called.split())]
        stranger = draw.choice(self.composer.strangers)
        given = {
            "product": draw.choice(bought).product_id,
            "address": people.address(draw),
            "stranger": draw.choice((stranger.name, stranger.name, stranger.customer_id)),
        }
        if "unknown" in line.slots:
            given["unknown"] = self.asker.typed_number(self.composer.drawer.number(draw.choice(list(shop.STYLES))))
        return given | ({"absent": draw.choice(absent).called} if absent else {})


def fits_kind(line: Line, order: Order, *, by_number: bool) -> bool:
    """Whether a line of this kind may be about that order."""
    match line.kind:
        case "cancel" | "address" | "return":
            name = CHANGES[line.kind][0]
            one_item = line.kind != "return" or not by_number or len(order.items) == 1
            return not order.returned and may(name, order) == line.granted and clear(name, order) and one_item
        case "delivery" | "dates":
            return order.status != "Cancelled"
        case "broken" | "wrong_item":
            return order.status == "Delivered" and _age(order) <= RECENT and not order.returned
        case "not_received":
            said_to_be_there = line.granted or re.search(r"deliver|there|arrived", line.text, re.I)
            return order.status == "Delivered" if said_to_be_there else order.status in ("Shipped", "Delayed")
        case "refund_where":
            return bool(order.refunds)
        case _:
            return True


def _has_rows(line: Line, customer: Customer) -> bool:
    """Whether the customer's orders have what a line of this kind asks for."""
    kept = [order for order in customer.orders if order.status not in ("Cancelled", "Returned")]
    match line.kind:
        case "by_status":
            asked = senses.statuses(line.text)
            there = any(customer.counts[status] for status in (asked[0] if asked else ()))
            # What a list does not show takes a search for each status; in one of four there is none of it.
            return len(customer.orders) <= LISTED and (not asked or there == (line.place % 4 != 3))
        case "first_to_arrive":
            return any(order.eta and order.status in senses.OPEN for order in customer.orders)
        case "cheapest":
            return len(kept) > 1
        case "spent_total":
            return bool(kept)
        case "refund_where":
            return any(order.refunds for order in customer.orders)
        case _:
            return True


def _age(order: Order) -> timedelta:
    return shop.TODAY - order.delivered_on if order.delivered_on else timedelta.max
