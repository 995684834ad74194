"""The border to the functions that a caller hands in: what they return is checked, what they raise is kept apart.

None of them is trusted. One that returns something else than it should is told so in a TypeError that names
what was expected; one that merely listens can neither end a claim nor stop others from being told.
"""

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any

from headstart.speculation.calls import Call, Fetched

logger = logging.getLogger(__name__)


class BorderError(TypeError):
    """A function that was handed in returned something else than it must."""


async def fetched_by(run: Callable[[str, Call], Any], owner: str, call: Call) -> Fetched[Any]:
    """What a run returned. Raises BorderError unless it is a `Fetched`."""
    given = run(owner, call)
    if not inspect.isawaitable(given):
        raise BorderError(f"Expected `run` to be an async function, found one that returns {_kind(given)} at once.")
    fetched = await given
    if not isinstance(fetched, Fetched):
        raise BorderError(
            f"Expected `run` to return a Fetched for {call.name}, found {_kind(fetched)}: "
            "return Fetched(value), and Fetched(None) where nothing was found."
        )
    return fetched


async def revision_by(revision: Callable[[str], Any], owner: str) -> int | None:
    """An owner's revision. Raises BorderError unless it is an int or None."""
    given = revision(owner)
    if not inspect.isawaitable(given):
        raise BorderError(
            f"Expected `revision` to be an async function, found one that returns {_kind(given)} at once."
        )
    found = await given
    if found is not None and not isinstance(found, int):
        raise BorderError(f"Expected `revision` to return an int or None, found {_kind(found)}.")
    return found


def call_by(normalise: Callable[[Call], Any] | None, call: Any) -> Call:
    """A call as its key. Raises BorderError where either is none, and what the normaliser raises."""
    if not isinstance(call, Call):
        raise BorderError(f"Expected a Call, found {_kind(call)}: write Call.of(name, arguments).")
    if normalise is None:
        return call
    key = normalise(call)
    if not isinstance(key, Call):
        raise BorderError(f"Expected `normalise` to return a Call, found {_kind(key)}.")
    return key


def owned(copy: Callable[[Any], Any], value: Any) -> Any:
    """A copy of a value. Raises BorderError for what cannot be copied."""
    try:
        return copy(value)
    except Exception as error:
        raise BorderError(
            f"Expected a value that can be copied, found {_kind(value)}: return plain data, or hand in `copy` "
            "(`lambda value: value` where nobody changes a value)."
        ) from error


def asked(answering: Callable[..., Any], *about: Any) -> Any:
    """What a function that knows something says; None, and a line in the log, where it raises."""
    try:
        return answering(*about)
    except Exception:
        logger.exception(
            "A function that was asked (%s) raised; the work goes on without its answer.", _name(answering)
        )
        return None


def tell(listener: Callable[..., Any], *told: Any) -> None:
    """Call a function that only listens: what it raises is logged and goes no further."""
    try:
        listener(*told)
    except (Exception, asyncio.CancelledError):
        logger.exception("A listener (%s) raised; it was told, and the work goes on.", _name(listener))


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _name(listener: Callable[..., Any]) -> str:
    return getattr(listener, "__qualname__", type(listener).__name__)
