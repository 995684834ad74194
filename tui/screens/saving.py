"""Writing an export to a file that the customer names, or handing it to the browser."""

from __future__ import annotations

import asyncio
import contextlib
import io
import re
from pathlib import Path
from typing import Any

from textual.app import App

from tui.screens.line import LineScreen


async def save(app: App[Any], name: str, text: str) -> None:
    """Ask where to, write it there and say so. Call it in a worker: it waits for the customer."""
    if app.is_web:
        app.deliver_text(io.StringIO(text), save_filename=name)
        return
    suggested = str(suggestion(name))
    while given := await app.push_screen_wait(LineScreen("Export to which file?", suggested, "Enter writes it")):
        try:
            written = await asyncio.to_thread(_write, given, text)
        except FileExistsError:
            app.notify(f"{given} exists already. Give another name.", severity="warning", markup=False)
        except (OSError, RuntimeError, ValueError) as error:
            problem = f"{given} cannot be written: {getattr(error, 'strerror', None) or error}. Give another name."
            app.notify(problem, severity="warning", markup=False)
        else:
            app.notify(f"Written to {written}", title="Exported", timeout=8, markup=False)
            return
        suggested = given


def suggestion(name: str) -> Path:
    """A name that is free, in the downloads folder where there is one, else in the folder one is in."""
    path = Path(name)
    # No home, a folder that was removed while one is in it: the bare name is a suggestion too.
    with contextlib.suppress(OSError, RuntimeError):
        downloads = Path.home() / "Downloads"
        folder = downloads if downloads.is_dir() else Path.cwd()
        path, number = folder / name, 1
        while path.exists():
            number += 1
            path = folder / f"{Path(name).stem}-{number}{path.suffix}"
    return path


def file_name(title: str, suffix: str) -> str:
    """`headstart-where-is-my-mug.md`."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower())[:48].strip("-")
    return f"headstart-{words or 'conversation'}{suffix}"


def _write(given: str, text: str) -> Path:
    path = Path(given).expanduser()
    with path.open("x", encoding="utf-8", errors="replace") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            path.unlink(missing_ok=True)  # Half an export would be taken for a whole one.
            raise
    return path.resolve()
