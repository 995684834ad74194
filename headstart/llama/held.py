"""The lifetime of a chat model over shared weights: closing, copying, pickling.

LangChain copies chat models freely. A copy is cheap here: it has settings of its own, shares weights, thread and KV
caches, and is closed apart.
"""

from collections.abc import Mapping
from typing import Any, Self

from langchain_huggingface import ChatHuggingFace
from pydantic import PrivateAttr

from headstart.llama.loading.pipeline import made_again
from headstart.llama.local_model import LocalModel
from headstart.llama.options import refuse_unknown, without_effect
from headstart.llama.sharing import Hold

_FIXED = {"llm", "tokenizer", "model_id", "dtype", "dialect", "cache_gb"}
"""What is decided when a chat model is made."""


class HeldChatModel(ChatHuggingFace):
    """What `ChatLlama` is apart from answering: a hold of a model, which ends with it."""

    _local: LocalModel = PrivateAttr()
    _hold: Hold = PrivateAttr()

    def close(self) -> None:
        """Stop what is under way; every call from now on raises SessionClosedError.

        What else is over the same weights goes on. With the last of them thread and KV caches go, as they do when
        nobody closes but all are dropped.
        """
        self._hold.close()

    def __enter__(self) -> Self:
        """Close at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """See `close`."""
        self.close()

    def __copy__(self) -> Self:
        """A copy over the same weights and KV caches, to be closed apart."""
        made = super().__copy__()
        made._hold = self._hold.again()
        return made

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """A copy with settings of its own, over the same weights and KV caches, to be closed apart."""
        shared: list[Any] = [self.llm, self.tokenizer, self._local, self._hold]
        made = super().__deepcopy__((memo or {}) | {id(one): one for one in shared})
        made._hold = self._hold.again()
        return made

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with some settings changed, over the same weights and KV caches, to be closed apart.

        Raises: ValueError for what is no setting, or would take other weights.
        """
        changed = without_effect(update or {})
        refuse_unknown(changed, type(self).model_fields)
        if fixed := sorted(_FIXED & changed.keys()):
            raise ValueError(
                f"Expected other weights' settings to be given to a new ChatLlama, found {fixed[0]} in a copy."
            )
        made = self.__deepcopy__() if deep else self.__copy__()
        vars(made).update(changed)
        made.model_fields_set.update(changed)
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """What is needed to load it again, weights not included.

        Raises: TypeError where there is no name to load it by.
        """
        made_again(self.llm)
        fields = {name: getattr(self, name) for name in self.model_fields_set if name not in ("llm", "tokenizer")}
        return _unpickled, (type(self), fields)


def _unpickled(kind: type[HeldChatModel], fields: dict[str, Any]) -> HeldChatModel:
    return kind(**fields)
