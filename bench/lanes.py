"""What a support chat could be built on instead: LangChain's agent, the notebook's graph, `generate()`.

All of them over the same model, the same tools and the same slow database as Headstart's session.
"""

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypedDict, cast

from langchain.agents import create_agent
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from transformers import TextIteratorStreamer

from agent.events import TurnResult
from agent.shop.phrases import INSTRUCTIONS
from agent.shop.tools import TOOLS
from headstart.llama.answer import Finished, Piece
from headstart.llama.chat_model import ChatLlama
from headstart.llama.decoding.decoder import DecodeStats
from headstart.llama.format.call_reader import CallReader
from headstart.world import User
from headstart.world.langchain import langchain_tools, schemas
from headstart.world.opened import OpenWorld


@dataclass(frozen=True, slots=True)
class Measured:
    """One turn, in seconds of the wall clock."""

    ttft_s: float
    """Enter to the first word."""
    total_s: float
    waited_s: float
    """Database time that the customer sat through."""
    hidden_s: float
    """Database time that passed behind something else."""
    model_s: float
    """Between Enter and the last word."""
    tokens: int
    """Written by the model, those of its tool calls among them."""
    calls: tuple[str, ...]
    """The tools that the turn rests on."""
    answer: str


def of_session(result: TurnResult) -> Measured:
    """A turn of Headstart's own session."""
    figures = result.figures
    return Measured(
        ttft_s=figures.total_s if figures.first_token_s is None else figures.first_token_s,
        total_s=figures.total_s,
        waited_s=figures.database_waited_s,
        hidden_s=figures.database_hidden_s,
        model_s=figures.model_s,
        tokens=figures.completion_tokens,
        calls=tuple(use.name for use in result.tool_calls if use.used),
        answer=result.answer,
    )


@dataclass
class _Times(BaseCallbackHandler):
    """How long the model and the tools ran: in these graphs one runs after the other."""

    model_s: float = 0.0
    tools_s: float = 0.0
    _began: dict[Any, float] = field(default_factory=dict[Any, float])

    def on_chat_model_start(self, serialized: Any, messages: Any, *, run_id: Any, **_: Any) -> None:
        self._began[run_id] = time.perf_counter()

    def on_llm_end(self, response: Any, *, run_id: Any, **_: Any) -> None:
        self.model_s += time.perf_counter() - self._began.pop(run_id)

    def on_tool_start(self, serialized: Any, input_str: str, *, run_id: Any, **_: Any) -> None:
        self._began[run_id] = time.perf_counter()

    def on_tool_end(self, output: Any, *, run_id: Any, **_: Any) -> None:
        self.tools_s += time.perf_counter() - self._began.pop(run_id)


async def _streamed(graph: Any, messages: Sequence[BaseMessage], question: str) -> tuple[Measured, list[BaseMessage]]:
    """One turn of a graph over messages, and the conversation after it."""
    times, first_s = _Times(), None
    final: dict[str, Any] = {}
    began_s = time.perf_counter()
    stream = graph.astream(
        {"messages": [*messages, HumanMessage(question)]},
        {"callbacks": [times]},
        stream_mode=["messages", "values"],
    )
    async for mode, data in stream:
        if mode == "values":
            final = data
        elif first_s is None and _has_word(data):
            first_s = time.perf_counter() - began_s
    total_s = time.perf_counter() - began_s
    after: list[BaseMessage] = list(final["messages"])
    new = after[len(messages) :]
    measured = Measured(
        ttft_s=first_s or total_s,
        total_s=total_s,
        waited_s=times.tools_s,
        hidden_s=0.0,
        model_s=times.model_s,
        tokens=sum(
            (m.usage_metadata or {"output_tokens": 0})["output_tokens"] for m in new if isinstance(m, AIMessage)
        ),
        calls=tuple(m.name or "" for m in new if isinstance(m, ToolMessage)),
        answer=after[-1].text,
    )
    return measured, after


class CreateAgent:
    """LangChain's own agent over the model, with the tools that read."""

    def __init__(self, model: BaseChatModel, world: OpenWorld, customer_id: str) -> None:
        known = langchain_tools(world, User(customer_id))
        tools = [tool for name, tool in known.items() if name in world.described.reads]
        self._agent = create_agent(model, tools, system_prompt=INSTRUCTIONS)
        self._messages: list[BaseMessage] = []

    async def ask(self, question: str) -> Measured:
        """One turn; the conversation is kept."""
        measured, self._messages = await _streamed(self._agent, self._messages, question)
        return measured


