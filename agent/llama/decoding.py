"""Greedy and sampled decoding with a KV cache that outlives the call, prompt lookup and cancelling.

`generate()` of transformers throws its cache away after each call, looks up drafts only in the tokens
it was handed (with a warm cache and the whole prompt it silently gives wrong tokens) and cannot be
stopped between prefill chunks. The loop here does all of it over `model.forward`; `generate()` is its
oracle in the tests: in float32 the tokens are the same.
"""

import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

import torch
from torch import Tensor
from transformers import PreTrainedModel

from agent.llama.attention import use_grouped_attention
from agent.llama.kv_cache import TokenCache, common_prefix
from agent.llama.prompt_lookup import PromptLookup

Cancelled = Callable[[], bool]
"""Asked before each forward pass; once it says true the work ends there."""

FinishReason = Literal["stop", "length", "cancelled"]


def never() -> bool:
    """For work that nobody cancels."""
    return False


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a token is chosen from the logits; `temperature` 0 takes the likeliest and ignores the rest."""

    temperature: float = 0.0
    top_p: float = 1.0
    """The likeliest tokens that together have at least this probability are drawn from."""
    seed: int | None = None


GREEDY = Sampling()


@dataclass(frozen=True, slots=True)
class DecodeStats:
    """What one generation cost."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Prompt tokens that went through no forward pass, because the cache still held them."""
    warmed_tokens: int = 0
    """Those of `cached_tokens` that a prefill put there since the generation before this one ended."""
    completion_tokens: int = 0
    """Generated tokens, the stop token among them."""
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    forwards: int = 0
    """All passes through the model, those of the prefill among them."""
    prefill_s: float = 0.0
    """Until the first token was known."""
    decode_s: float = 0.0
    """From the first token on; the time the consumer took between two tokens is not in it."""
    finish_reason: FinishReason = "cancelled"


@dataclass(frozen=True, slots=True)
class PrefillStats:
    """What one prefill did."""

    prompt_tokens: int
    cached_tokens: int
    """Tokens of the prompt that the cache holds now: `prompt_tokens`, or fewer if it was stopped."""
    computed_tokens: int
    """Those of `cached_tokens` that this prefill computed."""
    prefill_s: float

    @property
    def finished(self) -> bool:
        """Whether the cache now holds the whole prompt."""
        return self.cached_tokens == self.prompt_tokens


class _Forward(Protocol):
    def __call__(self, *, input_ids: Tensor, past_key_values: object, use_cache: bool, **kwargs: Any) -> Any: ...


