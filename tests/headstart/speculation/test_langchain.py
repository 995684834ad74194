import asyncio
import datetime
import enum
import threading
import uuid
from contextvars import ContextVar
from decimal import Decimal
from typing import Annotated, Any

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import (
    BaseTool,
    InjectedToolArg,
    InjectedToolCallId,
    StructuredTool,
    Tool,
    ToolException,
    tool,
)
from langchain_core.utils.function_calling import convert_to_openai_tool
from langgraph.prebuilt import InjectedState, ToolNode, ToolRuntime
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_serializer, field_validator

from headstart.speculation import Call, Fetched, Speculator
from headstart.speculation.langchain import normaliser, runner, speculative

WAIT_S = 20


class Unit(enum.Enum):
    METRIC = "metric"
    IMPERIAL = "imperial"


class Place(BaseModel):
    city: str
    country: str = "IT"


class Window(BaseModel):
    model_config = ConfigDict(extra="ignore")

    from_day: datetime.date = Field(alias="from")
    to: datetime.date | None = None
    kinds: set[int] = Field(default_factory=set)
    place: Place = Place(city="Rome")
    city: str = Field("rome", alias="town")

    @field_validator("city")
    @classmethod
    def lower(cls, value: str) -> str:
        return value.lower()


@tool
async def forecast(
    city: str, days: int = 3, unit: Unit = Unit.METRIC, factor: float = 1, limit: int | None = None
) -> str:
    """The weather to come."""
    return f"{city} {days} {unit.name} {factor} {limit}"


@tool
def report(day: datetime.date) -> str:
    """The report of a day."""
    return f"fine on {day}"


@tool(args_schema=Window)
async def search(**window: Any) -> str:
    """What there was."""
    return repr(sorted(window.items()))


@tool
async def save(ident: uuid.UUID, at: datetime.datetime, price: Decimal, place: Place, tags: set[str]) -> str:
    """Save it."""
    return f"{ident} {at} {price} {place} {sorted(tags)}"


@tool(response_format="content_and_artifact")
async def both(text: str) -> tuple[str, dict[str, Any]]:
    """Two things."""
    return f"found {text}", {"rows": [text]}


REMOTE = StructuredTool(
    name="remote",
    description="A tool of a server.",
    args_schema={
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer", "default": 3},
            "limit": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
            "place": {"$ref": "#/$defs/Place"},
        },
        "required": ["city"],
        "$defs": {"Place": {"type": "object", "properties": {"country": {"type": "string", "default": "IT"}}}},
    },
    coroutine=lambda **arguments: asyncio.sleep(0, repr(arguments)),
)
TOOLS: list[BaseTool] = [forecast, report, search, save, both, REMOTE]
normal = normaliser(TOOLS)

SAME: list[tuple[str, list[dict[str, Any]]]] = [
    (
        "forecast",
        [
            {"city": "Rome"},
            {"city": "Rome", "days": 3},
            {"city": "Rome", "days": 3.0, "limit": None},
            {"unit": "metric", "city": "Rome", "factor": 1},
            {"unit": Unit.METRIC, "city": "Rome", "factor": 1.0, "not": "an argument"},
            {"city": "Rome", "days": "3"},
        ],
    ),
    ("report", [{"day": "2026-01-02"}, {"day": datetime.date(2026, 1, 2)}, {"day": "2026-01-02T00:00:00"}]),
    (
        "search",
        [
            {"from": "2026-01-02"},
            {"from_day": datetime.date(2026, 1, 2), "kinds": []},
            {"from": "2026-01-02", "to": None, "place": {"city": "Rome"}},
            {"from": "2026-01-02", "place": Place(city="Rome", country="IT")},
        ],
    ),
    ("search", [{"from": "2026-01-02", "town": "OSLO"}, {"from": "2026-01-02", "city": "oslo"}]),
    ("search", [{"from": "2026-01-02", "kinds": [8, 0, 8]}, {"from": "2026-01-02", "kinds": {0, 8}}]),
    (
        "save",
        [
            {
                "ident": uuid.UUID(int=1),
                "at": "2026-01-02T00:00:00Z",
                "price": "1.5",
                "place": {"city": "R"},
                "tags": [],
            },
            {
                "ident": str(uuid.UUID(int=1)),
                "at": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
                "price": Decimal("1.5"),
                "place": Place(city="R"),
                "tags": set[str](),
            },
        ],
    ),
    (
        "remote",
        [
            {"city": "Rome"},
            {"city": "Rome", "days": 3.0, "limit": None},
            {"limit": None, "days": 3, "city": "Rome"},
        ],
    ),
    ("remote", [{"city": "R", "limit": 2, "place": {}}, {"city": "R", "limit": 2.0, "place": {"country": "IT"}}]),
]
OTHERS: list[tuple[str, list[dict[str, Any]]]] = [
    ("forecast", [{"city": "Rome"}, {"city": "rome"}, {"city": "Rome", "days": 4}, {"city": "Rome", "limit": 0}]),
    (
        "search",
        [{"from": "2026-01-02"}, {"from": "2026-01-02", "town": "Oslo"}, {"from": "2026-01-02", "city": "Bonn"}],
    ),
    ("remote", [{"city": "R"}, {"city": "R", "limit": 2.5}, {"city": "R", "limit": 2}, {"city": "R", "days": None}]),
]


