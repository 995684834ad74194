"""Drafts for speculative decoding, copied from the text at hand.

Prompt lookup decoding (Apoorv Saxena, 2023): where the last few tokens have stood before, what
followed them then is likely to follow again, and a forward pass that checks ten tokens costs little
more than one that makes a single token. An answer about orders is mostly copied from the orders, a
piece here and a piece there of one row; so of the places that match equally well, the one nearest to
the last copy is taken, not the latest, which makes more tokens a pass.
"""

from collections import defaultdict
from collections.abc import Sequence

_LONGEST_DRAFT = 14
_LONGEST_MATCH = 6
_TRUSTED_MATCH = 4
_PLACES = 200
"""Places looked at, the latest of them: a bound on the work for a token such as a space."""
_MEMORY = 0.7
"""How much of the past is kept with each draft that is learned from."""


class PromptLookup:
    """An index over one growing sequence, and how long a draft is worth its check."""

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens: list[int] = []
        self._followers: defaultdict[int, list[int]] = defaultdict(list)
        self._source = self._copied_from = self._match = 0
        # Tokens that a draft got right lately, by how many tokens matched before it.
        self._right = {1: 1.0, 2: 2.0, 3: 6.0, 4: 8.0}
        for token in tokens:
            self.append(token)

    def append(self, token: int) -> None:
        """Take down one more token of the sequence."""
        if self._tokens:
            self._followers[self._tokens[-1]].append(len(self._tokens))
        self._tokens.append(token)
        self._copied_from += 1

    def draft(self, room: int) -> list[int]:
        """What may come next: at most `room` tokens, none where nothing suggests any or drafts fail too often."""
        places = self._followers.get(self._tokens[-1], [])[-_PLACES:]
        if not places:
            return []
        self._source = max(places, key=self._worth)
        self._match = min(_TRUSTED_MATCH, self._matching(self._source))
        # A little more than what was right of late: a draft that is always right grows, one that fails shrinks to none.
        length = round(0.3 + 1.6 * self._right[self._match])
        # Where the copy reaches the end of the text it goes round: what repeats goes on repeating.
        period = len(self._tokens) - self._source
        return [self._tokens[self._source + at % period] for at in range(min(room, length, _LONGEST_DRAFT))]

    def learn(self, drafted: int, accepted: int) -> None:
        """Take down how many tokens of the last draft were right."""
        if not drafted:
            return
        right = accepted * 1.6 if accepted == drafted else accepted
        self._right[self._match] = _MEMORY * self._right[self._match] + (1 - _MEMORY) * right
        if accepted >= 3:
            self._copied_from = self._source

    def _worth(self, place: int) -> tuple[int, int]:
        return self._matching(place), -abs(place - self._copied_from)

    def _matching(self, place: int) -> int:
        """How many tokens before `place` are the same as at the end, `_LONGEST_MATCH` at most."""
        matching = 1
        while (
            matching < min(_LONGEST_MATCH, place) and self._tokens[place - 1 - matching] == self._tokens[-1 - matching]
        ):
            matching += 1
        return matching
