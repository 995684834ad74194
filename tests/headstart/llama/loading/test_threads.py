from collections.abc import Callable
from typing import Any

import pytest

from headstart.llama.loading import threads


def no_library(*_: object) -> None:
    raise OSError("no such library")


def no_dlopen(*_: object) -> object:
    return object()


@pytest.mark.parametrize("library", [no_library, no_dlopen])
def test_where_torch_cannot_be_opened_ahead_it_is_left_to_its_import(
    monkeypatch: pytest.MonkeyPatch, library: Callable[..., Any]
) -> None:
    monkeypatch.setattr(threads.ctypes, "CDLL", library)

    threads.open_torch()
