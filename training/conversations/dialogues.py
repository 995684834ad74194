"""Conversations to learn from, each wholly determined by its seed.

They are built from the program's own words, schemas, dialect and result formats, so that what is learned is what
will be read. Several questions over one customer's data stand in one conversation: that gives three times as many
learned tokens for the same reading.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from langchain_core.messages import BaseMessage
from transformers import PreTrainedTokenizerBase

from agent.shop.tools import TOOLS
from headstart.llama.format.tool_calls import CHATML, ChatTurn
from headstart.world.langchain import schemas
from training.conversations import account, follow_ups, foreign, lookups, services, world
from training.conversations.talk import Talk

FOREIGN_SHARE = 0.39
"""Of the conversations; they are shorter than the shop's, so that it comes to some thirty per cent of the tokens."""
AHEAD_SHARE = 0.72
"""Of the shop's conversations: those that begin with the history in place."""
TYPING_SHARE = 0.85
"""Of those: where what is typed about is looked up before it is asked."""
LONGEST_CHARACTERS = 3600
"""Beyond the instructions and tools; about 1,000 tokens, and what the last question adds."""

TURNS: list[tuple[Callable[[Talk], bool], int]] = [
    (lookups.look_up, 52),
    (follow_ups.ellipsis, 12),
    (follow_ups.other_one, 34),
    (follow_ups.follow_up, 50),
    (follow_ups.by_place, 7),
    (follow_ups.the_one_before, 16),
    (lookups.two_things, 18),
    (lookups.two_of_one, 6),
    (lookups.ambiguous, 7),
    (lookups.delivery, 36),
    (lookups.inside, 8),
    (lookups.history, 18),
    (lookups.some_orders, 6),
    (lookups.ever, 5),
    (lookups.absent_item, 15),
    (lookups.absent_among_many, 12),
    (lookups.absent_number, 11),
    (services.change, 28),
    (services.change_absent, 4),
    (services.return_by_code, 5),
    (services.which_one, 5),
    (services.where_to, 8),
    (account.own_account, 20),
    (account.two_of_account, 6),
    (account.unknown_of_account, 3),
    (account.of_others, 5),
    (services.product, 9),
    (services.trouble, 1),
    (services.small_talk, 22),
]


@dataclass(frozen=True)
class Conversation:
    """Messages, the tools shown with them, and which of the messages are learned."""

    messages: Sequence[BaseMessage]
    tools: Sequence[dict[str, Any]]
    kinds: dict[int, str]
    """By place among `messages`: the kind of question, for the table of figures."""
    of_shop: bool

    def turns(self) -> list[ChatTurn]:
        """What the chat template takes, as `ChatLlama` makes it."""
        return CHATML.turns(self.messages, self.tools)


@cache
def shop_schemas() -> list[dict[str, Any]]:
    """The shop's tools in OpenAI's form."""
    return list(schemas(tool for tool in TOOLS if tool.shown))


def conversation(seed: int, *, held_out: bool = False, size: int | None = None) -> Conversation:
    """The conversation of that seed; `held_out` draws items and phrasings that training never sees."""
    draw = random.Random(f"{'held out' if held_out else 'training'} {seed}")
    if size is None and draw.random() < FOREIGN_SHARE:
        messages, tools, kinds = foreign.conversation(draw)
        return Conversation(messages, tools, kinds, of_shop=False)
    talk = Talk(draw, world.customer(draw, held_out, size), held_out)
    if draw.random() < AHEAD_SHARE:
        talk.ahead("get_order_history", {})
        talk.ahead_while_typing = draw.random() < TYPING_SHARE
    if draw.random() < (0.6 if not talk.customer.orders else 0.3 if talk.history_seen else 0.12):
        lookups.history(talk, "all" if draw.random() < 0.8 else None)
    for _ in range(draw.randrange(6, 12)):
        if sum(len(message.text) for message in talk.messages) > LONGEST_CHARACTERS:
            break
        for _ in range(20):
            turn = draw.choices([turn for turn, _ in TURNS], [weight for _, weight in TURNS])[0]
            if turn(talk):
                break
    return Conversation(talk.messages, shop_schemas(), talk.kinds, of_shop=True)


@dataclass(frozen=True)
class Encoded:
    """Token ids, and for each whether it is learned: the assistant's own words with their `<|im_end|>`."""

    ids: list[int]
    learned: list[bool]
    spans: list[tuple[int, int, str]]
    """Beginning and end of each learned message, and its kind."""


def encode(tokenizer: PreTrainedTokenizerBase, talked: Conversation) -> Encoded:
    """The conversation as the tokenizer's own chat template renders it."""
    turns = talked.turns()
    offset = len(turns) - len(talked.messages)
    text = tokenizer.apply_chat_template(turns, tokenize=False)
    assert isinstance(text, str)
    marks: list[tuple[int, int, str]] = []
    at = 0 if turns[0]["role"] == "system" else text.index("<|im_end|>\n") + len("<|im_end|>\n")
    for place, turn in enumerate(turns):
        head = f"<|im_start|>{turn['role']}\n"
        end = at + len(head) + len(turn["content"]) + len("<|im_end|>")
        assert text[at:end] == f"{head}{turn['content']}<|im_end|>"
        if place - offset in talked.kinds:
            marks.append((at + len(head), end, talked.kinds[place - offset]))
        at = end + 1
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids, spots = encoded["input_ids"], encoded["offset_mapping"]
    learned, spans = [False] * len(ids), []
    starts = {start: n for n, (start, end) in enumerate(spots) if end > start}
    ends = {end: n + 1 for n, (start, end) in enumerate(spots) if end > start}
    for start, end, kind in marks:
        first, last = starts[start], ends[end]
        learned[first:last] = [True] * (last - first)
        spans.append((first, last, kind))
    return Encoded(list(ids), learned, spans)
