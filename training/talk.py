"""A conversation as it grows: the customer, what stands in the prompt so far, and what is supervised."""

import random
from dataclasses import dataclass, field

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall, ToolMessage

from agent import prompts
from agent.conversation import exchanges
from agent.speculation.speculator import Call
from training.typing_habits import lines
from training.world import Customer


@dataclass
class Talk:
    """Messages so far, and which of the customer's data they show."""

    draw: random.Random
    customer: Customer
    held_out: bool
    messages: list[BaseMessage] = field(default_factory=lambda: [prompts.system_message()])
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

    def ask(self, text: str) -> None:
        """The customer's question."""
        self.messages.append(HumanMessage(text))

    def answer(self, text: str, kind: str) -> None:
        """The assistant's answer, which is learned."""
        self.kinds[len(self.messages)] = kind
        self.messages.append(AIMessage(text))

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
        self.messages += exchanges(self.messages, [(Call.of(name, arguments), content, None)])
        self._seen(name, arguments)

    def _call(self, name: str, arguments: dict[str, str]) -> None:
        call = ToolCall(name=name, args=arguments, id=f"call_{len(self.messages)}", type="tool_call")
        self.messages.append(AIMessage("", tool_calls=[call]))

    def _seen(self, name: str, arguments: dict[str, str]) -> None:
        number = arguments.get("order_id", "")
        match name:
            case "get_order_history":
                self.history_seen, self.stale = True, False
                self.shown |= {order.order_id for order in self.customer.listed}
                self.outdated -= self.shown
            case "search_orders":
                self.shown |= {order.order_id for order in self.customer.search(arguments["text"])[:8]}
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
