"""Small faults put into the guard on purpose, in the library and in the shop's: what holds it must notice each."""

import importlib
import importlib.util
import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from stubs.scenarios import calls_of

from agent.shop.english import check as shop_check
from agent.shop.english import facts, guard, intent, statements, target, understanding, unfinished
from headstart import guard as library
from headstart.guard import check as library_check
from headstart.guard import streaming

library_facts = importlib.import_module("headstart.guard.facts")  # The package has a function of that name.

MODULES = (
    library_facts,
    streaming,
    library_check,
    library,
    facts,
    unfinished,
    statements,
    intent,
    understanding,
    guard,
    target,
    shop_check,
)
"""Each after those that it imports."""
TESTS = Path(__file__).parents[3]
LIBRARY = TESTS / "headstart" / "guard" / "test_guard.py"
SCENARIOS = (
    LIBRARY,
    *(Path(__file__).with_name(f"test_{name}.py") for name in ("guard", "understanding", "intent", "target")),
)


@dataclass(frozen=True)
class Mutant:
    fault: str
    module: ModuleType
    sound: str
    unsound: str


MUTANTS = (
    Mutant("any number passes", library_facts, "return len(digits) == 1 and", "return len(digits) == 1 or"),
    Mutant("a part of a decimal stands for itself", library_facts, "if not _SINGLE.fullmatch(token))", "if token)"),
    Mutant("any quoted name passes", library_facts, '" ".join(said.split()) in self._text', "bool(said)"),
    Mutant("names are no facts", library_facts, "names = list(_names(text))", "names = list[Fact]()"),
    Mutant("a begun word is shown", library_facts, "at = match.start()", "pass"),
    Mutant("a begun name is shown", library_facts, "if name.close is None", "if False"),
    Mutant(
        "the violation itself is shown",
        streaming,
        "certain = max(_beginning(lines, fact), shown_to)",
        "certain = fact.end",
    ),
    Mutant("every answer is grounded", library_check, "all(map(stated.holds, found))", "True"),
    Mutant("counts are not looked at", guard, "if not counted(", "if False and not counted("),
    Mutant("denials are believed", guard, "if named := known.with_item_words(words):", "if named := []:"),
    Mutant("what is off the point passes", guard, "if not beside:", "if True:"),
    Mutant("an order may be told twice", guard, "if listed and BULLET.match(line):", "if False:"),
    Mutant("a broken call is an answer", guard, "if call := _CALL.search(line):", "if call := None:"),
    Mutant(
        "a list may leave orders out",
        guard,
        "left_out = self._left_of_list()\n        self.completed",
        "left_out = []\n        self.completed",
    ),
    Mutant(
        "what nobody owns passes",
        statements,
        "if not owners:\n            if DENYING",
        "if not owners:\n            if True or DENYING",
    ),
    Mutant(
        "facts of two orders make one statement",
        statements,
        "return Violation(fact.start, said, Correction.WRONG_ORDER",
        "return None and (fact.start, said, Correction.WRONG_ORDER",
    ),
    Mutant("others' data are not declined", understanding, "_closed(question, ONLY_YOURS, declined=True)", "question"),
    Mutant(
        "an invented number is looked up", intent, "return not any(map(str.isdigit, number)) or", "return False and"
    ),
    Mutant("an address needs nobody's word", intent, 'if call["name"] == "change_address" and not', "if False and not"),
    Mutant("of two orders one is guessed", target, "if len(named) > 1 and len(may) > 1", "if False and len(may) > 1"),
)


@contextmanager
def mutated(mutant: Mutant | None) -> Iterator[None]:
    """All modules made anew in their own dictionaries, one of them with the fault."""
    kept = [(module, inspect.getsource(module), dict(vars(module))) for module in MODULES]
    try:
        for module, source, _ in kept:
            if mutant is not None and module is mutant.module:
                source = source.replace(mutant.sound, mutant.unsound)
            exec(compile(source, str(module.__file__), "exec"), vars(module))
        yield
    finally:
        for module, _, names in kept:
            vars(module).clear()
            vars(module).update(names)


def broken_scenario() -> str | None:
    """The first scenario that does not hold."""
    for path in SCENARIOS:
        spec = importlib.util.spec_from_file_location(f"mutant_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception:
            return path.stem
        for name, scenario in list(vars(module).items()):
            for arguments in calls_of(scenario) if name.startswith("test_") else ():
                try:
                    scenario(**arguments)
                except (Exception, pytest.fail.Exception):
                    return name
    return None


def test_nothing_is_noticed_without_a_fault() -> None:
    with mutated(None):
        assert broken_scenario() is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault)
def test_the_fault_is_noticed(mutant: Mutant) -> None:
    assert mutant.sound in inspect.getsource(mutant.module), "this source is gone: write the mutant anew"
    with mutated(mutant):
        assert broken_scenario()
