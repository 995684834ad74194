"""`headstart doctor`: what this machine runs, what is missing, and the one command that mends it."""

import json
import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agent.engine import KEPT_IN
from agent.hit_rates import HIT_RATES
from agent.settings import Settings
from agent.tracing import tracing
from headstart.errors import HeadstartError
from headstart.storage import CACHE, DATA, STATE, UnusableError, check_database, make_folder, unusable
from tui.command.terminal_kind import can_draw

SCREEN = "screen.json"
"""What the chat keeps of how it is to look, in the state folder."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    ok: bool
    found: str
    mend: str = ""
    """What to do; empty where nothing is wrong, or `found` says it too."""


def examine(settings: Settings) -> list[Finding]:
    """Look at everything a chat needs; a failing look is a finding, never an exception."""
    looks: list[tuple[str, Callable[[Settings], Finding]]] = [
        ("python", _python),
        ("sqlite", _sqlite),
        ("model", _model),
        ("gpu", _gpu),
        ("world", _world),
        ("terminal", _terminal),
        ("folders", _folders),
        ("state", _state),
        ("tracing", _tracing),
    ]
    return [_looked(subject, look, settings) for subject, look in looks]


def report(findings: list[Finding], *, as_json: bool) -> str:
    """The findings for a person or as JSON."""
    if as_json:
        return json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False)
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{'ok  ' if finding.ok else 'MEND'} {finding.subject:9} {finding.found}")
        if finding.mend:
            lines.append(f"               → {finding.mend}")
    return "\n".join(lines)


def _looked(subject: str, look: Callable[[Settings], Finding], settings: Settings) -> Finding:
    try:
        return look(settings)
    except OSError as error:
        place = Path(str(error.filename)) if error.filename else settings.state_folder
        return _unusable(subject, unusable(error, place))
    except UnusableError as error:
        return _unusable(subject, error)
    except HeadstartError as error:
        return Finding(subject, ok=False, found=str(error))
    except Exception as error:  # A doctor that falls over helps nobody.
        return Finding(subject, ok=False, found=f"{type(error).__name__}: {error}", mend="reinstall headstart")


def _unusable(subject: str, error: UnusableError) -> Finding:
    return Finding(subject, ok=False, found=error.found, mend=error.advice)


def _python(_: Settings) -> Finding:
    return Finding("python", ok=True, found=f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _sqlite(_: Settings) -> Finding:
    ok = sqlite3.sqlite_version_info >= (3, 37)
    mend = "" if ok else "SQLite 3.37 or newer is needed: use a newer Python"
    return Finding("sqlite", ok=ok, found=sqlite3.sqlite_version, mend=mend)


def _model(settings: Settings) -> Finding:
    from headstart.llama.loading import weights
    from headstart.llama.loading.choice import choose_model
    from headstart.llama.loading.threads import configure_threads

    configure_threads()
    choice = choose_model(settings.model, settings.dtype)
    found = f"{choice.name} on {choice.device} in {choice.dtype}: {choice.why}"
    if choice.source == "embedded" and not weights.embedded_weights():
        return Finding("model", ok=False, found=f"{found} Its weights are not installed.", mend=weights.WEIGHTS_COMMAND)
    return Finding("model", ok=True, found=found)


def _gpu(_: Settings) -> Finding:
    import torch

    from headstart.llama.loading.choice import GPU_MODEL, default_gpu_model_present

    if not torch.cuda.is_available():
        return Finding("gpu", ok=True, found="no CUDA device: the embedded model answers on the CPU")
    name = torch.cuda.get_device_name(0)
    if default_gpu_model_present():
        return Finding("gpu", ok=True, found=f"{name}, {GPU_MODEL} is here")
    return Finding("gpu", ok=True, found=f"{name}; for the large model run", mend=f"hf download {GPU_MODEL}")


def _world(settings: Settings) -> Finding:
    import asyncio

    from agent.connecting import connected

    async def opened() -> str:
        async with connected(settings) as (world, options, backend):
            about: Any = getattr(backend, "describe", None)
            parts = [world.name, *([about()] if about else [])]
            return f"{', '.join(parts)}, {settings.latency_s(world, options):g} s simulated latency"

    return Finding("world", ok=True, found=asyncio.run(opened()))


def _terminal(_: Settings) -> Finding:
    size = shutil.get_terminal_size()
    colours = "NO_COLOR is set" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM") or "no COLORTERM"
    found = f"{os.environ.get('TERM', 'no TERM')}, {size.columns}×{size.lines}, {colours}"
    if not sys.stdout.isatty():
        return Finding("terminal", ok=True, found=f"not a terminal here ({found}); the chat needs one")
    if not can_draw():
        mend = "the chat cannot be drawn here: use `headstart ask`, or set TERM to what the terminal is"
        return Finding("terminal", ok=False, found=found, mend=mend)
    small = size.columns < 60 or size.lines < 20
    return Finding("terminal", ok=not small, found=found, mend="make it at least 60×20" if small else "")


def _folders(settings: Settings) -> Finding:
    folders = {"data": settings.data_folder, "state": settings.state_folder, "cache": settings.cache_folder}
    for folder, setting in zip(folders.values(), (DATA, STATE, CACHE), strict=True):
        make_folder(folder, setting)
    return Finding("folders", ok=True, found=", ".join(f"{name} {folder}" for name, folder in folders.items()))


def _state(settings: Settings) -> Finding:
    names = (KEPT_IN,)
    for name in names:
        check_database(settings.state_folder / name)
    for name in (HIT_RATES, SCREEN):
        path = settings.state_folder / name
        try:
            json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (ValueError, RecursionError):
            found = f"{path} is damaged; it is set aside at the next start"
            return Finding("state", ok=False, found=found, mend=f"mv '{path}' '{path}.damaged'")
        except OSError as error:
            raise unusable(error, path) from error
    return Finding("state", ok=True, found=f"{', '.join((*names, HIT_RATES, SCREEN))} are sound or not there yet")


def _tracing(_: Settings) -> Finding:
    project = tracing()
    return Finding("tracing", ok=True, found=f"to LangSmith, project {project}" if project else "off: nothing leaves")
