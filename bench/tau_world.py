"""The world of the yardstick: its conversations, its shop, and one replay of one conversation.

A replay goes over the real Speculator on virtual time. The sign-in is at the end of the model step that
made `login_call`; from there on each model step takes `model_s`, then asks for its calls at once, and
the next begins when all have answered; customers type in no time. Claimed results and speculated
results are fed back to the policy as they arrive.

Writes are applied to a copy of the customer's rows and written through: the object that a write
returns takes the place of the held one (`Speculator.put`), and one that cannot be told to touch a
known row drops everything held. Each row carries a version, held against the version in every answer:
that is how a stale hit would be seen.
"""

import asyncio
import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.learned.moment import SIGN_IN, History
from bench.learned.transitions import Asked, Event, Trace
from bench.virtual_time import now_s, run_virtual
from headstart.speculation.prediction import Candidate
from headstart.speculation.speculator import Call, Fetched, Speculator

CUSTOMER, ORDER, PRODUCT, CATALOGUE = (
    "get_user_details",
    "get_order_details",
    "get_product_details",
    "list_all_product_types",
)
READS = frozenset({CUSTOMER, ORDER, PRODUCT, CATALOGUE})
STATUS_AFTER = {
    "cancel_pending_order": "cancelled",
    "return_delivered_order_items": "return requested",
    "exchange_delivered_order_items": "exchange requested",
    "modify_pending_order_items": "pending (item modified)",
    "modify_pending_order_address": "pending",
    "modify_pending_order_payment": "pending",
}
WRITES = frozenset({*STATUS_AFTER, "modify_user_address"})
TOOL_S, MODEL_S = 3.0, 4.21


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the model after the sign-in."""

    messages: int
    """Customer messages that came before it."""
    calls: tuple[Call, ...]
    ok: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of the traces."""

    key: str
    customer: str
    model: str
    messages: tuple[str, ...]
    """The first three; what is not known of later ones is empty."""
    messages_at_sign_in: int
    steps: tuple[Step, ...]

    def said(self, messages: int) -> list[str]:
        """The first so many messages."""
        return [*self.messages[:messages], *[""] * (messages - len(self.messages))]

    @property
    def reads(self) -> list[Call]:
        """The calls that count, in order."""
        return [call for step in self.steps for call in step.calls if call.name in READS]


def parse(number: int, line: Mapping[str, Any]) -> Conversation:
    """One line of a trace file."""
    login = line["calls"][line["login_call"]]
    by_step: dict[int, list[Mapping[str, Any]]] = {}
    for made in line["calls"][line["login_call"] + 1 :]:
        by_step.setdefault(made["llm_step"], []).append(made)
    steps, model_step, messages = [], -1, 0
    for letter in line["steps"]:
        messages += letter == "U"
        if letter != "L":
            continue
        model_step += 1
        made = by_step.pop(model_step, [])
        if model_step > login["llm_step"] or made:
            calls = tuple(Call.of(call["name"], call["arguments"]) for call in made)
            seen = max([messages, *(call["after_user_msg"] for call in made)])
            steps.append(Step(seen, calls, tuple(bool(call["ok"]) for call in made)))
    for late in sorted(by_step):
        made = by_step[late]
        calls = tuple(Call.of(call["name"], call["arguments"]) for call in made)
        steps.append(Step(made[-1]["after_user_msg"], calls, tuple(bool(call["ok"]) for call in made)))
    return Conversation(
        key=f"{number}",
        customer=line["user_id"],
        model=line["model"],
        messages=tuple(line["user_messages"]),
        messages_at_sign_in=login["after_user_msg"],
        steps=tuple(steps),
    )


def load(traces: Path) -> list[Conversation]:
    """Every conversation of a trace file."""
    return [parse(i, json.loads(line)) for i, line in enumerate(traces.read_text().splitlines()) if line.strip()]


