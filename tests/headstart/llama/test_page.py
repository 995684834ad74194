import re
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from headstart.llama.loading.choice import choose_model
from headstart.llama.loading.pipeline import in_process, pipeline_over
from headstart.llama.loading.weights import Loaded

PAGE = Path(__file__).parents[3] / "docs" / "chat_llama.md"


@pytest.mark.timeout(600)
def test_the_program_on_the_page_runs(smollm: Loaded, capsys: pytest.CaptureFixture[str]) -> None:
    _kept = pipeline_over(smollm)  # The page's line finds it in the process.
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, str(PAGE), "exec", dont_inherit=True), names)
    names["llama"].close()

    assert names["llama"]._local.loaded is in_process(choose_model("embedded")), "one copy in the process"
    assert any(isinstance(message, AIMessage) for message in names["result"]["messages"])
    assert capsys.readouterr().out.strip()
