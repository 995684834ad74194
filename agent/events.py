"""What a session tells whoever shows it. Sent from any thread; the screen turns them into its own messages."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from headstart.speculation.speculator import Ahead, Call, Outcome
from headstart.timeline import Span, TurnFigures


@dataclass(frozen=True, slots=True)
class TextArrived:
    """A piece of the answer, in the order it is to be shown."""

    text: str


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A node of the graph has run."""

    node: str
    took_s: float
    detail: str
    """What it decided or did, a few words."""


@dataclass(frozen=True, slots=True)
class AheadChanged:
    """Something that is looked up ahead began, ended or was claimed; `Session.ahead()` has the state."""


@dataclass(frozen=True, slots=True)
class RuleSwitchedOff:
    """A rule of what is looked up ahead does not pay; it is off from now on."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the customer should know at sign-in: a damaged file was set aside."""

    sentence: str


@dataclass(frozen=True, slots=True)
class PersonSaid:
    """A person of the world's desk wrote to the customer, or the conversation changed hands."""

    ticket: int
    text: str
    author: Literal["person", "agent"]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A write that waits for the customer's word; `Session.confirm` gives it."""

    tool: str
    arguments: dict[str, Any]
    message: str
    """What will happen, as a sentence."""
    before: str | None
    after: str | None
    key: str
    """The idempotency key the answer is given with."""


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool call that a turn rests on."""

    name: str
    arguments: dict[str, Any]
    outcome: Outcome
    waited_s: float
    record: str = ""
    """The kind of its data, as the world names it; empty for an error."""
    data: dict[str, Any] = field(default_factory=dict)
    """Its typed result, for cards."""
    used: bool = False
    """Whether the model asked for it or the answer rests on it."""


@dataclass(frozen=True, slots=True)
class TurnResult:
    """A finished turn."""

    question: str
    answer: str
    ended: Literal["answered", "stopped"]
    """Stopped: the customer stopped it; the answer holds what had been written."""
    tool_calls: tuple[ToolUse, ...]
    grounded: bool
    sources: tuple[Call, ...]
    """The tool calls whose results the answer rests on."""
    figures: TurnFigures
    strategy: str
    model: str
    performance_log: tuple[str, ...]
    spans: tuple[Span, ...]
    """From sign-in, or the end of the turn before, until the end of this one."""
    entered_s: float
    """Enter, on the spans' clock."""
    ended_s: float
    corrected: tuple[str, ...] = ()
    """Why something that the model had written was not shown: each time the guard held something back."""
    ahead: tuple[Ahead, ...] = ()
    """What was looked up ahead and is held at the end of the turn, used or not."""

    def as_dict(self) -> dict[str, Any]:
        """One object of `headstart ask --json`."""
        figures = self.figures
        return {
            "question": self.question,
            "answer": self.answer,
            "tool_calls": [
                {
                    "name": use.name,
                    "arguments": use.arguments,
                    "outcome": use.outcome,
                    "waited_s": round(use.waited_s, 4),
                    "used": use.used,
                }
                for use in self.tool_calls
            ],
            "grounded": self.grounded,
            "sources": [describe(call) for call in self.sources],
            "corrected": [str(why) for why in self.corrected],
            "ahead": [
                {
                    "name": one.call.name,
                    "arguments": one.call.mapping(),
                    "reason": one.reason,
                    "state": one.state,
                    "outcome": one.outcome,
                    "used": one.used,
                }
                for one in self.ahead
            ],
            "first_token_s": _rounded(figures.first_token_s),
            "total_s": _rounded(figures.total_s),
            "sequential_estimate_s": _rounded(figures.sequential_estimate_s),
            "database_waited_s": _rounded(figures.database_waited_s),
            "database_hidden_s": _rounded(figures.database_hidden_s),
            "prompt_tokens": figures.prompt_tokens,
            "cached_tokens": figures.cached_tokens,
            "completion_tokens": figures.completion_tokens,
            "strategy": self.strategy,
            "model": self.model,
            "performance_log": list(self.performance_log),
        }


def describe(call: Call) -> str:
    """`get_order(order_id=B456)`."""
    return f"{call.name}({', '.join(f'{name}={value}' for name, value in call.mapping().items())})"


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)


Event: TypeAlias = TextArrived | StepFinished | AheadChanged | RuleSwitchedOff | Notice | PersonSaid
TurnOutcome: TypeAlias = TurnResult | Confirmation
