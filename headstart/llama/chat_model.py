"""ChatLlama: a local model as a LangChain chat model that does what a hosted one does, and warms up.

`ChatHuggingFace` over a local pipeline drops bound tools on the way to the prompt, parses no calls,
refuses tool messages, cannot be awaited and cannot be stopped (langchain issues 29033 and 30453). This
is the same class, so it drops in wherever that one is used, with the model behind it driven by a
decoding loop that keeps its KV caches from call to call.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.language_models.base import LangSmithParams
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableSequence
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel, ConfigDict, Field

from headstart.errors import ModelError
from headstart.llama.answer import Finished, Piece
from headstart.llama.capabilities import Capabilities
from headstart.llama.decoding.decoder import Cancelled, PrefillStats, never
from headstart.llama.format.tool_calls import DIALECTS, checked_tools, forced_call
from headstart.llama.held import HeldChatModel
from headstart.llama.loading.choice import choose_model
from headstart.llama.loading.generation import settings_of
from headstart.llama.loading.pipeline import handed_over, in_process, loaded_of, pipeline_over
from headstart.llama.loading.weights import Loaded, Report, load
from headstart.llama.local_model import Request
from headstart.llama.messages import as_chunks, as_result
from headstart.llama.options import Options, check_loading, options, refuse_unknown, without_effect
from headstart.llama.sharing import Wanted, hold
from headstart.llama.structured import checked

DEFAULT_MAX_NEW_TOKENS = 320
_SETTINGS = ("max_tokens", "temperature", "top_p", "top_k", "repetition_penalty", "seed", "stop", "timeout")
"""The fields that a call may be given as well."""

ToolLike: TypeAlias = dict[str, Any] | type | Callable[..., Any] | BaseTool


class ChatLlama(HeldChatModel):
    """A chat model over one loaded model, its tokenizer and a KV cache.

    Beyond what every LangChain chat model takes, a call takes `cancelled`, a predicate such as
    `threading.Event().is_set` that is asked before every forward pass: once true the answer ends there
    with finish_reason `cancelled`. Given `conversation`, any name, it can be forgotten by it. `tools`,
    `tool_choice`, `parallel_tool_calls` and the settings below can be given to a call or bound; what is none of these,
    or asks for what a local model cannot do, is a ValueError that names it.

    `response_metadata` holds the fields of `DecodeStats`, `finish_reason` (`stop`, `length`,
    `tool_calls`, `cancelled`), `model_name` and `dropped_messages`.

    Any thread or event loop may call it; calls wait for each other, and a prefill makes room for an answer. What is
    over the same weights shares one thread and its KV caches, which go with the last that is closed or dropped.
    """

    model_config = ConfigDict(
        extra="forbid", populate_by_name=True, protected_namespaces=(), arbitrary_types_allowed=True
    )

    capabilities: ClassVar[Capabilities] = Capabilities(
        cancels=True, continues=True, warms=True, forgets=True, reports_times=True, taught=True
    )
    """For callers that take any chat model."""

    llm: Any = Field(default=None, exclude=True)
    """A `HuggingFacePipeline`; made of `model_id` where none is given."""
    tokenizer: Any = Field(default=None, exclude=True)
    model_id: str | None = "auto"
    """`auto`, `embedded`, a hub id or a folder, as for `choice.choose_model`."""
    dtype: str = "auto"
    """`auto`, `bf16`, `float32`, `int8` or `nf4`."""
    dialect: str | None = None
    """A name in `tool_calls.DIALECTS`, for a model whose chat template does not tell it."""
    cache_gb: float | None = None
    """The bound on the KV caches of all conversations; 0.25 on the CPU and 2 on a GPU unless given."""
    top_k: int | None = None
    """So many of the likeliest tokens are drawn from."""
    repetition_penalty: float | None = None
    """Above 1, tokens that stand in prompt or answer become less likely."""
    timeout: float | None = None
    """Seconds after which a call raises TimeoutError, the time it waits for other calls included."""

    def __init__(self, **fields: Any) -> None:
        """Take the fields above and those of `ChatHuggingFace`: temperature (greedy without it), top_p, seed, stop.

        Raises: ModelError when there is no such model, or it cannot hold a conversation; ValueError for a setting that
        is none, is of a wrong type, or asks for what cannot be done.
        """
        fields = without_effect(fields)
        refuse_unknown(fields, type(self).model_fields)
        check_loading(fields)
        _options(fields, {})  # Before a model is loaded for nothing.
        dialect = fields.get("dialect")
        if dialect not in (None, *DIALECTS):
            raise ModelError(f"Expected one of {', '.join(DIALECTS)} as the dialect, found {dialect!r}.")
        if fields.get("llm") is None:
            asked = [fields.pop(name, None) for name in ("model_id", "dtype")]
            choice = choose_model(*("auto" if one is None else one for one in asked))
            fields["llm"] = pipeline_over(in_process(choice))
        loaded = loaded_of(*(fields.get(name) for name in ("llm", "tokenizer", "model_id", "dtype")))
        if handed_over(fields["llm"]):
            fields = settings_of(fields["llm"]) | {name: value for name, value in fields.items() if value is not None}
        fields |= {"tokenizer": loaded.tokenizer, "model_id": loaded.choice.source, "dtype": loaded.choice.dtype}
        super().__init__(**fields)
        if self.max_tokens is None:
            self.max_tokens = DEFAULT_MAX_NEW_TOKENS
        cache_bytes = None if self.cache_gb is None else int(self.cache_gb * 1e9)
        self._hold = hold(loaded, DIALECTS[dialect] if dialect else None, cache_bytes)
        self._local = self._hold.local

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
        """Choose, load and wrap a model in one go, with a say in where converted weights are kept.

        Args: `spec` and `dtype` as for `choose_model`, `cache` and `progress` as for `weights.load`.
        Raises: ModelError.
        """
        return cls.from_loaded(load(choose_model(spec, dtype), progress, cache), **fields)

    @classmethod
    def from_loaded(cls, loaded: Loaded, max_new_tokens: int | None = None, **fields: Any) -> "ChatLlama":
        """Wrap a model that is loaded already; cheap.

        Args: `fields` are those of this class.
        """
        return cls(llm=pipeline_over(loaded), max_new_tokens=max_new_tokens, **fields)

    @classmethod
    def is_lc_serializable(cls) -> bool:
        """Yes: what is written down names the model, and reading it loads the model or finds it loaded."""
        return True

    @classmethod
    def get_lc_namespace(cls) -> list[str]:
        """Where this class is found."""
        return cls.__module__.split(".")

    @property
    def model_name(self) -> str:
        """The model's name as the header shows it."""
        return self._local.loaded.choice.name

    @property
    def _llm_type(self) -> str:
        return "chat-llama"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {
            "model": self.model_id,
            "dtype": self.dtype,
            "max_tokens": self.max_tokens,
            "temperature": self.temperature,
            "top_p": self.top_p,
            "top_k": self.top_k,
            "repetition_penalty": self.repetition_penalty,
            "seed": self.seed,
            "stop": self.stop,
        }

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
        return as_result(self._answer(messages, stop, kwargs), self.model_name)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        stream_usage: bool | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with_usage = self._shows_usage(stream_usage, kwargs)
        with closing(self._answer(messages, stop, kwargs)) as pieces:
            for chunk in as_chunks(pieces, self.model_name):
                if run_manager:
                    run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                yield chunk if with_usage else _without_usage(chunk)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        stream: bool | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        async with aclosing(self._aanswer(messages, stop, kwargs)) as pieces:
            whole = [piece async for piece in pieces]
        return as_result((piece for piece in whole), self.model_name)

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        *,
        stream_usage: bool | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        with_usage = self._shows_usage(stream_usage, kwargs)
        async with aclosing(self._aanswer(messages, stop, kwargs)) as pieces:
            async for piece in pieces:
                for chunk in as_chunks(iter((piece,)), self.model_name):
                    if run_manager:
                        await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
                    yield chunk if with_usage else _without_usage(chunk)

    def _shows_usage(self, stream_usage: bool | None, kwargs: dict[str, Any]) -> bool:
        """Whether the last chunk tells what the answer cost; it does unless somebody says no."""
        said = self._should_stream_usage(stream_usage=stream_usage, stream_options=kwargs.pop("stream_options", {}))
        return said is not False

    def _answer(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, options: dict[str, Any]
    ) -> Generator[Piece, None, None]:
        request, wanted = self._request(messages, stop, options)
        with closing(self._local.answer(request)) as pieces:
            for piece in pieces:
                if isinstance(piece, Finished):
                    wanted.vet(piece)
                yield piece

    async def _aanswer(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, options: dict[str, Any]
    ) -> AsyncGenerator[Piece, None]:
        request, wanted = self._request(messages, stop, options)
        async with aclosing(self._local.aanswer(request)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Finished):
                    wanted.vet(piece)
                yield piece

    def _request(
        self, messages: Sequence[BaseMessage], stop: Sequence[str] | None, given: Mapping[str, Any]
    ) -> tuple[Request, Wanted]:
        asked = _options({name: getattr(self, name) for name in _SETTINGS}, {**given, "stop": stop})
        self._hold.check()
        wanted = Wanted(self._hold, asked.cancelled or never, asked.timeout)
        request = Request(
            messages=messages,
            max_new_tokens=asked.max_tokens,
            tools=_schemas(asked.tools),
            tool_choice=asked.tool_choice,
            stop=asked.stop,
            sampling=asked.sampling,
            cancelled=wanted.gone,
            begun=asked.begun,
            barred=asked.barred,
            conversation=asked.conversation,
            one_call=not asked.parallel_tool_calls,
        )
        return request, wanted

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
        None to leave it to the model, `none` to show the tools and read no calls. With
            `parallel_tool_calls=False` the answer ends with its first call.
        """
        schemas = _schemas(tools)
        forced_call(tool_choice, schemas)
        kwargs.pop("strict", None)  # Calls always follow the schema.
        return self.bind(tools=schemas, tool_choice=tool_choice, **kwargs)

    def with_structured_output(
        self, schema: dict[str, Any] | type | None = None, *, include_raw: bool = False, **kwargs: Any
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """The answer as an object of `schema`, by way of a forced call; `method` and `strict` change nothing here.

        An answer that is cut short, by `max_tokens` say, is an OutputParserException, and with `include_raw` that is
        the `parsing_error`.
        """
        if schema is None:
            raise ValueError("Expected a schema for the structured output, found None.")
        made = BaseChatModel.with_structured_output(self, schema, **kwargs)
        return checked(cast(RunnableSequence[Any, Any], made), include_raw=include_raw)

    # Warming

    def prefill(
        self,
        messages: Sequence[BaseMessage],
        *,
        tools: Sequence[ToolLike] = (),
        partial_text: str | None = None,
        cancelled: Cancelled = never,
        conversation: str | None = None,
    ) -> PrefillStats:
        """Put the beginning of the next prompt into the KV cache; blocks, and makes room for an answer at once.

        Args:
            messages: the conversation so far.
            tools: as they will be bound.
            partial_text: what the customer has typed of the next message.
            cancelled: asked between chunks; what is done by then stays.
            conversation: its name, as calls are given it.

        Raises: SessionClosedError when the model is closed.
        """
        self._hold.check()
        wanted = Wanted(self._hold, cancelled, None)
        stats = self._local.prefill(messages, _schemas(tools), partial_text, wanted.gone, conversation)
        wanted.vet_caller()
        return stats

    def forget(self, conversation: str | None = None) -> None:
        """Drop every cached token but those of the instructions and tools; for when the customer signs out.

        Args: `conversation` spares the conversations of other names. What was said without a name goes with it.
        """
        self._local.forget(conversation)

    def cached_text(self) -> str:
        """What the KV caches hold, as text: to show, or to prove, what is remembered of whom."""
        return self._local.cached_text()

    # Counting

    def get_num_tokens_from_messages(self, messages: list[BaseMessage], tools: Sequence[ToolLike] | None = None) -> int:
        """How many tokens the conversation takes in the prompt, tools and chat template with it."""
        return len(self._local.renderer.conversation(messages, _schemas(tools or ())))

    def get_token_ids(self, text: str) -> list[int]:
        """The tokens of plain text."""
        return self._local.renderer.encode(text)


def _schemas(tools: Sequence[ToolLike]) -> list[dict[str, Any]]:
    schemas = [convert_to_openai_tool(tool) for tool in tools]
    checked_tools(schemas)
    return schemas


def _options(settings: Mapping[str, Any], given: Mapping[str, Any]) -> Options:
    known = {name: settings.get(name) for name in _SETTINGS}
    return options({"max_tokens": DEFAULT_MAX_NEW_TOKENS} | {k: v for k, v in known.items() if v is not None}, given)


def _without_usage(chunk: ChatGenerationChunk) -> ChatGenerationChunk:
    message = chunk.message.model_copy(update={"usage_metadata": None})
    return ChatGenerationChunk(message=message, generation_info=chunk.generation_info)
