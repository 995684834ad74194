"""The tool calls of one turn: reads claimed together, writes after the customer's word, and what they took."""

import asyncio
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from langchain_core.messages import AIMessage, ToolCall, ToolMessage

from agent.events import ToolUse
from agent.turn.bridge import FAILED_LOOKUPS, Bridge, Lookups
from headstart.errors import ArgumentsError
from headstart.speculation.speculator import Call, Claim
from headstart.text import printable
from headstart.timeline import DatabaseUse, PerformanceLog, Prices, Timeline
from headstart.world import Found, Said
from headstart.world.opened import Artifact, Described, ToolResult, artifact


class ToolRuns:
    """Runs in the turn's own thread. `thread_id` and a write's call make the key that lets it happen only once."""

    def __init__(
        self,
        *,
        world: Described,
        lookups: Lookups,
        bridge: Bridge,
        thread_id: str,
        timeline: Timeline,
        prices: Prices,
        log: PerformanceLog,
    ) -> None:
        self._world = world
        self._lookups = lookups
        self._bridge = bridge
        self._thread_id = thread_id
        self._timeline = timeline
        self._prices = prices
        self._log = log
        self._previews: dict[str, Found] = {}
        self.uses: dict[Call, ToolUse] = {}
        """By call; the last run of each."""
        self.database: list[DatabaseUse] = []
        """Every query, also those that the answer does not rest on."""

    def run(
        self, message: AIMessage, approve: Callable[[ToolCall, Found], bool], said: Sequence[Said] = ()
    ) -> list[ToolMessage]:
        """The results of a message's calls: writes after the customer's word, reads claimed together.

        `said` is the conversation so far.

        `approve` may leave by an exception (LangGraph's interrupt), so it is asked for every write
        before anything is done.
        """
        calls = message.tool_calls
        writes = [call for call in calls if self._is_write(call)]
        if unseen := [call for call in writes if (call["id"] or "") not in self._previews]:
            self._bridge.run(self._preview_all(unseen))
        approved = {call["id"]: self._approved(call, approve) for call in writes}
        results = self._bridge.run(self._run_all([call for call in calls if call["id"] not in approved]))
        for call in calls:
            if call["id"] in approved:
                results[call["id"]] = self._write(call, approved[call["id"]], said)
        invalid = [
            ToolMessage(f"This call could not be read: {call['error']}.", tool_call_id=call["id"] or "", status="error")
            for call in message.invalid_tool_calls
        ]
        return [*(results[call["id"]] for call in calls), *invalid]

    def rest_on(self, sources: Sequence[Call]) -> None:
        """The answer rests on these calls."""
        for call in sources:
            self._lookups.use(call)
            if use := self.uses.get(call):
                self.uses[call] = replace(use, used=True)

    def _is_write(self, call: ToolCall) -> bool:
        return call["name"] in self._world.writes

    async def _preview_all(self, calls: Sequence[ToolCall]) -> None:
        """Look at what each write would do, all at once."""
        previews = await asyncio.gather(*map(self._preview, calls))
        self._previews |= {call["id"] or "": preview for call, preview in zip(calls, previews, strict=True)}

    async def _preview(self, call: ToolCall) -> Found:
        try:
            made = Call.of(call["name"], call["args"])
            with self._querying(made):
                return await self._lookups.preview(made)
        except ArgumentsError as error:
            return Found(str(error), refused=True)

    def _approved(self, call: ToolCall, approve: Callable[[ToolCall, Found], bool]) -> Found | None:
        """The preview of an approved write, None for one that the customer declined."""
        preview = self._previews[call["id"] or ""]
        return preview if preview.refused or approve(call, preview) else None

    def _write(self, call: ToolCall, preview: Found | None, said: Sequence[Said]) -> ToolMessage:
        if preview is None:
            return _result(call, self._world.phrases.not_confirmed, None, "success")
        change = preview
        made = Call.of(call["name"], call["args"])
        if not preview.refused:
            with self._querying(made):
                key = f"{self._thread_id}:{call['id'] or ''}"
                change = self._bridge.run(self._lookups.write(made, key, said))
        self._log.add(f"{call['name']}: {'refused by the rules' if change.refused else 'done'}")
        result: Artifact = {**artifact(change), "revision": None, "done": not change.refused}
        waited_s = sum(use.end_s - use.start_s for use in self.database if use.call == made)
        self.uses[made] = ToolUse(
            made.name, call["args"], "miss", waited_s, result["record"], result["data"], used=True
        )
        # A refusal by the rules is an answer, not a failure of the tool.
        return _result(call, printable(change.text), result, "success")

    @contextmanager
    def _querying(self, call: Call) -> Generator[None]:
        """Database time of a write: nothing hides it."""
        start_s = self._timeline.clock()
        try:
            yield
        finally:
            self.database.append(DatabaseUse(call, start_s, self._timeline.clock()))

    async def _run_all(self, calls: Sequence[ToolCall]) -> dict[str | None, ToolMessage]:
        messages = await asyncio.gather(*map(self._read, calls))
        return {call["id"]: message for call, message in zip(calls, messages, strict=True)}

    async def _read(self, call: ToolCall) -> ToolMessage:
        if call["name"] not in self._world.by_name:
            return _result(call, f"There is no tool {printable(call['name'])}.", None, "error")
        try:
            claim = await self._lookups.claim(Call.of(call["name"], call["args"]))
        except ArgumentsError as error:
            return _result(call, str(error), None, "error")
        except FAILED_LOOKUPS as error:
            self._log.add(f"{call['name']}: {error}")
            return _result(call, self._world.phrases.unreadable, None, "error")
        self._lookups.use(claim.call)
        self.note(claim, skipped_decision=False)
        self._log.add(f"{call['name']}: {claim.outcome}, waited {claim.waited_s:.2f} s")
        content, found = claim.value
        return _result(call, content, found, "success")

    def note(self, claim: Claim[ToolResult], *, skipped_decision: bool) -> None:
        """A read was claimed: by the model's own call, or ahead of it, which skipped the decision to call."""
        _, found = claim.value
        self.uses[claim.call] = ToolUse(
            name=claim.call.name,
            arguments=claim.call.mapping(),
            outcome=claim.outcome,
            waited_s=claim.waited_s,
            record=found["record"],
            data=found["data"],
            used=not skipped_decision,
        )
        if claim.end_s == claim.start_s:
            return  # Written through: no query has run.
        self._prices.note_tool(claim.call.name, claim.end_s - claim.start_s)
        if claim.first:
            self.database.append(DatabaseUse(claim.call, claim.start_s, claim.end_s, skipped_decision=skipped_decision))

    def counted_database(self) -> list[DatabaseUse]:
        """The queries this turn used for the first time: those that the answer does not rest on hid nothing."""
        used = {call for call, use in self.uses.items() if use.used}
        return [use for use in self.database if not use.skipped_decision or use.call in used]


def _result(call: ToolCall, content: str, found: Any, status: str) -> ToolMessage:
    return ToolMessage(content, tool_call_id=call["id"] or "", name=call["name"], artifact=found, status=status)
