import dataclasses
import datetime
import enum
import json
import pickle
import uuid
from collections import deque
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from headstart.speculation import Call


class Colour(enum.Enum):
    RED = "red"
    ODD = (1, 2)


class Size(enum.IntEnum):
    BIG = 3


class Loud(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "loud"


class Point(NamedTuple):
    x: int
    y: int


@dataclasses.dataclass
class Item:
    name: str
    kinds: set[int]


class Order(BaseModel):
    day: datetime.date
    items: list[Item]


DAY = datetime.date(2026, 1, 2)
SPELT: list[tuple[Any, Any]] = [
    (DAY, "2026-01-02"),
    (datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.UTC), "2026-01-02T03:04:00Z"),
    (datetime.time(3, 4), "03:04:00"),
    (datetime.timedelta(hours=1), "PT1H"),
    (Colour.RED, "red"),
    (Colour.ODD, [1, 2]),
    (Size.BIG, 3),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    (Decimal("1.50"), "1.50"),
    (PurePosixPath("/orders"), "/orders"),
    (IPv4Address("127.0.0.1"), "127.0.0.1"),
    (b"bytes", "bytes"),
    (bytearray(b"bytes"), "bytes"),
    ((1, 2), [1, 2]),
    (Point(1, 2), [1, 2]),
    (deque([1, 2]), [1, 2]),
    (range(2), [0, 1]),
    ({8, 0, 3}, [0, 3, 8]),
    (frozenset("ba"), ["a", "b"]),
    ({DAY, datetime.date(2025, 1, 1)}, ["2025-01-01", "2026-01-02"]),
    (Item("mug", {8, 0}), {"name": "mug", "kinds": [0, 8]}),
    (Order(day=DAY, items=[Item("mug", {1})]), {"day": "2026-01-02", "items": [{"name": "mug", "kinds": [1]}]}),
    (MappingProxyType({"a": DAY}), {"a": "2026-01-02"}),
    ({2: "b", 10: "a"}, {"2": "b", "10": "a"}),
    ({DAY: 1, "x": 2, None: 3}, {"2026-01-02": 1, "x": 2, "null": 3}),
    ({Colour.RED: {1}}, {"red": [1]}),
    ([{"deep": ({Size.BIG},)}], [{"deep": [[3]]}]),
    (Loud("quiet"), "quiet"),
]


@pytest.mark.parametrize(("value", "spelt"), SPELT, ids=[str(index) for index in range(len(SPELT))])
def test_a_call_takes_what_a_tool_takes_and_gives_what_its_schema_reads(value: Any, spelt: Any) -> None:
    call = Call.of("save", {"value": value})
    assert call.mapping() == {"value": spelt}
    assert call == Call.of("save", {"value": spelt}) == Call("save", json.dumps({"value": spelt}, indent=2))
    assert hash(call) == hash(Call("save", call.arguments))
    assert pickle.loads(pickle.dumps(call)) == call


def test_bytes_that_are_no_text_are_a_key_of_their_own() -> None:
    assert len({Call.of("save", {"value": value}) for value in (b"\xff", b"\xfe", b"\\xff", "ÿ")}) == 4


@pytest.mark.parametrize("value", [object(), lambda: 1, iter([1]), (one for one in [1]), Call, SecretStr("secret")])
def test_what_has_no_spelling_of_its_own_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="Expected arguments") as refused:
        Call.of("save", {"value": value})
    assert "secret'" not in str(refused.value)


def test_names_that_are_spelt_alike_are_refused() -> None:
    with pytest.raises(ValueError, match="alike"):
        Call.of("save", {"value": {1: "a", "1": "b"}})


def test_arguments_that_hold_themselves_are_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(ValueError, match="end somewhere"):
        Call.of("save", {"value": endless})


@pytest.mark.parametrize("arguments", ["", "[1]", "null", '{"a": 1', "a", '"{}"'])
def test_arguments_as_text_are_a_json_object(arguments: str) -> None:
    with pytest.raises(ValueError, match="JSON object"):
        Call("save", arguments)


@pytest.mark.parametrize("arguments", [["a"], "a", 3, {("a", 1)}])
def test_arguments_are_a_mapping(arguments: Any) -> None:
    with pytest.raises(TypeError, match="mapping"):
        Call.of("save", arguments)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), plain, max_size=4))
def test_every_json_object_is_one_key_however_it_is_written(arguments: dict[str, Any]) -> None:
    call = Call.of("save", arguments)
    assert call.mapping() == arguments
    backwards = dict(reversed(arguments.items()))
    assert Call("save", json.dumps(backwards, indent=1)) == Call.of("save", backwards) == call


objects = st.recursive(
    st.dates() | st.times() | st.timedeltas() | st.uuids() | st.decimals(allow_nan=False) | st.binary() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.frozensets(inner.filter(_hashable := lambda one: isinstance(one, str)))
        | st.tuples(inner)
    ),
    max_leaves=6,
)


@given(objects)
def test_every_object_a_tool_may_take_is_one_stable_key(value: Any) -> None:
    call = Call.of("save", {"value": value})
    assert Call("save", call.arguments) == call == Call.of("save", call.mapping())
