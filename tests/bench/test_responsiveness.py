import asyncio
import time
from contextlib import closing
from typing import Any

import pytest

from bench.responsiveness import HandedModel, LoopLag, frames, measure_sitting, metrics_of, signed_in

CHAT = {
    "keys_s": [0.01] * 99 + [0.2],
    "idle_keys_s": [0.005] * 20,
    "answering_s": [0.001] * 50,
    "idle_s": [0.001] * 50,
    "loading_s": [0.01, 0.12],
}


async def test_the_lag_of_a_loop_that_is_held_up_is_seen() -> None:
    with closing(LoopLag()) as lag:
        await asyncio.sleep(0.05)
        time.sleep(0.15)
        await asyncio.sleep(0.05)
    assert max(lag.late_s) > 0.1


async def test_a_key_is_painted_and_timed_from_its_press_to_its_own_paint() -> None:
    async with signed_in(lambda *_: HandedModel(), db_latency=0.0) as app:
        took_s = await app.key()
        assert app.chat.prompt.text == "x"
        assert took_s > 0
        await app.ask("Where is my mug?")
        assert await app.key() > 0


async def test_a_sitting_gives_the_memory_after_each_turn() -> None:
    held_mb, blocks = await measure_sitting(3)
    assert len(held_mb) == len(blocks) == 3
    assert all(20 < mb < 20_000 for mb in held_mb)
    assert all(count > 100_000 for count in blocks)


def test_the_first_frame_contains_the_import_of_textual() -> None:
    (seen,) = frames(1)
    assert 0 < seen["textual_s"] < seen["frame_s"]


@pytest.mark.parametrize(("grows", "flat"), [(0.0, True), (2e-4, False)])
def test_the_figures_are_those_of_the_samples(grows: float, flat: bool) -> None:
    pieces = [(length, 0.005 + grows * length + 1e-6 * (n % 3)) for n in range(8) for length in (12, 24, 49)]
    held_mb = [100.0 + min(turn, 60) for turn in range(200)]
    blocks = [1_000_000 + 1_000 * max(0, turn - 189) for turn in range(200)]
    found: dict[str, Any] = metrics_of([{"frame_s": 0.5, "textual_s": 0.25}], CHAT, held_mb, blocks, pieces)
    assert found["python_blocks_growth_once_settled"] == 0.01
    assert found["key_to_paint_max_s"] == 0.2
    assert found["loop_lag_max_loading_s"] == 0.12
    assert found["login_frame_over_import_textual"] == 2.0
    assert (found["rss_growth_mb_200_turns"], found["rss_growth_mb_once_settled"]) == (40.0, 0.0)
    assert (found["streamed_piece_slope_low"] <= 0 <= found["streamed_piece_slope_high"]) is flat
