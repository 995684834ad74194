from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.tools import StructuredTool, ToolException, tool
from pydantic import BaseModel, Field

from headstart.errors import SignInError, WorldError
from headstart.world import Call, Candidate, Moment, Options, User, Write, rule, world_of
from headstart.world.langchain import langchain_tools, schemas
from headstart.world.opened import Described, OpenWorld
from headstart.world.testing import check_world
from tests.worlds.library import WORLD, Shelves

ADA = User("ada")


@tool
def weather(city: str) -> str:
    """The weather of a city."""
    if city == "Atlantis":
        raise ToolException("No such city.")
    return f"It is 12 degrees in {city}."


@tool
def book(city: str, nights: int = 1) -> str:
    """Book a hotel."""
    booked.append(city)
    return f"Booked {nights} nights in {city}."


booked: list[str] = []


@rule("typing")
def the_city(moment: Moment) -> Iterator[Candidate]:
    if "rome" in moment.words:
        yield Candidate(Call.of("weather", {"city": "Rome"}), 0.8, "the_city")


def travel(**given: Any) -> Any:
    return world_of(
        "travel", "You plan trips.", [weather, book], **({"safe": ["weather"], "rules": [the_city]} | given)
    )


async def test_a_world_of_tools_keeps_every_promise() -> None:
    await check_world(travel(), samples={"weather": {"city": "Rome"}, "book": {"city": "Rome"}})


async def test_what_says_nothing_is_a_write_and_what_is_named_safe_is_speculated() -> None:
    world = Described(travel())
    assert {one.name: (one.effect, one.speculation_safe) for one in world.tools} == {
        "weather": ("read", True),
        "book": ("write", False),
    }
    assert world.one_user is not None
    hinted = StructuredTool.from_function(
        lambda: "x", name="peek", description="Peeks.", metadata={"readOnlyHint": True}
    )
    [peek] = Described(world_of("peeks", "Peek.", [hinted])).tools
    assert (peek.effect, peek.speculation_safe) == ("read", False)
    reading = Described(travel(safe=[], writes=["book"]))
    assert [(one.effect, one.speculation_safe) for one in reading.tools] == [("read", False), ("write", False)]
    with pytest.raises(WorldError, match="`safe` to name tools of travel, found whether"):
        travel(safe=["whether"])


async def test_a_write_runs_once_for_its_key_and_a_dry_run_not_at_all() -> None:
    booked.clear()
    async with travel().connect(Options()) as backend:
        world = OpenWorld(Described(travel()), backend)
        call = Call.of("book", {"city": "Rome", "nights": 2})
        preview = await world.write(ADA, call, Write("", dry_run=True))
        assert (preview.after, booked) == ("city=Rome, nights=2", [])
        done = [await world.write(ADA, call, Write("k", dry_run=False)) for _ in range(2)]
        assert ([one.text for one in done], booked) == (["Booked 2 nights in Rome."] * 2, ["Rome"])


async def test_what_a_tool_raises_is_a_failed_lookup() -> None:
    async with travel().connect(Options()) as backend:
        world = OpenWorld(Described(travel()), backend)
        with pytest.raises(WorldError, match="No such city"):
            await world.read(ADA, Call.of("weather", {"city": "Atlantis"}))


async def test_an_artifact_that_is_json_is_the_data() -> None:
    @tool(response_format="content_and_artifact")
    def figures() -> tuple[str, Any]:
        """Figures."""
        return "There are 3.", {"count": 3}

    async with world_of("figures", "Count.", [figures], safe=["figures"]).connect(Options()) as backend:
        found = await backend.call(ADA, "figures", {}, None)
    assert (found.text, found.data) == ("There are 3.", {"count": 3})


async def test_a_servers_json_schema_is_shown_as_it_is() -> None:
    shown = {"type": "object", "properties": {"day": {"type": "string", "format": "date"}}, "required": ["day"]}

    async def sums(**given: Any) -> str:
        return str(given)

    made = StructuredTool(name="sums", description="Sums.", args_schema=shown, coroutine=sums)
    world = world_of("sums", "Sum.", [made], safe=["sums"])
    [schema] = schemas(world.tools)
    assert schema["function"]["parameters"]["properties"] == shown["properties"]
    async with world.connect(Options()) as backend:
        assert (
            "2026"
            in (await OpenWorld(Described(world), backend).read(ADA, Call.of("sums", {"day": "2026-01-02"}))).text
        )


async def test_an_argument_goes_by_the_name_that_the_tool_gives_it() -> None:
    class Journey(BaseModel):
        origin: str = Field(alias="from")

    @tool(args_schema=Journey)
    def trains(origin: str) -> str:
        """Trains from a city."""
        return f"From {origin}."

    world = world_of("trains", "Trains.", [trains], safe=["trains"])
    async with world.connect(Options()) as backend:
        found = await OpenWorld(Described(world), backend).read(ADA, Call.of("trains", {"origin": "Rome"}))
    assert found.text == "From Rome."


async def test_a_sign_in_may_be_given() -> None:
    def known(name: str, password: str) -> User:
        if password != "x":
            raise SignInError("No.")
        return User(name)

    await check_world(travel(sign_in=known), sign_in=("ada", "x"), samples={"weather": {"city": "Rome"}})


async def test_a_worlds_tools_are_langchains_for_one_user() -> None:
    shelves = Shelves({"Emma": ""})
    tools = langchain_tools(OpenWorld(Described(WORLD), shelves), ADA)
    assert await tools["find_book"].ainvoke({"title": "Emma"}) == "Emma is in."
    call = {"type": "tool_call", "id": "k1", "name": "lend", "args": {"title": "Emma"}}
    for _ in range(2):  # The id of the call is the key.
        assert (await tools["lend"].ainvoke(call)).content == "Emma is yours until 2027-01-31."
    assert issubclass(tools["lend"].tool_call_schema, BaseModel)  # type: ignore[arg-type]
    assert "tool_call_id" not in str(schemas(WORLD.tools))
    assert schemas(WORLD.tools) is schemas(WORLD.tools)
