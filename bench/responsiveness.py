"""Whether the screen stays at hand: the first frame, from a key to its paint, the event loop's lag, a long sitting.

Keys and lag are measured over the real program with the demo's data and the model of this machine, while it loads and
while it answers; between two answers, when no model runs, the same is measured again: what is late then is the
machine's own doing. The long sitting asks 500 turns of a model that is handed its words. A streamed piece of an answer
is timed in conversations of many lengths, in shuffled order. Run it with `python -m bench.responsiveness`.
"""

import argparse
import asyncio
import gc
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from statistics import median, quantiles
from typing import Any

os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # As the command sets it.

import psutil
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from textual import events

import tui.app
from agent.engine import Engine
from agent.models.loading import ModelState, load_chat_llama
from agent.session.session import Session
from agent.settings import Settings, load_settings
from bench import report
from bench.stats import fit_slope
from tui.app import HeadstartApp
from tui.screens.chat import TURNS_KEPT, ChatScreen
from tui.widgets.conversation import TURNS_SHOWN, AgentMessage, UserMessage

QUESTIONS = (
    "Hi, can you tell me the status of my recent orders?",
    "How much did the mug cost?",
    "When was the mug delivered?",
    "Where is the processor?",
)
ANSWER = "Your **Smart Coffee Mug** (B456) was delivered on 2026-11-02.\n\n- it cost $39.90\n- ParcelNow brought it\n"
PIECES = [ANSWER[at : at + 4] for at in range(0, len(ANSWER), 4)]
LAG_EVERY_S = 0.01
KEY_EVERY_S = 0.08
IDLE_KEYS = 25
"""Keys between two answers."""
WARM_UP = TURNS_KEPT + TURNS_KEPT // 4
"""Turns after which a sitting is as long as it gets on the screen, and in the timeline."""
LENGTHS = (12, 16, 24, 32, 40, TURNS_SHOWN - 1)
"""Turns in the conversation; fewer do not fill what is laid out, and cost less."""
PACKAGES = ("textual", "torch", "transformers", "langgraph")


class MeasuredApp(HeadstartApp):
    """Notes when it has painted what stands in the prompt."""

    CSS_PATH = [Path(tui.app.__file__).parent / name for name in ("app.tcss", "screens/login.tcss")]  # noqa: RUF012  As Textual has it.
    awaited = 0
    """Characters in the prompt that the next paint shall show."""
    painted_s = 0.0
    """When a paint first showed them; 0 until then."""

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        chat = self.sessions.chat
        if chat and self.awaited and not self.painted_s and len(chat.prompt.text) >= self.awaited:
            self.painted_s = time.perf_counter()

    @property
    def chat(self) -> ChatScreen:
        """The chat, once somebody is signed in."""
        assert self.sessions.chat is not None
        return self.sessions.chat

    async def key(self) -> float:
        """Seconds from a key in the prompt to the paint that shows it."""
        self.painted_s, self.awaited = 0.0, len(self.chat.prompt.text) + 1
        pressed_s = time.perf_counter()
        self.post_message(events.Key("x", "x"))
        await until(lambda: self.painted_s, every_s=0.001)
        return self.painted_s - pressed_s

    async def ask(self, question: str) -> None:
        """Send a question; returns when its turn runs."""
        before = self.turns.begun
        self.chat.prompt.text = question
        self.chat.prompt.action_send()
        await until(lambda: self.turns.begun > before)


def rests(session: Session | None) -> bool:
    """Whether nothing is looked up, prefilled or written."""
    return session is not None and not session.warming and not session.timeline.running()


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

    def close(self) -> None:
        """No more."""
        self._task.cancel()


async def until(holds: Callable[[], object], *, within_s: float = 120.0, every_s: float = 0.02) -> None:
    """Wait without asking more of the loop than a glance."""
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(every_s)


