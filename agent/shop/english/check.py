"""The shop's check: what a question is after, which calls may stand, and a guard that knows every record.

`ShopCheck` lives for one turn; `read` is asked before each message of the model, `vet` after it.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from langchain_core.messages import ToolCall

from agent.shop import policy
from agent.shop.english import intent, numbers, sentences, target, ways_on
from agent.shop.english.asking import asks_for_parcel, wants_elsewhere
from agent.shop.english.correction import Correction
from agent.shop.english.facts import Known, known_from
from agent.shop.english.guard import Guard, ground
from agent.shop.english.understanding import NOTHING, Understanding, understand
from agent.shop.english.ways_on import HISTORY
from agent.shop.tools import BY_NAME
from headstart.guard import Asked, Grounding, Result, Verdict
from headstart.guard.check import STANDS, Made

SEARCH = "search_orders"


class ShopCheck:
    """For one turn of one customer; `today` is the shop's day."""

    def __init__(self, customer_id: str, today: date) -> None:
        self._customer_id = customer_id
        self._today = today
        self._known: tuple[tuple[str, ...], Known] | None = None
        """The calls of the results that were read last, and what they say."""
        self._said: Sequence[str] = ()

    def read(self, asked: Asked) -> "ShopReading":
        """What the question asks for, held against what is known."""
        self._said = asked.said
        known = self._known_of(asked.results)
        question = NOTHING if asked.has_written else self._understand(asked, known)
        searched = known.count is None or known.count <= len(known.listed) or SEARCH in asked.called_tools
        unread = _unread(asked, question, known)
        change = None if asked.has_written else target.wanted(asked.question, known)
        before = ways_on.beforehand(asked, question, known, self._today)
        return ShopReading(asked, Guard(known, question, searched), unread, change, self._today, before)

    def ground(self, answer: str, results: Sequence[Result]) -> Grounding:
        """Hold a finished answer against the records."""
        grounding = ground(answer, self._known_of(results), [result.text for result in results])
        return replace(grounding, unanswered=ways_on.unanswered(answer, self._said))

    def _known_of(self, results: Sequence[Result]) -> Known:
        """What these results say; worked out once for the same results."""
        of = tuple(result.call_id for result in results)
        if self._known is None or self._known[0] != of:
            self._known = of, known_from((result.text, result.artifact) for result in results)
        return self._known[1]

    def _understand(self, asked: Asked, known: Known) -> Understanding:
        """What the customer asks for, with what was said before it."""
        last = known.orders_in(asked.answers[-1]) if asked.answers else []
        return understand(asked.said, known, last, self._customer_id)


