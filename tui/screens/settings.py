"""The settings: what can be changed while the chat runs, and what it runs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Select, Static

from agent.settings import STRATEGIES, Strategy

if TYPE_CHECKING:
    from tui.preferences import Preferences

NAME_CELLS = 20
EXPLAINED: dict[Strategy, str] = {
    "sequential": "sequential: no head start",
    "overlap": "overlap: lookups beside the model",
    "ahead": "ahead: all three head starts",
}


class OnOff(Static, can_focus=True):
    """A setting that is on or off, in words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "change", "Change", id="setting.change", tooltip="Switch it on or off")
    ]

    @dataclass
    class Changed(Message):
        """It was switched."""

        name: str
        value: bool

    def __init__(self, value: bool, id: str) -> None:
        super().__init__(id=id, markup=False)
        self.value = value
        self._draw()

    def action_change(self) -> None:
        self.value = not self.value
        self._draw()
        self.post_message(self.Changed(self.id or "", self.value))

    def on_click(self) -> None:
        """A click does the same."""
        self.action_change()

    def _draw(self) -> None:
        self.update("✓ on" if self.value else "✗ off")


class SettingsScreen(ModalScreen[None]):
    """Every change holds at once; the app keeps it."""

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f5", "dismiss", "Close", id="settings.close", tooltip="Back to the chat"),
    ]

    @dataclass
    class Changed(Message):
        """A preference was changed."""

        preferences: Preferences

    @dataclass
    class StrategyChosen(Message):
        """Another strategy, from the next turn on."""

        strategy: Strategy

    theme_choice = getters.query_one("#theme", Select)

    def __init__(self, preferences: Preferences, strategy: Strategy, themes: list[str], facts: dict[str, str]) -> None:
        super().__init__()
        self._preferences = preferences
        self._strategy: Strategy = strategy
        self._themes = themes
        self._facts = facts

    def compose(self) -> ComposeResult:
        """What can be chosen, then what is only told."""
        chosen = self._preferences
        with VerticalScroll(id="card", can_focus=False) as card:
            card.border_title = "Settings"
            card.border_subtitle = "Tab next, Enter changes, Esc closes"
            yield _row(
                "theme",
                Select(
                    [(name, name) for name in self._themes],
                    value=chosen.theme,
                    allow_blank=False,
                    id="theme",
                    compact=True,
                ),
            )
            strategies = [(EXPLAINED[name], name) for name in STRATEGIES]
            yield _row(
                "strategy", Select(strategies, value=self._strategy, allow_blank=False, id="strategy", compact=True)
            )
            yield _row("ahead panel", OnOff(chosen.ahead_panel, id="ahead_panel"))
            yield _row("animations", OnOff(chosen.animations, id="animations"))
            yield _row("bell when answered", OnOff(chosen.notify, id="notify"))
            for name, fact in self._facts.items():
                yield Static(Content.assemble((f"{name:<{NAME_CELLS}}", "dim"), fact), classes="fact", markup=False)

    @on(Select.Changed, "#theme")
    def _choose_theme(self, event: Select.Changed) -> None:
        self._change(theme=str(event.value))

    @on(Select.Changed, "#strategy")
    def _choose_strategy(self, event: Select.Changed) -> None:
        for strategy in STRATEGIES:
            if strategy == event.value and strategy != self._strategy:
                self._strategy = strategy
                self.post_message(self.StrategyChosen(strategy))

    @on(OnOff.Changed)
    def _switch(self, event: OnOff.Changed) -> None:
        self._change(**{event.name: event.value})

    def _change(self, **changed: object) -> None:
        preferences = self._preferences.model_copy(update=changed)
        if preferences != self._preferences:
            self._preferences = preferences
            self.post_message(self.Changed(preferences))


def _row(name: str, field: Select[str] | OnOff) -> Horizontal:
    return Horizontal(Static(name, classes="name", markup=False), field, classes="setting")
