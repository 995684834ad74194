"""One loaded model at work: a conversation goes in, pieces of its answer come out.

Here meet the prompt, the grammar, the decoder and the thread that owns them. LangChain's messages are
known here, its chat models are not: `chat_model.py` makes one of this.
"""

import json
from collections.abc import AsyncGenerator, Generator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from langchain_core.messages import BaseMessage

from headstart.errors import HeadstartError, ModelError, SessionClosedError
from headstart.llama.answer import Finished, Generation, Piece, write_answer
from headstart.llama.decoding.choosing import GREEDY, Sampling
from headstart.llama.decoding.decoder import Cancelled, Decoder, DecodeStats, PrefillStats, never
from headstart.llama.decoding.kv_cache import common_prefix
from headstart.llama.format.contents import whole_characters
from headstart.llama.format.grammar import CallGrammar, Vocabulary
from headstart.llama.format.prompt import PromptRenderer, instructions
from headstart.llama.format.tool_calls import Dialect, ToolSchema, checked_tools, forced_call
from headstart.llama.loading.checks import context_of, stop_ids
from headstart.llama.loading.weights import Loaded
from headstart.llama.model_thread import Job, ModelThread, Stopped, Urgency

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
    one_call: bool = False
    """Whether the answer ends with its first call."""


class LocalModel:
    """A model, its tokenizer, its KV caches and the thread that owns them; to be called from any thread."""

    def __init__(self, loaded: Loaded, decoder: Decoder, thread: ModelThread, dialect: Dialect) -> None:
        tokenizer: Any = loaded.tokenizer
        self.loaded = loaded
        self.renderer = PromptRenderer(loaded.tokenizer, dialect)
        self.decoder = decoder
        self.thread = thread
        self.context = context_of(loaded.model)
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
        generation = self._generation(request)

        def work(stopped: Stopped) -> Iterator[Piece]:
            return write_answer(self.decoder, self._backend, generation, stopped)

        job = self.thread.submit(work, Urgency.TURN, request.cancelled)
        with self._named_errors(job):
            finished = False
            for piece in job:
                finished = isinstance(piece, Finished)
                yield piece
            if not finished:
                yield _given_up(len(generation.prompt.tokens), generation.prompt.dropped_messages)

    async def aanswer(self, request: Request) -> AsyncGenerator[Piece, None]:
        """As `answer`, without a thread that waits; the prompt is rendered in the model's, so the loop goes on."""
        forced_call(request.tool_choice, request.tools)  # What is no tool is told before anything waits.

        def work(stopped: Stopped) -> Iterator[Piece]:
            return write_answer(self.decoder, self._backend, self._generation(request), stopped)

        job = self.thread.submit(work, Urgency.TURN, request.cancelled)
        with self._named_errors(job):
            finished = False
            async with aclosing(aiter(job)) as pieces:
                async for piece in pieces:
                    finished = isinstance(piece, Finished)
                    yield piece
            if not finished:
                yield _given_up()

    @contextmanager
    def _named_errors(self, job: Job[Piece]) -> Generator[None]:
        """Whatever torch raises in the middle of an answer is one thing to whoever asked; what is left is cancelled."""
        try:
            yield
        except (HeadstartError, GeneratorExit):
            raise
        except Exception as error:
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

        job = self.thread.submit(work, Urgency.PREFILL, cancelled)
        return next(iter(job), PrefillStats(len(tokens), 0, 0, 0.0))

    def forget(self, conversation: str | None = None) -> None:
        """Drop one conversation or all; see `ChatLlama.forget`."""

        def work(_: Stopped) -> Iterator[None]:
            if conversation is None:
                self.decoder.forget(common_prefix(self.decoder.cached, self._shared))
            else:
                self.decoder.forget_conversation(conversation, self._shared)
            yield

        with suppress(SessionClosedError):
            next(iter(self.thread.submit(work)), None)

    def cached_text(self) -> str:
        """What the KV caches hold, conversation after conversation, the last one last."""
        tokenizer: Any = self.loaded.tokenizer
        return "\n".join(str(tokenizer.decode(tokens)) for tokens in self.decoder.conversations.tokens())

    def _generation(self, request: Request) -> Generation:
        choice, tools = request.tool_choice, checked_tools(request.tools)
        forced = forced_call(choice, tools)
        # However long the answer may get, half of the context is the question's.
        room = max(self.context - request.max_new_tokens, self.context // 2)
        shared = self._remember_shared(request.messages, tools)
        begun = whole_characters(request.begun)
        prompt = self.renderer.question(request.messages, tools, room=room, answer_start=begun.rstrip(" "))
        expects_calls = bool(tools) and choice != "none"
        return Generation(
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
            one_call=request.one_call,
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


def _given_up(prompt_tokens: int = 0, dropped_messages: int = 0) -> Finished:
    """The end of an answer that was cancelled before its turn came."""
    return Finished(DecodeStats(prompt_tokens=prompt_tokens), "cancelled", dropped_messages)
