"""How much of a line that is still being written is certain: what may be the beginning of a fact is held back."""

import re
from collections.abc import Collection, Iterable, Sequence

from agent.shop.english.asking import STATUSES
from agent.shop.english.numbers import BEGUN, SURELY_BEGUN, WRITTEN
from agent.shop.english.sentences import NEW_ADDRESS

_HEAD = r"(?:^|(?<=[.!?] ))"
_RUN = r"(?P<run>\w(?:(?! (?:is|was|has|have|are|were|cost|costs|holds|will|can)\b)[^():;!?])*)"
NAMING = _HEAD + rf"(?:[-*•] (?:(?:Your |Order )?{WRITTEN}: |Your )?|Your |(?:Order )?{WRITTEN}: )" + _RUN
"""Where an item is named at the head of a statement."""
BARELY_NAMING = _HEAD + _RUN
"""Where it may be named so, if its first word is an item's: `Coffee Mug (B456) is already cancelled.`"""
BULLET = re.compile(r"^\s*[-*•] ")
_BEING_NAMED = re.compile(NAMING + rf"(?: \((?:{BEGUN})?)?$")
_BARELY_BEING_NAMED = re.compile(BARELY_NAMING + rf"(?: \((?:{BEGUN})?)?$")
"""Held back until it is known whose name it is."""
_PARTIAL = re.compile(rf"(?:\$[\d,.]*|(?<![\w-])\d[\d,-]*|(?<!\w){SURELY_BEGUN})$")
_PREDICATE = re.compile(
    r"(?:(?<![\w-])(?P<count>\d+) |\b(?P<verb>is|was|are|were|has|have|been|'s|’s)\s+"
    r"(?:(?:now|already|still|currently|just|been)\s+)*)(?P<word>[a-z]*(?: for?(?: [a-z]*)?)?)$",
    re.IGNORECASE,
)
_BEGUN_CALL = re.compile(r"(?:<\s?[/|_a-z]{0,10}|\{\"?[a-z]{0,4}\"?)$", re.IGNORECASE)
_VERB = re.compile(r" (?:is?|wa?s?|ar?e?|were?|ha?s?|have?|be?e?n?)$")
_CANNOT = ("I can't", "I can’t", "I cannot", "I couldn't", "I couldn’t", "I could not", "I don't", "I don’t")
_DENIALS = (
    *(f"{head} {verb}" for head in _CANNOT for verb in ("find", "see", "have")),
    "There is no order",
    "There is no product",
    "There are no orders",
    "You have no orders",
    NEW_ADDRESS.removesuffix("?"),
)
"""How denials begin, and what may be asked back for nothing; they are held back to their end."""
_EXTREMES = ("Your newest order is ", "Your most expensive order is ")


def beginnings(texts: Iterable[str]) -> frozenset[str]:
    """Every text as far as it may have been written."""
    return frozenset(text[:length] for text in texts for length in range(1, len(text) + 1))


_BEGUN_DENIALS = beginnings((*_DENIALS, *_EXTREMES))
_WORD_START = re.compile(r"(?<![^\W_])\w|(?<=[^\w])[^\w\s]")
LONGEST_NAME = 120
"""Characters of an item's name that are looked for at most."""


def unfinished(line: str, names: Collection[str]) -> int:
    """From where on the end of a line may be the beginning of a fact; `names` are the beginnings of items."""
    starts = [len(line)]
    if BULLET.fullmatch(f"{line.rstrip()} "):
        starts.append(0)
    if partial := _PARTIAL.search(line):
        starts.append(partial.start())
    if call := _BEGUN_CALL.search(line):
        starts.append(call.start())
    naming, barely = _BEING_NAMED.search(line), _BARELY_BEING_NAMED.search(line)
    if naming is None and barely and f"{barely['run'].partition(' ')[0]} " in names:
        naming = barely
    if naming:
        starts.append(naming.start("run"))
    if said := _PREDICATE.search(line):
        words = ("orders", *STATUSES) if said.group("count") else tuple(STATUSES)
        if any(word.startswith(said.group("word").lower()) for word in words):
            starts.append(said.start("count" if said.group("count") else "verb"))
    if verb := _VERB.search(line):
        starts.append(verb.start() + 1)
    sentence = sentence_start(line, "sorry, ", "but ")
    begun = line[sentence:]
    if begun in _BEGUN_DENIALS or begun.startswith(_DENIALS):
        starts.append(sentence)
    for word in _WORD_START.finditer(line, max(0, len(line) - LONGEST_NAME)):
        if line[word.start() :] in names:
            starts.append(word.start())
            break
    return min(starts)


def sentence_start(line: str, *after: str) -> int:
    """Where the last sentence of a line begins; also `after` these words."""
    return max((line.rfind(end) + len(end) for end in (". ", "! ", "? ", *after) if end in line), default=0)


def judged(line: str, ways: Sequence[str]) -> int:
    """How far a line may be shown where only whole sentences are judged: all of it if it goes one of these ways."""
    sentence = sentence_start(line)
    if any(way.startswith((line, line[sentence:])) for way in ways):
        return len(line)
    return sentence
