"""The door between worlds and LangChain's tools, in both directions.

The only module here that imports LangChain; import it where that is wanted anyway.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import uuid
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, ClassVar

from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool, InjectedToolCallId, StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, ConfigDict, create_model

from headstart.errors import WorldError
from headstart.speculation.calls import Call
from headstart.text import printable
from headstart.world.members import Backend, Found, NoArguments, Options, Tool, User, World, Write
from headstart.world.opened import OpenWorld, ToolResult, answer
from headstart.world.phrases import Phrases
from headstart.world.rules import Rule

ONE_USER = User("local")
"""Whoever sits at this machine."""


def schemas(tools: Iterable[Tool]) -> tuple[dict[str, Any], ...]:
    """Tools in OpenAI's form, as models are shown them; made once for the same tools, for that takes 13 ms."""
    return _schemas(tuple(tools))


@functools.lru_cache(maxsize=8)
def _schemas(tools: tuple[Tool, ...]) -> tuple[dict[str, Any], ...]:
    return tuple(convert_to_openai_tool(_structured(tool, _unbound)) for tool in tools)


def langchain_tools(world: OpenWorld, user: User) -> dict[str, BaseTool]:
    """A world's tools by name for one user, for any LangChain agent.

    Writes run at once here: who calls one asks the user first.
    """
    return {tool.name: _structured(tool, _bound(tool, world, user)) for tool in world.described.tools}


def _bound(tool: Tool, world: OpenWorld, user: User) -> Callable[..., Any]:
    async def reading(**arguments: Any) -> ToolResult:
        return answer(await world.read(user, Call.of(tool.name, arguments)))

    async def writing(tool_call_id: str = "", **arguments: Any) -> ToolResult:
        call = Call.of(tool.name, arguments)
        return answer(await world.write(user, call, Write(tool_call_id or _new_id(), dry_run=False)))

    return reading if tool.effect == "read" else writing


async def _unbound(**_: Any) -> ToolResult:
    raise LookupError("a tool's schema is bound to no user and cannot be called")


def _structured(tool: Tool, run: Callable[..., Any]) -> BaseTool:
    arguments: Any = tool.arguments
    if issubclass(tool.arguments, _AsItIs):
        arguments = tool.arguments.json_schema_as_it_is
    elif tool.effect == "write":
        # The id of the call is the write's idempotency key; LangChain fills it in, the model never sees it.
        arguments = create_model(
            arguments.__name__, __base__=arguments, tool_call_id=(Annotated[str, InjectedToolCallId], ...)
        )
    return StructuredTool.from_function(
        coroutine=run,
        name=tool.name,
        description=tool.description,
        args_schema=arguments,
        response_format="content_and_artifact",
        handle_validation_error=_invalid,
        metadata={"effect": tool.effect, "speculation_safe": tool.speculation_safe},
    )