@dataclass(frozen=True, slots=True)
class Shop:
    """The yardstick's database as it stands before any conversation; never changed."""

    users: Mapping[str, Any]
    orders: Mapping[str, Any]
    products: Mapping[str, Any]

    @classmethod
    def load(cls, folder: Path) -> "Shop":
        """From `users.json`, `orders.json` and `products.json`."""
        return cls(*(json.loads((folder / f"{name}.json").read_text()) for name in ("users", "orders", "products")))

    def look_up(self, call: Call) -> Any:
        """What a read returns; None for what is not there."""
        arguments = call.mapping()
        match call.name:
            case "get_user_details":
                return self.users.get(arguments.get("user_id", ""))
            case "get_order_details":
                return self.orders.get(arguments.get("order_id", ""))
            case "get_product_details":
                return self.products.get(arguments.get("product_id", ""))
            case "list_all_product_types":
                return {product["name"]: product_id for product_id, product in self.products.items()}
            case _:
                raise ValueError(f"{call.name} is no read of the yardstick")

    def trace(self, conversation: Conversation) -> Trace:
        """A conversation as the prediction library learns from it."""
        events: list[Event] = list(conversation.said(conversation.messages_at_sign_in))
        said = conversation.messages_at_sign_in
        for step in conversation.steps:
            events += conversation.said(step.messages)[said:]
            said = max(said, step.messages)
            if step.calls:
                events.append(Asked(step.calls))
        signed_in = {"user_id": conversation.customer}
        results: dict[Call, Any] = {}
        customer = Call.of(CUSTOMER, signed_in)
        orders = [Call.of(ORDER, {"order_id": order}) for order in self.users[conversation.customer]["orders"]]
        for call in [customer, *orders, *conversation.reads]:
            if (found := self.look_up(call)) is not None:
                results[call] = found
        return Trace(tuple(events), results, signed_in, conversation.key, conversation.customer)


Policy = Callable[[History, bool], Sequence[Candidate]]
"""What to issue at one moment, given what is known and whether the sign-in was this moment."""


@dataclass(slots=True)
class Replay:
    """What became of one conversation."""

    conversation: Conversation
    reads: int = 0
    hits: int = 0
    issued: int = 0
    used: int = 0
    hidden_s: float = 0.0
    """Of `reads` times the tool's seconds, those that had passed before the call was asked for."""
    stale_hits: int = 0
    speculative_writes: int = 0
    total_s: float = 0.0
    """From sign-in to the last step's end."""
    by_tool: dict[str, list[int]] = field(default_factory=dict)
    """Of each tool: reads, hits, issued, used."""


class _Rows:
    """One customer's view of the shop, changed by the conversation's own writes."""

    def __init__(self, shop: Shop, tool_s: float) -> None:
        self._shop = shop
        self._tool_s = tool_s
        self._changed: dict[Call, Any] = {}
        self._versions: dict[Call, int] = {}
        self.writes_run = 0

    async def run(self, _owner: str, call: Call) -> Fetched[Any]:
        if call.name not in READS:
            self.writes_run += 1
        await asyncio.sleep(self._tool_s)
        return Fetched((self.version(call), self.now(call)))

    def version(self, call: Call) -> int:
        return self._versions.get(call, 0)

    def now(self, call: Call) -> Any:
        return self._changed[call] if call in self._changed else self._shop.look_up(call)

    def write(self, customer: str, call: Call) -> Call | None:
        """Apply a write; the read whose answer it changed, None when the trace does not say which."""
        arguments = call.mapping()
        if call.name == "modify_user_address":
            touched = Call.of(CUSTOMER, {"user_id": customer})
        elif "order_id" in arguments:
            touched = Call.of(ORDER, {"order_id": arguments["order_id"]})
        else:
            return None
        row = copy.deepcopy(self.now(touched))
        if row is None:
            return None
        if call.name in STATUS_AFTER:
            row["status"] = STATUS_AFTER[call.name]
        if "address1" in arguments:
            row["address"] = {k: v for k, v in arguments.items() if k not in ("order_id", "user_id")}
        self._changed[touched] = row
        self._versions[touched] = self.version(touched) + 1
        return touched


