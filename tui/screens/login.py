"""The login screen: the first frame, so it imports nothing that the frame does not need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from tui import messages
from tui.figures.words import model_words
from tui.widgets.keys_footer import KeysFooter
from tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from agent.models.loading import ModelState
    from agent.settings import Settings
    from headstart.errors import HeadstartError


class NameInput(Input):
    """Hands over at Enter and Tab. Keys that were on their way here then are the password's: they are never shown."""

    @dataclass
    class Overtaken(Message):
        """A key that came after that."""

        key: events.Key

    def __init__(self, value: str, *, id: str) -> None:
        super().__init__(value, id=id)
        self._handed_over = False

    def on_focus(self) -> None:
        """The name is being typed again."""
        self._handed_over = False

    async def _on_key(self, event: events.Key) -> None:
        if self._handed_over:
            event.stop()
            event.prevent_default()
            self.post_message(self.Overtaken(event))
        elif event.key in ("enter", "tab"):
            self._handed_over = True


class PasswordInput(Input):
    """A password that no clipboard gets: Textual's own field copies the clear text.

    At Enter it is the password: what follows in the same moment is not.
    """

    @dataclass
    class Overtaken(Message):
        """A key that came after Enter."""

        key: events.Key

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, password=True)
        self._is_given = False

    async def _on_key(self, event: events.Key) -> None:
        if self._is_given:
            event.stop()
            event.prevent_default()
            self.post_message(self.Overtaken(event))
        elif event.key == "enter":
            self._is_given = True

    def take_again(self) -> None:
        """It is being typed again."""
        self._is_given = False

    def action_copy(self) -> None:
        """Nothing."""

    def action_cut(self) -> None:
        """Nothing."""


class LoginScreen(Screen[None]):
    """Name and password. Shows what the app tells it, and asks the app to sign in.

    In a world of one user there is nothing to type: it opens by itself, and after a sign-out by Enter.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "enter", "Open", id="login.open", tooltip="Open the chat", show=False)
    ]

    AUTO_FOCUS: ClassVar[str | None] = None

    user = getters.query_one("#user", Input)
    password = getters.query_one("#password", PasswordInput)
    problem = getters.query_one("#problem", Static)
    model = getters.query_one("#model", Static)

    def __init__(self, settings: Settings, hint: str = "", *, signs_in: bool = True) -> None:
        super().__init__()
        self._settings = settings
        self._hint = hint
        self._signs_in = signs_in
        self._has_problem = False
        self._is_busy = False

    def compose(self) -> ComposeResult:
        """A card in the middle, the model's progress below."""
        with VerticalScroll(id="card", can_focus=False):
            yield Static("Headstart", id="name", markup=False)
            yield Static("customer support that has already looked", id="tagline", markup=False)
            name = _titled(NameInput(self._settings.user or "", id="user"), "Name")
            password = _titled(PasswordInput(id="password"), "Password")
            name.display = password.display = self._signs_in
            yield name
            yield password
            yield Static(id="problem", markup=False)
            if self._hint:
                yield Static(self._hint, id="hint", markup=False)
        with Vertical(id="below"):
            yield Static("model  not loaded yet", id="model", markup=False)
            yield KeysFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """Sign in at once where both are given."""
        if not self._signs_in:
            self._show_doing("⋯ opening …")
            return
        given = self._settings.password
        if self._settings.user and given is not None:
            self.password.value = given.get_secret_value()
            self._submit()
        else:
            (self.password if self._settings.user else self.user).focus()

    @on(Input.Submitted, "#user")
    def _to_password(self) -> None:
        self.password.focus()

    @on(NameInput.Overtaken)
    def _overtaken(self, message: NameInput.Overtaken) -> None:
        if self._is_busy:
            self._type_ahead(message.key)
        elif message.key.key == "enter":
            self._submit()
        elif message.key.is_printable and message.key.character:
            self.password.insert_text_at_cursor(message.key.character)

    @on(PasswordInput.Overtaken)
    def _given(self, message: PasswordInput.Overtaken) -> None:
        self._type_ahead(message.key)

    def on_key(self, event: events.Key) -> None:
        """While the sign-in is checked no field has the focus."""
        if self._is_busy:
            self._type_ahead(event)

    def on_paste(self, event: events.Paste) -> None:
        """The same, pasted."""
        if self._is_busy:
            self.post_message(messages.TypedAhead(event.text))

    def _type_ahead(self, key: events.Key) -> None:
        text = "\n" if key.key in ("enter", "ctrl+j") else key.character if key.is_printable else None
        if text:
            self.post_message(messages.TypedAhead(text))

    @on(Input.Submitted, "#password")
    def _submit(self) -> None:
        if not self.user.value.strip():
            self.password.take_again()
            self._show_problem("The name is empty. Type the name of your account.")
            self.user.focus()
        elif not self.password.value:
            self.password.take_again()
            self._show_problem("The password is empty. Type it, then press Enter.")
            self.password.focus()
        else:
            self._busy("checking …")
            self.post_message(messages.SignInAsked(self.user.value.strip(), self.password.value))

    @on(Input.Changed)
    def _forget_problem(self) -> None:
        # Not by asking the widgets: a last key may arrive when they are being taken down already.
        if self._has_problem:
            self._show_problem("")

    @property
    def is_busy(self) -> bool:
        """Whether a sign-in is being checked."""
        return self._is_busy

    def enter(self) -> None:
        """Begin without a name: the world has one user."""
        self._busy("opening …")
        self.post_message(messages.SignInAsked("", ""))

    def action_enter(self) -> None:
        """Enter, where no field takes it."""
        if not self._signs_in and not self._is_busy:
            self.enter()

    def opened(self) -> None:
        """The world is open; what was said about it no longer holds."""
        if self._has_problem:
            self._show_problem("")

    def empty(self) -> None:
        """Signed in: neither name nor password is kept here."""
        self.user.value = self.password.value = ""
        self._free("")

    def leaving(self) -> None:
        """Signing out; the old session must end before a new one begins."""
        self._busy("signing out …")

    def left(self) -> None:
        """Signed out."""
        self._free("")
        if self._signs_in:
            self.user.focus()
        else:
            self._show_doing("Enter opens it again, Ctrl+Q quits.")

    def failed(self, error: HeadstartError, typed: str = "") -> None:
        """The sign-in failed, or the world cannot be opened; what was typed stays, but for the password.

        What was typed since may be the password once more: only its field can take it, where nobody reads it.
        """
        with self.prevent(Input.Changed):
            self.password.value = typed.strip().replace("\n", " ")
        self._free(str(error))
        if self._signs_in:
            (self.password if self.user.value else self.user).focus()

    def show_model(self, state: ModelState) -> None:
        """How far the model is, small."""
        self.model.set_class(state.error is not None, "-error")
        self.model.update(str(state.error) if state.error else model_words(state)[0])

    def _busy(self, doing: str) -> None:
        self._is_busy = True
        self.user.disabled = self.password.disabled = True
        self._show_doing(f"⋯ {doing}")

    def _show_doing(self, text: str) -> None:
        self._has_problem = False
        self.problem.remove_class("-error")
        self.problem.update(text)

    def _free(self, problem: str) -> None:
        self._is_busy = False
        self.password.take_again()
        self.user.disabled = self.password.disabled = False
        self._show_problem(problem)

    def _show_problem(self, text: str) -> None:
        self._has_problem = bool(text)
        self.problem.set_class(self._has_problem, "-error")
        self.problem.update(f"✗ {text}" if text else "")


def _titled(field: Input, title: str) -> Input:
    field.border_title = title
    return field
