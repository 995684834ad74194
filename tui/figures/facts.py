"""Which results of a turn stand as cards under its answer: those that the answer rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headstart.speculation.border import asked
from headstart.speculation.calls import Call

if TYPE_CHECKING:
    from agent.events import ToolUse, TurnResult
    from agent.session.conversations import KeptTurn
    from headstart.world.cards import Shown
    from headstart.world.opened import Described


def facts_of(result: TurnResult, world: Described, earlier: Sequence[TurnResult] = ()) -> list[Shown]:
    """What to show, in the order of the sources; nothing for an answer without facts.

    An answer may rest on what an earlier turn looked up: `earlier` are the turns before it, oldest first.
    """
    if result.ended != "answered":
        return []
    found = [(use.record, use.data) for use in _rested_on(result, world, earlier)]
    return _cards(world, result.answer, found)


def facts_kept(turn: KeptTurn, world: Described) -> list[Shown]:
    """The same of a kept turn: as it was when it was answered."""
    return _cards(world, turn.answer, [(str(found.get("record")), found.get("data")) for found in turn.facts])


def _cards(world: Described, answer: str, found: Sequence[tuple[str, Any]]) -> list[Shown]:
    """What the world makes of it: where that fails, the answer stands without its cards."""
    return list(asked(world.cards, answer, found) or [])


def _rested_on(result: TurnResult, world: Described, earlier: Sequence[TurnResult]) -> list[ToolUse]:
    """This turn's calls that its answer rests on, then the newest results of those that earlier turns made."""
    own = [use for use in result.tool_calls if use.used]
    if not result.sources:
        return own
    missing = dict.fromkeys(result.sources)
    for use in own:
        missing.pop(_call(use), None)
    made = [use for turn in (*earlier, result) for use in turn.tool_calls if use.record and use.name in world.reads]
    newest = {source: use for use in made if (source := _call(use)) in missing}
    return [*own, *newest.values()]


def _call(use: ToolUse) -> Call:
    return Call.of(use.name, use.arguments)