def _invalid(error: Any) -> str:
    """What the model is told when its arguments do not fit."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return str(error)
    return f"This tool needs other arguments: {', '.join('.'.join(map(str, part['loc'])) for part in errors())}."


def world_of(
    name: str,
    instructions: str,
    tools: Sequence[BaseTool],
    *,
    safe: Collection[str] = (),
    writes: Collection[str] | None = None,
    rules: Sequence[Rule] = (),
    phrases: Phrases | None = None,
    cards: Any = None,
    users: Any = ONE_USER,
    sign_in: Callable[[str, str], Any] | None = None,
) -> World:
    """A world of LangChain tools as they are, for one user unless it is told who `users` are.

    Nothing that a tool does not say is assumed: what is not known to read is a write, which is confirmed and never
    speculated. A tool reads where `safe` names it, where `writes` is given and does not name it, where its metadata
    say `{"effect": "read"}`, or where a server's annotations say `readOnlyHint` (langchain-mcp-adapters puts them
    there). `safe` names what may run unasked.

    A tool cannot say what it would do, so a write is confirmed by its name and arguments. `sign_in` is asked in the
    place of one user: a function from name and password to a User.

    Raises WorldError for a name in `safe` or `writes` that is no tool's.
    """
    known = {tool.name for tool in tools}
    for word, names in (("safe", safe), ("writes", writes or ())):
        if strangers := sorted(set(names) - known):
            raise WorldError(f"Expected `{word}` to name tools of {name}, found {', '.join(strangers)}.")
    return _LangChainWorld(
        name=name,
        instructions=instructions,
        tools=[_tool(tool, safe, writes) for tool in tools],
        rules=rules,
        phrases=phrases or Phrases(),
        cards={} if cards is None else cards,
        users="own" if sign_in is not None else users,
        bare=list(tools),
        signing_in=sign_in,
    )


def _tool(tool: BaseTool, safe: Collection[str], writes: Collection[str] | None) -> Tool:
    reads = tool.name in safe or (tool.name not in writes if writes is not None else _says_it_reads(tool))
    return Tool(
        name=tool.name,
        description=tool.description,
        arguments=_arguments(tool),
        effect="read" if reads else "write",
        speculation_safe=tool.name in safe,
    )


def _says_it_reads(tool: BaseTool) -> bool:
    said: Mapping[str, Any] = tool.metadata or {}
    return said.get("effect") == "read" or said.get("readOnlyHint") is True


def _arguments(tool: BaseTool) -> type[BaseModel]:
    schema: Any = tool.tool_call_schema
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        return schema
    if isinstance(schema, Mapping):  # A server's JSON schema: its values are checked there, shown here as they are.
        return _of_json_schema(tool.name, schema)
    return NoArguments


def _of_json_schema(name: str, schema: Mapping[str, Any]) -> type[BaseModel]:
    """A model that shows a JSON schema as it is, wants what that requires and fills in its defaults.

    Values of any type pass, and so do arguments that it does not name: the tool's own server checks them.
    """
    required, properties = schema.get("required", ()), schema.get("properties", {})
    fields: dict[str, Any] = {
        argument: (Any, ... if argument in required else said["default"])
        for argument, said in properties.items()
        if (argument in required or "default" in said) and _may_be_a_field(argument)
    }
    made = create_model(name, __base__=_AsItIs, **fields)
    made.json_schema_as_it_is = dict(schema)
    return made


def _may_be_a_field(argument: str) -> bool:
    return not argument.startswith("_") and not hasattr(_AsItIs, argument)


class _AsItIs(BaseModel):
    """Arguments that a JSON schema describes."""

    model_config = ConfigDict(extra="allow")
    json_schema_as_it_is: ClassVar[dict[str, Any]] = {}


class _LangChainWorld:
    """Made by `world_of`."""

    def __init__(
        self,
        *,
        name: str,
        instructions: str,
        tools: Sequence[Tool],
        rules: Sequence[Rule],
        phrases: Phrases,
        cards: Any,
        users: Any,
        bare: Sequence[BaseTool],
        signing_in: Callable[[str, str], Any] | None,
    ) -> None:
        self.name = name
        self.instructions = instructions
        self.tools = tools
        self.rules = rules
        self.phrases = phrases
        self.cards = cards
        self.users = users
        self._bare = {tool.name: tool for tool in bare}
        self._sign_in = signing_in

    def connect(self, options: Options) -> AbstractAsyncContextManager[Backend]:
        """Nothing has to be opened: the tools are there."""
        return self._connected()

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[Backend]:
        yield _LangChainBackend(self._bare, self._sign_in)


class _LangChainBackend(Backend):
    def __init__(self, tools: Mapping[str, BaseTool], sign_in: Callable[[str, str], Any] | None) -> None:
        self._tools = tools
        self._sign_in = sign_in
        self._done: dict[tuple[str, str], Found] = {}
        self._writing = asyncio.Lock()

    async def sign_in(self, name: str, password: str) -> User:
        if self._sign_in is None:
            return await super().sign_in(name, password)
        user = self._sign_in(name, password)
        return await user if inspect.isawaitable(user) else user

    async def call(self, user: User, tool: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        if write is None:
            return await self._run(tool, arguments, _new_id())
        if write.dry_run:
            return Found(f"{tool} will run with {_spelt(arguments)}.", {}, after=_spelt(arguments))
        async with self._writing:  # The same key again is the same write again.
            done = self._done.get((user.id, write.key))
            if done is None:
                done = self._done[user.id, write.key] = await self._run(tool, arguments, write.key)
            return done

    async def _run(self, tool: str, arguments: Mapping[str, Any], call_id: str) -> Found:
        # Called with a whole tool call, a tool gives its content apart from its artifact.
        named = {self._alias(tool, name): value for name, value in arguments.items()}
        called = {"type": "tool_call", "name": tool, "args": named, "id": call_id}
        message: Any = await self._tools[tool].ainvoke(called)
        if not isinstance(message, ToolMessage):
            return Found(printable(str(message)))
        text = message.text
        if message.status == "error":
            raise WorldError(f"{tool}: {text}")
        artifact = message.artifact
        return Found(text, artifact if _is_json(artifact) else {})

    def _alias(self, tool: str, name: str) -> str:
        """What the tool itself calls an argument."""
        schema: Any = self._tools[tool].args_schema
        field = getattr(schema, "model_fields", {}).get(name)
        return name if field is None or not isinstance(field.alias, str) else field.alias


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:16]}"


def _spelt(arguments: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={printable(str(value))}" for name, value in arguments.items()) or "no arguments"


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return value is not None


__all__ = ["ONE_USER", "langchain_tools", "schemas", "world_of"]
