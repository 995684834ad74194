import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from tui.terminal.keys import MANY, PASTE_END, PASTE_ENDS_WITHIN_S, PASTE_START, Burst, TerminalInput, pasted

TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
SCRAPS = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([b"\x1b", b"\x1b[", b"\x1b]0;t", b"\x1bP", b"\x1b[1m", b"\x1b[A", b"\r", b"\n", b"\t", b"\x07"]),
    st.sampled_from([PASTE_START.encode(), PASTE_END.encode(), b"\x1b[55296u", b"\x1b[48;0;0;0;0t", b"\x1b[<0;1;1M"]),
)


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Wire:
    """What is written to the terminal, in pieces with pauses between them, and the messages that come of it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.input = TerminalInput(self.clock)
        self.messages: list[Message] = []

    def write(self, *chunks: bytes) -> "Wire":
        for chunk in chunks:
            self.messages += self.input.feed(chunk)
        return self

    def rest(self, seconds: float = 10.0) -> "Wire":
        self.clock.now_s += seconds
        for _ in range(3):
            self.messages += self.input.idle()
        return self

    @property
    def told(self) -> list[str | tuple[str, str]]:
        return [
            ("paste", message.text)
            if isinstance(message, events.Paste)
            else ("burst", message.text)
            if isinstance(message, Burst)
            else (message.character or message.key)
            if isinstance(message, events.Key)
            else type(message).__name__
            for message in self.messages
        ]


def singly(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"a", ["a"]),
        (b"\xfc", ["�"]),
        (b"\xe9", ["�"]),
        ("日".encode(), ["日"]),
        (b"one\xff", ["o", "n", "e", "�"]),
        (b"Where?\r", [*"Where?", "\r"]),
        (b"Where?\r\n", [*"Where?", "\r"]),
        (b"Where?\r\r", [*"Where?", "\r", "\r"]),
        (b"Where?\rNEXT", [("burst", "Where?\rNEXT")]),
        (b"a\nb\n", [("burst", "a\nb\n")]),
        (b"\x1b[1mAAA\x1b[0m\rBBB\r", [("burst", "AAA\rBBB\r")]),
        (b"a\x1b\rb", ["a", "\n", "b"]),
        (b"\x1b[A\x1bOP\x1b", ["up", "f1", "\x1b"]),
        (b"\x1b\x1b[A", ["\x1b", "up"]),
        (b"\x1bh", ["h"]),
        (b"\x1b[I\x1b[O", ["AppFocus", "AppBlur"]),
        (b"\x1b]11;rgb:00/00/00\x1b\\x", ["x"]),
        (b"\x1b[97;5u", ["ctrl+a"]),
        (b"\x1b[55296ux\x1b[99999999999uy", ["x", "y"]),
        (b"\x1b[200~AAA \x1b[1mBBB \x1b[0mCCC\rDDD\x1b[201~", [("paste", "AAA BBB CCC\nDDD")]),
        (b"\x1b[200~a\x1b[200~b\x1b[201~c\rd\x1b[201~e", [("paste", "abc\nd"), "e"]),
        (b"\x1b[200~a\x1b[201~\r", [("paste", "a"), "\r"]),
        (b"\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~", [("paste", "a"), ("paste", "b")]),
        (b"a\rb\x1b[201~", [("paste", "a\nb")]),
        (b"\x1b[200~no end\rmore", [("paste", "no end\nmore")]),
        (b"\x1b[200~o\xff\x00\x07\tn\x1b]0;title\x07e\x1bP1$x\x1b\\ \x1b_app\x1b\\two", [("paste", "o�\tne two")]),
        (b"\x1b[200~one \x1b]never ended\rtwo\x1b[201~", [("paste", "one ]never ended\ntwo")]),
        (b"\x1b[200~a\r\nb\rc\nd\x1b[201~", [("paste", "a\nb\nc\nd")]),
    ],
)
def test_what_is_sent_is_told(sent: bytes, told: list[object]) -> None:
    assert Wire().write(sent).rest().told == told
    if PASTE_START.encode() in sent and b"\x1b[201~c" not in sent:  # A mark within a paste is known by what follows it.
        assert Wire().write(*singly(sent)).rest().told == told


def test_a_character_may_arrive_in_two_pieces() -> None:
    first, second = "日".encode()[:1], "日".encode()[1:]
    assert Wire().write(first).rest(0.1).write(second).told == ["日"]


def test_one_key_is_not_kept_waiting() -> None:
    assert Wire().write(b"a").told == ["a"]
    assert Wire().write(b"\r").told == ["\r"]


def test_a_paste_without_an_end_is_not_taken_for_ended_too_early() -> None:
    wire = Wire().write(b"\x1b[200~one\r").rest(PASTE_ENDS_WITHIN_S / 2)
    assert wire.told == []
    assert wire.write(b"two\x1b[201~").told == [("paste", "one\ntwo")]


def test_much_at_once_is_not_pressed_key_by_key() -> None:
    assert Wire().write(b"x" * (MANY + 1) + b"\r").rest().told == [("burst", "x" * (MANY + 1) + "\r")]


@given(TEXTS, st.integers(0, 2**32))
def test_a_paste_is_one_paste_however_it_is_cut(text: str, seed: int) -> None:
    draw = random.Random(seed)
    sent = f"{PASTE_START}{text.replace(PASTE_END, '')}{PASTE_END}".encode()
    cuts = sorted(draw.sample(range(len(sent) + 1), draw.randrange(min(6, len(sent)))))
    pieces = [sent[start:end] for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True)]
    assert Wire().write(*pieces).rest().told == [("paste", pasted(text.replace(PASTE_END, "")))]


@given(st.lists(SCRAPS, max_size=12))
def test_no_bytes_end_the_reading_and_none_press_enter_amid_lines(scraps: list[bytes]) -> None:
    wire = Wire()
    for scrap in scraps:
        wire.write(scrap)
    wire.rest().write(b"\x1b[201~").rest().write(b"z")
    assert wire.told[-1] == "z"


def test_a_paste_of_megabytes_is_taken_as_fast_as_it_comes() -> None:
    text = "hello \x1b[1mworld\n" * 200_000
    began_s = time.monotonic()
    wire = Wire().write(f"{PASTE_START}{text}{PASTE_END}".encode())
    assert wire.told == [("paste", "hello world\n" * 200_000)]
    assert time.monotonic() - began_s < 20
