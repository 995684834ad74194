"""A turn taken apart: what happened when, seen from Enter. The timeline screen and its exports read the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headstart.speculation.calls import Call
from headstart.timeline import Interval, Span
from tui.figures.words import DOING, call_words

if TYPE_CHECKING:
    from agent.events import ToolUse, TurnResult

UNCLAIMED = "unused"


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A span, or a moment where `took_s` is None."""

    lane: str
    words: str
    start_s: float
    """Since Enter; negative before it."""
    took_s: float | None
    claim: str = ""
    """What became of a lookup when it was claimed."""

    @property
    def end_s(self) -> float:
        """Since Enter."""
        return self.start_s + (self.took_s or 0.0)

    def as_dict(self) -> dict[str, Any]:
        """Plain data; None where there is nothing to say."""
        return {
            "lane": self.lane,
            "what": self.words,
            "start_s": round(self.start_s, 4),
            "took_s": None if self.took_s is None else round(self.took_s, 4),
            "claim": self.claim or None,
        }


def turn_rows(result: TurnResult) -> list[TurnRow]:
    """Everything that took time from sign-in, or the turn before, to the end of this one; by start."""
    claims = _claims(result)
    rows = [_row(span, result, claims.get(number, "")) for number, span in enumerate(result.spans)]
    rows.append(TurnRow("customer", "Enter", 0.0, None))
    if result.figures.first_token_s is not None:
        rows.append(TurnRow("customer", "first word", result.figures.first_token_s, None))
    return sorted(rows, key=lambda row: row.start_s)


def window(result: TurnResult, rows: list[TurnRow]) -> Interval:
    """From the first row to the end of the turn."""
    return min(row.start_s for row in rows), result.ended_s - result.entered_s


def as_dict(result: TurnResult) -> dict[str, Any]:
    """The turn as `headstart ask --json` gives it, with its rows."""
    return {**result.as_dict(), "spans": [row.as_dict() for row in turn_rows(result)]}


def _row(span: Span, result: TurnResult, claim: str) -> TurnRow:
    start_s, end_s = span.interval(result.ended_s)
    return TurnRow(span.lane, _words(span), start_s - result.entered_s, end_s - start_s, claim)


def _words(span: Span) -> str:
    if span.lane != "database":
        typed = " (as you type)" if span.name == "prefill" and span.detail == "typed" else ""
        return DOING.get(span.name, span.name) + typed
    if span.name.endswith("?"):
        return f"checking {span.name[:-1].replace('_', ' ')}"
    return call_words(Call(span.name, span.detail or "{}"))


def _claims(result: TurnResult) -> dict[int, str]:
    """By the number of its span. A call that was run twice was claimed at its last run."""
    claims: dict[int, str] = {}
    lookups = [(number, span) for number, span in enumerate(result.spans) if span.lane == "database"]
    for number, span in lookups:
        use = next((use for use in result.tool_calls if _is_of(span, use)), None)
        later = any(n > number and (s.name, s.detail) == (span.name, span.detail) for n, s in lookups)
        if use is None or later:
            claims[number] = "" if span.name.endswith("?") else UNCLAIMED
        else:
            claims[number] = use.outcome
    return claims


def _is_of(span: Span, use: ToolUse) -> bool:
    return span.name == use.name and (not span.detail or span.detail == Call.of(use.name, use.arguments).arguments)
