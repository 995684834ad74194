"""A world over a real MCP server: what its annotations say is believed as far as nothing is risked by it."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_mcp_adapters.client import MultiServerMCPClient
from stubs.fake_llama import FakeLlama, asks
from stubs.waiting import until

from agent.engine import Engine
from agent.events import Confirmation, TurnResult
from agent.settings import load_settings
from headstart.errors import ArgumentsError, WorldError
from headstart.world import Call, Candidate, Moment, Options, User, World, rule, world_of
from headstart.world.opened import Described, OpenWorld
from headstart.world.testing import check_world

SERVER = Path(__file__).parents[2] / "worlds" / "mcp_server.py"
ADA = User("ada")


@rule("sign-in")
def the_weather_at_home(_moment: Moment) -> Iterator[Candidate]:
    yield Candidate(Call.of("weather", {"city": "Bern"}), 0.9, "the_weather_at_home", "sign-in")


@pytest.fixture
def ordered(tmp_path: Path) -> Path:
    return tmp_path / "ordered"


@pytest.fixture
async def world(ordered: Path) -> World:
    server: Any = {"command": sys.executable, "args": [str(SERVER), str(ordered)], "transport": "stdio"}
    tools = await MultiServerMCPClient({"weather": server}).get_tools()
    return world_of("weather", "Be brief.", tools, safe={"weather"}, rules=[the_weather_at_home])


async def test_what_says_nothing_is_a_write(world: World) -> None:
    assert {tool.name: (tool.effect, tool.speculation_safe) for tool in world.tools} == {
        "weather": ("read", True),
        "order_umbrella": ("write", False),
        "rename": ("write", False),
    }


async def test_a_world_of_a_server_keeps_every_promise(world: World, ordered: Path) -> None:
    await check_world(world, samples={"order_umbrella": {"colour": "red"}})
    assert not ordered.exists(), "what is only checked orders nothing"


async def test_a_schemas_defaults_and_wants_hold_before_the_server_is_asked(world: World) -> None:
    described = Described(world)
    assert described.taken("weather", {"city": "Bern"}, "read") == {"city": "Bern", "days": 1}
    with pytest.raises(ArgumentsError, match="city"):
        described.taken("weather", {"days": 2}, "read")


async def test_what_a_server_refuses_is_an_error_of_the_world(world: World) -> None:
    described = Described(world)
    async with world.connect(Options()) as backend:
        opened = OpenWorld(described, backend)
        with pytest.raises(WorldError, match="No such city"):
            await opened.read(ADA, Call.of("weather", {"city": "Atlantis"}))


async def test_it_is_looked_ahead_in_and_changed_only_at_a_word(world: World, ordered: Path, tmp_path: Path) -> None:
    llama = FakeLlama(
        replies=[
            "In Bern it will be 21 degrees for 1 days.",
            asks("order_umbrella", colour="red"),
            "A red umbrella is on its way.",
        ]
    )
    settings = load_settings(data_folder=tmp_path / "data", state_folder=tmp_path / "state", guard=False)
    engine = Engine(settings, world=Described(world), load_model=lambda *_: llama)
    await engine.open()
    engine.start_model()
    session = await engine.sign_in("", "")
    await until(lambda: [one.state for one in session.ahead()] == ["ready"])

    weather = await asyncio.to_thread(session.ask, "Will it rain in Bern?")
    assert isinstance(weather, TurnResult)
    assert [(use.name, use.outcome) for use in weather.tool_calls] == [("weather", "hit")]
    change = await asyncio.to_thread(session.ask, "Order a red umbrella.")
    assert isinstance(change, Confirmation)
    assert not ordered.exists()
    await asyncio.to_thread(session.confirm, change, confirmed=True)
    assert ordered.read_text() == "red\n"
    await engine.close()
