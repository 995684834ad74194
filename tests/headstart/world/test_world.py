import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from headstart.errors import ArgumentsError, SettingsError, WorldError
from headstart.world import Backend, Call, Candidate, Card, Found, Moment, Options, Tool, User, Write, rule
from headstart.world.cards import by_kind
from headstart.world.loading import load_world, world_names
from headstart.world.opened import Described, OpenWorld, completed, options_of
from headstart.world.rules import candidates
from headstart.world.slow import Slow
from tests.worlds.library import WORLD, Library, Shelves

ADA = User("ada")


class Empty(Library):
    pass


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": "two words"}, "letters, digits"),
        ({"name": "a", "effect": "writes"}, "'read' or 'write'"),
        ({"name": "a", "effect": "write", "speculation_safe": True}, "found a write"),
        ({"name": "a", "arguments": dict}, "pydantic model"),
    ],
)
def test_what_cannot_be_a_tool_is_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(WorldError, match=says):
        Tool(**{"description": "", **given})


@pytest.mark.parametrize(
    ("member", "value", "says"),
    [
        ("name", "", "name as a str"),
        ("name", 3, "name as a str"),
        ("name", "../else", "as one word"),
        ("instructions", None, "instructions as a str"),
        ("tools", None, "tools as a list of Tools"),
        ("tools", ["find"], "tools as a list of Tools"),
        ("tools", [Tool("a", ""), Tool("b", ""), Tool("a", "")], "found several of a"),
        ("rules", [print], "rules as a list of Rules"),
        ("phrases", {}, "phrases as a Phrases"),
        ("cards", 3, "cards of library by kind"),
        ("users", "everybody", "'own', 'local' or one User"),
        ("connect", None, "connect"),
    ],
)
def test_what_is_no_world_is_named_with_its_member(
    monkeypatch: pytest.MonkeyPatch, member: str, value: object, says: str
) -> None:
    monkeypatch.setattr(Empty, member, value, raising=False)
    with pytest.raises(WorldError, match=says):
        Described(Empty()).check()


def test_a_world_of_four_members_has_the_rest_by_default() -> None:
    class Small:
        name = "small"
        instructions = "Be brief."
        tools = (Tool("look", "Looks."),)
        connect = Library.connect

    world = Described(Small())
    world.check()
    assert (world.rules, world.options, world.users, world.one_user) == ((), (), "own", None)
    assert (list(world.cards("", [("x", {})])), world.hint(Options()), world.latency_s(Options())) == ([], "", 0.0)


async def test_arguments_pass_the_tools_model_before_the_service_sees_them() -> None:
    class Count(BaseModel):
        count: int = 2

    class Counting(Backend):
        async def call(self, user: User, tool: str, arguments: Any, write: Write | None) -> Found:
            return Found(str(arguments["count"] + 1))

    class World(Library):
        tools = (Tool("count", "Counts.", Count), Tool("change", "Changes.", effect="write"))

    world = OpenWorld(Described(World()), Counting())
    assert (await world.read(ADA, Call.of("count", {"count": "41"}))).text == "42"
    assert (await world.read(ADA, Call.of("count"))).text == "3"
    with pytest.raises(ArgumentsError, match="other arguments: count"):
        await world.read(ADA, Call.of("count", {"count": "many"}))
    with pytest.raises(ValueError, match="can read, found change"):
        await world.read(ADA, Call.of("change"))
    with pytest.raises(ValueError, match="can write, found count"):
        await world.write(ADA, Call.of("count"), Write("k", dry_run=True))


@pytest.mark.parametrize("given", [None, "text", {"text": "x"}])
async def test_a_service_that_gives_something_else_is_named(given: object) -> None:
    class Odd(Backend):
        async def call(self, *_: object) -> Any:
            return given

    with pytest.raises(WorldError, match="list_books to give a Found"):
        await OpenWorld(Described(WORLD), Odd()).read(ADA, Call.of("list_books"))


async def test_a_backend_that_inherits_nothing_needs_call_alone() -> None:
    class Bare:
        async def call(self, *_: object) -> Found:
            return Found("Here.")

    world = OpenWorld(Described(WORLD), Bare())  # type: ignore[arg-type]
    assert (await world.read(ADA, Call.of("list_books"))).text == "Here."
    assert await world.revision(ADA) is None
    with pytest.raises(WorldError, match="to have `call`"):
        OpenWorld(Described(WORLD), object())  # type: ignore[arg-type]


