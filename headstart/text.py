"""Text from outside is made harmless at the border: whatever a model, a customer, a database or an exception says.

Terminal control sequences would move the cursor, change colours or the window's title, or write to
the clipboard; direction overrides would show a text in another order than it is.
"""

import re
from typing import Any

_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # OSC and other strings: titles, clipboard
    r"|\x1b."
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]",
    re.DOTALL,
)


_SURROGATE = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    """The text without anything but characters to show, line breaks and tabs; it can always be encoded.

    Halves of characters, which Python makes of bytes that are no UTF-8 and JSON of cut escapes, become the
    character that they belong to, or `\N{REPLACEMENT CHARACTER}`.
    """
    if _SURROGATE.search(text):
        text = _whole(text)
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _whole(text: str) -> str:
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def one_line(text: str) -> str:
    """What can be shown of a text, on one line with single blanks."""
    return " ".join(printable(text).split())


def printable_data(data: Any) -> Any:
    """The same for every string within plain data."""
    match data:
        case str():
            return printable(data)
        case dict():
            return {
                printable(key) if isinstance(key, str) else key: printable_data(value) for key, value in data.items()
            }
        case list() | tuple():
            return [printable_data(value) for value in data]
        case _:
            return data
