import asyncio
import threading

from textual.message import Message

from agent.events import TextArrived
from tui.messages import TokensArrived
from tui.relay import EventRelay


class FakeTime:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def texts(posted: list[Message]) -> list[str]:
    return [message.text for message in posted if isinstance(message, TokensArrived)]


async def test_the_first_token_is_posted_at_once_and_the_next_in_a_batch() -> None:
    posted: list[Message] = []
    relay = EventRelay(posted.append, asyncio.get_running_loop(), FakeTime())
    relay.begin(1)
    for token in "abc":
        relay(TextArrived(token))
    assert texts(posted) == ["a"]
    relay.flush()
    assert texts(posted) == ["a", "bc"]


async def test_what_a_turn_left_behind_is_not_the_next_ones() -> None:
    posted: list[Message] = []
    relay = EventRelay(posted.append, asyncio.get_running_loop(), FakeTime())
    relay.begin(1)
    relay(TextArrived("a"))
    relay(TextArrived("old"))
    relay.begin(2)
    relay(TextArrived("new"))
    relay.flush()
    assert texts(posted) == ["a", "new"]
    assert posted[-1].turn == 2


async def test_a_batch_is_posted_by_the_loop_when_no_more_tokens_come() -> None:
    arrived = asyncio.Event()
    posted: list[Message] = []

    def post(message: Message) -> None:
        posted.append(message)
        if len(posted) == 2:
            loop.call_soon_threadsafe(arrived.set)

    loop = asyncio.get_running_loop()
    relay = EventRelay(post, loop, FakeTime())
    relay.begin(1)
    thread = threading.Thread(target=lambda: [relay(TextArrived(token)) for token in "abc"])
    thread.start()
    await asyncio.wait_for(arrived.wait(), 10)
    thread.join()
    assert texts(posted) == ["a", "bc"]
