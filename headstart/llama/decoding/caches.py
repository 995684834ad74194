"""The KV caches of several conversations, found by what they begin with.

One cache would be cropped to the instructions whenever another conversation speaks, and computed anew
when the first one speaks again. So each conversation has a cache of its own, and nobody has to name it:
a prompt continues the cache that shares the longest beginning with it. What it shares with another
conversation's, the instructions and tools as a rule, is copied from there and not computed again.

Who does name conversations can forget one of them and keep the others. Conversations of different names
share the instructions and tools and nothing else, be the next words the same or not: otherwise how fast
an answer begins would tell one customer what another has said.
"""

from collections.abc import Sequence

from transformers import PreTrainedConfig

from headstart.llama.decoding.kv_cache import TokenCache, common_prefix

_TAIL = 8
"""A cache may lose so many tokens to a prompt that goes on otherwise; for more, the prompt gets a cache of its own.

The last words are typed anew and the end of an answer is rendered otherwise, and that is no other conversation.
"""


class Conversations:
    """Caches up to a bound on their memory; beyond it the conversation that was silent for longest goes first."""

    def __init__(self, config: PreTrainedConfig, max_bytes: int) -> None:
        """Args: `max_bytes` bounds all caches together; the one in use stays, however large it is."""
        self._config = config
        self.max_bytes = max_bytes
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

    def continue_with(
        self, tokens: list[int], limit: int, owner: str | None = None, public: int | None = None
    ) -> TokenCache:
        """Make the cache current that shares the longest beginning with `tokens`, cropped to `limit` of them.

        Args:
            owner: the conversation that `tokens` are of.
            public: how many of the first `tokens` may be taken from another owner's cache; None for any number.
        """

        def usable(cache: TokenCache) -> int:
            shared = common_prefix(tokens, cache.tokens)
            return shared if public is None or cache.owner == owner else min(shared, public)

        best = max(self._caches, key=lambda cache: (usable(cache), cache.owner == owner, -len(cache.tokens)))
        shared = usable(best)
        asked_again = shared == len(tokens) > limit
        theirs = best.owner == owner or not best.tokens
        if theirs and (asked_again or len(best.tokens) - shared <= _TAIL):
            self._caches.remove(best)
            best.crop(min(shared, limit))
        else:
            best = best.fork(min(shared, limit))
        best.owner = owner
        self._caches.append(best)
        self.bound()
        return best

    def forget(self, keep: int) -> None:
        """Drop every cache but the first `keep` tokens of the current one, and free their memory."""
        del self._caches[:-1]
        self.current.forget(keep)
        self.current.owner = None

    def forget_owner(self, owner: str, public: Sequence[int]) -> None:
        """Drop what one conversation holds, and what nobody has named, for that may be of it too.

        The beginning that all share stays, held once and by nobody.

        Args: `public` are the tokens of that beginning.
        """
        begins = list(public)

        def shared(cache: TokenCache) -> int:
            return common_prefix(begins, cache.tokens)

        named = [cache for cache in self._caches if cache.owner not in (owner, None)]
        dropped = [cache for cache in self._caches if cache.owner in (owner, None)]
        kept = max(dropped, key=shared, default=TokenCache(self._config))
        kept.forget(shared(kept))
        kept.owner = None
        self._caches = [kept, *named]

    def bound(self) -> None:
        """Drop the conversations that were silent for longest until the rest fits."""
        while len(self._caches) > 1 and self.nbytes > self.max_bytes:
            del self._caches[0]
