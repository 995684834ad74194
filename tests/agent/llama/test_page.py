import re
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from agent.llama import weights
from agent.llama.choice import choose_model
from agent.llama.pipeline import in_process, pipeline_over

PAGE = Path(__file__).parents[3] / "docs" / "chat_llama.md"


@pytest.mark.timeout(600)
def test_the_program_on_the_page_runs(converted: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if weights.embedded_weights() is None:
        pytest.skip(f"the embedded model's weights are not installed: {weights.WEIGHTS_COMMAND}")
    # Loaded here, into the folder that all tests share; the page's line finds it in the process.
    _kept = pipeline_over(weights.load(choose_model("embedded"), cache=converted))
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, str(PAGE), "exec", dont_inherit=True), names)
    names["llama"].close()

    assert names["llama"]._local.loaded is in_process(choose_model("embedded")), "one copy in the process"
    assert any(isinstance(message, AIMessage) for message in names["result"]["messages"])
    assert capsys.readouterr().out.strip()