class _NotebookState(TypedDict):
    messages: Annotated[list[BaseMessage], add_messages]
    agent_decision: str


@dataclass
class _Flight:
    """A tool's run, and when it began and ended."""

    future: concurrent.futures.Future[ToolMessage]
    began_s: float
    ended_s: float = 0.0


class Notebook:
    """The notebook's graph: `get_order_history` starts beside the model's first call, and is waited for after it."""

    def __init__(self, model: BaseChatModel, world: OpenWorld, customer_id: str) -> None:
        self._model = model.bind_tools(schemas(TOOLS))
        self._tools = langchain_tools(world, User(customer_id))
        self._loop = asyncio.get_running_loop()
        self._ahead: _Flight | None = None
        self._waited_s = self._hidden_s = 0.0
        self._messages: list[BaseMessage] = [SystemMessage(INSTRUCTIONS)]
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
        self._waited_s = self._hidden_s = 0.0
        measured, self._messages = await _streamed(self._graph, self._messages, question)
        return replace(measured, waited_s=self._waited_s, hidden_s=self._hidden_s)

    def _entry_point(self, state: _NotebookState) -> dict[str, Any]:
        self._ahead = self._begin({"name": "get_order_history", "args": {}, "id": "ahead"})
        message = self._model.invoke(state["messages"])
        return {"messages": [message], "agent_decision": "tool" if message.tool_calls else "answer"}

    def _execute_tool(self, state: _NotebookState) -> dict[str, Any]:
        asked = cast(AIMessage, state["messages"][-1])
        results: list[ToolMessage] = []
        for call in asked.tool_calls:
            is_ahead = call["name"] == "get_order_history" and self._ahead is not None
            flight = cast(_Flight, self._ahead) if is_ahead else self._begin(call)
            from_s = time.perf_counter()
            result = flight.future.result()
            waited_s = time.perf_counter() - from_s
            self._waited_s += waited_s
            self._hidden_s += max(0.0, flight.ended_s - flight.began_s - waited_s)
            results.append(result.model_copy(update={"tool_call_id": call["id"] or ""}))
        return {"messages": results}

    def _final_answer(self, state: _NotebookState) -> dict[str, Any]:
        return {"messages": [self._model.invoke(state["messages"])]}

    def _begin(self, call: Any) -> _Flight:
        flight = _Flight(concurrent.futures.Future(), time.perf_counter())
        tool = self._tools.get(call["name"])
        if tool is None or (tool.metadata or {})["effect"] != "read":
            flight.future.set_result(ToolMessage("This tool cannot be used here.", tool_call_id=call["id"] or ""))
            flight.ended_s = flight.began_s
            return flight
        run: Any = tool

        async def runs() -> ToolMessage:
            try:
                return await run.ainvoke({**call, "type": "tool_call"})
            finally:
                flight.ended_s = time.perf_counter()

        flight.future = asyncio.run_coroutine_threadsafe(runs(), self._loop)
        return flight


class _CountingStreamer(TextIteratorStreamer):
    """Streams text and counts the tokens it is made of."""

    tokens = 0

    def put(self, value: Any) -> None:
        """Takes the prompt first, then token after token."""
        if not self.next_tokens_are_prompt:
            self.tokens += int(value.numel())
        super().put(value)


class GenerateLlama(ChatLlama):
    """The same model through transformers' `generate()`: a fresh cache each call, no lookup, the same dialect."""

    # Asynchronous calls go through `_answer` as well.
    _agenerate = BaseChatModel._agenerate
    _astream = BaseChatModel._astream

    def _answer(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, options: dict[str, Any]
    ) -> Generator[Piece, None, None]:
        import torch

        local = self._local
        tokenizer: Any = local.loaded.tokenizer
        tools = options.get("tools") or ()
        prompt = local.renderer.question(messages, tools, room=local.context // 2)
        streamer = _CountingStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
        model: Any = local.loaded.model
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
        stats = DecodeStats(prompt_tokens=len(prompt.tokens), completion_tokens=streamer.tokens, finish_reason="stop")
        yield Finished(stats, "tool_calls" if reader.called else "stop", prompt.dropped_messages)


def _has_word(streamed: Any) -> bool:
    chunk = streamed[0]
    return isinstance(chunk, AIMessageChunk) and bool(chunk.text.strip())
