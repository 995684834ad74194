"""What the model is given of a conversation: the whole of it, or its newer part once it has grown too long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from headstart.speculation.speculator import Call
from headstart.world.opened import Described, ToolResult

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from agent.turn.conversation import Found


class Prompt:
    """The prompt of one session, of at most about `max_tokens` tokens. Imports LangChain, so call it in a thread."""

    def __init__(self, world: Described, *, max_tokens: int) -> None:
        self._world = world
        self._max_tokens = max_tokens
        self.first_id: str | None = None
        """The message with which it begins; None for the conversation's first."""

    def standing(self, messages: Sequence[BaseMessage], *, context: bool) -> list[BaseMessage]:
        """The instructions and what stands of the conversation.

        Without the context head start, exchanges that speculation placed are left out.
        """
        from agent.turn import conversation

        return conversation.in_prompt(messages, self._world.instructions, context=context, first_id=self.first_id)

    def ahead(self, messages: Sequence[BaseMessage], found: Sequence[Found], *, context: bool) -> list[BaseMessage]:
        """The prompt as Enter would find it: with an exchange for each result that was found ahead."""
        from agent.turn import conversation

        standing = self.standing(messages, context=context)
        return [*standing, *conversation.exchanges(standing, found, self._world.phrases)] if context else standing

    def shorten(self, messages: Sequence[BaseMessage], said_tokens: int) -> None:
        """Drop the older half of the conversation where a turn took more tokens than fit; what is kept stays."""
        from agent.turn import conversation

        if said_tokens > self._max_tokens:
            start = next((i for i, message in enumerate(messages) if message.id == self.first_id), 0)
            self.first_id = conversation.newer_half(messages[start:]) or self.first_id

    def resume(self, messages: Sequence[BaseMessage]) -> list[tuple[Call, ToolResult, float]]:
        """Begin with the newest part of a kept conversation that fits; gives the reads that stand in it.

        With each come its result and when that was read, in seconds since the epoch.
        """
        from agent.turn import conversation

        self.first_id = conversation.first_of_newest(messages, self._max_tokens) or self.first_id
        return conversation.standing_answers(messages, self._world.reads, first_id=self.first_id)
