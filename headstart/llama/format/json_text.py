"""Follows JSON while it is written: where a value ends, whether a string is open, what cannot be JSON any more."""

import re

_LITERAL = re.compile(r"[-+.\w]")
_WHITE = " \t\n\r"
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
_REPLACED = "\\ufffd"


class JsonText:
    """One JSON value, character by character, to where it ends."""

    def __init__(self) -> None:
        self._closing: list[str] = []
        self._expected = "value"
        self._in_string = self._escaped = self._literal = False
        self.over = False
        """Whether the value has ended."""
        self.broken = False
        """Whether no JSON can begin with what was fed."""

    @property
    def string_open(self) -> bool:
        """Whether what comes next belongs to a string of JSON that is right so far."""
        return self._in_string and not self.broken

    def feed(self, text: str) -> int:
        """Take more text; how much of it still belongs to the value."""
        for at, char in enumerate(text):
            if self.over:
                return at
            self._take(char)
        return len(text)

    def spoiling(self) -> str:
        """What to add so that what was fed is no object and cannot be mended into one: a bracket that fits nowhere."""
        string = ('"' if self._escaped else "") + ('"' if self._in_string else "")
        wrong = "}" if self._closing and self._closing[-1] == "]" else "]"
        return string + wrong

    def _take(self, char: str) -> None:
        if self._in_string:
            self.broken |= char < " "
            self._in_string = self._escaped or char != '"'
            self._escaped = char == "\\" and not self._escaped
            if not self._in_string:
                self._expected = ":" if self._expected.startswith("key") else ","
            return
        if _LITERAL.match(char):
            self.broken |= not (self._literal or self._expected.startswith("value"))
            self._literal, self._expected = True, ","
            return
        self._literal = False
        if char in _WHITE:
            return
        if char == '"':
            self.broken |= not self._expected.startswith(("value", "key"))
            self._in_string = True
        elif char in "{[":
            self.broken |= not self._expected.startswith("value")
            self._closing.append("}" if char == "{" else "]")
            self._expected = "key or end" if char == "{" else "value or end"
        elif char in "}]":
            self.broken |= not self._closing or self._closing[-1] != char
            self.broken |= not (self._expected == "," or self._expected.endswith("or end"))
            if self._closing:
                self._closing.pop()
            self._expected = ","
            self.over = not self._closing
        elif char == "," and self._closing:
            self.broken |= self._expected != ","
            self._expected = "key" if self._closing[-1] == "}" else "value"
        else:
            self.broken |= char != ":" or self._expected != ":"
            self._expected = "value"


class WholeEscapes:
    """Replaces the escapes of lone surrogates in JSON that streams in; what may be half of a pair is held back."""

    def __init__(self) -> None:
        self._held = ""
        self._high = ""

    def feed(self, text: str) -> str:
        """The text that has become certain."""
        text, self._held = self._held + text, ""
        shown, at = "", 0
        while at < len(text):
            char = text[at]
            length = 1 if char != "\\" else 6 if text[at + 1 : at + 2] == "u" else 2
            one = text[at : at + length]
            if char == "\\" and len(one) < length:
                self._held = one
                break
            shown += self._escape(one)
            at += length
        return shown

    def finish(self) -> str:
        """The text is over: what was held back as the first half of a pair has no other."""
        high, self._high = self._high, ""
        held, self._held = self._held, ""
        return (_REPLACED if high else "") + held

    def _escape(self, one: str) -> str:
        code = _code(one)
        before, self._high = self._high, ""
        if before and code in _LOW:
            return before + one
        lone = _REPLACED if before else ""
        if code in _HIGH:
            self._high = one
            return lone
        return lone + (_REPLACED if code in _LOW else one)


def _code(one: str) -> int:
    """The code point of an escape or a letter; -1 where it is none."""
    if len(one) == 1:
        return ord(one)
    try:
        return int(one[2:], 16) if one.startswith("\\u") else -1
    except ValueError:
        return -1
