"""Drafts for speculative decoding, copied from the text at hand.

Prompt lookup decoding (Apoorv Saxena, 2023): where the last few tokens have stood before, what
followed them then is likely to follow again, and a forward pass that checks ten tokens costs little
more than one that makes a single token. An answer about orders is mostly copied from the orders.
"""

from collections.abc import Sequence


class PromptLookup:
    """An index of n-grams over one growing sequence, and how long a draft is worth its check."""

    LONGEST_DRAFT = 12
    _NGRAMS = (3, 2)

    def __init__(self, tokens: Sequence[int]) -> None:
        self._tokens = list(tokens)
        self._followers: dict[tuple[int, ...], int] = {}
        self._length = float(self.LONGEST_DRAFT)
        for end in range(len(self._tokens)):
            self._index(end)

    def append(self, token: int) -> None:
        """Take down one more token of the sequence."""
        self._tokens.append(token)
        self._index(len(self._tokens) - 1)

    def draft(self, room: int) -> list[int]:
        """What may come next: at most `room` tokens, none where nothing suggests any."""
        for size in self._NGRAMS:
            start = self._followers.get(tuple(self._tokens[-size:]))
            if start is None:
                continue
            # Two tokens that stood together before say less than three, so they are trusted half as far.
            trusted = self._length if size == max(self._NGRAMS) else self._length / 2
            return self._tokens[start : start + min(room, round(trusted))]
        return []

    def learn(self, drafted: int, accepted: int) -> None:
        """Take down how many of the drafted tokens were right: the next draft is as long as is worth its check."""
        if not drafted:
            return
        if accepted == drafted:
            self._length = min(self.LONGEST_DRAFT, max(2.0, 2 * self._length))
        else:
            self._length = max(0.5, (self._length + 2 * accepted) / 2 if accepted else self._length / 2)

    def _index(self, end: int) -> None:
        """The n-grams that end just before `end` are followed by it; later ones displace earlier ones."""
        for size in self._NGRAMS:
            if end >= size:
                self._followers[tuple(self._tokens[end - size : end])] = end
