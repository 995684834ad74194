"""The seam to anybody's world: what it must give, what it may give, and how it is found.

    from headstart.world import Backend, Found, Tool, User, rule

`headstart.world.testing.check_world` checks one; `headstart.world.langchain.world_of` makes one of LangChain tools
(also as `headstart.world.world_of`, which imports LangChain only then).
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headstart.speculation.calls import Call
    from headstart.speculation.prediction import Candidate
    from headstart.world.cards import Card, Table
    from headstart.world.langchain import world_of
    from headstart.world.members import Backend, Found, NoArguments, Option, Options, Said, Tool, User, World, Write
    from headstart.world.phrases import Phrases
    from headstart.world.rules import Moment, Rule, rule

__all__ = [
    "Backend",
    "Call",
    "Candidate",
    "Card",
    "Found",
    "Moment",
    "NoArguments",
    "Option",
    "Options",
    "Phrases",
    "Rule",
    "Said",
    "Table",
    "Tool",
    "User",
    "World",
    "Write",
    "rule",
    "world_of",
]


_HOMES = {
    "Call": "headstart.speculation.calls",
    "Candidate": "headstart.speculation.prediction",
    "Card": "headstart.world.cards",
    "Table": "headstart.world.cards",
    "world_of": "headstart.world.langchain",
    "Phrases": "headstart.world.phrases",
    "Moment": "headstart.world.rules",
    "Rule": "headstart.world.rules",
    "rule": "headstart.world.rules",
}


def __getattr__(name: str) -> Any:
    """Each name is read from disk when it is first asked for: a login screen needs few of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(_HOMES.get(name, "headstart.world.members")), name)
    globals()[name] = found
    return found
