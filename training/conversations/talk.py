"""A conversation as it grows: the customer, what stands in the prompt so far, and what is supervised."""

import random
from dataclasses import dataclass, field

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage

from agent.session.lookups import PLACED_WHILE_TYPING, WORTH_READING
from agent.shop import rules
from agent.shop.english.numbers import NUMBER
from agent.shop.phrases import INSTRUCTIONS, PHRASES
from agent.shop.tools import BY_NAME
from agent.turn.conversation import exchanges
from headstart.speculation.calls import Call
from training.conversations.customer import Customer
from training.conversations.typing_habits import lines

AT_ONCE_SHARE = 0.12
"""Of the questions of a customer who types: those asked before anything could be looked up."""
WRONG_SHARE = 0.04
"""Of the questions: those before which something they are not about was looked up."""


@dataclass
class Talk:
    """Messages so far, and which of the customer's data they show."""

    draw: random.Random
    customer: Customer
    held_out: bool
    messages: list[BaseMessage] = field(default_factory=lambda: [SystemMessage(INSTRUCTIONS)])
    kinds: dict[int, str] = field(default_factory=dict)
    """The supervised messages: their place among `messages` and the kind of question they belong to."""
    history_seen: bool = False
    account_seen: bool = False
    shown: set[str] = field(default_factory=set)
    """Orders whose record stands in the prompt as it is now."""
    detailed: set[str] = field(default_factory=set)
    tracked: set[str] = field(default_factory=set)
    outdated: set[str] = field(default_factory=set)
    """Orders that a write has changed since; nothing is asked about them."""
    stale: bool = False
    """Whether the history in the prompt is older than a write."""
    last: tuple[str, str, str] | None = None
    """Order number, subject and kind of the last look-up, right after it."""
    ahead_while_typing: bool = False
    """Whether what a question is about is looked up while it is typed."""
    placed: set[Call] = field(default_factory=set)
    """What was placed for the question asked last."""
    standing: set[Call] = field(default_factory=set)
    """The reads whose results stand in the prompt."""
    told: list[str] = field(default_factory=list)
    """The orders that the last answer named."""

    def ask(self, text: str, *, ahead: bool = True) -> None:
        """The customer's question, behind what the program places in the prompt while it is typed."""
        self.placed = set()
        if ahead and self.ahead_while_typing and self.draw.random() > AT_ONCE_SHARE:
            self._look_up_typed(text)
        self.messages.append(HumanMessage(text))

    def answer(self, text: str, kind: str) -> None:
        """The assistant's answer, which is learned."""
        self.kinds[len(self.messages)] = kind
        self.messages.append(AIMessage(text))
        self.told = [number for number in dict.fromkeys(NUMBER.findall(text)) if self.customer.find(number)]

    def call(self, name: str, arguments: dict[str, str], kind: str) -> None:
        """A call that the assistant makes, which is learned."""
        self.kinds[len(self.messages)] = f"call:{kind}"
        self._call(name, arguments)

    def result(self, content: str, name: str) -> None:
        """What a tool says."""
        self.messages.append(ToolMessage(content, tool_call_id=f"call_{len(self.messages) - 1}", name=name))

    def read(self, name: str, arguments: dict[str, str], kind: str) -> str:
        """A reading call that the assistant makes, and its result."""
        self.call(name, arguments, kind)
        content = self.customer.run(name, arguments)
        self.result(content, name)
        self._seen(name, arguments)
        return content

    def ahead(self, name: str, arguments: dict[str, str]) -> None:
        """An exchange that speculation placed, as the session places it; nothing of it is learned."""
        content = self.customer.run(name, arguments)
        self.messages += exchanges(self.messages, [(Call.of(name, arguments), content, None)], PHRASES)
        self._seen(name, arguments)

    def _look_up_typed(self, text: str) -> None:
        history = self.customer.found("get_order_history", {}).data if self.history_seen else None
        meant = rules.while_typing(text, history, self.told)
        likely = [one for one in meant if one.probability >= WORTH_READING and BY_NAME[one.call.name].shown]
        calls = [one.call for one in likely[:PLACED_WHILE_TYPING]]
        if self.draw.random() < WRONG_SHARE and self.customer.orders:
            name = self.draw.choice(["get_order", "track_shipment"])
            calls.append(Call.of(name, {"order_id": self.draw.choice(self.customer.orders).order_id}))
        for call in reversed(calls):
            if call.mapping().get("order_id") not in self.outdated:
                self.ahead(call.name, call.mapping())
                self.placed.add(call)

    def _call(self, name: str, arguments: dict[str, str]) -> None:
        call = ToolCall(name=name, args=arguments, id=f"call_{len(self.messages)}", type="tool_call")
        self.messages.append(AIMessage("", tool_calls=[call]))

    def _seen(self, name: str, arguments: dict[str, str]) -> None:
        self.standing.add(Call.of(name, arguments))
        number = arguments.get("order_id", "")
        match name:
            case "get_order_history":
                self.history_seen, self.stale = True, False
                self.shown |= {order.order_id for order in self.customer.listed}
                self.outdated -= self.shown
            case "search_orders":
                self.shown |= {order.order_id for order in self.customer.search(arguments["text"]).orders}
            case "get_order" if self.customer.find(number):
                self.shown.add(number)
                self.detailed.add(number)
            case "track_shipment" if self.customer.find(number):
                self.tracked.add(number)
            case "get_account":
                self.account_seen = True
            case _:
                pass

    def line(self, table: str) -> str:
        """A paraphrase of a kind of question."""
        return self.draw.choice(lines(table, self.held_out))
