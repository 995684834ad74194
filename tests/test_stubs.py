"""A fake that drifts from what it stands for makes its tests prove nothing."""

import inspect
from typing import Any

import pytest
from stubs.fake_decoder import FakeDecoder
from stubs.fake_engine import FakeConversations, FakeEngine, FakeSession
from stubs.fake_llama import FakeLlama, FakePrefillStats

from agent.engine import Engine
from agent.session.conversations import Conversations
from agent.session.session import CustomerSession
from headstart.llama.chat_model import ChatLlama
from headstart.llama.decoding.decoder import Decoder, PrefillStats

FAKES: tuple[tuple[type, type, set[str]], ...] = (
    (FakeEngine, Engine, {"report"}),
    (FakeSession, CustomerSession, {"prefetched"}),
    (FakeConversations, Conversations, set()),
    (FakeLlama, ChatLlama, {"with_gate", "started"}),
    (FakeDecoder, Decoder, set()),
)
"""What is faked, what stands in for it, and what only the tests call."""
METHODS = [
    (fake, real, name)
    for fake, real, own in FAKES
    for name, made in vars(fake).items()
    if inspect.isfunction(made) and not name.startswith("_") and name not in own | set(inspect.get_annotations(fake))
]


def parameters(function: Any) -> dict[str, Any]:
    return {
        name: one for name, one in inspect.signature(function).parameters.items() if one.kind is not one.VAR_KEYWORD
    }


@pytest.mark.parametrize(("fake", "real", "name"), METHODS, ids=[f"{f.__name__}.{name}" for f, _, name in METHODS])
def test_a_fakes_method_takes_what_the_real_one_takes(fake: type, real: type, name: str) -> None:
    faked, meant = getattr(fake, name), getattr(real, name)
    assert inspect.iscoroutinefunction(faked) == inspect.iscoroutinefunction(meant)
    takes_any = any(one.kind is one.VAR_KEYWORD for one in inspect.signature(faked).parameters.values())
    given, wanted = parameters(faked), parameters(meant)
    if takes_any:
        wanted = {name: one for name, one in wanted.items() if name in given}
    assert [(one.name, one.kind) for one in given.values()] == [(one.name, one.kind) for one in wanted.values()]


@pytest.mark.parametrize(
    ("fake", "real", "own"),
    [
        (FakeSession, CustomerSession, {"clock", "scripts", "gate", "state", "outcome", "counts"}),
        (FakePrefillStats, PrefillStats, set()),
    ],
)
def test_a_fakes_field_is_one_of_the_real_ones(fake: type, real: type, own: set[str]) -> None:
    source = inspect.getsource(real)
    fields = {name for name in (*inspect.get_annotations(fake), *vars(fake)) if not name.startswith("_")} - own
    missing = {name for name in fields if not hasattr(real, name) and f"self.{name}" not in source}
    missing -= set(inspect.get_annotations(real)) | {name for f, _, only in FAKES if f is fake for name in only}
    assert fields
    assert missing == set()
