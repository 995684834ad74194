"""`headstart ask` in a pseudo-terminal: what a screen reader is given."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys, threading
from functools import partial
from stubs.fake_llama import FakeLlama, asks
from agent.engine import Engine
from tui import ask, cli

llama = {model}
ask.Engine = partial(Engine, load_model=lambda *_: llama)
sys.argv = ["headstart", "ask", *sys.argv[1:]]
cli.main()
"""
Spawn = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    children: list[Any] = []

    def run(model: str, *options: str, **variables: str) -> Any:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
        folders = {f"HEADSTART_{name}_FOLDER": str(tmp_path / name) for name in ("DATA", "STATE")}
        environment = {**kept, **folders, "HEADSTART_PASSWORD": "demo", "PYTHONPATH": f"{ROOT}:{ROOT}/tests"}
        child = pexpect.spawn(
            sys.executable,
            ["-c", PROGRAM.format(model=model), "--user", "user123", *options],
            cwd=str(tmp_path),
            env={**environment, **variables},
            encoding="utf-8",
            timeout=40,
            echo=False,
        )
        children.append(child)
        return child

    yield run
    for child in children:
        child.close(force=True)


def ended(child: Any) -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus)


TERMINALS = ({"TERM": "dumb"}, {"TERM": "xterm-256color"}, {"TERM": "xterm-256color", "NO_COLOR": "1"})


@pytest.mark.parametrize("variables", TERMINALS)
def test_an_answer_is_plain_lines_and_ctrl_d_ends(spawn: Spawn, variables: dict[str, str]) -> None:
    replies = "FakeLlama(replies=['Your mug is here. It came yesterday.\\n- one\\n- two'])"
    child = spawn(replies, "--db-latency", "0", **variables)
    child.expect_exact("You are signed in as Ada Moreno.")
    said = child.before
    child.expect_exact("You: ")
    child.sendline("Where is my mug?")
    child.expect_exact("Your mug is here.\r\nIt came yesterday.\r\n- one\r\n- two\r\nFirst word after ")
    child.expect(r"waited \d+\.\d seconds for the database.*You: ")
    said += child.after
    child.sendeof()
    child.expect_exact("Goodbye.")
    assert ended(child) == 0
    assert "\x1b" not in said + child.before
    assert not re.search(r"[≈·⋯✓✗▶]", said)


def test_a_wait_is_said_in_words(spawn: Spawn) -> None:
    replies = "FakeLlama(replies=[asks('get_order_history'), 'Two orders.'])"
    child = spawn(replies, "--db-latency", "3", "--strategy", "sequential")
    child.expect_exact("You: ")
    child.sendline("What did I order?")
    child.expect(r"Please wait: the shop looks up order history, \d+ seconds so far\.")
    child.expect_exact("Two orders.")


def test_ctrl_c_stops_an_answer_and_not_the_conversation(spawn: Spawn) -> None:
    child = spawn("FakeLlama(replies=['One.', 'Two.']).with_gate(threading.Event())", "--db-latency", "0")
    child.expect_exact("You: ")
    child.sendintr()
    child.expect_exact("No answer is being written. Control D ends.")
    child.expect_exact("You: ")
    child.sendline("Hello?")
    child.expect_exact("Please wait: ")
    child.sendintr()
    child.expect_exact("Stopped before the first word.")
    child.expect_exact("You: ")
    child.sendeof()
    assert ended(child) == 0


@pytest.mark.parametrize(("keys", "told"), [("yes", "Confirmed."), ("no", "Not confirmed"), ("\x03", "Not confirmed")])
def test_a_change_waits_for_a_typed_word(spawn: Spawn, keys: str, told: str) -> None:
    replies = "FakeLlama(replies=[asks('cancel_order', order_id='K7575', reason='late'), 'All right.', 'Bye.'])"
    child = spawn(replies, "--db-latency", "0", "--user", "eight8")
    child.expect_exact("You: ")
    child.sendline("Cancel K7575")
    child.expect(r"K7575.*Now: .*Then: Cancelled")
    child.expect_exact("Type yes or no: ")
    child.sendline("perhaps")
    child.expect_exact("Type yes or no: ")
    child.send(keys if keys == "\x03" else f"{keys}\n")
    child.expect_exact(told)
    child.expect_exact("All right.")
    child.expect_exact("You: ")
    child.sendline("Thanks")
    child.expect_exact("Bye.")


def test_a_failed_question_is_told_and_counts(spawn: Spawn) -> None:
    child = spawn("FakeLlama(replies=[RuntimeError('no memory'), 'Better.'])", "--db-latency", "0")
    child.expect_exact("You: ")
    child.sendline("One?")
    child.expect(r"That did not work\. .*no memory")
    child.expect_exact("You: ")
    child.sendline("Two?")
    child.expect_exact("Better.")
    child.expect_exact("You: ")
    child.sendeof()
    assert ended(child) == 1
