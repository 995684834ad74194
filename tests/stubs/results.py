"""Turns that have ended, as a session gives them."""

from dataclasses import replace
from typing import Any

from agent.events import TurnResult
from headstart.timeline import TurnFigures

FIGURES = TurnFigures(
    total_s=1.62,
    first_token_s=0.14,
    database_waited_s=0.0,
    database_hidden_s=3.0,
    sequential_estimate_s=6.9,
    model_s=1.6,
    prompt_tokens=840,
    cached_tokens=812,
    completion_tokens=64,
    tokens_per_s=52.4,
)
RESULT = TurnResult(
    question="Where is my mug?",
    answer="Here.",
    ended="answered",
    tool_calls=(),
    grounded=True,
    sources=(),
    figures=FIGURES,
    strategy="ahead",
    model="SmolLM2 135M · cpu · bf16",
    performance_log=(),
    spans=(),
    entered_s=100.0,
    ended_s=101.62,
)


def turn_result(**changes: Any) -> TurnResult:
    """An answered turn, but for these changes."""
    return replace(RESULT, **changes)
