"""What a support chat could be built on instead: LangChain's agent, the notebook's graph, `generate()`.

All of them over the same model, the same tools and the same slow database as Headstart's session.
"""

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict, cast

from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from transformers import TextIteratorStreamer

from agent import prompts
from agent.events import TurnResult
from agent.llama.answer import Finished, Piece
from agent.llama.chat_model import ChatLlama
from agent.llama.decoding import DecodeStats
from agent.llama.tool_calls import CallReader
from agent.session import CustomerSession
from agent.shop.orders import OrderStore
from agent.shop.tools import schemas, shop_tools


@dataclass(frozen=True, slots=True)
class Measured:
    """One turn."""

    ttft_s: float
    total_s: float
    waited_s: float
    hidden_s: float
    answer: str


def of_session(result: TurnResult) -> Measured:
    """A turn of Headstart's own session."""
    figures = result.figures
    first_s = figures.total_s if figures.first_token_s is None else figures.first_token_s
    return Measured(first_s, figures.total_s, figures.database_waited_s, figures.database_hidden_s, result.answer)


@dataclass
class _ToolTimes(BaseCallbackHandler):
    """How long tools ran: in these graphs nothing else happens meanwhile."""

    seconds: float = 0.0
    _began: dict[Any, float] = field(default_factory=dict[Any, float])

    def on_tool_start(self, serialized: Any, input_str: str, *, run_id: Any, **_: Any) -> None:
        self._began[run_id] = time.perf_counter()

    def on_tool_end(self, output: Any, *, run_id: Any, **_: Any) -> None:
        self.seconds += time.perf_counter() - self._began.pop(run_id)


class CreateAgent:
    """LangChain's own agent over the model."""

    def __init__(self, model: ChatLlama, store: OrderStore, customer_id: str) -> None:
        tools = [tool for tool in shop_tools(store, customer_id).values() if (tool.metadata or {})["effect"] == "read"]
        system = cast(str, prompts.system_message().content)
        self._agent = create_agent(model, tools, system_prompt=system)
        self._messages: list[BaseMessage] = []

    async def ask(self, question: str) -> Measured:
        """One turn; the conversation is kept."""
        began_s, first_s, tools = time.perf_counter(), None, _ToolTimes()
        final: dict[str, Any] = {}
        stream = self._agent.astream(
            cast(Any, {"messages": [*self._messages, HumanMessage(question)]}),
            {"callbacks": [tools]},
            stream_mode=["messages", "values"],
        )
        async for mode, data in stream:
            if mode == "values":
                final = cast(dict[str, Any], data)
            elif first_s is None and _has_word(data):
                first_s = time.perf_counter() - began_s
        total_s = time.perf_counter() - began_s
        self._messages = list(final["messages"])
        return Measured(first_s or total_s, total_s, tools.seconds, 0.0, self._messages[-1].text)


class _NotebookState(TypedDict):
    messages: Annotated[list[BaseMessage], add_messages]
    agent_decision: str


