"""The history: the conversations that are kept of this customer, to go on with, rename, delete and export."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import DataTable, Static

from agent.events import Confirmation
from headstart.errors import HeadstartError
from tui import messages
from tui.screens.confirm import ConfirmScreen
from tui.screens.line import LineScreen
from tui.screens.saving import file_name, save
from tui.widgets.keys_footer import KeysFooter
from tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from agent.session.conversations import Conversations, Kept

WHEN_CELLS = 12
TURNS_CELLS = 5
NARROWEST_TITLE = 20


class HistoryScreen(Screen[None]):
    """A list, newest first. It reads and writes what is kept; which one goes on is the app's to change."""

    CSS_PATH = "history.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f3", "dismiss", "Back", id="history.back", tooltip="Back to the chat"),
        Binding("enter", "open", "Open", priority=True, id="history.open", tooltip="Go on with this conversation"),
        Binding("n", "new", "New", id="history.new", tooltip="Begin a new conversation"),
        Binding("r", "rename", "Rename", id="history.rename", tooltip="Give it another title"),
        Binding("d", "delete", "Delete", id="history.delete", tooltip="Delete it for good"),
        Binding("m", "export('.md')", "Markdown", id="history.markdown", tooltip="Export it as Markdown"),
        Binding("j", "export('.json')", "JSON", id="history.json", tooltip="Export it as JSON"),
    ]

    table = getters.query_one("#kept", DataTable)

    def __init__(self, conversations: Conversations, current: str, is_busy: Callable[[], bool]) -> None:
        super().__init__()
        self._conversations = conversations
        self._current = current
        self._is_busy = is_busy
        """Whether an answer is being written: the conversation it belongs to cannot be left then."""
        self._listed: dict[str, Kept] = {}

    def compose(self) -> ComposeResult:
        """The list, and below it where it is kept."""
        yield Static("Your conversations", id="title", markup=False)
        yield DataTable[Content](id="kept", cursor_type="row", show_header=True, zebra_stripes=False, cell_padding=1)
        yield Static("⋯ reading", id="state", markup=False)
        yield Static(_where(self._conversations.path), id="where", markup=False)
        yield KeysFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """Read what is kept."""
        self._run(self._read())

    def on_resize(self) -> None:
        """The titles take what room there is."""
        self._show()

    @on(DataTable.RowSelected, "#kept")
    def action_open(self) -> None:
        kept = self._chosen()
        if kept is None:
            return
        if kept.thread_id == self._current:
            self.dismiss()
        else:
            self._change_to(kept.thread_id)

    def action_new(self) -> None:
        self._change_to(None)

    def action_rename(self) -> None:
        if kept := self._chosen():
            self._run(self._rename(kept))

    def action_delete(self) -> None:
        kept = self._chosen()
        if kept and not (kept.thread_id == self._current and self._answer_runs()):
            self._run(self._delete(kept))

    def action_export(self, suffix: str) -> None:
        """M and J."""
        if kept := self._chosen():
            self._run(self._export(kept, suffix))

    def _change_to(self, thread_id: str | None) -> None:
        if not self._answer_runs():
            self._say("⋯ opening")
            self.post_message(messages.ConversationAsked(thread_id))

    def _answer_runs(self) -> bool:
        if self._is_busy():
            self.notify("An answer is being written. Wait for it, or stop it with Esc in the chat.", markup=False)
            return True
        return False

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """Owned by the app, or the work would die with this screen."""
        self.app.run_worker(self._guarded(work), group="history", exit_on_error=False)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except HeadstartError as error:
            self.app.notify(str(error), title="That did not work", severity="error", timeout=10, markup=False)
            self._say("")

    async def _read(self) -> None:
        listed = await asyncio.to_thread(self._conversations.listed)
        self._listed = {kept.thread_id: kept for kept in listed}
        self._show()
        self._say("" if listed else "No saved conversations yet.")

    async def _rename(self, kept: Kept) -> None:
        title = await self.app.push_screen_wait(LineScreen("Title", kept.title, "Enter keeps it"))
        if title is not None:
            await asyncio.to_thread(self._conversations.rename, kept.thread_id, title)
            await self._read()

    async def _delete(self, kept: Kept) -> None:
        asked = Confirmation("delete", {}, f"“{kept.title}” will be deleted permanently.", None, None, kept.thread_id)
        if await self.app.push_screen_wait(ConfirmScreen(asked)):
            await asyncio.to_thread(self._conversations.delete, kept.thread_id)
            if kept.thread_id == self._current:
                self._change_to(None)
            else:
                await self._read()

    async def _export(self, kept: Kept, suffix: str) -> None:
        from agent.session.conversations import as_json, as_markdown

        turns = await asyncio.to_thread(self._conversations.turns, kept.thread_id)
        text = as_markdown(kept, turns) if suffix == ".md" else as_json(kept, turns)
        await save(self.app, file_name(kept.title, suffix), text)

    def _chosen(self) -> Kept | None:
        if not self.table.row_count:
            return None
        key = self.table.coordinate_to_cell_key(self.table.cursor_coordinate).row_key.value
        return self._listed.get(key or "")

    def _say(self, text: str) -> None:
        if self.is_attached:
            state = self.query_one("#state", Static)
            state.display = bool(text)
            state.update(text)

    def _show(self) -> None:
        if not self.is_attached:
            return
        chosen = self.table.cursor_row
        title_cells = max(NARROWEST_TITLE, self.size.width - WHEN_CELLS - TURNS_CELLS - 12)
        self.table.clear(columns=True)
        self.table.add_column(" ", width=1)
        self.table.add_column("last", width=WHEN_CELLS)
        self.table.add_column("turns", width=TURNS_CELLS)
        self.table.add_column("conversation", width=title_cells)
        for kept in self._listed.values():
            here = kept.thread_id == self._current
            title = kept.title if len(kept.title) <= title_cells else f"{kept.title[: title_cells - 1]}…"
            self.table.add_row(
                Content("●" if here else " "),
                Content.styled(f"{kept.last_at.astimezone():%d %b %H:%M}", "dim"),
                Content(f"{kept.turns:>{TURNS_CELLS}}"),
                Content.styled(title, "bold" if here else ""),
                key=kept.thread_id,
            )
        self.table.move_cursor(row=min(chosen, max(0, self.table.row_count - 1)))
        self.table.display = bool(self._listed)
        if self._listed:
            self.table.focus()


def _where(path: Path) -> str:
    home = Path.home()
    shown = f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
    return f"Saved on this machine, in {shown}. D deletes the selected conversation permanently. ● marks the open one."
