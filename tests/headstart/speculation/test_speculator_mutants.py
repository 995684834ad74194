"""Small faults put into the engine on purpose: what holds it must notice each of them."""

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Literal
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from stubs import fake_reads
from stubs.scenarios import calls_of

from headstart.speculation import border, flight, places, speculator, tasks

SPECULATOR, FLIGHT, PLACES, BORDER, TASKS = speculator, flight, places, border, tasks
MODULES = {"border": border, "flight": flight, "places": places, "tasks": tasks, "speculator": speculator}
"""Each after those that it imports."""
HERE = Path(__file__)


@dataclass(frozen=True)
class Mutant:
    fault: str
    module: ModuleType
    sound: str
    unsound: str
    seen_by: Literal["machine", "scenario"] = "machine"
    """What must notice it; the other may."""


MUTANTS = (
    Mutant("the revision is not read", SPECULATOR, "if self._revision is None or fetched", "if True or fetched"),
    Mutant(
        "stale is taken for fresh",
        SPECULATOR,
        "return revision == fetched.revision",
        "return revision != fetched.revision",
    ),
    Mutant(
        "a revision that cannot be read passes for fresh",
        SPECULATOR,
        "return revision == fetched.revision",
        "return revision is None or revision == fetched.revision",
        "scenario",
    ),
    Mutant(
        "the flight is not looked at again after the revision was read",
        SPECULATOR,
        "if not visit.holds(flight):\n                continue\n            if fresh:",
        "if fresh:",
        "scenario",
    ),
    Mutant(
        "one key for all owners",
        SPECULATOR,
        "self._visits.get(owner)",
        'self._visits.get(next(iter(self._visits), ""))',
    ),
    Mutant("results never grow too old", SPECULATOR, "> self._time_to_live_s", "> 1e9"),
    Mutant(
        "the time to live counts from the end",
        SPECULATOR,
        "at_s - flight.start_s >",
        "at_s - (flight.end_s or 0.0) >",
        "scenario",
    ),
    Mutant("no deadline", SPECULATOR, "if flight.speculative else None", "if False else None", "scenario"),
    Mutant(
        "a flight past its deadline is left running",
        SPECULATOR,
        "left running beside the claim's own run: two results for one key.\n            self._drop(visit, flight)",
        "left running.\n            visit.remove(flight)",
        "scenario",
    ),
    Mutant("signing out cancels nothing", FLIGHT, "self.task.cancel()", "pass"),
    Mutant("signing out does not wait", SPECULATOR, "await self._tasks.over(owner, self._deadline_s)", "pass"),
    Mutant("claims outlive the sign-out", SPECULATOR, "if visit.over:", "if False:"),
    Mutant("quitting is not final", SPECULATOR, "self._closed = True", "self._closed = False", "scenario"),
    Mutant(
        "an invalidated flight stays",
        SPECULATOR,
        "self._drop_all(visit, visit.flights.values())",
        "self._changed(visit)",
    ),
    Mutant(
        "only what has landed is invalidated",
        SPECULATOR,
        "self._drop_all(visit, visit.flights.values())",
        "self._drop_all(visit, [f for f in visit.flights.values() if not f.under_way])",
        "scenario",
    ),
    Mutant(
        "a dropped flight is stored when it lands",
        SPECULATOR,
        "if not flight.dropped:\n            failed",
        "if True:\n            visit.flights[flight.call] = flight\n            failed",
    ),
    Mutant("the budget is off by one", SPECULATOR, "visit.spent >= self._budget", "visit.spent > self._budget"),
    Mutant("the budget is never refilled", FLIGHT, "self.spent = 0\n        self.ledger", "self.ledger"),
    Mutant(
        "concurrency is ignored",
        PLACES,
        "return len(self._held) < self._number",
        "return True",
    ),
    Mutant("one owner may hold every place", PLACES, "max(1, number - 1)", "number", "scenario"),
    Mutant("who is passed over is forgotten", PLACES, "heapq.heappush(self._turns, turn)", "pass", "scenario"),
    Mutant(
        "places are given back late",
        SPECULATOR,
        "flight.task = None\n        self._places.leave(flight)",
        "flight.task = None",
        "scenario",
    ),
    Mutant(
        "an abandoned run goes on",
        SPECULATOR,
        "if flight.under_way and not flight.waiters and not flight.placed:",
        "if False:",
        "scenario",
    ),
    Mutant(
        "a cancelled claim takes the run from those who joined it",
        SPECULATOR,
        "if flight.under_way and not flight.waiters and not",
        "if flight.under_way and not",
        "scenario",
    ),
    Mutant(
        "a speculative failure is raised",
        SPECULATOR,
        "flight.error is not None and not flight.speculative",
        "flight.error is not None",
        "scenario",
    ),
    Mutant(
        "failed passes for there",
        SPECULATOR,
        "held.under_way or self._shown(visit, held)):",
        "held.under_way or held):",
    ),
    Mutant("used is counted at each use", FLIGHT, "if flight is None or flight.used:", "if flight is None:"),
    Mutant(
        "what was never claimed counts as used",
        FLIGHT,
        "held is not None and held.outcome is not None",
        "held is not None",
        "scenario",
    ),
    Mutant(
        "wasted is counted at each drop",
        FLIGHT,
        "if not flight.speculative or flight.used:",
        "if not flight.speculative:",
    ),
    Mutant(
        "what a turn claimed and lost is never settled", FLIGHT, "self.ledger.wasted += len(self._unsettled)", "pass"
    ),
    Mutant(
        "a stale claim counts as a miss",
        SPECULATOR,
        'run_as = "stale"\n            self._drop',
        "self._drop",
        "scenario",
    ),
    Mutant("results pile up", SPECULATOR, "if len(landed) > self._keep:", "if False:"),
    Mutant("stale results are shown", FLIGHT, "and fetched.revision < self.revision", "and False"),
    Mutant(
        "an old exchange is put as if read now",
        SPECULATOR,
        "read_s = self._clock() - age_s",
        "read_s = self._clock()",
        "scenario",
    ),
    Mutant(
        "a put is stored for anybody",
        SPECULATOR,
        "visit = self._visits.get(owner)\n        if visit is None or visit.known_stale(fetched)",
        "visit = self._visit(owner)\n        if visit.known_stale(fetched)",
    ),
    # What functions of the caller return and raise.
    Mutant("anything passes for a result", BORDER, "if not isinstance(fetched, Fetched):", "if False:", "scenario"),
    Mutant("a run need not be awaited", BORDER, "if not inspect.isawaitable(given):", "if False:", "scenario"),
    Mutant(
        "anything passes for a revision",
        BORDER,
        "if found is not None and not isinstance(found, int):",
        "if False:",
        "scenario",
    ),
    Mutant(
        "a wrong revision passes for one that cannot be read",
        SPECULATOR,
        "if isinstance(found, Exception) and not isinstance(found, border.BorderError):",
        "if isinstance(found, Exception):",
        "scenario",
    ),
    Mutant("anything passes for a call", BORDER, "if not isinstance(call, Call):", "if False:", "scenario"),
    Mutant("anything passes for a key", BORDER, "if not isinstance(key, Call):", "if False:", "scenario"),
    Mutant(
        "an exit in a run ends the loop",
        TASKS,
        "except BaseException as error:",
        "except Exception as error:",
        "scenario",
    ),
    Mutant(
        "a screen ends a claim", BORDER, "except (Exception, asyncio.CancelledError):", "except OSError:", "scenario"
    ),
    # Nothing is changed before what may raise.
    Mutant(
        "a run that cannot begin stands for its call",
        SPECULATOR,
        "        if self._places.free_for(visit):\n            self._start",
        "        visit.flights[call] = flight\n        if self._places.free_for(visit):\n            self._start",
        "scenario",
    ),
    Mutant(
        "a run that cannot begin holds a place",
        SPECULATOR,
        "            self._start(visit, flight)\n            self._places.take(visit, flight)\n",
        "            self._places.take(visit, flight)\n            self._start(visit, flight)\n",
        "scenario",
    ),
    Mutant(
        "a claim's run that cannot begin stands for its call",
        SPECULATOR,
        '"claimed", self._clock())\n        self._start',
        '"claimed", self._clock())\n        visit.flights[call] = flight\n        self._start',
        "scenario",
    ),
    Mutant(
        "a waiting run that cannot begin stops those behind it",
        SPECULATOR,
        "except Exception as error:  # Its own loss",
        "except ZeroDivisionError as error:  # Its own loss",
        "scenario",
    ),
    Mutant("places on a lost loop are lost", SPECULATOR, "        self._places.clear()\n", "", "scenario"),
    # Contexts.
    Mutant(
        "a run sees the context of who made room for it",
        SPECULATOR,
        "flight.context.run(self._tasks.start, visit",
        "self._tasks.start(visit",
        "scenario",
    ),
    Mutant(
        "a change is told in the context of who made room",
        SPECULATOR,
        "partial(self._landed, visit, flight), context=flight.context)",
        "partial(self._landed, visit, flight))",
        "scenario",
    ),
    # Waits and freshness.
    Mutant(
        "the time to live is held against the delivery",
        SPECULATOR,
        "            elif self._too_old(flight, asked_s):",
        "            if flight is not own and not flight.under_way and self._too_old(flight, self._clock()):",
        "scenario",
    ),
    Mutant(
        "what began after the claim is held against the revision",
        SPECULATOR,
        "if flight.number > asked:",
        "if flight is own:",
        "scenario",
    ),
    Mutant(
        "an old exchange passes for a run that began after the claim",
        SPECULATOR,
        "        flight.start_s = read_s\n",
        "        flight.start_s, flight.number = read_s, next(self._numbers)\n",
        "scenario",
    ),
    Mutant(
        "the revision is waited for without end",
        SPECULATOR,
        "self._read_revision(visit, self._left_s(asked_s))",
        "self._read_revision(visit, 1e6)",
        "scenario",
    ),
    Mutant(
        "the deadline counts anew for the revision",
        SPECULATOR,
        "self._read_revision(visit, self._left_s(asked_s))",
        "self._read_revision(visit, self._deadline_s)",
        "scenario",
    ),
    Mutant(
        "a run that hangs holds its place",
        SPECULATOR,
        "if first is None or self._watch is not None:",
        "if first is None or first:",
        "scenario",
    ),
    Mutant(
        "a claim loses its run with the place",
        SPECULATOR,
        "            if flight.under_way and not flight.waiters:\n                self._drop",
        "            if flight.under_way:\n                self._drop",
        "scenario",
    ),
    Mutant(
        "a sign-out waits for what never ends",
        SPECULATOR,
        "await self._tasks.over(owner, self._deadline_s)",
        "await self._tasks.over(owner, 1e6)",
        "scenario",
    ),
    Mutant("one owner has every place", PLACES, "(visit.served, next", "(0, next", "scenario"),
    Mutant(
        "a withdrawn call gets a place",
        SPECULATOR,
        "self._places.withdraw(visit, flight)\n        flight.drop()",
        "flight.drop()",
        "scenario",
    ),
    # Whose a value is.
    Mutant("a run keeps what it returned", SPECULATOR, "self._owned(await border", "(await border", "scenario"),
    Mutant(
        "a claim gets what is kept",
        SPECULATOR,
        "fetched = self._owned(flight.fetched)",
        "fetched = flight.fetched",
        "scenario",
    ),
    Mutant(
        "a peek gets what is kept",
        SPECULATOR,
        "return self._owned(flight.fetched)",
        "return flight.fetched",
        "scenario",
    ),
    Mutant("who put it keeps it", SPECULATOR, "        fetched = self._owned(fetched)\n", "", "scenario"),
    # Keys.
    Mutant("a call is not normalised", BORDER, "key = normalise(call)", "key = call", "scenario"),
    Mutant(
        "an interruption is not normalised",
        SPECULATOR,
        "[border.call_by(self._normalise, call) for call in calls]",
        "calls",
        "scenario",
    ),
    Mutant(
        "a peek is not normalised",
        SPECULATOR,
        "visit.flights.get(border.call_by(self._normalise, call))",
        "visit.flights.get(border.call_by(None, call))",
        "scenario",
    ),
)

