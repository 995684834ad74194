from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import BaseModel

from agent.shop.world import WORLD as SHOP
from headstart.world import Call, Candidate, Found, Moment, Options, Tool, User, rule
from headstart.world.testing import check_world
from tests.worlds.library import WORLD, Library, Shelves

SAMPLES = {"find_book": {"title": "Emma"}, "lend": {"title": "Emma"}}


class Whose(BaseModel):
    user_id: str = ""


async def problems(world: Any, **given: Any) -> str:
    with pytest.raises(AssertionError) as raised:
        await check_world(world, **({"sign_in": ("ada", "book"), "samples": SAMPLES} | given))
    return str(raised.value)


async def test_a_sound_world_passes() -> None:
    await check_world(WORLD, sign_in=("ada", "book"), samples=SAMPLES)


async def test_the_shop_passes() -> None:
    samples = {
        "get_order": {"order_id": "A123"},
        "search_orders": {"text": "mug"},
        "cancel_order": {"order_id": "A123"},
    }
    await check_world(SHOP, sign_in=("user123", "demo"), samples=samples)


@rule("typing")
def impatient(moment: Moment) -> Iterator[Candidate]:
    yield Candidate(Call.of("find_book", {"title": moment.text.split()[0]}), 0.5, "impatient")


@rule("sign-in")
def writing(_: Moment) -> Iterator[Candidate]:
    yield Candidate(Call.of("lend", {"title": "Emma"}), 0.5, "writing")


@rule("sign-in")
def misspelt(_: Moment) -> Iterator[Candidate]:
    yield Candidate(Call.of("find_book", {"titel": "Emma"}), 0.5, "misspelt")


@pytest.mark.parametrize(
    ("member", "value", "says"),
    [
        ("rules", (impatient,), "rule impatient: raised IndexError"),
        ("rules", (writing,), "proposes lend, which is not declared speculation_safe"),
        ("rules", (misspelt,), "find_book: This tool needs other arguments: title"),
        ("tools", (*Library.tools, Tool("whose", "Whose.", Whose)), "whose: takes user_id"),
        ("tools", (*Library.tools, Tool("mute", " ")), "mute: expected a description"),
        ("cards", {"book": lambda data: data["author"]}, "cards: raised KeyError"),
        ("cards", {"book": lambda data: data["title"]}, "expected Cards and Tables, found str"),
    ],
)
async def test_a_promise_that_is_not_kept_is_named(
    monkeypatch: pytest.MonkeyPatch, member: str, value: object, says: str
) -> None:
    monkeypatch.setattr(Library, member, value)
    assert says in await problems(Library())


@pytest.mark.parametrize(
    ("method", "does", "says"),
    [
        ("sign_in", lambda *_: User("ada"), "found that it opens"),
        ("book", lambda *_: Found("Emma.", {"lent": {1, 2}}), "its data is not JSON"),
        ("book", lambda *_: Found(""), "a model reads nothing of it"),
        ("book", lambda *_: "Emma.", "to give a Found, found str"),
        ("book", lambda *_: Found("Emma.", revision="7"), "its revision as an int or None"),  # type: ignore[arg-type]
    ],
)
async def test_a_service_that_breaks_a_promise_is_named(
    monkeypatch: pytest.MonkeyPatch, method: str, does: Any, says: str
) -> None:
    async def later(*given: object) -> Any:
        return does(*given)

    monkeypatch.setattr(Shelves, method, later if method == "sign_in" else does)
    assert says in await problems(Library())


async def test_a_dry_run_that_changes_something_is_noticed() -> None:
    class Hasty(Shelves):
        def lend(self, user: User, title: str, write: Any) -> Found:
            self.revisions[user.id] += 1
            return Found("Done.")

    class World(Library):
        @asynccontextmanager
        async def connect(self, options: Options) -> AsyncGenerator[Shelves]:
            yield Hasty({"Emma": ""})

    assert "lend: a dry run changed the revision" in await problems(World())


async def test_where_users_sign_in_one_is_needed_to_look() -> None:
    assert "give check_world a name and a password" in await problems(WORLD, sign_in=None)
    assert "does not open it" in await problems(WORLD, sign_in=("ada", "wrong"))
    assert "no such tool: burn" in await problems(WORLD, samples={"burn": {}})
