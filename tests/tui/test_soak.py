"""A day at the desk: the five-hundredth turn costs what the tenth did."""

import asyncio
import time
from statistics import median
from typing import Any

import pytest

from tui.widgets.conversation import TURNS_SHOWN, AgentMessage

TURNS = 500


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_five_hundred_turns_cost_no_more_each_than_the_first_ones(make_chat: Any) -> None:
    chat = make_chat(*(f"Turn **{turn}**: your mug (B456) was delivered." for turn in range(TURNS)))
    took_s: list[float] = []
    async with chat.app.run_test(size=(110, 32)) as pilot:
        await chat.sign_in(pilot)
        for turn in range(TURNS):
            started_s = time.process_time()
            chat.screen.prompt.text = f"Question {turn}?"
            chat.screen.prompt.action_send()
            while not (chat.app.turns.begun == turn + 1 and chat.app.turns.running is None):
                await asyncio.sleep(0.005)  # The pilot's own waits would cost more than the turns.
            took_s.append(time.process_time() - started_s)
        assert f"Turn **{TURNS - 1}**" in chat.shown
        assert len(chat.screen.query(AgentMessage)) <= TURNS_SHOWN
    assert median(took_s[-50:]) < 3 * median(took_s[TURNS_SHOWN - 50 : TURNS_SHOWN])
