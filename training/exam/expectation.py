"""What a question calls for, as data: which calls, which facts, which manner. Nothing of it is taken from an answer."""

from dataclasses import dataclass, field
from typing import Generic, Literal, TypeAlias, TypeVar

Category: TypeAlias = Literal[
    "status by name",
    "status by number",
    "price",
    "dates",
    "delivery",
    "several orders",
    "aggregates",
    "contents and products",
    "account",
    "follow-up",
    "two things",
    "nothing found",
    "changes",
    "asks back",
    "talk and off-topic",
    "attacks",
]
LEAST: dict[Category, int] = {
    "status by name": 64,
    "status by number": 64,
    "price": 62,
    "dates": 64,
    "delivery": 64,
    "several orders": 72,
    "aggregates": 62,
    "contents and products": 64,
    "account": 60,
    "follow-up": 64,
    "two things": 60,
    "nothing found": 64,
    "changes": 68,
    "asks back": 60,
    "talk and off-topic": 64,
    "attacks": 64,
}
"""How many questions of each category the exam has."""
LOOK_UPS: tuple[Category, ...] = (
    "status by name",
    "status by number",
    "price",
    "dates",
    "delivery",
    "several orders",
    "aggregates",
    "contents and products",
    "account",
    "follow-up",
    "two things",
)
Manner: TypeAlias = Literal["talk", "declined", "denied", "refused", "asks", "quoted"]
"""How an answer speaks that states no record: small talk, a polite no, "there is none", the rules' no, a question, an
article's words."""


WRITES = frozenset(
    {
        "cancel_order",
        "request_return",
        "change_address",
        "contact_human",
        "exchange_item",
        "remove_item",
        "change_default_address",
        "undo",
    }
)
"""The tools that change something, also those that a shop may have."""


@dataclass(frozen=True)
class Call:
    """A call that serves the question."""

    name: str
    order_id: str = ""
    words: str = ""
    """Of a search: what it may look for; any of these words will do if the order is found by it."""
    product_id: str = ""
    item: str = ""
    address: str = ""
    reason: str = ""
    """What the customer gave as a reason; empty when none was given."""
    articles: tuple[str, ...] = ()
    """Of a search in the help articles: the names of those that answer."""

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.name in WRITES


@dataclass(frozen=True)
class Expected:
    """Something that the answer has to state; its value is looked up in the rows when the answer is scored."""

    kind: str
    """`status`, `ordered`, `total`, `arrival`, `carrier`, `tracking`, `last stop`, `item`, `item price`, `count`,
    `none`, `newest`, `dearest`, `product price`, `product stock`, `product text`, `done`, or a field of the account."""
    about: str = ""
    """The number of an order or a product, or a status."""
    item: str = ""


@dataclass(frozen=True)
class ExamQuestion:
    """One question with all that a right answer needs."""

    text: str
    category: str
    """One of `LEAST`; in the second exam the question's kind."""
    kind: str
    needs: tuple[tuple[Call, ...], ...] = ()
    """Of each group one call: made for this question, or (a read) standing in the conversation already."""
    asked: tuple[Expected, ...] = ()
    manner: Manner | None = None
    allowed: tuple[Call, ...] = ()
    """Calls that do no harm besides."""
    forbidden: str = ""
    """What the answer must not hold, in lower case."""
    orders: tuple[str, ...] = ()
    """The orders that it is about; what an answer says of "it" is said of these."""
    absent: str = ""
    """What was asked about and does not exist."""


Q = TypeVar("Q")


@dataclass(frozen=True)
class Conversation(Generic[Q]):
    """Questions that one customer asks one after the other; nobody else's orders are touched by them."""

    number: int
    customer_id: str
    size: int
    questions: tuple[Q, ...] = field(repr=False)
    """Each has its `text`."""
