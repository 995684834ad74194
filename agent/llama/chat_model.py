"""ChatLlama: a local model as a LangChain chat model that does what a hosted one does, and warms up.

`ChatHuggingFace` over a local pipeline drops bound tools on the way to the prompt, parses no calls,
refuses tool messages, cannot be awaited and cannot be stopped (langchain issues 29033 and 30453). This
is the same class, so it drops in wherever that one is used, with the model behind it driven by a
decoding loop that keeps its KV cache from call to call.
"""

import json
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, InvalidToolCall, ToolCall
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, run_in_executor
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from langchain_huggingface import ChatHuggingFace, HuggingFacePipeline
from pydantic import BaseModel, PrivateAttr
from transformers import TextGenerationPipeline

from agent.errors import HeadstartError, ModelError, SessionClosedError
from agent.llama.answer import Finished, Piece, Question, write_answer
from agent.llama.decoding import Cancelled, Decoder, DecodeStats, PrefillStats, Sampling, never
from agent.llama.kv_cache import common_prefix
from agent.llama.model_thread import ModelThread, Stopped, Urgency
from agent.llama.prompt import PromptRenderer, instructions
from agent.llama.tool_calls import CallPiece, TextPiece, ToolSchema, choose_dialect, forced_call
from agent.llama.weights import Loaded, Report, choose_model, load

DEFAULT_MAX_NEW_TOKENS = 320

ToolLike: TypeAlias = dict[str, Any] | type | Callable[..., Any] | BaseTool