@pytest.mark.parametrize(("name", "spellings"), SAME, ids=[f"{name} {i}" for i, (name, _) in enumerate(SAME)])
def test_one_key_for_what_the_tool_takes_for_one_call(name: str, spellings: list[dict[str, Any]]) -> None:
    keys = {normal(Call.of(name, arguments)) for arguments in spellings}
    assert len(keys) == 1, keys
    (key,) = keys
    assert normal(key) == key


@pytest.mark.parametrize(("name", "spellings"), OTHERS, ids=[name for name, _ in OTHERS])
def test_other_keys_for_what_the_tool_takes_for_other_calls(name: str, spellings: list[dict[str, Any]]) -> None:
    assert len({normal(Call.of(name, arguments)) for arguments in spellings}) == len(spellings)


@pytest.mark.parametrize(
    "call",
    [
        Call.of("forecast", {"days": 3}),
        Call.of("forecast", {"city": "Rome", "days": "many"}),
        Call.of("report", {"day": "tomorrow"}),
        Call.of("nobody's", {"day": "tomorrow"}),
        Call.of("remote", {"days": {"odd": [1.0]}}),
    ],
)
def test_a_call_that_the_tool_does_not_take_stays_as_it_was_spelt(call: Call) -> None:
    assert normal(call).mapping().items() >= call.mapping().items()


class Shortened(BaseModel):
    text: str

    @field_serializer("text")
    def short(self, value: str) -> str:
        return value[:1]


class Hidden(BaseModel):
    text: str = Field(exclude=True)


class Secretive(BaseModel):
    text: SecretStr


class Furious(BaseModel):
    text: str

    @field_validator("text")
    @classmethod
    def raises(cls, value: str) -> str:
        return {}[value]


class Moody(BaseModel):
    text: str
    ident: uuid.UUID = Field(default_factory=uuid.uuid4)


class Loose(BaseModel):
    text: str
    exact: Any = 1


@pytest.mark.parametrize("schema", [Shortened, Hidden, Secretive, Furious, Moody])
def test_a_schema_that_cannot_say_what_it_takes_leaves_the_spelling(schema: type[BaseModel]) -> None:
    odd = StructuredTool(name="odd", description="Odd.", args_schema=schema, func=lambda **_: "")
    calls = [Call.of("odd", {"text": text}) for text in ("aa", "ab")]
    assert [normaliser([odd])(call) for call in calls] == calls


def test_what_only_looks_alike_is_not_taken_for_one() -> None:
    loose = StructuredTool(name="loose", description="Loose.", args_schema=Loose, func=lambda **_: "")
    spelt = [{"text": "a", "exact": exact} for exact in (1, 1.0, True, "1")]
    assert len({normaliser([loose])(Call.of("loose", arguments)) for arguments in spelt}) == 4


def test_a_default_that_the_schema_would_not_take_is_still_a_default() -> None:
    def sloppy(city: str, days: int = None) -> str:  # type: ignore[assignment]  # noqa: RUF013  As people write it.
        """Sloppy."""
        return f"{city} {days}"

    normal = normaliser([StructuredTool.from_function(sloppy)])
    keys = [normal(Call.of("sloppy", arguments)) for arguments in ({"city": "R", "x": 1}, {"city": "R"})]
    assert keys[0] == keys[1] != normal(Call.of("sloppy", {"city": "R", "days": 1}))


