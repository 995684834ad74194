"""When Python looks for garbage: not while somebody would notice.

A look through everything stops every thread. With torch loaded and a long conversation on the screen it takes a tenth
of a second and more, and by default it comes when it comes: measured over the loading of the model it made the
event loop 0.3 s late, 0.17 s without. So there is none while the model loads, what was loaded is never looked through
again, and a full look comes when an answer has been read for a moment.
"""

import gc

YOUNG, MIDDLE, OLD = 700, 10, 1_000
"""Python's own for the two young generations; the old one is left to `collect`, and this is the way out without it."""


def pause() -> None:
    """No more until `settle`: much is about to be loaded, and all of it stays."""
    gc.disable()


def settle() -> None:
    """What there is stays; from now on only what comes after it is looked through."""
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
    gc.enable()


def collect() -> None:
    """Nobody waits just now."""
    if gc.isenabled():
        gc.collect()


def reset() -> None:
    """As Python has it: for a process that goes on without the program."""
    gc.unfreeze()
    gc.set_threshold(YOUNG, MIDDLE, MIDDLE)
    gc.enable()
