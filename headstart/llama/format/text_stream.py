"""From tokens to text while they stream in: whole characters, and an end at the stop sequences."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer


class TokenText:
    """Turns tokens into text, holding back bytes until they make a whole character; special tokens give none."""

    def __init__(self, tokenizer: "Tokenizer") -> None:
        from tokenizers.decoders import DecodeStream

        self._tokenizer: Any = tokenizer
        self._stream: Any = DecodeStream(skip_special_tokens=True)

    def feed(self, token: int) -> str:
        """The text that has become certain with this token; often none."""
        return self._stream.step(self._tokenizer, token) or ""


class StopSequences:
    """Cuts a stream of text before the first of some sequences, wherever the pieces are split."""

    def __init__(self, sequences: Sequence[str]) -> None:
        self._sequences = [sequence for sequence in sequences if sequence]
        self._held = ""
        self.reached = False
        """Whether a sequence was found; the text is then over."""

    def feed(self, text: str) -> str:
        """The text that is certain to come before any stop sequence."""
        if self.reached:
            return ""
        self._held += text
        found = [at for sequence in self._sequences if (at := self._held.find(sequence)) >= 0]
        if found:
            self.reached = True
            shown, self._held = self._held[: min(found)], ""
            return shown
        kept = max((overlap(self._held, sequence) for sequence in self._sequences), default=0)
        shown, self._held = self._held[: len(self._held) - kept], self._held[len(self._held) - kept :]
        return shown

    def finish(self) -> str:
        """The text is over: what looked like the beginning of a stop sequence was none."""
        held, self._held = self._held, ""
        return held


def overlap(text: str, marker: str) -> int:
    """How many characters at the end of `text` may be the beginning of `marker`, the whole of it not counted."""
    return next((n for n in range(min(len(marker) - 1, len(text)), 0, -1) if text.endswith(marker[:n])), 0)
