import os

import pytest

from agent.tracing import hide_traces, tracing


def test_tracing_is_told_and_hides_the_contents_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("LANGCHAIN_", "LANGSMITH_")):
            monkeypatch.delenv(name)
    assert tracing() is None
    monkeypatch.setenv("LANGSMITH_HIDE_INPUTS", "")
    monkeypatch.delenv("LANGSMITH_HIDE_INPUTS")
    monkeypatch.setenv("LANGSMITH_HIDE_OUTPUTS", "false")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "true")
    monkeypatch.setenv("LANGCHAIN_PROJECT", "shop")
    assert tracing() == "shop"
    hide_traces()
    assert (os.environ["LANGSMITH_HIDE_INPUTS"], os.environ["LANGSMITH_HIDE_OUTPUTS"]) == ("true", "false")
    monkeypatch.delenv("LANGSMITH_HIDE_INPUTS")
