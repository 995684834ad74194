import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent.turn.graph import mermaid

ROOT = Path(__file__).parents[3]


def headstart(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEADSTART_")}
    return subprocess.run(
        [sys.executable, "-m", "tui.command.cli", *arguments],
        cwd=ROOT,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    program = (
        "import sys, typer.testing, tui.command.cli as c\n"
        "shown = typer.testing.CliRunner().invoke(c.command_line(c.load_world('shop')), ['--help']).output\n"
        "assert all(name in shown for name in ('ask', 'graph', 'doctor', 'serve', 'accounts', 'tickets')), shown\n"
        "print(sorted({'torch', 'textual', 'langgraph', 'transformers', 'langchain_core'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_graph_prints_the_agents_graph() -> None:
    found = headstart("graph")
    assert (found.returncode, found.stdout.strip()) == (0, mermaid().strip())


def test_the_readme_shows_the_same_graph() -> None:
    readme = (ROOT / "README.md").read_text()
    assert f"```mermaid\n{mermaid().strip()}\n```" in readme


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "said"),
    [
        (["ask", "x", "--without", "foo"], {}, 2, "should be 'data', 'context' or 'cache', found 'foo'"),
        (["ask", "x"], {}, 2, "--user"),
        (["ask", "x", "--user", "ada"], {}, 2, "HEADSTART_PASSWORD"),
        (["ask", "x", "--user", "ada", "--password-file", "/nowhere"], {}, 2, "/nowhere"),
        (["ask", "x", "--user", "a", "--orders", "/no.sqlite"], {"HEADSTART_PASSWORD": "demo"}, 4, "/no.sqlite"),
        ([], {}, 2, "needs a terminal"),
        (["serve"], {"HEADSTART_PASSWORD": "demo"}, 2, "every visitor would be signed in"),
    ],
)
def test_bad_input_is_one_line_with_its_exit_code(
    arguments: list[str], variables: dict[str, str], code: int, said: str
) -> None:
    found = headstart(*arguments, **variables)
    assert found.returncode == code
    assert said in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""
