import errno
import io
import json
import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from pydantic import SecretStr
from stubs.fake_llama import FakeLlama, asks

from agent.engine import Engine
from agent.settings import load_settings
from headstart.errors import DatabaseError, SettingsError, SignInError
from tui.command import ask
from tui.terminal.streams import OutputError, text_of

Asked = Callable[..., int]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Runs `headstart ask` on the real data with a model that is handed its replies."""
    monkeypatch.chdir(tmp_path)

    def run(*questions: str, replies: list[object], steps: bool = False, yes: bool = False, **options: object) -> int:
        as_json = bool(options.pop("as_json", False))
        settings = load_settings(
            user="user123", data_folder=tmp_path / "data", state_folder=tmp_path / "state", db_latency=0.0
        ).model_copy(update={"password": SecretStr("demo"), **options})
        fake = FakeLlama(replies=replies)
        monkeypatch.setattr(ask, "Engine", partial(Engine, load_model=lambda *_: fake))
        return ask.ask_all(settings, list(questions), think_s=0.0, steps=steps, yes=yes, as_json=as_json)

    return run


def test_the_answer_goes_to_standard_output_and_its_time_beside_it(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked("Hello", replies=["Good to see you."]) == 0  # True whether the orders are in already or not.
    out, err = capsys.readouterr()
    assert out == "Good to see you.\n"
    assert "to the first word" in err
    assert "waited 0.00 s" in err


def test_json_is_one_object_a_line_with_every_documented_field(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked("One?", "Who am I?", replies=["1", asks("get_account"), "2"], as_json=True) == 0
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert set(first) == {
        "question",
        "answer",
        "tool_calls",
        "grounded",
        "sources",
        "first_token_s",
        "total_s",
        "sequential_estimate_s",
        "database_waited_s",
        "database_hidden_s",
        "prompt_tokens",
        "cached_tokens",
        "completion_tokens",
        "strategy",
        "model",
        "performance_log",
        "corrected",
        "ahead",
    }
    assert (first["question"], first["answer"], first["strategy"]) == ("One?", "1", "ahead")
    account = next(call for call in second["tool_calls"] if call["name"] == "get_account")
    assert {"name", "arguments", "outcome", "waited_s"} <= set(account)


def test_steps_shows_each_node_with_its_time(asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    asked("Who am I?", replies=[asks("get_account"), "Ada."], steps=True)
    steps = [line for line in capsys.readouterr().err.splitlines() if line.startswith("[")]
    assert [line.split("] ")[1].split(":")[0] for line in steps] == ["entry_point", "execute_tool", "final_answer"]


@pytest.mark.parametrize(("yes", "status"), [(False, "Processing"), (True, "Cancelled")])
def test_a_write_happens_only_with_yes(
    asked: Asked, capsys: pytest.CaptureFixture[str], tmp_path: Path, yes: bool, status: str
) -> None:
    asked("Hello", replies=["Hello."])
    path = tmp_path / "data" / "orders.sqlite"
    with sqlite3.connect(path) as orders:
        orders.execute("UPDATE orders SET status = 'Processing', tracking_number = NULL WHERE order_id = 'A123'")
    asked("Cancel A123", replies=[asks("cancel_order", order_id="A123"), "All right."], yes=yes)
    assert ("confirmed" if yes else "refused: no --yes") in capsys.readouterr().err
    with sqlite3.connect(path) as orders:
        assert orders.execute("SELECT status FROM orders WHERE order_id = 'A123'").fetchone() == (status,)


def test_a_question_that_fails_is_told_and_the_next_is_asked(asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    assert asked("One?", "Two?", replies=[RuntimeError("no memory"), "Second."]) == 1
    out, err = capsys.readouterr()
    assert out.endswith("Second.\n")
    assert "no memory" in err


def test_questions_come_from_standard_input_a_line_each(
    asked: Asked, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("One?\n\nTwo?\n"))
    assert asked(replies=["1", "2"]) == 0
    assert capsys.readouterr().out == "1\n2\n"


def test_a_wrong_password_is_an_error_of_its_own(asked: Asked) -> None:
    with pytest.raises(SignInError):
        asked("One?", replies=["1"], password=SecretStr("wrong"))


def test_a_missing_database_is_an_error_of_its_own(asked: Asked, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError):
        asked("One?", replies=["1"], options={"orders": tmp_path / "none.sqlite"})


@pytest.mark.parametrize(("missing", "said"), [("user", "--user"), ("password", "HEADSTART_PASSWORD")])
def test_without_a_terminal_nothing_is_asked_for(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, missing: str, said: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SettingsError, match=said):
        asked("One?", replies=["1"], **{missing: None})


def test_nobody_watches_a_pipe_so_the_loading_is_silent(asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
    asked("One?", replies=["1"])
    assert "model:" not in capsys.readouterr().err


class Gone(io.StringIO):
    """Standard output whose reader leaves at the first word."""

    def write(self, text: str, /) -> int:
        raise OutputError(BrokenPipeError(errno.EPIPE, "Broken pipe"))


def test_nothing_more_is_asked_when_nobody_reads(
    asked: Asked, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(OutputError) as found:
        asked("One?", "Two?", replies=["1", "2"])
    assert (str(found.value), found.value.exit_code) == ("", 141)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_json_can_be_written_in_every_encoding(asked: Asked, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    assert asked("Where is 日本?", replies=["1"], as_json=True) == 0
    assert json.loads(written.getvalue().decode(encoding))["question"] == "Where is 日本?"


def test_lines_that_are_no_utf_8_become_text() -> None:
    assert text_of("\ufeffmy mug \udcff?") == "my mug \ufffd?"
