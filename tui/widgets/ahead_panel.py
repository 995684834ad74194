"""The ahead panel: what is being looked up before it was asked for, why, and what became of it."""

from textual.content import Content

from headstart.speculation.ledger import Ledger
from headstart.speculation.speculator import Ahead
from tui.figures.words import call_words, tenths
from tui.widgets.drawn import Drawn

MARKS = {"waiting": "·", "in flight": "⋯", "ready": "✓", "failed": "✗"}
MUTED = "dim"
SHOWN = 6
"""The newest that are listed; the counts are over all."""
WIDTH = 37


class AheadPanel(Drawn):
    """Draws what a session looks up ahead, and its ledger."""

    def show(self, ahead: tuple[Ahead, ...], ledger: Ledger) -> None:
        self.draw(panel(ahead, ledger))


def panel(ahead: tuple[Ahead, ...], ledger: Ledger) -> Content:
    """The panel's text."""
    rows = [Content.styled("AHEAD", "bold"), *(_row(one) for one in ahead[-SHOWN:])]
    if not ahead:
        rows.append(Content.styled("nothing is looked up ahead", MUTED))
    rows.append(Content.styled(f"{ledger.issued} issued  {ledger.used} used  {ledger.stale} stale", MUTED))
    return Content("\n").join(rows)


def _row(one: Ahead) -> Content:
    state = one.outcome or one.state
    took_s = one.took_s if one.took_s is not None else one.age_s
    right = f"{state}  {tenths(took_s)}"
    words = f"{MARKS[one.state]} {call_words(one.call)}"
    room = WIDTH - len(right) - 1
    if len(words) > room:
        words = f"{words[: room - 1]}…"
    return Content.assemble(f"{words:<{room + 1}}", right, (f"\n  {one.reason}", MUTED))
