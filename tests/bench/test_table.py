from pathlib import Path

import pytest

from bench import table, targets
from bench.targets import Target


@pytest.mark.parametrize("path", table.REGIONS, ids=lambda path: str(path.relative_to(table.report.ROOT)))
def test_a_page_says_what_the_results_say(path: Path) -> None:
    assert path.read_text() == table.filled(path.read_text(), table.REGIONS[path]), "run: python -m bench.table"


@pytest.mark.parametrize("path", table.PICTURES, ids=lambda path: path.name)
def test_a_picture_shows_what_the_results_say(path: Path) -> None:
    benchmark, draw = table.PICTURES[path]
    assert targets.result(benchmark), f"bench/results/{benchmark}.json is missing: run python -m bench"
    assert path.read_text() == draw(), "run: python -m bench.table"


def test_a_region_that_is_not_marked_is_an_error() -> None:
    with pytest.raises(ValueError, match="bench:latency"):
        table.filled("# A page\n", {"latency": lambda: "x"})


def test_a_region_without_a_result_is_left_empty() -> None:
    page = "<!-- bench:one -->\nold\n<!-- /bench:one -->\n"
    assert table.filled(page, {"one": str}) == "<!-- bench:one -->\n<!-- /bench:one -->\n"


def test_a_region_is_written_anew_and_the_rest_is_left_alone() -> None:
    page = "above\n<!-- bench:one -->\nold \\1 text\n<!-- /bench:one -->\nbelow\n"
    assert table.filled(page, {"one": lambda: r"new \1"}).split("\n") == [
        "above",
        "<!-- bench:one -->",
        "",
        r"new \1",
        "",
        "<!-- /bench:one -->",
        "below",
        "",
    ]


@pytest.mark.parametrize(
    ("value", "at_least", "verdict"),
    [
        (0.9, True, "missed"),
        (1.0, True, "met"),
        (1.1, False, "missed"),
        (1.0, False, "met"),
        (None, False, "not measured"),
    ],
)
def test_a_target_is_met_missed_or_not_measured(value: float | None, at_least: bool, verdict: str) -> None:
    assert Target("b", "m", "what", 1.0, at_least=at_least).verdict(value) == verdict


def test_a_benchmark_without_a_result_is_not_measured(tmp_path: Path) -> None:
    assert {verdict for _, _, verdict in targets.verdicts(tmp_path)} == {"not measured"}
