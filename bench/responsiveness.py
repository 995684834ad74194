"""Whether the screen stays at hand: from a key to its paint, the event loop's lag, the first frame, a long sitting.

The first two are measured over the real program with the demo's data and the model of this machine, while it loads
and while it answers; the long sitting asks 500 turns of a model that is handed its words. Run it with
`python -m bench.responsiveness`.
"""

import argparse
import asyncio
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from textual import events

from agent.engine import Engine, ModelState
from agent.settings import Settings, load_settings
from bench import report
from tui.app import HeadstartApp

QUESTIONS = (
    "Hi, can you tell me the status of my recent orders?",
    "How much did the mug cost?",
    "When was the mug delivered?",
    "Where is the processor?",
)
LAG_EVERY_S = 0.01
KEY_EVERY_S = 0.08
PACKAGES = ("textual", "torch", "transformers", "langgraph")

FRAME = """
import json, sys, time
start = time.perf_counter()
import textual.app
textual_s = time.perf_counter() - start
from agent.settings import Settings
from tui.app import HeadstartApp
seen = {}
display = HeadstartApp._display
def probe(self, screen, renderable):
    display(self, screen, renderable)
    if renderable is not None and not seen and screen is self._login and screen.size.width:
        seen.update(frame_s=time.perf_counter() - start, textual_s=textual_s)
        self.exit()
HeadstartApp._display = probe
HeadstartApp(Settings(_env_file=None)).run(headless=True)
print(json.dumps(seen))
"""


class MeasuredApp(HeadstartApp):
    """Notes when it paints."""

    painted_s = 0.0

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        self.painted_s = time.perf_counter()


class HandedModel(BaseChatModel):
    """Always answers the same few words, at once."""

    @property
    def _llm_type(self) -> str:
        return "handed"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        """It never asks for one."""
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        raise NotImplementedError("only streamed here")

    def _stream(self, messages: list[BaseMessage], *_: Any, **__: Any) -> Iterator[ChatGenerationChunk]:
        for word in ("Your ", "Smart Coffee Mug ", "(B456) ", "was delivered."):
            yield ChatGenerationChunk(message=AIMessageChunk(word))


class LoopLag:
    """How late the event loop comes to a sleep that is over."""

    def __init__(self) -> None:
        self.late_s: list[float] = []
        self._task = asyncio.get_running_loop().create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            due_s = time.perf_counter() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self.late_s.append(max(0.0, time.perf_counter() - due_s))

    def stop(self) -> list[float]:
        """The lateness of each sleep, in seconds."""
        self._task.cancel()
        return self.late_s


def settings_in(folder: Path) -> Settings:
    """The demo's, in a folder of its own; the converted weights are those of every day."""
    return load_settings(user="user123", password="demo", data_folder=folder / "data", state_folder=folder / "state")


async def until(holds: Callable[[], object], within_s: float = 300.0) -> None:
    """Wait without asking more of the loop than a glance."""
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.02)


async def keys_while_answering(app: MeasuredApp, rounds: int) -> list[float]:
    """Seconds from a key to the paint that follows it, while turns run."""
    took_s: list[float] = []
    for question in itertools.islice(itertools.cycle(QUESTIONS), rounds):
        chat = app._chat
        assert chat is not None
        before = app._turns
        chat.prompt.text = question
        chat.prompt.action_send()
        await until(lambda before=before: app._turns > before)
        while app.turn is not None:
            pressed_s = time.perf_counter()
            app.post_message(events.Key("x", "x"))
            await until(lambda pressed_s=pressed_s: app.painted_s > pressed_s)
            took_s.append(app.painted_s - pressed_s)
            await asyncio.sleep(KEY_EVERY_S)
        chat.prompt.clear()
        await asyncio.sleep(1.0)
    return took_s


async def measure_chat(rounds: int) -> dict[str, list[float]]:
    """Lag while the model loads, lag and keys while it answers."""
    with tempfile.TemporaryDirectory() as folder:
        app = MeasuredApp(settings_in(Path(folder)))
        async with app.run_test(size=(120, 36)):
            loading = LoopLag()
            await until(lambda: app.session is not None and not app.model_is_loading)
            found = {"loading_s": loading.stop()}
            await asyncio.sleep(5.0)
            answering = LoopLag()
            found["keys_s"] = await keys_while_answering(app, rounds)
            found["answering_s"] = answering.stop()
        await app.close_engine()
    return found


async def rss_growth_mb(turns: int) -> float:
    """What a sitting of so many turns leaves in memory, after the first twenty have warmed everything up."""

    def make(settings: Settings, on_model: Callable[[ModelState], None]) -> Engine:
        return Engine(settings, load_model=lambda *_: HandedModel(), on_model=on_model)

    with tempfile.TemporaryDirectory() as folder:
        app = HeadstartApp(settings_in(Path(folder)).model_copy(update={"db_latency": 0.0}), make)
        first_mb = 0.0
        async with app.run_test(size=(120, 36)):
            await until(lambda: app._chat is not None and app.screen is app._chat)
            assert app._chat is not None
            for turn in range(turns + 20):
                if turn == 20:
                    first_mb = _rss_mb()
                app._chat.prompt.text = f"Where is my mug, for the {turn}. time?"
                app._chat.prompt.action_send()
                await until(lambda turn=turn: app._turns == turn + 1 and app.turn is None)
            grown = _rss_mb() - first_mb
        await app.close_engine()
    return grown


def frames(rounds: int) -> list[dict[str, float]]:
    """The login screen's first frame in fresh processes, with what importing Textual alone took."""
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        ran = subprocess.run([sys.executable, "-c", FRAME], cwd=report.ROOT, capture_output=True, text=True, check=True)
        found.append(json.loads(ran.stdout.splitlines()[-1]))
    return found


def _rss_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1e3
    raise RuntimeError("VmRSS is not in /proc/self/status; this benchmark needs Linux")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=12, help="turns with the real model")
    options.add_argument("--frames", type=int, default=7, help="fresh processes for the first frame")
    options.add_argument("--turns", type=int, default=500, help="turns of the long sitting")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args(arguments)
    seen = frames(chosen.frames)
    ratios = [one["frame_s"] / one["textual_s"] for one in seen]
    chat = asyncio.run(measure_chat(chosen.rounds))
    grown_mb = asyncio.run(rss_growth_mb(chosen.turns))
    metrics = {
        "key_to_paint_p95_s": round(quantiles(chat["keys_s"], n=20)[-1], 4),
        "key_to_paint_max_s": round(max(chat["keys_s"]), 4),
        "loop_lag_p99_s": round(quantiles(chat["answering_s"], n=100)[-1], 4),
        "loop_lag_max_loading_s": round(max(chat["loading_s"]), 4),
        "login_frame_s": round(median(one["frame_s"] for one in seen), 4),
        "login_frame_over_import_textual": round(median(ratios), 3),
        "rss_growth_mb_500_turns": round(grown_mb, 1),
    }
    print(report.table(("metric", "value"), [[name, f"{value:g}"] for name, value in metrics.items()]))
    samples = {
        "key_to_paint_s": [round(value, 4) for value in chat["keys_s"]],
        "frames": [{name: round(value, 4) for name, value in one.items()} for one in seen],
        "turns": chosen.turns,
        "lags": {name: len(chat[name]) for name in ("loading_s", "answering_s")},
    }
    where = report.write("responsiveness", metrics, samples, packages=PACKAGES, path=chosen.json)
    print(f"written to {where.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
