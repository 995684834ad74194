"""Where the time of a turn goes: spans, and the figures and prices computed from them."""

from headstart.timeline.figures import CALL_TOKENS, DatabaseUse, ModelCall, NamedCall, TurnFigures, turn_figures
from headstart.timeline.intervals import Interval, clipped, length, merged, overlap
from headstart.timeline.prices import Prices
from headstart.timeline.spans import Clock, Lane, PerformanceLog, Span, Timeline

__all__ = [
    "CALL_TOKENS",
    "Clock",
    "DatabaseUse",
    "Interval",
    "Lane",
    "ModelCall",
    "NamedCall",
    "PerformanceLog",
    "Prices",
    "Span",
    "Timeline",
    "TurnFigures",
    "clipped",
    "length",
    "merged",
    "overlap",
    "turn_figures",
]
