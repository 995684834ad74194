"""What holds for every test: what runs only on request, what needs the model's weights, and the memory of a run."""

import ctypes
import gc
import os
import re
import resource
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest

from headstart.llama.loading import weights
from headstart.llama.loading.threads import configure_threads

configure_threads()
if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
    # Once something large was freed, glibc takes what is as large from its heaps, of which each thread's may keep it:
    # over a run that is half a gigabyte. A threshold that is set stays where it is (M_TRIM_THRESHOLD, mallopt(3)).
    mallopt(-1, 128 * 1024)

# How long one example takes says how busy the machine is, and nothing about the code.
hypothesis.settings.register_profile("headstart", deadline=None)
hypothesis.settings.load_profile("headstart")

ON_REQUEST = ("slow", "realtime")
"""Markers of tests that run only where `-m` names them, whatever else it says."""
MEMORY_GB = 2.5
"""A run that has held more fails: a laptop of eight gigabytes shall be able to run the suite."""
TRIM_ABOVE_GB, TRIM_AGAIN_GB = 1.0, 0.2
"""Looking for garbage takes a while: not before so much is held, and not again before so much more is."""
KEPT, PEAK = pytest.StashKey[float](), pytest.StashKey[float]()


@pytest.fixture(scope="session")
def converted() -> Path:
    """The folder of converted weights that all runs of the tests share; whoever uses it is marked `model`."""
    if weights.embedded_weights() is None:
        pytest.skip(f"the embedded model's weights are not installed: {weights.WEIGHTS_COMMAND}")
    return Path(tempfile.gettempdir()) / f"headstart-tests-{os.getuid()}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "converted" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.model)
    asked_for = set(re.findall(r"\w+", config.option.markexpr))
    left_out = [item for item in items if any(item.get_closest_marker(m) for m in ON_REQUEST if m not in asked_for)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """What a test's models held goes back to the system before the next one loads its own."""
    result = yield
    file_ends = nextitem is None or nextitem.path != item.path
    if nextitem is None or nextitem.path.parent != item.path.parent:
        item.config.stash[KEPT] = TRIM_ABOVE_GB  # The models of a folder's fixtures end with it.
    if held_gb() > item.config.stash.get(KEPT, TRIM_ABOVE_GB) + (0.0 if file_ends else TRIM_AGAIN_GB):
        gc.collect()
        if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc's alone
            trim(0)
        item.config.stash[KEPT] = max(TRIM_ABOVE_GB, held_gb())
    return result


def held_gb() -> float:
    return psutil.Process().memory_info().rss / 1e9


def peak_gb() -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.stash[PEAK] = max(peak_gb(), session.config.stash.get(PEAK, 0.0))
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["peak_gb"] = session.config.stash[PEAK]
    if session.config.stash[PEAK] > MEMORY_GB and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """With `-n` the tests run in processes of their own: each is held to the bound."""
    stash = node.config.stash
    stash[PEAK] = max(stash.get(PEAK, 0.0), getattr(node, "workeroutput", {}).get("peak_gb", 0.0))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    peak = config.stash[PEAK]
    if peak > MEMORY_GB:
        terminalreporter.write_line(
            f"Expected a run within {MEMORY_GB} GB, found {peak:.2f} GB: "
            "a fixture keeps a model, or a test does not close one.",
            red=True,
        )
    else:
        terminalreporter.write_line(f"peak memory {peak:.2f} GB")
