"""A fake that drifts from what it stands for makes its tests prove nothing."""

import inspect
from typing import Any

import pytest
from stubs.fake_decoder import FakeDecoder
from stubs.fake_llama import FakeLlama, FakePrefillStats

from headstart.llama.chat_model import ChatLlama
from headstart.llama.decoding.decoder import Decoder, PrefillStats

FAKES: tuple[tuple[type, type, set[str]], ...] = (
    (FakeLlama, ChatLlama, {"with_gate", "with_clock", "started", "may_prefill", "prefills_waiting", "writing"}),
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


def test_a_fakes_field_is_one_of_the_real_ones() -> None:
    fields = {name for name in vars(FakePrefillStats) if not name.startswith("_")}
    assert fields
    assert fields <= set(inspect.get_annotations(PrefillStats))
