"""The whole session over a world that is no shop."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from stubs.fake_llama import FakeLlama
from stubs.waiting import until

from agent.engine import Engine
from agent.events import Confirmation, TurnResult
from agent.session.session import Session
from agent.settings import Settings
from headstart.errors import DatabaseError, SettingsError, SignInError, WorldError
from headstart.guard import Correction
from headstart.world import Call, Candidate, Found, Moment, User, rule
from headstart.world.loading import load_world
from headstart.world.local import ACCOUNTS
from headstart.world.opened import Described
from tests.worlds.library import SHELF, WORLD, Library, Shelves

FILE = Path(__file__).parents[1] / "worlds" / "library.py"
Open = Callable[..., Awaitable[tuple[Engine, Session, FakeLlama]]]


def asks(name: str, /, **arguments: str) -> AIMessage:
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"c_{name}", "type": "tool_call"}])


@pytest.fixture
async def enter(settings: Settings) -> AsyncIterator[Open]:
    engines: list[Engine] = []

    async def entered(
        *replies: str | AIMessage, world: Any = WORLD, user: str = "ada", **changed: object
    ) -> tuple[Engine, Session, FakeLlama]:
        llama = FakeLlama(replies=list(replies))
        made = settings.model_copy(update=changed)
        engine = Engine(made, world=Described(world), load_model=lambda *_: llama)
        engines.append(engine)
        await engine.open()
        engine.start_model()
        await asyncio.wrap_future(engine.model)
        return engine, await engine.sign_in(user, "book"), llama

    yield entered
    for engine in engines:
        await engine.close()


async def answered(session: Session, question: str) -> TurnResult:
    outcome = await asyncio.to_thread(session.ask, question)
    assert isinstance(outcome, TurnResult)
    return outcome


async def test_what_its_rule_makes_likely_stands_in_the_prompt_at_enter(enter: Open) -> None:
    _, session, llama = await enter("Emma is in.")
    await until(lambda: [one.state for one in session.ahead()] == ["ready"])
    result = await answered(session, "Is anything in?")
    assert [m.type for m in llama.prompts[0]] == ["system", "human", "ai", "tool", "human"]
    assert llama.prompts[0][0].text == "You lend books."
    assert [(use.name, use.outcome, use.used) for use in result.tool_calls] == [("list_books", "hit", True)]
    assert (result.answer, result.grounded, result.sources) == ("Emma is in.", True, (SHELF,))


async def test_what_is_typed_about_is_looked_up_by_its_rule(enter: Open) -> None:
    _, session, _ = await enter("Dune is in.")
    await until(lambda: [one.state for one in session.ahead()] == ["ready"])
    session.typed("where is dune")
    await until(lambda: [one.state for one in session.ahead()] == ["ready", "ready"])
    assert session.ahead()[-1].call == Call.of("find_book", {"title": "Dune"})


async def test_a_write_is_confirmed_done_once_and_what_it_made_known_is_not_read_again(enter: Open) -> None:
    engine, session, _ = await enter(asks("lend", title="Emma"), "Emma is yours until 2027-01-31.")
    shelves = cast(Shelves, engine.backend)
    await until(lambda: [one.state for one in session.ahead()] == ["ready"])
    asked = await asyncio.to_thread(session.ask, "Lend me Emma")
    assert isinstance(asked, Confirmation)
    assert (asked.message, asked.before, asked.after) == ("Emma will be lent to you.", "in", "lent")
    assert shelves.lent["Emma"] == ""
    read = shelves.reads.count("find_book")
    result = await asyncio.to_thread(session.confirm, asked, confirmed=True)
    assert isinstance(result, TurnResult)
    assert (result.answer, shelves.lent["Emma"]) == ("Emma is yours until 2027-01-31.", "ada")
    claim = await session._lookups.claim(Call.of("find_book", {"title": "Emma"}))
    assert (claim.outcome, claim.reason) == ("hit", "your change")
    assert shelves.reads.count("find_book") == read


async def test_a_write_that_its_rules_refuse_asks_nobody(enter: Open) -> None:
    engine, session, llama = await enter(asks("lend", title="Emma"), "Sorry.")
    cast(Shelves, engine.backend).lent["Emma"] = "ben"
    assert (await answered(session, "Lend me Emma")).answer == "Sorry."
    assert [m.text for m in llama.prompts[-1] if isinstance(m, ToolMessage)][-1] == "Emma is lent already."


async def test_a_number_that_no_result_holds_is_not_shown(enter: Open) -> None:
    _, session, _ = await enter("Emma is lent until 2029-12-24.")
    await until(lambda: [one.state for one in session.ahead()] == ["ready"])
    result = await answered(session, "Is Emma in?")
    assert result.answer == "Emma is lent until … I can't say that for certain."
    assert result.corrected == (Correction.UNVERIFIED_DATE,)


async def test_a_service_that_fails_is_an_answer_of_the_tool_and_no_error_of_the_turn(enter: Open) -> None:
    engine, session, llama = await enter(asks("find_book", title="Emma"), "I could not look.")

    async def fails(*_: object) -> Any:
        raise ZeroDivisionError

    cast(Any, engine.backend).call = fails
    assert (await answered(session, "Is Emma in?")).answer == "I could not look."
    said = [m for m in llama.prompts[-1] if isinstance(m, ToolMessage)][-1]
    assert (said.status, said.text) == ("error", "This cannot be looked up right now.")


async def test_arguments_that_do_not_fit_are_told_to_the_model(enter: Open) -> None:
    _, session, llama = await enter(asks("find_book", name="Emma"), "I see.")
    await answered(session, "Is Emma in?")
    said = [m for m in llama.prompts[-1] if isinstance(m, ToolMessage)][-1]
    assert said.text == "This tool needs other arguments: title."


async def test_nobody_signs_in_with_a_wrong_password(enter: Open) -> None:
    with pytest.raises(SignInError):
        await enter(user="eve")


async def test_a_world_of_one_user_asks_for_no_name(enter: Open) -> None:
    class Alone(Library):
        users = User("ada")

    _, session, _ = await enter("Emma is in.", world=Alone(), user="")
    assert session.user == User("ada")


async def test_a_world_may_take_the_local_accounts(enter: Open, settings: Settings) -> None:
    class Local(Library):
        users = "local"

    async with Engine(settings, world=Described(Local())) as engine:
        await engine.accounts.add("eve", "apple", name="Eve Stone")
        async with engine.signed_in("eve", "apple") as session:
            assert session.user == User("eve", "Eve Stone")
        with pytest.raises(SignInError):
            await engine.sign_in("ada", "book")
    with pytest.raises(SettingsError, match="library keeps no accounts"):
        _ = (await enter())[0].accounts


async def test_damaged_accounts_are_named_before_anybody_signs_in(settings: Settings) -> None:
    class Local(Library):
        users = "local"

    folder = settings.folder_of("library")
    folder.mkdir(parents=True)
    (folder / ACCOUNTS).write_text("neither of them " * 300)
    with pytest.raises(DatabaseError, match=ACCOUNTS):
        async with Engine(settings, world=Described(Local())):
            pass


async def test_a_service_that_inherits_nothing_answers_too(enter: Open) -> None:
    class Bare:
        async def call(self, *_: object) -> Found:
            return Found("Emma is in.")

    class Plain(Library):
        users = User("ada")

        @asynccontextmanager
        async def connect(self, options: Any) -> AsyncGenerator[Any]:
            yield Bare()

    _, session, _ = await enter("Emma is in.", world=Plain())
    await until(lambda: [one.state for one in session.ahead()] == ["ready"])
    assert (await answered(session, "Is it in?")).sources == (SHELF,)


async def test_what_the_sign_in_makes_likely_is_asked_of_the_rules_once(enter: Open) -> None:
    asked: list[Moment] = []

    @rule("sign-in")
    def the_shelf(moment: Moment) -> Iterator[Candidate]:
        asked.append(moment)
        yield Candidate(SHELF, 0.9, "the_shelf")

    class Counting(Library):
        rules = (the_shelf,)

    _, session, _ = await enter("Emma is in.", world=Counting())
    await until(lambda: [one.state for one in session.ahead()] == ["ready"])
    session.typed("is Emma in")
    await answered(session, "Is Emma in?")
    assert len(asked) == 1


async def test_conversations_of_another_world_are_nobodys_here(enter: Open) -> None:
    class Other(Library):
        name = "other"

    engine, session, _ = await enter("Emma is in.")
    await answered(session, "Is Emma in?")
    other, _, _ = await enter(world=Other())
    assert len(await asyncio.to_thread(engine.conversations("ada").listed)) == 1
    assert await asyncio.to_thread(other.conversations("ada").listed) == []


async def test_a_world_that_cannot_be_opened_is_named(settings: Settings) -> None:
    class Closed(Library):
        def connect(self, options: Any) -> Any:
            raise ConnectionRefusedError("port 5432")

    engine = Engine(settings, world=Described(Closed()))
    with pytest.raises(WorldError, match=r"library cannot be opened: ConnectionRefusedError: port 5432"):
        await engine.open()
    await engine.close()


async def test_a_world_in_a_file_takes_its_options_from_the_settings(settings: Settings) -> None:
    engine = Engine(settings.model_copy(update={"world": str(FILE), "options": {"books": "1"}}))
    await engine.open()
    assert list(cast(Any, engine.backend).lent) == ["Emma"]
    await engine.close()
    engine = Engine(settings.model_copy(update={"world": str(FILE), "options": {"books": "many"}}))
    with pytest.raises(SettingsError, match=r"books: .*'many'"):
        await engine.open()
    await engine.close()


def test_the_shop_is_found_like_any_other() -> None:
    assert load_world("shop").name == "shop"
