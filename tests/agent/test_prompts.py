import json
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage

from agent import prompts
from agent.shop import contents

ADAPTER = Path(__file__).parents[2] / "headstart" / "llama" / "adapter" / "training.json"


def test_the_adapter_was_trained_on_these_very_words() -> None:
    assert json.loads(ADAPTER.read_text())["fingerprint"] == prompts.fingerprint()


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (prompts, "INSTRUCTIONS", "You are somebody else."),
        (contents, "money", lambda cents: f"{cents / 100} USD"),
        (contents, "status_phrase", lambda order: "is somewhere"),
    ],
)
def test_a_change_of_instructions_or_formats_changes_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: object
) -> None:
    before = prompts.fingerprint()
    monkeypatch.setattr(module, name, value)
    assert prompts.fingerprint() != before


def test_a_synthetic_turn_is_told_from_the_customers_own() -> None:
    assert prompts.is_synthetic(prompts.synthetic_turn("x"))
    assert not prompts.is_synthetic(HumanMessage("x"))
