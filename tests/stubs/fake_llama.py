"""A chat model that is handed its replies."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr

from headstart.llama.capabilities import Capabilities


def asks(name: str, **arguments: Any) -> AIMessage:
    """A reply that calls a tool."""
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call_{name}", "type": "tool_call"}])


class FakeLlama(BaseChatModel):
    """Streams its replies word by word, in order; a reply that is an exception is raised after its first word.

    With a `gate`, each word waits until the gate lets it through (`gate.set()`).
    """

    capabilities: Capabilities = Capabilities(cancels=True, warms=True, forgets=True)
    replies: list[Any]
    """Strings, messages or exceptions."""
    prompts: list[list[BaseMessage]] = Field(default_factory=list)
    """What it was given, one entry a call."""
    options: list[dict[str, Any]] = Field(default_factory=list)
    """What it was told beside that, one entry a call."""
    prefilled: list[tuple[list[BaseMessage], str | None]] = Field(default_factory=list)
    _gate: threading.Event | None = PrivateAttr(default=None)
    _started: threading.Event = PrivateAttr(default_factory=threading.Event)

    def with_gate(self, gate: threading.Event) -> "FakeLlama":
        self._gate = gate
        return self

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
        self.prefilled.append((list(messages), options.get("partial_text")))
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
        reply = self.replies.pop(0) if self.replies else "I have nothing more to say."
        self._started.set()
        if isinstance(reply, Exception):
            yield ChatGenerationChunk(message=AIMessageChunk("Well "))
            raise reply
        message = AIMessage(reply) if isinstance(reply, str) else reply
        for number, word in enumerate(message.text.split(" ") if message.text else []):
            while self._gate is not None and not self._gate.wait(0.005):
                if cancelled():
                    break
            if cancelled():
                break
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
