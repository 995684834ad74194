"""What was issued ahead, what became of it, and what it was worth."""

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Ledger:
    """Counts for one customer since sign-in; the gauge and the benchmarks read them.

    A claim that was answered is exactly one of hit, joined, stale or missed; one that raised or was
    cancelled is none. An issued call is at any time exactly one of used, wasted or outstanding. It is used
    when the model asked for it or an answer rests on it, and wasted when it was dropped without that.
    """

    issued: int = 0
    hit: int = 0
    joined: int = 0
    stale: int = 0
    missed: int = 0
    failed: int = 0
    """Speculative calls that raised; reported nowhere else until they are claimed. Wasted once dropped."""
    used: int = 0
    wasted: int = 0
    hidden_s: float = 0.0

    @property
    def outstanding(self) -> int:
        """Issued calls that may still be used: held, or claimed in a turn that is not over."""
        return self.issued - self.used - self.wasted

    def copy(self) -> "Ledger":
        """The counts as they stand now."""
        return Ledger(**{f.name: getattr(self, f.name) for f in fields(self)})
