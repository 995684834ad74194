"""How figures are written on the screen: each with its unit, and the same everywhere."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.models.loading import ModelState
    from headstart.speculation.speculator import Call

BLOCKS = "▁▂▃▄▅▆▇█"
DOING = {
    "entry_point": "answering",
    "final_answer": "answering from results",
    "prefill": "reading ahead",
    "loading": "loading",
    "sign-in": "signed in",
}
"""What a span means to a customer, wherever it is shown."""


def seconds(value_s: float) -> str:
    """`0.14 s`, `12.3 s`, `2 min 05 s`."""
    if value_s < 9.995:
        return f"{max(0.0, value_s):.2f} s"
    if value_s < 99.95:
        return f"{value_s:.1f} s"
    return f"{int(value_s) // 60} min {int(value_s) % 60:02d} s"


def tenths(value_s: float) -> str:
    """`3.0 s`, `170 s`: at most six cells up to a quarter of an hour."""
    return f"{max(0.0, value_s):.1f} s" if value_s < 99.95 else f"{value_s:.0f} s"


def bar(fraction: float, width: int) -> str:
    """A progress bar of `width` cells."""
    full = round(min(1.0, max(0.0, fraction)) * width)
    return "━" * full + "╌" * (width - full)


def blocks(values: Sequence[float | None]) -> str:
    """One block a value, the highest full; `·` where there is none."""
    highest = max((value for value in values if value is not None), default=0.0) or 1.0
    return "".join("·" if v is None else BLOCKS[min(7, int(v / highest * 7.999))] for v in values)


def corrections(whys: "Sequence[str]") -> str:
    """`Corrected: wrong order (2×), wrong count`; empty for none."""
    counted = [str(why) if times == 1 else f"{why} ({times}×)" for why, times in Counter(whys).items()]
    return f"Corrected: {', '.join(counted)}" if counted else ""


def call_words(call: "Call") -> str:
    """`get_order(order_id=B456)` as `order B456`: what a person would call it, without knowing the shop."""
    words = call.name.removeprefix("get_").replace("_", " ")
    return " ".join([words, *(str(value) for value in call.mapping().values())])


def model_words(state: "ModelState") -> tuple[str, ...]:
    """The model's name, or how far its loading has come; the longest form first."""
    if state.error:
        return ("no model",)
    if state.ready:
        return (state.name or "the model is ready",)
    loaded = f"model {bar(state.fraction, 8)} {state.fraction * 100:.0f} %"
    return f"{loaded}  {state.step}", loaded
