"""Whether turns are traced to LangSmith, and what such a trace may carry."""

import os

TRACING = ("LANGCHAIN_TRACING_V2", "LANGSMITH_TRACING", "LANGSMITH_TRACING_V2")


def tracing() -> str | None:
    """The LangSmith project that turns are traced to; None when nothing leaves the machine."""
    if not any(os.environ.get(name, "").lower() == "true" for name in TRACING):
        return None
    return os.environ.get("LANGSMITH_PROJECT") or os.environ.get("LANGCHAIN_PROJECT") or "default"


def hide_traces() -> None:
    """Traces carry times and names only, unless `LANGSMITH_HIDE_INPUTS=false` and its twin ask for the contents."""
    if tracing():
        os.environ.setdefault("LANGSMITH_HIDE_INPUTS", "true")
        os.environ.setdefault("LANGSMITH_HIDE_OUTPUTS", "true")
