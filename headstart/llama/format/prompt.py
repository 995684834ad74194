"""From a conversation to the tokens of a prompt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage
from transformers import PreTrainedTokenizerBase

from headstart.errors import ModelError
from headstart.llama.decoding.kv_cache import common_prefix
from headstart.llama.format.contents import mapped, whole_characters
from headstart.llama.format.markers import Guard, Markers, texts_of, with_texts
from headstart.llama.format.results import paired, stands_in
from headstart.llama.format.tool_calls import Dialect, ToolSchema

_UNFINISHED_WORD = re.compile(r"\s*\S*\Z")
_OTHER_ENDS = ("a", "7")
"""Texts that have nothing in common: what two renderings of them share does not depend on them."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is given."""

    tokens: list[int]
    dropped_messages: int = 0
    """Messages at the conversation's beginning that did not fit into the model's context."""


class PromptRenderer:
    """Renders conversations for one model: its dialect, its chat template, its tokenizer."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, dialect: Dialect) -> None:
        self._tokenizer: Any = tokenizer
        self._markers = Markers(tokenizer, dialect.written_markers)
        self.dialect = dialect

    def question(
        self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema], *, room: int, answer_start: str = ""
    ) -> Prompt:
        """The prompt for the next answer, in at most `room` tokens.

        Whole turns are dropped from the beginning where it is too long: never the instructions, never a
        tool's result without the call it belongs to.

        Args: `answer_start` is put into the model's mouth.
        Raises: ModelError when the last turn alone does not fit.
        """
        shown = self._shown(messages, tools, answer_start)
        kept, dropped = shown.messages, 0
        while True:
            rendered = self._render(kept, shown.tools, generation=True) + shown.text
            tokens = self._encode(rendered, shown.guard)
            if len(tokens) <= room:
                return Prompt(tokens, dropped)
            shorter = _without_oldest_turn(kept)
            if shorter is None:
                raise ModelError(
                    f"Expected a prompt of at most {room} tokens, found {len(tokens)} with the last turn alone: "
                    "ask something shorter, or with fewer tools."
                )
            gone = [message for message in kept if not stands_in(message)]
            kept = shorter
            dropped += len(gone) - sum(not stands_in(message) for message in kept)

    def conversation(
        self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema], partial_text: str | None = None
    ) -> list[int]:
        """The tokens that the prompt of the next question will begin with.

        Args: `partial_text` is the beginning of that question. Only its finished words count: the tokens
        of a word change while it is being typed.
        """
        if partial_text is None and not messages:
            return []
        if partial_text is None:
            shown = self._shown(messages, tools)
            return self._encode(self._render(shown.messages, shown.tools, generation=False), shown.guard)
        return self._open(messages, tools, _UNFINISHED_WORD.sub("", partial_text))

    def shared_beginning(self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema]) -> list[int]:
        """The tokens of the instructions and tools, which every customer's prompt begins with."""
        return self._open(instructions(messages), tools, "")

    def encode(self, text: str) -> list[int]:
        """Tokens of rendered text: the special tokens are in it already."""
        return cast(list[int], self._tokenizer.encode(text, add_special_tokens=False))

    def _render(self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema], *, generation: bool) -> str:
        shown = [dict(tool) for tool in tools] if tools and self.dialect.native_tools else None
        rendered = self._tokenizer.apply_chat_template(
            self.dialect.turns(messages, tools),
            tools=shown,
            tokenize=False,
            add_generation_prompt=generation,
            **dict(self.dialect.template_options),
        )
        return cast(str, rendered)

    def _open(self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema], text: str) -> list[int]:
        """The tokens up to the end of a customer's turn that is not over yet.

        A template closes every turn; but what is the same whichever letter follows is what stands before it.
        """
        shown, space = self._shown(messages, tools, text), " " if text else ""
        one, other = (
            self._render([*shown.messages, HumanMessage(f"{shown.text}{space}{end}")], shown.tools, generation=False)
            for end in _OTHER_ENDS
        )
        return self._encode(one[: common_prefix(one, other)].removesuffix(space), shown.guard)

    def _shown(self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema], text: str = "") -> "_Shown":
        """What goes into the template: results beside their calls, whole characters, and guards where they are needed.

        Args: `text` is what the last turn begins with.
        """
        # A call that has begun keeps its marker, which is structure.
        marker = self.dialect.call_start if tools else ""
        parts = text.split(marker) if marker else [text]
        found = texts_of(messages, tools)
        if not all(one.isascii() for one in found) or not text.isascii():
            messages = [with_texts(message, whole_characters) for message in messages]
            tools = [mapped(tool, whole_characters) for tool in tools]
            parts = [whole_characters(part) for part in parts]
        guard = None
        if self._markers.spelled_in([*found, *parts]):
            guard = self._markers.guard_for([*found, *parts])
            messages = [guard.message(message) for message in messages]
            tools = [guard.schema(tool) for tool in tools]
            parts = [guard.put_into(part) for part in parts]
        return _Shown(paired(messages), tools, marker.join(parts), guard)

    def _encode(self, rendered: str, guard: Guard | None) -> list[int]:
        return self.encode(rendered) if guard is None else self._markers.encode(rendered, guard)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A conversation as the template takes it."""

    messages: list[BaseMessage]
    tools: Sequence[ToolSchema]
    text: str
    guard: Guard | None
    """What stands in markers that somebody wrote; None where nobody did."""


def instructions(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """The system messages at the beginning."""
    end = next((at for at, message in enumerate(messages) if not isinstance(message, SystemMessage)), len(messages))
    return list(messages[:end])


def _without_oldest_turn(messages: Sequence[BaseMessage]) -> list[BaseMessage] | None:
    """Without everything up to the second customer's turn; None where there is only one left."""
    start = len(instructions(messages))
    turns = [at for at in range(start, len(messages)) if isinstance(messages[at], HumanMessage)]
    later = [at for at in turns if at > start]
    if not later:
        return None
    return [*messages[:start], *messages[later[0] :]]
