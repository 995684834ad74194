"""The latency gauge: where the time of a turn went, in plain sight beside the chat."""

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Digits

from headstart.timeline import Lane, Span, TurnFigures, length
from tui.figures.axis import Axis, legend
from tui.figures.readings import Reading
from tui.figures.words import DOING, blocks, call_words, seconds, tenths
from tui.widgets.drawn import Drawn
from tui.widgets.fitting import fitting

LANE_CELLS = 19
LANES: tuple[Lane, ...] = ("model", "database")
MUTED = "dim"


class LatencyGauge(Vertical):
    """Draws a `Reading`: TTFT large, the last turns, two lanes, the figures."""

    digits = getters.query_one("#ttft-digits", Digits)
    unit = getters.query_one("#ttft-unit", Drawn)
    recent = getters.query_one("#recent", Drawn)
    lanes = getters.query_one("#lanes", Drawn)
    figures = getters.query_one("#figures", Drawn)

    def compose(self) -> ComposeResult:
        """From the largest to the smallest."""
        with Horizontal(id="ttft"):
            yield Digits(id="ttft-digits")
            yield Drawn(id="ttft-unit")
        yield Drawn(id="recent")
        yield Drawn(id="lanes")
        yield Drawn(id="figures")

    def show(self, reading: Reading) -> None:
        digits = ttft_digits(reading)
        if digits != self.digits.value:
            self.digits.update(digits)
        self.unit.draw(ttft_unit(reading))
        self.recent.draw(recent_row(reading))
        self.lanes.draw(lanes(reading))
        self.figures.draw(figures(reading))


class GaugeStrip(Drawn):
    """The gauge in one line, for narrow terminals."""

    def show(self, reading: Reading) -> None:
        self.draw(fitting(strip(reading), self.content_size.width))


def ttft_s(reading: Reading) -> float | None:
    """TTFT of the turn that is shown; while it has none yet, the time since Enter."""
    if reading.figures:
        return reading.figures.first_token_s
    if reading.entered_s is None:
        return None
    return (reading.first_word_s or reading.now_s) - reading.entered_s


def ttft_digits(reading: Reading) -> str:
    """The number alone: its unit stands beside it."""
    value_s = ttft_s(reading)
    if value_s is None:
        return "-.--"
    return f"{value_s:.2f}" if value_s < 9.995 else f"{value_s:.1f}"


def ttft_unit(reading: Reading) -> Content:
    """What the large number counts."""
    if reading.turn_runs and reading.first_word_s is None:
        return Content("\n\ns since Enter")
    return Content("\n\ns to the first word")


def recent_row(reading: Reading) -> Content:
    """The last turns' TTFT as a row of blocks, with its range."""
    known = [value for value in reading.recent if value is not None]
    if not known:
        return Content.styled("" if reading.turn_runs else "ask, and the clock starts", MUTED)
    spread = f"{min(known):.2f}–{max(known):.2f} s" if len(known) > 1 else seconds(known[0])
    return Content.assemble(blocks(reading.recent), (f"  last {_turns(len(reading.recent))}, {spread}", MUTED))


def lanes(reading: Reading) -> Content:
    """Model and database from sign-in, or the end of the turn before, to now, with Enter marked."""
    busy = {lane: [s.interval(reading.now_s) for s in reading.spans if s.lane == lane] for lane in LANES}
    moments = [(reading.entered_s, reading.entered_s + 0.001)] if reading.entered_s is not None else []
    axis = Axis([*busy["model"], *busy["database"], *moments], (reading.since_s, reading.now_s), LANE_CELLS)
    rows: list[Content] = []
    for lane in LANES:
        running = [span for span in reading.running if span.lane == lane]
        style = "$primary" if lane == "model" else "$accent"
        took_s = _running_s(running, reading) if running else length(busy[lane])
        mark = "▶" if running else " "
        rows.append(
            Content.assemble(
                f"{lane:<9}", ("▕", MUTED), (axis.row(busy[lane]), style), ("▏", MUTED), f"{mark}{tenths(took_s)}"
            )
        )
    start, end = "sign-in" if reading.first_turn else "last answer", "end" if reading.figures else "now"
    rows.append(Content.styled(" " * 9 + legend(axis, start, end, reading.entered_s), MUTED))
    rows.extend(_doing(span, reading) for span in _by_lane(reading))
    return Content("\n").join(rows)


