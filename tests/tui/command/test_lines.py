"""`headstart ask` in a pseudo-terminal: what a screen reader is given."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys, threading
from functools import partial
from stubs.fake_llama import FakeLlama, asks
from agent.engine import Engine
from tui.command import ask, cli

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


SEVERAL = "Several lines came at once. Enter sends them as one question, Control C drops them."
TELLS = "FakeLlama(replies=['The first answer.', 'The second answer.'])"


@pytest.mark.parametrize(
    "paste", ["Where is\nmy mug?\nPlease.", "Where is\nmy mug?\nPlease.\n", "Where is\nmy mug? Please."]
)
def test_several_lines_at_once_are_one_question_and_only_at_enter(spawn: Spawn, paste: str) -> None:
    child = spawn(TELLS, "--db-latency", "0")
    child.expect_exact("You: ")
    child.send(paste)
    child.expect_exact(SEVERAL)
    child.send("\n")
    child.expect_exact("The first answer.")
    child.expect_exact("You: ")
    child.sendeof()
    child.expect_exact("Goodbye.")
    assert "The second answer." not in child.before
    assert ended(child) == 0


def test_control_c_drops_several_lines(spawn: Spawn) -> None:
    child = spawn(TELLS, "--db-latency", "0")
    child.expect_exact("You: ")
    child.send("one\ntwo\nthree")
    child.expect_exact(SEVERAL)
    child.sendintr()
    child.expect_exact("They were not sent.")
    child.expect_exact("You: ")
    child.sendline("four")
    child.expect_exact("The first answer.")


def test_a_line_and_the_end_that_come_at_once_are_both_heard(spawn: Spawn) -> None:
    child = spawn(TELLS, "--db-latency", "0")
    child.expect_exact("You: ")
    child.send("Where is my mug?\n\x04")
    child.expect_exact("The first answer.")
    child.expect_exact("Goodbye.")
    assert ended(child) == 0


@pytest.mark.parametrize(
    "keys", ["yes\n", "y\nyes\n", "no\nyes\n", "by the way\nyes", "yes\nyes\nyes\nyes\n", "\n\nyes\n"]
)
@pytest.mark.parametrize("when", ["with the question", "on the confirmation"])
def test_a_yes_among_other_lines_confirms_nothing(spawn: Spawn, keys: str, when: str) -> None:
    replies = "FakeLlama(replies=[asks('cancel_order', order_id='K7575', reason='late'), 'All right.', 'Bye.'])"
    child = spawn(replies, "--db-latency", "0", "--user", "eight8")
    child.expect_exact("You: ")
    if when == "with the question":
        child.send(f"Cancel K7575\n{keys}")
        child.expect_exact(SEVERAL)
        child.send("\n")
        child.expect_exact("Type yes or no: ")
    else:
        child.sendline("Cancel K7575")
        child.expect(r"Now: .*Then: Cancelled.*\n")
        child.send(keys)
        child.expect_exact("Type yes or no: ")
    child.sendintr()
    child.expect_exact("Not confirmed; nothing is changed.")
    child.expect_exact("All right.")


def test_lines_that_come_at_once_with_the_end_are_not_sent(spawn: Spawn) -> None:
    child = spawn("FakeLlama(replies=[])", "--db-latency", "0")
    child.expect_exact("You: ")
    child.send("Cancel K7575\nyes\n\x04")
    child.expect_exact("They were not sent.")
    child.expect_exact("Goodbye.")
    assert ended(child) == 0
