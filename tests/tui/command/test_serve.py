import asyncio
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pyte
import pytest
from aiohttp import WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer
from textual_serve.server import Server

from tui.command.serve import ChatServer

ROOT = Path(__file__).parents[3]


class Room:
    """A server whose sessions last until they are let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, sessions: int) -> None:
        self.let_go = asyncio.Event()
        self.server = ChatServer("true", host="127.0.0.1", port=8000, sessions=sessions)

        async def lasting(server: Server, request: Any) -> Any:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await self.let_go.wait()
            await socket.close()
            return socket

        monkeypatch.setattr(Server, "handle_websocket", lasting)


OWN = {"Origin": "http://127.0.0.1:8000"}


async def test_no_more_sessions_than_were_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(monkeypatch, sessions=1)
    async with TestClient(TestServer(await room.server._make_app())) as client:
        assert (await client.get("/")).status == 200
        first = await client.ws_connect("/ws", headers=OWN)
        refused = await client.get("/")
        assert refused.status == 503
        assert "All 1 sessions are taken" in await refused.text()
        with pytest.raises(WSServerHandshakeError, match="503"):
            await client.ws_connect("/ws", headers=OWN)
        room.let_go.set()
        await first.receive()
        await first.close()
        assert (await client.get("/")).status == 200


@pytest.mark.parametrize("origin", ["http://evil.example", "", "http://127.0.0.1:8001", "null"])
async def test_only_the_served_page_may_connect(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    room = Room(monkeypatch, sessions=1)
    async with TestClient(TestServer(await room.server._make_app())) as client:
        with pytest.raises(WSServerHandshakeError, match="403"):
            await client.ws_connect("/ws", headers={"Origin": origin})


async def test_the_page_asks_nobody_else_for_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(monkeypatch, sessions=1)
    async with TestClient(TestServer(await room.server._make_app())) as client:
        page = await (await client.get("/")).text()
    assert "textual.js" in page
    linked = re.findall(r"(?:src|href)=\"([a-z]+://[^/\"]+)", page)
    assert linked
    assert set(linked) == {"http://127.0.0.1:8000"}


async def test_a_browser_sees_the_login_screen_and_what_is_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"HEADSTART_{name}_FOLDER", str(tmp_path / name))
    monkeypatch.chdir(ROOT)
    command = shlex.join([sys.executable, "-m", "tui.command.cli", "--model", str(tmp_path)])
    server = ChatServer(command, host="127.0.0.1", port=8000, sessions=1)
    async with TestClient(TestServer(await server._make_app())) as client:
        page = await client.ws_connect("/ws?width=80&height=24", headers=OWN)
        screen = pyte.Screen(80, 24)
        stream = pyte.ByteStream(screen)

        async def until(words: str) -> None:
            while words not in "\n".join(screen.display):
                message = await page.receive(timeout=120)
                assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), "\n".join(screen.display)
                if message.type is WSMsgType.BINARY:
                    stream.feed(message.data)

        await until("Password")
        await page.send_json(["stdin", "user123\r"])
        await until("user123")
        await page.send_json(["stdin", "demo\r"])
        await until("Ada Moreno")
        await page.close()
        async with asyncio.timeout(60):  # The session's process ends with its page.
            while server._open or psutil.Process().children():
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)


def test_a_session_is_the_chat_itself(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
    folders = {f"HEADSTART_{name}_FOLDER": str(tmp_path / name) for name in ("DATA", "STATE", "CACHE")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.command.cli", "--model", str(tmp_path)],
        cwd=ROOT,
        env={**kept, **folders, "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == b"__GANGLION__\n"
    finally:
        process.kill()
        process.wait(10)


def test_a_session_ends_with_its_server(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
    folders = {f"HEADSTART_{name}_FOLDER": str(tmp_path / name) for name in ("DATA", "STATE", "CACHE")}
    with subprocess.Popen(
        [sys.executable, "-m", "tui.command.cli", "--model", str(tmp_path)],
        cwd=ROOT,
        env={**kept, **folders, "TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            assert process.stdout
            assert process.stdin
            assert process.stdout.readline() == b"__GANGLION__\n"
            process.stdin.close()
            process.stdout.close()
            assert process.wait(20) == 129
        finally:
            process.kill()
