"""Speculative tool calls for any agent: issue a read before the model asks, claim it when it does.

`headstart.speculation.langchain` puts it under LangChain tools; it is imported from there, so that this stays light.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headstart.speculation.calls import Ahead, Call, Claim, Fetched, Outcome, State
    from headstart.speculation.ledger import Ledger
    from headstart.speculation.prediction import Candidate, Predictor
    from headstart.speculation.speculator import Speculator

__all__ = ["Ahead", "Call", "Candidate", "Claim", "Fetched", "Ledger", "Outcome", "Predictor", "Speculator", "State"]

_HOMES = {"Ledger": "ledger", "Candidate": "prediction", "Predictor": "prediction", "Speculator": "speculator"}


def __getattr__(name: str) -> Any:
    """Each name is read from disk when it is first asked for: a login screen needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'calls')}"), name)
