"""What outsiders run in their own suite: does a world keep its promises?

    async def test_the_world() -> None:
        await check_world(WORLD, samples={"get_book": {"title": "Emma"}, "lend": {"title": "Emma"}})

Everything that is wrong is said at once. Nothing is written: writes are tried as dry runs.
"""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headstart.errors import ArgumentsError, HeadstartError, SignInError
from headstart.guard import Asked
from headstart.speculation.calls import Call
from headstart.speculation.prediction import Candidate
from headstart.world.cards import Card, Table
from headstart.world.members import Backend, Found, Tool, User, World, Write
from headstart.world.opened import Described, OpenWorld, options_of, taken
from headstart.world.rules import Moment, Rule

HOSTILE = (
    "",
    " ",
    "?",
    "\x1b[2J",
    "%s {0} {{",
    "a" * 5_000,
    "ß\u0301猫🙂",
    "'; DROP TABLE users; --",
    "\u202e\x00",
    "0" * 400,
)
"""What people and terminals send; a rule must not fail on any of it."""


async def check_world(
    world: World,
    *,
    sign_in: tuple[str, str] | None = None,
    samples: Mapping[str, Mapping[str, Any]] | None = None,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Raises AssertionError with every promise that the world does not keep, a line each.

    `sign_in` is a name and a password that open it, where its users sign in; `samples` are arguments for its tools
    (a tool without arguments needs none); `options` are those it is opened with.
    """
    found = _Problems()
    try:
        described = Described(world)
        described.check()
    except HeadstartError as error:
        raise AssertionError(f"The world is none: {error}") from error
    _check_schemas(described, found)
    with tempfile.TemporaryDirectory() as folder:
        try:
            opened = options_of(described, options or {}, data_folder=Path(folder), state_folder=Path(folder))
            for _ in range(2):  # It can be opened again.
                async with world.connect(opened) as backend:
                    await _check_open(described, backend, sign_in, samples or {}, found)
        except Exception as error:
            found.add(False, f"connect: raised {_said(error)}")
    if found.lines:
        raise AssertionError(f"The world {described.name}:\n" + "\n".join(f"- {line}" for line in found.lines))


class _Problems:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, holds: bool, line: str) -> None:
        if not holds and line not in self.lines:
            self.lines.append(line)


def _check_schemas(world: Described, found: _Problems) -> None:
    for tool in world.tools:
        found.add(
            bool(tool.description.strip()), f"{tool.name}: expected a description, found none: models choose by it"
        )
        try:
            schema = tool.arguments.model_json_schema()
            json.dumps(schema)
        except Exception as error:
            found.add(False, f"{tool.name}: its arguments have no JSON schema ({_said(error)})")
            continue
        named = set(schema.get("properties", {})) & {"user", "user_id", "customer_id", "account_id"}
        found.add(not named, f"{tool.name}: takes {', '.join(sorted(named))}, which a model could fill with anybody's")


async def _check_open(
    world: Described,
    backend: Backend,
    sign_in: tuple[str, str] | None,
    samples: Mapping[str, Mapping[str, Any]],
    found: _Problems,
) -> None:
    open_world = OpenWorld(world, backend)
    user = world.one_user
    if world.users == "own":
        user = await _signed_in(backend, sign_in, found)
    user = user or User("somebody")
    likely = _check_rules(world, found)
    if unknown := sorted(set(samples) - set(world.by_name)):
        found.add(False, f"samples: no such tool: {', '.join(unknown)}")
    calls = {*likely, *(Call.of(name, given) for name, given in samples.items() if name in world.by_name)}
    calls |= {Call.of(tool.name) for tool in world.tools if _takes_nothing(tool)}
    results: dict[Call, Found] = {}
    for call in sorted(calls):
        write = Write("check", dry_run=True) if world.by_name[call.name].effect == "write" else None
        if given := await _check_call(open_world, user, call, write, found):
            results[call] = given
    held = {call: given.data for call, given in results.items()}
    for one in world.rules:
        moments = [Moment(text=text, held=held.get) for text in HOSTILE] if one.when == "typing" else []
        if one.when == "result":
            moments = [Moment(call=call, data=data, held=held.get) for call, data in held.items()]
        for moment in moments:
            _candidates(world, one, moment, found)
    _check_results(world, user, open_world, results, found)


async def _signed_in(backend: Backend, given: tuple[str, str] | None, found: _Problems) -> User | None:
    try:
        await backend.sign_in("nobody at all", "wrong")
        found.add(False, "sign_in: expected SignInError for a name that nobody has, found that it opens")
    except SignInError:
        pass
    except Exception as error:
        found.add(False, f"sign_in: expected SignInError for a wrong name, found {_said(error)}")
    if given is None:
        found.add(False, "sign_in: users sign in here, so give check_world a name and a password that open it")
        return None
    try:
        user: Any = await backend.sign_in(*given)
    except Exception as error:
        found.add(False, f"sign_in: {given[0]!r} does not open it: {_said(error)}")
        return None
    found.add(isinstance(user, User), f"sign_in: expected a User, found {type(user).__name__}")
    return user if isinstance(user, User) else None


def _check_rules(world: Described, found: _Problems) -> list[Call]:
    """The calls that the sign-in makes likely."""
    likely: list[Call] = []
    for one in (rule for rule in world.rules if rule.when != "result"):
        for moment in [Moment(text=text) for text in HOSTILE] if one.when == "typing" else [Moment()]:
            likely += [c.call for c in _candidates(world, one, moment, found) if one.when == "sign-in"]
    return likely


def _candidates(world: Described, one: Rule, moment: Moment, found: _Problems) -> list[Candidate]:
    name = getattr(one.function, "__name__", "a rule")
    try:
        given: list[Any] = list(one(moment))
    except Exception as error:
        text = f" on {moment.text[:20]!r}" if moment.text else ""
        found.add(False, f"rule {name}: raised {_said(error)}{text}: a rule must not fail, whatever it sees")
        return []
    sound: list[Candidate] = []
    for candidate in given:
        if not isinstance(candidate, Candidate):
            found.add(False, f"rule {name}: expected Candidates, found {type(candidate).__name__}")
        elif candidate.call.name not in world.safe:
            found.add(False, f"rule {name}: proposes {candidate.call.name}, which is not declared speculation_safe")
        elif why := _misfit(world.by_name[candidate.call.name], candidate.call):
            found.add(False, f"rule {name}: {candidate.call.name}: {why}")
        else:
            sound.append(candidate)
    return sound


async def _check_call(world: OpenWorld, user: User, call: Call, write: Write | None, found: _Problems) -> Found | None:
    before = await world.revision(user)
    try:
        given: Any = await (world.read(user, call) if write is None else world.write(user, call, write))
    except Exception as error:
        found.add(False, f"{call.name}: raised {_said(error)}")
        return None
    try:
        json.dumps(given.data, allow_nan=False)
    except (TypeError, ValueError) as error:
        found.add(False, f"{call.name}: its data is not JSON ({error}): conversations are kept with it")
    found.add(isinstance(given.text, str) and bool(given.text.strip()), f"{call.name}: a model reads nothing of it")
    after = await world.revision(user)
    found.add(before == after, f"{call.name}: {'a dry run' if write else 'a read'} changed the revision")
    counted = given.revision is None or isinstance(given.revision, int)
    found.add(counted, f"{call.name}: expected its revision as an int or None, found {given.revision!r}")
    if write is not None:
        found.add(not given.renewed, f"{call.name}: a dry run renews nothing")
    return given


def _check_results(
    world: Described, user: User, open_world: OpenWorld, results: dict[Call, Found], found: _Problems
) -> None:
    for given in results.values():
        try:
            shown = list(world.cards("", [(given.kind, given.data)]))
        except Exception as error:
            found.add(False, f"cards: raised {_said(error)} for {given.kind!r}")
            continue
        odd = [type(card).__name__ for card in shown if not isinstance(card, Card | Table)]  # pyright: ignore[reportUnnecessaryIsInstance]
        found.add(not odd, f"cards: expected Cards and Tables, found {', '.join(odd)}")
    try:
        check = world.check_for(user, open_world.today())
        nothing = Asked(
            said=["?"],
            said_in_prompt=["?"],
            answers=[],
            answers_in_prompt=[],
            results=[],
            written=(),
            called=lambda _: False,
        )
        reading = check.read(nothing)
        _ = reading.beforehand
        reading.guard.feed("Hello.")
    except Exception as error:
        found.add(False, f"check: raised {_said(error)} where nothing is known yet")


def _misfit(tool: Tool, call: Call) -> str:
    try:
        taken(tool.arguments, call.mapping())
    except ArgumentsError as error:
        return str(error)
    return ""


def _takes_nothing(tool: Tool) -> bool:
    return not _misfit(tool, Call.of(tool.name))


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
