"""A chat model that can do what LangChain asks of it, and nothing else."""

from collections.abc import Iterator
from typing import Any

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from stubs.fake_llama import FakeLlama

from headstart.llama.capabilities import NONE, Capabilities


class FakeBare(FakeLlama):
    """Streams its replies; cannot be cancelled, warmed or told to forget, and counts nothing."""

    capabilities: Capabilities = NONE

    def prefill(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("it was asked for what it cannot do: prefill")

    def forget(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("it was asked for what it cannot do: forget")

    def _stream(self, *messages: Any, **options: Any) -> Iterator[ChatGenerationChunk]:
        assert not {"cancelled", "conversation", "begun", "barred"} & set(options), "options that it cannot take"
        for chunk in super()._stream(*messages, **options):
            whole = chunk.message
            assert isinstance(whole, AIMessageChunk)
            yield ChatGenerationChunk(message=whole.model_copy(update={"usage_metadata": None}))
