"""The door into LangChain: tools that claim from a Speculator, and what their schemas say about keys.

    tools = [forecast, report]
    speculator = Speculator(runner(tools), normalise=normaliser(tools))
    agent = create_agent(model, [speculative(tool, speculator, owner) for tool in tools])

The only module here that imports LangChain; import it where that is wanted anyway.
"""

import asyncio
import concurrent.futures
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from functools import partial
from typing import Annotated, Any

from langchain_core.tools import BaseTool, Tool
from pydantic import BaseModel, Field, SkipValidation, ValidationError

from headstart.speculation.border import BorderError
from headstart.speculation.calls import Call, Claim, Fetched
from headstart.speculation.json_schema import filled
from headstart.speculation.speculator import Speculator
from headstart.speculation.spelling import canonical, plain_mapping

POLL_S = 0.5
"""How often a thread that waits for a claim looks whether the event loop still runs."""


def normaliser(tools: Iterable[BaseTool]) -> Callable[[Call], Call]:
    """Which call a call is, by what its tool's schema takes the arguments for.

    Defaults are filled in, aliases and spellings (`1.0` for an integer, a date as text) become one, arguments that
    the tool ignores or that are injected fall away. Where the schema does not take the arguments, or does not say
    how they are spelt, the call stays as it was spelt: then the tool itself says what is wrong with it.
    """
    by_name = {tool.name: _Keys(tool) for tool in tools}

    def normalised(call: Call) -> Call:
        keys = by_name.get(call.name)
        return call if keys is None else keys.normalised(call)

    return normalised


def runner(tools: Iterable[BaseTool]) -> Callable[[str, Call], Awaitable[Fetched[Any]]]:
    """The `run` of a Speculator over tools: what a tool's function returns, or raises.

    Nothing of a tool's error handling happens here, or its excuse would be kept as a result; it happens where
    the call is claimed. With `response_format="content_and_artifact"` that result is the pair of both.
    """
    bare = {
        tool.name: tool.model_copy(
            update={"response_format": "content", "handle_tool_error": False, "handle_validation_error": False}
        )
        for tool in tools
    }

    async def run(_owner: str, call: Call) -> Fetched[Any]:
        if call.name not in bare:
            raise LookupError(f"Expected one of the tools {', '.join(bare)}, found {call.name}.")
        return Fetched(await bare[call.name].ainvoke(call.mapping()))

    return run


def speculative(tool: BaseTool, speculator: Speculator[Any], owner: str | Callable[[], str]) -> BaseTool:
    """The same tool, but a call of it claims from the Speculator.

    `owner` is whose results it may see: a name, or a function that is asked at each call in the caller's context
    (`ContextVar.get`, say); never an argument that a model could fill. It can be called with `ainvoke` on any event
    loop and with `invoke` from any thread but the one of the Speculator's loop.

    Raises ValueError for a tool that is given more than its arguments (`InjectedToolArg`, `InjectedState`,
    `ToolRuntime`, ...): what such a tool returns cannot be kept under its arguments. TypeError for a `Tool` of one
    nameless input.
    """
    if isinstance(tool, Tool):
        raise TypeError(f"Expected a tool with named arguments, found the Tool {tool.name}: make it with @tool.")
    if injected := _injected(tool):
        raise ValueError(
            f"Expected a tool whose result its arguments decide, found {tool.name}, which is also given "
            f"{', '.join(sorted(injected))}: bind these beforehand, or use the tool as it is."
        )
    like = {name: getattr(tool, name) for name in BaseTool.model_fields}
    like["args_schema"] = tool.get_input_schema() if tool.args_schema is None else tool.args_schema
    return SpeculativeTool(**like, speculator=speculator, owner=owner)