@asynccontextmanager
async def signed_in(load_model: Any, **given: Any) -> AsyncIterator[MeasuredApp]:
    """The program in folders of its own, with the chat open; the converted weights are those of every day."""

    def make(settings: Settings, on_model: Callable[[ModelState], None]) -> Engine:
        return Engine(settings, load_model=load_model, on_model=on_model)

    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        settings = load_settings(
            user="user123", password="demo", data_folder=here / "data", state_folder=here / "state", **given
        )
        app = MeasuredApp(settings, make)
        async with app.run_test(size=(120, 36)):
            await until(lambda: isinstance(app.screen, ChatScreen) and app.screen.is_mounted)
            yield app
        await app.sessions.close()


async def measure_chat(rounds: int) -> dict[str, list[float]]:
    """Lag while the model loads; keys and lag while it answers, and between the answers."""
    found: dict[str, list[float]] = {name: [] for name in ("keys_s", "idle_keys_s", "answering_s", "idle_s")}
    async with signed_in(load_chat_llama) as app:
        with closing(LoopLag()) as loading:
            await until(lambda: not app.sessions.model_is_loading)
        found["loading_s"] = loading.late_s
        await asyncio.sleep(4.0)  # The orders arrive, and are read ahead.
        for question in itertools.islice(itertools.cycle(QUESTIONS), rounds):
            await app.ask(question)
            with closing(LoopLag()) as answering:
                while app.turns.running is not None:
                    found["keys_s"].append(await app.key())
                    await asyncio.sleep(KEY_EVERY_S)
            app.chat.prompt.clear()
            await until(lambda: rests(app.sessions.session))
            with closing(LoopLag()) as idle:
                for _ in range(IDLE_KEYS):
                    found["idle_keys_s"].append(await app.key())
                    app.chat.prompt.clear()
                    await asyncio.sleep(KEY_EVERY_S)
            found["answering_s"] += answering.late_s
            found["idle_s"] += idle.late_s
    return found


async def measure_sitting(turns: int) -> tuple[list[float], list[int]]:
    """Megabytes in memory after each turn of a sitting, and Python's blocks, with a model that is handed its words.

    Where the one grows and the other does not, it is not held by the program: the allocators keep it.
    """
    held_mb: list[float] = []
    blocks: list[int] = []
    process = psutil.Process()
    async with signed_in(lambda *_: HandedModel(), db_latency=0.0) as app:
        for turn in range(turns):
            await app.ask(f"Where is my mug, for the {turn + 1}. time?")
            await until(lambda: app.turns.running is None, every_s=0.005)
            gc.collect()
            held_mb.append(process.memory_info().rss / 1e6)
            blocks.append(sys.getallocatedblocks())
    return held_mb, blocks


async def measure_tokens(repeats: int) -> list[tuple[int, float]]:
    """Conversations of many lengths in shuffled order: turns on the screen, and CPU seconds a streamed piece costs."""
    lengths = [length for length in LENGTHS for _ in range(repeats)]
    random.Random(7).shuffle(lengths)
    found: list[tuple[int, float]] = []
    async with signed_in(lambda *_: HandedModel(), db_latency=0.0) as app:
        await until(lambda: app.sessions.prefetched)
        conversation = app.chat.conversation
        for length in lengths:
            await conversation.remove_children()
            turns = ((UserMessage(f"{n}?"), AgentMessage(ANSWER, "")) for n in range(length))
            await conversation.mount(*itertools.chain.from_iterable(turns))
            await asyncio.sleep(0.3)
            answer = await conversation.begin("Where is my mug?")
            await asyncio.sleep(0.3)
            started_s = time.process_time()
            for piece in PIECES:
                await answer.write(piece)
                await asyncio.sleep(0.04)
            await answer.stop()
            found.append((length, (time.process_time() - started_s) / len(PIECES)))
    return found


def frames(rounds: int) -> list[dict[str, float]]:
    """The login screen's first frame in fresh processes, with what importing Textual alone took."""
    found: list[dict[str, float]] = []
    for _ in range(rounds):
        command = [sys.executable, "-m", "bench.first_frame"]
        ran = subprocess.run(command, cwd=report.ROOT, capture_output=True, text=True, check=True)
        seen = json.loads(ran.stdout.splitlines()[-1])
        found.append({name: seen[name] for name in ("frame_s", "textual_s")})
    return found