class Decoder:
    """One model, one KV cache, one generation or prefill at a time; not for two threads at once.

    Taking the loop apart from the chat model keeps both testable: this one knows tokens only.
    """

    def __init__(self, model: PreTrainedModel, *, prefill_chunk: int = 128) -> None:
        """Args: `prefill_chunk` is the number of tokens between two looks at `cancelled` during a prefill."""
        use_grouped_attention(model)
        self._logits = cast(_Forward, model)
        self._hidden = cast(_Forward, cast(Any, model).base_model)
        self._device = model.device
        self._chunk = prefill_chunk
        self._cache = TokenCache(model.config)
        self._answered: list[int] = []
        self.stats = DecodeStats()

    @property
    def cached(self) -> list[int]:
        """The tokens whose keys and values are held."""
        return self._cache.tokens

    def forget(self, keep: int = 0) -> None:
        """Drop all cached tokens but the first `keep`, and free their memory."""
        self._cache.forget(keep)
        del self._answered[keep:]

    def prefill(self, tokens: list[int], *, cancelled: Cancelled = never) -> PrefillStats:
        """Put `tokens` into the cache, a chunk at a time; what was done when `cancelled` says true stays."""
        started = time.perf_counter()
        reused = self._reuse(tokens, len(tokens))
        with self._consistent():
            for _ in self._fill(tokens, len(tokens), cancelled):
                pass
        held = len(self._cache.tokens)
        return PrefillStats(len(tokens), held, held - reused, time.perf_counter() - started)

    def generate(
        self,
        tokens: list[int],
        *,
        max_new_tokens: int,
        stop_ids: Collection[int] = (),
        cancelled: Cancelled = never,
        sampling: Sampling = GREEDY,
    ) -> Generator[int, None, None]:
        """Yield the tokens that follow `tokens` (at least one), a stop token last; `stats` is then of this call.

        Closing the iterator early counts as cancelled. The cache is reused up to the longest common
        token prefix and holds prompt and answer afterwards.
        """
        known = common_prefix(tokens, self._answered)
        cached = self._reuse(tokens, len(tokens) - 1)
        count = _Count(prompt=len(tokens), cached=cached, warmed=max(0, cached - known))
        try:
            with self._consistent():
                yield from self._generate(tokens, max_new_tokens, stop_ids, cancelled, sampling, count)
        finally:
            self._answered = list(self._cache.tokens)
            self.stats = count.stats()

    def _generate(
        self,
        tokens: Sequence[int],
        max_new_tokens: int,
        stop_ids: Collection[int],
        cancelled: Cancelled,
        sampling: Sampling,
        count: "_Count",
    ) -> Iterator[int]:
        choose = _chooser(sampling, self._device)
        started = time.perf_counter()
        for _ in self._fill(tokens, len(tokens) - 1, cancelled, spare=self._chunk - 1):
            count.forwards += 1
        if cancelled() or max_new_tokens < 1:
            return
        lookup = PromptLookup(tokens)
        pending, draft = list(tokens[len(self._cache.tokens) :]), list[int]()
        while True:
            chosen = self._step(pending, draft, choose)
            count.forwards += 1
            accepted = common_prefix(chosen, draft)
            self._cache.crop(len(self._cache.tokens) - len(draft) + accepted)
            lookup.learn(len(draft), accepted)
            count.drafted += len(draft)
            count.accepted += accepted
            now = time.perf_counter()
            if count.completion == 0:
                count.prefill_s = now - started
            else:
                count.decode_s += now - started
            for token in chosen[: accepted + 1]:
                count.completion += 1
                lookup.append(token)
                if token in stop_ids:
                    count.finish_reason = "stop"
                elif count.completion >= max_new_tokens:
                    count.finish_reason = "length"
                yield token
                if count.finish_reason != "cancelled":
                    return
            if cancelled():
                return
            started = time.perf_counter()
            pending = [chosen[accepted]]
            draft = lookup.draft(max_new_tokens - count.completion - 1)

    def _reuse(self, tokens: list[int], limit: int) -> int:
        """Crop the cache to what it shares with the first `limit` tokens; the length of that."""
        if not tokens:
            raise ValueError("expected at least one token, found none: a prompt has a beginning")
        shared = min(common_prefix(tokens, self._cache.tokens), limit)
        self._cache.crop(shared)
        return shared

    def _fill(self, tokens: Sequence[int], until: int, cancelled: Cancelled, spare: int = 0) -> Iterator[None]:
        """Run chunks of `tokens` through the model until at most `spare` of the first `until` are missing.

        Yields after each chunk. What is spared goes into the pass that makes the first token, so that a
        short question costs one pass and not two.
        """
        while (held := len(self._cache.tokens)) + spare < until and not cancelled():
            self._forward(self._hidden, tokens[held : min(until, held + self._chunk)])
            yield

    def _step(self, pending: Sequence[int], draft: Sequence[int], choose: "_Choose") -> list[int]:
        """One pass over what is not cached and the draft: what is chosen after `pending` and after each of `draft`."""
        out = self._forward(self._logits, [*pending, *draft], logits_to_keep=len(draft) + 1)
        return choose(cast(Tensor, out.logits)[0])

    @torch.inference_mode()
    def _forward(self, model: "_Forward", tokens: Sequence[int], **kwargs: Any) -> Any:
        ids = torch.tensor([tokens], dtype=torch.long, device=self._device)
        out = model(input_ids=ids, past_key_values=self._cache.cache, use_cache=True, **kwargs)
        self._cache.extend(tokens)
        return out

    @contextmanager
    def _consistent(self) -> Generator[None]:
        """A pass that fails half-way leaves layers of different lengths: nothing of the cache is kept then."""
        try:
            yield
        except GeneratorExit:
            raise
        except BaseException:
            self.forget()
            raise


@dataclass(slots=True)
class _Count:
    """`DecodeStats` in the making."""

    prompt: int
    cached: int
    warmed: int
    completion: int = 0
    drafted: int = 0
    accepted: int = 0
    forwards: int = 0
    prefill_s: float = 0.0
    decode_s: float = 0.0
    finish_reason: FinishReason = "cancelled"

    def stats(self) -> DecodeStats:
        return DecodeStats(
            prompt_tokens=self.prompt,
            cached_tokens=self.cached,
            warmed_tokens=self.warmed,
            completion_tokens=self.completion,
            drafted_tokens=self.drafted,
            accepted_tokens=self.accepted,
            forwards=self.forwards,
            prefill_s=self.prefill_s,
            decode_s=self.decode_s,
            finish_reason=self.finish_reason,
        )


_Choose = Callable[[Tensor], list[int]]
"""Takes logits `(positions, vocabulary)`, gives one token a position."""


def _chooser(sampling: Sampling, device: torch.device) -> _Choose:
    if sampling.temperature <= 0:
        return lambda logits: cast(list[int], logits.argmax(-1).tolist())
    generator = torch.Generator(device)
    if sampling.seed is None:
        generator.seed()
    else:
        generator.manual_seed(sampling.seed)

    def draw(logits: Tensor) -> list[int]:
        # A draft is kept as far as it equals what was drawn, so drafting does not change the distribution.
        chances = (logits.float() / sampling.temperature).softmax(-1)
        ordered, tokens = chances.sort(-1, descending=True)
        ordered[ordered.cumsum(-1) - ordered >= sampling.top_p] = 0
        return cast(list[int], tokens.gather(-1, ordered.multinomial(1, generator=generator)).squeeze(-1).tolist())

    return draw
