"""What every benchmark writes: where and with what it was measured, and the figures, in one form.

Committed results name no file, folder or host of the machine they come from.
"""

import importlib.metadata
import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"


def machine() -> dict[str, Any]:
    """Processor, cores, memory and GPU of this machine; what cannot be told is None."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    memory_gb = round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    gpu = _output("nvidia-smi", "--query-gpu=name", "--format=csv,noheader") or None
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gb": memory_gb, "gpu": gpu}


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Python's and the named packages' versions; a package that is not installed is left out."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """The commit measured, with `+` where the checkout had changes of its own."""
    changed = "+" if _output("git", "status", "--porcelain", "--untracked-files=no") else ""
    return (_output("git", "rev-parse", "--short=12", "HEAD") or "unknown") + changed


def write(
    name: str,
    metrics: Mapping[str, float],
    samples: Mapping[str, Any],
    *,
    packages: Sequence[str] = (),
    path: Path | None = None,
) -> Path:
    """Write a benchmark's result, to `bench/results/NAME.json` unless told otherwise; returns where it went."""
    path = path or RESULTS / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    result = {
        "benchmark": name,
        "commit": commit(),
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "versions": versions(packages),
        "metrics": dict(metrics),
        "samples": dict(samples),
    }
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    return path


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as they need to be, the first to the left and the others to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    aligned = [
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(row[1:], widths[1:], strict=True))])
        for row in [head, *rows]
    ]
    return "\n".join([aligned[0], "-" * len(aligned[0]), *aligned[1:]])


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