def percentile(values: Sequence[float], percent: int) -> float:
    """Of at least two values."""
    return quantiles(values, n=100)[percent - 1]


def metrics_of(
    seen: Sequence[dict[str, float]],
    chat: dict[str, list[float]],
    held_mb: Sequence[float],
    blocks: Sequence[int],
    pieces: Sequence[tuple[int, float]],
) -> dict[str, float]:
    """The figures, flat."""
    settled = min(WARM_UP, len(held_mb) // 2)
    piece = fit_slope(*zip(*pieces, strict=True))
    found = {
        "key_to_paint_p95_s": percentile(chat["keys_s"], 95),
        "key_to_paint_max_s": max(chat["keys_s"]),
        "loop_lag_p99_s": percentile(chat["answering_s"], 99),
        "loop_lag_max_loading_s": max(chat["loading_s"]),
        "idle_key_to_paint_p95_s": percentile(chat["idle_keys_s"], 95),
        "idle_key_to_paint_max_s": max(chat["idle_keys_s"]),
        "idle_loop_lag_p99_s": percentile(chat["idle_s"], 99),
        "idle_loop_lag_max_s": max(chat["idle_s"]),
        "login_frame_s": median(one["frame_s"] for one in seen),
        "login_frame_over_import_textual": median(one["frame_s"] / one["textual_s"] for one in seen),
        "rss_mb_at_the_end": held_mb[-1],
        f"rss_growth_mb_{len(held_mb)}_turns": held_mb[-1] - held_mb[min(20, settled)],
        "rss_growth_mb_once_settled": held_mb[-1] - held_mb[settled],
        "python_blocks_growth_once_settled": blocks[-1] / blocks[settled] - 1,
        "streamed_piece_cpu_s": median(took_s for _, took_s in pieces),
        "streamed_piece_slope_a_decade": piece.a_decade,
        "streamed_piece_slope_low": piece.low,
        "streamed_piece_slope_high": piece.high,
    }
    return {name: round(value, 5) for name, value in found.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10, help="turns with the real model")
    options.add_argument("--frames", type=int, default=7, help="fresh processes for the first frame")
    options.add_argument("--turns", type=int, default=500, help="turns of the long sitting")
    options.add_argument("--repeats", type=int, default=4, help="streamed answers at each length of conversation")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args(arguments)
    print("the first frame …", file=sys.stderr)
    seen = frames(chosen.frames)
    print(f"{chosen.turns} turns …", file=sys.stderr)
    held_mb, blocks = asyncio.run(
        measure_sitting(chosen.turns)
    )  # First, before a model's memory could hide what it takes.
    print("streaming into conversations of many lengths …", file=sys.stderr)
    pieces = asyncio.run(measure_tokens(chosen.repeats))
    print("keys while the model loads and answers …", file=sys.stderr)
    chat = asyncio.run(measure_chat(chosen.rounds))
    metrics = metrics_of(seen, chat, held_mb, blocks, pieces)
    print(report.table(("metric", "value"), [[name, f"{value:g}"] for name, value in metrics.items()]))
    samples = {
        "key_to_paint_s": [round(value, 4) for value in chat["keys_s"]],
        "idle_key_to_paint_s": [round(value, 4) for value in chat["idle_keys_s"]],
        "frames": [{name: round(value, 4) for name, value in one.items()} for one in seen],
        "rss_mb_each_25_turns": [round(value, 1) for value in held_mb[::25]],
        "streamed_piece_cpu_us": [[turns, round(took_s * 1e6, 1)] for turns, took_s in pieces],
        "lags": {name: len(chat[name]) for name in ("loading_s", "answering_s", "idle_s")},
    }
    where = report.write("responsiveness", metrics, samples, packages=PACKAGES, path=chosen.json)
    print(f"written to {where.name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
