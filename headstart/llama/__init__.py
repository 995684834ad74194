"""A local Llama as a LangChain chat model, with tools, a warm KV cache and cancelling.

A library: it knows nothing of this project but its errors. torch is imported with `ChatLlama`, and not before.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headstart.llama.capabilities import Capabilities, capabilities_of
    from headstart.llama.chat_model import ChatLlama

__all__ = ["Capabilities", "ChatLlama", "capabilities_of"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = "chat_model" if name == "ChatLlama" else "capabilities"
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
