"""What a chat model can do beyond LangChain's interface, as a value. Imports nothing heavy."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What `ChatLlama` can do; any other chat model can do none of it until it says so in `capabilities`."""

    cancels: bool = False
    """A call takes `cancelled`, a function that is asked between tokens; it ends with what was written."""
    continues: bool = False
    """A call takes `begun` and `barred`: it goes on from that text, and not with any of those."""
    warms: bool = False
    """It has `prefill(messages, tools=…, partial_text=…, cancelled=…, conversation=…)`."""
    forgets: bool = False
    """A call takes `conversation`, and `forget(conversation)` drops what is held of it."""
    reports_times: bool = False
    """Its `response_metadata` hold `prefill_s`, `decode_s` and `warmed_tokens`."""
    taught: bool = False
    """It was taught this program's dialect and result formats."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What a user would notice the lack of, in words."""
        return () if self.warms else ("no warming",)


NONE = Capabilities()


def capabilities_of(model: Any) -> Capabilities:
    """What a chat model says it can do; nothing where it says nothing."""
    found = getattr(model, "capabilities", None)
    return found if isinstance(found, Capabilities) else NONE
