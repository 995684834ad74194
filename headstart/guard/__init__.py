"""A guard: an answer is held against records while it streams, and mended where it says what no record does.

    from headstart.guard import FactsGuard

    guard = FactsGuard(["Order A123 has shipped, expected by 2026-11-26."])
    for piece in answer:
        print(guard.feed(piece), end="")
        if guard.violation:
            print(guard.mend(), end="")
            break
    else:
        print(guard.finish(), end="")

`FactsGuard` needs no world and no language: numbers, dates, amounts and quoted names must stand in some result. A
world that knows its own questions brings a `Check`, whose guard is as strict as it likes.
"""

from headstart.guard.check import Asked, Check, FactsCheck, Grounding, Reading, Result, Verdict
from headstart.guard.correction import Correction
from headstart.guard.facts import Fact, facts
from headstart.guard.streaming import FactsGuard, Guard, Violation

__all__ = [
    "Asked",
    "Check",
    "Correction",
    "Fact",
    "FactsCheck",
    "FactsGuard",
    "Grounding",
    "Guard",
    "Reading",
    "Result",
    "Verdict",
    "Violation",
    "facts",
]