async def _replay(
    conversation: Conversation, shop: Shop, policy: Policy, *, model_s: float, tool_s: float, concurrency: int
) -> Replay:
    rows = _Rows(shop, tool_s)
    owner = conversation.customer
    result = Replay(conversation)
    known = History(results={SIGN_IN: {"user_id": owner}})
    issued: dict[Call, float] = {}
    used: set[Call] = set()
    over = False

    def arrived(_owner: str) -> None:
        if over:
            return
        news = False
        for call in speculator.ready(owner):
            if call not in known.results and (fetched := speculator.peek(owner, call)) is not None:
                known.results[call] = fetched.value[1]
                news = True
        if news:
            loop.call_soon(look_ahead)

    speculator: Speculator[Any] = Speculator(
        rows.run,
        clock=now_s,
        concurrency=concurrency,
        budget=10**9,
        time_to_live_s=1e9,
        deadline_s=1e9,
        keep=10**6,
        on_change=arrived,
    )
    loop = asyncio.get_running_loop()

    def look_ahead(signed_in: bool = False) -> None:
        if over:
            return
        for candidate in policy(known, signed_in):
            call = candidate.call
            if call.name not in READS:
                result.speculative_writes += 1
                continue
            if call not in known.results and speculator.speculate(owner, call, reason=candidate.reason):
                issued[call] = now_s()

    speculator.sign_in(owner)
    known.said = conversation.said(conversation.messages_at_sign_in)
    look_ahead(signed_in=True)
    for step in conversation.steps:
        if step.messages > len(known.said):
            known.said = conversation.said(step.messages)
            look_ahead()
        await asyncio.sleep(model_s)
        asked_s = now_s()
        reads = [call for call in step.calls if call.name in READS]
        landing = [asyncio.ensure_future(speculator.claim(owner, call)) for call in dict.fromkeys(reads)]
        if any(name not in READS for name in (call.name for call in step.calls)):
            await asyncio.sleep(tool_s)
        claims = {claim.call: claim for claim in await asyncio.gather(*landing)}
        for call in reads:
            claim = claims[call]
            hit = claim.outcome in ("hit", "joined")
            counts = result.by_tool.setdefault(call.name, [0, 0, 0, 0])
            counts[0] += 1
            counts[1] += hit
            result.reads += 1
            result.hits += hit
            if hit:
                result.hidden_s += min(tool_s, max(0.0, asked_s - claim.start_s))
                result.stale_hits += claim.value[0] != rows.version(call)
            if call in issued:
                used.add(call)
            if claim.value[1] is not None:
                known.results[call] = claim.value[1]
            speculator.use(owner, call)
        for call, ok in zip(step.calls, step.ok, strict=True):
            if call.name in WRITES and ok:
                touched = rows.write(owner, call)
                if touched is None:
                    speculator.invalidate(owner)
                else:
                    held = touched in known.results
                    if held:
                        known.results[touched] = rows.now(touched)
                        speculator.put(owner, touched, Fetched((rows.version(touched), rows.now(touched))))
        known.asked += step.calls
        if step.calls:
            known.together = len(reads)
            look_ahead()
    result.total_s = now_s()
    over = True
    result.issued, result.used = len(issued), len(used)
    for call in issued:
        counts = result.by_tool.setdefault(call.name, [0, 0, 0, 0])
        counts[2] += 1
        counts[3] += call in used
    result.speculative_writes += rows.writes_run
    await speculator.close()
    return result


def replay(
    conversation: Conversation,
    shop: Shop,
    policy: Policy,
    *,
    model_s: float = MODEL_S,
    tool_s: float = TOOL_S,
    concurrency: int = 9,
) -> Replay:
    """Replay one conversation under a policy; the seconds are virtual."""
    return run_virtual(_replay(conversation, shop, policy, model_s=model_s, tool_s=tool_s, concurrency=concurrency))
