"""The customer's word before anything of theirs is changed.

The question comes by itself, under the fingers of somebody who may be typing on. So only keys count that are pressed
after it was seen and after a moment without any; no letter answers; and what is typed meanwhile goes to the prompt.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual._time import get_time  # The clock of the events' own times.
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Static

from headstart.text import printable
from tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from agent.events import Confirmation
    from tui.widgets.prompt import Prompt

SEEN_S = 0.6
"""How long the question stands there before a key can answer it."""
QUIET_S = 0.6
"""How long no key may have come before one that answers."""
CHOSEN_S = 0.25
"""How long a choice stands there before Enter confirms it: in a burst the one follows the other at once."""
SCROLLS = {"up": -1, "down": 1, "pageup": -5, "pagedown": 5}


class Grace:
    """Which keys can answer a question that came by itself."""

    def __init__(self) -> None:
        self.deaf_until_s = math.inf

    def seen(self, at_s: float) -> None:
        """The question has been drawn."""
        self.deaf_until_s = at_s + SEEN_S

    def disturbed(self, at_s: float) -> None:
        """A key came that answers nothing."""
        self.deaf_until_s = max(self.deaf_until_s, at_s + QUIET_S)

    def chosen(self, at_s: float) -> None:
        """A key came that was heard."""
        self.deaf_until_s = max(self.deaf_until_s, at_s + CHOSEN_S)

    def hears(self, at_s: float) -> bool:
        """Whether a key pressed then counts."""
        return at_s >= self.deaf_until_s


class ConfirmScreen(ModalScreen[bool]):
    """A write with its before and after. Leaving it is what is chosen before anybody chooses."""

    CSS_PATH = "confirm.tcss"
    AUTO_FOCUS: ClassVar[str | None] = ""
    # Only listed, and named for the keymap: keys are heard in `on_key`. What Textual runs by binding may come from a
    # key that was on its way to the screen below.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "choose", "chooses", id="confirm.choose"),
        Binding("enter", "answer", "answers", id="confirm.answer"),
        Binding("escape", "leave", "leaves it", id="confirm.leave"),
    ]

    def __init__(
        self, confirmation: Confirmation, draft: Prompt | None = None, *, clock: Callable[[], float] = get_time
    ) -> None:
        super().__init__()
        self._confirmation = confirmation
        self._draft = draft
        """The prompt, where what is typed belongs."""
        self._clock = clock
        self._grace = Grace()
        self._yes = False
        self._is_chosen = draft is None or not draft.text.strip()
        """Whether Enter answers: not for somebody who is writing, until they have chosen."""
        self._is_answered = False
        self._listening: Timer | None = None

    def compose(self) -> ComposeResult:
        """What would change, and the two answers."""
        asked = self._confirmation
        with Vertical(id="card") as card:
            card.border_title = "Confirm this change"
            yield Static(printable(asked.message), id="message", markup=False)
            if asked.before is not None or asked.after is not None:
                with Vertical(id="change"):
                    yield Static(f"now    {printable(asked.before or '–')}", markup=False)
                    yield Static(f"then   {printable(asked.after or '–')}", id="after", markup=False)
            with Horizontal(id="buttons"):
                for name in ("yes", "no"):
                    button = Button(id=name, compact=True)
                    button.can_focus = False
                    yield button
            yield Static("What you type is in the prompt, below.", id="typed", markup=False)
        yield TooSmall()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None of them by binding."""
        return None

    def on_mount(self) -> None:
        """Nothing is heard yet."""
        self.query_one("#typed").display = False
        self._show()

    def on_screen_resume(self) -> None:
        """It is on top: what is pressed from the moment after it is drawn may be meant for it."""
        self.call_after_refresh(self._seen)

    def on_resize(self) -> None:
        """Where it did not fit it could not be read."""
        self.call_after_refresh(self._seen)

    def on_key(self, event: events.Key) -> None:
        """All keys; none is left to a binding."""
        event.stop()
        action = self._action(event.key)
        if action and self._grace.hears(event.time):
            self._grace.chosen(event.time)
            self._obey(action)
        else:
            self._disturbed(event.time)
            if action is None:
                self._write(event)
        self._show()

    def on_paste(self, event: events.Paste) -> None:
        """Never an answer."""
        self._disturbed(event.time)
        if self._draft:
            self._draft.post_message(events.Paste(event.text))
            self._written()
        self._show()

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        if self._grace.hears(event.time):
            self._answer(event.button.id == "yes")

    def _action(self, key: str) -> str | None:
        active = self.active_bindings.get(key)
        return active.binding.action if active and active.node is self and active.binding.id else None

    def _obey(self, action: str) -> None:
        if action == "leave":
            self._answer(False)
        elif action == "choose":
            self._yes = not self._yes
            self._is_chosen = True
        elif self._is_chosen:
            self._answer(self._yes)

    def _answer(self, confirmed: bool) -> None:
        if not self._is_answered:
            self._is_answered = True
            self.dismiss(confirmed)

    def _write(self, event: events.Key) -> None:
        """What is typed goes where it was meant to go."""
        if step := SCROLLS.get(event.key):
            self.query_one("#card").scroll_relative(y=step, animate=False)
            return
        if self._draft is None:
            return
        if event.is_printable and event.character:
            self._draft.take(event.character)
        elif event.key == "backspace":
            self._draft.action_delete_left()
        elif event.key == "ctrl+j":
            self._draft.action_break_line()
        else:
            return
        self._written()

    def _written(self) -> None:
        self.query_one("#typed").display = True

    def _disturbed(self, at_s: float) -> None:
        """A key came that was not heard: whatever was chosen, it is chosen again, and Enter alone answers nothing."""
        self._grace.disturbed(at_s)
        self._yes = self._is_chosen = False

    def _seen(self) -> None:
        if self.is_current and not (self.has_class("-cramped") or self.has_class("-flat")):
            self._grace.seen(self._clock())
        else:
            self._grace.deaf_until_s = math.inf
        self._show()

    def _show(self) -> None:
        """Which answer is chosen, and whether keys are heard."""
        for name, label in (("yes", "Yes, do it"), ("no", "No, leave it")):
            is_chosen = self._yes == (name == "yes")
            button = self.query_one(f"#{name}", Button)
            button.label = f"{'▸' if is_chosen else ' '} {label}"
            button.set_class(is_chosen, "-chosen")
        wait_s = self._grace.deaf_until_s - self._clock()
        self.query_one("#buttons").set_class(wait_s > 0, "-deaf")
        self.query_one("#card").border_subtitle = "one moment …" if wait_s > 0 else self._keys()
        if self._listening:
            self._listening.stop()
            self._listening = None
        if 0 < wait_s < math.inf:
            self._listening = self.set_timer(wait_s, self._show)

    def _keys(self) -> str:
        own: dict[str, Binding] = {}
        for active in self.active_bindings.values():
            if active.node is self and active.binding.id:
                own.setdefault(active.binding.id, active.binding)
        return " · ".join(f"{self.app.get_key_display(one)} {one.description}" for one in own.values())
