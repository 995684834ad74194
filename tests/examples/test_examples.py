"""The examples keep a world's promises, and what they look up ahead stands in the prompt at Enter."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from stubs.fake_llama import FakeLlama
from stubs.waiting import until

from agent.engine import Engine
from agent.session.session import Session
from agent.settings import Settings, load_settings
from headstart.world import Call, Options
from headstart.world.loading import load_world
from headstart.world.testing import check_world

ROOT = Path(__file__).parents[2]
DOCS, DASHBOARD = (str(ROOT / "examples" / name / "world.py") for name in ("docs", "dashboard"))
TODAY = date(2026, 3, 4)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    return load_settings(
        data_folder=tmp_path / "data", state_folder=tmp_path / "state", cache_folder=tmp_path / "cache"
    )


@asynccontextmanager
async def opened(settings: Settings, world: str, *replies: str) -> AsyncGenerator[tuple[Session, FakeLlama]]:
    llama = FakeLlama(replies=list(replies))
    async with Engine(settings.model_copy(update={"world": world}), load_model=lambda *_: llama) as engine:
        engine.start_model()
        await asyncio.wrap_future(engine.model)
        async with engine.signed_in("", "") as session:
            yield session, llama


def ready(session: Session) -> list[Call]:
    return [one.call for one in session.ahead() if one.state == "ready"]


@pytest.mark.parametrize(
    ("world", "samples"),
    [
        (DOCS, {"documentation": {"name": "json.dumps"}, "search_names": {"text": "dump"}}),
        (DASHBOARD, {"sales_by": {"by": "region"}, "sales_total": {"period": "last week"}}),
    ],
)
async def test_it_keeps_every_promise(world: str, samples: Mapping[str, Any]) -> None:
    await check_world(load_world(world).world, samples=samples)


@pytest.mark.parametrize("world", [DOCS, DASHBOARD])
def test_it_fits_on_a_few_pages(world: str) -> None:
    assert len(Path(world).read_text(encoding="utf-8").splitlines()) < 200


async def test_documentation_is_fetched_while_its_name_is_typed(settings: Settings) -> None:
    async with opened(settings, DOCS, "It serializes obj to a JSON formatted str.") as (session, llama):
        await until(lambda: ready(session) == [Call.of("contents")])
        for typed in ("what does json.du", "what does json.dumps return"):
            session.typed(typed)
        dumps = Call.of("documentation", {"name": "json.dumps"})
        await until(lambda: dumps in ready(session))
        result: Any = await asyncio.to_thread(session.ask, "what does json.dumps return?")
        outcomes = {(use.name, use.arguments.get("name", "")): use.outcome for use in result.tool_calls}
        assert outcomes[("documentation", "json.dumps")] == "hit"
        assert len(llama.prompts) == 1
        assert "Serialize ``obj`` to a JSON formatted ``str``" in llama.prompts[0][-2].text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("what does json.dumps do", ["json.dumps"]),
        ("is sorted( stable, and pathlib.Path.read_text(", ["pathlib.Path.read_text", "builtins.sorted"]),
        ("why is the sky blue. and this.s", []),
        ("antigravity.fly(", []),
        ("no_such_package.f(", []),
    ],
)
def test_names_are_told_from_words(text: str, names: list[str]) -> None:
    load_world(DOCS)
    assert sys.modules["headstart_world_docs_world"].resolved(text) == names


async def test_a_name_that_stands_for_nothing_is_told_apart() -> None:
    world = load_world(DOCS)
    async with world.world.connect(Options({"package": None})) as backend:
        gone = await backend.call(world.one_user, "documentation", {"name": "json.no_such"}, None)  # type: ignore[arg-type]
    assert gone.text == "There is no json.no_such among the installed packages."


async def test_the_usual_query_runs_as_the_dashboard_opens(settings: Settings) -> None:
    async with opened(settings, DASHBOARD, "Here they are.", "Here too.") as (session, llama):
        usual = Call.of("sales_total", {"period": "this month"})
        await until(lambda: ready(session) == [usual])
        result: Any = await asyncio.to_thread(session.ask, "how are we doing?")
        assert [(use.name, use.outcome) for use in result.tool_calls] == [("sales_total", "hit")]
        session.typed("by region?")
        await until(lambda: Call.of("sales_by", {"by": "region", "period": "this month"}) in ready(session))
        session.typed("and last month?")
        await until(lambda: Call.of("sales_total", {"period": "last month"}) in ready(session))
        assert llama.prompts[0][-2].text.startswith("Sales this month (")


async def test_the_figures_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    world = load_world(DASHBOARD)
    module = sys.modules["headstart_world_dashboard_world"]
    monkeypatch.setattr(module.Sales, "today", lambda _: TODAY)
    rows = module.sample(date.today())
    async with world.world.connect(Options({"sales": None})) as backend:
        user: Any = world.one_user
        total = await backend.call(user, "sales_total", {"period": "last month"}, None)
        by = await backend.call(user, "sales_by", {"by": "region", "period": "last month"}, None)
    february = [row for row in rows if "2026-02-01" <= row[0] <= "2026-02-28"]
    assert total.data["cents"] == sum(row[4] for row in february) == sum(sold for _, sold in by.data["rows"])
    assert "(2026-02-01 to 2026-02-28)" in total.text


@pytest.mark.parametrize("world", [DOCS, DASHBOARD])
def test_its_command_shows_its_options(world: str) -> None:
    command = [sys.executable, "-m", "tui.command.cli", "--world", world, "--help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert ("--package" in shown, "--sales" in shown, "--orders" in shown) == (world == DOCS, world == DASHBOARD, False)
