"""Torch as a good neighbour: its threads, and how it is opened.

Nothing here imports torch: `configure_threads` has to run before.
"""

import contextlib
import ctypes
import importlib.util
import os
from pathlib import Path


def configure_threads() -> None:
    """Make torch a good neighbour. To be called before torch is imported: OpenMP reads its settings once, on loading.

    Its threads spin while they wait for work, by default long enough that beside one other busy
    process decoding falls to a tenth. A bounded spin costs nothing when alone (measured on two cores:
    19.9 tokens/s either way) and doubles the speed in company. A value in the environment is left alone.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", "20000")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def open_torch() -> None:
    """Open torch's largest library without holding the interpreter's lock, as `import torch` would for 0.2 to 0.4 s.

    A call through ctypes lets the other threads run, the screen's above all; what is open is not opened again.
    Where it cannot be done, importing torch opens it as ever.
    """
    with contextlib.suppress(OSError, AttributeError, TypeError, ValueError):
        spec = importlib.util.find_spec("torch")
        library = Path(spec.origin or "").parent / "lib" / "libtorch_cpu.so" if spec else None
        if library and library.exists():
            dlopen = ctypes.CDLL(None).dlopen
            dlopen.restype, dlopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_int]
            dlopen(os.fsencode(library), os.RTLD_NOW)


def usable_threads() -> int:
    """As many as this process may use, up to eight: passes of few tokens gain nothing from more."""
    affinity = getattr(os, "sched_getaffinity", None)
    usable = len(affinity(0)) if affinity else (os.cpu_count() or 1)
    return max(1, min(8, usable))
