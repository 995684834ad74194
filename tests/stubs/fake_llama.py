"""A chat model that is handed its replies."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr
from stubs.fake_clock import FakeClock
from stubs.waiting import PATIENCE_S

from headstart.llama.capabilities import Capabilities

PREFILL_S = 0.4
WORD_S = 0.05
"""By the clock that it is given."""


def asks(name: str, **arguments: Any) -> AIMessage:
    """A reply that calls a tool."""
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call_{name}", "type": "tool_call"}])


class FakeLlama(BaseChatModel):
    """Streams its replies word by word, in order; a reply that is an exception is raised after its first word.

    With a `gate`, each word waits until the gate lets it through (`gate.set()`). With a clock, a prefill and an
    answer take their time by it.
    """

    capabilities: Capabilities = Capabilities(cancels=True, warms=True, forgets=True)
    replies: list[Any]
    """Strings, messages or exceptions."""
    prompts: list[list[BaseMessage]] = Field(default_factory=list)
    """What it was given, one entry a call."""
    options: list[dict[str, Any]] = Field(default_factory=list)
    """What it was told beside that, one entry a call."""
    first_word_s: float = 0.14
    prefilled: list[tuple[list[BaseMessage], str | None]] = Field(default_factory=list)
    _gate: threading.Event | None = PrivateAttr(default=None)
    _free_words: int = PrivateAttr(default=0)
    _started: threading.Event = PrivateAttr(default_factory=threading.Event)
    _clock: FakeClock | None = PrivateAttr(default=None)
    _settled: Callable[[], bool] | None = PrivateAttr(default=None)
    _may_prefill: threading.Event = PrivateAttr(default_factory=threading.Event)
    _prefills_waiting: int = PrivateAttr(default=0)
    _writing: int = PrivateAttr(default=0)

    def model_post_init(self, _context: Any, /) -> None:
        self._may_prefill.set()

    def with_gate(self, gate: threading.Event | None, *, free_words: int = 0) -> "FakeLlama":
        """`free_words` of each answer pass while the gate is closed."""
        self._gate, self._free_words = gate, free_words
        return self

    def with_clock(self, clock: FakeClock, settled: Callable[[], bool] | None = None) -> "FakeLlama":
        """The clock moves only when all else has `settled`: what runs beside the model begins at the same moment."""
        self._clock, self._settled = clock, settled
        return self

    @property
    def may_prefill(self) -> threading.Event:
        """Prefills wait while it is cleared."""
        return self._may_prefill

    @property
    def prefills_waiting(self) -> bool:
        """Whether a prefill waits to begin."""
        return self._prefills_waiting > 0

    @property
    def writing(self) -> bool:
        """Whether a call is under way."""
        return self._writing > 0

    def _wait(self, cancelled: Callable[[], bool]) -> None:
        while self._gate is not None and not self._gate.wait(0.005) and not cancelled():
            pass

    def _take(self, seconds: float) -> None:
        if self._clock is None:
            return
        ends_s = time.monotonic() + PATIENCE_S
        while self._settled and not self._settled() and time.monotonic() < ends_s:
            time.sleep(0.002)
        self._clock.move(seconds)

    @property
    def started(self) -> threading.Event:
        """Set when a call has begun."""
        return self._started

    @property
    def _llm_type(self) -> str:
        return "fake-llama"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self.bind(tools=tools, **kwargs)

    def prefill(self, messages: list[BaseMessage], **options: Any) -> Any:
        self._prefills_waiting += 1
        cancelled: Callable[[], bool] = options.get("cancelled", lambda: False)
        while not self._may_prefill.wait(0.005) and not cancelled():
            pass
        self._prefills_waiting -= 1
        self.prefilled.append((list(messages), options.get("partial_text")))
        self._take(PREFILL_S)
        return FakePrefillStats()

    def forget(self, conversation: str | None = None) -> None:
        self.prefilled.clear()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        whole: ChatGenerationChunk | None = None
        for chunk in self._stream(messages, stop, run_manager, **kwargs):
            whole = chunk if whole is None else whole + chunk
        assert whole is not None
        made = whole.message
        assert isinstance(made, AIMessageChunk)
        message = AIMessage(made.content, tool_calls=made.tool_calls, usage_metadata=made.usage_metadata)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        **options: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.prompts.append(list(messages))
        self.options.append(options)
        self._writing += 1
        try:
            yield from self._written(cancelled)
        finally:
            self._writing -= 1

    def _written(self, cancelled: Callable[[], bool]) -> Iterator[ChatGenerationChunk]:
        reply = self.replies.pop(0) if self.replies else "I have nothing more to say."
        self._started.set()
        if isinstance(reply, Exception):
            self._wait(cancelled)
            yield ChatGenerationChunk(message=AIMessageChunk("Well "))
            raise reply
        message = AIMessage(reply) if isinstance(reply, str) else reply
        for number, word in enumerate(message.text.split(" ") if message.text else []):
            if number >= self._free_words:
                self._wait(cancelled)
            if cancelled():
                break
            self._take(WORD_S if number else self.first_word_s)
            yield ChatGenerationChunk(message=AIMessageChunk(f" {word}" if number else word))
        chunks = [
            tool_call_chunk(name=call["name"], args=json.dumps(call["args"]), id=call["id"], index=index)
            for index, call in enumerate(message.tool_calls)
        ]
        usage = message.usage_metadata or {"input_tokens": 100, "output_tokens": 10, "total_tokens": 110}
        yield ChatGenerationChunk(message=AIMessageChunk("", tool_call_chunks=chunks, usage_metadata=usage))


class FakePrefillStats:
    """What a prefill counted."""

    computed_tokens = 0
    prefill_s = 0.0
