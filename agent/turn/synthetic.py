"""Customer turns that no customer wrote, and what is answered where no model can."""

from langchain_core.messages import BaseMessage, HumanMessage


def synthetic_turn(text: str) -> HumanMessage:
    """A customer turn that the customer did not write; the screen and the exports leave it out."""
    return HumanMessage(text, additional_kwargs={"synthetic": True})


def is_synthetic(message: BaseMessage) -> bool:
    """Whether `synthetic_turn` made this message."""
    return bool(message.additional_kwargs.get("synthetic"))
