"""A model that sits an exam and declines whatever it is asked."""

from pathlib import Path

import pytest
from stubs.fake_llama import FakeLlama

from training.exam import models


def sits_exams(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """Put it in the place of every model that an exam loads; the names of those, as they are loaded."""
    loads: list[str] = []

    def load(spec: str, _adapter: Path | None) -> FakeLlama:
        loads.append(spec)
        return FakeLlama(replies=["I'm sorry, I can only help you with your orders."] * 99)

    monkeypatch.setattr(models, "WORK", folder)
    monkeypatch.setattr(models, "load", load)
    return loads
