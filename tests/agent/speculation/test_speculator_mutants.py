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

from agent.speculation import flight, speculator

SPECULATOR, FLIGHT = speculator, flight
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
        "return False  # What cannot be shown",
        "return True  # What cannot be shown",
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
        "self._clock() - flight.start_s >",
        "self._clock() - (flight.end_s or 0.0) >",
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
    Mutant("signing out does not wait", SPECULATOR, "await _over(self._tasks.get(owner, ()))", "pass"),
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
        "if not flight.dropped:\n            flight.land",
        "if True:\n            visit.flights[flight.call] = flight\n            flight.land",
    ),
    Mutant("the budget is off by one", SPECULATOR, "visit.spent >= self._budget", "visit.spent > self._budget"),
    Mutant("the budget is never refilled", FLIGHT, "self.spent = 0\n        self.ledger", "self.ledger"),
    Mutant(
        "concurrency is ignored",
        SPECULATOR,
        "while self._waiting and self._placed < self._concurrency",
        "while self._waiting",
    ),
    Mutant("places are never given back", SPECULATOR, "self._placed -= flight.placed", "pass", "scenario"),
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
)


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
    names = {FLIGHT: "mutant_flight", SPECULATOR: "mutant_speculator"}
    try:
        for module, name in names.items():
            source = inspect.getsource(module).replace("agent.speculation.flight", names[FLIGHT])
            if module is mutant.module:
                source = source.replace(mutant.sound, mutant.unsound)
            sys.modules[name] = fresh = ModuleType(name)
            exec(compile(source, name, "exec"), fresh.__dict__)
        yield sys.modules[names[SPECULATOR]].Speculator
    finally:
        for name in names.values():
            sys.modules.pop(name, None)


def broken_scenario(mutated_class: type[speculator.Speculator[str]]) -> str | None:
    """The first scenario that does not hold of it."""
    for stem in ("test_speculator", "test_speculator_races", "test_speculator_visits"):
        module = loaded(f"mutant_{stem}", HERE.with_name(f"{stem}.py"))
        with patch.object(module, "Speculator", mutated_class), patch.object(fake_reads, "Speculator", mutated_class):
            for name, scenario in vars(module).items():
                if name.startswith("test_"):
                    try:
                        scenario()
                    except (AssertionError, OSError, pytest.fail.Exception):  # What a run raises, let through.
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
                max_examples=100,
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


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault)
def test_the_fault_is_noticed(mutant: Mutant) -> None:
    assert mutant.sound in inspect.getsource(mutant.module), "this source is gone: write the mutant anew"
    with mutated(mutant) as mutated_class:
        assert broken_invariant(mutated_class) if mutant.seen_by == "machine" else broken_scenario(mutated_class)