class Notebook:
    """The notebook's graph: `get_order_history` starts beside the model's first call, and is waited for after it."""

    def __init__(self, model: ChatLlama, store: OrderStore, customer_id: str) -> None:
        self._model = model.bind_tools(schemas())
        self._tools = shop_tools(store, customer_id)
        self._loop = asyncio.get_running_loop()
        self._future: concurrent.futures.Future[Any] | None = None
        self._waited_s = 0.0
        self._messages: list[BaseMessage] = [prompts.system_message()]
        graph = StateGraph(_NotebookState)
        graph.add_node("entry_point", self._entry_point)
        graph.add_node("execute_tool", self._execute_tool)
        graph.add_node("final_answer", self._final_answer)
        graph.add_edge(START, "entry_point")
        graph.add_conditional_edges(
            "entry_point", lambda state: "execute_tool" if state["agent_decision"] == "tool" else END
        )
        graph.add_edge("execute_tool", "final_answer")
        graph.add_edge("final_answer", END)
        self._graph = graph.compile()

    async def ask(self, question: str) -> Measured:
        """One turn; the conversation is kept."""
        return await asyncio.to_thread(self._ask, question)

    def _ask(self, question: str) -> Measured:
        began_s, first_s, self._waited_s = time.perf_counter(), None, 0.0
        final: dict[str, Any] = {}
        given: Any = {"messages": [*self._messages, HumanMessage(question)], "agent_decision": ""}
        for mode, data in self._graph.stream(given, stream_mode=["messages", "values"]):
            if mode == "values":
                final = cast(dict[str, Any], data)
            elif first_s is None and _has_word(data):
                first_s = time.perf_counter() - began_s
        total_s = time.perf_counter() - began_s
        self._messages = list(final["messages"])
        return Measured(first_s or total_s, total_s, self._waited_s, 0.0, self._messages[-1].text)

    def _entry_point(self, state: _NotebookState) -> dict[str, Any]:
        self._future = self._begin("get_order_history", {})
        message = self._model.invoke(state["messages"])
        return {"messages": [message], "agent_decision": "tool" if message.tool_calls else "answer"}

    def _execute_tool(self, state: _NotebookState) -> dict[str, Any]:
        asked = cast(AIMessage, state["messages"][-1])
        began_s = time.perf_counter()
        results: list[ToolMessage] = []
        for call in asked.tool_calls:
            ahead = call["name"] == "get_order_history" and self._future is not None
            future = (
                cast(concurrent.futures.Future[Any], self._future) if ahead else self._begin(call["name"], call["args"])
            )
            results.append(ToolMessage(future.result(), tool_call_id=call["id"] or "", name=call["name"]))
        self._waited_s += time.perf_counter() - began_s
        return {"messages": results}

    def _final_answer(self, state: _NotebookState) -> dict[str, Any]:
        return {"messages": [self._model.invoke(state["messages"])]}

    def _begin(self, name: str, arguments: dict[str, Any]) -> concurrent.futures.Future[Any]:
        tool = self._tools.get(name)
        if tool is None or (tool.metadata or {})["effect"] != "read":
            future: concurrent.futures.Future[Any] = concurrent.futures.Future()
            future.set_result("This tool cannot be used here.")
            return future
        return asyncio.run_coroutine_threadsafe(tool.ainvoke(arguments), self._loop)


class GenerateLlama(ChatLlama):
    """The same model through transformers' `generate()`: a fresh cache each call, no lookup, the same dialect."""

    def _answer(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, options: dict[str, Any]
    ) -> Generator[Piece, None, None]:
        local = self._local
        tokenizer: Any = local.loaded.tokenizer
        tools = options.get("tools") or ()
        prompt = local.renderer.question(messages, tools, room=local.context // 2)
        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
        model: Any = local.loaded.model
        import torch

        ids = torch.tensor([prompt.tokens])
        given = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "max_new_tokens": self.max_tokens}
        writing = threading.Thread(
            target=model.generate, kwargs={**given, "do_sample": False, "streamer": streamer}, daemon=True
        )
        writing.start()
        reader = CallReader(local.renderer.dialect, expects_calls=bool(tools))
        for text in cast(Iterator[str], streamer):
            yield from reader.feed(text)
        yield from reader.finish()
        writing.join()
        stats = DecodeStats(prompt_tokens=len(prompt.tokens), finish_reason="stop")
        yield Finished(stats, "tool_calls" if reader.called else "stop", prompt.dropped_messages)


def _has_word(streamed: Any) -> bool:
    chunk = streamed[0]
    return isinstance(chunk, AIMessageChunk) and bool(chunk.text.strip())


async def typed(session: CustomerSession, text: str, seconds: float) -> None:
    """As a person types: a pause after each word."""
    words = text.split(" ")
    for count in range(1, len(words) + 1):
        await asyncio.sleep(seconds * len(words[count - 1]) / len(text))
        session.typed(" ".join(words[:count]))
