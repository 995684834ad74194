"""What typing does to a question, and which paraphrases are kept from training."""

import random

from training.conversations.names import is_held_out

OPENERS = [
    "Hi, ",
    "Hello, ",
    "Hey, ",
    "hi ",
    "Please, ",
    "Sorry, ",
    "Quick question: ",
    "Hi! ",
    "Ok, ",
    "So, ",
    "One more thing: ",
    "And ",
]
CLOSERS = [" Thanks!", " please", " thanks", " Thank you.", " pls", "?", "!", " I'm curious.", " asap"]


def lines(table: str, held_out: bool) -> list[str]:
    """The paraphrases of one of the tables above: those of training, or those kept from it."""
    every = [line for line in table.strip().split("\n") if line]
    chosen = [line for line in every if is_held_out(line) == held_out]
    return chosen or every


def reason_of(draw: random.Random, table: str, held_out: bool) -> str:
    """Why the customer cancels or returns."""
    return draw.choice(lines(table, held_out))


def typed(draw: random.Random, text: str, keep: tuple[str, ...] = (), *, slips: float = 0.12) -> str:
    """A question as it gets typed: in a hurry, in lower case, with slips; what is in `keep` stays as it is."""
    if draw.random() < 0.14:
        opener = draw.choice(OPENERS)
        text = opener + (text if text.startswith(("I ", "I'", *keep)) else text[:1].lower() + text[1:])
    if draw.random() < 0.1:
        text = text.rstrip("?") + draw.choice(CLOSERS)
    style = draw.random()
    if style < 0.25:
        text = _outside(text, keep, str.lower)
    if draw.random() < 0.25:
        text = text.rstrip("?.! ")
    if draw.random() < slips:
        text = _outside(text, keep, lambda part: _slip(draw, part))
    return text


def _outside(text: str, keep: tuple[str, ...], change) -> str:
    for kept in keep:
        if kept and kept in text:
            before, after = text.split(kept, 1)
            rest = tuple(other for other in keep if other != kept)
            return _outside(before, rest, change) + kept + _outside(after, rest, change)
    return change(text)


def _slip(draw: random.Random, text: str) -> str:
    places = [at for at in range(len(text) - 1) if text[at].isalpha() and text[at + 1].isalpha()]
    if not places:
        return text
    at = draw.choice(places)
    kind = draw.random()
    if kind < 0.4:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + text[at + 1 :] if kind < 0.7 else text[:at] + text[at] + text[at:]
