"""A chat model that cannot stream, counts nothing and takes none of this project's options."""

import threading
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field, PrivateAttr


class FakeWhole(BaseChatModel):
    """Gives its replies as whole messages, in order."""

    replies: list[Any]
    prompts: list[list[BaseMessage]] = Field(default_factory=list)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @property
    def _llm_type(self) -> str:
        return "fake-whole"

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self.bind(tools=tools, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        with self._lock:
            self.prompts.append(list(messages))
            reply = self.replies.pop(0)
        message = AIMessage(reply) if isinstance(reply, str) else reply
        return ChatResult(generations=[ChatGeneration(message=message)])


class FakeSeveral(FakeWhole):
    """Gives several whole messages in one answer, as a runnable of one's own may."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self

    def stream(self, input: Any, config: Any = None, **kwargs: Any) -> Any:
        self.prompts.append(list(input))
        yield from self.replies.pop(0)
