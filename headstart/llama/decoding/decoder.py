"""Greedy and sampled decoding with a KV cache that outlives the call, prompt lookup and cancelling.

`generate()` of transformers throws its cache away after each call, looks up drafts only in the tokens
it was handed (with a warm cache and the whole prompt it silently gives wrong tokens) and cannot be
stopped between prefill chunks. The loop here does all of it over the passes of `headstart.llama.decoding.passes`;
`generate()` is its oracle in the tests: in float32 the tokens are the same.
"""

import time
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import Tensor
from transformers import PreTrainedModel

from headstart.llama.decoding.caches import Conversations
from headstart.llama.decoding.choosing import GREEDY, Chooser, Guide, Sampling
from headstart.llama.decoding.kv_cache import TokenCache, common_prefix
from headstart.llama.decoding.passes import pass_of
from headstart.llama.decoding.prompt_lookup import PromptLookup

Cancelled = Callable[[], bool]
"""Asked before each forward pass; once it says true the work ends there."""

FinishReason = Literal["stop", "length", "cancelled"]


DEFAULT_CACHE_BYTES = 256 << 20
"""Eleven thousand tokens of the embedded model, in as many conversations as they make."""


def never() -> bool:
    """For work that nobody cancels."""
    return False


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


class Decoder:
    """One model and its KV caches, one generation or prefill at a time; not for two threads at once.

    Taking the loop apart from the chat model keeps both testable: this one knows tokens only.
    """

    def __init__(
        self, model: PreTrainedModel, *, prefill_chunk: int = 128, cache_bytes: int = DEFAULT_CACHE_BYTES
    ) -> None:
        """Take a model.

        Args:
            prefill_chunk: tokens between two looks at `cancelled` during a prefill.
            cache_bytes: the bound on the memory of all conversations' caches together.
        """
        self._pass = pass_of(model)
        self._device = model.device
        self._chunk = prefill_chunk
        self.conversations = Conversations(model.config, cache_bytes)
        self.stats = DecodeStats()

    @property
    def cached(self) -> list[int]:
        """The tokens whose keys and values are held of the conversation that was served last."""
        return self._cache.tokens

    @property
    def _cache(self) -> TokenCache:
        return self.conversations.current

    def forget(self, keep: int = 0) -> None:
        """Drop all cached tokens but the first `keep` of the last conversation, and free their memory."""
        self.conversations.forget(keep)

    def forget_conversation(self, name: str, public: Sequence[int]) -> None:
        """Drop what is cached of the conversation of this name and of all without one, but not the beginning `public`.

        The other conversations stay as they are.
        """
        self.conversations.forget_owner(name, public)

    def prefill(
        self,
        tokens: list[int],
        *,
        cancelled: Cancelled = never,
        conversation: str | None = None,
        public: int | None = None,
    ) -> PrefillStats:
        """Put `tokens` into the cache, a chunk at a time; what was done when `cancelled` says true stays.

        Args: `conversation` and `public` as for `generate`.
        """
        started = time.perf_counter()
        reused = self._reuse(tokens, len(tokens), conversation, public)
        with self._consistent():
            for _ in self._fill(tokens, len(tokens), cancelled):
                pass
        self.conversations.bound()
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
        guide: Guide | None = None,
        conversation: str | None = None,
        public: int | None = None,
    ) -> Generator[int, None, None]:
        """Yield the tokens that follow `tokens` (at least one), a stop token last; `stats` is then of this call.

        Closing the iterator early counts as cancelled. The conversation's cache is reused up to the longest
        common token prefix and holds prompt and answer afterwards.

        Args:
            conversation: the name by which it can be forgotten.
            public: how many of the first `tokens` may be shared with conversations of other names; None for any number.
        """
        cached = self._reuse(tokens, len(tokens) - 1, conversation, public)
        known = common_prefix(tokens, self._cache.answered)
        count = _Count(prompt=len(tokens), cached=cached, warmed=max(0, cached - known))
        choose = Chooser(sampling, self._device, guide, tokens)
        try:
            with self._consistent():
                yield from self._generate(tokens, max_new_tokens, stop_ids, cancelled, choose, count)
        finally:
            self._cache.answered = list(self._cache.tokens)
            self.conversations.bound()
            self.stats = count.stats()

    def _generate(
        self,
        tokens: Sequence[int],
        max_new_tokens: int,
        stop_ids: Collection[int],
        cancelled: Cancelled,
        choose: Chooser,
        count: "_Count",
    ) -> Iterator[int]:
        started = time.perf_counter()
        for _ in self._fill(tokens, len(tokens) - 1, cancelled, spare=self._chunk - 1):
            count.forwards += 1
        if cancelled() or max_new_tokens < 1:
            return
        lookup = PromptLookup(tokens)
        proposed: list[int] = []
        pending, draft = list(tokens[len(self._cache.tokens) :]), choose.draft(proposed)[: max_new_tokens - 1]
        while True:
            chosen = choose(self._step(pending, draft), draft, max_new_tokens - count.completion)
            count.forwards += 1
            accepted = common_prefix(chosen, draft)
            self._cache.crop(len(self._cache.tokens) - len(draft) + accepted)
            if draft == proposed:
                lookup.learn(len(draft), accepted)
            count.drafted += len(draft)
            count.accepted += accepted
            now = time.perf_counter()
            if count.completion == 0:
                count.prefill_s = now - started
            else:
                count.decode_s += now - started
            for at, token in enumerate(chosen[: accepted + 1]):
                count.completion += 1
                lookup.append(token)
                if token in stop_ids or (choose.done and at == len(chosen) - 1):
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
            room = max_new_tokens - count.completion - 1
            proposed = lookup.draft(room)
            draft = choose.draft(proposed)[:room]

    def _reuse(self, tokens: list[int], limit: int, conversation: str | None, public: int | None) -> int:
        """Take the cache that begins with most of the first `limit` tokens, and nothing else; the length of that."""
        if not tokens:
            raise ValueError("expected at least one token, found none: a prompt has a beginning")
        return len(self.conversations.continue_with(tokens, limit, conversation, public).tokens)

    def _fill(self, tokens: Sequence[int], until: int, cancelled: Cancelled, spare: int = 0) -> Iterator[None]:
        """Run chunks of `tokens` through the model until at most `spare` of the first `until` are missing.

        Yields after each chunk. What is spared goes into the pass that makes the first token, so that a
        short question costs one pass and not two.
        """
        while (held := len(self._cache.tokens)) + spare < until and not cancelled():
            self._forward(tokens[held : min(until, held + self._chunk)], keep=0)
            yield

    def _step(self, pending: Sequence[int], draft: Sequence[int]) -> Tensor:
        """One pass over what is not cached and the draft: the logits after `pending` and after each of `draft`."""
        return cast(Tensor, self._forward([*pending, *draft], keep=len(draft) + 1))

    @torch.inference_mode()
    def _forward(self, tokens: Sequence[int], keep: int) -> Tensor | None:
        ids = torch.tensor(tokens, dtype=torch.long, device=self._device)
        logits = self._pass(ids, self._cache.cache, keep)
        self._cache.extend(tokens)
        return logits

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
