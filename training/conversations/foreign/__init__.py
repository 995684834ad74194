"""Conversations in strangers' worlds, so that the model uses any tool it is shown and quotes what it gives.

`calls` has single calls with short results; the others compose whole worlds, whose results are of several lines and
of which an answer quotes the one that answers.
"""

import random
from typing import Any

from langchain_core.messages import BaseMessage

from training.conversations.foreign import calls, visit

CALLS_SHARE = 0.15


def conversation(draw: random.Random) -> tuple[list[BaseMessage], list[dict[str, Any]], dict[int, str]]:
    """Messages, tool schemas and the supervised messages with their kinds."""
    return calls.conversation(draw) if draw.random() < CALLS_SHARE else visit.conversation(draw)
