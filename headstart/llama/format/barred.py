"""Going back in an answer: it continues from a beginning, and not with what was tried there before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from headstart.llama.decoding.choosing import Guide


@dataclass(slots=True)
class BarredGuide:
    """Lets no continuation through that begins with one of the `barred` texts; all else is the `inner` guide's."""

    barred: Sequence[str]
    text_of: Callable[[list[int]], str]
    inner: Guide | None = None
    _tokens: list[int] = field(default_factory=list[int])
    _over: bool = False

    @property
    def done(self) -> bool:
        """Whether the answer is over with what was accepted."""
        return self.inner is not None and self.inner.done

    @property
    def active(self) -> bool:
        """Only what the inner guide forbids is known before a token is tried."""
        return self.inner is not None and self.inner.active

    def allowed(self, room: int) -> Tensor:
        """What the inner guide allows."""
        return self.inner.allowed(room) if self.inner is not None else torch.ones(0, dtype=torch.bool)

    def accept(self, token: int) -> bool:
        """Take the next token unless the continuation would begin with what is barred."""
        if not self._over:
            text = self.text_of([*self._tokens, token]).lstrip()
            barred = [one.strip() for one in self.barred if one.strip()]
            if any(text.startswith(one) for one in barred):
                return False
            over = bool(text) and not any(one.startswith(text) for one in barred)
        else:
            over = True
        if self.inner is not None and not self.inner.accept(token):
            return False
        self._tokens.append(token)
        self._over = over
        return True

    def draft(self, proposed: list[int]) -> list[int]:
        """Drafts are checked token by token anyway."""
        return self.inner.draft(proposed) if self.inner is not None else proposed