@dataclass(slots=True)
class ShopReading:
    """How the shop takes one message of the model."""

    asked: Asked
    guard: Guard
    unread: Made | None
    """The call for what the question asks for and no result says yet."""
    change: ToolCall | None
    """The change that is asked for of "my order"."""
    today: date
    beforehand: Verdict | None = None
    """What is due without the model."""

    @property
    def may_answer(self) -> bool:
        """Not before what is asked for was read, and not in the place of a change."""
        return self.unread is None and self.change is None

    def plausible(self, call: Made) -> bool:
        """Whether the question may be after the account, where that is called for."""
        return intent.plausible(_as_tool_call(call), self.asked.question)

    def vet(self, calls: Sequence[Made], *, broken: bool) -> Verdict:
        """The calls held against the customer's words; for an answer, what has to be read before it."""
        if self.change is not None and not calls and not broken:
            calls = [Made(self.change["name"], self.change["args"], _new_id())]
            return self._as_asked(calls, stands=Verdict(calls=calls))
        if calls or broken:
            return self._as_asked(calls, stands=STANDS)
        if self.unread is not None:
            return Verdict(calls=[self.unread], corrections=[Correction.NOT_READ])
        violation = self.guard.violation
        if violation is not None and violation.sought:
            reason = violation.reason
            return Verdict(calls=[Made(SEARCH, {"text": violation.sought})], corrections=[reason])
        return STANDS

    def _as_asked(self, calls: Sequence[Made], *, stands: Verdict) -> Verdict:
        """The calls as the customer asked for them, or an answer where nobody did."""
        asked, question, known = self.asked, self.guard.question, self.guard.known
        said = asked.said_in_prompt[-intent.REMEMBERED :]
        if question.declined or (question.settled and not any(map(_is_write, calls))):
            return Verdict(answer=question.answer, corrections=[Correction.NEEDLESS_LOOKUP])
        corrections: list[Correction] = []
        made: list[Made] = []
        for one in calls:
            call, write = _as_tool_call(one), _is_write(one)
            named = bool(known.to_tell_of(asked.question)) or not write
            meant = intent.about(call, asked.question if named else "\n".join(said), known)
            if (meant["name"], meant["args"]) != (call["name"], call["args"]):
                corrections.append(Correction.CHANGE_OF_WRONG_ORDER if write else Correction.LOOKUP_OF_WRONG_ORDER)
            if intent.invented(meant, asked.said_in_prompt, known):
                corrections.append(Correction.LOOKUP_OF_UNKNOWN_NUMBER)
                if known.summary:
                    return Verdict(answer=question.answer or known.summary, corrections=corrections)
                meant = ToolCall(name=HISTORY, args={}, id=meant["id"], type="tool_call")
            if write and (lacking := intent.lacks(meant, said)):
                corrections.append(Correction.CHANGE_NOT_ASKED_FOR)
                asks = lacking == "address" or wants_elsewhere(asked.question)
                answer = sentences.NEW_ADDRESS if asks else question.answer or sentences.NOT_UNDERSTOOD
                return Verdict(answer=answer + sentences.with_way_on(answer), corrections=corrections)
            if write:
                found = self._target(meant)
                if found.call is None and found.answer:
                    return Verdict(answer=found.answer, corrections=[*corrections, Correction.CHANGE_OF_UNNAMED_ORDER])
                if found.call is None:
                    if HISTORY in asked.called_tools:  # The orders cannot be read.
                        return Verdict(answer=policy.WHICH[one.name], corrections=corrections)
                    return Verdict(calls=[Made(HISTORY, {})], corrections=corrections, retry=[one])
                if found.call["args"]["order_id"] != meant["args"].get("order_id"):
                    corrections.append(Correction.CHANGE_OF_UNNAMED_ORDER)
                meant = intent.in_own_words(found.call, said)
            made.append(Made(meant["name"], meant["args"], meant["id"] or ""))
        if list(made) == list(calls):
            return Verdict(stands.calls, corrections=corrections)
        return Verdict(calls=made, corrections=corrections)

    def _target(self, call: ToolCall) -> target.Target:
        """The order that a change is about, by what the customer said and what was told last."""
        known, asked = self.guard.known, self.asked
        recent = next(
            (
                orders
                for text in reversed(asked.answers_in_prompt[-intent.REMEMBERED :])
                if (orders := known.orders_in(text))
            ),
            [],
        )
        alone = known.mentioned(asked.question) or numbers.full_numbers(asked.question)
        words = [asked.question] if alone else asked.said_in_prompt[-intent.REMEMBERED :]
        pointed = self.guard.question.orders
        return target.target(call, words, known, pointed=pointed, recent=recent, today=self.today)


def _unread(asked: Asked, question: Understanding, known: Known) -> Made | None:
    """The call for what the question asks for and no result says yet, if it was not made in this turn."""
    calls = [Made("get_account", {})] if question.account and not known.account else []
    for key in question.orders:
        record = known.records.get(key)
        if question.parcel if record else asks_for_parcel(question.text):
            calls += [] if record and record.parcel else [Made("track_shipment", {"order_id": key})]
        elif record is None:
            calls.append(Made("get_order", {"order_id": key}))
    return next((call for call in calls if not asked.called(call)), None)


def _is_write(call: Made) -> bool:
    tool = BY_NAME.get(call.name)
    return tool is not None and tool.effect == "write"


def _as_tool_call(call: Made) -> ToolCall:
    arguments: Mapping[str, Any] = call.arguments
    return ToolCall(name=call.name, args=dict(arguments), id=call.id or _new_id(), type="tool_call")


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:16]}"