class ChatLlama(ChatHuggingFace):
    """A chat model over one loaded model, its tokenizer and a KV cache.

    Beyond what every LangChain chat model takes, a call takes `cancelled`, a predicate such as
    `threading.Event().is_set` that is asked before every forward pass: once true the answer ends there
    with finish_reason `cancelled`. `tools`, `tool_choice`, `stop`, `temperature`, `top_p`, `seed` and
    `max_tokens` can be given to a call or bound.

    `response_metadata` holds the fields of `DecodeStats`, `finish_reason` (`stop`, `length`,
    `tool_calls`, `cancelled`), `model_name` and `dropped_messages`.

    Any thread may call it; calls wait for each other, and a prefill makes room for an answer.
    """

    accepts_cancelled: ClassVar[bool] = True
    """That a call may be given `cancelled`, for callers that take any chat model."""

    _decoder: Decoder = PrivateAttr()
    _renderer: PromptRenderer = PrivateAttr()
    _thread: ModelThread = PrivateAttr()
    _loaded: Loaded = PrivateAttr()
    _stop_ids: frozenset[int] = PrivateAttr()
    _context: int = PrivateAttr()
    _backend: Any = PrivateAttr()
    _shared: list[int] = PrivateAttr(default_factory=list)
    _shared_from: object = PrivateAttr(default=None)

    @classmethod
    def load(
        cls,
        spec: str = "auto",
        *,
        dtype: str = "auto",
        cache: Path | None = None,
        progress: Report | None = None,
        **fields: Any,
    ) -> "ChatLlama":
        """Choose, load and wrap a model in one go.

        Args: `spec` and `dtype` as for `choose_model`, `cache` and `progress` as for `weights.load`.
        Raises: ModelError.
        """
        return cls.from_loaded(load(choose_model(spec, dtype), progress, cache), **fields)

    @classmethod
    def from_loaded(cls, loaded: Loaded, max_new_tokens: int = DEFAULT_MAX_NEW_TOKENS, **fields: Any) -> "ChatLlama":
        """Wrap a model that is loaded already; cheap.

        Args: `fields` are those of `ChatHuggingFace`: temperature (greedy without it), top_p, seed, stop_sequences.
        """
        pipeline = TextGenerationPipeline(model=loaded.model, tokenizer=cast(Any, loaded.tokenizer))
        llm = HuggingFacePipeline(pipeline=pipeline, model_id=loaded.choice.source)
        chat = cls(llm=llm, tokenizer=loaded.tokenizer, max_tokens=max_new_tokens, **fields)
        chat._take(loaded)
        return chat

    def _take(self, loaded: Loaded) -> None:
        config: Any = loaded.model.config
        tokenizer: Any = loaded.tokenizer
        self._loaded = loaded
        self._renderer = PromptRenderer(loaded.tokenizer, choose_dialect(tokenizer.chat_template, loaded.choice.source))
        self._backend = tokenizer.backend_tokenizer
        self._decoder = Decoder(loaded.model)
        self._thread = ModelThread()
        self._stop_ids = stop_ids(loaded)
        self._context = int(config.max_position_embeddings)

    @property
    def model_name(self) -> str:
        """The model's name as the header shows it."""
        return self._loaded.choice.name

    @property
    def _llm_type(self) -> str:
        return "chat-llama"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        choice = self._loaded.choice
        return {"model": choice.source, "dtype": choice.dtype, "max_tokens": self.max_tokens}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = LangSmithParams(ls_provider="huggingface", ls_model_name=self.model_name, ls_model_type="chat")
        params["ls_temperature"] = kwargs.get("temperature", self.temperature) or 0.0
        params["ls_max_tokens"] = kwargs.get("max_tokens", self.max_tokens)
        if stop:
            params["ls_stop"] = stop
        return params

    # Answering

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        stream: bool | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        text: list[str] = []
        calls: list[ToolCall] = []
        invalid: list[InvalidToolCall] = []
        finished: Finished | None = None
        for piece in self._answer(messages, stop, kwargs):
            match piece:
                case TextPiece():
                    text.append(piece.text)
                case CallPiece({"type": "tool_call"} as call):
                    calls.append(cast(ToolCall, call))
                case CallPiece(call):
                    invalid.append(cast(InvalidToolCall, call))
                case Finished():
                    finished = piece
        if finished is None:
            raise SessionClosedError("The model was closed in the middle of an answer.")
        message = AIMessage(
            content="".join(text),
            tool_calls=calls,
            invalid_tool_calls=invalid,
            usage_metadata=_usage(finished.stats),
            response_metadata=self._metadata(finished),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        stream_usage: bool | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        index = 0
        with closing(self._answer(messages, stop, kwargs)) as pieces:
            for piece in pieces:
                match piece:
                    case TextPiece():
                        message = AIMessageChunk(content=piece.text)
                    case CallPiece():
                        message = _call_chunk(piece, index)
                        index += 1
                    case Finished():
                        message = AIMessageChunk(
                            content="",
                            usage_metadata=_usage(piece.stats),
                            response_metadata=self._metadata(piece),
                            chunk_position="last",
                        )
                chunk = ChatGenerationChunk(message=message)
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        stream: bool | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        gone = threading.Event()
        kwargs["cancelled"] = _either(gone.is_set, kwargs.get("cancelled") or never)
        manager = run_manager.get_sync() if run_manager else None
        try:
            return await run_in_executor(None, partial(self._generate, messages, stop, manager, **kwargs))
        finally:
            # A cancelled task leaves the executor's thread behind, which would write the answer to its end.
            gone.set()

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        *,
        stream_usage: bool | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        gone = threading.Event()
        kwargs["cancelled"] = _either(gone.is_set, kwargs.get("cancelled") or never)
        try:
            async for chunk in BaseChatModel._astream(self, messages, stop, run_manager, **kwargs):
                yield chunk
        finally:
            gone.set()

    def _answer(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, options: dict[str, Any]
    ) -> Generator[Piece, None, None]:
        question = self._question(messages, stop, options)
        job = self._thread.submit(partial(write_answer, self._decoder, self._backend, question))
        try:
            yield from job
        except (HeadstartError, GeneratorExit):
            raise
        except Exception as error:
            # Whatever torch raises in the middle of an answer, to the customer it is one thing.
            found = f"{type(error).__name__}: {error}"
            raise ModelError(f"Expected an answer from {self.model_name}, found {found}. Ask again.") from error
        finally:
            job.cancel()

    def _question(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, options: dict[str, Any]
    ) -> Question:
        tools: Sequence[ToolSchema] = options.get("tools") or ()
        choice = options.get("tool_choice")
        dialect = self._renderer.dialect
        forced = forced_call(choice, tools)
        start = dialect.call_beginning(forced.name) if forced else ""
        wanted: int = options.get("max_tokens") or self.max_tokens or DEFAULT_MAX_NEW_TOKENS
        # However long the answer may get, half of the context is the question's.
        room = max(self._context - wanted, self._context // 2)
        self._remember_shared(messages, tools)
        prompt = self._renderer.question(messages, tools, room=room, answer_start=start)
        return Question(
            prompt=prompt,
            dialect=dialect,
            expects_calls=bool(tools) and choice != "none",
            answer_start=start,
            stop=[*_listed(self.stop), *_listed(stop)],
            stop_ids=self._stop_ids,
            max_new_tokens=min(wanted, self._context - len(prompt.tokens)),
            sampling=Sampling(
                temperature=options.get("temperature", self.temperature) or 0.0,
                top_p=options.get("top_p", self.top_p) or 1.0,
                seed=options.get("seed", self.seed),
            ),
            cancelled=options.get("cancelled") or never,
        )

    def _metadata(self, finished: Finished) -> dict[str, Any]:
        return {
            **asdict(finished.stats),
            "finish_reason": finished.ended,
            "model_name": self.model_name,
            "model_provider": "huggingface",
            "dropped_messages": finished.dropped_messages,
        }

    # Tools

    def bind_tools(
        self,
        tools: Sequence[ToolLike],
        *,
        tool_choice: dict[str, Any] | str | bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Show `tools` to the model.

        Args: `tool_choice` is a tool's name (or OpenAI's form of it) or `any` to force a call, `auto` or
        None to leave it to the model, `none` to show the tools and read no calls.
        """
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        forced_call(tool_choice, schemas)
        return self.bind(tools=schemas, tool_choice=tool_choice, **kwargs)

    def with_structured_output(
        self, schema: dict[str, Any] | type | None = None, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """The answer as an object of `schema`, by way of a forced call; `method` and `strict` change nothing here."""
        if schema is None:
            raise ValueError("Expected a schema for the structured output, found None.")
        return BaseChatModel.with_structured_output(self, schema, include_raw=include_raw, **kwargs)

    # Warming

    def prefill(
        self,
        messages: Sequence[BaseMessage],
        *,
        tools: Sequence[ToolLike] = (),
        partial_text: str | None = None,
        cancelled: Cancelled = never,
    ) -> PrefillStats:
        """Put the beginning of the next prompt into the KV cache; blocks, and makes room for an answer at once.

        Args:
            messages: the conversation so far.
            tools: as they will be bound.
            partial_text: what the customer has typed of the next message.
            cancelled: asked between chunks; what is done by then stays.

        Raises: SessionClosedError when the model is closed.
        """
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        self._remember_shared(messages, schemas)
        tokens = self._renderer.conversation(messages, schemas, partial_text)[: self._context]

        def work(stopped: Stopped) -> Iterator[PrefillStats]:
            yield self._decoder.prefill(tokens, cancelled=lambda: stopped() or cancelled())

        return next(iter(self._thread.submit(work, Urgency.PREFILL)))

    def forget(self) -> None:
        """Drop every cached token but those of the instructions and tools; for when the customer signs out."""

        def work(_: Stopped) -> Iterator[None]:
            self._decoder.forget(common_prefix(self._decoder.cached, self._shared))
            yield

        with suppress(SessionClosedError):
            next(iter(self._thread.submit(work)))

    def cached_text(self) -> str:
        """What the KV cache holds, as text: to show, or to prove, what is remembered of whom."""
        return str(self.tokenizer.decode(self._decoder.cached))

    def close(self) -> None:
        """Stop what is under way; every call from now on raises SessionClosedError."""
        self._thread.close()

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Sequence[ToolLike] | None = None) -> int:
        """How many tokens the conversation takes in the prompt, tools and chat template with it."""
        return len(self._renderer.conversation(messages, [convert_to_openai_tool(tool) for tool in tools or ()]))

    def get_token_ids(self, text: str) -> list[int]:
        """The tokens of plain text."""
        return self._renderer.encode(text)

    def _remember_shared(self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema]) -> None:
        beginning = (instructions(messages), tools)
        if beginning != self._shared_from:
            self._shared, self._shared_from = self._renderer.shared_beginning(messages, tools), beginning


def _listed(stop: str | Sequence[str] | None) -> Sequence[str]:
    return [stop] if isinstance(stop, str) else stop or []


def _either(first: Cancelled, second: Cancelled) -> Cancelled:
    return lambda: first() or second()


def _usage(stats: DecodeStats) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=stats.prompt_tokens,
        output_tokens=stats.completion_tokens,
        total_tokens=stats.prompt_tokens + stats.completion_tokens,
        input_token_details={"cache_read": stats.cached_tokens},
    )


def _call_chunk(piece: CallPiece, index: int) -> AIMessageChunk:
    call = piece.call
    # What could not be read goes in as a JSON string: LangChain mends half an object when it merges the chunks,
    # and would make it a call without a name.
    arguments = json.dumps(call["args"], ensure_ascii=False)
    return AIMessageChunk(
        content="", tool_call_chunks=[tool_call_chunk(name=call["name"], args=arguments, id=call["id"], index=index)]
    )


def stop_ids(loaded: Loaded) -> frozenset[int]:
    """Every token that the model's own settings end an answer at, and the tokenizer's."""
    found: list[Any] = [cast(Any, loaded.tokenizer).eos_token_id]
    for config in (loaded.model.generation_config, loaded.model.config):
        ids = getattr(config, "eos_token_id", None)
        found.extend(ids if isinstance(ids, list) else [ids])
    return frozenset(token for token in found if isinstance(token, int))
