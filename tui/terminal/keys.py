"""What a terminal sends, made messages: bytes from outside, of which nothing is lost and nothing is executed.

Textual's own reader ends at a byte that is no UTF-8, takes an escape character within a paste for the paste's end, and
takes lines that arrive at once without a paste's marks for keys, Enter among them. Textual's parser is asked here only
what one complete sequence means.
"""

from __future__ import annotations

import re
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator

from textual import constants, events
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from headstart.text import printable

PASTE_START, PASTE_END = "\x1b[200~", "\x1b[201~"
MORE_WITHIN_S = 0.01
"""What comes this soon after several characters was sent with them: nobody types as fast."""
PARTIAL_S = 0.5
"""How long the rest of a sequence or of a character may take to arrive."""
PASTE_ENDS_WITHIN_S = 2.0
"""A paste whose end mark is missing ends when nothing has come for this long."""
LINE_WITHIN_S = 0.001
"""The same after a short line with its Enter: it is whole, and a script's next one is not taken for its rest."""
SHORT = 1_000
IDLE_S = 0.1
MANY = 128
"""More characters at once than are pressed singly."""
LONGEST = 32
"""Characters of a sequence that means something; of a longer one Textual makes keys."""
MOST_PASTED = 16_000_000

_TEXT = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_LINES = re.compile(r"[\r\n\t](?=[^\r\n\t])")
_SEQUENCE = re.compile(
    r"\x1b(?:"
    r"(?=\x1b)"  # Escape, pressed before something else
    r"|\[\[[A-Z]"  # function keys of the Linux console
    r"|\[M.{3}"  # the mouse, as X10 told it
    r"|(?!\[[M\[])\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|O[0-9;]*[@-~]"  # SS3
    r"|[\]PX^_][^\x07\x1b\r\n]{0,256}(?:\x07|\x1b\\)"  # OSC and other strings
    r"|[^\x1b\[O\]PX^_]"  # Alt and a character
    r")",
    re.DOTALL,
)
_PARTIAL = re.compile(r"\x1b(?:\[(?:\[|M.{0,2}|[0-?]*[ -/]*)|O[0-9;]*|[\]PX^_][^\x07\x1b\r\n]{0,256}\x1b?)?", re.DOTALL)
_BROKEN = re.compile(r"\x1b(?:\[[0-?]*|O[0-9;]*|[\]PX^_])?")
_PASTED_ESCAPE = re.compile(
    r"\x1b\[[0-?]*(?: q|[!-/]*[@-~])"  # colours, cursor
    r"|\x1b[\]PX^_][^\x07\x1b\r\n]*(?:\x07|\x1b\\)"  # titles, clipboard
    r"|\x1b[()*+][0-9A-Za-z]|\x1b[78=>]"  # character sets, saved cursors
    r"|\x1b"
)


def pasted(text: str) -> str:
    """A paste's text without escape sequences and other control characters; what is no sequence stays."""
    return printable(_PASTED_ESCAPE.sub("", text))


def one_line(paste: events.Paste) -> events.Paste:
    """A paste for a field of one line: nothing of it is left out."""
    line = events.Paste(" ".join(paste.text.split("\n")).strip())
    line.time = paste.time
    return line


