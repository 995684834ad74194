"""How a token is chosen from the logits: the likeliest or a drawn one, within what a guide allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import torch
from torch import Tensor

from headstart.llama.decoding.kv_cache import common_prefix

_COLDEST, _HOTTEST = 1e-5, 1e5
"""Beyond them float32 knows no chances between none and all, and none that differ."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a token is chosen from the logits; `temperature` 0 takes the likeliest and ignores the rest."""

    temperature: float = 0.0
    top_p: float = 1.0
    """The likeliest tokens that together have at least this probability are drawn from."""
    seed: int | None = None
    top_k: int | None = None
    """So many of the likeliest tokens are drawn from; `top_p` counts among them."""
    repetition_penalty: float = 1.0
    """Divides the logits of tokens that stand in the prompt or the answer already, or multiplies negative ones."""


GREEDY = Sampling()


class Guide(Protocol):
    """Says which tokens may come next; `headstart.llama.format.grammar` has one for tool calls."""

    @property
    def done(self) -> bool:
        """Whether the answer is over with what was accepted."""
        ...

    @property
    def active(self) -> bool:
        """Whether not every token is allowed; `allowed` is asked only then."""
        ...

    def allowed(self, room: int) -> Tensor:
        """Which tokens may come next, `(vocabulary,)` booleans; at most `room` more will be made."""
        ...

    def accept(self, token: int) -> bool:
        """Take the next token; False, and nothing has changed, if it may not come next."""
        ...

    def draft(self, proposed: list[int]) -> list[int]:
        """What is worth a check in place of `proposed`."""
        ...


class Chooser:
    """Chooses tokens from logits, within what a guide allows."""

    def __init__(
        self, sampling: Sampling, device: torch.device, guide: Guide | None, prompt: Sequence[int] = ()
    ) -> None:
        self._sampling, self._guide = sampling, guide
        self._seen = set(prompt)
        self._generator = torch.Generator(device)
        if sampling.seed is None:
            self._generator.seed()
        else:
            self._generator.manual_seed(sampling.seed)

    @property
    def done(self) -> bool:
        """Whether the guide says that the last token chosen is the answer's last."""
        return self._guide is not None and self._guide.done

    def draft(self, proposed: list[int]) -> list[int]:
        """What is worth a check, told what prompt lookup proposes."""
        return proposed if self._guide is None else self._guide.draft(proposed)

    def __call__(self, logits: Tensor, draft: Sequence[int], room: int) -> list[int]:
        """One token after each of `draft`, as far as the draft is right; logits are `(1 + draft, vocabulary)`."""
        if self._sampling.repetition_penalty != 1:
            logits = self._penalised(logits, draft)
        chosen = self._chosen(logits, draft, room)
        self._seen.update(chosen[: common_prefix(chosen, list(draft)) + 1])
        return chosen

    def _chosen(self, logits: Tensor, draft: Sequence[int], room: int) -> list[int]:
        free = self._pick(logits)
        if self._guide is None:
            return free
        chosen: list[int] = []
        for at, token in enumerate(free):
            chosen.append(self._guided(self._guide, logits[at], token, room - at))
            if self._guide.done or at == len(draft) or chosen[at] != draft[at]:
                break
        return chosen

    def _guided(self, guide: Guide, logits: Tensor, free: int, room: int) -> int:
        token = free
        if guide.active:
            logits = logits.masked_fill(~guide.allowed(room).to(logits.device), float("-inf"))
            token = self._pick(logits[None])[0]
        while not guide.accept(token):
            logits = logits.index_fill(0, torch.tensor([token], device=logits.device), float("-inf"))
            token = self._pick(logits[None])[0]
        return token

    def _penalised(self, logits: Tensor, draft: Sequence[int]) -> Tensor:
        """Each row by what stands before it, so much of the draft included: as token by token."""
        penalised = logits.clone()
        for at, row in enumerate(penalised):
            seen = torch.tensor(sorted(self._seen.union(draft[:at])), device=row.device)
            scores = row[seen]
            penalty = self._sampling.repetition_penalty
            row[seen] = torch.where(scores < 0, scores * penalty, scores / penalty)
        return penalised

    def _pick(self, logits: Tensor) -> list[int]:
        """One token a row of `(rows, vocabulary)`.

        A draft is kept as far as it equals what was drawn, so drafting does not change the distribution.
        """
        if self._sampling.temperature <= 0:
            return cast(list[int], logits.argmax(-1).tolist())
        temperature = min(max(self._sampling.temperature, _COLDEST), _HOTTEST)
        chances = ((logits.float() - logits.float().amax(-1, keepdim=True)) / temperature).softmax(-1)
        ordered, tokens = chances.sort(-1, descending=True)
        if self._sampling.top_k is not None:
            ordered[:, self._sampling.top_k :] = 0
            ordered /= ordered.sum(-1, keepdim=True)
        excess = ordered.cumsum(-1) - ordered >= self._sampling.top_p
        excess[:, 0] = False  # However little is asked for, the likeliest token is in it.
        ordered[excess] = 0
        drawn = ordered.multinomial(1, generator=self._generator)
        return cast(list[int], tokens.gather(-1, drawn).squeeze(-1).tolist())
