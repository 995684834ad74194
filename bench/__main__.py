"""Every benchmark, one after the other, each in a process of its own and within its seconds; `make bench`.

One that fails or runs out of time does not stop the rest, and leaves its older result as it was. At the end the
README's tables and the pictures are written anew, and every target is printed with what was reached. The exams
(`make evaluate`, `bench.answers2`) take half an hour each: their committed results are not repeated here.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import report, table, targets

SKIPPED = 3
"""A benchmark's exit status when what it needs is not on this machine."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module of this package, how it is run here, and after how many seconds it is stopped."""

    name: str
    limit_s: float
    arguments: Sequence[str] = ()
    quick: Sequence[str] = ()
    """For a look at whether everything runs (`--quick`): for no committed result."""


BENCHMARKS = (
    Benchmark("help", 60),
    Benchmark("speculation", 60, quick=("--rounds", "2")),
    Benchmark("conversations", 240, quick=("--conversations", "4", "--turns", "2")),
    Benchmark("decoding", 330, ("--rounds", "4"), quick=("--quick",)),
    Benchmark("llama_cpp", 180, quick=("--prompts", "2")),
    Benchmark("latency", 690, quick=("--rounds", "1", "--lanes", "a,b,e0,e", "--scripted-rounds", "1")),
    Benchmark("where_not", 240, quick=("--rounds", "1", "--cases", "asked at once,no question")),
    Benchmark("growth", 330, ("--rounds", "4"), quick=("--rounds", "2", "--turns", "10")),
    Benchmark(
        "responsiveness",
        330,
        ("--rounds", "6", "--repeats", "3", "--frames", "5"),
        quick=("--rounds", "2", "--frames", "2", "--turns", "30"),
    ),
    Benchmark("tau_retail", 300, quick=("--quick",)),
)
"""What depends on the machine comes first: the last, on virtual time, gives the same figures everywhere. The limits are
for one that hangs; together they are longer than all of them take."""


def run(benchmark: Benchmark, arguments: Sequence[str], limit_s: float) -> str:
    """Run one, its output on this terminal; how it ended, in a word or two."""
    command = [sys.executable, "-u", "-m", f"bench.{benchmark.name}", *benchmark.arguments, *arguments]
    try:
        status = subprocess.run(command, cwd=report.ROOT, timeout=limit_s, check=False).returncode
    except subprocess.TimeoutExpired:
        return f"stopped after {limit_s:.0f} s"
    return {0: "done", SKIPPED: "skipped"}.get(status, f"failed with status {status}")


def main() -> int:
    """The command; 1 where a benchmark failed or was stopped. A target that was missed is no failure."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--only", default="", help="names, with commas")
    parser.add_argument("--budget", type=float, default=25 * 60, help="seconds for all; what does not fit is left out")
    parser.add_argument("--quick", action="store_true", help="small settings, to see that all of it runs")
    parser.add_argument("--into", type=Path, help="a folder for the results; then neither README nor pictures change")
    options = parser.parse_args()
    if options.quick and options.into is None:
        parser.error("--quick measures too little for the committed results: name a folder with --into.")
    names = options.only.split(",") if options.only else [benchmark.name for benchmark in BENCHMARKS]
    if unknown := set(names) - {benchmark.name for benchmark in BENCHMARKS}:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(_names())}.")
    began_s = time.monotonic()
    ended: dict[str, tuple[str, float]] = {}
    for benchmark in (one for one in BENCHMARKS if one.name in names):
        left_s = options.budget - (time.monotonic() - began_s)
        if left_s <= 0:
            ended[benchmark.name] = ("left out: no time left", 0.0)
            continue
        print(f"\n=== {benchmark.name} ({left_s / 60:.0f} of {options.budget / 60:.0f} minutes left)", flush=True)
        from_s = time.monotonic()
        given = list(benchmark.quick if options.quick else ())
        given += ["--json", str(options.into.resolve() / f"{benchmark.name}.json")] if options.into else []
        how = run(benchmark, given, min(benchmark.limit_s, left_s))
        ended[benchmark.name] = (how, time.monotonic() - from_s)
    print(f"\n=== all, in {(time.monotonic() - began_s) / 60:.1f} minutes\n")
    print(report.table(("benchmark", "how it ended", "s"), [[n, how, f"{s:.0f}"] for n, (how, s) in ended.items()]))
    if options.into is None:
        print()
        table.main()
    rows = targets.rows(options.into or report.RESULTS)
    print("\n" + report.table(("benchmark", "figure", "measured", "target", ""), rows))
    met, missed, absent = ([row[-1] for row in rows].count(word) for word in ("met", "missed", "not measured"))
    print(f"\n{met} met, {missed} missed, {absent} not measured")
    return 0 if all(how in ("done", "skipped") for how, _ in ended.values()) else 1


def _names() -> list[str]:
    return [benchmark.name for benchmark in BENCHMARKS]


if __name__ == "__main__":
    raise SystemExit(main())
