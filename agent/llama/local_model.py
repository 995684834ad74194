"""One loaded model at work: a conversation goes in, pieces of its answer come out.

Here meet the prompt, the grammar, the decoder and the thread that owns them. LangChain's messages are
known here, its chat models are not: `chat_model.py` makes one of this.
"""

import json
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from langchain_core.messages import BaseMessage

from agent.errors import HeadstartError, ModelError, SessionClosedError
from agent.llama.answer import Piece, Question, write_answer
from agent.llama.checks import stop_ids
from agent.llama.contents import whole_characters
from agent.llama.decoding import GREEDY, Cancelled, Decoder, PrefillStats, Sampling, never
from agent.llama.grammar import CallGrammar, Vocabulary
from agent.llama.kv_cache import common_prefix
from agent.llama.model_thread import ModelThread, Stopped, Urgency
from agent.llama.prompt import PromptRenderer, instructions
from agent.llama.tool_calls import Dialect, ToolSchema, checked_tools, choose_dialect, forced_call
from agent.llama.weights import Loaded

_GRAMMARS = 16
"""Compiled grammars that are kept: one for each set of tools and each forced choice among them."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an answer is asked for with."""

    messages: Sequence[BaseMessage]
    max_new_tokens: int
    tools: Sequence[ToolSchema] = ()
    tool_choice: object = None
    stop: Sequence[str] = ()
    sampling: Sampling = GREEDY
    cancelled: Cancelled = never
    begun: str = ""
    """What stands already of the answer, which goes on from there."""
    barred: Sequence[str] = ()
    """What the continuation may not begin with."""
    conversation: str | None = None
    """The name by which the conversation can be forgotten."""


class LocalModel:
    """A model, its tokenizer, its KV caches and the thread that owns them; to be called from any thread."""

    def __init__(self, loaded: Loaded, *, cache_bytes: int, dialect: Dialect | None = None) -> None:
        """Wrap a model that is loaded already.

        Args:
            cache_bytes: the bound on the memory of all conversations' KV caches together.
            dialect: told by the chat template and the model's name unless it is given.
        """
        config: Any = loaded.model.config
        tokenizer: Any = loaded.tokenizer
        self.loaded = loaded
        dialect = dialect or choose_dialect(tokenizer.chat_template, loaded.choice.source)
        self.renderer = PromptRenderer(loaded.tokenizer, dialect)
        self.decoder = Decoder(loaded.model, cache_bytes=cache_bytes)
        self.thread = ModelThread()
        self.context = int(config.max_position_embeddings)
        self._stop_ids = stop_ids(loaded.model, loaded.tokenizer)
        self._backend: Any = tokenizer.backend_tokenizer
        self._grammars: dict[str, CallGrammar] = {}
        self._shared: list[int] = []
        self._shared_from: object = None

    def answer(self, request: Request) -> Generator[Piece, None, None]:
        """Yield text and calls as they become certain, `Finished` last.

        Raises: ModelError for a prompt that does not fit and for whatever breaks in the model, ValueError for
        a `tool_choice` that is no tool, SessionClosedError once closed.
        """
        question = self._question(request)
        job = self.thread.submit(partial(write_answer, self.decoder, self._backend, question))
        try:
            yield from job
        except (HeadstartError, GeneratorExit):
            raise
        except Exception as error:
            # Whatever torch raises in the middle of an answer, to the customer it is one thing.
            found = f"{type(error).__name__}: {error}"
            name = self.loaded.choice.name
            raise ModelError(f"Expected an answer from {name}, found {found}. Ask again.") from error
        finally:
            job.cancel()

    def prefill(
        self,
        messages: Sequence[BaseMessage],
        tools: Sequence[ToolSchema],
        partial_text: str | None = None,
        cancelled: Cancelled = never,
        conversation: str | None = None,
    ) -> PrefillStats:
        """Put the beginning of the next prompt into the KV cache; see `ChatLlama.prefill`."""
        shared = self._remember_shared(messages, tools)
        tokens = self.renderer.conversation(messages, tools, partial_text)[: self.context]
        if tools:
            self._grammar(tools, None)

        def work(stopped: Stopped) -> Iterator[PrefillStats]:
            yield self.decoder.prefill(
                tokens,
                cancelled=lambda: stopped() or cancelled(),
                conversation=conversation,
                public=common_prefix(tokens, shared),
            )

        return next(iter(self.thread.submit(work, Urgency.PREFILL)))

    def forget(self, conversation: str | None = None) -> None:
        """Drop one conversation or all; see `ChatLlama.forget`."""

        def work(_: Stopped) -> Iterator[None]:
            if conversation is None:
                self.decoder.forget(common_prefix(self.decoder.cached, self._shared))
            else:
                self.decoder.forget_conversation(conversation, self._shared)
            yield

        with suppress(SessionClosedError):
            next(iter(self.thread.submit(work)))

    def cached_text(self) -> str:
        """What the KV caches hold, conversation after conversation, the last one last."""
        tokenizer: Any = self.loaded.tokenizer
        return "\n".join(str(tokenizer.decode(tokens)) for tokens in self.decoder.conversations.tokens())

    def _question(self, request: Request) -> Question:
        choice, tools = request.tool_choice, checked_tools(request.tools)
        forced = forced_call(choice, tools)
        # However long the answer may get, half of the context is the question's.
        room = max(self.context - request.max_new_tokens, self.context // 2)
        shared = self._remember_shared(request.messages, tools)
        begun = whole_characters(request.begun)
        prompt = self.renderer.question(request.messages, tools, room=room, answer_start=begun.rstrip(" "))
        expects_calls = bool(tools) and choice != "none"
        return Question(
            prompt=prompt,
            dialect=self.renderer.dialect,
            grammar=self._grammar(tools, choice if forced else None) if expects_calls else None,
            stop=request.stop,
            stop_ids=self._stop_ids,
            max_new_tokens=min(request.max_new_tokens, self.context - len(prompt.tokens)),
            sampling=request.sampling,
            cancelled=request.cancelled,
            begun=begun,
            conversation=request.conversation,
            public=common_prefix(prompt.tokens, shared),
            # Shown tools, a model calls them; told not to, it must not begin.
            barred=(*request.barred, self.renderer.dialect.call_start) if choice == "none" else request.barred,
        )

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        # The model's output may be wider than the tokenizer.
        width = int(self.loaded.model.config.vocab_size)
        return Vocabulary(self.loaded.tokenizer, width, sorted(self._stop_ids))

    def _grammar(self, tools: Sequence[ToolSchema], choice: object) -> CallGrammar:
        key = json.dumps([list(tools), choice], sort_keys=True, default=str)
        found = self._grammars.pop(key, None)
        if found is None:
            found = CallGrammar(self._vocabulary, self.renderer.dialect, tools, forced_call(choice, tools))
        self._grammars[key] = found
        while len(self._grammars) > _GRAMMARS:
            self._grammars.pop(next(iter(self._grammars)), None)
        return found

    def _remember_shared(self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema]) -> list[int]:
        """The tokens of instructions and tools, which any conversation may begin with."""
        beginning = (instructions(messages), tools)
        if beginning != self._shared_from:
            self._shared, self._shared_from = self.renderer.shared_beginning(messages, tools), beginning
        return self._shared
