import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "speculator.md"


def test_the_program_on_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, str(PAGE), "exec", dont_inherit=True), names)
    assert names["outcomes"] == ["hit", "joined", "hit: B456 is cancelled", "B456 is cancelled"]
    assert capsys.readouterr().out.startswith("Ledger(issued=2,")


def test_the_library_is_there_at_once() -> None:
    heavy = {"langchain_core", "langgraph", "pydantic", "torch", "transformers", "textual"}
    look = f"import sys; from headstart.speculation import *; print(sorted({heavy} & {{*sys.modules}}))"
    found = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, cwd=PAGE.parents[1]
    )
    assert found.stdout.strip() == "[]"


def test_its_types_reach_who_imports_it() -> None:
    assert (PAGE.parents[1] / "headstart" / "py.typed").is_file()
