"""`headstart serve`: the chat in a browser, through textual-serve, which runs one process for each session.

textual-serve itself lets anybody who reaches the port open as many processes as they like, and any page in a
browser connect to it. Here sessions are counted, only the served page may connect, nothing typed is logged, and
the page asks nobody else for anything.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import re
import shlex
import signal
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from agent.settings import Settings
from headstart.errors import SettingsError

FOREIGN = re.compile(r"<link[^>]*https?://fonts\.[^>]*>")
"""textual-serve's page asks somebody else for a font, and so tells them who looks at it."""
SHUTDOWN_S = 1.0
"""How long open pages may hold up the end; their processes end with their pipes."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ChatServer(Server):
    """Serves a command's screen to at most `sessions` browsers at once."""

    def __init__(self, command: str, *, host: str, port: int, sessions: int, public_url: str | None = None) -> None:
        super().__init__(command, host=host, port=port, title="Headstart", public_url=public_url)
        self._sessions = sessions
        self._open = 0

    def initialize_logging(self) -> None:
        """Without the values of variables, which textual-serve's own log shows: they hold what is typed."""
        logging.basicConfig(level="WARNING", format="%(levelname)s %(message)s")

    async def application(self) -> web.Application:
        """What aiohttp runs."""
        return await self._make_app()

    async def on_startup(self, app: web.Application) -> None:
        """Nothing is said before the address is had."""

    def announce(self) -> None:
        """Say where it is."""
        noun = "session" if self._sessions == 1 else "sessions"
        sys.stderr.write(f"Headstart is at {self.public_url} for {self._sessions} {noun} at once. Ctrl+C ends it.\n")
        if self.host not in LOOPBACK:
            sys.stderr.write("Other machines can reach it, and passwords go in the clear: put HTTPS before it.\n")

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page, or why there is none."""
        if self._open >= self._sessions:
            return web.Response(status=503, text=self._full())
        page: web.StreamResponse = await super().handle_index(request)  # pyright: ignore[reportAssignmentType]
        if isinstance(page, web.Response) and page.text is not None:
            page.text = FOREIGN.sub("", page.text)
        return page

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One session, as long as its page is open."""
        if not self._is_own_page(request.headers.get("Origin", "")):
            raise web.HTTPForbidden(text="Only the page that this server serves may connect.")
        if self._open >= self._sessions:
            raise web.HTTPServiceUnavailable(text=self._full())
        self._open += 1
        try:
            return await super().handle_websocket(request)
        finally:
            self._open -= 1

    def _is_own_page(self, origin: str) -> bool:
        own, given = urlsplit(self.public_url), urlsplit(origin)
        return (given.scheme, given.netloc) == (own.scheme, own.netloc)

    def _full(self) -> str:
        return f"All {self._sessions} sessions are taken. Close one, or start with a higher --sessions."


def serve(
    settings: Settings, options: Sequence[str], *, host: str, port: int, sessions: int, public_url: str | None
) -> None:
    """Serve until Ctrl+C; `options` are those that each session's chat is started with."""
    if settings.password is not None:
        raise SettingsError(
            "A password is configured, so every visitor would be signed in. Take HEADSTART_PASSWORD out first."
        )
    command = shlex.join([sys.executable, "-m", "tui.command.cli", *options])
    server = ChatServer(command, host=host, port=port, sessions=sessions, public_url=public_url)
    try:
        code = asyncio.run(_serve(server))
    except (OSError, UnicodeError) as error:  # Taken, not allowed, not this machine's, not a name.
        number = getattr(error, "errno", None) or 0
        option = "--port" if number in (errno.EADDRINUSE, errno.EACCES) else "--host"
        reason = os.strerror(number) if number > 0 else error
        raise SettingsError(f"{host}:{port} cannot be listened on: {reason}. Give another {option}.") from error
    if code:
        raise SystemExit(code)


async def _serve(server: ChatServer) -> int:
    """Until a signal; the exit code. Every session is a child that ends with its pipes."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(number: int) -> None:
        if not ended.done():
            ended.set_result(0 if number == signal.SIGINT else 128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) != signal.SIG_IGN:
            loop.add_signal_handler(number, end, number)
    server.initialize_logging()
    runner = web.AppRunner(await server.application(), shutdown_timeout=SHUTDOWN_S)
    try:
        await runner.setup()
        await web.TCPSite(runner, server.host, server.port).start()
        server.announce()
        return await ended
    finally:
        await runner.cleanup()
