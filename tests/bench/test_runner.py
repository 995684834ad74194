import importlib.util
import sys
from pathlib import Path

import pytest

from bench import __main__ as runner
from bench import llama_cpp
from bench.__main__ import BENCHMARKS, Benchmark, run


def test_every_benchmark_is_a_module() -> None:
    assert all(importlib.util.find_spec(f"bench.{benchmark.name}") for benchmark in BENCHMARKS)


def test_one_that_takes_too_long_is_stopped() -> None:
    assert run(Benchmark("speculation", 60), ["--rounds", "1000"], 0.2) == "stopped after 0 s"


def test_one_that_fails_does_not_stop_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []

    def ended(benchmark: Benchmark, arguments: list[str], limit_s: float) -> str:
        ran.append(benchmark.name)
        return "failed with status 1" if benchmark.name == "speculation" else "done"

    monkeypatch.setattr(runner, "run", ended)
    monkeypatch.setattr(sys, "argv", ["bench", "--into", str(tmp_path)])
    assert runner.main() == 1
    assert ran == [benchmark.name for benchmark in BENCHMARKS]
    assert "failed with status 1" in capsys.readouterr().out


def test_without_llama_cpp_it_says_so_and_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(sys, "argv", ["llama_cpp"])
    assert llama_cpp.main() == runner.SKIPPED
    assert "pip install" in capsys.readouterr().err
