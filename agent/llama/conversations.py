"""The KV caches of several conversations, found by what they begin with.

One cache would be cropped to the instructions whenever another conversation speaks, and computed anew
when the first one speaks again. So each conversation has a cache of its own, and nobody has to name it:
a prompt continues the cache that shares the longest beginning with it. What it shares with another
conversation's, the instructions and tools as a rule, is copied from there and not computed again.
"""

from transformers import PreTrainedConfig

from agent.llama.kv_cache import TokenCache, common_prefix

_TAIL = 8
"""A cache may lose so many tokens to a prompt that goes on otherwise; for more, the prompt gets a cache of its own.

The last words are typed anew and the end of an answer is rendered otherwise, and that is no other conversation.
"""


class Conversations:
    """Caches up to a bound on their memory; beyond it the conversation that was silent for longest goes first."""

    def __init__(self, config: PreTrainedConfig, max_bytes: int) -> None:
        """Args: `max_bytes` bounds all caches together; the one in use stays, however large it is."""
        self._config = config
        self._max_bytes = max_bytes
        self._caches = [TokenCache(config)]

    def __len__(self) -> int:
        return len(self._caches)

    @property
    def current(self) -> TokenCache:
        """The cache in use."""
        return self._caches[-1]

    @property
    def nbytes(self) -> int:
        """The memory of all caches."""
        return sum(cache.nbytes for cache in self._caches)

    def tokens(self) -> list[list[int]]:
        """The tokens of every cache, the one in use last."""
        return [cache.tokens for cache in self._caches]

    def continue_with(self, tokens: list[int], limit: int) -> TokenCache:
        """Make the cache current that shares the longest beginning with `tokens`, cropped to `limit` of them."""
        best = max(self._caches, key=lambda cache: (common_prefix(tokens, cache.tokens), -len(cache.tokens)))
        shared = common_prefix(tokens, best.tokens)
        asked_again = shared == len(tokens) > limit
        if asked_again or len(best.tokens) - shared <= _TAIL:
            self._caches.remove(best)
            best.crop(min(shared, limit))
        else:
            best = best.fork(min(shared, limit))
        self._caches.append(best)
        self.bound()
        return best

    def forget(self, keep: int) -> None:
        """Drop every cache but the first `keep` tokens of the current one, and free their memory."""
        del self._caches[:-1]
        self.current.forget(keep)

    def bound(self) -> None:
        """Drop the conversations that were silent for longest until the rest fits."""
        while len(self._caches) > 1 and self.nbytes > self._max_bytes:
            del self._caches[0]
