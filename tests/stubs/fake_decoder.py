"""A decoder that is handed what to write."""

import threading
from collections.abc import Callable
from typing import Any

from transformers import PreTrainedTokenizerFast

from headstart.llama.decoding.decoder import Decoder, DecodeStats

WAIT_S = 20.0


class FakeDecoder(Decoder):
    """Writes the text it is handed, token by token, whatever the prompt; then what the real one does not matter."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast, text: str, gate: threading.Event | None = None) -> None:
        self.text = text
        self.prompts: list[str] = []
        self.stats = DecodeStats()
        self.forwards = 0
        self._tokenizer = tokenizer
        self._gate = gate

    def generate(self, tokens: list[int], *, max_new_tokens: int, cancelled: Callable[[], bool], **_: Any) -> Any:
        self.prompts.append(self._tokenizer.decode(tokens))
        self.stats = DecodeStats(prompt_tokens=len(tokens), finish_reason="cancelled")
        written = [*self._tokenizer.encode(self.text, add_special_tokens=False), self._tokenizer.eos_token_id]
        for count, token in enumerate(written[:max_new_tokens], 1):
            if cancelled():
                return
            ended = "stop" if count == len(written) else "length" if count == max_new_tokens else "cancelled"
            self.stats = DecodeStats(prompt_tokens=len(tokens), completion_tokens=count, finish_reason=ended)
            self.forwards += 1
            yield token
            if self._gate is not None:
                self._gate.wait(WAIT_S)