class Burst(Message):
    """Text with line breaks or tabs in it, or more than is typed, that came at once and without a paste's marks.

    Whether it is a paste depends on what has the focus, which only the app knows.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    @property
    def lines(self) -> bool:
        """Whether it is more than one line with its Enter."""
        return _LINES.search(self.text) is not None

    def pasted(self) -> list[events.Event]:
        """The same as a paste; Enter is pressed after one line that has one at its end, as a script writes it."""
        text, enter = pasted(self.text), not self.lines and self.text.endswith(("\r", "\n"))
        made: list[events.Event] = [events.Paste(text.rstrip("\n") if enter else text)]
        if enter:
            made.append(events.Key("enter", "\r"))
        for event in made:
            event.time = self.time
        return made

    def pressed(self) -> Iterator[events.Key]:
        """The same, pressed."""
        parser = XTermParser()
        for character in self.text.replace("\r\n", "\r"):
            yield from (event for event in parser.feed(character) if isinstance(event, events.Key))


class TerminalInput:
    """Bytes in, messages out. Holds back what is not complete: a character, a sequence, a paste, a burst."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, debug: bool = False) -> None:
        self._clock = clock
        self._debug = debug
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._parser = XTermParser(debug)
        self._fed_s = clock()
        self._held = ""
        """The beginning of a sequence."""
        self._run: list[str] = []
        """Characters that came at once, so far."""
        self._paste: list[str] | None = None
        self._pasted = 0

    @property
    def wait_s(self) -> float:
        """How long the reader may wait for more before it calls `idle`."""
        if not self._run:
            return IDLE_S
        is_whole = len(self._run[-1]) < SHORT and self._run[-1].endswith(("\r", "\n"))
        return LINE_WITHIN_S if is_whole else MORE_WITHIN_S

    def feed(self, data: bytes) -> list[Message]:
        """What is complete with these bytes."""
        self._fed_s = self._clock()
        messages = self._take(self._decoder.decode(data))
        if len(self._run) == 1 and len(self._run[0]) == 1:  # One key: typed, and not to be kept waiting.
            self._end_run(messages)
        return messages

    def idle(self) -> list[Message]:
        """Nothing has come for `wait_s`: what is held back may be complete as it is."""
        messages: list[Message] = []
        quiet_s = self._clock() - self._fed_s
        if self._paste is None:
            self._end_run(messages)
            if quiet_s >= PARTIAL_S and (rest := self._decoder.decode(b"", final=True)):
                messages += self._take(rest)
                self._end_run(messages)
        if self._paste is not None and quiet_s >= PASTE_ENDS_WITHIN_S:
            self._end_paste(messages)
        elif self._held and quiet_s >= (constants.ESCAPE_DELAY if self._held == "\x1b" else PARTIAL_S):
            self._give_up_held(messages)
        return messages

    def _take(self, text: str) -> list[Message]:
        messages: list[Message] = []
        while text:
            if self._paste is not None:
                text = self._take_paste(self._paste, text, messages)
            elif not self._held and (found := _TEXT.match(text)):
                self._run.append(found.group())
                text = text[found.end() :]
            else:
                text = self._take_sequence(self._held + text, messages)
        return messages

    def _take_paste(self, paste: list[str], text: str, messages: list[Message]) -> str:
        text, self._held = self._held + text, ""
        end = _paste_end(text)
        inside = text if end is None else text[:end]
        if end is None:
            self._held = _beginning_of_end(inside)
            inside = inside.removesuffix(self._held)
        if self._pasted < MOST_PASTED:
            paste.append(inside)
            self._pasted += len(inside)
        if end is None:
            return ""
        self._end_paste(messages)
        return text[end + len(PASTE_END) :]

    def _end_paste(self, messages: list[Message]) -> None:
        messages.append(events.Paste(pasted("".join([*(self._paste or ()), self._held]))))
        self._paste, self._pasted, self._held = None, 0, ""

    def _take_sequence(self, text: str, messages: list[Message]) -> str:
        """Takes `text` up to the end of its first sequence, gives the rest."""
        self._held = ""
        if text[0] != "\x1b":  # Another control character.
            self._press(text[0], messages)
            return text[1:]
        found = _SEQUENCE.match(text)
        if found is None:
            if _PARTIAL.fullmatch(text):
                self._held = text
                return ""
            broken = _BROKEN.match(text)
            return text[broken.end() if broken else 1 :]
        sequence = found.group()
        if sequence == PASTE_START:
            self._end_run(messages)
            self._paste = []
        elif sequence == PASTE_END:  # An end without a beginning: what came before it was pasted.
            self._end_run(messages, is_paste=True)
        else:
            self._press(sequence, messages)
        return text[found.end() :]

    def _give_up_held(self, messages: list[Message]) -> None:
        """The rest of a sequence has not come: it was a key, or it is lost on the way."""
        held, self._held = self._held, ""
        if len(held) <= 2:
            self._press(held, messages)
        elif held[1] in "]PX^_":
            self._press(held[:2], messages)
            self._run.append(held[2:])
            self._end_run(messages)

    def _press(self, sequence: str, messages: list[Message]) -> None:
        """One sequence or control character, after what came before it; a burst goes on over one that means nothing."""
        if found := self._meaning(sequence):
            self._end_run(messages)
            messages += found

    def _meaning(self, sequence: str) -> list[Message]:
        """What Textual takes it for; nothing, if it is no sequence at all."""
        if sequence == "\x1b":
            return [events.Key("escape", sequence)]
        if sequence in ("\x1b\r", "\x1b\n"):  # Alt and Enter, or the end of a line in a text; never a lone Enter.
            return [events.Key("ctrl+j", "\n")]
        if len(sequence) > LONGEST or (len(sequence) > 2 and sequence[1] in "]PX^_"):
            return []
        try:
            found = list(self._parser.feed(sequence))
            if len(sequence) == 2 and not found:
                found = list(self._parser._sequence_to_key_events(sequence[1], alt=True))  # pyright: ignore[reportPrivateUsage]
            is_complete = self._parser._awaiting.timeout is None  # pyright: ignore[reportPrivateUsage]
        except Exception:  # A number that is no character, a size of nothing: whatever a terminal may be made to send.
            found, is_complete = [], False
        if not is_complete:
            self._renew_parser()
        return [message for message in found if not _is_no_key(message)]

    def _renew_parser(self) -> None:
        old, self._parser = self._parser, XTermParser(self._debug)
        for name in ("last_x", "last_y", "mouse_pixels", "terminal_size", "terminal_pixel_size"):
            setattr(self._parser, name, getattr(old, name))

    def _end_run(self, messages: list[Message], *, is_paste: bool = False) -> None:
        """Characters that came at once are keys, a paste, or what the app decides on."""
        text = "".join(self._run)
        self._run.clear()
        burst = Burst(text)
        if is_paste and text:
            messages.append(events.Paste(pasted(text)))
        elif burst.lines or len(text) > MANY:
            messages.append(burst)
        else:
            messages += burst.pressed()


def _is_no_key(message: Message) -> bool:
    """A key that Textual says to ignore, or one with half a character."""
    return isinstance(message, events.Key) and (
        message.key == Keys.Ignore or any("\ud800" <= one <= "\udfff" for one in message.character or "")
    )


def _paste_end(text: str) -> int | None:
    """Where the paste ends: at the last mark before another begins, for a pasted text may hold marks of its own."""
    first = text.find(PASTE_END)
    if first < 0:
        return None
    following = text.find(PASTE_START, first)
    return text.rfind(PASTE_END, first, following if following >= 0 else None)


def _beginning_of_end(text: str) -> str:
    """What of the paste's end mark stands at the end of a text."""
    return next((PASTE_END[:n] for n in range(len(PASTE_END) - 1, 0, -1) if text.endswith(PASTE_END[:n])), "")
