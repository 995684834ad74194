"""What is looked up for one signed-in customer, ahead of the model and at its word.

Lives on the event loop: it owns the customer's Speculator, asks the world's rules and the Predictor what is
worth a lookup, and keeps every result that stands in the prompt fresh, so that no answer rests on what was
true once. A turn reaches it through its `Bridge`.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from agent.settings import HeadStarts
from agent.turn.bridge import FAILED_LOOKUPS, FailedLookup
from headstart.speculation.ledger import Ledger
from headstart.speculation.prediction import Candidate, Predictor
from headstart.speculation.speculator import Ahead, Call, Claim, Fetched, Speculator
from headstart.text import printable, printable_data
from headstart.timeline import Timeline
from headstart.world import Found, Moment, Said, User, Write
from headstart.world.opened import Artifact, OpenWorld, ToolResult, answer
from headstart.world.rules import When, candidates

PLACED_WHILE_TYPING = 2
"""How many results of what is typed about stand in the prompt at most: each one must be read by the model."""

WORTH_READING = 0.5
"""And only what is meant more likely than not; the rest is looked up and waits for the model to ask."""


class SessionLookups:
    """The lookups of one customer from sign-in to sign-out.

    `starts` says which head starts there are now; `on_change` is told when something looked up ahead began,
    ended or was claimed.
    """

    def __init__(
        self,
        user: User,
        *,
        world: OpenWorld,
        timeline: Timeline,
        predictor: Predictor,
        time_to_live_s: float,
        starts: Callable[[], HeadStarts],
        on_change: Callable[[], None],
    ) -> None:
        self._user = user
        self._owner = user.id
        self._world = world
        self._described = world.described
        self._timeline = timeline
        self._predictor = predictor
        self._starts = starts
        self._speculator: Speculator[ToolResult] = Speculator(
            self._look_up,
            revision=self._revision,
            timeline=timeline,
            time_to_live_s=time_to_live_s,
            on_change=lambda _: on_change(),
            copy=_as_it_is,
        )
        self._loop = asyncio.get_running_loop()
        self._issued: dict[Call, Candidate] = {}
        """What was issued and not used yet; at sign-out it counts against its rule."""
        self._standing: list[Call] = []
        """Whose results stand in the prompt, oldest first: they are claimed at Enter, so they are kept fresh."""
        self._recent: list[str] = []
        """The records, by their keys, that the last answer told of."""
        self._typed = ""
        self._typed_about: set[Call] = set()
        self._checking: asyncio.Task[None] | None = None
        self._closed = False

    # What starts by itself.

    def begin(self) -> None:
        """The customer has signed in."""
        self._speculator.sign_in(self._owner)
        self._renew("sign-in")

    def start_afresh(self, reason: str) -> None:
        """Nothing held may answer any more: look up again what is likely and what stands in the prompt."""
        self._speculator.invalidate(self._owner)
        self._renew(reason)

    def adopt(self, call: Call, answer: ToolResult, *, age_s: float) -> None:
        """An exchange of a resumed conversation, read so long ago; at Enter it is held against the revision."""
        self._standing.append(call)
        self._speculator.put(
            self._owner, call, Fetched(answer, answer[1]["revision"]), reason="resumed conversation", age_s=age_s
        )

    async def renew(self) -> None:
        """Look up what has changed or grown old of what stands in the prompt and of what is likely."""
        await self._speculator.revalidate(self._owner)
        self._renew("renewed")

    def typed(self, text: str) -> None:
        """The customer paused while typing: look up what the text is about, and stop what it is not about any more."""
        if not self._typed:  # A question begins: time to notice what has changed since the last one.
            self._checking = self._loop.create_task(self.renew())
        self._typed = text
        candidates = self._meant(text)
        left = self._typed_about - {candidate.call for candidate in candidates}
        if left:
            self._speculator.interrupt(self._owner, left)
        self._typed_about = (self._typed_about - left) | self._speculate(candidates)

    def give_up(self) -> None:
        """The turn was stopped: what its question was about need not be looked up any more."""
        if self._typed_about:
            self._speculator.interrupt(self._owner, self._typed_about)

    def end_turn(self, standing: Sequence[Call] | None, recent: Sequence[str] = ()) -> None:
        """A turn is over.

        `standing` are the results in the prompt now, None for those that were there before; `recent` are the keys of
        the records that its answer told of.
        """
        if standing is not None:
            self._standing, self._recent = list(standing), list(recent)
        self._typed, self._typed_about = "", set()
        self._speculator.refill(self._owner)

    async def close(self) -> None:
        """Sign out: hold nothing of this customer any more."""
        self._closed = True
        if self._checking:
            self._checking.cancel()
        for candidate in self._issued.values():
            self._predictor.outcome(candidate, used=False)
        self._issued.clear()
        await self._speculator.close()

    # What is there.

    def ahead(self) -> list[Ahead]:
        """What was looked up ahead, why, and how it stands."""
        return self._speculator.ahead(self._owner)

    def ledger(self) -> Ledger:
        """The counts since sign-in."""
        return self._speculator.ledger(self._owner).copy()

    def begun(self) -> bool:
        """Whether all that the sign-in alone makes likely is in."""
        return all(self.peek(one.call) is not None for one in self._likely)

    def peek(self, call: Call) -> ToolResult | None:
        """A result without claiming it."""
        fetched = self._speculator.peek(self._owner, call)
        return fetched.value if fetched else None

    def for_prompt(self, text: str) -> list[Call]:
        """What is claimed at Enter if this is the question: what stands in the prompt and what belongs there."""
        return list(dict.fromkeys([*self._standing, *self._to_place(text)]))

    # What a turn asks for.

    async def claim(self, call: Call) -> Claim[ToolResult]:
        """The result of a read, from what was speculated or run now."""
        return await self._speculator.claim(self._owner, call)

    async def claim_ahead(self, standing: Sequence[Call], question: str) -> list[Claim[ToolResult] | FailedLookup]:
        """Claim all at once what stands in the prompt and what belongs there for this question, in this order."""
        self._standing = list(standing)
        self._standing = self.for_prompt(question)
        return await asyncio.gather(*map(self._claimed, self._standing))

    async def look_up_at_enter(self, question: str) -> None:
        """What the question is about, looked up beside the model's first call; the notebook's way under `overlap`."""
        if self._starts().data:
            self._speculate(self._meant(question))
            return
        for one in self._likely:
            self._speculator.speculate(self._owner, one.call, reason="Enter")

    async def drop(self) -> None:
        """Forget what was speculated: a turn without this head start must not profit from it."""
        self._speculator.invalidate(self._owner)

    async def preview(self, call: Call) -> Found:
        """What a write would do; changes nothing."""
        with self._timeline.span("database", f"{call.name}?"):
            return await self._world.write(self._user, call, Write("", dry_run=True))

    async def write(self, call: Call, key: str, said: Sequence[Said] = ()) -> Found:
        """Do a write once for each key, keep what it made known, and look up again what it may have made untrue."""
        before = await self._world.revision(self._user)
        with self._timeline.span("database", call.name):
            done = await self._world.write(self._user, call, Write(key, dry_run=False, said=said))
        if before is not None and before == await self._world.revision(self._user):
            return done  # It has changed nothing that this customer may see: what is held is still true.
        self._speculator.invalidate(self._owner)
        for read, found in done.renewed:
            if read.name in self._described.reads:
                fetched = Fetched(_printable(answer(found)), found.revision)
                self._speculator.put(self._owner, read, fetched, reason="your change")
        self._renew("after your change")
        return done

    def today(self) -> date:
        """The world's day; from any thread."""
        return self._world.today()

    def use(self, call: Call) -> None:
        """An answer rests on this call; from any thread."""
        self._loop.call_soon_threadsafe(self._used, call)

    # Inside.

    def _to_place(self, text: str) -> list[Call]:
        """What pays its place in the prompt: what is likely anyway, and nearest to the question what it is about."""
        ready = self._speculator.ready(self._owner)
        likely = [one for one in self._meant(text) if one.probability >= WORTH_READING and self._is_shown(one.call)]
        meant = [candidate.call for candidate in likely[:PLACED_WHILE_TYPING]]
        first = [one.call for one in self._likely if one.call in ready]
        return [*first, *(call for call in reversed(meant) if call in ready)]

    def _is_shown(self, call: Call) -> bool:
        tool = self._described.by_name.get(call.name)
        return tool is not None and tool.shown

    def _meant(self, text: str) -> list[Candidate]:
        return self._candidates("typing", Moment(text=text, recent=self._recent, held=self._held))

    @cached_property
    def _likely(self) -> list[Candidate]:
        """What the sign-in alone makes likely: the rules are asked once for it."""
        return self._candidates("sign-in", Moment())

    def _candidates(self, when: When, moment: Moment) -> list[Candidate]:
        return candidates(self._described.rules, when, moment)

    def _held(self, call: Call) -> Any | None:
        found = self.peek(call)
        return found[1]["data"] if found else None

    async def _revision(self, _owner: str) -> int | None:
        return await self._world.revision(self._user)

    def _used(self, call: Call) -> None:
        self._speculator.use(self._owner, call)
        if candidate := self._issued.pop(call, None):
            self._predictor.outcome(candidate, used=True)

    async def _claimed(self, call: Call) -> Claim[ToolResult] | FailedLookup:
        try:
            return await self.claim(call)
        except FAILED_LOOKUPS as error:
            return error

    async def _look_up(self, _owner: str, call: Call) -> Fetched[ToolResult]:
        read = _printable(answer(await self._world.read(self._user, call)))
        self._loop.call_soon(self._after_result, call, read[1]["data"])
        return Fetched(read, read[1]["revision"])

    def _after_result(self, call: Call, data: Any) -> None:
        """A result usually brings the next question with it."""
        moment = Moment(recent=self._recent, call=call, data=data, held=self._held)
        self._speculate(self._candidates("result", moment))

    def _renew(self, reason: str) -> None:
        """Look up what the sign-in makes likely and what stands in the prompt, where it is not there and fresh."""
        self._speculate(self._likely, reason)
        if not self._closed and self._starts().context:
            for call in self._standing:
                self._speculator.speculate(self._owner, call, reason=reason)

    def _speculate(self, candidates: Iterable[Candidate], reason: str = "") -> set[Call]:
        """Issue what is worth it, and give what was; only reads that are declared safe, whatever a rule says."""
        if self._closed or not self._starts().data:
            return set()
        issued: set[Call] = set()
        safe = [one for one in candidates if one.call.name in self._described.safe]
        for candidate in self._predictor.choose(safe):
            if self._speculator.speculate(self._owner, candidate.call, reason=reason or candidate.reason):
                self._issued[candidate.call] = candidate
                issued.add(candidate.call)
        return issued


def _as_it_is(answer: ToolResult) -> ToolResult:
    """No copy: an answer is written once, when it is read, and everybody only reads it; it is read at every key."""
    return answer


def _printable(read: ToolResult) -> ToolResult:
    """What was read, without control sequences: it comes from outside."""
    content, artifact = read
    cleaned: Artifact = {**artifact, "data": printable_data(artifact["data"])}
    return printable(content), cleaned