def figures(reading: Reading) -> Content:
    """Waited, hidden, without head starts, tokens; of the turn that is shown."""
    lacks = f"  ({', '.join(reading.lacks)}: this model)" if reading.lacks else ""
    strategy = Content.assemble(("strategy  ", MUTED), reading.strategy, (lacks, MUTED))
    if reading.figures and reading.shown_strategy != reading.strategy:
        strategy = Content.assemble(strategy, (f"  (shown: {reading.shown_strategy})", MUTED))
    found = reading.figures
    if found is None:
        return strategy
    rate = f"{found.tokens_per_s:.0f} tokens/s" if found.tokens_per_s else "– tokens/s"
    rows = [
        Content.assemble(
            ("hidden ", MUTED), tenths(found.database_hidden_s), ("   waited ", MUTED), tenths(found.database_waited_s)
        ),
        Content.assemble(("without head starts ", MUTED), f"≈ {tenths(found.sequential_estimate_s)}"),
        Content.assemble(("in all ", MUTED), tenths(found.total_s), ("   ", ""), rate),
        *prompt_tokens(found),
        strategy,
    ]
    return Content("\n").join(rows)


def strip(reading: Reading) -> list[Content]:
    """The same for one line, the most important part first: a narrow terminal leaves out the last."""
    value_s, found = ttft_s(reading), reading.figures
    strategy = Content(f"strategy {reading.strategy}")
    doing = [Content(f"▶ {span.lane} {tenths(_running_s([span], reading))}") for span in _by_lane(reading)]
    if reading.turn_runs:
        what = "since Enter" if reading.first_word_s is None else "to the first word"
        return [Content(f"{seconds(value_s or 0.0)} {what}"), strategy, *doing]
    if found is None:
        ready = sum(1 for ahead in reading.ahead if ahead.state == "ready")
        return [Content(f"looked up ahead: {ready} of {len(reading.ahead)}"), strategy, *doing]
    return [
        Content.styled(f"{seconds(value_s)} to the first word" if value_s is not None else "no word", "bold"),
        strategy,
        # Waited and hidden stand under each answer too.
        Content(f"without head starts ≈ {tenths(found.sequential_estimate_s)}"),
        Content(f"hidden {tenths(found.database_hidden_s)}"),
        Content(f"waited {tenths(found.database_waited_s)}"),
    ]


def _by_lane(reading: Reading) -> list[Span]:
    """What runs, the model first."""
    return [span for lane in LANES for span in reading.running if span.lane == lane]


def prompt_tokens(found: TurnFigures) -> list[Content]:
    """How much of the prompt was in the KV cache; no row for a turn without a model's call."""
    if not found.prompt_tokens:
        return []
    if not found.counted:
        return [Content.assemble(("prompt about ", MUTED), f"{found.prompt_tokens:,} tokens")]
    return [Content.assemble(("cached ", MUTED), f"{found.cached_tokens:,} of {found.prompt_tokens:,} tokens")]


def _running_s(running: list[Span], reading: Reading) -> float:
    return max(reading.clock_s - span.start_s for span in running)


def _doing(span: Span, reading: Reading) -> Content:
    doing = DOING.get(span.name, span.name) if span.lane == "model" else _tool_words(span)
    doing += ", the turn waits" if span.name == "loading" else ""
    return Content.assemble((f"▶ {span.lane}", "bold"), f" {doing} ", (tenths(_running_s([span], reading)), MUTED))


def _tool_words(span: Span) -> str:
    from headstart.speculation.speculator import Call

    return call_words(Call(span.name, span.detail)) if span.detail else span.name.replace("_", " ")


def _turns(count: int) -> str:
    return "turn" if count == 1 else f"{count} turns"
