"""A local Llama as a LangChain chat model, with tools, a warm KV cache and cancelling.

A library: it knows nothing of this project but its errors. torch is imported with `ChatLlama`, and not before.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headstart.llama.chat_model import ChatLlama

__all__ = ["ChatLlama"]


def __getattr__(name: str) -> Any:
    if name != "ChatLlama":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from headstart.llama.chat_model import ChatLlama

    return ChatLlama