class SpeculativeTool(BaseTool):
    """A tool whose calls claim from a Speculator; `speculative` makes it."""

    speculator: Annotated[Any, SkipValidation] = Field(exclude=True, repr=False)
    owner: Annotated[Any, SkipValidation] = Field(exclude=True, repr=False)

    def _to_args_and_kwargs(self, tool_input: Any, tool_call_id: str | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The call as it was written, once the schema has taken it."""
        written = {next(iter(self.args), "input"): tool_input} if isinstance(tool_input, str) else dict(tool_input)
        super()._to_args_and_kwargs(tool_input, tool_call_id)
        return (Call.of(self.name, written),), {}

    async def _arun(self, call: Call) -> Any:
        owner = self._whose()
        loop = self._loop()
        if loop is None or loop is asyncio.get_running_loop():
            return await self._claimed(owner, call)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._claimed(owner, call), loop))

    def _run(self, call: Call) -> Any:
        owner = self._whose()
        loop = self._loop()
        if loop is None:
            return _run_alone(partial(self._claimed, owner, call), self.name)
        if loop is _running_here():
            raise RuntimeError(f"Expected {self.name} to be awaited on the event loop, found invoke: use ainvoke.")
        claim = asyncio.run_coroutine_threadsafe(self._claimed(owner, call), loop)
        try:
            while True:
                try:
                    return claim.result(POLL_S)
                except concurrent.futures.TimeoutError:
                    if claim.done():
                        raise  # The tool's own.
                    if not loop.is_running():
                        raise RuntimeError(
                            f"Expected the event loop to run until {self.name} is answered, found it stopped."
                        ) from None
        finally:
            claim.cancel()

    async def _claimed(self, owner: str, call: Call) -> Any:
        claim: Claim[Any] = await self.speculator.claim(owner, call)
        self.speculator.use(owner, call)
        return claim.value

    def _whose(self) -> str:
        owner = self.owner() if callable(self.owner) else self.owner
        if not isinstance(owner, str):
            raise BorderError(f"Expected the owner of {self.name} as a str, found {type(owner).__name__}.")
        return owner

    def _loop(self) -> asyncio.AbstractEventLoop | None:
        """The Speculator's event loop, where that runs."""
        loop: asyncio.AbstractEventLoop | None = self.speculator.loop
        return loop if loop is not None and loop.is_running() and loop not in _alone else None


class _Keys:
    """One tool's schema, as far as it says which calls are the same."""

    def __init__(self, tool: BaseTool) -> None:
        self._json_schema = tool.args_schema if isinstance(tool.args_schema, Mapping) else None
        self._injected = _injected(tool)
        schema: Any = None
        if self._json_schema is None:
            schema = tool.tool_call_schema if self._injected else tool.get_input_schema()
        self._model: type[BaseModel] | None = None
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            self._model = schema

    def normalised(self, call: Call) -> Call:
        arguments = {name: value for name, value in call.mapping().items() if name not in self._injected}
        if self._json_schema is not None:
            return Call.of(call.name, filled(arguments, self._json_schema))
        spelt = Call.of(call.name, arguments)
        if self._model is None or (self._injected and not arguments.keys() <= self._model.model_fields.keys()):
            return spelt  # What a model leaves out of its schema, it may take under another name.
        try:
            plain = _as_taken(self._model, arguments)
        except Exception:  # A validator may raise anything; the tool's own call will say it.
            return spelt
        return spelt if plain is None else Call.of(call.name, plain)


def _as_taken(model: type[BaseModel], arguments: dict[str, Any]) -> dict[str, Any] | None:
    """The arguments as the model takes them, in full; None where it cannot say them so that it takes them alike.

    A key must stand for one meaning only. So what is said is read again and compared: a serialiser that shortens,
    a default that is another each time, or an alias that is only read would make one key of two calls.
    """
    taken = model.model_validate(arguments, by_alias=True, by_name=True)
    if model.model_validate(arguments, by_alias=True, by_name=True) != taken:
        return None
    for by_alias, short in ((True, False), (False, False), (True, True), (False, True)):
        said = _said(taken, by_alias=by_alias, short=short)
        for name in {"args", "kwargs"} - arguments.keys():
            said.pop(name, None)  # LangChain's names for what a function takes besides.
        try:
            again = model.model_validate(said)
        except ValidationError:
            continue
        if again == taken and _spelling(again) == _spelling(taken):
            return said
        if again == taken and not short:
            # A default need not be of its field's type, 1 where 1.0 is meant: said once more, it is.
            return _as_taken(model, said)
    return None


def _spelling(taken: BaseModel) -> str:
    return canonical(_said(taken))


def _said(taken: BaseModel, *, by_alias: bool = False, short: bool = False) -> dict[str, Any]:
    return plain_mapping(taken.model_dump(by_alias=by_alias, exclude_defaults=short, warnings=False))


def _injected(tool: BaseTool) -> frozenset[str]:
    """The arguments that no model fills."""
    keys = frozenset(getattr(tool, "_injected_args_keys", ()))
    if isinstance(tool.args_schema, Mapping):
        return keys
    shown: Any = tool.tool_call_schema
    return keys | (_fields(tool.get_input_schema()) - _fields(shown))


def _fields(schema: Any) -> frozenset[str]:
    return frozenset(getattr(schema, "model_fields", None) or getattr(schema, "__fields__", ()))


def _running_here() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


_alone: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()
_one_alone = threading.Lock()


def _run_alone(claimed: Callable[[], Coroutine[Any, Any, Any]], name: str) -> Any:
    """Where the Speculator's loop does not run: on a loop for this call alone, one call at a time."""
    if _running_here() is not None:
        raise RuntimeError(f"Expected {name} to be awaited on the event loop, found invoke: use ainvoke.")
    with _one_alone, asyncio.Runner() as alone:
        _alone.add(alone.get_loop())
        return alone.run(claimed())
