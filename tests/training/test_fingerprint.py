import json
from pathlib import Path

import pytest

from agent.shop import contents
from training import fingerprint as fingerprints
from training.fingerprint import fingerprint

ADAPTER = Path(__file__).parents[2] / "headstart" / "llama" / "adapter" / "training.json"


def test_the_adapter_was_trained_on_these_very_words() -> None:
    assert json.loads(ADAPTER.read_text())["fingerprint"] == fingerprint()


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (fingerprints, "INSTRUCTIONS", "You are somebody else."),
        (contents, "money", lambda cents: f"{cents / 100} USD"),
        (contents, "status_phrase", lambda order: "is somewhere"),
    ],
)
def test_a_change_of_instructions_or_formats_changes_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, value: object
) -> None:
    before = fingerprint()
    monkeypatch.setattr(module, name, value)
    assert fingerprint() != before