def test_what_a_function_takes_besides_is_not_made_up() -> None:
    def loose(city: str, *args: int, **kwargs: int) -> str:
        """Loose."""
        return f"{city} {args} {kwargs}"

    found = normaliser([StructuredTool.from_function(loose)])(Call.of("loose", {"city": "R"}))
    assert found.mapping() == {"city": "R"}


def taken(one: BaseTool, spellings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that the tool itself takes: LangChain knows aliased arguments by their aliases alone."""
    names = {"from_day", "city"} if one is search else set[str]()
    return [arguments for arguments in spellings if not names & arguments.keys()]


def speculator_over(tools: list[BaseTool]) -> Speculator[Any]:
    return Speculator[Any](runner(tools), normalise=normaliser(tools))


async def test_a_wrapper_written_by_hand_hits() -> None:
    speculator = speculator_over(TOOLS)
    outcomes: list[str] = []

    def by_hand(one: BaseTool) -> BaseTool:
        async def go(**arguments: Any) -> Any:
            claim = await speculator.claim("ada", Call.of(one.name, arguments))
            outcomes.append(claim.outcome)
            return claim.value

        return StructuredTool.from_function(
            coroutine=go, name=one.name, description=one.description, args_schema=one.args_schema
        )

    for name, (first, *others) in ((name, spellings) for name, spellings in SAME if name != "remote"):
        speculator.invalidate("ada")
        speculator.refill("ada")
        speculator.speculate("ada", Call.of(name, first), reason="likely")
        one = next(one for one in TOOLS if one.name == name)
        for arguments in taken(one, others):
            await by_hand(one).ainvoke(arguments)
    assert set(outcomes) <= {"hit", "joined"}
    await speculator.close()


@pytest.mark.parametrize(("name", "spellings"), SAME, ids=[f"{name} {i}" for i, (name, _) in enumerate(SAME)])
async def test_a_speculative_tool_hits_and_answers_as_the_tool_does(name: str, spellings: list[dict[str, Any]]) -> None:
    speculator = speculator_over(TOOLS)
    one = next(one for one in TOOLS if one.name == name)
    speculator.speculate("ada", Call.of(name, spellings[0]), reason="likely")
    ahead = speculative(one, speculator, "ada")
    for arguments in taken(one, spellings):
        assert await ahead.ainvoke(arguments) == await one.ainvoke(normal(Call.of(name, arguments)).mapping())
    ledger = speculator.ledger("ada")
    assert (ledger.missed, ledger.used) == (0, 1)
    await speculator.close()


async def test_without_a_normaliser_the_same_spelling_hits() -> None:
    speculator = Speculator[Any](runner(TOOLS))
    speculator.speculate("ada", Call.of("forecast", {"city": "Rome"}), reason="likely")
    await speculative(forecast, speculator, "ada").ainvoke({"city": "Rome"})
    assert speculator.ledger("ada").missed == 0
    await speculator.close()


def test_a_speculative_tool_looks_like_the_tool() -> None:
    for one in TOOLS:
        ahead = speculative(one, speculator_over(TOOLS), "ada")
        assert convert_to_openai_tool(ahead) == convert_to_openai_tool(one)
        assert (ahead.name, ahead.description, ahead.args) == (one.name, one.description, one.args)
        assert ahead.response_format == one.response_format


async def test_content_and_artifact_come_through() -> None:
    speculator = speculator_over(TOOLS)
    call = {"type": "tool_call", "id": "1", "name": "both", "args": {"text": "mug"}}
    ahead = speculative(both, speculator, "ada")
    assert await ahead.ainvoke(call) == await both.ainvoke(call)
    message = await ahead.ainvoke({**call, "id": "2"})
    assert isinstance(message, ToolMessage)
    assert (message.content, message.artifact, message.tool_call_id) == ("found mug", {"rows": ["mug"]}, "2")
    await speculator.close()


def _with_user(city: str, user: Annotated[str, InjectedToolArg]) -> str:
    """Given a user."""
    return f"{city} {user}"


def _with_state(city: str, state: Annotated[dict[str, Any], InjectedState]) -> str:
    """Given the state."""
    return f"{city} {state}"


def _with_call_id(city: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> str:
    """Given the id."""
    return f"{city} {tool_call_id}"


def _with_runtime(city: str, runtime: ToolRuntime) -> str:
    """Given the runtime."""
    return f"{city} {runtime}"


@pytest.mark.parametrize("function", [_with_user, _with_state, _with_call_id, _with_runtime])
def test_a_tool_that_is_given_more_than_its_arguments_is_refused(function: Any) -> None:
    given = StructuredTool.from_function(function)
    with pytest.raises(ValueError, match=r"user|state|tool_call_id|runtime"):
        speculative(given, speculator_over([given]), "ada")


def test_what_is_injected_is_no_part_of_the_key() -> None:
    normal = normaliser([StructuredTool.from_function(_with_user)])
    assert normal(Call.of("_with_user", {"city": "R", "user": "ada"})).mapping() == {"city": "R"}


def test_a_tool_of_one_nameless_input_is_refused() -> None:
    nameless = Tool(name="old", description="Old.", func=str)
    with pytest.raises(TypeError, match="@tool"):
        speculative(nameless, speculator_over([nameless]), "ada")


async def test_a_text_for_the_only_argument_is_that_argument() -> None:
    speculator = speculator_over(TOOLS)
    assert await speculative(report, speculator, "ada").ainvoke("2026-01-02") == "fine on 2026-01-02"
    await speculator.close()


class Inferred(BaseTool):
    name: str = "inferred"
    description: str = "Its schema is its signature."

    def _run(self, city: str, days: int = 3, run_manager: Any = None) -> str:
        return f"{city} {days}"


async def test_a_tool_whose_schema_is_its_signature_is_wrapped_too() -> None:
    inferred = Inferred()
    speculator = speculator_over([inferred])
    speculator.speculate("ada", Call.of("inferred", {"city": "R", "days": 3}), reason="likely")
    assert await speculative(inferred, speculator, "ada").ainvoke({"city": "R"}) == "R 3"
    assert speculator.ledger("ada").missed == 0
    await speculator.close()


async def test_a_wrong_argument_is_the_tools_own_error() -> None:
    speculator = speculator_over(TOOLS)
    told = forecast.model_copy(update={"handle_validation_error": "Say how many days."})
    ahead = speculative(told, speculator, "ada")
    assert await ahead.ainvoke({"city": "R", "days": "many"}) == "Say how many days."
    with pytest.raises(ValueError, match="days"):
        await speculative(forecast, speculator, "ada").ainvoke({"city": "R", "days": "many"})
    assert speculator.ledger("ada").missed == 0
    await speculator.close()


async def test_an_excuse_of_a_tool_is_given_and_not_kept() -> None:
    fails = True

    @tool
    async def moody(city: str) -> str:
        """Moody."""
        if fails:
            raise ToolException("not today")
        return "sun"

    moody.handle_tool_error = True
    speculator = speculator_over([moody])
    ahead = speculative(moody, speculator, "ada")
    speculator.speculate("ada", Call.of("moody", {"city": "R"}), reason="likely")
    assert await ahead.ainvoke({"city": "R"}) == "not today"
    fails = False
    assert await ahead.ainvoke({"city": "R"}) == "sun"
    await speculator.close()


whose: ContextVar[str] = ContextVar("whose")


async def test_the_owner_may_be_asked_for_at_each_call() -> None:
    speculator = speculator_over(TOOLS)
    ahead = speculative(report, speculator, whose.get)

    async def request(owner: str) -> None:
        whose.set(owner)
        await ahead.ainvoke({"day": "2026-01-02"})
        await asyncio.to_thread(ahead.invoke, {"day": "2026-01-02"})

    await asyncio.gather(*(asyncio.create_task(request(owner)) for owner in ("ada", "bob")))
    for owner in ("ada", "bob"):
        ledger = speculator.ledger(owner)
        assert (ledger.missed, ledger.hit) == (1, 1)
    nobody: Any = lambda: None  # noqa: E731
    with pytest.raises(TypeError, match="owner"):
        await speculative(report, speculator, nobody).ainvoke({"day": "2026-01-02"})
    await speculator.close()


async def test_a_call_from_another_thread_or_loop_runs_on_the_speculators_loop() -> None:
    speculator = speculator_over(TOOLS)
    speculator.speculate("ada", Call.of("report", {"day": "2026-01-02"}), reason="likely")
    ahead = speculative(report, speculator, "ada")
    found = await asyncio.gather(
        asyncio.to_thread(ahead.invoke, {"day": "2026-01-02"}),
        asyncio.to_thread(lambda: asyncio.run(ahead.ainvoke({"day": "2026-01-02"}))),
        ahead.ainvoke({"day": "2026-01-02"}),
    )
    assert found == ["fine on 2026-01-02"] * 3
    assert speculator.ledger("ada").missed == 0
    await speculator.close()


async def test_invoke_on_the_loop_itself_is_refused_instead_of_waiting_for_ever() -> None:
    speculator = speculator_over(TOOLS)
    ahead = speculative(report, speculator, "ada")
    for _ in range(2):  # Before the Speculator knows its loop, and after.
        with pytest.raises(RuntimeError, match="ainvoke"):
            ahead.invoke({"day": "2026-01-02"})
        await ahead.ainvoke({"day": "2026-01-02"})
    await speculator.close()


def test_without_any_loop_threads_may_call_at_once() -> None:
    speculator = speculator_over(TOOLS)
    ahead = speculative(report, speculator, "ada")
    found: list[Any] = []
    threads = [
        threading.Thread(target=lambda day=day: found.append(ahead.invoke({"day": f"2026-01-0{day}"})))
        for day in range(1, 6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_S)
    assert sorted(found) == [f"fine on 2026-01-0{day}" for day in range(1, 6)]


def test_a_thread_that_waits_is_let_go_when_the_loop_stops() -> None:
    claimed = threading.Event()

    @tool
    async def hanging(city: str) -> str:
        """Hangs."""
        claimed.set()
        await asyncio.Event().wait()
        return city

    speculator = speculator_over([hanging])
    ahead = speculative(hanging, speculator, "ada")
    loop, raised = asyncio.new_event_loop(), list[BaseException]()

    async def sign_in() -> None:
        speculator.sign_in("ada")
        speculator.speculate("ada", Call.of("other"), reason="likely")

    loop.run_until_complete(sign_in())

    def call() -> None:
        try:
            ahead.invoke({"city": "R"})
        except BaseException as error:
            raised.append(error)

    running = threading.Thread(target=loop.run_forever)
    running.start()
    calling = threading.Thread(target=call)
    calling.start()
    assert claimed.wait(WAIT_S)
    loop.call_soon_threadsafe(loop.stop)
    running.join(WAIT_S)
    calling.join(WAIT_S)
    assert not calling.is_alive()
    assert isinstance(raised[0], RuntimeError)
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    loop.run_until_complete(asyncio.wait(pending))
    loop.close()


async def test_a_tool_node_uses_it_like_any_tool() -> None:
    speculator = speculator_over(TOOLS)
    speculator.speculate("ada", Call.of("forecast", {"city": "Rome"}), reason="home town")
    node = ToolNode([speculative(one, speculator, "ada") for one in (forecast, both)])
    asked = AIMessage(
        "",
        tool_calls=[
            {"name": "forecast", "args": {"city": "Rome", "days": 3}, "id": "1", "type": "tool_call"},
            {"name": "both", "args": {"text": "mug"}, "id": "2", "type": "tool_call"},
        ],
    )
    from langgraph.graph import START, MessagesState, StateGraph

    graph = StateGraph(MessagesState).add_node("tools", node).add_edge(START, "tools").compile()
    result = await graph.ainvoke({"messages": [asked]})
    assert [message.content for message in result["messages"][1:]] == ["Rome 3 METRIC 1.0 None", "found mug"]
    sync = await asyncio.to_thread(graph.invoke, {"messages": [asked]})
    assert [message.content for message in sync["messages"][1:]] == ["Rome 3 METRIC 1.0 None", "found mug"]
    ledger = speculator.ledger("ada")
    assert (ledger.missed, ledger.hit + ledger.joined) == (1, 3)
    await speculator.close()


async def test_a_run_of_ones_own_serves_tools_that_return_content() -> None:
    by_name = {one.name: one for one in TOOLS}

    async def run(_owner: str, call: Call) -> Fetched[Any]:
        return Fetched(await by_name[call.name].ainvoke(call.mapping()))

    speculator = Speculator[Any](run, normalise=normal)
    assert await speculative(search, speculator, "ada").ainvoke({"from": "2026-01-02"})
    with pytest.raises(ValueError, match="two-tuple"):
        await speculative(both, speculator, "ada").ainvoke({"text": "mug"})
    await speculator.close()


async def test_a_run_of_a_tool_that_is_not_there_says_which_are() -> None:
    speculator = speculator_over([report])
    with pytest.raises(LookupError, match="report"):
        await speculator.claim("ada", Call.of("nobody's"))
    await speculator.close()
