"""The figures of one turn, computed from its spans.

The gauge, `--json`, the benchmarks and the performance log all read these functions, so a figure
means the same wherever it is shown. Nothing here is assumed: what was skipped is priced at what such
work has measured on this machine (`Prices`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from headstart.timeline.intervals import Interval, clipped, length, merged, overlap
from headstart.timeline.prices import Prices


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call of the model in a turn: its span and what the decoder counted."""

    name: str
    start_s: float
    end_s: float
    prompt_tokens: int = 0
    cached_tokens: int = 0
    warmed_tokens: int = 0
    """Those of the cached tokens that a prefill put there since the turn before; a head start."""
    completion_tokens: int = 0
    prefill_s: float = 0.0
    decode_s: float = 0.0
    tools_called: tuple[str, ...] = ()
    counted: bool = True
    """Whether the model counted its tokens; else they are estimated, and the cached ones are not known."""


class NamedCall(Protocol):
    """A tool call, as far as figures know it; two equal ones are the same call."""

    @property
    def name(self) -> str:
        """The tool."""
        ...


@dataclass(frozen=True, slots=True)
class DatabaseUse:
    """A tool call that a turn used, and when its query ran (which may be before the turn)."""

    call: NamedCall
    start_s: float
    end_s: float
    skipped_decision: bool = False
    """Its result stood in the prompt, so no model call had to ask for it."""


@dataclass(frozen=True, slots=True)
class TurnFigures:
    """What a turn took, in seconds of the wall clock."""

    total_s: float
    """Enter to the last word."""
    first_token_s: float | None
    """TTFT: Enter to the first word shown; None when no word was."""
    database_waited_s: float
    """Database time that the customer sat through."""
    database_hidden_s: float
    """Database time that passed behind something else."""
    sequential_estimate_s: float
    """What the turn would have taken one thing after the other."""
    model_s: float
    prompt_tokens: int
    """Of the call that answered."""
    cached_tokens: int
    completion_tokens: int
    """Over all calls of the turn."""
    tokens_per_s: float | None
    """While decoding, over all calls of the turn."""
    counted: bool = True
    """Whether the model counted the tokens; else they are estimated, and the cached ones are not known."""


CALL_TOKENS = 24
"""About how many tokens a call without long arguments has; used until one was measured."""


def turn_figures(
    *,
    entered_s: float,
    first_word_s: float | None,
    ended_s: float,
    model_calls: Sequence[ModelCall],
    database: Sequence[DatabaseUse],
    paused: Sequence[Interval] = (),
    prices: Prices,
) -> TurnFigures:
    """The figures of one turn.

    `database` holds each call that the turn used for the first time; `paused` is time in which a
    person was asked to confirm, which is nobody's latency and is taken out of everything.
    """
    turn = (entered_s, ended_s)
    model = [(call.start_s, call.end_s) for call in model_calls]
    queries = merged((use.start_s, use.end_s) for use in database)
    within = clipped(queries, turn)
    waited_s = length(within) - overlap(within, [*model, *paused])
    hidden_s = length(queries) - waited_s
    paused_s = length(clipped(paused, turn))
    total_s = ended_s - entered_s - paused_s
    skipped_s = sum(prices.decision_s(use.call.name, CALL_TOKENS) for use in database if use.skipped_decision)
    warmed_s = prices.prefill_s(sum(call.warmed_tokens for call in model_calls))
    decode_s = sum(call.decode_s for call in model_calls)
    completion_tokens = sum(call.completion_tokens for call in model_calls)
    answer = model_calls[-1] if model_calls else ModelCall("", entered_s, entered_s)
    return TurnFigures(
        total_s=total_s,
        first_token_s=None if first_word_s is None else first_word_s - entered_s - _before(paused, first_word_s),
        database_waited_s=waited_s,
        database_hidden_s=hidden_s,
        sequential_estimate_s=total_s + hidden_s + skipped_s + warmed_s,
        model_s=length(model),
        prompt_tokens=answer.prompt_tokens,
        cached_tokens=answer.cached_tokens,
        completion_tokens=completion_tokens,
        tokens_per_s=completion_tokens / decode_s if decode_s > 0 else None,
        counted=answer.counted,
    )


def _before(intervals: Sequence[Interval], moment_s: float) -> float:
    return length(clipped(intervals, (float("-inf"), moment_s)))
