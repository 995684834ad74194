"""The shop's tools as LangChain tools, bound to one customer; any LangChain agent can use them."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Annotated, Any, TypeAlias

from langchain_core.tools import BaseTool, InjectedToolCallId, StructuredTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ValidationError, create_model

from agent.shop.calls import TOOLS, Answer, ShopTool, artifact, read, write
from agent.shop.orders import OrderStore

Coroutine: TypeAlias = Callable[..., Awaitable[Answer]]


def shop_tools(store: OrderStore, customer_id: str) -> dict[str, BaseTool]:
    """The nine tools by name. Writes run at once here: who calls one asks the customer first."""
    return {tool.name: _structured(tool, _bound(tool, store, customer_id)) for tool in TOOLS}


@cache
def schemas() -> tuple[dict[str, Any], ...]:
    """The tools in OpenAI's form, as models are shown them; made once, for that takes 13 ms."""
    return tuple(convert_to_openai_tool(_structured(tool, _unbound)) for tool in TOOLS)


def _bound(tool: ShopTool, store: OrderStore, customer_id: str) -> Coroutine:
    async def reading(**arguments: str) -> Answer:
        return await read(store, customer_id, tool.name, arguments)

    async def writing(tool_call_id: str, **arguments: str) -> Answer:
        change = await write(store, customer_id, tool.name, arguments, key=tool_call_id)
        return tool.content(change), artifact(change, None)

    return reading if tool.effect == "read" else writing


def _structured(tool: ShopTool, run: Coroutine) -> BaseTool:
    arguments = tool.arguments
    if tool.effect == "write":
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
        handle_validation_error=invalid_arguments,
        metadata={"effect": tool.effect, "speculation_safe": tool.speculation_safe},
    )


def invalid_arguments(error: Any) -> str:
    """What the model is told when its arguments do not fit."""
    if not isinstance(error, ValidationError):
        return str(error)
    wrong = ", ".join(".".join(map(str, part["loc"])) for part in error.errors())
    return f"This tool needs other arguments: {wrong}."


async def _unbound(**_: str) -> Answer:
    raise LookupError("a tool's schema is bound to no customer and cannot be called")
