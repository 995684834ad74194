"""The seam to anybody's world: what it must give, what it may give, and how it is found.

    from headstart.world import Backend, Found, Tool, User, rule

`headstart.world.testing.check_world` checks one; `headstart.world.langchain.world_of` makes one of LangChain tools
(also as `headstart.world.world_of`, which imports LangChain only then).
"""

from typing import TYPE_CHECKING, Any

from headstart.speculation.calls import Call
from headstart.speculation.prediction import Candidate
from headstart.world.cards import Card, Table
from headstart.world.members import Backend, Found, NoArguments, Option, Options, Tool, User, World, Write
from headstart.world.phrases import Phrases
from headstart.world.rules import Moment, Rule, rule

if TYPE_CHECKING:
    from headstart.world.langchain import world_of

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
    "Table",
    "Tool",
    "User",
    "World",
    "Write",
    "rule",
    "world_of",
]


def __getattr__(name: str) -> Any:
    if name == "world_of":
        from headstart.world.langchain import world_of

        return world_of
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