async def test_what_such_a_backend_leaves_out_has_a_default_and_what_it_has_is_used() -> None:
    class Bare:
        async def call(self, *_: object) -> Found:
            return Found("Here.")

        def today(self) -> date:
            return date(2026, 1, 2)

    slow = Slow(completed(Described(WORLD), Bare()), 0.0)
    assert (await slow.call(ADA, "list_books", {}, None)).text == "Here."
    assert (slow.today(), await slow.revision(ADA)) == (date(2026, 1, 2), None)
    with pytest.raises(WorldError, match="no `sign_in`"):
        await slow.sign_in("ada", "book")
    whole = Shelves({})
    assert completed(Described(WORLD), whole) is whole


async def test_a_slow_service_sleeps_before_calls_and_not_before_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("headstart.world.slow.asyncio.sleep", sleep)
    slow = Slow(Shelves({"Emma": ""}), 3.0)
    assert (await slow.sign_in("ada", "book")).id == "ada"
    assert await slow.revision(ADA) == 0
    assert slept == []
    await slow.call(ADA, "list_books", {}, None)
    await slow.call(ADA, "lend", {"title": "Emma"}, Write("k", dry_run=False))
    assert slept == [3.0, 3.0]


def test_rules_of_one_kind_are_asked_and_the_likeliest_comes_first() -> None:
    @rule("typing")
    def unlikely(moment: Moment) -> Iterator[Candidate]:
        yield Candidate(Call.of("a"), 0.1, "unlikely")

    @rule("typing")
    def fails(moment: Moment) -> Iterator[Candidate]:
        raise ZeroDivisionError

    @rule("typing")
    def likely(moment: Moment) -> Iterator[Candidate]:
        yield Candidate(Call.of("b"), 0.9, "likely")

    @rule("result")
    def later(moment: Moment) -> Iterator[Candidate]:
        yield Candidate(Call.of("c"), 1.0, "later")

    found = candidates([unlikely, fails, likely, later], "typing", Moment(text="x"))
    assert [one.call.name for one in found] == ["b", "a"]


def test_what_several_rules_need_is_worked_out_once() -> None:
    worked: list[str] = []

    def work(moment: Moment) -> int:
        worked.append(moment.text)
        return len(moment.text)

    moment = Moment(text="four")
    assert [moment.once(work), moment.once(work), Moment(text="x").once(work)] == [4, 4, 1]
    assert worked == ["four", "x"]


def test_cards_by_kind_leave_out_what_they_do_not_know() -> None:
    cards = by_kind({"book": lambda data: Card(data), "none": lambda _: None})
    assert cards("", [("book", "Emma"), ("shelf", ""), ("none", "")]) == [Card("Emma")]


def test_options_are_read_by_their_kind_and_have_defaults() -> None:
    world = Described(WORLD)
    assert options_of(world, {})["books"] == 3
    assert options_of(world, {"books": "2"})["books"] == 2
    with pytest.raises(SettingsError, match=r"books.*'two'"):
        options_of(world, {"books": "two"})
    with pytest.raises(SettingsError, match="takes the options books; found bokks"):
        options_of(world, {"bokks": "2"})


def test_a_file_is_run_once_until_it_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("from tests.worlds.library import Library\nWORLD = Library()\n")
    once = load_world(str(path)).world
    assert load_world(str(path)).world is once
    os.utime(path, ns=(1, 1))
    assert load_world(str(path)).world is not once


def test_a_world_is_found_by_its_name_or_in_its_file(tmp_path: Path) -> None:
    assert "shop" in world_names()
    assert load_world("shop").name == "shop"
    path = tmp_path / "mine.py"
    with pytest.raises(SettingsError, match=r"mine\.py, found no such file"):
        load_world(str(path))
    with pytest.raises(SettingsError, match=r"found 'nowhere'\. Installed: .*shop"):
        load_world("nowhere")
    path.write_text("x = 1\n")
    with pytest.raises(WorldError, match="to define WORLD"):
        load_world(str(path))
    path.write_text("import no_such_module\n")
    with pytest.raises(WorldError, match=r"cannot be imported: ModuleNotFoundError"):
        load_world(str(path))
    path.write_text("WORLD = 3\n")
    with pytest.raises(WorldError, match=r"int\.name"):
        load_world(str(path))
