"""The sentences of the program that a world may put in its own words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Each with a default that fits any world."""

    signed_in: str = "I have signed in."
    """The user's turn before an exchange that the sign-in brought about; a model reads it, nobody else does.

    Templates such as Llama 3.1's take the first message for the user's and lose a call that comes before it.
    """
    typing: str = "I am writing a question."
    """The user's turn before an exchange that came about while they typed, or that renews a stale one."""
    not_confirmed: str = "You did not confirm, so nothing was changed."
    """The result of a write that the user declined."""
    loop_limit: str = (
        "I had to look up too many things for this question and stopped. Could you ask for one of them at a time?"
    )
    """What the user reads when a turn reaches its limit of tool rounds."""
    unreadable: str = "This cannot be looked up right now."
    """The result of a read that failed."""
    unsure: str = "I can't say that for certain."
    """Where an answer says what no result holds, in a world without a check of its own."""
    placeholder: str = "Ask a question"
    """What the empty prompt shows."""
    welcome: str = "Ask a question."
    """What the conversation shows before the first question."""
    looking: str = "what you will likely ask for is being looked up while you type"
    """Said while the first lookups run."""
    ready: str = "what you will likely ask for is here already"
    """Said when the first lookups are in."""
    passed_on: str = "I have passed this on (ticket {number})."
    """What the user reads where a person has the conversation; `{number}` is the ticket's."""
    service: str = "the service"
    """Who looks things up, as line mode says it while one waits."""