SCENARIOS = ("", "_races", "_visits", "_border", "_context", "_keys", "_values", "_waits")


def loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def mutated(mutant: Mutant) -> Iterator[type[speculator.Speculator[str]]]:
    """The Speculator with the fault in it, in modules of its own."""
    names = {module: f"mutant_{stem}" for stem, module in MODULES.items()}
    try:
        for module, name in names.items():
            source = inspect.getsource(module)
            for stem in MODULES:
                source = source.replace(
                    f"from headstart.speculation import {stem}\n", f"import mutant_{stem} as {stem}\n"
                )
                source = source.replace(f"from headstart.speculation.{stem} import", f"from mutant_{stem} import")
            if module is mutant.module:
                source = source.replace(mutant.sound, mutant.unsound) if mutant.sound else source
            sys.modules[name] = fresh = ModuleType(name)
            exec(compile(source, name, "exec"), fresh.__dict__)
        yield sys.modules[names[SPECULATOR]].Speculator
    finally:
        for name in names.values():
            sys.modules.pop(name, None)


def broken_scenario(mutated_class: type[speculator.Speculator[str]]) -> str | None:
    """The first scenario that does not hold of it."""
    for stem in SCENARIOS:
        module = loaded(f"mutant_test{stem}", HERE.with_name(f"test_speculator{stem}.py"))
        with patch.object(module, "Speculator", mutated_class), patch.object(fake_reads, "Speculator", mutated_class):
            for name, scenario in vars(module).items():
                for arguments in calls_of(scenario) if name.startswith("test_") else ():
                    try:
                        scenario(**arguments)
                    except (Exception, SystemExit, KeyboardInterrupt, pytest.fail.Exception):
                        return name
    return None


def broken_invariant(mutated_class: type[speculator.Speculator[str]]) -> str | None:
    """What the state machine finds wrong with it."""
    machine = loaded("mutant_machine", HERE.with_name("test_speculator_machine.py")).SpeculatorMachine
    mutant_machine = type("MutantMachine", (machine,), {"speculator_class": mutated_class})
    try:
        run_state_machine_as_test(
            mutant_machine,
            settings=settings(
                max_examples=1000,  # It ends with the first that notices; which that is hangs on what else is imported.
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                report_multiple_bugs=False,
                print_blob=False,
                suppress_health_check=list(HealthCheck),
            ),
        )
    except AssertionError as error:
        return str(error) or "assertion"
    return None


def test_nothing_is_noticed_without_a_fault() -> None:
    with mutated(Mutant("none", SPECULATOR, "", "")) as sound_class:
        assert broken_scenario(sound_class) is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault)
def test_the_fault_is_noticed(mutant: Mutant) -> None:
    assert mutant.sound in inspect.getsource(mutant.module), "this source is gone: write the mutant anew"
    with mutated(mutant) as mutated_class:
        assert broken_invariant(mutated_class) if mutant.seen_by == "machine" else broken_scenario(mutated_class)
