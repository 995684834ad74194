"""What a message says, as text: a prompt holds nothing else, so what cannot be shown is refused and not left out."""

import json
from collections.abc import Callable, Mapping
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from headstart.errors import ModelError

_SHOWN_OTHERWISE = {
    "tool_use",
    "tool_call",
    "tool_call_chunk",
    "invalid_tool_call",
    "function_call",
    "input_json_delta",
    "reasoning",
    "reasoning_content",
    "thinking",
    "redacted_thinking",
}
"""Blocks of an answer that repeat its calls, which are shown as calls, or that no later turn is shown."""
_UNSHOWABLE = ("image", "audio", "video", "file", "document", "media", "url", "base64")
"""Words in the types of blocks that hold what no text can stand for."""


def text_of(message: BaseMessage) -> str:
    """The text of a message; structured data in a tool's result as JSON, a line each.

    Raises: ModelError for pictures, sound, files and whatever else is no text.
    """
    content: Any = message.content
    if isinstance(content, str):
        return content
    shown = [_block(block, message) for block in cast(list[Any], content)]
    between = "\n" if isinstance(message, ToolMessage) else ""
    return between.join(text for text in shown if text is not None)


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of JSON-like data with each text in it changed, keys too."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {mapped(key, change): mapped(one, change) for key, one in cast(Mapping[Any, Any], value).items()}
    if isinstance(value, list | tuple):
        return [mapped(one, change) for one in cast(list[Any], value)]
    return value


def whole_characters(text: str) -> str:
    """The text with each lone surrogate replaced: no encoding has bytes for one, so whoever writes it down fails."""
    if text.isascii():
        return text
    # Two of them that belong together are one character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _block(block: Any, message: BaseMessage) -> str | None:
    if isinstance(block, str):
        return block
    if not isinstance(block, dict):
        return json.dumps(block, ensure_ascii=False, default=str)
    found = cast(dict[str, Any], block)
    kind = str(found.get("type", ""))
    if isinstance(message, AIMessage) and kind in _SHOWN_OTHERWISE:
        return None
    # A document may come as its text.
    if isinstance(found.get("text"), str) and (kind in ("", "text", "text-plain", "input_text", "output_text")):
        return cast(str, found["text"])
    if kind == "refusal" and isinstance(found.get("refusal"), str):
        return cast(str, found["refusal"])
    if kind in ("json", "input_json") and "json" in found:
        return json.dumps(found["json"], ensure_ascii=False, default=str)
    if isinstance(message, ToolMessage) and not any(word in kind for word in _UNSHOWABLE):
        return json.dumps(found, ensure_ascii=False, default=str)
    what = f"of the type {kind!r}" if kind else f"with {sorted(map(str, found))}"
    raise ModelError(
        f"Expected text in a message of the type {message.type!r}, found a block {what}: "
        "this model reads nothing else, so leave it out or describe it in words."
    )
