import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from agent.shop.demo_data import bundled
from bench import sitting
from bench.growth import fitted, with_orders
from bench.merged_gguf import _paired
from bench.scripted import ScriptedModel


async def test_customers_have_as_many_orders_as_they_are_named_for(tmp_path: Path) -> None:
    path = tmp_path / "orders.sqlite"
    names = with_orders(bundled(), path, (1, 30), date(2026, 11, 22))
    async with sitting.opened(tmp_path, ScriptedModel(), "one", orders=path) as engine:
        for size, name in names.items():
            history = (await engine.backend.store.get_order_history(name)).value
            assert (history.count, len(history.orders)) == (size, min(size, 8))
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_sizes_of_zero_are_left_out_of_the_fit() -> None:
    metrics, words = fitted({"0": [9.0], "1": [1.0, 1.0], "10": [2.0, 2.0]}, "curve")
    assert metrics["curve_slope"] == pytest.approx(2 / 3, abs=1e-4)
    assert metrics["curve_flat"] == 0.0
    assert "not flat" in words


def test_a_query_s_rows_are_paired_head_by_head() -> None:
    rows = np.arange(8.0).reshape(8, 1)
    assert _paired(rows, 2).ravel().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]
