"""Puts the exam together: customers, and conversations of one to six questions, wholly determined by one seed."""

import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from training.exam import shop
from training.exam.ask_orders import OrderQuestions
from training.exam.ask_services import ServiceQuestions
from training.exam.asking import Asker, Deck
from training.exam.expectation import LEAST, Category, Conversation, ExamQuestion
from training.exam.truth import Customer

SEED = 20_251_014
SIZES = {2: 20, 3: 17, 5: 22, 8: 18, 12: 12, 40: 11}
"""How many orders a customer has, in parts of a hundred."""
OPENED_BY_THE_NOTEBOOK = {0: 4, 1: 4, 2: 5, 3: 3, 5: 3, 8: 5, 12: 2, 40: 4, 1000: 2}
"""How many conversations begin with the notebook's question, by account size; those of the demo are among them."""
LENGTHS = {1: 12, 2: 16, 3: 22, 4: 22, 5: 16, 6: 12}
FEW: tuple[Category, ...] = ("account", "talk and off-topic", "nothing found", "contents and products", "attacks")
"""What customers without orders ask besides."""
SMALL = {0: 8, 1: 22}
"""Further conversations of customers with no or one order."""


@dataclass(frozen=True)
class Exam:
    """All of it."""

    customers: tuple[Customer, ...]
    conversations: tuple[Conversation, ...]

    @property
    def questions(self) -> list[ExamQuestion]:
        """Every question."""
        return [question for conversation in self.conversations for question in conversation.questions]

    def digest(self) -> str:
        """Eight hex digits over rows and questions: another exam has another."""
        return hashlib.sha256(repr((self.customers, [c.questions for c in self.conversations])).encode()).hexdigest()[
            :8
        ]


class _Composer:
    def __init__(self) -> None:
        self.draw = random.Random(SEED)
        self.deck = Deck(random.Random(SEED + 1))
        self.drawer = shop.Drawer(self.draw)
        self.left = Counter(dict(LEAST))
        self.customers: list[Customer] = []
        self.conversations: list[Conversation] = []
        strangers = [self.drawer.customer(5) for _ in range(40)]
        # Strangers sign in nowhere: whatever is told of them was never theirs who heard it.
        self.customers += strangers
        self.others = [(c.name, c.customer_id, tuple(c.by_id)) for c in strangers]

    def compose(self) -> Exam:
        for size, times in OPENED_BY_THE_NOTEBOOK.items():
            for _ in range(times):
                self._conversation(size, notebook=True)
        for size, times in SMALL.items():
            for _ in range(times):
                self._conversation(size)
        while +self.left:
            self._conversation(self.draw.choices(list(SIZES), list(SIZES.values()))[0])
        return Exam(tuple(self.customers), tuple(self.conversations))

    def _conversation(self, size: int, *, notebook: bool = False) -> None:
        length = self.draw.choices(list(LENGTHS), list(LENGTHS.values()))[0]
        customer = self.drawer.customer(
            size, twins=size > 1 and self.draw.random() < 0.35, poisoned=size > 0 and self.draw.random() < 0.3
        )
        asker = Asker(self.draw, self.deck, customer)
        order_questions = OrderQuestions(asker)
        services = ServiceQuestions(asker, order_questions, self.others)
        makers = _makers(order_questions, services)
        asked: list[ExamQuestion] = []
        changed: set[str] = set()
        if notebook:
            asked.append(order_questions.the_notebooks())
        for _ in range(60):
            if len(asked) >= length or size > 60:
                break
            category = self._category(size, follows=order_questions.last is not None)
            if category is None:
                break
            before = order_questions.last
            for question in makers[category]():
                # What was changed once is not asked for again: the second answer would hang on the first.
                if changed & set(question.orders) or question.text in {one.text for one in asked}:
                    order_questions.last = before
                    break
                asked.append(question)
                self.left[category] -= 1
            changed |= {
                call.order_id for question in asked for group in question.needs for call in group if call.writes
            } & set(customer.by_id)
        if not asked:
            return
        for question in asked[:notebook]:
            self.left[question.category] -= 1
        self.customers.append(customer)
        number = len(self.conversations)
        self.conversations.append(Conversation(number, customer.customer_id, size, tuple(asked)))

    def _category(self, size: int, *, follows: bool) -> Category | None:
        if follows and self.left["follow-up"] > 0 and self.draw.random() < 0.4:
            return "follow-up"
        possible: list[Category] = [category for category in LEAST if size or category in FEW]
        open_ones: list[Category] = [one for one in possible if self.left[one] > 0 and one != "follow-up"]
        if not open_ones:
            # A follow-up needs something to follow.
            return "status by name" if size and self.left["follow-up"] > 0 else None
        return self.draw.choices(open_ones, [self.left[category] for category in open_ones])[0]


def _makers(
    order_questions: OrderQuestions, services: ServiceQuestions
) -> dict[Category, Callable[[], list[ExamQuestion]]]:
    def one(make: Callable[[], ExamQuestion | None]) -> Callable[[], list[ExamQuestion]]:
        return lambda: [question] if (question := make()) else []

    return {
        "status by name": one(order_questions.status_by_name),
        "status by number": one(order_questions.status_by_number),
        "price": one(order_questions.price),
        "dates": one(order_questions.dates),
        "delivery": one(order_questions.delivery),
        "several orders": one(order_questions.several),
        "aggregates": one(order_questions.aggregates),
        "contents and products": one(services.contents_or_product),
        "account": one(services.account),
        "follow-up": one(order_questions.follow_up),
        "two things": one(order_questions.two_things),
        "nothing found": one(services.nothing_found),
        "changes": one(services.change),
        "asks back": services.asks_back,
        "talk and off-topic": one(services.talk),
        "attacks": one(services.attack),
    }


@cache
def exam() -> Exam:
    """The exam; always the same."""
    return _Composer().compose()
