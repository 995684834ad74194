import re
from pathlib import Path

import pytest

from agent.shop.english import numbers

SHOP = Path(numbers.__file__).parents[1]


def test_nobody_else_writes_down_what_a_number_looks_like() -> None:
    shapes = re.compile(r"\[(?:A-Z|a-z|A-Za-z)\]\{\d,\d\}[^\n]{0,14}\\d")
    own = Path(numbers.__file__)
    assert shapes.search(own.read_text(encoding="utf-8"))
    others = [path for path in SHOP.rglob("*.py") if path != own]
    assert [path.name for path in others if shapes.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("text", "written", "typed"),
    [
        ("Your mug (B456) came.", ["B456"], ["B456"]),
        ("where is b-456 or A 123?", [], ["b-456", "A 123"]),
        ("It cost $1299 on 2026-11-02.", [], []),
    ],
)
def test_a_number_is_read_as_the_shop_writes_it_and_as_people_type_it(
    text: str, written: list[str], typed: list[str]
) -> None:
    assert numbers.NUMBER.findall(text) == written
    assert numbers.TYPED.findall(text) == typed


@pytest.mark.parametrize("whole", ["B456", "AB4567"])
def test_every_beginning_of_a_number_may_become_one(whole: str) -> None:
    assert all(re.fullmatch(numbers.BEGUN, whole[:end]) for end in range(len(whole) + 1))
    assert all(re.fullmatch(numbers.SURELY_BEGUN, whole[:end]) for end in range(1, len(whole) + 1))
