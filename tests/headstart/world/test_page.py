"""What the page about worlds shows is run as it stands there."""

import re
from pathlib import Path

from headstart.world.loading import load_world
from headstart.world.testing import check_world

PAGE = Path(__file__).parents[3] / "docs" / "worlds.md"


async def test_the_world_of_the_page_keeps_every_promise(tmp_path: Path) -> None:
    [whole, *_] = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = tmp_path / "stock.py"
    path.write_text(whole, encoding="utf-8")
    samples = {"count_part": {"part": "bolt"}, "take_part": {"part": "bolt"}}
    await check_world(load_world(str(path)).world, samples=samples)
